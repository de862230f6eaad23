//! Rules that never decide: boxes of addresses and traffic without what others have taken before.

use crate::network::{Network, Rule, RulePeer};
use crate::packet::{AddressSet, Family, Interval};

use super::world::{common, without};

/// A box: some addresses, some traffic.
type Region = (AddressSet, Vec<Interval>);

/// More pieces than this are taken for something that decides.
const MOST_PIECES: usize = 64;

/// The boxes of a rule whose other end is blocks; nothing for groups and lists that nobody knows.
pub fn regions(network: &Network, rule: &Rule) -> Vec<Region> {
    let traffic = network.transport.intervals(rule.transport).to_vec();
    let blocks: Vec<ipnet::IpNet> = match &rule.peer {
        RulePeer::Cidr(block) => vec![*block],
        RulePeer::List(row) => network.lists.get(*row as usize).cloned().unwrap_or_default(),
        RulePeer::Group(_) | RulePeer::UnknownList(_) | RulePeer::AbsentGroup | RulePeer::UnknownGroup(_) => {
            Vec::new()
        }
    };
    let of = |family: Family| {
        let own = blocks.iter().filter(|it| Family::of(it.addr()) == family);
        own.fold(AddressSet::empty(family), |sum, block| sum.union(&AddressSet::block(*block)))
    };
    Family::BOTH.into_iter().map(of).filter(|it| !it.is_empty()).map(|it| (it, traffic.clone())).collect()
}

/// The rules that together leave nothing of one for it to decide, when they do: as few as do it in their order.
pub fn cover<'r>(
    network: &Network,
    rule: &Rule,
    others: impl Iterator<Item = &'r Rule>,
) -> Option<Vec<&'r Rule>> {
    let mut left = regions(network, rule);
    if left.is_empty() {
        return None;
    }
    let mut by = Vec::new();
    for other in others {
        let before = left.clone();
        for taken in regions(network, other) {
            left = left.into_iter().flat_map(|region| less(region, &taken)).collect();
        }
        if left != before {
            by.push(other);
        }
        if left.is_empty() {
            return Some(by);
        }
        if left.len() > MOST_PIECES {
            return None;
        }
    }
    None
}

fn less((addresses, traffic): Region, taken: &Region) -> Vec<Region> {
    if addresses.family() != taken.0.family() || common(&traffic, &taken.1).is_empty() {
        return vec![(addresses, traffic)];
    }
    let both = addresses.intersection(&taken.0);
    if both.is_empty() {
        return vec![(addresses, traffic)];
    }
    let rest = without(&traffic, &taken.1);
    let outside = addresses.difference(&taken.0);
    let mut left = Vec::new();
    if !outside.is_empty() {
        left.push((outside, traffic));
    }
    if !rest.is_empty() {
        left.push((both, rest));
    }
    left
}
