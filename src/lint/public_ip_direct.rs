//! A host takes requests from the internet by a public address of its own.
//!
//! Nothing stands before it that could be changed, filtered or scaled without touching the host. A public address in a subnet
//! without a route to an internet gateway, or behind closed groups, exposes nothing and is no finding. Load balancers, NAT
//! gateways and what AWS runs at the edge are meant to stand there.
//!
//! ## A server on the internet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a  public 198.51.100.10
//! allow   sg-a        inbound tcp 443 from 0.0.0.0/0
//! ```
//!
//! ```findings
//! medium eni-a: tcp 443
//! ```
//!
//! ## An address without a route
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! igw     igw-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a  public 198.51.100.10
//! allow   sg-a        inbound tcp 443 from 0.0.0.0/0
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::world_open::say_gaps;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::packet::Family;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP052",
    name: "public-ip-direct",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[
        Control::fsbp("EC2.9"),
        Control::pci_dss("1.4.4"),
        Control::nist("SC-7"),
        Control::hipaa("164.312(e)(1)"),
    ],
    needs: &[
        ResourceKind::NetworkInterface,
        ResourceKind::RouteTable,
        ResourceKind::SecurityGroup,
        ResourceKind::NetworkAcl,
    ],
    source: include_str!("public_ip_direct.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    findings.looked_at(
        context.world().count,
        "interface with a public address",
        "interfaces with public addresses",
    );
    say_gaps(context, findings);
    for exposure in &context.world().exposures {
        let is_host = context.is_host(exposure.interface) && !exposure.is_balancer(context);
        if !is_host || exposure.passes.is_empty() || exposure.family == Family::V6 {
            continue;
        }
        let row = &network.interfaces[exposure.interface.index()];
        let message =
            sentence!["takes ", exposure.passes.clone(), " from the internet at a public address of its own"];
        let mut finding = Finding::new(&LINT, row.component, message);
        let others = exposure.interfaces.iter().filter(|it| **it != exposure.interface);
        finding.related = others.map(|it| network.interfaces[it.index()].component).collect();
        finding.flows = vec![
            counted(exposure.interfaces.len(), "interface stands", "interfaces stand")
                .and(sentence![" on the internet so, in ", network.subnets[row.subnet.index()].component]),
        ];
        finding.witness = Some(exposure.witness(context, exposure.passes.clone()));
        finding.remedy = sentence![
            "put a load balancer before it and take the address away; for administration, use Session Manager or an Instance Connect endpoint"
        ];
        findings.found.push(finding);
    }
}
