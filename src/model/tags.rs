//! Tags, all of a resource's in one piece of text: a big estate has millions.

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

/// What stands behind each key and each value. No tag of AWS can hold it; where a file does, it is replaced.
const END: char = '\0';

/// The tags of a resource, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    text: Box<str>,
}

impl Tags {
    /// All of them in one text, for who stores them.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The tags of such a text.
    pub(crate) fn of_text(text: Box<str>) -> Tags {
        Tags { text }
    }

    /// Keys and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut parts = self.text.split_terminator(END);
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The value of the `Name` tag, when there is one that says something.
    pub fn name(&self) -> Option<&str> {
        self.iter().find(|(key, _)| *key == "Name").map(|(_, value)| value).filter(|name| !name.is_empty())
    }

    /// Whether there is a tag with a key, and with a value where one is wanted.
    pub fn has(&self, key: &str, value: Option<&str>) -> bool {
        self.iter().any(|(known, its)| known == key && value.is_none_or(|value| its == value))
    }
}

/// One element of `Tags`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Wire {
    #[serde(rename = "Key", alias = "key")]
    key: Option<CompactString>,
    #[serde(rename = "Value", alias = "value")]
    value: Option<CompactString>,
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tags, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Tags;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tags, A::Error> {
                let mut text = String::new();
                while let Some(tag) = list.next_element::<Wire>()? {
                    for part in [tag.key, tag.value] {
                        text.push_str(&plain(&part.unwrap_or_default()));
                        text.push(END);
                    }
                }
                Ok(Tags { text: text.into() })
            }
        }
        deserializer.deserialize_seq(List)
    }
}

fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(END) { Cow::Owned(text.replace(END, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_kept_in_order() {
        let text = r#"[{"Key":"Name","Value":"web"},{"key":"empty"},{"Key":"a\u0000b","Value":null},{}]"#;
        let tags: Tags = serde_json::from_str(text).expect("tags");
        let all: Vec<(&str, &str)> = tags.iter().collect();
        assert_eq!(all, [("Name", "web"), ("empty", ""), ("a\u{fffd}b", ""), ("", "")]);
        assert_eq!(tags.name(), Some("web"));
        assert!(tags.has("empty", None) && !tags.has("empty", Some("x")) && tags.has("Name", Some("web")));
        assert_eq!(Tags::default().iter().count(), 0);
    }
}
