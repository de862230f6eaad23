//! Words of the AWS API that mean something to us: an enum each, with a case for words nobody knows.
//!
//! Compared without regard to case, since the API model and real answers differ there (JS-3).

use compact_str::CompactString;

/// An enum of AWS's words.
pub trait Word: Sized {
    /// The enum's name, for the count of unknown words.
    const NAME: &'static str;
    /// The case for a text; never fails (JS-4).
    fn from_text(text: &str) -> Self;
    /// Whether nobody knows the word.
    fn is_unknown(&self) -> bool;
    /// AWS's word.
    fn as_text(&self) -> &str;
}

/// AWS's word, where there is one.
pub(super) fn as_text<W: Word>(word: Option<&W>) -> Option<&str> {
    word.map(Word::as_text)
}

/// Keeps a word nobody knows.
pub(crate) fn unknown(text: &str) -> CompactString {
    CompactString::from(text)
}

macro_rules! words {
    ($(#[$doc:meta])* $Name:ident { $($(#[$case_doc:meta])* $Case:ident = $first:literal $(| $other:literal)*,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $Name {
            $($(#[$case_doc])* #[doc = concat!("`", $first, "`")] $Case,)*
            /// A word that nobody here knows.
            Unknown(compact_str::CompactString),
        }

        impl $crate::model::words::Word for $Name {
            const NAME: &'static str = stringify!($Name);
            fn from_text(text: &str) -> $Name {
                $(if text.eq_ignore_ascii_case($first) $(|| text.eq_ignore_ascii_case($other))* {
                    return $Name::$Case;
                })*
                $Name::Unknown($crate::model::words::unknown(text))
            }
            fn is_unknown(&self) -> bool {
                matches!(self, $Name::Unknown(_))
            }
            fn as_text(&self) -> &str {
                match self {
                    $($Name::$Case => $first,)*
                    $Name::Unknown(text) => text,
                }
            }
        }
    };
}
pub(crate) use words;
