//! The legend: what the colours and lines of a picture mean, of those that are in it.

use std::collections::BTreeSet;

use super::picture::{Inside, Mark, Paint, Shape, Tier};
use crate::solver::Verdict;

/// What each paint means; those that say themselves what they are have no row.
const MEANINGS: &[(Paint, &str, &str)] = &[
    (Paint::Subnet(Tier::Public), "public", "packets reach the internet by an internet gateway"),
    (
        Paint::Subnet(Tier::Private),
        "private",
        "out through NAT or another network; nothing begins from outside",
    ),
    (Paint::Subnet(Tier::Isolated), "isolated", "no way to the internet"),
    (Paint::Subnet(Tier::Unknown), "unknown", "the snapshot does not say"),
    (Paint::Absent, "not in the snapshot", "referred to by something that is"),
    (Paint::Beyond, "dashed edge", "packets do not get here"),
    (Paint::Exposed, "exposed", "packets get in, and answers back"),
    (Paint::Shut, "shut", "some rules admit packets, and none gets in"),
    (Paint::Verdict(Verdict::Reachable), "✓ reachable", "all that was asked about, for all of them"),
    (Paint::Verdict(Verdict::Partial), "~ partial", "some packets, or some of the pairs"),
    (Paint::Verdict(Verdict::ForwardOnly), "✗ forward-only", "packets get there, and no answer back"),
    (Paint::Verdict(Verdict::Unknown), "? unknown", "the snapshot does not say"),
    (Paint::Verdict(Verdict::Blocked), "· blocked", "nothing passes"),
    (Paint::Gained, "+ gained", "works now"),
    (Paint::Lost, "− lost", "does not work any more"),
    (Paint::Rerouted, "~ rerouted", "the same packets, another way"),
    (Paint::Unclear, "? unclear", "one of the snapshots does not say enough"),
    (Paint::Idle, "no effect", "changed, and no packet fares otherwise"),
    (Paint::Free, "free", "nobody has it"),
];

/// What became of boxes.
const MARKS: &[(Mark, &str, &str)] = &[
    (Mark::Added, "new", "only in the new snapshot"),
    (Mark::Removed, "gone", "only in the old snapshot"),
    (Mark::Changed, "changed", "by the changes whose numbers it has"),
];

/// What is in a picture.
#[derive(Default)]
struct Seen {
    paints: BTreeSet<Paint>,
    marks: BTreeSet<Mark>,
    is_wrong: bool,
}

/// The legend of some boxes.
pub(super) fn of(shapes: &[Shape]) -> Option<Shape> {
    let mut seen = Seen::default();
    for shape in shapes {
        gather(shape, &mut seen);
    }
    let rows = MEANINGS.iter().filter(|(paint, _, _)| seen.paints.contains(paint));
    let mut rows: Vec<Shape> = rows
        .map(|(paint, name, words)| {
            Shape::new(format!("legend-{}", paint.class()), *paint, *name).says(*words)
        })
        .collect();
    for (mark, name, words) in MARKS.iter().filter(|(mark, _, _)| seen.marks.contains(mark)) {
        let name = format!("{} {name}", mark.sign());
        let shape = Shape::new(format!("legend-{}", mark.class()), Paint::Step, name).says(*words);
        rows.push(Shape { mark: Some(*mark), ..shape });
    }
    if seen.is_wrong {
        let mut wrong = Shape::new("legend-wrong", Paint::Step, "thick red edge");
        wrong.problem = Some("something is wrong, in words".to_owned());
        rows.push(wrong);
    }
    let mut legend = Shape::new("legend", Paint::Frame, "Legend");
    if rows.is_empty() {
        return None;
    }
    legend.inside = Inside::Packed(rows);
    Some(legend)
}

fn gather(shape: &Shape, seen: &mut Seen) {
    seen.paints.insert(shape.paint);
    seen.marks.extend(shape.mark);
    seen.is_wrong |= shape.problem.is_some();
    if let Inside::Zones(zones) = &shape.inside {
        seen.paints.extend(zones.flows.iter().filter_map(|it| it.paint));
    }
    for child in shape.children() {
        gather(child, seen);
    }
}
