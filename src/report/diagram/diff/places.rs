//! Where changes are: the boxes that a changed resource is drawn as, or that it is about, and their VPCs.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{Changes, numbered};
use crate::model::{ResourceKind, RouteTableAssociation};
use crate::network::Component;
use crate::report::Context;
use crate::report::diagram::picture::{Hand, Line, Mark, Shape};
use crate::report::diff::{DiffView, Side};
use crate::report::name;
use crate::solver::Query;

/// More numbers in a box are counted.
const MOST_NUMBERS: usize = 6;

/// Where a change is.
#[derive(Default)]
pub(super) struct Home {
    /// Ids of boxes, or of what shares one, as the new snapshot has them.
    pub boxes: BTreeSet<String>,
    /// Ids of VPCs.
    pub vpcs: BTreeSet<String>,
}

/// The home of each change, by its number.
pub(super) fn homes(view: &DiffView<'_>, changes: &Changes<'_>) -> Vec<Home> {
    let mut homes: Vec<Home> = changes.iter().map(|_| Home::default()).collect();
    for (at, side) in view.sides.into_iter().enumerate() {
        let mut users: BTreeMap<Component, Vec<usize>> = BTreeMap::new();
        for (number, change) in changes.iter().enumerate() {
            let Some(component) = change.at[at] else { continue };
            own(side, component, &mut homes[number]);
            users.entry(component).or_default().push(number);
        }
        members(side, &users, &mut homes);
    }
    let id = |id: &String| view.renames.get(id).unwrap_or(id).clone();
    for home in &mut homes {
        home.boxes = home.boxes.iter().map(id).collect();
        home.vpcs = home.vpcs.iter().map(id).collect();
    }
    homes
}

/// The resource itself, and what it names.
fn own(side: Side<'_>, component: Component, home: &mut Home) {
    let query = Query::default();
    let context = Context { query: &query, network: side.network, snapshot: side.snapshot };
    let named = name::named(context, component);
    home.boxes.insert(named.id.to_owned());
    home.vpcs.extend(named.vpc.map(str::to_owned));
    let Component::Resource(kind, row) = component else { return };
    let (model, row) = (&side.snapshot.model, row as usize);
    if kind == ResourceKind::Vpc {
        home.vpcs.insert(named.id.to_owned());
    } else if kind == ResourceKind::Instance {
        let own = model.instances.get_row(row).into_iter().flat_map(|it| &it.interfaces);
        for interface in own {
            home.boxes.insert(interface.to_string());
            home.vpcs.extend(model.network_interfaces.get(interface).map(|it| it.vpc.to_string()));
        }
    } else if kind == ResourceKind::NetworkAcl {
        let own = model.network_acls.get_row(row).into_iter().flat_map(|it| &it.subnets);
        home.boxes.extend(own.map(ToString::to_string));
    } else if kind == ResourceKind::RouteTable {
        let own = model.route_tables.get_row(row).into_iter().flat_map(|it| &it.associations);
        home.boxes.extend(own.filter_map(|it| match it {
            RouteTableAssociation::Main => None,
            RouteTableAssociation::Subnet(id) => Some(id.to_string()),
            RouteTableAssociation::Gateway(id) => Some(id.to_string()),
        }));
    } else if kind == ResourceKind::VpcEndpoint {
        let own = model.vpc_endpoints.get_row(row).into_iter().flat_map(|it| &it.interfaces);
        home.boxes.extend(own.map(ToString::to_string));
    } else if kind == ResourceKind::VpcPeeringConnection {
        let ends = model.peering_connections.get_row(row).into_iter();
        let ends = ends.flat_map(|it| [&it.requester, &it.accepter]);
        home.vpcs.extend(ends.filter_map(|it| it.vpc.as_ref()).map(ToString::to_string));
    } else if let Some(table) = model.transit_gateway_route_tables.get(&named.id.into()) {
        // Its routes, associations and propagations have its id too.
        home.boxes.insert(table.transit_gateway.to_string());
    }
}

/// Who has a changed group, and which subnets use a changed route table: asked of all at once.
fn members(side: Side<'_>, users: &BTreeMap<Component, Vec<usize>>, homes: &mut [Home]) {
    let (model, network) = (&side.snapshot.model, side.network);
    let has = |wanted: ResourceKind| {
        users.keys().any(|it| matches!(it, Component::Resource(kind, _) if *kind == wanted))
    };
    if has(ResourceKind::SecurityGroup) {
        for interface in &model.network_interfaces {
            for group in &interface.groups {
                let Some(row) = model.security_groups.position(group) else { continue };
                let component = Component::Resource(ResourceKind::SecurityGroup, row as u32);
                for number in users.get(&component).into_iter().flatten() {
                    homes[*number].boxes.insert(interface.id.to_string());
                    homes[*number].vpcs.insert(interface.vpc.to_string());
                }
            }
        }
    }
    if has(ResourceKind::RouteTable) {
        for subnet in &network.subnets {
            let Some(table) = subnet.route_table else { continue };
            for number in users.get(&network.location(table).component).into_iter().flatten() {
                homes[*number].boxes.insert(subnet.id.to_string());
            }
        }
    }
}

/// Puts the numbers of changes into the boxes that they are about; where none of those is drawn, into their VPCs.
pub(super) fn mark(shapes: &mut [Shape], homes: &[Home]) {
    let mut drawn: BTreeSet<String> = BTreeSet::new();
    shapes.iter().for_each(|it| gather(it, &mut drawn));
    let mut numbers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, home) in homes.iter().enumerate() {
        let is_drawn = home.boxes.iter().any(|it| drawn.contains(it));
        for id in if is_drawn { &home.boxes } else { &home.vpcs } {
            numbers.entry(id).or_default().push(number);
        }
    }
    shapes.iter_mut().for_each(|it| number(it, None, &numbers));
}

fn gather(shape: &Shape, drawn: &mut BTreeSet<String>) {
    drawn.insert(shape.key.clone());
    drawn.extend(shape.members.iter().map(|it| it.id.clone()));
    shape.children().into_iter().for_each(|it| gather(it, drawn));
}

/// In a box that is new or gone, what something is said of is new or gone too.
fn number(shape: &mut Shape, around: Option<Mark>, numbers: &BTreeMap<&str, Vec<usize>>) {
    let ids = std::iter::once(shape.key.as_str()).chain(shape.members.iter().map(|it| it.id.as_str()));
    let mut own: Vec<usize> = ids.filter_map(|it| numbers.get(it)).flatten().copied().collect();
    own.sort_unstable();
    own.dedup();
    let inherited = shape.mark.or(around);
    if !own.is_empty() {
        shape.mark = inherited.or(Some(Mark::Changed));
        shape.lines.push(Line { text: numbered(&own, MOST_NUMBERS), hand: Hand::Head });
    }
    let around = inherited.filter(|it| *it != Mark::Changed);
    shape.children_mut().into_iter().for_each(|it| number(it, around, numbers));
}
