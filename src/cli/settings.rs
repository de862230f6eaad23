//! `netpath.toml`, found in this folder or one above it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::failure::Failure;

const NAME: &str = "netpath.toml";

/// What the file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Contents {
    snapshot: Option<Snapshots>,
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
    // Ends: each round is one folder further up.
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|cause| Failure::new(format!("cannot read `{}`: {cause}", path.display())))?;
        return Ok(snapshots(&path, &text)?.into_iter().map(|path| folder.join(path)).collect());
    }
    Ok(Vec::new())
}

/// The paths as the file has them.
pub(super) fn snapshots(path: &Path, text: &str) -> Result<Vec<PathBuf>, Failure> {
    let contents: Contents = toml::from_str(text).map_err(|error| bad(path, text, &error))?;
    Ok(match contents.snapshot {
        None => Vec::new(),
        Some(Snapshots::One(path)) => vec![path],
        Some(Snapshots::Several(paths)) => paths,
    })
}

fn bad(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
    let place = line.map(|line| format!(":{line}")).unwrap_or_default();
    let message = error.message().lines().next().unwrap_or_default();
    Failure::new(format!("{}{place}: {message}", path.display()))
        .help("it may say `snapshot = \"folder\"` or `snapshot = [\"one\", \"other\"]`")
}
