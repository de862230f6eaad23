//! What the environment says about where results go: colours and width.

use std::borrow::Cow;
use std::io::IsTerminal;

use super::arguments::Color;

/// The width of text that goes to no terminal.
const WIDTH_ELSEWHERE: usize = 100;
/// Wider text is hard to read, narrower is cut.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=160;

/// What is known of the environment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Terminal {
    pub is_output: bool,
    pub is_error: bool,
    pub no_color: bool,
    pub forces_color: bool,
    pub is_dumb: bool,
    pub columns: Option<usize>,
}

impl Terminal {
    /// As the process finds it.
    pub(super) fn of_environment() -> Terminal {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let value = |name: &str| std::env::var(name).unwrap_or_default();
        let is_output = std::io::stdout().is_terminal();
        let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Terminal {
            is_output,
            is_error: std::io::stderr().is_terminal(),
            no_color: is_set("NO_COLOR"),
            forces_color: is_set("CLICOLOR_FORCE") && value("CLICOLOR_FORCE") != "0",
            is_dumb: value("TERM") == "dumb" || value("CLICOLOR") == "0",
            columns: columns.filter(|_| is_output),
        }
    }

    /// Whether results are coloured; a file is no terminal.
    pub(super) fn colors_results(self, wish: Color, is_file: bool) -> bool {
        self.colors(wish, self.is_output && !is_file)
    }

    /// Whether errors are coloured.
    pub(super) fn colors_errors(self, wish: Color) -> bool {
        self.colors(wish, self.is_error)
    }

    fn colors(self, wish: Color, is_terminal: bool) -> bool {
        match wish {
            Color::Always => true,
            Color::Never => false,
            // no-color.org before bixense.com/clicolors.
            Color::Auto => !self.no_color && (self.forces_color || (is_terminal && !self.is_dumb)),
        }
    }

    /// How wide results may be.
    pub(super) fn width(self, is_file: bool) -> usize {
        let columns = self.columns.filter(|_| !is_file).unwrap_or(WIDTH_ELSEWHERE);
        columns.clamp(*WIDTHS.start(), *WIDTHS.end())
    }
}

/// A text on one line that moves no cursor and fills no screen: names in a snapshot are anybody's, and of any length.
pub(super) fn clean(text: &str) -> String {
    shortened(text).chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}

/// More of a message than this nobody reads.
const MOST_LETTERS: usize = 2000;

/// A message that may quote a text of any length, as far as anybody reads it.
pub(super) fn shortened(message: &str) -> Cow<'_, str> {
    match message.char_indices().nth(MOST_LETTERS) {
        None => Cow::Borrowed(message),
        Some((end, _)) => Cow::Owned(format!("{}…", &message[..end])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_follow_the_conventions() {
        let terminal = Terminal { is_output: true, is_error: true, ..Terminal::default() };
        assert!(terminal.colors_results(Color::Auto, false));
        assert!(!terminal.colors_results(Color::Auto, true));
        assert!(!Terminal { no_color: true, ..terminal }.colors_results(Color::Auto, false));
        assert!(!Terminal { is_dumb: true, ..terminal }.colors_results(Color::Auto, false));
        let pipe = Terminal { forces_color: true, ..Terminal::default() };
        assert!(pipe.colors_results(Color::Auto, false));
        assert!(!Terminal { no_color: true, ..pipe }.colors_results(Color::Auto, false));
        assert!(Terminal { no_color: true, ..pipe }.colors_results(Color::Always, false));
        assert!(!pipe.colors_results(Color::Never, false));
    }
}
