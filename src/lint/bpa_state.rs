//! VPC Block Public Access is off, or an exclusion takes back what it blocks.
//!
//! One setting of an account and Region keeps internet gateways from letting anything in, or anything at all, whatever routes,
//! groups and ACLs say. Every answer of netpath has it applied already. Where it is off and nothing is reached from the
//! internet anyway, it could be turned on for nothing; where an exclusion covers hosts that are reached, it protects nothing there.
//!
//! | severity | when |
//! |---|---|
//! | medium | an exclusion in force covers interfaces that the internet reaches |
//! | info | it is off |
//!
//! ## Off
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! ```
//!
//! ```findings
//! info 111111111111/eu-west-1: off
//! ```
//!
//! ## On
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! bpa     block-bidirectional
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::{counted, sentence};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{BlockMode, ResourceKind};
use crate::network::{Component, InterfaceIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP056",
    name: "bpa-state",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::fsbp("EC2.172"), Control::nist("SC-7"), Control::nist("AC-4")],
    needs: &[
        ResourceKind::BlockPublicAccessOptions,
        ResourceKind::BlockPublicAccessExclusion,
        ResourceKind::Vpc,
    ],
    source: include_str!("bpa_state.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let network = context.network;
    let reached: Vec<InterfaceIndex> = context
        .world()
        .exposures
        .iter()
        .filter(|it| !it.passes.is_empty())
        .flat_map(|it| it.interfaces.iter().copied())
        .collect();
    findings.looked_at(model.block_public_access_options.len(), "account's Region", "accounts' Regions");
    for (row, options) in model.block_public_access_options.iter().enumerate() {
        if options.mode != BlockMode::Off {
            continue;
        }
        let scope = (options.about.account.as_ref(), options.about.region.as_ref());
        let own = reached.iter().filter(|it| {
            let vpc = context.vpc(network.interfaces[it.index()].vpc);
            vpc.is_some_and(|it| (it.about.account.as_ref(), it.about.region.as_ref()) == scope)
        });
        let count = own.count();
        let message = match count {
            0 => sentence!["has Block Public Access off, and nothing there is reached from the internet"],
            _ => sentence!["has Block Public Access off"],
        };
        let subject = Component::Resource(ResourceKind::BlockPublicAccessOptions, row as u32);
        let mut finding = Finding::new(&LINT, subject, message);
        finding.severity = Severity::Info;
        finding.flows = vec![
            counted(count, "interface is", "interfaces are")
                .and(sentence![" reached from the internet there today"]),
        ];
        finding.remedy = sentence!["turn it on, with exclusions for what is meant to be reached"];
        findings.found.push(finding);
    }
    for (row, exclusion) in model.block_public_access_exclusions.iter().enumerate() {
        let covers = |it: &&InterfaceIndex| {
            let own = &network.interfaces[it.index()];
            network.subnets[own.subnet.index()].id.as_str() == exclusion.resource
                || network.vpcs[own.vpc.index()].id.as_str() == exclusion.resource
        };
        let count = reached.iter().filter(covers).count();
        if !exclusion.is_in_force() || count == 0 {
            continue;
        }
        let subject = Component::Resource(ResourceKind::BlockPublicAccessExclusion, row as u32);
        let message = sentence![
            "takes ",
            exclusion.resource.to_string(),
            " out of Block Public Access, and the internet gets in there"
        ];
        let mut finding = Finding::new(&LINT, subject, message);
        finding.flows = vec![counted(count, "interface is", "interfaces are").and(sentence![" reached"])];
        finding.remedy = sentence!["narrow it to the subnets that need it, or to packets that go out"];
        findings.found.push(finding);
    }
}
