//! A subnet is running out of addresses, or a VPC has no block left.
//!
//! A full subnet refuses the next host, task or function, and a load balancer that cannot grow. AWS keeps five addresses
//! of each subnet for itself; netpath counts those that interfaces have, delegated prefixes included. A VPC whose blocks
//! are all given to subnets can still be extended by another block, if one is free in everything that it is joined to.
//!
//! | severity | when |
//! |---|---|
//! | medium | nine tenths of a subnet's addresses are in use |
//! | low | four fifths are |
//! | info | subnets hold all of a VPC's IPv4 addresses |
//!
//! ## A full subnet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/28  in vpc-a
//! eni     eni-1       10.0.1.4 10.0.1.5 10.0.1.6 10.0.1.7 10.0.1.8   in subnet-a
//! eni     eni-2       10.0.1.9 10.0.1.10 10.0.1.11 10.0.1.12 10.0.1.13  in subnet-a
//! ```
//!
//! ```findings
//! medium subnet-a: 10 of 11
//! ```
//!
//! ## No block left
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/24
//! subnet  subnet-a    10.0.0.0/25    in vpc-a
//! subnet  subnet-b    10.0.0.128/25  in vpc-a
//! ```
//!
//! ```findings
//! info vpc-a: no addresses left
//! ```
//!
//! ## Room
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! eni     eni-1       10.0.1.4     in subnet-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::SubnetIndex;
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP011",
    name: "cidr-headroom",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::Subnet, ResourceKind::NetworkInterface],
    source: include_str!("cidr_headroom.rs"),
    check,
};

/// The first four addresses of a subnet and the last one.
const RESERVED: u128 = 5;

fn check(context: &Context<'_>, findings: &mut Findings) {
    let covered = context.covered(LINT.needs);
    let mut count = 0;
    let mut given: Vec<AddressSet> = vec![AddressSet::empty(Family::V4); context.network.vpcs.len()];
    for (index, row, subnet) in context.subnets() {
        let Some(cidr) = subnet.cidr else { continue };
        if !covered[row.vpc.index()] {
            continue;
        }
        count += 1;
        let block = AddressSet::block(cidr);
        let has = block.count().saturating_sub(RESERVED);
        let used = used(context, index);
        let severity = match used {
            0 => None,
            used if used * 10 >= has * 9 => Some(Severity::Medium),
            used if used * 5 >= has * 4 => Some(Severity::Low),
            _ => None,
        };
        given[row.vpc.index()] = given[row.vpc.index()].union(&block);
        if let Some(severity) = severity {
            let message = sentence!["uses ", used as usize, " of ", has as usize, " addresses of ", cidr];
            let mut finding = Finding::new(&LINT, row.component, message);
            finding.severity = severity;
            finding.remedy =
                sentence!["add a subnet beside it, or a second block to the VPC; a subnet cannot grow"];
            findings.found.push(finding);
        }
    }
    findings.looked_at(count, "subnet", "subnets");
    for (index, row) in context.network.vpcs.iter().enumerate().filter(|it| covered[it.0]) {
        let blocks = row.cidrs.iter().filter(|it| it.addr().is_ipv4());
        let own = blocks.fold(AddressSet::empty(Family::V4), |sum, it| sum.union(&AddressSet::block(*it)));
        if own.is_empty() || !own.is_within(&given[index]) {
            continue;
        }
        let message = sentence!["has no addresses left: subnets hold all of ", own];
        let mut finding = Finding::new(&LINT, row.component, message);
        finding.severity = Severity::Info;
        finding.remedy =
            sentence!["`netpath cidr` says which blocks are free in everything that the VPC is joined to"];
        findings.found.push(finding);
    }
}

fn used(context: &Context<'_>, subnet: SubnetIndex) -> u128 {
    let of = |interface| {
        context.interface(interface).map_or(1, |it| {
            let prefixes = it.ipv4_prefixes.iter().map(|it| 1u128 << (32 - u32::from(it.prefix_len())));
            it.addresses.len() as u128 + prefixes.sum::<u128>()
        })
    };
    context.interfaces_of(subnet).map(of).sum()
}
