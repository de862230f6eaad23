//! SVG: one file that any browser shows, without a script and without anything from elsewhere.
//!
//! Every box is a group with a title that browsers show as a tooltip, its rectangle and its label; text stays text. The
//! style sheet has a light and a dark half. Colour is never alone: tiers are written out and have stripes of their own
//! (whole, dashed, dotted), what is wrong has a mark and words.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::picture::{Hand, Mark, Paint, Picture, Tier};
use super::place::{Panel, Placed, Text, place, stripe};
use super::wires::{Heading, Wire};

/// The space around everything.
const MARGIN: i32 = 16;
/// The style sheet.
pub(super) const STYLE: &str = include_str!("style.css");

/// Prints a picture.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(drawn(picture).as_bytes())
}

/// The picture as SVG.
pub(super) fn drawn(picture: &Picture) -> String {
    let style = format!("<style>\n{STYLE}</style>\n");
    svg(picture, "", &style)
}

/// The picture as a part of a page that has the style sheet, and several pictures.
pub(super) fn part(picture: &Picture, number: usize) -> String {
    svg(picture, &format!("p{number}-"), "")
}

fn svg(picture: &Picture, prefix: &str, style: &str) -> String {
    let placed = place(picture);
    let (width, height) = (placed.bounds.width + 2 * MARGIN, placed.bounds.height + 2 * MARGIN);
    let mut pen = Pen { text: String::new(), used: BTreeSet::new(), prefix, picture };
    let _ = write!(
        pen.text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{prefix}np-title {prefix}np-desc\">\n\
         <title id=\"{prefix}np-title\">{}</title>\n<desc id=\"{prefix}np-desc\">{}</desc>\n{style}",
        escaped(&picture.title),
        escaped(&picture.description)
    );
    pen.shape(&placed, MARGIN, MARGIN);
    pen.text.push_str("</svg>\n");
    pen.text
}

struct Pen<'p> {
    text: String,
    /// Ids that elements have already.
    used: BTreeSet<String>,
    /// What ids begin with.
    prefix: &'p str,
    picture: &'p Picture,
}

impl Pen<'_> {
    fn shape(&mut self, placed: &Placed<'_>, x: i32, y: i32) {
        let shape = placed.shape;
        let wrong = if shape.problem.is_some() { " wrong" } else { "" };
        let mark = shape.mark.map(|it| format!(" {}", it.class())).unwrap_or_default();
        let id = self.fresh(&shape.key);
        let class = shape.paint.class();
        let ask = shape.ask.as_ref().map(|it| format!(" data-ask=\"{}\"", escaped(it))).unwrap_or_default();
        let _ = write!(
            self.text,
            "<g id=\"{id}\"{ask} class=\"{class}{wrong}{mark}\" data-key=\"{}\">",
            escaped(&shape.key)
        );
        let hover: Vec<&str> = shape.hover.iter().map(String::as_str).collect();
        self.title(&hover.join("\n"));
        self.rectangle(placed, x, y);
        for panel in &placed.panels {
            self.panel(panel, x, y);
        }
        for wire in &placed.wires {
            self.wire(wire, x, y);
        }
        self.texts(&placed.texts, x, y);
        for child in &placed.children {
            self.shape(child, x + child.bounds.x, y + child.bounds.y);
        }
        self.text.push_str("</g>\n");
    }

    fn rectangle(&mut self, placed: &Placed<'_>, x: i32, y: i32) {
        let frame = placed.frame;
        let (x, y) = (x + frame.x, y + frame.y);
        let _ = write!(
            self.text,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"5\"/>",
            frame.width, frame.height
        );
        if let Paint::Subnet(tier) = placed.shape.paint {
            let x = x + stripe(placed.shape.paint) / 2 + 1;
            let dash = match tier {
                Tier::Public => "",
                Tier::Private => " stroke-dasharray=\"10 4\"",
                Tier::Isolated => " stroke-dasharray=\"3 3\"",
                Tier::Unknown => " stroke-dasharray=\"1 5\"",
            };
            let (top, bottom) = (y + 5, y + frame.height - 5);
            let _ = write!(self.text, "<path class=\"stripe\" d=\"M{x} {top}V{bottom}\"{dash}/>");
        }
    }

    fn panel(&mut self, panel: &Panel, x: i32, y: i32) {
        let _ = write!(self.text, "<g class=\"{}\">", panel.class);
        self.title(&panel.hover);
        let frame = panel.frame;
        let _ = write!(
            self.text,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>",
            x + frame.x,
            y + frame.y,
            frame.width,
            frame.height
        );
        self.texts(&panel.texts, x, y);
        self.text.push_str("</g>\n");
    }

    fn wire(&mut self, wire: &Wire, x: i32, y: i32) {
        let net = wire.net.map(|net| &self.picture.nets[net]);
        let class = net.map_or("arrow", |it| it.kind.class());
        let wrong = if net.is_some_and(|it| it.is_broken) { " wrong" } else { "" };
        let mark = net.and_then(|it| it.mark).map(Mark::class);
        let mark = mark.or(wire.paint.map(Paint::class)).map(|it| format!(" {it}")).unwrap_or_default();
        let key = net.map(|it| format!(" data-key=\"{}\"", escaped(&it.key))).unwrap_or_default();
        let _ = write!(self.text, "<g class=\"wire {class}{wrong}{mark}\"{key}>");
        self.title(net.map_or("", |it| &it.hover));
        self.text.push_str("<path d=\"");
        for stretch in &wire.stretches {
            for (number, (at_x, at_y)) in stretch.iter().enumerate() {
                let letter = if number == 0 { 'M' } else { 'L' };
                let _ = write!(self.text, "{letter}{} {}", at_x + x, at_y + y);
            }
        }
        self.text.push_str("\"/>");
        for (at_x, at_y) in &wire.knots {
            let _ = write!(self.text, "<circle cx=\"{}\" cy=\"{}\" r=\"2.5\"/>", at_x + x, at_y + y);
        }
        for (at_x, at_y, heading) in &wire.heads {
            let back = match heading {
                Heading::Down => "l-4 -7h8z",
                Heading::Left => "l7 -4v8z",
                Heading::Right => "l-7 -4v8z",
            };
            let _ = write!(self.text, "<path class=\"head\" d=\"M{} {}{back}\"/>", at_x + x, at_y + y);
        }
        self.text.push_str("</g>\n");
    }

    fn texts(&mut self, texts: &[Text], x: i32, y: i32) {
        for text in texts {
            let _ = write!(
                self.text,
                "<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>",
                hand(text.hand),
                text.x + x,
                text.y + y,
                escaped(&text.text)
            );
        }
    }

    fn title(&mut self, hover: &str) {
        if !hover.is_empty() {
            let _ = write!(self.text, "<title>{}</title>", escaped(hover));
        }
    }

    /// An id for an element that no other has, and that is the same for the same thing.
    fn fresh(&mut self, key: &str) -> String {
        let plain = |it: char| if it.is_ascii_alphanumeric() || it == '-' { it } else { '_' };
        let plain: String = key.chars().map(plain).collect();
        let base = format!("{}n-{plain}", self.prefix);
        let mut id = base.clone();
        let mut count = 1;
        // Ends: only so many ids are used.
        while !self.used.insert(id.clone()) {
            count += 1;
            id = format!("{base}-{count}");
        }
        id
    }
}

fn hand(hand: Hand) -> &'static str {
    hand.class()
}

/// A text that is nothing but text in XML: no markup, no character that XML does not have, none that turns lines round.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push('\n'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
                safe.push('\u{fffd}')
            }
            other if other.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}
