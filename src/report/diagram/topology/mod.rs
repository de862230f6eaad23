//! The view `topology`: account ▸ Region ▸ VPC ▸ zones × tiers ▸ subnet ▸ who is in it, and what joins them.
//!
//! Nothing is decided here: tiers are what the compiled routes say, states are the snapshot's own words. What is too much
//! for one picture is rolled up: first groups of hosts, then subnets, then VPCs that are alike, then Regions.

mod tier;
mod depth;
mod estate;
mod joints;
mod subnets;
mod hosts;
mod flows;
mod crossings;
mod vpcs;
mod frame;

pub use depth::Depth;

use std::collections::BTreeMap;

use super::picture::{Picture, Tier};
use crate::network::Network;
use crate::snapshot::Snapshot;
use estate::Estate;
use tier::WaysOut;

/// What is shown, and how much of it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How deep boxes are opened; by itself as deep as the picture stays readable.
    pub depth: Option<Depth>,
    /// Only these VPCs, as rows of the model; all when there are none.
    pub vpcs: Vec<usize>,
    /// Only what has this tag, with this value where one is given.
    pub tag: Option<(String, Option<String>)>,
    /// Hosts and VPCs with the same value of this tag are one.
    pub collapse: Option<String>,
    /// Only what something is wrong with.
    pub only_violations: bool,
    /// Drawn to be laid over another one: without who talks to whom, each Region a box.
    pub is_compared: bool,
}

/// Subnets by id, with what their packets for the internet do.
pub(super) type Tiers<'n> = BTreeMap<&'n str, Tier>;

/// The tier of each subnet.
pub(super) fn tiers(network: &Network) -> Tiers<'_> {
    let mut ways = WaysOut::new(network);
    network.subnets.iter().map(|it| (it.id.as_str(), ways.of(it).tier)).collect()
}

/// The deepest that stays readable.
pub(super) fn readable(snapshot: &Snapshot, network: &Network, options: &Options) -> Depth {
    depth::readable(&Estate::gather(snapshot, network, options))
}

/// The topology of a snapshot.
pub fn topology(snapshot: &Snapshot, network: &Network, options: &Options) -> Picture {
    let estate = Estate::gather(snapshot, network, options);
    let depth = options.depth.unwrap_or_else(|| depth::readable(&estate));
    frame::picture(&estate, depth, options)
}
