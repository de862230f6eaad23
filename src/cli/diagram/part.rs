//! What of a network is drawn, and how much of it.

use crate::cli::arguments::{Diagram, PictureDepth, PictureView};
use crate::cli::failure::Failure;
use crate::cli::open::Opened;
use crate::cli::whole;
use crate::model::ResourceKind;
use crate::report::diagram::{Depth, Options};
use crate::report::groups::By;
use crate::selector::{Index, find};

/// Options that a view does not know are errors: who gives one expects it to count.
pub(super) fn check(view: PictureView, words: &Diagram) -> Result<(), Failure> {
    use PictureView::{Cidr, Diff, Exposure, Matrix, Path, Tgw, Topology};
    let (is_network, is_part, is_grouped) = match view {
        Topology => (true, true, true),
        Matrix => (false, true, true),
        Exposure => (false, true, false),
        Path | Tgw | Cidr | Diff => (false, false, false),
    };
    let has_depth = is_grouped || view == Diff;
    let has_vpc = is_part || view == Cidr;
    let given = [
        ("--depth", words.depth.is_some(), has_depth),
        ("--vpc", !words.vpc.is_empty(), has_vpc),
        ("--tag", words.tag.is_some(), is_part),
        ("--collapse", words.collapse.is_some(), is_grouped),
        ("--only-violations", words.only_violations, is_network),
    ];
    match given.into_iter().find(|(_, is_given, is_known)| *is_given && !is_known) {
        Some((option, _, _)) => Err(Failure::new(format!("this view knows no `{option}`"))
            .help("`netpath help diagram` says which view knows which option")),
        None => Ok(()),
    }
}

/// What a topology shows.
pub(super) fn options(opened: &Opened, words: &Diagram) -> Result<Options, Failure> {
    Ok(Options {
        depth: words.depth.map(depth),
        vpcs: vpcs(opened, &words.vpc)?,
        tag: words.tag.as_deref().map(tag).transpose()?,
        collapse: words.collapse.as_deref().map(collapse).transpose()?,
        only_violations: words.only_violations,
        is_compared: false,
    })
}

pub(super) fn depth(depth: PictureDepth) -> Depth {
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

/// The interfaces of the VPCs and with the tag that are asked for; all without.
pub(super) fn interfaces(opened: &Opened, words: &Diagram) -> Result<Option<Vec<u32>>, Failure> {
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let mut part: Option<Vec<u32>> = None;
    if !words.vpc.is_empty() {
        let rows = vpcs(opened, &words.vpc)?;
        let ids: Vec<&str> = rows.iter().map(|row| opened.snapshot.model.vpcs[*row].id.as_str()).collect();
        let network = &opened.network;
        let is_in = |row: &u32| {
            let vpc = network.interfaces[*row as usize].vpc;
            ids.contains(&network.vpcs[vpc.index()].id.as_str())
        };
        part = Some((0..network.interfaces.len() as u32).filter(is_in).collect());
    }
    if let Some(word) = &words.tag {
        let (key, value) = tag(word)?;
        let selector = value.map_or_else(|| format!("tag:{key}"), |value| format!("tag:{key}={value}"));
        let mut tagged = whole::interfaces(&index, &selector)?;
        tagged.sort_unstable();
        part = Some(match part {
            Some(part) => part.into_iter().filter(|it| tagged.binary_search(it).is_ok()).collect(),
            None => tagged,
        });
    }
    Ok(part)
}

/// By what the groups of a matrix are made, where somebody says so.
pub(super) fn groups(words: &Diagram) -> Result<Option<By>, Failure> {
    if let Some(word) = &words.collapse {
        return collapse(word).map(|key| Some(By::Tag(key)));
    }
    Ok(match words.depth {
        None => None,
        Some(PictureDepth::Account) => Some(By::Account),
        Some(PictureDepth::Vpc) => Some(By::Vpc),
        Some(PictureDepth::Subnet) => Some(By::Subnet),
        Some(PictureDepth::Group) => Some(By::SecurityGroup),
        Some(PictureDepth::Kind) => Some(By::Alike),
        Some(PictureDepth::Region | PictureDepth::Host) => {
            return Err(Failure::new("a matrix has no such groups")
                .help("`account`, `vpc`, `subnet`, `group` (security groups) and `kind` (what answers alike) it has"));
        }
    })
}
