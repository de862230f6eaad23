//! Choices that answer alike: of a relay's many targets those that nothing in the network tells apart.
//!
//! A walk asks for each equal choice by itself, and a load balancer may have a thousand. Two of them answer alike when
//! they are of one subnet and one set of groups, and no rule, route or set of the network has an end between their
//! addresses: then every look-up of a walk gives the same for both. What is told apart by anything else stays by itself.
//! Clients that are targets too, and questions about ways, walk every choice ([`RelayPort::alike`]).

use std::collections::BTreeMap;

use super::filter::RulePeer;
use super::rows::{NOBODY, RelayChoice, RelayRow, RelayTo};
use super::{AddressSetIndex, AssumptionIndex, Component, GroupSetIndex, LocationId, Network, SubnetIndex};
use crate::packet::{AddressMap, AddressSet, Family, TransportSet, range_of};

/// So many choices are walked one by one.
const FEW: usize = 8;

/// Notes for each port of each relay one of those that answer alike.
pub(super) fn note(network: &mut Network) {
    let mut addresses: [Vec<u128>; 2] = [Vec::new(), Vec::new()];
    for port in network.relays.iter().flat_map(|relay| &relay.ports).filter(|it| it.choices.len() > FEW) {
        for choice in &port.choices {
            if let RelayTo::Address { family, address, .. } = choice.to {
                addresses[family as usize].push(address);
            }
        }
    }
    if addresses.iter().all(Vec::is_empty) {
        return;
    }
    let classes = Classes::new(network, addresses);
    let mut relays = std::mem::take(&mut network.relays).into_vec();
    for relay in &mut relays {
        let sender = network.interfaces[relay.sender.index()].vpc.index();
        for port in relay.ports.iter_mut().filter(|it| it.choices.len() > FEW) {
            let mut first: BTreeMap<Key, u16> = BTreeMap::new();
            let mut alike = Vec::new();
            for (number, choice) in (0..).zip(&port.choices) {
                match key(network, &classes, sender, choice) {
                    Some(key) => {
                        first.entry(key).or_insert_with(|| {
                            alike.push(number);
                            number
                        });
                    }
                    None => alike.push(number),
                }
            }
            if alike.len() < port.choices.len() {
                port.alike = alike.into();
            }
        }
        relay.fewest_choices = relay.ports.iter().map(|it| it.walked().len()).max().unwrap_or(0) as u16;
    }
    network.relays = relays.into();
}

/// What two targets share that answer alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    component: Component,
    sources: Option<AddressSetIndex>,
    assumed: Option<AssumptionIndex>,
    class: (Family, u32),
    subnet: SubnetIndex,
    groups: GroupSetIndex,
    transport: (TransportSet, bool, LocationId),
}

/// Nothing for targets that are not simply a running host's only interface in the load balancer's VPC.
fn key(network: &Network, classes: &Classes, vpc: usize, choice: &RelayChoice) -> Option<Key> {
    let RelayTo::Address { family, address, transport, preserves, first, .. } = choice.to else {
        return None;
    };
    let owner = network.vpcs[vpc].interfaces.at(family, address);
    let row = network.interfaces.get(owner as usize)?;
    let is_public = |address: u32| {
        let known = &network.vpcs[vpc].public_addresses;
        known.binary_search_by_key(&address, |(private, _)| *private).is_ok()
    };
    let is_plain = row.host == NOBODY && row.manner == NOBODY && row.primary(family) == Some(address);
    if !is_plain || row.primary_v4.is_some_and(is_public) {
        return None;
    }
    Some(Key {
        component: choice.component,
        sources: choice.sources,
        assumed: choice.assumed,
        class: (family, classes.of(family, address)),
        subnet: row.subnet,
        groups: row.groups,
        transport: (transport, preserves, first),
    })
}

/// Addresses, in order, and between which of them something in the network makes a difference.
struct Classes {
    addresses: [Vec<u128>; 2],
    /// Of each address how many differences there are up to it.
    numbers: [Vec<u32>; 2],
}

impl Classes {
    fn new(network: &Network, mut addresses: [Vec<u128>; 2]) -> Classes {
        for list in &mut addresses {
            list.sort_unstable();
            list.dedup();
        }
        let mut numbers = [0, 1].map(|family: usize| vec![0; addresses[family].len()]);
        each_start(network, &mut |family, start| {
            let family = family as usize;
            let position = addresses[family].partition_point(|it| *it < start);
            if let Some(number) = numbers[family].get_mut(position) {
                *number = 1;
            }
        });
        for list in &mut numbers {
            let mut sum = 0;
            for number in list {
                sum += *number;
                *number = sum;
            }
        }
        Classes { addresses, numbers }
    }

    fn of(&self, family: Family, address: u128) -> u32 {
        let position = self.addresses[family as usize].partition_point(|it| *it < address);
        self.numbers[family as usize][position]
    }
}

/// Every address from which on some rule, route or set may say something else than before.
fn each_start(network: &Network, call: &mut impl FnMut(Family, u128)) {
    for filter in &network.acl_filters {
        of_map(&filter.certain, call);
        if let Some(possible) = &filter.possible {
            of_map(possible, call);
        }
    }
    network.route_maps.iter().for_each(|map| of_map(map, call));
    network.address_sets.iter().for_each(|map| of_map(map, call));
    of_map(&network.link_local, call);
    of_map(&network.public_ipv6, call);
    network.internet.iter().chain(&network.on_premises).for_each(|set| of_set(set, call));
    of_set(&network.private_ipv4, call);
    of_set(&network.nat64, call);
    let lists = network.lists.iter().flatten();
    let rules = network.group_rules.iter().flat_map(|it| it.inbound.iter().chain(&it.outbound));
    let blocks = rules.filter_map(|rule| match &rule.peer {
        RulePeer::Cidr(net) => Some(net),
        RulePeer::List(_)
        | RulePeer::Group(_)
        | RulePeer::UnknownList(_)
        | RulePeer::AbsentGroup
        | RulePeer::UnknownGroup(_) => None,
    });
    for net in lists.chain(blocks) {
        let (low, high) = range_of(*net);
        of_range(Family::of(net.addr()), low, high, call);
    }
    let inspections = network.firewalls.iter().flat_map(|it| it.stateless.iter().chain(&it.stateful));
    for packets in inspections.flat_map(|rule| rule.packets.iter().flatten()) {
        packets.source.iter().chain(&packets.destination).for_each(|set| of_set(set, call));
    }
}

fn of_map<T: Copy + Eq>(map: &AddressMap<T>, call: &mut impl FnMut(Family, u128)) {
    for family in Family::BOTH {
        map.pieces(family).for_each(|(start, _, _)| call(family, start));
    }
}

fn of_set(set: &AddressSet, call: &mut impl FnMut(Family, u128)) {
    set.ranges().iter().for_each(|(low, high)| of_range(set.family(), *low, *high, call));
}

fn of_range(family: Family, low: u128, high: u128, call: &mut impl FnMut(Family, u128)) {
    call(family, low);
    if high < family.last() {
        call(family, high + 1);
    }
}

impl RelayRow {
    /// How many choices are walked: of the port with the most.
    pub fn choices_walked(&self, each: bool) -> u16 {
        if each { self.most_choices } else { self.fewest_choices }
    }
}
