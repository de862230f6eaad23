//! The report: sentences and formats.
//!
//! [`Report::new`] turns an answer's numbers into names, words and places, once; each format is a file that prints that
//! view. `json` is the contract, `batch` the same on one line, `text` is for people, `aws` is what tools that read
//! Reachability Analyzer results expect. Nothing is decided here: what a rule is and whether it matched, the solver has
//! said.
//!
//! The view borrows from the snapshot and formats late, since batches print hundreds of thousands of them.

mod view;
mod traffic;
mod packets;
mod name;
mod span;
mod rule;
mod firewall_rule;
mod component;
mod path;
mod case;
mod explanation;
mod remark;
mod sentence;
mod remedy;
pub mod wording;
mod manual;
pub mod json;
pub mod batch;
pub mod text;
pub mod aws;
pub mod show;
pub mod deps;
pub mod cidr;
pub mod diagram;
pub mod diff;
pub mod lint;
pub mod groups;
pub mod matrix;
pub mod exposure;
pub mod spread;
pub mod verify;

pub use manual::{manual, manual_codes};
pub use text::Style;
pub use traffic::{Addresses, IcmpTypes, Ports, TransportView};
pub use view::{
    AssumptionView, ComponentView, Considered, ExplanationView, Header, Packets, PairView, PathView,
    Question, Related, Remedy, Report, RuleView, SnapshotView,
};

use std::collections::BTreeSet;

use crate::network::{Component, Network};
use crate::packet::Family;
use crate::snapshot::Snapshot;
use crate::solver::{Answer, Destination, PairAnswer, Query, Source, Verdict};

/// The version of the JSON object's form.
const SCHEMA: u32 = 1;

/// What all parts of a view are made from.
#[derive(Clone, Copy)]
struct Context<'a> {
    query: &'a Query,
    network: &'a Network,
    snapshot: &'a Snapshot,
}

impl<'a> Report<'a> {
    /// The view of an answer.
    pub fn new(
        question: &'a Question,
        query: &'a Query,
        answer: &'a Answer,
        network: &'a Network,
        snapshot: &'a Snapshot,
    ) -> Report<'a> {
        let context = Context { query, network, snapshot };
        let pairs = &answer.pairs;
        let mut paths = Vec::new();
        let mut explanations: Vec<ExplanationView<'a>> = Vec::new();
        for (number, pair) in pairs.iter().enumerate() {
            let pair_paths = path::paths(context, number, pair);
            for blocker in &pair.blockers {
                let explanation = explanation::explanation(context, pair, blocker, &pair_paths);
                let known = explanations.iter().position(|known| known.says_the_same_as(&explanation));
                let position = known.unwrap_or_else(|| {
                    explanations.push(explanation);
                    explanations.len() - 1
                });
                if pairs.len() > 1 {
                    explanations[position].pairs.push(number);
                }
            }
            paths.extend(pair_paths);
        }
        Report {
            schema: SCHEMA,
            question,
            verdict: answer.verdict.as_text(),
            packets: packets::packets(query, pairs),
            paths,
            explanations,
            assumptions: assumptions(context, pairs),
            pairs: if pairs.len() > 1 {
                pairs.iter().map(|it| pair_view(context, it)).collect()
            } else {
                Vec::new()
            },
            snapshot: SnapshotView::of(snapshot),
            judged: answer.verdict,
            answer,
            context,
        }
    }
}

/// The codes of an answer's explanations, sorted and without repeats; empty when it is reachable.
pub fn codes(answer: &Answer) -> Vec<&'static str> {
    if answer.verdict == Verdict::Reachable {
        return Vec::new();
    }
    let blockers = answer.pairs.iter().flat_map(|pair| &pair.blockers);
    let codes: BTreeSet<&'static str> = blockers.map(|it| it.code.as_text()).collect();
    codes.into_iter().collect()
}

fn pair_view<'a>(context: Context<'a>, pair: &'a PairAnswer) -> PairView {
    let codes: BTreeSet<&'static str> = pair.blockers.iter().map(|it| it.code.as_text()).collect();
    PairView {
        source: source_text(context, &context.query.sources[pair.source], pair.family),
        destination: destination_text(context, &context.query.destinations[pair.destination], pair.family),
        family: family_text(pair.family),
        verdict: pair.verdict.as_text(),
        codes: codes.into_iter().collect(),
    }
}

fn family_text(family: Family) -> &'static str {
    match family {
        Family::V4 => "ipv4",
        Family::V6 => "ipv6",
    }
}

/// A source in words: the interface's id, an address, the internet.
fn source_text(context: Context<'_>, source: &Source, family: Family) -> String {
    match source {
        Source::Interface(interface, named) => {
            interface_text(context, context.network.interfaces[interface.index()].component, *named, family)
        }
        Source::Outside(set) | Source::Nobody(set) => traffic::addresses_text(context.network, set),
        Source::OnPremises(set) => on_premises_text(context, set),
        Source::Clients(row) => {
            let clients = &context.network.clients[*row as usize];
            let id = name::named(context, clients.component).id;
            clients.group.as_ref().map_or_else(|| id.to_owned(), |group| format!("{id}/{group}"))
        }
    }
}

fn destination_text(context: Context<'_>, destination: &Destination, family: Family) -> String {
    match destination {
        Destination::Interface(interface, named) => {
            interface_text(context, context.network.interfaces[interface.index()].component, *named, family)
        }
        Destination::Addresses(set) => traffic::addresses_text(context.network, set),
        Destination::OnPremises(set) => on_premises_text(context, set),
    }
}

/// Addresses that are meant to be on premises.
fn on_premises_text(context: Context<'_>, set: &crate::packet::AddressSet) -> String {
    format!("{} on premises", traffic::addresses_text(context.network, set))
}

fn interface_text(context: Context<'_>, component: Component, named: Option<u128>, family: Family) -> String {
    let id = name::named(context, component).id;
    match named {
        Some(address) => format!("{id} {}", crate::packet::ip(family, address)),
        None => id.to_owned(),
    }
}

fn assumptions<'a>(context: Context<'a>, pairs: &'a [PairAnswer]) -> Vec<AssumptionView<'a>> {
    let indices: BTreeSet<_> = pairs.iter().flat_map(|pair| pair.assumptions.iter().copied()).collect();
    let mut views: Vec<AssumptionView<'a>> = indices
        .into_iter()
        .map(|index| explanation::assumption(context, &context.network.assumptions[index.index()]))
        .collect();
    let mut hosts: BTreeSet<&str> = BTreeSet::new();
    for pair in pairs.iter().filter(|pair| pair.is_host_local) {
        if let Source::Interface(interface, _) = &context.query.sources[pair.source] {
            let interface = context.network.interfaces[interface.index()].component;
            hosts.insert(
                name::named(context, component::instance_of(context, interface).unwrap_or(interface)).id,
            );
        }
    }
    views.extend(hosts.into_iter().map(explanation::host_local));
    let answering: BTreeSet<&str> =
        pairs.iter().filter_map(|it| remark::answering_host(context, it)).collect();
    views.extend(answering.into_iter().map(remark::host_routing));
    let step_downs: BTreeSet<_> = pairs.iter().flat_map(|pair| &pair.step_downs).collect();
    views.extend(step_downs.into_iter().map(|it| explanation::step_down(context, it)));
    views.extend(context.query.narrowings.iter().map(|it| explanation::narrowing(context, it)));
    views.extend(context.query.remarks.iter().map(|it| remark::view(context, it)));
    views
}
