//! The changes of a diff with their numbers: those that make a difference first, in the order of its rows.

use std::collections::BTreeMap;

use super::{flows_text, paint};
use crate::diff::RowKind;
use crate::report::diagram::picture::{Hand, Inside, Line, Paint, Shape};
use crate::report::diff::{ChangeView, DiffView, RowView};

/// More changes are counted.
const MOST_LISTED: usize = 30;
/// More numbers beside an arrow are counted.
const MOST_BEHIND: usize = 3;

/// A change, and what it does.
struct Known<'v> {
    change: &'v ChangeView,
    rows: Vec<&'v RowView>,
}

/// All changes, by their numbers.
pub(super) struct Changes<'v> {
    known: Vec<Known<'v>>,
    numbers: BTreeMap<String, usize>,
    /// Differences that nothing could be found behind.
    obscure: Vec<&'v RowView>,
}

/// What tells changes apart.
fn identity(change: &ChangeView) -> String {
    format!("{:?} {:?} {:?}", change.at, change.old, change.new)
}

impl<'v> Changes<'v> {
    pub(super) fn of(view: &'v DiffView<'_>) -> Changes<'v> {
        let mut changes = Changes { known: Vec::new(), numbers: BTreeMap::new(), obscure: Vec::new() };
        for kind in RowKind::ALL {
            for row in view.rows.iter().filter(|it| it.judged == kind) {
                if row.causes.is_empty() {
                    changes.obscure.push(row);
                }
                for change in &row.causes {
                    let number = changes.add(change);
                    changes.known[number].rows.push(row);
                }
            }
        }
        for change in &view.without_effect {
            changes.add(change);
        }
        changes
    }

    fn add(&mut self, change: &'v ChangeView) -> usize {
        let next = self.known.len();
        let number = *self.numbers.entry(identity(change)).or_insert(next);
        if number == next {
            self.known.push(Known { change, rows: Vec::new() });
        }
        number
    }

    /// All of them, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'v ChangeView> {
        self.known.iter().map(|it| it.change)
    }

    /// `change 1`, `changes 1, 3`: what is behind a row; nothing where that is not clear.
    pub(super) fn behind(&self, row: &RowView) -> String {
        let numbers = row.causes.iter().filter_map(|it| self.numbers.get(&identity(it)).copied());
        numbered(&numbers.collect::<Vec<usize>>(), MOST_BEHIND)
    }

    /// What was done, and what that does to packets.
    pub(super) fn list(&self) -> Option<Shape> {
        let mut cards: Vec<Shape> = self
            .known
            .iter()
            .take(MOST_LISTED)
            .enumerate()
            .map(|(number, known)| self.card(number, known))
            .collect();
        for (number, row) in self.obscure.iter().enumerate() {
            let card =
                Shape::new(format!("obscure-{number}"), paint(row.judged), "what is behind it is not clear");
            cards.push(card.says(flows_text(row.judged, row.pairs)));
        }
        if self.known.len() > MOST_LISTED {
            let rest = self.known.len() - MOST_LISTED;
            let card = Shape::new("changes-more", Paint::Step, format!("and {rest} more changes"));
            cards.push(card.says("`netpath diff -v` lists all of them"));
        }
        if cards.is_empty() {
            return None;
        }
        Some(Shape::new("changes", Paint::Region, "What was changed").holding(Inside::Packed(cards)))
    }

    fn card(&self, number: usize, known: &Known<'_>) -> Shape {
        let change = known.change;
        let mut kinds: Vec<RowKind> = known.rows.iter().map(|it| it.judged).collect();
        kinds.dedup();
        let paint = match kinds.as_slice() {
            [] => Paint::Idle,
            [one] => paint(*one),
            [..] => Paint::Step,
        };
        let name = format!("{} · {}", number + 1, change.subject());
        let mut card = Shape::new(format!("change-{}", number + 1), paint, name);
        card = card.says(format!("{}{}", change.direction(), change.happened()));
        if kinds.is_empty() {
            card = card.says("no effect on packets");
        }
        for kind in kinds {
            let rows = known.rows.iter().filter(|it| it.judged == kind);
            let (alone, joint): (Vec<&&RowView>, Vec<&&RowView>) = rows.partition(|it| it.causes.len() == 1);
            for (rows, word) in [(alone, ""), (joint, ", together with others")] {
                let count: u64 = rows.iter().map(|it| it.pairs).sum();
                if count > 0 {
                    let text = format!("{}{word}", flows_text(kind, count));
                    card.lines.push(Line { text, hand: Hand::Head });
                }
            }
        }
        change.places().into_iter().fold(card, |card, (word, place)| card.tells(format!("{word}: {place}")))
    }
}

/// Numbers of changes, in words.
pub(super) fn numbered(numbers: &[usize], most: usize) -> String {
    let few: Vec<String> = numbers.iter().take(most).map(|it| (it + 1).to_string()).collect();
    let rest = numbers.len().saturating_sub(most);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    match numbers {
        [] => String::new(),
        [_] => format!("change {}", few.join(", ")),
        [..] => format!("changes {}{more}", few.join(", ")),
    }
}
