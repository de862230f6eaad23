//! Attributes of load balancers: whether they send into other zones (LB-8).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::{About, ElementError, LoadBalancerId, Reading, Resource, ResourceKind};

/// The attributes of a load balancer.
#[derive(Debug, Clone)]
pub struct LoadBalancerAttributes {
    /// Place, owner, tags.
    pub about: About,
    /// The load balancer; the name of a classic one.
    pub id: LoadBalancerId,
    /// Whether a node sends to targets of other zones, where that is said.
    pub cross_zone: Option<bool>,
}

/// `{"LoadBalancerArn": …, "Attributes": […]}`; a classic load balancer's are members of an object.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    load_balancer_arn: Option<CompactString>,
    load_balancer_name: Option<CompactString>,
    attributes: Option<Vec<AttributeWire>>,
    cross_zone_load_balancing: Option<EnabledWire>,
}

/// `Attributes[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct AttributeWire {
    key: Option<CompactString>,
    value: Option<CompactString>,
}

/// `CrossZoneLoadBalancing`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EnabledWire {
    enabled: Option<bool>,
}

/// Whether an attribute is on; absent where it is not listed or says neither.
pub(super) fn is_on(attributes: &[AttributeWire], key: &str) -> Option<bool> {
    let found = attributes.iter().find(|it| it.key.as_deref() == Some(key))?;
    found.value.as_deref().and_then(|text| text.to_ascii_lowercase().parse().ok())
}

impl Resource for LoadBalancerAttributes {
    type Wire = Wire;
    type Id = LoadBalancerId;
    const KIND: ResourceKind = ResourceKind::LoadBalancerAttributes;
    const WORD: &'static str = "load-balancer-attributes";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<LoadBalancerAttributes, ElementError> {
        let id = present(wire.load_balancer_arn).or_else(|| present(wire.load_balancer_name));
        let id = id.or_else(|| reading.parent.clone()).or_missing("LoadBalancerArn")?;
        let attributes = wire.attributes.unwrap_or_default();
        let listed = is_on(&attributes, "load_balancing.cross_zone.enabled");
        Ok(LoadBalancerAttributes {
            about: reading.about(None, Some(&id), None),
            id: LoadBalancerId(id),
            cross_zone: listed.or(wire.cross_zone_load_balancing.and_then(|it| it.enabled)),
        })
    }

    fn id(&self) -> &LoadBalancerId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
