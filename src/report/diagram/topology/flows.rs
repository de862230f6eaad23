//! Who talks to whom inside a VPC: every pair of hosts is asked about, and pairs of the same groups that may say the same to
//! each other are one arrow, with protocol, ports and how many they are. What other VPCs send is drawn beside it.

use std::collections::BTreeMap;

use super::crossings::Crossing;
use super::estate::{Estate, VpcFacts};
use super::hosts::{self, Endpoints};
use crate::model::InterfaceKind;
use crate::network::InterfaceIndex;
use crate::packet::{Family, Interval};
use crate::report::diagram::zones::{Band, Flow, Tip};
use crate::report::traffic::transport_text;
use crate::solver::{Destination, PairAnswer, Query, Solver, Source, Traffic, Verdict, decide};

/// More hosts than this in a VPC are not asked about: their pairs would be too many to draw.
const MOST_HOSTS: usize = 40;
/// More arrows than this are one for each pair of rows.
const MOST_FLOWS: usize = 14;

/// A host with where it stands.
struct Host {
    interface: u32,
    row: usize,
    role: String,
}

/// Who, to whom, what.
type Kind = (Tip, String, usize, String, Vec<Interval>);

/// Who of them, by IPv4 and by IPv6.
type Pairs = [Vec<String>; 2];

/// The arrows of a VPC whose rows are drawn; none of a VPC with too many hosts.
pub(super) fn flows(
    estate: &Estate<'_>,
    endpoints: &Endpoints<'_>,
    vpc: &VpcFacts<'_>,
    bands: &[Band],
    collapse: Option<&str>,
) -> Option<Vec<Flow>> {
    let hosts = hosts_of(estate, endpoints, vpc, bands, collapse);
    if hosts.len() > MOST_HOSTS {
        return None;
    }
    let mut kinds: BTreeMap<Kind, Pairs> = BTreeMap::new();
    for family in Family::BOTH {
        let speaks = |it: &Host| {
            estate.network.interfaces[InterfaceIndex(it.interface).index()].primary(family).is_some()
        };
        if hosts.iter().any(speaks) {
            ask(estate, &hosts, family, &mut kinds);
        }
    }
    Some(arrows(kinds))
}

/// Asks about every pair, and from the internet.
fn ask(estate: &Estate<'_>, hosts: &[Host], family: Family, kinds: &mut BTreeMap<Kind, Pairs>) {
    let network = estate.network;
    let own = hosts.iter().map(|it| Source::Interface(InterfaceIndex(it.interface), None));
    let query = Query {
        sources: own.chain([Source::Outside(network.internet(family).clone())]).collect(),
        destinations: hosts
            .iter()
            .map(|it| Destination::Interface(InterfaceIndex(it.interface), None))
            .collect(),
        traffic: Traffic::default(),
        family: Some(family),
        ..Query::default()
    };
    let answer = decide(&mut Solver::new(network), &query);
    for pair in answer.pairs.iter().filter(|it| !it.is_host_local) {
        let from = hosts.get(pair.source);
        let to = &hosts[pair.destination];
        if from.is_some_and(|it| it.interface == to.interface) {
            continue;
        }
        let what = passing(pair);
        if what.is_empty() {
            continue;
        }
        let sender = from.map_or(Tip::Internet, |it| Tip::Row(it.row));
        let role = from.map_or_else(|| "internet".to_owned(), |it| it.role.clone());
        let names =
            format!("{} → {}", from.map_or("internet".to_owned(), |it| name(estate, it)), name(estate, to));
        let pairs = kinds.entry((sender, role, to.row, to.role.clone(), what)).or_default();
        pairs[usize::from(family == Family::V6)].push(names);
    }
}

/// An arrow for each kind; where they are too many, one for each pair of rows.
fn arrows(kinds: BTreeMap<Kind, Pairs>) -> Vec<Flow> {
    let flows: Vec<(Flow, usize)> = kinds.into_iter().flat_map(|(kind, pairs)| flow(kind, &pairs)).collect();
    if flows.len() > MOST_FLOWS { by_row(flows) } else { flows.into_iter().map(|it| it.0).collect() }
}

/// What gets there and back, for certain.
fn passing(pair: &PairAnswer) -> Vec<Interval> {
    if !matches!(pair.verdict, Verdict::Reachable | Verdict::Partial) {
        return Vec::new();
    }
    union(pair.parts.iter().flat_map(|it| it.forward.iter().copied()).collect())
}

/// All of some packets, each stretch once.
pub(super) fn union(mut all: Vec<Interval>) -> Vec<Interval> {
    all.sort_unstable();
    let mut joined: Vec<Interval> = Vec::new();
    for (low, high) in all {
        match joined.last_mut() {
            Some((_, last)) if low <= last.saturating_add(1) => *last = (*last).max(high),
            Some(_) | None => joined.push((low, high)),
        }
    }
    joined
}

fn hosts_of(
    estate: &Estate<'_>,
    endpoints: &Endpoints<'_>,
    vpc: &VpcFacts<'_>,
    bands: &[Band],
    collapse: Option<&str>,
) -> Vec<Host> {
    let rows = bands.iter().flat_map(|it| &it.rows).enumerate();
    let rows: BTreeMap<&str, usize> =
        rows.flat_map(|(row, cells)| cells.iter().flatten().map(move |it| (it.key.as_str(), row))).collect();
    let mut hosts = Vec::new();
    for subnet in &vpc.subnets {
        let Some(row) = rows.get(subnet.id).copied() else { continue };
        for interface in &subnet.interfaces {
            let it = &estate.model.network_interfaces[*interface as usize];
            if matches!(it.kind, InterfaceKind::NatGateway | InterfaceKind::TransitGateway) {
                continue;
            }
            let (_, role) = hosts::role(estate, endpoints, it, *interface, collapse);
            hosts.push(Host { interface: *interface, row, role });
        }
    }
    hosts
}

fn name(estate: &Estate<'_>, host: &Host) -> String {
    hosts::name_of(estate, &estate.model.network_interfaces[host.interface as usize]).to_owned()
}

pub(super) fn pairs(count: usize) -> String {
    if count == 1 { "1 pair".to_owned() } else { format!("{count} pairs") }
}

/// The arrows of a kind: one, or two where IPv6 is for others than IPv4.
fn flow((from, source, to, destination, what): Kind, [ipv4, ipv6]: &Pairs) -> Vec<(Flow, usize)> {
    let ends = format!("{source} → {destination}");
    let arrow = |word: &str, names: &[String], note: &str| {
        let traffic = format!("{word}{} · {}{note}", transport_text(&what), pairs(names.len()));
        let flow = Flow {
            from: from.clone(),
            to: Tip::Row(to),
            paint: None,
            ends: ends.clone(),
            traffic,
            hover: some(names),
        };
        (flow, names.len())
    };
    if ipv4 == ipv6 {
        return vec![arrow("", ipv4, " · IPv4, IPv6")];
    }
    let each = [("", ipv4), ("IPv6 ", ipv6)].into_iter().filter(|(_, names)| !names.is_empty());
    each.map(|(word, names)| arrow(word, names, "")).collect()
}

/// One arrow for each pair of rows; what it stands for is told on pointing at it.
fn by_row(flows: Vec<(Flow, usize)>) -> Vec<Flow> {
    let mut rows: BTreeMap<(Tip, Tip), Vec<(Flow, usize)>> = BTreeMap::new();
    for (flow, count) in flows {
        rows.entry((flow.from.clone(), flow.to.clone())).or_default().push((flow, count));
    }
    let joined = rows.into_iter().map(|((from, to), mut kinds)| {
        if kinds.len() == 1
            && let Some((alone, _)) = kinds.pop()
        {
            return alone;
        }
        let ends = match &from {
            Tip::Internet => format!("from the internet, {} kinds", kinds.len()),
            Tip::Row(_) => format!("{} kinds", kinds.len()),
            Tip::Elsewhere(name) => format!("from {name}, {} kinds", kinds.len()),
        };
        let count = kinds.iter().map(|(_, count)| count).sum();
        let lines = kinds.iter().map(|(flow, _)| format!("{}: {}", flow.ends, flow.traffic));
        let hover = some(&lines.collect::<Vec<String>>());
        Flow { from, to, paint: None, ends, traffic: pairs(count), hover }
    });
    joined.collect()
}

/// What other VPCs send to the rows of one.
pub(super) fn arriving(crossings: &[Crossing], vpc: &VpcFacts<'_>, bands: &[Band]) -> Vec<Flow> {
    let rows = bands.iter().flat_map(|it| &it.rows).enumerate();
    let rows: BTreeMap<&str, usize> =
        rows.flat_map(|(row, cells)| cells.iter().flatten().map(move |it| (it.key.as_str(), row))).collect();
    let mut kinds: BTreeMap<Kind, [u64; 2]> = BTreeMap::new();
    for it in crossings.iter().filter(|it| it.to == vpc.id.as_str()) {
        let Some(row) = rows.get(it.subnet.as_str()) else { continue };
        let sender = Tip::Elsewhere(it.from_name.clone());
        let role = format!("{} in {}", it.role, it.from_name);
        let key = (sender, role, *row, it.receiver.clone(), it.what.clone());
        kinds.entry(key).or_default()[usize::from(it.family == Family::V6)] += it.pairs;
    }
    let mut flows = Vec::new();
    for ((from, source, to, destination, what), counts) in kinds {
        for (word, count) in ["", "IPv6 "].into_iter().zip(counts).filter(|(_, count)| *count > 0) {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            let traffic = format!("{word}{} · {}", transport_text(&what), pairs(count));
            let ends = format!("{source} → {destination}");
            let flow =
                Flow { from: from.clone(), to: Tip::Row(to), paint: None, ends, traffic, hover: Vec::new() };
            flows.push((flow, count));
        }
    }
    if flows.len() > MOST_FLOWS { by_row(flows) } else { flows.into_iter().map(|it| it.0).collect() }
}

fn some(lines: &[String]) -> Vec<String> {
    let rest = lines.len().saturating_sub(20);
    lines.iter().take(20).cloned().chain((rest > 0).then(|| format!("and {rest} more"))).collect()
}
