//! Address plans: overlaps against every pair of VPCs, free blocks against every block there is, and what the program says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use ipnet::IpNet;
use serde_json::Value;

use netpath::network::{self, Network, Ranges, ranges};
use netpath::snapshot::{self, ReadOptions};
use netpath::solver::cidr::{Grade, Grader, Holder, next_free, overlaps, spaces};

fn topology(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies").join(name).join("snapshot")
}

/// Every network of `topologies/`.
fn networks() -> Vec<(PathBuf, Network, Ranges)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("there are topologies")
        .map(|entry| entry.expect("a folder can be listed").path().join("snapshot"))
        .collect();
    names.sort();
    let read = |path: PathBuf| {
        let snapshot =
            snapshot::read(std::slice::from_ref(&path), &ReadOptions::default()).expect("it can be read");
        let network = network::compile(&snapshot.model);
        let ranges = ranges(&snapshot.model, &network);
        (path, network, ranges)
    };
    names.into_iter().map(read).collect()
}

/// The exit code, and what was printed.
fn ask(topology_name: &str, words: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_netpath"))
        .args(["-q", "-s"])
        .arg(topology(topology_name))
        .args(["cidr"])
        .args(words)
        .env_remove("NETPATH_FORMAT")
        .output()
        .expect("the program starts");
    (output.status.code().expect("it is not killed"), String::from_utf8(output.stdout).expect("UTF-8"))
}

fn json(topology_name: &str, words: &[&str]) -> Value {
    let (_, text) = ask(topology_name, &[words, &["-f", "json"]].concat());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn is_overlapping(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

#[test]
fn overlaps_are_those_of_all_pairs_of_vpcs() {
    let mut seen = 0;
    for (path, _, ranges) in networks() {
        let grader = Grader::new(&ranges);
        let found = overlaps(&ranges);
        let mut told: BTreeSet<(u32, u32, IpNet, Grade)> = BTreeSet::new();
        for overlap in &found {
            let vpcs: Vec<(u32, IpNet)> = overlap
                .holders
                .iter()
                .filter_map(|it| match it {
                    Holder::Vpc(number, block) => Some((*number, *block)),
                    Holder::Other(_) => None,
                })
                .collect();
            assert!(overlap.holders.len() > 1, "{}: alone with {}", path.display(), overlap.block);
            for (one, left) in &vpcs {
                for (other, right) in &vpcs {
                    let is_one_of_them = *left == overlap.block || *right == overlap.block;
                    if one < other && is_one_of_them && grader.grade(*one, *other).0 == overlap.grade {
                        told.insert((*one, *other, overlap.block, overlap.grade));
                    }
                }
            }
        }
        let mut expected = BTreeSet::new();
        for (one, left) in (0u32..).zip(&ranges.holders) {
            for (other, right) in (0u32..).zip(&ranges.holders).filter(|(other, _)| *other > one) {
                for block in &left.blocks {
                    for far in right.blocks.iter().filter(|far| is_overlapping(*block, **far)) {
                        let common = if block.contains(far) { *far } else { *block };
                        expected.insert((one, other, common, grader.grade(one, other).0));
                    }
                }
            }
        }
        seen += expected.len();
        assert_eq!(told, expected, "{}", path.display());
    }
    assert!(seen > 1, "no topology has an overlap");
}

#[test]
fn the_grade_says_what_joins_those_who_overlap() {
    let shared = &json("f27a-overlapping-peers", &[])["overlaps"][0];
    assert_eq!((&shared["grade"], &shared["can_meet"]), (&"shared-peer".into(), &true.into()));
    assert!(shared["by"].as_str().is_some_and(|it| it.contains("vpc-c")), "{shared}");
    assert_eq!(shared["block"], "10.0.128.0/17");
    let hub = &json("f27b-overlapping-vpcs", &[])["overlaps"][0];
    assert_eq!((&hub["grade"], &hub["block"]), (&"transit-gateway".into(), &"10.0.0.0/16".into()));
    assert!(hub["by"].as_str().is_some_and(|it| it.contains("tgw-hub")), "{hub}");
    let (code, text) = ask("three-tier", &[]);
    assert_eq!(code, 0);
    assert!(text.starts_with("no block is anybody's twice\n"), "{text}");
}

#[test]
fn the_next_block_is_the_first_that_is_free() {
    for (path, network, ranges) in networks() {
        for within in ["10.0.0.0/14", "10.0.0.0/16", "172.16.0.0/14", "2001:db8::/32"] {
            let within: IpNet = within.parse().expect("a block");
            let length = within.prefix_len() + 6;
            let search = next_free(&network, &ranges, length, Some(within));
            let blocks: Vec<IpNet> = within.subnets(length).expect("it is longer").collect();
            let is_free =
                |it: &&IpNet| search.obstacles.iter().all(|taken| !is_overlapping(taken.block, **it));
            let free: Vec<&IpNet> = blocks.iter().filter(is_free).collect();
            assert_eq!(search.found.as_ref(), free.first().copied(), "{} {within}", path.display());
            assert_eq!(search.count, free.len() as u128, "{} {within}", path.display());
            let held = ranges.holders.iter().flat_map(|it| &it.blocks);
            let is_known = |block: &&IpNet| is_overlapping(**block, within) && search.inside.is_none();
            for block in held.filter(is_known) {
                assert!(search.found.is_none_or(|it| !is_overlapping(it, *block)), "{}", path.display());
            }
        }
    }
}

#[test]
fn room_is_what_is_left() {
    for (path, network, _) in networks() {
        for space in spaces(&network) {
            for room in &space.subnets {
                let row = &network.subnets[room.subnet.index()];
                let inside =
                    network.interfaces.iter().filter(|it| network.subnets[it.subnet.index()].id == row.id);
                let size = 1u128 << (room.block.max_prefix_len() - room.block.prefix_len()).min(127);
                assert_eq!(room.free, size - room.reserved - room.used, "{}", path.display());
                if let IpNet::V4(block) = room.block {
                    // A NAT gateway may stand beside its own interface, with one address.
                    let addresses = inside.filter_map(|it| it.primary_v4.map(std::net::Ipv4Addr::from));
                    let hosts: BTreeSet<_> = addresses.filter(|it| block.contains(it)).collect();
                    assert!(room.used >= hosts.len() as u128, "{}: {hosts:?} in {}", path.display(), row.id);
                }
                assert!(space.unused.iter().all(|it| !is_overlapping(*it, room.block)), "{}", path.display());
            }
        }
    }
}

#[test]
fn the_next_block_as_the_program_says_it() {
    let (code, text) = ask("three-tier", &["--next", "/24", "--in", "10.0.0.0/16"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("10.0.2.0/24 is free in 10.0.0.0/16 of vpc-"), "{text}");
    let (code, text) = ask("three-tier", &["--next", "/24"]);
    assert_eq!(code, 0);
    assert!(text.starts_with("10.1.0.0/24 is free"), "{text}");
    let (code, text) = ask("three-tier", &["--next", "/24", "--in", "10.0.20.0/23"]);
    assert_eq!(code, 1);
    assert!(text.starts_with("no /24 is free in 10.0.20.0/23"), "{text}");
    for words in [["--next", "/x"], ["--next", "/64"]] {
        assert_eq!(ask("three-tier", &words).0, 2, "{words:?}");
    }
    assert_eq!(ask("three-tier", &["--next", "/8", "--in", "10.0.0.0/16"]).0, 2);
    assert_eq!(json("three-tier", &["--next", "/28"])["block"], "10.1.0.0/28");
}
