//! The targets of a group and how they are: the one answer that lists them (LB-11, LB-12).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{About, ElementError, Reading, Resource, ResourceKind, TargetGroupId};

words! {
    /// How a target is.
    HealthState {
        Healthy = "healthy",
        Unhealthy = "unhealthy",
        Initial = "initial",
        /// It is being taken out: it gets no new conversation.
        Draining = "draining" | "unhealthy.draining",
        /// It gets nothing (M-4).
        Unused = "unused",
        /// Its health is not checked.
        Unavailable = "unavailable",
    }
}

/// The targets of a group.
#[derive(Debug, Clone)]
pub struct TargetHealth {
    /// Place, owner, tags.
    pub about: About,
    /// The target group.
    pub id: TargetGroupId,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// A registered target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// An instance's id, an address or an ARN, by the kind of the group.
    pub id: CompactString,
    /// The port that it is registered with.
    pub port: Option<u16>,
    /// The zone that it counts to; `all` for addresses outside the VPC.
    pub zone: Option<CompactString>,
    /// How it is.
    pub state: Option<HealthState>,
}

/// `{"TargetGroupArn": …, "TargetHealthDescriptions": […]}`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    target_group_arn: Option<CompactString>,
    target_health_descriptions: Option<Vec<DescriptionWire>>,
}

/// `TargetHealthDescriptions[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DescriptionWire {
    target: Option<TargetWire>,
    target_health: Option<HealthWire>,
}

/// `TargetHealthDescriptions[].Target`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TargetWire {
    id: Option<CompactString>,
    port: Option<u16>,
    availability_zone: Option<CompactString>,
}

/// `TargetHealthDescriptions[].TargetHealth`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HealthWire {
    state: Option<CompactString>,
}

impl Resource for TargetHealth {
    type Wire = Wire;
    type Id = TargetGroupId;
    const KIND: ResourceKind = ResourceKind::TargetHealth;
    const WORD: &'static str = "target-health";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<TargetHealth, ElementError> {
        let id = present(wire.target_group_arn).or_else(|| reading.parent.clone());
        let id = id.or_missing("TargetGroupArn")?;
        let mut targets = Vec::new();
        for description in wire.target_health_descriptions.unwrap_or_default() {
            let target = description.target.unwrap_or_default();
            targets.push(Target {
                id: target.id.or_missing("TargetHealthDescriptions[].Target.Id")?,
                port: target.port,
                zone: present(target.availability_zone),
                state: reading.word(description.target_health.and_then(|it| it.state)),
            });
        }
        Ok(TargetHealth { about: reading.about(None, Some(&id), None), id: TargetGroupId(id), targets })
    }

    fn id(&self) -> &TargetGroupId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: TargetHealth) {
        for target in other.targets {
            if self.targets.iter().all(|it| (&it.id, it.port) != (&target.id, target.port)) {
                self.targets.push(target);
            }
        }
    }
}
