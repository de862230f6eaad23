//! The words of the compiled graph: locations, edges, and the steps that a location makes packets take.
//!
//! A packet stands at a [`Location`]. The location's [`Step`]s say what happens there, in order: guards and filters
//! that drop, translations that rewrite, and at the end one step that sends the packet along an [`Edge`] or lets it
//! arrive. The solver interprets steps and knows nothing else of AWS; the twins of the model's resources, in this
//! folder, write them.

use petgraph::graph::{EdgeIndex, NodeIndex};
use smallvec::SmallVec;

use super::ExplanationCode;
use super::filter::FilterId;
use crate::model::ResourceKind;
use crate::packet::{Family, TransportSet};

/// A location's number in the graph.
pub type LocationId = NodeIndex<u32>;
/// An edge's number in the graph.
pub type EdgeId = EdgeIndex<u32>;

macro_rules! indices {
    ($($(#[$doc:meta])* $Name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name(pub u32);

        impl $Name {
            /// As an index into the table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )* };
}

indices! {
    /// A VPC's row.
    VpcIndex,
    /// A subnet's row.
    SubnetIndex,
    /// An interface's row; NAT gateways whose interfaces the snapshot lacks have one too.
    InterfaceIndex,
    /// A zone, the same for all accounts.
    ZoneIndex,
    /// A NAT gateway's row.
    NatIndex,
    /// A compiled route function.
    RouteMapIndex,
    /// A set of addresses, of both families.
    AddressSetIndex,
    /// A list of zones with an edge each.
    ZoneTableIndex,
    /// An assumption.
    AssumptionIndex,
    /// An interface that hands packets on.
    RelayIndex,
    /// Something that routes send packets through.
    MiddleboxIndex,
    /// A service that packets can arrive at.
    ServiceIndex,
    /// A firewall.
    FirewallIndex,
    /// A hop of route functions.
    HopIndex,
    /// A security group's row.
    GroupIndex,
    /// A distinct set of security groups.
    GroupSetIndex,
}

/// Numbers from here on are the locations of interfaces, two each: a graph of a million hosts would hold little else.
/// What happens there follows from the interface's row ([`super::Network::steps_of`]).
const FIRST_OF_INTERFACES: u32 = 1 << 31;

impl InterfaceIndex {
    /// Where packets stand that the interface is about to send.
    pub(super) fn way_out(self) -> LocationId {
        LocationId::new((FIRST_OF_INTERFACES | self.0 << 1) as usize)
    }

    /// Where packets stand that the interface is about to get.
    pub(super) fn way_in(self) -> LocationId {
        LocationId::new((FIRST_OF_INTERFACES | self.0 << 1 | 1) as usize)
    }

    /// The interface that a location belongs to, and whether the location is the way in.
    pub fn at(location: LocationId) -> Option<(InterfaceIndex, bool)> {
        let number = location.index() as u32;
        let of_interface = number.checked_sub(FIRST_OF_INTERFACES)?;
        Some((InterfaceIndex(of_interface >> 1), of_interface & 1 == 1))
    }
}

/// The steps of a location.
#[derive(Debug)]
pub enum Steps<'n> {
    /// They stand in the network's list.
    Listed(&'n [Step]),
    /// They follow from an interface's row.
    Made(SmallVec<[Step; 6]>),
}

impl std::ops::Deref for Steps<'_> {
    type Target = [Step];
    fn deref(&self) -> &[Step] {
        match self {
            Steps::Listed(steps) => steps,
            Steps::Made(steps) => steps,
        }
    }
}

/// Something that an answer can name: a resource by its row in the model, or a thing that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// A resource.
    Resource(ResourceKind, u32),
    /// The internet.
    Internet,
    /// A service of AWS behind an endpoint, or a link-local one.
    Service(ServiceIndex),
    /// Networks on premises, behind VPN, Direct Connect or Connect.
    OnPremises,
}

impl Component {
    /// Whether it is a VPN connection, whose tunnels carry less than a packet of the usual size.
    pub fn is_tunnel(self) -> bool {
        match self {
            Component::Resource(kind, _) => kind == ResourceKind::VpnConnection,
            Component::Internet | Component::Service(_) | Component::OnPremises => false,
        }
    }
}

/// Which rule, entry or route decided. Numbers that the report turns into words and places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Made by the reader of the model, not by a rule: membership, containment, AWS's own wiring.
    Wiring,
    /// A peer of a permission of a security group.
    SecurityGroupRule {
        /// The group's row.
        group: u32,
        /// Whether it is one of `IpPermissionsEgress`.
        is_outbound: bool,
        /// Index of the permission.
        permission: u16,
        /// Index of the peer in it.
        peer: u16,
    },
    /// An entry of a network ACL.
    AclEntry {
        /// The ACL's row.
        acl: u32,
        /// Whether it is for packets that leave the subnet.
        is_outbound: bool,
        /// Index among the entries of that direction, by number.
        entry: u16,
    },
    /// A route of a route table.
    Route {
        /// The table's row.
        table: u32,
        /// Its index in `Routes`.
        route: u16,
    },
    /// The local route of a block of a VPC whose table is not in the snapshot (VPC-3).
    ImplicitLocal {
        /// The VPC's row.
        vpc: u32,
    },
    /// A listed route of a transit gateway's table.
    TransitRoute {
        /// The row of the list of routes.
        list: u32,
        /// Its index in the list.
        route: u16,
    },
    /// A route that an attachment propagates: the VPC's block.
    TransitPropagation {
        /// The row of the list of propagations.
        list: u32,
        /// The attachment's row.
        attachment: u32,
    },
    /// A static route of a VPN connection.
    VpnRoute {
        /// The connection's row.
        connection: u32,
        /// Its index in `Routes`.
        route: u16,
    },
    /// An authorization rule of a Client VPN endpoint.
    ClientVpnRule {
        /// Its row.
        rule: u32,
    },
    /// A route of a Client VPN endpoint.
    ClientVpnRoute {
        /// Its row.
        route: u32,
    },
    /// A listener of a load balancer.
    Listener {
        /// Its row.
        listener: u32,
    },
    /// A rule of the stateless engine of a firewall.
    FirewallStateless {
        /// The group's row.
        group: u32,
        /// Its position among the group's rules, by priority.
        rule: u32,
    },
    /// A rule of the stateful engine of a firewall.
    FirewallStateful {
        /// The group's row.
        group: u32,
        /// Its position among the group's rules.
        rule: u32,
    },
    /// A rule group of a firewall as a whole; `u32::MAX` for one that the snapshot does not have.
    FirewallGroup {
        /// The group's row.
        group: u32,
    },
    /// What a firewall's policy does with packets that no rule matches.
    FirewallDefault {
        /// The policy's row.
        policy: u32,
        /// Of which engine.
        is_stateful: bool,
    },
    /// A listener of a Classic Load Balancer.
    ClassicListener {
        /// The load balancer's row.
        balancer: u32,
        /// Its index.
        listener: u16,
    },
    /// A route of a core network.
    CoreNetworkRoute {
        /// The row of the list of routes.
        list: u32,
        /// Its index in the list.
        route: u16,
    },
    /// A prefix list in a transit gateway's table.
    TransitPrefixList {
        /// The row of the list of references.
        list: u32,
        /// Its index in the list.
        reference: u16,
    },
}

/// Where a packet can stand.
#[derive(Debug, Clone, Copy)]
pub struct Location {
    /// What kind of place it is.
    pub kind: LocationKind,
    /// The resource that it belongs to.
    pub component: Component,
    /// Its first step in the network's list.
    pub first_step: u32,
    /// How many steps it has.
    pub step_count: u16,
}

/// What kind of place a location is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationKind {
    /// Inside an interface, about to leave it.
    InterfaceOut,
    /// Before an interface, about to enter it.
    InterfaceIn,
    /// In a subnet, having left an interface.
    SubnetOut,
    /// Before a subnet, about to enter it.
    SubnetIn,
    /// Between two interfaces of one subnet.
    SubnetInside,
    /// At a route table.
    RouteTable,
    /// At a VPC's own router, for delivery.
    Router,
    /// At an internet gateway, outward.
    InternetGatewayOut,
    /// At an internet gateway, inward.
    InternetGatewayIn,
    /// On the internet.
    Internet,
    /// At an egress-only internet gateway.
    EgressOnlyGateway,
    /// At a NAT gateway, to be translated.
    NatGateway,
    /// At a NAT gateway, coming back.
    NatGatewayReturn,
    /// On a peering connection, in one of its two directions.
    Peering,
    /// At a transit gateway, from a VPC, before the zone is known.
    TransitIn,
    /// At an attachment's subnet, towards the transit gateway.
    AttachmentIn,
    /// At a transit gateway's route table.
    TransitRouteTable,
    /// At an attachment, from the transit gateway.
    AttachmentOut,
    /// At an attachment's subnet, from the transit gateway.
    AttachmentSubnet,
    /// At a gateway endpoint.
    GatewayEndpoint,
    /// At the endpoint of an appliance or a firewall, on the way in or out again.
    GatewayLoadBalancerEndpoint,
    /// At an interface that should forward.
    Forwarder,
    /// At an interface that hands packets on to others and their answers back.
    RelayReturn,
    /// At such an interface, about to send to one in its own subnet.
    RelayOut,
    /// At a virtual private gateway, outward.
    VpnGatewayOut,
    /// At a virtual private gateway, inward.
    VpnGatewayIn,
    /// At what a virtual private gateway knows of the networks behind it.
    VpnGatewayRoutes,
    /// At a link to networks on premises, outward.
    LinkOut,
    /// At a link to networks on premises, inward.
    LinkIn,
    /// On premises.
    OnPremises,
    /// At a Client VPN endpoint, at one of its gates.
    ClientVpn,
    /// At something that is not modelled or not in the snapshot.
    Unknown,
}

/// A way from one location to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Why there is one.
    pub origin: Origin,
}

/// Which end of a packet a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeerSide {
    /// Its source: filters for packets that come in.
    Source,
    /// Its destination: filters for packets that go out.
    Destination,
}

/// What happens to a packet at a location.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Drop what does not pass.
    Guard(Guard),
    /// Drop what the security groups of an interface do not admit; replies of known conversations pass (SG-2).
    SecurityGroups {
        /// The filter.
        filter: FilterId,
        /// The end that it looks at.
        peer: PeerSide,
        /// The interface.
        interface: InterfaceIndex,
    },
    /// Drop what a network ACL does not admit, whatever the conversation (ACL-2).
    Acl {
        /// The filter.
        filter: FilterId,
        /// The end that it looks at.
        peer: PeerSide,
        /// The subnet that it guards. A sender in this very subnet is not judged (ACL-7), unless told otherwise.
        subnet: SubnetIndex,
        /// Whether a sender in the subnet is judged too (ACL-8).
        judges_own_subnet: bool,
    },
    /// Rewrite addresses.
    Translate(Translation),
    /// Note how the packet came into the VPC that it is in now.
    Enter(Entry),
    /// Note the subnet and zone that the packet is in now.
    Stand(SubnetIndex),
    /// Send packets for services that nothing filters straight there (LL, DNS-1).
    Services(VpcIndex),
    /// Send packets for the same subnet along an edge; the others go on (RT-2).
    SameSubnet(SubnetIndex, EdgeId),
    /// Send packets for some addresses to another location; the others go on.
    For(AddressSetIndex, LocationId),
    /// Follow an edge.
    Follow(EdgeId),
    /// Go on at another location, by AWS's own wiring.
    GoOn(LocationId),
    /// Choose an edge by the destination.
    Route(RouteMapIndex),
    /// Choose the edge to the subnet that holds the destination.
    ToSubnet(VpcIndex),
    /// Choose the edge to the interface that owns the destination.
    ToInterface(VpcIndex),
    /// Choose the edge of the packet's zone; drop with the code where its zone has none.
    OwnZone(ZoneTableIndex, ExplanationCode),
    /// Choose the edge of the packet's zone, else any of them (M-2); all of them when the flag says that the zone is
    /// chosen anew (TGW-11).
    AnyZone(ZoneTableIndex, bool),
    /// Choose where on the internet: an address that the snapshot owns, or out.
    OnInternet,
    /// It ends at an interface.
    ArriveInterface(InterfaceIndex),
    /// It ends at a service.
    ArriveService(ServiceIndex),
    /// A known conversation's packet is given back its address and goes along the edge; others die here.
    NatReturn(NatIndex, EdgeId),
    /// What a relay takes is handed on; answers to that are handed back; others die here.
    Relay(RelayIndex),
    /// Conversations that begin here are with what a relay hands packets on to.
    OwnTargets(RelayIndex),
    /// A middlebox takes what routes send through it and gives it back; where it has no way of its own to send by, the
    /// next step says where. The flag says that a gateway's route table sent it (GRT-4).
    Through(MiddleboxIndex, bool),
    /// Choose the link that carries packets from on premises to their destination.
    OverLink(RouteMapIndex),
    /// It ends at a client of a Client VPN endpoint.
    ArriveClients,
    /// It ends on premises; answers come back by the link's way in.
    ArriveOnPremises(LocationId),
    /// Drop what the rules of a firewall drop.
    Inspect(FirewallIndex),
}

/// What an interface itself lets pass.
#[derive(Debug, Clone, Copy)]
pub enum Barrier<'n> {
    /// Its security groups.
    Groups {
        /// The filter.
        filter: FilterId,
        /// The end that it looks at.
        peer: PeerSide,
        /// The interface.
        interface: InterfaceIndex,
    },
    /// Something else that drops.
    Guard(&'n Guard),
}

impl Step {
    /// What an interface drops by this step, whatever the subnet around it does; `None` for a step that is not the interface's own.
    pub fn barrier(&self) -> Option<Barrier<'_>> {
        match self {
            Self::Guard(guard) => Some(Barrier::Guard(guard)),
            Self::SecurityGroups { filter, peer, interface } => {
                Some(Barrier::Groups { filter: *filter, peer: *peer, interface: *interface })
            }
            Self::Acl { .. }
            | Self::Translate(_)
            | Self::Enter(_)
            | Self::Stand(_)
            | Self::Services(_)
            | Self::SameSubnet(..)
            | Self::For(..)
            | Self::Follow(_)
            | Self::GoOn(_)
            | Self::Route(_)
            | Self::ToSubnet(_)
            | Self::ToInterface(_)
            | Self::OwnZone(..)
            | Self::AnyZone(..)
            | Self::OnInternet
            | Self::ArriveInterface(_)
            | Self::ArriveService(_)
            | Self::NatReturn(..)
            | Self::Relay(_)
            | Self::OwnTargets(_)
            | Self::Through(..)
            | Self::Inspect(_)
            | Self::OverLink(_)
            | Self::ArriveOnPremises(_)
            | Self::ArriveClients => None,
        }
    }
}

/// What drops packets without looking at ports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Guard {
    /// Nothing passes.
    Never(ExplanationCode),
    /// It is not known whether anything passes.
    Unknown(AssumptionIndex),
    /// The same for packets of a family; others pass.
    UnknownFor(Family, AssumptionIndex),
    /// It is not known whether anything passes; what does goes on like other packets.
    Maybe(AssumptionIndex),
    /// Nothing is dropped; the answer leans on an assumption.
    Assume(AssumptionIndex),
    /// Sources in the set pass.
    SourceIn(AddressSetIndex, ExplanationCode),
    /// Sources not in the set pass.
    SourceNotIn(AddressSetIndex, ExplanationCode),
    /// Destinations in the set pass.
    DestinationIn(AddressSetIndex, ExplanationCode),
    /// Destinations not in the set pass.
    DestinationNotIn(AddressSetIndex, ExplanationCode),
    /// These protocols and ports pass, by the rules of a conversation that begins here; replies pass.
    Protocols(TransportSet, ExplanationCode),
    /// Senders in these zones pass.
    ZoneIn(ZoneTableIndex, ExplanationCode),
    /// What came into the VPC in the ways of the mask passes (see [`EntryKind`]).
    EnteredBy(EntryMask, ExplanationCode),
    /// Only packets that begin a conversation pass: a reply finds no state here (M-3).
    NoReplies(ExplanationCode),
    /// Replies pass whose conversation went through the middlebox (GRT-4).
    RepliesSeenBy(MiddleboxIndex, ExplanationCode),
    /// Only replies of conversations that went this way pass.
    RepliesOnly(ExplanationCode),
    /// Block Public Access towards the internet, by the subnet that the packet leaves; the flag says that the gateway
    /// only ever lets conversations begin outward.
    PublicAccessOut(bool),
    /// What no middlebox gave back to the way it stands in passes (EIG-5).
    NoneGivenBack(ExplanationCode),
    /// Block Public Access from the internet, by the subnet of an appliance or an endpoint that takes packets for others
    /// where they come into the VPC (BPA-5).
    PublicAccessAt(SubnetIndex),
    /// Block Public Access from the internet, by the subnet that the destination is in.
    PublicAccessIn(VpcIndex),
}

/// How a packet came into the VPC that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// By a peering connection; the flag says whether it keeps groups (SG-17).
    Peering {
        /// Whether the sender's groups count on the other side.
        keeps_groups: bool,
        /// The location of the way back, for NAT gateways' return to sender (NAT-8).
        way_back: LocationId,
        /// The VPC that it entered.
        vpc: VpcIndex,
    },
    /// Into a transit gateway by an attachment; the flag says whether groups are kept so far (SG-18).
    TransitIn {
        /// Whether the gateway and the attachment keep groups.
        keeps_groups: bool,
        /// What keeps that unknown.
        gap: Option<AssumptionIndex>,
    },
    /// Out of a transit gateway by an attachment.
    TransitOut {
        /// Whether the attachment keeps groups.
        keeps_groups: bool,
    },
    /// Over a peering of transit gateways (TGW-24).
    TransitPeering,
    /// Into another VPC by no way of either: the sender's groups are left behind.
    PrivateLink,
    /// By an internet gateway.
    InternetGateway,
    /// By a virtual private gateway.
    VpnGateway,
    /// By a link from on premises.
    Link,
    /// Out by an internet or egress-only internet gateway, whose number is that of the location.
    Outward(LocationId),
}

/// Ways in, for [`Guard::EnteredBy`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// The packet began in this VPC.
    Inside,
    /// By a peering connection.
    Peering,
    /// By a transit gateway.
    Transit,
    /// By an internet gateway.
    InternetGateway,
    /// By a virtual private gateway.
    VpnGateway,
}

/// A set of [`EntryKind`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryMask(u8);

impl EntryMask {
    /// The set of some kinds.
    pub const fn of(kinds: &[EntryKind]) -> EntryMask {
        let mut mask = 0;
        let mut index = 0;
        // Ends: the list is finite. A `for` is not allowed in a constant.
        while index < kinds.len() {
            mask |= 1 << kinds[index] as u8;
            index += 1;
        }
        EntryMask(mask)
    }

    /// As a number, for who stores it.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// The set with a number.
    pub(crate) fn of_bits(bits: u8) -> EntryMask {
        EntryMask(bits)
    }

    /// Whether a kind is in the set.
    pub fn holds(self, kind: EntryKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

/// How addresses are rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Translation {
    /// Source: the VPC's private address to its public one (IGW-2).
    SourceToPublic(VpcIndex),
    /// Destination: a public address to its private one in the VPC (IGW-2).
    DestinationToPrivate(VpcIndex),
    /// Source to an address of a NAT gateway, ports to its own (NAT-2); IPv6 packets for `64:ff9b::/96` become IPv4
    /// (NAT-9).
    SourceNat(NatIndex),
    /// Source to an interface of a Client VPN endpoint, which sends it as its own (CVPN-2).
    ClientToInterface(NatIndex, InterfaceIndex),
}

/// Where a route function sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop {
    /// Along an edge.
    Edge(EdgeId),
    /// Nowhere, with the reason and what decided; the edge that it would take if its state were better.
    Drop(ExplanationCode, Origin, Option<EdgeId>),
    /// Nobody can tell from the snapshot.
    Unknown(AssumptionIndex),
    /// Along an edge if what on premises announces by BGP, which no call shows, has the destination: unknown with the first
    /// assumption, and taken for granted with the second where the question says that the destination is there.
    IfAnnounced(AssumptionIndex, AssumptionIndex, EdgeId),
    /// One of several: equal paths, or a tie that AWS breaks at random (RT-7). Range into the network's list of ties.
    OneOf(u32, u16),
}
