//! Internet gateways (`IGW`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{About, ElementError, InternetGatewayId, Reading, Resource, ResourceKind, Tags, VpcId};

words! {
    /// The state of a gateway's attachment. Real answers say `available` where the model says `attached` (JS-3).
    GatewayAttachmentState {
        Attached = "attached" | "available",
        Attaching = "attaching",
        Detaching = "detaching",
        Detached = "detached",
    }
}

/// What a gateway is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAttachment {
    /// The VPC.
    pub vpc: VpcId,
    /// The attachment's state; absent counts as attached.
    pub state: Option<GatewayAttachmentState>,
}

impl GatewayAttachment {
    /// The word that nobody knows, when its state is one (JS-4).
    pub fn odd_word(&self) -> Option<&str> {
        match &self.state {
            Some(GatewayAttachmentState::Unknown(word)) => Some(word),
            None
            | Some(
                GatewayAttachmentState::Attached
                | GatewayAttachmentState::Attaching
                | GatewayAttachmentState::Detaching
                | GatewayAttachmentState::Detached,
            ) => None,
        }
    }

    /// Whether packets pass.
    pub fn is_in_force(&self) -> bool {
        matches!(self.state, None | Some(GatewayAttachmentState::Attached))
    }
}

/// An internet gateway.
#[derive(Debug, Clone)]
pub struct InternetGateway {
    /// Place, owner, tags.
    pub about: About,
    /// `igw-…`
    pub id: InternetGatewayId,
    /// The VPC that it is attached to, if any (IGW-10).
    pub attachments: Vec<GatewayAttachment>,
}

/// The element of `InternetGateways`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    internet_gateway_id: Option<CompactString>,
    attachments: Option<Vec<AttachmentWire>>,
    owner_id: Option<CompactString>,
    tags: Option<Tags>,
}

/// `Attachments[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AttachmentWire {
    vpc_id: Option<CompactString>,
    state: Option<CompactString>,
}

pub(super) fn attachments(
    wires: Option<Vec<AttachmentWire>>,
    reading: &mut Reading,
) -> Vec<GatewayAttachment> {
    let mut attachments = Vec::new();
    for wire in wires.unwrap_or_default() {
        if let Some(vpc) = present(wire.vpc_id) {
            attachments.push(GatewayAttachment { vpc: VpcId(vpc), state: reading.word(wire.state) });
        }
    }
    attachments
}

impl Resource for InternetGateway {
    type Wire = Wire;
    type Id = InternetGatewayId;
    const KIND: ResourceKind = ResourceKind::InternetGateway;
    const WORD: &'static str = "internet-gateway";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<InternetGateway, ElementError> {
        Ok(InternetGateway {
            about: reading.about(wire.owner_id, None, wire.tags),
            id: InternetGatewayId(wire.internet_gateway_id.or_missing("InternetGatewayId")?),
            attachments: attachments(wire.attachments, reading),
        })
    }

    fn id(&self) -> &InternetGatewayId {
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
