//! Mermaid, for Markdown: GitHub and GitLab draw it where it stands.
//!
//! Renderers give up beyond some dozens of nodes, so that boxes are closed from the inside until few enough are left.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::picture::{Inside, NetKind, Paint, Picture, Shape, Table, TableKind, Tier};

/// A page holds no more.
const MOST_NODES: usize = 60;
/// Nor more arrows from box to box.
const MOST_ARROWS: usize = 300;

/// Prints a picture.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let deepest = (1..=8).rev().find(|it| count(&picture.root, *it) <= MOST_NODES).unwrap_or(1);
    let mut page = Page { lines: Vec::new(), nodes: 0, ends: BTreeMap::new() };
    page.lines.push("flowchart TB".to_owned());
    for child in picture.root.children().into_iter().filter(|it| it.paint != Paint::Frame) {
        page.shape(child, deepest, 1);
    }
    for (net, ends) in &page.ends {
        let net = &picture.nets[*net];
        let hub = ends.iter().position(|it| it.1).unwrap_or(0);
        let line = match (net.is_broken, net.kind) {
            (true, _) => "-.-x",
            (false, NetKind::OnPremises) => "-.-",
            (false, NetKind::Internet | NetKind::Transit | NetKind::Peering) => "---",
        };
        let center = ends[hub].0;
        let mut others: Vec<usize> = ends.iter().map(|it| it.0).filter(|it| *it != center).collect();
        others.dedup();
        for other in others {
            let (one, next) = if net.kind == NetKind::Internet { (center, other) } else { (other, center) };
            page.lines.push(format!("  n{one} {line} n{next}"));
        }
    }
    for tier in Tier::ALL {
        let color = match tier {
            Tier::Public => "fill:#fdeccb,stroke:#c77700,color:#24292f",
            Tier::Private => "fill:#dcebf7,stroke:#0072b2,color:#24292f",
            Tier::Isolated => "fill:#e4e0ee,stroke:#5b4a86,color:#24292f",
            Tier::Unknown => "fill:#eeeeee,stroke:#6e7781,color:#24292f",
        };
        page.lines.push(format!("  classDef {} {color}", tier.as_text()));
    }
    page.lines.push("  classDef wrong stroke:#b3001b,stroke-width:3px".to_owned());
    page.lines.push("  classDef added stroke:#116b34,stroke-width:3px".to_owned());
    page.lines.push("  classDef removed stroke:#b3001b,stroke-width:3px,stroke-dasharray:6 4".to_owned());
    page.lines.push("  classDef changed stroke:#8a4b00,stroke-width:3px".to_owned());
    out.write_all(page.lines.join("\n").as_bytes())?;
    out.write_all(b"\n")
}

/// How many boxes there are down to a depth.
fn count(shape: &Shape, depth: usize) -> usize {
    let inner = || match &shape.inside {
        Inside::Table(table) if table.kind == TableKind::Square => table.heads.len().max(table.rows.len()),
        Inside::Nothing | Inside::Packed(_) | Inside::Stacked(..) | Inside::Zones(_) | Inside::Table(_) => {
            shape.children().iter().map(|it| count(it, depth - 1)).sum::<usize>()
        }
    };
    1 + if depth == 0 { 0 } else { inner() }
}

struct Page {
    lines: Vec<String>,
    nodes: usize,
    /// Nodes by net, and whether each is a hub.
    ends: BTreeMap<usize, Vec<(usize, bool)>>,
}

impl Page {
    fn shape(&mut self, shape: &Shape, depth: usize, indent: usize) {
        self.nodes += 1;
        let own = self.nodes;
        let space = "  ".repeat(indent);
        let children = shape.children();
        let is_leaf = children.is_empty() || depth <= 1;
        if is_leaf {
            self.lines.push(format!("{space}n{own}[\"{}\"]", label(shape)));
            self.gather(shape, own);
        } else {
            self.lines.push(format!("{space}subgraph n{own}[\"{}\"]", label(shape)));
            if let Inside::Zones(zones) = &shape.inside
                && let Some(talk) = zones.talk(&shape.key)
            {
                self.shape(&talk, 1, indent + 1);
            }
            if let Inside::Table(table) = &shape.inside {
                self.table(table, indent + 1);
            } else {
                for child in children {
                    self.shape(child, depth - 1, indent + 1);
                }
            }
            self.lines.push(format!("{space}end"));
            self.ports(shape, own);
        }
        if let Paint::Subnet(tier) = shape.paint {
            self.lines.push(format!("{space}class n{own} {}", tier.as_text()));
        }
        if shape.problem.is_some() {
            self.lines.push(format!("{space}class n{own} wrong"));
        }
        if let Some(mark) = shape.mark {
            self.lines.push(format!("{space}class n{own} {}", mark.class()));
        }
    }

    /// A square is a graph of its heads; of ways, each cell leads to the next; a map is its cells.
    fn table(&mut self, table: &Table, indent: usize) {
        let space = "  ".repeat(indent);
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut arrows: Vec<String> = Vec::new();
        for row in &table.rows {
            let mut last: Option<usize> = None;
            for (column, cell) in Table::telling(row) {
                let is_arrow = table.kind == TableKind::Square && column > 0;
                let node = if is_arrow { table.heads.get(column - 1) } else { Some(cell) };
                let Some(node) = node else { continue };
                let number = *known.entry(&node.key).or_insert_with(|| {
                    self.nodes += 1;
                    self.lines.push(format!("{space}n{}[\"{}\"]", self.nodes, label(node)));
                    self.nodes
                });
                match (last, is_arrow) {
                    (Some(from), true) => {
                        arrows.push(format!("{space}n{from} -->|\"{}\"| n{number}", label(cell)));
                    }
                    (Some(from), false) if table.kind == TableKind::Ways => {
                        arrows.push(format!("{space}n{from} --> n{number}"));
                    }
                    (Some(_), false) | (None, _) => {}
                }
                if !is_arrow {
                    last = Some(number);
                }
            }
        }
        // Renderers stop at some hundreds of edges.
        let rest = arrows.len().saturating_sub(MOST_ARROWS);
        self.lines.extend(arrows.into_iter().take(MOST_ARROWS));
        if rest > 0 {
            self.nodes += 1;
            self.lines.push(format!("{space}n{}[\"{rest} more arrows, in other formats\"]", self.nodes));
        }
    }

    fn ports(&mut self, shape: &Shape, own: usize) {
        let is_hub = matches!(shape.paint, Paint::Hub | Paint::Outside);
        for port in &shape.ports {
            self.ends.entry(port.net).or_default().push((own, is_hub));
        }
    }

    /// The ends of everything in a box that is drawn closed.
    fn gather(&mut self, shape: &Shape, own: usize) {
        self.ports(shape, own);
        for child in shape.children() {
            self.gather(child, own);
        }
    }
}

/// A label that Mermaid takes for nothing but text.
fn label(shape: &Shape) -> String {
    let lines = shape.lines.iter().map(|it| it.text.clone());
    let lines = lines.chain(shape.problem.iter().map(|it| format!("✗ {it}")));
    lines.map(|it| plain(&it)).collect::<Vec<String>>().join("<br/>")
}

fn plain(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            // Its own entities: the code point in decimal between `#` and `;`.
            '"' | '<' | '>' | '&' | '#' | '`' | ';' | '\\' | '[' | ']' | '{' | '}' | '|' => {
                safe.push_str(&format!("#{};", u32::from(letter)));
            }
            other if other.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}
