//! Runs the pages of `docs/semantics`: every topology is written out as a snapshot, every question is asked of
//! the program, and verdict, deciding rule and codes must be those of the page.
//!
//! A topology belongs to the `questions` blocks that follow it in the same section. All questions of a topology go
//! through one `query --batch` process, by the front door that users have.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use netpath::packet::Family;

use crate::lacking;
use crate::shorthand::{self, Topology};

/// The families of rules, the page of each, and the number of its last rule.
const FAMILIES: &[(&str, &str, u32)] = &[
    ("JS", "snapshots.md", 9),
    ("VPC", "vpcs.md", 10),
    ("SN", "subnets.md", 9),
    ("RT", "route-tables.md", 20),
    ("GRT", "gateway-route-tables.md", 7),
    ("IGW", "internet-gateways.md", 12),
    ("EIG", "egress-only-internet-gateways.md", 5),
    ("NAT", "nat-gateways.md", 16),
    ("ENI", "network-interfaces.md", 12),
    ("EIP", "public-addresses.md", 7),
    ("SG", "security-groups.md", 25),
    ("ACL", "network-acls.md", 16),
    ("PL", "prefix-lists.md", 7),
    ("PCX", "vpc-peering.md", 13),
    ("TGW", "transit-gateways.md", 24),
    ("GEP", "gateway-endpoints.md", 10),
    ("IEP", "interface-endpoints.md", 13),
    ("LB", "load-balancers.md", 21),
    ("BPA", "block-public-access.md", 9),
    ("SHR", "shared-vpcs.md", 5),
    ("LL", "link-local.md", 8),
    ("DNS", "names.md", 5),
    ("BD", "edges.md", 5),
    ("EDGE", "edges.md", 5),
    ("CWAN", "edges.md", 5),
    ("LAT", "edges.md", 6),
    ("ENC", "edges.md", 3),
    ("NFW", "network-firewall.md", 15),
];

const VERDICTS: &[&str] = &["reachable", "blocked", "forward-only", "partial", "unknown"];
const FLAGS: &[&str] = &["ipv4", "ipv6", "one-way", "all-addresses"];

/// A topology of a page with its questions.
struct Case {
    page: String,
    topology: Topology,
    questions: Vec<Question>,
}

/// One line of a `questions` block.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Question {
    line: usize,
    text: String,
    source: String,
    destination: String,
    traffic: String,
    verdict: String,
    /// Rules, entries and routes that must have decided something.
    by: Vec<String>,
    codes: BTreeSet<String>,
    assumptions: Vec<String>,
    flags: Vec<String>,
    /// Options with a value: client ports, ways that count.
    values: Vec<(String, String)>,
}

#[test]
fn every_page_answers_as_it_says() {
    let failures: Vec<String> =
        pages().iter().flat_map(|(name, text)| cases(name, text)).flat_map(ask).collect();
    assert!(failures.is_empty(), "{} of the questions\n\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_rule_stands_on_a_page() {
    let pages = pages();
    let mut missing = Vec::new();
    for (family, page, last) in FAMILIES {
        let (_, text) = pages.iter().find(|(name, _)| name == page).expect("each family has its page");
        let cited = rules(text);
        missing.extend(
            (1..=*last).map(|number| format!("{family}-{number}")).filter(|rule| !cited.contains(rule)),
        );
    }
    assert!(missing.is_empty(), "no page speaks of {}", missing.join(", "));
}

#[test]
fn the_readme_shows_every_kind_of_line() {
    let (_, readme) =
        pages().into_iter().find(|(name, _)| name == "README.md").expect("the README is a page");
    let lines: BTreeSet<&str> = readme.lines().collect();
    let missing: Vec<&str> =
        shorthand::KINDS.iter().map(|kind| kind.form).filter(|form| !lines.contains(form)).collect();
    assert!(missing.is_empty(), "the README lacks\n{}", missing.join("\n"));
}

#[test]
fn the_readme_lists_every_page() {
    let pages = pages();
    let (_, readme) = pages.iter().find(|(name, _)| name == "README.md").expect("the README is a page");
    let missing: Vec<&String> = pages
        .iter()
        .map(|(name, _)| name)
        .filter(|name| *name != "README.md" && !readme.contains(*name))
        .collect();
    assert!(missing.is_empty(), "the README lacks {missing:?}");
}

#[test]
fn a_word_that_nobody_knows_is_an_error_with_its_line() {
    let error = |text: &str| shorthand::expand(text).expect_err("the text is wrong").to_string();
    assert!(error("vpc vpc-a 10.0.0.0/16\nvps vpc-b 10.1.0.0/16").starts_with("line 2: unknown word `vps`"));
    assert!(error("vpc vpc-a 10.0.0.0/16 private").starts_with("line 1: unknown word `private`"));
    assert!(error("\nsubnet subnet-a 10.0.1.0/24").starts_with("line 2: `in` is missing"));
    assert!(
        error("subnet subnet-a 10.0.1.0/24 in vpc-a").starts_with("line 1: `vpc-a` is not among the vpcs")
    );
    assert!(error("vpc vpc-a 10.0.0.1/16").starts_with("line 1: `10.0.0.1/16` has host bits"));
}

#[test]
fn every_topology_expands_to_the_same_files_every_time() {
    for case in pages().iter().flat_map(|(name, text)| cases(name, text)) {
        let files = |error| panic!("{}: {error}\n{}", case.page, case.topology);
        let files: Vec<_> = (0..2).map(|_| case.topology.expand().unwrap_or_else(files)).collect();
        assert_eq!(files[0], files[1]);
        assert!(!case.questions.is_empty(), "{}: nobody asks about\n{}", case.page, case.topology);
    }
}

/// Asks the questions of a text that is written like a page.
pub fn check(text: &str) {
    let failures: Vec<String> = cases("generated", text).into_iter().flat_map(ask).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The networks of all pages with what is asked of them, for other tests that ask the same.
pub fn networks() -> Vec<lacking::Network> {
    let cases = pages().into_iter().flat_map(|(name, text)| cases(&name, &text));
    let network = |case: Case| {
        let files = case.topology.expand().unwrap_or_else(|error| panic!("{}: {error}", case.page));
        let line = case.questions.first().map_or(0, |it| it.line);
        lacking::Network {
            place: format!("{}:{line}", case.page),
            files: files.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            questions: case.questions.iter().filter_map(Question::in_words).collect(),
        }
    };
    cases.map(network).collect()
}

/// The pages in the order of their names.
fn pages() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/semantics");
    let entries = std::fs::read_dir(&folder).expect("the pages are part of the repository");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let name = |path: &Path| path.file_name().expect("a page has a name").to_string_lossy().into_owned();
    let text = |path: &Path| std::fs::read_to_string(path).expect("a page can be read");
    paths.iter().map(|path| (name(path), text(path))).collect()
}

/// The rules that a page cites: `RT-11`, `ACL-6a`.
fn rules(text: &str) -> BTreeSet<String> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
    words.filter(|word| word.starts_with(|it: char| it.is_ascii_uppercase())).map(str::to_owned).collect()
}

/// The topologies of a page, each with the questions that follow it.
fn cases(page: &str, text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut block = None;
    let mut has_topology = false;
    for (index, line) in text.lines().enumerate() {
        let place = format!("{page}:{}", index + 1);
        match (block, line) {
            (Some(_), "```") => block = None,
            (None, "```topology") => {
                let topology = Topology::default();
                cases.push(Case { page: page.to_owned(), topology, questions: Vec::new() });
                has_topology = true;
                block = Some("topology");
            }
            (None, "```questions") => {
                assert!(has_topology, "{place}: questions without a topology in their section");
                block = Some("questions");
            }
            (None, line) if line.starts_with("```") => block = Some("other"),
            (None, line) if line.starts_with("## ") => has_topology = false,
            (Some("topology"), line) => cases.last_mut().expect("it was just made").topology.line(line),
            (Some("questions"), line) if !line.trim().is_empty() => {
                let question = question(line).unwrap_or_else(|problem| panic!("{place}: {problem}\n{line}"));
                let case = cases.last_mut().expect("there is a topology in this section");
                case.questions.push(Question { line: index + 1, text: line.to_owned(), ..question });
            }
            (Some(_) | None, _) => {}
        }
    }
    cases
}

/// Reads a line of a `questions` block.
fn question(line: &str) -> Result<Question, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [source, "->", destination, traffic, verdict, rest @ ..] = words.as_slice() else {
        return Err("the form is `SOURCE -> DESTINATION TRAFFIC VERDICT …`".to_owned());
    };
    if !VERDICTS.contains(verdict) {
        return Err(format!("`{verdict}` is no verdict"));
    }
    let mut question = Question {
        source: (*source).to_owned(),
        destination: (*destination).to_owned(),
        traffic: (*traffic).to_owned(),
        verdict: (*verdict).to_owned(),
        ..Question::default()
    };
    let mut in_rule = false;
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        let is_code = word.chars().all(|it| it.is_ascii_uppercase() || "0123456789_,".contains(it))
            && word.starts_with(|it: char| it.is_ascii_uppercase());
        match *word {
            "by" => {
                question.by.push(String::new());
                in_rule = true;
                continue;
            }
            "source-ports" | "via" | "avoid" => {
                let value = words.next().ok_or_else(|| format!("`{word}` wants a value"))?;
                question.values.push(((*word).to_owned(), (*value).to_owned()));
            }
            "assuming" => {
                let codes = words.next().ok_or_else(|| "`assuming` wants codes".to_owned())?;
                question.assumptions.extend(codes.split(',').map(str::to_owned));
            }
            word if FLAGS.contains(&word) => question.flags.push(word.to_owned()),
            word if is_code => question.codes.extend(word.split(',').map(str::to_owned)),
            word if in_rule => {
                let rule = question.by.last_mut().expect("`by` has begun one");
                let space = if rule.is_empty() { "" } else { " " };
                let _ = write!(rule, "{space}{word}");
                continue;
            }
            word => return Err(format!("unknown word `{word}`")),
        }
        in_rule = false;
    }
    Ok(question)
}

impl Question {
    /// The same without what it expects; nothing where it is about ways that count.
    fn in_words(&self) -> Option<lacking::Question> {
        let has = |flag: &str| self.flags.iter().any(|it| it == flag);
        let value = |name: &str| self.values.iter().find(|it| it.0 == name).map(|it| it.1.clone());
        if value("via").is_some() || value("avoid").is_some() {
            return None;
        }
        let family = match (has("ipv4"), has("ipv6")) {
            (true, _) => Some(Family::V4),
            (false, true) => Some(Family::V6),
            (false, false) => None,
        };
        Some(lacking::Question {
            source: self.source.clone(),
            destination: self.destination.clone(),
            traffic: self.traffic.clone(),
            source_ports: value("source-ports"),
            family,
            is_one_way: has("one-way"),
            all_addresses: has("all-addresses"),
        })
    }

    /// The line of a batch that asks it.
    fn to_json(&self, id: usize) -> Value {
        let mut line = json!({ "id": id, "source": self.source, "destination": self.destination,
            "traffic": self.traffic });
        for flag in &self.flags {
            line[flag.replace('-', "_")] = json!(true);
        }
        for (option, value) in &self.values {
            line[option.replace('-', "_")] = json!(value);
        }
        line
    }

    /// What is wrong with an answer.
    fn faults(&self, answer: &Value) -> Vec<String> {
        if let Some(error) = answer.get("error") {
            return vec![format!("error: {error}")];
        }
        let mut faults = Vec::new();
        if answer["verdict"] != *self.verdict {
            faults.push(format!("verdict {} instead of {}", answer["verdict"], self.verdict));
        }
        let codes = codes(&answer["explanations"]);
        if self.verdict == "unknown" {
            // What keeps an answer unknown stands among the assumptions, with the call that would settle it.
            let known = &codes | &self::codes(&answer["assumptions"]);
            if !self.codes.is_subset(&known) {
                faults.push(format!("codes {known:?} lack some of {:?}", self.codes));
            }
        } else if codes != self.codes {
            faults.push(format!("codes {codes:?} instead of {:?}", self.codes));
        }
        let assumptions = self::codes(&answer["assumptions"]);
        let unsaid = self.assumptions.iter().filter(|code| !assumptions.contains(*code));
        faults.extend(unsaid.map(|code| format!("assumes {assumptions:?}, not {code}")));
        let mut decided = BTreeSet::new();
        deciding_rules(&answer["paths"], false, &mut decided);
        deciding_rules(&answer["explanations"], false, &mut decided);
        for rule in self.by.iter().filter(|rule| !decided.contains(*rule)) {
            faults.push(format!("`{rule}` decided nothing, but {decided:?} did"));
        }
        faults
    }
}

fn codes(rows: &Value) -> BTreeSet<String> {
    let codes = rows.as_array().into_iter().flatten().filter_map(|row| row["code"].as_str());
    codes.map(str::to_owned).collect()
}

/// The texts below every member `by`: each rule, entry or route has its id there, as pages write it.
fn deciding_rules(value: &Value, is_below: bool, decided: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_below => {
            decided.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| deciding_rules(value, is_below, decided)),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| deciding_rules(value, is_below || name == "by", decided));
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Asks the questions of a case; what comes back is what went wrong.
fn ask(case: Case) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    if let Err(error) = case.topology.write(folder.path()) {
        return vec![format!(
            "{}: the topology of this page is wrong: {error}\n{}",
            case.page, case.topology
        )];
    }
    let mut failures = Vec::new();
    let answers = batch(folder.path(), &case.questions);
    for (id, question) in case.questions.iter().enumerate() {
        let answer = answers.iter().find(|answer| answer["id"] == id);
        let faults = answer.map_or_else(|| vec!["no answer".to_owned()], |answer| question.faults(answer));
        if !faults.is_empty() {
            let place = format!("{}:{}", case.page, question.line);
            let faults = faults.join("\n  ");
            failures.push(format!("{place}: {}\n  {faults}\n\n{}", question.text, case.topology));
        }
    }
    failures
}

/// One process for all questions of a topology.
fn batch(snapshot: &Path, questions: &[Question]) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_netpath"))
        .arg("--snapshot")
        .arg(snapshot)
        .args(["--format", "json", "query", "--batch", "-"])
        .env_remove("NETPATH_SNAPSHOT")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let lines: String =
        questions.iter().enumerate().map(|(id, it)| format!("{}\n", it.to_json(id))).collect();
    let mut input = child.stdin.take().expect("standard input is a pipe");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    let written = writer.join().expect("the writing thread does not panic");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(written.is_ok(), "the program did not read its questions: {errors}");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{errors}")))
        .collect()
}
