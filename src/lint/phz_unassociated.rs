//! A private hosted zone is not associated with a VPC that depends on it.
//!
//! A zone answers the VPCs that it is associated with and nobody else. Who depends on it, two things tell: its records are
//! addresses of hosts in a VPC, whose own resolver does not know these names; or it bears the name of a service of AWS and
//! leads to an endpoint in another VPC, to which this VPC has a route, while it has no endpoint of its own: the way of
//! central endpoints, which works for no VPC that the zone does not know.
//!
//! | severity | when |
//! |---|---|
//! | medium | a zone for a service of AWS leaves out a VPC with a route to the endpoint |
//! | low | a zone with addresses of a VPC leaves out that VPC |
//!
//! ## Names of hosts
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-b    10.1.1.0/24   in vpc-b
//! eni     eni-b       10.1.1.10     in subnet-b
//! element hosted-zones Z1 {"Id":"/hostedzone/Z1","Name":"corp.internal.","Config":{"PrivateZone":true}}
//! element hosted-zone Z1 {"HostedZone":{"Id":"/hostedzone/Z1"},"VPCs":[{"VPCRegion":"eu-west-1","VPCId":"vpc-a"}]}
//! element resource-record-sets Z1 {"HostedZoneId":"Z1","ResourceRecordSets":[{"Name":"app.corp.internal.","Type":"A","ResourceRecords":[{"Value":"10.1.1.10"}]}]}
//! ```
//!
//! ```findings
//! low Z1: vpc-b
//! ```
//!
//! ## Associated
//!
//! ```topology
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-b    10.1.1.0/24   in vpc-b
//! eni     eni-b       10.1.1.10     in subnet-b
//! element hosted-zones Z1 {"Id":"/hostedzone/Z1","Name":"corp.internal.","Config":{"PrivateZone":true}}
//! element hosted-zone Z1 {"HostedZone":{"Id":"/hostedzone/Z1"},"VPCs":[{"VPCRegion":"eu-west-1","VPCId":"vpc-b"}]}
//! element resource-record-sets Z1 {"HostedZoneId":"Z1","ResourceRecordSets":[{"Name":"app.corp.internal.","Type":"A","ResourceRecords":[{"Value":"10.1.1.10"}]}]}
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::endpoints::{Endpoint, clients, endpoints, interfaces, service_of};
use super::run::Missing;
use super::sentence::{counted, sentence};
use super::trace::End;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{EndpointKind, HostedZone, ResourceKind};
use crate::network::{Component, VpcIndex};
use crate::packet::{AddressSet, Family, bits};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP047",
    name: "phz-unassociated",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Likely,
    controls: &[],
    needs: &[ResourceKind::HostedZone, ResourceKind::Vpc],
    source: include_str!("phz_unassociated.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let zones = context.model.hosted_zones.iter().enumerate();
    let private: Vec<(Component, &HostedZone)> = zones
        .filter(|(_, it)| it.is_private == Some(true))
        .map(|(row, it)| (Component::Resource(ResourceKind::HostedZone, row as u32), it))
        .collect();
    findings.looked_at(private.len(), "private hosted zone", "private hosted zones");
    let all = endpoints(context, &EndpointKind::Interface);
    for (component, zone) in private {
        let Some(known) = &zone.vpcs else {
            let about = &zone.about;
            findings.skipped.push(Missing {
                call: "route53 get-hosted-zone",
                account: about.account.clone(),
                region: None,
            });
            continue;
        };
        let knows = |vpc: &VpcIndex| known.contains(&context.network.vpcs[vpc.index()].id);
        findings.found.extend(of_hosts(context, component, zone, knows));
        findings.found.extend(of_service(context, component, zone, &all, knows));
    }
}

/// The VPCs whose hosts a zone names, without those that it answers.
fn of_hosts(
    context: &Context<'_>,
    component: Component,
    zone: &HostedZone,
    knows: impl Fn(&VpcIndex) -> bool,
) -> Option<Finding> {
    let network = context.network;
    let mut named: BTreeMap<VpcIndex, usize> = BTreeMap::new();
    let records = zone.records.iter().flatten().filter(|it| it.kind == "A" || it.kind == "AAAA");
    for address in records.flat_map(|it| &it.values).filter_map(|it| it.parse::<IpAddr>().ok()) {
        let mut owners = network
            .vpcs
            .iter()
            .enumerate()
            .filter(|(_, vpc)| vpc.interfaces.at(Family::of(address), bits(address)) != u32::MAX);
        // An address that two VPCs have may be either's.
        if let (Some((index, _)), None) = (owners.next(), owners.next()) {
            *named.entry(VpcIndex(index as u32)).or_default() += 1;
        }
    }
    let left: Vec<(VpcIndex, usize)> = named.into_iter().filter(|it| !knows(&it.0)).collect();
    let names: Vec<Component> = left.iter().map(|it| network.vpcs[it.0.index()].component).collect();
    let count: usize = left.iter().map(|it| it.1).sum();
    if names.is_empty() {
        return None;
    }
    let message = sentence!["has "]
        .and(counted(count, "name", "names"))
        .and(sentence![" of hosts in "])
        .and(Sentence::list(&names, 3))
        .and(sentence![", and is not associated with it"]);
    let mut finding = Finding::new(&LINT, component, message);
    finding.key = "hosts".to_owned();
    finding.severity = Severity::Low;
    finding.related = names;
    finding.remedy = sentence!["associate the zone with the VPC, if hosts there are to use these names"];
    Some(finding)
}

/// A zone for a service of AWS, whose endpoint other VPCs have a route to.
fn of_service(
    context: &Context<'_>,
    component: Component,
    zone: &HostedZone,
    all: &[Endpoint<'_>],
    knows: impl Fn(&VpcIndex) -> bool,
) -> Option<Finding> {
    let name = zone.name.as_ref()?.trim_end_matches('.').to_ascii_lowercase();
    let service = name.strip_suffix(".amazonaws.com")?.rsplit_once('.').map(|it| it.0.to_owned())?;
    let is_for = |it: &&Endpoint<'_>| {
        let words = |text: &str| text.split('.').rev().collect::<Vec<&str>>().join(".");
        service_of(&it.found.service_name).is_some_and(|own| own == service || words(own) == service)
    };
    let own: Vec<&Endpoint<'_>> = all.iter().filter(is_for).collect();
    let homes: BTreeSet<VpcIndex> = own.iter().map(|it| it.vpc).filter(|it| knows(it)).collect();
    let front = own.iter().find(|it| homes.contains(&it.vpc))?;
    let address = interfaces(context, front.found)
        .first()
        .and_then(|it| context.network.interfaces[it.index()].primary_v4)
        .map(u128::from)?;
    let there = AddressSet::of(Family::V4, vec![(address, address)]);
    let left: Vec<Component> = clients(context)
        .into_iter()
        .filter(|(vpc, _)| !knows(vpc) && !own.iter().any(|it| it.vpc == *vpc))
        .filter(|(_, zones)| {
            let mut subnets = zones.values().flatten();
            subnets.any(|it| context.ways(*it, &there).any(|it| it.end == End::Vpc(front.vpc)))
        })
        .map(|(vpc, _)| context.network.vpcs[vpc.index()].component)
        .collect();
    if left.is_empty() {
        return None;
    }
    let message = sentence!["leads to ", front.component, ", and hosts of "]
        .and(Sentence::list(&left, 3))
        .and(sentence![" have a route there and do not see the zone"]);
    let mut finding = Finding::new(&LINT, component, message);
    finding.key = "service".to_owned();
    finding.related = std::iter::once(front.component).chain(left).collect();
    finding.flows = vec![sentence!["they ask for the service by its public addresses"]];
    finding.remedy = sentence!["associate the zone with these VPCs, or give them endpoints of their own"];
    Some(finding)
}
