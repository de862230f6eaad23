//! Networks with damaged values, with a fixed seed: what `fuzz/` does for hours, for seconds.

#[path = "../../fuzz/src/topologies.rs"]
pub mod topologies;
#[path = "../../fuzz/src/damage.rs"]
pub mod script;
#[path = "../../fuzz/src/answers.rs"]
pub mod answers;

use script::{Script, damaged};

// The fuzzer's files name each other so.
use script as damage;

/// Bytes that pretend to be random.
pub fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(step).take(count).collect()
}

/// Asks everything of a network that a script damages, as the fuzz target `answer` does.
fn check(bytes: &[u8]) -> String {
    let (questions, edits) = bytes.split_at(bytes.len().min(16));
    answers::check(damaged(&mut Script::new(edits)), &Script::new(questions))
}

#[test]
fn damaged_networks_are_answered_the_same_each_time() {
    for seed in 0..60 {
        let length = 16 + 4 * (seed as usize % 24);
        check(&bytes(seed, length));
    }
}

#[test]
fn whole_networks_have_everything_to_ask_about() {
    let all: String = (0..6).map(|base| check(&[[0; 16].as_slice(), &[0, base]].concat())).collect();
    for word in [
        "reachable",
        "blocked",
        "NetworkInsightsAnalysisId",
        "transit-gateway",
        "nat-gateway",
        "vpc-endpoint",
    ] {
        assert!(all.contains(word), "{word}");
    }
    assert!(topologies::names().len() > 50);
}
