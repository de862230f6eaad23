//! A JSON reader for the fast way: a [`Deserializer`] that knows nothing but how to go on.
//!
//! What the aws-cli prints is half indentation, and most members of an element are of no interest; this one passes
//! over both eight bytes at a time, about twice as fast as `serde_json`. It has no messages: whatever it does not
//! expect (a fraction, a wrong type, a syntax error) is a [`Surprise`], and the file is read anew by `serde_json`,
//! which says what is wrong. What it accepts, `serde_json` accepts with the same result: `fuzz/` compares the two.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// The name of the newtype for which a value's text is wanted instead of the value.
pub(super) const RAW: &str = "$netpath::Raw";

/// Deeper than this, `serde_json` gives up too, on what it does not pass over.
const DEPTH: u32 = 127;

/// Anything that the scanner does not expect.
#[derive(Debug)]
pub(super) struct Surprise;

impl fmt::Display for Surprise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a surprise")
    }
}

impl std::error::Error for Surprise {}

impl Error for Surprise {
    fn custom<T: fmt::Display>(_: T) -> Surprise {
        Surprise
    }
}

/// A position in a text.
pub(super) struct Scanner<'de> {
    text: &'de str,
    position: usize,
    depth: u32,
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
const SPACES: u64 = u64::from_ne_bytes([b' '; 8]);

/// A high bit for each byte that ends a run of plain text: a quote, a backslash, a control character. Only the
/// lowest one is to be trusted.
fn ends_of_plain_text(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let quote = zero(word ^ (ONES * u64::from(b'"')));
    let backslash = zero(word ^ (ONES * u64::from(b'\\')));
    let control = word.wrapping_sub(SPACES) & !word & HIGHS;
    quote | backslash | control
}

impl<'de> Scanner<'de> {
    /// At the beginning of a text.
    pub(super) fn new(text: &'de str) -> Scanner<'de> {
        Scanner { text, position: 0, depth: 0 }
    }

    /// Whether nothing but white space is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.next_byte().is_err()
    }

    fn word(&self, position: usize) -> Option<u64> {
        let rest = self.text.as_bytes().get(position..)?;
        rest.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// The next byte that is not white space; the position is at it.
    #[inline]
    fn next_byte(&mut self) -> Result<u8, Surprise> {
        let byte = *self.text.as_bytes().get(self.position).ok_or(Surprise)?;
        if byte > b' ' { Ok(byte) } else { self.skip_space() }
    }

    fn skip_space(&mut self) -> Result<u8, Surprise> {
        let bytes = self.text.as_bytes();
        loop {
            let byte = *bytes.get(self.position).ok_or(Surprise)?;
            match byte {
                b'\n' | b'\r' | b'\t' | b' ' => self.position += 1,
                byte => return Ok(byte),
            }
            while let Some(word) = self.word(self.position) {
                let others = word ^ SPACES;
                self.position += (others.trailing_zeros() / 8) as usize;
                if others != 0 {
                    break;
                }
            }
        }
    }

    #[inline]
    fn expect(&mut self, wanted: u8) -> Result<(), Surprise> {
        if self.next_byte()? != wanted {
            return Err(Surprise);
        }
        self.position += 1;
        Ok(())
    }

    fn literal(&mut self, wanted: &str) -> Result<(), Surprise> {
        if !self.text.as_bytes()[self.position..].starts_with(wanted.as_bytes()) {
            return Err(Surprise);
        }
        self.position += wanted.len();
        Ok(())
    }

    /// Goes to the first byte at or after the position that ends plain text.
    #[inline]
    fn skip_plain_text(&mut self) -> Result<u8, Surprise> {
        let bytes = self.text.as_bytes();
        while let Some(word) = self.word(self.position) {
            let ends = ends_of_plain_text(word);
            if ends != 0 {
                self.position += (ends.trailing_zeros() / 8) as usize;
                return Ok(bytes[self.position]);
            }
            self.position += 8;
        }
        loop {
            match *bytes.get(self.position).ok_or(Surprise)? {
                byte @ (b'"' | b'\\' | 0..0x20) => return Ok(byte),
                _ => self.position += 1,
            }
        }
    }

    /// Passes over a string, from its opening quote; its text without the quotes, and whether it has escapes.
    #[inline]
    fn string(&mut self) -> Result<(&'de str, bool), Surprise> {
        self.expect(b'"')?;
        let start = self.position;
        let mut has_escapes = false;
        loop {
            match self.skip_plain_text()? {
                b'"' => {
                    let text = self.text.get(start..self.position).ok_or(Surprise)?;
                    self.position += 1;
                    return Ok((text, has_escapes));
                }
                b'\\' => {
                    has_escapes = true;
                    self.escape()?;
                }
                _ => return Err(Surprise),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Surprise> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.position + 1).ok_or(Surprise)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.position += 2,
            b'u' => {
                let digits = bytes.get(self.position + 2..self.position + 6).ok_or(Surprise)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Surprise);
                }
                self.position += 6;
            }
            _ => return Err(Surprise),
        }
        Ok(())
    }

    /// Passes over a string's text and gives it to a visitor.
    #[inline]
    fn visit_string<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        let (text, has_escapes) = self.string()?;
        if !has_escapes {
            return visitor.visit_borrowed_str(text);
        }
        let quoted = self.text.get(self.position - text.len() - 2..self.position).ok_or(Surprise)?;
        let unescaped = serde_json::from_str::<String>(quoted).map_err(|_| Surprise)?;
        visitor.visit_string(unescaped)
    }

    fn digits(&mut self) -> Result<(), Surprise> {
        let bytes = &self.text.as_bytes()[self.position..];
        let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.position += count;
        if count == 0 { Err(Surprise) } else { Ok(()) }
    }

    /// Passes over a number; whether it is a whole one.
    fn number(&mut self) -> Result<bool, Surprise> {
        let bytes = self.text.as_bytes();
        let mut is_whole = true;
        if bytes[self.position] == b'-' {
            self.position += 1;
        }
        if bytes.get(self.position) == Some(&b'0') {
            self.position += 1
        } else {
            self.digits()?
        }
        if bytes.get(self.position) == Some(&b'.') {
            is_whole = false;
            self.position += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = bytes.get(self.position) {
            is_whole = false;
            self.position += 1;
            if let Some(b'+' | b'-') = bytes.get(self.position) {
                self.position += 1;
            }
            self.digits()?;
        }
        Ok(is_whole)
    }

    fn visit_number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        let start = self.position;
        let is_whole = self.number()?;
        let text = self.text.get(start..self.position).ok_or(Surprise)?;
        if !is_whole {
            // Times of services that speak JSON are seconds with a fraction. The last digit is as `serde_json` rounds it.
            return visitor.visit_f64(serde_json::from_str(text).map_err(|_| Surprise)?);
        }
        match text.parse::<u64>() {
            Ok(number) => visitor.visit_u64(number),
            // `-0` is a fraction to `serde_json`.
            Err(_) if text == "-0" => Err(Surprise),
            Err(_) => visitor.visit_i64(text.parse().map_err(|_| Surprise)?),
        }
    }

    /// Passes over a value that is neither an object nor a list.
    fn skip_scalar(&mut self, first: u8) -> Result<(), Surprise> {
        match first {
            b'"' => self.string().map(drop),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            _ => Err(Surprise),
        }
    }

    /// Passes over a value, however deep. Ends because each round moves the position.
    fn skip_value(&mut self) -> Result<(), Surprise> {
        let mut open = Open::default();
        loop {
            match self.next_byte()? {
                byte @ (b'{' | b'[') => {
                    self.position += 1;
                    open.push(byte == b'{');
                    if self.next_byte()? != byte + 2 {
                        self.skip_key(&open)?;
                        continue;
                    }
                    self.position += 1;
                    open.pop();
                }
                byte => self.skip_scalar(byte)?,
            }
            loop {
                if open.depth == 0 {
                    return Ok(());
                }
                match self.next_byte()? {
                    b',' => {
                        self.position += 1;
                        self.skip_key(&open)?;
                        break;
                    }
                    b'}' if open.is_object() => {}
                    b']' if !open.is_object() => {}
                    _ => return Err(Surprise),
                }
                self.position += 1;
                open.pop();
            }
        }
    }

    /// Inside an object, passes over a key.
    #[inline]
    fn skip_key(&mut self, open: &Open) -> Result<(), Surprise> {
        if open.is_object() {
            self.string()?;
            self.expect(b':')?;
        }
        Ok(())
    }

    fn visit_object<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        self.enter()?;
        let value = visitor.visit_map(Inside::new(self))?;
        self.leave(b'}')?;
        Ok(value)
    }

    fn visit_list<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Surprise> {
        self.enter()?;
        let value = visitor.visit_seq(Inside::new(self))?;
        self.leave(b']')?;
        Ok(value)
    }

    fn enter(&mut self) -> Result<(), Surprise> {
        self.position += 1;
        self.depth += 1;
        if self.depth > DEPTH { Err(Surprise) } else { Ok(()) }
    }

    fn leave(&mut self, wanted: u8) -> Result<(), Surprise> {
        self.depth -= 1;
        self.expect(wanted)
    }
}

/// What is open around a position: one bit for each object or list, 1 for an object.
#[derive(Default)]
struct Open {
    innermost: u128,
    /// Those around, 128 each; nothing that anybody meant is so deep.
    around: Vec<u128>,
    depth: usize,
}

impl Open {
    #[inline]
    fn push(&mut self, is_object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(128) {
            self.around.push(self.innermost);
        }
        self.innermost = self.innermost << 1 | u128::from(is_object);
        self.depth += 1;
    }

    #[inline]
    fn pop(&mut self) {
        self.innermost >>= 1;
        self.depth -= 1;
        if self.depth > 0 && self.depth.is_multiple_of(128) {
            self.innermost = self.around.pop().unwrap_or_default();
        }
    }

    #[inline]
    fn is_object(&self) -> bool {
        self.innermost & 1 == 1
    }
}

/// The entries of an object or the elements of a list.
struct Inside<'s, 'de> {
    scanner: &'s mut Scanner<'de>,
    is_first: bool,
    /// Where the first one begins, and how long it is once it is read.
    first: usize,
    length: usize,
}

impl<'s, 'de> Inside<'s, 'de> {
    #[inline]
    fn new(scanner: &'s mut Scanner<'de>) -> Inside<'s, 'de> {
        Inside { first: scanner.position, is_first: true, length: 0, scanner }
    }

    /// Whether there is another one; the position is at it then, and at the closing bracket otherwise.
    #[inline]
    fn has_next(&mut self, closing: u8) -> Result<bool, Surprise> {
        let byte = self.scanner.next_byte()?;
        if byte == closing {
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            if byte != b',' {
                return Err(Surprise);
            }
            self.scanner.position += 1;
        }
        Ok(true)
    }
}

impl<'de> MapAccess<'de> for Inside<'_, 'de> {
    type Error = Surprise;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Surprise> {
        if !self.has_next(b'}')? {
            return Ok(None);
        }
        if self.scanner.next_byte()? != b'"' {
            return Err(Surprise);
        }
        seed.deserialize(&mut *self.scanner).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Surprise> {
        self.scanner.expect(b':')?;
        seed.deserialize(&mut *self.scanner)
    }
}

impl<'de> SeqAccess<'de> for Inside<'_, 'de> {
    type Error = Surprise;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Surprise> {
        if !self.has_next(b']')? {
            return Ok(None);
        }
        // A comma before the closing bracket is no JSON.
        let element = seed.deserialize(&mut *self.scanner)?;
        if self.length == 0 {
            self.length = self.scanner.position - self.first;
        }
        Ok(Some(element))
    }

    /// How many may follow, were all as long as the first and nothing behind the list.
    #[inline]
    fn size_hint(&self) -> Option<usize> {
        (self.scanner.text.len() - self.scanner.position).checked_div(self.length)
    }
}

impl<'de> Deserializer<'de> for &mut Scanner<'de> {
    type Error = Surprise;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        match self.next_byte()? {
            b'{' => self.visit_object(visitor),
            b'[' => self.visit_list(visitor),
            b'"' => self.visit_string(visitor),
            b'-' | b'0'..=b'9' => self.visit_number(visitor),
            b't' => self.literal("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.literal("false").and_then(|()| visitor.visit_bool(false)),
            b'n' => self.literal("null").and_then(|()| visitor.visit_unit()),
            _ => Err(Surprise),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        self.visit_string(visitor)
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        self.visit_string(visitor)
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        self.visit_string(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        if self.next_byte()? == b'n' {
            self.literal("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Surprise> {
        self.deserialize_map(visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        if self.next_byte()? == b'{' { self.visit_object(visitor) } else { Err(Surprise) }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        if self.next_byte()? == b'[' { self.visit_list(visitor) } else { Err(Surprise) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Surprise> {
        if name != RAW {
            return visitor.visit_newtype_struct(self);
        }
        self.next_byte()?;
        let start = self.position;
        self.skip_value()?;
        visitor.visit_borrowed_str(self.text.get(start..self.position).ok_or(Surprise)?)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Surprise> {
        self.skip_value()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct enum
    }
}
