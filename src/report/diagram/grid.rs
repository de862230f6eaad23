//! A VPC's inside: a column for each zone, a band for each tier, gateways on the edges, and at the right who talks to whom.

use super::font::width;
use super::picture::{Hand, Line, Paint, Shape, Tier};
use super::place::{Exit, Frame, GAP, PADDING, Panel, Placed, Text, Whole, label, placed, stretch, written};
use super::wires::{Heading, Wire};
use super::zones::{Band, Flow, Tip, Zones};

/// The height of the strip that names a band's tier.
const STRIP: i32 = 20;
/// The distance of the lanes that flows run in.
const LANE: i32 = 10;

/// What the parts of the layout hand on.
struct Grid<'p> {
    inner: Placed<'p>,
    /// The left edge and width of each column.
    columns: Vec<(i32, i32)>,
    /// The upper and lower edge of each row.
    rows: Vec<(i32, i32)>,
    /// How far down it has come.
    below: i32,
}

/// Lays a VPC out.
pub(super) fn zones<'p>(shape: &'p Shape, zones: &'p Zones, whole: &Whole) -> Placed<'p> {
    let above: Vec<Placed<'_>> = zones.above.iter().map(|it| placed(it, whole)).collect();
    let below: Vec<Placed<'_>> = zones.below.iter().map(|it| placed(it, whole)).collect();
    let overhang = tallest(&above) / 2;
    let (texts, label_width, label_height) = label(shape, PADDING + 2, overhang + tallest(&above) / 2 + 8);
    let top = overhang + tallest(&above) / 2 + 8 + label_height + 8;
    let cells = cells(zones, whole);
    let columns = columns(zones, &cells);
    let frame = Frame { x: 0, y: overhang, width: 0, height: 0 };
    let inner = Placed {
        shape,
        bounds: Frame::default(),
        frame,
        texts,
        panels: Vec::new(),
        wires: Vec::new(),
        children: Vec::new(),
        exits: Vec::new(),
    };
    let mut grid = Grid { inner, columns, rows: Vec::new(), below: top };
    heads(&mut grid, zones);
    bands(&mut grid, zones, cells);
    let content = grid.columns.last().map_or(PADDING, |(x, width)| x + width) + GAP;
    let rack = rack(&mut grid, &zones.flows, content, top);
    let most = (content + rack).max(label_width).max(row_width(&above)).max(row_width(&below));
    grid.inner.frame.width = most + 2 * PADDING;
    edges(grid, above, below)
}

fn tallest(shapes: &[Placed<'_>]) -> i32 {
    shapes.iter().map(|it| it.bounds.height).max().unwrap_or_default()
}

fn row_width(shapes: &[Placed<'_>]) -> i32 {
    shapes.iter().map(|it| it.bounds.width + GAP).sum()
}

/// The subnets, by row and column over all bands.
fn cells<'p>(zones: &'p Zones, whole: &Whole) -> Vec<Vec<Vec<Placed<'p>>>> {
    let rows = zones.bands.iter().flat_map(|band| &band.rows);
    let cell = |cell: &'p Vec<Shape>| cell.iter().map(|it| placed(it, whole)).collect();
    rows.map(|row| row.iter().map(cell).collect()).collect()
}

/// Each column is as wide as its widest subnet.
fn columns(zones: &Zones, cells: &[Vec<Vec<Placed<'_>>>]) -> Vec<(i32, i32)> {
    let mut x = PADDING + GAP;
    let mut columns = Vec::new();
    for (number, name) in zones.columns.iter().enumerate() {
        let subnets = cells.iter().flat_map(|row| &row[number]);
        let widest = subnets.map(|it| it.bounds.width).max().unwrap_or_default();
        let own = widest.max(width(name, Hand::Head) + 2 * PADDING);
        columns.push((x, own));
        x += own + GAP;
    }
    columns
}

fn heads(grid: &mut Grid<'_>, zones: &Zones) {
    let y = grid.below + Hand::Head.size();
    for (name, (x, own)) in zones.columns.iter().zip(&grid.columns) {
        let x = x + (own - width(name, Hand::Head)) / 2;
        grid.inner.texts.push(Text { x, y, text: name.clone(), hand: Hand::Head });
    }
    grid.below += Hand::Head.line_height() + 6;
}

fn bands<'p>(grid: &mut Grid<'p>, zones: &Zones, cells: Vec<Vec<Vec<Placed<'p>>>>) {
    let right = grid.columns.last().map_or(PADDING, |(x, width)| x + width);
    let mut cells = cells.into_iter();
    let last = zones.bands.iter().map(|it| it.rows.len()).sum::<usize>().saturating_sub(1);
    for band in &zones.bands {
        let top = grid.below;
        grid.below += STRIP;
        for _ in &band.rows {
            let Some(row) = cells.next() else { continue };
            let number = grid.rows.len();
            place_row(grid, row, rack_height(number, number == last, &zones.flows));
            grid.below += 8;
        }
        let frame = Frame { x: PADDING, y: top, width: right + GAP - PADDING, height: grid.below - top };
        grid.inner.panels.push(panel(band, frame));
        grid.below += 8;
    }
}

fn panel(band: &Band, frame: Frame) -> Panel {
    let text = Text {
        x: frame.x + PADDING,
        y: frame.y + Hand::Head.size() + 3,
        text: band.tier.as_text().to_owned(),
        hand: Hand::Head,
    };
    let hover = match band.tier {
        Tier::Public => "packets for the internet leave by an internet gateway",
        Tier::Private => {
            "packets for the internet leave through something that lets nothing begin from outside"
        }
        Tier::Isolated => "packets for the internet go nowhere",
        Tier::Unknown => "the snapshot does not say where packets for the internet go",
    };
    let class = format!("band {}", band.tier.as_text());
    Panel { frame, class, texts: vec![text], hover: hover.to_owned() }
}

fn place_row<'p>(grid: &mut Grid<'p>, row: Vec<Vec<Placed<'p>>>, least: i32) {
    let height = |cell: &Vec<Placed<'_>>| cell.iter().map(|it| it.bounds.height + 6).sum::<i32>() - 6;
    let tallest = row.iter().map(height).max().unwrap_or_default().max(least);
    let top = grid.below;
    for (number, mut cell) in row.into_iter().enumerate() {
        let (x, width) = grid.columns[number];
        let mut y = top;
        // The last one of a cell is as tall as the row leaves room.
        let spare = tallest - height(&cell);
        if let Some(last) = cell.last_mut() {
            let height = last.bounds.height + spare;
            stretch(last, last.bounds.width, height);
        }
        for mut subnet in cell {
            let height = subnet.bounds.height;
            stretch(&mut subnet, width, height);
            subnet.bounds.x = x;
            subnet.bounds.y = y;
            y += height + 6;
            grid.inner.children.push(subnet);
        }
    }
    grid.rows.push((top, top + tallest));
    grid.below += tallest;
}

/// What a flow says, ready to be placed.
fn flow_lines(flow: &Flow) -> [Line; 2] {
    [
        Line { text: flow.traffic.clone(), hand: Hand::Name },
        Line { text: flow.ends.clone(), hand: Hand::Plain },
    ]
}

fn flow_height(flow: &Flow) -> i32 {
    written(&flow_lines(flow), 0, 0).2 + 8
}

/// Flows that share a lane: the end that is not beside their label, whether they go there, and how they are painted.
type Lane<'f> = (&'f Tip, bool, Option<Paint>);

fn lane_of(flow: &Flow) -> Lane<'_> {
    match &flow.to {
        Tip::Row(_) => (&flow.from, false, flow.paint),
        Tip::Internet | Tip::Elsewhere(_) => (&flow.to, true, flow.paint),
    }
}

fn lanes(flows: &[Flow]) -> Vec<Lane<'_>> {
    let mut lanes: Vec<Lane<'_>> = flows.iter().map(lane_of).collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

/// How tall a row has to be for the flows that end and begin at it, and at the last one for those from the lower edge.
fn rack_height(row: usize, is_last: bool, flows: &[Flow]) -> i32 {
    let own = flows.iter().filter(|it| it.home() == Some(row));
    let into: i32 = own.map(|it| flow_height(it) + 6).sum();
    let lanes = lanes(flows);
    let edge = if is_last { below_height(&lanes) } else { 0 };
    into + begin_height(row, &lanes) + edge
}

/// What the lines take up that begin at a row.
fn begin_height(row: usize, lanes: &[Lane<'_>]) -> i32 {
    let begin = lanes.iter().filter(|it| *it.0 == Tip::Row(row)).count() as i32;
    if begin > 0 { 6 + begin * 6 } else { 0 }
}

/// The name of an end that is no row of the VPC.
fn tip_line(tip: &Tip) -> Option<Line> {
    let text = match tip {
        Tip::Internet => "internet".to_owned(),
        Tip::Elsewhere(name) => name.clone(),
        Tip::Row(_) => return None,
    };
    Some(Line { text, hand: Hand::Head })
}

/// How tall the box of such an end is, for its name and for as many lines as meet there.
fn tip_height(line: &Line, lanes: usize) -> i32 {
    (written(std::slice::from_ref(line), 0, 0).2 + 6).max(6 + 5 * lanes as i32)
}

/// What the ends take up that stand at the lower edge.
fn below_height(lanes: &[Lane<'_>]) -> i32 {
    let tips = lanes.chunk_by(|one, other| one.0 == other.0).filter(|it| *it[0].0 != Tip::Internet);
    tips.filter_map(|it| Some(tip_height(&tip_line(it[0].0)?, it.len()) + 6)).sum()
}

/// Where the parts of a rack stand.
#[derive(Clone, Copy)]
struct Rack {
    /// Where the subnets end.
    content: i32,
    /// The labels' edges.
    left: i32,
    right: i32,
}

/// Flows: each has a label at its row; those that share their other end share a lane.
fn rack(grid: &mut Grid<'_>, flows: &[Flow], content: i32, top: i32) -> i32 {
    if flows.is_empty() {
        return 0;
    }
    let left = content + 18;
    let lanes = lanes(flows);
    let names = lanes.iter().filter_map(|it| Some(written(&[tip_line(it.0)?], 0, 0).1));
    let widest = flows.iter().map(|it| written(&flow_lines(it), 0, 0).1).chain(names).max();
    let rack = Rack { content, left, right: left + widest.unwrap_or_default() + 2 * PADDING };
    let mut ends: Vec<Vec<i32>> = vec![Vec::new(); lanes.len()];
    for row in 0..grid.rows.len() {
        let mut y = grid.rows[row].0;
        for flow in flows.iter().filter(|it| it.home() == Some(row)) {
            let height = told(grid, flow, &rack, y);
            if let Ok(lane) = lanes.binary_search(&lane_of(flow)) {
                ends[lane].push(y + height / 2);
            }
            y += height + 6;
        }
    }
    let starts = starts(grid, &lanes, &rack, top);
    for (number, ((lane, ends), start)) in lanes.iter().zip(ends).zip(starts).enumerate() {
        let x = rack.right + 14 + number as i32 * LANE;
        grid.inner.wires.push(along(lane, &ends, (x, start), &rack));
    }
    rack.right + 14 + lanes.len() as i32 * LANE - content
}

/// How far down each lane has its other end: at its row, or at a box with its name. The internet is above; another VPC and
/// what lies outside are below, where attachments and peering connections are.
fn starts(grid: &mut Grid<'_>, lanes: &[Lane<'_>], rack: &Rack, top: i32) -> Vec<i32> {
    let last = grid.rows.len().saturating_sub(1);
    let bottom = grid.rows.last().map_or(top, |it| it.1);
    let mut above = top;
    let mut below = bottom - begin_height(last, lanes) - below_height(lanes);
    let mut starts = Vec::new();
    for tip in lanes.chunk_by(|one, other| one.0 == other.0) {
        let count = tip.len() as i32;
        let y = match tip[0].0 {
            Tip::Row(row) => {
                starts.extend((1..=count).map(|number| grid.rows[*row].1 + 2 - 6 * number));
                continue;
            }
            Tip::Internet => &mut above,
            Tip::Elsewhere(_) => &mut below,
        };
        let Some(line) = tip_line(tip[0].0) else { continue };
        let height = tip_height(&line, tip.len());
        let frame = Frame { x: rack.left, y: *y, width: rack.right - rack.left, height };
        let (texts, _, _) = written(&[line], rack.left + PADDING, *y + 2);
        let hover = "the other end of the arrows that meet here".to_owned();
        grid.inner.panels.push(Panel { frame, class: "outside".to_owned(), texts, hover });
        let first = *y + (height - 5 * (count - 1)) / 2;
        starts.extend((0..count).map(|number| first + 5 * number));
        *y += height + 6;
    }
    starts
}

/// The label of a flow, with the line between it and its row; how tall it is.
fn told(grid: &mut Grid<'_>, flow: &Flow, rack: &Rack, y: i32) -> i32 {
    let height = flow_height(flow);
    let frame = Frame { x: rack.left, y, width: rack.right - rack.left, height };
    let (texts, _, _) = written(&flow_lines(flow), rack.left + PADDING, y + 3);
    let hover = flow.hover.join("\n");
    let class = flow.paint.map_or("flow".to_owned(), |it| format!("flow {}", it.class()));
    grid.inner.panels.push(Panel { frame, class, texts, hover });
    let middle = y + height / 2;
    let (_, goes_out, paint) = lane_of(flow);
    let head =
        if goes_out { (rack.left, middle, Heading::Right) } else { (rack.content, middle, Heading::Left) };
    grid.inner.wires.push(Wire {
        net: None,
        paint,
        stretches: vec![vec![(rack.left, middle), (rack.content, middle)]],
        knots: Vec::new(),
        heads: vec![head],
    });
    height
}

/// The line that joins the labels of a lane with its other end.
fn along(&(tip, goes_out, paint): &Lane<'_>, ends: &[i32], (x, start): (i32, i32), rack: &Rack) -> Wire {
    let is_row = matches!(tip, Tip::Row(_));
    let ys = ends.iter().copied().chain([start]);
    let first = ys.clone().min().unwrap_or(start);
    let last = ys.max().unwrap_or(start);
    let mut stretches = vec![vec![(x, first), (x, last)]];
    let tip_x = if is_row { rack.content } else { rack.right };
    stretches.push(vec![(tip_x, start), (x, start)]);
    stretches.extend(ends.iter().map(|y| vec![(x, *y), (rack.right, *y)]));
    let mut knots: Vec<(i32, i32)> = Vec::new();
    if !goes_out {
        knots.push((tip_x, start));
    }
    knots.extend(ends.iter().filter(|y| **y != first && **y != last).map(|y| (x, *y)));
    let heads = if goes_out {
        vec![(tip_x, start, Heading::Left)]
    } else {
        ends.iter().map(|y| (rack.right, *y, Heading::Left)).collect()
    };
    Wire { net: None, paint, stretches, knots, heads }
}

/// Puts the gateways on the edges.
fn edges<'p>(mut grid: Grid<'p>, above: Vec<Placed<'p>>, below: Vec<Placed<'p>>) -> Placed<'p> {
    let overhang = tallest(&below) / 2;
    let bottom = grid.below + if below.is_empty() { 2 } else { tallest(&below) - overhang + 4 };
    let mut inner = grid.inner;
    inner.frame.height = bottom - inner.frame.y;
    inner.bounds.width = inner.frame.width;
    inner.bounds.height = bottom + overhang;
    let tall = tallest(&above);
    let mut x = inner.frame.width - PADDING - row_width(&above);
    for mut chip in above {
        let height = chip.bounds.height;
        let own = chip.bounds.width;
        stretch(&mut chip, own, tall.max(height));
        x = attach(&mut inner, chip, x + GAP, 0);
    }
    grid.below = bottom;
    let tall = tallest(&below);
    let mut x = PADDING;
    for mut chip in below {
        let own = chip.bounds.width;
        stretch(&mut chip, own, tall);
        let y = inner.bounds.height - tall;
        x = attach(&mut inner, chip, x, y) + GAP;
    }
    inner
}

/// Puts one there; its nets leave the VPC where it stands.
fn attach<'p>(inner: &mut Placed<'p>, mut chip: Placed<'p>, x: i32, y: i32) -> i32 {
    chip.bounds.x = x;
    chip.bounds.y = y;
    inner.exits.extend(chip.exits.iter().map(|it| Exit { x: it.x + x, ..*it }));
    let right = chip.bounds.right();
    inner.children.push(chip);
    right
}
