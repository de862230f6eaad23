//! What is to be read: found, and not read yet. It can be told apart from any other by hashing alone.

use std::path::PathBuf;

use rayon::prelude::*;

use super::file::{self, FileRead};
use super::find::{self, Content, Document, Found};
use super::scope::PathHints;
use super::warnings::Warning;
use super::{Names, ReadOptions, Snapshot, SnapshotError, hints, read_all};

/// What a snapshot is made from: the names and the content of all files, and the options. Two inputs with the same identity
/// make the same snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Identity(pub [u8; 32]);

/// Files that were found.
#[derive(Debug)]
pub struct Input {
    documents: Vec<Document>,
    warnings: Vec<Warning>,
    names: Names,
    given: String,
}

/// Finds the files in paths.
pub fn find(paths: &[PathBuf]) -> Result<Input, SnapshotError> {
    let Found { documents, warnings } = find::find(paths)?;
    let given: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    Ok(Input { documents, warnings, names: Names::new(paths), given: given.join(", ") })
}

impl Input {
    /// How many bytes there are to read.
    pub fn bytes(&self) -> u64 {
        let length = |document: &Document| match &document.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Path(path) => std::fs::metadata(path).map_or(0, |it| it.len()),
        };
        self.documents.iter().map(length).sum()
    }

    /// Reads every file and hashes it; nothing when one cannot be read. Takes a small part of the time of reading.
    pub fn identity(&self, options: &ReadOptions) -> Option<Identity> {
        let digests: Option<Vec<[u8; 32]>> = self.documents.par_iter().map(digest).collect();
        let mut parts = Parts::new(options, &self.warnings);
        for (document, digest) in self.documents.iter().zip(digests?) {
            parts.file(&self.names.display(document), &hints(&document.path, options), &digest);
        }
        Some(parts.identity())
    }

    /// Reads everything.
    pub fn read(self, options: &ReadOptions) -> Result<Snapshot, SnapshotError> {
        read_all(self.documents, self.warnings, &self.names, &self.given, options)
    }
}

fn digest(document: &Document) -> Option<[u8; 32]> {
    match &document.content {
        Content::Bytes(bytes) => Some(file::digest(bytes)),
        Content::Path(path) => file::digest_of_path(path).ok(),
    }
}

/// What was read, where all of it could be.
pub(super) fn identity_of(
    files: &[Result<FileRead, Warning>],
    found: &[Warning],
    options: &ReadOptions,
) -> Option<Identity> {
    let mut parts = Parts::new(options, found);
    for file in files {
        let file = file.as_ref().ok()?;
        parts.file(&file.context.name, &file.context.hints, &file.stored_digest);
    }
    Some(parts.identity())
}

/// An identity in the making.
struct Parts(blake3::Hasher);

impl Parts {
    fn new(options: &ReadOptions, found: &[Warning]) -> Parts {
        let ReadOptions { account, region, strict, assume_defaults } = options;
        let mut parts = Parts(blake3::Hasher::new());
        parts.text(&format!("{account:?} {region:?} {strict} {assume_defaults} {found:?}"));
        parts
    }

    fn text(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn file(&mut self, name: &str, hints: &PathHints, digest: &[u8; 32]) {
        self.text(name);
        self.text(&format!("{hints:?}"));
        self.0.update(digest);
    }

    fn identity(self) -> Identity {
        Identity(*self.0.finalize().as_bytes())
    }
}
