//! Paths: from the solver's events to components in AWS's order. On the way out: instance, interface, security groups,
//! network ACL, route table, gateway; on the way in: gateway, network ACL, security groups, interface, instance.

use std::borrow::Cow;

use super::Context;
use super::component::{at_rows, component_view, instance_of, service_at};
use super::name::ABSENT;
use super::packets::header;
use super::rule::{Met, RuleSource, rule, together};
use super::view::{ComponentView, Header, Note, PathView, RuleView};
use crate::model::{AclAction, ResourceKind};
use crate::network::{
    Component, ExplanationCode, FilterId, InterfaceIndex, Judge, LocationId, LocationKind, PublicOwner,
};
use crate::packet::{AddressSet, Family, Interval, protocol};
use crate::solver::{
    Blocker, Decision, Destination, Direction, Event, PairAnswer, PathAnswer, RuleUse, Source, Verdict,
};

/// No rows.
const NOWHERE: (u32, u32) = (u32::MAX, u32::MAX);

/// The paths of a pair.
pub(super) fn paths<'a>(context: Context<'a>, number: usize, pair: &'a PairAnswer) -> Vec<PathView<'a>> {
    pair.paths.iter().map(|path| one(context, number, pair, path)).collect()
}

fn one<'a>(context: Context<'a>, number: usize, pair: &'a PairAnswer, path: &'a PathAnswer) -> PathView<'a> {
    let forward = forward(context, pair, path);
    let ports = port_intervals(&context.query.traffic.source_ports);
    let arriving =
        path.forward.last().map(|last| header(&last.source, &last.destination, &last.transport, &ports));
    let back = back(context, pair, path);
    PathView {
        verdict: path.verdict.as_text(),
        forward_path_components: forward,
        return_path_components: back,
        judged: path.verdict,
        pair: number,
        arriving,
    }
}

/// What packets carry at a moment.
#[derive(Debug, Clone)]
struct Carried<'a> {
    source: Cow<'a, AddressSet>,
    destination: Cow<'a, AddressSet>,
    transport: &'a [Interval],
    source_ports: Cow<'a, [Interval]>,
}

impl Carried<'_> {
    fn header(&self) -> Header {
        header(&self.source, &self.destination, self.transport, &self.source_ports)
    }
}

fn forward<'a>(context: Context<'a>, pair: &'a PairAnswer, path: &'a PathAnswer) -> Vec<ComponentView<'a>> {
    let Some(first) = path.forward.first() else { return Vec::new() };
    let ports = port_intervals(&context.query.traffic.source_ports);
    let begins = Carried {
        source: initial_source(context, pair).unwrap_or(Cow::Borrowed(&first.source)),
        destination: Cow::Owned(initial_destination(context, pair, first)),
        transport: &first.transport,
        source_ports: Cow::Owned(ports),
    };
    let mut trail = Trail::new(context, pair, path.verdict, Direction::Forward, begins);
    match &context.query.sources[pair.source] {
        Source::Interface(interface, _) => trail.begin_at_interface(*interface),
        Source::OnPremises(_) => trail.push(Component::OnPremises, NOWHERE),
        Source::Clients(row) => trail.push(context.network.clients[*row as usize].component, NOWHERE),
        Source::Outside(_) | Source::Nobody(_) => trail.push(Component::Internet, NOWHERE),
    }
    trail.begun();
    trail.follow(&path.forward)
}

fn back<'a>(context: Context<'a>, pair: &'a PairAnswer, path: &'a PathAnswer) -> Vec<ComponentView<'a>> {
    let (Some(first), Some(last)) = (path.back.first(), path.forward.last()) else { return Vec::new() };
    let begins = Carried {
        source: Cow::Borrowed(&last.destination),
        destination: Cow::Borrowed(&last.source),
        transport: &first.transport,
        source_ports: Cow::Borrowed(&last.transport),
    };
    let mut trail = Trail::new(context, pair, path.verdict, Direction::Return, begins);
    if last.kind == LocationKind::InterfaceIn
        && let Component::Resource(ResourceKind::NetworkInterface, position) = last.component
    {
        trail.begin_at_interface(InterfaceIndex(position));
    } else {
        if last.kind == LocationKind::GatewayEndpoint {
            trail.push_service(last);
        }
        trail.push(last.component, (last.vpc, last.subnet));
    }
    trail.begun();
    trail.follow(&path.back)
}

fn port_intervals(ports: &[(u16, u16)]) -> Vec<Interval> {
    let of = |number: u8| {
        let start = u32::from(number) << 16;
        ports.iter().map(move |(low, high)| (start | u32::from(*low), start | u32::from(*high)))
    };
    of(protocol::TCP).chain(of(protocol::UDP)).collect()
}

fn initial_source<'a>(context: Context<'a>, pair: &PairAnswer) -> Option<Cow<'a, AddressSet>> {
    match &context.query.sources[pair.source] {
        Source::Interface(interface, named) => own_address(context, *interface, *named, pair.family)
            .map(|it| Cow::Owned(AddressSet::point(pair.family, it))),
        Source::Clients(row) => {
            Some(Cow::Owned(AddressSet::block(context.network.clients[*row as usize].pool)))
        }
        Source::Outside(set) | Source::OnPremises(set) | Source::Nobody(set) => Some(Cow::Borrowed(set)),
    }
}

fn own_address(
    context: Context<'_>,
    interface: InterfaceIndex,
    named: Option<u128>,
    family: Family,
) -> Option<u128> {
    named.or_else(|| context.network.interfaces[interface.index()].primary(family))
}

/// What the sender writes: the public address where it asks from outside for an interface.
fn initial_destination(context: Context<'_>, pair: &PairAnswer, first: &Event) -> AddressSet {
    let is_outside = matches!(context.query.sources[pair.source], Source::Outside(_));
    match &context.query.destinations[pair.destination] {
        Destination::Interface(interface, named) => {
            let Some(own) = own_address(context, *interface, *named, pair.family) else {
                return first.destination.clone();
            };
            let row = &context.network.interfaces[interface.index()];
            let public = (is_outside && pair.family == Family::V4)
                .then(|| {
                    let addresses = &context.network.vpcs[row.vpc.index()].public_addresses;
                    let found = addresses.iter().find(|(private, _)| u128::from(*private) == own);
                    found.map(|(_, public)| u128::from(*public))
                })
                .flatten();
            AddressSet::point(pair.family, public.unwrap_or(own))
        }
        Destination::Addresses(set) | Destination::OnPremises(set) => before_translation(context, set, first),
    }
}

/// Of the asked addresses, those that became what the first event shows.
fn before_translation(context: Context<'_>, asked: &AddressSet, first: &Event) -> AddressSet {
    if first.decision != Decision::Translate {
        return first.destination.clone();
    }
    if asked.single().is_some() {
        return asked.clone();
    }
    let private = first.destination.single();
    let owner = context.network.public_owners.iter().find(|(_, owner)| match owner {
        PublicOwner::Private(vpc, address) => vpc.0 == first.vpc && Some(u128::from(*address)) == private,
        PublicOwner::Nat(_) | PublicOwner::Unassociated(_) | PublicOwner::Absent(_) => false,
    });
    owner.map_or_else(|| asked.clone(), |(public, _)| AddressSet::point(Family::V4, u128::from(*public)))
}

/// One direction of a path in the making.
struct Trail<'a> {
    context: Context<'a>,
    blockers: &'a [Blocker],
    direction: Direction,
    carried: Carried<'a>,
    components: Vec<ComponentView<'a>>,
    /// Whether nothing gets to the end.
    is_stopped: bool,
    /// Where the last route sent, for targets that the snapshot does not have.
    target: Option<&'a str>,
}

impl<'a> Trail<'a> {
    fn new(
        context: Context<'a>,
        pair: &'a PairAnswer,
        verdict: Verdict,
        direction: Direction,
        carried: Carried<'a>,
    ) -> Trail<'a> {
        let is_stopped = match direction {
            Direction::Forward => verdict == Verdict::Blocked,
            Direction::Return => matches!(verdict, Verdict::Blocked | Verdict::ForwardOnly),
        };
        let components = Vec::with_capacity(12);
        Trail { context, blockers: &pair.blockers, direction, carried, components, is_stopped, target: None }
    }

    /// A component that lets packets pass, so far as is known yet.
    fn push(&mut self, component: Component, rows: (u32, u32)) {
        self.components.push(at_rows(self.context, component, rows));
    }

    fn begin_at_interface(&mut self, interface: InterfaceIndex) {
        let row = &self.context.network.interfaces[interface.index()];
        let rows = (row.vpc.0, row.subnet.0);
        if let Some(instance) = instance_of(self.context, row.component) {
            self.push(instance, rows);
        }
        self.push(row.component, rows);
    }

    /// The first component shows what packets carry when they begin.
    fn begun(&mut self) {
        let header = self.carried.header();
        if let Some(first) = self.components.first_mut() {
            first.outbound_header = Some(Box::new(header));
        }
    }

    fn follow(mut self, events: &'a [Event]) -> Vec<ComponentView<'a>> {
        for event in events {
            self.event(event);
        }
        let has_ended = events.last().is_some_and(|it| it.decision == Decision::Arrive);
        if !has_ended && self.components.iter().all(|it| it.decision != "drop") {
            self.dead_end();
        }
        if self.is_stopped {
            self.mark();
        }
        self.components
    }

    /// Of what stops packets, some is told without an event: it is marked where it stands on the path.
    fn mark(&mut self) {
        for blocker in self.blockers.iter().filter(|it| it.direction == self.direction && !it.is_later) {
            let code = blocker.code.as_text();
            if self.components.iter().any(|it| it.code == Some(code)) {
                continue;
            }
            let known = self.components.iter_mut().find(|it| it.component == blocker.component);
            if let Some(known) = known.filter(|it| it.decision != "drop") {
                known.decision = "drop";
                known.code = Some(code);
            }
        }
    }

    /// Where packets neither arrive nor go on, what stopped them ends the path; it may be on the path already.
    fn dead_end(&mut self) {
        let is_here = |it: &&Blocker| it.direction == self.direction && !it.is_later;
        let Some(blocker) = self.blockers.iter().find(is_here) else { return };
        let known = self.components.iter_mut().rev().find(|it| it.component == blocker.component);
        if let Some(known) = known {
            known.decision = "drop";
            known.code = Some(blocker.code.as_text());
            return;
        }
        let mut view = at_rows(self.context, blocker.component, (blocker.vpc, blocker.subnet));
        if view.id == ABSENT
            && let Some(target) = self.target
        {
            view.id = target;
        }
        view.decision = "drop";
        view.code = Some(blocker.code.as_text());
        let by = blocker.by.and_then(|origin| {
            rule(self.context, Met { origin, at: blocker.component, destination: &blocker.destination })
        });
        view.by = by.map(Box::new);
        self.components.push(view);
    }

    fn event(&mut self, event: &'a Event) {
        let before = (event.decision == Decision::Translate).then(|| self.carried.clone());
        self.carry(event);
        match event.rule {
            RuleUse::Filter(id, _) => self.filter(event, id, false),
            RuleUse::Stateful(id) => self.filter(event, id, true),
            RuleUse::Route(..) | RuleUse::NoRoute(_) => self.route(event),
            RuleUse::Relay(origin) | RuleUse::Firewall(origin) => {
                let by = self.rule(event, origin, event.component);
                self.decided(event.component, event, by, Note::None);
            }
            RuleUse::None | RuleUse::Assumption(_) => self.plain(event),
        }
        if let (Some(before), Some(last)) = (before, self.components.last_mut()) {
            // What would be dropped would be rewritten first or afterwards.
            if last.decision != "drop" {
                last.decision = "translate";
            }
            // A gateway that rewrites at the very beginning has both.
            last.inbound_header = Some(Box::new(before.header()));
            last.outbound_header = Some(Box::new(self.carried.header()));
        }
    }

    fn carry(&mut self, event: &'a Event) {
        let was_rewritten = event.decision == Decision::Translate;
        // LB-16.
        let is_relayed = matches!(event.rule, RuleUse::Relay(_)) && *self.carried.source != event.source;
        self.carried.source = Cow::Borrowed(&event.source);
        self.carried.destination = Cow::Borrowed(&event.destination);
        self.carried.transport = &event.transport;
        if was_rewritten && (event.kind == LocationKind::NatGateway || is_relayed) {
            self.carried.source_ports = Cow::Owned(port_intervals(&[(1024, u16::MAX)]));
        }
    }

    fn filter(&mut self, event: &'a Event, filter: FilterId, is_stateful: bool) {
        match &self.context.network.judge(filter) {
            Judge::Acl { acl, .. } => {
                let component = Component::Resource(ResourceKind::NetworkAcl, acl.unwrap_or(u32::MAX));
                let matched = event.matched.iter().filter_map(|origin| self.rule(event, *origin, component));
                // Of a set of packets some may be denied; what passes, passes by the entries that allow.
                let (allowing, denying): (Vec<_>, Vec<_>) = matched.partition(allows);
                let by = together(allowing)
                    .or_else(|| together(denying))
                    .or_else(|| self.deciding(event, component));
                self.decided(component, event, by, Note::None);
            }
            Judge::SecurityGroups { groups, .. } => {
                let note = if is_stateful { Note::Stateful } else { Note::None };
                let mut has_any = false;
                for group in groups {
                    let component = Component::Resource(ResourceKind::SecurityGroup, group.0);
                    let of_group = event.matched.iter().filter(|origin| is_of_group(**origin, group.0));
                    let rules: Vec<_> =
                        of_group.filter_map(|origin| self.rule(event, *origin, component)).collect();
                    if rules.is_empty() && !event.matched.is_empty() {
                        continue;
                    }
                    has_any = true;
                    self.decided(component, event, together(rules), note);
                }
                if !has_any {
                    self.decided(event.component, event, None, note);
                }
            }
        }
    }

    fn route(&mut self, event: &'a Event) {
        let rules = event.matched.iter().filter_map(|origin| self.rule(event, *origin, event.component));
        let by = together(rules.collect::<Vec<_>>()).or_else(|| match event.rule {
            RuleUse::Route(origin, _) => self.rule(event, origin, event.component),
            RuleUse::NoRoute(_)
            | RuleUse::Relay(_)
            | RuleUse::Firewall(_)
            | RuleUse::None
            | RuleUse::Filter(..)
            | RuleUse::Stateful(_)
            | RuleUse::Assumption(_) => None,
        });
        self.target = by.as_ref().and_then(|by| by.source.target());
        let note = if by.is_none() { Note::NoRoute } else { Note::None };
        self.decided(event.component, event, by, note);
    }

    fn plain(&mut self, event: &'a Event) {
        if event.decision == Decision::Arrive {
            self.arrive(event);
            return;
        }
        // A gateway that should be attached drops while packets still stand on the internet.
        let is_entered = self.components.last().is_some_and(|last| {
            last.decision == "drop" && last.place.is_some_and(|(at, _)| at == event.location)
        });
        if is_entered && event.decision == Decision::Pass {
            return;
        }
        let is_known = self.components.last().is_some_and(|last| {
            last.component == event.component
                && last.place.is_none_or(|(at, kind)| at == event.location || is_same_place(kind, event.kind))
        });
        if !is_known {
            let is_table = matches!(event.kind, LocationKind::RouteTable)
                && !matches!(event.decision, Decision::Drop(_));
            let note = if is_table { Note::ReturnToSender } else { Note::None };
            self.decided(event.component, event, None, note);
            return;
        }
        if let (Decision::Drop(code), Some(last)) = (event.decision, self.components.last_mut()) {
            last.decision = "drop";
            last.code = Some(code.as_text());
            last.place = Some((event.location, event.kind));
        }
    }

    fn arrive(&mut self, event: &'a Event) {
        // What nothing filters is served right there (LL-1).
        if event.kind == LocationKind::InterfaceOut {
            self.push_service(event);
            return;
        }
        let is_here = self.components.last().is_some_and(|last| last.component == event.component);
        if !is_here {
            self.decided(event.component, event, None, Note::None);
        }
        if event.kind == LocationKind::GatewayEndpoint {
            self.push_service(event);
        } else if let Some(instance) = instance_of(self.context, event.component) {
            self.push(instance, (event.vpc, event.subnet));
        }
    }

    fn push_service(&mut self, event: &Event) {
        if let Some(service) = service_at(self.context, event) {
            self.push(Component::Service(service), NOWHERE);
        }
    }

    fn decided(&mut self, component: Component, event: &Event, by: Option<RuleView<'a>>, note: Note) {
        let mut view = component_view(self.context, component, event, self.target);
        view.by = by.map(Box::new);
        view.note = note;
        match event.decision {
            Decision::Pass | Decision::Arrive => view.decision = "pass",
            Decision::Translate => view.decision = "translate",
            Decision::Drop(code) => {
                view.decision = "drop";
                view.code = Some(self.code_of(event, code));
            }
        }
        self.components.push(view);
    }

    /// The code of a drop; its blocker may know better why (SG-18).
    fn code_of(&self, event: &Event, code: ExplanationCode) -> &'static str {
        let is_of = |it: &&Blocker| {
            it.direction == self.direction && it.rule == event.rule && matches!(it.rule, RuleUse::Filter(..))
        };
        self.blockers.iter().find(is_of).map_or(code, |it| it.code).as_text()
    }

    fn rule(&self, event: &Event, origin: crate::network::Origin, at: Component) -> Option<RuleView<'a>> {
        rule(self.context, Met { origin, at, destination: &event.destination })
    }

    /// Where a filter drops, its blocker knows the entry.
    fn deciding(&self, event: &Event, at: Component) -> Option<RuleView<'a>> {
        let is_of = |it: &&Blocker| it.direction == self.direction && it.rule == event.rule;
        let origin = self.blockers.iter().find(is_of)?.by?;
        matches!(event.decision, Decision::Drop(_)).then(|| self.rule(event, origin, at))?
    }
}

fn allows(rule: &RuleView<'_>) -> bool {
    match rule.source {
        RuleSource::Entry { entry, .. } => entry.action == AclAction::Allow,
        RuleSource::Group { .. }
        | RuleSource::Route { .. }
        | RuleSource::Local { .. }
        | RuleSource::Transit { .. }
        | RuleSource::Propagation { .. }
        | RuleSource::Listener { .. }
        | RuleSource::ClassicListener { .. }
        | RuleSource::Stateless { .. }
        | RuleSource::Stateful { .. }
        | RuleSource::Vpn
        | RuleSource::CoreNetwork { .. }
        | RuleSource::Firewall
        | RuleSource::List { .. } => true,
    }
}

fn is_of_group(origin: crate::network::Origin, row: u32) -> bool {
    matches!(origin, crate::network::Origin::SecurityGroupRule { group, .. } if group == row)
}

/// Places at which one thing stands for one hop of a path.
fn is_same_place(one: LocationKind, other: LocationKind) -> bool {
    one == other
        || (matches!(one, LocationKind::AttachmentOut | LocationKind::AttachmentSubnet)
            && matches!(other, LocationKind::AttachmentOut | LocationKind::AttachmentSubnet))
}

/// The location of a path's drop by a rule, with what would come next.
pub(super) fn after_drop<'p, 'a>(
    paths: &'p [PathView<'a>],
    direction: Direction,
    component: Component,
) -> Option<(LocationId, Option<&'p ComponentView<'a>>)> {
    paths.iter().find_map(|path| {
        let components = match direction {
            Direction::Forward => &path.forward_path_components,
            Direction::Return => &path.return_path_components,
        };
        let at = components.iter().position(|it| it.decision == "drop" && it.component == component)?;
        let (location, _) = components[at].place?;
        // The ACL of the subnet that a gateway stands in comes before the gateway.
        let next = components[at + 1..].iter().find(|it| it.kind != "network-acl");
        Some((location, next))
    })
}
