//! Transit gateways: how a VPC's packets get in (TGW-1 … TGW-6, SG-18).

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{Component, Guard, LocationId, LocationKind, Origin, Step, VpcIndex};
use super::rows::NOBODY;
use crate::model::{Place, ResourceKind, Support, TransitGatewayId};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Locations {
        return;
    }
    let model = compiler.model;
    for attachment in model.transit_gateway_vpc_attachments.iter() {
        if let Some(vpc) = compiler.vpc_ids.get(&attachment.vpc).copied() {
            let location = by_route(compiler, attachment.transit_gateway.as_str(), vpc, None);
            super::vpc::add_exit(compiler, vpc, location);
        }
    }
}

/// SG-18: off unless said.
pub(super) fn keeps_groups(compiler: &Compiler<'_>, id: &TransitGatewayId) -> bool {
    let gateway = compiler.model.transit_gateways.get(id);
    gateway.is_some_and(|gateway| gateway.group_referencing == Some(Support::Enable))
}

/// The location of packets that a route of a VPC sends to a transit gateway.
pub(super) fn by_route(
    compiler: &mut Compiler<'_>,
    id: &str,
    vpc: VpcIndex,
    place: Option<Place>,
) -> LocationId {
    let kind = ResourceKind::TransitGateway;
    let gateway_id = TransitGatewayId::from(id);
    let position = compiler.model.transit_gateways.position(&gateway_id);
    let component = Component::Resource(kind, position.map_or(NOBODY, |position| position as u32));
    let vpc_id = compiler.vpcs[vpc.index()].id.clone();
    let leads_there = |position: &usize| {
        let attachment = &compiler.model.transit_gateway_vpc_attachments[*position];
        attachment.transit_gateway == gateway_id && attachment.is_live()
    };
    let attachment = compiler.relations.attachments_of_vpc(&vpc_id).iter().copied().find(leads_there);
    let Some(attachment) = attachment else {
        let region = compiler.vpcs[vpc.index()].region.clone();
        let attachments = ResourceKind::TransitGatewayVpcAttachment;
        if compiler.model.coverage.holds(attachments, None, region.as_ref()) {
            // TGW-1: a route to a gateway that the VPC is not attached to.
            let location = compiler.add_location(LocationKind::TransitIn, component);
            let steps = [Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))];
            compiler.set_steps(location, &steps);
            return location;
        }
        let gap = compiler.absent(attachments, id, None, region.as_ref(), place);
        return compiler.unknown_location(gap, component);
    };
    let key = PlaceKey::Transit(attachment, vpc);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let location = compiler.add_location(LocationKind::TransitIn, component);
    compiler.places.insert(key, location);
    let (state, zones) = super::transit_gateway_attachment::inward(compiler, attachment);
    let mut steps: Vec<Step> = state;
    let zones = zones
        .into_iter()
        .map(|(zone, to)| (zone, Some(compiler.add_edge(location, to, Origin::Wiring))))
        .collect();
    let zones = compiler.zone_table(zones);
    // TGW-2, M-2: only the zone of the sender's own subnet counts.
    steps.push(Step::OwnZone(zones, ExplanationCode::TgwRouteAzRestriction));
    compiler.set_steps(location, &steps);
    location
}
