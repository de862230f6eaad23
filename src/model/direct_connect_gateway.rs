//! Direct Connect gateways, what they are associated with, and their virtual interfaces (`DX`).

use compact_str::{CompactString, format_compact};
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::words::words;
use super::{
    About, DirectConnectAssociationId, DirectConnectAttachmentId, DirectConnectGatewayId, ElementError,
    Reading, Resource, ResourceKind, Tags, VirtualInterfaceId, VpnGatewayId,
};

words! {
    /// The state of a Direct Connect gateway.
    DirectConnectState { Available = "available", Pending = "pending", Deleting = "deleting", Deleted = "deleted", }
}

words! {
    /// The state of an association of a Direct Connect gateway.
    AssociationState {
        Associated = "associated",
        Associating = "associating",
        Updating = "updating",
        Disassociating = "disassociating",
        Disassociated = "disassociated",
    }
}

words! {
    /// The state of the attachment of a virtual interface to a Direct Connect gateway.
    InterfaceAttachmentState {
        Attached = "attached",
        Attaching = "attaching",
        Detaching = "detaching",
        Detached = "detached",
    }
}

words! {
    /// The state of a virtual interface; only an available one carries packets (DX-7).
    VirtualInterfaceState {
        Available = "available",
        Confirming = "confirming",
        Verifying = "verifying",
        Pending = "pending",
        Down = "down",
        Testing = "testing",
        Deleting = "deleting",
        Deleted = "deleted",
        Rejected = "rejected",
    }
}

words! {
    /// What a virtual interface reaches: one VPC's gateway, transit gateways, or public addresses of AWS (DX-5).
    VirtualInterfaceKind { Private = "private", Transit = "transit", Public = "public", }
}

words! {
    /// Whether a BGP session works.
    BgpStatus { Up = "up", Down = "down", }
}

/// A Direct Connect gateway.
#[derive(Debug, Clone)]
pub struct DirectConnectGateway {
    /// Place, owner, tags.
    pub about: About,
    /// A UUID.
    pub id: DirectConnectGatewayId,
    /// Its name.
    pub name: CompactString,
    /// Its state.
    pub state: Option<DirectConnectState>,
}

/// An association of a Direct Connect gateway with a virtual private gateway or a transit gateway.
#[derive(Debug, Clone)]
pub struct DirectConnectGatewayAssociation {
    /// Place, owner, tags.
    pub about: About,
    /// A UUID; of older answers, the two ends.
    pub id: DirectConnectAssociationId,
    /// The Direct Connect gateway.
    pub gateway: DirectConnectGatewayId,
    /// `vgw-…` or `tgw-…`
    pub associated: CompactString,
    /// Its state.
    pub state: Option<AssociationState>,
    /// What is let through towards on-premises (DX-1, DX-2); absent where the answer does not say.
    pub allowed_prefixes: Option<Vec<IpNet>>,
}

/// An attachment of a virtual interface to a Direct Connect gateway.
#[derive(Debug, Clone)]
pub struct DirectConnectGatewayAttachment {
    /// Place, owner, tags.
    pub about: About,
    /// The two ends.
    pub id: DirectConnectAttachmentId,
    /// The Direct Connect gateway.
    pub gateway: DirectConnectGatewayId,
    /// The virtual interface.
    pub interface: VirtualInterfaceId,
    /// Its state.
    pub state: Option<InterfaceAttachmentState>,
}

/// A virtual interface: a BGP session over a Direct Connect line.
#[derive(Debug, Clone)]
pub struct VirtualInterface {
    /// Place, owner, tags.
    pub about: About,
    /// `dxvif-…`
    pub id: VirtualInterfaceId,
    /// What it reaches.
    pub kind: Option<VirtualInterfaceKind>,
    /// Its state.
    pub state: Option<VirtualInterfaceState>,
    /// The Direct Connect gateway that it ends at, if it is one.
    pub gateway: Option<DirectConnectGatewayId>,
    /// The virtual private gateway that it ends at, if it is one.
    pub vpn_gateway: Option<VpnGatewayId>,
    /// Its BGP sessions.
    pub sessions: Vec<BgpStatus>,
    /// The line that it is on: `dxcon-…` or `dxlag-…`.
    pub connection: Option<CompactString>,
    /// AWS's router at the end of the line.
    pub device: Option<CompactString>,
    /// The place where that stands.
    pub location: Option<CompactString>,
}

/// The element of `directConnectGateways`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayWire {
    direct_connect_gateway_id: Option<CompactString>,
    direct_connect_gateway_name: Option<CompactString>,
    direct_connect_gateway_state: Option<CompactString>,
    owner_account: Option<CompactString>,
}

/// The element of `directConnectGatewayAssociations`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AssociationWire {
    association_id: Option<CompactString>,
    direct_connect_gateway_id: Option<CompactString>,
    direct_connect_gateway_owner_account: Option<CompactString>,
    association_state: Option<CompactString>,
    associated_gateway: Option<AssociatedWire>,
    virtual_gateway_id: Option<CompactString>,
    allowed_prefixes_to_direct_connect_gateway: Option<Vec<PrefixWire>>,
}

/// `associatedGateway`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AssociatedWire {
    id: Option<CompactString>,
}

/// `allowedPrefixesToDirectConnectGateway[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PrefixWire {
    cidr: Option<CompactString>,
}

/// The element of `directConnectGatewayAttachments`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttachmentWire {
    direct_connect_gateway_id: Option<CompactString>,
    virtual_interface_id: Option<CompactString>,
    virtual_interface_owner_account: Option<CompactString>,
    attachment_state: Option<CompactString>,
}

/// The element of `virtualInterfaces`. Its key for BGP is not read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InterfaceWire {
    virtual_interface_id: Option<CompactString>,
    virtual_interface_type: Option<CompactString>,
    virtual_interface_state: Option<CompactString>,
    owner_account: Option<CompactString>,
    direct_connect_gateway_id: Option<CompactString>,
    virtual_gateway_id: Option<CompactString>,
    bgp_peers: Option<Vec<PeerWire>>,
    connection_id: Option<CompactString>,
    aws_logical_device_id: Option<CompactString>,
    location: Option<CompactString>,
}

/// `bgpPeers[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PeerWire {
    bgp_status: Option<CompactString>,
}

impl Resource for DirectConnectGateway {
    type Wire = GatewayWire;
    type Id = DirectConnectGatewayId;
    const KIND: ResourceKind = ResourceKind::DirectConnectGateway;
    const WORD: &'static str = "dx-gateway";

    fn convert(wire: GatewayWire, reading: &mut Reading) -> Result<DirectConnectGateway, ElementError> {
        let id = wire.direct_connect_gateway_id.or_missing("directConnectGatewayId")?;
        Ok(DirectConnectGateway {
            about: reading.about(wire.owner_account, None, None::<Tags>),
            id: DirectConnectGatewayId(id),
            name: wire.direct_connect_gateway_name.unwrap_or_default(),
            state: reading.word(wire.direct_connect_gateway_state),
        })
    }

    fn id(&self) -> &DirectConnectGatewayId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for DirectConnectGatewayAssociation {
    type Wire = AssociationWire;
    type Id = DirectConnectAssociationId;
    const KIND: ResourceKind = ResourceKind::DirectConnectGatewayAssociation;
    const WORD: &'static str = "dx-gateway-association";

    fn convert(
        wire: AssociationWire,
        reading: &mut Reading,
    ) -> Result<DirectConnectGatewayAssociation, ElementError> {
        let gateway = wire.direct_connect_gateway_id.or_missing("directConnectGatewayId")?;
        let associated = present(wire.associated_gateway.unwrap_or_default().id)
            .or_else(|| present(wire.virtual_gateway_id))
            .ok_or(ElementError::Missing("associatedGateway.id"))?;
        let allowed_prefixes = wire.allowed_prefixes_to_direct_connect_gateway.map(|prefixes| {
            let texts = prefixes.into_iter().filter_map(|it| present(it.cidr));
            texts.map(|text| cidr("allowedPrefixesToDirectConnectGateway[].cidr", &text)).collect()
        });
        let id = present(wire.association_id).unwrap_or_else(|| format_compact!("{gateway}/{associated}"));
        Ok(DirectConnectGatewayAssociation {
            about: reading.about(wire.direct_connect_gateway_owner_account, None, None::<Tags>),
            id: DirectConnectAssociationId(id),
            gateway: DirectConnectGatewayId(gateway),
            associated,
            state: reading.word(wire.association_state),
            allowed_prefixes: allowed_prefixes.transpose()?,
        })
    }

    fn id(&self) -> &DirectConnectAssociationId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for DirectConnectGatewayAttachment {
    type Wire = AttachmentWire;
    type Id = DirectConnectAttachmentId;
    const KIND: ResourceKind = ResourceKind::DirectConnectGatewayAttachment;
    const WORD: &'static str = "dx-gateway-attachment";

    fn convert(
        wire: AttachmentWire,
        reading: &mut Reading,
    ) -> Result<DirectConnectGatewayAttachment, ElementError> {
        let gateway = wire.direct_connect_gateway_id.or_missing("directConnectGatewayId")?;
        let interface = wire.virtual_interface_id.or_missing("virtualInterfaceId")?;
        Ok(DirectConnectGatewayAttachment {
            about: reading.about(wire.virtual_interface_owner_account, None, None::<Tags>),
            id: DirectConnectAttachmentId(format_compact!("{gateway}/{interface}")),
            gateway: DirectConnectGatewayId(gateway),
            interface: VirtualInterfaceId(interface),
            state: reading.word(wire.attachment_state),
        })
    }

    fn id(&self) -> &DirectConnectAttachmentId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for VirtualInterface {
    type Wire = InterfaceWire;
    type Id = VirtualInterfaceId;
    const KIND: ResourceKind = ResourceKind::VirtualInterface;
    const WORD: &'static str = "dxvif";

    fn convert(wire: InterfaceWire, reading: &mut Reading) -> Result<VirtualInterface, ElementError> {
        let peers = wire.bgp_peers.unwrap_or_default().into_iter();
        Ok(VirtualInterface {
            about: reading.about(wire.owner_account, None, None::<Tags>),
            id: VirtualInterfaceId(wire.virtual_interface_id.or_missing("virtualInterfaceId")?),
            kind: reading.word(wire.virtual_interface_type),
            state: reading.word(wire.virtual_interface_state),
            gateway: present(wire.direct_connect_gateway_id).map(DirectConnectGatewayId),
            vpn_gateway: present(wire.virtual_gateway_id).map(VpnGatewayId),
            sessions: peers.filter_map(|it| reading.word(it.bgp_status)).collect(),
            connection: present(wire.connection_id),
            device: present(wire.aws_logical_device_id),
            location: present(wire.location),
        })
    }

    fn id(&self) -> &VirtualInterfaceId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
