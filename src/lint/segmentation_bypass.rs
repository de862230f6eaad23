//! Segments that are declared separate are joined past the transit gateway.
//!
//! Tables of a transit gateway are where segments are kept apart; a peering connection, a second way, an appliance with a
//! foot in both, or a load balancer behind an endpoint service goes past them. netpath follows every route of a segment's
//! subnets, and lists the ways into another segment that no transit gateway's table is on. An endpoint in one segment for
//! a service of the other is reported as well: it carries packets one way, to the service's load balancer only.
//!
//! | severity | when |
//! |---|---|
//! | high | packets of a host in one segment get to one in the other |
//! | medium | routes lead there, and filters or the lack of hosts keep packets from it today; or an endpoint service joins them |
//!
//! ## A peering connection
//!
//! ```topology
//! vpc     vpc-prod    10.0.0.0/16
//! vpc     vpc-dev     10.1.0.0/16
//! subnet  subnet-p    10.0.1.0/24  in vpc-prod
//! subnet  subnet-d    10.1.1.0/24  in vpc-dev
//! pcx     pcx-pd      vpc-prod vpc-dev
//! route   subnet-d    10.0.0.0/16 -> pcx-pd
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
//! high vpc-dev: pcx-pd
//! ```
//!
//! ## One segment
//!
//! ```topology
//! vpc     vpc-prod    10.0.0.0/16
//! vpc     vpc-dev     10.1.0.0/16
//! subnet  subnet-p    10.0.1.0/24  in vpc-prod
//! subnet  subnet-d    10.1.1.0/24  in vpc-dev
//! pcx     pcx-pd      vpc-prod vpc-dev
//! route   subnet-d    10.0.0.0/16 -> pcx-pd
//! ```
//!
//! ```settings
//! [[lint.segment]]
//! name = "all"
//! members = ["vpc-*"]
//! ```
//!
//! ```findings
//! none
//! ```

use super::overlaps::vpc_rows;
use super::segments::{crossings, members};
use super::sentence::sentence;
use super::tgw_segment_leak::finding;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{EndpointState, ResourceKind};
use crate::network::{Component, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP025",
    name: "segmentation-bypass",
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
    source: include_str!("segmentation_bypass.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let members = members(context);
    findings.looked_at(members.len(), "VPC in a declared segment", "VPCs in declared segments");
    for crossing in crossings(context).iter().filter(|it| !it.is_by_transit()) {
        let mut finding = finding(context, &LINT, crossing);
        let routes: Vec<Component> = crossing
            .way
            .stops
            .iter()
            .map(|it| it.component)
            .filter(|it| {
                matches!(it, Component::Resource(kind, _) if !matches!(
                    kind,
                    ResourceKind::RouteTable | ResourceKind::Vpc | ResourceKind::Subnet
                ))
            })
            .collect();
        finding.message = finding
            .message
            .and(sentence![", past any transit gateway, by "])
            .and(super::Sentence::list(&routes, 3));
        findings.found.push(finding);
    }
    if !members.is_empty() {
        services(context, &members, findings);
    }
}

/// Endpoints in one segment for services whose load balancers stand in another.
fn services(
    context: &Context<'_>,
    members: &std::collections::BTreeMap<VpcIndex, usize>,
    findings: &mut Findings,
) {
    let model = context.model;
    let rows = vpc_rows(context.network);
    for (row, endpoint) in model.vpc_endpoints.iter().enumerate() {
        if !matches!(endpoint.state, None | Some(EndpointState::Available)) {
            continue;
        }
        let from = rows.get(endpoint.vpc.as_str()).copied();
        let service = model.endpoint_services.iter().find(|it| it.name == endpoint.service_name);
        let (Some(from), Some(service)) = (from, service) else { continue };
        let balancers = service.network_load_balancers.iter().chain(&service.gateway_load_balancers);
        let homes = balancers.filter_map(|id| model.load_balancers.get(id)?.vpc.as_ref());
        for to in homes.filter_map(|it| rows.get(it.as_str()).copied()) {
            let (Some(own), Some(other)) = (members.get(&from), members.get(&to)) else { continue };
            if own == other {
                continue;
            }
            let subject = Component::Resource(ResourceKind::VpcEndpoint, row as u32);
            let name = |segment: usize| context.settings.segments[segment].name.clone();
            let target = context.network.vpcs[to.index()].component;
            let message = sentence![
                "leads from segment ",
                name(*own),
                " to a service in ",
                target,
                " of segment ",
                name(*other),
            ];
            let mut finding = Finding::new(&LINT, subject, message);
            finding.severity = Severity::Medium;
            finding.key = context.id(target).to_owned();
            finding.related = vec![target];
            finding.remedy = sentence!["reject the connection at the service, unless it is meant"];
            findings.found.push(finding);
        }
    }
}
