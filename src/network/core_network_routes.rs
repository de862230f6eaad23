//! Routes of core networks, by segment and Region (CWAN-2, CWAN-3, CWAN-5).

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{AssumptionIndex, Component, Hop, HopIndex, LocationId, LocationKind, Origin, Step};
use super::rows::NOBODY;
use crate::model::{
    AssumptionCode, CoreNetworkAttachment, CoreNetworkRoute, CoreNetworkRouteState, Place, ResourceKind,
};
use crate::packet::AddressMap;

const KIND: ResourceKind = ResourceKind::CoreNetworkRoutes;

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Tables are compiled where an attachment first uses one.
}

/// One route at one block.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    hop: HopIndex,
    length: u8,
    /// CWAN-2: what somebody wrote comes first.
    is_learnt: bool,
}

/// The routes that an attachment's packets use; what is missing where the snapshot does not have them (CWAN-5).
pub(super) fn location(
    compiler: &mut Compiler<'_>,
    attachment: &CoreNetworkAttachment,
    table: &str,
) -> Result<LocationId, AssumptionIndex> {
    let model = compiler.model;
    let position = model.core_network_routes.iter().position(|it| {
        it.core_network == attachment.core_network
            && it.table.as_deref() == Some(table)
            && it.edge == attachment.edge
    });
    let Some(position) = position else {
        let edge = attachment.edge.as_deref().unwrap_or("its Region");
        let about = format!("segment {table} of the core network in {edge}");
        let place = Some(attachment.about.place);
        // The call is made once for each table: one that is there for another says nothing of this.
        return Err(compiler.assumption(AssumptionCode::MissingData, &about, Some(KIND.call()), place));
    };
    let key = PlaceKey::CoreNetworkTable(position);
    if let Some(location) = compiler.places.get(&key) {
        return Ok(*location);
    }
    let component = Compiler::resource(KIND, position);
    let location = compiler.add_location(LocationKind::TransitRouteTable, component);
    compiler.places.insert(key, location);
    let place = model.core_network_routes[position].about.place;
    let mut entries = Vec::new();
    for (number, route) in (0..).zip(&model.core_network_routes[position].routes) {
        let origin = Origin::CoreNetworkRoute { list: position as u32, route: number };
        let hop = hop(compiler, route, origin, location, place);
        let length = route.cidr.prefix_len();
        entries.push((route.cidr, Candidate { hop, length, is_learnt: !route.is_static }));
    }
    let nothing = compiler.hop(Hop::Drop(ExplanationCode::NoRouteToDestination, Origin::Wiring, None));
    let map = AddressMap::sweep(&entries, |_, covering| {
        let longest = covering.iter().map(|it| it.length).max();
        let best = covering.iter().filter(|it| Some(it.length) == longest).min_by_key(|it| it.is_learnt);
        best.map_or(nothing, |it| it.hop)
    });
    let entries = entries.into_iter().map(|(net, candidate)| (net, candidate.hop)).collect();
    let map = compiler.route_map(map, entries);
    compiler.set_steps(location, &[Step::Route(map)]);
    Ok(location)
}

/// To an attachment, to any of several, or nowhere.
fn hop(
    compiler: &mut Compiler<'_>,
    route: &CoreNetworkRoute,
    origin: Origin,
    from: LocationId,
    place: Place,
) -> HopIndex {
    let hop = match &route.state {
        Some(CoreNetworkRouteState::Blackhole) => Hop::Drop(ExplanationCode::BadStateRoute, origin, None),
        Some(CoreNetworkRouteState::Unknown(word)) => {
            Hop::Unknown(compiler.assumption(AssumptionCode::UnknownWord, word, None, Some(place)))
        }
        Some(CoreNetworkRouteState::Active) | None => {
            let mut hops = Vec::new();
            for attachment in &route.attachments {
                hops.push(match attachment {
                    Some(id) => {
                        let to = super::core_network_attachment::outward(compiler, id);
                        Hop::Edge(compiler.add_edge(from, to, origin))
                    }
                    // A peering with a transit gateway.
                    None => {
                        let about = format!("where the core network's route for {} leads", route.cidr);
                        let code = AssumptionCode::NotModelled;
                        let gap = compiler.assumption(code, &about, None, Some(place));
                        let absent = Component::Resource(ResourceKind::CoreNetworkAttachment, NOBODY);
                        let to = compiler.unknown_location(gap, absent);
                        Hop::Edge(compiler.add_edge(from, to, origin))
                    }
                });
            }
            match hops.as_slice() {
                [] => Hop::Drop(ExplanationCode::BadStateRoute, origin, None),
                [hop] => *hop,
                several => {
                    let first = compiler.alternatives.len() as u32;
                    let count = several.len() as u16;
                    compiler.alternatives.extend(several);
                    Hop::OneOf(first, count)
                }
            }
        }
    };
    compiler.hop(hop)
}
