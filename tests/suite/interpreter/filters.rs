//! Security groups and network ACLs: rule after rule (sections 12 and 13).

use std::net::IpAddr;

use ipnet::IpNet;
use netpath::model::{
    AclAction, NetworkAclEntry, NetworkInterface, Peer, PeerGroup, PeeringStatus, PrefixListId, ResourceKind,
    SecurityGroupId, SecurityGroupPermission, Subnet, VpcId, VpcPeeringConnection,
};

use super::Packet;
use super::addresses::{is_private_ipv4, owns};
use super::walk::{Crossing, Step, Walk, dropped};

/// Which way a packet goes, seen from the interface or subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Inbound,
    Outbound,
}

/// What the rules of an interface say to a packet before it is asked who the peer is a member of.
#[derive(Default)]
struct Scan<'m> {
    is_admitted: bool,
    references: Vec<&'m PeerGroup>,
    /// Facts any of which would admit it.
    missing: Vec<String>,
}

impl<'m> Walk<'_, 'm> {
    /// Section 12.1: the union of the rules of all groups (SG-1).
    pub fn groups(&mut self, interface: &'m NetworkInterface, way: Direction, packet: &Packet) -> Step {
        // ENI-5: no groups, no filtering.
        if interface.groups.is_empty() {
            return Ok(());
        }
        let mut scan = Scan::default();
        for id in &interface.groups {
            match self.model.security_groups.get(id) {
                Some(group) => {
                    let rules = match way {
                        Direction::Inbound => &group.inbound,
                        Direction::Outbound => &group.outbound,
                    };
                    self.scan(rules, way, packet, &mut scan);
                }
                // JS-9: what a missing group says is not known.
                None => scan.missing.push(format!("{id} admits {way:?} {packet}")),
            }
        }
        if scan.is_admitted {
            return Ok(());
        }
        if way == Direction::Inbound {
            for reference in std::mem::take(&mut scan.references) {
                match self.sender_is_member(reference, interface) {
                    Some(true) => return Ok(()),
                    Some(false) => {}
                    None => scan.missing.push(format!("{} holds over the peering", reference.id)),
                }
            }
        }
        if scan.missing.into_iter().any(|fact| self.choices.suppose(fact)) {
            return Ok(());
        }
        let wanted: Vec<SecurityGroupId> = scan.references.iter().map(|it| it.id.clone()).collect();
        if way == Direction::Outbound && self.may_be_member(interface, packet.destination, &wanted) {
            // Whether a reference matches shows when the packet has arrived; wherever it leaves to, a member's address
            // is one.
            self.is_for_a_member = self.is_of_a_member(&interface.vpc, packet.destination, &wanted);
            self.may_be_for_a_member = self.may_be_stranger(interface, packet.destination, &wanted);
            self.receiver_must_be_in = Some(wanted);
            return Ok(());
        }
        // SG-1, SG-6: what no rule admits is dropped.
        dropped(format!("no {way:?} rule of the groups of {} admits {packet} (SG-1)", interface.id))
    }

    /// SG-13, SG-17: whether an address is that of a member in the sender's VPC, or in one that is peered with it in the
    /// same Region.
    fn is_of_a_member(&self, vpc: &VpcId, address: IpAddr, groups: &[SecurityGroupId]) -> bool {
        let is_near = |other: &VpcId| {
            other == vpc
                || self.model.peering_connections.iter().any(|it| {
                    let sides = [&it.requester, &it.accepter];
                    let joins = |id: &VpcId| sides.iter().any(|side| side.vpc.as_ref() == Some(id));
                    let regions = sides.map(|side| {
                        let known = side.vpc.as_ref().and_then(|id| self.model.vpcs.get(id));
                        known.and_then(|it| it.about.region.as_ref()).or(side.region.as_ref())
                    });
                    let is_one_region = !matches!(regions, [Some(one), Some(two)] if one != two);
                    it.status == Some(PeeringStatus::Active) && joins(vpc) && joins(other) && is_one_region
                })
        };
        let mut owners = self.model.network_interfaces.iter().filter(|it| owns(it, address));
        owners.any(|it| it.groups.iter().any(|id| groups.contains(id)) && is_near(&it.vpc))
    }

    /// Whether anybody who has an address may be in one of the groups. SG-21: who is in a group that is not in the
    /// snapshot is not known; SG-14: but nobody is with a public IPv4 address.
    fn may_be_member(&self, sender: &NetworkInterface, address: IpAddr, groups: &[SecurityGroupId]) -> bool {
        let is_listed = self.model.network_interfaces.iter().any(|interface| {
            owns(interface, address)
                && groups.iter().any(|id| interface.groups.contains(id))
                && self.is_near(&sender.vpc, &interface.vpc)
        });
        is_listed || self.may_be_stranger(sender, address, groups)
    }

    /// SG-21: whether an address that nobody in the snapshot has may be that of a member of a group that is not in it.
    fn may_be_stranger(
        &self,
        sender: &NetworkInterface,
        address: IpAddr,
        groups: &[SecurityGroupId],
    ) -> bool {
        let is_public = match address {
            IpAddr::V4(address) => !is_private_ipv4(address),
            IpAddr::V6(_) => false,
        };
        let is_missing = |id: &SecurityGroupId| self.model.security_groups.get(id).is_none();
        let mut near = self.model.network_interfaces.iter().filter(|it| self.is_near(&sender.vpc, &it.vpc));
        let is_known = near.any(|it| owns(it, address));
        !is_public && !is_known && groups.iter().any(is_missing)
    }

    /// SG-17: groups can be named within a VPC and over a peering connection.
    pub fn is_near(&self, one: &VpcId, other: &VpcId) -> bool {
        let joins = |it: &VpcPeeringConnection| {
            let sides = [it.requester.vpc.as_ref(), it.accepter.vpc.as_ref()];
            sides.contains(&Some(one)) && sides.contains(&Some(other))
        };
        one == other || self.model.peering_connections.iter().any(joins)
    }

    fn scan(
        &self,
        rules: &'m [SecurityGroupPermission],
        way: Direction,
        packet: &Packet,
        scan: &mut Scan<'m>,
    ) {
        let peer = match way {
            Direction::Inbound => packet.source,
            Direction::Outbound => packet.destination,
        };
        for rule in rules.iter().filter(|rule| packet.transport.is_matched_by(rule.ports)) {
            for end in &rule.peers {
                match end {
                    // SG-7: a block of one family holds no address of the other.
                    Peer::Cidr(cidr) => scan.is_admitted |= cidr.contains(&peer),
                    // SG-22: any entry.
                    Peer::PrefixList(id) => match self.entries(id, peer) {
                        Some(cidrs) => scan.is_admitted |= cidrs.iter().any(|it| it.contains(&peer)),
                        None => scan.missing.push(format!("{id} has an entry for {peer}")),
                    },
                    Peer::Group(group) if self.is_stale(group) => {}
                    Peer::Group(group) => scan.references.push(group),
                }
            }
        }
    }

    /// SG-20: whether a reference names a peering connection that is gone.
    fn is_stale(&self, group: &PeerGroup) -> bool {
        let Some(id) = &group.peering_connection else { return false };
        match self.model.peering_connections.get(id) {
            Some(connection) => connection.status != Some(PeeringStatus::Active),
            None => self.model.coverage.holds_any(ResourceKind::VpcPeeringConnection),
        }
    }

    /// The entries of a prefix list; PL-6: absent ones are unknown, not empty. PL-4: but a list of one family has
    /// none of the other.
    pub fn entries(&self, id: &PrefixListId, address: IpAddr) -> Option<&'m [IpNet]> {
        if let Some(list) = self.model.prefix_list_entries.get(id) {
            return Some(&list.cidrs);
        }
        let list = self.model.prefix_lists.get(id)?;
        let is_other_family = list.is_ipv6.is_some_and(|is_ipv6| is_ipv6 != address.is_ipv6());
        if is_other_family { Some(&[]) } else { list.cidrs.as_deref() }
    }

    /// SG-13: whether the packet's source address is one of a member's, over a path that preserves it.
    fn sender_is_member(&self, group: &PeerGroup, receiver: &NetworkInterface) -> Option<bool> {
        // SG-14, SG-15: after a NAT or internet gateway there is no sender any more.
        let Some(sender) = self.sender else { return Some(false) };
        if !sender.groups.contains(&group.id) {
            return Some(false);
        }
        let mut holds = Some(true);
        for crossing in &self.crossings {
            let held = match crossing {
                Crossing::Peering { is_one_region } => *is_one_region,
                // SG-18: inbound rules only; not for interfaces of PrivateLink.
                Crossing::TransitGateway { supports_references } => {
                    Some(*supports_references && self.endpoint_of(receiver).is_none())
                }
                Crossing::TransitGatewayPeering | Crossing::Appliance => Some(false),
            };
            holds = match (holds, held) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), other) => other,
                (None, _) => None,
            };
        }
        holds
    }

    /// The other half of an outbound rule that names groups: SG-13, SG-17, SG-18.
    pub fn receiver_is_referenced(&self, receiver: &NetworkInterface) -> Step {
        let Some(wanted) = &self.receiver_must_be_in else { return Ok(()) };
        let is_member = |id: &SecurityGroupId| receiver.groups.contains(id);
        // SG-15: not through NAT or the internet, where the sender is forgotten.
        let mut is_preserved = self.sender.is_some();
        for crossing in &self.crossings {
            match crossing {
                Crossing::Peering { is_one_region: Some(is_one_region) } => is_preserved &= is_one_region,
                Crossing::Peering { is_one_region: None } => {
                    is_preserved &=
                        self.choices.suppose("both sides of the peering are in one Region".into());
                }
                Crossing::TransitGateway { .. } | Crossing::TransitGatewayPeering => is_preserved = false,
                // SG-15: what is not said was supposed where it went through.
                Crossing::Appliance => {}
            }
        }
        match is_preserved && wanted.iter().any(is_member) {
            true => Ok(()),
            false => dropped(format!("{} is in no group that the sender's rules name (SG-13)", receiver.id)),
        }
    }

    /// Section 13: the entries in their order, the first match decides (ACL-2).
    pub fn network_acl(&mut self, subnet: &Subnet, way: Direction, packet: &Packet) -> Step {
        let Some(acl) = self.model.network_acls.iter().find(|acl| acl.subnets.contains(&subnet.id)) else {
            return self.suppose_or_drop(format!("the network ACL of {} admits {way:?} {packet}", subnet.id));
        };
        // ACL-4: the other end is the destination on the way out, the source on the way in.
        let (entries, peer) = match way {
            Direction::Inbound => (&acl.inbound, packet.source),
            Direction::Outbound => (&acl.outbound, packet.destination),
        };
        let Some(entry) = entries.iter().find(|entry| concerns(entry, packet, peer)) else {
            return dropped(format!("{} has no {way:?} entry for {packet} (ACL-3)", acl.id));
        };
        self.say(|| {
            format!("{} {way:?} entry {} of {}: {:?}", subnet.id, entry.number, acl.id, entry.action)
        });
        match &entry.action {
            AclAction::Allow => Ok(()),
            AclAction::Deny => dropped(format!("{} {way:?} entry {} denies {packet}", acl.id, entry.number)),
            AclAction::Unknown(word) => self.suppose_or_drop(format!("{word} in {} means allow", acl.id)),
        }
    }
}

fn concerns(entry: &NetworkAclEntry, packet: &Packet, peer: IpAddr) -> bool {
    entry.cidr.contains(&peer) && packet.transport.is_matched_by(entry.protocol)
}
