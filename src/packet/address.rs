//! Sets of addresses, and maps from addresses to values: canonical intervals on a line, one line a family.
//!
//! An [`AddressMap`] is built by one sweep over nested blocks (CIDRs never overlap in part), in O(n log n), and looked
//! up by binary search; it serves route tables (longest prefix), security groups (union) and network ACLs (first
//! match) alike, since only the value of a piece differs. Not good at change: it is built once.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::IpNet;
use smallvec::SmallVec;

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

    /// The family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The ranges, both ends included.
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
        AddressSet::of(self.family, self.ranges().iter().chain(other.ranges()).copied())
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

/// One family's half of a map: `values[i]` holds from `starts[i]` to just before `starts[i + 1]`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line<A, T> {
    starts: Box<[A]>,
    values: Box<[T]>,
}

impl<A: Copy + Ord, T: Copy> Line<A, T> {
    fn index(&self, address: A) -> usize {
        self.starts.partition_point(|start| *start <= address) - 1
    }
}

/// A value for every address of both families; neighbouring pieces differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressMap<T> {
    v4: Line<u32, T>,
    v6: Line<u128, T>,
}

impl<T: Copy + Eq> AddressMap<T> {
    /// The same value everywhere.
    pub fn constant(value: T) -> AddressMap<T> {
        AddressMap {
            v4: Line { starts: Box::new([0]), values: Box::new([value]) },
            v6: Line { starts: Box::new([0]), values: Box::new([value]) },
        }
    }

    /// The map whose value at an address is `value` of all the entries whose block holds it, from the widest to the
    /// narrowest, entries with the same block in the order given.
    pub fn sweep<P>(entries: &[(IpNet, P)], mut value: impl FnMut(Family, &[&P]) -> T) -> AddressMap<T> {
        let mut line = |family: Family| {
            let mut ranges: Vec<(u128, u128, &P)> = entries
                .iter()
                .filter(|(net, _)| Family::of(net.addr()) == family)
                .map(|(net, payload)| {
                    let (low, high) = range_of(*net);
                    (low, high, payload)
                })
                .collect();
            // Stable: entries with the same block keep their order.
            ranges.sort_by(|one, other| {
                (one.0, std::cmp::Reverse(one.1)).cmp(&(other.0, std::cmp::Reverse(other.1)))
            });
            pieces(family, &ranges, |payloads| value(family, payloads))
        };
        let (v4, v6) = (line(Family::V4), line(Family::V6));
        AddressMap {
            v4: Line { starts: v4.0.into_iter().map(|start| start as u32).collect(), values: v4.1.into() },
            v6: Line { starts: v6.0.into(), values: v6.1.into() },
        }
    }

    /// The value at an address.
    pub fn at(&self, family: Family, bits: u128) -> T {
        match family {
            Family::V4 => self.v4.values[self.v4.index(bits as u32)],
            Family::V6 => self.v6.values[self.v6.index(bits)],
        }
    }

    /// Every value, to be replaced. Values that differ must go on differing, so that pieces stay canonical.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.v4.values.iter_mut().chain(&mut self.v6.values)
    }

    /// How many pieces there are, of both families.
    pub fn piece_count(&self) -> usize {
        self.v4.starts.len() + self.v6.starts.len()
    }

    /// Every piece of a family: first address, last address, value.
    pub fn pieces(&self, family: Family) -> impl Iterator<Item = (u128, u128, T)> + '_ {
        self.pieces_within(family, 0, family.last())
    }

    fn piece(&self, family: Family, index: usize) -> Option<(u128, u128, T)> {
        match family {
            Family::V4 => {
                let start = *self.v4.starts.get(index)?;
                let next = self.v4.starts.get(index + 1);
                Some((
                    start as u128,
                    next.map_or(family.last(), |next| *next as u128 - 1),
                    self.v4.values[index],
                ))
            }
            Family::V6 => {
                let start = *self.v6.starts.get(index)?;
                let next = self.v6.starts.get(index + 1);
                Some((start, next.map_or(family.last(), |next| next - 1), self.v6.values[index]))
            }
        }
    }

    fn pieces_within(
        &self,
        family: Family,
        low: u128,
        high: u128,
    ) -> impl Iterator<Item = (u128, u128, T)> + '_ {
        let first = match family {
            Family::V4 => self.v4.index(low as u32),
            Family::V6 => self.v6.index(low),
        };
        (first..)
            .map_while(move |index| self.piece(family, index))
            .take_while(move |(start, _, _)| *start <= high)
            .map(move |(start, end, value)| (start.max(low), end.min(high), value))
    }

    /// Splits a set by value: one part a value, in the order in which the values first occur.
    pub fn split(&self, set: &AddressSet) -> SmallVec<[(AddressSet, T); 1]> {
        let family = set.family();
        let constant = match family {
            Family::V4 => self.v4.starts.len() == 1,
            Family::V6 => self.v6.starts.len() == 1,
        };
        match set.ranges() {
            [] => return SmallVec::new(),
            // One value everywhere, or one address.
            [(low, high), rest @ ..] if constant || (low == high && rest.is_empty()) => {
                return SmallVec::from_buf([(set.clone(), self.at(family, *low))]);
            }
            _ => {}
        }
        let mut parts: SmallVec<[(Vec<(u128, u128)>, T); 1]> = SmallVec::new();
        for (low, high) in set.ranges() {
            for (start, end, value) in self.pieces_within(family, *low, *high) {
                match parts.iter_mut().find(|(_, known)| *known == value) {
                    Some((part, _)) => match part.last_mut() {
                        Some(last) if last.1.checked_add(1) == Some(start) => last.1 = end,
                        Some(_) | None => part.push((start, end)),
                    },
                    None => parts.push((vec![(start, end)], value)),
                }
            }
        }
        if let [(_, value)] = parts.as_slice() {
            // The set itself, shared.
            return SmallVec::from_buf([(set.clone(), *value)]);
        }
        parts
            .into_iter()
            .map(|(ranges, value)| (AddressSet { family, ranges: ranges.into() }, value))
            .collect()
    }

    /// The map with every value replaced.
    pub fn map<U: Copy + Eq>(&self, mut convert: impl FnMut(T) -> U) -> AddressMap<U> {
        // Values that become equal are joined, so that pieces stay canonical.
        fn joined<A: Copy, U: Copy + Eq>(starts: &[A], values: Vec<U>) -> Line<A, U> {
            let mut line: (Vec<A>, Vec<U>) = (Vec::new(), Vec::new());
            for (start, value) in starts.iter().zip(values) {
                if line.1.last() != Some(&value) {
                    line.0.push(*start);
                    line.1.push(value);
                }
            }
            Line { starts: line.0.into(), values: line.1.into() }
        }
        AddressMap {
            v4: joined(&self.v4.starts, self.v4.values.iter().map(|value| convert(*value)).collect()),
            v6: joined(&self.v6.starts, self.v6.values.iter().map(|value| convert(*value)).collect()),
        }
    }
}

impl AddressMap<bool> {
    /// The map that is true on some blocks.
    pub fn of_blocks(blocks: &[IpNet]) -> AddressMap<bool> {
        let entries: Vec<(IpNet, ())> = blocks.iter().map(|net| (*net, ())).collect();
        AddressMap::sweep(&entries, |_, covering| !covering.is_empty())
    }

    /// The addresses of a family where it is true.
    pub fn set(&self, family: Family) -> AddressSet {
        AddressSet::of(family, self.pieces(family).filter(|it| it.2).map(|(low, high, _)| (low, high)))
    }
}

/// The sweep: `ranges` are nested and sorted by start, wider first. Returns starts and values of the pieces.
fn pieces<'p, P, T: Copy + Eq>(
    family: Family,
    ranges: &[(u128, u128, &'p P)],
    mut value: impl FnMut(&[&'p P]) -> T,
) -> (Vec<u128>, Vec<T>) {
    let mut starts = vec![0];
    let mut values = vec![value(&[])];
    let mut ends: Vec<u128> = Vec::new();
    let mut payloads: Vec<&'p P> = Vec::new();
    let mut set = |start: u128, value: T| {
        if starts.last() == Some(&start) {
            values.pop();
            starts.pop();
        }
        if values.last() != Some(&value) {
            starts.push(start);
            values.push(value);
        }
    };
    // Leaves the blocks that end before a point: where each ends, the value is that of the blocks around it.
    let leave = |until: Option<u128>,
                 ends: &mut Vec<u128>,
                 payloads: &mut Vec<&'p P>,
                 set: &mut dyn FnMut(u128, T),
                 value: &mut dyn FnMut(&[&'p P]) -> T| {
        while let Some(&end) = ends.last() {
            if until.is_some_and(|until| end >= until) {
                break;
            }
            while ends.last() == Some(&end) {
                ends.pop();
                payloads.pop();
            }
            if end < family.last() {
                set(end + 1, value(payloads));
            }
        }
    };
    let mut index = 0;
    while index < ranges.len() {
        let (low, high, _) = ranges[index];
        leave(Some(low), &mut ends, &mut payloads, &mut set, &mut value);
        // Entries with the same block come one after another and make one piece.
        while index < ranges.len() && (ranges[index].0, ranges[index].1) == (low, high) {
            ends.push(high);
            payloads.push(ranges[index].2);
            index += 1;
        }
        set(low, value(&payloads));
    }
    leave(None, &mut ends, &mut payloads, &mut set, &mut value);
    (starts, values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipnet::Ipv4Net;
    use iprange::IpRange;
    use proptest::prelude::*;

    fn some_nets() -> impl Strategy<Value = Vec<Ipv4Net>> {
        let net = (prop_oneof![any::<u32>(), 0x0a00_0000u32..0x0a00_0400], 0u8..=32)
            .prop_filter_map("a block", |(address, length)| Ipv4Net::new(address.into(), length).ok())
            .prop_map(|net| net.trunc());
        proptest::collection::vec(net, 0..12)
    }

    fn set_of(nets: &[Ipv4Net]) -> AddressSet {
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
            prop_assert_eq!(left.complement().complement(), left);
        }

        #[test]
        fn blocks_make_up_the_set(nets in some_nets()) {
            let set = set_of(&nets);
            let blocks = set.blocks();
            prop_assert_eq!(AddressSet::of(Family::V4, blocks.iter().map(|net| range_of(*net))), set);
        }

        #[test]
        fn a_sweep_sees_exactly_the_blocks_that_hold_an_address(nets in some_nets(), probe in any::<u32>()) {
            let entries: Vec<(IpNet, usize)> = nets.iter().enumerate().map(|(i, net)| (IpNet::V4(*net), i)).collect();
            let map = AddressMap::sweep(&entries, |_, covering| covering.iter().fold(0u64, |sum, index| sum | 1 << **index));
            let probes = nets.iter().flat_map(|net| {
                let (low, high) = range_of(IpNet::V4(*net));
                [low, high, low.saturating_sub(1), (high + 1).min(u32::MAX as u128)]
            });
            for address in probes.chain([probe as u128]) {
                let expected = nets.iter().enumerate().filter(|(_, net)| net.contains(&Ipv4Addr::from(address as u32)))
                    .fold(0u64, |sum, (index, _)| sum | 1 << index);
                prop_assert_eq!(map.at(Family::V4, address), expected);
            }
            let split = map.split(&set_of(&nets));
            for (part, value) in &split {
                for (low, high) in part.ranges() {
                    prop_assert_eq!(map.at(Family::V4, *low), *value);
                    prop_assert_eq!(map.at(Family::V4, *high), *value);
                }
            }
            let parts = split.iter().fold(AddressSet::empty(Family::V4), |sum, (part, _)| sum.union(part));
            prop_assert_eq!(parts, set_of(&nets));
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
