//! Subnets whose packets are looked at in another zone: what `firewall-az-gap` and `gwlb-az-gap` have in common.

use rustc_hash::FxHashMap;

use super::balancers::subnet_rows;
use super::finding::{Claim, Witness};
use super::sentence::{counted, sentence};
use super::{Context, Finding, Findings, Lint};
use crate::model::{EndpointKind, ResourceKind, RouteDestination, RouteTarget, VpcEndpoint, VpcEndpointId};
use crate::network::{Component, Origin, SubnetIndex};
use crate::packet::{AddressSet, Family};

/// What looks at packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A firewall.
    Firewall,
    /// What stands behind a Gateway Load Balancer.
    Balancer,
}

/// Finds subnets with a route to an endpoint of a kind in another zone.
pub fn gaps(context: &Context<'_>, lint: &'static Lint, kind: Kind, findings: &mut Findings) {
    let covered = context.covered(lint.needs);
    let rows = subnet_rows(context);
    let endpoints: FxHashMap<&str, (usize, &VpcEndpoint)> = context
        .model
        .vpc_endpoints
        .iter()
        .enumerate()
        .filter(|(_, it)| it.kind == EndpointKind::GatewayLoadBalancer && is_of(context, it, kind))
        .map(|(row, it)| (it.id.as_str(), (row, it)))
        .collect();
    findings.looked_at(endpoints.len(), "endpoint", "endpoints");
    for (index, row, _) in context.subnets() {
        let hosts = context.interfaces_of(index).filter(|it| context.is_host(*it)).count();
        let Some(table) = context.table_at(row.route_table).filter(|_| hosts > 0 && covered[row.vpc.index()])
        else {
            continue;
        };
        let Some(found) = context.model.route_tables.get_row(table as usize) else { continue };
        for (number, route) in found.routes.iter().enumerate() {
            let RouteTarget::Gateway(id) = &route.target else { continue };
            let Some((position, endpoint)) = endpoints.get(id.as_str()) else { continue };
            let homes: Vec<SubnetIndex> =
                endpoint.subnets.iter().filter_map(|it| rows.get(it.as_str()).copied()).collect();
            let zone = |it: &SubnetIndex| context.network.subnets[it.index()].zone;
            if homes.is_empty() || homes.iter().any(|it| zone(it) == row.zone) {
                continue;
            }
            let target = Component::Resource(ResourceKind::VpcEndpoint, *position as u32);
            let far = homes.first().map(|it| context.zone(zone(it))).unwrap_or_default().to_owned();
            let message = sentence![
                "stands in zone ",
                context.zone(row.zone).to_owned(),
                ", and sends by ",
                target,
                " in zone ",
                far.clone()
            ];
            let mut finding = Finding::new(lint, row.component, message);
            finding.key = id.to_string();
            finding.rules = vec![Origin::Route { table, route: number as u16 }];
            finding.related = vec![target];
            finding.flows = vec![
                counted(hosts, "interface loses", "interfaces lose")
                    .and(sentence![" this way with zone ", far]),
            ];
            finding.witness = witness(context, index, &route.destination);
            finding.remedy = sentence!["make an endpoint in the subnet's own zone, and send the route there"];
            findings.found.push(finding);
        }
    }
}

/// Whether an endpoint is of a kind: those of firewalls are named by them.
fn is_of(context: &Context<'_>, endpoint: &VpcEndpoint, kind: Kind) -> bool {
    let id = VpcEndpointId::from(endpoint.id.as_str());
    let mut all = context.model.firewalls.iter().flat_map(|it| &it.endpoints);
    let is_of_firewall =
        all.any(|it| it.endpoint == id) || endpoint.about.tags.has("AWSNetworkFirewallManaged", None);
    is_of_firewall == (kind == Kind::Firewall)
}

/// A packet that goes there, where one gets anywhere.
fn witness(context: &Context<'_>, subnet: SubnetIndex, destination: &RouteDestination) -> Option<Witness> {
    let RouteDestination::Cidr(block) = destination else { return None };
    let family = Family::of(block.addr());
    let all = AddressSet::block(*block);
    let outside = all.intersection(context.internet(family));
    let destinations = if outside.is_empty() { all } else { outside };
    context.sent(subnet, &destinations, Claim::Arrives)
}
