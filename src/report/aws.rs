//! AWS's own form.

use std::io::{self, Write};

use super::view::Report;

/// Writes an answer as a `NetworkInsightsAnalysis`.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    super::json::write(report, out)
}
