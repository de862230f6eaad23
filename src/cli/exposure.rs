//! `netpath exposure`: what the internet, or another origin, really gets into.

use super::arguments::Exposure as Words;
use super::failure::Failure;
use super::format::Plain;
use super::open::{Opened, open};
use super::progress::Progress;
use super::{Context, Outcome, whole};
use crate::report;
use crate::report::exposure::{self, ExposureView, Found};
use crate::selector::{Index, Members, members};
use crate::solver::Source;
use crate::solver::estate::{Estate, Exposure, Scope};

/// How many interfaces an origin may be before they are asked for one by one no longer.
const MOST_ORIGINS: usize = 64;

/// Prints what is exposed, and what only looks so.
pub(super) fn run(context: &Context, words: &Words) -> Result<Outcome, Failure> {
    let opened = open(context)?;
    let view = view(context, opened, words, (None, words.diagram.is_some()))?;
    whole::print(context, "the exposure", |plain, out, style| match plain {
        Plain::Text => exposure::write(&view, out, style),
        Plain::Json => view.json(out),
    })?;
    if let Some(file) = &words.diagram {
        super::diagram::save_asking(opened, &report::diagram::exposure(&view), file)?;
    }
    Ok(Outcome::Answered)
}

/// What is exposed; of some interfaces, where these are given; with what pictures say of it where it is drawn.
pub(super) fn view(
    context: &Context,
    opened: &'static Opened,
    words: &Words,
    (part, is_drawn): (Option<Vec<u32>>, bool),
) -> Result<ExposureView<'static>, Failure> {
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let mut scope = whole::scope(&index, &words.part)?;
    let to = words.to.as_ref().map(|it| whole::interfaces(&index, it)).transpose()?;
    scope.to = to.or(part);
    let estate = Estate::new(&opened.network);
    let origins = origins(&index, &estate, &words.from)?;
    let solving = Progress::begin(context, "asking what gets in", None);
    let found = found(&estate, &origins, &scope, words.one_change);
    drop(solving);
    let asked = exposure::Asked {
        from: &words.from,
        to: words.to.as_deref(),
        traffic: &words.part.traffic,
        origins: &origins,
        packets: &scope.traffic,
        one_change: words.one_change,
        is_drawn,
    };
    Ok(ExposureView::new(&asked, &found, &opened.network, &opened.snapshot))
}

/// What gets in, and what looks as if it could.
fn found(estate: &Estate<'_>, origins: &[Source], scope: &Scope, one_change: bool) -> Vec<Found> {
    let asked = Exposure { origins: origins.to_vec(), scope: scope.clone(), explains_closed: one_change };
    let mut found: Vec<Found> = Vec::new();
    crate::solver::estate::exposure(
        estate,
        &asked,
        Vec::new,
        |kept: &mut Vec<Found>, it| {
            Found::keep(kept, it, estate.network);
        },
        |kept| {
            found.extend(kept);
            true
        },
    );
    found
}

/// The origins that a selector stands for; of interfaces that answer alike, one.
fn origins(index: &Index<'_>, estate: &Estate<'_>, text: &str) -> Result<Vec<Source>, Failure> {
    let interfaces = match members(index, text).map_err(|error| Failure::of_selector(index, error))? {
        Members::Outside(sources) => return Ok(sources),
        Members::Interfaces(interfaces) => interfaces,
    };
    let mut seen = std::collections::BTreeSet::new();
    let classes = estate.classes();
    let origins = interfaces.into_iter().filter(|it| seen.insert(classes.of(*it)));
    let origins: Vec<Source> = origins.map(|it| Source::Interface(it, None)).collect();
    if origins.len() > MOST_ORIGINS {
        let what = format!("`{text}` is {} kinds of interfaces", origins.len());
        return Err(
            Failure::new(what).help(format!("ask `netpath matrix --from {text}`, which puts them together"))
        );
    }
    Ok(origins)
}
