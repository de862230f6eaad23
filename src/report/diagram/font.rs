//! How wide text is: advance widths of the widest of the common sans-serif faces, DejaVu Sans, in thousandths of the size.
//!
//! A reader's own face (Helvetica, Arial, Liberation Sans, Verdana) is as wide or narrower, so that a box which holds the
//! text by these numbers holds it anywhere. Beyond ASCII the widest letter of a script counts.

use super::picture::Hand;

/// Space to tilde.
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637, 637,
    637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 576, 775, 752, 295,
    295, 656, 558, 863, 749, 788, 604, 788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838,
    500, 500, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521,
    393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
];
/// The same, bold.
const BOLD: [u16; 95] = [
    349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696, 696, 696,
    696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 581, 1000, 774, 763, 734, 831, 684, 684, 821, 837, 373,
    373, 775, 638, 996, 837, 851, 733, 851, 771, 721, 683, 813, 774, 1104, 771, 725, 726, 458, 366, 458, 838,
    500, 500, 675, 716, 593, 716, 679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688, 716, 716, 494, 596,
    479, 712, 652, 924, 646, 652, 583, 712, 366, 712, 838,
];

impl Hand {
    /// Its size in pixels.
    pub fn size(self) -> i32 {
        match self {
            Hand::Title => 20,
            Hand::Name => 12,
            Hand::Plain | Hand::Head | Hand::Problem => 11,
        }
    }

    /// The height of a line.
    pub fn line_height(self) -> i32 {
        self.size() + 4
    }

    /// Whether it is bold.
    pub fn is_bold(self) -> bool {
        match self {
            Hand::Title | Hand::Name | Hand::Head => true,
            Hand::Plain | Hand::Problem => false,
        }
    }

    /// The name of its class in style sheets.
    pub fn class(self) -> &'static str {
        match self {
            Hand::Title => "t",
            Hand::Name => "n",
            Hand::Plain => "p",
            Hand::Head => "h",
            Hand::Problem => "x",
        }
    }
}

fn advance(letter: char, is_bold: bool) -> i32 {
    let code = letter as usize;
    let table = if is_bold { &BOLD } else { &REGULAR };
    if let Some(width) = code.checked_sub(0x20).and_then(|at| table.get(at)) {
        return i32::from(*width);
    }
    match letter {
        '\u{b7}' => 380,
        '\u{2190}'..='\u{21ff}' | '\u{2713}' | '\u{2717}' | '\u{d7}' => 838,
        '\u{a0}'..='\u{17f}' => 1170,
        // Words and dashes that are one letter.
        '\u{fdfd}' => 12_000,
        '\u{2e3a}' | '\u{2e3b}' => 3000,
        '\u{12000}'..='\u{1254f}' => 4500,
        // Of the scripts and pictures beyond, few letters are wider than this.
        _ => 1450,
    }
}

/// The width of a text in pixels, rounded up.
pub fn width(text: &str, hand: Hand) -> i32 {
    let thousandths: i32 = text.chars().map(|it| advance(it, hand.is_bold())).sum();
    (thousandths * hand.size() + 999) / 1000
}

/// A text in lines no wider than asked, broken at blanks and after punctuation where that is possible.
pub fn wrap(text: &str, hand: Hand, most: i32) -> Vec<String> {
    if width(text, hand) <= most {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut rest = text;
    // Ends: each round takes at least one letter.
    while !rest.is_empty() {
        let end = fitting(rest, hand, most);
        lines.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    lines
}

/// How many bytes of a text fit, up to the last place where it may be broken: between words, else inside one.
fn fitting(text: &str, hand: Hand, most: i32) -> usize {
    let (mut used, mut before, mut between, mut inside) = (0, None, None, None);
    for (at, letter) in text.char_indices() {
        used += advance(letter, hand.is_bold()) * hand.size();
        if used > most * 1000 && at > 0 {
            return before.or(between).or(inside).unwrap_or(at);
        }
        let is_late = used > most * 350;
        match letter {
            // What a dot sets apart stays together.
            ' ' if is_late && text[at + 1..].starts_with('·') => before = Some(at + 1),
            ' ' if is_late => between = Some(at + 1),
            '-' | '_' | '/' | ',' if is_late => inside = Some(at + 1),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_every_letter_and_the_width() {
        let text = "a-name-of-a-subnet-that-somebody-made-much-too-long/with everything, in it ÄÖÜ 漢字";
        let lines = wrap(text, Hand::Name, 120);
        assert!(lines.iter().all(|it| width(it, Hand::Name) <= 120));
        let squeezed = |text: &str| text.replace(' ', "");
        assert_eq!(squeezed(&lines.concat()), squeezed(text));
    }
}
