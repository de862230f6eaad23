//! An entry of a network ACL cuts through a subnet of its own VPC.
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
use crate::network::{Component, RulePeer, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP064",
    name: "nacl-splits-subnet",
    pillars: &[Pillar::Operations],
    severity: Severity::Info,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::NetworkAcl, ResourceKind::Subnet],
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
    findings.looked_at(context.model.network_acls.len(), "network ACL", "network ACLs");
    for (row, acl) in context.model.network_acls.iter().enumerate() {
        let Some(own) = vpcs.get(acl.vpc.as_str()).and_then(|it| blocks.get(it)) else { continue };
        for is_outbound in [false, true] {
            for entry in network.acl_rules[row].direction(is_outbound) {
                let RulePeer::Cidr(block) = &entry.peer else { continue };
                let cuts = |it: &&(ipnet::IpNet, Component)| it.0.contains(block) && it.0 != *block;
                let is_host = block.prefix_len() == block.max_prefix_len();
                let Some((whole, subnet)) = own.iter().find(cuts).filter(|_| !is_host) else { continue };
                let way = if is_outbound { "outbound" } else { "inbound" };
                let message = sentence![
                    "has an entry ",
                    way,
                    " for a part of ",
                    *subnet,
                    ", ",
                    entry.origin,
                    ": ",
                    *block,
                    " of ",
                    *whole
                ];
                let subject = Component::Resource(ResourceKind::NetworkAcl, row as u32);
                let mut finding = Finding::new(&LINT, subject, message);
                finding.key = format!("{:?}", entry.origin);
                finding.rules = vec![entry.origin];
                finding.related = vec![*subnet];
                finding.remedy = sentence!["name whole subnets, and tell hosts apart by their groups"];
                findings.found.push(finding);
            }
        }
    }
}
