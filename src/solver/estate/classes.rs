//! Interfaces that answer alike: what one of them may send or get, each of the others may too.
//!
//! Two interfaces are alike when they stand in the same subnet, have the same groups, are plain hosts, and no rule, entry,
//! route or other set of addresses of the snapshot holds the address of one and not that of the other. Whatever is odd
//! stands alone: what is no plain host, shares its host with others, or has an address that somebody else has too.
//! Subnets do not merge, since network ACLs say nothing inside a subnet and everything outside.

use rayon::prelude::*;

use crate::network::{InterfaceIndex, LinkLocal, Network, RelayTo, RulePeer};
use crate::packet::{Family, range_of};
use crate::solver::flow::NONE;

/// A class of interfaces that answer alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassIndex(pub u32);

impl ClassIndex {
    /// As an index into a table.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The classes of a network, by VPC, subnet, groups and address.
#[derive(Debug, Clone)]
pub struct Classes {
    /// The members of all classes, one class's after the other's, ascending in each.
    members: Vec<u32>,
    /// Where each class's members begin, and the end of the last.
    starts: Vec<u32>,
    /// The class of each interface.
    of: Vec<ClassIndex>,
}

/// What alike interfaces have in common; ordered as classes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    vpc: u32,
    subnet: u32,
    groups: u32,
    v4: u32,
    v6: u32,
    public: u32,
    /// The interface itself, where it stands alone.
    alone: u32,
}

impl Classes {
    /// The classes of a network. O(n log n) in interfaces, rules and routes.
    pub fn new(network: &Network) -> Classes {
        let lines = Family::BOTH.map(|family| boundaries(network, family));
        let key = |row: u32| key(network, &lines, row);
        let mut keyed: Vec<(Key, u32)> =
            (0..network.interfaces.len() as u32).into_par_iter().map(|row| (key(row), row)).collect();
        keyed.par_sort_unstable();
        let mut classes = Classes {
            members: keyed.iter().map(|(_, row)| *row).collect(),
            starts: Vec::new(),
            of: vec![ClassIndex(NONE); keyed.len()],
        };
        for (position, (key, row)) in keyed.iter().enumerate() {
            if position == 0 || keyed[position - 1].0 != *key {
                classes.starts.push(position as u32);
            }
            classes.of[*row as usize] = ClassIndex(classes.starts.len() as u32 - 1);
        }
        classes.starts.push(keyed.len() as u32);
        classes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = ClassIndex> + use<> {
        (0..self.len() as u32).map(ClassIndex)
    }

    /// The interfaces of a class, as rows, ascending.
    pub fn members(&self, class: ClassIndex) -> &[u32] {
        &self.members[self.starts[class.index()] as usize..self.starts[class.index() + 1] as usize]
    }

    /// The class of an interface.
    pub fn of(&self, interface: InterfaceIndex) -> ClassIndex {
        self.of[interface.index()]
    }
}

fn key(network: &Network, lines: &[Vec<u128>; 2], interface: u32) -> Key {
    let row = &network.interfaces[interface as usize];
    let piece = |family: Family, address: Option<u128>| {
        let line = &lines[usize::from(family == Family::V6)];
        address.map_or(NONE, |address| line.partition_point(|start| *start <= address) as u32)
    };
    let public = row.primary_v4.and_then(|private| public_address(network, row.vpc.index(), private));
    Key {
        vpc: row.vpc.0,
        subnet: row.subnet.0,
        groups: row.groups.0,
        v4: piece(Family::V4, row.primary(Family::V4)),
        v6: piece(Family::V6, row.primary(Family::V6)),
        public: piece(Family::V4, public.map(u128::from)),
        alone: if is_alone(network, interface) { interface } else { NONE },
    }
}

/// The public address that stands for a private one of a VPC.
fn public_address(network: &Network, vpc: usize, private: u32) -> Option<u32> {
    let known = &network.vpcs[vpc].public_addresses;
    let position = known.binary_search_by_key(&private, |(private, _)| *private).ok()?;
    Some(known[position].1)
}

/// Whether nothing can be said of others by what is known of an interface.
fn is_alone(network: &Network, interface: u32) -> bool {
    let row = &network.interfaces[interface as usize];
    let vpc = &network.vpcs[row.vpc.index()];
    let is_odd = |family: Family| {
        row.primary(family).is_some_and(|address| {
            vpc.interfaces.at(family, address) != interface
                || vpc.subnets.at(family, address) != row.subnet.0
                || network.link_local.at(family, address) != LinkLocal::Ordinary
        })
    };
    (row.manner as usize) < network.manners.len() || row.host != NONE || Family::BOTH.into_iter().any(is_odd)
}

/// Every address of a family at which some rule, route or set of the network begins or has just ended; sorted.
fn boundaries(network: &Network, family: Family) -> Vec<u128> {
    let mut line = Line { family, starts: vec![0] };
    let rules = network.group_rules.iter().chain(&network.acl_rules);
    for rule in rules.flat_map(|rules| rules.inbound.iter().chain(&rules.outbound)) {
        match &rule.peer {
            RulePeer::Cidr(net) => line.block(net),
            RulePeer::List(_)
            | RulePeer::Group(_)
            | RulePeer::UnknownList(_)
            | RulePeer::AbsentGroup
            | RulePeer::UnknownGroup(_) => {}
        }
    }
    network.lists.iter().flatten().for_each(|net| line.block(net));
    for map in &network.route_maps {
        line.starts.extend(map.pieces(family).map(|(low, _, _)| low));
    }
    for set in &network.address_sets {
        line.starts.extend(set.pieces(family).map(|(low, _, _)| low));
    }
    // Where VPCs overlap, an address may be somebody else's elsewhere.
    for vpc in &network.vpcs {
        vpc.cidrs.iter().for_each(|net| line.block(net));
        line.starts.extend(vpc.subnets.pieces(family).map(|(low, _, _)| low));
        line.starts.extend(vpc.resolvers.iter().flat_map(|it| [u128::from(*it), u128::from(*it) + 1]));
    }
    line.starts.extend(network.public_ipv6.pieces(family).map(|(low, _, _)| low));
    line.starts.extend(network.link_local.pieces(family).map(|(low, _, _)| low));
    for set in [&network.nat64, &network.private_ipv4, network.on_premises(family)] {
        line.set(set);
    }
    singled_out(network, &mut line);
    inspected(network, &mut line);
    line.starts.sort_unstable();
    line.starts.dedup();
    line.starts
}

/// Addresses that something has to do with one by one: targets, translations, public ones.
fn singled_out(network: &Network, line: &mut Line) {
    let handed = network.relays.iter().flat_map(|relay| &relay.ports).flat_map(|port| &port.choices);
    let carried = network.middleboxes.iter().filter_map(|it| it.carried.as_ref());
    for choice in handed.chain(carried.flat_map(|it| &it.choices)) {
        match choice.to {
            RelayTo::Address { family, address, .. } => line.point(family, address),
            RelayTo::Itself | RelayTo::Lost(_) | RelayTo::Unknown(_) => {}
        }
    }
    for nat in network.nat_gateways.iter().flat_map(|nat| &nat.addresses) {
        line.point(Family::V4, u128::from(nat.address));
    }
    let owned = overlapping(network, line.family);
    line.starts.extend(owned);
}

/// Where the addresses of interfaces begin and end that another VPC has as well.
fn overlapping(network: &Network, family: Family) -> Vec<u128> {
    let blocks =
        network.vpcs.iter().enumerate().flat_map(|(vpc, row)| row.cidrs.iter().map(move |it| (*it, vpc)));
    let mut ranges: Vec<(u128, u128, usize)> = blocks
        .filter(|(net, _)| Family::of(net.addr()) == family)
        .map(|(net, vpc)| (range_of(net).0, range_of(net).1, vpc))
        .collect();
    ranges.sort_unstable();
    let mut shared: Vec<usize> = Vec::new();
    // The widest range that began so far, and whose it is.
    let mut widest: Option<(u128, usize)> = None;
    for (low, high, vpc) in ranges {
        if let Some((end, other)) = widest
            && low <= end
            && other != vpc
        {
            shared.extend([vpc, other]);
        }
        if widest.is_none_or(|(end, _)| end < high) {
            widest = Some((high, vpc));
        }
    }
    shared.sort_unstable();
    shared.dedup();
    let owners = shared.iter().flat_map(|vpc| network.vpcs[*vpc].interfaces.pieces(family));
    owners.map(|(low, _, _)| low).collect()
}

/// What firewalls tell apart.
fn inspected(network: &Network, line: &mut Line) {
    let rules = network.firewalls.iter().flat_map(|it| it.stateless.iter().chain(&it.stateful));
    let family = line.family;
    for packets in rules.filter_map(|rule| rule.of(family)) {
        for set in [&packets.source, &packets.destination].into_iter().flatten() {
            line.set(set);
        }
    }
}

/// Boundaries on the line of one family.
struct Line {
    family: Family,
    starts: Vec<u128>,
}

impl Line {
    fn range(&mut self, low: u128, high: u128) {
        self.starts.push(low);
        self.starts.extend((high < self.family.last()).then(|| high + 1));
    }

    fn block(&mut self, net: &ipnet::IpNet) {
        if Family::of(net.addr()) == self.family {
            let (low, high) = range_of(*net);
            self.range(low, high);
        }
    }

    fn point(&mut self, family: Family, address: u128) {
        if family == self.family {
            self.range(address, address);
        }
    }

    fn set(&mut self, set: &crate::packet::AddressSet) {
        if set.family() == self.family {
            set.ranges().iter().for_each(|(low, high)| self.range(*low, *high));
        }
    }
}
