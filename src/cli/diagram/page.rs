//! Pages: a picture in several levels of detail, with the answers between the ends that somebody may click at.

use std::io::Write;

use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::output::unwritable;
use crate::report::diagram::{self, Depth, Options, Picture, html};
use crate::report::{Question, Report};
use crate::selector::{Arguments, Index, resolve};
use crate::solver::{Solver, solve_with};

/// A page holds no more answers: each takes a kilobyte and a tenth of a millisecond.
const MOST_ANSWERS: usize = 3000;
/// A page has every host in a picture of its own up to this many interfaces.
const MOST_HOSTS: usize = 400;

/// A page with a picture and the answers between the ends in it.
pub(super) fn asking(opened: &Opened, picture: &Picture, out: &mut dyn Write) -> Result<(), Failure> {
    write(opened, &[("picture", picture)], out)
}

fn write(opened: &Opened, levels: &[(&str, &Picture)], out: &mut dyn Write) -> Result<(), Failure> {
    let mut ends: Vec<html::End> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for end in levels.iter().flat_map(|(_, it)| html::ends(it)) {
        if known.insert(end.ask.clone()) {
            ends.push(end);
        }
    }
    let answers = answers(opened, &ends).map_err(|cause| unwritable("the picture", &cause))?;
    html::write(levels, &answers, out).map_err(|cause| unwritable("the picture", &cause))
}

/// A page with the picture, the same with VPCs closed and with every host, and the answers between ends.
pub(super) fn topology(
    opened: &Opened,
    options: &Options,
    picture: Picture,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let at = |depth| {
        let options = Options { depth: Some(depth), ..options.clone() };
        diagram::topology(&opened.snapshot, &opened.network, &options)
    };
    let hosts =
        (options.depth.is_none() && opened.network.interfaces.len() <= MOST_HOSTS).then(|| at(Depth::Host));
    let closed = at(Depth::Vpc);
    let mut levels = vec![("network", &picture)];
    levels.extend(hosts.iter().map(|it| ("every host", it)));
    levels.push(("VPCs", &closed));
    write(opened, &levels, out)
}

/// What becomes of packets between ends: with the internet first, then inside VPCs, then between them, as many as fit.
fn answers(opened: &Opened, ends: &[html::End]) -> std::io::Result<html::Answers> {
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let mut solver = Solver::new(&opened.network);
    let mut answers = html::Answers::about(ends);
    for (from, to) in pairs(ends) {
        let (source, destination) = (&ends[from], &ends[to]);
        let arguments = Arguments {
            source: &source.ask,
            destination: &destination.ask,
            traffic: "all",
            ..Arguments::default()
        };
        // What cannot be asked about has no answer, and the page says so.
        let Ok(query) = resolve(&index, &arguments) else { continue };
        let answer = solve_with(&mut solver, &query);
        let question = Question {
            source: source.name.clone(),
            destination: destination.name.clone(),
            traffic: "all".to_owned(),
        };
        let report = Report::new(&question, &query, &answer, &opened.network, &opened.snapshot);
        answers.add(from, to, &report)?;
    }
    Ok(answers)
}

fn pairs(ends: &[html::End]) -> Vec<(usize, usize)> {
    let rank = |one: &html::End, other: &html::End| match () {
        () if one.ask == "internet" || other.ask == "internet" => 0,
        () if one.home == other.home => 1,
        () => 2,
    };
    let mut pairs = Vec::new();
    for wanted in 0..3 {
        for (from, one) in ends.iter().enumerate() {
            for (to, other) in ends.iter().enumerate().filter(|(to, _)| *to != from) {
                if pairs.len() == MOST_ANSWERS {
                    return pairs;
                }
                if rank(one, other) == wanted {
                    pairs.push((from, to));
                }
            }
        }
    }
    pairs
}
