//! Direct Connect: gateways, their associations and virtual interfaces (DX-1 … DX-7).

use ipnet::IpNet;

use super::ExplanationCode;
use super::compiler::{Compiler, Stage};
use super::location::{AssumptionIndex, Component, Guard, LocationId, Step};
use super::on_premises::Link;
use super::rows::NOBODY;
use crate::model::{
    AssociationState, AssumptionCode, BgpStatus, DirectConnectGatewayId, DirectConnectState,
    InterfaceAttachmentState, Model, ResourceKind, TransitGatewayAttachment, VirtualInterface,
    VirtualInterfaceKind, VirtualInterfaceState, VpnGatewayId,
};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Associations are compiled where a gateway or an attachment leads to one.
}

/// Links of a virtual private gateway over Direct Connect: its associations, and interfaces that end at it.
pub(super) fn links_of(model: &Model, gateway: &str) -> Vec<Link> {
    let associations = (0..).zip(model.direct_connect_associations.iter());
    let live = associations
        .filter(|(_, it)| it.associated == gateway && it.state != Some(AssociationState::Disassociated));
    let interfaces = (0..).zip(model.virtual_interfaces.iter());
    // DX-5: a public interface reaches public addresses of AWS, and no VPC.
    let private = interfaces.filter(|(_, it)| {
        it.vpn_gateway.as_ref().is_some_and(|id| id.as_str() == gateway)
            && it.kind != Some(VirtualInterfaceKind::Public)
            && it.state != Some(VirtualInterfaceState::Deleted)
    });
    live.map(|(row, _)| Link::DirectConnect(row))
        .chain(private.map(|(row, _)| Link::Interface(row)))
        .collect()
}

/// Every association and every interface that ends at a virtual private gateway.
pub(super) fn all_links(model: &Model) -> Vec<Link> {
    let associations = (0..).zip(model.direct_connect_associations.iter());
    let live = associations.filter(|(_, it)| it.state != Some(AssociationState::Disassociated));
    let interfaces = (0..).zip(model.virtual_interfaces.iter());
    let private = interfaces.filter(|(_, it)| {
        it.vpn_gateway.is_some()
            && it.kind != Some(VirtualInterfaceKind::Public)
            && it.state != Some(VirtualInterfaceState::Deleted)
    });
    live.map(|(row, _)| Link::DirectConnect(row))
        .chain(private.map(|(row, _)| Link::Interface(row)))
        .collect()
}

/// Direct Connect is another service's answers, which most snapshots lack: without them there is none, and that is said.
pub(super) fn unseen(compiler: &mut Compiler<'_>, about: &str) -> Vec<Step> {
    let kind = ResourceKind::DirectConnectGatewayAssociation;
    if compiler.model.coverage.holds(kind, None, None) {
        return Vec::new();
    }
    let code = AssumptionCode::DirectConnectAssumedAbsent;
    let assumed = compiler.assumption(code, about, Some(kind.call()), None);
    vec![Step::Guard(Guard::Assume(assumed))]
}

/// The link of an attachment of a transit gateway.
pub(super) fn of_attachment(
    compiler: &mut Compiler<'_>,
    attachment: &TransitGatewayAttachment,
) -> Result<Link, AssumptionIndex> {
    let model = compiler.model;
    let gateway = attachment.resource.as_deref().unwrap_or_default();
    let is_own = |it: &crate::model::DirectConnectGatewayAssociation| {
        it.associated == attachment.transit_gateway.as_str() && it.gateway.as_str() == gateway
    };
    let place = Some(attachment.about.place);
    let found = model.direct_connect_associations.iter().position(is_own);
    found.map(Link::DirectConnect).ok_or_else(|| {
        let kind = ResourceKind::DirectConnectGatewayAssociation;
        compiler.absent(kind, attachment.id.as_str(), None, None, place)
    })
}

/// DX-7: whether an interface is there and a BGP session is up.
pub(super) fn carries(interface: &VirtualInterface) -> bool {
    let is_there = matches!(
        interface.state,
        None | Some(VirtualInterfaceState::Available | VirtualInterfaceState::Unknown(_))
    );
    let is_down =
        !interface.sessions.is_empty() && interface.sessions.iter().all(|it| *it == BgpStatus::Down);
    is_there && !is_down
}

/// The interfaces of a Direct Connect gateway.
fn interfaces<'a>(model: &'a Model, gateway: &DirectConnectGatewayId) -> Vec<&'a VirtualInterface> {
    let attached = |it: &VirtualInterface| {
        model.direct_connect_attachments.iter().any(|attachment| {
            attachment.interface == it.id
                && attachment.gateway == *gateway
                && matches!(attachment.state, None | Some(InterfaceAttachmentState::Attached))
        })
    };
    let own = |it: &&VirtualInterface| it.gateway.as_ref() == Some(gateway) || attached(it);
    model.virtual_interfaces.iter().filter(own).collect()
}

/// Whether packets pass, as far as is known.
pub(super) fn works(compiler: &Compiler<'_>, row: usize) -> bool {
    let model = compiler.model;
    let association = &model.direct_connect_associations[row];
    let is_associated = matches!(
        association.state,
        None | Some(AssociationState::Associated | AssociationState::Updating | AssociationState::Unknown(_))
    );
    let interfaces = interfaces(model, &association.gateway);
    let is_seen = model.coverage.holds(ResourceKind::VirtualInterface, None, None);
    is_associated && (interfaces.iter().any(|it| carries(it)) || interfaces.is_empty() && !is_seen)
}

/// What packets meet on the way between a gateway of AWS and on premises.
pub(super) fn guards(compiler: &mut Compiler<'_>, row: usize, is_outward: bool) -> Vec<Step> {
    let model = compiler.model;
    let association = &model.direct_connect_associations[row];
    let place = Some(association.about.place);
    let mut steps = Vec::new();
    match &association.state {
        None | Some(AssociationState::Associated | AssociationState::Updating) => {}
        Some(AssociationState::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            steps.push(Step::Guard(Guard::Unknown(gap)));
        }
        Some(
            AssociationState::Associating
            | AssociationState::Disassociating
            | AssociationState::Disassociated,
        ) => steps.push(Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment))),
    }
    let gateway = model.direct_connect_gateways.get(&association.gateway);
    if gateway.is_some_and(|it| {
        matches!(
            it.state,
            Some(DirectConnectState::Pending | DirectConnectState::Deleting | DirectConnectState::Deleted)
        )
    }) {
        steps.push(Step::Guard(Guard::Never(ExplanationCode::BadState)));
    }
    let interfaces = interfaces(model, &association.gateway);
    let kind = ResourceKind::VirtualInterface;
    if interfaces.is_empty() && !model.coverage.holds(kind, None, None) {
        let about = association.gateway.as_str();
        let gap = compiler.absent(kind, about, None, None, place);
        steps.push(Step::Guard(Guard::Maybe(gap)));
    } else if !interfaces.iter().any(|it| carries(it)) {
        steps.push(Step::Guard(Guard::Never(ExplanationCode::BadStateDirectConnect)));
    }
    match is_outward {
        true => steps.extend(elsewhere(compiler, row)),
        false => steps.extend(announced(compiler, row)),
    }
    steps
}

/// DX-1, DX-2: what on premises hears of AWS. Towards a virtual private gateway the prefixes are a filter of the VPC's
/// blocks, towards a transit gateway they are what is announced.
fn announced(compiler: &mut Compiler<'_>, row: usize) -> Option<Step> {
    let association = &compiler.model.direct_connect_associations[row];
    let place = Some(association.about.place);
    let Some(allowed) = association.allowed_prefixes.clone() else {
        let about = format!("the allowed prefixes of {}", association.id);
        let call = Some(ResourceKind::DirectConnectGatewayAssociation.call());
        let gap = compiler.assumption(AssumptionCode::MissingData, &about, call, place);
        return Some(Step::Guard(Guard::Maybe(gap)));
    };
    let gateway = VpnGatewayId::from(association.associated.as_str());
    let announced = match compiler.model.vpn_gateways.position(&gateway) {
        Some(position) => {
            let vpc = super::vpn_gateway::attached_vpc(compiler, position);
            if let Some(gap) = vpc.and_then(|it| compiler.vpcs[it.index()].gap) {
                return Some(Step::Guard(Guard::Maybe(gap)));
            }
            let blocks = vpc.map(|it| compiler.vpcs[it.index()].cidrs.clone()).unwrap_or_default();
            let is_allowed = |net: &IpNet| allowed.iter().any(|it| it.contains(net));
            blocks.into_iter().filter(is_allowed).collect()
        }
        None => allowed,
    };
    let announced = compiler.address_set(&announced);
    Some(Step::Guard(Guard::DestinationIn(announced, ExplanationCode::DxPrefixNotAllowed)))
}

/// DX-3: packets for what another association of the gateway leads to. Nothing sends them there but a block that on
/// premises announces, which then does, and neither that nor over which interface is in any answer.
fn elsewhere(compiler: &mut Compiler<'_>, row: usize) -> Option<Step> {
    let model = compiler.model;
    let association = &model.direct_connect_associations[row];
    let others = (0..).zip(model.direct_connect_associations.iter()).filter(|(number, it)| {
        *number != row
            && it.gateway == association.gateway
            && it.state != Some(AssociationState::Disassociated)
    });
    // DX-6: no two of them have the same addresses.
    let others: Vec<usize> = others.map(|(number, _)| number).collect();
    let blocks: Vec<IpNet> = others.into_iter().flat_map(|it| led_to(compiler, it)).collect();
    if blocks.is_empty() {
        return None;
    }
    let about = format!("what goes from one association of {} to another", association.gateway);
    let place = Some(association.about.place);
    let gap = compiler.assumption(AssumptionCode::NotModelled, &about, None, place);
    let component = Compiler::resource(ResourceKind::DirectConnectGatewayAssociation, row);
    let unknown = compiler.unknown_location(gap, component);
    Some(Step::For(compiler.address_set(&blocks), unknown))
}

/// What an association leads to of the VPCs that are in the snapshot.
fn led_to(compiler: &Compiler<'_>, row: usize) -> Vec<IpNet> {
    let model = compiler.model;
    let association = &model.direct_connect_associations[row];
    let allowed = association.allowed_prefixes.as_deref().unwrap_or_default();
    let gateway = VpnGatewayId::from(association.associated.as_str());
    if let Some(position) = model.vpn_gateways.position(&gateway) {
        let vpc = super::vpn_gateway::attached_vpc(compiler, position);
        let blocks = vpc.map(|it| compiler.vpcs[it.index()].cidrs.clone()).unwrap_or_default();
        return blocks.into_iter().filter(|net| allowed.iter().any(|it| it.contains(net))).collect();
    }
    let attachments = model.transit_gateway_vpc_attachments.iter();
    let own = attachments.filter(|it| it.transit_gateway.as_str() == association.associated && it.is_live());
    let vpcs = own.filter_map(|it| compiler.vpc_ids.get(&it.vpc));
    let blocks = vpcs.flat_map(|vpc| &compiler.vpcs[vpc.index()].cidrs);
    let narrower = |net: &IpNet, it: &IpNet| match it.contains(net) {
        true => Some(*net),
        false => net.contains(it).then_some(*it),
    };
    blocks.flat_map(|net| allowed.iter().filter_map(|it| narrower(net, it))).collect()
}

/// What packets meet at an interface that ends at a virtual private gateway.
pub(super) fn interface_guards(compiler: &mut Compiler<'_>, row: usize) -> Vec<Step> {
    let interface = &compiler.model.virtual_interfaces[row];
    if carries(interface) {
        return Vec::new();
    }
    vec![Step::Guard(Guard::Never(ExplanationCode::BadStateDirectConnect))]
}

/// Where packets that came by an association go on.
pub(super) fn next(compiler: &mut Compiler<'_>, row: usize) -> LocationId {
    let model = compiler.model;
    let association = &model.direct_connect_associations[row];
    if association.associated.starts_with("vgw-") {
        return super::vpn_gateway::inward(compiler, &VpnGatewayId::from(association.associated.as_str()));
    }
    let is_own = |it: &TransitGatewayAttachment| {
        it.transit_gateway.as_str() == association.associated
            && it.resource.as_deref() == Some(association.gateway.as_str())
    };
    match model.transit_gateway_attachments.iter().position(is_own) {
        Some(position) => super::transit_gateway_attachment::from_link(compiler, position),
        None => {
            let kind = ResourceKind::TransitGatewayAttachment;
            let place = Some(association.about.place);
            let gap = compiler.absent(kind, association.id.as_str(), None, None, place);
            compiler.unknown_location(gap, Component::Resource(kind, NOBODY))
        }
    }
}

/// Where packets that came by an interface of a virtual private gateway go on.
pub(super) fn next_of_interface(compiler: &mut Compiler<'_>, row: usize) -> LocationId {
    let gateway = compiler.model.virtual_interfaces[row].vpn_gateway.clone();
    let gateway = gateway.unwrap_or_else(|| VpnGatewayId::from("its gateway"));
    super::vpn_gateway::inward(compiler, &gateway)
}
