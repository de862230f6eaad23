//! Blockers: from the drops that a lenient walk noted to what an answer says of them, and what was behind them.

use smallvec::SmallVec;

use super::captured::{captured, hidden};
use super::{Detail, Telling};
use crate::network::{
    Component, Entry, EntryKind, ExplanationCode, Filter, FilterId, Judge, LocationKind, Network, PeerSide,
    Step,
};
use crate::packet::{AddressSet, Interval};
use crate::solver::answer::{Blocker, Direction, RuleUse};
use crate::solver::flow::{Arrival, Flow, GroupLoss, Groups, Mark, NONE};
use crate::solver::pair::intended;
use crate::solver::question::{Destination, Pair, Source};
use crate::solver::rules::{PeerGroups, denying, has_no_rules, near_misses, peer_of};
use crate::solver::walk::{Drop, Story};

/// Rules that were considered, told for one blocker.
const MOST_CONSIDERED: usize = 8;

/// Nothing is ever sent: nobody has the source's address.
pub(super) fn nowhere(pair: &Pair<'_>, code: ExplanationCode, asked: &[Interval]) -> Blocker {
    let empty = AddressSet::empty(pair.family);
    let source = match pair.source {
        Source::Nobody(set) | Source::Outside(set) | Source::OnPremises(set) => set.clone(),
        Source::Interface(..) | Source::Clients(_) => empty.clone(),
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
pub(super) fn not_public(
    network: &Network,
    pair: &Pair<'_>,
    mut flow: Flow,
    asked: &[Interval],
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

impl Telling<'_, '_, '_> {
    pub(super) fn drops(&mut self, story: &Story, direction: Direction) {
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
            if let Some(blocker) = self.preserved(drop, direction) {
                self.add(blocker);
            }
        }
    }

    pub(super) fn add(&mut self, blocker: Blocker) {
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
        let mut blocker = self.of_flow(&drop.flow, direction, drop.code, drop.component);
        blocker.rule = drop.rule;
        blocker.is_later = drop.is_later;
        match drop.rule {
            RuleUse::Filter(id, side) => self.filter_blocker(&mut blocker, story, drop, id, side),
            RuleUse::Route(origin, _) | RuleUse::Relay(origin) => blocker.by = Some(origin),
            RuleUse::Firewall(origin) => {
                blocker.by = Some(origin);
                blocker.gap = network.inspection_gap(drop.flow.at, origin);
            }
            RuleUse::Assumption(assumption) => blocker.gap = Some(assumption),
            RuleUse::NoRoute(_) | RuleUse::None | RuleUse::Stateful(_) => {}
        }
        if drop.code == ExplanationCode::NoInterfaceOwnsAddress
            && let Some((code, component, origin)) = captured(network, story, drop.flow.trail)
        {
            let is_meant_elsewhere = intended(self.pair).is_some();
            if is_meant_elsewhere || direction == Direction::Return {
                blocker.code = code;
                blocker.component = component;
                blocker.by = Some(origin);
            }
        }
        if let Some((code, component, origin)) = hidden(network, self.pair, story, drop, direction) {
            blocker.code = code;
            blocker.component = component;
            blocker.by = Some(origin);
        }
        if drop.code == ExplanationCode::ReplyMisdelivered {
            blocker.by = captured(network, story, drop.flow.trail).map(|(_, _, origin)| origin);
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

    /// A blocker of a flow's packets, with no reason yet.
    pub(super) fn of_flow(
        &self,
        flow: &Flow,
        direction: Direction,
        code: ExplanationCode,
        component: Component,
    ) -> Blocker {
        Blocker {
            direction,
            code,
            component,
            related: Vec::new(),
            rule: RuleUse::None,
            by: None,
            considered: Vec::new(),
            source: flow.source.clone(),
            destination: flow.destination.clone(),
            transport: self.solver.workspace.intervals(flow.transport).to_vec(),
            subnet: flow.subnet,
            vpc: flow.vpc,
            is_later: false,
            gap: None,
        }
    }

    fn filter_blocker(
        &mut self,
        blocker: &mut Blocker,
        story: &Story,
        drop: &Drop,
        id: FilterId,
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
        if self.detail == Detail::Blockers {
            return;
        }
        blocker.considered =
            near_misses(network, workspace, &filter.judge, peer, groups, drop.flow.transport);
        blocker.considered.truncate(MOST_CONSIDERED);
    }

    /// SG-15, SG-17, SG-18: whether a rule names a group of the other end, and something keeps it from counting.
    fn lost_groups(
        &mut self,
        story: &Story,
        drop: &Drop,
        filter: &Filter,
        side: PeerSide,
    ) -> Option<(ExplanationCode, Vec<Component>)> {
        let network = self.solver.network;
        let other = match (side, self.pair.source, self.pair.destination) {
            (PeerSide::Source, Source::Interface(interface, _), _) => *interface,
            (PeerSide::Destination, _, Destination::Interface(interface, _)) => *interface,
            (
                PeerSide::Source,
                Source::Outside(_) | Source::OnPremises(_) | Source::Clients(_) | Source::Nobody(_),
                _,
            )
            | (PeerSide::Destination, _, Destination::Addresses(_) | Destination::OnPremises(_)) => {
                return None;
            }
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
        let by_transit = matches!(drop.flow.groups, Groups::Lost(GroupLoss::Transit));
        match (drop.flow.groups, by_transit) {
            (Groups::Kept, _) => None,
            (_, true) => Some((ExplanationCode::SgReferencingSupport, losing)),
            (_, false) => Some((ExplanationCode::SgReferencesNotPreserved, Vec::new())),
        }
    }

    /// LB-5, M-4: a filter behind a relay that would let the relay's own address in, and sees the client's.
    fn preserved(&mut self, drop: &Drop, direction: Direction) -> Option<Blocker> {
        let RuleUse::Filter(id, PeerSide::Source) = drop.rule else { return None };
        let state = drop.flow.last_relay().filter(|it| it.preserves)?;
        let network = self.solver.network;
        let filter = self.solver.filter(id);
        let admitted = filter.certain.at(drop.flow.source.family(), state.own);
        let workspace = &mut self.solver.workspace;
        if workspace.intersection(admitted, drop.flow.transport).is_empty() {
            return None;
        }
        let component = network.relays[state.relay.index()].component;
        let code = ExplanationCode::Elbv2SourceAddressPreservation;
        let blocker = self.of_flow(&drop.flow, direction, code, component);
        Some(Blocker { is_later: drop.is_later, ..blocker })
    }

    /// Packets that ended at somebody else than was meant.
    pub(super) fn strayed(&mut self, story: &Story, arrival: &Arrival, direction: Direction) {
        if arrival.flow.blocked > 0 {
            return;
        }
        let network = self.solver.network;
        let at = network.location(arrival.flow.at).component;
        let (code, component, by) = match captured(network, story, arrival.flow.trail) {
            Some((code, component, origin)) if direction == Direction::Forward => {
                (code, component, Some(origin))
            }
            Some((_, _, origin)) => (ExplanationCode::ReplyMisdelivered, at, Some(origin)),
            None if direction == Direction::Forward => (ExplanationCode::NoPossibleDestination, at, None),
            None => (ExplanationCode::ReplyMisdelivered, at, None),
        };
        let mut blocker = self.of_flow(&arrival.flow, direction, code, component);
        blocker.related = vec![at];
        blocker.by = by;
        self.add(blocker);
    }
}

/// The transit gateway and attachments on the way that do not keep groups.
fn losing_attachments(network: &Network, story: &Story, last: u32) -> Vec<Component> {
    let mut losing: SmallVec<[Component; 4]> = SmallVec::new();
    let mut loses_inward = false;
    for event in story.backwards(last) {
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
    }
    losing.into_vec()
}
