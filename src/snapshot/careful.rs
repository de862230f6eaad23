//! The slow way through a file, for those that hold a surprise: every element is looked at by itself, so that one
//! that is bad costs no other.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::syntax::{self, Top};
use super::taker::Taker;
use super::warnings::{Problem, Spoiled};
use super::{settle, shared};

/// Reads every document of a file; why none of it could be read, when that is so.
pub(super) fn read(text: &str, taker: &mut Taker<'_>) -> Result<(), Spoiled> {
    let (documents, spoiled) = syntax::documents(text);
    let is_first = documents.is_empty();
    for document in documents {
        read_document(document, taker);
    }
    match spoiled {
        Some(spoiled) if is_first => Err(spoiled),
        // What stood before the error is a page or more of an answer; the rest is unknown.
        Some(spoiled) => {
            taker.warn(None, Problem::NotJson(spoiled));
            taker.cut_all();
            Ok(())
        }
        None => Ok(()),
    }
}

/// Reads a text that should be one document; whether it was one.
pub(super) fn read_one(text: &str, taker: &mut Taker<'_>) -> bool {
    let (documents, spoiled) = syntax::documents(text);
    let ([document], None) = (documents.as_slice(), spoiled) else { return false };
    read_document(document, taker);
    true
}

fn read_document(document: &RawValue, taker: &mut Taker<'_>) {
    match syntax::top(document) {
        Top::Object(entries) => {
            let names: Vec<Cow<'_, str>> =
                entries.iter().map(|(name, _)| Cow::Borrowed(name.as_ref())).collect();
            if shared::key_of_object(names).is_some() {
                settle::bare(taker, vec![document]);
            } else {
                settle::object(taker, &entries);
            }
        }
        Top::List(elements) => settle::bare(taker, elements),
        Top::Scalar => {}
    }
}
