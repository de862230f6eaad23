//! Bytes as an archive, as a packed file, and as the names of an archive's files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath::snapshot::{ReadOptions, read_documents};
use netpath_fuzz::{begin, seeds};

/// More names than this tell nothing more.
const NAMES: usize = 512;

fn read(name: &str, bytes: Vec<u8>) {
    let _ = read_documents(vec![(name.to_owned(), bytes)], &ReadOptions::default());
}

fuzz_target!(
    init: {
        begin();
        let names = "111122223333/eu-west-1/describe-vpcs.json\n./tgw-rtb-0a1/routes-us-gov-west-1.json.gz\npl%2D1";
        seeds::write("read_archive", seeds::archives().into_iter().chain([names.as_bytes().to_vec()]));
    },
    |bytes: &[u8]| {
        for name in ["snapshot.tar.gz", "describe.json"] {
            read(name, bytes.to_vec());
        }
        if let Ok(text) = std::str::from_utf8(&bytes[..bytes.len().min(NAMES)]) {
            let file = |name: &str| (name.to_owned(), b"{\"Routes\": []}".to_vec());
            let files = text.lines().map(file).collect();
            read("snapshot.tar", seeds::tar(&files));
            let _ = read_documents(files, &ReadOptions::default());
        }
    }
);
