//! Sentences of findings as text.

use super::super::rule::{Met, rule};
use super::super::sentence::with_name;
use super::super::traffic::{addresses_text, transport_text};
use super::super::{Context, name};
use crate::lint::{Part, Sentence};
use crate::network::Component;
use crate::packet::{AddressSet, Family, Interval};

/// The sentence.
pub(super) fn sentence(context: Context<'_>, sentence: &Sentence) -> String {
    sentence.0.iter().map(|it| part(context, it)).collect()
}

fn part(context: Context<'_>, part: &Part) -> String {
    match part {
        Part::Text(text) => text.to_string(),
        Part::Thing(component) => thing(context, *component),
        Part::Rule(origin) => {
            let nobody = AddressSet::empty(Family::V4);
            let met = Met { origin: *origin, at: Component::Internet, destination: &nobody };
            rule(context, met).map_or_else(|| "a route of AWS's own".to_owned(), |it| it.words)
        }
        Part::Block(block) => block.to_string(),
        Part::Addresses(set) => addresses_text(context.network, set),
        Part::Traffic(intervals) => transport_text(intervals),
        Part::Number(number) => number.to_string(),
        Part::Code(code) => (*code).to_owned(),
    }
}

fn thing(context: Context<'_>, component: Component) -> String {
    match component {
        Component::Internet => "the internet".to_owned(),
        Component::OnPremises => "premises".to_owned(),
        Component::Resource(..) | Component::Service(_) => {
            let named = name::named(context, component);
            with_name(named.id, named.name)
        }
    }
}

/// Traffic in the words that a question has: `tcp/443`, `all`.
pub(super) fn traffic_text(intervals: &[Interval]) -> String {
    let text = transport_text(intervals);
    match text.as_str() {
        "all traffic" => "all".to_owned(),
        _ => text.replacen(' ', "/", 1),
    }
}
