//! A host has a foot in two tiers.
//!
//! A host with interfaces in a public and in a private or isolated subnet, or in two VPCs, joins what routes keep apart: whoever
//! gets into it by the one goes on by the other. It is grave where the internet does get in by one of them.
//!
//! | severity | when |
//! |---|---|
//! | medium | the internet reaches one of its interfaces, and another stands in a private or isolated subnet |
//! | low | it stands in tiers or VPCs that differ, and the internet does not reach it |
//!
//! ## Between the internet and a private subnet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! eni     eni-out     10.0.0.10     in subnet-pub  on i-both  sg sg-out  public 198.51.100.10
//! eni     eni-in      10.0.1.10     in subnet-a    on i-both
//! allow   sg-out      inbound tcp 443 from 0.0.0.0/0
//! ```
//!
//! ```findings
//! medium i-both: eni-in
//! ```
//!
//! ## Two in one tier
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! subnet  subnet-b    10.0.2.0/24   in vpc-a
//! eni     eni-1       10.0.1.10     in subnet-a    on i-both
//! eni     eni-2       10.0.2.10     in subnet-b    on i-both
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity, Tier};
use crate::model::ResourceKind;
use crate::network::{Component, InterfaceIndex, VpcIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP082",
    name: "eni-multi-homed",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("SC-7(21)"), Control::nist("AC-4")],
    needs: &[ResourceKind::NetworkInterface, ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("eni_multi_homed.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    let network = context.network;
    let mut hosts: BTreeMap<&str, Vec<InterfaceIndex>> = BTreeMap::new();
    for (row, interface) in model.network_interfaces.iter().enumerate() {
        // What is alone on its host is most of an estate.
        if network.interfaces[row].host == u32::MAX {
            continue;
        }
        let instance = interface.attachment.as_ref().and_then(|it| it.instance.as_ref());
        if let Some(instance) = instance.filter(|_| context.is_host(InterfaceIndex(row as u32))) {
            hosts.entry(instance.as_str()).or_default().push(InterfaceIndex(row as u32));
        }
    }
    hosts.retain(|_, own| own.len() > 1);
    findings.looked_at(hosts.len(), "host with several interfaces", "hosts with several interfaces");
    for (instance, own) in hosts {
        let row = |it: &InterfaceIndex| &network.interfaces[it.index()];
        let tiers: BTreeSet<Tier> = own.iter().map(|it| context.tier(row(it).subnet)).collect();
        let vpcs: BTreeSet<VpcIndex> = own.iter().map(|it| row(it).vpc).collect();
        if (tiers.len() < 2 || tiers.contains(&Tier::Unknown)) && vpcs.len() < 2 {
            continue;
        }
        let Some(position) = model.instances.position(&crate::model::InstanceId::from(instance)) else {
            continue;
        };
        let reached = context
            .world()
            .exposures
            .iter()
            .find(|it| !it.passes.is_empty() && own.iter().any(|own| it.interfaces.contains(own)));
        let names: Vec<Component> = own.iter().map(|it| row(it).component).collect();
        let words: Vec<&'static str> = tiers.iter().map(|it| it.as_text()).collect();
        let message = match vpcs.len() {
            1 => sentence!["stands in "]
                .and(Sentence::list(&words, 3))
                .and(sentence![" subnets at once, with "]),
            count => sentence!["stands in ", count, " VPCs at once, with "],
        };
        let message = message.and(Sentence::list(&names, 3));
        let mut finding =
            Finding::new(&LINT, Component::Resource(ResourceKind::Instance, position as u32), message);
        finding.severity = if reached.is_some() { Severity::Medium } else { Severity::Low };
        finding.related = names;
        finding.witness = reached.map(|it| it.witness(context, it.passes.clone()));
        finding.remedy =
            sentence!["give it interfaces in one tier only, and let routes and groups join the tiers"];
        findings.found.push(finding);
    }
}
