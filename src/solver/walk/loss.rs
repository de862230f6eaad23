//! Losing packets: all of a flow, part of its addresses or part of its ports.
//!
//! Every drop comes through here. A plain walk only notes that something was lost; a lenient one records the drop and
//! lets what was lost go on by itself from the next step, with one blocker more on its count.

use super::{Drop, Next, Walk};
use crate::network::{Component, ExplanationCode, PeerSide};
use crate::packet::{AddressSet, TransportSet};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::Flow;

/// Would-be flows of one lenient walk, so that a pathological snapshot cannot make explanations long.
const MOST_LENIENT_FLOWS: usize = 256;

impl Walk<'_, '_> {
    /// Drops the whole flow.
    pub(super) fn drop_all(&mut self, flow: &mut Flow, code: ExplanationCode, rule: RuleUse) -> Next {
        if self.drop(flow, code, rule) {
            self.tell_here(flow, Decision::Drop(code), rule);
            flow.blocked += 1;
            Next::Go
        } else {
            Next::Ended
        }
    }

    /// Notes that packets are dropped here. Whether they go on all the same: only in a lenient walk.
    pub(super) fn drop(&mut self, flow: &Flow, code: ExplanationCode, rule: RuleUse) -> bool {
        let component = self.network.location(flow.at).component;
        self.drop_by(flow, code, component, rule)
    }

    pub(super) fn drop_by(
        &mut self,
        flow: &Flow,
        code: ExplanationCode,
        component: Component,
        rule: RuleUse,
    ) -> bool {
        if flow.blocked == 0 {
            self.has_lost = true;
        }
        let Some(story) = &mut self.story else { return false };
        story.drops.push(Drop { code, component, rule, flow: flow.clone(), is_later: flow.blocked > 0 });
        story.lenient_flows += 1;
        story.is_lenient && story.lenient_flows < MOST_LENIENT_FLOWS
    }

    /// Keeps `kept` of an axis of the flow; the rest is dropped and in a lenient walk goes on by itself from the next
    /// step on, which is why it is given the number of steps to skip by being walked from here at once.
    pub(super) fn keep(
        &mut self,
        flow: &mut Flow,
        side: PeerSide,
        kept: AddressSet,
        code: ExplanationCode,
        rule: RuleUse,
    ) -> Next {
        let whole = match side {
            PeerSide::Source => &flow.source,
            PeerSide::Destination => &flow.destination,
        };
        if kept == *whole {
            return Next::Go;
        }
        if kept.is_empty() {
            return self.drop_all(flow, code, rule);
        }
        let dropped = whole.difference(&kept);
        self.lose(flow, code, rule, |_, rest| narrow(rest, side, dropped));
        narrow(flow, side, kept);
        Next::Go
    }

    pub(super) fn narrow_transport(
        &mut self,
        flow: &mut Flow,
        admitted: TransportSet,
        code: ExplanationCode,
        rule: RuleUse,
    ) -> Next {
        let passing = self.workspace.intersection(flow.transport, admitted);
        if passing == flow.transport {
            self.tell_rule(flow, rule);
            return Next::Go;
        }
        if passing.is_empty() {
            return self.drop_all(flow, code, rule);
        }
        self.lose(flow, code, rule, |walk, rest| {
            rest.transport = walk.workspace.difference(rest.transport, admitted);
        });
        flow.transport = passing;
        self.tell_rule(flow, rule);
        Next::Go
    }

    /// Notes that a part of a flow is dropped: the part of the packets that `cut` leaves of a copy.
    pub(super) fn lose(
        &mut self,
        flow: &Flow,
        code: ExplanationCode,
        rule: RuleUse,
        cut: impl FnOnce(&mut Self, &mut Flow),
    ) {
        if self.story.is_none() {
            self.has_lost |= flow.blocked == 0;
            return;
        }
        let mut rest = flow.clone();
        cut(self, &mut rest);
        if self.drop(&rest, code, rule) {
            rest.blocked += 1;
            rest.resume = self.number + 1;
            self.pending.push(rest);
        }
    }

    pub(super) fn lose_ports(
        &mut self,
        flow: &Flow,
        passing: TransportSet,
        code: ExplanationCode,
        rule: RuleUse,
    ) {
        if passing != flow.transport {
            self.lose(flow, code, rule, |walk, rest| {
                rest.transport = walk.workspace.difference(rest.transport, passing);
            });
        }
    }
}

/// Keeps part of an axis, in the header and, where the two are linked, in what was asked.
pub(super) fn narrow(flow: &mut Flow, side: PeerSide, part: AddressSet) {
    match side {
        PeerSide::Source => {
            if flow.source_linked {
                flow.asked_source = part.clone();
            }
            flow.source = part;
        }
        PeerSide::Destination => {
            if flow.destination_linked {
                flow.asked_destination = part.clone();
            }
            flow.destination = part;
        }
    }
}
