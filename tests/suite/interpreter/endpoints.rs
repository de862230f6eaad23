//! Gateway endpoints and interface endpoints (sections 20 and 21).

use netpath::model::{
    EndpointKind, EndpointState, InterfaceKind, NetworkInterface, Vpc, VpcEndpoint, VpcEndpointId,
};

use super::walk::{Arrival, Origin, Step, Walk, dropped, unknown};
use super::{End, Packet, Transport};

impl<'m> Walk<'_, 'm> {
    /// Section 20; a Gateway Load Balancer endpoint has the same kind of target (section 5.3).
    pub fn endpoint(&mut self, vpc: &'m Vpc, id: &str, packet: Packet, origin: Origin) -> Step<Arrival> {
        let Some(endpoint) = self.model.vpc_endpoints.get(&VpcEndpointId::from(id)) else {
            return unknown(format!("{id} is not in the snapshot"));
        };
        if !matches!(endpoint.kind, EndpointKind::Gateway | EndpointKind::GatewayLoadBalancer) {
            return unknown(format!("{id} is of a kind that is not modelled"));
        }
        // GEP-10, RT-13.
        match &endpoint.state {
            None | Some(EndpointState::Available) => {}
            Some(EndpointState::Unknown(_) | EndpointState::Partial) => {
                self.suppose_or_drop(format!("{id} works in its state"))?;
            }
            Some(
                EndpointState::PendingAcceptance
                | EndpointState::Pending
                | EndpointState::Deleting
                | EndpointState::Deleted
                | EndpointState::Rejected
                | EndpointState::Failed
                | EndpointState::Expired,
            ) => return dropped(format!("{id} is not available (GEP-10)")),
        }
        if endpoint.kind == EndpointKind::GatewayLoadBalancer {
            return self.bump(endpoint, packet, origin);
        }
        // GEP-3.
        if origin == Origin::Outside || endpoint.vpc != vpc.id {
            return dropped(format!("{id} serves its own VPC only (GEP-3)"));
        }
        // GEP-8: TCP and ICMP echo.
        match packet.transport {
            Transport::Ports { protocol: 6, .. }
            | Transport::Icmp { protocol: 1, kind: 8 | 0, .. }
            | Transport::Icmp { protocol: 58, kind: 128 | 129, .. } => {}
            Transport::Ports { .. } | Transport::Icmp { .. } | Transport::Other { .. } => {
                return dropped(format!("{id} takes TCP and ICMP echo only (GEP-8)"));
            }
        }
        // GEP-9: S3 is IPv4 only.
        if packet.destination.is_ipv6() && endpoint.service_name.ends_with(".s3") {
            return dropped(format!("{id} has no IPv6 (GEP-9)"));
        }
        self.arrive(End::GatewayEndpoint(endpoint.id.clone()), packet)
    }

    /// The endpoint that an interface belongs to.
    pub fn endpoint_of(&self, interface: &NetworkInterface) -> Option<&'m VpcEndpoint> {
        self.model.vpc_endpoints.iter().find(|it| it.interfaces.contains(&interface.id))
    }

    /// Section 21: what an endpoint's interface takes.
    pub fn endpoint_takes(&self, interface: &NetworkInterface, packet: Packet) -> Step {
        let Some(endpoint) = self.endpoint_of(interface) else {
            if interface.kind != InterfaceKind::VpcEndpoint {
                return Ok(());
            }
            return match is_tcp_or_udp(packet) {
                true => unknown(format!("the endpoint of {} is not in the snapshot", interface.id)),
                false => dropped(format!("{} takes TCP and UDP only (IEP-2)", interface.id)),
            };
        };
        if endpoint.kind != EndpointKind::Interface {
            return unknown(format!("{} is of a kind that is not modelled (IEP-11)", endpoint.id));
        }
        // IEP-8.
        match &endpoint.state {
            None | Some(EndpointState::Available) => {}
            Some(EndpointState::Unknown(_) | EndpointState::Partial) => {
                self.suppose_or_drop(format!("{} works in its state", endpoint.id))?;
            }
            Some(
                EndpointState::PendingAcceptance
                | EndpointState::Pending
                | EndpointState::Deleting
                | EndpointState::Deleted
                | EndpointState::Rejected
                | EndpointState::Failed
                | EndpointState::Expired,
            ) => return dropped(format!("{} is not available (IEP-8)", endpoint.id)),
        }
        // IEP-2.
        match is_tcp_or_udp(packet) {
            true => Ok(()),
            false => dropped(format!("{} takes TCP and UDP only (IEP-2)", endpoint.id)),
        }
    }
}

fn is_tcp_or_udp(packet: Packet) -> bool {
    matches!(packet.transport.protocol(), 6 | 17)
}
