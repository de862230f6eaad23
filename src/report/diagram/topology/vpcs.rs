//! A VPC: opened, as a card, or several that are alike as one.

use std::collections::BTreeMap;

use super::Options;
use super::crossings::Crossing;
use super::depth::Depth;
use super::estate::{Estate, VpcFacts};
use super::hosts::Endpoints;
use super::joints::{Joints, counted};
use super::{flows, subnets};
use crate::report::diagram::picture::{Inside, Paint, Shape, Tier, blocks};
use crate::report::diagram::zones::Zones;

/// What is needed to draw VPCs.
pub(super) struct Drawing<'d, 'a> {
    pub estate: &'d Estate<'a>,
    pub joints: &'d Joints<'a>,
    pub endpoints: &'d Endpoints<'a>,
    pub crossings: &'d [Crossing],
    pub depth: Depth,
    pub options: &'d Options,
}

/// The VPCs of one place.
pub(super) fn vpcs(drawing: &Drawing<'_, '_>, vpcs: &[&VpcFacts<'_>]) -> Vec<Shape> {
    if let Some(key) = &drawing.options.collapse {
        let value = |vpc: &VpcFacts<'_>| {
            let tags = vpc.about.map(|it| &it.tags);
            tags.and_then(|it| {
                it.iter().find(|(known, _)| known == key).map(|(_, value)| format!("{key} {value}"))
            })
        };
        return alike(drawing, vpcs, value);
    }
    if drawing.depth == Depth::Kind {
        return alike(drawing, vpcs, |vpc| Some(signature(drawing.estate, vpc)));
    }
    vpcs.iter().map(|it| one(drawing, it)).collect()
}

fn one(drawing: &Drawing<'_, '_>, vpc: &VpcFacts<'_>) -> Shape {
    let is_open = drawing.depth >= Depth::Subnet && !vpc.subnets.is_empty();
    if is_open { opened(drawing, vpc) } else { closed(drawing, vpc) }
}

fn head(vpc: &VpcFacts<'_>) -> Shape {
    let shape = Shape::new(vpc.id.as_str(), Paint::Vpc, vpc.name()).says(blocks(&vpc.cidrs));
    let shape = shape.tells(format!("VPC {}", vpc.id)).tells(vpc.cidrs.join(", "));
    if vpc.row.is_none() {
        Shape { paint: Paint::Absent, ..shape }.says("not in the snapshot")
    } else {
        shape
    }
}

fn opened(drawing: &Drawing<'_, '_>, vpc: &VpcFacts<'_>) -> Shape {
    let collapse = drawing.options.collapse.as_deref();
    let (columns, bands) = subnets::bands(drawing.estate, vpc, drawing.endpoints, drawing.depth, collapse);
    let above = drawing.joints.above(drawing.estate, vpc);
    let below = drawing.joints.below(drawing.estate, vpc);
    let mut shape = head(vpc);
    shape.problem = subnets::broken_nat(drawing.estate, vpc);
    let flows = match drawing.depth {
        Depth::Group | Depth::Host if drawing.options.is_compared => Vec::new(),
        Depth::Group | Depth::Host => {
            let within = flows::flows(drawing.estate, drawing.endpoints, vpc, &bands, collapse);
            if within.is_none() {
                shape = shape.says("too many hosts to draw who talks to whom in here");
            }
            let mut flows = within.unwrap_or_default();
            flows.extend(flows::arriving(drawing.crossings, vpc, &bands));
            flows
        }
        Depth::Account | Depth::Region | Depth::Kind | Depth::Vpc | Depth::Subnet => Vec::new(),
    };
    shape.holding(Inside::Zones(Zones { columns, bands, above, below, flows }))
}

/// A VPC as a card: what it holds is counted.
fn closed(drawing: &Drawing<'_, '_>, vpc: &VpcFacts<'_>) -> Shape {
    let shape = head(vpc);
    filled(drawing, shape, &[vpc])
}

/// What some VPCs hold, counted.
pub(super) fn summed(drawing: &Drawing<'_, '_>, shape: Shape, vpcs: &[&VpcFacts<'_>]) -> Shape {
    let shape = shape.says(counted(&[(vpcs.len(), "VPC", "VPCs")]));
    filled(drawing, shape, vpcs)
}

fn filled(drawing: &Drawing<'_, '_>, shape: Shape, vpcs: &[&VpcFacts<'_>]) -> Shape {
    let in_tier =
        |tier: Tier| vpcs.iter().flat_map(|it| &it.subnets).filter(|it| it.way_out.tier == tier).count();
    let tiers = Tier::ALL.into_iter().map(|tier| (tier, in_tier(tier))).filter(|(_, count)| *count > 0);
    let tier_box = |(tier, count): (Tier, usize)| {
        let words = format!("{count} {}", tier.as_text());
        Shape::new(format!("{}/{}", shape.key, tier.as_text()), Paint::Subnet(tier), words)
    };
    let tiers: Vec<Shape> = tiers.map(tier_box).collect();
    let sum = |count: fn(&VpcFacts<'_>) -> usize| vpcs.iter().map(|it| count(it)).sum::<usize>();
    let ways = [
        (sum(|it| it.internet_gateways.len()), "internet gateway", "internet gateways"),
        (sum(|it| it.nat_gateways.len()), "NAT gateway", "NAT gateways"),
        (sum(|it| it.peerings.len()), "peering", "peerings"),
        (sum(|it| it.attachments.len()), "attachment", "attachments"),
    ];
    let subnets = sum(|it| it.subnets.len());
    let held = [(sum(|it| it.host_count), "interface", "interfaces"), (subnets, "subnet", "subnets")];
    let mut shape = shape.says(counted(&held)).says(counted(&ways));
    shape.ports = drawing.joints.ports_of(drawing.estate, vpcs);
    if tiers.is_empty() { shape } else { shape.holding(Inside::Packed(tiers)) }
}

/// What VPCs have to share to be drawn as one.
fn signature(estate: &Estate<'_>, vpc: &VpcFacts<'_>) -> String {
    let mut tiers: Vec<&str> = vpc.subnets.iter().map(|it| it.way_out.tier.as_text()).collect();
    tiers.sort_unstable();
    tiers.dedup();
    let mut hubs: Vec<&str> = vpc
        .attachments
        .iter()
        .map(|row| estate.model.transit_gateway_vpc_attachments[*row].transit_gateway.as_str())
        .collect();
    hubs.sort_unstable();
    let has = |is: bool, word: &str| if is { word.to_owned() } else { String::new() };
    let parts = [
        has(!vpc.internet_gateways.is_empty(), "internet gateway"),
        has(!vpc.vpn_gateways.is_empty(), "VPN"),
        hubs.join(" "),
        tiers.join(", "),
    ];
    parts.join("|")
}

/// VPCs with the same word as one box; those without a word, or alone with theirs, by themselves.
fn alike(
    drawing: &Drawing<'_, '_>,
    vpcs: &[&VpcFacts<'_>],
    word: impl Fn(&VpcFacts<'_>) -> Option<String>,
) -> Vec<Shape> {
    let mut kinds: BTreeMap<String, Vec<&VpcFacts<'_>>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for vpc in vpcs {
        let word = word(vpc).unwrap_or_else(|| vpc.id.to_string());
        if !kinds.contains_key(&word) {
            order.push(word.clone());
        }
        kinds.entry(word).or_default().push(vpc);
    }
    let mut shapes = Vec::new();
    for word in order {
        let members = &kinds[&word];
        if let [alone] = members.as_slice() {
            shapes.push(if drawing.depth == Depth::Kind {
                closed(drawing, alone)
            } else {
                one(drawing, alone)
            });
        } else {
            shapes.push(kind(drawing, &word, members));
        }
    }
    shapes
}

fn kind(drawing: &Drawing<'_, '_>, word: &str, members: &[&VpcFacts<'_>]) -> Shape {
    let count = members.len();
    let is_tag = drawing.options.collapse.is_some();
    let name = if is_tag { format!("{word}: {count} VPCs") } else { format!("{count} VPCs alike") };
    let first = members[0];
    let last = members[count - 1];
    let range = match (first.cidrs.first(), last.cidrs.first()) {
        (Some(first), Some(last)) if first != last => format!("{first} … {last}"),
        (Some(one), _) => one.clone(),
        (None, _) => String::new(),
    };
    let few: Vec<&str> = members.iter().take(3).map(|it| it.name()).collect();
    let more = if count > 3 { " …" } else { "" };
    let mut shape = Shape::new(format!("{}/{}", first.id, count), Paint::Vpc, name).says(range);
    shape = shape.says(format!("{}{more}", few.join(", ")));
    for vpc in members.iter().take(40) {
        shape = shape.tells(format!("{} {} {}", vpc.name(), vpc.id, vpc.cidrs.join(", ")));
    }
    if count > 40 {
        shape = shape.tells(format!("and {} more", count - 40));
    }
    filled(drawing, shape, members)
}
