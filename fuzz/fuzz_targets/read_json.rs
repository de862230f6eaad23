//! Bytes as a file of a snapshot: no panic, and every way of reading says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath::snapshot::{ReadOptions, Snapshot, SnapshotError, read_documents};
use netpath_fuzz::{begin, seeds};

fn read(bytes: Vec<u8>) -> Result<Snapshot, SnapshotError> {
    read_documents(vec![("us-east-1/describe.json".to_owned(), bytes)], &ReadOptions::default())
}

fn model(read: &Result<Snapshot, SnapshotError>) -> Option<String> {
    read.as_ref().ok().map(|it| format!("{:?}", it.model))
}

fuzz_target!(
    init: {
        begin();
        seeds::write("read_json", seeds::documents());
    },
    |bytes: &[u8]| {
        netpath::snapshot::fuzzing::look(bytes);
        // In pieces from a kilobyte on, where it is indented; else the fast way.
        let first = read(bytes.to_vec());
        // A byte order mark keeps a file in one piece; a second document keeps it from the fast way.
        if !bytes.starts_with(b"\xef\xbb\xbf") {
            let whole = read([b"\xef\xbb\xbf", bytes].concat());
            assert_eq!(model(&first), model(&whole), "in pieces, and as a whole");
            if let (Ok(first), Ok(whole)) = (&first, &whole) {
                assert_eq!(first.warnings, whole.warnings, "in pieces, and as a whole");
                assert_eq!(first.counts, whole.counts, "in pieces, and as a whole");
            }
        }
        let careful = read([bytes, b"\n{}"].concat());
        if let (Ok(_), Ok(_)) = (&first, &careful) {
            assert_eq!(model(&first), model(&careful), "fast, and careful");
        }
    }
);
