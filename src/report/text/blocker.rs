//! Blockers: each with what happened, what decided and where that stands, the nearest miss, and what would help.

use super::page::{Page, Tone};
use crate::report::sentence::label;
use crate::report::view::{Considered, ExplanationView, Report};
use crate::solver::Verdict;

/// Rules that are shown as considered, unless everything is wanted.
const MOST_CONSIDERED: usize = 3;
/// Where the words of a labelled line begin.
const LABELS: usize = 9;

/// Everything that stands in the way of a pair.
pub(super) fn blockers(report: &Report<'_>, pair: usize, page: &mut Page) {
    let is_of_pair = |it: &&ExplanationView<'_>| it.pairs.is_empty() || it.pairs.contains(&pair);
    let explanations: Vec<&ExplanationView<'_>> = report.explanations.iter().filter(is_of_pair).collect();
    let has_several = explanations.len() > 1;
    for (number, explanation) in explanations.into_iter().enumerate() {
        page.gap();
        let number = if has_several { format!("{}.", number + 1) } else { String::new() };
        one(report, &number, explanation, page);
    }
}

/// Where the manual is.
pub(super) fn manual(report: &Report<'_>, page: &mut Page) {
    if let Some(first) = report.explanations.first() {
        page.gap();
        page.line(0, &[(Tone::Faint, &format!("`netpath explain {}` tells more about a code", first.code))]);
    }
}

fn one(report: &Report<'_>, number: &str, explanation: &ExplanationView<'_>, page: &mut Page) {
    let way = match explanation.direction {
        "return" => "on the way back",
        _ => "on the way there",
    };
    let tone = if report.judged == Verdict::Unknown { Tone::Unsure } else { Tone::Bad };
    let at = format!("at {}", label(&explanation.component));
    page.line(0, &[(Tone::Strong, number), (tone, explanation.code), (Tone::Plain, way), (Tone::Plain, &at)]);
    page.line(2, &[(Tone::Plain, &explanation.words)]);
    if explanation.is_later {
        page.line(
            2,
            &[(Tone::Faint, "an earlier one stops the same packets; this one would stop them next")],
        );
    }
    if let Some(by) = &explanation.by {
        labelled(page, "by", &[(Tone::Strong, &rule_line(&by.rule, &by.words))]);
        place(page, by.id, by.place.as_deref());
    }
    let most = if page.style.verbose { usize::MAX } else { MOST_CONSIDERED };
    // That other entries deny as well is no miss.
    let told = explanation.considered.iter().filter(|it| it.admits || page.style.verbose);
    let told: Vec<&Considered<'_>> = told.collect();
    for (index, rule) in told.iter().take(most).enumerate() {
        considered(page, if index == 0 { "nearest" } else { "also" }, rule);
    }
    let left_out = told.len().saturating_sub(most);
    if left_out > 0 {
        labelled(page, "", &[(Tone::Faint, &format!("and {left_out} more rules (--verbose lists them)"))]);
    }
    for (index, remedy) in explanation.missing.iter().enumerate() {
        labelled(page, if index == 0 { "helps" } else { "or" }, &[(Tone::Good, &remedy.words)]);
    }
    if let Some(call) = &explanation.needs {
        labelled(page, "run", &[(Tone::Strong, call)]);
    }
}

fn considered(page: &mut Page, label: &str, rule: &Considered<'_>) {
    labelled(page, label, &[(Tone::Plain, &rule_line(&rule.rule, &rule.words))]);
    labelled(page, "", &[(Tone::Unsure, &rule.why)]);
    place(page, rule.id, rule.place.as_deref());
}

/// A rule with its words; the words of a route have its block already.
fn rule_line(rule: &str, words: &str) -> String {
    let table = rule.split(' ').next().unwrap_or_default();
    if words.contains(" -> ") { format!("{table}: {words}") } else { format!("{rule}: {words}") }
}

fn place(page: &mut Page, id: Option<&str>, place: Option<&str>) {
    let Some(place) = place else { return };
    labelled(page, "", &[(Tone::Faint, id.unwrap_or_default()), (Tone::Faint, place)]);
}

fn labelled(page: &mut Page, label: &str, spans: &[super::page::Span<'_>]) {
    page.row(2, &[((Tone::Faint, label), LABELS - 2)], spans);
}
