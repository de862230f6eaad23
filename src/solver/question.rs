//! Questions: ends, traffic, and what is asked of them.

use crate::network::{Component, InterfaceIndex};
use crate::packet::{AddressSet, Family, Interval, Ports, protocol};

/// What is asked; of nobody and about everything, by default.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Where packets begin: any of these.
    pub sources: Vec<Source>,
    /// Where they are for: any of these.
    pub destinations: Vec<Destination>,
    /// Which packets.
    pub traffic: Traffic,
    /// Restricts the question to one family.
    pub family: Option<Family>,
    /// Whether replies are not asked for.
    pub is_one_way: bool,
    /// Components of which one must lie on every path.
    pub via: Vec<Component>,
    /// Components of which none may lie on a path.
    pub avoid: Vec<Component>,
    /// Whether each pair of several ends is explained, not only the first of each verdict.
    pub all_paths: bool,
    /// Blocks of addresses that were asked about and stand for less.
    pub narrowings: Vec<Narrowing>,
    /// What is to be said of the ends besides the answer.
    pub remarks: Vec<Remark>,
}

/// A block of addresses that stands for the interfaces in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowing {
    /// The block in the person's words.
    pub text: String,
    /// The interfaces, in the order of the query's ends.
    pub interfaces: Vec<InterfaceIndex>,
    /// Whether public addresses of it are asked about as well.
    pub has_public: bool,
}

/// Something that is to be said of an end, whatever the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// Whose interfaces these are shows in nothing but what others have too.
    Shared {
        /// What was asked about.
        thing: Component,
        /// What fits as well.
        others: Vec<Component>,
    },
    /// The destination takes requests at one TCP port, and others were asked about.
    Port {
        /// The destination.
        thing: Component,
        /// Its port.
        port: u16,
    },
    /// What the destination's name stands for.
    Name {
        /// The name.
        text: String,
        /// Who says so.
        source: NameSource,
        /// The addresses, as far as they are known.
        addresses: Vec<std::net::IpAddr>,
        /// Whether it is taken for granted that nobody gave the name another meaning.
        takes_zones_for_none: bool,
    },
    /// There is a way in from outside besides the one that was asked about.
    OtherWayIn {
        /// What leads in.
        thing: Component,
    },
    /// The destination's name stands for a public address outside and for a private one inside.
    PublicName {
        /// The destination.
        thing: Component,
        /// The interfaces that have both.
        interfaces: Vec<InterfaceIndex>,
    },
}

/// Who says what a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSource {
    /// Whoever is asked anywhere.
    World,
    /// A hosted zone.
    Zone(Component),
    /// An endpoint whose name it is.
    Endpoint(Component),
    /// Whoever is asked anywhere, and the address is a public one that the snapshot does not hold.
    Public {
        /// An endpoint there that could have the name.
        endpoint: Option<Component>,
        /// Why it has not.
        cause: PublicCause,
    },
}

/// Why a name stands for a public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicCause {
    /// Nothing there has the name.
    NoEndpoint,
    /// The endpoint's private name is off.
    NoPrivateDns,
    /// DNS support is off.
    NoDnsSupport,
    /// DNS host names are off.
    NoDnsHostnames,
}

/// Where packets begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An interface, with its primary address of each family, or with one that was named.
    Interface(InterfaceIndex, Option<u128>),
    /// Hosts outside: the internet or a part of it.
    Outside(AddressSet),
    /// Hosts on premises, behind VPN, Direct Connect or Connect.
    OnPremises(AddressSet),
    /// Clients of a Client VPN endpoint, by their row.
    Clients(u32),
    /// An address that nobody in the snapshot has, in a VPC: nothing is ever sent from there.
    Nobody(AddressSet),
}

/// Where packets are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// An interface: its primary address of each family, private from inside, public from outside; or one of its own
    /// addresses that was named.
    Interface(InterfaceIndex, Option<u128>),
    /// Addresses as they stand in the packet's header.
    Addresses(AddressSet),
    /// The same, and meant to be on premises: nowhere else counts.
    OnPremises(AddressSet),
}

/// Which packets: transport, and the client's ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// Intervals of the transport line: protocol and destination port, or ICMP type and code.
    pub intervals: Vec<Interval>,
    /// The client's ports, for TCP and UDP.
    pub source_ports: Ports,
}

impl Default for Traffic {
    /// Everything, from unprivileged ports.
    fn default() -> Self {
        Traffic { intervals: vec![(0, (1 << 24) - 1)], source_ports: vec![(1024, 65535)] }
    }
}

impl Traffic {
    /// Ports of a protocol, from unprivileged ports.
    pub fn ports(number: u8, from: u16, to: u16) -> Traffic {
        let start = u32::from(number) << 16;
        Traffic {
            intervals: vec![(start | u32::from(from), start | u32::from(to))],
            source_ports: vec![(1024, 65535)],
        }
    }
}

/// One source, one destination, one family: what one walk answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<'q> {
    /// Where packets begin.
    pub source: &'q Source,
    /// Where they are for.
    pub destination: &'q Destination,
    /// Their family.
    pub family: Family,
}

/// What a request of ICMP asks to be answered with (`command-line`, fine points); other types have no answer.
pub(super) fn icmp_reply(number: u8, kind: u8) -> Option<u8> {
    match (number, kind) {
        (protocol::ICMP, 8) => Some(0),
        (protocol::ICMP, 13) => Some(14),
        (protocol::ICMP, 17) => Some(18),
        (protocol::ICMPV6, 128) => Some(129),
        _ => None,
    }
}
