//! Virtual private gateways: the VPC's door to Site-to-Site VPN and Direct Connect (`VPN`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::Absent;
use super::internet_gateway::{AttachmentWire, attachments};
use super::words::words;
use super::{About, ElementError, GatewayAttachment, Reading, Resource, ResourceKind, Tags, VpnGatewayId};

words! {
    /// The state of a virtual private gateway, a VPN connection or a customer gateway.
    VpnState {
        Available = "available",
        Pending = "pending",
        Modifying = "modifying",
        Deleting = "deleting",
        Deleted = "deleted",
    }
}

/// A virtual private gateway.
#[derive(Debug, Clone)]
pub struct VpnGateway {
    /// Place, owner, tags.
    pub about: About,
    /// `vgw-…`
    pub id: VpnGatewayId,
    /// The VPC that it is attached to, if any (VPN-1).
    pub attachments: Vec<GatewayAttachment>,
    /// Its state.
    pub state: Option<VpnState>,
}

/// The element of `VpnGateways`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    vpn_gateway_id: Option<CompactString>,
    vpc_attachments: Option<Vec<AttachmentWire>>,
    state: Option<CompactString>,
    tags: Option<Tags>,
}

impl Resource for VpnGateway {
    type Wire = Wire;
    type Id = VpnGatewayId;
    const KIND: ResourceKind = ResourceKind::VpnGateway;
    const WORD: &'static str = "vpn-gateway";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<VpnGateway, ElementError> {
        Ok(VpnGateway {
            about: reading.about(None, None, wire.tags),
            id: VpnGatewayId(wire.vpn_gateway_id.or_missing("VpnGatewayId")?),
            attachments: attachments(wire.vpc_attachments, reading),
            state: reading.word(wire.state),
        })
    }

    fn id(&self) -> &VpnGatewayId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.attachments.first().map(|it| it.vpc.as_str()), None)
    }

    fn state_word(&self) -> Option<&str> {
        let attachment = self.attachments.first().and_then(|it| it.state.as_ref());
        super::words::as_text(attachment).or_else(|| super::words::as_text(self.state.as_ref()))
    }
}
