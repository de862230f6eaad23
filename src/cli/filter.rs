//! `--via` and `--avoid`: which of an answer's ways count.
//!
//! A way counts if its forward components hold one of `--via`, and if neither its forward nor its return components hold
//! one of `--avoid`. A pair of ends none of whose ways counts is blocked by the filter; one of which some count is
//! partial. Not good at: ways that are alternatives for the same packets (equal choices), of which it is only said
//! that not all count.

use rustc_hash::FxHashSet;

use super::arguments::Query as Words;
use crate::network::{Component, Network};
use crate::packet::AddressSet;
use crate::selector::{Index, SelectorError, components};
use crate::solver::{Answer, Decision, Event, PairAnswer, PathAnswer, Query, RuleUse, Verdict, together};

/// What a way must and must not lead through.
#[derive(Debug, Default)]
pub(super) struct Filter {
    via: FxHashSet<Component>,
    avoid: FxHashSet<Component>,
}

impl Filter {
    /// The components that the options name.
    pub(super) fn new(index: &Index<'_>, words: &Words) -> Result<Filter, SelectorError> {
        let all = |selectors: &[String]| -> Result<FxHashSet<Component>, SelectorError> {
            let mut set = FxHashSet::default();
            for selector in selectors {
                set.extend(components(index, selector)?);
            }
            Ok(set)
        };
        Ok(Filter { via: all(&words.via)?, avoid: all(&words.avoid)? })
    }

    /// Whether there is anything to filter by.
    pub(super) fn is_empty(&self) -> bool {
        self.via.is_empty() && self.avoid.is_empty()
    }

    /// Has the ways told that are to be filtered.
    pub(super) fn ask(&self, query: &mut Query) {
        let sorted = |set: &FxHashSet<Component>| {
            let ordered: std::collections::BTreeSet<Component> = set.iter().copied().collect();
            ordered.into_iter().collect()
        };
        query.via = sorted(&self.via);
        query.avoid = sorted(&self.avoid);
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
        let is_open = |path: &PathAnswer| path.verdict != Verdict::Blocked;
        if matches!(pair.verdict, Verdict::Blocked) {
            return;
        }
        let open = pair.paths.iter().filter(|path| is_open(path)).count();
        pair.paths.retain(|path| !is_open(path) || self.counts(network, path));
        let kept: Vec<&PathAnswer> = pair.paths.iter().filter(|path| is_open(path)).collect();
        if kept.len() == open && open > 0 {
            return;
        }
        pair.witness = None;
        if kept.is_empty() {
            pair.parts.clear();
            // What keeps an answer unknown may lie on a way that counts.
            if pair.verdict != Verdict::Unknown {
                pair.verdict = Verdict::Blocked;
            }
        } else {
            let reached: Vec<AddressSet> =
                kept.iter().filter_map(|path| path.forward.last()).map(|it| it.destination.clone()).collect();
            narrow(pair, &reached);
            pair.verdict = if pair.verdict == Verdict::Unknown { Verdict::Unknown } else { Verdict::Partial };
        }
    }

    fn counts(&self, network: &Network, path: &PathAnswer) -> bool {
        let passes = |set: &FxHashSet<Component>, event: &Event| holds(network, set, event);
        let is_via = self.via.is_empty() || path.forward.iter().any(|it| passes(&self.via, it));
        let mut all = path.forward.iter().chain(&path.back);
        is_via && !all.any(|it| passes(&self.avoid, it))
    }
}

/// Whether something happened at one of some components: at it, by its rules, or inside it.
fn holds(network: &Network, set: &FxHashSet<Component>, event: &Event) -> bool {
    let judge = match event.rule {
        RuleUse::Filter(filter, _) | RuleUse::Stateful(filter) => {
            network.filters[filter.0 as usize].judge.components()
        }
        RuleUse::None | RuleUse::Route(..) | RuleUse::NoRoute(_) | RuleUse::Assumption(_) => Vec::new(),
    };
    let subnet = network.subnets.get(event.subnet as usize).map(|it| it.component);
    let vpc = network.vpcs.get(event.vpc as usize).map(|it| it.component);
    let is_drop = matches!(event.decision, Decision::Drop(_));
    !is_drop && judge.iter().chain(&subnet).chain(&vpc).chain([&event.component]).any(|it| set.contains(it))
}

/// Keeps the packets for where the ways that count lead. Equal choices are no set of packets: none is sure of its way.
fn narrow(pair: &mut PairAnswer, reached: &[AddressSet]) {
    if pair.has_choices {
        pair.parts.clear();
        return;
    }
    pair.parts.retain_mut(|part| {
        let family = part.destination.family();
        let of_family: Vec<&AddressSet> = reached.iter().filter(|it| it.family() == family).collect();
        let inside = of_family
            .iter()
            .map(|it| part.destination.intersection(it))
            .fold(AddressSet::empty(family), |sum, it| sum.union(&it));
        if !inside.is_empty() {
            part.destination = inside;
        }
        // Behind a translation the way's end says nothing of the header.
        !inside_is_known(part, &of_family) || !part.destination.is_empty()
    });
}

fn inside_is_known(part: &crate::solver::Part, reached: &[&AddressSet]) -> bool {
    reached.iter().any(|it| !part.destination.intersection(it).is_empty())
}
