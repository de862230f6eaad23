//! `netpath.toml`, found in this folder or one above it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::failure::Failure;

const NAME: &str = "netpath.toml";

/// What the file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Contents {
    snapshot: Option<Snapshots>,
    /// What it says about lints.
    pub lint: Option<super::lint_settings::Section>,
}

/// The nearest file: its path, its text and what it says; none without a file.
pub(super) fn nearest(folder: &Path) -> Result<Option<(PathBuf, String, Contents)>, Failure> {
    // Ends: each round is one folder further up.
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|cause| Failure::new(format!("cannot read `{}`: {cause}", path.display())))?;
        let contents = contents(&path, &text)?;
        return Ok(Some((path, text, contents)));
    }
    Ok(None)
}

/// One path, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a path, or a list of paths")]
enum Snapshots {
    One(PathBuf),
    Several(Vec<PathBuf>),
}

/// The snapshot paths of the nearest file, made relative to where the file stands; none without a file.
pub(super) fn snapshots_from(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let Some((path, _, contents)) = nearest(folder)? else { return Ok(Vec::new()) };
    let folder = path.parent().unwrap_or(folder);
    Ok(snapshots_of(contents).into_iter().map(|path| folder.join(path)).collect())
}

/// The paths as the file has them.
#[cfg_attr(not(fuzzing), expect(dead_code, reason = "a door for fuzzing"))]
pub(super) fn snapshots(path: &Path, text: &str) -> Result<Vec<PathBuf>, Failure> {
    Ok(snapshots_of(contents(path, text)?))
}

fn snapshots_of(contents: Contents) -> Vec<PathBuf> {
    match contents.snapshot {
        None => Vec::new(),
        Some(Snapshots::One(path)) => vec![path],
        Some(Snapshots::Several(paths)) => paths,
    }
}

fn contents(path: &Path, text: &str) -> Result<Contents, Failure> {
    toml::from_str(text).map_err(|error| bad(path, text, &error))
}

fn bad(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
    let place = line.map(|line| format!(":{line}")).unwrap_or_default();
    let message = error.message().lines().next().unwrap_or_default();
    Failure::new(format!("{}{place}: {message}", path.display()))
        .help("it may say `snapshot = \"folder\"` or `snapshot = [\"one\", \"other\"]`, and have a section `[lint]`")
}
