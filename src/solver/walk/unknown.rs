//! What the snapshot does not say: certainly nothing passes there, possibly everything does.

use super::{Next, Reading, Walk};
use crate::model::AssumptionCode;
use crate::network::{
    AssumptionIndex, Barrier, ExplanationCode, Guard, InterfaceIndex, LocationId, LocationKind, PeerSide,
};
use crate::packet::TransportSet;
use crate::solver::answer::RuleUse;
use crate::solver::flow::{Arrival, End, Flow};

/// What stands before an interface whoever sends.
struct Control {
    at: LocationId,
    /// What it lets through from anyone.
    passing: TransportSet,
    /// Why it drops the rest.
    code: ExplanationCode,
    rule: RuleUse,
}

impl Walk<'_, '_> {
    /// What nobody can tell: certainly nothing passes, possibly everything does.
    pub(super) fn unknown(&mut self, flow: &mut Flow, assumption: AssumptionIndex) -> Next {
        if flow.blocked > 0 {
            // A would-be way ends where nobody can tell how it would go on.
            return Next::Ended;
        }
        self.gap(assumption);
        match self.reading {
            Reading::Certain => {
                let gap = self.network.assumptions[assumption.index()].code;
                let kind = self.network.location(flow.at).kind;
                let code = if gap == AssumptionCode::NotModelled {
                    ExplanationCode::UnsupportedComponent
                } else if matches!(kind, LocationKind::TransitRouteTable | LocationKind::AttachmentIn) {
                    ExplanationCode::TgwRtbRoutesAreUnknown
                } else {
                    ExplanationCode::UnknownResource
                };
                self.drop(flow, code, RuleUse::Assumption(assumption));
                Next::Ended
            }
            Reading::Possible => {
                self.possibly_arrive(flow);
                Next::Ended
            }
        }
    }

    /// Something that packets may not get past; those that do go on like others.
    pub(super) fn maybe(&mut self, flow: &mut Flow, assumption: AssumptionIndex) -> Next {
        self.gap(assumption);
        match self.reading {
            Reading::Certain => {
                let rule = RuleUse::Assumption(assumption);
                self.drop_all(flow, ExplanationCode::UnsupportedComponent, rule)
            }
            Reading::Possible => Next::Go,
        }
    }

    /// Beyond what is unknown, packets may be anywhere with any source; only what the destination lets in from nobody
    /// at all is certainly lost.
    fn possibly_arrive(&mut self, flow: &Flow) {
        let mut flow = flow.clone();
        let asked = flow.transport;
        // Behind a relay, nobody knows whose controls come next.
        let is_relayed = flow.first_relay().is_some();
        if let (Some(interface), false) = (self.intended, self.is_back() || is_relayed) {
            for Control { at, passing, code, rule } in self.controls_before(&flow, interface) {
                let before = flow.transport;
                flow.transport = self.workspace.intersection(before, passing);
                if flow.transport != before {
                    flow.at = at;
                    let rest = self.workspace.difference(before, passing);
                    self.lose(&flow, code, rule, |_, lost| lost.transport = rest);
                }
            }
        }
        if !flow.transport.is_empty() {
            self.arrivals.push(Arrival { flow, end: End::Possible });
        } else {
            self.has_lost |= !asked.is_empty();
        }
    }

    /// The controls that packets for an interface meet in any case.
    fn controls_before(&mut self, flow: &Flow, interface: InterfaceIndex) -> Vec<Control> {
        let row = &self.network.interfaces[interface.index()];
        let subnet = &self.network.subnets[row.subnet.index()];
        let acl = subnet.acl[0];
        // ACL-7: what stays in its subnet no ACL judges.
        let is_near = flow.subnet == row.subnet.0;
        let mut controls = Vec::new();
        if !is_near {
            controls.push(Control {
                at: subnet.inward,
                passing: self.filters.get(self.network, self.workspace, acl).anything(self.workspace),
                code: ExplanationCode::SubnetAclRestriction,
                rule: RuleUse::Filter(acl, PeerSide::Source),
            });
        }
        for step in self.network.steps_of(row.inward).iter() {
            let (passing, code, rule) = match step.barrier() {
                Some(Barrier::Groups { filter, .. }) => {
                    let anything =
                        self.filters.get(self.network, self.workspace, filter).anything(self.workspace);
                    let rule = RuleUse::Filter(filter, PeerSide::Source);
                    (anything, ExplanationCode::EniSgRulesMismatch, rule)
                }
                Some(Barrier::Guard(Guard::Never(code))) => (TransportSet::EMPTY, *code, RuleUse::None),
                Some(Barrier::Guard(Guard::Protocols(carried, code))) => (*carried, *code, RuleUse::None),
                Some(Barrier::Guard(_)) | None => continue,
            };
            controls.push(Control { at: row.inward, passing, code, rule });
        }
        controls
    }
}
