//! What differs between two snapshots, in words: each row with the changes behind it and the flows that it is about.

mod text;
mod markdown;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::json::inert;
use super::name;
use super::rule::{Met, rule};
use super::sentence::with_name;
use super::traffic::{addresses_text, transport_text};
use super::view::SnapshotView;
use super::{Context, family_text};
use crate::diff::{Change, Diff, Ends, Flow, Outside, PartKind, Row, RowKind, Version};
use crate::model::{ResourceKind, RouteTableAssociation};
use crate::network::{Component, Network, Origin};
use crate::packet::{AddressSet, Family, range_of};
use crate::snapshot::Snapshot;
use crate::solver::Query;

pub use markdown::write_markdown;
pub use text::write_text;

/// What differs.
#[derive(Debug, Serialize)]
pub struct DiffView<'a> {
    /// The version of this form.
    pub schema: u32,
    /// How much differs.
    pub summary: Summary,
    /// What differs, by what is behind it.
    pub rows: Vec<RowView>,
    /// What changed and makes no difference to any packet that was asked about.
    pub without_effect: Vec<ChangeView>,
    /// Whether ways were compared where the same packets pass.
    pub ways_compared: bool,
    /// The old snapshot.
    pub old: SnapshotView<'a>,
    /// The new one.
    pub new: SnapshotView<'a>,
    /// Both with their networks.
    #[serde(skip)]
    pub(super) sides: [Side<'a>; 2],
    /// What is called otherwise in the new one, by its old id.
    #[serde(skip)]
    pub(super) renames: BTreeMap<String, String>,
}

/// How much differs: pairs of ends whose packets do.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// Pairs of ends that gained flows.
    pub gained: u64,
    /// Pairs that lost some.
    pub lost: u64,
    /// Pairs whose packets go another way.
    pub rerouted: u64,
    /// Pairs of which it is open what differs.
    pub unclear: u64,
    /// How many changes there are.
    pub changes: usize,
}

/// A row: flows with the same changes behind them.
#[derive(Debug, Serialize)]
pub struct RowView {
    /// `gained`, `lost`, `rerouted`, `unclear`.
    pub kind: &'static str,
    /// How many pairs of ends.
    pub pairs: u64,
    /// What is behind it; empty where nothing could be made out.
    pub causes: Vec<ChangeView>,
    /// The flows.
    pub flows: Vec<FlowView>,
    #[serde(skip)]
    pub(super) judged: RowKind,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeView {
    /// `added`, `removed`, `changed`, `recreated`.
    pub change: &'static str,
    /// The kind of resource.
    pub kind: &'static str,
    /// Its id, as the newer snapshot that has it says.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// `rule`, `entry`, `route`; absent for the resource as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<&'static str>,
    /// What the old snapshot says, and where.
    pub old: Option<SaidView>,
    /// What the new one says.
    pub new: Option<SaidView>,
    /// The resource in each snapshot.
    #[serde(skip)]
    pub(super) at: [Option<Component>; 2],
}

/// What a snapshot says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SaidView {
    /// The resource's id there.
    pub id: String,
    /// The rule, entry or route in short: `sg-web inbound 0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Where it stands.
    pub place: Option<String>,
}

/// Flows that differ alike.
#[derive(Debug, Serialize)]
pub struct FlowView {
    /// Where packets begin.
    pub sources: Vec<EndView>,
    /// Where they are for.
    pub destinations: Vec<EndView>,
    /// `ipv4` or `ipv6`.
    pub family: &'static str,
    /// Which packets.
    pub traffic: String,
    /// Whether they arrive and no answer gets back.
    pub one_way: bool,
    /// How many pairs of ends.
    pub pairs: u64,
}

/// An end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EndView {
    /// An interface's id, `internet`, `onprem`, `svc:…`, `cvpn-endpoint-…`.
    pub id: String,
    /// Its name: the interface's or its instance's.
    pub name: Option<String>,
    /// The id in the old snapshot, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_id: Option<String>,
    /// The addresses that it is about, where it is not all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Those addresses for people.
    #[serde(skip)]
    words: Option<String>,
    /// The VPC and the subnet that an interface is in.
    #[serde(skip)]
    pub(super) spot: Option<(String, String)>,
}

/// One of the two snapshots with its network.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// Its network.
    pub network: &'a Network,
}

/// Words for both snapshots.
struct Words<'a> {
    sides: [Side<'a>; 2],
    diff: &'a Diff,
    query: Query,
}

impl<'a> DiffView<'a> {
    /// The view of a diff.
    pub fn new(diff: &Diff, old: Side<'a>, new: Side<'a>) -> DiffView<'a> {
        let query = Query::default();
        let words = Words { sides: [old, new], diff, query };
        let mut summary = Summary { changes: diff.changes.len(), ..Summary::default() };
        for row in &diff.rows {
            *match row.kind {
                RowKind::Gained => &mut summary.gained,
                RowKind::Lost => &mut summary.lost,
                RowKind::Rerouted => &mut summary.rerouted,
                RowKind::Unclear => &mut summary.unclear,
            } += row.pairs;
        }
        let mut has_effect = vec![false; diff.changes.len()];
        for cause in diff.rows.iter().flat_map(|row| &row.causes) {
            has_effect[*cause as usize] = true;
        }
        let idle = diff.changes.iter().zip(&has_effect).filter(|(_, has_effect)| !**has_effect);
        DiffView {
            schema: 1,
            summary,
            rows: diff.rows.iter().map(|row| words.row(row)).collect(),
            without_effect: idle.map(|(change, _)| words.change(change)).collect(),
            ways_compared: diff.ways_compared,
            old: SnapshotView::of(old.snapshot),
            new: SnapshotView::of(new.snapshot),
            sides: [old, new],
            renames: diff.renames.clone(),
        }
    }

    /// Whether there is a row of a kind.
    pub fn has(&self, kind: RowKind) -> bool {
        self.rows.iter().any(|row| row.judged == kind)
    }
}

impl Words<'_> {
    fn context(&self, version: Version) -> Context<'_> {
        let side = self.sides[version as usize];
        Context { query: &self.query, network: side.network, snapshot: side.snapshot }
    }

    fn row(&self, row: &Row) -> RowView {
        RowView {
            kind: row.kind.as_text(),
            pairs: row.pairs,
            causes: row.causes.iter().map(|it| self.change(&self.diff.changes[*it as usize])).collect(),
            flows: row.flows.iter().map(|flow| self.flow(flow)).collect(),
            judged: row.kind,
        }
    }

    fn change(&self, change: &Change) -> ChangeView {
        let [old, new] = Version::BOTH.map(|version| self.said(change, version));
        let named = Version::BOTH.map(|version| {
            change.component(version).map(|component| {
                let named = name::named(self.context(version), component);
                (named.kind, named.id.to_owned(), named.name.map(str::to_owned))
            })
        });
        let [before, after] = named;
        let is_recreated = matches!((&before, &after), (Some(one), Some(other)) if one.1 != other.1);
        let word = match (old.is_some(), new.is_some()) {
            (false, _) => "added",
            (_, false) => "removed",
            (true, true) if change.part.is_none() && is_recreated => "recreated",
            (true, true) => "changed",
        };
        let (kind, id, name) = after.or(before).unwrap_or_default();
        let part = change.part.map(|part| match part.kind {
            PartKind::Rule => "rule",
            PartKind::Entry => "entry",
            PartKind::Route => "route",
        });
        let at = Version::BOTH.map(|version| change.component(version));
        ChangeView { change: word, kind, id, name, part, old, new, at }
    }

    fn said(&self, change: &Change, version: Version) -> Option<SaidView> {
        let context = self.context(version);
        let component = change.component(version)?;
        let id = name::named(context, component).id.to_owned();
        match (change.part.is_some(), change.origin(version)) {
            (true, None) => None,
            (true, Some(origin)) => Some(self.said_part(version, component, origin, id)),
            (false, _) => {
                let about = match component {
                    Component::Resource(kind, row) => kind.about(&context.snapshot.model, row as usize),
                    Component::Internet | Component::Service(_) | Component::OnPremises => None,
                };
                let place = about.map(|about| {
                    let located = context.snapshot.locate(about.place);
                    format!("{}: {}", located.file, located.element)
                });
                let words = self.telling(change, version);
                Some(SaidView { id, rule: None, words, place })
            }
        }
    }

    /// What of a resource that both snapshots have is another thing, where that is easily said.
    fn telling(&self, change: &Change, version: Version) -> Option<String> {
        let both = Version::BOTH.map(|version| {
            let facts = change.row(version).map(|(kind, row)| self.facts(version, kind, row as usize));
            facts.unwrap_or_default()
        });
        change.old.and(change.new)?;
        let differing = (0..both[0].len()).filter(|it| both[0].get(*it) != both[1].get(*it));
        let words: Vec<String> = differing.filter_map(|it| both[version as usize].get(it).cloned()).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// Facts about a resource that often change, always in the same order.
    fn facts(&self, version: Version, kind: ResourceKind, row: usize) -> Vec<String> {
        let context = self.context(version);
        let model = &context.snapshot.model;
        let state = name::named(context, Component::Resource(kind, row as u32)).state.unwrap_or("none");
        let mut facts = vec![format!("state {state}")];
        let list = |word: &str, mut items: Vec<String>| {
            items.sort();
            format!("{word} {}", if items.is_empty() { "none".to_owned() } else { items.join(" ") })
        };
        if kind == ResourceKind::NetworkInterface {
            let it = &model.network_interfaces[row];
            facts.push(list("groups", it.groups.iter().map(ToString::to_string).collect()));
            facts.push(format!("subnet {}", it.subnet));
            let public = it.addresses.iter().filter_map(|address| address.public);
            facts.push(list("addresses", it.addresses.iter().map(|it| it.private.to_string()).collect()));
            facts.push(list("public addresses", public.map(|it| it.to_string()).collect()));
            facts.push(list("IPv6", it.ipv6_addresses.iter().map(ToString::to_string).collect()));
            let check = if it.source_destination_check { "on" } else { "off" };
            facts.push(format!("source/destination check {check}"));
        } else if kind == ResourceKind::NetworkAcl {
            let subnets = model.network_acls[row].subnets.iter().map(ToString::to_string).collect();
            facts.push(list("subnets", subnets));
        } else if kind == ResourceKind::RouteTable {
            let uses = model.route_tables[row].associations.iter().map(|it| match it {
                RouteTableAssociation::Main => "main".to_owned(),
                RouteTableAssociation::Subnet(id) => id.to_string(),
                RouteTableAssociation::Gateway(id) => id.to_string(),
            });
            facts.push(list("used by", uses.collect()));
        } else if kind == ResourceKind::Vpc {
            let blocks = model.vpcs[row].associated_cidrs().iter().map(ToString::to_string).collect();
            facts.push(list("blocks", blocks));
        }
        facts
    }

    fn said_part(&self, version: Version, at: Component, origin: Origin, id: String) -> SaidView {
        let destination = AddressSet::empty(Family::V4);
        match rule(self.context(version), Met { origin, at, destination: &destination }) {
            Some(view) => SaidView { id, rule: Some(view.rule), words: Some(view.words), place: view.place },
            None => SaidView { id, rule: None, words: None, place: None },
        }
    }

    fn flow(&self, flow: &Flow) -> FlowView {
        FlowView {
            sources: self.ends(&flow.sources),
            destinations: self.ends(&flow.destinations),
            family: family_text(flow.family),
            traffic: transport_text(&flow.transport),
            one_way: flow.is_one_way,
            pairs: flow.pairs,
        }
    }

    fn ends(&self, ends: &Ends) -> Vec<EndView> {
        match ends {
            Ends::Interfaces(classes) => {
                let joints = &self.diff.joints;
                let members = classes.iter().flat_map(|class| joints.members(*class));
                let mut views: Vec<EndView> =
                    members.map(|joint| self.interface(joints.rows[*joint as usize])).collect();
                views.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
                views
            }
            Ends::Outside(outside, blocks) => {
                let addresses = blocks.iter().flatten().map(ToString::to_string).collect();
                let words = blocks.as_deref().and_then(|blocks| self.addresses(outside, blocks));
                vec![EndView {
                    id: self.outside(outside),
                    name: None,
                    old_id: None,
                    addresses,
                    words,
                    spot: None,
                }]
            }
        }
    }

    /// Some addresses outside, for people.
    fn addresses(&self, outside: &Outside, blocks: &[ipnet::IpNet]) -> Option<String> {
        let family = Family::of(blocks.first()?.addr());
        let set = AddressSet::of(family, blocks.iter().map(|net| range_of(*net)));
        let network = self.sides[Version::New as usize].network;
        let words = addresses_text(network, &set).replace("the internet", "internet");
        Some(match outside {
            Outside::Internet if !words.starts_with("internet") => format!("internet ({words})"),
            Outside::Internet => words,
            Outside::OnPremises | Outside::Service(_) | Outside::Clients(..) => {
                format!("{} ({words})", self.outside(outside))
            }
        })
    }

    fn outside(&self, outside: &Outside) -> String {
        match outside {
            Outside::Internet => "internet".to_owned(),
            Outside::OnPremises => "onprem".to_owned(),
            Outside::Service(name) => name.clone(),
            Outside::Clients(rows, group) => {
                let known = [Version::New, Version::Old].into_iter().find_map(|version| {
                    let row = rows[version as usize]?;
                    let clients = &self.sides[version as usize].network.clients[row as usize];
                    Some(name::named(self.context(version), clients.component).id.to_owned())
                });
                let id = known.unwrap_or_default();
                group.as_ref().map_or_else(|| id.clone(), |group| format!("{id}/{group}"))
            }
        }
    }

    /// An interface by the newer snapshot that has it.
    fn interface(&self, rows: [u32; 2]) -> EndView {
        let [old, new] = Version::BOTH.map(|version| {
            let network = self.sides[version as usize].network;
            let row = network.interfaces.get(rows[version as usize] as usize)?;
            let context = self.context(version);
            let named = name::named(context, row.component);
            let instance = super::component::instance_of(context, row.component);
            let name = named.name.or_else(|| name::named(context, instance?).name);
            let subnet = network.subnets.get(row.subnet.index()).map(|it| it.id.to_string());
            let spot = (network.vpcs[row.vpc.index()].id.to_string(), subnet.unwrap_or_default());
            Some((named.id.to_owned(), name.map(str::to_owned), spot))
        });
        let known = new.clone().or_else(|| old.clone());
        let (id, name, spot) = known.map_or_else(Default::default, |it| (it.0, it.1, Some(it.2)));
        let old_id = old.map(|it| it.0).filter(|old_id| *old_id != id);
        EndView { id, name, old_id, addresses: Vec::new(), words: None, spot }
    }
}

impl EndView {
    /// In short, for people: its name, or its id where it has none.
    fn short(&self) -> String {
        self.words.clone().or_else(|| self.name.clone()).unwrap_or_else(|| self.id.clone())
    }
}

impl ChangeView {
    /// The resource with its name.
    pub(super) fn subject(&self) -> String {
        let subject = with_name(&self.id, self.name.as_deref());
        match self.part {
            Some(_) => subject,
            None => format!("{} {subject}", self.kind.replace('-', " ")),
        }
    }

    /// What happened to it, in a few words.
    pub(super) fn happened(&self) -> String {
        let part = self.part.unwrap_or_default();
        let words =
            |said: &Option<SaidView>| said.as_ref().and_then(|it| it.words.clone()).unwrap_or_default();
        match (self.part, self.change) {
            (Some(_), "added") => format!("{part} added: {}", words(&self.new)),
            (Some(_), "removed") => format!("{part} removed: {}", words(&self.old)),
            (Some(_), _) => format!("{part} changed: {}, was {}", words(&self.new), words(&self.old)),
            (None, "recreated") => {
                let before = self.old.as_ref().map(|it| it.id.as_str()).unwrap_or_default();
                format!("made anew, was {before}")
            }
            (None, word) => match (&self.old, &self.new) {
                (Some(SaidView { words: Some(old), .. }), Some(SaidView { words: Some(new), .. })) => {
                    format!("{word}: {new}, was {old}")
                }
                _ => word.to_owned(),
            },
        }
    }

    /// The direction of a rule or entry, where it has one.
    pub(super) fn direction(&self) -> &'static str {
        let rule = [&self.new, &self.old].into_iter().flatten().find_map(|it| it.rule.as_deref());
        match rule {
            Some(rule) if rule.contains(" inbound ") => "inbound ",
            Some(rule) if rule.contains(" outbound ") => "outbound ",
            Some(_) | None => "",
        }
    }

    /// Where it stands, for reviewers: in the new snapshot, else in the old one.
    pub(super) fn places(&self) -> Vec<(&'static str, &str)> {
        let sides = [("old", &self.old), ("new", &self.new)];
        let places = sides.into_iter().filter_map(|(word, said)| {
            said.as_ref().and_then(|it| it.place.as_deref()).map(|place| (word, place))
        });
        places.collect()
    }
}

/// A few names, and how many more.
pub(super) fn listed(ends: &[EndView], most: usize) -> String {
    let mut names: Vec<String> = ends.iter().map(EndView::short).collect();
    names.dedup();
    let shown = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > most { format!("{shown} and {} more", names.len() - most) } else { shown }
}

/// `1 pair`, `12 pairs`.
fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// The first line: what it comes to.
pub(super) fn headline(view: &DiffView<'_>) -> String {
    let summary = &view.summary;
    let counts = [
        (summary.gained, "gained"),
        (summary.lost, "lost"),
        (summary.rerouted, "rerouted"),
        (summary.unclear, "unclear"),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", counted(*count, "flow")))
        .collect();
    let changes = counted(summary.changes as u64, "change");
    match (parts.is_empty(), summary.changes) {
        (true, 0) => "nothing changed".to_owned(),
        (true, _) => format!("no flow differs; {changes}"),
        (false, _) => format!("{}; {changes}", parts.join(", ")),
    }
}

/// Prints it for programs.
pub fn write_json(view: &DiffView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let text = inert(serde_json::to_string_pretty(view)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}
