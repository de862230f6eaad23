//! The rules of the kinds of interfaces of a VPC, looked up once for all VPCs that they are put together with.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::plan::{Plan, SENDS};
use crate::network::{Filter, FilterId, GroupIndex, VpcIndex};
use crate::packet::TransportSet;
use crate::solver::filters::FilterRef;
use crate::solver::pair::Solver;

/// The rules of VPCs that are known already; of one solver and one family.
#[derive(Default)]
pub(super) struct Groups<'n>(FxHashMap<(VpcIndex, usize), Arc<Rules<'n>>>);

/// The rules of one VPC's senders, or receivers.
pub(super) struct Rules<'n> {
    /// By kind; none where a kind has no groups, and is free.
    filters: Vec<Option<FilterRef<'n>>>,
    /// By the VPC in which somebody has the group: the kind whose rules name it, and what they let its members do.
    naming: FxHashMap<VpcIndex, Vec<(usize, GroupIndex, TransportSet)>>,
}

impl<'n> Groups<'n> {
    /// The rules of a VPC's kinds. O(rules) the first time.
    pub fn rules(
        &mut self,
        solver: &mut Solver<'n>,
        (vpc, plan): (VpcIndex, &Plan),
        way: usize,
    ) -> Arc<Rules<'n>> {
        let rules = self.0.entry((vpc, way));
        Arc::clone(rules.or_insert_with(|| Arc::new(Rules::new(solver, plan, way))))
    }
}

impl<'n> Rules<'n> {
    fn new(solver: &mut Solver<'n>, plan: &Plan, way: usize) -> Rules<'n> {
        let network = solver.network;
        let mut rules = Rules { filters: Vec::new(), naming: FxHashMap::default() };
        for (number, kind) in plan.kinds[way].iter().enumerate() {
            if network.group_sets[kind.groups.index()].is_empty() {
                rules.filters.push(None);
                continue;
            }
            let id = FilterId::SecurityGroups { set: kind.groups, is_outbound: way == SENDS };
            let filter = solver.filter(id);
            for (group, value) in &filter.references {
                let rows = network.members(*group);
                let mut vpcs: Vec<VpcIndex> =
                    rows.iter().map(|row| network.interfaces[*row as usize].vpc).collect();
                vpcs.sort_unstable();
                vpcs.dedup();
                for vpc in vpcs {
                    rules.naming.entry(vpc).or_default().push((number, *group, *value));
                }
            }
            rules.filters.push(Some(filter));
        }
        rules
    }

    /// The rules of a kind; none where it has no groups.
    pub fn filter(&self, kind: usize) -> Option<&Filter> {
        self.filters[kind].as_deref()
    }

    /// The kinds that name groups which somebody in a VPC has, and what that lets those do.
    pub fn naming(&self, vpc: VpcIndex) -> impl Iterator<Item = (usize, GroupIndex, TransportSet)> + '_ {
        self.naming.get(&vpc).into_iter().flatten().copied()
    }
}
