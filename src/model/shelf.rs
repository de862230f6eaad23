//! Lists whose items are at hand, or come from elsewhere when somebody asks for them.
//!
//! A snapshot that was read holds its lists; one that was compiled before holds the means to fetch them, so that a
//! question touches what it is about and nothing else. Whoever uses a list cannot tell the difference. Not good at
//! change: a shelf is filled once.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::{Index, Range};
use std::sync::Arc;

/// Items that are fetched when asked for, and stay where they are from then on.
pub trait Rows<T>: Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The items that are fetched together with one of them, and the number of the first. The row is less than the
    /// length, and the items hold it.
    fn around(&self, row: usize) -> (usize, &[T]);
}

/// A list.
pub struct Shelf<T> {
    items: Items<T>,
}

enum Items<T> {
    Here(Vec<T>),
    Elsewhere(Arc<dyn Rows<T>>),
}

impl<T> Shelf<T> {
    /// A list whose items are fetched.
    pub fn fetched(rows: Arc<dyn Rows<T>>) -> Shelf<T> {
        Shelf { items: Items::Elsewhere(rows) }
    }

    /// All items, to be changed.
    pub fn into_vec(self) -> Vec<T>
    where
        T: Clone,
    {
        match self.items {
            Items::Here(items) => items,
            Items::Elsewhere(rows) => (0..rows.len()).map(|row| at(&*rows, row).clone()).collect(),
        }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        match &self.items {
            Items::Here(items) => items.len(),
            Items::Elsewhere(rows) => rows.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at a position.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&T> {
        match &self.items {
            Items::Here(items) => items.get(row),
            Items::Elsewhere(rows) => (row < rows.len()).then(|| at(&**rows, row)),
        }
    }

    /// All items, in order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { shelf: self, rows: 0..self.len() }
    }

    /// The items of a range; it lies within the list. Borrowed wherever they lie side by side.
    #[inline]
    pub fn slice(&self, range: Range<usize>) -> Cow<'_, [T]>
    where
        T: Clone,
    {
        let rows = match &self.items {
            Items::Here(items) => return Cow::Borrowed(&items[range]),
            Items::Elsewhere(_) if range.is_empty() => return Cow::Borrowed(&[]),
            Items::Elsewhere(rows) => rows,
        };
        let (first, items) = rows.around(range.start);
        match items.get(range.start - first..range.end - first) {
            Some(inside) => Cow::Borrowed(inside),
            None => range.map(|row| self[row].clone()).collect(),
        }
    }

    /// The first position whose item does not meet a condition that only items at the beginning meet.
    pub fn partition_point(&self, condition: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        // Ends: each round halves what is between the two.
        while low < high {
            let middle = low + (high - low) / 2;
            if condition(&self[middle]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl<K: Ord, V> Shelf<(K, V)> {
    /// The value of a key, in a list that is sorted by keys.
    pub fn value(&self, key: &K) -> Option<&V> {
        self.values::<K>(key).next()
    }

    /// The values of a key, in a list that is sorted by keys.
    pub fn values<Q: Ord + ?Sized>(&self, key: &Q) -> impl Iterator<Item = &V>
    where
        K: Borrow<Q>,
    {
        let first = self.partition_point(|it| it.0.borrow() < key);
        self.iter().skip(first).take_while(move |it| it.0.borrow() == key).map(|it| &it.1)
    }
}

fn at<T>(rows: &dyn Rows<T>, row: usize) -> &T {
    let (first, items) = rows.around(row);
    &items[row - first]
}

impl<T> Index<usize> for Shelf<T> {
    type Output = T;
    #[inline]
    fn index(&self, row: usize) -> &T {
        match &self.items {
            Items::Here(items) => &items[row],
            Items::Elsewhere(rows) => {
                assert!(row < rows.len(), "row {row} of {}", rows.len());
                at(&**rows, row)
            }
        }
    }
}

impl<T> From<Vec<T>> for Shelf<T> {
    fn from(items: Vec<T>) -> Shelf<T> {
        Shelf { items: Items::Here(items) }
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Vec::new().into()
    }
}

impl<T: Clone> Clone for Shelf<T> {
    fn clone(&self) -> Shelf<T> {
        let items = match &self.items {
            Items::Here(items) => Items::Here(items.clone()),
            Items::Elsewhere(rows) => Items::Elsewhere(Arc::clone(rows)),
        };
        Shelf { items }
    }
}

impl<T: fmt::Debug> fmt::Debug for Shelf<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self).finish()
    }
}

/// All items of a list, in order.
pub struct Iter<'s, T> {
    shelf: &'s Shelf<T>,
    rows: Range<usize>,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Iter { shelf: self.shelf, rows: self.rows.clone() }
    }
}

impl<'s, T> Iterator for Iter<'s, T> {
    type Item = &'s T;

    fn next(&mut self) -> Option<&'s T> {
        self.rows.next().map(|row| &self.shelf[row])
    }

    fn nth(&mut self, count: usize) -> Option<&'s T> {
        self.rows.nth(count).map(|row| &self.shelf[row])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.rows.next_back().map(|row| &self.shelf[row])
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<'s, T> IntoIterator for &'s Shelf<T> {
    type Item = &'s T;
    type IntoIter = Iter<'s, T>;

    fn into_iter(self) -> Iter<'s, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three at a time.
    struct Threes(Vec<u32>);

    impl Rows<u32> for Threes {
        fn len(&self) -> usize {
            self.0.len()
        }
        fn around(&self, row: usize) -> (usize, &[u32]) {
            let first = row / 3 * 3;
            (first, &self.0[first..self.0.len().min(first + 3)])
        }
    }

    #[test]
    fn a_list_that_is_fetched_is_like_one_that_is_at_hand() {
        let items: Vec<u32> = (0..10).map(|it| it * 2).collect();
        let here = Shelf::from(items.clone());
        let fetched = Shelf::fetched(Arc::new(Threes(items.clone())));
        for shelf in [&here, &fetched] {
            assert_eq!(shelf.iter().copied().collect::<Vec<_>>(), items);
            assert_eq!(shelf.iter().rev().nth(1), Some(&16));
            assert_eq!((shelf.get(9), shelf.get(10)), (Some(&18), None));
            for (low, high) in (0..=10).flat_map(|low| (low..=10).map(move |high| (low, high))) {
                assert_eq!(&*shelf.slice(low..high), &items[low..high]);
            }
            for limit in 0..20 {
                assert_eq!(shelf.partition_point(|it| *it < limit), items.partition_point(|it| *it < limit));
            }
        }
    }
}
