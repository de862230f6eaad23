//! Something stands in a default VPC.
//!
//! Every account gets one in each Region: all its subnets are public, hosts get public addresses when they start, and its
//! block is the same everywhere, so that it can never be peered with another's. It is made for trying things out.
//!
//! ## In use
//!
//! ```topology
//! vpc     vpc-a       172.31.0.0/16
//! subnet  subnet-a    172.31.0.0/20  in vpc-a
//! eni     eni-a       172.31.0.10    in subnet-a
//! set     vpc-a       IsDefault true
//! ```
//!
//! ```findings
//! low vpc-a: 1 interface stands
//! ```
//!
//! ## Empty, or not a default one
//!
//! ```topology
//! vpc     vpc-a       172.31.0.0/16
//! vpc     vpc-b       10.0.0.0/16
//! subnet  subnet-b    10.0.0.0/20  in vpc-b
//! eni     eni-b       10.0.0.10    in subnet-b
//! set     vpc-a       IsDefault true
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP009",
    name: "default-vpc-used",
    pillars: &[Pillar::Security],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CM-7"), Control::pci_dss("2.2.1")],
    needs: &[ResourceKind::Vpc, ResourceKind::NetworkInterface],
    source: include_str!("default_vpc_used.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    findings.looked_at(context.model.vpcs.len(), "VPC", "VPCs");
    let mut counts = vec![0; context.network.vpcs.len()];
    for interface in &context.network.interfaces {
        counts[interface.vpc.index()] += 1;
    }
    for (index, row) in context.network.vpcs.iter().enumerate() {
        let is_default = context.model.vpcs.get(&row.id).is_some_and(|it| it.is_default);
        if !is_default || counts[index] == 0 || !covered[index] {
            continue;
        }
        let message = sentence!["is the account's default VPC, and "]
            .and(counted(counts[index], "interface stands", "interfaces stand"))
            .and(sentence![" in it"]);
        let mut finding = Finding::new(&LINT, row.component, message);
        finding.remedy = sentence!["move them to a VPC of your own, and delete the default one"];
        findings.found.push(finding);
    }
}
