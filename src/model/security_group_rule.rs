//! The flat form of security group rules, which is the one that gives each rule an id.

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::security_group::{GroupPairWire, OF_RULES, port_match};
use super::{
    About, ElementError, Peer, PortMatch, PrefixListId, Reading, Resource, ResourceKind, SecurityGroupId,
    SecurityGroupRuleId, Tags,
};

/// One rule: one peer, one port range.
#[derive(Debug, Clone)]
pub struct SecurityGroupRule {
    /// Place, owner, tags.
    pub about: About,
    /// `sgr-…`
    pub id: SecurityGroupRuleId,
    /// The group that it is a rule of.
    pub group: SecurityGroupId,
    /// Whether it is for packets that leave.
    pub is_outbound: bool,
    /// Protocol and ports, or ICMP types.
    pub ports: PortMatch,
    /// The other end.
    pub peer: Peer,
}

/// The element of `SecurityGroupRules`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    security_group_rule_id: Option<CompactString>,
    security_group_rule_arn: Option<CompactString>,
    group_id: Option<CompactString>,
    group_owner_id: Option<CompactString>,
    is_egress: Option<bool>,
    ip_protocol: Option<CompactString>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    cidr_ipv4: Option<CompactString>,
    cidr_ipv6: Option<CompactString>,
    prefix_list_id: Option<CompactString>,
    referenced_group_info: Option<GroupPairWire>,
    tags: Option<Tags>,
}

impl Resource for SecurityGroupRule {
    type Wire = Wire;
    type Id = SecurityGroupRuleId;
    const KIND: ResourceKind = ResourceKind::SecurityGroupRule;
    const WORD: &'static str = "security-group-rule";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<SecurityGroupRule, ElementError> {
        let peer = if let Some(text) = present(wire.cidr_ipv4) {
            Peer::Cidr(cidr("CidrIpv4", &text)?)
        } else if let Some(text) = present(wire.cidr_ipv6) {
            Peer::Cidr(cidr("CidrIpv6", &text)?)
        } else if let Some(id) = present(wire.prefix_list_id) {
            Peer::PrefixList(PrefixListId(id))
        } else {
            let group = wire.referenced_group_info.and_then(GroupPairWire::convert);
            Peer::Group(Box::new(group.ok_or(ElementError::Missing("CidrIpv4"))?))
        };
        let protocol = wire.ip_protocol.or_missing("IpProtocol")?;
        Ok(SecurityGroupRule {
            about: reading.about(wire.group_owner_id, wire.security_group_rule_arn.as_deref(), wire.tags),
            id: SecurityGroupRuleId(wire.security_group_rule_id.or_missing("SecurityGroupRuleId")?),
            group: SecurityGroupId(wire.group_id.or_missing("GroupId")?),
            is_outbound: wire.is_egress.ok_or(ElementError::Missing("IsEgress"))?,
            ports: port_match(OF_RULES, &protocol, wire.from_port, wire.to_port)?,
            peer,
        })
    }

    fn id(&self) -> &SecurityGroupRuleId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
