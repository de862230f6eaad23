//! Every network of `topologies/` answers its questions, alone, repaired, and with a second fault.
//!
//! A topology is a folder: `README.md` tells the story, `snapshot/` is the broken network, `fixed/` the same
//! network repaired, `questions.toml` what to ask and what to expect. The folders are found at run time: a new
//! one is tested without a line here.
//!
//! All topologies of a `family` have the same `fixed/`. A fault is then a patch, and two patches make a network
//! with two faults, which is what real tickets are about: the answer must name both. That repairing one of them
//! is not enough, and that repairing both is, follows from the other two tests.
//!
//! The expectations know the verdict, the codes and the components to name; words are not pinned beyond the
//! `rule` that a question asks for.

mod merge;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use netpath::packet::Family;
use netpath::report::Report;
use netpath::selector::{Arguments, Index, resolve};
use netpath::snapshot::ReadOptions;
use netpath::solver::solve;

use crate::lacking;
use merge::{documents, merge_documents, write_documents};

#[test]
fn every_topology_is_complete() {
    let all = topologies();
    let names: BTreeSet<&str> = all.iter().map(|it| it.name.as_str()).collect();
    report(all.iter().flat_map(|it| lacking(it, &names)).collect());
}

#[test]
fn every_topology_answers_its_questions() {
    report(topologies().iter().flat_map(wrong_answers).collect());
}

#[test]
fn the_library_answers_like_the_program() {
    let mut different = Vec::new();
    for topology in topologies() {
        for snapshot in [topology.snapshot(), topology.fixed()].into_iter().filter(|it| it.is_dir()) {
            let program = ask(&snapshot, &topology.questions);
            let library = ask_library(&snapshot, &topology.questions);
            let library = library.iter().enumerate().map(|(number, line)| batch_answer(line, number));
            let pairs = program.iter().zip(library).zip(&topology.questions);
            let unlike = pairs.filter(|((one, other), _)| one.0 != other.0);
            different.extend(unlike.map(|(_, question)| format!("{}: {question}", snapshot.display())));
        }
    }
    report(different);
}

#[test]
fn every_fixed_twin_is_fixed() {
    report(topologies().iter().filter(|it| it.fixed().is_dir()).flat_map(wrong_repairs).collect());
}

#[test]
fn a_family_shares_one_fixed_network() {
    let mut different = Vec::new();
    for family in families() {
        let first = documents(&family[0].fixed());
        let others = family.iter().filter(|it| documents(&it.fixed()) != first);
        different.extend(others.map(|it| format!("{}: `fixed` differs from {}", it.name, family[0].name)));
    }
    report(different);
}

#[test]
fn every_pair_of_faults_names_both_blockers() {
    let (mut asked, mut wrong) = (0, Vec::new());
    for family in families() {
        for (index, one) in family.iter().enumerate() {
            for other in &family[index + 1..] {
                let outcome = ask_pair(one, other);
                asked += outcome.asked;
                wrong.extend(outcome.wrong);
            }
        }
    }
    report(wrong);
    assert!(asked >= 150, "only {asked} questions about two faults: did a family lose its common question?");
}

#[test]
fn a_single_query_answers_like_a_batch() {
    let mut different = Vec::new();
    for topology in topologies() {
        let question = &topology.questions[0];
        let batch = ask(&topology.snapshot(), std::slice::from_ref(question)).remove(0);
        let single = ask_alone(&topology.snapshot(), question);
        let members: BTreeSet<&String> = [&batch.0, &single].into_iter().flat_map(member_names).collect();
        let unequal = members.into_iter().filter(|it| batch.0.get(*it) != single.get(*it));
        different.extend(unequal.map(|it| format!("{}: {question}: `{it}` differs", topology.name)));
    }
    report(different);
}

// What a topology is.

struct Topology {
    name: String,
    folder: PathBuf,
    family: String,
    questions: Vec<Question>,
}

impl Topology {
    fn snapshot(&self) -> PathBuf {
        self.folder.join("snapshot")
    }

    fn fixed(&self) -> PathBuf {
        self.folder.join("fixed")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    about: String,
    scenario: String,
    family: String,
    question: Vec<Question>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    source: String,
    destination: String,
    traffic: String,
    #[serde(default)]
    ipv4: bool,
    #[serde(default)]
    ipv6: bool,
    verdict: String,
    /// The sorted, distinct codes of all explanations.
    #[serde(default)]
    codes: Vec<String>,
    /// Where AWS leaves it open: any of these instead of `codes`.
    #[serde(default)]
    codes_any: Vec<Vec<String>>,
    /// Of the first explanation.
    direction: Option<String>,
    /// Components that an explanation must name.
    #[serde(default)]
    blockers: Vec<String>,
    /// Components that a path must lead through.
    #[serde(default)]
    through: Vec<String>,
    /// The same in `fixed`.
    #[serde(default)]
    fixed_through: Vec<String>,
    /// Words of the rule, entry, route or state that decided.
    rule: Option<String>,
    /// Codes of notes: what the answer leans on here, and in `fixed` no more.
    #[serde(default)]
    notes: Vec<String>,
    /// The verdict in `fixed`.
    fixed: Option<String>,
    /// Topologies whose fault is off the path while this one is present.
    #[serde(default)]
    hides: Vec<String>,
}

impl Question {
    fn is_same_as(&self, other: &Question) -> bool {
        (&self.source, &self.destination, &self.traffic, self.ipv4, self.ipv6)
            == (&other.source, &other.destination, &other.traffic, other.ipv4, other.ipv6)
    }

    fn family_option(&self) -> Option<&'static str> {
        match (self.ipv4, self.ipv6) {
            (true, _) => Some("--ipv4"),
            (_, true) => Some("--ipv6"),
            (false, false) => None,
        }
    }

    fn accepted_codes(&self) -> &[Vec<String>] {
        if self.codes_any.is_empty() { std::slice::from_ref(&self.codes) } else { &self.codes_any }
    }

    fn is_repaired(&self) -> bool {
        self.verdict != "reachable" && self.fixed.as_deref() == Some("reachable")
    }
}

impl std::fmt::Display for Question {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} -> {} {}", self.source, self.destination, self.traffic)?;
        self.family_option().map_or(Ok(()), |it| write!(out, " {it}"))
    }
}

fn topologies() -> Vec<Topology> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    let entries = fs::read_dir(&root).expect("the package has topologies");
    let mut folders: Vec<PathBuf> = entries.map(|it| it.expect("an entry is readable").path()).collect();
    folders.retain(|it| it.is_dir());
    folders.sort();
    folders.into_iter().map(topology).collect()
}

fn topology(folder: PathBuf) -> Topology {
    let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
    let text = fs::read_to_string(folder.join("questions.toml"))
        .unwrap_or_else(|error| panic!("{name}: questions.toml: {error}"));
    let sheet: Sheet =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: questions.toml: {error}"));
    assert!(!sheet.about.is_empty() && !sheet.scenario.is_empty(), "{name}: says what it is about");
    Topology { name, folder, family: sheet.family, questions: sheet.question }
}

/// All networks with what is asked of them, for other tests that ask the same.
pub fn networks() -> Vec<lacking::Network> {
    let in_words = |question: &Question| lacking::Question {
        source: question.source.clone(),
        destination: question.destination.clone(),
        traffic: question.traffic.clone(),
        family: match (question.ipv4, question.ipv6) {
            (true, _) => Some(Family::V4),
            (false, true) => Some(Family::V6),
            (false, false) => None,
        },
        ..lacking::Question::default()
    };
    let mut networks = Vec::new();
    for topology in topologies() {
        for folder in [topology.snapshot(), topology.fixed()].into_iter().filter(|it| it.is_dir()) {
            networks.push(lacking::Network {
                place: folder
                    .strip_prefix(env!("CARGO_MANIFEST_DIR"))
                    .unwrap_or(&folder)
                    .display()
                    .to_string(),
                files: documents(&folder).into_iter().collect(),
                questions: topology.questions.iter().map(in_words).collect(),
            });
        }
    }
    networks
}

/// Every network as it is before it is repaired, with lines of a batch, for tests that run the program on it.
pub fn asked() -> Vec<(PathBuf, Vec<Value>)> {
    let line = |(number, question): (usize, &Question)| {
        json!({
            "id": number, "source": question.source, "destination": question.destination, "traffic": question.traffic,
            "ipv4": question.ipv4, "ipv6": question.ipv6,
        })
    };
    let lines = |topology: &Topology| topology.questions.iter().enumerate().map(line).collect();
    topologies().iter().map(|topology| (topology.snapshot(), lines(topology))).collect()
}

/// The topologies that share a repaired network.
fn families() -> Vec<Vec<Topology>> {
    let mut families: BTreeMap<String, Vec<Topology>> = BTreeMap::new();
    for topology in topologies().into_iter().filter(|it| it.fixed().is_dir()) {
        families.entry(topology.family.clone()).or_default().push(topology);
    }
    families.into_values().collect()
}

fn lacking(topology: &Topology, names: &BTreeSet<&str>) -> Vec<String> {
    let readme = fs::read_to_string(topology.folder.join("README.md")).unwrap_or_default();
    let command = format!("netpath -s topologies/{}/snapshot query ", topology.name);
    let repairs = topology.questions.iter().filter(|it| it.fixed.is_some()).count();
    let expected = if topology.fixed().is_dir() { topology.questions.len() } else { 0 };
    let mut hidden = topology.questions.iter().flat_map(|it| &it.hides);
    let conditions = [
        (readme.starts_with("# "), "README.md with a title"),
        (readme.contains("```text\n"), "a picture in README.md"),
        (readme.contains(&command), "the command line in README.md"),
        (!documents(&topology.snapshot()).is_empty(), "files in snapshot/"),
        (!topology.questions.is_empty(), "questions"),
        (repairs == expected, "a `fixed` verdict for each question exactly when there is fixed/"),
        (hidden.all(|it| names.contains(it.as_str())), "the topologies that it hides"),
    ];
    let missing = conditions.iter().filter(|(holds, _)| !holds);
    missing.map(|(_, what)| format!("{}: lacks {what}", topology.name)).collect()
}

// Asking.

/// The JSON object of one answer.
struct Answer(Value);

impl Answer {
    fn verdict(&self) -> &str {
        self.0["verdict"].as_str().unwrap_or("no verdict")
    }

    fn explanations(&self) -> &[Value] {
        self.0["explanations"].as_array().map_or(&[], Vec::as_slice)
    }

    fn codes(&self) -> BTreeSet<&str> {
        self.explanations().iter().filter_map(|it| it["code"].as_str()).collect()
    }

    /// Whether it leans on something.
    fn notes(&self, code: &str) -> bool {
        self.0["assumptions"].as_array().into_iter().flatten().any(|it| it["code"] == code)
    }

    fn direction(&self) -> Option<&str> {
        self.explanations().first()?["direction"].as_str()
    }

    fn names_blocker(&self, id: &str) -> bool {
        self.explanations().iter().any(|it| mentions(it, id))
    }

    fn leads_through(&self, id: &str) -> bool {
        mentions(&self.0["paths"], id)
    }

    /// Of the explanations, or of the paths when there is nothing to explain.
    fn shows(&self, words: &str) -> bool {
        let place = if self.explanations().is_empty() { &self.0["paths"] } else { &self.0["explanations"] };
        mentions(place, words)
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {:?}", self.verdict(), self.codes())?;
        for explanation in self.explanations() {
            let id = explanation["component"]["id"].as_str().unwrap_or("?");
            write!(out, "\n    {} {} at {id}", explanation["direction"], explanation["code"])?;
        }
        if let Some(error) = self.0.get("error") { write!(out, " error: {error}") } else { Ok(()) }
    }
}

/// The answers in the order of the questions; one run for each choice of address family.
fn ask(snapshot: &Path, questions: &[Question]) -> Vec<Answer> {
    let mut answers: BTreeMap<usize, Answer> = BTreeMap::new();
    for option in [None, Some("--ipv4"), Some("--ipv6")] {
        let chosen: Vec<(usize, &Question)> =
            questions.iter().enumerate().filter(|(_, it)| it.family_option() == option).collect();
        if chosen.is_empty() {
            continue;
        }
        let lines: String = chosen.iter().map(|(index, it)| batch_line(*index, it)).collect();
        let arguments = ["--batch", "-"].into_iter().chain(option);
        let output = run(snapshot, arguments, &lines);
        let replies: Vec<&str> = output.lines().collect();
        assert_eq!(replies.len(), chosen.len(), "{}: one answer a line\n{output}", snapshot.display());
        for (reply, (index, _)) in replies.iter().zip(&chosen) {
            answers.insert(*index, batch_answer(reply, *index));
        }
    }
    answers.into_values().collect()
}

fn batch_line(index: usize, question: &Question) -> String {
    let Question { source, destination, traffic, .. } = question;
    let line = json!({ "id": index, "source": source, "destination": destination, "traffic": traffic });
    format!("{line}\n")
}

fn batch_answer(reply: &str, index: usize) -> Answer {
    let mut answer: Value = serde_json::from_str(reply).unwrap_or_else(|error| panic!("{error}: {reply}"));
    let id = answer.as_object_mut().and_then(|it| it.remove("id"));
    assert_eq!(id, Some(json!(index)), "answers come in the order of the questions");
    Answer(answer)
}

fn ask_alone(snapshot: &Path, question: &Question) -> Value {
    let words = [question.source.as_str(), &question.destination, &question.traffic];
    let output = run(snapshot, words.into_iter().chain(question.family_option()), "");
    serde_json::from_str(&output).unwrap_or_else(|error| panic!("{question}: {error}: {output}"))
}

fn member_names(value: &Value) -> impl Iterator<Item = &String> {
    value.as_object().into_iter().flat_map(Map::keys)
}

/// The same lines, by the library.
fn ask_library(snapshot: &Path, questions: &[Question]) -> Vec<String> {
    let snapshot = netpath::snapshot::read(&[snapshot.to_path_buf()], &ReadOptions::default())
        .unwrap_or_else(|error| panic!("{}: {error}", snapshot.display()));
    let network = netpath::network::compile(&snapshot.model);
    let index = Index::new(&snapshot.model, &network);
    let line = |(number, question): (usize, &Question)| {
        let Question { source, destination, traffic, .. } = question;
        let family = match question.family_option() {
            Some("--ipv4") => Some(Family::V4),
            Some(_) => Some(Family::V6),
            None => None,
        };
        let arguments = Arguments { source, destination, traffic, family, ..Arguments::default() };
        let query = resolve(&index, &arguments).unwrap_or_else(|error| panic!("{question}: {error:?}"));
        let answer = solve(&network, &query);
        let (source, destination) = (source.clone(), destination.clone());
        let words = netpath::report::Question { source, destination, traffic: traffic.clone() };
        let report = Report::new(&words, &query, &answer, &network, &snapshot);
        netpath::report::batch::line(&report, &number, false)
    };
    questions.iter().enumerate().map(line).collect()
}

fn run<'a>(snapshot: &Path, arguments: impl Iterator<Item = &'a str>, input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_netpath"))
        .arg("--snapshot")
        .arg(snapshot)
        .args(["--format", "json", "query"])
        .args(arguments)
        .env_remove("NETPATH_SNAPSHOT")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(input.as_bytes()).expect("the binary reads its questions");
    drop(stdin);
    let output = child.wait_with_output().expect("the binary ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {}\n{errors}", snapshot.display(), output.status);
    String::from_utf8(output.stdout).expect("answers are UTF-8")
}

// Judging.

fn wrong_answers(topology: &Topology) -> Vec<String> {
    let answers = ask(&topology.snapshot(), &topology.questions);
    let judged = topology.questions.iter().zip(&answers);
    judged.filter_map(|(question, answer)| judge(&topology.name, question, answer)).collect()
}

fn judge(topology: &str, question: &Question, answer: &Answer) -> Option<String> {
    let mut faults = Vec::new();
    if answer.verdict() != question.verdict {
        faults.push(format!("expected {}", question.verdict));
    }
    let codes: Vec<&str> = answer.codes().into_iter().collect();
    if !question.accepted_codes().iter().any(|it| *it == codes) {
        faults.push(format!("expected codes {:?}", question.accepted_codes()));
    }
    if answer.direction() != question.direction.as_deref() {
        faults.push(format!("expected direction {:?}", question.direction));
    }
    let unnamed = question.blockers.iter().filter(|it| !answer.names_blocker(it));
    faults.extend(unnamed.map(|it| format!("expected blocker {it}")));
    let unseen = question.through.iter().filter(|it| !answer.leads_through(it));
    faults.extend(unseen.map(|it| format!("expected a path through {it}")));
    let unsaid = question.rule.iter().filter(|it| !answer.shows(it));
    faults.extend(unsaid.map(|it| format!("expected the words {it}")));
    let unnoted = question.notes.iter().filter(|it| !answer.notes(it));
    faults.extend(unnoted.map(|it| format!("expected the note {it}")));
    complaint(topology, question, answer, &faults)
}

fn wrong_repairs(topology: &Topology) -> Vec<String> {
    let answers = ask(&topology.fixed(), &topology.questions);
    let judged = topology.questions.iter().zip(&answers);
    judged.filter_map(|(question, answer)| judge_repair(&topology.name, question, answer)).collect()
}

fn judge_repair(topology: &str, question: &Question, answer: &Answer) -> Option<String> {
    let mut faults = Vec::new();
    if question.fixed.as_deref() != Some(answer.verdict()) {
        faults.push(format!("expected {:?} in fixed/", question.fixed));
    }
    let unseen = question.fixed_through.iter().filter(|it| !answer.leads_through(it));
    faults.extend(unseen.map(|it| format!("expected a path through {it} in fixed/")));
    let noted = question.notes.iter().filter(|it| answer.notes(it));
    faults.extend(noted.map(|it| format!("expected no note {it} in fixed/")));
    complaint(topology, question, answer, &faults)
}

fn complaint(topology: &str, question: &Question, answer: &Answer, faults: &[String]) -> Option<String> {
    (!faults.is_empty()).then(|| format!("{topology}: {question}\n  {}\n  got {answer}", faults.join("\n  ")))
}

fn report(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} wrong\n\n{}\n", wrong.len(), wrong.join("\n\n"));
}

/// Whether the words stand in a string or number of the value, not as a part of a longer word or number.
fn mentions(value: &Value, words: &str) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(number) => number.to_string() == words,
        Value::String(text) => contains_words(text, words),
        Value::Array(elements) => elements.iter().any(|it| mentions(it, words)),
        Value::Object(members) => members.values().any(|it| mentions(it, words)),
    }
}

fn contains_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + words.len()..].chars().next();
        !before.is_some_and(|it| it.is_alphanumeric() || it == '.')
            && !after.is_some_and(char::is_alphanumeric)
    })
}

// Two faults at once.

#[derive(Default)]
struct PairOutcome {
    asked: usize,
    wrong: Vec<String>,
}

fn ask_pair(one: &Topology, other: &Topology) -> PairOutcome {
    let shared = shared_questions(one, other);
    let base = documents(&one.fixed());
    let merged = merge_documents(&base, &documents(&one.snapshot()), &documents(&other.snapshot()));
    let (false, Ok(merged)) = (shared.is_empty(), merged) else { return PairOutcome::default() };
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_documents(folder.path(), &merged);
    let questions: Vec<Question> = shared.iter().map(|(question, _)| (*question).clone()).collect();
    let answers = ask(folder.path(), &questions);
    let name = format!("{} with {}", one.name, other.name);
    let judged = shared.iter().zip(&answers);
    let wrong = judged.filter_map(|((first, second), answer)| judge_pair(&name, first, second, answer));
    PairOutcome { asked: answers.len(), wrong: wrong.collect() }
}

/// What both break and both repair, unless one fault takes the other off the path.
fn shared_questions<'a>(one: &'a Topology, other: &'a Topology) -> Vec<(&'a Question, &'a Question)> {
    let mut shared = Vec::new();
    for question in one.questions.iter().filter(|it| it.is_repaired() && !it.hides.contains(&other.name)) {
        let mut twins = other.questions.iter().filter(|it| it.is_repaired() && it.is_same_as(question));
        if let Some(twin) = twins.find(|it| !it.hides.contains(&one.name)) {
            shared.push((question, twin));
        }
    }
    shared
}

fn judge_pair(name: &str, one: &Question, other: &Question, answer: &Answer) -> Option<String> {
    let mut faults = Vec::new();
    if !["blocked", "forward-only", "partial"].contains(&answer.verdict()) {
        faults.push("expected a verdict that is not reachable".to_owned());
    }
    let codes = answer.codes();
    for question in [one, other] {
        let covered = |it: &Vec<String>| it.iter().all(|code| codes.contains(code.as_str()));
        if !question.accepted_codes().iter().any(covered) {
            faults.push(format!("expected among the codes {:?}", question.accepted_codes()));
        }
        let unnamed = question.blockers.iter().filter(|it| !answer.names_blocker(it));
        faults.extend(unnamed.map(|it| format!("expected blocker {it}")));
        let unsaid = question.rule.iter().filter(|it| !answer.shows(it));
        faults.extend(unsaid.map(|it| format!("expected the words {it}")));
    }
    complaint(name, one, answer, &faults)
}
