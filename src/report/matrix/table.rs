//! The table for other programs and for pages: CSV, Markdown, HTML.

use std::io::{self, Write};

use super::{CellView, Matrix};
use crate::report::text::page::clean;

/// Beyond so many groups a square no longer fits a page, and a list is written.
const MOST_IN_A_SQUARE: usize = 12;

/// One line for each pair of groups that something passes between (RFC 4180).
pub fn csv(matrix: &Matrix<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"from,to,verdict,packets,reachable,partial,forward_only,blocked,unknown\r\n")?;
    for cell in &matrix.cells {
        let pairs = cell.pairs;
        let words = [&cell.from, &cell.to, cell.verdict, &exact(cell)].map(quoted).join(",");
        write!(
            out,
            "{words},{},{},{},{},{}\r\n",
            pairs.reachable, pairs.partial, pairs.forward_only, pairs.blocked, pairs.unknown
        )?;
    }
    Ok(())
}

/// Every port, in the words that a question takes.
fn exact(cell: &CellView) -> String {
    let parts = cell.packets.iter().map(|it| {
        let ports = it.destination_ports.to_string();
        let types = it.icmp_types.texts().join(",");
        let rest = if ports.is_empty() { types } else { ports };
        match (rest.as_str(), it.protocol.parse::<u16>()) {
            ("", Ok(number)) => format!("proto/{number}"),
            ("" | "all", _) => it.protocol.to_string(),
            (rest, _) => format!("{}/{rest}", it.protocol),
        }
    });
    parts.collect::<Vec<String>>().join("+")
}

fn quoted(text: &str) -> String {
    let text = clean(text);
    // A spreadsheet takes what begins so for a formula.
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.into_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A square of the groups where they are few, else a list.
pub fn markdown(matrix: &Matrix<'_>, out: &mut dyn Write) -> io::Result<()> {
    let escaped = |text: &str| clean(text).replace('|', "\\|");
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    for (number, cells) in rows(matrix).into_iter().enumerate() {
        let cells: Vec<String> = cells.iter().map(|it| escaped(it)).collect();
        out.write_all(row(&cells).as_bytes())?;
        if number == 0 {
            out.write_all(row(&vec!["---".to_owned(); cells.len()]).as_bytes())?;
        }
    }
    Ok(())
}

/// The same as a page that stands by itself.
pub fn html(matrix: &Matrix<'_>, out: &mut dyn Write) -> io::Result<()> {
    let escaped = |text: &str| {
        let text = clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;")
    };
    out.write_all(HEAD.as_bytes())?;
    for (number, cells) in rows(matrix).into_iter().enumerate() {
        let tag = if number == 0 { "th" } else { "td" };
        let first = cells.iter().take(1).map(|it| format!("<th scope=\"row\">{}</th>", escaped(it)));
        let rest = cells.iter().skip(1).map(|it| format!("<{tag}>{}</{tag}>", escaped(it)));
        let row: String = first.chain(rest).collect();
        out.write_all(format!("<tr>{row}</tr>\n").as_bytes())?;
    }
    out.write_all(b"</table>\n</body>\n</html>\n")
}

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Who reaches whom</title>\n\
<style>body{font:14px system-ui,sans-serif;margin:1.5rem}table{border-collapse:collapse}\
th,td{border:1px solid #9aa3ad;padding:.3rem .5rem;text-align:left;vertical-align:top}th{background:#eef1f4}</style>\n\
</head>\n<body>\n<table>\n";

/// The head first.
fn rows(matrix: &Matrix<'_>) -> Vec<Vec<String>> {
    if matrix.groups.len() > MOST_IN_A_SQUARE {
        let head = ["from", "to", "verdict", "packets"].map(str::to_owned).to_vec();
        let cells = matrix
            .cells
            .iter()
            .map(|it| vec![it.from.clone(), it.to.clone(), it.verdict.to_owned(), it.words.clone()]);
        return std::iter::once(head).chain(cells).collect();
    }
    let names = matrix.groups.iter().map(|it| format!("{} ({})", it.name, it.interfaces));
    let head = std::iter::once("from \\ to".to_owned()).chain(names.clone()).collect();
    let mut rows = vec![head];
    for (from, name) in names.enumerate() {
        let cell = |to: usize| {
            let found = matrix.cells.iter().find(|it| it.ends == (from, to));
            found.map_or_else(|| "–".to_owned(), |it| format!("{}: {}", it.verdict, it.words))
        };
        rows.push(std::iter::once(name).chain((0..matrix.groups.len()).map(cell)).collect());
    }
    rows
}
