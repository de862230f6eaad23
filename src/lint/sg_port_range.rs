//! A rule admits a range of a thousand ports and more.
//!
//! Whoever writes 1024-65535 did not know the port. All ports at once are as wide, and are told of where they come from a
//! block; between members of groups they are often meant.
//!
//! ## A range
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 1024-65535 from 10.0.0.0/16
//! ```
//!
//! ```findings
//! low sg-a: 1024-65535
//! ```
//!
//! ## A port
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 8080 from 10.0.0.0/16
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{GroupIndex, RulePeer};
use crate::packet::{Interval, protocol};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP069",
    name: "sg-port-range",
    pillars: &[Pillar::Security],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::nist("AC-6"), Control::nist("CM-7")],
    needs: &[ResourceKind::SecurityGroup],
    source: include_str!("sg_port_range.rs"),
    check,
};

/// From how many ports on a range is told of.
const MOST: u32 = 1_000;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let mut count = 0;
    for (row, rules) in network.group_rules.iter().enumerate() {
        let members = network.members(GroupIndex(row as u32)).len();
        for rule in &rules.inbound {
            count += 1;
            let is_block = matches!(rule.peer, RulePeer::Cidr(_) | RulePeer::List(_));
            let has_ports = |it: &&Interval| {
                let number = it.0 >> 16;
                number == it.1 >> 16 && [protocol::TCP, protocol::UDP].contains(&(number as u8))
            };
            let traffic = network.transport.intervals(rule.transport);
            let is_wide = traffic.iter().filter(has_ports).any(|it| it.1 - it.0 >= MOST);
            if members == 0 || !is_block || !is_wide {
                continue;
            }
            let message = sentence!["admits ", traffic.to_vec(), ", by ", rule.origin];
            let mut finding = Finding::new(&LINT, network.groups[row].component, message);
            finding.key = format!("{:?} {traffic:?}", rule.peer);
            finding.rules = vec![rule.origin];
            finding.flows =
                vec![counted(members, "interface has", "interfaces have").and(sentence![" the group"])];
            finding.remedy = sentence!["admit the ports that something listens at"];
            findings.found.push(finding);
        }
    }
    findings.looked_at(count, "rule", "rules");
}
