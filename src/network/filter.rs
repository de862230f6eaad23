//! Filters: who admits what. One for each distinct set of security groups and direction, one for each network ACL and
//! direction.
//!
//! A filter maps the peer's address to the transport set that passes. References to groups stay symbolic: they are a
//! list of (group, transport set) beside the map, asked when the peer's interface is known. Where something is missing
//! from the snapshot, a filter has two maps: what certainly passes and what possibly passes (`engine` 5.7).

use ipnet::IpNet;

use super::Network;
use super::location::{AssumptionIndex, Component, GroupIndex, GroupSetIndex, Origin};
use crate::model::Shelf;
use crate::packet::{AddressMap, Family, TransportSet, Workspace};

/// Which filter. Those of network ACLs are compiled with the network. Those of security groups are compiled by whoever
/// asks first ([`group_filter`]): a big estate has hundreds of thousands, and a question needs a handful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FilterId {
    /// An index into [`Network::acl_filters`].
    Acl(u32),
    /// A set of security groups in one direction.
    SecurityGroups {
        /// The set.
        set: GroupSetIndex,
        /// Whether it is for packets that leave.
        is_outbound: bool,
    },
}

/// Who admits what.
#[derive(Debug, Clone)]
pub struct Filter {
    /// What the packets are judged by: the ACL, or the interface's groups.
    pub judge: Judge,
    /// Peer address → what certainly passes.
    pub certain: AddressMap<TransportSet>,
    /// Peer address → what possibly passes, where that is more.
    pub possible: Option<AddressMap<TransportSet>>,
    /// Peers that are members of a group → what passes, by group.
    pub references: Box<[(GroupIndex, TransportSet)]>,
    /// What passes for members of groups that the snapshot does not have (SG-21), and what is said of those groups.
    pub absent: (TransportSet, Box<[AssumptionIndex]>),
    /// What is missing.
    pub gaps: Box<[AssumptionIndex]>,
}

impl Filter {
    /// What possibly passes for some peer or other. O(n) in the number of pieces.
    pub fn anything(&self, workspace: &mut Workspace<'_>) -> TransportSet {
        let widest = self.possible.as_ref().unwrap_or(&self.certain);
        let mut sum = self.absent.0;
        for family in Family::BOTH {
            for (_, _, set) in widest.pieces(family) {
                sum = workspace.union(sum, set);
            }
        }
        self.references.iter().fold(sum, |sum, (_, set)| workspace.union(sum, *set))
    }
}

/// What a filter was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Judge {
    /// A set of security groups, in one direction.
    SecurityGroups {
        /// Rows of the groups that the snapshot has.
        groups: Box<[GroupIndex]>,
        /// Whether it is for packets that leave.
        is_outbound: bool,
    },
    /// A network ACL, in one direction.
    Acl {
        /// Its row; absent when the snapshot does not say which.
        acl: Option<u32>,
        /// Whether it is for packets that leave the subnet.
        is_outbound: bool,
    },
}

impl Judge {
    /// The components that an answer names.
    pub fn components(&self) -> Vec<Component> {
        match self {
            Judge::SecurityGroups { groups, .. } => groups
                .iter()
                .map(|group| Component::Resource(crate::model::ResourceKind::SecurityGroup, group.0))
                .collect(),
            Judge::Acl { acl, .. } => acl
                .iter()
                .map(|acl| Component::Resource(crate::model::ResourceKind::NetworkAcl, *acl))
                .collect(),
        }
    }
}

/// A rule as the compiler and the explanations see it.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its place.
    pub origin: Origin,
    /// The other end.
    pub peer: RulePeer,
    /// What it is for.
    pub transport: TransportSet,
    /// Whether it admits; entries of ACLs may deny.
    pub admits: bool,
}

/// The other end of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulePeer {
    /// A block.
    Cidr(IpNet),
    /// The entries of a prefix list: a row of the network's lists.
    List(u32),
    /// The members of a group of the snapshot.
    Group(GroupIndex),
    /// A prefix list whose entries the snapshot lacks.
    UnknownList(AssumptionIndex),
    /// A group that no interface of the snapshot is a member of and that the snapshot does not have.
    AbsentGroup,
    /// The same as a destination: whoever is not in the snapshot may be a member.
    UnknownGroup(AssumptionIndex),
}

/// The filter of a set of security groups in one direction (SG-1, SG-21). O(n log n) in the number of rules.
pub fn group_filter(
    network: &Network,
    workspace: &mut Workspace<'_>,
    set: GroupSetIndex,
    is_outbound: bool,
) -> Filter {
    let groups = &network.group_sets[set.index()];
    let missing = groups.iter().filter_map(|group| network.groups[group.index()].gap);
    let rules: Vec<&Rule> = groups
        .iter()
        .filter_map(|group| network.group_rules.get(group.index()))
        .flat_map(|rules| rules.direction(is_outbound))
        .collect();
    let has_gap = missing.clone().next().is_some();
    let union = union_filter(workspace, &rules, &network.lists, has_gap);
    Filter {
        judge: Judge::SecurityGroups { groups: groups.clone(), is_outbound },
        gaps: missing.chain(union.gaps).collect(),
        certain: union.certain,
        possible: union.possible,
        references: union.references,
        absent: union.absent,
    }
}

/// The union of what rules admit (SG-1). A list that is missing may admit any address.
fn union_filter(
    workspace: &mut Workspace<'_>,
    rules: &[&Rule],
    lists: &Shelf<Vec<IpNet>>,
    has_unknown_group: bool,
) -> UnionParts {
    let mut entries: Vec<(IpNet, TransportSet)> = Vec::new();
    let mut references: Vec<(GroupIndex, TransportSet)> = Vec::new();
    let mut unknown = if has_unknown_group { TransportSet::ALL } else { TransportSet::EMPTY };
    let mut gaps = Vec::new();
    let (mut absent, mut absent_groups) = (TransportSet::EMPTY, Vec::new());
    for rule in rules {
        match &rule.peer {
            RulePeer::Cidr(net) => entries.push((*net, rule.transport)),
            RulePeer::List(list) => {
                entries.extend(lists[*list as usize].iter().map(|net| (*net, rule.transport)));
            }
            RulePeer::Group(group) => references.push((*group, rule.transport)),
            RulePeer::UnknownList(assumption) => {
                unknown = workspace.union(unknown, rule.transport);
                gaps.push(*assumption);
            }
            RulePeer::AbsentGroup => {}
            RulePeer::UnknownGroup(assumption) => {
                absent = workspace.union(absent, rule.transport);
                absent_groups.push(*assumption);
            }
        }
    }
    references.sort_by_key(|(group, _)| *group);
    references.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 = workspace.union(kept.1, next.1);
        }
        is_same
    });
    let certain = AddressMap::sweep(&entries, |_, covering| {
        covering.iter().fold(TransportSet::EMPTY, |sum, set| workspace.union(sum, **set))
    });
    let possible = (!unknown.is_empty()).then(|| certain.map(|set| workspace.union(set, unknown)));
    let absent = (absent, absent_groups.into());
    UnionParts { certain, possible, references: references.into(), absent, gaps }
}

/// What [`union_filter`] makes.
struct UnionParts {
    certain: AddressMap<TransportSet>,
    possible: Option<AddressMap<TransportSet>>,
    references: Box<[(GroupIndex, TransportSet)]>,
    absent: (TransportSet, Box<[AssumptionIndex]>),
    gaps: Vec<AssumptionIndex>,
}

/// What the first matching entries admit (ACL-2); the entries come by ascending number.
pub fn first_match_filter(workspace: &mut Workspace<'_>, rules: &[Rule]) -> AddressMap<TransportSet> {
    let entries: Vec<(IpNet, usize)> = rules
        .iter()
        .enumerate()
        .filter_map(|(number, rule)| match rule.peer {
            RulePeer::Cidr(net) => Some((net, number)),
            RulePeer::List(_)
            | RulePeer::Group(_)
            | RulePeer::UnknownList(_)
            | RulePeer::AbsentGroup
            | RulePeer::UnknownGroup(_) => None,
        })
        .collect();
    AddressMap::sweep(&entries, |_, covering| {
        let mut numbers: Vec<usize> = covering.iter().map(|number| **number).collect();
        numbers.sort_unstable();
        let (mut admitted, mut decided) = (TransportSet::EMPTY, TransportSet::EMPTY);
        for number in numbers {
            let rule = &rules[number];
            if rule.admits {
                let rest = workspace.difference(rule.transport, decided);
                admitted = workspace.union(admitted, rest);
            }
            decided = workspace.union(decided, rule.transport);
            if decided == TransportSet::ALL {
                break;
            }
        }
        admitted
    })
}
