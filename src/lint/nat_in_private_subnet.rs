//! A NAT gateway, or a host that does its work, has no way to the internet itself.
//!
//! A public NAT gateway needs a subnet whose own routes lead to an attached internet gateway, and a public address. Without them
//! it takes every packet and none gets out; the console shows it as available. A NAT instance needs the same, and its
//! source/destination check off: with the check on, it drops what is not for it.
//!
//! ## In a private subnet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! igw     igw-a       in vpc-a
//! subnet  subnet-dark 10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! nat     nat-a       10.0.0.5      in subnet-dark  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! high nat-a: subnet-dark
//! ```
//!
//! ## An instance with the check on
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! eni     eni-nat     10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> eni-nat
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! high eni-nat: check
//! ```
//!
//! ## With a way
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

use std::collections::BTreeMap;

use super::balancers::subnet_rows;
use super::finding::{Claim, Witness};
use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity, Tier};
use crate::model::{
    ConnectivityType, NatGatewayState, NetworkInterfaceId, ResourceKind, RouteDestination, RouteTarget,
};
use crate::network::{Component, SubnetIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP073",
    name: "nat-in-private-subnet",
    pillars: &[Pillar::Operations, Pillar::Reliability],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10")],
    needs: &[
        ResourceKind::NatGateway,
        ResourceKind::Subnet,
        ResourceKind::RouteTable,
        ResourceKind::NetworkInterface,
    ],
    source: include_str!("nat_in_private_subnet.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let rows = subnet_rows(context);
    findings.looked_at(model.nat_gateways.len(), "NAT gateway", "NAT gateways");
    let users = users(context);
    for (row, gateway) in model.nat_gateways.iter().enumerate() {
        let is_there = matches!(gateway.state, None | Some(NatGatewayState::Available));
        let subnet = gateway.subnet.as_ref().and_then(|it| rows.get(it.as_str())).copied();
        let Some(subnet) = subnet.filter(|_| is_there && gateway.connectivity == ConnectivityType::Public)
        else {
            continue;
        };
        if !matches!(context.tier(subnet), Tier::Private | Tier::Isolated) {
            continue;
        }
        let own = context.network.subnets[subnet.index()].component;
        let subject = Component::Resource(ResourceKind::NatGateway, row as u32);
        let mut finding = Finding::new(
            &LINT,
            subject,
            sentence![
                "stands in ",
                own,
                ", which has no route to an internet gateway: nothing gets out by it"
            ],
        );
        finding.related = vec![own];
        finding.witness = users.get(gateway.id.as_str()).and_then(|it| witness(context, it));
        finding.remedy = sentence!["put it into a subnet whose default route is an internet gateway"];
        findings.found.push(finding);
    }
    instances(context, &users, findings);
}

/// The subnets whose default route names something, by its id.
fn users<'a>(context: &Context<'a>) -> BTreeMap<&'a str, Vec<SubnetIndex>> {
    let mut users: BTreeMap<&str, Vec<SubnetIndex>> = BTreeMap::new();
    for (index, row, _) in context.subnets() {
        let Some(table) = context.table_at(row.route_table) else { continue };
        let Some(table) = context.model.route_tables.get_row(table as usize) else { continue };
        for route in &table.routes {
            let is_default = matches!(&route.destination, RouteDestination::Cidr(it) if it.prefix_len() == 0);
            if let (true, Some(id)) = (is_default, route.target.id()) {
                users.entry(id.as_str()).or_default().push(index);
            }
        }
    }
    users
}

/// Hosts that default routes lead to.
fn instances(context: &Context<'_>, users: &BTreeMap<&str, Vec<SubnetIndex>>, findings: &mut Findings) {
    let model = context.model;
    let mut targets: Vec<usize> = Vec::new();
    for route in model.route_tables.iter().flat_map(|it| &it.routes) {
        let is_default = matches!(&route.destination, RouteDestination::Cidr(it) if it.prefix_len() == 0);
        if let (true, RouteTarget::NetworkInterface(id)) = (is_default, &route.target) {
            targets.extend(model.network_interfaces.position(&NetworkInterfaceId::from(id.as_str())));
        }
    }
    targets.sort_unstable();
    targets.dedup();
    for row in targets {
        let Some(interface) = model.network_interfaces.get_row(row).filter(|it| it.source_destination_check)
        else {
            continue;
        };
        let subject = Component::Resource(ResourceKind::NetworkInterface, row as u32);
        let message = sentence![
            "is where a default route leads, and has its source/destination check on: it drops what is not its own"
        ];
        let mut finding = Finding::new(&LINT, subject, message);
        finding.witness = users.get(interface.id.as_str()).and_then(|it| witness(context, it));
        finding.remedy = sentence!["turn the check off, or put a NAT gateway in its place"];
        findings.found.push(finding);
    }
}

fn witness(context: &Context<'_>, subnets: &[SubnetIndex]) -> Option<Witness> {
    subnets.iter().take(8).find_map(|subnet| {
        context.witness_from(*subnet, |interface| context.https_out(interface, Claim::Blocked))
    })
}
