//! Maps from addresses to values: pieces of a line that have the same value, one line a family.
//!
//! An [`AddressMap`] is built by one sweep over nested blocks (CIDRs never overlap in part), in O(n log n), and looked
//! up by binary search; it serves route tables (longest prefix), security groups (union) and network ACLs (first
//! match) alike, since only the value of a piece differs. Not good at change: it is built once.

use ipnet::IpNet;
use smallvec::SmallVec;

use super::address::{AddressSet, Family, range_of};

/// One family's half of a map: each value holds from its start to just before the next. Starts and values lie side by
/// side, so that a look-up in a short map touches one place of the memory.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line<A, T> {
    pieces: Box<[(A, T)]>,
}

impl<A: Copy + Ord + Default, T: Copy + Eq> Line<A, T> {
    /// The same value everywhere.
    fn constant(value: T) -> Line<A, T> {
        Line { pieces: Box::new([(A::default(), value)]) }
    }

    /// The line of some pieces; none if they do not begin at the first address, are not in order or could be joined.
    fn of(pieces: Vec<(A, T)>) -> Option<Line<A, T>> {
        let begins = pieces.first().is_some_and(|(start, _)| *start == A::default());
        let goes_on = pieces.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1);
        (begins && goes_on).then(|| Line { pieces: pieces.into() })
    }

    /// The line with every value replaced. Values that become equal are joined, so that pieces stay canonical.
    fn map<U: Copy + Eq>(&self, convert: &mut impl FnMut(T) -> U) -> Line<A, U> {
        let mut pieces: Vec<(A, U)> = Vec::new();
        for (start, value) in &self.pieces {
            let value = convert(*value);
            if pieces.last().is_none_or(|(_, last)| *last != value) {
                pieces.push((*start, value));
            }
        }
        Line { pieces: pieces.into() }
    }

    #[inline]
    fn index(&self, address: A) -> usize {
        self.pieces.partition_point(|(start, _)| *start <= address) - 1
    }

    #[inline]
    fn at(&self, address: A) -> T {
        self.pieces[self.index(address)].1
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
        AddressMap { v4: Line::constant(value), v6: Line::constant(value) }
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
            v4: Line { pieces: v4.into_iter().map(|(start, value)| (start as u32, value)).collect() },
            v6: Line { pieces: v6.into() },
        }
    }

    /// The map of pieces, each by its first address; none if they are not what a map has.
    pub(crate) fn of_pieces(v4: Vec<(u32, T)>, v6: Vec<(u128, T)>) -> Option<AddressMap<T>> {
        Some(AddressMap { v4: Line::of(v4)?, v6: Line::of(v6)? })
    }

    /// The value at an address.
    #[inline]
    pub fn at(&self, family: Family, bits: u128) -> T {
        match family {
            Family::V4 => self.v4.at(bits as u32),
            Family::V6 => self.v6.at(bits),
        }
    }

    /// The value at an address, and the last address up to which it holds.
    pub fn run_at(&self, family: Family, bits: u128) -> (T, u128) {
        let found = self.piece(family, self.index(family, bits));
        found.map_or_else(|| (self.at(family, bits), bits), |(_, end, value)| (value, end))
    }

    /// Every value, to be replaced. Values that differ must go on differing, so that pieces stay canonical.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let v6 = self.v6.pieces.iter_mut().map(|(_, value)| value);
        self.v4.pieces.iter_mut().map(|(_, value)| value).chain(v6)
    }

    /// How many pieces there are, of both families.
    pub fn piece_count(&self) -> usize {
        self.v4.pieces.len() + self.v6.pieces.len()
    }

    /// Every piece of a family: first address, last address, value.
    pub fn pieces(&self, family: Family) -> impl Iterator<Item = (u128, u128, T)> + '_ {
        self.pieces_within(family, 0, family.last())
    }

    fn piece(&self, family: Family, index: usize) -> Option<(u128, u128, T)> {
        match family {
            Family::V4 => {
                let (start, value) = *self.v4.pieces.get(index)?;
                let next = self.v4.pieces.get(index + 1);
                let end = next.map_or(family.last(), |(next, _)| u128::from(*next) - 1);
                Some((u128::from(start), end, value))
            }
            Family::V6 => {
                let (start, value) = *self.v6.pieces.get(index)?;
                let next = self.v6.pieces.get(index + 1);
                Some((start, next.map_or(family.last(), |(next, _)| next - 1), value))
            }
        }
    }

    fn pieces_within(
        &self,
        family: Family,
        low: u128,
        high: u128,
    ) -> impl Iterator<Item = (u128, u128, T)> + '_ {
        (self.index(family, low)..)
            .map_while(move |index| self.piece(family, index))
            .take_while(move |(start, _, _)| *start <= high)
            .map(move |(start, end, value)| (start.max(low), end.min(high), value))
    }

    /// Splits a set by value: one part a value, in the order in which the values first occur.
    pub fn split(&self, set: &AddressSet) -> SmallVec<[(AddressSet, T); 1]> {
        let family = set.family();
        let constant = match family {
            Family::V4 => self.v4.pieces.len() == 1,
            Family::V6 => self.v6.pieces.len() == 1,
        };
        match set.ranges() {
            [] => return SmallVec::new(),
            // One value everywhere, or one address.
            [(low, high), rest @ ..] if constant || (low == high && rest.is_empty()) => {
                return SmallVec::from_buf([(set.clone(), self.at(family, *low))]);
            }
            // The internet is tens of thousands of ranges, most of them in one piece of a map.
            [_, _, ..] => {
                if let Some(value) = self.one_value(set) {
                    return SmallVec::from_buf([(set.clone(), value)]);
                }
            }
            [_] => {}
        }
        let mut parts: SmallVec<[(Vec<(u128, u128)>, T); 1]> = SmallVec::new();
        let mut left = set.ranges();
        let mut low = left.first().map_or(0, |range| range.0);
        // Ends: each round leaves a piece behind, or at least one range.
        while let Some((_, high)) = left.first() {
            let Some((_, end, value)) = self.piece(family, self.index(family, low)) else { break };
            let position = parts.iter().position(|(_, known)| *known == value);
            let part = match position {
                Some(position) => &mut parts[position].0,
                None => {
                    parts.push((Vec::new(), value));
                    let last = parts.len() - 1;
                    &mut parts[last].0
                }
            };
            if end < *high {
                part.push((low, end));
                low = end + 1;
                continue;
            }
            part.push((low, *high));
            let inside = left.partition_point(|(_, high)| *high <= end);
            part.extend_from_slice(&left[1..inside]);
            left = &left[inside..];
            low = left.first().map_or(0, |range| range.0);
        }
        if let [(_, value)] = parts.as_slice() {
            // The set itself, shared.
            return SmallVec::from_buf([(set.clone(), *value)]);
        }
        parts.into_iter().map(|(ranges, value)| (AddressSet::of_canonical(family, ranges), value)).collect()
    }

    fn index(&self, family: Family, address: u128) -> usize {
        match family {
            Family::V4 => self.v4.index(address as u32),
            Family::V6 => self.v6.index(address),
        }
    }

    /// The value of all addresses of a set, when they have the same. O(p log n) for p pieces and n ranges.
    fn one_value(&self, set: &AddressSet) -> Option<T> {
        let ranges = set.ranges();
        let mut low = ranges.first()?.0;
        let mut found: Option<T> = None;
        let mut left = ranges;
        // Ends: each round leaves a piece behind, or at least one range.
        while let Some((_, high)) = left.first() {
            let (_, end, value) = self.piece(set.family(), self.index(set.family(), low))?;
            if found.is_some_and(|known| known != value) {
                return None;
            }
            found = Some(value);
            if end < *high {
                low = end + 1;
                continue;
            }
            left = &left[left.partition_point(|(_, high)| *high <= end)..];
            low = left.first().map_or(low, |range| range.0);
        }
        found
    }

    /// The map with every value replaced.
    pub fn map<U: Copy + Eq>(&self, mut convert: impl FnMut(T) -> U) -> AddressMap<U> {
        AddressMap { v4: self.v4.map(&mut convert), v6: self.v6.map(&mut convert) }
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

/// The sweep: `ranges` are nested and sorted by start, wider first. Returns the pieces, each by its start.
fn pieces<'p, P, T: Copy + Eq>(
    family: Family,
    ranges: &[(u128, u128, &'p P)],
    mut value: impl FnMut(&[&'p P]) -> T,
) -> Vec<(u128, T)> {
    let mut pieces = vec![(0, value(&[]))];
    let mut ends: Vec<u128> = Vec::new();
    let mut payloads: Vec<&'p P> = Vec::new();
    let mut set = |start: u128, value: T| {
        pieces.pop_if(|(last, _)| *last == start);
        if pieces.last().is_none_or(|(_, last)| *last != value) {
            pieces.push((start, value));
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
    pieces
}
#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::super::address::tests::{set_of, some_nets};
    use super::*;

    proptest! {
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
}
