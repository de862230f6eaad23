//! A security group that nothing has, or a rule of it that no packet can come by.
//!
//! A group without members and without a rule that names it can go. A rule for addresses that no route leads to decides
//! nothing: from no subnet where the group has members is there a way to them, so that no conversation could take place
//! whatever the rule says. A launch template or a service that is scaled to nothing may use a group without members; the
//! finding says so and is mild.
//!
//! | severity | when |
//! |---|---|
//! | low | nothing has the group |
//! | info | no route leads to the addresses of a rule |
//!
//! ## A group without members
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! sg      sg-old      in vpc-a
//! ```
//!
//! ```findings
//! low sg-old: nothing has it
//! ```
//!
//! ## A rule for a network that was joined once
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 443 from 10.9.0.0/16
//! ```
//!
//! ```findings
//! info sg-a: 10.9.0.0/16
//! ```
//!
//! ## In use
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.9.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! pcx     pcx-ab      vpc-a vpc-b
//! route   subnet-a    10.9.0.0/16 -> pcx-ab
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 443 from 10.9.0.0/16
//! ```
//!
//! ```findings
//! none
//! ```

use rustc_hash::{FxHashMap, FxHashSet};

use super::sentence::sentence;
use super::trace::End;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, GroupIndex, InterfaceIndex, LocationId, RulePeer, SubnetIndex};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP032",
    name: "sg-unused",
    pillars: &[Pillar::Operations],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CM-7"), Control::fsbp("EC2.22")],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface, ResourceKind::RouteTable],
    source: include_str!("sg_unused.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let named: FxHashSet<GroupIndex> = network
        .group_rules
        .iter()
        .enumerate()
        .flat_map(|(row, rules)| {
            let peers = rules
                .inbound
                .iter()
                .chain(&rules.outbound)
                .filter_map(|it| if let RulePeer::Group(group) = it.peer { Some(group) } else { None });
            peers.filter(|it| it.index() != row).collect::<Vec<_>>()
        })
        .collect();
    let covered = context.covered(LINT.needs);
    let vpcs = super::overlaps::vpc_rows(network);
    let mut known = FxHashMap::default();
    findings.looked_at(context.model.security_groups.len(), "security group", "security groups");
    for (row, group) in context.model.security_groups.iter().enumerate() {
        let vpc = group.vpc.as_ref().and_then(|it| vpcs.get(it.as_str()).copied());
        if vpc.is_some_and(|it| !covered[it.index()]) {
            continue;
        }
        let index = GroupIndex(row as u32);
        let subject = Component::Resource(ResourceKind::SecurityGroup, row as u32);
        let members = network.members(index);
        if members.is_empty() {
            // AWS keeps the default group, whoever has it.
            if group.name != "default" && !named.contains(&index) {
                let message = sentence!["nothing has it, and no rule of another group names it"];
                let mut finding = Finding::new(&LINT, subject, message);
                finding.confidence = Confidence::Likely;
                finding.notes =
                    vec![sentence!["a launch template, or a service without tasks, may still name it"]];
                finding.remedy = sentence!["take it away"];
                findings.found.push(finding);
            }
            continue;
        }
        let mut subnets: Vec<SubnetIndex> =
            members.iter().map(|it| network.interfaces[InterfaceIndex(*it).index()].subnet).collect();
        subnets.sort_unstable();
        subnets.dedup();
        findings.found.extend(dead_rules(context, index, subject, &subnets, &mut known));
    }
}

/// Whether some way leads on from a table for a block, by table and block.
type Known = FxHashMap<(Option<LocationId>, ipnet::IpNet), bool>;

fn dead_rules(
    context: &Context<'_>,
    group: GroupIndex,
    subject: Component,
    subnets: &[SubnetIndex],
    known: &mut Known,
) -> Vec<Finding> {
    let network = context.network;
    let mut found = Vec::new();
    let Some(rules) = network.group_rules.get(group.index()) else { return found };
    for is_outbound in [false, true] {
        for rule in rules.direction(is_outbound) {
            let RulePeer::Cidr(block) = &rule.peer else { continue };
            let mut tables: Vec<SubnetIndex> = subnets.to_vec();
            tables.dedup_by_key(|it| network.subnets[it.index()].route_table);
            if tables.iter().any(|it| leads_on(context, *it, *block, known)) {
                continue;
            }
            let way = if is_outbound { "outbound" } else { "inbound" };
            let message = sentence![
                "has a rule ",
                way,
                " for addresses that no route of its members leads to, ",
                rule.origin
            ];
            let mut finding = Finding::new(&LINT, subject, message);
            finding.key = format!("{way} {block} {:?}", network.transport.intervals(rule.transport));
            finding.severity = Severity::Info;
            finding.rules = vec![rule.origin];
            finding.related =
                subnets.iter().take(3).map(|it| network.subnets[it.index()].component).collect();
            finding.remedy = sentence!["take the rule away, or add the route that was meant"];
            found.push(finding);
        }
    }
    found
}

/// Whether packets of a subnet for some of a block's addresses get anywhere by routes.
fn leads_on(context: &Context<'_>, subnet: SubnetIndex, block: ipnet::IpNet, known: &mut Known) -> bool {
    let row = &context.network.subnets[subnet.index()];
    let vpc = &context.network.vpcs[row.vpc.index()];
    // Inside its VPC there is always a way; of what the snapshot lacks, nobody can tell.
    let is_inside = vpc.cidrs.iter().any(|it| it.contains(&block) || block.contains(it));
    if is_inside || row.gap.is_some() || row.route_table.is_none() {
        return true;
    }
    *known.entry((row.route_table, block)).or_insert_with(|| {
        let family = Family::of(block.addr());
        if !row.cidrs.iter().any(|it| Family::of(it.addr()) == family) {
            // A subnet without addresses of the family may get some.
            return true;
        }
        let mut ways = context.ways(subnet, &AddressSet::block(block)).peekable();
        ways.peek().is_none() || ways.any(|it| !matches!(it.end, End::Dropped(_)))
    })
}
