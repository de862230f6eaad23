//! The manual pages of codes, `docs/codes/`, as part of the program.

macro_rules! pages {
    ($($code:literal)*) => {
        const PAGES: &[(&str, &str)] = &[
            $(($code, include_str!(concat!("../../docs/codes/", $code, ".md"))),)*
        ];
    };
}

pages! {}

/// The page of a code, in whatever case it is written.
pub fn manual(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, page)| *page)
}

/// Every code that has a page, sorted.
pub fn manual_codes() -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = PAGES.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    codes
}
