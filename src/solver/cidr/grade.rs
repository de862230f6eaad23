//! Whether two holders of the same addresses could ever meet.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::network::{Component, RangeHolder, Ranges};

/// Whether two holders of the same addresses could ever meet, the most serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// A peering connection joins them.
    Peered,
    /// Both are peered with the same VPC, which can send to one of them only (PCX-5).
    SharedPeer,
    /// Both are attached to the same transit gateway, or to peered ones.
    TransitGateway,
    /// One is a network on premises, or clients of a VPN, and the other leads there.
    OnPremises,
    /// Nothing joins them yet, and this keeps them from being peered (PCX-6): they are of one account, or both joined to
    /// others.
    CouldBePeered,
    /// Nothing joins them and nothing suggests that anything will.
    Unrelated,
}

impl Grade {
    /// Every grade, the most serious first.
    pub const ALL: [Grade; 6] = [
        Grade::Peered,
        Grade::SharedPeer,
        Grade::TransitGateway,
        Grade::OnPremises,
        Grade::CouldBePeered,
        Grade::Unrelated,
    ];

    /// The word that users read.
    pub fn as_text(self) -> &'static str {
        match self {
            Grade::Peered => "peered",
            Grade::SharedPeer => "shared-peer",
            Grade::TransitGateway => "transit-gateway",
            Grade::OnPremises => "on-premises",
            Grade::CouldBePeered => "could-be-peered",
            Grade::Unrelated => "unrelated",
        }
    }

    /// Whether the two can meet as things stand.
    pub fn can_meet(self) -> bool {
        match self {
            Grade::Peered | Grade::SharedPeer | Grade::TransitGateway | Grade::OnPremises => true,
            Grade::CouldBePeered | Grade::Unrelated => false,
        }
    }
}

/// Grades pairs of VPCs of one estate.
#[derive(Debug)]
pub struct Grader<'r> {
    ranges: &'r Ranges,
    peers: Vec<FxHashMap<u32, Component>>,
    groups: Vec<u32>,
}

impl<'r> Grader<'r> {
    /// Prepares for an estate.
    pub fn new(ranges: &'r Ranges) -> Grader<'r> {
        let peers =
            ranges.holders.iter().map(|it| it.peers.iter().map(|(by, other)| (*other, *by)).collect());
        Grader { ranges, peers: peers.collect(), groups: groups(ranges) }
    }

    /// Whether two VPCs could meet, by their numbers among the holders, and what joins them.
    pub fn grade(&self, one: u32, other: u32) -> (Grade, Option<Component>) {
        let (left, right) = (&self.ranges.holders[one as usize], &self.ranges.holders[other as usize]);
        if let Some(by) = self.peers[one as usize].get(&other) {
            return (Grade::Peered, Some(*by));
        }
        if self.groups[one as usize] == self.groups[other as usize] {
            let shared = left.peers.iter().filter(|(_, far)| self.peers[other as usize].contains_key(far));
            // The lowest number, so that the order of files does not matter.
            if let Some((by, far)) = shared.min_by_key(|(_, far)| *far) {
                let vpc = self.ranges.holders[*far as usize].vpc;
                let kind = crate::model::ResourceKind::Vpc;
                return (Grade::SharedPeer, Some(vpc.map_or(*by, |it| Component::Resource(kind, it.0))));
            }
            let theirs = |network: u32| right.gateways.iter().any(|(_, known)| *known == network);
            if let Some((by, _)) = left.gateways.iter().find(|(_, network)| theirs(*network)) {
                return (Grade::TransitGateway, Some(*by));
            }
        }
        (apart(left, right), None)
    }

    /// A number that VPCs share which something joins, however far: others can only be [`Grade::CouldBePeered`] or
    /// [`Grade::Unrelated`].
    pub fn group(&self, holder: u32) -> u32 {
        self.groups[holder as usize]
    }
}

/// Of two that nothing joins.
pub(super) fn apart(one: &RangeHolder, other: &RangeHolder) -> Grade {
    let is_same_account = one.account.is_some() && one.account == other.account;
    if is_same_account || (is_joined(one) && is_joined(other)) {
        Grade::CouldBePeered
    } else {
        Grade::Unrelated
    }
}

/// Whether something joins it to others.
pub(super) fn is_joined(holder: &RangeHolder) -> bool {
    !holder.peers.is_empty() || !holder.gateways.is_empty() || holder.link.is_some()
}

/// A number for each holder, the same for those that peerings and transit gateways join, over however many.
fn groups(ranges: &Ranges) -> Vec<u32> {
    let count = ranges.holders.len();
    let gateways: FxHashSet<u32> =
        ranges.holders.iter().flat_map(|it| it.gateways.iter().map(|(_, network)| *network)).collect();
    let most = gateways.iter().max().map_or(0, |it| *it as usize + 1);
    let mut sets = petgraph::unionfind::UnionFind::<u32>::new(count + most);
    for (number, holder) in (0..).zip(&ranges.holders) {
        for (_, other) in &holder.peers {
            sets.union(number, *other);
        }
        for (_, network) in &holder.gateways {
            sets.union(number, count as u32 + network);
        }
    }
    (0..count as u32).map(|number| sets.find(number)).collect()
}
