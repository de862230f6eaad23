//! Core networks of Cloud WAN and service networks of VPC Lattice, and other ways into a VPC.

use super::{Cell, Document, Source};
use crate::model::words::Word;

pub(super) fn attachment(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let attachment = &model.core_network_attachments[row];
    document.fact("core_network", Cell::maybe(attachment.core_network.as_ref()));
    document.fact("type", attachment.kind.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    document.fact("state", attachment.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    document.fact("resource", Cell::maybe(attachment.resource.as_ref()));
    document.fact("segment", Cell::maybe(attachment.segment.as_ref()));
    document.fact("network_function_group", Cell::maybe(attachment.function_group.as_ref()));
    document.fact("edge", Cell::maybe(attachment.edge.as_ref()));
    let subnets = attachment.subnets.as_ref().map(|ids| {
        let cells = ids.iter().map(|id| Cell::named(id, model.subnets.get(id).map(|it| &it.about)));
        Cell::List(cells.collect())
    });
    document.fact("subnets", subnets.unwrap_or(Cell::text(super::UNKNOWN)));
    document.fact("appliance_mode", attachment.appliance_mode.map_or(Cell::Absent, Cell::Flag));
    let lists = model.core_network_routes.iter().filter(|it| {
        it.core_network == attachment.core_network
            && it.edge == attachment.edge
            && it.table.as_deref() == attachment.table()
    });
    let rows = lists.flat_map(|it| &it.routes).map(|route| {
        let attachments = route.attachments.iter().flatten();
        vec![
            Cell::shown(&route.cidr),
            Cell::list(attachments),
            Cell::text(if route.is_static { "static" } else { "propagated" }),
            route.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text().to_ascii_lowercase())),
        ]
    });
    let columns = &["destination", "attachments", "type", "state"];
    document.table("routes", "routes of its segment", columns, rows.collect());
}

pub(super) fn service_network(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let association = &model.service_network_vpc_associations[row];
    let name = association.network_name.as_ref().map(ToString::to_string);
    let network = association.network.as_ref().map(|id| Cell::Named(id.to_string(), name));
    document.fact("service_network", network.unwrap_or(Cell::Absent));
    let vpc = association.vpc.as_ref();
    let about = vpc.and_then(|id| model.vpcs.get(id)).map(|it| &it.about);
    document.fact("vpc", vpc.map_or(Cell::Absent, |id| Cell::named(id, about)));
    document.fact("state", association.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    match &association.groups {
        Some(groups) => super::filters::rules(document, source, groups),
        None => document.fact("security_groups", Cell::text(super::UNKNOWN)),
    }
}

/// What leads where, of ways in that need no route.
pub(super) fn way_in(document: &mut Document, endpoint: Option<&str>, status: Option<&str>) {
    document.fact("leads_to", Cell::maybe(endpoint));
    document.fact("state", Cell::maybe(status));
}

pub(super) fn connect_endpoint(document: &mut Document, source: Source<'_>, row: usize) {
    let endpoint = &source.model.instance_connect_endpoints[row];
    document.fact("state", endpoint.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    document.fact("vpc", Cell::maybe(endpoint.vpc.as_ref()));
    document.fact("preserves_client_address", endpoint.preserves_client.map_or(Cell::Absent, Cell::Flag));
    document.fact("interfaces", Cell::list(endpoint.interfaces.iter()));
}
