//! What is free: in a VPC beside its subnets, in a subnet beside its hosts.

use ipnet::IpNet;

use crate::network::{Network, SubnetIndex, VpcIndex};
use crate::packet::{AddressSet, Family, range_of};

/// AWS keeps the first four addresses of a subnet's block and its last (SN-2).
const RESERVED: u128 = 5;

/// What is free in a VPC, of one family.
#[derive(Debug, Clone)]
pub struct Space {
    /// The VPC.
    pub vpc: VpcIndex,
    /// The family.
    pub family: Family,
    /// Its blocks.
    pub blocks: Vec<IpNet>,
    /// How many addresses they hold.
    pub addresses: u128,
    /// The addresses that no subnet has, as the smallest list of blocks, the widest first.
    pub unused: Vec<IpNet>,
    /// Its subnets.
    pub subnets: Vec<Room>,
}

/// What is free in a subnet, of one block.
#[derive(Debug, Clone)]
pub struct Room {
    /// The subnet.
    pub subnet: SubnetIndex,
    /// The block.
    pub block: IpNet,
    /// Addresses that AWS keeps.
    pub reserved: u128,
    /// Addresses and delegated prefixes of interfaces.
    pub used: u128,
    /// What is left.
    pub free: u128,
    /// Whether the snapshot may lack interfaces: then less is free.
    pub is_at_most: bool,
}

impl Space {
    /// How many addresses no subnet has.
    pub fn unused_count(&self) -> u128 {
        self.unused.iter().fold(0, |sum, block| sum.saturating_add(size_of(*block)))
    }
}

/// What is free in every VPC of the network, a VPC's families one after the other. O(n) in addresses that are in use.
pub fn spaces(network: &Network) -> Vec<Space> {
    let mut subnets: Vec<Vec<SubnetIndex>> = vec![Vec::new(); network.vpcs.len()];
    for (number, subnet) in (0..).zip(&network.subnets) {
        subnets[subnet.vpc.index()].push(SubnetIndex(number));
    }
    let mut spaces = Vec::new();
    for (number, subnets) in (0..).zip(&subnets) {
        for family in Family::BOTH {
            spaces.extend(space(network, VpcIndex(number), subnets, family));
        }
    }
    spaces
}

fn is_of(family: Family) -> impl Fn(&&IpNet) -> bool {
    move |net| Family::of(net.addr()) == family
}

fn space(network: &Network, vpc: VpcIndex, subnets: &[SubnetIndex], family: Family) -> Option<Space> {
    let row = &network.vpcs[vpc.index()];
    let blocks: Vec<IpNet> = row.cidrs.iter().filter(is_of(family)).copied().collect();
    if blocks.is_empty() {
        return None;
    }
    let all = AddressSet::of(family, blocks.iter().map(|it| range_of(*it)));
    let mut rooms: Vec<Room> = Vec::new();
    for subnet in subnets {
        let own = network.subnets[subnet.index()].cidrs.iter().filter(is_of(family));
        rooms.extend(own.map(|block| Room {
            subnet: *subnet,
            block: *block,
            reserved: RESERVED.min(size_of(*block)),
            used: 0,
            free: 0,
            is_at_most: row.interfaces_gap.is_some(),
        }));
    }
    rooms.sort_by_key(|it| (it.block, it.subnet));
    count_used(network, vpc, family, &mut rooms);
    let taken = AddressSet::of(family, rooms.iter().map(|it| range_of(it.block)));
    let mut unused = all.difference(&taken).blocks();
    unused.sort_by_key(|it| (it.prefix_len(), *it));
    Some(Space { vpc, family, addresses: all.count(), blocks, unused, subnets: rooms })
}

/// Interfaces stand in the order of their addresses, and so do the rooms.
fn count_used(network: &Network, vpc: VpcIndex, family: Family, rooms: &mut [Room]) {
    let owners = &network.vpcs[vpc.index()].interfaces;
    let owned = owners.pieces(family).filter(|it| it.2 != u32::MAX);
    let ranges: Vec<(u128, u128)> = rooms.iter().map(|it| range_of(it.block)).collect();
    for (low, high, _) in owned {
        let room = ranges.partition_point(|(_, last)| *last < low);
        if let Some((first, last)) = ranges.get(room)
            && *first <= high
        {
            // What AWS keeps is not a host's, whatever a file says.
            let usable = (first.saturating_add(4), last.saturating_sub(1));
            let (low, high) = (low.max(usable.0), high.min(usable.1));
            if low <= high {
                rooms[room].used = rooms[room].used.saturating_add(high - low + 1);
            }
        }
    }
    for room in rooms {
        room.free = size_of(room.block).saturating_sub(room.reserved).saturating_sub(room.used);
    }
}

/// How many addresses a block holds, where that fits.
fn size_of(block: IpNet) -> u128 {
    let (low, high) = range_of(block);
    (high - low).saturating_add(1)
}
