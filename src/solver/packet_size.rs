//! How big packets can be on a way, and whether a sender hears that one was too big.
//!
//! Hosts in a VPC send up to 9001 bytes; what lies between two of them may carry less (EC2 User Guide, "Network maximum
//! transmission unit"). A packet that is too big is dropped, and the sender is told by an ICMP message which network ACLs
//! judge like any other packet (VPC User Guide, "Path MTU Discovery"). Security groups let it pass: it belongs to a
//! conversation that they know. Where the ACL drops it, connections open and hang with the first full packet.

use super::answer::{Decision, Direction, Event, PathAnswer, RuleUse};
use super::pair::Solver;
use super::question::{Destination, Pair, Source};
use crate::network::{Component, InterfaceIndex, Judge, LocationKind, Network};
use crate::packet::{Family, TransportSet, protocol};

/// What hosts send unless they are told otherwise.
const JUMBO: u32 = 9001;
/// What hosts outside take, and say so in their first packet.
const OUTSIDE: u32 = 1500;
/// What a tunnel of a VPN connection carries at best (Site-to-Site VPN User Guide, "Best practices for your customer
/// gateway device"): with most algorithms some bytes less.
const TUNNEL: u32 = 1446;

/// A place that carries smaller packets than hosts send, of which a sender does not hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepDown {
    /// Whose packets are too big: those of the one who asked, or of the one who answers.
    pub direction: Direction,
    /// How many bytes the sender's packets may have.
    pub from: u32,
    /// How many bytes the place carries.
    pub to: u32,
    /// The place.
    pub at: Component,
    /// The network ACL of the sender's subnet, in its row of the model.
    pub acl: u32,
    /// Whether it admits the message from some addresses.
    pub hears_some: bool,
    /// The family, which the message differs by.
    pub family: Family,
}

/// The narrowest place of a way, for each host on AWS's side that would not hear of it.
pub(super) fn step_downs(solver: &mut Solver<'_>, pair: &Pair<'_>, path: &PathAnswer) -> Vec<StepDown> {
    let mut found = Vec::new();
    for (direction, host, from) in senders(pair) {
        let events = match direction {
            Direction::Forward => &path.forward,
            Direction::Return => &path.back,
        };
        let Some((to, at)) = narrowest(solver.network, events, from) else { continue };
        let Some((acl, hears_some)) = deafness(solver, host, pair.family) else { continue };
        let family = pair.family;
        found.push(StepDown { direction, from, to, at, acl, hears_some, family });
    }
    found
}

/// The hosts of a pair that may send what is too big, and how big that is.
fn senders(pair: &Pair<'_>) -> Vec<(Direction, InterfaceIndex, u32)> {
    let sender = match pair.source {
        Source::Interface(interface, _) => Some(*interface),
        Source::Outside(_) | Source::OnPremises(_) | Source::Clients(_) | Source::Nobody(_) => None,
    };
    let receiver = match pair.destination {
        Destination::Interface(interface, _) => Some(*interface),
        Destination::Addresses(_) | Destination::OnPremises(_) => None,
    };
    let bytes = if sender.is_some() && receiver.is_some() { JUMBO } else { OUTSIDE };
    let hosts = [(Direction::Forward, sender), (Direction::Return, receiver)];
    hosts.into_iter().filter_map(|(direction, host)| Some((direction, host?, bytes))).collect()
}

/// The first of the places that carry least, when one carries less than a host sends.
fn narrowest(network: &Network, events: &[Event], from: u32) -> Option<(u32, Component)> {
    // What hands packets on has conversations of its own with both sides.
    let has_relay = events.iter().any(|event| matches!(event.rule, RuleUse::Relay(_)));
    let has_arrived = events.last().is_some_and(|event| event.decision == Decision::Arrive);
    if has_relay || !has_arrived {
        return None;
    }
    let limits = events
        .iter()
        .enumerate()
        .filter_map(|(number, event)| Some((limit(network, events, number)?, event.component)));
    limits.min_by_key(|(bytes, _)| *bytes).filter(|(bytes, _)| *bytes < from)
}

/// How many bytes a place carries, where that is less than hosts send.
fn limit(network: &Network, events: &[Event], number: usize) -> Option<u32> {
    match events[number].kind {
        LocationKind::InternetGatewayOut
        | LocationKind::InternetGatewayIn
        | LocationKind::EgressOnlyGateway
        | LocationKind::Internet => Some(1500),
        LocationKind::TransitIn
        | LocationKind::AttachmentIn
        | LocationKind::TransitRouteTable
        | LocationKind::AttachmentOut
        | LocationKind::AttachmentSubnet
        | LocationKind::NatGateway
        | LocationKind::NatGatewayReturn => Some(8500),
        // Direct Connect carries 1500 and more, which is what the other side takes; what a tunnel inside a Connect
        // attachment carries is not in the snapshot.
        LocationKind::LinkOut | LocationKind::LinkIn => {
            events[number].component.is_tunnel().then_some(TUNNEL)
        }
        LocationKind::Peering => is_between_regions(network, events, number).then_some(8500),
        // Endpoints tell both ends of a TCP connection to send less.
        LocationKind::GatewayEndpoint
        | LocationKind::GatewayLoadBalancerEndpoint
        | LocationKind::RelayOut
        | LocationKind::InterfaceOut
        | LocationKind::InterfaceIn
        | LocationKind::SubnetOut
        | LocationKind::SubnetIn
        | LocationKind::SubnetInside
        | LocationKind::RouteTable
        | LocationKind::Router
        | LocationKind::Forwarder
        | LocationKind::RelayReturn
        | LocationKind::VpnGatewayOut
        | LocationKind::VpnGatewayIn
        | LocationKind::VpnGatewayRoutes
        | LocationKind::OnPremises
        | LocationKind::ClientVpn
        | LocationKind::Unknown => None,
    }
}

/// Whether the VPCs before and behind an event are in different Regions.
fn is_between_regions(network: &Network, events: &[Event], number: usize) -> bool {
    let region = |event: &Event| network.vpcs.get(event.vpc as usize).and_then(|vpc| vpc.region.as_ref());
    let before = events[..number].iter().rev().find_map(region);
    let behind = events[number + 1..].iter().find_map(region);
    matches!((before, behind), (Some(before), Some(behind)) if before != behind)
}

/// The ACL that keeps the message from a host, and whether it does so from some addresses only.
fn deafness(solver: &mut Solver<'_>, host: InterfaceIndex, family: Family) -> Option<(u32, bool)> {
    let row = &solver.network.interfaces[host.index()];
    let filter = solver.filter(solver.network.subnets[row.subnet.index()].acl[0]);
    // What is not known is told where it decides something.
    let Judge::Acl { acl: Some(acl), .. } = filter.judge else { return None };
    if filter.possible.is_some() {
        return None;
    }
    let message = too_big(solver, family);
    let mut admits = filter
        .certain
        .pieces(family)
        .map(|(_, _, admitted)| solver.workspace.intersection(admitted, message) == message)
        .collect::<Vec<bool>>();
    admits.dedup();
    match admits.as_slice() {
        [true] => None,
        [false] => Some((acl, false)),
        _ => Some((acl, true)),
    }
}

/// Type 3, code 4 of ICMP, type 2 of ICMPv6.
fn too_big(solver: &mut Solver<'_>, family: Family) -> TransportSet {
    match family {
        Family::V4 => solver.workspace.ports(protocol::ICMP, 0x0304, 0x0304),
        Family::V6 => solver.workspace.ports(protocol::ICMPV6, 0x0200, 0x02ff),
    }
}
