//! Transit gateways, their attachments and route tables.

use super::{Cell, Document, Source};
use crate::model::words::Word;
use crate::model::{TransitGatewayAttachmentId, TransitGatewayRouteTableId};

/// An attachment with what it leads to.
fn attachment_cell(source: Source<'_>, id: &TransitGatewayAttachmentId) -> Cell {
    let model = source.model;
    let general = model.transit_gateway_attachments.iter().find(|it| it.id == *id);
    let vpc = model.transit_gateway_vpc_attachments.get(id);
    let name = general.and_then(|it| it.about.name()).or_else(|| vpc.and_then(|it| it.about.name()));
    let resource = general.and_then(|it| it.resource.as_deref()).or_else(|| vpc.map(|it| it.vpc.as_str()));
    Cell::Named(id.to_string(), name.or(resource).map(str::to_owned))
}

pub(super) fn gateway(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let gateway = &model.transit_gateways[row];
    document.fact("state", gateway.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    let referencing = gateway.group_referencing.as_ref();
    document
        .fact("group_referencing", referencing.map_or(Cell::text("disable"), |it| Cell::text(it.as_text())));
    let attachments = model.transit_gateway_attachments.iter().filter(|it| it.transit_gateway == gateway.id);
    let rows = attachments.map(|it| {
        vec![
            Cell::named(&it.id, Some(&it.about)),
            Cell::text(it.kind.as_text()),
            Cell::maybe(it.resource.as_ref()),
            it.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())),
            Cell::maybe(it.route_table.as_ref()),
        ]
    });
    let columns = &["attachment", "type", "resource", "state", "route_table"];
    document.table("attachments", "attachments", columns, rows.collect());
    let tables = model.transit_gateway_route_tables.iter().filter(|it| it.transit_gateway == gateway.id);
    let rows = tables.map(|it| vec![Cell::named(&it.id, Some(&it.about)), Cell::list(users(source, &it.id))]);
    document.table("route_tables", "route tables", &["route_table", "attachments"], rows.collect());
}

/// The attachments whose packets a table routes.
fn users(source: Source<'_>, table: &TransitGatewayRouteTableId) -> Vec<String> {
    let model = source.model;
    let listed = model.transit_gateway_associations.get(table);
    let listed = listed.into_iter().flat_map(|it| &it.associations).map(|it| it.attachment.to_string());
    let saying = model.transit_gateway_attachments.iter().filter(|it| it.route_table.as_ref() == Some(table));
    let mut users: Vec<String> = listed.chain(saying.map(|it| it.id.to_string())).collect();
    users.sort();
    users.dedup();
    users
}

pub(super) fn route_table(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let table = &model.transit_gateway_route_tables[row];
    let gateway = model.transit_gateways.get(&table.transit_gateway).map(|it| &it.about);
    document.fact("transit_gateway", Cell::named(&table.transit_gateway, gateway));
    let users = users(source, &table.id);
    let cells = users.iter().map(|id| attachment_cell(source, &id.as_str().into()));
    document.fact("used_by", Cell::List(cells.collect()));
    let propagations = model.transit_gateway_propagations.get(&table.id);
    document.fact(
        "propagated_by",
        match propagations {
            Some(list) => Cell::List(list.attachments.iter().map(|id| attachment_cell(source, id)).collect()),
            None => Cell::text(super::UNKNOWN),
        },
    );
    let columns = &["destination", "attachments", "type", "state"];
    let Some(list) = model.transit_gateway_routes.get(&table.id) else {
        document.table("routes", format!("routes ({})", super::UNKNOWN), columns, Vec::new());
        return;
    };
    let rows = list.routes.iter().map(|route| {
        let attachments = route.attachments.iter().map(|id| attachment_cell(source, id));
        vec![
            Cell::shown(&route.cidr),
            Cell::List(attachments.collect()),
            Cell::text(route.kind.as_text()),
            Cell::text(route.state.as_text()),
        ]
    });
    let title = if list.is_truncated { "routes (cut off: the table has more)" } else { "routes" };
    document.table("routes", title, columns, rows.collect());
    if let Some(list) = model.transit_gateway_prefix_list_references.get(&table.id) {
        let rows = list.references.iter().map(|it| {
            vec![
                super::filters::list_cell(source, &it.prefix_list),
                it.attachment.as_ref().map_or(Cell::Absent, |id| attachment_cell(source, id)),
                Cell::Flag(it.is_blackhole),
            ]
        });
        let columns = &["prefix_list", "attachment", "is_blackhole"];
        document.table("prefix_lists", "prefix lists", columns, rows.collect());
    }
}

pub(super) fn attachment(document: &mut Document, source: Source<'_>, id: &TransitGatewayAttachmentId) {
    let model = source.model;
    // The two ends of a peering are one attachment of two gateways: the first is shown.
    if let Some(general) = model.transit_gateway_attachments.iter().find(|it| it.id == *id) {
        let gateway = model.transit_gateways.get(&general.transit_gateway).map(|it| &it.about);
        document.fact("transit_gateway", Cell::named(&general.transit_gateway, gateway));
        document.fact("type", Cell::text(general.kind.as_text()));
        document.fact("resource", Cell::maybe(general.resource.as_ref()));
        document.fact("state", general.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
        document.fact("route_table", Cell::maybe(general.route_table.as_ref()));
    }
    if let Some(vpc) = model.transit_gateway_vpc_attachments.get(id) {
        document.fact("vpc", Cell::named(&vpc.vpc, model.vpcs.get(&vpc.vpc).map(|it| &it.about)));
        let subnets = vpc.subnets.iter();
        let subnets = subnets.map(|id| Cell::named(id, model.subnets.get(id).map(|it| &it.about)));
        document.fact("subnets", Cell::List(subnets.collect()));
        let switch =
            |it: Option<&crate::model::Support>| it.map_or(Cell::Absent, |it| Cell::text(it.as_text()));
        document.fact("appliance_mode", switch(vpc.appliance_mode.as_ref()));
        document.fact("ipv6", switch(vpc.ipv6.as_ref()));
        document.fact("group_referencing", switch(vpc.group_referencing.as_ref()));
    }
    if let Some(peering) = model.transit_gateway_peerings.get(id) {
        document.fact("requester", Cell::maybe(peering.requester.as_ref()));
        document.fact("accepter", Cell::maybe(peering.accepter.as_ref()));
    }
    let rows = model.transit_gateway_propagations.iter().filter(|it| it.attachments.contains(id));
    let rows = rows.map(|it| vec![Cell::shown(&it.id)]);
    document.table("propagates_to", "propagates to", &["route_table"], rows.collect());
}
