//! `netpath explain`: the manual page of a code or a lint.

use std::io::Write;

use super::arguments::Explain;
use super::failure::Failure;
use super::format::Plain;
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::{lint, report};

/// A word this much unlike a code is no slip of the finger.
const MOST_SLIPS: usize = 4;

/// Prints the page.
pub(super) fn run(context: &Context, words: &Explain) -> Result<Outcome, Failure> {
    let word = words.code.trim().to_ascii_uppercase().replace('-', "_");
    let (code, page) = match (lint::lint_named(&words.code), report::manual(&word)) {
        (Some(lint), _) => (lint.id.to_owned(), report::lint::page(lint)),
        (None, Some(page)) => (word, page.to_owned()),
        (None, None) => return Err(unknown(&words.code, &word)),
    };
    let mut output = Output::open(context.options.output.as_deref())?;
    let page = page.trim_end();
    let text = match context.options.format.plain()? {
        Plain::Text => format!("{page}\n"),
        Plain::Json => {
            format!("{:#}\n", serde_json::json!({ "schema": 1, "code": code, "page": page }))
        }
    };
    output.write_all(text.as_bytes()).map_err(|cause| unwritable("the page", &cause))?;
    output.finish()?;
    Ok(Outcome::Answered)
}

fn unknown(word: &str, code: &str) -> Failure {
    let distance = |known: &str| strsim::damerau_levenshtein(known, code);
    let mut near: Vec<(usize, &str)> = report::manual_codes()
        .into_iter()
        .map(|known| (distance(known), known))
        .filter(|it| it.0 <= MOST_SLIPS)
        .collect();
    near.sort_unstable();
    let part: Vec<&str> = report::manual_codes()
        .into_iter()
        .filter(|known| code.len() >= 3 && known.contains(code))
        .take(3)
        .collect();
    let failure = Failure::new(format!("there is no code `{word}`"));
    match (near.first(), part.as_slice()) {
        (Some((_, known)), _) => failure.help(format!("did you mean `{known}`?")),
        (None, []) => {
            failure.help("codes stand in an answer's explanations and assumptions, or name a lint: `NP005`")
        }
        (None, known) => {
            let known: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
            failure.help(format!("did you mean {}?", known.join(" or ")))
        }
    }
}
