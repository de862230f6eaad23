//! The files of one account: one for each call, all open at once while its VPCs pass by.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::controls::{PrefixList, groups};
use super::interfaces::{Interface, Kind, interfaces};
use super::json::Json;
use super::plan::Vpc;
use super::transit::{self, ENVIRONMENTS, Mesh};
use super::{Account, Estate, Region, VPCS_PER_MESH, Written, answers, filters, hosts};

/// Calls whose answer is a list that is empty everywhere in this estate.
const EMPTY: [(&str, &str); 13] = [
    ("describe-vpc-block-public-access-exclusions", "VpcBlockPublicAccessExclusions"),
    ("describe-security-group-vpc-associations", "SecurityGroupVpcAssociations"),
    ("describe-transit-gateway-peering-attachments", "TransitGatewayPeeringAttachments"),
    ("describe-transit-gateway-connects", "TransitGatewayConnects"),
    ("describe-transit-gateway-policy-tables", "TransitGatewayPolicyTables"),
    ("describe-vpn-gateways", "VpnGateways"),
    ("describe-vpn-connections", "VpnConnections"),
    ("describe-customer-gateways", "CustomerGateways"),
    ("describe-client-vpn-endpoints", "ClientVpnEndpoints"),
    ("describe-vpc-endpoint-service-configurations", "ServiceConfigurations"),
    ("describe-instance-connect-endpoints", "InstanceConnectEndpoints"),
    ("describe-load-balancers", "LoadBalancers"),
    ("describe-target-groups", "TargetGroups"),
];

/// The open files of the calls that describe what belongs to VPCs.
struct Files {
    vpcs: Json,
    subnets: Json,
    route_tables: Json,
    network_acls: Json,
    security_groups: Json,
    interfaces: Json,
    instances: Json,
    internet_gateways: Json,
    egress_only_gateways: Json,
    nat_gateways: Json,
    addresses: Json,
    peerings: Json,
    endpoints: Json,
}

/// Where the files go and what has been written of them.
struct Folder<'a> {
    estate: &'a Estate,
    account: Account,
    region: &'static Region,
    path: PathBuf,
    written: Written,
}

pub fn write_account(estate: &Estate, account: Account, root: &Path) -> io::Result<Written> {
    let region = estate.region(estate.vpcs_of(account).start / VPCS_PER_MESH);
    let path = root.join("accounts").join(account.to_string()).join(region.name);
    fs::create_dir_all(&path)?;
    let mut folder = Folder { estate, account, region, path, written: Written::default() };
    folder.write_vpcs()?;
    folder.write_account_wide()?;
    folder.write_prefix_lists()?;
    folder.write_transit()?;
    Ok(folder.written)
}

impl Folder<'_> {
    fn write_vpcs(&mut self) -> io::Result<()> {
        let mut files = Files::create(self)?;
        for number in self.estate.vpcs_of(self.account) {
            let vpc = Vpc::plan(self.estate, number);
            let interfaces = interfaces(&vpc);
            files.write_network(&vpc, &interfaces);
            files.write_hosts(&vpc, &interfaces);
        }
        files.finish(self)
    }

    fn write_account_wide(&mut self) -> io::Result<()> {
        for (call, key) in EMPTY {
            let json = self.list(call, key)?;
            self.close(json)?;
        }
        let mut zones = self.list("describe-availability-zones", "AvailabilityZones")?;
        (0..6).for_each(|it| answers::availability_zone(&mut zones, self.account, self.region, it));
        self.close(zones)?;
        let mut options = self.object("describe-vpc-block-public-access-options")?;
        options.member("VpcBlockPublicAccessOptions", |json| {
            json.text("AwsAccountId", self.account);
            json.text("AwsRegion", self.region.name);
            json.text("State", "default-state");
            json.text("InternetGatewayBlockMode", "off");
            json.text("ManagedBy", "account");
            json.text("ExclusionsAllowed", "allowed");
        });
        self.close(options)
    }

    fn write_prefix_lists(&mut self) -> io::Result<()> {
        let mut lists = self.list("describe-managed-prefix-lists", "PrefixLists")?;
        let mut seen = Vec::new();
        for mesh in self.meshes() {
            for list in PrefixList::ALL {
                let id = list.id(self.estate, mesh);
                if seen.contains(&id) {
                    continue;
                }
                self.describe_prefix_list(&mut lists, mesh, list);
                let mut entries = self.object(&format!("get-managed-prefix-list-entries-{id}"))?;
                entries.text("PrefixListId", &id);
                entries.list("Entries", |json| {
                    for entry in list.entries(self.estate) {
                        json.object(|json| {
                            json.text("Cidr", entry);
                            json.text("Description", list.name());
                        });
                    }
                });
                self.close(entries)?;
                seen.push(id);
            }
        }
        self.close(lists)
    }

    fn describe_prefix_list(&self, json: &mut Json, mesh: usize, list: PrefixList) {
        let (id, region) = (list.id(self.estate, mesh), self.region.name);
        json.object(|json| {
            json.text("PrefixListId", &id);
            json.text("AddressFamily", "IPv4");
            if list.is_of_aws() {
                json.text("State", "create-complete");
                json.text("PrefixListArn", format_args!("arn:aws:ec2:{region}:aws:prefix-list/{id}"));
                json.text("PrefixListName", format_args!("com.amazonaws.{region}.{}", list.name()));
                json.empty_list("Tags");
                json.text("OwnerId", "AWS");
            } else {
                let owner = self.estate.network_account(mesh);
                json.text("State", "create-complete");
                json.text("PrefixListArn", format_args!("arn:aws:ec2:{region}:{owner}:prefix-list/{id}"));
                json.text("PrefixListName", list.name());
                json.plain("MaxEntries", 40);
                json.plain("Version", 3);
                json.empty_list("Tags");
                json.text("OwnerId", owner);
            }
        });
    }

    fn write_transit(&mut self) -> io::Result<()> {
        let mut gateways = self.list("describe-transit-gateways", "TransitGateways")?;
        let mut attachments =
            self.list("describe-transit-gateway-attachments", "TransitGatewayAttachments")?;
        let mut vpc_attachments =
            self.list("describe-transit-gateway-vpc-attachments", "TransitGatewayVpcAttachments")?;
        let mut tables = self.list("describe-transit-gateway-route-tables", "TransitGatewayRouteTables")?;
        for number in self.meshes() {
            let mesh = Mesh { estate: self.estate, number };
            let is_owner = mesh.owner() == self.account;
            transit::transit_gateway(&mut gateways, mesh);
            for vpc in self.estate.vpcs_in(number) {
                let vpc = Vpc::plan(self.estate, vpc);
                // An owner sees every attachment, others see their own.
                if is_owner || vpc.account() == self.account {
                    transit::attachment(&mut attachments, mesh, &vpc, is_owner);
                    transit::vpc_attachment(&mut vpc_attachments, mesh, &vpc);
                }
            }
            for environment in ENVIRONMENTS.into_iter().filter(|_| is_owner) {
                transit::route_table(&mut tables, mesh, environment);
                self.write_transit_table(mesh, environment)?;
            }
        }
        [gateways, attachments, vpc_attachments, tables].into_iter().try_for_each(|it| self.close(it))
    }

    fn write_transit_table(&mut self, mesh: Mesh, environment: super::plan::Environment) -> io::Result<()> {
        let table = mesh.table(environment);
        let answer = |folder: &Self, call: &str| -> io::Result<Json> {
            let mut json = folder.object(&format!("{call}-{table}"))?;
            json.text("TransitGatewayRouteTableId", table);
            Ok(json)
        };
        let mut json = answer(self, "search-transit-gateway-routes")?;
        json.list("Routes", |json| transit::routes(json, mesh, environment));
        json.plain("AdditionalRoutesAvailable", false);
        self.close(json)?;
        let mut json = answer(self, "get-transit-gateway-route-table-associations")?;
        json.list("Associations", |json| transit::associations(json, mesh, environment));
        self.close(json)?;
        let mut json = answer(self, "get-transit-gateway-route-table-propagations")?;
        let key = "TransitGatewayRouteTablePropagations";
        json.list(key, |json| transit::propagations(json, mesh, environment));
        self.close(json)?;
        let mut json = answer(self, "get-transit-gateway-prefix-list-references")?;
        json.empty_list("TransitGatewayPrefixListReferences");
        self.close(json)
    }

    /// The meshes that this account's VPCs belong to.
    fn meshes(&self) -> std::ops::RangeInclusive<usize> {
        let vpcs = self.estate.vpcs_of(self.account);
        vpcs.start / VPCS_PER_MESH..=(vpcs.end - 1) / VPCS_PER_MESH
    }

    fn list(&self, call: &str, key: &str) -> io::Result<Json> {
        Json::create_list(&self.path.join(call).with_extension("json"), key)
    }

    fn object(&self, call: &str) -> io::Result<Json> {
        Json::create(&self.path.join(call).with_extension("json"))
    }

    fn close(&mut self, json: Json) -> io::Result<()> {
        self.written.bytes += json.finish()?;
        self.written.files += 1;
        Ok(())
    }
}

impl Files {
    fn create(folder: &Folder) -> io::Result<Files> {
        Ok(Files {
            vpcs: folder.list("describe-vpcs", "Vpcs")?,
            subnets: folder.list("describe-subnets", "Subnets")?,
            route_tables: folder.list("describe-route-tables", "RouteTables")?,
            network_acls: folder.list("describe-network-acls", "NetworkAcls")?,
            security_groups: folder.list("describe-security-groups", "SecurityGroups")?,
            interfaces: folder.list("describe-network-interfaces", "NetworkInterfaces")?,
            instances: folder.list("describe-instances", "Reservations")?,
            internet_gateways: folder.list("describe-internet-gateways", "InternetGateways")?,
            egress_only_gateways: folder
                .list("describe-egress-only-internet-gateways", "EgressOnlyInternetGateways")?,
            nat_gateways: folder.list("describe-nat-gateways", "NatGateways")?,
            addresses: folder.list("describe-addresses", "Addresses")?,
            peerings: folder.list("describe-vpc-peering-connections", "VpcPeeringConnections")?,
            endpoints: folder.list("describe-vpc-endpoints", "VpcEndpoints")?,
        })
    }

    fn write_network(&mut self, vpc: &Vpc, interfaces: &[Interface]) {
        answers::vpc(&mut self.vpcs, vpc);
        for (index, subnet) in vpc.subnets.iter().enumerate() {
            let here = interfaces.iter().filter(|it| it.subnet == index);
            let taken = here.map(|it| 1 + it.secondary.len()).sum();
            answers::subnet(&mut self.subnets, vpc, index, subnet, taken);
        }
        vpc.tables().into_iter().for_each(|it| answers::route_table(&mut self.route_tables, vpc, it));
        vpc.acls().into_iter().for_each(|it| filters::network_acl(&mut self.network_acls, vpc, it));
        groups(vpc).iter().for_each(|it| filters::security_group(&mut self.security_groups, vpc, it));
        if let Some(id) = vpc.internet_gateway() {
            answers::internet_gateway(&mut self.internet_gateways, vpc, id);
        }
        if let Some(id) = vpc.egress_only_gateway() {
            answers::egress_only_gateway(&mut self.egress_only_gateways, vpc, id);
        }
        for peering in &vpc.peerings {
            // Both ends in one account: AWS lists the connection once.
            if peering.requester || vpc.estate.account_of(peering.other) != vpc.account() {
                answers::peering(&mut self.peerings, vpc, peering);
            }
        }
        answers::endpoints(&mut self.endpoints, vpc, interfaces);
    }

    fn write_hosts(&mut self, vpc: &Vpc, interfaces: &[Interface]) {
        for interface in interfaces {
            hosts::interface(&mut self.interfaces, vpc, interface);
            if let Some(public) = interface.public.filter(|it| it.elastic) {
                hosts::address(&mut self.addresses, vpc, interface, public);
            }
            if let Kind::NatGateway { zone } = interface.kind {
                answers::nat_gateway(&mut self.nat_gateways, vpc, zone, interface);
            }
        }
        // Interfaces of one instance stand next to each other.
        for together in interfaces.chunk_by(|a, b| instance(a).is_some() && instance(a) == instance(b)) {
            if let Some(number) = instance(&together[0]) {
                hosts::instance(&mut self.instances, vpc, number, together);
            }
        }
    }

    fn finish(self, folder: &mut Folder) -> io::Result<()> {
        let files = [
            self.vpcs,
            self.subnets,
            self.route_tables,
            self.network_acls,
            self.security_groups,
            self.interfaces,
            self.instances,
            self.internet_gateways,
            self.egress_only_gateways,
            self.nat_gateways,
            self.addresses,
            self.peerings,
            self.endpoints,
        ];
        files.into_iter().try_for_each(|it| folder.close(it))
    }
}

fn instance(interface: &Interface) -> Option<usize> {
    match interface.kind {
        Kind::Instance { number, .. } => Some(number),
        Kind::NatGateway { .. }
        | Kind::Attachment
        | Kind::Endpoint
        | Kind::Spare
        | Kind::Task
        | Kind::Function
        | Kind::Database => None,
    }
}
