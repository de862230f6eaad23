//! Text as JSON: what our scanner accepts, `serde_json` accepts with the same result.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath_fuzz::seeds;

fuzz_target!(
    init: seeds::write("scanner", seeds::documents()),
    |text: &str| netpath::snapshot::fuzzing::compare_scanner(text)
);
