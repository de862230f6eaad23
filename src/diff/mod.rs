//! What two networks answer differently: flows gained, lost, led another way, and the changes behind each.
//!
//! [`diff`] aligns the resources of two snapshots ([`align`]), finds what changed ([`change`]) and which ends that could
//! concern ([`dirty`]); only those are asked about again, in both networks, and what differs is compared by what it says
//! ([`interfaces`], [`outside`], [`delta`]): rows and numbers of the two networks have nothing to do with each other. Each
//! difference is traced to the changes behind it ([`cause`]), and differences with the same cause are one row.
//!
//! Who is not asked again is known to answer as before: what a network answers follows from its resources alone, and
//! [`dirty`] leaves out nothing that a changed resource could have a say in.

mod align;
mod content;
mod change;
mod dirty;
mod ends;
mod delta;
mod interfaces;
mod outside;
mod cause;
mod reroute;
mod rows;

pub use change::{Change, Part, PartKind, Version};
pub use ends::{Ends, Joints, Outside};
pub use rows::{Flow, Row, RowKind};

use std::collections::BTreeMap;

use crate::model::Model;
use crate::network::Network;
use crate::solver::Traffic;

/// A snapshot's model and network.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What it says.
    pub model: &'a Model,
    /// What that means.
    pub network: &'a Network,
}

/// Ends that are asked about, in one snapshot.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// Interfaces, as rows of the network, ascending.
    pub interfaces: Vec<u32>,
    /// Whether the internet is one of them.
    pub internet: bool,
    /// Whether networks on premises are.
    pub on_premises: bool,
}

/// Which flows are compared.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Where packets begin, in the old snapshot and in the new one; anywhere without.
    pub from: Option<[Chosen; 2]>,
    /// Where they are for.
    pub to: Option<[Chosen; 2]>,
    /// Which packets.
    pub traffic: Traffic,
}

/// What differs.
#[derive(Debug)]
pub struct Diff {
    /// Everything that changed, whether or not it makes a difference.
    pub changes: Vec<Change>,
    /// What that changes for packets; the most flows first.
    pub rows: Vec<Row>,
    /// The interfaces of both snapshots.
    pub joints: Joints,
    /// Whether ways were compared where the packets that pass stayed the same: not where there are too many.
    pub ways_compared: bool,
    /// What has another id in the new snapshot, by the old one.
    pub renames: BTreeMap<String, String>,
    /// How many pairs of interfaces that something passes between were asked about again, in both networks.
    pub asked: usize,
}

/// Compares two networks. O(n log n) to find what changed, and the pairs of ends that it concerns.
pub fn diff(old: Side<'_>, new: Side<'_>, scope: &Scope) -> Diff {
    let alignment = align::Alignment::new(old, new);
    let changes = change::changes(old, new, &alignment);
    let context = Context { sides: [old, new], alignment: &alignment, changes: &changes, scope };
    let mut joints = Joints::new(&context);
    let renames = alignment.renames.iter().map(|(new, old)| (old.clone(), new.clone())).collect();
    let dirt = dirty::find(&context, &joints);
    if dirt.is_clean() {
        return Diff { changes, rows: Vec::new(), joints, ways_compared: true, renames, asked: 0 };
    }
    joints.classify(&context, &dirt);
    let inside = interfaces::compare(&context, &joints);
    let outside = outside::compare(&context, &joints);
    let mut tracer = cause::Tracer::new(&context, &joints);
    let mut rows = rows::Rows::new(&joints);
    rows.add_inside(&inside, &mut tracer);
    rows.add_outside(&outside, &mut tracer);
    let ways_compared = reroute::find(&context, &joints, (&inside, &outside), &mut tracer, &mut rows);
    let rows = rows.finish();
    let asked = inside.asked;
    Diff { changes, rows, joints, ways_compared, renames, asked }
}

/// What every step needs.
#[derive(Clone, Copy)]
struct Context<'a> {
    sides: [Side<'a>; 2],
    alignment: &'a align::Alignment,
    changes: &'a [Change],
    scope: &'a Scope,
}

impl<'a> Context<'a> {
    fn side(&self, version: Version) -> Side<'a> {
        self.sides[version as usize]
    }

    fn network(&self, version: Version) -> &'a Network {
        self.sides[version as usize].network
    }
}
