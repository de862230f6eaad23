//! Explanations: the ways that packets take, and every blocker on the ways that they would take.
//!
//! A lenient walk goes past what drops and notes it. Where nothing arrives for real, the answer's way back is walked
//! too, from where the packets would have arrived, so that two faults on one path are both named.

use std::cmp::Reverse;

use smallvec::SmallVec;

use super::answer::{Blocker, Decision, Direction, Event, PairAnswer, PathAnswer, RuleUse, Verdict};
use super::flow::{Arrival, End, Flow, Mark, NONE};
use super::pair::{Outcome, Solver, answer_flow, conversation, counts, intended, is_host_local};
use super::question::{Destination, Pair, Query, Source};
use super::rules::{PeerGroups, denying, has_no_rules, matched, near_misses, peer_of};
use super::walk::{Choices, Drop, Reading, Story, Way};
use crate::network::{
    Component, Entry, EntryKind, ExplanationCode, Judge, LocationKind, Network, Origin, PeerSide, Step,
};
use crate::packet::{Family, TransportSet};

/// Paths that are told for one pair of ends.
const MOST_PATHS: usize = 8;
/// Assignments of choices that are told.
const MOST_RUNS: usize = 16;
/// Rules that were considered, told for one blocker.
const MOST_CONSIDERED: usize = 8;

/// Works out paths and blockers of a pair.
pub fn explain(
    solver: &mut Solver<'_>,
    query: &Query,
    pair: &Pair<'_>,
    outcome: &Outcome,
    answer: &mut PairAnswer,
) {
    answer.is_explained = true;
    let asked = solver.workspace.of(&query.traffic.intervals);
    let (flow, first) = match solver.start(pair, asked) {
        super::pair::Start::NoFamily => return,
        super::pair::Start::Blocked(code) => {
            answer.blockers.push(nowhere(pair, code, &query.traffic.intervals));
            return;
        }
        super::pair::Start::Flow(flow) => (*flow, None),
        super::pair::Start::NotPublic(flow) => {
            let (flow, blocker) = not_public(solver.network, pair, *flow, &query.traffic.intervals);
            (flow, Some(blocker))
        }
    };
    if is_host_local(solver.network, pair, &flow) {
        return;
    }
    let is_hidden = first.is_some();
    let reading = if outcome.verdict == Verdict::Unknown { Reading::Certain } else { Reading::Possible };
    let mut telling =
        Telling { solver, query, pair, outcome, blockers: Vec::new(), paths: Vec::new(), reading, is_hidden };
    telling.blockers.extend(first);
    let mut choices = Choices::default();
    // Ends: the odometer of choices is finite, and cut off.
    for _ in 0..MOST_RUNS {
        telling.there(&flow, &mut choices);
        if !choices.advance() {
            break;
        }
    }
    let Telling { mut blockers, paths, .. } = telling;
    if outcome.verdict == Verdict::Reachable {
        blockers.clear();
    }
    answer.blockers = blockers;
    answer.paths = paths;
    answer.paths.truncate(MOST_PATHS);
}

/// Nothing is ever sent: nobody has the source's address.
fn nowhere(pair: &Pair<'_>, code: ExplanationCode, asked: &[crate::packet::Interval]) -> Blocker {
    let empty = crate::packet::AddressSet::empty(pair.family);
    let source = match pair.source {
        Source::Nobody(set) | Source::Outside(set) => set.clone(),
        Source::Interface(..) => empty.clone(),
    };
    Blocker {
        direction: Direction::Forward,
        code,
        component: Component::Internet,
        related: Vec::new(),
        rule: RuleUse::None,
        by: None,
        considered: Vec::new(),
        source,
        destination: empty,
        transport: asked.to_vec(),
        subnet: NONE,
        vpc: NONE,
        is_later: false,
        gap: None,
    }
}

/// IGW-4: from outside there is no way to an interface without a public address; it would go on from the gateway.
fn not_public(
    network: &Network,
    pair: &Pair<'_>,
    mut flow: Flow,
    asked: &[crate::packet::Interval],
) -> (Flow, Blocker) {
    let mut blocker = nowhere(pair, ExplanationCode::IgwPrivateIpAssociationForIngress, asked);
    if let Destination::Interface(interface, _) = pair.destination {
        let row = &network.interfaces[interface.index()];
        let vpc = &network.vpcs[row.vpc.index()];
        blocker.component =
            vpc.internet_gateway.map_or(vpc.detached_gateway, |gateway| network.location(gateway).component);
        blocker.related = vec![row.component];
        blocker.destination = flow.destination.clone();
        blocker.vpc = row.vpc.0;
        flow.vpc = row.vpc.0;
        flow.entry = EntryKind::InternetGateway;
        flow.blocked = 1;
        // From behind the gateway's translation on, or without a gateway from inside the VPC.
        match vpc.internet_gateway {
            Some(gateway) => {
                let is_translation = |step: &Step| matches!(step, Step::Translate(_));
                let translation = network.steps_of(gateway).iter().position(is_translation);
                flow.at = gateway;
                flow.resume = translation.map_or(0, |position| position as u16 + 1);
            }
            None => {
                flow.at = vpc.router;
                flow.marks.push(Mark::Inbound);
            }
        }
    }
    (flow, blocker)
}

/// What is being told about one pair.
struct Telling<'s, 'n, 'q> {
    solver: &'s mut Solver<'n>,
    query: &'q Query,
    pair: &'q Pair<'q>,
    outcome: &'q Outcome,
    blockers: Vec<Blocker>,
    paths: Vec<PathAnswer>,
    /// Certain where the answer is unknown, and says why; else whatever is missing makes no difference, and is left out.
    reading: Reading,
    /// Whether the destination has no public address: that its answers have none either is no news.
    is_hidden: bool,
}

impl Telling<'_, '_, '_> {
    fn there(&mut self, flow: &Flow, choices: &mut Choices) {
        let mut walk = self.solver.walk(choices, Way::There, self.reading);
        walk.intended = intended(self.pair);
        walk.story = Some(Story::lenient());
        walk.run(flow.clone());
        let arrivals = walk.arrivals;
        let story = walk.story.unwrap_or_default();
        self.drops(&story, Direction::Forward);
        let (meant, strayed): (Vec<Arrival>, Vec<Arrival>) =
            arrivals.into_iter().partition(|arrival| counts(self.pair, arrival));
        for arrival in strayed {
            self.strayed(&story, &arrival, Direction::Forward);
        }
        // What arrives for real, or else the would-be way with the fewest blockers.
        let fewest = meant.iter().map(|arrival| arrival.flow.blocked).min().unwrap_or(0);
        let mut told: Vec<Arrival> =
            meant.into_iter().filter(|arrival| arrival.flow.blocked == fewest).collect();
        // The way of most packets comes first.
        told.sort_by_key(|it| Reverse((it.flow.asked_destination.count(), it.flow.asked_source.count())));
        told.truncate(MOST_PATHS);
        if told.is_empty() {
            self.dead_ends(&story);
        }
        for arrival in told {
            self.back(&story, &arrival, choices);
        }
    }

    /// Where nothing would arrive, the way up to the first blocker is the path.
    fn dead_ends(&mut self, story: &Story) {
        let first = story.drops.iter().find(|drop| !drop.is_later);
        if let Some(drop) = first {
            let forward = self.trail(story, drop.flow.trail);
            self.paths.push(PathAnswer { verdict: Verdict::Blocked, forward, back: Vec::new() });
        }
    }

    fn back(&mut self, story: &Story, arrival: &Arrival, choices: &mut Choices) {
        let network = self.solver.network;
        let is_real = arrival.flow.blocked == 0;
        let forward = self.trail(story, arrival.flow.trail);
        let mut path = PathAnswer {
            verdict: if is_real { Verdict::Reachable } else { Verdict::Blocked },
            forward,
            back: Vec::new(),
        };
        let sent = self.answers_sent(arrival);
        let answer =
            answer_flow(network, arrival, sent).filter(|_| !self.query.is_one_way && !sent.is_empty());
        if let Some(answer) = answer {
            let conversation = conversation(self.pair, arrival, &self.query.traffic);
            let back = Way::Back(&conversation);
            let mut walk = self.solver.walk(choices, back, self.reading);
            walk.intended = match self.pair.source {
                Source::Interface(interface, _) => Some(*interface),
                Source::Outside(_) | Source::Nobody(_) => None,
            };
            walk.story = Some(Story::lenient());
            let was_blocked = answer.blocked;
            walk.run(answer);
            let has_lost = walk.has_lost;
            let arrivals = walk.arrivals;
            let story = walk.story.unwrap_or_default();
            self.drops(&story, Direction::Return);
            let home =
                |arrival: &&Arrival| arrival.end == conversation.origin || arrival.end == End::Possible;
            for strayed in arrivals.iter().filter(|arrival| !home(arrival)) {
                self.strayed(&story, strayed, Direction::Return);
            }
            let best = arrivals.iter().filter(home).min_by_key(|arrival| arrival.flow.blocked);
            let told = best
                .map(|arrival| arrival.flow.trail)
                .or_else(|| story.drops.first().map(|it| it.flow.trail));
            path.back = told.map(|trail| self.trail(&story, trail)).unwrap_or_default();
            if is_real {
                path.verdict = match best {
                    Some(arrival) if arrival.flow.blocked == was_blocked && has_lost => Verdict::Partial,
                    Some(arrival) if arrival.flow.blocked == was_blocked => Verdict::Reachable,
                    Some(_) | None => Verdict::ForwardOnly,
                };
            }
        }
        if self.paths.iter().all(|known| !same_path(known, &path)) {
            self.paths.push(path);
        }
    }

    fn answers_sent(&mut self, arrival: &Arrival) -> TransportSet {
        let is_translated = arrival.flow.marks.iter().any(|mark| matches!(mark, Mark::Nat(_)));
        let nat_ports = [(1024, 65535)];
        let ports: &[(u16, u16)] = if is_translated { &nat_ports } else { &self.query.traffic.source_ports };
        self.solver.answers(arrival.flow.transport, ports).0
    }

    /// The events from the beginning to one, with the rules that matched.
    fn trail(&mut self, story: &Story, last: u32) -> Vec<Event> {
        let mut events = Vec::new();
        let mut at = last;
        // Ends: each event was told after its predecessor.
        while let Some((before, event)) = story.events.get(at as usize) {
            let mut event = event.clone();
            event.matched = self.matched(&event);
            events.push(event);
            at = *before;
        }
        events.reverse();
        events
    }

    fn matched(&mut self, event: &Event) -> Vec<Origin> {
        let network = self.solver.network;
        match event.rule {
            RuleUse::Filter(id, side) if !matches!(event.decision, Decision::Drop(_)) => {
                let filter = self.solver.filter(id);
                let peer = peer_of(side, &event.source, &event.destination);
                let groups = match side {
                    PeerSide::Source if event.groups_kept => groups_of(network, event.sender),
                    PeerSide::Source => PeerGroups { groups: &[] },
                    PeerSide::Destination => groups_of(network, destination_owner(network, event)),
                };
                let workspace = &mut self.solver.workspace;
                matched(network, workspace, &filter.judge, peer, groups, event.transport_id)
            }
            RuleUse::Route(origin, _) => vec![origin],
            RuleUse::Filter(..)
            | RuleUse::None
            | RuleUse::Stateful(_)
            | RuleUse::NoRoute(_)
            | RuleUse::Assumption(_) => Vec::new(),
        }
    }

    fn drops(&mut self, story: &Story, direction: Direction) {
        for drop in &story.drops {
            // Without a public address there is none for answers either.
            let is_mirrored = self.is_hidden && drop.code == ExplanationCode::IgwPublicIpAssociationForEgress;
            if is_mirrored && direction == Direction::Return {
                continue;
            }
            // Answers of packets that do not arrive are told about only where nothing arrives.
            if direction == Direction::Return
                && drop.flow.blocked > 0
                && !self.outcome.arriving.is_empty()
                && !drop.is_later
            {
                continue;
            }
            let blocker = self.blocker(story, drop, direction);
            self.add(blocker);
        }
    }

    fn add(&mut self, blocker: Blocker) {
        let known = self.blockers.iter_mut().find(|known| {
            (known.direction, known.code, known.component, known.rule)
                == (blocker.direction, blocker.code, blocker.component, blocker.rule)
        });
        match known {
            Some(known) => {
                if known.by.is_none() {
                    known.by = blocker.by;
                }
                for related in blocker.related {
                    if !known.related.contains(&related) {
                        known.related.push(related);
                    }
                }
            }
            None => self.blockers.push(blocker),
        }
    }

    fn blocker(&mut self, story: &Story, drop: &Drop, direction: Direction) -> Blocker {
        let network = self.solver.network;
        let mut blocker = Blocker {
            direction,
            code: drop.code,
            component: drop.component,
            related: Vec::new(),
            rule: drop.rule,
            by: None,
            considered: Vec::new(),
            source: drop.flow.source.clone(),
            destination: drop.flow.destination.clone(),
            transport: self.solver.workspace.intervals(drop.flow.transport).to_vec(),
            subnet: drop.flow.subnet,
            vpc: drop.flow.vpc,
            is_later: drop.is_later,
            gap: None,
        };
        match drop.rule {
            RuleUse::Filter(id, side) => self.filter_blocker(&mut blocker, story, drop, id, side),
            RuleUse::Route(origin, _) => blocker.by = Some(origin),
            RuleUse::Assumption(assumption) => blocker.gap = Some(assumption),
            RuleUse::NoRoute(_) | RuleUse::None | RuleUse::Stateful(_) => {}
        }
        if drop.code == ExplanationCode::NoInterfaceOwnsAddress
            && let Some((component, origin)) = self.captured(story, drop.flow.trail)
        {
            let is_meant_elsewhere = intended(self.pair).is_some();
            if is_meant_elsewhere || direction == Direction::Return {
                blocker.code = ExplanationCode::MoreSpecificRoute;
                blocker.component = component;
                blocker.by = Some(origin);
            }
        }
        if drop.code == ExplanationCode::ReplyMisdelivered {
            blocker.by = self.captured(story, drop.flow.trail).map(|(_, origin)| origin);
        }
        if drop.code == ExplanationCode::VpcBlockPublicAccessEnabled
            && let Some(row) = network.vpcs.get(drop.flow.vpc as usize)
        {
            blocker.related.push(row.component);
        }
        if drop.code == ExplanationCode::EniSgRulesMismatch || drop.code == ExplanationCode::BadState {
            blocker.related.push(drop.component);
        }
        blocker
    }

    fn filter_blocker(
        &mut self,
        blocker: &mut Blocker,
        story: &Story,
        drop: &Drop,
        id: crate::network::FilterId,
        side: PeerSide,
    ) {
        let network = self.solver.network;
        let filter = &*self.solver.filter(id);
        let peer = peer_of(side, &drop.flow.source, &drop.flow.destination);
        let components = filter.judge.components();
        if let Some((first, rest)) = components.split_first() {
            blocker.related.push(blocker.component);
            blocker.related.extend(rest);
            blocker.component = *first;
        }
        blocker.gap = filter.gaps.first().copied().filter(|_| filter.possible.is_some());
        let workspace = &mut self.solver.workspace;
        match filter.judge {
            Judge::Acl { .. } => {
                blocker.by = denying(network, workspace, &filter.judge, peer, drop.flow.transport);
            }
            Judge::SecurityGroups { .. } if has_no_rules(network, filter) => {
                blocker.code = ExplanationCode::SgHasNoRules;
            }
            Judge::SecurityGroups { .. } => {
                if let Some((code, related)) = self.lost_groups(story, drop, filter, side) {
                    blocker.code = code;
                    blocker.related.extend(related);
                }
            }
        }
        let groups = PeerGroups { groups: &[] };
        let workspace = &mut self.solver.workspace;
        blocker.considered =
            near_misses(network, workspace, &filter.judge, peer, groups, drop.flow.transport);
        blocker.considered.truncate(MOST_CONSIDERED);
    }

    /// SG-15, SG-17, SG-18: whether a rule names a group of the other end, and something keeps it from counting.
    fn lost_groups(
        &mut self,
        story: &Story,
        drop: &Drop,
        filter: &crate::network::Filter,
        side: PeerSide,
    ) -> Option<(ExplanationCode, Vec<Component>)> {
        let network = self.solver.network;
        let other = match (side, self.pair.source, self.pair.destination) {
            (PeerSide::Source, Source::Interface(interface, _), _) => *interface,
            (PeerSide::Destination, _, Destination::Interface(interface, _)) => *interface,
            _ => return None,
        };
        let groups = network.interfaces[other.index()].groups;
        let workspace = &mut self.solver.workspace;
        let would_match = network.group_sets[groups.index()].iter().any(|group| {
            filter.references.iter().any(|(known, transport)| {
                known == group && !workspace.intersection(*transport, drop.flow.transport).is_empty()
            })
        });
        if !would_match {
            return None;
        }
        if side == PeerSide::Destination {
            return Some((ExplanationCode::SgReferencesNotPreserved, Vec::new()));
        }
        let losing = losing_attachments(network, story, drop.flow.trail);
        let by_transit =
            matches!(drop.flow.groups, super::flow::Groups::Lost(super::flow::GroupLoss::Transit));
        match (drop.flow.groups, by_transit) {
            (super::flow::Groups::Kept, _) => None,
            (_, true) => Some((ExplanationCode::SgReferencingSupport, losing)),
            (_, false) => Some((ExplanationCode::SgReferencesNotPreserved, Vec::new())),
        }
    }

    /// Packets that ended at somebody else than was meant.
    fn strayed(&mut self, story: &Story, arrival: &Arrival, direction: Direction) {
        if arrival.flow.blocked > 0 {
            return;
        }
        let network = self.solver.network;
        let at = network.location(arrival.flow.at).component;
        let (code, component, by) = match self.captured(story, arrival.flow.trail) {
            Some((component, origin)) if direction == Direction::Forward => {
                (ExplanationCode::MoreSpecificRoute, component, Some(origin))
            }
            Some((_, origin)) => (ExplanationCode::ReplyMisdelivered, at, Some(origin)),
            None if direction == Direction::Forward => (ExplanationCode::NoPossibleDestination, at, None),
            None => (ExplanationCode::ReplyMisdelivered, at, None),
        };
        let blocker = Blocker {
            direction,
            code,
            component,
            related: vec![at],
            rule: RuleUse::None,
            by,
            considered: Vec::new(),
            source: arrival.flow.source.clone(),
            destination: arrival.flow.destination.clone(),
            transport: self.solver.workspace.intervals(arrival.flow.transport).to_vec(),
            subnet: arrival.flow.subnet,
            vpc: arrival.flow.vpc,
            is_later: false,
            gap: None,
        };
        self.add(blocker);
    }

    /// The last route on the way that won over a less specific one: what took packets to the wrong place.
    fn captured(&self, story: &Story, last: u32) -> Option<(Component, Origin)> {
        let network = self.solver.network;
        let mut at = last;
        // Ends: each event was told after its predecessor.
        while let Some((before, event)) = story.events.get(at as usize) {
            if let RuleUse::Route(origin, map) = event.rule {
                let family = event.destination.family();
                let covering = network.route_entries[map.index()].iter().filter(|(net, _)| {
                    Family::of(net.addr()) == family
                        && event.destination.first().is_some_and(|address| {
                            let (low, high) = crate::packet::range_of(*net);
                            (low..=high).contains(&address)
                        })
                });
                if covering.count() > 1 {
                    return Some((network.location(event.location).component, origin));
                }
            }
            at = *before;
        }
        None
    }
}

fn groups_of(network: &Network, interface: u32) -> PeerGroups<'_> {
    match network.interfaces.get(interface as usize) {
        Some(row) => PeerGroups { groups: &network.group_sets[row.groups.index()] },
        None => PeerGroups { groups: &[] },
    }
}

/// The interface that packets are for, in the sender's VPC or one whose groups it knows (SG-17).
fn destination_owner(network: &Network, event: &Event) -> u32 {
    let (Some(vpc), Some(address)) = (network.vpcs.get(event.vpc as usize), event.destination.single())
    else {
        return NONE;
    };
    let family = event.destination.family();
    let peers = vpc.group_peers.iter().filter_map(|peer| network.vpcs.get(peer.index()));
    let owners = std::iter::once(vpc).chain(peers).map(|vpc| vpc.interfaces.at(family, address));
    owners.into_iter().find(|owner| *owner != NONE).unwrap_or(NONE)
}

/// The transit gateway and attachments on the way that do not keep groups.
fn losing_attachments(network: &Network, story: &Story, last: u32) -> Vec<Component> {
    let mut losing: SmallVec<[Component; 4]> = SmallVec::new();
    let mut loses_inward = false;
    let mut at = last;
    // Ends: each event was told after its predecessor.
    while let Some((before, event)) = story.events.get(at as usize) {
        let keeps = network.steps_of(event.location).iter().all(|step| {
            !matches!(
                step,
                Step::Enter(
                    Entry::TransitIn { keeps_groups: false, .. } | Entry::TransitOut { keeps_groups: false }
                )
            )
        });
        let is_attachment = matches!(event.kind, LocationKind::AttachmentIn | LocationKind::AttachmentSubnet);
        if is_attachment && !keeps && !losing.contains(&event.component) {
            losing.push(event.component);
            loses_inward |= event.kind == LocationKind::AttachmentIn;
        }
        // Inward, the gateway's own switch counts as well as the attachment's.
        if event.kind == LocationKind::TransitIn && std::mem::take(&mut loses_inward) {
            losing.push(event.component);
        }
        at = *before;
    }
    losing.into_vec()
}

fn same_path(one: &PathAnswer, other: &PathAnswer) -> bool {
    let key = |events: &[Event]| events.iter().map(|event| (event.location, event.rule)).collect::<Vec<_>>();
    one.verdict == other.verdict
        && key(&one.forward) == key(&other.forward)
        && key(&one.back) == key(&other.back)
}
