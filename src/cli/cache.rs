//! Where compiled files of big snapshots are kept from one run to the next, and when: to write one costs more than most
//! questions, so it is written where somebody asks for it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use super::Context;
use super::failure::Failure;
use super::open::Opened;
use super::output::unwritable;
use crate::snapshot::ReadOptions;
use crate::store::Cache;

/// Snapshots with fewer bytes are read at once: to keep them would save nobody's time.
const LEAST_BYTES: u64 = 64 << 20;
/// How many bytes all that is kept may have.
const MOST_BYTES: u64 = 8 << 30;

/// What is being written while the answer is made.
static KEEPING: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

/// The cache in which a snapshot of so many bytes is looked for; none where it is off, where nothing is kept or to be
/// kept, and for a small snapshot.
pub(super) fn of(context: &Context, bytes: u64) -> Option<Cache> {
    let cache = cache(context).filter(|_| bytes >= LEAST_BYTES)?;
    (is_automatic() || !cache.is_empty()).then_some(cache)
}

fn cache(context: &Context) -> Option<Cache> {
    if context.options.no_cache {
        return None;
    }
    Some(Cache { folder: folder()?, most_bytes: MOST_BYTES, process: std::process::id() })
}

/// Whether what is read is kept without being asked for: `NETPATH_CACHE` names a folder.
pub(super) fn is_automatic() -> bool {
    std::env::var_os("NETPATH_CACHE").is_some_and(|value| !value.is_empty() && value != "off")
}

/// `NETPATH_CACHE`, where it is not empty or `off`; else netpath's folder where the system keeps caches.
fn folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(value) = std::env::var_os("NETPATH_CACHE") {
        return Some(PathBuf::from(value)).filter(|it| !it.as_os_str().is_empty() && it.as_os_str() != "off");
    }
    let caches = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else {
        // A relative path there counts as none, by the specification.
        let given = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
        let own = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        given.or_else(|| Some(variable("HOME")?.join(own)))
    };
    caches.map(|caches| caches.join("netpath"))
}

/// Keeps what was read, while the answer is made; [`finish`] waits for it.
pub(super) fn keep(context: &Context, cache: Cache, opened: &'static Opened, options: ReadOptions) {
    let is_verbose = context.options.verbose > 0;
    let keeping = std::thread::spawn(move || {
        let kept = cache.keep(&opened.snapshot, &opened.network, &options);
        if let (Err(cause), true) = (kept, is_verbose) {
            let remark = format!("note: not kept in `{}`: {cause}\n", cache.folder.display());
            let _unheard = std::io::Write::write_all(&mut std::io::stderr().lock(), remark.as_bytes());
        }
    });
    *KEEPING.lock().unwrap_or_else(PoisonError::into_inner) = Some(keeping);
}

/// Keeps what was read before anything else happens.
pub(super) fn keep_now(context: &Context, opened: &Opened, options: &ReadOptions) -> Result<(), Failure> {
    let place = "say where a file is wanted: `--output prod.netpath`";
    let Some(cache) = cache(context) else {
        return Err(Failure::new("a compiled file wants a place, and the cache is off").help(place));
    };
    if opened.snapshot.sources.iter().map(|source| source.bytes).sum::<u64>() < LEAST_BYTES {
        let message = "the cache keeps nothing of a snapshot that is read at once, which this one is";
        return Err(Failure::new(message).help(place));
    }
    let kept = cache.keep(&opened.snapshot, &opened.network, options);
    kept.map_err(|cause| unwritable(&format!("`{}`", cache.folder.display()), &cause))
}

/// Waits until what was read is kept.
pub(super) fn finish() {
    let keeping = KEEPING.lock().unwrap_or_else(PoisonError::into_inner).take();
    // A snapshot that could not be kept is read again.
    let _kept = keeping.map(JoinHandle::join);
}
