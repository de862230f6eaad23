//! Sets of addresses: canonical intervals on a line, one line a family.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::IpNet;

/// IPv4 or IPv6. The two never mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Both, IPv4 first.
    pub const BOTH: [Family; 2] = [Family::V4, Family::V6];

    /// The last address of the line.
    pub fn last(self) -> u128 {
        match self {
            Family::V4 => u32::MAX as u128,
            Family::V6 => u128::MAX,
        }
    }

    /// The family of an address.
    pub fn of(address: IpAddr) -> Family {
        match address {
            IpAddr::V4(_) => Family::V4,
            IpAddr::V6(_) => Family::V6,
        }
    }
}

/// An address as a number on its family's line.
pub fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address) as u128,
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The address of a number on a family's line.
pub fn ip(family: Family, bits: u128) -> IpAddr {
    match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::from(bits as u32)),
        Family::V6 => IpAddr::V6(Ipv6Addr::from(bits)),
    }
}

/// The first and last address of a block, as numbers.
pub fn range_of(net: IpNet) -> (u128, u128) {
    (bits(net.network()), bits(net.broadcast()))
}

/// A set of addresses of one family: sorted ranges that neither overlap nor touch.
///
/// One range stands in place; more are shared, since a set of public addresses may have a hundred thousand and is passed
/// along with every packet.
#[derive(Debug, Clone)]
pub struct AddressSet {
    family: Family,
    ranges: Ranges,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Ranges {
    None,
    One([(u128, u128); 1]),
    Many(Arc<[(u128, u128)]>),
}

impl PartialEq for AddressSet {
    fn eq(&self, other: &AddressSet) -> bool {
        let is_same = match (&self.ranges, &other.ranges) {
            (Ranges::Many(one), Ranges::Many(two)) => Arc::ptr_eq(one, two) || one == two,
            (one, two) => one == two,
        };
        is_same && self.family == other.family
    }
}

impl Eq for AddressSet {}

impl Ord for AddressSet {
    fn cmp(&self, other: &AddressSet) -> Ordering {
        (self.family, self.ranges()).cmp(&(other.family, other.ranges()))
    }
}

impl PartialOrd for AddressSet {
    fn partial_cmp(&self, other: &AddressSet) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<Vec<(u128, u128)>> for Ranges {
    fn from(ranges: Vec<(u128, u128)>) -> Ranges {
        match ranges.as_slice() {
            [] => Ranges::None,
            [range] => Ranges::One([*range]),
            _ => Ranges::Many(ranges.into()),
        }
    }
}

impl AddressSet {
    /// No address.
    pub fn empty(family: Family) -> AddressSet {
        AddressSet { family, ranges: Ranges::None }
    }

    /// Every address of a family.
    pub fn all(family: Family) -> AddressSet {
        AddressSet { family, ranges: Ranges::One([(0, family.last())]) }
    }

    /// One address.
    pub fn one(address: IpAddr) -> AddressSet {
        AddressSet::point(Family::of(address), bits(address))
    }

    /// One address, as a number.
    pub fn point(family: Family, bits: u128) -> AddressSet {
        AddressSet { family, ranges: Ranges::One([(bits, bits)]) }
    }

    /// The addresses of a block.
    pub fn block(net: IpNet) -> AddressSet {
        AddressSet { family: Family::of(net.addr()), ranges: Ranges::One([range_of(net)]) }
    }

    /// The set of some ranges, in any order, overlapping or not.
    pub fn of(family: Family, ranges: impl IntoIterator<Item = (u128, u128)>) -> AddressSet {
        let mut sorted: Vec<(u128, u128)> = ranges.into_iter().filter(|(low, high)| low <= high).collect();
        sorted.sort_unstable();
        let mut canonical: Vec<(u128, u128)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match canonical.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                Some(_) | None => canonical.push((low, high)),
            }
        }
        AddressSet { family, ranges: canonical.into() }
    }

    /// The set of some ranges that are sorted and neither overlap nor touch.
    pub(super) fn of_canonical(family: Family, ranges: Vec<(u128, u128)>) -> AddressSet {
        AddressSet { family, ranges: ranges.into() }
    }

    /// The family.
    #[inline]
    pub fn family(&self) -> Family {
        self.family
    }

    /// The ranges, both ends included.
    #[inline]
    pub fn ranges(&self) -> &[(u128, u128)] {
        match &self.ranges {
            Ranges::None => &[],
            Ranges::One(range) => range,
            Ranges::Many(ranges) => ranges,
        }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.ranges().is_empty()
    }

    /// The address, when there is exactly one.
    #[inline]
    pub fn single(&self) -> Option<u128> {
        match self.ranges() {
            [(low, high)] if low == high => Some(*low),
            _ => None,
        }
    }

    /// The lowest address.
    pub fn first(&self) -> Option<u128> {
        self.ranges().first().map(|(low, _)| *low)
    }

    /// Whether it holds an address.
    pub fn holds(&self, bits: u128) -> bool {
        let ranges = self.ranges();
        let after = ranges.partition_point(|(low, _)| *low <= bits);
        after > 0 && bits <= ranges[after - 1].1
    }

    /// How many addresses it holds, where that fits.
    pub fn count(&self) -> u128 {
        self.ranges()
            .iter()
            .fold(0u128, |sum, (low, high)| sum.saturating_add((high - low).saturating_add(1)))
    }

    /// What is in both.
    pub fn intersection(&self, other: &AddressSet) -> AddressSet {
        if self == other {
            return self.clone();
        }
        let mut ranges = Vec::new();
        let (mut left, mut right) = (0, 0);
        // Ends: every round leaves one range behind.
        while let (Some(one), Some(two)) = (self.ranges().get(left), other.ranges().get(right)) {
            let (low, high) = (one.0.max(two.0), one.1.min(two.1));
            if low <= high {
                ranges.push((low, high));
            }
            if one.1 <= two.1 { left += 1 } else { right += 1 }
        }
        AddressSet { family: self.family, ranges: ranges.into() }
    }

    /// What is in either.
    pub fn union(&self, other: &AddressSet) -> AddressSet {
        if other.is_empty() || self == other {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        let mut ranges: Vec<(u128, u128)> = Vec::with_capacity(self.ranges().len() + other.ranges().len());
        let (mut left, mut right) = (self.ranges().iter().peekable(), other.ranges().iter().peekable());
        // Ends: every round takes a range from one side.
        while let Some((low, high)) = match (left.peek(), right.peek()) {
            (Some(one), Some(two)) if one.0 <= two.0 => left.next(),
            (Some(_), None) => left.next(),
            (_, Some(_)) => right.next(),
            (None, None) => None,
        } {
            match ranges.last_mut() {
                Some(last) if *low <= last.1.saturating_add(1) => last.1 = last.1.max(*high),
                Some(_) | None => ranges.push((*low, *high)),
            }
        }
        AddressSet { family: self.family, ranges: ranges.into() }
    }

    /// Whether all of this set is in another. O(n + m), and nothing is allocated.
    pub fn is_within(&self, other: &AddressSet) -> bool {
        let mut theirs = other.ranges().iter().peekable();
        self == other
            || self.ranges().iter().all(|(low, high)| {
                while theirs.next_if(|range| range.1 < *low).is_some() {}
                theirs.peek().is_some_and(|range| range.0 <= *low && *high <= range.1)
            })
    }

    /// What is in no range.
    pub fn complement(&self) -> AddressSet {
        let mut ranges = Vec::new();
        let mut next = Some(0);
        for (low, high) in self.ranges() {
            if let Some(start) = next
                && start < *low
            {
                ranges.push((start, low - 1));
            }
            next = high.checked_add(1).filter(|after| *after <= self.family.last());
        }
        if let Some(start) = next {
            ranges.push((start, self.family.last()));
        }
        AddressSet { family: self.family, ranges: ranges.into() }
    }

    /// What is in this and not in the other.
    pub fn difference(&self, other: &AddressSet) -> AddressSet {
        if self == other {
            return AddressSet::empty(self.family);
        }
        if let (Some(address), [range]) = (self.single(), other.ranges()) {
            let is_inside = (range.0..=range.1).contains(&address);
            return if is_inside { AddressSet::empty(self.family) } else { self.clone() };
        }
        self.intersection(&other.complement())
    }

    /// A set of at most so many ranges that holds this one: the narrowest gaps are closed. O(n).
    pub fn cover(&self, most: usize) -> AddressSet {
        let ranges = self.ranges();
        if ranges.len() <= most || most == 0 {
            return self.clone();
        }
        let gap = |pair: &[(u128, u128)]| pair[1].0 - pair[0].1;
        let mut gaps: Vec<u128> = ranges.windows(2).map(gap).collect();
        let closed = gaps.len() - (most - 1);
        // Gaps of this width and narrower are closed, so there may be fewer ranges than allowed, never more.
        let (_, widest, _) = gaps.select_nth_unstable(closed - 1);
        let widest = *widest;
        let mut cover: Vec<(u128, u128)> = vec![ranges[0]];
        for range in &ranges[1..] {
            match cover.last_mut() {
                Some(last) if range.0 - last.1 <= widest => last.1 = range.1,
                Some(_) | None => cover.push(*range),
            }
        }
        AddressSet { family: self.family, ranges: cover.into() }
    }

    /// The smallest list of blocks that make up the set.
    pub fn blocks(&self) -> Vec<IpNet> {
        let width = match self.family {
            Family::V4 => 32u32,
            Family::V6 => 128,
        };
        let mut blocks = Vec::new();
        for (low, high) in self.ranges() {
            let mut start = *low;
            // Ends: each block covers at least one address of the range.
            loop {
                let aligned = if start == 0 { width } else { start.trailing_zeros().min(width) };
                let room = high - start;
                let fitting = if room == u128::MAX { 128 } else { 127 - (room + 1).leading_zeros() };
                let free_bits = aligned.min(fitting).min(width);
                let prefix_length = (width - free_bits) as u8;
                blocks.extend(IpNet::new(ip(self.family, start), prefix_length));
                let last = if free_bits >= 128 { u128::MAX } else { start + ((1u128 << free_bits) - 1) };
                if last >= *high {
                    break;
                }
                start = last + 1;
            }
        }
        blocks
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ipnet::Ipv4Net;
    use iprange::IpRange;
    use proptest::prelude::*;

    /// A few blocks, often in one another.
    pub fn some_nets() -> impl Strategy<Value = Vec<Ipv4Net>> {
        let net = (prop_oneof![any::<u32>(), 0x0a00_0000u32..0x0a00_0400], 0u8..=32)
            .prop_filter_map("a block", |(address, length)| Ipv4Net::new(address.into(), length).ok())
            .prop_map(|net| net.trunc());
        proptest::collection::vec(net, 0..12)
    }

    pub fn set_of(nets: &[Ipv4Net]) -> AddressSet {
        AddressSet::of(Family::V4, nets.iter().map(|net| range_of(IpNet::V4(*net))))
    }

    fn oracle_of(nets: &[Ipv4Net]) -> IpRange<Ipv4Net> {
        let mut range: IpRange<Ipv4Net> = nets.iter().copied().collect();
        range.simplify();
        range
    }

    fn same(set: &AddressSet, oracle: &IpRange<Ipv4Net>) -> bool {
        set_of(&oracle.iter().collect::<Vec<_>>()) == *set
    }

    proptest! {
        #[test]
        fn set_operations_agree_with_another_library(one in some_nets(), other in some_nets()) {
            let (left, right) = (set_of(&one), set_of(&other));
            let (oracle_left, oracle_right) = (oracle_of(&one), oracle_of(&other));
            prop_assert!(same(&left.union(&right), &oracle_left.merge(&oracle_right)));
            prop_assert!(same(&left.intersection(&right), &oracle_left.intersect(&oracle_right)));
            prop_assert!(same(&left.difference(&right), &oracle_left.exclude(&oracle_right)));
            prop_assert_eq!(left.is_within(&right), left.difference(&right).is_empty());
            prop_assert!(left.intersection(&right).is_within(&left));
            prop_assert_eq!(left.complement().complement(), left);
        }

        #[test]
        fn blocks_make_up_the_set(nets in some_nets()) {
            let set = set_of(&nets);
            let blocks = set.blocks();
            prop_assert_eq!(AddressSet::of(Family::V4, blocks.iter().map(|net| range_of(*net))), set);
        }
    }

    #[test]
    fn a_cover_holds_the_set_and_closes_the_narrowest_gaps() {
        let set = AddressSet::of(Family::V4, [(0, 9), (11, 19), (30, 39), (1000, 1009)]);
        let cover = AddressSet::of(Family::V4, [(0, 39), (1000, 1009)]);
        assert_eq!(set.cover(2), cover);
        assert_eq!(set.cover(4), set);
        assert_eq!(set.cover(1), AddressSet::of(Family::V4, [(0, 1009)]));
    }

    #[test]
    fn the_whole_ipv6_line_is_one_block() {
        let all = AddressSet::all(Family::V6);
        assert_eq!(all.blocks(), vec!["::/0".parse::<IpNet>().unwrap()]);
        assert!(all.complement().is_empty());
    }
}
