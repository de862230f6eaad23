//! How a value becomes bytes and comes back: little-endian, whole numbers in as few bytes as they need, lists and texts
//! behind their length. Reading never trusts: what cannot be is an error, and no length makes it reserve more than there
//! are bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use compact_str::CompactString;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use petgraph::graph::{EdgeIndex, NodeIndex};

use crate::model::words::Word;

/// Bytes that no value becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Torn;

/// What can be stored.
pub(super) trait Stored: Sized {
    /// Adds its bytes.
    fn put(&self, out: &mut Vec<u8>);
    /// The value of the next bytes.
    fn take(from: &mut Bytes<'_>) -> Result<Self, Torn>;
}

/// How deep values may lie in values of their own kind.
const DEEPEST: u32 = 200;

/// Bytes to read from.
pub(super) struct Bytes<'b> {
    rest: &'b [u8],
    depth: u32,
}

impl<'b> Bytes<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Bytes<'b> {
        Bytes { rest: bytes, depth: 0 }
    }

    /// The next so many.
    pub(super) fn next(&mut self, count: usize) -> Result<&'b [u8], Torn> {
        let (own, rest) = self.rest.split_at_checked(count).ok_or(Torn)?;
        self.rest = rest;
        Ok(own)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Torn> {
        self.next(N)?.try_into().map_err(|_| Torn)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Torn> {
        Ok(self.array::<1>()?[0])
    }

    /// Whether nothing is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// A length, and how many items to make room for: each takes a byte at least.
    fn length(&mut self) -> Result<(usize, usize), Torn> {
        let length = usize::take(self)?;
        Ok((length, length.min(self.rest.len())))
    }

    /// A value that may hold others of its kind.
    pub(super) fn deeper<T>(&mut self, take: impl FnOnce(&mut Self) -> Result<T, Torn>) -> Result<T, Torn> {
        if self.depth == DEEPEST {
            return Err(Torn);
        }
        self.depth += 1;
        let value = take(self);
        self.depth -= 1;
        value
    }
}

impl Stored for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        // Ends: each round leaves seven bits behind.
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
    fn take(from: &mut Bytes<'_>) -> Result<u64, Torn> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = from.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return if shift == 63 && byte > 1 { Err(Torn) } else { Ok(value) };
            }
        }
        Err(Torn)
    }
}

macro_rules! by_u64 {
    ($($Number:ty),*) => { $(
        impl Stored for $Number {
            fn put(&self, out: &mut Vec<u8>) {
                (*self as u64).put(out);
            }
            fn take(from: &mut Bytes<'_>) -> Result<$Number, Torn> {
                <$Number>::try_from(u64::take(from)?).map_err(|_| Torn)
            }
        }
    )* };
}

by_u64!(u16, u32, usize);

macro_rules! as_it_is {
    ($($Number:ty),*) => { $(
        impl Stored for $Number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            fn take(from: &mut Bytes<'_>) -> Result<$Number, Torn> {
                Ok(<$Number>::from_le_bytes(from.array()?))
            }
        }
    )* };
}

as_it_is!(u8, i64, u128);

impl Stored for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn take(from: &mut Bytes<'_>) -> Result<bool, Torn> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Torn),
        }
    }
}

pub(super) fn put_text(text: &str, out: &mut Vec<u8>) {
    text.len().put(out);
    out.extend_from_slice(text.as_bytes());
}

fn take_text<'b>(from: &mut Bytes<'b>) -> Result<&'b str, Torn> {
    let length = usize::take(from)?;
    std::str::from_utf8(from.next(length)?).map_err(|_| Torn)
}

macro_rules! texts {
    ($($Text:ty),*) => { $(
        impl Stored for $Text {
            fn put(&self, out: &mut Vec<u8>) {
                put_text(self, out);
            }
            fn take(from: &mut Bytes<'_>) -> Result<$Text, Torn> {
                Ok(take_text(from)?.into())
            }
        }
    )* };
}

texts!(String, Box<str>, CompactString);

/// Words of our own, such as names of calls: there are few of them, and they stay.
impl Stored for &'static str {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }
    fn take(from: &mut Bytes<'_>) -> Result<&'static str, Torn> {
        static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let text = take_text(from)?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = known.get(text) {
            return Ok(own);
        }
        let own: &'static str = Box::leak(Box::from(text));
        known.insert(own);
        Ok(own)
    }
}

impl<W: Word> Stored for W {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self.as_text(), out);
    }
    fn take(from: &mut Bytes<'_>) -> Result<W, Torn> {
        Ok(W::from_text(take_text(from)?))
    }
}

impl<T: Stored> Stored for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }
    fn take(from: &mut Bytes<'_>) -> Result<Option<T>, Torn> {
        if bool::take(from)? { T::take(from).map(Some) } else { Ok(None) }
    }
}

/// Boxes, one by one: `Box` passes on what is known of its content, and words are not known not to be in one.
macro_rules! boxed {
    ($($Type:ty),*) => { $(
        impl $crate::store::codec::Stored for Box<$Type> {
            fn put(&self, out: &mut Vec<u8>) {
                $crate::store::codec::Stored::put(&**self, out);
            }
            fn take(
                from: &mut $crate::store::codec::Bytes<'_>,
            ) -> Result<Box<$Type>, $crate::store::codec::Torn> {
                $crate::store::codec::Stored::take(from).map(Box::new)
            }
        }
    )* };
}
pub(super) use boxed;

impl<T: Stored> Stored for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        self.iter().for_each(|it| it.put(out));
    }
    fn take(from: &mut Bytes<'_>) -> Result<Vec<T>, Torn> {
        let (length, room) = from.length()?;
        let mut items = Vec::with_capacity(room);
        for _ in 0..length {
            items.push(T::take(from)?);
        }
        Ok(items)
    }
}

macro_rules! like_vec {
    ($($List:ident),*) => { $(
        impl<T: Stored> Stored for $List<[T]> {
            fn put(&self, out: &mut Vec<u8>) {
                self.len().put(out);
                self.iter().for_each(|it| it.put(out));
            }
            fn take(from: &mut Bytes<'_>) -> Result<$List<[T]>, Torn> {
                Vec::take(from).map(Into::into)
            }
        }
    )* };
}

like_vec!(Box, Arc);

impl<T: Stored> Stored for [T; 2] {
    fn put(&self, out: &mut Vec<u8>) {
        self.iter().for_each(|it| it.put(out));
    }
    fn take(from: &mut Bytes<'_>) -> Result<[T; 2], Torn> {
        Ok([T::take(from)?, T::take(from)?])
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }
    fn take(from: &mut Bytes<'_>) -> Result<(A, B), Torn> {
        Ok((A::take(from)?, B::take(from)?))
    }
}

impl<T: Stored> Stored for std::ops::Range<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.start.put(out);
        self.end.put(out);
    }
    fn take(from: &mut Bytes<'_>) -> Result<std::ops::Range<T>, Torn> {
        Ok(T::take(from)?..T::take(from)?)
    }
}

impl<K: Stored + Ord, V: Stored> Stored for BTreeMap<K, V> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }
    fn take(from: &mut Bytes<'_>) -> Result<BTreeMap<K, V>, Torn> {
        Ok(Vec::<(K, V)>::take(from)?.into_iter().collect())
    }
}

impl Stored for Ipv4Addr {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.octets());
    }
    fn take(from: &mut Bytes<'_>) -> Result<Ipv4Addr, Torn> {
        Ok(from.array::<4>()?.into())
    }
}

impl Stored for Ipv6Addr {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.octets());
    }
    fn take(from: &mut Bytes<'_>) -> Result<Ipv6Addr, Torn> {
        Ok(from.array::<16>()?.into())
    }
}

impl Stored for IpAddr {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            IpAddr::V4(address) => (false, *address).put(out),
            IpAddr::V6(address) => (true, *address).put(out),
        }
    }
    fn take(from: &mut Bytes<'_>) -> Result<IpAddr, Torn> {
        if bool::take(from)? { Ok(Ipv6Addr::take(from)?.into()) } else { Ok(Ipv4Addr::take(from)?.into()) }
    }
}

macro_rules! nets {
    ($($Net:ident),*) => { $(
        impl Stored for $Net {
            fn put(&self, out: &mut Vec<u8>) {
                self.addr().put(out);
                self.prefix_len().put(out);
            }
            fn take(from: &mut Bytes<'_>) -> Result<$Net, Torn> {
                $Net::new(Stored::take(from)?, u8::take(from)?).map_err(|_| Torn)
            }
        }
    )* };
}

nets!(IpNet, Ipv4Net, Ipv6Net);

macro_rules! graph_numbers {
    ($($Number:ident),*) => { $(
        impl Stored for $Number<u32> {
            fn put(&self, out: &mut Vec<u8>) {
                self.index().put(out);
            }
            fn take(from: &mut Bytes<'_>) -> Result<$Number<u32>, Torn> {
                Ok($Number::new(u32::take(from)? as usize))
            }
        }
    )* };
}

graph_numbers!(NodeIndex, EdgeIndex);

/// Structures: each part in turn. A part that is forgotten does not compile.
macro_rules! records {
    ($($Type:ident { $($part:ident),* $(,)? })*) => { $(
        impl $crate::store::codec::Stored for $Type {
            fn put(&self, out: &mut Vec<u8>) {
                let $Type { $($part),* } = self;
                $($crate::store::codec::Stored::put($part, out);)*
            }
            fn take(
                from: &mut $crate::store::codec::Bytes<'_>,
            ) -> Result<$Type, $crate::store::codec::Torn> {
                Ok($Type { $($part: $crate::store::codec::Stored::take(from)?),* })
            }
        }
    )* };
}
pub(super) use records;

/// Choices: the number of the case, then its parts. A case that is forgotten does not compile.
macro_rules! choices {
    ($($Type:ident { $($Case:ident $(($($part:ident),*))? $({ $($field:ident),* })?),* $(,)? })*) => { $(
        impl $crate::store::codec::Stored for $Type {
            fn put(&self, out: &mut Vec<u8>) {
                #[repr(u8)]
                enum Number { $($Case),* }
                match self { $(
                    $Type::$Case $(($($part),*))? $({ $($field),* })? => {
                        out.push(Number::$Case as u8);
                        $($($crate::store::codec::Stored::put($part, out);)*)?
                        $($($crate::store::codec::Stored::put($field, out);)*)?
                    }
                )* }
            }
            fn take(
                from: &mut $crate::store::codec::Bytes<'_>,
            ) -> Result<$Type, $crate::store::codec::Torn> {
                #[repr(u8)]
                enum Number { $($Case),* }
                let number = from.byte()?;
                $(if number == Number::$Case as u8 {
                    return Ok($Type::$Case
                        $(($({
                            let $part = $crate::store::codec::Stored::take(from)?;
                            $part
                        }),*))?
                        $({ $($field: $crate::store::codec::Stored::take(from)?),* })?);
                })*
                Err($crate::store::codec::Torn)
            }
        }
    )* };
}
pub(super) use choices;

#[cfg(test)]
mod tests {
    use super::*;

    /// One value of some bytes, and nothing behind it.
    fn whole<T: Stored>(bytes: &[u8]) -> Result<T, Torn> {
        let mut from = Bytes::new(bytes);
        let value = T::take(&mut from)?;
        if from.is_at_end() { Ok(value) } else { Err(Torn) }
    }

    fn there_and_back<T: Stored + PartialEq + std::fmt::Debug>(value: T) {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        assert_eq!(whole::<T>(&bytes), Ok(value));
        for end in 0..bytes.len() {
            assert!(whole::<T>(&bytes[..end]).is_err(), "a beginning is no value");
        }
    }

    #[test]
    fn what_is_put_is_taken() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::MAX - 1, u64::MAX] {
            there_and_back(number);
        }
        there_and_back(vec![Some(3u32), None, Some(u32::MAX)]);
        there_and_back((String::from("naïve"), CompactString::from("")));
        there_and_back("2001:db8::/32".parse::<IpNet>().expect("a block"));
        there_and_back("10.0.0.7/8".parse::<IpNet>().expect("a block"));
        there_and_back(BTreeMap::from([(1u16, true), (2, false)]));
        assert_eq!(whole::<&'static str>(b"\x03ec2"), Ok("ec2"));
    }

    #[test]
    fn what_cannot_be_is_torn() {
        assert_eq!(whole::<u64>(&[0xff; 10]), Err(Torn));
        assert_eq!(whole::<u16>(&[0x80, 0x80, 0x04]), Err(Torn));
        assert_eq!(whole::<bool>(&[2]), Err(Torn));
        assert_eq!(whole::<String>(&[1, 0xff]), Err(Torn));
        assert_eq!(whole::<Vec<u64>>(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Err(Torn));
        assert_eq!(whole::<Ipv4Net>(&[10, 0, 0, 0, 33]), Err(Torn));
    }
}
