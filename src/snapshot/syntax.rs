//! JSON text taken apart without knowing what it means: documents, entries of an object, elements of a list.
//!
//! All of it borrows from the text. Messages of the JSON library are turned into words that name the member.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::scanner::Scanner;
use super::warnings::Spoiled;

/// A document: an object's entries, in order and with repeats, a list's elements, or neither.
pub(super) enum Top<'t> {
    /// `{…}`
    Object(Vec<(Cow<'t, str>, &'t RawValue)>),
    /// `[…]`
    List(Vec<&'t RawValue>),
    /// A text, number, `true`, `false` or `null`.
    Scalar,
}

impl<'de: 't, 't> Deserialize<'de> for Top<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Top<'t>, D::Error> {
        struct TopVisitor;
        impl<'de> Visitor<'de> for TopVisitor {
            type Value = Top<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object or a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<Key<'de>>()? {
                    entries.push((key.0, map.next_value::<&RawValue>()?));
                }
                Ok(Top::Object(entries))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Top<'de>, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element::<&RawValue>()? {
                    elements.push(element);
                }
                Ok(Top::List(elements))
            }
            fn visit_unit<E>(self) -> Result<Top<'de>, E> {
                Ok(Top::Scalar)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Top<'de>, E> {
                Ok(Top::Scalar)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Top<'de>, E> {
                Ok(Top::Scalar)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Top<'de>, E> {
                Ok(Top::Scalar)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Top<'de>, E> {
                Ok(Top::Scalar)
            }
            fn visit_str<E>(self, _: &str) -> Result<Top<'de>, E> {
                Ok(Top::Scalar)
            }
        }
        deserializer.deserialize_any(TopVisitor)
    }
}

/// A key of an object, borrowed where it has no escapes.
pub(super) struct Key<'t>(pub Cow<'t, str>);

impl<'de: 't, 't> Deserialize<'de> for Key<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key<'t>, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// The documents of a file, one after the other: the pages of an answer, often. What follows a syntax error is lost.
pub(super) fn documents(text: &str) -> (Vec<&RawValue>, Option<Spoiled>) {
    let mut documents = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        match document {
            Ok(document) => documents.push(document),
            Err(cause) => return (documents, Some(Spoiled::Syntax(words(&clipped(&cause.to_string()))))),
        }
    }
    (documents, None)
}

/// What stands at the top of a document.
pub(super) fn top(document: &RawValue) -> Top<'_> {
    serde_json::from_str(document.get()).unwrap_or(Top::Scalar)
}

/// What stands under a key where a list should: its elements, an object as the only one, nothing for `null`.
pub(super) fn elements(raw: &RawValue) -> Option<Vec<&RawValue>> {
    match raw.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(raw.get()).ok(),
        Some(b'{') => Some(vec![raw]),
        _ if is_absent(raw) => Some(Vec::new()),
        _ => None,
    }
}

/// Absent, null and empty read alike (JS-2).
pub(super) fn is_absent(raw: &RawValue) -> bool {
    matches!(raw.get(), "null" | "\"\"" | "[]" | "{}" | "false")
}

/// The text, where it is one.
pub(super) fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str::<String>(raw.get()).ok().filter(|text| !text.is_empty())
}

/// The names of an object's members.
pub(super) fn members(raw: &RawValue) -> Vec<Cow<'_, str>> {
    match top(raw) {
        Top::Object(entries) => entries.into_iter().map(|(key, _)| key).collect(),
        Top::List(_) | Top::Scalar => Vec::new(),
    }
}

/// An element as its wire shape; nothing for `null`. A member that stands twice counts as its last mention.
pub(super) fn element<W: DeserializeOwned>(raw: &RawValue) -> Result<Option<W>, String> {
    if raw.get() == "null" {
        return Ok(None);
    }
    // A list would be read as the members in our order.
    if !raw.get().starts_with('{') {
        return Err("not an object".to_owned());
    }
    if let Some(wire) = scanned(raw.get()) {
        return Ok(Some(wire));
    }
    let Err(cause) = serde_json::from_str::<W>(raw.get()) else {
        return Err("a list stands where an object should".to_owned());
    };
    let without_repeats = serde_json::from_str::<serde_json::Value>(raw.get()).ok();
    match without_repeats.and_then(|it| scanned(&it.to_string())) {
        Some(wire) => Ok(Some(wire)),
        None => Err(explained(raw.get(), &cause)),
    }
}

/// A wire shape, by the reader that takes no list for an object; `serde_json` would read its elements as the members in
/// our order.
fn scanned<W: DeserializeOwned>(text: &str) -> Option<W> {
    let mut scanner = Scanner::new(text);
    let wire = W::deserialize(&mut scanner).ok()?;
    scanner.is_at_end().then_some(wire)
}

/// What is wrong with an element, with the member that the error is at.
fn explained(text: &str, cause: &serde_json::Error) -> String {
    let before = text.lines().take(cause.line().saturating_sub(1)).map(|line| line.len() + 1).sum::<usize>();
    let end = (before + cause.column()).min(text.len());
    let shown = cause.to_string();
    let what = words(&clipped(shown.rsplit_once(" at line ").map_or(shown.as_str(), |(what, _)| what)));
    match last_key(&text.as_bytes()[..end]) {
        Some(member) => format!("member `{member}`: {what}"),
        None => what,
    }
}

/// A message that quotes a text of any length: its beginning, and its end, which says what was expected.
fn clipped(message: &str) -> Cow<'_, str> {
    let start = message.char_indices().nth(100).map(|(position, _)| position);
    let end = message.char_indices().nth_back(99).map(|(position, _)| position);
    match (start, end) {
        (Some(start), Some(end)) if start < end => {
            Cow::Owned(format!("{} … {}", &message[..start], &message[end..]))
        }
        _ => Cow::Borrowed(message),
    }
}

/// The last key before a position, as far as one can tell without parsing: it is only for a message.
fn last_key(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let mut colons = text.match_indices(':').map(|(position, _)| position);
    let colon = colons.rfind(|position| text[..*position].trim_end().ends_with('"'))?;
    let before = text[..colon].trim_end().strip_suffix('"')?;
    let key = &before[before.rfind('"')? + 1..];
    (!key.is_empty() && key.len() <= 60).then(|| key.to_owned())
}

/// The library's words without names of our types.
fn words(message: &str) -> String {
    let mut parts = Vec::new();
    let mut skips = false;
    for word in message.split(' ') {
        let bare = word.trim_end_matches([',', '`']).trim_start_matches('`');
        match bare {
            _ if skips => {
                skips = false;
                parts.push(word.replace(bare, "object"));
            }
            "struct" => {
                parts.push("an".to_owned());
                skips = true;
            }
            "sequence" => parts.push(word.replace("sequence", "list")),
            "map" => parts.push(word.replace("map", "object")),
            "i64" | "u64" | "u32" | "u16" | "u8" => parts.push(word.replace(bare, "a whole number")),
            _ => parts.push(word.to_owned()),
        }
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    #[allow(dead_code)]
    struct Wire {
        vpc_id: Option<String>,
        from_port: Option<i64>,
        tags: Option<Vec<String>>,
    }

    fn cause(text: &str) -> String {
        let raw = serde_json::from_str::<&RawValue>(text).expect("the test's JSON is JSON");
        element::<Wire>(raw).expect_err("the test's element is bad")
    }

    #[test]
    fn causes_name_the_member_and_no_types_of_ours() {
        assert_eq!(
            cause("{\"VpcId\": \"a\",\n  \"FromPort\": \"80\"}"),
            "member `FromPort`: invalid type: string \"80\", expected a whole number"
        );
        assert_eq!(cause("{\"Tags\": 1}"), "member `Tags`: invalid type: integer `1`, expected a list");
        assert_eq!(cause("[1]"), "not an object");
        assert_eq!(cause("{\"Tags\": [{}]}"), "member `Tags`: invalid type: object, expected a string");
        let long = cause(&format!("{{\"Tags\": \"{}\"}}", "é at line 1 ".repeat(1000)));
        assert!(long.starts_with("member `Tags`: invalid type: string \"é at line 1 é"), "{long}");
        assert!(long.ends_with("é at line 1 \", expected a list"), "{long}");
        assert!(long.len() < 300, "{long}");
        assert!(cause("{\"FromPort\": 1e99}").starts_with("member `FromPort`: invalid type: floating point"));
    }

    #[test]
    fn a_member_that_stands_twice_counts_as_its_last_mention() {
        let raw = serde_json::from_str::<&RawValue>("{\"VpcId\": \"a\", \"VpcId\": \"b\"}").expect("JSON");
        let wire = element::<Wire>(raw).expect("readable").expect("not null");
        assert_eq!(wire.vpc_id.as_deref(), Some("b"));
    }

    #[test]
    fn documents_follow_one_another() {
        let (found, spoiled) = documents("{\"a\": 1}\n[2] {\"b\":");
        assert_eq!(found.len(), 2);
        assert!(spoiled.is_some_and(|it| it.to_string().contains("EOF while parsing")));
    }
}
