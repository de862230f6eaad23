//! Endpoint groups of Global Accelerator: what an accelerator sends to in a Region (BD-2).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::{About, AcceleratorEndpointGroupId, ElementError, Reading, Resource, ResourceKind};

/// An endpoint group.
#[derive(Debug, Clone)]
pub struct AcceleratorEndpointGroup {
    /// Place, owner.
    pub about: About,
    /// Its ARN.
    pub id: AcceleratorEndpointGroupId,
    /// What it sends to: ids of instances, ARNs of load balancers, allocations of elastic addresses.
    pub endpoints: Box<[CompactString]>,
}

impl AcceleratorEndpointGroup {
    /// The ARN of the accelerator: the group's own, up to the listener.
    pub fn accelerator(&self) -> &str {
        self.id.as_str().split("/listener/").next().unwrap_or_default()
    }
}

/// The element of `EndpointGroups`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    endpoint_group_arn: Option<CompactString>,
    endpoint_descriptions: Option<Vec<EndpointWire>>,
}

/// `EndpointDescriptions[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EndpointWire {
    endpoint_id: Option<CompactString>,
}

impl Resource for AcceleratorEndpointGroup {
    type Wire = Wire;
    type Id = AcceleratorEndpointGroupId;
    const KIND: ResourceKind = ResourceKind::AcceleratorEndpointGroup;
    const WORD: &'static str = "accelerator-endpoint-group";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<AcceleratorEndpointGroup, ElementError> {
        let arn = wire.endpoint_group_arn.or_missing("EndpointGroupArn")?;
        let endpoints = wire.endpoint_descriptions.unwrap_or_default().into_iter();
        Ok(AcceleratorEndpointGroup {
            about: reading.about(None, Some(&arn), None),
            id: AcceleratorEndpointGroupId(arn),
            endpoints: endpoints.filter_map(|it| present(it.endpoint_id)).collect(),
        })
    }

    fn id(&self) -> &AcceleratorEndpointGroupId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
