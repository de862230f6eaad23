//! JSON whose members keep their order, written as the aws-cli writes it: four spaces, no escapes beyond what must be.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as it is written.
    Number(serde_json::Number),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// Members, in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text.
    pub fn parse(text: &[u8]) -> Result<Json, serde_json::Error> {
        serde_json::from_slice(text)
    }

    /// A member of an object.
    pub fn member(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A member of an object, to change.
    pub fn member_mut(&mut self, name: &str) -> Option<&mut Json> {
        let Json::Object(members) = self else { return None };
        members.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A member further in: `VpcOriginList.Items`.
    pub fn at(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self, |value, name| value.member(name))
    }

    /// Text, of a text or number.
    pub fn as_text(&self) -> Option<String> {
        match self {
            Json::Text(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
        }
    }

    /// Everything that a path names, through lists: `Vpcs[].VpcId`, `Attachments[?AttachmentType=='VPC'].AttachmentId`.
    pub fn rows(&self, path: &str) -> Vec<&Json> {
        let mut found = vec![self];
        for step in path.split('.') {
            let (name, list) = step.split_once('[').map_or((step, None), |(name, rest)| (name, Some(rest)));
            let inner = found.into_iter().filter_map(|value| value.member(name));
            let Some(list) = list else {
                found = inner.collect();
                continue;
            };
            let wanted = list.strip_prefix('?').and_then(|it| it.trim_end_matches(']').split_once("=="));
            let is_wanted = |item: &&Json| match wanted {
                Some((key, value)) => {
                    item.member(key).and_then(Json::as_text).as_deref() == Some(value.trim_matches('\''))
                }
                None => true,
            };
            found = inner.flat_map(Json::items).filter(is_wanted).collect();
        }
        found
    }

    /// The same as text.
    pub fn all(&self, path: &str) -> Vec<String> {
        self.rows(path).into_iter().filter_map(Json::as_text).collect()
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => &[],
        }
    }

    /// Without what is nothing: the aws-cli prints no such members.
    pub fn without_nulls(self) -> Json {
        match self {
            Json::List(items) => Json::List(items.into_iter().map(Json::without_nulls).collect()),
            Json::Object(members) => Json::Object(
                members
                    .into_iter()
                    .filter(|(_, value)| *value != Json::Null)
                    .map(|(key, value)| (key, value.without_nulls()))
                    .collect(),
            ),
            other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_)) => other,
        }
    }

    /// The text of a file.
    pub fn print(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text.push('\n');
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        match self {
            Json::Null => text.push_str("null"),
            Json::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Json::Number(number) => text.push_str(&number.to_string()),
            Json::Text(value) => quote(text, value),
            Json::List(items) => {
                text.push('[');
                for (at, item) in items.iter().enumerate() {
                    next(text, at, depth + 1);
                    item.write(text, depth + 1);
                }
                end(text, items.is_empty(), depth);
                text.push(']');
            }
            Json::Object(members) => {
                text.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    next(text, at, depth + 1);
                    quote(text, key);
                    text.push_str(": ");
                    value.write(text, depth + 1);
                }
                end(text, members.is_empty(), depth);
                text.push('}');
            }
        }
    }
}

fn quote(text: &mut String, value: &str) {
    text.push_str(&serde_json::Value::from(value).to_string());
}

fn next(text: &mut String, at: usize, depth: usize) {
    text.push_str(if at == 0 { "\n" } else { ",\n" });
    text.push_str(&"    ".repeat(depth));
}

fn end(text: &mut String, is_empty: bool, depth: usize) {
    if !is_empty {
        text.push('\n');
        text.push_str(&"    ".repeat(depth));
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        // Ends: with the list.
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        // Ends: with the object.
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_the_aws_cli_writes_it() {
        let text =
            "{\n    \"b\": [\n        1,\n        \"é\\\"\"\n    ],\n    \"a\": {},\n    \"c\": []\n}\n";
        let value = Json::parse(text.as_bytes()).expect("it is JSON");
        assert_eq!(value.print(), text);
    }

    #[test]
    fn paths_go_through_lists() {
        let value =
            Json::parse(br#"{"V": [{"I": "a"}, {"I": "b"}, {}], "N": ["x", "y"]}"#).expect("it is JSON");
        assert_eq!(value.all("V[].I"), ["a", "b"]);
        assert_eq!(value.all("N[]"), ["x", "y"]);
        assert_eq!(value.all("V[?I=='b'].I"), ["b"]);
        assert!(value.all("W[].I").is_empty());
    }
}
