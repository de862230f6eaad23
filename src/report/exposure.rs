//! What gets in from an origin, grouped: what is exposed by which way and rule, what looks open and is not, and what a single
//! edit would expose.

mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

pub use text::write;

use super::groups::{interface_id, interface_name};
use super::json::inert;
use super::sentence::with_name;
use super::span;
use super::traffic::{TransportView, addresses_text, transport_text, transport_views};
use super::view::{Question, Report, SnapshotView};
use crate::network::{Component, ExplanationCode, InterfaceIndex, Network};
use crate::packet::{AddressSet, Family, Interval, TransportSet, TransportSets, Workspace};
use crate::snapshot::Snapshot;
use crate::solver::estate::Exposed;
use crate::solver::{Answer, Destination, Direction, PairAnswer, Part, Query, Source, Traffic, Verdict};

/// How many members of a group are listed.
const MOST_LISTED: usize = 20;

/// What an origin gets, or does not get, into: interfaces that answer alike.
#[derive(Debug, Clone)]
pub struct Found {
    origin: usize,
    interfaces: Vec<InterfaceIndex>,
    answer: PairAnswer,
    open: Vec<Interval>,
    way_in: Option<Component>,
}

impl Found {
    /// Keeps what is to be kept of a visit; interfaces after each other that differ in their addresses only are one.
    pub fn keep(kept: &mut Vec<Found>, exposed: &Exposed<'_>, network: &Network) {
        let new = Found::of(exposed);
        if let Some(last) = kept.last_mut()
            && (last.origin, last.way_in, &last.open) == (new.origin, new.way_in, &new.open)
            && key(last, network) == key(&new, network)
            && stops(&last.answer).eq(stops(&new.answer))
        {
            last.interfaces.extend(new.interfaces);
        } else {
            kept.push(new);
        }
    }

    fn of(exposed: &Exposed<'_>) -> Found {
        Found {
            origin: exposed.origin,
            interfaces: exposed.interfaces.interfaces().collect(),
            answer: PairAnswer { source: 0, ..exposed.answer.clone() },
            open: exposed.open.to_vec(),
            way_in: exposed.way_in(),
        }
    }
}

/// What stands in the way.
fn stops(answer: &PairAnswer) -> impl Iterator<Item = (ExplanationCode, Component)> + '_ {
    answer.blockers.iter().map(|it| (it.code, it.component))
}

/// What was asked.
#[derive(Debug)]
pub struct Asked<'a> {
    /// From where, as the person says it.
    pub from: &'a str,
    /// To where.
    pub to: Option<&'a str>,
    /// Which packets, as the person says it.
    pub traffic: &'a str,
    /// The origins.
    pub origins: &'a [Source],
    /// The packets.
    pub packets: &'a Traffic,
    /// Whether what a single edit would expose is wanted.
    pub one_change: bool,
    /// Whether it will be drawn, which wants in words what each of the senders may send.
    pub is_drawn: bool,
}

/// Everything that was found.
#[derive(Debug, Serialize)]
pub struct ExposureView<'a> {
    /// The version of this form.
    pub schema: u32,
    /// What was asked.
    pub question: QuestionView,
    /// How many interfaces were asked about.
    pub interfaces: usize,
    /// How many of them something gets into.
    pub exposed_interfaces: usize,
    /// How many more something may get into, and nobody can tell.
    pub unknown_interfaces: usize,
    /// What gets in.
    pub exposed: Vec<ExposedView>,
    /// Where the rules look open and nothing gets in.
    pub looks_open: Vec<BlockedView>,
    /// What a single edit would expose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_change: Option<Vec<BlockedView>>,
    /// What was answered from.
    pub snapshot: SnapshotView<'a>,
}

/// What was asked.
#[derive(Debug, Clone, Serialize)]
pub struct QuestionView {
    /// From where.
    pub from: String,
    /// To where; everywhere without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Which packets.
    pub traffic: String,
}

/// Interfaces that the same gets into.
#[derive(Debug, Clone, Serialize)]
pub struct ExposedView {
    /// What the first of them is called.
    pub name: String,
    /// How many they are.
    pub interfaces: usize,
    /// The first of them.
    pub members: Vec<String>,
    /// The VPC that they are in.
    pub vpc: String,
    /// `ipv4` or `ipv6`.
    pub family: &'static str,
    /// Whether all that was asked gets in, some of it, or nobody can tell.
    pub verdict: &'static str,
    /// What gets in.
    pub packets: Vec<TransportView>,
    /// Who may send it.
    pub sources: Vec<String>,
    /// The gateway, link or table that it comes in by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The way, component by component, each with the rule, entry or route that decided.
    pub path: Vec<Step>,
    /// What is not known, and what is taken for granted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    /// The same for pictures: what all of these senders may, then what some of them may too.
    #[serde(skip)]
    pub(super) from: Vec<String>,
    #[serde(skip)]
    pub(super) words: String,
    #[serde(skip)]
    pub(super) judged: Verdict,
    /// Their addresses, and their public ones.
    #[serde(skip)]
    pub(super) addresses: [String; 2],
    #[serde(skip)]
    pub(super) vpc_name: Option<String>,
    #[serde(skip)]
    pub(super) vpc_blocks: Vec<String>,
}

/// One component of a way.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: &'static str,
    #[serde(skip)]
    pub(super) name: Option<String>,
    /// What decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// Interfaces that the same keeps packets from.
#[derive(Debug, Clone, Serialize)]
pub struct BlockedView {
    /// The code of the first thing that stops them.
    pub code: &'static str,
    /// What that is.
    pub component: String,
    /// How many interfaces.
    pub interfaces: usize,
    /// The first of them.
    pub members: Vec<String>,
    /// What the rules of some of them let in.
    pub open: Vec<TransportView>,
    /// What happens, for the first of them.
    pub words: String,
    /// What would let it in, for the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<String>,
}

/// What interfaces have in common that the same gets into.
type ExposedKey = (Family, u32, u32, Verdict, Vec<Vec<Interval>>, Option<Component>);

impl<'a> ExposureView<'a> {
    /// The view of what was found.
    pub fn new(
        asked: &Asked<'_>,
        found: &[Found],
        network: &Network,
        snapshot: &'a Snapshot,
    ) -> ExposureView<'a> {
        let mut exposed: BTreeMap<ExposedKey, Vec<&Found>> = BTreeMap::new();
        let mut open: BTreeMap<(ExplanationCode, Component), Vec<&Found>> = BTreeMap::new();
        let mut edits: BTreeMap<(ExplanationCode, Component), Vec<&Found>> = BTreeMap::new();
        for it in found {
            if it.answer.verdict != Verdict::Blocked {
                exposed.entry(key(it, network)).or_default().push(it);
                continue;
            }
            let mut there = it.answer.blockers.iter().filter(|it| it.direction == Direction::Forward);
            let first = there.clone().find(|it| !it.is_later).or_else(|| there.next());
            if let (Some(first), false) = (first, it.open.is_empty()) {
                open.entry((first.code, first.component)).or_default().push(it);
            }
            let mut all: Vec<_> = stops(&it.answer).collect();
            all.sort_unstable();
            all.dedup();
            if let [only] = all.as_slice() {
                edits.entry(*only).or_default().push(it);
            }
        }
        let every = |kept: &dyn Fn(&Found) -> bool| {
            let mut all: Vec<InterfaceIndex> =
                found.iter().filter(|it| kept(it)).flat_map(|it| it.interfaces.iter().copied()).collect();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        let mut exposed: Vec<ExposedView> =
            exposed.values().map(|it| exposed_view(asked, it, network, snapshot)).collect();
        exposed.sort_by_key(|it| std::cmp::Reverse(it.interfaces));
        let blocked = |groups: BTreeMap<(ExplanationCode, Component), Vec<&Found>>| {
            let views = groups.values().map(|it| blocked_view(asked, it, network, snapshot));
            let mut views: Vec<BlockedView> = views.flatten().collect();
            views.sort_by_key(|it| std::cmp::Reverse(it.interfaces));
            views
        };
        ExposureView {
            schema: super::SCHEMA,
            question: QuestionView {
                from: asked.from.to_owned(),
                to: asked.to.map(str::to_owned),
                traffic: asked.traffic.to_owned(),
            },
            interfaces: every(&|_| true),
            exposed_interfaces: every(&|it| {
                !matches!(it.answer.verdict, Verdict::Blocked | Verdict::Unknown)
            }),
            unknown_interfaces: every(&|it| it.answer.verdict == Verdict::Unknown),
            exposed,
            looks_open: blocked(open),
            one_change: asked.one_change.then(|| blocked(edits)),
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

fn key(found: &Found, network: &Network) -> ExposedKey {
    let row = &network.interfaces[found.interfaces[0].index()];
    let packets = found.answer.parts.iter().map(|it| it.forward.clone()).collect();
    (found.answer.family, row.vpc.0, row.groups.0, found.answer.verdict, packets, found.way_in)
}

/// The report of the first of some interfaces.
fn with_report<T>(
    asked: &Asked<'_>,
    found: &Found,
    network: &Network,
    snapshot: &Snapshot,
    tell: impl FnOnce(&Report<'_>) -> T,
) -> T {
    let query = Query {
        sources: vec![asked.origins[found.origin].clone()],
        destinations: vec![Destination::Interface(found.interfaces[0], None)],
        traffic: asked.packets.clone(),
        family: Some(found.answer.family),
        ..Query::default()
    };
    let question = Question {
        source: asked.from.to_owned(),
        destination: interface_id(snapshot, found.interfaces[0]),
        traffic: asked.traffic.to_owned(),
    };
    let answer = Answer { verdict: found.answer.verdict, pairs: vec![found.answer.clone()] };
    tell(&Report::new(&question, &query, &answer, network, snapshot))
}

fn all_of<'f>(found: &[&'f Found]) -> Vec<InterfaceIndex> {
    let mut all: Vec<InterfaceIndex> =
        found.iter().flat_map(|it: &&'f Found| it.interfaces.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn listed(snapshot: &Snapshot, interfaces: &[InterfaceIndex]) -> Vec<String> {
    interfaces.iter().take(MOST_LISTED).map(|it| interface_id(snapshot, *it)).collect()
}

fn exposed_view(asked: &Asked<'_>, found: &[&Found], network: &Network, snapshot: &Snapshot) -> ExposedView {
    let first = found[0];
    let interfaces = all_of(found);
    let mut forward: Vec<Interval> = Vec::new();
    let mut sources: Vec<String> = Vec::new();
    for part in &first.answer.parts {
        forward.extend(&part.forward);
        let text = addresses_text(network, &part.source);
        if !sources.contains(&text) {
            sources.push(text);
        }
    }
    forward.sort_unstable();
    forward.dedup();
    let (path, by, assumptions) = with_report(asked, first, network, snapshot, |report| {
        let components = report.paths.first().map(|it| it.forward_path_components.as_slice());
        let steps = components.unwrap_or_default().iter().map(|it| Step {
            id: it.id.to_owned(),
            kind: it.kind,
            name: it.name.map(str::to_owned),
            rule: it.by.as_ref().map(|by| super::text::rule_text(by)),
        });
        let is_door =
            |kind: &str| kind.ends_with("gateway") || kind.contains("attachment") || kind.starts_with("vpn");
        let door = components.unwrap_or_default().iter().find(|it| is_door(it.kind));
        let door = door.map(|it| with_name(it.id, it.name));
        let assumptions = report.assumptions.iter().map(|it| it.words.clone());
        (steps.collect::<Vec<Step>>(), door, assumptions.collect::<Vec<String>>())
    });
    let vpc = &network.vpcs[network.interfaces[interfaces[0].index()].vpc.index()];
    let about = snapshot.model.vpcs.get(&vpc.id).map(|it| &it.about);
    ExposedView {
        addresses: addresses(snapshot, &interfaces, first.answer.family),
        name: interface_name(snapshot, interfaces[0])
            .unwrap_or_else(|| interface_id(snapshot, interfaces[0])),
        interfaces: interfaces.len(),
        members: listed(snapshot, &interfaces),
        family: match first.answer.family {
            Family::V4 => "ipv4",
            Family::V6 => "ipv6",
        },
        verdict: first.answer.verdict.as_text(),
        packets: transport_views(&forward),
        sources,
        from: if asked.is_drawn { senders(network, &first.answer.parts) } else { Vec::new() },
        by,
        path,
        assumptions,
        words: match forward.is_empty() {
            true => "nothing for certain".to_owned(),
            false => transport_text(&forward),
        },
        judged: first.answer.verdict,
        vpc: vpc.id.to_string(),
        vpc_name: about.and_then(|it| it.name()).map(str::to_owned),
        vpc_blocks: vpc.cidrs.iter().map(ToString::to_string).collect(),
    }
}

/// The addresses of a family, and the public ones that internet gateways know them by.
fn addresses(snapshot: &Snapshot, interfaces: &[InterfaceIndex], family: Family) -> [String; 2] {
    let own = || interfaces.iter().filter_map(|it| snapshot.model.network_interfaces.get_row(it.index()));
    let public = match family {
        Family::V4 => span::public(own()),
        Family::V6 => String::new(),
    };
    [span::own(own(), Some(family)), public]
}

/// Who may send what: all senders that have some packets in common, then those that may send more, with what that is.
fn senders(network: &Network, parts: &[Part]) -> Vec<String> {
    let [first, rest @ ..] = parts else { return Vec::new() };
    if rest.is_empty() {
        return vec![format!("from {}", addresses_text(network, &first.source))];
    }
    let sets = TransportSets::default();
    let mut workspace = Workspace::over(&sets);
    let each: Vec<(TransportSet, &AddressSet)> =
        parts.iter().map(|it| (workspace.of(&it.forward), &it.source)).collect();
    let common = each.iter().skip(1).fold(each[0].0, |known, it| workspace.intersection(known, it.0));
    let mut more: BTreeMap<Vec<Interval>, AddressSet> = BTreeMap::new();
    if !common.is_empty() {
        let all = each.iter().skip(1).fold(first.source.clone(), |known, it| known.union(it.1));
        more.insert(workspace.intervals(common).to_vec(), all);
    }
    for (packets, source) in each {
        let own = workspace.difference(packets, common);
        if !own.is_empty() {
            let known = more.entry(workspace.intervals(own).to_vec());
            known.and_modify(|it| *it = it.union(source)).or_insert_with(|| source.clone());
        }
    }
    let mut senders: Vec<(Vec<Interval>, AddressSet)> = more.into_iter().collect();
    senders.sort_by_key(|it| std::cmp::Reverse(it.1.count()));
    let line = |(packets, source): &(Vec<Interval>, AddressSet)| {
        format!("{} from {}", transport_text(packets), addresses_text(network, source))
    };
    senders.iter().map(line).collect()
}

fn blocked_view(
    asked: &Asked<'_>,
    found: &[&Found],
    network: &Network,
    snapshot: &Snapshot,
) -> Option<BlockedView> {
    let interfaces = all_of(found);
    let mut open: Vec<Interval> = found.iter().flat_map(|it| it.open.iter().copied()).collect();
    open.sort_unstable();
    let mut joined: Vec<Interval> = Vec::new();
    for (low, high) in open {
        match joined.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            Some(_) | None => joined.push((low, high)),
        }
    }
    with_report(asked, found[0], network, snapshot, |report| {
        let first = report.explanations.iter().find(|it| !it.is_later).or(report.explanations.first())?;
        Some(BlockedView {
            code: first.code,
            component: with_name(first.component.id, first.component.name),
            interfaces: interfaces.len(),
            members: listed(snapshot, &interfaces),
            open: transport_views(&joined),
            words: first.words.clone(),
            edit: first.missing.first().map(|it| it.words.clone()),
        })
    })
}
