//! Several ends: a table of each pair with its own verdict.

use super::page::{Page, Tone, width_of};
use super::{blocker, mark, tone, walk};
use crate::model::ResourceKind;
use crate::network::{Component, InterfaceIndex};
use crate::report::Context;
use crate::report::name;
use crate::report::view::{PairView, Report};
use crate::solver::{Destination, Source, Verdict};

/// Rows that are shown unless everything is wanted.
const MOST_ROWS: usize = 40;

/// The table, what holds last so that it stands next to the rest.
pub(super) fn ends(report: &Report<'_>, page: &mut Page) {
    let verdicts: Vec<Verdict> = report.answer.pairs.iter().map(|pair| pair.verdict).collect();
    let holds = verdicts.iter().filter(|it| **it == Verdict::Reachable).count();
    page.title("ends", &format!("{holds} of {} reachable", verdicts.len()));
    let mut rows: Vec<(Verdict, &PairView, usize)> = verdicts
        .into_iter()
        .zip(&report.pairs)
        .zip(0..)
        .map(|((verdict, pair), at)| (verdict, pair, at))
        .collect();
    // What does not hold first; otherwise as asked.
    rows.sort_by_key(|(verdict, ..)| *verdict == Verdict::Reachable);
    let most = if page.style.verbose { usize::MAX } else { MOST_ROWS };
    let called: Vec<(String, String)> = rows.iter().take(most).map(|(.., at)| called(report, *at)).collect();
    let sources = called.iter().map(|it| width_of(&it.0)).max().unwrap_or(0);
    let destinations = called.iter().map(|it| width_of(&it.1)).max().unwrap_or(0);
    let verdict = report.pairs.iter().map(|it| width_of(it.verdict)).max().unwrap_or(0) + 2;
    let widths = [sources, destinations, 4, verdict];
    for ((verdict, pair, _), (source, destination)) in rows.iter().zip(&called) {
        let word = format!("{} {}", mark(*verdict), pair.verdict);
        let codes = if *verdict == Verdict::Reachable { String::new() } else { pair.codes.join(", ") };
        page.row(
            2,
            &[
                ((Tone::Plain, source.as_str()), widths[0]),
                ((Tone::Plain, destination.as_str()), widths[1]),
                ((Tone::Faint, pair.family), widths[2]),
                ((tone(*verdict), &word), widths[3]),
            ],
            &[(Tone::Plain, &codes)],
        );
    }
    if rows.len() > most {
        page.line(2, &[(Tone::Faint, &format!("and {} more (--verbose lists them)", rows.len() - most))]);
    }
}

/// What the ends of a pair are called: of one of several interfaces of a thing, which thing and in which zone.
fn called(report: &Report<'_>, at: usize) -> (String, String) {
    let (pair, answer, query) = (&report.pairs[at], &report.answer.pairs[at], report.context.query);
    let source = match &query.sources[answer.source] {
        Source::Interface(interface, _) => Some(*interface),
        Source::Outside(_) | Source::OnPremises(_) | Source::Clients(_) | Source::Nobody(_) => None,
    };
    let destination = match &query.destinations[answer.destination] {
        Destination::Interface(interface, _) => Some(*interface),
        Destination::Addresses(_) | Destination::OnPremises(_) => None,
    };
    let with = |text: &str, interface: Option<InterfaceIndex>| match interface
        .and_then(|it| node_of(report.context, it))
    {
        Some(node) => format!("{text} ({node})"),
        None => text.to_owned(),
    };
    (with(&pair.source, source), with(&pair.destination, destination))
}

/// `feed in eu-west-1a`, of an interface of a load balancer or service.
fn node_of(context: Context<'_>, interface: InterfaceIndex) -> Option<String> {
    let network = context.network;
    let (thing, _) = network.fronts.iter().find(|(_, it)| *it == interface)?;
    let subnet = network.interfaces[interface.index()].subnet;
    let Component::Resource(ResourceKind::Subnet, row) = network.subnets[subnet.index()].component else {
        return None;
    };
    let zone = &context.snapshot.model.subnets.get_row(row as usize)?.zone;
    let zone = zone.name.as_ref().or(zone.id.as_ref())?;
    let named = name::named(context, *thing);
    Some(format!("{} in {zone}", named.name.unwrap_or(named.id)))
}

/// Pairs that are told in full, unless everything is wanted.
const MOST_TOLD: usize = 3;

/// Blockers and walks, pair by pair: one of each verdict and set of codes, what does not hold first.
pub(super) fn each(report: &Report<'_>, page: &mut Page) {
    let mut told: Vec<(&str, &[&str])> = Vec::new();
    let mut order: Vec<usize> = (0..report.pairs.len()).collect();
    order.sort_by_key(|pair| report.answer.pairs[*pair].verdict == Verdict::Reachable);
    for number in order {
        let (pair, answer) = (&report.pairs[number], &report.answer.pairs[number]);
        let kind = (pair.verdict, pair.codes.as_slice());
        let is_new = !told.contains(&kind) && told.len() < MOST_TOLD;
        if !answer.is_explained || !(is_new || page.style.verbose) {
            continue;
        }
        told.push(kind);
        page.gap();
        let verdict = format!("{} {}:", mark(answer.verdict), pair.verdict);
        let (source, destination) = called(report, number);
        let ends = format!("{source} to {destination}, {}", pair.family);
        page.line(0, &[(tone(answer.verdict), &verdict), (Tone::Strong, &ends)]);
        blocker::blockers(report, number, page);
        walk::walks(report, number, page);
    }
    if told.len() < report.pairs.len() && !page.style.verbose {
        page.gap();
        page.line(0, &[(Tone::Faint, "the other ends are alike, or told with --verbose")]);
    }
}
