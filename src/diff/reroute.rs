//! The same packets, another way: ways are compared where what passes stayed the same.
//!
//! A way is whom packets are handed on by, there and back, without the filters that they pass. To compare two takes as long
//! as to explain them, so that it is done for so many pairs and no more; a diff says where it was not.

use super::Context;
use super::align::NONE;
use super::cause::{Asked, Tip, Tracer};
use super::change::Version;
use super::ends::Joints;
use super::interfaces::Inside;
use super::outside::{ALL, OutsidePair};
use super::rows::{RowKind, Rows};
use crate::model::ResourceKind;
use crate::network::Component;
use crate::solver::{Answer, Verdict};

/// More pairs than this are not looked at.
const MOST_PAIRS: usize = 20_000;

/// Finds what goes another way. Says whether it looked.
pub(super) fn find(
    context: &Context<'_>,
    joints: &Joints,
    (inside, outside): (&Inside, &[OutsidePair]),
    tracer: &mut Tracer<'_>,
    rows: &mut Rows<'_>,
) -> bool {
    if !leads_otherwise(context) {
        return true;
    }
    let is_passing = |number: u32| inside.answers.list[number as usize].verdict != Verdict::Blocked;
    let blocks: Vec<_> = inside.same.iter().filter(|it| is_passing(it.old)).collect();
    let same: Vec<&OutsidePair> =
        outside.iter().filter(|it| it.old == it.new && it.old.verdict != Verdict::Blocked).collect();
    let pairs: usize = blocks.iter().map(|it| it.sources.len() * it.destinations.len()).sum();
    if pairs + same.len() > MOST_PAIRS {
        return false;
    }
    for block in blocks {
        for destination in &block.destinations {
            for source in &block.sources {
                let ends = (Tip::Class(*source), Tip::Class(*destination));
                let asked = asked(block.family, ends);
                if (source != destination || joints.members(*source).len() > 1)
                    && let Some(causes) = other_way(context, tracer, &asked)
                {
                    let told = &inside.answers.list[block.old as usize];
                    let transport = ports(told);
                    let alike = (block.family, transport, told.verdict == Verdict::ForwardOnly);
                    rows.add_pair(RowKind::Rerouted, causes, alike, *source, *destination);
                }
            }
        }
    }
    for pair in same {
        let (own, far) = (Tip::Class(pair.class), Tip::Outside(&pair.place, &pair.place.addresses));
        let ends = if pair.is_inward { (far, own) } else { (own, far) };
        if let Some(causes) = other_way(context, tracer, &asked(pair.place.family, ends)) {
            let alike = (pair.place.family, ports(&pair.old), pair.old.verdict == Verdict::ForwardOnly);
            rows.add_outside_pair((RowKind::Rerouted, causes), alike, pair, None);
        }
    }
    true
}

/// Whether anything changed that could lead packets another way: rules and entries only let them pass.
fn leads_otherwise(context: &Context<'_>) -> bool {
    let filters = [ResourceKind::SecurityGroup, ResourceKind::NetworkAcl];
    context.changes.iter().any(|change| {
        let kinds = Version::BOTH.iter().filter_map(|it| change.row(*it));
        kinds.into_iter().any(|(kind, _)| !filters.contains(&kind))
    })
}

fn asked<'p>(family: crate::packet::Family, (source, destination): (Tip<'p>, Tip<'p>)) -> Asked<'p> {
    Asked { family, source, destination, better: Version::New, transport: ALL }
}

fn ports(told: &super::delta::Told) -> Vec<crate::packet::Interval> {
    told.passing.iter().fold(Vec::new(), |sum, it| super::delta::union(&sum, &it.forward))
}

/// The changes behind it, where the ways differ.
fn other_way(context: &Context<'_>, tracer: &mut Tracer<'_>, asked: &Asked<'_>) -> Option<Vec<u32>> {
    let [old, new] = Version::BOTH.map(|version| {
        let answer = tracer.answer(asked, version);
        answer.map(|answer| ways(context, version, &answer))
    });
    (old != new).then(|| tracer.causes_of_either(asked))
}

/// Whom packets are handed on by, in the words of the old network; each way once.
fn ways(context: &Context<'_>, version: Version, answer: &Answer) -> Vec<Vec<Component>> {
    let mut ways: Vec<Vec<Component>> = Vec::new();
    for path in answer.pairs.iter().flat_map(|pair| &pair.paths) {
        if path.verdict == Verdict::Blocked {
            continue;
        }
        let events = path.forward.iter().chain(&path.back);
        let hops = events.filter_map(|event| hop(context, version, event.component));
        let mut way: Vec<Component> = hops.collect();
        way.dedup();
        ways.push(way);
    }
    ways.sort();
    ways.dedup();
    ways
}

/// A component in the words of the old network; none for filters.
fn hop(context: &Context<'_>, version: Version, component: Component) -> Option<Component> {
    match component {
        Component::Resource(ResourceKind::SecurityGroup | ResourceKind::NetworkAcl, _) => None,
        Component::Resource(kind, row) => {
            let known = match version {
                Version::Old => row,
                Version::New => context.alignment.of(kind).to_old.get(row as usize).copied().unwrap_or(NONE),
            };
            // What is new has a number that nothing old has.
            let number = if known == NONE { u32::MAX - row } else { known };
            Some(Component::Resource(kind, number))
        }
        // Both networks number services for themselves; the endpoint before it tells them apart.
        Component::Service(_) => None,
        Component::Internet | Component::OnPremises => Some(component),
    }
}
