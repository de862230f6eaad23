//! JSON: the plain picture, for programs that draw it their own way.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::picture::{Inside, Mark, Paint, Picture, Shape};
use crate::report::json::inert;

/// The version of this form.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct View<'p> {
    schema: u32,
    title: &'p str,
    description: &'p str,
    boxes: Vec<BoxView<'p>>,
    joints: Vec<JointView<'p>>,
}

#[derive(Serialize)]
struct BoxView<'p> {
    id: &'p str,
    kind: &'static str,
    label: Vec<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    details: &'p [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    boxes: Vec<BoxView<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flows: Vec<FlowView<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<TableView<'p>>,
}

#[derive(Serialize)]
struct TableView<'p> {
    columns: Vec<BoxView<'p>>,
    rows: Vec<Vec<Option<BoxView<'p>>>>,
}

#[derive(Serialize)]
struct FlowView<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    ends: &'p str,
    traffic: &'p str,
    pairs: &'p [String],
}

#[derive(Serialize)]
struct JointView<'p> {
    id: &'p str,
    kind: &'static str,
    is_broken: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    ends: Vec<&'p str>,
}

/// Prints a picture.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let mut ends: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    gather(&picture.root, &mut ends);
    let joints = picture.nets.iter().enumerate().map(|(number, net)| JointView {
        id: &net.key,
        kind: net.kind.class(),
        is_broken: net.is_broken,
        mark: net.mark.map(Mark::class),
        ends: ends.get(&number).cloned().unwrap_or_default(),
    });
    let view = View {
        schema: SCHEMA,
        title: &picture.title,
        description: &picture.description,
        boxes: picture.root.children().into_iter().map(boxed).collect(),
        joints: joints.collect(),
    };
    out.write_all(inert(serde_json::to_string_pretty(&view)?).as_bytes())?;
    out.write_all(b"\n")
}

fn gather<'p>(shape: &'p Shape, ends: &mut BTreeMap<usize, Vec<&'p str>>) {
    for port in &shape.ports {
        ends.entry(port.net).or_default().push(&shape.key);
    }
    for child in shape.children() {
        gather(child, ends);
    }
}

fn boxed(shape: &Shape) -> BoxView<'_> {
    let flows = match &shape.inside {
        Inside::Zones(zones) => zones.flows.iter(),
        Inside::Nothing | Inside::Packed(_) | Inside::Stacked(..) | Inside::Table(_) => [].iter(),
    };
    let (boxes, table) = match &shape.inside {
        Inside::Table(table) => {
            let rows = table.rows.iter();
            let rows = rows.map(|row| row.iter().map(|it| it.as_ref().map(boxed)).collect()).collect();
            (Vec::new(), Some(TableView { columns: table.heads.iter().map(boxed).collect(), rows }))
        }
        Inside::Nothing | Inside::Packed(_) | Inside::Stacked(..) | Inside::Zones(_) => {
            (shape.children().into_iter().map(boxed).collect(), None)
        }
    };
    BoxView {
        id: &shape.key,
        kind: shape.paint.class(),
        label: shape.lines.iter().map(|it| it.text.as_str()).collect(),
        problem: shape.problem.as_deref(),
        mark: shape.mark.map(Mark::class),
        details: &shape.hover,
        boxes,
        flows: flows
            .map(|it| FlowView {
                kind: it.paint.map(Paint::class),
                ends: &it.ends,
                traffic: &it.traffic,
                pairs: &it.hover,
            })
            .collect(),
        table,
    }
}
