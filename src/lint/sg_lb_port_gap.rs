//! The groups of a load balancer and its listeners do not fit each other.
//!
//! A listener whose port no group admits is never asked. A port that a group admits and no listener takes is open for nothing:
//! nothing answers there today, and whatever listens there tomorrow is open at once.
//!
//! | severity | when |
//! |---|---|
//! | medium | no group admits a listener's port from anywhere |
//! | info | the groups admit other TCP ports from blocks of addresses |
//!
//! ## A port that nobody admits
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! lb      front       application 10.0.1.20 in subnet-a  sg sg-lb
//! eni     eni-web     10.0.1.10     in subnet-a
//! target-group web    ip HTTP 80 in vpc-a to 10.0.1.10
//! listener front HTTP 8443 -> web
//! allow   sg-lb       inbound tcp 443 from 10.0.0.0/16
//! ```
//!
//! ```findings
//! medium arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/front/0123456789abcdef: 8443
//! info arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/front/0123456789abcdef: tcp 443
//! ```
//!
//! ## The same ports
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! lb      front       application 10.0.1.20 in subnet-a  sg sg-lb
//! eni     eni-web     10.0.1.10     in subnet-a
//! target-group web    ip HTTP 80 in vpc-a to 10.0.1.10
//! listener front HTTP 443 -> web
//! allow   sg-lb       inbound tcp 443 from 10.0.0.0/16
//! ```
//!
//! ```findings
//! none
//! ```

use super::balancers::{Balancer, balancers};
use super::sentence::sentence;
use super::world::{common, tcp, united, without};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, RulePeer};
use crate::packet::{Interval, protocol};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP055",
    name: "sg-lb-port-gap",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[
        ResourceKind::LoadBalancer,
        ResourceKind::Listener,
        ResourceKind::SecurityGroup,
        ResourceKind::NetworkInterface,
    ],
    source: include_str!("sg_lb_port_gap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let all = balancers(context);
    findings.looked_at(all.len(), "load balancer", "load balancers");
    for balancer in all.iter().filter(|it| !it.ports.is_empty()) {
        findings.found.extend(of(context, balancer));
    }
}

fn of(context: &Context<'_>, balancer: &Balancer<'_>) -> Vec<Finding> {
    let network = context.network;
    let mut found = Vec::new();
    let Some(first) = balancer.interfaces.first() else { return found };
    let groups = &network.group_sets[network.interfaces[first.index()].groups.index()];
    if groups.is_empty() {
        return found;
    }
    let names: Vec<Component> = groups.iter().map(|it| network.groups[it.index()].component).collect();
    let rules = groups.iter().filter_map(|it| network.group_rules.get(it.index())).flat_map(|it| &it.inbound);
    let (mut admitted, mut by_block) = (Vec::new(), Vec::new());
    for rule in rules {
        let traffic = network.transport.intervals(rule.transport);
        admitted.extend(traffic.iter().copied());
        if matches!(rule.peer, RulePeer::Cidr(_)) {
            by_block.extend(traffic.iter().copied());
        }
    }
    let ports: Vec<u16> = balancer.ports.iter().copied().collect();
    let of_tcp: Vec<Interval> = tcp(&ports);
    // A listener may be one of UDP: such a port counts as admitted when either is.
    let shut: Vec<String> = ports
        .iter()
        .filter(|port| {
            let both = [protocol::TCP, protocol::UDP].map(|it| u32::from(it) << 16 | u32::from(**port));
            !both.iter().any(|it| !common(&admitted, &[(*it, *it)]).is_empty())
        })
        .map(u16::to_string)
        .collect();
    if !shut.is_empty() {
        let message = sentence!["listens at port "]
            .and(Sentence::list(&shut, 4))
            .and(sentence![", which its groups admit from nowhere"]);
        let mut finding = Finding::new(&LINT, balancer.component, message);
        finding.key = "shut".to_owned();
        finding.related = names.clone();
        finding.remedy = sentence!["admit its clients at the listener's port, or take the listener away"];
        found.push(finding);
    }
    let all_tcp = (u32::from(protocol::TCP) << 16, u32::from(protocol::TCP) << 16 | 0xffff);
    let more = without(&common(&united(by_block), &[all_tcp]), &of_tcp);
    if !more.is_empty() {
        let message = sentence!["has groups that admit ", more, ", where it has no listener"];
        let mut finding = Finding::new(&LINT, balancer.component, message);
        finding.key = "open".to_owned();
        finding.severity = Severity::Info;
        finding.related = names;
        finding.remedy = sentence!["admit the ports of its listeners only"];
        found.push(finding);
    }
    found
}
