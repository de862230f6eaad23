//! Interfaces, instances and Elastic IPs as elements of their `describe-*` answers.

use std::fmt::Display;
use std::net::Ipv4Addr;

use super::answers::{allocation, tags};
use super::controls::{group_id, group_name};
use super::interfaces::{Interface, Kind, Public};
use super::json::Json;
use super::plan::Vpc;
use super::random::{Dashed, Mac, Uuid};

pub fn address(json: &mut Json, vpc: &Vpc, interface: &Interface, public: Public) {
    json.object(|json| {
        if let Kind::Instance { number, .. } = interface.kind {
            json.text("InstanceId", vpc.estate.id("i", vpc.number, number));
        }
        json.text("AllocationId", allocation(vpc, interface));
        json.text("AssociationId", vpc.estate.id("eipassoc", vpc.number, interface.number));
        json.text("Domain", "vpc");
        json.text("NetworkInterfaceId", interface.id(vpc));
        json.text("NetworkInterfaceOwnerId", vpc.account());
        json.text("PrivateIpAddress", interface.address);
        tags(json, vpc, &vpc.name());
        json.text("PublicIpv4Pool", "amazon");
        json.text("NetworkBorderGroup", vpc.region().name);
        json.text("PublicIp", public.address);
    });
}

/// An instance with all its interfaces, in a reservation of its own.
pub fn instance(json: &mut Json, vpc: &Vpc, number: usize, interfaces: &[Interface]) {
    let id = vpc.estate.id("i", vpc.number, number);
    let first = &interfaces[0];
    let running = matches!(first.kind, Kind::Instance { running: true, .. });
    json.object(|json| {
        json.text("ReservationId", vpc.estate.id("r", vpc.number, number));
        json.text("OwnerId", vpc.account());
        json.list("Instances", |json| {
            json.object(|json| {
                json.text("InstanceId", id);
                json.text("InstanceType", "m6i.large");
                json.text("LaunchTime", id.made());
                json.member("Placement", |json| {
                    json.text("AvailabilityZone", vpc.zone_name(vpc.subnets[first.subnet].zone));
                    json.text("Tenancy", "default");
                });
                json.text("PrivateIpAddress", first.address);
                if let Some(public) = first.public {
                    json.text("PublicIpAddress", public.address);
                }
                json.member("State", |json| {
                    json.plain("Code", if running { 16 } else { 80 });
                    json.text("Name", if running { "running" } else { "stopped" });
                });
                json.text("SubnetId", vpc.subnet_id(first.subnet));
                json.text("VpcId", vpc.id());
                json.list("NetworkInterfaces", |json| {
                    for interface in interfaces {
                        json.object(|json| json.text("NetworkInterfaceId", interface.id(vpc)));
                    }
                });
                let name = host_name(vpc, number);
                json.tags("Tags", &[("Name", &name)]);
            });
        });
    });
}

pub fn interface(json: &mut Json, vpc: &Vpc, interface: &Interface) {
    let id = interface.id(vpc);
    let subnet = &vpc.subnets[interface.subnet];
    let managed = !matches!(interface.kind, Kind::Instance { .. } | Kind::Spare);
    json.object(|json| {
        if let Some(public) = interface.public {
            public_association(json, vpc, interface, public);
        }
        if interface.kind != Kind::Spare {
            json.member("Attachment", |json| attachment(json, vpc, interface));
        }
        json.text("AvailabilityZone", vpc.zone_name(subnet.zone));
        json.text("Description", description(vpc, interface));
        json.list("Groups", |json| groups(json, vpc, interface));
        json.text("InterfaceType", interface_type(interface.kind));
        json.list("Ipv6Addresses", |json| {
            if let Some(network) = vpc.ipv6_subnet(interface.subnet).filter(|_| interface.is_workload()) {
                json.object(|json| {
                    json.text("Ipv6Address", network.host(interface.number));
                    json.plain("IsPrimaryIpv6", false);
                });
            }
        });
        json.text("MacAddress", Mac(id.bits()));
        json.text("NetworkInterfaceId", id);
        json.text("OwnerId", vpc.account());
        json.text("PrivateDnsName", private_name(vpc, interface.address));
        json.text("PrivateIpAddress", interface.address);
        json.list("PrivateIpAddresses", |json| private_addresses(json, vpc, interface));
        if let Some(requester) = requester(vpc, interface) {
            json.text("RequesterId", requester);
        }
        json.plain("RequesterManaged", managed);
        json.plain("SourceDestCheck", !matches!(interface.kind, Kind::NatGateway { .. } | Kind::Attachment));
        json.text("Status", if interface.kind == Kind::Spare { "available" } else { "in-use" });
        json.text("SubnetId", vpc.subnet_id(interface.subnet));
        interface_tags(json, vpc, interface);
        json.text("VpcId", vpc.id());
        json.member("Operator", |json| json.plain("Managed", false));
        json.text("AvailabilityZoneId", vpc.zone_id(subnet.zone));
    });
}

fn private_addresses(json: &mut Json, vpc: &Vpc, interface: &Interface) {
    let addresses = [interface.address].into_iter().chain(interface.secondary.iter().copied());
    for (place, address) in addresses.enumerate() {
        json.object(|json| {
            if let Some(public) = interface.public.filter(|_| place == 0) {
                public_association(json, vpc, interface, public);
            }
            json.plain("Primary", place == 0);
            json.text("PrivateDnsName", private_name(vpc, address));
            json.text("PrivateIpAddress", address);
        });
    }
}

fn public_association(json: &mut Json, vpc: &Vpc, interface: &Interface, public: Public) {
    json.member("Association", |json| {
        if public.elastic {
            json.text("AllocationId", allocation(vpc, interface));
            json.text("AssociationId", vpc.estate.id("eipassoc", vpc.number, interface.number));
            json.text("IpOwnerId", vpc.account());
        } else {
            json.text("IpOwnerId", "amazon");
        }
        let name = format_args!("ec2-{}.{}", Dashed(public.address), vpc.region().public_domain).to_string();
        json.text("PublicDnsName", name);
        json.text("PublicIp", public.address);
    });
}

fn attachment(json: &mut Json, vpc: &Vpc, interface: &Interface) {
    let id = |prefix| vpc.estate.id(prefix, vpc.number, interface.number);
    match interface.kind {
        Kind::Instance { number, device, .. } => {
            let id = id("eni-attach");
            json.text("AttachTime", id.made());
            json.text("AttachmentId", id);
            json.plain("DeleteOnTermination", device == 0);
            json.plain("DeviceIndex", device);
            json.plain("NetworkCardIndex", 0);
            json.text("InstanceId", vpc.estate.id("i", vpc.number, number));
            json.text("InstanceOwnerId", vpc.account());
        }
        Kind::Task | Kind::Database => {
            let id = id("eni-attach");
            json.text("AttachTime", id.made());
            json.text("AttachmentId", id);
            json.plain("DeleteOnTermination", false);
            json.plain("DeviceIndex", 1);
            json.plain("NetworkCardIndex", 0);
            json.text(
                "InstanceOwnerId",
                if interface.kind == Kind::Task { "amazon-aws" } else { "amazon-rds" },
            );
        }
        Kind::NatGateway { .. } | Kind::Attachment | Kind::Endpoint | Kind::Function | Kind::Spare => {
            json.text("AttachmentId", id("ela-attach"));
            json.plain("DeleteOnTermination", false);
            json.plain("DeviceIndex", 1);
            json.text("InstanceOwnerId", "amazon-aws");
        }
    }
    json.text("Status", "attached");
}

fn interface_type(kind: Kind) -> &'static str {
    match kind {
        Kind::NatGateway { .. } => "nat_gateway",
        Kind::Attachment => "transit_gateway",
        Kind::Endpoint => "vpc_endpoint",
        Kind::Function => "lambda",
        Kind::Instance { .. } | Kind::Spare | Kind::Task | Kind::Database => "interface",
    }
}

fn description(vpc: &Vpc, interface: &Interface) -> String {
    let bits = interface.id(vpc).bits();
    match interface.kind {
        Kind::NatGateway { zone } => format!("Interface for NAT Gateway {}", vpc.nat_gateway(zone)),
        Kind::Attachment => format!("Network Interface for Transit Gateway Attachment {}", vpc.attachment()),
        Kind::Endpoint => format!("VPC Endpoint Interface {}", vpc.interface_endpoint_id()),
        Kind::Instance { .. } => "Primary network interface".to_owned(),
        Kind::Spare => "Kept for failover".to_owned(),
        Kind::Task => {
            format!("arn:aws:ecs:{}:{}:attachment/{}", vpc.region().name, vpc.account(), Uuid(bits))
        }
        Kind::Function => format!("AWS Lambda VPC ENI-{}-{}", vpc.name(), Uuid(bits)),
        Kind::Database => "RDSNetworkInterface".to_owned(),
    }
}

fn requester(vpc: &Vpc, interface: &Interface) -> Option<String> {
    match interface.kind {
        Kind::Instance { .. } | Kind::Spare => None,
        Kind::Database => Some("amazon-rds".to_owned()),
        Kind::NatGateway { .. } | Kind::Attachment | Kind::Endpoint | Kind::Task | Kind::Function => {
            Some(vpc.account().to_string())
        }
    }
}

fn interface_tags(json: &mut Json, vpc: &Vpc, interface: &Interface) {
    let environment: &dyn Display = &vpc.environment;
    match interface.kind {
        Kind::Instance { number, .. } => {
            json.tags("TagSet", &[("Name", &host_name(vpc, number)), ("Environment", environment)]);
        }
        Kind::Task | Kind::Database => {
            json.tags("TagSet", &[("Service", &vpc.name()), ("Environment", environment)]);
        }
        Kind::NatGateway { .. } | Kind::Attachment | Kind::Endpoint | Kind::Spare | Kind::Function => {
            json.empty_list("TagSet");
        }
    }
}

/// The groups of an interface, wherever they are listed.
pub fn groups(json: &mut Json, vpc: &Vpc, interface: &Interface) {
    for &number in &interface.groups {
        json.object(|json| {
            json.text("GroupId", group_id(vpc.estate, vpc.number, number));
            json.text("GroupName", group_name(vpc, number));
        });
    }
}

fn host_name(vpc: &Vpc, instance: usize) -> String {
    format!("{}-host-{instance:03}", vpc.name())
}

fn private_name(vpc: &Vpc, address: Ipv4Addr) -> String {
    format!("ip-{}.{}", Dashed(address), vpc.region().private_domain)
}
