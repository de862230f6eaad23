//! Associations of VPCs with service networks of VPC Lattice: what a route for the services leads to (LAT-1, LAT-3, LAT-5,
//! LAT-6).
//!
//! A packet that its groups let in has arrived: which service it is for is asked for inside of it, and what stands behind
//! the service sees Lattice and not the client (LAT-2).

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::filter::FilterId;
use super::location::{
    Component, EntryKind, EntryMask, Guard, InterfaceIndex, LocationId, LocationKind, Origin, PeerSide, Step,
    SubnetIndex, VpcIndex,
};
use super::rows::{InterfaceRow, NOBODY, ServiceRow};
use crate::model::{
    AssumptionCode, Place, ResourceKind, SecurityGroupId, ServiceNetworkAssociationState,
    ServiceNetworkVpcAssociation,
};
use crate::packet::protocol;

const KIND: ResourceKind = ResourceKind::ServiceNetworkVpcAssociation;

/// The call that tells the groups of one association.
const ALONE: &str = "vpc-lattice get-service-network-vpc-association";

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Associations are compiled where a route first leads to one.
}

/// Whether a route's target is the VPC's association, which AWS gives no id there.
pub(super) fn is_target(id: &str) -> bool {
    id.eq_ignore_ascii_case("VpcLattice")
}

/// The location of packets that a route of a VPC sends to VPC Lattice.
pub(super) fn by_route(compiler: &mut Compiler<'_>, vpc: VpcIndex, place: Option<Place>) -> LocationId {
    let model = compiler.model;
    let id = compiler.vpcs[vpc.index()].id.clone();
    let own = model.service_network_vpc_associations.iter().position(|it| it.vpc.as_ref() == Some(&id));
    let Some(position) = own else {
        let component = Component::Resource(KIND, NOBODY);
        let region = compiler.vpcs[vpc.index()].region.clone();
        let account = model.vpcs.get(&id).and_then(|it| it.about.account.as_ref());
        if model.coverage.holds(KIND, account, region.as_ref()) {
            let location = compiler.add_location(LocationKind::GatewayEndpoint, component);
            let none = Guard::Never(ExplanationCode::UnassociatedComponent);
            compiler.set_steps(location, &[Step::Guard(none)]);
            return location;
        }
        let gap = compiler.absent(KIND, id.as_str(), account, region.as_ref(), place);
        return compiler.unknown_location(gap, component);
    };
    let key = PlaceKey::ServiceNetwork(position);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let component = Compiler::resource(KIND, position);
    let location = compiler.add_location(LocationKind::GatewayEndpoint, component);
    compiler.places.insert(key, location);
    let way_back = compiler.vpcs[vpc.index()].router;
    compiler.add_edge(location, way_back, Origin::Wiring);
    let steps = steps(compiler, position, vpc);
    compiler.set_steps(location, &steps);
    location
}

fn steps(compiler: &mut Compiler<'_>, position: usize, vpc: VpcIndex) -> Vec<Step> {
    let association = &compiler.model.service_network_vpc_associations[position];
    let place = Some(association.about.place);
    let mut steps: Vec<Step> = state_guard(compiler, association).into_iter().collect();
    let streams = compiler.workspace.protocol(protocol::TCP);
    let inside = EntryMask::of(&[EntryKind::Inside]);
    steps.extend([
        // LAT-3.
        Step::Guard(Guard::EnteredBy(inside, ExplanationCode::NoPossibleDestination)),
        Step::Guard(Guard::Protocols(streams, ExplanationCode::ProtocolRestriction)),
    ]);
    match &association.groups {
        None => {
            let code = AssumptionCode::MissingData;
            let gap = compiler.assumption(code, association.id.as_str(), Some(ALONE), place);
            steps.push(Step::Guard(Guard::Maybe(gap)));
        }
        Some(groups) => steps.extend(group_filter(compiler, position, vpc, groups)),
    }
    let network = association.network.as_deref().unwrap_or(association.id.as_str());
    let policy = compiler.assumption(AssumptionCode::PolicyNotEvaluated, network, None, place);
    let name = association.network_name.as_deref().unwrap_or(network);
    let service = compiler.service(ServiceRow {
        name: format!("VPC Lattice {name}"),
        component: Some(Compiler::resource(KIND, position)),
        way_back: Some(compiler.vpcs[vpc.index()].router),
        addresses: super::address_plan::LATTICE.to_vec(),
        assumption: Some(policy),
    });
    steps.push(Step::ArriveService(service));
    steps
}

/// LAT-1, LAT-6: the association's groups judge clients, as if it had an interface; without groups all get in.
fn group_filter(
    compiler: &mut Compiler<'_>,
    position: usize,
    vpc: VpcIndex,
    groups: &[SecurityGroupId],
) -> Option<Step> {
    if groups.is_empty() {
        return None;
    }
    let subnet = compiler.subnets.iter().position(|it| it.vpc == vpc)?;
    let set = super::security_group::set(compiler, groups);
    super::security_group::note_gaps(compiler);
    let interface = InterfaceIndex(compiler.interfaces.len() as u32);
    compiler.interfaces.push(InterfaceRow {
        component: Compiler::resource(KIND, position),
        subnet: SubnetIndex(subnet as u32),
        vpc,
        groups: set,
        host: NOBODY,
        checks_source: true,
        out: interface.way_out(),
        inward: interface.way_in(),
        manner: NOBODY,
        primary_v4: None,
        primary_v6: None,
    });
    let filter = FilterId::SecurityGroups { set, is_outbound: false };
    Some(Step::SecurityGroups { filter, peer: PeerSide::Source, interface })
}

fn state_guard(compiler: &mut Compiler<'_>, association: &ServiceNetworkVpcAssociation) -> Option<Step> {
    match &association.state {
        None
        | Some(
            ServiceNetworkAssociationState::Active
            | ServiceNetworkAssociationState::UpdateInProgress
            | ServiceNetworkAssociationState::UpdateFailed
            | ServiceNetworkAssociationState::DeleteFailed,
        ) => None,
        Some(
            ServiceNetworkAssociationState::CreateInProgress
            | ServiceNetworkAssociationState::CreateFailed
            | ServiceNetworkAssociationState::DeleteInProgress,
        ) => Some(Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))),
        Some(ServiceNetworkAssociationState::Unknown(word)) => {
            let place = Some(association.about.place);
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            Some(Step::Guard(Guard::Unknown(gap)))
        }
    }
}
