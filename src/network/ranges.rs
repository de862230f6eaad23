//! Who claims which addresses, and what connects the claimants: the raw material for questions about address plans.
//!
//! Not a part of the compiled network, since packets need none of it: [`ranges`] gathers it when somebody asks. A claim
//! is a block that something says is its own or lies behind it. VPCs that only a peering connection names are holders
//! too, with the blocks that the connection shows (PCX-2).

use std::collections::BTreeMap;

use ipnet::IpNet;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Network;
use super::location::{Component, Origin, VpcIndex};
use crate::model::{
    AccountId, Model, PeeringSide, PeeringStatus, ResourceKind, RouteDestination, RouteOrigin, RouteTarget,
    TransitGatewayAttachmentId, TransitGatewayId, VpcId,
};

/// Claims and connections of an estate.
#[derive(Debug, Clone, Default)]
pub struct Ranges {
    /// VPCs: those of the network first and in its order, then those that only peering connections name.
    pub holders: Vec<RangeHolder>,
    /// Blocks of others than VPCs.
    pub claims: Vec<RangeClaim>,
    /// Routes to blocks that hold VPCs: somebody's plan for more than is in use.
    pub summaries: Vec<RangeClaim>,
}

/// A VPC as a holder of addresses.
#[derive(Debug, Clone)]
pub struct RangeHolder {
    /// Its id.
    pub id: VpcId,
    /// Its row, unless only a peering connection names it.
    pub vpc: Option<VpcIndex>,
    /// Its account, when known.
    pub account: Option<AccountId>,
    /// Its blocks.
    pub blocks: Vec<IpNet>,
    /// Peering connections that are or may become one, each with the holder at the other end.
    pub peers: Vec<(Component, u32)>,
    /// Transit gateways that it is attached to, each with the number of its network: gateways that are peered have
    /// the same one.
    pub gateways: Vec<(Component, u32)>,
    /// What leads from it to networks on premises.
    pub link: Option<Component>,
}

/// A block that is not a VPC's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RangeClaim {
    /// The block.
    pub block: IpNet,
    /// Whose it is.
    pub by: Claimant,
}

/// Whose a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claimant {
    /// A network on premises, by what says so.
    OnPremises(Origin),
    /// Clients of a Client VPN endpoint, with the holder that is its VPC; `u32::MAX` where the snapshot does not say.
    Clients(Component, u32),
    /// Somebody that a route leads to and that nothing else tells of.
    Route(Origin),
}

/// Gathers them. O(n log n) in the number of VPCs, routes and connections.
pub fn ranges(model: &Model, network: &Network) -> Ranges {
    let mut ranges = Ranges::default();
    for (number, row) in (0..).zip(&network.vpcs) {
        ranges.holders.push(RangeHolder {
            id: row.id.clone(),
            vpc: Some(VpcIndex(number)),
            account: model.vpcs.get(&row.id).and_then(|it| it.about.account.clone()),
            blocks: row.cidrs.clone(),
            peers: Vec::new(),
            gateways: Vec::new(),
            link: None,
        });
    }
    let mut numbers: FxHashMap<VpcId, u32> =
        (0..).zip(&ranges.holders).map(|(number, holder)| (holder.id.clone(), number)).collect();
    peers(model, &mut ranges, &mut numbers);
    let linked = linked_gateways(model);
    attached(model, &mut ranges, &numbers, &linked);
    links(model, &mut ranges, &numbers);
    claims(model, &mut ranges, &numbers);
    ranges
}

fn component(kind: ResourceKind, position: usize) -> Component {
    Component::Resource(kind, position as u32)
}

fn peers(model: &Model, ranges: &mut Ranges, numbers: &mut FxHashMap<VpcId, u32>) {
    for (position, connection) in model.peering_connections.iter().enumerate() {
        let is_over = matches!(
            connection.status,
            Some(
                PeeringStatus::Deleted
                    | PeeringStatus::Rejected
                    | PeeringStatus::Failed
                    | PeeringStatus::Expired
            )
        );
        let sides = [&connection.requester, &connection.accepter].map(|it| holder(it, ranges, numbers));
        let [Some(one), Some(other)] = sides else { continue };
        if is_over || one == other {
            continue;
        }
        let connection = component(ResourceKind::VpcPeeringConnection, position);
        ranges.holders[one as usize].peers.push((connection, other));
        ranges.holders[other as usize].peers.push((connection, one));
    }
}

/// The number of a side's VPC; one that nothing else tells of is added with the blocks that the connection shows.
fn holder(side: &PeeringSide, ranges: &mut Ranges, numbers: &mut FxHashMap<VpcId, u32>) -> Option<u32> {
    let id = side.vpc.as_ref()?;
    let number = *numbers.entry(id.clone()).or_insert_with(|| {
        ranges.holders.push(RangeHolder {
            id: id.clone(),
            vpc: None,
            account: side.account.clone(),
            blocks: Vec::new(),
            peers: Vec::new(),
            gateways: Vec::new(),
            link: None,
        });
        ranges.holders.len() as u32 - 1
    });
    let holder = &mut ranges.holders[number as usize];
    holder.account = holder.account.take().or_else(|| side.account.clone());
    let is_bare = holder.vpc.is_none() || holder.blocks.is_empty();
    if is_bare {
        holder.blocks.extend(&side.cidrs);
        holder.blocks.sort();
        holder.blocks.dedup();
    }
    Some(number)
}

/// Transit gateways that lead to networks on premises, each with what leads there.
fn linked_gateways(model: &Model) -> FxHashMap<&TransitGatewayId, Component> {
    let mut linked = FxHashMap::default();
    for (position, attachment) in model.transit_gateway_attachments.iter().enumerate() {
        if attachment.kind.is_link() {
            let found = component(ResourceKind::TransitGatewayAttachment, position);
            linked.entry(&attachment.transit_gateway).or_insert(found);
        }
    }
    linked
}

fn attached(
    model: &Model,
    ranges: &mut Ranges,
    numbers: &FxHashMap<VpcId, u32>,
    linked: &FxHashMap<&TransitGatewayId, Component>,
) {
    let mut networks: BTreeMap<&TransitGatewayId, u32> = BTreeMap::new();
    for attachment in model.transit_gateway_vpc_attachments.iter() {
        let next = networks.len() as u32;
        networks.entry(&attachment.transit_gateway).or_insert(next);
    }
    for peering in model.transit_gateway_peerings.iter() {
        for gateway in [&peering.requester, &peering.accepter].into_iter().flatten() {
            let next = networks.len() as u32;
            networks.entry(gateway).or_insert(next);
        }
        let (Some(one), Some(other)) = (&peering.requester, &peering.accepter) else { continue };
        let (kept, gone) = (networks[one], networks[other]);
        networks.values_mut().filter(|it| **it == gone).for_each(|it| *it = kept);
    }
    for attachment in model.transit_gateway_vpc_attachments.iter().filter(|it| it.is_live()) {
        let Some(number) = numbers.get(&attachment.vpc) else { continue };
        let gateway = &attachment.transit_gateway;
        let row = model.transit_gateways.position(gateway).map_or(super::rows::NOBODY, |it| it as u32);
        let holder = &mut ranges.holders[*number as usize];
        holder.gateways.push((Component::Resource(ResourceKind::TransitGateway, row), networks[gateway]));
        holder.link = holder.link.or_else(|| linked.get(gateway).copied());
    }
}

/// Virtual private gateways, which exist for nothing else than networks on premises.
fn links(model: &Model, ranges: &mut Ranges, numbers: &FxHashMap<VpcId, u32>) {
    for (position, gateway) in model.vpn_gateways.iter().enumerate() {
        for attachment in &gateway.attachments {
            if let Some(number) = numbers.get(&attachment.vpc) {
                let link = component(ResourceKind::VpnGateway, position);
                ranges.holders[*number as usize].link = Some(link);
            }
        }
    }
}

/// Blocks on premises, of clients, and of routes that lead somewhere else.
fn claims(model: &Model, ranges: &mut Ranges, numbers: &FxHashMap<VpcId, u32>) {
    let mut claims: Vec<RangeClaim> = Vec::new();
    let mut add = |block: IpNet, by: Claimant| claims.push(RangeClaim { block, by });
    for (position, connection) in model.vpn_connections.iter().enumerate() {
        for (index, route) in connection.routes.iter().enumerate() {
            let origin = Origin::VpnRoute { connection: position as u32, route: index as u16 };
            add(route.cidr, Claimant::OnPremises(origin));
        }
    }
    for (position, endpoint) in model.client_vpn_endpoints.iter().enumerate() {
        if let Some(pool) = endpoint.pool {
            let vpc = endpoint.vpc.as_ref().and_then(|it| numbers.get(it)).copied();
            let endpoint = component(ResourceKind::ClientVpnEndpoint, position);
            add(pool, Claimant::Clients(endpoint, vpc.unwrap_or(super::rows::NOBODY)));
        }
    }
    for (position, table) in model.route_tables.iter().enumerate() {
        for (index, route) in table.routes.iter().enumerate() {
            let origin = Origin::Route { table: position as u32, route: index as u16 };
            let RouteDestination::Cidr(block) = route.destination else { continue };
            let is_of_gateway = matches!(&route.target, RouteTarget::Gateway(id) if id.starts_with("vgw-"));
            if is_of_gateway
                || (route.origin == RouteOrigin::Propagated && route.target != RouteTarget::Local)
            {
                add(block, Claimant::OnPremises(origin));
            } else if route.target != RouteTarget::Local {
                add(block, Claimant::Route(origin));
            }
        }
    }
    let attachments = model.transit_gateway_attachments.iter().filter(|it| it.kind.is_link());
    let behind: FxHashSet<&TransitGatewayAttachmentId> = attachments.map(|it| &it.id).collect();
    for (position, list) in model.transit_gateway_routes.iter().enumerate() {
        for (index, route) in list.routes.iter().enumerate() {
            let origin = Origin::TransitRoute { list: position as u32, route: index as u16 };
            let is_on_premises = route.attachments.iter().any(|id| behind.contains(id));
            add(
                route.cidr,
                if is_on_premises { Claimant::OnPremises(origin) } else { Claimant::Route(origin) },
            );
        }
    }
    // A default route says nothing of where things are.
    claims.retain(|it| it.block.prefix_len() > 0);
    claims.sort_by_key(|it| (it.block, it.by));
    claims.dedup_by_key(|it| (it.block, std::mem::discriminant(&it.by)));
    settle(claims, ranges);
}

/// A route to a VPC's own block is no news, and one to a block that holds a VPC's is a summary.
fn settle(claims: Vec<RangeClaim>, ranges: &mut Ranges) {
    let mut held: Vec<IpNet> = ranges.holders.iter().flat_map(|it| it.blocks.iter().copied()).collect();
    held.sort();
    held.dedup();
    let on_premises: FxHashSet<IpNet> =
        claims.iter().filter(|it| matches!(it.by, Claimant::OnPremises(_))).map(|it| it.block).collect();
    for claim in claims {
        match claim.by {
            Claimant::OnPremises(_) | Claimant::Clients(..) => ranges.claims.push(claim),
            Claimant::Route(_) if on_premises.contains(&claim.block) => {}
            Claimant::Route(_) => {
                // Blocks nest: the one that holds this one, if any, is this one or its nearest ancestor.
                let is_inside = (0..=claim.block.prefix_len()).any(|length| {
                    let around = IpNet::new(claim.block.network(), length).map(|it| it.trunc());
                    around.is_ok_and(|it| held.binary_search(&it).is_ok())
                });
                let next = held.partition_point(|it| *it < claim.block);
                let holds = held.get(next).is_some_and(|it| claim.block.contains(it));
                match (is_inside, holds) {
                    (true, _) => {}
                    (false, true) => ranges.summaries.push(claim),
                    (false, false) => ranges.claims.push(claim),
                }
            }
        }
    }
}
