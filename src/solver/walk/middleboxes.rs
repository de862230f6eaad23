//! Middleboxes: what packets go through because routes say so, and come out of again.
//!
//! A middlebox that is asked to pass on one direction of a conversation only may lose it. Hosts with several interfaces
//! send by one of them; where routes leave one that could be meant, it is that one, else every one is tried and the
//! answer is unknown if that matters.

use smallvec::SmallVec;

use super::loss::narrow;
use super::{Next, Reading, Walk, Way};
use crate::network::{
    AssumptionIndex, EntryKind, ExitRow, ExplanationCode, FilterId, Hop, InterfaceIndex, LocationId,
    LocationKind, MiddleboxIndex, MiddleboxRow, OneWay, PeerSide, Step,
};
use crate::packet::{AddressSet, Family, protocol};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{
    CHOSEN_PORTS, Conversation, End, Flow, GroupLoss, Groups, Mark, NONE, NatState, Translator, source_ports,
};
use crate::solver::reply::with_client_ports;

/// Where the table of an exit's subnet sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// Nowhere, or back to the host.
    Nowhere,
    /// The destination is in that very subnet.
    Near,
    /// To an internet gateway.
    Internet,
    /// Somewhere else.
    Elsewhere,
}

/// Some destinations, and where each exit leads them.
type Part = (AddressSet, SmallVec<[Lead; 2]>);

impl Walk<'_, '_> {
    /// Takes packets in, whatever they are for, and sends them on.
    pub(super) fn through(&mut self, flow: &mut Flow, middlebox: MiddleboxIndex, by_gateway: bool) -> Next {
        let row = &self.network.middleboxes[middlebox.index()];
        if let Some(assumption) = row.assumed {
            self.assume(assumption);
        }
        if let Way::Back(conversation) = self.way
            && !conversation.went_through(middlebox)
            && let next @ (Next::Move(_) | Next::Ended) = self.one_way(flow, row)
        {
            return next;
        }
        if let next @ (Next::Move(_) | Next::Ended) = self.without_references(flow, row.references_gap) {
            return next;
        }
        // GWLB-8.
        if let (Some(gap), Way::There) = (row.preservation_gap, self.way)
            && flow.last_relay().is_some_and(|it| it.preserves)
            && let next @ (Next::Move(_) | Next::Ended) = self.maybe(flow, gap)
        {
            return next;
        }
        flow.marks.push(Mark::Through(middlebox, by_gateway));
        if flow.groups == Groups::Kept {
            flow.groups = Groups::Lost(GroupLoss::Middlebox);
        }
        if let Some(carried) = &row.carried
            && let next @ (Next::Move(_) | Next::Ended) = self.carry(flow, carried)
        {
            return next;
        }
        if row.exits.is_empty() {
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return Next::Go;
        }
        flow.entry = EntryKind::Inside;
        self.send_on(flow, row, middlebox)
    }

    /// It sees one direction of the conversation only.
    fn one_way(&mut self, flow: &mut Flow, row: &MiddleboxRow) -> Next {
        match row.one_way {
            OneWay::Unknown(gap) => self.maybe(flow, gap),
            OneWay::Loses(code) => {
                if self.drop_by(flow, code, row.component, RuleUse::None) {
                    self.tell(flow, Decision::Drop(code), row.component, RuleUse::None);
                    flow.blocked += 1;
                    Next::Go
                } else {
                    Next::Ended
                }
            }
        }
    }

    /// What an interface passes on for others is known to its groups if its host passed on the conversation, too: that it
    /// began there itself is another one.
    pub(super) fn is_known_at(&self, flow: &Flow, own: InterfaceIndex, conversation: &Conversation) -> bool {
        let kind = self.network.location(flow.at).kind;
        let is_out = kind == LocationKind::InterfaceOut && flow.is_passed_on();
        let is_for_others = kind == LocationKind::Forwarder || is_out;
        let exits = |middlebox: MiddleboxIndex| &self.network.middleboxes[middlebox.index()].exits;
        !is_for_others || conversation.went_by(|it| exits(it).iter().any(|exit| exit.interface == own))
    }

    /// An answer that ends: whether it came by all that the conversation went through.
    pub(super) fn by_all_middleboxes(&mut self, flow: &mut Flow) -> Next {
        let Way::Back(conversation) = self.way else { return Next::Go };
        let Some((missed, by_gateway)) = conversation.missed(&flow.marks) else { return Next::Go };
        let row = &self.network.middleboxes[missed.index()];
        if !by_gateway {
            return self.one_way(flow, row);
        }
        // GRT-4: what comes in through an appliance has to leave through it.
        let code = ExplanationCode::IngressRtbTrafficRedirection;
        self.one_way(flow, &MiddleboxRow { one_way: OneWay::Loses(code), ..row.clone() })
    }

    /// SG-15: whether a rule of the sender counts that names a group of what lies beyond a middlebox is not documented.
    pub(super) fn without_references(&mut self, flow: &mut Flow, gap: AssumptionIndex) -> Next {
        let network = self.network;
        let Some(sender) = network.interfaces.get(flow.sender as usize) else { return Next::Go };
        if self.is_back() || flow.groups != Groups::Kept {
            return Next::Go;
        }
        let id = FilterId::SecurityGroups { set: sender.groups, is_outbound: true };
        if network.group_sets[sender.groups.index()].is_empty() {
            return Next::Go;
        }
        let filter = &*self.filters.get(network, self.workspace, id);
        if filter.references.is_empty() {
            return Next::Go;
        }
        let map = match (self.reading, &filter.possible) {
            (Reading::Possible, Some(possible)) => possible,
            (Reading::Certain | Reading::Possible, _) => &filter.certain,
        };
        let mut parts = map.split(&flow.destination);
        let Some((only, admitted)) = parts.pop() else { return Next::Go };
        if only != flow.destination {
            // Each by itself, from this very step on.
            for (part, _) in parts.into_iter().chain([(only, admitted)]) {
                let mut other = flow.clone();
                narrow(&mut other, PeerSide::Destination, part);
                other.resume = self.number;
                self.pending.push(other);
            }
            return Next::Ended;
        }
        if self.workspace.intersection(flow.transport, admitted) != flow.transport {
            self.gap(gap);
        }
        match self.reading {
            Reading::Certain => {
                let rule = RuleUse::Assumption(gap);
                self.narrow_transport(flow, admitted, ExplanationCode::UnsupportedComponent, rule)
            }
            Reading::Possible => Next::Go,
        }
    }

    /// Sends packets by the interfaces of a host.
    fn send_on(&mut self, flow: &mut Flow, row: &MiddleboxRow, middlebox: MiddleboxIndex) -> Next {
        let mut parts: Vec<Part> = vec![(flow.destination.clone(), SmallVec::new())];
        for exit in &row.exits {
            let mut refined = Vec::new();
            for (set, leads) in parts {
                for (part, lead) in self.leads(exit, &set, middlebox) {
                    let mut leads = leads.clone();
                    leads.push(lead);
                    refined.push((part, leads));
                }
            }
            parts = refined;
        }
        let Some((last_set, last_leads)) = parts.pop() else { return Next::Ended };
        for (set, leads) in parts {
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, set);
            if let Next::Move(to) = self.by_an_exit(&mut other, row, middlebox, &leads) {
                other.at = to;
                self.pending.push(other);
            }
        }
        narrow(flow, PeerSide::Destination, last_set);
        self.by_an_exit(flow, row, middlebox, &last_leads)
    }

    /// Where the table of an exit's subnet sends some destinations.
    fn leads(
        &self,
        exit: &ExitRow,
        set: &AddressSet,
        middlebox: MiddleboxIndex,
    ) -> SmallVec<[(AddressSet, Lead); 2]> {
        let network = self.network;
        let interface = &network.interfaces[exit.interface.index()];
        let subnets = &network.vpcs[interface.vpc.index()].subnets;
        let mut parts: SmallVec<[(AddressSet, Lead); 2]> = SmallVec::new();
        let mut add = |set: AddressSet, lead: Lead| match parts.iter_mut().find(|(_, known)| *known == lead) {
            Some((known, _)) => *known = known.union(&set),
            None => parts.push((set, lead)),
        };
        let table = network.subnets[interface.subnet.index()].route_table;
        let map = table.and_then(|table| {
            network
                .steps_of(table)
                .iter()
                .find_map(|step| if let Step::Route(map) = step { Some(*map) } else { None })
        });
        for (part, owner) in subnets.split(set) {
            if owner == interface.subnet.0 {
                add(part, Lead::Near);
                continue;
            }
            let Some(map) = map else {
                add(part, Lead::Elsewhere);
                continue;
            };
            for (piece, hop) in network.route_maps[map.index()].split(&part) {
                add(piece, self.lead(network.hops[hop.index()], middlebox));
            }
        }
        parts
    }

    fn lead(&self, hop: Hop, middlebox: MiddleboxIndex) -> Lead {
        match hop {
            Hop::Edge(edge) => {
                let to = self.network.end_of(edge);
                if self.network.location(to).kind == LocationKind::InternetGatewayOut {
                    Lead::Internet
                } else if self.is_way_into(to, middlebox) {
                    Lead::Nowhere
                } else {
                    Lead::Elsewhere
                }
            }
            Hop::Drop(..) => Lead::Nowhere,
            Hop::Unknown(_) | Hop::IfAnnounced(..) | Hop::OneOf(..) => Lead::Elsewhere,
        }
    }

    fn is_way_into(&self, at: LocationId, middlebox: MiddleboxIndex) -> bool {
        self.network.steps_of(at).iter().any(|step| matches!(step, Step::Through(it, _) if *it == middlebox))
    }

    /// ENI-9: by the interface that has the destination's subnet, else by one that leads on.
    fn by_an_exit(
        &mut self,
        flow: &mut Flow,
        row: &MiddleboxRow,
        middlebox: MiddleboxIndex,
        leads: &[Lead],
    ) -> Next {
        let numbered = |wanted: fn(Lead) -> bool| -> SmallVec<[usize; 4]> {
            leads.iter().enumerate().filter(|(_, lead)| wanted(**lead)).map(|(number, _)| number).collect()
        };
        let mut likely = numbered(|lead| lead == Lead::Near);
        if likely.is_empty() {
            likely = numbered(|lead| lead != Lead::Nowhere);
        }
        if likely.is_empty() {
            likely = numbered(|_| true);
        }
        let number = match likely.as_slice() {
            [only] => {
                if row.exits.len() > 1 {
                    self.assume(row.routing_assumed);
                }
                *only
            }
            several => {
                self.gap(row.routing_gap);
                let mask = several.iter().fold(0_u32, |mask, number| mask | 1 << (number % 24));
                let key = (self.is_back(), flow.at, mask << 8 | u32::from(self.number));
                several[usize::from(self.choices.suppose(key, several.len() as u16))]
            }
        };
        let (Some(exit), Some(lead)) = (row.exits.get(number), leads.get(number)) else { return Next::Ended };
        self.leave(flow, exit, middlebox, *lead)
    }

    /// Out of one interface, in the sender's name or the host's own.
    fn leave(&mut self, flow: &mut Flow, exit: &ExitRow, middlebox: MiddleboxIndex, lead: Lead) -> Next {
        let interface = &self.network.interfaces[exit.interface.index()];
        flow.vpc = interface.vpc.0;
        if let (Some(stand_in), Lead::Internet) = (exit.stand_in, lead)
            && self.has_no_public_address(flow, exit.interface)
        {
            self.assume(stand_in.assumed);
            if let next @ (Next::Move(_) | Next::Ended) = self.with_ports_only(flow, stand_in.others_gap) {
                return next;
            }
            let address = u128::from(stand_in.address);
            let client = std::mem::replace(&mut flow.source, AddressSet::point(Family::V4, address));
            let was_linked = std::mem::replace(&mut flow.source_linked, false);
            let by = Translator::Appliance(middlebox, exit.interface);
            let ports = source_ports(self.network, self.workspace, CHOSEN_PORTS);
            let ports = std::mem::replace(&mut flow.ports, ports);
            flow.marks.push(Mark::Nat(Box::new(NatState { by, address, client, was_linked, ports })));
            flow.groups = Groups::Lost(GroupLoss::Translated);
            flow.sender = NONE;
            self.tell_here(flow, Decision::Translate, RuleUse::None);
        } else {
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            if exit.checks_source && !self.owns_source(flow, exit.interface) {
                let code = ExplanationCode::EniSourceDestCheckRestriction;
                if !self.drop_by(flow, code, interface.component, RuleUse::None) {
                    return Next::Ended;
                }
                self.tell(flow, Decision::Drop(code), interface.component, RuleUse::None);
                flow.blocked += 1;
            }
        }
        Next::Move(interface.out)
    }

    /// IGW-3: whether the internet gateway would drop the packets as they are.
    fn has_no_public_address(&self, flow: &Flow, exit: InterfaceIndex) -> bool {
        let vpc = self.network.interfaces[exit.index()].vpc;
        let addresses = &self.network.vpcs[vpc.index()].public_addresses;
        flow.source.family() == Family::V4
            && flow.source.single().is_some_and(|source| {
                addresses.binary_search_by_key(&(source as u32), |(private, _)| *private).is_err()
            })
    }

    fn owns_source(&self, flow: &Flow, exit: InterfaceIndex) -> bool {
        let vpc = self.network.interfaces[exit.index()].vpc;
        let owners = &self.network.vpcs[vpc.index()].interfaces;
        flow.source.single().is_some_and(|source| owners.at(flow.source.family(), source) == exit.0)
    }

    /// What a NAT of protocols without ports does is not known.
    fn with_ports_only(&mut self, flow: &mut Flow, gap: AssumptionIndex) -> Next {
        let [tcp, udp, icmp] =
            [protocol::TCP, protocol::UDP, protocol::ICMP].map(|it| self.workspace.protocol(it));
        let carried = self.workspace.union(tcp, udp);
        let carried = self.workspace.union(carried, icmp);
        let rest = self.workspace.difference(flow.transport, carried);
        if rest.is_empty() {
            return Next::Go;
        }
        if rest == flow.transport {
            return self.maybe(flow, gap);
        }
        self.gap(gap);
        if self.reading == Reading::Possible {
            return Next::Go;
        }
        let code = ExplanationCode::UnsupportedComponent;
        self.narrow_transport(flow, carried, code, RuleUse::Assumption(gap))
    }

    /// It ends at an interface, unless it answers what the interface's host sent in its own name.
    pub(super) fn at_interface(&mut self, flow: &mut Flow, interface: InterfaceIndex) -> Next {
        let Way::Back(conversation) = self.way else {
            self.arrive(flow, End::Interface(interface));
            return Next::Ended;
        };
        let by = |by: Translator| matches!(by, Translator::Appliance(_, own) if own == interface);
        match conversation.translated(by, &flow.destination) {
            Some(state) => self.give_back(flow, state, conversation),
            None => {
                self.arrive(flow, End::Interface(interface));
                Next::Ended
            }
        }
    }

    /// An answer gets the client's address again and goes on to it.
    fn give_back(&mut self, flow: &mut Flow, state: &NatState, conversation: &Conversation) -> Next {
        let Translator::Appliance(middlebox, _) = state.by else { return Next::Ended };
        flow.destination = state.client.clone();
        flow.destination_linked = state.was_linked;
        let before = conversation.ports_before_translation(state);
        let transport = with_client_ports(self.workspace, flow.transport, before);
        flow.transport = self.workspace.intersection(transport, state.ports);
        flow.marks.push(Mark::Through(middlebox, false));
        flow.entry = EntryKind::Inside;
        self.tell_here(flow, Decision::Translate, RuleUse::None);
        let row = &self.network.middleboxes[middlebox.index()];
        self.send_on(flow, row, middlebox)
    }
}
