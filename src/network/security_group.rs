//! Security groups: rules, and a filter for each distinct set of groups and direction (SG-1 … SG-22).

use super::compiler::{Compiler, Stage};
use super::filter::{Filter, FilterId, Judge, Rule, RulePeer, anything, union_filter};
use super::location::{GroupIndex, GroupSetIndex, Origin};
use super::rows::{GroupRow, GroupRules};
use crate::model::{Peer, PeerGroup, PeeringStatus, ResourceKind, SecurityGroupId, SecurityGroupPermission};

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
    compiler.set_filters.resize(compiler.group_sets.len(), None);
    if let Some(known) = compiler.set_filters[set.index()] {
        return known;
    }
    let filters = (filter(compiler, set, false), filter(compiler, set, true));
    compiler.set_filters[set.index()] = Some(filters);
    filters
}

fn filter(compiler: &mut Compiler<'_>, set: GroupSetIndex, is_outbound: bool) -> FilterId {
    let groups = compiler.group_sets[set.index()].clone();
    let judge = Judge::SecurityGroups { groups: groups.clone(), is_outbound };
    compiler.filter(judge.clone(), |compiler| {
        let mut gaps = Vec::new();
        for group in groups.iter().filter(|group| !compiler.groups[group.index()].is_known) {
            gaps.push(*group);
        }
        let gaps: Vec<_> = gaps
            .into_iter()
            .map(|group| {
                let id = compiler.groups[group.index()].id.to_string();
                compiler.absent(ResourceKind::SecurityGroup, &id, None, None, None)
            })
            .collect();
        let rules: Vec<&Rule> = groups
            .iter()
            .filter_map(|group| compiler.group_rules.get(group.index()))
            .flat_map(|rules| rules.direction(is_outbound))
            .collect();
        let parts = union_filter(&mut compiler.workspace, &rules, &compiler.lists, !gaps.is_empty());
        let widest = parts.possible.as_ref().unwrap_or(&parts.certain);
        let anything = anything(&mut compiler.workspace, widest, &parts.references);
        Filter {
            judge,
            anything,
            gaps: gaps.into_iter().chain(parts.gaps).collect(),
            certain: parts.certain,
            possible: parts.possible,
            references: parts.references,
        }
    })
}

/// SG-20: a reference over a peering connection that is gone.
fn is_stale(compiler: &Compiler<'_>, reference: &PeerGroup) -> bool {
    let Some(id) = &reference.peering_connection else { return false };
    match compiler.model.peering_connections.get(id) {
        Some(connection) => !matches!(connection.status, None | Some(PeeringStatus::Active)),
        None => compiler.model.coverage.holds(ResourceKind::VpcPeeringConnection, None, None),
    }
}
