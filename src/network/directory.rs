//! Rows of interfaces, and who owns an address: a million of them are numbered by all cores.

use std::hash::BuildHasher;

use ipnet::{IpNet, Ipv4Net};
use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;

use super::compiler::Compiler;
use super::location::{GroupIndex, GroupSetIndex, InterfaceIndex, VpcIndex};
use super::network_interface::owned;
use super::rows::{InterfaceRow, NOBODY};
use crate::model::{InstanceId, NetworkInterface, ResourceKind};
use crate::packet::AddressMap;

/// One row for each interface, in the model's order: row and position are the same number.
pub(super) fn rows(compiler: &mut Compiler<'_>) {
    let model = compiler.model;
    super::security_group::add_all(compiler);
    let sets = group_sets(compiler);
    // NAT gateways whose interfaces the snapshot lacks follow; a list that grows is copied.
    let addresses_of_nats = model.nat_gateways.iter().map(|it| it.addresses.len()).sum::<usize>();
    let mut rows = Vec::with_capacity(model.network_interfaces.len() + addresses_of_nats);
    let shared: &Compiler<'_> = compiler;
    rows.par_extend(model.network_interfaces.par_iter().zip(sets).enumerate().map(
        |(position, (interface, groups))| {
            let subnet = shared.subnet_ids[&interface.subnet];
            let index = InterfaceIndex(position as u32);
            InterfaceRow {
                component: Compiler::resource(ResourceKind::NetworkInterface, position),
                subnet,
                vpc: shared.subnets[subnet.index()].vpc,
                groups,
                host: NOBODY,
                checks_source: interface.source_destination_check,
                out: index.way_out(),
                inward: index.way_in(),
                manner: NOBODY,
                primary_v4: interface.addresses.first().map(|it| u32::from(it.private)),
                primary_v6: interface.ipv6_addresses.first().map(|it| u128::from(*it)),
            }
        },
    ));
    compiler.interfaces = rows;
    members(compiler);
    hosts(compiler);
    edges_of_the_internet(compiler);
}

/// The set of groups of each interface; sets are numbered in the order in which interfaces first have them.
fn group_sets(compiler: &mut Compiler<'_>) -> Vec<GroupSetIndex> {
    let model = compiler.model;
    let shared: &Compiler<'_> = compiler;
    let known = |interface: &NetworkInterface| {
        let rows = interface.groups.iter().map(|id| shared.group_ids.get(id).copied());
        rows.collect::<Option<Groups>>().map(in_order)
    };
    let mut lists: Vec<Option<Groups>> = model.network_interfaces.par_iter().map(known).collect();
    for (row, list) in lists.iter_mut().enumerate().filter(|(_, list)| list.is_none()) {
        let groups = model.network_interfaces[row].groups.iter();
        *list = Some(in_order(groups.map(|id| super::security_group::row(compiler, id)).collect()));
    }
    let lists: Vec<Groups> = lists.into_iter().flatten().collect();
    let hashed = |(row, list): (usize, &Groups)| (FxBuildHasher.hash_one(list), row as u32);
    let mut hashed: Vec<(u64, u32)> = lists.par_iter().enumerate().map(hashed).collect();
    hashed.par_sort_unstable();
    let mut firsts = vec![0; lists.len()];
    for alike in hashed.chunk_by(|left, right| left.0 == right.0) {
        // All of them have the same set, but for the rare two sets with one hash.
        let mut distinct: SmallVec<[u32; 2]> = SmallVec::new();
        for (_, row) in alike {
            let first = distinct.iter().copied().find(|it| lists[*it as usize] == lists[*row as usize]);
            firsts[*row as usize] = first.unwrap_or_else(|| {
                distinct.push(*row);
                *row
            });
        }
    }
    let mut sets: Vec<GroupSetIndex> = Vec::with_capacity(lists.len());
    for (row, list) in lists.iter().enumerate() {
        let first = firsts[row] as usize;
        let set = if first < row { sets[first] } else { super::security_group::set_of(compiler, list) };
        sets.push(set);
    }
    sets
}

/// The groups of an interface.
type Groups = SmallVec<[GroupIndex; 4]>;

/// SG-1: order and repeats do not matter.
fn in_order(mut groups: Groups) -> Groups {
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// The members of each group, ascending, one group's after the other's.
fn members(compiler: &mut Compiler<'_>) {
    let sets = &compiler.group_sets;
    let groups_of = |row: &InterfaceRow| sets[row.groups.index()].iter().map(|group| group.index());
    let mut next = vec![0u32; compiler.groups.len()];
    for group in compiler.interfaces.iter().flat_map(groups_of) {
        next[group] += 1;
    }
    let mut total = 0;
    for (row, next) in compiler.groups.iter_mut().zip(&mut next) {
        let count = *next;
        row.members = total..total + count;
        *next = total;
        total += count;
    }
    let mut all = vec![0; total as usize];
    for (position, row) in compiler.interfaces.iter().enumerate() {
        for group in groups_of(row) {
            all[next[group] as usize] = position as u32;
            next[group] += 1;
        }
    }
    compiler.group_members = all;
}

/// Numbers the hosts that have several interfaces.
fn hosts(compiler: &mut Compiler<'_>) {
    let interfaces = &compiler.model.network_interfaces;
    let instance = |row: u32| interfaces[row as usize].attachment.as_ref()?.instance.as_ref();
    // By hash: comparing the ids of a million interfaces would take longer than all else here.
    let hashed = |row: u32| Some((FxBuildHasher.hash_one(instance(row)?), row));
    let mut attached: Vec<(u64, u32)> =
        (0..interfaces.len() as u32).into_par_iter().filter_map(hashed).collect();
    attached.par_sort_unstable();
    let mut numbers: FxHashMap<&InstanceId, u32> = FxHashMap::default();
    for alike in attached.chunk_by(|left, right| left.0 == right.0).filter(|alike| alike.len() > 1) {
        for (_, row) in alike {
            let Some(instance) = instance(*row) else { continue };
            let next = compiler.hosts.len() as u32;
            let number = *numbers.entry(instance).or_insert(next);
            if number == next {
                compiler.hosts.push(Vec::new());
            }
            compiler.hosts[number as usize].push(InterfaceIndex(*row));
            compiler.interfaces[*row as usize].host = number;
        }
    }
}

/// Public addresses, and interfaces that take nothing from the internet: few have either.
fn edges_of_the_internet(compiler: &mut Compiler<'_>) {
    let interfaces = &compiler.model.network_interfaces;
    let is_there = |interface: &NetworkInterface| {
        interface.deny_all_igw_traffic || interface.addresses.iter().any(|it| it.public.is_some())
    };
    let found: Vec<usize> = interfaces
        .par_iter()
        .enumerate()
        .filter(|(_, interface)| is_there(interface))
        .map(|(position, _)| position)
        .collect();
    for position in found {
        let interface = &interfaces[position];
        let vpc = compiler.interfaces[position].vpc;
        if interface.deny_all_igw_traffic {
            compiler.denying.entry(vpc).or_default().push(position);
        }
        // EDGE-1, EDGE-2: no internet gateway knows the others; those of a Local Zone it does (EDGE-3). LB-18: a load balancer without public IPv4 addresses has
        // interfaces without them.
        for address in interface.addresses.iter().filter(|it| !it.is_carrier_or_customer) {
            if let Some(public) = address.public {
                super::vpc::associate(compiler, vpc, u32::from(address.private), u32::from(public));
            }
        }
    }
}

/// Address → interface, VPC by VPC. NAT gateways whose interfaces the snapshot lacks stand in for themselves.
pub(super) fn owners_of_addresses(compiler: &mut Compiler<'_>) {
    super::nat_gateway::stand_in_interfaces(compiler);
    let mut extra: FxHashMap<VpcIndex, Vec<(IpNet, u32)>> = FxHashMap::default();
    for (vpc, address, interface) in std::mem::take(&mut compiler.extra_addresses) {
        let net = IpNet::V4(Ipv4Net::new_assert(address.into(), 32));
        extra.entry(vpc).or_default().push((net, interface.0));
    }
    let interfaces = &compiler.model.network_interfaces;
    let rows = by_vpc(compiler);
    compiler.vpcs.par_iter_mut().zip(rows).enumerate().for_each(|(number, (vpc, rows))| {
        let own = rows.iter().flat_map(|row| owned(&interfaces[*row as usize]).map(|net| (net, *row)));
        let mut entries: Vec<(IpNet, u32)> = own.collect();
        let extra = extra.get(&VpcIndex(number as u32)).map_or(&[][..], Vec::as_slice);
        for (net, interface) in extra {
            if entries.iter().all(|(known, _)| known != net) {
                entries.push((*net, *interface));
            }
        }
        vpc.interfaces = AddressMap::sweep(&entries, |_, covering| covering.last().map_or(NOBODY, |it| **it));
    });
}

/// The interfaces of the model in each VPC, ascending.
fn by_vpc(compiler: &Compiler<'_>) -> Vec<Vec<u32>> {
    let known = &compiler.interfaces[..compiler.model.network_interfaces.len()];
    let mut counts = vec![0; compiler.vpcs.len()];
    for row in known {
        counts[row.vpc.index()] += 1;
    }
    let mut rows: Vec<Vec<u32>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (position, row) in known.iter().enumerate() {
        rows[row.vpc.index()].push(position as u32);
    }
    rows
}
