//! Doors for `fuzz/` to what cannot be seen from outside: the scanner by itself, and looks at a file's beginning.

use serde::de::{Deserialize, IgnoredAny};
use serde_json::Value;

use super::look;
use super::scanner::{Scanner, Surprise};

/// Looks at bytes as at the beginning of a file; the results are guesses, and any of them is right.
pub fn look(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = (look::is_answer(bytes), look::has_known_key(bytes), look::other_answer(&text));
}

/// What the scanner accepts, `serde_json` accepts with the same result.
pub fn compare_scanner(text: &str) {
    if let Ok(scanned) = scan::<Value>(text) {
        let known = serde_json::from_str::<Value>(text).expect("what the scanner accepts is JSON");
        assert_eq!(scanned, known, "the scanner and serde_json");
    }
    if scan::<IgnoredAny>(text).is_ok() {
        serde_json::from_str::<IgnoredAny>(text).expect("what the scanner passes over is JSON");
    }
}

fn scan<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Surprise> {
    let mut scanner = Scanner::new(text);
    let value = T::deserialize(&mut scanner)?;
    if scanner.is_at_end() { Ok(value) } else { Err(Surprise) }
}
