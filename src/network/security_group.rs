//! Security groups: rules, and a filter for each distinct set of groups and direction (SG-1 … SG-22).

use rayon::prelude::*;

use super::compiler::{Compiler, Stage};
use super::filter::{Filter, FilterId, Judge, Rule, RulePeer, UnionParts, anything, union_filter};
use super::location::{GroupIndex, GroupSetIndex, Origin};
use super::rows::{GroupRow, GroupRules};
use crate::model::{Peer, PeerGroup, PeeringStatus, ResourceKind, SecurityGroupId, SecurityGroupPermission};
use crate::packet::{AddressMap, Translation, TransportSet, TransportSets, Workspace};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows => {}
        Stage::Filters => rules(compiler),
        Stage::Locations => {}
    }
}

/// The row of a group. The model's groups have the first rows, in the model's order; those that interfaces name and
/// the snapshot lacks follow.
fn row(compiler: &mut Compiler<'_>, id: &SecurityGroupId) -> GroupIndex {
    if compiler.groups.is_empty() {
        for position in 0..compiler.model.security_groups.len() {
            add(compiler, &compiler.model.security_groups[position].id, Some(position));
        }
    }
    match compiler.group_ids.get(id) {
        Some(index) => *index,
        None => add(compiler, id, None),
    }
}

fn add(compiler: &mut Compiler<'_>, id: &SecurityGroupId, position: Option<usize>) -> GroupIndex {
    let index = GroupIndex(compiler.groups.len() as u32);
    compiler.groups.push(GroupRow {
        component: Compiler::resource(ResourceKind::SecurityGroup, index.index()),
        id: id.clone(),
        is_known: position.is_some(),
        members: Vec::new(),
    });
    compiler.group_ids.insert(id.clone(), index);
    index
}

/// The row of a set of groups; order and repeats do not matter (SG-1).
pub(super) fn set(compiler: &mut Compiler<'_>, ids: &[SecurityGroupId]) -> GroupSetIndex {
    let mut groups: Vec<GroupIndex> = ids.iter().map(|id| row(compiler, id)).collect();
    groups.sort_unstable();
    groups.dedup();
    if let Some(index) = compiler.group_set_ids.get(groups.as_slice()) {
        return *index;
    }
    let index = GroupSetIndex(compiler.group_sets.len() as u32);
    let groups: Box<[GroupIndex]> = groups.into();
    compiler.group_sets.push(groups.clone());
    compiler.group_set_ids.insert(groups, index);
    index
}

fn rules(compiler: &mut Compiler<'_>) {
    let model = compiler.model;
    // Groups without a member have rows too, so that rules can name them.
    if let Some(first) = model.security_groups.first() {
        row(compiler, &first.id);
    }
    for (position, group) in model.security_groups.iter().enumerate() {
        let inbound = rules_of(compiler, position as u32, &group.inbound, false);
        let outbound = rules_of(compiler, position as u32, &group.outbound, true);
        compiler.group_rules.push(GroupRules { inbound, outbound });
    }
}

fn rules_of(
    compiler: &mut Compiler<'_>,
    group: u32,
    permissions: &[SecurityGroupPermission],
    is_outbound: bool,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (permission, it) in permissions.iter().enumerate() {
        let transport = compiler.transport(it.ports);
        for (number, peer) in it.peers.iter().enumerate() {
            let origin = Origin::SecurityGroupRule {
                group,
                is_outbound,
                permission: permission as u16,
                peer: number as u16,
            };
            let peer = match peer {
                Peer::Cidr(net) => RulePeer::Cidr(*net),
                Peer::PrefixList(id) => match super::prefix_list::entries(compiler, id) {
                    Ok(list) => RulePeer::List(list),
                    Err(gap) => RulePeer::UnknownList(gap),
                },
                // SG-20, SG-21: a group that nothing in the snapshot has admits nothing in the snapshot.
                Peer::Group(reference) if is_stale(compiler, reference) => RulePeer::AbsentGroup,
                Peer::Group(reference) => match compiler.group_ids.get(&reference.id) {
                    Some(index) => RulePeer::Group(*index),
                    None => RulePeer::AbsentGroup,
                },
            };
            rules.push(Rule { origin, peer, transport, admits: true });
        }
    }
    rules
}

/// The filters of a set of groups, inbound and outbound.
pub(super) fn filters(compiler: &mut Compiler<'_>, set: GroupSetIndex) -> (FilterId, FilterId) {
    if compiler.set_filters.is_empty() {
        compile_sets(compiler);
    }
    let known = compiler.set_filters[set.index()].take();
    let filters = match known.expect("every set that an interface has was compiled") {
        SetFilters::Compiled(parts) => {
            let [inbound, outbound] = *parts;
            (add_filter(compiler, set, false, inbound), add_filter(compiler, set, true, outbound))
        }
        SetFilters::Made(inbound, outbound) => (inbound, outbound),
    };
    compiler.set_filters[set.index()] = Some(SetFilters::Made(filters.0, filters.1));
    filters
}

/// How far the filters of a set of groups are.
#[derive(Debug)]
pub(super) enum SetFilters {
    /// Inbound and outbound, and not yet a part of the network.
    Compiled(Box<[SetParts; 2]>),
    /// Inbound and outbound.
    Made(FilterId, FilterId),
}

/// A filter without its name.
#[derive(Debug)]
pub(super) struct SetParts {
    union: UnionParts,
    anything: TransportSet,
}

fn add_filter(
    compiler: &mut Compiler<'_>,
    set: GroupSetIndex,
    is_outbound: bool,
    parts: SetParts,
) -> FilterId {
    let groups = compiler.group_sets[set.index()].clone();
    let mut gaps = Vec::new();
    for group in groups.iter().filter(|group| !compiler.groups[group.index()].is_known) {
        gaps.push(compiler.groups[group.index()].id.to_string());
    }
    let kind = ResourceKind::SecurityGroup;
    let gaps: Vec<_> = gaps.into_iter().map(|id| compiler.absent(kind, &id, None, None, None)).collect();
    let SetParts { union, anything } = parts;
    compiler.filters.push(Filter {
        judge: Judge::SecurityGroups { groups, is_outbound },
        anything,
        gaps: gaps.into_iter().chain(union.gaps).collect(),
        certain: union.certain,
        possible: union.possible,
        references: union.references,
    });
    FilterId(compiler.filters.len() as u32 - 1)
}

/// How many sets one thread compiles before it gives what it made to all.
const CHUNK: usize = 1 << 10;

/// Compiles the filters of all sets that interfaces have, by several threads. Each numbers its transport sets for
/// itself; they are numbered anew in the order of the chunks, so that nothing depends on the threads.
fn compile_sets(compiler: &mut Compiler<'_>) {
    let sets: Vec<GroupSetIndex> = (0..compiler.group_sets.len() as u32).map(GroupSetIndex).collect();
    let base = std::mem::take(&mut compiler.workspace).into_sets();
    let shared: &Compiler<'_> = compiler;
    let chunk = |sets: &[GroupSetIndex]| {
        let mut workspace = Workspace::over(&base);
        let parts: Vec<[SetParts; 2]> = sets
            .iter()
            .map(|set| [false, true].map(|is_outbound| set_parts(shared, &mut workspace, *set, is_outbound)))
            .collect();
        (workspace.into_sets(), parts)
    };
    let chunks: Vec<(TransportSets, Vec<[SetParts; 2]>)> = sets.par_chunks(CHUNK).map(chunk).collect();
    let mut workspace = Workspace::resume(base);
    let translations: Vec<Translation> = chunks.iter().map(|(sets, _)| workspace.take_in(sets)).collect();
    compiler.workspace = workspace;
    let translated: Vec<Vec<SetFilters>> = chunks
        .into_par_iter()
        .zip(translations)
        .map(|((_, mut parts), translation)| {
            parts.iter_mut().flatten().for_each(|part| part.translate(&translation));
            parts.into_iter().map(|parts| SetFilters::Compiled(Box::new(parts))).collect()
        })
        .collect();
    compiler.set_filters = translated.into_iter().flatten().map(Some).collect();
}

fn set_parts(
    compiler: &Compiler<'_>,
    workspace: &mut Workspace<'_>,
    set: GroupSetIndex,
    is_outbound: bool,
) -> SetParts {
    let groups = &compiler.group_sets[set.index()];
    let has_gap = groups.iter().any(|group| !compiler.groups[group.index()].is_known);
    let rules: Vec<&Rule> = groups
        .iter()
        .filter_map(|group| compiler.group_rules.get(group.index()))
        .flat_map(|rules| rules.direction(is_outbound))
        .collect();
    let union = union_filter(workspace, &rules, &compiler.lists, has_gap);
    let widest = union.possible.as_ref().unwrap_or(&union.certain);
    let anything = anything(workspace, widest, &union.references);
    SetParts { union, anything }
}

impl SetParts {
    fn translate(&mut self, translation: &Translation) {
        let convert = |set: &mut TransportSet| *set = translation.of(*set);
        self.union.certain.values_mut().for_each(convert);
        self.union.possible.iter_mut().flat_map(AddressMap::values_mut).for_each(convert);
        self.union.references.iter_mut().for_each(|(_, set)| convert(set));
        convert(&mut self.anything);
    }
}

/// SG-20: a reference over a peering connection that is gone.
fn is_stale(compiler: &Compiler<'_>, reference: &PeerGroup) -> bool {
    let Some(id) = &reference.peering_connection else { return false };
    match compiler.model.peering_connections.get(id) {
        Some(connection) => !matches!(connection.status, None | Some(PeeringStatus::Active)),
        None => compiler.model.coverage.holds(ResourceKind::VpcPeeringConnection, None, None),
    }
}
