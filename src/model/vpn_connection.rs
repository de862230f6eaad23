//! Site-to-Site VPN connections: two tunnels to a customer gateway, and what is said to lie behind them (`VPN`).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::vpn_gateway::VpnState;
use super::words::words;
use super::{
    About, CustomerGatewayId, ElementError, Reading, Resource, ResourceKind, Tags, TransitGatewayId,
    VpnConnectionId, VpnGatewayId,
};

words! {
    /// Whether a tunnel carries packets, at the moment of the answer (VPN-6).
    TunnelStatus { Up = "UP", Down = "DOWN", }
}

words! {
    /// The state of a static route of a connection.
    VpnRouteState { Available = "available", Pending = "pending", Deleting = "deleting", Deleted = "deleted", }
}

/// A Site-to-Site VPN connection.
#[derive(Debug, Clone)]
pub struct VpnConnection {
    /// Place, owner, tags.
    pub about: About,
    /// `vpn-…`
    pub id: VpnConnectionId,
    /// The virtual private gateway that it ends at, if it is one.
    pub vpn_gateway: Option<VpnGatewayId>,
    /// The transit gateway that it ends at, if it is one.
    pub transit_gateway: Option<TransitGatewayId>,
    /// The device on the other side.
    pub customer_gateway: Option<CustomerGatewayId>,
    /// Its state.
    pub state: Option<VpnState>,
    /// Whether there is no BGP: its routes are those listed (VPN-3).
    pub is_static_only: bool,
    /// Whether the tunnels carry IPv6, and then nothing else (VPN-7).
    pub is_ipv6: bool,
    /// The selector of the customer's side; all addresses unless said (VPN-13).
    pub customer_selector: Option<IpNet>,
    /// The selector of AWS's side; all addresses unless said.
    pub aws_selector: Option<IpNet>,
    /// Its static routes: blocks on the customer's side.
    pub routes: Vec<VpnRoute>,
    /// What is known of its tunnels; none where the snapshot does not say.
    pub tunnels: Vec<VpnTunnel>,
}

/// A static route of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpnRoute {
    /// What lies on the customer's side.
    pub cidr: IpNet,
    /// Whether it is in force; absent counts as so.
    pub state: Option<VpnRouteState>,
}

/// One tunnel, at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VpnTunnel {
    /// Whether it carried packets.
    pub status: Option<TunnelStatus>,
    /// How many routes it had learnt by BGP.
    pub accepted_routes: Option<u32>,
    /// Since when it has the status, in AWS's spelling.
    pub since: Option<CompactString>,
}

/// The element of `VpnConnections`. The configuration of the customer's device, which has keys, is not read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    vpn_connection_id: Option<CompactString>,
    vpn_gateway_id: Option<CompactString>,
    transit_gateway_id: Option<CompactString>,
    customer_gateway_id: Option<CompactString>,
    state: Option<CompactString>,
    options: Option<OptionsWire>,
    routes: Option<Vec<RouteWire>>,
    vgw_telemetry: Option<Vec<TelemetryWire>>,
    tags: Option<Tags>,
}

/// `Options`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OptionsWire {
    static_routes_only: Option<bool>,
    tunnel_inside_ip_version: Option<CompactString>,
    local_ipv4_network_cidr: Option<CompactString>,
    remote_ipv4_network_cidr: Option<CompactString>,
    local_ipv6_network_cidr: Option<CompactString>,
    remote_ipv6_network_cidr: Option<CompactString>,
}

/// `Routes[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RouteWire {
    destination_cidr_block: Option<CompactString>,
    state: Option<CompactString>,
}

/// `VgwTelemetry[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TelemetryWire {
    status: Option<CompactString>,
    accepted_route_count: Option<u32>,
    last_status_change: Option<CompactString>,
}

fn selector(member: &'static str, text: Option<CompactString>) -> Result<Option<IpNet>, ElementError> {
    present(text).map(|text| cidr(member, &text)).transpose()
}

impl Resource for VpnConnection {
    type Wire = Wire;
    type Id = VpnConnectionId;
    const KIND: ResourceKind = ResourceKind::VpnConnection;
    const WORD: &'static str = "vpn-connection";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<VpnConnection, ElementError> {
        let options = wire.options.unwrap_or_default();
        let is_ipv6 = present(options.tunnel_inside_ip_version).is_some_and(|it| it == "ipv6");
        // AWS calls the customer's side local and its own remote.
        let (customer, aws) = if is_ipv6 {
            let customer = selector("Options.LocalIpv6NetworkCidr", options.local_ipv6_network_cidr)?;
            (customer, selector("Options.RemoteIpv6NetworkCidr", options.remote_ipv6_network_cidr)?)
        } else {
            let customer = selector("Options.LocalIpv4NetworkCidr", options.local_ipv4_network_cidr)?;
            (customer, selector("Options.RemoteIpv4NetworkCidr", options.remote_ipv4_network_cidr)?)
        };
        let mut routes = Vec::new();
        for route in wire.routes.unwrap_or_default() {
            let text = route.destination_cidr_block.or_missing("Routes[].DestinationCidrBlock")?;
            let cidr = cidr("Routes[].DestinationCidrBlock", &text)?;
            routes.push(VpnRoute { cidr, state: reading.word(route.state) });
        }
        let tunnels = wire.vgw_telemetry.unwrap_or_default().into_iter().map(|it| VpnTunnel {
            status: reading.word(it.status),
            accepted_routes: it.accepted_route_count,
            since: present(it.last_status_change),
        });
        let tunnels = tunnels.collect();
        Ok(VpnConnection {
            about: reading.about(None, None, wire.tags),
            id: VpnConnectionId(wire.vpn_connection_id.or_missing("VpnConnectionId")?),
            vpn_gateway: present(wire.vpn_gateway_id).map(VpnGatewayId),
            transit_gateway: present(wire.transit_gateway_id).map(TransitGatewayId),
            customer_gateway: present(wire.customer_gateway_id).map(CustomerGatewayId),
            state: reading.word(wire.state),
            is_static_only: options.static_routes_only == Some(true),
            is_ipv6,
            customer_selector: customer,
            aws_selector: aws,
            routes,
            tunnels,
        })
    }

    fn id(&self) -> &VpnConnectionId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
