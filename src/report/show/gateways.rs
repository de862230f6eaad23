//! Ways in and out of a VPC: gateways, endpoints, peering connections, elastic addresses.

use super::{Cell, Document, Source};
use crate::model::words::Word;
use crate::model::{GatewayAttachment, NatGateway, PeeringSide, VpcId};

/// What a VPC is joined to.
pub(super) fn of_vpc(document: &mut Document, source: Source<'_>, vpc: &VpcId) {
    let model = source.model;
    let is_attached = |attachments: &[GatewayAttachment]| attachments.iter().any(|it| it.vpc == *vpc);
    let gateways = model.internet_gateways.iter().filter(|it| is_attached(&it.attachments));
    let gateways = gateways.map(|it| Cell::named(&it.id, Some(&it.about)));
    document.fact("internet_gateways", Cell::List(gateways.collect()));
    let gateways = model.egress_only_gateways.iter().filter(|it| is_attached(&it.attachments));
    let gateways = gateways.map(|it| Cell::named(&it.id, Some(&it.about)));
    document.fact("egress_only_internet_gateways", Cell::List(gateways.collect()));
    let gateways = model.nat_gateways.iter().filter(|it| it.vpc.as_ref() == Some(vpc));
    let gateways = gateways.map(|it| Cell::named(&it.id, Some(&it.about)));
    document.fact("nat_gateways", Cell::List(gateways.collect()));
    let endpoints = model.vpc_endpoints.iter().filter(|it| it.vpc == *vpc);
    let endpoints = endpoints.map(|it| Cell::Named(it.id.to_string(), Some(it.service_name.to_string())));
    document.fact("vpc_endpoints", Cell::List(endpoints.collect()));
    let is_side = |side: &PeeringSide| side.vpc.as_ref() == Some(vpc);
    let connections =
        model.peering_connections.iter().filter(|it| is_side(&it.requester) || is_side(&it.accepter));
    let connections = connections.map(|it| Cell::named(&it.id, Some(&it.about)));
    document.fact("peering_connections", Cell::List(connections.collect()));
    let attachments = model.transit_gateway_vpc_attachments.iter().filter(|it| it.vpc == *vpc);
    let attachments = attachments.map(|it| Cell::named(&it.id, Some(&it.about)));
    document.fact("transit_gateway_attachments", Cell::List(attachments.collect()));
}

fn attachments(document: &mut Document, source: Source<'_>, attachments: &[GatewayAttachment]) {
    let rows = attachments.iter().map(|it| {
        let vpc = Cell::named(&it.vpc, source.model.vpcs.get(&it.vpc).map(|it| &it.about));
        vec![vpc, it.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text()))]
    });
    document.table("attachments", "attachments", &["vpc", "state"], rows.collect());
}

pub(super) fn internet_gateway(document: &mut Document, source: Source<'_>, row: usize) {
    attachments(document, source, &source.model.internet_gateways[row].attachments);
}

pub(super) fn egress_only(document: &mut Document, source: Source<'_>, row: usize) {
    attachments(document, source, &source.model.egress_only_gateways[row].attachments);
}

pub(super) fn nat_gateway(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let gateway: &NatGateway = &model.nat_gateways[row];
    let vpc = gateway.vpc.as_ref();
    document
        .fact("vpc", vpc.map_or(Cell::Absent, |id| Cell::named(id, model.vpcs.get(id).map(|it| &it.about))));
    let subnet = gateway.subnet.as_ref();
    document.fact(
        "subnet",
        subnet.map_or(Cell::Absent, |id| Cell::named(id, model.subnets.get(id).map(|it| &it.about))),
    );
    document.fact("state", gateway.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    document.fact("connectivity", Cell::text(gateway.connectivity.as_text()));
    document.fact("availability", Cell::text(gateway.availability.as_text()));
    let rows = gateway.addresses.iter().map(|it| {
        vec![
            Cell::maybe(it.private),
            Cell::maybe(it.public),
            Cell::maybe(it.interface.as_ref()),
            Cell::maybe(it.zone.name.as_ref().or(it.zone.id.as_ref())),
            Cell::Flag(it.is_in_use),
        ]
    });
    let columns = &["address", "public", "interface", "zone", "in_use"];
    document.table("addresses", "addresses", columns, rows.collect());
}

pub(super) fn elastic_address(document: &mut Document, source: Source<'_>, row: usize) {
    let address = &source.model.elastic_addresses[row];
    document.fact("public", Cell::shown(&address.public));
    document.fact("interface", Cell::maybe(address.interface.as_ref()));
    document.fact("address", Cell::maybe(address.private));
}

pub(super) fn peering(document: &mut Document, source: Source<'_>, row: usize) {
    let connection = &source.model.peering_connections[row];
    document.fact("status", connection.status.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    let side = |role: &str, side: &PeeringSide| {
        let vpc = side.vpc.as_ref();
        vec![
            Cell::text(role),
            vpc.map_or(Cell::Absent, |id| Cell::named(id, source.model.vpcs.get(id).map(|it| &it.about))),
            Cell::maybe(side.account.as_ref()),
            Cell::maybe(side.region.as_ref()),
            Cell::list(side.cidrs.iter()),
        ]
    };
    let rows = vec![side("requester", &connection.requester), side("accepter", &connection.accepter)];
    document.table("sides", "sides", &["role", "vpc", "account", "region", "cidrs"], rows);
}

pub(super) fn endpoint(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let endpoint = &model.vpc_endpoints[row];
    document.fact("service", Cell::text(endpoint.service_name.as_str()));
    document.fact("type", Cell::text(endpoint.kind.as_text()));
    document.fact("state", endpoint.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    document.fact("vpc", Cell::named(&endpoint.vpc, model.vpcs.get(&endpoint.vpc).map(|it| &it.about)));
    document.fact("has_policy", Cell::Flag(endpoint.has_policy));
    let tables = endpoint.route_tables.iter();
    let tables = tables.map(|id| Cell::named(id, model.route_tables.get(id).map(|it| &it.about)));
    document.fact("route_tables", Cell::List(tables.collect()));
    let rows = endpoint.interfaces.iter().map(|id| {
        let interface = model.network_interfaces.get(id);
        vec![
            Cell::shown(id),
            interface.map_or(Cell::Absent, |it| Cell::list(it.addresses.iter().map(|it| it.private))),
            interface.map_or(Cell::Absent, |it| Cell::shown(&it.subnet)),
        ]
    });
    document.table("interfaces", "interfaces", &["interface", "addresses", "subnet"], rows.collect());
    if !endpoint.interfaces.is_empty() {
        super::filters::rules(document, source, &endpoint.groups);
    }
}

pub(super) fn endpoint_service(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let service = &model.endpoint_services[row];
    document.fact("service", Cell::text(service.name.as_str()));
    document.fact("state", service.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    document.fact("wants_acceptance", service.wants_acceptance.map_or(Cell::Absent, Cell::Flag));
    let zones = service.zones.iter().filter_map(|it| it.id.as_ref().or(it.name.as_ref()));
    document.fact("zones", Cell::list(zones));
    let balancers = service.network_load_balancers.iter().chain(&service.gateway_load_balancers);
    let balancers = balancers.map(|id| {
        let found = model.load_balancers.get(id);
        Cell::Named(id.to_string(), found.map(|it| it.name.to_string()))
    });
    document.fact("load_balancers", Cell::List(balancers.collect()));
    let connections = model.endpoint_connections.iter().filter(|it| it.service == service.id);
    let rows = connections.map(|it| {
        let endpoint = model.vpc_endpoints.get(&it.endpoint);
        let vpc = endpoint.map_or(Cell::text(super::UNKNOWN), |it| Cell::shown(&it.vpc));
        let state = it.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text()));
        vec![Cell::shown(&it.endpoint), Cell::maybe(it.consumer.as_ref()), vpc, state]
    });
    document.table("connections", "connections", &["endpoint", "account", "vpc", "state"], rows.collect());
}
