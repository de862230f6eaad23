//! The cache: compiled files of snapshots that were read before, so that the same snapshot is not read twice.
//!
//! An entry is found by what it was made from: the engine, the options, and the names and content of every file. Size and
//! time of a file say nothing; each start reads all of them and hashes, which takes a small part of the time that making
//! sense of them takes. So an entry is never stale, it is only not found. An entry that is not what was written is removed
//! and made again. Two processes may make the same entry: each writes a file of its own, and the last to finish gives its
//! the name.

use std::fs;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::{Opened, file};
use crate::network::Network;
use crate::snapshot::{Identity, ReadOptions, Snapshot};

/// A folder of compiled files.
#[derive(Debug, Clone)]
pub struct Cache {
    /// The folder; it is made when something is kept.
    pub folder: PathBuf,
    /// How many bytes the files in it may have together. The oldest make room.
    pub most_bytes: u64,
    /// A number that no other process has: drafts are named by it.
    pub process: u32,
}

impl Cache {
    /// Whether nothing is kept in it.
    pub fn is_empty(&self) -> bool {
        let Ok(entries) = fs::read_dir(&self.folder) else { return true };
        !entries.flatten().any(|entry| entry.path().extension().is_some_and(|it| it == "netpath"))
    }

    fn path(&self, identity: &Identity) -> PathBuf {
        let mut hasher = blake3::Hasher::new();
        hasher.update(file::ENGINE.as_bytes());
        hasher.update(&identity.0);
        self.folder.join(format!("{}.netpath", hasher.finalize().to_hex()))
    }

    /// The entry for what was found, read through and found whole; or nothing, and what could not be read is removed.
    pub fn open(&self, identity: &Identity) -> Option<Opened> {
        let path = self.path(identity);
        if !path.is_file() {
            return None;
        }
        let opened = super::open(&path).and_then(|opened| opened.verify().map(|()| opened));
        match opened {
            Ok(opened) if opened.snapshot.identity == Some(*identity) => Some(opened),
            Ok(_) | Err(_) => {
                // It is made anew in any case.
                let _gone = fs::remove_file(&path);
                None
            }
        }
    }

    /// Keeps what was made, under what it was made from: whole, or not at all.
    pub fn keep(&self, snapshot: &Snapshot, network: &Network, options: &ReadOptions) -> io::Result<()> {
        let Some(identity) = &snapshot.identity else { return Ok(()) };
        fs::create_dir_all(&self.folder)?;
        let path = self.path(identity);
        let draft = path.with_extension(format!("{}.part", self.process));
        let kept = self.write(&draft, snapshot, network, options).and_then(|()| fs::rename(&draft, &path));
        if kept.is_err() {
            let _gone = fs::remove_file(&draft);
        }
        kept
    }

    fn write(
        &self,
        draft: &Path,
        snapshot: &Snapshot,
        network: &Network,
        options: &ReadOptions,
    ) -> io::Result<()> {
        let file = fs::File::create_new(draft)?;
        let written = super::write(BufWriter::with_capacity(1 << 20, file), snapshot, network, options)?;
        let file = written.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        self.make_room(draft, file.metadata()?.len())
    }

    /// Removes the oldest files until a new one fits; drafts of processes that were killed are among them.
    fn make_room(&self, draft: &Path, length: u64) -> io::Result<()> {
        if length > self.most_bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut others = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let is_ours = path.extension().is_some_and(|it| it == "netpath" || it == "part");
            // Another process may have removed it meanwhile.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if is_ours && path != draft && metadata.is_file() {
                others.push((metadata.modified()?, path, metadata.len()));
            }
        }
        others.sort();
        let mut total: u64 = length + others.iter().map(|it| it.2).sum::<u64>();
        for (_, path, length) in others {
            if total <= self.most_bytes {
                break;
            }
            let _gone = fs::remove_file(&path);
            total -= length;
        }
        Ok(())
    }
}
