//! Networks that are too big to be drawn whole: what is put together, counted and left out still says something.

use std::path::Path;
use std::process::Command;

use netpath::report::cidr::Plan;
use netpath::report::diagram::{self, Options, dot, mermaid};
use serde_json::{Value, json};

use super::{drawn, faults, opened, written};
use crate::estate::made;

/// Writes an estate of some interfaces; there are about a hundred in a VPC.
pub(super) fn write(interfaces: usize, folder: &Path) {
    made::Estate::new(interfaces, 1).write(folder).expect("an estate can be written");
}

fn save(folder: &Path, file: &str, value: &Value) {
    std::fs::write(folder.join(file), value.to_string()).expect("a file can be written");
}

/// Two VPCs with a peering connection; each host has a group of its own, and no two groups say the same.
fn strangers(folder: &Path, hosts: usize) {
    let vpcs: Vec<Value> = (0..2)
        .map(|it| json!({ "VpcId": format!("vpc-{it}"), "CidrBlock": format!("10.{it}.0.0/16"), "OwnerId": "111122223333" }))
        .collect();
    let subnets: Vec<Value> = (0..2)
        .map(|it| {
            json!({ "SubnetId": format!("subnet-{it}"), "VpcId": format!("vpc-{it}"),
            "CidrBlock": format!("10.{it}.0.0/16"), "AvailabilityZone": "eu-west-1a" })
        })
        .collect();
    let interface = |it: usize| {
        let vpc = it % 2;
        json!({ "NetworkInterfaceId": format!("eni-{it:05}"), "SubnetId": format!("subnet-{vpc}"),
            "VpcId": format!("vpc-{vpc}"), "Groups": [{ "GroupId": format!("sg-{it:05}") }],
            "PrivateIpAddress": format!("10.{vpc}.{}.{}", 1 + it / 400, 4 + it / 2 % 200) })
    };
    let group = |it: usize| {
        json!({ "GroupId": format!("sg-{it:05}"), "GroupName": format!("group-{it}"), "VpcId": format!("vpc-{}", it % 2),
            "IpPermissionsEgress": [],
            "IpPermissions": [{ "IpProtocol": "tcp", "FromPort": 1000 + it, "ToPort": 1000 + it,
                "IpRanges": [{ "CidrIp": "10.0.0.0/8" }] }] })
    };
    let side = |it: usize| json!({ "VpcId": format!("vpc-{it}"), "OwnerId": "111122223333", "CidrBlock": format!("10.{it}.0.0/16") });
    let peering = json!({ "VpcPeeringConnectionId": "pcx-1", "Status": { "Code": "active" },
        "RequesterVpcInfo": side(0), "AccepterVpcInfo": side(1) });
    save(folder, "vpcs.json", &json!({ "Vpcs": vpcs }));
    save(folder, "subnets.json", &json!({ "Subnets": subnets }));
    save(
        folder,
        "interfaces.json",
        &json!({ "NetworkInterfaces": (0..hosts).map(interface).collect::<Vec<Value>>() }),
    );
    save(folder, "groups.json", &json!({ "SecurityGroups": (0..hosts).map(group).collect::<Vec<Value>>() }));
    save(folder, "peerings.json", &json!({ "VpcPeeringConnections": [peering] }));
}

#[test]
fn more_kinds_than_are_asked_about_are_said_to_be_left_out() {
    const WORDS: &str = "who talks to whom between VPCs is left out: too many";
    for (hosts, is_left_out) in [(40, false), (2001, true)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        strangers(folder.path(), hosts);
        let (snapshot, network) = opened(folder.path());
        let drawing = drawn(&diagram::topology(&snapshot, &network, &Options::default()));
        assert_eq!(drawing.contains(WORDS), is_left_out, "{hosts} hosts");
        assert_eq!(faults(&drawing), Vec::<String>::new(), "{hosts} hosts");
    }
}

#[test]
fn an_estate_of_fifty_vpcs_is_readable_in_every_view() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(5000, folder.path());
    let accounts = folder.path().join("accounts");
    let said: [(&[&str], &[&str]); 6] = [
        (
            &[],
            &[
                ">3 accounts<",
                "50 VPCs",
                ">50 VPCs · 3 route tables<",
                ">egress-00<",
                "2 public",
                ">isolated<",
            ],
        ),
        (&["--depth", "kind"], &["VPCs alike"]),
        (
            &["--view", "tgw"],
            &[
                ">24 attachments use production<",
                ">0.0.0.0/0 → egress-00<",
                "→ blackhole<",
                ">41 propagated routes to 28 attachments<",
            ],
        ),
        (&["--view", "cidr"], &[">10.0.0.0/16<", "12 subnets", "addresses in no subnet"]),
        (
            &["--view", "exposure"],
            &["466 of 5000 interfaces", "from the internet<", "ACL_RESTRICTION", "all of them: `netpath"],
        ),
        (
            &["--view", "matrix", "--depth", "vpc"],
            &["by VPC<", "10 groups with fewer pairs are left out", " %<", ">· blocked<"],
        ),
    ];
    for (words, expected) in said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
        let output = command.args(["-q", "-s"]).arg(&accounts).arg("diagram").args(words).output();
        let output = output.expect("the program starts");
        let drawing = String::from_utf8(output.stdout).expect("it writes UTF-8");
        for text in expected {
            assert!(drawing.contains(text), "{words:?} does not say `{text}`");
        }
        assert_eq!(faults(&drawing), Vec::<String>::new(), "{words:?}");
    }
}

#[test]
fn the_addresses_of_hundreds_of_vpcs_are_a_map() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The last two have the same block, and the first one a second block.
    let number = |it: usize| if it == 130 { 129 } else { it };
    let vpc = |it: usize| {
        let mut blocks = vec![format!("10.{}.0.0/16", number(it))];
        blocks.extend((it == 0).then(|| "100.64.32.0/20".to_owned()));
        let blocks: Vec<Value> = blocks
            .iter()
            .map(|it| json!({ "CidrBlock": it, "CidrBlockState": { "State": "associated" } }))
            .collect();
        json!({ "VpcId": format!("vpc-{it:03}"), "CidrBlock": format!("10.{}.0.0/16", number(it)), "CidrBlockAssociationSet": blocks,
            "Tags": [{ "Key": "Name", "Value": format!("team-{it}") }] })
    };
    save(folder.path(), "vpcs.json", &json!({ "Vpcs": (0..131).map(vpc).collect::<Vec<Value>>() }));
    let (snapshot, network) = opened(folder.path());
    let ranges = netpath::network::ranges(&snapshot.model, &network);
    let picture = diagram::cidr(&Plan::new(&network, &snapshot, &ranges), &network);
    let drawing = drawn(&picture);
    for words in [
        ">Addresses of 131 VPCs<",
        ">131 VPCs · 126 blocks of /16 are free<",
        ">10.7.0.0/16<",
        ">team-7<",
        ">10.129.0.0/16<",
        ">2 VPCs<",
        ">10.130.0.0/16<",
        ">1 VPC · 63 blocks of /16 are free<",
        "100.64.32.0/20  team-0",
    ] {
        assert!(drawing.contains(words), "no `{words}`");
    }
    assert_eq!(faults(&drawing), Vec::<String>::new());
    let graph = written(&picture, dot::write);
    assert!(graphviz_rust::parse(&graph).is_ok() && graph.contains("10.7.0.0/16"));
    assert!(!written(&picture, mermaid::write).contains("-->"), "a map has no arrows");
}
