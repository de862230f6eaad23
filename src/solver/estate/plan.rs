//! What is known of a VPC's interfaces before any packet is looked at: by address, by groups, and which of them are odd.

use rustc_hash::FxHashMap;

use super::bits::Bits;
use super::trunk::Carried;
use crate::network::{
    AssumptionIndex, GroupIndex, GroupSetIndex, Guard, LinkLocal, LocationKind, Network, Step, SubnetIndex,
    VpcIndex,
};
use crate::packet::{AddressSet, Family, TransportSet};
use crate::solver::flow::NONE;

/// The interfaces of a VPC that have an address of a family, by address.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The interfaces, as rows, by address.
    pub members: Vec<u32>,
    /// Their primary addresses, ascending.
    pub addresses: Vec<u128>,
    /// Those that send or get packets in no ordinary way.
    pub odd: [Bits; 2],
    /// The ordinary senders and the ordinary receivers, by groups and manner.
    pub kinds: [Vec<Kind>; 2],
    /// The members of each subnet.
    pub subnets: Vec<(SubnetIndex, Bits)>,
    /// The kinds of senders and of receivers that have a group, as positions in `kinds`.
    pub by_group: [FxHashMap<GroupIndex, Vec<u32>>; 2],
    /// Interfaces of one host, where a host has several.
    pub hosts: Vec<Bits>,
    /// Whether packets that come to a wrong address in the VPC may end who knows where.
    pub is_murky: bool,
    /// Senders whose packets may end who knows where.
    pub adrift: Bits,
    /// Those with an address that is not simply their own: who sends there is asked one by one.
    pub strangers: Bits,
    /// The interfaces of the snapshot. A NAT gateway that shows none has a row too, for who asks for it by name.
    pub listed: Bits,
}

/// Interfaces that send, or get, packets alike, but for their addresses.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    pub groups: GroupSetIndex,
    /// What a receiver takes, of what its groups admit.
    pub takes: TransportSet,
    /// What answers lean on.
    pub assumed: Vec<AssumptionIndex>,
    /// Whether they are interfaces of PrivateLink, whose rules ask for no groups over a transit gateway (SG-18).
    pub is_of_endpoint: bool,
    pub members: Bits,
}

impl Kind {
    /// Whether their rules may let packets in for the groups of who sent them.
    pub fn asks_groups(&self, network: &Network, carried: Carried) -> bool {
        let is_free = network.group_sets[self.groups.index()].is_empty();
        !(is_free || (carried.by_transit && self.is_of_endpoint))
    }
}

/// Senders and receivers, as positions of arrays.
pub(super) const SENDS: usize = 0;
pub(super) const GETS: usize = 1;

impl Plan {
    /// The members with an address of a set.
    pub fn within(&self, set: &AddressSet) -> Bits {
        let mut bits = Bits::none(self.members.len());
        let (Some(first), Some(last)) = (self.addresses.first(), self.addresses.last()) else { return bits };
        let ranges = set.ranges();
        let from = ranges.partition_point(|(_, high)| high < first);
        for (low, high) in ranges[from..].iter().take_while(|(low, _)| low <= last) {
            let start = self.addresses.partition_point(|it| it < low);
            let end = self.addresses.partition_point(|it| it <= high);
            bits.add_range(start, end);
        }
        bits
    }

    /// Whether a set holds no member's address, or may: nothing is looked up.
    pub fn is_clear_of(&self, set: &AddressSet) -> bool {
        let (Some(first), Some(last)) = (self.addresses.first(), self.addresses.last()) else { return true };
        let ranges = set.ranges();
        let from = ranges.partition_point(|(_, high)| high < first);
        ranges.get(from).is_none_or(|(low, _)| low > last)
    }
}

/// The plans of all VPCs, for a family.
pub(super) fn plans(network: &Network, family: Family) -> Vec<Plan> {
    let mut rows: Vec<Vec<(u128, u32)>> = vec![Vec::new(); network.vpcs.len()];
    for (row, interface) in network.interfaces.iter().enumerate() {
        if let Some(address) = interface.primary(family) {
            rows[interface.vpc.index()].push((address, row as u32));
        }
    }
    let mut resolvers: Vec<u32> = network.vpcs.iter().flat_map(|vpc| vpc.resolvers.iter().copied()).collect();
    resolvers.sort_unstable();
    use rayon::prelude::*;
    let rows = rows.into_par_iter().enumerate();
    rows.map(|(vpc, rows)| plan(network, family, VpcIndex(vpc as u32), rows, &resolvers)).collect()
}

/// How an interface sends, or gets, packets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Role {
    /// Its groups decide, and what it takes at all.
    Ordinary(TransportSet, Vec<AssumptionIndex>),
    /// It begins nothing, or takes nothing that begins.
    Never,
    /// In ways of its own.
    Odd,
}

fn plan(
    network: &Network,
    family: Family,
    vpc: VpcIndex,
    mut rows: Vec<(u128, u32)>,
    resolvers: &[u32],
) -> Plan {
    rows.sort_unstable();
    let none = || Bits::none(rows.len());
    let mut plan = Plan {
        members: rows.iter().map(|it| it.1).collect(),
        addresses: rows.iter().map(|it| it.0).collect(),
        odd: [none(), none()],
        kinds: [Vec::new(), Vec::new()],
        subnets: Vec::new(),
        by_group: [FxHashMap::default(), FxHashMap::default()],
        hosts: Vec::new(),
        is_murky: network.vpcs[vpc.index()].interfaces_gap.is_some(),
        adrift: none(),
        strangers: none(),
        listed: none(),
    };
    let mut kinds: [FxHashMap<(GroupSetIndex, Role, bool), usize>; 2] =
        [FxHashMap::default(), FxHashMap::default()];
    let (mut subnets, mut hosts) = (FxHashMap::default(), FxHashMap::default());
    for (position, (address, row)) in rows.iter().enumerate() {
        let interface = &network.interfaces[*row as usize];
        let is_resolver = family == Family::V4 && resolvers.binary_search(&(*address as u32)).is_ok();
        let is_strange = is_resolver || is_strange(network, family, *row, *address);
        plan.is_murky |= is_murky(network, interface.manner);
        if is_strange || is_adrift(network, interface.manner) {
            plan.adrift.add(position);
        }
        if is_strange {
            plan.strangers.add(position);
        }
        if super::is_listed(network, *row) {
            plan.listed.add(position);
        }
        let subnet = *subnets.entry(interface.subnet).or_insert_with(|| {
            plan.subnets.push((interface.subnet, none()));
            plan.subnets.len() - 1
        });
        plan.subnets[subnet].1.add(position);
        if interface.host != NONE {
            let host: &mut Bits = hosts.entry(interface.host).or_insert_with(none);
            host.add(position);
        }
        let known = roles(network, interface.manner);
        for (way, role) in [SENDS, GETS].into_iter().zip(known) {
            let role = if is_strange { Role::Odd } else { role };
            let kind = (interface.groups, role, is_of_endpoint(network, interface.manner));
            add(&mut plan, &mut kinds[way], way, position, kind);
        }
    }
    let mut hosts: Vec<Bits> = hosts.into_values().filter(|it| it.count() > 1).collect();
    hosts.sort_unstable();
    plan.hosts = hosts;
    for way in [SENDS, GETS] {
        for (position, kind) in plan.kinds[way].iter().enumerate() {
            for group in &network.group_sets[kind.groups.index()] {
                plan.by_group[way].entry(*group).or_default().push(position as u32);
            }
        }
    }
    plan
}

/// Adds a member to its kind of senders or receivers.
fn add(
    plan: &mut Plan,
    kinds: &mut FxHashMap<(GroupSetIndex, Role, bool), usize>,
    way: usize,
    position: usize,
    key: (GroupSetIndex, Role, bool),
) {
    let (groups, role, is_of_endpoint) = &key;
    let (takes, assumed) = match role {
        Role::Never => return,
        Role::Odd => return plan.odd[way].add(position),
        Role::Ordinary(takes, assumed) => (*takes, assumed.clone()),
    };
    let (groups, is_of_endpoint, count) = (*groups, *is_of_endpoint, plan.members.len());
    let kind = *kinds.entry(key).or_insert_with(|| {
        let members = Bits::none(count);
        plan.kinds[way].push(Kind { groups, takes, assumed, is_of_endpoint, members });
        plan.kinds[way].len() - 1
    });
    plan.kinds[way][kind].members.add(position);
}

/// Whether an address is not simply its interface's.
fn is_strange(network: &Network, family: Family, interface: u32, address: u128) -> bool {
    let row = &network.interfaces[interface as usize];
    let vpc = &network.vpcs[row.vpc.index()];
    vpc.interfaces.at(family, address) != interface
        || vpc.subnets.at(family, address) != row.subnet.0
        || network.link_local.at(family, address) != LinkLocal::Ordinary
}

/// How interfaces of a manner send and get packets.
fn roles(network: &Network, manner: u32) -> [Role; 2] {
    let Some(manner) = network.manners.get(manner as usize) else {
        return [
            Role::Ordinary(TransportSet::ALL, Vec::new()),
            Role::Ordinary(TransportSet::ALL, Vec::new()),
        ];
    };
    let (out, inward) = (side(network, &manner.outward, false), side(network, &manner.inward, true));
    let leans_on = |role: &Side| role.assumed.clone();
    let within = |one: &Side, two: &Side| one.assumed.iter().all(|it| two.assumed.contains(it));
    let role = |own: &Side, other: &Side, takes: TransportSet| {
        if own.is_never {
            Role::Never
        } else if own.is_odd || other.is_odd || other.drops_answers || !within(other, own) {
            Role::Odd
        } else {
            Role::Ordinary(takes, leans_on(own))
        }
    };
    [role(&out, &inward, TransportSet::ALL), role(&inward, &out, inward.takes)]
}

/// What the steps of a manner do with conversations that begin, and with answers.
struct Side {
    /// Nothing begins, whatever else there is.
    is_never: bool,
    is_odd: bool,
    drops_answers: bool,
    takes: TransportSet,
    assumed: Vec<AssumptionIndex>,
}

fn side(network: &Network, steps: &[Step], is_inward: bool) -> Side {
    let mut side = Side {
        is_never: false,
        is_odd: false,
        drops_answers: false,
        takes: TransportSet::ALL,
        assumed: Vec::new(),
    };
    let mut arrives = !is_inward;
    for step in steps {
        if let Step::Guard(Guard::Assume(assumption)) = step {
            side.assumed.push(*assumption);
        } else if let Step::Guard(Guard::Never(_)) = step {
            side.is_never |= !side.is_odd;
            side.drops_answers = true;
        } else if let Step::Guard(Guard::RepliesOnly(_)) = step {
            side.is_never |= !side.is_odd;
        } else if let (Step::Guard(Guard::Protocols(carried, _)), true) = (step, is_inward) {
            side.is_odd |= side.takes != TransportSet::ALL;
            side.takes = *carried;
        } else if let Step::ArriveInterface(_) = step {
            arrives = true;
        } else if let Step::GoOn(to) = step
            && network.location(*to).kind == LocationKind::NatGatewayReturn
        {
            // NAT-4: nothing begins towards a NAT gateway; its answers are another matter.
            side.is_never |= !side.is_odd;
            side.drops_answers = true;
        } else {
            side.is_odd = true;
        }
    }
    side.is_odd |= !arrives && !side.is_never;
    side
}

/// Whether an interface of a manner is one of PrivateLink.
fn is_of_endpoint(network: &Network, manner: u32) -> bool {
    network.manners.get(manner as usize).is_some_and(|it| it.is_of_endpoint)
}

/// Whether nobody can tell what becomes of packets that get to an interface of a manner.
fn is_murky(network: &Network, manner: u32) -> bool {
    let manner = network.manners.get(manner as usize);
    manner.is_some_and(|it| it.inward.iter().any(is_doubtful))
}

/// The same of what an interface of a manner sends.
fn is_adrift(network: &Network, manner: u32) -> bool {
    let manner = network.manners.get(manner as usize);
    manner.is_some_and(|it| it.outward.iter().any(is_doubtful))
}

fn is_doubtful(step: &Step) -> bool {
    matches!(step, Step::Guard(Guard::Unknown(_) | Guard::UnknownFor(..)) | Step::Relay(_))
}
