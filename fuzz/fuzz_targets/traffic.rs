//! What a person writes for traffic and ports.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath::selector::{parse_source_ports, parse_traffic};
use netpath_fuzz::seeds;

fuzz_target!(
    init: {
        let words = seeds::words("traffic").into_iter().chain(["linux,500-600".to_owned()]);
        seeds::write("traffic", words.map(String::into_bytes));
    },
    |text: &str| {
        if let Err(cause) = parse_traffic(text) {
            assert!(!cause.to_string().is_empty());
        }
        let _ = parse_source_ports(Some(text)).map_err(|cause| (cause.to_string(), cause.help()));
    }
);
