//! The exact packet set in its canonical form: disjoint entries in an order that depends on the set alone.
//!
//! The solver's parts are boxes, cut where its walk happened to split. Here the transport line is cut at every
//! boundary of every part, and ports with the same ends and the same client ports become one entry.

use std::borrow::Cow;

use super::traffic::{Addresses, IcmpTypes, Ports, is_everything, of_protocol, protocol_text};
use super::view::{Header, Packets};
use crate::packet::{AddressSet, Family, Interval, protocol};
use crate::solver::{PairAnswer, Part, Query, Verdict};

/// Protocols that are looked into; all others are whole or absent.
const NAMED: [u8; 4] = [protocol::TCP, protocol::UDP, protocol::ICMP, protocol::ICMPV6];
/// More boxes than this are not made disjoint: nothing but thousands of overlapping ends has so many.
const MOST_DISJOINT: usize = 256;

/// Sources and destinations that go together, with the client's ports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ends {
    source: AddressSet,
    destination: AddressSet,
    client: Ports,
}

/// The entries of one protocol or run of protocols.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    ranges: Vec<(u16, u16)>,
    ends: Vec<Ends>,
}

/// What passes for any of the pairs. What gets no answer is told only where nothing else passes.
pub(super) fn packets(query: &Query, pairs: &[PairAnswer]) -> Vec<Packets> {
    let mut packets = Vec::new();
    let is_answered = pairs.iter().any(|pair| matches!(pair.verdict, Verdict::Reachable | Verdict::Partial));
    for family in Family::BOTH {
        let parts: Vec<&Part> = pairs
            .iter()
            .filter(|pair| pair.family == family)
            .filter(|pair| !(is_answered && pair.verdict == Verdict::ForwardOnly))
            .flat_map(|pair| &pair.parts)
            .filter(|part| !part.forward.is_empty())
            .collect();
        if !parts.is_empty() {
            of_family(query, &parts, &mut packets);
        }
    }
    packets
}

fn of_family(query: &Query, parts: &[&Part], packets: &mut Vec<Packets>) {
    let lanes: Vec<(u8, Vec<Entry>)> =
        NAMED.iter().map(|number| (*number, lane(query, parts, *number))).collect();
    let others = other_lane(parts);
    if let Some(everything) = everything(&lanes, &others) {
        packets.extend(everything);
        return;
    }
    for (number, entries) in lanes {
        for entry in entries {
            for ends in entry.ends {
                let (ports, types) = match number {
                    protocol::TCP | protocol::UDP => (Ports(entry.ranges.clone()), IcmpTypes::default()),
                    _ => (Ports::default(), IcmpTypes(entry.ranges.clone())),
                };
                packets.push(entry_of(protocol_text(number), ends, ports, types));
            }
        }
    }
    for entry in others {
        for (low, high) in entry.ranges {
            let text = if low == high { low.to_string() } else { format!("{low}-{high}") };
            for ends in &entry.ends {
                packets.push(entry_of(
                    Cow::Owned(text.clone()),
                    ends.clone(),
                    Ports::default(),
                    IcmpTypes::default(),
                ));
            }
        }
    }
}

fn entry_of(
    protocol: Cow<'static, str>,
    ends: Ends,
    destination_ports: Ports,
    icmp_types: IcmpTypes,
) -> Packets {
    Packets {
        protocol,
        source_addresses: Addresses(ends.source),
        source_ports: ends.client,
        destination_addresses: Addresses(ends.destination),
        destination_ports,
        icmp_types,
    }
}

/// One entry for each pair of ends when every protocol passes whole, with the same client ports.
fn everything(lanes: &[(u8, Vec<Entry>)], others: &[Entry]) -> Option<Vec<Packets>> {
    let [(_, tcp), (_, udp), (_, icmp), (_, icmpv6)] = lanes else { return None };
    let (whole, with_ports) = match (tcp.as_slice(), udp.as_slice()) {
        ([one], [other]) if one == other => (&one.ranges, &one.ends),
        _ => return None,
    };
    let ends = |entry: &Entry| -> Vec<(AddressSet, AddressSet)> {
        entry.ends.iter().map(|it| (it.source.clone(), it.destination.clone())).collect()
    };
    let [tcp_entry] = tcp.as_slice() else { return None };
    let expected = ends(tcp_entry);
    let is_whole = |entries: &[Entry], last: u16| match entries {
        [entry] => entry.ranges == [(0, last)] && ends(entry) == expected,
        _ => false,
    };
    let has_rest =
        others.len() == 1 && others.iter().all(|it| ends(it) == expected && it.ranges == all_others());
    let passes =
        *whole == [(0, u16::MAX)] && is_whole(icmp, u16::MAX) && is_whole(icmpv6, u16::MAX) && has_rest;
    passes.then(|| {
        let all = with_ports.iter().cloned();
        all.map(|ends| entry_of(Cow::Borrowed("all"), ends, Ports::all(), IcmpTypes::default())).collect()
    })
}

fn all_others() -> Vec<(u16, u16)> {
    super::traffic::other_protocols(&[(0, (1 << 24) - 1)])
}

fn lane(query: &Query, parts: &[&Part], number: u8) -> Vec<Entry> {
    let has_ports = matches!(number, protocol::TCP | protocol::UDP);
    let mut ranges: Vec<((u16, u16), Ends)> = Vec::new();
    for part in parts {
        let inside = of_protocol(&part.forward, number);
        if inside.is_empty() {
            continue;
        }
        let client = if has_ports {
            Ports(common(&of_protocol(&part.back, number), &query.traffic.source_ports))
        } else {
            Ports::default()
        };
        let ends = Ends { source: part.source.clone(), destination: part.destination.clone(), client };
        ranges.extend(inside.into_iter().map(|range| (range, ends.clone())));
    }
    entries(ranges)
}

fn other_lane(parts: &[&Part]) -> Vec<Entry> {
    let mut ranges: Vec<((u16, u16), Ends)> = Vec::new();
    for part in parts {
        let client = Ports::default();
        let ends = Ends { source: part.source.clone(), destination: part.destination.clone(), client };
        let inside = super::traffic::other_protocols(&part.forward);
        ranges.extend(inside.into_iter().map(|range| (range, ends.clone())));
    }
    entries(ranges)
}

/// Ranges with the same ends become one entry; where ranges of different ends overlap, they are cut.
fn entries(ranges: Vec<((u16, u16), Ends)>) -> Vec<Entry> {
    if let [(range, ends)] = ranges.as_slice() {
        return vec![Entry { ranges: vec![*range], ends: vec![ends.clone()] }];
    }
    let mut cuts: Vec<u32> =
        ranges.iter().flat_map(|((low, high), _)| [u32::from(*low), u32::from(*high) + 1]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut entries: Vec<Entry> = Vec::new();
    for cut in cuts.windows(2) {
        let (low, high) = (cut[0] as u16, (cut[1] - 1) as u16);
        let covering = ranges.iter().filter(|((first, last), _)| *first <= low && high <= *last);
        let ends: Vec<Ends> = covering.map(|(_, ends)| ends.clone()).collect();
        if ends.is_empty() {
            continue;
        }
        let ends = canonical(ends);
        match entries.iter_mut().find(|known| known.ends == ends) {
            Some(known) => match known.ranges.last_mut() {
                Some(last) if u32::from(last.1) + 1 == u32::from(low) => last.1 = high,
                Some(_) | None => known.ranges.push((low, high)),
            },
            None => entries.push(Entry { ranges: vec![(low, high)], ends }),
        }
    }
    entries
}

/// The same boxes whatever they were cut into: disjoint, sources joined first, then destinations.
fn canonical(mut ends: Vec<Ends>) -> Vec<Ends> {
    if ends.len() == 1 {
        return ends;
    }
    ends.sort();
    ends.dedup();
    join(
        &mut ends,
        |it| (it.destination.clone(), it.client.clone()),
        |kept, next| {
            kept.source = kept.source.union(&next.source);
        },
    );
    join(
        &mut ends,
        |it| (it.source.clone(), it.client.clone()),
        |kept, next| {
            kept.destination = kept.destination.union(&next.destination);
        },
    );
    if ends.len() <= MOST_DISJOINT {
        ends = disjoint(ends);
    }
    ends.sort();
    ends
}

fn join<K: Ord>(ends: &mut Vec<Ends>, key: impl Fn(&Ends) -> K, mut take: impl FnMut(&mut Ends, &Ends)) {
    ends.sort_by_cached_key(&key);
    ends.dedup_by(|next, kept| {
        let is_same = key(next) == key(kept);
        if is_same {
            take(kept, next);
        }
        is_same
    });
}

/// Takes from each box what earlier ones hold.
fn disjoint(ends: Vec<Ends>) -> Vec<Ends> {
    let mut kept: Vec<Ends> = Vec::with_capacity(ends.len());
    for next in ends {
        let mut pieces = vec![next];
        for known in &kept {
            let mut left = Vec::with_capacity(pieces.len());
            for piece in pieces {
                without(piece, known, &mut left);
            }
            pieces = left;
        }
        kept.extend(pieces);
    }
    kept
}

fn without(piece: Ends, known: &Ends, left: &mut Vec<Ends>) {
    let source = piece.source.intersection(&known.source);
    let destination = piece.destination.intersection(&known.destination);
    let client = Ports(common(&piece.client.0, &known.client.0));
    let has_ports = !piece.client.is_empty();
    if source.is_empty() || destination.is_empty() || (has_ports && client.is_empty()) {
        left.push(piece);
        return;
    }
    let other_sources = piece.source.difference(&source);
    if !other_sources.is_empty() {
        left.push(Ends { source: other_sources, ..piece.clone() });
    }
    let other_destinations = piece.destination.difference(&destination);
    if !other_destinations.is_empty() {
        left.push(Ends { source: source.clone(), destination: other_destinations, ..piece.clone() });
    }
    let other_clients = Ports(less(&piece.client.0, &client.0));
    if !other_clients.is_empty() {
        left.push(Ends { source, destination, client: other_clients });
    }
}

/// What is in both lists of ports.
pub(super) fn common(one: &[(u16, u16)], other: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let mut both: Vec<(u16, u16)> = Vec::new();
    for (low, high) in one {
        for (first, last) in other {
            let (start, end) = ((*low).max(*first), (*high).min(*last));
            if start <= end {
                both.push((start, end));
            }
        }
    }
    both.sort_unstable();
    both
}

/// What is in the first list of ports only.
fn less(one: &[(u16, u16)], other: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let mut left = Vec::new();
    for (low, high) in one {
        let mut start = u32::from(*low);
        for (first, last) in other.iter().filter(|(first, last)| first <= high && low <= last) {
            if start < u32::from(*first) {
                left.push((start as u16, first - 1));
            }
            start = start.max(u32::from(*last) + 1);
        }
        if start <= u32::from(*high) {
            left.push((start as u16, *high));
        }
    }
    left
}

/// Ranges of a header. Where an estate has tens of thousands of public addresses the internet without them has as many
/// ranges; a header then shows a cover, as AWS's analyzer does, while `packets` stays exact.
pub(super) const MOST_RANGES: usize = 256;

/// A set as headers show it.
pub(super) fn cover(set: &AddressSet) -> AddressSet {
    if set.ranges().len() > MOST_RANGES { set.cover(MOST_RANGES / 4) } else { set.clone() }
}

/// What packets carry at one place; several protocols in one header are joined by `+`.
pub(super) fn header(
    source: &AddressSet,
    destination: &AddressSet,
    transport: &[Interval],
    source_ports: &[Interval],
) -> Header {
    let addresses = |set: &AddressSet| Addresses(cover(set));
    let mut header = Header {
        protocol: Cow::Borrowed(""),
        source_addresses: addresses(source),
        source_ports: Ports::default(),
        destination_addresses: addresses(destination),
        destination_ports: Ports::default(),
        icmp_types: IcmpTypes::default(),
    };
    let mut protocols: Vec<Cow<'static, str>> = Vec::new();
    for number in NAMED {
        let ranges = of_protocol(transport, number);
        if ranges.is_empty() {
            continue;
        }
        protocols.push(protocol_text(number));
        if matches!(number, protocol::TCP | protocol::UDP) {
            header.source_ports = united(&header.source_ports, &of_protocol(source_ports, number));
            header.destination_ports = united(&header.destination_ports, &ranges);
        } else {
            header.icmp_types = IcmpTypes(united(&Ports(header.icmp_types.0), &ranges).0);
        }
    }
    let others = super::traffic::other_protocols(transport);
    for (low, high) in others {
        let text = if low == high { low.to_string() } else { format!("{low}-{high}") };
        protocols.push(Cow::Owned(text));
    }
    header.protocol = match protocols.as_mut_slice() {
        _ if is_everything(transport) => Cow::Borrowed("all"),
        [one] => std::mem::take(one),
        several => Cow::Owned(several.join("+")),
    };
    header
}

fn united(one: &Ports, other: &[(u16, u16)]) -> Ports {
    if one.is_empty() {
        return Ports(other.to_vec());
    }
    let mut all: Vec<(u16, u16)> = one.0.iter().chain(other).copied().collect();
    all.sort_unstable();
    let mut joined: Vec<(u16, u16)> = Vec::with_capacity(all.len());
    for (low, high) in all {
        match joined.last_mut() {
            Some(last) if u32::from(low) <= u32::from(last.1) + 1 => last.1 = last.1.max(high),
            Some(_) | None => joined.push((low, high)),
        }
    }
    Ports(joined)
}
