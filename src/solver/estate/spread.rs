//! How far something gets, step by step: the closure over the relation, and what all ways lead through.
//!
//! Each step asks the relation only what those reach that the step before reached anew, so that a small neighbourhood costs
//! little in a big estate. Rows are nodes of the graph beside the interfaces: a row of a hundred senders and a hundred
//! receivers is two hundred edges, not ten thousand.

use std::collections::BTreeMap;

use petgraph::algo::dominators;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Estate;
use super::relation::{Scope, relation};
use crate::network::InterfaceIndex;
use crate::solver::answer::Verdict;

/// Where something gets to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// In how many steps.
    pub hops: u32,
    /// Interfaces that every way there leads through, the first first; without the beginning and the end.
    pub through: Vec<InterfaceIndex>,
}

/// How far something gets.
#[derive(Debug, Clone, Default)]
pub struct Spread {
    /// What it gets to; not where it began.
    pub reached: BTreeMap<InterfaceIndex, Reached>,
    /// What nobody can tell whether it gets to, from anything that it gets to.
    pub unknown: Vec<InterfaceIndex>,
    /// The interfaces that something is reached through and by no way without, with how many those are; the most first.
    pub chokepoints: Vec<(InterfaceIndex, u64)>,
}

/// A row that was met: who of it was new, and where it leads.
type Met = (Vec<u32>, Vec<u32>, Verdict);

/// How far some interfaces get in a number of steps, where each step is a conversation of the scope's traffic that the
/// next one may begin; a step counts when some of the packets pass and their answers get back.
pub fn spread(estate: &Estate<'_>, beginning: &[InterfaceIndex], scope: &Scope, hops: u32) -> Spread {
    let mut graph: DiGraph<(), (), u32> = DiGraph::default();
    let root = graph.add_node(());
    let mut nodes: BTreeMap<InterfaceIndex, NodeIndex<u32>> = BTreeMap::new();
    for interface in beginning {
        let node = graph.add_node(());
        graph.add_edge(root, node, ());
        nodes.insert(*interface, node);
    }
    let mut spread = Spread::default();
    let mut unknown: Vec<InterfaceIndex> = Vec::new();
    let mut front: Vec<u32> = beginning.iter().map(|it| it.0).collect();
    // Ends: the steps are counted.
    for hop in 1..=hops {
        let scope = Scope { from: Some(front.clone()), ..scope.clone() };
        front.clear();
        let met = met(estate, &scope);
        for (senders, receivers, verdict) in met {
            match verdict {
                Verdict::Reachable | Verdict::Partial => {}
                Verdict::Unknown => {
                    unknown.extend(receivers.into_iter().map(InterfaceIndex));
                    continue;
                }
                Verdict::ForwardOnly | Verdict::Blocked => continue,
            }
            let row = graph.add_node(());
            for sender in senders {
                if let Some(node) = nodes.get(&InterfaceIndex(sender)) {
                    graph.add_edge(*node, row, ());
                }
            }
            for receiver in receivers {
                let interface = InterfaceIndex(receiver);
                let node = *nodes.entry(interface).or_insert_with(|| {
                    front.push(receiver);
                    spread.reached.insert(interface, Reached { hops: hop, through: Vec::new() });
                    graph.add_node(())
                });
                graph.add_edge(row, node, ());
            }
        }
        if front.is_empty() {
            break;
        }
    }
    unknown.sort_unstable();
    unknown.dedup();
    unknown.retain(|it| !nodes.contains_key(it));
    spread.unknown = unknown;
    lead_through(&graph, root, &nodes, beginning, &mut spread);
    spread
}

/// The rows of a part of the relation.
fn met(estate: &Estate<'_>, scope: &Scope) -> Vec<Met> {
    let mut met: Vec<Met> = Vec::new();
    relation(
        estate,
        scope,
        Vec::new,
        |rows: &mut Vec<Met>, row| {
            let list = |it: super::Side<'_>| it.interfaces().map(|it| it.0).collect();
            rows.push((list(row.sources), list(row.destinations), row.cell.verdict));
        },
        |rows| {
            met.extend(rows);
            true
        },
    );
    met
}

/// What every way from the beginning leads through (dominators: Cooper, Harvey, Kennedy, 2001).
fn lead_through(
    graph: &DiGraph<(), (), u32>,
    root: NodeIndex<u32>,
    nodes: &BTreeMap<InterfaceIndex, NodeIndex<u32>>,
    beginning: &[InterfaceIndex],
    spread: &mut Spread,
) {
    let dominators = dominators::simple_fast(graph, root);
    let of_node: BTreeMap<NodeIndex<u32>, InterfaceIndex> =
        nodes.iter().map(|(it, node)| (*node, *it)).collect();
    let mut counts: BTreeMap<InterfaceIndex, u64> = BTreeMap::new();
    for (interface, reached) in &mut spread.reached {
        let Some(above) = nodes.get(interface).and_then(|node| dominators.strict_dominators(*node)) else {
            continue;
        };
        // Where it began is no news.
        let known = above.filter_map(|node| of_node.get(&node).copied());
        reached.through = known.filter(|it| !beginning.contains(it)).collect();
        reached.through.reverse();
        for chokepoint in &reached.through {
            *counts.entry(*chokepoint).or_default() += 1;
        }
    }
    let mut chokepoints: Vec<(InterfaceIndex, u64)> = counts.into_iter().collect();
    chokepoints.sort_by_key(|(interface, count)| (std::cmp::Reverse(*count), *interface));
    spread.chokepoints = chokepoints;
}
