//! Lints: every page's examples, every lint on every topology and on the corpus, and what the formats promise.

mod examples;
mod everywhere;
mod formats;
mod naive;
mod triage;
