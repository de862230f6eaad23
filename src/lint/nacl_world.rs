//! A network ACL lets the world in to the ports by which hosts are administered.
//!
//! Entries are tried by number, so that a denial before an opening closes it; and two halves of the internet are the internet.
//! What counts is what the ACL admits in the end, in a public subnet with hosts: elsewhere no packet of the internet comes by.
//! AWS's own default ACL admits everything; it is told of where nothing but the groups is left.
//!
//! | severity | when |
//! |---|---|
//! | medium | packets of the internet get to such a port of a host behind it |
//! | low | the ACL lets them through, and groups stop them |
//!
//! ## Open
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  acl acl-a
//! entry   acl-a       inbound  100 allow tcp 22 from 0.0.0.0/0
//! entry   acl-a       outbound 100 allow all to 0.0.0.0/0
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a  public 198.51.100.10
//! allow   sg-a        inbound tcp 22 from 0.0.0.0/0
//! ```
//!
//! ```findings
//! medium acl-a: tcp 22
//! ```
//!
//! ## Denied before it is allowed
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! acl     acl-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  acl acl-a
//! entry   acl-a       inbound  90  deny  tcp 22 from 0.0.0.0/0
//! entry   acl-a       inbound  95  deny  tcp 3389 from 0.0.0.0/0
//! entry   acl-a       inbound  100 allow all from 0.0.0.0/0
//! entry   acl-a       outbound 100 allow all to 0.0.0.0/0
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a  public 198.51.100.10
//! allow   sg-a        inbound all from 0.0.0.0/0
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use super::data_stores::admitted;
use super::sentence::{counted, sentence};
use super::world::{Exposure, common, tcp, united};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity, Tier};
use crate::model::ResourceKind;
use crate::network::{Component, FilterId, Judge, SubnetIndex};
use crate::packet::{Family, Interval};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP063",
    name: "nacl-world",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[
        Control::fsbp("EC2.21"),
        Control::cis("5.1"),
        Control::pci_dss("1.3.1"),
        Control::nist("AC-4"),
    ],
    needs: &[ResourceKind::NetworkAcl, ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("nacl_world.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut acls: BTreeMap<u32, Vec<SubnetIndex>> = BTreeMap::new();
    for (index, row, _) in context.subnets() {
        let has_hosts = context.interfaces_of(index).any(|it| context.is_host(it));
        let FilterId::Acl(filter) = row.acl[0] else { continue };
        let Judge::Acl { acl: Some(acl), .. } = context.network.acl_filters[filter as usize].judge else {
            continue;
        };
        if has_hosts && context.tier(index) == Tier::Public {
            acls.entry(acl).or_default().push(index);
        }
    }
    findings.looked_at(acls.len(), "ACL of public subnets", "ACLs of public subnets");
    for (acl, subnets) in acls {
        findings.found.extend(one(context, acl, &subnets));
    }
}

fn one(context: &Context<'_>, acl: u32, subnets: &[SubnetIndex]) -> Option<Finding> {
    let network = context.network;
    let filter = network.subnets[subnets.first()?.index()].acl[0];
    let wide: Vec<Interval> = tcp(&context.settings.admin_ports)
        .into_iter()
        .flat_map(|(low, high)| (low..=high).map(|it| (it, it)))
        .filter(|port| {
            let set = admitted(context, filter, *port, Family::V4);
            set.is_some_and(|it| is_most(&it, context))
        })
        .collect();
    if wide.is_empty() {
        return None;
    }
    let wide = united(wide);
    let reaches = |it: &&Exposure| {
        subnets.contains(&network.interfaces[it.interface.index()].subnet)
            && !common(&it.passes, &wide).is_empty()
    };
    let reached = context.world().exposures.iter().filter(|it| it.family == Family::V4).find(reaches);
    let is_default = context.model.network_acls.get_row(acl as usize).is_some_and(|it| it.is_default);
    // AWS's own ACL is open by design: only what gets through is said of it.
    if is_default && reached.is_none() {
        return None;
    }
    let subject = Component::Resource(ResourceKind::NetworkAcl, acl);
    let message = sentence!["lets the world in to ", wide.clone(), " of public subnets"];
    let mut finding = Finding::new(&LINT, subject, message);
    finding.severity = if reached.is_some() { Severity::Medium } else { Severity::Low };
    finding.related = subnets.iter().map(|it| network.subnets[it.index()].component).collect();
    let hosts: usize = subnets.iter().map(|it| context.interfaces_of(*it).count()).sum();
    finding.flows = vec![counted(hosts, "interface stands", "interfaces stand").and(sentence![" behind it"])];
    finding.witness = reached.map(|it| it.witness(context, common(&it.passes, &wide)));
    finding.remedy =
        sentence!["deny these ports before the entry that admits them, or admit known addresses only"];
    Some(finding)
}

/// Whether a set holds half of the internet at least, so that nobody can have meant some hosts.
fn is_most(set: &crate::packet::AddressSet, context: &Context<'_>) -> bool {
    let internet = context.outside(Family::V4);
    let halves = ["0.0.0.0/1", "128.0.0.0/1"].map(|it| it.parse::<ipnet::IpNet>());
    halves.into_iter().flatten().any(|half| {
        let half = crate::packet::AddressSet::block(half).intersection(internet);
        half.is_within(set)
    })
}
