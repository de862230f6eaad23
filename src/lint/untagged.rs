//! A network resource lacks a tag that it is to have.
//!
//! `tags` under `[lint]` in `netpath.toml` names the tags that resources of the network are to have. Tags by which the same
//! file chooses VPCs and subnets (segments, tiers, what is sensitive or inspected) count for those: a VPC without the
//! tag is in no segment, and nobody notices. Without either, there is nothing to ask for, and nothing is found. Default
//! VPCs and what AWS makes in them are left to `default-vpc-used`.
//!
//! | severity | when |
//! |---|---|
//! | medium | a policy in `netpath.toml` chooses by the tag |
//! | low | `tags` asks for it |
//!
//! ## A tag that is asked for
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! set     vpc-a       Tags [{"Key":"Owner","Value":"net"}]
//! set     rtb-main-a  Tags [{"Key":"Owner","Value":"net"}]
//! set     rtb-main-b  Tags [{"Key":"Owner","Value":"net"}]
//! set     acl-default-a  Tags [{"Key":"Owner","Value":"net"}]
//! set     acl-default-b  Tags [{"Key":"Owner","Value":"net"}]
//! set     sg-default-a   Tags [{"Key":"Owner","Value":"net"}]
//! set     sg-default-b   Tags [{"Key":"Owner","Value":"net"}]
//! ```
//!
//! ```settings
//! [lint]
//! tags = ["Owner"]
//! ```
//!
//! ```findings
//! low vpc-b: Owner
//! ```
//!
//! ## A segment by tag
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! set     vpc-a       Tags [{"Key":"Stage","Value":"prod"}]
//! ```
//!
//! ```settings
//! [[lint.segment]]
//! name = "prod"
//! members = ["tag:Stage=prod"]
//! ```
//!
//! ```findings
//! medium vpc-b: Stage
//! ```
//!
//! ## Nothing asked for
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeSet;

use super::sentence::sentence;
use super::settings::Pattern;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP042",
    name: "untagged",
    pillars: &[Pillar::Operations],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CM-8")],
    needs: &[ResourceKind::Vpc],
    source: include_str!("untagged.rs"),
    check,
};

/// What has tags in the answers that describe it.
const TAGGED: &[ResourceKind] = &[
    ResourceKind::Vpc,
    ResourceKind::Subnet,
    ResourceKind::RouteTable,
    ResourceKind::SecurityGroup,
    ResourceKind::NetworkAcl,
    ResourceKind::InternetGateway,
    ResourceKind::EgressOnlyInternetGateway,
    ResourceKind::NatGateway,
    ResourceKind::VpcPeeringConnection,
    ResourceKind::VpcEndpoint,
    ResourceKind::TransitGateway,
    ResourceKind::TransitGatewayVpcAttachment,
    ResourceKind::TransitGatewayRouteTable,
    ResourceKind::VpnGateway,
    ResourceKind::VpnConnection,
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    let settings = context.settings;
    let keys = |patterns: &mut dyn Iterator<Item = &Pattern>| -> BTreeSet<String> {
        let tags =
            patterns.filter_map(|it| if let Pattern::Tag(key, _) = it { Some(key.clone()) } else { None });
        tags.collect()
    };
    let of_vpcs = keys(&mut settings.segments.iter().flat_map(|it| &it.members));
    let subnets = [&settings.isolated, &settings.private, &settings.public, &settings.sensitive];
    let of_subnets = keys(&mut subnets.into_iter().flatten().flatten());
    let mut count = 0;
    for kind in TAGGED {
        let is_vpc = *kind == ResourceKind::Vpc;
        let is_subnet = *kind == ResourceKind::Subnet;
        let chosen = [(is_vpc, &of_vpcs), (is_subnet, &of_subnets)];
        let chosen: BTreeSet<String> =
            chosen.into_iter().filter(|it| it.0).flat_map(|it| it.1.clone()).collect();
        if chosen.is_empty() && settings.tags.is_empty() {
            continue;
        }
        let mut row = 0;
        // Ends: rows are numbered without gaps.
        while let Some(about) = kind.about(context.model, row) {
            count += 1;
            let lacking = |wanted: &mut dyn Iterator<Item = &String>| -> Vec<String> {
                wanted.filter(|it| !about.tags.has(it, None)).cloned().collect()
            };
            let asked = lacking(&mut settings.tags.iter());
            let selected = lacking(&mut chosen.iter());
            row += 1;
            // What another account owns shows its tags to that account only.
            if asked.is_empty() && selected.is_empty() || !about.seen_by_owner {
                continue;
            }
            let subject = Component::Resource(*kind, row as u32 - 1);
            findings.found.push(one(subject, asked, selected));
        }
    }
    findings.looked_at(count, "resource", "resources");
}

fn one(subject: Component, asked: Vec<String>, selected: Vec<String>) -> Finding {
    let all: BTreeSet<String> = asked.into_iter().chain(selected.iter().cloned()).collect();
    let names: Vec<String> = all.iter().cloned().collect();
    let mut message = sentence!["has no tag "].and(Sentence::list(&names, 4));
    if !selected.is_empty() {
        message = message.and(sentence![", by which policies in netpath.toml choose"]);
    }
    let mut finding = Finding::new(&LINT, subject, message);
    finding.key = names.join(",");
    finding.severity = if selected.is_empty() { Severity::Low } else { Severity::Medium };
    finding.remedy = sentence!["add what is missing"];
    finding
}
