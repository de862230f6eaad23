//! A load balancer cannot reach a target that it sends to.
//!
//! Where the load balancer itself is the sender, each of its interfaces is asked about with each kind of target: on the port
//! of the traffic and on that of the health check. Groups, ACLs, routes and the state of the target are all looked at, there
//! and back. Where targets see clients' own addresses, the health check still comes from the load balancer, and it is what
//! is asked about: a target that fails it gets nothing.
//!
//! | severity | when |
//! |---|---|
//! | high | no target of the group can be reached |
//! | medium | some cannot |
//!
//! ## A group that admits another port
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! lb      front       application 10.0.1.20 in subnet-a  sg sg-lb
//! eni     eni-web     10.0.1.10     in subnet-a  sg sg-web
//! target-group web    ip HTTP 8080 in vpc-a to 10.0.1.10
//! listener front HTTP 80 -> web
//! allow   sg-web      inbound  tcp 80   from sg-lb
//! ```
//!
//! ```findings
//! high arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/front/0123456789abcdef: tcp 8080
//! ```
//!
//! ## The health check only
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! lb      front       application 10.0.1.20 in subnet-a  sg sg-lb
//! eni     eni-web     10.0.1.10     in subnet-a  sg sg-web
//! target-group web    ip HTTP 8080 in vpc-a to 10.0.1.10  health 9000
//! listener front HTTP 80 -> web
//! allow   sg-web      inbound  tcp 8080 from sg-lb
//! ```
//!
//! ```findings
//! high arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/front/0123456789abcdef: tcp 9000
//! ```
//!
//! ## Both
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! lb      front       application 10.0.1.20 in subnet-a  sg sg-lb
//! eni     eni-web     10.0.1.10     in subnet-a  sg sg-web
//! target-group web    ip HTTP 8080 in vpc-a to 10.0.1.10
//! listener front HTTP 80 -> web
//! allow   sg-web      inbound  tcp 8080 from sg-lb
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Claim, Witness};
use super::sentence::sentence;
use super::world::{united, without};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, ExplanationCode, InterfaceIndex, RelayRow, RelayTo};
use crate::packet::{AddressSet, Family, Interval};
use crate::solver::{Destination, Source, Traffic, Verdict};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP027",
    name: "lb-target-gap",
    pillars: &[Pillar::Operations],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10")],
    needs: &[ResourceKind::LoadBalancer, ResourceKind::Listener, ResourceKind::NetworkInterface],
    source: include_str!("lb_target_gap.rs"),
    check,
};

/// How many kinds of targets of a load balancer's interface are asked about.
const MOST_ASKED: usize = 256;

/// Targets of one group that one load balancer sends to.
#[derive(Default)]
struct Group {
    asked: usize,
    lost: Vec<Lost>,
}

struct Lost {
    target: Option<Component>,
    traffic: Vec<Interval>,
    by: Option<(ExplanationCode, Component)>,
    witness: Witness,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut groups: BTreeMap<(Component, Component), Group> = BTreeMap::new();
    let mut asked = 0;
    for relay in context.network.relays.iter().filter(|it| it.through.is_none()) {
        asked += of_relay(context, relay, &mut groups);
    }
    findings.looked_at(asked, "target of a load balancer", "targets of load balancers");
    for ((balancer, group), all) in groups {
        findings.found.extend(one(balancer, group, all));
    }
}

/// Asks about the targets of one interface of a load balancer; how many were asked about.
fn of_relay(
    context: &Context<'_>,
    relay: &RelayRow,
    groups: &mut BTreeMap<(Component, Component), Group>,
) -> usize {
    let network = context.network;
    let mut seen = BTreeSet::new();
    for port in &relay.ports {
        for choice in &port.choices {
            let RelayTo::Address { family, address, transport, checked, preserves, .. } = choice.to else {
                continue;
            };
            let of = |set| network.transport.intervals(set).to_vec();
            let traffic = if preserves { of(checked) } else { united([of(transport), of(checked)].concat()) };
            let vpc = network.interfaces[relay.sender.index()].vpc;
            let owner = network.vpcs[vpc.index()].interfaces.at(family, address);
            let target = (owner != u32::MAX).then_some(InterfaceIndex(owner));
            // Targets of one subnet with the same groups and manner answer alike.
            let alike = target.map(|it| {
                let row = &network.interfaces[it.index()];
                (row.subnet, row.groups, row.manner)
            });
            let key = (choice.component, alike, alike.is_none().then_some(address), traffic.clone());
            if traffic.is_empty() || seen.len() >= MOST_ASKED || !seen.insert(key) {
                continue;
            }
            let group = groups.entry((relay.component, choice.component)).or_default();
            group.asked += 1;
            group.lost.extend(ask(context, relay, (target, family, address), traffic));
        }
    }
    seen.len()
}

fn ask(
    context: &Context<'_>,
    relay: &RelayRow,
    (target, family, address): (Option<InterfaceIndex>, Family, u128),
    traffic: Vec<Interval>,
) -> Option<Lost> {
    let single = AddressSet::of(family, vec![(address, address)]);
    let destination = match target {
        Some(target) => Destination::Interface(target, Some(address)),
        None => Destination::Addresses(single),
    };
    let asked = Traffic { intervals: traffic.clone(), ..Traffic::default() };
    let source = Source::Interface(relay.sender, None);
    let witness = Witness::new(source, destination, asked, family, Claim::Blocked);
    let answer = context.decide(&witness.query);
    if matches!(answer.verdict, Verdict::Reachable | Verdict::Unknown) || answer.pairs.is_empty() {
        return None;
    }
    let passes: Vec<Interval> = answer
        .pairs
        .iter()
        .filter(|it| it.verdict != Verdict::ForwardOnly)
        .flat_map(|it| &it.parts)
        .flat_map(|it| it.forward.clone())
        .collect();
    let traffic = without(&traffic, &passes);
    let story = context.blockers(&witness.query);
    let by = story.pairs.iter().flat_map(|it| &it.blockers).find(|it| !it.is_later);
    Some(Lost {
        target: target.map(|it| context.network.interfaces[it.index()].component),
        traffic,
        by: by.map(|it| (it.code, it.component)),
        witness,
    })
}

fn one(balancer: Component, group: Component, all: Group) -> Option<Finding> {
    let first = all.lost.first()?;
    let is_all = all.lost.len() == all.asked;
    let which = if is_all { "any target of " } else { "some targets of " };
    let mut message = sentence!["does not reach ", which, group, " on ", first.traffic.clone()];
    if let Some((code, component)) = first.by {
        message = message.and(sentence![": ", component, " drops it with ", code]);
    }
    let mut finding = Finding::new(&LINT, balancer, message);
    finding.key = format!("{group:?}");
    finding.severity = if is_all { Severity::High } else { Severity::Medium };
    finding.related = std::iter::once(group).chain(all.lost.iter().filter_map(|it| it.target)).collect();
    finding.flows = vec![sentence![
        "targets that fail their health check get no requests, and when all do, each request may be lost"
    ]];
    finding.witness = Some(first.witness.clone());
    finding.remedy =
        sentence!["admit the load balancer's group on the ports of the traffic and of the health check"];
    Some(finding)
}
