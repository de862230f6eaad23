//! Reads an element by its shape.

use std::net::IpAddr;

use compact_str::{CompactString, format_compact};
use serde_json::Value;

use super::shapes::Shape;
use super::{ManagedService, ServiceFamily, Wire, id_of, label};
use crate::model::{
    About, ElementError, NetworkInterfaceId, Reading, SecurityGroupId, SubnetId, Tags, VpcId,
};

/// The service that an element is.
pub(super) fn read(
    shape: &Shape,
    wire: &Wire,
    reading: &mut Reading,
) -> Result<ManagedService, ElementError> {
    let family = shape.family;
    let name = joined(wire, shape.name)?.ok_or(ElementError::Missing(shape.name[shape.name.len() - 1]))?;
    let arn = texts(wire, shape.arn)?.into_iter().next();
    let about = about(shape, wire, arn.as_deref(), reading)?;
    let part_of = joined(wire, shape.part_of)?;
    // A task is called by its service.
    let label = match (&part_of, family) {
        (Some(service), ServiceFamily::Ecs) => label(family, service),
        _ => label(family, about.name().unwrap_or(&name)),
    };
    let ports = all(wire, shape.ports)?;
    let port = ports.first().map(|text| port(shape, text)).transpose()?;
    let addresses = all(wire, shape.addresses)?;
    let ids = |path| texts(wire, path);
    Ok(ManagedService {
        id: id_of(family, &name, &about),
        about,
        family,
        label,
        name,
        arn,
        part_of,
        members: ids(shape.members)?.into(),
        dns_names: all(wire, shape.dns_names)?.iter().map(|it| host(it)).collect(),
        port: port.filter(|it| *it != 0).or(family.port()),
        is_public: find(wire, shape.is_public).first().and_then(|it| it.as_bool()),
        is_private: find(wire, shape.is_private).first().and_then(|it| it.as_bool()),
        vpc: ids(shape.vpc)?.into_iter().next().map(VpcId),
        subnets: ids(shape.subnets)?.into_iter().map(SubnetId).collect(),
        zones: all(wire, shape.zones)?.into(),
        groups: ids(shape.groups)?.into_iter().map(SecurityGroupId).collect(),
        interfaces: ids(shape.interfaces)?.into_iter().map(NetworkInterfaceId).collect(),
        addresses: addresses
            .iter()
            .map(|it| crate::model::about::address("IpAddress", it))
            .collect::<Result<Box<[IpAddr]>, ElementError>>()?,
    })
}

/// Tags stand under several names; the name that the service gives beside them counts as a tag.
fn about(shape: &Shape, wire: &Wire, arn: Option<&str>, reading: &Reading) -> Result<About, ElementError> {
    let listed = ["Tags", "TagList", "TagSet"].iter().find_map(|member| wire.get(*member));
    let mut tags: Tags = listed.and_then(|it| serde_json::from_value(it.clone()).ok()).unwrap_or_default();
    if let Some(title) = texts(wire, shape.title)?.into_iter().next().filter(|_| tags.name().is_none()) {
        let named = serde_json::json!([{ "Key": "Name", "Value": title.as_str() }]);
        tags = serde_json::from_value(named).unwrap_or_default();
    }
    let owner = wire.get("OwnerId").and_then(Value::as_str).map(CompactString::from);
    Ok(reading.about(owner, arn, Some(tags)))
}

fn port(shape: &Shape, text: &str) -> Result<u16, ElementError> {
    let member = shape.ports.first().copied().unwrap_or_default();
    let malformed = |_| ElementError::Malformed { member, text: text.to_owned(), expected: "a port" };
    text.parse().map_err(malformed)
}

/// A host's name without what an address of the web has around it.
fn host(text: &str) -> CompactString {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let end = rest.find(['/', ':']).unwrap_or(rest.len());
    rest[..end].into()
}

/// Several members as one name; nothing where one of them is missing or names something else.
fn joined(wire: &Wire, paths: &[&'static str]) -> Result<Option<CompactString>, ElementError> {
    let mut name = CompactString::default();
    for path in paths {
        let Some(text) = texts(wire, path)?.into_iter().next() else { return Ok(None) };
        let last = if text.starts_with("arn:") { text.rsplit('/').next().unwrap_or(&text) } else { &text };
        // A task's group is its service, or the family of a task that runs alone.
        let part = match (*path, last.split_once(':')) {
            ("group", Some(("service", service))) => service,
            ("group", _) => return Ok(None),
            _ => last,
        };
        let slash = if name.is_empty() { "" } else { "/" };
        name = format_compact!("{name}{slash}{part}");
    }
    Ok(Some(name).filter(|name| !name.is_empty()))
}

fn all(wire: &Wire, paths: &[&'static str]) -> Result<Vec<CompactString>, ElementError> {
    let mut found = Vec::new();
    for path in paths {
        for text in texts(wire, path)? {
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    Ok(found)
}

/// The texts and numbers at a path; absent, null and empty are nothing (JS-2).
fn texts(wire: &Wire, path: &'static str) -> Result<Vec<CompactString>, ElementError> {
    let mut found = Vec::new();
    for value in find(wire, path) {
        match value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => found.push(CompactString::from(text.as_str())),
            Value::Number(number) => found.push(format_compact!("{number}")),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                let text = value.to_string().chars().take(60).collect();
                return Err(ElementError::Malformed { member: path, text, expected: "a text" });
            }
        }
    }
    Ok(found)
}

/// The values at a path.
fn find<'v>(wire: &'v Wire, path: &str) -> Vec<&'v Value> {
    let mut parts = path.split('.').filter(|it| !it.is_empty());
    let Some(first) = parts.next() else { return Vec::new() };
    let mut found = Vec::new();
    step(wire, first, &mut found);
    for part in parts {
        let objects = std::mem::take(&mut found);
        for object in objects.into_iter().filter_map(Value::as_object) {
            step(object, part, &mut found);
        }
    }
    found
}

/// One part of a path: a member, maybe through the list that it is.
fn step<'v>(object: &'v Wire, part: &str, found: &mut Vec<&'v Value>) {
    let Some((member, rest)) = part.split_once('[') else {
        found.extend(object.get(part));
        return;
    };
    let elements = object.get(member).and_then(Value::as_array).into_iter().flatten();
    match rest.trim_end_matches(']').split_once('=') {
        None => found.extend(elements),
        Some((key, wanted)) => {
            let is_wanted = |it: &&Value| it.get(key).and_then(Value::as_str) == Some(wanted);
            found.extend(elements.filter(is_wanted));
        }
    }
}
