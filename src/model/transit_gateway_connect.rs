//! Connect attachments and their peers: tunnels to an appliance, through another attachment (`TGW`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::direct_connect_gateway::BgpStatus;
use super::transit_gateway_attachment::AttachmentState;
use super::{
    About, ElementError, Reading, Resource, ResourceKind, Tags, TransitGatewayAttachmentId,
    TransitGatewayConnectPeerId,
};

/// What the list of Connect attachments adds.
#[derive(Debug, Clone)]
pub struct TransitGatewayConnect {
    /// Place, owner, tags.
    pub about: About,
    /// `tgw-attach-…`
    pub id: TransitGatewayAttachmentId,
    /// The attachment that the tunnels go through.
    pub transport: Option<TransitGatewayAttachmentId>,
    /// Its state.
    pub state: Option<AttachmentState>,
}

/// A tunnel of a Connect attachment.
#[derive(Debug, Clone)]
pub struct TransitGatewayConnectPeer {
    /// Place, owner, tags.
    pub about: About,
    /// `tgw-connect-peer-…`
    pub id: TransitGatewayConnectPeerId,
    /// The Connect attachment.
    pub attachment: TransitGatewayAttachmentId,
    /// Its state.
    pub state: Option<AttachmentState>,
    /// Its BGP sessions.
    pub sessions: Vec<BgpStatus>,
}

/// The element of `TransitGatewayConnects`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ConnectWire {
    transit_gateway_attachment_id: Option<CompactString>,
    transport_transit_gateway_attachment_id: Option<CompactString>,
    state: Option<CompactString>,
    tags: Option<Tags>,
}

/// The element of `TransitGatewayConnectPeers`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PeerWire {
    transit_gateway_connect_peer_id: Option<CompactString>,
    transit_gateway_attachment_id: Option<CompactString>,
    state: Option<CompactString>,
    connect_peer_configuration: Option<ConfigurationWire>,
    tags: Option<Tags>,
}

/// `ConnectPeerConfiguration`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ConfigurationWire {
    bgp_configurations: Option<Vec<BgpWire>>,
}

/// `BgpConfigurations[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct BgpWire {
    bgp_status: Option<CompactString>,
}

impl Resource for TransitGatewayConnect {
    type Wire = ConnectWire;
    type Id = TransitGatewayAttachmentId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayConnect;
    const WORD: &'static str = "transit-gateway-connect";

    fn convert(wire: ConnectWire, reading: &mut Reading) -> Result<TransitGatewayConnect, ElementError> {
        let id = wire.transit_gateway_attachment_id.or_missing("TransitGatewayAttachmentId")?;
        let transport = present(wire.transport_transit_gateway_attachment_id);
        Ok(TransitGatewayConnect {
            about: reading.about(None, None, wire.tags),
            id: TransitGatewayAttachmentId(id),
            transport: transport.map(TransitGatewayAttachmentId),
            state: reading.word(wire.state),
        })
    }

    fn id(&self) -> &TransitGatewayAttachmentId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for TransitGatewayConnectPeer {
    type Wire = PeerWire;
    type Id = TransitGatewayConnectPeerId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayConnectPeer;
    const WORD: &'static str = "transit-gateway-connect-peer";

    fn convert(wire: PeerWire, reading: &mut Reading) -> Result<TransitGatewayConnectPeer, ElementError> {
        let id = wire.transit_gateway_connect_peer_id.or_missing("TransitGatewayConnectPeerId")?;
        let attachment = wire.transit_gateway_attachment_id.or_missing("TransitGatewayAttachmentId")?;
        let sessions = wire.connect_peer_configuration.and_then(|it| it.bgp_configurations);
        let sessions = sessions.unwrap_or_default().into_iter();
        Ok(TransitGatewayConnectPeer {
            about: reading.about(None, None, wire.tags),
            id: TransitGatewayConnectPeerId(id),
            attachment: TransitGatewayAttachmentId(attachment),
            state: reading.word(wire.state),
            sessions: sessions.filter_map(|it| reading.word(it.bgp_status)).collect(),
        })
    }

    fn id(&self) -> &TransitGatewayConnectPeerId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
