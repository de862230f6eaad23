//! Overlaps of VPCs with one another and with what lies elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::grade::{Grade, Grader, apart};
use crate::network::{Claimant, Component, RangeClaim, Ranges};

/// A block that several hold, who could meet in the same way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overlap {
    /// Whether they could meet.
    pub grade: Grade,
    /// The addresses that they share.
    pub block: IpNet,
    /// What joins them.
    pub by: Option<Component>,
    /// Who holds them, two or more, ascending: each overlaps with some other of them by this block.
    pub holders: Vec<Holder>,
}

/// Who holds addresses, and by which block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A VPC, by its number among the holders.
    Vpc(u32, IpNet),
    /// Something else.
    Other(RangeClaim),
}

/// What is put together into one overlap.
type Key = (Grade, IpNet, Option<Component>);

/// Every overlap, the most serious first. VPCs that overlap by the same block and could meet in the same way are one
/// overlap. O(n log n) and the pairs that something joins; those that nothing joins are not looked at one by one.
pub fn overlaps(ranges: &Ranges) -> Vec<Overlap> {
    let grader = Grader::new(ranges);
    let mut found: BTreeMap<Key, BTreeSet<Holder>> = BTreeMap::new();
    let mut blocks: Vec<(IpNet, u32)> = Vec::new();
    for (number, holder) in (0..).zip(&ranges.holders) {
        blocks.extend(holder.blocks.iter().map(|block| (*block, number)));
    }
    blocks.sort();
    blocks.dedup();
    // Blocks nest: those around a block are the ones on the stack.
    let mut around: Vec<&[(IpNet, u32)]> = Vec::new();
    for same in blocks.chunk_by(|one, other| one.0 == other.0) {
        let block = same[0].0;
        around.retain(|outer| outer[0].0.contains(&block));
        joined(&grader, block, same, &around, &mut found);
        not_joined(&grader, ranges, block, same, &around, &mut found);
        around.push(same);
    }
    elsewhere(ranges, &blocks, &mut found);
    let overlaps = found.into_iter().map(|((grade, block, by), holders)| Overlap {
        grade,
        block,
        by,
        holders: holders.into_iter().collect(),
    });
    overlaps.collect()
}

/// Pairs that something joins, by the groups that peerings and transit gateways make.
fn joined(
    grader: &Grader<'_>,
    block: IpNet,
    same: &[(IpNet, u32)],
    around: &[&[(IpNet, u32)]],
    found: &mut BTreeMap<Key, BTreeSet<Holder>>,
) {
    let mut groups: BTreeMap<u32, Vec<(IpNet, u32)>> = BTreeMap::new();
    for entry in around.iter().flat_map(|it| it.iter()).chain(same) {
        groups.entry(grader.group(entry.1)).or_default().push(*entry);
    }
    for members in groups.values() {
        for (position, (wide, one)) in members.iter().enumerate() {
            for (narrow, other) in &members[position + 1..] {
                // Those around a block met before, with one another.
                if *narrow != block || one == other {
                    continue;
                }
                let (grade, by) = grader.grade(*one, *other);
                let holders = found.entry((grade, block, by)).or_default();
                holders.extend([Holder::Vpc(*one, *wide), Holder::Vpc(*other, *narrow)]);
            }
        }
    }
}

/// Pairs that nothing joins: one entry for all who are alike, without looking at each pair.
fn not_joined(
    grader: &Grader<'_>,
    ranges: &Ranges,
    block: IpNet,
    same: &[(IpNet, u32)],
    around: &[&[(IpNet, u32)]],
    found: &mut BTreeMap<Key, BTreeSet<Holder>>,
) {
    let all: Vec<(IpNet, u32)> = around.iter().flat_map(|it| it.iter()).chain(same).copied().collect();
    // Who is alike meets others in the same way: same account, joined to others or not, same group.
    let mut alike: BTreeMap<(u32, Option<&str>, bool), Vec<(IpNet, u32)>> = BTreeMap::new();
    for entry in &all {
        let holder = &ranges.holders[entry.1 as usize];
        let account = holder.account.as_ref().map(|it| it.as_str());
        alike
            .entry((grader.group(entry.1), account, super::grade::is_joined(holder)))
            .or_default()
            .push(*entry);
    }
    let classes: Vec<(&(u32, Option<&str>, bool), &Vec<(IpNet, u32)>)> = alike.iter().collect();
    for (position, (key, members)) in classes.iter().enumerate() {
        for (other_key, others) in &classes[position + 1..] {
            if key.0 == other_key.0 {
                continue;
            }
            let has_new = [*members, *others].iter().any(|it| it.iter().any(|entry| entry.0 == block));
            if !has_new {
                continue;
            }
            let grade = apart(&ranges.holders[members[0].1 as usize], &ranges.holders[others[0].1 as usize]);
            let holders = found.entry((grade, block, None)).or_default();
            let is_meant = |entry: &&(IpNet, u32), far: &[(IpNet, u32)]| {
                entry.0 == block || far.iter().any(|it| it.0 == block)
            };
            let near = members.iter().filter(|it| is_meant(it, others));
            let far = others.iter().filter(|it| is_meant(it, members));
            holders.extend(near.chain(far).map(|(block, number)| Holder::Vpc(*number, *block)));
        }
    }
}

/// VPCs that share addresses with networks on premises, or with clients of a VPN.
fn elsewhere(ranges: &Ranges, blocks: &[(IpNet, u32)], found: &mut BTreeMap<Key, BTreeSet<Holder>>) {
    for claim in &ranges.claims {
        match claim.by {
            Claimant::OnPremises(_) | Claimant::Clients(..) => {}
            Claimant::Route(_) => continue,
        }
        for (block, number) in overlapping(blocks, claim.block) {
            let holder = &ranges.holders[number as usize];
            let common = if claim.block.contains(&block) { block } else { claim.block };
            let key = match (claim.by, holder.link) {
                (Claimant::OnPremises(_), Some(link)) => (Grade::OnPremises, common, Some(link)),
                (Claimant::Clients(endpoint, vpc), _) if vpc == number => {
                    (Grade::OnPremises, common, Some(endpoint))
                }
                (Claimant::OnPremises(_) | Claimant::Clients(..) | Claimant::Route(_), _) => {
                    (Grade::Unrelated, common, None)
                }
            };
            let holders = found.entry(key).or_default();
            holders.extend([Holder::Vpc(number, block), Holder::Other(*claim)]);
        }
    }
}

/// The sorted blocks that share addresses with one.
fn overlapping(blocks: &[(IpNet, u32)], wanted: IpNet) -> Vec<(IpNet, u32)> {
    let first = blocks.partition_point(|it| it.0 < wanted);
    let inside = blocks[first..].iter().take_while(|it| wanted.contains(&it.0)).copied();
    let around = (0..wanted.prefix_len()).filter_map(|length| IpNet::new(wanted.network(), length).ok());
    let around = around.flat_map(|outer| {
        let outer = outer.trunc();
        let first = blocks.partition_point(|it| it.0 < outer);
        blocks[first..].iter().take_while(move |it| it.0 == outer).copied()
    });
    inside.chain(around).collect()
}
