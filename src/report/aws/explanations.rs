//! Explanations as AWS prints them: the code, and of fifty members those that apply.
//!
//! AWS does not say which members it fills for which code. Here a component goes to the member of its kind, a rule to the
//! member of its form, and what the code is about (a state, an address, a direction) beside them.

use super::components::{
    acl_rule, arn_kind, component, group_rule, group_rule_of, plain, port_ranges, route, transit_route,
};
use super::firewalls;
use super::shape::{Component, Explanation};
use crate::network::ExplanationCode;
use crate::report::Context;
use crate::report::name;
use crate::report::view::{ExplanationView, Related};
use crate::solver::{Destination, RuleUse, Source};

pub(super) fn explanation<'r>(context: Context<'r>, view: &'r ExplanationView<'_>) -> Explanation<'r> {
    let mut shape = Explanation { explanation_code: view.code, ..Explanation::default() };
    let at = &view.component;
    shape.vpc = at.vpc.filter(|id| *id != at.id).map(|id| plain(at, "vpc", id));
    shape.subnet = at.subnet.filter(|id| *id != at.id).map(|id| plain(at, "subnet", id));
    shape.component_account = at.account;
    shape.component_region = at.region;
    if at.id != name::ABSENT {
        put(&mut shape, at.kind, component(at));
    }
    for related in &view.related {
        put(&mut shape, related.kind, of_related(view, related));
    }
    if let Some(by) = &view.by {
        shape.acl_rule = acl_rule(by);
        shape.route_table_route = route(by);
        shape.security_group_rule = group_rule(by);
        shape.transit_gateway_route_table_route = transit_route(by);
        shape.elastic_load_balancer_listener =
            firewalls::listener(by).or(shape.elastic_load_balancer_listener.take());
        shape.classic_load_balancer_listener = firewalls::classic_listener(by);
        shape.load_balancer_listener_port = firewalls::listener_port(by);
        shape.firewall_stateless_rule = firewalls::stateless(by);
        shape.firewall_stateful_rule = firewalls::stateful(by);
    }
    by_code(context, view, &mut shape);
    shape
}

/// A component in the member of its kind; the first of a kind stays.
fn put<'r>(shape: &mut Explanation<'r>, kind: &str, component: Component<'r>) {
    let member = match kind {
        "security-group" => {
            shape.security_groups.push(component);
            return;
        }
        "load-balancer" | "classic-load-balancer" => {
            shape.load_balancer_arn.get_or_insert(component.arn);
            return;
        }
        "customer-gateway" => &mut shape.customer_gateway,
        "listener" => &mut shape.elastic_load_balancer_listener,
        "target-group" => &mut shape.load_balancer_target_group,
        "vpn-connection" => &mut shape.vpn_connection,
        "vpn-gateway" => &mut shape.vpn_gateway,
        "network-acl" => &mut shape.acl,
        "instance" => &mut shape.attached_to,
        "internet-gateway" => &mut shape.internet_gateway,
        "nat-gateway" => &mut shape.nat_gateway,
        "network-interface" => &mut shape.network_interface,
        "route-table" => &mut shape.route_table,
        "subnet" => &mut shape.subnet,
        "vpc" => &mut shape.vpc,
        "vpc-endpoint" => &mut shape.vpc_endpoint,
        "vpc-peering-connection" => &mut shape.vpc_peering_connection,
        "transit-gateway" => &mut shape.transit_gateway,
        "transit-gateway-route-table" => &mut shape.transit_gateway_route_table,
        attachment if attachment.starts_with("transit-gateway-") => &mut shape.transit_gateway_attachment,
        "vpc-block-public-access-options" => return,
        _ => &mut shape.component,
    };
    member.get_or_insert(component);
}

fn of_related<'r>(view: &'r ExplanationView<'_>, related: &'r Related<'_>) -> Component<'r> {
    let at = &view.component;
    Component {
        id: related.id,
        arn: super::arn(at.account, at.region, arn_kind(related.kind), related.id),
        name: related.name,
    }
}

#[expect(clippy::too_many_lines, reason = "a table: an arm for each code")]
fn by_code<'r>(context: Context<'r>, view: &'r ExplanationView<'_>, shape: &mut Explanation<'r>) {
    match view.case {
        ExplanationCode::EniSgRulesMismatch | ExplanationCode::SgReferencesNotPreserved => {
            shape.direction = direction(context, view);
            if let Some(nearest) = view.considered.first() {
                shape.security_group_rule = group_rule_of(&nearest.source);
                shape.packet_field = nearest.differs.first().copied().filter(|it| *it != "group");
            }
            traffic(view, shape);
        }
        ExplanationCode::SgHasNoRules | ExplanationCode::SgReferencingSupport => {
            shape.direction = direction(context, view);
            if !shape.security_groups.is_empty() {
                shape.security_group = Some(shape.security_groups.remove(0));
            }
        }
        ExplanationCode::SubnetAclRestriction | ExplanationCode::ElbAclRestriction => {
            shape.direction = direction(context, view);
            traffic(view, shape);
        }
        ExplanationCode::NoRouteToDestination
        | ExplanationCode::MoreSpecificRoute
        | ExplanationCode::VpcLocalRouteCidrRestriction
        | ExplanationCode::HigherPriorityRoute
        | ExplanationCode::TgwRtbHigherPriorityRoute
        | ExplanationCode::TgwRtbMoreSpecificRoute
        | ExplanationCode::VgwNoRoute
        | ExplanationCode::ClientVpnNoRoute
        | ExplanationCode::TgwRtbNoRouteToTgwAttachment => {
            shape.destination = destination(context, view);
            address(&view.header.destination_addresses, shape);
        }
        ExplanationCode::BadStateRoute | ExplanationCode::TgwRtbBadStateRoute => {
            shape.destination = destination(context, view);
            shape.state = Some("blackhole");
        }
        ExplanationCode::BadState
        | ExplanationCode::BadStateAttachment
        | ExplanationCode::BadStateVpn
        | ExplanationCode::TgwBadStateVpn
        | ExplanationCode::BadStateDirectConnect => {
            shape.component = Some(component(&view.component));
            let own = name::named(context, view.component.component).state;
            shape.state =
                view.related.iter().find(|it| it.kind == "instance").and_then(|it| it.state).or(own);
        }
        ExplanationCode::UnknownResource | ExplanationCode::UnsupportedComponent => {
            shape.missing_component = Some(view.component.id).filter(|id| *id != name::ABSENT);
        }
        ExplanationCode::IgwPublicIpAssociationForEgress
        | ExplanationCode::VgwPrivateIpAssociationForEgress
        | ExplanationCode::IgwSourceAddressNotInRfc1918Ingress
        | ExplanationCode::IgwSourceAddressNotInRfc6598Ingress
        | ExplanationCode::GatewayRejectsSpoofedTraffic
        | ExplanationCode::NgwRequiresSourceInVpc
        | ExplanationCode::EniAddressRestriction
        | ExplanationCode::VpceGatewayEgressSourceAddressRestriction => {
            address(&view.header.source_addresses, shape);
        }
        ExplanationCode::IgwPrivateIpAssociationForIngress
        | ExplanationCode::VgwPrivateIpAssociationForIngress
        | ExplanationCode::DxPrefixNotAllowed
        | ExplanationCode::ClientVpnNotAuthorized
        | ExplanationCode::IgwDestinationAddressNotInRfc1918Egress
        | ExplanationCode::IgwDestinationAddressNotInRfc6598Egress
        | ExplanationCode::EniSourceDestCheckRestriction
        | ExplanationCode::PcxRequiresAddressInVpcCidr
        | ExplanationCode::NoInterfaceOwnsAddress
        | ExplanationCode::DnsNotReachable
        | ExplanationCode::ReplyMisdelivered
        | ExplanationCode::AddressNotRoutable
        | ExplanationCode::EniDeniesInternet
        | ExplanationCode::TargetAddressRestriction
        | ExplanationCode::NotAPublicAddress => address(&view.header.destination_addresses, shape),
        ExplanationCode::VpceGatewayProtocolRestriction
        | ExplanationCode::ProtocolRestriction
        | ExplanationCode::Elbv2ListenersMismatch
        | ExplanationCode::ElbListenersMismatch
        | ExplanationCode::Elbv2ListenerPortRestriction
        | ExplanationCode::Elbv2ListenerRequiresTgAccept
        | ExplanationCode::ElbListenerPortRestriction
        | ExplanationCode::GwlbProtocolRestriction
        | ExplanationCode::GwlbDestinationPortRestriction
        | ExplanationCode::FirewallRulesRestriction
        | ExplanationCode::TargetPortRestriction => {
            traffic(view, shape);
        }
        ExplanationCode::IngressRtbNoPublicIp | ExplanationCode::IngressRtbTrafficRedirection => {
            shape.ingress_route_table = shape.route_table.take();
        }
        ExplanationCode::TgwAttachVpcAzRestriction
        | ExplanationCode::VpcBlockPublicAccessEnabled
        | ExplanationCode::RegionalNgwRouteAzRestriction
        | ExplanationCode::TgwAttachMissingTgwRtbAssociation
        | ExplanationCode::TgwRouteAzRestriction
        | ExplanationCode::TgwRtbRoutesAreUnknown
        | ExplanationCode::VpceIntraVpcTraffic
        | ExplanationCode::VpceServiceNotInstalledInAz
        | ExplanationCode::Elbv2ListenerHasNoTg
        | ExplanationCode::Elbv2NoTargetsInAz
        | ExplanationCode::Elbv2SourceAddressPreservation
        | ExplanationCode::NlbHairpin
        | ExplanationCode::ElbNotCrosszone
        | ExplanationCode::ElbInstalledAzRestriction
        | ExplanationCode::ComponentFilterRestriction
        | ExplanationCode::NoPossibleDestination
        | ExplanationCode::UnassociatedComponent
        | ExplanationCode::FirewallAsymmetricRouting
        | ExplanationCode::NatGatewayNoState
        | ExplanationCode::EgressOnlyNoState
        | ExplanationCode::VpnSelectorMismatch
        | ExplanationCode::VpnFamilyMismatch
        | ExplanationCode::NoLinkFromOnPremises
        | ExplanationCode::ClientVpnNoState
        | ExplanationCode::RoutingLoop
        | ExplanationCode::TgwIpv6Unsupported => {}
    }
}

/// Of filters, which way they look.
fn direction(context: Context<'_>, view: &ExplanationView<'_>) -> Option<&'static str> {
    let RuleUse::Filter(id, _) = view.rule else { return None };
    let is_outbound = match context.network.judge(id) {
        crate::network::Judge::SecurityGroups { is_outbound, .. }
        | crate::network::Judge::Acl { is_outbound, .. } => is_outbound,
    };
    Some(if is_outbound { "egress" } else { "ingress" })
}

/// Port and protocol of the dropped packets, where they are one.
fn traffic(view: &ExplanationView<'_>, shape: &mut Explanation<'_>) {
    let header = &view.header;
    match header.destination_ports.0.as_slice() {
        [(low, high)] if low == high => shape.port = Some(*low),
        _ => shape.port_ranges = port_ranges(&header.destination_ports),
    }
    shape.protocols = header.protocol.split('+').map(str::to_owned).collect();
}

fn address(addresses: &crate::report::Addresses, shape: &mut Explanation<'_>) {
    match addresses.0.single() {
        Some(address) => shape.address = Some(crate::packet::ip(addresses.0.family(), address).to_string()),
        None => shape.addresses = addresses.0.blocks().iter().map(ToString::to_string).collect(),
    }
}

/// The end that packets were for.
fn destination<'r>(context: Context<'r>, view: &ExplanationView<'_>) -> Option<Component<'r>> {
    let query = context.query;
    let interface = match view.way {
        crate::solver::Direction::Forward => match query.destinations.first()? {
            Destination::Interface(interface, _) => interface,
            Destination::Addresses(_) | Destination::OnPremises(_) => return None,
        },
        crate::solver::Direction::Return => match query.sources.first()? {
            Source::Interface(interface, _) => interface,
            Source::Outside(_) | Source::OnPremises(_) | Source::Clients(_) | Source::Nobody(_) => {
                return None;
            }
        },
    };
    let named = name::named(context, context.network.interfaces[interface.index()].component);
    let arn = super::arn(named.account, named.region, arn_kind(named.kind), named.id);
    Some(Component { id: named.id, arn, name: named.name })
}
