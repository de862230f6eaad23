//! A default route leads to a host.
//!
//! A host that does NAT, or looks at everything, is one machine: with it, all subnets behind it lose the internet, its bandwidth
//! is theirs, and its patches are somebody's work. Endpoints of Gateway Load Balancers and firewalls are no such hosts.
//!
//! ## A NAT instance
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! eni     eni-nat     10.0.0.5      in subnet-pub  public 198.51.100.9  no-check
//! route   subnet-a    0.0.0.0/0 -> eni-nat
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! low rtb-a: eni-nat
//! ```
//!
//! ## A gateway
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{NetworkInterfaceId, ResourceKind, RouteDestination, RouteTarget};
use crate::network::{Component, Origin};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP074",
    name: "nat-instance-default",
    pillars: &[Pillar::Reliability],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10")],
    needs: &[ResourceKind::RouteTable, ResourceKind::NetworkInterface],
    source: include_str!("nat_instance_default.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    findings.looked_at(model.route_tables.len(), "route table", "route tables");
    for (row, table) in model.route_tables.iter().enumerate() {
        for (number, route) in table.routes.iter().enumerate() {
            let is_default = matches!(&route.destination, RouteDestination::Cidr(it) if it.prefix_len() == 0);
            let RouteTarget::NetworkInterface(id) = &route.target else { continue };
            let Some(host) = model.network_interfaces.position(&NetworkInterfaceId::from(id.as_str())) else {
                continue;
            };
            if !is_default || !context.is_host(crate::network::InterfaceIndex(host as u32)) {
                continue;
            }
            let subject = Component::Resource(ResourceKind::RouteTable, row as u32);
            let target = Component::Resource(ResourceKind::NetworkInterface, host as u32);
            let origin = Origin::Route { table: row as u32, route: number as u16 };
            let mut finding = Finding::new(
                &LINT,
                subject,
                sentence!["sends everything for the internet to one host, ", target],
            );
            finding.key = id.to_string();
            finding.rules = vec![origin];
            finding.related = vec![target];
            let served =
                context.subnets().filter(|it| context.table_at(it.1.route_table) == Some(row as u32));
            finding.flows = vec![
                counted(served.count(), "subnet loses", "subnets lose")
                    .and(sentence![" the internet with it"]),
            ];
            finding.remedy = sentence![
                "put NAT gateways in its place, or a Gateway Load Balancer before several such hosts"
            ];
            findings.found.push(finding);
        }
    }
}
