//! `netpath compile`: the snapshot as a file that answers without reading and compiling it again.

use super::failure::Failure;
use super::open::{open, read_options};
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::store;

/// Writes it.
pub(super) fn run(context: &Context) -> Result<Outcome, Failure> {
    let Some(path) = context.options.output.as_deref() else {
        return Err(Failure::new("a compiled file wants a place").help("say where: `--output prod.netpath`"));
    };
    let opened = open(context)?;
    let output = Output::open(Some(path))?;
    let options = read_options(&context.options);
    let written = store::write(output, &opened.snapshot, &opened.network, &options);
    written.map_err(|cause| unwritable(&format!("`{}`", path.display()), &cause))?.finish()?;
    Ok(Outcome::Answered)
}
