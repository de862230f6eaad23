//! Security groups: their rules, and the distinct sets of them that interfaces have (SG-1 … SG-22).

use super::compiler::{Compiler, Stage};
use super::filter::{Rule, RulePeer};
use super::location::{GroupIndex, GroupSetIndex, Origin};
use super::rows::{GroupRow, GroupRules};
use crate::model::{Peer, PeerGroup, PeeringStatus, ResourceKind, SecurityGroupId, SecurityGroupPermission};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows => {}
        Stage::Filters => {
            note_gaps(compiler);
            rules(compiler);
        }
        Stage::Locations => {}
    }
}

/// Gives the model's groups the first rows, in the model's order; those that interfaces name and the snapshot lacks
/// follow.
pub(super) fn add_all(compiler: &mut Compiler<'_>) {
    let model = compiler.model;
    compiler.groups.reserve(model.security_groups.len());
    compiler.group_ids.reserve(model.security_groups.len());
    for group in model.security_groups.iter() {
        add(compiler, &group.id);
    }
}

/// The row of a group.
fn row(compiler: &mut Compiler<'_>, id: &SecurityGroupId) -> GroupIndex {
    match compiler.group_ids.get(id) {
        Some(index) => *index,
        None => add(compiler, id),
    }
}

fn add(compiler: &mut Compiler<'_>, id: &SecurityGroupId) -> GroupIndex {
    let index = GroupIndex(compiler.groups.len() as u32);
    compiler.groups.push(GroupRow {
        component: Compiler::resource(ResourceKind::SecurityGroup, index.index()),
        id: id.clone(),
        gap: None,
        members: Vec::new(),
    });
    compiler.group_ids.insert(id.clone(), index);
    index
}

/// The row of a set of groups; order and repeats do not matter (SG-1).
pub(super) fn set(compiler: &mut Compiler<'_>, ids: &[SecurityGroupId]) -> GroupSetIndex {
    let groups: Vec<GroupIndex> = ids.iter().map(|id| row(compiler, id)).collect();
    set_of(compiler, groups)
}

/// The rows of some groups, where all of them have one.
pub(super) fn known_set(compiler: &Compiler<'_>, ids: &[SecurityGroupId]) -> Option<Vec<GroupIndex>> {
    ids.iter().map(|id| compiler.group_ids.get(id).copied()).collect()
}

/// The row of the set of some groups.
pub(super) fn set_of(compiler: &mut Compiler<'_>, mut groups: Vec<GroupIndex>) -> GroupSetIndex {
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
                    None if is_outbound => {
                        let kind = ResourceKind::SecurityGroup;
                        let account = reference.account.as_ref();
                        RulePeer::UnknownGroup(compiler.absent(
                            kind,
                            reference.id.as_str(),
                            account,
                            None,
                            None,
                        ))
                    }
                    None => RulePeer::AbsentGroup,
                },
            };
            rules.push(Rule { origin, peer, transport, admits: true });
        }
    }
    rules
}

/// What keeps the rules of a group unknown that interfaces name and the snapshot lacks.
fn note_gaps(compiler: &mut Compiler<'_>) {
    for index in compiler.model.security_groups.len()..compiler.groups.len() {
        let id = compiler.groups[index].id.to_string();
        let gap = compiler.absent(ResourceKind::SecurityGroup, &id, None, None, None);
        compiler.groups[index].gap = Some(gap);
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
