//! The cache: what is kept is found by content, never stale, made again when it is damaged, and bounded.

use std::fs;
use std::path::{Path, PathBuf};

use netpath::network::{self, Network};
use netpath::snapshot::{Identity, ReadOptions, Snapshot, find};
use netpath::store::Cache;
use tempfile::TempDir;

use crate::cli::{Run, netpath, run, three_tier};
use crate::damage::answers::told;
use crate::damage::{bytes, script::Script};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A copy of the three tiers.
fn copy(folder: &TempDir) -> PathBuf {
    let answers = folder.path().join("answers");
    fs::create_dir(&answers).expect("a folder can be made");
    for entry in fs::read_dir(three_tier()).expect("the topology is there") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, answers.join(path.file_name().expect("a name"))).expect("a file can be copied");
    }
    answers
}

fn cache(folder: &TempDir, process: u32) -> Cache {
    Cache { folder: folder.path().join("cache"), most_bytes: 64 << 20, process }
}

fn options() -> ReadOptions {
    ReadOptions::default()
}

fn identity(path: &Path) -> Identity {
    let input = find(&[path.to_owned()]).expect("the folder is there");
    input.identity(&options()).expect("every file can be read")
}

fn made(path: &Path) -> (Snapshot, Network) {
    let input = find(&[path.to_owned()]).expect("the folder is there");
    let snapshot = input.read(&options()).expect("the snapshot can be read");
    let network = network::compile(&snapshot.model);
    (snapshot, network)
}

fn kept(cache: &Cache) -> Vec<PathBuf> {
    let entries = fs::read_dir(&cache.folder).expect("the cache is there");
    let mut paths: Vec<PathBuf> = entries.map(|it| it.expect("an entry").path()).collect();
    paths.sort();
    paths
}

#[test]
fn what_was_kept_is_found_and_answers_the_same() {
    let folder = folder();
    let answers = copy(&folder);
    let cache = cache(&folder, 1);
    assert!(cache.open(&identity(&answers)).is_none(), "nothing is kept yet");
    let (snapshot, network) = made(&answers);
    assert_eq!(snapshot.identity, Some(identity(&answers)), "hashing and reading agree on what it is");
    cache.keep(&snapshot, &network, &options()).expect("it can be kept");
    let opened = cache.open(&identity(&answers)).expect("it was kept");
    let script = bytes(3, 40);
    assert_eq!(
        told(&snapshot, &network, &mut Script::new(&script)),
        told(&opened.snapshot, &opened.network, &mut Script::new(&script))
    );
    assert_eq!(kept(&cache).len(), 1);
}

#[test]
fn a_byte_a_name_or_an_option_makes_another_snapshot() {
    let folder = folder();
    let answers = copy(&folder);
    let before = identity(&answers);
    let path = answers.join("describe-security-groups.json");
    let time = fs::metadata(&path).and_then(|it| it.modified()).expect("a file has a time");
    let text = fs::read_to_string(&path).expect("the file is there");
    let changed = text.replacen("443", "442", 1);
    assert!(changed != text && changed.len() == text.len());
    fs::write(&path, changed).expect("the file can be written");
    let file = fs::File::options().append(true).open(&path).expect("the file is there");
    file.set_modified(time).expect("a file's time can be set");
    assert_ne!(identity(&answers), before, "a byte, with size and time as they were");
    fs::write(&path, text).expect("the file can be written");
    assert_eq!(identity(&answers), before, "the same content, at another time");
    let renamed = answers.join("groups.json");
    fs::rename(&path, &renamed).expect("a file can be renamed");
    assert_ne!(identity(&answers), before, "a name, which answers show");
    fs::rename(&renamed, &path).expect("a file can be renamed");
    let input = find(std::slice::from_ref(&answers)).expect("the folder is there");
    let defaults = ReadOptions { assume_defaults: true, ..options() };
    assert_ne!(input.identity(&defaults), Some(before), "an option");
    fs::write(answers.join("describe-vpcs-2.json"), "{\"Vpcs\": []}").expect("a file can be written");
    assert_ne!(identity(&answers), before, "one file more");
}

#[test]
fn packed_and_big_files_are_told_apart_by_their_content_too() {
    let folder = folder();
    let answers = copy(&folder);
    let vpcs = answers.join("describe-vpcs.json");
    let text = fs::read(&vpcs).expect("the file is there");
    fs::remove_file(&vpcs).expect("a file can be removed");
    // One that is read in pieces, and one that is packed.
    let long = [text.clone(), vec![b' '; 20 << 20]].concat();
    fs::write(answers.join("vpcs.json.zst"), zstd::encode_all(text.as_slice(), 1).expect("in memory"))
        .expect("a file can be written");
    fs::write(answers.join("more-vpcs.json"), &long).expect("a file can be written");
    let (snapshot, _) = made(&answers);
    assert_eq!(snapshot.identity, Some(identity(&answers)));
    let mut changed = long;
    changed[19 << 20] = b'\n';
    fs::write(answers.join("more-vpcs.json"), changed).expect("a file can be written");
    assert_ne!(snapshot.identity, Some(identity(&answers)));
}

#[test]
fn a_damaged_entry_is_removed_and_made_again() {
    let folder = folder();
    let answers = copy(&folder);
    let cache = cache(&folder, 1);
    let (snapshot, network) = made(&answers);
    for position in [0, 9, 5000, 20_000] {
        cache.keep(&snapshot, &network, &options()).expect("it can be kept");
        let path = kept(&cache).remove(0);
        let mut bytes = fs::read(&path).expect("the entry is there");
        let last = bytes.len() - 1;
        bytes[position.min(last)] ^= 1;
        fs::write(&path, &bytes).expect("the entry can be written");
        assert!(cache.open(&identity(&answers)).is_none(), "byte {position}");
        assert_eq!(kept(&cache), Vec::<PathBuf>::new(), "byte {position}");
    }
}

#[test]
fn an_entry_under_another_ones_name_is_not_used() {
    let folder = folder();
    let answers = copy(&folder);
    let cache = cache(&folder, 1);
    let (snapshot, network) = made(&answers);
    cache.keep(&snapshot, &network, &options()).expect("it can be kept");
    let first = kept(&cache).remove(0);
    fs::write(answers.join("describe-vpcs-2.json"), "{\"Vpcs\": []}").expect("a file can be written");
    let (snapshot, network) = made(&answers);
    cache.keep(&snapshot, &network, &options()).expect("it can be kept");
    let second = kept(&cache).into_iter().find(|it| *it != first).expect("there are two");
    fs::rename(&first, &second).expect("a file can be renamed");
    assert!(cache.open(&identity(&answers)).is_none());
}

#[test]
fn the_oldest_make_room_and_what_is_too_big_is_not_kept() {
    let folder = folder();
    let answers = copy(&folder);
    let mut cache = cache(&folder, 1);
    let (snapshot, network) = made(&answers);
    cache.keep(&snapshot, &network, &options()).expect("it can be kept");
    let first = kept(&cache).remove(0);
    let length = fs::metadata(&first).expect("the entry is there").len();
    cache.most_bytes = length * 3 / 2;
    fs::write(answers.join("describe-vpcs-2.json"), "{\"Vpcs\": []}").expect("a file can be written");
    let (snapshot, network) = made(&answers);
    cache.keep(&snapshot, &network, &options()).expect("it can be kept");
    assert!(!first.exists() && kept(&cache).len() == 1, "one of two fits");
    cache.most_bytes = length / 2;
    assert!(cache.keep(&snapshot, &network, &options()).is_err(), "none fits");
    assert!(
        kept(&cache).iter().all(|it| it.extension().is_some_and(|it| it == "netpath")),
        "no draft is left"
    );
}

#[test]
fn several_processes_keep_the_same_at_once() {
    let folder = folder();
    let answers = copy(&folder);
    let (snapshot, network) = made(&answers);
    std::thread::scope(|scope| {
        for process in 0..6 {
            let (cache, snapshot, network) = (cache(&folder, process), &snapshot, &network);
            scope.spawn(move || cache.keep(snapshot, network, &options()).expect("it can be kept"));
        }
    });
    let cache = cache(&folder, 7);
    assert_eq!(kept(&cache).len(), 1);
    assert!(cache.open(&identity(&answers)).is_some());
}

/// The program with a cache, on answers that are long enough for one.
fn ask(folder: &TempDir, answers: &Path, more: &[&str]) -> Run {
    let words = ["query", "web-a", "db-a", "tcp/5432", "-q"];
    let cache = folder.path().join("cache");
    run(netpath().env("NETPATH_CACHE", cache).arg("-s").arg(answers).args(words).args(more), "")
}

#[test]
fn the_program_keeps_big_snapshots_and_follows_every_change() {
    let folder = folder();
    let answers = copy(&folder);
    let cache = cache(&folder, 1);
    assert_eq!(ask(&folder, &answers, &[]).code, 0);
    assert!(!cache.folder.exists(), "a small snapshot is not kept");
    let path = answers.join("describe-security-groups.json");
    let text = fs::read_to_string(&path).expect("the file is there");
    let long = |text: &str| fs::write(&path, [text, &" ".repeat(65 << 20)].concat());
    long(&text).expect("the file can be written");
    let first = ask(&folder, &answers, &["--no-cache"]);
    assert!(!cache.folder.exists(), "not with `--no-cache`");
    for _ in 0..2 {
        let run = ask(&folder, &answers, &[]);
        assert_eq!((run.code, &run.out), (0, &first.out));
        assert_eq!(kept(&cache).len(), 1);
    }
    // The database lets the web tier in now.
    let changed = text.replace("5432", "5433");
    long(&changed).expect("the file can be written");
    let second = ask(&folder, &answers, &[]);
    assert_ne!(second.out, first.out);
    assert_eq!(second.out, ask(&folder, &answers, &["--no-cache"]).out);
    assert_eq!(kept(&cache).len(), 2);
    for path in kept(&cache) {
        fs::write(path, "no compiled file").expect("an entry can be written");
    }
    assert_eq!(ask(&folder, &answers, &[]).out, second.out);
    assert_eq!(ask(&folder, &answers, &[]).out, second.out);
}
