//! A rule admits a single public address.
//!
//! Public addresses change hands: who was a partner's office is another customer of the provider next year, and nobody takes the
//! rule away. An address of this estate is worse chosen still: packets between hosts of one VPC carry their private
//! addresses, so that the rule admits nothing that stays inside, and who gets the address after it is released is admitted.
//!
//! | severity | when |
//! |---|---|
//! | low | the address is one of this estate |
//! | info | somebody else's |
//!
//! ## Somebody's address
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 22 from 8.8.4.4/32
//! ```
//!
//! ```findings
//! info sg-a: 8.8.4.4
//! ```
//!
//! ## A private address
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 22 from 10.0.1.4/32
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::RulePeer;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP057",
    name: "public-ip-literal",
    pillars: &[Pillar::Security],
    severity: Severity::Low,
    confidence: Confidence::Likely,
    controls: &[Control::nist("AC-4"), Control::soc2("CC6.6")],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::ElasticAddress, ResourceKind::NetworkInterface],
    source: include_str!("public_ip_literal.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let mut count = 0;
    for (row, rules) in network.group_rules.iter().enumerate() {
        for rule in &rules.inbound {
            let RulePeer::Cidr(ipnet::IpNet::V4(block)) = &rule.peer else { continue };
            count += 1;
            let address = u32::from(block.addr());
            let is_public = !network.private_ipv4.holds(u128::from(address));
            if block.prefix_len() != 32 || !is_public {
                continue;
            }
            let is_own = network.public_owner(address).is_some();
            let message = match is_own {
                true => sentence![
                    "admits ",
                    block.addr().to_string(),
                    ", a public address of this estate, by ",
                    rule.origin
                ],
                false => {
                    sentence!["admits the public address ", block.addr().to_string(), ", by ", rule.origin]
                }
            };
            let mut finding = Finding::new(&LINT, network.groups[row].component, message);
            finding.key = format!("{block} {:?}", network.transport.intervals(rule.transport));
            finding.severity = if is_own { Severity::Low } else { Severity::Info };
            finding.rules = vec![rule.origin];
            finding.remedy = match is_own {
                true => sentence!["name the group or the private address instead"],
                false => sentence![
                    "make sure whose it is; put such addresses into one prefix list that somebody looks after"
                ],
            };
            findings.found.push(finding);
        }
    }
    findings.looked_at(count, "rule with an IPv4 block", "rules with IPv4 blocks");
}
