//! One concrete packet, and how a rule's ports look at it.

use std::fmt;
use std::net::IpAddr;

use netpath::model::PortMatch;

/// The header of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Packet {
    /// Who sends it.
    pub source: IpAddr,
    /// For whom it is.
    pub destination: IpAddr,
    /// The rest of the header.
    pub transport: Transport,
}

/// Protocol, and what the protocol has in place of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// TCP (6) or UDP (17).
    Ports {
        /// 6 or 17.
        protocol: u8,
        /// The sender's port.
        source: u16,
        /// The receiver's port.
        destination: u16,
    },
    /// ICMP (1) or ICMPv6 (58).
    Icmp {
        /// 1 or 58.
        protocol: u8,
        /// The type.
        kind: u8,
        /// The code.
        code: u8,
    },
    /// Any other protocol.
    Other {
        /// Its number.
        protocol: u8,
    },
}

impl Transport {
    /// The protocol's number.
    pub fn protocol(self) -> u8 {
        match self {
            Transport::Ports { protocol, .. }
            | Transport::Icmp { protocol, .. }
            | Transport::Other { protocol } => protocol,
        }
    }

    /// The header of the answer: swapped ports, the reply type of an ICMP request with code 0. Other ICMP types
    /// are answered by nothing.
    pub fn reply(self) -> Option<Transport> {
        match self {
            Transport::Ports { protocol, source, destination } => {
                Some(Transport::Ports { protocol, source: destination, destination: source })
            }
            Transport::Icmp { protocol, kind, .. } => {
                let kind = match (protocol, kind) {
                    (1, 8) => 0,
                    (1, 13) => 14,
                    (1, 17) => 18,
                    (58, 128) => 129,
                    _ => return None,
                };
                Some(Transport::Icmp { protocol, kind, code: 0 })
            }
            Transport::Other { protocol } => Some(Transport::Other { protocol }),
        }
    }

    /// Whether a rule's protocol and ports are for this packet. Rules look at the receiver's port only; the
    /// members that a protocol has no use for never got into [`PortMatch`] (SG-8 … SG-11, ACL-5, ACL-6).
    pub fn is_matched_by(self, ports: PortMatch) -> bool {
        match ports {
            PortMatch::All => true,
            PortMatch::Protocol(protocol) => protocol == self.protocol(),
            PortMatch::Ports { protocol: wanted, from, to } => match self {
                Transport::Ports { protocol, destination, .. } => {
                    protocol == wanted && from <= destination && destination <= to
                }
                Transport::Icmp { .. } | Transport::Other { .. } => false,
            },
            PortMatch::Icmp { protocol: wanted, kind: wanted_kind, code: wanted_code } => match self {
                Transport::Icmp { protocol, kind, code } => {
                    protocol == wanted && kind == wanted_kind && wanted_code.is_none_or(|it| it == code)
                }
                Transport::Ports { .. } | Transport::Other { .. } => false,
            },
        }
    }
}

impl Packet {
    /// The answer to it, for protocols and types that have one.
    pub fn reply(self) -> Option<Packet> {
        let transport = self.transport.reply()?;
        Some(Packet { source: self.destination, destination: self.source, transport })
    }
}

impl fmt::Display for Packet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Packet { source: from, destination: to, transport } = self;
        match transport {
            Transport::Ports { protocol, source, destination } => {
                let name = if *protocol == 6 { "tcp" } else { "udp" };
                write!(formatter, "{from} -> {to} {name} {source} -> {destination}")
            }
            Transport::Icmp { protocol, kind, code } => {
                let name = if *protocol == 1 { "icmp" } else { "icmpv6" };
                write!(formatter, "{from} -> {to} {name} {kind}:{code}")
            }
            Transport::Other { protocol } => write!(formatter, "{from} -> {to} proto/{protocol}"),
        }
    }
}
