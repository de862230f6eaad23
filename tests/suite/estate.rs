//! Questions about the whole estate: rows must say of every pair of interfaces what a question about that pair says.

#[path = "../../benches/estate.rs"]
pub(crate) mod made;
mod segments;

use std::collections::BTreeMap;

use netpath::model::{Model, ResourceKind};
use netpath::network::{Component, InterfaceIndex, Network};
use netpath::packet::{Family, Interval};
use netpath::snapshot::{ReadOptions, read_documents};
use netpath::solver::estate::{Cell, Effort, Estate, Exposure, Scope, exposure, internet, relation};
use netpath::solver::{
    Destination, PairAnswer, Query, Solver, Source, Traffic, Verdict, decide, solve_blockers,
};

use crate::differential::random::Random;
use crate::differential::{model, topologies};
use crate::semantics;

/// Networks of an ordinary run.
const NETWORKS: u64 = 60;
/// Networks that are shown where something is wrong.
const SHOWN: usize = 8;

/// What is said of a pair: verdict, what passes by its answers, assumptions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    verdict: Verdict,
    passed: BTreeMap<Vec<Interval>, Vec<Interval>>,
    assumptions: Vec<u32>,
}

type Pairs = BTreeMap<(u32, u32, bool), Said>;

fn union(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    let mut all = [left, right].concat();
    all.sort_unstable();
    let mut joined: Vec<Interval> = Vec::new();
    for (low, high) in all {
        match joined.last_mut() {
            Some(last) if low <= last.1 + 1 => last.1 = last.1.max(high),
            Some(_) | None => joined.push((low, high)),
        }
    }
    joined
}

fn of_cell(cell: &Cell) -> Said {
    Said {
        verdict: cell.verdict,
        passed: cell.passed.iter().map(|it| (it.back.clone(), it.forward.clone())).collect(),
        assumptions: cell.assumptions.iter().map(|it| it.0).collect(),
    }
}

fn of_pair(pair: &PairAnswer) -> Option<Said> {
    let mut passed: BTreeMap<Vec<Interval>, Vec<Interval>> = BTreeMap::new();
    for part in &pair.parts {
        let back = if pair.verdict == Verdict::ForwardOnly { Vec::new() } else { part.back.clone() };
        let known = passed.entry(back).or_default();
        *known = union(known, &part.forward);
    }
    (pair.verdict != Verdict::Blocked).then(|| Said {
        verdict: pair.verdict,
        passed,
        assumptions: pair.assumptions.iter().map(|it| it.0).collect(),
    })
}

/// Every pair that the rows speak of, and how much there was to do.
fn by_rows(network: &Network, scope: &Scope) -> (Pairs, Effort) {
    let estate = Estate::new(network);
    let mut pairs = Pairs::new();
    let effort = relation(
        &estate,
        scope,
        Vec::new,
        |rows: &mut Vec<((u32, u32, bool), Said)>, row| {
            let said = of_cell(row.cell);
            let before = rows.len();
            for source in row.sources.interfaces() {
                let others = row.destinations.interfaces().filter(|it| *it != source);
                rows.extend(others.map(|it| ((source.0, it.0, row.family == Family::V6), said.clone())));
            }
            assert_eq!((rows.len() - before) as u64, row.pairs());
        },
        |rows| {
            for (key, said) in rows {
                assert!(pairs.insert(key, said).is_none(), "two rows speak of {key:?}");
            }
            true
        },
    );
    (pairs, effort)
}

/// The same, one question after the other.
fn by_questions(network: &Network, scope: &Scope) -> Pairs {
    let mut pairs = Pairs::new();
    let mut solver = Solver::new(network);
    let all: Vec<u32> = (0..network.interfaces.len() as u32).filter(|row| is_listed(network, *row)).collect();
    for source in scope.from.as_ref().unwrap_or(&all) {
        for destination in scope.to.as_ref().unwrap_or(&all) {
            if source == destination {
                continue;
            }
            for family in
                Family::BOTH.into_iter().filter(|it| scope.family.is_none_or(|wanted| wanted == *it))
            {
                let query = question(
                    Source::Interface(InterfaceIndex(*source), None),
                    InterfaceIndex(*destination),
                    scope,
                    family,
                );
                let answer = decide(&mut solver, &query);
                let said = answer.pairs.first().and_then(of_pair);
                pairs.extend(said.map(|said| ((*source, *destination, family == Family::V6), said)));
            }
        }
    }
    pairs
}

fn question(source: Source, destination: InterfaceIndex, scope: &Scope, family: Family) -> Query {
    Query {
        sources: vec![source],
        destinations: vec![Destination::Interface(destination, None)],
        traffic: scope.traffic.clone(),
        family: Some(family),
        is_one_way: scope.is_one_way,
        ..Query::default()
    }
}

/// The first pair of a network of which rows and questions do not say the same, how many pairs something passes between,
/// and how much there was to do.
fn compare(model: &Model, network: &Network, scope: &Scope) -> (Option<String>, usize, Effort) {
    let ((rows, effort), questions) = (by_rows(network, scope), by_questions(network, scope));
    let name = |row: u32| model.network_interfaces.get_row(row as usize).map(|it| it.id.to_string());
    let mut keys = rows.keys().chain(questions.keys());
    let wrong = keys.find(|key| rows.get(key) != questions.get(key)).map(|key| {
        let (rows, questions) = (rows.get(key), questions.get(key));
        format!("{:?} → {:?}, {key:?}\nrows: {rows:?}\nquestions: {questions:?}", name(key.0), name(key.1))
    });
    (wrong, questions.len(), effort)
}

/// All packets, one port with few client ports, or one way only, and sometimes only some of the interfaces.
fn some_scope(random: &mut Random, network: &Network) -> Scope {
    let all = Traffic::default();
    let traffic = match random.below(3) {
        0 => Traffic { source_ports: vec![(32768, 60999)], ..Traffic::ports(6, 443, 443) },
        1 => Traffic { source_ports: vec![(0, 65535)], ..all },
        _ => all,
    };
    let some = |random: &mut Random| {
        let chosen = random.chance(20);
        let mut rows = 0..network.interfaces.len() as u32;
        chosen.then(|| rows.by_ref().filter(|_| random.chance(50)).collect::<Vec<u32>>())
    };
    Scope { from: some(random), to: some(random), traffic, family: None, is_one_way: random.chance(10) }
}

#[test]
fn rows_say_of_each_pair_what_a_question_says() {
    let effort = compare_networks(|random| topologies::topology(random).to_string());
    assert!(effort.vpc_pairs > 100, "{effort:?}");
}

#[test]
fn rows_of_segments_say_of_each_pair_what_a_question_says() {
    let effort = compare_networks(segments::topology);
    assert!(effort.translated_pairs > 30, "{effort:?}");
}

/// Compares rows and questions of random networks, and says how much there was to do for the rows.
fn compare_networks(topology: impl Fn(&mut Random) -> String) -> Effort {
    let (mut pairs, mut sum) = (0, Effort::default());
    let mut wrong: Vec<String> = Vec::new();
    let first = number("NETPATH_ESTATE_SEED").unwrap_or(1);
    for seed in first..first + number("NETPATH_ESTATE_NETWORKS").unwrap_or(NETWORKS) {
        let mut random = Random::new(seed);
        let topology = topology(&mut random);
        let model = model(&topology).unwrap_or_else(|error| panic!("{error}\n{topology}"));
        let network = netpath::network::compile(&model);
        let scope = some_scope(&mut random, &network);
        let (found, open, effort) = compare(&model, &network, &scope);
        pairs += open;
        sum.vpc_pairs += effort.vpc_pairs;
        sum.translated_pairs += effort.translated_pairs;
        wrong.extend(found.map(|it| format!("seed {seed}: {it}\n{scope:?} of\n{topology}")));
    }
    assert!(
        wrong.is_empty(),
        "{} networks, the first of them: {}",
        wrong.len(),
        wrong[..wrong.len().min(SHOWN)].join("\n\n")
    );
    assert!(pairs > 1000, "{pairs}");
    sum
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn exposure_says_of_each_interface_what_a_question_from_the_internet_says() {
    let mut exposed = 0;
    for seed in 1..=NETWORKS {
        let mut random = Random::new(seed);
        let topology = topologies::topology(&mut random).to_string();
        let model = model(&topology).unwrap_or_else(|error| panic!("{error}\n{topology}"));
        let network = netpath::network::compile(&model);
        exposed += compare_exposure(&network, &format!("seed {seed} of\n{topology}"));
    }
    assert!(exposed > 100, "{exposed}");
}

fn compare_exposure(network: &Network, about: &str) -> usize {
    let estate = Estate::new(network);
    let scope = Scope::default();
    let asked = Exposure { origins: internet(network), scope: scope.clone(), explains_closed: true };
    let mut rows = BTreeMap::new();
    exposure(
        &estate,
        &asked,
        Vec::new,
        |sum: &mut Vec<_>, it| {
            for interface in it.interfaces.interfaces() {
                let codes: Vec<_> = it.answer.blockers.iter().map(|it| (it.code, it.is_later)).collect();
                sum.push(((it.origin, interface.0), (it.answer.verdict, sources(it.answer), codes)));
            }
        },
        |sum| {
            for (key, said) in sum {
                assert!(rows.insert(key, said).is_none(), "{key:?} is exposed twice");
            }
            true
        },
    );
    let mut solver = Solver::new(network);
    let mut exposed = 0;
    for (origin, source) in asked.origins.iter().enumerate() {
        let family = Family::BOTH[origin];
        for interface in (0..network.interfaces.len() as u32).filter(|row| is_listed(network, *row)) {
            let query = question(source.clone(), InterfaceIndex(interface), &scope, family);
            let answer = solve_blockers(&mut solver, &query);
            let said = answer.pairs.first().map(|pair| {
                exposed += usize::from(pair.verdict != Verdict::Blocked);
                let codes: Vec<_> = pair.blockers.iter().map(|it| (it.code, it.is_later)).collect();
                (pair.verdict, sources(pair), codes)
            });
            assert_eq!(rows.get(&(origin, interface)), said.as_ref(), "interface {interface}, {about}");
        }
    }
    exposed
}

/// NAT gateways that show no interface have a row too.
fn is_listed(network: &Network, row: u32) -> bool {
    let component = network.interfaces[row as usize].component;
    matches!(component, Component::Resource(ResourceKind::NetworkInterface, _))
}

/// What passes, by who sends it.
fn sources(pair: &PairAnswer) -> Vec<(netpath::packet::AddressSet, Vec<Interval>, Vec<Interval>)> {
    pair.parts.iter().map(|it| (it.source.clone(), it.forward.clone(), it.back.clone())).collect()
}

/// The made-up estate of the benchmarks, of some size.
fn made_up(interfaces: usize) -> Model {
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let estate = made::Estate::new(interfaces, 1);
    estate.write(folder.path()).expect("there is room for the estate");
    let read = netpath::snapshot::read(&[folder.path().join("accounts")], &Default::default());
    read.expect("a made-up estate can be read").model
}

#[test]
fn rows_of_a_made_up_estate_say_what_questions_say() {
    let model = made_up(240);
    let network = netpath::network::compile(&model);
    let scope = Scope::default();
    let (wrong, open, _) = compare(&model, &network, &scope);
    assert_eq!(wrong, None);
    assert!(open > 1000, "{open}");
}

/// A few interfaces each way, of an estate whose parts get to each other by a NAT gateway that they share.
#[test]
fn rows_by_a_shared_nat_gateway_say_what_questions_say() {
    let model = made_up(1_000);
    let network = netpath::network::compile(&model);
    let some: Vec<u32> = (0..network.interfaces.len() as u32).step_by(199).collect();
    for scope in [
        Scope { from: Some(some.clone()), ..Scope::default() },
        Scope { to: Some(some.clone()), ..Scope::default() },
    ] {
        let (wrong, open, effort) = compare(&model, &network, &scope);
        assert_eq!(wrong, None);
        assert!(open > 100 && effort.translated_pairs > 3, "{open}, {effort:?}");
    }
}

#[test]
fn rows_of_every_page_and_topology_say_what_questions_say() {
    let mut wrong: Vec<String> = Vec::new();
    for written in semantics::networks().into_iter().chain(crate::topologies::networks()) {
        let files = written.files.iter();
        let documents =
            files.map(|(name, value)| (name.display().to_string(), value.to_string().into_bytes()));
        let Ok(snapshot) = read_documents(documents.collect(), &ReadOptions::default()) else { continue };
        let network = netpath::network::compile(&snapshot.model);
        let (found, ..) = compare(&snapshot.model, &network, &Scope::default());
        wrong.extend(found.map(|it| format!("{}: {it}", written.place)));
    }
    assert!(wrong.is_empty(), "{} networks\n{}", wrong.len(), wrong.join("\n"));
}

/// What stands for speed: how much there is to do, and how that grows.
#[test]
fn all_pairs_of_an_estate_are_put_together_from_bundles() {
    for interfaces in [500, 1_000] {
        let model = made_up(interfaces);
        let network = netpath::network::compile(&model);
        let effort = relation(&Estate::new(&network), &Scope::default(), || (), |(), _| {}, |()| true);
        let pairs = (interfaces * interfaces) as u64;
        assert!(effort.bundle_pairs * 10 < pairs && effort.single_pairs < 100, "{effort:?}");
    }
}
