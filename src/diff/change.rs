//! What changed, at the grain that a person edits: a rule of a group, an entry of an ACL, a route, a resource.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Side;
use super::align::{Alignment, NONE};
use super::content::{Comparison, renamed};
use crate::model::{Model, NetworkAcl, Peer, PortMatch, ResourceKind, RouteTable, SecurityGroup};
use crate::network::{Component, Origin};

/// One of the two snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The one that is compared.
    Old,
    /// The one that it is compared with.
    New,
}

impl Version {
    /// Both, the old one first.
    pub const BOTH: [Version; 2] = [Version::Old, Version::New];

    /// The other one.
    pub fn other(self) -> Version {
        match self {
            Version::Old => Version::New,
            Version::New => Version::Old,
        }
    }
}

/// Something that one snapshot says and the other does not, or says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The resource that it is a part of, in the old snapshot.
    pub old: Option<Component>,
    /// The same in the new snapshot.
    pub new: Option<Component>,
    /// Which part of it; none for the resource as a whole.
    pub part: Option<Part>,
}

/// A part of a resource, where it stands in each snapshot: absent where it was added or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// In the old snapshot.
    pub old: Option<Origin>,
    /// In the new snapshot.
    pub new: Option<Origin>,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// A rule of a security group.
    Rule,
    /// An entry of a network ACL.
    Entry,
    /// A route of a route table, or of a transit gateway's.
    Route,
}

impl Change {
    /// The resource in one of the snapshots.
    pub fn component(&self, version: Version) -> Option<Component> {
        match version {
            Version::Old => self.old,
            Version::New => self.new,
        }
    }

    /// The part in one of the snapshots.
    pub fn origin(&self, version: Version) -> Option<Origin> {
        let part = self.part.as_ref()?;
        match version {
            Version::Old => part.old,
            Version::New => part.new,
        }
    }

    /// The row of the resource in one of the snapshots, and its kind.
    pub fn row(&self, version: Version) -> Option<(ResourceKind, u32)> {
        match self.component(version)? {
            Component::Resource(kind, row) => Some((kind, row)),
            Component::Internet | Component::Service(_) | Component::OnPremises => None,
        }
    }
}

/// Every change, resource by resource.
pub(super) fn changes(old: Side<'_>, new: Side<'_>, alignment: &Alignment) -> Vec<Change> {
    let mut comparison = Comparison::new(old, new, alignment);
    let mut changes = Vec::new();
    for kind in ResourceKind::ALL {
        // The flat list says once more what groups say.
        if *kind == ResourceKind::SecurityGroupRule {
            continue;
        }
        let of_kind = alignment.of(*kind);
        for row in 0..of_kind.to_new.len() as u32 {
            if !comparison.is_same(*kind, row) {
                let other = of_kind.to_new[row as usize];
                resource(&comparison, *kind, (Some(row), (other != NONE).then_some(other)), &mut changes);
            }
        }
        let added = (0..).zip(&of_kind.to_old).filter(|(_, old)| **old == NONE);
        added.for_each(|(row, _)| resource(&comparison, *kind, (None, Some(row)), &mut changes));
    }
    changes
}

/// The changes of one resource: its parts, and itself where more than those differs.
fn resource(
    comparison: &Comparison<'_>,
    kind: ResourceKind,
    (old, new): (Option<u32>, Option<u32>),
    changes: &mut Vec<Change>,
) {
    let component = |row: Option<u32>| row.map(|row| Component::Resource(kind, row));
    let whole = Change { old: component(old), new: component(new), part: None };
    let (Some(one), Some(other)) = (old, new) else {
        changes.push(whole);
        return;
    };
    let before = changes.len();
    let mut parts = |kind: PartKind, pairs: Vec<(Option<Origin>, Option<Origin>)>| {
        for (old, new) in pairs {
            changes.push(Change { part: Some(Part { kind, old, new }), ..whole.clone() });
        }
    };
    let (ours, theirs) = (comparison.old.model, comparison.new.model);
    let renames = &comparison.alignment.renames;
    let mut is_all = false;
    if kind == ResourceKind::SecurityGroup {
        let keys = |model: &Model, row: u32, renames: &FxHashMap<String, String>| {
            rules(&model.security_groups[row as usize], row, renames)
        };
        let none = FxHashMap::default();
        parts(PartKind::Rule, unmatched(keys(ours, one, &none), keys(theirs, other, renames)));
        is_all = true;
    } else if kind == ResourceKind::NetworkAcl {
        let (left, right) = (&ours.network_acls[one as usize], &theirs.network_acls[other as usize]);
        parts(PartKind::Entry, unmatched(entries(left, one), entries(right, other)));
        is_all = same_but(comparison, kind, (one, other), &["inbound", "outbound"]);
    } else if kind == ResourceKind::RouteTable {
        let none = FxHashMap::default();
        let left = routes(&ours.route_tables[one as usize], one, &none);
        let right = routes(&theirs.route_tables[other as usize], other, renames);
        parts(PartKind::Route, by_destination(left, right));
        is_all = same_but(comparison, kind, (one, other), &["routes", "propagating"]);
    } else if kind == ResourceKind::TransitGatewayRoutes {
        let none = FxHashMap::default();
        let left = transit_routes(ours, one, &none);
        let right = transit_routes(theirs, other, renames);
        parts(PartKind::Route, by_destination(left, right));
        is_all = true;
    }
    if !is_all || changes.len() == before {
        changes.push(whole);
    }
}

/// Whether two resources say the same but for some lists.
fn same_but(
    comparison: &Comparison<'_>,
    kind: ResourceKind,
    (one, other): (u32, u32),
    lists: &[&str],
) -> bool {
    let text = |model: &Model, row: u32| {
        let mut text = String::new();
        kind.write_content(model, row as usize, &mut text);
        without(&text, lists)
    };
    let ours = text(comparison.old.model, one);
    let theirs = text(comparison.new.model, other);
    ours == theirs || ours == renamed(&theirs, &comparison.alignment.renames)
}

/// A debug text without the members of some names, which are lists.
fn without(text: &str, lists: &[&str]) -> String {
    let mut left = text.to_owned();
    for list in lists {
        let Some(start) = left.find(&format!(" {list}: [")) else { continue };
        let opening = start + list.len() + 3;
        let (mut depth, mut is_quoted, mut end) = (0usize, false, left.len());
        for (position, letter) in left[opening..].char_indices() {
            match letter {
                '"' => is_quoted = !is_quoted,
                '[' if !is_quoted => depth += 1,
                ']' if !is_quoted => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = opening + position + 1;
                break;
            }
        }
        left.replace_range(start..end, "");
    }
    left
}

/// What a part says, and where it stands.
type Said = (String, Origin);

/// Parts that only one of the two has; what both say cancels out, as often as it is said.
fn unmatched(ours: Vec<Said>, theirs: Vec<Said>) -> Vec<(Option<Origin>, Option<Origin>)> {
    let mut open: BTreeMap<String, Vec<Origin>> = BTreeMap::new();
    for (text, origin) in theirs {
        open.entry(text).or_default().push(origin);
    }
    let mut found = Vec::new();
    for (text, origin) in ours {
        match open.get_mut(&text).filter(|it| !it.is_empty()) {
            Some(same) => drop(same.remove(0)),
            None => found.push((Some(origin), None)),
        }
    }
    let mut added: Vec<Origin> = open.into_values().flatten().collect();
    added.sort_unstable();
    found.extend(added.into_iter().map(|origin| (None, Some(origin))));
    found
}

/// The same for routes, of which a table has one for each destination: one that leads elsewhere now is one change.
fn by_destination(
    ours: Vec<(String, Said)>,
    theirs: Vec<(String, Said)>,
) -> Vec<(Option<Origin>, Option<Origin>)> {
    let mut open: BTreeMap<String, Vec<Said>> = BTreeMap::new();
    for (destination, said) in theirs {
        open.entry(destination).or_default().push(said);
    }
    let mut found = Vec::new();
    for (destination, (text, origin)) in ours {
        let Some(same) = open.get_mut(&destination).filter(|it| !it.is_empty()) else {
            found.push((Some(origin), None));
            continue;
        };
        let position = same.iter().position(|(known, _)| *known == text).unwrap_or_default();
        let (known, other) = same.remove(position);
        if known != text {
            found.push((Some(origin), Some(other)));
        }
    }
    let mut added: Vec<Origin> = open.into_values().flatten().map(|(_, origin)| origin).collect();
    added.sort_unstable();
    found.extend(added.into_iter().map(|origin| (None, Some(origin))));
    found
}

/// The rules of a group, each with one peer.
fn rules(group: &SecurityGroup, row: u32, renames: &FxHashMap<String, String>) -> Vec<Said> {
    let mut rules = Vec::new();
    for (is_outbound, permissions) in [(false, &group.inbound), (true, &group.outbound)] {
        for (permission, found) in permissions.iter().enumerate() {
            for (peer, other) in found.peers.iter().enumerate() {
                let text = rule_text(is_outbound, found.ports, other, renames);
                let (permission, peer) = (permission as u16, peer as u16);
                rules.push((text, Origin::SecurityGroupRule { group: row, is_outbound, permission, peer }));
            }
        }
    }
    rules
}

fn rule_text(
    is_outbound: bool,
    ports: PortMatch,
    peer: &Peer,
    renames: &FxHashMap<String, String>,
) -> String {
    let peer = match peer {
        Peer::Cidr(net) => net.to_string(),
        Peer::PrefixList(_) | Peer::Group(_) => renamed(&format!("{peer:?}"), renames),
    };
    format!("{is_outbound} {ports:?} {peer}")
}

fn entries(acl: &NetworkAcl, row: u32) -> Vec<Said> {
    let mut entries = Vec::new();
    for (is_outbound, list) in [(false, &acl.inbound), (true, &acl.outbound)] {
        for (position, entry) in list.iter().enumerate() {
            let (number, action, protocol) = (entry.number, &entry.action, entry.protocol);
            let text = format!("{is_outbound} {number} {action:?} {} {protocol:?}", entry.cidr);
            entries.push((text, Origin::AclEntry { acl: row, is_outbound, entry: position as u16 }));
        }
    }
    entries
}

fn routes(table: &RouteTable, row: u32, renames: &FxHashMap<String, String>) -> Vec<(String, Said)> {
    let said = table.routes.iter().enumerate().map(|(position, route)| {
        let text = renamed(&format!("{route:?}"), renames);
        let destination = renamed(&format!("{:?}", route.destination), renames);
        (destination, (text, Origin::Route { table: row, route: position as u16 }))
    });
    said.collect()
}

fn transit_routes(model: &Model, row: u32, renames: &FxHashMap<String, String>) -> Vec<(String, Said)> {
    let list = &model.transit_gateway_routes[row as usize];
    let said = list.routes.iter().enumerate().map(|(position, route)| {
        let what = (&route.cidr, &route.prefix_list, &route.attachments, &route.kind, &route.state);
        let text = renamed(&format!("{what:?}"), renames);
        let destination = route.cidr.to_string();
        (destination, (text, Origin::TransitRoute { list: row, route: position as u16 }))
    });
    said.collect()
}
