//! `netpath diff`: what two snapshots answer differently, and why.

use std::path::Path;

use clap::ValueEnum;

use super::arguments::{Diff, Format};
use super::failure::Failure;
use super::format::Plain;
use super::open::{Opened, open, open_at};
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::diff::{self, Chosen, RowKind, Scope};
use crate::packet::Family;
use crate::report;
use crate::report::diff::{DiffView, Side, write_json, write_markdown, write_text};
use crate::selector::{Index, Members, SelectorError, members, parse_traffic};
use crate::solver::{Source, Traffic};

/// What makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Packets pass that did not
    Gained,
    /// Packets do not pass that did
    Lost,
    /// Anything differs for packets, another way included
    Any,
}

/// Compares and prints.
pub(super) fn run(context: &Context, words: &Diff) -> Result<Outcome, Failure> {
    // What cannot be written is not worked out.
    if context.options.format != Format::Markdown {
        context.options.format.plain()?;
    }
    let view = view(context, words)?;
    print(context, &view)?;
    if let Some(file) = &words.diagram {
        super::diagram::save(&report::diagram::diff(&view, None), file)?;
    }
    Ok(judge(words.fail_on, &view))
}

/// What the two snapshots answer differently.
pub(super) fn view(context: &Context, words: &Diff) -> Result<DiffView<'static>, Failure> {
    if !context.options.snapshot.is_empty() {
        return Err(Failure::new("a diff reads the two snapshots that it is given, and no `--snapshot`")
            .help("write `netpath diff OLD NEW`"));
    }
    let intervals = parse_traffic(&words.traffic).map_err(|error| {
        let help = error.help();
        Failure { message: error.to_string(), details: Vec::new(), help }
    })?;
    let (old, new) = sides(context, &words.old, words.new.as_deref())?;
    let scope = Scope {
        from: chosen(words.from.as_deref(), [old, new])?,
        to: chosen(words.to.as_deref(), [old, new])?,
        traffic: Traffic { intervals, ..Traffic::default() },
    };
    let side =
        |opened: &'static Opened| diff::Side { model: &opened.snapshot.model, network: &opened.network };
    let difference = diff::diff(side(old), side(new), &scope);
    let side = |opened: &'static Opened| Side { snapshot: &opened.snapshot, network: &opened.network };
    Ok(DiffView::new(&difference, side(old), side(new)))
}

/// The two snapshots; the new one is what AWS says now where that is asked for.
fn sides(
    context: &Context,
    old: &Path,
    new: Option<&Path>,
) -> Result<(&'static Opened, &'static Opened), Failure> {
    let at = |path: &Path| open_at(context, &[path.to_owned()]);
    match (new, context.options.live) {
        (Some(new), false) => Ok((at(old)?, at(new)?)),
        (None, true) => {
            let old = at(old)?;
            Ok((old, open(context)?))
        }
        (Some(_), true) => Err(Failure::new("with `--live` the new snapshot is what AWS says now")
            .help("write `netpath diff OLD --live`")),
        (None, false) => Err(Failure::new("a diff compares two snapshots, and only one is given")
            .help("write `netpath diff OLD NEW`, or `netpath diff OLD --live`")),
    }
}

/// The ends that an option names in each snapshot: it is enough that one of them knows the name.
fn chosen(text: Option<&str>, opened: [&'static Opened; 2]) -> Result<Option<[Chosen; 2]>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let index = opened.map(|it| Index::new(&it.snapshot.model, &it.network));
    let found = [members(&index[0], text), members(&index[1], text)];
    let is_unknown = |it: &Result<Members, SelectorError>| {
        matches!(it, Err(SelectorError::Unknown { .. } | SelectorError::Empty { .. }))
    };
    let is_nowhere = found.iter().all(is_unknown);
    let mut sides: [Chosen; 2] = [Chosen::default(), Chosen::default()];
    for (number, found) in found.into_iter().enumerate() {
        let is_missing = is_unknown(&found);
        match found {
            Ok(Members::Interfaces(mut list)) => {
                list.sort_unstable();
                sides[number].interfaces = list.iter().map(|it| it.0).collect();
            }
            Ok(Members::Outside(sources)) => outside(text, &sources, opened[number], &mut sides[number])?,
            Err(error) if is_nowhere || !is_missing => {
                return Err(Failure::of_selector(&index[number], error));
            }
            Err(_) => {}
        }
    }
    Ok(Some(sides))
}

/// Ends outside, which are asked about whole.
fn outside(text: &str, sources: &[Source], opened: &Opened, chosen: &mut Chosen) -> Result<(), Failure> {
    for source in sources {
        let is_whole = match source {
            Source::Outside(set) => Family::BOTH.iter().any(|family| opened.network.internet(*family) == set),
            Source::OnPremises(set) => {
                Family::BOTH.iter().any(|family| opened.network.on_premises(*family) == set)
            }
            Source::Interface(..) | Source::Clients(_) | Source::Nobody(_) => false,
        };
        if !is_whole {
            return Err(Failure::new(format!("`{text}` cannot be chosen here"))
                .help("choose interfaces, whatever stands for them, `internet` or `onprem`"));
        }
        chosen.internet |= matches!(source, Source::Outside(_));
        chosen.on_premises |= matches!(source, Source::OnPremises(_));
    }
    Ok(())
}

fn print(context: &Context, view: &DiffView<'_>) -> Result<(), Failure> {
    let options = &context.options;
    let style = context.style();
    let mut output = Output::open(options.output.as_deref())?;
    let written = if options.format == Format::Markdown {
        write_markdown(view, &mut output)
    } else {
        match options.format.plain()? {
            Plain::Json => write_json(view, &mut output),
            Plain::Text => write_text(view, &mut output, style),
        }
    };
    written.map_err(|cause| unwritable("the differences", &cause))?;
    output.finish()
}

/// Whether it holds that nothing of the kind differs; open while something is unclear.
fn judge(fail_on: Option<FailOn>, view: &DiffView<'_>) -> Outcome {
    let Some(fail_on) = fail_on else { return Outcome::Answered };
    let is_violated = match fail_on {
        FailOn::Gained => view.has(RowKind::Gained),
        FailOn::Lost => view.has(RowKind::Lost),
        FailOn::Any => RowKind::ALL.iter().any(|kind| *kind != RowKind::Unclear && view.has(*kind)),
    };
    match (is_violated, view.has(RowKind::Unclear)) {
        (true, _) => Outcome::Violated,
        (false, true) => Outcome::Unknown,
        (false, false) => Outcome::Answered,
    }
}
