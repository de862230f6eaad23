//! A rule names the addresses of a subnet where it could name the group of the hosts there.
//!
//! A block admits whoever gets an address in it, today and later. A reference to the group that all hosts of the subnet have
//! admits them and nobody else, and moves with them. References hold inside a VPC and over a peering connection of one
//! Region.
//!
//! ## A subnet's block
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-web  10.0.1.0/24   in vpc-a
//! subnet  subnet-db   10.0.2.0/24   in vpc-a
//! eni     eni-1       10.0.1.10     in subnet-web  sg sg-web
//! eni     eni-2       10.0.1.11     in subnet-web  sg sg-web
//! eni     eni-db      10.0.2.10     in subnet-db   sg sg-db
//! allow   sg-db       inbound tcp 5432 from 10.0.1.0/24
//! ```
//!
//! ```findings
//! low sg-db: sg-web
//! ```
//!
//! ## A reference
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-web  10.0.1.0/24   in vpc-a
//! subnet  subnet-db   10.0.2.0/24   in vpc-a
//! eni     eni-1       10.0.1.10     in subnet-web  sg sg-web
//! eni     eni-db      10.0.2.10     in subnet-db   sg sg-db
//! allow   sg-db       inbound tcp 5432 from sg-web
//! ```
//!
//! ```findings
//! none
//! ```

use rustc_hash::FxHashMap;

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{GroupIndex, RulePeer, SubnetIndex, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP031",
    name: "sg-cidr-instead-of-ref",
    pillars: &[Pillar::Security],
    severity: Severity::Low,
    confidence: Confidence::Likely,
    controls: &[Control::nist("AC-6"), Control::soc2("CC6.3")],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::Subnet, ResourceKind::NetworkInterface],
    source: include_str!("sg_cidr_instead_of_ref.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let mut by_block: FxHashMap<(VpcIndex, ipnet::IpNet), SubnetIndex> = FxHashMap::default();
    for (index, row, subnet) in context.subnets() {
        by_block.extend(subnet.cidr.map(|it| ((row.vpc, it), index)));
    }
    let vpcs = super::overlaps::vpc_rows(network);
    let mut rules = 0;
    let mut known = FxHashMap::default();
    for (row, group) in context.model.security_groups.iter().enumerate() {
        let Some(vpc) = group.vpc.as_ref().and_then(|it| vpcs.get(it.as_str()).copied()) else { continue };
        let Some(own) = network.group_rules.get(row) else { continue };
        let mut near = vec![vpc];
        near.extend(&network.vpcs[vpc.index()].group_peers);
        for rule in &own.inbound {
            let RulePeer::Cidr(block) = &rule.peer else { continue };
            rules += 1;
            let subnet = near.iter().find_map(|it| by_block.get(&(*it, *block)));
            let Some(subnet) = subnet.copied() else { continue };
            let common = *known.entry(subnet).or_insert_with(|| in_common(context, subnet));
            let Some((shared, hosts)) = common else { continue };
            let named = network.groups[shared.index()].component;
            let message = sentence![
                "has a rule for all addresses of ",
                network.subnets[subnet.index()].component,
                ", ",
                rule.origin,
                ", where the hosts there have ",
                named,
                " in common"
            ];
            let subject = network.groups[row].component;
            let mut finding = Finding::new(&LINT, subject, message);
            finding.key = format!("{block} {:?}", network.transport.intervals(rule.transport));
            finding.rules = vec![rule.origin];
            finding.related = vec![named, network.subnets[subnet.index()].component];
            finding.flows = vec![
                counted(hosts, "host uses", "hosts use")
                    .and(sentence![" the rule; whoever gets an address there later would, too"]),
            ];
            finding.remedy = sentence!["name ", named, " as the source in place of the block"];
            findings.found.push(finding);
        }
    }
    findings.looked_at(rules, "rule with a block", "rules with blocks");
}

/// A group that all hosts of a subnet have, and how many they are.
fn in_common(context: &Context<'_>, subnet: SubnetIndex) -> Option<(GroupIndex, usize)> {
    let network = context.network;
    let mut common: Option<Vec<GroupIndex>> = None;
    let mut hosts = 0;
    for host in context.interfaces_of(subnet) {
        let own = &network.group_sets[network.interfaces[host.index()].groups.index()];
        // An interface without groups, as of a NAT gateway, would be shut out.
        match &mut common {
            None => common = Some(own.to_vec()),
            Some(common) => common.retain(|it| own.contains(it)),
        }
        hosts += 1;
        if common.as_ref().is_some_and(Vec::is_empty) {
            return None;
        }
    }
    let is_default = |it: &GroupIndex| {
        let id = &network.groups[it.index()].id;
        context.model.security_groups.get(id).is_none_or(|it| it.name == "default")
    };
    common?.into_iter().find(|it| !is_default(it)).map(|it| (it, hosts))
}
