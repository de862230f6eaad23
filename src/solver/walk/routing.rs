//! Choosing the way: by a route table, by a set of destinations, by the zone that packets stand in.
//!
//! Where AWS chooses among equals, the walk asks its [`Choices`](super::Choices).

use super::loss::narrow;
use super::{Next, Walk, Way};
use crate::network::{
    AddressSetIndex, AssumptionIndex, EdgeId, ExplanationCode, Hop, LocationId, LocationKind, Origin,
    PeerSide, RouteMapIndex, ZoneTableIndex,
};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{Flow, Mark, Translator};

impl Walk<'_, '_> {
    pub(super) fn route(&mut self, flow: &mut Flow, map: RouteMapIndex, number: u32) -> Next {
        // NAT-8: the answer to a NAT gateway in a peered VPC needs no route.
        if let Way::Back(conversation) = self.way
            && let Some(way_back) = conversation.return_to_sender(flow.vpc, flow.handed_back())
        {
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return Next::Move(way_back);
        }
        if let Some(address) = flow.destination.single() {
            let hop = self.network.route_maps[map.index()].at(flow.destination.family(), address);
            return self.hop(flow, self.network.hops[hop.index()], map, number);
        }
        let parts = self.network.route_maps[map.index()].split(&flow.destination);
        let mut next = Next::Ended;
        let last = parts.len().saturating_sub(1);
        for (position, (part, hop)) in parts.into_iter().enumerate() {
            if position == last {
                narrow(flow, PeerSide::Destination, part);
                next = self.hop(flow, self.network.hops[hop.index()], map, number);
            } else {
                let mut other = flow.clone();
                narrow(&mut other, PeerSide::Destination, part);
                if let Next::Move(to) = self.hop(&mut other, self.network.hops[hop.index()], map, number) {
                    other.at = to;
                    self.pending.push(other);
                }
            }
        }
        next
    }

    /// From on premises by any link that carries the packets to their destination.
    pub(super) fn over_link(&mut self, flow: &mut Flow, map: RouteMapIndex, number: u32) -> Next {
        let parts = self.network.route_maps[map.index()].split(&flow.destination);
        for (part, hop) in parts {
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, part);
            if let Next::Move(to) = self.link(&mut other, self.network.hops[hop.index()], number) {
                other.at = to;
                self.pending.push(other);
            }
        }
        Next::Ended
    }

    fn link(&mut self, flow: &mut Flow, hop: Hop, number: u32) -> Next {
        match hop {
            Hop::Edge(edge) | Hop::IfAnnounced(_, _, edge) => self.along(edge),
            Hop::Unknown(assumption) => self.unknown(flow, assumption),
            Hop::Drop(code, ..) => {
                self.drop(flow, code, RuleUse::None);
                Next::Ended
            }
            Hop::OneOf(first, count) => {
                let choice = self.choices.choose((false, flow.at, number), count);
                let chosen = self.network.alternatives[first as usize + usize::from(choice)];
                self.link(flow, chosen, number)
            }
        }
    }

    fn hop(&mut self, flow: &mut Flow, hop: Hop, map: RouteMapIndex, number: u32) -> Next {
        match hop {
            Hop::Edge(edge) => {
                if let Some(gap) = self.leaves_nat_elsewhere(flow, edge) {
                    return self.unknown(flow, gap);
                }
                let origin = self.network.graph.edge(edge).origin;
                self.tell_here(flow, Decision::Pass, RuleUse::Route(origin, map));
                self.along(edge)
            }
            Hop::Drop(code, origin, would_be) => {
                let rule = match origin {
                    Origin::Wiring => RuleUse::NoRoute(map),
                    Origin::SecurityGroupRule { .. }
                    | Origin::AclEntry { .. }
                    | Origin::Route { .. }
                    | Origin::ImplicitLocal { .. }
                    | Origin::TransitRoute { .. }
                    | Origin::TransitPropagation { .. }
                    | Origin::Listener { .. }
                    | Origin::ClassicListener { .. }
                    | Origin::VpnRoute { .. }
                    | Origin::FirewallStateless { .. }
                    | Origin::FirewallStateful { .. }
                    | Origin::FirewallGroup { .. }
                    | Origin::FirewallDefault { .. }
                    | Origin::ClientVpnRule { .. }
                    | Origin::ClientVpnRoute { .. }
                    | Origin::CoreNetworkRoute { .. }
                    | Origin::TransitPrefixList { .. } => RuleUse::Route(origin, map),
                };
                match self.drop_all(flow, code, rule) {
                    Next::Go => match would_be {
                        Some(edge) => self.along(edge),
                        None => {
                            self.would_be(flow);
                            Next::Ended
                        }
                    },
                    next @ (Next::Move(_) | Next::Ended) => next,
                }
            }
            Hop::Unknown(assumption) => self.unknown(flow, assumption),
            Hop::IfAnnounced(gap, assumed, edge) => {
                if !self.is_on_premises_asked {
                    return self.unknown(flow, gap);
                }
                self.assume(assumed);
                self.tell_here(flow, Decision::Pass, RuleUse::None);
                self.along(edge)
            }
            Hop::OneOf(first, count) => {
                let key = (self.is_back(), flow.at, number);
                let choice = self.choices.choose(key, count);
                let chosen = self.network.alternatives[first as usize + usize::from(choice)];
                self.hop(flow, chosen, map, number)
            }
        }
    }

    /// NAT-10: which address a regional gateway that shows public ones only has inside is not said.
    fn leaves_nat_elsewhere(&self, flow: &Flow, edge: EdgeId) -> Option<AssumptionIndex> {
        let Some(Mark::Nat(state)) = flow.marks.last() else { return None };
        let Translator::Gateway(nat) = state.by else { return None };
        let gap = self.network.nat_gateways[nat.index()].elsewhere?;
        let to = self.network.location(self.network.end_of(edge)).kind;
        (to != LocationKind::InternetGatewayOut).then_some(gap)
    }

    pub(super) fn for_set(&mut self, flow: &mut Flow, set: AddressSetIndex, to: LocationId) -> Next {
        let network = self.network;
        if let Some(address) = flow.destination.single() {
            let is_inside = network.address_sets[set.index()].at(flow.destination.family(), address);
            return if is_inside { Next::Move(to) } else { Next::Go };
        }
        let parts = network.address_sets[set.index()].split(&flow.destination);
        let Some((inside, _)) = parts.into_iter().find(|(_, is_inside)| *is_inside) else { return Next::Go };
        let outside = flow.destination.difference(&inside);
        if outside.is_empty() {
            return Next::Move(to);
        }
        let mut own = flow.clone();
        narrow(&mut own, PeerSide::Destination, inside);
        own.at = to;
        self.pending.push(own);
        narrow(flow, PeerSide::Destination, outside);
        Next::Go
    }

    pub(super) fn own_zone(&mut self, flow: &mut Flow, table: ZoneTableIndex, code: ExplanationCode) -> Next {
        let zones = &self.network.zone_tables[table.index()];
        let edge_of =
            |wanted: u32| zones.iter().find(|(zone, _)| zone.0 == wanted).and_then(|(_, edge)| *edge);
        // TGW-19: a local zone enters by the zone that it belongs to.
        let parent = self.network.zone_parents.get(flow.zone as usize).copied().flatten();
        let own = edge_of(flow.zone).or_else(|| parent.and_then(|parent| edge_of(parent.0)));
        if let Some(edge) = own {
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return self.along(edge);
        }
        match self.drop_all(flow, code, RuleUse::None) {
            Next::Go => {
                let any = zones.iter().find_map(|(_, edge)| *edge);
                any.map_or(Next::Ended, |edge| self.along(edge))
            }
            next @ (Next::Move(_) | Next::Ended) => next,
        }
    }

    pub(super) fn any_zone(
        &mut self,
        flow: &mut Flow,
        table: ZoneTableIndex,
        chosen_anew: bool,
        number: u32,
    ) -> Next {
        let zones = &self.network.zone_tables[table.index()];
        let parent = self.network.zone_parents.get(flow.zone as usize).copied().flatten();
        let is_own = |zone: u32| zone == flow.zone || parent.is_some_and(|parent| parent.0 == zone);
        let own = zones.iter().find(|(zone, _)| is_own(zone.0) && !chosen_anew);
        let chosen = match own {
            Some(own) => Some(own),
            None if zones.len() > 1 => {
                // TGW-11: the zone that a flow is given is that of both of its directions.
                let key = (self.is_back() && !chosen_anew, flow.at, number);
                zones.get(usize::from(self.choices.choose(key, zones.len() as u16)))
            }
            None => zones.first(),
        };
        match chosen.and_then(|(_, edge)| *edge) {
            Some(edge) => self.along(edge),
            None => self.drop_all(flow, ExplanationCode::NoPossibleDestination, RuleUse::None),
        }
    }
}
