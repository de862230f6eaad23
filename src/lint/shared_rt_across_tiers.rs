//! Subnets that are declared to be different things share a route table.
//!
//! What is meant to be public and what is meant to be private differ in nothing but their routes. With one table for both,
//! either is not what it is called, and every change for the one is a change for the other. Tiers are what names, tags or
//! `netpath.toml` declare (`tier-mismatch` says what a subnet really is).
//!
//! | severity | when |
//! |---|---|
//! | high | a subnet that is declared isolated or private shares the table of a public one, and the table leads to the internet gateway |
//! | medium | otherwise |
//!
//! ## Public and isolated
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! table   rtb-all     in vpc-a
//! subnet  subnet-1    10.0.1.0/24   in vpc-a  table rtb-all
//! subnet  subnet-2    10.0.2.0/24   in vpc-a  table rtb-all
//! route   rtb-all     0.0.0.0/0 -> igw-a
//! set     subnet-1    Tags [{"Key":"Tier","Value":"public"}]
//! set     subnet-2    Tags [{"Key":"Tier","Value":"isolated"}]
//! ```
//!
//! ```findings
//! high rtb-all: isolated
//! ```
//!
//! ## A table each
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-1    10.0.1.0/24   in vpc-a
//! subnet  subnet-2    10.0.2.0/24   in vpc-a
//! route   subnet-1    0.0.0.0/0 -> igw-a
//! set     subnet-1    Tags [{"Key":"Tier","Value":"public"}]
//! set     subnet-2    Tags [{"Key":"Tier","Value":"isolated"}]
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use super::sentence::sentence;
use super::tiers::{Tier, declared};
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, SubnetIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP046",
    name: "shared-rt-across-tiers",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Likely,
    controls: &[Control::pci_dss("1.2.1"), Control::nist("SC-7(21)")],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable],
    source: include_str!("shared_rt_across_tiers.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut tables: BTreeMap<u32, BTreeMap<Tier, Vec<SubnetIndex>>> = BTreeMap::new();
    for (index, row, subnet) in context.subnets() {
        if let (true, Some(table), Some((tier, _))) =
            (covered[row.vpc.index()], context.table_at(row.route_table), declared(context, subnet))
        {
            tables.entry(table).or_default().entry(tier).or_default().push(index);
        }
    }
    findings.looked_at(tables.len(), "table of declared subnets", "tables of declared subnets");
    for (table, tiers) in tables.into_iter().filter(|it| it.1.len() > 1) {
        let first = |tier: &Tier| tiers[tier].first().map(|it| context.network.subnets[it.index()].component);
        let names: Vec<&'static str> = tiers.keys().map(|it| it.as_text()).collect();
        let subnets: Vec<Component> = tiers.keys().filter_map(first).collect();
        let message = sentence!["serves subnets that are declared "]
            .and(Sentence::list(&names, 3))
            .and(sentence![": "])
            .and(Sentence::list(&subnets, 3));
        let subject = Component::Resource(ResourceKind::RouteTable, table);
        let mut finding = Finding::new(&LINT, subject, message);
        let leads_out = tiers.values().flatten().any(|it| context.tier(*it) == Tier::Public);
        finding.severity = if leads_out { Severity::High } else { Severity::Medium };
        finding.related =
            tiers.values().flatten().map(|it| context.network.subnets[it.index()].component).collect();
        finding.remedy = sentence!["give each tier a table of its own"];
        findings.found.push(finding);
    }
}
