//! What a verdict is expected to be.

use clap::ValueEnum;
use serde::Deserialize;

use super::Outcome;
use crate::solver::Verdict;

/// A verdict, or a family of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(try_from = "std::borrow::Cow<'_, str>")]
pub(super) enum Expectation {
    /// Every asked packet gets there, and the reply to each gets back
    Reachable,
    /// None gets there
    Blocked,
    /// Packets get there, no reply gets back
    ForwardOnly,
    /// Some packets, addresses, ports, zones or equal choices work
    Partial,
    /// A needed fact is not in the snapshot
    Unknown,
    /// No reply gets back: `blocked` or `forward-only`
    NotReachable,
}

impl TryFrom<std::borrow::Cow<'_, str>> for Expectation {
    type Error = String;

    /// A line of a batch says it as the option does, in letters of either case.
    fn try_from(text: std::borrow::Cow<'_, str>) -> Result<Expectation, String> {
        let words = || {
            let all = Expectation::value_variants().iter().map(|it| format!("`{}`", it.as_text()));
            all.collect::<Vec<_>>().join(", ")
        };
        Expectation::from_str(&text, true)
            .map_err(|_| format!("`{text}` is no verdict: they are {}", words()))
    }
}

impl Expectation {
    /// What a verdict makes of it.
    pub(super) fn judge(self, verdict: Verdict) -> Outcome {
        let holds = match self {
            Expectation::Reachable => verdict == Verdict::Reachable,
            Expectation::Blocked => verdict == Verdict::Blocked,
            Expectation::ForwardOnly => verdict == Verdict::ForwardOnly,
            Expectation::Partial => verdict == Verdict::Partial,
            Expectation::Unknown => verdict == Verdict::Unknown,
            Expectation::NotReachable => matches!(verdict, Verdict::Blocked | Verdict::ForwardOnly),
        };
        match (holds, verdict) {
            (true, _) => Outcome::Answered,
            (false, Verdict::Unknown) => Outcome::Unknown,
            (false, Verdict::Reachable | Verdict::Partial | Verdict::ForwardOnly | Verdict::Blocked) => {
                Outcome::Violated
            }
        }
    }

    /// The word for it.
    pub(super) fn as_text(self) -> &'static str {
        match self {
            Expectation::Reachable => "reachable",
            Expectation::Blocked => "blocked",
            Expectation::ForwardOnly => "forward-only",
            Expectation::Partial => "partial",
            Expectation::Unknown => "unknown",
            Expectation::NotReachable => "not-reachable",
        }
    }
}
