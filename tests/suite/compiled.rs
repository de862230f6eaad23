//! Compiled files: the same answers as from the files that they were compiled from, or an error.

mod cache;
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use netpath::network;
use netpath::snapshot::{ReadOptions, read};
use netpath::store::{self, Unread};

use super::corpus::corpus;
use super::damage::answers::{compiled, told};
use super::damage::script::Script;
use super::damage::{bytes, topologies};

fn options() -> ReadOptions {
    ReadOptions::default()
}

/// What a snapshot answers to some scripts, and its compiled file.
fn told_and_compiled(path: &Path, scripts: &[Vec<u8>]) -> (Vec<String>, Vec<u8>) {
    let snapshot = read(&[path.to_owned()], &options()).expect("the snapshot can be read");
    let network = network::compile(&snapshot.model);
    let told = scripts.iter().map(|it| told(&snapshot, &network, &mut Script::new(it))).collect();
    (told, compiled(&snapshot, &network, &options()))
}

/// What a compiled file answers to some scripts.
fn told_by_file(file: Vec<u8>, scripts: &[Vec<u8>]) -> Result<Vec<String>, Unread> {
    let opened = store::open_bytes(file)?;
    let tell = |it: &Vec<u8>| told(&opened.snapshot, &opened.network, &mut Script::new(it));
    store::or_unread(|| scripts.iter().map(tell).collect())
}

fn assert_same(name: &str, one: &[String], other: &[String]) {
    for (one, other) in one.iter().zip(other) {
        let unlike = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        assert!(one == other, "{name}: {unlike:?}");
    }
}

fn scripts(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|seed| bytes(seed, 40)).collect()
}

#[test]
fn every_topology_answers_the_same_from_a_compiled_file() {
    for name in topologies::names() {
        let (told, file) = told_and_compiled(&topologies::folder(&name).join("snapshot"), &scripts(2));
        let again = told_by_file(file, &scripts(2)).expect("what was written can be read");
        assert_same(&name, &told, &again);
    }
}

#[test]
fn every_laboratory_answers_the_same_from_a_compiled_file() {
    let Some(corpus) = corpus() else { return };
    let folder = fs::read_dir(corpus.join("lab-validation")).expect("the corpus has laboratories");
    let labs: Vec<PathBuf> = folder.map(|it| it.expect("a folder can be listed").path()).collect();
    for lab in labs.iter().map(|it| it.join("aws_configs")).filter(|it| it.is_dir()) {
        let (told, file) = told_and_compiled(&lab, &scripts(3));
        let again = told_by_file(file, &scripts(3)).expect("what was written can be read");
        assert_same(&lab.display().to_string(), &told, &again);
    }
}

#[test]
fn a_compiled_file_is_the_same_each_time_and_when_it_is_compiled_again() {
    let (_, file) = told_and_compiled(&topologies::folder("three-tier").join("snapshot"), &[]);
    let (_, again) = told_and_compiled(&topologies::folder("three-tier").join("snapshot"), &[]);
    assert!(file == again, "the same files, other bytes");
    let opened = store::open_bytes(file.clone()).expect("what was written can be read");
    let third = compiled(&opened.snapshot, &opened.network, &opened.options);
    assert!(file == third, "compiled from a compiled file, other bytes");
}

#[test]
fn damage_is_an_error_or_makes_no_difference() {
    let scripts = scripts(1);
    let folder = topologies::folder("f01-security-group-port").join("snapshot");
    let (told, file) = told_and_compiled(&folder, &scripts);
    let (mut unread, mut same) = (0, 0);
    for (number, seed) in bytes(7, 4 * 160).chunks(4).enumerate() {
        let position = u32::from_le_bytes([seed[0], seed[1], seed[2], 0]) as usize % file.len();
        let mut damaged = file.clone();
        damaged[position] ^= if number % 2 == 0 { 1 << (seed[3] % 8) } else { seed[3].max(1) };
        let verified = store::open_bytes(damaged.clone()).and_then(|opened| opened.verify());
        assert!(matches!(verified, Err(Unread::Damaged)), "byte {position}: {verified:?}");
        match told_by_file(damaged, &scripts) {
            Err(_) => unread += 1,
            Ok(again) => {
                assert_same(&format!("byte {position}"), &told, &again);
                same += 1;
            }
        }
    }
    assert!(unread > 20 && same > 0, "{unread} unread, {same} the same");
}

#[test]
fn a_file_that_is_cut_short_or_goes_on_is_an_error() {
    let (_, file) = told_and_compiled(&topologies::folder("f01-security-group-port").join("snapshot"), &[]);
    for length in (0..file.len()).step_by(97).chain(file.len() - 70..file.len()) {
        let opened = store::open_bytes(file[..length].to_vec());
        assert!(matches!(opened, Err(Unread::Damaged)), "{length} bytes");
    }
    assert!(matches!(store::open_bytes([&file[..], &[0]].concat()), Err(Unread::Damaged)));
    let twice = [&file[..], &file[..]].concat();
    assert!(matches!(store::open_bytes(twice), Err(Unread::Damaged)));
}

#[test]
fn a_file_of_another_engine_is_refused() {
    let (_, mut file) =
        told_and_compiled(&topologies::folder("f01-security-group-port").join("snapshot"), &[]);
    let trailer = file.len() - 64;
    file[trailer + 16] ^= 1;
    assert!(matches!(store::open_bytes(file.clone()), Err(Unread::Damaged)), "the checksum tells");
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[0; 12]);
    hasher.update(&file[trailer..trailer + 60]);
    file[trailer + 60..].copy_from_slice(&hasher.finalize().to_le_bytes());
    assert!(matches!(store::open_bytes(file), Err(Unread::OtherEngine)));
}
