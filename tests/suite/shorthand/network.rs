//! VPCs, subnets, route tables, and the gateways that routes lead to.

use serde_json::{Value, json};

use super::estate::{Estate, list, push, stem, text};
use super::filters;
use super::parse::{Block, Home, Line, ShorthandError};

type Expanded = Result<(), ShorthandError>;

/// `vpc vpc-a 10.0.0.0/16 2001:db8:a::/56`
pub fn vpc(estate: &mut Estate, line: &Line) -> Expanded {
    let id = line.id();
    let (mut fours, mut sixes) = (Vec::new(), Vec::new());
    let words = line.words[1..].iter().map(|word| (*word, "associated", "public"));
    let gone = line.list("disassociated").into_iter().map(|word| (word, "disassociated", "public"));
    let private = line.list("private-ipv6").into_iter().map(|word| (word, "associated", "private"));
    for (word, state, attribute) in words.chain(gone).chain(private) {
        let association = format!("vpc-cidr-assoc-{word}");
        match line.cidr(word)? {
            Block::V4(block) => fours.push(json!({ "AssociationId": association, "CidrBlock": block,
                "CidrBlockState": { "State": state } })),
            Block::V6(block) => sixes.push(json!({ "AssociationId": association, "Ipv6CidrBlock": block,
                "Ipv6CidrBlockState": { "State": state }, "Ipv6AddressAttribute": attribute,
                "NetworkBorderGroup": line.home.region })),
        }
    }
    let primary = fours.first().ok_or_else(|| line.error("a VPC has an IPv4 block"))?["CidrBlock"].clone();
    let value = json!({ "VpcId": id, "OwnerId": line.home.account, "State": "available", "IsDefault": false,
        "InstanceTenancy": "default", "DhcpOptionsId": "dopt-default", "CidrBlock": primary, "Tags": [],
        "CidrBlockAssociationSet": fours, "Ipv6CidrBlockAssociationSet": sixes });
    estate.add(line, "vpcs", id, &[&line.home], value)?;
    new_table(estate, line, &format!("rtb-main-{}", stem(id)), id, json!([{ "Main": true }]))?;
    filters::new_acl(estate, line, &format!("acl-default-{}", stem(id)), id, true)?;
    filters::default_group(estate, line, id)
}

/// The blocks of a VPC that are in force, IPv4 first.
pub fn blocks(vpc: &Value) -> Vec<String> {
    let fours = list(vpc, "CidrBlockAssociationSet").iter();
    let fours =
        fours.filter(|it| it["CidrBlockState"]["State"] == "associated").map(|it| text(it, "CidrBlock"));
    let sixes = list(vpc, "Ipv6CidrBlockAssociationSet").iter();
    let sixes = sixes
        .filter(|it| it["Ipv6CidrBlockState"]["State"] == "associated")
        .map(|it| text(it, "Ipv6CidrBlock"));
    fours.chain(sixes).map(str::to_owned).collect()
}

/// `table rtb-a in vpc-a`
pub fn table(estate: &mut Estate, line: &Line) -> Expanded {
    let vpc = line.required("in")?;
    let associations: Vec<Value> = line.list("gateway").iter().map(|it| json!({ "GatewayId": it })).collect();
    new_table(estate, line, line.id(), vpc, json!(associations))?;
    for gateway in line.list("propagates") {
        let table = estate.change(line, "route-tables", line.id())?;
        push(table, "PropagatingVgws", json!({ "GatewayId": gateway }));
    }
    Ok(())
}

/// A table with the local routes of its VPC.
pub fn new_table(estate: &mut Estate, line: &Line, id: &str, vpc: &str, associations: Value) -> Expanded {
    let home = estate.home(line, "vpcs", vpc)?;
    let blocks = blocks(estate.need(line, "vpcs", vpc)?);
    let mut value = json!({ "RouteTableId": id, "VpcId": vpc, "OwnerId": home.account, "PropagatingVgws": [],
        "Tags": [], "Associations": [], "Routes": [] });
    for block in blocks {
        let local = json!({ destination(&block): block, "GatewayId": "local", "Origin": "CreateRouteTable",
            "State": "active" });
        push(&mut value, "Routes", local);
    }
    estate.add(line, "route-tables", id, &[&home], value)?;
    for association in associations.as_array().into_iter().flatten() {
        associate(estate, line, id, association.clone())?;
    }
    Ok(())
}

fn associate(estate: &mut Estate, line: &Line, table: &str, mut association: Value) -> Expanded {
    if association.get("Main").is_none() {
        association["Main"] = json!(false);
    }
    association["RouteTableId"] = json!(table);
    association["AssociationState"] = json!({ "State": "associated" });
    let value = estate.change(line, "route-tables", table)?;
    association["RouteTableAssociationId"] =
        json!(format!("rtbassoc-{}-{}", stem(table), list(value, "Associations").len()));
    push(value, "Associations", association);
    Ok(())
}

/// `subnet subnet-web 10.0.1.0/24 in vpc-a zone b`
pub fn subnet(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, vpc) = (line.id(), line.required("in")?);
    let home = estate.home(line, "vpcs", vpc)?;
    let (zone, zone_id) = zone(estate, line, &home, line.option_or("zone", "a"))?;
    let arn = format!("arn:aws:ec2:{}:{}:subnet/{id}", home.region, home.account);
    let mut value = json!({ "SubnetId": id, "SubnetArn": arn, "VpcId": vpc, "OwnerId": home.account,
        "State": "available", "AvailabilityZone": zone, "AvailabilityZoneId": zone_id,
        "MapPublicIpOnLaunch": false, "AssignIpv6AddressOnCreation": false, "Ipv6Native": true,
        "Ipv6CidrBlockAssociationSet": [], "Tags": [] });
    for word in &line.words[1..] {
        match line.cidr(word)? {
            Block::V4(block) => {
                value["CidrBlock"] = json!(block);
                value["Ipv6Native"] = json!(false);
            }
            Block::V6(block) => {
                let association = json!({ "AssociationId": format!("subnet-cidr-assoc-{word}"),
                    "Ipv6CidrBlock": block, "Ipv6CidrBlockState": { "State": "associated" } });
                push(&mut value, "Ipv6CidrBlockAssociationSet", association);
            }
        }
    }
    estate.add(line, "subnets", id, &[&home], value)?;
    for account in line.list("shared-with") {
        let home = Home { account: account.to_owned(), region: home.region.clone() };
        estate.share(line, "subnets", id, home)?;
    }
    if let Some(table) = line.option("table") {
        associate(estate, line, table, json!({ "SubnetId": id }))?;
    }
    let default = format!("acl-default-{}", stem(vpc));
    let acl = line.option("acl").unwrap_or(&default);
    let association = json!({ "NetworkAclAssociationId": format!("aclassoc-{}", stem(id)),
        "NetworkAclId": acl, "SubnetId": id });
    push(estate.change(line, "network-acls", acl)?, "Associations", association);
    Ok(())
}

/// `local-zone lon-1a parent b`
pub fn local_zone(estate: &mut Estate, line: &Line) -> Expanded {
    let (parent, parent_id) = zone(estate, line, &line.home, line.required("parent")?)?;
    let region = &line.home.region;
    let name = format!("{region}-{}", line.id());
    let group = name.trim_end_matches(char::is_alphabetic);
    let place = line.id().replace('-', "");
    let zone_id = format!("{}-{}-az1", short(region), place.trim_end_matches(char::is_alphabetic));
    let value = json!({ "ZoneName": name, "ZoneId": zone_id, "RegionName": region, "State": "available",
        "ZoneType": "local-zone", "ParentZoneName": parent, "ParentZoneId": parent_id,
        "GroupName": group, "NetworkBorderGroup": group });
    estate.add(line, "availability-zones", &format!("{}/{name}", line.home.account), &[&line.home], value)
}

/// The name and id of a zone: `b`; `b:1` for an account that calls the first zone b; `lon-1a` of another line.
pub fn zone(
    estate: &mut Estate,
    line: &Line,
    home: &Home,
    word: &str,
) -> Result<(String, String), ShorthandError> {
    let (letter, number) = word.split_once(':').unwrap_or((word, ""));
    let dash = if letter.len() > 1 { "-" } else { "" };
    let name = format!("{}{dash}{letter}", home.region);
    let key = format!("{}/{name}", home.account);
    if let Some(value) = estate.get("availability-zones", &key) {
        return Ok((name, text(value, "ZoneId").to_owned()));
    }
    let ordinal = letter.bytes().next().filter(|it| letter.len() == 1 && it.is_ascii_lowercase());
    let ordinal = ordinal.ok_or_else(|| line.unknown(word))? - b'a' + 1;
    let number = if number.is_empty() { ordinal.to_string() } else { number.to_owned() };
    let zone_id = format!("{}-az{number}", short(&home.region));
    let value = json!({ "ZoneName": name, "ZoneId": zone_id, "RegionName": home.region, "State": "available",
        "ZoneType": "availability-zone", "GroupName": home.region, "NetworkBorderGroup": home.region });
    estate.add(line, "availability-zones", &key, &[home], value)?;
    Ok((name, zone_id))
}

/// `euw1` of `eu-west-1`, as in ids of zones.
fn short(region: &str) -> String {
    let mut parts = region.split('-');
    let (area, way) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let way = match way {
        "northeast" | "northwest" | "southeast" | "southwest" => format!("{}{}", &way[..1], &way[5..6]),
        _ => way.chars().take(1).collect(),
    };
    format!("{area}{way}{}", parts.next().unwrap_or_default())
}

/// `igw igw-a in vpc-a`
pub fn igw(estate: &mut Estate, line: &Line) -> Expanded {
    gateway(estate, line, line.id(), line.option("in"))
}

/// An internet or egress-only internet gateway: the id tells which.
fn gateway(estate: &mut Estate, line: &Line, id: &str, vpc: Option<&str>) -> Expanded {
    let home = vpc.map_or(Ok(line.home.clone()), |vpc| estate.home(line, "vpcs", vpc))?;
    let attachments: Vec<Value> = vpc
        .iter()
        .map(|vpc| json!({ "VpcId": vpc, "State": line.option_or("state", "available") }))
        .collect();
    let (call, member) = if id.starts_with("eigw-") {
        ("egress-only-internet-gateways", "EgressOnlyInternetGatewayId")
    } else {
        ("internet-gateways", "InternetGatewayId")
    };
    let value = json!({ member: id, "OwnerId": home.account, "Attachments": attachments, "Tags": [] });
    estate.add(line, call, id, &[&home], value)
}

/// `route subnet-web 0.0.0.0/0 -> igw-a`
pub fn route(estate: &mut Estate, line: &Line) -> Expanded {
    let table = table_of(estate, line, line.id())?;
    let (word, target) = (line.words[1], line.required("->")?);
    let origin = match (line.has("propagated"), line.has("advertised")) {
        (true, _) => "EnableVgwRoutePropagation",
        (_, true) => "Advertisement",
        _ => "CreateRoute",
    };
    if !word.starts_with("pl-") {
        line.cidr(word)?;
    }
    let member = destination(word);
    let state = if line.has("blackhole") { "blackhole" } else { "active" };
    let mut value = json!({ member: word, "Origin": origin, "State": state });
    aim(estate, line, &table, &mut value, target)?;
    let table = estate.change(line, "route-tables", &table)?;
    let row = json!({ "GatewayId": target });
    if origin == "EnableVgwRoutePropagation" && !list(table, "PropagatingVgws").contains(&row) {
        push(table, "PropagatingVgws", row);
    }
    // A written route takes the place of the local one, a propagated one stands beside it.
    let local = list(table, "Routes").iter().position(|it| it["GatewayId"] == "local" && it[member] == word);
    match local.filter(|_| origin == "CreateRoute") {
        Some(position) => table["Routes"][position] = value,
        None => push(table, "Routes", value),
    }
    Ok(())
}

fn destination(word: &str) -> &'static str {
    match word {
        _ if word.starts_with("pl-") => "DestinationPrefixListId",
        _ if word.contains(':') => "DestinationIpv6CidrBlock",
        _ => "DestinationCidrBlock",
    }
}

/// The member that AWS has for a route's target, by how the target begins.
const TARGETS: &[(&str, &str)] = &[
    ("local", "GatewayId"),
    ("igw-", "GatewayId"),
    ("vgw-", "GatewayId"),
    ("vpce-", "GatewayId"),
    ("VpcLattice", "GatewayId"),
    ("eigw-", "EgressOnlyInternetGatewayId"),
    ("nat-", "NatGatewayId"),
    ("eni-", "NetworkInterfaceId"),
    ("i-", "InstanceId"),
    ("pcx-", "VpcPeeringConnectionId"),
    ("tgw-", "TransitGatewayId"),
    ("cagw-", "CarrierGatewayId"),
    ("lgw-", "LocalGatewayId"),
    ("arn:aws:networkmanager:", "CoreNetworkArn"),
    ("arn:aws:odb:", "OdbNetworkArn"),
];

/// Writes a route's target, and makes the gateways that are implied by it.
fn aim(estate: &mut Estate, line: &Line, table: &str, route: &mut Value, target: &str) -> Expanded {
    let row = TARGETS.iter().find(|(beginning, _)| target.starts_with(beginning));
    let Some((beginning, member)) = row else {
        let address = line.address(target)?;
        route["IpAddress"] = json!(address);
        return Ok(());
    };
    route[*member] = json!(target);
    let implied = match *beginning {
        "igw-" => estate.get("internet-gateways", target).is_none(),
        "eigw-" => estate.get("egress-only-internet-gateways", target).is_none(),
        _ => false,
    };
    if implied {
        let vpc = text(estate.need(line, "route-tables", table)?, "VpcId").to_owned();
        gateway(estate, line, target, Some(&vpc))?;
    }
    if let Some(interface) = estate.get("network-interfaces", target) {
        route["InstanceId"] = interface["Attachment"]["InstanceId"].clone();
        route["InstanceOwnerId"] = interface["OwnerId"].clone();
    }
    Ok(())
}

/// The table that a table, a subnet, a VPC or a regional NAT gateway goes by. A subnet without a table of
/// its own gets one, so that its routes are nobody else's.
pub fn table_of(estate: &mut Estate, line: &Line, word: &str) -> Result<String, ShorthandError> {
    match word.split('-').next().unwrap_or_default() {
        "rtb" => Ok(word.to_owned()),
        "vpc" => Ok(format!("rtb-main-{}", stem(word))),
        "nat" => Ok(format!("rtb-{word}")),
        "subnet" => {
            let vpc = text(estate.need(line, "subnets", word)?, "VpcId").to_owned();
            let row = |table: &Value| list(table, "Associations").iter().any(|it| it["SubnetId"] == word);
            if let Some((id, _)) = estate.all("route-tables").find(|(_, table)| row(table)) {
                return Ok(id.to_owned());
            }
            let id = format!("rtb-{}", stem(word));
            new_table(estate, line, &id, &vpc, json!([{ "SubnetId": word }]))?;
            Ok(id)
        }
        _ => Err(line.unknown(word)),
    }
}

/// `pcx pcx-ab vpc-a vpc-b status pending-acceptance`
pub fn pcx(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, requester, accepter) = (line.id(), line.words[1], line.words[2]);
    let near = estate.home(line, "vpcs", requester)?;
    let far = estate.home(line, "vpcs", accepter).unwrap_or_else(|_| Home {
        account: line.option_or("account", &near.account).to_owned(),
        region: line.option_or("region", &near.region).to_owned(),
    });
    let status = line.option_or("status", "active");
    let mut far_blocks = estate.get("vpcs", accepter).map(blocks).unwrap_or_default();
    for word in &line.words[3..] {
        line.cidr(word)?;
        far_blocks.push((*word).to_owned());
    }
    let near_blocks = blocks(estate.need(line, "vpcs", requester)?);
    let side = |vpc: &str, home: &Home, blocks: &[String]| {
        let mut side = json!({ "VpcId": vpc, "OwnerId": home.account, "Region": home.region });
        // PCX-1: only a connection in use tells the other side's blocks.
        if status == "active" {
            let (sixes, fours): (Vec<&String>, Vec<&String>) = blocks.iter().partition(|it| it.contains(':'));
            side["CidrBlock"] = json!(fours.first());
            side["CidrBlockSet"] = fours.iter().map(|it| json!({ "CidrBlock": it })).collect();
            side["Ipv6CidrBlockSet"] = sixes.iter().map(|it| json!({ "Ipv6CidrBlock": it })).collect();
        }
        side
    };
    let value = json!({ "VpcPeeringConnectionId": id, "Status": { "Code": status, "Message": status }, "Tags": [],
        "RequesterVpcInfo": side(requester, &near, &near_blocks),
        "AccepterVpcInfo": side(accepter, &far, &far_blocks) });
    let known = estate.get("vpcs", accepter).is_some();
    let homes: &[&Home] = if known { &[&near, &far] } else { &[&near] };
    estate.add(line, "vpc-peering-connections", id, homes, value)
}

/// `bpa block-bidirectional`
pub fn bpa(estate: &mut Estate, line: &Line) -> Expanded {
    let value = json!({ "AwsAccountId": line.home.account, "AwsRegion": line.home.region,
        "State": "update-complete", "InternetGatewayBlockMode": line.id(), "ManagedBy": "account",
        "ExclusionsAllowed": "allowed" });
    let id = format!("{}/{}", line.home.account, line.home.region);
    estate.add(line, "vpc-block-public-access-options", &id, &[&line.home], value)
}

/// `bpa-exclusion subnet-web allow-bidirectional`
pub fn bpa_exclusion(estate: &mut Estate, line: &Line) -> Expanded {
    let (resource, mode) = (line.id(), line.words[1]);
    let (call, kind) = if resource.starts_with("vpc-") { ("vpcs", "vpc") } else { ("subnets", "subnet") };
    let home = estate.home(line, call, resource)?;
    let id = format!("vpcbpa-exclude-{resource}");
    let arn = format!("arn:aws:ec2:{}:{}:{kind}/{resource}", home.region, home.account);
    let value = json!({ "ExclusionId": id, "ResourceArn": arn, "InternetGatewayExclusionMode": mode,
        "State": line.option_or("state", "create-complete"), "Tags": [] });
    estate.add(line, "vpc-block-public-access-exclusions", &id, &[&home], value)
}
