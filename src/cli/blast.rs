//! `netpath blast`: how far something gets, hop by hop.

use super::arguments::Blast as Words;
use super::failure::Failure;
use super::format::Plain;
use super::open::open;
use super::progress::Progress;
use super::{Context, Outcome, whole};
use crate::network::InterfaceIndex;
use crate::report::groups::{By, Groups};
use crate::report::spread::{self, SpreadQuestion, SpreadView};
use crate::selector::Index;
use crate::solver::estate::{Estate, spread as reach};

/// Prints what is reached, through what, and whether what matters most is among it.
pub(super) fn run(context: &Context, words: &Words) -> Result<Outcome, Failure> {
    let by = whole::by(&words.by)?;
    if by == By::Alike {
        return Err(
            Failure::new("what is reached does not answer alike").help("put it together by `sg` or `vpc`")
        );
    }
    let opened = open(context)?;
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let scope = whole::scope(&index, &words.part)?;
    let indices = |rows: Vec<u32>| rows.into_iter().map(InterfaceIndex).collect::<Vec<InterfaceIndex>>();
    let beginning = indices(whole::interfaces(&index, &words.selector)?);
    let mut jewels: Vec<InterfaceIndex> = Vec::new();
    for text in &words.crown {
        jewels.extend(indices(whole::interfaces(&index, text)?));
    }
    jewels.sort_unstable();
    jewels.dedup();
    let solving = Progress::begin(context, "following what gets on", None);
    let estate = Estate::new(&opened.network);
    let found = reach(&estate, &beginning, &scope, words.hops);
    drop(solving);
    let groups = Groups::new(&opened.snapshot, &opened.network, &by, None);
    let question = SpreadQuestion {
        from: words.selector.clone(),
        hops: words.hops,
        traffic: words.part.traffic.clone(),
        crown: words.crown.clone(),
    };
    let view = SpreadView::new(question, &found, &groups, &jewels, &opened.snapshot);
    whole::print(context, "the reach", |plain, out, style| match plain {
        Plain::Text => spread::write(&view, out, style),
        Plain::Json => view.json(out),
    })?;
    Ok(Outcome::Answered)
}
