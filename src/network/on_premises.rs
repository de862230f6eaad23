//! Links to networks on premises: VPN connections, Direct Connect and Connect, out and in (VPN, DX, TGW-17).
//!
//! What lies behind a link is outside of the snapshot. Packets for there end at the link; packets from there come in by
//! any link that carries them to their destination, each a choice of its own, because the routers on premises decide.
//! An answer goes back by the link that asked. Not good at networks on premises whose own routes make a difference.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use rustc_hash::FxHashSet;

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey};
use super::location::{
    AssumptionIndex, Component, Entry, Guard, Hop, HopIndex, LocationId, LocationKind, Origin, Step,
};
use crate::model::{
    AssumptionCode, AttachmentKind, ResourceKind, RouteDestination, RouteOrigin, RouteState, RouteTarget,
    TransitGatewayAttachmentId, TransitGatewayRouteState,
};
use crate::packet::{AddressMap, AddressSet, Family, range_of};

/// A link, by the row of what makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Link {
    /// A Site-to-Site VPN connection.
    Vpn(usize),
    /// An association of a Direct Connect gateway.
    DirectConnect(usize),
    /// A private virtual interface that ends at a virtual private gateway.
    Interface(usize),
    /// A Connect attachment, by its row in the general list.
    Connect(usize),
}

/// What a link carries from on premises.
#[derive(Debug, Clone)]
pub(super) struct Carried {
    /// Its way in.
    location: LocationId,
    /// Whether it works at all.
    works: bool,
    /// What lies on AWS's side.
    destinations: Vec<IpNet>,
}

impl Link {
    fn component(self) -> Component {
        match self {
            Link::Vpn(row) => Compiler::resource(ResourceKind::VpnConnection, row),
            Link::DirectConnect(row) => {
                Compiler::resource(ResourceKind::DirectConnectGatewayAssociation, row)
            }
            Link::Interface(row) => Compiler::resource(ResourceKind::VirtualInterface, row),
            Link::Connect(row) => Compiler::resource(ResourceKind::TransitGatewayAttachment, row),
        }
    }

    /// Whether packets pass at all, as far as is known.
    pub(super) fn works(self, compiler: &Compiler<'_>) -> bool {
        match self {
            Link::Vpn(row) => super::vpn_connection::works(&compiler.model.vpn_connections[row]),
            Link::DirectConnect(row) => super::direct_connect_gateway::works(compiler, row),
            Link::Interface(row) => {
                super::direct_connect_gateway::carries(&compiler.model.virtual_interfaces[row])
            }
            Link::Connect(row) => super::transit_gateway_connect::works(compiler, row),
        }
    }

    fn guards(self, compiler: &mut Compiler<'_>, is_outward: bool) -> Vec<Step> {
        match self {
            Link::Vpn(row) => super::vpn_connection::guards(compiler, row, is_outward),
            Link::DirectConnect(row) => super::direct_connect_gateway::guards(compiler, row, is_outward),
            Link::Interface(row) => super::direct_connect_gateway::interface_guards(compiler, row),
            Link::Connect(row) => super::transit_gateway_connect::guards(compiler, row),
        }
    }

    /// Where packets that came in by it go on.
    fn next(self, compiler: &mut Compiler<'_>) -> LocationId {
        match self {
            Link::Vpn(row) => super::vpn_connection::next(compiler, row),
            Link::DirectConnect(row) => super::direct_connect_gateway::next(compiler, row),
            Link::Interface(row) => super::direct_connect_gateway::next_of_interface(compiler, row),
            Link::Connect(row) => super::transit_gateway_attachment::from_link(compiler, row),
        }
    }
}

/// The way out by a link: there packets end.
pub(super) fn outward(compiler: &mut Compiler<'_>, link: Link) -> LocationId {
    let key = PlaceKey::Link(link, true);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let location = compiler.add_location(LocationKind::LinkOut, link.component());
    compiler.places.insert(key, location);
    let back = inward(compiler, link);
    let mut steps = link.guards(compiler, true);
    let assumed = assumed(compiler, link);
    steps.extend([Step::Guard(Guard::Assume(assumed)), Step::ArriveOnPremises(back)]);
    compiler.set_steps(location, &steps);
    location
}

/// The way in by a link.
pub(super) fn inward(compiler: &mut Compiler<'_>, link: Link) -> LocationId {
    let key = PlaceKey::Link(link, false);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let location = compiler.add_location(LocationKind::LinkIn, link.component());
    compiler.places.insert(key, location);
    let next = link.next(compiler);
    let edge = compiler.add_edge(location, next, Origin::Wiring);
    let mut steps = link.guards(compiler, false);
    let assumed = assumed(compiler, link);
    steps.extend([Step::Guard(Guard::Assume(assumed)), Step::Enter(Entry::Link), Step::Follow(edge)]);
    compiler.set_steps(location, &steps);
    location
}

/// VPN-11: what is on the other side is not in the snapshot.
fn assumed(compiler: &mut Compiler<'_>, link: Link) -> AssumptionIndex {
    let Component::Resource(kind, row) = link.component() else {
        return compiler.assumption(AssumptionCode::OnPremisesAssumed, "on-premises", None, None);
    };
    let about = kind.id_text(compiler.model, row as usize).unwrap_or_default().to_owned();
    let place = kind.about(compiler.model, row as usize).map(|it| it.place);
    compiler.assumption(AssumptionCode::OnPremisesAssumed, &about, None, place)
}

/// The link that an attachment of a transit gateway is; or what is said of one that the snapshot lacks.
pub(super) fn of_attachment(
    compiler: &mut Compiler<'_>,
    position: usize,
) -> Option<Result<Link, AssumptionIndex>> {
    let model = compiler.model;
    let attachment = &model.transit_gateway_attachments[position];
    let resource = attachment.resource.as_deref().unwrap_or_default();
    match attachment.kind {
        AttachmentKind::Vpn | AttachmentKind::VpnConcentrator => {
            Some(match model.vpn_connections.position(&resource.into()) {
                Some(row) => Ok(Link::Vpn(row)),
                None => {
                    let place = Some(attachment.about.place);
                    Err(compiler.absent(ResourceKind::VpnConnection, resource, None, None, place))
                }
            })
        }
        AttachmentKind::DirectConnectGateway => {
            Some(super::direct_connect_gateway::of_attachment(compiler, attachment))
        }
        AttachmentKind::Connect => Some(Ok(Link::Connect(position))),
        AttachmentKind::Vpc
        | AttachmentKind::Peering
        | AttachmentKind::TransitGatewayPeering
        | AttachmentKind::NetworkFunction
        | AttachmentKind::ClientVpn
        | AttachmentKind::Unknown(_) => None,
    }
}

/// Where packets from on premises stand; every link is known by then.
pub(super) fn location(compiler: &mut Compiler<'_>) -> LocationId {
    let location = compiler.add_location(LocationKind::OnPremises, Component::OnPremises);
    collect(compiler);
    let entries: Vec<(IpNet, usize)> = (0..)
        .zip(&compiler.links)
        .flat_map(|(number, link)| link.destinations.iter().map(move |net| (*net, number)))
        .collect();
    let edges: Vec<(Hop, bool)> = compiler
        .links
        .clone()
        .iter()
        .map(|link| (Hop::Edge(compiler.add_edge(location, link.location, Origin::Wiring)), link.works))
        .collect();
    let everything: Vec<usize> = (0..edges.len()).collect();
    let unseen = unseen_links(compiler).map(|gap| compiler.hop(Hop::Unknown(gap)));
    compiler.may_have_links = unseen.is_some() && hints_at_links(compiler);
    let mut made: Vec<(Vec<usize>, HopIndex)> = Vec::new();
    let map = AddressMap::sweep(&entries, |_, covering| {
        let mut links: Vec<usize> = covering.iter().map(|number| **number).collect();
        links.sort_unstable();
        links.dedup();
        // Routers on premises use what works and, of that, what was announced to them; what does not work shows why.
        let working = |links: &[usize]| links.iter().copied().filter(|it| edges[*it].1).collect::<Vec<_>>();
        let leading = working(&links);
        // What is missing may lead there, too.
        if let Some(unseen) = unseen.filter(|_| leading.is_empty()) {
            return unseen;
        }
        let candidates = [leading, links, working(&everything), everything.clone()];
        let chosen = candidates.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
        if let Some((_, hop)) = made.iter().find(|(known, _)| *known == chosen) {
            return *hop;
        }
        let hops: Vec<Hop> = chosen.iter().map(|it| edges[*it].0).collect();
        let hop = super::vpn_gateway::one_of(compiler, &hops, ExplanationCode::NoLinkFromOnPremises);
        made.push((chosen, hop));
        hop
    });
    let map = compiler.route_map(map, Vec::new());
    let mut steps = super::direct_connect_gateway::unseen(compiler, "the links to on premises");
    steps.push(Step::OverLink(map));
    compiler.set_steps(location, &steps);
    location
}

/// What keeps it open which links there are: a call that would show some is missing.
fn unseen_links(compiler: &mut Compiler<'_>) -> Option<AssumptionIndex> {
    let kinds = [
        ResourceKind::VpnConnection,
        ResourceKind::VpnGateway,
        ResourceKind::TransitGatewayAttachment,
        ResourceKind::DirectConnectGatewayAssociation,
        ResourceKind::VirtualInterface,
    ];
    let missing = kinds.into_iter().find(|kind| !compiler.model.coverage.holds_any(*kind))?;
    Some(compiler.absent(missing, "the links to on premises", None, None, None))
}

/// Whether something in the snapshot is only there for links, or could be.
fn hints_at_links(compiler: &Compiler<'_>) -> bool {
    let model = compiler.model;
    let leads_to_links = |target: &RouteTarget| match target {
        RouteTarget::Gateway(id) => id.starts_with("vgw-"),
        RouteTarget::TransitGateway(_) => true,
        RouteTarget::Local
        | RouteTarget::NatGateway(_)
        | RouteTarget::NetworkInterface(_)
        | RouteTarget::Instance(_)
        | RouteTarget::PeeringConnection(_)
        | RouteTarget::EgressOnlyInternetGateway(_)
        | RouteTarget::CarrierGateway(_)
        | RouteTarget::LocalGateway(_)
        | RouteTarget::CoreNetwork(_)
        | RouteTarget::Unknown => false,
    };
    let mut routes = model.route_tables.iter().flat_map(|it| &it.routes);
    !model.vpn_gateways.is_empty()
        || !model.vpn_connections.is_empty()
        || routes.any(|route| leads_to_links(&route.target))
}

/// Every link with what it carries: to the VPC of a virtual private gateway; to what the table of an attachment knows.
fn collect(compiler: &mut Compiler<'_>) {
    let model = compiler.model;
    let mut seen: FxHashSet<Link> = FxHashSet::default();
    for position in 0..model.vpn_gateways.len() {
        let vpc = super::vpn_gateway::attached_vpc(compiler, position);
        let destinations = vpc.map(|it| compiler.vpcs[it.index()].cidrs.clone()).unwrap_or_default();
        for link in super::vpn_gateway::links(compiler, position) {
            seen.insert(link);
            add(compiler, link, destinations.clone());
        }
        if let Some(gap) = super::vpn_gateway::unseen_connections(compiler, position) {
            add_unknown(compiler, gap, destinations);
        }
    }
    for position in 0..model.transit_gateway_attachments.len() {
        let Some(link) = of_attachment(compiler, position) else { continue };
        let destinations = super::transit_gateway_attachment::known_to(compiler, position);
        match link {
            Ok(link) => {
                seen.insert(link);
                add(compiler, link, destinations);
            }
            Err(gap) => add_unknown(compiler, gap, destinations),
        }
    }
    // Where the snapshot lacks a link's other end, it may lead anywhere.
    for link in all_links(compiler) {
        if !seen.contains(&link) && ends_unseen(compiler, link) {
            add(compiler, link, EVERYTHING.to_vec());
        }
    }
}

/// Every address.
pub(super) const EVERYTHING: [IpNet; 2] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0)),
];

fn add(compiler: &mut Compiler<'_>, link: Link, destinations: Vec<IpNet>) {
    let works = link.works(compiler);
    let location = inward(compiler, link);
    compiler.links.push(Carried { location, works, destinations });
}

/// What may come in by something that the snapshot lacks.
fn add_unknown(compiler: &mut Compiler<'_>, gap: AssumptionIndex, destinations: Vec<IpNet>) {
    let absent = Component::Resource(ResourceKind::VpnConnection, super::rows::NOBODY);
    let location = compiler.unknown_location(gap, absent);
    compiler.links.push(Carried { location, works: true, destinations });
}

/// Whether the call is missing that would show where a link ends.
fn ends_unseen(compiler: &Compiler<'_>, link: Link) -> bool {
    let model = compiler.model;
    let is_of_vpn_gateway = match link {
        Link::Vpn(row) => model.vpn_connections[row].vpn_gateway.is_some(),
        Link::DirectConnect(row) => model.direct_connect_associations[row].associated.starts_with("vgw-"),
        Link::Interface(_) => true,
        Link::Connect(_) => return false,
    };
    let kind =
        if is_of_vpn_gateway { ResourceKind::VpnGateway } else { ResourceKind::TransitGatewayAttachment };
    !model.coverage.holds_any(kind)
}

/// Links that end at some gateway of AWS, whether the snapshot has that or not.
fn all_links(compiler: &Compiler<'_>) -> Vec<Link> {
    let model = compiler.model;
    let connections = (0..).zip(model.vpn_connections.iter()).filter(|(_, it)| {
        let ends_somewhere = it.vpn_gateway.is_some() || it.transit_gateway.is_some();
        ends_somewhere && super::vpn_connection::is_live(it)
    });
    let direct = super::direct_connect_gateway::all_links(model);
    connections.map(|(row, _)| Link::Vpn(row)).chain(direct).collect()
}

/// What the snapshot says to lie on premises: static routes of VPN connections, and routes that links propagated. A
/// default route says nothing of where things are.
pub(super) fn known(compiler: &Compiler<'_>) -> [AddressSet; 2] {
    let model = compiler.model;
    let mut blocks: Vec<IpNet> =
        model.vpn_connections.iter().flat_map(|it| &it.routes).map(|route| route.cidr).collect();
    let routes = model.route_tables.iter().flat_map(|it| &it.routes);
    blocks.extend(routes.filter_map(|route| match (&route.destination, &route.target) {
        (RouteDestination::Cidr(net), RouteTarget::Gateway(id))
            if route.origin == RouteOrigin::Propagated
                && route.state == RouteState::Active
                && id.starts_with("vgw-") =>
        {
            Some(*net)
        }
        _ => None,
    }));
    let attachments = model.transit_gateway_attachments.iter().filter(|it| it.kind.is_link());
    let links: FxHashSet<&TransitGatewayAttachmentId> = attachments.map(|it| &it.id).collect();
    let listed = model.transit_gateway_routes.iter().flat_map(|it| &it.routes);
    let listed = listed.filter(|it| it.state == TransitGatewayRouteState::Active);
    let by_link = listed.filter(|it| it.attachments.iter().any(|id| links.contains(id)));
    blocks.extend(by_link.map(|it| it.cidr));
    Family::BOTH.map(|family| {
        let of_family = |net: &&IpNet| Family::of(net.addr()) == family && net.prefix_len() > 0;
        let set = AddressSet::of(family, blocks.iter().filter(of_family).map(|net| range_of(*net)));
        let inside = compiler.vpcs.iter().flat_map(|it| &it.cidrs).filter(of_family);
        set.difference(&AddressSet::of(family, inside.map(|net| range_of(*net))))
    })
}
