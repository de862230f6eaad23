//! moto, a server that plays AWS: a network is made in it, collected, compared with what the aws-cli prints of it, asked
//! about. It proves plumbing and permissions; what it says of a network is wrong in places, and nothing here leans on that.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::python::{Ends, answers, at, by_aws_cli, python, python_with, same, succeed};
use super::{files, json, netpath, run};

/// Starts moto on a port that the system chooses, with the network of `seed.py` in it. Nobody needs a permission.
fn moto() -> Option<(Ends, String)> {
    python()?;
    let mut command = python_with(Path::new("-m"));
    let child = command
        .args(["moto.server", "-H", "127.0.0.1", "-p", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("moto starts");
    let mut child = Ends(child);
    let mut lines = BufReader::new(child.0.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
    let mut said = String::new();
    // Ends: moto says where it is, or ends.
    let url = loop {
        let line = lines.next().unwrap_or_else(|| panic!("moto did not start: {said}"));
        if let Some((_, address)) = line.split_once("Running on ") {
            break address.trim().to_owned();
        }
        said.push_str(&line);
    };
    // It writes a line for each request, and would wait for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    succeed(python_with(&at("seed.py")).arg(&url));
    Some((child, url))
}

#[test]
fn a_network_is_collected_as_the_aws_cli_prints_it_and_asked_about() {
    let Some((_moto, url)) = moto() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    // First one call after another: moto loads a service when it is first asked for, and not well when twice at once.
    let (code, failed) = by_aws_cli(&url, folder.path(), &theirs);
    assert_eq!(code, 3, "{failed}");
    // It fails at what it does not know: those calls are recorded, and the others are there.
    let (code, out, err) = run(netpath(&url).args(["collect", "--attempts", "1", "--out"]).arg(&ours));
    assert_eq!(code, 3, "{out}{err}");
    let (ours_said, theirs_said) = (answers(&ours), answers(&theirs));
    assert!(ours_said.len() > 70, "{}", ours_said.len());
    same(&ours_said, &theirs_said, &format!("{}\n{failed}", json(&ours.join("manifest.json"))));
    for snapshot in [&ours, &theirs] {
        asked_about(&url, snapshot);
    }
}

/// Questions, findings and a picture of a snapshot.
fn asked_about(url: &str, snapshot: &Path) {
    let ask = |words: &[&str]| run(netpath(url).arg("--snapshot").arg(snapshot).args(words));
    let (code, out, err) =
        ask(&["query", "instance:web", "instance:db", "tcp/5432", "--expect", "reachable"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = ask(&["query", "instance:db", "instance:web", "tcp/22", "--expect", "blocked"]);
    assert_eq!(code, 0, "{out}{err}");
    // Only one of the two VPCs has a route to the other.
    let (code, out, err) = ask(&["lint", "--only", "peering-one-sided"]);
    assert!(code == 0 && out.contains("NP019") && out.contains("(shop) has"), "{code} {out}{err}");
    let (code, out, err) = ask(&["diagram"]);
    assert!(code == 0 && out.contains("<svg") && out.contains("shop"), "{out}{err}");
}

#[test]
fn the_printed_policy_is_enough_and_without_it_the_answer_says_what_it_needs() {
    let Some((_moto, url)) = moto() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let printed = succeed(netpath(&url).args(["collect", "--print-policy"]));
    let manifest = collect_with(&url, &printed, &folder.path().join("all"));
    assert_eq!(manifest["counts"]["denied"], 0, "{}", manifest["calls"]);
    assert_eq!(manifest["counts"]["credentials"], 0, "{}", manifest["calls"]);
    assert!(manifest["counts"]["ok"].as_u64() > Some(50), "{}", manifest["counts"]);
    // Without one permission, that call is denied and nothing else.
    let less: Vec<&str> = printed.lines().filter(|it| !it.contains("\"ec2:DescribeRouteTables\"")).collect();
    let less = less.join("\n");
    assert_ne!(less, printed);
    let out = folder.path().join("less");
    let manifest = collect_with(&url, &less, &out);
    let calls = manifest["calls"].as_array().expect("a list");
    let denied: Vec<_> = calls.iter().filter(|it| it["status"] == "denied").collect();
    assert_eq!(denied.len(), 1, "{denied:?}");
    assert_eq!(denied[0]["needs"], "ec2:DescribeRouteTables");
    let ask = ["query", "instance:web", "instance:db", "tcp/5432", "--expect", "reachable"];
    let (code, text, err) = run(netpath(&url).arg("--snapshot").arg(&out).args(ask));
    assert_eq!(code, 3, "{text}{err}");
    assert!(text.contains("unknown: ") && text.contains("`ec2:DescribeRouteTables`"), "{text}{err}");
}

/// The services whose requests have bodies: moto does not verify the signatures of others, the aws-cli's neither.
const SIGNED: &str = "ec2,elbv2,elb,rds,ecs,elasticache,redshift,route53resolver,autoscaling";

/// Collects as somebody whom a policy allows things, and nothing else; what the manifest says.
fn collect_with(url: &str, policy: &str, out: &Path) -> Value {
    let path = out.with_extension("policy");
    fs::write(&path, policy).expect("it can be written");
    let keys = succeed(python_with(&at("reader.py")).arg(url).arg(&path));
    let mut keys = keys.split_whitespace();
    let (code, text, err) = run(netpath(url)
        .env("AWS_ACCESS_KEY_ID", keys.next().expect("a key"))
        .env("AWS_SECRET_ACCESS_KEY", keys.next().expect("a secret"))
        .args(["collect", "--attempts", "1", "--services", SIGNED, "--out"])
        .arg(out));
    // moto does not know all calls.
    assert_eq!(code, 3, "{text}{err}");
    json(&out.join("manifest.json"))
}

#[test]
fn every_command_asks_live() {
    let Some((_moto, url)) = moto() else { return };
    let live = |words: &[&str]| run(netpath(&url).env("AWS_MAX_ATTEMPTS", "1").args(words).arg("--live"));
    let (code, out, err) =
        live(&["query", "instance:web", "instance:db", "tcp/5432", "--expect", "reachable"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = live(&["show", "instance:web"]);
    assert!(code == 0 && out.contains("sg-web"), "{out}{err}");
    let (code, out, err) = live(&["lint", "--only", "peering-one-sided"]);
    assert!(code == 0 && out.contains("NP019"), "{out}{err}");
    let (code, out, err) = live(&["diagram"]);
    assert!(code == 0 && out.contains("<svg"), "{out}{err}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (code, out, err) = live(&["redact", "--out", &at("shown")]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(!files(folder.path()).is_empty());
    // The same network, collected twice.
    let (code, out, err) = run(netpath(&url).args(["collect", "--attempts", "1", "--out", &at("before")]));
    assert_eq!(code, 3, "{out}{err}");
    let (code, out, err) = live(&["diff", &at("before"), "--fail-on", "any"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, _, err) = live(&["diff", &at("before"), &at("shown")]);
    assert!(code == 2 && err.contains("`netpath diff OLD --live`"), "{err}");
}
