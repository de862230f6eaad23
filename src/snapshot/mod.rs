//! Files to [`Model`]: finding them, reading what the aws-cli printed, knowing where everything stands and what is
//! missing.
//!
//! An answer is recognised by its keys and members, never by its name; names only break ties. Nothing strange in a
//! file is an error: an element that cannot be read is left out and said, what nobody knows is counted, what is
//! not there is noted as not known (`Coverage`). The result depends on content alone, not on names, order or
//! threads.

mod keys;
mod scope;
mod warnings;
mod find;
mod input;
mod archive;
mod look;
mod file;
mod pieces;
mod scanner;
mod stream;
mod careful;
mod settle;
mod shared;
mod syntax;
mod taker;
mod drafts;
mod contradictions;
mod combine;
mod finish;
mod strict;
mod manifest;
mod json;
mod redact;
#[cfg(fuzzing)]
pub mod fuzzing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::model::{AccountId, Model, Place, Region, ResourceKind, Shelf};
use file::FileRead;
use find::{Content, Document};
use taker::FileContext;

pub use find::looks_like_snapshot;
pub use input::{Identity, Input, find};
pub use json::Json;
pub use manifest::NotAnswered;
pub use redact::{Redacted, Redactor};
pub use strict::strict_problems;
pub use warnings::{Problem, SnapshotError, Spoiled, Warning};

/// What the files say, and where they say it.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Every resource.
    pub model: Model,
    /// The files, in an order that depends on their content only; [`Place::source`] is an index into them.
    pub sources: Shelf<Source>,
    /// What was left out, is missing, or was taken from elsewhere; sorted.
    pub warnings: Vec<Warning>,
    /// The calls that were asked and not answered when it was collected.
    pub not_answered: Vec<NotAnswered>,
    /// How many of what.
    pub counts: Counts,
    /// The hash of the content, in hexadecimal.
    pub sha256: String,
    /// What it was made from, where all of that could be read.
    pub identity: Option<Identity>,
    /// Every account that owns something or was asked.
    pub accounts: Vec<AccountId>,
    /// Every Region that something is in or that was asked.
    pub regions: Vec<Region>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its path relative to what the user gave.
    pub path: String,
    /// How long its text is.
    pub bytes: u64,
}

/// How many of what a snapshot holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Resources in the model.
    pub resources: BTreeMap<ResourceKind, usize>,
    /// Elements under keys that are recognised and not modelled, by key.
    pub unmodelled: BTreeMap<String, usize>,
    /// Top-level keys that nobody here knows, and in how many documents.
    pub unknown_keys: BTreeMap<String, usize>,
    /// Enum values that nobody here knows, as `Type word`, and how often.
    pub unknown_words: BTreeMap<String, usize>,
    /// Empty lists that several calls may have printed, by key.
    pub ambiguous_empty: BTreeMap<String, usize>,
}

/// How to read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Whose answers they are, where neither content nor path says.
    pub account: Option<AccountId>,
    /// The Region that was asked, where neither content nor path says.
    pub region: Option<Region>,
    /// Whether anything unread, dangling or truncated is an error.
    pub strict: bool,
    /// Whether AWS's defaults stand in for calls that are missing.
    pub assume_defaults: bool,
}

/// A place as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<'s> {
    /// The file.
    pub file: &'s str,
    /// The element: `NetworkInterfaces[17]`, `Reservations[3].Instances[0]`. An answer that is one resource as a
    /// whole is its key: `Routes`.
    pub element: String,
}

impl Snapshot {
    /// Where something stands.
    pub fn locate(&self, place: Place) -> Located<'_> {
        let file = self.sources.get(place.source as usize).map_or("", |source| source.path.as_str());
        Located { file, element: warnings::element(place) }
    }
}

/// Reads files, folders and archives.
pub fn read(paths: &[PathBuf], options: &ReadOptions) -> Result<Snapshot, SnapshotError> {
    find(paths)?.read(options)
}

/// Reads files that are in memory, each with its relative path; archives among them are opened.
pub fn read_documents(
    files: Vec<(String, Vec<u8>)>,
    options: &ReadOptions,
) -> Result<Snapshot, SnapshotError> {
    let mut documents = Vec::with_capacity(files.len());
    let mut warnings = Vec::new();
    for (path, bytes) in files {
        if !archive::is_archive(&path, &bytes) {
            documents.push(Document { path, root: 0, content: Content::Bytes(bytes) });
            continue;
        }
        match archive::unpack(&path, bytes) {
            Ok(files) => documents.extend(files.into_iter().map(|(path, bytes)| Document {
                path,
                root: 0,
                content: Content::Bytes(bytes),
            })),
            Err(cause) => warnings.push(Warning {
                file: Some(path),
                place: None,
                problem: Problem::NotJson(Spoiled::Archive(cause)),
            }),
        }
    }
    documents.sort_by(|left, right| left.path.cmp(&right.path));
    read_all(documents, warnings, &Names::default(), "the given files", options)
}

/// What stands before a file's path when several paths were given.
#[derive(Debug, Default)]
struct Names {
    prefixes: Vec<String>,
}

impl Names {
    /// The shortest endings of the given paths that tell them apart.
    fn new(paths: &[PathBuf]) -> Names {
        if paths.len() < 2 {
            return Names::default();
        }
        let parts: Vec<Vec<String>> = paths
            .iter()
            .map(|path| path.components().map(|it| it.as_os_str().to_string_lossy().into_owned()).collect())
            .collect();
        let longest = parts.iter().map(Vec::len).max().unwrap_or(1);
        let endings = |length: usize| -> Vec<String> {
            parts.iter().map(|parts| parts[parts.len().saturating_sub(length)..].join("/")).collect()
        };
        let differ = |length: &usize| endings(*length).iter().collect::<BTreeSet<_>>().len() == paths.len();
        let length = (1..=longest).find(differ).unwrap_or(longest);
        let prefixes = endings(length).into_iter().zip(paths);
        let folder = |(ending, path): (String, &PathBuf)| {
            if path.is_dir() { format!("{ending}/") } else { format!("{ending}: ") }
        };
        Names { prefixes: prefixes.map(folder).collect() }
    }

    fn display(&self, document: &Document) -> String {
        let prefix = self.prefixes.get(document.root).map_or("", String::as_str);
        let is_itself = prefix.strip_suffix(": ").is_some_and(|name| name.ends_with(&document.path));
        if is_itself {
            prefix.trim_end_matches(": ").to_owned()
        } else {
            format!("{prefix}{}", document.path)
        }
    }
}

fn read_all(
    documents: Vec<Document>,
    warnings: Vec<Warning>,
    names: &Names,
    given: &str,
    options: &ReadOptions,
) -> Result<Snapshot, SnapshotError> {
    let (documents, not_answered) = manifest::split(documents);
    let wants = wants_instance_interfaces(&documents, options);
    let looked_at = looked_at(&documents);
    let files: Vec<Result<FileRead, Warning>> = documents
        .into_par_iter()
        .zip(wants)
        .enumerate()
        .map(|(number, (document, wants))| read_one(number, document, wants, names, options))
        .collect();
    let identity = input::identity_of(&files, &warnings, options);
    let mut warnings = warnings;
    let mut read = Vec::with_capacity(files.len());
    for file in files {
        match file {
            Ok(file) => read.push(file),
            Err(warning) => warnings.push(warning),
        }
    }
    check(&read, &warnings, given, looked_at)?;
    let snapshot = combine::combine(read, not_answered, warnings, identity, options);
    if options.strict {
        let problems = strict_problems(&snapshot);
        if !problems.is_empty() {
            return Err(SnapshotError::Strict(problems));
        }
    }
    Ok(snapshot)
}

fn hints(path: &str, options: &ReadOptions) -> scope::PathHints {
    let mut hints = scope::PathHints::new(path);
    hints.scope.account = hints.scope.account.or_else(|| options.account.clone());
    hints.scope.region = hints.scope.region.or_else(|| options.region.clone());
    hints
}

/// For each file, whether its instances' interfaces may be all there is: no file of the same account and Region
/// begins like an answer with interfaces. A wrong yes costs time only.
fn wants_instance_interfaces(documents: &[Document], options: &ReadOptions) -> Vec<bool> {
    let has_interfaces = |document: &Document| {
        let beginning = match &document.content {
            Content::Bytes(bytes) if archive::kind(bytes).is_none() => {
                bytes[..bytes.len().min(1 << 10)].to_vec()
            }
            Content::Bytes(_) => return false,
            Content::Path(path) => archive::beginning(path, 1 << 10).unwrap_or_default(),
        };
        let (_, keys) = look::keys_at_top(&beginning);
        keys.iter().any(|key| matches!(key.as_str(), "NetworkInterfaces" | "network_interfaces"))
    };
    let scopes: Vec<_> = documents.par_iter().map(|it| hints(&it.path, options).scope).collect();
    let found: Vec<bool> = documents.par_iter().map(has_interfaces).collect();
    let holders: BTreeSet<_> =
        scopes.iter().zip(&found).filter(|(_, found)| **found).map(|(it, _)| it).collect();
    scopes.iter().map(|scope| !holders.contains(scope)).collect()
}

fn read_one(
    number: usize,
    document: Document,
    wants_instance_interfaces: bool,
    names: &Names,
    options: &ReadOptions,
) -> Result<FileRead, Warning> {
    let name = names.display(&document);
    let context = FileContext {
        hints: hints(&document.path, options),
        source: number as u32,
        wants_instance_interfaces,
        name: name.clone(),
    };
    let read = match document.content {
        Content::Bytes(bytes) => file::read_bytes(context, &bytes),
        Content::Path(path) => file::read_path(context, &path),
    };
    read.map_err(|problem| Warning { file: Some(name), place: None, problem })
}

/// A snapshot in which nothing was recognised is an error.
fn check(
    files: &[FileRead],
    warnings: &[Warning],
    given: &str,
    looked_at: String,
) -> Result<(), SnapshotError> {
    if files.iter().any(|file| file.is_recognised()) {
        return Ok(());
    }
    if let ([file], []) = (files, warnings)
        && let Some(spoiled) = file.spoiled.clone()
    {
        return Err(SnapshotError::NotJson { file: file.context.name.clone(), spoiled });
    }
    Err(SnapshotError::Nothing { given: given.to_owned(), looked_at })
}

fn looked_at(documents: &[Document]) -> String {
    let names: Vec<String> = documents.iter().take(3).map(|it| format!("`{}`", it.path)).collect();
    match documents.len() {
        0 => "no file, since none ends in `.json`".to_owned(),
        1..=3 => names.join(", "),
        count => format!("{count} files, the first {}", names.join(", ")),
    }
}
