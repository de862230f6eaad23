//! Findings as workflow commands of GitHub Actions, which shows them beside the files.

use std::io::{self, Write};

use super::text::{subject, summary};
use super::{FindingView, LintReport};
use crate::lint::Severity;

/// Writes an annotation a line.
pub fn write(report: &LintReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&annotation(finding));
        text.push('\n');
    }
    for line in summary(report) {
        text.push_str(&format!("::notice title=netpath lint::{}\n", data(&line)));
    }
    out.write_all(text.as_bytes())
}

fn annotation(finding: &FindingView<'_>) -> String {
    let command = match finding.graveness {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Info => "notice",
    };
    let title = format!("{} {} ({})", finding.lint, finding.name, finding.severity);
    let mut properties = vec![format!("title={}", property(&title))];
    if let Some(place) = &finding.resource.place {
        properties.insert(0, format!("file={}", property(&place.file)));
    }
    let element = finding.resource.place.as_ref().map(|it| format!(" ({})", it.element)).unwrap_or_default();
    let mut message = format!("{}{element} {}", subject(finding), finding.message);
    if !finding.remedy.is_empty() {
        message.push_str(&format!("\nfix: {}", finding.remedy));
    }
    format!("::{command} {}::{}", properties.join(","), data(&message))
}

/// What ends a line or begins an escape may not stand in a message as it is.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Nor may what ends a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
