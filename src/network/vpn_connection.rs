//! VPN connections: whether their tunnels carry packets, and which (VPN-6, VPN-7, VPN-13).

use super::ExplanationCode;
use super::compiler::{Compiler, Stage};
use super::location::{Component, Guard, LocationId, Step};
use crate::model::{
    AssumptionCode, ResourceKind, TunnelStatus, VpnConnection, VpnGatewayId, VpnRoute, VpnRouteState,
    VpnState,
};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Connections are compiled where a gateway or an attachment leads to one.
}

/// Whether the connection is there and a tunnel is up, as far as is known (VPN-6).
pub(super) fn works(connection: &VpnConnection) -> bool {
    let is_there = matches!(connection.state, None | Some(VpnState::Available | VpnState::Modifying));
    let is_down = |it: &crate::model::VpnTunnel| it.status == Some(TunnelStatus::Down);
    is_there && (connection.tunnels.is_empty() || !connection.tunnels.iter().all(is_down))
}

/// Whether it is or may become a connection.
pub(super) fn is_live(connection: &VpnConnection) -> bool {
    !matches!(connection.state, Some(VpnState::Deleted | VpnState::Deleting))
}

/// Whether it may have learnt anything by BGP (VPN-3).
pub(super) fn may_learn(connection: &VpnConnection) -> bool {
    let counts = connection.tunnels.iter().map(|it| it.accepted_routes);
    let is_silent = !connection.tunnels.is_empty() && counts.clone().all(|it| it == Some(0));
    !connection.is_static_only && works(connection) && !is_silent
}

/// The static routes that are in force.
pub(super) fn routes(connection: &VpnConnection) -> impl Iterator<Item = (u16, &VpnRoute)> {
    let in_force = |route: &&VpnRoute| {
        matches!(
            route.state,
            None | Some(VpnRouteState::Available | VpnRouteState::Pending | VpnRouteState::Unknown(_))
        )
    };
    (0..).zip(&connection.routes).filter(move |(_, route)| in_force(route))
}

/// What packets meet in the tunnels.
pub(super) fn guards(compiler: &mut Compiler<'_>, row: usize, is_outward: bool) -> Vec<Step> {
    let connection = &compiler.model.vpn_connections[row];
    let mut steps = state_guards(compiler, connection);
    // VPN-7.
    let carried = if connection.is_ipv6 { compiler.well_known.ipv6 } else { compiler.well_known.ipv4 };
    steps.push(Step::Guard(Guard::DestinationIn(carried, ExplanationCode::VpnFamilyMismatch)));
    // VPN-13: selectors say which addresses of the two sides the tunnels are for.
    let (source, destination) = if is_outward {
        (connection.aws_selector, connection.customer_selector)
    } else {
        (connection.customer_selector, connection.aws_selector)
    };
    let code = ExplanationCode::VpnSelectorMismatch;
    if let Some(net) = source.filter(|net| net.prefix_len() > 0) {
        let set = compiler.address_set(&[net]);
        steps.push(Step::Guard(Guard::SourceIn(set, code)));
    }
    if let Some(net) = destination.filter(|net| net.prefix_len() > 0) {
        let set = compiler.address_set(&[net]);
        steps.push(Step::Guard(Guard::DestinationIn(set, code)));
    }
    steps
}

fn state_guards(compiler: &mut Compiler<'_>, connection: &VpnConnection) -> Vec<Step> {
    let (id, place) = (connection.id.as_str(), Some(connection.about.place));
    let mut steps = Vec::new();
    let is_of_transit = connection.transit_gateway.is_some();
    let code = if is_of_transit { ExplanationCode::TgwBadStateVpn } else { ExplanationCode::BadStateVpn };
    match &connection.state {
        None | Some(VpnState::Available | VpnState::Modifying) => {}
        Some(VpnState::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            steps.push(Step::Guard(Guard::Unknown(gap)));
        }
        Some(VpnState::Pending | VpnState::Deleting | VpnState::Deleted) => {
            steps.push(Step::Guard(Guard::Never(code)));
            return steps;
        }
    }
    let statuses: Vec<&TunnelStatus> =
        connection.tunnels.iter().filter_map(|it| it.status.as_ref()).collect();
    if statuses.is_empty() {
        let assumed = compiler.assumption(AssumptionCode::TunnelsAssumedUp, id, None, place);
        steps.push(Step::Guard(Guard::Assume(assumed)));
    } else if statuses.iter().all(|it| **it == TunnelStatus::Down) {
        let since = connection.tunnels.iter().filter_map(|it| it.since.as_deref()).max();
        let about = since.map_or_else(|| id.to_owned(), |since| format!("{id}, down since {since},"));
        let noted = compiler.assumption(AssumptionCode::TunnelsAtOneMoment, &about, None, place);
        steps.push(Step::Guard(Guard::Assume(noted)));
        steps.push(Step::Guard(Guard::Never(code)));
    } else if statuses.iter().all(|it| **it != TunnelStatus::Up) {
        let word = statuses.iter().find_map(|it| match it {
            TunnelStatus::Unknown(word) => Some(word.to_string()),
            TunnelStatus::Up | TunnelStatus::Down => None,
        });
        let word = word.unwrap_or_default();
        let gap = compiler.assumption(AssumptionCode::UnknownWord, &word, None, place);
        steps.push(Step::Guard(Guard::Unknown(gap)));
    }
    steps
}

/// Where packets that came through its tunnels go on.
pub(super) fn next(compiler: &mut Compiler<'_>, row: usize) -> LocationId {
    let model = compiler.model;
    let connection = &model.vpn_connections[row];
    if let Some(gateway) = &connection.vpn_gateway {
        return super::vpn_gateway::inward(compiler, gateway);
    }
    let is_own = |it: &crate::model::TransitGatewayAttachment| {
        it.resource.as_deref() == Some(connection.id.as_str())
            && connection.transit_gateway.as_ref().is_none_or(|gateway| it.transit_gateway == *gateway)
    };
    match model.transit_gateway_attachments.iter().position(is_own) {
        Some(position) => super::transit_gateway_attachment::from_link(compiler, position),
        None if connection.transit_gateway.is_some() => {
            let kind = ResourceKind::TransitGatewayAttachment;
            let place = Some(connection.about.place);
            let gap = compiler.absent(kind, connection.id.as_str(), None, None, place);
            compiler.unknown_location(gap, Component::Resource(kind, super::rows::NOBODY))
        }
        None => super::vpn_gateway::inward(compiler, &VpnGatewayId::from("its gateway")),
    }
}
