//! HTML: one file with the picture in it, which asks nobody for anything: zoom, pan, search, collapse, and the way between
//! two ends that somebody clicks at, with its explanation.
//!
//! Answers are worked out beforehand and stand in the file as JSON; texts that occur often stand there once. The policy of
//! the page admits the one script by its hash and nothing else, so that a name with markup in it is harmless twice: it is
//! escaped, and would not run.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::picture::{Picture, Shape};
use super::svg::{self, escaped};
use crate::report::{ComponentView, Report, Style, text};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// An end that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// What to ask about.
    pub ask: String,
    /// Its name.
    pub name: String,
    /// The key of the VPC or other box around it.
    pub home: String,
}

/// Answers, for a page.
#[derive(Debug, Default, Serialize)]
pub struct Answers {
    ends: Vec<String>,
    verdicts: Vec<&'static str>,
    keys: Table,
    lines: Table,
    answers: BTreeMap<String, (usize, Vec<usize>, Vec<usize>, Vec<usize>)>,
}

/// Texts, each once.
#[derive(Debug, Default)]
struct Table {
    texts: Vec<String>,
    known: BTreeMap<String, usize>,
}

impl Serialize for Table {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.texts)
    }
}

impl Table {
    fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.known.get(text) {
            return *place;
        }
        self.texts.push(text.to_owned());
        self.known.insert(text.to_owned(), self.texts.len() - 1);
        self.texts.len() - 1
    }
}

/// The ends of a picture, in its order.
pub fn ends(picture: &Picture) -> Vec<End> {
    let mut found = Vec::new();
    gather(&picture.root, "", &mut found);
    found
}

fn gather(shape: &Shape, home: &str, found: &mut Vec<End>) {
    if let Some(ask) = &shape.ask {
        let name = shape.lines.first().map(|it| it.text.clone()).unwrap_or_default();
        found.push(End { ask: ask.clone(), name, home: home.to_owned() });
    }
    let is_home = shape.paint == super::picture::Paint::Vpc;
    for child in shape.children() {
        gather(child, if is_home { &shape.key } else { home }, found);
    }
}

impl Answers {
    /// No answers yet, about some ends.
    pub fn about(ends: &[End]) -> Answers {
        Answers { ends: ends.iter().map(|it| it.ask.clone()).collect(), ..Answers::default() }
    }

    /// Takes in what becomes of packets from one end to another, by their places among the ends.
    pub fn add(&mut self, from: usize, to: usize, report: &Report<'_>) -> io::Result<()> {
        let verdict = match self.verdicts.iter().position(|it| *it == report.verdict) {
            Some(known) => known,
            None => {
                self.verdicts.push(report.verdict);
                self.verdicts.len() - 1
            }
        };
        let (mut keys, mut stops) = (Vec::new(), Vec::new());
        for path in report.paths.iter().take(4) {
            for component in path.forward_path_components.iter().chain(&path.return_path_components) {
                self.lit(component, &mut keys, &mut stops);
            }
        }
        let mut words = Vec::new();
        text::write(report, &mut words, Style { color: false, width: 0, verbose: false })?;
        let words = String::from_utf8_lossy(&words).into_owned();
        let lines = words.lines().map(|it| self.lines.place(it)).collect();
        self.answers.insert(format!("{from},{to}"), (verdict, keys, stops, lines));
        Ok(())
    }

    fn lit(&mut self, component: &ComponentView<'_>, keys: &mut Vec<usize>, stops: &mut Vec<usize>) {
        for id in [Some(component.id), component.subnet].into_iter().flatten() {
            let place = self.keys.place(id);
            if !keys.contains(&place) {
                keys.push(place);
            }
        }
        if component.decision == "drop" {
            // Groups, tables and lists are drawn nowhere: the box that they belong to is.
            for id in [Some(component.id), component.subnet].into_iter().flatten() {
                let place = self.keys.place(id);
                if !stops.contains(&place) {
                    stops.push(place);
                }
            }
        }
    }
}

/// Prints pictures of one network, each with the name of what it shows, and the answers between their ends.
pub fn write(pictures: &[(&str, &Picture)], answers: &Answers, out: &mut dyn Write) -> io::Result<()> {
    let title = pictures.first().map_or("", |(_, it)| it.title.as_str());
    let mut levels = String::new();
    let mut choices = String::new();
    for (number, (name, picture)) in pictures.iter().enumerate() {
        levels.push_str(&format!(
            "<template id=\"level-{number}\">{}</template>\n",
            svg::part(picture, number)
        ));
        choices.push_str(&format!("<option value=\"{number}\">{}</option>", escaped(name)));
    }
    // What ends a script element ends it even inside a string.
    let data = serde_json::to_string(answers)?.replace('<', "\\u003c");
    let hash = base64(&Sha256::digest(SCRIPT.as_bytes()));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{sheet}{STYLE}</style>\n</head>\n<body>\n\
         <header id=\"bar\"><h1>{title}</h1>\
         <label>Show <select id=\"level\">{choices}</select></label>\
         <input id=\"search\" type=\"search\" placeholder=\"Search ( / )\" aria-label=\"Search names, ids, addresses\">\
         <span id=\"found\" role=\"status\"></span>\
         <button id=\"in\" aria-label=\"Zoom in\">+</button><button id=\"out\" aria-label=\"Zoom out\">−</button>\
         <button id=\"fit\">Fit</button><button id=\"close\">Collapse VPCs</button><button id=\"open\">Expand</button>\
         </header>\n<main id=\"stage\"></main>\n\
         <aside id=\"panel\"><div id=\"ends\"><div><b>From</b> <span id=\"from\"></span></div>\
         <div><b>To</b> <span id=\"to\"></span></div><div id=\"verdict\" role=\"status\"></div>\
         <button id=\"clear\">Clear</button></div><pre id=\"answer\"></pre>\
         <section id=\"about\"><h2>Click a host, then another</h2><button id=\"fold\" hidden>collapse</button>\
         <pre>The way between them lights up, with what decides at each hop. Escape clears.</pre></section></aside>\n\
         {levels}<script id=\"data\" type=\"application/json\">{data}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        title = escaped(title),
        sheet = svg::STYLE,
    )
}

/// Base 64, for the hash in the page's policy.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let joined =
            chunk.iter().fold(0u32, |joined, byte| joined << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(joined >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { letter as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_that_of_the_standard() {
        let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in cases {
            assert_eq!(super::base64(plain.as_bytes()), coded);
        }
    }
}
