//! Findings as SARIF 2.1.0, which code scanning of GitHub and others take.
//!
//! The packet that shows a finding is a code flow: each thing that it meets is a step, with the place in the snapshot
//! where that stands.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::json::inert;
use super::text::packet_words;
use super::{FindingView, LintReport, PlaceView, ResourceView, page};
use crate::lint::{LINTS, Lint, Severity};

/// Writes the log.
pub fn write(report: &LintReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let asked: Vec<&'static Lint> =
        report.lints.iter().filter_map(|ran| LINTS.iter().find(|it| it.id == ran.lint).copied()).collect();
    let notifications: Vec<Value> = report
        .lints
        .iter()
        .flat_map(|it| it.missing.iter().map(move |missing| (it, missing)))
        .map(|(it, missing)| {
            json!({ "level": "note", "associatedRule": { "id": it.lint },
                "message": { "text": format!("{} {}", it.lint, missing) } })
        })
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "netpath",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": asked.iter().map(|it| rule(it)).collect::<Vec<_>>(),
            } },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
            "columnKind": "unicodeCodePoints",
            "results": report.findings.iter().map(|it| result(it, &asked)).collect::<Vec<_>>(),
        }],
    });
    let text = inert(serde_json::to_string_pretty(&log)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// What code scanning ranks by: from 0 to 10.
fn rank(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.0",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

fn rule(lint: &Lint) -> Value {
    let page = page(lint);
    let summary = page.lines().nth(2).unwrap_or_default();
    let groups = lint.groups();
    let tags = groups.iter().map(|it| it.as_text().to_owned());
    let controls = lint.controls.iter().map(|it| format!("{} {}", it.framework.as_text(), it.id));
    let tags: Vec<String> = tags.chain(controls).collect();
    json!({
        "id": lint.id,
        "name": lint.name,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(lint.severity) },
        "properties": {
            "tags": tags,
            "precision": match lint.confidence {
                crate::lint::Confidence::Certain => "very-high",
                crate::lint::Confidence::Likely => "medium",
            },
            "security-severity": rank(lint.severity),
        },
    })
}

fn result(finding: &FindingView<'_>, asked: &[&Lint]) -> Value {
    let id = &finding.resource.id;
    let mut text = format!("{id} {}.", finding.message);
    for note in finding.notes.iter().chain(&finding.flows) {
        text.push_str(&format!(" {note}."));
    }
    if !finding.remedy.is_empty() {
        text.push_str(&format!(" Fix: {}.", finding.remedy));
    }
    let mut result = json!({
        "ruleId": finding.lint,
        "ruleIndex": asked.iter().position(|it| it.id == finding.lint).map_or(-1, |it| it as i64),
        "level": level(finding.graveness),
        "message": { "text": text },
        "locations": [location(&finding.resource)],
        "partialFingerprints": { "netpath/v1": finding.fingerprint },
        "properties": { "severity": finding.severity, "confidence": finding.confidence,
            "security-severity": rank(finding.graveness) },
    });
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(number, it)| {
            let mut value = location(it);
            value["id"] = json!(number);
            value
        });
        result["relatedLocations"] = related.collect();
    }
    if let Some(witness) = finding.witness.as_ref().filter(|it| !it.hops.is_empty()) {
        let steps: Vec<Value> = witness
            .hops
            .iter()
            .map(|hop| {
                let by = hop.by.as_deref().map(|it| format!(" by {it}")).unwrap_or_default();
                let code = hop.code.map(|it| format!(" {it}")).unwrap_or_default();
                let words = format!("{} {}{by}{code}", hop.kind, hop.id);
                json!({ "location": {
                    "message": { "text": words },
                    "logicalLocations": [{ "name": hop.id, "kind": "resource" }],
                } })
            })
            .collect();
        result["codeFlows"] = json!([{
            "message": { "text": packet_words(witness) },
            "threadFlows": [{ "locations": steps }],
        }]);
    }
    result
}

fn location(resource: &ResourceView<'_>) -> Value {
    let name = resource.name.as_deref().unwrap_or(&resource.id);
    let mut location = json!({
        "logicalLocations": [{ "name": name, "fullyQualifiedName": qualified(resource), "kind": "resource" }],
        "message": { "text": format!("{} {}", resource.kind, resource.id) },
    });
    if let Some(place) = &resource.place {
        location["physicalLocation"] = physical(place);
    }
    location
}

fn qualified(resource: &ResourceView<'_>) -> String {
    let parts = [resource.account, resource.region, Some(resource.kind), Some(&*resource.id)];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join("/")
}

/// Elements have no line: a snapshot is read as JSON, not as text. A place in settings has one.
fn physical(place: &PlaceView) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(&place.file) } });
    if let Some(line) = place.element.strip_prefix("line ").and_then(|it| it.parse::<u32>().ok()) {
        physical["region"] = json!({ "startLine": line.max(1) });
    }
    physical
}

/// A relative path as a URI: what is not plain is written as bytes.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
