//! Transit gateways: attachments, tables, and the routes that propagation puts into them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::estate::{Estate, list, push, stem, text};
use super::network::blocks;
use super::parse::{Home, Line, ShorthandError};

type Expanded = Result<(), ShorthandError>;

/// `tgw tgw-x`
pub fn tgw(estate: &mut Estate, line: &Line) -> Expanded {
    let id = line.id();
    let table = format!("tgw-rtb-{}", stem(id));
    let default = if line.has("no-default-table") { "disable" } else { "enable" };
    let mut value = json!({ "TransitGatewayId": id, "State": "available", "OwnerId": line.home.account, "Tags": [],
        "TransitGatewayArn": format!("arn:aws:ec2:{}:{}:transit-gateway/{id}", line.home.region, line.home.account),
        "Options": { "AmazonSideAsn": 64512, "AutoAcceptSharedAttachments": "disable", "DnsSupport": "enable",
            "VpnEcmpSupport": "enable", "MulticastSupport": "disable",
            "SecurityGroupReferencingSupport": line.option_or("sg-references", "disable"),
            "DefaultRouteTableAssociation": default, "DefaultRouteTablePropagation": default } });
    if default == "enable" {
        value["Options"]["AssociationDefaultRouteTableId"] = json!(table);
        value["Options"]["PropagationDefaultRouteTableId"] = json!(table);
        new_table(estate, line, &table, id, &line.home)?;
        estate.change(line, "transit-gateway-route-tables", &table)?["DefaultAssociationRouteTable"] =
            json!(true);
        estate.change(line, "transit-gateway-route-tables", &table)?["DefaultPropagationRouteTable"] =
            json!(true);
    }
    estate.add(line, "transit-gateways", id, &[&line.home], value)
}

/// `tgw-table tgw-rtb-spokes in tgw-x`
pub fn table(estate: &mut Estate, line: &Line) -> Expanded {
    let gateway = line.required("in")?;
    let home = estate.home(line, "transit-gateways", gateway)?;
    new_table(estate, line, line.id(), gateway, &home)
}

fn new_table(estate: &mut Estate, line: &Line, id: &str, gateway: &str, home: &Home) -> Expanded {
    let value = json!({ "TransitGatewayRouteTableId": id, "TransitGatewayId": gateway, "State": "available",
        "DefaultAssociationRouteTable": false, "DefaultPropagationRouteTable": false, "Tags": [] });
    estate.add(line, "transit-gateway-route-tables", id, &[home], value)?;
    let lists = [
        ("transit-gateway-routes", "Routes"),
        ("transit-gateway-route-table-associations", "Associations"),
        ("transit-gateway-route-table-propagations", "TransitGatewayRouteTablePropagations"),
        ("transit-gateway-prefix-list-references", "TransitGatewayPrefixListReferences"),
    ];
    for (call, key) in lists {
        let mut value = json!({ "TransitGatewayRouteTableId": id, key: [] });
        if key == "Routes" {
            value["AdditionalRoutesAvailable"] = json!(false);
        }
        estate.add(line, call, id, &[home], value)?;
    }
    Ok(())
}

/// What an attachment leads to, as every answer about it repeats.
struct Resource<'line> {
    kind: &'line str,
    id: &'line str,
}

/// `tgw-attachment tgw-attach-a vpc-a to tgw-x in subnet-a`
pub fn attachment(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, vpc, gateway) = (line.id(), line.words[1], line.required("to")?);
    let near = estate.home(line, "vpcs", vpc)?;
    let far = estate.home(line, "transit-gateways", gateway)?;
    let subnets = line.list("in");
    for subnet in &subnets {
        estate.need(line, "subnets", subnet)?;
    }
    let value = json!({ "TransitGatewayAttachmentId": id, "TransitGatewayId": gateway, "VpcId": vpc,
        "VpcOwnerId": near.account, "State": line.option_or("state", "available"), "SubnetIds": subnets, "Tags": [],
        "Options": { "DnsSupport": "enable", "Ipv6Support": line.option_or("ipv6", "disable"),
            "ApplianceModeSupport": line.option_or("appliance-mode", "disable"),
            "SecurityGroupReferencingSupport": line.option_or("sg-references", "enable") } });
    estate.add(line, "transit-gateway-vpc-attachments", id, &[&near, &far], value)?;
    let table = line.option("table").unwrap_or(&default_table(estate, line, gateway)?).to_owned();
    let resource = Resource { kind: "vpc", id: vpc };
    attach(estate, line, &resource, [&near, &far], &table)?;
    let default = default_table(estate, line, gateway)?;
    for table in line.option("propagates").unwrap_or(&default).split(',').filter(|table| *table != "none") {
        let row = json!({ "TransitGatewayAttachmentId": id, "ResourceId": vpc, "ResourceType": "vpc",
            "State": "enabled" });
        let value = estate.change(line, "transit-gateway-route-table-propagations", table)?;
        push(value, "TransitGatewayRouteTablePropagations", row);
    }
    Ok(())
}

/// `tgw-other tgw-attach-v vpn vpn-a to tgw-x`
pub fn other(estate: &mut Estate, line: &Line) -> Expanded {
    let gateway = line.required("to")?;
    let home = estate.home(line, "transit-gateways", gateway)?;
    let table = line.option("table").unwrap_or(&default_table(estate, line, gateway)?).to_owned();
    let resource = Resource { kind: line.words[1], id: line.words[2] };
    attach(estate, line, &resource, [&home, &home], &table)
}

/// The table that a gateway's attachments use and propagate into unless told otherwise, or `none`.
fn default_table(estate: &Estate, line: &Line, gateway: &str) -> Result<String, ShorthandError> {
    let options = &estate.need(line, "transit-gateways", gateway)?["Options"];
    let table = text(options, "AssociationDefaultRouteTableId");
    Ok(if table.is_empty() { "none" } else { table }.to_owned())
}

/// The row that every kind of attachment has, and its association.
fn attach(
    estate: &mut Estate,
    line: &Line,
    resource: &Resource,
    [near, far]: [&Home; 2],
    table: &str,
) -> Expanded {
    let mut value = json!({ "TransitGatewayAttachmentId": line.id(), "TransitGatewayId": line.required("to")?,
        "TransitGatewayOwnerId": far.account, "ResourceOwnerId": near.account, "ResourceType": resource.kind,
        "ResourceId": resource.id, "State": line.option_or("state", "available"), "Tags": [] });
    if let Some(policy) = line.option("policy-table") {
        value["Association"] = json!({ "TransitGatewayPolicyTableId": policy, "State": "associated" });
    } else if table != "none" {
        value["Association"] = json!({ "TransitGatewayRouteTableId": table, "State": "associated" });
        associate(estate, line, table, resource)?;
    }
    estate.add(line, "transit-gateway-attachments", line.id(), &[near, far], value)
}

/// An attachment's row among those that use a table.
fn associate(estate: &mut Estate, line: &Line, table: &str, resource: &Resource) -> Expanded {
    let row = json!({ "TransitGatewayAttachmentId": line.id(), "ResourceId": resource.id,
        "ResourceType": resource.kind, "State": "associated" });
    push(estate.change(line, "transit-gateway-route-table-associations", table)?, "Associations", row);
    Ok(())
}

/// `tgw-peering tgw-attach-xy tgw-x tgw-y`: static routes only (TGW-16), and a row and an association on
/// either side.
pub fn peering(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, sides) = (line.id(), [line.words[1], line.words[2]]);
    let near = estate.home(line, "transit-gateways", sides[0])?;
    let far = estate.home(line, "transit-gateways", sides[1])?;
    let state = line.option_or("state", "available");
    let side = |position: usize| {
        let home = [&near, &far][position];
        json!({ "TransitGatewayId": sides[position], "OwnerId": home.account, "Region": home.region })
    };
    let value = json!({ "TransitGatewayAttachmentId": id, "State": state, "Tags": [],
        "RequesterTgwInfo": side(0), "AccepterTgwInfo": side(1) });
    estate.add(line, "transit-gateway-peering-attachments", id, &[&near, &far], value)?;
    for (position, home) in [&near, &far].into_iter().enumerate() {
        let (own, peer) = (sides[position], sides[1 - position]);
        let default = default_table(estate, line, own)?;
        let table = line.list("tables").get(position).copied().unwrap_or(&default).to_owned();
        associate(estate, line, &table, &Resource { kind: "peering", id: peer })?;
        let association = json!({ "TransitGatewayRouteTableId": table, "State": "associated" });
        let value = json!({ "TransitGatewayAttachmentId": id, "TransitGatewayId": own, "ResourceId": peer,
            "TransitGatewayOwnerId": home.account, "ResourceOwnerId": far.account, "ResourceType": "peering",
            "State": state, "Association": association, "Tags": [] });
        let element = if position == 0 { id.to_owned() } else { format!("{id}/far") };
        estate.add(line, "transit-gateway-attachments", &element, &[home], value)?;
    }
    Ok(())
}

/// `tgw-route tgw-rtb-x 10.1.0.0/16 -> tgw-attach-b`
pub fn route(estate: &mut Estate, line: &Line) -> Expanded {
    let (table, destination, target) = (line.id(), line.words[1], line.required("->")?);
    let mut attachments = Vec::new();
    for id in target.split(',').filter(|id| *id != "blackhole") {
        let found = estate.need(line, "transit-gateway-attachments", id)?;
        attachments.push(json!({ "TransitGatewayAttachmentId": id, "ResourceId": found["ResourceId"],
            "ResourceType": found["ResourceType"] }));
    }
    let blackhole = attachments.is_empty();
    let state = if blackhole { "blackhole" } else { "active" };
    let kind = if line.has("propagated") { "propagated" } else { "static" };
    let mut row = json!({ "Type": kind, "State": state, "TransitGatewayAttachments": attachments });
    if !destination.starts_with("pl-") {
        line.cidr(destination)?;
        row["DestinationCidrBlock"] = json!(destination);
        push(estate.change(line, "transit-gateway-routes", table)?, "Routes", row);
        return Ok(());
    }
    row["PrefixListId"] = json!(destination);
    let entries = estate.get("managed-prefix-list-entries", destination);
    let entries = entries.map(|it| list(it, "Entries").to_vec()).unwrap_or_default();
    for entry in entries {
        row["DestinationCidrBlock"] = entry["Cidr"].clone();
        push(estate.change(line, "transit-gateway-routes", table)?, "Routes", row.clone());
    }
    let mut reference = json!({ "TransitGatewayRouteTableId": table, "PrefixListId": destination,
        "PrefixListOwnerId": line.home.account, "State": "available", "Blackhole": blackhole });
    if let Some(attachment) = attachments.first() {
        reference["TransitGatewayAttachment"] = attachment.clone();
    }
    let value = estate.change(line, "transit-gateway-prefix-list-references", table)?;
    push(value, "TransitGatewayPrefixListReferences", reference);
    Ok(())
}

/// `tgw-nat tgw-attach-a 10.0.0.0/16 -> 100.64.0.0/16`
pub fn nat(estate: &mut Estate, line: &Line) -> Expanded {
    let (id, from, to) = (line.id(), line.words[1], line.required("->")?);
    line.cidr(from)?;
    line.cidr(to)?;
    estate.change(line, "transit-gateway-attachments", id)?["NatGatewaySupport"] = json!("enabled");
    let gateway = text(estate.need(line, "transit-gateway-attachments", id)?, "TransitGatewayId").to_owned();
    let home = estate.home(line, "transit-gateways", &gateway)?;
    if line.has("unread") {
        return Ok(());
    }
    let rule = json!({ "RuleNumber": 1, "MatchSourceCidr": from, "NatCidr": to,
        "State": line.option_or("state", "activated") });
    let value = json!({ "TransitGatewayAttachmentId": id, "NatGatewayRules": [rule] });
    estate.add(line, "transit-gateway-attachment-nat-configuration", id, &[&home], value)
}

/// Completes the answers of `search-transit-gateway-routes`: blocks of VPCs that propagate, and of several
/// routes for one block only the preferred one, as AWS shows them (TGW-7, TGW-8, TGW-8e).
pub fn derive_routes(estate: &mut Estate) {
    let mut derived: Vec<(String, Value)> = Vec::new();
    for (table, value) in estate.all("transit-gateway-route-table-propagations") {
        for row in list(value, "TransitGatewayRouteTablePropagations") {
            let id = text(row, "TransitGatewayAttachmentId");
            for (block, kind) in propagated_blocks(estate, id) {
                let attachment = json!({ "TransitGatewayAttachmentId": id, "ResourceId": row["ResourceId"],
                    "ResourceType": row["ResourceType"] });
                derived.push((
                    table.to_owned(),
                    json!({ "DestinationCidrBlock": block, "Type": kind,
                    "State": "active", "TransitGatewayAttachments": [attachment] }),
                ));
            }
        }
    }
    let tables: Vec<String> = estate.all("transit-gateway-routes").map(|(id, _)| id.to_owned()).collect();
    for table in tables {
        let routes = estate.routes_of(&table);
        routes.extend(derived.iter().filter(|(id, _)| *id == table).map(|(_, route)| route.clone()));
        // A stable sort: of equals the first propagated one stays.
        routes.sort_by_key(|route| match (text(route, "Type"), route["PrefixListId"].is_null()) {
            ("static", true) => 0,
            ("static", false) => 1,
            _ => 2,
        });
        let mut seen = BTreeSet::new();
        routes.retain(|route| seen.insert(text(route, "DestinationCidrBlock").to_owned()));
    }
}

/// What an attachment propagates: its VPC's blocks, translated ones under their new name (TGW-21).
fn propagated_blocks(estate: &Estate, id: &str) -> Vec<(String, &'static str)> {
    let Some(attachment) = estate.get("transit-gateway-vpc-attachments", id) else { return Vec::new() };
    let Some(vpc) = estate.get("vpcs", text(attachment, "VpcId")) else { return Vec::new() };
    if attachment["State"] != "available" {
        return Vec::new();
    }
    let sixes = attachment["Options"]["Ipv6Support"] == "enable";
    let rules = estate.get("transit-gateway-attachment-nat-configuration", id);
    let rules = rules.map(|it| list(it, "NatGatewayRules")).unwrap_or_default();
    let translated = |block: String| {
        let rule = rules.iter().find(|rule| rule["MatchSourceCidr"] == block && rule["State"] == "activated");
        rule.map_or((block, "propagated"), |rule| (text(rule, "NatCidr").to_owned(), "system"))
    };
    blocks(vpc).into_iter().filter(|block| sixes || !block.contains(':')).map(translated).collect()
}
