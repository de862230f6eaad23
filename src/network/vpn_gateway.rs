//! Virtual private gateways: between one VPC and what its links lead to, and no further (VPN-1 … VPN-12, RT-5).

use ipnet::IpNet;

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{
    AssumptionIndex, Component, Entry, Guard, Hop, HopIndex, LocationId, LocationKind, Origin, Step, VpcIndex,
};
use super::on_premises::Link;
use super::rows::NOBODY;
use crate::model::{
    AssumptionCode, GatewayAttachment, Place, ResourceKind, RouteDestination, RouteOrigin, RouteState,
    RouteTarget, VpnGateway, VpnGatewayId, VpnState,
};
use crate::packet::{AddressMap, Family};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Locations {
        return;
    }
    for position in 0..compiler.model.vpn_gateways.len() {
        if let Some(vpc) = attached_vpc(compiler, position) {
            let location = from(compiler, position, vpc);
            super::vpc::add_exit(compiler, vpc, location);
        }
    }
}

/// VPN-1: the VPC that a gateway is attached to, or may be.
pub(super) fn attached_vpc(compiler: &Compiler<'_>, position: usize) -> Option<VpcIndex> {
    let gateway = &compiler.model.vpn_gateways[position];
    let find = |serves: fn(&GatewayAttachment) -> bool| gateway.attachments.iter().find(|it| serves(it));
    let attachment = find(GatewayAttachment::is_in_force).or_else(|| find(|it| it.odd_word().is_some()))?;
    compiler.vpc_ids.get(&attachment.vpc).copied()
}

/// The links that end at a gateway.
pub(super) fn links(compiler: &Compiler<'_>, position: usize) -> Vec<Link> {
    let model = compiler.model;
    let id = &model.vpn_gateways[position].id;
    let connections = (0..).zip(model.vpn_connections.iter());
    let live = connections
        .filter(|(_, it)| it.vpn_gateway.as_ref() == Some(id) && super::vpn_connection::is_live(it));
    let mut links: Vec<Link> = live.map(|(row, _)| Link::Vpn(row)).collect();
    links.extend(super::direct_connect_gateway::links_of(model, id.as_str()));
    links
}

/// The location of packets that a route of a VPC sends to a gateway.
pub(super) fn outward(
    compiler: &mut Compiler<'_>,
    id: &str,
    vpc: VpcIndex,
    place: Option<Place>,
) -> LocationId {
    let kind = ResourceKind::VpnGateway;
    match compiler.model.vpn_gateways.position(&VpnGatewayId::from(id)) {
        Some(position) => from(compiler, position, vpc),
        None => compiler.absent_target(kind, id, vpc, place),
    }
}

fn from(compiler: &mut Compiler<'_>, position: usize, vpc: VpcIndex) -> LocationId {
    let key = PlaceKey::VpnGateway(position, vpc, true);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let component = Compiler::resource(ResourceKind::VpnGateway, position);
    let location = compiler.add_location(LocationKind::VpnGatewayOut, component);
    compiler.places.insert(key, location);
    let mut steps = state_guards(compiler, position, vpc);
    // VPN-8, VPN-9: only what begins in the VPC; nobody else's packets pass through it.
    let own = compiler.vpcs[vpc.index()].cidr_set;
    steps.push(Step::Guard(Guard::SourceIn(own, ExplanationCode::VgwPrivateIpAssociationForEgress)));
    let known = known_routes(compiler, position, vpc);
    let edge = compiler.add_edge(location, known, Origin::Wiring);
    steps.push(Step::Follow(edge));
    compiler.set_steps(location, &steps);
    location
}

/// VPN-1.
fn state_guards(compiler: &mut Compiler<'_>, position: usize, vpc: VpcIndex) -> Vec<Step> {
    let gateway = &compiler.model.vpn_gateways[position];
    let place = gateway.about.place;
    let mut steps = Vec::new();
    match &gateway.state {
        None | Some(VpnState::Available | VpnState::Modifying) => {}
        Some(VpnState::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, Some(place));
            steps.push(Step::Guard(Guard::Unknown(gap)));
        }
        Some(VpnState::Pending | VpnState::Deleting | VpnState::Deleted) => {
            steps.push(Step::Guard(Guard::Never(ExplanationCode::BadState)));
        }
    }
    let id = &compiler.vpcs[vpc.index()].id;
    let mut own = gateway.attachments.iter().filter(|it| it.vpc == *id);
    if own.any(GatewayAttachment::is_in_force) {
        return steps;
    }
    match super::internet_gateway::doubt(compiler, &gateway.attachments, vpc, place) {
        Some(doubt) => steps.push(doubt),
        None => steps.push(Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))),
    }
    steps
}

/// The location of packets that came by a link of a gateway.
pub(super) fn inward(compiler: &mut Compiler<'_>, id: &VpnGatewayId) -> LocationId {
    let kind = ResourceKind::VpnGateway;
    let Some(position) = compiler.model.vpn_gateways.position(id) else {
        let gap = compiler.absent(kind, id.as_str(), None, None, None);
        return compiler.unknown_location(gap, Component::Resource(kind, NOBODY));
    };
    let component = Compiler::resource(kind, position);
    let Some(vpc) = attached_vpc(compiler, position) else {
        let location = compiler.add_location(LocationKind::VpnGatewayIn, component);
        let steps = [Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))];
        compiler.set_steps(location, &steps);
        return location;
    };
    let key = PlaceKey::VpnGateway(position, vpc, false);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let location = compiler.add_location(LocationKind::VpnGatewayIn, component);
    compiler.places.insert(key, location);
    // VPN-12, GRT-1: a table that is associated with the gateway sees what comes in.
    let next = match super::route_table::of_gateway(compiler, id.as_str(), vpc) {
        Some(table) => table,
        None => compiler.vpcs[vpc.index()].router,
    };
    let delivery = compiler.add_location(LocationKind::VpnGatewayIn, component);
    let edge = compiler.add_edge(delivery, next, Origin::Wiring);
    compiler.set_steps(delivery, &[Step::Enter(Entry::VpnGateway), Step::Follow(edge)]);
    let mut steps = state_guards(compiler, position, vpc);
    let own = compiler.vpcs[vpc.index()].cidr_set;
    // VPN-10: what is for another network behind the gateway turns round; nothing else passes through the VPC (VPN-8).
    let behind: Vec<IpNet> = announced(compiler, position, vpc).into_iter().map(|(net, _)| net).collect();
    let behind = compiler.address_set(&behind);
    let known = known_routes(compiler, position, vpc);
    let code = ExplanationCode::VgwPrivateIpAssociationForIngress;
    steps.extend([Step::For(own, delivery), Step::For(behind, known), Step::Guard(Guard::Never(code))]);
    compiler.set_steps(location, &steps);
    location
}

/// RT-5, VPN-4: at the same length, the lower class wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    DirectConnect,
    Static,
    Dynamic,
}

/// One network that the gateway knows.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    hop: HopIndex,
    length: u8,
    class: Class,
    works: bool,
}

/// What is known to be announced by a gateway: static routes of its connections, and rows that it propagated.
fn announced(compiler: &Compiler<'_>, position: usize, vpc: VpcIndex) -> Vec<(IpNet, Origin)> {
    let model = compiler.model;
    let id = &model.vpn_gateways[position].id;
    let mut known: Vec<(IpNet, Origin)> = Vec::new();
    for link in links(compiler, position) {
        if let Link::Vpn(row) = link {
            let routes = super::vpn_connection::routes(&model.vpn_connections[row]);
            known.extend(
                routes.map(|(route, it)| (it.cidr, Origin::VpnRoute { connection: row as u32, route })),
            );
        }
    }
    let is_static = |net: &IpNet, known: &[(IpNet, Origin)]| known.iter().any(|(other, _)| other == net);
    let tables = compiler.relations.route_tables(&compiler.vpcs[vpc.index()].id).to_vec();
    for table in tables {
        for (number, route) in model.route_tables[table].routes.iter().enumerate() {
            let RouteDestination::Cidr(net) = &route.destination else { continue };
            let is_own = matches!(&route.target, RouteTarget::Gateway(target) if *target == id.as_str());
            let is_propagated = route.origin == RouteOrigin::Propagated && route.state == RouteState::Active;
            if is_own && is_propagated && !is_static(net, &known) {
                known.push((*net, Origin::Route { table: table as u32, route: number as u16 }));
            }
        }
    }
    known
}

/// VPN-2: what a gateway knows of the networks behind it, and by which link each is reached.
fn known_routes(compiler: &mut Compiler<'_>, position: usize, vpc: VpcIndex) -> LocationId {
    let key = PlaceKey::VpnGatewayRoutes(position);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let component = Compiler::resource(ResourceKind::VpnGateway, position);
    let location = compiler.add_location(LocationKind::VpnGatewayRoutes, component);
    compiler.places.insert(key, location);
    let learning = learning(compiler, position);
    let mut entries: Vec<(IpNet, Option<Candidate>)> = Vec::new();
    let unseen = unseen_connections(compiler, position);
    for (net, origin) in announced(compiler, position, vpc) {
        let is_direct = |it: &Link| !matches!(it, Link::Vpn(_));
        let (class, links) = if let Origin::VpnRoute { connection, .. } = origin {
            (Class::Static, vec![Link::Vpn(connection as usize)])
        } else if learning.iter().any(is_direct) {
            (Class::DirectConnect, learning.clone())
        } else {
            (Class::Dynamic, learning.clone())
        };
        let works = links.iter().any(|it| it.works(compiler));
        let hop = match unseen {
            // What works may be a connection that the snapshot lacks.
            Some(gap) if !works => compiler.hop(Hop::Unknown(gap)),
            Some(_) | None => by_links(compiler, position, location, &links, origin),
        };
        entries.push((net, Some(Candidate { hop, length: net.prefix_len(), class, works })));
    }
    let hidden = hidden(compiler, position, vpc);
    let listed: Vec<(IpNet, HopIndex)> =
        entries.iter().filter_map(|(net, it)| it.map(|it| (*net, it.hop))).collect();
    let is_visible = hidden.is_some();
    entries.extend(hidden.unwrap_or_default().into_iter().map(|net| (net, None)));
    let rest = Family::BOTH.map(|family| unlisted(compiler, position, location, &learning, family));
    let nothing = compiler.hop(Hop::Drop(ExplanationCode::VgwNoRoute, Origin::Wiring, None));
    let map = AddressMap::sweep(&entries, |family, covering| {
        let candidates: Vec<Candidate> = covering.iter().filter_map(|it| **it).collect();
        let best = winner(compiler, &candidates);
        let may_be_hidden = !is_visible || !covering.is_empty();
        let rest = match family {
            Family::V4 => rest[0],
            Family::V6 => rest[1],
        };
        best.unwrap_or(if may_be_hidden { rest } else { nothing })
    });
    let map = compiler.route_map(map, listed);
    let id = compiler.model.vpn_gateways[position].id.to_string();
    let mut steps = super::direct_connect_gateway::unseen(compiler, &id);
    steps.push(Step::Route(map));
    compiler.set_steps(location, &steps);
    location
}

/// VPN-4: what a connection that does not work announces is withdrawn; then the longest prefix, then the class. Of equals
/// any.
fn winner(compiler: &mut Compiler<'_>, candidates: &[Candidate]) -> Option<HopIndex> {
    let any_works = candidates.iter().any(|it| it.works);
    let counting = candidates.iter().filter(|it| it.works || !any_works);
    let best = counting.clone().map(|it| (std::cmp::Reverse(it.length), it.class)).min()?;
    let equals = counting.filter(|it| (std::cmp::Reverse(it.length), it.class) == best);
    let hops: Vec<Hop> = equals.map(|it| compiler.hops[it.hop.index()]).collect();
    Some(one_of(compiler, &hops, ExplanationCode::VgwNoRoute))
}

/// The links by which a gateway learns networks: those that work, else those that would.
fn learning(compiler: &Compiler<'_>, position: usize) -> Vec<Link> {
    let links = links(compiler, position);
    let learns = |it: &Link| match it {
        Link::Vpn(row) => super::vpn_connection::may_learn(&compiler.model.vpn_connections[*row]),
        Link::DirectConnect(_) | Link::Interface(_) | Link::Connect(_) => it.works(compiler),
    };
    let would = |it: &Link| match it {
        Link::Vpn(row) => {
            let connection = &compiler.model.vpn_connections[*row];
            !connection.is_static_only && !super::vpn_connection::works(connection)
        }
        Link::DirectConnect(_) | Link::Interface(_) | Link::Connect(_) => true,
    };
    let working: Vec<Link> = links.iter().copied().filter(learns).collect();
    if working.is_empty() { links.into_iter().filter(would).collect() } else { working }
}

/// Where packets for a network go that is known to be behind the gateway.
fn by_links(
    compiler: &mut Compiler<'_>,
    position: usize,
    from: LocationId,
    links: &[Link],
    origin: Origin,
) -> HopIndex {
    if links.is_empty() {
        // The row says that somebody announces it, and nobody in the snapshot does.
        let id = compiler.model.vpn_gateways[position].id.clone();
        let kinds = [ResourceKind::VpnConnection, ResourceKind::DirectConnectGatewayAssociation];
        let missing = kinds.into_iter().find(|kind| !compiler.model.coverage.holds(*kind, None, None));
        let gap = match missing {
            Some(kind) => compiler.absent(kind, id.as_str(), None, None, None),
            None => compiler.assumption(AssumptionCode::BgpRoutesNotVisible, id.as_str(), None, None),
        };
        return compiler.hop(Hop::Unknown(gap));
    }
    let hops: Vec<Hop> = links
        .iter()
        .map(|link| {
            let to = super::on_premises::outward(compiler, *link);
            Hop::Edge(compiler.add_edge(from, to, origin))
        })
        .collect();
    one_of(compiler, &hops, ExplanationCode::VgwNoRoute)
}

/// One of several hops; without any, the packets are lost for that reason.
pub(super) fn one_of(compiler: &mut Compiler<'_>, hops: &[Hop], code: ExplanationCode) -> HopIndex {
    match hops {
        [] => compiler.hop(Hop::Drop(code, Origin::Wiring, None)),
        [only] => compiler.hop(*only),
        several => {
            let first = compiler.alternatives.len() as u32;
            compiler.alternatives.extend_from_slice(several);
            compiler.hop(Hop::OneOf(first, several.len() as u16))
        }
    }
}

/// VPN-3: tables into which the gateway propagates show all that it knows, but for blocks that they have written routes
/// for. Those blocks; nothing where no table shows anything.
fn hidden(compiler: &Compiler<'_>, position: usize, vpc: VpcIndex) -> Option<Vec<IpNet>> {
    let model = compiler.model;
    let id = model.vpn_gateways[position].id.as_str();
    let tables = compiler.relations.route_tables(&compiler.vpcs[vpc.index()].id);
    let tables = tables.iter().map(|position| &model.route_tables[*position]);
    let mut hidden: Option<Vec<IpNet>> = None;
    for table in tables.filter(|it| it.propagating.iter().any(|gateway| gateway == id)) {
        let written = table.routes.iter().filter(|it| it.origin != RouteOrigin::Propagated);
        let written = written.filter_map(|route| match &route.destination {
            RouteDestination::Cidr(net) => Some(*net),
            RouteDestination::PrefixList(_) => None,
        });
        let written: Vec<IpNet> = written.collect();
        hidden = Some(match hidden {
            Some(known) => known.into_iter().filter(|net| written.contains(net)).collect(),
            None => written,
        });
    }
    hidden
}

/// Where packets for a network go that nothing shows: what is learnt by BGP need not show anywhere.
fn unlisted(
    compiler: &mut Compiler<'_>,
    position: usize,
    from: LocationId,
    learning: &[Link],
    family: Family,
) -> HopIndex {
    let gateway: &VpnGateway = &compiler.model.vpn_gateways[position];
    let (id, place) = (gateway.id.to_string(), Some(gateway.about.place));
    if let Some(gap) = unseen_connections(compiler, position) {
        return compiler.hop(Hop::Unknown(gap));
    }
    // VPN-7: a virtual private gateway has no IPv6 in tunnels.
    let carries = |it: &&Link| family == Family::V4 || !matches!(it, Link::Vpn(_));
    let links: Vec<Link> = learning.iter().copied().filter(|it| carries(&it)).collect();
    let Some(first) = links.first() else {
        return compiler.hop(Hop::Drop(ExplanationCode::VgwNoRoute, Origin::Wiring, None));
    };
    let component = Compiler::resource(ResourceKind::VpnGateway, position);
    let any = compiler.add_location(LocationKind::VpnGatewayRoutes, component);
    let hop = by_links(compiler, position, any, &links, Origin::Wiring);
    let map = compiler.route_map(AddressMap::constant(hop), Vec::new());
    compiler.set_steps(any, &[Step::Route(map)]);
    let edge = compiler.add_edge(from, any, Origin::Wiring);
    if !first.works(compiler) {
        // It learns nothing, and why is the link's own business.
        return compiler.hop(Hop::Edge(edge));
    }
    let gap = compiler.assumption(AssumptionCode::BgpRoutesNotVisible, &id, None, place);
    let assumed = compiler.assumption(AssumptionCode::AnnouncementAssumed, &id, None, place);
    compiler.hop(Hop::IfAnnounced(gap, assumed, edge))
}

/// What keeps it open which connections end at a gateway.
pub(super) fn unseen_connections(compiler: &mut Compiler<'_>, position: usize) -> Option<AssumptionIndex> {
    let gateway: &VpnGateway = &compiler.model.vpn_gateways[position];
    let (id, place) = (gateway.id.to_string(), Some(gateway.about.place));
    let region = gateway.about.region.clone();
    let kind = ResourceKind::VpnConnection;
    let is_held = compiler.model.coverage.holds(kind, None, region.as_ref());
    (!is_held).then(|| compiler.absent(kind, &id, None, region.as_ref(), place))
}
