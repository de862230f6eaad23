//! Lines between boxes, in gutters that are kept free for them.
//!
//! A box that holds rows of boxes has a gutter above, between and below them and one at its left. In each gutter a net
//! has a lane of its own; from there one line goes up or down to each of its ends, and one leads out of the box where
//! the net has ends elsewhere. Lines of several nets cross; none runs through a box or along another.

use std::collections::BTreeMap;

use super::picture::{Paint, Shape, Side};
use super::place::{Exit, Frame, PADDING, Placed, Text, Whole, rank};

/// The distance of lanes.
const LANE: i32 = 9;

/// Ends that are no farther from being below each other look as if they were meant to be.
const SLIP: i32 = 4;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// The net that it is of; absent for arrows of a flow.
    pub net: Option<usize>,
    /// How an arrow is painted that is about something that changed.
    pub paint: Option<Paint>,
    /// Its stretches, each from corner to corner.
    pub stretches: Vec<Vec<(i32, i32)>>,
    /// Where branches leave it.
    pub knots: Vec<(i32, i32)>,
    /// Where arrow heads stand, and which way they point.
    pub heads: Vec<(i32, i32, Heading)>,
}

/// Which way an arrow points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// Down.
    Down,
    /// To the left.
    Left,
    /// To the right.
    Right,
}

impl Wire {
    /// An arrow straight to the right.
    pub(super) fn onward(y: i32, from: i32, to: i32) -> Wire {
        Wire {
            net: None,
            paint: None,
            stretches: vec![vec![(from, y), (to, y)]],
            knots: Vec::new(),
            heads: vec![(to, y, Heading::Right)],
        }
    }

    /// An arrow straight down.
    pub(super) fn arrow(x: i32, from: i32, to: i32) -> Wire {
        Wire {
            net: None,
            paint: None,
            stretches: vec![vec![(x, from), (x, to)]],
            knots: Vec::new(),
            heads: vec![(x, to, Heading::Down)],
        }
    }
}

/// An end of a net at one of the boxes in the rows.
#[derive(Debug, Clone, Copy)]
struct Drop {
    /// 0 is above the first row.
    gutter: usize,
    x: i32,
    y: i32,
    ends: usize,
}

/// A net inside a box.
#[derive(Debug)]
struct Course {
    net: usize,
    drops: Vec<Drop>,
    /// Whether it has ends elsewhere.
    leaves: bool,
    side: Side,
    /// The gutters that it has a lane in: all that it has ends in.
    lanes: Vec<usize>,
    /// Whether it has a lane at the left.
    rises: bool,
}

/// Rows of boxes with the nets between them.
pub(super) fn joined<'p>(
    shape: &'p Shape,
    texts: Vec<Text>,
    mut rows: Vec<Vec<Placed<'p>>>,
    (left, top, gap): (i32, i32, i32),
    least: i32,
    whole: &Whole,
) -> Placed<'p> {
    let courses = courses(&mut rows, gap, whole);
    let rising = courses.iter().filter(|it| it.rises).count() as i32;
    let content_left = left + if rising > 0 { rising * LANE + 6 } else { 0 };
    let width = rows.iter().map(|row| row_width(row, gap)).max().unwrap_or_default();
    let has_top = courses.iter().any(|it| it.leaves && it.side == Side::Top);
    let beside = left + least + if has_top { 2 * LANE } else { 0 };
    let inner = width.max(beside - content_left);
    let body = rows.iter().filter(|row| row.iter().all(|it| rank(it.shape.paint) < 3));
    let body = body.map(|row| row_width(row, gap)).max().unwrap_or(inner);
    let mut below = top;
    let mut gutters: Vec<i32> = Vec::new();
    let row_count = rows.len();
    for (number, row) in rows.iter_mut().enumerate() {
        gutters.push(below);
        below += gutter_height(&courses, number, if number == 0 { 0 } else { gap });
        let is_centered = row.iter().all(|it| [1, 2].contains(&rank(it.shape.paint)));
        let shift = if is_centered { (body - row_width(row, gap)).max(0) / 2 } else { 0 };
        let tallest = row.iter().map(|it| it.bounds.height).max().unwrap_or_default();
        for child in row {
            child.bounds.x += content_left + shift;
            child.bounds.y = below;
        }
        below += tallest;
    }
    gutters.push(below);
    below += gutter_height(&courses, row_count, PADDING);
    let frame = Frame { x: 0, y: 0, width: content_left + inner + PADDING, height: below };
    let children: Vec<Placed<'p>> = rows.into_iter().flatten().collect();
    let mut placed = Placed {
        shape,
        bounds: frame,
        frame,
        texts,
        panels: Vec::new(),
        wires: Vec::new(),
        children,
        exits: Vec::new(),
    };
    draw(&mut placed, &courses, &gutters, left, left + least + LANE);
    placed
}

fn row_width(row: &[Placed<'_>], gap: i32) -> i32 {
    row.iter().map(|it| it.bounds.width + gap).sum::<i32>() - gap
}

/// Puts the boxes of each row beside each other and gathers the nets that end at them.
fn courses(rows: &mut [Vec<Placed<'_>>], gap: i32, whole: &Whole) -> Vec<Course> {
    let mut drops: BTreeMap<usize, Vec<Drop>> = BTreeMap::new();
    let last = rows.len();
    for (number, row) in rows.iter_mut().enumerate() {
        let mut x = 0;
        for child in row {
            child.bounds.x = x;
            x += child.bounds.width + gap;
            for exit in &child.exits {
                let gutter = if exit.side == Side::Top { number } else { number + 1 };
                let drop = Drop { gutter, x: 0, y: 0, ends: exit.ends };
                drops.entry(exit.net).or_default().push(drop);
            }
        }
    }
    let course = |(net, drops): (usize, Vec<Drop>)| {
        let leaves = drops.iter().map(|it| it.ends).sum::<usize>() < whole.ends[net];
        let side = whole.sides[net];
        let door = if side == Side::Top { 0 } else { last };
        let mut lanes: Vec<usize> = drops.iter().map(|it| it.gutter).collect();
        lanes.sort_unstable();
        lanes.dedup();
        // What leaves at the top goes round the label.
        if leaves && side == Side::Top && lanes.first() != Some(&0) {
            lanes.insert(0, 0);
        }
        let is_at_door = lanes == [door];
        // A single end at the edge that the net leaves by goes straight out; a net with one end and no other is no net.
        let is_straight = drops.len() == 1 && (!leaves || (is_at_door && side == Side::Bottom));
        let rises = !is_straight && (lanes.len() > 1 || (leaves && !is_at_door));
        Course { net, drops, leaves, side, lanes: if is_straight { Vec::new() } else { lanes }, rises }
    };
    drops.into_iter().map(course).collect()
}

fn gutter_height(courses: &[Course], gutter: usize, least: i32) -> i32 {
    let lanes = courses.iter().filter(|it| it.lanes.contains(&gutter)).count() as i32;
    if lanes == 0 { least } else { (lanes + 1) * LANE + 4 }.max(least)
}

fn draw(placed: &mut Placed<'_>, courses: &[Course], gutters: &[i32], left: i32, beside: i32) {
    let mut taken = vec![0; gutters.len()];
    let mut risen = 0;
    for course in courses {
        let drops = found(placed, course);
        let lane_y: BTreeMap<usize, i32> = course
            .lanes
            .iter()
            .map(|gutter| {
                taken[*gutter] += 1;
                (*gutter, gutters[*gutter] + 2 + taken[*gutter] * LANE)
            })
            .collect();
        let riser = course.rises.then(|| {
            risen += 1;
            left + (risen - 1) * LANE + 3
        });
        wire(placed, course, &drops, &lane_y, (riser, beside));
    }
}

/// The ends of a course, where the boxes have come to stand.
fn found(placed: &Placed<'_>, course: &Course) -> Vec<Drop> {
    let mut ends = Vec::new();
    // Boxes with one end and nothing in them, which may be moved a little.
    let mut cards: Vec<usize> = Vec::new();
    for child in &placed.children {
        for exit in child.exits.iter().filter(|it| it.net == course.net) {
            let y = if exit.side == Side::Top { child.bounds.y } else { child.bounds.bottom() };
            let is_card = child.children.is_empty() && child.exits.len() == 1;
            cards.extend(is_card.then_some(ends.len()));
            ends.push((child.bounds.x + exit.x, y));
        }
    }
    // Two ends that are nearly below each other are joined by a straight line, without a step that looks like a slip.
    for card in cards {
        let own: (i32, i32) = ends[card];
        let near = ends.iter().find(|it| it.1 != own.1 && (it.0 - own.0).abs() <= SLIP).map(|it| it.0);
        ends[card].0 = near.unwrap_or(own.0);
    }
    let placed = course.drops.iter().zip(ends);
    placed.map(|(drop, (x, y))| Drop { x, y, ..*drop }).collect()
}

fn wire(
    placed: &mut Placed<'_>,
    course: &Course,
    drops: &[Drop],
    lanes: &BTreeMap<usize, i32>,
    (riser, beside): (Option<i32>, i32),
) {
    let edge = if course.side == Side::Top { 0 } else { placed.bounds.height };
    let (mut stretches, mut knots) = (Vec::new(), Vec::new());
    let mut exit_x = None;
    let is_upward = course.leaves && course.side == Side::Top;
    for (gutter, y) in lanes {
        let own: Vec<&Drop> = drops.iter().filter(|it| it.gutter == *gutter).collect();
        // The way up begins at an end that is clear of the label, or else beside the label.
        let up = (is_upward && *gutter == 0)
            .then(|| own.iter().map(|it| it.x).filter(|x| *x >= beside).min().unwrap_or(beside));
        if let Some(x) = up {
            stretches.push(vec![(x, *y), (x, edge)]);
            exit_x = Some(x);
        }
        let xs = own.iter().map(|it| it.x).chain(riser).chain(up);
        let (Some(first), Some(last)) = (xs.clone().min(), xs.max()) else { continue };
        stretches.push(vec![(first, *y), (last, *y)]);
        for drop in own {
            stretches.push(vec![(drop.x, drop.y), (drop.x, *y)]);
            if drop.x != first && drop.x != last {
                knots.push((drop.x, *y));
            }
        }
        exit_x = exit_x.or(Some(first));
    }
    if let Some(x) = riser {
        let ys = lanes.values().copied().chain((course.leaves && !is_upward).then_some(edge));
        if let (Some(first), Some(last)) = (ys.clone().min(), ys.max()) {
            stretches.push(vec![(x, first), (x, last)]);
            knots.extend(lanes.values().filter(|y| **y != first && **y != last).map(|y| (x, *y)));
        }
        exit_x = exit_x.filter(|_| is_upward).or(Some(x));
    } else if course.leaves && !is_upward {
        let start = match (exit_x, drops.first(), lanes.values().next()) {
            (Some(x), _, Some(y)) => Some((x, *y)),
            (_, Some(drop), _) => Some((drop.x, drop.y)),
            (_, None, _) => None,
        };
        if let Some((x, y)) = start {
            stretches.push(vec![(x, y), (x, edge)]);
            exit_x = Some(x);
        }
    }
    if let (true, Some(x)) = (course.leaves, exit_x) {
        let ends = drops.iter().map(|it| it.ends).sum();
        placed.exits.push(Exit { net: course.net, side: course.side, x, ends });
    }
    if !stretches.is_empty() {
        placed.wires.push(Wire { net: Some(course.net), paint: None, stretches, knots, heads: Vec::new() });
    }
}
