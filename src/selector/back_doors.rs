//! Ways from outside to an interface that need neither a route nor a public address (BD): an answer about the internet
//! does not follow them, and says that they are there.

use super::index::Index;
use crate::model::{AcceleratorEndpointGroup, ConnectEndpointState, InstanceConnectEndpoint, ResourceKind};
use crate::network::{Component, InterfaceIndex};
use crate::solver::{Destination, Remark};

/// The other ways to some destinations.
pub(super) fn remarks(index: &Index<'_>, destinations: &[Destination]) -> Vec<Remark> {
    let interfaces: Vec<InterfaceIndex> = destinations
        .iter()
        .filter_map(|it| match it {
            Destination::Interface(interface, _) => Some(*interface),
            Destination::Addresses(_) | Destination::OnPremises(_) => None,
        })
        .collect();
    let model = index.model;
    let groups = (0..).zip(model.accelerator_endpoint_groups.iter());
    let accelerators = groups
        .filter(|(_, group)| interfaces.iter().any(|it| sends_to(index, group, *it)))
        .map(|(row, _)| (ResourceKind::AcceleratorEndpointGroup, row));
    let endpoints = (0..).zip(model.instance_connect_endpoints.iter());
    let tunnels = endpoints
        .filter(|(_, endpoint)| interfaces.iter().any(|it| may_tunnel_to(index, endpoint, *it)))
        .map(|(row, _)| (ResourceKind::InstanceConnectEndpoint, row));
    let leads = |endpoint: Option<&str>, by_gateway: bool| {
        let is_meant = |it: &InterfaceIndex| {
            let is_open = !by_gateway || has_gateway(index, *it);
            is_open && endpoint.is_some_and(|endpoint| is_called(index, *it, endpoint))
        };
        interfaces.iter().any(is_meant)
    };
    // BD-3, BD-5: like an accelerator.
    let origins = (0..).zip(model.vpc_origins.iter());
    let origins = origins
        .filter(|(_, it)| leads(it.endpoint.as_deref(), true))
        .map(|(row, _)| (ResourceKind::VpcOrigin, row));
    // BD-4.
    let trusted = (0..).zip(model.verified_access_endpoints.iter());
    let trusted = trusted
        .filter(|(_, it)| leads(it.endpoint.as_deref(), false))
        .map(|(row, _)| (ResourceKind::VerifiedAccessEndpoint, row));
    let ways = accelerators.chain(tunnels).chain(origins).chain(trusted);
    ways.map(|(kind, row)| Remark::OtherWayIn { thing: Component::Resource(kind, row) }).collect()
}

/// BD-2: whether an accelerator sends to an interface: its VPC needs an internet gateway, and no route to it.
fn sends_to(index: &Index<'_>, group: &AcceleratorEndpointGroup, interface: InterfaceIndex) -> bool {
    has_gateway(index, interface)
        && group.endpoints.iter().any(|endpoint| is_called(index, interface, endpoint))
}

fn has_gateway(index: &Index<'_>, interface: InterfaceIndex) -> bool {
    let row = &index.network.interfaces[interface.index()];
    index.network.vpcs[row.vpc.index()].internet_gateway.is_some()
}

/// Whether an id or ARN is that of an interface, of its instance or of its load balancer.
fn is_called(index: &Index<'_>, interface: InterfaceIndex, endpoint: &str) -> bool {
    let attached = index.model.network_interfaces.get_row(interface.index());
    let instance = attached.and_then(|it| it.attachment.as_ref()?.instance.as_ref());
    let own = attached.map(|it| it.id.as_str());
    let fronts = index.network.fronts.iter().filter(|(_, own)| *own == interface);
    let balancers = fronts.filter_map(|(component, _)| match component {
        Component::Resource(ResourceKind::LoadBalancer, row) => {
            index.model.load_balancers.get_row(*row as usize).map(|it| it.id.as_str())
        }
        Component::Resource(..) | Component::Internet | Component::OnPremises | Component::Service(_) => None,
    });
    let mut names = balancers.chain(instance.map(|it| it.as_str())).chain(own);
    names.any(|name| endpoint == name || endpoint.rsplit('/').next() == Some(name))
}

/// BD-1: whether somebody with the right to it may use an endpoint to get to an interface of its VPC.
fn may_tunnel_to(index: &Index<'_>, endpoint: &InstanceConnectEndpoint, interface: InterfaceIndex) -> bool {
    let vpc = &index.network.vpcs[index.network.interfaces[interface.index()].vpc.index()].id;
    let is_there = !matches!(
        endpoint.state,
        Some(ConnectEndpointState::CreateFailed | ConnectEndpointState::DeleteComplete)
    );
    is_there && endpoint.vpc.as_ref() == Some(vpc)
}
