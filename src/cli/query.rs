//! `netpath query`: one question, or a batch of them.

use std::io::Write;

use super::arguments::{Format, Query as Words};
use super::failure::Failure;
use super::filter::Filter;
use super::open::open;
use super::output::{Output, unwritable};
use super::{Context, Outcome, batch};
use crate::packet::Family;
use crate::report::{self, Question, Report};
use crate::selector::{Arguments, Index, resolve};
use crate::solver::{Answer, Solver, Verdict, solve_with};

/// Answers.
pub(super) fn run(context: &Context, words: &Words) -> Result<Outcome, Failure> {
    match (&words.batch, &words.source, &words.destination) {
        (Some(file), _, _) => batch::run(context, words, file),
        (None, Some(source), Some(destination)) => one(context, words, source, destination),
        // The arguments' own rules see to it that there are both.
        (None, _, _) => Err(Failure::new("a question wants a source and a destination")),
    }
}

/// What the options say of every question.
pub(super) fn arguments(words: &Words) -> Arguments<'_> {
    Arguments {
        source: "",
        destination: "",
        traffic: &words.traffic,
        source_ports: words.source_ports.as_deref(),
        family: match (words.ipv4, words.ipv6) {
            (true, false) => Some(Family::V4),
            (false, true) => Some(Family::V6),
            (true, true) | (false, false) => None,
        },
        is_one_way: words.one_way,
        all_addresses: words.all_addresses,
        all_paths: words.all_paths,
    }
}

fn one(context: &Context, words: &Words, source: &str, destination: &str) -> Result<Outcome, Failure> {
    if words.brief && context.options.format == Format::Aws {
        return Err(Failure::new("`--brief` has no form of AWS's").help("ask for `--format text` or `json`"));
    }
    let opened = open(context)?;
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let failed = |error| Failure::of_selector(&index, error);
    let filter = Filter::new(&index, &words.via, &words.avoid).map_err(failed)?;
    let arguments = Arguments { source, destination, ..arguments(words) };
    let mut query = resolve(&index, &arguments).map_err(failed)?;
    filter.ask(&mut query);
    let mut solver = Solver::new(&opened.network);
    let mut answer = solve_with(&mut solver, &query);
    filter.apply(&opened.network, &mut answer);
    if words.brief {
        print_brief(context, &answer)?;
        return Ok(judge(context, words, answer.verdict));
    }
    let question = Question {
        source: source.to_owned(),
        destination: destination.to_owned(),
        traffic: words.traffic.clone(),
    };
    let report = Report::new(&question, &query, &answer, &opened.network, &opened.snapshot);
    print(context, &report)?;
    if let Some(file) = &words.diagram {
        let picture = report::diagram::path(&report, &opened.snapshot.model);
        super::diagram::save(&picture, file)?;
    }
    Ok(judge(context, words, answer.verdict))
}

fn print(context: &Context, report: &Report<'_>) -> Result<(), Failure> {
    let options = &context.options;
    let mut output = Output::open(options.output.as_deref())?;
    let style = context.style();
    let written = match options.format {
        Format::Text => report::text::write(report, &mut output, style),
        Format::Json => report::json::write(report, &mut output),
        Format::Aws => report::aws::write(report, &mut output),
        Format::Sarif | Format::Github | Format::Junit | Format::Markdown => {
            return Err(options.format.is_of_lint());
        }
        Format::Csv => return Err(options.format.is_a_table()),
        Format::Svg | Format::Html | Format::Dot | Format::Mermaid | Format::Png => {
            return Err(options.format.is_a_picture());
        }
    };
    written.map_err(|cause| unwritable("the answer", &cause))?;
    output.finish()
}

/// Verdict and codes: a line of words, or of JSON.
fn print_brief(context: &Context, answer: &Answer) -> Result<(), Failure> {
    let codes = report::codes(answer);
    let line = match context.options.format {
        Format::Text => [&[answer.verdict.as_text()], codes.as_slice()].concat().join(" "),
        Format::Sarif | Format::Github | Format::Junit | Format::Markdown => {
            return Err(context.options.format.is_of_lint());
        }
        Format::Csv => return Err(context.options.format.is_a_table()),
        Format::Json | Format::Aws => report::batch::alone(answer.verdict, &codes),
        Format::Svg | Format::Html | Format::Dot | Format::Mermaid | Format::Png => {
            return Err(context.options.format.is_a_picture());
        }
    };
    let mut output = Output::open(context.options.output.as_deref())?;
    writeln!(output, "{line}").map_err(|cause| unwritable("the answer", &cause))?;
    output.finish()
}

fn judge(context: &Context, words: &Words, verdict: Verdict) -> Outcome {
    let Some(expectation) = words.expect else { return Outcome::Answered };
    let outcome = expectation.judge(verdict);
    if outcome != Outcome::Answered {
        let (expected, found) = (expectation.as_text(), verdict.as_text());
        context.say(&format!("expected `{expected}`, and the verdict is `{found}`"));
    }
    outcome
}
