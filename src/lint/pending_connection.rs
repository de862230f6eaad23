//! A connection waits for somebody to accept it.
//!
//! A peering connection, an attachment of a transit gateway or an endpoint that nobody has accepted carries nothing. One that
//! is forgotten is a door that anybody with the right to accept can open; a request expires after a week for peering, and
//! never for the others.
//!
//! ## A peering connection
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! pcx     pcx-ab      vpc-a vpc-b  status pending-acceptance
//! ```
//!
//! ```findings
//! low pcx-ab: waits
//! ```
//!
//! ## Accepted
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! pcx     pcx-ab      vpc-a vpc-b
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{AttachmentState, EndpointState, PeeringStatus, ResourceKind};
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP049",
    name: "pending-connection",
    pillars: &[Pillar::Operations],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::VpcPeeringConnection, ResourceKind::VpcEndpoint],
    source: include_str!("pending_connection.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let attachments = &model.transit_gateway_attachments;
    findings.looked_at(
        model.peering_connections.len() + attachments.len() + model.vpc_endpoints.len(),
        "connection",
        "connections",
    );
    let mut waiting: Vec<(Component, &'static str)> = Vec::new();
    for (row, it) in model.peering_connections.iter().enumerate() {
        if it.status == Some(PeeringStatus::PendingAcceptance) {
            let subject = Component::Resource(ResourceKind::VpcPeeringConnection, row as u32);
            waiting.push((subject, "the owner of the other VPC"));
        }
    }
    for (row, it) in attachments.iter().enumerate() {
        if it.state == Some(AttachmentState::PendingAcceptance) {
            let subject = Component::Resource(ResourceKind::TransitGatewayAttachment, row as u32);
            waiting.push((subject, "the owner of the transit gateway"));
        }
    }
    for (row, it) in model.vpc_endpoints.iter().enumerate() {
        if it.state == Some(EndpointState::PendingAcceptance) {
            let subject = Component::Resource(ResourceKind::VpcEndpoint, row as u32);
            waiting.push((subject, "the owner of the service"));
        }
    }
    for (row, it) in model.endpoint_connections.iter().enumerate() {
        // The endpoint itself says the same where the snapshot has it.
        let is_known = model.vpc_endpoints.get(&it.endpoint).is_some();
        if it.state == Some(EndpointState::PendingAcceptance) && !is_known {
            let subject = Component::Resource(ResourceKind::EndpointConnection, row as u32);
            waiting.push((subject, "the owner of the service"));
        }
    }
    for (subject, who) in waiting {
        let mut finding = Finding::new(&LINT, subject, sentence!["waits for ", who, " to accept it"]);
        finding.flows = vec![sentence!["it carries nothing until then"]];
        finding.remedy = sentence!["have it accepted if it is meant, else reject it"];
        findings.found.push(finding);
    }
}
