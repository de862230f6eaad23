//! Of two peered VPCs, only one has routes to the other.
//!
//! Packets get there, and no answer comes back, since the other side's tables do not know where to send it; a NAT
//! gateway in front is the one exception. A connection that neither side routes to is idle, and said mildly.
//!
//! | severity | when |
//! |---|---|
//! | medium | one side has routes |
//! | info | neither side has |
//!
//! ## One side
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! pcx     pcx-ab      vpc-a vpc-b
//! route   subnet-a    10.1.0.0/16 -> pcx-ab
//! eni     eni-a       10.0.1.10    in subnet-a  sg sg-a
//! eni     eni-b       10.1.1.10    in subnet-b  sg sg-b
//! allow   sg-b        inbound all from 10.0.0.0/8
//! ```
//!
//! ```findings
//! medium pcx-ab: vpc-b
//! ```
//!
//! ## Both sides
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! pcx     pcx-ab      vpc-a vpc-b
//! route   subnet-a    10.1.0.0/16 -> pcx-ab
//! route   subnet-b    10.0.0.0/16 -> pcx-ab
//! ```
//!
//! ```findings
//! none
//! ```

use super::finding::{Claim, Witness};
use super::peerings::{Peering, peerings};
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{InterfaceIndex, VpcIndex};
use crate::packet::Family;
use crate::solver::{Destination, Source, Traffic};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP019",
    name: "peering-one-sided",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::VpcPeeringConnection, ResourceKind::RouteTable],
    source: include_str!("peering_one_sided.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let all = peerings(context);
    findings.looked_at(all.len(), "peering connection", "peering connections");
    for peering in all.iter().filter(|it| it.sides.iter().all(|it| covered[it.index()])) {
        let [one, other] = peering.sides;
        let finding = match (peering.routes[0].is_empty(), peering.routes[1].is_empty()) {
            (false, false) => continue,
            (true, true) => {
                let message = sentence!["is idle: neither side has a route to it"];
                let mut finding = Finding::new(&LINT, peering.component, message);
                finding.severity = Severity::Info;
                finding.remedy = sentence!["take it away, or give both sides routes"];
                finding
            }
            (false, true) => one_sided(context, peering, one, other, 0),
            (true, false) => one_sided(context, peering, other, one, 1),
        };
        findings.found.push(finding);
    }
}

fn one_sided(
    context: &Context<'_>,
    peering: &Peering,
    with: VpcIndex,
    without: VpcIndex,
    side: usize,
) -> Finding {
    let name = |vpc: VpcIndex| context.network.vpcs[vpc.index()].component;
    let message =
        sentence!["is one-sided: ", name(with), " has routes to ", name(without), ", which has none back"];
    let mut finding = Finding::new(&LINT, peering.component, message);
    finding.severity = Severity::Medium;
    finding.related = vec![name(with), name(without)];
    finding.rules = peering.routes[side].iter().map(|it| it.origin).take(8).collect();
    finding.flows = vec![sentence![
        "what ",
        name(with),
        " asks of ",
        name(without),
        " gets there, and no answer comes back"
    ]];
    finding.witness = witness(context, with, without);
    finding.remedy =
        sentence!["route the blocks of ", name(with), " into it in the tables of ", name(without)];
    finding
}

/// A packet that gets there and whose answer does not get back.
fn witness(context: &Context<'_>, with: VpcIndex, without: VpcIndex) -> Option<Witness> {
    let hosts = |vpc: VpcIndex| -> Vec<InterfaceIndex> {
        let subnets = context.subnets_of(vpc).map(|it| it.0).take(16);
        let first = |subnet| context.interfaces_of(subnet).find(|it| context.is_host(*it));
        subnets.filter_map(first).take(4).collect()
    };
    let far = hosts(without);
    hosts(with).into_iter().find_map(|source| {
        far.iter().find_map(|destination| {
            context.confirmed(Witness::new(
                Source::Interface(source, None),
                Destination::Interface(*destination, None),
                Traffic::default(),
                Family::V4,
                Claim::LosesAnswers,
            ))
        })
    })
}
