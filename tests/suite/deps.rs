//! `netpath deps`: what things need, by the front door.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn topology(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies").join(name)
}

fn deps(snapshot: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    command.arg("-s").arg(snapshot).arg("deps").args(words).env_remove("NETPATH_SNAPSHOT");
    command.output().expect("the binary starts")
}

fn json(snapshot: &Path, words: &[&str]) -> Value {
    let output = deps(snapshot, &[words, &["-f", "json"]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {errors}");
    serde_json::from_slice(&output.stdout).expect("the table is JSON")
}

/// Name, verdict, kind of way or code of the first blocker.
fn rows(table: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = table["dependencies"].as_array().expect("a list");
    let row = |it: &Value| {
        let how = if it["way"].is_null() { &it["blockers"][0]["code"] } else { &it["way"]["kind"] };
        (text(&it["name"]), text(&it["verdict"]), text(how))
    };
    rows.iter().map(row).collect()
}

fn check(snapshot: &Path, words: &[&str], verdict: &str, expected: &[(&str, &str, &str)]) {
    let table = json(snapshot, words);
    assert_eq!(table["verdict"], verdict, "{words:?}");
    let rows = rows(&table);
    for (name, verdict, how) in expected {
        let row = rows.iter().find(|it| it.0 == *name).unwrap_or_else(|| panic!("no row {name}: {rows:?}"));
        assert_eq!((row.1.as_str(), row.2.as_str()), (*verdict, *how), "{words:?}: {name}");
    }
}

#[test]
fn a_task_lacks_what_it_has_no_endpoint_for() {
    let case = topology("f23-task-without-its-endpoints");
    let words = ["ecs-fargate", "--from", "ecs:shop/web"];
    let missing = "NO_ROUTE_TO_DESTINATION";
    check(
        &case.join("snapshot"),
        &words,
        "partial",
        &[
            ("the registry's API", "reachable", "interface-endpoint"),
            ("the registry", "blocked", missing),
            ("S3, for the image's layers", "blocked", missing),
            ("CloudWatch Logs", "blocked", missing),
        ],
    );
    check(
        &case.join("fixed"),
        &words,
        "reachable",
        &[
            ("the registry", "reachable", "interface-endpoint"),
            ("S3, for the image's layers", "reachable", "gateway-endpoint"),
            ("CloudWatch Logs", "reachable", "interface-endpoint"),
            ("Secrets Manager", "blocked", missing),
        ],
    );
    let table = json(&case.join("snapshot"), &words);
    assert_eq!(
        table["dependencies"][1]["helps"][0],
        "an interface endpoint for ecr.dkr with private DNS in the VPC"
    );
}

#[test]
fn a_node_is_also_reached_by_its_cluster() {
    let case = topology("f41-node-that-does-not-join");
    let kubelet = "the control plane, to the kubelet";
    check(
        &case.join("snapshot"),
        &["eks-node", "--from", "node-b"],
        "partial",
        &[
            ("the cluster's API", "reachable", "local"),
            (kubelet, "blocked", "ENI_SG_RULES_MISMATCH"),
            ("EC2", "blocked", "NO_ROUTE_TO_DESTINATION"),
        ],
    );
    check(
        &case.join("snapshot"),
        &["eks-node", "--from", "node-a"],
        "partial",
        &[(kubelet, "blocked", "ENI_SG_RULES_MISMATCH"), ("EC2", "reachable", "nat-gateway")],
    );
    let named = ["eks-node", "--from", "node-b", "--set", "cluster=prod"];
    check(
        &case.join("fixed"),
        &named,
        "reachable",
        &[
            ("the cluster's API", "reachable", "local"),
            (kubelet, "reachable", "local"),
            ("S3, for layers", "reachable", "nat-gateway"),
        ],
    );
}

#[test]
fn an_expectation_is_about_what_is_needed() {
    let case = topology("f23-task-without-its-endpoints");
    let expected = |snapshot: &str, verdict: &str| {
        let words = ["ecs-fargate", "--from", "ecs:shop/web", "--expect", verdict];
        deps(&case.join(snapshot), &words).status.code()
    };
    assert_eq!(expected("fixed", "reachable"), Some(0));
    assert_eq!(expected("snapshot", "reachable"), Some(1));
    assert_eq!(expected("snapshot", "partial"), Some(0));
}

#[test]
fn a_list_of_ones_own_is_read_and_what_is_wrong_with_it_is_said() {
    let case = topology("f37-public-database-in-private-subnets").join("snapshot");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |text: &str| {
        let path = folder.path().join("own.toml");
        std::fs::write(&path, text).expect("a temporary file can be written");
        path.to_string_lossy().into_owned()
    };
    let own = file(
        "about = \"a job\"\n[[dependency]]\nname = \"orders\"\nto = \"rds:orders\"\ntraffic = \"tcp/5432\"\n\
         [[dependency]]\nname = \"cache\"\nto = \"elasticache:{cache}\"\noptional = true\n",
    );
    check(
        &case,
        &[&own, "--from", "bastion"],
        "reachable",
        &[("orders", "reachable", "local"), ("cache", "unknown", "")],
    );
    let table = json(&case, &[&own, "--from", "bastion"]);
    assert_eq!(table["dependencies"][1]["error"], "nobody says what `{cache}` is");
    let said = |words: &[&str]| String::from_utf8_lossy(&deps(&case, words).stderr).into_owned();
    assert!(said(&["ssn", "--from", "bastion"]).contains("there is no preset `ssn`"));
    assert!(said(&["ssm", "--from", "nobody"]).contains("nothing in the snapshot is called `nobody`"));
    assert!(said(&["ssm", "--from", "bastion", "--set", "x"]).contains("wants a name and a value"));
    let odd = file("about = \"\"\n[[dependency]]\nname = \"x\"\n");
    assert!(said(&[&odd, "--from", "bastion"]).contains("either `to` or `from`"));
    let odd = file("about = \"\"\n[[dependency]]\nname = \"x\"\nfor = \"y\"\n");
    assert!(said(&[&odd, "--from", "bastion"]).contains("own.toml:4: unknown field `for`"));
}
