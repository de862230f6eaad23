//! A security group has more rules than anybody reads.
//!
//! More than fifty rules in one direction, which is near AWS's own first limit of sixty: what it admits nobody can tell any more,
//! and the next rule may not fit. Prefix lists and references to groups put many into one.
//!
//! ## Many
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! sg      sg-a        in vpc-a
//! allow   sg-a        inbound tcp 443 from 10.1.0.0/24,10.1.1.0/24,10.1.2.0/24,10.1.3.0/24,10.1.4.0/24,10.1.5.0/24,10.1.6.0/24,10.1.7.0/24,10.1.8.0/24,10.1.9.0/24,10.1.10.0/24,10.1.11.0/24,10.1.12.0/24,10.1.13.0/24,10.1.14.0/24,10.1.15.0/24,10.1.16.0/24,10.1.17.0/24,10.1.18.0/24,10.1.19.0/24,10.1.20.0/24,10.1.21.0/24,10.1.22.0/24,10.1.23.0/24,10.1.24.0/24,10.1.25.0/24,10.1.26.0/24,10.1.27.0/24,10.1.28.0/24,10.1.29.0/24,10.1.30.0/24,10.1.31.0/24,10.1.32.0/24,10.1.33.0/24,10.1.34.0/24,10.1.35.0/24,10.1.36.0/24,10.1.37.0/24,10.1.38.0/24,10.1.39.0/24,10.1.40.0/24,10.1.41.0/24,10.1.42.0/24,10.1.43.0/24,10.1.44.0/24,10.1.45.0/24,10.1.46.0/24,10.1.47.0/24,10.1.48.0/24,10.1.49.0/24,10.1.50.0/24
//! ```
//!
//! ```findings
//! info sg-a: 51 rules
//! ```
//!
//! ## Few
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! sg      sg-a        in vpc-a
//! allow   sg-a        inbound tcp 443 from 10.1.0.0/24
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP068",
    name: "sg-too-many-rules",
    pillars: &[Pillar::Operations],
    severity: Severity::Info,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::SecurityGroup],
    source: include_str!("sg_too_many_rules.rs"),
    check,
};

/// From how many on a group is told of.
const MOST: usize = 50;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    findings.looked_at(network.group_rules.len(), "security group", "security groups");
    for (row, rules) in network.group_rules.iter().enumerate() {
        for is_outbound in [false, true] {
            let count = rules.direction(is_outbound).len();
            if count <= MOST {
                continue;
            }
            let way = if is_outbound { "outbound" } else { "inbound" };
            let mut finding =
                Finding::new(&LINT, network.groups[row].component, sentence!["has ", count, " rules ", way]);
            finding.key = way.to_owned();
            finding.remedy = sentence!["put blocks into a prefix list, or name groups in place of blocks"];
            findings.found.push(finding);
        }
    }
}
