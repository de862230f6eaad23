//! What has an interface: instances, NAT gateways, endpoints; and the public addresses of them all.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::balancers;
use super::estate::{Estate, list, push, stem, text};
use super::filters;
use super::network;
use super::parse::{Block, Home, Line, ShorthandError};

type Expanded = Result<(), ShorthandError>;

/// `eni eni-web 10.0.1.10 in subnet-web sg sg-web public 198.51.100.10`
pub fn eni(estate: &mut Estate, line: &Line) -> Expanded {
    let subnet = line.required("in")?;
    let mut home = estate.home(line, "subnets", subnet)?;
    if let Some(account) = line.option("account") {
        account.clone_into(&mut home.account);
    }
    let vpc = text(estate.need(line, "subnets", subnet)?, "VpcId").to_owned();
    let kind = line.option_or("type", "interface");
    let mut value = interface(estate, line, line.id(), kind, subnet, &home)?;
    for word in &line.words[1..] {
        add_address(line, &mut value, word)?;
    }
    if line.has("no-check") {
        value["SourceDestCheck"] = json!(false);
    }
    value["Groups"] = groups(estate, line, &vpc, &home)?;
    if let Some(public) = line.option("public") {
        line.address(public)?;
        associate(&mut value, 0, json!({ "PublicIp": public, "IpOwnerId": "amazon" }));
    }
    if ["interface", "efa", "trunk", "branch"].contains(&kind) {
        value["RequesterManaged"] = json!(false);
        if line.has("detached") {
            value["Status"] = json!("available");
            value.as_object_mut().and_then(|members| members.remove("Attachment"));
        } else {
            attach(estate, line, &mut value, &home)?;
        }
    }
    estate.add(line, "network-interfaces", line.id(), &[&home], value)
}

/// An interface without addresses, in use by a service of AWS.
fn interface(
    estate: &Estate,
    line: &Line,
    id: &str,
    kind: &str,
    subnet: &str,
    home: &Home,
) -> Result<Value, ShorthandError> {
    let place = estate.need(line, "subnets", subnet)?;
    Ok(
        json!({ "NetworkInterfaceId": id, "SubnetId": subnet, "VpcId": place["VpcId"], "OwnerId": home.account,
        "AvailabilityZone": place["AvailabilityZone"], "InterfaceType": kind, "Description": "",
        "Status": "in-use", "SourceDestCheck": kind == "interface" || kind == "vpc_endpoint",
        "RequesterManaged": true, "Groups": [], "PrivateIpAddresses": [], "Ipv6Addresses": [],
        "Ipv4Prefixes": [], "Ipv6Prefixes": [], "TagSet": [],
        "Attachment": { "AttachmentId": format!("ela-attach-{}", stem(id)), "InstanceOwnerId": "amazon-aws",
            "DeviceIndex": 1, "Status": "attached" } }),
    )
}

/// The first IPv4 address is the primary one; a block is a delegated prefix (ENI-1).
fn add_address(line: &Line, value: &mut Value, word: &str) -> Expanded {
    if word.contains('/') {
        match line.cidr(word)? {
            Block::V4(block) => push(value, "Ipv4Prefixes", json!({ "Ipv4Prefix": block })),
            Block::V6(block) => push(value, "Ipv6Prefixes", json!({ "Ipv6Prefix": block })),
        }
        return Ok(());
    }
    match line.address(word)? {
        IpAddr::V4(address) => {
            let primary = list(value, "PrivateIpAddresses").is_empty();
            if primary {
                value["PrivateIpAddress"] = json!(address);
            }
            push(value, "PrivateIpAddresses", json!({ "PrivateIpAddress": address, "Primary": primary }));
        }
        IpAddr::V6(address) => push(value, "Ipv6Addresses", json!({ "Ipv6Address": address })),
    }
    Ok(())
}

/// The groups of an interface: those named, made where nobody has, or the VPC's default one.
fn groups(estate: &mut Estate, line: &Line, vpc: &str, home: &Home) -> Result<Value, ShorthandError> {
    let default = format!("sg-default-{}", stem(vpc));
    let names = match line.option("sg") {
        None => vec![default.as_str()],
        Some("none") => Vec::new(),
        Some(_) => line.list("sg"),
    };
    for name in &names {
        if estate.get("security-groups", name).is_none() {
            filters::group(estate, line, name, vpc, home)?;
        }
    }
    Ok(names.iter().map(|name| json!({ "GroupId": name, "GroupName": stem(name) })).collect())
}

/// Puts an interface on its instance, which runs unless an `instance` line says otherwise.
fn attach(estate: &mut Estate, line: &Line, value: &mut Value, home: &Home) -> Expanded {
    let default = format!("i-{}", stem(line.id()));
    let instance = line.option("on").unwrap_or(&default);
    if estate.get("instances", instance).is_none() {
        let running = json!({ "InstanceId": instance, "State": { "Code": 16, "Name": "running" },
            "InstanceType": "t3.micro", "VpcId": value["VpcId"], "SubnetId": value["SubnetId"],
            "PrivateIpAddress": value["PrivateIpAddress"], "NetworkInterfaces": [], "Tags": [] });
        estate.add(line, "instances", instance, &[home], running)?;
    }
    let machine = estate.change(line, "instances", instance)?;
    let index = list(machine, "NetworkInterfaces").len();
    value["Attachment"] = json!({ "AttachmentId": format!("eni-attach-{}", stem(line.id())),
        "InstanceId": instance, "InstanceOwnerId": home.account, "DeviceIndex": index, "Status": "attached" });
    push(machine, "NetworkInterfaces", json!({ "NetworkInterfaceId": line.id() }));
    Ok(())
}

/// Gives a private address its public one; the primary address's association is repeated on the interface.
fn associate(interface: &mut Value, position: usize, association: Value) {
    if position == 0 {
        interface["Association"] = association.clone();
    }
    interface["PrivateIpAddresses"][position]["Association"] = association;
}

/// `instance i-web stopped`
pub fn instance(estate: &mut Estate, line: &Line) -> Expanded {
    let states = [
        ("pending", 0),
        ("running", 16),
        ("shutting-down", 32),
        ("terminated", 48),
        ("stopping", 64),
        ("stopped", 80),
    ];
    let state = states.iter().find(|(name, _)| *name == line.words[1]);
    let (name, code) = state.ok_or_else(|| line.unknown(line.words[1]))?;
    estate.change(line, "instances", line.id())?["State"] = json!({ "Code": code, "Name": name });
    Ok(())
}

/// `eip 198.51.100.11 to eni-web at 10.0.1.11`
pub fn eip(estate: &mut Estate, line: &Line) -> Expanded {
    let public = line.id();
    let mut value = elastic(&line.home, line.address(public)?);
    if let Some(interface) = line.option("to") {
        let found = estate.change(line, "network-interfaces", interface)?;
        let primary = text(found, "PrivateIpAddress").to_owned();
        let private = line.option("at").unwrap_or(&primary);
        let position =
            list(found, "PrivateIpAddresses").iter().position(|it| it["PrivateIpAddress"] == private);
        let position = position.ok_or_else(|| line.unknown(private))?;
        if !line.has("unconfirmed") {
            associate(
                found,
                position,
                json!({ "PublicIp": public, "IpOwnerId": line.home.account,
                "AllocationId": value["AllocationId"] }),
            );
        }
        value["AssociationId"] = json!(format!("eipassoc-{public}"));
        value["NetworkInterfaceId"] = json!(interface);
        value["PrivateIpAddress"] = json!(private);
    }
    estate.add(line, "addresses", public, &[&line.home], value)
}

fn elastic(home: &Home, public: IpAddr) -> Value {
    json!({ "PublicIp": public, "AllocationId": format!("eipalloc-{public}"), "Domain": "vpc",
        "NetworkBorderGroup": home.region, "PublicIpv4Pool": "amazon", "Tags": [] })
}

/// `byoip 198.51.100.0/24 state provisioned`
pub fn byoip(estate: &mut Estate, line: &Line) -> Expanded {
    line.cidr(line.id())?;
    let value = json!({ "Cidr": line.id(), "State": line.option_or("state", "advertised") });
    estate.add(line, "byoip-cidrs", line.id(), &[&line.home], value)
}

/// `nat nat-a 10.0.0.5 in subnet-public public 198.51.100.5`, or `nat nat-r in vpc-a zones a=198.51.100.5`
pub fn nat(estate: &mut Estate, line: &Line) -> Expanded {
    let place = line.required("in")?;
    if place.starts_with("vpc-") { regional_nat(estate, line, place) } else { zonal_nat(estate, line, place) }
}

fn zonal_nat(estate: &mut Estate, line: &Line, subnet: &str) -> Expanded {
    let home = estate.home(line, "subnets", subnet)?;
    let interface_id = format!("eni-{}", line.id());
    let mut found = interface(estate, line, &interface_id, "nat_gateway", subnet, &home)?;
    found["Description"] = json!(format!("Interface for NAT Gateway {}", line.id()));
    let publics = line.list("public");
    // Of a gateway that is gone only its own row is left: interface and addresses are released (M-10).
    let gone = line.option("state") == Some("deleted");
    let mut addresses = Vec::new();
    for (position, word) in line.words[1..].iter().enumerate() {
        add_address(line, &mut found, word)?;
        let mut address = json!({ "NetworkInterfaceId": interface_id, "PrivateIp": word, "IsPrimary": position == 0,
            "Status": "succeeded" });
        if let Some(public) = publics.get(position) {
            let mut elastic = elastic(&home, line.address(public)?);
            address["PublicIp"] = json!(public);
            address["AllocationId"] = elastic["AllocationId"].clone();
            associate(&mut found, position, json!({ "PublicIp": public, "IpOwnerId": home.account }));
            elastic["NetworkInterfaceId"] = json!(interface_id);
            elastic["PrivateIpAddress"] = json!(word);
            if !gone {
                estate.add(line, "addresses", public, &[&home], elastic)?;
            }
        }
        addresses.push(address);
    }
    let kind = if publics.is_empty() { "private" } else { "public" };
    let value = json!({ "NatGatewayId": line.id(), "State": line.option_or("state", "available"),
        "VpcId": found["VpcId"], "SubnetId": subnet, "ConnectivityType": kind, "AvailabilityMode": "zonal",
        "NatGatewayAddresses": addresses, "Tags": [] });
    if !gone {
        estate.add(line, "network-interfaces", &interface_id, &[&home], found)?;
    }
    estate.add(line, "nat-gateways", line.id(), &[&home], value)
}

/// A gateway without a subnet (NAT-10), with the table that AWS makes for it.
fn regional_nat(estate: &mut Estate, line: &Line, vpc: &str) -> Expanded {
    let home = estate.home(line, "vpcs", vpc)?;
    let table = format!("rtb-{}", line.id());
    network::new_table(estate, line, &table, vpc, json!([]))?;
    let attached = |gateway: &Value| list(gateway, "Attachments").iter().any(|it| it["VpcId"] == vpc);
    let gateway = estate.all("internet-gateways").find(|(_, it)| attached(it)).map(|(id, _)| id.to_owned());
    if let Some(gateway) = gateway {
        let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway, "Origin": "CreateRoute",
            "State": "active" });
        push(estate.change(line, "route-tables", &table)?, "Routes", route);
    }
    let mut addresses = Vec::new();
    for word in line.list("zones") {
        let (zone, public) = word.split_once('=').ok_or_else(|| line.unknown(word))?;
        let (name, id) = network::zone(estate, line, &home, zone)?;
        let elastic = elastic(&home, line.address(public)?);
        addresses.push(
            json!({ "PublicIp": public, "AllocationId": elastic["AllocationId"], "Status": "succeeded",
            "AvailabilityZone": name, "AvailabilityZoneId": id }),
        );
        estate.add(line, "addresses", public, &[&home], elastic)?;
    }
    let expands = if line.has("manual") { "disabled" } else { "enabled" };
    let value = json!({ "NatGatewayId": line.id(), "State": line.option_or("state", "available"), "VpcId": vpc,
        "ConnectivityType": "public", "AvailabilityMode": "regional", "AutoProvisionZones": expands,
        "RouteTableId": table, "NatGatewayAddresses": addresses, "Tags": [] });
    estate.add(line, "nat-gateways", line.id(), &[&home], value)
}

/// What the interfaces of a load balancer are called.
pub struct Front<'f> {
    /// The load balancer.
    pub name: &'f str,
    /// Where its addresses begin on the line.
    pub first_word: usize,
    /// The interfaces' type.
    pub kind: &'f str,
    /// Their description (LB-2).
    pub description: String,
}

/// An interface `eni-NAME` for each subnet of a load balancer, `eni-NAME-2` the second; the VPC that they are in.
pub fn front(estate: &mut Estate, line: &Line, front: &Front) -> Result<String, ShorthandError> {
    let places = line.list("in");
    let first = *places.first().ok_or_else(|| line.error("a load balancer is `in` subnets"))?;
    let vpc = text(estate.need(line, "subnets", first)?, "VpcId").to_owned();
    let home = estate.home(line, "vpcs", &vpc)?;
    let publics = line.list("public");
    for (position, subnet) in places.iter().enumerate() {
        let number = if position == 0 { String::new() } else { format!("-{}", position + 1) };
        let id = format!("eni-{}{number}", front.name);
        let mut found = interface(estate, line, &id, front.kind, subnet, &home)?;
        let word = line.words.get(position + front.first_word);
        let word = word.ok_or_else(|| line.error("an address for each subnet"))?;
        add_address(line, &mut found, word)?;
        found["Description"] = json!(front.description);
        found["Groups"] = groups(estate, line, &vpc, &home)?;
        if let Some(public) = publics.get(position) {
            line.address(public)?;
            associate(&mut found, 0, json!({ "PublicIp": public, "IpOwnerId": "amazon-elb" }));
        }
        estate.add(line, "network-interfaces", &id, &[&home], found)?;
    }
    Ok(vpc)
}

/// `endpoint vpce-s3 s3 in vpc-a tables rtb-a list pl-s3`, or `endpoint vpce-ssm ssm 10.0.1.20 in subnet-a sg sg-e`
pub fn endpoint(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, service) = (line.id(), line.words[1]);
    let places = line.list("in");
    let first = *places.first().ok_or_else(|| line.error("an endpoint is `in` a VPC or in subnets"))?;
    let in_vpc = first.starts_with("vpc-");
    let vpc = if in_vpc { first } else { text(estate.need(line, "subnets", first)?, "VpcId") }.to_owned();
    let home = estate.home(line, "vpcs", &vpc)?;
    let name = match service {
        _ if service.starts_with("vpce-svc-") => balancers::service_name(line, service),
        _ if service.contains('.') || service.starts_with("arn:") => service.to_owned(),
        _ => format!("com.amazonaws.{}.{service}", home.region),
    };
    let kind = line.option_or("type", if in_vpc { "Gateway" } else { "Interface" });
    let mut value = json!({ "VpcEndpointId": id, "VpcEndpointType": kind, "VpcId": vpc, "ServiceName": name,
        "State": line.option_or("state", "available"), "OwnerId": home.account, "RouteTableIds": [], "SubnetIds": [],
        "NetworkInterfaceIds": [], "Groups": [], "DnsEntries": [], "PrivateDnsEnabled": false, "Tags": [] });
    for word in line.list("tables") {
        let table = network::table_of(estate, line, word)?;
        let route = json!({ "DestinationPrefixListId": line.required("list")?, "GatewayId": id,
            "Origin": "CreateRoute", "State": "active" });
        push(estate.change(line, "route-tables", &table)?, "Routes", route);
        push(&mut value, "RouteTableIds", json!(table));
    }
    let has_groups = kind != "Gateway" && kind != "GatewayLoadBalancer";
    if has_groups {
        value["Groups"] = groups(estate, line, &vpc, &home)?;
    }
    for (position, subnet) in places.iter().enumerate().filter(|_| !in_vpc) {
        let number = if position == 0 { String::new() } else { format!("-{}", position + 1) };
        let interface_id = format!("eni-{id}{number}");
        let type_name = if has_groups { "vpc_endpoint" } else { "gateway_load_balancer_endpoint" };
        let mut found = interface(estate, line, &interface_id, type_name, subnet, &home)?;
        let word = line.words.get(position + 2).ok_or_else(|| line.error("an address for each subnet"))?;
        add_address(line, &mut found, word)?;
        found["Groups"] = value["Groups"].clone();
        found["Description"] = json!(format!("VPC Endpoint Interface {id}"));
        estate.add(line, "network-interfaces", &interface_id, &[&home], found)?;
        push(&mut value, "SubnetIds", json!(subnet));
        push(&mut value, "NetworkInterfaceIds", json!(interface_id));
    }
    estate.add(line, "vpc-endpoints", id, &[&home], value)
}
