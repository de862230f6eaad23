//! What lints found, on the boxes that it is about.

use std::collections::{BTreeMap, BTreeSet};

use super::legend;
use super::picture::{Inside, Paint, Picture, Shape};
use crate::report::lint::FindingView;

/// Marks what findings are about; those of things that have no box are listed beside the network.
pub fn mark(picture: &mut Picture, findings: &[FindingView<'_>]) {
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    let mut keys: BTreeSet<String> = BTreeSet::new();
    gather(&picture.root, &mut keys, &mut places);
    let mut marks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut others: Vec<Shape> = Vec::new();
    for (number, finding) in findings.iter().enumerate() {
        let words = format!("{} {}: {}", finding.lint, finding.severity, finding.message);
        let ids = std::iter::once(&finding.resource).chain(&finding.related).map(|it| it.id.as_ref());
        let mut found = ids.filter_map(|id| keys.get(id).or_else(|| places.get(id)));
        match found.next() {
            Some(key) => marks.entry(key.clone()).or_default().push(words),
            None => others.push(beside(number, finding, words)),
        }
    }
    each(&mut picture.root, &mut |shape| {
        let Some(words) = marks.get(&shape.key) else { return };
        let more = if words.len() > 1 { format!(" (and {} more)", words.len() - 1) } else { String::new() };
        shape.hover.extend(words.iter().cloned());
        shape.problem = words.first().map(|it| format!("{it}{more}"));
    });
    if let Inside::Packed(shapes) = &mut picture.root.inside {
        shapes.retain(|it| it.key != "legend");
        if !others.is_empty() {
            let list = Shape::new("findings", Paint::Absent, "findings about what has no box of its own");
            shapes.push(list.holding(Inside::Packed(others)));
        }
        let legend = legend::of(shapes);
        shapes.extend(legend);
    }
}

fn beside(number: usize, finding: &FindingView<'_>, words: String) -> Shape {
    let id = finding.resource.id.as_ref();
    let name = finding.resource.name.as_deref().unwrap_or(id);
    let mut shape = Shape::new(format!("finding-{number}"), Paint::Step, name);
    if name != id {
        shape = shape.says(id);
    }
    shape.problem = Some(words);
    shape.tells(finding.remedy.as_str())
}

/// The keys of all boxes, and for what else a box stands: interfaces, and the groups that they are told to have.
fn gather(shape: &Shape, keys: &mut BTreeSet<String>, places: &mut BTreeMap<String, String>) {
    keys.insert(shape.key.clone());
    if shape.paint == Paint::Host {
        let words = shape.hover.iter().flat_map(|it| it.split_whitespace());
        let members = shape.members.iter().map(|it| it.id.as_str());
        for id in words.filter(|it| it.starts_with("sg-")).chain(members) {
            places.entry(id.to_owned()).or_insert_with(|| shape.key.clone());
        }
    }
    for child in shape.children() {
        gather(child, keys, places);
    }
}

fn each(shape: &mut Shape, change: &mut dyn FnMut(&mut Shape)) {
    change(shape);
    shape.children_mut().into_iter().for_each(|it| each(it, change));
}
