//! The zones of a load balancer are not those of its targets, or not fit for it.
//!
//! A node that does not send across zones and has no target in its own loses what it gets. A target in a zone that the load
//! balancer is not enabled in gets nothing, although it is registered and well. A node of an internet-facing load balancer
//! whose subnet has no route to an internet gateway has a public address that nobody reaches.
//!
//! | severity | when |
//! |---|---|
//! | high | no node of an internet-facing load balancer can be reached from the internet |
//! | medium | a zone has a node and no target, a target and no node, or a node that nobody reaches |
//!
//! ## No target in a zone
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! lb      front       network 10.0.1.20 10.0.2.20 in subnet-a,subnet-b  sg none
//! eni     eni-web     10.0.1.10     in subnet-a
//! target-group web    ip TCP 80 in vpc-a to 10.0.1.10
//! listener front TCP 80 -> web
//! ```
//!
//! ```findings
//! medium arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/net/front/0123456789abcdef: no target
//! ```
//!
//! ## A target in another zone
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! lb      front       application 10.0.1.20 in subnet-a
//! eni     eni-1       10.0.1.10     in subnet-a
//! eni     eni-2       10.0.2.10     in subnet-b
//! target-group web    ip HTTP 80 in vpc-a to 10.0.1.10,10.0.2.10
//! listener front HTTP 80 -> web
//! ```
//!
//! ```findings
//! medium arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/front/0123456789abcdef: not enabled
//! ```
//!
//! ## A public load balancer in a private subnet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! igw     igw-a       in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! lb      front       application 10.0.1.20 in subnet-a  sg sg-lb  public 198.51.100.20
//! allow   sg-lb       inbound tcp 80 from 0.0.0.0/0
//! ```
//!
//! ```findings
//! high arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/front/0123456789abcdef: subnet-a
//! ```
//!
//! ## Zone by zone
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
//! lb      front       network 10.0.1.20 10.0.2.20 in subnet-a,subnet-b  sg none
//! eni     eni-1       10.0.1.10     in subnet-a
//! eni     eni-2       10.0.2.10     in subnet-b
//! target-group web    ip TCP 80 in vpc-a to 10.0.1.10,10.0.2.10
//! listener front TCP 80 -> web
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeSet;

use super::balancers::{Balancer, balancers, group};
use super::finding::{Claim, Witness};
use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity, Tier};
use crate::model::ResourceKind;
use crate::network::{Component, ExplanationCode, RelayTo, SubnetIndex, ZoneIndex};
use crate::packet::{Family, bits};
use crate::solver::{Destination, Source, Traffic};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP028",
    name: "lb-az-mismatch",
    pillars: &[Pillar::Reliability],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10"), Control::soc2("A1.2"), Control::fsbp("ELB.13")],
    needs: &[
        ResourceKind::LoadBalancer,
        ResourceKind::Listener,
        ResourceKind::Subnet,
        ResourceKind::NetworkInterface,
    ],
    source: include_str!("lb_az_mismatch.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let all = balancers(context);
    findings.looked_at(all.len(), "load balancer", "load balancers");
    nodes_without_targets(context, findings);
    for balancer in &all {
        findings.found.extend(targets_without_nodes(context, balancer));
        findings.found.extend(not_public(context, balancer));
    }
}

/// Nodes that lose what they get, for want of a target in their zone.
fn nodes_without_targets(context: &Context<'_>, findings: &mut Findings) {
    let network = context.network;
    let mut seen = BTreeSet::new();
    for relay in network.relays.iter().filter(|it| it.through.is_none()) {
        for port in &relay.ports {
            for choice in &port.choices {
                let RelayTo::Lost(ExplanationCode::Elbv2NoTargetsInAz) = choice.to else { continue };
                let row = &network.interfaces[relay.interface.index()];
                let zone = network.subnets[row.subnet.index()].zone;
                if !seen.insert((relay.component, choice.component, zone)) {
                    continue;
                }
                let zone = context.zone(zone).to_owned();
                let message = sentence![
                    "has a node in zone ",
                    zone.clone(),
                    ", and no target of ",
                    choice.component,
                    " that it sends to"
                ];
                let mut finding = Finding::new(&LINT, relay.component, message);
                finding.key = format!("{zone} {:?}", choice.component);
                finding.related = vec![choice.component, row.component];
                finding.flows =
                    vec![sentence!["what clients send to that node is lost, unless DNS leaves it out"]];
                finding.remedy =
                    sentence!["register a target in the zone, or let the load balancer send across zones"];
                findings.found.push(finding);
            }
        }
    }
}

/// Targets in zones that the load balancer is not enabled in.
fn targets_without_nodes(context: &Context<'_>, balancer: &Balancer<'_>) -> Option<Finding> {
    let network = context.network;
    let vpc = balancer.vpc(context)?;
    let zones: BTreeSet<ZoneIndex> = balancer
        .interfaces
        .iter()
        .map(|it| network.subnets[network.interfaces[it.index()].subnet.index()].zone)
        .collect();
    let mut lost: Vec<(Component, Component, ZoneIndex)> = Vec::new();
    for id in &balancer.groups {
        let Some((component, _, Some(health))) = group(context, id) else { continue };
        for target in health.targets.iter().filter(|it| it.zone.as_deref() != Some("all")) {
            let interface = match target.id.parse::<std::net::IpAddr>() {
                Ok(address) => network.vpcs[vpc.index()].interfaces.at(Family::of(address), bits(address)),
                Err(_) => continue,
            };
            let Some(row) = network.interfaces.get(interface as usize) else { continue };
            let zone = network.subnets[row.subnet.index()].zone;
            if !zones.contains(&zone) {
                lost.push((component, row.component, zone));
            }
        }
    }
    let (_, _, zone) = *lost.first()?;
    let targets: Vec<Component> = lost.iter().map(|it| it.1).collect();
    let message = sentence!["is not enabled in zone ", context.zone(zone).to_owned(), ", where "]
        .and(Sentence::list(&targets, 3))
        .and(sentence![if targets.len() == 1 { " is a target" } else { " are targets" }]);
    let mut finding = Finding::new(&LINT, balancer.component, message);
    finding.key = "targets".to_owned();
    finding.related = lost.iter().map(|it| it.0).chain(targets).collect();
    finding.related.dedup();
    finding.flows = vec![sentence!["these targets get no request, though they are registered"]];
    finding.remedy = sentence!["enable the zone for the load balancer, or register targets of its own zones"];
    Some(finding)
}

/// Nodes of an internet-facing load balancer whose subnets have no internet gateway.
fn not_public(context: &Context<'_>, balancer: &Balancer<'_>) -> Option<Finding> {
    if !balancer.found.is_internet_facing || balancer.interfaces.is_empty() {
        return None;
    }
    let subnet = |interface: &crate::network::InterfaceIndex| -> SubnetIndex {
        context.network.interfaces[interface.index()].subnet
    };
    let wrong: Vec<_> = balancer
        .interfaces
        .iter()
        .filter(|it| matches!(context.tier(subnet(it)), Tier::Private | Tier::Isolated))
        .copied()
        .collect();
    let first = *wrong.first()?;
    let names: Vec<Component> =
        wrong.iter().map(|it| context.network.subnets[subnet(it).index()].component).collect();
    let message = sentence!["is internet-facing, and "]
        .and(Sentence::list(&names, 3))
        .and(sentence![if names.len() == 1 { " has" } else { " have" }, " no route to an internet gateway"]);
    let mut finding = Finding::new(&LINT, balancer.component, message);
    finding.key = "public".to_owned();
    let is_all = wrong.len() == balancer.interfaces.len();
    finding.severity = if is_all { Severity::High } else { Severity::Medium };
    finding.related = names;
    finding.witness = context.confirmed(Witness::new(
        Source::Outside(context.internet(Family::V4).clone()),
        Destination::Interface(first, None),
        Traffic::default(),
        Family::V4,
        Claim::Blocked,
    ));
    finding.flows = vec![sentence!["clients that DNS sends to these nodes get no answer"]];
    finding.remedy = sentence!["put the load balancer into public subnets, or make it internal"];
    Some(finding)
}
