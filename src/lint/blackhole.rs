//! A route leads to something that is gone or does not work.
//!
//! What the route takes is dropped, although a wider route might have had a way: the longest prefix wins, blackhole or not.
//! A target may be gone (AWS says `blackhole` itself), detached, failed, pending, or a host that is stopped. A route that
//! somebody has put into a transit gateway's table in order to drop is no finding: it names no attachment.
//!
//! | severity | when |
//! |---|---|
//! | medium | subnets or gateways use the table |
//! | low | nobody does |
//!
//! ## A NAT gateway that is gone
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> nat-gone  blackhole
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! medium rtb-a: 0.0.0.0/0
//! ```
//!
//! ## A peering connection that nobody has accepted
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! pcx     pcx-ab      vpc-a vpc-b   status pending-acceptance
//! route   subnet-a    10.1.0.0/16 -> pcx-ab
//! ```
//!
//! ```findings
//! medium rtb-a: pcx-ab
//! ```
//!
//! ## A target that works
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use super::finding::Witness;
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{ResourceKind, RouteDestination, RouteState, TransitGatewayRouteState};
use crate::network::{Component, ExplanationCode, Guard, Hop, LocationId, Origin, Step, SubnetIndex};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP026",
    name: "blackhole",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CM-6")],
    needs: &[ResourceKind::RouteTable],
    source: include_str!("blackhole.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let routes: usize = model.route_tables.iter().map(|it| it.routes.len()).sum();
    findings.looked_at(routes, "route", "routes");
    let mut served: BTreeMap<u32, Vec<SubnetIndex>> = BTreeMap::new();
    for (index, row, _) in context.subnets() {
        if let Some(table) = context.table_at(row.route_table) {
            served.entry(table).or_default().push(index);
        }
    }
    for (row, table) in model.route_tables.iter().enumerate() {
        let row = row as u32;
        let subnets = served.get(&row).map(Vec::as_slice).unwrap_or_default();
        let location = subnets.first().and_then(|it| context.network.subnets[it.index()].route_table);
        let mut dead = location.map(|it| dead_routes(context, it)).unwrap_or_default();
        for (number, route) in table.routes.iter().enumerate() {
            let origin = Origin::Route { table: row, route: number as u16 };
            if route.state == RouteState::Blackhole && !dead.iter().any(|it| it.0 == origin) {
                dead.push((origin, None));
            }
        }
        dead.sort_unstable();
        dead.dedup_by_key(|it| it.0);
        for (origin, code) in dead {
            findings.found.extend(one(context, row, origin, code, subnets));
        }
    }
    transit(context, findings);
}

/// The routes of a table whose targets let nothing pass, and why.
fn dead_routes(context: &Context<'_>, table: LocationId) -> Vec<(Origin, Option<ExplanationCode>)> {
    let network = context.network;
    let mut found = Vec::new();
    for step in network.steps_of(table).iter() {
        let Step::Route(map) = step else { continue };
        for (_, hop) in network.route_entries.get(map.index()).into_iter().flatten() {
            match network.hops[hop.index()] {
                Hop::Edge(edge) | Hop::IfAnnounced(_, _, edge) => {
                    let origin = network.graph.edge_weight(edge).map(|it| it.origin);
                    let never = |step: &Step| {
                        if let Step::Guard(Guard::Never(code)) = step { Some(*code) } else { None }
                    };
                    let steps = network.steps_of(network.end_of(edge));
                    // What a place does first is what it does to everything.
                    if let (Some(origin), Some(code)) = (origin, steps.first().and_then(never)) {
                        found.push((origin, Some(code)));
                    }
                }
                Hop::Drop(code, origin, _) => found.push((origin, Some(code))),
                Hop::Unknown(_) | Hop::OneOf(..) => {}
            }
        }
    }
    found.retain(|it| matches!(it.0, Origin::Route { .. }));
    found
}

fn one(
    context: &Context<'_>,
    table: u32,
    origin: Origin,
    code: Option<ExplanationCode>,
    subnets: &[SubnetIndex],
) -> Option<Finding> {
    let Origin::Route { route, .. } = origin else { return None };
    let route = context.model.route_tables.get_row(table as usize)?.routes.get(usize::from(route))?;
    let mut message = sentence!["has a route that leads nowhere, ", origin];
    if let (Some(code), true) = (code, route.state != RouteState::Blackhole) {
        message = message.and(sentence![": its target drops everything with ", code]);
    }
    let subject = Component::Resource(ResourceKind::RouteTable, table);
    let mut finding = Finding::new(&LINT, subject, message);
    finding.key = format!("{:?} {:?}", route.destination, route.target);
    let is_used = !subnets.is_empty()
        || context.model.route_tables.get_row(table as usize).is_some_and(|it| !it.associations.is_empty());
    finding.severity = if is_used { Severity::Medium } else { Severity::Low };
    finding.rules = vec![origin];
    let hosts: usize = subnets.iter().map(|it| context.interfaces_of(*it).count()).sum();
    if hosts > 0 {
        finding.flows = vec![
            counted(hosts, "interface loses", "interfaces lose").and(sentence![" what the route takes"]),
        ];
    }
    finding.witness = witness(context, route, subnets);
    finding.remedy = sentence!["take the route away, or give it a target that works"];
    Some(finding)
}

/// A packet that the route takes and that is lost.
fn witness(context: &Context<'_>, route: &crate::model::Route, subnets: &[SubnetIndex]) -> Option<Witness> {
    let RouteDestination::Cidr(block) = &route.destination else { return None };
    let all = AddressSet::block(*block);
    let family = Family::of(block.addr());
    let outside = all.intersection(context.internet(family));
    let destinations = if outside.is_empty() { all } else { outside };
    subnets.iter().take(8).find_map(|subnet| context.dropped(*subnet, &destinations))
}

/// Routes of transit gateways whose attachment is gone.
fn transit(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    for (list, routes) in model.transit_gateway_routes.iter().enumerate() {
        for (number, route) in routes.routes.iter().enumerate() {
            if route.state != TransitGatewayRouteState::Blackhole || route.attachments.is_empty() {
                continue;
            }
            let Some(table) = model.transit_gateway_route_tables.position(&routes.id) else { continue };
            let origin = Origin::TransitRoute { list: list as u32, route: number as u16 };
            let subject = Component::Resource(ResourceKind::TransitGatewayRouteTable, table as u32);
            let message = sentence!["has a route whose attachment is gone or does not work, ", origin];
            let mut finding = Finding::new(&LINT, subject, message);
            finding.key = route.cidr.to_string();
            finding.rules = vec![origin];
            finding.remedy = sentence!["take the route away, or name an attachment that works"];
            findings.found.push(finding);
        }
    }
}
