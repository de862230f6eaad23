//! What of a topology is drawn: depth, VPCs, tags, what is wrong; and arrows between VPCs and by IPv6.

use std::path::Path;
use std::process::Command;

use super::{faults, topologies};

/// The SVG of a topology's snapshot, measured.
fn of(case: &str, side: &str, words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    command.args(["-q", "-s"]).arg(topologies().join(case).join(side)).arg("diagram").args(words);
    let output = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    let error = text(output.stderr);
    assert!(output.status.success(), "{case} {words:?}: {error}");
    let drawing = text(output.stdout);
    assert_eq!(faults(&drawing), Vec::<String>::new(), "{case} {words:?}");
    drawing
}

/// How many boxes of a class there are.
fn count(drawing: &str, class: &str) -> usize {
    drawing.matches(&format!("class=\"{class}\" data-key")).count()
        + drawing.matches(&format!("class=\"{class} wrong\" data-key")).count()
}

#[test]
fn each_depth_opens_boxes_that_far() {
    let case = "x01-forgotten-peering";
    let at = |depth: &str| of(case, "snapshot", &["--depth", depth]);
    let vpcs = count(&at("subnet"), "vpc");
    assert!(vpcs >= 2, "{vpcs} VPCs");
    assert_eq!(count(&at("account"), "vpc"), 0);
    assert_eq!(count(&at("region"), "vpc"), 0);
    let closed = at("vpc");
    assert!(count(&closed, "host") == 0 && closed.contains("data-key=\"vpc-"), "VPCs are closed");
    assert_eq!(count(&at("subnet"), "host"), 0);
    assert!(count(&at("group"), "host") >= 1);
    assert!(count(&at("host"), "host") >= count(&at("group"), "host"));
    assert!(at("kind").contains("VPC"));
}

#[test]
fn one_vpc_or_one_tag_is_all_that_is_drawn() {
    let both = of("f29a-no-route-to-transit-gateway", "snapshot", &[]);
    let one = of("f29a-no-route-to-transit-gateway", "snapshot", &["--vpc", "vpc-a"]);
    assert!(both.contains(">vpc-b<") && both.contains(">db<"));
    assert!(!one.contains(">db<") && one.contains(">app-a<"), "another VPC is drawn");
    let two = of("f29a-no-route-to-transit-gateway", "snapshot", &["--vpc", "vpc-a", "--vpc", "vpc-b"]);
    assert!(two.contains(">db<") && two.contains(">app-a<"));
    let tagged = of("three-tier", "snapshot", &["--tag", "Name=web-a"]);
    assert!(tagged.contains(">web-a<") && !tagged.contains(">web-b<") && !tagged.contains(">db-a<"));
    let any = of("three-tier", "snapshot", &["--tag", "tag:Name"]);
    assert!(any.contains(">web-a<") && any.contains(">db-b<"));
    let nothing = of("three-tier", "snapshot", &["--tag", "Team=nobody"]);
    assert!(nothing.contains("there is no VPC to draw"));
}

#[test]
fn what_has_the_same_tag_is_one() {
    let apart = of("f29a-no-route-to-transit-gateway", "snapshot", &["--depth", "host"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy_with_team(&topologies().join("f29a-no-route-to-transit-gateway/snapshot"), folder.path());
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    command.args(["-q", "-s"]).arg(folder.path()).args(["diagram", "--collapse", "tag:team"]);
    let output = command.output().expect("the program starts");
    let together = String::from_utf8(output.stdout).expect("it writes UTF-8");
    assert_eq!(faults(&together), Vec::<String>::new());
    assert!(together.contains("team net: 2 VPCs"), "VPCs of one team are not one box");
    assert!(count(&together, "vpc") < count(&apart, "vpc"));
}

/// The same snapshot, every VPC with the tag `team` of one value.
fn copy_with_team(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a snapshot").filter_map(Result::ok) {
        let text = std::fs::read_to_string(entry.path()).expect("a file of text");
        let mut value: serde_json::Value = serde_json::from_str(&text).expect("a file is JSON");
        for vpc in value.get_mut("Vpcs").and_then(serde_json::Value::as_array_mut).into_iter().flatten() {
            let tags = vpc["Tags"].as_array().cloned().unwrap_or_default();
            let team = serde_json::json!({ "Key": "team", "Value": "net" });
            vpc["Tags"] = tags.into_iter().chain([team]).collect();
        }
        std::fs::write(to.join(entry.file_name()), value.to_string()).expect("a file can be written");
    }
}

#[test]
fn only_what_is_wrong_is_what_is_red() {
    let wrong = of("f05a-internet-gateway-detached", "snapshot", &["--only-violations"]);
    let all = of("f05a-internet-gateway-detached", "snapshot", &[]);
    assert!(wrong.contains(" wrong\"") && all.contains(" wrong\""));
    assert!(wrong.matches("data-key").count() < all.matches("data-key").count());
    let fine = of("three-tier", "snapshot", &["--only-violations"]);
    assert!(fine.contains("nothing is wrong") && !fine.contains(" wrong\""));
}

#[test]
fn arrows_cross_from_vpc_to_vpc_where_packets_do() {
    // By a transit gateway: the database is asked from the other VPC, where a route leads there.
    let case = "f29a-no-route-to-transit-gateway";
    let (broken, fixed) = (of(case, "snapshot", &[]), of(case, "fixed", &[]));
    let crosses = "tcp 5432 · ";
    assert!(fixed.contains(crosses) && fixed.contains(" in vpc-a → "), "no arrow between VPCs");
    assert!(!broken.contains(" in vpc-a → "), "an arrow where no route leads");
    // Closed, they have a list.
    let closed = of(case, "fixed", &["--depth", "vpc"]);
    assert!(closed.contains("Between VPCs") && closed.contains(crosses.trim_end_matches(" · ")));
    assert!(!of(case, "snapshot", &["--depth", "vpc"]).contains("Between VPCs"));
    // By a peering connection, where the answer finds its way.
    let case = "f25-peering-no-return-route";
    assert!(of(case, "fixed", &[]).contains("tcp 5432"));
}

#[test]
fn arrows_say_what_passes_by_ipv6_alone() {
    let case = "f08b-ipv6-security-group";
    let (broken, fixed) = (of(case, "snapshot", &[]), of(case, "fixed", &[]));
    let marks = |drawing: &str| drawing.matches("IPv6 ").count() + drawing.matches("IPv4, IPv6").count();
    assert!(marks(&fixed) >= 1, "no arrow by IPv6");
    assert!(broken != fixed, "a rule for IPv6 makes no difference");
}

#[test]
fn graphs_say_who_talks_to_whom_too() {
    for format in ["dot", "mermaid"] {
        let (is_fine, graph, error) = super::netpath(&["diagram", "--format", format]);
        let words = "sg-web → sg-app: tcp 8080 · 4 pairs";
        assert!(is_fine && graph.contains(words), "{format}: {error} {graph}");
    }
}

#[test]
fn what_is_too_much_to_draw_is_said_to_be_left_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let vpcs = serde_json::json!({ "Vpcs": [{ "VpcId": "vpc-a", "CidrBlock": "10.0.0.0/16" }] });
    let subnet = serde_json::json!({ "SubnetId": "subnet-a", "VpcId": "vpc-a", "CidrBlock": "10.0.0.0/24",
        "AvailabilityZone": "eu-west-1a" });
    let host = |number: usize| {
        serde_json::json!({ "NetworkInterfaceId": format!("eni-{number}"), "SubnetId": "subnet-a", "VpcId": "vpc-a",
            "PrivateIpAddress": format!("10.0.0.{number}"), "Groups": [{ "GroupId": "sg-a" }] })
    };
    let hosts: Vec<serde_json::Value> = (4..60).map(host).collect();
    let files = [
        ("vpcs.json", vpcs),
        ("subnets.json", serde_json::json!({ "Subnets": [subnet] })),
        ("interfaces.json", serde_json::json!({ "NetworkInterfaces": hosts })),
    ];
    for (file, value) in files {
        std::fs::write(folder.path().join(file), value.to_string()).expect("a file can be written");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    let output =
        command.args(["-q", "-s"]).arg(folder.path()).arg("diagram").output().expect("the program starts");
    let drawing = String::from_utf8(output.stdout).expect("it writes UTF-8");
    assert!(drawing.contains("sg-a × 56") && drawing.contains("too many hosts to draw who talks to whom"));
}
