//! Packets cross zones to the endpoint of a firewall.
//!
//! A firewall has an endpoint in each zone that it is made for. A subnet whose route names the endpoint of another zone pays for
//! crossing, and loses its way with that zone although its own is well.
//!
//! ## In another zone
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-fw   10.0.9.0/28   in vpc-a  zone a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! firewall-policy fp-a
//! firewall fw-a fp-a in subnet-fw
//! route   subnet-fw   0.0.0.0/0 -> igw-a
//! route   subnet-a    0.0.0.0/0 -> vpce-fw-a
//! route   subnet-b    0.0.0.0/0 -> vpce-fw-a
//! eni     eni-b       10.0.2.10     in subnet-b  public 198.51.100.11
//! ```
//!
//! ```findings
//! medium subnet-b: vpce-fw-a
//! ```
//!
//! ## Each by its own
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-fa   10.0.9.0/28   in vpc-a  zone a
//! subnet  subnet-fb   10.0.9.16/28  in vpc-a  zone b
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! firewall-policy fp-a
//! firewall fw-a fp-a in subnet-fa,subnet-fb
//! route   subnet-fa   0.0.0.0/0 -> igw-a
//! route   subnet-fb   0.0.0.0/0 -> igw-a
//! route   subnet-a    0.0.0.0/0 -> vpce-fw-a
//! route   subnet-b    0.0.0.0/0 -> vpce-fw-a-2
//! eni     eni-b       10.0.2.10     in subnet-b  public 198.51.100.11
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
    id: "NP077",
    name: "firewall-az-gap",
    pillars: &[Pillar::Reliability, Pillar::Cost],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10"), Control::soc2("A1.2")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable, ResourceKind::VpcEndpoint],
    source: include_str!("firewall_az_gap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    gaps(context, &LINT, Kind::Firewall, findings);
}
