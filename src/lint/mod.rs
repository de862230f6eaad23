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
mod world;
mod world_open;
mod covered;
mod endpoints;
mod peerings;
mod segments;
mod run;
mod waivers;
mod manual;
mod sg_world_open;
mod sg_admin_world;
mod nacl_return_blocked;
mod acl_rule_shadowed;
mod nat_missing_in_az;
mod nat_cross_az;
mod isolated_leak;
mod tier_mismatch;
mod default_vpc_used;
mod cidr_overlap;
mod cidr_headroom;
mod az_spread;
mod gw_endpoint_missing;
mod gw_endpoint_rt_gap;
mod if_endpoint_az_gap;
mod if_endpoint_sg;
mod private_dns_off;
mod endpoint_set_incomplete;
mod peering_one_sided;
mod peering_transitive;
mod tgw_unassociated;
mod tgw_az_gap;
mod tgw_segment_leak;
mod tgw_asymmetry;
mod segmentation_bypass;
mod waiver_expired;
mod waiver_useless;

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
    &sg_world_open::LINT,
    &sg_admin_world::LINT,
    &nacl_return_blocked::LINT,
    &acl_rule_shadowed::LINT,
    &nat_missing_in_az::LINT,
    &nat_cross_az::LINT,
    &isolated_leak::LINT,
    &tier_mismatch::LINT,
    &default_vpc_used::LINT,
    &cidr_overlap::LINT,
    &cidr_headroom::LINT,
    &az_spread::LINT,
    &gw_endpoint_missing::LINT,
    &gw_endpoint_rt_gap::LINT,
    &if_endpoint_az_gap::LINT,
    &if_endpoint_sg::LINT,
    &private_dns_off::LINT,
    &endpoint_set_incomplete::LINT,
    &peering_one_sided::LINT,
    &peering_transitive::LINT,
    &tgw_unassociated::LINT,
    &tgw_az_gap::LINT,
    &tgw_segment_leak::LINT,
    &tgw_asymmetry::LINT,
    &segmentation_bypass::LINT,
    &waiver_expired::LINT,
    &waiver_useless::LINT,
];
