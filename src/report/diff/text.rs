//! A diff for people: each row begins with what somebody did, then says whose packets that changes.

use std::io::{self, Write};

use super::{ChangeView, DiffView, FlowView, RowView, counted, headline, listed};
use crate::diff::RowKind;
use crate::report::text::Style;
use crate::report::text::page::{Page, Tone};

/// Rows that text shows unless asked for more.
const MOST_ROWS: usize = 40;
/// Flows of a row.
const MOST_FLOWS: usize = 6;
/// Ends of a flow.
const MOST_ENDS: usize = 4;
/// Changes behind a row, and those without effect.
const MOST_CHANGES: usize = 6;

/// Prints it for people.
pub fn write_text(view: &DiffView<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    page.line(0, &[(Tone::Strong, &headline(view))]);
    let most = if style.verbose { usize::MAX } else { MOST_ROWS };
    for row in view.rows.iter().take(most) {
        page.gap();
        one(row, &mut page);
    }
    more(view.rows.len(), most, "row", 0, &mut page);
    idle(view, &mut page);
    if !view.ways_compared {
        page.gap();
        let words =
            "the ways of packets were not compared where the same ones pass: there are too many pairs";
        page.line(0, &[(Tone::Unsure, "note:"), (Tone::Plain, words)]);
    }
    out.write_all(page.text().as_bytes())
}

fn mark(kind: RowKind) -> (Tone, &'static str) {
    match kind {
        RowKind::Gained => (Tone::Good, "+"),
        RowKind::Lost => (Tone::Bad, "-"),
        RowKind::Rerouted => (Tone::Unsure, "~"),
        RowKind::Unclear => (Tone::Unsure, "?"),
    }
}

fn one(row: &RowView, page: &mut Page) {
    let (tone, sign) = mark(row.judged);
    let count = format!("{} {}:", counted(row.pairs, "flow"), row.kind);
    let most = if page.style.verbose { usize::MAX } else { MOST_CHANGES };
    if row.causes.is_empty() {
        page.line(
            0,
            &[(tone, sign), (Tone::Strong, &count), (Tone::Plain, "what is behind it is not clear")],
        );
    }
    for (number, cause) in row.causes.iter().take(most).enumerate() {
        let subject = cause.subject();
        let happened = format!("{}{}", cause.direction(), cause.happened());
        if number == 0 {
            page.line(
                0,
                &[(tone, sign), (Tone::Strong, &count), (Tone::Strong, &subject), (Tone::Plain, &happened)],
            );
        } else {
            page.line(2, &[(Tone::Plain, "and"), (Tone::Strong, &subject), (Tone::Plain, &happened)]);
        }
        places(cause, page);
    }
    more(row.causes.len(), most, "change", 2, page);
    let most = if page.style.verbose { usize::MAX } else { MOST_FLOWS };
    for flow in row.flows.iter().take(most) {
        flow_line(flow, page);
    }
    more(row.flows.len(), most, "group of flows", 4, page);
}

fn places(cause: &ChangeView, page: &mut Page) {
    for (word, place) in cause.places() {
        let word = format!("{word}:");
        page.line(6, &[(Tone::Faint, &word), (Tone::Faint, place)]);
    }
}

fn flow_line(flow: &FlowView, page: &mut Page) {
    let most = if page.style.verbose { usize::MAX } else { MOST_ENDS };
    let (sources, destinations) = (listed(&flow.sources, most), listed(&flow.destinations, most));
    let one_way = if flow.one_way { ", without an answer that gets back" } else { "" };
    let family = if flow.family == "ipv6" { ", IPv6" } else { "" };
    let traffic = format!("{}{family}{one_way}", flow.traffic);
    let spans = [
        (Tone::Plain, sources.as_str()),
        (Tone::Faint, "->"),
        (Tone::Plain, destinations.as_str()),
        (Tone::Strong, traffic.as_str()),
    ];
    page.line(4, &spans);
}

fn idle(view: &DiffView<'_>, page: &mut Page) {
    if view.without_effect.is_empty() {
        return;
    }
    page.title("changed without effect on packets:", "");
    let most = if page.style.verbose { usize::MAX } else { MOST_CHANGES };
    for change in view.without_effect.iter().take(most) {
        let happened = format!("{}{}", change.direction(), change.happened());
        page.line(2, &[(Tone::Plain, &change.subject()), (Tone::Faint, &happened)]);
        if page.style.verbose {
            places(change, page);
        }
    }
    more(view.without_effect.len(), most, "change", 2, page);
}

fn more(count: usize, most: usize, one: &str, indent: usize, page: &mut Page) {
    if count > most {
        let rest = count - most;
        let plural = if rest == 1 { "" } else { "s" };
        let words = match one.split_once(' ') {
            Some((first, others)) => format!("{first}{plural} {others}"),
            None => format!("{one}{plural}"),
        };
        page.line(indent, &[(Tone::Faint, &format!("… and {rest} more {words}, listed by `-v`"))]);
    }
}
