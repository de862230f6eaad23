//! How what the reader says of a snapshot is stored.

use super::codec::{Bytes, Stored, Torn, choices, records};
use crate::snapshot::{Counts, Identity, NotAnswered, Problem, Source, Spoiled, Warning};

records! {
    Warning { file, place, problem }
    NotAnswered { scope, call, kind, permission, code, is_denied }
    Source { path, bytes }
    Counts { resources, unmodelled, unknown_keys, unknown_words, ambiguous_empty }
}

choices! {
    Problem {
        NotJson(a), Unreadable(a), ArchiveInFolder, NoKnownKey(a), BadElement(a),
        LeftOut(a), MissingParent(a), Truncated(a), AmbiguousEmpty(a),
        Contradiction { id, kept }, InterfacesFromInstances(a), GroupsFromRules(a),
        NotAnswered { call, permission, code },
    }
    Spoiled {
        Empty, Utf16, NotUtf8(a), Yaml, Text, Table, Markup, Message(a),
        Archive(a), Syntax(a),
    }
}

impl Stored for Identity {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
    fn take(from: &mut Bytes<'_>) -> Result<Identity, Torn> {
        from.next(32)?.try_into().map(Identity).map_err(|_| Torn)
    }
}
