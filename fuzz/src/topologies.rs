//! The networks of `topologies/`, as files and as documents to be damaged.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

/// The names that a reader is given, and the bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// One JSON file.
#[derive(Debug, Clone)]
pub struct Document {
    pub path: String,
    pub value: Value,
}

/// Networks that together hold every kind of resource; a base is one of them, or two.
pub const RICH: [&str; 6] = [
    "three-tier",
    "f27a-overlapping-peers",
    "f28b-group-reference-attachment-off",
    "x03-exposed-over-ipv6",
    "f52-regional-nat-gateway-zone",
    "f17c-block-public-access-ingress",
];

/// The folder of a topology's broken network.
pub fn folder(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The package that people build, or the one beside it.
    let beside = [here.join("topologies"), here.join("../topologies")];
    let root = beside.into_iter().find(|it| it.is_dir()).expect("the tree has topologies");
    root.join(name)
}

/// The names of all topologies, sorted.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir(folder("")).expect("the topologies can be listed");
    let folders = entries.map(|it| it.expect("an entry is readable")).filter(|it| it.path().is_dir());
    let mut names: Vec<String> = folders.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The files of a topology's network, with paths relative to it.
pub fn files(name: &str) -> Files {
    let root = folder(name).join("snapshot");
    let mut files = Files::new();
    let mut folders = vec![root.clone()];
    // Ends: a tree of folders has no cycle.
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a topology can be listed") {
            let path = entry.expect("an entry is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
                files.push((name, fs::read(&path).expect("a topology's file can be read")));
            }
        }
    }
    files.sort();
    files
}

/// The networks that damage begins with.
pub fn bases() -> &'static [Vec<Document>] {
    static BASES: OnceLock<Vec<Vec<Document>>> = OnceLock::new();
    BASES.get_or_init(|| RICH.iter().map(|name| documents(name)).collect())
}

fn documents(name: &str) -> Vec<Document> {
    let read = |(path, bytes): (String, Vec<u8>)| Document {
        path: format!("{name}/{path}"),
        value: serde_json::from_slice(&bytes).expect("a topology is JSON"),
    };
    files(name).into_iter().map(read).collect()
}
