//! Findings of lints as views, and the formats that print them: text, JSON, SARIF, GitHub's annotations, JUnit, Markdown.

mod words;
mod page;
mod text;
mod json;
mod sarif;
mod github;
mod junit;
mod markdown;
mod triage;

use std::borrow::Cow;

use rayon::prelude::*;
use serde::Serialize;

use super::name;
use super::rule::{Met, rule};
use super::view::{ComponentView, SnapshotView};
use super::{Context, Question, Report, destination_text, source_text, traffic};
use crate::lint::{Finding, Known, Missing, Outcome, Settings, Severity, State, Subject, Witness};
use crate::model::Place;
use crate::network::{Component, Network, Origin};
use crate::packet::AddressSet;
use crate::snapshot::Snapshot;
use crate::solver::{Query, Solver, solve_with};

pub use github::write as write_github;
pub use json::{write as write_json, write_baseline};
pub use junit::write as write_junit;
pub use markdown::write as write_markdown;
pub use page::{index, page};
pub use sarif::write as write_sarif;
pub use text::write as write_text;
pub use triage::{
    SortedView, TriageCounts, TriageReport, UnreadableView, write_json as write_triage_json,
    write_text as write_triage_text,
};

/// How many findings of one lint and severity are told at length, where not all are.
const MOST_TOLD: usize = 3;

/// Which findings are told with their witnesses' ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// All of them.
    All,
    /// The first few of each lint and severity, as text without `--verbose` does.
    First,
}

/// What lints found, ready to print.
#[derive(Debug, Serialize)]
pub struct LintReport<'a> {
    /// The version of this form.
    pub schema: u32,
    /// Findings, the gravest first.
    pub findings: Vec<FindingView<'a>>,
    /// How many of each severity.
    pub counts: Counts,
    /// How many findings are not shown, and why.
    pub hidden: Hidden,
    /// Every lint that was asked for.
    pub lints: Vec<RanView>,
    /// What was looked at.
    pub snapshot: SnapshotView<'a>,
}

/// How many findings of each severity.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Counts {
    /// Critical.
    pub critical: usize,
    /// High.
    pub high: usize,
    /// Medium.
    pub medium: usize,
    /// Low.
    pub low: usize,
    /// Info.
    pub info: usize,
}

/// How many findings are not shown, and why.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Hidden {
    /// A waiver covers them.
    pub waived: usize,
    /// They stand in the baseline.
    pub in_baseline: usize,
    /// They are milder than what was asked for.
    pub milder: usize,
    /// Entries of the baseline that were found no more.
    pub gone_from_baseline: usize,
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct FindingView<'a> {
    /// `NP005`
    pub lint: &'static str,
    /// `nat-missing-in-az`
    pub name: &'static str,
    /// `critical`, `high`, `medium`, `low`, `info`.
    pub severity: &'static str,
    /// `certain`, or `likely` where it leans on a name or a habit.
    pub confidence: &'static str,
    /// The groups of the lint.
    pub groups: Vec<&'static str>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What more there is to say.
    pub notes: Vec<String>,
    /// What it is about.
    pub resource: ResourceView<'a>,
    /// What else has a part in it.
    pub related: Vec<ResourceView<'a>>,
    /// Rules, entries and routes that make it so.
    pub rules: Vec<RuleShown>,
    /// What would change for whom.
    pub flows: Vec<String>,
    /// The packet that shows it; absent as well where it is not going to be told.
    pub witness: Option<WitnessView>,
    /// What to do.
    pub remedy: String,
    /// What it is known by from one run to the next.
    pub fingerprint: &'a str,
    #[serde(skip)]
    pub(super) graveness: Severity,
}

/// A resource of a finding.
#[derive(Debug, Clone, Serialize)]
pub struct ResourceView<'a> {
    /// AWS's id.
    pub id: Cow<'a, str>,
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: Option<Cow<'a, str>>,
    /// Its owner.
    pub account: Option<&'a str>,
    /// Its Region.
    pub region: Option<&'a str>,
    /// Where it stands in the snapshot.
    pub place: Option<PlaceView>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceView {
    /// The file.
    pub file: String,
    /// The element, or the line of a settings file.
    pub element: String,
}

/// A rule of a finding.
#[derive(Debug, Clone, Serialize)]
pub struct RuleShown {
    /// In short.
    pub rule: String,
    /// What it says.
    pub words: String,
    /// Where it stands.
    pub place: Option<String>,
}

/// A packet that shows a finding.
#[derive(Debug, Serialize)]
pub struct WitnessView {
    /// What was asked.
    pub question: Question,
    /// The answer.
    pub verdict: &'static str,
    /// One packet, where one gets anywhere.
    pub packet: Option<PacketView>,
    /// What it meets on its way.
    pub hops: Vec<HopView>,
    /// Codes of what stands in the way.
    pub codes: Vec<&'static str>,
}

/// A packet.
#[derive(Debug, Clone, Serialize)]
pub struct PacketView {
    /// `tcp`, `udp`, a number.
    pub protocol: Cow<'static, str>,
    /// Its source.
    pub source: String,
    /// Its destination.
    pub destination: String,
    /// Its source port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_port: Option<u16>,
    /// Its destination port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_port: Option<u16>,
}

/// What a packet meets.
#[derive(Debug, Clone, Serialize)]
pub struct HopView {
    /// AWS's id.
    pub id: String,
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `pass`, `translate`, `drop`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub decision: &'static str,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why it is dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

/// A lint that was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct RanView {
    /// `NP005`
    pub lint: &'static str,
    /// `nat-missing-in-az`
    pub name: &'static str,
    /// `checked`, `in-part`, `skipped`.
    pub state: &'static str,
    /// How many things it looked at.
    pub looked_at: usize,
    /// What they are.
    pub what: &'static str,
    /// How many findings are shown.
    pub findings: usize,
    /// What it lacks: `skipped: needs aws ec2 describe-…`.
    pub missing: Vec<String>,
}

impl<'a> LintReport<'a> {
    /// The view of what lints found. Witnesses are asked for their ways here, and of those alike as many as are told.
    pub fn new(
        outcome: &'a Outcome,
        settings: &'a Settings,
        network: &'a Network,
        snapshot: &'a Snapshot,
        told: Told,
    ) -> LintReport<'a> {
        let names = Names { network, snapshot, settings };
        let alike = outcome.findings.chunk_by(are_alike);
        let numbered: Vec<(usize, &Finding)> = alike.flat_map(|it| it.iter().enumerate()).collect();
        let views = numbered.into_par_iter().map_init(
            || Solver::new(network),
            |solver, (number, it)| {
                let is_told = told == Told::All || number < MOST_TOLD;
                let witness = it.witness.as_ref().filter(|_| is_told).map(|it| witness(names, solver, it));
                finding(names, it, witness)
            },
        );
        let findings: Vec<FindingView<'a>> = views.collect();
        let mut counts = Counts::default();
        for finding in &findings {
            *counts.of(finding.graveness) += 1;
        }
        let known = |wanted: fn(&Known) -> bool| outcome.known.iter().filter(|it| wanted(&it.1)).count();
        LintReport {
            schema: super::SCHEMA,
            counts,
            hidden: Hidden {
                waived: known(|it| matches!(it, Known::Waived(_))),
                in_baseline: known(|it| matches!(it, Known::Baseline)),
                milder: outcome.milder,
                gone_from_baseline: outcome.gone,
            },
            lints: outcome.ran.iter().map(|it| ran(it, &findings)).collect(),
            findings,
            snapshot: SnapshotView::of(snapshot),
        }
    }

    /// The gravest severity of what is shown.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|it| it.graveness).max()
    }
}

impl Counts {
    fn of(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        }
    }
}

/// What names come from.
#[derive(Clone, Copy)]
struct Names<'a> {
    network: &'a Network,
    snapshot: &'a Snapshot,
    settings: &'a Settings,
}

impl<'a> Names<'a> {
    fn context(self, query: &'a Query) -> Context<'a> {
        Context { query, network: self.network, snapshot: self.snapshot }
    }
}

/// Ways do not depend on the words of a question.
static NO_QUESTION: Question =
    Question { source: String::new(), destination: String::new(), traffic: String::new() };

/// Names do not depend on a question, and what makes them wants one.
fn nothing_asked() -> &'static Query {
    static NOTHING: std::sync::OnceLock<Query> = std::sync::OnceLock::new();
    NOTHING.get_or_init(Query::default)
}

/// Whether two findings are of one lint and severity.
fn are_alike(one: &Finding, other: &Finding) -> bool {
    (one.severity, one.lint.id) == (other.severity, other.lint.id)
}

fn finding<'a>(names: Names<'a>, finding: &'a Finding, witness: Option<WitnessView>) -> FindingView<'a> {
    let context = names.context(nothing_asked());
    let sentence = |it| words::sentence(context, it);
    FindingView {
        lint: finding.lint.id,
        name: finding.lint.name,
        severity: finding.severity.as_text(),
        confidence: finding.confidence.as_text(),
        groups: finding.lint.groups().iter().map(|it| it.as_text()).collect(),
        message: sentence(&finding.message),
        notes: finding.notes.iter().map(sentence).collect(),
        resource: subject(names, context, finding.subject),
        related: related(context, finding),
        rules: finding.rules.iter().filter_map(|it| shown(context, *it)).collect(),
        flows: finding.flows.iter().map(sentence).collect(),
        witness,
        remedy: sentence(&finding.remedy),
        fingerprint: &finding.fingerprint,
        graveness: finding.severity,
    }
}

fn related<'a>(context: Context<'a>, finding: &Finding) -> Vec<ResourceView<'a>> {
    let mut seen: Vec<Component> = Vec::new();
    for component in &finding.related {
        let is_subject = finding.subject == Subject::Thing(*component);
        if !is_subject && !seen.contains(component) {
            seen.push(*component);
        }
    }
    seen.into_iter().map(|it| resource(context, it)).collect()
}

fn subject<'a>(names: Names<'a>, context: Context<'a>, subject: Subject) -> ResourceView<'a> {
    match subject {
        Subject::Thing(component) => resource(context, component),
        Subject::Waiver(number) => {
            let waiver = names.settings.waivers.get(number);
            ResourceView {
                id: waiver.map_or("", |it| it.resource.as_str()).into(),
                kind: "waiver",
                name: None,
                account: None,
                region: None,
                place: waiver.and_then(|it| {
                    let (file, line) = it.place.rsplit_once(':')?;
                    Some(PlaceView { file: file.to_owned(), element: format!("line {line}") })
                }),
            }
        }
    }
}

fn resource<'a>(context: Context<'a>, component: Component) -> ResourceView<'a> {
    let named = name::named(context, component);
    ResourceView {
        id: named.id.into(),
        kind: named.kind,
        name: named.name.map(Cow::Borrowed),
        account: named.account,
        region: named.region,
        place: place_of(context, component).map(|it| place(context, it)),
    }
}

fn place_of(context: Context<'_>, component: Component) -> Option<Place> {
    match component {
        Component::Resource(kind, row) => {
            kind.about(&context.snapshot.model, row as usize).map(|it| it.place)
        }
        Component::Internet | Component::Service(_) | Component::OnPremises => None,
    }
}

fn place(context: Context<'_>, place: Place) -> PlaceView {
    let located = context.snapshot.locate(place);
    PlaceView { file: located.file.to_owned(), element: located.element }
}

fn shown(context: Context<'_>, origin: Origin) -> Option<RuleShown> {
    let view = rule(
        context,
        Met { origin, at: Component::Internet, destination: &AddressSet::empty(crate::packet::Family::V4) },
    )?;
    Some(RuleShown { rule: view.rule, words: view.words, place: view.place })
}

/// Asks a witness's question.
fn witness(names: Names<'_>, solver: &mut Solver<'_>, witness: &Witness) -> WitnessView {
    let query = &witness.query;
    let answer = &solve_with(solver, query);
    let context = names.context(query);
    let family = query.family.unwrap_or(crate::packet::Family::V4);
    let question = Question {
        source: query.sources.first().map(|it| source_text(context, it, family)).unwrap_or_default(),
        destination: query
            .destinations
            .first()
            .map(|it| destination_text(context, it, family))
            .unwrap_or_default(),
        traffic: words::traffic_text(&query.traffic.intervals),
    };
    let report = Report::new(&NO_QUESTION, query, answer, names.network, names.snapshot);
    let hops: Vec<HopView> = report
        .paths
        .first()
        .map(|path| path.forward_path_components.iter().map(hop).collect())
        .unwrap_or_default();
    let mut codes: Vec<&'static str> =
        report.explanations.iter().filter(|it| !it.is_later).map(|it| it.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let packet = answer.pairs.iter().find_map(|it| it.witness.as_ref()).map(|it| PacketView {
        protocol: traffic::protocol_text(it.protocol),
        source: it.source.to_string(),
        destination: it.destination.to_string(),
        source_port: it.source_port,
        destination_port: it.destination_port,
    });
    WitnessView { question, verdict: answer.verdict.as_text(), packet, hops, codes }
}

fn hop(component: &ComponentView<'_>) -> HopView {
    HopView {
        id: component.id.to_owned(),
        kind: component.kind,
        name: component.name.map(str::to_owned),
        decision: component.decision,
        by: component.by.as_ref().map(|it| it.rule.clone()),
        code: component.code,
    }
}

fn ran(ran: &crate::lint::Ran, findings: &[FindingView<'_>]) -> RanView {
    RanView {
        lint: ran.lint.id,
        name: ran.lint.name,
        state: match ran.state {
            State::Checked => "checked",
            State::InPart => "in-part",
            State::Skipped => "skipped",
        },
        looked_at: ran.looked_at,
        what: if ran.looked_at == 1 { ran.what.0 } else { ran.what.1 },
        findings: findings.iter().filter(|it| it.lint == ran.lint.id).count(),
        missing: ran.missing.iter().map(missing).collect(),
    }
}

fn missing(missing: &Missing) -> String {
    let whose = missing.account.as_ref().map(|it| format!(" of {it}")).unwrap_or_default();
    let place = missing.region.as_ref().map(|it| format!(" in {it}")).unwrap_or_default();
    format!("skipped: needs aws {}{whose}{place}", missing.call)
}
