//! What is recognised and not modelled: load balancers, VPNs, firewalls and the rest.
//!
//! They are kept with key and id, so that they are counted, found by name, and named where a path runs through one.

use compact_str::{CompactString, format_compact};

use super::{About, ElementError, Reading, Resource, ResourceKind, UnmodelledId};

/// Something recognised and not modelled.
#[derive(Debug, Clone)]
pub struct Unmodelled {
    /// Place, owner, tags.
    pub about: About,
    /// Key and resource id.
    pub id: UnmodelledId,
    /// The top-level key of the answer: `VpnGateways`.
    pub key: CompactString,
    /// Its own id or name: `vgw-…`.
    pub resource: CompactString,
}

/// An object with whatever members it has; the reader picks the id among them.
pub type Wire = serde_json::Map<String, serde_json::Value>;

impl Unmodelled {
    /// The members that hold the id of things that are not modelled, the most telling first.
    pub const ID_MEMBERS: &'static [&'static str] = &[
        "LoadBalancerArn",
        "VpnGatewayId",
        "VpnConnectionId",
        "CustomerGatewayId",
        "ClientVpnEndpointId",
        "CarrierGatewayId",
        "LocalGatewayId",
        "TransitGatewayConnectId",
        "InstanceConnectEndpointId",
        "RouteServerId",
        "TargetGroupArn",
        "ListenerArn",
        "FirewallArn",
        "directConnectGatewayId",
        "virtualInterfaceId",
        "DBInstanceIdentifier",
        "DBInstanceArn",
        "ClusterIdentifier",
        "LoadBalancerName",
        "DomainName",
        "ServiceId",
        "ServiceName",
    ];
}

impl Resource for Unmodelled {
    type Wire = Wire;
    type Id = UnmodelledId;
    const KIND: ResourceKind = ResourceKind::Unmodelled;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<Unmodelled, ElementError> {
        let text = |member: &&str| wire.get(*member).and_then(|value| value.as_str());
        let resource = Unmodelled::ID_MEMBERS.iter().find_map(text);
        let resource = resource.map_or_else(
            || format_compact!("{}.{}.{}", reading.place.source, reading.place.key, reading.place.index),
            CompactString::from,
        );
        let tags = wire.get("Tags").and_then(|tags| serde_json::from_value(tags.clone()).ok());
        let owner = wire.get("OwnerId").and_then(|owner| owner.as_str()).map(CompactString::from);
        let key = reading.parent.clone().unwrap_or_default();
        Ok(Unmodelled {
            about: reading.about(owner, resource.starts_with("arn:").then_some(resource.as_str()), tags),
            id: UnmodelledId(format_compact!("{key}/{resource}")),
            key,
            resource,
        })
    }

    fn id(&self) -> &UnmodelledId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
