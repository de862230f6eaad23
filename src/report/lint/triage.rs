//! Findings of other scanners, sorted by what packets can do: as text and as one JSON object.

use std::io::{self, Write};

use rayon::prelude::*;
use serde::Serialize;

use super::super::json::inert;
use super::super::text::Style;
use super::super::text::page::{Page, Tone};
use super::super::view::SnapshotView;
use super::text::{hops_words, packet_words};
use super::{Names, ResourceView, RuleShown, WitnessView, nothing_asked, resource, shown, witness, words};
use crate::lint::Settings;
use crate::lint::triage::{Import, Sorted, State, Unreadable};
use crate::network::Network;
use crate::snapshot::Snapshot;
use crate::solver::Solver;

/// Findings of another scanner, sorted.
#[derive(Debug, Serialize)]
pub struct TriageReport<'a> {
    /// The version of this form.
    pub schema: u32,
    /// What the file is: `Prowler CSV`, `OCSF`, `ASFF`, `SARIF`.
    pub format: &'static str,
    /// Findings about the network: what is reachable first, then what nobody can tell, then the rest.
    pub findings: Vec<SortedView<'a>>,
    /// How many of each kind.
    pub counts: TriageCounts,
    /// What could not be read.
    pub unreadable: Vec<UnreadableView<'a>>,
    /// What was looked at.
    pub snapshot: SnapshotView<'a>,
}

/// How many findings of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TriageCounts {
    /// Packets of the internet get there.
    pub reachable: usize,
    /// Nobody can tell.
    pub unknown: usize,
    /// They do not.
    pub unreachable: usize,
    /// Findings that are not about the network, and checks that passed.
    pub left_out: usize,
    /// Elements that could not be read.
    pub unreadable: usize,
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct SortedView<'a> {
    /// `reachable`, `unknown`, `unreachable`.
    pub state: &'static str,
    /// Where it stands in its file.
    pub place: &'a str,
    /// The scanner's name of the check.
    pub check: &'a str,
    /// What the scanner says.
    pub title: &'a str,
    /// How bad the scanner thinks it is.
    pub severity: &'a str,
    /// What it is about.
    pub resource: Option<ResourceView<'a>>,
    /// Why it is sorted so.
    pub reason: String,
    /// Rules, entries and routes that make it so.
    pub rules: Vec<RuleShown>,
    /// The calls that would settle it.
    pub needs: Vec<String>,
    /// The packet that gets there, or is stopped.
    pub witness: Option<WitnessView>,
    #[serde(skip)]
    order: State,
}

/// A part of the file that could not be read.
#[derive(Debug, Serialize)]
pub struct UnreadableView<'a> {
    /// Where.
    pub place: &'a str,
    /// Why.
    pub cause: &'a str,
}

impl<'a> TriageReport<'a> {
    /// The view of what was sorted.
    pub fn new(
        import: &'a Import,
        sorted: &'a [Sorted],
        settings: &'a Settings,
        network: &'a Network,
        snapshot: &'a Snapshot,
    ) -> TriageReport<'a> {
        let names = Names { network, snapshot, settings };
        let count = |state: State| sorted.iter().filter(|it| it.state == state).count();
        let kept = sorted.par_iter().filter(|it| it.state != State::LeftOut);
        let mut findings: Vec<SortedView<'a>> =
            kept.map_init(|| Solver::new(network), |solver, it| view(names, solver, it)).collect();
        findings.sort_by_key(|it| it.order);
        TriageReport {
            schema: super::super::SCHEMA,
            format: import.format,
            findings,
            counts: TriageCounts {
                reachable: count(State::Reachable),
                unknown: count(State::Unknown),
                unreachable: count(State::Unreachable),
                left_out: count(State::LeftOut),
                unreadable: import.unreadable.len(),
            },
            unreadable: import
                .unreadable
                .iter()
                .map(|Unreadable { place, cause }| UnreadableView { place, cause })
                .collect(),
            snapshot: SnapshotView::of(snapshot),
        }
    }
}

fn view<'a>(names: Names<'a>, solver: &mut Solver<'_>, sorted: &'a Sorted) -> SortedView<'a> {
    let context = names.context(nothing_asked());
    SortedView {
        state: sorted.state.as_text(),
        place: &sorted.foreign.place,
        check: &sorted.foreign.check,
        title: &sorted.foreign.title,
        severity: &sorted.foreign.severity,
        resource: sorted.subject.map(|it| resource(context, it)),
        reason: words::sentence(context, &sorted.reason.words),
        rules: sorted.reason.rules.iter().filter_map(|it| shown(context, *it)).collect(),
        needs: sorted.reason.needs.iter().map(|it| format!("aws {it}")).collect(),
        witness: sorted.witness.as_ref().map(|it| witness(names, solver, it)),
        order: sorted.state,
    }
}

/// Writes the object.
pub fn write_json(report: &TriageReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let text = inert(serde_json::to_string_pretty(report)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

/// Writes what was sorted for people.
pub fn write_text(report: &TriageReport<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    for finding in &report.findings {
        one(finding, &mut page);
    }
    if !report.findings.is_empty() {
        page.gap();
    }
    let counts = &report.counts;
    let summary = format!(
        "{} of {}: {} reachable, {} unknown, {} unreachable; {} not about the network or passed",
        counts.reachable + counts.unknown + counts.unreachable + counts.left_out,
        report.format,
        counts.reachable,
        counts.unknown,
        counts.unreachable,
        counts.left_out
    );
    page.line(0, &[(Tone::Plain, &summary)]);
    for unreadable in &report.unreadable {
        let line = format!("not read, {}: {}", unreadable.place, unreadable.cause);
        page.line(2, &[(Tone::Unsure, &line)]);
    }
    out.write_all(page.text().as_bytes())
}

fn one(finding: &SortedView<'_>, page: &mut Page) {
    let tone = match finding.order {
        State::Reachable => Tone::Bad,
        State::Unknown => Tone::Unsure,
        State::Unreachable | State::LeftOut => Tone::Faint,
    };
    let subject =
        finding.resource.as_ref().map(|it| super::super::sentence::with_name(&it.id, it.name.as_deref()));
    let rank = if finding.severity.is_empty() {
        String::new()
    } else {
        format!("({}, {})", finding.severity, finding.place)
    };
    page.line(
        0,
        &[
            (tone, finding.state),
            (Tone::Strong, subject.as_deref().unwrap_or_default()),
            (Tone::Plain, finding.check),
            (Tone::Faint, &rank),
        ],
    );
    page.line(2, &[(Tone::Plain, &finding.reason)]);
    for rule in &finding.rules {
        page.row(2, &[((Tone::Faint, "rule"), 6)], &[(Tone::Plain, &rule.rule), (Tone::Faint, &rule.words)]);
    }
    for call in &finding.needs {
        page.row(2, &[((Tone::Faint, "needs"), 6)], &[(Tone::Plain, call)]);
    }
    // Of what is stopped, the reason tells it all.
    if let Some(witness) = finding.witness.as_ref().filter(|_| finding.order == State::Reachable) {
        let line = packet_words(witness);
        page.row(2, &[((Tone::Faint, "packet"), 6)], &[(Tone::Plain, &line)]);
        let hops = hops_words(&witness.hops);
        if !hops.is_empty() {
            page.row(2, &[((Tone::Faint, "way"), 6)], &[(Tone::Plain, &hops)]);
        }
    }
}
