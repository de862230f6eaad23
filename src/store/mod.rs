//! The compiled file: a snapshot and its network as they are after reading and compiling, so that a question needs
//! neither, and reads of a file of any size what it is about and little else.
//!
//! Model and network hold their lists on shelves ([`crate::model::Shelf`]). A shelf that was read has its items; one of a
//! compiled file fetches the block that an item is in. So answers are those of the same engine over the same values, and
//! nothing here knows what the values mean. The file belongs to the engine that wrote it and to no other. It needs no
//! input: what the snapshot says is in it.

mod codec;
mod packet;
mod model;
mod network;
mod snapshot;
mod file;
mod rows;
mod contents;
mod cache;
#[cfg(fuzzing)]
pub mod fuzzing;

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::network::Network;
use crate::snapshot::{ReadOptions, Snapshot};
use contents::{Reader, Writer};
use file::{Compiled, Medium, Section};

pub use cache::Cache;
pub use file::Unread;

/// A compiled file that is open.
#[derive(Debug)]
pub struct Opened {
    /// What the snapshot says.
    pub snapshot: Snapshot,
    /// Its compiled form.
    pub network: Network,
    /// How it was read.
    pub options: ReadOptions,
    file: Arc<Compiled>,
    sections: Vec<Section>,
}

/// Whether a file is a compiled one, by its first bytes.
pub fn is_compiled(path: &Path) -> bool {
    let mut beginning = [0; file::MAGIC.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut beginning));
    read.is_ok() && beginning == file::MAGIC
}

/// Opens a compiled file. What grows with the estate stays where it is.
pub fn open(path: &Path) -> Result<Opened, Unread> {
    fs::File::open(path).map_err(Unread::Unreadable).and_then(|file| opened(Medium::Disk(file)))
}

/// Opens a compiled file that is in memory.
pub fn open_bytes(bytes: Vec<u8>) -> Result<Opened, Unread> {
    opened(Medium::Memory(bytes))
}

fn opened(medium: Medium) -> Result<Opened, Unread> {
    let (file, contents) = Compiled::open(medium)?;
    let file = Arc::new(file);
    let mut reader = Reader::new(Arc::clone(&file), &contents);
    let options = contents::take_options(&mut reader)?;
    let snapshot = contents::take_snapshot(&mut reader)?;
    let network = contents::take_network(&mut reader)?;
    if !reader.is_at_end() {
        return Err(Unread::Damaged);
    }
    let sections = reader.sections;
    Ok(Opened { snapshot, network, options, file, sections })
}

impl Opened {
    /// Reads every block and compares its checksum: a file that is whole now stays so while it is open, unless somebody
    /// changes it.
    pub fn verify(&self) -> Result<(), Unread> {
        self.sections.iter().try_for_each(|section| {
            let pages = 0..section.blocks().div_ceil(file::PAGE);
            pages.into_par_iter().try_for_each(|page| {
                let entries = self.file.page(section, page)?;
                let numbers = page * file::PAGE..;
                numbers
                    .zip(entries)
                    .try_for_each(|(number, entry)| self.file.block(section, number, entry).map(drop))
            })
        })
    }
}

/// Writes a snapshot and its network.
pub fn write<W: Write>(
    out: W,
    snapshot: &Snapshot,
    network: &Network,
    options: &ReadOptions,
) -> io::Result<W> {
    network.look_everything_up(&snapshot.model);
    let mut writer = Writer::new(out)?;
    contents::put_options(&mut writer, options)?;
    contents::put_snapshot(&mut writer, snapshot)?;
    contents::put_network(&mut writer, network)?;
    writer.finish()
}

/// What a function makes of a compiled file that it reads while it runs, or why a part of that could not be read. What
/// the function printed before stays printed: it had read all that it took.
pub fn or_unread<T>(run: impl FnOnce() -> T) -> Result<T, Unread> {
    rows::or_lost(run)
}
