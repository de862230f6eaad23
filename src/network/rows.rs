//! Rows: dense, numbered records of what walks and explanations look up often.

use ipnet::IpNet;

use super::ExplanationCode;
use super::filter::{FilterId, Rule};
use super::location::{
    AddressSetIndex, AssumptionIndex, Component, GroupSetIndex, Guard, InterfaceIndex, LocationId, NatIndex,
    Origin, ServiceIndex, SubnetIndex, VpcIndex, ZoneIndex,
};
use crate::model::{Region, VpcId};
use crate::packet::{AddressMap, AddressSet, Family, TransportSet};

/// No owner, in maps from addresses to rows.
pub(super) const NOBODY: u32 = u32::MAX;

/// A VPC.
#[derive(Debug, Clone)]
pub struct VpcRow {
    /// Its id; a VPC that is only referred to has a row too.
    pub id: VpcId,
    /// What an answer names.
    pub component: Component,
    /// Its Region, when known.
    pub region: Option<Region>,
    /// Its blocks.
    pub cidrs: Vec<IpNet>,
    /// The same, as a set that guards test.
    pub cidr_set: AddressSetIndex,
    /// What is said of a VPC that others refer to and the snapshot does not have.
    pub gap: Option<AssumptionIndex>,
    /// Address → subnet; `u32::MAX` for none.
    pub subnets: AddressMap<u32>,
    /// Address → interface; `u32::MAX` for none.
    pub interfaces: AddressMap<u32>,
    /// Private IPv4 address → public one, sorted.
    pub public_addresses: Vec<(u32, u32)>,
    /// The resolver's addresses: the base of the primary IPv4 block plus two (DNS-1).
    pub resolvers: Vec<u32>,
    /// Whether the resolver answers nobody.
    pub is_resolver_off: bool,
    /// The location of delivery inside the VPC.
    pub router: LocationId,
    /// The internet gateway's inward location, when one is attached.
    pub internet_gateway: Option<LocationId>,
    /// Why nothing comes in by an internet gateway, when none is attached.
    pub detached_gateway: Component,
    /// What keeps it unknown whether a gateway is attached.
    pub gateway_gap: Option<AssumptionIndex>,
    /// The egress-only gateway's location, when one is attached.
    pub egress_only_gateway: Option<LocationId>,
    /// Locations by which packets could leave the VPC if a route said so, for would-be paths.
    pub exits: Vec<LocationId>,
    /// What keeps it unknown who owns an address that no interface of the snapshot owns.
    pub interfaces_gap: Option<AssumptionIndex>,
    /// What keeps it unknown what passes: it drops what is not encrypted (ENC-3).
    pub encryption_gap: Option<AssumptionIndex>,
    /// What keeps all that is sent in it from going anywhere (VPC-7).
    pub state_guard: Option<super::location::Step>,
    /// VPCs that it is peered with in the same Region, over an active connection: groups of those can be referred to.
    pub group_peers: Vec<VpcIndex>,
}

/// A subnet.
#[derive(Debug, Clone)]
pub struct SubnetRow {
    /// Its id; a subnet that is only referred to has a row too.
    pub id: crate::model::SubnetId,
    /// What keeps it unknown what its packets meet: the snapshot does not have it.
    pub gap: Option<AssumptionIndex>,
    /// What an answer names.
    pub component: Component,
    /// Its VPC.
    pub vpc: VpcIndex,
    /// Its zone.
    pub zone: ZoneIndex,
    /// Its blocks.
    pub cidrs: Vec<IpNet>,
    /// Where packets that left an interface stand.
    pub out: LocationId,
    /// Where packets that come from elsewhere stand.
    pub inward: LocationId,
    /// Where packets between two of its interfaces stand.
    pub inside: LocationId,
    /// The location of its route table.
    pub route_table: Option<LocationId>,
    /// Its ACL's filters, inbound and outbound.
    pub acl: [FilterId; 2],
    /// What Block Public Access lets through.
    pub public_access: PublicAccess,
    /// What that leans on.
    pub public_access_gap: Option<AssumptionIndex>,
}

/// What Block Public Access lets through for a subnet, exclusions applied (BPA-2, BPA-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicAccess {
    /// Everything.
    Open,
    /// Conversations that a NAT gateway or egress-only gateway begins.
    OutwardByGateways,
    /// Nothing.
    Closed,
    /// The snapshot uses a word that nobody knows.
    Unknown,
}

/// An interface.
#[derive(Debug, Clone)]
pub struct InterfaceRow {
    /// What an answer names.
    pub component: Component,
    /// Its subnet.
    pub subnet: SubnetIndex,
    /// Its VPC.
    pub vpc: VpcIndex,
    /// Its groups.
    pub groups: GroupSetIndex,
    /// Interfaces with the same number are of one host; `u32::MAX` for those that are alone.
    pub host: u32,
    /// Whether it sends nothing but packets with a source of its own (ENI-3).
    pub checks_source: bool,
    /// Where packets stand that it is about to send.
    pub out: LocationId,
    /// Where packets stand that it is about to get.
    pub inward: LocationId,
    /// What it does beside what every interface does: a row of [`super::Network::manners`]; `u32::MAX` for nothing.
    pub manner: u32,
    /// Its primary IPv4 address.
    pub primary_v4: Option<u32>,
    /// Its first IPv6 address.
    pub primary_v6: Option<u128>,
}

impl InterfaceRow {
    /// Its first address of a family.
    pub fn primary(&self, family: Family) -> Option<u128> {
        match family {
            Family::V4 => self.primary_v4.map(u128::from),
            Family::V6 => self.primary_v6,
        }
    }
}

/// What some interfaces do beside what every interface does. Most have none: they belong to running hosts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manner {
    /// Before anything else with what they send.
    pub outward: Vec<super::location::Step>,
    /// With what has passed their groups, in place of letting it arrive.
    pub inward: Vec<super::location::Step>,
    /// Whether it is one of an interface endpoint (SG-18).
    pub is_of_endpoint: bool,
}

/// A NAT gateway.
#[derive(Debug, Clone)]
pub struct NatRow {
    /// What an answer names.
    pub component: Component,
    /// Its VPC.
    pub vpc: VpcIndex,
    /// The subnet of a zonal one.
    pub subnet: Option<SubnetIndex>,
    /// The addresses that it sends from, with the zone that each serves on a regional one.
    pub addresses: Vec<NatAddress>,
    /// Where packets stand that come back to it.
    pub way_back: LocationId,
    /// What is said of packets that it sends elsewhere than to the internet, where it shows no private address.
    pub elsewhere: Option<AssumptionIndex>,
    /// What is said of packets that it sends to the internet, where nothing shows whether it has a public address.
    pub outside: Option<AssumptionIndex>,
}

/// An address of a NAT gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NatAddress {
    /// The address that packets have in the VPC.
    pub address: u32,
    /// The zone that it serves; absent on a zonal gateway.
    pub zone: Option<ZoneIndex>,
}

/// An interface that takes packets for itself and hands each on to one of several others.
#[derive(Debug, Clone)]
pub struct RelayRow {
    /// What an answer names.
    pub component: Component,
    /// The interface that takes packets.
    pub interface: InterfaceIndex,
    /// The interface that sends to others; the same, unless another one's packets are taken in its place.
    pub sender: InterfaceIndex,
    /// What leads there, where that is something else than the relay.
    pub through: Option<Component>,
    /// What it takes and hands on.
    pub ports: Vec<RelayPort>,
    /// Why it does not take or send something.
    pub codes: RelayCodes,
    /// Where answers come back that carry the client's address.
    pub way_back: LocationId,
    /// How many choices the port with the most has.
    pub most_choices: u16,
    /// The same of those that do not answer alike.
    pub fewest_choices: u16,
    /// What its choices lean on.
    pub assumed: Option<AssumptionIndex>,
    /// What keeps it unknown what targets see of clients that come through a transit gateway.
    pub transit_gap: Option<AssumptionIndex>,
    /// What keeps it from taking anything.
    pub guard: Option<Guard>,
}

/// Why a relay of a kind does not take or send something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayCodes {
    /// It takes none of the packets.
    pub takes_none: ExplanationCode,
    /// It takes a part of the packets, and not these.
    pub takes_others: ExplanationCode,
    /// It does not speak the protocol with those that it hands packets on to.
    pub target_protocol: ExplanationCode,
    /// It does not use the port with them.
    pub target_port: ExplanationCode,
}

/// What a relay does with some packets.
#[derive(Debug, Clone)]
pub struct RelayPort {
    /// What an answer names.
    pub component: Component,
    /// What says so.
    pub origin: Origin,
    /// The packets: one port of one protocol.
    pub takes: TransportSet,
    /// Where each may go on; never none.
    pub choices: Vec<RelayChoice>,
    /// One choice of those that answer alike, by number; empty where no two do.
    pub alike: Box<[u16]>,
}

impl RelayPort {
    /// The choices that are worth a walk of their own.
    pub fn walked(&self) -> Walked<'_> {
        Walked { port: self, is_each: self.alike.is_empty() }
    }

    /// Whether one of some addresses is a choice, where not every choice is walked.
    pub fn has_target_in(&self, addresses: &AddressSet) -> bool {
        !self.alike.is_empty()
            && self.choices.iter().any(|choice| match choice.to {
                RelayTo::Address { family, address, .. } => {
                    family == addresses.family() && addresses.holds(address)
                }
                RelayTo::Itself | RelayTo::Lost(_) | RelayTo::Unknown(_) => false,
            })
    }

    /// Every choice.
    pub fn each(&self) -> Walked<'_> {
        Walked { port: self, is_each: true }
    }
}

/// Choices of a port, by turns.
#[derive(Debug, Clone, Copy)]
pub struct Walked<'p> {
    port: &'p RelayPort,
    is_each: bool,
}

impl<'p> Walked<'p> {
    /// How many there are.
    pub fn len(self) -> usize {
        if self.is_each { self.port.choices.len() } else { self.port.alike.len() }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// One of them; from the last on to the first again.
    pub fn turn(self, number: usize) -> &'p RelayChoice {
        let number = number % self.len();
        let number = if self.is_each { number } else { usize::from(self.port.alike[number]) };
        &self.port.choices[number]
    }
}

/// Where a relay may hand packets on to.
#[derive(Debug, Clone)]
pub struct RelayChoice {
    /// What an answer names beside it.
    pub component: Component,
    /// The sources that it is for; all unless said.
    pub sources: Option<AddressSetIndex>,
    /// Where they go.
    pub to: RelayTo,
    /// What that leans on.
    pub assumed: Option<AssumptionIndex>,
}

/// Something that routes send packets through and that gives them back: an appliance with one interface or more, or the
/// endpoint of one. A conversation's answers have to come by the same middlebox, unless it does not care.
#[derive(Debug, Clone)]
pub struct MiddleboxRow {
    /// What an answer names.
    pub component: Component,
    /// What an answer leans on that goes through it.
    pub assumed: Option<AssumptionIndex>,
    /// What becomes of a conversation of which it sees one direction only.
    pub one_way: OneWay,
    /// What is said of rules that name groups of what lies beyond it (SG-15).
    pub references_gap: AssumptionIndex,
    /// What is said of what a relay sends through it in its client's name, where AWS does not support that (GWLB-8).
    pub preservation_gap: Option<AssumptionIndex>,
    /// The interfaces that a host sends by, in its own order; none where the location's next step says where packets
    /// go on.
    pub exits: Vec<ExitRow>,
    /// What an answer leans on where one of several interfaces is the only plausible one (ENI-9).
    pub routing_assumed: AssumptionIndex,
    /// What keeps it unknown by which of several it sends.
    pub routing_gap: AssumptionIndex,
    /// How packets get to what stands behind it, where the snapshot says.
    pub carried: Option<CarriedRow>,
}

/// Packets that are carried in others, to what looks at them and back (GWLB-5).
#[derive(Debug, Clone)]
pub struct CarriedRow {
    /// The interface that the carrying packets come from.
    pub node: InterfaceIndex,
    /// To whom they may go: one for both directions of a conversation. Never none.
    pub choices: Vec<RelayChoice>,
}

/// What a middlebox does with a conversation of which it sees one direction only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneWay {
    /// It loses it.
    Loses(ExplanationCode),
    /// Nobody can tell.
    Unknown(AssumptionIndex),
}

/// An interface that a middlebox sends by.
#[derive(Debug, Clone, Copy)]
pub struct ExitRow {
    /// The interface.
    pub interface: InterfaceIndex,
    /// Whether it sends nothing but packets with a source of its own (ENI-3).
    pub checks_source: bool,
    /// The address that it may put in place of a source that the internet gateway would not let out.
    pub stand_in: Option<StandIn>,
}

/// An address of a host that sends to the internet in its own name.
#[derive(Debug, Clone, Copy)]
pub struct StandIn {
    /// The private address; it has a public one.
    pub address: u32,
    /// What an answer leans on.
    pub assumed: AssumptionIndex,
    /// What keeps it unknown whether it does so with other protocols than TCP, UDP and ICMP.
    pub others_gap: AssumptionIndex,
}

/// Where a relay hands packets on to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RelayTo {
    /// To an address, by a port.
    Address {
        /// Its family.
        family: Family,
        /// The address.
        address: u128,
        /// What the packets are then: one port of one protocol.
        transport: TransportSet,
        /// What the relay asks it by itself, to see whether it works.
        checked: TransportSet,
        /// Whether the packets keep their source; else it is the relay's own.
        preserves: bool,
        /// Where they go on.
        first: LocationId,
    },
    /// Nowhere: the relay answers by itself.
    Itself,
    /// Nowhere, for this reason.
    Lost(ExplanationCode),
    /// Nobody can tell.
    Unknown(AssumptionIndex),
}

/// A service that packets can arrive at.
#[derive(Debug, Clone)]
pub struct ServiceRow {
    /// Its name: `com.amazonaws.eu-west-1.s3`, or what a link-local address serves.
    pub name: String,
    /// The endpoint that leads there.
    pub component: Option<Component>,
    /// Where its replies begin; absent when they need no way.
    pub way_back: Option<LocationId>,
    /// What its addresses are, when known.
    pub addresses: Vec<IpNet>,
    /// What an answer that ends there leans on.
    pub assumption: Option<AssumptionIndex>,
}

/// A security group.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// What an answer names.
    pub component: Component,
    /// Its id.
    pub id: crate::model::SecurityGroupId,
    /// What keeps its rules unknown: the snapshot does not have it.
    pub gap: Option<AssumptionIndex>,
    /// The interfaces that have it, in [`super::Network::group_members`].
    pub members: std::ops::Range<u32>,
}

/// The rules of a group, or the entries of an ACL by ascending number.
#[derive(Debug, Clone, Default)]
pub struct GroupRules {
    /// For packets that come in.
    pub inbound: Vec<Rule>,
    /// For packets that go out.
    pub outbound: Vec<Rule>,
}

impl GroupRules {
    /// Those of a direction.
    pub fn direction(&self, is_outbound: bool) -> &[Rule] {
        if is_outbound { &self.outbound } else { &self.inbound }
    }
}

/// Who owns a public IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicOwner {
    /// A private address of a VPC.
    Private(VpcIndex, u32),
    /// A NAT gateway without a private address (NAT-10).
    Nat(NatIndex),
    /// An elastic address that stands for nothing (EIP-1); its row in the model.
    Unassociated(u32),
    /// An elastic address of an interface that is not in the snapshot.
    Absent(AssumptionIndex),
}

/// What is done with a destination that is not routed like others (LL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkLocal {
    /// It is routed like others.
    Ordinary,
    /// It goes to a service of the host or the VPC, whatever the rules, if it is what the service answers.
    Service(ServiceIndex, TransportSet),
    /// It is dropped.
    NotRoutable,
}

/// Clients of a Client VPN endpoint that are treated alike.
#[derive(Debug, Clone)]
pub struct ClientRow {
    /// The endpoint.
    pub component: Component,
    /// The group of users that they are in; unknown without one.
    pub group: Option<compact_str::CompactString>,
    /// Where they have their addresses from.
    pub pool: IpNet,
    /// Where their packets begin.
    pub location: LocationId,
}
