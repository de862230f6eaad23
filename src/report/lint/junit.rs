//! Findings as JUnit's XML: a suite for all, a case a lint, a failure a finding.

use std::io::{self, Write};

use super::text::{hops_words, packet_words, subject};
use super::{FindingView, LintReport, RanView};

/// Writes the document.
pub fn write(report: &LintReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let failing = report.lints.iter().filter(|it| it.findings > 0).count();
    let skipped = report.lints.iter().filter(|it| it.state == "skipped").count();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts =
        format!("tests=\"{}\" failures=\"{failing}\" errors=\"0\" skipped=\"{skipped}\"", report.lints.len());
    text.push_str(&format!("<testsuites name=\"netpath lint\" {counts}>\n"));
    text.push_str(&format!("  <testsuite name=\"netpath lint\" {counts}>\n"));
    for lint in &report.lints {
        case(report, lint, &mut text);
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    out.write_all(text.as_bytes())
}

fn case(report: &LintReport<'_>, lint: &RanView, text: &mut String) {
    text.push_str(&format!("    <testcase classname=\"netpath\" name=\"{} {}\"", lint.lint, lint.name));
    let own: Vec<&FindingView<'_>> = report.findings.iter().filter(|it| it.lint == lint.lint).collect();
    if own.is_empty() && lint.state != "skipped" {
        text.push_str("/>\n");
        return;
    }
    text.push_str(">\n");
    if own.is_empty() {
        let why = lint.missing.join("; ");
        text.push_str(&format!("      <skipped message=\"{}\"/>\n", escaped(&why)));
    } else {
        // A case has one failure: all findings of the lint stand in it.
        let first = own.first().map_or("", |it| it.severity);
        let head = match own.len() {
            1 => "1 finding".to_owned(),
            count => format!("{count} findings"),
        };
        text.push_str(&format!("      <failure type=\"{first}\" message=\"{head}\">"));
        let lines: Vec<String> = own.iter().map(|it| escaped(&lines(it))).collect();
        text.push_str(&lines.join("\n"));
        text.push_str("</failure>\n");
    }
    text.push_str("    </testcase>\n");
}

fn lines(finding: &FindingView<'_>) -> String {
    let mut text = format!("{}: {} {}", finding.severity, subject(finding), finding.message);
    if let Some(witness) = &finding.witness {
        text.push_str(&format!("\n  packet: {}", packet_words(witness)));
        text.push_str(&format!("\n  way: {}", hops_words(&witness.hops)));
    }
    if !finding.remedy.is_empty() {
        text.push_str(&format!("\n  fix: {}", finding.remedy));
    }
    text
}

/// Text that XML takes: five letters are written as entities, and what XML 1.0 cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' | '\t' => escaped.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}');
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}
