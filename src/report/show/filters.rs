//! Security groups, network ACLs and prefix lists.

use super::{Cell, Document, Source};
use crate::model::words::Word;
use crate::model::{
    NetworkAclEntry, Peer, PortMatch, PrefixListId, SecurityGroup, SecurityGroupId, SecurityGroupPermission,
};
use crate::network::GroupIndex;
use crate::packet::protocol;

const RULES: &[&str] = &["traffic", "peer", "group", "index"];
const ENTRIES: &[&str] = &["number", "action", "traffic", "peer"];

/// The rules of some groups together, in both directions.
pub(super) fn rules(document: &mut Document, source: Source<'_>, groups: &[SecurityGroupId]) {
    let names: Vec<&str> = groups.iter().map(SecurityGroupId::as_str).collect();
    let known: Vec<&SecurityGroup> =
        groups.iter().filter_map(|id| source.model.security_groups.get(id)).collect();
    let absent: Vec<&str> = groups
        .iter()
        .filter(|id| source.model.security_groups.get(id).is_none())
        .map(SecurityGroupId::as_str)
        .collect();
    let note = match (names.as_slice(), absent.as_slice()) {
        ([], _) => "no security groups: nothing is filtered".to_owned(),
        (names, []) => names.join(", "),
        (names, absent) => format!("{}; {}: {}", names.join(", "), absent.join(", "), super::UNKNOWN),
    };
    type Side = fn(&SecurityGroup) -> &[SecurityGroupPermission];
    let sides: [(&str, &str, Side); 2] =
        [("inbound", "inbound rules", |it| &it.inbound), ("outbound", "outbound rules", |it| &it.outbound)];
    for (key, title, side) in sides {
        let rows = known.iter().flat_map(|group| permissions(source, group, side(group)));
        document.table(key, format!("{title} ({note})"), RULES, rows.collect());
    }
}

fn permissions(
    source: Source<'_>,
    group: &SecurityGroup,
    permissions: &[SecurityGroupPermission],
) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for (index, permission) in permissions.iter().enumerate() {
        for peer in &permission.peers {
            rows.push(vec![
                Cell::Text(ports(permission.ports)),
                peer_cell(source, peer),
                Cell::named(&group.id, Some(&group.about)),
                Cell::count(index),
            ]);
        }
    }
    rows
}

fn peer_cell(source: Source<'_>, peer: &Peer) -> Cell {
    match peer {
        Peer::Cidr(net) => Cell::shown(net),
        Peer::PrefixList(list) => list_cell(source, list),
        Peer::Group(group) => {
            Cell::named(&group.id, source.model.security_groups.get(&group.id).map(|it| &it.about))
        }
    }
}

/// A prefix list by id and name.
pub(super) fn list_cell(source: Source<'_>, id: &PrefixListId) -> Cell {
    let name = source.model.prefix_lists.get(id).map(|it| it.name.to_string());
    Cell::Named(id.to_string(), name.filter(|name| !name.is_empty()))
}

/// Protocol and ports as questions write them.
pub(in crate::report) fn ports(ports: PortMatch) -> String {
    let name = |number: u8| match number {
        protocol::TCP => "tcp".to_owned(),
        protocol::UDP => "udp".to_owned(),
        protocol::ICMP => "icmp".to_owned(),
        protocol::ICMPV6 => "icmpv6".to_owned(),
        number => format!("proto/{number}"),
    };
    match ports {
        PortMatch::All => "all".to_owned(),
        PortMatch::Protocol(number) => name(number),
        PortMatch::Ports { protocol, from: 0, to: u16::MAX } => name(protocol),
        PortMatch::Ports { protocol, from, to } if from == to => format!("{}/{from}", name(protocol)),
        PortMatch::Ports { protocol, from, to } => format!("{}/{from}-{to}", name(protocol)),
        PortMatch::Icmp { protocol, kind, code: None } => format!("{}/{kind}", name(protocol)),
        PortMatch::Icmp { protocol, kind, code: Some(code) } => format!("{}/{kind}:{code}", name(protocol)),
    }
}

pub(super) fn security_group(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let group = &model.security_groups[row];
    let vpc = group.vpc.as_ref();
    document.fact("group_name", Cell::text(group.name.as_str()));
    document
        .fact("vpc", vpc.map_or(Cell::Absent, |id| Cell::named(id, model.vpcs.get(id).map(|it| &it.about))));
    let members = source.network.members(GroupIndex(row as u32));
    document.fact("members_count", Cell::count(members.len()));
    rules(document, source, std::slice::from_ref(&group.id));
    let rows = members.iter().filter_map(|row| model.network_interfaces.get_row(*row as usize)).map(|it| {
        let instance = it.attachment.as_ref().and_then(|it| it.instance.as_ref());
        vec![
            Cell::named(&it.id, Some(&it.about)),
            Cell::maybe(it.addresses.first().map(|it| it.private)),
            instance.map_or(Cell::Absent, |id| Cell::named(id, model.instances.get(id).map(|it| &it.about))),
            Cell::shown(&it.subnet),
        ]
    });
    document.table("members", "members", &["interface", "address", "instance", "subnet"], rows.collect());
    let naming = model.security_groups.iter().flat_map(|other| {
        let sides = [("inbound", &other.inbound), ("outbound", &other.outbound)];
        sides.into_iter().flat_map(move |(direction, permissions)| {
            let named = permissions.iter().enumerate().filter(|(_, permission)| {
                permission.peers.iter().any(|peer| matches!(peer, Peer::Group(it) if it.id == group.id))
            });
            named.map(move |(index, permission)| {
                vec![
                    Cell::named(&other.id, Some(&other.about)),
                    Cell::text(direction),
                    Cell::count(index),
                    Cell::Text(ports(permission.ports)),
                ]
            })
        })
    });
    let columns = &["group", "direction", "index", "traffic"];
    document.table("named_by", "rules that name it", columns, naming.collect());
}

/// The entries of an ACL, in both directions.
pub(super) fn entries(document: &mut Document, source: Source<'_>, row: Option<usize>, why: &str) {
    let Some(row) = row else {
        document.table(
            "acl_inbound",
            format!("network ACL, inbound ({})", super::UNKNOWN),
            ENTRIES,
            Vec::new(),
        );
        document.table(
            "acl_outbound",
            format!("network ACL, outbound ({})", super::UNKNOWN),
            ENTRIES,
            Vec::new(),
        );
        return;
    };
    let acl = &source.model.network_acls[row];
    let rows = |entries: &[NetworkAclEntry]| -> Vec<Vec<Cell>> {
        let cells = entries.iter().map(|entry| {
            vec![
                Cell::Number(u64::from(entry.number)),
                Cell::text(entry.action.as_text()),
                Cell::Text(ports(entry.protocol)),
                Cell::shown(&entry.cidr),
            ]
        });
        cells.collect()
    };
    let note = if why.is_empty() { String::new() } else { format!(" ({}, {why})", acl.id) };
    document.table("acl_inbound", format!("network ACL, inbound{note}"), ENTRIES, rows(&acl.inbound));
    document.table("acl_outbound", format!("network ACL, outbound{note}"), ENTRIES, rows(&acl.outbound));
}

pub(super) fn network_acl(document: &mut Document, source: Source<'_>, row: usize) {
    let acl = &source.model.network_acls[row];
    let about = source.model.vpcs.get(&acl.vpc).map(|it| &it.about);
    document.fact("vpc", Cell::named(&acl.vpc, about));
    document.fact("is_default", Cell::Flag(acl.is_default));
    let subnets = acl.subnets.iter();
    let cells = subnets.map(|id| Cell::named(id, source.model.subnets.get(id).map(|it| &it.about)));
    document.fact("subnets", Cell::List(cells.collect()));
    entries(document, source, Some(row), "");
}

pub(super) fn prefix_list(document: &mut Document, source: Source<'_>, row: usize) {
    let list = &source.model.prefix_lists[row];
    document.fact("list_name", Cell::text(list.name.as_str()));
    let listed = source.model.prefix_list_entries.get(&list.id).map(|it| &it.cidrs).or(list.cidrs.as_ref());
    match listed {
        Some(cidrs) => {
            let rows = cidrs.iter().map(|net| vec![Cell::shown(net)]).collect();
            document.table("entries", "entries", &["cidr"], rows);
        }
        None => document.fact("entries", Cell::text(super::UNKNOWN)),
    }
}
