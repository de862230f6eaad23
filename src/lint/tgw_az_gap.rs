//! A subnet's routes lead to a transit gateway that has no attachment subnet in its zone.
//!
//! A transit gateway takes packets only in zones where its attachment has a subnet: hosts of another zone lose everything
//! that they send to it, while hosts next door with the same route table do not.
//!
//! | severity | when |
//! |---|---|
//! | high | hosts stand in the subnet |
//! | low | none do yet |
//!
//! ## A zone without
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a  zone a
//! subnet  subnet-c    10.0.3.0/24  in vpc-a  zone c
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! route   subnet-c    10.1.0.0/16 -> tgw-x
//! eni     eni-c       10.0.3.10    in subnet-c
//! ```
//!
//! ```findings
//! high subnet-c: tgw-x
//! ```
//!
//! ## In every zone
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a  zone a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! route   subnet-a    10.1.0.0/16 -> tgw-x
//! eni     eni-a       10.0.1.10    in subnet-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::trace::{End, Way};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::{ExplanationCode, SubnetIndex};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP022",
    name: "tgw-az-gap",
    pillars: &[Pillar::Reliability],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10"), Control::soc2("A1.2")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable, ResourceKind::TransitGatewayVpcAttachment],
    source: include_str!("tgw_az_gap.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut known: rustc_hash::FxHashMap<_, Option<Way>> = rustc_hash::FxHashMap::default();
    let mut count = 0;
    for (index, row, subnet) in context.subnets() {
        if subnet.cidr.is_none() || !covered[row.vpc.index()] {
            continue;
        }
        count += 1;
        let way = known.entry((row.vpc, row.route_table, row.zone)).or_insert_with(|| gap(context, index));
        if let Some(way) = way {
            findings.found.push(one(context, index, way));
        }
    }
    findings.looked_at(count, "subnet", "subnets");
}

fn gap(context: &Context<'_>, subnet: SubnetIndex) -> Option<Way> {
    // Beyond the first table it is another zone's affair.
    let mut ways = context.ways(subnet, &AddressSet::all(Family::V4)).up_to(2);
    ways.find(|it| it.end == End::Dropped(ExplanationCode::TgwRouteAzRestriction))
}

fn one(context: &Context<'_>, subnet: SubnetIndex, way: &Way) -> Finding {
    let row = &context.network.subnets[subnet.index()];
    let hosts = context.interfaces_of(subnet).filter(|it| context.is_host(*it)).count();
    let gateway = way.stops.last().map_or(row.component, |it| it.component);
    let message = sentence![
        "stands in zone ",
        context.zone(row.zone).to_owned(),
        ", where ",
        gateway,
        " has no attachment subnet: it drops what the subnet sends for ",
        way.destinations.clone(),
    ];
    let mut finding = Finding::new(&LINT, row.component, message);
    finding.severity = if hosts > 0 { Severity::High } else { Severity::Low };
    finding.related = vec![gateway];
    finding.rules = way.first_route().into_iter().collect();
    finding.flows = vec![
        counted(hosts, "interface in it reaches", "interfaces in it reach")
            .and(sentence![" nothing beyond the transit gateway"]),
    ];
    finding.witness = context.dropped(subnet, &way.destinations);
    finding.remedy = sentence!["add a subnet of this zone to the attachment"];
    finding
}
