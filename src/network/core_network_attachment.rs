//! Attachments of core networks: how a VPC's packets get into Cloud WAN, and out of it (CWAN-1, CWAN-3, CWAN-4).
//!
//! Subnets, zones, appliance mode and network ACLs count as they do for transit gateways. What leads to a link, to a
//! transit gateway or into a tunnel is not followed.

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{
    Component, Entry, Guard, LocationId, LocationKind, Origin, PeerSide, Step, VpcIndex, ZoneIndex,
};
use super::rows::NOBODY;
use crate::model::{
    AssumptionCode, CoreNetworkAttachment, CoreNetworkAttachmentId, CoreNetworkAttachmentKind,
    CoreNetworkAttachmentState, Place, ResourceKind, SubnetId,
};

const KIND: ResourceKind = ResourceKind::CoreNetworkAttachment;

/// The call that tells the subnets of one attachment.
const ALONE: &str = "networkmanager get-vpc-attachment";

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Attachments are compiled where a route first leads to one.
}

/// The location of packets that a route of a VPC sends to a core network, named by its ARN.
pub(super) fn by_route(
    compiler: &mut Compiler<'_>,
    arn: &str,
    vpc: VpcIndex,
    place: Option<Place>,
) -> LocationId {
    let core_network = arn.rsplit('/').next().unwrap_or(arn);
    let model = compiler.model;
    let vpc_id = compiler.vpcs[vpc.index()].id.clone();
    let is_own = |it: &CoreNetworkAttachment| {
        it.core_network.as_deref() == Some(core_network) && it.vpc() == Some(vpc_id.as_str()) && is_live(it)
    };
    let network = model.unmodelled.iter().position(|it| it.resource == core_network);
    let component =
        Component::Resource(ResourceKind::Unmodelled, network.map_or(NOBODY, |position| position as u32));
    let Some(position) = model.core_network_attachments.iter().position(is_own) else {
        let account = model.vpcs.get(&vpc_id).and_then(|it| it.about.account.as_ref());
        if model.coverage.holds(KIND, account, None) {
            let location = compiler.add_location(LocationKind::TransitIn, component);
            compiler.set_steps(location, &[Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))]);
            return location;
        }
        let gap = compiler.absent(KIND, arn, account, None, place);
        return compiler.unknown_location(gap, component);
    };
    let key = PlaceKey::CoreNetworkIn(position);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let location = compiler.add_location(LocationKind::TransitIn, Compiler::resource(KIND, position));
    compiler.places.insert(key, location);
    let steps = inward(compiler, location, position);
    compiler.set_steps(location, &steps);
    location
}

fn is_live(attachment: &CoreNetworkAttachment) -> bool {
    !matches!(
        attachment.state,
        Some(CoreNetworkAttachmentState::Rejected | CoreNetworkAttachmentState::Failed)
    )
}

/// By the subnet of the sender's zone, whose ACL judges (CWAN-4), to the routes of the segment.
fn inward(compiler: &mut Compiler<'_>, location: LocationId, position: usize) -> Vec<Step> {
    let attachment = &compiler.model.core_network_attachments[position];
    let mut steps = guards(compiler, attachment);
    let Some(subnets) = subnets(compiler, attachment, &mut steps) else { return steps };
    let groups_gap = (attachment.group_referencing != Some(false)).then(|| {
        let about = format!("groups of other VPCs beyond {}", attachment.id);
        compiler.assumption(AssumptionCode::NotModelled, &about, None, Some(attachment.about.place))
    });
    let mut zones = Vec::new();
    for (subnet, zone) in subnets {
        let acl = compiler.subnets[subnet.index()].acl[0];
        let entrance = compiler.add_location(LocationKind::AttachmentIn, Compiler::resource(KIND, position));
        let filter = Step::Acl { filter: acl, peer: PeerSide::Source, subnet, judges_own_subnet: true };
        let enter = Step::Enter(Entry::TransitIn { keeps_groups: false, gap: groups_gap });
        let mut inside = vec![filter, enter];
        inside.extend(onward(compiler, entrance, attachment));
        compiler.set_steps(entrance, &inside);
        zones.push((zone, Some(compiler.add_edge(location, entrance, Origin::Wiring))));
    }
    let zones = compiler.zone_table(zones);
    steps.push(Step::OwnZone(zones, ExplanationCode::TgwRouteAzRestriction));
    steps
}

/// CWAN-3: the routes of its segment decide, or those of the function group that it inspects for.
fn onward(compiler: &mut Compiler<'_>, from: LocationId, attachment: &CoreNetworkAttachment) -> Option<Step> {
    let Some(table) = attachment.table() else {
        return Some(Step::Guard(Guard::Never(ExplanationCode::UnassociatedComponent)));
    };
    match super::core_network_routes::location(compiler, attachment, table) {
        Ok(table) => Some(Step::Follow(compiler.add_edge(from, table, Origin::Wiring))),
        Err(gap) => Some(Step::Guard(Guard::Unknown(gap))),
    }
}

/// The location of packets that a core network's route sends to an attachment.
pub(super) fn outward(compiler: &mut Compiler<'_>, id: &CoreNetworkAttachmentId) -> LocationId {
    let model = compiler.model;
    let Some(position) = model.core_network_attachments.position(id) else {
        let gap = compiler.absent(KIND, id.as_str(), None, None, None);
        return compiler.unknown_location(gap, Component::Resource(KIND, NOBODY));
    };
    let key = PlaceKey::CoreNetworkOut(position);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let location = compiler.add_location(LocationKind::AttachmentOut, Compiler::resource(KIND, position));
    compiler.places.insert(key, location);
    let attachment = &model.core_network_attachments[position];
    let mut steps = guards(compiler, attachment);
    match (&attachment.kind, attachment.vpc()) {
        (Some(CoreNetworkAttachmentKind::Vpc) | None, Some(vpc)) => {
            let vpc = compiler.vpc_ids.get(&crate::model::VpcId::from(vpc)).copied();
            if let Some(vpc) = vpc {
                compiler.leads_to.insert(location, vpc);
            }
            steps.extend(into_vpc(compiler, location, position));
        }
        (
            Some(
                CoreNetworkAttachmentKind::Vpc
                | CoreNetworkAttachmentKind::Connect
                | CoreNetworkAttachmentKind::SiteToSiteVpn
                | CoreNetworkAttachmentKind::DirectConnectGateway
                | CoreNetworkAttachmentKind::TransitGatewayRouteTable
                | CoreNetworkAttachmentKind::Unknown(_),
            )
            | None,
            _,
        ) => {
            let about = format!("{id}, an attachment of another kind than a VPC's");
            let place = Some(attachment.about.place);
            let gap = compiler.assumption(AssumptionCode::NotModelled, &about, None, place);
            steps.push(Step::Guard(Guard::Unknown(gap)));
        }
    }
    compiler.set_steps(location, &steps);
    location
}

/// Into the VPC by the subnet of the sender's zone, else any, and from there by that subnet's table.
fn into_vpc(compiler: &mut Compiler<'_>, location: LocationId, position: usize) -> Vec<Step> {
    let attachment = &compiler.model.core_network_attachments[position];
    let mut steps = Vec::new();
    let Some(subnets) = subnets(compiler, attachment, &mut steps) else { return steps };
    let mut zones = Vec::new();
    for (subnet, zone) in subnets {
        let out = compiler.subnets[subnet.index()].out;
        let component = Compiler::resource(KIND, position);
        let entrance = compiler.add_location(LocationKind::AttachmentSubnet, component);
        let edge = compiler.add_edge(entrance, out, Origin::Wiring);
        let enter = Step::Enter(Entry::TransitOut { keeps_groups: false });
        compiler.set_steps(entrance, &[enter, Step::Follow(edge)]);
        zones.push((zone, Some(compiler.add_edge(location, entrance, Origin::Wiring))));
    }
    let zones = compiler.zone_table(zones);
    steps.push(Step::AnyZone(zones, attachment.appliance_mode == Some(true)));
    steps
}

/// Its subnets with their zones; a guard where the snapshot does not tell them.
fn subnets(
    compiler: &mut Compiler<'_>,
    attachment: &CoreNetworkAttachment,
    steps: &mut Vec<Step>,
) -> Option<Vec<(super::SubnetIndex, ZoneIndex)>> {
    let place = Some(attachment.about.place);
    let Some(listed) = &attachment.subnets else {
        let code = AssumptionCode::MissingData;
        let gap = compiler.assumption(code, attachment.id.as_str(), Some(ALONE), place);
        steps.push(Step::Guard(Guard::Unknown(gap)));
        return None;
    };
    let mut found = Vec::new();
    for id in listed {
        match compiler.subnet_ids.get(id).copied() {
            Some(subnet) => found.push((subnet, compiler.subnets[subnet.index()].zone)),
            None => steps.push(absent_subnet(compiler, id, place)),
        }
    }
    Some(found)
}

fn absent_subnet(compiler: &mut Compiler<'_>, id: &SubnetId, place: Option<Place>) -> Step {
    Step::Guard(Guard::Unknown(compiler.absent(ResourceKind::Subnet, id.as_str(), None, None, place)))
}

/// CWAN-1: only an available attachment carries packets; IPv6 where it is switched on.
fn guards(compiler: &mut Compiler<'_>, attachment: &CoreNetworkAttachment) -> Vec<Step> {
    let sets = &compiler.well_known;
    let set = if attachment.has_ipv6 == Some(true) { sets.both_families } else { sets.ipv4 };
    let family = Step::Guard(Guard::DestinationIn(set, ExplanationCode::TgwIpv6Unsupported));
    let state = match &attachment.state {
        None
        | Some(
            CoreNetworkAttachmentState::Available
            | CoreNetworkAttachmentState::Updating
            | CoreNetworkAttachmentState::PendingNetworkUpdate,
        ) => None,
        Some(CoreNetworkAttachmentState::Unknown(word)) => {
            let place = Some(attachment.about.place);
            Some(Guard::Unknown(compiler.assumption(AssumptionCode::UnknownWord, word, None, place)))
        }
        Some(
            CoreNetworkAttachmentState::PendingTagAcceptance
            | CoreNetworkAttachmentState::PendingAcceptance
            | CoreNetworkAttachmentState::Creating
            | CoreNetworkAttachmentState::Rejected
            | CoreNetworkAttachmentState::Failed
            | CoreNetworkAttachmentState::Deleting,
        ) => Some(Guard::Never(ExplanationCode::BadStateAttachment)),
    };
    state.map(Step::Guard).into_iter().chain([family]).collect()
}
