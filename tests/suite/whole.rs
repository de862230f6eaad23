//! `netpath matrix`, `exposure`, `into`, `blast`: the whole estate, by the front door.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn snapshot(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies").join(case).join("snapshot")
}

fn run(case: &str, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    command.arg("-s").arg(snapshot(case)).args(words).env_remove("NETPATH_SNAPSHOT");
    command.output().expect("the binary starts")
}

fn text(case: &str, words: &[&str]) -> String {
    let output = run(case, words);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {errors}");
    String::from_utf8(output.stdout).expect("results are UTF-8")
}

fn json(case: &str, words: &[&str]) -> Value {
    serde_json::from_str(&text(case, &[words, &["-f", "json"]].concat())).expect("the result is JSON")
}

/// From, to and verdict of each cell.
fn cells(matrix: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let cells = matrix["cells"].as_array().expect("a list");
    cells.iter().map(|it| (text(&it["from"]), text(&it["to"]), text(&it["verdict"]))).collect()
}

#[test]
fn a_cell_says_what_a_question_about_its_pair_says() {
    let case = "three-tier";
    let matrix = json(case, &["matrix", "--traffic", "tcp/8080", "--by", "alike"]);
    let groups = matrix["groups"].as_array().expect("a list");
    let first = |name: &str| {
        let group = groups.iter().find(|it| it["name"] == name).expect("each cell's groups are listed");
        group["members"][0].as_str().expect("a group has members").to_owned()
    };
    let found = cells(&matrix);
    assert!(!found.is_empty());
    let mut asked = 0;
    for from in groups {
        for to in groups {
            let names = [from, to].map(|it| it["name"].as_str().expect("a name").to_owned());
            let [source, destination] = [first(&names[0]), first(&names[1])];
            if source == destination {
                continue;
            }
            let answer = json(case, &["query", &source, &destination, "tcp/8080"]);
            let cell = found.iter().find(|it| it.0 == names[0] && it.1 == names[1]);
            let verdict = cell.map_or("blocked", |it| it.2.as_str());
            assert_eq!(answer["verdict"], verdict, "{names:?}");
            asked += 1;
        }
    }
    assert!(asked > 5, "{asked}");
}

#[test]
fn only_what_is_asked_for_is_in_the_table() {
    let all = json("three-tier", &["matrix", "--by", "sg"]);
    let to_database = json("three-tier", &["matrix", "--by", "sg", "--to", "db-a"]);
    assert!(cells(&to_database).len() < cells(&all).len());
    let some = json("three-tier", &["matrix", "--by", "sg", "--only", "reachable"]);
    assert!(cells(&some).iter().all(|it| it.2 == "reachable"));
    let wrong = run("three-tier", &["matrix", "--by", "colour"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("tag:KEY"));
}

#[test]
fn tables_are_written_for_people_and_programs() {
    let csv = text("three-tier", &["matrix", "--by", "sg", "-f", "csv"]);
    let mut lines = csv.split("\r\n");
    assert_eq!(lines.next(), Some("from,to,verdict,packets,reachable,partial,forward_only,blocked,unknown"));
    assert_eq!(
        lines.filter(|it| !it.is_empty()).count(),
        cells(&json("three-tier", &["matrix", "--by", "sg"])).len()
    );
    let markdown = text("three-tier", &["matrix", "--by", "sg", "-f", "markdown"]);
    let columns = |line: &str| line.matches(" | ").count();
    let widths: Vec<usize> = markdown.lines().map(columns).collect();
    assert!(widths.windows(2).all(|it| it[0] == it[1]), "{markdown}");
    let html = text("three-tier", &["matrix", "--by", "vpc", "-f", "html"]);
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"), "{html}");
    let people = text("three-tier", &["matrix"]);
    assert!(people.lines().all(|line| line.chars().count() <= 100), "{people}");
}

#[test]
fn what_is_not_written_whole_is_not_there() {
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let file = folder.path().join("table");
    let path = file.to_str().expect("temporary folders have plain names");
    let wrong = run("three-tier", &["exposure", "-f", "csv", "-o", path]);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder is there").count(), 0);
    if cfg!(target_os = "linux") {
        let full = run("three-tier", &["matrix", "-o", "/dev/full"]);
        assert_eq!(full.status.code(), Some(2));
    }
    let right = run("three-tier", &["matrix", "-o", path]);
    assert_eq!(right.status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(file).expect("the table is there"), text("three-tier", &["matrix"]));
}

#[test]
fn a_public_database_is_exposed_and_an_open_group_without_a_route_is_not() {
    let exposed = json("x06-public-database", &["exposure"]);
    assert_ne!(exposed["exposed_interfaces"], 0);
    let first = &exposed["exposed"][0];
    assert!(!first["packets"].as_array().expect("a list").is_empty());
    assert!(first["by"].as_str().expect("it comes in by a gateway").starts_with("igw-"));
    let rules = first["path"].as_array().expect("a list").iter().filter(|it| !it["rule"].is_null()).count();
    assert!(rules > 0, "{first}");
    let open = json("x04-open-group-without-route", &["exposure", "--one-change"]);
    assert!(!open["looks_open"].as_array().expect("a list").is_empty(), "{open}");
    assert!(open["one_change"].is_array());
}

#[test]
fn what_a_web_server_reaches_leads_to_the_database_through_the_middle() {
    let one = json("three-tier", &["blast", "web-a", "--hops", "1", "--crown", "db-a"]);
    assert!(one["crown_jewels"][0]["hops"].is_null(), "{one}");
    let two = json("three-tier", &["blast", "web-a", "--hops", "3", "--crown", "db-a"]);
    assert_eq!(two["crown_jewels"][0]["hops"], 2, "{two}");
    let reached = |it: &Value| it["reached"].as_u64().expect("a number");
    assert!(reached(&one) < reached(&two));
    let into = json("three-tier", &["into", "db-a", "--by", "sg", "--traffic", "tcp/5432"]);
    let senders: Vec<String> = cells(&into).into_iter().map(|it| it.0).collect();
    assert!(
        senders.iter().any(|it| it.contains("app")) && !senders.iter().any(|it| it.contains("web")),
        "{senders:?}"
    );
}
