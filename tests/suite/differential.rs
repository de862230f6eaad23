//! The compiled network against the interpreter: random networks, packets at their edges, and the two must agree.
//!
//! The networks are made in the topology shorthand, so that a disagreement prints one that is ready to be pasted
//! into a page: shrunk, line by line, to what the disagreement needs. Ordinary runs have fixed seeds;
//! `NETPATH_DIFFERENTIAL_PACKETS` and `NETPATH_DIFFERENTIAL_SEED` make longer and other ones.

pub mod random;
pub mod topologies;
mod packets;
mod engine;
mod shrink;
mod laws;
mod owners;
mod names;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use netpath::model::Model;

use crate::interpreter::{Interpreter, Opinion, Packet, Start, Verdict};
use crate::shorthand;
use engine::{Answer, Certainty, Engine};
use packets::Interesting;
use random::Random;

/// Packets of an ordinary run.
const PACKETS: usize = 100_000;
/// Pairs of ends that each network is asked about, and packets that each pair is.
const PAIRS: usize = 10;
const PACKETS_A_PAIR: usize = 25;
/// Disagreements of different kinds that are shrunk and shown.
const SHOWN: usize = 6;
/// Stories of the interpreter that are told of each.
const STORIES: usize = 3;

/// One question: a topology, where a packet starts, and the packet.
#[derive(Debug, Clone)]
struct Case {
    topology: String,
    start: Start,
    packet: Packet,
}

/// What the two say of a packet, where they do not say the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Disagreement {
    /// On the way there, or there and back.
    Verdict { is_round_trip: bool, interpreter: Verdict, engine: Certainty },
    /// The set of everything that passes there and back, against a question about this packet alone.
    Set { interpreter: Verdict, is_in_set: bool },
    /// Reading, compiling or solving panics.
    Panic,
}

/// A disagreement and the interpreter's reason: what is of one kind is shown once.
type Kind = (Disagreement, String);

/// The first case of each kind, and how many there were.
type Found = BTreeMap<Kind, (Case, u64)>;

#[test]
fn the_network_and_the_interpreter_agree_on_random_networks() {
    let wanted = number("NETPATH_DIFFERENTIAL_PACKETS").unwrap_or(PACKETS as u64);
    let mut seed = number("NETPATH_DIFFERENTIAL_SEED").unwrap_or(1);
    let mut asked = 0;
    let mut found = Found::new();
    while asked < wanted && found.len() < shown() {
        let mut random = Random::new(seed);
        let topology = topologies::topology(&mut random).to_string();
        asked += ask(&topology, PAIRS, &mut random, &mut found).max(1);
        seed += 1;
    }
    report(&found, &format!("after {asked} packets, the next seed is {seed}"));
}

#[test]
fn the_network_and_the_interpreter_agree_on_the_topologies_of_the_pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/semantics");
    let entries = std::fs::read_dir(&folder).expect("the pages are part of the repository");
    let mut paths: Vec<PathBuf> = entries.map(|it| it.expect("a folder can be listed").path()).collect();
    paths.sort();
    let mut found = Found::new();
    let mut asked = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a page can be read");
        let blocks = text.split("```topology\n").skip(1).filter_map(|rest| rest.split("```").next());
        for topology in blocks {
            asked += ask(topology, 2 * PAIRS, &mut Random::new(asked), &mut found);
        }
    }
    report(&found, &format!("after {asked} packets"));
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn shown() -> usize {
    number("NETPATH_DIFFERENTIAL_SHOWN").map_or(SHOWN, |it| it as usize)
}

fn report(found: &Found, when: &str) {
    let told: Vec<String> = found.iter().take(shown()).map(|(kind, case)| tell(kind, case)).collect();
    assert!(told.is_empty(), "{when}\n\n{}", told.join("\n\n"));
}

/// Asks about random packets in a network, and says how many they were.
fn ask(topology: &str, pairs: usize, random: &mut Random, found: &mut Found) -> u64 {
    let model = model(topology).unwrap_or_else(|error| panic!("{error}\n{topology}"));
    let interesting = Interesting::new(&model);
    let mut cases: Vec<Case> = Vec::new();
    for _ in 0..pairs {
        let Some((start, source, destination)) = interesting.pair(random) else { continue };
        cases.extend((0..PACKETS_A_PAIR).map(|_| {
            let packet = interesting.packet(random, source, destination);
            Case { topology: topology.to_owned(), start: start.clone(), packet }
        }));
    }
    let compared = catch_unwind(AssertUnwindSafe(|| {
        let compiled = netpath::network::compile(&model);
        let mut engine = Engine::new(&model, &compiled);
        let interpreter = Interpreter::new(&model);
        let mut kinds = Vec::new();
        for of_pair in cases.chunks(PACKETS_A_PAIR) {
            let Case { start, packet, .. } = &of_pair[0];
            let mut answer = engine.ask(start, packet.source, packet.destination);
            let compare =
                |case: &Case| compare(&interpreter.ask(&case.start, case.packet), &mut answer, case);
            kinds.extend(of_pair.iter().map(compare));
        }
        kinds
    }));
    let kinds = compared.unwrap_or_else(|_| cases.iter().map(examine).collect());
    for (kind, case) in kinds.into_iter().zip(&cases) {
        if let Some(kind) = kind {
            found.entry(kind).or_insert_with(|| (case.clone(), 0)).1 += 1;
        }
    }
    cases.len() as u64
}

/// The rule that a reason ends with, or its words without names and numbers.
fn reason(text: &str) -> String {
    if let (Some(position), true) = (text.rfind('('), text.ends_with(')')) {
        return text[position..].to_owned();
    }
    let is_plain = |word: &&str| word.chars().all(|it| it.is_ascii_alphabetic());
    text.split_whitespace().filter(is_plain).collect::<Vec<&str>>().join(" ")
}

/// The first thing on which they do not agree. Where the interpreter is certain, the network must be; where it
/// is not, the network must not be either.
fn compare(opinion: &Opinion, answer: &mut Answer<'_, '_>, case: &Case) -> Option<Kind> {
    let engine = answer.says(case.packet);
    let interpreter = [opinion.forward(), opinion.round_trip()];
    // Where a fact is missing and makes no difference after all, the network may still say that it is missing.
    let is_supposed = opinion.fates.iter().any(|run| run.supposed);
    let reason =
        || opinion.fates.first().map_or_else(String::new, |run| reason(&run.result.round_trip.to_string()));
    for (is_round_trip, interpreter, engine) in
        [(false, interpreter[0], engine[0]), (true, interpreter[1], engine[1])]
    {
        let agrees = match interpreter {
            Verdict::Always | Verdict::Never if is_supposed && engine == Certainty::Depends => true,
            Verdict::Always => engine == Certainty::Passes,
            Verdict::Never => engine == Certainty::IsDropped,
            Verdict::Sometimes | Verdict::Unknown => engine == Certainty::Depends,
        };
        if !agrees {
            return Some((Disagreement::Verdict { is_round_trip, interpreter, engine }, reason()));
        }
    }
    let is_in_set = answer.contains(case.packet)?;
    let is_wrong = match interpreter[1] {
        Verdict::Always => !is_in_set && !is_supposed,
        Verdict::Never => is_in_set,
        Verdict::Sometimes | Verdict::Unknown => false,
    };
    is_wrong.then(|| (Disagreement::Set { interpreter: interpreter[1], is_in_set }, reason()))
}

/// The model that a topology stands for.
pub fn model(topology: &str) -> Result<Model, String> {
    shorthand::snapshot(topology).map(|snapshot| snapshot.model)
}

/// On what the two do not agree in one case, if the case makes sense at all.
fn examine(case: &Case) -> Option<Kind> {
    let model = model(&case.topology).ok()?;
    match &case.start {
        Start::Interface(id) => _ = model.network_interfaces.get(id)?,
        Start::Clients(..) => {
            packets::clients(&model).into_iter().find(|(it, _)| *it == case.start)?;
        }
        Start::Internet | Start::OnPremises => {}
    }
    let compared = catch_unwind(AssertUnwindSafe(|| {
        let compiled = netpath::network::compile(&model);
        let mut engine = Engine::new(&model, &compiled);
        let mut answer = engine.ask(&case.start, case.packet.source, case.packet.destination);
        compare(&Interpreter::new(&model).ask(&case.start, case.packet), &mut answer, case)
    }));
    compared.unwrap_or_else(|_| Some((Disagreement::Panic, String::new())))
}

/// A disagreement, as small as it gets, with what the two have to say.
fn tell(kind: &Kind, (case, times): &(Case, u64)) -> String {
    let case = shrink::shrink(case, |case| examine(case).as_ref() == Some(kind));
    let (kind, _) = kind;
    let mut text = match kind {
        Disagreement::Panic => "the network panics".to_owned(),
        Disagreement::Set { interpreter, is_in_set } => {
            format!("the interpreter says {interpreter:?}, in the network's exact set: {is_in_set}")
        }
        Disagreement::Verdict { is_round_trip, interpreter, engine } => {
            let way = if *is_round_trip { "there and back" } else { "there" };
            format!("{way}, the interpreter says {interpreter:?}, the network says {engine:?}")
        }
    };
    let _ = write!(
        text,
        "\n({times} times) of {} from {:?} in\n\n```topology\n{}```\n",
        case.packet, case.start, case.topology
    );
    if let Ok(model) = model(&case.topology) {
        for story in Interpreter::new(&model).tell(&case.start, case.packet).iter().take(STORIES) {
            let _ = write!(text, "\nthe interpreter's story:\n{story}\n");
        }
        if *kind != Disagreement::Panic {
            let compiled = netpath::network::compile(&model);
            let story = engine::tell(&model, &compiled, &case.start, case.packet);
            let _ = write!(text, "\nthe network's story:\n{story}\n");
        }
    }
    text
}
