//! Egress-only internet gateways: IPv6 outward, and the answers back (EIG-1 … EIG-5).

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{Component, Entry, Guard, LocationId, LocationKind, Origin, Step, VpcIndex};
use super::rows::NOBODY;
use crate::model::{AssumptionCode, EgressOnlyInternetGatewayId, Place, ResourceKind};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Locations {
        return;
    }
    for gateway in compiler.model.egress_only_gateways.iter() {
        for attachment in gateway.attachments.iter().filter(|it| it.is_in_force() || it.odd_word().is_some())
        {
            if let Some(vpc) = compiler.vpc_ids.get(&attachment.vpc).copied() {
                let location = outward(compiler, gateway.id.as_str(), vpc, true, None);
                super::vpc::add_exit(compiler, vpc, location);
            }
        }
    }
}

/// The location of packets that a route sends to an egress-only gateway. Where the gateways are not in the snapshot,
/// an active route to one says that it is attached.
pub(super) fn outward(
    compiler: &mut Compiler<'_>,
    id: &str,
    vpc: VpcIndex,
    is_active: bool,
    place: Option<Place>,
) -> LocationId {
    let kind = ResourceKind::EgressOnlyInternetGateway;
    let position = compiler.model.egress_only_gateways.position(&EgressOnlyInternetGatewayId::from(id));
    let component = Component::Resource(kind, position.map_or(NOBODY, |position| position as u32));
    let vpc_id = compiler.vpcs[vpc.index()].id.clone();
    let (is_attached, condition) = match position {
        Some(position) => {
            let gateway = &compiler.model.egress_only_gateways[position];
            let doubt =
                super::internet_gateway::doubt(compiler, &gateway.attachments, vpc, gateway.about.place);
            let is_named = gateway.attachments.iter().any(|it| it.vpc == vpc_id && it.is_in_force());
            (is_named || doubt.is_some(), doubt)
        }
        None => {
            let gap = compiler.absent(kind, id, None, None, place);
            if compiler.assumptions[gap.index()].code != AssumptionCode::MissingData || !is_active {
                return compiler.unknown_location(gap, component);
            }
            let call = Some(kind.call());
            let assumed = compiler.assumption(AssumptionCode::GatewayAssumedAttached, id, call, place);
            (true, Some(Step::Guard(Guard::Assume(assumed))))
        }
    };
    if is_attached && let Some(location) = compiler.places.get(&PlaceKey::EgressOnly(vpc)) {
        return *location;
    }
    let location = compiler.add_location(LocationKind::EgressOnlyGateway, component);
    let mut steps = Vec::new();
    if is_attached {
        compiler.places.insert(PlaceKey::EgressOnly(vpc), location);
        compiler.vpcs[vpc.index()].egress_only_gateway = Some(location);
    } else {
        steps.push(Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment)));
    }
    steps.extend(condition);
    steps.extend(super::internet_gateway::ipv6_doubt(compiler, vpc));
    let sources = super::internet_gateway::public_sources(compiler, vpc);
    let internet = compiler.internet_location;
    let edge = compiler.add_edge(location, internet, Origin::Wiring);
    let ipv6_only = compiler.well_known.ipv6;
    steps.extend([
        Step::Guard(Guard::SourceIn(ipv6_only, ExplanationCode::ProtocolRestriction)),
        Step::Guard(Guard::PublicAccessOut(true)),
        // EIG-5: IPv6 that came by the endpoint of a Gateway Load Balancer.
        Step::Guard(Guard::NoneGivenBack(ExplanationCode::ProtocolRestriction)),
        // EIG-3.
        Step::Guard(Guard::SourceIn(sources, ExplanationCode::IgwPublicIpAssociationForEgress)),
        // EIG-4: an answer to something that came in another way has no state here.
        Step::Guard(Guard::NoReplies(ExplanationCode::EgressOnlyNoState)),
        Step::Enter(Entry::Outward(location)),
        Step::Follow(edge),
    ]);
    compiler.set_steps(location, &steps);
    location
}
