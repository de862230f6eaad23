//! Explanations: the ways that packets take, and every blocker on the ways that they would take.
//!
//! A lenient walk goes past what drops and notes it. Where nothing arrives for real, the answer's way back is walked
//! too, from where the packets would have arrived, so that two faults on one path are both named.

mod blockers;
mod answers;
mod captured;

use std::cmp::Reverse;

use blockers::{not_public, nowhere};

use super::answer::{Blocker, Decision, Direction, Event, PairAnswer, PathAnswer, RuleUse, Verdict};
use super::flow::{Arrival, End, Flow, NONE, source_ports};
use super::packet_size::step_downs;
use super::pair::{self, Outcome, Solver, counts, intended, is_on_premises};
use super::question::{Pair, Query, Source, Traffic};
use super::reply::conversation;
use super::rules::{PeerGroups, matched, peer_of};
use super::start::{Start, is_host_local};
use super::walk::{Choices, Reading, Story, Way};
use crate::network::{ExplanationCode, Network, Origin, PeerSide};

/// Paths that are told for one pair of ends.
const MOST_PATHS: usize = 8;
/// Assignments of choices that are told in any case; the others are gone through for blockers.
const MOST_RUNS: usize = 16;
/// Blockers after which no other assignment is looked at.
const ENOUGH_BLOCKERS: usize = 16;
/// Works out paths and blockers of a pair.
pub fn explain(
    solver: &mut Solver<'_>,
    query: &Query,
    pair: &Pair<'_>,
    outcome: &Outcome,
    answer: &mut PairAnswer,
    detail: Detail,
) {
    answer.is_explained = true;
    let asked = solver.workspace.of(&query.traffic.intervals);
    let (flow, first) = match solver.start(pair, asked) {
        Start::NoFamily => return,
        Start::Blocked(code) => {
            answer.blockers.push(nowhere(pair, code, &query.traffic.intervals));
            return;
        }
        Start::Unknown(gap) => {
            let blocker = nowhere(pair, ExplanationCode::UnknownResource, &query.traffic.intervals);
            answer.blockers.push(Blocker { rule: RuleUse::Assumption(gap), ..blocker });
            return;
        }
        Start::Flow(flow) => (*flow, None),
        Start::NotPublic(flow) => {
            let (flow, blocker) = not_public(solver.network, pair, *flow, &query.traffic.intervals);
            (flow, Some(blocker))
        }
    };
    if is_host_local(solver.network, pair, &flow) {
        return;
    }
    let reading = if outcome.verdict == Verdict::Unknown { Reading::Certain } else { Reading::Possible };
    let mut telling = Telling {
        solver,
        query,
        pair,
        outcome,
        detail,
        blockers: Vec::new(),
        paths: Vec::new(),
        reading,
        is_hidden: first.is_some(),
    };
    telling.blockers.extend(first);
    let flow = telling.with_source_ports(flow);
    let mut choices = Choices::default();
    // Ends: the odometer of choices is finite, and cut off.
    for run in 0..pair::MOST_RUNS {
        telling.there(&flow, &mut choices);
        let is_enough = outcome.verdict == Verdict::Reachable || telling.blockers.len() >= ENOUGH_BLOCKERS;
        if !choices.advance() || (run + 1 >= MOST_RUNS && is_enough) {
            break;
        }
    }
    let Telling { mut blockers, paths, .. } = telling;
    if outcome.verdict == Verdict::Reachable {
        blockers.clear();
    }
    answer.blockers = blockers;
    if detail == Detail::Everything {
        answer.paths = paths;
        answer.paths.truncate(MOST_PATHS);
        for path in &answer.paths {
            for found in step_downs(solver, pair, path) {
                if !answer.step_downs.contains(&found) {
                    answer.step_downs.push(found);
                }
            }
        }
    }
}

impl Solver<'_> {
    /// What stops everything from outside for an interface without a public address; nothing else of the way is looked at.
    pub(super) fn hidden(&mut self, pair: &Pair<'_>, traffic: &Traffic) -> Option<Blocker> {
        let asked = self.workspace.of(&traffic.intervals);
        let Start::NotPublic(flow) = self.start(pair, asked) else { return None };
        Some(not_public(self.network, pair, *flow, &traffic.intervals).1)
    }
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Ways, and the rules that decided or nearly did.
    Everything,
    /// What blocks, and where.
    Blockers,
}

/// What is being told about one pair.
struct Telling<'s, 'n, 'q> {
    solver: &'s mut Solver<'n>,
    query: &'q Query,
    pair: &'q Pair<'q>,
    outcome: &'q Outcome,
    detail: Detail,
    blockers: Vec<Blocker>,
    paths: Vec<PathAnswer>,
    /// Certain where the answer is unknown, and says why; else whatever is missing makes no difference, and is left out.
    reading: Reading,
    /// Whether the destination has no public address: that its answers have none either is no news.
    is_hidden: bool,
}

impl Telling<'_, '_, '_> {
    fn with_source_ports(&mut self, flow: Flow) -> Flow {
        let asked = &self.query.traffic.source_ports;
        Flow { ports: source_ports(self.solver.network, &mut self.solver.workspace, asked), ..flow }
    }

    fn there(&mut self, flow: &Flow, choices: &mut Choices) {
        let mut walk = self.solver.walk(choices, Way::There, self.reading);
        walk.intended = intended(self.pair);
        walk.is_on_premises_asked = is_on_premises(self.pair);
        walk.story = Some(Story::lenient());
        walk.run(flow.clone());
        let arrivals = walk.arrivals;
        let story = walk.story.unwrap_or_default();
        self.drops(&story, Direction::Forward);
        let (meant, strayed): (Vec<Arrival>, Vec<Arrival>) =
            arrivals.into_iter().partition(|arrival| counts(self.solver.network, self.pair, arrival));
        for arrival in strayed {
            self.strayed(&story, &arrival, Direction::Forward);
        }
        // What arrives for real, or else the would-be way with the fewest blockers.
        let fewest = meant.iter().map(|arrival| arrival.flow.blocked).min().unwrap_or(0);
        let mut told: Vec<Arrival> =
            meant.into_iter().filter(|arrival| arrival.flow.blocked == fewest).collect();
        // The way of most packets comes first.
        told.sort_by_key(|it| Reverse((it.flow.asked_destination.count(), it.flow.asked_source.count())));
        told.truncate(MOST_PATHS);
        if told.is_empty() {
            self.dead_ends(&story);
        }
        for arrival in told {
            self.back(&story, &arrival, choices);
        }
    }

    /// Where nothing would arrive, the way up to the first blocker is the path.
    fn dead_ends(&mut self, story: &Story) {
        let first = story.drops.iter().find(|drop| !drop.is_later);
        if let Some(drop) = first {
            let forward = self.trail(story, drop.flow.trail);
            self.paths.push(PathAnswer { verdict: Verdict::Blocked, forward, back: Vec::new() });
        }
    }

    fn back(&mut self, story: &Story, arrival: &Arrival, choices: &mut Choices) {
        let is_real = arrival.flow.blocked == 0;
        let forward = self.trail(story, arrival.flow.trail);
        let mut path = PathAnswer {
            verdict: if is_real { Verdict::Reachable } else { Verdict::Blocked },
            forward,
            back: Vec::new(),
        };
        let sent = self.solver.sent_answers(arrival, &self.query.traffic.source_ports);
        let answer =
            self.solver.answer_flow(arrival, sent).filter(|_| !self.query.is_one_way && !sent.is_empty());
        if let Some(answer) = answer {
            let conversation = conversation(self.solver.network, self.pair, arrival, &self.query.traffic);
            let back = Way::Back(&conversation);
            let mut walk = self.solver.walk(choices, back, self.reading);
            walk.intended = match self.pair.source {
                Source::Interface(interface, _) => Some(*interface),
                Source::Outside(_) | Source::OnPremises(_) | Source::Clients(_) | Source::Nobody(_) => None,
            };
            walk.is_on_premises_asked = is_on_premises(self.pair);
            walk.story = Some(Story::lenient());
            let was_blocked = answer.blocked;
            walk.run(answer.clone());
            let has_lost = walk.has_lost;
            let arrivals = walk.arrivals;
            let story = walk.story.unwrap_or_default();
            self.drops(&story, Direction::Return);
            self.other_zone(&story, &conversation);
            let home =
                |arrival: &&Arrival| arrival.end.is_home(conversation.origin) || arrival.end == End::Possible;
            for strayed in arrivals.iter().filter(|arrival| !home(arrival)) {
                self.strayed(&story, strayed, Direction::Return);
            }
            let best = arrivals.iter().filter(home).min_by_key(|arrival| arrival.flow.blocked);
            let told = best
                .map(|arrival| arrival.flow.trail)
                .or_else(|| story.drops.first().map(|it| it.flow.trail));
            path.back = told.map(|trail| self.trail(&story, trail)).unwrap_or_default();
            if is_real {
                path.verdict = match best {
                    Some(arrival) if arrival.flow.blocked == was_blocked && has_lost => Verdict::Partial,
                    Some(arrival) if arrival.flow.blocked == was_blocked => Verdict::Reachable,
                    Some(_) | None => Verdict::ForwardOnly,
                };
                if path.verdict == Verdict::ForwardOnly {
                    self.other_interfaces(arrival, &answer);
                }
            }
        }
        let is_wanted = self.paths.len() < MOST_RUNS * MOST_PATHS;
        if is_wanted && self.paths.iter().all(|known| !same_path(known, &path)) {
            self.paths.push(path);
        }
    }

    /// The events from the beginning to one, with the rules that matched.
    fn trail(&mut self, story: &Story, last: u32) -> Vec<Event> {
        if self.detail == Detail::Blockers {
            return Vec::new();
        }
        let mut events: Vec<Event> = story.backwards(last).map(|event| self.told(event)).collect();
        events.reverse();
        events
    }

    fn told(&mut self, event: &Event) -> Event {
        let matched = self.matched(event);
        let transport = self.solver.workspace.intervals(event.transport_id).to_vec();
        Event { matched, transport, ..event.clone() }
    }

    fn matched(&mut self, event: &Event) -> Vec<Origin> {
        let network = self.solver.network;
        match event.rule {
            RuleUse::Filter(id, side) if !matches!(event.decision, Decision::Drop(_)) => {
                let filter = self.solver.filter(id);
                let peer = peer_of(side, &event.source, &event.destination);
                let groups = match side {
                    PeerSide::Source if event.groups_kept => groups_of(network, event.sender),
                    PeerSide::Source => PeerGroups { groups: &[] },
                    PeerSide::Destination => groups_of(network, destination_owner(network, event)),
                };
                let workspace = &mut self.solver.workspace;
                matched(network, workspace, &filter.judge, peer, groups, event.transport_id)
            }
            RuleUse::Route(origin, _) | RuleUse::Relay(origin) | RuleUse::Firewall(origin) => vec![origin],
            RuleUse::Filter(..)
            | RuleUse::None
            | RuleUse::Stateful(_)
            | RuleUse::NoRoute(_)
            | RuleUse::Assumption(_) => Vec::new(),
        }
    }
}

fn groups_of(network: &Network, interface: u32) -> PeerGroups<'_> {
    match network.interfaces.get(interface as usize) {
        Some(row) => PeerGroups { groups: &network.group_sets[row.groups.index()] },
        None => PeerGroups { groups: &[] },
    }
}

/// The interface that packets are for, in the sender's VPC or one whose groups it knows (SG-17).
fn destination_owner(network: &Network, event: &Event) -> u32 {
    let (Some(vpc), Some(address)) = (network.vpcs.get(event.vpc as usize), event.destination.single())
    else {
        return NONE;
    };
    let family = event.destination.family();
    let peers = vpc.group_peers.iter().filter_map(|peer| network.vpcs.get(peer.index()));
    let owners = std::iter::once(vpc).chain(peers).map(|vpc| vpc.interfaces.at(family, address));
    owners.into_iter().find(|owner| *owner != NONE).unwrap_or(NONE)
}

fn same_path(one: &PathAnswer, other: &PathAnswer) -> bool {
    let key = |events: &[Event]| events.iter().map(|event| (event.location, event.rule)).collect::<Vec<_>>();
    one.verdict == other.verdict
        && key(&one.forward) == key(&other.forward)
        && key(&one.back) == key(&other.back)
}
