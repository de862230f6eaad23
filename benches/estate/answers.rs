//! VPCs, subnets, tables and gateways as elements of their `describe-*` answers, with the members that AWS prints.

use super::hosts::groups;
use super::interfaces::{Interface, Kind};
use super::json::Json;
use super::plan::{Peering, Subnet, Table, Tier, Vpc, block};
use super::random::Id;
use super::routes::{Destination, Route, Target, endpoint_tables, routes};
use super::{Account, Region};

pub fn vpc(json: &mut Json, vpc: &Vpc) {
    json.object(|json| {
        json.text("OwnerId", vpc.account());
        json.text("InstanceTenancy", "default");
        if let Some(block) = vpc.ipv6_block() {
            json.list("Ipv6CidrBlockAssociationSet", |json| {
                json.object(|json| {
                    json.text("AssociationId", vpc.estate.id("vpc-cidr-assoc", vpc.number, 9));
                    json.text("Ipv6CidrBlock", block);
                    json.member("Ipv6CidrBlockState", |json| json.text("State", "associated"));
                    json.text("NetworkBorderGroup", vpc.region().name);
                    json.text("Ipv6Pool", "Amazon");
                    json.text("Ipv6AddressAttribute", "public");
                    json.text("IpSource", "amazon");
                });
            });
        }
        json.list("CidrBlockAssociationSet", |json| {
            for (index, block) in [Some(vpc.block()), vpc.second_block()].into_iter().flatten().enumerate() {
                json.object(|json| {
                    json.text("AssociationId", vpc.estate.id("vpc-cidr-assoc", vpc.number, index));
                    json.text("CidrBlock", block);
                    json.member("CidrBlockState", |json| json.text("State", "associated"));
                });
            }
        });
        json.plain("IsDefault", false);
        tags(json, vpc, &vpc.name());
        json.member("BlockPublicAccessStates", |json| json.text("InternetGatewayBlockMode", "off"));
        json.text("VpcId", vpc.id());
        json.text("State", "available");
        json.text("CidrBlock", vpc.block());
        json.text("DhcpOptionsId", vpc.estate.id("dopt", vpc.account().number, 0));
    });
}

pub fn subnet(json: &mut Json, vpc: &Vpc, index: usize, subnet: &Subnet, taken: usize) {
    let id = vpc.subnet_id(index);
    json.object(|json| {
        json.text("AvailabilityZoneId", vpc.zone_id(subnet.zone));
        json.plain("MapCustomerOwnedIpOnLaunch", false);
        json.text("OwnerId", vpc.account());
        json.plain("AssignIpv6AddressOnCreation", vpc.dual_stack);
        json.list("Ipv6CidrBlockAssociationSet", |json| {
            if let Some(block) = vpc.ipv6_subnet(index) {
                json.object(|json| {
                    json.text("AssociationId", vpc.estate.id("subnet-cidr-assoc", vpc.number, index));
                    json.text("Ipv6CidrBlock", block);
                    json.member("Ipv6CidrBlockState", |json| json.text("State", "associated"));
                    json.text("Ipv6AddressAttribute", "public");
                    json.text("IpSource", "amazon");
                });
            }
        });
        tags(json, vpc, &vpc.subnet_name(subnet));
        let (region, account) = (vpc.region().name, vpc.account());
        json.text("SubnetArn", format_args!("arn:aws:ec2:{region}:{account}:subnet/{id}"));
        json.plain("EnableDns64", false);
        json.plain("Ipv6Native", false);
        json.member("PrivateDnsNameOptionsOnLaunch", |json| {
            json.text("HostnameType", "ip-name");
            json.plain("EnableResourceNameDnsARecord", false);
            json.plain("EnableResourceNameDnsAAAARecord", false);
        });
        json.member("BlockPublicAccessStates", |json| json.text("InternetGatewayBlockMode", "off"));
        json.text("SubnetId", id);
        json.text("State", "available");
        json.text("VpcId", vpc.id());
        json.text("CidrBlock", subnet.network);
        json.plain("AvailableIpAddressCount", (subnet.network.hosts() as usize).saturating_sub(taken));
        json.text("AvailabilityZone", vpc.zone_name(subnet.zone));
        json.plain("DefaultForAz", false);
        json.plain("MapPublicIpOnLaunch", subnet.tier == Tier::Public);
    });
}

pub fn route_table(json: &mut Json, vpc: &Vpc, table: Table) {
    let id = vpc.table_id(table);
    json.object(|json| {
        json.list("Associations", |json| {
            if table == Table::Main {
                association(json, true, vpc.estate.id("rtbassoc", vpc.number, 0), id, None);
            }
            for (index, _) in vpc.subnets.iter().enumerate().filter(|(_, it)| it.table == table) {
                // What uses the main table is not listed.
                if table != Table::Main {
                    let association_id = vpc.estate.id("rtbassoc", vpc.number, index + 1);
                    association(json, false, association_id, id, Some(vpc.subnet_id(index)));
                }
            }
        });
        json.empty_list("PropagatingVgws");
        json.text("RouteTableId", id);
        json.list("Routes", |json| routes(vpc, table).iter().for_each(|it| route(json, vpc, it)));
        if table == Table::Main {
            json.empty_list("Tags");
        } else {
            tags(json, vpc, &format!("{}-{table:?}", vpc.name()));
        }
        json.text("VpcId", vpc.id());
        json.text("OwnerId", vpc.account());
    });
}

fn association(json: &mut Json, main: bool, id: Id, table: Id, subnet: Option<Id>) {
    json.object(|json| {
        json.plain("Main", main);
        json.text("RouteTableAssociationId", id);
        json.text("RouteTableId", table);
        if let Some(subnet) = subnet {
            json.text("SubnetId", subnet);
        }
        json.member("AssociationState", |json| json.text("State", "associated"));
    });
}

fn route(json: &mut Json, vpc: &Vpc, route: &Route) {
    json.object(|json| {
        match &route.destination {
            Destination::Ipv4(network) => json.text("DestinationCidrBlock", network),
            Destination::Ipv6(network) => json.text("DestinationIpv6CidrBlock", network),
            Destination::PrefixList(list) => {
                json.text("DestinationPrefixListId", list.id(vpc.estate, vpc.mesh()));
            }
        }
        json.text(route.target.key(), &route.target);
        let is_local = matches!(route.target, Target::Local);
        json.text("Origin", if is_local { "CreateRouteTable" } else { "CreateRoute" });
        json.text("State", "active");
    });
}

pub fn internet_gateway(json: &mut Json, vpc: &Vpc, id: Id) {
    json.object(|json| {
        attachments(json, vpc);
        json.text("InternetGatewayId", id);
        json.text("OwnerId", vpc.account());
        tags(json, vpc, &vpc.name());
    });
}

pub fn egress_only_gateway(json: &mut Json, vpc: &Vpc, id: Id) {
    json.object(|json| {
        attachments(json, vpc);
        json.text("EgressOnlyInternetGatewayId", id);
        tags(json, vpc, &vpc.name());
    });
}

fn attachments(json: &mut Json, vpc: &Vpc) {
    json.list("Attachments", |json| {
        json.object(|json| {
            json.text("State", "available");
            json.text("VpcId", vpc.id());
        });
    });
}

pub fn nat_gateway(json: &mut Json, vpc: &Vpc, zone: usize, interface: &Interface) {
    let id = vpc.nat_gateway(zone);
    json.object(|json| {
        json.text("CreateTime", id.made());
        json.list("NatGatewayAddresses", |json| {
            json.object(|json| {
                json.text("AllocationId", allocation(vpc, interface));
                json.text("NetworkInterfaceId", interface.id(vpc));
                json.text("PrivateIp", interface.address);
                if let Some(public) = interface.public {
                    json.text("PublicIp", public.address);
                }
                json.text("AssociationId", vpc.estate.id("eipassoc", vpc.number, interface.number));
                json.plain("IsPrimary", true);
                json.text("Status", "succeeded");
            });
        });
        json.text("NatGatewayId", id);
        json.text("State", "available");
        json.text("SubnetId", vpc.subnet_id(interface.subnet));
        json.text("VpcId", vpc.id());
        tags(json, vpc, &format!("{}-{zone}", vpc.name()));
        json.text("ConnectivityType", "public");
        json.text("AvailabilityMode", "zonal");
    });
}

pub fn peering(json: &mut Json, vpc: &Vpc, peering: &Peering) {
    let (requester, accepter) =
        if peering.requester { (vpc.number, peering.other) } else { (peering.other, vpc.number) };
    json.object(|json| {
        json.member("AccepterVpcInfo", |json| peering_end(json, vpc, accepter));
        json.member("RequesterVpcInfo", |json| peering_end(json, vpc, requester));
        json.member("Status", |json| {
            json.text("Code", "active");
            json.text("Message", "Active");
        });
        tags(json, vpc, &vpc.name());
        json.text("VpcPeeringConnectionId", peering.id);
    });
}

fn peering_end(json: &mut Json, vpc: &Vpc, end: usize) {
    let end = Vpc::plan(vpc.estate, end);
    json.text("CidrBlock", block(end.number));
    if let Some(block) = end.ipv6_block() {
        json.list("Ipv6CidrBlockSet", |json| json.object(|json| json.text("Ipv6CidrBlock", block)));
    }
    json.list("CidrBlockSet", |json| {
        for block in [Some(end.block()), end.second_block()].into_iter().flatten() {
            json.object(|json| json.text("CidrBlock", block));
        }
    });
    json.text("OwnerId", end.account());
    json.member("PeeringOptions", |json| {
        json.plain("AllowDnsResolutionFromRemoteVpc", false);
        json.plain("AllowEgressFromLocalClassicLinkToRemoteVpc", false);
        json.plain("AllowEgressFromLocalVpcToRemoteClassicLink", false);
    });
    json.text("VpcId", end.id());
    json.text("Region", end.region().name);
}

pub fn endpoints(json: &mut Json, vpc: &Vpc, interfaces: &[Interface]) {
    if vpc.s3_endpoint {
        endpoint(json, vpc, vpc.s3_endpoint_id(), &[]);
    }
    let own: Vec<&Interface> = interfaces.iter().filter(|it| it.kind == Kind::Endpoint).collect();
    if !own.is_empty() {
        endpoint(json, vpc, vpc.interface_endpoint_id(), &own);
    }
}

/// An interface endpoint with its interfaces, a gateway endpoint without any.
fn endpoint(json: &mut Json, vpc: &Vpc, id: Id, interfaces: &[&Interface]) {
    let is_gateway = interfaces.is_empty();
    json.object(|json| {
        json.text("VpcEndpointId", id);
        json.text("VpcEndpointType", if is_gateway { "Gateway" } else { "Interface" });
        json.text("VpcId", vpc.id());
        let service = if is_gateway { "s3" } else { "ssm" };
        json.text("ServiceName", format_args!("com.amazonaws.{}.{service}", vpc.region().name));
        json.text("State", "available");
        let policy = r#"{\"Statement\":[{\"Action\":\"*\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}]}"#;
        json.text("PolicyDocument", policy);
        json.list("RouteTableIds", |json| {
            for table in endpoint_tables(vpc).into_iter().filter(|_| is_gateway) {
                json.item(vpc.table_id(table));
            }
        });
        json.list("SubnetIds", |json| interfaces.iter().for_each(|it| json.item(vpc.subnet_id(it.subnet))));
        json.list("Groups", |json| {
            if let Some(interface) = interfaces.first() {
                groups(json, vpc, interface);
            }
        });
        json.text("IpAddressType", "ipv4");
        json.plain("PrivateDnsEnabled", !is_gateway);
        json.plain("RequesterManaged", false);
        json.list("NetworkInterfaceIds", |json| interfaces.iter().for_each(|it| json.item(it.id(vpc))));
        json.empty_list("DnsEntries");
        json.text("CreationTimestamp", id.made());
        json.empty_list("Tags");
        json.text("OwnerId", vpc.account());
    });
}

/// The allocation of an interface's Elastic IP.
pub fn allocation(vpc: &Vpc, interface: &Interface) -> Id {
    vpc.estate.id("eipalloc", vpc.number, interface.number)
}

/// The tags that everything made by the company's Terraform has.
pub fn tags(json: &mut Json, vpc: &Vpc, name: &str) {
    json.tags("Tags", &[("Name", &name), ("Environment", &vpc.environment)]);
}

pub fn availability_zone(json: &mut Json, account: Account, region: &Region, zone: usize) {
    json.object(|json| {
        json.text("OptInStatus", "opt-in-not-required");
        json.empty_list("Messages");
        json.text("RegionName", region.name);
        json.text("ZoneName", format_args!("{}{}", region.name, (b'a' + zone as u8) as char));
        json.text("ZoneId", format_args!("{}-az{}", region.zone_prefix, (zone + account.number) % 6 + 1));
        json.text("GroupName", region.name);
        json.text("NetworkBorderGroup", region.name);
        json.text("ZoneType", "availability-zone");
        json.text("State", "available");
    });
}
