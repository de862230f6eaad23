//! Attachments of transit gateways: the general list, and what VPC and peering attachments add (`TGW`).

use compact_str::{CompactString, format_compact};
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{
    About, AccountId, ElementError, Reading, Region, Resource, ResourceKind, SubnetId, Support, Tags,
    TransitGatewayAttachmentId, TransitGatewayAttachmentKey, TransitGatewayId, TransitGatewayRouteTableId,
    VpcId,
};

words! {
    /// The state of an attachment; only an available one carries packets (TGW-1, TGW-23).
    AttachmentState {
        Available = "available",
        Initiating = "initiating",
        InitiatingRequest = "initiatingRequest",
        PendingAcceptance = "pendingAcceptance",
        RollingBack = "rollingBack",
        Pending = "pending",
        Modifying = "modifying",
        Deleting = "deleting",
        Deleted = "deleted",
        Failed = "failed",
        Rejected = "rejected",
        Rejecting = "rejecting",
        Failing = "failing",
    }
}

words! {
    /// What is attached (TGW-16 … TGW-18).
    AttachmentKind {
        Vpc = "vpc",
        Vpn = "vpn",
        VpnConcentrator = "vpn-concentrator",
        DirectConnectGateway = "direct-connect-gateway",
        Connect = "connect",
        Peering = "peering",
        TransitGatewayPeering = "tgw-peering",
        NetworkFunction = "network-function",
        ClientVpn = "client-vpn",
    }
}

impl AttachmentKind {
    /// Whether it leads to networks on premises (VPN-1, DX-1).
    pub fn is_link(&self) -> bool {
        matches!(self, Self::Vpn | Self::VpnConcentrator | Self::DirectConnectGateway | Self::Connect)
    }
}

/// An attachment, of whatever kind.
#[derive(Debug, Clone)]
pub struct TransitGatewayAttachment {
    /// Place, owner, tags.
    pub about: About,
    /// The attachment and its transit gateway: the two ends of a peering are two things with one id.
    pub key: TransitGatewayAttachmentKey,
    /// `tgw-attach-…`
    pub id: TransitGatewayAttachmentId,
    /// The transit gateway.
    pub transit_gateway: TransitGatewayId,
    /// What kind of thing is attached.
    pub kind: AttachmentKind,
    /// What is attached.
    pub resource: Option<CompactString>,
    /// Its owner.
    pub resource_owner: Option<AccountId>,
    /// Its state.
    pub state: Option<AttachmentState>,
    /// The route table that its incoming packets use (TGW-6), with an association that is in force.
    pub route_table: Option<TransitGatewayRouteTableId>,
    /// A policy table instead, which is not evaluated (TGW-8h).
    pub has_policy_table: bool,
    /// Whether 1:1 NAT is on (TGW-21).
    pub nat: Option<Support>,
}

/// What the list of VPC attachments adds.
#[derive(Debug, Clone)]
pub struct TransitGatewayVpcAttachment {
    /// Place, owner, tags.
    pub about: About,
    /// `tgw-attach-…`
    pub id: TransitGatewayAttachmentId,
    /// The transit gateway.
    pub transit_gateway: TransitGatewayId,
    /// The VPC.
    pub vpc: VpcId,
    /// One subnet a zone (TGW-2).
    pub subnets: Vec<SubnetId>,
    /// Its state.
    pub state: Option<AttachmentState>,
    /// Whether one zone serves both directions of a flow (TGW-11).
    pub appliance_mode: Option<Support>,
    /// Whether IPv6 passes (TGW-5).
    pub ipv6: Option<Support>,
    /// Whether references to groups hold; on unless said (SG-18).
    pub group_referencing: Option<Support>,
}

/// What the list of peering attachments adds.
#[derive(Debug, Clone)]
pub struct TransitGatewayPeeringAttachment {
    /// Place, owner, tags.
    pub about: About,
    /// `tgw-attach-…`, the same on both sides.
    pub id: TransitGatewayAttachmentId,
    /// The transit gateway that asked.
    pub requester: Option<TransitGatewayId>,
    /// Its Region.
    pub requester_region: Option<Region>,
    /// The transit gateway that was asked.
    pub accepter: Option<TransitGatewayId>,
    /// Its Region.
    pub accepter_region: Option<Region>,
    /// Its state.
    pub state: Option<AttachmentState>,
}

/// The element of `TransitGatewayAttachments`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    transit_gateway_attachment_id: Option<CompactString>,
    transit_gateway_id: Option<CompactString>,
    transit_gateway_owner_id: Option<CompactString>,
    resource_type: Option<CompactString>,
    resource_id: Option<CompactString>,
    resource_owner_id: Option<CompactString>,
    state: Option<CompactString>,
    association: Option<AssociationWire>,
    nat_gateway_support: Option<CompactString>,
    tags: Option<Tags>,
}

/// `Association`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AssociationWire {
    transit_gateway_route_table_id: Option<CompactString>,
    transit_gateway_policy_table_id: Option<CompactString>,
    state: Option<CompactString>,
}

/// The element of `TransitGatewayVpcAttachments`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VpcWire {
    transit_gateway_attachment_id: Option<CompactString>,
    transit_gateway_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    vpc_owner_id: Option<CompactString>,
    state: Option<CompactString>,
    subnet_ids: Option<Vec<CompactString>>,
    options: Option<OptionsWire>,
    tags: Option<Tags>,
}

/// `Options`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OptionsWire {
    appliance_mode_support: Option<CompactString>,
    ipv6_support: Option<CompactString>,
    security_group_referencing_support: Option<CompactString>,
}

/// The element of `TransitGatewayPeeringAttachments`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PeeringWire {
    transit_gateway_attachment_id: Option<CompactString>,
    requester_tgw_info: Option<SideWire>,
    accepter_tgw_info: Option<SideWire>,
    state: Option<CompactString>,
    tags: Option<Tags>,
}

/// `RequesterTgwInfo` and `AccepterTgwInfo`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SideWire {
    transit_gateway_id: Option<CompactString>,
    owner_id: Option<CompactString>,
    region: Option<CompactString>,
}

impl TransitGatewayAttachmentKey {
    /// The key of an attachment as one of its gateways sees it.
    pub fn new(id: &TransitGatewayAttachmentId, gateway: &TransitGatewayId) -> TransitGatewayAttachmentKey {
        TransitGatewayAttachmentKey(format_compact!("{id}/{gateway}"))
    }
}

impl Resource for TransitGatewayAttachment {
    type Wire = Wire;
    type Id = TransitGatewayAttachmentKey;
    const KIND: ResourceKind = ResourceKind::TransitGatewayAttachment;
    const WORD: &'static str = "transit-gateway-attachment";
    const IS_JOINED: bool = true;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<TransitGatewayAttachment, ElementError> {
        let association = wire.association.unwrap_or_default();
        let associated = present(association.state).is_none_or(|it| it.eq_ignore_ascii_case("associated"));
        let kind = wire.resource_type.or_missing("ResourceType")?;
        let id = wire.transit_gateway_attachment_id.or_missing("TransitGatewayAttachmentId")?;
        let id = TransitGatewayAttachmentId(id);
        let transit_gateway = TransitGatewayId(wire.transit_gateway_id.or_missing("TransitGatewayId")?);
        Ok(TransitGatewayAttachment {
            about: reading.about(wire.transit_gateway_owner_id, None, wire.tags),
            key: TransitGatewayAttachmentKey::new(&id, &transit_gateway),
            id,
            transit_gateway,
            kind: reading.word(Some(kind)).ok_or(ElementError::Missing("ResourceType"))?,
            resource: present(wire.resource_id),
            resource_owner: present(wire.resource_owner_id).map(AccountId),
            state: reading.word(wire.state),
            route_table: present(association.transit_gateway_route_table_id)
                .filter(|_| associated)
                .map(TransitGatewayRouteTableId),
            has_policy_table: present(association.transit_gateway_policy_table_id).is_some(),
            nat: reading.word(wire.nat_gateway_support),
        })
    }

    fn id(&self) -> &TransitGatewayAttachmentKey {
        &self.key
    }

    fn id_text(&self) -> &str {
        self.id.as_str()
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: TransitGatewayAttachment) {
        // The transit gateway's owner sees the association; the VPC's owner does not (JS-7).
        self.route_table = self.route_table.take().or(other.route_table);
        self.has_policy_table |= other.has_policy_table;
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        let resource = self.resource.as_deref();
        (resource.filter(|it| it.starts_with("vpc-")), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for TransitGatewayVpcAttachment {
    type Wire = VpcWire;
    type Id = TransitGatewayAttachmentId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayVpcAttachment;
    const WORD: &'static str = "transit-gateway-vpc-attachment";

    fn convert(wire: VpcWire, reading: &mut Reading) -> Result<TransitGatewayVpcAttachment, ElementError> {
        let options = wire.options.unwrap_or_default();
        let subnets = wire.subnet_ids.unwrap_or_default().into_iter();
        Ok(TransitGatewayVpcAttachment {
            about: reading.about(wire.vpc_owner_id, None, wire.tags),
            id: TransitGatewayAttachmentId(
                wire.transit_gateway_attachment_id.or_missing("TransitGatewayAttachmentId")?,
            ),
            transit_gateway: TransitGatewayId(wire.transit_gateway_id.or_missing("TransitGatewayId")?),
            vpc: VpcId(wire.vpc_id.or_missing("VpcId")?),
            subnets: subnets.filter(|it| !it.is_empty()).map(SubnetId).collect(),
            state: reading.word(wire.state),
            appliance_mode: reading.word(options.appliance_mode_support),
            ipv6: reading.word(options.ipv6_support),
            group_referencing: reading.word(options.security_group_referencing_support),
        })
    }

    fn id(&self) -> &TransitGatewayAttachmentId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (Some(self.vpc.as_str()), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for TransitGatewayPeeringAttachment {
    type Wire = PeeringWire;
    type Id = TransitGatewayAttachmentId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayPeeringAttachment;
    const WORD: &'static str = "transit-gateway-peering-attachment";

    fn convert(
        wire: PeeringWire,
        reading: &mut Reading,
    ) -> Result<TransitGatewayPeeringAttachment, ElementError> {
        let requester = wire.requester_tgw_info.unwrap_or_default();
        let accepter = wire.accepter_tgw_info.unwrap_or_default();
        Ok(TransitGatewayPeeringAttachment {
            about: reading.about(requester.owner_id, None, wire.tags),
            id: TransitGatewayAttachmentId(
                wire.transit_gateway_attachment_id.or_missing("TransitGatewayAttachmentId")?,
            ),
            requester: present(requester.transit_gateway_id).map(TransitGatewayId),
            requester_region: present(requester.region).map(Region),
            accepter: present(accepter.transit_gateway_id).map(TransitGatewayId),
            accepter_region: present(accepter.region).map(Region),
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
