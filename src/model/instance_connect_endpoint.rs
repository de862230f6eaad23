//! EC2 Instance Connect Endpoints: tunnels of people with the right to them into a VPC (BD-1).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::Absent;
use super::words::words;
use super::{
    About, ElementError, InstanceConnectEndpointId, NetworkInterfaceId, Reading, Resource, ResourceKind,
    Tags, VpcId,
};

words! {
    /// The state of an endpoint; a tunnel needs one that is complete.
    ConnectEndpointState {
        CreateInProgress = "create-in-progress",
        CreateComplete = "create-complete",
        CreateFailed = "create-failed",
        DeleteInProgress = "delete-in-progress",
        DeleteComplete = "delete-complete",
        DeleteFailed = "delete-failed",
        UpdateInProgress = "update-in-progress",
        UpdateComplete = "update-complete",
        UpdateFailed = "update-failed",
    }
}

/// An endpoint.
#[derive(Debug, Clone)]
pub struct InstanceConnectEndpoint {
    /// Place, owner, tags.
    pub about: About,
    /// `eice-…`
    pub id: InstanceConnectEndpointId,
    /// Its VPC, when said.
    pub vpc: Option<VpcId>,
    /// Its state.
    pub state: Option<ConnectEndpointState>,
    /// Whether instances see the address of whoever uses the tunnel; absent when the answer is older than the setting.
    pub preserves_client: Option<bool>,
    /// Its interfaces.
    pub interfaces: Box<[NetworkInterfaceId]>,
}

/// The element of `InstanceConnectEndpoints`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    instance_connect_endpoint_id: Option<CompactString>,
    owner_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    state: Option<CompactString>,
    preserve_client_ip: Option<bool>,
    network_interface_ids: Option<Vec<CompactString>>,
    tags: Option<Tags>,
}

impl Resource for InstanceConnectEndpoint {
    type Wire = Wire;
    type Id = InstanceConnectEndpointId;
    const KIND: ResourceKind = ResourceKind::InstanceConnectEndpoint;
    const WORD: &'static str = "instance-connect-endpoint";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<InstanceConnectEndpoint, ElementError> {
        let interfaces = wire.network_interface_ids.unwrap_or_default();
        Ok(InstanceConnectEndpoint {
            about: reading.about(wire.owner_id, None, wire.tags),
            id: InstanceConnectEndpointId(
                wire.instance_connect_endpoint_id.or_missing("InstanceConnectEndpointId")?,
            ),
            vpc: super::about::present(wire.vpc_id).map(VpcId),
            state: reading.word(wire.state),
            preserves_client: wire.preserve_client_ip,
            interfaces: interfaces.into_iter().filter(|it| !it.is_empty()).map(NetworkInterfaceId).collect(),
        })
    }

    fn id(&self) -> &InstanceConnectEndpointId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
