//! Batches: an answer on one line, whole or in brief.

use serde::Serialize;

use super::view::Report;
use crate::solver::Verdict;

/// What `--brief` keeps.
#[derive(Serialize)]
struct Brief<'r, I> {
    id: &'r I,
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
    // Put together by hand: serde's flattening takes a detour for each member.
    let mut line = String::from("{\"id\":");
    line.push_str(&text(id));
    line.push(',');
    line.push_str(text(report).trim_start_matches('{'));
    line
}

/// An answer in brief, for which no report is needed.
pub fn brief(id: &impl Serialize, verdict: Verdict, codes: &[&'static str]) -> String {
    text(&Brief { id, verdict: verdict.as_text(), codes })
}

/// The line of a question that has no answer.
pub fn error(id: &impl Serialize, message: &str) -> String {
    text(&Failed { id, error: message })
}

fn text(value: &impl Serialize) -> String {
    // Writing to memory does not fail, and every key is text.
    let text = serde_json::to_string(value).expect("a plain view is JSON");
    super::json::inert(text)
}
