//! Addresses, ports and protocols as text: lists for programs, phrases for people.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use crate::model::PortMatch;
use crate::network::Network;
use crate::packet::{AddressSet, Family, Interval, ip, protocol};

/// Addresses, as the smallest list of blocks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Addresses(pub AddressSet);

impl Serialize for Addresses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(address) = self.0.single() {
            let mut list = serializer.serialize_seq(Some(1))?;
            list.serialize_element(&Text(OneAddress(self.0.family(), address)))?;
            return list.end();
        }
        let blocks = self.0.blocks();
        let mut list = serializer.serialize_seq(Some(blocks.len()))?;
        for block in &blocks {
            list.serialize_element(&Text(block))?;
        }
        list.end()
    }
}

/// Ports, ascending, both ends included.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ports(pub Vec<(u16, u16)>);

impl Ports {
    /// Whether there are none, as for protocols that have no ports.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every port.
    pub fn all() -> Ports {
        Ports(vec![(0, u16::MAX)])
    }
}

impl Serialize for Ports {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|ports| Text(Range(*ports))))
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, ports) in self.0.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(out, "{comma}{}", Range(*ports))?;
        }
        Ok(())
    }
}

/// Types and codes of ICMP: intervals of `type << 8 | code`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct IcmpTypes(pub Vec<(u16, u16)>);

impl IcmpTypes {
    /// Whether there are none, as for other protocols.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `8:0`, `3:0-15`, `0-7:0-255`; each with types and codes, so that one pattern reads them all.
    pub fn texts(&self) -> Vec<String> {
        if self.0 == [(0, u16::MAX)] {
            return vec!["all".to_owned()];
        }
        let mut texts = Vec::new();
        for (low, high) in &self.0 {
            let (first, last) = (low >> 8, high >> 8);
            if first == last {
                texts.push(format!("{first}:{}", Range((low & 0xff, high & 0xff))));
                continue;
            }
            let (mut whole_first, mut whole_last) = (first, last);
            if low & 0xff != 0 {
                texts.push(format!("{first}:{}", Range((low & 0xff, 0xff))));
                whole_first += 1;
            }
            let has_tail = high & 0xff != 0xff;
            if has_tail {
                whole_last -= 1;
            }
            if whole_first <= whole_last {
                texts.push(format!("{}:0-255", Range((whole_first, whole_last))));
            }
            if has_tail {
                texts.push(format!("{last}:{}", Range((0, high & 0xff))));
            }
        }
        texts
    }
}

impl Serialize for IcmpTypes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.texts())
    }
}

/// What prints as text, written without being put together first.
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct OneAddress(Family, u128);

impl fmt::Display for OneAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Family::V4 => write!(out, "{}/32", ip(self.0, self.1)),
            Family::V6 => write!(out, "{}/128", ip(self.0, self.1)),
        }
    }
}

/// `22` or `8000-8100`.
struct Range((u16, u16));

impl fmt::Display for Range {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.0;
        if low == high { write!(out, "{low}") } else { write!(out, "{low}-{high}") }
    }
}

fn protocol_name(number: u8) -> Option<&'static str> {
    match number {
        protocol::TCP => Some("tcp"),
        protocol::UDP => Some("udp"),
        protocol::ICMP => Some("icmp"),
        protocol::ICMPV6 => Some("icmpv6"),
        _ => None,
    }
}

/// A protocol's name, or its number.
struct Protocol(u8);

impl fmt::Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match protocol_name(self.0) {
            Some(name) => out.write_str(name),
            None => write!(out, "{}", self.0),
        }
    }
}

/// A protocol's name, or its number.
pub(super) fn protocol_text(number: u8) -> Cow<'static, str> {
    match protocol_name(number) {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(number.to_string()),
    }
}

/// What a rule is for, as rules are written: `tcp 443`, `icmp 3:4`, `all`.
pub(super) struct Match(pub PortMatch);

impl fmt::Display for Match {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            PortMatch::All => write!(out, "all"),
            PortMatch::Protocol(number) if protocol_name(number).is_none() => {
                write!(out, "protocol {number}")
            }
            PortMatch::Protocol(number) => write!(out, "{}", Protocol(number)),
            PortMatch::Ports { protocol, from, to } => {
                write!(out, "{} {}", Protocol(protocol), Range((from, to)))
            }
            PortMatch::Icmp { protocol, kind, code: Some(code) } => {
                write!(out, "{} {kind}:{code}", Protocol(protocol))
            }
            PortMatch::Icmp { protocol, kind, code: None } => write!(out, "{} {kind}", Protocol(protocol)),
        }
    }
}

/// The parts of a transport set in one protocol's block, as ports.
pub(super) fn of_protocol(intervals: &[Interval], number: u8) -> Vec<(u16, u16)> {
    let start = u32::from(number) << 16;
    let end = start | 0xffff;
    let inside = intervals.iter().filter(|(low, high)| *low <= end && start <= *high);
    inside.map(|(low, high)| ((*low).max(start) as u16, (*high).min(end) as u16)).collect()
}

/// Everything.
pub(super) fn is_everything(intervals: &[Interval]) -> bool {
    intervals == [(0, (1 << 24) - 1)]
}

/// Packets as people say it: `tcp 5432`, `icmp 8`, `all traffic`, `tcp and udp`.
pub(super) fn transport_text(intervals: &[Interval]) -> String {
    if is_everything(intervals) {
        return "all traffic".to_owned();
    }
    let parts = parts_of(intervals);
    if parts.len() > 2 {
        let left_out = parts_of(&complement(intervals));
        if left_out.len() <= 2 {
            return format!("all traffic except {}", left_out.join(", "));
        }
    }
    match parts.len() {
        0 => "nothing".to_owned(),
        1..=3 => parts.join(", "),
        _ => format!("{}, …", parts[..3].join(", ")),
    }
}

/// Packets of one protocol, whoever sends them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TransportView {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, a range of numbers, or `all`.
    pub protocol: Cow<'static, str>,
    /// For protocols that have ports.
    #[serde(skip_serializing_if = "Ports::is_empty")]
    pub destination_ports: Ports,
    /// `type:code`, for ICMP.
    #[serde(skip_serializing_if = "IcmpTypes::is_empty")]
    pub icmp_types: IcmpTypes,
}

/// A transport set, protocol by protocol.
pub(super) fn transport_views(intervals: &[Interval]) -> Vec<TransportView> {
    let view = |protocol: Cow<'static, str>| TransportView {
        protocol,
        destination_ports: Ports::default(),
        icmp_types: IcmpTypes::default(),
    };
    if is_everything(intervals) {
        return vec![view(Cow::Borrowed("all"))];
    }
    let mut views = Vec::new();
    for number in [protocol::TCP, protocol::UDP] {
        let ports = of_protocol(intervals, number);
        if !ports.is_empty() {
            views.push(TransportView { destination_ports: Ports(ports), ..view(protocol_text(number)) });
        }
    }
    for number in [protocol::ICMP, protocol::ICMPV6] {
        let types = of_protocol(intervals, number);
        if !types.is_empty() {
            views.push(TransportView { icmp_types: IcmpTypes(types), ..view(protocol_text(number)) });
        }
    }
    let others = other_protocols(intervals).into_iter();
    views.extend(others.map(|range| view(Cow::Owned(Range(range).to_string()))));
    views
}

/// What some intervals leave out.
fn complement(intervals: &[Interval]) -> Vec<Interval> {
    let mut rest = Vec::new();
    let mut next = 0;
    for (low, high) in intervals {
        if next < *low {
            rest.push((next, low - 1));
        }
        next = high + 1;
    }
    if next < 1 << 24 {
        rest.push((next, (1 << 24) - 1));
    }
    rest
}

/// Protocol by protocol.
fn parts_of(intervals: &[Interval]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for number in [protocol::TCP, protocol::UDP] {
        let ports = of_protocol(intervals, number);
        match ports.as_slice() {
            [] => {}
            [(0, u16::MAX)] => parts.push(protocol_text(number).into_owned()),
            several => parts.push(format!("{} {}", protocol_text(number), Ports(several.to_vec()))),
        }
    }
    for number in [protocol::ICMP, protocol::ICMPV6] {
        let types = of_protocol(intervals, number);
        match types.as_slice() {
            [] => {}
            [(0, u16::MAX)] => parts.push(protocol_text(number).into_owned()),
            [(low, high)] if low >> 8 == high >> 8 && low & 0xff == 0 && high & 0xff == 0xff => {
                parts.push(format!("{} {}", protocol_text(number), low >> 8));
            }
            several => {
                let texts = IcmpTypes(several.to_vec()).texts();
                parts.push(format!("{} {}", protocol_text(number), texts.join(",")));
            }
        }
    }
    let others = other_protocols(intervals);
    if !others.is_empty() {
        let word =
            if matches!(others.as_slice(), [(low, high)] if low == high) { "protocol" } else { "protocols" };
        let numbers: Vec<String> =
            others.iter().map(|(low, high)| Range((*low, *high)).to_string()).collect();
        parts.push(format!("{word} {}", numbers.join(",")));
    }
    parts
}

/// Protocols without ports or types, as ranges of numbers.
pub(super) fn other_protocols(intervals: &[Interval]) -> Vec<(u16, u16)> {
    let named = [protocol::ICMP, protocol::TCP, protocol::UDP, protocol::ICMPV6];
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for (low, high) in intervals {
        for number in (low >> 16) as u16..=(high >> 16) as u16 {
            if named.contains(&(number as u8)) {
                continue;
            }
            match ranges.last_mut() {
                Some(last) if last.1 + 1 == number => last.1 = number,
                Some(last) if last.1 >= number => {}
                Some(_) | None => ranges.push((number, number)),
            }
        }
    }
    ranges
}

/// Blocks of a set that are told one by one.
const MOST_TOLD: usize = 3;

/// Addresses as people say it: an address, a block or two, the internet, or how many.
pub(super) fn addresses_text(network: &Network, set: &AddressSet) -> String {
    if let Some(address) = set.single() {
        return ip(set.family(), address).to_string();
    }
    if set.is_empty() {
        return "nobody".to_owned();
    }
    if is_internet(network, set) {
        return "the internet".to_owned();
    }
    // What is nearly all of the internet is told by what it lacks, and not taken to blocks: they are tens of thousands.
    let internet = network.internet(set.family());
    let is_long = set.ranges().len() > MOST_TOLD || set.blocks().len() > MOST_TOLD;
    if is_long && set.is_within(internet) {
        let lacking = internet.difference(set);
        let lacking = if lacking.ranges().len() <= MOST_TOLD { lacking.blocks() } else { Vec::new() };
        if (1..=MOST_TOLD).contains(&lacking.len()) {
            let lacking: Vec<String> = lacking.iter().map(ToString::to_string).collect();
            return format!("the internet without {}", lacking.join(", "));
        }
    }
    let blocks = set.blocks();
    let mut text = String::new();
    for (number, block) in blocks.iter().take(MOST_TOLD).enumerate() {
        let comma = if number > 0 { ", " } else { "" };
        let _ = write!(text, "{comma}{block}");
    }
    if blocks.len() > MOST_TOLD {
        let _ = write!(text, " and {} more blocks", blocks.len() - MOST_TOLD);
    }
    text
}

/// Whether a set is what `internet` stands for, or the cover of it that headers show where it has very many ranges.
pub(super) fn is_internet(network: &Network, set: &AddressSet) -> bool {
    let internet = network.internet(set.family());
    let may_be_cover = || set.ranges().len() <= super::packets::MOST_RANGES;
    set.ranges().len() > 1 && (set == internet || (may_be_cover() && *set == super::packets::cover(internet)))
}
