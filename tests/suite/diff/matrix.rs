//! Two matrices of single questions, and what differs between them: what a diff has to find.

use std::collections::BTreeSet;

use netpath::diff::{Diff, Ends, RowKind};
use netpath::network::InterfaceIndex;
use netpath::packet::{Family, Interval};
use netpath::solver::{Destination, PairAnswer, Query, Solver, Source, Traffic, Verdict, decide};

use super::{Known, Ports};

/// A pair of interfaces whose packets differ: kind, family, the numbers of both, whether one way only, one stretch of
/// ports.
pub type Difference = (RowKind, Family, u32, u32, bool, Interval);

/// What differs between interfaces by asking about each pair in both networks.
pub fn differences(old: &Known, new: &Known, found: &Diff) -> BTreeSet<Difference> {
    let mut solvers = [Solver::new(&old.network), Solver::new(&new.network)];
    let mut differences = BTreeSet::new();
    for (source, from) in (0u32..).zip(&found.joints.rows) {
        for (destination, to) in (0u32..).zip(&found.joints.rows) {
            if source == destination {
                continue;
            }
            for family in Family::BOTH {
                let answers = [0, 1].map(|side| answer(&mut solvers[side], from[side], to[side], family));
                let pair = (family, source, destination);
                different(&answers, pair, &mut differences);
            }
        }
    }
    differences
}

fn answer(solver: &mut Solver<'_>, from: u32, to: u32, family: Family) -> Option<PairAnswer> {
    if from == u32::MAX || to == u32::MAX {
        return None;
    }
    let query = Query {
        sources: vec![Source::Interface(InterfaceIndex(from), None)],
        destinations: vec![Destination::Interface(InterfaceIndex(to), None)],
        traffic: Traffic::default(),
        family: Some(family),
        ..Query::default()
    };
    decide(solver, &query).pairs.pop()
}

/// Port by port, at every boundary: which answers get back in one network and not in the other.
fn different(
    answers: &[Option<PairAnswer>; 2],
    (family, source, destination): (Family, u32, u32),
    differences: &mut BTreeSet<Difference>,
) {
    let verdict = |side: usize| answers[side].as_ref().map_or(Verdict::Blocked, |it| it.verdict);
    let is_unknown = [0, 1].map(|side| verdict(side) == Verdict::Unknown);
    if is_unknown.contains(&true) {
        let said = |side: usize| answers[side].as_ref().map(boxes);
        if is_unknown != [true, true] || said(0) != said(1) {
            let all = (0, (1 << 24) - 1);
            differences.insert((RowKind::Unclear, family, source, destination, false, all));
        }
        return;
    }
    let mut cuts: Vec<u32> = answers
        .iter()
        .flatten()
        .flat_map(|it| &it.parts)
        .flat_map(|part| part.forward.iter().flat_map(|(low, high)| [*low, high + 1]))
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut found: Vec<(RowKind, bool, Interval)> = Vec::new();
    for cut in cuts.windows(2) {
        let back = [0, 1].map(|side| backs(&answers[side], cut[0]));
        let arrives = [0, 1].map(|side| verdict(side) != Verdict::Blocked && !back[side].is_empty());
        let is_answered = [0, 1].map(|side| arrives[side] && verdict(side) != Verdict::ForwardOnly);
        let interval = (cut[0], cut[1] - 1);
        for (kind, better, worse) in [(RowKind::Gained, 1, 0), (RowKind::Lost, 0, 1)] {
            let is_lacking = !is_answered[worse] || !is_within(&back[better], &back[worse]);
            if is_answered[better] && is_lacking {
                found.push((kind, false, interval));
            }
            if arrives[better]
                && !is_answered[better]
                && verdict(better) == Verdict::ForwardOnly
                && !arrives[worse]
            {
                found.push((kind, true, interval));
            }
        }
    }
    if found.is_empty() {
        // The same packets, which get through by some of AWS's choices only in one of the two.
        let kind = match (verdict(0), verdict(1)) {
            (Verdict::Partial, Verdict::Reachable) => Some(RowKind::Gained),
            (Verdict::Reachable, Verdict::Partial) => Some(RowKind::Lost),
            _ => None,
        };
        let passing = cuts.windows(2).filter(|cut| !backs(&answers[0], cut[0]).is_empty());
        found.extend(passing.filter_map(|cut| kind.map(|kind| (kind, false, (cut[0], cut[1] - 1)))));
    }
    for (kind, is_one_way, interval) in joined(found) {
        differences.insert((kind, family, source, destination, is_one_way, interval));
    }
}

/// What an unknown answer holds for certain, without the addresses.
fn boxes(answer: &PairAnswer) -> BTreeSet<(Ports, Ports)> {
    answer.parts.iter().map(|part| (part.forward.clone(), part.back.clone())).collect()
}

/// The answers that get back to packets on a port.
fn backs(answer: &Option<PairAnswer>, port: u32) -> Ports {
    let parts = answer.iter().flat_map(|it| &it.parts);
    let holding = parts.filter(|part| part.forward.iter().any(|(low, high)| *low <= port && port <= *high));
    let mut all: Ports = holding.flat_map(|part| part.back.iter().copied()).collect();
    all.sort_unstable();
    let mut union: Ports = Vec::new();
    for (low, high) in all {
        match union.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            Some(_) | None => union.push((low, high)),
        }
    }
    union
}

fn is_within(one: &Ports, other: &Ports) -> bool {
    one.iter().all(|(low, high)| other.iter().any(|(from, to)| from <= low && high <= to))
}

/// Neighbours of one kind become one.
fn joined(mut found: Vec<(RowKind, bool, Interval)>) -> Vec<(RowKind, bool, Interval)> {
    found.sort();
    let mut joined: Vec<(RowKind, bool, Interval)> = Vec::new();
    for (kind, is_one_way, (low, high)) in found {
        match joined.last_mut() {
            Some(last) if (last.0, last.1) == (kind, is_one_way) && last.2.1 + 1 == low => last.2.1 = high,
            Some(_) | None => joined.push((kind, is_one_way, (low, high))),
        }
    }
    joined
}

/// What a diff says of interfaces, without what goes another way.
pub fn rows(found: &Diff) -> BTreeSet<Difference> {
    let mut all: Vec<(Family, u32, u32, RowKind, bool, Interval)> = Vec::new();
    for row in found.rows.iter().filter(|row| row.kind != RowKind::Rerouted) {
        for flow in &row.flows {
            let (Ends::Interfaces(sources), Ends::Interfaces(destinations)) =
                (&flow.sources, &flow.destinations)
            else {
                continue;
            };
            for source in sources.iter().flat_map(|it| found.joints.members(*it)) {
                for destination in destinations.iter().flat_map(|it| found.joints.members(*it)) {
                    if source == destination {
                        continue;
                    }
                    for interval in &flow.transport {
                        all.push((flow.family, *source, *destination, row.kind, flow.is_one_way, *interval));
                    }
                }
            }
        }
    }
    all.sort();
    let mut joined: Vec<(Family, u32, u32, RowKind, bool, Interval)> = Vec::new();
    for it in all {
        match joined.last_mut() {
            Some(last)
                if (last.0, last.1, last.2, last.3, last.4) == (it.0, it.1, it.2, it.3, it.4)
                    && it.5.0 <= last.5.1.saturating_add(1) =>
            {
                last.5.1 = last.5.1.max(it.5.1);
            }
            Some(_) | None => joined.push(it),
        }
    }
    let difference = |(family, source, destination, kind, is_one_way, interval)| {
        (kind, family, source, destination, is_one_way, interval)
    };
    joined.into_iter().map(difference).collect()
}
