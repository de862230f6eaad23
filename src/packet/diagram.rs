//! Interval decision diagrams: values for packets by source, destination, transport and source port together.
//!
//! Nearly every control reads one address and one port, and sets on two lines are enough. A firewall's rules read all
//! four at once. A diagram is a decision tree over the axes, always in the same order, whose nodes cut their axis into
//! intervals; equal nodes are one node, and a node that decides nothing is left out, so equal diagrams have equal
//! numbers (Strehl and Thiele, "Interval diagram techniques", 1998). It maps each packet to a number: nought for
//! nothing, so a set is a diagram of noughts and ones.
//!
//! Not good at sets that are unlike boxes: those have many nodes. There is a cap, and whoever builds one is told.

use rustc_hash::FxHashMap;

use super::address::{AddressSet, Family};
use super::transport::Interval;

/// What a node cuts, in the order of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// The source's address.
    Source,
    /// The destination's address.
    Destination,
    /// Protocol and destination port, on the transport line.
    Transport,
    /// The source's port.
    SourcePort,
}

/// Both ends included, on any axis.
type Range = (u128, u128);

/// A value for every packet: a node's number, or the value itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Diagram(u32);

const FIRST_NODE: u32 = 1 << 31;

impl Diagram {
    /// Nothing, for every packet.
    pub const NOTHING: Diagram = Diagram(0);

    /// One value for every packet.
    pub fn constant(value: u32) -> Diagram {
        debug_assert!(value < FIRST_NODE, "values are fewer than nodes could be");
        Diagram(value & !FIRST_NODE)
    }

    fn node(self) -> Option<usize> {
        self.0.checked_sub(FIRST_NODE).map(|number| number as usize)
    }
}

/// Packets that are every combination of four sets; none where any of a kind will do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packets {
    /// Sources.
    pub source: Option<AddressSet>,
    /// Destinations.
    pub destination: Option<AddressSet>,
    /// Protocols and destination ports.
    pub transport: Option<Vec<Interval>>,
    /// Source ports.
    pub source_ports: Option<Vec<(u16, u16)>>,
}

/// Packets with the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The packets.
    pub packets: Packets,
    /// Their value.
    pub value: u32,
}

/// One packet's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its source.
    pub source: u128,
    /// Its destination.
    pub destination: u128,
    /// Its protocol and destination port, as a point of the transport line.
    pub transport: u32,
    /// Its source port.
    pub source_port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Node {
    axis: Axis,
    /// The last point of each interval, ascending, and what holds there; neighbours differ.
    pieces: Box<[(u128, Diagram)]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    OrElse,
    Within,
    Without,
}

/// The nodes of some diagrams of one family of addresses.
#[derive(Debug, Clone)]
pub struct Diagrams {
    family: Family,
    nodes: Vec<Node>,
    numbers: FxHashMap<Node, u32>,
    results: FxHashMap<(Operation, Diagram, Diagram), Diagram>,
    most: usize,
}

impl Diagrams {
    /// No diagrams yet, and room for so many nodes.
    pub fn new(family: Family, most: usize) -> Diagrams {
        Diagrams {
            family,
            nodes: Vec::new(),
            numbers: FxHashMap::default(),
            results: FxHashMap::default(),
            most,
        }
    }

    /// Whether there were more nodes than room: what was made since then says too little.
    pub fn is_full(&self) -> bool {
        self.nodes.len() >= self.most
    }

    fn last(&self, axis: Axis) -> u128 {
        match axis {
            Axis::Source | Axis::Destination => self.family.last(),
            Axis::Transport => (1 << 24) - 1,
            Axis::SourcePort => u128::from(u16::MAX),
        }
    }

    /// The node of some pieces, which cover the axis.
    fn make(&mut self, axis: Axis, pieces: Vec<(u128, Diagram)>) -> Diagram {
        let mut kept: Vec<(u128, Diagram)> = Vec::with_capacity(pieces.len());
        for (last, value) in pieces {
            match kept.last_mut() {
                Some(piece) if piece.1 == value => piece.0 = last,
                Some(_) | None => kept.push((last, value)),
            }
        }
        if let [(_, only)] = kept.as_slice() {
            return *only;
        }
        let node = Node { axis, pieces: kept.into() };
        if let Some(number) = self.numbers.get(&node) {
            return Diagram(FIRST_NODE | *number);
        }
        if self.is_full() {
            return Diagram::NOTHING;
        }
        let number = self.nodes.len() as u32;
        self.nodes.push(node.clone());
        self.numbers.insert(node, number);
        Diagram(FIRST_NODE | number)
    }

    /// `inside` on some ranges of an axis, nothing elsewhere.
    fn cut(&mut self, axis: Axis, ranges: impl Iterator<Item = Range>, inside: Diagram) -> Diagram {
        let end = self.last(axis);
        let mut pieces: Vec<(u128, Diagram)> = Vec::new();
        let mut next = Some(0u128);
        for (low, high) in ranges {
            if low > next.unwrap_or(0) {
                pieces.push((low - 1, Diagram::NOTHING));
            }
            pieces.push((high, inside));
            next = high.checked_add(1).filter(|next| *next <= end);
        }
        if next.is_some() {
            pieces.push((end, Diagram::NOTHING));
        }
        self.make(axis, pieces)
    }

    /// A value for some packets, nothing for the others. Ranges are sorted and neither overlap nor touch.
    pub fn of(&mut self, packets: &Packets, value: u32) -> Diagram {
        let mut diagram = Diagram::constant(value);
        if let Some(ports) = &packets.source_ports {
            let ranges = ports.iter().map(|(low, high)| (u128::from(*low), u128::from(*high)));
            diagram = self.cut(Axis::SourcePort, ranges, diagram);
        }
        if let Some(transport) = &packets.transport {
            let ranges = transport.iter().map(|(low, high)| (u128::from(*low), u128::from(*high)));
            diagram = self.cut(Axis::Transport, ranges, diagram);
        }
        if let Some(destination) = &packets.destination {
            diagram = self.cut(Axis::Destination, destination.ranges().iter().copied(), diagram);
        }
        if let Some(source) = &packets.source {
            diagram = self.cut(Axis::Source, source.ranges().iter().copied(), diagram);
        }
        diagram
    }

    /// The value of the first of some rules that a packet matches, nothing where it matches none.
    ///
    /// Halves are put together, not one rule after the other: O(n log n) nodes are looked at for rules that are apart.
    pub fn first_match(&mut self, rules: &[(Packets, u32)]) -> Diagram {
        match rules {
            [] => Diagram::NOTHING,
            [(packets, value)] => self.of(packets, *value),
            several => {
                let (first, rest) = several.split_at(several.len() / 2);
                let first = self.first_match(first);
                let rest = self.first_match(rest);
                self.or_else(first, rest)
            }
        }
    }

    /// The first's values, the second's where the first has none: of sets, the union.
    pub fn or_else(&mut self, first: Diagram, second: Diagram) -> Diagram {
        if first == second || second == Diagram::NOTHING {
            return first;
        }
        if first.node().is_none() && first != Diagram::NOTHING {
            return first;
        }
        if first == Diagram::NOTHING {
            return second;
        }
        self.combine(Operation::OrElse, first, second)
    }

    /// The first's values where the second has any: of sets, the intersection.
    pub fn within(&mut self, first: Diagram, second: Diagram) -> Diagram {
        if first == second || first == Diagram::NOTHING || second == Diagram::NOTHING {
            return first.min(second);
        }
        if second.node().is_none() {
            return first;
        }
        self.combine(Operation::Within, first, second)
    }

    /// The first's values where the second has none: of sets, the difference.
    pub fn without(&mut self, first: Diagram, second: Diagram) -> Diagram {
        if first == second || first == Diagram::NOTHING {
            return Diagram::NOTHING;
        }
        if second.node().is_none() {
            return if second == Diagram::NOTHING { first } else { Diagram::NOTHING };
        }
        self.combine(Operation::Without, first, second)
    }

    fn combine(&mut self, operation: Operation, first: Diagram, second: Diagram) -> Diagram {
        if let Some(known) = self.results.get(&(operation, first, second)) {
            return *known;
        }
        let axis_of = |diagram: Diagram| diagram.node().map(|number| self.nodes[number].axis);
        let axis = match (axis_of(first), axis_of(second)) {
            (Some(one), Some(other)) => one.min(other),
            (Some(one), None) => one,
            (None, Some(other)) => other,
            // Each operation answers for two values by itself.
            (None, None) => return first,
        };
        let (left, right) = (self.pieces(first, axis), self.pieces(second, axis));
        let (mut next_left, mut next_right) = (0, 0);
        let mut pieces: Vec<(u128, Diagram)> = Vec::with_capacity(left.len() + right.len());
        // Ends: every round leaves at least one piece behind, and both lists end at the axis's last point.
        while let (Some((one_last, one)), Some((other_last, other))) =
            (left.get(next_left).copied(), right.get(next_right).copied())
        {
            let value = match operation {
                Operation::OrElse => self.or_else(one, other),
                Operation::Within => self.within(one, other),
                Operation::Without => self.without(one, other),
            };
            let last = one_last.min(other_last);
            pieces.push((last, value));
            next_left += usize::from(one_last == last);
            next_right += usize::from(other_last == last);
        }
        let result = self.make(axis, pieces);
        self.results.insert((operation, first, second), result);
        result
    }

    /// The same with other values.
    pub fn relabelled(&mut self, diagram: Diagram, label: &mut impl FnMut(u32) -> u32) -> Diagram {
        let mut known = FxHashMap::default();
        self.relabel(diagram, label, &mut known)
    }

    fn relabel(
        &mut self,
        diagram: Diagram,
        label: &mut impl FnMut(u32) -> u32,
        known: &mut FxHashMap<Diagram, Diagram>,
    ) -> Diagram {
        if let Some(done) = known.get(&diagram) {
            return *done;
        }
        let result = match diagram.node() {
            None => Diagram::constant(label(diagram.0)),
            Some(number) => {
                let Node { axis, pieces } = self.nodes[number].clone();
                let pieces = pieces.iter().map(|(last, child)| (*last, self.relabel(*child, label, known)));
                let pieces = pieces.collect();
                self.make(axis, pieces)
            }
        };
        known.insert(diagram, result);
        result
    }

    /// A diagram's pieces on an axis that it may not cut.
    fn pieces(&self, diagram: Diagram, axis: Axis) -> Vec<(u128, Diagram)> {
        match diagram.node().map(|number| &self.nodes[number]) {
            Some(node) if node.axis == axis => node.pieces.to_vec(),
            Some(_) | None => vec![(self.last(axis), diagram)],
        }
    }

    /// The value for a packet.
    pub fn value(&self, diagram: Diagram, header: Header) -> u32 {
        let mut at = diagram;
        // Ends: each round goes one axis down.
        while let Some(number) = at.node() {
            let node = &self.nodes[number];
            let point = match node.axis {
                Axis::Source => header.source,
                Axis::Destination => header.destination,
                Axis::Transport => u128::from(header.transport),
                Axis::SourcePort => u128::from(header.source_port),
            };
            at = node.pieces[node.pieces.partition_point(|(last, _)| *last < point)].1;
        }
        at.0
    }

    /// The packets that have a value, as boxes that do not overlap.
    pub fn cells(&self, diagram: Diagram) -> Vec<Cell> {
        let mut cells = Vec::new();
        self.descend(diagram, Packets::default(), &mut cells);
        cells
    }

    fn descend(&self, diagram: Diagram, packets: Packets, cells: &mut Vec<Cell>) {
        if diagram == Diagram::NOTHING {
            return;
        }
        let Some(node) = diagram.node().map(|number| &self.nodes[number]) else {
            cells.push(Cell { packets, value: diagram.0 });
            return;
        };
        // Pieces with the same continuation are one box.
        let mut parts: Vec<(Diagram, Vec<Range>)> = Vec::new();
        let mut low = 0;
        for (last, child) in &node.pieces {
            match parts.iter_mut().find(|(known, _)| known == child) {
                Some((_, ranges)) => ranges.push((low, *last)),
                None => parts.push((*child, vec![(low, *last)])),
            }
            low = last.saturating_add(1);
        }
        for (child, ranges) in parts {
            let mut part = packets.clone();
            let short = |(low, high): &Range| (*low as u32, *high as u32);
            match node.axis {
                Axis::Source => part.source = Some(AddressSet::of(self.family, ranges)),
                Axis::Destination => part.destination = Some(AddressSet::of(self.family, ranges)),
                Axis::Transport => part.transport = Some(ranges.iter().map(short).collect()),
                Axis::SourcePort => {
                    let ports = ranges.iter().map(|(low, high)| (*low as u16, *high as u16));
                    part.source_ports = Some(ports.collect());
                }
            }
            self.descend(child, part, cells);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MOST: usize = 1 << 16;

    fn ranges(last: u32) -> impl Strategy<Value = Option<Vec<(u32, u32)>>> {
        let point = prop_oneof![0u32..12, last - 5..=last, 0u32..=last];
        let range = (point.clone(), point).prop_map(|(one, other)| (one.min(other), one.max(other)));
        prop_oneof![Just(None), proptest::collection::vec(range, 0..4).prop_map(Some)]
    }

    fn canonical(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let wide = ranges.iter().map(|(low, high)| (u128::from(*low), u128::from(*high)));
        let set = AddressSet::of(Family::V6, wide);
        set.ranges().iter().map(|(low, high)| (*low as u32, *high as u32)).collect()
    }

    fn addresses(ranges: &[(u32, u32)]) -> AddressSet {
        AddressSet::of(Family::V4, ranges.iter().map(|(low, high)| (u128::from(*low), u128::from(*high))))
    }

    fn some_packets() -> impl Strategy<Value = Packets> {
        let transport = ranges((1 << 24) - 1);
        (ranges(u32::MAX), ranges(u32::MAX), transport, ranges(65535)).prop_map(
            |(source, destination, transport, ports)| Packets {
                source: source.as_deref().map(addresses),
                destination: destination.as_deref().map(addresses),
                transport: transport.as_deref().map(canonical),
                source_ports: ports
                    .as_deref()
                    .map(canonical)
                    .map(|ports| ports.into_iter().map(|(low, high)| (low as u16, high as u16)).collect()),
            },
        )
    }

    fn rules() -> impl Strategy<Value = Vec<(Packets, u32)>> {
        proptest::collection::vec((some_packets(), 1u32..4), 0..6)
    }

    fn some_header() -> impl Strategy<Value = Header> {
        let address = || prop_oneof![0u32..14, u32::MAX - 6..=u32::MAX, any::<u32>()];
        let transport = prop_oneof![0u32..14, (1u32 << 24) - 7..(1 << 24), 0u32..(1 << 24)];
        let port = prop_oneof![0u16..14, u16::MAX - 6..=u16::MAX, any::<u16>()];
        (address(), address(), transport, port).prop_map(|(source, destination, transport, source_port)| {
            Header {
                source: u128::from(source),
                destination: u128::from(destination),
                transport,
                source_port,
            }
        })
    }

    fn holds(packets: &Packets, header: Header) -> bool {
        let inside = |ranges: &[(u32, u32)], point: u32| {
            ranges.iter().any(|(low, high)| (*low..=*high).contains(&point))
        };
        packets.source.as_ref().is_none_or(|it| it.holds(header.source))
            && packets.destination.as_ref().is_none_or(|it| it.holds(header.destination))
            && packets.transport.as_ref().is_none_or(|it| inside(it, header.transport))
            && packets
                .source_ports
                .as_ref()
                .is_none_or(|it| it.iter().any(|(low, high)| (*low..=*high).contains(&header.source_port)))
    }

    fn plainly(rules: &[(Packets, u32)], header: Header) -> u32 {
        rules.iter().find(|(packets, _)| holds(packets, header)).map_or(0, |(_, value)| *value)
    }

    proptest! {
        #[test]
        fn the_first_rule_that_matches_gives_the_value(
            rules in rules(), headers in proptest::collection::vec(some_header(), 1..40)
        ) {
            let mut diagrams = Diagrams::new(Family::V4, MOST);
            let diagram = diagrams.first_match(&rules);
            for header in headers {
                prop_assert_eq!(diagrams.value(diagram, header), plainly(&rules, header));
            }
        }

        #[test]
        fn operations_agree_with_plain_evaluation(
            one in rules(), other in rules(), headers in proptest::collection::vec(some_header(), 1..40)
        ) {
            let mut diagrams = Diagrams::new(Family::V4, MOST);
            let (left, right) = (diagrams.first_match(&one), diagrams.first_match(&other));
            let union = diagrams.or_else(left, right);
            let both = diagrams.within(left, right);
            let less = diagrams.without(left, right);
            for header in headers {
                let (first, second) = (plainly(&one, header), plainly(&other, header));
                let or_else = if first == 0 { second } else { first };
                prop_assert_eq!(diagrams.value(union, header), or_else);
                prop_assert_eq!(diagrams.value(both, header), if second == 0 { 0 } else { first });
                prop_assert_eq!(diagrams.value(less, header), if second == 0 { first } else { 0 });
            }
            prop_assert_eq!(diagrams.or_else(both, less), left);
            prop_assert_eq!(diagrams.within(less, right), Diagram::NOTHING);
        }

        #[test]
        fn equal_values_have_equal_numbers(rules in rules(), extra in some_packets()) {
            let mut diagrams = Diagrams::new(Family::V4, MOST);
            let diagram = diagrams.first_match(&rules);
            // One rule after the other, and with a rule that decides nothing any more.
            let mut plain = Diagram::NOTHING;
            for (packets, value) in rules.iter().rev() {
                let rule = diagrams.of(packets, *value);
                plain = diagrams.or_else(rule, plain);
            }
            prop_assert_eq!(plain, diagram);
            let extra = diagrams.of(&extra, 7);
            let shadowed = diagrams.within(extra, diagram);
            prop_assert_eq!(diagrams.or_else(diagram, shadowed), diagram);
        }

        #[test]
        fn other_values_stand_where_the_old_ones_stood(rules in rules(), header in some_header()) {
            let mut diagrams = Diagrams::new(Family::V4, MOST);
            let diagram = diagrams.first_match(&rules);
            let other = diagrams.relabelled(diagram, &mut |value| if value == 2 { 0 } else { value + 10 });
            let old = plainly(&rules, header);
            prop_assert_eq!(diagrams.value(other, header), if old == 2 { 0 } else { old + 10 });
            let only = diagrams.relabelled(diagram, &mut |value| u32::from(value == 1));
            prop_assert_eq!(diagrams.value(only, header), u32::from(old == 1));
        }

        #[test]
        fn cells_make_up_the_diagram(
            rules in rules(), headers in proptest::collection::vec(some_header(), 1..40)
        ) {
            let mut diagrams = Diagrams::new(Family::V4, MOST);
            let diagram = diagrams.first_match(&rules);
            let cells = diagrams.cells(diagram);
            for header in headers {
                let mut found = cells.iter().filter(|cell| holds(&cell.packets, header));
                let value = found.next().map_or(0, |cell| cell.value);
                prop_assert_eq!(value, diagrams.value(diagram, header));
                prop_assert!(found.next().is_none());
            }
        }
    }

    #[test]
    fn a_full_store_says_so() {
        let mut diagrams = Diagrams::new(Family::V6, 2);
        let box_of = |first: u128| Packets {
            source: Some(AddressSet::of(Family::V6, [(first, first + 1)])),
            ..Packets::default()
        };
        let rules: Vec<(Packets, u32)> = (0..5).map(|number| (box_of(number * 4), 1)).collect();
        diagrams.first_match(&rules);
        assert!(diagrams.is_full());
    }

    #[test]
    fn the_last_address_of_a_family_is_in_the_last_piece() {
        let mut diagrams = Diagrams::new(Family::V6, MOST);
        let last = Packets {
            destination: Some(AddressSet::of(Family::V6, [(u128::MAX - 1, u128::MAX)])),
            ..Packets::default()
        };
        let diagram = diagrams.of(&last, 5);
        let header = Header { source: 0, destination: u128::MAX, transport: 0, source_port: 0 };
        assert_eq!(diagrams.value(diagram, header), 5);
        assert_eq!(diagrams.value(diagram, Header { destination: u128::MAX - 2, ..header }), 0);
    }
}
