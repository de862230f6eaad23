//! Where results go: standard output, or a file that is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// Where results go.
pub(super) enum Output {
    /// Standard output. Once its reader has gone, nothing more is written.
    Standard { writer: BufWriter<StdoutLock<'static>>, is_closed: bool },
    /// A file beside the one that is wanted; it takes its place at the end.
    File { writer: BufWriter<File>, draft: Option<PathBuf>, path: PathBuf },
}

impl Output {
    /// Opens the place.
    pub(super) fn open(path: Option<&Path>) -> Result<Output, Failure> {
        // A dash is standard output, as everywhere.
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            let writer = BufWriter::with_capacity(1 << 16, io::stdout().lock());
            return Ok(Output::Standard { writer, is_closed: false });
        };
        let failed = |cause: io::Error| Failure::new(format!("cannot write `{}`: {cause}", path.display()));
        // A link is followed: the file that it names is the one to replace.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        // A device or pipe is written to as it is.
        let is_special = fs::metadata(&target).is_ok_and(|it| !it.is_file() && !it.is_dir());
        let draft = match is_special {
            true => None,
            false => Some(draft_beside(&target).map_err(failed)?),
        };
        let file = match &draft {
            Some(draft) => File::create_new(draft),
            None => File::options().write(true).open(&target),
        };
        let file = file.map_err(failed)?;
        Ok(Output::File { writer: BufWriter::with_capacity(1 << 16, file), draft, path: target })
    }

    /// Puts the results in their place.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let flushed = self.flush();
        match &mut self {
            Output::Standard { .. } => flushed.map_err(|cause| unwritable("standard output", &cause)),
            Output::File { writer, draft, path } => {
                // What is not on disk yet when the name changes may be lost with the power, and the old file with it.
                let synced = match (writer.get_ref(), &draft) {
                    (file, Some(_)) => flushed.and_then(|()| file.sync_all()),
                    (_, None) => flushed,
                };
                let renamed = synced.and_then(|()| match draft {
                    Some(draft) => fs::rename(draft, &*path),
                    None => Ok(()),
                });
                let place = format!("`{}`", path.display());
                renamed.map_err(|cause| unwritable(&place, &cause))?;
                // Nothing is left to take away.
                *draft = None;
                Ok(())
            }
        }
    }

    /// Whether nobody reads on.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self, Output::Standard { is_closed: true, .. })
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        match self {
            Output::File { draft: Some(draft), .. } => drop(fs::remove_file(draft)),
            // A part of an answer is none: what is left of a compiled file that cannot be read is not printed.
            Output::Standard { writer, .. } if std::thread::panicking() => {
                let nothing = BufWriter::new(io::stdout().lock());
                let _unwritten = std::mem::replace(writer, nothing).into_parts();
            }
            Output::File { draft: None, .. } | Output::Standard { .. } => {}
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Standard { is_closed: true, .. } => Ok(bytes.len()),
            Output::Standard { writer, is_closed } => quietly(writer.write(bytes), is_closed, bytes.len()),
            Output::File { writer, .. } => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Standard { is_closed: true, .. } => Ok(()),
            Output::Standard { writer, is_closed } => quietly(writer.flush(), is_closed, ()),
            Output::File { writer, .. } => writer.flush(),
        }
    }
}

/// A reader that has gone (`| head`) has had enough: that is no error.
fn quietly<T>(result: io::Result<T>, is_closed: &mut bool, otherwise: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            *is_closed = true;
            Ok(otherwise)
        }
        result => result,
    }
}

/// What could not be written to.
pub(super) fn unwritable(place: &str, cause: &io::Error) -> Failure {
    Failure::new(format!("cannot write {place}: {cause}"))
}

/// A name in the same folder, so that taking the place is one step.
fn draft_beside(path: &Path) -> io::Result<PathBuf> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let name = path.file_name().ok_or_else(|| io::Error::other("it has no file name"))?;
    let mut draft = std::ffi::OsString::from(".");
    draft.push(name);
    draft.push(format!(".{}.part", std::process::id()));
    Ok(path.with_file_name(draft))
}
