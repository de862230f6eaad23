//! One pair of ends: there, back, and the verdict.

use smallvec::SmallVec;

use super::answer::Verdict;
use super::filters::{FilterRef, Filters};
use super::flow::{Arrival, Conversation, End, Flow, GroupLoss, Groups, NONE, port_intervals};
use super::question::{Destination, Pair, Source, Traffic, icmp_reply};
use super::walk::{Choices, Reading, Walk, Way};
use crate::network::{
    AssumptionIndex, EntryKind, ExplanationCode, FilterId, Guard, InterfaceIndex, Network, Step,
};
use crate::packet::{AddressSet, Family, Interval, TransportSet, Workspace, protocol};

/// How many assignments of choices are walked before the answer is that only some work.
const MOST_RUNS: usize = 256;

/// Answers questions about one network; keeps what it computes once. One a thread.
pub struct Solver<'n> {
    pub(super) network: &'n Network,
    pub(super) workspace: Workspace<'n>,
    pub(super) filters: Filters,
    /// The last answers that were worked out: questions in a row are often about the same traffic.
    answers: Option<(TransportSet, Vec<(u16, u16)>, (TransportSet, TransportSet))>,
}

/// What passes, of one box of packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passing {
    pub source: AddressSet,
    pub destination: AddressSet,
    /// What arrives.
    pub forward: TransportSet,
    /// What of the answers to it gets back, on the line of answers; all where none is asked for.
    pub back: TransportSet,
}

/// The answer for one pair of ends and one family, without its story.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    pub(super) passing: Vec<Passing>,
    pub(super) arriving: Vec<Passing>,
    pub(super) gaps: SmallVec<[AssumptionIndex; 2]>,
    pub(super) assumed: SmallVec<[AssumptionIndex; 2]>,
    pub(super) is_host_local: bool,
    pub(super) has_choices: bool,
}

/// Whether a pair can be asked, and how its packets begin.
#[derive(Debug, Clone)]
pub(super) enum Start {
    /// Its packets begin so.
    Flow(Box<Flow>),
    /// The two ends have no address of this family in common.
    NoFamily,
    /// Nothing is ever sent, for this reason.
    Blocked(ExplanationCode),
    /// The destination has no public address; were it delivered, its packets would begin so.
    NotPublic(Box<Flow>),
}

/// What one assignment of choices gave.
#[derive(Debug, Clone, Default)]
struct Run {
    arriving: Vec<Passing>,
    passing: Vec<Passing>,
    has_lost_forward: bool,
    has_lost_back: bool,
}

impl Run {
    fn verdict(&self) -> Verdict {
        if self.arriving.is_empty() {
            Verdict::Blocked
        } else if self.passing.is_empty() {
            Verdict::ForwardOnly
        } else if self.has_lost_forward || self.has_lost_back {
            Verdict::Partial
        } else {
            Verdict::Reachable
        }
    }
}

/// What several verdicts are together: of runs that are equally possible, or of ends that are asked about together.
pub fn together(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut sum: Option<Verdict> = None;
    for verdict in verdicts {
        sum = Some(match sum {
            None => verdict,
            Some(known) if known == verdict => known,
            Some(Verdict::Unknown) => Verdict::Unknown,
            Some(_) if verdict == Verdict::Unknown => Verdict::Unknown,
            Some(Verdict::Blocked | Verdict::ForwardOnly)
                if matches!(verdict, Verdict::Blocked | Verdict::ForwardOnly) =>
            {
                Verdict::ForwardOnly
            }
            Some(_) => Verdict::Partial,
        });
    }
    sum.unwrap_or(Verdict::Blocked)
}

impl<'n> Solver<'n> {
    /// A solver for a network.
    pub fn new(network: &'n Network) -> Solver<'n> {
        let workspace = Workspace::over(&network.transport);
        Solver { network, workspace, filters: Filters::default(), answers: None }
    }

    /// A walk with this solver's sets and filters.
    pub(super) fn walk<'w>(
        &'w mut self,
        choices: &'w mut Choices,
        way: Way<'w>,
        reading: Reading,
    ) -> Walk<'w, 'n> {
        Walk::new(self.network, &mut self.workspace, &mut self.filters, choices, way, reading)
    }

    /// A filter in the words of this solver's workspace.
    pub(super) fn filter(&mut self, id: FilterId) -> FilterRef<'n> {
        self.filters.get(self.network, &mut self.workspace, id)
    }

    /// The network that it answers about.
    pub fn network(&self) -> &'n Network {
        self.network
    }

    /// The verdict and the exact packets for one pair of ends. None where they share no family.
    pub fn outcome(&mut self, pair: &Pair<'_>, traffic: &Traffic, is_one_way: bool) -> Option<Outcome> {
        if self.workspace.reset() {
            self.filters.clear();
            self.answers = None;
        }
        let asked = self.workspace.of(&traffic.intervals);
        let start = self.start(pair, asked);
        let flow = match start {
            Start::NoFamily => return None,
            Start::Blocked(_) | Start::NotPublic(_) => return Some(Outcome::blocked()),
            Start::Flow(flow) => *flow,
        };
        if let Some(outcome) = self.host_local(pair, &flow, traffic) {
            return Some(outcome);
        }
        let certain = self.runs(pair, &flow, traffic, is_one_way, Reading::Certain);
        if certain.gaps.is_empty() {
            return Some(certain);
        }
        let possible = self.runs(pair, &flow, traffic, is_one_way, Reading::Possible);
        let is_settled = certain.verdict == possible.verdict
            && (certain.verdict != Verdict::Partial || certain.passing == possible.passing);
        let verdict = if is_settled { certain.verdict } else { Verdict::Unknown };
        Some(Outcome { verdict, ..certain })
    }

    /// How the packets of a pair begin.
    pub(super) fn start(&self, pair: &Pair<'_>, asked: TransportSet) -> Start {
        let network = self.network;
        let family = pair.family;
        let from_outside = matches!(pair.source, Source::Outside(_));
        let source = match pair.source {
            Source::Interface(interface, named) => match own_address(network, *interface, *named, family) {
                Some(address) => AddressSet::point(family, address),
                None => return Start::NoFamily,
            },
            Source::Outside(set) if set.family() == family => set.clone(),
            Source::Nobody(set) if set.family() == family => {
                return Start::Blocked(ExplanationCode::NoInterfaceOwnsAddress);
            }
            Source::Outside(_) | Source::Nobody(_) => return Start::NoFamily,
        };
        let (at, sender, vpc, entry, groups) = match pair.source {
            Source::Interface(interface, _) => {
                let row = &network.interfaces[interface.index()];
                (row.out, interface.0, row.vpc.0, EntryKind::Inside, Groups::Kept)
            }
            Source::Outside(_) | Source::Nobody(_) => {
                let groups = Groups::Lost(GroupLoss::Translated);
                (network.internet_location, NONE, NONE, EntryKind::InternetGateway, groups)
            }
        };
        let mut is_public = true;
        let destination = match pair.destination {
            Destination::Interface(interface, named) => {
                let Some(own) = own_address(network, *interface, *named, family) else {
                    return Start::NoFamily;
                };
                let public =
                    if from_outside { public_address(network, *interface, family, own) } else { Some(own) };
                is_public = public.is_some();
                AddressSet::point(family, public.unwrap_or(own))
            }
            Destination::Addresses(set) if set.family() == family => set.clone(),
            Destination::Addresses(_) => return Start::NoFamily,
        };
        let flow = Flow {
            at,
            resume: 0,
            asked_source: source.clone(),
            asked_destination: destination.clone(),
            source,
            destination,
            source_linked: true,
            destination_linked: true,
            transport: asked,
            subnet: NONE,
            zone: NONE,
            vpc,
            sender,
            groups,
            entry,
            hops: 0,
            marks: SmallVec::new(),
            trail: NONE,
            blocked: 0,
        };
        if is_public { Start::Flow(Box::new(flow)) } else { Start::NotPublic(Box::new(flow)) }
    }

    /// M-8: between two addresses of one host the packet never leaves it.
    fn host_local(&mut self, pair: &Pair<'_>, flow: &Flow, traffic: &Traffic) -> Option<Outcome> {
        if !is_host_local(self.network, pair, flow) {
            return None;
        }
        let back = self.answers(flow.transport, &traffic.source_ports).0;
        let passing = Passing {
            source: flow.asked_source.clone(),
            destination: flow.asked_destination.clone(),
            forward: flow.transport,
            back,
        };
        Some(Outcome {
            verdict: Verdict::Reachable,
            arriving: vec![passing.clone()],
            passing: vec![passing],
            gaps: SmallVec::new(),
            assumed: SmallVec::new(),
            is_host_local: true,
            has_choices: false,
        })
    }

    /// Walks every assignment of choices among equals and puts the results together.
    fn runs(
        &mut self,
        pair: &Pair<'_>,
        flow: &Flow,
        traffic: &Traffic,
        is_one_way: bool,
        reading: Reading,
    ) -> Outcome {
        let mut choices = Choices::default();
        let mut gaps = SmallVec::new();
        let mut assumed = SmallVec::new();
        let mut runs: Vec<Run> = Vec::new();
        // Ends: the odometer of choices is finite, and cut off.
        loop {
            let mut noted = Noted { gaps: &mut gaps, assumed: &mut assumed };
            runs.push(self.one_run(pair, flow, traffic, is_one_way, reading, &mut choices, &mut noted));
            if !choices.advance() || runs.len() >= MOST_RUNS {
                break;
            }
        }
        let has_choices = runs.len() > 1;
        let verdict = together(runs.iter().map(Run::verdict));
        let mut runs = runs.into_iter();
        let mut first = runs.next().unwrap_or_default();
        for run in runs {
            first.passing = self.common(&first.passing, &run.passing);
            first.arriving = self.common(&first.arriving, &run.arriving);
        }
        Outcome {
            verdict,
            passing: first.passing,
            arriving: first.arriving,
            gaps,
            assumed,
            is_host_local: false,
            has_choices,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one private call, whose arguments are a question and what it notes"
    )]
    fn one_run(
        &mut self,
        pair: &Pair<'_>,
        flow: &Flow,
        traffic: &Traffic,
        is_one_way: bool,
        reading: Reading,
        choices: &mut Choices,
        noted: &mut Noted<'_>,
    ) -> Run {
        let mut walk = self.walk(choices, Way::There, reading);
        walk.intended = intended(pair);
        walk.run(flow.clone());
        let has_lost_forward = walk.has_lost;
        noted.take(&walk);
        let arrivals = walk.arrivals;
        let mut run = Run { has_lost_forward, ..Run::default() };
        for arrival in arrivals {
            if !counts(pair, &arrival) {
                run.has_lost_forward = true;
                continue;
            }
            let nothing_back = Passing {
                source: arrival.flow.asked_source.clone(),
                destination: arrival.flow.asked_destination.clone(),
                forward: arrival.flow.transport,
                back: TransportSet::ALL,
            };
            run.arriving.push(nothing_back.clone());
            if is_one_way || arrival.end == End::Possible {
                let back = self.answers(arrival.flow.transport, &traffic.source_ports).0;
                run.passing.push(Passing { back, ..nothing_back });
                continue;
            }
            self.back(pair, &arrival, traffic, reading, choices, noted, &mut run);
        }
        run
    }

    /// Walks the answers to what arrived.
    #[expect(clippy::too_many_arguments, reason = "one private call, as above")]
    fn back(
        &mut self,
        pair: &Pair<'_>,
        arrival: &Arrival,
        traffic: &Traffic,
        reading: Reading,
        choices: &mut Choices,
        noted: &mut Noted<'_>,
        run: &mut Run,
    ) {
        let (whole, unanswered) = self.answers(arrival.flow.transport, &traffic.source_ports);
        let sent = self.sent_answers(arrival, &traffic.source_ports);
        let passing = |source, destination, forward, back| Passing { source, destination, forward, back };
        let Some(answer) = answer_flow(self.network, arrival, sent) else {
            run.passing.push(passing(
                arrival.flow.asked_source.clone(),
                arrival.flow.asked_destination.clone(),
                arrival.flow.transport,
                whole,
            ));
            return;
        };
        if !unanswered.is_empty() {
            // Types that nobody answers are judged by the way there alone.
            run.passing.push(passing(
                arrival.flow.asked_source.clone(),
                arrival.flow.asked_destination.clone(),
                unanswered,
                TransportSet::ALL,
            ));
        }
        if sent.is_empty() {
            return;
        }
        let conversation = conversation(pair, arrival, traffic);
        let way = Way::Back(&conversation);
        let mut walk = self.walk(choices, way, reading);
        walk.run(answer);
        noted.take(&walk);
        run.has_lost_back |= walk.has_lost;
        let returned = walk.arrivals;
        for back in returned {
            let is_home = back.end == conversation.origin || back.end == End::Possible;
            if !is_home {
                run.has_lost_back = true;
                continue;
            }
            let forward = self.answered(arrival.flow.transport, back.flow.transport, unanswered);
            if !forward.is_empty() {
                run.passing.push(passing(
                    back.flow.asked_destination,
                    back.flow.asked_source,
                    forward,
                    back.flow.transport,
                ));
            }
        }
    }

    /// The answers to some packets, on the line of answers: client ports for TCP and UDP, answer types for ICMP, the
    /// protocol for others. And the packets that nobody answers.
    pub(super) fn answers(
        &mut self,
        transport: TransportSet,
        client_ports: &[(u16, u16)],
    ) -> (TransportSet, TransportSet) {
        if let Some((known, ports, answers)) = &self.answers
            && *known == transport
            && ports == client_ports
        {
            return *answers;
        }
        let answers = self.work_out_answers(transport, client_ports);
        self.answers = Some((transport, client_ports.to_vec(), answers));
        answers
    }

    fn work_out_answers(
        &mut self,
        transport: TransportSet,
        client_ports: &[(u16, u16)],
    ) -> (TransportSet, TransportSet) {
        let intervals = self.workspace.intervals(transport).to_vec();
        let mut answers: Vec<Interval> = Vec::new();
        let mut unanswered: Vec<Interval> = Vec::new();
        for (low, high) in intervals {
            let mut start = low;
            // Ends: one round a protocol.
            loop {
                let number = (start >> 16) as u8;
                let end = high.min(start | 0xffff);
                self.answers_of_protocol(number, (start, end), client_ports, &mut answers, &mut unanswered);
                if end >= high {
                    break;
                }
                start = end + 1;
                // Whole blocks of protocols without ports answer themselves.
                if start & 0xffff == 0 && number > 58 {
                    answers.push((start, high));
                    break;
                }
            }
        }
        (self.workspace.of(&answers), self.workspace.of(&unanswered))
    }

    fn answers_of_protocol(
        &self,
        number: u8,
        (low, high): Interval,
        client_ports: &[(u16, u16)],
        answers: &mut Vec<Interval>,
        unanswered: &mut Vec<Interval>,
    ) {
        match number {
            protocol::TCP | protocol::UDP => answers.extend(port_intervals(number, client_ports)),
            protocol::ICMP | protocol::ICMPV6 => {
                let first = (low & 0xffff) >> 8;
                let last = (high & 0xffff) >> 8;
                let base = u32::from(number) << 16;
                for kind in first..=last {
                    match icmp_reply(number, kind as u8) {
                        Some(reply) => {
                            let reply = base | (u32::from(reply) << 8);
                            answers.push((reply, reply));
                        }
                        None => {
                            let kind = base | (kind << 8);
                            unanswered.push((low.max(kind), high.min(kind | 0xff)));
                        }
                    }
                }
            }
            _ => answers.push((low, high)),
        }
    }

    /// The answers as the receiver sends them: to a NAT gateway's own ports, where one is on the way (NAT-2).
    fn sent_answers(&mut self, arrival: &Arrival, client_ports: &[(u16, u16)]) -> TransportSet {
        let is_translated = arrival.flow.marks.iter().any(|mark| matches!(mark, super::flow::Mark::Nat(_)));
        let ports: &[(u16, u16)] = if is_translated { &[(1024, 65535)] } else { client_ports };
        self.answers(arrival.flow.transport, ports).0
    }

    /// Of what arrived, the packets that some answer got back to.
    fn answered(
        &mut self,
        forward: TransportSet,
        back: TransportSet,
        unanswered: TransportSet,
    ) -> TransportSet {
        let mut result: Vec<Interval> = Vec::new();
        let rest = self.workspace.difference(forward, unanswered);
        let intervals = self.workspace.intervals(rest).to_vec();
        let back = self.workspace.intervals(back).to_vec();
        let meets = |low: u32, high: u32| back.iter().any(|(start, end)| *start <= high && low <= *end);
        for (low, high) in intervals {
            let mut start = low;
            // Ends: one round a protocol.
            loop {
                let number = (start >> 16) as u8;
                let end = high.min(start | 0xffff);
                match number {
                    protocol::TCP | protocol::UDP => {
                        if meets(start & !0xffff, start | 0xffff) {
                            result.push((start, end));
                        }
                    }
                    protocol::ICMP | protocol::ICMPV6 => {
                        for kind in (start & 0xffff) >> 8..=(end & 0xffff) >> 8 {
                            let base = u32::from(number) << 16;
                            let reply =
                                icmp_reply(number, kind as u8).map(|reply| base | (u32::from(reply) << 8));
                            if reply.is_some_and(|reply| meets(reply, reply)) {
                                result.push((
                                    start.max(base | (kind << 8)),
                                    end.min(base | (kind << 8) | 0xff),
                                ));
                            }
                        }
                    }
                    _ => {
                        // Other protocols have no ports: a block is answered whole or not at all.
                        for (from, to) in &back {
                            let both = (start.max(*from), end.min(*to));
                            if both.0 <= both.1 {
                                result.push(both);
                            }
                        }
                    }
                }
                if end >= high {
                    break;
                }
                start = end + 1;
            }
        }
        self.workspace.of(&result)
    }

    /// What is in both lists of boxes.
    fn common(&mut self, one: &[Passing], other: &[Passing]) -> Vec<Passing> {
        let mut common = Vec::new();
        for left in one {
            for right in other {
                let source = left.source.intersection(&right.source);
                let destination = left.destination.intersection(&right.destination);
                let forward = self.workspace.intersection(left.forward, right.forward);
                let back = self.workspace.intersection(left.back, right.back);
                if !(source.is_empty() || destination.is_empty() || forward.is_empty() || back.is_empty()) {
                    common.push(Passing { source, destination, forward, back });
                }
            }
        }
        common
    }
}

impl Outcome {
    pub(super) fn blocked() -> Outcome {
        Outcome {
            verdict: Verdict::Blocked,
            passing: Vec::new(),
            arriving: Vec::new(),
            gaps: SmallVec::new(),
            assumed: SmallVec::new(),
            is_host_local: false,
            has_choices: false,
        }
    }
}

/// Where a run notes what it leans on.
struct Noted<'a> {
    gaps: &'a mut SmallVec<[AssumptionIndex; 2]>,
    assumed: &'a mut SmallVec<[AssumptionIndex; 2]>,
}

impl Noted<'_> {
    fn take(&mut self, walk: &Walk<'_, '_>) {
        for (known, new) in [(&mut *self.gaps, &walk.gaps), (&mut *self.assumed, &walk.assumed)] {
            for assumption in new {
                if !known.contains(assumption) {
                    known.push(*assumption);
                }
            }
        }
    }
}

/// An interface's address of a family: the one that was named, or the primary one.
pub(super) fn own_address(
    network: &Network,
    interface: InterfaceIndex,
    named: Option<u128>,
    family: Family,
) -> Option<u128> {
    let row = &network.interfaces[interface.index()];
    if let Some(named) = named {
        let owner = network.vpcs[row.vpc.index()].interfaces.at(family, named);
        let fits = family == Family::V6 || named <= u128::from(u32::MAX);
        return (fits && owner == interface.0).then_some(named);
    }
    match family {
        Family::V4 => row.primary_v4.map(u128::from),
        Family::V6 => row.primary_v6,
    }
}

/// What the internet knows an address by.
fn public_address(network: &Network, interface: InterfaceIndex, family: Family, own: u128) -> Option<u128> {
    match family {
        Family::V4 => {
            let row = &network.interfaces[interface.index()];
            let addresses = &network.vpcs[row.vpc.index()].public_addresses;
            let position = addresses.binary_search_by_key(&(own as u32), |(private, _)| *private).ok()?;
            Some(u128::from(addresses[position].1))
        }
        // IGW-6, VPC-5.
        Family::V6 => {
            let vpc = network.interfaces[interface.index()].vpc;
            (network.public_ipv6.at(Family::V6, own) == vpc.0).then_some(own)
        }
    }
}

pub(super) fn is_host_local(network: &Network, pair: &Pair<'_>, flow: &Flow) -> bool {
    let Source::Interface(source, _) = pair.source else { return false };
    let row = &network.interfaces[source.index()];
    // ENI-8: what is stopped or not in use does not talk to itself either.
    if network.steps_of(row.out).iter().any(|step| matches!(step, Step::Guard(Guard::Never(_)))) {
        return false;
    }
    let target = match pair.destination {
        Destination::Interface(interface, _) => Some(interface.0),
        Destination::Addresses(_) => flow
            .destination
            .single()
            .map(|address| network.vpcs[row.vpc.index()].interfaces.at(flow.destination.family(), address)),
    };
    target.and_then(|target| network.interfaces.get(target as usize).map(|it| (target, it))).is_some_and(
        |(target, other)| {
            target == source.0 || (other.host != NONE && other.host == row.host && other.vpc == row.vpc)
        },
    )
}

/// The interface that a pair's packets are meant for.
pub(super) fn intended(pair: &Pair<'_>) -> Option<InterfaceIndex> {
    match pair.destination {
        Destination::Interface(interface, _) => Some(*interface),
        Destination::Addresses(_) => None,
    }
}

/// Whether an arrival is what was asked for: at the interface that was meant; outside only for what came from inside.
pub(super) fn counts(pair: &Pair<'_>, arrival: &Arrival) -> bool {
    match (pair.destination, arrival.end) {
        (Destination::Interface(meant, _), End::Interface(interface)) => *meant == interface,
        (Destination::Interface(..), End::Internet | End::Service(_)) => false,
        (Destination::Addresses(_), End::Internet) => !matches!(pair.source, Source::Outside(_)),
        (Destination::Addresses(_), End::Interface(_) | End::Service(_)) | (_, End::Possible) => true,
    }
}

pub(super) fn conversation(pair: &Pair<'_>, arrival: &Arrival, traffic: &Traffic) -> Conversation {
    let origin = match pair.source {
        Source::Interface(interface, _) => End::Interface(*interface),
        Source::Outside(_) | Source::Nobody(_) => End::Internet,
    };
    Conversation { marks: arrival.flow.marks.clone(), origin, client_ports: traffic.source_ports.clone() }
}

/// The answer to what arrived, where it begins; none where it needs no way.
pub(super) fn answer_flow(network: &Network, arrival: &Arrival, transport: TransportSet) -> Option<Flow> {
    let there = &arrival.flow;
    let (at, sender, vpc, entry) = match arrival.end {
        End::Interface(interface) => {
            let row = &network.interfaces[interface.index()];
            (row.out, interface.0, row.vpc.0, EntryKind::Inside)
        }
        End::Internet => (network.internet_location, NONE, NONE, EntryKind::InternetGateway),
        End::Service(service) => {
            let way_back = network.services[service.index()].way_back?;
            (way_back, NONE, NONE, EntryKind::Inside)
        }
        End::Possible => return None,
    };
    Some(Flow {
        at,
        resume: 0,
        source: there.destination.clone(),
        destination: there.source.clone(),
        asked_source: there.asked_destination.clone(),
        asked_destination: there.asked_source.clone(),
        source_linked: there.destination_linked,
        destination_linked: there.source_linked,
        transport,
        subnet: NONE,
        zone: NONE,
        vpc,
        sender,
        groups: Groups::Kept,
        entry,
        hops: 0,
        marks: SmallVec::new(),
        trail: NONE,
        blocked: there.blocked,
    })
}
