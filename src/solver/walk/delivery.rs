//! The last stretch: which subnet and which interface own the destination, and what ends there.

use super::loss::narrow;
use super::{Next, Walk, Way};
use crate::network::{EdgeId, ExplanationCode, InterfaceIndex, LocationId, PeerSide, SubnetIndex, VpcIndex};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{Arrival, End, Flow};

impl Walk<'_, '_> {
    pub(super) fn to_subnet(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        let network = self.network;
        flow.vpc = vpc.0;
        let row = &network.vpcs[vpc.index()];
        if let Some(address) = flow.destination.single() {
            let subnet = row.subnets.at(flow.destination.family(), address);
            return self.into_subnet(flow, subnet);
        }
        let parts = row.subnets.split(&flow.destination);
        for (part, subnet) in parts {
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, part);
            if let Next::Move(to) = self.into_subnet(&mut other, subnet) {
                other.at = to;
                self.pending.push(other);
            }
        }
        Next::Ended
    }

    fn into_subnet(&mut self, flow: &mut Flow, subnet: u32) -> Next {
        match self.network.subnets.get(subnet as usize) {
            Some(row) => Next::Move(row.inward),
            None => self.nobody(flow),
        }
    }

    /// RT-2: packets for the same subnet are delivered at once.
    pub(super) fn same_subnet(&mut self, flow: &mut Flow, subnet: SubnetIndex, edge: EdgeId) -> Next {
        let network = self.network;
        let vpc = network.subnets[subnet.index()].vpc;
        let map = &network.vpcs[vpc.index()].subnets;
        if let Some(address) = flow.destination.single() {
            let is_inside = map.at(flow.destination.family(), address) == subnet.0;
            return if is_inside { self.along(edge) } else { Next::Go };
        }
        let parts = map.split(&flow.destination);
        let Some((inside, _)) = parts.into_iter().find(|(_, owner)| *owner == subnet.0) else {
            return Next::Go;
        };
        let outside = flow.destination.difference(&inside);
        let mut near = flow.clone();
        narrow(&mut near, PeerSide::Destination, inside);
        near.at = network.end_of(edge);
        self.pending.push(near);
        if outside.is_empty() {
            return Next::Ended;
        }
        narrow(flow, PeerSide::Destination, outside);
        Next::Go
    }

    pub(super) fn to_interface(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        if let Some(halted) = &mut self.halted {
            flow.vpc = vpc.0;
            halted.push(flow.clone());
            return Next::Ended;
        }
        let network = self.network;
        let row = &network.vpcs[vpc.index()];
        if let Some(address) = flow.destination.single() {
            let interface = row.interfaces.at(flow.destination.family(), address);
            return self.into_interface(flow, interface);
        }
        for (part, interface) in row.interfaces.split(&flow.destination) {
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, part);
            if let Next::Move(to) = self.into_interface(&mut other, interface) {
                other.at = to;
                self.pending.push(other);
            }
        }
        Next::Ended
    }

    fn into_interface(&mut self, flow: &mut Flow, interface: u32) -> Next {
        let Some(row) = self.network.interfaces.get(interface as usize) else { return self.nobody(flow) };
        if let Way::Back(conversation) = self.way
            && conversation.origin != End::Interface(InterfaceIndex(interface))
            && !conversation.is_translated_to(&flow.destination)
        {
            // PCX-5: nobody checks where an answer goes; it ends at whoever has the address there.
            if flow.blocked == 0 {
                self.drop_by(flow, ExplanationCode::ReplyMisdelivered, row.component, RuleUse::None);
            }
            return Next::Ended;
        }
        Next::Move(row.inward)
    }

    /// Nobody owns the address. After an earlier blocker that is only a consequence of going on past it.
    fn nobody(&mut self, flow: &mut Flow) -> Next {
        if let Some(gap) = self.network.vpcs.get(flow.vpc as usize).and_then(|vpc| vpc.interfaces_gap) {
            return self.unknown(flow, gap);
        }
        if flow.blocked == 0 {
            let vpc = self.network.vpcs.get(flow.vpc as usize);
            let is_resolver = |address: u128| {
                vpc.is_some_and(|vpc| vpc.resolvers.iter().any(|it| u128::from(*it) == address))
            };
            let code = match flow.destination.single().is_some_and(is_resolver) {
                true => ExplanationCode::DnsNotReachable,
                false => ExplanationCode::NoInterfaceOwnsAddress,
            };
            self.drop(flow, code, RuleUse::None);
        }
        Next::Ended
    }

    /// The link is the last that is known; what is behind it is named all the same.
    pub(super) fn arrive_on_premises(&mut self, flow: &mut Flow, back: LocationId) {
        self.tell_here(flow, Decision::Pass, RuleUse::None);
        flow.at = self.network.on_premises_location;
        self.arrive(flow, End::OnPremises(back));
    }

    pub(super) fn arrive(&mut self, flow: &mut Flow, end: End) {
        if let Next::Ended = self.by_all_middleboxes(flow) {
            return;
        }
        let has_firewalls = !self.network.firewalls.is_empty();
        if has_firewalls && !self.half_seen(flow, end) {
            return;
        }
        self.tell_here(flow, Decision::Arrive, RuleUse::None);
        self.arrivals.push(Arrival { flow: flow.clone(), end });
    }
}
