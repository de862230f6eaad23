//! The view `exposure`: what an origin gets into, in the VPC and by the gateway that it comes by, and what looks open and is not.

use std::collections::BTreeMap;

use super::legend;
use super::picture::{Hand, Inside, Line, Net, NetKind, Paint, Picture, Port, Shape, Side, blocks};
use crate::report::exposure::{BlockedView, ExposedView, ExposureView, Step};
use crate::report::text::mark;
use crate::solver::Verdict;

/// More cards than this are put together: first those of a VPC with the same packets, then those of all VPCs.
const MOST_CARDS: usize = 80;
/// More things that stop packets are put together by why.
const MOST_STOPS: usize = 24;
/// More lines of who sends what are counted.
const MOST_SENDERS: usize = 4;
/// More members of a group are counted.
const MOST_LISTED: usize = 20;

/// The picture of what was found.
pub fn exposure(view: &ExposureView<'_>) -> Picture {
    let from = &view.question.from;
    let of = view.question.to.as_ref().map_or(String::new(), |to| format!(" of {to}"));
    let article = if from == "internet" { "the " } else { "" };
    let title = format!(
        "What {article}{from} gets into: {} of {} interfaces{of}",
        view.exposed_interfaces, view.interfaces
    );
    let mut root = Shape::new("netpath", Paint::Canvas, "");
    root.lines = vec![Line { text: title.clone(), hand: Hand::Title }];
    if view.question.traffic != "all" {
        root = root.says(format!("asked about {}", view.question.traffic));
    }
    if view.unknown_interfaces > 0 {
        root =
            root.says(format!("for {} of them nobody can tell from this snapshot", view.unknown_interfaces));
    }
    let vpcs = vpcs(view);
    let mut shapes = Vec::new();
    let mut nets = Vec::new();
    if vpcs.is_empty() {
        root = root.says("nothing gets in");
    } else {
        let mut origin = Shape::new(from.as_str(), Paint::Outside, from.as_str());
        origin.ports = vec![Port { net: 0, side: Side::Bottom }];
        let hover = format!("ways from {article}{from}");
        nets.push(Net {
            key: "ways".to_owned(),
            kind: NetKind::Internet,
            hover,
            is_broken: false,
            mark: None,
        });
        origin.ask = Some(from.clone());
        shapes.push(origin);
    }
    shapes.extend(vpcs);
    let some = [
        ("shut", "Rules look open, and nothing gets in", Some(&view.looks_open)),
        ("edits", "A single edit would let something in", view.one_change.as_ref()),
    ];
    for (key, words, list) in some {
        shapes.extend(list.and_then(|list| stopped(key, words, list)));
    }
    shapes.extend(legend::of(&shapes));
    root.inside = Inside::Packed(shapes);
    let description = format!(
        "{title}. A box for each VPC and the gateway that packets come in by, with the interfaces that they get into and \
         the ports; below, what some rules admit and what stops it."
    );
    Picture { title, description, root, nets }
}

/// How far cards are put together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Group,
    PacketsOfVpc,
    Packets,
}

/// What cards of one box have in common: the VPC's name and id, the gateway.
type Door<'v> = (&'v str, &'v str, &'v str);
/// What a card is about: in a box, some packets.
type Card<'v> = (Door<'v>, Verdict, &'v str, Vec<&'v str>, usize);

fn vpcs(view: &ExposureView<'_>) -> Vec<Shape> {
    let details = [Detail::Group, Detail::PacketsOfVpc, Detail::Packets];
    let cards = |detail: Detail| {
        let mut cards: BTreeMap<Card<'_>, Vec<&ExposedView>> = BTreeMap::new();
        for (number, it) in view.exposed.iter().enumerate() {
            let sources = it.sources.iter().map(String::as_str).collect();
            let name = it.vpc_name.as_deref().unwrap_or_default();
            let door = (name, it.vpc.as_str(), it.by.as_deref().unwrap_or_default());
            let door = if detail == Detail::Packets { ("", "", "") } else { door };
            let own = if detail == Detail::Group { number } else { 0 };
            cards.entry((door, it.judged, it.words.as_str(), sources, own)).or_default().push(it);
        }
        cards
    };
    let fitting = details.into_iter().map(|it| (it, cards(it))).find(|it| it.1.len() <= MOST_CARDS);
    let (detail, cards) = fitting.unwrap_or_else(|| (Detail::Packets, cards(Detail::Packets)));
    let mut doors: BTreeMap<Door<'_>, Vec<Vec<&ExposedView>>> = BTreeMap::new();
    for (key, members) in cards {
        doors.entry(key.0).or_default().push(members);
    }
    let mut boxes: BTreeMap<(&str, &str), Vec<Shape>> = BTreeMap::new();
    for ((name, vpc, by), mut cards) in doors {
        cards.sort_by_key(|it| std::cmp::Reverse(count(it)));
        let rest = cards.split_off(cards.len().min(MOST_CARDS));
        let mut inner: Vec<Shape> = cards.iter().map(|it| card(it, detail)).collect();
        if !rest.is_empty() {
            let all: usize = rest.iter().map(|it| count(it)).sum();
            let more =
                Shape::new(format!("{vpc}/more"), Paint::Exposed, format!("{} more kinds", rest.len()));
            inner.push(more.says(format!("{all} interfaces")));
        }
        let port = Port { net: 0, side: Side::Top };
        boxes.entry((name, vpc)).or_default().push(door(by, inner, port));
    }
    let named = |((_, vpc), doors): ((&str, &str), Vec<Shape>)| {
        let facts = view.exposed.iter().find(|it| it.vpc == vpc);
        match facts {
            Some(it) => vpc_box(it).holding(Inside::Packed(doors)),
            None => all_vpcs(view, doors),
        }
    };
    boxes.into_iter().map(named).collect()
}

fn count(members: &[&ExposedView]) -> usize {
    members.iter().map(|it| it.interfaces).sum()
}

fn door(by: &str, inner: Vec<Shape>, port: Port) -> Shape {
    // An id with its name in brackets: the name is what people know.
    let (id, name) = by.split_once(" (").map_or((by, by), |(id, name)| (id, name.trim_end_matches(')')));
    let name = if by.is_empty() { "the way in is not known" } else { name };
    let shape = Shape::new(id, Paint::Gateway, name);
    let shape = if name == id || by.is_empty() { shape } else { shape.says(id) };
    Shape { ports: vec![port], ..shape.holding(Inside::Packed(inner)) }
}

fn vpc_box(view: &ExposedView) -> Shape {
    let name = view.vpc_name.as_deref().unwrap_or(&view.vpc);
    let shape = Shape::new(view.vpc.as_str(), Paint::Vpc, format!("VPC {name}"));
    let shape = if name == view.vpc { shape } else { shape.says(view.vpc.as_str()) };
    shape.says(blocks(&view.vpc_blocks))
}

/// What gets into which VPC by which gateway is left to the text: the cards stand in one box.
fn all_vpcs(view: &ExposureView<'_>, doors: Vec<Shape>) -> Shape {
    let mut vpcs: Vec<&str> = view.exposed.iter().map(|it| it.vpc.as_str()).collect();
    vpcs.sort_unstable();
    vpcs.dedup();
    let shape = Shape::new("vpcs", Paint::Vpc, format!("{} VPCs, by what gets in", vpcs.len()));
    let mut shape = shape.says("through the gateways of each");
    let mut cards = Vec::new();
    for door in doors {
        shape.ports.extend(door.ports);
        if let Inside::Packed(own) = door.inside {
            cards.extend(own);
        }
    }
    shape.holding(Inside::Packed(cards))
}

/// Interfaces that the same gets into.
fn card(members: &[&ExposedView], detail: Detail) -> Shape {
    let first = members[0];
    let all = count(members);
    let many = if all > 1 { format!(" and {} like it", all - 1) } else { String::new() };
    let id = first.members.first().map_or("", String::as_str);
    let paint = match first.judged {
        Verdict::ForwardOnly | Verdict::Unknown => Paint::Verdict(first.judged),
        Verdict::Reachable | Verdict::Partial | Verdict::Blocked => Paint::Exposed,
    };
    let words = match first.judged {
        Verdict::ForwardOnly => format!("{} {}, no answer gets out", mark(first.judged), first.words),
        Verdict::Unknown => format!("{} unknown; {}", mark(first.judged), first.words),
        Verdict::Reachable | Verdict::Partial | Verdict::Blocked => first.words.clone(),
    };
    let family = if first.family == "ipv6" { " · IPv6" } else { "" };
    let mut shape = Shape::new(id, paint, format!("{words}{family}"));
    let name = match detail {
        Detail::Group => format!("{}{many}", first.name),
        Detail::PacketsOfVpc | Detail::Packets => {
            let interfaces = if all == 1 { "interface" } else { "interfaces" };
            format!("{all} {interfaces}: {}{}", first.name, if all > 1 { " …" } else { "" })
        }
    };
    shape = shape.says(name);
    if let ([only], [own, public]) = (members, &first.addresses) {
        shape = shape.says(own.as_str());
        let many = if only.interfaces > 1 { "addresses " } else { "" };
        let public = if public.is_empty() { String::new() } else { format!("public {many}{public}") };
        shape = shape.says(public);
    }
    for line in first.from.iter().take(MOST_SENDERS) {
        shape = shape.says(line.as_str());
    }
    if first.from.len() > MOST_SENDERS {
        shape = shape.says(format!("and {} more kinds of senders", first.from.len() - MOST_SENDERS));
    }
    if detail == Detail::Group {
        for rule in rules(first) {
            shape = shape.says(rule);
        }
    }
    for assumption in first.assumptions.iter().filter(|_| first.judged == Verdict::Unknown).take(2) {
        shape = shape.says(assumption.as_str());
    }
    shape.ask = first.members.first().cloned();
    let ids = members.iter().flat_map(|it| &it.members).take(MOST_LISTED).map(String::as_str);
    let ids = ids.collect::<Vec<&str>>().join("\n");
    let way = first.path.iter().map(|it| {
        let rule = it.rule.as_deref().map(|rule| format!(": {rule}")).unwrap_or_default();
        format!("{} {}{rule}", it.kind.replace('-', " "), it.id)
    });
    shape.tells(ids).tells(way.collect::<Vec<String>>().join("\n"))
}

/// The rules of security groups that let it in.
fn rules(view: &ExposedView) -> Vec<String> {
    let groups = view.path.iter().filter(|it| it.kind == "security-group");
    let words = |step: &Step| {
        let name = step.name.as_deref().unwrap_or(&step.id);
        step.rule
            .as_ref()
            .map(|rule| format!("{name} {}", rule.strip_prefix(&step.id).unwrap_or(rule).trim_start()))
    };
    groups.filter_map(words).collect()
}

/// What is stopped, by what stops it; by the codes alone where that is too much.
fn stopped(key: &str, title: &str, list: &[BlockedView]) -> Option<Shape> {
    if list.is_empty() {
        return None;
    }
    let all: usize = list.iter().map(|it| it.interfaces).sum();
    let cards: Vec<Shape> = if list.len() > MOST_STOPS {
        let mut codes: BTreeMap<&str, Vec<&BlockedView>> = BTreeMap::new();
        for it in list {
            codes.entry(it.code).or_default().push(it);
        }
        let mut codes: Vec<(&str, Vec<&BlockedView>)> = codes.into_iter().collect();
        let count = |list: &[&BlockedView]| list.iter().map(|it| it.interfaces).sum::<usize>();
        codes.sort_by_key(|(_, own)| std::cmp::Reverse(count(own)));
        codes.iter().map(|(code, own)| stops(&format!("{key}-{code}"), code, own, count(own))).collect()
    } else {
        list.iter()
            .enumerate()
            .map(|(number, it)| stop(&format!("{key}-{number}"), it, key == "edits"))
            .collect()
    };
    let shape = Shape::new(key, Paint::Region, format!("{title} ({all})"));
    Some(shape.holding(Inside::Packed(cards)))
}

fn interfaces(count: usize) -> String {
    if count == 1 { "1 interface".to_owned() } else { format!("{count} interfaces") }
}

/// What one component stops.
fn stop(key: &str, view: &BlockedView, is_edit: bool) -> Shape {
    let shape = Shape::new(key, Paint::Shut, format!("{}: {}", interfaces(view.interfaces), view.code));
    let shape = shape.says(view.component.as_str()).says(view.words.as_str());
    let shape = match view.edit.as_ref().filter(|_| is_edit) {
        Some(edit) => shape.says(format!("what would let it in: {edit}")),
        None => shape,
    };
    shape.tells(view.members.join("\n")).tells(view.edit.as_deref().unwrap_or_default())
}

/// What many components stop for the same reason.
fn stops(key: &str, code: &str, list: &[&BlockedView], count: usize) -> Shape {
    let shape = Shape::new(key, Paint::Shut, format!("{}: {code}", interfaces(count)));
    if let [only] = list {
        return shape.says(only.component.as_str()).says(only.words.as_str());
    }
    let few: Vec<&str> = list.iter().take(3).map(|it| it.component.as_str()).collect();
    let rest = list.len() - few.len();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let shape = shape.says(format!("at {}{more}", few.join(", ")));
    shape.says(format!("for example: {}", list[0].words)).says("all of them: `netpath exposure`")
}
