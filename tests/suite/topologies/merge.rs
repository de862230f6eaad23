//! Two faults in one network: a three-way merge of the repaired snapshot and two broken ones.
//!
//! Objects merge member by member. Lists merge element by element where `KEYS` knows what identifies an element,
//! and are one value elsewhere. The order of merged lists is not kept: AWS promises none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// Both changed the same thing, or one removed what the other changed.
pub struct Conflict;

/// What a snapshot folder holds.
pub type Documents = BTreeMap<PathBuf, Value>;

/// The JSON files of a folder and its subfolders, by their place in it.
pub fn documents(folder: &Path) -> Documents {
    let mut found = Documents::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten() {
            let path = entry.expect("an entry is readable").path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let text = fs::read(&path).expect("a snapshot file is readable");
            let value =
                serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            found.insert(path.strip_prefix(folder).expect("the path is inside").to_path_buf(), value);
        }
    }
    found
}

pub fn write_documents(folder: &Path, documents: &Documents) {
    for (name, value) in documents {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is writable");
        fs::write(path, value.to_string()).expect("the folder is writable");
    }
}

pub fn merge_documents(base: &Documents, one: &Documents, other: &Documents) -> Result<Documents, Conflict> {
    let names: BTreeSet<&PathBuf> = base.keys().chain(one.keys()).chain(other.keys()).collect();
    let mut merged = Documents::new();
    for name in names {
        if let Some(value) = merge("", [base.get(name), one.get(name), other.get(name)])? {
            merged.insert(name.clone(), value);
        }
    }
    Ok(merged)
}

/// `None` is what is not there; `member` is the name under which the value stands.
fn merge(member: &str, [base, one, other]: [Option<&Value>; 3]) -> Result<Option<Value>, Conflict> {
    if one == base || one == other {
        return Ok(other.cloned());
    }
    if other == base {
        return Ok(one.cloned());
    }
    match (base, one, other) {
        (Some(Value::Object(base)), Some(Value::Object(one)), Some(Value::Object(other))) => {
            merge_members([base, one, other]).map(Some)
        }
        (Some(Value::Array(base)), Some(Value::Array(one)), Some(Value::Array(other))) => {
            let Some((_, keys)) = KEYS.iter().find(|(list, _)| *list == member) else { return Err(Conflict) };
            merge_elements(keys, [base, one, other]).map(Some)
        }
        _ => Err(Conflict),
    }
}

fn merge_members(versions: [&Map<String, Value>; 3]) -> Result<Value, Conflict> {
    let names: BTreeSet<&String> = versions.iter().flat_map(|it| it.keys()).collect();
    let mut merged = Map::new();
    for name in names {
        if let Some(value) = merge(name, versions.map(|it| it.get(name)))? {
            merged.insert(name.clone(), value);
        }
    }
    Ok(Value::Object(merged))
}

fn merge_elements(keys: &[&str], versions: [&Vec<Value>; 3]) -> Result<Value, Conflict> {
    let key = |element: &Value| keys.iter().map(|it| element[it].to_string()).collect::<Vec<_>>();
    let by_key =
        versions.map(|it| it.iter().map(|element| (key(element), element)).collect::<BTreeMap<_, _>>());
    let all: BTreeSet<&Vec<String>> = by_key.iter().flat_map(|it| it.keys()).collect();
    let mut merged = Vec::new();
    for key in all {
        merged.extend(merge("", by_key.each_ref().map(|it| it.get(key).copied()))?);
    }
    Ok(Value::Array(merged))
}

/// What identifies an element of a list.
const KEYS: &[(&str, &[&str])] = &[
    ("Vpcs", &["VpcId"]),
    ("Subnets", &["SubnetId"]),
    ("RouteTables", &["RouteTableId"]),
    ("Routes", &["DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"]),
    ("Associations", &["RouteTableAssociationId", "NetworkAclAssociationId"]),
    ("NetworkAcls", &["NetworkAclId"]),
    ("Entries", &["Egress", "RuleNumber"]),
    ("SecurityGroups", &["GroupId"]),
    ("NetworkInterfaces", &["NetworkInterfaceId"]),
    ("Reservations", &["ReservationId"]),
    ("Instances", &["InstanceId"]),
    ("InternetGateways", &["InternetGatewayId"]),
    ("NatGateways", &["NatGatewayId"]),
    ("Addresses", &["AllocationId"]),
    ("VpcEndpoints", &["VpcEndpointId"]),
    ("VpcPeeringConnections", &["VpcPeeringConnectionId"]),
    ("LoadBalancers", &["LoadBalancerArn"]),
    ("Listeners", &["ListenerArn"]),
    ("TargetGroups", &["TargetGroupArn"]),
    ("TransitGateways", &["TransitGatewayId"]),
    ("TransitGatewayAttachments", &["TransitGatewayAttachmentId"]),
    ("TransitGatewayVpcAttachments", &["TransitGatewayAttachmentId"]),
];
