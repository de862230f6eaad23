//! The view `path`: one question's ways, there and back, hop by hop, with the rule at each and what is missing where
//! packets do not get on.

use super::legend;
use super::picture::{Hand, Inside, Line, Paint, Picture, Shape};
use crate::model::Model;
use crate::packet::Family;
use crate::report::{ComponentView, ExplanationView, PathView, Report, RuleView, span};
use crate::solver::Verdict;

/// More ways than this are counted, not drawn.
const MOST_WAYS: usize = 4;
/// More remedies than this are left to the text.
const MOST_REMEDIES: usize = 4;

/// The picture of an answer.
pub fn path(report: &Report<'_>, model: &Model) -> Picture {
    let question = report.question;
    let title =
        format!("{} to {}, {}: {}", question.source, question.destination, question.traffic, report.verdict);
    let mut root = Shape::new("netpath", Paint::Canvas, "");
    root.lines = vec![Line { text: title.clone(), hand: Hand::Title }];
    let mut shapes: Vec<Shape> = Vec::new();
    let ways = ways(report);
    for (number, (path, alike)) in ways.iter().take(MOST_WAYS).enumerate() {
        let arrives = path.forward_path_components.iter().all(|it| it.decision != "drop");
        let columns = [
            leg((model, report), number, ("there", "forward"), &path.forward_path_components, true),
            leg((model, report), number, ("back", "return"), &path.return_path_components, arrives),
        ];
        let many = if *alike > 1 { format!("{alike} ways look like this") } else { String::new() };
        shapes.extend(columns.into_iter().flatten().map(|it| it.says(many.as_str())));
    }
    let rest: usize = ways.iter().skip(MOST_WAYS).map(|it| it.1).sum();
    if rest > 0 {
        let words = format!("{rest} more ways, listed by `netpath query`");
        shapes.push(Shape::new("more", Paint::Step, words));
    }
    shapes.extend(report.assumptions.iter().take(6).enumerate().map(|(number, it)| {
        let shape = Shape::new(format!("assumption-{number}"), Paint::Verdict(Verdict::Unknown), it.code)
            .says(it.words.as_str());
        it.needs.as_ref().map_or(shape.clone(), |call| shape.says(format!("aws {call}")))
    }));
    shapes.extend(legend::of(&shapes));
    root.inside = Inside::Packed(shapes);
    let description =
        format!("{title}. Every hop from top to bottom, with the rule, entry or route that decided.");
    Picture { title, description, root, nets: Vec::new() }
}

/// The ways that look different, each with how many look so. A way that is lost and one that is not stand before a second
/// of either.
fn ways<'r, 'p>(report: &'r Report<'p>) -> Vec<(&'r PathView<'p>, usize)> {
    let mut ways: Vec<(&PathView<'_>, usize)> = Vec::new();
    for path in &report.paths {
        match ways.iter_mut().find(|it| is_alike(it.0, path)) {
            Some(known) => known.1 += 1,
            None => ways.push((path, 1)),
        }
    }
    let mut seen = Vec::new();
    let (mut first, rest): (Vec<_>, Vec<_>) = ways.into_iter().partition(|it| {
        let is_new = !seen.contains(&it.0.verdict);
        seen.push(it.0.verdict);
        is_new
    });
    first.extend(rest);
    first
}

/// Whether two ways have the same hops, each with the same decision by the same rule.
fn is_alike(one: &PathView<'_>, other: &PathView<'_>) -> bool {
    let alike = |one: &[ComponentView<'_>], other: &[ComponentView<'_>]| {
        let rule = |it: &ComponentView<'_>| it.by.as_ref().map(|it| it.rule.clone());
        let same = |(one, other): (&ComponentView<'_>, &ComponentView<'_>)| {
            (one.id, one.decision, one.code, rule(one)) == (other.id, other.decision, other.code, rule(other))
        };
        one.len() == other.len() && one.iter().zip(other).all(same)
    };
    one.verdict == other.verdict
        && alike(&one.forward_path_components, &other.forward_path_components)
        && alike(&one.return_path_components, &other.return_path_components)
}

/// One direction, from top to bottom.
fn leg(
    (model, report): (&Model, &Report<'_>),
    number: usize,
    (name, direction): (&str, &str),
    components: &[ComponentView<'_>],
    arrives: bool,
) -> Option<Shape> {
    if components.is_empty() {
        return None;
    }
    let lost = components.iter().position(|it| it.decision == "drop").unwrap_or(usize::MAX);
    let step = |(at, it): (usize, &ComponentView<'_>)| {
        let shape = step(report, &format!("{name}-{number}-{at}"), direction, it, arrives && at < lost);
        (it.vpc.map(str::to_owned), shape.says(address(model, it)))
    };
    let steps: Vec<(Option<String>, Shape)> = components.iter().enumerate().map(step).collect();
    let words = if arrives { name.to_owned() } else { format!("{name}, if it got there") };
    let shape = Shape::new(format!("{name}-{number}"), Paint::Region, words);
    Some(shape.holding(Inside::Stacked(by_vpc(model, &format!("{name}-{number}"), steps), true)))
}

/// Steps in the VPC that packets are in; those that are in none stand between VPCs.
fn by_vpc(model: &Model, prefix: &str, steps: Vec<(Option<String>, Shape)>) -> Vec<Shape> {
    let mut groups: Vec<(Option<String>, Vec<Shape>)> = Vec::new();
    for (vpc, shape) in steps {
        match groups.last_mut() {
            Some((known, shapes)) if *known == vpc => shapes.push(shape),
            Some(_) | None => groups.push((vpc, vec![shape])),
        }
    }
    let mut shapes = Vec::new();
    for (at, (vpc, inner)) in groups.into_iter().enumerate() {
        match vpc {
            Some(vpc) => {
                let name = vpc_name(model, &vpc);
                let shape = Shape::new(format!("{prefix}-vpc-{at}"), Paint::Vpc, name);
                shapes.push(shape.tells(vpc).holding(Inside::Stacked(inner, true)));
            }
            None => shapes.extend(inner),
        }
    }
    shapes
}

/// Where an interface is.
fn address(model: &Model, component: &ComponentView<'_>) -> String {
    if component.kind != "network-interface" {
        return String::new();
    }
    let own = || model.network_interfaces.get(&component.id.into()).into_iter();
    let each = Family::BOTH.map(|family| span::own(own(), Some(family)));
    let public = Some(span::public(own())).filter(|it| !it.is_empty()).map(|it| format!("public {it}"));
    let each: Vec<String> = each.into_iter().chain(public).filter(|it| !it.is_empty()).collect();
    each.join(" · ")
}

fn vpc_name(model: &Model, id: &str) -> String {
    let vpc = model.vpcs.get(&id.into());
    let name = vpc.and_then(|it| it.about.name()).unwrap_or(id);
    let cidrs: Vec<String> =
        vpc.map(|it| it.associated_cidrs()).unwrap_or_default().iter().map(ToString::to_string).collect();
    format!("VPC {name}  {}", cidrs.join(", ")).trim_end().to_owned()
}

/// A hop; dashed where packets do not get.
fn step(
    report: &Report<'_>,
    key: &str,
    direction: &str,
    component: &ComponentView<'_>,
    gets_there: bool,
) -> Shape {
    let kind = component
        .kind
        .replace('-', " ")
        .replace(" acl", " ACL")
        .replace("nat ", "NAT ")
        .replace("vpc ", "VPC ");
    let name = component.name.unwrap_or(component.id);
    let is_lost = component.decision == "drop";
    let mark = match (gets_there, component.decision) {
        (true, "pass" | "translate") => "✓ ",
        (true | false, _) => "",
    };
    let paint = if gets_there || is_lost { Paint::Step } else { Paint::Beyond };
    let mut shape = Shape::new(key, paint, format!("{mark}{kind} {name}")).tells(component.id);
    if component.name.is_some() {
        shape = shape.says(component.id);
    }
    if let Some(by) = &component.by {
        shape = shape.says(rule(by, component.id));
        shape = shape.tells(by.place.as_deref().unwrap_or_default());
    }
    if !is_lost {
        return shape;
    }
    let explanation = report
        .explanations
        .iter()
        .find(|it| {
            it.direction == direction && it.component.id == component.id && Some(it.code) == component.code
        })
        .or_else(|| report.explanations.iter().find(|it| it.component.id == component.id));
    shape.problem = Some(component.code.unwrap_or("dropped").to_owned());
    explanation.map_or(shape.clone(), |it| explained(shape, it))
}

fn explained(shape: Shape, explanation: &ExplanationView<'_>) -> Shape {
    let shape = shape.says(explanation.words.as_str());
    let remedies = explanation.missing.iter().take(MOST_REMEDIES).enumerate();
    remedies.fold(shape, |shape, (number, it)| {
        shape.says(format!("{} {}", if number == 0 { "missing:" } else { "or:" }, it.words))
    })
}

/// A rule in words, without the name of what it stands in.
fn rule(by: &RuleView<'_>, id: &str) -> String {
    let rule = by.rule.strip_prefix(id).unwrap_or(&by.rule).trim_start();
    if by.words.is_empty() {
        rule.to_owned()
    } else if rule.is_empty() || by.words.starts_with(rule) {
        by.words.clone()
    } else {
        format!("{rule}: {}", by.words)
    }
}
