//! The story of a walk: what happened to packets where, what was dropped, and what had to be assumed.
//!
//! Events are a tree that is kept as a list: each says which event came before it, so that flows that part share what
//! they had in common. A walk that only decides has no story and pays nothing for it.

use super::Walk;
use crate::network::{AssumptionIndex, Component, ExplanationCode};
use crate::solver::answer::{Decision, Event, RuleUse};
use crate::solver::flow::{Flow, Groups};

/// A drop, as explanations see it.
#[derive(Debug, Clone)]
pub(in crate::solver) struct Drop {
    pub code: ExplanationCode,
    pub component: Component,
    pub rule: RuleUse,
    pub flow: Flow,
    /// Whether something before it had dropped the same packets already.
    pub is_later: bool,
}

/// What a lenient walk records.
#[derive(Debug, Default)]
pub(in crate::solver) struct Story {
    pub events: Vec<(u32, Event)>,
    pub drops: Vec<Drop>,
    /// Whether dropped packets go on.
    pub is_lenient: bool,
    pub(super) lenient_flows: usize,
    /// How deep would-be ways are being tried.
    pub depth: u8,
}

impl Story {
    /// A story that goes on past what drops.
    pub fn lenient() -> Story {
        Story { is_lenient: true, ..Story::default() }
    }

    /// The events up to one, from there backwards. Ends: each event was told after its predecessor.
    pub fn backwards(&self, last: u32) -> impl Iterator<Item = &Event> {
        let mut at = last;
        std::iter::from_fn(move || {
            let (before, event) = self.events.get(at as usize)?;
            at = *before;
            Some(event)
        })
    }
}

impl Walk<'_, '_> {
    /// Appends an event to a flow's story.
    pub(super) fn tell(&mut self, flow: &mut Flow, decision: Decision, component: Component, rule: RuleUse) {
        let Some(story) = &mut self.story else { return };
        let event = Event {
            location: flow.at,
            kind: self.network.location(flow.at).kind,
            component,
            decision,
            rule,
            source: flow.source.clone(),
            destination: flow.destination.clone(),
            // Written out when the event is told.
            transport: Vec::new(),
            transport_id: flow.transport,
            subnet: flow.subnet,
            vpc: flow.vpc,
            sender: flow.sender,
            groups_kept: flow.groups == Groups::Kept,
            matched: Vec::new(),
        };
        story.events.push((flow.trail, event));
        flow.trail = story.events.len() as u32 - 1;
    }

    pub(super) fn tell_here(&mut self, flow: &mut Flow, decision: Decision, rule: RuleUse) {
        if self.story.is_some() {
            let component = self.network.location(flow.at).component;
            self.tell(flow, decision, component, rule);
        }
    }

    pub(super) fn tell_rule(&mut self, flow: &mut Flow, rule: RuleUse) {
        if rule != RuleUse::None {
            self.tell_here(flow, Decision::Pass, rule);
        }
    }

    pub(super) fn assume(&mut self, assumption: AssumptionIndex) {
        if !self.assumed.contains(&assumption) {
            self.assumed.push(assumption);
        }
    }

    pub(super) fn gap(&mut self, assumption: AssumptionIndex) {
        if !self.gaps.contains(&assumption) {
            self.gaps.push(assumption);
        }
    }
}
