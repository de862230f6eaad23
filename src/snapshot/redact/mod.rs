//! A snapshot that may be shown: the same network under other names.
//!
//! Ids, names, tags, account numbers and addresses are changed, each to the same everywhere, so that everything that
//! refers to something else still does and every question has its old answer. What a member means decides what is done with
//! its value: what AWS itself writes stays, secrets go, everything else is changed word by word. Members that nobody here
//! knows are changed too.

mod addresses;
mod text;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::find::{self, Content, Document};
use super::json::Json;
use super::warnings::{Problem, SnapshotError, Spoiled, Warning};
use super::{archive, keys, scope};
use crate::model::ResourceKind;
use text::Texts;

/// What changes a snapshot, and what else is to be said about it.
#[derive(Debug)]
pub struct Redactor {
    texts: Texts,
    documents: Vec<Document>,
    known: BTreeSet<String>,
    /// The files that are left out, since they hold no JSON.
    pub warnings: Vec<Warning>,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// Where, below the new snapshot.
    pub path: String,
    /// What.
    pub text: String,
}

impl Redactor {
    /// Finds the files in paths, and what has to be known of all of them before the first is changed.
    pub fn open(paths: &[PathBuf], key: [u8; 32]) -> Result<Redactor, SnapshotError> {
        let find::Found { documents, warnings } = find::find(paths)?;
        if documents.is_empty() {
            let given = paths.iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(", ");
            return Err(SnapshotError::Nothing { given, looked_at: "no file".to_owned() });
        }
        let mut redactor = Redactor { texts: Texts::new(key), documents, known: known(), warnings };
        for document in &redactor.documents {
            if let Ok(text) = text_of(document) {
                text::blocks(&text).for_each(|block| redactor.texts.addresses.note(block));
            }
        }
        Ok(redactor)
    }

    /// Every file of the new snapshot, one after the other.
    pub fn write(&mut self, mut each: impl FnMut(Redacted) -> std::io::Result<()>) -> std::io::Result<()> {
        let documents = std::mem::take(&mut self.documents);
        let are_several = documents.iter().any(|it| it.root > 0);
        for document in documents {
            match text_of(&document).and_then(|text| parsed(&text)) {
                Ok(json) => {
                    let is_manifest = json.member("netpath_manifest").is_some();
                    let json = Walk { redactor: self, is_manifest, path: Vec::new() }.value(json);
                    let path = self.path(&document.path);
                    let path = if are_several { format!("{}/{path}", document.root) } else { path };
                    each(Redacted { path: plain_ending(&path), text: json.print() })?;
                }
                Err(spoiled) => self.warnings.push(Warning {
                    file: Some(document.path),
                    place: None,
                    problem: Problem::NotJson(spoiled),
                }),
            }
        }
        Ok(())
    }

    /// What an end of a question becomes, or any other text: `instance:web`, `tag:Team=shop`, `10.0.1.5`.
    pub fn selector(&mut self, text: &str) -> String {
        match text.split_once(':') {
            _ if text == "internet" || text == "onprem" || text.starts_with("svc:") => text.to_owned(),
            Some(("tag", rest)) => match rest.split_once('=') {
                Some((key, value)) => format!("tag:{}={}", self.tag_key(key), self.texts.text(value)),
                None => format!("tag:{}", self.tag_key(rest)),
            },
            // Nodes and pods are parts of a cluster, and no names.
            Some(("eks", rest)) => match rest.split_once('/') {
                Some((cluster, part)) => format!("eks:{}/{part}", self.texts.text(cluster)),
                None => format!("eks:{}", self.texts.text(rest)),
            },
            Some((kind, rest))
                if kind.bytes().all(|it| it.is_ascii_lowercase()) && !rest.contains(':') && kind != "arn" =>
            {
                format!("{kind}:{}", self.texts.text(rest))
            }
            Some(_) | None => self.texts.text(text),
        }
    }

    /// Everything that was changed so far, and into what.
    pub fn changed(&self) -> &BTreeMap<String, String> {
        &self.texts.changed
    }

    fn tag_key(&mut self, key: &str) -> String {
        let head = words::tag_head(key);
        format!(
            "{}{}",
            &key[..head],
            if head < key.len() { self.texts.text(&key[head..]) } else { String::new() }
        )
    }

    /// The name of a file: what it says of account, Region, call and parent stays readable.
    fn path(&mut self, path: &str) -> String {
        let parts = path.split('/').map(|part| {
            if part.contains('%') {
                // Cloudmapper's arguments.
                return encoded(&self.texts.text(&scope::decoded(part)));
            }
            let (stem, ending) = part.split_once(".json").map_or((part, ""), |(stem, _)| (stem, ".json"));
            let words = stem.split_inclusive(|it: char| !it.is_ascii_alphanumeric());
            let are_known = |text: &str| {
                text.split(|it: char| !it.is_ascii_alphanumeric())
                    .all(|it| self.known.contains(&it.to_ascii_lowercase()))
            };
            // The words of the call come first, and what it was asked about after them.
            let mut call = 0;
            for word in words {
                if !are_known(word) {
                    break;
                }
                call += word.len();
            }
            format!("{}{}{ending}", &stem[..call], self.texts.text(&stem[call..]))
        });
        parts.collect::<Vec<String>>().join("/")
    }
}

/// The words that names of files have of calls.
fn known() -> BTreeSet<String> {
    let calls = ResourceKind::ALL.iter().flat_map(|kind| kind.call().split([' ', '-']));
    let others = [
        "",
        "accounts",
        "describe",
        "get",
        "list",
        "search",
        "global",
        "manifest",
        "ec2",
        "elbv2",
        "elb",
        "attributes",
        "attribute",
        "enablednssupport",
        "enablednshostnames",
    ];
    let keys = keys::all().map(str::to_ascii_lowercase);
    calls.map(str::to_ascii_lowercase).chain(keys).chain(others.map(str::to_owned)).collect()
}

fn encoded(text: &str) -> String {
    let each = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    each.collect()
}

/// What was packed is written as it is.
fn plain_ending(path: &str) -> String {
    let path = [".gz", ".zst"].iter().fold(path, |path, ending| path.strip_suffix(ending).unwrap_or(path));
    path.to_owned()
}

fn text_of(document: &Document) -> Result<String, Spoiled> {
    let bytes = match &document.content {
        Content::Bytes(bytes) => archive::unpacked(bytes),
        Content::Path(path) => {
            std::fs::read(path).map_err(|it| it.to_string()).and_then(|bytes| archive::unpacked(&bytes))
        }
    };
    let bytes = bytes.map_err(Spoiled::Archive)?;
    let text = String::from_utf8(bytes).map_err(|it| Spoiled::NotUtf8(it.utf8_error().valid_up_to()))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

fn parsed(text: &str) -> Result<Json, Spoiled> {
    Json::parse(text.as_bytes()).map_err(|cause| Spoiled::Syntax(cause.to_string()))
}

/// A walk through one answer.
struct Walk<'r> {
    redactor: &'r mut Redactor,
    is_manifest: bool,
    /// The members that lead here.
    path: Vec<String>,
}

impl Walk<'_> {
    /// Ends: what is read from a file is a tree.
    fn value(&mut self, json: Json) -> Json {
        match json {
            Json::Text(text) => Json::Text(self.text(text)),
            Json::Number(number) => self.number(number),
            Json::List(items) => Json::List(items.into_iter().map(|it| self.value(it)).collect()),
            Json::Object(members) => self.object(members),
            other @ (Json::Null | Json::Bool(_)) => other,
        }
    }

    fn object(&mut self, members: Vec<(String, Json)>) -> Json {
        let text = |name: &[&str]| {
            let found = members.iter().find(|(key, _)| name.contains(&key.as_str()));
            found.and_then(|(_, value)| if let Json::Text(text) = value { Some(text.clone()) } else { None })
        };
        let is_below =
            |words: &[&str]| self.path.last().is_some_and(|it| words.iter().any(|word| it.contains(word)));
        let key = text(&["Key", "key", "TagKey"]);
        let is_tag = is_below(&["Tag", "tag"]) && key.is_some();
        let is_setting = is_below(&["Attributes"])
            && key.is_some_and(|it| !it.contains("bucket") && !it.contains("prefix"));
        // What an attachment of ECS says of itself.
        let is_detail = is_below(&["details"]);
        let is_map = !is_tag && self.path.last().is_some_and(|it| self.redactor.texts.words.is_map(it));
        let is_variable = is_below(&["IPSets", "PortSets", "RuleVariables"]);
        let mut changed = Vec::with_capacity(members.len());
        for (name, value) in members {
            let is_key = is_tag && matches!(&*name, "Key" | "key" | "TagKey");
            let is_kept = is_detail && name == "name" || is_setting && matches!(&*name, "Key" | "Value");
            let value = if is_kept {
                value
            } else if let (true, Json::Text(text)) = (is_key, &value) {
                Json::Text(self.redactor.tag_key(text))
            } else {
                self.path.push(name.clone());
                let value = self.value(value);
                self.path.pop();
                value
            };
            let is_structure = matches!(&*name, "IPSets" | "PortSets" | "RuleVariables");
            let name = match is_map && !is_structure {
                true if is_variable => self.redactor.texts.variable(&name),
                true => self.redactor.tag_key(&name),
                false => name,
            };
            changed.push((name, value));
        }
        Json::Object(changed)
    }

    fn text(&mut self, text: String) -> String {
        let member = self.path.last().map_or("", String::as_str);
        let texts = &mut self.redactor.texts;
        if words::is_wiped(member) {
            return String::new();
        }
        if texts.words.keeps(member, &text, self.is_manifest) {
            return text;
        }
        if member.ends_with("Asn") || member.ends_with("asn") {
            return match text.parse() {
                Ok(number) => texts.system(number).to_string(),
                Err(_) => texts.text(&text),
            };
        }
        if self.is_manifest && member == "file" {
            return self.redactor.path(&text);
        }
        let is_header = self.path.iter().any(|it| it == "Header");
        if is_header || matches!(member, "RulesString" | "Settings") {
            return texts.suricata(&text);
        }
        // A port, or some: what a variable stands for.
        let is_ports = text.bytes().all(|it| it.is_ascii_digit() || b":-,![] ".contains(&it));
        if is_ports && self.path.iter().any(|it| it.contains("Port")) {
            return text;
        }
        if text.starts_with(['{', '['])
            && let Ok(json @ (Json::Object(_) | Json::List(_))) = Json::parse(text.as_bytes())
        {
            // A policy, as a text in an answer.
            return self.value(json).print().trim_end().to_owned();
        }
        texts.text(&text)
    }

    /// Numbers are ports, counts and times, but for those of autonomous systems.
    fn number(&mut self, number: serde_json::Number) -> Json {
        let member = self.path.last().map_or("", String::as_str);
        let is_system = member.ends_with("Asn") || member.ends_with("asn");
        match number.as_u64().and_then(|it| u32::try_from(it).ok()).filter(|_| is_system) {
            Some(system) => Json::Number(self.redactor.texts.system(system).into()),
            None => Json::Number(number),
        }
    }
}
