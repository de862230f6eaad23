//! Bytes as a compiled file, and as rows of one: no panic, and no more memory than the bytes warrant.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath::snapshot::{ReadOptions, read_documents};
use netpath::{network, store};
use netpath_fuzz::{answers, begin, seeds, topologies};

fuzz_target!(
    init: {
        begin();
        let file = |name: &&str| {
            let options = ReadOptions::default();
            let snapshot = read_documents(topologies::files(name), &options).expect("a topology can be read");
            answers::compiled(&snapshot, &network::compile(&snapshot.model), &options)
        };
        seeds::write("compiled", topologies::RICH.iter().map(file));
    },
    |bytes: &[u8]| {
        store::fuzzing::rows(bytes);
        if let Ok(opened) = store::open_bytes(bytes.to_vec()) {
            let _ = opened.verify();
        }
    }
);
