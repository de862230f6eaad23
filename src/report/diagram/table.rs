//! Rows and columns: a square of groups, lines that are read from left to right, or a map.

use super::picture::{Shape, Table, TableKind};
use super::place::{Frame, PADDING, Placed, Whole, label, placed, stretch};
use super::wires::Wire;

/// The space between the cells of a square.
const NARROW: i32 = 3;
/// The space that an arrow needs.
const ARROW: i32 = 28;

/// Lays a table out: each column as wide as its widest cell, each row as tall as its tallest.
pub(super) fn table<'p>(shape: &'p Shape, table: &'p Table, whole: &Whole) -> Placed<'p> {
    let (texts, label_width, label_height) = label(shape, PADDING, 8);
    // A square's first column is that of the heads of its rows.
    let shift = usize::from(table.kind == TableKind::Square);
    let heads = table.heads.iter().map(|it| Some(placed(it, whole)));
    let mut rows: Vec<Vec<Option<Placed<'_>>>> = Vec::new();
    if !table.heads.is_empty() {
        rows.push(std::iter::repeat_with(|| None).take(shift).chain(heads).collect());
    }
    rows.extend(
        table.rows.iter().map(|row| row.iter().map(|it| it.as_ref().map(|it| placed(it, whole))).collect()),
    );
    let [gap, below_gap] = match table.kind {
        TableKind::Square | TableKind::Map => [NARROW; 2],
        TableKind::Ways => [ARROW, 6],
    };
    let columns = columns(&rows, gap);
    let mut below = if texts.is_empty() { PADDING } else { label_height + 14 };
    let mut wires = Vec::new();
    let mut children = Vec::new();
    for row in rows {
        let tallest = row.iter().flatten().map(|it| it.bounds.height).max().unwrap_or_default();
        let mut last: Option<i32> = None;
        for (mut cell, (x, width)) in row.into_iter().zip(&columns).filter_map(|(cell, at)| Some((cell?, at)))
        {
            stretch(&mut cell, *width, tallest);
            cell.bounds.x = *x;
            cell.bounds.y = below;
            if let (Some(from), TableKind::Ways) = (last, table.kind) {
                wires.push(Wire::onward(below + tallest / 2, from, *x));
            }
            last = Some(cell.bounds.right());
            children.push(cell);
        }
        below += tallest + below_gap;
    }
    let right = columns.last().map_or(PADDING, |(x, width)| x + width);
    let frame =
        Frame { x: 0, y: 0, width: right.max(PADDING + label_width) + PADDING, height: below + PADDING - 3 };
    Placed { shape, bounds: frame, frame, texts, panels: Vec::new(), wires, children, exits: Vec::new() }
}

/// The left edge and width of each column.
fn columns(rows: &[Vec<Option<Placed<'_>>>], gap: i32) -> Vec<(i32, i32)> {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let mut x = PADDING;
    let mut columns = Vec::new();
    for column in 0..count {
        let cells = rows.iter().filter_map(|row| row.get(column)?.as_ref());
        let width = cells.map(|it| it.bounds.width).max().unwrap_or_default();
        columns.push((x, width));
        x += width + gap;
    }
    columns
}
