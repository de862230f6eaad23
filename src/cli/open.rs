//! The snapshot: which one is meant, and what there is to say about it before any answer.

use std::path::{Path, PathBuf};

use super::arguments::Options;
#[cfg(not(feature = "collect"))]
use super::collect::not_built;
use super::failure::Failure;
#[cfg(feature = "collect")]
use super::live;
use super::progress::Progress;
use super::terminal::clean;
use super::{Context, cache, settings};
use crate::model::{AccountId, Region};
use crate::network::{self, Network};
use crate::snapshot::{self, ReadOptions, Snapshot, SnapshotError};
use crate::store;

/// A snapshot and the network that it makes.
pub(super) struct Opened {
    pub snapshot: Snapshot,
    pub network: Network,
}

/// Reads and compiles the snapshot that is meant, or opens it where it is compiled.
///
/// It is never taken apart: that would take a big estate longer than an answer, and the process ends with it.
pub(super) fn open(context: &Context) -> Result<&'static Opened, Failure> {
    if context.options.live {
        return from_aws(context, read_options(&context.options));
    }
    open_at(context, &paths(context)?)
}

/// The same for paths that a command names itself.
pub(super) fn open_at(context: &Context, paths: &[PathBuf]) -> Result<&'static Opened, Failure> {
    let read = read_options(&context.options);
    if let Some(path) = paths.iter().find(|path| store::is_compiled(path)) {
        if paths.len() > 1 {
            let path = path.display();
            return Err(Failure::new(format!(
                "`{path}` is compiled, and a compiled file is a snapshot of its own"
            ))
            .help("compile all of the paths together, or give it alone"));
        }
        let opened = compiled(path, &read)?;
        warn(context, &opened.snapshot);
        return Ok(Box::leak(Box::new(opened)));
    }
    from_answers(context, paths, read)
}

/// Collects what AWS says now, and reads it.
fn from_aws(context: &Context, options: ReadOptions) -> Result<&'static Opened, Failure> {
    with_answers_of_aws(context, |folder| from_answers(context, &[folder], options))
}

/// Collects what AWS says now into a folder that is gone afterwards.
#[cfg(feature = "collect")]
pub(super) fn with_answers_of_aws<T>(
    context: &Context,
    then: impl FnOnce(PathBuf) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let folder = live::snapshot(context)?;
    then(folder.path().to_owned())
}

#[cfg(not(feature = "collect"))]
pub(super) fn with_answers_of_aws<T>(
    _context: &Context,
    _then: impl FnOnce(PathBuf) -> Result<T, Failure>,
) -> Result<T, Failure> {
    Err(not_built())
}

/// Reads and compiles what the aws-cli printed, unless that was done before.
fn from_answers(
    context: &Context,
    paths: &[PathBuf],
    options: ReadOptions,
) -> Result<&'static Opened, Failure> {
    let reading = Progress::begin(context, "reading the snapshot", None);
    let input = snapshot::find(paths)?;
    let cache = cache::of(context, input.bytes());
    let known = cache.as_ref().and_then(|cache| cache.open(&input.identity(&options)?));
    if let Some(store::Opened { snapshot, network, .. }) = known {
        drop(reading);
        warn(context, &snapshot);
        return Ok(Box::leak(Box::new(Opened { snapshot, network })));
    }
    let snapshot = input.read(&options);
    drop(reading);
    let snapshot = snapshot?;
    warn(context, &snapshot);
    let compiling = Progress::begin(context, "compiling the network", None);
    let network = network::compile(&snapshot.model);
    drop(compiling);
    let opened: &'static Opened = Box::leak(Box::new(Opened { snapshot, network }));
    if let Some(cache) = cache.filter(|_| cache::is_automatic()) {
        cache::keep(context, cache, opened, options);
    }
    Ok(opened)
}

/// What the options say of reading.
pub(super) fn read_options(options: &Options) -> ReadOptions {
    ReadOptions {
        account: options.account.as_deref().map(AccountId::from),
        region: options.region.as_deref().map(Region::from),
        strict: options.strict,
        assume_defaults: options.assume_defaults,
    }
}

/// A compiled file. How a snapshot is read is settled when it is compiled: an option that would have made another one
/// cannot be followed.
fn compiled(path: &Path, read: &ReadOptions) -> Result<Opened, Failure> {
    let opened = store::open(path).map_err(|cause| Failure::of_compiled(path, &cause))?;
    let own = &opened.options;
    let differs = [
        ("--account", read.account.is_some() && read.account != own.account),
        ("--region", read.region.is_some() && read.region != own.region),
        ("--assume-defaults", read.assume_defaults && !own.assume_defaults),
    ];
    if let Some((option, _)) = differs.into_iter().find(|(_, differs)| *differs) {
        let message = format!("`{}` was compiled without this `{option}`", path.display());
        return Err(Failure::new(message).help(format!("compile it again with `{option}`")));
    }
    let is_checked = own.strict;
    let store::Opened { snapshot, network, .. } = opened;
    if read.strict && !is_checked {
        let problems = snapshot::strict_problems(&snapshot);
        if !problems.is_empty() {
            return Err(SnapshotError::Strict(problems).into());
        }
    }
    Ok(Opened { snapshot, network })
}

/// `--snapshot`, the environment, `netpath.toml`, this folder: the first that says something.
pub(super) fn paths(context: &Context) -> Result<Vec<PathBuf>, Failure> {
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
