//! `netpath query --batch`: JSON lines in, JSON lines out, in order, in parallel.
//!
//! Questions are read a block at a time, as many whole lines as are there, so that a program that asks one question and
//! waits gets its answer, and a file of a million takes no more memory than a block. Each thread has a solver and keeps
//! it.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde::Deserialize;
use serde::de::{Error, IgnoredAny};
use serde_json::value::RawValue;

use super::arguments::Query as Words;
use super::expectation::Expectation;
use super::failure::Failure;
use super::filter::Filter;
use super::open::{Opened, open};
use super::output::{Output, unwritable};
use super::progress::Progress;
use super::terminal::shortened;
use super::{Context, Outcome};
use crate::packet::Family;
use crate::report::{self, Question, Report};
use crate::selector::{Arguments, Index, resolve};
use crate::solver::{Query, Solver, Verdict, solve_blockers, solve_with};

/// How much is read at once.
const BLOCK_BYTES: usize = 1 << 20;
/// How many lines a thread takes at once.
const LINES_A_TURN: usize = 64;

/// One line. Members that nobody here knows are ignored.
#[derive(Debug, Deserialize)]
struct Line<'a> {
    /// Read by itself, for lines that are no questions; here so that two of them are an error like two of any other.
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    destination: Cow<'a, str>,
    #[serde(borrow)]
    traffic: Option<Cow<'a, str>>,
    #[serde(borrow)]
    source_ports: Option<Cow<'a, str>>,
    expect: Option<Expectation>,
    ipv4: Option<bool>,
    ipv6: Option<bool>,
    all_addresses: Option<bool>,
    one_way: Option<bool>,
    all_paths: Option<bool>,
    via: Option<Selectors>,
    avoid: Option<Selectors>,
}

/// One selector, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a selector, or a list of them")]
enum Selectors {
    One(String),
    Several(Vec<String>),
}

/// The id of a line, as it is written there.
#[derive(Debug, Deserialize)]
struct Id<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

/// What all lines are answered with.
pub(super) struct Batch<'a> {
    words: &'a Words,
    opened: &'a Opened,
    index: Index<'a>,
    filter: Filter,
    solvers: Vec<Mutex<Solver<'a>>>,
}

/// Answers every line of a file.
pub(super) fn run(context: &Context, words: &Words, file: &Path) -> Result<Outcome, Failure> {
    let failed = |cause: io::Error| Failure::new(format!("cannot read `{}`: {cause}", file.display()));
    let (reader, size): (Box<dyn Read>, Option<u64>) = match file.to_str() {
        Some("-") => (Box::new(io::stdin().lock()), None),
        Some(_) | None => {
            let file = File::open(file).map_err(failed)?;
            let size = file.metadata().ok().map(|it| it.len());
            (Box::new(file), size)
        }
    };
    let opened = open(context)?;
    let batch = Batch::new(words, opened)?;
    let mut output = Output::open(context.options.output.as_deref())?;
    let mut blocks = Blocks::new(reader);
    let mut worst = Outcome::Answered;
    // On a terminal the answers themselves show how far it is.
    let is_seen = context.terminal.is_output && context.options.output.is_none();
    let progress = (!is_seen).then(|| Progress::begin(context, "answering", size));
    // Ends: each round takes something of the input away.
    while let Some(block) = blocks.next().map_err(failed)? {
        let lines = lines_of(&block);
        let turns: Vec<(Vec<u8>, Outcome)> =
            lines.par_chunks(LINES_A_TURN).map(|lines| batch.turn(lines)).collect();
        for (text, outcome) in turns {
            output.write_all(&text).map_err(|cause| unwritable("the answers", &cause))?;
            worst = worse(worst, outcome);
        }
        output.flush().map_err(|cause| unwritable("the answers", &cause))?;
        if let Some(progress) = &progress {
            progress.add(block.len() as u64);
        }
        if output.is_closed() {
            break;
        }
    }
    drop(progress);
    output.finish()?;
    Ok(worst)
}

/// The lines of a block that say something.
pub(super) fn lines_of(block: &[u8]) -> Vec<&[u8]> {
    block.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect()
}

/// Which of two outcomes a run ends with.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    let rank = |outcome: Outcome| match outcome {
        Outcome::Answered => 0,
        Outcome::Unknown => 1,
        Outcome::Violated => 2,
        Outcome::Unanswered => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// Whole lines, as many as are there.
pub(super) struct Blocks<R> {
    reader: R,
    rest: Vec<u8>,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(reader: R) -> Blocks<R> {
        Blocks { reader, rest: Vec::new() }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut block = std::mem::take(&mut self.rest);
        // Ends: at a line's end or at the input's.
        loop {
            let start = block.len();
            block.resize(start + BLOCK_BYTES, 0);
            let count = match self.reader.read(&mut block[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                Ok(0) => {
                    block.truncate(start);
                    return Ok(if block.is_empty() { None } else { Some(block) });
                }
                result => result?,
            };
            block.truncate(start + count);
            if let Some(end) = block[start..].iter().rposition(|byte| *byte == b'\n') {
                self.rest = block.split_off(start + end + 1);
                return Ok(Some(block));
            }
        }
    }
}

impl<'a> Batch<'a> {
    pub(super) fn new(words: &'a Words, opened: &'a Opened) -> Result<Batch<'a>, Failure> {
        let index = Index::new(&opened.snapshot.model, &opened.network).prepare();
        let filter = Filter::new(&index, &words.via, &words.avoid)
            .map_err(|error| Failure::of_selector(&index, error))?;
        // One more than there are threads: the thread that waits for the others may be none of the pool's.
        let threads = rayon::current_num_threads() + 1;
        let solvers = (0..threads).map(|_| Mutex::new(Solver::new(&opened.network))).collect();
        Ok(Batch { words, opened, index, filter, solvers })
    }

    /// Some lines, by one thread.
    pub(super) fn turn(&self, lines: &[&[u8]]) -> (Vec<u8>, Outcome) {
        let own = rayon::current_thread_index().map_or(0, |index| index + 1);
        let solver = &self.solvers[own.min(self.solvers.len() - 1)];
        let mut solver = solver.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = Vec::with_capacity(lines.len() * if self.words.brief { 64 } else { 1024 });
        let mut worst = Outcome::Answered;
        for line in lines {
            worst = worse(worst, self.line(&mut solver, line, &mut text));
        }
        (text, worst)
    }

    fn line(&self, solver: &mut Solver<'a>, line: &[u8], text: &mut Vec<u8>) -> Outcome {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        // A list would be read as the members in our order.
        let is_object = line.trim_ascii_start().starts_with(b"{");
        let id =
            if is_object { serde_json::from_slice::<Id<'_>>(line).ok().and_then(|it| it.id) } else { None };
        let read: Result<Line<'_>, serde_json::Error> = match is_object {
            true => serde_json::from_slice(line),
            false => serde_json::from_slice::<IgnoredAny>(line).and_then(|_| Err(Error::custom("no object"))),
        };
        let answered = match read {
            Ok(read) => self.answer(solver, &read, id, text),
            Err(error) => Err(unreadable(&error)),
        };
        answered.unwrap_or_else(|message| {
            text.extend_from_slice(report::batch::error(&id, &shortened(&message)).as_bytes());
            text.push(b'\n');
            Outcome::Unanswered
        })
    }

    fn answer(
        &self,
        solver: &mut Solver<'a>,
        line: &Line<'_>,
        id: Option<&RawValue>,
        text: &mut Vec<u8>,
    ) -> Result<Outcome, String> {
        let traffic = line.traffic.as_deref().unwrap_or(&self.words.traffic);
        let arguments = self.arguments(line, traffic)?;
        let mut query = resolve(&self.index, &arguments).map_err(|error| error.to_string())?;
        let filter = self.filter(line)?;
        filter.ask(&mut query);
        let verdict = if self.words.brief {
            self.brief(solver, &query, &filter, id, text)
        } else {
            let mut answer = solve_with(solver, &query);
            filter.apply(&self.opened.network, &mut answer);
            let question = Question {
                source: line.source.clone().into_owned(),
                destination: line.destination.clone().into_owned(),
                traffic: traffic.to_owned(),
            };
            let Opened { network, snapshot } = self.opened;
            let report = Report::new(&question, &query, &answer, network, snapshot);
            text.extend_from_slice(report::batch::line(&report, &id, false).as_bytes());
            text.push(b'\n');
            answer.verdict
        };
        let expectation = line.expect.or(self.words.expect);
        Ok(expectation.map_or(Outcome::Answered, |it| it.judge(verdict)))
    }

    /// Verdict and codes: what gets there and back needs no explanation.
    fn brief(
        &self,
        solver: &mut Solver<'a>,
        query: &Query,
        filter: &Filter,
        id: Option<&RawValue>,
        text: &mut Vec<u8>,
    ) -> Verdict {
        let mut answer =
            if filter.is_empty() { solve_blockers(solver, query) } else { solve_with(solver, query) };
        filter.apply(&self.opened.network, &mut answer);
        let codes = report::codes(&answer);
        text.extend_from_slice(report::batch::brief(&id, answer.verdict, &codes).as_bytes());
        text.push(b'\n');
        answer.verdict
    }

    /// The line's own filter, else that of the options.
    fn filter(&self, line: &Line<'_>) -> Result<Cow<'_, Filter>, String> {
        if line.via.is_none() && line.avoid.is_none() {
            return Ok(Cow::Borrowed(&self.filter));
        }
        let filter = Filter::new(&self.index, listed(line.via.as_ref()), listed(line.avoid.as_ref()));
        filter.map(Cow::Owned).map_err(|error| error.to_string())
    }

    /// What the line says, and where it says nothing, the options.
    fn arguments<'t>(&'t self, line: &'t Line<'_>, traffic: &'t str) -> Result<Arguments<'t>, String> {
        let options = super::query::arguments(self.words);
        let family = match (line.ipv4.unwrap_or(false), line.ipv6.unwrap_or(false)) {
            (true, true) => return Err("`ipv4` and `ipv6` exclude each other".to_owned()),
            (true, false) => Some(Family::V4),
            (false, true) => Some(Family::V6),
            (false, false) => options.family,
        };
        Ok(Arguments {
            source: &line.source,
            destination: &line.destination,
            traffic,
            source_ports: line.source_ports.as_deref().or(options.source_ports),
            family,
            is_one_way: line.one_way.unwrap_or(options.is_one_way),
            all_addresses: line.all_addresses.unwrap_or(options.all_addresses),
            all_paths: line.all_paths.unwrap_or(options.all_paths),
        })
    }
}

fn listed(selectors: Option<&Selectors>) -> &[String] {
    match selectors {
        None => &[],
        Some(Selectors::One(selector)) => std::slice::from_ref(selector),
        Some(Selectors::Several(selectors)) => selectors,
    }
}

/// What is wrong with a line, without the place: every line is line 1 to its reader.
fn unreadable(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let cause = text.rsplit_once(" at line ").map_or(text.as_str(), |(cause, _)| cause);
    match error.classify() {
        serde_json::error::Category::Data => format!("not a question: {cause}"),
        serde_json::error::Category::Io
        | serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof => format!("not JSON: {cause}"),
    }
}
