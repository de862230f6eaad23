//! `--via` and `--avoid`: which of an answer's ways count.
//!
//! A way counts if its forward components hold one of `--via`, and if neither its forward nor its return components hold
//! one of `--avoid`. A pair of ends none of whose ways counts is blocked by the filter; one of which some count is
//! partial. Not good at: ways that are alternatives for the same packets (equal choices), of which it is only said
//! that not all count.

use std::collections::BTreeSet;

use crate::network::{Component, ExplanationCode, Network};
use crate::packet::{AddressSet, Family};
use crate::selector::{Index, SelectorError, components};
use crate::solver::{
    Answer, Blocker, Decision, Direction, Event, PairAnswer, PathAnswer, Query, RuleUse, Verdict, together,
};

/// What a way must and must not lead through.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    via: BTreeSet<Component>,
    avoid: BTreeSet<Component>,
}

impl Filter {
    /// The components that selectors name.
    pub(super) fn new(index: &Index<'_>, via: &[String], avoid: &[String]) -> Result<Filter, SelectorError> {
        let all = |selectors: &[String]| -> Result<BTreeSet<Component>, SelectorError> {
            let mut set = BTreeSet::new();
            for selector in selectors {
                set.extend(components(index, selector)?);
            }
            Ok(set)
        };
        Ok(Filter { via: all(via)?, avoid: all(avoid)? })
    }

    /// Whether there is anything to filter by.
    pub(super) fn is_empty(&self) -> bool {
        self.via.is_empty() && self.avoid.is_empty()
    }

    /// Has the ways told that are to be filtered.
    pub(super) fn ask(&self, query: &mut Query) {
        query.via = self.via.iter().copied().collect();
        query.avoid = self.avoid.iter().copied().collect();
    }

    /// Judges an answer by the ways that count.
    pub(super) fn apply(&self, network: &Network, answer: &mut Answer) {
        if self.is_empty() {
            return;
        }
        for pair in &mut answer.pairs {
            self.judge(network, pair);
        }
        answer.verdict = together(answer.pairs.iter().map(|pair| pair.verdict));
    }

    fn judge(&self, network: &Network, pair: &mut PairAnswer) {
        // Packets that never leave their host pass nothing that could be avoided.
        if pair.verdict == Verdict::Blocked || (pair.is_host_local && self.via.is_empty()) {
            return;
        }
        let is_open = |path: &PathAnswer| path.verdict != Verdict::Blocked;
        let mut ruled_out: Vec<Blocker> = Vec::new();
        pair.paths.retain(|path| {
            let blocker = if is_open(path) { self.objection(network, path) } else { None };
            let counts = blocker.is_none();
            ruled_out.extend(blocker);
            counts
        });
        let kept: Vec<&PathAnswer> = pair.paths.iter().filter(|path| is_open(path)).collect();
        if ruled_out.is_empty() && !kept.is_empty() {
            return;
        }
        if let (true, true, Some(component)) =
            (kept.is_empty(), ruled_out.is_empty(), self.via.first().or(self.avoid.first()))
        {
            // Packets that never leave their host pass nothing at all.
            ruled_out.push(untold(pair.family, *component));
        }
        pair.witness = None;
        if kept.is_empty() {
            pair.parts.clear();
            // What keeps an answer unknown may lie on a way that counts.
            if pair.verdict != Verdict::Unknown {
                pair.verdict = Verdict::Blocked;
            }
        } else {
            let ends = kept.iter().filter_map(|path| path.forward.last());
            let reached: Vec<AddressSet> = ends.map(|it| it.destination.clone()).collect();
            narrow(pair, &reached);
            if pair.verdict != Verdict::Unknown {
                pair.verdict = Verdict::Partial;
            }
        }
        for blocker in ruled_out {
            let says_it = |known: &Blocker| {
                known.code == blocker.code
                    && known.component == blocker.component
                    && known.direction == blocker.direction
            };
            if !pair.blockers.iter().any(says_it) {
                pair.blockers.push(blocker);
            }
        }
    }

    /// Why a way does not count: what it meets and should avoid, or what it misses.
    fn objection(&self, network: &Network, path: &PathAnswer) -> Option<Blocker> {
        let ways = [(Direction::Forward, &path.forward), (Direction::Return, &path.back)];
        for (direction, events) in ways {
            for event in events {
                let met = met(network, event).into_iter().find(|it| self.avoid.contains(it));
                if let Some(component) = met {
                    return Some(blocker(direction, component, event));
                }
            }
        }
        let is_missed = |event: &Event| !met(network, event).iter().any(|it| self.via.contains(it));
        match (self.via.first(), path.forward.last()) {
            (Some(component), Some(last)) if path.forward.iter().all(is_missed) => {
                Some(blocker(Direction::Forward, *component, last))
            }
            (Some(_) | None, _) => None,
        }
    }
}

/// What packets pass where something happens to them: what does it, by whose rules, and inside of what.
fn met(network: &Network, event: &Event) -> Vec<Component> {
    if matches!(event.decision, Decision::Drop(_)) {
        return Vec::new();
    }
    let mut met = match event.rule {
        RuleUse::Filter(filter, _) | RuleUse::Stateful(filter) => network.judge(filter).components(),
        RuleUse::None
        | RuleUse::Route(..)
        | RuleUse::Relay(_)
        | RuleUse::Firewall(_)
        | RuleUse::NoRoute(_)
        | RuleUse::Assumption(_) => Vec::new(),
    };
    met.push(event.component);
    met.extend(network.subnets.get(event.subnet as usize).map(|it| it.component));
    met.extend(network.vpcs.get(event.vpc as usize).map(|it| it.component));
    met
}

fn blocker(direction: Direction, component: Component, event: &Event) -> Blocker {
    Blocker {
        direction,
        code: ExplanationCode::ComponentFilterRestriction,
        component,
        related: Vec::new(),
        rule: RuleUse::None,
        by: None,
        considered: Vec::new(),
        source: event.source.clone(),
        destination: event.destination.clone(),
        transport: event.transport.clone(),
        subnet: u32::MAX,
        vpc: u32::MAX,
        is_later: false,
        gap: None,
    }
}

/// Why a pair does not count that has no way to tell of.
fn untold(family: Family, component: Component) -> Blocker {
    let empty = AddressSet::empty(family);
    Blocker {
        direction: Direction::Forward,
        code: ExplanationCode::ComponentFilterRestriction,
        component,
        related: Vec::new(),
        rule: RuleUse::None,
        by: None,
        considered: Vec::new(),
        source: empty.clone(),
        destination: empty,
        transport: Vec::new(),
        subnet: u32::MAX,
        vpc: u32::MAX,
        is_later: false,
        gap: None,
    }
}

/// Keeps the packets for where the ways that count lead. Equal choices are no set of packets: none is sure of its way.
fn narrow(pair: &mut PairAnswer, reached: &[AddressSet]) {
    if pair.has_choices {
        pair.parts.clear();
        return;
    }
    for part in &mut pair.parts {
        let family = part.destination.family();
        let of_family = reached.iter().filter(|it| it.family() == family);
        let inside = of_family
            .fold(AddressSet::empty(family), |sum, it| sum.union(&part.destination.intersection(it)));
        // Behind a translation the way's end says nothing of the header.
        if !inside.is_empty() {
            part.destination = inside;
        }
    }
}
