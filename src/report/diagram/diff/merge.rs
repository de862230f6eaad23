//! Two pictures of a topology as one: what both have stands where the new one has it, what only the old one has beside what
//! it stood beside.
//!
//! Boxes are the same by their key, or by what shares them: a group of hosts that has lost one is still that group.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::diagram::picture::{Hand, Inside, Line, Mark, Member, Net, Paint, Picture, Shape, Tier};
use crate::report::diagram::zones::{Band, Zones};

/// More members that came or went are counted.
const MOST_NAMES: usize = 4;

/// The boxes and nets of the old picture and the new one, without legends; either may be missing.
pub(super) fn merged(
    pictures: impl Iterator<Item = Option<Picture>>,
    renames: &BTreeMap<String, String>,
) -> (Vec<Shape>, Vec<Net>) {
    let mut parts = pictures.map(|it| it.map(opened).unwrap_or_default());
    let (mut old, old_nets) = parts.next().unwrap_or_default();
    let (new, mut nets) = parts.next().unwrap_or_default();
    old.iter_mut().for_each(|it| rename(it, renames));
    let numbers = join_nets(old_nets, &mut nets, renames);
    old.iter_mut().for_each(|it| renumber(it, &numbers));
    let shapes = shapes(old, new).into_iter().map(alone).collect();
    (shapes, nets)
}

fn opened(picture: Picture) -> (Vec<Shape>, Vec<Net>) {
    let Inside::Packed(mut shapes) = picture.root.inside else { return (Vec::new(), picture.nets) };
    shapes.retain(|it| it.key != "legend");
    (shapes, picture.nets)
}

/// Gives what has another id in the new snapshot that id.
fn rename(shape: &mut Shape, renames: &BTreeMap<String, String>) {
    let renamed = |id: &str| renames.get(id).cloned();
    let (id, rest) = shape.key.split_once('/').map_or((shape.key.as_str(), None), |it| (it.0, Some(it.1)));
    if let Some(id) = renamed(id) {
        shape.key = rest.map_or(id.clone(), |rest| format!("{id}/{rest}"));
    }
    for member in &mut shape.members {
        member.id = renamed(&member.id).unwrap_or_else(|| std::mem::take(&mut member.id));
    }
    shape.children_mut().into_iter().for_each(|it| rename(it, renames));
}

/// Adds the nets that only the old picture has; the new number of each old one.
fn join_nets(old: Vec<Net>, nets: &mut Vec<Net>, renames: &BTreeMap<String, String>) -> Vec<usize> {
    let known: BTreeMap<String, usize> =
        nets.iter().enumerate().map(|(at, it)| (it.key.clone(), at)).collect();
    let is_comparison = !old.is_empty();
    let mut numbers = Vec::new();
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    for mut net in old {
        net.key = renames.get(&net.key).unwrap_or(&net.key).clone();
        match known.get(&net.key) {
            Some(at) => {
                kept.insert(*at);
                numbers.push(*at);
            }
            None => {
                numbers.push(nets.len());
                nets.push(Net { mark: Some(Mark::Removed), ..net });
            }
        }
    }
    if is_comparison {
        for (key, at) in known {
            // The internet and what is on premises are there whether or not anything leads there.
            if !kept.contains(&at) && key != "internet" && key != "on-premises" {
                nets[at].mark = Some(Mark::Added);
            }
        }
    }
    numbers
}

fn renumber(shape: &mut Shape, numbers: &[usize]) {
    for port in &mut shape.ports {
        port.net = numbers[port.net];
    }
    shape.children_mut().into_iter().for_each(|it| renumber(it, numbers));
}

fn ids(shape: &Shape) -> impl Iterator<Item = &str> {
    std::iter::once(shape.key.as_str()).chain(shape.members.iter().map(|it| it.id.as_str()))
}

/// Boxes beside each other, of both.
fn shapes(old: Vec<Shape>, new: Vec<Shape>) -> Vec<Shape> {
    let known: BTreeSet<String> = old.iter().flat_map(ids).map(str::to_owned).collect();
    let still: BTreeSet<String> = new.iter().flat_map(ids).map(str::to_owned).collect();
    // Those that only the old picture has, by the number of boxes of the new one that stand before them.
    let mut gone: Vec<(usize, Shape)> = Vec::new();
    let mut same: Vec<Option<Shape>> = new.iter().map(|_| None).collect();
    let mut place = 0;
    for shape in old {
        let by_key = new.iter().position(|it| it.key == shape.key);
        let is_shared = |it: &Shape| ids(it).any(|id| ids(&shape).any(|own| own == id));
        let found = by_key.or_else(|| new.iter().position(is_shared)).filter(|it| same[*it].is_none());
        match found {
            Some(at) => {
                place = at + 1;
                same[at] = Some(shape);
            }
            None if ids(&shape).any(|it| still.contains(it)) => {}
            None => gone.push((place, Shape { mark: Some(Mark::Removed), ..shape })),
        }
    }
    let mut all = Vec::new();
    let mut gone = gone.into_iter().peekable();
    for (at, (shape, old)) in new.into_iter().zip(same).enumerate() {
        // Ends: takes one of finitely many.
        while let Some((_, shape)) = gone.next_if(|it| it.0 <= at) {
            all.push(shape);
        }
        all.push(match old {
            Some(old) => joined(old, shape),
            None if ids(&shape).any(|it| known.contains(it)) => shape,
            None => Shape { mark: Some(Mark::Added), ..shape },
        });
    }
    all.extend(gone.map(|it| it.1));
    all
}

/// A box that both have.
fn joined(old: Shape, mut new: Shape) -> Shape {
    if let (Paint::Subnet(before), Paint::Subnet(now)) = (old.paint, new.paint)
        && before != now
        && !new.key.contains('/')
    {
        new = new.says(format!("was {}", before.as_text()));
    }
    new.problem = new.problem.filter(|it| old.problem.as_ref() != Some(it));
    for port in old.ports {
        if !new.ports.contains(&port) {
            new.ports.push(port);
        }
    }
    came_and_went(&old.members, &mut new);
    new.inside = match (old.inside, new.inside) {
        (Inside::Packed(old), Inside::Packed(new)) => Inside::Packed(shapes(old, new)),
        (Inside::Nothing, Inside::Packed(new)) => Inside::Packed(shapes(Vec::new(), new)),
        (Inside::Packed(old), Inside::Nothing) => Inside::Packed(shapes(old, Vec::new())),
        (Inside::Zones(old), Inside::Zones(new)) => Inside::Zones(zones(old, new)),
        // A VPC that got its first subnet, or lost its last one.
        (_, new) => new,
    };
    new
}

/// Says which hosts of a group are new, and which are gone.
fn came_and_went(old: &[Member], new: &mut Shape) {
    let missing = |of: &[Member], from: &[Member]| -> Vec<String> {
        let known: BTreeSet<&str> = from.iter().map(|it| it.id.as_str()).collect();
        of.iter().filter(|it| !known.contains(it.id.as_str())).map(|it| it.name.clone()).collect()
    };
    let both = [(Mark::Added, missing(&new.members, old)), (Mark::Removed, missing(old, &new.members))];
    for (mark, names) in both {
        if names.is_empty() {
            continue;
        }
        let rest = names.len().saturating_sub(MOST_NAMES);
        let few = names.into_iter().take(MOST_NAMES).collect::<Vec<String>>().join(", ");
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        new.lines.push(Line { text: format!("{} {few}{more}", mark.sign()), hand: Hand::Plain });
        new.mark = Some(Mark::Changed);
    }
    // What is said of those that are gone is said here.
    let known: BTreeSet<String> = new.members.iter().map(|it| it.id.clone()).collect();
    let gone = old.iter().filter(|it| !known.contains(&it.id));
    new.members.extend(gone.cloned());
}

/// Rows of one tier, with a cell for each zone.
type Row = (Tier, Vec<Vec<Shape>>);

fn zones(old: Zones, new: Zones) -> Zones {
    let columns: BTreeSet<String> = old.columns.iter().chain(&new.columns).cloned().collect();
    let columns: Vec<String> = columns.into_iter().collect();
    let mut old_rows = rows(old.bands, &old.columns, &columns);
    let mut rows = rows(new.bands, &new.columns, &columns);
    let keys = |rows: &[Row]| -> BTreeSet<String> {
        rows.iter().flat_map(|it| &it.1).flatten().map(|it| it.key.clone()).collect()
    };
    let (known, still) = (keys(&old_rows), keys(&rows));
    let mut same: BTreeMap<String, Shape> = BTreeMap::new();
    for (tier, cells) in &mut old_rows {
        let mates: Vec<String> = cells.iter().flatten().map(|it| it.key.clone()).collect();
        for (column, cell) in cells.iter_mut().enumerate() {
            for subnet in cell.drain(..) {
                if still.contains(&subnet.key) {
                    same.insert(subnet.key.clone(), subnet);
                } else {
                    let subnet = Shape { mark: Some(Mark::Removed), ..subnet };
                    insert(&mut rows, (*tier, column, columns.len()), &mates, subnet);
                }
            }
        }
    }
    for subnet in rows.iter_mut().flat_map(|it| &mut it.1).flatten() {
        if let Some(old) = same.remove(&subnet.key) {
            let empty = Shape::new("", Paint::Canvas, "");
            let own = std::mem::replace(subnet, empty);
            *subnet = joined(old, own);
        } else if !known.contains(&subnet.key) {
            subnet.mark = subnet.mark.or(Some(Mark::Added));
        }
    }
    rows.sort_by_key(|it| it.0);
    let mut bands: Vec<Band> = Vec::new();
    for (tier, cells) in rows {
        match bands.last_mut() {
            Some(band) if band.tier == tier => band.rows.push(cells),
            Some(_) | None => bands.push(Band { tier, rows: vec![cells] }),
        }
    }
    let (above, below) = (shapes(old.above, new.above), shapes(old.below, new.below));
    Zones { columns, bands, above, below, flows: Vec::new() }
}

/// The rows of bands, with a cell for each of all columns.
fn rows(bands: Vec<Band>, own: &[String], columns: &[String]) -> Vec<Row> {
    let spread = |cells: Vec<Vec<Shape>>| -> Vec<Vec<Shape>> {
        let mut named: BTreeMap<&String, Vec<Shape>> = own.iter().zip(cells).collect();
        columns.iter().map(|it| named.remove(it).unwrap_or_default()).collect()
    };
    let rows = bands.into_iter().flat_map(|band| band.rows.into_iter().map(move |row| (band.tier, row)));
    rows.map(|(tier, cells)| (tier, spread(cells))).collect()
}

/// Puts a subnet that is gone beside those that it shared a row with, else in a row of its own.
fn insert(rows: &mut Vec<Row>, (tier, column, count): (Tier, usize, usize), mates: &[String], subnet: Shape) {
    let is_home = |it: &&mut Row| it.0 == tier && it.1.iter().flatten().any(|it| mates.contains(&it.key));
    match rows.iter_mut().find(is_home) {
        Some((_, cells)) => cells[column].push(subnet),
        None => {
            let mut cells: Vec<Vec<Shape>> = vec![Vec::new(); count];
            cells[column].push(subnet);
            rows.push((tier, cells));
        }
    }
}

/// An account with a single Region is one box.
fn alone(mut shape: Shape) -> Shape {
    let Inside::Packed(inner) = &mut shape.inside else { return shape };
    if shape.paint == Paint::Account
        && let [region] = inner.as_mut_slice()
        && region.paint == Paint::Region
    {
        let words = region.lines.first().map(|it| it.text.clone()).unwrap_or_default();
        if let Some(line) = shape.lines.first_mut().filter(|_| !words.is_empty()) {
            line.text = format!("{} · {words}", line.text);
        }
        let region = inner.remove(0);
        shape.lines.extend(region.lines.into_iter().skip(1));
        shape.mark = shape.mark.or(region.mark);
        shape.ports.extend(region.ports);
        shape.inside = region.inside;
    }
    shape
}
