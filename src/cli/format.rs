//! Formats: which of them a command can write.

use super::arguments::Format;
use super::failure::Failure;

/// What every command can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Format {
    /// The format, for commands that write text and JSON only.
    pub(super) fn plain(self) -> Result<Plain, Failure> {
        match self {
            Format::Text => Ok(Plain::Text),
            Format::Json => Ok(Plain::Json),
            Format::Aws => {
                Err(Failure::new("`--format aws` is for `netpath query`").help("use `--format json`"))
            }
            Format::Svg | Format::Html | Format::Dot | Format::Mermaid | Format::Png => {
                Err(self.is_a_picture())
            }
            Format::Sarif | Format::Github | Format::Junit | Format::Markdown => Err(self.is_of_lint()),
            Format::Csv => Err(self.is_a_table()),
        }
    }

    /// What is said where a table is asked of a command that has none.
    pub(super) fn is_a_table(self) -> Failure {
        Failure::new(format!("`--format {}` is a table", self.name()))
            .help("use `netpath matrix`, or `--format text` or `json`")
    }

    /// What is said where a picture is asked of a command that answers in words.
    pub(super) fn is_a_picture(self) -> Failure {
        Failure::new(format!("`--format {}` is a picture", self.name()))
            .help("use `netpath diagram`, or `--format text` or `json`")
    }

    /// What is said where findings are asked of a command that has none.
    pub(super) fn is_of_lint(self) -> Failure {
        let whose =
            if self == Format::Markdown { "`netpath lint` and `netpath diff`" } else { "`netpath lint`" };
        Failure::new(format!("`--format {}` is for {whose}", self.name()))
            .help("use `--format text` or `json`")
    }

    /// The word that a person writes for it.
    fn name(self) -> String {
        clap::ValueEnum::to_possible_value(&self).map_or(String::new(), |it| it.get_name().to_owned())
    }
}
