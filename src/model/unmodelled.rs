//! What is recognised and not modelled: VPNs, firewalls and the rest.
//!
//! They are kept with key and id, so that they are counted, found by name, and named where a path runs through one.

use compact_str::{CompactString, format_compact};

use super::{About, ElementError, Reading, Resource, ResourceKind, UnmodelledId};

/// Something recognised and not modelled.
#[derive(Debug, Clone)]
pub struct Unmodelled {
    /// Place, owner, tags.
    pub about: About,
    /// Key and resource id; account and Region between them where the latter is a mere name.
    pub id: UnmodelledId,
    /// The top-level key of the answer: `VpnGateways`.
    pub key: CompactString,
    /// Its own id or name: `vgw-…`.
    pub resource: CompactString,
}

/// An object with whatever members it has; the reader picks the id among them.
pub type Wire = serde_json::Map<String, serde_json::Value>;

impl Unmodelled {
    /// The top-level keys whose elements are kept, and the member that holds an element's own id or name.
    pub const KEYS: &'static [(&'static str, &'static str)] = &[
        ("Accelerators", "AcceleratorArn"),
        ("AutoScalingGroups", "AutoScalingGroupARN"),
        ("CarrierGateways", "CarrierGatewayId"),
        ("CoipPools", "PoolId"),
        ("CoreNetworks", "CoreNetworkId"),
        ("FlowLogs", "FlowLogId"),
        ("LaunchTemplates", "LaunchTemplateId"),
        ("LocalGatewayRouteTables", "LocalGatewayRouteTableId"),
        ("LocalGateways", "LocalGatewayId"),
        ("RouteServerEndpoints", "RouteServerEndpointId"),
        ("RouteServerPeers", "RouteServerPeerId"),
        ("RouteServers", "RouteServerId"),
        ("TransitGatewayMulticastDomains", "TransitGatewayMulticastDomainId"),
        ("TransitGatewayPolicyTables", "TransitGatewayPolicyTableId"),
    ];

    fn id_member(key: &str) -> Option<&'static str> {
        Unmodelled::KEYS.iter().find(|(name, _)| *name == key).map(|(_, member)| *member)
    }
}

impl Resource for Unmodelled {
    type Wire = Wire;
    type Id = UnmodelledId;
    const KIND: ResourceKind = ResourceKind::Unmodelled;
    const WORD: &'static str = "not-modelled";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<Unmodelled, ElementError> {
        // The reader says the key in the parent's place.
        let key = reading.parent.clone().unwrap_or_default();
        let member = Unmodelled::id_member(&key).ok_or(ElementError::Missing("Id"))?;
        let resource = wire.get(member).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
        let resource = CompactString::from(resource.ok_or(ElementError::Missing(member))?);
        let tags = wire.get("Tags").and_then(|tags| serde_json::from_value(tags.clone()).ok());
        let owner = wire.get("OwnerId").and_then(|owner| owner.as_str()).map(CompactString::from);
        let about = reading.about(owner, resource.starts_with("arn:").then_some(resource.as_str()), tags);
        // Names, unlike ids, repeat in other accounts and Regions.
        let is_name = member.ends_with("Name") || member.ends_with("Identifier");
        let account = about.account.as_ref().filter(|_| is_name).map_or("", |it| it.as_str());
        let region = about.region.as_ref().filter(|_| is_name).map_or("", |it| it.as_str());
        Ok(Unmodelled {
            id: UnmodelledId(format_compact!("{key}/{account}/{region}/{resource}")),
            about,
            key,
            resource,
        })
    }

    fn id(&self) -> &UnmodelledId {
        &self.id
    }

    fn id_text(&self) -> &str {
        &self.resource
    }

    fn about(&self) -> &About {
        &self.about
    }
}
