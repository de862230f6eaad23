//! Segments that are declared separate are joined by a transit gateway's routes.
//!
//! `netpath.toml` says which VPCs are a segment:
//!
//! ```toml
//! [[lint.segment]]
//! name = "prod"
//! members = ["tag:env=prod"]
//! ```
//!
//! VPCs of different segments have no business with each other. netpath follows the routes of every subnet through the
//! tables of transit gateways and says which table's route leads from one segment into another, whatever filters say: a
//! security group is one control, and the segments are meant to be two. A packet is shown where one gets there.
//!
//! | severity | when |
//! |---|---|
//! | high | packets of a host in one segment get to one in the other |
//! | medium | routes lead there, and filters or the lack of hosts keep packets from it today |
//!
//! ## A shared table
//!
//! ```topology
//! vpc     vpc-prod    10.0.0.0/16
//! vpc     vpc-dev     10.1.0.0/16
//! subnet  subnet-p    10.0.1.0/24  in vpc-prod
//! subnet  subnet-d    10.1.1.0/24  in vpc-dev
//! tgw     tgw-x
//! tgw-attachment tgw-attach-p vpc-prod to tgw-x in subnet-p
//! tgw-attachment tgw-attach-d vpc-dev  to tgw-x in subnet-d
//! route   subnet-d    10.0.0.0/8 -> tgw-x
//! eni     eni-p       10.0.1.10    in subnet-p  sg sg-p
//! eni     eni-d       10.1.1.10    in subnet-d
//! allow   sg-p        inbound tcp 443 from 10.0.0.0/8
//! ```
//!
//! ```settings
//! [[lint.segment]]
//! name = "prod"
//! members = ["vpc-prod"]
//! [[lint.segment]]
//! name = "dev"
//! members = ["vpc-dev"]
//! ```
//!
//! ```findings
//! high vpc-dev: segment prod
//! ```
//!
//! ## Tables of their own
//!
//! ```topology
//! vpc     vpc-prod    10.0.0.0/16
//! vpc     vpc-dev     10.1.0.0/16
//! subnet  subnet-p    10.0.1.0/24  in vpc-prod
//! subnet  subnet-d    10.1.1.0/24  in vpc-dev
//! tgw     tgw-x       no-default-table
//! tgw-table tgw-rtb-p in tgw-x
//! tgw-table tgw-rtb-d in tgw-x
//! tgw-attachment tgw-attach-p vpc-prod to tgw-x in subnet-p table tgw-rtb-p propagates tgw-rtb-p
//! tgw-attachment tgw-attach-d vpc-dev  to tgw-x in subnet-d table tgw-rtb-d propagates tgw-rtb-d
//! route   subnet-d    10.0.0.0/8 -> tgw-x
//! ```
//!
//! ```settings
//! [[lint.segment]]
//! name = "prod"
//! members = ["vpc-prod"]
//! [[lint.segment]]
//! name = "dev"
//! members = ["vpc-dev"]
//! ```
//!
//! ```findings
//! none
//! ```

use super::segments::{Crossing, crossings, members};
use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP023",
    name: "tgw-segment-leak",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[
        Control::pci_dss("1.2.1"),
        Control::nist("AC-4"),
        Control::nist("SC-7(21)"),
        Control::soc2("CC6.6"),
    ],
    needs: &[ResourceKind::Vpc, ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("tgw_segment_leak.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    findings.looked_at(members(context).len(), "VPC in a declared segment", "VPCs in declared segments");
    let found = crossings(context);
    let through = found.iter().filter(|it| it.is_by_transit());
    findings.found.extend(through.map(|it| finding(context, &LINT, it)));
}

/// What is said of a way between segments.
pub fn finding(context: &Context<'_>, lint: &'static Lint, crossing: &Crossing) -> Finding {
    let network = context.network;
    let name = |segment: usize| context.settings.segments.get(segment).map_or("", |it| it.name.as_str());
    let (from, to) =
        (network.vpcs[crossing.from.index()].component, network.vpcs[crossing.to.index()].component);
    let through: Vec<_> = crossing.way.stops.iter().skip(1).map(|it| it.component).collect();
    let mut joints = through.clone();
    joints.dedup();
    joints.retain(|it| *it != from && *it != to);
    let message = sentence![
        "leads from segment ",
        name(crossing.segments.0).to_owned(),
        " to ",
        to,
        " of segment ",
        name(crossing.segments.1).to_owned(),
        " for ",
        crossing.way.destinations.clone(),
    ];
    let mut finding = Finding::new(lint, from, message);
    finding.key = context.id(to).to_owned();
    finding.related = std::iter::once(to).chain(joints).collect();
    finding.rules = crossing.way.routes();
    finding.witness = crossing.witness(context);
    finding.severity = if finding.witness.is_some() { Severity::High } else { Severity::Medium };
    finding.flows = vec![match finding.witness {
        Some(_) => sentence!["hosts of the one get packets to hosts of the other"],
        None => {
            sentence!["no packet of the hosts that were asked about gets there today; only routes join them"]
        }
    }];
    finding.remedy = sentence!["take the route out of the table, or give the segments tables of their own"];
    finding
}
