//! `netpath man`: manual pages, one a command, for packages.

use clap::CommandFactory;

use super::Outcome;
use super::arguments::{Arguments, Man};
use super::failure::Failure;

/// Writes `netpath.1`, `netpath-query.1`, ….
pub(super) fn run(words: &Man) -> Result<Outcome, Failure> {
    let failed = |cause: std::io::Error| {
        Failure::new(format!("cannot write manual pages to `{}`: {cause}", words.folder.display()))
    };
    std::fs::create_dir_all(&words.folder).map_err(failed)?;
    clap_mangen::generate_to(Arguments::command(), &words.folder).map_err(failed)?;
    Ok(Outcome::Answered)
}
