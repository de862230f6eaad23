//! The next free block of a size that nobody claims.

use ipnet::IpNet;

use crate::network::{Network, RangeClaim, Ranges, SubnetIndex};
use crate::packet::{AddressSet, Family, ip, range_of};

/// Where VPCs have their addresses from unless somebody says otherwise.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/// The bridge of containers on a host, which hides a VPC with the same addresses from what runs in them (NP010).
const BRIDGE: &str = "172.17.0.0/16";

/// Who has a block already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// A VPC, by its number among the holders.
    Vpc(u32),
    /// A subnet, where room for one is looked for.
    Subnet(SubnetIndex),
    /// Something else that is claimed.
    Claim(RangeClaim),
    /// The bridge of containers.
    Bridge,
}

/// A block that is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// The block.
    pub block: IpNet,
    /// Whose it is.
    pub by: Taken,
}

/// What came of looking for a block.
#[derive(Debug, Clone)]
pub struct Search {
    /// The first free block of the size.
    pub found: Option<IpNet>,
    /// How many such blocks are free; `u128::MAX` and more is that.
    pub count: u128,
    /// Where it was looked for.
    pub within: Vec<IpNet>,
    /// The VPC, by its number among the holders, where room for a subnet of it was looked for.
    pub inside: Option<u32>,
    /// What is in the way there, by address.
    pub obstacles: Vec<Obstacle>,
    /// Routes to wider blocks that hold the one that was found.
    pub summaries: Vec<RangeClaim>,
}

/// Looks for the first aligned block of a prefix length in a block, or in all private IPv4 addresses.
///
/// In a VPC's own block it looks for room beside its subnets; elsewhere for a block that no VPC, network on premises,
/// client or route has. O(n log n) in what is claimed.
pub fn next_free(network: &Network, ranges: &Ranges, prefix_length: u8, within: Option<IpNet>) -> Search {
    let within: Vec<IpNet> = match within {
        Some(block) => vec![block.trunc()],
        None => PRIVATE.iter().filter_map(|text| text.parse().ok()).collect(),
    };
    let inside = (0..)
        .zip(&ranges.holders)
        .find(|(_, it)| it.blocks.iter().any(|own| within.iter().all(|block| own.contains(block))))
        .map(|(number, _)| number);
    let mut obstacles = match inside.and_then(|it: u32| ranges.holders[it as usize].vpc) {
        Some(vpc) => subnets(network, vpc),
        None => claimed(ranges),
    };
    obstacles.retain(|it| within.iter().any(|block| block.contains(&it.block) || it.block.contains(block)));
    obstacles.sort();
    obstacles.dedup();
    let (mut found, mut count) = (None, 0u128);
    for block in &within {
        let family = Family::of(block.addr());
        let taken = obstacles.iter().filter(|it| Family::of(it.block.addr()) == family);
        let taken = AddressSet::of(family, taken.map(|it| range_of(it.block)));
        let free = AddressSet::block(*block).difference(&taken);
        let (first, room) = aligned(&free, prefix_length);
        found = found.or(first);
        count = count.saturating_add(room);
    }
    let holds = |it: &&RangeClaim| found.is_some_and(|found| it.block.contains(&found));
    let summaries = ranges.summaries.iter().filter(holds).copied().collect();
    Search { found, count, within, inside, obstacles, summaries }
}

fn subnets(network: &Network, vpc: crate::network::VpcIndex) -> Vec<Obstacle> {
    let own = (0..).zip(&network.subnets).filter(|(_, it)| it.vpc == vpc);
    let blocks = own.flat_map(|(number, subnet)| {
        let by = Taken::Subnet(SubnetIndex(number));
        subnet.cidrs.iter().map(move |block| Obstacle { block: *block, by })
    });
    blocks.collect()
}

fn claimed(ranges: &Ranges) -> Vec<Obstacle> {
    let mut obstacles: Vec<Obstacle> = Vec::new();
    for (number, holder) in (0..).zip(&ranges.holders) {
        obstacles.extend(holder.blocks.iter().map(|it| Obstacle { block: *it, by: Taken::Vpc(number) }));
    }
    obstacles.extend(ranges.claims.iter().map(|it| Obstacle { block: it.block, by: Taken::Claim(*it) }));
    obstacles.extend(BRIDGE.parse().ok().map(|block| Obstacle { block, by: Taken::Bridge }));
    obstacles
}

/// The first block of a prefix length in a set, and how many there are.
fn aligned(free: &AddressSet, prefix_length: u8) -> (Option<IpNet>, u128) {
    let family = free.family();
    let width: u32 = match family {
        Family::V4 => 32,
        Family::V6 => 128,
    };
    let host_bits = width.saturating_sub(u32::from(prefix_length));
    // A whole IPv6 line has no size that fits a number; no estate has one.
    let Some(size) = 1u128.checked_shl(host_bits).filter(|it| *it > 0) else { return (None, 0) };
    let (mut found, mut count) = (None, 0u128);
    for (low, high) in free.ranges() {
        let Some(start) = low.checked_next_multiple_of(size) else { continue };
        if start > *high || high - start < size - 1 {
            continue;
        }
        let after = (high - start - (size - 1)) / size + 1;
        count = count.saturating_add(after);
        found = found.or_else(|| IpNet::new(ip(family, start), prefix_length).ok());
    }
    (found, count)
}
