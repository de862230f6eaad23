//! `netpath compile`: the snapshot as a file that answers without reading and compiling it again.

use super::failure::Failure;
use super::open::{open, read_options};
use super::output::{Output, unwritable};
use super::{Context, Outcome, cache};
use crate::store;

/// Writes it.
pub(super) fn run(context: &Context) -> Result<Outcome, Failure> {
    let opened = open(context)?;
    let options = read_options(&context.options);
    let Some(path) = context.options.output.as_deref() else {
        cache::keep_now(context, opened, &options)?;
        return Ok(Outcome::Answered);
    };
    let output = Output::open(Some(path))?;
    let written = store::write(output, &opened.snapshot, &opened.network, &options);
    written.map_err(|cause| unwritable(&format!("`{}`", path.display()), &cause))?.finish()?;
    Ok(Outcome::Answered)
}
