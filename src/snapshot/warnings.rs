//! What the reader has to say about a snapshot: a typed value for each thing, with its words, and the errors that
//! leave nothing to answer from.

use std::fmt;
use std::path::PathBuf;

use super::keys;
use crate::model::Place;

/// Something that was left out, is missing, or was taken from elsewhere. The rest of the snapshot was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// The file, as it is displayed; absent when it concerns the snapshot as a whole.
    pub file: Option<String>,
    /// The element in it, when it is about one.
    pub place: Option<Place>,
    /// What it is.
    pub problem: Problem,
}

/// What a warning is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The file is not what the aws-cli prints with `--output json`.
    NotJson(Spoiled),
    /// The file could not be opened.
    Unreadable(String),
    /// An archive inside a folder, which is not opened.
    ArchiveInFolder,
    /// None of the file's keys is one of a call's answer; its keys.
    NoKnownKey(Vec<String>),
    /// An element that could not be read, and why.
    BadElement(String),
    /// A part of an element that was left out.
    LeftOut(String),
    /// An answer that does not name its parent, with the member that would.
    MissingParent(&'static str),
    /// An answer that was cut off (JS-5, JS-6), with the member that says so.
    Truncated(&'static str),
    /// An empty list under a key that several calls share.
    AmbiguousEmpty(String),
    /// Another copy of a resource says something else and counts instead.
    Contradiction {
        /// What both are about.
        id: String,
        /// Where the copy stands that counts: file and element.
        kept: String,
    },
    /// Interfaces were read from instances: those of other things are not known.
    InterfacesFromInstances(usize),
    /// Groups were put together from flat rules: groups without rules are not known.
    GroupsFromRules(usize),
    /// A call that was asked and not answered when the snapshot was collected.
    NotAnswered {
        /// The call.
        call: String,
        /// The permission that was missing, where it was that.
        permission: Option<String>,
        /// AWS's code.
        code: String,
    },
}

impl Problem {
    /// Whether `--strict` takes it for an error: something unread or truncated.
    pub fn is_strict(&self) -> bool {
        match self {
            Problem::NotJson(_)
            | Problem::Unreadable(_)
            | Problem::ArchiveInFolder
            | Problem::NoKnownKey(_)
            | Problem::BadElement(_)
            | Problem::LeftOut(_)
            | Problem::MissingParent(_)
            | Problem::Truncated(_)
            | Problem::AmbiguousEmpty(_)
            | Problem::NotAnswered { .. }
            | Problem::Contradiction { .. } => true,
            Problem::InterfacesFromInstances(_) | Problem::GroupsFromRules(_) => false,
        }
    }

    /// What to do about it, where that is not plain.
    pub fn help(&self) -> Option<String> {
        match self {
            Problem::NotJson(spoiled) => spoiled.help().map(str::to_owned),
            Problem::ArchiveInFolder => Some("give the archive itself to `--snapshot`".into()),
            Problem::MissingParent(member) => {
                Some(format!("put `\"{member}\": \"…\"` beside the list, or the id into the file's name"))
            }
            Problem::Truncated(_) => {
                Some("run the call again without `--max-items` and `--no-paginate`".into())
            }
            Problem::AmbiguousEmpty(_) => Some("name the file after its call".into()),
            Problem::Contradiction { .. } => {
                Some("keep the answer that was collected last and remove the other".into())
            }
            Problem::InterfacesFromInstances(_) => Some("add `aws ec2 describe-network-interfaces`".into()),
            Problem::GroupsFromRules(_) => Some("add `aws ec2 describe-security-groups`".into()),
            Problem::NotAnswered { permission: Some(permission), .. } => Some(format!(
                "allow `{permission}`, and run `netpath collect` again: it asks for what is missing"
            )),
            Problem::NotAnswered { permission: None, .. } => {
                Some("run `netpath collect` again: it asks for what is missing".into())
            }
            Problem::Unreadable(_)
            | Problem::NoKnownKey(_)
            | Problem::BadElement(_)
            | Problem::LeftOut(_) => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::NotJson(spoiled) => write!(formatter, "{spoiled}"),
            Problem::Unreadable(cause) => write!(formatter, "cannot be read: {cause}"),
            Problem::ArchiveInFolder => write!(formatter, "an archive inside a folder is not opened"),
            Problem::NoKnownKey(keys) if keys.is_empty() => {
                write!(formatter, "not recognised as the answer of a call: it has no keys")
            }
            Problem::NoKnownKey(keys) => {
                let shown: Vec<String> = keys.iter().take(5).map(|key| format!("`{key}`")).collect();
                let more = if keys.len() > 5 { ", …" } else { "" };
                write!(
                    formatter,
                    "not recognised as the answer of a call by its keys {}{more}",
                    shown.join(", ")
                )
            }
            Problem::BadElement(cause) => write!(formatter, "left out: {cause}"),
            Problem::LeftOut(what) => write!(formatter, "{what}"),
            Problem::MissingParent(member) => {
                write!(
                    formatter,
                    "left out: neither the answer nor the file's name says which `{member}` it is of"
                )
            }
            Problem::Truncated(member) => write!(formatter, "the answer was cut off: it has `{member}`"),
            Problem::AmbiguousEmpty(key) => {
                write!(
                    formatter,
                    "the empty list `{key}` may be the answer of several calls, so it answers none"
                )
            }
            Problem::Contradiction { id, kept } => {
                write!(formatter, "says something else of `{id}` than {kept}, which counts")
            }
            Problem::InterfacesFromInstances(count) => write!(
                formatter,
                "{count} interfaces were read from instances; those of gateways, load balancers and endpoints are unknown"
            ),
            Problem::GroupsFromRules(count) => {
                write!(formatter, "{count} security groups were put together from their rules")
            }
            Problem::NotAnswered { call, permission: Some(permission), code } => {
                write!(formatter, "`{call}` was denied to the collector ({code}): it needs `{permission}`")
            }
            Problem::NotAnswered { call, permission: None, code } => {
                write!(formatter, "`{call}` was not answered when the snapshot was collected ({code})")
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{file}: ")?;
        }
        if let Some(place) = self.place {
            write!(formatter, "{}: ", element(place))?;
        }
        write!(formatter, "{}", self.problem)
    }
}

/// An element's place inside its file: `Reservations[3].Instances[0]`.
pub(super) fn element(place: Place) -> String {
    let key = keys::name(place.key);
    match keys::meaning(place.key) {
        keys::Meaning::Reservations => format!("{key}[{}].Instances[{}]", place.index, place.inner),
        keys::Meaning::Wrapped(_, inside) => format!("{key}[{}].{inside}[{}]", place.index, place.inner),
        keys::Meaning::Whole(_) | keys::Meaning::Shared => key.to_owned(),
        keys::Meaning::Answer(_) if place.index == 0 => key.to_owned(),
        keys::Meaning::Answer(_) => format!("[{}].{key}", place.index),
        keys::Meaning::List(_)
        | keys::Meaning::Instances
        | keys::Meaning::StaticRoutes
        | keys::Meaning::Managed
        | keys::Meaning::Unmodelled
        | keys::Meaning::Aside
        | keys::Meaning::Beside
        | keys::Meaning::Token => format!("{key}[{}]", place.index),
    }
}

/// How a file fails to be JSON.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spoiled {
    /// Nothing in it.
    Empty,
    /// UTF-16, as a redirection in older PowerShell writes it.
    Utf16,
    /// Bytes that are no text, with the position of the first.
    NotUtf8(usize),
    /// `--output yaml`.
    Yaml,
    /// `--output text`.
    Text,
    /// `--output table`.
    Table,
    /// XML or HTML.
    Markup,
    /// A message of the aws-cli instead of an answer.
    Message(String),
    /// A compressed file or archive that cannot be unpacked, and why.
    Archive(String),
    /// Text that is almost JSON: what was expected, and where.
    Syntax(String),
}

impl Spoiled {
    fn help(&self) -> Option<&'static str> {
        match self {
            Spoiled::Yaml | Spoiled::Text | Spoiled::Table | Spoiled::Markup => {
                Some("run the call again with `--output json`")
            }
            Spoiled::Utf16 => Some("save it as UTF-8: `aws … | Out-File -Encoding utf8 FILE`"),
            Spoiled::Empty | Spoiled::Message(_) => Some("run the call again and keep its answer"),
            Spoiled::NotUtf8(_) | Spoiled::Archive(_) | Spoiled::Syntax(_) => None,
        }
    }
}

impl fmt::Display for Spoiled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spoiled::Empty => write!(formatter, "the file is empty"),
            Spoiled::Utf16 => write!(formatter, "the text is UTF-16, not UTF-8"),
            Spoiled::NotUtf8(position) => write!(formatter, "not UTF-8 text: byte {position} fits nowhere"),
            Spoiled::Yaml => write!(formatter, "YAML instead of JSON"),
            Spoiled::Text => write!(formatter, "the aws-cli's text output instead of JSON"),
            Spoiled::Table => write!(formatter, "the aws-cli's table output instead of JSON"),
            Spoiled::Markup => write!(formatter, "XML or HTML instead of JSON"),
            Spoiled::Message(text) => write!(formatter, "a message instead of an answer: `{text}`"),
            Spoiled::Archive(cause) => write!(formatter, "cannot be unpacked: {cause}"),
            Spoiled::Syntax(cause) => write!(formatter, "not JSON: {cause}"),
        }
    }
}

/// Why there is no snapshot to answer from.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A path that cannot be opened.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// The path, as given.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// The only file is no JSON.
    #[error("cannot read `{file}`: {spoiled}")]
    NotJson {
        /// The file.
        file: String,
        /// In what way.
        spoiled: Spoiled,
    },
    /// Files, and no answer in any of them.
    #[error("no answer of an `aws … describe-*` call in `{given}`: looked at {looked_at}")]
    Nothing {
        /// The paths, as given.
        given: String,
        /// How many files, and what the first of them are.
        looked_at: String,
    },
    /// `--strict`, and something is unread, dangling or truncated.
    #[error("the snapshot is not whole: {} problems, the first: {}", .0.len(), .0.first().map_or("", |it| it))]
    Strict(Vec<String>),
}

impl SnapshotError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            SnapshotError::Unreadable { .. } => None,
            SnapshotError::NotJson { spoiled, .. } => spoiled.help().map(str::to_owned),
            SnapshotError::Nothing { .. } => Some(
                "save answers with `aws ec2 describe-vpcs --output json > describe-vpcs.json`, one file a call"
                    .into(),
            ),
            SnapshotError::Strict(_) => Some("leave `--strict` away to answer from what is there".into()),
        }
    }
}
