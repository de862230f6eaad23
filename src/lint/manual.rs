//! The page of a lint: what stands in its file's doc comment, and what its record says.

use super::{LINTS, Lint};

/// A lint's page, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The doc comment.
    pub text: String,
}

/// The lint with an id or a name, in whatever case it is written.
pub fn lint_named(word: &str) -> Option<&'static Lint> {
    let word = word.trim();
    LINTS.iter().find(|it| it.id.eq_ignore_ascii_case(word) || it.name.eq_ignore_ascii_case(word)).copied()
}

/// The page of a lint.
pub fn page(lint: &Lint) -> Page {
    let lines = lint.source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut text = String::with_capacity(lint.source.len() / 2);
    for line in lines {
        text.push_str(line.strip_prefix(' ').unwrap_or(line));
        text.push('\n');
    }
    Page { text }
}
