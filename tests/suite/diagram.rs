//! Pictures, measured: whatever the network, no two labels overlap, no label leaves its box, no line runs over a label.
//!
//! The SVG is read back as XML and measured with widths of its own: those of Helvetica, which Arial and Liberation Sans
//! share. What a browser makes of it is for `tests/browser`.

mod estates;
mod formats;
mod options;
mod views;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use netpath::network::{Network, compile};
use netpath::packet::Family;
use netpath::report::cidr::Plan;
use netpath::report::diagram::{
    Depth, Inside, Options, Paint, Picture, Shape, cidr, dot, html, json, mermaid, path, svg, tgw, topology,
};
use netpath::report::{Question, Report};
use netpath::selector::{Arguments, Index, resolve};
use netpath::snapshot::{ReadOptions, Snapshot, read};
use netpath::solver::solve;
use proptest::prelude::*;
use roxmltree::{Document, Node};

use crate::corpus::corpus;

/// Widths of Helvetica from space to tilde, in thousandths of the size; the bold face's are the greater ones.
const HELVETICA: [(u16, u16); 95] = [
    (278, 278),
    (278, 333),
    (355, 474),
    (556, 556),
    (556, 556),
    (889, 889),
    (667, 722),
    (191, 238),
    (333, 333),
    (333, 333),
    (389, 389),
    (584, 584),
    (278, 278),
    (333, 333),
    (278, 278),
    (278, 278),
    (556, 556),
    (556, 556),
    (556, 556),
    (556, 556),
    (556, 556),
    (556, 556),
    (556, 556),
    (556, 556),
    (556, 556),
    (556, 556),
    (278, 333),
    (278, 333),
    (584, 584),
    (584, 584),
    (584, 584),
    (556, 611),
    (1015, 975),
    (667, 722),
    (667, 722),
    (722, 722),
    (722, 722),
    (667, 667),
    (611, 611),
    (778, 778),
    (722, 722),
    (278, 278),
    (500, 556),
    (667, 722),
    (556, 611),
    (833, 833),
    (722, 722),
    (778, 778),
    (667, 667),
    (778, 778),
    (722, 722),
    (667, 667),
    (611, 611),
    (722, 722),
    (667, 667),
    (944, 944),
    (667, 667),
    (667, 667),
    (611, 611),
    (278, 333),
    (278, 278),
    (278, 333),
    (469, 584),
    (556, 556),
    (333, 333),
    (556, 556),
    (556, 611),
    (500, 556),
    (556, 611),
    (556, 556),
    (278, 333),
    (556, 611),
    (556, 611),
    (222, 278),
    (222, 278),
    (500, 556),
    (222, 278),
    (833, 889),
    (556, 611),
    (556, 611),
    (556, 611),
    (556, 611),
    (333, 389),
    (500, 556),
    (278, 333),
    (556, 611),
    (500, 556),
    (722, 778),
    (500, 556),
    (500, 556),
    (500, 500),
    (334, 389),
    (260, 280),
    (334, 389),
    (584, 584),
];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    fn holds(self, other: Area) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }

    fn meets(self, other: Area) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("{name} of {node:?}"))
}

fn rectangle(node: Node<'_, '_>) -> Area {
    let (left, top) = (number(node, "x"), number(node, "y"));
    Area { left, top, right: left + number(node, "width"), bottom: top + number(node, "height") }
}

fn label(node: Node<'_, '_>) -> Area {
    let (size, is_bold) = match node.attribute("class") {
        Some("t") => (20.0, true),
        Some("n") => (12.0, true),
        Some("h") => (11.0, true),
        _ => (11.0, false),
    };
    let text = node.text().unwrap_or_default();
    let advance = |letter: char| {
        let known = (letter as usize).checked_sub(32).and_then(|at| HELVETICA.get(at));
        // Other letters are as wide as the widest that such names have.
        f64::from(known.map_or(1000, |(plain, bold)| if is_bold { *bold } else { *plain }))
    };
    let width = text.chars().map(advance).sum::<f64>() * size / 1000.0;
    let (left, line) = (number(node, "x"), number(node, "y"));
    Area { left, top: line - 0.75 * size, right: left + width, bottom: line + 0.22 * size }
}

/// Stretches of a path that is made of straight lines.
fn stretches(path: &str) -> Vec<Area> {
    let mut found = Vec::new();
    for part in path.split('M').skip(1) {
        let points: Vec<(f64, f64)> = part
            .split('L')
            .filter_map(|it| it.split_once(' '))
            .filter_map(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?)))
            .collect();
        for pair in points.windows(2) {
            let [(x, y), (to_x, to_y)] = [pair[0], pair[1]];
            let area = Area { left: x.min(to_x), top: y.min(to_y), right: x.max(to_x), bottom: y.max(to_y) };
            found.push(Area { left: area.left - 0.5, right: area.right + 0.5, ..area });
        }
    }
    found
}

/// What is wrong with a picture.
fn faults(drawing: &str) -> Vec<String> {
    let document = Document::parse(drawing).unwrap_or_else(|error| panic!("{error}"));
    let root = document.root_element();
    let page = Area { left: 0.0, top: 0.0, right: number(root, "width"), bottom: number(root, "height") };
    let mut wrong = Vec::new();
    let mut labels: Vec<(Area, String)> = Vec::new();
    for node in root.descendants().filter(|it| it.has_tag_name("text")) {
        let area = label(node);
        let text = node.text().unwrap_or_default().to_owned();
        let group = node.parent().expect("a label stands in a group");
        let own = group.children().find(|it| it.has_tag_name("rect")).expect("a group has a rectangle");
        if !rectangle(own).holds(area) || !page.holds(area) {
            wrong.push(format!("`{text}` leaves its box"));
        }
        labels.push((area, text));
    }
    labels.sort_by(|one, other| one.0.top.total_cmp(&other.0.top));
    for (number, (area, text)) in labels.iter().enumerate() {
        let near = labels[number + 1..].iter().take_while(|(next, _)| next.top < area.bottom);
        wrong.extend(
            near.filter(|(next, _)| next.meets(*area))
                .map(|(_, next)| format!("`{text}` and `{next}` overlap")),
        );
    }
    let wires =
        root.descendants().filter(|it| it.attribute("class").is_some_and(|it| it.starts_with("wire")));
    let paths = wires.flat_map(|it| it.children()).filter(|it| it.has_tag_name("path"));
    for stretch in paths.filter_map(|it| it.attribute("d")).flat_map(stretches) {
        let over = labels.iter().filter(|(area, _)| area.meets(stretch));
        wrong.extend(over.map(|(_, text)| format!("a line runs over `{text}`")));
    }
    wrong.extend(boxes(root));
    let mut ids = BTreeSet::new();
    let twice = root.descendants().filter_map(|it| it.attribute("id")).filter(|it| !ids.insert(*it));
    wrong.extend(twice.map(|it| format!("two elements have the id {it}")));
    wrong
}

/// Boxes beside each other do not overlap; those in a box do not leave it, but for gateways, which stand on its edge.
fn boxes(root: Node<'_, '_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_box =
        |it: &Node<'_, '_>| it.has_tag_name("g") && it.attribute("data-key").is_some() && !is_wire(*it);
    for node in root.descendants().filter(is_box) {
        let own =
            rectangle(node.children().find(|it| it.has_tag_name("rect")).expect("a box has a rectangle"));
        let inner: Vec<(Area, Node<'_, '_>)> = node
            .children()
            .filter(is_box)
            .map(|it| (rectangle(it.children().find(|it| it.has_tag_name("rect")).expect("a rectangle")), it))
            .collect();
        for (at, (area, child)) in inner.iter().enumerate() {
            let is_on_edge = child.attribute("class").is_some_and(|it| it.starts_with("gateway"));
            if !own.holds(*area) && !is_on_edge {
                wrong.push(format!("{:?} leaves {:?}", child.attribute("id"), node.attribute("id")));
            }
            let others = inner[at + 1..].iter().filter(|(other, _)| other.meets(*area));
            wrong.extend(
                others
                    .map(|(_, it)| format!("{:?} overlaps {:?}", child.attribute("id"), it.attribute("id"))),
            );
        }
    }
    wrong
}

fn is_wire(node: Node<'_, '_>) -> bool {
    node.attribute("class").is_some_and(|it| it.starts_with("wire"))
}

fn drawn(picture: &Picture) -> String {
    written(picture, svg::write)
}

fn written(picture: &Picture, write: fn(&Picture, &mut dyn io::Write) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(picture, &mut bytes).expect("memory can be written to");
    String::from_utf8(bytes).expect("pictures are UTF-8")
}

fn opened(path: &Path) -> (Snapshot, Network) {
    let snapshot = read(&[path.to_path_buf()], &ReadOptions::default())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let network = compile(&snapshot.model);
    (snapshot, network)
}

fn at_depth(depth: Option<Depth>) -> Options {
    Options { depth, ..Options::default() }
}

const DEPTHS: [Option<Depth>; 5] =
    [None, Some(Depth::Account), Some(Depth::Kind), Some(Depth::Vpc), Some(Depth::Host)];

fn check(path: &Path, depths: &[Option<Depth>]) -> Vec<String> {
    let (snapshot, network) = opened(path);
    let mut wrong = Vec::new();
    for depth in depths {
        let picture = topology(&snapshot, &network, &at_depth(*depth));
        let place = format!("{} at {depth:?}", path.display());
        wrong.extend(faults(&drawn(&picture)).into_iter().take(5).map(|it| format!("{place}: {it}")));
        // Its parser is slow: the depth that people see is enough.
        if depth.is_none()
            && let Err(error) = graphviz_rust::parse(&written(&picture, dot::write))
        {
            wrong.push(format!("{place}: no DOT: {error}"));
        }
    }
    let ranges = netpath::network::ranges(&snapshot.model, &network);
    let plan = drawn(&cidr(&Plan::new(&network, &snapshot, &ranges), &network));
    wrong.extend(faults(&plan).into_iter().map(|it| format!("{} as cidr: {it}", path.display())));
    let gateways = drawn(&tgw(&snapshot.model));
    wrong.extend(faults(&gateways).into_iter().map(|it| format!("{} as tgw: {it}", path.display())));
    wrong
}

/// The picture of the way of a question.
fn way(snapshot: &Snapshot, network: &Network, words: [&str; 3], family: Option<Family>) -> Picture {
    let [source, destination, traffic] = words;
    let index = Index::new(&snapshot.model, network);
    let arguments = Arguments { source, destination, traffic, family, ..Arguments::default() };
    let query = resolve(&index, &arguments).unwrap_or_else(|error| panic!("{source}: {error:?}"));
    let answer = solve(network, &query);
    let [source, destination, traffic] = words.map(str::to_owned);
    let question = Question { source, destination, traffic };
    path(&Report::new(&question, &query, &answer, network, snapshot), &snapshot.model)
}

#[test]
fn ways_of_every_topology_are_drawn_hop_by_hop() {
    let mut wrong = Vec::new();
    for folder in folders(&topologies()) {
        let text = std::fs::read_to_string(folder.join("questions.toml")).expect("a topology has questions");
        let sheet: toml::Table = text.parse().expect("questions are TOML");
        let first = &sheet["question"][0];
        let word = |key: &str| first[key].as_str().expect("a question's words are text");
        let is_asked = |key: &str| first.get(key).and_then(toml::Value::as_bool) == Some(true);
        let family = [("ipv4", Family::V4), ("ipv6", Family::V6)].into_iter().find(|(key, _)| is_asked(key));
        let family = family.map(|(_, family)| family);
        let (snapshot, network) = opened(&folder.join("snapshot"));
        let picture =
            way(&snapshot, &network, [word("source"), word("destination"), word("traffic")], family);
        let drawing = drawn(&picture);
        let place = folder.display();
        wrong.extend(faults(&drawing).into_iter().map(|it| format!("{place}: {it}")));
        let verdict = word("verdict");
        if !picture.title.ends_with(verdict) {
            wrong.push(format!("{place}: `{}` does not say {verdict}", picture.title));
        }
        let is_red = drawing.contains("wrong\" data-key");
        if verdict == "reachable" && is_red {
            wrong.push(format!("{place}: what works is red"));
        }
        if verdict == "blocked" && !is_red {
            wrong.push(format!("{place}: nothing is red although it is blocked"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_blocked_way_says_what_is_missing() {
    let (snapshot, network) = opened(&topologies().join("three-tier/snapshot"));
    let drawing = drawn(&way(&snapshot, &network, ["web-a", "db-a", "tcp/5432"], None));
    for words in ["✗ ENI_SG_RULES_MISMATCH", "missing: a rule in", "allow tcp 5432", "back, if it got there"]
    {
        assert!(drawing.contains(words), "no `{words}`");
    }
}

#[test]
fn arrows_say_who_talks_to_whom() {
    let (snapshot, network) = opened(&topologies().join("three-tier/snapshot"));
    let drawing = drawn(&topology(&snapshot, &network, &Options::default()));
    for words in ["tcp 8080 · 4 pairs", "sg-web → sg-app", "tcp 5432 · 4 pairs", "internet → sg-web"] {
        assert!(drawing.contains(words), "no `{words}`");
    }
    assert!(!drawing.contains("sg-web → sg-db"), "web servers do not reach databases");
}

fn named(name: &str) -> Picture {
    let host = Shape::new("host", Paint::Host, name).tells(name);
    let root = Shape::new(name, Paint::Canvas, name).holding(Inside::Packed(vec![host]));
    Picture { title: name.to_owned(), description: name.to_owned(), root, nets: Vec::new() }
}

proptest! {
    #[test]
    fn no_name_breaks_a_format(name in any::<String>()) {
        let picture = named(&name);
        let drawing = drawn(&picture);
        prop_assert!(Document::parse(&drawing).is_ok(), "{}", drawing);
        let graph = written(&picture, dot::write);
        prop_assert!(graphviz_rust::parse(&graph).is_ok(), "{}", graph);
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&written(&picture, json::write));
        prop_assert!(parsed.is_ok());
        let chart = written(&picture, mermaid::write);
        let labels = chart.lines().filter(|it| it.contains("[\""));
        prop_assert!(labels.clone().count() == 1 && labels.into_iter().all(|it| it.matches('"').count() == 2), "{}", chart);
        let page = written(&picture, |picture, out| html::write(&[("all", picture)], &html::Answers::default(), out));
        prop_assert_eq!(page.matches("<script").count(), 2);
        prop_assert_eq!(page.matches("</script").count(), 2);
    }
}

fn netpath(words: &[&str]) -> (bool, String, String) {
    let snapshot = topologies().join("three-tier/snapshot");
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    let output = command.args(["-q", "-s"]).arg(snapshot).args(words).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_ending_of_the_file_says_the_format() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let begins = [
        ("a.svg", "<svg"),
        ("a.html", "<!doctype html>"),
        ("a.dot", "digraph"),
        ("a.mmd", "flowchart TB"),
        ("a.json", "{"),
    ];
    for (name, beginning) in begins {
        let file = folder.path().join(name);
        let place = file.to_str().expect("a path of letters");
        let (is_fine, _, words) = netpath(&["diagram", "-o", place]);
        assert!(is_fine, "{name}: {words}");
        let text = std::fs::read_to_string(&file).expect("the picture is there");
        assert!(text.starts_with(beginning), "{name} begins with {}", &text[..20]);
        let (_, _, words) = netpath(&["query", "web-a", "db-a", "tcp/5432", "--diagram", place]);
        assert_eq!(words, "", "{name}");
        let text = std::fs::read_to_string(&file).expect("the picture is there");
        assert!(text.contains("ENI_SG_RULES_MISMATCH"), "{name}");
    }
    let (is_fine, _, words) = netpath(&["diagram", "-o", "picture.gif"]);
    assert!(!is_fine && words.contains("no picture has the ending `.gif`"), "{words}");
    let file = folder.path().join("a.png");
    let (is_fine, _, words) = netpath(&["diagram", "-o", file.to_str().expect("a path of letters")]);
    if cfg!(feature = "png") {
        let bytes = std::fs::read(&file).expect("the picture is there");
        assert!(is_fine && bytes.starts_with(b"\x89PNG") && bytes.len() > 20_000, "{words} {}", bytes.len());
    } else {
        assert!(!is_fine && words.contains("built without PNG") && !file.exists(), "{words}");
    }
    let (is_fine, _, words) = netpath(&["diagram", "--view", "path"]);
    assert!(!is_fine && words.contains("wants two ends"), "{words}");
}

#[test]
fn findings_are_red_where_they_belong() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("a.svg");
    for name in ["f27b-overlapping-vpcs", "f11-nat-gateway-without-route"] {
        let snapshot = topologies().join(name).join("snapshot");
        let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
        command.args(["-q", "-s"]).arg(&snapshot).args(["lint", "--format", "json", "--diagram"]).arg(&file);
        let output = command.current_dir(folder.path()).output().expect("the program starts");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("findings are JSON");
        let drawing = std::fs::read_to_string(&file).expect("the picture is there");
        let findings = report["findings"].as_array().expect("a list");
        assert!(!findings.is_empty(), "{name}: nothing is found");
        for finding in findings {
            let lint = finding["lint"].as_str().expect("a lint has an id");
            assert!(drawing.contains(lint), "{name}: {lint} is not in the picture");
        }
        assert_eq!(faults(&drawing), Vec::<String>::new(), "{name}");
    }
}

const SHOP: &str = "topologies/three-tier/snapshot";
/// Two VPCs with a transit gateway between them, as they are meant to be and with a route that somebody removed.
const HUB: [&str; 2] = [
    "topologies/f29a-no-route-to-transit-gateway/fixed",
    "topologies/f29a-no-route-to-transit-gateway/snapshot",
];

/// Stands in the book's words for an estate of fifty VPCs, which the benchmarks' generator makes.
const ESTATE: &str = "ESTATE";

/// Pictures in the book, with the words that draw them.
const BOOK: &[(&str, &[&str])] = &[
    ("three-tier.svg", &["-s", SHOP, "diagram"]),
    ("blocked-way.svg", &["-s", SHOP, "diagram", "web-a", "db-a", "tcp/5432"]),
    ("exposure.svg", &["-s", SHOP, "diagram", "--view", "exposure"]),
    ("matrix.svg", &["-s", SHOP, "diagram", "--view", "matrix", "--depth", "group"]),
    ("two-vpcs.svg", &["-s", HUB[0], "diagram"]),
    ("diff.svg", &["diagram", "--view", "diff", HUB[0], HUB[1]]),
    ("estate.svg", &["-s", ESTATE, "diagram"]),
    ("transit-gateway.svg", &["-s", ESTATE, "diagram", "--view", "tgw"]),
    ("addresses.svg", &["-s", SHOP, "diagram", "--view", "cidr"]),
];

#[test]
fn pictures_in_the_book_are_what_the_program_draws() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let estate = tempfile::tempdir().expect("a temporary folder");
    estates::write(5000, estate.path());
    let accounts = estate.path().join("accounts").display().to_string();
    let different = BOOK.iter().filter(|(name, words)| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
        let words = words.iter().map(|it| if *it == ESTATE { accounts.as_str() } else { it });
        let output = command.arg("-q").args(words).current_dir(home).output().expect("the program starts");
        let file = home.join("docs/pictures").join(name);
        if std::env::var_os("NETPATH_ACCEPT").is_some() {
            std::fs::write(&file, &output.stdout).expect("a picture can be written");
        }
        std::fs::read(&file).ok() != Some(output.stdout)
    });
    let different: Vec<&str> = different.map(|(name, _)| *name).collect();
    let gallery = std::fs::read_to_string(home.join("docs/pictures/README.md")).expect("the book has a page");
    let unseen: Vec<&str> =
        BOOK.iter().map(|it| it.0).filter(|it| !gallery.contains(&format!("({it})"))).collect();
    assert!(unseen.is_empty(), "not in the book's page: {unseen:?}");
    assert!(different.is_empty(), "draw anew with NETPATH_ACCEPT=1: {different:?}");
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let mut folders: Vec<PathBuf> =
        entries.filter_map(|it| Some(it.ok()?.path())).filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}

fn topologies() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies")
}

#[test]
fn labels_of_every_topology_are_apart_and_in_their_boxes() {
    let all = folders(&topologies());
    assert!(all.len() > 90, "only {} topologies", all.len());
    let wrong: Vec<String> = all.iter().flat_map(|it| check(&it.join("snapshot"), &DEPTHS)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn labels_of_the_corpus_are_apart_and_in_their_boxes() {
    let Some(all) = corpus_snapshots() else { return };
    let wrong: Vec<String> = all.iter().flat_map(|it| check(it, &DEPTHS)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Networks of the corpus that are of some size.
fn corpus_snapshots() -> Option<Vec<PathBuf>> {
    let corpus = corpus()?;
    let labs = folders(&corpus.join("lab-validation")).into_iter().map(|it| it.join("aws_configs"));
    let batfish = folders(&corpus.join("batfish"));
    let others = [corpus.join("cloudmapper/demo"), corpus.join("np-guard")];
    Some(labs.chain(batfish).chain(others).collect())
}

#[test]
fn the_measure_finds_what_is_wrong() {
    let picture = |inside: &str| {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"90\">{inside}</svg>")
    };
    let boxed = |texts: &str| {
        picture(&format!("<g data-key=\"a\"><rect x=\"1\" y=\"1\" width=\"50\" height=\"50\"/>{texts}</g>"))
    };
    assert_eq!(faults(&boxed("<text class=\"p\" x=\"5\" y=\"20\">short</text>")), Vec::<String>::new());
    assert_eq!(faults(&boxed("<text class=\"p\" x=\"5\" y=\"20\">much too long</text>")).len(), 1);
    let two = "<text class=\"p\" x=\"5\" y=\"20\">one</text><text class=\"p\" x=\"9\" y=\"24\">two</text>";
    assert_eq!(faults(&boxed(two)).len(), 1);
    let crossed =
        "<text class=\"p\" x=\"5\" y=\"20\">one</text><g class=\"wire\"><path d=\"M0 17L80 17\"/></g>";
    assert_eq!(faults(&boxed(crossed)).len(), 1);
}

#[test]
fn the_same_snapshot_makes_the_same_bytes() {
    let path = topologies().join("three-tier/snapshot");
    let draw = || {
        let (snapshot, network) = opened(&path);
        drawn(&topology(&snapshot, &network, &Options::default()))
    };
    let drawing = draw();
    assert_eq!(drawing, draw());
    for words in
        ["subnet-web-a", "10.0.0.0/24", "→ internet by igw-shop", "no way out", "prefers-color-scheme"]
    {
        assert!(drawing.contains(words), "no `{words}`");
    }
}

#[test]
fn names_are_text_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = r#"<script>alert(1)</script>"' onload="x" ]]> &amp; "#;
    let long = "very-long-".repeat(25);
    let tag = |value: &str| serde_json::json!([{ "Key": "Name", "Value": value }]);
    let vpc =
        serde_json::json!({ "Vpcs": [{ "VpcId": "vpc-a", "CidrBlock": "10.0.0.0/16", "Tags": tag(name) }] });
    let subnet = |id: &str, cidr: &str, name: &str| {
        serde_json::json!({ "SubnetId": id, "VpcId": "vpc-a", "CidrBlock": cidr, "AvailabilityZone": "eu-west-1a",
            "Tags": tag(name) })
    };
    let subnets =
        [subnet("subnet-a", "10.0.0.0/24", &long), subnet("subnet-b", "10.0.1.0/24", "名前\u{202e}Ünï\u{7}")];
    let subnets = serde_json::json!({ "Subnets": subnets });
    for (file, value) in [("vpcs.json", &vpc), ("subnets.json", &subnets)] {
        std::fs::write(folder.path().join(file), value.to_string()).expect("a file can be written");
    }
    let (snapshot, network) = opened(folder.path());
    let drawing = drawn(&topology(&snapshot, &network, &Options::default()));
    assert!(!drawing.contains("<script") && !drawing.contains('\u{202e}') && !drawing.contains('\u{7}'));
    assert_eq!(faults(&drawing), Vec::<String>::new());
    let document = Document::parse(&drawing).expect("SVG is XML");
    let texts = document.descendants().filter(|it| it.has_tag_name("text")).filter_map(|it| it.text());
    let whole: String = texts.collect();
    assert!(whole.replace(' ', "").contains(&name.trim().replace(' ', "")), "the name is not whole");
    assert!(whole.contains(&long), "a long name is not whole");
}

#[test]
fn a_part_of_every_topology_is_drawn() {
    for folder in folders(&topologies()) {
        let (snapshot, network) = opened(&folder.join("snapshot"));
        let wrong = Options { only_violations: true, ..Options::default() };
        let one = Options { vpcs: vec![0], ..Options::default() };
        let tag = Options { tag: Some(("Name".to_owned(), Some("web".to_owned()))), ..Options::default() };
        let collapsed = Options { collapse: Some("Name".to_owned()), ..Options::default() };
        for options in [wrong, one, tag, collapsed] {
            let found = faults(&drawn(&topology(&snapshot, &network, &options)));
            assert_eq!(found, Vec::<String>::new(), "{} with {options:?}", folder.display());
        }
    }
}

#[test]
fn only_what_is_wrong_is_shown_when_asked_for() {
    let options = Options { only_violations: true, ..Options::default() };
    let (snapshot, network) = opened(&topologies().join("three-tier/snapshot"));
    assert!(drawn(&topology(&snapshot, &network, &options)).contains("nothing is wrong"));
    let (snapshot, network) = opened(&topologies().join("f05a-internet-gateway-detached/snapshot"));
    assert!(drawn(&topology(&snapshot, &network, &options)).contains("leads nowhere"));
}
