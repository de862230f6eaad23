//! The manifest that `netpath collect` leaves beside the answers: which calls were not answered, and why.
//!
//! A file that is missing says nothing of its reason, and of a call that is made once for each of several things some
//! answers may be there: what was not answered is noted as cut off, so that it stays unknown, and told with the permission
//! that it takes.

use serde_json::Value;

use super::find::{Content, Document};
use super::scope::PathHints;
use super::warnings::{Problem, Warning};
use crate::model::{Coverage, ResourceKind, Scope};

/// A call that was asked and not answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotAnswered {
    /// Whose it would have been, and where.
    pub scope: Scope,
    /// The call, as the model names calls: `ec2 describe-vpcs`.
    pub call: String,
    /// The kind of resource that it would have told of, where it is modelled.
    pub kind: Option<ResourceKind>,
    /// The permission that it takes: `ec2:DescribeVpcs`.
    pub permission: String,
    /// AWS's code.
    pub code: String,
    /// Whether a permission was missing.
    pub is_denied: bool,
}

/// Takes the manifests out of the files.
pub(super) fn split(documents: Vec<Document>) -> (Vec<Document>, Vec<NotAnswered>) {
    let mut not_answered = Vec::new();
    let mut others = Vec::with_capacity(documents.len());
    for document in documents {
        match read(&document) {
            Some(manifest) => not_answered.extend(calls(&manifest)),
            None => others.push(document),
        }
    }
    not_answered.sort();
    not_answered.dedup();
    (others, not_answered)
}

fn read(document: &Document) -> Option<Value> {
    if document.path.rsplit('/').next() != Some("manifest.json") {
        return None;
    }
    let read: Vec<u8>;
    let bytes = match &document.content {
        Content::Bytes(bytes) => bytes,
        Content::Path(path) => {
            read = std::fs::read(path).ok()?;
            &read
        }
    };
    let manifest: Value = serde_json::from_slice(bytes).ok()?;
    manifest.get("netpath_manifest").is_some().then_some(manifest)
}

fn calls(manifest: &Value) -> impl Iterator<Item = NotAnswered> {
    let text = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_owned();
    let calls = manifest["calls"].as_array().into_iter().flatten();
    // What a Region does not have, nobody has there.
    let failed = calls.filter(|it| !matches!(it["status"].as_str(), Some("ok" | "unsupported")));
    failed.map(move |call| {
        let (service, operation) = (text(call, "service"), text(call, "operation"));
        let path = format!("{}/{}/{}", text(call, "account"), text(call, "region"), text(call, "file"));
        let asked = letters(&format!("{service}{operation}"));
        let kind = ResourceKind::ALL.iter().find(|kind| letters(kind.call()) == asked).copied();
        let needs = text(call, "needs");
        NotAnswered {
            scope: PathHints::new(&path).scope,
            call: kind.map_or_else(|| format!("{service} {operation}"), |kind| kind.call().to_owned()),
            kind,
            permission: if needs.is_empty() { format!("{service}:{operation}") } else { needs },
            code: text(call, "code"),
            is_denied: call["status"] == "denied",
        }
    })
}

/// A call without what stands between its words, in whatever case.
fn letters(text: &str) -> String {
    let kept = text.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|it| it.to_ascii_lowercase()).collect()
}

/// Notes what is not known, and says it once a call.
pub(super) fn note(not_answered: &[NotAnswered], coverage: &mut Coverage, warnings: &mut Vec<Warning>) {
    for it in not_answered {
        if let Some(kind) = it.kind {
            coverage.add_truncated(kind, it.scope.clone());
        }
    }
    let mut told: Vec<(&str, &str, &str, bool)> =
        not_answered.iter().map(|it| (&*it.call, &*it.permission, &*it.code, it.is_denied)).collect();
    told.sort_unstable();
    told.dedup();
    warnings.extend(told.into_iter().map(|(call, permission, code, is_denied)| Warning {
        file: None,
        place: None,
        problem: Problem::NotAnswered {
            call: call.to_owned(),
            permission: is_denied.then(|| permission.to_owned()),
            code: code.to_owned(),
        },
    }));
}

/// What answers depend on, as text: a part of what a snapshot is.
pub(super) fn content(not_answered: &[NotAnswered]) -> String {
    let lines = not_answered.iter().map(|it| {
        let account = it.scope.account.as_ref().map_or("", |it| it.as_str());
        let region = it.scope.region.as_ref().map_or("", |it| it.as_str());
        format!("{account}\0{region}\0{}\0{}\n", it.permission, it.code)
    });
    lines.collect()
}
