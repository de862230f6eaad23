//! Text to lines: a kind, its words, its options. What the words mean is up to the kind.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::kinds::{KINDS, Kind};

/// What is wrong with a topology, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShorthandError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ShorthandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ShorthandError {}

/// The account and Region whose snapshot holds a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-west-1`.
    pub region: String,
}

/// A CIDR block, as written: AWS has different members for the families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block<'word> {
    /// Of IPv4.
    V4(&'word str),
    /// Of IPv6.
    V6(&'word str),
}

/// One line of a topology.
#[derive(Debug)]
pub struct Line<'text> {
    /// Counted from 1.
    pub number: usize,
    /// The first word's row of the grammar.
    pub kind: &'static Kind,
    /// The account and Region that hold here.
    pub home: Home,
    /// The words that belong to no option.
    pub words: Vec<&'text str>,
    /// Options in the order written; a flag has an empty value.
    options: Vec<(&'static str, &'text str)>,
}

/// Reads the lines; `account` and `region` are spent here.
pub fn lines(text: &str) -> Result<Vec<Line<'_>>, ShorthandError> {
    let mut home = Home { account: "111111111111".to_owned(), region: "eu-west-1".to_owned() };
    let mut lines = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let number = index + 1;
        let mut words = text.split('#').next().unwrap_or_default().split_whitespace();
        let Some(first) = words.next() else { continue };
        if first == "account" || first == "region" {
            let error = || ShorthandError { line: number, message: format!("`{first}` takes one word") };
            let value = words.next().filter(|_| words.next().is_none()).ok_or_else(error)?;
            let part = if first == "account" { &mut home.account } else { &mut home.region };
            value.clone_into(part);
            continue;
        }
        let Some(kind) = KINDS.iter().find(|kind| kind.word == first) else {
            return Err(ShorthandError { line: number, message: format!("unknown word `{first}`") });
        };
        lines.push(line(number, kind, home.clone(), words)?);
    }
    Ok(lines)
}

fn line<'text>(
    number: usize,
    kind: &'static Kind,
    home: Home,
    mut words: impl Iterator<Item = &'text str>,
) -> Result<Line<'text>, ShorthandError> {
    let mut line = Line { number, kind, home, words: Vec::new(), options: Vec::new() };
    while let Some(word) = words.next() {
        if let Some(flag) = kind.flags.iter().find(|flag| **flag == word) {
            line.options.push((flag, ""));
        } else if let Some(option) = kind.options.iter().find(|option| **option == word) {
            let value = words.next().ok_or_else(|| line.error(format!("`{option}` needs a value")))?;
            line.options.push((option, value));
        } else {
            line.words.push(word);
        }
    }
    let (least, most) = kind.words;
    if line.words.len() < least || line.words.len() > most {
        return Err(line.error(format!("{} words, but the form is `{}`", line.words.len(), kind.form)));
    }
    Ok(line)
}

impl<'text> Line<'text> {
    /// An error about this line.
    pub fn error(&self, message: impl Into<String>) -> ShorthandError {
        ShorthandError { line: self.number, message: message.into() }
    }

    /// The error for a word that means nothing here.
    pub fn unknown(&self, word: &str) -> ShorthandError {
        self.error(format!("unknown word `{word}`, the form is `{}`", self.kind.form))
    }

    /// The name that the line gives.
    pub fn id(&self) -> &'text str {
        self.words[0]
    }

    /// Whether a flag stands on the line.
    pub fn has(&self, flag: &str) -> bool {
        self.options.iter().any(|(name, _)| *name == flag)
    }

    /// An option's value.
    pub fn option(&self, name: &str) -> Option<&'text str> {
        self.options.iter().find(|(option, _)| *option == name).map(|(_, value)| *value)
    }

    /// An option's value, or what AWS has by default.
    pub fn option_or(&self, name: &str, default: &'text str) -> &'text str {
        self.option(name).unwrap_or(default)
    }

    /// An option that must be there.
    pub fn required(&self, name: &str) -> Result<&'text str, ShorthandError> {
        self.option(name)
            .ok_or_else(|| self.error(format!("`{name}` is missing, the form is `{}`", self.kind.form)))
    }

    /// An option's values, separated by commas.
    pub fn list(&self, name: &str) -> Vec<&'text str> {
        self.option(name).map(|value| value.split(',').collect()).unwrap_or_default()
    }

    /// A block of addresses, as written.
    pub fn cidr<'word>(&self, word: &'word str) -> Result<Block<'word>, ShorthandError> {
        let net: IpNet = word.parse().map_err(|_| self.unknown(word))?;
        if net.trunc() != net {
            return Err(self.error(format!("`{word}` has host bits")));
        }
        Ok(match net {
            IpNet::V4(_) => Block::V4(word),
            IpNet::V6(_) => Block::V6(word),
        })
    }

    /// A port.
    pub fn number_of(&self, word: &str) -> Result<u16, ShorthandError> {
        word.parse().map_err(|_| self.unknown(word))
    }

    /// An address.
    pub fn address(&self, word: &str) -> Result<IpAddr, ShorthandError> {
        word.parse().map_err(|_| self.unknown(word))
    }
}
