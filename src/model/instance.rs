//! Instances: state and name; what they send and receive is their interfaces' business.

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{
    About, ElementError, InstanceId, NetworkInterfaceId, Reading, Resource, ResourceKind, SubnetId, Tags,
};

words! {
    /// The state of an instance.
    InstanceState {
        Pending = "pending",
        Running = "running",
        ShuttingDown = "shutting-down",
        Terminated = "terminated",
        Stopping = "stopping",
        Stopped = "stopped",
    }
}

/// An instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Place, owner, tags.
    pub about: About,
    /// `i-…`
    pub id: InstanceId,
    /// Its state, when said; only a running instance carries traffic (ENI-8).
    pub state: Option<InstanceState>,
    /// The subnet of its primary interface; terminated instances have none.
    pub subnet: Option<SubnetId>,
    /// Its interfaces, as far as the instance names them.
    pub interfaces: Box<[NetworkInterfaceId]>,
}

/// The element of `Reservations[].Instances`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    instance_id: Option<CompactString>,
    state: Option<StateWire>,
    subnet_id: Option<CompactString>,
    network_interfaces: Option<Vec<InterfaceWire>>,
    tags: Option<Tags>,
}

/// `State`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StateWire {
    name: Option<CompactString>,
}

/// `NetworkInterfaces[]`; the rest of it is read as an interface where a snapshot has no list of those.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct InterfaceWire {
    network_interface_id: Option<CompactString>,
    owner_id: Option<CompactString>,
}

impl Resource for Instance {
    type Wire = Wire;
    type Id = InstanceId;
    const KIND: ResourceKind = ResourceKind::Instance;
    const WORD: &'static str = "instance";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<Instance, ElementError> {
        let interfaces = wire.network_interfaces.unwrap_or_default();
        let owner = interfaces.iter().find_map(|it| present(it.owner_id.clone()));
        Ok(Instance {
            about: reading.about(owner, None, wire.tags),
            id: InstanceId(wire.instance_id.or_missing("InstanceId")?),
            state: reading.word(wire.state.and_then(|it| it.name)),
            subnet: present(wire.subnet_id).map(SubnetId),
            interfaces: interfaces
                .into_iter()
                .filter_map(|it| present(it.network_interface_id))
                .map(NetworkInterfaceId)
                .collect(),
        })
    }

    fn id(&self) -> &InstanceId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (None, self.subnet.as_ref().map(|it| it.as_str()))
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
