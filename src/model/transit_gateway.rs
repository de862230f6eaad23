//! Transit gateways (`TGW`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::Absent;
use super::words::words;
use super::{About, AttachmentState, ElementError, Reading, Resource, ResourceKind, Tags, TransitGatewayId};

words! {
    /// A switch of the transit gateway API.
    Support { Enable = "enable" | "enabled", Disable = "disable" | "disabled", }
}

/// A transit gateway.
#[derive(Debug, Clone)]
pub struct TransitGateway {
    /// Place, owner, tags.
    pub about: About,
    /// `tgw-…`
    pub id: TransitGatewayId,
    /// Its state.
    pub state: Option<AttachmentState>,
    /// Whether references to groups hold across it; off unless said (SG-18).
    pub group_referencing: Option<Support>,
    /// Whether attachments that other accounts ask for are accepted unseen.
    pub accepts_unseen: Option<Support>,
}

/// The element of `TransitGateways`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    transit_gateway_id: Option<CompactString>,
    transit_gateway_arn: Option<CompactString>,
    state: Option<CompactString>,
    owner_id: Option<CompactString>,
    options: Option<OptionsWire>,
    tags: Option<Tags>,
}

/// `Options`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OptionsWire {
    auto_accept_shared_attachments: Option<CompactString>,
    security_group_referencing_support: Option<CompactString>,
}

impl Resource for TransitGateway {
    type Wire = Wire;
    type Id = TransitGatewayId;
    const KIND: ResourceKind = ResourceKind::TransitGateway;
    const WORD: &'static str = "transit-gateway";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<TransitGateway, ElementError> {
        let options = wire.options.unwrap_or_default();
        Ok(TransitGateway {
            accepts_unseen: reading.word(options.auto_accept_shared_attachments),
            about: reading.about(wire.owner_id, wire.transit_gateway_arn.as_deref(), wire.tags),
            id: TransitGatewayId(wire.transit_gateway_id.or_missing("TransitGatewayId")?),
            state: reading.word(wire.state),
            group_referencing: reading.word(options.security_group_referencing_support),
        })
    }

    fn id(&self) -> &TransitGatewayId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
