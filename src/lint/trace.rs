//! Ways by routes alone: where packets of a subnet for some addresses can end, whoever sends them and whatever filters
//! say.
//!
//! This asks less than the solver: no ports, no groups, no ACLs, no answers; and so one trace stands for every host of a
//! subnet, and for subnets that have none yet. What a lint says of packets, it asks the solver about afterwards. A step
//! that lets packets of one kind pass and drops others lets the trace pass, unless it is about what the trace knows:
//! zone, destination, how packets came into a VPC, and the source until it is translated.

use std::collections::VecDeque;
use std::rc::Rc;

use smallvec::SmallVec;

use crate::network::{
    AssumptionIndex, Component, Entry, EntryKind, ExplanationCode, FirewallIndex, Guard, Hop, LocationId,
    LocationKind, Network, Origin, PublicAccess, RouteMapIndex, ServiceIndex, Step, SubnetIndex, Translation,
    VpcIndex, ZoneIndex,
};
use crate::packet::AddressSet;

/// A place that a trace went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Where.
    pub location: LocationId,
    /// What kind of place that is.
    pub kind: LocationKind,
    /// Whose.
    pub component: Component,
    /// The route that led on from there.
    pub route: Option<Origin>,
    /// The VPC that packets are in.
    pub vpc: VpcIndex,
    /// The zone that packets are in.
    pub zone: ZoneIndex,
}

/// Where a way ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// On the internet, by a gateway of either kind.
    Internet,
    /// In a VPC, for delivery there.
    Vpc(VpcIndex),
    /// On premises.
    OnPremises,
    /// With clients of a VPN.
    Clients,
    /// At a service, by a gateway endpoint.
    Service(ServiceIndex),
    /// Nowhere: dropped for this reason.
    Dropped(ExplanationCode),
    /// Nobody can tell.
    Unknown(AssumptionIndex),
}

/// A way and what goes along it.
#[derive(Debug, Clone)]
pub struct Way {
    /// The places on it, in order.
    pub stops: Vec<Stop>,
    /// Where it ends.
    pub end: End,
    /// For which addresses.
    pub destinations: AddressSet,
    /// The firewalls that look at what goes along it.
    pub firewalls: Vec<FirewallIndex>,
}

impl Way {
    /// The first place of a kind.
    pub fn stop(&self, kind: LocationKind) -> Option<&Stop> {
        self.stops.iter().find(|it| it.kind == kind)
    }

    /// The route that a subnet's own table sends by.
    pub fn first_route(&self) -> Option<Origin> {
        self.stops.iter().find_map(|it| it.route)
    }

    /// The routes that led along it.
    pub fn routes(&self) -> Vec<Origin> {
        self.stops.iter().filter_map(|it| it.route).collect()
    }
}

/// A way in the making.
#[derive(Clone)]
struct Walker {
    location: LocationId,
    destinations: AddressSet,
    source: Option<AddressSet>,
    entered: EntryKind,
    vpc: VpcIndex,
    zone: ZoneIndex,
    subnet: SubnetIndex,
    is_by_gateway: bool,
    /// The place where it is, whose route is not chosen yet.
    stop: Option<Stop>,
    trail: Trail,
    firewalls: SmallVec<[FirewallIndex; 1]>,
}

/// The places that a walker has left: those that part at a place share the trail to it.
#[derive(Clone, Default)]
struct Trail(Option<Rc<Footstep>>);

struct Footstep {
    stop: Stop,
    before: Trail,
    /// How many there are with this one.
    count: usize,
}

impl Trail {
    fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |it| it.count)
    }

    /// The last one first.
    fn stops(&self) -> impl Iterator<Item = &Stop> {
        std::iter::successors(self.0.as_deref(), |it| it.before.0.as_deref()).map(|it| &it.stop)
    }

    fn and(self, stop: Stop) -> Trail {
        let count = self.len() + 1;
        Trail(Some(Rc::new(Footstep { stop, before: self, count })))
    }
}

/// A way longer than this goes in circles.
const MOST_STOPS: usize = 48;
/// More ways than this are not told apart.
const MOST_WAYS: usize = 256;

/// The ways of packets of a subnet for some addresses, beginning at its route table.
pub fn ways<'a>(network: &'a Network, subnet: SubnetIndex, destinations: &AddressSet) -> Ways<'a> {
    let mut ways =
        Ways { network, open: Vec::new(), ended: VecDeque::new(), left: MOST_WAYS, most_stops: usize::MAX };
    let row = &network.subnets[subnet.index()];
    let Some(table) = row.route_table else { return ways };
    let family = destinations.family();
    let blocks = row.cidrs.iter().filter(|it| crate::packet::Family::of(it.addr()) == family);
    let own = blocks.fold(AddressSet::empty(family), |sum, block| sum.union(&AddressSet::block(*block)));
    ways.open.push(Walker {
        location: table,
        destinations: destinations.clone(),
        source: Some(own).filter(|it| !it.is_empty()),
        entered: EntryKind::Inside,
        vpc: row.vpc,
        zone: row.zone,
        subnet,
        is_by_gateway: false,
        stop: None,
        trail: Trail::default(),
        firewalls: SmallVec::new(),
    });
    ways
}

/// Ways, found one after the other: who looks for one of them pays for those before it.
pub struct Ways<'a> {
    network: &'a Network,
    open: Vec<Walker>,
    ended: VecDeque<Way>,
    /// How many more are told apart.
    left: usize,
    most_stops: usize,
}

impl Ways<'_> {
    /// Those of so many places at most.
    pub fn up_to(self, most_stops: usize) -> Self {
        Ways { most_stops, ..self }
    }
}

impl Iterator for Ways<'_> {
    type Item = Way;

    /// Ends: each round either ends a way or makes one longer, and both are limited.
    fn next(&mut self) -> Option<Way> {
        while self.ended.is_empty() {
            let walker = self.open.pop()?;
            let length = walker.trail.len() + usize::from(walker.stop.is_some());
            if !walker.destinations.is_empty() && length < self.most_stops {
                step(self.network, walker, &mut self.open, &mut self.ended);
            }
        }
        self.left = self.left.checked_sub(1)?;
        self.ended.pop_front()
    }
}

impl Walker {
    fn end(self, end: End, ways: &mut VecDeque<Way>) {
        let mut stops = Vec::with_capacity(self.trail.len() + 1);
        stops.extend(self.stop);
        stops.extend(self.trail.stops());
        stops.reverse();
        let firewalls = self.firewalls.into_vec();
        ways.push_back(Way { stops, end, destinations: self.destinations, firewalls });
    }

    fn at(mut self, location: LocationId) -> Walker {
        self.location = location;
        self
    }

    /// Notes the route by which it leaves a place.
    fn chose(&mut self, route: Option<Origin>) {
        if let Some(stop) = &mut self.stop {
            stop.route = route.filter(|it| *it != Origin::Wiring);
        }
    }

    fn only(&self, destinations: AddressSet) -> Walker {
        Walker { destinations, ..self.clone() }
    }
}

/// Takes the steps of the place where a walker stands.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each step")]
fn step(network: &Network, mut walker: Walker, open: &mut Vec<Walker>, ways: &mut VecDeque<Way>) {
    let place = network.location(walker.location);
    if let Some(stop) = walker.stop.take() {
        walker.trail = walker.trail.and(stop);
    }
    let is_known = walker.trail.stops().any(|it| it.location == walker.location);
    walker.stop = Some(Stop {
        location: walker.location,
        kind: place.kind,
        component: place.component,
        route: None,
        vpc: walker.vpc,
        zone: walker.zone,
    });
    if is_known || walker.trail.len() >= MOST_STOPS {
        return walker.end(End::Dropped(ExplanationCode::RoutingLoop), ways);
    }
    for step in network.steps_of(walker.location).iter() {
        match step {
            Step::Guard(guard) => match guarded(network, &mut walker, *guard) {
                Guarded::Passes => {}
                Guarded::Ends(end) => return walker.end(end, ways),
            },
            Step::Inspect(firewall) => walker.firewalls.push(*firewall),
            Step::SecurityGroups { .. } | Step::Acl { .. } | Step::Services(_) | Step::SameSubnet(..) => {}
            Step::Translate(translation) => {
                walker.source = None;
                walker.is_by_gateway |= matches!(translation, Translation::SourceNat(_));
            }
            Step::Enter(entry) => enter(&mut walker, *entry),
            Step::Stand(subnet) => {
                let row = &network.subnets[subnet.index()];
                (walker.vpc, walker.zone, walker.subnet) = (row.vpc, row.zone, *subnet);
            }
            Step::For(set, location) => {
                let family = walker.destinations.family();
                let named = network.address_sets[set.index()].set(family);
                let there = walker.destinations.intersection(&named);
                if !there.is_empty() {
                    open.push(walker.only(there).at(*location));
                    walker.destinations = walker.destinations.difference(&named);
                }
            }
            Step::Follow(edge) => return open.push(walker.at(network.end_of(*edge))),
            Step::GoOn(location) => return open.push(walker.at(*location)),
            Step::Route(map) | Step::OverLink(map) => return route(network, &walker, *map, open, ways),
            Step::ToSubnet(vpc) | Step::ToInterface(vpc) => return walker.end(End::Vpc(*vpc), ways),
            Step::OwnZone(table, code) => {
                let zones = &network.zone_tables[table.index()];
                let own = zones.iter().find(|it| it.0 == walker.zone).and_then(|it| it.1);
                let parent = network.zone_parents.get(walker.zone.index()).copied().flatten();
                let near = parent.and_then(|zone| zones.iter().find(|it| it.0 == zone)).and_then(|it| it.1);
                return match own.or(near) {
                    Some(edge) => open.push(walker.at(network.end_of(edge))),
                    None => walker.end(End::Dropped(*code), ways),
                };
            }
            Step::AnyZone(table, is_anew) => {
                let zones = &network.zone_tables[table.index()];
                let own: SmallVec<[_; 4]> =
                    zones.iter().filter(|it| it.0 == walker.zone && !is_anew).filter_map(|it| it.1).collect();
                let all: SmallVec<[_; 4]> = zones.iter().filter_map(|it| it.1).collect();
                let chosen = if own.is_empty() { all } else { own };
                return open.extend(chosen.into_iter().map(|edge| walker.clone().at(network.end_of(edge))));
            }
            Step::Through(middlebox, _) => {
                let exits = &network.middleboxes[middlebox.index()].exits;
                if !exits.is_empty() {
                    walker.source = None;
                    let out = exits.iter().map(|it| network.interfaces[it.interface.index()].out);
                    return open.extend(out.map(|location| walker.clone().at(location)));
                }
            }
            Step::OnInternet => return walker.end(End::Internet, ways),
            Step::ArriveInterface(_) | Step::Relay(_) | Step::OwnTargets(_) | Step::NatReturn(..) => {
                let vpc = walker.vpc;
                return walker.end(End::Vpc(vpc), ways);
            }
            Step::ArriveService(service) => return walker.end(End::Service(*service), ways),
            Step::ArriveClients => return walker.end(End::Clients, ways),
            Step::ArriveOnPremises(_) => return walker.end(End::OnPremises, ways),
        }
    }
    walker.end(End::Dropped(ExplanationCode::NoRouteToDestination), ways);
}

fn enter(walker: &mut Walker, entry: Entry) {
    walker.entered = match entry {
        Entry::Peering { vpc, .. } => {
            walker.vpc = vpc;
            EntryKind::Peering
        }
        Entry::TransitIn { .. } | Entry::TransitOut { .. } | Entry::TransitPeering => EntryKind::Transit,
        Entry::PrivateLink => EntryKind::Inside,
        Entry::InternetGateway => EntryKind::InternetGateway,
        Entry::VpnGateway | Entry::Link => EntryKind::VpnGateway,
        Entry::Outward(_) => walker.entered,
    };
}

fn route(
    network: &Network,
    walker: &Walker,
    map: RouteMapIndex,
    open: &mut Vec<Walker>,
    ways: &mut VecDeque<Way>,
) {
    for (destinations, hop) in network.route_maps[map.index()].split(&walker.destinations) {
        follow(network, walker.only(destinations), network.hops[hop.index()], open, ways);
    }
}

fn follow(network: &Network, mut walker: Walker, hop: Hop, open: &mut Vec<Walker>, ways: &mut VecDeque<Way>) {
    match hop {
        Hop::Edge(edge) | Hop::IfAnnounced(_, _, edge) => {
            walker.chose(network.graph.edge_weight(edge).map(|it| it.origin));
            open.push(walker.at(network.end_of(edge)));
        }
        Hop::Drop(code, origin, _) => {
            walker.chose(Some(origin));
            walker.end(End::Dropped(code), ways);
        }
        Hop::Unknown(gap) => walker.end(End::Unknown(gap), ways),
        Hop::OneOf(first, count) => {
            let equals = network.alternatives.iter().skip(first as usize).take(usize::from(count));
            for equal in equals {
                follow(network, walker.clone(), *equal, open, ways);
            }
        }
    }
}

/// Leaves a walker some of its destinations.
fn narrow(walker: &mut Walker, kept: AddressSet, code: ExplanationCode) -> Guarded {
    walker.destinations = kept;
    match walker.destinations.is_empty() {
        true => Guarded::Ends(End::Dropped(code)),
        false => Guarded::Passes,
    }
}

enum Guarded {
    Passes,
    Ends(End),
}

/// What a guard does to a walker; of what the trace does not know, it lets everything pass.
fn guarded(network: &Network, walker: &mut Walker, guard: Guard) -> Guarded {
    let family = walker.destinations.family();
    let set = |index: crate::network::AddressSetIndex| network.address_sets[index.index()].set(family);
    match guard {
        Guard::Never(code) => Guarded::Ends(End::Dropped(code)),
        Guard::Unknown(gap) => Guarded::Ends(End::Unknown(gap)),
        Guard::UnknownFor(of, gap) if of == family => Guarded::Ends(End::Unknown(gap)),
        Guard::DestinationIn(index, code) => {
            let kept = walker.destinations.intersection(&set(index));
            narrow(walker, kept, code)
        }
        Guard::DestinationNotIn(index, code) => {
            let kept = walker.destinations.difference(&set(index));
            narrow(walker, kept, code)
        }
        Guard::SourceIn(index, code) => match &walker.source {
            Some(source) if source.intersection(&set(index)).is_empty() => Guarded::Ends(End::Dropped(code)),
            Some(_) | None => Guarded::Passes,
        },
        Guard::SourceNotIn(index, code) => match &walker.source {
            Some(source) if source.is_within(&set(index)) => Guarded::Ends(End::Dropped(code)),
            Some(_) | None => Guarded::Passes,
        },
        Guard::ZoneIn(table, code) => {
            let zones = &network.zone_tables[table.index()];
            match zones.iter().any(|it| it.0 == walker.zone) {
                true => Guarded::Passes,
                false => Guarded::Ends(End::Dropped(code)),
            }
        }
        Guard::EnteredBy(mask, code) => match mask.holds(walker.entered) {
            true => Guarded::Passes,
            false => Guarded::Ends(End::Dropped(code)),
        },
        // BPA-2, BPA-3.
        Guard::PublicAccessOut(is_outward_only) => {
            let row = &network.subnets[walker.subnet.index()];
            match (row.public_access, row.public_access_gap) {
                (PublicAccess::Open, _) => Guarded::Passes,
                (PublicAccess::OutwardByGateways, _) if is_outward_only || walker.is_by_gateway => {
                    Guarded::Passes
                }
                (PublicAccess::Unknown, Some(gap)) => Guarded::Ends(End::Unknown(gap)),
                (PublicAccess::Unknown, None) => Guarded::Passes,
                (PublicAccess::OutwardByGateways | PublicAccess::Closed, _) => {
                    Guarded::Ends(End::Dropped(ExplanationCode::VpcBlockPublicAccessEnabled))
                }
            }
        }
        Guard::RepliesOnly(code) => Guarded::Ends(End::Dropped(code)),
        Guard::UnknownFor(..)
        | Guard::Maybe(_)
        | Guard::Assume(_)
        | Guard::Protocols(..)
        | Guard::NoReplies(_)
        | Guard::NoneGivenBack(_)
        | Guard::RepliesSeenBy(..)
        | Guard::PublicAccessAt(_)
        | Guard::PublicAccessIn(_) => Guarded::Passes,
    }
}
