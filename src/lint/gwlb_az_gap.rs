//! Packets cross zones to the endpoint of a Gateway Load Balancer.
//!
//! An endpoint of a Gateway Load Balancer stands in one zone. A subnet whose route names the endpoint of another zone pays for
//! crossing, and loses its way with that zone although its own is well. Endpoints of firewalls are `firewall-az-gap`.
//!
//! ## In another zone
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-ga   10.0.9.0/28   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! endpoint vpce-ga    com.amazonaws.vpce.eu-west-1.vpce-svc-fw 10.0.9.4 in subnet-ga  type GatewayLoadBalancer
//! route   subnet-ga   0.0.0.0/0 -> igw-a
//! route   subnet-b    0.0.0.0/0 -> vpce-ga
//! eni     eni-b       10.0.2.10     in subnet-b  public 198.51.100.11
//! ```
//!
//! ```findings
//! medium subnet-b: vpce-ga
//! ```
//!
//! ## Each by its own
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-ga   10.0.9.0/28   in vpc-a  zone a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! endpoint vpce-ga    com.amazonaws.vpce.eu-west-1.vpce-svc-fw 10.0.9.4 in subnet-ga  type GatewayLoadBalancer
//! route   subnet-ga   0.0.0.0/0 -> igw-a
//! route   subnet-a    0.0.0.0/0 -> vpce-ga
//! eni     eni-a       10.0.1.10     in subnet-a  public 198.51.100.11
//! ```
//!
//! ```findings
//! none
//! ```

use super::inspection_zones::{Kind, gaps};
use super::{Confidence, Context, Control, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP078",
    name: "gwlb-az-gap",
    pillars: &[Pillar::Reliability, Pillar::Cost],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10"), Control::soc2("A1.2")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable, ResourceKind::VpcEndpoint],
    source: include_str!("gwlb_az_gap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    gaps(context, &LINT, Kind::Balancer, findings);
}
