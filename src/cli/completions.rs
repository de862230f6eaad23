//! `netpath completions`: what a shell needs to complete the words of a command.

use std::io::Write;

use clap::CommandFactory;

use super::arguments::{Arguments, Completions};
use super::failure::Failure;
use super::output::{Output, unwritable};
use super::{Context, Outcome};

/// Prints them. Made in memory: the maker panics on a closed pipe.
pub(super) fn run(context: &Context, words: &Completions) -> Result<Outcome, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(words.shell, &mut Arguments::command(), "netpath", &mut text);
    let mut output = Output::open(context.options.output.as_deref())?;
    output.write_all(&text).map_err(|cause| unwritable("the completions", &cause))?;
    output.finish()?;
    Ok(Outcome::Answered)
}
