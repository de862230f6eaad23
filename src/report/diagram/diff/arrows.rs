//! What is gained and lost, as arrows between the rows of VPCs; between those that are drawn closed, as a list.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::Changes;
use super::{paint, sign};
use crate::diff::RowKind;
use crate::report::diagram::picture::{Inside, Paint, Shape, Table, TableKind};
use crate::report::diagram::zones::{Flow, Tip};
use crate::report::diff::{DiffView, EndView, FlowView, RowView, listed};

/// More arrows than this in a VPC are one for each pair of rows and kind.
const MOST_FLOWS: usize = 16;
/// More lines of a list are counted.
const MOST_LINES: usize = 24;
/// More names at an end of an arrow are counted.
const MOST_NAMES: usize = 3;
/// More of what an arrow stands for is counted.
const MOST_TOLD: usize = 20;

/// Where an end stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Outside of all VPCs.
    Outside,
    /// In a row of a VPC that is drawn open.
    Row(String, usize),
    /// In a VPC.
    Vpc(String),
}

/// An arrow's kind, where it is drawn, and what it says but for how many pairs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow {
    kind: RowKind,
    from: Tip,
    to: Tip,
    ends: String,
    traffic: String,
}

/// Rows by subnet, as the picture has them.
type Rows = BTreeMap<String, (String, usize)>;

/// The VPCs that differing flows begin or end in.
pub(super) fn vpcs(view: &DiffView<'_>) -> BTreeSet<String> {
    let flows = view.rows.iter().flat_map(|it| &it.flows);
    let ends = flows.flat_map(|it| it.sources.iter().chain(&it.destinations));
    ends.filter_map(|it| renamed(view, &it.spot.as_ref()?.0)).collect()
}

fn renamed(view: &DiffView<'_>, id: &str) -> Option<String> {
    Some(view.renames.get(id).map_or(id, String::as_str).to_owned())
}

/// Draws them; the list of those that have no row to go to or come from.
pub(super) fn draw(view: &DiffView<'_>, changes: &Changes<'_>, shapes: &mut [Shape]) -> Option<Shape> {
    let mut sorter = Sorter {
        view,
        changes,
        rows: Rows::new(),
        vpcs: names(view),
        hosts: BTreeMap::new(),
        by_vpc: BTreeMap::new(),
        others: BTreeMap::new(),
    };
    shapes.iter().for_each(|it| gather(it, &mut sorter));
    for row in &view.rows {
        for flow in &row.flows {
            sorter.sort(row, flow);
        }
    }
    shapes.iter_mut().for_each(|it| fill(it, &mut sorter.by_vpc));
    list(sorter.others)
}

fn names(view: &DiffView<'_>) -> BTreeMap<String, String> {
    let all = view.sides.iter().flat_map(|it| it.snapshot.model.vpcs.iter());
    let named = all.filter_map(|it| Some((renamed(view, it.id.as_str())?, it.about.name()?.to_owned())));
    named.collect()
}

fn gather(shape: &Shape, sorter: &mut Sorter<'_>) {
    if let Inside::Zones(zones) = &shape.inside {
        let own = zones.bands.iter().flat_map(|it| &it.rows).enumerate();
        for (number, cells) in own {
            let subnets = cells.iter().flatten();
            sorter.rows.extend(subnets.map(|it| (it.key.clone(), (shape.key.clone(), number))));
        }
    }
    sorter.hosts.extend(shape.members.iter().map(|it| (it.id.clone(), it.name.clone())));
    shape.children().into_iter().for_each(|it| gather(it, sorter));
}

/// Pairs by IPv4 and by IPv6, with some of their names.
#[derive(Default)]
struct Pairs {
    counts: [u64; 2],
    told: Vec<String>,
}

struct Sorter<'v> {
    view: &'v DiffView<'v>,
    changes: &'v Changes<'v>,
    rows: Rows,
    /// Names of VPCs.
    vpcs: BTreeMap<String, String>,
    /// Names of hosts, as their boxes have them.
    hosts: BTreeMap<String, String>,
    by_vpc: BTreeMap<String, BTreeMap<Arrow, Pairs>>,
    /// By what it is and what is behind it: where from, what, where to.
    others: BTreeMap<(RowKind, String, Name, Name), (BTreeMap<String, u64>, String)>,
}

/// A name, and whether it is a VPC's.
type Name = (String, bool);

impl Sorter<'_> {
    fn place(&self, end: &EndView) -> Place {
        let Some((vpc, subnet)) = &end.spot else { return Place::Outside };
        let [vpc, subnet] = [vpc, subnet].map(|it| renamed(self.view, it).unwrap_or_default());
        match self.rows.get(&subnet) {
            Some((vpc, row)) => Place::Row(vpc.clone(), *row),
            None => Place::Vpc(vpc),
        }
    }

    /// Ends by where they stand.
    fn sorted(&self, ends: &[EndView]) -> BTreeMap<Place, Vec<EndView>> {
        let mut places: BTreeMap<Place, Vec<EndView>> = BTreeMap::new();
        for end in ends {
            let known = self.hosts.get(&end.id).cloned();
            let mut named = end.clone();
            named.name = known.or(named.name);
            places.entry(self.place(end)).or_default().push(named);
        }
        places
    }

    fn sort(&mut self, row: &RowView, flow: &FlowView) {
        let (sources, destinations) = (self.sorted(&flow.sources), self.sorted(&flow.destinations));
        let is_whole = sources.len() == 1 && destinations.len() == 1;
        for (from, senders) in &sources {
            for (to, receivers) in &destinations {
                let selves = senders.iter().filter(|it| it.spot.is_some() && receivers.contains(it)).count();
                let pairs = (senders.len() * receivers.len() - selves) as u64;
                let pairs = if is_whole { flow.pairs } else { pairs };
                if pairs > 0 {
                    self.add((row, flow), (from, senders), (to, receivers), pairs);
                }
            }
        }
    }

    fn add(
        &mut self,
        (row, flow): (&RowView, &FlowView),
        (from, senders): (&Place, &[EndView]),
        (to, receivers): (&Place, &[EndView]),
        pairs: u64,
    ) {
        let (vpc, tips) = match (from, to) {
            (Place::Row(own, from), Place::Row(vpc, to)) if own == vpc => {
                (vpc, (Tip::Row(*from), Tip::Row(*to)))
            }
            (from, Place::Row(vpc, to)) => (vpc, (self.tip(from, senders), Tip::Row(*to))),
            (Place::Row(vpc, from), to) => (vpc, (Tip::Row(*from), self.tip(to, receivers))),
            (from, to) => return self.add_other((row, flow), (from, senders), (to, receivers), pairs),
        };
        let within = |place: &Place| match place {
            Place::Row(own, _) | Place::Vpc(own) if own != vpc => format!(" in {}", self.name(own)),
            Place::Row(..) | Place::Vpc(_) | Place::Outside => String::new(),
        };
        let (source, destination) = (listed(senders, MOST_NAMES), listed(receivers, MOST_NAMES));
        let behind = self.changes.behind(row);
        let behind = if behind.is_empty() { behind } else { format!(" · {behind}") };
        let ends = format!("{source}{} → {destination}{}{behind}", within(from), within(to));
        let arrow =
            Arrow { kind: row.judged, from: tips.0, to: tips.1, ends, traffic: words(row.judged, flow) };
        let told = format!("{} → {}: {}", listed(senders, 40), listed(receivers, 40), flow.traffic);
        let entry = self.by_vpc.entry(vpc.clone()).or_default().entry(arrow).or_default();
        entry.counts[usize::from(flow.family == "ipv6")] += pairs;
        if !entry.told.contains(&told) {
            entry.told.push(told);
        }
    }

    fn name(&self, vpc: &str) -> String {
        self.vpcs.get(vpc).map_or(vpc, String::as_str).to_owned()
    }

    /// Where an arrow comes from or goes to that is not in the VPC.
    fn tip(&self, place: &Place, ends: &[EndView]) -> Tip {
        match place {
            Place::Outside if ends.iter().all(|it| it.id == "internet") => Tip::Internet,
            Place::Outside => Tip::Elsewhere(listed(ends, 1)),
            Place::Row(vpc, _) | Place::Vpc(vpc) => Tip::Elsewhere(self.name(vpc)),
        }
    }

    fn add_other(
        &mut self,
        (row, flow): (&RowView, &FlowView),
        (from, senders): (&Place, &[EndView]),
        (to, receivers): (&Place, &[EndView]),
        pairs: u64,
    ) {
        let name = |place: &Place, ends: &[EndView]| match place {
            Place::Outside => (listed(ends, MOST_NAMES), false),
            Place::Row(vpc, _) | Place::Vpc(vpc) => (self.name(vpc), true),
        };
        let key = (row.judged, self.changes.behind(row), name(from, senders), name(to, receivers));
        let entry = self.others.entry(key).or_default();
        *entry.0.entry(words(row.judged, flow)).or_default() += pairs;
        if entry.1.is_empty() {
            entry.1 = format!("{} → {}", listed(senders, 40), listed(receivers, 40));
        }
    }
}

/// `− tcp 5432`.
fn words(kind: RowKind, flow: &FlowView) -> String {
    let note = if flow.one_way { ", no answer gets back" } else { "" };
    format!("{} {}{note}", sign(kind), flow.traffic)
}

fn pairs_text(count: u64) -> String {
    if count == 1 { "1 pair".to_owned() } else { format!("{count} pairs") }
}

fn fill(shape: &mut Shape, by_vpc: &mut BTreeMap<String, BTreeMap<Arrow, Pairs>>) {
    if let Inside::Zones(zones) = &mut shape.inside
        && let Some(arrows) = by_vpc.remove(&shape.key)
    {
        zones.flows = flows(arrows);
    }
    shape.children_mut().into_iter().for_each(|it| fill(it, by_vpc));
}

fn flows(arrows: BTreeMap<Arrow, Pairs>) -> Vec<Flow> {
    if arrows.len() > MOST_FLOWS {
        return by_row(arrows);
    }
    arrows.into_iter().map(flow).collect()
}

fn flow((arrow, pairs): (Arrow, Pairs)) -> Flow {
    let families = match pairs.counts {
        [ipv4, ipv6] if ipv4 == ipv6 => format!("{} · IPv4, IPv6", pairs_text(ipv4)),
        [ipv4, 0] => pairs_text(ipv4),
        [0, ipv6] => format!("{} · IPv6", pairs_text(ipv6)),
        [ipv4, ipv6] => format!("{} · IPv6 {}", pairs_text(ipv4), pairs_text(ipv6)),
    };
    Flow {
        from: arrow.from,
        to: arrow.to,
        paint: Some(paint(arrow.kind)),
        ends: arrow.ends,
        traffic: format!("{} · {families}", arrow.traffic),
        hover: told(pairs.told),
    }
}

/// One arrow for each pair of rows and kind; what it stands for is told on pointing at it.
fn by_row(arrows: BTreeMap<Arrow, Pairs>) -> Vec<Flow> {
    let mut rows: BTreeMap<(RowKind, Tip, Tip), Vec<(Arrow, Pairs)>> = BTreeMap::new();
    for (arrow, pairs) in arrows {
        let key = (arrow.kind, arrow.from.clone(), arrow.to.clone());
        rows.entry(key).or_default().push((arrow, pairs));
    }
    let joined = rows.into_iter().map(|((kind, from, to), mut kinds)| {
        if kinds.len() == 1
            && let Some(alone) = kinds.pop()
        {
            return flow(alone);
        }
        let sum = |pairs: &Pairs| pairs.counts.iter().sum::<u64>();
        let count = kinds.iter().map(|(_, pairs)| sum(pairs)).sum();
        let line = |(arrow, pairs): &(Arrow, Pairs)| {
            format!("{}: {} · {}", arrow.ends, arrow.traffic, pairs_text(sum(pairs)))
        };
        let kinds: Vec<String> = kinds.iter().map(line).collect();
        let word = |tip: &Tip| match tip {
            Tip::Internet => Some("internet".to_owned()),
            Tip::Row(_) => None,
            Tip::Elsewhere(name) => Some(name.clone()),
        };
        let outside = match (word(&from), word(&to)) {
            (Some(from), _) => format!("from {from}, "),
            (None, Some(to)) => format!("to {to}, "),
            (None, None) => String::new(),
        };
        Flow {
            from,
            to,
            paint: Some(paint(kind)),
            ends: format!("{outside}{} kinds", kinds.len()),
            traffic: format!("{} {} {}", sign(kind), pairs_text(count), kind.as_text()),
            hover: told(kinds),
        }
    });
    joined.collect()
}

fn told(lines: Vec<String>) -> Vec<String> {
    let rest = lines.len().saturating_sub(MOST_TOLD);
    lines.into_iter().take(MOST_TOLD).chain((rest > 0).then(|| format!("and {rest} more"))).collect()
}

/// What has no row to go to or come from, from left to right.
fn list(others: BTreeMap<(RowKind, String, Name, Name), (BTreeMap<String, u64>, String)>) -> Option<Shape> {
    if others.is_empty() {
        return None;
    }
    let mut lines: Vec<_> = others.into_iter().collect();
    lines.sort_by_key(|(key, (traffic, _))| (key.0, std::cmp::Reverse(traffic.values().sum::<u64>())));
    let rest = lines.split_off(lines.len().min(MOST_LINES));
    let mut rows: Vec<Vec<Option<Shape>>> = Vec::new();
    for (number, ((kind, behind, from, to), (traffic, ends))) in lines.into_iter().enumerate() {
        let key = |word: &str| format!("between-{number}-{word}");
        let end = |word: &str, (name, is_vpc): Name| {
            Shape::new(key(word), if is_vpc { Paint::Vpc } else { Paint::Outside }, name)
        };
        let count: u64 = traffic.values().sum();
        let mut words: Vec<String> = traffic.into_keys().collect();
        let name = match words.as_slice() {
            [one] => one.clone(),
            [..] => format!("{} {} kinds of packets", sign(kind), words.len()),
        };
        let mut what = Shape::new(key("what"), paint(kind), name);
        what = what.says(pairs_text(count)).says(behind).tells(ends);
        if words.len() > 1 {
            words.truncate(MOST_TOLD);
            what = what.tells(words.join("\n"));
        }
        rows.push(vec![Some(end("from", from)), Some(what), Some(end("to", to))]);
    }
    if !rest.is_empty() {
        let count: u64 = rest.iter().flat_map(|it| it.1.0.values()).sum();
        let more = Shape::new("between-more", Paint::Step, format!("{} more", rest.len()));
        rows.push(vec![None, Some(more.says(pairs_text(count))), None]);
    }
    let shape = Shape::new("between", Paint::Region, "What differs between VPCs");
    Some(shape.holding(Inside::Table(Table { kind: TableKind::Ways, heads: Vec::new(), rows })))
}
