//! Tiers: what a subnet is by its routes, and what its names and tags declare it to be.

use super::Context;
use super::settings::Pattern;
use super::trace::End;
use crate::model::Subnet;
use crate::network::{LocationKind, SubnetIndex};
use crate::packet::Family;

/// Where a person declares tiers.
pub const SETTINGS: &str = "netpath.toml";

/// What a subnet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Its own routes lead to an internet gateway that is attached.
    Public,
    /// Its routes lead to the internet another way.
    Private,
    /// Its routes do not lead to the internet.
    Isolated,
    /// The snapshot does not say.
    Unknown,
}

impl Tier {
    /// The word that users read.
    pub fn as_text(self) -> &'static str {
        match self {
            Tier::Public => "public",
            Tier::Private => "private",
            Tier::Isolated => "isolated",
            Tier::Unknown => "unknown",
        }
    }
}

/// What every subnet is by its routes, by row. Subnets with one table in one zone and VPC are alike.
pub fn effective(context: &Context<'_>) -> Vec<Tier> {
    let mut known = rustc_hash::FxHashMap::default();
    let rows = context.network.subnets.iter().enumerate();
    rows.map(|(index, row)| {
        let subnet = SubnetIndex(index as u32);
        let families: u8 =
            row.cidrs.iter().map(|it| 1 << u8::from(it.addr().is_ipv6())).fold(0, |a, b| a | b);
        *known.entry((row.route_table, row.zone, families)).or_insert_with(|| one(context, subnet))
    })
    .collect()
}

fn one(context: &Context<'_>, subnet: SubnetIndex) -> Tier {
    let row = &context.network.subnets[subnet.index()];
    if row.gap.is_some() {
        return Tier::Unknown;
    }
    let mut tier = Tier::Isolated;
    for family in Family::BOTH {
        if !row.cidrs.iter().any(|it| Family::of(it.addr()) == family) {
            continue;
        }
        for way in context.ways(subnet, context.outside(family)) {
            let found = match way.end {
                // The gateway is what the subnet's own table names: nothing stands between.
                End::Internet if way.stops.len() == 3 => match way.stop(LocationKind::EgressOnlyGateway) {
                    Some(_) => Tier::Private,
                    None => Tier::Public,
                },
                End::Internet => Tier::Private,
                End::Unknown(_) if tier == Tier::Isolated => Tier::Unknown,
                End::Unknown(_)
                | End::Vpc(_)
                | End::OnPremises
                | End::Clients
                | End::Service(_)
                | End::Dropped(_) => continue,
            };
            tier = match (tier, found) {
                (Tier::Public, _) | (_, Tier::Public) => Tier::Public,
                (Tier::Private, _) | (_, Tier::Private) => Tier::Private,
                (_, found) => found,
            };
        }
    }
    tier
}

/// What a subnet is declared to be, and by what; absent when nothing says so.
pub fn declared(context: &Context<'_>, subnet: &Subnet) -> Option<(Tier, String)> {
    let settings = context.settings;
    let said = [
        (Tier::Isolated, &settings.isolated),
        (Tier::Private, &settings.private),
        (Tier::Public, &settings.public),
    ];
    for (tier, patterns) in &said {
        let fits = |it: &&Pattern| it.fits(subnet.id.as_str(), &subnet.about);
        if let Some(pattern) = patterns.iter().flatten().find(fits) {
            return Some((*tier, pattern_text(pattern)));
        }
    }
    let (tier, by) = by_habit(subnet)?;
    let is_said = said.iter().any(|it| it.0 == tier && it.1.is_some());
    (!is_said).then_some((tier, by))
}

fn pattern_text(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Id(id) => format!("`{id}` in {SETTINGS}"),
        Pattern::Name(name) => format!("`name:{name}` in {SETTINGS}"),
        Pattern::Tag(key, Some(value)) => format!("`tag:{key}={value}` in {SETTINGS}"),
        Pattern::Tag(key, None) => format!("`tag:{key}` in {SETTINGS}"),
    }
}

/// Keys under which people and tools write what a subnet is for.
const TIER_KEYS: &[&str] = &["tier", "network", "subnet-type", "subnettype", "type", "aws-cdk:subnet-type"];

/// What the tags that tools write, and the names that people give, say.
fn by_habit(subnet: &Subnet) -> Option<(Tier, String)> {
    for (key, value) in subnet.about.tags.iter() {
        let lower = key.to_ascii_lowercase();
        if TIER_KEYS.contains(&lower.as_str())
            && let Some(tier) = word_of(value)
        {
            return Some((tier, format!("tag {key}={value}")));
        }
        match key {
            "kubernetes.io/role/elb" => return Some((Tier::Public, format!("tag {key}"))),
            "kubernetes.io/role/internal-elb" => return Some((Tier::Private, format!("tag {key}"))),
            _ => {}
        }
    }
    let name = subnet.about.name()?;
    Some((word_of(name)?, format!("its name {name}")))
}

/// The tier that a text names as a word of its own.
fn word_of(text: &str) -> Option<Tier> {
    let mut words =
        text.split(|it: char| !it.is_alphabetic()).flat_map(camel_words).map(|it| it.to_ascii_lowercase());
    words.find_map(|word| match word.as_str() {
        "isolated" | "intra" => Some(Tier::Isolated),
        "private" => Some(Tier::Private),
        "public" | "dmz" => Some(Tier::Public),
        _ => None,
    })
}

/// `IsolatedSubnet` → `Isolated`, `Subnet`.
fn camel_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for pair in letters.windows(2) {
        if pair[0].1.is_lowercase() && pair[1].1.is_uppercase() {
            words.push(&text[start..pair[1].0]);
            start = pair[1].0;
        }
    }
    words.push(&text[start..]);
    words
}
