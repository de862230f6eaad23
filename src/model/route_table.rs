//! Route tables of subnets and of gateways (`RT`, `GRT`).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::words::words;
use super::{
    About, ElementError, PrefixListId, Reading, Resource, ResourceKind, RouteTableId, SubnetId, Tags, VpcId,
};

/// A route table.
#[derive(Debug, Clone)]
pub struct RouteTable {
    /// Place, owner, tags.
    pub about: About,
    /// `rtb-…`
    pub id: RouteTableId,
    /// The VPC that it is a part of.
    pub vpc: VpcId,
    /// Whom it serves. Subnets that use the main table by default are not listed (RT-1).
    pub associations: Vec<RouteTableAssociation>,
    /// Its routes, in the order of the file.
    pub routes: Vec<Route>,
    /// The virtual private gateways that propagate into it: what they know shows among the routes (VPN-3).
    pub propagating: Vec<CompactString>,
}

/// One association in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteTableAssociation {
    /// The VPC's main table.
    Main,
    /// An explicit association of a subnet.
    Subnet(SubnetId),
    /// A gateway route table: `igw-…` or `vgw-…` (GRT).
    Gateway(CompactString),
}

/// One route.
#[derive(Debug, Clone)]
pub struct Route {
    /// What it is for; absent when none of the three members is there.
    pub destination: RouteDestination,
    /// Where it sends.
    pub target: RouteTarget,
    /// Whether it works.
    pub state: RouteState,
    /// Who made it.
    pub origin: RouteOrigin,
}

/// What a route is for (RT-3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteDestination {
    /// A block of either family.
    Cidr(IpNet),
    /// The entries of a prefix list, each by itself (RT-6).
    PrefixList(PrefixListId),
}

/// Where a route sends (`aws-semantics` 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteTarget {
    /// Delivery inside the VPC.
    Local,
    /// `GatewayId`: an internet gateway, a virtual private gateway, a gateway or Gateway Load Balancer endpoint:
    /// the id's beginning and the endpoint's type tell which.
    Gateway(CompactString),
    /// A NAT gateway.
    NatGateway(CompactString),
    /// A network interface, possibly with the instance that it is attached to.
    NetworkInterface(CompactString),
    /// An instance, where no interface is named.
    Instance(CompactString),
    /// A VPC peering connection.
    PeeringConnection(CompactString),
    /// A transit gateway.
    TransitGateway(CompactString),
    /// An egress-only internet gateway.
    EgressOnlyInternetGateway(CompactString),
    /// A carrier gateway.
    CarrierGateway(CompactString),
    /// A local gateway.
    LocalGateway(CompactString),
    /// A Cloud WAN core network.
    CoreNetwork(CompactString),
    /// A target in a member that nobody here knows (JS-4).
    Unknown,
}

impl RouteTarget {
    /// The id of the thing that packets are sent to, where it is one.
    pub fn id(&self) -> Option<&CompactString> {
        match self {
            RouteTarget::Gateway(id)
            | RouteTarget::NatGateway(id)
            | RouteTarget::NetworkInterface(id)
            | RouteTarget::Instance(id)
            | RouteTarget::PeeringConnection(id)
            | RouteTarget::TransitGateway(id)
            | RouteTarget::EgressOnlyInternetGateway(id)
            | RouteTarget::CarrierGateway(id)
            | RouteTarget::LocalGateway(id)
            | RouteTarget::CoreNetwork(id) => Some(id),
            RouteTarget::Local | RouteTarget::Unknown => None,
        }
    }
}

words! {
    /// The state of a route.
    RouteState { Active = "active", Blackhole = "blackhole", Filtered = "filtered", }
}

words! {
    /// Who made a route.
    RouteOrigin {
        /// The local route.
        Table = "CreateRouteTable",
        /// A person.
        Static = "CreateRoute",
        /// Propagation from a virtual private gateway.
        Propagated = "EnableVgwRoutePropagation",
        /// A route server.
        Advertised = "Advertisement",
    }
}

/// The element of `RouteTables`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    route_table_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    associations: Option<Vec<AssociationWire>>,
    routes: Option<Vec<RouteWire>>,
    propagating_vgws: Option<Vec<PropagatingWire>>,
    owner_id: Option<CompactString>,
    tags: Option<Tags>,
}

/// `Associations[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AssociationWire {
    main: Option<bool>,
    subnet_id: Option<CompactString>,
    gateway_id: Option<CompactString>,
    association_state: Option<super::vpc::StateWire>,
}

/// `PropagatingVgws[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PropagatingWire {
    gateway_id: Option<CompactString>,
}

/// `Routes[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RouteWire {
    destination_cidr_block: Option<CompactString>,
    destination_ipv6_cidr_block: Option<CompactString>,
    destination_prefix_list_id: Option<CompactString>,
    gateway_id: Option<CompactString>,
    nat_gateway_id: Option<CompactString>,
    network_interface_id: Option<CompactString>,
    instance_id: Option<CompactString>,
    vpc_peering_connection_id: Option<CompactString>,
    transit_gateway_id: Option<CompactString>,
    egress_only_internet_gateway_id: Option<CompactString>,
    carrier_gateway_id: Option<CompactString>,
    local_gateway_id: Option<CompactString>,
    core_network_arn: Option<CompactString>,
    state: Option<CompactString>,
    origin: Option<CompactString>,
}

impl RouteWire {
    fn destination(&self) -> Result<RouteDestination, ElementError> {
        let some = |text: &Option<CompactString>| present(text.clone());
        if let Some(text) = some(&self.destination_cidr_block) {
            return Ok(RouteDestination::Cidr(cidr("DestinationCidrBlock", &text)?));
        }
        if let Some(text) = some(&self.destination_ipv6_cidr_block) {
            return Ok(RouteDestination::Cidr(cidr("DestinationIpv6CidrBlock", &text)?));
        }
        let list = some(&self.destination_prefix_list_id);
        list.map(|id| RouteDestination::PrefixList(PrefixListId(id)))
            .ok_or(ElementError::Missing("Routes[].DestinationCidrBlock"))
    }

    fn target(&self) -> RouteTarget {
        let members: [(&Option<CompactString>, fn(CompactString) -> RouteTarget); 10] = [
            (&self.nat_gateway_id, RouteTarget::NatGateway),
            (&self.vpc_peering_connection_id, RouteTarget::PeeringConnection),
            (&self.transit_gateway_id, RouteTarget::TransitGateway),
            (&self.egress_only_internet_gateway_id, RouteTarget::EgressOnlyInternetGateway),
            (&self.carrier_gateway_id, RouteTarget::CarrierGateway),
            (&self.local_gateway_id, RouteTarget::LocalGateway),
            (&self.core_network_arn, RouteTarget::CoreNetwork),
            // A route to an instance names its interface too; the interface is what forwards.
            (&self.network_interface_id, RouteTarget::NetworkInterface),
            (&self.instance_id, RouteTarget::Instance),
            (
                &self.gateway_id,
                |id| {
                    if id == "local" { RouteTarget::Local } else { RouteTarget::Gateway(id) }
                },
            ),
        ];
        for (member, make) in members {
            if let Some(id) = present(member.clone()) {
                return make(id);
            }
        }
        RouteTarget::Unknown
    }
}

impl Resource for RouteTable {
    type Wire = Wire;
    type Id = RouteTableId;
    const KIND: ResourceKind = ResourceKind::RouteTable;
    const WORD: &'static str = "route-table";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<RouteTable, ElementError> {
        let mut associations = Vec::new();
        for association in wire.associations.unwrap_or_default() {
            let state = association.association_state.and_then(|it| it.state);
            // RT-1: only what is associated counts; older answers have no state.
            if !present(state).is_none_or(|state| state.eq_ignore_ascii_case("associated")) {
                continue;
            }
            if let Some(subnet) = present(association.subnet_id) {
                associations.push(RouteTableAssociation::Subnet(SubnetId(subnet)));
            } else if let Some(gateway) = present(association.gateway_id) {
                associations.push(RouteTableAssociation::Gateway(gateway));
            } else if association.main == Some(true) {
                associations.push(RouteTableAssociation::Main);
            }
        }
        let mut routes = Vec::new();
        for route in wire.routes.unwrap_or_default() {
            routes.push(Route {
                destination: route.destination()?,
                target: route.target(),
                state: reading.word(route.state).unwrap_or(RouteState::Active),
                origin: reading.word(route.origin).unwrap_or(RouteOrigin::Static),
            });
        }
        let propagating = wire.propagating_vgws.unwrap_or_default().into_iter();
        Ok(RouteTable {
            about: reading.about(wire.owner_id, None, wire.tags),
            id: RouteTableId(wire.route_table_id.or_missing("RouteTableId")?),
            vpc: VpcId(wire.vpc_id.or_missing("VpcId")?),
            associations,
            routes,
            propagating: propagating.filter_map(|it| present(it.gateway_id)).collect(),
        })
    }

    fn id(&self) -> &RouteTableId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (Some(self.vpc.as_str()), None)
    }
}
