//! A route goes into a peering connection for addresses that the peer does not have, or a rule admits the peer's peer.
//!
//! Peering is not transitive: a connection carries packets to addresses of the other VPC and to nothing beyond it, not to
//! its other peers, its internet gateway, its NAT gateways or its VPN. A route for such addresses drops what it takes.
//! That a route is wider than the peer's blocks and holds them is another matter.
//!
//! | severity | when |
//! |---|---|
//! | medium | none of the route's addresses are the peer's |
//! | low | a group admits addresses of the peer of a peer, and no way leads back there |
//!
//! ## To the peer of a peer
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! vpc     vpc-c       10.2.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! subnet  subnet-b    10.1.1.0/24  in vpc-b
//! pcx     pcx-ab      vpc-a vpc-b
//! pcx     pcx-bc      vpc-b vpc-c
//! route   subnet-a    10.2.0.0/16 -> pcx-ab
//! eni     eni-a       10.0.1.10    in subnet-a
//! ```
//!
//! ```findings
//! medium rtb-a: vpc-c
//! ```
//!
//! ## From the peer of a peer
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! vpc     vpc-c       10.2.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! pcx     pcx-ab      vpc-a vpc-b
//! pcx     pcx-bc      vpc-b vpc-c
//! route   subnet-a    10.1.0.0/16 -> pcx-ab
//! eni     eni-a       10.0.1.10    in subnet-a  sg sg-a
//! allow   sg-a        inbound tcp 443 from 10.1.0.0/16
//! allow   sg-a        inbound tcp 5432 from 10.2.7.0/24
//! ```
//!
//! ```findings
//! low sg-a: admits tcp 5432 from 10.2.7.0/24
//! ```
//!
//! ## To the peer
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! pcx     pcx-ab      vpc-a vpc-b
//! route   subnet-a    10.1.0.0/16 -> pcx-ab
//! ```
//!
//! ```findings
//! none
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Witness;
use super::peerings::{PeerRoute, Peering, blocks, peerings};
use super::sentence::sentence;
use super::trace::End;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, GroupIndex, RulePeer, VpcIndex};
use crate::packet::{AddressSet, Family};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP020",
    name: "peering-transitive",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[ResourceKind::VpcPeeringConnection, ResourceKind::RouteTable, ResourceKind::Vpc],
    source: include_str!("peering_transitive.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let all = peerings(context);
    let routes: usize = all.iter().flat_map(|it| &it.routes).map(Vec::len).sum();
    findings.looked_at(routes, "route to a peer", "routes to peers");
    admitted(context, &all, findings);
    for peering in &all {
        for side in [0, 1] {
            let far = peering.sides[1 - side];
            // What addresses a VPC has that the snapshot lacks, nobody can tell.
            if context.network.vpcs[far.index()].gap.is_some() {
                continue;
            }
            for route in &peering.routes[side] {
                let own = blocks(context, far, route.destinations.family());
                if !route.destinations.is_empty() && route.destinations.intersection(&own).is_empty() {
                    findings.found.push(one(context, peering, side, route, far));
                }
            }
        }
    }
}

fn one(context: &Context<'_>, peering: &Peering, side: usize, route: &PeerRoute, far: VpcIndex) -> Finding {
    let network = context.network;
    let holders: Vec<Component> = network
        .vpcs
        .iter()
        .enumerate()
        .filter(|(index, _)| VpcIndex(*index as u32) != far)
        .filter(|(index, _)| {
            let own = blocks(context, VpcIndex(*index as u32), route.destinations.family());
            !own.intersection(&route.destinations).is_empty()
        })
        .map(|(_, row)| row.component)
        .take(8)
        .collect();
    let mut message = sentence![
        "sends ",
        route.destinations.clone(),
        " into ",
        peering.component,
        ", and ",
        network.vpcs[far.index()].component,
        " behind it has none of these addresses",
    ];
    if !holders.is_empty() {
        message = message.and(sentence!["; they are of "]).and(Sentence::list(&holders, 3));
    }
    let mut finding = Finding::new(&LINT, route.table, message);
    finding.key = format!("{:?}", route.origin);
    finding.rules = vec![route.origin];
    finding.related = std::iter::once(peering.component).chain(holders).collect();
    finding.flows = vec![sentence!["everything that the route takes is dropped"]];
    finding.witness = witness(context, peering.sides[side], route);
    finding.remedy = sentence!["peer with the VPC itself, or join them by a transit gateway"];
    finding
}

/// A VPC that is joined to a peer of another and not to that one itself.
struct Beyond {
    vpc: VpcIndex,
    through: VpcIndex,
    blocks: AddressSet,
}

/// Rules of groups for addresses of the peer of a peer, to which no route leads.
fn admitted(context: &Context<'_>, all: &[Peering], findings: &mut Findings) {
    let network = context.network;
    let mut peers: BTreeMap<VpcIndex, BTreeSet<VpcIndex>> = BTreeMap::new();
    for [one, other] in all.iter().map(|it| it.sides) {
        peers.entry(one).or_default().insert(other);
        peers.entry(other).or_default().insert(one);
    }
    let mut known: BTreeMap<VpcIndex, Vec<Beyond>> = BTreeMap::new();
    for (row, rules) in network.group_rules.iter().enumerate() {
        let Some(member) = network.members(GroupIndex(row as u32)).first().copied() else { continue };
        let host = &network.interfaces[member as usize];
        if !peers.contains_key(&host.vpc) {
            continue;
        }
        let far = known.entry(host.vpc).or_insert_with(|| beyond(context, &peers, host.vpc));
        for rule in &rules.inbound {
            let RulePeer::Cidr(block) = &rule.peer else { continue };
            let named = AddressSet::block(*block);
            let is_meant = |it: &&Beyond| it.blocks.family() == named.family() && named.is_within(&it.blocks);
            let Some(beyond) = far.iter().find(is_meant) else { continue };
            let leads_there = |it: super::trace::Way| !matches!(it.end, End::Dropped(_));
            if context.ways(host.subnet, &named).any(leads_there) {
                continue;
            }
            let vpcs = [beyond.vpc, beyond.through].map(|it| network.vpcs[it.index()].component);
            let message = sentence![
                "admits ",
                network.transport.intervals(rule.transport).to_vec(),
                " from ",
                *block,
                " of ",
                vpcs[0],
                ", which is a peer of ",
                vpcs[1],
                " only: nothing gets from there to its members, nor back"
            ];
            let mut finding = Finding::new(&LINT, network.groups[row].component, message);
            finding.key = format!("{block} {:?}", network.transport.intervals(rule.transport));
            finding.severity = Severity::Low;
            finding.rules = vec![rule.origin];
            finding.related = vpcs.to_vec();
            finding.witness = context.dropped(host.subnet, &named);
            finding.remedy = sentence!["peer with the VPC itself, or take the rule away"];
            findings.found.push(finding);
        }
    }
}

/// The peers of a VPC's peers, with the addresses that neither it nor a peer of its own has.
fn beyond(
    context: &Context<'_>,
    peers: &BTreeMap<VpcIndex, BTreeSet<VpcIndex>>,
    vpc: VpcIndex,
) -> Vec<Beyond> {
    let near = &peers[&vpc];
    let mut found = Vec::new();
    for through in near {
        for far in peers[through].iter().filter(|it| **it != vpc && !near.contains(it)) {
            for family in Family::BOTH {
                let joined = near.iter().chain([&vpc]);
                let own = joined.fold(blocks(context, *far, family), |left, it| {
                    left.difference(&blocks(context, *it, family))
                });
                if !own.is_empty() {
                    found.push(Beyond { vpc: *far, through: *through, blocks: own });
                }
            }
        }
    }
    found
}

fn witness(context: &Context<'_>, vpc: VpcIndex, route: &PeerRoute) -> Option<Witness> {
    let own = context.subnets_of(vpc);
    let served = own.filter(|it| {
        it.1.route_table.is_some_and(|at| context.network.location(at).component == route.table)
    });
    served.map(|it| it.0).take(8).find_map(|subnet| context.dropped(subnet, &route.destinations))
}
