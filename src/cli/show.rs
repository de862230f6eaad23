//! `netpath show`: one resource as netpath understands it.

use super::arguments::Show;
use super::failure::Failure;
use super::format::Plain;
use super::open::open;
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::report::show;
use crate::selector::{Index, find};

/// Prints it.
pub(super) fn run(context: &Context, words: &Show) -> Result<Outcome, Failure> {
    let opened = open(context)?;
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let resource = find(&index, &words.selector).map_err(|error| Failure::of_selector(&index, error))?;
    let row = resource.position as usize;
    let document = show::document(&opened.snapshot, &opened.network, resource.kind, row);
    let options = &context.options;
    let style = context.style();
    let mut output = Output::open(options.output.as_deref())?;
    let written = match options.format.plain()? {
        Plain::Text => show::write_text(&document, &mut output, style),
        Plain::Json => show::write_json(&document, &mut output),
    };
    written.map_err(|cause| unwritable("the resource", &cause))?;
    output.finish()?;
    Ok(Outcome::Answered)
}
