//! What real AWS did and what other analysers say, against what netpath answers.
//!
//! The data stays where it is (`NETPATH_CORPUS`, else `../shared/corpus`); a clone without it skips, and says so. Every
//! difference that is known stands in `docs/validation.md` with its cause, and in the lists below.

use std::path::{Path, PathBuf};

use netpath::network::{self, InterfaceIndex, Network};
use netpath::packet::{AddressSet, Family, bits, protocol};
use netpath::snapshot::{ReadOptions, Snapshot, read};
use netpath::solver::{Destination, Query, Solver, Source, Traffic, Verdict, decide};
use serde_json::Value;

/// The corpus, or a word on why the test skips.
pub fn corpus() -> Option<PathBuf> {
    let given = std::env::var_os("NETPATH_CORPUS").map(PathBuf::from);
    let path = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: no corpus at {}", path.display());
    None
}

fn snapshot_of(path: &Path) -> Snapshot {
    read(&[path.to_path_buf()], &ReadOptions::default()).expect("a corpus snapshot can be read")
}

/// The interface that owns a private address.
fn owner(network: &Network, address: std::net::IpAddr) -> Option<InterfaceIndex> {
    let owners = network.vpcs.iter().map(|vpc| vpc.interfaces.at(Family::of(address), bits(address)));
    owners.into_iter().find(|owner| *owner != u32::MAX).map(InterfaceIndex)
}

fn traffic_of(proto: &str, port: Option<u64>) -> Traffic {
    match (proto, port) {
        ("tcp", Some(port)) => Traffic::ports(protocol::TCP, port as u16, port as u16),
        ("udp", Some(port)) => Traffic::ports(protocol::UDP, port as u16, port as u16),
        ("icmp", _) => Traffic::ports(protocol::ICMP, 8 << 8, 8 << 8),
        (other, _) => panic!("a probe of {other}"),
    }
}

fn query(source: Source, destination: Destination, traffic: Traffic) -> Query {
    Query {
        sources: vec![source],
        destinations: vec![destination],
        traffic,
        family: None,
        is_one_way: false,
        via: Vec::new(),
        avoid: Vec::new(),
        all_paths: false,
    }
}

/// One probe of a lab that netpath does not answer as AWS did, with the cause.
const KNOWN_DIFFERENCES: &[(&str, &str, &str, &str)] = &[];

/// Probes between interfaces of instances, and from the internet to them.
fn probes(lab: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(lab.join("measured.json")).expect("a lab has measurements");
    let measured: Value = serde_json::from_str(&text).expect("measurements are JSON");
    measured["probes"].as_array().expect("a list of probes").clone()
}

fn lab_disagreements(lab: &Path) -> (usize, Vec<String>) {
    let snapshot = snapshot_of(&lab.join("aws_configs"));
    let network = network::compile(&snapshot.model);
    let mut solver = Solver::new(&network);
    let mut disagreements = Vec::new();
    let mut asked = 0;
    let lab_name = lab.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for probe in probes(lab) {
        let is_load_balancer = probe["dst_is"] == "network_load_balancer";
        if is_load_balancer {
            continue;
        }
        let text = |key: &str| probe[key].as_str().unwrap_or_default().to_owned();
        let (source, destination) = (text("src"), text("dst"));
        let from: std::net::IpAddr = source.parse().expect("an address");
        let to: std::net::IpAddr = destination.parse().expect("an address");
        let from = match owner(&network, from) {
            Some(interface) => Source::Interface(interface, Some(bits(from))),
            None => Source::Outside(AddressSet::one(from)),
        };
        let traffic = traffic_of(&text("proto"), probe["port"].as_u64());
        let query = query(from, Destination::Addresses(AddressSet::one(to)), traffic);
        let answer = decide(&mut solver, &query);
        let answered = probe["answered"].as_bool().expect("whether it answered");
        asked += 1;
        let says = answer.verdict == Verdict::Reachable;
        let is_known = KNOWN_DIFFERENCES.iter().any(|(known, known_source, known_destination, _)| {
            *known == lab_name && *known_source == source && *known_destination == destination
        });
        if says != answered && !is_known {
            disagreements.push(format!(
                "{lab_name}: {source} -> {destination} {} {}: AWS {answered}, netpath {} ({})",
                text("proto"),
                probe["port"],
                answer.verdict.as_text(),
                text("dst_is"),
            ));
        }
    }
    (asked, disagreements)
}

#[test]
fn netpath_agrees_with_what_aws_did_in_the_labs() {
    let Some(corpus) = corpus() else { return };
    let mut labs: Vec<PathBuf> = std::fs::read_dir(corpus.join("lab-validation"))
        .expect("the corpus has labs")
        .map(|entry| entry.expect("a folder").path())
        .collect();
    labs.sort();
    let mut disagreements = Vec::new();
    for lab in labs {
        let (asked, found) = lab_disagreements(&lab);
        assert!(asked > 0, "{} has no probe to ask", lab.display());
        disagreements.extend(found);
    }
    assert!(disagreements.is_empty(), "{} disagreements:\n{}", disagreements.len(), disagreements.join("\n"));
}
