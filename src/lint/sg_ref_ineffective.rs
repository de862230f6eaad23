//! A rule names a group, and its members come by a way on which nobody knows them any more.
//!
//! Which groups a sender has is known inside a VPC, over a peering connection of one Region, and over a transit gateway that
//! is told to keep it. Behind a transit gateway that is not, in another Region, behind a Network Load Balancer, a firewall
//! or an appliance, packets are judged by their address alone: a rule that names a group admits none of them.
//!
//! A member of the named group is asked about with a member of the group that has the rule. The finding is that this very
//! group refuses it, on the ports of the rule.
//!
//! ## Over a transit gateway
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-b    10.1.1.0/24   in vpc-b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! route   subnet-a    10.1.0.0/16 -> tgw-x
//! route   subnet-b    10.0.0.0/16 -> tgw-x
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! eni     eni-b       10.1.1.10     in subnet-b  sg sg-b
//! allow   sg-b        inbound tcp 443 from sg-a
//! ```
//!
//! ```findings
//! medium sg-b: sg-a
//! ```
//!
//! ## In the VPC
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! eni     eni-b       10.0.1.11     in subnet-a  sg sg-b
//! allow   sg-b        inbound tcp 443 from sg-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::references;
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP035",
    name: "sg-ref-ineffective",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface],
    source: include_str!("sg_ref_ineffective.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    references::looked_at(context, findings);
    for refused in context.references().iter().filter(|it| it.is_of_receiver) {
        let subject = network.groups[refused.group.index()].component;
        let peer = network.groups[refused.peer.index()].component;
        let message = sentence![
            "refuses members of ",
            peer,
            " although a rule names them, ",
            refused.origin,
            ": on their way nobody knows their groups any more"
        ];
        let mut finding = Finding::new(&LINT, subject, message);
        finding.key = format!("{} {:?}", context.id(peer), refused.witness.query.traffic.intervals);
        finding.rules = vec![refused.origin];
        finding.related = vec![peer];
        finding.witness = Some(refused.witness.clone());
        finding.remedy = sentence![
            "name the addresses in place of the group, or let the transit gateway and both attachments keep references"
        ];
        findings.found.push(finding);
    }
}
