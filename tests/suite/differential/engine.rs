//! What the compiled network says of one packet: the only file here that knows its words.

use std::net::IpAddr;

use netpath::model::{ClientVpnEndpointId, Model, ResourceKind};
use netpath::network::{ClientRow, Component, InterfaceIndex, Network};
use netpath::packet::{AddressSet, Family, Interval};
use netpath::solver::{
    Destination, Pair, PairAnswer, Query, Solver, Source, Traffic, Verdict, decide, solve_with,
};

use crate::interpreter::{Packet, Start, Transport};

/// What the network says of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It passes, whatever is chosen and whatever is missing.
    Passes,
    /// It is dropped, whatever is chosen and whatever is missing.
    IsDropped,
    /// It depends.
    Depends,
}

/// A compiled network to be asked.
pub struct Engine<'n> {
    model: &'n Model,
    network: &'n Network,
    solver: Solver<'n>,
}

/// One pair of ends that is being asked about, and the exact set of everything that passes between them.
pub struct Answer<'e, 'n> {
    solver: &'e mut Solver<'n>,
    source: Source,
    destination: Destination,
    family: Family,
    all: Option<PairAnswer>,
}

impl<'n> Engine<'n> {
    pub fn new(model: &'n Model, network: &'n Network) -> Engine<'n> {
        Engine { model, network, solver: Solver::new(network) }
    }

    /// Asks for everything between two addresses.
    pub fn ask(&mut self, start: &Start, source: IpAddr, destination: IpAddr) -> Answer<'_, 'n> {
        let (source, destination, family) = ends(self.model, self.network, start, source, destination);
        let traffic = Traffic { intervals: vec![(0, (1 << 24) - 1)], source_ports: vec![(0, 65535)] };
        let query = query(&source, &destination, family, traffic);
        let all = decide(&mut self.solver, &query).pairs.pop();
        Answer { solver: &mut self.solver, source, destination, family, all }
    }
}

impl Answer<'_, '_> {
    /// What a question about this one packet is answered: on the way there, and there and back.
    pub fn says(&mut self, packet: Packet) -> [Certainty; 2] {
        let pair = Pair { source: &self.source, destination: &self.destination, family: self.family };
        [true, false].map(|is_one_way| {
            let outcome = self.solver.outcome(&pair, &traffic(packet), is_one_way);
            match outcome.map_or(Verdict::Blocked, |outcome| outcome.verdict) {
                Verdict::Reachable => Certainty::Passes,
                Verdict::Blocked | Verdict::ForwardOnly => Certainty::IsDropped,
                Verdict::Partial | Verdict::Unknown => Certainty::Depends,
            }
        })
    }

    /// Whether the exact set of what passes there and back has the packet, where the answer has that set.
    pub fn contains(&self, packet: Packet) -> Option<bool> {
        let Some(all) = &self.all else { return Some(false) };
        if all.verdict == Verdict::ForwardOnly {
            return None;
        }
        let has = |intervals: &[Interval], key: u32| intervals.iter().any(|it| it.0 <= key && key <= it.1);
        Some(all.parts.iter().any(|part| {
            let answered = match packet.transport.reply() {
                Some(Transport::Ports { protocol, destination, .. }) => {
                    has(&part.back, line(protocol, destination))
                }
                Some(reply) => has(&part.back, key(reply)),
                None => true,
            };
            has(&part.forward, key(packet.transport)) && answered
        }))
    }
}

/// What the network has to tell of a packet.
pub fn tell(model: &Model, network: &Network, start: &Start, packet: Packet) -> String {
    let (source, destination, family) = ends(model, network, start, packet.source, packet.destination);
    let mut solver = Solver::new(network);
    let answer = solve_with(&mut solver, &query(&source, &destination, family, traffic(packet)));
    let mut lines = vec![format!("{:?}", answer.verdict)];
    for pair in &answer.pairs {
        lines.extend(
            pair.blockers.iter().map(|it| format!("{:?} {:?} {:?}", it.direction, it.code, it.component)),
        );
        for path in &pair.paths {
            for (way, events) in [("there", &path.forward), ("back", &path.back)] {
                lines.extend(events.iter().map(|it| format!("{way} {:?} {:?}", it.component, it.decision)));
            }
        }
        let assumptions = pair.assumptions.iter().map(|it| &network.assumptions[it.index()]);
        lines.extend(assumptions.map(|it| format!("assumes {:?} {}", it.code, it.about)));
    }
    lines.join("\n")
}

/// The row of the clients of an endpoint.
fn clients(model: &Model, network: &Network, id: &ClientVpnEndpointId, group: Option<&str>) -> Source {
    let position = model.client_vpn_endpoints.position(id).expect("the packet starts at one of the model");
    let component = Component::Resource(ResourceKind::ClientVpnEndpoint, position as u32);
    let is_asked = |it: &ClientRow| it.component == component && it.group.as_deref() == group;
    let row = network.clients.iter().position(is_asked);
    Source::Clients(row.expect("a group that a rule names has a row") as u32)
}

fn ends(
    model: &Model,
    network: &Network,
    start: &Start,
    source: IpAddr,
    destination: IpAddr,
) -> (Source, Destination, Family) {
    let family = if source.is_ipv4() { Family::V4 } else { Family::V6 };
    let bits = match source {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    let source = match start {
        Start::Internet => Source::Outside(AddressSet::one(source)),
        Start::OnPremises => Source::OnPremises(AddressSet::one(source)),
        Start::Clients(id, group) => clients(model, network, id, group.as_deref()),
        Start::Interface(id) => {
            let row = model
                .network_interfaces
                .position(id)
                .expect("the packet starts at an interface of the model");
            Source::Interface(InterfaceIndex(row as u32), Some(bits))
        }
    };
    (source, Destination::Addresses(AddressSet::one(destination)), family)
}

fn query(source: &Source, destination: &Destination, family: Family, traffic: Traffic) -> Query {
    Query {
        sources: vec![source.clone()],
        destinations: vec![destination.clone()],
        traffic,
        family: Some(family),
        ..Query::default()
    }
}

/// Exactly one packet, or what the network cannot tell from it.
fn traffic(packet: Packet) -> Traffic {
    let intervals = match packet.transport {
        Transport::Ports { .. } | Transport::Icmp { .. } => {
            vec![(key(packet.transport), key(packet.transport))]
        }
        Transport::Other { protocol } => vec![(line(protocol, 0), line(protocol, u16::MAX))],
    };
    let source_ports = match packet.transport {
        Transport::Ports { source, .. } => vec![(source, source)],
        Transport::Icmp { .. } | Transport::Other { .. } => vec![(0, u16::MAX)],
    };
    Traffic { intervals, source_ports }
}

/// A packet's place on the transport line.
fn key(transport: Transport) -> u32 {
    match transport {
        Transport::Ports { protocol, destination, .. } => line(protocol, destination),
        Transport::Icmp { protocol, kind, code } => line(protocol, u16::from_be_bytes([kind, code])),
        Transport::Other { protocol } => line(protocol, 0),
    }
}

fn line(protocol: u8, rest: u16) -> u32 {
    u32::from(protocol) << 16 | u32::from(rest)
}
