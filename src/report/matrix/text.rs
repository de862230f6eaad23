//! The table for people: one line for what a group sends to others on the same, the widest first; as much as a screen
//! holds, and a word on the rest.

use std::io::{self, Write};

use super::{CellView, Matrix};
use crate::report::text::page::{Page, Tone, clean};
use crate::report::text::{Style, mark, tone};
use crate::solver::Verdict;

/// How many lines are shown unless everything is wanted.
const MOST_LINES: usize = 40;
/// Packets are told in at least so many letters.
const NARROWEST: usize = 20;
/// How many names stand in a line.
const MOST_NAMES: usize = 4;

/// Cells of one sender that say the same.
struct Line<'m> {
    from: &'m str,
    to: Vec<(&'m str, u64)>,
    verdict: Verdict,
    words: &'m str,
    pairs: u64,
}

/// Writes the table for people.
pub fn write(matrix: &Matrix<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    headline(matrix, &mut page);
    let lines = lines(matrix);
    let shown = if style.verbose { lines.len() } else { lines.len().min(MOST_LINES) };
    if !lines.is_empty() {
        page.gap();
        let room = if style.width == 0 { usize::MAX } else { (style.width / 3).max(16) };
        let longest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0).min(room);
        let names: Vec<(String, String)> =
            lines[..shown].iter().map(|line| (cut(line.from, room), receivers(line, room))).collect();
        let widths = [
            longest(&mut names.iter().map(|it| it.0.chars().count())),
            longest(&mut names.iter().map(|it| it.1.chars().count())),
        ];
        for (line, (from, to)) in lines[..shown].iter().zip(&names) {
            let verdict = format!("{} {}", mark(line.verdict), line.verdict.as_text());
            let left = style.width.saturating_sub(widths[0] + widths[1] + verdict.chars().count() + 6);
            let words = cut(line.words, if style.width == 0 { usize::MAX } else { left.max(NARROWEST) });
            page.row(
                0,
                &[((Tone::Strong, from), widths[0] + 2), ((Tone::Plain, to), widths[1] + 2)],
                &[(tone(line.verdict), &verdict), (Tone::Plain, &words)],
            );
        }
    }
    if shown < lines.len() {
        page.gap();
        let rest = format!(
            "{} more lines: `-v` shows them, `--from`, `--to`, `--traffic` and `--only` narrow, `--format csv` has all",
            lines.len() - shown
        );
        page.line(0, &[(Tone::Faint, &rest)]);
    }
    out.write_all(page.text().as_bytes())
}

fn headline(matrix: &Matrix<'_>, page: &mut Page) {
    let interfaces: u64 = matrix.groups.iter().map(|it| it.interfaces).sum();
    let what = if matrix.question.by == "alike" { " that answer alike" } else { "" };
    let text = format!(
        "{} in {}{what}; {} send to each other, {} are blocked",
        counted(interfaces, "interface", "interfaces"),
        counted(matrix.groups.len() as u64, "group", "groups"),
        counted(matrix.cells.len() as u64, "pair of groups", "pairs of groups"),
        matrix.blocked,
    );
    page.line(0, &[(Tone::Strong, &text)]);
    let traffic = match matrix.question.traffic.as_str() {
        "all" => "all traffic; partial means that some of it passes".to_owned(),
        traffic => format!("asked of {traffic}"),
    };
    page.line(0, &[(Tone::Faint, &traffic)]);
}

pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Cells of one sender with the same words in one line, the ones that speak of most pairs first.
fn lines<'m>(matrix: &'m Matrix<'_>) -> Vec<Line<'m>> {
    let mut lines: Vec<Line<'m>> = Vec::new();
    let mut known: std::collections::BTreeMap<(usize, Verdict, &'m str), usize> = Default::default();
    for cell in &matrix.cells {
        let key = (cell.ends.0, cell.judged, cell.words.as_str());
        let receiver = (cell.to.as_str(), matrix.groups[cell.ends.1].interfaces);
        match known.get(&key) {
            Some(line) => {
                lines[*line].to.push(receiver);
                lines[*line].pairs += open(cell);
            }
            None => {
                known.insert(key, lines.len());
                lines.push(Line {
                    from: &cell.from,
                    to: vec![receiver],
                    verdict: cell.judged,
                    words: &cell.words,
                    pairs: open(cell),
                });
            }
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.pairs));
    lines
}

fn open(cell: &CellView) -> u64 {
    let pairs = cell.pairs;
    pairs.reachable + pairs.partial + pairs.forward_only + pairs.unknown
}

/// Who receives: the first names, and how many more.
fn receivers(line: &Line<'_>, room: usize) -> String {
    let mut text = String::new();
    let mut shown = 0;
    for (name, interfaces) in line.to.iter().take(MOST_NAMES) {
        let name = format!("{} ({interfaces})", clean(name));
        let comma = if shown > 0 { ", " } else { "" };
        if shown > 0 && text.chars().count() + name.chars().count() + 12 > room {
            break;
        }
        text.push_str(comma);
        text.push_str(&name);
        shown += 1;
    }
    let rest = line.to.len() - shown;
    if rest > 0 {
        let room = room.saturating_sub(12);
        return format!("{} and {rest} more", cut(&text, room));
    }
    cut(&text, room)
}

/// A text that is not longer than there is room for.
pub(super) fn cut(text: &str, room: usize) -> String {
    let text = clean(text);
    if text.chars().count() <= room {
        return text.into_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{kept}…")
}
