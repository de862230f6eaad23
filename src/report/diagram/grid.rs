//! A VPC's inside: a column for each zone, a band for each tier, gateways on the edges, and at the right who talks to whom.

use super::font::width;
use super::picture::{Band, Flow, Hand, Line, Sender, Shape, Tier, Zones};
use super::place::{Exit, Frame, GAP, PADDING, Panel, Placed, Text, Whole, label, placed, stretch, written};
use super::wires::{Heading, Wire};

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
    for band in &zones.bands {
        let top = grid.below;
        grid.below += STRIP;
        for _ in &band.rows {
            let Some(row) = cells.next() else { continue };
            place_row(grid, row, rack_height(grid.rows.len(), &zones.flows));
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

/// How tall a row has to be for the flows that end and begin at it.
fn rack_height(row: usize, flows: &[Flow]) -> i32 {
    let into: i32 = flows.iter().filter(|it| it.to == row).map(|it| flow_height(it) + 6).sum();
    let begins = flows.iter().any(|it| it.from == Sender::Row(row));
    into + if begins { 12 } else { 0 }
}

/// Flows: each has a label at the row that it goes to; those of one sender share a lane.
fn rack(grid: &mut Grid<'_>, flows: &[Flow], content: i32, top: i32) -> i32 {
    if flows.is_empty() {
        return 0;
    }
    let left = content + 18;
    let widest = flows.iter().map(|it| written(&flow_lines(it), 0, 0).1).max().unwrap_or_default();
    let label_width = widest + 2 * PADDING;
    let right = left + label_width;
    let mut senders: Vec<&Sender> = flows.iter().map(|it| &it.from).collect();
    senders.sort_unstable();
    senders.dedup();
    let mut ends: Vec<Vec<i32>> = vec![Vec::new(); senders.len()];
    for row in 0..grid.rows.len() {
        let mut y = grid.rows[row].0;
        for flow in flows.iter().filter(|it| it.to == row) {
            let height = flow_height(flow);
            let frame = Frame { x: left, y, width: label_width, height };
            let (texts, _, _) = written(&flow_lines(flow), left + PADDING, y + 3);
            let hover = flow.hover.join("\n");
            grid.inner.panels.push(Panel { frame, class: "flow".to_owned(), texts, hover });
            let middle = y + height / 2;
            grid.inner.wires.push(Wire {
                net: None,
                stretches: vec![vec![(left, middle), (content, middle)]],
                knots: Vec::new(),
                heads: vec![(content, middle, Heading::Left)],
            });
            if let Ok(sender) = senders.binary_search(&&flow.from) {
                ends[sender].push(middle);
            }
            y += height + 6;
        }
    }
    for (number, (sender, ends)) in senders.iter().zip(ends).enumerate() {
        let x = right + 14 + number as i32 * LANE;
        let lane = lane(sender, &ends, x, (content, right), top, &grid.rows);
        grid.inner.wires.push(lane);
    }
    right + 14 + senders.len() as i32 * LANE - content
}

fn lane(
    sender: &Sender,
    ends: &[i32],
    x: i32,
    (content, right): (i32, i32),
    top: i32,
    rows: &[(i32, i32)],
) -> Wire {
    // The internet is above, what another VPC sends comes in by the lower edge.
    let start = match sender {
        Sender::Internet => top + 4,
        Sender::Row(row) => rows[*row].1 - 4,
        Sender::Elsewhere(_) => rows.last().map_or(top, |it| it.1) + 6,
    };
    let is_row = matches!(sender, Sender::Row(_));
    let ys = ends.iter().copied().chain([start]);
    let first = ys.clone().min().unwrap_or(start);
    let last = ys.max().unwrap_or(start);
    let mut stretches = vec![vec![(x, first), (x, last)]];
    if is_row {
        stretches.push(vec![(content, start), (x, start)]);
    }
    stretches.extend(ends.iter().map(|y| vec![(x, *y), (right, *y)]));
    let mut knots: Vec<(i32, i32)> = vec![if is_row { (content, start) } else { (x, start) }];
    knots.extend(ends.iter().filter(|y| **y != first && **y != last).map(|y| (x, *y)));
    let heads = ends.iter().map(|y| (right, *y, Heading::Left)).collect();
    Wire { net: None, stretches, knots, heads }
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
