//! Security groups and their rules (`SG`).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::{
    About, AccountId, ElementError, PrefixListId, Reading, Resource, ResourceKind, SecurityGroupId, Tags,
    VpcId, VpcPeeringConnectionId,
};

/// A security group.
#[derive(Debug, Clone)]
pub struct SecurityGroup {
    /// Place, owner, tags.
    pub about: About,
    /// `sg-…`
    pub id: SecurityGroupId,
    /// Its name, which is not its `Name` tag.
    pub name: CompactString,
    /// The VPC that it was made in; it may serve others too (SG-16).
    pub vpc: Option<VpcId>,
    /// Who may come in, in the order of `IpPermissions`.
    pub inbound: Box<[SecurityGroupPermission]>,
    /// Where its members may go, in the order of `IpPermissionsEgress`.
    pub outbound: Box<[SecurityGroupPermission]>,
}

/// One element of `IpPermissions`: what, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroupPermission {
    /// Protocol and ports, or ICMP types.
    pub ports: PortMatch,
    /// The other ends, in the order IPv4 ranges, IPv6 ranges, prefix lists, groups.
    pub peers: Box<[Peer]>,
}

/// Protocol and ports of a rule, as its encoding means them (SG-8 … SG-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortMatch {
    /// Every protocol.
    All,
    /// Every packet of one protocol.
    Protocol(u8),
    /// TCP or UDP ports, both ends included.
    Ports {
        /// 6 or 17.
        protocol: u8,
        /// The lowest port.
        from: u16,
        /// The highest port.
        to: u16,
    },
    /// One ICMP type (1 or 58), all of its codes or one.
    Icmp {
        /// 1 or 58.
        protocol: u8,
        /// The type.
        kind: u8,
        /// The code; absent for all.
        code: Option<u8>,
    },
}

/// The other end of a rule (SG-12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A block of either family.
    Cidr(IpNet),
    /// Any entry of a prefix list (SG-22).
    PrefixList(PrefixListId),
    /// The members of a group (SG-13).
    Group(Box<PeerGroup>),
}

/// A reference to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerGroup {
    /// The group.
    pub id: SecurityGroupId,
    /// Its owner, when said.
    pub account: Option<AccountId>,
    /// Its VPC, when said: another one than the rule's.
    pub vpc: Option<VpcId>,
    /// The peering connection that the reference goes over, when said.
    pub peering_connection: Option<VpcPeeringConnectionId>,
}

/// The element of `SecurityGroups`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    group_id: Option<CompactString>,
    group_name: Option<CompactString>,
    vpc_id: Option<CompactString>,
    owner_id: Option<CompactString>,
    security_group_arn: Option<CompactString>,
    ip_permissions: Option<Vec<PermissionWire>>,
    ip_permissions_egress: Option<Vec<PermissionWire>>,
    tags: Option<Tags>,
}

/// `IpPermissions[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PermissionWire {
    ip_protocol: Option<CompactString>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    ip_ranges: Option<Vec<Ipv4RangeWire>>,
    ipv6_ranges: Option<Vec<Ipv6RangeWire>>,
    prefix_list_ids: Option<Vec<PrefixListWire>>,
    user_id_group_pairs: Option<Vec<GroupPairWire>>,
}

/// `IpRanges[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipv4RangeWire {
    cidr_ip: Option<CompactString>,
}

/// `Ipv6Ranges[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipv6RangeWire {
    cidr_ipv6: Option<CompactString>,
}

/// `PrefixListIds[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PrefixListWire {
    prefix_list_id: Option<CompactString>,
}

/// `UserIdGroupPairs[]`, and `ReferencedGroupInfo` of the flat rules.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct GroupPairWire {
    group_id: Option<CompactString>,
    user_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    vpc_peering_connection_id: Option<CompactString>,
}

impl GroupPairWire {
    pub(super) fn convert(self) -> Option<PeerGroup> {
        Some(PeerGroup {
            id: SecurityGroupId(present(self.group_id)?),
            account: present(self.user_id).map(AccountId),
            vpc: present(self.vpc_id).map(VpcId),
            peering_connection: present(self.vpc_peering_connection_id).map(VpcPeeringConnectionId),
        })
    }
}

/// What the members are called that protocol and ports stand in, for messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct PortMembers {
    pub protocol: &'static str,
    pub from: &'static str,
    pub to: &'static str,
}

/// Those of a group's rules.
pub(super) const OF_RULES: PortMembers =
    PortMembers { protocol: "IpProtocol", from: "FromPort", to: "ToPort" };

/// The meaning of `IpProtocol`, `FromPort` and `ToPort` (SG-8 … SG-11).
pub(super) fn port_match(
    members: PortMembers,
    protocol: &str,
    from: Option<i64>,
    to: Option<i64>,
) -> Result<PortMatch, ElementError> {
    let malformed = |member, text: String, expected| ElementError::Malformed { member, text, expected };
    let number = match protocol.to_ascii_lowercase().as_str() {
        "-1" | "all" => return Ok(PortMatch::All),
        "tcp" => 6,
        "udp" => 17,
        "icmp" => 1,
        "icmpv6" => 58,
        other => other.parse::<u8>().map_err(|_| {
            malformed(members.protocol, protocol.chars().take(40).collect(), "a protocol name or number")
        })?,
    };
    // Out-of-range ports are refused rather than cut: a rule that is not understood must not admit.
    let in_range = |member, value: i64, limit: i64, what| {
        if (0..=limit).contains(&value) { Ok(value) } else { Err(malformed(member, value.to_string(), what)) }
    };
    match number {
        6 | 17 => {
            // Ports that are not given, or given as -1, mean all of them.
            let (from, to) = match (from.unwrap_or(-1), to.unwrap_or(-1)) {
                (-1, _) => (0, 65535),
                (from, -1) => (from, from),
                (from, to) => (from, to),
            };
            Ok(PortMatch::Ports {
                protocol: number,
                from: in_range(members.from, from, 65535, "a port")? as u16,
                to: in_range(members.to, to, 65535, "a port")? as u16,
            })
        }
        // SG-10: FromPort is the type, ToPort the code, -1 all of them.
        1 | 58 => match from.unwrap_or(-1) {
            -1 => Ok(PortMatch::Protocol(number)),
            kind => Ok(PortMatch::Icmp {
                protocol: number,
                kind: in_range(members.from, kind, 255, "an ICMP type")? as u8,
                code: match to.unwrap_or(-1) {
                    -1 => None,
                    code => Some(in_range(members.to, code, 255, "an ICMP code")? as u8),
                },
            }),
        },
        // SG-9: any other protocol has no ports, whatever the members say.
        _ => Ok(PortMatch::Protocol(number)),
    }
}

fn permissions(wires: Option<Vec<PermissionWire>>) -> Result<Box<[SecurityGroupPermission]>, ElementError> {
    wires.unwrap_or_default().into_iter().map(permission).collect()
}

fn permission(wire: PermissionWire) -> Result<SecurityGroupPermission, ElementError> {
    let protocol = wire.ip_protocol.or_missing("IpPermissions[].IpProtocol")?;
    let mut peers = Vec::new();
    for range in wire.ip_ranges.unwrap_or_default() {
        if let Some(text) = present(range.cidr_ip) {
            peers.push(Peer::Cidr(cidr("IpRanges[].CidrIp", &text)?));
        }
    }
    for range in wire.ipv6_ranges.unwrap_or_default() {
        if let Some(text) = present(range.cidr_ipv6) {
            peers.push(Peer::Cidr(cidr("Ipv6Ranges[].CidrIpv6", &text)?));
        }
    }
    let lists = wire.prefix_list_ids.unwrap_or_default().into_iter();
    peers.extend(
        lists.filter_map(|it| present(it.prefix_list_id)).map(|id| Peer::PrefixList(PrefixListId(id))),
    );
    let pairs = wire.user_id_group_pairs.unwrap_or_default().into_iter();
    peers.extend(pairs.filter_map(GroupPairWire::convert).map(|group| Peer::Group(Box::new(group))));
    Ok(SecurityGroupPermission {
        ports: port_match(OF_RULES, &protocol, wire.from_port, wire.to_port)?,
        peers: peers.into(),
    })
}

impl Resource for SecurityGroup {
    type Wire = Wire;
    type Id = SecurityGroupId;
    const KIND: ResourceKind = ResourceKind::SecurityGroup;
    const WORD: &'static str = "security-group";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<SecurityGroup, ElementError> {
        Ok(SecurityGroup {
            about: reading.about(wire.owner_id, wire.security_group_arn.as_deref(), wire.tags),
            id: SecurityGroupId(wire.group_id.or_missing("GroupId")?),
            name: wire.group_name.unwrap_or_default(),
            vpc: present(wire.vpc_id).map(VpcId),
            inbound: permissions(wire.ip_permissions)?,
            outbound: permissions(wire.ip_permissions_egress)?,
        })
    }

    fn id(&self) -> &SecurityGroupId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn own_name(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.vpc.as_ref().map(|it| it.as_str()), None)
    }
}
