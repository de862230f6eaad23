//! Bytes as lines of a batch: an answer a line, each with its id, whole and in brief.
#![no_main]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use netpath::cli::fuzzing::Lines;
use netpath::snapshot::{ReadOptions, read_documents};
use netpath_fuzz::{begin, seeds, topologies};
use serde_json::value::RawValue;

fn lines() -> &'static [Lines; 2] {
    static LINES: OnceLock<[Lines; 2]> = OnceLock::new();
    LINES.get_or_init(|| {
        [false, true].map(|is_brief| {
            let read = read_documents(topologies::files("three-tier"), &ReadOptions::default());
            Lines::new(read.expect("a topology is readable"), is_brief)
        })
    })
}

fuzz_target!(
    init: {
        begin();
        seeds::write("batch_line", seeds::lines());
    },
    |bytes: &[u8]| {
        let asked: Vec<&[u8]> = bytes.split(|it| *it == b'\n').filter(|it| !it.trim_ascii().is_empty()).collect();
        let answered = lines().each_ref().map(|it| it.answer(bytes));
        // Numbers of an id are echoed as they are, whatever their size.
        let read = |text: &[u8]| -> Vec<BTreeMap<String, Box<RawValue>>> {
            let text = std::str::from_utf8(text).expect("answers are text");
            text.lines().map(|line| serde_json::from_str(line).expect("an answer is JSON")).collect()
        };
        let (whole, brief) = (read(&answered[0]), read(&answered[1]));
        assert_eq!((whole.len(), brief.len()), (asked.len(), asked.len()), "an answer a line");
        for (whole, brief) in whole.iter().zip(&brief) {
            for member in ["id", "verdict", "error"] {
                let text = |line: &BTreeMap<_, Box<RawValue>>| line.get(member).map(|it| it.get().to_owned());
                assert_eq!(text(whole), text(brief), "whole, and in brief");
            }
        }
    }
);
