//! The hosts of a VPC stand in fewer zones than they should.
//!
//! What stands in one zone stops with it. `zones` under `[lint]` in `netpath.toml` says how many are wanted (2 unless it
//! does). A VPC with one host has nothing to spread and is left out; so are VPCs that hold nothing but attachments,
//! endpoints and gateways.
//!
//! | severity | when |
//! |---|---|
//! | medium | all hosts of a VPC are in fewer zones than wanted |
//! | low | those of a tier are, though the VPC's are not |
//!
//! ## Everything in one zone
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24  in vpc-a  zone b
//! eni     eni-1       10.0.1.4     in subnet-a
//! eni     eni-2       10.0.1.5     in subnet-a
//! ```
//!
//! ```findings
//! medium vpc-a: 2 interfaces
//! ```
//!
//! ## Two zones
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a  zone a
//! subnet  subnet-b    10.0.2.0/24  in vpc-a  zone b
//! eni     eni-1       10.0.1.4     in subnet-a
//! eni     eni-2       10.0.2.5     in subnet-b
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::sentence::{counted, sentence};
use super::tiers::Tier;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{VpcIndex, ZoneIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP012",
    name: "az-spread",
    pillars: &[Pillar::Reliability],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-10"), Control::nist("SC-36"), Control::soc2("A1.2")],
    needs: &[ResourceKind::Subnet, ResourceKind::NetworkInterface],
    source: include_str!("az_spread.rs"),
    check,
};

/// Hosts and their zones.
#[derive(Default)]
struct Spread {
    hosts: usize,
    zones: BTreeSet<ZoneIndex>,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let wanted = context.settings.zones;
    let mut vpcs: BTreeMap<VpcIndex, (Spread, BTreeMap<Tier, Spread>)> = BTreeMap::new();
    for (index, row, _) in context.subnets() {
        let hosts = context.interfaces_of(index).filter(|it| context.is_host(*it)).count();
        if hosts == 0 || !covered[row.vpc.index()] {
            continue;
        }
        let (all, tiers) = vpcs.entry(row.vpc).or_default();
        for spread in [all, tiers.entry(context.tier(index)).or_default()] {
            spread.hosts += hosts;
            spread.zones.insert(row.zone);
        }
    }
    findings.looked_at(vpcs.len(), "VPC with hosts", "VPCs with hosts");
    for (vpc, (all, tiers)) in vpcs {
        let is_narrow = |it: &Spread| it.hosts > 1 && it.zones.len() < wanted;
        let subject = context.network.vpcs[vpc.index()].component;
        if is_narrow(&all) {
            let mut finding = Finding::new(&LINT, subject, words(context, &all, wanted, sentence![]));
            finding.severity = Severity::Medium;
            finding.remedy = sentence!["run a part of them in subnets of another zone"];
            findings.found.push(finding);
            continue;
        }
        for (tier, spread) in tiers.iter().filter(|it| is_narrow(it.1)) {
            let which = sentence![" of ", tier.as_text(), " subnets"];
            let mut finding = Finding::new(&LINT, subject, words(context, spread, wanted, which));
            finding.key = tier.as_text().to_owned();
            finding.severity = Severity::Low;
            finding.remedy = sentence!["run a part of them in subnets of another zone"];
            findings.found.push(finding);
        }
    }
}

fn words(context: &Context<'_>, spread: &Spread, wanted: usize, which: Sentence) -> Sentence {
    let zones: Vec<String> = spread.zones.iter().map(|it| context.zone(*it).to_owned()).collect();
    sentence!["has its "]
        .and(counted(spread.hosts, "interface", "interfaces"))
        .and(which)
        .and(sentence![" in "])
        .and(Sentence::list(&zones, 3))
        .and(sentence![", and ", wanted, " zones are wanted"])
}
