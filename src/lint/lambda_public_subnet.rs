//! A function stands in a public subnet, and gets nothing of the internet there.
//!
//! The interfaces of functions never have a public address, so that an internet gateway lets none of their packets out. A
//! function that asks for anything outside of AWS, or for a service without an endpoint, waits for its timeout. It has to
//! stand in a subnet that leads to a NAT gateway.
//!
//! Whether a function needs the internet at all, nobody can tell from outside: the finding is likely, not certain.
//!
//! ## In a public subnet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-f       10.0.1.10     in subnet-a  type lambda
//! ```
//!
//! ```findings
//! medium subnet-a: eni-f
//! ```
//!
//! ## Behind NAT
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-pub  10.0.0.0/24   in vpc-a
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-pub  0.0.0.0/0 -> igw-a
//! nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.9
//! route   subnet-a    0.0.0.0/0 -> nat-a
//! eni     eni-f       10.0.1.10     in subnet-a  type lambda
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::BTreeMap;

use super::finding::Claim;
use super::sentence::{counted, sentence};
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity, Tier};
use crate::model::{InterfaceKind, ResourceKind};
use crate::network::{Component, InterfaceIndex, SubnetIndex};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP029",
    name: "lambda-public-subnet",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Likely,
    controls: &[],
    needs: &[ResourceKind::Subnet, ResourceKind::RouteTable, ResourceKind::NetworkInterface],
    source: include_str!("lambda_public_subnet.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut subnets: BTreeMap<SubnetIndex, Vec<InterfaceIndex>> = BTreeMap::new();
    let mut count = 0;
    for (row, interface) in context.model.network_interfaces.iter().enumerate() {
        if interface.kind != InterfaceKind::Lambda {
            continue;
        }
        count += 1;
        let index = InterfaceIndex(row as u32);
        let own = &context.network.interfaces[row];
        if covered[own.vpc.index()] && context.tier(own.subnet) == Tier::Public {
            subnets.entry(own.subnet).or_default().push(index);
        }
    }
    findings.looked_at(count, "interface of a function", "interfaces of functions");
    for (subnet, interfaces) in subnets {
        let Some(witness) = interfaces
            .iter()
            .take(8)
            .find_map(|it| context.confirmed(context.https_out(*it, Claim::Blocked)))
        else {
            continue;
        };
        let names: Vec<Component> =
            interfaces.iter().map(|it| context.network.interfaces[it.index()].component).collect();
        let message = sentence!["is public, and functions stand in it that have no public address: "]
            .and(Sentence::list(&names, 3));
        let subject = context.network.subnets[subnet.index()].component;
        let mut finding = Finding::new(&LINT, subject, message);
        finding.flows = vec![
            counted(names.len(), "interface", "interfaces")
                .and(sentence![" cannot ask anything of the internet"]),
        ];
        finding.related = names;
        finding.witness = Some(witness);
        finding.remedy = sentence!["put the functions into subnets whose default route is a NAT gateway"];
        findings.found.push(finding);
    }
}
