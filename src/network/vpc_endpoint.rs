//! VPC endpoints: gateway endpoints behind routes, interface endpoints behind their interfaces (GEP, IEP).

use ipnet::IpNet;

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{
    EntryKind, EntryMask, Guard, InterfaceIndex, LocationId, LocationKind, Origin, Step, VpcIndex,
};
use super::rows::ServiceRow;
use crate::model::{
    AssumptionCode, EndpointKind, EndpointState, NetworkInterface, Place, ResourceKind, VpcEndpoint,
    VpcEndpointId,
};
use crate::packet::{TransportSet, protocol};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Gateway endpoints are compiled where a route leads to one, interface endpoints with their interfaces.
}

/// The location of packets that a route sends to an endpoint. Which kind it is, only the endpoint says; a route by
/// prefix list is a gateway endpoint's in any case.
pub(super) fn by_route(
    compiler: &mut Compiler<'_>,
    id: &str,
    vpc: VpcIndex,
    by_list: bool,
    place: Option<Place>,
) -> LocationId {
    let kind = ResourceKind::VpcEndpoint;
    let position = compiler.model.vpc_endpoints.position(&VpcEndpointId::from(id));
    let Some(position) = position else { return compiler.absent_target(kind, id, vpc, place) };
    let component = Compiler::resource(kind, position);
    let endpoint = &compiler.model.vpc_endpoints[position];
    match endpoint.kind {
        EndpointKind::Gateway => gateway(compiler, position, vpc),
        EndpointKind::Unknown(_) if by_list => gateway(compiler, position, vpc),
        EndpointKind::GatewayLoadBalancer => {
            super::gateway_load_balancer_endpoint::by_route(compiler, position, place)
        }
        EndpointKind::Interface
        | EndpointKind::Resource
        | EndpointKind::ServiceNetwork
        | EndpointKind::Tunnel
        | EndpointKind::Unknown(_) => {
            let about = format!("{id}, an endpoint as a route's target");
            let gap = compiler.assumption(AssumptionCode::NotModelled, &about, None, place);
            compiler.unknown_location(gap, component)
        }
    }
}

fn gateway(compiler: &mut Compiler<'_>, position: usize, vpc: VpcIndex) -> LocationId {
    if let Some(location) = compiler.places.get(&PlaceKey::Endpoint(position)) {
        return *location;
    }
    let endpoint = &compiler.model.vpc_endpoints[position];
    let component = Compiler::resource(ResourceKind::VpcEndpoint, position);
    let location = compiler.add_location(LocationKind::GatewayEndpoint, component);
    compiler.places.insert(PlaceKey::Endpoint(position), location);
    let assumption = endpoint.has_policy.then(|| {
        let place = Some(endpoint.about.place);
        compiler.assumption(AssumptionCode::PolicyNotEvaluated, endpoint.id.as_str(), None, place)
    });
    // Answers are delivered inside the VPC.
    let way_back = compiler.vpcs[vpc.index()].router;
    let addresses = service_addresses(compiler, endpoint);
    let service = compiler.service(ServiceRow {
        name: endpoint.service_name.to_string(),
        component: Some(component),
        way_back: Some(way_back),
        addresses,
        assumption,
    });
    compiler.add_edge(location, way_back, Origin::Wiring);
    let mut carried = compiler.workspace.protocol(protocol::TCP);
    for (number, kinds) in [(protocol::ICMP, [0u16, 8]), (protocol::ICMPV6, [128, 129])] {
        for kind in kinds {
            let echo = compiler.workspace.ports(number, kind << 8, (kind << 8) | 0xff);
            carried = compiler.workspace.union(carried, echo);
        }
    }
    let own = compiler.vpcs[vpc.index()].cidr_set;
    let mut steps = state_guards(compiler, endpoint);
    let restriction = ExplanationCode::VpceGatewayEgressSourceAddressRestriction;
    steps.extend([
        // GEP-3: only from inside the VPC.
        Step::Guard(Guard::EnteredBy(EntryMask::of(&[EntryKind::Inside]), restriction)),
        Step::Guard(Guard::SourceIn(own, restriction)),
        // GEP-8.
        Step::Guard(Guard::Protocols(carried, ExplanationCode::VpceGatewayProtocolRestriction)),
        Step::ArriveService(service),
    ]);
    compiler.set_steps(location, &steps);
    location
}

/// The entries of the list that AWS names after the service.
fn service_addresses(compiler: &mut Compiler<'_>, endpoint: &VpcEndpoint) -> Vec<IpNet> {
    let lists = compiler.model.prefix_lists.iter().filter(|it| it.name == endpoint.service_name);
    let ids: Vec<_> = lists.map(|it| it.id.clone()).collect();
    let mut addresses = Vec::new();
    for id in ids {
        if let Ok(list) = super::prefix_list::entries(compiler, &id) {
            addresses.extend(compiler.lists[list as usize].iter().copied());
        }
    }
    addresses
}

/// IEP-8, GEP-10: only an available endpoint works.
pub(super) fn state_guards(compiler: &mut Compiler<'_>, endpoint: &VpcEndpoint) -> Vec<Step> {
    guards_of_state(compiler, endpoint.state.as_ref(), Some(endpoint.about.place))
}

/// What a state lets pass: an endpoint's, or that of its connection to somebody's service.
pub(super) fn guards_of_state(
    compiler: &mut Compiler<'_>,
    state: Option<&EndpointState>,
    place: Option<Place>,
) -> Vec<Step> {
    match state {
        // A partial endpoint works in the zones where it has interfaces.
        None | Some(EndpointState::Available | EndpointState::Partial) => Vec::new(),
        Some(EndpointState::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            vec![Step::Guard(Guard::Unknown(gap))]
        }
        Some(
            EndpointState::PendingAcceptance
            | EndpointState::Pending
            | EndpointState::Deleting
            | EndpointState::Deleted
            | EndpointState::Rejected
            | EndpointState::Failed
            | EndpointState::Expired,
        ) => vec![Step::Guard(Guard::Never(ExplanationCode::BadState))],
    }
}

/// What becomes of a packet for an interface of an endpoint: the service takes TCP and UDP (IEP-2). It is an interface like
/// any other until then: its groups judge (IEP-1), and whoever has a way to its subnet reaches it (IEP-4).
pub(super) fn reception(
    compiler: &mut Compiler<'_>,
    interface: &NetworkInterface,
    index: InterfaceIndex,
) -> Vec<Step> {
    let mut carried = TransportSet::EMPTY;
    for number in [protocol::TCP, protocol::UDP] {
        let set = compiler.workspace.protocol(number);
        carried = compiler.workspace.union(carried, set);
    }
    let mut steps = vec![Step::Guard(Guard::Protocols(carried, ExplanationCode::ProtocolRestriction))];
    let model = compiler.model;
    let endpoint = compiler.relations.endpoint(&interface.id);
    let (account, region) = (interface.about.account.as_ref(), interface.about.region.as_ref());
    if endpoint.is_none() && !model.coverage.holds(ResourceKind::VpcEndpoint, account, region) {
        // IEP-8: its state is not known.
        let place = Some(interface.about.place);
        let id = interface.id.as_str();
        let gap = compiler.absent(ResourceKind::VpcEndpoint, id, account, region, place);
        steps.push(Step::Guard(Guard::Unknown(gap)));
    }
    if let Some(endpoint) = endpoint.map(|position| &model.vpc_endpoints[position]) {
        steps.extend(state_guards(compiler, endpoint));
        // IEP-10.
        if endpoint.has_policy {
            let place = Some(endpoint.about.place);
            let code = AssumptionCode::PolicyNotEvaluated;
            let assumption = compiler.assumption(code, endpoint.id.as_str(), None, place);
            steps.push(Step::Guard(Guard::Assume(assumption)));
        }
        steps.extend(lattice_guard(compiler, endpoint));
        if let Some(behind) = super::endpoint_service::behind(compiler, endpoint, index) {
            steps.extend(behind);
            return steps;
        }
    }
    steps.push(Step::ArriveInterface(index));
    steps
}

/// IEP-11: what stands behind some kinds is in no answer that is read.
fn lattice_guard(compiler: &mut Compiler<'_>, endpoint: &VpcEndpoint) -> Option<Step> {
    let (what, call) = match endpoint.kind {
        EndpointKind::Resource => ("an endpoint for a resource", "vpc-lattice get-resource-configuration"),
        EndpointKind::ServiceNetwork => {
            ("an endpoint for a service network", "vpc-lattice get-service-network")
        }
        EndpointKind::Gateway
        | EndpointKind::Interface
        | EndpointKind::GatewayLoadBalancer
        | EndpointKind::Tunnel
        | EndpointKind::Unknown(_) => return None,
    };
    let about = format!("{}, {what}", endpoint.id);
    let place = Some(endpoint.about.place);
    let gap = compiler.assumption(AssumptionCode::NotModelled, &about, Some(call), place);
    Some(Step::Guard(Guard::Unknown(gap)))
}
