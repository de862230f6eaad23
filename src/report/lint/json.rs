//! Findings as one JSON object (`docs/json.md`), and the baseline file.

use std::io::{self, Write};

use serde::Serialize;

use super::super::json::inert;
use super::LintReport;
use crate::lint::Outcome;

/// Writes the object.
pub fn write(report: &LintReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let text = inert(serde_json::to_string_pretty(report)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

/// What stands in a baseline file.
#[derive(Serialize)]
struct File<'a> {
    schema: u32,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    lint: &'static str,
    resource: &'a str,
    fingerprint: &'a str,
}

/// Writes a baseline of everything that was found and is not waived.
pub fn write_baseline(report: &LintReport<'_>, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let shown = report.findings.iter().map(|it| Entry {
        lint: it.lint,
        resource: &it.resource.id,
        fingerprint: it.fingerprint,
    });
    let known = outcome.known.iter().filter(|it| matches!(it.1, crate::lint::Known::Baseline));
    let known =
        known.map(|it| Entry { lint: it.0.lint.id, resource: "", fingerprint: it.0.fingerprint.as_str() });
    let mut findings: Vec<Entry<'_>> = shown.chain(known).collect();
    findings.sort_by_key(|it| (it.lint, it.fingerprint));
    let text = inert(serde_json::to_string_pretty(&File { schema: 1, findings })?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}
