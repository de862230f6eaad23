//! Path components, rules and headers as AWS prints them.

use super::shape::{
    AclRule, Component, GroupRule, PacketHeader, PathComponent, PortRange, Route, TransitRoute,
};
use super::{arn, firewalls};
use crate::model::words::Word;
use crate::model::{Peer, PortMatch, RouteDestination, RouteTarget, TransitGatewayRouteKind};
use crate::packet::protocol;
use crate::report::Ports;
use crate::report::rule::RuleSource;
use crate::report::view::{ComponentView, Header, RuleView};

/// A path. The internet and services have no component of their own at AWS: the first leaves its header to the gateway,
/// the second its name to the endpoint. What is dropped goes no further. Of inbound headers AWS has those of the first and
/// of the last component.
pub(super) fn components<'r>(
    views: &'r [ComponentView<'_>],
    arriving: Option<&'r Header>,
) -> Vec<PathComponent<'r>> {
    let dropped = views.iter().position(|it| it.decision == "drop");
    let views = &views[..dropped.map_or(views.len(), |at| at + 1)];
    let mut components: Vec<PathComponent<'r>> = Vec::with_capacity(views.len());
    let mut begins: Option<PacketHeader> = None;
    for (index, view) in views.iter().enumerate() {
        match view.kind {
            "internet" => {
                begins = view.outbound_header.as_deref().map(header);
                continue;
            }
            "service" => {
                if let Some(last) = components.last_mut() {
                    last.service_name = Some(view.id);
                }
                continue;
            }
            _ => {}
        }
        let neighbour =
            |at: Option<usize>| at.and_then(|at| views.get(at)).filter(|it| it.kind == "instance");
        let instance = neighbour(index.checked_sub(1)).or_else(|| neighbour(Some(index + 1)));
        let attached_to = instance.filter(|_| view.kind == "network-interface").map(component);
        let inbound = view.inbound_header.as_deref().map(header);
        components.push(PathComponent {
            sequence_number: components.len() + 1,
            acl_rule: view.by.as_deref().and_then(acl_rule),
            attached_to,
            component: Some(component(view)),
            outbound_header: view.outbound_header.as_deref().map(header),
            inbound_header: if components.is_empty() { begins.take().or(inbound) } else { None },
            route_table_route: view.by.as_deref().and_then(route),
            security_group_rule: view.by.as_deref().and_then(group_rule),
            subnet: view.subnet.filter(|id| *id != view.id).map(|id| plain(view, "subnet", id)),
            vpc: view.vpc.filter(|id| *id != view.id).map(|id| plain(view, "vpc", id)),
            transit_gateway_route_table_route: view.by.as_deref().and_then(transit_route),
            elastic_load_balancer_listener: view.by.as_deref().and_then(firewalls::listener),
            firewall_stateless_rule: view.by.as_deref().and_then(firewalls::stateless),
            firewall_stateful_rule: view.by.as_deref().and_then(firewalls::stateful),
            service_name: None,
        });
    }
    if let (Some(last), Some(arriving), None) = (components.last_mut(), arriving, dropped)
        && last.sequence_number > 1
    {
        last.inbound_header = Some(header(arriving));
    }
    components
}

/// A component with its ARN.
pub(super) fn component<'r>(view: &'r ComponentView<'_>) -> Component<'r> {
    Component {
        id: view.id,
        arn: arn(view.account, view.region, arn_kind(view.kind), view.id),
        name: view.name,
    }
}

/// Something of which only the id is at hand, in the same account and Region.
pub(super) fn plain<'r>(view: &'r ComponentView<'_>, kind: &str, id: &'r str) -> Component<'r> {
    Component { id, arn: arn(view.account, view.region, arn_kind(kind), id), name: None }
}

/// The kind as ARNs have it, which for two is another word.
pub(super) fn arn_kind(kind: &str) -> &str {
    match kind {
        "nat-gateway" => "natgateway",
        "transit-gateway-vpc-attachment" | "transit-gateway-peering-attachment" => {
            "transit-gateway-attachment"
        }
        other => other,
    }
}

fn protocol_name(number: u8) -> String {
    match number {
        protocol::TCP => "tcp".to_owned(),
        protocol::UDP => "udp".to_owned(),
        protocol::ICMP => "icmp".to_owned(),
        protocol::ICMPV6 => "icmpv6".to_owned(),
        other => other.to_string(),
    }
}

fn protocol_and_ports(ports: PortMatch) -> (String, Option<PortRange>) {
    match ports {
        PortMatch::All => ("all".to_owned(), None),
        PortMatch::Protocol(number) | PortMatch::Icmp { protocol: number, .. } => {
            (protocol_name(number), None)
        }
        PortMatch::Ports { protocol, from, to } => (protocol_name(protocol), Some(PortRange { from, to })),
    }
}

pub(super) fn acl_rule(rule: &RuleView<'_>) -> Option<AclRule> {
    let RuleSource::Entry { is_outbound, entry } = rule.source else { return None };
    let (protocol, port_range) = protocol_and_ports(entry.protocol);
    Some(AclRule {
        cidr: entry.cidr.to_string(),
        egress: is_outbound,
        port_range,
        protocol,
        rule_action: entry.action.as_text().to_owned(),
        rule_number: entry.number,
    })
}

pub(super) fn group_rule(rule: &RuleView<'_>) -> Option<GroupRule> {
    group_rule_of(&rule.source)
}

pub(super) fn group_rule_of(source: &RuleSource<'_>) -> Option<GroupRule> {
    let RuleSource::Group { is_outbound, permission, peer } = source else { return None };
    let (protocol, port_range) = protocol_and_ports(permission.ports);
    let (mut cidr, mut security_group_id, mut prefix_list_id) = (None, None, None);
    match peer {
        Peer::Cidr(net) => cidr = Some(net.to_string()),
        Peer::PrefixList(id) => prefix_list_id = Some(id.to_string()),
        Peer::Group(group) => security_group_id = Some(group.id.to_string()),
    }
    let direction = if *is_outbound { "egress" } else { "ingress" };
    Some(GroupRule { cidr, direction, security_group_id, port_range, prefix_list_id, protocol })
}

pub(super) fn route(rule: &RuleView<'_>) -> Option<Route> {
    let route = match &rule.source {
        RuleSource::Route { route } => route,
        RuleSource::Local { cidr } => {
            return Some(Route {
                destination_cidr: cidr.map(|net| net.to_string()),
                gateway_id: Some("local".to_owned()),
                origin: Some("createroutetable".to_owned()),
                state: Some("active".to_owned()),
                ..Route::default()
            });
        }
        RuleSource::Group { .. }
        | RuleSource::Entry { .. }
        | RuleSource::Transit { .. }
        | RuleSource::Propagation { .. }
        | RuleSource::Listener { .. }
        | RuleSource::ClassicListener { .. }
        | RuleSource::Stateless { .. }
        | RuleSource::Stateful { .. }
        | RuleSource::Vpn
        | RuleSource::CoreNetwork { .. }
        | RuleSource::Firewall
        | RuleSource::List { .. } => return None,
    };
    let mut shape = Route {
        origin: Some(route.origin.as_text().to_ascii_lowercase()),
        state: Some(route.state.as_text().to_ascii_lowercase()),
        ..Route::default()
    };
    match &route.destination {
        RouteDestination::Cidr(net) => shape.destination_cidr = Some(net.to_string()),
        RouteDestination::PrefixList(id) => shape.destination_prefix_list_id = Some(id.to_string()),
    }
    match &route.target {
        RouteTarget::Local => shape.gateway_id = Some("local".to_owned()),
        RouteTarget::Gateway(id) => shape.gateway_id = Some(id.to_string()),
        RouteTarget::NatGateway(id) => shape.nat_gateway_id = Some(id.to_string()),
        RouteTarget::NetworkInterface(id) => shape.network_interface_id = Some(id.to_string()),
        RouteTarget::Instance(id) => shape.instance_id = Some(id.to_string()),
        RouteTarget::PeeringConnection(id) => shape.vpc_peering_connection_id = Some(id.to_string()),
        RouteTarget::TransitGateway(id) => shape.transit_gateway_id = Some(id.to_string()),
        RouteTarget::EgressOnlyInternetGateway(id) => {
            shape.egress_only_internet_gateway_id = Some(id.to_string());
        }
        RouteTarget::CarrierGateway(id) => shape.carrier_gateway_id = Some(id.to_string()),
        RouteTarget::LocalGateway(id) => shape.local_gateway_id = Some(id.to_string()),
        RouteTarget::CoreNetwork(id) => shape.core_network_arn = Some(id.to_string()),
        RouteTarget::Unknown => {}
    }
    Some(shape)
}

pub(super) fn transit_route(rule: &RuleView<'_>) -> Option<TransitRoute> {
    match &rule.source {
        RuleSource::Transit { route } => Some(TransitRoute {
            destination_cidr: route.prefix_list.is_none().then(|| route.cidr.to_string()),
            state: Some(route.state.as_text().to_owned()),
            route_origin: Some(match route.kind {
                TransitGatewayRouteKind::Static | TransitGatewayRouteKind::Unknown(_) => "static",
                TransitGatewayRouteKind::Propagated | TransitGatewayRouteKind::System => "propagated",
            }),
            prefix_list_id: route.prefix_list.as_ref().map(|it| it.to_string()),
            attachment_id: route.attachments.first().map(|it| it.to_string()),
        }),
        RuleSource::Propagation { attachment, cidr } => Some(TransitRoute {
            destination_cidr: cidr.map(|net| net.to_string()),
            state: Some("active".to_owned()),
            route_origin: Some("propagated"),
            prefix_list_id: None,
            attachment_id: Some((*attachment).to_owned()),
        }),
        RuleSource::List { reference } => Some(TransitRoute {
            destination_cidr: None,
            state: Some(if reference.is_blackhole { "blackhole" } else { "active" }.to_owned()),
            route_origin: Some("static"),
            prefix_list_id: Some(reference.prefix_list.to_string()),
            attachment_id: reference.attachment.as_ref().map(|it| it.to_string()),
        }),
        RuleSource::Group { .. }
        | RuleSource::Entry { .. }
        | RuleSource::Route { .. }
        | RuleSource::Listener { .. }
        | RuleSource::ClassicListener { .. }
        | RuleSource::Stateless { .. }
        | RuleSource::Stateful { .. }
        | RuleSource::Vpn
        | RuleSource::CoreNetwork { .. }
        | RuleSource::Firewall
        | RuleSource::Local { .. } => None,
    }
}

pub(super) fn port_ranges(ports: &Ports) -> Vec<PortRange> {
    ports.0.iter().map(|(from, to)| PortRange { from: *from, to: *to }).collect()
}

/// A header: the protocol as a number, where there is one.
pub(super) fn header(view: &Header) -> PacketHeader {
    let blocks =
        |addresses: &crate::report::Addresses| addresses.0.blocks().iter().map(ToString::to_string).collect();
    PacketHeader {
        destination_addresses: blocks(&view.destination_addresses),
        destination_port_ranges: port_ranges(&view.destination_ports),
        protocol: protocol_number(&view.protocol),
        source_addresses: blocks(&view.source_addresses),
        source_port_ranges: port_ranges(&view.source_ports),
    }
}

fn protocol_number(name: &str) -> Option<String> {
    match name {
        "tcp" => Some(protocol::TCP.to_string()),
        "udp" => Some(protocol::UDP.to_string()),
        "icmp" => Some(protocol::ICMP.to_string()),
        "icmpv6" => Some(protocol::ICMPV6.to_string()),
        number => number.parse::<u8>().ok().map(|it| it.to_string()),
    }
}
