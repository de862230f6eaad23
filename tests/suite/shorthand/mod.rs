//! The topology shorthand: a line a resource, expanded to the JSON that `aws … describe-*` prints.
//!
//! Semantics pages, lint examples and random networks are written in it, and enter netpath by the front
//! door: [`write()`] makes a snapshot folder. What a line does not say is what AWS does when nobody says
//! otherwise. A VPC comes with a main route table, an open default network ACL and a default security
//! group; a group lets everything out; an interface is attached to a running instance; a transit gateway
//! associates and propagates into its default table. Every call that netpath reads exists, if only as an
//! empty list, because a list that is not there means *unknown*.
//!
//! A line is a kind, words, and options in any order; `#` begins a comment; the order of lines does not
//! matter, except that `account` and `region` hold for the lines below them and that rules of one group and
//! routes of one table keep their order. Names are the ids. `docs/semantics/README.md` teaches it; the table
//! in `kinds.rs` is the whole grammar, and a word that is not in it is an error with its line.
//!
//! Not good at: calls outside the ones of `calls.rs`, and odd spellings of JSON. The line `set` writes any
//! member of any element and is the way out for both.

mod parse;
mod kinds;
mod estate;
mod calls;
mod network;
mod filters;
mod interfaces;
mod transit;
mod balancers;
mod hybrid;
mod firewalls;

use std::fmt;
use std::path::Path;

use netpath::snapshot::{ReadOptions, Snapshot, read_documents};
use serde_json::Value;

pub use kinds::KINDS;
pub use parse::ShorthandError;

/// A topology under construction, for tests that make networks; printed, it is ready for a page.
#[derive(Debug, Clone, Default)]
pub struct Topology {
    /// The lines, without line ends.
    pub lines: Vec<String>,
}

impl Topology {
    /// Adds a line.
    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// The snapshot that it stands for: see [`expand`].
    pub fn expand(&self) -> Result<Vec<(String, Value)>, ShorthandError> {
        expand(&self.to_string())
    }

    /// Writes the snapshot: see [`write()`].
    pub fn write(&self, folder: &Path) -> Result<(), ShorthandError> {
        write(&self.to_string(), folder)
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(formatter, "{line}"))
    }
}

/// The snapshot that `text` stands for.
pub fn snapshot(text: &str) -> Result<Snapshot, String> {
    let files = expand(text).map_err(|error| error.to_string())?;
    let documents = files.into_iter().map(|(name, document)| (name, document.to_string().into_bytes()));
    read_documents(documents.collect(), &ReadOptions::default()).map_err(|error| error.to_string())
}

/// The files of the snapshot that `text` stands for, by name: `ACCOUNT/REGION/describe-….json`.
pub fn expand(text: &str) -> Result<Vec<(String, Value)>, ShorthandError> {
    let lines = parse::lines(text)?;
    let mut estate = estate::Estate::default();
    // A kind at a time, in the order of the table, so that a line may stand before the ones it names.
    for kind in KINDS {
        for line in lines.iter().filter(|line| std::ptr::eq(line.kind, kind)) {
            (kind.expand)(&mut estate, line)?;
        }
    }
    Ok(estate.files())
}

/// Writes the files of [`expand`] below `folder`.
///
/// # Panics
///
/// When the disk refuses.
pub fn write(text: &str, folder: &Path) -> Result<(), ShorthandError> {
    for (name, document) in expand(text)? {
        let path = folder.join(&name);
        let parent = path.parent().expect("a file stands in its account's folder");
        std::fs::create_dir_all(parent).expect("a temporary folder can be made");
        std::fs::write(&path, format!("{document:#}\n")).expect("a temporary file can be written");
    }
    Ok(())
}
