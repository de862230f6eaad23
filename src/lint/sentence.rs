//! Sentences of findings: fixed text, and things that the report names when it prints.

use std::borrow::Cow;

use ipnet::IpNet;

use crate::network::{Component, ExplanationCode, Origin};
use crate::packet::{AddressSet, Interval};

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Text as it stands.
    Text(Cow<'static, str>),
    /// A resource: its id, and its name where it has one.
    Thing(Component),
    /// A rule, entry or route: its short form.
    Rule(Origin),
    /// A block of addresses.
    Block(IpNet),
    /// Addresses.
    Addresses(AddressSet),
    /// Protocols and ports.
    Traffic(Vec<Interval>),
    /// A number.
    Number(usize),
    /// Why packets are dropped.
    Code(&'static str),
}

/// A sentence: lower case, no full stop.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sentence(pub Vec<Part>);

impl Sentence {
    /// Adds what stands behind.
    pub fn and(mut self, more: Sentence) -> Sentence {
        self.0.extend(more.0);
        self
    }

    /// Things one after the other, with commas; more than a few are counted.
    pub fn list<T: Clone>(things: &[T], most: usize) -> Sentence
    where
        Part: From<T>,
    {
        let text = |text: &'static str| Part::Text(Cow::Borrowed(text));
        let mut parts = Vec::new();
        let shown = if things.len() > most + 1 { most } else { things.len() };
        for (number, thing) in things[..shown].iter().enumerate() {
            if number > 0 {
                parts.push(text(if number + 1 == things.len() { " and " } else { ", " }));
            }
            parts.push(Part::from(thing.clone()));
        }
        if shown < things.len() {
            parts.extend([text(" and "), Part::Number(things.len() - shown), text(" more")]);
        }
        Sentence(parts)
    }
}

impl From<&'static str> for Part {
    fn from(text: &'static str) -> Part {
        Part::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Part {
    fn from(text: String) -> Part {
        Part::Text(Cow::Owned(text))
    }
}

impl From<Component> for Part {
    fn from(thing: Component) -> Part {
        Part::Thing(thing)
    }
}

impl From<Origin> for Part {
    fn from(rule: Origin) -> Part {
        Part::Rule(rule)
    }
}

impl From<IpNet> for Part {
    fn from(block: IpNet) -> Part {
        Part::Block(block)
    }
}

impl From<AddressSet> for Part {
    fn from(addresses: AddressSet) -> Part {
        Part::Addresses(addresses)
    }
}

impl From<Vec<Interval>> for Part {
    fn from(traffic: Vec<Interval>) -> Part {
        Part::Traffic(traffic)
    }
}

impl From<usize> for Part {
    fn from(number: usize) -> Part {
        Part::Number(number)
    }
}

impl From<ExplanationCode> for Part {
    fn from(code: ExplanationCode) -> Part {
        Part::Code(code.as_text())
    }
}

impl From<Part> for Sentence {
    fn from(part: Part) -> Sentence {
        Sentence(vec![part])
    }
}

/// A sentence of pieces, one after the other.
macro_rules! sentence {
    ($($part:expr),* $(,)?) => {
        $crate::lint::Sentence(vec![$($crate::lint::Part::from($part)),*])
    };
}
pub(super) use sentence;

/// A count with its noun.
pub(super) fn counted(count: usize, one: &'static str, many: &'static str) -> Sentence {
    sentence![count, " ", if count == 1 { one } else { many }]
}
