//! The view `matrix`: groups in rows and columns, and in each cell what passes from the row's to the column's.

use std::collections::{BTreeMap, BTreeSet};

use super::font::{width, wrap};
use super::legend;
use super::picture::{Hand, Inside, Line, Paint, Picture, Shape, Table, TableKind};
use crate::report::groups::GroupView;
use crate::report::matrix::{CellView, Matrix};
use crate::report::text::mark;
use crate::solver::Verdict;

/// More groups are too many to find a cell: put together more of them, or those with the fewest pairs are left out.
pub const MOST_GROUPS: usize = 40;
/// Up to so many groups a cell says all in words.
const MOST_WORDY: usize = 12;
/// How wide a cell's words are where there are few groups, and where there are many.
const WIDTHS: [i32; 2] = [150, 80];
/// How many lines the words of a cell have at most.
const MOST_LINES: usize = 4;

/// The picture of a table.
pub fn matrix(table: &Matrix<'_>) -> Picture {
    let shown = shown(table);
    let is_wordy = shown.len() <= MOST_WORDY;
    let by = match table.question.by.as_str() {
        "alike" => "what answers alike",
        "sg" => "security group",
        "vpc" => "VPC",
        other => other,
    };
    let title = format!("Who reaches whom, by {by}");
    let mut root = Shape::new("netpath", Paint::Canvas, "");
    root.lines = vec![Line { text: title.clone(), hand: Hand::Title }];
    let pairs: u64 = table.cells.iter().map(open_pairs).sum();
    let asked = if table.question.traffic == "all" { "" } else { table.question.traffic.as_str() };
    let head = [
        format!("{} groups", groups_of(table).len()),
        format!("something passes between {pairs} pairs of interfaces"),
        asked.to_owned(),
    ];
    if !table.cells.is_empty() {
        root =
            root.says(head.iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<String>>().join(" · "));
    }
    if shown.len() < groups_of(table).len() {
        let rest = groups_of(table).len() - shown.len();
        root = root.says(format!("{rest} groups with fewer pairs are left out: `netpath matrix` has all"));
    }
    let mut shapes = Vec::new();
    if table.cells.is_empty() {
        root = root.says("nothing passes between any two interfaces");
    } else {
        let square = Shape::new("matrix", Paint::Region, "from the row's group to the column's");
        shapes.push(square.holding(Inside::Table(square_of(table, &shown, is_wordy))));
    }
    shapes.extend(legend::of(&shapes));
    root.inside = Inside::Packed(shapes);
    let description = format!(
        "{title}. Rows send, columns receive; a cell says what passes, with its verdict. An empty cell is blocked."
    );
    Picture { title, description, root, nets: Vec::new() }
}

/// Pairs between which something passes or may.
fn open_pairs(cell: &CellView) -> u64 {
    let pairs = cell.pairs;
    pairs.reachable + pairs.partial + pairs.forward_only + pairs.unknown
}

/// The groups that something passes from or to.
fn groups_of(table: &Matrix<'_>) -> BTreeSet<usize> {
    table.cells.iter().flat_map(|it| [it.ends.0, it.ends.1]).collect()
}

/// Those that are drawn, in the table's order.
fn shown(table: &Matrix<'_>) -> BTreeSet<usize> {
    let mut pairs: BTreeMap<usize, u64> = BTreeMap::new();
    for cell in &table.cells {
        for end in [cell.ends.0, cell.ends.1] {
            *pairs.entry(end).or_default() += open_pairs(cell);
        }
    }
    let mut groups: Vec<(u64, usize)> = pairs.into_iter().map(|(group, pairs)| (pairs, group)).collect();
    groups.sort_by_key(|(pairs, group)| (std::cmp::Reverse(*pairs), *group));
    groups.into_iter().take(MOST_GROUPS).map(|(_, group)| group).collect()
}

fn square_of(table: &Matrix<'_>, shown: &BTreeSet<usize>, is_wordy: bool) -> Table {
    let cells: BTreeMap<(usize, usize), &CellView> = table.cells.iter().map(|it| (it.ends, it)).collect();
    // By name, so that a group that comes or goes moves no other.
    let mut order: Vec<usize> = shown.iter().copied().collect();
    order.sort_by(|one, other| table.groups[*one].name.cmp(&table.groups[*other].name));
    // Where there is room for names, nobody needs numbers.
    let number = |at: usize| (!is_wordy).then_some(at + 1);
    let heads = order.iter().enumerate();
    let heads = heads.map(|(at, group)| head(&table.groups[*group], number(at), is_wordy)).collect();
    let row = |(at, from): (usize, &usize)| {
        let head = head(&table.groups[*from], number(at), true);
        let cells =
            order.iter().map(|to| cell(cells.get(&(*from, *to)).copied(), (*from, *to), table, is_wordy));
        std::iter::once(Some(head)).chain(cells.map(Some)).collect()
    };
    Table { kind: TableKind::Square, heads, rows: order.iter().enumerate().map(row).collect() }
}

/// A group; above narrow columns its number, which stands in its row too.
fn head(group: &GroupView, number: Option<usize>, has_name: bool) -> Shape {
    let interfaces = if group.interfaces == 1 {
        "1 interface".to_owned()
    } else {
        format!("{} interfaces", group.interfaces)
    };
    let id = group.id.as_deref().unwrap_or_default();
    let name = group.name.replace(&format!(" ({id})"), "");
    let words = match (number, has_name) {
        (Some(number), true) => format!("{number}  {name}"),
        (Some(number), false) => number.to_string(),
        (None, _) => name.clone(),
    };
    let mut shape = Shape::new(group.id.as_ref().unwrap_or(&group.name), Paint::Head, "");
    shape.lines = wrap(&words, Hand::Name, if has_name { 180 } else { 60 })
        .into_iter()
        .map(|text| Line { text, hand: Hand::Name })
        .collect();
    if has_name {
        // Of many groups the id is for who points at it.
        shape = if name == id || number.is_some() { shape } else { shape.says(id) };
        shape = shape.says(group.place.as_str()).says(interfaces.as_str());
    }
    shape.ask = group.members.first().cloned();
    let rest = group.interfaces.saturating_sub(group.members.len() as u64);
    let more = if rest > 0 { format!("and {rest} more") } else { String::new() };
    shape.tells(format!("{}, {interfaces}", group.name)).tells(group.members.join("\n")).tells(more)
}

fn cell(cell: Option<&CellView>, (from, to): (usize, usize), table: &Matrix<'_>, is_wordy: bool) -> Shape {
    let names = format!("{} → {}", table.groups[from].name, table.groups[to].name);
    let key = format!("cell-{from}-{to}");
    let Some(view) = cell else {
        let mut shape =
            Shape::new(key, Paint::Verdict(Verdict::Blocked), "").tells(format!("{names}: blocked"));
        shape.lines = vec![Line { text: "·".to_owned(), hand: Hand::Plain }];
        return shape;
    };
    let mut shape = Shape::new(key, Paint::Verdict(view.judged), "");
    let all = open_pairs(view) + view.pairs.blocked;
    shape.lines = if is_wordy { wordy(view, all) } else { short(view, all) };
    shape
        .tells(format!("{names}: {}", view.verdict))
        .tells(view.words.as_str())
        .tells(format!("{} of {all} pairs of interfaces", open_pairs(view)))
        .tells(view.assumptions.join("\n"))
}

/// What passes, and between how many pairs.
fn wordy(view: &CellView, all: u64) -> Vec<Line> {
    let words = format!("{} {}", mark(view.judged), view.words);
    let mut lines = wrap(&words, Hand::Name, WIDTHS[0]);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES - 1);
        lines.push("…".to_owned());
    }
    let pairs = if all == 1 { "pair" } else { "pairs" };
    let pairs = Line { text: format!("{} of {all} {pairs}", open_pairs(view)), hand: Hand::Plain };
    lines.into_iter().map(|text| Line { text, hand: Hand::Name }).chain([pairs]).collect()
}

/// The share of pairs that something passes between, and what: in full where there is room, else its protocols.
fn short(view: &CellView, all: u64) -> Vec<Line> {
    let share = match (open_pairs(view) * 100 + all / 2) / all.max(1) {
        0 => "< 1 %".to_owned(),
        share => format!("{share} %"),
    };
    let mut protocols: Vec<&str> =
        view.packets.iter().chain(&view.one_way).map(|it| it.protocol.as_ref()).collect();
    protocols.sort_unstable();
    protocols.dedup();
    let is_narrow = |text: &String| width(text, Hand::Plain) <= WIDTHS[1];
    let few = Some(view.words.clone()).filter(is_narrow);
    let few = few.or_else(|| Some(protocols.join(", ")).filter(is_narrow));
    let what = few.unwrap_or_else(|| format!("{} protocols", protocols.len()));
    let line = |text, hand| Line { text, hand };
    vec![line(format!("{} {share}", mark(view.judged)), Hand::Name), line(what, Hand::Plain)]
}
