//! Egress-only internet gateways (`EIG`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::Absent;
use super::internet_gateway::{AttachmentWire, attachments};
use super::{
    About, EgressOnlyInternetGatewayId, ElementError, GatewayAttachment, Reading, Resource, ResourceKind,
    Tags,
};

/// An egress-only internet gateway: IPv6, outward only.
#[derive(Debug, Clone)]
pub struct EgressOnlyInternetGateway {
    /// Place, owner, tags.
    pub about: About,
    /// `eigw-…`
    pub id: EgressOnlyInternetGatewayId,
    /// The VPC that it is attached to, if any.
    pub attachments: Vec<GatewayAttachment>,
}

/// The element of `EgressOnlyInternetGateways`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    egress_only_internet_gateway_id: Option<CompactString>,
    attachments: Option<Vec<AttachmentWire>>,
    tags: Option<Tags>,
}

impl Resource for EgressOnlyInternetGateway {
    type Wire = Wire;
    type Id = EgressOnlyInternetGatewayId;
    const KIND: ResourceKind = ResourceKind::EgressOnlyInternetGateway;
    const WORD: &'static str = "egress-only-internet-gateway";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<EgressOnlyInternetGateway, ElementError> {
        let id = wire.egress_only_internet_gateway_id.or_missing("EgressOnlyInternetGatewayId")?;
        Ok(EgressOnlyInternetGateway {
            about: reading.about(None, None, wire.tags),
            id: EgressOnlyInternetGatewayId(id),
            attachments: attachments(wire.attachments, reading),
        })
    }

    fn id(&self) -> &EgressOnlyInternetGatewayId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.attachments.first().map(|it| it.vpc.as_str()), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.attachments.first()?.state.as_ref())
    }
}
