//! Findings for people: the gravest first, each with its packet and what to do; at the end, what was checked.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::super::sentence::with_name;
use super::super::text::Style;
use super::super::text::page::{Page, Tone};
use super::{FindingView, HopView, LintReport, MOST_TOLD, RanView, ResourceView, WitnessView};
use crate::lint::Severity;

/// How many have a line; the others are counted.
const MOST_LISTED: usize = 10;

/// Writes findings for people.
pub fn write(report: &LintReport<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    // Findings come by severity and lint: those alike stand together.
    let alike =
        report.findings.chunk_by(|one, other| (one.lint, one.graveness) == (other.lint, other.graveness));
    for findings in alike {
        let most = if page.style.verbose { usize::MAX } else { MOST_LISTED };
        for (number, finding) in findings.iter().take(most).enumerate() {
            one(finding, number < MOST_TOLD || page.style.verbose, &mut page);
        }
        if findings.len() > most {
            let (count, first) = (findings.len() - most, &findings[0]);
            let words =
                format!("and {count} more {} of {} (--verbose tells all)", first.severity, first.lint);
            page.line(0, &[(tone(first.graveness), &words)]);
        }
    }
    if !report.findings.is_empty() {
        page.gap();
    }
    for line in summary(report) {
        page.line(0, &[(Tone::Plain, &line)]);
    }
    let gaps = gaps(report);
    for line in &gaps {
        page.line(2, &[(Tone::Unsure, line)]);
    }
    out.write_all(page.text().as_bytes())
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Medium => Tone::Unsure,
        Severity::Low | Severity::Info => Tone::Faint,
    }
}

fn one(finding: &FindingView<'_>, is_told: bool, page: &mut Page) {
    let head = format!("{} {} {}:", finding.severity, finding.lint, finding.name);
    let subject = subject(finding);
    let likely = if finding.confidence == "likely" { "(likely)" } else { "" };
    page.line(
        0,
        &[
            (tone(finding.graveness), &head),
            (Tone::Strong, &subject),
            (Tone::Plain, &finding.message),
            (Tone::Faint, likely),
        ],
    );
    if !is_told {
        return;
    }
    for note in &finding.notes {
        page.line(2, &[(Tone::Plain, note)]);
    }
    for rule in &finding.rules {
        let place = rule.place.as_deref().filter(|_| page.style.verbose).unwrap_or_default();
        page.row(
            2,
            &[((Tone::Faint, "rule"), 6)],
            &[
                (Tone::Plain, &rule.rule),
                (Tone::Faint, &words_beside(&rule.rule, &rule.words)),
                (Tone::Faint, place),
            ],
        );
    }
    if let Some(witness) = &finding.witness {
        let line = packet_words(witness);
        page.row(2, &[((Tone::Faint, "packet"), 6)], &[(Tone::Plain, &line)]);
        let hops = hops_words(&witness.hops);
        if !hops.is_empty() {
            page.row(2, &[((Tone::Faint, "way"), 6)], &[(Tone::Plain, &hops)]);
        }
    }
    for flow in &finding.flows {
        page.row(2, &[((Tone::Faint, "flows"), 6)], &[(Tone::Plain, flow)]);
    }
    if !finding.remedy.is_empty() {
        page.row(2, &[((Tone::Good, "fix"), 6)], &[(Tone::Plain, &finding.remedy)]);
    }
    if page.style.verbose {
        places(&finding.resource, page);
        finding.related.iter().for_each(|it| places(it, page));
    }
}

/// What a finding is about: id and name.
pub(super) fn subject(finding: &FindingView<'_>) -> String {
    with_name(&finding.resource.id, finding.resource.name.as_deref())
}

/// What a rule says, unless its name says it.
fn words_beside(rule: &str, words: &str) -> String {
    if rule.ends_with(words) || words.is_empty() { String::new() } else { format!("({words})") }
}

fn places(resource: &ResourceView<'_>, page: &mut Page) {
    if let Some(place) = &resource.place {
        let place = format!("{}: {}", place.file, place.element);
        page.row(2, &[((Tone::Faint, "at"), 6)], &[(Tone::Faint, &resource.id), (Tone::Faint, &place)]);
    }
}

/// The packet, or the question where no packet gets anywhere.
pub(super) fn packet_words(witness: &WitnessView) -> String {
    let question = &witness.question;
    match &witness.packet {
        Some(packet) => {
            let port = |port: Option<u16>| port.map(|it| format!(":{it}")).unwrap_or_default();
            format!(
                "{} {}{} -> {}{} ({} -> {}: {})",
                packet.protocol,
                packet.source,
                port(packet.source_port),
                packet.destination,
                port(packet.destination_port),
                question.source,
                question.destination,
                witness.verdict,
            )
        }
        None => {
            let codes = match witness.codes.as_slice() {
                [] => String::new(),
                codes => format!(", {}", codes.join(", ")),
            };
            format!(
                "{} -> {} {}: {}{codes}",
                question.source, question.destination, question.traffic, witness.verdict
            )
        }
    }
}

/// Ids on the way, one after the other.
pub(super) fn hops_words(hops: &[HopView]) -> String {
    let mut words: Vec<String> = Vec::new();
    for hop in hops {
        let drop = hop.code.map(|it| format!(" ✗ {it}")).unwrap_or_default();
        let by = hop.by.as_deref().and_then(|it| it.strip_prefix(hop.id.as_str()));
        words.push(format!("{}{}{drop}", hop.id, by.unwrap_or_default()));
    }
    words.join(" → ")
}

/// How many findings, of what was looked at.
pub(super) fn summary(report: &LintReport<'_>) -> Vec<String> {
    let counts = &report.counts;
    let named = [
        (counts.critical, "critical"),
        (counts.high, "high"),
        (counts.medium, "medium"),
        (counts.low, "low"),
        (counts.info, "info"),
    ];
    let parts: Vec<String> =
        named.iter().filter(|it| it.0 > 0).map(|it| format!("{} {}", it.0, it.1)).collect();
    let found = match report.findings.len() {
        0 => "no findings".to_owned(),
        1 => format!("1 finding ({})", parts.join(", ")),
        count => format!("{count} findings ({})", parts.join(", ")),
    };
    let state = |wanted: &str| report.lints.iter().filter(|it| it.state == wanted).count();
    let (checked, in_part, skipped) = (state("checked"), state("in-part"), state("skipped"));
    let mut line =
        format!("{found}: {checked} of {} lints checked everything that they are about", report.lints.len());
    if in_part > 0 {
        line.push_str(&format!(", {in_part} a part of it"));
    }
    if skipped > 0 {
        line.push_str(&format!(", {skipped} skipped"));
    }
    let mut lines = vec![line];
    let hidden = &report.hidden;
    let mut hiding = Vec::new();
    for (count, words) in [
        (hidden.waived, "waived"),
        (hidden.in_baseline, "in the baseline"),
        (hidden.milder, "milder than asked for"),
    ] {
        if count > 0 {
            hiding.push(format!("{count} {words}"));
        }
    }
    if !hiding.is_empty() {
        lines.push(format!("not shown: {}", hiding.join(", ")));
    }
    if hidden.gone_from_baseline > 0 {
        lines.push(format!(
            "{} entries of the baseline are mended: write it anew with --write-baseline",
            hidden.gone_from_baseline
        ));
    }
    lines
}

/// What could not be checked, by call.
pub(super) fn gaps(report: &LintReport<'_>) -> Vec<String> {
    let lacking: Vec<&RanView> = report.lints.iter().filter(|it| !it.missing.is_empty()).collect();
    let calls: BTreeSet<&String> = lacking.iter().flat_map(|it| &it.missing).collect();
    calls
        .into_iter()
        .map(|call| {
            let lints: Vec<&str> =
                lacking.iter().filter(|it| it.missing.contains(call)).map(|it| it.lint).collect();
            format!("{}: {call}", lints.join(", "))
        })
        .collect()
}
