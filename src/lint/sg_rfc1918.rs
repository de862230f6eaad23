//! A rule admits a whole block of private addresses.
//!
//! `10.0.0.0/8`, `172.16.0.0/12` or `192.168.0.0/16` are everybody inside, today and after the next peering, VPN or merger.
//!
//! | severity | when |
//! |---|---|
//! | low | hosts outside of the group's VPC have a way to its members today |
//! | info | nobody else has |
//!
//! ## All of 10/8
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 443 from 10.0.0.0/8
//! ```
//!
//! ```findings
//! info sg-a: 10.0.0.0/8
//! ```
//!
//! ## The VPC's block
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 443 from 10.0.0.0/16
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::trace::End;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{GroupIndex, InterfaceIndex, RulePeer, SubnetIndex};
use crate::packet::AddressSet;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP071",
    name: "sg-rfc1918",
    pillars: &[Pillar::Security],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::nist("AC-6")],
    needs: &[ResourceKind::SecurityGroup, ResourceKind::NetworkInterface],
    source: include_str!("sg_rfc1918.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let private: Vec<ipnet::IpNet> =
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].iter().filter_map(|it| it.parse().ok()).collect();
    let mut known = rustc_hash::FxHashMap::default();
    let mut count = 0;
    for (row, rules) in network.group_rules.iter().enumerate() {
        let members = network.members(GroupIndex(row as u32));
        for rule in &rules.inbound {
            count += 1;
            let RulePeer::Cidr(block) = &rule.peer else { continue };
            if members.is_empty() || !private.contains(block) {
                continue;
            }
            let mut subnets =
                members.iter().take(64).map(|it| network.interfaces[InterfaceIndex(*it).index()].subnet);
            let is_joined = subnets.any(|it| {
                let at = network.subnets[it.index()].route_table;
                *known.entry((at, *block)).or_insert_with(|| leads_elsewhere(context, it, *block))
            });
            let message = sentence![
                "admits ",
                network.transport.intervals(rule.transport).to_vec(),
                " from all of ",
                *block,
                ", by ",
                rule.origin
            ];
            let mut finding = Finding::new(&LINT, network.groups[row].component, message);
            finding.key = format!("{block} {:?}", network.transport.intervals(rule.transport));
            finding.severity = if is_joined { Severity::Low } else { Severity::Info };
            finding.rules = vec![rule.origin];
            finding.flows =
                vec![counted(members.len(), "interface has", "interfaces have").and(sentence![" the group"])];
            finding.remedy = sentence!["name the groups or the subnets of its clients"];
            findings.found.push(finding);
        }
    }
    findings.looked_at(count, "rule", "rules");
}

/// Whether packets for a block leave the VPC to other networks.
fn leads_elsewhere(context: &Context<'_>, subnet: SubnetIndex, block: ipnet::IpNet) -> bool {
    let own = context.network.subnets[subnet.index()].vpc;
    context.ways(subnet, &AddressSet::block(block)).any(|it| match it.end {
        End::Vpc(vpc) => vpc != own,
        End::OnPremises | End::Clients | End::Unknown(_) => true,
        End::Internet | End::Service(_) | End::Dropped(_) => false,
    })
}
