//! Endpoints of Gateway Load Balancers: a bump in the wire, behind which stands an appliance or a firewall (GWLB-1 …
//! GWLB-3, GWLB-7).
//!
//! Packets get to one by a route alone. What the thing behind it lets pass comes out of the same endpoint as it went in
//! and goes on by the table of the endpoint's subnet.

use super::compiler::{Compiler, PlaceKey};
use super::location::{Component, Guard, LocationId, LocationKind, PeerSide, Step, SubnetIndex};
use crate::model::{Place, ResourceKind};

/// The location of packets that a route sends to an endpoint.
pub(super) fn by_route(compiler: &mut Compiler<'_>, position: usize, place: Option<Place>) -> LocationId {
    if let Some(location) = compiler.places.get(&PlaceKey::Endpoint(position)) {
        return *location;
    }
    let endpoint = &compiler.model.vpc_endpoints[position];
    let component = Compiler::resource(ResourceKind::VpcEndpoint, position);
    // GWLB-2: it has one subnet.
    let subnet = endpoint.subnets.first().and_then(|id| compiler.subnet_ids.get(id).copied());
    let Some(subnet) = subnet else {
        let about = endpoint.subnets.first().map_or(endpoint.id.as_str(), |id| id.as_str());
        let gap = compiler.absent(ResourceKind::Subnet, about, None, None, place);
        return compiler.unknown_location(gap, component);
    };
    let location = compiler.add_location(LocationKind::GatewayLoadBalancerEndpoint, component);
    compiler.places.insert(PlaceKey::Endpoint(position), location);
    let acl = compiler.subnets[subnet.index()].acl[0];
    // GWLB-3: also what comes from the same subnet is judged.
    let mut steps = vec![Step::Acl { filter: acl, peer: PeerSide::Source, subnet, judges_own_subnet: true }];
    // BPA-5: where a gateway's table sends here what comes from the internet.
    steps.push(Step::Guard(Guard::PublicAccessAt(subnet)));
    steps.extend(super::vpc_endpoint::state_guards(compiler, endpoint));
    steps.extend(behind(compiler, position, subnet));
    steps.extend(onward(compiler, location, component, subnet));
    compiler.set_steps(location, &steps);
    location
}

/// What stands behind an endpoint does to packets.
fn behind(compiler: &mut Compiler<'_>, position: usize, subnet: SubnetIndex) -> Vec<Step> {
    let endpoint = &compiler.model.vpc_endpoints[position];
    // GWLB-7.
    if let Some(firewall) = compiler.relations.firewall(&endpoint.id) {
        return vec![super::firewall::behind(compiler, firewall)];
    }
    if endpoint.about.tags.has("AWSNetworkFirewallManaged", None) {
        let gap = super::firewall::absent(compiler, endpoint.id.as_str(), Some(endpoint.about.place));
        return vec![Step::Guard(Guard::Unknown(gap))];
    }
    super::gateway_load_balancer::behind(compiler, position, subnet)
}

/// GWLB-1, NFW-12: out of the endpoint into its subnet, whose ACL judges what leaves it, and by the subnet's table.
fn onward(
    compiler: &mut Compiler<'_>,
    location: LocationId,
    component: Component,
    subnet: SubnetIndex,
) -> Vec<Step> {
    let (vpc, acl, inward) = {
        let row = &compiler.subnets[subnet.index()];
        (row.vpc, row.acl[1], row.inward)
    };
    let out = compiler.add_location(LocationKind::GatewayLoadBalancerEndpoint, component);
    let table = super::route_table::of_subnet(compiler, subnet);
    let to_subnet = compiler.add_edge(out, inward, super::Origin::Wiring);
    let to_table = compiler.add_edge(out, table, super::Origin::Wiring);
    let mut steps = vec![Step::Stand(subnet)];
    steps.extend(super::vpc::guards(compiler, vpc));
    steps.extend([
        Step::Acl { filter: acl, peer: PeerSide::Destination, subnet, judges_own_subnet: true },
        Step::SameSubnet(subnet, to_subnet),
        Step::Follow(to_table),
    ]);
    compiler.set_steps(out, &steps);
    let edge = compiler.add_edge(location, out, super::Origin::Wiring);
    vec![Step::Follow(edge)]
}
