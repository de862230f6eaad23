//! Attachments: the doors of a transit gateway, inward and outward (TGW-2 … TGW-12, TGW-16, M-1, M-2).

use rustc_hash::FxHashSet;

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{
    AssumptionIndex, Component, Entry, Guard, LocationId, LocationKind, Origin, PeerSide, Step, ZoneIndex,
};
use super::rows::NOBODY;
use crate::model::{
    AssumptionCode, AttachmentKind, AttachmentState, ResourceKind, SubnetId, Support,
    TransitGatewayAttachment, TransitGatewayAttachmentId, TransitGatewayAttachmentKey, TransitGatewayId,
    TransitGatewayPeeringAttachment, TransitGatewayVpcAttachment,
};
use crate::packet::{Family, range_of};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Attachments are compiled where a transit gateway's way in or a route first leads to one.
}

impl TransitGatewayVpcAttachment {
    /// Whether it is or may become an attachment.
    pub(super) fn is_live(&self) -> bool {
        !matches!(
            self.state,
            Some(AttachmentState::Deleted | AttachmentState::Failed | AttachmentState::Rejected)
        )
    }
}

/// The steps before the zone is chosen, and the location of each zone's subnet (TGW-2).
pub(super) fn inward(
    compiler: &mut Compiler<'_>,
    position: usize,
) -> (Vec<Step>, Vec<(ZoneIndex, LocationId)>) {
    let attachment = &compiler.model.transit_gateway_vpc_attachments[position];
    let component = component_of(compiler, &attachment.id, &attachment.transit_gateway);
    let mut steps = state_guards(compiler, attachment.state.as_ref());
    steps.push(ipv6_guard(compiler, attachment));
    let association = association(compiler, &attachment.id, &attachment.transit_gateway);
    let keeps_groups = super::transit_gateway::keeps_groups(compiler, &attachment.transit_gateway)
        && attachment.group_referencing != Some(Support::Disable);
    let is_absent = compiler.model.transit_gateways.get(&attachment.transit_gateway).is_none();
    let groups_gap = is_absent.then(|| {
        let kind = ResourceKind::TransitGateway;
        compiler.absent(kind, attachment.transit_gateway.as_str(), None, None, None)
    });
    let mut zones = Vec::new();
    for id in &attachment.subnets {
        let Some(subnet) = compiler.subnet_ids.get(id).copied() else {
            let gap =
                compiler.absent(ResourceKind::Subnet, id.as_str(), None, None, Some(attachment.about.place));
            steps.push(Step::Guard(Guard::Unknown(gap)));
            continue;
        };
        let row = &compiler.subnets[subnet.index()];
        let (zone, acl) = (row.zone, row.acl[0]);
        let location = compiler.add_location(LocationKind::AttachmentIn, component);
        // ACL-8, ACL-9, M-1: the ACL of the attachment's subnet judges what comes in, by its source, also what
        // comes from the same subnet.
        let mut inward =
            vec![Step::Acl { filter: acl, peer: PeerSide::Source, subnet, judges_own_subnet: true }];
        let keeps_groups = keeps_groups && references_hold_in(compiler, id);
        inward.push(Step::Enter(Entry::TransitIn { keeps_groups, gap: groups_gap }));
        inward.extend(onward(compiler, location, &association));
        compiler.set_steps(location, &inward);
        compiler.transit_locations.push((location, attachment.transit_gateway.clone()));
        zones.push((zone, location));
    }
    (steps, zones)
}

/// SG-18: there is one zone in which references to groups do not hold over a transit gateway.
fn references_hold_in(compiler: &Compiler<'_>, subnet: &SubnetId) -> bool {
    let zone = compiler.model.subnets.get(subnet).and_then(|it| it.zone.id.as_deref());
    zone != Some("use1-az3")
}

fn component_of(
    compiler: &Compiler<'_>,
    id: &TransitGatewayAttachmentId,
    gateway: &TransitGatewayId,
) -> Component {
    match compiler.model.transit_gateway_attachments.position(&TransitGatewayAttachmentKey::new(id, gateway))
    {
        Some(position) => Compiler::resource(ResourceKind::TransitGatewayAttachment, position),
        None => {
            let position = compiler.model.transit_gateway_vpc_attachments.position(id);
            let kind = ResourceKind::TransitGatewayVpcAttachment;
            Component::Resource(kind, position.map_or(NOBODY, |position| position as u32))
        }
    }
}

/// Which table the packets of an attachment use (TGW-6).
#[derive(Debug, Clone, Copy)]
enum Association {
    Table(usize),
    None,
    Unknown(AssumptionIndex),
}

fn association(
    compiler: &mut Compiler<'_>,
    id: &TransitGatewayAttachmentId,
    gateway: &TransitGatewayId,
) -> Association {
    let model = compiler.model;
    let listed = model.transit_gateway_attachments.get(&TransitGatewayAttachmentKey::new(id, gateway));
    if let Some(listed) = listed {
        // TGW-8h: policy tables are not evaluated.
        if listed.has_policy_table {
            let place = Some(listed.about.place);
            let about = format!("the policy table of {id}");
            let code = AssumptionCode::NotModelled;
            return Association::Unknown(compiler.assumption(code, &about, None, place));
        }
        if let Some(gap) = translates(compiler, listed) {
            return Association::Unknown(gap);
        }
    }
    let lists = compiler.relations.associations(id).iter();
    let by_list = lists
        .map(|position| &model.transit_gateway_associations[*position])
        .find(|it| {
            let table = model.transit_gateway_route_tables.get(&it.id);
            table.is_none_or(|table| table.transit_gateway == *gateway)
        })
        .map(|it| it.id.clone());
    let table = by_list.or_else(|| listed.and_then(|it| it.route_table.clone()));
    if let Some(table) = table {
        return match model.transit_gateway_route_tables.position(&table) {
            Some(position) => Association::Table(position),
            None => {
                let kind = ResourceKind::TransitGatewayRouteTable;
                Association::Unknown(compiler.absent(kind, table.as_str(), None, None, None))
            }
        };
    }
    // JS-7: only the gateway's owner sees associations, and only then is none none.
    let sees_tables = model.transit_gateway_route_tables.iter().any(|it| it.transit_gateway == *gateway);
    if listed.is_some() && sees_tables {
        return Association::None;
    }
    let kind = ResourceKind::TransitGatewayAttachment;
    let call = Some(kind.call());
    Association::Unknown(compiler.assumption(AssumptionCode::MissingData, id.as_str(), call, None))
}

/// TGW-21: 1:1 NAT of an attachment is not evaluated.
fn translates(compiler: &mut Compiler<'_>, listed: &TransitGatewayAttachment) -> Option<AssumptionIndex> {
    if !matches!(listed.nat, Some(Support::Enable | Support::Unknown(_))) {
        return None;
    }
    let about = format!("1:1 NAT on {}", listed.id);
    Some(compiler.assumption(AssumptionCode::NotModelled, &about, None, Some(listed.about.place)))
}

fn onward(compiler: &mut Compiler<'_>, from: LocationId, association: &Association) -> Vec<Step> {
    match association {
        Association::Table(position) => {
            let table = super::transit_gateway_route_table::location(compiler, *position);
            let edge = compiler.add_edge(from, table, Origin::Wiring);
            vec![Step::Follow(edge)]
        }
        Association::None => {
            vec![Step::Guard(Guard::Never(ExplanationCode::TgwAttachMissingTgwRtbAssociation))]
        }
        Association::Unknown(gap) => vec![Step::Guard(Guard::Unknown(*gap))],
    }
}

/// TGW-23: only an available attachment carries packets.
pub(super) fn state_guards(compiler: &mut Compiler<'_>, state: Option<&AttachmentState>) -> Vec<Step> {
    match state {
        // While it is being modified it goes on working.
        None | Some(AttachmentState::Available | AttachmentState::Modifying) => Vec::new(),
        Some(AttachmentState::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, None);
            vec![Step::Guard(Guard::Unknown(gap))]
        }
        Some(
            AttachmentState::Initiating
            | AttachmentState::InitiatingRequest
            | AttachmentState::PendingAcceptance
            | AttachmentState::RollingBack
            | AttachmentState::Pending
            | AttachmentState::Deleting
            | AttachmentState::Deleted
            | AttachmentState::Failed
            | AttachmentState::Rejected
            | AttachmentState::Rejecting
            | AttachmentState::Failing,
        ) => vec![Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))],
    }
}

/// TGW-5: IPv6 passes only where it is switched on.
fn ipv6_guard(compiler: &mut Compiler<'_>, attachment: &TransitGatewayVpcAttachment) -> Step {
    let sets = &compiler.well_known;
    let (id, place) = (attachment.id.as_str(), Some(attachment.about.place));
    let set = match &attachment.ipv6 {
        Some(Support::Enable) => sets.both_families,
        Some(Support::Disable) => sets.ipv4,
        Some(Support::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            return Step::Guard(Guard::UnknownFor(Family::V6, gap));
        }
        None => {
            let call = Some(ResourceKind::TransitGatewayVpcAttachment.call());
            let about = format!("whether {id} carries IPv6");
            let gap = compiler.assumption(AssumptionCode::MissingData, &about, call, place);
            return Step::Guard(Guard::UnknownFor(Family::V6, gap));
        }
    };
    Step::Guard(Guard::DestinationIn(set, ExplanationCode::TgwIpv6Unsupported))
}

/// The location of packets that a transit gateway's route sends to an attachment.
pub(super) fn outward(
    compiler: &mut Compiler<'_>,
    id: &TransitGatewayAttachmentId,
    gateway: &TransitGatewayId,
) -> LocationId {
    let model = compiler.model;
    let listed = model.transit_gateway_attachments.position(&TransitGatewayAttachmentKey::new(id, gateway));
    let vpc = model.transit_gateway_vpc_attachments.position(id);
    let peering = model.transit_gateway_peerings.position(id);
    let key = listed.map(PlaceKey::AttachmentOut);
    if let Some(location) = key.as_ref().and_then(|key| compiler.places.get(key)) {
        return *location;
    }
    let component = component_of(compiler, id, gateway);
    let location = compiler.add_location(LocationKind::AttachmentOut, component);
    if let Some(key) = key {
        compiler.places.insert(key, location);
    }
    // TGW-21: destinations are translated on the way out.
    if let Some(gap) = listed.and_then(|row| translates(compiler, &model.transit_gateway_attachments[row])) {
        compiler.set_steps(location, &[Step::Guard(Guard::Unknown(gap))]);
        return location;
    }
    let kind = listed.map(|position| model.transit_gateway_attachments[position].kind.clone());
    let steps = match (kind, vpc, peering) {
        (_, Some(position), _) => into_vpc(compiler, location, position),
        (Some(AttachmentKind::Peering | AttachmentKind::TransitGatewayPeering), _, _)
        | (None, _, Some(_)) => {
            let attachment = listed.map(|position| &model.transit_gateway_attachments[position]);
            let peering = peering.map(|position| &model.transit_gateway_peerings[position]);
            over_peering(compiler, location, id, gateway, attachment, peering)
        }
        (Some(AttachmentKind::Vpc), None, _) | (None, None, None) => {
            let kind = ResourceKind::TransitGatewayVpcAttachment;
            let gap = compiler.absent(kind, id.as_str(), None, None, None);
            vec![Step::Guard(Guard::Unknown(gap))]
        }
        (
            Some(
                AttachmentKind::Vpn
                | AttachmentKind::VpnConcentrator
                | AttachmentKind::DirectConnectGateway
                | AttachmentKind::Connect,
            ),
            None,
            _,
        ) => onto_link(compiler, location, listed),
        (Some(AttachmentKind::NetworkFunction), None, _) => {
            through_firewall(compiler, location, id, gateway, listed)
        }
        (Some(AttachmentKind::ClientVpn | AttachmentKind::Unknown(_)), None, _) => {
            // TGW-17: what lies behind is not modelled.
            let about = format!("{id}, an attachment of another kind than VPC and peering");
            let gap = compiler.assumption(AssumptionCode::NotModelled, &about, None, None);
            vec![Step::Guard(Guard::Unknown(gap))]
        }
    };
    compiler.set_steps(location, &steps);
    location
}

/// TGW-9, TGW-10: into the VPC by the subnet of the sender's zone, else any, and from there by that subnet's table.
fn into_vpc(compiler: &mut Compiler<'_>, location: LocationId, position: usize) -> Vec<Step> {
    let attachment = &compiler.model.transit_gateway_vpc_attachments[position];
    if let Some(vpc) = compiler.vpc_ids.get(&attachment.vpc).copied() {
        compiler.leads_to.insert(location, vpc);
    }
    let component = component_of(compiler, &attachment.id, &attachment.transit_gateway);
    let mut steps = state_guards(compiler, attachment.state.as_ref());
    steps.push(ipv6_guard(compiler, attachment));
    let keeps_groups = attachment.group_referencing != Some(Support::Disable);
    let mut zones = Vec::new();
    let mut gap = None;
    for id in &attachment.subnets {
        let Some(subnet) = compiler.subnet_ids.get(id).copied() else {
            gap = Some(compiler.absent(
                ResourceKind::Subnet,
                id.as_str(),
                None,
                None,
                Some(attachment.about.place),
            ));
            continue;
        };
        let row = &compiler.subnets[subnet.index()];
        let (zone, out) = (row.zone, row.out);
        let entrance = compiler.add_location(LocationKind::AttachmentSubnet, component);
        let edge = compiler.add_edge(entrance, out, Origin::Wiring);
        let keeps_groups = keeps_groups && references_hold_in(compiler, id);
        let entry = Entry::TransitOut { keeps_groups };
        compiler.set_steps(entrance, &[Step::Enter(entry), Step::Follow(edge)]);
        let edge = compiler.add_edge(location, entrance, Origin::Wiring);
        zones.push((zone, Some(edge)));
    }
    if let (Some(gap), true) = (gap, zones.is_empty()) {
        steps.push(Step::Guard(Guard::Unknown(gap)));
        return steps;
    }
    let zones = compiler.zone_table(zones);
    let chosen_anew = attachment.appliance_mode == Some(Support::Enable);
    steps.push(Step::AnyZone(zones, chosen_anew));
    steps
}

/// TGW-16: the other transit gateway's table goes on.
fn over_peering(
    compiler: &mut Compiler<'_>,
    location: LocationId,
    id: &TransitGatewayAttachmentId,
    gateway: &TransitGatewayId,
    attachment: Option<&TransitGatewayAttachment>,
    peering: Option<&TransitGatewayPeeringAttachment>,
) -> Vec<Step> {
    let state = attachment.and_then(|it| it.state.as_ref()).or(peering.and_then(|it| it.state.as_ref()));
    let mut steps = state_guards(compiler, state);
    let by_peering = peering.and_then(|peering| {
        let is_requester = peering.requester.as_ref() == Some(gateway);
        if is_requester { peering.accepter.clone() } else { peering.requester.clone() }
    });
    // The list of attachments names the other gateway too.
    let far = by_peering.or_else(|| {
        attachment
            .and_then(|it| it.resource.as_deref())
            .filter(|id| id.starts_with("tgw-"))
            .map(TransitGatewayId::from)
    });
    let Some(far) = far.filter(|far| far != gateway) else {
        let kind = ResourceKind::TransitGatewayPeeringAttachment;
        let gap = compiler.absent(kind, id.as_str(), None, None, None);
        steps.push(Step::Guard(Guard::Unknown(gap)));
        return steps;
    };
    steps.push(Step::Enter(Entry::TransitPeering));
    let association = association(compiler, id, &far);
    steps.extend(onward(compiler, location, &association));
    steps
}

/// TGW-18, NFW-13: through the firewall behind the attachment, and on by the table that the attachment uses. Both
/// directions meet the same zone's part of it.
fn through_firewall(
    compiler: &mut Compiler<'_>,
    location: LocationId,
    id: &TransitGatewayAttachmentId,
    gateway: &TransitGatewayId,
    listed: Option<usize>,
) -> Vec<Step> {
    let model = compiler.model;
    let state = listed.and_then(|row| model.transit_gateway_attachments[row].state.as_ref());
    let mut steps = state_guards(compiler, state);
    let Some(firewall) = model.firewalls.iter().position(|it| it.attachment.as_ref() == Some(id)) else {
        let gap = super::firewall::absent(compiler, id.as_str(), None);
        steps.push(Step::Guard(Guard::Unknown(gap)));
        return steps;
    };
    steps.push(super::firewall::behind(compiler, firewall));
    let association = association(compiler, id, gateway);
    steps.extend(onward(compiler, location, &association));
    steps
}

/// TGW-17: by a link, on to what is on premises.
fn onto_link(compiler: &mut Compiler<'_>, location: LocationId, position: Option<usize>) -> Vec<Step> {
    let Some(position) = position else { return Vec::new() };
    let attachment = &compiler.model.transit_gateway_attachments[position];
    let mut steps = state_guards(compiler, attachment.state.as_ref());
    match super::on_premises::of_attachment(compiler, position) {
        Some(Ok(link)) => {
            let out = super::on_premises::outward(compiler, link);
            let edge = compiler.add_edge(location, out, Origin::Wiring);
            steps.push(Step::Follow(edge));
        }
        Some(Err(gap)) => steps.push(Step::Guard(Guard::Unknown(gap))),
        None => {}
    }
    steps
}

/// The location of packets that come from on premises by an attachment's link: its table is next (TGW-6).
pub(super) fn from_link(compiler: &mut Compiler<'_>, position: usize) -> LocationId {
    let attachment = &compiler.model.transit_gateway_attachments[position];
    let component = Compiler::resource(ResourceKind::TransitGatewayAttachment, position);
    let location = compiler.add_location(LocationKind::AttachmentIn, component);
    let mut steps = state_guards(compiler, attachment.state.as_ref());
    steps.push(Step::Enter(Entry::TransitIn { keeps_groups: false, gap: None }));
    let association = association(compiler, &attachment.id, &attachment.transit_gateway);
    steps.extend(onward(compiler, location, &association));
    compiler.set_steps(location, &steps);
    compiler.transit_locations.push((location, attachment.transit_gateway.clone()));
    location
}

/// What the table of an attachment leads to, other than back, or may lead to: BGP announces that to the attachment's other
/// side.
pub(super) fn known_to(compiler: &mut Compiler<'_>, position: usize) -> Vec<ipnet::IpNet> {
    let attachment = &compiler.model.transit_gateway_attachments[position];
    let association = association(compiler, &attachment.id, &attachment.transit_gateway);
    let table = match association {
        Association::Table(table) => table,
        Association::None => return Vec::new(),
        Association::Unknown(_) => return super::on_premises::EVERYTHING.to_vec(),
    };
    let table = super::transit_gateway_route_table::location(compiler, table);
    let back = outward(compiler, &attachment.id, &attachment.transit_gateway);
    let first = compiler.graph[table].first_step as usize;
    let Some(Step::Route(map)) = compiler.steps.get(first) else { return Vec::new() };
    let leads_on = |hop: &super::location::HopIndex| match compiler.hops[hop.index()] {
        super::location::Hop::Edge(edge) => compiler.graph.raw_edges()[edge.index()].target() != back,
        super::location::Hop::OneOf(..) => true,
        super::location::Hop::Drop(..)
        | super::location::Hop::Unknown(_)
        | super::location::Hop::IfAnnounced(..) => false,
    };
    let is_unknown = |hop: usize| matches!(compiler.hops[hop], super::location::Hop::Unknown(_));
    let mut hops = Family::BOTH.into_iter().flat_map(|it| compiler.route_maps[map.index()].pieces(it));
    if hops.any(|(_, _, hop)| is_unknown(hop.index())) {
        return super::on_premises::EVERYTHING.to_vec();
    }
    let map_of = &compiler.route_maps[map.index()];
    // Of several routes for one block, the one counts that the table uses somewhere in it.
    let counts = |net: &ipnet::IpNet, hop: &super::location::HopIndex| {
        let (low, high) = range_of(*net);
        let mut pieces = map_of.pieces(Family::of(net.addr()));
        pieces.any(|(from, to, used)| used == *hop && from <= high && low <= to)
    };
    let entries = &compiler.route_entries[map.index()];
    let mut seen = FxHashSet::default();
    let repeated: FxHashSet<&ipnet::IpNet> =
        entries.iter().map(|(net, _)| net).filter(|net| !seen.insert(*net)).collect();
    let in_use = entries.iter().filter(|(net, hop)| !repeated.contains(net) || counts(net, hop));
    in_use.filter(|(_, hop)| leads_on(hop)).map(|(net, _)| *net).collect()
}
