//! Layout: where each box of a picture stands.
//!
//! A box is as big as its label and what it holds; boxes that hold others put them in rows, below each other, or in a
//! grid of zones and tiers ([`super::grid`]). Nothing is moved afterwards, so that boxes never overlap and a change in one
//! place moves only what stands behind it. Coordinates are whole pixels: the same picture makes the same bytes anywhere.

use super::font::{width, wrap};
use super::picture::{Hand, Inside, Line, Paint, Picture, Port, Shape, Side};
use super::wires::{self, Wire};
use super::{grid, table};

/// The space between a box and its label.
pub(super) const PADDING: i32 = 10;
/// The space between boxes in a box.
pub(super) const GAP: i32 = 12;
/// No label is wider than this.
const WIDEST: i32 = 300;

/// A rectangle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frame {
    /// The left edge.
    pub x: i32,
    /// The upper edge.
    pub y: i32,
    /// From left to right.
    pub width: i32,
    /// From top to bottom.
    pub height: i32,
}

impl Frame {
    /// Its lower edge.
    pub fn bottom(self) -> i32 {
        self.y + self.height
    }

    /// Its right edge.
    pub fn right(self) -> i32 {
        self.x + self.width
    }
}

/// A line of text, by where its first letter stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its left edge.
    pub x: i32,
    /// Its base line.
    pub y: i32,
    /// What is written.
    pub text: String,
    /// How.
    pub hand: Hand,
}

/// A rectangle with a label that is no box of the picture: a tier, what flows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Where it stands.
    pub frame: Frame,
    /// Its class in style sheets.
    pub class: String,
    /// Its label.
    pub texts: Vec<Text>,
    /// What is told when somebody points at it.
    pub hover: String,
}

/// A net that leaves a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Which.
    pub net: usize,
    /// By which edge.
    pub side: Side,
    /// Where along it.
    pub x: i32,
    /// How many of the net's ends are inside.
    pub ends: usize,
}

/// A box with its place. Everything in it is relative to the upper left corner of its bounds.
#[derive(Debug)]
pub struct Placed<'p> {
    /// The box.
    pub shape: &'p Shape,
    /// What it takes up, relative to the box around it.
    pub bounds: Frame,
    /// The rectangle that is drawn; less than the bounds where something stands on its edge.
    pub frame: Frame,
    /// Its label.
    pub texts: Vec<Text>,
    /// Rectangles in it.
    pub panels: Vec<Panel>,
    /// Lines in it.
    pub wires: Vec<Wire>,
    /// Boxes in it.
    pub children: Vec<Placed<'p>>,
    /// Nets that leave it.
    pub exits: Vec<Exit>,
}

/// What a layout has to know of the whole picture.
pub(super) struct Whole {
    /// How many ends each net has.
    pub ends: Vec<usize>,
    /// The edge by which each leaves boxes that do not hold all of its ends.
    pub sides: Vec<Side>,
}

/// Lays a picture out.
pub fn place(picture: &Picture) -> Placed<'_> {
    let mut whole = Whole {
        ends: vec![0; picture.nets.len()],
        sides: picture.nets.iter().map(|it| it.kind.side()).collect(),
    };
    count_ends(&picture.root, &mut whole);
    placed(&picture.root, &whole)
}

fn count_ends(shape: &Shape, whole: &mut Whole) {
    for port in &shape.ports {
        whole.ends[port.net] += 1;
    }
    for child in shape.children() {
        count_ends(child, whole);
    }
}

pub(super) fn placed<'p>(shape: &'p Shape, whole: &Whole) -> Placed<'p> {
    match &shape.inside {
        Inside::Nothing => card(shape),
        Inside::Packed(children) => packed(shape, children, whole),
        Inside::Stacked(children, has_arrows) => stacked(shape, children, *has_arrows, whole),
        Inside::Zones(zones) => grid::zones(shape, zones, whole),
        Inside::Table(table) => table::table(shape, table, whole),
    }
}

/// The lines of a label, what is wrong included, with the size that they take up.
pub(super) fn label(shape: &Shape, x: i32, y: i32) -> (Vec<Text>, i32, i32) {
    let wrong = shape.problem.iter().map(|it| Line { text: format!("✗ {it}"), hand: Hand::Problem });
    let lines: Vec<Line> = shape.lines.iter().cloned().chain(wrong).collect();
    let most = if shape.paint == Paint::Canvas { 3 * WIDEST } else { WIDEST };
    written_within(&lines, x, y, most)
}

/// Lines of text below each other.
pub(super) fn written(lines: &[Line], x: i32, y: i32) -> (Vec<Text>, i32, i32) {
    written_within(lines, x, y, WIDEST)
}

fn written_within(lines: &[Line], x: i32, y: i32, most: i32) -> (Vec<Text>, i32, i32) {
    let (mut texts, mut widest, mut below) = (Vec::new(), 0, y);
    for line in lines {
        for text in wrap(&line.text, line.hand, most) {
            widest = widest.max(width(&text, line.hand));
            texts.push(Text { x, y: below + line.hand.size(), text, hand: line.hand });
            below += line.hand.line_height();
        }
    }
    (texts, widest, below - y)
}

/// A box that holds nothing.
fn card(shape: &Shape) -> Placed<'_> {
    let left = PADDING + stripe(shape.paint);
    let (texts, width, height) = label(shape, left, 6);
    let ports = shape.ports.len() as i32;
    let size = ((left + width + PADDING).max(24 * (ports + 1)), height + 12);
    let frame = Frame { x: 0, y: 0, width: size.0, height: size.1 };
    let exits = ends_of(&shape.ports, frame.width);
    let (panels, wires, children) = (Vec::new(), Vec::new(), Vec::new());
    Placed { shape, bounds: frame, frame, texts, panels, wires, children, exits }
}

/// How wide the stripe is that tells a subnet's tier.
pub(super) fn stripe(paint: Paint) -> i32 {
    if matches!(paint, Paint::Subnet(_)) { 6 } else { 0 }
}

/// Where a card's ports stand: at equal distances along each edge.
fn ends_of(ports: &[Port], width: i32) -> Vec<Exit> {
    let mut exits = Vec::new();
    for side in [Side::Top, Side::Bottom] {
        let own: Vec<&Port> = ports.iter().filter(|it| it.side == side).collect();
        let count = own.len() as i32 + 1;
        let place = |(at, port): (usize, &&Port)| Exit {
            net: port.net,
            side,
            x: width * (at as i32 + 1) / count,
            ends: 1,
        };
        exits.extend(own.iter().enumerate().map(place));
    }
    exits
}

/// Boxes in rows.
fn packed<'p>(shape: &'p Shape, children: &'p [Shape], whole: &Whole) -> Placed<'p> {
    let left = PADDING + stripe(shape.paint);
    let (texts, label_width, label_height) = label(shape, left, 8);
    let inner: Vec<Placed<'_>> = children.iter().map(|it| placed(it, whole)).collect();
    let is_small = matches!(shape.paint, Paint::Subnet(_) | Paint::Host | Paint::Step | Paint::Frame);
    let is_small = is_small
        || children.iter().all(|it| matches!(it.paint, Paint::Subnet(_) | Paint::Host | Paint::Free));
    let gap = if is_small { 6 } else { 2 * GAP };
    let least = if shape.paint == Paint::Frame { label_width.max(900) } else { label_width };
    let rows = rows(inner, least, gap, is_small);
    let mut rows = rows;
    if is_small && rows.iter().all(|row| row.len() == 1) {
        let widest = rows.iter().flatten().map(|it| it.bounds.width).max().unwrap_or_default();
        for child in rows.iter_mut().flatten() {
            stretch(child, widest, child.bounds.height);
        }
    }
    let top = if texts.is_empty() { PADDING } else { label_height + 14 };
    let mut placed = wires::joined(shape, texts, rows, (left, top, gap), label_width, whole);
    let own = ends_of(&shape.ports, placed.frame.width);
    placed.exits.extend(own);
    placed
}

/// Children in rows whose breaks make the whole look about as wide as a page.
fn rows<'p>(children: Vec<Placed<'p>>, least: i32, gap: i32, is_small: bool) -> Vec<Vec<Placed<'p>>> {
    let area: f64 =
        children.iter().map(|it| f64::from(it.bounds.width + gap) * f64::from(it.bounds.height + gap)).sum();
    let widest = children.iter().map(|it| it.bounds.width).max().unwrap_or_default();
    let wanted = (area * if is_small { 1.3 } else { 1.7 }).sqrt() as i32;
    let most = wanted.max(widest).max(least).max(if is_small { 180 } else { 0 });
    let mut rows: Vec<Vec<Placed<'p>>> = Vec::new();
    let (mut used, mut last) = (0, None);
    for child in children {
        let kind = rank(child.shape.paint);
        let is_new = last != Some(kind) || used + child.bounds.width > most;
        if is_new {
            rows.push(Vec::new());
            used = 0;
        }
        used += child.bounds.width + gap;
        last = Some(kind);
        if let Some(row) = rows.last_mut() {
            row.push(child);
        }
    }
    rows
}

/// Boxes of different ranks never share a row.
pub(super) fn rank(paint: Paint) -> u8 {
    match paint {
        Paint::Outside => 1,
        Paint::Hub => 2,
        Paint::Frame => 3,
        Paint::Canvas
        | Paint::Account
        | Paint::Region
        | Paint::Vpc
        | Paint::Subnet(_)
        | Paint::Host
        | Paint::Gateway
        | Paint::Absent
        | Paint::Step
        | Paint::Beyond
        | Paint::Gained
        | Paint::Lost
        | Paint::Rerouted
        | Paint::Unclear
        | Paint::Idle
        | Paint::Free
        | Paint::Exposed
        | Paint::Shut
        | Paint::Verdict(_)
        | Paint::Head => 0,
    }
}

/// Boxes below each other, all as wide as the widest.
fn stacked<'p>(shape: &'p Shape, children: &'p [Shape], has_arrows: bool, whole: &Whole) -> Placed<'p> {
    let (texts, label_width, label_height) = label(shape, PADDING, 8);
    let mut inner: Vec<Placed<'_>> = children.iter().map(|it| placed(it, whole)).collect();
    let widest = inner.iter().map(|it| it.bounds.width).max().unwrap_or_default().max(label_width);
    let gap = if has_arrows { 20 } else { 6 };
    let mut below = if texts.is_empty() { PADDING } else { label_height + 14 };
    let mut wires = Vec::new();
    for child in &mut inner {
        stretch(child, widest, child.bounds.height);
        child.bounds.x = PADDING;
        child.bounds.y = below;
        below = child.bounds.bottom() + gap;
    }
    if has_arrows {
        let pairs = inner.iter().zip(inner.iter().skip(1));
        wires.extend(pairs.map(|(one, next)| Wire::arrow(28 + PADDING, one.bounds.bottom(), next.bounds.y)));
    }
    let height = below - gap + PADDING;
    let frame = Frame { x: 0, y: 0, width: widest + 2 * PADDING, height };
    Placed {
        shape,
        bounds: frame,
        frame,
        texts,
        panels: Vec::new(),
        wires,
        children: inner,
        exits: Vec::new(),
    }
}

/// Makes a box bigger, with what it holds where it is.
pub(super) fn stretch(placed: &mut Placed<'_>, width: i32, height: i32) {
    let (wider, higher) = (width - placed.bounds.width, height - placed.bounds.height);
    placed.bounds.width += wider;
    placed.frame.width += wider;
    placed.bounds.height += higher;
    placed.frame.height += higher;
    if let Inside::Stacked(..) = placed.shape.inside {
        for child in &mut placed.children {
            stretch(child, child.bounds.width + wider, child.bounds.height);
        }
    }
}
