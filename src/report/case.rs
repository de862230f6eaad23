//! A case: one blocker of one pair with its paths, and what sentences, remedies and explanations ask of it.

use super::Context;
use super::component::{absent_gateway, owning_vpc};
use super::name;
use super::path::after_drop;
use super::traffic::{addresses_text, transport_text};
use super::view::{ComponentView, PathView};
use super::wording;
use crate::model::{Assumption, AssumptionCode, ResourceKind, SecurityGroupId, Support};
use crate::network::{Component, GroupIndex, InterfaceIndex, Judge};
use crate::packet::{Interval, protocol};
use crate::solver::{Blocker, Destination, Direction, PairAnswer, RuleUse, Source};

/// A blocker and what is around it.
#[derive(Clone, Copy)]
pub(super) struct Case<'c, 'a> {
    pub context: Context<'a>,
    pub pair: &'a PairAnswer,
    pub blocker: &'a Blocker,
    pub paths: &'c [PathView<'a>],
}

impl<'a> Case<'_, 'a> {
    /// What is missing, where something is.
    pub fn gap(&self) -> Option<&'a Assumption> {
        self.blocker.gap.map(|index| &self.context.network.assumptions[index.index()])
    }

    /// Where the path shows the drop.
    pub fn met(&self) -> Option<&ComponentView<'a>> {
        let component = self.blocker.component;
        let drops = self.paths.iter().flat_map(|path| match self.blocker.direction {
            Direction::Forward => &path.forward_path_components,
            Direction::Return => &path.return_path_components,
        });
        drops.into_iter().find(|it| it.component == component && it.decision == "drop")
    }

    /// The id of something that the snapshot does not have: what is missing, or where the last route sent.
    pub fn absent_id(&self) -> Option<&'a str> {
        if let Some(gap) = self.gap().filter(|gap| super::rule::is_id(&gap.about)) {
            return Some(&gap.about);
        }
        let gateway = absent_gateway(self.context, self.blocker.component, &self.blocker.destination);
        if gateway.is_some() {
            return gateway;
        }
        let dropped = self.paths.iter().flat_map(|path| match self.blocker.direction {
            Direction::Forward => &path.forward_path_components,
            Direction::Return => &path.return_path_components,
        });
        dropped
            .filter(|it| it.component == self.blocker.component)
            .map(|it| it.id)
            .find(|id| *id != name::ABSENT)
    }

    /// The direction of the filter that dropped, where one did.
    pub fn is_outbound(&self) -> bool {
        match self.blocker.rule {
            RuleUse::Filter(id, _) => match self.context.network.judge(id) {
                Judge::SecurityGroups { is_outbound, .. } | Judge::Acl { is_outbound, .. } => is_outbound,
            },
            RuleUse::None
            | RuleUse::Stateful(_)
            | RuleUse::Relay(_)
            | RuleUse::Firewall(_)
            | RuleUse::Route(..)
            | RuleUse::NoRoute(_)
            | RuleUse::Assumption(_) => false,
        }
    }

    /// What was asked of the packets' end that a filter looks at.
    pub fn peer_text(&self) -> String {
        let set = if self.is_outbound() { &self.blocker.destination } else { &self.blocker.source };
        addresses_text(self.context.network, set)
    }

    /// The packets.
    pub fn traffic(&self) -> String {
        transport_text(&self.blocker.transport)
    }

    pub fn source(&self) -> String {
        addresses_text(self.context.network, &self.blocker.source)
    }

    pub fn destination(&self) -> String {
        addresses_text(self.context.network, &self.blocker.destination)
    }

    /// The VPC that it is about.
    pub fn vpc(&self) -> Option<&'a str> {
        let own = name::named(self.context, self.blocker.component).vpc;
        own.or_else(|| name::vpc_id(self.context, self.blocker.vpc))
            .or_else(|| owning_vpc(self.context, &self.blocker.destination))
    }

    /// The groups of the end that a filter looks at, where that is an interface: of whoever has the address that it
    /// sees, which need not be who asked or was asked.
    pub fn peer_groups(&self) -> &'a [GroupIndex] {
        let network = self.context.network;
        let groups = |interface: usize| &network.group_sets[network.interfaces[interface].groups.index()];
        let peer = if self.is_outbound() { &self.blocker.destination } else { &self.blocker.source };
        let vpc = network.vpcs.get(self.blocker.vpc as usize);
        let owner = vpc.zip(peer.single()).map(|(vpc, address)| vpc.interfaces.at(peer.family(), address));
        let seen = owner.filter(|it| *it != u32::MAX).map(|it| groups(it as usize));
        match (seen.filter(|it| !it.is_empty()), self.asked_peer()) {
            (Some(seen), _) => seen,
            (None, Some(asked)) => groups(asked.index()),
            (None, None) => &[],
        }
    }

    /// Of the two interfaces that were asked about, the one that a filter looks at.
    fn asked_peer(&self) -> Option<InterfaceIndex> {
        let is_forward = self.blocker.direction == Direction::Forward;
        // Inbound filters look at the sender, which of a reply is the destination.
        let wants_source = self.is_outbound() != is_forward;
        let query = self.context.query;
        match (&query.sources[self.pair.source], &query.destinations[self.pair.destination]) {
            (Source::Interface(interface, _), _) if wants_source => Some(*interface),
            (_, Destination::Interface(interface, _)) if !wants_source => Some(*interface),
            _ => None,
        }
    }

    /// Whether the other end has a group.
    pub fn has_group(&self, id: &SecurityGroupId) -> bool {
        let groups = &self.context.network.groups;
        self.peer_groups().iter().any(|group| groups[group.index()].id == *id)
    }

    pub fn source_ports(&self) -> Vec<Interval> {
        let ports = &self.context.query.traffic.source_ports;
        let client = |number: u8| {
            let start = u32::from(number) << 16;
            ports.iter().map(move |(low, high)| (start | u32::from(*low), start | u32::from(*high)))
        };
        match self.blocker.direction {
            Direction::Forward => client(protocol::TCP).chain(client(protocol::UDP)).collect(),
            Direction::Return => self.context.query.traffic.intervals.clone(),
        }
    }
}

/// What a would-be path does after a drop.
pub(super) fn next_hop<'c, 'a>(case: Case<'c, 'a>) -> Option<&'c ComponentView<'a>> {
    after_drop(case.paths, case.blocker.direction, case.blocker.component)?.1
}

/// The call that would settle an assumption.
pub(super) fn call(assumption: &Assumption) -> Option<String> {
    assumption.needs.map(|call| format!("aws {call}"))
}

/// An assumption in a sentence.
pub(super) fn assumption_text(assumption: &Assumption) -> String {
    match (assumption.code, call(assumption)) {
        (AssumptionCode::MissingData, Some(call)) => {
            format!("the snapshot has no answer of `{call}` for {}", assumption.about)
        }
        (code, _) => format!("{} {}", assumption.about, wording::assumption(code)),
    }
}

/// SG-18: of an attachment on the way, what has group referencing off: the transit gateway, the attachment, or both.
pub(super) fn without_references(context: Context<'_>, component: Component) -> Vec<Component> {
    let model = &context.snapshot.model;
    let (id, gateway) = match component {
        Component::Resource(ResourceKind::TransitGatewayAttachment, row) => {
            let Some(it) = model.transit_gateway_attachments.get_row(row as usize) else { return Vec::new() };
            (&it.id, &it.transit_gateway)
        }
        Component::Resource(ResourceKind::TransitGatewayVpcAttachment, row) => {
            let Some(it) = model.transit_gateway_vpc_attachments.get_row(row as usize) else {
                return Vec::new();
            };
            (&it.id, &it.transit_gateway)
        }
        Component::Resource(ResourceKind::TransitGateway, row) => {
            let gateway = model.transit_gateways.get_row(row as usize);
            let is_on = gateway.is_some_and(|it| it.group_referencing == Some(Support::Enable));
            return if is_on { Vec::new() } else { vec![component] };
        }
        Component::Resource(..) | Component::Internet | Component::OnPremises | Component::Service(_) => {
            return vec![component];
        }
    };
    let mut losing = Vec::new();
    let attachment = model.transit_gateway_vpc_attachments.get(id);
    if attachment.is_some_and(|it| it.group_referencing == Some(Support::Disable)) {
        losing.push(component);
    }
    if let Some(position) = model.transit_gateways.position(gateway)
        && model.transit_gateways[position].group_referencing != Some(Support::Enable)
    {
        losing.push(Component::Resource(ResourceKind::TransitGateway, position as u32));
    }
    if losing.is_empty() { vec![component] } else { losing }
}
