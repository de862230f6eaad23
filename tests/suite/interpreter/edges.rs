//! Tunnels into a VPC, accelerators, and VPCs that drop what is not encrypted (BD, ENC).

use netpath::model::{
    ConnectEndpointState, EncryptionMode, InterfaceKind, NetworkInterface, Vpc, VpcEncryptionControl,
};

use super::packet::{Packet, Transport};
use super::walk::{Step, Walk, dropped, unknown};

impl Walk<'_, '_> {
    /// BD-1, BD-2: what interfaces of tunnels and accelerators begin.
    pub fn begins_at_edge(&self, interface: &NetworkInterface, packet: Packet) -> Step {
        if interface.kind == InterfaceKind::GlobalAccelerator {
            return self.suppose_or_drop(format!("{} sends so", interface.id));
        }
        if interface.kind != InterfaceKind::InstanceConnectEndpoint {
            return Ok(());
        }
        if !matches!(packet.transport, Transport::Ports { protocol: 6, .. }) {
            return dropped(format!("{} carries TCP (BD-1)", interface.id));
        }
        let endpoints = &self.model.instance_connect_endpoints;
        let endpoint = endpoints.iter().find(|it| it.interfaces.contains(&interface.id));
        let Some(endpoint) = endpoint else {
            return self.suppose_or_drop(format!("{} is of an endpoint that works", interface.id));
        };
        match &endpoint.state {
            None
            | Some(
                ConnectEndpointState::CreateComplete
                | ConnectEndpointState::UpdateInProgress
                | ConnectEndpointState::UpdateComplete
                | ConnectEndpointState::UpdateFailed,
            ) => {}
            Some(ConnectEndpointState::Unknown(word)) => {
                return unknown(format!("{} is {word}", endpoint.id));
            }
            Some(
                ConnectEndpointState::CreateInProgress
                | ConnectEndpointState::CreateFailed
                | ConnectEndpointState::DeleteInProgress
                | ConnectEndpointState::DeleteComplete
                | ConnectEndpointState::DeleteFailed,
            ) => return dropped(format!("{} is not there (BD-1)", endpoint.id)),
        }
        if endpoint.preserves_client == Some(true) {
            return self.suppose_or_drop(format!("{} has a client of this address", endpoint.id));
        }
        Ok(())
    }

    /// Nobody connects to a tunnel's end, and what an accelerator's interface does with packets is not told.
    pub fn ends_at_edge(&self, interface: &NetworkInterface) -> Step {
        if interface.kind == InterfaceKind::InstanceConnectEndpoint {
            return dropped(format!("nobody connects to {} (BD-1)", interface.id));
        }
        if interface.kind == InterfaceKind::GlobalAccelerator {
            return unknown(format!("{} takes packets", interface.id));
        }
        Ok(())
    }

    /// ENC-2, ENC-3: where encryption is enforced, what passes is not in the snapshot.
    pub fn encryption(&self, vpc: &Vpc) -> Step {
        let counts = |it: &&VpcEncryptionControl| it.vpc == vpc.id && !it.is_gone;
        for control in self.model.encryption_controls.iter().filter(counts) {
            match &control.mode {
                None | Some(EncryptionMode::Monitor) => {}
                Some(EncryptionMode::Enforce) => {
                    self.suppose_or_drop(format!("encryption in {} lets the packet pass", vpc.id))?;
                }
                Some(EncryptionMode::Unknown(word)) => {
                    self.suppose_or_drop(format!("{} lets the packet pass while it is {word}", control.id))?;
                }
            }
        }
        if vpc.encryption_enforced {
            self.suppose_or_drop(format!("encryption in {} lets the packet pass", vpc.id))?;
        }
        Ok(())
    }
}
