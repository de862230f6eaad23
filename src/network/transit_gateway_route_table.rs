//! Route tables of transit gateways (TGW-6 … TGW-8).

use std::collections::BTreeSet;

use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{AssumptionIndex, EdgeId, Hop, HopIndex, LocationId, LocationKind, Origin, Step};
use crate::model::{
    AssumptionCode, AttachmentKind, ResourceKind, TransitGatewayAttachmentId, TransitGatewayAttachmentKey,
    TransitGatewayId, TransitGatewayPrefixListReference, TransitGatewayRoute, TransitGatewayRouteKind,
    TransitGatewayRouteState, TransitGatewayRouteTable,
};
use crate::packet::{AddressMap, Family};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Tables are compiled where an attachment first uses one.
}

/// Where packets could go on from a transit gateway's table: to any of its VPCs.
pub(super) fn note_would_be(compiler: &mut Compiler<'_>) {
    let (model, relations) = (compiler.model, std::sync::Arc::clone(&compiler.relations));
    let mut exits_of: FxHashMap<TransitGatewayId, std::sync::Arc<[LocationId]>> = FxHashMap::default();
    for (location, gateway) in std::mem::take(&mut compiler.transit_locations) {
        let exits = exits_of.entry(gateway).or_insert_with_key(|gateway| {
            let attachments = relations.attachments_of_gateway(gateway).iter();
            attachments
                .map(|position| &model.transit_gateway_vpc_attachments[*position].id)
                .map(|id| super::transit_gateway_attachment::outward(compiler, id, gateway))
                .collect()
        });
        compiler.would_be.insert(location, exits.clone());
    }
}

/// The location of a table.
pub(super) fn location(compiler: &mut Compiler<'_>, position: usize) -> LocationId {
    if let Some(location) = compiler.places.get(&PlaceKey::TransitTable(position)) {
        return *location;
    }
    let component = Compiler::resource(ResourceKind::TransitGatewayRouteTable, position);
    let location = compiler.add_location(LocationKind::TransitRouteTable, component);
    compiler.places.insert(PlaceKey::TransitTable(position), location);
    let table = &compiler.model.transit_gateway_route_tables[position];
    compiler.transit_locations.push((location, table.transit_gateway.clone()));
    let (map, entries) = routes(compiler, table, location);
    let map = compiler.route_map(map, entries);
    compiler.set_steps(location, &[Step::Route(map)]);
    location
}

/// TGW-7: at the same length, the lower class wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Static,
    PrefixList,
    Propagated(Propagator),
}

/// TGW-7: what propagates, first what wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Propagator {
    Vpc,
    DirectConnectGateway,
    Connect,
    Vpn,
    VpnConcentrator,
    ClientVpn,
    Peering,
}

/// One route at one block.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    hop: HopIndex,
    length: u8,
    class: Class,
}

fn routes(
    compiler: &mut Compiler<'_>,
    table: &TransitGatewayRouteTable,
    from: LocationId,
) -> (AddressMap<HopIndex>, Vec<(IpNet, HopIndex)>) {
    let mut entries: Vec<(IpNet, Candidate)> = Vec::new();
    let mut add = |net: IpNet, hop: HopIndex, class: Class| {
        entries.push((net, Candidate { hop, length: net.prefix_len(), class }));
    };
    let model = compiler.model;
    let listed = model.transit_gateway_routes.position(&table.id);
    if let Some(list) = listed {
        for (number, route) in model.transit_gateway_routes[list].routes.iter().enumerate() {
            let origin = Origin::TransitRoute { list: list as u32, route: number as u16 };
            if let Some(hop) = listed_hop(compiler, table, route, origin, from) {
                add(route.cidr, hop, class_of(compiler, table, route));
            }
        }
    }
    for (net, hop) in references(compiler, table, from) {
        add(net, hop, Class::PrefixList);
    }
    for (net, hop) in propagated(compiler, table, from) {
        add(net, hop, Class::Propagated(Propagator::Vpc));
    }
    let gap = gap(compiler, table, listed);
    let nothing = match gap {
        Some(gap) => compiler.hop(Hop::Unknown(gap)),
        None => compiler.hop(Hop::Drop(ExplanationCode::TgwRtbNoRouteToTgwAttachment, Origin::Wiring, None)),
    };
    // What the list lacks may be more specific than what it has.
    let hiding = unknown_references(compiler, table).or_else(|| {
        let is_cut =
            |gap: &AssumptionIndex| compiler.assumptions[gap.index()].code == AssumptionCode::Truncated;
        gap.filter(|gap| listed.is_none() || is_cut(gap)).map(|gap| (gap, None))
    });
    let hiding = hiding.map(|(gap, family)| (compiler.hop(Hop::Unknown(gap)), family));
    let map = AddressMap::sweep(&entries, |at, covering| {
        if let Some((hop, family)) = hiding
            && family.is_none_or(|family| family == at)
        {
            return hop;
        }
        let longest = covering.iter().map(|it| it.length).max();
        let best = covering.iter().filter(|it| Some(it.length) == longest).min_by_key(|it| it.class);
        best.map_or(nothing, |it| it.hop)
    });
    (map, entries.into_iter().map(|(net, candidate)| (net, candidate.hop)).collect())
}

fn class_of(compiler: &Compiler<'_>, table: &TransitGatewayRouteTable, route: &TransitGatewayRoute) -> Class {
    match (&route.kind, &route.prefix_list) {
        (_, Some(_)) => Class::PrefixList,
        (TransitGatewayRouteKind::Static | TransitGatewayRouteKind::Unknown(_), None) => Class::Static,
        (TransitGatewayRouteKind::Propagated | TransitGatewayRouteKind::System, None) => {
            let first = route.attachments.first().and_then(|id| {
                let key = TransitGatewayAttachmentKey::new(id, &table.transit_gateway);
                compiler.model.transit_gateway_attachments.get(&key)
            });
            Class::Propagated(first.map_or(Propagator::Vpc, |it| propagator(&it.kind)))
        }
    }
}

/// TGW-7. Private VPN, over Direct Connect, goes before other VPN; which one is private the attachment does not say.
fn propagator(kind: &AttachmentKind) -> Propagator {
    match kind {
        AttachmentKind::Vpc => Propagator::Vpc,
        AttachmentKind::DirectConnectGateway => Propagator::DirectConnectGateway,
        AttachmentKind::Connect => Propagator::Connect,
        AttachmentKind::Vpn => Propagator::Vpn,
        AttachmentKind::VpnConcentrator => Propagator::VpnConcentrator,
        AttachmentKind::ClientVpn => Propagator::ClientVpn,
        AttachmentKind::Peering
        | AttachmentKind::TransitGatewayPeering
        | AttachmentKind::NetworkFunction
        | AttachmentKind::Unknown(_) => Propagator::Peering,
    }
}

/// TGW-8a: a blackhole matches and drops. Routes that are not in force are not there.
fn listed_hop(
    compiler: &mut Compiler<'_>,
    table: &TransitGatewayRouteTable,
    route: &TransitGatewayRoute,
    origin: Origin,
    from: LocationId,
) -> Option<HopIndex> {
    let edges: Vec<EdgeId> = route
        .attachments
        .iter()
        .map(|attachment| edge_to(compiler, table, attachment, origin, from))
        .collect();
    let hop = match &route.state {
        TransitGatewayRouteState::Active => match edges.as_slice() {
            [] => Hop::Drop(ExplanationCode::TgwRtbBadStateRoute, origin, None),
            [edge] => Hop::Edge(*edge),
            // TGW-8b: equal paths, any of them may carry a flow.
            several => {
                let first = compiler.alternatives.len() as u32;
                compiler.alternatives.extend(several.iter().map(|edge| Hop::Edge(*edge)));
                Hop::OneOf(first, several.len() as u16)
            }
        },
        TransitGatewayRouteState::Blackhole => {
            Hop::Drop(ExplanationCode::TgwRtbBadStateRoute, origin, edges.first().copied())
        }
        TransitGatewayRouteState::Unknown(word) => {
            Hop::Unknown(compiler.assumption(AssumptionCode::UnknownWord, word, None, None))
        }
        TransitGatewayRouteState::Pending
        | TransitGatewayRouteState::Deleting
        | TransitGatewayRouteState::Deleted => return None,
    };
    Some(compiler.hop(hop))
}

fn edge_to(
    compiler: &mut Compiler<'_>,
    table: &TransitGatewayRouteTable,
    attachment: &TransitGatewayAttachmentId,
    origin: Origin,
    from: LocationId,
) -> EdgeId {
    let to = super::transit_gateway_attachment::outward(compiler, attachment, &table.transit_gateway);
    compiler.add_edge(from, to, origin)
}

/// TGW-8g: prefix lists, entry by entry.
fn references(
    compiler: &mut Compiler<'_>,
    table: &TransitGatewayRouteTable,
    from: LocationId,
) -> Vec<(IpNet, HopIndex)> {
    let Some(list) = compiler.model.transit_gateway_prefix_list_references.position(&table.id) else {
        return Vec::new();
    };
    let references = &compiler.model.transit_gateway_prefix_list_references[list].references;
    let mut routes = Vec::new();
    for (number, reference) in references.iter().enumerate().filter(|(_, it)| it.is_available) {
        if is_listed(compiler, table, reference) {
            continue;
        }
        let origin = Origin::TransitPrefixList { list: list as u32, reference: number as u16 };
        let Ok(entries) = super::prefix_list::entries(compiler, &reference.prefix_list) else { continue };
        let hop = match (&reference.attachment, reference.is_blackhole) {
            (Some(attachment), false) => Hop::Edge(edge_to(compiler, table, attachment, origin, from)),
            (Some(_) | None, _) => Hop::Drop(ExplanationCode::TgwRtbBadStateRoute, origin, None),
        };
        let hop = compiler.hop(hop);
        routes.extend(compiler.lists[entries as usize].iter().map(|net| (*net, hop)));
    }
    routes
}

/// TGW-8d, TGW-8e: what VPC attachments propagate can be derived from the VPCs' blocks. Of two VPCs with the same block
/// the first propagates it.
fn propagated(
    compiler: &mut Compiler<'_>,
    table: &TransitGatewayRouteTable,
    from: LocationId,
) -> Vec<(IpNet, HopIndex)> {
    let model = compiler.model;
    let Some(list) = model.transit_gateway_propagations.position(&table.id) else { return Vec::new() };
    let mut routes = Vec::new();
    let mut seen: BTreeSet<IpNet> = BTreeSet::new();
    if let Some(listed) = model.transit_gateway_routes.get(&table.id) {
        // What is listed as propagated is what AWS made of it.
        let propagated = listed.routes.iter().filter(|it| it.kind == TransitGatewayRouteKind::Propagated);
        seen.extend(propagated.map(|it| it.cidr));
    }
    for id in &model.transit_gateway_propagations[list].attachments {
        let Some(position) = model.transit_gateway_vpc_attachments.position(id) else { continue };
        let attachment = &model.transit_gateway_vpc_attachments[position];
        // Of a VPC that the snapshot lacks nobody knows all blocks.
        let is_known = model.vpcs.get(&attachment.vpc).is_some();
        let vpc = compiler.vpc_ids.get(&attachment.vpc).copied().filter(|_| is_known);
        let Some(vpc) = vpc else { continue };
        let origin = Origin::TransitPropagation { list: list as u32, attachment: position as u32 };
        let edge = edge_to(compiler, table, id, origin, from);
        let hop = compiler.hop(Hop::Edge(edge));
        for net in compiler.vpcs[vpc.index()].cidrs.clone() {
            if seen.insert(net) {
                routes.push((net, hop));
            }
        }
    }
    routes
}

/// What keeps it unknown which other routes a table has.
fn gap(
    compiler: &mut Compiler<'_>,
    table: &TransitGatewayRouteTable,
    listed: Option<usize>,
) -> Option<AssumptionIndex> {
    let model = compiler.model;
    let place = Some(table.about.place);
    let call = Some(ResourceKind::TransitGatewayRoutes.call());
    let id = table.id.as_str();
    let list = listed.map(|list| &model.transit_gateway_routes[list]);
    match list {
        Some(list)
            if list.is_truncated || model.coverage.is_cut(ResourceKind::TransitGatewayRoutes, None, None) =>
        {
            Some(compiler.assumption(AssumptionCode::Truncated, id, call, place))
        }
        Some(list) if !list.is_static_only => None,
        Some(_) | None => {
            // Static routes alone, or none at all: complete only where each propagation is a VPC's.
            let propagations = model.transit_gateway_propagations.get(&table.id);
            let known = propagations.is_some_and(|it| {
                it.attachments.iter().all(|id| {
                    model
                        .transit_gateway_vpc_attachments
                        .get(id)
                        .is_some_and(|attachment| model.vpcs.get(&attachment.vpc).is_some())
                })
            });
            if known && list.is_some() {
                return None;
            }
            let blocking = propagations.is_some_and(|it| {
                it.attachments.iter().any(|id| {
                    model
                        .transit_gateway_attachments
                        .iter()
                        .any(|attachment| attachment.id == *id && attachment.kind != AttachmentKind::Vpc)
                })
            });
            let code = if blocking && list.is_some() {
                AssumptionCode::NotModelled
            } else {
                AssumptionCode::MissingData
            };
            Some(compiler.assumption(code, id, call, place))
        }
    }
}

/// A prefix list without entries may send anything of its family anywhere, unless the list of routes shows them.
fn unknown_references(
    compiler: &mut Compiler<'_>,
    table: &TransitGatewayRouteTable,
) -> Option<(AssumptionIndex, Option<Family>)> {
    let references = compiler.model.transit_gateway_prefix_list_references.get(&table.id)?;
    let unlisted =
        references.references.iter().filter(|it| it.is_available && !is_listed(compiler, table, it));
    let unlisted: Vec<_> = unlisted.map(|it| it.prefix_list.clone()).collect();
    unlisted.into_iter().find_map(|id| {
        let gap = super::prefix_list::entries(compiler, &id).err()?;
        Some((gap, super::prefix_list::family(compiler, &id)))
    })
}

/// Whether the entries of a prefix list stand among the routes.
fn is_listed(
    compiler: &Compiler<'_>,
    table: &TransitGatewayRouteTable,
    reference: &TransitGatewayPrefixListReference,
) -> bool {
    let list = compiler.model.transit_gateway_routes.get(&table.id);
    list.is_some_and(|list| {
        list.routes.iter().any(|route| route.prefix_list.as_ref() == Some(&reference.prefix_list))
    })
}
