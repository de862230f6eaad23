//! Diffs against what they are made of: two matrices of single questions, the same diff the other way round, and what the
//! topologies say was done.

mod matrix;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use netpath::diff::{Diff, Ends, Row, RowKind, Scope, Side, Version, diff};
use netpath::model::ResourceKind;
use netpath::network::{self, Component, Network};
use netpath::packet::Interval;
use netpath::snapshot::{self, ReadOptions, Snapshot};

use crate::differential::{random::Random, topologies::topology};
use crate::shorthand;

/// A snapshot with its network.
struct Known {
    snapshot: Snapshot,
    network: Network,
}

impl Known {
    fn new(snapshot: Snapshot) -> Known {
        let network = network::compile(&snapshot.model);
        Known { snapshot, network }
    }

    fn read(path: &Path) -> Known {
        let path = path.to_owned();
        Known::new(snapshot::read(&[path], &ReadOptions::default()).expect("a topology can be read"))
    }

    fn side(&self) -> Side<'_> {
        Side { model: &self.snapshot.model, network: &self.network }
    }

    fn id(&self, component: Component) -> String {
        match component {
            Component::Resource(kind, row) => {
                let id = kind.id_text(&self.snapshot.model, row as usize);
                id.map_or_else(|| format!("{kind:?} {row}"), str::to_owned)
            }
            Component::Internet | Component::Service(_) | Component::OnPremises => format!("{component:?}"),
        }
    }
}

fn compare(old: &Known, new: &Known) -> Diff {
    diff(old.side(), new.side(), &Scope::default())
}

/// The folders of `topologies/` that have a fixed twin.
fn twins() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    let entries = std::fs::read_dir(folder).expect("there are topologies");
    let mut folders: Vec<PathBuf> = entries.map(|it| it.expect("a folder can be listed").path()).collect();
    folders.retain(|it| it.join("fixed").is_dir());
    folders.sort();
    folders
}

/// A row in words that do not depend on which of the two came first.
type Told = (RowKind, BTreeSet<String>, BTreeSet<String>);

/// Rows by what they say; of a diff the other way round, with both sides exchanged.
fn told(diff: &Diff, sides: [&Known; 2], is_reversed: bool) -> BTreeSet<Told> {
    let kind = |kind: RowKind| match (kind, is_reversed) {
        (RowKind::Gained, true) => RowKind::Lost,
        (RowKind::Lost, true) => RowKind::Gained,
        (kind, _) => kind,
    };
    let cause = |number: &u32| {
        let change = &diff.changes[*number as usize];
        let mut words = Version::BOTH.map(|version| {
            let known = sides[version as usize];
            let component = change.component(version).map(|it| known.id(it));
            format!("{component:?} {:?}", change.origin(version))
        });
        if is_reversed {
            words.reverse();
        }
        words.join(" | ")
    };
    let ends = |ends: &Ends| match ends {
        Ends::Outside(outside, blocks) => format!("{outside:?} {blocks:?}"),
        Ends::Interfaces(classes) => {
            let members = classes.iter().flat_map(|it| diff.joints.members(*it));
            let ids: BTreeSet<String> = members
                .map(|joint| {
                    let mut rows = diff.joints.rows[*joint as usize].map(|row| row.to_string());
                    if is_reversed {
                        rows.reverse();
                    }
                    rows.join("/")
                })
                .collect();
            format!("{ids:?}")
        }
    };
    let row = |row: &Row| {
        let flows = row.flows.iter().map(|flow| {
            let (from, to) = (ends(&flow.sources), ends(&flow.destinations));
            format!("{from} -> {to} {:?} {:?} {}", flow.family, flow.transport, flow.is_one_way)
        });
        (kind(row.kind), row.causes.iter().map(cause).collect(), flows.collect())
    };
    diff.rows.iter().map(row).collect()
}

/// A diff agrees with itself the other way round, and with two matrices.
fn check(old: &Known, new: &Known, about: &str) {
    let there = compare(old, new);
    let back = compare(new, old);
    let (one, other) = (told(&there, [old, new], false), told(&back, [new, old], true));
    let unlike: Vec<&Told> = one.symmetric_difference(&other).collect();
    assert!(unlike.is_empty(), "{about}: not the same the other way round: {unlike:#?}");
    let expected = matrix::differences(old, new, &there);
    let found = matrix::rows(&there);
    let unlike: Vec<_> = expected.symmetric_difference(&found).take(6).collect();
    let (missing, extra) = (expected.difference(&found).count(), found.difference(&expected).count());
    assert!(unlike.is_empty(), "{about}: {missing} missing, {extra} too many: {unlike:#?}");
    for row in &there.rows {
        assert!(!row.causes.is_empty(), "{about}: nothing is behind {row:?}");
    }
}

#[test]
fn a_snapshot_does_not_differ_from_itself() {
    for folder in twins() {
        let known = Known::read(&folder.join("snapshot"));
        let again = Known::read(&folder.join("snapshot"));
        let found = compare(&known, &again);
        assert!(
            found.changes.is_empty() && found.rows.is_empty(),
            "{}: {:?}",
            folder.display(),
            found.changes
        );
        assert_eq!(found.asked, 0, "{}", folder.display());
    }
}

#[test]
fn a_diff_of_twins_is_that_of_two_matrices_and_reverses() {
    for folder in twins() {
        let (broken, fixed) = (Known::read(&folder.join("snapshot")), Known::read(&folder.join("fixed")));
        check(&broken, &fixed, &folder.display().to_string());
    }
}

#[test]
fn a_diff_of_random_networks_is_that_of_two_matrices_and_reverses() {
    let (mut compared, mut differing, mut seed) = (0, 0, 7000);
    while compared < 30 {
        seed += 1;
        let mut random = Random::new(seed);
        let text = topology(&mut random).to_string();
        let lines: Vec<&str> = text.lines().collect();
        let without: Vec<usize> = (0..1 + random.below(3)).map(|_| random.below(lines.len())).collect();
        let kept = lines.iter().enumerate().filter(|(number, _)| !without.contains(number));
        let edited: Vec<&str> = kept.map(|(_, line)| *line).collect();
        // A line may be one that others name.
        let (Ok(old), Ok(new)) = (shorthand::snapshot(&text), shorthand::snapshot(&edited.join("\n"))) else {
            continue;
        };
        let (old, new) = (Known::new(old), Known::new(new));
        if old.network.interfaces.len() > 16 {
            continue;
        }
        let removed: Vec<&str> = without.iter().map(|number| lines[*number]).collect();
        check(&old, &new, &format!("seed {seed}, without {removed:?}\n{text}"));
        compared += 1;
        differing += usize::from(!compare(&old, &new).rows.is_empty());
    }
    assert!(differing > 8, "only {differing} of {compared} differ");
}

#[test]
fn the_repair_of_a_topology_is_behind_what_it_repairs() {
    let mut silent = Vec::new();
    let mut repaired = 0;
    for folder in twins() {
        let sheet = std::fs::read_to_string(folder.join("questions.toml")).expect("there are questions");
        let sheet: toml::Table = sheet.parse().expect("they are TOML");
        let questions = sheet["question"].as_array().expect("a list of questions");
        let is_repaired = questions.iter().any(|it| {
            let text = |key: &str| it.get(key).and_then(toml::Value::as_str);
            matches!(text("verdict"), Some("blocked" | "forward-only" | "partial"))
                && text("fixed") == Some("reachable")
        });
        if !is_repaired {
            continue;
        }
        repaired += 1;
        let (broken, fixed) = (Known::read(&folder.join("snapshot")), Known::read(&folder.join("fixed")));
        let found = compare(&broken, &fixed);
        let story = std::fs::read_to_string(folder.join("README.md")).expect("there is a story");
        let gained: Vec<&Row> = found.rows.iter().filter(|row| row.kind == RowKind::Gained).collect();
        let is_told = |row: &&Row| {
            row.causes.iter().any(|cause| is_in_story(&found, *cause, [&broken, &fixed], &story))
        };
        if !gained.iter().any(is_told) {
            silent.push(format!("{}: {} rows gained", folder.display(), gained.len()));
        }
    }
    assert!(repaired > 50, "only {repaired} topologies are repaired");
    // Interfaces' names resolved by DNS, addresses outside of primary ones: what a diff does not look at.
    assert!(silent.len() * 8 < repaired, "{} of {repaired} are silent: {silent:#?}", silent.len());
}

/// Whether a story names the resource that changed, or what it belongs to, by id or name.
fn is_in_story(found: &Diff, cause: u32, sides: [&Known; 2], story: &str) -> bool {
    let change = &found.changes[cause as usize];
    Version::BOTH.iter().any(|version| {
        let Some((kind, row)) = change.row(*version) else { return false };
        let model = &sides[*version as usize].snapshot.model;
        let about = kind.about(model, row as usize);
        let name = about.and_then(|it| it.name());
        let group = (kind == ResourceKind::SecurityGroup)
            .then(|| model.security_groups.get_row(row as usize).map(|it| it.name.as_str()))
            .flatten();
        let mut words: Vec<&str> = name.into_iter().chain(group).collect();
        words.extend(kind.id_text(model, row as usize));
        let content = {
            let mut text = String::new();
            kind.write_content(model, row as usize, &mut text);
            text
        };
        // What has no name is told by whom it names: a target group's health by its target group.
        let ids: BTreeMap<&str, &str> = ResourceKind::ALL
            .iter()
            .flat_map(|kind| (0..kind.count(model)).map(move |row| (*kind, row)))
            .filter_map(|(kind, row)| Some((kind.id_text(model, row)?, kind.about(model, row)?.name()?)))
            .collect();
        words.extend(content.split('"').filter_map(|part| ids.get(part).copied()));
        words.iter().any(|word| story.contains(word))
    })
}

fn ask(words: &[&str]) -> (i32, String, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    let output = Command::new(env!("CARGO_BIN_EXE_netpath"))
        .current_dir(folder)
        .env_remove("NETPATH_FORMAT")
        .env_remove("NETPATH_SNAPSHOT")
        .args(["-q", "diff"])
        .args(words)
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("it is not killed"), text(output.stdout), text(output.stderr))
}

const BROKEN: &str = "f01-security-group-port/snapshot";
const FIXED: &str = "f01-security-group-port/fixed";

#[test]
fn one_changed_rule_is_one_row() {
    let (code, text, _) = ask(&[BROKEN, FIXED, "-f", "json"]);
    assert_eq!(code, 0);
    let view: Value = serde_json::from_str(&text).expect("JSON");
    let gained: Vec<&Value> =
        view["rows"].as_array().expect("rows").iter().filter(|it| it["kind"] == "gained").collect();
    assert_eq!(gained.len(), 1, "{text}");
    let cause = &gained[0]["causes"][0];
    assert_eq!((&cause["change"], &cause["part"]), (&"added".into(), &"rule".into()), "{text}");
    assert!(cause["new"]["place"].as_str().is_some_and(|it| it.contains("IpPermissions")), "{text}");
    assert!(cause["old"].is_null(), "{text}");
}

#[test]
fn exit_codes_say_what_was_asked_for() {
    for (words, expected) in [
        (vec![BROKEN, FIXED], 0),
        (vec![BROKEN, FIXED, "--fail-on", "gained"], 1),
        (vec![FIXED, BROKEN, "--fail-on", "lost"], 1),
        (vec![BROKEN, BROKEN, "--fail-on", "any"], 0),
        (vec![BROKEN, FIXED, "--fail-on", "any", "--traffic", "udp/9"], 0),
        (vec![BROKEN, FIXED, "--fail-on", "some"], 2),
        (vec![BROKEN, "no-such-folder"], 2),
        (vec![BROKEN, FIXED, "--from", "nobody-is-called-so"], 2),
        (vec![BROKEN, FIXED, "-f", "aws"], 2),
    ] {
        assert_eq!(ask(&words).0, expected, "{words:?}");
    }
}

#[test]
fn text_and_markdown_say_it_to_people() {
    let (_, text, _) = ask(&[BROKEN, FIXED]);
    assert!(text.contains("rule added: allow tcp") && text.contains(" -> "), "{text}");
    let (_, text, _) = ask(&[BROKEN, FIXED, "-f", "markdown"]);
    assert!(text.starts_with("### Network: ") && text.contains("| ➕ gained"), "{text}");
    let (_, text, _) = ask(&[BROKEN, BROKEN]);
    assert_eq!(text, "nothing changed\n");
}

/// Ports in the form of the library.
type Ports = Vec<Interval>;
