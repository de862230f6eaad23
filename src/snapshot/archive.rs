//! Packed files and archives: gzip and zstandard, tar and zip, all recognised by their first bytes.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// More than this is not unpacked in memory: a small file can claim to hold any amount.
const LIMIT: u64 = 16 << 30;

/// Up to this a file may hold, however small it is; beyond it, no answers are so much alike that they would get this
/// many times smaller.
const HARMLESS: u64 = if cfg!(fuzzing) { 64 << 20 } else { 256 << 20 };
const MOST_TIMES: u64 = 300;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Gzip,
    Zstandard,
    Tar,
    Zip,
}

/// How a file is packed that begins so.
pub(super) fn kind(beginning: &[u8]) -> Option<Kind> {
    if beginning.starts_with(&[0x1f, 0x8b]) {
        Some(Kind::Gzip)
    } else if beginning.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Some(Kind::Zstandard)
    } else if beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06") {
        Some(Kind::Zip)
    } else if beginning.get(257..262) == Some(b"ustar") {
        Some(Kind::Tar)
    } else {
        None
    }
}

/// Whether a file holds several: by its beginning, or by its name when it is packed over.
pub(super) fn is_archive(name: &str, bytes: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let is_named_so = [".tar.gz", ".tgz", ".tar.zst"].iter().any(|ending| name.ends_with(ending));
    is_named_so || matches!(kind(bytes), Some(Kind::Tar | Kind::Zip))
}

/// The files in a file: several in an archive, one otherwise. Ends because packing inside packing is limited.
pub(super) fn unpack(name: &str, bytes: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut bytes = bytes;
    for _ in 0..4 {
        match kind(&bytes) {
            Some(Kind::Gzip | Kind::Zstandard) => bytes = unpacked(&bytes)?,
            Some(Kind::Tar) => return tar_files(&bytes),
            Some(Kind::Zip) => return zip_files(bytes),
            None => return Ok(vec![(name.to_owned(), bytes)]),
        }
    }
    Err("packed more than four times over".to_owned())
}

/// The bytes of a single file, unpacked where it is packed.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    match kind(bytes) {
        Some(Kind::Gzip) => limited(flate2::read::MultiGzDecoder::new(bytes), bytes.len()),
        Some(Kind::Zstandard) => {
            let reader =
                zstd::stream::read::Decoder::with_buffer(bytes).map_err(|cause| cause.to_string())?;
            limited(reader, bytes.len())
        }
        Some(Kind::Tar | Kind::Zip) => Err("an archive where a single file is expected".to_owned()),
        None => Ok(bytes.to_vec()),
    }
}

/// What a reader unpacks from so many bytes.
fn limited(reader: impl Read, packed: usize) -> Result<Vec<u8>, String> {
    let limit = limit(packed);
    let mut bytes = Vec::new();
    let mut reader = reader.take(limit);
    reader.read_to_end(&mut bytes).map_err(|cause| cause.to_string())?;
    if reader.limit() == 0 { Err(too_much(limit)) } else { Ok(bytes) }
}

/// How much so many bytes may hold.
fn limit(packed: usize) -> u64 {
    LIMIT.min(HARMLESS.max(packed as u64 * MOST_TIMES))
}

fn too_much(limit: u64) -> String {
    format!("it holds more than {} MiB; unpack it and give the folder instead", limit >> 20)
}

/// Whether a file of an archive is one to read.
fn is_wanted(path: &str) -> bool {
    let name = path.to_ascii_lowercase();
    let is_hidden = path.split('/').any(|part| part.starts_with('.') && part != "." && part != "..");
    let has_ending = name.rsplit('/').next().is_some_and(|it| it.contains('.'));
    !is_hidden && (!has_ending || [".json", ".json.gz", ".json.zst"].iter().any(|it| name.ends_with(it)))
}

fn tar_files(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut files = Vec::new();
    let mut archive = tar::Archive::new(Cursor::new(bytes));
    for entry in archive.entries().map_err(|cause| cause.to_string())? {
        let mut entry = entry.map_err(|cause| cause.to_string())?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned();
        if !entry.header().entry_type().is_file() || !is_wanted(&path) {
            continue;
        }
        files.push((path, limited(&mut entry, bytes.len())?));
    }
    Ok(files)
}

fn zip_files(bytes: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut files = Vec::new();
    let packed = bytes.len();
    let limit = limit(packed);
    let mut total = 0;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|cause| cause.to_string())?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|cause| cause.to_string())?;
        let path = entry.name().map_err(|cause| cause.to_string())?.trim_start_matches("./").to_owned();
        if !entry.is_file() || !is_wanted(&path) {
            continue;
        }
        // One part of the archive may stand for several files.
        let content = limited(entry, packed)?;
        total += content.len() as u64;
        if total > limit {
            return Err(too_much(limit));
        }
        files.push((path, content));
    }
    Ok(files)
}

/// The first bytes of a file's text, unpacked where it is packed.
pub(super) fn beginning(path: &Path, length: u64) -> Option<Vec<u8>> {
    let mut first = Vec::new();
    fs::File::open(path).ok()?.take(length).read_to_end(&mut first).ok()?;
    let mut text = Vec::new();
    // A beginning that is cut off in the middle of a block still yields what comes before.
    let mut unpack =
        |reader: &mut dyn Read| -> io::Result<usize> { reader.take(length).read_to_end(&mut text) };
    match kind(&first) {
        Some(Kind::Gzip) => drop(unpack(&mut flate2::read::MultiGzDecoder::new(first.as_slice()))),
        Some(Kind::Zstandard) => {
            drop(unpack(&mut zstd::stream::read::Decoder::with_buffer(first.as_slice()).ok()?));
        }
        Some(Kind::Tar | Kind::Zip) => return None,
        None => return Some(first),
    }
    Some(text)
}
