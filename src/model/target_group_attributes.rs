//! Attributes of target groups: whose address targets see, and from which zones they are sent to (LB-5, LB-8).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::load_balancer_attributes::{AttributeWire, is_on};
use super::{About, ElementError, Reading, Resource, ResourceKind, TargetGroupId};

/// The attributes of a target group.
#[derive(Debug, Clone)]
pub struct TargetGroupAttributes {
    /// Place, owner, tags.
    pub about: About,
    /// The target group.
    pub id: TargetGroupId,
    /// Whether targets see the client's address, where that is said.
    pub preserves_client: Option<bool>,
    /// Whether a node sends to targets of other zones; absent where the load balancer's attribute counts.
    pub cross_zone: Option<bool>,
}

/// `{"TargetGroupArn": …, "Attributes": […]}`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    target_group_arn: Option<CompactString>,
    attributes: Option<Vec<AttributeWire>>,
}

impl Resource for TargetGroupAttributes {
    type Wire = Wire;
    type Id = TargetGroupId;
    const KIND: ResourceKind = ResourceKind::TargetGroupAttributes;
    const WORD: &'static str = "target-group-attributes";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<TargetGroupAttributes, ElementError> {
        let id = present(wire.target_group_arn).or_else(|| reading.parent.clone());
        let id = id.or_missing("TargetGroupArn")?;
        let attributes = wire.attributes.unwrap_or_default();
        Ok(TargetGroupAttributes {
            about: reading.about(None, Some(&id), None),
            id: TargetGroupId(id),
            preserves_client: is_on(&attributes, "preserve_client_ip.enabled"),
            cross_zone: is_on(&attributes, "load_balancing.cross_zone.enabled"),
        })
    }

    fn id(&self) -> &TargetGroupId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
