//! Endpoints of Verified Access: ways in for whoever a policy trusts, to load balancers and interfaces (BD-4).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::{About, ElementError, Reading, Resource, ResourceKind, Tags, VerifiedAccessEndpointId};

/// An endpoint.
#[derive(Debug, Clone)]
pub struct VerifiedAccessEndpoint {
    /// Place, owner, tags.
    pub about: About,
    /// `vae-…`
    pub id: VerifiedAccessEndpointId,
    /// What it leads to: the ARN of a load balancer, the id of an interface.
    pub endpoint: Option<CompactString>,
    /// Its state: `active` when it works.
    pub status: Option<CompactString>,
}

/// The element of `VerifiedAccessEndpoints`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    verified_access_endpoint_id: Option<CompactString>,
    load_balancer_options: Option<BalancerWire>,
    network_interface_options: Option<InterfaceWire>,
    status: Option<StatusWire>,
    tags: Option<Tags>,
}

/// `LoadBalancerOptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct BalancerWire {
    load_balancer_arn: Option<CompactString>,
}

/// `NetworkInterfaceOptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct InterfaceWire {
    network_interface_id: Option<CompactString>,
}

/// `Status`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StatusWire {
    code: Option<CompactString>,
}

impl Resource for VerifiedAccessEndpoint {
    type Wire = Wire;
    type Id = VerifiedAccessEndpointId;
    const KIND: ResourceKind = ResourceKind::VerifiedAccessEndpoint;
    const WORD: &'static str = "verified-access-endpoint";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<VerifiedAccessEndpoint, ElementError> {
        let balancer = wire.load_balancer_options.and_then(|it| present(it.load_balancer_arn));
        let interface = wire.network_interface_options.and_then(|it| present(it.network_interface_id));
        Ok(VerifiedAccessEndpoint {
            about: reading.about(None, None, wire.tags),
            id: VerifiedAccessEndpointId(
                wire.verified_access_endpoint_id.or_missing("VerifiedAccessEndpointId")?,
            ),
            endpoint: balancer.or(interface),
            status: wire.status.and_then(|it| present(it.code)),
        })
    }

    fn id(&self) -> &VerifiedAccessEndpointId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        self.status.as_deref()
    }
}
