//! VPCs with the same addresses, and where they meet.
//!
//! Blocks nest or are disjoint, so one sweep over all of them in order finds who shares what. Where VPCs meet is looked
//! at by transit gateway and by VPC with several neighbours, never by pairs of VPCs.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::Context;
use super::finding::{Claim, Witness};
use crate::model::{PeeringStatus, ResourceKind};
use crate::network::{Component, Hop, InterfaceIndex, LocationKind, Network, Origin, Step, VpcIndex};
use crate::packet::{AddressSet, Family, range_of};
use crate::solver::{Destination, Source, Traffic};

/// VPCs that have some addresses in common.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Where they meet; where they do not, the first of them.
    pub at: Component,
    /// The VPCs, ascending.
    pub vpcs: Vec<VpcIndex>,
    /// The addresses that at least two of them have.
    pub addresses: AddressSet,
    /// Who gets packets for these addresses, by which table.
    pub uses: Vec<TableUse>,
    /// A packet that is lost for it.
    pub witness: Option<Witness>,
}

/// A table that sends shared addresses to one of the VPCs that have them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableUse {
    /// The table.
    pub table: Component,
    /// Who gets them.
    pub to: VpcIndex,
    /// Which.
    pub destinations: AddressSet,
    /// The route.
    pub rule: Option<Origin>,
    /// Who has subnets there and does not get them.
    pub losers: Vec<VpcIndex>,
}

/// The VPCs that have subnets at some addresses which another of them gets the packets for.
fn losers(network: &Network, members: &[VpcIndex], to: VpcIndex, destinations: &AddressSet) -> Vec<VpcIndex> {
    let has_subnet = |vpc: &VpcIndex| {
        let pieces = network.vpcs[vpc.index()].subnets.split(destinations);
        pieces.into_iter().any(|it| it.1 != u32::MAX)
    };
    members.iter().filter(|it| **it != to).filter(|it| has_subnet(it)).copied().collect()
}

/// What some VPCs, which all meet at one place, have in common: groups of VPCs whose blocks touch, with the addresses.
fn groups(network: &Network, vpcs: &[VpcIndex]) -> Vec<(Vec<VpcIndex>, AddressSet)> {
    let mut blocks: Vec<(u128, u128, VpcIndex)> = Vec::new();
    for vpc in vpcs {
        for block in &network.vpcs[vpc.index()].cidrs {
            // IPv6 blocks of VPCs come from AWS or are announced: two VPCs never have the same.
            if block.addr().is_ipv4() {
                let (low, high) = range_of(*block);
                blocks.push((low, high, *vpc));
            }
        }
    }
    blocks.sort_unstable_by_key(|it| (it.0, std::cmp::Reverse(it.1), it.2));
    let mut found: Vec<(BTreeSet<VpcIndex>, Vec<(u128, u128)>)> = Vec::new();
    let mut start = 0;
    // Ends: each round takes one block at least.
    while start < blocks.len() {
        // Blocks nest: what begins before the outermost one ends lies in it.
        let end = start + blocks[start..].partition_point(|it| it.0 <= blocks[start].1);
        let inside = &blocks[start..end];
        let members: BTreeSet<VpcIndex> = inside.iter().map(|it| it.2).collect();
        if members.len() > 1 {
            found.push((members, twice(inside)));
        }
        start = end;
    }
    // The same VPCs may share several blocks.
    let mut joined: BTreeMap<Vec<VpcIndex>, Vec<(u128, u128)>> = BTreeMap::new();
    for (members, ranges) in found {
        joined.entry(members.into_iter().collect()).or_default().extend(ranges);
    }
    joined.into_iter().map(|(members, ranges)| (members, AddressSet::of(Family::V4, ranges))).collect()
}

/// The addresses of nested blocks that two VPCs have.
fn twice(blocks: &[(u128, u128, VpcIndex)]) -> Vec<(u128, u128)> {
    let mut open: Vec<(u128, VpcIndex)> = Vec::new();
    let mut ranges = Vec::new();
    for (low, high, vpc) in blocks {
        open.retain(|it| it.0 >= *low);
        if open.iter().any(|it| it.1 != *vpc) {
            ranges.push((*low, *high));
        }
        open.push((*high, *vpc));
    }
    ranges
}

/// All VPCs that share addresses, wherever they are.
pub fn clusters(context: &Context<'_>) -> Vec<Shared> {
    let network = context.network;
    let all: Vec<VpcIndex> = (0..network.vpcs.len() as u32).map(VpcIndex).collect();
    groups(network, &all)
        .into_iter()
        .map(|(vpcs, addresses)| Shared {
            at: network.vpcs[vpcs[0].index()].component,
            vpcs,
            addresses,
            uses: Vec::new(),
            witness: None,
        })
        .collect()
}

/// Where VPCs that share addresses meet.
pub fn meetings(context: &Context<'_>) -> Vec<Shared> {
    let mut found = at_transit_gateways(context);
    found.extend(at_peers(context));
    found
}

fn at_transit_gateways(context: &Context<'_>) -> Vec<Shared> {
    let (model, network) = (context.model, context.network);
    let rows = vpc_rows(network);
    let mut attached: BTreeMap<&str, Vec<VpcIndex>> = BTreeMap::new();
    for attachment in &model.transit_gateway_vpc_attachments {
        if let Some(vpc) = rows.get(attachment.vpc.as_str()) {
            attached.entry(attachment.transit_gateway.as_str()).or_default().push(*vpc);
        }
    }
    let tables = transit_tables(context);
    let mut found = Vec::new();
    for (gateway, mut vpcs) in attached {
        vpcs.sort_unstable();
        vpcs.dedup();
        let position = model.transit_gateways.position(&gateway.into());
        let at = match position {
            Some(row) => Component::Resource(ResourceKind::TransitGateway, row as u32),
            None => continue,
        };
        for (members, addresses) in groups(network, &vpcs) {
            let own = tables.get(gateway).map_or(&[][..], Vec::as_slice);
            let uses = transit_uses(network, own, &members, &addresses);
            let observers = vpcs.iter().filter(|it| !members.contains(it)).copied();
            let witness = lost(context, observers, &members, &uses);
            found.push(Shared { at, vpcs: members, addresses, uses, witness });
        }
    }
    found
}

/// The tables of each transit gateway that packets come to: their locations and rows.
fn transit_tables<'a>(
    context: &Context<'a>,
) -> FxHashMap<&'a str, Vec<(crate::network::LocationId, Component)>> {
    let mut tables: FxHashMap<&str, Vec<_>> = FxHashMap::default();
    for location in context.network.graph.node_indices() {
        let place = context.network.graph[location];
        if place.kind == LocationKind::TransitRouteTable
            && let Component::Resource(ResourceKind::TransitGatewayRouteTable, row) = place.component
            && let Some(table) = context.model.transit_gateway_route_tables.get_row(row as usize)
        {
            tables.entry(table.transit_gateway.as_str()).or_default().push((location, place.component));
        }
    }
    tables
}

fn transit_uses(
    network: &Network,
    tables: &[(crate::network::LocationId, Component)],
    members: &[VpcIndex],
    addresses: &AddressSet,
) -> Vec<TableUse> {
    let mut uses = Vec::new();
    for (location, table) in tables {
        for step in network.steps_of(*location).iter() {
            let Step::Route(map) = step else { continue };
            for (destinations, hop) in network.route_maps[map.index()].split(addresses) {
                let (Hop::Edge(edge) | Hop::IfAnnounced(_, _, edge)) = network.hops[hop.index()] else {
                    continue;
                };
                let to = network.leads_to.value(&network.end_of(edge)).copied();
                if let Some(to) = to.filter(|it| members.contains(it)) {
                    let rule = network.graph.edge_weight(edge).map(|it| it.origin);
                    let rule = rule.filter(|it| *it != Origin::Wiring);
                    let losers = losers(network, members, to, &destinations);
                    uses.push(TableUse { table: *table, to, destinations, rule, losers });
                }
            }
        }
    }
    uses.sort();
    uses.dedup();
    uses
}

/// VPCs with several peers that share addresses.
fn at_peers(context: &Context<'_>) -> Vec<Shared> {
    let (model, network) = (context.model, context.network);
    let rows = vpc_rows(network);
    let mut peers: BTreeMap<VpcIndex, Vec<VpcIndex>> = BTreeMap::new();
    for connection in &model.peering_connections {
        if !matches!(connection.status, None | Some(PeeringStatus::Active)) {
            continue;
        }
        let row = |side: &crate::model::PeeringSide| rows.get(side.vpc.as_ref()?.as_str()).copied();
        if let (Some(one), Some(other)) = (row(&connection.requester), row(&connection.accepter)) {
            peers.entry(one).or_default().push(other);
            peers.entry(other).or_default().push(one);
        }
    }
    let mut found = Vec::new();
    for (middle, mut members) in peers {
        // What is peered with a VPC has to be told apart from that VPC as well.
        members.push(middle);
        members.sort_unstable();
        members.dedup();
        for (members, addresses) in groups(network, &members) {
            let uses = own_uses(context, middle, &members, &addresses);
            let witness = lost(context, std::iter::once(middle), &members, &uses);
            let at = network.vpcs[middle.index()].component;
            found.push(Shared { at, vpcs: members, addresses, uses, witness });
        }
    }
    found
}

/// Where the tables of a VPC's own subnets send shared addresses.
fn own_uses(
    context: &Context<'_>,
    middle: VpcIndex,
    members: &[VpcIndex],
    addresses: &AddressSet,
) -> Vec<TableUse> {
    let mut uses = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, row, _) in context.subnets_of(middle) {
        let Some(table) = row.route_table.filter(|it| seen.insert(*it)) else { continue };
        for way in context.ways(index, addresses) {
            let super::trace::End::Vpc(to) = way.end else { continue };
            if members.contains(&to) {
                let table = context.network.location(table).component;
                let rule = way.first_route();
                let losers = losers(context.network, members, to, &way.destinations);
                uses.push(TableUse { table, to, destinations: way.destinations, rule, losers });
            }
        }
    }
    uses.sort();
    uses.dedup();
    uses
}

/// A packet from one of some VPCs to an interface whose addresses another VPC gets the packets for.
fn lost(
    context: &Context<'_>,
    observers: impl Iterator<Item = VpcIndex>,
    members: &[VpcIndex],
    uses: &[TableUse],
) -> Option<Witness> {
    let first = uses.iter().find(|it| !it.losers.is_empty())?;
    let network = context.network;
    let holder = first.losers.iter().find_map(|vpc| {
        let pieces = network.vpcs[vpc.index()].interfaces.split(&first.destinations);
        pieces.into_iter().map(|it| it.1).find(|it| *it != u32::MAX).map(InterfaceIndex)
    })?;
    let mut sources = observers.take(16).filter(|it| !members.contains(it)).flat_map(|vpc| {
        let own: Vec<_> = context.subnets_of(vpc).map(|it| it.0).collect();
        own.into_iter().flat_map(|subnet| context.interfaces_of(subnet).find(|it| context.is_host(*it)))
    });
    sources.find_map(|source| {
        context.confirmed(Witness::new(
            Source::Interface(source, None),
            Destination::Interface(holder, None),
            Traffic::default(),
            Family::V4,
            Claim::Blocked,
        ))
    })
}

/// VPCs with a link to premises whose addresses are in use there as well.
pub fn on_premises(context: &Context<'_>) -> Vec<(VpcIndex, AddressSet)> {
    let network = context.network;
    let declared = context.settings.on_premises.iter().filter(|it| it.addr().is_ipv4());
    let declared = declared
        .fold(network.on_premises(Family::V4).clone(), |sum, block| sum.union(&AddressSet::block(*block)));
    if declared.is_empty() {
        return Vec::new();
    }
    let linked = linked(context);
    let rows = network.vpcs.iter().enumerate();
    rows.filter_map(|(index, row)| {
        let blocks = row.cidrs.iter().filter(|it| it.addr().is_ipv4());
        let own =
            blocks.fold(AddressSet::empty(Family::V4), |sum, block| sum.union(&AddressSet::block(*block)));
        let both = own.intersection(&declared);
        (linked.contains(&VpcIndex(index as u32)) && !both.is_empty())
            .then_some((VpcIndex(index as u32), both))
    })
    .collect()
}

/// VPCs that a virtual private gateway, or a transit gateway with a link, joins to premises.
fn linked(context: &Context<'_>) -> BTreeSet<VpcIndex> {
    let (model, network) = (context.model, context.network);
    let rows = vpc_rows(network);
    let mut linked = BTreeSet::new();
    for gateway in &model.vpn_gateways {
        let own = gateway.attachments.iter().filter_map(|it| rows.get(it.vpc.as_str()));
        linked.extend(own.copied());
    }
    let mut gateways: BTreeSet<&str> = BTreeSet::new();
    for attachment in &model.transit_gateway_attachments {
        if attachment.kind.is_link() {
            gateways.insert(attachment.transit_gateway.as_str());
        }
    }
    for attachment in &model.transit_gateway_vpc_attachments {
        if gateways.contains(attachment.transit_gateway.as_str()) {
            linked.extend(rows.get(attachment.vpc.as_str()).copied());
        }
    }
    linked
}

/// VPCs by id.
pub fn vpc_rows(network: &Network) -> FxHashMap<&str, VpcIndex> {
    let rows = network.vpcs.iter().enumerate();
    rows.map(|(index, row)| (row.id.as_str(), VpcIndex(index as u32))).collect()
}
