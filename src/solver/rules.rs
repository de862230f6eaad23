//! Which rules of a filter match: asked when somebody wants to know why, never before (`engine` 5.8).

use super::answer::NearMiss;
use crate::network::{Filter, Judge, Network, Origin, PeerSide, Rule, RulePeer};
use crate::packet::{AddressSet, Family, TransportSet, Workspace, range_of};

/// Who stands at the peer's end, for rules that name groups.
#[derive(Debug, Clone, Copy)]
pub(super) struct PeerGroups<'n> {
    /// The peer's groups, where it is a known interface whose groups count.
    pub groups: &'n [crate::network::GroupIndex],
}

/// Every rule of a filter, an ACL's by ascending number.
pub fn rules_of_filter<'n>(network: &'n Network, judge: &Judge) -> Vec<&'n Rule> {
    match judge {
        Judge::SecurityGroups { groups, is_outbound } => groups
            .iter()
            .filter_map(|group| network.group_rules.get(group.index()))
            .flat_map(|rules| rules.direction(*is_outbound))
            .collect(),
        Judge::Acl { acl: Some(acl), is_outbound } => {
            network.acl_rules[*acl as usize].direction(*is_outbound).iter().collect()
        }
        Judge::Acl { acl: None, .. } => Vec::new(),
    }
}

fn matches_peer(network: &Network, rule: &Rule, peer: &AddressSet, groups: PeerGroups<'_>) -> bool {
    let holds = |net: &ipnet::IpNet| {
        Family::of(net.addr()) == peer.family() && {
            let range = range_of(*net);
            let first = peer.ranges().partition_point(|(_, high)| *high < range.0);
            peer.ranges().get(first).is_some_and(|(low, _)| *low <= range.1)
        }
    };
    match &rule.peer {
        RulePeer::Cidr(net) => holds(net),
        RulePeer::List(list) => network.lists[*list as usize].iter().any(holds),
        RulePeer::Group(group) => groups.groups.contains(group),
        RulePeer::UnknownList(_) | RulePeer::AbsentGroup | RulePeer::UnknownGroup(_) => false,
    }
}

/// The rules that let packets pass: all of a group's that match, the first of an ACL that match what is left.
pub(super) fn matched(
    network: &Network,
    workspace: &mut Workspace<'_>,
    judge: &Judge,
    peer: &AddressSet,
    groups: PeerGroups<'_>,
    transport: TransportSet,
) -> Vec<Origin> {
    let rules = rules_of_filter(network, judge);
    let mut origins = Vec::new();
    let mut left = transport;
    let is_acl = matches!(judge, Judge::Acl { .. });
    for rule in rules {
        if !matches_peer(network, rule, peer, groups) {
            continue;
        }
        let both = workspace.intersection(left, rule.transport);
        if both.is_empty() {
            continue;
        }
        if rule.admits {
            origins.push(rule.origin);
        }
        if is_acl && covers(rule, peer) {
            left = workspace.difference(left, rule.transport);
            if left.is_empty() {
                break;
            }
        }
    }
    origins
}

/// Whether a rule is for every address of a peer, so that no later entry has a say for what it matches.
fn covers(rule: &Rule, peer: &AddressSet) -> bool {
    let RulePeer::Cidr(net) = &rule.peer else { return false };
    let (first, last) = range_of(*net);
    Family::of(net.addr()) == peer.family()
        && peer.ranges().first().is_none_or(|(low, _)| first <= *low)
        && peer.ranges().last().is_none_or(|(_, high)| *high <= last)
}

/// The rules that match some packets, for tests and lints.
pub fn matching_rules(
    network: &Network,
    workspace: &mut Workspace<'_>,
    judge: &Judge,
    peer: &AddressSet,
    transport: TransportSet,
) -> Vec<Origin> {
    matched(network, workspace, judge, peer, PeerGroups { groups: &[] }, transport)
}

/// The rules that did not help, the nearest first: those that match the peer, then those that match the ports.
pub(super) fn near_misses(
    network: &Network,
    workspace: &mut Workspace<'_>,
    judge: &Judge,
    peer: &AddressSet,
    groups: PeerGroups<'_>,
    transport: TransportSet,
) -> Vec<NearMiss> {
    let mut misses: Vec<NearMiss> = rules_of_filter(network, judge)
        .into_iter()
        .map(|rule| NearMiss {
            origin: rule.origin,
            matches_peer: matches_peer(network, rule, peer, groups),
            matches_transport: !workspace.intersection(rule.transport, transport).is_empty(),
            admits: rule.admits,
        })
        .collect();
    misses.sort_by_key(|miss| {
        let quality = 2 * u8::from(!miss.matches_transport) + u8::from(!miss.matches_peer);
        (!miss.admits, quality)
    });
    // A rule may be there twice: for whom the snapshot knows, and for whom it may not know.
    let mut seen: Vec<Origin> = Vec::with_capacity(misses.len());
    misses.retain(|miss| {
        let is_new = !seen.contains(&miss.origin);
        seen.push(miss.origin);
        is_new
    });
    misses
}

/// The entry of an ACL that decides against packets: the first that matches.
pub(super) fn denying(
    network: &Network,
    workspace: &mut Workspace<'_>,
    judge: &Judge,
    peer: &AddressSet,
    transport: TransportSet,
) -> Option<Origin> {
    let Judge::Acl { .. } = judge else { return None };
    let mut left = transport;
    for rule in rules_of_filter(network, judge) {
        if !matches_peer(network, rule, peer, PeerGroups { groups: &[] }) {
            continue;
        }
        let both = workspace.intersection(left, rule.transport);
        if both.is_empty() {
            continue;
        }
        if !rule.admits {
            return Some(rule.origin);
        }
        if covers(rule, peer) {
            left = workspace.difference(left, rule.transport);
        }
    }
    None
}

/// Whether a filter has no rule at all (SG-6).
pub(super) fn has_no_rules(network: &Network, filter: &Filter) -> bool {
    rules_of_filter(network, &filter.judge).is_empty() && filter.gaps.is_empty()
}

/// The side's address set of some packets.
pub(super) fn peer_of<'a>(
    side: PeerSide,
    source: &'a AddressSet,
    destination: &'a AddressSet,
) -> &'a AddressSet {
    match side {
        PeerSide::Source => source,
        PeerSide::Destination => destination,
    }
}
