//! Findings as Markdown, for comments on changes and for wikis.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::LintReport;
use super::text::{gaps, hops_words, packet_words, summary};

/// Writes a table, and each finding below it.
pub fn write(report: &LintReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::from("# netpath lint\n\n");
    for line in summary(report) {
        let _ = writeln!(text, "{}\n", cell(&line));
    }
    if !report.findings.is_empty() {
        text.push_str("| severity | lint | resource | finding |\n|---|---|---|---|\n");
    }
    for finding in &report.findings {
        let _ = writeln!(
            text,
            "| {} | {} {} | `{}` | {} |",
            finding.severity,
            finding.lint,
            finding.name,
            code(&finding.resource.id),
            cell(&finding.message),
        );
    }
    for finding in &report.findings {
        let (id, message) = (code(&finding.resource.id), cell(&finding.message));
        let _ = writeln!(text, "\n## {} `{id}`\n\n{message}\n", finding.lint);
        let mut item = |what: &str, words: &str| {
            let _ = writeln!(text, "- {what}: {}", cell(words));
        };
        finding.notes.iter().for_each(|it| item("also", it));
        finding.flows.iter().for_each(|it| item("flows", it));
        if let Some(witness) = &finding.witness {
            item("packet", &packet_words(witness));
            item("way", &hops_words(&witness.hops));
        }
        if !finding.remedy.is_empty() {
            item("fix", &finding.remedy);
        }
    }
    let gaps = gaps(report);
    if !gaps.is_empty() {
        text.push_str("\n## Not checked\n\n");
        for line in gaps {
            let _ = writeln!(text, "- {}", cell(&line));
        }
    }
    out.write_all(text.as_bytes())
}

/// Text that stays one cell and makes no markup of its own.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => safe.push(' '),
            '|' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '\\' => safe.extend(['\\', letter]),
            letter if letter.is_control() => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Text between backticks.
fn code(text: &str) -> String {
    text.chars().map(|it| if it == '`' || it == '|' || it.is_control() { '?' } else { it }).collect()
}
