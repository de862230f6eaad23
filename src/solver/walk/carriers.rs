//! Carriers: packets that travel inside of others, to something that looks at them and back again.
//!
//! What carries them is walked as far as there is a choice on that way: the network ACLs of both subnets and the groups
//! of whoever is chosen. Routes in between are not asked: both ends are in one VPC.

use super::{Next, Walk};
use crate::network::{
    Barrier, CarriedRow, InterfaceIndex, LocationId, PeerSide, RelayChoice, RelayTo, SubnetRow,
};
use crate::packet::{AddressSet, Family, TransportSet};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{Flow, Groups};

/// Whether what carries packets gets on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passage {
    Open,
    Ended,
}

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
        if is_apart && self.between(&mut carrier, near, far) == Passage::Ended {
            return Next::Ended;
        }
        carrier.subnet = target.subnet.0;
        if self.taken_in(&mut carrier, target.inward) == Passage::Ended {
            return Next::Ended;
        }
        std::mem::swap(&mut carrier.source, &mut carrier.destination);
        if is_apart && self.between(&mut carrier, far, near) == Passage::Ended {
            return Next::Ended;
        }
        flow.trail = carrier.trail;
        flow.blocked = carrier.blocked;
        Next::Go
    }

    /// Out of one subnet and into another.
    fn between(&mut self, carrier: &mut Flow, from: &SubnetRow, to: &SubnetRow) -> Passage {
        let out = (from.out, from.acl[1], PeerSide::Destination);
        let inward = (to.inward, to.acl[0], PeerSide::Source);
        for (at, filter, peer) in [out, inward] {
            carrier.at = at;
            if let Next::Move(_) | Next::Ended = self.acl(carrier, filter, peer) {
                return Passage::Ended;
            }
        }
        Passage::Open
    }

    /// Past the groups of whoever is chosen.
    fn taken_in(&mut self, carrier: &mut Flow, at: LocationId) -> Passage {
        let network = self.network;
        carrier.at = at;
        for step in network.steps_of(at).iter() {
            let next = match step.barrier() {
                Some(Barrier::Groups { filter, peer, interface }) => {
                    self.security_groups(carrier, filter, peer, interface)
                }
                Some(Barrier::Guard(guard)) => self.guard(carrier, guard),
                None => Next::Go,
            };
            if let Next::Move(_) | Next::Ended = next {
                return Passage::Ended;
            }
        }
        Passage::Open
    }
}
