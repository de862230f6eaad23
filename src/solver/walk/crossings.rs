//! Where packets stand, and what entering a VPC or a gateway leaves behind on them.

use super::{Next, Reading, Walk};
use crate::network::{Entry, EntryKind, SubnetIndex};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{Flow, GroupLoss, Groups, Mark, NONE};

impl Walk<'_, '_> {
    pub(super) fn stand(&mut self, flow: &mut Flow, subnet: SubnetIndex) {
        let row = &self.network.subnets[subnet.index()];
        flow.subnet = subnet.0;
        flow.zone = row.zone.0;
        flow.vpc = row.vpc.0;
    }

    pub(super) fn enter(&mut self, flow: &mut Flow, entry: Entry) -> Next {
        if matches!(entry, Entry::TransitIn { .. })
            && let next @ (Next::Move(_) | Next::Ended) = self.forget_references(flow)
        {
            return next;
        }
        let lose = |flow: &mut Flow, keeps: bool, loss: GroupLoss| {
            if !keeps && flow.groups == Groups::Kept {
                flow.groups = Groups::Lost(loss);
            }
        };
        match entry {
            Entry::Peering { keeps_groups, way_back, vpc } => {
                lose(flow, keeps_groups, GroupLoss::Peering);
                flow.entry = EntryKind::Peering;
                flow.vpc = vpc.0;
                flow.subnet = NONE;
                flow.marks.push(Mark::Peering { vpc, way_back });
            }
            Entry::TransitIn { keeps_groups, gap } => {
                if let Some(gap) = gap {
                    self.gap(gap);
                }
                let may_keep = gap.is_some() && self.reading == Reading::Possible;
                lose(flow, keeps_groups || may_keep, GroupLoss::Transit);
            }
            Entry::TransitOut { keeps_groups } => {
                lose(flow, keeps_groups, GroupLoss::Transit);
                flow.entry = EntryKind::Transit;
            }
            Entry::TransitPeering => lose(flow, false, GroupLoss::TransitPeering),
            Entry::PrivateLink => lose(flow, false, GroupLoss::Translated),
            Entry::InternetGateway => {
                lose(flow, false, GroupLoss::Translated);
                flow.entry = EntryKind::InternetGateway;
                flow.subnet = NONE;
                flow.marks.push(Mark::Inbound);
            }
            Entry::Link => lose(flow, false, GroupLoss::Translated),
            Entry::VpnGateway => {
                lose(flow, false, GroupLoss::Translated);
                flow.entry = EntryKind::VpnGateway;
                flow.subnet = NONE;
            }
            Entry::Outward(gateway) => flow.marks.push(Mark::Outward(gateway)),
        }
        self.tell_here(flow, Decision::Pass, RuleUse::None);
        Next::Go
    }
}
