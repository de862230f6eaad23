//! A VPC's default security group is used, or lets something pass.
//!
//! Whatever is launched without anybody naming a group gets the default one. Its members reach each other on every port, by its
//! own first rule. A default group without rules makes such an oversight harmless.
//!
//! | severity | when |
//! |---|---|
//! | medium | it has members, and rules that admit something |
//! | info | it has rules and no members: the next oversight gets them |
//!
//! ## With members
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! medium sg-default-a: 1 interface
//! ```
//!
//! ## Without rules
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! set     sg-default-a IpPermissions []
//! set     sg-default-a IpPermissionsEgress []
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, GroupIndex, InterfaceIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP066",
    name: "sg-default-in-use",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[
        Control::fsbp("EC2.2"),
        Control::cis("5.4"),
        Control::pci_dss("1.3.1"),
        Control::nist("AC-4"),
    ],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface],
    source: include_str!("sg_default_in_use.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let mut count = 0;
    for (row, group) in context.model.security_groups.iter().enumerate() {
        if group.name != "default" {
            continue;
        }
        count += 1;
        let members = network.members(GroupIndex(row as u32));
        let has_rules = !group.inbound.is_empty() || !group.outbound.is_empty();
        if !has_rules {
            continue;
        }
        let message = match members.is_empty() {
            true => sentence!["is a default group with rules: what is launched without a group gets them"],
            false => sentence!["is a default group, and "]
                .and(counted(members.len(), "interface has", "interfaces have"))
                .and(sentence![" it"]),
        };
        let subject = Component::Resource(ResourceKind::SecurityGroup, row as u32);
        let mut finding = Finding::new(&LINT, subject, message);
        finding.severity = if members.is_empty() { Severity::Info } else { Severity::Medium };
        let component = |it: &u32| network.interfaces[InterfaceIndex(*it).index()].component;
        finding.related = members.iter().take(8).map(component).collect();
        finding.remedy = sentence!["give its members groups of their own, and take all rules of it away"];
        findings.found.push(finding);
    }
    findings.looked_at(count, "default group", "default groups");
}
