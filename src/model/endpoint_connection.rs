//! Connections to endpoint services, as the side that offers the service sees them (IEP-8).

use compact_str::{CompactString, format_compact};
use serde::Deserialize;

use super::about::Absent;
use super::{
    About, ElementError, EndpointConnectionId, EndpointServiceId, EndpointState, Reading, Resource,
    ResourceKind, Tags, VpcEndpointId,
};

/// An endpoint that is connected to a service, or would like to be.
#[derive(Debug, Clone)]
pub struct EndpointConnection {
    /// Place, owner, tags.
    pub about: About,
    /// The service and the endpoint.
    pub id: EndpointConnectionId,
    /// The service.
    pub service: EndpointServiceId,
    /// The endpoint.
    pub endpoint: VpcEndpointId,
    /// The account that has the endpoint.
    pub consumer: Option<CompactString>,
    /// How far it is.
    pub state: Option<EndpointState>,
}

/// The element of `VpcEndpointConnections`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    service_id: Option<CompactString>,
    vpc_endpoint_id: Option<CompactString>,
    vpc_endpoint_owner: Option<CompactString>,
    vpc_endpoint_state: Option<CompactString>,
    tags: Option<Tags>,
}

impl Resource for EndpointConnection {
    type Wire = Wire;
    type Id = EndpointConnectionId;
    const KIND: ResourceKind = ResourceKind::EndpointConnection;
    const WORD: &'static str = "vpc-endpoint-connection";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<EndpointConnection, ElementError> {
        let service = wire.service_id.or_missing("ServiceId")?;
        let endpoint = wire.vpc_endpoint_id.or_missing("VpcEndpointId")?;
        Ok(EndpointConnection {
            about: reading.about(None, None, wire.tags),
            id: EndpointConnectionId(format_compact!("{service}/{endpoint}")),
            service: EndpointServiceId(service),
            endpoint: VpcEndpointId(endpoint),
            consumer: wire.vpc_endpoint_owner,
            state: reading.word(wire.vpc_endpoint_state),
        })
    }

    fn id(&self) -> &EndpointConnectionId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
