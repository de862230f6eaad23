//! Hundreds of VPCs as a map: private space block by block, with who has each, and what nobody has.

use std::collections::BTreeSet;

use ipnet::{IpNet, Ipv4Net};

use crate::report::cidr::{Plan, SpaceView};
use crate::report::diagram::picture::{Inside, Paint, Shape, Table, TableKind};

/// Private space, the prefix of a row and that of a cell.
const SPACES: [(&str, u8, u8); 4] = [
    ("10.0.0.0/8", 12, 16),
    ("100.64.0.0/10", 12, 16),
    ("172.16.0.0/12", 12, 16),
    ("192.168.0.0/16", 18, 20),
];
/// More names are not told to whoever points at a cell.
const MOST_TOLD: usize = 30;

/// A block of a VPC.
struct Held<'p> {
    block: Ipv4Net,
    space: &'p SpaceView,
}

/// The map, a box for each private space that somebody is in, and one for what is outside of them.
pub(super) fn map(plan: &Plan<'_>) -> Vec<Shape> {
    let mut held: Vec<Held<'_>> = Vec::new();
    for space in &plan.vpcs {
        let blocks = space.blocks.iter().filter_map(|it| it.parse().ok());
        held.extend(blocks.map(|block| Held { block, space }));
    }
    held.sort_by_key(|it| (it.block, &it.space.id));
    // Overlaps of those that could meet.
    let overlaps: Vec<Ipv4Net> =
        plan.overlaps.iter().filter(|it| it.can_meet).filter_map(|it| it.block.parse().ok()).collect();
    let mut shapes = Vec::new();
    let mut known: Vec<Ipv4Net> = Vec::new();
    for (text, row, cell) in SPACES {
        let Ok(space) = text.parse::<Ipv4Net>() else { continue };
        known.push(space);
        let own: Vec<&Held<'_>> = held.iter().filter(|it| meet(&it.block, &space)).collect();
        if own.is_empty() {
            shapes.push(Shape::new(text, Paint::Free, text).says("free"));
        } else {
            shapes.push(grid(space, (row, cell), &own, &overlaps));
        }
    }
    shapes.extend(others(plan, &held, &known));
    shapes
}

fn meet(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(other) || other.contains(one)
}

/// How many have them.
fn vpcs(held: &[&Held<'_>]) -> String {
    counted(held.iter().map(|it| &it.space.id).collect::<BTreeSet<_>>().len())
}

fn counted(vpcs: usize) -> String {
    if vpcs == 1 { "1 VPC".to_owned() } else { format!("{vpcs} VPCs") }
}

fn name(space: &SpaceView) -> &str {
    space.name.as_deref().unwrap_or(&space.id)
}

/// A space, a row of cells for each of its larger blocks.
fn grid(space: Ipv4Net, (row, cell): (u8, u8), held: &[&Held<'_>], overlaps: &[Ipv4Net]) -> Shape {
    let rows = space.subnets(row).into_iter().flatten();
    let rows = rows.map(|row| {
        let cells = row.subnets(cell).into_iter().flatten();
        cells.map(|block| Some(self::cell(block, held, overlaps))).collect()
    });
    let rows: Vec<Vec<Option<Shape>>> = rows.collect();
    let free = rows.iter().flatten().flatten().filter(|it| it.paint == Paint::Free).count();
    let shape = Shape::new(space.to_string(), Paint::Region, space.to_string());
    let shape = shape.says(format!("{} · {free} blocks of /{cell} are free", vpcs(held)));
    shape.holding(Inside::Table(Table { kind: TableKind::Map, heads: Vec::new(), rows }))
}

fn cell(block: Ipv4Net, held: &[&Held<'_>], overlaps: &[Ipv4Net]) -> Shape {
    let own: Vec<&Held<'_>> = held.iter().filter(|it| meet(&it.block, &block)).copied().collect();
    let key = block.to_string();
    if own.is_empty() {
        return Shape::new(key.as_str(), Paint::Free, key.as_str()).says("free");
    }
    let words = match own.as_slice() {
        [only] => name(only.space).to_owned(),
        [..] => vpcs(&own),
    };
    let mut shape = Shape::new(key.as_str(), Paint::Host, key.as_str()).says(words);
    for it in own.iter().take(MOST_TOLD) {
        shape = shape.tells(format!("{}  {}  {}", it.block, name(it.space), it.space.id));
    }
    if own.len() > MOST_TOLD {
        shape = shape.tells(format!("and {} more", own.len() - MOST_TOLD));
    }
    let is_wrong = overlaps.iter().any(|it| meet(it, &block));
    shape.problem = is_wrong.then(|| "overlap".to_owned());
    shape
}

/// What lies in no private space, and IPv6.
fn others(plan: &Plan<'_>, held: &[Held<'_>], known: &[Ipv4Net]) -> Vec<Shape> {
    let outside: Vec<&Held<'_>> =
        held.iter().filter(|it| !known.iter().any(|space| meet(space, &it.block))).collect();
    let ipv6: Vec<&SpaceView> = plan
        .vpcs
        .iter()
        .filter(|it| it.blocks.iter().any(|it| matches!(it.parse::<IpNet>(), Ok(IpNet::V6(_)))))
        .collect();
    let mut shapes = Vec::new();
    if !outside.is_empty() {
        let lines: Vec<String> =
            outside.iter().take(MOST_TOLD).map(|it| format!("{}  {}", it.block, name(it.space))).collect();
        let shape = Shape::new("other-blocks", Paint::Host, "other blocks");
        shapes.push(shape.says(vpcs(&outside)).tells(lines.join("\n")));
    }
    if !ipv6.is_empty() {
        let lines: Vec<String> =
            ipv6.iter().take(MOST_TOLD).map(|it| format!("{}  {}", it.blocks.join(", "), name(it))).collect();
        let shape = Shape::new("ipv6-blocks", Paint::Host, "IPv6");
        shapes.push(shape.says(counted(ipv6.len())).tells(lines.join("\n")));
    }
    shapes
}
