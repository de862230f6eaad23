//! What every resource has: its place in a file, its owner, its tags; and the border where text becomes types.

use compact_str::CompactString;
use ipnet::IpNet;

use super::words::Word;
use super::{AccountId, Region, Tags};

/// Where an element stands: which file, under which top-level key, at which index.
///
/// Plain numbers: the reader fills them, the report turns them into text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Index into the snapshot's list of sources.
    pub source: u32,
    /// Index into the snapshot's list of keys.
    pub key: u16,
    /// Index of the element in the list under that key.
    pub index: u32,
    /// Index inside that element, where lists are nested (`Reservations[3].Instances[0]`).
    pub inner: u32,
}

/// What is said of every resource.
///
/// Place and tags are left out of its debug text, so that the texts of two resources are equal exactly when they say the
/// same to the network, wherever they stand ([`super::ResourceKind::write_content`]).
#[derive(Clone, Default)]
pub struct About {
    /// Its place in the snapshot.
    pub place: Place,
    /// The account that owns it.
    pub account: Option<AccountId>,
    /// Its Region.
    pub region: Option<Region>,
    /// Its tags, in the order of the file.
    pub tags: Tags,
    /// Whether the answer that it stands in was given to the account that owns it (SHR-5).
    pub seen_by_owner: bool,
}

impl std::fmt::Debug for About {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let About { place: _, account, region, tags: _, seen_by_owner: _ } = self;
        out.debug_struct("About").field("account", account).field("region", region).finish()
    }
}

impl About {
    /// The value of the `Name` tag, when there is one that says something.
    pub fn name(&self) -> Option<&str> {
        self.tags.name()
    }
}

/// Whose answer a file is, as far as path, options or the content of its neighbours tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The account that was asked.
    pub account: Option<AccountId>,
    /// The Region that was asked.
    pub region: Option<Region>,
}

/// What the conversion of one element knows and collects.
#[derive(Debug, Default)]
pub struct Reading {
    /// Where the element stands.
    pub place: Place,
    /// Whose answer it stands in.
    pub scope: Scope,
    /// The id of the parent, for answers that do not name theirs.
    pub parent: Option<CompactString>,
    /// Enum values that nobody knows, as `TypeName word`, one entry each time one occurs.
    pub unknown_words: Vec<String>,
    /// Parts of an element that could not be read although the element could, as sentences' halves: a rule
    /// or route left out is said, never silent.
    pub remarks: Vec<String>,
}

impl Reading {
    /// The typed word for a text; a word that nobody knows is counted and kept.
    pub fn word<W: Word>(&mut self, text: Option<CompactString>) -> Option<W> {
        let text = present(text)?;
        let word = W::from_text(&text);
        if word.is_unknown() {
            self.unknown_words.push(format!("{} {text}", W::NAME));
        }
        Some(word)
    }

    /// Place, owner and tags of the element at hand; an owner or ARN in the content comes before the path.
    pub fn about(&self, owner: Option<CompactString>, arn: Option<&str>, tags: Option<Tags>) -> About {
        let arn_parts = arn.map(|arn| arn.split(':').collect::<Vec<_>>()).filter(|parts| parts.len() >= 6);
        let arn_part =
            |position: usize| arn_parts.as_ref().map(|parts| parts[position]).filter(|part| !part.is_empty());
        let owner = present(owner).map(AccountId);
        let account =
            owner.clone().or_else(|| arn_part(4).map(AccountId::from)).or_else(|| self.scope.account.clone());
        let region = arn_part(3).map(Region::from).or_else(|| self.scope.region.clone());
        let seen_by_owner = account.is_some() && account == self.scope.account;
        About { place: self.place, account, region, tags: tags.unwrap_or_default(), seen_by_owner }
    }
}

/// Why an element cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElementError {
    /// A member without which the element means nothing.
    #[error("member `{0}` is missing")]
    Missing(&'static str),
    /// A member whose text is not what it should be.
    #[error("member `{member}` is `{text}`, which is not {expected}")]
    Malformed {
        /// Its name.
        member: &'static str,
        /// What stands there.
        text: String,
        /// What should stand there.
        expected: &'static str,
    },
}

/// Absent, null and empty read alike (JS-2).
pub fn present(text: Option<CompactString>) -> Option<CompactString> {
    text.filter(|text| !text.is_empty())
}

/// Members that an element cannot do without.
pub trait Absent<T> {
    /// The value, or which member is missing.
    fn or_missing(self, member: &'static str) -> Result<T, ElementError>;
}

impl Absent<CompactString> for Option<CompactString> {
    fn or_missing(self, member: &'static str) -> Result<CompactString, ElementError> {
        present(self).ok_or(ElementError::Missing(member))
    }
}

/// A CIDR; host bits are cleared, since AWS accepts and keeps some (`10.0.0.1/16`).
pub fn cidr(member: &'static str, text: &str) -> Result<IpNet, ElementError> {
    text.trim().parse::<IpNet>().map(|net| net.trunc()).map_err(|_| ElementError::Malformed {
        member,
        text: clipped(text),
        expected: "a CIDR such as `10.0.0.0/16`",
    })
}

/// An address of either family.
pub fn address<A: std::str::FromStr>(member: &'static str, text: &str) -> Result<A, ElementError> {
    text.trim().parse::<A>().map_err(|_| ElementError::Malformed {
        member,
        text: clipped(text),
        expected: "an IP address",
    })
}

fn clipped(text: &str) -> String {
    text.chars().take(60).collect()
}
