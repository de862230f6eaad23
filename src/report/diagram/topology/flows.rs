//! Who talks to whom inside a VPC: every pair of hosts is asked about, and pairs of the same groups that may say the same to
//! each other are one arrow, with protocol, ports and how many they are.

use std::collections::BTreeMap;

use super::estate::{Estate, VpcFacts};
use super::hosts::{self, Endpoints};
use crate::model::InterfaceKind;
use crate::network::InterfaceIndex;
use crate::packet::{Family, Interval};
use crate::report::diagram::picture::{Band, Flow};
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
type Kind = (Option<usize>, String, usize, String, Vec<Interval>);

/// The arrows of a VPC whose rows are drawn.
pub(super) fn flows(
    estate: &Estate<'_>,
    endpoints: &Endpoints<'_>,
    vpc: &VpcFacts<'_>,
    bands: &[Band],
    collapse: Option<&str>,
) -> Vec<Flow> {
    let hosts = hosts_of(estate, endpoints, vpc, bands, collapse);
    if hosts.is_empty() || hosts.len() > MOST_HOSTS {
        return Vec::new();
    }
    let mut kinds: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    let network = estate.network;
    let own = hosts.iter().map(|it| Source::Interface(InterfaceIndex(it.interface), None));
    let query = Query {
        sources: own.chain([Source::Outside(network.internet(Family::V4).clone())]).collect(),
        destinations: hosts
            .iter()
            .map(|it| Destination::Interface(InterfaceIndex(it.interface), None))
            .collect(),
        traffic: Traffic::default(),
        family: Some(Family::V4),
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
        let role = from.map_or_else(|| "internet".to_owned(), |it| it.role.clone());
        let names =
            format!("{} → {}", from.map_or("internet".to_owned(), |it| name(estate, it)), name(estate, to));
        kinds.entry((from.map(|it| it.row), role, to.row, to.role.clone(), what)).or_default().push(names);
    }
    if kinds.len() > MOST_FLOWS { by_row(kinds) } else { kinds.into_iter().map(flow).collect() }
}

/// What gets there and back, for certain.
fn passing(pair: &PairAnswer) -> Vec<Interval> {
    if !matches!(pair.verdict, Verdict::Reachable | Verdict::Partial) {
        return Vec::new();
    }
    let mut all: Vec<Interval> = pair.parts.iter().flat_map(|it| it.forward.iter().copied()).collect();
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

fn pairs(count: usize) -> String {
    if count == 1 { "1 pair".to_owned() } else { format!("{count} pairs") }
}

fn flow(((from, source, to, destination, what), names): (Kind, Vec<String>)) -> Flow {
    let traffic = format!("{} · {}", transport_text(&what), pairs(names.len()));
    Flow { from, to, ends: format!("{source} → {destination}"), traffic, hover: some(&names) }
}

/// One arrow for each pair of rows; what it stands for is told on pointing at it.
fn by_row(kinds: BTreeMap<Kind, Vec<String>>) -> Vec<Flow> {
    let mut rows: BTreeMap<(Option<usize>, usize), (usize, Vec<String>)> = BTreeMap::new();
    for (kind, names) in kinds {
        let entry = rows.entry((kind.0, kind.2)).or_default();
        entry.0 += names.len();
        let flow = flow((kind, names));
        entry.1.push(format!("{}: {}", flow.ends, flow.traffic));
    }
    let joined = rows.into_iter().map(|((from, to), (count, kinds))| {
        let ends =
            if from.is_none() { "from the internet".to_owned() } else { format!("{} kinds", kinds.len()) };
        Flow { from, to, ends, traffic: pairs(count), hover: some(&kinds) }
    });
    joined.collect()
}

fn some(lines: &[String]) -> Vec<String> {
    let rest = lines.len().saturating_sub(20);
    lines.iter().take(20).cloned().chain((rest > 0).then(|| format!("and {rest} more"))).collect()
}
