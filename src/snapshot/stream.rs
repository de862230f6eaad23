//! The fast way through a document: elements become resources while the text is read, nothing stands in between.
//!
//! It gives up at the first surprise (a wrong type, a syntax error, a second document); the file is then read anew
//! by `careful.rs`, which finds out what is wrong. What it meets under keys that are small or need a second look
//! is handed to the same functions as there, in `settle.rs`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::drafts::{Drafted, of_kind};
use super::keys::{self, Meaning};
use super::scanner::{self, Scanner};
use super::syntax::Key;
use super::taker::Taker;
use super::{settle, shared};
use crate::model::{Instance, TransitGatewayRoutes};

/// Reads a file that is one document without surprises; whether it was one.
pub(super) fn read(text: &str, taker: &mut Taker<'_>) -> bool {
    let mut scanner = Scanner::new(text);
    let read = Document(taker).deserialize(&mut scanner);
    read.is_ok() && scanner.is_at_end()
}

/// A value's text, for a second look.
struct Raw<'de>(&'de str);

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw<'de>, D::Error> {
        struct RawVisitor;
        impl<'de> Visitor<'de> for RawVisitor {
            type Value = Raw<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Raw<'de>, E> {
                Ok(Raw(text))
            }
        }
        deserializer.deserialize_newtype_struct(scanner::RAW, RawVisitor)
    }
}

struct Document<'t, 'f>(&'t mut Taker<'f>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut later: Vec<(Cow<'de, str>, Raw<'de>)> = Vec::new();
        while let Some(Key(name)) = map.next_key::<Key<'de>>()? {
            let Some((key, meaning)) = keys::look_up(&name) else {
                later.push((name, map.next_value()?));
                continue;
            };
            let before = later.len();
            match meaning {
                Meaning::List(kind) => of_kind!(kind, T => stream::<T, A>(&mut map, self.0, key, |_| {})?),
                Meaning::StaticRoutes => stream::<TransitGatewayRoutes, A>(&mut map, self.0, key, |wire| {
                    wire.is_static_only = true;
                })?,
                Meaning::Reservations if !self.0.file.wants_instance_interfaces => {
                    map.next_value_seed(Reservations { taker: self.0, key })?;
                }
                Meaning::Instances if !self.0.file.wants_instance_interfaces => {
                    stream::<Instance, A>(&mut map, self.0, key, |_| {})?;
                }
                Meaning::Reservations
                | Meaning::Instances
                | Meaning::Wrapped(..)
                | Meaning::Whole(_)
                | Meaning::Answer(_)
                | Meaning::Shared
                | Meaning::Managed
                | Meaning::Unmodelled
                | Meaning::Aside
                | Meaning::Beside
                | Meaning::Token => later.push((name, map.next_value()?)),
            }
            self.0.part.keys += usize::from(later.len() == before);
        }
        // An element that stands alone has keys of its own.
        if shared::key_of_object(names(&later)).is_some() {
            return Err(A::Error::custom("an element, not an answer"));
        }
        let raw = |Raw(text): Raw<'de>| serde_json::from_str::<&RawValue>(text).map_err(A::Error::custom);
        let entries = later.into_iter().map(|(name, value)| Ok((name, raw(value)?)));
        settle::object(self.0, &entries.collect::<Result<Vec<_>, A::Error>>()?);
        Ok(())
    }
}

fn names<'e>(entries: &'e [(Cow<'_, str>, Raw<'_>)]) -> Vec<Cow<'e, str>> {
    entries.iter().map(|(name, _)| Cow::Borrowed(name.as_ref())).collect()
}

fn stream<'de, T: Drafted, A: MapAccess<'de>>(
    map: &mut A,
    taker: &mut Taker<'_>,
    key: u16,
    adjust: fn(&mut T::Wire),
) -> Result<(), A::Error> {
    let before = T::list(&mut taker.part.drafts).len();
    map.next_value_seed(List::<T> { taker, key, adjust, resource: PhantomData })?;
    settle::list_ends::<T>(taker, key, before);
    Ok(())
}

/// How many elements of a list there is room for at once: a first one may be much shorter than the others.
const MOST_EXPECTED: usize = 1 << 13;

/// A list of resources.
struct List<'t, 'f, T: Drafted> {
    taker: &'t mut Taker<'f>,
    key: u16,
    adjust: fn(&mut T::Wire),
    resource: PhantomData<T>,
}

impl<'de, T: Drafted> DeserializeSeed<'de> for List<'_, '_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Drafted> Visitor<'de> for List<'_, '_, T> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index: usize = 0;
        while let Some(mut wire) = list.next_element::<T::Wire>()? {
            (self.adjust)(&mut wire);
            self.taker.take::<T>(self.taker.place(self.key, index, 0), wire);
            index += 1;
            if index == 1 {
                // To grow a list of big elements, they are moved again and again.
                let expected = list.size_hint().unwrap_or_default().min(MOST_EXPECTED);
                T::list(&mut self.taker.part.drafts).reserve(expected);
            }
        }
        self.taker.part.elements += index;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let mut wire = T::Wire::deserialize(MapAccessDeserializer::new(map))?;
        (self.adjust)(&mut wire);
        self.taker.take::<T>(self.taker.place(self.key, 0, 0), wire);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// `Reservations[]`.
struct Reservations<'t, 'f> {
    taker: &'t mut Taker<'f>,
    key: u16,
}

impl<'de> DeserializeSeed<'de> for Reservations<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reservations<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of reservations")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(()) =
            list.next_element_seed(Reservation { taker: &mut *self.taker, key: self.key, index })?
        {
            index += 1;
            if index == 1 {
                let expected = list.size_hint().unwrap_or_default().min(MOST_EXPECTED);
                self.taker.part.drafts.instances.reserve(expected);
            }
        }
        self.taker.part.elements += index;
        settle::list_ends::<Instance>(self.taker, self.key, 0);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        settle::list_ends::<Instance>(self.taker, self.key, 0);
        Ok(())
    }
}

/// `Reservations[3]`: the instances, and the owner that stands before or after them.
struct Reservation<'t, 'f> {
    taker: &'t mut Taker<'f>,
    key: u16,
    index: usize,
}

impl<'de> DeserializeSeed<'de> for Reservation<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reservation<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a reservation")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let before = self.taker.part.drafts.instances.len();
        let mut owner = None;
        while let Some(Key(name)) = map.next_key::<Key<'de>>()? {
            match name.as_ref() {
                "OwnerId" => owner = map.next_value::<Option<Key<'de>>>()?,
                "Instances" => {
                    let key = self.key;
                    map.next_value_seed(Inside { taker: &mut *self.taker, key, index: self.index })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if let Some(Key(owner)) = owner.filter(|Key(owner)| !owner.is_empty()) {
            self.taker.own_instances(before, &owner);
        }
        Ok(())
    }
}

/// `Reservations[3].Instances[]`.
struct Inside<'t, 'f> {
    taker: &'t mut Taker<'f>,
    key: u16,
    index: usize,
}

impl<'de> DeserializeSeed<'de> for Inside<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inside<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of instances")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut inner = 0;
        while let Some(wire) = list.next_element()? {
            self.taker.take::<Instance>(self.taker.place(self.key, self.index, inner), wire);
            inner += 1;
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
