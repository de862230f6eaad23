//! The snapshot: which one is meant, and what there is to say about it before any answer.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::progress::Progress;
use super::terminal::clean;
use super::{Context, settings};
use crate::model::{AccountId, Region};
use crate::network::{self, Network};
use crate::snapshot::{self, ReadOptions, Snapshot};

/// A snapshot and the network that it makes.
pub(super) struct Opened {
    pub snapshot: Snapshot,
    pub network: Network,
}

/// Reads and compiles the snapshot that is meant.
///
/// It is never taken apart: that would take a big estate longer than an answer, and the process ends with it.
pub(super) fn open(context: &Context) -> Result<&'static Opened, Failure> {
    let options = &context.options;
    let paths = paths(context)?;
    let read = ReadOptions {
        account: options.account.as_deref().map(AccountId::from),
        region: options.region.as_deref().map(Region::from),
        strict: options.strict,
        assume_defaults: options.assume_defaults,
    };
    let reading = Progress::begin(context, "reading the snapshot", None);
    let read = snapshot::read(&paths, &read);
    drop(reading);
    let snapshot = read?;
    warn(context, &snapshot);
    let compiling = Progress::begin(context, "compiling the network", None);
    let network = network::compile(&snapshot.model);
    drop(compiling);
    Ok(Box::leak(Box::new(Opened { snapshot, network })))
}

/// `--snapshot`, the environment, `netpath.toml`, this folder: the first that says something.
fn paths(context: &Context) -> Result<Vec<PathBuf>, Failure> {
    if !context.options.snapshot.is_empty() {
        return Ok(context.options.snapshot.clone());
    }
    if let Some(value) = std::env::var_os("NETPATH_SNAPSHOT").filter(|value| !value.is_empty()) {
        return Ok(std::env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()).collect());
    }
    let here = std::env::current_dir()
        .map_err(|cause| Failure::new(format!("cannot tell the current folder: {cause}")))?;
    let paths = settings::snapshots_from(&here)?;
    if !paths.is_empty() {
        return Ok(paths);
    }
    if snapshot::looks_like_snapshot(Path::new(".")) {
        return Ok(vec![PathBuf::from(".")]);
    }
    Err(Failure::new("no snapshot: this folder holds no answers of `aws ec2 describe-*`")
        .help("say which with `--snapshot PATH`, `NETPATH_SNAPSHOT` or `snapshot = \"…\"` in `netpath.toml`"))
}

/// A line on what was left out; all of it with `-v`.
fn warn(context: &Context, snapshot: &Snapshot) {
    let options = &context.options;
    if options.quiet {
        return;
    }
    let mut lines: Vec<String> = Vec::new();
    let (yellow, reset) = match context.terminal.colors_errors(options.color) {
        true => ("\x1b[1;33m", "\x1b[0m"),
        false => ("", ""),
    };
    let warnings = &snapshot.warnings;
    if options.verbose > 0 {
        for warning in warnings {
            lines.push(format!("{yellow}warning{reset}: {}", clean(&warning.to_string())));
            lines.extend(warning.problem.help().map(|help| format!("help: {help}")));
        }
        lines.extend(counted(snapshot));
        lines.push(summary(snapshot));
    } else if let [one] = warnings.as_slice() {
        lines.push(format!("{yellow}warning{reset}: {}", clean(&one.to_string())));
    } else if let [first, rest @ ..] = warnings.as_slice() {
        let more = rest.len();
        let first = clean(&first.to_string());
        lines.push(format!("{yellow}warning{reset}: {first}; {more} more, listed by `-v`"));
    }
    for line in lines {
        context.say(&line);
    }
}

/// What was recognised and not used, or not recognised, by count.
fn counted(snapshot: &Snapshot) -> Vec<String> {
    let counts = &snapshot.counts;
    let tables = [
        ("not modelled", &counts.unmodelled),
        ("unknown key", &counts.unknown_keys),
        ("unknown word", &counts.unknown_words),
    ];
    let lines = tables.into_iter().flat_map(|(what, table)| {
        table.iter().map(move |(name, count)| format!("note: {what}: `{}`, {count} times", clean(name)))
    });
    lines.collect()
}

fn summary(snapshot: &Snapshot) -> String {
    let resources: usize = snapshot.counts.resources.values().sum();
    let plural = |count: usize, one: &str, many: &str| {
        if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
    };
    format!(
        "note: {} from {}, {}, {}",
        plural(resources, "resource", "resources"),
        plural(snapshot.sources.len(), "file", "files"),
        plural(snapshot.accounts.len(), "account", "accounts"),
        plural(snapshot.regions.len(), "Region", "Regions"),
    )
}
