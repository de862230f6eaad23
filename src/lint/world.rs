//! What the internet reaches, worked out once for all lints: a question for each class of interfaces with an address that
//! the internet finds.
//!
//! Interfaces of one subnet with the same groups and nothing that sets them apart get the same packets from the internet:
//! filters look at the sender, and the sender is anybody.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Context;
use super::finding::{Claim, Witness};
use crate::model::InterfaceKind;
use crate::network::{AssumptionIndex, GroupIndex, InterfaceIndex};
use crate::packet::{Family, Interval, protocol};
use crate::solver::{Destination, Source, Traffic, Verdict};

/// Interfaces that the internet reaches alike.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// The first of them, by which it was asked.
    pub interface: InterfaceIndex,
    /// Its private address.
    pub address: u128,
    /// The family.
    pub family: Family,
    /// All of them.
    pub interfaces: Vec<InterfaceIndex>,
    /// What gets there and whose answers get back.
    pub passes: Vec<Interval>,
    /// What gets there and whose answers do not.
    pub loses: bool,
}

/// What the internet reaches, and what keeps some of it unknown.
#[derive(Debug, Default)]
pub struct World {
    /// Classes of interfaces.
    pub exposures: Vec<Exposure>,
    /// What is missing.
    pub gaps: Vec<AssumptionIndex>,
    /// How many interfaces have an address that the internet finds.
    pub count: usize,
}

/// Asks.
pub fn world(context: &Context<'_>) -> World {
    let network = context.network;
    let mut classes: BTreeMap<_, Vec<(InterfaceIndex, u128)>> = BTreeMap::new();
    let mut add = |interface: InterfaceIndex, address: u128, family: Family| {
        let row = &network.interfaces[interface.index()];
        // Odd interfaces are asked about one by one where there are few of a kind.
        classes.entry((family, row.subnet, row.groups, row.manner)).or_default().push((interface, address));
    };
    for vpc in &network.vpcs {
        for (private, _) in &vpc.public_addresses {
            let interface = vpc.interfaces.at(Family::V4, u128::from(*private));
            if interface != u32::MAX {
                add(InterfaceIndex(interface), u128::from(*private), Family::V4);
            }
        }
    }
    for (index, row) in network.interfaces.iter().enumerate() {
        if let Some(address) = row.primary_v6
            && network.vpcs[row.vpc.index()].internet_gateway.is_some()
        {
            add(InterfaceIndex(index as u32), address, Family::V6);
        }
    }
    let mut world = World::default();
    for ((family, ..), interfaces) in classes {
        let mut members: Vec<InterfaceIndex> = interfaces.iter().map(|it| it.0).collect();
        members.dedup();
        world.count += members.len();
        let (interface, address) = interfaces[0];
        let witness = question(context, interface, address, family, Traffic::default());
        let answer = context.decide(&witness.query);
        for pair in &answer.pairs {
            match pair.verdict {
                Verdict::Unknown => world.gaps.extend(&pair.assumptions),
                Verdict::Reachable | Verdict::Partial | Verdict::ForwardOnly => {
                    let loses = pair.verdict == Verdict::ForwardOnly;
                    let parts = pair.parts.iter().filter(|_| !loses).flat_map(|it| it.forward.clone());
                    world.exposures.push(Exposure {
                        interface,
                        address,
                        family,
                        interfaces: members.clone(),
                        passes: answered(united(parts.collect())),
                        loses,
                    });
                }
                Verdict::Blocked => {}
            }
        }
    }
    world.gaps.sort_unstable();
    world.gaps.dedup();
    world
}

/// Traffic without those kinds of ICMP that nobody answers: they get anywhere that an internet gateway delivers to, with
/// no route back, and begin nothing.
pub fn answered(traffic: Vec<Interval>) -> Vec<Interval> {
    let kind = |number: u8, kind: u32| {
        let start = u32::from(number) << 16 | kind << 8;
        (start, start | 0xff)
    };
    let all = |number: u8| (u32::from(number) << 16, u32::from(number) << 16 | 0xffff);
    let requests = [
        kind(protocol::ICMP, 8),
        kind(protocol::ICMP, 13),
        kind(protocol::ICMP, 17),
        kind(protocol::ICMPV6, 128),
    ];
    let asked = common(&traffic, &requests);
    let rest = without(&traffic, &[all(protocol::ICMP), all(protocol::ICMPV6)]);
    united([rest, asked].concat())
}

/// The question whether some traffic of the internet gets to an address of an interface.
pub fn question(
    context: &Context<'_>,
    interface: InterfaceIndex,
    address: u128,
    family: Family,
    traffic: Traffic,
) -> Witness {
    let source = Source::Outside(context.internet(family).clone());
    Witness::new(source, Destination::Interface(interface, Some(address)), traffic, family, Claim::Passes)
}

impl Exposure {
    /// The packet that shows that some traffic gets there.
    pub fn witness(&self, context: &Context<'_>, intervals: Vec<Interval>) -> Witness {
        let traffic = Traffic { intervals, ..Traffic::default() };
        question(context, self.interface, self.address, self.family, traffic)
    }

    /// Whether it is a load balancer's.
    pub fn is_balancer(&self, context: &Context<'_>) -> bool {
        context.interface(self.interface).is_some_and(|it| {
            matches!(it.kind, InterfaceKind::LoadBalancer | InterfaceKind::NetworkLoadBalancer)
                || it.description.starts_with("ELB ")
        })
    }
}

impl World {
    /// Which exposures concern the members of each group.
    pub fn by_group(&self, context: &Context<'_>) -> FxHashMap<GroupIndex, Vec<&Exposure>> {
        let mut by_group: FxHashMap<GroupIndex, Vec<&Exposure>> = FxHashMap::default();
        for exposure in &self.exposures {
            let groups = context.network.interfaces[exposure.interface.index()].groups;
            for group in &context.network.group_sets[groups.index()] {
                by_group.entry(*group).or_default().push(exposure);
            }
        }
        by_group
    }
}

/// Intervals in order, joined where they touch.
pub fn united(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(intervals.len());
    for (low, high) in intervals {
        match joined.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            Some(_) | None => joined.push((low, high)),
        }
    }
    joined
}

/// What two lists of intervals have in common.
pub fn common(one: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let mut both = Vec::new();
    for (low, high) in one {
        for (from, to) in other {
            if low <= to && from <= high {
                both.push((*low.max(from), *high.min(to)));
            }
        }
    }
    united(both)
}

/// One list of intervals without another.
pub fn without(one: &[Interval], other: &[Interval]) -> Vec<Interval> {
    let mut left = united(one.to_vec());
    for (from, to) in other {
        let mut next = Vec::new();
        for (low, high) in left {
            if high < *from || *to < low {
                next.push((low, high));
                continue;
            }
            if low < *from {
                next.push((low, from - 1));
            }
            if *to < high {
                next.push((to + 1, high));
            }
        }
        left = next;
    }
    left
}

/// Ports of TCP as intervals.
pub fn tcp(ports: &[u16]) -> Vec<Interval> {
    let start = u32::from(protocol::TCP) << 16;
    united(ports.iter().map(|it| (start | u32::from(*it), start | u32::from(*it))).collect())
}

/// Whether a block holds so much of the internet that nobody can have meant some hosts: a `/0`, its halves, or more than
/// a provider has.
pub fn is_wide(block: ipnet::IpNet) -> bool {
    match block {
        ipnet::IpNet::V4(block) => block.prefix_len() < 8,
        ipnet::IpNet::V6(block) => block.prefix_len() < 16,
    }
}
