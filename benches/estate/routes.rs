//! The routes of a VPC's tables.

use std::fmt::{self, Display};

use super::controls::PrefixList;
use super::plan::{Ipv4Network, Table, Tier, Vpc, block};
use super::random::Id;

pub struct Route {
    pub destination: Destination,
    pub target: Target,
}

pub enum Destination {
    Ipv4(Ipv4Network),
    Ipv6(String),
    PrefixList(PrefixList),
}

pub enum Target {
    Local,
    Gateway(Id),
    EgressOnly(Id),
    NatGateway(Id),
    TransitGateway(Id),
    Peering(Id),
}

const COMPANY: Ipv4Network = Ipv4Network { first: 10 << 24, length: 8 };
const PODS: Ipv4Network = Ipv4Network { first: 100 << 24 | 64 << 16, length: 10 };
const ANYWHERE: Ipv4Network = Ipv4Network { first: 0, length: 0 };

pub fn transit_gateway(vpc: &Vpc) -> Id {
    vpc.estate.id("tgw", vpc.mesh(), 0)
}

pub fn routes(vpc: &Vpc, table: Table) -> Vec<Route> {
    let mut routes = local_routes(vpc);
    match table {
        Table::Main => return routes,
        Table::Public => {
            let gateway =
                vpc.internet_gateway().expect("a public subnet is planned beside an internet gateway");
            routes.push(to_ipv4(ANYWHERE, Target::Gateway(gateway)));
            if vpc.dual_stack {
                routes.push(to_ipv6("::/0", Target::Gateway(gateway)));
            }
        }
        Table::Egress => {
            for zone in 0..vpc.nat_gateways.min(1) {
                routes.push(to_ipv4(ANYWHERE, Target::NatGateway(vpc.nat_gateway(zone))));
            }
            return routes;
        }
        Table::Private(zone) => routes.extend(private_defaults(vpc, zone)),
        Table::Data => (),
    }
    routes.extend(neighbour_routes(vpc));
    if vpc.s3_endpoint && table != Table::Public {
        let target = Target::Gateway(vpc.s3_endpoint_id());
        routes.push(Route { destination: Destination::PrefixList(PrefixList::S3), target });
    }
    routes
}

/// The tables that the VPC's gateway endpoint lists.
pub fn endpoint_tables(vpc: &Vpc) -> Vec<Table> {
    let listed = |it: &Table| matches!(it, Table::Data | Table::Private(_));
    vpc.tables().into_iter().filter(listed).collect()
}

fn local_routes(vpc: &Vpc) -> Vec<Route> {
    let blocks = [Some(vpc.block()), vpc.second_block()];
    let mut routes: Vec<Route> = blocks.into_iter().flatten().map(|it| to_ipv4(it, Target::Local)).collect();
    routes.extend(vpc.ipv6_block().map(|it| to_ipv6(it, Target::Local)));
    routes
}

fn private_defaults(vpc: &Vpc, zone: usize) -> Vec<Route> {
    if !vpc.internet {
        return vec![to_ipv4(ANYWHERE, Target::TransitGateway(transit_gateway(vpc)))];
    }
    let zone = if vpc.nat_gateways == 1 { 0 } else { zone };
    let mut routes = vec![to_ipv4(ANYWHERE, Target::NatGateway(vpc.nat_gateway(zone)))];
    routes.extend(vpc.egress_only_gateway().map(|it| to_ipv6("::/0", Target::EgressOnly(it))));
    routes
}

/// Routes to the other VPCs: the mesh as a whole, peers one by one.
fn neighbour_routes(vpc: &Vpc) -> Vec<Route> {
    let gateway = transit_gateway(vpc);
    let mut routes = Vec::new();
    if vpc.subnet_in(Tier::Attachment, 0).is_some() {
        routes.push(to_ipv4(COMPANY, Target::TransitGateway(gateway)));
        routes.push(to_ipv4(PODS, Target::TransitGateway(gateway)));
        if vpc.dual_stack {
            let mesh = format!("{}:4000::/34", vpc.region().ipv6_prefix);
            routes.push(to_ipv6(mesh, Target::TransitGateway(gateway)));
        }
    }
    for peering in vpc.peerings.iter().filter(|it| it.routed) {
        routes.push(to_ipv4(block(peering.other), Target::Peering(peering.id)));
    }
    routes
}

fn to_ipv4(network: Ipv4Network, target: Target) -> Route {
    Route { destination: Destination::Ipv4(network), target }
}

fn to_ipv6(network: impl Display, target: Target) -> Route {
    Route { destination: Destination::Ipv6(network.to_string()), target }
}

impl Target {
    /// The member of a route that names this target.
    pub fn key(&self) -> &'static str {
        match self {
            Target::Local | Target::Gateway(_) => "GatewayId",
            Target::EgressOnly(_) => "EgressOnlyInternetGatewayId",
            Target::NatGateway(_) => "NatGatewayId",
            Target::TransitGateway(_) => "TransitGatewayId",
            Target::Peering(_) => "VpcPeeringConnectionId",
        }
    }
}

impl Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Local => formatter.write_str("local"),
            Target::Gateway(id)
            | Target::EgressOnly(id)
            | Target::NatGateway(id)
            | Target::TransitGateway(id)
            | Target::Peering(id) => id.fmt(formatter),
        }
    }
}
