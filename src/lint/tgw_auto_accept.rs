//! A transit gateway takes attachments of other accounts unseen.
//!
//! Whoever the transit gateway is shared with attaches a VPC and is joined to the others at once, as far as its default route
//! table goes.
//!
//! ## Unseen
//!
//! ```topology
//! tgw     tgw-x
//! set     tgw-x       Options.AutoAcceptSharedAttachments enable
//! vpc     vpc-a       10.0.0.0/16
//! ```
//!
//! ```findings
//! medium tgw-x: unseen
//! ```
//!
//! ## By hand
//!
//! ```topology
//! tgw     tgw-x
//! vpc     vpc-a       10.0.0.0/16
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{ResourceKind, Support};
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP060",
    name: "tgw-auto-accept",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::fsbp("EC2.23"), Control::nist("CM-2"), Control::nist("AC-4")],
    needs: &[ResourceKind::TransitGateway],
    source: include_str!("tgw_auto_accept.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    findings.looked_at(model.transit_gateways.len(), "transit gateway", "transit gateways");
    for (row, gateway) in model.transit_gateways.iter().enumerate() {
        if gateway.accepts_unseen != Some(Support::Enable) {
            continue;
        }
        let subject = Component::Resource(ResourceKind::TransitGateway, row as u32);
        let mut finding =
            Finding::new(&LINT, subject, sentence!["accepts attachments of other accounts unseen"]);
        let own =
            model.transit_gateway_attachments.iter().filter(|it| it.transit_gateway == gateway.id).count();
        finding.flows = vec![
            counted(own, "attachment", "attachments")
                .and(sentence![" would be joined to a new one by the default table"]),
        ];
        finding.remedy = sentence!["turn AutoAcceptSharedAttachments off, and accept attachments by hand"];
        findings.found.push(finding);
    }
}
