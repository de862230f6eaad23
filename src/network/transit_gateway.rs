//! Transit gateways: how a VPC's packets get in (TGW-1 … TGW-6, SG-18).

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{
    AssumptionIndex, Component, Guard, LocationId, LocationKind, Origin, Step, VpcIndex, ZoneIndex,
};
use super::rows::NOBODY;
use crate::model::{Place, ResourceKind, Support, TransitGatewayId, VpcId, Zone};

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

/// TGW-19: zones at the edge that a VPC has subnets in, and whose parents the snapshot does not tell.
fn children_of_unseen(compiler: &mut Compiler<'_>, vpc: &VpcId) -> Vec<(ZoneIndex, AssumptionIndex)> {
    let model = compiler.model;
    let kind = ResourceKind::AvailabilityZone;
    let relations = std::sync::Arc::clone(&compiler.relations);
    let subnets = relations.subnets(vpc).iter().map(|position| &model.subnets[*position]);
    let mut found = Vec::new();
    for subnet in subnets.filter(|it| is_at_the_edge(&it.zone)) {
        let (account, region) = (subnet.about.account.as_ref(), subnet.about.region.as_ref());
        let zone = compiler.zone(&subnet.zone, account);
        if compiler.zone_parents[zone.index()].is_none() && !model.coverage.holds(kind, account, region) {
            let name = subnet.zone.name.as_deref().or(subnet.zone.id.as_deref()).unwrap_or("?").to_owned();
            found.push((zone, compiler.absent(kind, &name, account, region, None)));
        }
    }
    found
}

/// SN-7: local and wavelength zones have a place in their names, `us-west-2-lax-1a` or `usw2-lax1-az1`.
fn is_at_the_edge(zone: &Zone) -> bool {
    let by_name = zone.name.as_deref().is_some_and(|name| {
        let parts: Vec<&str> = name.split('-').collect();
        let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        parts.len() > 3 && parts[..parts.len() - 1].iter().any(is_number)
    });
    by_name || zone.id.as_deref().is_some_and(|id| id.split('-').count() > 2)
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
        let account = compiler.model.vpcs.get(&vpc_id).and_then(|it| it.about.account.as_ref());
        let attachments = ResourceKind::TransitGatewayVpcAttachment;
        // JS-7: the VPC's owner sees its attachments; another account's answer has others.
        if compiler.model.coverage.holds(attachments, account, region.as_ref()) {
            // TGW-1: a route to a gateway that the VPC is not attached to.
            let location = compiler.add_location(LocationKind::TransitIn, component);
            let steps = [Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))];
            compiler.set_steps(location, &steps);
            return location;
        }
        let gap = compiler.absent(attachments, id, account, region.as_ref(), place);
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
    let mut zones: Vec<_> = zones
        .into_iter()
        .map(|(zone, to)| (zone, Some(compiler.add_edge(location, to, Origin::Wiring))))
        .collect();
    for (zone, gap) in children_of_unseen(compiler, &vpc_id) {
        if zones.iter().all(|(known, _)| *known != zone) {
            let to = compiler.unknown_location(gap, component);
            zones.push((zone, Some(compiler.add_edge(location, to, Origin::Wiring))));
        }
    }
    let zones = compiler.zone_table(zones);
    // TGW-2, M-2: only the zone of the sender's own subnet counts.
    steps.push(Step::OwnZone(zones, ExplanationCode::TgwRouteAzRestriction));
    compiler.set_steps(location, &steps);
    location
}
