//! Client VPN endpoints: the pool of clients, and the three gates that their packets pass (`CVPN`).

use compact_str::{CompactString, format_compact};
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::words::words;
use super::{
    About, ClientVpnEndpointId, ClientVpnPartId, ElementError, Reading, Resource, ResourceKind,
    SecurityGroupId, SubnetId, Tags, TransitGatewayAttachmentId, VpcId,
};

words! {
    /// The state of a Client VPN endpoint.
    ClientVpnState {
        Available = "available",
        PendingAssociate = "pending-associate",
        Deleting = "deleting",
        Deleted = "deleted",
    }
}

words! {
    /// The state of an association of an endpoint with a subnet.
    ClientVpnAssociationState {
        Associated = "associated",
        Associating = "associating",
        AssociationFailed = "association-failed",
        Disassociating = "disassociating",
        Disassociated = "disassociated",
    }
}

words! {
    /// The state of a route or an authorization rule of an endpoint.
    ClientVpnRuleState {
        Active = "active",
        Creating = "creating",
        Authorizing = "authorizing",
        Failed = "failed",
        Revoking = "revoking",
        Deleting = "deleting",
    }
}

/// A Client VPN endpoint.
#[derive(Debug, Clone)]
pub struct ClientVpnEndpoint {
    /// Place, owner, tags.
    pub about: About,
    /// `cvpn-endpoint-…`
    pub id: ClientVpnEndpointId,
    /// Where clients have their addresses from.
    pub pool: Option<IpNet>,
    /// Its state.
    pub state: Option<ClientVpnState>,
    /// The VPC that its groups are of.
    pub vpc: Option<VpcId>,
    /// The groups of its interfaces, unless an association says otherwise.
    pub groups: Vec<SecurityGroupId>,
    /// Whether it is attached to a transit gateway in place of subnets (CVPN-4).
    pub has_transit_gateway: bool,
}

/// An association of an endpoint with a subnet.
#[derive(Debug, Clone)]
pub struct ClientVpnTargetNetwork {
    /// Place, owner, tags.
    pub about: About,
    /// The association's id, or endpoint and subnet.
    pub id: ClientVpnPartId,
    /// The endpoint.
    pub endpoint: ClientVpnEndpointId,
    /// The subnet that its interfaces are in.
    pub subnet: SubnetId,
    /// The groups of those interfaces (CVPN-2).
    pub groups: Vec<SecurityGroupId>,
    /// Its state.
    pub state: Option<ClientVpnAssociationState>,
}

/// A route of an endpoint.
#[derive(Debug, Clone)]
pub struct ClientVpnRoute {
    /// Place, owner, tags.
    pub about: About,
    /// Endpoint, block and target.
    pub id: ClientVpnPartId,
    /// The endpoint.
    pub endpoint: ClientVpnEndpointId,
    /// What it is for.
    pub cidr: IpNet,
    /// The subnet that it leads into.
    pub subnet: Option<SubnetId>,
    /// The attachment that it leads to instead.
    pub attachment: Option<TransitGatewayAttachmentId>,
    /// Its state.
    pub state: Option<ClientVpnRuleState>,
}

/// An authorization rule of an endpoint: who may go where.
#[derive(Debug, Clone)]
pub struct ClientVpnAuthorizationRule {
    /// Place, owner, tags.
    pub about: About,
    /// Endpoint, block and group.
    pub id: ClientVpnPartId,
    /// The endpoint.
    pub endpoint: ClientVpnEndpointId,
    /// Where it lets clients go.
    pub cidr: IpNet,
    /// The group of users that it is for; all without one.
    pub group: Option<CompactString>,
    /// Its state.
    pub state: Option<ClientVpnRuleState>,
}

/// `Status`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StatusWire {
    code: Option<CompactString>,
}

/// The element of `ClientVpnEndpoints`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointWire {
    client_vpn_endpoint_id: Option<CompactString>,
    client_cidr_block: Option<CompactString>,
    status: Option<StatusWire>,
    vpc_id: Option<CompactString>,
    security_group_ids: Option<Vec<CompactString>>,
    transit_gateway_configuration: Option<TransitWire>,
    tags: Option<Tags>,
}

/// `TransitGatewayConfiguration`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TransitWire {
    transit_gateway_id: Option<CompactString>,
}

/// The element of `ClientVpnTargetNetworks`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkWire {
    association_id: Option<CompactString>,
    client_vpn_endpoint_id: Option<CompactString>,
    target_network_id: Option<CompactString>,
    status: Option<StatusWire>,
    security_groups: Option<Vec<CompactString>>,
}

/// The element of `Routes` of `describe-client-vpn-routes`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RouteWire {
    client_vpn_endpoint_id: Option<CompactString>,
    destination_cidr: Option<CompactString>,
    target_subnet: Option<CompactString>,
    transit_gateway_attachment_id: Option<CompactString>,
    status: Option<StatusWire>,
}

/// The element of `AuthorizationRules`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RuleWire {
    client_vpn_endpoint_id: Option<CompactString>,
    destination_cidr: Option<CompactString>,
    group_id: Option<CompactString>,
    access_all: Option<bool>,
    status: Option<StatusWire>,
}

fn code(status: Option<StatusWire>) -> Option<CompactString> {
    status.and_then(|it| it.code)
}

fn groups(ids: Option<Vec<CompactString>>) -> Vec<SecurityGroupId> {
    ids.unwrap_or_default().into_iter().filter(|it| !it.is_empty()).map(SecurityGroupId).collect()
}

impl Resource for ClientVpnEndpoint {
    type Wire = EndpointWire;
    type Id = ClientVpnEndpointId;
    const KIND: ResourceKind = ResourceKind::ClientVpnEndpoint;
    const WORD: &'static str = "client-vpn-endpoint";

    fn convert(wire: EndpointWire, reading: &mut Reading) -> Result<ClientVpnEndpoint, ElementError> {
        let pool = present(wire.client_cidr_block).map(|text| cidr("ClientCidrBlock", &text)).transpose()?;
        let transit = wire.transit_gateway_configuration.and_then(|it| present(it.transit_gateway_id));
        Ok(ClientVpnEndpoint {
            about: reading.about(None, None, wire.tags),
            id: ClientVpnEndpointId(wire.client_vpn_endpoint_id.or_missing("ClientVpnEndpointId")?),
            pool,
            state: reading.word(code(wire.status)),
            vpc: present(wire.vpc_id).map(VpcId),
            groups: groups(wire.security_group_ids),
            has_transit_gateway: transit.is_some(),
        })
    }

    fn id(&self) -> &ClientVpnEndpointId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.vpc.as_ref().map(|it| it.as_str()), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for ClientVpnTargetNetwork {
    type Wire = NetworkWire;
    type Id = ClientVpnPartId;
    const KIND: ResourceKind = ResourceKind::ClientVpnTargetNetwork;
    const WORD: &'static str = "client-vpn-target-network";

    fn convert(wire: NetworkWire, reading: &mut Reading) -> Result<ClientVpnTargetNetwork, ElementError> {
        let endpoint = wire.client_vpn_endpoint_id.or_missing("ClientVpnEndpointId")?;
        let subnet = wire.target_network_id.or_missing("TargetNetworkId")?;
        let id = present(wire.association_id).unwrap_or_else(|| format_compact!("{endpoint}/{subnet}"));
        Ok(ClientVpnTargetNetwork {
            about: reading.about(None, None, None),
            id: ClientVpnPartId(id),
            endpoint: ClientVpnEndpointId(endpoint),
            subnet: SubnetId(subnet),
            groups: groups(wire.security_groups),
            state: reading.word(code(wire.status)),
        })
    }

    fn id(&self) -> &ClientVpnPartId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (None, Some(self.subnet.as_str()))
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for ClientVpnRoute {
    type Wire = RouteWire;
    type Id = ClientVpnPartId;
    const KIND: ResourceKind = ResourceKind::ClientVpnRoute;
    const WORD: &'static str = "client-vpn-route";

    fn convert(wire: RouteWire, reading: &mut Reading) -> Result<ClientVpnRoute, ElementError> {
        let endpoint = wire.client_vpn_endpoint_id.or_missing("ClientVpnEndpointId")?;
        let block = wire.destination_cidr.or_missing("DestinationCidr")?;
        let (subnet, attachment) = (present(wire.target_subnet), present(wire.transit_gateway_attachment_id));
        let target = subnet.as_deref().or(attachment.as_deref()).unwrap_or_default();
        Ok(ClientVpnRoute {
            about: reading.about(None, None, None),
            id: ClientVpnPartId(format_compact!("{endpoint} {block} {target}")),
            endpoint: ClientVpnEndpointId(endpoint),
            cidr: cidr("DestinationCidr", &block)?,
            subnet: subnet.map(SubnetId),
            attachment: attachment.map(TransitGatewayAttachmentId),
            state: reading.word(code(wire.status)),
        })
    }

    fn id(&self) -> &ClientVpnPartId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for ClientVpnAuthorizationRule {
    type Wire = RuleWire;
    type Id = ClientVpnPartId;
    const KIND: ResourceKind = ResourceKind::ClientVpnAuthorizationRule;
    const WORD: &'static str = "client-vpn-authorization-rule";

    fn convert(wire: RuleWire, reading: &mut Reading) -> Result<ClientVpnAuthorizationRule, ElementError> {
        let endpoint = wire.client_vpn_endpoint_id.or_missing("ClientVpnEndpointId")?;
        let block = wire.destination_cidr.or_missing("DestinationCidr")?;
        let group = present(wire.group_id).filter(|_| wire.access_all != Some(true));
        Ok(ClientVpnAuthorizationRule {
            about: reading.about(None, None, None),
            id: ClientVpnPartId(format_compact!("{endpoint} {block} {}", group.as_deref().unwrap_or("all"))),
            endpoint: ClientVpnEndpointId(endpoint),
            cidr: cidr("DestinationCidr", &block)?,
            group,
            state: reading.word(code(wire.status)),
        })
    }

    fn id(&self) -> &ClientVpnPartId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
