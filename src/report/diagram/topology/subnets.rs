//! The inside of a VPC: zones as columns, tiers as bands, and in a band subnets of one purpose in a row.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::depth::Depth;
use super::estate::{Estate, SubnetFacts, VpcFacts};
use super::hosts::{self, Endpoints};
use super::joints::counted;
use super::tier::WayOut;
use crate::model::words::Word;
use crate::model::{NatGatewayState, Resource};
use crate::network::{Component, ExplanationCode, Hop, Network, Origin, Step, SubnetRow};
use crate::report::diagram::picture::{Inside, Paint, Shape, Tier};
use crate::report::diagram::zones::Band;

/// The zones of a VPC, and its bands.
pub(super) fn bands(
    estate: &Estate<'_>,
    vpc: &VpcFacts<'_>,
    endpoints: &Endpoints<'_>,
    depth: Depth,
    collapse: Option<&str>,
) -> (Vec<String>, Vec<Band>) {
    let mut zones: Vec<(&str, &str)> = vpc.subnets.iter().map(|it| (it.zone_name, it.zone)).collect();
    zones.sort_unstable();
    zones.dedup_by_key(|it| it.1);
    let mut rows: BTreeMap<(Tier, String), Vec<Vec<&SubnetFacts<'_>>>> = BTreeMap::new();
    for subnet in &vpc.subnets {
        let column = zones.iter().position(|it| it.1 == subnet.zone).unwrap_or_default();
        let row = rows
            .entry((subnet.way_out.tier, purpose(subnet)))
            .or_insert_with(|| vec![Vec::new(); zones.len()]);
        row[column].push(subnet);
    }
    let mut ordered: Vec<((Tier, Option<IpNet>), Vec<Vec<&SubnetFacts<'_>>>)> =
        rows.into_iter().map(|((tier, _), cells)| ((tier, first_block(&cells)), cells)).collect();
    ordered.sort_by_key(|it| it.0);
    let mut bands: Vec<Band> = Vec::new();
    for ((tier, _), mut cells) in ordered {
        for cell in &mut cells {
            cell.sort_by_key(|it| (it.cidrs.first().and_then(|it| it.parse::<IpNet>().ok()), it.id));
        }
        let draw = |it: &&SubnetFacts<'_>| subnet(estate, endpoints, it, depth, collapse);
        let row = cells.iter().map(|cell| cell.iter().map(draw).collect()).collect();
        match bands.last_mut() {
            Some(band) if band.tier == tier => band.rows.push(row),
            Some(_) | None => bands.push(Band { tier, rows: vec![row] }),
        }
    }
    let zones =
        zones.into_iter().map(|(name, _)| if name.is_empty() { "zone unknown" } else { name }.to_owned());
    (zones.collect(), bands)
}

fn first_block(cells: &[Vec<&SubnetFacts<'_>>]) -> Option<IpNet> {
    let blocks = cells.iter().flatten().filter_map(|it| it.cidrs.first()?.parse().ok());
    blocks.min()
}

/// The part of a name that says what a subnet is for: without the words that name its zone.
fn purpose(subnet: &SubnetFacts<'_>) -> String {
    let Some(name) = subnet.about.and_then(crate::model::About::name) else { return String::new() };
    let letter = subnet.zone_name.chars().next_back().map(String::from).unwrap_or_default();
    let number = subnet.zone_name.rsplit('-').next().unwrap_or_default();
    let zone_number = letter.bytes().next().map_or(0, |it| it.wrapping_sub(b'a' - 1)).to_string();
    let name =
        if subnet.zone_name.is_empty() { name.to_owned() } else { name.replace(subnet.zone_name, " ") };
    let is_of_zone = |word: &str| {
        let word = word.to_ascii_lowercase();
        let word = word.strip_prefix("az").filter(|it| !it.is_empty()).unwrap_or(&word);
        word == letter || word == number || word == zone_number
    };
    let words = name.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty() && !is_of_zone(it));
    words.collect::<Vec<&str>>().join("-")
}

fn subnet(
    estate: &Estate<'_>,
    endpoints: &Endpoints<'_>,
    subnet: &SubnetFacts<'_>,
    depth: Depth,
    collapse: Option<&str>,
) -> Shape {
    let way = subnet.way_out;
    let mut shape =
        Shape::new(subnet.id, Paint::Subnet(way.tier), subnet.name()).says(subnet.cidrs.join(", "));
    shape = shape.says(way_words(estate, way)).tells(subnet.id).tells(subnet.cidrs.join(", "));
    if subnet.about.is_none() {
        shape = shape.says("not in the snapshot");
    }
    shape.problem = problem(estate, subnet);
    shape = shape.tells(routes(estate, subnet));
    if depth >= Depth::Group {
        let hosts = hosts::hosts(estate, endpoints, subnet, depth, collapse);
        if !hosts.is_empty() {
            return shape.holding(Inside::Packed(hosts));
        }
        return shape;
    }
    shape.says(counted(&[(subnet.interfaces.len(), "interface", "interfaces")]))
}

/// The name of what a route leads to.
fn target(estate: &Estate<'_>, by: Component) -> Option<String> {
    let Component::Resource(kind, row) = by else { return None };
    let id = kind.id_text(estate.model, row as usize)?;
    let name = kind.about(estate.model, row as usize).and_then(crate::model::About::name);
    Some(name.unwrap_or(id).to_owned())
}

fn way_words(estate: &Estate<'_>, way: WayOut) -> String {
    let name = way.by.and_then(|it| target(estate, it));
    match (way.tier, name) {
        (Tier::Public, Some(name)) => format!("→ internet by {name}"),
        (Tier::Public, None) => "→ internet".to_owned(),
        (Tier::Private, Some(name)) => format!("→ out by {name}"),
        (Tier::Private, None) => "→ out by something else".to_owned(),
        (Tier::Isolated, _) => "no way out".to_owned(),
        (Tier::Unknown, _) => "routes not in the snapshot".to_owned(),
    }
}

/// What is wrong with the ways out of a subnet.
fn problem(estate: &Estate<'_>, subnet: &SubnetFacts<'_>) -> Option<String> {
    let way = subnet.way_out;
    if let Some((code, origin)) = way.broken {
        let name = way.by.and_then(|it| target(estate, it)).unwrap_or_else(|| "its target".to_owned());
        let route = origin.and_then(|it| destination(estate, it)).unwrap_or_else(|| "the way out".to_owned());
        return Some(format!("{route} to {name} leads nowhere: {}", code.as_text()));
    }
    let dead = dead_routes(estate.network, subnet.row);
    let (net, code) = dead.first()?;
    let more = if dead.len() > 1 { format!(", and {} more", dead.len() - 1) } else { String::new() };
    Some(format!("the route to {net} leads nowhere: {}{more}", code.as_text()))
}

fn destination(estate: &Estate<'_>, origin: Origin) -> Option<String> {
    let Origin::Route { table, route } = origin else { return None };
    let route = estate.model.route_tables.get_row(table as usize)?.routes.get(usize::from(route))?;
    Some(match &route.destination {
        crate::model::RouteDestination::Cidr(net) => net.to_string(),
        crate::model::RouteDestination::PrefixList(list) => list.to_string(),
    })
}

/// The routes of a subnet's table that lead nowhere.
fn dead_routes(network: &Network, subnet: &SubnetRow) -> Vec<(IpNet, ExplanationCode)> {
    let Some(table) = subnet.route_table else { return Vec::new() };
    let mut dead = Vec::new();
    for step in network.steps_of(table).iter() {
        let Step::Route(map) = step else { continue };
        for (net, hop) in &network.route_entries[map.index()] {
            if let Hop::Drop(code, Origin::Route { .. }, _) = network.hops[hop.index()] {
                dead.push((*net, code));
            }
        }
    }
    dead
}

/// The table of a subnet, route by route.
fn routes(estate: &Estate<'_>, subnet: &SubnetFacts<'_>) -> String {
    let component = subnet.row.route_table.map(|it| estate.network.location(it).component);
    let Some(Component::Resource(crate::model::ResourceKind::RouteTable, row)) = component else {
        return String::new();
    };
    let Some(table) = estate.model.route_tables.get_row(row as usize) else { return String::new() };
    let lines = table.routes.iter().take(12).map(|route| {
        let destination = match &route.destination {
            crate::model::RouteDestination::Cidr(net) => net.to_string(),
            crate::model::RouteDestination::PrefixList(list) => list.to_string(),
        };
        let target = route.target.id().map_or("local", |it| it.as_str());
        format!(
            "  {destination} → {target} {}",
            if route.state.as_text() == "active" { "" } else { route.state.as_text() }
        )
    });
    let more = table.routes.len().saturating_sub(12);
    let rest = (more > 0).then(|| format!("  and {more} more"));
    let head = format!("route table {}", table.about.name().unwrap_or(table.id_text()));
    std::iter::once(head).chain(lines).chain(rest).collect::<Vec<String>>().join("\n")
}

/// NAT gateways of a VPC that do not work.
pub(super) fn broken_nat(estate: &Estate<'_>, vpc: &VpcFacts<'_>) -> Option<String> {
    let gateways = vpc.nat_gateways.iter().map(|row| &estate.model.nat_gateways[*row]);
    let mut failed = gateways.filter(|it| matches!(it.state, Some(NatGatewayState::Failed)));
    failed.next().map(|it| format!("NAT gateway {} has failed", it.about.name().unwrap_or(it.id.as_str())))
}
