//! Sets of (protocol, port) and (ICMP type, code): canonical, interned intervals on one line.
//!
//! A point of the line is `protocol << 16 | port`, or `protocol << 16 | type << 8 | code` for ICMP. A protocol
//! without ports always occupies its whole block of 2¹⁶ points. A set is a sorted list of disjoint intervals that do
//! not touch; interned, so that equality is an integer compare. Union, intersection and difference cost one merge
//! the first time and one look-up in a direct-mapped memo after that. Not good at sets that depend on two ports
//! jointly: nothing in a VPC does, except firewalls.

use rustc_hash::FxHashMap;

/// Numbers of the protocols that have names.
pub mod protocol {
    /// ICMP.
    pub const ICMP: u8 = 1;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// ICMP for IPv6.
    pub const ICMPV6: u8 = 58;
}

/// Both ends included.
pub type Interval = (u32, u32);

/// Sets of ports, types or codes of one protocol, both ends included.
pub type Ports = Vec<(u16, u16)>;

const LINE_LAST: u32 = (1 << 24) - 1;

/// An interned set. Two sets of one family of interners are equal exactly when their handles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransportSet(u32);

impl TransportSet {
    /// Nothing.
    pub const EMPTY: TransportSet = TransportSet(0);
    /// Every packet.
    pub const ALL: TransportSet = TransportSet(1);

    /// Its number among the sets, for who stores them.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The set with a number.
    pub(crate) fn numbered(number: u32) -> TransportSet {
        TransportSet(number)
    }

    /// Whether it holds nothing.
    pub fn is_empty(self) -> bool {
        self == TransportSet::EMPTY
    }
}

/// The sets of a compiled network, numbered.
#[derive(Debug, Clone)]
pub struct TransportSets {
    intervals: Vec<Interval>,
    spans: Vec<(u32, u32)>,
    by_hash: FxHashMap<u64, u32>,
    first: u32,
}

impl Default for TransportSets {
    fn default() -> Self {
        let mut sets = TransportSets::starting_at(0);
        sets.intern(&[]);
        sets.intern(&[(0, LINE_LAST)]);
        sets
    }
}

/// Whether intervals are sorted and neither overlap nor touch.
fn is_canonical(intervals: &[Interval]) -> bool {
    intervals.iter().all(|(low, high)| low <= high)
        && intervals.windows(2).all(|pair| pair[0].1 < pair[1].0 && pair[1].0 - pair[0].1 > 1)
}

fn hash(intervals: &[Interval]) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    intervals.hash(&mut hasher);
    hasher.finish()
}

impl TransportSets {
    /// The sets of lists of intervals, numbered as they come; none if they are not canonical, as they are here.
    pub(crate) fn of_lists(lists: &[Vec<Interval>]) -> Option<TransportSets> {
        let mut sets = TransportSets::starting_at(0);
        for (number, list) in (0..).zip(lists) {
            let is_on_line = list.last().is_none_or(|(_, high)| *high <= LINE_LAST);
            if !is_on_line || !is_canonical(list) || sets.intern(list) != TransportSet(number) {
                return None;
            }
        }
        let begins = lists.get(..2).is_some_and(|it| it[0].is_empty() && it[1] == [(0, LINE_LAST)]);
        begins.then_some(sets)
    }

    fn starting_at(first: u32) -> TransportSets {
        TransportSets { intervals: Vec::new(), spans: Vec::new(), by_hash: FxHashMap::default(), first }
    }

    /// How many distinct sets there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none; never, since nothing and everything are always there.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The intervals of a set.
    pub fn intervals(&self, set: TransportSet) -> &[Interval] {
        let (start, length) = self.spans[(set.0 - self.first) as usize];
        &self.intervals[start as usize..(start + length) as usize]
    }

    fn find(&self, hash: u64, intervals: &[Interval]) -> Result<TransportSet, u64> {
        let mut slot = hash;
        // Ends: each step looks at another slot, and there are finitely many full ones.
        while let Some(&index) = self.by_hash.get(&slot) {
            if self.intervals(TransportSet(index)) == intervals {
                return Ok(TransportSet(index));
            }
            slot = slot.wrapping_add(1);
        }
        Err(slot)
    }

    fn intern(&mut self, intervals: &[Interval]) -> TransportSet {
        match self.find(hash(intervals), intervals) {
            Ok(set) => set,
            Err(slot) => self.add(slot, intervals),
        }
    }

    fn add(&mut self, slot: u64, intervals: &[Interval]) -> TransportSet {
        let index = self.first + self.spans.len() as u32;
        self.spans.push((self.intervals.len() as u32, intervals.len() as u32));
        self.intervals.extend_from_slice(intervals);
        self.by_hash.insert(slot, index);
        TransportSet(index)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
}

const MEMO_SLOTS: usize = 1 << 14;

/// From the handles of one workspace to those of another over the same base.
#[derive(Debug, Clone)]
pub struct Translation {
    first: u32,
    sets: Vec<TransportSet>,
}

impl Translation {
    /// The handle of the same set; those of the base stay.
    pub fn of(&self, set: TransportSet) -> TransportSet {
        let made = set.0.checked_sub(self.first);
        made.map_or(set, |number| self.sets[number as usize])
    }
}

/// Where sets are combined: a frozen base and an overlay for what a query makes.
///
/// One a thread; nothing in it is shared or locked. [`Workspace::into_sets`] turns the overlay of an empty base into
/// the sets of a network.
#[derive(Debug, Clone, Default)]
pub struct Workspace<'a> {
    base: Option<&'a TransportSets>,
    overlay: TransportSets,
    memo: Vec<(u32, u32, u32, Operation)>,
    buffer: Vec<Interval>,
}

impl<'a> Workspace<'a> {
    /// A workspace over the sets of a network.
    pub fn over(base: &'a TransportSets) -> Workspace<'a> {
        let overlay = TransportSets::starting_at(base.len() as u32);
        Workspace { base: Some(base), overlay, memo: Vec::new(), buffer: Vec::new() }
    }

    /// A workspace without a base that goes on from some sets.
    pub fn resume(sets: TransportSets) -> Workspace<'static> {
        Workspace { base: None, overlay: sets, memo: Vec::new(), buffer: Vec::new() }
    }

    /// Takes in what another workspace made over a base that this one holds as its first sets.
    pub fn take_in(&mut self, others: &TransportSets) -> Translation {
        let made = (0..others.len() as u32).map(|number| TransportSet(others.first + number));
        let sets = made.map(|set| self.intern(others.intervals(set))).collect();
        Translation { first: others.first, sets }
    }

    /// The sets made so far, without those of the base.
    pub fn into_sets(self) -> TransportSets {
        self.overlay
    }

    /// Forgets what queries made once that is much, so that long runs do not grow. Says whether it did: handles made
    /// before must not be used any more then.
    pub fn reset(&mut self) -> bool {
        let Some(base) = self.base.filter(|_| self.overlay.len() > 1 << 16) else { return false };
        self.overlay = TransportSets::starting_at(base.len() as u32);
        self.memo.clear();
        true
    }

    /// The intervals of a set.
    #[inline]
    pub fn intervals(&self, set: TransportSet) -> &[Interval] {
        match self.base {
            Some(base) if set.0 < self.overlay.first => base.intervals(set),
            Some(_) | None => self.overlay.intervals(set),
        }
    }

    /// The set of some intervals, in any order, overlapping or not.
    pub fn of(&mut self, intervals: &[Interval]) -> TransportSet {
        if is_canonical(intervals) {
            return self.intern(intervals);
        }
        let mut sorted: Vec<Interval> = intervals.iter().copied().filter(|(low, high)| low <= high).collect();
        sorted.sort_unstable();
        let mut canonical: Vec<Interval> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match canonical.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                Some(_) | None => canonical.push((low, high)),
            }
        }
        self.intern(&canonical)
    }

    /// Every packet of a protocol.
    pub fn protocol(&mut self, number: u8) -> TransportSet {
        let start = u32::from(number) << 16;
        self.of(&[(start, start | 0xffff)])
    }

    /// Ports of a protocol, both ends included.
    pub fn ports(&mut self, number: u8, from: u16, to: u16) -> TransportSet {
        let start = u32::from(number) << 16;
        self.of(&[(start | u32::from(from), start | u32::from(to))])
    }

    fn intern(&mut self, intervals: &[Interval]) -> TransportSet {
        let hash = hash(intervals);
        if let Some(base) = self.base
            && let Ok(set) = base.find(hash, intervals)
        {
            return set;
        }
        match self.overlay.find(hash, intervals) {
            Ok(set) => set,
            Err(slot) => self.overlay.add(slot, intervals),
        }
    }

    /// What is in either.
    #[inline]
    pub fn union(&mut self, left: TransportSet, right: TransportSet) -> TransportSet {
        if left == right || right.is_empty() {
            return left;
        }
        if left.is_empty() || right == TransportSet::ALL {
            return right;
        }
        if left == TransportSet::ALL {
            return left;
        }
        self.combine(left.min(right), left.max(right), Operation::Union)
    }

    /// What is in both.
    #[inline]
    pub fn intersection(&mut self, left: TransportSet, right: TransportSet) -> TransportSet {
        if left == right || right == TransportSet::ALL {
            return left;
        }
        if left == TransportSet::ALL {
            return right;
        }
        if left.is_empty() || right.is_empty() {
            return TransportSet::EMPTY;
        }
        self.combine(left.min(right), left.max(right), Operation::Intersection)
    }

    /// What is in the first and not in the second.
    pub fn difference(&mut self, left: TransportSet, right: TransportSet) -> TransportSet {
        if left == right || left.is_empty() || right == TransportSet::ALL {
            return TransportSet::EMPTY;
        }
        if right.is_empty() {
            return left;
        }
        self.combine(left, right, Operation::Difference)
    }

    fn combine(&mut self, left: TransportSet, right: TransportSet, operation: Operation) -> TransportSet {
        if self.memo.is_empty() {
            self.memo = vec![(0, 0, 0, Operation::Union); MEMO_SLOTS];
        }
        let mixed = (left.0.wrapping_mul(0x9e37_79b1) ^ right.0.wrapping_mul(0x85eb_ca6b)) as usize;
        let slot = (mixed ^ (mixed >> 15) ^ operation as usize) & (MEMO_SLOTS - 1);
        let (memo_left, memo_right, result, memo_operation) = self.memo[slot];
        if (memo_left, memo_right, memo_operation) == (left.0, right.0, operation) {
            return TransportSet(result);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        merge(self.intervals(left), self.intervals(right), operation, &mut buffer);
        let result = self.intern(&buffer);
        self.buffer = buffer;
        self.memo[slot] = (left.0, right.0, result.0, operation);
        result
    }
}

/// One pass over both lists. An interval of the result begins or ends only where one of them does.
fn merge(left: &[Interval], right: &[Interval], operation: Operation, result: &mut Vec<Interval>) {
    let inside = |in_left: bool, in_right: bool| match operation {
        Operation::Union => in_left || in_right,
        Operation::Intersection => in_left && in_right,
        Operation::Difference => in_left && !in_right,
    };
    // Boundaries are the starts and the points after the ends, so at most LINE_LAST + 1.
    let boundary = |list: &[Interval], index: usize| {
        list.get(index / 2).map(|(low, high)| if index.is_multiple_of(2) { *low } else { high + 1 })
    };
    let (mut next_left, mut next_right) = (0, 0);
    let mut start = None;
    // Ends: every round passes at least one boundary of one list.
    while let Some(point) = match (boundary(left, next_left), boundary(right, next_right)) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    } {
        while boundary(left, next_left) == Some(point) {
            next_left += 1;
        }
        while boundary(right, next_right) == Some(point) {
            next_right += 1;
        }
        match (start, inside(next_left % 2 == 1, next_right % 2 == 1)) {
            (None, true) => start = Some(point),
            (Some(low), false) => {
                result.push((low, point - 1));
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some_intervals() -> impl Strategy<Value = Vec<Interval>> {
        let point = prop_oneof![0u32..200, (1u32 << 24) - 200..(1 << 24), 0u32..(1 << 24)];
        let interval = (point.clone(), point).prop_map(|(one, other)| (one.min(other), one.max(other)));
        proptest::collection::vec(interval, 0..8)
    }

    fn holds(intervals: &[Interval], point: u32) -> bool {
        intervals.iter().any(|(low, high)| (*low..=*high).contains(&point))
    }

    proptest! {
        #[test]
        fn operations_agree_with_membership(
            one in some_intervals(), other in some_intervals(), extra in 0u32..(1 << 24)
        ) {
            let mut workspace = Workspace::default();
            let (left, right) = (workspace.of(&one), workspace.of(&other));
            let union = workspace.union(left, right);
            let intersection = workspace.intersection(left, right);
            let difference = workspace.difference(left, right);
            let edges = one.iter().chain(&other).flat_map(|(low, high)| [*low, *high, low.saturating_sub(1), (high + 1).min(LINE_LAST)]);
            for point in edges.chain([extra]) {
                let (in_one, in_other) = (holds(&one, point), holds(&other, point));
                prop_assert_eq!(holds(workspace.intervals(union), point), in_one || in_other);
                prop_assert_eq!(holds(workspace.intervals(intersection), point), in_one && in_other);
                prop_assert_eq!(holds(workspace.intervals(difference), point), in_one && !in_other);
            }
        }

        #[test]
        fn subtraction_and_intersection_split_a_set(one in some_intervals(), other in some_intervals()) {
            let mut workspace = Workspace::default();
            let (left, right) = (workspace.of(&one), workspace.of(&other));
            let (less, both) = (workspace.difference(left, right), workspace.intersection(left, right));
            prop_assert_eq!(workspace.union(less, both), left);
            prop_assert_eq!(workspace.intersection(less, right), TransportSet::EMPTY);
        }

        #[test]
        fn equal_sets_have_equal_handles(one in some_intervals(), cut in 0u32..(1 << 24)) {
            let mut workspace = Workspace::default();
            let whole = workspace.of(&one);
            let halves: Vec<Interval> = one.iter().flat_map(|(low, high)| {
                if (*low..*high).contains(&cut) { vec![(cut + 1, *high), (*low, cut)] } else { vec![(*low, *high)] }
            }).collect();
            prop_assert_eq!(workspace.of(&halves), whole);
        }

        #[test]
        fn a_workspace_over_a_base_finds_the_base_sets(one in some_intervals(), other in some_intervals()) {
            let mut first = Workspace::default();
            let set = first.of(&one);
            let sets = first.into_sets();
            let mut second = Workspace::over(&sets);
            prop_assert_eq!(second.of(&one), set);
            let new = second.of(&other);
            let both = second.union(set, new);
            let again = second.difference(both, new);
            let expected = second.difference(set, new);
            prop_assert_eq!(again, expected);
        }
    }

    #[test]
    fn protocols_without_ports_occupy_their_block() {
        let mut workspace = Workspace::default();
        let gre = workspace.protocol(47);
        assert_eq!(workspace.intervals(gre), &[(47 << 16, (47 << 16) | 0xffff)]);
        let all_tcp = workspace.ports(protocol::TCP, 0, 65535);
        assert_eq!(all_tcp, workspace.protocol(protocol::TCP));
    }
}
