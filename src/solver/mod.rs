//! The solver: which packets get from one end to another, which replies get back, and why the others do not.
//!
//! Forwarding in AWS is a function of where a packet stands and where it is for, so a question is a walk, not a search:
//! [`walk`] interprets the steps of locations on a [`flow::Flow`], a box of packets (sources × destinations × transport
//! set) that splits where a map splits it. [`pair`] walks there and back for one pair of ends and judges; [`start`] says
//! how packets begin, [`reply`] which packets answer which; [`explain`] walks again, past everything that blocks, and
//! collects what to tell. Where AWS chooses among equals, every choice is walked; where the snapshot is silent, the walk
//! is done twice, once as if what is missing let nothing pass and once as if it let everything pass (`engine` 5.7).
//!
//! Nothing here can fail, allocates per packet, or knows an AWS resource: locations, steps and components are the
//! network's words.

mod question;
mod answer;
mod flow;
mod filters;
mod walk;
mod pair;
mod start;
mod reply;
mod explain;
mod rules;
mod packet_size;
mod witness;
pub mod cidr;
pub mod estate;

pub use answer::{
    Answer, Blocker, Decision, Direction, Event, NearMiss, PairAnswer, Part, PathAnswer, RuleUse, Verdict,
};
pub use explain::{Detail, explain};
pub use packet_size::StepDown;
pub use pair::{Outcome, Solver, together};
pub use question::{Destination, NameSource, Narrowing, Pair, PublicCause, Query, Remark, Source, Traffic};
pub use rules::{matching_rules, rules_of_filter};

use crate::network::Network;

/// Answers a query, with explanations.
pub fn solve(network: &Network, query: &Query) -> Answer {
    let mut solver = Solver::new(network);
    answer::answer(&mut solver, query)
}

/// Answers a query without explanations: verdict and packets only.
pub fn decide(solver: &mut Solver<'_>, query: &Query) -> Answer {
    answer::decide(solver, query)
}

/// Answers a query with the blockers of what is not reachable, without ways and without the rules that decided.
pub fn solve_blockers(solver: &mut Solver<'_>, query: &Query) -> Answer {
    answer::blockers(solver, query)
}

/// Answers a query with explanations, with a solver that is used again.
pub fn solve_with(solver: &mut Solver<'_>, query: &Query) -> Answer {
    answer::answer(solver, query)
}
