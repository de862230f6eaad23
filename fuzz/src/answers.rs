//! Everything that can be asked of a snapshot, as text: it must not panic, and be the same each time.

use std::fmt::Write as _;

use netpath::model::ResourceKind;
use netpath::network::{self, InterfaceIndex, Network};
use netpath::packet::Family;
use netpath::report::{self, Question, Report, Style, show};
use netpath::selector::{Arguments, Index, components, find, resolve};
use netpath::snapshot::{ReadOptions, Snapshot, read_documents, strict_problems};
use netpath::solver::{Destination, Query, Solver, Source, decide, solve_blockers, solve_with};
use netpath::store;

use super::damage::Script;
use super::topologies::Files;

/// Traffic that questions are about.
const TRAFFIC: [&str; 8] =
    ["all", "tcp/443", "udp/53", "icmp", "icmpv6/128+icmp/8", "tcp/1-65535", "proto/50", "tcp/22,80+udp"];

/// Reads, compiles and asks twice, the second time with the files in another order, written as a compiled file and asked
/// of that; the text of it.
pub fn check(files: Files, script: &Script<'_>) -> String {
    let mut turned = files.clone();
    turned.reverse();
    let mut options = ReadOptions::default();
    let mut questions = script.clone();
    options.assume_defaults = questions.byte() & 1 == 1;
    let first = match read(files, &options) {
        Ok((snapshot, network)) => told(&snapshot, &network, &mut questions.clone()),
        Err(cause) => cause,
    };
    let second = match read(turned, &options) {
        Ok((snapshot, network)) => {
            let file = compiled(&snapshot, &network, &options);
            let opened = store::open_bytes(file).expect("what was written can be opened");
            told(&opened.snapshot, &opened.network, &mut questions)
        }
        Err(cause) => cause,
    };
    if first != second {
        let differ = first.lines().zip(second.lines()).find(|(one, other)| one != other);
        panic!("asked twice, two answers: {differ:?}");
    }
    first
}

fn read(files: Files, options: &ReadOptions) -> Result<(Snapshot, Network), String> {
    let read = read_documents(files, options).map_err(|cause| format!("{cause} {:?}", cause.help()));
    read.map(|snapshot| {
        let network = network::compile(&snapshot.model);
        (snapshot, network)
    })
}

/// The compiled file of a snapshot.
pub fn compiled(snapshot: &Snapshot, network: &Network, options: &ReadOptions) -> Vec<u8> {
    store::write(Vec::new(), snapshot, network, options).expect("memory can be written")
}

/// What a snapshot answers to everything that a script asks.
pub fn told(snapshot: &Snapshot, network: &Network, script: &mut Script<'_>) -> String {
    let mut text = String::new();
    for warning in &snapshot.warnings {
        let _ = writeln!(text, "{warning} {:?}", warning.problem.help());
    }
    let _ = writeln!(text, "{:?} {:?}", snapshot.counts, strict_problems(snapshot));
    let _ = writeln!(text, "{} {:?} {:?}", snapshot.sha256, snapshot.accounts, snapshot.regions);
    let index = Index::new(&snapshot.model, network);
    let traffic = TRAFFIC[script.below(TRAFFIC.len())];
    ask_all(&index, snapshot, traffic, script, &mut text);
    // Ends: a few, whatever the script says.
    for _ in 0..3 {
        ask_some(&index, snapshot, traffic, script, &mut text);
    }
    show_all(snapshot, network, &mut text);
    text
}

/// More interfaces than these are not asked together: pairs are many.
const MOST_ENDS: usize = 5;

/// From interfaces and the internet to interfaces and the internet.
fn ask_all(
    index: &Index<'_>,
    snapshot: &Snapshot,
    traffic: &str,
    script: &mut Script<'_>,
    text: &mut String,
) {
    let network = index.network;
    let count = network.interfaces.len();
    let first = script.below(count);
    let rows = (0..count.min(MOST_ENDS)).map(|row| InterfaceIndex(((first + row) % count) as u32));
    let mut sources: Vec<Source> = rows.clone().map(|row| Source::Interface(row, None)).collect();
    let mut destinations: Vec<Destination> = rows.map(|row| Destination::Interface(row, None)).collect();
    for family in Family::BOTH {
        sources.push(Source::Outside(network.internet(family).clone()));
        destinations.push(Destination::Addresses(network.internet(family).clone()));
    }
    let arguments =
        Arguments { source: "internet", destination: "internet", traffic, ..Arguments::default() };
    let Ok(query) = resolve(index, &arguments) else { return };
    let query = Query { sources, destinations, ..query };
    let question = question("all", "all", traffic);
    ask(network, snapshot, &query, &question, text);
}

/// Between two names, as a person asks.
fn ask_some(
    index: &Index<'_>,
    snapshot: &Snapshot,
    traffic: &str,
    script: &mut Script<'_>,
    text: &mut String,
) {
    let (source, destination) = (name(index, script), name(index, script));
    let options = script.byte();
    let arguments = Arguments {
        source: &source,
        destination: &destination,
        traffic,
        source_ports: if options & 1 == 1 { Some("any") } else { None },
        family: [None, None, Some(Family::V4), Some(Family::V6)][usize::from(options >> 1 & 3)],
        is_one_way: options & 8 == 8,
        all_addresses: options & 16 == 16,
        all_paths: options & 32 == 32,
    };
    for name in [&source, &destination] {
        let _ = writeln!(text, "{:?} {:?}", components(index, name), find(index, name));
    }
    match resolve(index, &arguments) {
        Ok(query) => ask(index.network, snapshot, &query, &question(&source, &destination, traffic), text),
        Err(cause) => drop(writeln!(text, "{cause} {:?} {:?}", cause.help(), index.similar(&source))),
    }
}

/// A word that may name something: an id or a `Name` tag of the snapshot, or a word that names without one.
fn name(index: &Index<'_>, script: &mut Script<'_>) -> String {
    let words = [
        "internet",
        "0.0.0.0/0",
        "::/0",
        "10.0.0.0/8",
        "10.0.0.10",
        "svc:s3",
        "svc:dynamodb",
        "203.0.113.9",
        "tag:Name",
        "2001:db8::1",
        "198.51.100.10",
        "10.0.1.0/24",
    ];
    let kind = ResourceKind::ALL[script.below(ResourceKind::ALL.len())];
    let count = kind.count(index.model);
    if count == 0 || script.byte() & 3 == 0 {
        return words[script.below(words.len())].to_owned();
    }
    let resource = netpath::selector::Resource { kind, position: script.below(count) as u32 };
    resource.id(index.model).to_owned()
}

fn question(source: &str, destination: &str, traffic: &str) -> Question {
    let (source, destination) = (source.to_owned(), destination.to_owned());
    Question { source, destination, traffic: traffic.to_owned() }
}

/// One question, in every format.
fn ask(network: &Network, snapshot: &Snapshot, query: &Query, question: &Question, text: &mut String) {
    let mut solver = Solver::new(network);
    let answer = solve_with(&mut solver, query);
    let decided = decide(&mut solver, query).verdict;
    let brief = solve_blockers(&mut solver, query).verdict;
    assert_eq!((decided, brief), (answer.verdict, answer.verdict), "three ways to one verdict: {question:?}");
    let report = Report::new(question, query, &answer, network, snapshot);
    let mut plain = Vec::new();
    for style in [Style::default(), Style { color: false, width: 40, verbose: true }] {
        report::text::write(&report, &mut plain, style).expect("memory can be written");
    }
    inert(&plain);
    let mut json = Vec::new();
    report::json::write(&report, &mut json).expect("memory can be written");
    serde_json::from_slice::<serde_json::Value>(&json).expect("JSON is JSON");
    report::aws::write(&report, &mut json).expect("memory can be written");
    inert(&json);
    let line = report::batch::line(&report, &question.source, false);
    assert!(!line.contains('\n'), "a batch's line is one line");
    text.push_str(&String::from_utf8_lossy(&plain));
    text.push_str(&String::from_utf8_lossy(&json));
    text.push_str(&line);
}

/// Text that moves no cursor and changes no colour.
fn inert(text: &[u8]) {
    let text = std::str::from_utf8(text).expect("a report is text");
    let odd = text.chars().find(|it| it.is_control() && *it != '\n');
    assert!(odd.is_none(), "a control character in a report: {odd:?}");
}

fn show_all(snapshot: &Snapshot, network: &Network, text: &mut String) {
    for kind in ResourceKind::ALL {
        for row in 0..kind.count(&snapshot.model).min(8) {
            let document = show::document(snapshot, network, *kind, row);
            let mut shown = Vec::new();
            show::write_json(&document, &mut shown).expect("memory can be written");
            show::write_text(&document, &mut shown, Style::default()).expect("memory can be written");
            inert(&shown);
            text.push_str(&String::from_utf8_lossy(&shown));
        }
    }
}
