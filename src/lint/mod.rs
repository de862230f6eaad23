//! Lints: what is wrong with a network although nobody asked.
//!
//! A lint is a file here: its doc comment is the manual page (`docs/lints/` is printed from it), the examples in it are
//! run by a test, its [`Lint`] says what it is, and its `check` finds. A finding is a fact about packets wherever packets
//! are what it is about: it carries a question for the solver whose answer shows it. Lints work by route table, group,
//! ACL and class of interface, never by pairs of interfaces.
//!
//! What a lint needs and the snapshot lacks is said: a lint without its data is skipped, never clean. The words of a
//! finding are made of fixed text and of things that the report names; they stand beside the check that knows what they
//! mean.

mod definition;
mod sentence;
mod finding;
mod settings;
mod context;
mod trace;
mod tiers;
mod nat_use;
mod overlaps;
mod run;
mod waivers;
mod waiver_expired;
mod waiver_useless;
mod manual;
mod cidr_overlap;
mod nat_missing_in_az;
mod nat_cross_az;
mod isolated_leak;

pub use context::Context;
pub use definition::{Confidence, Control, Framework, Group, Lint, Pillar, Severity};
pub use finding::{Claim, Finding, Findings, Subject, Witness};
pub use manual::{Page, lint_named, page};
pub use run::{Baseline, Known, Missing, Outcome, Ran, Selection, State, run};
pub use sentence::{Part, Sentence};
pub use settings::{Pattern, Segment, Settings, Waiver};
pub use tiers::Tier;

/// Every lint, by id.
pub const LINTS: &[&Lint] = &[
    &nat_missing_in_az::LINT,
    &nat_cross_az::LINT,
    &isolated_leak::LINT,
    &cidr_overlap::LINT,
    &waiver_expired::LINT,
    &waiver_useless::LINT,
];
