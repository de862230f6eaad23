//! A diff for a pull request: a sentence, a table, and the places behind a fold.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{ChangeView, DiffView, FlowView, RowView, headline, listed};
use crate::diff::RowKind;
use crate::report::text::page::clean;

/// Rows that a table has at most: a comment of a pull request has a limit.
const MOST_ROWS: usize = 100;
/// Flows that a cell names.
const MOST_FLOWS: usize = 5;
/// Ends that a flow names.
const MOST_ENDS: usize = 4;

/// Prints it as Markdown.
pub fn write_markdown(view: &DiffView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("### Network: {}\n", headline(view));
    if !view.rows.is_empty() {
        text.push_str("\n| | Flows | Because |\n|---|---|---|\n");
    }
    for row in view.rows.iter().take(MOST_ROWS) {
        table_row(row, &mut text);
    }
    if view.rows.len() > MOST_ROWS {
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n… and {} more rows.", view.rows.len() - MOST_ROWS);
    }
    places(view, &mut text);
    idle(view, &mut text);
    if !view.ways_compared {
        text.push_str("\nWays were not compared where the same packets pass: there are too many pairs.\n");
    }
    out.write_all(text.as_bytes())
}

fn sign(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Gained => "➕ gained",
        RowKind::Lost => "➖ lost",
        RowKind::Rerouted => "↪ rerouted",
        RowKind::Unclear => "❔ unclear",
    }
}

fn table_row(row: &RowView, text: &mut String) {
    let mut flows: Vec<String> = row.flows.iter().take(MOST_FLOWS).map(flow).collect();
    if row.flows.len() > MOST_FLOWS {
        flows.push(format!("… and {} more groups of flows", row.flows.len() - MOST_FLOWS));
    }
    let causes: Vec<String> = row.causes.iter().map(cause).collect();
    let causes = if causes.is_empty() { "not clear".to_owned() } else { causes.join("<br>") };
    let _ = writeln!(text, "| {} ({}) | {} | {causes} |", sign(row.judged), row.pairs, flows.join("<br>"));
}

fn flow(flow: &FlowView) -> String {
    let family = if flow.family == "ipv6" { ", IPv6" } else { "" };
    let one_way = if flow.one_way { ", without an answer" } else { "" };
    let (sources, destinations) = (listed(&flow.sources, MOST_ENDS), listed(&flow.destinations, MOST_ENDS));
    let traffic = format!("{}{family}", flow.traffic);
    format!("{} → {}: **{}**{one_way}", inert(&sources), inert(&destinations), inert(&traffic))
}

fn cause(change: &ChangeView) -> String {
    let happened = format!("{}{}", change.direction(), change.happened());
    format!("`{}` {}", inert(&change.subject()).replace('`', "'"), inert(&happened))
}

/// Where each change stands, behind a fold.
fn places(view: &DiffView<'_>, text: &mut String) {
    let mut lines: Vec<String> = Vec::new();
    for change in view.rows.iter().flat_map(|row| &row.causes) {
        for (word, place) in change.places() {
            let line = format!("- {}: {word} `{}`", cause(change), clean(place).replace('`', "'"));
            if !lines.contains(&line) && lines.len() < 2 * MOST_ROWS {
                lines.push(line);
            }
        }
    }
    if !lines.is_empty() {
        let lines = lines.join("\n");
        let _ =
            write!(text, "\n<details><summary>Where the changes stand</summary>\n\n{lines}\n\n</details>\n");
    }
}

fn idle(view: &DiffView<'_>, text: &mut String) {
    if view.without_effect.is_empty() {
        return;
    }
    let lines: Vec<String> =
        view.without_effect.iter().take(MOST_ROWS).map(|it| format!("- {}", cause(it))).collect();
    let (count, lines) = (view.without_effect.len(), lines.join("\n"));
    let _ = write!(
        text,
        "\n<details><summary>Changed without effect on packets: {count}</summary>\n\n{lines}\n\n</details>\n"
    );
}

/// Text that stays text in a cell of a table.
fn inert(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in clean(text).chars() {
        match letter {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => safe.extend(['\\', letter]),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            letter => safe.push(letter),
        }
    }
    safe
}
