//! A flow: a box of packets on its way, and what it has been through.

use smallvec::SmallVec;

use crate::network::{
    EntryKind, InterfaceIndex, LocationId, MiddleboxIndex, NatIndex, Network, PeerSide, RelayIndex,
    ServiceIndex, VpcIndex,
};
use crate::packet::{AddressSet, Interval, TransportSet, Workspace, protocol};

/// No row.
pub(super) const NONE: u32 = u32::MAX;

/// The ports that NAT gateways, appliances and relays send from in their own name (NAT-2, LB-16).
pub(super) const CHOSEN_PORTS: &[(u16, u16)] = &[(1024, u16::MAX)];

/// Packets that have been treated alike so far: sources × destinations × transport set.
///
/// The header is what the packets carry now; what was asked is kept beside it. While an axis is *linked* the two are the
/// same set and are narrowed together; after a translation the header holds one address.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub at: LocationId,
    /// The step of the location to go on with.
    pub resume: u16,
    pub source: AddressSet,
    pub destination: AddressSet,
    pub asked_source: AddressSet,
    pub asked_destination: AddressSet,
    pub source_linked: bool,
    pub destination_linked: bool,
    pub transport: TransportSet,
    /// The source ports, of TCP and UDP on the transport line; everything where no firewall could ask.
    pub ports: TransportSet,
    /// The subnet that the packets stand in or left last.
    pub subnet: u32,
    /// The zone of that subnet.
    pub zone: u32,
    /// The VPC that the packets are in, where known.
    pub vpc: u32,
    /// The interface that sent the packets with their present source.
    pub sender: u32,
    pub groups: Groups,
    pub entry: EntryKind,
    pub hops: u16,
    /// What the way left behind for the answer.
    pub marks: SmallVec<[Mark; 6]>,
    /// The last event of the story, where one is recorded.
    pub trail: u32,
    /// How many blockers a would-be flow went past.
    pub blocked: u16,
}

impl Flow {
    /// Packets that begin at a location, inside, and have been nowhere.
    pub fn new(at: LocationId, source: AddressSet, destination: AddressSet, transport: TransportSet) -> Flow {
        Flow {
            at,
            resume: 0,
            asked_source: source.clone(),
            asked_destination: destination.clone(),
            source,
            destination,
            source_linked: true,
            destination_linked: true,
            transport,
            ports: TransportSet::ALL,
            subnet: NONE,
            zone: NONE,
            vpc: NONE,
            sender: NONE,
            groups: Groups::Kept,
            entry: EntryKind::Inside,
            hops: 0,
            marks: SmallVec::new(),
            trail: NONE,
            blocked: 0,
        }
    }

    /// What was asked of the packets' transport: a relay hands on to another port.
    pub fn asked_transport(&self) -> TransportSet {
        self.first_relay().map_or(self.transport, |it| it.asked)
    }

    /// The relay that took the packets first.
    pub fn first_relay(&self) -> Option<&RelayState> {
        self.marks.iter().find_map(relay_state)
    }

    /// The relay that handed the packets on last.
    pub fn last_relay(&self) -> Option<&RelayState> {
        self.marks.iter().rev().find_map(relay_state)
    }

    /// Whether a middlebox passed the packets on.
    pub fn is_passed_on(&self) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Through(..)))
    }

    /// The client's ports of what is left, whatever stands for the client since.
    pub fn client_ports(&self) -> TransportSet {
        let before = self.marks.iter().find_map(|mark| match mark {
            Mark::Nat(state) => Some(state.ports),
            Mark::Relay(state) if !state.preserves => Some(state.ports),
            Mark::Relay(_)
            | Mark::Tracked(..)
            | Mark::Through(..)
            | Mark::Outward(_)
            | Mark::Inbound
            | Mark::Peering { .. }
            | Mark::Inspected { .. } => None,
        });
        before.unwrap_or(self.ports)
    }

    /// How many relays handed an answer back.
    pub fn handed_back(&self) -> usize {
        self.marks.iter().filter_map(relay_state).count()
    }
}

/// Whether rules that name a group know the sender's groups (SG-13 … SG-18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Groups {
    Kept,
    Lost(GroupLoss),
}

/// Where the sender's groups were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupLoss {
    /// The source address is not the sender's own any more (SG-14, SG-15).
    Translated,
    /// Through an appliance (SG-15).
    Middlebox,
    /// Over a peering connection between Regions (SG-17).
    Peering,
    /// Over a transit gateway that does not keep them (SG-18).
    Transit,
    /// Over a peering of transit gateways (TGW-24).
    TransitPeering,
}

/// What the way leaves behind that the answer needs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// The groups of an interface know the conversation (SG-2), which passed them this way.
    Tracked(InterfaceIndex, PeerSide),
    /// It went through a middlebox; whether a gateway's route table sent it there.
    Through(MiddleboxIndex, bool),
    /// Something that sends in its own name knows it.
    Nat(Box<NatState>),
    /// A relay knows it; on an answer, a relay that has handed it back.
    Relay(Box<RelayState>),
    /// It crossed a gateway to the internet.
    Outward(LocationId),
    /// It came in by an internet gateway.
    Inbound,
    /// It entered a VPC by a peering connection.
    Peering { vpc: VpcIndex, way_back: LocationId },
    /// A firewall knows it, at this endpoint (NFW-6, NFW-10).
    Inspected { at: LocationId, answers: Answers },
}

/// What a firewall does with the answers to what it let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// They pass: a rule passed the conversation.
    Pass,
    /// No rule spoke of the conversation; the answers meet the rules themselves.
    AreJudged,
    /// They would pass had the conversation begun: it was dropped, and something walks on to see what else does.
    WouldPass,
    /// They are dropped: nothing may be answered that no rule passed.
    AreDropped,
}

/// Who sends in its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Translator {
    /// A NAT gateway.
    Gateway(NatIndex),
    /// What sends for clients that are no part of the network; nothing else that a NAT gateway may do is theirs.
    Clients(NatIndex),
    /// An appliance, by one of its interfaces.
    Appliance(MiddleboxIndex, InterfaceIndex),
}

/// What who sends in its own name knows of a conversation: its own address, and what that stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NatState {
    pub by: Translator,
    pub address: u128,
    pub client: AddressSet,
    pub was_linked: bool,
    /// The source ports before.
    pub ports: TransportSet,
}

/// What a relay knows of a conversation: what the client sent, and what of it the target sees.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RelayState {
    pub relay: RelayIndex,
    /// What the client asked: one port of one protocol.
    pub asked: TransportSet,
    /// The address that the client sent to.
    pub address: AddressSet,
    pub address_was_linked: bool,
    pub client: AddressSet,
    pub client_was_linked: bool,
    /// The address that the target sees, unless the client's is preserved.
    pub own: u128,
    pub preserves: bool,
    /// The source ports before.
    pub ports: TransportSet,
}

/// Where packets end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Interface(InterfaceIndex),
    Internet,
    Service(ServiceIndex),
    /// At a client of a Client VPN endpoint.
    Clients,
    /// On premises, behind a link whose way in this is.
    OnPremises(LocationId),
    /// Somewhere that nobody can tell; only where everything that is possible counts.
    Possible,
}

impl End {
    /// Whether packets that end here are back where they began. Networks on premises are taken to reach each other.
    pub fn is_home(self, origin: End) -> bool {
        self == origin || matches!((self, origin), (End::OnPremises(_), End::OnPremises(_)))
    }
}

/// Packets that ended somewhere.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    pub flow: Flow,
    pub end: End,
}

/// A conversation that began, as its replies find it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversation<'a> {
    pub marks: &'a [Mark],
    /// Where it began.
    pub origin: End,
    /// The client's ports as intervals of the port line, for TCP and UDP.
    pub client_ports: &'a [(u16, u16)],
}

impl Conversation<'_> {
    /// Whether the groups of an interface let its answers pass on a side: it passed them on the other one (SG-2).
    pub fn tracks(&self, interface: InterfaceIndex, peer: PeerSide) -> bool {
        let is_other_way =
            |mark: &Mark| matches!(mark, Mark::Tracked(known, side) if *known == interface && *side != peer);
        self.marks.iter().any(is_other_way)
    }

    /// Whether it went through a middlebox.
    pub fn went_through(&self, middlebox: MiddleboxIndex) -> bool {
        passed(self.marks, middlebox)
    }

    /// Whether it went through some middlebox.
    pub fn went_by(&self, is_meant: impl Fn(MiddleboxIndex) -> bool) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Through(middlebox, _) if is_meant(*middlebox)))
    }

    /// A middlebox that it went through and its answer, with these marks, did not; and whether a gateway's route table
    /// sent it there.
    pub fn missed(&self, marks: &[Mark]) -> Option<(MiddleboxIndex, bool)> {
        let missed = self.marks.iter().filter_map(|mark| match mark {
            Mark::Through(middlebox, by_gateway) if !passed(marks, *middlebox) => {
                Some((*middlebox, *by_gateway))
            }
            Mark::Through(..)
            | Mark::Tracked(..)
            | Mark::Nat(_)
            | Mark::Relay(_)
            | Mark::Outward(_)
            | Mark::Inbound
            | Mark::Inspected { .. }
            | Mark::Peering { .. } => None,
        });
        // Those that surely mind first.
        missed.max_by_key(|(_, by_gateway)| *by_gateway)
    }

    /// What something that sends in its own name knows of an answer to an address.
    pub fn translated(&self, by: impl Fn(Translator) -> bool, address: &AddressSet) -> Option<&NatState> {
        let mut known = self.marks.iter().rev().filter_map(nat_state);
        known.find(|it| by(it.by) && address.single() == Some(it.address))
    }

    /// The ports of whoever sent to something that sends in its own name: the client's, or any of something that stood for it
    /// already.
    pub fn ports_before_translation(&self, state: &NatState) -> &[(u16, u16)] {
        let is_it =
            |mark: &Mark| nat_state(mark).is_some_and(|it| it.by == state.by && it.address == state.address);
        let before = self.marks.iter().rposition(is_it).map_or(&[][..], |position| &self.marks[..position]);
        if before.iter().any(chooses_ports) { CHOSEN_PORTS } else { self.client_ports }
    }

    /// Whether a NAT gateway or a relay stands for the client at an address.
    pub fn is_translated_to(&self, address: &AddressSet) -> bool {
        self.marks.iter().any(|mark| match mark {
            Mark::Nat(state) => address.single() == Some(state.address),
            Mark::Relay(state) => !state.preserves && address.single() == Some(state.own),
            Mark::Tracked(..)
            | Mark::Through(..)
            | Mark::Outward(_)
            | Mark::Inbound
            | Mark::Inspected { .. }
            | Mark::Peering { .. } => false,
        })
    }

    /// Where the mark of the relay stands that an answer comes to next, when some have handed it back already.
    fn relay_mark(&self, handed_back: usize) -> Option<usize> {
        let is_relay = |mark: &Mark| relay_state(mark).is_some();
        let positions = self.marks.iter().enumerate().rev().filter(|(_, mark)| is_relay(mark));
        positions.map(|(position, _)| position).nth(handed_back)
    }

    /// The relay that an answer comes to next.
    pub fn relay_before(&self, handed_back: usize) -> Option<&RelayState> {
        self.relay_mark(handed_back).and_then(|position| relay_state(&self.marks[position]))
    }

    /// The ports of whoever sent to a relay: the client's, or any of something that stands for it.
    pub fn ports_before_relay(&self, handed_back: usize) -> &[(u16, u16)] {
        let before = self.relay_mark(handed_back).map_or(&[][..], |position| &self.marks[..position]);
        if before.iter().any(chooses_ports) { CHOSEN_PORTS } else { self.client_ports }
    }

    /// What the stretch left behind that an answer goes back over, between two relays.
    fn stretch(&self, handed_back: usize) -> &[Mark] {
        let first = self.relay_mark(handed_back).map_or(0, |position| position + 1);
        let behind = handed_back.checked_sub(1).and_then(|it| self.relay_mark(it));
        &self.marks[first..behind.unwrap_or(self.marks.len())]
    }

    pub fn crossed_internet(&self) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Outward(_) | Mark::Inbound))
    }

    /// What the firewall behind an endpoint does with answers, where it knows the conversation.
    pub fn inspected_at(&self, endpoint: LocationId) -> Option<Answers> {
        inspections(self.marks).find(|(at, _)| *at == endpoint).map(|(_, answers)| answers)
    }

    /// The endpoints behind which firewalls know the conversation, and do not know its answer by the marks of that.
    pub fn inspected_elsewhere(&self, answer: &[Mark]) -> Vec<LocationId> {
        let is_missed = |endpoint: &LocationId| inspections(answer).all(|(at, _)| at != *endpoint);
        let known = inspections(self.marks).filter(|(_, answers)| *answers != Answers::WouldPass);
        known.map(|(at, _)| at).filter(is_missed).collect()
    }

    pub fn went_out_by(&self, gateway: LocationId) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Outward(known) if *known == gateway))
    }

    /// Whether a NAT gateway sent it through a peering connection into a VPC: the way back that its answer takes
    /// without any route (NAT-8).
    pub fn return_to_sender(&self, vpc: u32, handed_back: usize) -> Option<LocationId> {
        let mut is_translated = false;
        let mut way = None;
        for mark in self.stretch(handed_back) {
            match mark {
                Mark::Nat(state) => is_translated |= matches!(state.by, Translator::Gateway(_)),
                Mark::Peering { vpc: entered, way_back } if is_translated && entered.0 == vpc => {
                    way = Some(*way_back);
                }
                Mark::Tracked(..)
                | Mark::Through(..)
                | Mark::Relay(_)
                | Mark::Outward(_)
                | Mark::Inbound
                | Mark::Inspected { .. }
                | Mark::Peering { .. } => {}
            }
        }
        way
    }
}

fn inspections(marks: &[Mark]) -> impl Iterator<Item = (LocationId, Answers)> {
    marks.iter().filter_map(|mark| match mark {
        Mark::Inspected { at, answers } => Some((*at, *answers)),
        Mark::Relay(_)
        | Mark::Tracked(..)
        | Mark::Through(..)
        | Mark::Nat(_)
        | Mark::Outward(_)
        | Mark::Inbound
        | Mark::Peering { .. } => None,
    })
}

/// What a relay's mark says.
fn relay_state(mark: &Mark) -> Option<&RelayState> {
    match mark {
        Mark::Relay(state) => Some(state),
        Mark::Tracked(..)
        | Mark::Through(..)
        | Mark::Nat(_)
        | Mark::Outward(_)
        | Mark::Inbound
        | Mark::Inspected { .. }
        | Mark::Peering { .. } => None,
    }
}

/// What the mark of something that sends in its own name says.
pub(super) fn nat_state(mark: &Mark) -> Option<&NatState> {
    match mark {
        Mark::Nat(state) => Some(state),
        Mark::Relay(_)
        | Mark::Tracked(..)
        | Mark::Through(..)
        | Mark::Outward(_)
        | Mark::Inbound
        | Mark::Inspected { .. }
        | Mark::Peering { .. } => None,
    }
}

/// Whether the source's ports are not the client's from there on (NAT-2, LB-16).
pub(super) fn chooses_ports(mark: &Mark) -> bool {
    match mark {
        Mark::Nat(_) => true,
        Mark::Relay(state) => !state.preserves,
        Mark::Tracked(..)
        | Mark::Through(..)
        | Mark::Outward(_)
        | Mark::Inbound
        | Mark::Inspected { .. }
        | Mark::Peering { .. } => false,
    }
}

fn passed(marks: &[Mark], middlebox: MiddleboxIndex) -> bool {
    marks.iter().any(|mark| matches!(mark, Mark::Through(known, _) if *known == middlebox))
}

/// Everything but TCP and UDP.
pub(super) fn beside_ports() -> Vec<Interval> {
    let (tcp, udp) = (u32::from(protocol::TCP) << 16, u32::from(protocol::UDP) << 16);
    vec![(0, tcp - 1), (tcp + 0x1_0000, udp - 1), (udp + 0x1_0000, (1 << 24) - 1)]
}

/// Source ports as flows have them; everything where no firewall could ask.
pub(super) fn source_ports(
    network: &Network,
    workspace: &mut Workspace<'_>,
    ports: &[(u16, u16)],
) -> TransportSet {
    if network.firewalls.is_empty() {
        return TransportSet::ALL;
    }
    let mut intervals = beside_ports();
    intervals.extend(port_intervals(protocol::TCP, ports));
    intervals.extend(port_intervals(protocol::UDP, ports));
    workspace.of(&intervals)
}

/// The source ports of answers: the ports that packets were for.
pub(super) fn answering_ports(
    network: &Network,
    workspace: &mut Workspace<'_>,
    transport: TransportSet,
) -> TransportSet {
    if network.firewalls.is_empty() {
        return TransportSet::ALL;
    }
    let beside = workspace.of(&beside_ports());
    workspace.union(transport, beside)
}

/// Intervals of some ports for both protocols that have them.
pub(super) fn port_intervals(number: u8, ports: &[(u16, u16)]) -> impl Iterator<Item = Interval> + '_ {
    let start = u32::from(number) << 16;
    ports.iter().map(move |(from, to)| (start | u32::from(*from), start | u32::from(*to)))
}
