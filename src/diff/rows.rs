//! Differences, put together by what is behind them: one changed rule is one row.

use std::collections::BTreeMap;

use super::cause::{Asked, Tip, Tracer};
use super::change::Version;
use super::delta::{Delta, union};
use super::ends::{Ends, Joints, Outside};
use super::interfaces::Inside;
use super::outside::{ALL, OutsidePair, Place};
use crate::packet::{AddressSet, Family, Interval};

/// What kind of difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKind {
    /// Packets pass that did not.
    Gained,
    /// Packets do not pass that did.
    Lost,
    /// The same packets pass, another way.
    Rerouted,
    /// It is open what differs: one of the snapshots does not say enough.
    Unclear,
}

impl RowKind {
    /// Every kind, in the order of reports.
    pub const ALL: [RowKind; 4] = [RowKind::Gained, RowKind::Lost, RowKind::Rerouted, RowKind::Unclear];

    /// The word that users read.
    pub fn as_text(self) -> &'static str {
        match self {
            RowKind::Gained => "gained",
            RowKind::Lost => "lost",
            RowKind::Rerouted => "rerouted",
            RowKind::Unclear => "unclear",
        }
    }
}

/// Differences with the same changes behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What kind.
    pub kind: RowKind,
    /// The changes behind it, as indices into [`super::Diff::changes`]; none where nothing could be made out.
    pub causes: Vec<u32>,
    /// Which flows.
    pub flows: Vec<Flow>,
    /// How many pairs of ends they are of.
    pub pairs: u64,
}

/// Flows that differ alike: each of the sources to each of the destinations, but for an interface and itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// Where packets begin.
    pub sources: Ends,
    /// Where they are for.
    pub destinations: Ends,
    /// Their family.
    pub family: Family,
    /// Which packets: protocols and destination ports.
    pub transport: Vec<Interval>,
    /// Whether they arrive and no answer gets back.
    pub is_one_way: bool,
    /// How many pairs of ends that is.
    pub pairs: u64,
}

/// What flows of one row have in common.
type Alike = (Family, Vec<Interval>, bool);

/// Rows in the making.
pub(super) struct Rows<'j> {
    joints: &'j Joints,
    /// Between interfaces: sources by destination.
    inside: BTreeMap<(RowKind, Vec<u32>), BTreeMap<Alike, BTreeMap<u32, Vec<u32>>>>,
    /// With what lies outside: classes by what they are and where.
    outside: BTreeMap<(RowKind, Vec<u32>), BTreeMap<(Alike, Remote), Vec<u32>>>,
}

/// The end outside, whether packets begin there, and which addresses where it is not all.
type Remote = (Outside, bool, Option<Vec<ipnet::IpNet>>);

/// A difference of one kind: whether one way only, the better side, and the packets.
type Part = (RowKind, bool, Version, AddressSet, Vec<Interval>);

impl<'j> Rows<'j> {
    pub fn new(joints: &'j Joints) -> Rows<'j> {
        Rows { joints, inside: BTreeMap::new(), outside: BTreeMap::new() }
    }

    /// Takes in what differs between interfaces.
    pub fn add_inside(&mut self, inside: &Inside, tracer: &mut Tracer<'_>) {
        let mut deltas: BTreeMap<(u32, u32), Vec<Part>> = BTreeMap::new();
        for block in &inside.changed {
            let answers = &inside.answers.list;
            let parts = deltas.entry((block.old, block.new)).or_insert_with(|| {
                parts(&Delta::of(&answers[block.old as usize], &answers[block.new as usize]))
            });
            for (kind, is_one_way, better, _, transport) in parts.iter() {
                for destination in &block.destinations {
                    for source in &block.sources {
                        if source == destination && self.joints.members(*source).len() < 2 {
                            continue;
                        }
                        let asked = Asked {
                            family: block.family,
                            source: Tip::Class(*source),
                            destination: Tip::Class(*destination),
                            better: *better,
                            transport,
                        };
                        for (transport, causes) in causes(*kind, tracer, &asked) {
                            let alike = (block.family, transport, *is_one_way);
                            self.add_pair(*kind, causes, alike, *source, *destination);
                        }
                    }
                }
            }
        }
    }

    pub fn add_pair(&mut self, kind: RowKind, causes: Vec<u32>, alike: Alike, source: u32, destination: u32) {
        let row = self.inside.entry((kind, causes)).or_default();
        row.entry(alike).or_default().entry(destination).or_default().push(source);
    }

    /// Takes in what differs with what lies outside.
    pub fn add_outside(&mut self, pairs: &[OutsidePair], tracer: &mut Tracer<'_>) {
        for pair in pairs {
            for (kind, is_one_way, better, remote, transport) in parts(&Delta::of(&pair.old, &pair.new)) {
                let is_all = remote == pair.place.addresses || kind == RowKind::Unclear;
                let place: &Place = &pair.place;
                let (own, far) = (Tip::Class(pair.class), Tip::Outside(place, &remote));
                let (source, destination) = if pair.is_inward { (far, own) } else { (own, far) };
                let asked =
                    Asked { family: place.family, source, destination, better, transport: &transport };
                let blocks = (!is_all).then(|| remote.blocks());
                for (transport, causes) in causes(kind, tracer, &asked) {
                    let alike = (place.family, transport, is_one_way);
                    self.add_outside_pair((kind, causes), alike, pair, blocks.clone());
                }
            }
        }
    }

    pub fn add_outside_pair(
        &mut self,
        row: (RowKind, Vec<u32>),
        alike: Alike,
        pair: &OutsidePair,
        blocks: Option<Vec<ipnet::IpNet>>,
    ) {
        let remote = (pair.place.outside.clone(), pair.is_inward, blocks);
        self.outside.entry(row).or_default().entry((alike, remote)).or_default().push(pair.class);
    }

    /// The rows, the most flows first.
    pub fn finish(mut self) -> Vec<Row> {
        let mut rows: BTreeMap<(RowKind, Vec<u32>), Vec<Flow>> = BTreeMap::new();
        for (key, alike) in std::mem::take(&mut self.inside) {
            let flows = rows.entry(key).or_default();
            for ((family, transport, is_one_way), by_destination) in alike {
                // Destinations with the same sources go together.
                let mut by_sources: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
                for (destination, mut sources) in by_destination {
                    sources.sort_unstable();
                    sources.dedup();
                    by_sources.entry(sources).or_default().push(destination);
                }
                for (sources, destinations) in by_sources {
                    let pairs = self.pairs(&sources, &destinations);
                    let (sources, destinations) = (Ends::Interfaces(sources), Ends::Interfaces(destinations));
                    let transport = transport.clone();
                    flows.push(Flow { sources, destinations, family, transport, is_one_way, pairs });
                }
            }
        }
        for (key, alike) in std::mem::take(&mut self.outside) {
            let flows = rows.entry(key).or_default();
            for (((family, transport, is_one_way), (outside, is_inward, blocks)), mut classes) in alike {
                classes.sort_unstable();
                classes.dedup();
                let pairs = classes.iter().map(|it| self.joints.members(*it).len() as u64).sum();
                let (far, own) = (Ends::Outside(outside, blocks), Ends::Interfaces(classes));
                let (sources, destinations) = if is_inward { (far, own) } else { (own, far) };
                flows.push(Flow { sources, destinations, family, transport, is_one_way, pairs });
            }
        }
        let mut rows: Vec<Row> = rows
            .into_iter()
            .map(|((kind, causes), mut flows)| {
                flows.sort_by(|one, other| other.pairs.cmp(&one.pairs).then_with(|| one.cmp(other)));
                let pairs = flows.iter().map(|flow| flow.pairs).sum();
                Row { kind, causes, flows, pairs }
            })
            .collect();
        rows.sort_by(|one, other| {
            let key = |row: &Row| (row.kind, std::cmp::Reverse(row.pairs));
            key(one).cmp(&key(other)).then_with(|| one.causes.cmp(&other.causes))
        });
        rows
    }

    /// How many pairs of interfaces some classes make.
    fn pairs(&self, sources: &[u32], destinations: &[u32]) -> u64 {
        let count = |classes: &[u32]| -> u64 {
            classes.iter().map(|class| self.joints.members(*class).len() as u64).sum()
        };
        let both = sources.iter().filter(|it| destinations.binary_search(it).is_ok());
        let own: u64 = both.map(|class| self.joints.members(*class).len() as u64).sum();
        count(sources) * count(destinations) - own
    }
}

/// What is behind a difference. Of what is open neither side is the better one.
fn causes(kind: RowKind, tracer: &mut Tracer<'_>, asked: &Asked<'_>) -> Vec<(Vec<Interval>, Vec<u32>)> {
    match kind {
        RowKind::Gained | RowKind::Lost => tracer.causes(asked),
        RowKind::Rerouted | RowKind::Unclear => {
            vec![(asked.transport.to_vec(), tracer.causes_of_either(asked))]
        }
    }
}

/// A difference by kinds.
fn parts(delta: &Delta) -> Vec<Part> {
    let mut parts = Vec::new();
    let lists = [
        (RowKind::Gained, false, Version::New, &delta.gained),
        (RowKind::Gained, true, Version::New, &delta.gained_one_way),
        (RowKind::Lost, false, Version::Old, &delta.lost),
        (RowKind::Lost, true, Version::Old, &delta.lost_one_way),
    ];
    for (kind, is_one_way, better, list) in lists {
        for (remote, transport) in list {
            parts.push((kind, is_one_way, better, remote.clone(), union(transport, &[])));
        }
    }
    if delta.is_unclear {
        let all = AddressSet::all(Family::V4);
        parts.push((RowKind::Unclear, false, Version::New, all, ALL.to_vec()));
    }
    parts
}
