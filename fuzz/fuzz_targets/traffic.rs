//! What a person writes for traffic and ports.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpath::selector::{parse_source_ports, parse_traffic};

fuzz_target!(|text: &str| {
    let _ = parse_traffic(text);
    let _ = parse_source_ports(Some(text));
});
