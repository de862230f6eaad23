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
            Format::Svg => Err(self.is_a_picture()),
        }
    }

    /// What is said where a picture is asked of a command that answers in words.
    pub(super) fn is_a_picture(self) -> Failure {
        let name =
            clap::ValueEnum::to_possible_value(&self).map_or(String::new(), |it| it.get_name().to_owned());
        Failure::new(format!("`--format {name}` is a picture"))
            .help("use `netpath diagram`, or `--format text` or `json`")
    }
}
