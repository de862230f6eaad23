//! Every lint on every topology and on the corpus.
//!
//! What they find is written down, one line a finding, in `lints/topologies.txt` and `lints/corpus.txt`: a new topology
//! tests all lints, a new lint is read on all topologies before its lines are kept (`NETPATH_ACCEPT=1 cargo test lints`
//! writes them anew). Whatever carries a packet is asked again: the answer must be what the finding claims.

use std::fs;
use std::path::{Path, PathBuf};

use netpath::lint::{Baseline, Selection, Settings, run};
use netpath::network;
use netpath::report::lint::{LintReport, Told};
use netpath::snapshot::{ReadOptions, Snapshot, read};
use netpath::solver::solve;

use crate::corpus::corpus;

/// What all lints find in a snapshot, a line a finding, and what is wrong with the findings' packets.
fn lines(snapshot: &Snapshot) -> (Vec<String>, Vec<String>) {
    let network = network::compile(&snapshot.model);
    let settings = Settings { today: "2026-11-21".to_owned(), ..Settings::default() };
    let outcome = run(&snapshot.model, &network, &settings, &Selection::default(), &Baseline::default());
    let mut wrong = Vec::new();
    for finding in &outcome.findings {
        let Some(witness) = &finding.witness else { continue };
        let answer = solve(&network, &witness.query);
        if !witness.claim.holds(answer.verdict) {
            wrong.push(format!(
                "{} {}: claims {:?}, and the answer is {}",
                finding.lint.id,
                finding.fingerprint,
                witness.claim,
                answer.verdict.as_text()
            ));
        }
    }
    let report = LintReport::new(&outcome, &settings, &network, snapshot, Told::All);
    let mut lines: Vec<String> = report
        .findings
        .iter()
        .map(|it| {
            let packet = if it.witness.is_some() { " [packet]" } else { "" };
            format!("{} {} {}: {}{packet}", it.severity, it.lint, it.resource.id, it.message)
        })
        .collect();
    lines.extend(
        report.lints.iter().flat_map(|it| it.missing.iter().map(move |what| format!("{} {what}", it.lint))),
    );
    (lines, wrong)
}

/// All that is found in some snapshots, against what is written down.
///
/// Of the corpus, which is not part of the repository, only how many findings of a lint there are is written down.
fn check(name: &str, snapshots: &[(String, PathBuf)], is_counted: bool) {
    let mut text = String::new();
    let mut wrong = Vec::new();
    for (title, path) in snapshots {
        let Ok(snapshot) = read(std::slice::from_ref(path), &ReadOptions::default()) else { continue };
        let (lines, faults) = lines(&snapshot);
        wrong.extend(faults.into_iter().map(|it| format!("{title}: {it}")));
        text.push_str(&format!("## {title}\n"));
        let lines = if is_counted { counted(&lines) } else { lines };
        for line in lines {
            text.push_str(&format!("{line}\n"));
        }
        text.push('\n');
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/lints").join(name);
    if std::env::var_os("NETPATH_ACCEPT").is_some() {
        fs::write(&path, &text).expect("what was found can be written down");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    if known != text {
        let (known, found): (Vec<&str>, Vec<&str>) = (known.lines().collect(), text.lines().collect());
        let gone = known.iter().filter(|it| !found.contains(it)).map(|it| format!("- {it}"));
        let new = found.iter().filter(|it| !known.contains(it)).map(|it| format!("+ {it}"));
        let changes: Vec<String> = gone.chain(new).take(60).collect();
        panic!("{name} says otherwise; read what is new, then NETPATH_ACCEPT=1\n{}", changes.join("\n"));
    }
}

/// `3 × high NP007` for lines that begin alike; what was skipped as it stands.
fn counted(lines: &[String]) -> Vec<String> {
    let mut counts: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let is_skip = words.get(1) == Some(&"skipped:");
        let head = if is_skip { words[..words.len().min(5)].join(" ") } else { words[..2].join(" ") };
        *counts.entry(head).or_default() += 1;
    }
    counts.into_iter().map(|(head, count)| format!("{count} × {head}")).collect()
}

#[test]
fn every_lint_on_every_topology() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    let entries = fs::read_dir(&folder).expect("the topologies are part of the repository");
    let mut cases: Vec<PathBuf> = entries.map(|it| it.expect("a folder can be listed").path()).collect();
    cases.sort();
    let mut snapshots = Vec::new();
    for case in cases {
        let name = case.file_name().expect("a topology has a name").to_string_lossy().into_owned();
        for part in ["snapshot", "fixed"] {
            if case.join(part).is_dir() {
                snapshots.push((format!("{name}/{part}"), case.join(part)));
            }
        }
    }
    check("topologies.txt", &snapshots, false);
}

/// Folders of the corpus that are snapshots of AWS answers.
const CORPUS: &[&str] = &["lab-validation", "batfish", "np-guard", "aws-cli-examples"];

#[test]
fn every_lint_on_every_snapshot_of_the_corpus() {
    let Some(corpus) = corpus() else { return };
    let mut snapshots = Vec::new();
    for part in CORPUS {
        for folder in snapshot_folders(&corpus.join(part)) {
            let title = folder.strip_prefix(&corpus).unwrap_or(&folder).display().to_string();
            snapshots.push((title, folder));
        }
    }
    assert!(!snapshots.is_empty(), "the corpus has moved");
    check("corpus.txt", &snapshots, true);
}

/// The lowest folders that hold subnets of a VPC.
fn snapshot_folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    // Ends: a tree of folders has no cycle.
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut holds = false;
        for entry in entries {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "json") {
                let text = fs::read_to_string(&path).unwrap_or_default();
                holds |= text.contains("\"Subnets\"") || text.contains("\"Vpcs\"");
            }
        }
        if holds {
            found.push(folder);
        }
    }
    found.sort();
    found
}
