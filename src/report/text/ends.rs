//! Several ends: a table of each pair with its own verdict.

use super::page::{Page, Tone, width_of};
use super::{blocker, mark, tone, walk};
use crate::report::view::{PairView, Report};
use crate::solver::Verdict;

/// Rows that are shown unless everything is wanted.
const MOST_ROWS: usize = 40;

/// The table, what holds last so that it stands next to the rest.
pub(super) fn ends(report: &Report<'_>, page: &mut Page) {
    let verdicts: Vec<Verdict> = report.answer.pairs.iter().map(|pair| pair.verdict).collect();
    let holds = verdicts.iter().filter(|it| **it == Verdict::Reachable).count();
    page.title("ends", &format!("{holds} of {} reachable", verdicts.len()));
    let width =
        |cell: fn(&PairView) -> &str| report.pairs.iter().map(|it| width_of(cell(it))).max().unwrap_or(0);
    let widths = [width(|it| &it.source), width(|it| &it.destination), 4, width(|it| it.verdict) + 2];
    let mut rows: Vec<(Verdict, &PairView)> = verdicts.into_iter().zip(&report.pairs).collect();
    // What does not hold first; otherwise as asked.
    rows.sort_by_key(|(verdict, _)| *verdict == Verdict::Reachable);
    let most = if page.style.verbose { usize::MAX } else { MOST_ROWS };
    for (verdict, pair) in rows.iter().take(most) {
        let word = format!("{} {}", mark(*verdict), pair.verdict);
        let codes = if *verdict == Verdict::Reachable { String::new() } else { pair.codes.join(", ") };
        page.row(
            2,
            &[
                ((Tone::Plain, pair.source.as_str()), widths[0]),
                ((Tone::Plain, pair.destination.as_str()), widths[1]),
                ((Tone::Faint, pair.family), widths[2]),
                ((tone(*verdict), &word), widths[3]),
            ],
            &[(Tone::Plain, &codes)],
        );
    }
    if rows.len() > most {
        page.line(2, &[(Tone::Faint, &format!("and {} more (--verbose lists them)", rows.len() - most))]);
    }
}

/// Pairs that are told in full, unless everything is wanted.
const MOST_TOLD: usize = 3;

/// Blockers and walks, pair by pair: one of each verdict and set of codes, what does not hold first.
pub(super) fn each(report: &Report<'_>, page: &mut Page) {
    let mut told: Vec<(&str, &[&str])> = Vec::new();
    let mut order: Vec<usize> = (0..report.pairs.len()).collect();
    order.sort_by_key(|pair| report.answer.pairs[*pair].verdict == Verdict::Reachable);
    for number in order {
        let (pair, answer) = (&report.pairs[number], &report.answer.pairs[number]);
        let kind = (pair.verdict, pair.codes.as_slice());
        let is_new = !told.contains(&kind) && told.len() < MOST_TOLD;
        if !answer.is_explained || !(is_new || page.style.verbose) {
            continue;
        }
        told.push(kind);
        page.gap();
        let verdict = format!("{} {}:", mark(answer.verdict), pair.verdict);
        let ends = format!("{} to {}, {}", pair.source, pair.destination, pair.family);
        page.line(0, &[(tone(answer.verdict), &verdict), (Tone::Strong, &ends)]);
        blocker::blockers(report, number, page);
        walk::walks(report, number, page);
    }
    if told.len() < report.pairs.len() && !page.style.verbose {
        page.gap();
        page.line(0, &[(Tone::Faint, "the other ends are alike, or told with --verbose")]);
    }
}
