//! What stands behind CloudFront can be reached without it.
//!
//! A distribution that filters, authenticates or limits is worth nothing when its origin answers everybody. Two things tell
//! that a load balancer or host is an origin: a VPC origin of CloudFront names it, or its group admits the prefix list of
//! CloudFront's own addresses. The finding is that packets of the whole internet get to it besides. Other origins show in
//! the distributions only, which netpath does not read: of these it can say nothing.
//!
//! ## CloudFront's list, and everybody
//!
//! ```topology
//! prefix-list pl-cf  120.52.22.96/27  service cloudfront
//! set     pl-cf       PrefixListName com.amazonaws.global.cloudfront.origin-facing
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a  public 198.51.100.10
//! allow   sg-a        inbound tcp 443 from pl-cf
//! allow   sg-a        inbound tcp 443 from 0.0.0.0/0
//! ```
//!
//! ```findings
//! high eni-a: tcp 443
//! skipped: cloudfront list-distributions
//! ```
//!
//! ## CloudFront's list only
//!
//! ```topology
//! prefix-list pl-cf  120.52.22.96/27  service cloudfront
//! set     pl-cf       PrefixListName com.amazonaws.global.cloudfront.origin-facing
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24   in vpc-a
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! eni     eni-a       10.0.1.10     in subnet-a  sg sg-a  public 198.51.100.10
//! allow   sg-a        inbound tcp 443 from pl-cf
//! ```
//!
//! ```findings
//! none
//! skipped: cloudfront list-distributions
//! ```

use rustc_hash::FxHashSet;

use super::run::Missing;
use super::sentence::sentence;
use super::world::{Exposure, is_wide};
use super::world_open::say_gaps;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{Peer, ResourceKind};
use crate::network::{Component, GroupIndex, InterfaceIndex, RulePeer};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP048",
    name: "origin-open",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Likely,
    controls: &[Control::nist("AC-4"), Control::nist("SC-7"), Control::soc2("CC6.6")],
    needs: &[ResourceKind::NetworkInterface, ResourceKind::SecurityGroup, ResourceKind::RouteTable],
    source: include_str!("origin_open.rs"),
    check,
};

/// How AWS calls the list of addresses that CloudFront asks origins from.
const LIST: &str = "cloudfront.origin-facing";

fn check(context: &Context<'_>, findings: &mut Findings) {
    // Distributions name most origins, and no snapshot has them.
    findings.skipped.push(Missing { call: "cloudfront list-distributions", account: None, region: None });
    say_gaps(context, findings);
    let groups = listing_groups(context);
    let origins = vpc_origins(context);
    findings.looked_at(groups.len() + origins.len(), "sign of an origin", "signs of origins");
    let network = context.network;
    for exposure in &context.world().exposures {
        let own = &network.group_sets[network.interfaces[exposure.interface.index()].groups.index()];
        let is_listed = own.iter().any(|it| groups.contains(it));
        let is_origin = exposure.interfaces.iter().any(|it| origins.contains(it));
        if (is_listed || is_origin) && is_open_wide(context, exposure) && !exposure.passes.is_empty() {
            findings.found.push(one(context, exposure, is_origin));
        }
    }
}

/// Groups with a rule for CloudFront's own addresses.
fn listing_groups(context: &Context<'_>) -> FxHashSet<GroupIndex> {
    let model = context.model;
    let lists: FxHashSet<&str> =
        model.prefix_lists.iter().filter(|it| it.name.contains(LIST)).map(|it| it.id.as_str()).collect();
    let groups = model.security_groups.iter().enumerate();
    groups
        .filter(|(_, group)| {
            let mut peers = group.inbound.iter().flat_map(|it| &it.peers);
            peers.any(|it| matches!(it, Peer::PrefixList(id) if lists.contains(id.as_str())))
        })
        .map(|(row, _)| GroupIndex(row as u32))
        .collect()
}

/// Interfaces of what VPC origins name.
fn vpc_origins(context: &Context<'_>) -> FxHashSet<InterfaceIndex> {
    let model = context.model;
    let named = model.vpc_origins.iter().filter_map(|it| it.endpoint.as_deref());
    let balancers =
        named.filter_map(|arn| model.load_balancers.position(&crate::model::LoadBalancerId::from(arn)));
    balancers
        .flat_map(|row| {
            let component = Component::Resource(ResourceKind::LoadBalancer, row as u32);
            context.network.fronts_of(component).collect::<Vec<InterfaceIndex>>()
        })
        .collect()
}

/// Whether a rule of an interface admits the world; without groups, everything does.
fn is_open_wide(context: &Context<'_>, exposure: &Exposure) -> bool {
    let network = context.network;
    let own = &network.group_sets[network.interfaces[exposure.interface.index()].groups.index()];
    let mut rules = own.iter().filter_map(|it| network.group_rules.get(it.index()));
    own.is_empty()
        || rules.any(|it| {
            it.inbound.iter().any(|it| matches!(&it.peer, RulePeer::Cidr(block) if is_wide(*block)))
        })
}

fn one(context: &Context<'_>, exposure: &Exposure, is_origin: bool) -> Finding {
    let network = context.network;
    let row = &network.interfaces[exposure.interface.index()];
    let why = match is_origin {
        true => "is an origin of CloudFront, and takes ",
        false => "admits CloudFront by its own list, and takes ",
    };
    let message = sentence![why, exposure.passes.clone(), " from the whole internet as well"];
    let mut finding = Finding::new(&LINT, row.component, message);
    finding.key = format!("{:?}", exposure.family);
    let groups = &network.group_sets[row.groups.index()];
    finding.related = groups.iter().map(|it| network.groups[it.index()].component).collect();
    finding.witness = context.confirmed(exposure.witness(context, exposure.passes.clone()));
    finding.remedy =
        sentence!["admit the prefix list of CloudFront only, or make it a VPC origin in private subnets"];
    finding
}
