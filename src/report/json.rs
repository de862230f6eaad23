//! The JSON object, the contract of the command line.

use std::io::{self, Write};

use super::view::Report;

/// Writes an answer as one object, indented, with a line break at its end.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    // Together first: the writer may be a pipe, and serde writes byte by byte.
    let mut text = serde_json::to_vec_pretty(report)?;
    text.push(b'\n');
    out.write_all(&text)
}
