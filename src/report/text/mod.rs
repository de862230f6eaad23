//! Text for people, most of all for those who are woken by it: the verdict first, then why, then how.
//!
//! What works is told as a walk. What does not is told by its blockers, each with the rule that decided, the nearest
//! miss and what would help, and then by the way up to there. Nothing rests on colour alone.

pub(super) mod page;
mod walk;
mod blocker;
mod ends;
mod set;

pub(super) use walk::rule_text;

use std::io::{self, Write};

use page::{Page, Tone};

use super::view::{AssumptionView, Report};
use crate::solver::Verdict;

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether colours are wanted.
    pub color: bool,
    /// Columns of the terminal; 0 for no limit.
    pub width: usize,
    /// Whether everything is wanted: every path, every rule that was considered, every place.
    pub verbose: bool,
}

/// Writes an answer for people.
pub fn write(report: &Report<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    headline(report, &mut page);
    names(report, &mut page);
    if report.pairs.len() > 1 {
        ends::ends(report, &mut page);
    }
    if report.pairs.len() > 1 {
        ends::each(report, &mut page);
    } else {
        blocker::blockers(report, 0, &mut page);
        walk::walks(report, 0, &mut page);
    }
    if report.judged != Verdict::Blocked {
        set::packets(report, &mut page);
    }
    assumptions(report, &mut page);
    blocker::manual(report, &mut page);
    out.write_all(page.text().as_bytes())
}

fn headline(report: &Report<'_>, page: &mut Page) {
    let ends = format!("from {} to {}", report.question.source, report.question.destination);
    let (whole, none, some) = match report.question.traffic.as_str() {
        "all" => ("all traffic".to_owned(), "no traffic gets".to_owned(), "some traffic".to_owned()),
        traffic => (traffic.to_owned(), format!("{traffic} does not get"), format!("some of {traffic}")),
    };
    let is_one_way = report.context.query.is_one_way;
    let words = match report.judged {
        Verdict::Reachable if is_one_way => format!("{whole} gets {ends}"),
        Verdict::Reachable => format!("{whole} gets {ends}, and the replies get back"),
        Verdict::Blocked => format!("{none} {ends}"),
        Verdict::ForwardOnly => format!("{whole} gets {ends}, but no reply gets back"),
        Verdict::Partial if is_one_way => format!("{some} gets {ends}, the rest does not"),
        Verdict::Partial => format!("{some} gets {ends} and back, the rest does not"),
        Verdict::Unknown => format!("the snapshot does not say whether {whole} gets {ends}"),
    };
    let verdict = format!("{} {}:", mark(report.judged), report.verdict);
    page.line(0, &[(tone(report.judged), &verdict), (Tone::Plain, &words)]);
}

/// What the destination's name stands for comes before any way there.
fn names(report: &Report<'_>, page: &mut Page) {
    for name in report.assumptions.iter().filter(|it| is_name(it)) {
        let unless = name.needs.as_ref().map(|it| format!("(unless a hosted zone says otherwise: `{it}`)"));
        page.gap();
        page.line(0, &[(Tone::Plain, &name.words), (Tone::Faint, unless.as_deref().unwrap_or_default())]);
    }
}

fn is_name(assumption: &AssumptionView<'_>) -> bool {
    assumption.code.starts_with("DNS_RESOLVES")
}

pub(super) fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Reachable => Tone::Good,
        Verdict::Blocked | Verdict::ForwardOnly => Tone::Bad,
        Verdict::Partial | Verdict::Unknown => Tone::Unsure,
    }
}

pub(super) fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reachable => "✓",
        Verdict::Blocked | Verdict::ForwardOnly => "✗",
        Verdict::Partial => "~",
        Verdict::Unknown => "?",
    }
}

/// What an answer leans on; of an unknown one, what it lacks, with the call to run.
fn assumptions(report: &Report<'_>, page: &mut Page) {
    // Names are told at the beginning.
    let told = report.assumptions.iter().filter(|it| !is_name(it));
    let (missing, assumed): (Vec<_>, Vec<_>) =
        told.partition(|it| it.makes_unknown && report.judged == Verdict::Unknown);
    for (title, list) in [("missing", missing), ("assumed", assumed)] {
        if list.is_empty() {
            continue;
        }
        page.title(title, "");
        for it in list {
            page.line(2, &[(Tone::Plain, &it.words), (Tone::Faint, &format!("({})", it.code))]);
            if let Some(call) = &it.needs {
                page.line(4, &[(Tone::Faint, "run:"), (Tone::Strong, call)]);
            }
            if let Some(place) = it.place.as_ref().filter(|_| page.style.verbose) {
                page.line(4, &[(Tone::Faint, place)]);
            }
        }
    }
}
