//! A flow: a box of packets on its way, and what it has been through.

use smallvec::SmallVec;

use crate::network::{EntryKind, InterfaceIndex, LocationId, NatIndex, ServiceIndex, VpcIndex};
use crate::packet::{AddressSet, Interval, TransportSet};

/// No row.
pub(super) const NONE: u32 = u32::MAX;

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
    /// The groups of an interface know the conversation (SG-2).
    Tracked(InterfaceIndex),
    /// A NAT gateway knows it.
    Nat(Box<NatState>),
    /// It crossed a gateway to the internet.
    Outward(LocationId),
    /// It came in by an internet gateway.
    Inbound,
    /// It entered a VPC by a peering connection.
    Peering { vpc: VpcIndex, way_back: LocationId },
}

/// What a NAT gateway knows of a conversation: its own address, and what that stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NatState {
    pub nat: NatIndex,
    pub address: u128,
    pub client: AddressSet,
    pub was_linked: bool,
}

/// Where packets end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Interface(InterfaceIndex),
    Internet,
    Service(ServiceIndex),
    /// Somewhere that nobody can tell; only where everything that is possible counts.
    Possible,
}

/// Packets that ended somewhere.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    pub flow: Flow,
    pub end: End,
}

/// A conversation that began, as its replies find it.
#[derive(Debug, Clone)]
pub(super) struct Conversation {
    pub marks: SmallVec<[Mark; 6]>,
    /// Where it began.
    pub origin: End,
    /// The client's ports as intervals of the port line, for TCP and UDP.
    pub client_ports: Vec<(u16, u16)>,
}

impl Conversation {
    pub fn tracks(&self, interface: InterfaceIndex) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Tracked(known) if *known == interface))
    }

    /// Whether a NAT gateway stands for the client at an address.
    pub fn is_translated_to(&self, address: &AddressSet) -> bool {
        self.marks
            .iter()
            .any(|mark| matches!(mark, Mark::Nat(state) if address.single() == Some(state.address)))
    }

    pub fn crossed_internet(&self) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Outward(_) | Mark::Inbound))
    }

    pub fn went_out_by(&self, gateway: LocationId) -> bool {
        self.marks.iter().any(|mark| matches!(mark, Mark::Outward(known) if *known == gateway))
    }

    /// Whether a NAT gateway sent it through a peering connection into a VPC: the way back that its answer takes
    /// without any route (NAT-8).
    pub fn return_to_sender(&self, vpc: u32) -> Option<LocationId> {
        let mut is_translated = false;
        let mut way = None;
        for mark in &self.marks {
            match mark {
                Mark::Nat(_) => is_translated = true,
                Mark::Peering { vpc: entered, way_back } if is_translated && entered.0 == vpc => {
                    way = Some(*way_back);
                }
                Mark::Tracked(_) | Mark::Outward(_) | Mark::Inbound | Mark::Peering { .. } => {}
            }
        }
        way
    }
}

/// Intervals of some ports for both protocols that have them.
pub(super) fn port_intervals(number: u8, ports: &[(u16, u16)]) -> impl Iterator<Item = Interval> + '_ {
    let start = u32::from(number) << 16;
    ports.iter().map(move |(from, to)| (start | u32::from(*from), start | u32::from(*to)))
}
