//! Bytes as an archive, and as a packed file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath::snapshot::{ReadOptions, read_documents};

fuzz_target!(|bytes: &[u8]| {
    for name in ["snapshot.tar.gz", "describe.json"] {
        let _ = read_documents(vec![(name.to_owned(), bytes.to_vec())], &ReadOptions::default());
    }
});
