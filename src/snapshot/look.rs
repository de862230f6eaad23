//! A look at the beginning of a file: which keys it has, or what it is when it is no JSON.

use super::keys::{self, Meaning};
use super::shared;
use super::warnings::Spoiled;

/// The keys at the top of a document, as far as its beginning shows; for a list those of its first element.
pub(super) fn keys_at_top(beginning: &[u8]) -> (bool, Vec<String>) {
    let beginning = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
    let is_list = beginning.trim_ascii_start().first() == Some(&b'[');
    let wanted = if is_list { 2 } else { 1 };
    let mut keys = Vec::new();
    let mut depth = 0_usize;
    let mut position = 0;
    while let Some(byte) = beginning.get(position) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(length) = string_length(&beginning[position + 1..]) else { break };
                let text = &beginning[position + 1..position + 1 + length];
                position += length + 1;
                let rest = beginning[position + 1..].trim_ascii_start();
                if depth == wanted && rest.first() == Some(&b':') {
                    keys.push(String::from_utf8_lossy(text).into_owned());
                }
            }
            _ => {}
        }
        position += 1;
    }
    (is_list, keys)
}

fn string_length(text: &[u8]) -> Option<usize> {
    let mut position = 0;
    loop {
        match text.get(position)? {
            b'"' => return Some(position),
            b'\\' => position += 2,
            _ => position += 1,
        }
    }
}

/// Whether a file that begins so holds the answer of a call that is modelled.
pub(super) fn is_answer(beginning: &[u8]) -> bool {
    let is_modelled = |key: &str| match keys::look_up(key) {
        Some((_, meaning)) => !matches!(meaning, Meaning::Aside | Meaning::Beside | Meaning::Token),
        None => false,
    };
    let (is_list, keys) = keys_at_top(beginning);
    if is_list {
        let members: Vec<_> = keys.into_iter().map(std::borrow::Cow::Owned).collect();
        return shared::key_of_object(members).is_some();
    }
    keys.iter().any(|key| is_modelled(key))
}

/// Whether a file begins like any answer that is recognised.
pub(super) fn has_known_key(beginning: &[u8]) -> bool {
    let (is_list, keys) = keys_at_top(beginning);
    !is_list && keys.iter().any(|key| keys::look_up(key).is_some())
}

/// What a text is that is no JSON, where it can be told.
pub(super) fn other_format(text: &str) -> Option<Spoiled> {
    let first = text.lines().map(str::trim_end).find(|line| !line.is_empty())?;
    let word = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric());
    if first.starts_with('<') {
        Some(Spoiled::Markup)
    } else if first.starts_with("----") || first.starts_with("+--") || first.starts_with("||") {
        Some(Spoiled::Table)
    } else if first.starts_with("- ") || first.strip_suffix(':').is_some_and(word) || first.ends_with(": []")
    {
        Some(Spoiled::Yaml)
    } else if first.contains('\t') && first.starts_with(|it: char| it.is_ascii_uppercase()) {
        Some(Spoiled::Text)
    } else if ["An error occurred", "Unable to locate", "usage: aws", "aws: error"]
        .iter()
        .any(|it| first.trim_start().starts_with(it))
    {
        Some(Spoiled::Message(first.trim_start().chars().take(100).collect()))
    } else {
        None
    }
}

/// What a file is that has not JSON's ending: the answer of a call in another format, or nothing of ours.
pub(super) fn other_answer(beginning: &str) -> Option<Spoiled> {
    let spoiled = other_format(beginning)?;
    let is_known = |key: &str| keys::look_up(key).is_some();
    let mut lines = beginning.lines().filter(|line| !line.trim().is_empty());
    let is_answer = match spoiled {
        Spoiled::Yaml => lines.any(|line| line.split(':').next().is_some_and(is_known)),
        Spoiled::Table => beginning.contains("|  Describe") || beginning.contains("| Describe"),
        Spoiled::Text => lines
            .next()
            .and_then(|line| line.split('\t').next())
            .is_some_and(|word| keys::all().any(|key| key.eq_ignore_ascii_case(word))),
        Spoiled::Message(_) => true,
        Spoiled::Empty
        | Spoiled::Utf16
        | Spoiled::NotUtf8(_)
        | Spoiled::Markup
        | Spoiled::Archive(_)
        | Spoiled::Syntax(_) => false,
    };
    is_answer.then_some(spoiled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_seen_in_a_beginning() {
        let (is_list, keys) =
            keys_at_top(b"\xef\xbb\xbf {\"A\\\"\": {\"x\": 1}, \"Vpcs\" : [ {\"VpcId\": \"Subn");
        assert!(!is_list);
        assert_eq!(keys, ["A\\\"", "Vpcs"]);
        assert!(is_answer(b"[{\"VpcId\": \"a\", \"CidrBlock\": \"b\", "));
        assert!(!is_answer(b"{\"Resources\": {\"Vpcs\": []}}"));
        assert!(!is_answer(b""));
    }

    #[test]
    fn other_formats_are_told_apart() {
        assert_eq!(other_format("Vpcs:\n- CidrBlock: 10.0.0.0/16\n"), Some(Spoiled::Yaml));
        assert_eq!(other_format("VPCS\t10.0.0.0/16\tdopt-1\n"), Some(Spoiled::Text));
        assert_eq!(other_format("-------------\n|  DescribeVpcs  |\n"), Some(Spoiled::Table));
        assert_eq!(other_format("<?xml version=\"1.0\"?>"), Some(Spoiled::Markup));
        assert_eq!(
            other_format("\nAn error occurred (UnauthorizedOperation)"),
            Some(Spoiled::Message("An error occurred (UnauthorizedOperation)".into()))
        );
        assert_eq!(other_format("{\"Vpcs\": ["), None);
    }
}
