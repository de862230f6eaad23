//! PrivateLink: what stands behind an endpoint for somebody's service, where the snapshot has that side too (IEP-6 …
//! IEP-9, IEP-13).
//!
//! The endpoint's interface is a relay. It hands on to the targets of the provider's Network Load Balancer, as the
//! interface that this has in the same zone: that is whom targets see, and no route joins the two sides. Where the
//! snapshot does not have the service, packets end at the endpoint.

use super::compiler::{Compiler, Stage};
use super::load_balancer::Found;
use super::location::{AssumptionIndex, Entry, Guard, InterfaceIndex, PeerSide, Step, ZoneIndex};
use super::rows::RelayRow;
use super::{ExplanationCode, FilterId, load_balancer, vpc_endpoint};
use crate::model::{
    AssumptionCode, EndpointConnectionId, EndpointKind, EndpointService, EndpointServiceState, LoadBalancer,
    ResourceKind, VpcEndpoint,
};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // A service is compiled where the interface of an endpoint leads to it.
}

/// What becomes of packets that the endpoint takes; none where they end at the service.
pub(super) fn behind(
    compiler: &mut Compiler<'_>,
    endpoint: &VpcEndpoint,
    front: InterfaceIndex,
) -> Option<Vec<Step>> {
    let model = compiler.model;
    if endpoint.kind != EndpointKind::Interface {
        return None;
    }
    let service = model.endpoint_services.iter().find(|it| it.name == endpoint.service_name)?;
    let mut steps = state_guards(compiler, service, endpoint);
    steps.extend(match node_of(compiler, service, endpoint, front) {
        Ok(node) => to_node(compiler, (service, endpoint), front, node),
        Err(guard) => vec![Step::Guard(guard)],
    });
    Some(steps)
}

/// IEP-8: the service works, and its owner has accepted the endpoint.
pub(super) fn state_guards(
    compiler: &mut Compiler<'_>,
    service: &EndpointService,
    endpoint: &VpcEndpoint,
) -> Vec<Step> {
    let place = Some(service.about.place);
    let own = match &service.state {
        None | Some(EndpointServiceState::Available) => None,
        Some(
            EndpointServiceState::Pending
            | EndpointServiceState::Deleting
            | EndpointServiceState::Deleted
            | EndpointServiceState::Failed,
        ) => Some(Guard::Never(ExplanationCode::BadState)),
        Some(EndpointServiceState::Unknown(word)) => {
            Some(Guard::Unknown(compiler.assumption(AssumptionCode::UnknownWord, word, None, place)))
        }
    };
    let mut steps: Vec<Step> = own.map(Step::Guard).into_iter().collect();
    let id = format!("{}/{}", service.id, endpoint.id);
    let connection = compiler.model.endpoint_connections.get(&EndpointConnectionId::from(&*id));
    if let Some(connection) = connection {
        let place = Some(connection.about.place);
        steps.extend(vpc_endpoint::guards_of_state(compiler, connection.state.as_ref(), place));
    }
    steps
}

/// The interface of the load balancer that takes what this endpoint interface gets: the one in its zone (IEP-6). From
/// another Region AWS picks a zone of the service.
fn node_of(
    compiler: &mut Compiler<'_>,
    service: &EndpointService,
    endpoint: &VpcEndpoint,
    front: InterfaceIndex,
) -> Result<InterfaceIndex, Guard> {
    let place = Some(service.about.place);
    let (here, there) = (&endpoint.about.region, &service.about.region);
    let is_elsewhere = here.is_some() && there.is_some() && here != there;
    // IEP-6: which zone it is in, its subnet says.
    if let Some(gap) = subnet_gap(compiler, front) {
        return Err(gap);
    }
    let zone = zone_of(compiler, front);
    let account = service.about.account.as_ref();
    let offered: Vec<ZoneIndex> = service.zones.iter().map(|it| compiler.zone(it, account)).collect();
    let not_here = Guard::Never(ExplanationCode::VpceServiceNotInstalledInAz);
    if !is_elsewhere && !offered.is_empty() && !offered.contains(&zone) {
        return Err(not_here);
    }
    let mut nodes = Vec::new();
    for id in &service.network_load_balancers {
        let Some(row) = compiler.model.load_balancers.position(id) else {
            let (account, region) = (account, service.about.region.as_ref());
            let kind = ResourceKind::LoadBalancer;
            return Err(Guard::Unknown(compiler.absent(kind, id.as_str(), account, region, place)));
        };
        let own = Compiler::resource(ResourceKind::LoadBalancer, row);
        let fronts: Vec<InterfaceIndex> =
            compiler.fronts.iter().filter(|(it, _)| *it == own).map(|(_, interface)| *interface).collect();
        if let Some(gap) = fronts.iter().find_map(|it| subnet_gap(compiler, *it)) {
            return Err(gap);
        }
        let before = nodes.len();
        nodes.extend(fronts.into_iter().filter(|it| is_elsewhere || zone_of(compiler, *it) == zone));
        let balancer = &compiler.model.load_balancers[row];
        if nodes.len() == before && (is_elsewhere || is_enabled(compiler, balancer, zone)) {
            let (account, region) = (balancer.about.account.clone(), balancer.about.region.clone());
            let (account, region) = (account.as_ref(), region.as_ref());
            let kind = ResourceKind::NetworkInterface;
            return Err(Guard::Unknown(compiler.absent(kind, id.as_str(), account, region, place)));
        }
    }
    match nodes.as_slice() {
        [] => Err(not_here),
        [one] => Ok(*one),
        // An endpoint uses one of them in each zone, and one of all from another Region; which one is not said.
        _ => {
            let which = if is_elsewhere { "for another Region" } else { "in a zone" };
            let about = format!("which interface of its load balancers {} uses {which}", service.id);
            Err(Guard::Unknown(compiler.assumption(AssumptionCode::NotModelled, &about, None, place)))
        }
    }
}

/// What keeps an interface's zone unknown.
fn subnet_gap(compiler: &Compiler<'_>, interface: InterfaceIndex) -> Option<Guard> {
    let subnet = compiler.interfaces[interface.index()].subnet;
    compiler.subnets[subnet.index()].gap.map(Guard::Unknown)
}

fn zone_of(compiler: &Compiler<'_>, interface: InterfaceIndex) -> ZoneIndex {
    let subnet = compiler.interfaces[interface.index()].subnet;
    compiler.subnets[subnet.index()].zone
}

fn is_enabled(compiler: &mut Compiler<'_>, balancer: &LoadBalancer, zone: ZoneIndex) -> bool {
    let account = balancer.about.account.as_ref();
    balancer.zones.iter().any(|it| compiler.zone(&it.zone, account) == zone)
}

/// What a node's listeners take is handed on from its own address (IEP-7).
fn to_node(
    compiler: &mut Compiler<'_>,
    (service, endpoint): (&EndpointService, &VpcEndpoint),
    front: InterfaceIndex,
    node: InterfaceIndex,
) -> Vec<Step> {
    let found = match compiler.balancers.get(&node.index()) {
        Some(Found::Relay(relay)) => *relay,
        Some(Found::Unknown(gap)) => return vec![Step::Guard(Guard::Unknown(*gap))],
        None => {
            let about = format!("what {} leads to", service.id);
            return vec![Step::Guard(Guard::Unknown(not_known(compiler, service, &about)))];
        }
    };
    let Some(row) = balancer_of(&compiler.relays[found.index()]) else {
        let about = format!("what {} leads to", service.id);
        return vec![Step::Guard(Guard::Unknown(not_known(compiler, service, &about)))];
    };
    let through = compiler.model.vpc_endpoints.position(&endpoint.id).unwrap_or_default();
    let through = Compiler::resource(ResourceKind::VpcEndpoint, through);
    let relay = load_balancer::behind_endpoint(compiler, row, (node, front), through);
    let mut steps: Vec<Step> = compiler.relays[relay.index()].guard.map(Step::Guard).into_iter().collect();
    let enforces = compiler.model.load_balancers[row].judges_private_link.unwrap_or(true);
    let groups = compiler.interfaces[node.index()].groups;
    // IEP-7: they see the client's address, and know none of its groups.
    if enforces && !compiler.group_sets[groups.index()].is_empty() {
        steps.push(Step::Enter(Entry::PrivateLink));
        let filter = FilterId::SecurityGroups { set: groups, is_outbound: false };
        steps.push(Step::SecurityGroups { filter, peer: PeerSide::Source, interface: node });
    }
    steps.push(Step::Relay(relay));
    steps
}

fn balancer_of(relay: &RelayRow) -> Option<usize> {
    match relay.component {
        super::Component::Resource(ResourceKind::LoadBalancer, row) => Some(row as usize),
        super::Component::Resource(..)
        | super::Component::Internet
        | super::Component::OnPremises
        | super::Component::Service(_) => None,
    }
}

fn not_known(compiler: &mut Compiler<'_>, service: &EndpointService, about: &str) -> AssumptionIndex {
    compiler.assumption(AssumptionCode::NotModelled, about, None, Some(service.about.place))
}
