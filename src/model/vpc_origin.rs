//! VPC origins of CloudFront: what distributions send to inside a VPC (BD-3).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::{About, ElementError, Reading, Resource, ResourceKind, VpcOriginId};

/// A VPC origin.
#[derive(Debug, Clone)]
pub struct VpcOrigin {
    /// Place and owner.
    pub about: About,
    /// `vo_…`
    pub id: VpcOriginId,
    /// The ARN of the load balancer or instance that it sends to.
    pub endpoint: Option<CompactString>,
    /// Its state: `Deployed` when it works.
    pub status: Option<CompactString>,
}

/// The element of `VpcOriginList.Items`, or `VpcOrigin`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    id: Option<CompactString>,
    arn: Option<CompactString>,
    account_id: Option<CompactString>,
    status: Option<CompactString>,
    origin_endpoint_arn: Option<CompactString>,
    vpc_origin_endpoint_config: Option<ConfigWire>,
}

/// `VpcOriginEndpointConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ConfigWire {
    arn: Option<CompactString>,
}

impl Resource for VpcOrigin {
    type Wire = Wire;
    type Id = VpcOriginId;
    const KIND: ResourceKind = ResourceKind::VpcOrigin;
    const WORD: &'static str = "vpc-origin";
    const IS_JOINED: bool = true;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<VpcOrigin, ElementError> {
        let arn = present(wire.arn);
        let config = wire.vpc_origin_endpoint_config.and_then(|it| present(it.arn));
        Ok(VpcOrigin {
            about: reading.about(wire.account_id, arn.as_deref(), None),
            id: VpcOriginId(wire.id.or_missing("Id")?),
            endpoint: present(wire.origin_endpoint_arn).or(config),
            status: present(wire.status),
        })
    }

    fn id(&self) -> &VpcOriginId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    /// What both calls tell of one origin.
    fn merge(&mut self, other: VpcOrigin) {
        self.endpoint = self.endpoint.take().or(other.endpoint);
        self.status = self.status.take().or(other.status);
    }

    fn state_word(&self) -> Option<&str> {
        self.status.as_deref()
    }
}
