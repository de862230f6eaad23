//! From the paths that the user gives to the files in them: a folder's JSON files, an archive's, a file itself.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::warnings::{Problem, SnapshotError, Spoiled, Warning};
use super::{archive, look};

/// A file that may hold an answer.
#[derive(Debug)]
pub(super) struct Document {
    /// Its path relative to what the user gave, with `/` between folders.
    pub path: String,
    /// Which of the given paths it was found in.
    pub root: usize,
    /// Its content.
    pub content: Content,
}

/// Where a file's bytes are.
#[derive(Debug)]
pub(super) enum Content {
    /// In memory.
    Bytes(Vec<u8>),
    /// On disk.
    Path(PathBuf),
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The files to read.
    pub documents: Vec<Document>,
    /// What there is to say about others.
    pub warnings: Vec<Warning>,
}

/// Everything in the given paths, in order.
pub(super) fn find(paths: &[PathBuf]) -> Result<Found, SnapshotError> {
    let mut found = Found::default();
    for (root, path) in paths.iter().enumerate() {
        let unreadable = |cause| SnapshotError::Unreadable { path: path.clone(), cause };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            let mut walk = Walk { found: &mut found, root, seen: BTreeSet::new(), left: None };
            walk.folder(path, "").map_err(unreadable)?;
        } else {
            found.documents.extend(given_file(path, root)?);
        }
    }
    found.documents.sort_by(|left, right| (&left.path, left.root).cmp(&(&right.path, right.root)));
    Ok(found)
}

/// A file that the user names is read whatever its name is.
fn given_file(path: &Path, root: usize) -> Result<Vec<Document>, SnapshotError> {
    let name =
        path.file_name().map_or_else(|| path.display().to_string(), |it| it.to_string_lossy().into_owned());
    let mut beginning = Vec::new();
    let unreadable = |cause| SnapshotError::Unreadable { path: path.to_owned(), cause };
    let mut file = fs::File::open(path).map_err(unreadable)?;
    (&mut file).take(512).read_to_end(&mut beginning).map_err(unreadable)?;
    if archive::kind(&beginning).is_none() && file.metadata().is_ok_and(|it| it.is_file()) {
        return Ok(vec![Document { path: name, root, content: Content::Path(path.to_owned()) }]);
    }
    file.read_to_end(&mut beginning).map_err(unreadable)?;
    let unpacked = archive::unpack(&name, beginning)
        .map_err(|cause| SnapshotError::NotJson { file: name, spoiled: Spoiled::Archive(cause) })?;
    let documents = unpacked.into_iter();
    Ok(documents.map(|(path, bytes)| Document { path, root, content: Content::Bytes(bytes) }).collect())
}

/// A walk through a folder.
struct Walk<'f> {
    found: &'f mut Found,
    root: usize,
    /// What links led to, which is not entered again.
    seen: BTreeSet<PathBuf>,
    /// How many more entries to look at, where it is only a look.
    left: Option<usize>,
}

impl Walk<'_> {
    /// Ends because a folder that a link leads to is entered once, and folders are finitely many.
    fn folder(&mut self, folder: &Path, prefix: &str) -> std::io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            match &mut self.left {
                Some(0) => return Ok(()),
                Some(left) => *left -= 1,
                None => {}
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            self.entry(&entry, format!("{prefix}{name}"));
        }
        Ok(())
    }

    fn entry(&mut self, entry: &fs::DirEntry, path: String) {
        let target = entry.path();
        let mut kind = entry.file_type();
        if kind.as_ref().is_ok_and(fs::FileType::is_symlink) {
            if !target.canonicalize().is_ok_and(|target| self.seen.insert(target)) {
                return;
            }
            kind = fs::metadata(&target).map(|it| it.file_type());
        }
        match kind {
            Ok(kind) if kind.is_dir() => {
                if let Err(cause) = self.folder(&target, &format!("{path}/")) {
                    self.warn(path, Problem::Unreadable(cause.to_string()));
                }
            }
            Ok(kind) if kind.is_file() => self.file(target, path),
            Ok(_) => {}
            Err(cause) => self.warn(path, Problem::Unreadable(cause.to_string())),
        }
    }

    fn file(&mut self, target: PathBuf, path: String) {
        let name = path.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".json", ".json.gz", ".json.zst"]) {
            self.found.documents.push(Document { path, root: self.root, content: Content::Path(target) });
        } else if ends(&[".tar", ".tar.gz", ".tgz", ".tar.zst", ".zip"]) {
            self.warn(path, Problem::ArchiveInFolder);
        } else if ends(&[".txt", ".out", ".yaml", ".yml", ".text", ".table"])
            || !name.rsplit('/').next().is_some_and(|it| it.contains('.'))
        {
            self.other(target, path);
        }
    }

    /// Files with other endings or none count when they begin like an answer (Cloudmapper's arguments have none).
    fn other(&mut self, target: PathBuf, path: String) {
        let mut beginning = Vec::new();
        let read = fs::File::open(&target).and_then(|file| file.take(4096).read_to_end(&mut beginning));
        let beginning = String::from_utf8_lossy(&beginning);
        match (read, look::other_answer(&beginning)) {
            (Err(cause), _) => self.warn(path, Problem::Unreadable(cause.to_string())),
            (Ok(_), _) if look::has_known_key(beginning.as_bytes()) => {
                self.found.documents.push(Document { path, root: self.root, content: Content::Path(target) });
            }
            (Ok(_), Some(spoiled)) => self.warn(path, Problem::NotJson(spoiled)),
            (Ok(_), None) => {}
        }
    }

    fn warn(&mut self, path: String, problem: Problem) {
        self.found.warnings.push(Warning { file: Some(path), place: None, problem });
    }
}

/// How many entries of a folder, and how many files, one looks at before saying that it is no snapshot: the current
/// folder may be somebody's home.
const ENTRIES: usize = 5000;
const LOOKS: usize = 200;

/// Whether a folder holds answers of the aws-cli, without reading more than the beginnings of some files.
pub fn looks_like_snapshot(folder: &Path) -> bool {
    let mut found = Found::default();
    let mut walk = Walk { found: &mut found, root: 0, seen: BTreeSet::new(), left: Some(ENTRIES) };
    if walk.folder(folder, "").is_err() {
        return false;
    }
    // Files near the top tell more than those of some deep folder that happens to come first.
    found.documents.sort_by_key(|document| document.path.matches('/').count());
    found.documents.iter().take(LOOKS).any(|document| match &document.content {
        Content::Bytes(bytes) => look::is_answer(bytes),
        Content::Path(path) => {
            archive::beginning(path, 1 << 16).is_some_and(|beginning| look::is_answer(&beginning))
        }
    })
}
