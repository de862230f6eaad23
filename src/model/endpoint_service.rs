//! Endpoint services: what somebody offers to other VPCs, and the load balancers behind it (IEP-6, IEP-7, GWLB).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{
    About, ElementError, EndpointServiceId, LoadBalancerId, Reading, Resource, ResourceKind, Tags, Zone,
};

words! {
    /// The state of an endpoint service.
    EndpointServiceState {
        Available = "Available",
        Pending = "Pending",
        Deleting = "Deleting",
        Deleted = "Deleted",
        Failed = "Failed",
    }
}

/// A service that endpoints of other VPCs lead to.
#[derive(Debug, Clone)]
pub struct EndpointService {
    /// Place, owner, tags.
    pub about: About,
    /// `vpce-svc-…`
    pub id: EndpointServiceId,
    /// The name that endpoints use: `com.amazonaws.vpce.eu-west-1.vpce-svc-…`
    pub name: CompactString,
    /// Its state.
    pub state: Option<EndpointServiceState>,
    /// Whether its owner has to accept each endpoint.
    pub wants_acceptance: Option<bool>,
    /// The zones that it can be used in.
    pub zones: Vec<Zone>,
    /// The Network Load Balancers behind it.
    pub network_load_balancers: Vec<LoadBalancerId>,
    /// The Gateway Load Balancers behind it.
    pub gateway_load_balancers: Vec<LoadBalancerId>,
}

/// The element of `ServiceConfigurations`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    service_id: Option<CompactString>,
    service_name: Option<CompactString>,
    service_state: Option<CompactString>,
    acceptance_required: Option<bool>,
    availability_zones: Option<Vec<CompactString>>,
    availability_zone_ids: Option<Vec<CompactString>>,
    network_load_balancer_arns: Option<Vec<CompactString>>,
    gateway_load_balancer_arns: Option<Vec<CompactString>>,
    tags: Option<Tags>,
}

impl Resource for EndpointService {
    type Wire = Wire;
    type Id = EndpointServiceId;
    const KIND: ResourceKind = ResourceKind::EndpointService;
    const WORD: &'static str = "vpc-endpoint-service";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<EndpointService, ElementError> {
        let arns = |arns: Option<Vec<CompactString>>| {
            arns.unwrap_or_default()
                .into_iter()
                .filter_map(|it| present(Some(it)))
                .map(LoadBalancerId)
                .collect()
        };
        // Ids say more than names, which count within their account (JS-8).
        let ids = wire.availability_zone_ids.unwrap_or_default();
        let by_id = ids.into_iter().map(|id| Zone { name: None, id: Some(id) });
        let mut zones: Vec<Zone> = by_id.collect();
        if zones.is_empty() {
            let names = wire.availability_zones.unwrap_or_default();
            zones.extend(names.into_iter().map(|name| Zone { name: Some(name), id: None }));
        }
        Ok(EndpointService {
            about: reading.about(None, None, wire.tags),
            id: EndpointServiceId(wire.service_id.or_missing("ServiceId")?),
            name: wire.service_name.or_missing("ServiceName")?,
            state: reading.word(wire.service_state),
            wants_acceptance: wire.acceptance_required,
            zones,
            network_load_balancers: arns(wire.network_load_balancer_arns),
            gateway_load_balancers: arns(wire.gateway_load_balancer_arns),
        })
    }

    fn id(&self) -> &EndpointServiceId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
