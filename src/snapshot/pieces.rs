//! A big file in pieces, so that several threads share it and no more than a piece of each is in memory.
//!
//! The aws-cli indents: in a long list each element ends with the same line, `        },`. Pieces end at such lines.
//! That is a guess about a file that could be written otherwise, and it is checked: a piece becomes a document of
//! its own (`{"Key":[` before, `]}` behind) and must read as one with this key alone. The first piece begins where
//! the list does; if it reads, its end lies between two elements, so the second begins where an element does, and so
//! on. If one does not read, the file is read as a whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::keys::{self, Meaning};

/// How much of a file one piece is; blocks of the hash fit in whole. Small for a fuzzer, whose files are.
pub(super) const PIECE: u64 = if cfg!(fuzzing) { 512 } else { 4 << 20 };

/// Where a file's bytes are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bytes<'b> {
    /// On disk.
    File(&'b Path),
    /// In memory.
    Memory(&'b [u8]),
}

impl Bytes<'_> {
    /// Adds the bytes from a position on to a buffer, at most so many.
    pub(super) fn read(&self, position: u64, length: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Bytes::File(path) => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(position))?;
                file.take(length).read_to_end(buffer).map(drop)
            }
            Bytes::Memory(bytes) => {
                let start = (position as usize).min(bytes.len());
                let end = (start + length as usize).min(bytes.len());
                buffer.extend_from_slice(&bytes[start..end]);
                Ok(())
            }
        }
    }
}

/// How much of a file may follow a piece until an element ends. Beyond it pieces save nothing, and each of them would
/// read on to the file's end.
const MOST_BEHIND: usize = 4 * PIECE as usize;

/// How a file can be taken to pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    /// The key of its list.
    pub key: u16,
    /// What a piece must begin with to be a document.
    opening: Vec<u8>,
    /// The line that ends an element and is not the last.
    ending: Vec<u8>,
}

impl Cut {
    /// The guess, from how a file begins: `{"Key": [`, a line break, and an indented element.
    pub(super) fn new(beginning: &[u8]) -> Option<Cut> {
        let rest = beginning.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
        let quote = rest.iter().position(|byte| *byte == b'"')?;
        let key = std::str::from_utf8(&rest[..quote]).ok()?;
        let rest = rest[quote + 1..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let line = rest.strip_prefix(b"[\n")?;
        let indentation = line.iter().take_while(|byte| **byte == b' ').count();
        line[indentation..].starts_with(b"{\n").then_some(())?;
        let (number, meaning) = keys::look_up(key)?;
        let is_list = matches!(meaning, Meaning::List(_) | Meaning::Reservations | Meaning::Instances);
        is_list.then(|| Cut {
            key: number,
            opening: format!("{{\"{key}\":[").into_bytes(),
            ending: [b"\n".as_slice(), &vec![b' '; indentation], b"},\n"].concat(),
        })
    }

    /// The bytes after the first ending at or after a position.
    fn after_ending(&self, bytes: &[u8], position: usize) -> Option<usize> {
        let mut position = position;
        // Ends: each round is one line further on.
        loop {
            position += bytes.get(position..)?.iter().position(|byte| *byte == b'\n')?;
            if bytes[position..].starts_with(&self.ending) {
                return Some(position + self.ending.len());
            }
            position += 1;
        }
    }
}

/// What a piece is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Elements, as a document.
    Document(Document),
    /// No element begins in it.
    Nothing,
    /// A part of an element that is too long for pieces.
    TooLong,
}

/// A piece, as a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Document {
    /// Where the document begins in the buffer; it ends with it.
    pub start: usize,
    /// Whether it is the end of the file, in which other keys may follow the list.
    pub is_last: bool,
}

/// Fills a buffer with one piece, as a document. `own` sees the bytes that belong to this piece alone, before they are
/// changed.
pub(super) fn piece(
    bytes: Bytes<'_>,
    cut: &Cut,
    number: u64,
    buffer: &mut Vec<u8>,
    own: impl FnOnce(&[u8]),
) -> io::Result<Piece> {
    buffer.clear();
    bytes.read(number * PIECE, PIECE, buffer)?;
    own(buffer);
    let end = match following(bytes, cut, number * PIECE, buffer)? {
        End::At(end) => Some(end),
        End::OfFile => None,
        End::TooFar => return Ok(Piece::TooLong),
    };
    let first = if number == 0 { Some(0) } else { cut.after_ending(buffer, 0) };
    let Some(first) = first.filter(|first| end.is_none_or(|end| *first < end)) else {
        return Ok(Piece::Nothing);
    };
    if let Some(end) = end {
        // The line is `},` and a line break.
        buffer.truncate(end - 2);
        buffer.extend_from_slice(b"]}");
    }
    let start = if number == 0 { 0 } else { open(cut, first, buffer) };
    Ok(Piece::Document(Document { start, is_last: end.is_none() }))
}

/// Where the first element ends that ends behind a piece.
enum End {
    At(usize),
    OfFile,
    TooFar,
}

/// The end of the first element that ends behind a piece, for which the buffer grows as needed. Ends because the file
/// does, or the patience.
fn following(bytes: Bytes<'_>, cut: &Cut, offset: u64, buffer: &mut Vec<u8>) -> io::Result<End> {
    let position = buffer.len();
    let mut searched = position;
    loop {
        let before = buffer.len();
        bytes.read(offset + before as u64, PIECE / 16, buffer)?;
        if let Some(end) = cut.after_ending(buffer, searched) {
            return Ok(End::At(end));
        }
        if buffer.len() == before {
            return Ok(End::OfFile);
        }
        if buffer.len() - position > MOST_BEHIND {
            return Ok(End::TooFar);
        }
        // An ending may stand across what is read next.
        searched = (buffer.len() + 1).saturating_sub(cut.ending.len()).max(position);
    }
}

/// Puts the opening before the first element; where the document begins then.
fn open(cut: &Cut, first: usize, buffer: &mut Vec<u8>) -> usize {
    let opening = cut.opening.len();
    if first < opening {
        buffer.splice(..first, cut.opening.iter().copied());
        return 0;
    }
    buffer[first - opening..first].copy_from_slice(&cut.opening);
    first - opening
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_indented_lists_of_a_known_key_are_cut() {
        let cut = |text: &str| Cut::new(text.as_bytes());
        assert!(cut("{\n    \"Vpcs\": [\n        {\n            \"a\": 1").is_some());
        assert_eq!(cut("{\"Vpcs\":[{\"a\":1}"), None);
        assert_eq!(cut("{\n    \"Nobody\": [\n        {\n            \"a\": 1"), None);
        assert_eq!(cut("[\n    {\n"), None);
        assert_eq!(cut(""), None);
    }

    #[test]
    fn pieces_together_are_the_list() {
        let element = |number: usize| format!("        {{\n            \"VpcId\": \"{number}\"\n        }}");
        let elements: Vec<String> = (0..200_000).map(element).collect();
        let text =
            format!("{{\n    \"Vpcs\": [\n{}\n    ],\n    \"NextToken\": \"x\"\n}}\n", elements.join(",\n"));
        let cut = Cut::new(&text.as_bytes()[..100]).expect("indented");
        let mut buffer = Vec::new();
        let mut own = 0;
        let mut found = Vec::new();
        for number in 0..(text.len() as u64).div_ceil(PIECE) {
            let bytes = Bytes::Memory(text.as_bytes());
            let piece = piece(bytes, &cut, number, &mut buffer, |it| own += it.len()).expect("in memory");
            let Piece::Document(piece) = piece else { panic!("elements are small: {piece:?}") };
            let document: serde_json::Value =
                serde_json::from_slice(&buffer[piece.start..]).expect("a piece is a document");
            assert_eq!(document.get("NextToken").is_some(), piece.is_last);
            for element in document["Vpcs"].as_array().expect("a list") {
                found.push(element["VpcId"].as_str().expect("an id").to_owned());
            }
        }
        assert_eq!(own, text.len());
        assert!(found.iter().enumerate().all(|(number, id)| *id == number.to_string()));
        assert_eq!(found.len(), elements.len());
    }
}
