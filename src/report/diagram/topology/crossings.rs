//! Who talks to whom between VPCs, by whatever joins them: groups of hosts where they are drawn, else VPCs as a whole.

use std::collections::BTreeMap;

use super::depth::Depth;
use super::estate::{Estate, VpcFacts};
use super::flows::{pairs, union};
use super::hosts::{self, Endpoints};
use crate::model::InterfaceKind;
use crate::network::{InterfaceIndex, Network};
use crate::packet::{Family, Interval};
use crate::report::diagram::picture::{Inside, Paint, Shape, Table, TableKind};
use crate::report::traffic::transport_text;
use crate::solver::Verdict;
use crate::solver::estate::{self as solved, ClassIndex, Scope};

/// Of more kinds of interfaces it is not asked: the picture would take longer than its reader.
const MOST_KINDS: usize = 2000;
/// More arrows between VPCs are counted.
const MOST_ARROWS: usize = 14;
/// More letters of ports are left to whoever points at them.
const LONGEST: usize = 40;
/// More VPCs at an end of an arrow are counted.
const MOST_NAMES: usize = 4;

/// What hosts of one VPC send to hosts of another.
pub(super) struct Crossing {
    /// The sending VPC, for people.
    pub from_name: String,
    /// Its hosts.
    pub role: String,
    /// The id of the receiving VPC.
    pub to: String,
    to_name: String,
    /// The subnet of its hosts; empty for VPCs as a whole.
    pub subnet: String,
    /// Its hosts.
    pub receiver: String,
    /// What passes between some pair or other, and back.
    pub what: Vec<Interval>,
    /// How many pairs.
    pub pairs: u64,
    pub family: Family,
}

/// What a label stands for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    vpc: usize,
    subnet: String,
    role: String,
}

/// Interfaces that answer alike and have one label: one of them, and how many speak each family.
struct Kind {
    row: u32,
    label: u32,
    counts: [u64; 2],
}

/// What crosses from VPC to VPC; nothing where it would be too much to ask.
pub(super) fn crossings(
    estate: &Estate<'_>,
    endpoints: &Endpoints<'_>,
    depth: Depth,
    collapse: Option<&str>,
) -> Option<Vec<Crossing>> {
    let is_joined = |it: &&VpcFacts<'_>| !it.peerings.is_empty() || !it.attachments.is_empty();
    let is_known = match depth {
        Depth::Vpc | Depth::Subnet | Depth::Group | Depth::Host => true,
        Depth::Account | Depth::Region | Depth::Kind => false,
    };
    if !is_known || estate.vpcs.iter().filter(is_joined).count() < 2 {
        return Some(Vec::new());
    }
    let mut spots: BTreeMap<Spot, u32> = BTreeMap::new();
    let mut labelled: Vec<(u32, u32)> = Vec::new();
    for (vpc, facts) in estate.vpcs.iter().enumerate().filter(|(_, it)| is_joined(it)) {
        for (subnet, row) in
            facts.subnets.iter().flat_map(|it| it.interfaces.iter().map(move |row| (it, *row)))
        {
            let interface = &estate.model.network_interfaces[row as usize];
            if matches!(interface.kind, InterfaceKind::NatGateway | InterfaceKind::TransitGateway) {
                continue;
            }
            let spot = if depth >= Depth::Group {
                let (_, role) = hosts::role(estate, endpoints, interface, row, collapse);
                Spot { vpc, subnet: subnet.id.to_owned(), role }
            } else {
                Spot { vpc, subnet: String::new(), role: String::new() }
            };
            let next = spots.len() as u32;
            labelled.push((*spots.entry(spot).or_insert(next), row));
        }
    }
    let mut named: Vec<&Spot> = spots.keys().collect();
    named.sort_by_key(|it| spots[*it]);
    let whole = solved::Estate::new(estate.network);
    let kinds = kinds(&whole, estate.network, &labelled);
    (kinds.len() <= MOST_KINDS).then(|| {
        let families = Family::BOTH.into_iter();
        families.flat_map(|family| of_family(estate, &whole, (&named, &kinds), family)).collect()
    })
}

/// Interfaces that no rule tells apart are asked about as one.
fn kinds(whole: &solved::Estate<'_>, network: &Network, labelled: &[(u32, u32)]) -> Vec<Kind> {
    let mut kinds: BTreeMap<(ClassIndex, u32), Kind> = BTreeMap::new();
    for (label, row) in labelled {
        let index = InterfaceIndex(*row);
        let kind = kinds.entry((whole.classes().of(index), *label));
        let kind = kind.or_insert(Kind { row: *row, label: *label, counts: [0; 2] });
        for (family, count) in Family::BOTH.into_iter().zip(&mut kind.counts) {
            *count += u64::from(network.interfaces[index.index()].primary(family).is_some());
        }
    }
    let mut kinds: Vec<Kind> = kinds.into_values().collect();
    kinds.sort_unstable_by_key(|it| it.row);
    kinds
}

fn of_family(
    estate: &Estate<'_>,
    whole: &solved::Estate<'_>,
    (spots, kinds): (&[&Spot], &[Kind]),
    family: Family,
) -> Vec<Crossing> {
    let speaks = |kind: &Kind| kind.counts[usize::from(family == Family::V6)];
    let rows: Vec<u32> = kinds.iter().filter(|it| speaks(it) > 0).map(|it| it.row).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let scope = Scope { from: Some(rows.clone()), to: Some(rows), family: Some(family), ..Scope::default() };
    // How many of each label the interfaces on a side of a row stand for.
    let counted = |side: solved::Side<'_>| {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for interface in side.interfaces() {
            if let Ok(at) = kinds.binary_search_by_key(&interface.0, |it| it.row) {
                *counts.entry(kinds[at].label).or_default() += speaks(&kinds[at]);
            }
        }
        counts
    };
    let mut sums: Sums = Sums::new();
    let visit = |sums: &mut Sums, row: &solved::Row<'_>| {
        let passes = matches!(row.cell.verdict, Verdict::Reachable | Verdict::Partial);
        if !passes || row.sources.vpc() == row.destinations.vpc() {
            return;
        }
        let (senders, receivers) = (counted(row.sources), counted(row.destinations));
        for (from, sending) in &senders {
            for (to, receiving) in &receivers {
                let sum = sums.entry((*from, *to)).or_default();
                sum.0 += sending * receiving;
                sum.1 = union(sum.1.iter().copied().chain(row.cell.forward()).collect());
            }
        }
    };
    solved::relation(whole, &scope, Sums::new, visit, |new| {
        for (key, (pairs, passes)) in new {
            let sum = sums.entry(key).or_default();
            sum.0 += pairs;
            sum.1 = union(sum.1.iter().copied().chain(passes).collect());
        }
        true
    });
    let crossing = |((from, to), (pairs, what)): ((u32, u32), (u64, Vec<Interval>))| {
        let (from, to) = (spots[from as usize], spots[to as usize]);
        Crossing {
            from_name: estate.vpcs[from.vpc].name().to_owned(),
            role: from.role.clone(),
            to: estate.vpcs[to.vpc].id.to_string(),
            to_name: estate.vpcs[to.vpc].name().to_owned(),
            subnet: to.subnet.clone(),
            receiver: to.role.clone(),
            what,
            pairs,
            family,
        }
    };
    sums.into_iter().map(crossing).collect()
}

/// How many pairs, and what passes between some of them, by sender and receiver.
type Sums = BTreeMap<(u32, u32), (u64, Vec<Interval>)>;

/// Arrows between VPCs that are drawn closed: those with the same packets are one.
pub(super) fn table(crossings: &[Crossing], depth: Depth) -> Option<Shape> {
    if depth >= Depth::Group || crossings.is_empty() {
        return None;
    }
    // First senders of the same to one receiver, then receivers of the same from the same senders.
    let mut senders: BTreeMap<(&str, String), (Vec<&str>, u64)> = BTreeMap::new();
    for it in crossings {
        let word = if it.family == Family::V6 { "IPv6 " } else { "" };
        let words = format!("{word}{}", transport_text(&it.what));
        let entry = senders.entry((&it.to_name, words)).or_default();
        entry.0.push(&it.from_name);
        entry.1 += it.pairs;
    }
    let mut arrows: BTreeMap<(Vec<&str>, String), (Vec<&str>, u64)> = BTreeMap::new();
    for ((to, words), (from, pairs)) in senders {
        let entry = arrows.entry((from, words)).or_default();
        entry.0.push(to);
        entry.1 += pairs;
    }
    let mut arrows: Vec<((Vec<&str>, String), (Vec<&str>, u64))> = arrows.into_iter().collect();
    arrows.sort_by(|one, other| (other.1.1, &one.0).cmp(&(one.1.1, &other.0)));
    let rest = arrows.split_off(arrows.len().min(MOST_ARROWS));
    let mut rows: Vec<Vec<Option<Shape>>> = Vec::new();
    for (number, ((from, words), (to, count))) in arrows.iter().enumerate() {
        let count = usize::try_from(*count).unwrap_or(usize::MAX);
        let what = Shape::new(format!("between-{number}"), Paint::Step, short(words));
        let what = what.says(pairs(count)).tells(words.as_str());
        rows.push(vec![
            Some(end(format!("between-{number}-from"), from)),
            Some(what),
            Some(end(format!("between-{number}-to"), to)),
        ]);
    }
    if !rest.is_empty() {
        let words = format!("{} more kinds of packets", rest.len());
        rows.push(vec![
            None,
            Some(Shape::new("between-more", Paint::Step, words).says("`netpath matrix --by vpc`")),
        ]);
    }
    let shape =
        Shape::new("between", Paint::Region, "Between VPCs").says("what may begin, is answered, and passes");
    Some(shape.holding(Inside::Table(Table { kind: TableKind::Ways, heads: Vec::new(), rows })))
}

/// The first of many ports; the others are told on pointing at them.
fn short(words: &str) -> String {
    let mut cuts = words.char_indices().filter(|(at, letter)| *letter == ',' && *at <= LONGEST);
    match cuts.next_back().filter(|_| words.len() > LONGEST) {
        Some((at, _)) => format!("{} and more", &words[..at]),
        None => words.to_owned(),
    }
}

fn end(key: String, names: &[&str]) -> Shape {
    let few = names.iter().take(MOST_NAMES).copied().collect::<Vec<&str>>().join(", ");
    match names {
        [one] => Shape::new(key, Paint::Vpc, *one),
        _ => {
            let more = if names.len() > MOST_NAMES { " …" } else { "" };
            let shape = Shape::new(key, Paint::Vpc, format!("{} VPCs", names.len()));
            shape.says(format!("{few}{more}")).tells(names.join("\n"))
        }
    }
}
