//! Text as `netpath.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath_fuzz::seeds;

fuzz_target!(
    init: {
        let texts = ["snapshot = \"folder\"\n", "snapshot = [\"one\", 'other']\n", "# é\nsnapshots = 1\n"];
        seeds::write("settings", texts.map(|it| it.as_bytes().to_vec()));
    },
    |text: &str| {
        if let Err(message) = netpath::cli::fuzzing::settings(text) {
            assert!(message.starts_with("netpath.toml"), "{message}");
        }
    }
);
