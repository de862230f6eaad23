//! `netpath diagram`: a picture of the network, in a file of its own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::arguments::{Diagram, Format, PictureDepth, PictureLayout, PictureView};
use super::failure::Failure;
use super::open::{Opened, open};
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::model::ResourceKind;
use crate::network::ranges;
use crate::report::cidr::Plan;
use crate::report::diagram::{self, Depth, Options, Picture, html};
use crate::report::{Question, Report};
use crate::selector::{Arguments, Index, find, resolve};
use crate::solver::{Solver, solve_with};

/// A page holds no more answers: each takes a kilobyte and a tenth of a millisecond.
const MOST_ANSWERS: usize = 3000;
/// A page has every host in a picture of its own up to this many interfaces.
const MOST_HOSTS: usize = 400;

/// Draws it.
pub(super) fn run(context: &Context, words: &Diagram) -> Result<Outcome, Failure> {
    let format = format_of(context)?;
    let view = view_of(words)?;
    let opened = open(context)?;
    let options = options(opened, words)?;
    let picture = match view {
        PictureView::Topology => diagram::topology(&opened.snapshot, &opened.network, &options),
        PictureView::Tgw => diagram::tgw(&opened.snapshot.model),
        PictureView::Path => path(opened, words)?,
        PictureView::Cidr => {
            let ranges = ranges(&opened.snapshot.model, &opened.network);
            diagram::cidr(&Plan::new(&opened.network, &opened.snapshot, &ranges))
        }
    };
    let mut output = Output::open(context.options.output.as_deref())?;
    match (format, words.layout) {
        (Format::Svg, PictureLayout::Dot) => write_by_graphviz(&picture, &mut output)?,
        (Format::Html, _) if view == PictureView::Topology => page(opened, &options, picture, &mut output)?,
        (_, _) => write(&picture, format, &mut output)?,
    }
    output.finish()?;
    Ok(Outcome::Answered)
}

/// Draws into a file whose ending says how.
pub(super) fn save(picture: &Picture, file: &Path) -> Result<(), Failure> {
    let format = by_ending(file)?;
    let mut output = Output::open(Some(file))?;
    write(picture, format, &mut output)?;
    output.finish()
}

/// The format that is asked for, or that the file's ending says.
fn format_of(context: &Context) -> Result<Format, Failure> {
    let options = &context.options;
    match (options.format, &options.output) {
        (Format::Text, Some(file)) => by_ending(file),
        // What is asked for in no format is a picture.
        (Format::Text, None) => Ok(Format::Svg),
        (
            Format::Aws | Format::Sarif | Format::Github | Format::Junit | Format::Markdown | Format::Csv,
            _,
        ) => Err(Failure::new("a picture has no such format").help("ask for `--format svg`")),
        (
            format
            @ (Format::Json | Format::Svg | Format::Html | Format::Dot | Format::Mermaid | Format::Png),
            _,
        ) => Ok(format),
    }
}

fn by_ending(file: &Path) -> Result<Format, Failure> {
    let ending = file.extension().and_then(|it| it.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "svg" | "" => Ok(Format::Svg),
        "png" => Ok(Format::Png),
        "html" | "htm" => Ok(Format::Html),
        "dot" | "gv" => Ok(Format::Dot),
        "mmd" | "mermaid" => Ok(Format::Mermaid),
        "json" => Ok(Format::Json),
        other => Err(Failure::new(format!("no picture has the ending `.{other}`"))
            .help("use `.svg`, `.png`, `.html`, `.dot`, `.mmd` or `.json`, or say `--format`")),
    }
}

fn view_of(words: &Diagram) -> Result<PictureView, Failure> {
    match (words.view, &words.source) {
        (None, Some(_)) => Ok(PictureView::Path),
        (None, None) => Ok(PictureView::Topology),
        (Some(PictureView::Path), None) => Err(Failure::new("`--view path` wants two ends")
            .help("for example `netpath diagram web db tcp/5432`")),
        (Some(PictureView::Topology | PictureView::Tgw | PictureView::Cidr), Some(_)) => {
            Err(Failure::new("only the view `path` has two ends").help("leave out `--view`, or the ends"))
        }
        (Some(view), _) => Ok(view),
    }
}

fn write(picture: &Picture, format: Format, out: &mut dyn Write) -> Result<(), Failure> {
    let written = match format {
        Format::Text
        | Format::Aws
        | Format::Svg
        | Format::Sarif
        | Format::Github
        | Format::Junit
        | Format::Csv
        | Format::Markdown => diagram::svg::write(picture, out),
        Format::Json => diagram::json::write(picture, out),
        Format::Dot => diagram::dot::write(picture, out),
        Format::Mermaid => diagram::mermaid::write(picture, out),
        Format::Png => pixels(picture, out)?,
        Format::Html => html::write(&[("picture", picture)], &html::Answers::default(), out),
    };
    written.map_err(|cause| unwritable("the picture", &cause))
}

#[cfg(feature = "png")]
fn pixels(picture: &Picture, out: &mut dyn Write) -> Result<std::io::Result<()>, Failure> {
    Ok(diagram::png::write(picture, out))
}

#[cfg(not(feature = "png"))]
fn pixels(_picture: &Picture, _out: &mut dyn Write) -> Result<std::io::Result<()>, Failure> {
    Err(Failure::new("this netpath was built without PNG")
        .help("write SVG, or build with `cargo install --path . --features png`"))
}

/// A page with the picture, the same with VPCs closed and with every host, and the answers between ends.
fn page(opened: &Opened, options: &Options, picture: Picture, out: &mut dyn Write) -> Result<(), Failure> {
    let at = |depth| {
        let options = Options { depth: Some(depth), ..options.clone() };
        diagram::topology(&opened.snapshot, &opened.network, &options)
    };
    let hosts =
        (options.depth.is_none() && opened.network.interfaces.len() <= MOST_HOSTS).then(|| at(Depth::Host));
    let closed = at(Depth::Vpc);
    let mut levels = vec![("network", &picture)];
    levels.extend(hosts.iter().map(|it| ("every host", it)));
    levels.push(("VPCs", &closed));
    let mut ends: Vec<html::End> = Vec::new();
    for end in levels.iter().flat_map(|(_, it)| html::ends(it)) {
        if ends.iter().all(|it| it.ask != end.ask) {
            ends.push(end);
        }
    }
    let answers = answers(opened, &ends).map_err(|cause| unwritable("the picture", &cause))?;
    html::write(&levels, &answers, out).map_err(|cause| unwritable("the picture", &cause))
}

/// What becomes of packets between ends: with the internet first, then inside VPCs, then between them, as many as fit.
fn answers(opened: &Opened, ends: &[html::End]) -> std::io::Result<html::Answers> {
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let mut solver = Solver::new(&opened.network);
    let mut answers = html::Answers::about(ends);
    for (from, to) in pairs(ends) {
        let (source, destination) = (&ends[from], &ends[to]);
        let arguments = Arguments {
            source: &source.ask,
            destination: &destination.ask,
            traffic: "all",
            ..Arguments::default()
        };
        // What cannot be asked about has no answer, and the page says so.
        let Ok(query) = resolve(&index, &arguments) else { continue };
        let answer = solve_with(&mut solver, &query);
        let question = Question {
            source: source.name.clone(),
            destination: destination.name.clone(),
            traffic: "all".to_owned(),
        };
        let report = Report::new(&question, &query, &answer, &opened.network, &opened.snapshot);
        answers.add(from, to, &report)?;
    }
    Ok(answers)
}

fn pairs(ends: &[html::End]) -> Vec<(usize, usize)> {
    let rank = |one: &html::End, other: &html::End| match () {
        () if one.ask == "internet" || other.ask == "internet" => 0,
        () if one.home == other.home => 1,
        () => 2,
    };
    let mut pairs = Vec::new();
    for wanted in 0..3 {
        for (from, one) in ends.iter().enumerate() {
            for (to, other) in ends.iter().enumerate().filter(|(to, _)| *to != from) {
                if pairs.len() == MOST_ANSWERS {
                    return pairs;
                }
                if rank(one, other) == wanted {
                    pairs.push((from, to));
                }
            }
        }
    }
    pairs
}

/// SVG as Graphviz lays it out. It writes a picture even where it loses edges, and says so by its exit status.
fn write_by_graphviz(picture: &Picture, out: &mut dyn Write) -> Result<(), Failure> {
    let mut text = Vec::new();
    diagram::dot::write(picture, &mut text).map_err(|cause| unwritable("the picture", &cause))?;
    let missing = |cause: std::io::Error| {
        Failure::new(format!("cannot run `dot`: {cause}"))
            .help("install Graphviz, or leave out `--layout dot`")
    };
    let mut child = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(missing)?;
    let stdin = child.stdin.take();
    // Who does not read its input ends early, which its status tells.
    let writer = std::thread::spawn(move || stdin.map(|mut it| it.write_all(&text)));
    let output = child.wait_with_output().map_err(missing)?;
    let _ended = writer.join();
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned();
        return Err(Failure::new(format!("`dot` cannot lay this picture out: {words}"))
            .help("leave out `--layout dot`: netpath lays it out by itself"));
    }
    out.write_all(&output.stdout).map_err(|cause| unwritable("the picture", &cause))
}

fn path(opened: &Opened, words: &Diagram) -> Result<Picture, Failure> {
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let (source, destination) = (words.source.as_deref(), words.destination.as_deref());
    let (source, destination) = (source.unwrap_or_default(), destination.unwrap_or_default());
    let arguments = Arguments { source, destination, traffic: &words.traffic, ..Arguments::default() };
    let query = resolve(&index, &arguments).map_err(|error| Failure::of_selector(&index, error))?;
    let answer = solve_with(&mut Solver::new(&opened.network), &query);
    let question = Question {
        source: source.to_owned(),
        destination: destination.to_owned(),
        traffic: words.traffic.clone(),
    };
    let report = Report::new(&question, &query, &answer, &opened.network, &opened.snapshot);
    Ok(diagram::path(&report, &opened.snapshot.model))
}

fn options(opened: &Opened, words: &Diagram) -> Result<Options, Failure> {
    Ok(Options {
        depth: words.depth.map(depth),
        vpcs: vpcs(opened, &words.vpc)?,
        tag: words.tag.as_deref().map(tag).transpose()?,
        collapse: words.collapse.as_deref().map(collapse).transpose()?,
        only_violations: words.only_violations,
    })
}

fn depth(depth: PictureDepth) -> Depth {
    match depth {
        PictureDepth::Account => Depth::Account,
        PictureDepth::Region => Depth::Region,
        PictureDepth::Kind => Depth::Kind,
        PictureDepth::Vpc => Depth::Vpc,
        PictureDepth::Subnet => Depth::Subnet,
        PictureDepth::Group => Depth::Group,
        PictureDepth::Host => Depth::Host,
    }
}

/// The rows of the VPCs that are named.
fn vpcs(opened: &Opened, words: &[String]) -> Result<Vec<usize>, Failure> {
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let row = |word: &String| {
        // A name may be of other things too: here it is a VPC's.
        let of_kind = find(&index, &format!("vpc:{word}"));
        let found = of_kind.or_else(|_| find(&index, word));
        let found = found.map_err(|error| Failure::of_selector(&index, error))?;
        if found.kind == ResourceKind::Vpc {
            return Ok(found.position as usize);
        }
        let help = format!("it is from `aws {}`; name a VPC", found.kind.call());
        Err(Failure::new(format!("`{word}` is no VPC")).help(help))
    };
    words.iter().map(row).collect()
}

/// `KEY`, `KEY=VALUE`, either after `tag:`.
fn tag(word: &str) -> Result<(String, Option<String>), Failure> {
    let word = word.strip_prefix("tag:").unwrap_or(word);
    let (key, value) = match word.split_once('=') {
        Some((key, value)) => (key, Some(value.to_owned())),
        None => (word, None),
    };
    if key.is_empty() {
        return Err(Failure::new("`--tag` wants a key").help("for example `--tag team=web`"));
    }
    Ok((key.to_owned(), value))
}

fn collapse(word: &str) -> Result<String, Failure> {
    let key = word.strip_prefix("tag:").filter(|it| !it.is_empty());
    key.map(str::to_owned).ok_or_else(|| {
        Failure::new(format!("cannot collapse by `{word}`")).help("for example `--collapse tag:team`")
    })
}
