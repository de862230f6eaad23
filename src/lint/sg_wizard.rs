//! A security group was made by the launch wizard of the console.
//!
//! `launch-wizard-1` was made in a hurry, mostly with SSH from anywhere, and says nothing of what it is for.
//!
//! ## Made by the wizard
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! sg      sg-w        in vpc-a
//! set     sg-w        GroupName launch-wizard-3
//! ```
//!
//! ```findings
//! low sg-w: launch-wizard-3
//! ```
//!
//! ## With a name
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! sg      sg-w        in vpc-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, GroupIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP067",
    name: "sg-wizard",
    pillars: &[Pillar::Operations],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::SecurityGroup],
    source: include_str!("sg_wizard.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let groups = &context.model.security_groups;
    findings.looked_at(groups.len(), "security group", "security groups");
    for (row, group) in groups.iter().enumerate().filter(|it| it.1.name.starts_with("launch-wizard-")) {
        let members = context.network.members(GroupIndex(row as u32)).len();
        let subject = Component::Resource(ResourceKind::SecurityGroup, row as u32);
        let mut finding = Finding::new(
            &LINT,
            subject,
            sentence!["was made by the launch wizard: ", group.name.to_string()],
        );
        finding.flows = vec![counted(members, "interface has", "interfaces have").and(sentence![" it"])];
        finding.remedy = sentence!["give its members a group that is made for them"];
        findings.found.push(finding);
    }
}
