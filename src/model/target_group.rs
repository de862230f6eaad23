//! Target groups: what a load balancer sends to, by which protocol and port (LB-10, LB-11).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{
    About, BalancedProtocol, ElementError, Reading, Resource, ResourceKind, Tags, TargetGroupId, VpcId,
};

words! {
    /// What the targets of a group are (LB-10).
    TargetKind { Instance = "instance", Ip = "ip", Lambda = "lambda", Alb = "alb", }
}

/// A target group.
#[derive(Debug, Clone)]
pub struct TargetGroup {
    /// Place, owner, tags.
    pub about: About,
    /// Its ARN.
    pub id: TargetGroupId,
    /// Its name.
    pub name: CompactString,
    /// What its targets are.
    pub kind: Option<TargetKind>,
    /// What it speaks to them.
    pub protocol: Option<BalancedProtocol>,
    /// The port of targets that are registered without one.
    pub port: Option<u16>,
    /// The port that health is checked on; absent for that of the traffic.
    pub health_check_port: Option<u16>,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// Whether targets are spoken to by IPv6.
    pub is_ipv6: bool,
}

/// The element of `TargetGroups`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    target_group_arn: Option<CompactString>,
    target_group_name: Option<CompactString>,
    target_type: Option<CompactString>,
    protocol: Option<CompactString>,
    port: Option<u16>,
    health_check_port: Option<CompactString>,
    vpc_id: Option<CompactString>,
    ip_address_type: Option<CompactString>,
    tags: Option<Tags>,
}

impl Resource for TargetGroup {
    type Wire = Wire;
    type Id = TargetGroupId;
    const KIND: ResourceKind = ResourceKind::TargetGroup;
    const WORD: &'static str = "target-group";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<TargetGroup, ElementError> {
        let arn = wire.target_group_arn.or_missing("TargetGroupArn")?;
        Ok(TargetGroup {
            about: reading.about(None, Some(&arn), wire.tags),
            name: wire.target_group_name.unwrap_or_default(),
            kind: reading.word(wire.target_type),
            protocol: reading.word(wire.protocol),
            port: wire.port,
            health_check_port: wire.health_check_port.and_then(|it| it.parse().ok()),
            vpc: present(wire.vpc_id).map(VpcId),
            is_ipv6: wire.ip_address_type.is_some_and(|it| it.eq_ignore_ascii_case("ipv6")),
            id: TargetGroupId(arn),
        })
    }

    fn id(&self) -> &TargetGroupId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn own_name(&self) -> Option<&str> {
        Some(&self.name)
    }
}
