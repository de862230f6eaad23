//! One file: from its bytes to what it gave.

use sha2::{Digest, Sha256};

use super::taker::{FileContext, Part, Taker};
use super::warnings::{Problem, Spoiled};
use super::{careful, look, stream};

/// How many bytes are hashed as one.
const BLOCK: usize = 4 << 20;

/// What a file gave, and what it is.
#[derive(Debug)]
pub(super) struct FileRead {
    /// What it gave.
    pub part: Part,
    /// The hash of its content.
    pub digest: [u8; 32],
    /// How long its text is.
    pub bytes: u64,
    /// In what way it is no JSON, where it is none.
    pub spoiled: Option<Spoiled>,
    /// The file.
    pub context: FileContext,
}

/// Reads a file's text.
pub(super) fn read(context: FileContext, bytes: &[u8]) -> FileRead {
    let digest = digest(bytes);
    let (part, spoiled) = match text_of(bytes) {
        Ok(text) => parse(&context, text),
        Err(spoiled) => (Part::default(), Some(spoiled)),
    };
    FileRead { part, digest, bytes: bytes.len() as u64, spoiled, context }
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

/// The text of a file; a byte order mark is no part of it.
fn text_of(bytes: &[u8]) -> Result<&str, Spoiled> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || bytes.iter().take(64).any(|it| *it == 0)
    {
        return Err(Spoiled::Utf16);
    }
    let text = std::str::from_utf8(bytes).map_err(|cause| Spoiled::NotUtf8(cause.valid_up_to()))?;
    if text.trim_ascii().is_empty() { Err(Spoiled::Empty) } else { Ok(text) }
}

/// Hashed in blocks, so that several threads can share a big file.
fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut whole = Sha256::new();
    for block in bytes.chunks(BLOCK) {
        whole.update(Sha256::digest(block));
    }
    whole.finalize().into()
}
