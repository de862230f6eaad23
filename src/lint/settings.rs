//! What `netpath.toml` says about lints, as plain values: what is declared, what is wanted, what is put up with.

use ipnet::IpNet;

/// What a person declares and wants.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Subnets that are meant to be isolated. None says: by the names and tags that people give to such subnets.
    pub isolated: Option<Vec<Pattern>>,
    /// Subnets that are meant to be private, likewise.
    pub private: Option<Vec<Pattern>>,
    /// Subnets that are meant to be public, likewise.
    pub public: Option<Vec<Pattern>>,
    /// Blocks that are on premises.
    pub on_premises: Vec<IpNet>,
    /// Ports by which hosts are administered.
    pub admin_ports: Vec<u16>,
    /// How many zones a tier is to be spread over.
    pub zones: usize,
    /// Segments whose members have no business with those of others.
    pub segments: Vec<Segment>,
    /// Subnets and hosts that hold what must not get out. None says: data stores, and subnets that are declared isolated.
    pub sensitive: Option<Vec<Pattern>>,
    /// VPCs and subnets whose packets for the internet and for other segments have to pass a firewall.
    pub inspected: Vec<Pattern>,
    /// VPCs that may have an internet gateway. None says: all of them.
    pub internet: Option<Vec<Pattern>>,
    /// Accounts that belong to this estate besides those of the snapshot.
    pub trusted_accounts: Vec<String>,
    /// Traffic that somebody has measured.
    pub traffic: Vec<TrafficFigure>,
    /// Tags that network resources are to have.
    pub tags: Vec<String>,
    /// Findings that are put up with.
    pub waivers: Vec<Waiver>,
    /// Today, as `2026-11-21`: what waivers end before.
    pub today: String,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            isolated: None,
            private: None,
            public: None,
            on_premises: Vec::new(),
            admin_ports: vec![22, 3389],
            zones: 2,
            segments: Vec::new(),
            sensitive: None,
            inspected: Vec::new(),
            internet: None,
            trusted_accounts: Vec::new(),
            traffic: Vec::new(),
            tags: Vec::new(),
            waivers: Vec::new(),
            today: String::new(),
        }
    }
}

/// Some VPCs or subnets that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What it is called.
    pub name: String,
    /// Its members: VPCs, by id, name or tag.
    pub members: Vec<Pattern>,
}

/// How much goes over something in a month, as somebody has measured it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrafficFigure {
    /// Over what: a NAT gateway, an endpoint, a VPC, a subnet.
    pub resource: Pattern,
    /// How much.
    pub gigabytes_per_month: f64,
}

/// A finding that is put up with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Of which lint: its id or name.
    pub lint: String,
    /// About what: an id, or several with `*`.
    pub resource: String,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub owner: String,
    /// Until when, as `2027-01-31`; that day still counts.
    pub expires: String,
    /// Where it is written.
    pub place: String,
}

/// What resources are chosen by: `subnet-0abc`, `name:*-isolated-*`, `tag:Tier=isolated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// An id, with `*` for anything.
    Id(String),
    /// The `Name` tag, with `*` for anything, in any case.
    Name(String),
    /// A tag, with a value where one is wanted.
    Tag(String, Option<String>),
}

impl Pattern {
    /// The pattern that a text stands for.
    pub fn of(text: &str) -> Pattern {
        match text.split_once(':') {
            Some(("name", name)) => Pattern::Name(name.to_owned()),
            Some(("tag", tag)) => match tag.split_once('=') {
                Some((key, value)) => Pattern::Tag(key.to_owned(), Some(value.to_owned())),
                None => Pattern::Tag(tag.to_owned(), None),
            },
            Some(_) | None => Pattern::Id(text.to_owned()),
        }
    }

    /// Whether a resource with this id and these tags is meant.
    pub fn fits(&self, id: &str, about: &crate::model::About) -> bool {
        match self {
            Pattern::Id(pattern) => is_like(pattern, id),
            Pattern::Name(pattern) => about
                .name()
                .is_some_and(|name| is_like(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase())),
            Pattern::Tag(key, value) => about.tags.has(key, value.as_deref()),
        }
    }
}

/// Whether a text is what a pattern says, where `*` stands for any letters.
pub(super) fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn a_star_stands_for_any_letters() {
        for (pattern, text, fits) in [
            ("subnet-a", "subnet-a", true),
            ("subnet-a", "subnet-ab", false),
            ("subnet-*", "subnet-ab", true),
            ("*", "", true),
            ("*-isolated-*", "prod-isolated-a", true),
            ("*isolated*", "isolated", true),
            ("a*a", "a", false),
            ("a*b*c", "a-b-b-c", true),
        ] {
            assert_eq!(is_like(pattern, text), fits, "{pattern} {text}");
        }
    }
}
