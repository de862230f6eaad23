//! Relays: what takes packets for an address of its own and hands each on to one of several others, and answers back.
//!
//! The client's conversation and the one with the target are one walk: the mark that a relay leaves knows what the
//! client asked for, so that the answer becomes the relay's again. Which choice is taken is one number for the whole
//! relay: its ports are apart, so that walking the choices of one beside those of another misses nothing.

use super::loss::narrow;
use super::{Next, Walk, Way};
use crate::network::{
    AssumptionIndex, EntryKind, ExplanationCode, LocationId, PeerSide, RelayChoice, RelayCodes, RelayIndex,
    RelayPort, RelayRow, RelayTo, SubnetIndex,
};
use crate::packet::{AddressSet, Family, TransportSet};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{
    CHOSEN_PORTS, Conversation, End, Flow, Groups, Mark, RelayState, answering_ports, source_ports,
};
use crate::solver::reply::with_client_ports;

/// What packets become for a target.
#[derive(Clone, Copy)]
struct Target {
    family: Family,
    address: u128,
    transport: TransportSet,
    preserves: bool,
    first: LocationId,
}

impl Walk<'_, '_> {
    /// Hands on what the relay takes, or an answer back.
    pub(super) fn relay(&mut self, flow: &mut Flow, relay: RelayIndex) -> Next {
        if let Way::Back(conversation) = self.way {
            return self.hand_back(flow, relay, conversation);
        }
        let row = &self.network.relays[relay.index()];
        let mut rest = flow.transport;
        let mut listened = None;
        for port in &row.ports {
            let passing = self.workspace.intersection(rest, port.takes);
            if passing.is_empty() {
                continue;
            }
            rest = self.workspace.difference(rest, passing);
            listened.get_or_insert(port.origin);
            let part = Flow { transport: passing, ..flow.clone() };
            self.hand_on(part, relay, port);
        }
        if !rest.is_empty() {
            flow.transport = rest;
            match listened {
                None => self.drop_by(flow, row.codes.takes_none, row.component, RuleUse::None),
                Some(origin) => {
                    self.drop_by(flow, row.codes.takes_others, row.component, RuleUse::Relay(origin))
                }
            };
        }
        Next::Ended
    }

    /// One port's packets, to the choice of this run; sources that it is not for have the next one.
    fn hand_on(&mut self, mut flow: Flow, relay: RelayIndex, port: &RelayPort) {
        let network = self.network;
        let row = &network.relays[relay.index()];
        if let Some(assumption) = row.assumed {
            self.assume(assumption);
        }
        // What answers alike for others does not for itself (LB-6), and is not one way.
        let is_each = self.walks_each || port.has_target_in(&flow.source);
        let key = (false, flow.at, u32::from(self.number) | u32::from(is_each) << 16);
        let first = usize::from(self.choices.choose(key, row.choices_walked(is_each).max(1)));
        let choices = if is_each { port.each() } else { port.walked() };
        for offset in 0..choices.len() {
            let choice = choices.turn(first + offset);
            let Some(set) = choice.sources else {
                self.choose(flow, relay, port, choice);
                return;
            };
            let parts = network.address_sets[set.index()].split(&flow.source);
            let inside = parts.into_iter().find(|(_, is_inside)| *is_inside);
            let Some((inside, _)) = inside else { continue };
            let outside = flow.source.difference(&inside);
            let mut part = flow.clone();
            narrow(&mut part, PeerSide::Source, inside);
            self.choose(part, relay, port, choice);
            if outside.is_empty() {
                return;
            }
            narrow(&mut flow, PeerSide::Source, outside);
        }
        let code = ExplanationCode::Elbv2ListenerRequiresTgAccept;
        self.drop_by(&flow, code, port.component, RuleUse::Relay(port.origin));
    }

    fn choose(&mut self, mut flow: Flow, relay: RelayIndex, port: &RelayPort, choice: &RelayChoice) {
        let row = &self.network.relays[relay.index()];
        let rule = RuleUse::Relay(port.origin);
        if let Some(assumption) = choice.assumed {
            self.assume(assumption);
        }
        match choice.to {
            RelayTo::Itself => {
                self.tell(&mut flow, Decision::Pass, row.component, rule);
                self.arrive(&mut flow, End::Interface(row.interface));
            }
            RelayTo::Lost(code) => {
                self.drop_by(&flow, code, choice.component, rule);
            }
            RelayTo::Unknown(gap) => {
                self.unknown(&mut flow, gap);
            }
            RelayTo::Address { family, address, transport, preserves, first, .. } => {
                // LB-6: a client of the other family is never preserved.
                let preserves = preserves && flow.source.family() == family;
                let target = Target { family, address, transport, preserves, first };
                if preserves && flow.source.single() == Some(address) {
                    // LB-6, M-4: a client that is its own target.
                    let code = ExplanationCode::NlbHairpin;
                    self.drop_by(&flow, code, choice.component, rule);
                } else if let (true, EntryKind::Transit, Some(gap)) = (preserves, flow.entry, row.transit_gap)
                {
                    self.unknown(&mut flow, gap);
                } else {
                    self.send(flow, relay, target, rule);
                }
            }
        }
    }

    /// The packets become the relay's: for the target, from the client or from the relay itself.
    fn send(&mut self, mut flow: Flow, relay: RelayIndex, target: Target, rule: RuleUse) {
        let row = &self.network.relays[relay.index()];
        if let Some(through) = row.through {
            self.tell(&mut flow, Decision::Pass, through, RuleUse::None);
        }
        let interface = &self.network.interfaces[row.sender.index()];
        let Some(own) = interface.primary(target.family) else {
            self.drop_by(&flow, ExplanationCode::NoPossibleDestination, row.component, rule);
            return;
        };
        let destination = AddressSet::point(target.family, target.address);
        let ports = flow.ports;
        flow.marks.push(Mark::Relay(Box::new(RelayState {
            relay,
            asked: flow.transport,
            address: std::mem::replace(&mut flow.destination, destination),
            address_was_linked: std::mem::replace(&mut flow.destination_linked, false),
            client: flow.source.clone(),
            client_was_linked: flow.source_linked,
            own,
            preserves: target.preserves,
            ports,
        })));
        if !target.preserves {
            flow.ports = source_ports(self.network, self.workspace, CHOSEN_PORTS);
            flow.source = AddressSet::point(target.family, own);
            flow.source_linked = false;
        }
        flow.transport = target.transport;
        // SG-15: the relay's groups count, also where the client's address is kept.
        flow.sender = row.sender.0;
        flow.groups = Groups::Kept;
        flow.entry = EntryKind::Inside;
        flow.vpc = interface.vpc.0;
        self.tell(&mut flow, Decision::Translate, row.component, rule);
        flow.at = target.first;
        self.pending.push(flow);
    }

    /// An answer to what was handed on goes to the client, from the address that the client knows.
    fn hand_back(&mut self, flow: &mut Flow, relay: RelayIndex, conversation: &Conversation) -> Next {
        let row = &self.network.relays[relay.index()];
        let Some(state) = conversation.relay_before(flow.handed_back()) else {
            // The relay asked by itself.
            if conversation.origin == End::Interface(row.interface) {
                self.arrive(flow, End::Interface(row.interface));
                return Next::Ended;
            }
            return self.drop_all(flow, ExplanationCode::ReplyMisdelivered, RuleUse::None);
        };
        let is_own = state.preserves || flow.destination.single() == Some(state.own);
        let taker = &self.network.relays[state.relay.index()];
        if taker.sender != row.sender || !is_own {
            return self.drop_all(flow, ExplanationCode::ReplyMisdelivered, RuleUse::None);
        }
        let row = taker;
        flow.source = state.address.clone();
        flow.source_linked = state.address_was_linked;
        if !state.preserves {
            flow.destination = state.client.clone();
            flow.destination_linked = state.client_was_linked;
            let ports = conversation.ports_before_relay(flow.handed_back());
            let transport = with_client_ports(self.workspace, flow.transport, ports);
            flow.transport = self.workspace.intersection(transport, state.ports);
        }
        flow.ports = answering_ports(self.network, self.workspace, state.asked);
        flow.marks.push(Mark::Relay(Box::new(state.clone())));
        let interface = &self.network.interfaces[row.interface.index()];
        flow.vpc = interface.vpc.0;
        flow.sender = row.interface.0;
        flow.entry = EntryKind::Inside;
        self.tell(flow, Decision::Translate, row.component, RuleUse::None);
        Next::Move(self.network.subnets[interface.subnet.index()].out)
    }

    /// LB-13, M-4: an answer that carries the client's address goes to the relay all the same, whatever routes say.
    /// From its own subnet no ACL is in between.
    pub(super) fn to_relay(&self, flow: &Flow, from: Option<SubnetIndex>) -> Option<Next> {
        let Way::Back(conversation) = self.way else { return None };
        let state = conversation.relay_before(flow.handed_back()).filter(|it| it.preserves)?;
        let row: &RelayRow = &self.network.relays[state.relay.index()];
        let subnet = self.network.interfaces[row.interface.index()].subnet;
        Some(match from {
            Some(own) if own != subnet => Next::Go,
            Some(_) | None => Next::Move(row.way_back),
        })
    }

    /// What a relay begins by itself is for its targets, on the port of the traffic or of the health check (LB-11).
    pub(super) fn own_targets(&mut self, flow: &mut Flow, relay: RelayIndex) -> Next {
        let row = &self.network.relays[relay.index()];
        let is_own = |mark: &Mark| {
            matches!(mark, Mark::Relay(state)
                if self.network.relays[state.relay.index()].sender == row.sender)
        };
        let is_handed_on = flow.marks.iter().any(is_own);
        if self.is_back() || is_handed_on {
            return Next::Go;
        }
        let mut targets: Vec<(u128, TransportSet)> = Vec::new();
        let mut unseen = None;
        for choice in row.ports.iter().flat_map(|port| &port.choices) {
            if let RelayTo::Unknown(gap) = choice.to {
                unseen = Some(gap);
            }
            let RelayTo::Address { family, address, transport, checked, .. } = choice.to else { continue };
            if family == flow.destination.family() && flow.destination.holds(address) {
                let both = self.workspace.union(transport, checked);
                match targets.iter_mut().find(|(known, _)| *known == address) {
                    Some((_, known)) => *known = self.workspace.union(*known, both),
                    None => targets.push((address, both)),
                }
            }
        }
        let family = flow.destination.family();
        let known = AddressSet::of(family, targets.iter().map(|(address, _)| (*address, *address)));
        let code = ExplanationCode::TargetAddressRestriction;
        if let Some(gap) = unseen {
            return self.own_and_unseen_targets(flow, targets, gap);
        }
        match self.keep(flow, PeerSide::Destination, known, code, RuleUse::None) {
            Next::Go => {}
            next @ (Next::Move(_) | Next::Ended) => return next,
        }
        let Some((_, last)) = targets.pop() else { return Next::Go };
        for (address, transport) in targets {
            let mut part = flow.clone();
            narrow(&mut part, PeerSide::Destination, AddressSet::point(family, address));
            if let Next::Go = self.keep_spoken(&mut part, transport, row.codes) {
                self.go_on_by_itself(part, None);
            }
            let rest = flow.destination.difference(&AddressSet::point(family, address));
            narrow(flow, PeerSide::Destination, rest);
        }
        self.keep_spoken(flow, last, row.codes)
    }

    /// Who else is a target, and on which port, is not known: what is for those that are known goes on in any case.
    fn own_and_unseen_targets(
        &mut self,
        flow: &mut Flow,
        targets: Vec<(u128, TransportSet)>,
        gap: AssumptionIndex,
    ) -> Next {
        for (address, transport) in targets {
            let passing = self.workspace.intersection(flow.transport, transport);
            if passing.is_empty() || !flow.destination.holds(address) {
                continue;
            }
            let point = AddressSet::point(flow.destination.family(), address);
            let others = flow.destination.difference(&point);
            let rest = self.workspace.difference(flow.transport, passing);
            if others.is_empty() && rest.is_empty() {
                return Next::Go;
            }
            let mut own = flow.clone();
            narrow(&mut own, PeerSide::Destination, point);
            if others.is_empty() {
                flow.transport = rest;
            } else {
                narrow(flow, PeerSide::Destination, others);
                if !rest.is_empty() {
                    self.go_on_by_itself(Flow { transport: rest, ..own.clone() }, Some(gap));
                }
            }
            self.go_on_by_itself(Flow { transport: passing, ..own }, None);
        }
        self.maybe(flow, gap)
    }

    /// Lets a part of the flow at hand go on behind this step; where something is missing, only perhaps.
    fn go_on_by_itself(&mut self, mut part: Flow, gap: Option<AssumptionIndex>) {
        let next = gap.map_or(Next::Go, |gap| self.maybe(&mut part, gap));
        if let Next::Go = next {
            part.resume = self.number + 1;
            self.pending.push(part);
        }
    }

    /// The protocol first, then the port.
    fn keep_spoken(&mut self, flow: &mut Flow, spoken: TransportSet, codes: RelayCodes) -> Next {
        let mut protocols: Vec<u32> = Vec::new();
        for (low, high) in self.workspace.intervals(spoken) {
            protocols.extend((low >> 16)..=(high >> 16));
        }
        let lines: Vec<_> = protocols.into_iter().map(|it| (it << 16, it << 16 | 0xffff)).collect();
        let protocols = self.workspace.of(&lines);
        let spoken_there = self.workspace.intersection(flow.transport, protocols);
        if spoken_there.is_empty() {
            return self.drop_all(flow, codes.target_protocol, RuleUse::None);
        }
        match self.narrow_transport(flow, protocols, codes.target_protocol, RuleUse::None) {
            Next::Go => self.narrow_transport(flow, spoken, codes.target_port, RuleUse::None),
            next @ (Next::Move(_) | Next::Ended) => next,
        }
    }
}
