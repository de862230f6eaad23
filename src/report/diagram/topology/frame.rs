//! The frame of a topology: title, accounts and Regions, what lies outside, the legend.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::crossings;
use super::depth::Depth;
use super::estate::{Estate, VpcFacts};
use super::hosts;
use super::joints::{Joints, counted};
use super::vpcs::{Drawing, summed, vpcs};
use crate::report::diagram::legend;
use crate::report::diagram::picture::{Hand, Inside, Line, Paint, Picture, Port, Shape, Side};

/// The whole picture.
pub(super) fn picture(estate: &Estate<'_>, depth: Depth, options: &Options) -> Picture {
    let joints = Joints::of(estate);
    let endpoints = hosts::endpoints(estate);
    let collapse = options.collapse.as_deref();
    let crossings = if options.is_compared {
        Some(Vec::new())
    } else {
        crossings::crossings(estate, &endpoints, depth, collapse)
    };
    let is_asked = crossings.is_some();
    let crossings = crossings.unwrap_or_default();
    let drawing =
        Drawing { estate, joints: &joints, endpoints: &endpoints, crossings: &crossings, depth, options };
    let mut shapes = Vec::new();
    if joints.internet.is_some() {
        let internet = outside("internet", "internet", joints.internet, Side::Bottom);
        shapes.push(Shape { ask: Some("internet".to_owned()), ..internet });
    }
    shapes.extend(accounts(&drawing));
    shapes.extend(elsewhere(&drawing));
    if joints.premises.is_some() {
        shapes.push(on_premises(estate, &joints));
    }
    shapes.extend(crossings::table(&crossings, depth));
    if options.only_violations {
        shapes = shapes.into_iter().filter_map(only_wrong).collect();
    }
    let counts = counts(estate);
    let title = title(estate);
    let mut root = Shape::new("netpath", Paint::Canvas, "");
    root.lines = vec![
        Line { text: title.clone(), hand: Hand::Title },
        Line { text: counts.clone(), hand: Hand::Plain },
    ];
    if !is_asked {
        root = root
            .says("who talks to whom between VPCs is left out: too many; `netpath matrix --by vpc` says it");
    }
    if shapes.is_empty() {
        let words = if options.only_violations { "nothing is wrong" } else { "there is no VPC to draw" };
        root = root.says(words);
    }
    shapes.extend(legend::of(&shapes));
    root.inside = Inside::Packed(shapes);
    let description = format!(
        "A network diagram: {counts}. Boxes are accounts, Regions, VPCs and subnets. A subnet stands in the band of its \
         tier, by the routes in force. Lines are transit gateways, peering connections and ways to the internet."
    );
    Picture { title, description, root, nets: joints.nets }
}

fn title(estate: &Estate<'_>) -> String {
    match estate.vpcs.as_slice() {
        [one] => format!("VPC {}", one.name()),
        _ if estate.snapshot.accounts.len() > 1 => format!("{} accounts", estate.snapshot.accounts.len()),
        _ => estate
            .snapshot
            .accounts
            .first()
            .map_or("AWS network".to_owned(), |it| format!("AWS account {it}")),
    }
}

fn counts(estate: &Estate<'_>) -> String {
    let own: Vec<&VpcFacts<'_>> = estate.vpcs.iter().filter(|it| it.row.is_some()).collect();
    let accounts: BTreeSet<&str> = own.iter().map(|it| it.account).collect();
    let regions: BTreeSet<&str> = own.iter().map(|it| it.region).collect();
    counted(&[
        (accounts.len(), "account", "accounts"),
        (regions.len(), "Region", "Regions"),
        (own.len(), "VPC", "VPCs"),
        (own.iter().map(|it| it.subnets.len()).sum(), "subnet", "subnets"),
        (estate.interface_count, "interface", "interfaces"),
    ])
}

fn outside(key: &str, name: &str, net: Option<usize>, side: Side) -> Shape {
    let ports = net.map(|net| Port { net, side }).into_iter().collect();
    Shape { ports, ..Shape::new(key, Paint::Outside, name) }
}

fn on_premises(estate: &Estate<'_>, joints: &Joints<'_>) -> Shape {
    let gateways = estate.model.customer_gateways.iter();
    let words = gateways.map(|it| {
        let name = it.about.name().unwrap_or(it.id.as_str());
        format!("{name} {}", it.address.as_deref().unwrap_or_default())
    });
    let words: Vec<String> = words.collect();
    let shape = outside("on-premises", "on premises", joints.premises, Side::Top);
    let shape = words.iter().take(4).fold(shape, |shape, it| shape.says(it.trim_end()));
    let shape = if words.len() > 4 { shape.says(format!("and {} more", words.len() - 4)) } else { shape };
    shape.tells(words.join("\n"))
}

type Places<'e, 'a> = BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'e VpcFacts<'a>>>>;

/// Accounts with their Regions; one of a single Region is one box.
fn accounts(drawing: &Drawing<'_, '_>) -> Vec<Shape> {
    let mut places: Places<'_, '_> = BTreeMap::new();
    for vpc in drawing.estate.vpcs.iter().filter(|it| it.row.is_some()) {
        places.entry(vpc.account).or_default().entry(vpc.region).or_default().push(vpc);
    }
    for id in drawing.joints.transit.keys() {
        let about = drawing.estate.model.transit_gateways.get(&(*id).into()).map(|it| &it.about);
        if let Some(about) = about {
            let account = about.account.as_ref().map_or("", |it| it.as_str());
            let region = about.region.as_ref().map_or("", |it| it.as_str());
            places.entry(account).or_default().entry(region).or_default();
        }
    }
    places.into_iter().map(|(account, regions)| self::account(drawing, account, regions)).collect()
}

fn account(drawing: &Drawing<'_, '_>, account: &str, regions: BTreeMap<&str, Vec<&VpcFacts<'_>>>) -> Shape {
    let name = if account.is_empty() { "account unknown".to_owned() } else { format!("account {account}") };
    let regions: Vec<(&str, Vec<&VpcFacts<'_>>)> = regions.into_iter().collect();
    if drawing.depth == Depth::Account {
        let all: Vec<&VpcFacts<'_>> = regions.iter().flat_map(|it| it.1.iter().copied()).collect();
        let names: Vec<&str> = regions.iter().map(|it| it.0).collect();
        return summed(
            drawing,
            Shape::new(format!("account-{account}"), Paint::Account, name).says(names.join(", ")),
            &all,
        );
    }
    if let ([(region, own)], false) = (regions.as_slice(), drawing.options.is_compared) {
        let name = if region.is_empty() { name } else { format!("{name} · {region}") };
        let shape = Shape::new(format!("account-{account}"), Paint::Account, name);
        return region_box(drawing, shape, account, region, own);
    }
    let boxes = regions.iter().map(|(region, own)| {
        let words = if region.is_empty() { "Region unknown" } else { region };
        let shape = Shape::new(format!("region-{account}-{region}"), Paint::Region, words);
        region_box(drawing, shape, account, region, own)
    });
    let boxes = boxes.collect();
    Shape::new(format!("account-{account}"), Paint::Account, name).holding(Inside::Packed(boxes))
}

fn region_box(
    drawing: &Drawing<'_, '_>,
    shape: Shape,
    account: &str,
    region: &str,
    own: &[&VpcFacts<'_>],
) -> Shape {
    if drawing.depth == Depth::Region {
        return summed(drawing, shape, own);
    }
    let mut boxes = vpcs(drawing, own);
    boxes.extend(drawing.joints.hubs(drawing.estate, account, region));
    shape.holding(Inside::Packed(boxes))
}

/// What the snapshot refers to and does not have.
fn elsewhere(drawing: &Drawing<'_, '_>) -> Option<Shape> {
    let estate = drawing.estate;
    let absent = estate.vpcs.iter().filter(|it| it.row.is_none());
    let joined = absent.filter(|it| {
        it.peerings.len() + it.attachments.len() + it.internet_gateways.len() + it.subnets.len() > 0
    });
    let joined: Vec<&VpcFacts<'_>> = joined.collect();
    let mut boxes = vpcs(drawing, &joined);
    let unknown = drawing
        .joints
        .transit
        .keys()
        .filter(|id| estate.model.transit_gateways.get(&(**id).into()).is_none());
    boxes.extend(unknown.map(|id| drawing.joints.hub(estate, id)));
    (!boxes.is_empty())
        .then(|| Shape::new("elsewhere", Paint::Absent, "not in the snapshot").holding(Inside::Packed(boxes)))
}

/// A box with only what something is wrong with; nothing where all is well.
fn only_wrong(mut shape: Shape) -> Option<Shape> {
    let keep = |shapes: &mut Vec<Shape>| {
        let all = std::mem::take(shapes);
        shapes.extend(all.into_iter().filter_map(only_wrong));
        shapes.is_empty()
    };
    let is_empty = match &mut shape.inside {
        Inside::Nothing => true,
        Inside::Packed(shapes) | Inside::Stacked(shapes, _) => keep(shapes),
        Inside::Zones(zones) => {
            let mut is_empty = keep(&mut zones.above);
            is_empty &= keep(&mut zones.below);
            for band in &mut zones.bands {
                for row in &mut band.rows {
                    for cell in row.iter_mut() {
                        is_empty &= keep(cell);
                    }
                }
                band.rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
            }
            zones.bands.retain(|band| !band.rows.is_empty());
            // Rows have other numbers now, and arrows are about what works.
            zones.flows.clear();
            is_empty
        }
        // Arrows between VPCs are about what works.
        Inside::Table(_) => true,
    };
    if is_empty && !matches!(shape.inside, Inside::Nothing) {
        shape.inside = Inside::Nothing;
    }
    (shape.problem.is_some() || !is_empty).then_some(shape)
}
