//! Routes that took packets elsewhere: what won, over what, and by what it won.

use ipnet::IpNet;
use smallvec::SmallVec;

use crate::network::{
    Component, EntryKind, ExplanationCode, Hop, InterfaceIndex, LocationKind, Network, Origin, VpcIndex,
};
use crate::packet::{Family, range_of};
use crate::solver::answer::{Direction, Event, RuleUse};
use crate::solver::question::{Destination, Pair, Source};
use crate::solver::walk::{Drop, Story};

/// The last route on the way that won over another one: what took packets to the wrong place.
pub(super) fn captured(
    network: &Network,
    story: &Story,
    last: u32,
) -> Option<(ExplanationCode, Component, Origin)> {
    story.backwards(last).find_map(|event| won(network, event, &covering(network, event)))
}

/// Packets that got lost where they were never meant to be, by a route that hides the one to where they were meant: to a
/// link to on premises, or into the VPC of the interface.
pub(super) fn hidden(
    network: &Network,
    pair: &Pair<'_>,
    story: &Story,
    drop: &Drop,
    direction: Direction,
) -> Option<(ExplanationCode, Component, Origin)> {
    let meant = meant(network, pair, direction)?;
    // Where packets still could get there another way, what dropped them there is what is wrong.
    let at = network.location(drop.flow.at).kind;
    let is_astray = match meant {
        Meant::OnPremises => {
            let is_dead_end = matches!(
                at,
                LocationKind::InternetGatewayOut
                    | LocationKind::Internet
                    | LocationKind::NatGateway
                    | LocationKind::Peering
            );
            is_dead_end || drop.code == ExplanationCode::TgwRtbNoRouteToTgwAttachment
        }
        Meant::In(vpc) => drop.flow.vpc != vpc.0 && drop.flow.entry == EntryKind::Transit,
    };
    if !is_astray {
        return None;
    }
    story.backwards(drop.flow.trail).find_map(|event| {
        let is_right = |hop| match meant {
            Meant::OnPremises => leads_to_link(network, hop),
            Meant::In(vpc) => leads_into(network, hop, vpc),
        };
        let routes = covering(network, event);
        let hides = routes.iter().any(|(_, hop)| is_right(*hop))
            && decides_otherwise(network, event, &routes, is_right);
        if hides { won(network, event, &routes) } else { None }
    })
}

/// Where packets were meant to go.
#[derive(Clone, Copy)]
enum Meant {
    OnPremises,
    In(VpcIndex),
}

fn meant(network: &Network, pair: &Pair<'_>, direction: Direction) -> Option<Meant> {
    let of = |interface: InterfaceIndex| Some(Meant::In(network.interfaces[interface.index()].vpc));
    match direction {
        Direction::Forward => match pair.destination {
            Destination::OnPremises(_) => Some(Meant::OnPremises),
            Destination::Interface(interface, _) => of(*interface),
            Destination::Addresses(_) => None,
        },
        Direction::Return => match pair.source {
            Source::OnPremises(_) => Some(Meant::OnPremises),
            Source::Interface(interface, _) => of(*interface),
            Source::Outside(_) | Source::Clients(_) | Source::Nobody(_) => None,
        },
    }
}

/// Whether the route that decided leads elsewhere.
fn decides_otherwise(
    network: &Network,
    event: &Event,
    routes: &[(IpNet, Hop)],
    is_right: impl Fn(Hop) -> bool,
) -> bool {
    let RuleUse::Route(origin, _) = event.rule else { return false };
    let mut decided = routes.iter().filter(|(_, hop)| match hop {
        Hop::Edge(edge) => network.graph.edge(*edge).origin == origin,
        Hop::Drop(_, dropped, _) => *dropped == origin,
        Hop::Unknown(_) | Hop::IfAnnounced(..) | Hop::OneOf(..) => false,
    });
    decided.all(|(_, hop)| !is_right(*hop))
}

/// Whether a route of a transit gateway sends into a VPC.
fn leads_into(network: &Network, hop: Hop, vpc: VpcIndex) -> bool {
    match hop {
        Hop::Edge(edge) => network.leads_to.value(&network.end_of(edge)) == Some(&vpc),
        Hop::Drop(..) | Hop::Unknown(_) | Hop::IfAnnounced(..) | Hop::OneOf(..) => false,
    }
}

/// The route that decided, where it won over another one, and by what it won.
fn won(
    network: &Network,
    event: &Event,
    routes: &[(IpNet, Hop)],
) -> Option<(ExplanationCode, Component, Origin)> {
    let RuleUse::Route(origin, _) = event.rule else { return None };
    let mut lengths: SmallVec<[u8; 4]> = routes.iter().map(|(net, _)| net.prefix_len()).collect();
    lengths.sort_unstable();
    let (longest, next) = (lengths.pop()?, lengths.pop()?);
    let is_transit = event.kind == LocationKind::TransitRouteTable;
    let is_local = routes.iter().any(|(_, hop)| match hop {
        Hop::Edge(edge) => {
            let is_router = network.location(network.end_of(*edge)).kind == LocationKind::Router;
            is_router && network.graph.edge(*edge).origin == origin
        }
        Hop::Drop(..) | Hop::Unknown(_) | Hop::IfAnnounced(..) | Hop::OneOf(..) => false,
    });
    let code = match (longest == next, is_transit) {
        _ if is_local => ExplanationCode::VpcLocalRouteCidrRestriction,
        (true, true) => ExplanationCode::TgwRtbHigherPriorityRoute,
        (false, true) => ExplanationCode::TgwRtbMoreSpecificRoute,
        (true, false) => ExplanationCode::HigherPriorityRoute,
        (false, false) => ExplanationCode::MoreSpecificRoute,
    };
    Some((code, network.location(event.location).component, origin))
}

/// Where a route decided: those of its table for the first of the destinations. O(n) for a table of n.
fn covering(network: &Network, event: &Event) -> SmallVec<[(IpNet, Hop); 4]> {
    let (family, address) = (event.destination.family(), event.destination.first());
    let (RuleUse::Route(_, map), Some(address)) = (event.rule, address) else { return SmallVec::new() };
    let holds = |net: &IpNet| {
        let (low, high) = range_of(*net);
        Family::of(net.addr()) == family && (low..=high).contains(&address)
    };
    let entries = network.route_entries[map.index()].iter().filter(|(net, _)| holds(net));
    entries.map(|(net, hop)| (*net, network.hops[hop.index()])).collect()
}

/// Whether a route sends to a virtual private gateway, or to an attachment that is a link to on premises.
fn leads_to_link(network: &Network, hop: Hop) -> bool {
    let leads = |hop: Hop| match hop {
        Hop::Edge(edge) => {
            let to = network.end_of(edge);
            let is = |at, kind| network.location(at).kind == kind;
            let leads_to_link =
                || network.graph.beyond(to).into_iter().any(|it| is(it, LocationKind::LinkOut));
            is(to, LocationKind::VpnGatewayOut) || is(to, LocationKind::AttachmentOut) && leads_to_link()
        }
        Hop::Drop(..) | Hop::Unknown(_) | Hop::IfAnnounced(..) | Hop::OneOf(..) => false,
    };
    match hop {
        Hop::OneOf(first, count) => {
            let alternatives = first as usize..first as usize + usize::from(count);
            network.alternatives.slice(alternatives).iter().any(|it| leads(*it))
        }
        Hop::Edge(_) | Hop::Drop(..) | Hop::Unknown(_) | Hop::IfAnnounced(..) => leads(hop),
    }
}
