//! Batches: an answer on one line, whole or in brief.

use serde::Serialize;

use super::view::Report;
use crate::solver::Verdict;

/// Room for an ordinary line, so that it does not grow by doubling.
const USUAL_LENGTH: usize = 24 << 10;

/// What `--brief` keeps.
#[derive(Serialize)]
struct Brief<'r, I> {
    id: &'r I,
    verdict: &'static str,
    codes: &'r [&'static str],
}

/// The same of a question that is asked alone.
#[derive(Serialize)]
struct Alone<'r> {
    verdict: &'static str,
    codes: &'r [&'static str],
}

/// A question that could not be read or resolved.
#[derive(Serialize)]
struct Failed<'r, I> {
    id: &'r I,
    error: &'r str,
}

/// An answer as one line, without a line break.
pub fn line(report: &Report<'_>, id: &impl Serialize, is_brief: bool) -> String {
    if is_brief {
        let codes = super::codes(report.answer);
        return brief(id, report.judged, &codes);
    }
    // Put together by hand: serde's flattening takes a detour for each member. The object's own brace becomes the comma
    // behind the id.
    let mut line = Vec::with_capacity(USUAL_LENGTH);
    line.extend_from_slice(b"{\"id\":");
    write(&mut line, id);
    let brace = line.len();
    write(&mut line, report);
    line[brace] = b',';
    super::json::inert(String::from_utf8(line).expect("JSON is UTF-8"))
}

/// An answer in brief, for which no report is needed.
pub fn brief(id: &impl Serialize, verdict: Verdict, codes: &[&'static str]) -> String {
    text(&Brief { id, verdict: verdict.as_text(), codes })
}

/// An answer in brief, to a question that is asked alone.
pub fn alone(verdict: Verdict, codes: &[&'static str]) -> String {
    text(&Alone { verdict: verdict.as_text(), codes })
}

/// The line of a question that has no answer.
pub fn error(id: &impl Serialize, message: &str) -> String {
    text(&Failed { id, error: message })
}

fn text(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    write(&mut text, value);
    super::json::inert(String::from_utf8(text).expect("JSON is UTF-8"))
}

fn write(text: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(text, value).expect("writing to memory does not fail, and every key is text");
}
