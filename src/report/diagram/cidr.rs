//! The view `cidr`: who has which addresses, what is free, and who overlaps with whom.

mod map;

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::legend;
use super::picture::{Hand, Inside, Line, Paint, Picture, Shape};
use super::topology::{Tiers, tiers};
use crate::network::Network;
use crate::report::cidr::{OverlapView, Plan, RoomView, SpaceView};

/// More VPCs than this are cards.
const MOST_OPEN: usize = 40;
/// More VPCs than this are a map of who has which block.
const MOST_CARDS: usize = 120;
/// More free blocks of a VPC than this are counted.
const MOST_FREE: usize = 12;
/// More overlaps than this are counted.
const MOST_OVERLAPS: usize = 24;

/// The picture of an address plan.
pub fn cidr(plan: &Plan<'_>, network: &Network) -> Picture {
    let is_map = plan.vpcs.len() > MOST_CARDS;
    let mut shapes = if is_map { map::map(plan) } else { each(plan, &tiers(network)) };
    // A map says by itself who has the same blocks.
    let told: Vec<&OverlapView<'_>> = plan.overlaps.iter().filter(|it| it.can_meet || !is_map).collect();
    shapes.extend(told.iter().take(MOST_OVERLAPS).enumerate().map(|(number, it)| overlap(number, it)));
    let rest = plan.overlaps.len() - told.len().min(MOST_OVERLAPS);
    if rest > 0 {
        let words = format!("{rest} more {}", if rest == 1 { "overlap" } else { "overlaps" });
        shapes.push(Shape::new("overlaps", Paint::Step, words).says("listed by `netpath cidr`"));
    }
    shapes.extend(legend::of(&shapes));
    // A VPC with blocks of both families is told of twice.
    let count = plan.vpcs.iter().map(|it| &it.id).collect::<BTreeSet<_>>().len();
    let title = format!("Addresses of {count} {}", if count == 1 { "VPC" } else { "VPCs" });
    let mut root = Shape::new("netpath", Paint::Canvas, "");
    root.lines = vec![Line { text: title.clone(), hand: Hand::Title }];
    root.inside = Inside::Packed(shapes);
    let description = format!("{title}: subnets and what is free between them, in the order of addresses.");
    Picture { title, description, root, nets: Vec::new() }
}

/// A box for each VPC, by its first address.
fn each(plan: &Plan<'_>, tiers: &Tiers<'_>) -> Vec<Shape> {
    let is_open = plan.vpcs.len() <= MOST_OPEN;
    let mut spaces: Vec<&SpaceView> = plan.vpcs.iter().collect();
    spaces.sort_by_key(|it| (it.family, it.blocks.first().and_then(|it| it.parse::<IpNet>().ok()), &it.id));
    spaces.iter().map(|it| space(plan, it, is_open.then_some(tiers))).collect()
}

/// A VPC's blocks of one family.
fn space(plan: &Plan<'_>, space: &SpaceView, tiers: Option<&Tiers<'_>>) -> Shape {
    let name = space.name.as_deref().unwrap_or(&space.id);
    let key = format!("{}-{}", space.id, space.family);
    let mut shape = Shape::new(key, Paint::Vpc, name).says(space.blocks.join(", ")).tells(space.id.as_str());
    if let (Some(unused), Some(all)) = (space.unused_addresses, space.addresses) {
        shape = shape.says(format!("{unused} of {all} addresses in no subnet"));
    }
    let serious =
        plan.overlaps.iter().find(|it| it.can_meet && it.holders.iter().any(|it| it.id == space.id));
    shape.problem =
        serious.map(|it| format!("{} is had by others too: {}", it.block, it.grade.replace('-', " ")));
    let Some(tiers) = tiers else {
        return shape.says(format!("{} subnets", space.subnets.len()));
    };
    let free = space.unused_blocks.iter().take(MOST_FREE);
    let free = free.map(|it| {
        (first(it), Shape::new(format!("{}/{it}", space.id), Paint::Free, it.as_str()).says("free"))
    });
    let used = space.subnets.iter().map(|it| (first(&it.block), room(it, tiers)));
    let mut parts: Vec<(Option<IpAddr>, Shape)> = free.chain(used).collect();
    parts.sort_by_key(|it| it.0);
    let mut parts: Vec<Shape> = parts.into_iter().map(|it| it.1).collect();
    if space.unused_blocks.len() > MOST_FREE {
        let rest = space.unused_blocks.len() - MOST_FREE;
        let words = format!("{rest} smaller {}", if rest == 1 { "block" } else { "blocks" });
        parts.push(Shape::new(format!("{}/free", space.id), Paint::Free, words).says("free"));
    }
    if parts.is_empty() { shape } else { shape.holding(Inside::Packed(parts)) }
}

fn first(block: &str) -> Option<IpAddr> {
    block.parse::<IpNet>().ok().map(|it| it.network())
}

fn room(room: &RoomView, tiers: &Tiers<'_>) -> Shape {
    let name = room.name.as_deref().unwrap_or(&room.id);
    let paint = tiers.get(room.id.as_str()).map_or(Paint::Host, |it| Paint::Subnet(*it));
    let shape = Shape::new(room.id.as_str(), paint, name).says(room.block.as_str()).tells(room.id.as_str());
    match (room.used, room.free) {
        (Some(used), Some(free)) => {
            let most = if room.is_at_most { "at most " } else { "" };
            shape.says(format!("{used} used, {most}{free} free"))
        }
        (_, _) => shape,
    }
}

fn overlap(number: usize, overlap: &OverlapView<'_>) -> Shape {
    let times = if overlap.holders.len() > 2 {
        format!("{} times", overlap.holders.len())
    } else {
        "twice".to_owned()
    };
    let words = format!("{} {times}", overlap.block);
    let mut shape = Shape::new(format!("overlap-{number}"), Paint::Step, words);
    for holder in overlap.holders.iter().take(6) {
        shape = shape.says(format!("{} {}", holder.name.unwrap_or(&holder.id), holder.block));
    }
    if overlap.holders.len() > 6 {
        shape = shape.says(format!("and {} more", overlap.holders.len() - 6));
    }
    let by = overlap.by.as_deref().map(|it| format!(", {it}")).unwrap_or_default();
    let grade = overlap.grade.replace('-', " ");
    if overlap.can_meet {
        shape.problem = Some(format!("{grade}{by}"));
        return shape;
    }
    shape.says(format!("{grade}{by}"))
}
