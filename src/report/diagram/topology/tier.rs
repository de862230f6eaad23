//! Where the packets of a subnet go that are for the internet: its effective tier, by the routes that win.
//!
//! The compiled route function is asked, not the list of routes: what has no effect (a blackhole, a route that another one
//! beats, a gateway that is not attached) makes no subnet public. Stretches of less than a /10 are passed over, since a
//! service's prefix list is no way to the internet.

use rustc_hash::FxHashMap;

use crate::network::{
    Component, ExplanationCode, Guard, Hop, HopIndex, LocationId, LocationKind, Network, Origin, Step,
    SubnetRow,
};
use crate::packet::Family;
use crate::report::diagram::picture::Tier;

/// What becomes of packets for the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WayOut {
    pub tier: Tier,
    /// What the route names.
    pub by: Option<Component>,
    /// Why that is no way at all.
    pub broken: Option<(ExplanationCode, Option<Origin>)>,
}

/// No longer way leads through this many places.
const MOST_PLACES: usize = 12;

/// Ways out, each worked out once.
pub(super) struct WaysOut<'n> {
    network: &'n Network,
    by_table: FxHashMap<LocationId, WayOut>,
}

impl<'n> WaysOut<'n> {
    pub(super) fn new(network: &'n Network) -> WaysOut<'n> {
        WaysOut { network, by_table: FxHashMap::default() }
    }

    /// The way out of a subnet.
    pub(super) fn of(&mut self, subnet: &SubnetRow) -> WayOut {
        let Some(table) = subnet.route_table else {
            return WayOut { tier: Tier::Unknown, by: None, broken: None };
        };
        let network = self.network;
        *self.by_table.entry(table).or_insert_with(|| of_table(network, table, MOST_PLACES))
    }
}

fn of_table(network: &Network, table: LocationId, places: usize) -> WayOut {
    let mut best = WayOut { tier: Tier::Isolated, by: None, broken: None };
    let steps = network.steps_of(table);
    let Some(Step::Route(map)) = steps.iter().find(|it| matches!(it, Step::Route(_))) else {
        return WayOut { tier: Tier::Unknown, ..best };
    };
    let mut known: Vec<HopIndex> = Vec::new();
    for family in [Family::V4, Family::V6] {
        for (from, to, hop) in network.route_maps[map.index()].pieces(family) {
            if !is_internet(network, family, from, to) || known.contains(&hop) {
                continue;
            }
            known.push(hop);
            let way = along(network, network.hops[hop.index()], places);
            if way.tier < best.tier || (best.by.is_none() && best.broken.is_none()) {
                best = way;
            }
        }
    }
    best
}

fn is_internet(network: &Network, family: Family, from: u128, to: u128) -> bool {
    match family {
        Family::V4 => {
            let is_wide = to - from >= (1 << 22) - 1;
            let is_host = from >> 24 < 224 && to >> 24 > 0;
            is_wide && is_host && !(network.private_ipv4.holds(from) && network.private_ipv4.holds(to))
        }
        // Global unicast is 2000::/3.
        Family::V6 => from >> 125 <= 1 && to >> 125 >= 1 && to - from >= 1 << 96,
    }
}

fn along(network: &Network, hop: Hop, places: usize) -> WayOut {
    let nothing = WayOut { tier: Tier::Isolated, by: None, broken: None };
    match hop {
        Hop::Edge(edge) | Hop::IfAnnounced(_, _, edge) => at(network, network.end_of(edge), places),
        // No route is no fault; a route that leads nowhere is.
        Hop::Drop(_, Origin::Wiring, _) => nothing,
        Hop::Drop(code, origin, edge) => {
            let by = edge.map(|it| network.location(network.end_of(it)).component);
            WayOut { by, broken: Some((code, Some(origin))), ..nothing }
        }
        Hop::Unknown(_) => WayOut { tier: Tier::Unknown, ..nothing },
        Hop::OneOf(first, count) => {
            let all = network.alternatives.iter().skip(first as usize).take(usize::from(count));
            let ways = all.map(|it| along(network, *it, places));
            ways.min_by_key(|it| it.tier).unwrap_or(nothing)
        }
    }
}

/// What becomes of packets at a place.
fn at(network: &Network, place: LocationId, places: usize) -> WayOut {
    let location = network.location(place);
    let by = Some(location.component);
    let steps = network.steps_of(place);
    let refused = |step: &Step| if let Step::Guard(Guard::Never(code)) = step { Some(*code) } else { None };
    let refused = steps.iter().find_map(refused);
    if let Some(code) = refused {
        return WayOut { tier: Tier::Isolated, by, broken: Some((code, None)) };
    }
    match location.kind {
        LocationKind::InternetGatewayOut => WayOut { tier: Tier::Public, by, broken: None },
        LocationKind::Unknown => WayOut { tier: Tier::Unknown, by, broken: None },
        // What an endpoint gives back goes on by its own subnet's table.
        LocationKind::GatewayLoadBalancerEndpoint => {
            let onward = onward(network, &steps, places);
            WayOut { by, ..onward }
        }
        // Two endpoints whose tables name each other would never end.
        LocationKind::RouteTable => match places.checked_sub(1) {
            Some(places) => of_table(network, place, places),
            None => WayOut { tier: Tier::Unknown, by: None, broken: None },
        },
        LocationKind::Router
        | LocationKind::GatewayEndpoint
        | LocationKind::SubnetOut
        | LocationKind::SubnetIn
        | LocationKind::SubnetInside
        | LocationKind::InterfaceOut
        | LocationKind::InterfaceIn => WayOut { tier: Tier::Isolated, by: None, broken: None },
        LocationKind::InternetGatewayIn
        | LocationKind::Internet
        | LocationKind::EgressOnlyGateway
        | LocationKind::NatGateway
        | LocationKind::NatGatewayReturn
        | LocationKind::Peering
        | LocationKind::TransitIn
        | LocationKind::AttachmentIn
        | LocationKind::TransitRouteTable
        | LocationKind::AttachmentOut
        | LocationKind::AttachmentSubnet
        | LocationKind::Forwarder
        | LocationKind::RelayReturn
        | LocationKind::RelayOut
        | LocationKind::VpnGatewayOut
        | LocationKind::VpnGatewayIn
        | LocationKind::VpnGatewayRoutes
        | LocationKind::LinkOut
        | LocationKind::LinkIn
        | LocationKind::OnPremises
        | LocationKind::ClientVpn => WayOut { tier: Tier::Private, by, broken: None },
    }
}

fn onward(network: &Network, steps: &[Step], places: usize) -> WayOut {
    let unknown = WayOut { tier: Tier::Unknown, by: None, broken: None };
    match (places.checked_sub(1), steps.last()) {
        (Some(places), Some(Step::Follow(edge))) => at(network, network.end_of(*edge), places),
        (_, _) => unknown,
    }
}
