//! The members of a group may say anything to each other.
//!
//! A rule that names its own group, for all traffic: whoever gets into one member gets on to all of them. Clusters need that, web
//! servers do not. Groups with one member, and default groups (`sg-default-in-use`), are left out.
//!
//! ## All to all
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-1       10.0.1.10     in subnet-a  sg sg-a
//! eni     eni-2       10.0.1.11     in subnet-a  sg sg-a
//! allow   sg-a        inbound all from sg-a
//! ```
//!
//! ```findings
//! info sg-a: 2 interfaces
//! ```
//!
//! ## One port
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-1       10.0.1.10     in subnet-a  sg sg-a
//! eni     eni-2       10.0.1.11     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 7800 from sg-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, GroupIndex, RulePeer};
use crate::packet::TransportSet;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP070",
    name: "sg-self-all",
    pillars: &[Pillar::Security],
    severity: Severity::Info,
    confidence: Confidence::Certain,
    controls: &[Control::nist("AC-6")],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface],
    source: include_str!("sg_self_all.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    findings.looked_at(network.group_rules.len(), "security group", "security groups");
    for (row, group) in context.model.security_groups.iter().enumerate() {
        let own = GroupIndex(row as u32);
        let members = network.members(own).len();
        let is_open = |it: &&crate::network::Rule| {
            it.transport == TransportSet::ALL && matches!(it.peer, RulePeer::Group(peer) if peer == own)
        };
        let rule = network.group_rules.get(row).and_then(|it| it.inbound.iter().find(is_open));
        let Some(rule) = rule.filter(|_| members > 1 && group.name != "default") else { continue };
        let subject = Component::Resource(ResourceKind::SecurityGroup, row as u32);
        let message = sentence!["lets its "]
            .and(counted(members, "interface", "interfaces"))
            .and(sentence![" say anything to each other, by ", rule.origin]);
        let mut finding = Finding::new(&LINT, subject, message);
        finding.rules = vec![rule.origin];
        finding.remedy = sentence!["admit the ports that members use among themselves"];
        findings.found.push(finding);
    }
}
