//! Who reaches whom, as a table: groups of interfaces, and for each pair of groups what passes between them.

mod table;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

pub use table::{csv, html, markdown};
pub use text::write;

use super::groups::{By, GroupView, Groups};
use super::json::inert;
use super::traffic::{TransportView, transport_text, transport_views};
use super::view::SnapshotView;
use crate::network::Network;
use crate::packet::{Family, Interval};
use crate::snapshot::Snapshot;
use crate::solver::estate::{Labels, Sum};
use crate::solver::{Verdict, together};

/// What was asked.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// By what interfaces are put together.
    pub by: String,
    /// Which packets.
    pub traffic: String,
    /// From where, as the person says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// The table.
#[derive(Debug, Serialize)]
pub struct Matrix<'a> {
    /// The version of this form.
    pub schema: u32,
    /// What was asked.
    pub question: Asked,
    /// The groups.
    pub groups: Vec<GroupView>,
    /// Pairs of groups between which something passes, or may; the others are blocked.
    pub cells: Vec<CellView>,
    /// What was answered from.
    pub snapshot: SnapshotView<'a>,
    /// Pairs of groups that were asked about and are blocked, with those of one group with itself.
    pub blocked: u64,
}

/// What passes from one group to another.
#[derive(Debug, Clone, Serialize)]
pub struct CellView {
    /// The sending group.
    pub from: String,
    /// The receiving group.
    pub to: String,
    /// Over all pairs of their interfaces together.
    pub verdict: &'static str,
    /// How many pairs of interfaces, each family by itself, have which verdict.
    pub pairs: PairCounts,
    /// What passes there and back between some pair or other.
    pub packets: Vec<TransportView>,
    /// What gets there between some pair or other, and no answer back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_way: Vec<TransportView>,
    /// What is not known, and what is taken for granted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    #[serde(skip)]
    pub(super) words: String,
    #[serde(skip)]
    pub(super) judged: Verdict,
    #[serde(skip)]
    pub(super) ends: (usize, usize),
}

/// How many pairs have which verdict.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct PairCounts {
    /// Everything that was asked about, and its answers.
    pub reachable: u64,
    /// Some of it.
    pub partial: u64,
    /// No answer gets back.
    #[serde(rename = "forward-only")]
    pub forward_only: u64,
    /// Nothing.
    pub blocked: u64,
    /// Nobody can tell.
    pub unknown: u64,
}

impl PairCounts {
    fn new(sum: &Sum, all: u64) -> PairCounts {
        let open: u64 = sum.pairs.iter().sum();
        PairCounts {
            reachable: sum.pairs_of(Verdict::Reachable),
            partial: sum.pairs_of(Verdict::Partial),
            forward_only: sum.pairs_of(Verdict::ForwardOnly),
            blocked: all.saturating_sub(open),
            unknown: sum.pairs_of(Verdict::Unknown),
        }
    }

    fn judged(self) -> Verdict {
        let counts = [
            (self.reachable, Verdict::Reachable),
            (self.partial, Verdict::Partial),
            (self.forward_only, Verdict::ForwardOnly),
            (self.blocked, Verdict::Blocked),
            (self.unknown, Verdict::Unknown),
        ];
        together(counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, verdict)| verdict))
    }
}

/// What a table is made of.
#[derive(Debug)]
pub struct Parts {
    /// The groups.
    pub groups: Groups,
    /// What passes between their labels.
    pub sums: BTreeMap<(u32, u32), Sum>,
    /// Which interfaces packets may begin at, and which they may be for; all without.
    pub chosen: [Option<Vec<u32>>; 2],
    /// Verdicts that are shown; all without.
    pub only: Option<Vec<Verdict>>,
    /// The families that were asked about.
    pub families: Vec<Family>,
}

impl<'a> Matrix<'a> {
    /// The table of what was found out.
    pub fn new(question: Asked, parts: Parts, network: &Network, snapshot: &'a Snapshot) -> Matrix<'a> {
        let Parts { groups, sums, chosen, only, families } = parts;
        let sizes = [0, 1].map(|way| sizes(network, &groups.labels, chosen[way].as_deref(), &families));
        let both = selves(network, &groups.labels, &chosen, &families);
        let mut cells: Vec<CellView> = Vec::new();
        let all_pairs = |key: (u32, u32)| {
            let size = |way: usize, label: u32| sizes[way].get(&label).copied().unwrap_or_default();
            let (left, right) = (size(0, key.0), size(1, key.1));
            let pairs: u64 = left.iter().zip(right).map(|(one, other)| one * other).sum();
            pairs.saturating_sub(both.get(&key).copied().unwrap_or_default())
        };
        let asked = sizes[0].keys().flat_map(|one| sizes[1].keys().map(move |other| (*one, *other)));
        let asked = asked.filter(|key| all_pairs(*key) > 0).count() as u64;
        let open = sums.len() as u64;
        for (key, sum) in &sums {
            let cell = cell(*key, sum, all_pairs(*key), &groups.views, network);
            if only.as_ref().is_none_or(|only| only.contains(&cell.judged)) {
                cells.push(cell);
            }
        }
        Matrix {
            schema: super::SCHEMA,
            question,
            groups: groups.views,
            cells,
            snapshot: SnapshotView::of(snapshot),
            blocked: asked.saturating_sub(open),
        }
    }

    /// As one JSON object.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = inert(serde_json::to_string_pretty(self)?);
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")
    }
}

fn cell(key: (u32, u32), sum: &Sum, all: u64, groups: &[GroupView], network: &Network) -> CellView {
    let pairs = PairCounts::new(sum, all);
    let judged = pairs.judged();
    let name = |label: u32| groups[label as usize].name.clone();
    let assumptions =
        sum.assumptions.iter().map(|it| super::case::assumption_text(&network.assumptions[it.index()]));
    CellView {
        from: name(key.0),
        to: name(key.1),
        verdict: judged.as_text(),
        pairs,
        packets: transport_views(&sum.passes),
        one_way: transport_views(&sum.one_way),
        assumptions: assumptions.collect(),
        words: words(&sum.passes, &sum.one_way),
        judged,
        ends: (key.0 as usize, key.1 as usize),
    }
}

/// What passes, in a few words.
fn words(passes: &[Interval], one_way: &[Interval]) -> String {
    match (passes.is_empty(), one_way.is_empty()) {
        (false, true) => transport_text(passes),
        (true, false) => format!("{}, unanswered", transport_text(one_way)),
        (true, true) => "nothing for certain".to_owned(),
        (false, false) => format!("{}; unanswered {}", transport_text(passes), transport_text(one_way)),
    }
}

/// How many of each label speak each family.
fn sizes(
    network: &Network,
    labels: &Labels,
    chosen: Option<&[u32]>,
    families: &[Family],
) -> BTreeMap<u32, [u64; 2]> {
    let mut sizes: BTreeMap<u32, [u64; 2]> = BTreeMap::new();
    each(network, chosen, |row| {
        for label in labels.of(crate::network::InterfaceIndex(row)) {
            let size = sizes.entry(*label).or_default();
            for (own, size) in Family::BOTH.into_iter().zip(size) {
                *size += speaks(network, row, own, families);
            }
        }
    });
    sizes
}

/// Pairs of an interface and itself, by labels.
fn selves(
    network: &Network,
    labels: &Labels,
    chosen: &[Option<Vec<u32>>; 2],
    families: &[Family],
) -> BTreeMap<(u32, u32), u64> {
    let mut pairs = BTreeMap::new();
    let receives: Option<std::collections::BTreeSet<u32>> =
        chosen[1].as_ref().map(|it| it.iter().copied().collect());
    each(network, chosen[0].as_deref(), |row| {
        if receives.as_ref().is_some_and(|it| !it.contains(&row)) {
            return;
        }
        let own = labels.of(crate::network::InterfaceIndex(row));
        let families: u64 = Family::BOTH.into_iter().map(|it| speaks(network, row, it, families)).sum();
        for (one, other) in own.iter().flat_map(|one| own.iter().map(move |other| (*one, *other))) {
            *pairs.entry((one, other)).or_default() += families;
        }
    });
    pairs
}

fn each(network: &Network, chosen: Option<&[u32]>, mut visit: impl FnMut(u32)) {
    match chosen {
        Some(rows) => rows.iter().for_each(|row| visit(*row)),
        None => (0..network.interfaces.len() as u32).for_each(visit),
    }
}

fn speaks(network: &Network, row: u32, family: Family, asked: &[Family]) -> u64 {
    u64::from(asked.contains(&family) && network.interfaces[row as usize].primary(family).is_some())
}

/// What a person may put interfaces together by.
pub fn by(text: &str) -> Option<By> {
    match text {
        "alike" => Some(By::Alike),
        "vpc" => Some(By::Vpc),
        "subnet" => Some(By::Subnet),
        "sg" | "security-group" => Some(By::SecurityGroup),
        "account" => Some(By::Account),
        _ => text.strip_prefix("tag:").filter(|key| !key.is_empty()).map(|key| By::Tag(key.to_owned())),
    }
}
