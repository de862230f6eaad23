//! Rules of a security group that name another group: the members count by their own addresses.

use smallvec::SmallVec;

use super::{Reading, Walk};
use crate::network::{EntryKind, Filter, GroupSetIndex, InterfaceIndex, Network, PeerSide, VpcIndex};
use crate::packet::{AddressSet, Family, TransportSet};
use crate::solver::flow::{Flow, Groups, NONE};

impl Walk<'_, '_> {
    /// SG-13: what rules that name a group let the members of that group do.
    pub(super) fn with_references(
        &mut self,
        flow: &Flow,
        filter: &Filter,
        peer: PeerSide,
        interface: InterfaceIndex,
        address: u128,
        admitted: TransportSet,
    ) -> TransportSet {
        if filter.references.is_empty() {
            return admitted;
        }
        let network = self.network;
        match peer {
            PeerSide::Source => {
                // SG-14, SG-15, SG-17, SG-18: the sender's groups count while nothing on the way lost them.
                if flow.groups != Groups::Kept || flow.sender == NONE {
                    return admitted;
                }
                // SG-18: not at interfaces of PrivateLink.
                let manner = network.manners.get(network.interfaces[interface.index()].manner as usize);
                if flow.entry == EntryKind::Transit && manner.is_some_and(|it| it.is_of_endpoint) {
                    return admitted;
                }
                let groups = network.interfaces[flow.sender as usize].groups;
                self.admit_groups(filter, groups, admitted)
            }
            PeerSide::Destination => {
                let family = flow.destination.family();
                let own = network.interfaces[interface.index()].vpc;
                let peers = network.vpcs[own.index()].group_peers.iter();
                let mut admitted = admitted;
                // SG-17: in this VPC, or in one that is peered with it in the same Region; never over a transit
                // gateway (SG-18).
                for vpc in std::iter::once(&own).chain(peers) {
                    let owner = network.vpcs[vpc.index()].interfaces.at(family, address);
                    if owner != NONE {
                        let groups = network.interfaces[owner as usize].groups;
                        admitted = self.admit_groups(filter, groups, admitted);
                    }
                }
                admitted
            }
        }
    }

    fn admit_groups(
        &mut self,
        filter: &Filter,
        groups: GroupSetIndex,
        admitted: TransportSet,
    ) -> TransportSet {
        let mut admitted = admitted;
        for group in &self.network.group_sets[groups.index()] {
            if let Ok(position) = filter.references.binary_search_by_key(group, |(known, _)| *known) {
                admitted = self.workspace.union(admitted, filter.references[position].1);
            }
        }
        admitted
    }

    /// SG-13 for a set of destinations: the addresses of each named group's members are split off.
    pub(super) fn split_references(
        &mut self,
        filter: &Filter,
        interface: InterfaceIndex,
        parts: &mut SmallVec<[(AddressSet, TransportSet); 1]>,
    ) {
        let network = self.network;
        let own = network.interfaces[interface.index()].vpc;
        let peers = &network.vpcs[own.index()].group_peers;
        for (group, transport) in &filter.references {
            for member in network.members(*group).iter() {
                let row = &network.interfaces[*member as usize];
                if row.vpc != own && !peers.contains(&row.vpc) {
                    continue;
                }
                let Some(family) = parts.first().map(|(part, _)| part.family()) else { return };
                let members = addresses_of(network, row.vpc, *member, family);
                let mut split: SmallVec<[(AddressSet, TransportSet); 1]> = SmallVec::new();
                for (part, admitted) in parts.drain(..) {
                    let inside = part.intersection(&members);
                    if inside.is_empty() {
                        split.push((part, admitted));
                        continue;
                    }
                    let outside = part.difference(&members);
                    if !outside.is_empty() {
                        split.push((outside, admitted));
                    }
                    split.push((inside, self.workspace.union(admitted, *transport)));
                }
                *parts = split;
            }
        }
    }
}

impl Walk<'_, '_> {
    /// SG-21: whoever has a private address and is not in the snapshot may be a member of a group that is not in it
    /// either.
    pub(super) fn split_absent(
        &mut self,
        flow: &Flow,
        filter: &Filter,
        interface: InterfaceIndex,
        parts: &mut SmallVec<[(AddressSet, TransportSet); 1]>,
    ) {
        let (absent, gaps) = &filter.absent;
        if absent.is_empty() {
            return;
        }
        let mut split: SmallVec<[(AddressSet, TransportSet); 1]> = SmallVec::new();
        for (part, admitted) in parts.drain(..) {
            let more = self.workspace.difference(*absent, admitted);
            let more = self.workspace.intersection(more, flow.transport);
            let strangers = strangers(self.network, interface, &part);
            if more.is_empty() || strangers.is_empty() {
                split.push((part, admitted));
                continue;
            }
            for gap in gaps {
                self.gap(*gap);
            }
            let known = part.difference(&strangers);
            if !known.is_empty() {
                split.push((known, admitted));
            }
            let admitted = match self.reading {
                Reading::Certain => admitted,
                Reading::Possible => self.workspace.union(admitted, *absent),
            };
            split.push((strangers, admitted));
        }
        *parts = split;
    }
}

/// The addresses of a set that are private and that nobody has in the interface's VPC and those that groups of can be
/// named.
fn strangers(network: &Network, interface: InterfaceIndex, set: &AddressSet) -> AddressSet {
    let own = network.interfaces[interface.index()].vpc;
    let near = std::iter::once(&own).chain(&network.vpcs[own.index()].group_peers);
    // SG-14: groups count by private addresses.
    let mut strangers = match set.family() {
        Family::V4 => set.intersection(&network.private_ipv4),
        Family::V6 => set.difference(network.internet(Family::V6)),
    };
    for vpc in near {
        let owners = network.vpcs[vpc.index()].interfaces.split(&strangers);
        let nobody = owners.into_iter().find(|(_, owner)| *owner == NONE);
        strangers = nobody.map_or(AddressSet::empty(set.family()), |(set, _)| set);
    }
    strangers
}

/// The addresses that an interface owns in its VPC.
fn addresses_of(network: &Network, vpc: VpcIndex, interface: u32, family: Family) -> AddressSet {
    let pieces = network.vpcs[vpc.index()].interfaces.pieces(family);
    AddressSet::of(family, pieces.filter(|it| it.2 == interface).map(|(low, high, _)| (low, high)))
}
