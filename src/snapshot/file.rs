//! One file: from its bytes to what it gave.

use std::cell::Cell;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use rayon::prelude::*;

use super::pieces::{self, Bytes, Cut, PIECE, Piece};
use super::taker::{FileContext, Part, Taker};
use super::warnings::{Problem, Spoiled};
use super::{archive, careful, look, stream};

/// How many bytes are hashed as one: several threads can share a file, and the hash does not show it.
const BLOCK: usize = if cfg!(fuzzing) { 64 } else { 1 << 20 };

/// Files from this size on are taken to pieces where they can be.
const BIG: u64 = 4 * PIECE;

/// What a file gave, and what it is.
#[derive(Debug)]
pub(super) struct FileRead {
    /// What it gave, in the order of the file.
    pub parts: Vec<Part>,
    /// The hash of its content.
    pub digest: [u8; 32],
    /// The hash of its bytes as they are stored, packed or not.
    pub stored_digest: [u8; 32],
    /// How long its text is.
    pub bytes: u64,
    /// In what way it is no JSON, where it is none.
    pub spoiled: Option<Spoiled>,
    /// The file.
    pub context: FileContext,
}

impl FileRead {
    /// Whether anything in it was recognised.
    pub(super) fn is_recognised(&self) -> bool {
        self.parts.iter().any(|part| part.is_recognised)
    }
}

thread_local! {
    /// The last file's buffer: fresh memory for each file would cost more than reading it.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Runs a function with this thread's buffer; another one when it is in use.
fn with_buffer<T>(run: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    let mut buffer = BUFFER.take();
    buffer.clear();
    let value = run(&mut buffer);
    if buffer.capacity() as u64 <= 2 * BIG {
        BUFFER.set(buffer);
    }
    value
}

/// Reads a file on disk.
pub(super) fn read_path(context: FileContext, path: &Path) -> Result<FileRead, Problem> {
    let unreadable = |cause: io::Error| Problem::Unreadable(cause.to_string());
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    with_buffer(|buffer| {
        if length >= BIG {
            (&mut file).take(4096).read_to_end(buffer).map_err(unreadable)?;
            if let Some(cut) = Cut::new(buffer) {
                return read_pieces(context, Bytes::File(path), length, &cut).map_err(unreadable);
            }
        }
        file.read_to_end(buffer).map_err(unreadable)?;
        read_bytes(context, buffer)
    })
}

/// Reads a file in memory, packed or not.
pub(super) fn read_bytes(context: FileContext, bytes: &[u8]) -> Result<FileRead, Problem> {
    if archive::kind(bytes).is_none() {
        return Ok(read(context, bytes));
    }
    let unpacked = archive::unpacked(bytes).map_err(|cause| Problem::NotJson(Spoiled::Archive(cause)))?;
    Ok(FileRead { stored_digest: digest(bytes), ..read(context, &unpacked) })
}

fn read(context: FileContext, bytes: &[u8]) -> FileRead {
    let length = bytes.len() as u64;
    if let Some(cut) = Cut::new(&bytes[..bytes.len().min(4096)]).filter(|_| length >= BIG) {
        let read = read_pieces(context.clone(), Bytes::Memory(bytes), length, &cut);
        // Memory is always there to read.
        if let Ok(read) = read {
            return read;
        }
    }
    read_whole(context, bytes)
}

fn read_whole(context: FileContext, bytes: &[u8]) -> FileRead {
    let digest = whole_digest(&block_digests(bytes));
    let (part, spoiled) = match text_of(bytes) {
        Ok(text) => parse(&context, text),
        Err(spoiled) => (Part::default(), Some(spoiled)),
    };
    let bytes = bytes.len() as u64;
    FileRead { parts: vec![part], digest, stored_digest: digest, bytes, spoiled, context }
}

fn parse(context: &FileContext, text: &str) -> (Part, Option<Spoiled>) {
    let mut taker = Taker::new(context);
    if stream::read(text, &mut taker) && taker.part.is_recognised {
        return (taker.finish(), None);
    }
    let mut taker = Taker::new(context);
    match careful::read(text, &mut taker) {
        Ok(()) => {
            if !taker.part.is_recognised {
                let keys = taker.part.unknown_keys.keys().cloned().collect();
                taker.warn(None, Problem::NoKnownKey(keys));
            }
            (taker.finish(), None)
        }
        Err(spoiled) => (Part::default(), Some(look::other_format(text).unwrap_or(spoiled))),
    }
}

/// What a piece of a file gave.
struct PieceRead {
    digests: Vec<[u8; 32]>,
    /// Nothing when no element begins in the piece.
    part: Option<Part>,
    /// Whether it read as a document with the list's key alone, or as the end of one.
    is_sound: bool,
}

fn read_pieces(context: FileContext, bytes: Bytes<'_>, length: u64, cut: &Cut) -> io::Result<FileRead> {
    let numbers = (0..length.div_ceil(PIECE)).into_par_iter();
    let pieces: Vec<PieceRead> =
        numbers.map(|number| read_piece(&context, bytes, cut, number)).collect::<io::Result<_>>()?;
    if !pieces.iter().all(|piece| piece.is_sound) {
        return match bytes {
            Bytes::Memory(bytes) => Ok(read_whole(context, bytes)),
            Bytes::File(path) => Ok(read_whole(context, &fs::read(path)?)),
        };
    }
    let digests: Vec<[u8; 32]> = pieces.iter().flat_map(|piece| piece.digests.iter().copied()).collect();
    let mut parts: Vec<Part> = pieces.into_iter().filter_map(|piece| piece.part).collect();
    let mut before = 0;
    for part in &mut parts {
        part.shift(cut.key, before);
        before += part.elements;
    }
    let digest = whole_digest(&digests);
    Ok(FileRead { parts, digest, stored_digest: digest, bytes: length, spoiled: None, context })
}

fn read_piece(context: &FileContext, bytes: Bytes<'_>, cut: &Cut, number: u64) -> io::Result<PieceRead> {
    with_buffer(|buffer| {
        let mut digests = Vec::new();
        let piece = pieces::piece(bytes, cut, number, buffer, |own| digests = block_digests(own))?;
        let piece = match piece {
            Piece::Document(piece) => piece,
            Piece::Nothing => return Ok(PieceRead { digests, part: None, is_sound: true }),
            Piece::TooLong => return Ok(PieceRead { digests, part: None, is_sound: false }),
        };
        let Ok(text) = std::str::from_utf8(&buffer[piece.start..]) else {
            return Ok(PieceRead { digests, part: None, is_sound: false });
        };
        let mut taker = Taker::new(context);
        let mut is_sound = stream::read(text, &mut taker);
        if !is_sound {
            taker = Taker::new(context);
            is_sound = careful::read_one(text, &mut taker);
        }
        is_sound &= piece.is_last || taker.part.keys == 1;
        Ok(PieceRead { digests, part: Some(taker.finish()), is_sound })
    })
}

/// The text of a file; a byte order mark is no part of it.
fn text_of(bytes: &[u8]) -> Result<&str, Spoiled> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Without its mark, every other byte of UTF-16 is zero for our letters.
    let is_utf16 = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..]);
    if is_utf16 {
        return Err(Spoiled::Utf16);
    }
    let text = std::str::from_utf8(bytes).map_err(|cause| Spoiled::NotUtf8(cause.valid_up_to()))?;
    if text.trim_ascii().is_empty() { Err(Spoiled::Empty) } else { Ok(text) }
}

/// The hash of a file in memory.
pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    whole_digest(&block_digests(bytes))
}

/// The hash of a file on disk, by several threads where it is big.
pub(super) fn digest_of_path(path: &Path) -> io::Result<[u8; 32]> {
    let length = fs::metadata(path)?.len();
    let pieces = |number: u64| {
        with_buffer(|buffer| {
            Bytes::File(path).read(number * PIECE, PIECE, buffer)?;
            Ok(block_digests(buffer))
        })
    };
    let count = length.div_ceil(PIECE);
    let digests: Vec<Vec<[u8; 32]>> = match length >= BIG {
        true => (0..count).into_par_iter().map(pieces).collect::<io::Result<_>>()?,
        false => (0..count).map(pieces).collect::<io::Result<_>>()?,
    };
    Ok(whole_digest(&digests.concat()))
}

fn block_digests(bytes: &[u8]) -> Vec<[u8; 32]> {
    bytes.chunks(BLOCK).map(|block| *blake3::hash(block).as_bytes()).collect()
}

fn whole_digest(digests: &[[u8; 32]]) -> [u8; 32] {
    *blake3::hash(digests.as_flattened()).as_bytes()
}
