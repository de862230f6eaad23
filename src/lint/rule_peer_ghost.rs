//! A rule admits somebody of this estate who is not there.
//!
//! A rule for a single address inside a VPC of the estate that no interface has, or for a group that is gone, admits nobody
//! today. It admits whoever gets that address next; AWS hands released addresses out again. Rules for blocks are left out: they
//! are meant for whoever comes.
//!
//! | severity | when |
//! |---|---|
//! | low | no interface has the address |
//! | info | the snapshot has no such group |
//!
//! ## An address that nobody has
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 22 from 10.0.1.99/32
//! ```
//!
//! ```findings
//! low sg-a: 10.0.1.99
//! ```
//!
//! ## Somebody's
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! eni     eni-b       10.0.1.99     in subnet-a
//! allow   sg-a        inbound tcp 22 from 10.0.1.99/32
//! ```
//!
//! ```findings
//! none
//! ```

use super::overlaps::vpc_rows;
use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, RulePeer};
use crate::packet::{AddressSet, Family, bits};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP065",
    name: "rule-peer-ghost",
    pillars: &[Pillar::Security, Pillar::Operations],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CM-7"), Control::nist("AC-6")],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface, ResourceKind::Vpc],
    source: include_str!("rule_peer_ghost.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let covered = context.covered(LINT.needs);
    let vpcs = vpc_rows(network);
    let mut count = 0;
    for (row, group) in context.model.security_groups.iter().enumerate() {
        let Some(vpc) = group.vpc.as_ref().and_then(|it| vpcs.get(it.as_str()).copied()) else { continue };
        let Some(rules) = network.group_rules.get(row).filter(|_| covered[vpc.index()]) else { continue };
        for rule in &rules.inbound {
            count += 1;
            let (what, severity) = match &rule.peer {
                RulePeer::Cidr(block) if block.prefix_len() == block.max_prefix_len() => {
                    let family = Family::of(block.addr());
                    let set = AddressSet::block(*block);
                    let is_own = network.vpcs[vpc.index()].cidrs.iter().any(|it| it.contains(block));
                    let pieces = network.vpcs[vpc.index()].interfaces.split(&set);
                    let has_owner = pieces.iter().any(|it| it.1 != u32::MAX);
                    // Addresses that AWS itself answers at are nobody's.
                    let is_resolver = family == Family::V4
                        && network.vpcs[vpc.index()]
                            .resolvers
                            .iter()
                            .any(|it| u128::from(*it) == bits(block.addr()));
                    if !is_own || has_owner || is_resolver {
                        continue;
                    }
                    (sentence![block.addr().to_string(), ", which no interface has"], Severity::Low)
                }
                RulePeer::AbsentGroup => (sentence!["a group that is not there"], Severity::Info),
                RulePeer::Cidr(_)
                | RulePeer::List(_)
                | RulePeer::Group(_)
                | RulePeer::UnknownList(_)
                | RulePeer::UnknownGroup(_) => continue,
            };
            let subject = Component::Resource(ResourceKind::SecurityGroup, row as u32);
            let mut finding = Finding::new(
                &LINT,
                subject,
                sentence!["admits "].and(what).and(sentence![", by ", rule.origin]),
            );
            finding.key = format!("{:?} {:?}", rule.peer, network.transport.intervals(rule.transport));
            finding.severity = severity;
            finding.rules = vec![rule.origin];
            finding.remedy = sentence!["take the rule away"];
            findings.found.push(finding);
        }
    }
    findings.looked_at(count, "rule", "rules");
}
