//! How the types of the network are stored: a row for each.

use super::codec::{Bytes, Stored, Torn, choices, records};
use crate::network::{
    AddressSetIndex, AssumptionIndex, CarriedRow, ClientRow, Component, Edge, Entry, EntryMask, ExitRow,
    ExplanationCode, Filter, FilterId, FirewallIndex, FirewallRow, GroupIndex, GroupRow, GroupRules,
    GroupSetIndex, Guard, Hop, HopIndex, InspectionAction, InspectionRule, InspectionSide, InterfaceIndex,
    InterfaceRow, Judge, LinkLocal, Location, LocationKind, Manner, MiddleboxIndex, MiddleboxRow, NatAddress,
    NatIndex, NatRow, OneWay, Origin, PeerSide, PublicAccess, PublicOwner, RelayChoice, RelayCodes,
    RelayIndex, RelayPort, RelayRow, RelayTo, RouteMapIndex, Rule, RulePeer, ServiceIndex, ServiceRow,
    StandIn, Step, SubnetIndex, SubnetRow, Translation, VpcIndex, VpcRow, Way, ZoneIndex, ZoneTableIndex,
};

macro_rules! numbers {
    ($($Number:ident),* $(,)?) => { $(
        impl Stored for $Number {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }
            fn take(from: &mut Bytes<'_>) -> Result<$Number, Torn> {
                Stored::take(from).map($Number)
            }
        }
    )* };
}

numbers! {
    VpcIndex, SubnetIndex, InterfaceIndex, ZoneIndex, NatIndex, RouteMapIndex, AddressSetIndex,
    ZoneTableIndex, AssumptionIndex, RelayIndex, MiddleboxIndex, ServiceIndex, FirewallIndex, HopIndex,
    GroupIndex, GroupSetIndex,
}

records! {
    Filter { judge, certain, possible, references, absent, gaps }
    Rule { origin, peer, transport, admits }
    Way { from, to, edge }
    FirewallRow { component, stateless, stateful, midstream, unseen, references_gap, too_many }
    InspectionRule { origin, packets, action, gap, side, flags }
    Location { kind, component, first_step, step_count }
    Edge { origin }
    VpcRow {
        id, component, region, cidrs, cidr_set, gap, subnets, interfaces, public_addresses, resolvers,
        is_resolver_off, router, internet_gateway, detached_gateway, gateway_gap, egress_only_gateway, exits,
        interfaces_gap, encryption_gap, state_guard, group_peers,
    }
    SubnetRow {
        id, gap, component, vpc, zone, cidrs, out, inward, inside, route_table, acl, public_access,
        public_access_gap,
    }
    InterfaceRow {
        component, subnet, vpc, groups, host, checks_source, out, inward, manner, primary_v4, primary_v6,
    }
    Manner { outward, inward, is_of_endpoint }
    NatRow { component, vpc, subnet, addresses, way_back, elsewhere, outside }
    NatAddress { address, zone }
    RelayRow {
        component, interface, sender, through, ports, codes, way_back, most_choices, fewest_choices, assumed,
        transit_gap, guard,
    }
    RelayCodes { takes_none, takes_others, target_protocol, target_port }
    RelayPort { component, origin, takes, choices, alike }
    RelayChoice { component, sources, to, assumed }
    MiddleboxRow {
        component, assumed, one_way, references_gap, preservation_gap, exits, routing_assumed, routing_gap,
        carried
    }
    CarriedRow { node, choices }
    ExitRow { interface, checks_source, stand_in }
    StandIn { address, assumed, others_gap }
    ServiceRow { name, component, way_back, addresses, assumption }
    GroupRow { component, id, gap, members }
    GroupRules { inbound, outbound }
    ClientRow { component, group, pool, location }
}

choices! {
    FilterId { Acl(a), SecurityGroups { set, is_outbound } }
    Judge { SecurityGroups { groups, is_outbound }, Acl { acl, is_outbound } }
    RulePeer {
        Cidr(a), List(a), Group(a), UnknownList(a), AbsentGroup, UnknownGroup(a),
    }
    InspectionAction { Pass, PassByDefault, PassUnanswered, Drop, Inspect }
    InspectionSide { Both, Client, Server }
    Component { Resource(a, b), Internet, Service(a), OnPremises }
    Origin {
        Wiring, SecurityGroupRule { group, is_outbound, permission, peer },
        AclEntry { acl, is_outbound, entry }, Route { table, route }, ImplicitLocal { vpc },
        TransitRoute { list, route }, TransitPropagation { list, attachment },
        VpnRoute { connection, route }, ClientVpnRule { rule }, ClientVpnRoute { route },
        Listener { listener }, FirewallStateless { group, rule },
        FirewallStateful { group, rule }, FirewallGroup { group },
        FirewallDefault { policy, is_stateful }, ClassicListener { balancer, listener },
        CoreNetworkRoute { list, route }, TransitPrefixList { list, reference },
    }
    LocationKind {
        InterfaceOut, InterfaceIn, SubnetOut, SubnetIn, SubnetInside, RouteTable,
        Router, InternetGatewayOut, InternetGatewayIn, Internet, EgressOnlyGateway,
        NatGateway, NatGatewayReturn, Peering, TransitIn, AttachmentIn,
        TransitRouteTable, AttachmentOut, AttachmentSubnet, GatewayEndpoint,
        GatewayLoadBalancerEndpoint, Forwarder, RelayReturn, RelayOut, VpnGatewayOut,
        VpnGatewayIn, VpnGatewayRoutes, LinkOut, LinkIn, OnPremises, ClientVpn,
        Unknown,
    }
    PeerSide { Source, Destination }
    Step {
        Guard(a), SecurityGroups { filter, peer, interface },
        Acl { filter, peer, subnet, judges_own_subnet }, Translate(a), Enter(a), Stand(a),
        Services(a), SameSubnet(a, b), For(a, b), Follow(a), GoOn(a), Route(a),
        ToSubnet(a), ToInterface(a), OwnZone(a, b), AnyZone(a, b), OnInternet,
        ArriveInterface(a), ArriveService(a), NatReturn(a, b), Relay(a),
        OwnTargets(a), Through(a, b), OverLink(a), ArriveClients,
        ArriveOnPremises(a), Inspect(a),
    }
    Guard {
        Never(a), Unknown(a), UnknownFor(a, b), Maybe(a), Assume(a), SourceIn(a, b),
        SourceNotIn(a, b), DestinationIn(a, b), DestinationNotIn(a, b), Protocols(a, b),
        ZoneIn(a, b), EnteredBy(a, b), NoReplies(a), RepliesSeenBy(a, b),
        RepliesOnly(a), PublicAccessOut(a), NoneGivenBack(a), PublicAccessAt(a), PublicAccessIn(a),
    }
    Entry {
        Peering { keeps_groups, way_back, vpc }, TransitIn { keeps_groups, gap },
        TransitOut { keeps_groups }, TransitPeering, PrivateLink, InternetGateway,
        VpnGateway, Link, Outward(a),
    }
    Translation {
        SourceToPublic(a), DestinationToPrivate(a), SourceNat(a), ClientToInterface(a, b),
    }
    Hop { Edge(a), Drop(a, b, c), Unknown(a), IfAnnounced(a, b, c), OneOf(a, b) }
    PublicAccess { Open, OutwardByGateways, Closed, Unknown }
    OneWay { Loses(a), Unknown(a) }
    RelayTo {
        Address { family, address, transport, checked, preserves, first }, Itself, Lost(a),
        Unknown(a),
    }
    PublicOwner { Private(a, b), Nat(a), Unassociated(a), Absent(a) }
    LinkLocal { Ordinary, Service(a, b), NotRoutable }
}

impl Stored for EntryMask {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.bits());
    }
    fn take(from: &mut Bytes<'_>) -> Result<EntryMask, Torn> {
        from.byte().map(EntryMask::of_bits)
    }
}

impl Stored for ExplanationCode {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self as u8);
    }
    fn take(from: &mut Bytes<'_>) -> Result<ExplanationCode, Torn> {
        ExplanationCode::ALL.get(usize::from(from.byte()?)).copied().ok_or(Torn)
    }
}
