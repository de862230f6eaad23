//! What one answer has and another lacks, as boxes of packets.

use crate::packet::{AddressSet, Family, Interval};
use crate::solver::{PairAnswer, Verdict};

/// Packets that pass: those of some addresses of the other end, on some ports, with the answers that get back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Passing {
    /// The addresses outside; all of them between two interfaces.
    pub remote: AddressSet,
    pub forward: Vec<Interval>,
    pub back: Vec<Interval>,
}

/// An answer: what counts of it in a comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    pub verdict: Verdict,
    pub passing: Vec<Passing>,
}

impl Told {
    /// What is said of a pair that nothing passes between.
    pub fn blocked() -> Told {
        Told { verdict: Verdict::Blocked, passing: Vec::new() }
    }

    /// The answer for two interfaces.
    pub fn of(answer: &PairAnswer) -> Told {
        let mut passing: Vec<Passing> = Vec::new();
        for part in &answer.parts {
            // Ports with the same answers are one box, however the walk split them.
            match passing.iter_mut().find(|it| it.back == part.back) {
                Some(known) => known.forward = union(&known.forward, &part.forward),
                None => passing.push(Passing {
                    remote: AddressSet::all(Family::V4),
                    forward: part.forward.clone(),
                    back: part.back.clone(),
                }),
            }
        }
        passing.sort();
        Told { verdict: answer.verdict, passing }
    }

    /// What certainly gets there and back.
    fn answered(&self) -> &[Passing] {
        match self.verdict {
            Verdict::Reachable | Verdict::Partial => &self.passing,
            Verdict::ForwardOnly | Verdict::Blocked | Verdict::Unknown => &[],
        }
    }

    /// What gets there, whatever of its answers gets back.
    fn arriving(&self) -> &[Passing] {
        match self.verdict {
            Verdict::Reachable | Verdict::Partial | Verdict::ForwardOnly => &self.passing,
            Verdict::Blocked | Verdict::Unknown => &[],
        }
    }
}

/// How two answers differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Delta {
    /// What gets there and back now and did not: addresses outside, and ports.
    pub gained: Vec<(AddressSet, Vec<Interval>)>,
    /// The other way round.
    pub lost: Vec<(AddressSet, Vec<Interval>)>,
    /// What arrives now without an answer that gets back, and did not arrive.
    pub gained_one_way: Vec<(AddressSet, Vec<Interval>)>,
    /// The other way round.
    pub lost_one_way: Vec<(AddressSet, Vec<Interval>)>,
    /// Whether it is open what differs, since the snapshot does not say enough.
    pub is_unclear: bool,
}

impl Delta {
    /// Compares two answers.
    pub fn of(old: &Told, new: &Told) -> Delta {
        if old == new {
            return Delta::default();
        }
        if old.verdict == Verdict::Unknown || new.verdict == Verdict::Unknown {
            return Delta { is_unclear: true, ..Delta::default() };
        }
        let one_way = |told: &Told, other: &Told| match told.verdict {
            Verdict::ForwardOnly => minus(&whole(&told.passing), &whole(other.arriving())),
            Verdict::Reachable | Verdict::Partial | Verdict::Blocked | Verdict::Unknown => Vec::new(),
        };
        let delta = Delta {
            gained: minus(new.answered(), old.answered()),
            lost: minus(old.answered(), new.answered()),
            gained_one_way: one_way(new, old),
            lost_one_way: one_way(old, new),
            is_unclear: false,
        };
        if delta != Delta::default() {
            return delta;
        }
        // The same packets, which get through by some of AWS's choices only in one of the two.
        match (old.verdict, new.verdict) {
            (Verdict::Partial, Verdict::Reachable) => Delta { gained: minus(&new.passing, &[]), ..delta },
            (Verdict::Reachable, Verdict::Partial) => Delta { lost: minus(&old.passing, &[]), ..delta },
            _ => delta,
        }
    }
}

/// The same boxes with whatever answers.
fn whole(passing: &[Passing]) -> Vec<Passing> {
    passing.iter().map(|it| Passing { back: vec![(0, u32::MAX)], ..it.clone() }).collect()
}

/// What some boxes have and others lack; a port counts as lacking where any of its answers does.
fn minus(ours: &[Passing], theirs: &[Passing]) -> Vec<(AddressSet, Vec<Interval>)> {
    let mut left: Vec<Passing> = ours.to_vec();
    for other in theirs {
        let mut next = Vec::new();
        for it in left {
            let common = it.remote.intersection(&other.remote);
            let both = intersection(&it.forward, &other.forward);
            let answers = intersection(&it.back, &other.back);
            if common.is_empty() || both.is_empty() || answers.is_empty() {
                next.push(it);
                continue;
            }
            let parts = [
                Passing { remote: it.remote.difference(&common), ..it.clone() },
                Passing {
                    remote: common.clone(),
                    forward: difference(&it.forward, &both),
                    back: it.back.clone(),
                },
                Passing { remote: common, forward: both, back: difference(&it.back, &answers) },
            ];
            let is_some =
                |it: &Passing| !(it.remote.is_empty() || it.forward.is_empty() || it.back.is_empty());
            next.extend(parts.into_iter().filter(is_some));
        }
        left = next;
    }
    joined(left.into_iter().map(|it| (it.remote, it.forward)).collect())
}

/// Port by port the addresses outside, ports with the same addresses as one entry: rules are about ports.
fn joined(parts: Vec<(AddressSet, Vec<Interval>)>) -> Vec<(AddressSet, Vec<Interval>)> {
    let mut cuts: Vec<u32> = parts
        .iter()
        .flat_map(|(_, forward)| forward.iter().flat_map(|(low, high)| [*low, high.saturating_add(1)]))
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut joined: Vec<(AddressSet, Vec<Interval>)> = Vec::new();
    for cut in cuts.windows(2) {
        let interval = (cut[0], cut[1] - 1);
        let holds = |forward: &[Interval]| forward.iter().any(|it| it.0 <= cut[0] && cut[0] <= it.1);
        let remotes = parts.iter().filter(|(_, forward)| holds(forward)).map(|(remote, _)| remote);
        let Some(remote) = remotes.cloned().reduce(|one, other| one.union(&other)) else { continue };
        match joined.iter_mut().find(|it| it.0 == remote) {
            Some(known) => known.1 = union(&known.1, &[interval]),
            None => joined.push((remote, vec![interval])),
        }
    }
    joined.sort();
    joined
}

/// Both lists together, joined where they touch.
pub(super) fn union(one: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let mut all: Vec<Interval> = one.iter().chain(other).copied().collect();
    all.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(all.len());
    for (low, high) in all {
        match joined.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            Some(_) | None => joined.push((low, high)),
        }
    }
    joined
}

pub(super) fn intersection(one: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let mut both = Vec::new();
    let (mut left, mut right) = (0, 0);
    // Ends: every round leaves one interval behind.
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        let (low, high) = (a.0.max(b.0), a.1.min(b.1));
        if low <= high {
            both.push((low, high));
        }
        if a.1 <= b.1 { left += 1 } else { right += 1 }
    }
    both
}

pub(super) fn difference(one: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let mut rest = Vec::new();
    for (low, high) in one {
        let mut start = *low;
        let mut is_open = true;
        for (from, to) in other.iter().filter(|it| it.1 >= *low && it.0 <= *high) {
            if start < *from {
                rest.push((start, from - 1));
            }
            match to.checked_add(1) {
                Some(next) => start = start.max(next),
                None => is_open = false,
            }
        }
        if is_open && start <= *high {
            rest.push((start, *high));
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(verdict: Verdict, forward: &[Interval], back: &[Interval]) -> Told {
        let remote = AddressSet::all(Family::V4);
        Told { verdict, passing: vec![Passing { remote, forward: forward.to_vec(), back: back.to_vec() }] }
    }

    #[test]
    fn what_is_lost_one_way_round_is_gained_the_other() {
        let one = told(Verdict::Reachable, &[(0, 99), (200, 299)], &[(0, 9)]);
        let other = told(Verdict::Partial, &[(50, 249)], &[(0, 4)]);
        let (there, back) = (Delta::of(&one, &other), Delta::of(&other, &one));
        assert_eq!((&there.gained, &there.lost), (&back.lost, &back.gained));
        assert_eq!(there.gained[0].1, [(100, 199)]);
        assert_eq!(there.lost[0].1, [(0, 99), (200, 299)]);
        assert_eq!(Delta::of(&one, &one), Delta::default());
    }

    #[test]
    fn without_answers_it_is_lost_and_still_arrives() {
        let one = told(Verdict::Reachable, &[(0, 99)], &[(0, 9)]);
        let other = told(Verdict::ForwardOnly, &[(0, 199)], &[(0, 9)]);
        let delta = Delta::of(&one, &other);
        assert_eq!(delta.lost[0].1, [(0, 99)]);
        assert_eq!(delta.gained_one_way[0].1, [(100, 199)]);
        assert!(delta.gained.is_empty() && delta.lost_one_way.is_empty());
    }
}
