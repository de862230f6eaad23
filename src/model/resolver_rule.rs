//! Rules of the Route 53 Resolver, and the VPCs that they hold for (`DNS`): two calls, put together by the rule's id.

use std::net::IpAddr;

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, address, present};
use super::hosted_zone::dns_name;
use super::{About, ElementError, Reading, ResolverRuleId, Resource, ResourceKind, VpcId};

/// Where names of a domain are asked for.
#[derive(Debug, Clone)]
pub struct ResolverRule {
    /// Place and owner.
    pub about: About,
    /// `rslvr-rr-…`
    pub id: ResolverRuleId,
    /// `corp.example`; absent where only its VPCs are known. Empty for every name.
    pub domain: Option<CompactString>,
    /// `FORWARD`, `SYSTEM`, `RECURSIVE`.
    pub kind: Option<CompactString>,
    /// Who is asked.
    pub targets: Vec<IpAddr>,
    /// The endpoint that asks.
    pub endpoint: Option<CompactString>,
    /// The VPCs that it holds for.
    pub vpcs: Vec<VpcId>,
}

/// An element of `ResolverRules` or of `ResolverRuleAssociations`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    id: Option<CompactString>,
    arn: Option<CompactString>,
    domain_name: Option<CompactString>,
    rule_type: Option<CompactString>,
    target_ips: Option<Vec<TargetWire>>,
    resolver_endpoint_id: Option<CompactString>,
    resolver_rule_id: Option<CompactString>,
    #[serde(rename = "VPCId")]
    vpc_id: Option<CompactString>,
    status: Option<CompactString>,
}

/// `TargetIps[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TargetWire {
    ip: Option<CompactString>,
    ipv6: Option<CompactString>,
}

impl Resource for ResolverRule {
    type Wire = Wire;
    type Id = ResolverRuleId;
    const KIND: ResourceKind = ResourceKind::ResolverRule;
    const WORD: &'static str = "resolver-rule";
    const IS_JOINED: bool = true;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<ResolverRule, ElementError> {
        let about = reading.about(None, wire.arn.as_deref(), None);
        let of_association = present(wire.resolver_rule_id);
        let is_association = of_association.is_some();
        let texts = wire.target_ips.unwrap_or_default().into_iter();
        let texts = texts.filter_map(|it| present(it.ip).or(present(it.ipv6)));
        let is_gone = wire.status.is_some_and(|it| it.eq_ignore_ascii_case("DELETING"));
        let vpc = present(wire.vpc_id).filter(|_| is_association && !is_gone);
        Ok(ResolverRule {
            about,
            id: ResolverRuleId(of_association.or(wire.id).or_missing("Id")?),
            domain: wire.domain_name.filter(|_| !is_association).map(|it| dns_name(&it)),
            kind: present(wire.rule_type),
            targets: texts.map(|it| address("Ip", &it)).collect::<Result<_, ElementError>>()?,
            endpoint: present(wire.resolver_endpoint_id),
            vpcs: vpc.map(VpcId).into_iter().collect(),
        })
    }

    fn id(&self) -> &ResolverRuleId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, mut other: ResolverRule) {
        // The rule itself is what a person wants to see.
        if self.domain.is_none() && other.domain.is_some() {
            std::mem::swap(self, &mut other);
        }
        self.vpcs.extend(other.vpcs);
        self.vpcs.sort();
        self.vpcs.dedup();
    }
}
