//! An internet gateway is attached to a VPC that is to have none.
//!
//! `internet` under `[lint]` in `netpath.toml` names the VPCs that may have one. Without it, every VPC may, and nothing is
//! found.
//!
//! | severity | when |
//! |---|---|
//! | high | the VPC has interfaces that the internet reaches |
//! | medium | it has not |
//!
//! ## In the wrong VPC
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! igw     igw-a       in vpc-a
//! ```
//!
//! ```settings
//! [lint]
//! internet = ["vpc-edge"]
//! ```
//!
//! ```findings
//! medium vpc-a: igw-a
//! ```
//!
//! ## Where it may be
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! igw     igw-a       in vpc-a
//! ```
//!
//! ```settings
//! [lint]
//! internet = ["vpc-a"]
//! ```
//!
//! ```findings
//! none
//! ```

use super::overlaps::vpc_rows;
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP061",
    name: "igw-unexpected",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[Control::nist("SC-7"), Control::pci_dss("1.4.1")],
    needs: &[ResourceKind::InternetGateway, ResourceKind::Vpc],
    source: include_str!("igw_unexpected.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let network = context.network;
    findings.looked_at(model.internet_gateways.len(), "internet gateway", "internet gateways");
    let Some(allowed) = &context.settings.internet else { return };
    let rows = vpc_rows(network);
    for (row, gateway) in model.internet_gateways.iter().enumerate() {
        for attachment in gateway.attachments.iter().filter(|it| it.is_in_force()) {
            let Some(vpc) = model.vpcs.get(&attachment.vpc) else { continue };
            let Some(index) = rows.get(vpc.id.as_str()) else { continue };
            if allowed.iter().any(|it| it.fits(vpc.id.as_str(), &vpc.about)) {
                continue;
            }
            let component = Component::Resource(ResourceKind::InternetGateway, row as u32);
            let subject = network.vpcs[index.index()].component;
            let reached: Vec<_> = context
                .world()
                .exposures
                .iter()
                .filter(|it| network.interfaces[it.interface.index()].vpc == *index && !it.passes.is_empty())
                .collect();
            let count: usize = reached.iter().map(|it| it.interfaces.len()).sum();
            let message = sentence!["has ", component, ", and is not among the VPCs that may"];
            let mut finding = Finding::new(&LINT, subject, message);
            finding.severity = if count > 0 { Severity::High } else { Severity::Medium };
            finding.related = vec![component];
            finding.flows = vec![
                counted(count, "interface is", "interfaces are").and(sentence![" reached from the internet"]),
            ];
            finding.witness = reached.first().map(|it| it.witness(context, it.passes.clone()));
            finding.remedy = sentence!["detach it, or name the VPC under `internet`"];
            findings.found.push(finding);
        }
    }
}
