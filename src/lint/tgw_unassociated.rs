//! An attachment of a transit gateway has no route table, or propagates into tables that nobody uses.
//!
//! Packets that come in by an attachment without an associated table go nowhere: the VPC can be answered and cannot ask.
//! A table that no attachment is associated with decides nothing, whatever propagates into it.
//!
//! | severity | when |
//! |---|---|
//! | medium | a VPC's attachment has no associated table |
//! | info | no attachment is associated with a table that has propagations |
//!
//! ## No table
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a  table none
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! route   subnet-a    10.1.0.0/16 -> tgw-x
//! eni     eni-a       10.0.1.10    in subnet-a
//! ```
//!
//! ```findings
//! medium tgw-attach-a: no associated
//! ```
//!
//! ## Associated
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! tgw-attachment tgw-attach-b vpc-b to tgw-x in subnet-b
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeSet;

use super::finding::Witness;
use super::overlaps::vpc_rows;
use super::sentence::sentence;
use super::trace::End;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{AttachmentKind, AttachmentState, ResourceKind};
use crate::network::{Component, ExplanationCode, VpcIndex};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP021",
    name: "tgw-unassociated",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::TransitGatewayAttachment, ResourceKind::TransitGatewayRouteTable],
    source: include_str!("tgw_unassociated.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let rows = vpc_rows(context.network);
    let works = |state: &Option<AttachmentState>| matches!(state, None | Some(AttachmentState::Available));
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for attachment in &model.transit_gateway_attachments {
        used.extend(attachment.route_table.as_ref().map(|it| it.as_str()));
    }
    for list in &model.transit_gateway_associations {
        if !list.associations.is_empty() {
            used.insert(list.id.as_str());
        }
    }
    let listed: BTreeSet<&str> = model
        .transit_gateway_associations
        .iter()
        .flat_map(|it| it.associations.iter().map(|it| it.attachment.as_str()))
        .collect();
    findings.looked_at(model.transit_gateway_attachments.len(), "attachment", "attachments");
    for (row, attachment) in model.transit_gateway_attachments.iter().enumerate() {
        let is_idle = attachment.route_table.is_none()
            && !attachment.has_policy_table
            && !listed.contains(attachment.id.as_str())
            && attachment.kind == AttachmentKind::Vpc
            && works(&attachment.state);
        if !is_idle {
            continue;
        }
        let subject = Component::Resource(ResourceKind::TransitGatewayAttachment, row as u32);
        let message = sentence!["has no associated route table: what comes in by it goes nowhere"];
        let mut finding = Finding::new(&LINT, subject, message);
        let vpc = attachment.resource.as_ref().and_then(|it| rows.get(it.as_str())).copied();
        finding.related = vpc.map(|it| context.network.vpcs[it.index()].component).into_iter().collect();
        finding.witness = vpc.and_then(|it| witness(context, it));
        finding.remedy = sentence!["associate it with a route table of its transit gateway"];
        findings.found.push(finding);
    }
    for (row, table) in model.transit_gateway_route_tables.iter().enumerate() {
        let list = model.transit_gateway_propagations.get(&table.id);
        let count = list.map_or(0, |it| it.attachments.len());
        if used.contains(table.id.as_str()) || count == 0 {
            continue;
        }
        let subject = Component::Resource(ResourceKind::TransitGatewayRouteTable, row as u32);
        let message = sentence!["has ", count, " propagations, and no attachment is associated with it"];
        let mut finding = Finding::new(&LINT, subject, message);
        finding.severity = Severity::Info;
        finding.remedy = sentence!["associate attachments with it, or take it away"];
        findings.found.push(finding);
    }
}

/// A packet of the VPC that is dropped for want of a table.
fn witness(context: &Context<'_>, vpc: VpcIndex) -> Option<Witness> {
    let subnets = context.subnets_of(vpc).map(|it| it.0).take(16);
    subnets.into_iter().find_map(|subnet| {
        let lost = context
            .ways(subnet, &AddressSet::all(Family::V4))
            .find(|it| it.end == End::Dropped(ExplanationCode::TgwAttachMissingTgwRtbAssociation))?;
        context.dropped(subnet, &lost.destinations)
    })
}
