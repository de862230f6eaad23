//! Clients of an interface endpoint stand in a zone where it has no interface.
//!
//! They still reach it, in another zone: each byte is paid for as traffic between zones, and they lose the service when
//! that zone is lost, though theirs is well.
//!
//! ## A zone without
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! endpoint vpce-ssm   ssm 10.0.1.5 in subnet-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! eni     eni-b       10.0.2.10     in subnet-b
//! ```
//!
//! ```findings
//! low vpce-ssm: 1b
//! ```
//!
//! ## In each zone with clients
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! subnet  subnet-c    10.0.3.0/24   in vpc-a  zone c
//! endpoint vpce-ssm   ssm 10.0.1.5 10.0.2.5 in subnet-a,subnet-b
//! eni     eni-a       10.0.1.10     in subnet-a
//! eni     eni-b       10.0.2.10     in subnet-b
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeSet;

use super::endpoints::{clients, endpoints, interfaces};
use super::prices::{Item, dollars, prices};
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{EndpointKind, ResourceKind};
use crate::network::{Component, ZoneIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP015",
    name: "if-endpoint-az-gap",
    pillars: &[Pillar::Reliability, Pillar::Cost],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10"), Control::soc2("A1.2")],
    needs: &[ResourceKind::VpcEndpoint, ResourceKind::NetworkInterface, ResourceKind::Subnet],
    source: include_str!("if_endpoint_az_gap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let own = endpoints(context, &EndpointKind::Interface);
    findings.looked_at(own.len(), "interface endpoint", "interface endpoints");
    let clients = clients(context);
    for endpoint in own.iter().filter(|it| covered[it.vpc.index()]) {
        let zones: BTreeSet<ZoneIndex> = interfaces(context, endpoint.found)
            .into_iter()
            .map(|it| context.network.subnets[context.network.interfaces[it.index()].subnet.index()].zone)
            .collect();
        let Some(own) = clients.get(&endpoint.vpc).filter(|_| !zones.is_empty()) else { continue };
        for (zone, subnets) in own.iter().filter(|it| !zones.contains(it.0)) {
            let names: Vec<Component> =
                subnets.iter().map(|it| context.network.subnets[it.index()].component).collect();
            let message = sentence![
                "has no interface in zone ",
                context.zone(*zone).to_owned(),
                ", where clients of ",
                endpoint.found.service_name.to_string(),
                " may stand",
            ];
            let mut finding = Finding::new(&LINT, endpoint.component, message);
            finding.key = context.zone(*zone).to_owned();
            let hosts: usize = subnets.iter().map(|it| context.interfaces_of(*it).count()).sum();
            finding.flows = vec![
                counted(hosts, "interface", "interfaces")
                    .and(sentence![" in "])
                    .and(Sentence::list(&names, 3)),
            ];
            finding.related = names;
            let region = endpoint.found.about.region.as_ref();
            let price = dollars(prices(region).month(Item::EndpointHour));
            finding.notes = vec![
                sentence![format!(
                    "an interface in one more zone costs {price} a month, whatever goes through it"
                )],
                prices(region).source(),
            ];
            finding.remedy = sentence!["add a subnet of that zone to the endpoint"];
            findings.found.push(finding);
        }
    }
}
