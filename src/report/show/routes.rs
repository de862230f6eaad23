//! Route tables, and which one a subnet uses.

use super::{Cell, Document, Source};
use crate::model::words::Word;
use crate::model::{
    Route, RouteDestination, RouteState, RouteTable, RouteTableAssociation, RouteTarget, SubnetId,
};
use crate::network::{Component, LocationId};

const ROUTES: &[&str] = &["destination", "target", "state", "origin"];

/// The table that a subnet uses, by row, and why it is that one.
pub(super) fn table_of(
    source: Source<'_>,
    location: Option<LocationId>,
    subnet: &SubnetId,
) -> Option<(usize, &'static str)> {
    let Component::Resource(_, row) = source.network.location(location?).component else { return None };
    let table: &RouteTable = source.model.route_tables.get_row(row as usize)?;
    let is_explicit = table.associations.contains(&RouteTableAssociation::Subnet(subnet.clone()));
    Some((row as usize, if is_explicit { "associated with the subnet" } else { "the VPC's main table" }))
}

/// Whether packets of a table's subnets can get to the internet by themselves, through something, or not at all.
pub(super) fn tier(source: Source<'_>, table: Option<usize>) -> &'static str {
    let Some(table) = table.map(|row| &source.model.route_tables[row]) else { return "unknown" };
    let is_default = |route: &&Route| {
        matches!(&route.destination, RouteDestination::Cidr(net) if net.prefix_len() == 0)
            && route.state == RouteState::Active
    };
    let mut defaults = table.routes.iter().filter(is_default).peekable();
    if defaults.peek().is_none() {
        return "isolated";
    }
    let is_public =
        |route: &Route| matches!(&route.target, RouteTarget::Gateway(id) if id.starts_with("igw-"));
    if defaults.any(is_public) { "public" } else { "private" }
}

/// The routes of a table.
pub(super) fn routes(document: &mut Document, source: Source<'_>, table: Option<(usize, &str)>) {
    let Some((row, why)) = table else {
        document.table("routes", format!("routes ({})", super::UNKNOWN), ROUTES, Vec::new());
        return;
    };
    let table = &source.model.route_tables[row];
    let rows = table.routes.iter().map(|route| {
        let destination = match &route.destination {
            RouteDestination::Cidr(net) => Cell::shown(net),
            RouteDestination::PrefixList(list) => super::filters::list_cell(source, list),
        };
        let origin = Cell::text(route.origin.as_text());
        vec![destination, target(&route.target), Cell::text(route.state.as_text()), origin]
    });
    let title = if why.is_empty() { "routes".to_owned() } else { format!("routes ({}, {why})", table.id) };
    document.table("routes", title, ROUTES, rows.collect());
}

fn target(target: &RouteTarget) -> Cell {
    let is_local = matches!(target, RouteTarget::Local);
    let otherwise = if is_local { "local" } else { "unknown" };
    Cell::text(target.id().map_or(otherwise, |id| id))
}

pub(super) fn route_table(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let table = &model.route_tables[row];
    document.fact("vpc", Cell::named(&table.vpc, model.vpcs.get(&table.vpc).map(|it| &it.about)));
    document.fact("is_main", Cell::Flag(table.associations.contains(&RouteTableAssociation::Main)));
    let subnets = (0..).zip(&source.network.subnets).filter(|(_, subnet)| {
        let component = subnet.route_table.map(|it| source.network.location(it).component);
        matches!(component, Some(Component::Resource(crate::model::ResourceKind::RouteTable, it)) if it as usize == row)
    });
    let used = subnets.filter_map(|(_, subnet)| match subnet.component {
        Component::Resource(_, row) => model.subnets.get_row(row as usize),
        Component::Internet | Component::OnPremises | Component::Service(_) => None,
    });
    document.fact("subnets", Cell::List(used.map(|it| Cell::named(&it.id, Some(&it.about))).collect()));
    let gateways = table.associations.iter().filter_map(|it| match it {
        RouteTableAssociation::Gateway(id) => Some(id.as_str()),
        RouteTableAssociation::Main | RouteTableAssociation::Subnet(_) => None,
    });
    document.fact("gateways", Cell::list(gateways));
    document.fact("tier", Cell::text(tier(source, Some(row))));
    routes(document, source, Some((row, "")));
}
