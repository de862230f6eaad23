//! Attachments of core networks of Cloud WAN, which two calls tell of: the list of all, and the subnets and options of each
//! VPC's (`CWAN`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{About, CoreNetworkAttachmentId, ElementError, Reading, Resource, ResourceKind, SubnetId, Tags};

words! {
    /// What is attached.
    CoreNetworkAttachmentKind {
        Vpc = "VPC",
        Connect = "CONNECT",
        SiteToSiteVpn = "SITE_TO_SITE_VPN",
        DirectConnectGateway = "DIRECT_CONNECT_GATEWAY",
        TransitGatewayRouteTable = "TRANSIT_GATEWAY_ROUTE_TABLE",
    }
}

words! {
    /// The state of an attachment; an available one carries packets (CWAN-1).
    CoreNetworkAttachmentState {
        Available = "AVAILABLE",
        Updating = "UPDATING",
        PendingNetworkUpdate = "PENDING_NETWORK_UPDATE",
        PendingTagAcceptance = "PENDING_TAG_ACCEPTANCE",
        PendingAcceptance = "PENDING_ATTACHMENT_ACCEPTANCE",
        Creating = "CREATING",
        Rejected = "REJECTED",
        Failed = "FAILED",
        Deleting = "DELETING",
    }
}

/// An attachment.
#[derive(Debug, Clone)]
pub struct CoreNetworkAttachment {
    /// Place, owner, tags.
    pub about: About,
    /// `attachment-…`
    pub id: CoreNetworkAttachmentId,
    /// `core-network-…`
    pub core_network: Option<CompactString>,
    /// What is attached.
    pub kind: Option<CoreNetworkAttachmentKind>,
    /// Its state.
    pub state: Option<CoreNetworkAttachmentState>,
    /// The ARN of what is attached.
    pub resource: Option<CompactString>,
    /// The segment that it is in.
    pub segment: Option<CompactString>,
    /// The network function group that it is in, where it inspects.
    pub function_group: Option<CompactString>,
    /// The Region of the core network that it is attached in.
    pub edge: Option<CompactString>,
    /// The subnets of a VPC's, where somebody asked for it alone.
    pub subnets: Option<Vec<SubnetId>>,
    /// Whether it carries IPv6.
    pub has_ipv6: Option<bool>,
    /// Whether one zone is chosen for both directions (TGW-11).
    pub appliance_mode: Option<bool>,
    /// Whether rules may name groups beyond it.
    pub group_referencing: Option<bool>,
}

impl CoreNetworkAttachment {
    /// The VPC that is attached.
    pub fn vpc(&self) -> Option<&str> {
        let resource = self.resource.as_deref()?.rsplit('/').next()?;
        resource.starts_with("vpc-").then_some(resource)
    }

    /// The segment or function group whose routes its packets use.
    pub fn table(&self) -> Option<&str> {
        self.segment.as_deref().or(self.function_group.as_deref())
    }
}

/// The element of `Attachments`, or `VpcAttachment`, which has that inside.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    attachment: Option<Box<Wire>>,
    subnet_arns: Option<Vec<CompactString>>,
    options: Option<OptionsWire>,
    attachment_id: Option<CompactString>,
    core_network_id: Option<CompactString>,
    core_network_arn: Option<CompactString>,
    owner_account_id: Option<CompactString>,
    attachment_type: Option<CompactString>,
    state: Option<CompactString>,
    edge_location: Option<CompactString>,
    resource_arn: Option<CompactString>,
    segment_name: Option<CompactString>,
    network_function_group_name: Option<CompactString>,
    tags: Option<Tags>,
}

/// `Options`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OptionsWire {
    ipv6_support: Option<bool>,
    appliance_mode_support: Option<bool>,
    security_group_referencing_support: Option<bool>,
}

impl Resource for CoreNetworkAttachment {
    type Wire = Wire;
    type Id = CoreNetworkAttachmentId;
    const KIND: ResourceKind = ResourceKind::CoreNetworkAttachment;
    const WORD: &'static str = "core-network-attachment";
    const IS_JOINED: bool = true;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<CoreNetworkAttachment, ElementError> {
        let (subnets, options) = (wire.subnet_arns, wire.options.unwrap_or_default());
        let inner = wire.attachment;
        let whole = Wire { attachment: None, subnet_arns: None, options: None, ..wire };
        let listed = inner.map_or(whole, |it| *it);
        let arn = present(listed.core_network_arn);
        let by_arn = arn.as_deref().and_then(|arn| arn.rsplit('/').next()).map(CompactString::from);
        let last = |arn: CompactString| SubnetId(arn.rsplit('/').next().unwrap_or_default().into());
        Ok(CoreNetworkAttachment {
            about: reading.about(listed.owner_account_id, None, listed.tags),
            id: CoreNetworkAttachmentId(listed.attachment_id.or_missing("AttachmentId")?),
            core_network: present(listed.core_network_id).or(by_arn),
            kind: reading.word(listed.attachment_type),
            state: reading.word(listed.state),
            resource: present(listed.resource_arn),
            segment: present(listed.segment_name),
            function_group: present(listed.network_function_group_name),
            edge: present(listed.edge_location),
            subnets: subnets.map(|arns| arns.into_iter().map(last).collect()),
            has_ipv6: options.ipv6_support,
            appliance_mode: options.appliance_mode_support,
            group_referencing: options.security_group_referencing_support,
        })
    }

    fn id(&self) -> &CoreNetworkAttachmentId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    /// What both calls tell of one attachment.
    fn merge(&mut self, other: CoreNetworkAttachment) {
        self.core_network = self.core_network.take().or(other.core_network);
        self.kind = self.kind.take().or(other.kind);
        self.state = self.state.take().or(other.state);
        self.resource = self.resource.take().or(other.resource);
        self.segment = self.segment.take().or(other.segment);
        self.function_group = self.function_group.take().or(other.function_group);
        self.edge = self.edge.take().or(other.edge);
        self.subnets = self.subnets.take().or(other.subnets);
        self.has_ipv6 = self.has_ipv6.or(other.has_ipv6);
        self.appliance_mode = self.appliance_mode.or(other.appliance_mode);
        self.group_referencing = self.group_referencing.or(other.group_referencing);
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.vpc(), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
