//! Findings of other scanners by the front door: what packets can use, what they cannot, what nobody can tell.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::shorthand;

/// A group that is open and reached, one that is open and is not, and an address without a route.
const NETWORK: &str = "
    vpc     vpc-a       10.0.0.0/16
    subnet  subnet-pub  10.0.1.0/24  in vpc-a
    subnet  subnet-prv  10.0.2.0/24  in vpc-a
    route   subnet-pub  0.0.0.0/0 -> igw-a
    eni     eni-web     10.0.1.10    in subnet-pub  sg sg-web  public 198.51.100.10
    eni     eni-db      10.0.2.10    in subnet-prv  sg sg-db   public 198.51.100.11
    sg      sg-idle     in vpc-a
    allow   sg-web      inbound tcp 22   from 0.0.0.0/0
    allow   sg-db       inbound tcp 5432 from 0.0.0.0/0
    allow   sg-idle     inbound all      from 0.0.0.0/0";

fn run(network: &str, findings: &str, words: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let snapshot = folder.path().join("snapshot");
    fs::create_dir(&snapshot).expect("a folder can be made");
    shorthand::write(network, &snapshot).unwrap_or_else(|error| panic!("{error}\n{network}"));
    let file = folder.path().join("findings");
    fs::write(&file, findings).expect("a file can be written");
    Command::new(env!("CARGO_BIN_EXE_netpath"))
        .current_dir(folder.path())
        .arg("-s")
        .arg(&snapshot)
        .args(words)
        .arg("triage")
        .arg(Path::new("findings"))
        .args(["--fail-on", "reachable"])
        .env_remove("NETPATH_SNAPSHOT")
        .output()
        .expect("the program can be started")
}

/// `STATE CHECK RESOURCE`, in the order in which they are told, and the exit code.
fn sorted(network: &str, findings: &str) -> (Vec<String>, Option<i32>, Value) {
    let output = run(network, findings, &["-q", "-f", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&output.stderr)));
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let all = report["findings"].as_array().expect("findings");
    let lines = all
        .iter()
        .map(|it| format!("{} {} {}", text(&it["state"]), text(&it["check"]), text(&it["resource"]["id"])))
        .collect();
    (lines, output.status.code(), report)
}

const CSV: &str = "AUTH_METHOD;FINDING_UID;CHECK_ID;CHECK_TITLE;STATUS;STATUS_EXTENDED;SEVERITY;RESOURCE_UID;RESOURCE_NAME
profile;1;ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22;\"No; SSH\";FAIL;open;high;arn:aws:ec2:eu-west-1:111122223333:security-group/sg-web;web
profile;2;ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432;Postgres;FAIL;open;high;arn:aws:ec2:eu-west-1:111122223333:security-group/sg-db;db
profile;3;ec2_securitygroup_allow_ingress_from_internet_to_all_ports;All;FAIL;open;high;arn:aws:ec2:eu-west-1:111122223333:security-group/sg-idle;idle
profile;4;ec2_securitygroup_allow_ingress_from_internet_to_all_ports;All;FAIL;open;high;arn:aws:ec2:eu-west-1:111122223333:security-group/sg-elsewhere;elsewhere
profile;5;s3_bucket_public_access;Bucket;FAIL;public;critical;arn:aws:s3:::bucket;bucket
profile;6;ec2_securitygroup_default_restrict_traffic;Default;PASS;;low;arn:aws:ec2:eu-west-1:111122223333:security-group/sg-web;web
";

#[test]
fn prowlers_table_is_sorted_by_what_packets_do() {
    let (lines, code, report) = sorted(NETWORK, CSV);
    assert_eq!(
        lines,
        [
            "reachable ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22 sg-web",
            "unknown ec2_securitygroup_allow_ingress_from_internet_to_all_ports -",
            "unreachable ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432 sg-db",
            "unreachable ec2_securitygroup_allow_ingress_from_internet_to_all_ports sg-idle",
        ]
    );
    assert_eq!(code, Some(1));
    assert_eq!(report["format"], "Prowler CSV");
    assert_eq!(report["counts"]["left_out"], 2);
    let witness = &report["findings"][0]["witness"];
    assert_eq!(witness["packet"]["destination_port"], 22, "{witness}");
    assert!(witness["hops"].as_array().is_some_and(|it| !it.is_empty()), "{witness}");
    let reason = report["findings"][2]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("no answer gets back"), "{reason}");
}

#[test]
fn ocsf_and_asff_say_the_same() {
    let arn = |id: &str| format!("arn:aws:ec2:eu-west-1:111122223333:security-group/{id}");
    let check = "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22";
    let ocsf = |id: &str| {
        json!({ "metadata": { "event_code": check }, "status_code": "FAIL", "severity": "High", "class_uid": 2004,
            "finding_info": { "title": "SSH", "uid": id }, "resources": [{ "uid": arn(id) }] })
    };
    let asff = |id: &str| {
        json!({ "GeneratorId": format!("prowler-{check}"), "ProductArn": "arn:aws:securityhub:::product/x", "Title": "SSH",
            "Compliance": { "Status": "FAILED" }, "Severity": { "Label": "HIGH" }, "Resources": [{ "Id": arn(id) }] })
    };
    for (format, file) in [
        ("OCSF", json!([ocsf("sg-web"), ocsf("sg-db")])),
        ("ASFF", json!([asff("sg-web"), asff("sg-db")])),
        ("ASFF", json!({ "Findings": [asff("sg-web"), asff("sg-db")] })),
    ] {
        let (lines, _, report) = sorted(NETWORK, &file.to_string());
        assert_eq!(report["format"], format);
        let states: Vec<&str> = lines.iter().filter_map(|it| it.split(' ').next()).collect();
        assert_eq!(states, ["reachable", "unreachable"], "{report:#}");
        assert_eq!(report["findings"][0]["resource"]["id"], "sg-web");
    }
}

#[test]
fn sarif_of_anybody_is_read_for_the_ids_in_it() {
    let result = |text: &str, id: &str| {
        json!({ "ruleId": "open-ingress", "level": "error", "message": { "text": text },
            "locations": [{ "logicalLocations": [{ "name": id }] }] })
    };
    let file = json!({ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "x" } },
        "results": [result("is open", "eni-web"), result("is open: 198.51.100.11", "")] }] });
    let (lines, _, report) = sorted(NETWORK, &file.to_string());
    assert_eq!(lines, ["reachable open-ingress eni-web", "unreachable open-ingress eni-db"], "{report:#}");
}

#[test]
fn what_the_snapshot_lacks_is_unknown() {
    let network = format!("{NETWORK}\n    missing network-acls");
    let (lines, code, _) = sorted(&network, CSV.lines().take(2).collect::<Vec<_>>().join("\n").as_str());
    assert_eq!(lines, ["unknown ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22 sg-web"]);
    assert_eq!(code, Some(3));
}

#[test]
fn netpaths_own_findings_can_be_triaged() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    shorthand::write(NETWORK, folder.path()).expect("the topology is right");
    let output = Command::new(env!("CARGO_BIN_EXE_netpath"))
        .arg("-s")
        .arg(folder.path())
        .args(["-q", "-f", "sarif", "lint", "--only", "NP002"])
        .env_remove("NETPATH_SNAPSHOT")
        .output()
        .expect("the program can be started");
    let (lines, _, report) = sorted(NETWORK, &String::from_utf8_lossy(&output.stdout));
    assert_eq!(lines, ["reachable NP002 sg-web"], "{report:#}");
}

#[test]
fn a_bad_file_is_one_clear_error_and_a_bad_element_loses_itself_only() {
    for (text, words) in [
        ("", "the file is empty"),
        ("{", "no JSON"),
        ("[1, 2]", "neither OCSF, ASFF nor SARIF"),
        ("{\"a\": 1}", "neither OCSF, ASFF nor SARIF"),
        ("one,two\n1,2\n", "CSV without the columns"),
        ("null", "CSV without the columns"),
    ] {
        let output = run(NETWORK, text, &["-q"]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text:?}: {errors}");
        assert!(errors.contains(words), "{text:?}: {errors}");
        assert!(output.stdout.is_empty());
    }
    let good = json!({ "class_uid": 2004, "status_code": "FAIL", "metadata": { "event_code": "x_port_22" },
        "resources": [{ "uid": "sg-web" }] });
    let file = json!([good, { "class_uid": 2004, "resources": "none" }, 7]);
    let (lines, _, report) = sorted(NETWORK, &file.to_string());
    assert_eq!(lines, ["reachable x_port_22 sg-web"]);
    assert_eq!(report["unreadable"].as_array().map(Vec::len), Some(2), "{report:#}");
    assert_eq!(report["unreadable"][0]["place"], "finding 2");
}

#[test]
fn people_read_the_packet_and_the_blocker() {
    let output = run(NETWORK, CSV, &["-q"]);
    let text = String::from_utf8_lossy(&output.stdout);
    for words in [
        "reachable sg-web",
        "unreachable sg-db",
        "1 reachable, 1 unknown, 2 unreachable; 2 not about the network",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}
