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
    /// What else is kept of it: paths of members, as [`Unmodelled::KEPT`] has them, with their texts.
    pub members: Box<[(CompactString, CompactString)]>,
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
        ("LaunchTemplateVersions", "LaunchTemplateId"),
        ("LocalGatewayRouteTables", "LocalGatewayRouteTableId"),
        ("LocalGateways", "LocalGatewayId"),
        ("RouteServerEndpoints", "RouteServerEndpointId"),
        ("RouteServerPeers", "RouteServerPeerId"),
        ("RouteServers", "RouteServerId"),
        ("TransitGatewayMulticastDomains", "TransitGatewayMulticastDomainId"),
        ("TransitGatewayPolicyTables", "TransitGatewayPolicyTableId"),
    ];

    /// The members that are kept of some keys' elements: what lints ask for. A path goes through objects and lists alike.
    pub const KEPT: &'static [(&'static str, &'static [&'static str])] = &[
        ("AutoScalingGroups", &["VPCZoneIdentifier", "LaunchTemplate.LaunchTemplateId"]),
        ("FlowLogs", &["ResourceId", "FlowLogStatus", "TrafficType"]),
        (
            "LaunchTemplateVersions",
            &[
                "LaunchTemplateId",
                "DefaultVersion",
                "LaunchTemplateData.NetworkInterfaces.AssociatePublicIpAddress",
                "LaunchTemplateData.NetworkInterfaces.SubnetId",
            ],
        ),
    ];

    /// The texts that stand at the end of a path.
    pub fn texts<'m>(&'m self, path: &'m str) -> impl Iterator<Item = &'m str> {
        self.members.iter().filter(move |it| it.0 == path).map(|it| it.1.as_str())
    }

    fn id_member(key: &str) -> Option<&'static str> {
        Unmodelled::KEYS.iter().find(|(name, _)| *name == key).map(|(_, member)| *member)
    }
}

/// The members of an element that are kept, in the order of the table.
fn kept(key: &str, wire: &Wire) -> Box<[(CompactString, CompactString)]> {
    let paths = Unmodelled::KEPT.iter().filter(|it| it.0 == key).flat_map(|it| it.1.iter());
    let mut found = Vec::new();
    for path in paths {
        let mut values: Vec<&serde_json::Value> = Vec::new();
        for (depth, step) in path.split('.').enumerate() {
            values = match depth {
                0 => wire.get(step).into_iter().collect(),
                _ => values.into_iter().filter_map(|it| it.get(step)).collect(),
            };
            // A list stands for its elements.
            values = values
                .into_iter()
                .flat_map(|it| it.as_array().map_or_else(|| vec![it], |all| all.iter().collect()))
                .collect();
        }
        let text = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => Some(CompactString::from(text)),
            serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Some(format_compact!("{value}")),
            serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
        };
        found.extend(values.into_iter().filter_map(text).map(|it| (CompactString::from(*path), it)));
    }
    found.into()
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
        // A version of something is one of several with the thing's id.
        let version = wire.get("VersionNumber").map(|it| format_compact!("/{it}")).unwrap_or_default();
        Ok(Unmodelled {
            id: UnmodelledId(format_compact!("{key}/{account}/{region}/{resource}{version}")),
            about,
            members: kept(&key, &wire),
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
