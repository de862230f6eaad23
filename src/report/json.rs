//! The JSON object, the contract of the command line.

use std::io::{self, Write};

use super::view::Report;

/// Writes an answer as one object, indented, with a line break at its end.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    // Together first: the writer may be a pipe, and serde writes byte by byte.
    let text = inert(serde_json::to_string_pretty(report)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

/// JSON that no terminal obeys. serde escapes what is below the space; some terminals also take DEL and U+0080 to
/// U+009F for commands. Outside of strings JSON has none of them.
pub(in crate::report) fn inert(text: String) -> String {
    let is_odd = |letter: char| letter == '\u{7f}' || matches!(letter, '\u{80}'..='\u{9f}');
    if text.is_ascii() && !text.contains('\u{7f}') || !text.contains(is_odd) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_odd(letter) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}
