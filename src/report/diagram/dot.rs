//! DOT, for Graphviz: boxes that hold others are clusters, nets are edges.
//!
//! Built and printed by graphviz-rust, which quotes nothing by itself: whatever comes from the snapshot goes through
//! [`quoted`]. Invisible edges keep tiers below each other, and an edge to a cluster goes to a card in it and ends at the
//! cluster's border.

use std::collections::BTreeMap;
use std::io::{self, Write};

use graphviz_rust::dot_structures::{
    Attribute, Edge, EdgeTy, Graph, GraphAttributes, Id, Node, NodeId, Stmt, Subgraph, Vertex,
};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

use super::picture::{Inside, Mark, Net, NetKind, Paint, Picture, Shape, Table, TableKind, Tier};
use crate::solver::Verdict;

/// Prints a picture.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let text = graph(picture).print(&mut PrinterContext::default());
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

/// A text as DOT reads it back: quotes and backslashes escaped, lines broken, nothing that a viewer would run.
pub(super) fn quoted(text: &str) -> String {
    let mut safe = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => safe.push_str("\\\""),
            '\\' => safe.push_str("\\\\"),
            '\n' => safe.push_str("\\n"),
            other if other.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe.push('"');
    safe
}

struct Writer {
    count: usize,
    /// The nodes that the ends of each net stand for, with the cluster that each is in, and whether it is a hub.
    ends: BTreeMap<usize, Vec<(String, Option<String>, bool)>>,
}

fn graph(picture: &Picture) -> Graph {
    let mut writer = Writer { count: 0, ends: BTreeMap::new() };
    let mut stmts = vec![
        attribute("label", &picture.title),
        plain("labelloc", "t"),
        plain("compound", "true"),
        plain("newrank", "true"),
        plain("rankdir", "TB"),
        plain("fontsize", "12"),
        attribute("fontname", "Helvetica,Arial,sans-serif"),
        defaults(
            "node",
            &[
                ("shape", "box"),
                ("style", "rounded,filled"),
                ("fillcolor", "#ffffff"),
                ("fontname", "Helvetica,Arial,sans-serif"),
                ("fontsize", "11"),
            ],
        ),
        defaults("edge", &[("color", "#57606a"), ("arrowhead", "none")]),
    ];
    for child in picture.root.children().into_iter().filter(|it| it.paint != Paint::Frame) {
        writer.shape(child, &mut stmts);
    }
    for (net, ends) in &writer.ends {
        let net = &picture.nets[*net];
        stmts.extend(edges(net, ends));
    }
    Graph::DiGraph { id: Id::Escaped(quoted("netpath")), strict: false, stmts }
}

fn edges(net: &Net, ends: &[(String, Option<String>, bool)]) -> Vec<Stmt> {
    let is_gone = net.is_broken || net.mark == Some(Mark::Removed);
    let hub = ends.iter().position(|it| it.2).unwrap_or(0);
    let Some((center, center_cluster, _)) = ends.get(hub) else { return Vec::new() };
    let color = match (is_gone, net.kind) {
        (true, _) => "#b3001b",
        (false, _) if net.mark == Some(Mark::Added) => "#116b34",
        (false, NetKind::Internet) => "#44566b",
        (false, NetKind::Transit) => "#6f3f86",
        (false, NetKind::Peering) => "#2f6f4f",
        (false, NetKind::OnPremises) => "#8a5a00",
    };
    let others = ends.iter().enumerate().filter(|(at, _)| *at != hub);
    let edge = |(_, (node, cluster, _)): (usize, &(String, Option<String>, bool))| {
        let is_above = net.kind == NetKind::Internet;
        let ((tail, tail_cluster), (head, head_cluster)) = if is_above {
            ((center, center_cluster), (node, cluster))
        } else {
            ((node, cluster), (center, center_cluster))
        };
        let mut attributes = vec![pair("color", color), pair("tooltip", &net.hover)];
        attributes.extend(tail_cluster.as_ref().map(|it| pair("ltail", it)));
        attributes.extend(head_cluster.as_ref().map(|it| pair("lhead", it)));
        if is_gone {
            attributes.push(pair("style", "dashed"));
        }
        connected(tail, head, attributes)
    };
    others.map(edge).collect()
}

fn connected(tail: &str, head: &str, attributes: Vec<Attribute>) -> Stmt {
    let vertex = |name: &str| Vertex::N(NodeId(Id::Escaped(quoted(name)), None));
    Stmt::Edge(Edge { ty: EdgeTy::Pair(vertex(tail), vertex(head)), attributes })
}

/// The edge that a cell of a square is.
fn arrow(cell: &Shape) -> Vec<Attribute> {
    let is_whole = cell.paint == Paint::Verdict(Verdict::Reachable);
    let style = if is_whole { "solid" } else { "dashed" };
    let hover = cell.hover.join("\n");
    vec![
        pair("label", &label(cell)),
        pair("tooltip", &hover),
        pair("arrowhead", "normal"),
        pair("style", style),
    ]
}

fn pair(name: &str, value: &str) -> Attribute {
    Attribute(Id::Plain(name.to_owned()), Id::Escaped(quoted(value)))
}

fn attribute(name: &str, value: &str) -> Stmt {
    Stmt::Attribute(pair(name, value))
}

fn plain(name: &str, value: &str) -> Stmt {
    Stmt::Attribute(Attribute(Id::Plain(name.to_owned()), Id::Plain(value.to_owned())))
}

fn defaults(what: &str, pairs: &[(&str, &str)]) -> Stmt {
    let attributes = pairs.iter().map(|(name, value)| pair(name, value)).collect();
    Stmt::GAttribute(if what == "node" {
        GraphAttributes::Node(attributes)
    } else {
        GraphAttributes::Edge(attributes)
    })
}

fn label(shape: &Shape) -> String {
    let lines = shape.lines.iter().map(|it| it.text.clone());
    lines.chain(shape.problem.iter().map(|it| format!("✗ {it}"))).collect::<Vec<String>>().join("\n")
}

/// The edge of a box that is wrong, or that another network has not or has otherwise.
fn edge(shape: &Shape) -> Option<[(&'static str, &'static str); 3]> {
    let (color, style) = match (&shape.problem, shape.mark) {
        (_, Some(Mark::Removed)) => ("#b3001b", "rounded,filled,dashed"),
        (Some(_), _) => ("#b3001b", "rounded,filled"),
        (None, Some(Mark::Added)) => ("#116b34", "rounded,filled"),
        (None, Some(Mark::Changed)) => ("#8a4b00", "rounded,filled"),
        (None, None) => return None,
    };
    Some([("color", color), ("style", style), ("penwidth", "2.5")])
}

fn fill(paint: Paint) -> &'static str {
    match paint {
        Paint::Subnet(Tier::Public) => "#fdeccb",
        Paint::Subnet(Tier::Private) => "#dcebf7",
        Paint::Subnet(Tier::Isolated) => "#e4e0ee",
        Paint::Subnet(Tier::Unknown) => "#eeeeee",
        Paint::Gateway | Paint::Gained => "#eaf6ee",
        Paint::Hub => "#f3e8f7",
        Paint::Outside => "#e8eef3",
        Paint::Account => "#f6f8fa",
        Paint::Lost => "#fde3e3",
        Paint::Rerouted => "#e6ecfb",
        Paint::Exposed => "#fdeccb",
        Paint::Verdict(Verdict::Reachable) => "#dff3e4",
        Paint::Verdict(Verdict::Partial) => "#fff6d6",
        Paint::Verdict(Verdict::ForwardOnly) => "#fbe3d0",
        Paint::Verdict(Verdict::Unknown) => "#eeeeee",
        Paint::Verdict(Verdict::Blocked)
        | Paint::Shut
        | Paint::Beyond
        | Paint::Head
        | Paint::Canvas
        | Paint::Region
        | Paint::Vpc
        | Paint::Host
        | Paint::Absent
        | Paint::Frame
        | Paint::Step
        | Paint::Unclear
        | Paint::Idle
        | Paint::Free => "#ffffff",
    }
}

impl Writer {
    /// Writes a box; the first and last card in it, for edges that keep order.
    fn shape(&mut self, shape: &Shape, stmts: &mut Vec<Stmt>) -> (String, String) {
        let children = shape.children();
        // A card with counts by tier is one node: Graphviz lays out fewer of them better.
        let is_summary =
            children.iter().all(|it| matches!(it.paint, Paint::Subnet(_)) && it.children().is_empty())
                && matches!(shape.paint, Paint::Vpc | Paint::Absent | Paint::Account | Paint::Region)
                && !matches!(shape.inside, Inside::Zones(_));
        self.count += 1;
        if children.is_empty() || is_summary {
            return self.node(shape, &children, stmts);
        }
        let cluster = format!("cluster_{}", self.count);
        let mut inner = vec![
            attribute("label", &label(shape)),
            attribute("style", "rounded,filled"),
            attribute("fillcolor", fill(shape.paint)),
            attribute("color", "#57606a"),
            attribute("tooltip", &shape.hover.join("\n")),
        ];
        inner.extend(edge(shape).into_iter().flatten().map(|(name, value)| attribute(name, value)));
        let (first, last) = match &shape.inside {
            Inside::Zones(zones) => {
                let groups = [zones.above.iter().collect::<Vec<&Shape>>()];
                let rows =
                    zones.bands.iter().flat_map(|it| &it.rows).map(|row| row.iter().flatten().collect());
                let levels = groups.into_iter().chain(rows).chain([zones.below.iter().collect()]);
                let talk = zones.talk(&shape.key);
                self.levels(levels.chain([talk.iter().collect()]).collect(), &mut inner)
            }
            Inside::Packed(shapes) if matches!(shape.paint, Paint::Subnet(_)) => {
                self.levels(shapes.iter().map(|it| vec![it]).collect(), &mut inner)
            }
            Inside::Stacked(shapes, _) => self.levels(shapes.iter().map(|it| vec![it]).collect(), &mut inner),
            Inside::Table(table) => self.table(table, &mut inner),
            Inside::Nothing | Inside::Packed(_) => self.levels(vec![children], &mut inner),
        };
        stmts.push(Stmt::Subgraph(Subgraph { id: Id::Plain(cluster.clone()), stmts: inner }));
        for port in &shape.ports {
            self.ends.entry(port.net).or_default().push((first.clone(), Some(cluster.clone()), false));
        }
        (first, last)
    }

    /// A square is a graph of its heads; of ways, each cell leads to the next; a map has its rows below each other.
    fn table(&mut self, table: &Table, stmts: &mut Vec<Stmt>) -> (String, String) {
        let mut ends: Option<(String, String)> = None;
        let mut note = |name: &String| {
            let begin = ends.take().map_or_else(|| name.clone(), |it| it.0);
            ends = Some((begin, name.clone()));
        };
        let mut known: BTreeMap<&str, String> = BTreeMap::new();
        for row in &table.rows {
            let mut last: Option<String> = None;
            for (column, cell) in Table::telling(row) {
                match (table.kind, column, &last) {
                    (TableKind::Square, 1.., Some(from)) => {
                        let Some(head) = table.heads.get(column - 1) else { continue };
                        let to = match known.get(head.key.as_str()) {
                            Some(name) => name.clone(),
                            None => self.node(head, &[], stmts).0,
                        };
                        known.insert(&head.key, to.clone());
                        stmts.push(connected(from, &to, arrow(cell)));
                    }
                    (TableKind::Square | TableKind::Ways | TableKind::Map, _, _) => {
                        let name = match known.get(cell.key.as_str()) {
                            Some(name) => name.clone(),
                            None => self.node(cell, &[], stmts).0,
                        };
                        known.insert(&cell.key, name.clone());
                        note(&name);
                        if let Some(from) = last {
                            let attributes = vec![match table.kind {
                                TableKind::Map => pair("style", "invis"),
                                TableKind::Square | TableKind::Ways => pair("arrowhead", "normal"),
                            }];
                            stmts.push(connected(&from, &name, attributes));
                        }
                        last = Some(name);
                    }
                }
            }
        }
        ends.unwrap_or_default()
    }

    fn node(&mut self, shape: &Shape, children: &[&Shape], stmts: &mut Vec<Stmt>) -> (String, String) {
        let name = format!("{} {}", shape.key, self.count);
        let inner = children.iter().map(|it| label(it)).collect::<Vec<String>>().join(" · ");
        let words = if inner.is_empty() { label(shape) } else { format!("{}\n{inner}", label(shape)) };
        let mut attributes = vec![
            pair("label", &words),
            pair("tooltip", &shape.hover.join("\n")),
            pair("fillcolor", fill(shape.paint)),
        ];
        attributes.extend(edge(shape).into_iter().flatten().map(|(name, value)| pair(name, value)));
        stmts.push(Stmt::Node(Node { id: NodeId(Id::Escaped(quoted(&name)), None), attributes }));
        let is_hub = matches!(shape.paint, Paint::Hub | Paint::Outside);
        for port in &shape.ports {
            self.ends.entry(port.net).or_default().push((name.clone(), None, is_hub));
        }
        (name.clone(), name)
    }

    /// Boxes in levels, those of one below those of the one before.
    fn levels(&mut self, levels: Vec<Vec<&Shape>>, stmts: &mut Vec<Stmt>) -> (String, String) {
        let mut ends: Option<(String, String)> = None;
        for level in levels {
            let above = ends.as_ref().map(|it| it.1.clone());
            let mut lowest = None;
            for shape in level {
                let (first, last) = self.shape(shape, stmts);
                if let Some(above) = &above {
                    stmts.push(connected(above, &first, vec![pair("style", "invis")]));
                }
                let begin = ends.take().map_or(first, |it| it.0);
                ends = Some((begin, lowest.get_or_insert(last).clone()));
            }
        }
        ends.unwrap_or_default()
    }
}
