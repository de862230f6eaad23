//! A route into a peering connection takes more than the peer has.
//!
//! What the peer does not have is dropped at the connection: the route is a trap for every other network with such addresses,
//! and it hides their absence. Whether a route is as wide as the peer's block by its letters says nothing: a supernet or two
//! halves are wider or as wide. A route for addresses none of which are the peer's is `peering-transitive`.
//!
//! ## A supernet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! pcx     pcx-ab      vpc-a vpc-b
//! route   subnet-a    10.0.0.0/8 -> pcx-ab
//! eni     eni-a       10.0.1.10    in subnet-a
//! ```
//!
//! ```findings
//! low rtb-a: 10.0.0.0/8
//! ```
//!
//! ## The peer's block, or a part of it
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.1.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! pcx     pcx-ab      vpc-a vpc-b
//! route   subnet-a    10.1.1.0/24 -> pcx-ab
//! ```
//!
//! ```findings
//! none
//! ```

use super::finding::Witness;
use super::peerings::{PeerRoute, blocks, peerings};
use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::VpcIndex;
use crate::packet::AddressSet;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP058",
    name: "peering-broad-route",
    pillars: &[Pillar::Security, Pillar::Operations],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[Control::cis("5.5"), Control::nist("AC-6"), Control::nist("SC-7")],
    needs: &[ResourceKind::VpcPeeringConnection, ResourceKind::RouteTable, ResourceKind::Vpc],
    source: include_str!("peering_broad_route.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let all = peerings(context);
    findings.looked_at(
        all.iter().flat_map(|it| &it.routes).map(Vec::len).sum(),
        "route to a peer",
        "routes to peers",
    );
    for peering in &all {
        for side in [0, 1] {
            let far = peering.sides[1 - side];
            // What addresses a VPC has that the snapshot lacks, nobody can tell.
            if context.network.vpcs[far.index()].gap.is_some() {
                continue;
            }
            for route in &peering.routes[side] {
                let family = route.destinations.family();
                let own = blocks(context, far, family);
                // Its own VPC's addresses, a route never takes.
                let near = blocks(context, peering.sides[side], family);
                let beyond = route.destinations.difference(&own).difference(&near);
                if beyond.is_empty() || route.destinations.intersection(&own).is_empty() {
                    continue;
                }
                let message = sentence![
                    "sends ",
                    route.destinations.clone(),
                    " into ",
                    peering.component,
                    ", and ",
                    context.network.vpcs[far.index()].component,
                    " behind it has ",
                    own,
                    " only"
                ];
                let mut finding = Finding::new(&LINT, route.table, message);
                finding.key = format!("{:?} {:?}", context.id(peering.component), route.destinations);
                finding.rules = vec![route.origin];
                finding.related = vec![peering.component];
                finding.flows =
                    vec![sentence!["packets for the rest are dropped, whatever wider route there is"]];
                finding.witness = witness(context, peering.sides[side], route, &beyond);
                finding.remedy =
                    sentence!["route the peer's blocks, or those of its subnets that are needed"];
                findings.found.push(finding);
            }
        }
    }
}

fn witness(context: &Context<'_>, vpc: VpcIndex, route: &PeerRoute, beyond: &AddressSet) -> Option<Witness> {
    let own = context.subnets_of(vpc).filter(|it| {
        it.1.route_table.is_some_and(|at| context.network.location(at).component == route.table)
    });
    own.map(|it| it.0).take(8).find_map(|subnet| context.dropped(subnet, beyond))
}
