//! Which changes are behind a difference.
//!
//! A difference has a better side, where packets pass, and a worse one. Where nothing but rules of groups changed for the
//! two ends, the rules that match are looked up. Elsewhere both networks are asked to explain themselves: changes count
//! that the way of the better side leads by, and those that stop packets on the worse side. What nobody names is put down
//! to whatever else changed for the two ends.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Context;
use super::align::NONE;
use super::change::Version;
use super::delta::{difference, intersection};
use super::ends::Joints;
use super::outside::{Place, question};
use crate::model::ResourceKind;
use crate::network::{Component, GroupIndex, InterfaceIndex, Network, Origin, RulePeer};
use crate::packet::{AddressSet, Family, Interval, range_of};
use crate::solver::{Answer, Destination, RuleUse, Solver, Source, solve_with};

/// An end of a difference.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tip<'p> {
    /// A class of interfaces.
    Class(u32),
    /// Something outside, with the addresses that it is about.
    Outside(&'p Place, &'p AddressSet),
}

/// What is to be traced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'p> {
    pub family: Family,
    pub source: Tip<'p>,
    pub destination: Tip<'p>,
    /// Where packets pass.
    pub better: Version,
    /// Which packets.
    pub transport: &'p [Interval],
}

/// What a network says of a way: whom it leads by, what decided, what stopped it.
#[derive(Debug, Default)]
struct Evidence {
    components: FxHashSet<Component>,
    origins: FxHashSet<Origin>,
    /// The same, of what stops packets.
    stopping: FxHashSet<Component>,
    stopped_by: FxHashSet<Origin>,
}

/// Traces differences to changes.
pub(super) struct Tracer<'a> {
    context: Context<'a>,
    joints: &'a Joints,
    pub solvers: [Solver<'a>; 2],
    /// Rules that only one network has, by group and direction, by network.
    rules: [FxHashMap<(u32, bool), Vec<u32>>; 2],
    /// Changes by their part, by network.
    by_origin: [FxHashMap<Origin, u32>; 2],
    /// Changes of whole resources, by network.
    by_component: [FxHashMap<Component, Vec<u32>>; 2],
    known: FxHashMap<Key, Vec<u32>>,
}

/// Differences that have the same changes behind them: the same subnets and groups, or the same interface where that is
/// another one than before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    family: Family,
    better: Version,
    ends: [[u32; 3]; 2],
    transport: Vec<Interval>,
}

impl<'a> Tracer<'a> {
    pub fn new(context: &Context<'a>, joints: &'a Joints) -> Tracer<'a> {
        let mut rules = [FxHashMap::default(), FxHashMap::default()];
        let mut by_origin = [FxHashMap::default(), FxHashMap::default()];
        let mut by_component = [FxHashMap::default(), FxHashMap::default()];
        for (number, change) in (0..).zip(context.changes) {
            for version in Version::BOTH {
                let side = version as usize;
                if let Some(origin) = change.origin(version) {
                    by_origin[side].insert(origin, number);
                    if let Origin::SecurityGroupRule { group, is_outbound, .. } = origin {
                        let known: &mut Vec<u32> = rules[side].entry((group, is_outbound)).or_default();
                        known.push(number);
                    }
                } else if change.part.is_none()
                    && let Some(component) = change.component(version)
                {
                    let known: &mut Vec<u32> = by_component[side].entry(component).or_default();
                    known.push(number);
                }
            }
        }
        let solvers = Version::BOTH.map(|version| Solver::new(context.network(version)));
        let known = FxHashMap::default();
        Tracer { context: *context, joints, solvers, rules, by_origin, by_component, known }
    }

    /// The changes behind a difference, ascending, for each part of its packets that has the same.
    pub fn causes(&mut self, asked: &Asked<'_>) -> Vec<(Vec<Interval>, Vec<u32>)> {
        if self.is_rules_only(asked) {
            let found = self.rules(asked);
            if !found.is_empty() {
                return by_ports(asked.transport, &found);
            }
        }
        vec![(asked.transport.to_vec(), self.causes_of_all(asked))]
    }

    /// The changes behind all of a difference.
    fn causes_of_all(&mut self, asked: &Asked<'_>) -> Vec<u32> {
        let key = self.key(asked);
        if let Some(known) = key.as_ref().and_then(|key| self.known.get(key)) {
            return known.clone();
        }
        let found = self.explained(asked);
        if let Some(key) = key {
            self.known.insert(key, found.clone());
        }
        found
    }

    /// The changes that have a say in the ways of either network, or that one of them stops packets by.
    pub fn causes_of_either(&mut self, asked: &Asked<'_>) -> Vec<u32> {
        let is_rules_only = self.is_rules_only(asked);
        let mut found: Vec<u32> = Vec::new();
        if is_rules_only {
            for better in Version::BOTH {
                let rules = self.rules(&Asked { better, ..*asked });
                found.extend(rules.into_iter().map(|(change, _)| change));
            }
        }
        if found.is_empty() {
            let evidence = Version::BOTH.map(|version| self.evidence(asked, version));
            found = self.whatever(&evidence);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether nothing but rules of groups changed for the two ends.
    fn is_rules_only(&self, asked: &Asked<'_>) -> bool {
        [asked.source, asked.destination].iter().all(|tip| match tip {
            Tip::Class(class) => !self.joints.bits(*class).is_more_than_rules(),
            Tip::Outside(..) => true,
        })
    }

    /// What ends have to share for the same changes to be behind their differences. Nothing that lies outside.
    fn key(&self, asked: &Asked<'_>) -> Option<Key> {
        let network = self.context.network(asked.better);
        let end = |tip: Tip<'_>| match tip {
            Tip::Outside(..) => None,
            Tip::Class(class) => {
                let row = self.joints.representative(class, asked.better)?;
                let row = &network.interfaces[row.index()];
                let is_self = self.joints.bits(class).holds(super::dirty::Bits::SELF);
                Some([row.subnet.0, row.groups.0, if is_self { class } else { NONE }])
            }
        };
        let ends = [end(asked.source)?, end(asked.destination)?];
        Some(Key { family: asked.family, better: asked.better, ends, transport: asked.transport.to_vec() })
    }

    /// The rules of the two ends that only the better network has and that match, with the packets that they match.
    fn rules(&self, asked: &Asked<'_>) -> Vec<(u32, Vec<Interval>)> {
        let network = self.context.network(asked.better);
        let mut found = Vec::new();
        let ends = [(asked.source, asked.destination, true), (asked.destination, asked.source, false)];
        for (own, peer, is_outbound) in ends {
            let Tip::Class(class) = own else { continue };
            let Some(row) = self.joints.representative(class, asked.better) else { continue };
            for group in self.groups(network, row) {
                let changes = self.rules[asked.better as usize].get(&(group.0, is_outbound));
                for change in changes.into_iter().flatten() {
                    let origin = self.context.changes[*change as usize].origin(asked.better);
                    let rules = network.group_rules[group.index()].direction(is_outbound);
                    let rule = rules.iter().find(|rule| Some(rule.origin) == origin);
                    let Some(rule) = rule else { continue };
                    let ports = intersection(network.transport.intervals(rule.transport), asked.transport);
                    if !ports.is_empty() && self.is_peer(network, asked, peer, &rule.peer) {
                        found.push((*change, ports));
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn groups(&self, network: &'a Network, interface: InterfaceIndex) -> &'a [GroupIndex] {
        &network.group_sets[network.interfaces[interface.index()].groups.index()]
    }

    fn is_peer(&self, network: &'a Network, asked: &Asked<'_>, tip: Tip<'_>, peer: &RulePeer) -> bool {
        let addresses = match tip {
            Tip::Outside(_, addresses) => addresses.clone(),
            Tip::Class(class) => {
                let Some(interface) = self.joints.representative(class, asked.better) else { return false };
                if let RulePeer::Group(group) = peer {
                    return self.groups(network, interface).contains(group);
                }
                match network.interfaces[interface.index()].primary(asked.family) {
                    Some(address) => AddressSet::point(asked.family, address),
                    None => return false,
                }
            }
        };
        let holds = |net: &ipnet::IpNet| {
            let (low, high) = range_of(*net);
            Family::of(net.addr()) == asked.family
                && addresses.ranges().iter().any(|(first, last)| *first <= high && low <= *last)
        };
        match peer {
            RulePeer::Cidr(net) => holds(net),
            RulePeer::List(list) => network.lists[*list as usize].iter().any(holds),
            RulePeer::Group(_)
            | RulePeer::UnknownList(_)
            | RulePeer::AbsentGroup
            | RulePeer::UnknownGroup(_) => false,
        }
    }

    /// What both networks say of it themselves.
    fn explained(&mut self, asked: &Asked<'_>) -> Vec<u32> {
        let evidence = Version::BOTH.map(|version| self.evidence(asked, version));
        let (better, worse) = (asked.better as usize, asked.better.other() as usize);
        let mut found: Vec<u32> = Vec::new();
        // What only the better network says, and what changed and stops packets in the worse one.
        found.extend(evidence[better].origins.iter().filter_map(|it| self.by_origin[better].get(it)));
        found.extend(evidence[worse].stopped_by.iter().filter_map(|it| self.by_origin[worse].get(it)));
        for (side, components) in [(better, &evidence[better].components), (worse, &evidence[worse].stopping)]
        {
            let changes = components.iter().filter_map(|it| self.by_component[side].get(it));
            found.extend(changes.flatten());
        }
        if found.is_empty() {
            found = self.whatever(&evidence);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Where nothing that decides has changed by itself: what the ways of both lead by, else everything that is no rule.
    fn whatever(&self, evidence: &[Evidence; 2]) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        for (side, it) in evidence.iter().enumerate() {
            let origins = it.origins.iter().chain(&it.stopped_by);
            found.extend(origins.filter_map(|origin| self.by_origin[side].get(origin)));
            let components = it.components.iter().chain(&it.stopping);
            let changes = components.filter_map(|component| self.by_component[side].get(component));
            found.extend(changes.flatten());
        }
        if found.is_empty() {
            let met = |number: &u32| {
                let change = &self.context.changes[*number as usize];
                Version::BOTH.iter().any(|version| {
                    let own = change.component(*version);
                    own.is_some_and(|own| {
                        let it = &evidence[*version as usize];
                        it.components.contains(&own) || it.stopping.contains(&own)
                    })
                })
            };
            found = (0..self.context.changes.len() as u32).filter(met).collect();
        }
        if found.is_empty() {
            let wide = |number: &u32| {
                let change = &self.context.changes[*number as usize];
                let kind = Version::BOTH.iter().find_map(|it| change.row(*it)).map(|it| it.0);
                kind != Some(ResourceKind::SecurityGroup) || change.part.is_none()
            };
            found = (0..self.context.changes.len() as u32).filter(wide).collect();
        }
        found
    }

    /// Both ends in one of the networks.
    pub fn answer(&mut self, asked: &Asked<'_>, version: Version) -> Option<Answer> {
        let is_same = matches!(
            (asked.source, asked.destination),
            (Tip::Class(one), Tip::Class(other)) if one == other
        );
        let source = match asked.source {
            Tip::Class(class) => Source::Interface(self.joints.representative(class, version)?, None),
            Tip::Outside(place, _) => place.source(version)?,
        };
        let destination = match asked.destination {
            Tip::Class(class) if is_same => Destination::Interface(self.joints.second(class, version)?, None),
            Tip::Class(class) => Destination::Interface(self.joints.representative(class, version)?, None),
            Tip::Outside(place, _) => place.destination()?,
        };
        let mut query = question(&self.context, source, destination, asked.family);
        let wanted = intersection(&query.traffic.intervals, asked.transport);
        if !wanted.is_empty() {
            query.traffic.intervals = wanted;
        }
        Some(solve_with(&mut self.solvers[version as usize], &query))
    }

    fn evidence(&mut self, asked: &Asked<'_>, version: Version) -> Evidence {
        let mut evidence = Evidence::default();
        self.own(asked, version, &mut evidence);
        let Some(answer) = self.answer(asked, version) else { return evidence };
        for pair in &answer.pairs {
            for event in pair.paths.iter().flat_map(|path| path.forward.iter().chain(&path.back)) {
                evidence.components.insert(event.component);
                evidence.origins.extend(&event.matched);
                match event.rule {
                    RuleUse::Route(origin, _) | RuleUse::Relay(origin) | RuleUse::Firewall(origin) => {
                        evidence.origins.insert(origin);
                    }
                    RuleUse::None
                    | RuleUse::Filter(..)
                    | RuleUse::Stateful(_)
                    | RuleUse::NoRoute(_)
                    | RuleUse::Assumption(_) => {}
                }
            }
            for blocker in &pair.blockers {
                evidence.stopping.insert(blocker.component);
                evidence.stopping.extend(&blocker.related);
                evidence.stopped_by.extend(blocker.by);
            }
        }
        self.parents(version, &mut evidence);
        evidence
    }

    /// The ends themselves: their interfaces, the instances that those belong to, their subnets.
    fn own(&self, asked: &Asked<'_>, version: Version, evidence: &mut Evidence) {
        let side = self.context.side(version);
        for tip in [asked.source, asked.destination] {
            let Tip::Class(class) = tip else { continue };
            let Some(interface) = self.joints.representative(class, version) else { continue };
            let row = &side.network.interfaces[interface.index()];
            evidence.components.insert(row.component);
            evidence.stopping.insert(row.component);
            let model = side.model.network_interfaces.get_row(interface.index());
            let instance = model.and_then(|it| it.attachment.as_ref()).and_then(|it| it.instance.as_ref());
            if let Some(position) = instance.and_then(|id| side.model.instances.position(id)) {
                let component = Component::Resource(ResourceKind::Instance, position as u32);
                evidence.components.insert(component);
                evidence.stopping.insert(component);
            }
        }
    }

    /// What else says something of whom a way leads by: a list of routes of its table, an attachment of its list.
    fn parents(&self, version: Version, evidence: &mut Evidence) {
        let model = self.context.side(version).model;
        let mut more: Vec<(Component, Component)> = Vec::new();
        for component in evidence.components.iter().chain(&evidence.stopping) {
            let Component::Resource(kind, row) = *component else { continue };
            let Some(id) = kind.id_text(model, row as usize) else { continue };
            for other in related(kind) {
                let found = position(model, *other, id);
                more.extend(found.map(|row| (*component, Component::Resource(*other, row))));
            }
        }
        for (known, other) in more {
            if evidence.components.contains(&known) {
                evidence.components.insert(other);
            }
            if evidence.stopping.contains(&known) {
                evidence.stopping.insert(other);
            }
        }
    }
}

/// Packets by the changes that match them; what none does is put down to all of them.
fn by_ports(transport: &[Interval], found: &[(u32, Vec<Interval>)]) -> Vec<(Vec<Interval>, Vec<u32>)> {
    let mut parts: Vec<(Vec<Interval>, Vec<u32>)> = vec![(transport.to_vec(), Vec::new())];
    for (change, ports) in found {
        let mut next = Vec::new();
        for (part, causes) in parts {
            let inside = intersection(&part, ports);
            let outside = difference(&part, ports);
            if !outside.is_empty() {
                next.push((outside, causes.clone()));
            }
            if !inside.is_empty() {
                next.push((inside, [causes.as_slice(), &[*change]].concat()));
            }
        }
        parts = next;
    }
    let mut all: Vec<u32> = found.iter().map(|(change, _)| *change).collect();
    all.sort_unstable();
    all.dedup();
    for (_, causes) in &mut parts {
        causes.sort_unstable();
        causes.dedup();
        if causes.is_empty() {
            causes.clone_from(&all);
        }
    }
    parts
}

/// Kinds that say more of a resource under its own id.
fn related(kind: ResourceKind) -> &'static [ResourceKind] {
    if kind == ResourceKind::TransitGatewayRouteTable {
        &[
            ResourceKind::TransitGatewayRoutes,
            ResourceKind::TransitGatewayAssociations,
            ResourceKind::TransitGatewayPropagations,
            ResourceKind::TransitGatewayPrefixListReferences,
        ]
    } else if kind == ResourceKind::TransitGatewayAttachment {
        &[ResourceKind::TransitGatewayVpcAttachment, ResourceKind::TransitGatewayPeeringAttachment]
    } else if kind == ResourceKind::TransitGatewayVpcAttachment {
        &[ResourceKind::TransitGatewayAttachment]
    } else if kind == ResourceKind::LoadBalancer {
        &[ResourceKind::LoadBalancerAttributes]
    } else if kind == ResourceKind::TargetGroup {
        &[ResourceKind::TargetGroupAttributes, ResourceKind::TargetHealth]
    } else {
        &[]
    }
}

/// The row of a resource by its id, as AWS prints it.
fn position(model: &crate::model::Model, kind: ResourceKind, id: &str) -> Option<u32> {
    (0..kind.count(model) as u32).find(|row| kind.id_text(model, *row as usize) == Some(id))
}
