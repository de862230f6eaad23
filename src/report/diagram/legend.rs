//! The legend: what the colours and lines of a picture mean, of those that are in it.

use std::collections::BTreeSet;

use super::picture::{Inside, Paint, Shape, Tier};
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
    (Paint::Exposed, "exposed", "packets get in, and answers back"),
    (Paint::Shut, "shut", "some rules admit packets, and none gets in"),
    (Paint::Verdict(Verdict::Reachable), "✓ reachable", "all that was asked about, for all of them"),
    (Paint::Verdict(Verdict::Partial), "~ partial", "some packets, or some of the pairs"),
    (Paint::Verdict(Verdict::ForwardOnly), "✗ forward-only", "packets get there, and no answer back"),
    (Paint::Verdict(Verdict::Unknown), "? unknown", "the snapshot does not say"),
    (Paint::Gained, "+ gained", "works now"),
    (Paint::Lost, "− lost", "does not work any more"),
    (Paint::Rerouted, "~ rerouted", "the same packets, another way"),
    (Paint::Free, "free", "nobody has it"),
];

/// The legend of some boxes.
pub(super) fn of(shapes: &[Shape]) -> Option<Shape> {
    let (mut paints, mut is_wrong) = (BTreeSet::new(), false);
    for shape in shapes {
        gather(shape, &mut paints, &mut is_wrong);
    }
    let rows = MEANINGS.iter().filter(|(paint, _, _)| paints.contains(paint));
    let mut rows: Vec<Shape> = rows
        .map(|(paint, name, words)| {
            Shape::new(format!("legend-{}", paint.class()), *paint, *name).says(*words)
        })
        .collect();
    if is_wrong {
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

fn gather(shape: &Shape, paints: &mut BTreeSet<Paint>, is_wrong: &mut bool) {
    paints.insert(shape.paint);
    *is_wrong |= shape.problem.is_some();
    for child in shape.children() {
        gather(child, paints, is_wrong);
    }
}
