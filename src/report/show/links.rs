//! Links to networks on premises: gateways, VPN connections, Direct Connect, Client VPN.

use super::{Cell, Document, Source};
use crate::model::words::Word;
use crate::model::{
    ClientVpnEndpoint, DirectConnectGatewayId, GatewayAttachment, SecurityGroupId, VirtualInterface,
    VpnConnection,
};

fn word(word: Option<&impl Word>) -> Cell {
    word.map_or(Cell::Absent, |it| Cell::text(it.as_text()))
}

/// What a gateway is attached to, with the connections and interfaces that end at it.
pub(super) fn vpn_gateway(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let gateway = &model.vpn_gateways[row];
    document.fact("state", word(gateway.state.as_ref()));
    let attachment = |it: &GatewayAttachment| {
        let vpc = Cell::named(&it.vpc, model.vpcs.get(&it.vpc).map(|it| &it.about));
        vec![vpc, word(it.state.as_ref())]
    };
    let rows = gateway.attachments.iter().map(attachment).collect();
    document.table("attachments", "attachments", &["vpc", "state"], rows);
    let tables =
        model.route_tables.iter().filter(|it| it.propagating.iter().any(|id| *id == gateway.id.as_str()));
    let tables = tables.map(|it| Cell::named(&it.id, Some(&it.about)));
    document.fact("propagates_to", Cell::List(tables.collect()));
    connections(document, source, |it| it.vpn_gateway.as_ref() == Some(&gateway.id));
    interfaces(document, source, |it| it.vpn_gateway.as_ref() == Some(&gateway.id));
    let own = |associated: &str| associated == gateway.id.as_str();
    associations(document, source, "direct connect gateways", |_, associated| own(associated));
}

pub(super) fn customer_gateway(document: &mut Document, source: Source<'_>, row: usize) {
    let gateway = &source.model.customer_gateways[row];
    document.fact("state", word(gateway.state.as_ref()));
    document.fact("device", Cell::maybe(gateway.address.as_ref()));
    connections(document, source, |it| it.customer_gateway.as_ref() == Some(&gateway.id));
}

/// Connections, with how many of their tunnels are up.
fn connections(document: &mut Document, source: Source<'_>, is_meant: impl Fn(&VpnConnection) -> bool) {
    let rows = source.model.vpn_connections.iter().filter(|it| is_meant(it)).map(|it| {
        let up = it.tunnels.iter().filter(|it| it.status == Some(crate::model::TunnelStatus::Up)).count();
        let tunnels = match it.tunnels.len() {
            0 => Cell::text(super::UNKNOWN),
            count => Cell::text(format!("{up} of {count} up")),
        };
        let routing = Cell::text(if it.is_static_only { "static" } else { "BGP" });
        vec![Cell::named(&it.id, Some(&it.about)), word(it.state.as_ref()), routing, tunnels]
    });
    let columns = &["connection", "state", "routing", "tunnels"];
    document.table("vpn_connections", "VPN connections", columns, rows.collect());
}

pub(super) fn vpn_connection(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let connection = &model.vpn_connections[row];
    document.fact("state", word(connection.state.as_ref()));
    let vpn_gateway = connection.vpn_gateway.as_ref();
    let about = vpn_gateway.and_then(|id| model.vpn_gateways.get(id)).map(|it| &it.about);
    document.fact("vpn_gateway", vpn_gateway.map_or(Cell::Absent, |id| Cell::named(id, about)));
    let transit = connection.transit_gateway.as_ref();
    let about = transit.and_then(|id| model.transit_gateways.get(id)).map(|it| &it.about);
    document.fact("transit_gateway", transit.map_or(Cell::Absent, |id| Cell::named(id, about)));
    let customer = connection.customer_gateway.as_ref();
    let about = customer.and_then(|id| model.customer_gateways.get(id)).map(|it| &it.about);
    document.fact("customer_gateway", customer.map_or(Cell::Absent, |id| Cell::named(id, about)));
    document.fact("routing", Cell::text(if connection.is_static_only { "static" } else { "BGP" }));
    document.fact("family", Cell::text(if connection.is_ipv6 { "IPv6" } else { "IPv4" }));
    let all = |selector: Option<ipnet::IpNet>| selector.map_or(Cell::text("all"), |it| Cell::shown(&it));
    document.fact("customer_selector", all(connection.customer_selector));
    document.fact("aws_selector", all(connection.aws_selector));
    let tunnels = connection.tunnels.iter().map(|it| {
        vec![word(it.status.as_ref()), Cell::maybe(it.since.as_ref()), Cell::maybe(it.accepted_routes)]
    });
    let title = match connection.tunnels.is_empty() {
        true => format!("tunnels ({})", super::UNKNOWN),
        false => "tunnels".to_owned(),
    };
    document.table("tunnels", title, &["status", "since", "accepted_routes"], tunnels.collect());
    let routes = connection.routes.iter().map(|it| vec![Cell::shown(&it.cidr), word(it.state.as_ref())]);
    document.table("routes", "static routes", &["destination", "state"], routes.collect());
}

pub(super) fn direct_connect_gateway(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let gateway = &model.direct_connect_gateways[row];
    document.fact("called", Cell::text(gateway.name.as_str()));
    document.fact("state", word(gateway.state.as_ref()));
    associations(document, source, "associations", |it, _| *it == gateway.id);
    let attached = |it: &VirtualInterface| {
        let mut attachments = model.direct_connect_attachments.iter();
        let is_attached = attachments.any(|one| one.gateway == gateway.id && one.interface == it.id);
        it.gateway.as_ref() == Some(&gateway.id) || is_attached
    };
    interfaces(document, source, attached);
}

/// Associations of Direct Connect gateways, with what they announce.
fn associations(
    document: &mut Document,
    source: Source<'_>,
    title: &str,
    is_meant: impl Fn(&DirectConnectGatewayId, &str) -> bool,
) {
    let model = source.model;
    let own = model.direct_connect_associations.iter().filter(|it| is_meant(&it.gateway, &it.associated));
    let rows = own.map(|it| {
        let prefixes = it.allowed_prefixes.as_ref();
        vec![
            Cell::shown(&it.gateway),
            Cell::shown(&it.associated),
            word(it.state.as_ref()),
            prefixes.map_or(Cell::text(super::UNKNOWN), |it| Cell::list(it.iter())),
        ]
    });
    let columns = &["gateway", "associated", "state", "allowed_prefixes"];
    document.table("associations", title, columns, rows.collect());
}

fn interfaces(document: &mut Document, source: Source<'_>, is_meant: impl Fn(&VirtualInterface) -> bool) {
    let rows = source.model.virtual_interfaces.iter().filter(|it| is_meant(it)).map(|it| {
        let sessions = Cell::list(it.sessions.iter().map(Word::as_text));
        vec![Cell::named(&it.id, Some(&it.about)), word(it.kind.as_ref()), word(it.state.as_ref()), sessions]
    });
    let columns = &["interface", "type", "state", "bgp_sessions"];
    document.table("virtual_interfaces", "virtual interfaces", columns, rows.collect());
}

pub(super) fn virtual_interface(document: &mut Document, source: Source<'_>, row: usize) {
    let interface = &source.model.virtual_interfaces[row];
    document.fact("type", word(interface.kind.as_ref()));
    document.fact("state", word(interface.state.as_ref()));
    document.fact("direct_connect_gateway", Cell::maybe(interface.gateway.as_ref()));
    document.fact("vpn_gateway", Cell::maybe(interface.vpn_gateway.as_ref()));
    document.fact("bgp_sessions", Cell::list(interface.sessions.iter().map(Word::as_text)));
    document.fact("connection", Cell::maybe(interface.connection.as_ref()));
    document.fact("device", Cell::maybe(interface.device.as_ref()));
    document.fact("location", Cell::maybe(interface.location.as_ref()));
}

/// The three gates of an endpoint: networks, routes, and who may go where (CVPN-1).
pub(super) fn client_vpn(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let endpoint: &ClientVpnEndpoint = &model.client_vpn_endpoints[row];
    document.fact("state", word(endpoint.state.as_ref()));
    document.fact("clients", Cell::maybe(endpoint.pool));
    document.fact("vpc", Cell::maybe(endpoint.vpc.as_ref()));
    let subnet = |id| Cell::named(id, model.subnets.get(id).map(|it| &it.about));
    let networks = model.client_vpn_target_networks.iter().filter(|it| it.endpoint == endpoint.id);
    let rows = networks.clone().map(|it| {
        let groups = if it.groups.is_empty() { &endpoint.groups } else { &it.groups };
        vec![subnet(&it.subnet), word(it.state.as_ref()), Cell::list(groups.iter())]
    });
    let columns = &["subnet", "state", "security_groups"];
    document.table("networks", "networks, whose interfaces send for clients", columns, rows.collect());
    let routes = model.client_vpn_routes.iter().filter(|it| it.endpoint == endpoint.id);
    let rows = routes.map(|it| {
        let target = it.subnet.as_ref().map(subnet).or(it.attachment.as_ref().map(Cell::shown));
        vec![Cell::shown(&it.cidr), target.unwrap_or(Cell::Absent), word(it.state.as_ref())]
    });
    document.table("routes", "routes", &["destination", "target", "state"], rows.collect());
    let rules = model.client_vpn_authorization_rules.iter().filter(|it| it.endpoint == endpoint.id);
    let rows = rules.map(|it| {
        let who = it.group.as_ref().map_or(Cell::text("everybody"), Cell::shown);
        vec![Cell::shown(&it.cidr), who, word(it.state.as_ref())]
    });
    document.table("authorization", "who may go where", &["destination", "group", "state"], rows.collect());
    let mut groups: Vec<SecurityGroupId> = endpoint.groups.clone();
    groups.extend(networks.flat_map(|it| it.groups.clone()));
    groups.sort();
    groups.dedup();
    super::filters::rules(document, source, &groups);
}
