//! How far something gets, for people and programs: by hops, by groups, to the crown jewels, and through which chokepoints.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::groups::{Groups, interface_id, interface_name};
use super::json::inert;
use super::text::Style;
use super::text::page::{Page, Tone, clean};
use super::view::SnapshotView;
use crate::network::InterfaceIndex;
use crate::snapshot::Snapshot;
use crate::solver::estate::Spread;

/// How many lines of a kind are shown unless everything is wanted.
const MOST_LINES: usize = 12;

/// What was asked, and what came out.
#[derive(Debug, Serialize)]
pub struct SpreadView<'a> {
    /// The version of this form.
    pub schema: u32,
    /// What was asked.
    pub question: SpreadQuestion,
    /// How many interfaces are reached, without those where it began.
    pub reached: usize,
    /// What is reached, hop by hop.
    pub hops: Vec<HopView>,
    /// What all ways to something lead through; the most first.
    pub chokepoints: Vec<ChokepointView>,
    /// What was asked about in particular.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub crown_jewels: Vec<JewelView>,
    /// How many more might be reached, and nobody can tell.
    pub unknown: usize,
    /// What was answered from.
    pub snapshot: SnapshotView<'a>,
}

/// What was asked.
#[derive(Debug, Clone, Serialize)]
pub struct SpreadQuestion {
    /// From where.
    pub from: String,
    /// How many hops at most.
    pub hops: u32,
    /// Which packets may begin each.
    pub traffic: String,
    /// What matters most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub crown: Vec<String>,
}

/// What is reached in a number of hops and in no fewer.
#[derive(Debug, Clone, Serialize)]
pub struct HopView {
    /// The number.
    pub hop: u32,
    /// How many interfaces.
    pub interfaces: usize,
    /// How many of each group.
    pub groups: Vec<(String, usize)>,
    /// Their ids.
    pub members: Vec<String>,
}

/// An interface that others are reached through and by no way without.
#[derive(Debug, Clone, Serialize)]
pub struct ChokepointView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Option<String>,
    /// How many are reached through it only.
    pub interfaces: u64,
}

/// Something that matters.
#[derive(Debug, Clone, Serialize)]
pub struct JewelView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Option<String>,
    /// In how many hops it is reached; absent where it is not.
    pub hops: Option<u32>,
    /// What every way there leads through.
    pub through: Vec<String>,
}

impl<'a> SpreadView<'a> {
    /// The view of what was found.
    pub fn new(
        question: SpreadQuestion,
        spread: &Spread,
        groups: &Groups,
        jewels: &[InterfaceIndex],
        snapshot: &'a Snapshot,
    ) -> SpreadView<'a> {
        let mut hops: BTreeMap<u32, Vec<InterfaceIndex>> = BTreeMap::new();
        for (interface, reached) in &spread.reached {
            hops.entry(reached.hops).or_default().push(*interface);
        }
        let hops = hops.into_iter().map(|(hop, members)| {
            let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
            for label in members.iter().flat_map(|it| groups.labels.of(*it)) {
                *counts.entry(*label).or_default() += 1;
            }
            let mut counts: Vec<(String, usize)> = counts
                .into_iter()
                .map(|(label, count)| (groups.views[label as usize].name.clone(), count))
                .collect();
            counts.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
            let ids = members.iter().map(|it| interface_id(snapshot, *it)).collect();
            HopView { hop, interfaces: members.len(), groups: counts, members: ids }
        });
        let chokepoints = spread.chokepoints.iter().map(|(interface, count)| ChokepointView {
            id: interface_id(snapshot, *interface),
            name: interface_name(snapshot, *interface),
            interfaces: *count,
        });
        let jewels = jewels.iter().map(|interface| {
            let reached = spread.reached.get(interface);
            let through = reached.map_or(&[][..], |it| it.through.as_slice());
            JewelView {
                id: interface_id(snapshot, *interface),
                name: interface_name(snapshot, *interface),
                hops: reached.map(|it| it.hops),
                through: through.iter().map(|it| interface_id(snapshot, *it)).collect(),
            }
        });
        let mut crown_jewels: Vec<JewelView> = jewels.collect();
        crown_jewels.sort_by_key(|it| (it.hops.is_none(), it.hops, it.id.clone()));
        SpreadView {
            schema: super::SCHEMA,
            question,
            reached: spread.reached.len(),
            hops: hops.collect(),
            chokepoints: chokepoints.collect(),
            crown_jewels,
            unknown: spread.unknown.len(),
            snapshot: SnapshotView::of(snapshot),
        }
    }

    /// As one JSON object.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = inert(serde_json::to_string_pretty(self)?);
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")
    }
}

fn called(id: &str, name: Option<&String>) -> String {
    name.map_or_else(|| id.to_owned(), |name| format!("{} ({id})", clean(name)))
}

/// Writes what was found for people.
pub fn write(view: &SpreadView<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    let most = if style.verbose { usize::MAX } else { MOST_LINES };
    let SpreadQuestion { from, hops, traffic, .. } = &view.question;
    let text = format!(
        "{} reaches {} interfaces in {hops} {} by {}",
        clean(from),
        view.reached,
        if *hops == 1 { "hop" } else { "hops" },
        if traffic == "all" { "any traffic" } else { traffic }
    );
    page.line(0, &[(Tone::Strong, &text)]);
    for hop in &view.hops {
        page.title(&format!("Hop {}", hop.hop), &format!(": {} more", hop.interfaces));
        for (name, count) in hop.groups.iter().take(most) {
            page.row(2, &[((Tone::Strong, &count.to_string()), 6)], &[(Tone::Plain, &clean(name))]);
        }
        rest(hop.groups.len(), most, &mut page);
    }
    if !view.chokepoints.is_empty() {
        page.title("Chokepoints", ": close one, and what it alone leads to is out of reach");
        for it in view.chokepoints.iter().take(most) {
            let name = called(&it.id, it.name.as_ref());
            page.row(2, &[((Tone::Strong, &it.interfaces.to_string()), 6)], &[(Tone::Plain, &name)]);
        }
        rest(view.chokepoints.len(), most, &mut page);
    }
    if !view.crown_jewels.is_empty() {
        page.title("Crown jewels", "");
        for it in view.crown_jewels.iter().take(most) {
            let name = called(&it.id, it.name.as_ref());
            let (tone, words) = match it.hops {
                Some(hops) => (Tone::Bad, format!("reached in {hops}")),
                None => (Tone::Good, "not reached".to_owned()),
            };
            let through = match it.through.as_slice() {
                [] => String::new(),
                several => format!("always through {}", several.join(", ")),
            };
            page.line(2, &[(Tone::Strong, &name), (tone, &words), (Tone::Plain, &through)]);
        }
        rest(view.crown_jewels.len(), most, &mut page);
    }
    if view.unknown > 0 {
        page.gap();
        page.line(
            0,
            &[(Tone::Unsure, &format!("Of {} more nobody can tell from this snapshot.", view.unknown))],
        );
    }
    out.write_all(page.text().as_bytes())
}

fn rest(count: usize, most: usize, page: &mut Page) {
    if count > most {
        page.line(2, &[(Tone::Faint, &format!("{} more: `-v` shows them", count - most))]);
    }
}
