//! A rule admits the members of a group, whose own groups do not let them ask.
//!
//! Both ends have a say: the receiver's groups admit, and the sender's groups have to let out. A member of the named group is
//! asked about with a member of the group that names it, on the ports of the rule; the finding is that its own groups stop it.
//!
//! ## Let in and not let out
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-web     10.0.1.10     in subnet-a  sg sg-web
//! eni     eni-db      10.0.1.20     in subnet-a  sg sg-db
//! allow   sg-db       inbound  tcp 5432 from sg-web
//! allow   sg-web      outbound tcp 443  to 0.0.0.0/0
//! ```
//!
//! ```findings
//! medium sg-web: sg-db
//! ```
//!
//! ## Both
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-web     10.0.1.10     in subnet-a  sg sg-web
//! eni     eni-db      10.0.1.20     in subnet-a  sg sg-db
//! allow   sg-db       inbound  tcp 5432 from sg-web
//! allow   sg-web      outbound tcp 5432 to sg-db
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
    id: "NP045",
    name: "unpaired-egress",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface],
    source: include_str!("unpaired_egress.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    references::looked_at(context, findings);
    for refused in context.references().iter().filter(|it| it.is_of_sender) {
        let subject = network.groups[refused.peer.index()].component;
        let far = network.groups[refused.group.index()].component;
        let message = sentence![
            "does not let out ",
            refused.witness.query.traffic.intervals.clone(),
            " to members of ",
            far,
            ", which admits it by ",
            refused.origin
        ];
        let mut finding = Finding::new(&LINT, subject, message);
        finding.key = format!("{} {:?}", context.id(far), refused.witness.query.traffic.intervals);
        finding.rules = vec![refused.origin];
        finding.related = vec![far, refused.by];
        finding.related.dedup();
        finding.witness = Some(refused.witness.clone());
        finding.remedy = sentence!["let it out to ", far, ", or take the other group's rule away"];
        findings.found.push(finding);
    }
}
