//! A VPC has a VPN or Direct Connect, and its subnets have no route back.
//!
//! A virtual private gateway delivers what comes in to any subnet of its VPC; answers need a route to the gateway, by
//! propagation or written down. Without one, hosts on premises ask and hear nothing.
//!
//! | severity | when |
//! |---|---|
//! | medium | no subnet of the VPC has a route to the gateway |
//! | info | some have, and others with hosts have not; that may be meant |
//!
//! ## No route
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! vgw     vgw-a       in vpc-a
//! vpn     vpn-a       to vgw-a routes 192.168.0.0/16
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 22 from 192.168.0.0/16
//! ```
//!
//! ```findings
//! medium vgw-a: vpc-a
//! ```
//!
//! ## A route
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! vgw     vgw-a       in vpc-a
//! vpn     vpn-a       to vgw-a routes 192.168.0.0/16
//! route   subnet-a    192.168.0.0/16 -> vgw-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 22 from 192.168.0.0/16
//! ```
//!
//! ```findings
//! none
//! ```

use super::finding::{Claim, Witness};
use super::overlaps::vpc_rows;
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{ResourceKind, RouteTarget, VpnState};
use crate::network::{Component, SubnetIndex, VpcIndex};
use crate::packet::{AddressSet, Family};
use crate::solver::{Destination, Source, Traffic};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP039",
    name: "vgw-propagation-off",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::VpnGateway, ResourceKind::VpnConnection, ResourceKind::RouteTable],
    source: include_str!("vgw_propagation_off.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let rows = vpc_rows(context.network);
    findings.looked_at(model.vpn_gateways.len(), "virtual private gateway", "virtual private gateways");
    for (row, gateway) in model.vpn_gateways.iter().enumerate() {
        let works = |state: &Option<VpnState>| matches!(state, None | Some(VpnState::Available));
        let connections = model.vpn_connections.iter().enumerate();
        let mut links: Vec<Component> = connections
            .filter(|(_, it)| it.vpn_gateway.as_ref() == Some(&gateway.id) && works(&it.state))
            .map(|(row, _)| Component::Resource(ResourceKind::VpnConnection, row as u32))
            .collect();
        let associations = model.direct_connect_associations.iter().enumerate();
        links.extend(
            associations.filter(|(_, it)| it.associated.as_str() == gateway.id.as_str()).map(|(row, _)| {
                Component::Resource(ResourceKind::DirectConnectGatewayAssociation, row as u32)
            }),
        );
        let mut attached = gateway.attachments.iter().filter(|it| it.is_in_force());
        let vpc = attached.find_map(|it| rows.get(it.vpc.as_str()).copied());
        let (Some(vpc), false) = (vpc, links.is_empty()) else { continue };
        let subject = Component::Resource(ResourceKind::VpnGateway, row as u32);
        findings.found.extend(one(context, subject, gateway.id.as_str(), vpc, &links));
    }
}

fn one(
    context: &Context<'_>,
    subject: Component,
    gateway: &str,
    vpc: VpcIndex,
    links: &[Component],
) -> Option<Finding> {
    let leads = |subnet: &SubnetIndex| {
        let row = &context.network.subnets[subnet.index()];
        // A table that the snapshot lacks may have any route.
        let Some(table) = context.table_at(row.route_table) else { return true };
        let Some(table) = context.model.route_tables.get_row(table as usize) else { return true };
        let is_route =
            |it: &crate::model::Route| matches!(&it.target, RouteTarget::Gateway(id) if id == gateway);
        table.routes.iter().any(is_route) || table.propagating.iter().any(|it| it == gateway)
    };
    let subnets: Vec<SubnetIndex> = context.subnets_of(vpc).map(|it| it.0).collect();
    let (with, without): (Vec<SubnetIndex>, Vec<SubnetIndex>) = subnets.into_iter().partition(leads);
    let without: Vec<SubnetIndex> =
        without.into_iter().filter(|it| context.interfaces_of(*it).any(|it| context.is_host(it))).collect();
    if without.is_empty() {
        return None;
    }
    let names: Vec<Component> =
        without.iter().map(|it| context.network.subnets[it.index()].component).collect();
    let message = match with.is_empty() {
        true => sentence![
            "joins ",
            context.network.vpcs[vpc.index()].component,
            " to networks on premises, and no subnet there has a route to it"
        ],
        false => sentence!["has no route to it from "].and(Sentence::list(&names, 3)),
    };
    let mut finding = Finding::new(&LINT, subject, message);
    finding.severity = if with.is_empty() { Severity::Medium } else { Severity::Info };
    let hosts: usize = without.iter().map(|it| context.interfaces_of(*it).count()).sum();
    finding.flows =
        vec![counted(hosts, "interface", "interfaces").and(sentence![" cannot answer hosts on premises"])];
    finding.related = links.iter().copied().chain(names).collect();
    finding.witness = witness(context, &without);
    finding.remedy =
        sentence!["let the subnets' route tables propagate from the gateway, or add routes to it"];
    Some(finding)
}

/// A host on premises that asks and hears nothing.
fn witness(context: &Context<'_>, subnets: &[SubnetIndex]) -> Option<Witness> {
    let known = context.network.on_premises(Family::V4).clone();
    let source = if known.is_empty() { AddressSet::all(Family::V4) } else { known };
    subnets.iter().take(8).find_map(|subnet| {
        context.witness_from(*subnet, |interface| {
            Witness::new(
                Source::Interface(interface, None),
                Destination::OnPremises(source.clone()),
                Traffic::default(),
                Family::V4,
                Claim::Blocked,
            )
        })
    })
}
