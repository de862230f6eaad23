//! Networks on which checks of configuration alone, as other tools have them, give the wrong answer: here they are right.
//!
//! Each case is a topology and what is said of it; the table in `docs/validation.md` says which check goes wrong, and how.

use std::path::Path;

use serde_json::Value;

use super::examples::run;
use crate::{semantics, shorthand};

/// What the lints of `only` find: `SEVERITY LINT RESOURCE`.
fn found(topology: &str, only: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    shorthand::write(topology, folder.path()).unwrap_or_else(|error| panic!("{error}\n{topology}"));
    let report = run(folder.path(), "", &["--only", only]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .map(|it| format!("{} {} {}", text(&it["severity"]), text(&it["lint"]), text(&it["resource"]["id"])))
        .collect()
}

fn check(topology: &str, only: &str, expected: &[&str]) {
    assert_eq!(found(topology, only), expected, "{topology}");
}

/// The tier of a subnet, as `netpath show` says it.
fn tier(topology: &str, subnet: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    shorthand::write(topology, folder.path()).expect("the topology is right");
    show(folder.path(), subnet)["tier"].as_str().unwrap_or_default().to_owned()
}

fn show(snapshot: &Path, subnet: &str) -> Value {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_netpath"))
        .arg("-s")
        .arg(snapshot)
        .args(["-f", "json", "show", subnet])
        .env_remove("NETPATH_SNAPSHOT")
        .output()
        .expect("the program can be started");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_main_table_of_another_vpc_makes_nothing_public() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        vpc    vpc-b      10.1.0.0/16
        subnet subnet-a1  10.0.1.0/24  in vpc-a
        subnet subnet-b1  10.1.1.0/24  in vpc-b
        route  vpc-a      0.0.0.0/0 -> igw-a
        eni    eni-b1     10.1.1.10    in subnet-b1  sg sg-b  public 198.51.100.10
        allow  sg-b       inbound all from 0.0.0.0/0
        set    subnet-b1  Tags [{\"Key\":\"Tier\",\"Value\":\"isolated\"}]";
    check(topology, "NP001,NP002,NP007,NP008", &[]);
    assert_eq!(tier(topology, "subnet-b1"), "isolated");
}

#[test]
fn a_public_address_in_a_private_subnet_is_no_exposure() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        subnet subnet-a   10.0.1.0/24  in vpc-a
        eni    eni-a      10.0.1.10    in subnet-a  sg sg-a  public 198.51.100.10
        igw    igw-a      in vpc-a
        allow  sg-a       inbound all from 0.0.0.0/0";
    check(topology, "NP001,NP002", &[]);
}

#[test]
fn two_halves_of_the_internet_are_the_internet() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        acl    acl-a      in vpc-a
        subnet subnet-a   10.0.1.0/24  in vpc-a  acl acl-a
        entry  acl-a      inbound  100 allow all from 0.0.0.0/1
        entry  acl-a      inbound  110 allow all from 128.0.0.0/1
        entry  acl-a      outbound 100 allow all to 0.0.0.0/0
        route  subnet-a   0.0.0.0/0 -> igw-a
        eni    eni-a      10.0.1.10    in subnet-a  sg sg-a  public 198.51.100.10
        allow  sg-a       inbound tcp 22 from 0.0.0.0/0";
    check(topology, "NP002", &["critical NP002 sg-a"]);
}

#[test]
fn the_order_of_an_acl_counts() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        acl    acl-a      in vpc-a
        subnet subnet-a   10.0.1.0/24  in vpc-a  acl acl-a
        entry  acl-a      inbound  90  deny  tcp 22 from 0.0.0.0/0
        entry  acl-a      inbound  100 allow all from 0.0.0.0/0
        entry  acl-a      outbound 100 allow all to 0.0.0.0/0
        route  subnet-a   0.0.0.0/0 -> igw-a
        eni    eni-a      10.0.1.10    in subnet-a  sg sg-a  public 198.51.100.10
        allow  sg-a       inbound tcp 22 from 0.0.0.0/0";
    check(topology, "NP002,NP004", &[]);
}

#[test]
fn a_default_route_by_nat_does_not_make_a_subnet_public() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        subnet subnet-p   10.0.0.0/24  in vpc-a
        subnet subnet-a   10.0.1.0/24  in vpc-a
        route  subnet-p   0.0.0.0/0 -> igw-a
        nat    nat-a      10.0.0.5     in subnet-p  public 198.51.100.9
        route  subnet-a   0.0.0.0/0 -> nat-a
        set    subnet-a   Tags [{\"Key\":\"Tier\",\"Value\":\"private\"}]";
    assert_eq!(tier(topology, "subnet-a"), "private");
    check(topology, "NP008", &[]);
}

#[test]
fn udp_is_not_ssh() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        subnet subnet-a   10.0.1.0/24  in vpc-a
        route  subnet-a   0.0.0.0/0 -> igw-a
        eni    eni-a      10.0.1.10    in subnet-a  sg sg-a  public 198.51.100.10
        allow  sg-a       inbound udp 0-65535 from 0.0.0.0/0";
    check(topology, "NP002", &[]);
}

#[test]
fn a_peering_connection_out_of_an_isolated_subnet_is_said() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        vpc    vpc-b      10.1.0.0/16
        subnet subnet-a   10.0.1.0/24  in vpc-a
        subnet subnet-b   10.1.1.0/24  in vpc-b
        pcx    pcx-ab     vpc-a vpc-b
        route  subnet-a   10.1.0.0/16 -> pcx-ab
        route  subnet-b   10.0.0.0/16 -> pcx-ab
        route  subnet-b   0.0.0.0/0 -> igw-b
        eni    eni-a      10.0.1.10    in subnet-a
        set    subnet-a   Tags [{\"Key\":\"Tier\",\"Value\":\"isolated\"}]";
    check(topology, "NP007", &["medium NP007 subnet-a"]);
}

#[test]
fn two_gateways_in_one_zone_are_one_point_of_failure() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        subnet subnet-p1  10.0.0.0/25    in vpc-a  zone a
        subnet subnet-p2  10.0.0.128/25  in vpc-a  zone a
        subnet subnet-a   10.0.1.0/24    in vpc-a  zone a
        subnet subnet-b   10.0.2.0/24    in vpc-a  zone b
        route  subnet-p1  0.0.0.0/0 -> igw-a
        route  subnet-p2  0.0.0.0/0 -> igw-a
        nat    nat-1      10.0.0.5     in subnet-p1  public 198.51.100.1
        nat    nat-2      10.0.0.133   in subnet-p2  public 198.51.100.2
        route  subnet-a   0.0.0.0/0 -> nat-1
        route  subnet-b   0.0.0.0/0 -> nat-2";
    check(topology, "NP005", &["medium NP005 vpc-a"]);
}

#[test]
fn the_families_are_judged_apart_and_an_address_is_needed() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16 2600:1f18::/56
        acl    acl-a      in vpc-a
        subnet subnet-a   10.0.1.0/24 2600:1f18:0:1::/64  in vpc-a  acl acl-a
        entry  acl-a      inbound  100 allow all from ::/0
        entry  acl-a      outbound 100 allow all to 0.0.0.0/0
        entry  acl-a      outbound 110 allow all to ::/0
        route  subnet-a   0.0.0.0/0 -> igw-a
        route  subnet-a   ::/0 -> igw-a
        eni    eni-4      10.0.1.10    in subnet-a  sg sg-4  public 198.51.100.10
        eni    eni-6      10.0.1.11 2600:1f18:0:1::11  in subnet-a  sg sg-6
        eni    eni-none   10.0.1.12    in subnet-a  sg sg-4
        allow  sg-4       inbound tcp 22 from 0.0.0.0/0
        allow  sg-6       inbound tcp 22 from ::/0";
    check(topology, "NP002", &["critical NP002 sg-6"]);
}

#[test]
fn the_first_of_two_rules_that_overlaps_is_not_forgotten() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        sg     sg-a       in vpc-a
        allow  sg-a       inbound tcp 443 from 10.0.0.0/16
        allow  sg-a       inbound tcp 400-500 from 10.0.0.0/8
        allow  sg-a       inbound tcp 8080 from 10.0.0.0/8";
    check(topology, "NP004", &["info NP004 sg-a"]);
}

#[test]
fn a_flag_that_gives_public_addresses_makes_no_subnet_public() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        subnet subnet-f   10.0.1.0/24  in vpc-a
        subnet subnet-r   10.0.2.0/24  in vpc-a
        set    subnet-f   MapPublicIpOnLaunch true
        set    subnet-r   MapPublicIpOnLaunch false
        route  subnet-r   0.0.0.0/0 -> igw-a
        eni    eni-r      10.0.2.10    in subnet-r  sg sg-r  public 198.51.100.10
        allow  sg-r       inbound tcp 22 from 0.0.0.0/0";
    assert_eq!(
        (tier(topology, "subnet-f").as_str(), tier(topology, "subnet-r").as_str()),
        ("isolated", "public")
    );
    check(topology, "NP002", &["critical NP002 sg-r"]);
}

#[test]
fn central_egress_counts_and_a_route_of_an_unrelated_table_does_not() {
    let topology = "
        vpc    vpc-spoke  10.1.0.0/16
        vpc    vpc-egress 10.9.0.0/16
        vpc    vpc-other  10.2.0.0/16
        subnet subnet-s   10.1.1.0/24  in vpc-spoke   zone b
        subnet subnet-out 10.9.0.0/24  in vpc-egress  zone a
        subnet subnet-t   10.9.1.0/28  in vpc-egress  zone b
        table  rtb-idle   in vpc-spoke
        pcx    pcx-so     vpc-spoke vpc-other
        route  rtb-idle   10.2.0.0/16 -> pcx-so
        tgw    tgw-x
        tgw-attachment tgw-attach-s vpc-spoke  to tgw-x in subnet-s
        tgw-attachment tgw-attach-e vpc-egress to tgw-x in subnet-t
        route  subnet-s   0.0.0.0/0 -> tgw-x
        tgw-route tgw-rtb-x 0.0.0.0/0 -> tgw-attach-e
        route  subnet-out 0.0.0.0/0 -> igw-e
        route  subnet-out 10.0.0.0/8 -> tgw-x
        nat    nat-e      10.9.0.5     in subnet-out  public 198.51.100.9
        route  subnet-t   0.0.0.0/0 -> nat-e";
    check(topology, "NP006", &["low NP006 subnet-s", "low NP006 subnet-t"]);
}

#[test]
fn prefix_list_routes_take_only_what_is_in_the_list() {
    semantics::check(
        "
```topology
vpc     vpc-a       10.0.0.0/16
vpc     vpc-b       10.1.0.0/16
subnet  subnet-a    10.0.1.0/24  in vpc-a  table rtb-a
subnet  subnet-b    10.1.1.0/24  in vpc-b
table   rtb-a       in vpc-a
prefix-list pl-s3   3.5.0.0/16   service s3
endpoint vpce-s3    s3 in vpc-a  list pl-s3 tables rtb-a
tgw     tgw-x
tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
route   rtb-a       0.0.0.0/0 -> tgw-x
route   subnet-b    10.0.0.0/16 -> tgw-x
eni     eni-a       10.0.1.10    in subnet-a
eni     eni-b       10.1.1.10    in subnet-b  sg sg-b
allow   sg-b        inbound all from 10.0.0.0/16
```

```questions
eni-a -> eni-b  tcp/443  reachable
```
",
    );
}

#[test]
fn all_traffic_is_not_open_when_answers_are_dropped() {
    let topology = "
        vpc    vpc-a      10.0.0.0/16
        acl    acl-b      in vpc-a
        subnet subnet-a   10.0.1.0/24  in vpc-a
        subnet subnet-b   10.0.2.0/24  in vpc-a  acl acl-b
        entry  acl-b      inbound  100 allow all from 0.0.0.0/0
        eni    eni-a      10.0.1.10    in subnet-a  sg sg-any
        eni    eni-b      10.0.2.10    in subnet-b  sg sg-any
        allow  sg-any     inbound all from 0.0.0.0/0";
    check(topology, "NP003", &["medium NP003 acl-b"]);
}

#[test]
fn a_supernet_to_a_peer_is_wider_than_the_peer() {
    let topology = |route: &str| {
        format!(
            "
        vpc    vpc-a      10.0.0.0/16
        vpc    vpc-b      10.1.0.0/16
        subnet subnet-a   10.0.1.0/24  in vpc-a
        pcx    pcx-ab     vpc-a vpc-b
        route  subnet-a   {route} -> pcx-ab
        eni    eni-a      10.0.1.10    in subnet-a"
        )
    };
    check(&topology("10.0.0.0/8"), "NP058", &["low NP058 rtb-a"]);
    check(&topology("10.1.0.0/16"), "NP058", &[]);
}
