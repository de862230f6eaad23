//! `netpath diagram`: a picture of the network.

use super::arguments::{Diagram, Format, PictureDepth};
use super::failure::Failure;
use super::open::{Opened, open};
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::model::ResourceKind;
use crate::report::diagram::{self, Depth, Options, Picture};
use crate::selector::{Index, find};

/// Draws it.
pub(super) fn run(context: &Context, words: &Diagram) -> Result<Outcome, Failure> {
    let opened = open(context)?;
    let options = Options {
        depth: words.depth.map(depth),
        vpcs: vpcs(opened, &words.vpc)?,
        tag: words.tag.as_deref().map(tag).transpose()?,
        collapse: words.collapse.as_deref().map(collapse).transpose()?,
        only_violations: words.only_violations,
    };
    let picture = diagram::topology(&opened.snapshot, &opened.network, &options);
    print(context, &picture)?;
    Ok(Outcome::Answered)
}

fn print(context: &Context, picture: &Picture) -> Result<(), Failure> {
    let options = &context.options;
    let mut output = Output::open(options.output.as_deref())?;
    let written = match options.format {
        // What is asked for in no format is a picture.
        Format::Text | Format::Svg => diagram::svg::write(picture, &mut output),
        Format::Json | Format::Aws | Format::Sarif | Format::Github | Format::Junit | Format::Markdown => {
            return Err(Failure::new("a picture has no such format").help("use `--format svg`"));
        }
    };
    written.map_err(|cause| unwritable("the picture", &cause))?;
    output.finish()
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
        let found =
            of_kind.or_else(|_| find(&index, word)).map_err(|error| Failure::of_selector(&index, error))?;
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
