//! Every view in every format and with every option; colours that can be read; changes that stay small.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use netpath::report::diagram::{self, Depth, Options};
use roxmltree::Document;

use super::{drawn, faults, opened, topologies};

/// Each view with the words that ask for it, of a network with two VPCs and a transit gateway.
fn views() -> Vec<(&'static str, Vec<String>)> {
    let case = topologies().join("f29a-no-route-to-transit-gateway");
    let [broken, fixed] = ["snapshot", "fixed"].map(|it| case.join(it).display().to_string());
    // The internet gets into nothing there.
    let shop = topologies().join("three-tier/snapshot").display().to_string();
    let one = |words: &[&str]| {
        let all = ["-s", &broken, "diagram"].into_iter().chain(words.iter().copied());
        all.map(str::to_owned).collect()
    };
    vec![
        ("topology", one(&[])),
        ("path", one(&["app-a", "db", "tcp/5432"])),
        ("exposure", ["-s", &shop, "diagram", "--view", "exposure"].map(str::to_owned).to_vec()),
        ("tgw", one(&["--view", "tgw"])),
        ("matrix", one(&["--view", "matrix"])),
        ("cidr", one(&["--view", "cidr"])),
        ("diff", ["diagram", "--view", "diff", &fixed, &broken].map(str::to_owned).to_vec()),
    ]
}

fn run(words: &[String], more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    command.arg("-q").args(words).args(more).output().expect("the program starts")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("it writes UTF-8")
}

#[test]
fn every_view_is_drawn_in_every_format() {
    for (view, words) in views() {
        for format in ["svg", "dot", "html", "mermaid", "json"] {
            let output = run(&words, &["--format", format]);
            assert!(output.status.success(), "{view} as {format}: {}", text(output.stderr));
            let drawing = text(output.stdout);
            // The same words, the same bytes.
            assert_eq!(drawing, text(run(&words, &["--format", format]).stdout), "{view} as {format}");
            match format {
                "svg" => svg_is_whole(view, &drawing),
                "dot" => assert!(graphviz_rust::parse(&drawing).is_ok(), "{view} as DOT"),
                "html" => {
                    assert!(
                        drawing.starts_with("<!doctype html>") && drawing.contains("<svg"),
                        "{view} as a page"
                    );
                    assert!(
                        !drawing.contains("src=") && !drawing.contains("@import"),
                        "{view} asks for something"
                    );
                }
                "mermaid" => assert!(drawing.starts_with("flowchart TB\n"), "{view} as Mermaid"),
                _ => {
                    let parsed: serde_json::Value = serde_json::from_str(&drawing).expect("JSON");
                    assert!(parsed["title"].as_str().is_some_and(|it| !it.is_empty()), "{view} as JSON");
                }
            }
        }
        if cfg!(feature = "png") {
            let output = run(&words, &["--format", "png"]);
            assert!(output.stdout.starts_with(b"\x89PNG") && output.stdout.len() > 2000, "{view} as PNG");
        }
    }
}

/// Title, description, role; both schemes of colours; a legend; labels where they belong.
fn svg_is_whole(view: &str, drawing: &str) {
    assert_eq!(faults(drawing), Vec::<String>::new(), "{view}");
    let document = Document::parse(drawing).expect("SVG is XML");
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"), "{view}");
    let labels = root.attribute("aria-labelledby").expect("it says what it is labelled by");
    for id in labels.split(' ') {
        let label = root.children().find(|it| it.attribute("id") == Some(id));
        assert!(label.and_then(|it| it.text()).is_some_and(|it| it.len() > 5), "{view}: no {id}");
    }
    assert!(drawing.contains("prefers-color-scheme:dark"), "{view}");
    // Something to read for who points at a box.
    let told = root.descendants().filter(|it| it.has_tag_name("g")).filter(|it| {
        it.children().any(|it| it.has_tag_name("title") && it.text().is_some_and(|it| !it.is_empty()))
    });
    assert!(told.count() > 0, "{view}: nothing is told");
}

/// Which view knows which option; `docs/command-line.md` has the same table.
const KNOWN: [(&str, &[&str]); 7] = [
    ("topology", &["--depth", "--vpc", "--tag", "--collapse", "--only-violations"]),
    ("path", &[]),
    ("exposure", &["--vpc", "--tag"]),
    ("tgw", &[]),
    ("matrix", &["--depth", "--vpc", "--tag", "--collapse"]),
    ("cidr", &["--vpc"]),
    ("diff", &["--depth"]),
];

#[test]
fn every_option_counts_or_is_refused() {
    let options: [&[&str]; 5] = [
        &["--depth", "vpc"],
        &["--vpc", "vpc-a"],
        &["--tag", "Name=app-a"],
        &["--collapse", "tag:Name"],
        &["--only-violations"],
    ];
    for ((view, words), (same, known)) in views().into_iter().zip(KNOWN) {
        assert_eq!(view, same);
        let without = run(&words, &[]).stdout;
        for option in options {
            let option =
                if view == "exposure" && option[0] == "--vpc" { &["--vpc", "vpc-shop"] } else { option };
            let output = run(&words, option);
            if known.contains(&option[0]) {
                assert!(output.status.success(), "{view} with {option:?}: {}", text(output.stderr));
                // There is one VPC that is exposed, and no two have the same name.
                let is_all = (view, option[0]) == ("exposure", "--vpc")
                    || (view, option[0]) == ("topology", "--collapse");
                assert_eq!(output.stdout == without, is_all, "{view} with {option:?}");
                assert_eq!(faults(&text(output.stdout)), Vec::<String>::new(), "{view} with {option:?}");
            } else {
                let error = text(output.stderr);
                assert!(
                    error.contains(&format!("this view knows no `{}`", option[0])),
                    "{view} with {option:?}: {error}"
                );
                assert_eq!(output.status.code(), Some(2), "{view} with {option:?}");
            }
        }
    }
}

/// How much light a colour reflects, as WCAG reckons it.
fn luminance(hex: &str) -> f64 {
    let long: String =
        if hex.len() == 3 { hex.chars().flat_map(|it| [it, it]).collect() } else { hex.to_owned() };
    let part = |at: usize| {
        let value =
            f64::from(u8::from_str_radix(&long[at..at + 2], 16).expect("a colour is hexadecimal")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The value of a property in the rules of a style sheet, by selector.
fn colours<'s>(sheet: &'s str, property: &str) -> BTreeMap<&'s str, &'s str> {
    let rules = sheet.lines().filter_map(|it| it.trim_end_matches('}').split_once('{'));
    let value = |body: &'s str| {
        let mut values = body.split(';').filter_map(|it| it.split_once(':'));
        values.find(|(name, _)| *name == property).and_then(|(_, value)| value.strip_prefix('#'))
    };
    rules.filter_map(|(selector, body)| Some((selector, value(body)?))).collect()
}

#[test]
fn every_label_has_contrast_in_light_and_dark() {
    let shop = opened(&topologies().join("three-tier/snapshot"));
    let drawing = drawn(&diagram::topology(&shop.0, &shop.1, &Options::default()));
    let sheet =
        drawing.split("<style>").nth(1).and_then(|it| it.split("</style>").next()).expect("a style sheet");
    let (light, dark) = sheet.split_once("@media (prefers-color-scheme:dark){").expect("a dark half");
    for (scheme, sheet) in [("light", light), ("dark", dark)] {
        let texts = colours(sheet, "fill");
        let (inks, papers): (BTreeMap<&str, &str>, BTreeMap<&str, &str>) =
            texts.into_iter().partition(|(selector, _)| !selector.ends_with("rect"));
        let inks: Vec<(&str, &str)> =
            inks.into_iter().filter(|(selector, _)| !selector.starts_with(".wire")).collect();
        let page = colours(sheet, "background");
        assert!(inks.len() >= 4 && papers.len() >= 20 && page.len() == 1, "{scheme}: {inks:?} {papers:?}");
        for (ink, text) in &inks {
            for (paper, box_colour) in papers.iter().chain(&page) {
                // What is blocked is written on the page alone.
                if *ink == ".blocked>text" && *paper != "svg" {
                    continue;
                }
                let found = contrast(text, box_colour);
                assert!(found >= 4.5, "{scheme}: {ink} on {paper} is {found:.1}");
            }
        }
    }
}

/// Where each box stands, in the order in which they are drawn.
fn places(drawing: &str) -> Vec<(String, (i32, i32))> {
    let document = Document::parse(drawing).expect("SVG is XML");
    let boxes = document.descendants().filter(|it| it.attribute("data-key").is_some());
    let place = |it: roxmltree::Node<'_, '_>| {
        let own = it.children().find(|it| it.has_tag_name("rect"))?;
        let at = |name: &str| own.attribute(name).and_then(|it| it.parse::<i32>().ok());
        Some((it.attribute("id")?.to_owned(), (at("x")?, at("y")?)))
    };
    boxes.filter_map(place).collect()
}

/// The shop with something more in one of its files.
fn shop_with(folder: &Path, file: &str, change: impl Fn(&mut serde_json::Value)) -> String {
    let from = topologies().join("three-tier/snapshot");
    for entry in std::fs::read_dir(from).expect("a snapshot").filter_map(Result::ok) {
        let text = std::fs::read_to_string(entry.path()).expect("a file of text");
        let mut value: serde_json::Value = serde_json::from_str(&text).expect("a file is JSON");
        if entry.file_name() == file {
            change(&mut value);
        }
        std::fs::write(folder.join(entry.file_name()), value.to_string()).expect("a file can be written");
    }
    let (snapshot, network) = opened(folder);
    let options = Options { depth: Some(Depth::Host), ..Options::default() };
    drawn(&diagram::topology(&snapshot, &network, &options))
}

#[test]
fn one_more_host_is_one_more_box_and_others_move_no_farther_than_its_size() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
    let before = places(&shop_with(folders[0].path(), "", |_| {}));
    let after = places(&shop_with(folders[1].path(), "describe-network-interfaces.json", |value| {
        let list = value["NetworkInterfaces"].as_array_mut().expect("a list of interfaces");
        let is_database = |it: &&serde_json::Value| it["PrivateIpAddress"] == "10.0.20.10";
        let mut host = list.iter().find(is_database).expect("the shop has a database").clone();
        host["NetworkInterfaceId"] = "eni-0aaaaaaaaaaaaaaaa".into();
        host["PrivateIpAddress"] = "10.0.20.77".into();
        host["PrivateIpAddresses"] =
            serde_json::json!([{ "PrivateIpAddress": "10.0.20.77", "Primary": true }]);
        host["Attachment"] = serde_json::Value::Null;
        host["TagSet"] = serde_json::json!([{ "Key": "Name", "Value": "spare" }]);
        list.push(host);
    }));
    let new = "n-eni-0aaaaaaaaaaaaaaaa";
    let ids = |places: &[(String, (i32, i32))]| -> Vec<String> {
        places.iter().map(|it| it.0.clone()).filter(|it| it != new).collect()
    };
    assert_eq!((ids(&before), after.len()), (ids(&after), before.len() + 1), "other boxes, or another order");
    let old = after.iter().filter(|it| it.0 != new).zip(&before);
    let far: Vec<&str> = old
        .filter(|((_, (x, y)), (_, (old_x, old_y)))| (x - old_x).abs() > 100 || (y - old_y).abs() > 40)
        .map(|(it, _)| it.0.as_str())
        .collect();
    // Nothing goes farther than the new box is wide or tall.
    assert!(far.is_empty(), "{far:?} moved far");
}
