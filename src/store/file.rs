//! The file: a mark, blocks of rows, contents that say where the blocks are, and at the end where the contents are.
//!
//! Blocks are read when somebody asks for a row of theirs, at their position, without mapping the file into memory: a
//! file that is cut short or changed while it is open is an error then, never a signal or something undefined. Each
//! block, the contents and the trailer carry a checksum, so that damage is found before anything is made of it.

use std::fs;
use std::io;

use super::codec::{Bytes, Stored, Torn};

/// What a compiled file begins with, and its trailer.
pub(super) const MAGIC: [u8; 8] = *b"\x93NETPATH";
/// The layout of trailer, contents and blocks. What stands in them is told apart by the engine.
const FORMAT: u32 = 1;
/// How long the trailer is.
pub(super) const TRAILER: usize = 64;
/// How long an entry of a directory is.
const ENTRY: usize = 16;
/// How many blocks a directory's page says where they are.
pub(super) const PAGE: usize = 256;

/// The engine that writes and reads: nothing is read that another one wrote.
pub(super) const ENGINE: &str = concat!(env!("CARGO_PKG_VERSION"), " ", env!("NETPATH_ENGINE"));

/// Where a file's bytes are.
#[derive(Debug)]
pub(super) enum Medium {
    /// On disk.
    Disk(fs::File),
    /// In memory.
    Memory(Vec<u8>),
}

impl Medium {
    fn length(&self) -> io::Result<u64> {
        match self {
            Medium::Disk(file) => Ok(file.metadata()?.len()),
            Medium::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    fn read(&self, position: u64, buffer: &mut [u8]) -> io::Result<()> {
        match self {
            Medium::Disk(file) => read_at(file, position, buffer),
            Medium::Memory(bytes) => {
                let own = usize::try_from(position)
                    .ok()
                    .and_then(|start| bytes.get(start..start.checked_add(buffer.len())?));
                buffer.copy_from_slice(own.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &fs::File, position: u64, buffer: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, position)
}

#[cfg(windows)]
fn read_at(file: &fs::File, position: u64, buffer: &mut [u8]) -> io::Result<()> {
    let mut done = 0;
    // Ends: each round fills more of the buffer, or fails.
    while done < buffer.len() {
        let position = position + done as u64;
        match std::os::windows::fs::FileExt::seek_read(file, &mut buffer[done..], position)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => done += count,
        }
    }
    Ok(())
}

/// What the trailer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trailer {
    /// Where the contents begin.
    pub contents: u64,
    /// How long they are.
    pub length: u64,
    /// Their checksum.
    pub checksum: u32,
}

impl Trailer {
    pub(super) fn bytes(self) -> [u8; TRAILER] {
        let mut bytes = [0; TRAILER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[12..16].copy_from_slice(&checksum(0, 0, ENGINE.as_bytes()).to_le_bytes());
        bytes[16..24].copy_from_slice(&engine_number().to_le_bytes());
        bytes[24..32].copy_from_slice(&self.contents.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.length.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.checksum.to_le_bytes());
        let own = checksum(0, 0, &bytes[..TRAILER - 4]);
        bytes[TRAILER - 4..].copy_from_slice(&own.to_le_bytes());
        bytes
    }
}

/// The engine's fingerprint as a number.
fn engine_number() -> u64 {
    u64::from_str_radix(env!("NETPATH_ENGINE"), 16).unwrap_or_default()
}

/// Why a file is not read.
#[derive(Debug)]
pub enum Unread {
    /// It cannot be.
    Unreadable(io::Error),
    /// It is whole and from another engine.
    OtherEngine,
    /// It is not what was written.
    Damaged,
}

impl From<Torn> for Unread {
    fn from(_: Torn) -> Unread {
        Unread::Damaged
    }
}

/// A file that is open.
#[derive(Debug)]
pub(super) struct Compiled {
    medium: Medium,
    length: u64,
}

impl Compiled {
    /// Opens a file; its contents.
    pub(super) fn open(medium: Medium) -> Result<(Compiled, Vec<u8>), Unread> {
        let length = medium.length().map_err(Unread::Unreadable)?;
        let file = Compiled { medium, length };
        let mut beginning = MAGIC;
        if length < (MAGIC.len() + TRAILER) as u64 {
            return Err(Unread::Damaged);
        }
        file.medium.read(0, &mut beginning).map_err(Unread::Unreadable)?;
        let trailer = file.trailer()?;
        let contents = file.bytes(trailer.contents, trailer.length)?;
        // The contents end where the trailer begins: a file that is cut short or goes on was not written so.
        let is_end = trailer.contents.checked_add(trailer.length) == Some(length - TRAILER as u64);
        if beginning != MAGIC || !is_end || checksum(u32::MAX, 0, &contents) != trailer.checksum {
            return Err(Unread::Damaged);
        }
        Ok((file, contents))
    }

    fn trailer(&self) -> Result<Trailer, Unread> {
        let mut bytes = [0; TRAILER];
        let position = self.length.checked_sub(TRAILER as u64).ok_or(Unread::Damaged)?;
        self.medium.read(position, &mut bytes).map_err(Unread::Unreadable)?;
        let four = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let eight = |at: usize| u64::from(four(at)) | u64::from(four(at + 4)) << 32;
        let trailer = Trailer { contents: eight(24), length: eight(32), checksum: four(40) };
        if bytes == trailer.bytes() {
            return Ok(trailer);
        }
        let is_whole = bytes[..8] == MAGIC && checksum(0, 0, &bytes[..TRAILER - 4]) == four(TRAILER - 4);
        Err(if is_whole { Unread::OtherEngine } else { Unread::Damaged })
    }

    fn bytes(&self, position: u64, length: u64) -> Result<Vec<u8>, Unread> {
        let end = position.checked_add(length).ok_or(Unread::Damaged)?;
        if end > self.length {
            return Err(Unread::Damaged);
        }
        let mut bytes = vec![0; length as usize];
        self.medium.read(position, &mut bytes).map_err(Unread::Unreadable)?;
        Ok(bytes)
    }

    /// A page of a section's directory.
    pub(super) fn page(&self, section: &Section, page: usize) -> Result<Vec<Entry>, Unread> {
        let first = page * PAGE;
        let count = section.blocks().saturating_sub(first).min(PAGE);
        let position = (first as u64 * ENTRY as u64).checked_add(section.directory).ok_or(Unread::Damaged)?;
        let bytes = self.bytes(position, (count * ENTRY) as u64)?;
        Ok(bytes.as_chunks::<ENTRY>().0.iter().map(Entry::of).collect())
    }

    /// A block, as it was written.
    pub(super) fn block(&self, section: &Section, number: usize, entry: Entry) -> Result<Vec<u8>, Unread> {
        let bytes = self.bytes(entry.position, u64::from(entry.length))?;
        let is_it = checksum(section.number, number as u64, &bytes) == entry.checksum;
        if is_it { Ok(bytes) } else { Err(Unread::Damaged) }
    }
}

/// Rows of one type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    /// Which of the file's sections it is.
    pub number: u32,
    /// How many rows there are.
    pub rows: usize,
    /// How many rows a block has; the last has fewer.
    pub rows_a_block: usize,
    /// Where its directory begins.
    pub directory: u64,
}

impl Section {
    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.rows.div_ceil(self.rows_a_block)
    }

    /// How many rows a block has.
    pub(super) fn rows_of(&self, block: usize) -> usize {
        self.rows.saturating_sub(block * self.rows_a_block).min(self.rows_a_block)
    }
}

impl Stored for Section {
    fn put(&self, out: &mut Vec<u8>) {
        self.number.put(out);
        self.rows.put(out);
        self.rows_a_block.put(out);
        self.directory.put(out);
    }
    fn take(from: &mut Bytes<'_>) -> Result<Section, Torn> {
        let section = Section {
            number: Stored::take(from)?,
            rows: Stored::take(from)?,
            rows_a_block: Stored::take(from)?,
            directory: Stored::take(from)?,
        };
        // Rows are numbered with 32 bits.
        let can_be = section.rows_a_block > 0 && section.rows <= u32::MAX as usize;
        if can_be { Ok(section) } else { Err(Torn) }
    }
}

/// Where a block is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Where it begins.
    pub position: u64,
    /// How long it is.
    pub length: u32,
    /// Its checksum.
    pub checksum: u32,
}

impl Entry {
    pub(super) fn bytes(self) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        bytes[..8].copy_from_slice(&self.position.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.length.to_le_bytes());
        bytes[12..].copy_from_slice(&self.checksum.to_le_bytes());
        bytes
    }

    fn of(bytes: &[u8; ENTRY]) -> Entry {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *bytes;
        Entry {
            position: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            length: u32::from_le_bytes([i, j, k, l]),
            checksum: u32::from_le_bytes([m, n, o, p]),
        }
    }
}

/// The checksum of a block: it is of these bytes at this place, so that one block is not taken for another. Any change of
/// up to four bytes in a row shows for certain.
pub(super) fn checksum(section: u32, number: u64, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&section.to_le_bytes());
    hasher.update(&number.to_le_bytes());
    hasher.update(bytes);
    hasher.finalize()
}
