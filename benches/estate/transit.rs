//! The transit gateway of a mesh: three route tables, one for each environment.
//!
//! Production and staging see themselves and what is shared, shared sees everyone; what has no way out of its own
//! leaves through the egress VPC. A few VPCs do not propagate: packets reach them only by luck and their own
//! replies are lost, as in real estates.

use super::json::Json;
use super::plan::{Environment, Ipv4Network, Vpc};
use super::random::Id;
use super::{Account, Estate, VPCS_PER_MESH};

pub const ENVIRONMENTS: [Environment; 3] =
    [Environment::Production, Environment::Staging, Environment::Shared];

/// A transit gateway as one account sees it.
#[derive(Clone, Copy)]
pub struct Mesh<'a> {
    pub estate: &'a Estate,
    pub number: usize,
}

impl Mesh<'_> {
    pub fn id(&self) -> Id {
        self.estate.id("tgw", self.number, 0)
    }

    pub fn owner(&self) -> Account {
        self.estate.network_account(self.number)
    }

    pub fn table(&self, environment: Environment) -> Id {
        self.estate.id("tgw-rtb", self.number, environment as usize)
    }

    /// The VPCs whose addresses a table learns.
    fn propagating(&self, table: Environment) -> Vec<Vpc<'_>> {
        let plans = self.estate.vpcs_in(self.number).map(|it| Vpc::plan(self.estate, it));
        plans.filter(|it| it.propagates && sees(table, it.environment)).collect()
    }
}

fn sees(table: Environment, vpc: Environment) -> bool {
    table == vpc || table == Environment::Shared || vpc == Environment::Shared
}

pub fn transit_gateway(json: &mut Json, mesh: Mesh) {
    let support = |on: bool| if on { "enable" } else { "disable" };
    json.object(|json| {
        json.text("TransitGatewayId", mesh.id());
        let (region, owner) = (mesh.estate.region(mesh.number).name, mesh.owner());
        let id = mesh.id();
        json.text("TransitGatewayArn", format_args!("arn:aws:ec2:{region}:{owner}:transit-gateway/{id}"));
        json.text("State", "available");
        json.text("OwnerId", owner);
        json.text("Description", format_args!("mesh {}", mesh.number));
        json.text("CreationTime", mesh.id().made());
        json.member("Options", |json| {
            json.plain("AmazonSideAsn", 64512);
            json.text("AutoAcceptSharedAttachments", "enable");
            json.text("DefaultRouteTableAssociation", "disable");
            json.text("DefaultRouteTablePropagation", "disable");
            json.text("VpnEcmpSupport", "enable");
            json.text("DnsSupport", "enable");
            json.text("SecurityGroupReferencingSupport", support(mesh.number.is_multiple_of(2)));
            json.text("MulticastSupport", "disable");
        });
        json.empty_list("Tags");
    });
}

pub fn vpc_attachment(json: &mut Json, mesh: Mesh, vpc: &Vpc) {
    json.object(|json| {
        json.text("TransitGatewayAttachmentId", vpc.attachment());
        json.text("TransitGatewayId", mesh.id());
        json.text("VpcId", vpc.id());
        json.text("VpcOwnerId", vpc.account());
        json.text("State", "available");
        json.list("SubnetIds", |json| {
            for zone in 0..vpc.attachment_zones {
                let index = vpc.subnet_in(super::plan::Tier::Attachment, zone);
                json.item(vpc.subnet_id(index.expect("each attachment zone has its subnet")));
            }
        });
        json.text("CreationTime", vpc.attachment().made());
        json.member("Options", |json| {
            json.text("DnsSupport", "enable");
            json.text("SecurityGroupReferencingSupport", "enable");
            json.text("Ipv6Support", if vpc.dual_stack { "enable" } else { "disable" });
            json.text("ApplianceModeSupport", "disable");
        });
        json.tags("Tags", &[("Name", &vpc.name())]);
    });
}

/// The general view of an attachment; only the gateway's owner sees its association.
pub fn attachment(json: &mut Json, mesh: Mesh, vpc: &Vpc, seen_by_owner: bool) {
    json.object(|json| {
        json.text("TransitGatewayAttachmentId", vpc.attachment());
        json.text("TransitGatewayId", mesh.id());
        json.text("TransitGatewayOwnerId", mesh.owner());
        json.text("ResourceOwnerId", vpc.account());
        json.text("ResourceType", "vpc");
        json.text("ResourceId", vpc.id());
        json.text("State", "available");
        if seen_by_owner {
            json.member("Association", |json| {
                json.text("TransitGatewayRouteTableId", mesh.table(vpc.environment));
                json.text("State", "associated");
            });
        }
        json.text("CreationTime", vpc.attachment().made());
        json.tags("Tags", &[("Name", &vpc.name())]);
    });
}

pub fn route_table(json: &mut Json, mesh: Mesh, environment: Environment) {
    json.object(|json| {
        json.text("TransitGatewayRouteTableId", mesh.table(environment));
        json.text("TransitGatewayId", mesh.id());
        json.text("State", "available");
        json.plain("DefaultAssociationRouteTable", false);
        json.plain("DefaultPropagationRouteTable", false);
        json.text("CreationTime", mesh.table(environment).made());
        json.tags("Tags", &[("Name", &environment)]);
    });
}

/// `get-transit-gateway-route-table-associations`
pub fn associations(json: &mut Json, mesh: Mesh, environment: Environment) {
    let plans = mesh.estate.vpcs_in(mesh.number).map(|it| Vpc::plan(mesh.estate, it));
    for vpc in plans.filter(|it| it.environment == environment) {
        json.object(|json| {
            resource(json, &vpc);
            json.text("State", "associated");
        });
    }
}

/// `get-transit-gateway-route-table-propagations`
pub fn propagations(json: &mut Json, mesh: Mesh, environment: Environment) {
    for vpc in mesh.propagating(environment) {
        json.object(|json| {
            resource(json, &vpc);
            json.text("State", "enabled");
        });
    }
}

/// `search-transit-gateway-routes`
pub fn routes(json: &mut Json, mesh: Mesh, environment: Environment) {
    for vpc in mesh.propagating(environment) {
        for block in [Some(vpc.block()), vpc.second_block()].into_iter().flatten() {
            route(json, block, &vpc, "propagated");
        }
        if let Some(block) = vpc.ipv6_block() {
            route(json, block, &vpc, "propagated");
        }
    }
    let egress = Vpc::plan(mesh.estate, mesh.number * VPCS_PER_MESH);
    route(json, Ipv4Network { first: 0, length: 0 }, &egress, "static");
    json.object(|json| {
        json.text("DestinationCidrBlock", "10.255.0.0/16");
        json.text("Type", "static");
        json.text("State", "blackhole");
    });
}

fn route(json: &mut Json, destination: impl std::fmt::Display, vpc: &Vpc, kind: &str) {
    json.object(|json| {
        json.text("DestinationCidrBlock", destination);
        json.list("TransitGatewayAttachments", |json| json.object(|json| resource(json, vpc)));
        json.text("Type", kind);
        json.text("State", "active");
    });
}

fn resource(json: &mut Json, vpc: &Vpc) {
    json.text("ResourceId", vpc.id());
    json.text("TransitGatewayAttachmentId", vpc.attachment());
    json.text("ResourceType", "vpc");
}
