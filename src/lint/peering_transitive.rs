//! A route goes into a peering connection for addresses that the peer does not have.
//!
//! Peering is not transitive: a connection carries packets to addresses of the other VPC and to nothing beyond it, not to
//! its other peers, its internet gateway, its NAT gateways or its VPN. A route for such addresses drops what it takes.
//! That a route is wider than the peer's blocks and holds them is another matter.
//!
//! | severity | when |
//! |---|---|
//! | medium | none of the route's addresses are the peer's |
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

use super::finding::{Claim, Witness};
use super::peerings::{PeerRoute, Peering, blocks, peerings};
use super::sentence::sentence;
use super::{Confidence, Context, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::ResourceKind;
use crate::network::{Component, VpcIndex};
use crate::solver::{Destination, Source, Traffic};

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

fn witness(context: &Context<'_>, vpc: VpcIndex, route: &PeerRoute) -> Option<Witness> {
    let own = context.subnets_of(vpc);
    let served = own.filter(|it| {
        it.1.route_table.is_some_and(|at| context.network.location(at).component == route.table)
    });
    served.map(|it| it.0).take(8).find_map(|subnet| {
        context.witness_from(subnet, |interface| {
            Witness::new(
                Source::Interface(interface, None),
                Destination::Addresses(route.destinations.clone()),
                Traffic::default(),
                route.destinations.family(),
                Claim::Blocked,
            )
        })
    })
}
