//! The walk: interprets the steps of locations on flows until every packet has ended or been dropped.
//!
//! One interpreter serves all walks. A plain walk stops where something drops. A lenient walk, which explanations use,
//! notes the drop and goes on with the dropped packets as if the control were open, so that later blockers show too.
//! Each walk ends: a location moves a packet on or ends it, and a packet that has been through more locations than any
//! real path has is in a loop.

use smallvec::SmallVec;

use super::answer::{Decision, Event, RuleUse};
use super::flow::{Arrival, Conversation, End, Flow, GroupLoss, Groups, Mark, NONE, NatState};
use crate::model::AssumptionCode;
use crate::network::{
    AssumptionIndex, Component, EdgeId, Entry, EntryKind, ExplanationCode, Filter, FilterId, Guard, Hop,
    InterfaceIndex, LinkLocal, LocationId, LocationKind, Network, Origin, PeerSide, PublicAccess,
    PublicOwner, RouteMapIndex, Step, SubnetIndex, Translation, VpcIndex, ZoneTableIndex,
};
use crate::packet::{AddressSet, Family, TransportSet, Workspace, protocol, range_of};

/// No real path is longer: the longest that AWS allows (two NAT gateways and a chain of transit gateways) has some sixty.
const LONGEST_PATH: u16 = 128;
/// Would-be flows of one lenient walk, so that a pathological snapshot cannot make explanations long.
const MOST_LENIENT_FLOWS: usize = 256;

/// Which way the packets go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way<'c> {
    /// They begin a conversation.
    There,
    /// They answer.
    Back(&'c Conversation),
}

/// How what is missing from the snapshot is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// It lets nothing pass: what passes then certainly passes.
    Certain,
    /// It lets everything pass: what passes then possibly passes.
    Possible,
}

/// Choices among equals, numbered in the order in which walks meet them; one assignment a run.
#[derive(Debug, Default)]
pub(super) struct Choices {
    taken: Vec<((bool, LocationId, u32), u16, u16)>,
}

impl Choices {
    fn choose(&mut self, key: (bool, LocationId, u32), count: u16) -> u16 {
        match self.taken.iter().find(|(known, ..)| *known == key) {
            Some((_, choice, _)) => *choice,
            None => {
                self.taken.push((key, 0, count));
                0
            }
        }
    }

    /// The next assignment; false when all have been had. Ends: like an odometer.
    pub fn advance(&mut self) -> bool {
        while let Some((_, choice, count)) = self.taken.last_mut() {
            if *choice + 1 < *count {
                *choice += 1;
                return true;
            }
            self.taken.pop();
        }
        false
    }
}

/// A drop, as explanations see it.
#[derive(Debug, Clone)]
pub(super) struct Drop {
    pub code: ExplanationCode,
    pub component: Component,
    pub rule: RuleUse,
    pub flow: Flow,
    /// Whether something before it had dropped the same packets already.
    pub is_later: bool,
}

/// One walk and what it found.
pub(super) struct Walk<'w, 'n> {
    pub network: &'n Network,
    pub workspace: &'w mut Workspace<'n>,
    pub choices: &'w mut Choices,
    pub way: Way<'w>,
    pub reading: Reading,
    /// The interface that the packets are meant for, when they are meant for one.
    pub intended: Option<InterfaceIndex>,
    pub arrivals: Vec<Arrival>,
    /// Whether anything was dropped.
    pub has_lost: bool,
    /// What would have to be known.
    pub gaps: SmallVec<[AssumptionIndex; 2]>,
    /// What the answer leans on all the same.
    pub assumed: SmallVec<[AssumptionIndex; 2]>,
    /// The story, where it is recorded.
    pub story: Option<Story>,
    pending: Vec<Flow>,
    /// The number of the step that is being taken.
    number: u16,
}

/// What a lenient walk records.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub events: Vec<(u32, Event)>,
    pub drops: Vec<Drop>,
    /// Whether dropped packets go on.
    pub is_lenient: bool,
    lenient_flows: usize,
    /// How deep would-be ways are being tried.
    pub depth: u8,
}

impl Story {
    /// A story that goes on past what drops.
    pub fn lenient() -> Story {
        Story { is_lenient: true, ..Story::default() }
    }
}

/// Would-be ways that are tried at a dead end.
const MOST_WAYS: usize = 16;

/// What becomes of the flow at hand after a step.
enum Next {
    Go,
    Move(LocationId),
    Ended,
}

impl<'w, 'n> Walk<'w, 'n> {
    pub fn new(
        network: &'n Network,
        workspace: &'w mut Workspace<'n>,
        choices: &'w mut Choices,
        way: Way<'w>,
        reading: Reading,
    ) -> Walk<'w, 'n> {
        Walk {
            network,
            workspace,
            choices,
            way,
            reading,
            intended: None,
            arrivals: Vec::new(),
            has_lost: false,
            gaps: SmallVec::new(),
            assumed: SmallVec::new(),
            story: None,
            pending: Vec::new(),
            number: 0,
        }
    }

    /// Follows a flow, and all that it splits into, to the end.
    pub fn run(&mut self, flow: Flow) {
        self.pending.push(flow);
        while let Some(flow) = self.pending.pop() {
            self.follow(flow);
        }
    }

    fn follow(&mut self, mut flow: Flow) {
        let network = self.network;
        'locations: loop {
            if flow.hops > LONGEST_PATH {
                self.drop(&flow, ExplanationCode::RoutingLoop, RuleUse::None);
                return;
            }
            flow.hops += 1;
            let at = flow.at;
            let first = usize::from(std::mem::take(&mut flow.resume));
            for (number, step) in network.steps_of(at).iter().enumerate().skip(first) {
                self.number = number as u16;
                match self.step(&mut flow, step, number as u32) {
                    Next::Go => {}
                    Next::Move(to) => {
                        flow.at = to;
                        continue 'locations;
                    }
                    Next::Ended => return,
                }
            }
            // No step moved the packets on: a would-be flow went past a guard that nothing lies behind.
            self.would_be(&flow);
            return;
        }
    }

    fn step(&mut self, flow: &mut Flow, step: &Step, number: u32) -> Next {
        match step {
            Step::Guard(guard) => self.guard(flow, guard),
            Step::SecurityGroups { filter, peer, interface } => {
                self.security_groups(flow, *filter, *peer, *interface)
            }
            Step::Acl { filter, peer, subnet, judges_own_subnet } => {
                if !judges_own_subnet && flow.subnet == subnet.0 {
                    return Next::Go;
                }
                self.acl(flow, *filter, *peer)
            }
            Step::Translate(translation) => self.translate(flow, *translation),
            Step::Enter(entry) => {
                self.enter(flow, *entry);
                Next::Go
            }
            Step::Stand(subnet) => {
                self.stand(flow, *subnet);
                Next::Go
            }
            Step::Services(vpc) => self.services(flow, *vpc),
            Step::SameSubnet(subnet, edge) => self.same_subnet(flow, *subnet, *edge),
            Step::For(set, edge) => self.for_set(flow, *set, *edge),
            Step::Follow(edge) => self.along(*edge),
            Step::Route(map) => self.route(flow, *map, number),
            Step::ToSubnet(vpc) => self.to_subnet(flow, *vpc),
            Step::ToInterface(vpc) => self.to_interface(flow, *vpc),
            Step::OwnZone(table, code) => self.own_zone(flow, *table, *code),
            Step::AnyZone(table, chosen_anew) => self.any_zone(flow, *table, *chosen_anew, number),
            Step::OnInternet => self.on_internet(flow),
            Step::ArriveInterface(interface) => {
                self.arrive(flow, End::Interface(*interface));
                Next::Ended
            }
            Step::ArriveService(service) => {
                if let Some(assumption) = self.network.services[service.index()].assumption {
                    self.assume(assumption);
                }
                self.arrive(flow, End::Service(*service));
                Next::Ended
            }
            Step::NatReturn(nat, edge) => self.nat_return(flow, *nat, *edge),
        }
    }

    fn along(&self, edge: EdgeId) -> Next {
        Next::Move(self.network.end_of(edge))
    }

    fn is_back(&self) -> bool {
        matches!(self.way, Way::Back(_))
    }

    // --- recording

    /// Appends an event to a flow's story.
    fn tell(&mut self, flow: &mut Flow, decision: Decision, component: Component, rule: RuleUse) {
        let Some(story) = &mut self.story else { return };
        let event = Event {
            location: flow.at,
            kind: self.network.location(flow.at).kind,
            component,
            decision,
            rule,
            source: flow.source.clone(),
            destination: flow.destination.clone(),
            transport: self.workspace.intervals(flow.transport).to_vec(),
            transport_id: flow.transport,
            subnet: flow.subnet,
            vpc: flow.vpc,
            sender: flow.sender,
            groups_kept: flow.groups == Groups::Kept,
            matched: Vec::new(),
        };
        story.events.push((flow.trail, event));
        flow.trail = story.events.len() as u32 - 1;
    }

    fn tell_here(&mut self, flow: &mut Flow, decision: Decision, rule: RuleUse) {
        if self.story.is_some() {
            let component = self.network.location(flow.at).component;
            self.tell(flow, decision, component, rule);
        }
    }

    fn assume(&mut self, assumption: AssumptionIndex) {
        if !self.assumed.contains(&assumption) {
            self.assumed.push(assumption);
        }
    }

    fn gap(&mut self, assumption: AssumptionIndex) {
        if !self.gaps.contains(&assumption) {
            self.gaps.push(assumption);
        }
    }

    /// Notes that packets are dropped here. Whether they go on all the same: only in a lenient walk.
    fn drop(&mut self, flow: &Flow, code: ExplanationCode, rule: RuleUse) -> bool {
        let component = self.network.location(flow.at).component;
        self.drop_by(flow, code, component, rule)
    }

    fn drop_by(&mut self, flow: &Flow, code: ExplanationCode, component: Component, rule: RuleUse) -> bool {
        if flow.blocked == 0 {
            self.has_lost = true;
        }
        let Some(story) = &mut self.story else { return false };
        story.drops.push(Drop { code, component, rule, flow: flow.clone(), is_later: flow.blocked > 0 });
        story.lenient_flows += 1;
        story.is_lenient && story.lenient_flows < MOST_LENIENT_FLOWS
    }

    /// Drops the whole flow.
    fn drop_all(&mut self, flow: &mut Flow, code: ExplanationCode, rule: RuleUse) -> Next {
        if self.drop(flow, code, rule) {
            self.tell_here(flow, Decision::Drop(code), rule);
            flow.blocked += 1;
            Next::Go
        } else {
            Next::Ended
        }
    }

    /// Keeps `kept` of an axis of the flow; the rest is dropped and in a lenient walk goes on by itself from the next
    /// step on, which is why it is given the number of steps to skip by being walked from here at once.
    fn keep(
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

    // --- guards

    fn guard(&mut self, flow: &mut Flow, guard: &Guard) -> Next {
        match guard {
            Guard::Never(code) => self.drop_all(flow, *code, RuleUse::None),
            Guard::Unknown(assumption) => self.unknown(flow, *assumption),
            Guard::Maybe(assumption) => {
                self.gap(*assumption);
                match self.reading {
                    Reading::Certain => {
                        let rule = RuleUse::Assumption(*assumption);
                        self.drop_all(flow, ExplanationCode::UnsupportedComponent, rule)
                    }
                    Reading::Possible => Next::Go,
                }
            }
            Guard::Assume(assumption) => {
                self.assume(*assumption);
                Next::Go
            }
            Guard::SourceIn(set, code) => self.within(flow, PeerSide::Source, *set, true, *code),
            Guard::SourceNotIn(set, code) => self.within(flow, PeerSide::Source, *set, false, *code),
            Guard::DestinationIn(set, code) => self.within(flow, PeerSide::Destination, *set, true, *code),
            Guard::DestinationNotIn(set, code) => {
                self.within(flow, PeerSide::Destination, *set, false, *code)
            }
            Guard::Protocols(carried, code) => self.protocols(flow, *carried, *code),
            Guard::ZoneIn(table, code) => {
                let zones = &self.network.zone_tables[table.index()];
                if zones.iter().any(|(zone, _)| zone.0 == flow.zone) {
                    return Next::Go;
                }
                self.drop_all(flow, *code, RuleUse::None)
            }
            Guard::EnteredBy(mask, code) => {
                if mask.holds(flow.entry) {
                    return Next::Go;
                }
                self.drop_all(flow, *code, RuleUse::None)
            }
            Guard::NoReplies(code) => {
                if !self.is_back() {
                    return Next::Go;
                }
                self.drop_all(flow, *code, RuleUse::None)
            }
            Guard::RepliesOnly(code) => {
                if self.is_back() {
                    return Next::Go;
                }
                self.drop_all(flow, *code, RuleUse::None)
            }
            Guard::PublicAccessOut(is_outward_only) => self.public_access_out(flow, *is_outward_only),
            Guard::PublicAccessIn(vpc) => self.public_access_in(flow, *vpc),
        }
    }

    fn within(
        &mut self,
        flow: &mut Flow,
        side: PeerSide,
        set: crate::network::AddressSetIndex,
        wanted: bool,
        code: ExplanationCode,
    ) -> Next {
        let map = &self.network.address_sets[set.index()];
        let addresses = match side {
            PeerSide::Source => &flow.source,
            PeerSide::Destination => &flow.destination,
        };
        if let Some(address) = addresses.single() {
            return if map.at(addresses.family(), address) == wanted {
                Next::Go
            } else {
                self.drop_all(flow, code, RuleUse::None)
            };
        }
        let kept = map.split(addresses).into_iter().find(|(_, inside)| *inside == wanted);
        let kept = kept.map_or_else(|| AddressSet::empty(addresses.family()), |(part, _)| part);
        self.keep(flow, side, kept, code, RuleUse::None)
    }

    fn protocols(&mut self, flow: &mut Flow, carried: TransportSet, code: ExplanationCode) -> Next {
        if self.is_back() {
            return Next::Go;
        }
        // NAT64 carries ICMP too, translated; what becomes of its types is not modelled and left out here.
        self.narrow_transport(flow, carried, code, RuleUse::None)
    }

    /// Notes that a part of a flow is dropped: the part of the packets that `cut` leaves of a copy.
    fn lose(
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

    fn narrow_transport(
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

    fn tell_rule(&mut self, flow: &mut Flow, rule: RuleUse) {
        if rule != RuleUse::None {
            self.tell_here(flow, Decision::Pass, rule);
        }
    }

    /// What nobody can tell: certainly nothing passes, possibly everything does.
    fn unknown(&mut self, flow: &mut Flow, assumption: AssumptionIndex) -> Next {
        if flow.blocked > 0 {
            // A would-be way ends where nobody can tell how it would go on.
            return Next::Ended;
        }
        self.gap(assumption);
        match self.reading {
            Reading::Certain => {
                let is_modelled =
                    self.network.assumptions[assumption.index()].code != AssumptionCode::NotModelled;
                let code = match self.network.location(flow.at).kind {
                    LocationKind::TransitRouteTable | LocationKind::AttachmentIn if is_modelled => {
                        ExplanationCode::TgwRtbRoutesAreUnknown
                    }
                    _ if is_modelled => ExplanationCode::UnknownResource,
                    _ => ExplanationCode::UnsupportedComponent,
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

    /// Beyond what is unknown, packets may be anywhere with any source; only what the destination lets in from nobody
    /// at all is certainly lost.
    fn possibly_arrive(&mut self, flow: &Flow) {
        let mut flow = flow.clone();
        let asked = flow.transport;
        if let (Some(interface), false) = (self.intended, self.is_back()) {
            let row = &self.network.interfaces[interface.index()];
            let subnet = &self.network.subnets[row.subnet.index()];
            let acl = self.network.filters[subnet.acl[0].0 as usize].anything;
            let acl_id = subnet.acl[0];
            let mut controls = vec![(
                subnet.inward,
                acl,
                ExplanationCode::SubnetAclRestriction,
                RuleUse::Filter(acl_id, PeerSide::Source),
            )];
            for step in self.network.steps_of(row.inward) {
                match step {
                    Step::SecurityGroups { filter, .. } => {
                        let anything = self.network.filters[filter.0 as usize].anything;
                        let rule = RuleUse::Filter(*filter, PeerSide::Source);
                        controls.push((row.inward, anything, ExplanationCode::EniSgRulesMismatch, rule));
                    }
                    Step::Guard(Guard::Never(code)) => {
                        controls.push((row.inward, TransportSet::EMPTY, *code, RuleUse::None));
                    }
                    Step::Guard(Guard::Protocols(carried, code)) => {
                        controls.push((row.inward, *carried, *code, RuleUse::None));
                    }
                    _ => {}
                }
            }
            for (at, passing, code, rule) in controls {
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

    /// BPA-2: by the subnet that the packets leave. A conversation's answer passes where the conversation did.
    fn public_access_out(&mut self, flow: &mut Flow, is_outward_only: bool) -> Next {
        if let Way::Back(conversation) = self.way
            && conversation.crossed_internet()
        {
            return Next::Go;
        }
        let Some(row) = self.network.subnets.get(flow.subnet as usize) else { return Next::Go };
        let gap = row.public_access_gap;
        let is_by_gateway = is_outward_only || flow.marks.iter().any(|mark| matches!(mark, Mark::Nat(_)));
        let passes = match row.public_access {
            PublicAccess::Open => true,
            PublicAccess::OutwardByGateways => is_by_gateway,
            PublicAccess::Closed => false,
            PublicAccess::Unknown => return gap.map_or(Next::Go, |gap| self.unknown(flow, gap)),
        };
        self.public_access(flow, passes, gap)
    }

    /// BPA-2: by the subnet that the destination is in.
    fn public_access_in(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
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

    // --- filters

    fn peer_set(flow: &Flow, peer: PeerSide) -> &AddressSet {
        match peer {
            PeerSide::Source => &flow.source,
            PeerSide::Destination => &flow.destination,
        }
    }

    fn acl(&mut self, flow: &mut Flow, filter: FilterId, peer: PeerSide) -> Next {
        self.filter(flow, filter, peer, None)
    }

    fn security_groups(
        &mut self,
        flow: &mut Flow,
        filter: FilterId,
        peer: PeerSide,
        interface: InterfaceIndex,
    ) -> Next {
        if let Way::Back(conversation) = self.way
            && conversation.tracks(interface)
        {
            // SG-2.
            self.tell_here(flow, Decision::Pass, RuleUse::Stateful(filter));
            return Next::Go;
        }
        flow.marks.push(Mark::Tracked(interface));
        self.filter(flow, filter, peer, Some(interface))
    }

    /// Splits the flow by what the filter lets the peer do; each part goes on by itself.
    fn filter(
        &mut self,
        flow: &mut Flow,
        id: FilterId,
        peer: PeerSide,
        interface: Option<InterfaceIndex>,
    ) -> Next {
        let network = self.network;
        let filter = &network.filters[id.0 as usize];
        let code = if interface.is_some() {
            ExplanationCode::EniSgRulesMismatch
        } else {
            ExplanationCode::SubnetAclRestriction
        };
        let rule = RuleUse::Filter(id, peer);
        let map = match (self.reading, &filter.possible) {
            (Reading::Possible, Some(possible)) => possible,
            (Reading::Certain | Reading::Possible, _) => &filter.certain,
        };
        let addresses = Self::peer_set(flow, peer);
        let family = addresses.family();
        if let Some(address) = addresses.single() {
            let mut admitted = map.at(family, address);
            if let Some(interface) = interface {
                admitted = self.with_references(flow, filter, peer, interface, address, admitted);
            }
            self.note_gap(filter, flow, admitted, family, address);
            return self.narrow_transport(flow, admitted, code, rule);
        }
        let mut parts = map.split(addresses);
        if let (Some(interface), PeerSide::Destination) = (interface, peer) {
            self.split_references(filter, interface, &mut parts);
        }
        if filter.possible.is_some() {
            for gap in &filter.gaps {
                self.gap(*gap);
            }
        }
        self.each_part(flow, peer, parts, code, rule)
    }

    /// In a certain reading, what might pass too is noted.
    fn note_gap(
        &mut self,
        filter: &Filter,
        flow: &Flow,
        admitted: TransportSet,
        family: Family,
        address: u128,
    ) {
        let Some(possible) = &filter.possible else { return };
        let more = self.workspace.union(possible.at(family, address), admitted);
        let more = self.workspace.intersection(flow.transport, more);
        let passing = self.workspace.intersection(flow.transport, admitted);
        if more != passing || self.reading == Reading::Possible {
            for gap in &filter.gaps {
                self.gap(*gap);
            }
        }
    }

    /// The first part that passes goes on as the flow at hand, the others by themselves from the same location: what
    /// the steps before did to them is idempotent.
    fn each_part(
        &mut self,
        flow: &mut Flow,
        peer: PeerSide,
        parts: SmallVec<[(AddressSet, TransportSet); 1]>,
        code: ExplanationCode,
        rule: RuleUse,
    ) -> Next {
        let mut passing: Vec<(AddressSet, TransportSet)> = Vec::new();
        let mut dropped: Option<AddressSet> = None;
        for (part, admitted) in parts {
            let transport = self.workspace.intersection(flow.transport, admitted);
            if transport.is_empty() {
                dropped = Some(dropped.map_or(part.clone(), |known| known.union(&part)));
            } else {
                match passing.iter_mut().find(|(_, known)| *known == transport) {
                    Some((known, _)) => *known = known.union(&part),
                    None => passing.push((part, transport)),
                }
            }
        }
        if passing.is_empty() {
            return self.drop_all(flow, code, rule);
        }
        if let Some(dropped) = dropped {
            self.lose(flow, code, rule, |_, rest| narrow(rest, peer, dropped));
        }
        for (part, transport) in passing.iter().skip(1) {
            let mut other = flow.clone();
            narrow(&mut other, peer, part.clone());
            self.lose_ports(&other, *transport, code, rule);
            other.transport = *transport;
            self.pending.push(other);
        }
        let (part, transport) = passing.swap_remove(0);
        narrow(flow, peer, part);
        self.lose_ports(flow, transport, code, rule);
        flow.transport = transport;
        self.tell_rule(flow, rule);
        Next::Go
    }

    fn lose_ports(&mut self, flow: &Flow, passing: TransportSet, code: ExplanationCode, rule: RuleUse) {
        if passing != flow.transport {
            self.lose(flow, code, rule, |walk, rest| {
                rest.transport = walk.workspace.difference(rest.transport, passing);
            });
        }
    }

    /// SG-13: what rules that name a group let the members of that group do.
    fn with_references(
        &mut self,
        flow: &Flow,
        filter: &Filter,
        peer: PeerSide,
        interface: InterfaceIndex,
        address: u128,
        admitted: TransportSet,
    ) -> TransportSet {
        if filter.references.is_empty() {
            return admitted;
        }
        let network = self.network;
        match peer {
            PeerSide::Source => {
                // SG-14, SG-15, SG-17, SG-18: the sender's groups count while nothing on the way lost them.
                if flow.groups != Groups::Kept || flow.sender == NONE {
                    return admitted;
                }
                let groups = network.interfaces[flow.sender as usize].groups;
                self.admit_groups(filter, groups, admitted)
            }
            PeerSide::Destination => {
                let family = flow.destination.family();
                let own = network.interfaces[interface.index()].vpc;
                let peers = network.vpcs[own.index()].group_peers.iter();
                let mut admitted = admitted;
                // SG-17: in this VPC, or in one that is peered with it in the same Region; never over a transit
                // gateway (SG-18).
                for vpc in std::iter::once(&own).chain(peers) {
                    let owner = network.vpcs[vpc.index()].interfaces.at(family, address);
                    if owner != NONE {
                        let groups = network.interfaces[owner as usize].groups;
                        admitted = self.admit_groups(filter, groups, admitted);
                    }
                }
                admitted
            }
        }
    }

    fn admit_groups(
        &mut self,
        filter: &Filter,
        groups: crate::network::GroupSetIndex,
        admitted: TransportSet,
    ) -> TransportSet {
        let mut admitted = admitted;
        for group in &self.network.group_sets[groups.index()] {
            if let Ok(position) = filter.references.binary_search_by_key(group, |(known, _)| *known) {
                admitted = self.workspace.union(admitted, filter.references[position].1);
            }
        }
        admitted
    }

    /// SG-13 for a set of destinations: the addresses of each named group's members are split off.
    fn split_references(
        &mut self,
        filter: &Filter,
        interface: InterfaceIndex,
        parts: &mut SmallVec<[(AddressSet, TransportSet); 1]>,
    ) {
        let network = self.network;
        let own = network.interfaces[interface.index()].vpc;
        let peers = &network.vpcs[own.index()].group_peers;
        for (group, transport) in &filter.references {
            for member in &network.groups[group.index()].members {
                let row = &network.interfaces[*member as usize];
                if row.vpc != own && !peers.contains(&row.vpc) {
                    continue;
                }
                let Some(family) = parts.first().map(|(part, _)| part.family()) else { return };
                let members = addresses_of(network, row.vpc, *member, family);
                let mut split: SmallVec<[(AddressSet, TransportSet); 1]> = SmallVec::new();
                for (part, admitted) in parts.drain(..) {
                    let inside = part.intersection(&members);
                    if inside.is_empty() {
                        split.push((part, admitted));
                        continue;
                    }
                    let outside = part.difference(&members);
                    if !outside.is_empty() {
                        split.push((outside, admitted));
                    }
                    split.push((inside, self.workspace.union(admitted, *transport)));
                }
                *parts = split;
            }
        }
    }

    // --- translations

    fn translate(&mut self, flow: &mut Flow, translation: Translation) -> Next {
        match translation {
            Translation::SourceToPublic(vpc) => self.source_to_public(flow, vpc),
            Translation::DestinationToPrivate(vpc) => self.destination_to_private(flow, vpc),
            Translation::SourceNat(nat) => self.source_nat(flow, nat),
        }
    }

    /// IGW-2, IGW-3: each private address has its own public one, or none.
    fn source_to_public(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        if flow.source.family() == Family::V6 {
            // IGW-6.
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return Next::Go;
        }
        let addresses = &self.network.vpcs[vpc.index()].public_addresses;
        let public = flow.source.single().and_then(|private| {
            let position = addresses.binary_search_by_key(&(private as u32), |(private, _)| *private).ok()?;
            Some(addresses[position].1)
        });
        match public {
            Some(public) => {
                flow.source = AddressSet::point(Family::V4, public as u128);
                flow.source_linked = false;
                flow.groups = Groups::Lost(GroupLoss::Translated);
                self.tell_here(flow, Decision::Translate, RuleUse::None);
                Next::Go
            }
            // A NAT gateway that does not work would have had a public address too.
            None if flow.blocked > 0 && flow.marks.iter().any(|mark| matches!(mark, Mark::Nat(_))) => {
                Next::Go
            }
            None => self.drop_all(flow, ExplanationCode::IgwPublicIpAssociationForEgress, RuleUse::None),
        }
    }

    fn destination_to_private(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        if flow.destination.family() == Family::V6 {
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return Next::Go;
        }
        let owner = flow.destination.single().and_then(|public| self.network.public_owner(public as u32));
        match owner {
            Some(PublicOwner::Private(owner, private)) if owner == vpc => {
                flow.destination = AddressSet::point(Family::V4, private as u128);
                flow.destination_linked = false;
                self.tell_here(flow, Decision::Translate, RuleUse::None);
                Next::Go
            }
            Some(PublicOwner::Nat(nat)) => {
                self.tell_here(flow, Decision::Pass, RuleUse::None);
                Next::Move(self.network.nat_gateways[nat.index()].way_back)
            }
            Some(PublicOwner::Private(..) | PublicOwner::Unassociated(_) | PublicOwner::Absent(_)) | None => {
                self.drop_all(flow, ExplanationCode::IgwPrivateIpAssociationForIngress, RuleUse::None)
            }
        }
    }

    /// NAT-2: the source becomes the gateway's, and with it the zone and subnet that the packets leave from.
    fn source_nat(&mut self, flow: &mut Flow, nat: crate::network::NatIndex) -> Next {
        let network = self.network;
        let row = &network.nat_gateways[nat.index()];
        if flow.destination.family() == Family::V6 && !self.from_nat64(flow) {
            return self.drop_all(flow, ExplanationCode::ProtocolRestriction, RuleUse::None);
        }
        let suitable = |zone: &Option<crate::network::ZoneIndex>| zone.is_none_or(|zone| zone.0 == flow.zone);
        let address = row.addresses.iter().find(|it| suitable(&it.zone)).or(row.addresses.first());
        let address = address.map(|it| it.address as u128).or_else(|| {
            // A gateway that is gone would have had an address of its subnet.
            let subnet = row.subnet.filter(|_| flow.blocked > 0)?;
            let block = network.subnets[subnet.index()].cidrs.iter().find(|net| net.addr().is_ipv4())?;
            Some(range_of(*block).0 + 4)
        });
        let Some(address) = address else {
            return self.drop_all(flow, ExplanationCode::BadState, RuleUse::None);
        };
        let client = std::mem::replace(&mut flow.source, AddressSet::point(Family::V4, address));
        let was_linked = std::mem::replace(&mut flow.source_linked, false);
        flow.marks.push(Mark::Nat(Box::new(NatState { nat, address, client, was_linked })));
        flow.groups = Groups::Lost(GroupLoss::Translated);
        flow.sender = NONE;
        flow.entry = EntryKind::Inside;
        flow.vpc = row.vpc.0;
        if let Some(subnet) = row.subnet {
            self.stand(flow, subnet);
        }
        self.tell_here(flow, Decision::Translate, RuleUse::None);
        Next::Go
    }

    /// NAT-9: `64:ff9b::/96` holds the IPv4 address in its last 32 bits. ICMP is translated to another protocol, which
    /// is not modelled: only TCP and UDP go on.
    fn from_nat64(&mut self, flow: &mut Flow) -> bool {
        let inside = flow.destination.intersection(&self.network.nat64);
        let Some(address) = inside.single().filter(|_| inside == flow.destination) else { return false };
        let tcp = self.workspace.protocol(protocol::TCP);
        let udp = self.workspace.protocol(protocol::UDP);
        let carried = self.workspace.union(tcp, udp);
        let passing = self.workspace.intersection(flow.transport, carried);
        if passing.is_empty() {
            return false;
        }
        self.lose_ports(flow, passing, ExplanationCode::ProtocolRestriction, RuleUse::None);
        flow.transport = passing;
        flow.destination = AddressSet::point(Family::V4, address & u128::from(u32::MAX));
        flow.destination_linked = false;
        true
    }

    /// NAT-3, M-3, M-7: only what answers a conversation of the gateway gets through; each protocol of which any
    /// answer comes back goes on with the client's own ports.
    fn nat_return(&mut self, flow: &mut Flow, nat: crate::network::NatIndex, edge: EdgeId) -> Next {
        let network = self.network;
        let Way::Back(conversation) = self.way else {
            return self.drop_all(flow, ExplanationCode::NatGatewayNoState, RuleUse::None);
        };
        let known = conversation.marks.iter().rev().find_map(|mark| match mark {
            Mark::Nat(state) if state.nat == nat && flow.destination.single() == Some(state.address) => {
                Some((state.client.clone(), state.was_linked))
            }
            Mark::Nat(_) | Mark::Tracked(_) | Mark::Outward(_) | Mark::Inbound | Mark::Peering { .. } => None,
        });
        let Some((client, was_linked)) = known else {
            return self.drop_all(flow, ExplanationCode::NatGatewayNoState, RuleUse::None);
        };
        let is_nat64 = client.family() != flow.destination.family();
        flow.destination = client;
        flow.destination_linked = was_linked;
        if is_nat64 {
            // The answer's source becomes the address that the client asked for.
            flow.source = flow.asked_destination.clone();
            flow.source_linked = false;
        }
        flow.transport = self.client_side(flow.transport, conversation);
        let row = &network.nat_gateways[nat.index()];
        flow.vpc = row.vpc.0;
        flow.entry = EntryKind::Inside;
        if let Some(subnet) = row.subnet {
            self.stand(flow, subnet);
        }
        self.tell_here(flow, Decision::Translate, RuleUse::None);
        self.along(edge)
    }

    /// The transport set of answers once a NAT gateway has put the client's ports back.
    fn client_side(&mut self, transport: TransportSet, conversation: &Conversation) -> TransportSet {
        let mut result = transport;
        for number in [protocol::TCP, protocol::UDP] {
            let whole = self.workspace.protocol(number);
            let coming = self.workspace.intersection(transport, whole);
            result = self.workspace.difference(result, whole);
            if !coming.is_empty() {
                let intervals: Vec<_> =
                    super::flow::port_intervals(number, &conversation.client_ports).collect();
                let ports = self.workspace.of(&intervals);
                result = self.workspace.union(result, ports);
            }
        }
        result
    }

    // --- where packets stand

    fn stand(&mut self, flow: &mut Flow, subnet: SubnetIndex) {
        let row = &self.network.subnets[subnet.index()];
        flow.subnet = subnet.0;
        flow.zone = row.zone.0;
        flow.vpc = row.vpc.0;
    }

    fn enter(&mut self, flow: &mut Flow, entry: Entry) {
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
            Entry::InternetGateway => {
                lose(flow, false, GroupLoss::Translated);
                flow.entry = EntryKind::InternetGateway;
                flow.subnet = NONE;
                flow.marks.push(Mark::Inbound);
            }
            Entry::Outward(gateway) => flow.marks.push(Mark::Outward(gateway)),
        }
        self.tell_here(flow, Decision::Pass, RuleUse::None);
    }

    /// LL, DNS-1: some destinations are served whatever the rules, others are never routed.
    fn services(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        if self.is_back() {
            return Next::Go;
        }
        let network = self.network;
        let family = flow.destination.family();
        if let Some(address) = flow.destination.single() {
            let is_resolver =
                family == Family::V4 && network.vpcs[vpc.index()].resolvers.contains(&(address as u32));
            let place = if is_resolver {
                let resolver = u128::from(u32::from(std::net::Ipv4Addr::new(169, 254, 169, 253)));
                network.link_local.at(Family::V4, resolver)
            } else {
                network.link_local.at(family, address)
            };
            return self.link_local(flow, place);
        }
        let parts = network.link_local.split(&flow.destination);
        if let [(_, LinkLocal::Ordinary)] = parts.as_slice() {
            return Next::Go;
        }
        let mut ordinary = AddressSet::empty(family);
        for (part, place) in parts {
            if place == LinkLocal::Ordinary {
                ordinary = part;
                continue;
            }
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, part);
            self.link_local(&mut other, place);
        }
        if ordinary.is_empty() {
            return Next::Ended;
        }
        narrow(flow, PeerSide::Destination, ordinary);
        Next::Go
    }

    fn link_local(&mut self, flow: &mut Flow, place: LinkLocal) -> Next {
        match place {
            LinkLocal::Ordinary => Next::Go,
            LinkLocal::Service(service) => {
                self.arrive(flow, End::Service(service));
                Next::Ended
            }
            LinkLocal::NotRoutable => {
                self.drop(flow, ExplanationCode::AddressNotRoutable, RuleUse::None);
                Next::Ended
            }
            LinkLocal::Unknown(assumption) => self.unknown(flow, assumption),
        }
    }

    /// RT-2: packets for the same subnet are delivered at once.
    fn same_subnet(&mut self, flow: &mut Flow, subnet: SubnetIndex, edge: EdgeId) -> Next {
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

    fn for_set(&mut self, flow: &mut Flow, set: crate::network::AddressSetIndex, edge: EdgeId) -> Next {
        let network = self.network;
        let parts = network.address_sets[set.index()].split(&flow.destination);
        let Some((inside, _)) = parts.into_iter().find(|(_, is_inside)| *is_inside) else { return Next::Go };
        let outside = flow.destination.difference(&inside);
        if outside.is_empty() {
            return self.along(edge);
        }
        let mut own = flow.clone();
        narrow(&mut own, PeerSide::Destination, inside);
        own.at = network.end_of(edge);
        self.pending.push(own);
        narrow(flow, PeerSide::Destination, outside);
        Next::Go
    }

    // --- choosing the way

    fn route(&mut self, flow: &mut Flow, map: RouteMapIndex, number: u32) -> Next {
        // NAT-8: the answer to a NAT gateway in a peered VPC needs no route.
        if let Way::Back(conversation) = self.way
            && let Some(way_back) = conversation.return_to_sender(flow.vpc)
        {
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return Next::Move(way_back);
        }
        let parts = self.network.route_maps[map.index()].split(&flow.destination);
        let mut next = Next::Ended;
        let last = parts.len().saturating_sub(1);
        for (position, (part, hop)) in parts.into_iter().enumerate() {
            if position == last {
                narrow(flow, PeerSide::Destination, part);
                next = self.hop(flow, self.network.hops[hop.index()], map, number);
            } else {
                let mut other = flow.clone();
                narrow(&mut other, PeerSide::Destination, part);
                if let Next::Move(to) = self.hop(&mut other, self.network.hops[hop.index()], map, number) {
                    other.at = to;
                    self.pending.push(other);
                }
            }
        }
        next
    }

    fn hop(&mut self, flow: &mut Flow, hop: Hop, map: RouteMapIndex, number: u32) -> Next {
        match hop {
            Hop::Edge(edge) => {
                if let Some(gap) = self.leaves_nat_elsewhere(flow, edge) {
                    return self.unknown(flow, gap);
                }
                let origin = self.network.graph[edge].origin;
                self.tell_here(flow, Decision::Pass, RuleUse::Route(origin, map));
                self.along(edge)
            }
            Hop::Drop(code, origin, would_be) => {
                let rule = match origin {
                    Origin::Wiring => RuleUse::NoRoute(map),
                    _ => RuleUse::Route(origin, map),
                };
                match self.drop_all(flow, code, rule) {
                    Next::Go => match would_be {
                        Some(edge) => self.along(edge),
                        None => {
                            self.would_be(flow);
                            Next::Ended
                        }
                    },
                    next => next,
                }
            }
            Hop::Unknown(assumption) => self.unknown(flow, assumption),
            Hop::OneOf(first, count) => {
                let key = (self.is_back(), flow.at, number);
                let choice = self.choices.choose(key, count);
                let chosen = self.network.alternatives[first as usize + usize::from(choice)];
                self.hop(flow, chosen, map, number)
            }
        }
    }

    /// NAT-10: which address a regional gateway that shows public ones only has inside is not said.
    fn leaves_nat_elsewhere(&self, flow: &Flow, edge: EdgeId) -> Option<AssumptionIndex> {
        let Some(Mark::Nat(state)) = flow.marks.last() else { return None };
        let gap = self.network.nat_gateways[state.nat.index()].elsewhere?;
        let to = self.network.location(self.network.end_of(edge)).kind;
        (to != LocationKind::InternetGatewayOut).then_some(gap)
    }

    fn to_subnet(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
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

    fn to_interface(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
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
            self.drop(flow, ExplanationCode::NoInterfaceOwnsAddress, RuleUse::None);
        }
        Next::Ended
    }

    fn own_zone(&mut self, flow: &mut Flow, table: ZoneTableIndex, code: ExplanationCode) -> Next {
        let zones = &self.network.zone_tables[table.index()];
        let edge_of =
            |wanted: u32| zones.iter().find(|(zone, _)| zone.0 == wanted).and_then(|(_, edge)| *edge);
        // TGW-19: a local zone enters by the zone that it belongs to.
        let parent = self.network.zone_parents.get(flow.zone as usize).copied().flatten();
        let own = edge_of(flow.zone).or_else(|| parent.and_then(|parent| edge_of(parent.0)));
        if let Some(edge) = own {
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return self.along(edge);
        }
        match self.drop_all(flow, code, RuleUse::None) {
            Next::Go => {
                let any = zones.iter().find_map(|(_, edge)| *edge);
                any.map_or(Next::Ended, |edge| self.along(edge))
            }
            next => next,
        }
    }

    fn any_zone(&mut self, flow: &mut Flow, table: ZoneTableIndex, chosen_anew: bool, number: u32) -> Next {
        let zones = &self.network.zone_tables[table.index()];
        let parent = self.network.zone_parents.get(flow.zone as usize).copied().flatten();
        let is_own = |zone: u32| zone == flow.zone || parent.is_some_and(|parent| parent.0 == zone);
        let own = zones.iter().find(|(zone, _)| is_own(zone.0) && !chosen_anew);
        let chosen = match own {
            Some(own) => Some(own),
            None if zones.len() > 1 => {
                let key = (self.is_back(), flow.at, number);
                zones.get(usize::from(self.choices.choose(key, zones.len() as u16)))
            }
            None => zones.first(),
        };
        match chosen.and_then(|(_, edge)| *edge) {
            Some(edge) => self.along(edge),
            None => self.drop_all(flow, ExplanationCode::NoPossibleDestination, RuleUse::None),
        }
    }

    // --- the internet

    /// Whose address it is: the internet gateway of the owner's VPC is next, also when the packets came from another
    /// (IGW-9, as measured), or they are out.
    fn on_internet(&mut self, flow: &mut Flow) -> Next {
        let network = self.network;
        let family = flow.destination.family();
        if let Some(address) = flow.destination.single() {
            return self.one_on_internet(flow, family, address);
        }
        if flow.destination == *network.internet(family) {
            self.arrive(flow, End::Internet);
            return Next::Ended;
        }
        let mut owned: Vec<(u128, u128)> = Vec::new();
        match family {
            Family::V4 => {
                let owners = &network.public_owners;
                for (low, high) in flow.destination.ranges() {
                    let first = owners.partition_point(|(address, _)| (*address as u128) < *low);
                    let inside = owners[first..].iter().take_while(|(address, _)| *address as u128 <= *high);
                    owned.extend(inside.map(|(address, _)| (*address as u128, *address as u128)));
                }
            }
            Family::V6 => {
                let parts = network.public_ipv6.split(&flow.destination).into_iter();
                for (part, _) in parts.filter(|(_, vpc)| *vpc != NONE) {
                    owned.extend(part.ranges());
                }
            }
        }
        for (low, high) in &owned {
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, AddressSet::of(family, [(*low, *high)]));
            if let Next::Move(to) = self.one_on_internet(&mut other, family, *low) {
                other.at = to;
                self.pending.push(other);
            }
        }
        let public = flow.destination.intersection(network.internet(family));
        let rest = flow.destination.difference(&public).difference(&AddressSet::of(family, owned));
        if !rest.is_empty() {
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, rest);
            self.drop(&other, ExplanationCode::NotAPublicAddress, RuleUse::None);
        }
        if !public.is_empty() {
            narrow(flow, PeerSide::Destination, public);
            self.arrive(flow, End::Internet);
        }
        Next::Ended
    }

    fn one_on_internet(&mut self, flow: &mut Flow, family: Family, address: u128) -> Next {
        let network = self.network;
        let vpc = match family {
            Family::V4 => match network.public_owner(address as u32) {
                Some(PublicOwner::Private(vpc, _)) => Some(vpc),
                Some(PublicOwner::Nat(nat)) => Some(network.nat_gateways[nat.index()].vpc),
                Some(PublicOwner::Absent(gap)) => return self.unknown(flow, gap),
                Some(PublicOwner::Unassociated(position)) => {
                    let component = Component::Resource(crate::model::ResourceKind::ElasticAddress, position);
                    let code = ExplanationCode::UnassociatedComponent;
                    self.drop_by(flow, code, component, RuleUse::None);
                    return Next::Ended;
                }
                None => None,
            },
            Family::V6 => {
                let vpc = network.public_ipv6.at(Family::V6, address);
                (vpc != NONE).then_some(VpcIndex(vpc))
            }
        };
        match vpc {
            Some(vpc) => self.into_vpc(flow, vpc),
            None if network.internet(family).holds(address) => {
                self.arrive(flow, End::Internet);
                Next::Ended
            }
            None if flow.blocked > 0 => self.home(flow),
            None => {
                self.drop(flow, ExplanationCode::NotAPublicAddress, RuleUse::None);
                Next::Ended
            }
        }
    }

    /// The answer to a would-be conversation that left without a public address: as if it had one.
    fn home(&mut self, flow: &mut Flow) -> Next {
        let (true, Some(intended)) = (self.is_back(), self.intended) else { return Next::Ended };
        let vpc = self.network.interfaces[intended.index()].vpc;
        flow.entry = EntryKind::InternetGateway;
        flow.vpc = vpc.0;
        flow.subnet = NONE;
        Next::Move(self.network.vpcs[vpc.index()].router)
    }

    fn into_vpc(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        let network = self.network;
        let row = &network.vpcs[vpc.index()];
        // EIG-1: an answer comes back by the gateway that the conversation left by.
        if let (Way::Back(conversation), Some(gateway)) = (self.way, row.egress_only_gateway)
            && flow.destination.family() == Family::V6
            && conversation.went_out_by(gateway)
        {
            flow.at = gateway;
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            flow.entry = EntryKind::Inside;
            flow.subnet = NONE;
            return Next::Move(row.router);
        }
        if let Some(gateway) = row.internet_gateway {
            return Next::Move(gateway);
        }
        if let Some(gap) = row.gateway_gap {
            return self.unknown(flow, gap);
        }
        // EIG-4, IGW-10.
        let (code, component) = match (flow.destination.family(), row.egress_only_gateway) {
            (Family::V6, Some(gateway)) => {
                (ExplanationCode::EgressOnlyNoState, network.location(gateway).component)
            }
            (Family::V4 | Family::V6, _) => (ExplanationCode::BadStateAttachment, row.detached_gateway),
        };
        if !self.drop_by(flow, code, component, RuleUse::None) {
            return Next::Ended;
        }
        self.tell(flow, Decision::Drop(code), component, RuleUse::None);
        flow.blocked += 1;
        // As if the gateway were attached.
        if let Family::V4 = flow.destination.family() {
            let owner = flow.destination.single().and_then(|it| network.public_owner(it as u32));
            let Some(PublicOwner::Private(_, private)) = owner else { return Next::Ended };
            flow.destination = AddressSet::point(Family::V4, private as u128);
            flow.destination_linked = false;
        }
        self.public_access_in(flow, vpc);
        self.enter(flow, Entry::InternetGateway);
        Next::Move(row.router)
    }

    // --- ends

    fn arrive(&mut self, flow: &mut Flow, end: End) {
        self.tell_here(flow, Decision::Arrive, RuleUse::None);
        self.arrivals.push(Arrival { flow: flow.clone(), end });
    }

    /// Past a dead end, a lenient walk tries the ways that a route could name and goes on with the one that meets the
    /// fewest further blockers, if any leads to an end.
    fn would_be(&mut self, flow: &Flow) {
        let network = self.network;
        let Some(story) = &mut self.story else { return };
        if story.depth >= 2 || !story.is_lenient {
            return;
        }
        let Some(exits) = network.would_be.get(&flow.at) else { return };
        story.depth += 1;
        // Of many ways, those into the VPC that is meant; where none leads there, no way but through a third thing.
        let meant = self.intended.map(|it| network.interfaces[it.index()].vpc);
        let leads = |exit: &&LocationId| match (network.leads_to.get(exit), meant) {
            (Some(vpc), Some(meant)) => *vpc == meant,
            (Some(_), None) => network.location(flow.at).kind == LocationKind::RouteTable,
            (None, _) => true,
        };
        let exits = exits.iter().filter(leads).take(MOST_WAYS);
        let mut best: Option<(usize, Vec<Drop>, Vec<Arrival>)> = None;
        for exit in exits {
            let is_way = match network.location(*exit).kind {
                LocationKind::Unknown => false,
                // No answer goes out by a gateway that only lets conversations begin.
                LocationKind::NatGateway | LocationKind::EgressOnlyGateway => !self.is_back(),
                _ => true,
            };
            if !is_way {
                continue;
            }
            let mut attempt = flow.clone();
            attempt.at = *exit;
            let drops_before = self.story.as_ref().map_or(0, |story| story.drops.len());
            let arrivals_before = self.arrivals.len();
            let pending = std::mem::take(&mut self.pending);
            self.run(attempt);
            self.pending = pending;
            let arrivals: Vec<Arrival> = self.arrivals.drain(arrivals_before..).collect();
            let drops: Vec<Drop> = self
                .story
                .as_mut()
                .map(|story| story.drops.drain(drops_before..).collect())
                .unwrap_or_default();
            let reaches = arrivals.iter().any(|arrival| match (arrival.end, self.intended) {
                (End::Interface(interface), Some(intended)) => interface == intended,
                (End::Interface(_), None) | (End::Possible, _) => true,
                (End::Internet | End::Service(_), intended) => intended.is_none(),
            });
            if reaches && best.as_ref().is_none_or(|(fewest, ..)| drops.len() < *fewest) {
                best = Some((drops.len(), drops, arrivals));
            }
        }
        if best.is_none() {
            self.at_the_other_end(flow);
        }
        if let Some((_, drops, arrivals)) = best {
            self.arrivals.extend(arrivals);
            if let Some(story) = &mut self.story {
                story.drops.extend(drops);
            }
        }
        if let Some(story) = &mut self.story {
            story.depth -= 1;
        }
    }

    /// Where no way leads from one VPC to another, what the other end's own controls say shows all the same.
    fn at_the_other_end(&mut self, flow: &Flow) {
        let is_first = self.story.as_ref().is_some_and(|story| story.depth == 1);
        let Some(intended) = self.intended.filter(|_| is_first) else { return };
        let vpc = self.network.interfaces[intended.index()].vpc;
        if flow.vpc == vpc.0 || flow.vpc == NONE {
            return;
        }
        let mut there = flow.clone();
        there.at = self.network.vpcs[vpc.index()].router;
        there.vpc = vpc.0;
        there.subnet = NONE;
        there.entry = EntryKind::Peering;
        let pending = std::mem::take(&mut self.pending);
        self.run(there);
        self.pending = pending;
    }
}

/// The addresses that an interface owns in its VPC.
fn addresses_of(network: &Network, vpc: VpcIndex, interface: u32, family: Family) -> AddressSet {
    let pieces = network.vpcs[vpc.index()].interfaces.pieces(family);
    AddressSet::of(family, pieces.filter(|it| it.2 == interface).map(|(low, high, _)| (low, high)))
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
