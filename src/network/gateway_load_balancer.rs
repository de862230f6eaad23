//! Gateway Load Balancers: what stands behind their endpoints (GWLB-1 … GWLB-6).
//!
//! The appliances are taken to give back what they get. Where the snapshot has the provider's side, the way to them is
//! judged too: the service and its zones, the load balancer's interface in the endpoint's zone, its targets there, and
//! what carries packets to those, GENEVE.

use super::compiler::Compiler;
use super::load_balancer::{Found, Relay, add};
use super::location::{
    AssumptionIndex, Component, Guard, MiddleboxIndex, Origin, Step, SubnetIndex, ZoneIndex,
};
use super::rows::{CarriedRow, MiddleboxRow, NOBODY, OneWay, RelayChoice, RelayCodes, RelayPort, RelayTo};
use super::{ExplanationCode, InterfaceIndex, endpoint_service, load_balancer};
use crate::model::{
    AssumptionCode, EndpointService, Listener, LoadBalancer, LoadBalancerState, Place, ResourceKind,
    VpcEndpoint,
};
use crate::packet::{TransportSet, protocol};

/// Why one does not send something to its targets.
const CODES: RelayCodes = RelayCodes {
    takes_none: ExplanationCode::NoPossibleDestination,
    takes_others: ExplanationCode::NoPossibleDestination,
    target_protocol: ExplanationCode::GwlbProtocolRestriction,
    target_port: ExplanationCode::GwlbDestinationPortRestriction,
};

/// What an interface of one sends by itself: GENEVE and health checks to its targets (GWLB-5, LB-11).
pub(super) fn relay(compiler: &mut Compiler<'_>, row: usize, position: usize) -> Found {
    let balancer = &compiler.model.load_balancers[row];
    let component = Compiler::resource(ResourceKind::LoadBalancer, row);
    let interface = InterfaceIndex(position as u32);
    compiler.fronts.push((component, interface));
    let model = compiler.model;
    let is_own = |it: &Listener| it.load_balancer.as_ref() == Some(&balancer.id);
    let listener = model.listeners.iter().position(is_own);
    let (Some(listener), Some(choices)) = (listener, targets(compiler, balancer, position)) else {
        let (account, region) = (balancer.about.account.as_ref(), balancer.about.region.as_ref());
        let id = balancer.id.as_str();
        let place = Some(balancer.about.place);
        return Found::Unknown(compiler.absent(ResourceKind::Listener, id, account, region, place));
    };
    let guard = state(compiler, balancer).err();
    let origin = Origin::Listener { listener: listener as u32 };
    let port = RelayPort {
        component: Compiler::resource(ResourceKind::Listener, listener),
        origin,
        takes: TransportSet::EMPTY,
        choices,
        alike: Box::default(),
    };
    let relay = Relay {
        component,
        interface,
        sender: interface,
        through: None,
        ports: vec![port],
        codes: CODES,
        assumed: None,
        guard,
    };
    Found::Relay(add(compiler, relay))
}

/// What happens to packets behind an endpoint.
pub(super) fn behind(compiler: &mut Compiler<'_>, position: usize, subnet: SubnetIndex) -> Vec<Step> {
    let model = compiler.model;
    let endpoint = &model.vpc_endpoints[position];
    let mut steps = Vec::new();
    let mut carried = None;
    // Whose service it is, only its owner's answers say.
    let service = model.endpoint_services.iter().find(|it| it.name == endpoint.service_name);
    if let Some(service) = service {
        steps.extend(endpoint_service::state_guards(compiler, service, endpoint));
        let zone = compiler.subnets[subnet.index()].zone;
        match provider(compiler, service, zone) {
            Ok(found) => carried = found,
            Err(guard) => steps.push(Step::Guard(guard)),
        }
    }
    let row = middlebox(compiler, endpoint, position, carried);
    let index = MiddleboxIndex(compiler.middleboxes.len() as u32);
    compiler.middleboxes.push(row);
    steps.push(Step::Through(index, false));
    steps
}

fn middlebox(
    compiler: &mut Compiler<'_>,
    endpoint: &VpcEndpoint,
    position: usize,
    carried: Option<CarriedRow>,
) -> MiddleboxRow {
    let (id, place) = (endpoint.id.as_str(), Some(endpoint.about.place));
    let mut say = |code, about: &str| compiler.assumption(code, about, None, place);
    let beyond = say(AssumptionCode::NotModelled, &format!("a rule that names a group beyond {id}"));
    let preserved = format!("a client's address that a load balancer keeps through {id}");
    MiddleboxRow {
        component: Compiler::resource(ResourceKind::VpcEndpoint, position),
        assumed: Some(say(AssumptionCode::PathThroughGatewayLoadBalancerNotChecked, id)),
        // GWLB-6: another endpoint may lead to other appliances.
        one_way: OneWay::Unknown(say(AssumptionCode::ApplianceSeesOneWay, id)),
        references_gap: beyond,
        preservation_gap: Some(say(AssumptionCode::NotModelled, &preserved)),
        exits: Vec::new(),
        routing_assumed: beyond,
        routing_gap: beyond,
        carried,
    }
}

/// How packets get to the appliances from a zone; none where the snapshot lacks a part of that.
fn provider(
    compiler: &mut Compiler<'_>,
    service: &EndpointService,
    zone: ZoneIndex,
) -> Result<Option<CarriedRow>, Guard> {
    let account = service.about.account.as_ref();
    let offered: Vec<ZoneIndex> = service.zones.iter().map(|it| compiler.zone(it, account)).collect();
    let not_here = Guard::Never(ExplanationCode::VpceServiceNotInstalledInAz);
    if !offered.is_empty() && !offered.contains(&zone) {
        return Err(not_here);
    }
    let model = compiler.model;
    let known = service.gateway_load_balancers.iter().map(|id| model.load_balancers.position(id));
    let Some(rows) = known.collect::<Option<Vec<usize>>>() else { return Ok(None) };
    let mut nodes: Vec<(usize, usize)> = Vec::new();
    for row in rows {
        let balancer = &model.load_balancers[row];
        let is_enabled = balancer.zones.iter().any(|it| compiler.zone(&it.zone, account) == zone);
        let before = nodes.len();
        nodes.extend(interfaces_of(compiler, balancer, zone).map(|position| (row, position)));
        if is_enabled && nodes.len() == before {
            return Ok(None);
        }
    }
    // An endpoint uses one of several; with more than one in the zone, which one is not said.
    match nodes.as_slice() {
        [] if service.gateway_load_balancers.is_empty() => Ok(None),
        [] => Err(not_here),
        [(row, position)] => {
            let balancer = &model.load_balancers[*row];
            state(compiler, balancer)?;
            Ok(carried(compiler, balancer, *position))
        }
        [_, _, ..] => Ok(None),
    }
}

/// LB-20.
fn state(compiler: &mut Compiler<'_>, balancer: &LoadBalancer) -> Result<(), Guard> {
    match &balancer.state {
        None | Some(LoadBalancerState::Active | LoadBalancerState::ActiveImpaired) => Ok(()),
        Some(LoadBalancerState::Provisioning | LoadBalancerState::Failed) => {
            Err(Guard::Never(ExplanationCode::BadState))
        }
        Some(LoadBalancerState::Unknown(word)) => {
            let place = Some(balancer.about.place);
            Err(Guard::Maybe(compiler.assumption(AssumptionCode::UnknownWord, word, None, place)))
        }
    }
}

/// LB-2: `ELB gwy/NAME/NUMBER`.
fn interfaces_of<'c>(
    compiler: &'c Compiler<'_>,
    balancer: &LoadBalancer,
    zone: ZoneIndex,
) -> impl Iterator<Item = usize> + use<'c> {
    let name = balancer.id.as_str().split_once(":loadbalancer/").map(|(_, name)| format!("ELB {name}"));
    let interfaces = compiler.model.network_interfaces.iter().enumerate();
    let own = interfaces.filter(move |(_, it)| name.as_deref() == Some(&*it.description));
    own.map(|(position, _)| position).filter(move |position| {
        let subnet = compiler.interfaces[*position].subnet;
        compiler.subnets[subnet.index()].zone == zone
    })
}

/// GWLB-5: a listener takes everything and sends it on by GENEVE.
fn carried(compiler: &mut Compiler<'_>, balancer: &LoadBalancer, position: usize) -> Option<CarriedRow> {
    let mut choices = targets(compiler, balancer, position)?;
    for choice in &mut choices {
        judge_place(compiler, balancer, position, choice);
    }
    Some(CarriedRow { node: InterfaceIndex(position as u32), choices })
}

/// Whom a node may send to; none where the snapshot lacks the listeners.
fn targets(
    compiler: &mut Compiler<'_>,
    balancer: &LoadBalancer,
    position: usize,
) -> Option<Vec<RelayChoice>> {
    let model = compiler.model;
    let (account, region) = (balancer.about.account.as_ref(), balancer.about.region.as_ref());
    if !model.coverage.holds(ResourceKind::Listener, account, region) {
        return None;
    }
    let node = load_balancer::node(compiler, balancer, position);
    let listeners = model.listeners.iter().filter(|it| it.load_balancer.as_ref() == Some(&balancer.id));
    let groups: Vec<_> = listeners.flat_map(|it| &it.actions).flat_map(|it| &it.target_groups).collect();
    let mut choices: Vec<RelayChoice> = Vec::new();
    for group in groups {
        choices.extend(super::target_group::choices(compiler, &node, group, protocol::UDP));
    }
    if choices.is_empty() {
        let row = model.load_balancers.position(&balancer.id).map_or(NOBODY, |row| row as u32);
        let component = Component::Resource(ResourceKind::LoadBalancer, row);
        choices.push(load_balancer::choice(RelayTo::Lost(ExplanationCode::Elbv2ListenerHasNoTg), component));
    }
    Some(choices)
}

/// The way to a target outside of the load balancer's VPC is not judged.
fn judge_place(
    compiler: &mut Compiler<'_>,
    balancer: &LoadBalancer,
    position: usize,
    choice: &mut RelayChoice,
) {
    let RelayTo::Address { family, address, .. } = choice.to else { return };
    let vpc = compiler.interfaces[position].vpc;
    if compiler.vpcs[vpc.index()].interfaces.at(family, address) != NOBODY {
        return;
    }
    let target = crate::packet::ip(family, address);
    let about = format!("the way from {} to {target}", balancer.id);
    choice.to = RelayTo::Unknown(not_modelled(compiler, &about, balancer.about.place));
}

fn not_modelled(compiler: &mut Compiler<'_>, about: &str, place: Place) -> AssumptionIndex {
    compiler.assumption(AssumptionCode::NotModelled, about, None, Some(place))
}
