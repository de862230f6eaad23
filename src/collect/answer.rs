//! From what AWS sent to what is kept: one page, all pages, the parent's id beside them.

use serde_json::{Map, Value};

use super::shapes::{Operation, Service, Type};
use super::table::Call;
use super::xml;
use crate::snapshot::Json;

/// One page of an answer.
#[derive(Debug)]
pub(super) struct Page {
    /// As the aws-cli prints it, were it the only one.
    pub json: Json,
    /// How many elements nobody knows.
    pub unknown: usize,
}

/// Reads a page.
pub(super) fn page(service: &Service, operation: &Operation, body: &[u8]) -> Result<Page, String> {
    if service.protocol.is_xml() {
        let text = std::str::from_utf8(body).map_err(|cause| cause.to_string())?;
        let read = xml::read(text, service, operation)?;
        return Ok(Page { json: read.json, unknown: read.unknown });
    }
    let json = Json::parse(body).map_err(|cause| cause.to_string())?;
    if !matches!(json, Json::Object(_)) {
        return Err("the answer is no object".to_owned());
    }
    let kind = if operation.out.is_empty() { Type::Any } else { Type::Structure(operation.out.clone()) };
    Ok(Page { json: renamed(service, json.without_nulls(), &kind), unknown: 0 })
}

/// JSON with the names that the aws-cli gives to members, where they differ from those on the wire. Ends: each level is
/// one further into the value.
fn renamed(service: &Service, json: Json, kind: &Type) -> Json {
    match (kind, json) {
        (Type::Structure(name), Json::Object(members)) => {
            let shape = service.members(name);
            let members = members.into_iter().map(|(key, value)| match shape.iter().find(|it| it.1 == key) {
                Some(member) => (member.0.clone(), renamed(service, value, &member.2)),
                None => (key, value),
            });
            Json::Object(members.collect())
        }
        (Type::List(_, of), Json::List(items)) => {
            Json::List(items.into_iter().map(|it| renamed(service, it, of)).collect())
        }
        (Type::Map(_, _, _, of), Json::Object(members)) => {
            Json::Object(members.into_iter().map(|(key, value)| (key, renamed(service, value, of))).collect())
        }
        (_, json) => json,
    }
}

/// The arguments that ask for the next page; nothing on the last one.
pub(super) fn next(operation: &Operation, page: &Json) -> Option<Map<String, Value>> {
    let has_more = operation.more.as_ref().and_then(|more| page.at(more));
    if has_more == Some(&Json::Bool(false)) {
        return None;
    }
    let pairs = operation.token.iter().zip(&operation.next);
    let tokens: Map<String, Value> = pairs
        .filter_map(|(argument, path)| Some((argument.clone(), Value::from(page.at(path)?.as_text()?))))
        .filter(|(_, value)| value.as_str() != Some(""))
        .collect();
    (!tokens.is_empty()).then_some(tokens)
}

/// Adds a page to those before it.
pub(super) fn add(operation: &Operation, whole: &mut Json, page: Json) {
    for path in &operation.lists {
        let Some(Json::List(more)) = page.at(path).cloned() else { continue };
        let found = path.split('.').try_fold(&mut *whole, |value, name| value.member_mut(name));
        match found {
            Some(Json::List(items)) => items.extend(more),
            Some(_) => {}
            None => {
                if let Json::Object(members) = whole {
                    members.push((path.clone(), Json::List(more)));
                }
            }
        }
    }
}

/// The answer as it is kept: what the aws-cli prints of all pages together, lists that are empty but not absent, and the
/// id that was asked with where the answer does not name it.
pub(super) fn kept(call: &Call, operation: &Operation, whole: Json, arguments: &Map<String, Value>) -> Json {
    let Json::Object(mut members) = whole else { return whole };
    match &operation.rest {
        Some(rest) => members.retain(|(key, _)| operation.lists.contains(key) || rest.contains(key)),
        None => members.retain(|(key, _)| !operation.next.contains(key)),
    }
    let absent = operation.lists.iter().filter(|it| !it.contains('.'));
    let absent: Vec<String> =
        absent.filter(|list| !members.iter().any(|it| it.0 == **list)).cloned().collect();
    members.extend(absent.into_iter().map(|list| (list, Json::List(Vec::new()))));
    for (_, value) in members.iter_mut() {
        // `VpcOriginList.NextMarker`.
        let inner = operation.next.iter().filter_map(|path| path.split_once('.'));
        let inner: Vec<&str> = inner.map(|(_, name)| name).collect();
        if let Json::Object(members) = value {
            members.retain(|(key, _)| !inner.contains(&key.as_str()));
        }
    }
    let id = arguments.get(&call.argument).and_then(Value::as_str);
    if let (Some(member), Some(id)) = (&call.beside, id) {
        members.insert(0, (member.clone(), Json::Text(id.to_owned())));
    }
    Json::Object(members)
}

/// How many things an answer lists.
pub(super) fn count(operation: &Operation, whole: &Json) -> usize {
    operation.lists.iter().filter_map(|path| whole.at(path)).map(|list| list.items().len()).sum()
}
