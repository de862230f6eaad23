//! Links to on premises: virtual private gateways, VPN connections, Direct Connect, Connect, Client VPN.

use serde_json::{Value, json};

use super::estate::{Estate, stem};
use super::parse::{Block, Line, ShorthandError};

type Expanded = Result<(), ShorthandError>;

/// `vgw vgw-a in vpc-a`
pub fn vgw(estate: &mut Estate, line: &Line) -> Expanded {
    let vpc = line.option("in");
    let home = vpc.map_or(Ok(line.home.clone()), |vpc| estate.home(line, "vpcs", vpc))?;
    let state = line.option_or("state", "attached");
    let attachments: Vec<Value> = vpc.iter().map(|vpc| json!({ "VpcId": vpc, "State": state })).collect();
    let value = json!({ "VpnGatewayId": line.id(), "State": "available", "Type": "ipsec.1", "AmazonSideAsn": 64512,
        "VpcAttachments": attachments, "Tags": [] });
    estate.add(line, "vpn-gateways", line.id(), &[&home], value)
}

/// `vpn vpn-a to vgw-a routes 192.168.0.0/16`: static unless it says `bgp` with the number of routes learnt.
pub fn vpn(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, gateway) = (line.id(), line.required("to")?);
    let (call, member) = match gateway.starts_with("tgw-") {
        true => ("transit-gateways", "TransitGatewayId"),
        false => ("vpn-gateways", "VpnGatewayId"),
    };
    let home = estate.home(line, call, gateway)?;
    let customer = format!("cgw-{}", stem(id));
    let device = json!({ "CustomerGatewayId": customer, "IpAddress": "203.0.113.12", "State": "available",
        "Type": "ipsec.1", "BgpAsn": "65000", "Tags": [] });
    estate.add(line, "customer-gateways", &customer, &[&home], device)?;
    let mut routes = Vec::new();
    for route in line.list("routes") {
        line.cidr(route)?;
        routes.push(json!({ "DestinationCidrBlock": route, "Source": "Static", "State": "available" }));
    }
    let accepted = line.option("bgp").map_or(Ok(routes.len() as u16), |count| line.number_of(count))?;
    let telemetry = |status: &str| {
        json!({ "Status": status, "AcceptedRouteCount": accepted, "StatusMessage": "",
            "OutsideIpAddress": "198.51.100.1", "LastStatusChange": "2026-11-02T09:09:33.000Z" })
    };
    let tunnels: Vec<Value> = line.option_or("tunnels", "UP,DOWN").split(',').map(telemetry).collect();
    let all = if line.has("ipv6") { "::/0" } else { "0.0.0.0/0" };
    let family = if line.has("ipv6") { "Ipv6" } else { "Ipv4" };
    let options = json!({ "StaticRoutesOnly": line.option("bgp").is_none(), "EnableAcceleration": false,
        "TunnelInsideIpVersion": family.to_ascii_lowercase(),
        format!("Local{family}NetworkCidr"): line.option_or("customer", all),
        format!("Remote{family}NetworkCidr"): line.option_or("aws", all) });
    let mut value = json!({ "VpnConnectionId": id, "State": line.option_or("state", "available"), "Type": "ipsec.1",
        "Category": "VPN", "CustomerGatewayId": customer, member: gateway, "Options": options, "Routes": routes,
        "VgwTelemetry": tunnels, "Tags": [] });
    if line.has("unread") {
        value["VgwTelemetry"] = json!([]);
    }
    estate.add(line, "vpn-connections", id, &[&home], value)
}

/// `dx dxgw-a to vgw-a prefixes 10.0.0.0/16`
pub fn dx(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, associated) = (line.id(), line.required("to")?);
    let is_transit = associated.starts_with("tgw-");
    let call = if is_transit { "transit-gateways" } else { "vpn-gateways" };
    let home = estate.home(line, call, associated)?;
    if estate.get("direct-connect-gateways", id).is_none() {
        let gateway = json!({ "directConnectGatewayId": id, "directConnectGatewayName": id, "amazonSideAsn": 64512,
            "ownerAccount": home.account, "directConnectGatewayState": "available" });
        estate.add(line, "direct-connect-gateways", id, &[&home], gateway)?;
    }
    let mut prefixes = Vec::new();
    for prefix in line.list("prefixes").into_iter().filter(|it| *it != "none") {
        line.cidr(prefix)?;
        prefixes.push(json!({ "cidr": prefix }));
    }
    let kind = if is_transit { "transitGateway" } else { "virtualPrivateGateway" };
    let value = json!({ "associationId": format!("assoc-{id}-{associated}"), "directConnectGatewayId": id,
        "directConnectGatewayOwnerAccount": home.account,
        "associationState": line.option_or("state", "associated"),
        "associatedGateway": { "id": associated, "type": kind, "ownerAccount": home.account, "region": home.region },
        "allowedPrefixesToDirectConnectGateway": prefixes });
    let element = format!("{id}/{associated}");
    estate.add(line, "direct-connect-gateway-associations", &element, &[&home], value)
}

/// `vif dxvif-a to dxgw-a on dxcon-a device EqDC2-1 at EqDC2`
pub fn vif(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, gateway) = (line.id(), line.required("to")?);
    let is_private = gateway.starts_with("vgw-");
    let call = if is_private { "vpn-gateways" } else { "direct-connect-gateways" };
    let home = estate.home(line, call, gateway)?;
    let kind = match (line.has("public"), is_private) {
        (true, _) => "public",
        (false, true) => "private",
        (false, false) => "transit",
    };
    let mut value = json!({ "virtualInterfaceId": id, "virtualInterfaceType": kind, "ownerAccount": home.account,
        "virtualInterfaceState": line.option_or("state", "available"), "routeFilterPrefixes": [],
        "bgpPeers": [{ "bgpPeerState": "available", "bgpStatus": line.option_or("bgp", "up") }] });
    for (option, member) in [("on", "connectionId"), ("device", "awsLogicalDeviceId"), ("at", "location")] {
        if let Some(word) = line.option(option) {
            value[member] = json!(word);
        }
    }
    if is_private {
        value["virtualGatewayId"] = json!(gateway);
    } else {
        value["directConnectGatewayId"] = json!(gateway);
        let attachment = json!({ "directConnectGatewayId": gateway, "virtualInterfaceId": id,
            "virtualInterfaceOwnerAccount": home.account, "attachmentState": "attached" });
        estate.add(line, "direct-connect-gateway-attachments", id, &[&home], attachment)?;
    }
    estate.add(line, "virtual-interfaces", id, &[&home], value)
}

/// `connect tgw-attach-c over tgw-attach-a`
pub fn connect(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, transport) = (line.id(), line.required("over")?);
    let home = estate.home(line, "transit-gateway-attachments", id)?;
    let value = json!({ "TransitGatewayAttachmentId": id, "TransportTransitGatewayAttachmentId": transport,
        "State": line.option_or("state", "available"), "Options": { "Protocol": "gre" }, "Tags": [] });
    estate.add(line, "transit-gateway-connects", id, &[&home], value)?;
    for (number, status) in line.option_or("bgp", "up").split(',').enumerate() {
        let peer = format!("tgw-connect-peer-{}-{number}", stem(id));
        let value = json!({ "TransitGatewayConnectPeerId": peer, "TransitGatewayAttachmentId": id,
            "State": "available", "Tags": [],
            "ConnectPeerConfiguration": { "BgpConfigurations": [{ "BgpStatus": status }] } });
        estate.add(line, "transit-gateway-connect-peers", &peer, &[&home], value)?;
    }
    Ok(())
}

/// `cvpn cvpn-endpoint-a 10.99.0.0/22 in subnet-a sg sg-vpn`: each association brings a route for the VPC's block.
pub fn cvpn(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, pool) = (line.id(), line.words[1]);
    line.cidr(pool)?;
    let subnets = line.list("in");
    let first = subnets.first().copied().unwrap_or_default();
    let vpc = estate.need(line, "subnets", first)?["VpcId"].clone();
    let vpc_id = vpc.as_str().unwrap_or_default().to_owned();
    let home = estate.home(line, "vpcs", &vpc_id)?;
    let default = format!("sg-default-{}", stem(&vpc_id));
    let groups: Vec<&str> = line.option("sg").unwrap_or(&default).split(',').collect();
    let value = json!({ "ClientVpnEndpointId": id, "ClientCidrBlock": pool, "VpcId": vpc, "SplitTunnel": true,
        "Status": { "Code": line.option_or("state", "available") }, "SecurityGroupIds": groups, "Tags": [],
        "VpnProtocol": "openvpn", "TransportProtocol": "udp", "VpnPort": 443 });
    estate.add(line, "client-vpn-endpoints", id, &[&home], value)?;
    let block = estate.need(line, "vpcs", &vpc_id)?["CidrBlock"].clone();
    for subnet in subnets {
        let value = json!({ "AssociationId": format!("cvpn-assoc-{}", stem(subnet)), "ClientVpnEndpointId": id,
            "VpcId": vpc, "TargetNetworkId": subnet, "Status": { "Code": "associated" }, "SecurityGroups": groups });
        let element = format!("{id}/{subnet}");
        estate.add(line, "client-vpn-target-networks", &element, &[&home], value)?;
        let route = json!({ "ClientVpnEndpointId": id, "DestinationCidr": block, "TargetSubnet": subnet,
            "Type": "Nat", "Origin": "associate", "Status": { "Code": "active" } });
        let element = format!("{id} {} {subnet}", block.as_str().unwrap_or_default());
        estate.add(line, "client-vpn-routes", &element, &[&home], route)?;
    }
    Ok(())
}

/// `cvpn-route cvpn-endpoint-a 10.2.0.0/16 -> subnet-a`
pub fn cvpn_route(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, block, subnet) = (line.id(), line.words[1], line.required("->")?);
    let (Block::V4(_) | Block::V6(_)) = line.cidr(block)?;
    let home = estate.home(line, "client-vpn-endpoints", id)?;
    let value = json!({ "ClientVpnEndpointId": id, "DestinationCidr": block, "TargetSubnet": subnet, "Type": "Nat",
        "Origin": "add-route", "Status": { "Code": line.option_or("state", "active") } });
    estate.add(line, "client-vpn-routes", &format!("{id} {block} {subnet}"), &[&home], value)
}

/// `cvpn-rule cvpn-endpoint-a 10.2.0.0/16 group admins`
pub fn cvpn_rule(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, block) = (line.id(), line.words[1]);
    line.cidr(block)?;
    let home = estate.home(line, "client-vpn-endpoints", id)?;
    let group = line.option("group");
    let value = json!({ "ClientVpnEndpointId": id, "DestinationCidr": block, "GroupId": group.unwrap_or_default(),
        "AccessAll": group.is_none(), "Status": { "Code": line.option_or("state", "active") } });
    let element = format!("{id} {block} {}", group.unwrap_or_default());
    estate.add(line, "client-vpn-authorization-rules", &element, &[&home], value)
}
