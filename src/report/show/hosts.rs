//! Interfaces and instances, and what surrounds them: subnets and VPCs.

use super::{Cell, Document, Source, filters, gateways, routes};
use crate::model::words::Word;
use crate::model::{InstanceId, NetworkInterface, ResourceKind, Subnet, SubnetId};
use crate::network::{Component, InterfaceIndex, Judge, PublicAccess, SubnetRow};

const ADDRESSES: &[&str] = &["address", "public", "role"];

pub(super) fn interface(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let interface = &model.network_interfaces[row];
    document.fact("vpc", Cell::named(&interface.vpc, model.vpcs.get(&interface.vpc).map(|it| &it.about)));
    let subnet = model.subnets.get(&interface.subnet);
    document.fact("subnet", Cell::named(&interface.subnet, subnet.map(|it| &it.about)));
    document.fact("zone", subnet.map_or(Cell::Absent, zone));
    let attachment = interface.attachment.as_ref();
    if let Some(id) = attachment.and_then(|it| it.instance.as_ref()) {
        let instance = model.instances.get(id);
        document.fact("instance", Cell::named(id, instance.map(|it| &it.about)));
        let state = instance.and_then(|it| it.state.as_ref());
        document.fact("instance_state", state.map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    }
    document.fact("type", Cell::text(interface.kind.as_text()));
    if !interface.description.is_empty() {
        document.fact("description", Cell::text(&*interface.description));
    }
    let owners = source.network.owners_of(InterfaceIndex(row as u32));
    let owners = owners.map(|it| Cell::text(model.managed_services[it as usize].label.as_str()));
    document.fact("of_services", Cell::List(owners.collect()));
    document.fact("in_use", interface.in_use.map_or(Cell::Absent, Cell::Flag));
    document.fact("source_destination_check", Cell::Flag(interface.source_destination_check));
    let groups = interface.groups.iter();
    let groups = groups.map(|id| Cell::named(id, model.security_groups.get(id).map(|it| &it.about)));
    document.fact("security_groups", Cell::List(groups.collect()));
    let around = source.network.interfaces.get(row).map(|it| &source.network.subnets[it.subnet.index()]);
    surroundings(document, source, &interface.subnet, around);
    document.table("addresses", "addresses", ADDRESSES, addresses(interface));
    filters::rules(document, source, &interface.groups);
    tables(document, source, &interface.subnet, around);
}

fn addresses(interface: &NetworkInterface) -> Vec<Vec<Cell>> {
    let role = |index: usize| Cell::text(if index == 0 { "primary" } else { "secondary" });
    let v4 = interface.addresses.iter().enumerate();
    let v4 = v4.map(|(index, it)| vec![Cell::shown(&it.private), Cell::maybe(it.public), role(index)]);
    let v6 = interface.ipv6_addresses.iter().enumerate();
    let v6 = v6.map(|(index, it)| vec![Cell::shown(it), Cell::Absent, role(index)]);
    let prefix = |net: String| vec![Cell::Text(net), Cell::Absent, Cell::text("delegated")];
    let prefixes = interface.ipv4_prefixes.iter().map(ToString::to_string);
    let prefixes = prefixes.chain(interface.ipv6_prefixes.iter().map(ToString::to_string));
    v4.chain(v6).chain(prefixes.map(prefix)).collect()
}

/// What a subnet means for what is in it, in words.
fn surroundings(document: &mut Document, source: Source<'_>, id: &SubnetId, subnet: Option<&SubnetRow>) {
    let model = source.model;
    let table = subnet.and_then(|it| routes::table_of(source, it.route_table, id));
    document.fact("tier", Cell::text(routes::tier(source, table.map(|(row, _)| row))));
    document.fact(
        "route_table",
        table.map_or(Cell::text(super::UNKNOWN), |(row, _)| {
            Cell::named(&model.route_tables[row].id, Some(&model.route_tables[row].about))
        }),
    );
    document.fact("route_table_because", Cell::maybe(table.map(|(_, why)| why)));
    let acl = subnet.and_then(|it| acl_of(source, it));
    document.fact(
        "network_acl",
        acl.map_or(Cell::text(super::UNKNOWN), |row| {
            Cell::named(&model.network_acls[row].id, Some(&model.network_acls[row].about))
        }),
    );
    document
        .fact("public_access", subnet.map_or(Cell::Absent, |it| Cell::text(public_access(it.public_access))));
}

/// The routes and ACL entries that a subnet's packets meet.
fn tables(document: &mut Document, source: Source<'_>, id: &SubnetId, subnet: Option<&SubnetRow>) {
    let table = subnet.and_then(|it| routes::table_of(source, it.route_table, id));
    routes::routes(document, source, table);
    let acl = subnet.and_then(|it| acl_of(source, it));
    let is_default = acl.is_some_and(|row| source.model.network_acls[row].is_default);
    let why = if is_default { "the VPC's default" } else { "associated with the subnet" };
    filters::entries(document, source, acl, why);
}

fn acl_of(source: Source<'_>, subnet: &SubnetRow) -> Option<usize> {
    match source.network.judge(subnet.acl[0]) {
        Judge::Acl { acl: Some(row), .. } => Some(row as usize),
        Judge::Acl { acl: None, .. } | Judge::SecurityGroups { .. } => None,
    }
}

/// Block Public Access in words.
fn public_access(access: PublicAccess) -> &'static str {
    match access {
        PublicAccess::Open => "not blocked",
        PublicAccess::OutwardByGateways => "blocked inbound (Block Public Access)",
        PublicAccess::Closed => "blocked both ways (Block Public Access)",
        PublicAccess::Unknown => "unknown (Block Public Access)",
    }
}

fn zone(subnet: &Subnet) -> Cell {
    Cell::maybe(subnet.zone.name.as_ref().or(subnet.zone.id.as_ref()))
}

pub(super) fn instance(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let instance = &model.instances[row];
    let state = instance.state.as_ref();
    document.fact("state", state.map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    let interfaces = interfaces_of(source, &instance.id);
    let rows = interfaces.iter().map(|row| {
        let it = &model.network_interfaces[*row];
        let device = it.attachment.as_ref().and_then(|it| it.device_index);
        vec![
            device.map_or(Cell::Absent, |it| Cell::Number(u64::from(it))),
            Cell::named(&it.id, Some(&it.about)),
            Cell::list(it.addresses.iter().map(|it| it.private)),
            Cell::list(it.addresses.iter().filter_map(|it| it.public)),
            Cell::list(it.ipv6_addresses.iter()),
            Cell::shown(&it.subnet),
            Cell::list(it.groups.iter()),
        ]
    });
    let columns = &["device", "interface", "addresses", "public", "ipv6", "subnet", "security_groups"];
    let rows: Vec<Vec<Cell>> = rows.collect();
    if let Some(first) = interfaces.first() {
        let primary = &model.network_interfaces[*first];
        let around =
            source.network.interfaces.get(*first).map(|it| &source.network.subnets[it.subnet.index()]);
        document.fact("vpc", Cell::named(&primary.vpc, model.vpcs.get(&primary.vpc).map(|it| &it.about)));
        let subnet = model.subnets.get(&primary.subnet).map(|it| &it.about);
        document.fact("subnet", Cell::named(&primary.subnet, subnet));
        surroundings(document, source, &primary.subnet, around);
        document.table("interfaces", "interfaces", columns, rows);
        filters::rules(document, source, &primary.groups);
        tables(document, source, &primary.subnet, around);
    } else {
        document.table("interfaces", "interfaces", columns, rows);
    }
}

/// The interfaces of an instance, the primary one first.
fn interfaces_of(source: Source<'_>, id: &InstanceId) -> Vec<usize> {
    let rows = source.model.network_interfaces.iter().enumerate();
    let mut found: Vec<(u32, usize)> = rows
        .filter_map(|(row, it)| {
            let attachment = it.attachment.as_ref()?;
            let is_own = attachment.instance.as_ref() == Some(id);
            is_own.then(|| (attachment.device_index.unwrap_or(u32::MAX), row))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, row)| row).collect()
}

pub(super) fn subnet(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let subnet = &model.subnets[row];
    document.fact("vpc", Cell::named(&subnet.vpc, model.vpcs.get(&subnet.vpc).map(|it| &it.about)));
    document.fact("cidrs", Cell::list(subnet.associated_cidrs()));
    document.fact("zone", zone(subnet));
    let inside: Vec<&NetworkInterface> =
        model.network_interfaces.iter().filter(|it| it.subnet == subnet.id).collect();
    document.fact("interfaces_count", Cell::count(inside.len()));
    let around = row_of(source, row);
    surroundings(document, source, &subnet.id, around);
    tables(document, source, &subnet.id, around);
    let rows = inside.iter().map(|it| {
        vec![
            Cell::named(&it.id, Some(&it.about)),
            Cell::list(it.addresses.iter().map(|it| it.private)),
            Cell::list(it.addresses.iter().filter_map(|it| it.public)),
            Cell::list(it.ipv6_addresses.iter()),
            Cell::list(it.groups.iter()),
        ]
    });
    let columns = &["interface", "addresses", "public", "ipv6", "security_groups"];
    document.table("interfaces", "interfaces", columns, rows.collect());
}

fn row_of<'a>(source: Source<'a>, row: usize) -> Option<&'a SubnetRow> {
    let component = Component::Resource(ResourceKind::Subnet, row as u32);
    source.network.subnets.iter().find(|it| it.component == component)
}

pub(super) fn vpc(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let vpc = &model.vpcs[row];
    document.fact("cidrs", Cell::list(vpc.associated_cidrs()));
    document.fact("is_default", Cell::Flag(vpc.is_default));
    document.fact("state", vpc.state.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_text())));
    let inside = model.network_interfaces.iter().filter(|it| it.vpc == vpc.id).count();
    document.fact("interfaces_count", Cell::count(inside));
    gateways::of_vpc(document, source, &vpc.id);
    let rows = model.subnets.iter().enumerate().filter(|(_, it)| it.vpc == vpc.id).map(|(row, it)| {
        let around = row_of(source, row);
        let table = around.and_then(|around| routes::table_of(source, around.route_table, &it.id));
        let acl = around.and_then(|around| acl_of(source, around));
        let interfaces = model.network_interfaces.iter().filter(|other| other.subnet == it.id).count();
        vec![
            Cell::named(&it.id, Some(&it.about)),
            Cell::list(it.associated_cidrs()),
            zone(it),
            Cell::text(routes::tier(source, table.map(|(row, _)| row))),
            Cell::maybe(table.map(|(row, _)| &model.route_tables[row].id)),
            Cell::maybe(acl.map(|row| &model.network_acls[row].id)),
            Cell::count(interfaces),
        ]
    });
    let columns = &["subnet", "cidrs", "zone", "tier", "route_table", "network_acl", "interfaces"];
    let rows = rows.collect();
    document.table("subnets", "subnets", columns, rows);
}
