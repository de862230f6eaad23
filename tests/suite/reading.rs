//! Files become a snapshot: what is recognised, what is said about the rest, and what does not matter.

#[path = "reading/corpus.rs"]
mod corpus;
#[path = "reading/layouts.rs"]
mod layouts;
#[path = "reading/spoiled.rs"]
mod spoiled;
#[path = "reading/same.rs"]
mod same;
#[path = "reading/pieces.rs"]
mod pieces;

use netpath::model::ResourceKind;
use netpath::snapshot::{ReadOptions, Snapshot, SnapshotError, read_documents};

fn try_read(files: &[(&str, &[u8])], options: &ReadOptions) -> Result<Snapshot, SnapshotError> {
    let files = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
    read_documents(files.collect(), options)
}

fn read(files: &[(&str, &str)]) -> Snapshot {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    try_read(&files, &ReadOptions::default()).unwrap_or_else(|cause| panic!("{cause}"))
}

fn counts(snapshot: &Snapshot) -> String {
    let counts = snapshot.counts.resources.iter().filter(|(_, count)| **count > 0);
    let counts: Vec<String> = counts.map(|(kind, count)| format!("{} {count}", kind.name())).collect();
    counts.join(", ")
}

fn warnings(snapshot: &Snapshot) -> Vec<String> {
    snapshot.warnings.iter().map(ToString::to_string).collect()
}

fn holds(snapshot: &Snapshot, kind: ResourceKind) -> bool {
    snapshot.model.coverage.holds(kind, None, None)
}
