//! What gets in, for people: what is exposed first, then what only looks so, counted by what stops it.

use std::io::{self, Write};

use super::{BlockedView, ExposureView};
use crate::report::text::page::{Page, Tone, clean};
use crate::report::text::{Style, mark, tone};
use crate::solver::Verdict;

/// How many groups are shown unless everything is wanted.
const MOST_LINES: usize = 25;

/// Writes what was found for people.
pub fn write(view: &ExposureView<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    let (from, traffic) = (&view.question.from, &view.question.traffic);
    let what = if traffic == "all" { "something".to_owned() } else { traffic.clone() };
    let to = view.question.to.as_ref().map_or(String::new(), |to| format!(" of {}", clean(to)));
    let text = format!(
        "{} gets from {} into {} of {} interfaces{to}",
        clean(&what),
        clean(from),
        view.exposed_interfaces,
        view.interfaces
    );
    page.line(0, &[(Tone::Strong, &text)]);
    if view.unknown_interfaces > 0 {
        let text = format!("of {} more nobody can tell from this snapshot", view.unknown_interfaces);
        page.line(0, &[(Tone::Unsure, &text)]);
    }
    exposed_text(view, &mut page);
    let title = "Rules look open, and nothing gets in";
    blocked_text(title, &view.looks_open, &mut page);
    if let Some(edits) = &view.one_change {
        blocked_text("A single edit would let something in", edits, &mut page);
    }
    out.write_all(page.text().as_bytes())
}

fn shown<T>(list: &[T], page: &Page) -> usize {
    if page.style.verbose { list.len() } else { list.len().min(MOST_LINES) }
}

fn exposed_text(view: &ExposureView<'_>, page: &mut Page) {
    if view.exposed.is_empty() {
        return;
    }
    page.title("Exposed", "");
    let count = shown(&view.exposed, page);
    for it in &view.exposed[..count] {
        let many =
            if it.interfaces > 1 { format!(" and {} like it", it.interfaces - 1) } else { String::new() };
        let name = format!("{}{many}", clean(&it.name));
        let verdict = match it.judged {
            Verdict::ForwardOnly | Verdict::Unknown => format!("{} {}", mark(it.judged), it.verdict),
            Verdict::Reachable | Verdict::Partial | Verdict::Blocked => mark(it.judged).to_owned(),
        };
        let id = it.members.first().map_or("", String::as_str);
        let sources = match it.sources.as_slice() {
            [] => String::new(),
            several => format!("from {}", several.join(", ")),
        };
        page.line(
            2,
            &[
                (tone(it.judged), &verdict),
                (Tone::Strong, &name),
                (Tone::Faint, id),
                (Tone::Strong, &it.words),
                (Tone::Plain, &sources),
            ],
        );
        let rules = it
            .path
            .iter()
            .filter(|it| it.kind == "security-group")
            .filter_map(|step| step.rule.as_ref().map(|rule| format!("{} {rule}", step.id)));
        let rules = rules.collect::<Vec<String>>().join("; ");
        let by = it.by.as_ref().map_or(String::new(), |by| format!("by {by}"));
        page.line(6, &[(Tone::Faint, it.family), (Tone::Faint, &by), (Tone::Faint, &rules)]);
        for assumption in it.assumptions.iter().filter(|_| it.judged == Verdict::Unknown) {
            page.line(6, &[(Tone::Faint, &clean(assumption))]);
        }
    }
    more(view.exposed.len() - count, page);
}

fn blocked_text(title: &str, list: &[BlockedView], page: &mut Page) {
    if list.is_empty() {
        return;
    }
    let all: usize = list.iter().map(|it| it.interfaces).sum();
    page.title(title, &format!(" ({all})"));
    let count = shown(list, page);
    for it in &list[..count] {
        let many = if it.interfaces == 1 {
            "1 interface".to_owned()
        } else {
            format!("{} interfaces", it.interfaces)
        };
        page.line(2, &[(Tone::Strong, &many), (Tone::Plain, it.code), (Tone::Plain, &it.component)]);
        let example = format!("for example: {}", clean(&it.words));
        page.line(6, &[(Tone::Faint, &example)]);
        if let Some(edit) = &it.edit {
            page.line(6, &[(Tone::Faint, &format!("what would let it in: {}", clean(edit)))]);
        }
    }
    more(list.len() - count, page);
}

fn more(rest: usize, page: &mut Page) {
    if rest > 0 {
        page.line(2, &[(Tone::Faint, &format!("{rest} more: `-v` shows them, `--format json` has all"))]);
    }
}
