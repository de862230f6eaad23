//! Something is paid for by the hour, and nothing uses it.
//!
//! An elastic address that stands for nothing, a NAT gateway that no subnet's packets come to, a load balancer without
//! targets, an interface endpoint in a VPC without hosts. What each costs while it is there is computed from a dated list of
//! prices (`src/lint/prices.toml`); what it costs besides depends on traffic, and there is none. A NAT gateway counts as
//! used when the packets of any subnet come to it, through transit gateways as well.
//!
//! ## An address and a gateway
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! eip     198.51.100.40
//! ```
//!
//! ```findings
//! low nat-a: $35.04 a month
//! low 198.51.100.40: $3.65 a month
//! ```
//!
//! ## In use
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! none
//! ```

use rustc_hash::FxHashSet;

use super::balancers::{balancers, group};
use super::endpoints::{clients, endpoints};
use super::prices::{Item, dollars, prices};
use super::run::Missing;
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{EndpointKind, NatGatewayState, ResourceKind};
use crate::network::{Component, LocationKind};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP033",
    name: "idle-network-resource",
    pillars: &[Pillar::Cost],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[
        ResourceKind::ElasticAddress,
        ResourceKind::NatGateway,
        ResourceKind::RouteTable,
        ResourceKind::NetworkInterface,
    ],
    source: include_str!("idle_network_resource.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let count = model.elastic_addresses.len()
        + model.nat_gateways.len()
        + model.load_balancers.len()
        + model.vpc_endpoints.len();
    findings.looked_at(
        count,
        "address, gateway, load balancer or endpoint",
        "addresses, gateways, load balancers and endpoints",
    );
    for (row, address) in model.elastic_addresses.iter().enumerate() {
        if address.interface.is_none() && address.private.is_none() && !is_of_nat(context, address.public) {
            let subject = Component::Resource(ResourceKind::ElasticAddress, row as u32);
            let message = sentence!["stands for no interface"];
            findings.found.push(one(context, subject, message, Item::PublicAddressHour, 1));
        }
    }
    gateways(context, findings);
    load_balancers(context, findings);
    let clients = clients(context);
    for endpoint in endpoints(context, &EndpointKind::Interface) {
        if !clients.contains_key(&endpoint.vpc) && !is_joined(context, endpoint.vpc) {
            let message = sentence!["stands in a VPC without hosts, which nothing joins to another"];
            let zones = endpoint.found.interfaces.len().max(1);
            findings.found.push(one(context, endpoint.component, message, Item::EndpointHour, zones));
        }
    }
}

/// Whether a NAT gateway has a public address: those of regional ones name no interface.
fn is_of_nat(context: &Context<'_>, public: std::net::Ipv4Addr) -> bool {
    context.model.nat_gateways.iter().flat_map(|it| &it.addresses).any(|it| it.public == Some(public))
}

/// Whether packets of other networks get into a VPC, so that clients may stand elsewhere.
fn is_joined(context: &Context<'_>, vpc: crate::network::VpcIndex) -> bool {
    let id = context.network.vpcs[vpc.index()].id.as_str();
    let model = context.model;
    model.transit_gateway_attachments.iter().any(|it| it.resource.as_deref() == Some(id))
        || model.peering_connections.iter().any(|it| {
            [&it.requester, &it.accepter].iter().any(|it| it.vpc.as_ref().is_some_and(|it| it.as_str() == id))
        })
        || model.vpn_gateways.iter().any(|it| it.attachments.iter().any(|it| it.vpc.as_str() == id))
        || model.client_vpn_endpoints.iter().any(|it| it.vpc.as_ref().is_some_and(|it| it.as_str() == id))
}

fn gateways(context: &Context<'_>, findings: &mut Findings) {
    let mut used: FxHashSet<Component> =
        context.nat_uses().iter().flat_map(|it| it.gateways.iter().map(|it| it.component)).collect();
    // Private gateways serve other networks than the internet.
    let mut seen = FxHashSet::default();
    let component = |row: usize| Component::Resource(ResourceKind::NatGateway, row as u32);
    let has_other = (0..context.model.nat_gateways.len()).any(|row| !used.contains(&component(row)));
    for (index, row, _) in context.subnets().filter(|_| has_other) {
        if seen.insert((row.route_table, row.zone)) {
            used.extend(
                context
                    .ways(index, &AddressSet::all(Family::V4))
                    .flat_map(|it| it.stops)
                    .filter(|it| it.kind == LocationKind::NatGateway)
                    .map(|it| it.component),
            );
        }
    }
    for (row, gateway) in context.model.nat_gateways.iter().enumerate() {
        let subject = Component::Resource(ResourceKind::NatGateway, row as u32);
        let is_there = matches!(gateway.state, None | Some(NatGatewayState::Available));
        if is_there && !used.contains(&subject) {
            let message = sentence!["gets packets of no subnet"];
            findings.found.push(one(context, subject, message, Item::NatHour, 1));
        }
    }
}

fn load_balancers(context: &Context<'_>, findings: &mut Findings) {
    for balancer in balancers(context) {
        let about = &balancer.found.about;
        let coverage = &context.model.coverage;
        if !coverage.holds(ResourceKind::Listener, about.account.as_ref(), about.region.as_ref()) {
            findings.skipped.push(Missing {
                call: ResourceKind::Listener.call(),
                account: about.account.clone(),
                region: about.region.clone(),
            });
            continue;
        }
        let targets: Vec<_> = balancer.groups.iter().filter_map(|it| group(context, it)).collect();
        // Of a group whose targets nobody lists, nobody can tell; listeners that answer by themselves need none.
        let is_known = targets.len() == balancer.groups.len() && targets.iter().all(|it| it.2.is_some());
        let is_empty = targets.iter().all(|it| it.2.is_some_and(|it| it.targets.is_empty()));
        let answers_alone = balancer.groups.is_empty() && !balancer.ports.is_empty();
        if is_known && is_empty && !answers_alone {
            let message = sentence!["has no targets"];
            findings.found.push(one(context, balancer.component, message, Item::BalancerHour, 1));
        }
    }
}

fn one(context: &Context<'_>, subject: Component, message: Sentence, item: Item, count: usize) -> Finding {
    let region = context.about(subject).and_then(|it| it.region.as_ref());
    let prices = prices(region);
    // A handful at most.
    let cost = prices.month(item) * count as f64;
    let message = message.and(sentence![", and costs ", dollars(cost), " a month while it is there"]);
    let mut finding = Finding::new(&LINT, subject, message);
    finding.key = "idle".to_owned();
    finding.notes = vec![prices.source()];
    finding.remedy = sentence!["take it away, if nothing is going to need it"];
    finding
}
