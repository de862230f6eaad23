//! VPC Block Public Access, which judges by the subnet inside.

use super::{Next, Walk, Way};
use crate::network::{AssumptionIndex, ExplanationCode, PeerSide, PublicAccess, VpcIndex};
use crate::packet::AddressSet;
use crate::solver::answer::RuleUse;
use crate::solver::flow::{Flow, Mark, Translator};

impl Walk<'_, '_> {
    /// BPA-2: by the subnet that the packets leave. A conversation's answer passes where the conversation did.
    pub(super) fn public_access_out(&mut self, flow: &mut Flow, is_outward_only: bool) -> Next {
        if let Way::Back(conversation) = self.way
            && conversation.crossed_internet()
        {
            return Next::Go;
        }
        let by_gateway =
            |mark: &Mark| matches!(mark, Mark::Nat(state) if matches!(state.by, Translator::Gateway(_)));
        let is_by_gateway = is_outward_only || flow.marks.iter().any(by_gateway);
        // BPA-5: what an appliance or an endpoint passes on, by the sender's subnet as well as by theirs.
        let senders = flow.source.single().and_then(|source| {
            let vpc = self.network.vpcs.get(flow.vpc as usize)?;
            Some(vpc.subnets.at(flow.source.family(), source)).filter(|subnet| *subnet != flow.subnet)
        });
        for subnet in senders.into_iter().chain([flow.subnet]) {
            if let next @ (Next::Move(_) | Next::Ended) = self.public_access_of(flow, subnet, is_by_gateway) {
                return next;
            }
        }
        Next::Go
    }

    /// The same for one subnet, whoever began.
    pub(super) fn public_access_of(&mut self, flow: &mut Flow, subnet: u32, is_by_gateway: bool) -> Next {
        let Some(row) = self.network.subnets.get(subnet as usize) else { return Next::Go };
        let gap = row.public_access_gap;
        let passes = match row.public_access {
            PublicAccess::Open => true,
            PublicAccess::OutwardByGateways => is_by_gateway,
            PublicAccess::Closed => false,
            PublicAccess::Unknown => return gap.map_or(Next::Go, |gap| self.unknown(flow, gap)),
        };
        self.public_access(flow, passes, gap)
    }

    /// BPA-2: by the subnet that the destination is in.
    pub(super) fn public_access_in(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        if let Way::Back(conversation) = self.way
            && conversation.crossed_internet()
        {
            return Next::Go;
        }
        let mut kept = AddressSet::empty(flow.destination.family());
        for (part, subnet) in self.network.vpcs[vpc.index()].subnets.split(&flow.destination) {
            // What is in no subnet is not delivered in any case.
            let Some(row) = self.network.subnets.get(subnet as usize) else {
                kept = kept.union(&part);
                continue;
            };
            match (row.public_access, row.public_access_gap) {
                (PublicAccess::Unknown, Some(gap)) => return self.unknown(flow, gap),
                (PublicAccess::Open | PublicAccess::Unknown, gap) => {
                    if let Some(gap) = gap {
                        self.assume(gap);
                    }
                    kept = kept.union(&part);
                }
                (PublicAccess::OutwardByGateways | PublicAccess::Closed, _) => {}
            }
        }
        let code = ExplanationCode::VpcBlockPublicAccessEnabled;
        self.keep(flow, PeerSide::Destination, kept, code, RuleUse::None)
    }

    fn public_access(&mut self, flow: &mut Flow, passes: bool, gap: Option<AssumptionIndex>) -> Next {
        if let Some(gap) = gap {
            self.assume(gap);
        }
        if passes {
            return Next::Go;
        }
        self.drop_all(flow, ExplanationCode::VpcBlockPublicAccessEnabled, RuleUse::None)
    }
}
