//! An entry of a network ACL, or a rule of a security group, cuts through a subnet of its own VPC.
//!
//! A block that holds a part of a subnet treats hosts of one subnet differently, by addresses that AWS hands out as it likes.
//! Whoever is launched next is on one side or the other by chance. An entry for one address is somebody's choice, and left out.
//!
//! ## A half
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  acl acl-a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a
//! entry   acl-a       inbound  100 allow tcp 443 from 10.0.2.0/25
//! entry   acl-a       outbound 100 allow all to 0.0.0.0/0
//! ```
//!
//! ```findings
//! info acl-a: subnet-b
//! ```
//!
//! ## A rule of a group
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 443 from 10.0.2.128/25
//! ```
//!
//! ```findings
//! info sg-a: 10.0.2.128/25 of 10.0.2.0/24
//! ```
//!
//! ## The whole
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  acl acl-a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a
//! entry   acl-a       inbound  100 allow tcp 443 from 10.0.2.0/24
//! entry   acl-a       inbound  110 allow tcp 443 from 10.0.2.7/32
//! entry   acl-a       outbound 100 allow all to 0.0.0.0/0
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use super::overlaps::vpc_rows;
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, GroupRules, RulePeer, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP064",
    name: "nacl-splits-subnet",
    pillars: &[Pillar::Operations],
    severity: Severity::Info,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::NetworkAcl, ResourceKind::SecurityGroup, ResourceKind::Subnet],
    source: include_str!("nacl_splits_subnet.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let vpcs = vpc_rows(network);
    let mut blocks: BTreeMap<VpcIndex, Vec<(ipnet::IpNet, Component)>> = BTreeMap::new();
    for (_, row, _) in context.subnets() {
        blocks.entry(row.vpc).or_default().extend(row.cidrs.iter().map(|it| (*it, row.component)));
    }
    findings.looked_at(
        context.model.network_acls.len() + context.model.security_groups.len(),
        "network ACL or group",
        "network ACLs and groups",
    );
    for (row, acl) in context.model.network_acls.iter().enumerate() {
        let Some(own) = vpcs.get(acl.vpc.as_str()).and_then(|it| blocks.get(it)) else { continue };
        let subject = Component::Resource(ResourceKind::NetworkAcl, row as u32);
        cuts(subject, "an entry", &network.acl_rules[row], own, findings);
    }
    for (group, rules) in network.groups.iter().zip(&network.group_rules) {
        let vpc = context.model.security_groups.get(&group.id).and_then(|it| it.vpc.as_ref());
        let own = vpc.and_then(|it| blocks.get(vpcs.get(it.as_str())?));
        if let Some(own) = own {
            cuts(group.component, "a rule", rules, own, findings);
        }
    }
}

/// Finds the rules of one list that cut through subnets.
fn cuts(
    subject: Component,
    what: &'static str,
    rules: &GroupRules,
    subnets: &[(ipnet::IpNet, Component)],
    findings: &mut Findings,
) {
    for (is_outbound, way) in [(false, "inbound"), (true, "outbound")] {
        for rule in rules.direction(is_outbound) {
            let RulePeer::Cidr(block) = &rule.peer else { continue };
            let is_host = block.prefix_len() == block.max_prefix_len();
            let is_cut = |it: &&(ipnet::IpNet, Component)| it.0.contains(block) && it.0 != *block;
            let Some((whole, subnet)) = subnets.iter().find(is_cut).filter(|_| !is_host) else { continue };
            let message = sentence![
                "has ",
                what,
                " ",
                way,
                " for a part of ",
                *subnet,
                ", ",
                rule.origin,
                ": ",
                *block,
                " of ",
                *whole
            ];
            let mut finding = Finding::new(&LINT, subject, message);
            finding.key = format!("{:?}", rule.origin);
            finding.rules = vec![rule.origin];
            finding.related = vec![*subnet];
            finding.remedy = sentence!["name whole subnets, and tell hosts apart by their groups"];
            findings.found.push(finding);
        }
    }
}
