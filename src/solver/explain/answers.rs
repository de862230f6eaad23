//! Answers that get lost: what is said of them beside what dropped them.

use petgraph::Direction::Incoming;

use super::Telling;
use crate::network::{ExplanationCode, LocationId, LocationKind, Network, Step};
use crate::solver::answer::Direction;
use crate::solver::flow::{Arrival, Conversation, End, Flow, NONE};
use crate::solver::walk::Story;

impl Telling<'_, '_, '_> {
    /// TGW-10, TGW-11: answers that an attachment without appliance mode brought to another endpoint of the firewall than
    /// the one that saw the requests.
    pub(super) fn other_zone(&mut self, story: &Story, conversation: &Conversation) {
        let network = self.solver.network;
        for drop in story.drops.iter().filter(|it| it.code == ExplanationCode::FirewallAsymmetricRouting) {
            let Some(firewall) = network.firewall_at(drop.flow.at) else { continue };
            let is_same =
                |at: LocationId| network.firewall_at(at).is_some_and(|it| it.component == firewall.component);
            if !conversation.inspected_elsewhere(&[]).into_iter().any(is_same) {
                continue;
            }
            let mut events = story.backwards(drop.flow.trail);
            let entered = events.find(|event| event.kind == LocationKind::AttachmentSubnet);
            let Some(event) = entered.filter(|event| keeps_zones(network, event.location)) else { continue };
            let code = ExplanationCode::TgwAttachVpcAzRestriction;
            let mut blocker = self.of_flow(&drop.flow, Direction::Return, code, event.component);
            blocker.related.push(firewall.component);
            blocker.is_later = drop.is_later;
            self.add(blocker);
        }
    }

    /// ENI-3, ENI-9: the other interfaces of a host send nothing from the address that was asked, so an answer that gets
    /// lost by its own way has no other.
    pub(super) fn other_interfaces(&mut self, arrival: &Arrival, answer: &Flow) {
        let End::Interface(asked) = arrival.end else { return };
        let network = self.solver.network;
        let row = &network.interfaces[asked.index()];
        if row.host == NONE {
            return;
        }
        let others = network.hosts[row.host as usize].iter().map(|it| &network.interfaces[it.index()]);
        let others = others.filter(|it| it.checks_source && (it.vpc, it.subnet) != (row.vpc, row.subnet));
        for other in others {
            let code = ExplanationCode::EniAddressRestriction;
            let mut blocker = self.of_flow(answer, Direction::Return, code, other.component);
            blocker.related.push(row.component);
            blocker.subnet = other.subnet.0;
            self.add(blocker);
        }
    }
}

/// Whether what comes in by a subnet of an attachment stays in the zone that it comes from.
fn keeps_zones(network: &Network, entrance: LocationId) -> bool {
    let keeps = |step: &Step| matches!(step, Step::AnyZone(_, false));
    let mut before = network.graph.neighbors_directed(entrance, Incoming);
    before.any(|attachment| network.steps_of(attachment).iter().any(keeps))
}
