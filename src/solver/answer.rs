//! Answers: plain values that name components, rules and packets; the report makes words of them.

use super::explain::{Detail, explain};
use super::packet_size::StepDown;
use super::pair::{Outcome, Passing, Solver, together};
use super::question::{Destination, Pair, Query, Source};
use super::witness::{Witness, witness};
use crate::network::{
    AssumptionIndex, Component, ExplanationCode, FilterId, InterfaceIndex, LocationId, LocationKind, Origin,
    PeerSide, RouteMapIndex,
};
use crate::packet::{AddressSet, Family, Interval, TransportSet, protocol};

/// How many pairs of ends are explained unless all are asked for.
const MOST_EXPLAINED: usize = 16;

/// What becomes of the packets that were asked about (`command-line`, verdicts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every asked packet gets there and the reply to each gets back.
    Reachable,
    /// Some do.
    Partial,
    /// Packets get there, no reply gets back.
    ForwardOnly,
    /// None gets there.
    Blocked,
    /// The snapshot does not say enough.
    Unknown,
}

impl Verdict {
    /// The word that users read and write.
    pub fn as_text(self) -> &'static str {
        match self {
            Verdict::Reachable => "reachable",
            Verdict::Partial => "partial",
            Verdict::ForwardOnly => "forward-only",
            Verdict::Blocked => "blocked",
            Verdict::Unknown => "unknown",
        }
    }
}

/// The answer to a query.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The verdict over all ends together.
    pub verdict: Verdict,
    /// The answer for each pair of ends and family that can be asked.
    pub pairs: Vec<PairAnswer>,
}

/// The answer for one pair of ends and one family.
#[derive(Debug, Clone)]
pub struct PairAnswer {
    /// Which of the query's sources.
    pub source: usize,
    /// Which of the query's destinations.
    pub destination: usize,
    /// The family.
    pub family: Family,
    /// The verdict.
    pub verdict: Verdict,
    /// What passes: both ways, or for `forward-only` one way.
    pub parts: Vec<Part>,
    /// The ways that packets take.
    pub paths: Vec<PathAnswer>,
    /// Why others do not get on.
    pub blockers: Vec<Blocker>,
    /// What the answer leans on, or lacks.
    pub assumptions: Vec<AssumptionIndex>,
    /// Both ends are of one host, and the packets never leave it.
    pub is_host_local: bool,
    /// Whether AWS chooses among equals on the way.
    pub has_choices: bool,
    /// A packet of the set, and its answer.
    pub witness: Option<Witness>,
    /// Where packets that hosts may send are too big, of which their sender does not hear.
    pub step_downs: Vec<StepDown>,
    /// Whether paths and blockers were worked out.
    pub is_explained: bool,
}

/// A box of packets that pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Sources, as the sender writes them.
    pub source: AddressSet,
    /// Destinations, as the sender writes them.
    pub destination: AddressSet,
    /// Protocols and destination ports, or ICMP types and codes.
    pub forward: Vec<Interval>,
    /// The answers that get back: the client's ports for TCP and UDP.
    pub back: Vec<Interval>,
}

/// One way of packets: there, and of the answer back.
#[derive(Debug, Clone)]
pub struct PathAnswer {
    /// How far it works.
    pub verdict: Verdict,
    /// There.
    pub forward: Vec<Event>,
    /// Back.
    pub back: Vec<Event>,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// There.
    Forward,
    /// Back.
    Return,
}

/// What a component did to packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It let them pass.
    Pass,
    /// It rewrote them.
    Translate,
    /// It dropped them; a would-be path goes on.
    Drop(ExplanationCode),
    /// They ended there.
    Arrive,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleUse {
    /// Nothing that was written by a person.
    None,
    /// A filter, by the rules in it that match.
    Filter(FilterId, PeerSide),
    /// A filter that knows the conversation already (SG-2).
    Stateful(FilterId),
    /// A route.
    Route(Origin, RouteMapIndex),
    /// What a relay hands on by.
    Relay(Origin),
    /// A rule of a firewall.
    Firewall(Origin),
    /// The absence of a route.
    NoRoute(RouteMapIndex),
    /// Something that is missing from the snapshot.
    Assumption(AssumptionIndex),
}

impl RuleUse {
    /// Which end of the packets a filter's rules look at; none where no filter decided.
    pub fn filtered_peer(self) -> Option<PeerSide> {
        match self {
            RuleUse::Filter(_, side) => Some(side),
            RuleUse::None
            | RuleUse::Stateful(_)
            | RuleUse::Route(..)
            | RuleUse::Relay(_)
            | RuleUse::Firewall(_)
            | RuleUse::NoRoute(_)
            | RuleUse::Assumption(_) => None,
        }
    }
}

/// One thing that happened to packets on their way.
#[derive(Debug, Clone)]
pub struct Event {
    /// Where.
    pub location: LocationId,
    /// What kind of place that is.
    pub kind: LocationKind,
    /// What did it.
    pub component: Component,
    /// What it did.
    pub decision: Decision,
    /// What decided.
    pub rule: RuleUse,
    /// The rules that matched, where rules decided.
    pub matched: Vec<Origin>,
    /// The packets' sources afterwards.
    pub source: AddressSet,
    /// The packets' destinations afterwards.
    pub destination: AddressSet,
    /// The packets' transport afterwards.
    pub transport: Vec<Interval>,
    pub(super) transport_id: TransportSet,
    pub(super) sender: u32,
    pub(super) groups_kept: bool,
    /// The subnet, as a row; `u32::MAX` for none.
    pub subnet: u32,
    /// The VPC, as a row; `u32::MAX` for none.
    pub vpc: u32,
}

/// Why packets do not get on.
#[derive(Debug, Clone)]
pub struct Blocker {
    /// Which way.
    pub direction: Direction,
    /// AWS's code, or ours.
    pub code: ExplanationCode,
    /// What dropped them.
    pub component: Component,
    /// What else has a part in it.
    pub related: Vec<Component>,
    /// What decided.
    pub rule: RuleUse,
    /// The rule, entry or route that decided, when one did.
    pub by: Option<Origin>,
    /// Rules that were considered and did not help, the nearest miss first.
    pub considered: Vec<NearMiss>,
    /// The packets that were dropped: sources.
    pub source: AddressSet,
    /// Destinations.
    pub destination: AddressSet,
    /// Transport.
    pub transport: Vec<Interval>,
    /// The subnet that they stood in, as a row; `u32::MAX` for none.
    pub subnet: u32,
    /// The VPC that they stood in, as a row; `u32::MAX` for none.
    pub vpc: u32,
    /// Whether an earlier blocker had dropped the same packets.
    pub is_later: bool,
    /// The call that would settle it, where data is missing.
    pub gap: Option<AssumptionIndex>,
}

/// A rule that did not match, and what kept it from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearMiss {
    /// The rule.
    pub origin: Origin,
    /// Whether the peer matches.
    pub matches_peer: bool,
    /// Whether protocol and ports match.
    pub matches_transport: bool,
    /// Whether it would admit, so that matching would help.
    pub admits: bool,
}

/// Verdict and packets only.
pub(super) fn decide(solver: &mut Solver<'_>, query: &Query) -> Answer {
    solver.walks_each = false;
    let pairs = each_pair(solver, query, |solver, indices, pair| {
        let outcome = solver.outcome(pair, &query.traffic, query.is_one_way)?;
        Some(without_story(solver, indices, pair, &outcome))
    });
    finish(pairs)
}

/// With explanations: of every pair if asked, else of the first few of each verdict.
pub(super) fn answer(solver: &mut Solver<'_>, query: &Query) -> Answer {
    explained(solver, query, Detail::Everything)
}

/// With the blockers of what is not reachable, and nothing else of the story.
pub(super) fn blockers(solver: &mut Solver<'_>, query: &Query) -> Answer {
    explained(solver, query, Detail::Blockers)
}

fn explained(solver: &mut Solver<'_>, query: &Query, detail: Detail) -> Answer {
    let mut explained: [usize; 5] = [0; 5];
    let has_filter = !(query.via.is_empty() && query.avoid.is_empty());
    solver.walks_each = query.all_paths || has_filter;
    let pairs = each_pair(solver, query, |solver, indices, pair| {
        let outcome = solver.outcome(pair, &query.traffic, query.is_one_way)?;
        let mut answer = without_story(solver, indices, pair, &outcome);
        let count = &mut explained[outcome.verdict as usize];
        *count += 1;
        let is_asked = query.all_paths || has_filter || *count <= MOST_EXPLAINED;
        let is_wanted = detail == Detail::Everything || outcome.verdict != Verdict::Reachable;
        if is_asked && is_wanted {
            explain(solver, query, pair, &outcome, &mut answer, detail);
        }
        Some(answer)
    });
    finish(pairs)
}

fn each_pair(
    solver: &mut Solver<'_>,
    query: &Query,
    mut one: impl FnMut(&mut Solver<'_>, (usize, usize), &Pair<'_>) -> Option<PairAnswer>,
) -> Vec<PairAnswer> {
    let mut pairs = Vec::new();
    let sources = query.sources.iter().filter_map(sender);
    let destinations = query.destinations.iter().filter_map(receiver);
    let has_groups = has_several(sources) || has_several(destinations);
    for (source_index, source) in query.sources.iter().enumerate() {
        for (destination_index, destination) in query.destinations.iter().enumerate() {
            // Of groups that overlap, nobody asks whether each member reaches itself.
            if has_groups && sender(source).is_some_and(|it| receiver(destination) == Some(it)) {
                continue;
            }
            for family in Family::BOTH {
                if query.family.is_some_and(|wanted| wanted != family) {
                    continue;
                }
                // ICMP is IPv4's and ICMPv6 is IPv6's: neither is asked of the other family.
                if query.family.is_none() && is_of_other_family(query, family) {
                    continue;
                }
                let pair = Pair { source, destination, family };
                pairs.extend(one(solver, (source_index, destination_index), &pair));
            }
        }
    }
    pairs
}

fn sender(source: &Source) -> Option<InterfaceIndex> {
    match source {
        Source::Interface(interface, _) => Some(*interface),
        Source::Outside(_) | Source::OnPremises(_) | Source::Clients(_) | Source::Nobody(_) => None,
    }
}

fn receiver(destination: &Destination) -> Option<InterfaceIndex> {
    match destination {
        Destination::Interface(interface, _) => Some(*interface),
        Destination::Addresses(_) | Destination::OnPremises(_) => None,
    }
}

fn has_several(mut interfaces: impl Iterator<Item = InterfaceIndex>) -> bool {
    let first = interfaces.next();
    interfaces.any(|it| Some(it) != first)
}

/// Whether the traffic is nothing but the other family's ICMP.
fn is_of_other_family(query: &Query, family: Family) -> bool {
    let foreign = match family {
        Family::V4 => protocol::ICMPV6,
        Family::V6 => protocol::ICMP,
    };
    let block = (u32::from(foreign) << 16, (u32::from(foreign) << 16) | 0xffff);
    query.traffic.intervals.iter().all(|(low, high)| block.0 <= *low && *high <= block.1)
}

fn finish(pairs: Vec<PairAnswer>) -> Answer {
    Answer { verdict: together(pairs.iter().map(|pair| pair.verdict)), pairs }
}

pub(super) fn without_story(
    solver: &mut Solver<'_>,
    (source, destination): (usize, usize),
    pair: &Pair<'_>,
    outcome: &Outcome,
) -> PairAnswer {
    let passing: &[Passing] =
        if outcome.verdict == Verdict::ForwardOnly { &outcome.arriving } else { &outcome.passing };
    let mut parts: Vec<Part> = passing
        .iter()
        .map(|it| Part {
            source: it.source.clone(),
            destination: it.destination.clone(),
            forward: solver.workspace.intervals(it.forward).to_vec(),
            back: solver.workspace.intervals(it.back).to_vec(),
        })
        .collect();
    parts.sort();
    join(&mut parts);
    let mut assumptions: Vec<AssumptionIndex> = outcome.assumed.to_vec();
    if outcome.verdict == Verdict::Unknown {
        assumptions.extend(&outcome.gaps);
    }
    assumptions.sort_unstable();
    assumptions.dedup();
    PairAnswer {
        source,
        destination,
        family: pair.family,
        verdict: outcome.verdict,
        parts,
        paths: Vec::new(),
        blockers: Vec::new(),
        assumptions,
        is_host_local: outcome.is_host_local,
        has_choices: outcome.has_choices,
        witness: witness(passing, &solver.workspace),
        step_downs: Vec::new(),
        is_explained: false,
    }
}

/// Boxes that differ in one axis only become one.
fn join(parts: &mut Vec<Part>) {
    let mut index = 0;
    // Ends: each round either moves on or has one part less.
    while index < parts.len() {
        let found = (index + 1..parts.len()).find_map(|other| {
            let (one, two) = (&parts[index], &parts[other]);
            if (&one.forward, &one.back) != (&two.forward, &two.back) {
                return None;
            }
            if one.source == two.source {
                return Some((other, one.source.clone(), one.destination.union(&two.destination)));
            }
            (one.destination == two.destination)
                .then(|| (other, one.source.union(&two.source), one.destination.clone()))
        });
        match found {
            Some((other, source, destination)) => {
                parts[index].source = source;
                parts[index].destination = destination;
                parts.remove(other);
                index = 0;
            }
            None => index += 1,
        }
    }
    parts.sort();
}
