//! One packet of a set, to show to a person: a well-known port where there is one, the first address, an ordinary client.

use std::net::IpAddr;

use super::pair::Passing;
use crate::packet::{Interval, Workspace, ip, protocol};

/// A packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    /// Its source.
    pub source: IpAddr,
    /// Its destination.
    pub destination: IpAddr,
    /// Its protocol number.
    pub protocol: u8,
    /// Its source port, where the protocol has one.
    pub source_port: Option<u16>,
    /// Its destination port, or ICMP type and code as one number.
    pub destination_port: Option<u16>,
}

const WELL_KNOWN: &[(u8, u16)] =
    &[(protocol::TCP, 443), (protocol::TCP, 80), (protocol::TCP, 22), (protocol::UDP, 53)];

/// A packet of the first box.
pub(super) fn witness(passing: &[Passing], workspace: &Workspace<'_>) -> Option<Witness> {
    let first = passing.first()?;
    let forward = workspace.intervals(first.forward);
    let holds = |point: u32| forward.iter().any(|(low, high)| (*low..=*high).contains(&point));
    let of = |(number, port): &(u8, u16)| (u32::from(*number) << 16) | u32::from(*port);
    let with_ports = |(low, _): &&Interval| matches!((low >> 16) as u8, protocol::TCP | protocol::UDP);
    let point = WELL_KNOWN
        .iter()
        .map(of)
        .find(|point| holds(*point))
        .or_else(|| forward.iter().find(with_ports).map(|(low, _)| *low))
        .or_else(|| forward.first().map(|(low, _)| *low))?;
    let number = (point >> 16) as u8;
    let has_ports = matches!(number, protocol::TCP | protocol::UDP);
    let has_kind = matches!(number, protocol::ICMP | protocol::ICMPV6);
    let client = workspace
        .intervals(first.back)
        .iter()
        .find(|(_, high)| (high >> 16) as u8 >= number)
        .map(|(low, _)| (*low).max(u32::from(number) << 16) as u16);
    let family = first.source.family();
    Some(Witness {
        source: ip(family, first.source.first()?),
        destination: ip(family, first.destination.first()?),
        protocol: number,
        source_port: client.filter(|_| has_ports),
        destination_port: (has_ports || has_kind).then_some(point as u16),
    })
}
