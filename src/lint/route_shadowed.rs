//! A route that takes no packet.
//!
//! The longest prefix wins: a route all of whose addresses are taken by longer ones decides nothing. So does one whose addresses
//! are the VPC's own and that says nothing else than the local route does. Somebody believes in it, until the longer ones go.
//!
//! ## Two halves before the whole
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! pcx     pcx-ab      vpc-a vpc-b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! route   subnet-a    10.1.0.0/16  -> pcx-ab
//! route   subnet-a    10.1.0.0/17  -> tgw-x
//! route   subnet-a    10.1.128.0/17 -> tgw-x
//! ```
//!
//! ```findings
//! info rtb-a: 10.1.0.0/16
//! ```
//!
//! ## A part of it only
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! pcx     pcx-ab      vpc-a vpc-b
//! tgw     tgw-x
//! tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a
//! route   subnet-a    10.1.0.0/16  -> pcx-ab
//! route   subnet-a    10.1.0.0/17  -> tgw-x
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{ResourceKind, RouteDestination};
use crate::network::{Component, Origin};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP072",
    name: "route-shadowed",
    pillars: &[Pillar::Operations],
    severity: Severity::Info,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::RouteTable, ResourceKind::Vpc],
    source: include_str!("route_shadowed.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut count = 0;
    for (row, table) in context.model.route_tables.iter().enumerate() {
        let blocks: Vec<(usize, ipnet::IpNet)> = table
            .routes
            .iter()
            .enumerate()
            .filter_map(|(number, it)| match &it.destination {
                RouteDestination::Cidr(block) => Some((number, *block)),
                RouteDestination::PrefixList(_) => None,
            })
            .collect();
        count += blocks.len();
        for (number, block) in &blocks {
            let inside =
                |it: &&(usize, ipnet::IpNet)| it.1.prefix_len() > block.prefix_len() && block.contains(&it.1);
            let longer: Vec<&(usize, ipnet::IpNet)> = blocks.iter().filter(inside).collect();
            if longer.len() < 2 {
                continue;
            }
            let family = Family::of(block.addr());
            let taken =
                longer.iter().fold(AddressSet::empty(family), |sum, it| sum.union(&AddressSet::block(it.1)));
            if !AddressSet::block(*block).is_within(&taken) {
                continue;
            }
            let origin = |number: usize| Origin::Route { table: row as u32, route: number as u16 };
            let message = sentence![
                "has a route that takes no packet, ",
                origin(*number),
                ": longer ones take all of its addresses"
            ];
            let mut finding =
                Finding::new(&LINT, Component::Resource(ResourceKind::RouteTable, row as u32), message);
            finding.key = block.to_string();
            finding.rules =
                std::iter::once(*number).chain(longer.iter().map(|it| it.0)).map(origin).collect();
            finding.remedy = sentence!["take it away: nothing changes"];
            findings.found.push(finding);
        }
    }
    findings.looked_at(count, "route", "routes");
}
