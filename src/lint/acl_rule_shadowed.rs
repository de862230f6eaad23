//! A rule that never decides any packet.
//!
//! Entries of a network ACL are tried by number, and the first that fits decides: an entry behind others that take all of
//! its packets is dead. If it says otherwise than they do, somebody believes in a block or an opening that is not there.
//! Rules of a security group only ever admit: one whose packets others admit already can go without any change. All other
//! rules count together, whatever their order in the file; of rules that say the same, the later one is named.
//!
//! | severity | when |
//! |---|---|
//! | medium | an ACL's entry is dead, and what comes before it says the opposite |
//! | low | an ACL's entry is dead, and what comes before it says the same |
//! | info | a group's rule adds nothing to the others |
//!
//! ## A deny that comes too late
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-web     in vpc-a
//! subnet  subnet-web  10.0.1.0/24   in vpc-a  acl acl-web
//! entry   acl-web     inbound  100 allow tcp 0-65535 from 0.0.0.0/0
//! entry   acl-web     inbound  110 deny  tcp 22 from 0.0.0.0/0
//! entry   acl-web     inbound  120 allow udp 53 from 0.0.0.0/0
//! entry   acl-web     outbound 100 allow all to 0.0.0.0/0
//! ```
//!
//! ```findings
//! medium acl-web: tcp 22
//! ```
//!
//! ## A group's rules that overlap
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! sg      sg-web      in vpc-a
//! allow   sg-web      inbound  tcp 443      from 10.0.0.0/16
//! allow   sg-web      inbound  tcp 400-500  from 10.0.0.0/8
//! allow   sg-web      inbound  tcp 8080     from 10.0.0.0/8
//! ```
//!
//! ```findings
//! info sg-web: tcp 443
//! ```
//!
//! ## Each rule decides something
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-web     in vpc-a
//! subnet  subnet-web  10.0.1.0/24   in vpc-a  acl acl-web
//! entry   acl-web     inbound  90  deny  tcp 22 from 0.0.0.0/0
//! entry   acl-web     inbound  100 allow all from 0.0.0.0/0
//! entry   acl-web     outbound 100 allow all to 0.0.0.0/0
//! sg      sg-web      in vpc-a
//! allow   sg-web      inbound  tcp 443  from 10.0.0.0/16
//! allow   sg-web      inbound  tcp 443  from 10.1.0.0/16
//! ```
//!
//! ```findings
//! none
//! ```

use rayon::prelude::*;

use super::covered::cover;
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Part, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, GroupRules, Origin, Rule};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP004",
    name: "acl-rule-shadowed",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::NetworkAcl, ResourceKind::SecurityGroup],
    source: include_str!("acl_rule_shadowed.rs"),
    check,
};

/// From here on numbers are AWS's own (ACL-3).
const OWN_ENTRIES: u32 = 32_767;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let groups = network.groups.len();
    findings.looked_at(network.acl_rules.len() + groups, "ACL or security group", "ACLs and security groups");
    for (row, rules) in network.acl_rules.iter().enumerate() {
        let acl = Component::Resource(ResourceKind::NetworkAcl, row as u32);
        findings.found.extend(of_acl(context, acl, rules));
    }
    let found: Vec<Vec<Finding>> = (0..groups)
        .into_par_iter()
        .filter(|row| {
            let rules = &network.group_rules[*row];
            rules.inbound.len() > 1 || rules.outbound.len() > 1
        })
        .map(|row| of_group(context, network.groups[row].component, &network.group_rules[row]))
        .collect();
    findings.found.extend(found.into_iter().flatten());
}

fn of_acl(context: &Context<'_>, acl: Component, rules: &GroupRules) -> Vec<Finding> {
    let mut found = Vec::new();
    for is_outbound in [false, true] {
        let entries = rules.direction(is_outbound);
        for (number, entry) in entries.iter().enumerate() {
            if is_own(context, entry.origin) {
                continue;
            }
            let Some(by) = cover(context.network, entry, entries[..number].iter()) else { continue };
            let is_opposite = by.iter().any(|it| it.admits != entry.admits);
            let way = if is_outbound { "outbound" } else { "inbound" };
            let message = sentence!["has a dead entry ", way, ", ", entry.origin, ": "]
                .and(earlier(&by))
                .and(sentence![if is_opposite {
                    " takes its packets before it, and says otherwise"
                } else {
                    " takes its packets before it"
                }]);
            let mut finding = Finding::new(&LINT, acl, message);
            finding.key = format!("{:?}", entry.origin);
            finding.severity = if is_opposite { Severity::Medium } else { Severity::Low };
            finding.rules = std::iter::once(entry.origin).chain(by.iter().map(|it| it.origin)).collect();
            finding.remedy = if is_opposite {
                sentence!["give it a lower number if it is meant, or take it away"]
            } else {
                sentence!["take it away: nothing changes"]
            };
            found.push(finding);
        }
    }
    found
}

/// Whether an entry is the one that AWS ends every list with.
fn is_own(context: &Context<'_>, origin: Origin) -> bool {
    let Origin::AclEntry { acl, is_outbound, entry } = origin else { return false };
    let Some(acl) = context.model.network_acls.get_row(acl as usize) else { return false };
    let entries = if is_outbound { &acl.outbound } else { &acl.inbound };
    entries.get(usize::from(entry)).is_none_or(|it| it.number >= OWN_ENTRIES)
}

fn of_group(context: &Context<'_>, group: Component, rules: &GroupRules) -> Vec<Finding> {
    let mut found = Vec::new();
    for is_outbound in [false, true] {
        let rules = rules.direction(is_outbound);
        let mut is_gone = vec![false; rules.len()];
        // From the end, so that of two rules that say the same the first is kept.
        for number in (0..rules.len()).rev() {
            let kept: Vec<&Rule> =
                (0..rules.len()).filter(|it| *it != number && !is_gone[*it]).map(|it| &rules[it]).collect();
            let Some(by) = cover(context.network, &rules[number], kept.into_iter()) else { continue };
            is_gone[number] = true;
            let way = if is_outbound { "outbound" } else { "inbound" };
            let message = sentence!["has a rule ", way, " that adds nothing, ", rules[number].origin, ": "]
                .and(earlier(&by))
                .and(sentence![" admits all of it"]);
            let mut finding = Finding::new(&LINT, group, message);
            finding.key = format!("{:?}", rules[number].origin);
            finding.severity = Severity::Info;
            finding.rules =
                std::iter::once(rules[number].origin).chain(by.iter().map(|it| it.origin)).collect();
            finding.remedy = sentence!["take it away: nothing changes; or narrow the wider one"];
            found.push(finding);
        }
    }
    found
}

fn earlier(by: &[&Rule]) -> Sentence {
    let rules: Vec<Part> = by.iter().map(|it| Part::Rule(it.origin)).collect();
    Sentence::list(&rules, 3)
}
