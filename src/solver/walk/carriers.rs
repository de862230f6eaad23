//! Carriers: packets that travel inside of others, to something that looks at them and back again.
//!
//! What carries them is walked as far as there is a choice on that way: the network ACLs of both subnets and the groups
//! of whoever is chosen. Routes in between are not asked: both ends are in one VPC.

use super::{Next, Walk};
use crate::network::{CarriedRow, InterfaceIndex, PeerSide, RelayChoice, RelayTo, Step};
use crate::packet::{AddressSet, Family, TransportSet};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{Flow, Groups};

impl Walk<'_, '_> {
    /// To one of those that may be chosen, the same for both directions, and back.
    pub(super) fn carry(&mut self, flow: &mut Flow, row: &CarriedRow) -> Next {
        let key = (false, flow.at, u32::from(self.number));
        let number = self.choices.choose(key, row.choices.len() as u16);
        let Some(choice) = row.choices.get(usize::from(number)) else { return Next::Go };
        if let Some(assumption) = choice.assumed {
            self.assume(assumption);
        }
        match choice.to {
            RelayTo::Itself => Next::Go,
            RelayTo::Lost(code) => {
                if !self.drop_by(flow, code, choice.component, RuleUse::None) {
                    return Next::Ended;
                }
                self.tell(flow, Decision::Drop(code), choice.component, RuleUse::None);
                flow.blocked += 1;
                Next::Go
            }
            RelayTo::Unknown(gap) => self.maybe(flow, gap),
            RelayTo::Address { family, address, transport, .. } => {
                self.there_and_back(flow, (row.node, choice), (family, address), transport)
            }
        }
    }

    fn there_and_back(
        &mut self,
        flow: &mut Flow,
        (node, choice): (InterfaceIndex, &RelayChoice),
        (family, address): (Family, u128),
        transport: TransportSet,
    ) -> Next {
        let network = self.network;
        let sender = &network.interfaces[node.index()];
        let owner = network.vpcs[sender.vpc.index()].interfaces.at(family, address);
        let (Some(own), Some(target)) = (sender.primary(family), network.interfaces.get(owner as usize))
        else {
            return Next::Go;
        };
        let near = &network.subnets[sender.subnet.index()];
        let far = &network.subnets[target.subnet.index()];
        let is_apart = sender.subnet != target.subnet;
        let mut carrier = flow.clone();
        carrier.source = AddressSet::point(family, own);
        carrier.destination = AddressSet::point(family, address);
        (carrier.source_linked, carrier.destination_linked) = (false, false);
        carrier.transport = transport;
        carrier.sender = node.0;
        carrier.groups = Groups::Kept;
        carrier.vpc = sender.vpc.0;
        carrier.subnet = sender.subnet.0;
        self.tell(&mut carrier, Decision::Pass, choice.component, RuleUse::None);
        let out = (near.out, near.acl[1], PeerSide::Destination);
        let inward = (far.inward, far.acl[0], PeerSide::Source);
        for (at, filter, peer) in [out, inward].into_iter().filter(|_| is_apart) {
            carrier.at = at;
            if let next @ (Next::Move(_) | Next::Ended) = self.acl(&mut carrier, filter, peer) {
                return next;
            }
        }
        carrier.at = target.inward;
        carrier.subnet = target.subnet.0;
        for step in network.steps_of(target.inward).iter() {
            let next = match step {
                Step::SecurityGroups { filter, peer, interface } => {
                    self.security_groups(&mut carrier, *filter, *peer, *interface)
                }
                Step::Guard(guard) => self.guard(&mut carrier, guard),
                Step::Acl { .. }
                | Step::Translate(_)
                | Step::Enter(_)
                | Step::Stand(_)
                | Step::Services(_)
                | Step::SameSubnet(..)
                | Step::For(..)
                | Step::Follow(_)
                | Step::GoOn(_)
                | Step::Route(_)
                | Step::ToSubnet(_)
                | Step::ToInterface(_)
                | Step::OwnZone(..)
                | Step::AnyZone(..)
                | Step::OnInternet
                | Step::ArriveInterface(_)
                | Step::ArriveService(_)
                | Step::NatReturn(..)
                | Step::Relay(_)
                | Step::OwnTargets(_)
                | Step::Through(..)
                | Step::Inspect(_)
                | Step::OverLink(_)
                | Step::ArriveOnPremises(_)
                | Step::ArriveClients => Next::Go,
            };
            if let Next::Move(_) | Next::Ended = next {
                return Next::Ended;
            }
        }
        std::mem::swap(&mut carrier.source, &mut carrier.destination);
        let out = (far.out, far.acl[1], PeerSide::Destination);
        let inward = (near.inward, near.acl[0], PeerSide::Source);
        for (at, filter, peer) in [out, inward].into_iter().filter(|_| is_apart) {
            carrier.at = at;
            if let next @ (Next::Move(_) | Next::Ended) = self.acl(&mut carrier, filter, peer) {
                return next;
            }
        }
        flow.trail = carrier.trail;
        flow.blocked = carrier.blocked;
        Next::Go
    }
}
