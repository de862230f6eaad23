//! `netpath diagram`: a picture of the network, in a file of its own.

mod page;
mod part;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::arguments::{Diagram, Diff, Exposure, Format, Part, PictureLayout, PictureView};
use super::failure::Failure;
use super::open::{Opened, open};
use super::output::{Output, unwritable};
use super::{Context, Outcome, diff, exposure, matrix};
use crate::network::ranges;
use crate::report::cidr::Plan;
use crate::report::diagram::{self, Options, Picture, html};
use crate::report::{Question, Report};
use crate::selector::{Arguments, Index, resolve};
use crate::solver::{Solver, solve_with};

/// Draws it.
pub(super) fn run(context: &Context, words: &Diagram) -> Result<Outcome, Failure> {
    let format = format_of(context)?;
    let view = view_of(words)?;
    part::check(view, words)?;
    if words.layout == PictureLayout::Dot && format != Format::Svg {
        return Err(Failure::new("`--layout dot` is for SVG").help("ask for `--format svg`, or leave it out"));
    }
    if view == PictureView::Diff {
        let picture = differences(context, words)?;
        let mut output = Output::open(context.options.output.as_deref())?;
        write_as(&picture, format, words.layout, &mut output)?;
        output.finish()?;
        return Ok(Outcome::Answered);
    }
    let opened = open(context)?;
    let options = part::options(opened, words)?;
    let picture = picture(context, opened, words, (view, &options))?;
    let mut output = Output::open(context.options.output.as_deref())?;
    match (format, view) {
        (Format::Html, PictureView::Topology) => page::topology(opened, &options, picture, &mut output)?,
        (Format::Html, PictureView::Exposure | PictureView::Matrix) => {
            page::asking(opened, &picture, &mut output)?;
        }
        (_, _) => write_as(&picture, format, words.layout, &mut output)?,
    }
    output.finish()?;
    Ok(Outcome::Answered)
}

/// The picture of a snapshot.
fn picture(
    context: &Context,
    opened: &'static Opened,
    words: &Diagram,
    (view, options): (PictureView, &Options),
) -> Result<Picture, Failure> {
    Ok(match view {
        PictureView::Topology => diagram::topology(&opened.snapshot, &opened.network, options),
        PictureView::Tgw => diagram::tgw(&opened.snapshot.model),
        PictureView::Path => path(opened, words)?,
        PictureView::Cidr => {
            let ranges = ranges(&opened.snapshot.model, &opened.network);
            let mut plan = Plan::new(&opened.network, &opened.snapshot, &ranges);
            if !options.vpcs.is_empty() {
                let vpc = |row: &usize| opened.snapshot.model.vpcs[*row].id.as_str();
                plan.keep(&options.vpcs.iter().map(vpc).collect::<Vec<&str>>());
            }
            diagram::cidr(&plan, &opened.network)
        }
        PictureView::Exposure => {
            let asked = Exposure {
                from: "internet".to_owned(),
                to: None,
                one_change: false,
                diagram: None,
                part: Part { traffic: "all".to_owned(), source_ports: None, ipv4: false, ipv6: false },
            };
            let part = part::interfaces(opened, words)?;
            diagram::exposure(&exposure::view(context, opened, &asked, (part, true))?)
        }
        PictureView::Matrix => {
            let part = part::interfaces(opened, words)?;
            diagram::matrix(&matrix::view(opened, part::groups(words)?, part))
        }
        PictureView::Diff => differences(context, words)?,
    })
}

/// The picture of what two snapshots answer differently, which stand where other views have ends.
fn differences(context: &Context, words: &Diagram) -> Result<Picture, Failure> {
    let asked = Diff {
        old: words.source.as_deref().unwrap_or_default().into(),
        new: words.destination.as_ref().map(Into::into),
        from: None,
        to: None,
        traffic: words.traffic.clone(),
        fail_on: None,
        diagram: None,
    };
    Ok(diagram::diff(&diff::view(context, &asked)?, words.depth.map(part::depth)))
}

/// Draws into a file whose ending says how.
pub(super) fn save(picture: &Picture, file: &Path) -> Result<(), Failure> {
    let format = by_ending(file)?;
    let mut output = Output::open(Some(file))?;
    write(picture, format, &mut output)?;
    output.finish()
}

/// The same, with answers between the ends that a page lets choose.
pub(super) fn save_asking(opened: &Opened, picture: &Picture, file: &Path) -> Result<(), Failure> {
    let format = by_ending(file)?;
    let mut output = Output::open(Some(file))?;
    if format == Format::Html {
        page::asking(opened, picture, &mut output)?;
    } else {
        write(picture, format, &mut output)?;
    }
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
        (Some(PictureView::Diff), None) => Err(Failure::new("`--view diff` wants two snapshots")
            .help("for example `netpath diagram --view diff before/ after/`")),
        (
            Some(
                PictureView::Topology
                | PictureView::Tgw
                | PictureView::Cidr
                | PictureView::Exposure
                | PictureView::Matrix,
            ),
            Some(_),
        ) => Err(Failure::new("only the view `path` has two ends").help("leave out `--view`, or the ends")),
        (Some(view), _) => Ok(view),
    }
}

fn write_as(
    picture: &Picture,
    format: Format,
    layout: PictureLayout,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    match (format, layout) {
        (Format::Svg, PictureLayout::Dot) => write_by_graphviz(picture, out),
        (_, _) => write(picture, format, out),
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
