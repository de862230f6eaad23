//! Doors for `fuzz/` to what only the command line reads: lines of a batch, `netpath.toml`.

use std::path::Path;

use clap::Parser;

use super::arguments::{Arguments, Command};
use super::batch::{Batch, Blocks, lines_of};
use super::open::Opened;
use super::settings;
use crate::network;
use crate::snapshot::Snapshot;

/// A snapshot that lines are asked of.
pub struct Lines(Batch<'static>);

impl Lines {
    /// For the rest of the process.
    pub fn new(snapshot: Snapshot, is_brief: bool) -> Lines {
        let words = ["netpath", "query", "--batch", "-", "--brief"];
        let words = if is_brief { &words[..] } else { &words[..4] };
        let Ok(Arguments { command: Command::Query(query), .. }) = Arguments::try_parse_from(words) else {
            unreachable!("the words are a query")
        };
        let network = network::compile(&snapshot.model);
        let opened = Box::leak(Box::new(Opened { snapshot, network }));
        Lines(Batch::new(Box::leak(Box::new(query)), opened).expect("there is no filter to resolve"))
    }

    /// What a batch writes.
    pub fn answer(&self, bytes: &[u8]) -> Vec<u8> {
        let mut blocks = Blocks::new(bytes);
        let mut answers = Vec::new();
        while let Some(block) = blocks.next().expect("memory can be read") {
            answers.extend(self.0.turn(&lines_of(&block)).0);
        }
        answers
    }
}

/// The snapshots that a settings file names, else what is wrong with it.
pub fn settings(text: &str) -> Result<usize, String> {
    let paths = settings::snapshots(Path::new("netpath.toml"), text);
    paths.map(|it| it.len()).map_err(|failure| failure.message)
}
