//! Bytes as a file of a snapshot: no panic, and the fast way says what the careful way says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath::snapshot::{ReadOptions, read_documents};

fuzz_target!(|bytes: &[u8]| {
    let options = ReadOptions::default();
    let read = |bytes: Vec<u8>| read_documents(vec![("us-east-1/describe.json".to_owned(), bytes)], &options);
    let fast = read(bytes.to_vec());
    // A second document keeps a file from the fast way.
    let careful = read([bytes, b"\n{}"].concat());
    if let (Ok(fast), Ok(careful)) = (fast, careful) {
        assert_eq!(format!("{:?}", fast.model), format!("{:?}", careful.model));
    }
});
