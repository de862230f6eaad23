//! Peering connections that carry packets, and the routes that name them.

use rustc_hash::FxHashMap;

use super::Context;
use super::overlaps::vpc_rows;
use crate::model::{PeeringStatus, ResourceKind, RouteDestination, RouteTarget};
use crate::network::{Component, Origin, VpcIndex};
use crate::packet::{AddressSet, Family};

/// A connection with both of its VPCs in the snapshot.
#[derive(Debug, Clone)]
pub struct Peering {
    /// What an answer names.
    pub component: Component,
    /// Its VPCs.
    pub sides: [VpcIndex; 2],
    /// The routes of each that name it.
    pub routes: [Vec<PeerRoute>; 2],
}

/// A route into a connection.
#[derive(Debug, Clone)]
pub struct PeerRoute {
    /// The table.
    pub table: Component,
    /// The route.
    pub origin: Origin,
    /// What it is for.
    pub destinations: AddressSet,
}

/// The connections that work.
pub fn peerings(context: &Context<'_>) -> Vec<Peering> {
    let rows = vpc_rows(context.network);
    let mut found = Vec::new();
    let mut by_id: FxHashMap<&str, usize> = FxHashMap::default();
    for (position, connection) in context.model.peering_connections.iter().enumerate() {
        let row = |side: &crate::model::PeeringSide| rows.get(side.vpc.as_ref()?.as_str()).copied();
        if !matches!(connection.status, None | Some(PeeringStatus::Active)) {
            continue;
        }
        if let (Some(one), Some(other)) = (row(&connection.requester), row(&connection.accepter)) {
            by_id.insert(connection.id.as_str(), found.len());
            let component = Component::Resource(ResourceKind::VpcPeeringConnection, position as u32);
            found.push(Peering { component, sides: [one, other], routes: [Vec::new(), Vec::new()] });
        }
    }
    for (table, row) in context.model.route_tables.iter().enumerate() {
        let Some(vpc) = rows.get(row.vpc.as_str()) else { continue };
        for (number, route) in row.routes.iter().enumerate() {
            let RouteTarget::PeeringConnection(id) = &route.target else { continue };
            let Some(peering) = by_id.get(id.as_str()).map(|it| &mut found[*it]) else { continue };
            let Some(side) = peering.sides.iter().position(|it| it == vpc) else { continue };
            peering.routes[side].push(PeerRoute {
                table: Component::Resource(ResourceKind::RouteTable, table as u32),
                origin: Origin::Route { table: table as u32, route: number as u16 },
                destinations: destinations(context, &route.destination),
            });
        }
    }
    found
}

/// The IPv4 addresses that a route is for, or its IPv6 ones where it is for those.
fn destinations(context: &Context<'_>, destination: &RouteDestination) -> AddressSet {
    match destination {
        RouteDestination::Cidr(block) => AddressSet::block(*block),
        RouteDestination::PrefixList(id) => {
            let list = context.model.prefix_list_entries.get(id);
            let blocks = list.into_iter().flat_map(|it| &it.cidrs).filter(|it| it.addr().is_ipv4());
            blocks.fold(AddressSet::empty(Family::V4), |sum, it| sum.union(&AddressSet::block(*it)))
        }
    }
}

/// The blocks of a VPC, of one family.
pub fn blocks(context: &Context<'_>, vpc: VpcIndex, family: Family) -> AddressSet {
    let own = context.network.vpcs[vpc.index()].cidrs.iter();
    own.filter(|it| Family::of(it.addr()) == family)
        .fold(AddressSet::empty(family), |sum, it| sum.union(&AddressSet::block(*it)))
}
