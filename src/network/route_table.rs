//! Route tables: which one a subnet uses, and which route wins (RT, GRT-2).

use std::collections::BTreeMap;
use std::sync::Arc;

use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{
    AssumptionIndex, Component, EdgeId, Guard, Hop, HopIndex, LocationId, LocationKind, Origin, Step,
    SubnetIndex, VpcIndex,
};
use crate::model::{
    AssumptionCode, EndpointKind, ResourceKind, Route, RouteDestination, RouteOrigin, RouteState, RouteTable,
    RouteTableAssociation, RouteTarget, VpcEndpoint,
};
use crate::packet::{AddressMap, Family};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Tables are compiled where a subnet or gateway first uses one.
}

/// Where packets could go on from each table, once every way out of its VPC is known.
pub(super) fn note_would_be(compiler: &mut Compiler<'_>) {
    let locations = std::mem::take(&mut compiler.route_table_vpcs);
    let exits: Vec<Arc<[LocationId]>> = compiler.vpcs.iter().map(|vpc| Arc::from(&*vpc.exits)).collect();
    compiler.would_be.reserve(locations.len());
    for (location, vpc) in locations {
        compiler.would_be.insert(location, Arc::clone(&exits[vpc.index()]));
    }
}

/// RT-1: the table that is explicitly associated, else the VPC's main one, else nobody knows (RT-1b).
pub(super) fn of_subnet(compiler: &mut Compiler<'_>, subnet: SubnetIndex) -> LocationId {
    let tables = tables_by_use(compiler);
    let row = &compiler.subnets[subnet.index()];
    let vpc = row.vpc;
    let explicit = tables.by_subnet.get(row.id.as_str()).copied();
    // Where tables are missing from the answer, the one that names the subnet may be among them.
    let about = match row.component {
        Component::Resource(_, position) => {
            compiler.model.subnets.get_row(position as usize).map(|it| &it.about)
        }
        Component::Internet | Component::OnPremises | Component::Service(_) => None,
    };
    let (account, region) = about.map_or((None, None), |it| (it.account.as_ref(), it.region.as_ref()));
    let is_cut = compiler.model.coverage.is_cut(ResourceKind::RouteTable, account, region);
    let main = || tables.main.get(compiler.vpcs[vpc.index()].id.as_str()).copied().filter(|_| !is_cut);
    match explicit.or_else(main) {
        Some(position) => of_table(compiler, position, vpc),
        None => without_table(compiler, vpc),
    }
}

/// The location of a table.
pub(super) fn of_table(compiler: &mut Compiler<'_>, position: usize, vpc: VpcIndex) -> LocationId {
    if let Some(location) = compiler.places.get(&PlaceKey::RouteTable(position)) {
        return *location;
    }
    let component = Compiler::resource(ResourceKind::RouteTable, position);
    let location = compiler.add_location(LocationKind::RouteTable, component);
    compiler.places.insert(PlaceKey::RouteTable(position), location);
    compiler.route_table_vpcs.push((location, vpc));
    let table = &compiler.model.route_tables[position];
    let (map, entries) = routes(compiler, table, position, vpc, location);
    let map = compiler.route_map(map, entries);
    compiler.set_steps(location, &[Step::Route(map)]);
    location
}

/// Local routes are taken to be there where nothing could take their place; all others are unknown, or absent when defaults
/// may be assumed.
fn without_table(compiler: &mut Compiler<'_>, vpc: VpcIndex) -> LocationId {
    let row = compiler.vpcs[vpc.index()].clone();
    let vpc_resource = compiler.model.vpcs.get(&row.id);
    let account = vpc_resource.and_then(|it| it.about.account.as_ref());
    let is_held = compiler.model.coverage.holds(ResourceKind::RouteTable, account, row.region.as_ref());
    let call = Some(ResourceKind::RouteTable.call());
    let about = row.id.as_str();
    let rest = if compiler.model.coverage.assume_defaults && !is_held {
        let _assumed = compiler.assumption(AssumptionCode::DefaultAssumed, about, call, None);
        Hop::Drop(super::ExplanationCode::NoRouteToDestination, Origin::Wiring, None)
    } else {
        Hop::Unknown(compiler.assumption(AssumptionCode::MissingData, about, call, None))
    };
    let location = compiler.add_location(LocationKind::RouteTable, row.component);
    let is_local = compiler.model.coverage.assume_defaults || !may_be_redirected(compiler, vpc);
    let assumed = (is_local && !is_held)
        .then(|| compiler.assumption(AssumptionCode::LocalRoutesAssumed, about, call, None));
    let local = if is_local {
        let mut to = row.router;
        if let Some(assumed) = assumed {
            to = compiler.add_location(LocationKind::Router, row.component);
            compiler.set_steps(to, &[Step::Guard(Guard::Assume(assumed)), Step::GoOn(row.router)]);
        }
        let edge = compiler.add_edge(location, to, Origin::ImplicitLocal { vpc: vpc.0 });
        compiler.hop(Hop::Edge(edge))
    } else {
        compiler.hop(rest)
    };
    let rest = compiler.hop(rest);
    let entries: Vec<(IpNet, ())> = row.cidrs.iter().map(|net| (*net, ())).collect();
    let map = AddressMap::sweep(&entries, |_, covering| if covering.is_empty() { rest } else { local });
    let entries = row.cidrs.iter().map(|net| (*net, local)).collect();
    let map = compiler.route_map(map, entries);
    compiler.set_steps(location, &[Step::Route(map)]);
    location
}

/// RT-9, RT-10: a route may send what stays in a VPC to a NAT gateway, to the endpoint of an appliance or to an interface
/// that takes what is not its own. Where the VPC has none of these, only a target that is gone could be in their place.
fn may_be_redirected(compiler: &mut Compiler<'_>, vpc: VpcIndex) -> bool {
    let model = compiler.model;
    let id = compiler.vpcs[vpc.index()].id.clone();
    let about = model.vpcs.get(&id).map(|it| &it.about);
    let (account, region) = about.map_or((None, None), |it| (it.account.as_ref(), it.region.as_ref()));
    let kinds = [ResourceKind::NetworkInterface, ResourceKind::NatGateway, ResourceKind::VpcEndpoint];
    if kinds.into_iter().any(|kind| !model.coverage.holds(kind, account, region)) {
        return true;
    }
    let detours = compiler.detours.get_or_insert_with(|| {
        let unchecked = model.network_interfaces.iter().filter(|it| !it.source_destination_check);
        let is_bump = |it: &&VpcEndpoint| it.kind == EndpointKind::GatewayLoadBalancer;
        let endpoints = model.vpc_endpoints.iter().filter(is_bump).map(|it| &it.vpc);
        let gateways = model.nat_gateways.iter().filter_map(|it| it.vpc.as_ref());
        unchecked.map(|it| &it.vpc).chain(endpoints).chain(gateways).collect()
    });
    detours.contains(&id)
}

/// Which table serves whom.
#[derive(Debug, Default)]
pub(super) struct TablesByUse<'a> {
    by_subnet: FxHashMap<&'a str, usize>,
    by_gateway: FxHashMap<&'a str, usize>,
    main: FxHashMap<&'a str, usize>,
}

fn tables_by_use<'a>(compiler: &mut Compiler<'a>) -> Arc<TablesByUse<'a>> {
    if let Some(tables) = &compiler.tables_by_use {
        return tables.clone();
    }
    let mut tables = TablesByUse::default();
    let model: &'a crate::model::Model = compiler.model;
    for (position, table) in model.route_tables.iter().enumerate() {
        for association in &table.associations {
            match association {
                RouteTableAssociation::Main => tables.main.insert(table.vpc.as_str(), position),
                RouteTableAssociation::Subnet(id) => tables.by_subnet.insert(id.as_str(), position),
                // GRT-6: a gateway's row says nothing of subnets.
                RouteTableAssociation::Gateway(id) => tables.by_gateway.insert(id.as_str(), position),
            };
        }
    }
    let tables = Arc::new(tables);
    compiler.tables_by_use = Some(tables.clone());
    tables
}

/// GRT-1: the table that is associated with a gateway.
pub(super) fn of_gateway(compiler: &mut Compiler<'_>, gateway: &str, vpc: VpcIndex) -> Option<LocationId> {
    let position = tables_by_use(compiler).by_gateway.get(gateway).copied()?;
    Some(of_table(compiler, position, vpc))
}

/// One route at one block, as the sweep compares them.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    hop: HopIndex,
    length: u8,
    class: Class,
    is_local: bool,
}

/// A route by a prefix list whose entries the snapshot lacks.
#[derive(Debug, Clone, Copy)]
struct UnknownList {
    gap: AssumptionIndex,
    /// Whether it leads to a gateway endpoint: the addresses are a service's, which are public.
    to_service: bool,
    /// The list's family, when known (PL-4).
    family: Option<Family>,
}

/// RT-5: at the same length, the lower class wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Static,
    PrefixList,
    Propagated,
    /// RT-18: against what a route server wins is not documented.
    Advertised,
}

fn routes(
    compiler: &mut Compiler<'_>,
    table: &RouteTable,
    position: usize,
    vpc: VpcIndex,
    location: LocationId,
) -> (AddressMap<HopIndex>, Vec<(IpNet, HopIndex)>) {
    let mut entries: Vec<(IpNet, Candidate)> = Vec::new();
    let mut unknown_lists: Vec<UnknownList> = Vec::new();
    for (number, route) in table.routes.iter().enumerate() {
        // RT-12: not installed.
        if route.state == RouteState::Filtered {
            continue;
        }
        let origin = Origin::Route { table: position as u32, route: number as u16 };
        let hop = hop(compiler, route, origin, vpc, location);
        let hop = compiler.hop(hop);
        let is_local = matches!(route.target, RouteTarget::Local);
        match &route.destination {
            RouteDestination::Cidr(net) => {
                let class = class_of(&route.origin);
                entries.push((*net, Candidate { hop, length: net.prefix_len(), class, is_local }));
            }
            // RT-6: each entry takes part at its own length.
            RouteDestination::PrefixList(id) => match super::prefix_list::entries(compiler, id) {
                Ok(list) => {
                    for net in compiler.lists[list as usize].clone() {
                        let class = Class::PrefixList;
                        entries.push((net, Candidate { hop, length: net.prefix_len(), class, is_local }));
                    }
                }
                Err(gap) => {
                    let to_service =
                        matches!(&route.target, RouteTarget::Gateway(id) if id.starts_with("vpce-"));
                    let family = super::prefix_list::family(compiler, id);
                    unknown_lists.push(UnknownList { gap, to_service, family });
                }
            },
        }
    }
    add_local_routes(compiler, vpc, location, &mut entries);
    let map = compile_map(compiler, &entries, &unknown_lists);
    (map, entries.into_iter().map(|(net, candidate)| (net, candidate.hop)).collect())
}

/// VPC-3: every table has a local route for each block of its VPC, listed or not, unless its target was replaced
/// (RT-10).
fn add_local_routes(
    compiler: &mut Compiler<'_>,
    vpc: VpcIndex,
    location: LocationId,
    entries: &mut Vec<(IpNet, Candidate)>,
) {
    let row = &compiler.vpcs[vpc.index()];
    let router = row.router;
    let missing: Vec<IpNet> =
        row.cidrs.iter().copied().filter(|net| entries.iter().all(|(known, _)| known != net)).collect();
    if missing.is_empty() {
        return;
    }
    let edge = compiler.add_edge(location, router, Origin::ImplicitLocal { vpc: vpc.0 });
    let hop = compiler.hop(Hop::Edge(edge));
    for net in missing {
        entries
            .push((net, Candidate { hop, length: net.prefix_len(), class: Class::Static, is_local: true }));
    }
}

fn class_of(origin: &RouteOrigin) -> Class {
    match origin {
        RouteOrigin::Table | RouteOrigin::Static | RouteOrigin::Unknown(_) => Class::Static,
        RouteOrigin::Propagated => Class::Propagated,
        RouteOrigin::Advertised => Class::Advertised,
    }
}

fn compile_map(
    compiler: &mut Compiler<'_>,
    entries: &[(IpNet, Candidate)],
    unknown_lists: &[UnknownList],
) -> AddressMap<HopIndex> {
    let nothing = compiler.hop(Hop::Drop(super::ExplanationCode::NoRouteToDestination, Origin::Wiring, None));
    let gaps: Vec<(HopIndex, UnknownList)> =
        unknown_lists.iter().map(|list| (compiler.hop(Hop::Unknown(list.gap)), *list)).collect();
    // The entries of a list that the snapshot lacks may be anywhere outside the VPC; those of a service are public.
    let mut marked: Vec<(IpNet, Option<Candidate>)> =
        entries.iter().map(|(net, it)| (*net, Some(*it))).collect();
    if gaps.iter().any(|(_, list)| list.to_service) {
        let private = super::address_plan::RFC1918.iter().chain(super::address_plan::RFC6598);
        marked.extend(private.map(|net| (*net, None)));
    }
    let mut ties: BTreeMap<Vec<u32>, HopIndex> = BTreeMap::new();
    AddressMap::sweep(&marked, |family, covering| {
        let is_private = covering.iter().any(|it| it.is_none());
        let candidates: Vec<Candidate> = covering.iter().filter_map(|it| **it).collect();
        let winners = winners(&candidates);
        let is_local = winners.first().is_some_and(|winner| winner.is_local);
        let gap = gaps.iter().find(|(_, list)| {
            let is_elsewhere = is_local || (list.to_service && is_private);
            !is_elsewhere && list.family.is_none_or(|it| it == family)
        });
        if let Some((gap, _)) = gap {
            return *gap;
        }
        match winners.as_slice() {
            [] => nothing,
            [winner] => winner.hop,
            several => {
                let mut hops: Vec<HopIndex> = several.iter().map(|it| it.hop).collect();
                hops.sort_unstable();
                hops.dedup();
                let key: Vec<u32> = hops.iter().map(|hop| hop.0).collect();
                *ties.entry(key).or_insert_with(|| tie(compiler, &hops))
            }
        }
    })
}

fn tie(compiler: &mut Compiler<'_>, hops: &[HopIndex]) -> HopIndex {
    if let [only] = hops {
        return *only;
    }
    let first = compiler.alternatives.len() as u32;
    let alternatives: Vec<Hop> = hops.iter().map(|hop| compiler.hops[hop.index()]).collect();
    compiler.alternatives.extend(alternatives);
    compiler.hop(Hop::OneOf(first, hops.len() as u16))
}

/// RT-4, RT-5, RT-8, VPN-5: the longest prefix wins, then the lowest class; local beats whatever is propagated. Several
/// only where AWS picks at random (RT-7) or does not say (RT-18).
fn winners(candidates: &[Candidate]) -> Vec<Candidate> {
    let has_local = candidates.iter().any(|it| it.is_local);
    let counting = candidates.iter().filter(|it| !(has_local && it.class == Class::Propagated));
    let Some(length) = counting.clone().map(|it| it.length).max() else { return Vec::new() };
    let longest: Vec<Candidate> = counting.filter(|it| it.length == length).copied().collect();
    let class = longest.iter().map(|it| it.class).min();
    let is_ambiguous = longest.iter().any(|it| it.class == Class::Advertised);
    let mut best: Vec<Candidate> =
        longest.into_iter().filter(|it| is_ambiguous || Some(it.class) == class).collect();
    if class == Some(Class::Static) && !is_ambiguous {
        // Two static routes for one destination cannot be; a copy of one is harmless.
        best.truncate(1);
    }
    best
}

/// Where a route sends (`aws-semantics` 5.3); a blackhole sends nowhere (RT-11).
fn hop(compiler: &mut Compiler<'_>, route: &Route, origin: Origin, vpc: VpcIndex, from: LocationId) -> Hop {
    let edge = target(compiler, route, origin, vpc, from);
    match &route.state {
        RouteState::Blackhole => Hop::Drop(super::ExplanationCode::BadStateRoute, origin, Some(edge)),
        // RT-13 and RT-15: an active route to something that does not work is the target's business.
        RouteState::Active => Hop::Edge(edge),
        RouteState::Filtered | RouteState::Unknown(_) => {
            let word = crate::model::words::Word::as_text(&route.state).to_owned();
            Hop::Unknown(compiler.assumption(AssumptionCode::UnknownWord, &word, None, None))
        }
    }
}

/// The table of a route; the local route of a VPC without a table is in none.
fn table_of<'a>(compiler: &Compiler<'a>, origin: Origin) -> Option<&'a RouteTable> {
    match origin {
        Origin::Route { table, .. } => Some(&compiler.model.route_tables[table as usize]),
        Origin::Wiring
        | Origin::SecurityGroupRule { .. }
        | Origin::AclEntry { .. }
        | Origin::ImplicitLocal { .. }
        | Origin::TransitRoute { .. }
        | Origin::TransitPropagation { .. }
        | Origin::Listener { .. }
        | Origin::ClassicListener { .. }
        | Origin::VpnRoute { .. }
        | Origin::FirewallStateless { .. }
        | Origin::FirewallStateful { .. }
        | Origin::FirewallGroup { .. }
        | Origin::FirewallDefault { .. }
        | Origin::ClientVpnRule { .. }
        | Origin::ClientVpnRoute { .. }
        | Origin::CoreNetworkRoute { .. }
        | Origin::TransitPrefixList { .. } => None,
    }
}

fn target(
    compiler: &mut Compiler<'_>,
    route: &Route,
    origin: Origin,
    vpc: VpcIndex,
    from: LocationId,
) -> EdgeId {
    let table = table_of(compiler, origin);
    let place = table.map(|table| table.about.place);
    let to = match &route.target {
        RouteTarget::Local => compiler.vpcs[vpc.index()].router,
        RouteTarget::Gateway(id) if id.starts_with("igw-") => {
            super::internet_gateway::outward(compiler, vpc, id, route.state == RouteState::Active)
        }
        RouteTarget::Gateway(id) if id.starts_with("vpce-") => {
            let by_list = matches!(route.destination, RouteDestination::PrefixList(_));
            super::vpc_endpoint::by_route(compiler, id, vpc, by_list, place)
        }
        RouteTarget::Gateway(id) if id.starts_with("vgw-") => {
            super::vpn_gateway::outward(compiler, id, vpc, place)
        }
        RouteTarget::NatGateway(id) => super::nat_gateway::by_route(compiler, id, vpc, place),
        RouteTarget::PeeringConnection(id) => {
            super::vpc_peering_connection::by_route(compiler, id, vpc, place)
        }
        RouteTarget::TransitGateway(id) => super::transit_gateway::by_route(compiler, id, vpc, place),
        RouteTarget::EgressOnlyInternetGateway(id) => super::egress_only_internet_gateway::outward(
            compiler,
            id,
            vpc,
            route.state == RouteState::Active,
            place,
        ),
        RouteTarget::NetworkInterface(id) => {
            let by_internet_gateway = table.is_some_and(serves_internet_gateway);
            super::appliance::by_route(compiler, id, by_internet_gateway, place)
        }
        RouteTarget::Instance(id) => {
            let by_internet_gateway = table.is_some_and(serves_internet_gateway);
            super::appliance::by_instance(compiler, id, by_internet_gateway, place)
        }
        RouteTarget::Gateway(id) if super::service_network_vpc_association::is_target(id) => {
            super::service_network_vpc_association::by_route(compiler, vpc, place)
        }
        RouteTarget::CoreNetwork(id) => super::core_network_attachment::by_route(compiler, id, vpc, place),
        // EDGE-1, EDGE-2, EDGE-5: what lies behind a carrier's or an Outpost's gateway is in no answer.
        RouteTarget::Gateway(id) | RouteTarget::CarrierGateway(id) | RouteTarget::LocalGateway(id) => {
            super::unmodelled::location(compiler, id, place)
        }
        // JS-4: never "no route".
        RouteTarget::Unknown => {
            super::unmodelled::location(compiler, "a route target of an unknown kind", place)
        }
    };
    compiler.add_edge(from, to, origin)
}

/// GRT: whether a table is an internet gateway's.
fn serves_internet_gateway(table: &RouteTable) -> bool {
    table
        .associations
        .iter()
        .any(|it| matches!(it, RouteTableAssociation::Gateway(id) if id.starts_with("igw-")))
}
