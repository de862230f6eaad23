//! Client VPN endpoints: three gates for what clients send, and the translation behind them (CVPN-1 … CVPN-6).
//!
//! Clients are a pool of addresses that nobody in a VPC sees: their packets appear in a subnet with the address of an
//! interface of the endpoint, and with its groups, and go on from there like any other.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::{IpNet, Ipv4Net};
use rustc_hash::FxHashSet;

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{
    Component, Guard, Hop, HopIndex, InterfaceIndex, LocationId, LocationKind, NatIndex, Origin, Step,
    SubnetIndex, Translation,
};
use super::rows::{ClientRow, InterfaceRow, Manner, NOBODY, NatAddress, NatRow};
use crate::model::{
    AssumptionCode, ClientVpnAssociationState, ClientVpnAuthorizationRule, ClientVpnEndpoint,
    ClientVpnEndpointId, ClientVpnRuleState, ClientVpnState, NetworkInterface, ResourceKind,
};
use crate::packet::{AddressMap, Family};

/// How AWS describes the interfaces of endpoints.
const DESCRIPTION: &str = "ClientVPN Endpoint";

/// An interface through which the clients of an association appear.
#[derive(Debug, Clone, Copy)]
pub(super) struct Door {
    /// The association's row.
    association: usize,
    interface: InterfaceIndex,
    /// What stands for its translation.
    translation: NatIndex,
    /// Whether the snapshot lacks it.
    is_assumed: bool,
}

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        // The kinds of this file have a turn each; one does for all.
        Stage::Rows if compiler.client_doors.is_none() => doors(compiler),
        Stage::Locations if compiler.clients.is_empty() => {
            for position in 0..compiler.model.client_vpn_endpoints.len() {
                clients(compiler, position);
            }
        }
        Stage::Rows | Stage::Filters | Stage::Locations => {}
    }
}

/// Whether an interface is an endpoint's.
pub(super) fn is_door(interface: &NetworkInterface) -> bool {
    interface.description.starts_with(DESCRIPTION)
}

/// The interfaces of each association; of one that shows none, one that stands in for it.
fn doors(compiler: &mut Compiler<'_>) {
    let model = compiler.model;
    let mut doors = Vec::new();
    if model.client_vpn_target_networks.is_empty() {
        compiler.client_doors = Some(doors);
        return;
    }
    let wanted: FxHashSet<&str> =
        model.client_vpn_target_networks.iter().map(|it| it.subnet.as_str()).collect();
    let mut taken: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    let mut shown: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, interface) in model.network_interfaces.iter().enumerate() {
        let subnet = interface.subnet.as_str();
        if !wanted.contains(subnet) {
            continue;
        }
        let addresses = interface.addresses.iter().map(|it| u32::from(it.private));
        taken.entry(subnet).or_default().extend(addresses);
        if is_door(interface) {
            shown.entry(subnet).or_default().push(position);
        }
    }
    for (association, network) in model.client_vpn_target_networks.iter().enumerate() {
        let Some(subnet) = compiler.subnet_ids.get(&network.subnet).copied() else { continue };
        let of_subnet = shown.get(network.subnet.as_str()).map_or(&[][..], Vec::as_slice);
        let is_named = |position: &&usize| {
            model.network_interfaces[**position].description.contains(network.endpoint.as_str())
        };
        let named: Vec<usize> = of_subnet.iter().filter(is_named).copied().collect();
        let own = if named.is_empty() { of_subnet.to_vec() } else { named };
        for position in &own {
            let interface = InterfaceIndex(*position as u32);
            let addresses = &model.network_interfaces[*position].addresses;
            if let Some(address) = addresses.first().map(|it| u32::from(it.private)) {
                doors.push(door(compiler, (association, subnet), interface, address, false));
            }
        }
        if own.is_empty() {
            let taken = taken.entry(network.subnet.as_str()).or_default();
            doors.extend(stand_in(compiler, association, subnet, taken));
        }
    }
    compiler.client_doors = Some(doors);
}

fn door(
    compiler: &mut Compiler<'_>,
    (association, subnet): (usize, SubnetIndex),
    interface: InterfaceIndex,
    address: u32,
    is_assumed: bool,
) -> Door {
    let component = Compiler::resource(ResourceKind::ClientVpnTargetNetwork, association);
    let vpc = compiler.subnets[subnet.index()].vpc;
    let translation = NatIndex(compiler.nat_gateways.len() as u32);
    let way_back = compiler.add_location(LocationKind::ClientVpn, component);
    let home = compiler.add_location(LocationKind::ClientVpn, endpoint_of(compiler, association));
    compiler.set_steps(home, &[Step::ArriveClients]);
    let edge = compiler.add_edge(way_back, home, Origin::Wiring);
    compiler.set_steps(way_back, &[Step::NatReturn(translation, edge)]);
    let addresses = vec![NatAddress { address, zone: None }];
    let subnet = Some(subnet);
    // CVPN-3: interfaces of endpoints have public addresses as a rule; one that nobody showed may have one.
    let outside = is_assumed.then(|| {
        let id = compiler.model.client_vpn_target_networks[association].endpoint.clone();
        let about = format!("the interface of {id}");
        let call = Some(ResourceKind::NetworkInterface.call());
        compiler.assumption(AssumptionCode::MissingData, &about, call, None)
    });
    let elsewhere = None;
    compiler.nat_gateways.push(NatRow { component, vpc, subnet, addresses, way_back, elsewhere, outside });
    compiler.client_returns.insert(interface.0, way_back);
    Door { association, interface, translation, is_assumed }
}

fn endpoint_of(compiler: &Compiler<'_>, association: usize) -> Component {
    let id = &compiler.model.client_vpn_target_networks[association].endpoint;
    let position = compiler.model.client_vpn_endpoints.position(id);
    Component::Resource(ResourceKind::ClientVpnEndpoint, position.map_or(NOBODY, |it| it as u32))
}

/// An interface at the first address of the subnet that nobody has (SN-2).
fn stand_in(
    compiler: &mut Compiler<'_>,
    association: usize,
    subnet: SubnetIndex,
    taken: &mut BTreeSet<u32>,
) -> Option<Door> {
    let model = compiler.model;
    let network = &model.client_vpn_target_networks[association];
    let row = compiler.subnets[subnet.index()].clone();
    let block: Ipv4Net = row.cidrs.iter().find_map(|net| match net {
        IpNet::V4(net) => Some(*net),
        IpNet::V6(_) => None,
    })?;
    let (first, last) = (u32::from(block.network()).saturating_add(4), u32::from(block.broadcast()));
    let address = (first..last).find(|it| !taken.contains(it))?;
    taken.insert(address);
    let interface = InterfaceIndex(compiler.interfaces.len() as u32);
    let endpoint = model.client_vpn_endpoints.get(&network.endpoint);
    let groups = match network.groups.is_empty() {
        true => endpoint.map(|it| it.groups.clone()).unwrap_or_default(),
        false => network.groups.clone(),
    };
    let groups = super::security_group::set(compiler, &groups);
    let manner = compiler.manners.len() as u32;
    compiler.manners.push(Manner::default());
    compiler.interfaces.push(InterfaceRow {
        component: Compiler::resource(ResourceKind::ClientVpnTargetNetwork, association),
        subnet,
        vpc: row.vpc,
        groups,
        host: NOBODY,
        checks_source: true,
        out: interface.way_out(),
        inward: interface.way_in(),
        manner,
        primary_v4: Some(address),
        primary_v6: None,
    });
    compiler.extra_addresses.push((row.vpc, address, interface));
    let door = door(compiler, (association, subnet), interface, address, true);
    compiler.manners[manner as usize].inward = reception(compiler, interface);
    Some(door)
}

/// What becomes of a packet for an interface of an endpoint: an answer goes back to its client (CVPN-5).
pub(super) fn reception(compiler: &Compiler<'_>, interface: InterfaceIndex) -> Vec<Step> {
    match compiler.client_returns.get(&interface.0) {
        Some(way_back) => vec![Step::GoOn(*way_back)],
        None => vec![Step::Guard(Guard::Never(ExplanationCode::ClientVpnNoState))],
    }
}

/// The clients of an endpoint: those of whom no group is known, and those of each group that a rule names (CVPN-6).
fn clients(compiler: &mut Compiler<'_>, position: usize) {
    let model = compiler.model;
    let endpoint = &model.client_vpn_endpoints[position];
    let Some(pool) = endpoint.pool else { return };
    let component = Compiler::resource(ResourceKind::ClientVpnEndpoint, position);
    let routing = routing(compiler, position);
    let rules = rules_of(compiler, &endpoint.id);
    let named: BTreeSet<&str> = rules.iter().filter_map(|(_, rule)| rule.group.as_deref()).collect();
    let of_hosts = compiler.address_set(&super::address_plan::OF_HOSTS);
    let mut guards = state_guards(compiler, endpoint);
    guards.push(Step::Guard(Guard::DestinationNotIn(of_hosts, ExplanationCode::AddressNotRoutable)));
    for group in std::iter::once(None).chain(named.into_iter().map(Some)) {
        let location = compiler.add_location(LocationKind::ClientVpn, component);
        let map = authorization(compiler, location, routing, &endpoint.id, group);
        let mut steps = guards.clone();
        steps.push(Step::Route(map));
        compiler.set_steps(location, &steps);
        let group = group.map(compact_str::CompactString::from);
        compiler.clients.push(ClientRow { component, group, pool, location });
    }
}

fn state_guards(compiler: &mut Compiler<'_>, endpoint: &ClientVpnEndpoint) -> Vec<Step> {
    let (id, place) = (endpoint.id.as_str(), Some(endpoint.about.place));
    let mut steps = Vec::new();
    match &endpoint.state {
        None | Some(ClientVpnState::Available) => {}
        Some(ClientVpnState::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            steps.push(Step::Guard(Guard::Unknown(gap)));
        }
        Some(ClientVpnState::PendingAssociate | ClientVpnState::Deleting | ClientVpnState::Deleted) => {
            steps.push(Step::Guard(Guard::Never(ExplanationCode::BadState)));
        }
    }
    if endpoint.has_transit_gateway {
        // CVPN-4.
        let about = format!("{id}, which ends at a transit gateway,");
        let gap = compiler.assumption(AssumptionCode::NotModelled, &about, None, place);
        steps.push(Step::Guard(Guard::Unknown(gap)));
    }
    let kinds = [
        ResourceKind::ClientVpnTargetNetwork,
        ResourceKind::ClientVpnRoute,
        ResourceKind::ClientVpnAuthorizationRule,
    ];
    let region = endpoint.about.region.as_ref();
    for kind in kinds {
        if !compiler.model.coverage.holds(kind, None, region) {
            let gap = compiler.absent(kind, id, None, region, place);
            steps.push(Step::Guard(Guard::Unknown(gap)));
        }
    }
    steps
}

/// Whether a route or rule is in force.
fn is_active(state: &Option<ClientVpnRuleState>) -> bool {
    matches!(state, None | Some(ClientVpnRuleState::Active | ClientVpnRuleState::Unknown(_)))
}

fn rules_of<'a>(
    compiler: &Compiler<'a>,
    endpoint: &ClientVpnEndpointId,
) -> Vec<(usize, &'a ClientVpnAuthorizationRule)> {
    let rules = compiler.model.client_vpn_authorization_rules.iter().enumerate();
    rules.filter(|(_, rule)| rule.endpoint == *endpoint && is_active(&rule.state)).collect()
}

/// CVPN-1: the rule with the longest prefix decides, whoever it is for; of several for one block any.
fn authorization(
    compiler: &mut Compiler<'_>,
    from: LocationId,
    to: LocationId,
    endpoint: &ClientVpnEndpointId,
    group: Option<&str>,
) -> super::RouteMapIndex {
    let rules = rules_of(compiler, endpoint);
    let entries: Vec<(IpNet, usize)> = rules.iter().map(|(row, rule)| (rule.cidr, *row)).collect();
    let model = compiler.model;
    let code = ExplanationCode::ClientVpnNotAuthorized;
    let nothing = compiler.hop(Hop::Drop(code, Origin::Wiring, None));
    let mut listed: Vec<(IpNet, HopIndex)> = Vec::new();
    let map = AddressMap::sweep(&entries, |_, covering| {
        let rule = |row: &usize| &model.client_vpn_authorization_rules[*row];
        let longest = covering.iter().map(|row| rule(row).cidr.prefix_len()).max();
        let deciding: Vec<usize> = covering
            .iter()
            .filter(|row| Some(rule(row).cidr.prefix_len()) == longest)
            .map(|it| **it)
            .collect();
        let Some(first) = deciding.first() else { return nothing };
        let origin = |row: usize| Origin::ClientVpnRule { rule: row as u32 };
        let edge = |compiler: &mut Compiler<'_>, row| Hop::Edge(compiler.add_edge(from, to, origin(row)));
        let admits = |row: &&usize| {
            let own = rule(row).group.as_deref();
            own.is_none() || own == group
        };
        let hop = match (deciding.iter().find(admits), group) {
            (Some(row), _) => edge(compiler, *row),
            (None, Some(_)) => Hop::Drop(code, origin(*first), None),
            // CVPN-6: whether a client is in a group is not in the snapshot.
            (None, None) => {
                let member = edge(compiler, *first);
                let start = compiler.alternatives.len() as u32;
                compiler.alternatives.extend([member, Hop::Drop(code, origin(*first), None)]);
                Hop::OneOf(start, 2)
            }
        };
        let hop = compiler.hop(hop);
        listed.push((rule(first).cidr, hop));
        hop
    });
    compiler.route_map(map, listed)
}

/// CVPN-1: the endpoint's own table, of which each route leads into a subnet.
fn routing(compiler: &mut Compiler<'_>, position: usize) -> LocationId {
    let model = compiler.model;
    let endpoint = &model.client_vpn_endpoints[position];
    let component = Compiler::resource(ResourceKind::ClientVpnEndpoint, position);
    let location = compiler.add_location(LocationKind::ClientVpn, component);
    let mut entries: Vec<(IpNet, (u8, Hop))> = Vec::new();
    for (row, route) in model.client_vpn_routes.iter().enumerate() {
        if route.endpoint != endpoint.id || !is_active(&route.state) {
            continue;
        }
        let is_target = |it: &crate::model::ClientVpnTargetNetwork| {
            it.endpoint == endpoint.id && Some(&it.subnet) == route.subnet.as_ref()
        };
        let to = match model.client_vpn_target_networks.iter().position(is_target) {
            Some(association) => associated(compiler, association),
            None => {
                let about = route.subnet.as_ref().map_or("its target", |it| it.as_str()).to_owned();
                let kind = ResourceKind::ClientVpnTargetNetwork;
                let gap = compiler.absent(kind, &about, None, None, Some(route.about.place));
                compiler.unknown_location(gap, component)
            }
        };
        let edge = compiler.add_edge(location, to, Origin::ClientVpnRoute { route: row as u32 });
        entries.push((route.cidr, (route.cidr.prefix_len(), Hop::Edge(edge))));
    }
    let code = ExplanationCode::ClientVpnNoRoute;
    let map = AddressMap::sweep(&entries, |_, covering| {
        let longest = covering.iter().map(|(length, _)| *length).max();
        // A client is connected to one of the subnets; which is not in the snapshot.
        let hops: Vec<Hop> =
            covering.iter().filter(|it| Some(it.0) == longest).map(|(_, hop)| *hop).collect();
        super::vpn_gateway::one_of(compiler, &hops, code)
    });
    let listed = entries.iter().map(|(net, (_, hop))| (*net, compiler.hop(*hop))).collect();
    let map = compiler.route_map(map, listed);
    compiler.set_steps(location, &[Step::Route(map)]);
    location
}

/// CVPN-2: in a subnet, by any of the association's interfaces.
fn associated(compiler: &mut Compiler<'_>, association: usize) -> LocationId {
    let key = PlaceKey::ClientVpn(association);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let network = &compiler.model.client_vpn_target_networks[association];
    let place = Some(network.about.place);
    let component = Compiler::resource(ResourceKind::ClientVpnTargetNetwork, association);
    let location = compiler.add_location(LocationKind::ClientVpn, component);
    compiler.places.insert(key, location);
    let mut steps = Vec::new();
    match &network.state {
        None | Some(ClientVpnAssociationState::Associated) => {}
        Some(ClientVpnAssociationState::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            steps.push(Step::Guard(Guard::Unknown(gap)));
        }
        Some(
            ClientVpnAssociationState::Associating
            | ClientVpnAssociationState::AssociationFailed
            | ClientVpnAssociationState::Disassociating
            | ClientVpnAssociationState::Disassociated,
        ) => steps.push(Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))),
    }
    let doors: Vec<Door> = compiler.client_doors.iter().flatten().copied().collect();
    let own: Vec<Door> = doors.into_iter().filter(|it| it.association == association).collect();
    let hops: Vec<Hop> =
        own.iter().map(|door| Hop::Edge(by_door(compiler, location, component, *door))).collect();
    if hops.is_empty() {
        let id = network.subnet.clone();
        let gap = compiler.absent(ResourceKind::Subnet, id.as_str(), None, None, place);
        steps.push(Step::Guard(Guard::Unknown(gap)));
    }
    let hop = super::vpn_gateway::one_of(compiler, &hops, ExplanationCode::NoPossibleDestination);
    let map = compiler.route_map(AddressMap::constant(hop), Vec::new());
    steps.push(Step::OverLink(map));
    compiler.set_steps(location, &steps);
    location
}

fn by_door(compiler: &mut Compiler<'_>, from: LocationId, component: Component, door: Door) -> super::EdgeId {
    let location = compiler.add_location(LocationKind::ClientVpn, component);
    let edge = compiler.add_edge(from, location, Origin::Wiring);
    let row = &compiler.interfaces[door.interface.index()];
    let (out, address) = (row.out, row.primary(Family::V4));
    let mut steps = Vec::new();
    if door.is_assumed {
        let address = address.map_or_else(String::new, |it| crate::packet::ip(Family::V4, it).to_string());
        let assumed = compiler.assumption(AssumptionCode::ClientVpnAddressAssumed, &address, None, None);
        steps.push(Step::Guard(Guard::Assume(assumed)));
    }
    let translation = Translation::ClientToInterface(door.translation, door.interface);
    steps.extend([Step::Translate(translation), Step::GoOn(out)]);
    compiler.set_steps(location, &steps);
    edge
}
