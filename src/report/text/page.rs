//! A page: lines of toned spans, columns, wrapping between words, and the one place where text from a snapshot is made
//! safe for a terminal.

use anstyle::{AnsiColor, Style as Ansi};

use super::Style;

/// How a span is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Tone {
    /// Nothing special.
    Plain,
    /// It works.
    Good,
    /// It does not.
    Bad,
    /// Nobody knows, or in part.
    Unsure,
    /// To be seen first.
    Strong,
    /// To be seen last.
    Faint,
}

impl Tone {
    fn ansi(self) -> Ansi {
        match self {
            Tone::Plain => Ansi::new(),
            Tone::Good => AnsiColor::Green.on_default().bold(),
            Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Unsure => AnsiColor::Yellow.on_default().bold(),
            Tone::Strong => Ansi::new().bold(),
            Tone::Faint => Ansi::new().dimmed(),
        }
    }
}

/// A cell of a row: its tone, its text.
pub(in crate::report) type Span<'s> = (Tone, &'s str);

/// Text in the making.
pub(in crate::report) struct Page {
    pub style: Style,
    text: String,
    column: usize,
}

/// Text is wrapped where at least this much of a line is left for it.
const NARROWEST: usize = 24;

impl Page {
    pub fn new(style: Style) -> Page {
        Page { style, text: String::new(), column: 0 }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A heading, after an empty line.
    pub fn title(&mut self, title: &str, rest: &str) {
        self.gap();
        self.line(0, &[(Tone::Strong, title), (Tone::Plain, rest)]);
    }

    /// Spans with a space between; what does not fit goes on two columns further in.
    pub fn line(&mut self, indent: usize, spans: &[Span<'_>]) {
        self.pad(indent);
        self.words(spans, indent + 2);
        self.end();
    }

    /// Cells in columns of these widths, then spans that go on below themselves.
    pub fn row(&mut self, indent: usize, cells: &[(Span<'_>, usize)], spans: &[Span<'_>]) {
        self.pad(indent);
        let mut edge = indent;
        for ((tone, text), width) in cells {
            self.pad(edge);
            let own = self.put(*tone, text);
            let is_wider = own > *width;
            // A mark without a width of its own stands one space before what it marks.
            edge += if *width == 0 { own + 1 } else { width + 2 };
            if is_wider && *width > 0 && self.column + 2 > edge && !spans.is_empty() {
                self.pad(self.column + 2);
            }
        }
        if spans.iter().any(|(_, text)| !text.is_empty()) {
            self.pad(edge);
            self.words(spans, edge);
        }
        self.end();
    }

    /// Spaces up to a column.
    fn pad(&mut self, column: usize) {
        while self.column < column {
            self.text.push(' ');
            self.column += 1;
        }
    }

    fn end(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
        self.text.push('\n');
        self.column = 0;
    }

    /// One span as it is; how wide it is.
    fn put(&mut self, tone: Tone, text: &str) -> usize {
        let clean = clean(text);
        let width = width_of(&clean);
        let is_toned = self.style.color && tone != Tone::Plain && !clean.is_empty();
        if is_toned {
            self.text.push_str(&format!("{}{clean}{:#}", tone.ansi(), tone.ansi()));
        } else {
            self.text.push_str(&clean);
        }
        self.column += width;
        width
    }

    /// Spans word by word; a line break only between words.
    fn words(&mut self, spans: &[Span<'_>], hang: usize) {
        let limit = if self.style.width == 0 { usize::MAX } else { self.style.width.max(hang + NARROWEST) };
        let mut is_first = true;
        for (tone, text) in spans {
            // Spaces inside names count as those between words: what is wrapped may be wrapped there.
            for word in text.split(' ').filter(|word| !word.is_empty()) {
                let width = width_of(&clean(word));
                if !is_first && self.column + 1 + width > limit {
                    self.end();
                    self.pad(hang);
                } else if !is_first {
                    self.text.push(' ');
                    self.column += 1;
                }
                self.put(*tone, word);
                is_first = false;
            }
        }
    }
}

/// Columns that a text takes. Wide letters count as one, which only misaligns.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().count()
}

/// Text that a terminal prints and does not obey: control characters, and those that turn the direction of writing, are
/// written as escapes.
pub(in crate::report) fn clean(text: &str) -> std::borrow::Cow<'_, str> {
    let is_odd = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(is_odd) {
        return text.into();
    }
    let escaped = text.chars().map(|letter| match letter {
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        letter if is_odd(letter) => letter.escape_unicode().to_string(),
        letter => letter.to_string(),
    });
    escaped.collect::<String>().into()
}
