//! A connection leads to an account that is not known.
//!
//! The accounts of the snapshot, and `trusted-accounts` under `[lint]` in `netpath.toml`, belong to the estate. A peering
//! connection, an attachment of a transit gateway or a consumer of an endpoint service of any other account lets somebody else's
//! network in, as far as routes and rules go.
//!
//! | severity | when |
//! |---|---|
//! | medium | a peering connection that a route of ours leads into; an attachment |
//! | low | a peering connection without a route; a consumer of an endpoint service, which reaches the service only |
//!
//! ## A stranger's VPC
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! pcx     pcx-x       vpc-a vpc-far  10.9.0.0/16  account 999999999999
//! route   subnet-a    10.9.0.0/16 -> pcx-x
//! ```
//!
//! ```findings
//! medium pcx-x: 999999999999
//! ```
//!
//! ## A trusted account
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! pcx     pcx-x       vpc-a vpc-far  10.9.0.0/16  account 999999999999
//! route   subnet-a    10.9.0.0/16 -> pcx-x
//! ```
//!
//! ```settings
//! [lint]
//! trusted-accounts = ["999999999999"]
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeSet;

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{AttachmentState, EndpointState, PeeringStatus, ResourceKind, RouteTarget};
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP059",
    name: "peering-foreign",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CA-3"), Control::nist("AC-20"), Control::soc2("CC6.6")],
    needs: &[ResourceKind::VpcPeeringConnection, ResourceKind::TransitGatewayAttachment, ResourceKind::Vpc],
    source: include_str!("peering_foreign.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let mut known: BTreeSet<&str> = context.settings.trusted_accounts.iter().map(String::as_str).collect();
    // What another account shares is described here as well: only what its owner sees tells of an account of ours.
    let own = model.vpcs.iter().filter(|it| it.about.seen_by_owner);
    known.extend(own.filter_map(|it| it.about.account.as_ref()).map(|it| it.as_str()));
    findings.looked_at(
        model.peering_connections.len()
            + model.transit_gateway_attachments.len()
            + model.endpoint_connections.len(),
        "connection",
        "connections",
    );
    if known.is_empty() {
        return;
    }
    let all = peerings(context).into_iter().chain(attachments(context)).chain(consumers(context));
    for (subject, account, severity) in all.filter(|it| !known.contains(it.1)) {
        let message = sentence![
            "leads to account ",
            account.to_owned(),
            ", which nobody has named as one of the estate"
        ];
        let mut finding = Finding::new(&LINT, subject, message);
        finding.key = account.to_owned();
        finding.severity = severity;
        finding.remedy = sentence!["take it away, or name the account under `trusted-accounts`"];
        findings.found.push(finding);
    }
}

/// A connection, an account at its end, and how bad it is when that is a stranger's.
type End<'a> = (Component, &'a str, Severity);

fn peerings<'a>(context: &Context<'a>) -> Vec<End<'a>> {
    let model = context.model;
    let mut ends = Vec::new();
    let targets = model.route_tables.iter().flat_map(|it| &it.routes).map(|it| &it.target);
    let used: rustc_hash::FxHashSet<&str> = targets
        .filter(|it| matches!(it, RouteTarget::PeeringConnection(_)))
        .filter_map(|it| it.id().map(|it| it.as_str()))
        .collect();
    for (row, connection) in model.peering_connections.iter().enumerate() {
        let works = matches!(
            connection.status,
            None | Some(PeeringStatus::Active | PeeringStatus::PendingAcceptance)
        );
        if !works {
            continue;
        }
        let is_used = used.contains(connection.id.as_str());
        let severity = if is_used { Severity::Medium } else { Severity::Low };
        let subject = Component::Resource(ResourceKind::VpcPeeringConnection, row as u32);
        let accounts = [&connection.requester, &connection.accepter].map(|it| it.account.as_ref());
        ends.extend(accounts.into_iter().flatten().map(|it| (subject, it.as_str(), severity)));
    }
    ends
}

fn attachments<'a>(context: &Context<'a>) -> Vec<End<'a>> {
    let all = context.model.transit_gateway_attachments.iter().enumerate();
    let works = |state: &Option<AttachmentState>| {
        matches!(state, None | Some(AttachmentState::Available | AttachmentState::PendingAcceptance))
    };
    all.filter(|it| works(&it.1.state))
        .filter_map(|(row, it)| {
            let subject = Component::Resource(ResourceKind::TransitGatewayAttachment, row as u32);
            Some((subject, it.resource_owner.as_ref()?.as_str(), Severity::Medium))
        })
        .collect()
}

fn consumers<'a>(context: &Context<'a>) -> Vec<End<'a>> {
    let all = context.model.endpoint_connections.iter().enumerate();
    let works = |state: &Option<EndpointState>| {
        matches!(state, None | Some(EndpointState::Available | EndpointState::PendingAcceptance))
    };
    all.filter(|it| works(&it.1.state))
        .filter_map(|(row, it)| {
            let subject = Component::Resource(ResourceKind::EndpointConnection, row as u32);
            Some((subject, it.consumer.as_deref()?, Severity::Low))
        })
        .collect()
}
