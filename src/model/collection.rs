//! All resources of one type, by id.
//!
//! A collection keeps the lists that the reader made and an order over them: the items of a big snapshot take hundreds of
//! megabytes, and to move them into one list costs more time than to read them.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Index, Range};
use std::sync::Arc;

use rayon::prelude::*;

use super::{Place, Resource, Rows, Shelf};

/// All resources of one type, sorted by id and without repeats.
#[derive(Clone)]
pub struct Collection<T> {
    lists: Vec<Vec<T>>,
    order: Vec<Slot>,
    /// Of each item in order, the first bytes in which its id differs from others: a search compares these side by side.
    heads: Shelf<u128>,
    /// How many bytes all ids begin with.
    skip: usize,
    /// The items in order, where they are fetched when asked for; lists and order are empty then.
    fetched: Option<Arc<dyn Rows<T>>>,
}

/// Where an item stands.
#[derive(Debug, Clone, Copy)]
struct Slot {
    list: u32,
    index: u32,
}

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Collection { lists: Vec::new(), order: Vec::new(), heads: Shelf::default(), skip: 0, fetched: None }
    }
}

impl<T: fmt::Debug> fmt::Debug for Collection<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self).finish()
    }
}

/// The order of a collection: by id, the owner's view first, then by place.
pub(crate) fn rank<T: Resource>(item: &T) -> (&T::Id, bool, Place) {
    (item.id(), !item.about().seen_by_owner, item.about().place)
}

impl<T: Resource + Sync> Collection<T> {
    /// Sorts by id and joins elements with the same id; an element read from its owner's account comes
    /// first (SHR-5), else the one that stands first in the snapshot.
    pub fn new(mut items: Vec<T>) -> Collection<T> {
        items.sort_by(|left, right| rank(left).cmp(&rank(right)));
        let mut joined: Vec<T> = Vec::with_capacity(items.len());
        for item in items {
            match joined.last_mut() {
                Some(last) if last.id() == item.id() => last.merge(item),
                Some(_) | None => joined.push(item),
            }
        }
        Collection::ordered(vec![joined])
    }

    /// The collection of several lists, each sorted, whose items have an id each; or all the items where some share one.
    pub(crate) fn of_lists(lists: Vec<Vec<T>>) -> Result<Collection<T>, Vec<T>> {
        let collection = Collection::ordered(lists);
        match collection.has_repeats() {
            false => Ok(collection),
            true => Err(collection.lists.into_iter().flatten().collect()),
        }
    }

    fn ordered(lists: Vec<Vec<T>>) -> Collection<T> {
        let skip = common_prefix(&lists);
        let mut ranked: Vec<(u128, Slot)> = Vec::with_capacity(lists.iter().map(Vec::len).sum());
        for (list, items) in (0..).zip(&lists) {
            let slots = (0..).zip(items).map(|(index, item)| (head(item, skip), Slot { list, index }));
            ranked.extend(slots);
        }
        let item = |slot: Slot| &lists[slot.list as usize][slot.index as usize];
        ranked.par_sort_unstable_by(|left, right| match left.0.cmp(&right.0) {
            Ordering::Equal => rank(item(left.1)).cmp(&rank(item(right.1))),
            unequal @ (Ordering::Less | Ordering::Greater) => unequal,
        });
        let (heads, order): (Vec<u128>, Vec<Slot>) = ranked.into_iter().unzip();
        Collection { lists, order, heads: heads.into(), skip, fetched: None }
    }

    fn has_repeats(&self) -> bool {
        let same_head = (1..self.heads.len()).filter(|row| self.heads[row - 1] == self.heads[*row]);
        same_head.into_iter().any(|row| self[row - 1].id() == self[row].id())
    }

    /// The position of an id, for dense tables beside the collection. O(log n).
    pub fn position(&self, id: &T::Id) -> Option<usize> {
        let row = self.lower_bound(id);
        self.get_row(row).filter(|item| item.id() == id).map(|_| row)
    }

    /// The position of the first item whose id is not less. O(log n).
    pub fn lower_bound(&self, id: &T::Id) -> usize {
        let Some(first) = self.first() else { return 0 };
        let text = id.as_ref().as_bytes();
        let prefix = &first.id().as_ref().as_bytes()[..self.skip];
        let Some(rest) = text.strip_prefix(prefix) else {
            return if text < prefix { 0 } else { self.len() };
        };
        let head = head_of(rest);
        let low = self.heads.partition_point(|it| *it < head);
        let (mut low, mut high) = (low, self.heads.partition_point(|it| *it <= head));
        // Ends: each round halves what is between the two.
        while low < high {
            let middle = low + (high - low) / 2;
            if self[middle].id() < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The resource with this id. O(log n).
    pub fn get(&self, id: &T::Id) -> Option<&T> {
        self.position(id).map(|position| &self[position])
    }
}

impl<T> Collection<T> {
    fn at(&self, slot: Slot) -> &T {
        &self.lists[slot.list as usize][slot.index as usize]
    }

    /// Items that are fetched when asked for, in the order of their ids; with what [`Collection::search`] says of them.
    pub(crate) fn fetched(rows: Arc<dyn Rows<T>>, heads: Shelf<u128>, skip: usize) -> Collection<T> {
        Collection { lists: Vec::new(), order: Vec::new(), heads, skip, fetched: Some(rows) }
    }

    /// What searches compare: of each item in order the first bytes in which its id differs, and how many bytes all
    /// ids begin with.
    pub(crate) fn search(&self) -> (&Shelf<u128>, usize) {
        (&self.heads, self.skip)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The first by id.
    pub fn first(&self) -> Option<&T> {
        self.get_row(0)
    }

    /// The one at a position.
    pub fn get_row(&self, row: usize) -> Option<&T> {
        (row < self.len()).then(|| &self[row])
    }

    /// All, by id.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { collection: self, rows: 0..self.len() }
    }
}

impl<T: Sync> Collection<T> {
    /// All, by id, for several threads.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &T> {
        (0..self.len()).into_par_iter().map(|row| &self[row])
    }
}

impl<T> Index<usize> for Collection<T> {
    type Output = T;
    fn index(&self, row: usize) -> &T {
        match &self.fetched {
            None => self.at(self.order[row]),
            Some(rows) => {
                let (first, items) = rows.around(row);
                &items[row - first]
            }
        }
    }
}

/// All items of a collection, by id.
pub struct Iter<'c, T> {
    collection: &'c Collection<T>,
    rows: Range<usize>,
}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.rows)
    }
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Iter { collection: self.collection, rows: self.rows.clone() }
    }
}

impl<'c, T> Iterator for Iter<'c, T> {
    type Item = &'c T;

    fn next(&mut self) -> Option<&'c T> {
        self.rows.next().map(|row| &self.collection[row])
    }

    fn nth(&mut self, count: usize) -> Option<&'c T> {
        self.rows.nth(count).map(|row| &self.collection[row])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<'c, T> IntoIterator for &'c Collection<T> {
    type Item = &'c T;
    type IntoIter = Iter<'c, T>;

    fn into_iter(self) -> Iter<'c, T> {
        self.iter()
    }
}

/// How many bytes all ids begin with, as far as first and last of each list tell: they are sorted.
fn common_prefix<T: Resource>(lists: &[Vec<T>]) -> usize {
    let ends = lists.iter().flat_map(|list| [list.first(), list.last()]).flatten();
    let mut ids = ends.map(|item| item.id().as_ref());
    let Some(first) = ids.next() else { return 0 };
    ids.fold(first.len(), |known, id| {
        let pairs = first.bytes().zip(id.bytes()).take(known);
        pairs.take_while(|(one, other)| one == other).count()
    })
}

fn head<T: Resource>(item: &T, skip: usize) -> u128 {
    head_of(&item.id().as_ref().as_bytes()[skip..])
}

/// The first bytes of a text as a number that compares like them.
fn head_of(text: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(bytes)
}
