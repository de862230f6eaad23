//! Packets go in a circle.
//!
//! Two route tables, or tables of transit gateways, each send packets for some addresses to the other. Nothing ever arrives, and
//! each round is paid for. It begins where a summary route is wider than what is behind it: the answer to an address
//! that nobody has comes back to where it came from.
//!
//! ## A summary there, a default back
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-e       10.9.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-e    10.9.1.0/24   in vpc-e
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-e vpc-e to tgw-x in subnet-e
//! tgw-route tgw-rtb-x 0.0.0.0/0 -> tgw-attach-e
//! route   subnet-a    0.0.0.0/0 -> tgw-x
//! route   subnet-e    0.0.0.0/0 -> tgw-x
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! medium subnet-a: tgw-x
//! ```
//!
//! ## A way out at the end
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-e       10.9.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-e    10.9.1.0/24   in vpc-e
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-e vpc-e to tgw-x in subnet-e
//! tgw-route tgw-rtb-x 0.0.0.0/0 -> tgw-attach-e
//! route   subnet-a    0.0.0.0/0 -> tgw-x
//! eni     eni-a       10.0.1.10     in subnet-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::trace::End;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, ExplanationCode};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP076",
    name: "loop",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("forwarding_loop.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut seen = rustc_hash::FxHashSet::default();
    let mut count = 0;
    for (index, row, _) in context.subnets() {
        // Nothing begins where nobody stands.
        let has_hosts = context.interfaces_of(index).any(|it| context.is_host(it));
        if !has_hosts || !covered[row.vpc.index()] || !seen.insert((row.route_table, row.zone)) {
            continue;
        }
        count += 1;
        for family in Family::BOTH {
            let mut ways = context.ways(index, &AddressSet::all(family));
            let Some(way) = ways.find(|it| it.end == End::Dropped(ExplanationCode::RoutingLoop)) else {
                continue;
            };
            let is_telling = |it: &Component| {
                matches!(it, Component::Resource(kind, _) if !matches!(
                    kind,
                    ResourceKind::Subnet | ResourceKind::Vpc | ResourceKind::TransitGatewayVpcAttachment
                ))
            };
            let mut round: Vec<Component> =
                way.stops.iter().map(|it| it.component).filter(is_telling).collect();
            round.dedup();
            let message = sentence!["sends packets for ", way.destinations.clone(), " in a circle: "]
                .and(Sentence::list(&round, 6));
            let mut finding = Finding::new(&LINT, row.component, message);
            finding.key = format!("{family:?}");
            finding.rules = way.routes();
            finding.related = round;
            finding.witness = context.dropped(index, &way.destinations);
            let hosts = context.interfaces_of(index).count();
            finding.flows = vec![counted(hosts, "interface", "interfaces").and(sentence![" in it"])];
            finding.remedy = sentence![
                "end the circle: a narrower route at one of its ends, or a blackhole for what nobody has"
            ];
            findings.found.push(finding);
        }
    }
    findings.looked_at(count, "route table of hosts", "route tables of hosts");
}
