//! Replies: which packets answer which, and how a receiver's answers begin.
//!
//! Answers have a line of their own: a client's ports for TCP and UDP, answer types for ICMP, and whole blocks for
//! protocols without ports. So one walk carries the answers to every port that was asked about.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::flow::{
    Arrival, CHOSEN_PORTS, Conversation, End, Flow, NONE, answering_ports, chooses_ports, port_intervals,
};
use super::pair::Solver;
use super::question::{Pair, Source, Traffic, icmp_reply};
use crate::network::{EntryKind, Network};
use crate::packet::{Interval, TransportSet, Workspace, protocol};

/// Answers, and what nobody answers, by the packets and their source ports.
pub(super) type AnswerMemo =
    FxHashMap<TransportSet, SmallVec<[(Box<[(u16, u16)]>, (TransportSet, TransportSet)); 1]>>;

impl Solver<'_> {
    /// The answers to some packets, on the line of answers: client ports for TCP and UDP, answer types for ICMP, the
    /// protocol for others. And the packets that nobody answers.
    pub(super) fn answers(
        &mut self,
        transport: TransportSet,
        client_ports: &[(u16, u16)],
    ) -> (TransportSet, TransportSet) {
        let mut known = self.answers.get(&transport).into_iter().flatten();
        if let Some((_, answers)) = known.find(|(ports, _)| **ports == *client_ports) {
            return *answers;
        }
        let answers = self.work_out_answers(transport, client_ports);
        self.answers.entry(transport).or_default().push((client_ports.into(), answers));
        answers
    }

    fn work_out_answers(
        &mut self,
        transport: TransportSet,
        client_ports: &[(u16, u16)],
    ) -> (TransportSet, TransportSet) {
        let intervals = self.workspace.intervals(transport).to_vec();
        let mut answers: Vec<Interval> = Vec::new();
        let mut unanswered: Vec<Interval> = Vec::new();
        for (low, high) in intervals {
            let mut start = low;
            // Ends: one round a protocol.
            loop {
                let number = (start >> 16) as u8;
                let end = high.min(start | 0xffff);
                self.answers_of_protocol(number, (start, end), client_ports, &mut answers, &mut unanswered);
                if end >= high {
                    break;
                }
                start = end + 1;
                // Whole blocks of protocols without ports answer themselves.
                if start & 0xffff == 0 && number > 58 {
                    answers.push((start, high));
                    break;
                }
            }
        }
        (self.workspace.of(&answers), self.workspace.of(&unanswered))
    }

    fn answers_of_protocol(
        &self,
        number: u8,
        (low, high): Interval,
        client_ports: &[(u16, u16)],
        answers: &mut Vec<Interval>,
        unanswered: &mut Vec<Interval>,
    ) {
        match number {
            protocol::TCP | protocol::UDP => answers.extend(port_intervals(number, client_ports)),
            protocol::ICMP | protocol::ICMPV6 => {
                let first = (low & 0xffff) >> 8;
                let last = (high & 0xffff) >> 8;
                let base = u32::from(number) << 16;
                for kind in first..=last {
                    match icmp_reply(number, kind as u8) {
                        Some(reply) => {
                            let reply = base | (u32::from(reply) << 8);
                            answers.push((reply, reply));
                        }
                        None => {
                            let kind = base | (kind << 8);
                            unanswered.push((low.max(kind), high.min(kind | 0xff)));
                        }
                    }
                }
            }
            _ => answers.push((low, high)),
        }
    }

    /// The answers as the receiver sends them: to the own ports of a NAT gateway or relay, where one is on the way (NAT-2,
    /// LB-16).
    pub(super) fn sent_answers(&mut self, arrival: &Arrival, client_ports: &[(u16, u16)]) -> TransportSet {
        let is_translated = arrival.flow.marks.iter().any(chooses_ports);
        let ports: &[(u16, u16)] = if is_translated { CHOSEN_PORTS } else { client_ports };
        let whole = self.answers(arrival.flow.transport, ports).0;
        self.workspace.intersection(whole, arrival.flow.ports)
    }

    /// Of what arrived, the packets that some answer got back to.
    pub(super) fn answered(
        &mut self,
        forward: TransportSet,
        back: TransportSet,
        unanswered: TransportSet,
    ) -> TransportSet {
        let rest = self.workspace.difference(forward, unanswered);
        if self.is_answered_whole(rest, back) {
            return rest;
        }
        let mut result: Vec<Interval> = Vec::new();
        let intervals = self.workspace.intervals(rest).to_vec();
        let back = self.workspace.intervals(back);
        for (low, high) in intervals {
            let mut start = low;
            // Ends: one round a protocol.
            loop {
                let end = high.min(start | 0xffff);
                answered_of_protocol((start, end), back, &mut result);
                if end >= high {
                    break;
                }
                start = end + 1;
            }
        }
        self.workspace.of(&result)
    }

    /// Whether all packets are of protocols with ports, and an answer of each of these got back.
    fn is_answered_whole(&self, forward: TransportSet, back: TransportSet) -> bool {
        let back = self.workspace.intervals(back);
        self.workspace.intervals(forward).iter().all(|(low, high)| {
            let is_ported = matches!((low >> 16) as u8, protocol::TCP | protocol::UDP);
            let block = (low & !0xffff, low | 0xffff);
            is_ported && *high <= block.1 && back.iter().any(|(from, to)| *from <= block.1 && block.0 <= *to)
        })
    }
}

/// Of one protocol's packets, those that some of the answers that got back are for.
fn answered_of_protocol((start, end): Interval, back: &[Interval], result: &mut Vec<Interval>) {
    let meets = |low: u32, high: u32| back.iter().any(|(from, to)| *from <= high && low <= *to);
    let number = (start >> 16) as u8;
    match number {
        protocol::TCP | protocol::UDP => {
            if meets(start & !0xffff, start | 0xffff) {
                result.push((start, end));
            }
        }
        protocol::ICMP | protocol::ICMPV6 => {
            let base = u32::from(number) << 16;
            for kind in (start & 0xffff) >> 8..=(end & 0xffff) >> 8 {
                let reply = icmp_reply(number, kind as u8).map(|reply| base | (u32::from(reply) << 8));
                if reply.is_some_and(|reply| meets(reply, reply)) {
                    let kind = base | (kind << 8);
                    result.push((start.max(kind), end.min(kind | 0xff)));
                }
            }
        }
        _ => {
            // Other protocols have no ports: a block is answered whole or not at all.
            for (from, to) in back {
                let both = (start.max(*from), end.min(*to));
                if both.0 <= both.1 {
                    result.push(both);
                }
            }
        }
    }
}

pub(super) fn conversation<'a>(
    network: &Network,
    pair: &Pair<'_>,
    arrival: &'a Arrival,
    traffic: &'a Traffic,
) -> Conversation<'a> {
    let origin = match pair.source {
        Source::Interface(interface, _) => End::Interface(*interface),
        Source::Clients(_) => End::Clients,
        Source::OnPremises(_) => End::OnPremises(network.on_premises_location),
        Source::Outside(_) | Source::Nobody(_) => End::Internet,
    };
    Conversation { marks: &arrival.flow.marks, origin, client_ports: &traffic.source_ports }
}

impl Solver<'_> {
    /// The answer to what arrived, where it begins; none where it needs no way.
    pub(super) fn answer_flow(&mut self, arrival: &Arrival, transport: TransportSet) -> Option<Flow> {
        let flow = answer_flow(self.network, arrival, transport)?;
        let ports = answering_ports(self.network, &mut self.workspace, arrival.flow.transport);
        Some(Flow { ports, ..flow })
    }
}

fn answer_flow(network: &Network, arrival: &Arrival, transport: TransportSet) -> Option<Flow> {
    let there = &arrival.flow;
    let (at, sender, vpc, entry) = match arrival.end {
        End::Interface(interface) => {
            let row = &network.interfaces[interface.index()];
            (row.out, interface.0, row.vpc.0, EntryKind::Inside)
        }
        End::Internet => (network.internet_location, NONE, NONE, EntryKind::InternetGateway),
        // Nothing but answers gets to a client.
        End::Clients => return None,
        // The routers on premises answer by the link that asked.
        End::OnPremises(link) => (link, NONE, NONE, EntryKind::VpnGateway),
        End::Service(service) => {
            let way_back = network.services[service.index()].way_back?;
            (way_back, NONE, NONE, EntryKind::Inside)
        }
        End::Possible => return None,
    };
    let flow = Flow::new(at, there.destination.clone(), there.source.clone(), transport);
    Some(Flow {
        asked_source: there.asked_destination.clone(),
        asked_destination: there.asked_source.clone(),
        source_linked: there.destination_linked,
        destination_linked: there.source_linked,
        vpc,
        sender,
        entry,
        blocked: there.blocked,
        ..flow
    })
}

/// The transport set of answers once the client's ports are put back.
pub(super) fn with_client_ports(
    workspace: &mut Workspace<'_>,
    transport: TransportSet,
    client_ports: &[(u16, u16)],
) -> TransportSet {
    let mut result = transport;
    for number in [protocol::TCP, protocol::UDP] {
        let whole = workspace.protocol(number);
        let coming = workspace.intersection(transport, whole);
        result = workspace.difference(result, whole);
        if !coming.is_empty() {
            let intervals: Vec<_> = port_intervals(number, client_ports).collect();
            let ports = workspace.of(&intervals);
            result = workspace.union(result, ports);
        }
    }
    result
}
