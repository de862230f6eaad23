//! The view `diff`: the networks of two snapshots, one laid over the other, with what is gained and lost as arrows in them.
//!
//! Boxes are those of the topology of each snapshot, put together ([`merge`]); changes have numbers, which stand in the boxes
//! that they are about ([`places`]), beside the arrows that they are behind ([`arrows`]), and in a list with what was done.
//! VPCs that no change and no arrow is about are left out where all of them would be too many.

mod merge;
mod places;
mod arrows;
mod changes;

use std::collections::BTreeSet;

use super::legend;
use super::picture::{Hand, Inside, Line, Mark, Net, Paint, Picture, Shape};
use super::topology::{Depth, Options, readable, topology};
use crate::diff::RowKind;
use crate::report::diff::{DiffView, Side, headline};
use changes::Changes;

/// The picture of a diff.
pub fn diff(view: &DiffView<'_>, depth: Option<Depth>) -> Picture {
    let title = headline(view);
    let mut root = Shape::new("netpath", Paint::Canvas, "");
    root.lines = vec![Line { text: title.clone(), hand: Hand::Title }];
    if !view.ways_compared {
        root = root.says("ways of packets that still pass were not compared: there are too many pairs");
    }
    let changes = Changes::of(view);
    let homes = places::homes(view, &changes);
    let mut involved: BTreeSet<String> = homes.iter().flat_map(|it| it.vpcs.iter().cloned()).collect();
    involved.extend(arrows::vpcs(view));
    let scene = scene(view, &involved, depth);
    root = root.says(scene.words.as_str());
    let (mut shapes, nets) = (scene.shapes, scene.nets);
    places::mark(&mut shapes, &homes);
    let between = arrows::draw(view, &changes, &mut shapes);
    shapes.iter_mut().for_each(sign_marks);
    shapes.extend(between);
    shapes.extend(changes.list());
    shapes.extend(legend::of(&shapes));
    root.inside = Inside::Packed(shapes);
    let description = format!(
        "{title}. The networks of both snapshots, one over the other: what is new has a plus, what is gone a minus and a \
         dashed edge, what was changed a delta and the number of the change. Arrows are packets that pass now and did not \
         before, or the other way round. A list says what each change is."
    );
    Picture { title, description, root, nets }
}

/// Both networks, or as much of them as something is about.
struct Scene {
    shapes: Vec<Shape>,
    nets: Vec<Net>,
    /// What of the networks is left out.
    words: String,
}

/// The rows of the VPCs of a snapshot, with their ids as the new one has them.
fn rows(view: &DiffView<'_>, side: Side<'_>) -> Vec<(usize, String)> {
    let id = |id: &str| view.renames.get(id).map_or(id, String::as_str).to_owned();
    side.snapshot.model.vpcs.iter().enumerate().map(|(row, it)| (row, id(it.id.as_str()))).collect()
}

fn scene(view: &DiffView<'_>, involved: &BTreeSet<String>, depth: Option<Depth>) -> Scene {
    let rows = view.sides.map(|side| rows(view, side));
    let all: BTreeSet<String> = rows.iter().flatten().map(|(_, id)| id.clone()).collect();
    let whole = Options { is_compared: true, ..Options::default() };
    let is_readable = |side: &Side<'_>| readable(side.snapshot, side.network, &whole) >= Depth::Group;
    let shows_all = view.sides.iter().all(is_readable) || all.len() <= involved.len();
    let drawn = view.sides.into_iter().zip(rows).map(|(side, rows)| {
        let vpcs: Vec<usize> =
            rows.into_iter().filter(|it| involved.contains(&it.1)).map(|it| it.0).collect();
        let has_some = shows_all || !vpcs.is_empty();
        let options = Options { vpcs: if shows_all { Vec::new() } else { vpcs }, ..whole.clone() };
        has_some.then_some((side, options))
    });
    let drawn: Vec<Option<(Side<'_>, Options)>> = drawn.collect();
    let fitting = drawn.iter().flatten().map(|(side, it)| readable(side.snapshot, side.network, it)).min();
    let depth = depth.or(fitting).map_or(Depth::Vpc, |depth| match depth {
        // What is alike in one of them need not be in the other.
        Depth::Kind => Depth::Region,
        Depth::Account | Depth::Region | Depth::Vpc | Depth::Subnet | Depth::Group | Depth::Host => depth,
    });
    let picture = |drawn: &Option<(Side<'_>, Options)>| {
        let (side, options) = drawn.as_ref()?;
        let options = Options { depth: Some(depth), ..options.clone() };
        Some(topology(side.snapshot, side.network, &options))
    };
    let (shapes, nets) = merge::merged(drawn.iter().map(picture), &view.renames);
    let left_out = if shows_all { 0 } else { all.iter().filter(|it| !involved.contains(*it)).count() };
    let words = match left_out {
        0 => String::new(),
        1 => "1 VPC is left out: nothing changed for it".to_owned(),
        count => format!("{count} VPCs are left out: nothing changed for them"),
    };
    Scene { shapes, nets, words }
}

/// Says in a box's name what became of it, for those who see no colours.
fn sign_marks(shape: &mut Shape) {
    // Two ends of a diff are snapshots, and a page has no answers about either.
    shape.ask = None;
    if let (Some(mark), Some(line)) = (shape.mark, shape.lines.first_mut()) {
        line.text = format!("{} {}", mark.sign(), line.text);
    }
    // Whatever is in a box that is gone is gone too.
    if shape.mark == Some(Mark::Removed) {
        shape.problem = None;
    }
    shape.children_mut().into_iter().for_each(sign_marks);
}

fn paint(kind: RowKind) -> Paint {
    match kind {
        RowKind::Gained => Paint::Gained,
        RowKind::Lost => Paint::Lost,
        RowKind::Rerouted => Paint::Rerouted,
        RowKind::Unclear => Paint::Unclear,
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

/// `− 4 flows lost`.
fn flows_text(kind: RowKind, count: u64) -> String {
    let flows = if count == 1 { "flow" } else { "flows" };
    format!("{} {count} {flows} {}", sign(kind), kind.as_text())
}
