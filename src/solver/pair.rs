//! One pair of ends: there, back, and the verdict.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::answer::Verdict;
use super::filters::{FilterRef, Filters};
use super::flow::{Arrival, End, Flow, source_ports};
use super::question::{Destination, Pair, Source, Traffic};
use super::reply::{AnswerMemo, conversation};
use super::start::{Start, is_host_local};
use super::walk::{ChoiceKey, Choices, Reading, Walk, Way};
use crate::network::{AssumptionIndex, FilterId, InterfaceIndex, Network};
use crate::packet::{AddressSet, TransportSet, Workspace};

/// How many assignments of choices are walked. A load balancer has a thousand targets at most; where several choose one
/// after the other and this is not enough, the answer says so.
pub(super) const MOST_RUNS: usize = 4096;

/// Answers questions about one network; keeps what it computes once. One a thread.
pub struct Solver<'n> {
    pub(super) network: &'n Network,
    pub(super) workspace: Workspace<'n>,
    pub(super) filters: Filters,
    /// The answers that were worked out: questions are often about the same traffic.
    pub(super) answers: AnswerMemo,
    /// Whether choices that answer alike are walked all the same, because ways are asked about.
    pub(super) walks_each: bool,
    /// How many assignments of choices have been walked.
    walked: u64,
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

/// What one assignment of choices gave.
#[derive(Debug, Clone, Default)]
struct Run {
    arriving: Vec<Passing>,
    passing: Vec<Passing>,
    has_lost_forward: bool,
    has_lost_back: bool,
}

/// What the way there gave, for one assignment of the choices that were met on it.
struct There {
    arrivals: Vec<Arrival>,
    /// Whether anything was dropped.
    has_lost: bool,
    /// How many choices were met.
    choices: usize,
}

/// What is asked of a pair in one reading.
#[derive(Clone, Copy)]
struct Asked<'a> {
    pair: &'a Pair<'a>,
    /// How its packets begin.
    flow: &'a Flow,
    traffic: &'a Traffic,
    is_one_way: bool,
    reading: Reading,
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

/// Of all runs together: what AWS picks makes some work and others not; what is settled and not in the snapshot makes
/// the verdict unknown where it matters.
fn verdict_of(runs: &[Run], supposed: &[Vec<(ChoiceKey, u16)>]) -> Verdict {
    let all = || together(runs.iter().map(Run::verdict));
    if supposed.iter().all(Vec::is_empty) {
        return all();
    }
    let mut worlds: BTreeMap<&[(ChoiceKey, u16)], Vec<Verdict>> = BTreeMap::new();
    for (run, supposed) in runs.iter().zip(supposed) {
        worlds.entry(supposed).or_default().push(run.verdict());
    }
    let mut verdicts = worlds.into_values().map(|world| together(world.into_iter()));
    let first = verdicts.next();
    if verdicts.all(|it| Some(it) == first) { all() } else { Verdict::Unknown }
}

impl<'n> Solver<'n> {
    /// A solver for a network.
    pub fn new(network: &'n Network) -> Solver<'n> {
        let workspace = Workspace::over(&network.transport);
        let filters = Filters::default();
        Solver { network, workspace, filters, answers: AnswerMemo::default(), walks_each: false, walked: 0 }
    }

    /// How many assignments of choices it has walked so far, for all its answers.
    pub fn walked(&self) -> u64 {
        self.walked
    }

    /// A walk with this solver's sets and filters.
    pub(super) fn walk<'w>(
        &'w mut self,
        choices: &'w mut Choices,
        way: Way<'w>,
        reading: Reading,
    ) -> Walk<'w, 'n> {
        let (network, walks_each) = (self.network, self.walks_each);
        let mut walk = Walk::new(network, &mut self.workspace, &mut self.filters, choices, way, reading);
        walk.walks_each = walks_each;
        walk
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
            self.answers.clear();
        }
        let asked = self.workspace.of(&traffic.intervals);
        let start = self.start(pair, asked);
        let mut flow = match start {
            Start::NoFamily => return None,
            Start::Blocked(_) | Start::NotPublic(_) => return Some(Outcome::blocked()),
            Start::Unknown(gap) => {
                let gaps = SmallVec::from_slice(&[gap]);
                return Some(Outcome { verdict: Verdict::Unknown, gaps, ..Outcome::blocked() });
            }
            Start::Flow(flow) => *flow,
        };
        flow.ports = source_ports(self.network, &mut self.workspace, &traffic.source_ports);
        if let Some(outcome) = self.host_local(pair, &flow, traffic) {
            return Some(outcome);
        }
        let asked = Asked { pair, flow: &flow, traffic, is_one_way, reading: Reading::Certain };
        let certain = self.runs(asked);
        if certain.gaps.is_empty() {
            return Some(certain);
        }
        let possible = self.runs(Asked { reading: Reading::Possible, ..asked });
        // What is unknown in both readings is unknown by what was supposed.
        let is_settled = certain.verdict == possible.verdict
            && (certain.verdict != Verdict::Partial || certain.passing == possible.passing);
        let verdict = if is_settled { certain.verdict } else { Verdict::Unknown };
        Some(Outcome { verdict, ..certain })
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
    fn runs(&mut self, asked: Asked<'_>) -> Outcome {
        let mut choices = Choices::default();
        let mut noted = Noted::default();
        let mut runs: SmallVec<[Run; 1]> = SmallVec::new();
        let mut supposed: SmallVec<[Vec<(ChoiceKey, u16)>; 1]> = SmallVec::new();
        let mut there = self.there(asked, &mut choices, &mut noted);
        // Ends: the odometer of choices is finite, and cut off.
        let is_cut = loop {
            self.walked += 1;
            runs.push(self.one_run(asked, &there, &mut choices, &mut noted));
            supposed.push(choices.supposed());
            if !choices.advance() {
                break false;
            }
            if runs.len() >= MOST_RUNS {
                break true;
            }
            // The choice that is another one now was made by the answers, or on the way there.
            if choices.count() <= there.choices {
                there = self.there(asked, &mut choices, &mut noted);
            }
        };
        let has_choices = runs.len() > 1;
        let mut verdict = verdict_of(&runs, &supposed);
        let mut runs = runs.into_iter();
        let mut first = runs.next().unwrap_or_default();
        for run in runs {
            first.passing = self.common(&first.passing, &run.passing);
            first.arriving = self.common(&first.arriving, &run.arriving);
        }
        // The rest can take packets away, and cannot give back what some choices lose already.
        if is_cut && !(verdict == Verdict::Partial && first.passing.is_empty()) {
            verdict = Verdict::Unknown;
            noted.gaps.push(self.network.too_many_choices);
        }
        Outcome {
            verdict,
            passing: first.passing,
            arriving: first.arriving,
            gaps: noted.gaps,
            assumed: noted.assumed,
            is_host_local: false,
            has_choices,
        }
    }

    /// Walks there.
    fn there(&mut self, asked: Asked<'_>, choices: &mut Choices, noted: &mut Noted) -> There {
        let mut walk = self.walk(choices, Way::There, asked.reading);
        walk.intended = intended(asked.pair);
        walk.is_on_premises_asked = is_on_premises(asked.pair);
        walk.run(asked.flow.clone());
        noted.take(&walk);
        let (arrivals, has_lost) = (walk.arrivals, walk.has_lost);
        There { arrivals, has_lost, choices: choices.count() }
    }

    /// Walks back from where packets arrived, for one assignment of choices.
    fn one_run(&mut self, asked: Asked<'_>, there: &There, choices: &mut Choices, noted: &mut Noted) -> Run {
        let mut run = Run { has_lost_forward: there.has_lost, ..Run::default() };
        for arrival in &there.arrivals {
            if !counts(self.network, asked.pair, arrival) {
                run.has_lost_forward = true;
                continue;
            }
            let nothing_back = Passing {
                source: arrival.flow.asked_source.clone(),
                destination: arrival.flow.asked_destination.clone(),
                forward: arrival.flow.asked_transport(),
                back: arrival.flow.client_ports(),
            };
            run.arriving.push(nothing_back.clone());
            if asked.is_one_way || arrival.end == End::Possible {
                let back = self.answers(arrival.flow.transport, &asked.traffic.source_ports).0;
                let back = self.workspace.intersection(back, arrival.flow.client_ports());
                run.passing.push(Passing { back, ..nothing_back });
                continue;
            }
            self.back(asked, arrival, choices, noted, &mut run);
        }
        run
    }

    /// Walks the answers to what arrived.
    fn back(
        &mut self,
        asked: Asked<'_>,
        arrival: &Arrival,
        choices: &mut Choices,
        noted: &mut Noted,
        run: &mut Run,
    ) {
        let client_ports = &asked.traffic.source_ports;
        let (whole, unanswered) = self.answers(arrival.flow.transport, client_ports);
        let sent = self.sent_answers(arrival, client_ports);
        let passing = |source, destination, forward, back| Passing { source, destination, forward, back };
        let whole = self.workspace.intersection(whole, arrival.flow.client_ports());
        let Some(answer) = self.answer_flow(arrival, sent) else {
            run.passing.push(passing(
                arrival.flow.asked_source.clone(),
                arrival.flow.asked_destination.clone(),
                arrival.flow.asked_transport(),
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
        let conversation = conversation(self.network, asked.pair, arrival, asked.traffic);
        let way = Way::Back(&conversation);
        let mut walk = self.walk(choices, way, asked.reading);
        walk.is_on_premises_asked = is_on_premises(asked.pair);
        walk.run(answer);
        noted.take(&walk);
        run.has_lost_back |= walk.has_lost;
        let returned = walk.arrivals;
        for back in returned {
            let is_home = back.end.is_home(conversation.origin) || back.end == End::Possible;
            if !is_home {
                run.has_lost_back = true;
                continue;
            }
            let forward = self.answered(arrival.flow.asked_transport(), back.flow.transport, unanswered);
            let forward = self.workspace.intersection(forward, back.flow.ports);
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

/// What the runs of a reading lean on.
#[derive(Default)]
struct Noted {
    gaps: SmallVec<[AssumptionIndex; 2]>,
    assumed: SmallVec<[AssumptionIndex; 2]>,
}

impl Noted {
    fn take(&mut self, walk: &Walk<'_, '_>) {
        for (known, new) in [(&mut self.gaps, &walk.gaps), (&mut self.assumed, &walk.assumed)] {
            for assumption in new {
                if !known.contains(assumption) {
                    known.push(*assumption);
                }
            }
        }
    }
}

/// The interface that a pair's packets are meant for.
pub(super) fn intended(pair: &Pair<'_>) -> Option<InterfaceIndex> {
    match pair.destination {
        Destination::Interface(interface, _) => Some(*interface),
        Destination::Addresses(_) | Destination::OnPremises(_) => None,
    }
}

/// Whether the question says itself what is on premises.
pub(super) fn is_on_premises(pair: &Pair<'_>) -> bool {
    matches!(pair.source, Source::OnPremises(_)) || matches!(pair.destination, Destination::OnPremises(_))
}

/// Whether an arrival is what was asked for: at the interface that was meant; outside only for what came from inside.
pub(super) fn counts(network: &Network, pair: &Pair<'_>, arrival: &Arrival) -> bool {
    // What stands behind a relay that was meant is meant.
    if let (Destination::Interface(meant, _), Some(state)) = (pair.destination, arrival.flow.first_relay()) {
        return network.relays[state.relay.index()].interface == *meant;
    }
    match (pair.destination, arrival.end) {
        (Destination::Interface(meant, _), End::Interface(interface)) => *meant == interface,
        (Destination::Interface(..), End::Internet | End::Service(_) | End::OnPremises(_) | End::Clients) => {
            false
        }
        (Destination::OnPremises(_), End::Interface(_) | End::Internet | End::Service(_) | End::Clients) => {
            false
        }
        (Destination::OnPremises(_), End::OnPremises(_)) => true,
        (Destination::Addresses(_), End::Internet) => !matches!(pair.source, Source::Outside(_)),
        (
            Destination::Addresses(_),
            End::Interface(_) | End::Service(_) | End::OnPremises(_) | End::Clients,
        )
        | (_, End::Possible) => true,
    }
}
