//! The security groups of an interface endpoint keep out hosts of its own VPC.
//!
//! An endpoint answers at TCP 443. With private DNS, every host of the VPC that asks for the service is sent to it, so a
//! host that its groups do not admit has lost the service, even where it could have got there by the internet. Hosts of
//! each subnet and set of groups are asked about with the endpoint as the destination; only what its groups refuse counts.
//!
//! | severity | when |
//! |---|---|
//! | high | nobody in the VPC is admitted |
//! | low | some are not; that may be meant |
//!
//! ## Nobody
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! sg      sg-ep       in vpc-a
//! endpoint vpce-ssm   ssm 10.0.1.5 in subnet-a sg sg-ep
//! allow   sg-ep       inbound tcp 443 from 10.9.0.0/16
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! high vpce-ssm: admits nobody
//! ```
//!
//! ## Some
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a
//! sg      sg-ep       in vpc-a
//! endpoint vpce-ssm   ssm 10.0.1.5 in subnet-a sg sg-ep
//! allow   sg-ep       inbound tcp 443 from 10.0.1.0/24
//! eni     eni-a       10.0.1.10     in subnet-a
//! eni     eni-b       10.0.2.10     in subnet-b
//! ```
//!
//! ```findings
//! low vpce-ssm: subnet-b
//! ```
//!
//! ## All
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! sg      sg-ep       in vpc-a
//! endpoint vpce-ssm   ssm 10.0.1.5 in subnet-a sg sg-ep
//! allow   sg-ep       inbound tcp 443 from 10.0.0.0/16
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeSet;

use super::endpoints::{clients, endpoints, interfaces};
use super::finding::{Claim, Witness};
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{EndpointKind, ResourceKind};
use crate::network::{Component, ExplanationCode, InterfaceIndex};
use crate::packet::{Family, protocol};
use crate::solver::{Destination, Source, Traffic, Verdict};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP016",
    name: "if-endpoint-sg",
    pillars: &[Pillar::Operations],
    severity: Severity::High,
    confidence: Confidence::Likely,
    controls: &[],
    needs: &[ResourceKind::VpcEndpoint, ResourceKind::NetworkInterface, ResourceKind::SecurityGroup],
    source: include_str!("if_endpoint_sg.rs"),
    check,
};

/// How many hosts of a VPC are asked about: one for each subnet and set of groups.
const MOST_HOSTS: usize = 64;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let own = endpoints(context, &EndpointKind::Interface);
    findings.looked_at(own.len(), "interface endpoint", "interface endpoints");
    let clients = clients(context);
    for endpoint in own.iter().filter(|it| covered[it.vpc.index()]) {
        let Some(zones) = clients.get(&endpoint.vpc) else { continue };
        let Some(front) = interfaces(context, endpoint.found).first().copied() else { continue };
        let mut hosts: Vec<InterfaceIndex> = Vec::new();
        let mut seen = BTreeSet::new();
        for subnet in zones.values().flatten() {
            let own = context.interfaces_of(*subnet).filter(|it| context.is_host(*it)).take(256);
            let fresh =
                own.filter(|it| seen.insert((*subnet, context.network.interfaces[it.index()].groups)));
            hosts.extend(fresh.take(MOST_HOSTS.saturating_sub(hosts.len())));
        }
        let asked: Vec<(InterfaceIndex, Witness)> =
            hosts.iter().map(|host| (*host, question(*host, front))).collect();
        let refused: Vec<&(InterfaceIndex, Witness)> =
            asked.iter().filter(|it| is_refused(context, &it.1, front)).collect();
        let passes = |it: &(InterfaceIndex, Witness)| context.verdict(&it.1) == Verdict::Reachable;
        let Some((_, witness)) = refused.first() else { continue };
        let is_nobody = !asked.iter().any(passes);
        let mut subnets: Vec<Component> = refused
            .iter()
            .map(|it| {
                context.network.subnets[context.network.interfaces[it.0.index()].subnet.index()].component
            })
            .collect();
        subnets.sort_unstable();
        subnets.dedup();
        let message = if is_nobody {
            sentence!["admits nobody of its VPC to ", endpoint.found.service_name.to_string()]
        } else {
            sentence!["does not admit hosts in "]
                .and(Sentence::list(&subnets, 3))
                .and(sentence![" to ", endpoint.found.service_name.to_string()])
        };
        let mut finding = Finding::new(&LINT, endpoint.component, message);
        finding.severity = if is_nobody { Severity::High } else { Severity::Low };
        finding.related = subnets;
        finding.witness = Some(witness.clone());
        if endpoint.found.has_private_dns {
            finding.flows = vec![sentence!["private DNS sends them to the endpoint all the same"]];
        }
        finding.remedy = sentence!["admit tcp 443 from the VPC's blocks, or from the groups of its clients"];
        findings.found.push(finding);
    }
}

fn question(host: InterfaceIndex, front: InterfaceIndex) -> Witness {
    Witness::new(
        Source::Interface(host, None),
        Destination::Interface(front, None),
        Traffic::ports(protocol::TCP, 443, 443),
        Family::V4,
        Claim::Blocked,
    )
}

/// Whether the endpoint's own groups are what stops a host.
fn is_refused(context: &Context<'_>, witness: &Witness, front: InterfaceIndex) -> bool {
    if context.verdict(witness) != Verdict::Blocked {
        return false;
    }
    let groups = context.network.interfaces[front.index()].groups;
    let own: Vec<Component> = context.network.group_sets[groups.index()]
        .iter()
        .map(|it| context.network.groups[it.index()].component)
        .collect();
    let answer = context.blockers(&witness.query);
    let first = answer.pairs.iter().flat_map(|it| &it.blockers).find(|it| !it.is_later);
    first.is_some_and(|it| {
        matches!(it.code, ExplanationCode::EniSgRulesMismatch | ExplanationCode::SgHasNoRules)
            && own.contains(&it.component)
    })
}
