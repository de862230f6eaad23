//! Firewalls of AWS Network Firewall: their policy, and the endpoint that they have in each zone (NFW-1, GWLB-7).

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::{
    About, ElementError, FirewallId, FirewallPolicyId, Reading, Resource, ResourceKind, SubnetId, Tags,
    TransitGatewayAttachmentId, VpcEndpointId, VpcId,
};

/// A firewall.
#[derive(Debug, Clone)]
pub struct Firewall {
    /// Place, owner, tags.
    pub about: About,
    /// Its ARN.
    pub id: FirewallId,
    /// Its name.
    pub name: CompactString,
    /// The VPC that it is in; none where it is attached to a transit gateway (NFW-13).
    pub vpc: Option<VpcId>,
    /// Its policy.
    pub policy: Option<FirewallPolicyId>,
    /// The attachment of a transit gateway that it stands behind, where it has one (NFW-13).
    pub attachment: Option<TransitGatewayAttachmentId>,
    /// Its endpoints, by zone.
    pub endpoints: Vec<FirewallEndpoint>,
    /// Whether it passes other packets than it was asked to, translated (NFW-14).
    pub translates: bool,
}

/// Where a firewall stands in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirewallEndpoint {
    /// The zone's name.
    pub zone: CompactString,
    /// The endpoint that routes name.
    pub endpoint: VpcEndpointId,
    /// The subnet that it is in.
    pub subnet: Option<SubnetId>,
}

/// The answer of `describe-firewall`, or its `Firewall` alone.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    firewall: Option<FirewallWire>,
    firewall_status: Option<StatusWire>,
}

/// `Firewall`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct FirewallWire {
    firewall_name: Option<CompactString>,
    firewall_arn: Option<CompactString>,
    firewall_policy_arn: Option<CompactString>,
    vpc_id: Option<CompactString>,
    transparent_filtering_nat_scope: Option<CompactString>,
    tags: Option<Tags>,
}

/// `FirewallStatus`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StatusWire {
    sync_states: Option<BTreeMap<CompactString, SyncWire>>,
    transit_gateway_attachment_sync_state: Option<TransitWire>,
}

/// `FirewallStatus.TransitGatewayAttachmentSyncState`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TransitWire {
    attachment_id: Option<CompactString>,
}

/// `FirewallStatus.SyncStates`, by zone.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SyncWire {
    attachment: Option<AttachmentWire>,
}

/// `FirewallStatus.SyncStates.ZONE.Attachment`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AttachmentWire {
    subnet_id: Option<CompactString>,
    endpoint_id: Option<CompactString>,
}

impl Resource for Firewall {
    type Wire = Wire;
    type Id = FirewallId;
    const KIND: ResourceKind = ResourceKind::Firewall;
    const WORD: &'static str = "firewall";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<Firewall, ElementError> {
        let firewall = wire.firewall.unwrap_or_default();
        let arn = firewall.firewall_arn.or_missing("Firewall.FirewallArn")?;
        let status = wire.firewall_status.unwrap_or_default();
        let attachment =
            status.transit_gateway_attachment_sync_state.and_then(|it| present(it.attachment_id));
        let states = status.sync_states.unwrap_or_default();
        let endpoint = |(zone, state): (CompactString, SyncWire)| {
            let attachment = state.attachment?;
            Some(FirewallEndpoint {
                zone,
                endpoint: VpcEndpointId(present(attachment.endpoint_id)?),
                subnet: present(attachment.subnet_id).map(SubnetId),
            })
        };
        Ok(Firewall {
            about: reading.about(None, Some(&arn), firewall.tags),
            name: present(firewall.firewall_name).unwrap_or_else(|| name_of(&arn)),
            vpc: present(firewall.vpc_id).map(VpcId),
            policy: present(firewall.firewall_policy_arn).map(FirewallPolicyId),
            attachment: attachment.map(TransitGatewayAttachmentId),
            endpoints: states.into_iter().filter_map(endpoint).collect(),
            translates: present(firewall.transparent_filtering_nat_scope).is_some(),
            id: FirewallId(arn),
        })
    }

    fn id(&self) -> &FirewallId {
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

/// The name at the end of an ARN.
pub(super) fn name_of(arn: &str) -> CompactString {
    CompactString::from(arn.rsplit('/').next().unwrap_or(arn))
}
