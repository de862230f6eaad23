//! `netpath lint`: what is wrong without being asked.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::arguments::{FailOn, Format, Gravity, Lint};
use super::failure::Failure;
use super::open::{Opened, open};
use super::output::{Output, unwritable};
use super::progress::Progress;
use super::{Context, Outcome, lint_settings};
use crate::lint::{self, Baseline, LINTS, Selection, Severity};
use crate::report;
use crate::report::lint::{LintReport, Told};

/// A word this much unlike a name is no slip of the finger.
const MOST_SLIPS: usize = 4;

/// Runs the lints and prints what they find.
pub(super) fn run(context: &Context, words: &Lint) -> Result<Outcome, Failure> {
    let here = std::env::current_dir()
        .map_err(|cause| Failure::new(format!("cannot tell the current folder: {cause}")))?;
    let (settings, left_out) = lint_settings::of_folder(&here)?;
    let selection = Selection {
        only: words.only.clone(),
        skip: words.skip.iter().chain(&left_out).cloned().collect(),
        severity: severity(words.severity),
    };
    if let Some(word) = selection.unknown_word() {
        return Err(unknown(word));
    }
    let baseline = words.baseline.as_deref().map(baseline).transpose()?.unwrap_or_default();
    // What cannot be written is not worked out.
    if matches!(
        context.options.format,
        Format::Aws | Format::Svg | Format::Html | Format::Dot | Format::Mermaid | Format::Png | Format::Csv
    ) {
        context.options.format.plain()?;
    }
    let opened = open(context)?;
    let running = Progress::begin(context, "looking for trouble", None);
    let model = &opened.snapshot.model;
    let outcome = lint::run(model, &opened.network, &settings, &selection, &baseline);
    drop(running);
    let tells_some = matches!(context.options.format, Format::Text) && !context.style().verbose;
    let told = if tells_some { Told::First } else { Told::All };
    let found = LintReport::new(&outcome, &settings, &opened.network, &opened.snapshot, told);
    print(context, &found)?;
    if let Some(file) = &words.diagram {
        let options = report::diagram::Options::default();
        let mut picture = report::diagram::topology(&opened.snapshot, &opened.network, &options);
        report::diagram::mark(&mut picture, &found.findings);
        super::diagram::save_asking(opened, &picture, file)?;
    }
    if let Some(path) = &words.write_baseline {
        let mut output = Output::open(Some(path))?;
        report::lint::write_baseline(&found, &outcome, &mut output)
            .map_err(|cause| unwritable("the baseline", &cause))?;
        output.finish()?;
    }
    warn_of_nothing(context, opened);
    let fails = match words.fail_on {
        FailOn::Never => None,
        FailOn::Info => Some(Severity::Info),
        FailOn::Low => Some(Severity::Low),
        FailOn::Medium => Some(Severity::Medium),
        FailOn::High => Some(Severity::High),
        FailOn::Critical => Some(Severity::Critical),
    };
    let is_violated = fails.is_some_and(|least| found.worst().is_some_and(|worst| worst >= least));
    Ok(if is_violated { Outcome::Violated } else { Outcome::Answered })
}

fn severity(gravity: Gravity) -> Severity {
    match gravity {
        Gravity::Info => Severity::Info,
        Gravity::Low => Severity::Low,
        Gravity::Medium => Severity::Medium,
        Gravity::High => Severity::High,
        Gravity::Critical => Severity::Critical,
    }
}

/// A snapshot without VPCs gives lints nothing to look at, which is not the same as nothing to complain of.
fn warn_of_nothing(context: &Context, opened: &Opened) {
    if opened.snapshot.model.vpcs.is_empty() {
        context.say("note: the snapshot has no VPC: most lints have nothing to look at");
    }
}

fn print(context: &Context, found: &LintReport<'_>) -> Result<(), Failure> {
    let options = &context.options;
    let mut output = Output::open(options.output.as_deref())?;
    let style = context.style();
    let written = match options.format {
        Format::Text => report::lint::write_text(found, &mut output, style),
        Format::Json => report::lint::write_json(found, &mut output),
        Format::Sarif => report::lint::write_sarif(found, &mut output),
        Format::Github => report::lint::write_github(found, &mut output),
        Format::Junit => report::lint::write_junit(found, &mut output),
        Format::Markdown => report::lint::write_markdown(found, &mut output),
        Format::Aws
        | Format::Svg
        | Format::Html
        | Format::Dot
        | Format::Mermaid
        | Format::Png
        | Format::Csv => {
            return options.format.plain().map(|_| ());
        }
    };
    written.map_err(|cause| unwritable("the findings", &cause))?;
    output.finish()
}

/// The members of a baseline file that are read.
#[derive(Deserialize)]
struct File {
    findings: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    fingerprint: String,
}

fn baseline(path: &Path) -> Result<Baseline, Failure> {
    let bad = |cause: String| {
        Failure::new(format!("cannot read the baseline `{}`: {cause}", path.display()))
            .help("write one with `--write-baseline FILE`")
    };
    let text = std::fs::read_to_string(path).map_err(|cause| bad(cause.to_string()))?;
    let file: File = serde_json::from_str(&text).map_err(|cause| bad(cause.to_string()))?;
    let fingerprints: BTreeSet<String> = file.findings.into_iter().map(|it| it.fingerprint).collect();
    Ok(Baseline(fingerprints))
}

fn unknown(word: &str) -> Failure {
    let distance = |known: &str| strsim::damerau_levenshtein(known, &word.to_ascii_lowercase());
    let names = LINTS.iter().flat_map(|it| [it.name, it.id]);
    let groups = lint::Group::ALL.iter().map(|it| it.as_text());
    let mut near: Vec<(usize, &str)> =
        names.chain(groups).map(|it| (distance(it), it)).filter(|it| it.0 <= MOST_SLIPS).collect();
    near.sort_unstable();
    let failure = Failure::new(format!("there is no lint `{word}`"));
    match near.first() {
        Some((_, known)) => failure.help(format!("did you mean `{known}`?")),
        None => failure.help("write an id, a name, or `security`, `reliability`, `cost`, `hygiene`"),
    }
}
