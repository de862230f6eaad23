//! A VPC's DNS is off where it is needed.
//!
//! Without DNS support, the resolver of the VPC answers nobody: neither names of AWS nor of private zones resolve. Without
//! DNS host names, private hosted zones that are associated with the VPC are not looked at, and endpoints have no private
//! names (`private-dns-off` says that of endpoints).
//!
//! | severity | when |
//! |---|---|
//! | medium | hosts stand in a VPC without DNS support, and no resolver of their own is known |
//! | medium | a private hosted zone is associated with a VPC where one of the two is off |
//!
//! ## Without support
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! element vpc-attribute a {"VpcId":"vpc-a","EnableDnsSupport":{"Value":false}}
//! element vpc-attribute b {"VpcId":"vpc-a","EnableDnsHostnames":{"Value":false}}
//! ```
//!
//! ```findings
//! medium vpc-a: DNS support
//! ```
//!
//! ## Both on
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! element vpc-attribute a {"VpcId":"vpc-a","EnableDnsSupport":{"Value":true}}
//! element vpc-attribute b {"VpcId":"vpc-a","EnableDnsHostnames":{"Value":true}}
//! ```
//!
//! ```findings
//! none
//! ```

use super::run::Missing;
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP040",
    name: "dns-attributes",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Likely,
    controls: &[],
    needs: &[ResourceKind::Vpc],
    source: include_str!("dns_attributes.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let mut count = 0;
    for (index, row) in context.network.vpcs.iter().enumerate() {
        let Some(vpc) = model.vpcs.get(&row.id) else { continue };
        let hosts: usize = context
            .subnets_of(VpcIndex(index as u32))
            .map(|it| context.interfaces_of(it.0).filter(|it| context.is_host(*it)).count())
            .sum();
        let zones: Vec<Component> = model
            .hosted_zones
            .iter()
            .enumerate()
            .filter(|(_, it)| it.is_private == Some(true))
            .filter(|(_, it)| it.vpcs.as_ref().is_some_and(|it| it.contains(&row.id)))
            .map(|(row, _)| Component::Resource(ResourceKind::HostedZone, row as u32))
            .collect();
        if hosts == 0 && zones.is_empty() {
            continue;
        }
        let attributes = model.vpc_dns_attributes.get(&row.id);
        let (Some(support), hostnames) =
            (attributes.and_then(|it| it.support), attributes.and_then(|it| it.hostnames))
        else {
            findings.skipped.push(Missing {
                call: ResourceKind::VpcDnsAttributes.call(),
                account: vpc.about.account.clone(),
                region: vpc.about.region.clone(),
            });
            continue;
        };
        count += 1;
        let message = match (support, hostnames, zones.first()) {
            (false, _, Some(zone)) => {
                sentence!["has DNS support off, and private zones are associated with it, as ", *zone]
            }
            (false, _, None) => sentence!["has DNS support off: its resolver answers nobody"],
            (true, Some(false), Some(zone)) => {
                sentence!["has DNS host names off, and private zones are associated with it, as ", *zone]
            }
            (true, Some(true) | None, _) | (true, Some(false), None) => continue,
        };
        let mut finding = Finding::new(&LINT, row.component, message);
        finding.related = zones;
        finding.flows = vec![
            counted(hosts, "interface resolves", "interfaces resolve")
                .and(sentence![" no name by the VPC's own resolver that depends on it"]),
        ];
        finding.remedy = sentence!["turn DNS support and DNS host names of the VPC on"];
        findings.found.push(finding);
    }
    findings.looked_at(count, "VPC with hosts or private zones", "VPCs with hosts or private zones");
}
