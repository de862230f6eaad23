//! Rows of a compiled file, which are read when somebody asks for them and stay from then on.

use std::panic;
use std::sync::{Arc, OnceLock};

use super::codec::{Bytes, Stored, Torn};
use super::file::{Compiled, Entry, PAGE, Section, Unread};
use crate::model::Rows;

/// The rows of a section.
pub(super) struct StoredRows<T> {
    file: Arc<Compiled>,
    section: Section,
    pages: Box<[OnceLock<Page<T>>]>,
}

/// Blocks side by side.
struct Page<T> {
    entries: Vec<Entry>,
    blocks: Box<[OnceLock<Box<[T]>>]>,
}

impl<T: Stored> StoredRows<T> {
    pub(super) fn new(file: Arc<Compiled>, section: Section) -> StoredRows<T> {
        let pages = (0..section.blocks().div_ceil(PAGE)).map(|_| OnceLock::new()).collect();
        StoredRows { file, section, pages }
    }

    fn page(&self, number: usize) -> Result<Page<T>, Unread> {
        let entries = self.file.page(&self.section, number)?;
        let blocks = entries.iter().map(|_| OnceLock::new()).collect();
        Ok(Page { entries, blocks })
    }

    fn block(&self, number: usize, entry: Entry) -> Result<Box<[T]>, Unread> {
        let bytes = self.file.block(&self.section, number, entry)?;
        let mut from = Bytes::new(&bytes);
        let rows = (0..self.section.rows_of(number)).map(|_| T::take(&mut from));
        let rows = rows.collect::<Result<Box<[T]>, Torn>>()?;
        if from.is_at_end() { Ok(rows) } else { Err(Unread::Damaged) }
    }
}

impl<T: Stored + Send + Sync> Rows<T> for StoredRows<T> {
    fn len(&self) -> usize {
        self.section.rows
    }

    fn around(&self, row: usize) -> (usize, &[T]) {
        let number = row / self.section.rows_a_block;
        let page = self.pages[number / PAGE].get_or_init(|| intact(self.page(number / PAGE)));
        let (block, entry) = (&page.blocks[number % PAGE], page.entries[number % PAGE]);
        let rows = block.get_or_init(|| intact(self.block(number, entry)));
        (number * self.section.rows_a_block, rows)
    }
}

/// What leaves an analysis that comes upon a damaged block.
struct Lost(Unread);

/// What was read; or else nothing can be answered. Nobody between here and [`or_lost`] can do anything about it, and the
/// layers between know no errors: the stack is unwound to there, as it is by a panic, but no invariant of ours is broken
/// and nothing is said.
fn intact<T>(read: Result<T, Unread>) -> T {
    read.unwrap_or_else(|unread| panic::resume_unwind(Box::new(Lost(unread))))
}

/// What a function makes of rows that are read while it runs, unless some cannot be.
pub(super) fn or_lost<T>(run: impl FnOnce() -> T) -> Result<T, Unread> {
    // What the function had in its hands is dropped with it.
    panic::catch_unwind(panic::AssertUnwindSafe(run)).map_err(|left| match left.downcast::<Lost>() {
        Ok(lost) => lost.0,
        Err(other) => panic::resume_unwind(other),
    })
}
