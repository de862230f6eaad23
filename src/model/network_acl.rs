//! Network ACLs (`ACL`).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::security_group::{PortMembers, port_match};
use super::words::words;
use super::{
    About, ElementError, NetworkAclId, PortMatch, Reading, Resource, ResourceKind, SubnetId, Tags, VpcId,
};

words! {
    /// What an entry does.
    AclAction { Allow = "allow", Deny = "deny", }
}

/// A network ACL: numbered entries, stateless, first match decides (ACL-2).
#[derive(Debug, Clone)]
pub struct NetworkAcl {
    /// Place, owner, tags.
    pub about: About,
    /// `acl-…`
    pub id: NetworkAclId,
    /// The VPC that it is a part of.
    pub vpc: VpcId,
    /// Whether it is the VPC's default ACL.
    pub is_default: bool,
    /// The subnets that it guards.
    pub subnets: Vec<SubnetId>,
    /// Entries for packets that enter a subnet, by ascending number.
    pub inbound: Vec<NetworkAclEntry>,
    /// Entries for packets that leave a subnet, by ascending number.
    pub outbound: Vec<NetworkAclEntry>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkAclEntry {
    /// Its number; 32767 and 32768 are the implicit denies (ACL-3).
    pub number: u32,
    /// What it does.
    pub action: AclAction,
    /// The other end: the source inbound, the destination outbound (ACL-4).
    pub cidr: IpNet,
    /// What it is for.
    pub protocol: AclProtocol,
    /// Its index in `Entries`.
    pub index: u32,
}

/// Protocol and ports of an entry, as its encoding means them for the entry's family (ACL-5, ACL-6).
pub type AclProtocol = PortMatch;

/// The element of `NetworkAcls`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    network_acl_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    is_default: Option<bool>,
    associations: Option<Vec<AssociationWire>>,
    entries: Option<Vec<EntryWire>>,
    owner_id: Option<CompactString>,
    tags: Option<Tags>,
}

/// `Associations[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AssociationWire {
    subnet_id: Option<CompactString>,
}

/// `Entries[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EntryWire {
    rule_number: Option<i64>,
    rule_action: Option<CompactString>,
    egress: Option<bool>,
    cidr_block: Option<CompactString>,
    ipv6_cidr_block: Option<CompactString>,
    protocol: Option<CompactString>,
    port_range: Option<PortRangeWire>,
    icmp_type_code: Option<IcmpTypeCodeWire>,
}

/// `PortRange`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PortRangeWire {
    from: Option<i64>,
    to: Option<i64>,
}

/// `IcmpTypeCode`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct IcmpTypeCodeWire {
    #[serde(rename = "Type")]
    kind: Option<i64>,
    code: Option<i64>,
}

impl EntryWire {
    fn convert(
        self,
        index: u32,
        reading: &mut Reading,
    ) -> Result<Option<(bool, NetworkAclEntry)>, ElementError> {
        let text = present(self.cidr_block).or(present(self.ipv6_cidr_block));
        // An entry of neither family matches nothing; some collectors print the IPv6 deny so.
        let Some(text) = text else {
            reading.remarks.push(format!(
                "entry {} of `Entries` has no CIDR and was left out",
                self.rule_number.unwrap_or(-1)
            ));
            return Ok(None);
        };
        let cidr = cidr("Entries[].CidrBlock", &text)?;
        let number = self.rule_number.ok_or(ElementError::Missing("Entries[].RuleNumber"))?;
        let action = self.rule_action.or_missing("Entries[].RuleAction")?;
        let protocol = self.protocol.or_missing("Entries[].Protocol")?;
        let entry = NetworkAclEntry {
            number: u32::try_from(number).map_err(|_| ElementError::Malformed {
                member: "Entries[].RuleNumber",
                text: number.to_string(),
                expected: "a rule number",
            })?,
            action: reading.word(Some(action)).ok_or(ElementError::Missing("Entries[].RuleAction"))?,
            cidr,
            protocol: acl_protocol(&protocol, &cidr, self.port_range, self.icmp_type_code)?,
            index,
        };
        Ok(Some((self.egress.ok_or(ElementError::Missing("Entries[].Egress"))?, entry)))
    }
}

/// ACL-5: ports count for TCP and UDP, types for ICMP. ACL-6: on an IPv4 entry the types of ICMPv6 do not.
fn acl_protocol(
    protocol: &str,
    cidr: &IpNet,
    ports: Option<PortRangeWire>,
    icmp: Option<IcmpTypeCodeWire>,
) -> Result<AclProtocol, ElementError> {
    let mut members = PortMembers {
        protocol: "Entries[].Protocol",
        from: "Entries[].PortRange.From",
        to: "Entries[].PortRange.To",
    };
    let number = port_match(members, protocol, None, None)?;
    let number = match number {
        PortMatch::All => return Ok(PortMatch::All),
        PortMatch::Protocol(number) | PortMatch::Ports { protocol: number, .. } => number,
        PortMatch::Icmp { protocol, .. } => protocol,
    };
    let is_ipv6_entry = matches!(cidr, IpNet::V6(_));
    let (from, to) = match number {
        6 | 17 => ports.map_or((None, None), |it| (it.from, it.to)),
        58 if !is_ipv6_entry => (None, None),
        1 | 58 => icmp.map_or((None, None), |it| (it.kind, it.code)),
        _ => (None, None),
    };
    if matches!(number, 1 | 58) {
        members.from = "Entries[].IcmpTypeCode.Type";
        members.to = "Entries[].IcmpTypeCode.Code";
    }
    port_match(members, protocol, from, to)
}

impl Resource for NetworkAcl {
    type Wire = Wire;
    type Id = NetworkAclId;
    const KIND: ResourceKind = ResourceKind::NetworkAcl;
    const WORD: &'static str = "network-acl";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<NetworkAcl, ElementError> {
        let mut inbound = Vec::new();
        let mut outbound = Vec::new();
        for (index, entry) in wire.entries.unwrap_or_default().into_iter().enumerate() {
            let Some((is_outbound, entry)) = entry.convert(index as u32, reading)? else { continue };
            if is_outbound { outbound.push(entry) } else { inbound.push(entry) }
        }
        inbound.sort_by_key(|entry| entry.number);
        outbound.sort_by_key(|entry| entry.number);
        let subnets = wire.associations.unwrap_or_default().into_iter();
        Ok(NetworkAcl {
            about: reading.about(wire.owner_id, None, wire.tags),
            id: NetworkAclId(wire.network_acl_id.or_missing("NetworkAclId")?),
            vpc: VpcId(wire.vpc_id.or_missing("VpcId")?),
            is_default: wire.is_default.unwrap_or(false),
            subnets: subnets.filter_map(|it| present(it.subnet_id)).map(SubnetId).collect(),
            inbound,
            outbound,
        })
    }

    fn id(&self) -> &NetworkAclId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (Some(self.vpc.as_str()), None)
    }
}
