//! S3 or DynamoDB is reached through NAT or a transit gateway, and a gateway endpoint would do it for nothing.
//!
//! Gateway endpoints cost nothing by the hour nor by the byte, and keep the traffic on AWS's own network, where their
//! policy says which buckets it is for. Without one, each byte goes through what leads to the internet and is paid for
//! there. What a gigabyte costs is said, from a dated list of prices; what it comes to, only traffic figures tell.
//!
//! ## By NAT
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! low vpc-a: s3 and dynamodb
//! ```
//!
//! ## By endpoints, or not at all
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  table rtb-a
//! subnet  subnet-b    10.1.1.0/24   in vpc-b
//! table   rtb-a       in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   rtb-a       0.0.0.0/0 -> nat-a
//! prefix-list pl-s3   3.5.0.0/16    service s3
//! prefix-list pl-ddb  3.218.0.0/16  service dynamodb
//! endpoint vpce-s3    s3 in vpc-a        list pl-s3  tables rtb-a
//! endpoint vpce-ddb   dynamodb in vpc-a  list pl-ddb tables rtb-a
//! eni     eni-a       10.0.1.10     in subnet-a
//! eni     eni-b       10.1.1.10     in subnet-b
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use super::endpoints::{endpoints, service_of};
use super::nat_use::NatUse;
use super::prices::{Item, dollars_exactly, prices};
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{EndpointKind, ResourceKind};
use crate::network::{Component, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP013",
    name: "gw-endpoint-missing",
    pillars: &[Pillar::Cost, Pillar::Security],
    severity: Severity::Low,
    confidence: Confidence::Likely,
    controls: &[],
    needs: &[
        ResourceKind::Subnet,
        ResourceKind::RouteTable,
        ResourceKind::NatGateway,
        ResourceKind::VpcEndpoint,
    ],
    source: include_str!("gw_endpoint_missing.rs"),
    check,
};

/// The services that have gateway endpoints.
const SERVICES: [&str; 2] = ["s3", "dynamodb"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut vpcs: BTreeMap<VpcIndex, Vec<NatUse>> = BTreeMap::new();
    for used in context.nat_uses().iter().filter(|it| covered[it.vpc.index()]).cloned() {
        vpcs.entry(used.vpc).or_default().push(used);
    }
    findings.looked_at(vpcs.len(), "VPC with NAT", "VPCs with NAT");
    let own = endpoints(context, &EndpointKind::Gateway);
    for (vpc, uses) in vpcs {
        let has = |service: &str| {
            own.iter().any(|it| it.vpc == vpc && service_of(&it.found.service_name) == Some(service))
        };
        let missing: Vec<&'static str> = SERVICES.into_iter().filter(|it| !has(it)).collect();
        let works = uses.iter().flat_map(|it| &it.gateways).find(|it| it.fault.is_none());
        let subnets = uses.iter().flat_map(|it| it.subnets.iter().copied());
        let hosts: usize = subnets
            .clone()
            .map(|it| context.interfaces_of(it).filter(|it| context.is_host(*it)).count())
            .sum();
        let (Some(gateway), false) = (works, missing.is_empty() || hosts == 0) else { continue };
        let message = sentence!["has no gateway endpoint for "]
            .and(Sentence::list(&missing, 2))
            .and(sentence![": its hosts get there by ", gateway.component]);
        let mut finding = Finding::new(&LINT, context.network.vpcs[vpc.index()].component, message);
        finding.key = missing.join(",");
        let names: Vec<Component> = subnets.map(|it| context.network.subnets[it.index()].component).collect();
        finding.flows = vec![
            counted(hosts, "interface", "interfaces").and(sentence![" in "]).and(Sentence::list(&names, 3)),
        ];
        finding.related = std::iter::once(gateway.component).chain(names).collect();
        finding.rules = gateway.route.into_iter().collect();
        finding.notes = cost(context, gateway.component);
        finding.remedy = sentence!["add a gateway endpoint and put it into the tables of these subnets"];
        findings.found.push(finding);
    }
}

/// What each gigabyte costs at the NAT gateway, which nothing costs at an endpoint.
fn cost(context: &Context<'_>, gateway: Component) -> Vec<Sentence> {
    let prices = prices(context.about(gateway).and_then(|it| it.region.as_ref()));
    let each = dollars_exactly(prices.of(Item::NatGigabyte));
    vec![
        sentence![format!(
            "each gigabyte to them costs {each} at the NAT gateway, and nothing at an endpoint"
        )],
        prices.source(),
    ]
}
