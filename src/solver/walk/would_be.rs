//! Would-be ways: where a lenient walk goes on when no way leads on.
//!
//! Not good at finding the way that an operator had in mind: it tries what routes could name here, and prefers the way
//! with the fewest further blockers.

use super::{Drop, Walk};
use crate::network::{EntryKind, LocationId, LocationKind};
use crate::solver::flow::{Arrival, End, Flow, NONE};

/// Would-be ways that are tried at a dead end.
const MOST_WAYS: usize = 16;

impl Walk<'_, '_> {
    /// Past a dead end, a lenient walk tries the ways that a route could name and goes on with the one that meets the
    /// fewest further blockers, if any leads to an end.
    pub(super) fn would_be(&mut self, flow: &Flow) {
        let network = self.network;
        let Some(story) = &mut self.story else { return };
        if story.depth >= 2 || !story.is_lenient {
            return;
        }
        let Some(exits) = network.would_be.value(&flow.at) else { return };
        story.depth += 1;
        // Of many ways, those into the VPC that is meant; where none leads there, no way but through a third thing.
        let meant = self.intended.map(|it| network.interfaces[it.index()].vpc);
        let leads = |exit: &&LocationId| match (network.leads_to.value(exit), meant) {
            (Some(vpc), Some(meant)) => *vpc == meant,
            (Some(_), None) => network.location(flow.at).kind == LocationKind::RouteTable,
            (None, _) => true,
        };
        let exits = exits.iter().filter(leads).take(MOST_WAYS);
        let mut best: Option<(usize, Vec<Drop>, Vec<Arrival>)> = None;
        for exit in exits {
            if !self.is_way(*exit) {
                continue;
            }
            let (drops, arrivals) = self.attempt(flow, *exit);
            let reaches = arrivals.iter().any(|arrival| match (arrival.end, self.intended) {
                _ if arrival.flow.first_relay().is_some() => true,
                (End::Interface(interface), Some(intended)) => interface == intended,
                (End::Interface(_), None) | (End::Possible, _) => true,
                (End::OnPremises(_) | End::Clients, intended) => intended.is_none(),
                (End::Internet | End::Service(_), intended) => {
                    intended.is_none() && !self.is_on_premises_asked
                }
            });
            if reaches && best.as_ref().is_none_or(|(fewest, ..)| drops.len() < *fewest) {
                best = Some((drops.len(), drops, arrivals));
            }
        }
        if best.is_none() {
            self.at_the_other_end(flow);
        }
        if let Some((_, drops, arrivals)) = best {
            self.arrivals.extend(arrivals);
            if let Some(story) = &mut self.story {
                story.drops.extend(drops);
            }
        }
        if let Some(story) = &mut self.story {
            story.depth -= 1;
        }
    }

    /// Whether packets could go on at a location at all.
    fn is_way(&self, exit: LocationId) -> bool {
        match self.network.location(exit).kind {
            LocationKind::Unknown => false,
            // No answer goes out by a gateway that only lets conversations begin.
            LocationKind::NatGateway | LocationKind::EgressOnlyGateway => !self.is_back(),
            LocationKind::InterfaceOut
            | LocationKind::InterfaceIn
            | LocationKind::SubnetOut
            | LocationKind::SubnetIn
            | LocationKind::SubnetInside
            | LocationKind::RouteTable
            | LocationKind::Router
            | LocationKind::InternetGatewayOut
            | LocationKind::InternetGatewayIn
            | LocationKind::Internet
            | LocationKind::NatGatewayReturn
            | LocationKind::Peering
            | LocationKind::TransitIn
            | LocationKind::AttachmentIn
            | LocationKind::TransitRouteTable
            | LocationKind::AttachmentOut
            | LocationKind::AttachmentSubnet
            | LocationKind::GatewayEndpoint
            | LocationKind::GatewayLoadBalancerEndpoint
            | LocationKind::Forwarder
            | LocationKind::RelayReturn
            | LocationKind::RelayOut
            | LocationKind::VpnGatewayOut
            | LocationKind::VpnGatewayIn
            | LocationKind::VpnGatewayRoutes
            | LocationKind::LinkOut
            | LocationKind::LinkIn
            | LocationKind::OnPremises
            | LocationKind::ClientVpn => true,
        }
    }

    /// Follows a copy of a flow from another location on, and takes what it gave out of the story.
    fn attempt(&mut self, flow: &Flow, exit: LocationId) -> (Vec<Drop>, Vec<Arrival>) {
        let mut attempt = flow.clone();
        attempt.at = exit;
        let drops_before = self.story.as_ref().map_or(0, |story| story.drops.len());
        let arrivals_before = self.arrivals.len();
        let pending = std::mem::take(&mut self.pending);
        self.run(attempt);
        self.pending = pending;
        let arrivals = self.arrivals.drain(arrivals_before..).collect();
        let story = self.story.as_mut();
        let drops = story.map(|story| story.drops.drain(drops_before..).collect()).unwrap_or_default();
        (drops, arrivals)
    }

    /// Where no way leads from one VPC to another, what the other end's own controls say shows all the same.
    fn at_the_other_end(&mut self, flow: &Flow) {
        let is_first = self.story.as_ref().is_some_and(|story| story.depth == 1);
        let Some(intended) = self.intended.filter(|_| is_first) else { return };
        let vpc = self.network.interfaces[intended.index()].vpc;
        if flow.vpc == vpc.0 || flow.vpc == NONE {
            return;
        }
        let mut there = flow.clone();
        there.at = self.network.vpcs[vpc.index()].router;
        there.vpc = vpc.0;
        there.subnet = NONE;
        there.entry = EntryKind::Peering;
        let pending = std::mem::take(&mut self.pending);
        self.run(there);
        self.pending = pending;
    }
}
