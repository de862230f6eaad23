//! Dependencies of a thing as a table: each with its way, or with what stops it and what would help.

use std::io::{self, Write};

use serde::Serialize;

use super::json::inert;
use super::remark::NO_ENDPOINT;
use super::sentence::with_name;
use super::text::page::{Page, Tone};
use super::text::{Style, mark, tone};
use super::view::{ComponentView, PathView, Report, SnapshotView};
use crate::snapshot::Snapshot;
use crate::solver::Verdict;

/// What was asked of a dependency.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// What it is called.
    pub name: String,
    /// The other end.
    pub other: String,
    /// Which packets.
    pub traffic: String,
    /// What it is for.
    pub why: String,
    /// The endpoint service that would serve it.
    pub endpoint: Option<String>,
    /// Whether it works without.
    pub is_optional: bool,
    /// Whether the other end begins.
    pub is_inbound: bool,
}

/// A dependency, answered.
#[derive(Debug, Serialize)]
pub struct Dependency {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub why: String,
    /// The other end.
    pub other_end: String,
    /// `outbound`, or `inbound` where the other end begins.
    pub direction: &'static str,
    /// Which packets.
    pub traffic: String,
    /// Whether it works without.
    pub is_optional: bool,
    /// The verdict.
    pub verdict: &'static str,
    /// What the name resolves to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolves: Option<String>,
    /// The way that packets take.
    pub way: Option<Way>,
    /// What stops them.
    pub blockers: Vec<Stop>,
    /// What would help.
    pub helps: Vec<String>,
    /// Why it could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip)]
    judged: Verdict,
}

/// The way that packets take, by what they leave the VPC through.
#[derive(Debug, Serialize)]
pub struct Way {
    /// `interface-endpoint`, `gateway-endpoint`, `nat-gateway`, `internet-gateway`, …; `local` inside the VPC.
    pub kind: &'static str,
    /// Whether it leads past the internet.
    pub is_private: bool,
    /// What it leads through.
    pub through: Vec<String>,
}

/// What stops packets.
#[derive(Debug, Serialize)]
pub struct Stop {
    /// AWS's code, or ours.
    pub code: &'static str,
    /// Where.
    pub component: String,
    /// In a sentence.
    pub words: String,
}

/// All dependencies of a thing.
#[derive(Debug, Serialize)]
pub struct Dependencies<'a> {
    /// The version of this form.
    pub schema: u32,
    /// The preset.
    pub preset: &'a str,
    /// What it is for.
    pub about: &'a str,
    /// What was asked about.
    pub source: &'a str,
    /// Over those that it cannot do without.
    pub verdict: &'static str,
    /// Each.
    pub dependencies: Vec<Dependency>,
    /// What was answered from.
    pub snapshot: SnapshotView<'a>,
    #[serde(skip)]
    judged: Verdict,
}

impl Dependency {
    /// One that nobody could ask about.
    pub fn unanswered(asked: Asked, error: String, help: Option<String>) -> Dependency {
        Dependency {
            error: Some(error),
            helps: help.into_iter().collect(),
            ..Dependency::of(asked, Verdict::Unknown)
        }
    }

    /// One with its answer.
    pub fn answered(asked: Asked, report: &Report<'_>) -> Dependency {
        let endpoint = asked.endpoint.clone();
        let judged = report.judged;
        let works = |path: &&PathView<'_>| matches!(path.judged, Verdict::Reachable | Verdict::Partial);
        let way = report.paths.iter().find(works).map(|path| way(report, path));
        let names = report.assumptions.iter().find(|it| it.code.starts_with("DNS_RESOLVES"));
        let is_public = names.is_some_and(|it| it.code == "DNS_RESOLVES_PUBLIC");
        let stops = report.explanations.iter().filter(|it| !it.is_later).map(|it| Stop {
            code: it.code,
            component: with_name(it.component.id, it.component.name),
            words: it.words.clone(),
        });
        let mut helps: Vec<String> = Vec::new();
        if judged != Verdict::Reachable {
            // A name that stands for a public address is better answered by an endpoint than by a way out.
            let service = endpoint.filter(|_| is_public || way.is_none());
            helps.extend(service.filter(|_| is_public).map(|it| endpoint_words(&it)));
            let missing = report.explanations.iter().filter(|it| !it.is_later).flat_map(|it| &it.missing);
            helps.extend(missing.map(|it| it.words.clone()));
            let lacking = report.assumptions.iter().filter(|it| it.makes_unknown);
            helps.extend(lacking.filter_map(|it| it.needs.as_ref().map(|call| format!("add {call}"))));
        }
        Dependency {
            resolves: names.map(|it| it.words.clone()),
            way,
            blockers: stops.collect(),
            helps,
            ..Dependency::of(asked, judged)
        }
    }

    fn of(asked: Asked, judged: Verdict) -> Dependency {
        Dependency {
            name: asked.name,
            why: asked.why,
            other_end: asked.other,
            direction: if asked.is_inbound { "inbound" } else { "outbound" },
            traffic: asked.traffic,
            is_optional: asked.is_optional,
            verdict: judged.as_text(),
            resolves: None,
            way: None,
            blockers: Vec::new(),
            helps: Vec::new(),
            error: None,
            judged,
        }
    }
}

fn endpoint_words(service: &str) -> String {
    match service {
        "s3" | "dynamodb" => format!("a gateway endpoint for {service} in the subnet's route table"),
        _ => format!("an interface endpoint for {service} with private DNS in the VPC"),
    }
}

/// What a path leads through.
fn way(report: &Report<'_>, path: &PathView<'_>) -> Way {
    let components = &path.forward_path_components;
    let of_kind = |kind: &str| -> Vec<String> {
        let found = components.iter().filter(|it| it.kind == kind);
        found.map(|it| with_name(it.id, it.name)).collect()
    };
    let through = |kinds: &[&str]| -> Vec<String> { kinds.iter().flat_map(|kind| of_kind(kind)).collect() };
    if let Some(endpoint) = components.last().and_then(|last| endpoint_of(report, last)) {
        return Way { kind: "interface-endpoint", is_private: true, through: vec![endpoint] };
    }
    let kinds: &[(&'static str, bool, &[&str])] = &[
        ("gateway-endpoint", true, &["vpc-endpoint"]),
        ("nat-gateway", false, &["nat-gateway", "internet-gateway"]),
        ("internet-gateway", false, &["internet-gateway"]),
        ("egress-only-internet-gateway", false, &["egress-only-internet-gateway"]),
        ("transit-gateway", true, &["transit-gateway"]),
        ("vpc-peering-connection", true, &["vpc-peering-connection"]),
    ];
    let found = kinds.iter().find(|(_, _, parts)| components.iter().any(|it| it.kind == parts[0]));
    match found {
        Some((kind, is_private, parts)) => Way { kind, is_private: *is_private, through: through(parts) },
        None => Way { kind: "local", is_private: true, through: Vec::new() },
    }
}

/// The endpoint that an interface is of.
fn endpoint_of(report: &Report<'_>, component: &ComponentView<'_>) -> Option<String> {
    let endpoints = &report.context.snapshot.model.vpc_endpoints;
    let endpoint = endpoints.iter().find(|it| it.interfaces.iter().any(|id| id.as_str() == component.id))?;
    Some(with_name(endpoint.id.as_str(), endpoint.about.name()))
}

impl<'a> Dependencies<'a> {
    /// The table of some dependencies.
    pub fn new(
        preset: &'a str,
        about: &'a str,
        source: &'a str,
        dependencies: Vec<Dependency>,
        snapshot: &'a Snapshot,
    ) -> Dependencies<'a> {
        let needed: Vec<Verdict> =
            dependencies.iter().filter(|it| !it.is_optional).map(|it| it.judged).collect();
        let judged = together(&needed);
        Dependencies {
            schema: 1,
            preset,
            about,
            source,
            verdict: judged.as_text(),
            dependencies,
            snapshot: SnapshotView::of(snapshot),
            judged,
        }
    }

    /// The verdict over those that it cannot do without.
    pub fn judged(&self) -> Verdict {
        self.judged
    }
}

/// One that fails fails all; one that nobody knows matters where the others work.
fn together(needed: &[Verdict]) -> Verdict {
    let is_all = |verdict: Verdict| needed.iter().all(|it| *it == verdict);
    let is_lost = |it: &Verdict| matches!(it, Verdict::Blocked | Verdict::ForwardOnly);
    if is_all(Verdict::Reachable) {
        Verdict::Reachable
    } else if needed.iter().all(is_lost) {
        Verdict::Blocked
    } else if needed.iter().any(|it| is_lost(it) || *it == Verdict::Partial) {
        Verdict::Partial
    } else {
        Verdict::Unknown
    }
}

/// Prints it for programs.
pub fn write_json(table: &Dependencies<'_>, out: &mut dyn Write) -> io::Result<()> {
    let text = inert(serde_json::to_string_pretty(table)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

/// Prints it for people.
pub fn write_text(table: &Dependencies<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    headline(table, &mut page);
    for (title, is_optional) in [("needed:", false), ("optional:", true)] {
        let rows: Vec<&Dependency> =
            table.dependencies.iter().filter(|it| it.is_optional == is_optional).collect();
        if !rows.is_empty() {
            page.title(title, "");
            rows.into_iter().for_each(|row| dependency(row, &mut page));
        }
    }
    out.write_all(page.text().as_bytes())
}

fn headline(table: &Dependencies<'_>, page: &mut Page) {
    let needed: Vec<&Dependency> = table.dependencies.iter().filter(|it| !it.is_optional).collect();
    let lost: Vec<&str> =
        needed.iter().filter(|it| it.judged != Verdict::Reachable).map(|it| it.name.as_str()).collect();
    let words = match (needed.len(), lost.as_slice()) {
        (0, _) => format!("{} needs nothing that is listed here", table.source),
        (count, []) => format!("{} reaches all {count} that it needs ({})", table.source, table.preset),
        (count, lost) => format!(
            "{} reaches {} of {count} that it needs ({}); it lacks {}",
            table.source,
            count - lost.len(),
            table.preset,
            lost.join("; ")
        ),
    };
    let verdict = format!("{} {}:", mark(table.judged), table.verdict);
    page.line(0, &[(tone(table.judged), &verdict), (Tone::Plain, &words)]);
    page.line(2, &[(Tone::Faint, table.about)]);
}

/// A line for what works, a few for what does not.
fn dependency(row: &Dependency, page: &mut Page) {
    let side = if row.direction == "inbound" { "from" } else { "to" };
    let way = row.way.as_ref().map(way_words).unwrap_or_default();
    let is_wanted = row.judged != Verdict::Reachable || page.style.verbose;
    let name = if way.is_empty() { row.name.clone() } else { format!("{}:", row.name) };
    page.line(2, &[(tone(row.judged), mark(row.judged)), (Tone::Strong, &name), (Tone::Plain, &way)]);
    if !is_wanted {
        return;
    }
    let ends = format!("{side} {}, {}", row.other_end, row.traffic);
    page.line(6, &[(Tone::Faint, &ends)]);
    if !row.why.is_empty() {
        page.line(6, &[(Tone::Faint, &row.why)]);
    }
    // That no endpoint has the name is what the help says too.
    let is_telling = |words: &&String| page.style.verbose || !words.ends_with(NO_ENDPOINT);
    if let Some(words) = row.resolves.as_ref().filter(is_telling) {
        page.line(6, &[(Tone::Plain, words)]);
    }
    if let Some(error) = &row.error {
        page.line(6, &[(Tone::Bad, error)]);
    }
    for stop in &row.blockers {
        let place = format!("at {}:", stop.component);
        page.line(6, &[(Tone::Bad, stop.code), (Tone::Plain, &place), (Tone::Plain, &stop.words)]);
    }
    for (number, help) in row.helps.iter().enumerate() {
        let word = if number == 0 { "helps" } else { "or" };
        page.row(6, &[((Tone::Good, word), "helps".len())], &[(Tone::Plain, help)]);
    }
}

fn way_words(way: &Way) -> String {
    let through = way.through.join(", ");
    match (way.kind, way.is_private) {
        ("local", _) => "inside the VPC".to_owned(),
        ("nat-gateway" | "internet-gateway", _) => format!("by the internet, through {through}"),
        (_, true) => format!("by {through}"),
        (_, false) => format!("by the internet, through {through}"),
    }
}
