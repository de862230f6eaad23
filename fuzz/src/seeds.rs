//! What runs begin with: files, questions and names of `topologies/`, written to `fuzz/corpus/TARGET` when a target
//! starts.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use super::topologies::{self, Files};

/// Writes seeds of a target that are not there yet.
pub fn write(target: &str, seeds: impl IntoIterator<Item = Vec<u8>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder).expect("the corpus can be made");
    for (number, seed) in seeds.into_iter().enumerate() {
        let path = folder.join(format!("seed-{number:04}"));
        if !path.is_file() {
            fs::write(path, seed).expect("a seed can be written");
        }
    }
}

/// Files of every network, each content once; the smaller ones, since a fuzzer is quicker with those.
pub fn documents() -> Vec<Vec<u8>> {
    let mut seen = BTreeSet::new();
    for name in topologies::names() {
        let small = topologies::files(&name).into_iter().filter(|(_, bytes)| bytes.len() < 8 << 10);
        seen.extend(small.map(|(_, bytes)| bytes));
    }
    seen.into_iter().collect()
}

/// The texts that questions hold under some key.
pub fn words(key: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for (question, _) in questions() {
        seen.extend(question.get(key).and_then(toml::Value::as_str).map(str::to_owned));
    }
    seen.into_iter().collect()
}

fn questions() -> Vec<(toml::Table, String)> {
    let mut all = Vec::new();
    for name in topologies::names() {
        let text = fs::read_to_string(topologies::folder(&name).join("questions.toml"));
        let sheet: toml::Table =
            toml::from_str(&text.expect("a topology has questions")).expect("questions are TOML");
        let questions = sheet.get("question").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        all.extend(questions.into_iter().filter_map(|it| Some((it.as_table()?.clone(), name.clone()))));
    }
    all
}

/// Lines of a batch.
pub fn lines() -> Vec<Vec<u8>> {
    let line = |(question, name): (toml::Table, String)| {
        let of = |key: &str| question.get(key).and_then(toml::Value::as_str).unwrap_or("all").to_owned();
        let line = serde_json::json!({
            "id": name, "source": of("source"), "destination": of("destination"), "traffic": of("traffic"),
            "source_ports": "linux", "expect": of("verdict"), "via": ["igw-shop"], "avoid": "nat-a",
            "one_way": false, "all_paths": true, "all_addresses": true, "ipv4": true, "ipv6": false,
        });
        format!("{line}\n").into_bytes()
    };
    questions().into_iter().map(line).collect()
}

/// A network in every kind of archive.
pub fn archives() -> Vec<Vec<u8>> {
    let mut files = topologies::files("f50b-bare-interface");
    files.truncate(6);
    let tar = tar(&files);
    let plain = files[0].1.clone();
    vec![gzip(&tar), zstandard(&tar), zip(&files), gzip(&plain), zstandard(&plain), gzip(&gzip(&plain)), tar]
}

/// Files with their names as a tar.
pub fn tar(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // What no archive can hold is no file of one.
        let _ = archive.append_data(&mut header, name, bytes.as_slice());
    }
    archive.into_inner().expect("in memory")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("in memory");
    writer.finish().expect("in memory")
}

fn zip(files: &Files) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("in memory");
        archive.write_all(bytes).expect("in memory");
    }
    archive.finish().expect("in memory").into_inner()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("in memory")
}
