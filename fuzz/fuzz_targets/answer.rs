//! A network with damaged values, read, compiled and asked everything: no panic, and the same answers each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath_fuzz::damage::{Script, damaged};
use netpath_fuzz::{answers, begin, seeds};

fuzz_target!(
    init: {
        begin();
        // Any bytes are a script. These have each network once, whole.
        seeds::write("answer", (0..12).map(|base| vec![0, base]));
    },
    |bytes: &[u8]| {
        let (questions, edits) = bytes.split_at(bytes.len().min(16));
        let files = damaged(&mut Script::new(edits));
        answers::check(files, &Script::new(questions));
    }
);
