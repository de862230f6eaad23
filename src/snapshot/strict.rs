//! What `--strict` takes for an error: what is unread, cut off, or referred to and not there.

use std::collections::BTreeSet;

use super::Snapshot;
use crate::model::{Model, Place, RouteTableAssociation, RouteTarget};

/// Every such thing, one sentence each, sorted.
pub fn strict_problems(snapshot: &Snapshot) -> Vec<String> {
    let unread = snapshot.warnings.iter().filter(|warning| warning.problem.is_strict());
    let mut problems: Vec<String> = unread.map(ToString::to_string).collect();
    let unknown = snapshot.counts.unknown_keys.keys();
    problems.extend(unknown.map(|key| format!("the key `{key}` is not known and was not read")));
    let mut references = References { snapshot, model: &snapshot.model, problems: Vec::new() };
    references.inside_vpcs();
    references.routes();
    references.transit_gateways();
    problems.append(&mut references.problems);
    problems.sort();
    problems.dedup();
    problems
}

struct References<'s> {
    snapshot: &'s Snapshot,
    model: &'s Model,
    problems: Vec<String>,
}

impl References<'_> {
    fn check(&mut self, is_there: bool, from: Place, what: &str, id: &str) {
        if !is_there {
            let located = self.snapshot.locate(from);
            self.problems.push(format!(
                "{}: {}: {what} `{id}` is referred to and not in the snapshot",
                located.file, located.element
            ));
        }
    }

    fn inside_vpcs(&mut self) {
        let model = self.model;
        for it in model.subnets.iter() {
            self.check(model.vpcs.get(&it.vpc).is_some(), it.about.place, "VPC", it.vpc.as_str());
        }
        for it in model.network_interfaces.iter() {
            let place = it.about.place;
            self.check(model.subnets.get(&it.subnet).is_some(), place, "subnet", it.subnet.as_str());
            for group in &it.groups {
                self.check(
                    model.security_groups.get(group).is_some(),
                    place,
                    "security group",
                    group.as_str(),
                );
            }
        }
        for it in model.instances.iter() {
            for id in &it.interfaces {
                let is_there = model.network_interfaces.get(id).is_some();
                self.check(is_there, it.about.place, "network interface", id.as_str());
            }
        }
        for it in model.network_acls.iter() {
            for subnet in &it.subnets {
                let is_there = model.subnets.get(subnet).is_some();
                self.check(is_there, it.about.place, "subnet", subnet.as_str());
            }
        }
        for it in model.nat_gateways.iter() {
            if let Some(subnet) = &it.subnet {
                let is_there = model.subnets.get(subnet).is_some();
                self.check(is_there, it.about.place, "subnet", subnet.as_str());
            }
        }
        for it in model.vpc_endpoints.iter() {
            for table in &it.route_tables {
                let is_there = model.route_tables.get(table).is_some();
                self.check(is_there, it.about.place, "route table", table.as_str());
            }
            for id in &it.interfaces {
                let is_there = model.network_interfaces.get(id).is_some();
                self.check(is_there, it.about.place, "network interface", id.as_str());
            }
        }
    }

    fn routes(&mut self) {
        for table in self.model.route_tables.iter() {
            let place = table.about.place;
            for association in &table.associations {
                if let RouteTableAssociation::Subnet(subnet) = association {
                    let is_there = self.model.subnets.get(subnet).is_some();
                    self.check(is_there, place, "subnet", subnet.as_str());
                }
            }
            for route in &table.routes {
                self.target(place, &route.target);
            }
        }
    }

    fn target(&mut self, place: Place, target: &RouteTarget) {
        let model = self.model;
        let (what, id, is_there) = match target {
            RouteTarget::Gateway(id) if id.starts_with("igw-") => {
                ("internet gateway", id, model.internet_gateways.get(&id.as_str().into()).is_some())
            }
            RouteTarget::Gateway(id) if id.starts_with("vpce-") => {
                ("VPC endpoint", id, model.vpc_endpoints.get(&id.as_str().into()).is_some())
            }
            RouteTarget::NatGateway(id) => {
                ("NAT gateway", id, model.nat_gateways.get(&id.as_str().into()).is_some())
            }
            RouteTarget::NetworkInterface(id) => {
                ("network interface", id, model.network_interfaces.get(&id.as_str().into()).is_some())
            }
            RouteTarget::Instance(id) => ("instance", id, model.instances.get(&id.as_str().into()).is_some()),
            RouteTarget::PeeringConnection(id) => {
                ("peering connection", id, model.peering_connections.get(&id.as_str().into()).is_some())
            }
            RouteTarget::TransitGateway(id) => {
                ("transit gateway", id, model.transit_gateways.get(&id.as_str().into()).is_some())
            }
            RouteTarget::EgressOnlyInternetGateway(id) => (
                "egress-only internet gateway",
                id,
                model.egress_only_gateways.get(&id.as_str().into()).is_some(),
            ),
            // Virtual private gateways and the rest are not modelled, so nothing can be missing.
            RouteTarget::Gateway(_)
            | RouteTarget::Local
            | RouteTarget::CarrierGateway(_)
            | RouteTarget::LocalGateway(_)
            | RouteTarget::CoreNetwork(_)
            | RouteTarget::Unknown => return,
        };
        self.check(is_there, place, what, id);
    }

    fn transit_gateways(&mut self) {
        let model = self.model;
        for it in model.transit_gateway_vpc_attachments.iter() {
            for subnet in &it.subnets {
                let is_there = model.subnets.get(subnet).is_some();
                self.check(is_there, it.about.place, "subnet", subnet.as_str());
            }
        }
        for it in model.transit_gateway_attachments.iter() {
            if let Some(table) = &it.route_table {
                let is_there = model.transit_gateway_route_tables.get(table).is_some();
                self.check(is_there, it.about.place, "transit gateway route table", table.as_str());
            }
        }
        let listed: BTreeSet<_> = model.transit_gateway_attachments.iter().map(|it| &it.id).collect();
        for it in model.transit_gateway_routes.iter() {
            for id in it.routes.iter().flat_map(|route| &route.attachments) {
                let is_there = listed.contains(id)
                    || model.transit_gateway_vpc_attachments.get(id).is_some()
                    || model.transit_gateway_peerings.get(id).is_some();
                self.check(is_there, it.about.place, "transit gateway attachment", id.as_str());
            }
        }
    }
}
