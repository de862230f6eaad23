//! Views of what the solver says of a whole network: exposure, matrix, diff. Measured like every picture, and read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use netpath::diff;
use netpath::network::Network;
use netpath::report::cidr::Plan;
use netpath::report::diagram::{self, Depth, MOST_GROUPS, Picture, dot, json, mermaid};
use netpath::report::diff::{DiffView, Side};
use netpath::report::exposure::{Asked as AskedExposure, ExposureView, Found};
use netpath::report::groups::{By, Groups};
use netpath::report::matrix::{Asked, Matrix, Parts};
use netpath::snapshot::Snapshot;
use netpath::solver::Traffic;
use netpath::solver::estate::{Estate, Exposure, Scope, alike, exposure, internet, rollup};

use super::{corpus_snapshots, drawn, faults, folders, opened, topologies, way, written};
use crate::corpus::corpus;

fn exposure_of(snapshot: &Snapshot, network: &Network) -> Picture {
    let estate = Estate::new(network);
    let origins = internet(network);
    let asked = Exposure { origins: origins.clone(), scope: Scope::default(), explains_closed: true };
    let mut found: Vec<Found> = Vec::new();
    exposure(
        &estate,
        &asked,
        Vec::new,
        |kept: &mut Vec<Found>, it| Found::keep(kept, it, network),
        |kept| {
            found.extend(kept);
            true
        },
    );
    let packets = Traffic::default();
    let asked = AskedExposure {
        from: "internet",
        to: None,
        traffic: "all",
        origins: &origins,
        packets: &packets,
        one_change: true,
        is_drawn: true,
    };
    diagram::exposure(&ExposureView::new(&asked, &found, network, snapshot))
}

fn matrix_of(snapshot: &Snapshot, network: &Network, by: &By) -> Picture {
    let estate = Estate::new(network);
    let scope = Scope::default();
    let labels = (*by == By::Alike).then(|| alike(&estate, &scope));
    let groups = Groups::new(snapshot, network, by, labels);
    let sums = rollup(&estate, &scope, &groups.labels);
    let parts = Parts { groups, sums, chosen: [None, None], only: None, families: scope.families() };
    let asked = Asked { by: by.text(), traffic: "all".to_owned(), from: None, to: None };
    diagram::matrix(&Matrix::new(asked, parts, network, snapshot))
}

fn diff_of(old: &(Snapshot, Network), new: &(Snapshot, Network)) -> Picture {
    diagram::diff(&view_of(old, new), None)
}

fn view_of<'a>(old: &'a (Snapshot, Network), new: &'a (Snapshot, Network)) -> DiffView<'a> {
    let difference = diff::diff(
        diff::Side { model: &old.0.model, network: &old.1 },
        diff::Side { model: &new.0.model, network: &new.1 },
        &diff::Scope::default(),
    );
    DiffView::new(
        &difference,
        Side { snapshot: &old.0, network: &old.1 },
        Side { snapshot: &new.0, network: &new.1 },
    )
}

/// What is wrong with the views of a network.
fn wrong(place: &Path, known: &(Snapshot, Network)) -> Vec<String> {
    let (snapshot, network) = known;
    let pictures = [
        ("exposure", exposure_of(snapshot, network)),
        ("matrix", matrix_of(snapshot, network, &By::Alike)),
        ("matrix by sg", matrix_of(snapshot, network, &By::SecurityGroup)),
        ("matrix by vpc", matrix_of(snapshot, network, &By::Vpc)),
    ];
    let faulty = pictures.iter().flat_map(|(view, picture)| {
        let faults = faults(&drawn(picture)).into_iter().take(5);
        faults.map(move |it| format!("{} as {view}: {it}", place.display()))
    });
    faulty.collect()
}

#[test]
fn exposure_and_matrix_of_every_topology_are_readable() {
    let all = folders(&topologies());
    let mut faulty = Vec::new();
    for folder in all {
        let place = folder.join("snapshot");
        let known = opened(&place);
        faulty.extend(wrong(&place, &known));
        if folder.join("fixed").is_dir() {
            let fixed = opened(&folder.join("fixed"));
            for (old, new, word) in [(&known, &fixed, "repair"), (&fixed, &known, "fault")] {
                let picture = diff_of(old, new);
                let faults = faults(&drawn(&picture)).into_iter();
                faulty.extend(faults.map(|it| format!("{word} of {}: {it}", folder.display())));
            }
        }
    }
    assert!(faulty.is_empty(), "{}", faulty.join("\n"));
}

#[test]
fn exposure_matrix_and_diff_of_the_corpus_are_readable() {
    let Some(all) = corpus_snapshots() else { return };
    let mut faulty = Vec::new();
    let mut last: Option<(PathBuf, (Snapshot, Network))> = None;
    for place in all {
        let known = opened(&place);
        faulty.extend(wrong(&place, &known));
        // Networks that have nothing in common differ in everything.
        if let Some((before, old)) = &last {
            let faults = faults(&drawn(&diff_of(old, &known))).into_iter().take(5);
            faulty.extend(faults.map(|it| format!("{} after {}: {it}", place.display(), before.display())));
        }
        last = Some((place, known));
    }
    assert!(faulty.is_empty(), "{}", faulty.join("\n"));
}

#[test]
fn an_exposure_shows_gateways_ports_and_what_only_looks_open() {
    let (snapshot, network) = opened(&topologies().join("three-tier/snapshot"));
    let picture = exposure_of(&snapshot, &network);
    let drawing = drawn(&picture);
    assert_eq!(picture.title, "What the internet gets into: 2 of 8 interfaces");
    for words in [
        "VPC vpc-shop",
        "igw-shop",
        "tcp 443",
        "web-a and 1 like it",
        "sg-web inbound 0: allow tcp 443 from 0.0.0.0/0",
    ] {
        assert!(drawing.contains(words), "no `{words}`");
    }
    let (snapshot, network) = opened(&topologies().join("f04-no-public-address/snapshot"));
    let drawing = drawn(&exposure_of(&snapshot, &network));
    assert!(drawing.contains("Rules look open, and nothing gets in"), "what is stopped is not shown");
}

#[test]
fn a_matrix_says_who_reaches_whom_in_every_format() {
    let (snapshot, network) = opened(&topologies().join("three-tier/snapshot"));
    let picture = matrix_of(&snapshot, &network, &By::SecurityGroup);
    let drawing = drawn(&picture);
    for words in [
        "web-group (sg-011470337f32e1114) → app-group",
        "tcp 8080",
        "db-group (sg-07b1fe8c137a8c581): blocked",
        "4 of 4 pairs",
    ] {
        assert!(drawing.contains(words), "no `{words}`");
    }
    let chart = written(&picture, mermaid::write);
    assert!(chart.contains("-->|\"~ tcp 8080"), "{chart}");
    let graph = written(&picture, dot::write);
    assert!(graphviz_rust::parse(&graph).is_ok() && graph.contains("tcp 8080"), "{graph}");
    let parsed: serde_json::Value =
        serde_json::from_str(&written(&picture, json::write)).expect("a picture is JSON");
    let table = &parsed["boxes"][0]["table"];
    assert_eq!(table["rows"].as_array().map(Vec::len), table["columns"].as_array().map(Vec::len));
}

#[test]
fn ways_that_look_the_same_are_drawn_once() {
    let Some(corpus) = corpus() else { return };
    let (snapshot, network) =
        opened(&corpus.join("lab-validation/aws_tgw_multi_az_intra_region/aws_configs"));
    let picture = way(&snapshot, &network, ["prod-jump1", "dev-priv-az4", "tcp/22"], None);
    let drawing = drawn(&picture);
    assert!(drawing.contains("3 ways look like this"), "no way is told of by number");
    assert_eq!(drawing.matches(">there<").count(), 1);
    assert_eq!(faults(&drawing), Vec::<String>::new());
}

#[test]
fn a_diff_shows_what_was_done_and_whose_packets_differ() {
    let folder = topologies().join("f01-security-group-port");
    let (broken, fixed) = (opened(&folder.join("snapshot")), opened(&folder.join("fixed")));
    let gained = drawn(&diff_of(&broken, &fixed));
    let lost = drawn(&diff_of(&fixed, &broken));
    for (drawing, sign, word, class) in
        [(&gained, "+", "gained", "class=\"gained\""), (&lost, "−", "lost", "class=\"lost\"")]
    {
        for words in [sign, word, class, "rule"] {
            assert!(drawing.contains(words), "no `{words}`");
        }
    }
    assert!(!gained.contains("class=\"lost\"") || gained.contains("− "), "what is lost has a sign");
    let picture = diff_of(&broken, &fixed);
    assert!(graphviz_rust::parse(&written(&picture, dot::write)).is_ok());
    let chart = written(&picture, mermaid::write);
    assert!(chart.contains("what differs") && chart.contains("change 1: + tcp 22"), "{chart}");
}

#[test]
fn a_diff_is_drawn_over_the_networks() {
    let folder = topologies().join("f29a-no-route-to-transit-gateway");
    let (fixed, broken) = (opened(&folder.join("fixed")), opened(&folder.join("snapshot")));
    let drawing = drawn(&diff_of(&fixed, &broken));
    for words in [
        // What did not change is there, what changed has the number of the change, and the arrow too.
        ">subnet-db<",
        ">Δ subnet-app-a<",
        ">change 1<",
        ">1 · rtb-",
        "route removed: 10.2.0.0/16",
        "class=\"flow lost\"",
        "class=\"wire arrow lost\"",
        "− tcp 5432 · 2 pairs",
        "app-a, app-c in vpc-a → db · change 1",
        // Where an arrow begins that comes from another VPC.
        "the other end of the arrows that meet here</title>",
        ">− lost<",
    ] {
        assert!(drawing.contains(words), "no `{words}`");
    }
    assert!(!drawing.contains("tcp 22"), "an arrow about what stayed");
    let tips = drawing.split("<g class=\"outside\">").skip(1).filter_map(|it| it.split("</g>").next());
    let tips: Vec<bool> = tips.map(|it| it.contains(">vpc-a<") || it.contains(">vpc-b<")).collect();
    assert_eq!(tips, [true, true], "arrows begin where nobody says");
    let closed = diagram::diff(&view_of(&fixed, &broken), Some(Depth::Vpc));
    let closed = drawn(&closed);
    assert_eq!(faults(&closed), Vec::<String>::new());
    assert!(closed.contains("What differs between VPCs") && closed.contains("− tcp 5432"));
}

#[test]
fn a_diff_marks_what_is_new_and_what_is_gone() {
    let [old, new] =
        ["three-tier", "x01-forgotten-peering"].map(|it| opened(&topologies().join(it).join("snapshot")));
    let drawing = drawn(&diff_of(&old, &new));
    for words in [
        "class=\"vpc removed\"",
        "class=\"vpc added\"",
        ">− vpc-shop<",
        ">+ vpc-prod<",
        ">+ new<",
        ">− gone<",
    ] {
        assert!(drawing.contains(words), "no `{words}`");
    }
    // What is in a VPC that is gone is gone, not changed.
    assert!(drawing.contains(">− web-a<") && !drawing.contains(">Δ web-a<"));
    assert!(!drawing.contains("data-ask"), "a diff asks about no ends");
}

/// A copy of the shop, with its text changed.
fn shop_with(folder: &Path, change: impl Fn(String) -> String) -> (Snapshot, Network) {
    let from = topologies().join("three-tier/snapshot");
    for entry in std::fs::read_dir(from).expect("a snapshot").filter_map(Result::ok) {
        let text = std::fs::read_to_string(entry.path()).expect("a file of text");
        std::fs::write(folder.join(entry.file_name()), change(text)).expect("a file can be written");
    }
    opened(folder)
}

#[test]
fn what_was_made_anew_is_the_same_box() {
    let shop = opened(&topologies().join("three-tier/snapshot"));
    let host = shop.0.model.network_interfaces.iter().next().expect("the shop has hosts");
    let (interface, subnet) = (host.id.to_string(), host.subnet.to_string());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let anew = shop_with(folder.path(), |text| {
        text.replace(&interface, "eni-0123456789abcdef0").replace(&subnet, "subnet-0123456789abcdef0")
    });
    let drawing = drawn(&diff_of(&shop, &anew));
    let marks = drawing.matches(" added\" data-key").count() + drawing.matches(" removed\" data-key").count();
    assert_eq!(marks, 0, "what was made anew is drawn twice");
}

/// A VPC with one subnet and some hosts of one group.
fn fleet(folder: &Path, hosts: &[u8]) -> (Snapshot, Network) {
    let host = |number: &u8| {
        serde_json::json!({ "NetworkInterfaceId": format!("eni-{number}"), "SubnetId": "subnet-a", "VpcId": "vpc-a",
            "PrivateIpAddress": format!("10.0.0.{number}"), "Groups": [{ "GroupId": "sg-a" }],
            "TagSet": [{ "Key": "Name", "Value": format!("host-{number}") }] })
    };
    let hosts: Vec<serde_json::Value> = hosts.iter().map(host).collect();
    let subnet = serde_json::json!({ "SubnetId": "subnet-a", "VpcId": "vpc-a", "CidrBlock": "10.0.0.0/24",
        "AvailabilityZone": "eu-west-1a" });
    let block = serde_json::json!({ "Ipv6CidrBlock": "2001:db8::/56", "AssociationId": "a",
        "Ipv6CidrBlockState": { "State": "associated" } });
    let vpc = serde_json::json!({ "VpcId": "vpc-a", "CidrBlock": "10.0.0.0/16", "Ipv6CidrBlockAssociationSet": [block] });
    for (file, value) in [
        ("vpcs.json", serde_json::json!({ "Vpcs": [vpc] })),
        ("subnets.json", serde_json::json!({ "Subnets": [subnet] })),
        ("interfaces.json", serde_json::json!({ "NetworkInterfaces": hosts })),
    ] {
        std::fs::write(folder.join(file), value.to_string()).expect("a file can be written");
    }
    opened(folder)
}

#[test]
fn a_group_that_lost_a_host_says_which() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
    let (old, new) = (fleet(folders[0].path(), &[4, 5, 6]), fleet(folders[1].path(), &[5, 6, 7]));
    let drawing = drawn(&diff_of(&old, &new));
    for words in [">Δ sg-a × 3<", ">+ host-7<", ">− host-4<", ">changes 1, 2<"] {
        assert!(drawing.contains(words), "no `{words}`");
    }
    assert_eq!(
        drawing.matches("changed\" data-key").count(),
        2,
        "more than the group and its row of the legend"
    );
}

#[test]
fn a_vpc_of_both_families_is_one_vpc_of_an_address_plan() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (snapshot, network) = fleet(folder.path(), &[4]);
    let ranges = netpath::network::ranges(&snapshot.model, &network);
    let picture = diagram::cidr(&Plan::new(&network, &snapshot, &ranges), &network);
    assert_eq!(picture.title, "Addresses of 1 VPC");
}

#[test]
fn a_small_change_of_a_network_is_a_small_change_of_its_picture() {
    let shop = opened(&topologies().join("three-tier/snapshot"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let renamed = shop_with(folder.path(), |text| text.replace("\"db-b\"", "\"db-c\""));
    let draw =
        |it: &(Snapshot, Network)| drawn(&diagram::topology(&it.0, &it.1, &diagram::Options::default()));
    let (before, after) = (draw(&shop), draw(&renamed));
    let other = before.lines().zip(after.lines()).filter(|(one, other)| one != other).count();
    assert_eq!(before.lines().count(), after.lines().count());
    assert!((1..=6).contains(&other), "{other} lines differ");
}

#[test]
fn a_matrix_of_hundreds_of_groups_has_room_for_the_busiest() {
    let Some(all) = corpus_snapshots() else { return };
    let most = all.iter().map(|place| {
        let (snapshot, network) = opened(place);
        let picture = matrix_of(&snapshot, &network, &By::Alike);
        let drawing = drawn(&picture);
        let heads: BTreeSet<&str> = drawing
            .split("class=\"head-cell\" data-key=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next())
            .collect();
        heads.len()
    });
    let most = most.max().unwrap_or_default();
    assert!(most > 3 && most <= MOST_GROUPS, "{most} groups");
}

/// What a person types.
fn drawn_by(words: &[&str]) -> String {
    let (is_fine, drawing, error) = super::netpath(words);
    assert!(is_fine, "{words:?}: {error}");
    drawing
}

#[test]
fn views_are_asked_for_by_name_and_beside_answers() {
    assert!(drawn_by(&["diagram", "--view", "exposure"]).contains("What the internet gets into"));
    assert!(drawn_by(&["diagram", "--view", "matrix", "--depth", "subnet"]).contains("by subnet"));
    assert!(drawn_by(&["diagram", "--view", "matrix", "--vpc", "vpc-shop"]).contains("Who reaches whom"));
    // What is too many for all of them may be few enough for a part.
    let part = drawn_by(&["diagram", "--view", "matrix", "--tag", "Name=web-a"]);
    assert!(
        part.contains("by what answers alike") && !part.contains(">db-a<"),
        "a part has groups of its own"
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, words, part) in [
        ("a.svg", &["exposure"][..], "What the internet gets into"),
        ("b.svg", &["matrix", "--by", "sg"], "by security group"),
        ("c.html", &["exposure"], "data-ask=\"internet\""),
    ] {
        let file = folder.path().join(name);
        let place = file.to_str().expect("a path of letters");
        let all = [words, &["--diagram", place]].concat();
        assert!(!drawn_by(&all).contains("<svg"), "{words:?} prints its answer");
        let drawing = std::fs::read_to_string(&file).expect("the picture is there");
        assert!(drawing.contains(part), "{words:?} draws no `{part}`");
    }
    let case = topologies().join("f01-security-group-port");
    let sides = ["snapshot", "fixed"].map(|it| case.join(it).to_str().expect("letters").to_owned());
    let file = folder.path().join("d.svg");
    let place = file.to_str().expect("a path of letters");
    for words in [
        &["diff", &sides[0], &sides[1], "--diagram", place][..],
        &["diagram", "--view", "diff", &sides[0], &sides[1], "-o", place],
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_netpath"));
        let output = command.arg("-q").args(words).output().expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let drawing = std::fs::read_to_string(&file).expect("the picture is there");
        assert!(drawing.contains("gained"), "{words:?}");
        std::fs::remove_file(&file).expect("it was there");
    }
    for (words, complaint) in [
        (&["diagram", "--view", "exposure", "--depth", "vpc"][..], "this view knows no `--depth`"),
        (&["diagram", "--view", "cidr", "--tag", "a"], "this view knows no `--tag`"),
        (&["diagram", "--view", "matrix", "--depth", "host"], "a matrix has no such groups"),
        (&["diagram", "--view", "diff"], "wants two snapshots"),
        (&["diagram", "--layout", "dot", "--format", "html"], "`--layout dot` is for SVG"),
    ] {
        let (is_fine, _, error) = super::netpath(words);
        assert!(!is_fine && error.contains(complaint), "{words:?}: {error}");
    }
}
