//! The view `diff`: what two snapshots answer differently, each change with the packets that it lets through, stops or
//! leads another way.

use super::legend;
use super::picture::{Hand, Inside, Line, Paint, Picture, Shape, Table, TableKind};
use crate::diff::RowKind;
use crate::report::diff::{ChangeView, DiffView, EndView, FlowView, RowView, headline, listed};

/// More rows of a kind are counted.
const MOST_ROWS: usize = 30;
/// More flows of a row are counted.
const MOST_FLOWS: usize = 8;
/// More changes behind a row, or without effect, are counted.
const MOST_CHANGES: usize = 4;
/// More ends of a flow are counted.
const MOST_ENDS: usize = 5;

/// The picture of a diff.
pub fn diff(view: &DiffView<'_>) -> Picture {
    let title = headline(view);
    let mut root = Shape::new("netpath", Paint::Canvas, "");
    root.lines = vec![Line { text: title.clone(), hand: Hand::Title }];
    if !view.ways_compared {
        root = root.says("ways of packets that still pass were not compared: there are too many pairs");
    }
    let mut shapes: Vec<Shape> = Vec::new();
    for kind in RowKind::ALL {
        let rows: Vec<&RowView> = view.rows.iter().filter(|it| it.judged == kind).collect();
        let boxes = rows.iter().take(MOST_ROWS).enumerate();
        shapes.extend(boxes.map(|(number, it)| row(kind, number, it)));
        if rows.len() > MOST_ROWS {
            let rest: u64 = rows.iter().skip(MOST_ROWS).map(|it| it.pairs).sum();
            let words = format!("{} {} more flows {}", sign(kind), rest, kind.as_text());
            let more = Shape::new(format!("{}-more", kind.as_text()), paint(kind), words);
            shapes.push(
                more.says(format!("by {} more changes, listed by `netpath diff -v`", rows.len() - MOST_ROWS)),
            );
        }
    }
    shapes.extend(idle(view));
    shapes.extend(legend::of(&shapes));
    root.inside = Inside::Packed(shapes);
    let description = format!(
        "{title}. A box for each change, with the packets that differ because of it: from whom, what, to whom."
    );
    Picture { title, description, root, nets: Vec::new() }
}

fn paint(kind: RowKind) -> Paint {
    match kind {
        RowKind::Gained => Paint::Gained,
        RowKind::Lost => Paint::Lost,
        RowKind::Rerouted => Paint::Rerouted,
        RowKind::Unclear => Paint::Absent,
    }
}

/// What tells kinds apart without colour.
fn sign(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Gained => "+",
        RowKind::Lost => "−",
        RowKind::Rerouted => "~",
        RowKind::Unclear => "?",
    }
}

fn row(kind: RowKind, number: usize, view: &RowView) -> Shape {
    let key = format!("{}-{number}", kind.as_text());
    let flows = if view.pairs == 1 { "flow" } else { "flows" };
    let name = format!("{} {} {flows} {}", sign(kind), view.pairs, kind.as_text());
    let mut shape = Shape::new(key.as_str(), Paint::Region, name);
    if view.causes.is_empty() {
        shape = shape.says("what is behind it is not clear");
    }
    for change in view.causes.iter().take(MOST_CHANGES) {
        shape = changed(shape, change);
    }
    if view.causes.len() > MOST_CHANGES {
        shape = shape.says(format!("and {} more changes", view.causes.len() - MOST_CHANGES));
    }
    let flows = view.flows.iter().take(MOST_FLOWS).enumerate();
    let mut rows: Vec<Vec<Option<Shape>>> =
        flows.map(|(at, it)| flow(kind, &format!("{key}-{at}"), it)).collect();
    if view.flows.len() > MOST_FLOWS {
        let rest = view.flows.len() - MOST_FLOWS;
        rows.push(vec![
            None,
            Some(Shape::new(format!("{key}-more"), paint(kind), format!("and {rest} more"))),
        ]);
    }
    shape.holding(Inside::Table(Table { kind: TableKind::Ways, heads: Vec::new(), rows }))
}

/// Says what somebody did, and tells where it stands.
fn changed(shape: Shape, change: &ChangeView) -> Shape {
    let shape = shape.says(format!("{} {}{}", change.subject(), change.direction(), change.happened()));
    change.places().into_iter().fold(shape, |shape, (word, place)| shape.tells(format!("{word}: {place}")))
}

fn flow(kind: RowKind, key: &str, view: &FlowView) -> Vec<Option<Shape>> {
    let end = |word: &str, ends: &[EndView]| {
        let mut shape = Shape::new(format!("{key}-{word}"), Paint::Host, listed(ends, MOST_ENDS));
        for it in ends.iter().take(20) {
            let name = it.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
            shape = shape.tells(format!("{}{name} {}", it.id, it.addresses.join(", ")).trim_end());
        }
        Some(shape)
    };
    let mut packets =
        Shape::new(format!("{key}-what"), paint(kind), format!("{} {}", sign(kind), view.traffic));
    let pairs = if view.pairs == 1 { "1 pair".to_owned() } else { format!("{} pairs", view.pairs) };
    let family = if view.family == "ipv6" { " · IPv6" } else { "" };
    packets = packets.says(format!("{pairs}{family}"));
    if view.one_way {
        packets = packets.says("no answer gets back");
    }
    vec![end("from", &view.sources), Some(packets), end("to", &view.destinations)]
}

/// What changed and makes no difference to packets.
fn idle(view: &DiffView<'_>) -> Option<Shape> {
    let count = view.without_effect.len();
    if count == 0 {
        return None;
    }
    let words = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
    let mut shape = Shape::new("idle", Paint::Step, format!("{words} without effect on packets"));
    for change in view.without_effect.iter().take(3 * MOST_CHANGES) {
        shape = changed(shape, change);
    }
    if count > 3 * MOST_CHANGES {
        shape = shape.says(format!("and {} more", count - 3 * MOST_CHANGES));
    }
    Some(shape)
}
