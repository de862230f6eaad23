//! Security groups: their rules, and the distinct sets of them that interfaces have (SG-1 … SG-22).

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::compiler::{Compiler, Stage};
use super::filter::{Rule, RulePeer};
use super::location::{GroupIndex, GroupSetIndex, Origin};
use super::rows::{GroupRow, GroupRules};
use crate::model::{
    Peer, PeerGroup, PeeringStatus, PortMatch, PrefixListId, ResourceKind, SecurityGroup, SecurityGroupId,
    SecurityGroupPermission,
};

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
pub(super) fn row(compiler: &mut Compiler<'_>, id: &SecurityGroupId) -> GroupIndex {
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
        members: 0..0,
    });
    compiler.group_ids.insert(id.clone(), index);
    index
}

/// The row of a set of groups; order and repeats do not matter (SG-1).
pub(super) fn set(compiler: &mut Compiler<'_>, ids: &[SecurityGroupId]) -> GroupSetIndex {
    let mut groups: Vec<GroupIndex> = ids.iter().map(|id| row(compiler, id)).collect();
    groups.sort_unstable();
    groups.dedup();
    set_of(compiler, &groups)
}

/// The row of the set of some groups, ascending and without repeats.
pub(super) fn set_of(compiler: &mut Compiler<'_>, groups: &[GroupIndex]) -> GroupSetIndex {
    if let Some(index) = compiler.group_set_ids.get(groups) {
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
    note_named(compiler);
    let shared: &Compiler<'_> = compiler;
    let groups = model.security_groups.par_iter().enumerate();
    let plain: Vec<Option<GroupRules>> = groups
        .map(|(position, group)| {
            let inbound = plain_rules(shared, position as u32, &group.inbound, false)?;
            let outbound = plain_rules(shared, position as u32, &group.outbound, true)?;
            Some(GroupRules { inbound, outbound })
        })
        .collect();
    compiler.group_rules.reserve(plain.len());
    for (position, (group, plain)) in model.security_groups.iter().zip(plain).enumerate() {
        let rules = plain.unwrap_or_else(|| GroupRules {
            inbound: rules_of(compiler, position as u32, &group.inbound, false),
            outbound: rules_of(compiler, position as u32, &group.outbound, true),
        });
        compiler.group_rules.push(rules);
    }
}

/// What rules name besides groups: few of each are distinct.
#[derive(Default)]
struct Named<'a> {
    ports: FxHashSet<PortMatch>,
    lists: FxHashSet<&'a PrefixListId>,
}

impl<'a> Named<'a> {
    fn add(mut self, group: &'a SecurityGroup) -> Named<'a> {
        for permission in group.inbound.iter().chain(&group.outbound) {
            self.ports.insert(permission.ports);
            self.lists.extend(permission.peers.iter().filter_map(|peer| match peer {
                Peer::PrefixList(id) => Some(id),
                Peer::Cidr(_) | Peer::Group(_) => None,
            }));
        }
        self
    }

    fn join(mut self, other: Named<'a>) -> Named<'a> {
        self.ports.extend(other.ports);
        self.lists.extend(other.lists);
        self
    }
}

/// Gives the ports and prefix lists that rules name their rows.
fn note_named(compiler: &mut Compiler<'_>) {
    let groups = compiler.model.security_groups.par_iter();
    let named = groups.fold(Named::default, Named::add).reduce(Named::default, Named::join);
    let (mut ports, mut lists) = (Vec::from_iter(named.ports), Vec::from_iter(named.lists));
    ports.sort_unstable();
    lists.sort_unstable();
    for ports in ports {
        compiler.transport(ports);
    }
    for list in lists {
        // What is missing is said at the rule.
        let _row = super::prefix_list::entries(compiler, list);
    }
}

/// The rules of permissions that name nothing but blocks, and lists and groups that are there, as nearly all do.
fn plain_rules(
    compiler: &Compiler<'_>,
    group: u32,
    permissions: &[SecurityGroupPermission],
    is_outbound: bool,
) -> Option<Vec<Rule>> {
    if is_outbound && names_unseen_peers(compiler, group, permissions) {
        return None;
    }
    let mut rules = Vec::with_capacity(permissions.iter().map(|it| it.peers.len()).sum());
    for (permission, it) in permissions.iter().enumerate() {
        let transport = *compiler.transports.get(&it.ports)?;
        for (number, peer) in it.peers.iter().enumerate() {
            let peer = match peer {
                Peer::Cidr(net) => RulePeer::Cidr(*net),
                Peer::Group(reference) if reference.peering_connection.is_none() => {
                    let named = *compiler.group_ids.get(&reference.id)?;
                    if is_outbound && is_undescribed(compiler, named) {
                        return None;
                    }
                    RulePeer::Group(named)
                }
                Peer::PrefixList(id) => RulePeer::List(*compiler.list_ids.get(id)?),
                Peer::Group(_) => return None,
            };
            let origin = origin(group, is_outbound, permission, number);
            rules.push(Rule { origin, peer, transport, admits: true });
        }
    }
    Some(rules)
}

fn origin(group: u32, is_outbound: bool, permission: usize, peer: usize) -> Origin {
    let (permission, peer) = (permission as u16, peer as u16);
    Origin::SecurityGroupRule { group, is_outbound, permission, peer }
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
            let origin = origin(group, is_outbound, permission, number);
            let peer = match peer {
                Peer::Cidr(net) => RulePeer::Cidr(*net),
                Peer::PrefixList(id) => match super::prefix_list::entries(compiler, id) {
                    Ok(list) => RulePeer::List(list),
                    Err(gap) => RulePeer::UnknownList(gap),
                },
                // SG-20, SG-21: a group that nothing in the snapshot has admits nothing in the snapshot.
                Peer::Group(reference) if is_stale(compiler, reference) => RulePeer::AbsentGroup,
                // SG-17: whether members in another VPC count is up to a connection that is not in the snapshot.
                Peer::Group(reference) if is_outbound && is_beyond_unseen(compiler, group, reference) => {
                    let kind = ResourceKind::VpcPeeringConnection;
                    RulePeer::UnknownGroup(compiler.absent(kind, reference.id.as_str(), None, None, None))
                }
                Peer::Group(reference) => match compiler.group_ids.get(&reference.id).copied() {
                    Some(index) => {
                        // Interfaces have it and nobody describes it, so there may be others.
                        if is_outbound && is_undescribed(compiler, index) {
                            let peer = undescribed(compiler, reference);
                            rules.push(Rule { origin, peer, transport, admits: true });
                        }
                        RulePeer::Group(index)
                    }
                    None if is_outbound => undescribed(compiler, reference),
                    None => RulePeer::AbsentGroup,
                },
            };
            rules.push(Rule { origin, peer, transport, admits: true });
        }
    }
    rules
}

/// Whether interfaces have a group that nobody describes.
fn is_undescribed(compiler: &Compiler<'_>, group: GroupIndex) -> bool {
    group.index() >= compiler.model.security_groups.len()
}

/// SG-21: a group of which the snapshot does not say who is in it.
fn undescribed(compiler: &mut Compiler<'_>, reference: &PeerGroup) -> RulePeer {
    let (kind, account) = (ResourceKind::SecurityGroup, reference.account.as_ref());
    RulePeer::UnknownGroup(compiler.absent(kind, reference.id.as_str(), account, None, None))
}

/// What keeps the rules of a group unknown that interfaces name and the snapshot lacks.
pub(super) fn note_gaps(compiler: &mut Compiler<'_>) {
    for index in compiler.model.security_groups.len()..compiler.groups.len() {
        let id = compiler.groups[index].id.to_string();
        let gap = compiler.absent(ResourceKind::SecurityGroup, &id, None, None, None);
        compiler.groups[index].gap = Some(gap);
    }
}

/// Whether permissions name a group of another VPC while no answer says which VPCs are peered.
fn names_unseen_peers(compiler: &Compiler<'_>, group: u32, permissions: &[SecurityGroupPermission]) -> bool {
    permissions.iter().flat_map(|it| &it.peers).any(|peer| match peer {
        Peer::Group(reference) => is_beyond_unseen(compiler, group, reference),
        Peer::Cidr(_) | Peer::PrefixList(_) => false,
    })
}

fn is_beyond_unseen(compiler: &Compiler<'_>, group: u32, reference: &PeerGroup) -> bool {
    let groups = &compiler.model.security_groups;
    let vpc = |it: &SecurityGroup| it.vpc.clone();
    let own = groups.get_row(group as usize).map(vpc);
    let other = groups.get(&reference.id).map(vpc);
    let kind = ResourceKind::VpcPeeringConnection;
    other.is_some() && own != other && !compiler.model.coverage.holds(kind, None, None)
}

/// SG-20: a reference over a peering connection that is gone.
fn is_stale(compiler: &Compiler<'_>, reference: &PeerGroup) -> bool {
    let Some(id) = &reference.peering_connection else { return false };
    match compiler.model.peering_connections.get(id) {
        Some(connection) => !matches!(connection.status, None | Some(PeeringStatus::Active)),
        None => compiler.model.coverage.holds(ResourceKind::VpcPeeringConnection, None, None),
    }
}
