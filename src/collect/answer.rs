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
    let mut unknown = 0;
    let json = printed(service, json.without_nulls(), &kind, &mut unknown);
    Ok(Page { json, unknown })
}

/// JSON with the names that the aws-cli gives to members, in the order that it prints them in; what nobody knows comes last,
/// and is counted. Ends: each level is one further into the value.
fn printed(service: &Service, json: Json, kind: &Type, unknown: &mut usize) -> Json {
    match (kind, json) {
        (Type::Structure(name), Json::Object(members)) => {
            let shape = service.members(name);
            let placed = members.into_iter().map(|(key, value)| {
                let Some(at) = shape.iter().position(|it| it.1 == key) else {
                    // A structure without members is a document, of which everything is as it should be.
                    *unknown += usize::from(!shape.is_empty());
                    return (usize::MAX, (key, value));
                };
                let member = &shape[at];
                (at, (member.0.clone(), printed(service, value, &member.2, unknown)))
            });
            let mut placed: Vec<(usize, (String, Json))> = placed.collect();
            placed.sort_by_key(|it| it.0);
            Json::Object(placed.into_iter().map(|it| it.1).collect())
        }
        (Type::List(_, of), Json::List(items)) => {
            Json::List(items.into_iter().map(|it| printed(service, it, of, unknown)).collect())
        }
        (Type::Map(_, _, _, of), Json::Object(members)) => {
            let members = members.into_iter().map(|(key, value)| (key, printed(service, value, of, unknown)));
            Json::Object(members.collect())
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

/// Whether a page says that there is more, with a token or without one.
pub(super) fn has_more(operation: &Operation, page: &Json) -> bool {
    operation.more.as_ref().and_then(|more| page.at(more)) == Some(&Json::Bool(true))
}

/// Keeps what AWS says of an answer that is not all there is, and cannot be asked on: the reader takes it for cut off.
pub(super) fn say_cut(operation: &Operation, whole: &mut Json) {
    if let (Some(more), Json::Object(members)) = (&operation.more, whole) {
        members.retain(|(key, _)| key != more);
        members.push((more.clone(), Json::Bool(true)));
    }
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
    if operation.rest.is_some() {
        // Of pages that it puts together, the aws-cli prints what else they say behind the lists.
        members.sort_by_key(|(key, _)| operation.lists.iter().position(|it| it == key).unwrap_or(usize::MAX));
    }
    for (_, value) in members.iter_mut() {
        // `VpcOriginList.NextMarker`.
        let inner = operation.next.iter().filter_map(|path| path.split_once('.'));
        let inner: Vec<&str> = inner.map(|(_, name)| name).collect();
        if let Json::Object(members) = value {
            members.retain(|(key, _)| !inner.contains(&key.as_str()));
        }
    }
    if let (Some(member), Some(id)) = (call.member_beside(), beside(call, arguments)) {
        members.insert(0, (member.to_owned(), id));
    }
    Json::Object(members)
}

/// What was asked with, where the answer does not name it: an id, or a part of what `fill` says.
fn beside(call: &Call, arguments: &Map<String, Value>) -> Option<Json> {
    if call.fill.is_empty() {
        return arguments.get(&call.argument).and_then(Value::as_str).map(|id| Json::Text(id.to_owned()));
    }
    let (argument, inner) = call.beside.as_ref()?.split_once('.')?;
    Json::parse(arguments.get(argument)?.get(inner)?.to_string().as_bytes()).ok()
}

/// How many things an answer lists.
pub(super) fn count(operation: &Operation, whole: &Json) -> usize {
    operation.lists.iter().filter_map(|path| whole.at(path)).map(|list| list.items().len()).sum()
}
