//! Text for people.

use std::io::{self, Write};

use super::view::Report;

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are wanted.
    pub color: bool,
    /// Columns of the terminal; 0 for no limit.
    pub width: usize,
    /// Whether everything is wanted.
    pub verbose: bool,
}

/// Writes an answer for people.
pub fn write(report: &Report<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let _ = style;
    writeln!(
        out,
        "{}: {} -> {}, {}",
        report.verdict, report.question.source, report.question.destination, report.question.traffic
    )?;
    for explanation in &report.explanations {
        writeln!(out, "  {} ({}): {}", explanation.code, explanation.direction, explanation.words)?;
    }
    Ok(())
}
