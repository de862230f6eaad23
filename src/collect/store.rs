//! The folder that is collected into: answers, the journal of a run, the manifest at its end.
//!
//! A file is there whole or not at all: it is written beside its place and renamed. The journal has a line for each call
//! that was asked, written after the file, so that a run that was cut short goes on where it was. The manifest takes the
//! journal's place at the end.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::table::{self, Call};

const JOURNAL: &str = ".collect.journal";
const MANIFEST: &str = "manifest.json";

/// What became of one call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// Where its answer is, or would be.
    pub file: String,
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// `ok`, or the kind of trouble.
    pub status: String,
    /// AWS's code, of trouble.
    pub code: String,
    /// What AWS said, of trouble.
    pub message: String,
    /// The permission that was missing.
    pub needs: String,
    /// How many pages the answer came in.
    pub pages: u64,
    /// How many things it lists.
    pub items: u64,
    /// How many of its elements nobody knows.
    pub unknown: u64,
    /// The file's hash.
    pub sha256: String,
}

impl Record {
    /// Whether the call was answered.
    pub fn is_ok(&self) -> bool {
        self.status == "ok"
    }

    fn to_json(&self) -> Value {
        let mut value = json!({
            "file": self.file, "service": self.service, "operation": self.operation, "status": self.status,
        });
        let texts = [
            ("code", &self.code),
            ("message", &self.message),
            ("needs", &self.needs),
            ("sha256", &self.sha256),
        ];
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            value[name] = Value::from(text.as_str());
        }
        if self.is_ok() {
            value["pages"] = Value::from(self.pages);
            value["items"] = Value::from(self.items);
        }
        if self.unknown > 0 {
            value["unknown_elements"] = Value::from(self.unknown);
        }
        value
    }

    fn from_json(value: &Value) -> Option<Record> {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| value[name].as_u64().unwrap_or_default();
        Some(Record {
            file: value["file"].as_str()?.to_owned(),
            service: text("service"),
            operation: text("operation"),
            status: text("status"),
            code: text("code"),
            message: text("message"),
            needs: text("needs"),
            pages: number("pages"),
            items: number("items"),
            unknown: number("unknown_elements"),
            sha256: text("sha256"),
        })
    }
}

/// A folder that is being filled.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    journal: Mutex<File>,
    records: Mutex<BTreeMap<String, Record>>,
    /// What an earlier run kept.
    earlier: BTreeMap<String, Record>,
    /// Whether it is asked for again.
    is_fresh: bool,
}

impl Store {
    /// Opens a folder: a new one, or one that an earlier run left.
    pub(super) fn open(root: &Path, is_fresh: bool) -> io::Result<Store> {
        fs::create_dir_all(root)?;
        let manifest = fs::read(root.join(MANIFEST)).ok();
        let journal = fs::read(root.join(JOURNAL)).ok();
        let is_empty = fs::read_dir(root)?.next().is_none();
        let is_ours = manifest.as_deref().is_some_and(is_manifest) || journal.is_some();
        if !is_empty && !is_ours {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it holds something else"));
        }
        let mut earlier = BTreeMap::new();
        let written: Value = manifest.and_then(|it| serde_json::from_slice(&it).ok()).unwrap_or_default();
        let listed = written["calls"].as_array().into_iter().flatten().filter_map(Record::from_json);
        let journal = journal.unwrap_or_default();
        // A line that was cut short is one that was not written.
        let lines =
            journal.split(|it| *it == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        for record in listed.chain(lines.filter_map(|it| Record::from_json(&it))) {
            earlier.insert(record.file.clone(), record);
        }
        let journal = OpenOptions::new().create(true).append(true).open(root.join(JOURNAL))?;
        Ok(Store {
            root: root.to_owned(),
            journal: Mutex::new(journal),
            records: Mutex::default(),
            earlier,
            is_fresh,
        })
    }

    /// The answer that an earlier run kept, if it is still what it was.
    pub(super) fn earlier(&self, file: &str) -> Option<(Record, Vec<u8>)> {
        let record = self.earlier.get(file).filter(|it| it.is_ok() && !self.is_fresh)?;
        let text = fs::read(self.root.join(file)).ok()?;
        (hash(&text) == record.sha256).then(|| (record.clone(), text))
    }

    /// How many answers an earlier run kept.
    pub(super) fn kept_earlier(&self) -> usize {
        self.earlier.values().filter(|it| it.is_ok()).count()
    }

    /// Takes over what an earlier run kept.
    pub(super) fn take_over(&self, record: Record) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).insert(record.file.clone(), record);
    }

    /// Keeps an answer.
    pub(super) fn keep(&self, mut record: Record, text: &str) -> io::Result<()> {
        record.sha256 = hash(text.as_bytes());
        write_whole(&self.root.join(&record.file), text.as_bytes())?;
        self.note(record)
    }

    /// Notes what became of a call.
    pub(super) fn note(&self, record: Record) -> io::Result<()> {
        let line = format!("{}\n", record.to_json());
        if !record.is_ok() && self.earlier.get(&record.file).is_some_and(Record::is_ok) {
            // What is no longer what it was, and was not answered again.
            let _absent = fs::remove_file(self.root.join(&record.file));
        }
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())?;
        self.take_over(record);
        Ok(())
    }

    /// Every call so far, in the order of their files.
    pub(super) fn records(&self) -> Vec<Record> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Ends the run: the manifest takes the journal's place, and answers about what is no more go.
    pub(super) fn finish(&self, head: Value) -> io::Result<()> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        for (file, record) in &self.earlier {
            if records.contains_key(file) {
                continue;
            }
            if is_gone(record, &records) {
                let _absent = fs::remove_file(self.root.join(file));
            } else {
                // Another account's, another Region's, another service's.
                records.insert(file.clone(), record.clone());
            }
        }
        let mut text = format!("{head:#}");
        // One call a line: a manifest is read by people too.
        text.truncate(text.trim_end_matches('}').trim_end().len());
        text.push_str(",\n  \"calls\": [");
        for (at, record) in records.values().enumerate() {
            text.push_str(if at == 0 { "\n    " } else { ",\n    " });
            text.push_str(&record.to_json().to_string());
        }
        text.push_str("\n  ]\n}\n");
        write_whole(&self.root.join(MANIFEST), text.as_bytes())?;
        fs::remove_file(self.root.join(JOURNAL))
    }
}

/// Whether a call of an earlier run was not made again because what it asked about is no more: the calls that list such
/// things were all answered in this run.
fn is_gone(record: &Record, records: &BTreeMap<String, Record>) -> bool {
    let is_of_record = |call: &&Call| call.service == record.service && call.operation == record.operation;
    let Some(mut call) = table::calls().find(is_of_record) else { return false };
    let folder = record.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (mut above, mut is_asked) = (Vec::new(), false);
    // Ends: each round is one further up the table.
    while let Some(parent) = call.parent() {
        above.push(parent.operation.as_str());
        is_asked = records.contains_key(&format!("{folder}/{}.json", parent.file_stem()));
        call = parent;
    }
    let is_beside = |it: &&Record| it.file.rsplit_once('/').is_some_and(|(other, _)| other == folder);
    let mut listing = records
        .values()
        .filter(is_beside)
        .filter(|it| it.service == record.service && above.contains(&it.operation.as_str()));
    is_asked && listing.all(Record::is_ok)
}

fn is_manifest(text: &[u8]) -> bool {
    serde_json::from_slice::<Value>(text).is_ok_and(|it| it.get("netpath_manifest").is_some())
}

fn hash(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.part"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Answers are about somebody's account.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&draft)?.write_all(text)?;
    fs::rename(&draft, path)
}

/// Packs a finished folder into an archive, whole or not at all, and takes the folder away.
pub(super) fn pack(root: &Path, archive: &Path) -> io::Result<()> {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let draft = archive.with_file_name(format!(".{name}.part"));
    let file = BufWriter::new(File::create(&draft)?);
    let mut builder = tar::Builder::new(zstd::Encoder::new(file, 3)?);
    builder.append_dir_all("", root)?;
    builder.into_inner()?.finish()?.flush()?;
    fs::rename(&draft, archive)?;
    fs::remove_dir_all(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(file: &str, status: &str) -> Record {
        Record { file: file.to_owned(), status: status.to_owned(), ..Record::default() }
    }

    #[test]
    fn a_run_that_was_cut_short_goes_on_where_it_was() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(folder.path(), false).expect("a new folder");
        store.keep(record("accounts/1/a.json", "ok"), "{}\n").expect("it is kept");
        store.note(record("accounts/1/b.json", "denied")).expect("it is noted");
        drop(store);
        let journal = folder.path().join(JOURNAL);
        let text = fs::read_to_string(&journal).expect("there is a journal");
        fs::write(&journal, format!("{text}{{\"file\": \"accounts/1/c")).expect("it can be written");
        let again = Store::open(folder.path(), false).expect("the same folder");
        assert_eq!(again.earlier("accounts/1/a.json").map(|it| it.1), Some(b"{}\n".to_vec()));
        assert!(again.earlier("accounts/1/b.json").is_none());
        // A file that somebody changed is asked for again.
        fs::write(folder.path().join("accounts/1/a.json"), "[]").expect("it can be written");
        assert!(again.earlier("accounts/1/a.json").is_none());
    }

    #[test]
    fn a_folder_with_something_else_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("holiday.jpg"), "x").expect("it can be written");
        assert!(Store::open(folder.path(), true).is_err());
    }

    #[test]
    fn the_manifest_takes_the_journals_place() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(folder.path(), false).expect("a new folder");
        store.keep(record("accounts/1/a.json", "ok"), "{}\n").expect("it is kept");
        store.finish(json!({ "netpath_manifest": 1 })).expect("it ends");
        let text = fs::read_to_string(folder.path().join(MANIFEST)).expect("there is a manifest");
        let manifest: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(manifest["calls"][0]["file"], "accounts/1/a.json");
        assert!(!folder.path().join(JOURNAL).exists());
    }
}
