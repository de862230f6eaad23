//! Which VPCs some way joins, whatever it lets pass.

use petgraph::unionfind::UnionFind;

use crate::network::{Guard, Hop, LocationId, LocationKind, Network, Step, VpcIndex};
use crate::packet::{AddressSet, Family};

/// All VPCs, by what joins them.
#[derive(Debug)]
pub(super) struct Neighbours {
    /// Those one after the other that some way joins; the number says which are.
    pub vpcs: Vec<(u32, VpcIndex)>,
    /// The number of each VPC.
    around: Vec<u32>,
    /// Whether nothing is unknown anywhere, so that IPv4 packets get nowhere but to neighbours.
    pub is_certain: bool,
}

impl Neighbours {
    /// By the edges of the graph. O(n) in its size, nearly.
    pub fn new(network: &Network) -> Neighbours {
        let mut joined: UnionFind<u32> = UnionFind::new(network.graph.node_count());
        let is_between = |node: LocationId| {
            !matches!(network.graph[node].kind, LocationKind::Internet | LocationKind::OnPremises)
        };
        for edge in network.graph.raw_edges() {
            if is_between(edge.source()) && is_between(edge.target()) {
                joined.union(edge.source().index() as u32, edge.target().index() as u32);
            }
        }
        // AWS's own wiring has no edges.
        for node in network.graph.node_indices().filter(|node| is_between(*node)) {
            for step in network.steps_of(node).iter() {
                let (Step::GoOn(to) | Step::For(_, to) | Step::ArriveOnPremises(to)) = step else { continue };
                if to.index() < network.graph.node_count() && is_between(*to) {
                    joined.union(node.index() as u32, to.index() as u32);
                }
            }
        }
        let number = |vpc: &crate::network::VpcRow| joined.find(vpc.router.index() as u32);
        let around: Vec<u32> = network.vpcs.iter().map(number).collect();
        let mut vpcs: Vec<(u32, VpcIndex)> = around.iter().copied().zip((0..).map(VpcIndex)).collect();
        vpcs.sort_unstable();
        Neighbours { vpcs, around, is_certain: is_certain(network) }
    }

    /// The number of a VPC.
    pub fn around(&self, vpc: VpcIndex) -> u32 {
        self.around[vpc.index()]
    }
}

/// Whether no step and no route leads who knows where, and nothing hands packets on past the edges of the graph.
fn is_certain(network: &Network) -> bool {
    let of_manners = network.manners.iter().flat_map(|it| it.outward.iter().chain(&it.inward));
    let is_open = |step: &Step| {
        matches!(
            step,
            Step::Guard(Guard::Unknown(_) | Guard::UnknownFor(..) | Guard::Maybe(_)) | Step::Relay(_)
        )
    };
    let is_private = |net: &ipnet::IpNet| {
        Family::of(net.addr()) == Family::V6 || AddressSet::block(*net).is_within(&network.private_ipv4)
    };
    let is_plain =
        |vpc: &crate::network::VpcRow| vpc.interfaces_gap.is_none() && vpc.cidrs.iter().all(is_private);
    let leads_on = |hop: &Hop| !matches!(hop, Hop::Unknown(_) | Hop::IfAnnounced(..));
    network.middleboxes.is_empty()
        && network.hops.iter().chain(&network.alternatives).all(leads_on)
        && network.vpcs.iter().all(is_plain)
        && !of_manners.chain(&network.steps).any(is_open)
}
