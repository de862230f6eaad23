//! What passes between two interfaces, without saying which: the value of a row.

use crate::network::AssumptionIndex;
use crate::packet::{Interval, TransportSet, Workspace};
use crate::solver::answer::Verdict;
use crate::solver::pair::{Outcome, Passing};

/// Packets that pass, and which of their answers get back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Passed {
    /// Protocols and destination ports, or ICMP types and codes.
    pub forward: Vec<Interval>,
    /// The answers that get back: the client's ports for TCP and UDP; none for `forward-only`.
    pub back: Vec<Interval>,
}

/// The answer for a pair of interfaces and a family, whichever the interfaces are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The verdict; never [`Verdict::Blocked`], which is what the absence of a row says.
    pub verdict: Verdict,
    /// What passes, exactly: both ways, or one way for `forward-only`; for `unknown`, what certainly does. One entry for
    /// each set of answers, sorted.
    pub passed: Vec<Passed>,
    /// What the answer leans on, or lacks.
    pub assumptions: Vec<AssumptionIndex>,
}

impl Cell {
    /// What arrives, whatever of its answers gets back.
    pub fn forward(&self) -> Vec<Interval> {
        let mut all = Vec::new();
        self.passed.iter().for_each(|it| join(&mut all, &it.forward));
        all
    }

    /// The cell of an answer; none where nothing gets anywhere.
    pub(super) fn of(outcome: &Outcome, workspace: &mut Workspace<'_>) -> Option<Cell> {
        if outcome.verdict == Verdict::Blocked {
            return None;
        }
        let passing =
            if outcome.verdict == Verdict::ForwardOnly { &outcome.arriving } else { &outcome.passing };
        let mut assumptions: Vec<AssumptionIndex> = outcome.assumed.to_vec();
        if outcome.verdict == Verdict::Unknown {
            assumptions.extend(&outcome.gaps);
        }
        assumptions.sort_unstable();
        assumptions.dedup();
        let is_answered = outcome.verdict != Verdict::ForwardOnly;
        let parts = passing.iter().map(|Passing { forward, back, .. }| {
            (*forward, if is_answered { *back } else { TransportSet::EMPTY })
        });
        let passed = passed(parts, workspace);
        Some(Cell { verdict: outcome.verdict, passed, assumptions })
    }
}

/// Adds intervals to some that are sorted and neither overlap nor touch.
pub(super) fn join(known: &mut Vec<Interval>, new: &[Interval]) {
    let is_inside = |(low, high): &Interval| {
        let after = known.partition_point(|it| it.0 <= *low);
        after > 0 && *high <= known[after - 1].1
    };
    if new.iter().all(is_inside) {
        return;
    }
    let mut all = std::mem::take(known);
    all.extend_from_slice(new);
    all.sort_unstable();
    for (low, high) in all {
        match known.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            Some(_) | None => known.push((low, high)),
        }
    }
}

/// One entry for each set of answers.
pub(super) fn passed(
    parts: impl Iterator<Item = (TransportSet, TransportSet)>,
    workspace: &mut Workspace<'_>,
) -> Vec<Passed> {
    let mut joined: Vec<(TransportSet, TransportSet)> = Vec::new();
    for (forward, back) in parts {
        match joined.iter_mut().find(|(_, known)| *known == back) {
            Some((known, _)) => *known = workspace.union(*known, forward),
            None => joined.push((forward, back)),
        }
    }
    let intervals = |set: TransportSet| workspace.intervals(set).to_vec();
    let mut passed: Vec<Passed> = joined
        .into_iter()
        .map(|(forward, back)| Passed { forward: intervals(forward), back: intervals(back) })
        .collect();
    passed.sort_unstable();
    passed
}
