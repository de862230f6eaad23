//! What goes wrong: one line that says what, one that says what to do.

use std::io::Write;
use std::path::Path;

use super::Context;
use super::terminal::clean;
use crate::selector::{Index, SelectorError};
use crate::snapshot::SnapshotError;
use crate::store::Unread;

/// How many of the things that a name may mean are listed.
const MOST_LISTED: usize = 20;

/// Why nothing was answered.
#[derive(Debug)]
pub(super) struct Failure {
    /// One line.
    pub message: String,
    /// More lines, each a thing of its own: what a name may mean, what a snapshot lacks.
    pub details: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), details: Vec::new(), help: None }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// A name or traffic that cannot be asked about, with what it may have meant.
    pub(super) fn of_selector(index: &Index<'_>, error: SelectorError) -> Failure {
        let help = error.help();
        match error {
            SelectorError::Ambiguous { text, candidates } => {
                let shown = candidates.iter().take(MOST_LISTED).map(ToString::to_string);
                let more = candidates.len().saturating_sub(MOST_LISTED);
                let rest = (more > 0).then(|| format!("and {more} more"));
                Failure {
                    message: format!("`{text}` is ambiguous: it may be any of {}", candidates.len()),
                    details: shown.chain(rest).collect(),
                    help,
                }
            }
            SelectorError::Unknown { text, lacks } => {
                let similar: Vec<String> = index.similar(&text).iter().map(|it| format!("`{it}`")).collect();
                let message = SelectorError::Unknown { text, lacks }.to_string();
                let advice = format!("did you mean {}?", similar.join(" or "));
                let help = if similar.is_empty() { help } else { Some(advice) };
                Failure { message, details: Vec::new(), help }
            }
            error @ (SelectorError::NotAnEnd { .. }
            | SelectorError::NotModelled { .. }
            | SelectorError::Empty { .. }
            | SelectorError::Unresolved { .. }
            | SelectorError::NothingOnPremises { .. }
            | SelectorError::NoServiceAddresses { .. }
            | SelectorError::ServiceAsSource { .. }
            | SelectorError::Malformed { .. }
            | SelectorError::NoFamily { .. }
            | SelectorError::OtherFamily { .. }
            | SelectorError::Traffic { .. }
            | SelectorError::SourcePorts { .. }) => {
                Failure { message: error.to_string(), details: Vec::new(), help }
            }
        }
    }

    /// A compiled file that cannot be read.
    pub(super) fn of_compiled(path: &Path, cause: &Unread) -> Failure {
        let path = path.display();
        match cause {
            Unread::Unreadable(cause) => Failure::new(format!("cannot read `{path}`: {cause}")),
            Unread::OtherEngine => Failure::new(format!("`{path}` was compiled by another build of netpath"))
                .help("compile the snapshot again: `netpath -s FOLDER compile -o FILE`"),
            Unread::Damaged => Failure::new(format!("`{path}` is damaged: it is not what was compiled"))
                .help("compile the snapshot again: `netpath -s FOLDER compile -o FILE`"),
        }
    }

    /// Prints it to standard error.
    pub(super) fn print(&self, context: &Context) {
        let (red, bold, reset) = match context.terminal.colors_errors(context.options.color) {
            true => ("\x1b[1;31m", "\x1b[1m", "\x1b[0m"),
            false => ("", "", ""),
        };
        let mut text = format!("{red}error{reset}: {}\n", clean(&self.message));
        for detail in &self.details {
            text.push_str(&format!("  {}\n", clean(detail)));
        }
        if let Some(help) = &self.help {
            text.push_str(&format!("{bold}help{reset}: {}\n", clean(help)));
        }
        // Nowhere is left to say that this cannot be said.
        let _unheard = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Failure {
        let help = error.help();
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        match error {
            SnapshotError::Strict(problems) => Failure {
                message: format!("the snapshot is not whole: {} problems", problems.len()),
                details: problems,
                help,
            },
            error @ (SnapshotError::Unreadable { .. }
            | SnapshotError::NotJson { .. }
            | SnapshotError::Nothing { .. }) => {
                let message = match cause {
                    Some(cause) => format!("{error}: {cause}"),
                    None => error.to_string(),
                };
                Failure { message, details: Vec::new(), help }
            }
        }
    }
}
