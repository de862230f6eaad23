//! Of a set of services that are needed together, only some have endpoints.
//!
//! Systems Manager needs `ssm`, `ssmmessages` and (for older agents) `ec2messages`; pulling an image from ECR needs
//! `ecr.api`, `ecr.dkr` and S3, where the layers are. A VPC that has one of them meant to do without the internet, and
//! without the others it does not. Where its subnets have a way to the internet, the rest goes there: that works, and is
//! said mildly. `netpath deps ssm --from i-…` answers for one host.
//!
//! | severity | when |
//! |---|---|
//! | medium | a subnet with hosts has no way to the internet: there the set does not work |
//! | info | all have one |
//!
//! ## Without the messages
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! endpoint vpce-ssm   ssm 10.0.1.5 in subnet-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! medium vpc-a: ssmmessages
//! ```
//!
//! ## Whole
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! endpoint vpce-ssm   ssm 10.0.1.5 in subnet-a
//! endpoint vpce-msg   ssmmessages 10.0.1.6 in subnet-a
//! endpoint vpce-ec2   ec2messages 10.0.1.7 in subnet-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::endpoints::{clients, endpoints, service_of};
use super::prices::{Item, dollars, prices};
use super::sentence::sentence;
use super::tiers::Tier;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{EndpointKind, ResourceKind};
use crate::network::{Component, SubnetIndex, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP018",
    name: "endpoint-set-incomplete",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Likely,
    controls: &[],
    needs: &[ResourceKind::VpcEndpoint, ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("endpoint_set_incomplete.rs"),
    check,
};

/// What is needed together: a name, what shows that it is wanted, and all of it.
const SETS: &[(&str, &[&str], &[&str])] = &[
    ("Systems Manager", &["ssm", "ssmmessages"], &["ssm", "ssmmessages", "ec2messages"]),
    ("images from ECR", &["ecr.api", "ecr.dkr"], &["ecr.api", "ecr.dkr", "s3"]),
    ("ECS on EC2", &["ecs-agent", "ecs-telemetry"], &["ecs-agent", "ecs-telemetry", "ecs"]),
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut services: BTreeMap<VpcIndex, BTreeSet<&str>> = BTreeMap::new();
    for kind in [EndpointKind::Interface, EndpointKind::Gateway] {
        for endpoint in endpoints(context, &kind) {
            let own = service_of(&endpoint.found.service_name);
            services.entry(endpoint.vpc).or_default().extend(own);
        }
    }
    services.retain(|vpc, _| covered[vpc.index()]);
    findings.looked_at(services.len(), "VPC with endpoints", "VPCs with endpoints");
    let clients = clients(context);
    for (vpc, services) in services {
        let subnets: Vec<SubnetIndex> =
            clients.get(&vpc).into_iter().flat_map(|it| it.values().flatten().copied()).collect();
        let closed: Vec<Component> = subnets
            .iter()
            .filter(|it| context.tier(**it) == Tier::Isolated)
            .map(|it| context.network.subnets[it.index()].component)
            .collect();
        for (name, signs, all) in SETS {
            let missing: Vec<&'static str> =
                all.iter().filter(|it| !services.contains(**it)).copied().collect();
            if missing.is_empty() || subnets.is_empty() || !signs.iter().any(|it| services.contains(it)) {
                continue;
            }
            let message = sentence!["has endpoints for a part of ", *name, "; it lacks "]
                .and(Sentence::list(&missing, 3));
            let mut finding = Finding::new(&LINT, context.network.vpcs[vpc.index()].component, message);
            finding.key = (*name).to_owned();
            finding.severity = if closed.is_empty() { Severity::Info } else { Severity::Medium };
            finding.flows = vec![if closed.is_empty() {
                sentence!["the rest goes by the internet"]
            } else {
                Sentence::list(&closed, 3)
                    .and(sentence![" have no way to the internet: there it does not work"])
            }];
            finding.related = closed.clone();
            if closed.is_empty() {
                let zones = clients.get(&vpc).map_or(1, BTreeMap::len);
                finding.notes = break_even(context, vpc, missing.len() * zones);
            }
            finding.remedy = sentence!["add endpoints for "].and(Sentence::list(&missing, 3));
            findings.found.push(finding);
        }
    }
}

/// From how much traffic on endpoints cost less than NAT for the same: what they cost by the hour, over what a gigabyte
/// costs less by them.
fn break_even(context: &Context<'_>, vpc: VpcIndex, count: usize) -> Vec<Sentence> {
    let prices = prices(context.vpc(vpc).and_then(|it| it.about.region.as_ref()));
    // A few services and zones.
    let month = prices.month(Item::EndpointHour) * count as f64;
    let less = prices.of(Item::NatGigabyte) - prices.of(Item::EndpointGigabyte);
    let even = (month / less).ceil();
    vec![
        sentence![format!(
            "endpoints for the rest cost {} a month, as much more as {even} GB of it cost by a NAT gateway",
            dollars(month)
        )],
        prices.source(),
    ]
}
