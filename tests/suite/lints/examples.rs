//! The examples of the lints' pages, and the pages as they stand in `docs/lints`.
//!
//! An example is a `topology` block, a `settings` block where `netpath.toml` matters, and a `findings` block: a line for
//! each finding of the lint, `SEVERITY RESOURCE: WORDS`, whose words stand somewhere in what is said of it, or `none`,
//! or `skipped: CALL`. `NETPATH_ACCEPT=1 cargo test lints` prints `docs/lints` anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use netpath::lint::{LINTS, Lint};
use netpath::report;
use serde_json::Value;

use crate::shorthand;

/// An example.
#[derive(Default)]
pub struct Example {
    topology: String,
    settings: String,
    expected: Vec<String>,
}

/// Runs all lints on a snapshot, in a folder with these settings.
pub fn run(snapshot: &Path, settings: &str, words: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("netpath.toml"), settings).expect("settings can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_netpath"))
        .current_dir(folder.path())
        .arg("--snapshot")
        .arg(snapshot)
        .args(["--format", "json", "--quiet", "lint"])
        .args(words)
        .env_remove("NETPATH_SNAPSHOT")
        .env("SOURCE_DATE_EPOCH", "1795219200")
        .output()
        .expect("the program can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{errors}"))
}

/// The examples of a page.
fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut block = None;
    for line in page.lines() {
        match (block, line) {
            (Some(_), "```") => block = None,
            (None, "```topology") => {
                examples.push(Example::default());
                block = Some("topology");
            }
            (None, "```settings") => block = Some("settings"),
            (None, "```findings") => block = Some("findings"),
            (None, line) if line.starts_with("```") => block = Some("other"),
            (Some("other"), _) | (None, _) => {}
            (Some(block), line) => {
                let example = examples.last_mut().expect("an example begins with its topology");
                match block {
                    "topology" => example.topology.push_str(&format!("{line}\n")),
                    "settings" => example.settings.push_str(&format!("{line}\n")),
                    "findings" => example.expected.push(line.to_owned()),
                    _ => {}
                }
            }
        }
    }
    examples
}

fn faults(lint: &Lint, example: &Example) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    if let Err(error) = shorthand::write(&example.topology, folder.path()) {
        return vec![format!("the topology is wrong: {error}")];
    }
    let report = run(folder.path(), &example.settings, &[]);
    let ran = report["lints"].as_array().expect("lints").iter().find(|it| it["lint"] == lint.id);
    let ran = ran.expect("every lint runs");
    let found = report["findings"].as_array().expect("findings");
    let found: Vec<&Value> = found.iter().filter(|it| it["lint"] == lint.id).collect();
    let mut faults = Vec::new();
    let mut left: Vec<&Value> = found.clone();
    for line in example.expected.iter().filter(|it| *it != "none") {
        if let Some(call) = line.strip_prefix("skipped: ") {
            let missing = ran["missing"].to_string();
            if ran["state"] == "checked" || !missing.contains(call) {
                faults.push(format!("not skipped for want of `{call}`: {ran}"));
            }
            continue;
        }
        let (head, words) = line.split_once(": ").unwrap_or((line, ""));
        let fits = |it: &&Value| {
            let own = format!(
                "{} {}",
                it["severity"].as_str().unwrap_or(""),
                it["resource"]["id"].as_str().unwrap_or("")
            );
            own == head && (it["message"].to_string().contains(words) || it.to_string().contains(words))
        };
        match left.iter().position(fits) {
            Some(position) => {
                left.remove(position);
            }
            None => faults.push(format!("lacks `{line}`")),
        }
    }
    faults.extend(
        left.iter().map(|it| {
            format!("says too much: {} {}: {}", it["severity"], it["resource"]["id"], it["message"])
        }),
    );
    if !example.expected.iter().any(|it| it.starts_with("skipped: ")) && ran["state"] != "checked" {
        faults.push(format!("did not check everything: {ran}"));
    }
    faults
}

#[test]
fn every_example_of_a_page_is_found_as_it_says() {
    let mut failures = Vec::new();
    for lint in LINTS {
        for (number, example) in examples(&report::lint::page(lint)).iter().enumerate() {
            let faults = faults(lint, example);
            if !faults.is_empty() {
                let faults = faults.join("\n  ");
                failures.push(format!(
                    "{} example {}:\n  {faults}\n{}",
                    lint.id,
                    number + 1,
                    example.topology
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} examples\n\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_lint_shows_a_hit_and_a_miss() {
    let mut lacking = Vec::new();
    for lint in LINTS {
        let examples = examples(&report::lint::page(lint));
        let is_hit = |it: &Example| it.expected.iter().any(|it| it != "none" && !it.starts_with("skipped"));
        let is_miss = |it: &Example| it.expected.iter().any(|it| it == "none");
        if !examples.iter().any(is_hit) || !examples.iter().any(is_miss) {
            lacking.push(lint.id);
        }
    }
    assert!(lacking.is_empty(), "no hit or no miss on the page of {lacking:?}");
}

#[test]
fn ids_and_names_are_given_once() {
    let ids: BTreeSet<&str> = LINTS.iter().map(|it| it.id).collect();
    let names: BTreeSet<&str> = LINTS.iter().map(|it| it.name).collect();
    assert_eq!((ids.len(), names.len()), (LINTS.len(), LINTS.len()));
    let sorted: Vec<&str> = LINTS.iter().map(|it| it.id).collect();
    assert!(sorted.is_sorted(), "{sorted:?}");
}

#[test]
fn the_pages_stand_in_docs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lints");
    let mut pages: Vec<(PathBuf, String)> =
        LINTS.iter().map(|it| (folder.join(format!("{}.md", it.id)), report::lint::page(it))).collect();
    pages.push((folder.join("README.md"), report::lint::index()));
    if std::env::var_os("NETPATH_ACCEPT").is_some() {
        fs::create_dir_all(&folder).expect("a folder can be made");
        for (path, page) in &pages {
            fs::write(path, page).expect("a page can be written");
        }
    }
    let stale: Vec<&PathBuf> = pages
        .iter()
        .filter(|(path, page)| fs::read_to_string(path).ok().as_ref() != Some(page))
        .map(|(path, _)| path)
        .collect();
    assert!(stale.is_empty(), "print them anew with NETPATH_ACCEPT=1: {stale:?}");
    let known: BTreeSet<PathBuf> = pages.into_iter().map(|it| it.0).collect();
    let entries = fs::read_dir(&folder).expect("the pages are part of the repository");
    let foreign: Vec<PathBuf> = entries
        .map(|it| it.expect("a folder can be listed").path())
        .filter(|it| !known.contains(it))
        .collect();
    assert!(foreign.is_empty(), "pages of no lint: {foreign:?}");
}
