//! Two copies of one resource that say different things, as answers that were collected at different times do.
//!
//! Which copy counts depends on what they say and on nothing else: the one whose content comes first in the order of
//! its text, so that neither names nor the order of files or lists decide. What two accounts see of a thing that they
//! share is no contradiction (SHR-5), and neither are pages that are joined.

use std::fmt::Debug;

use crate::model::{About, AccountId, Place, Resource};

/// Where copies come from.
#[derive(Debug, Default)]
pub(super) struct Origins {
    /// Who was asked, by source.
    accounts: Vec<Option<AccountId>>,
    /// The first source with the same content, by source.
    twins: Vec<u32>,
    /// What the last source is.
    last: Vec<u8>,
}

/// A copy that does not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Contradiction {
    /// Where it stands.
    pub place: Place,
    /// What it is about.
    pub id: String,
    /// Where the copy stands that counts.
    pub kept: Place,
}

/// Drops copies that contradict another one, and says so. The items are sorted by id, then as a collection prefers.
pub(super) fn settle<T: Resource + Debug>(items: &mut Vec<T>, origins: &Origins) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let has_copies = items.windows(2).any(|pair| pair[0].id() == pair[1].id());
    if !has_copies || T::IS_JOINED {
        return found;
    }
    let mut dropped: Vec<usize> = Vec::new();
    let mut first = 0;
    for run in items.chunk_by(|left, right| left.id() == right.id()) {
        if run.len() > 1 {
            dropped.extend(losers(run, origins, &mut found).into_iter().map(|number| first + number));
        }
        first += run.len();
    }
    dropped.sort_unstable();
    let mut number = 0;
    items.retain(|_| {
        number += 1;
        dropped.binary_search(&(number - 1)).is_err()
    });
    found
}

/// The copies of one resource that say something else than the one that counts.
fn losers<T: Resource + Debug>(run: &[T], origins: &Origins, found: &mut Vec<Contradiction>) -> Vec<usize> {
    let best = run[0].about();
    let rivals: Vec<usize> = (0..run.len()).filter(|it| origins.are_rivals(best, run[*it].about())).collect();
    if rivals.iter().all(|it| origins.is_same_element(best.place, run[*it].about().place)) {
        return Vec::new();
    }
    let texts: Vec<(String, usize)> =
        rivals.into_iter().map(|number| (content(&format!("{:?}", run[number])), number)).collect();
    let Some((kept, winner)) = texts.iter().min() else { return Vec::new() };
    let mut losers = Vec::new();
    for (_, number) in texts.iter().filter(|(text, _)| text != kept) {
        losers.push(*number);
        found.push(Contradiction {
            place: run[*number].about().place,
            id: run[*number].id().to_string(),
            kept: run[*winner].about().place,
        });
    }
    losers
}

impl Origins {
    /// Notes the next source; those that are the same stand side by side.
    pub(super) fn add(&mut self, identity: Vec<u8>, account: Option<AccountId>) {
        let own = self.twins.len() as u32;
        let twin = self.twins.last().copied().filter(|_| self.last == identity);
        self.twins.push(twin.unwrap_or(own));
        self.accounts.push(account);
        self.last = identity;
    }

    /// Whether two copies are the same view of a thing, so that one of them must be wrong where they differ.
    fn are_rivals(&self, one: &About, other: &About) -> bool {
        let asked = |about: &About| self.accounts.get(about.place.source as usize).and_then(Option::as_ref);
        let is_one_view = match (asked(one), asked(other)) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        one.seen_by_owner == other.seen_by_owner && is_one_view
    }

    /// Whether two places hold the same text, in files that are copies of each other.
    fn is_same_element(&self, one: Place, other: Place) -> bool {
        let twin = |place: Place| self.twins.get(place.source as usize).copied().unwrap_or(place.source);
        Place { source: twin(one), ..one } == Place { source: twin(other), ..other }
    }
}

/// What a resource says, from its debug text: without its place, owner and tags, and with every list sorted, since
/// AWS prints lists in no particular order.
fn content(debug: &str) -> String {
    let mut frames: Vec<(char, Vec<String>, String)> = vec![('[', Vec::new(), String::new())];
    let mut letters = debug.chars();
    // Ends: each round takes a letter.
    while let Some(letter) = letters.next() {
        let Some((_, items, current)) = frames.last_mut() else { break };
        match letter {
            '[' | '{' | '(' => frames.push((letter, Vec::new(), String::new())),
            ']' | '}' | ')' => close(&mut frames),
            ',' => items.push(std::mem::take(current)),
            '"' => {
                current.push('"');
                current.push_str(&quoted(&mut letters));
            }
            letter => current.push(letter),
        }
    }
    close(&mut frames);
    frames.pop().map(|(_, _, text)| text).unwrap_or_default()
}

/// Ends a list or a struct, and gives its text to what it stands in.
fn close(frames: &mut Vec<(char, Vec<String>, String)>) {
    let Some((kind, mut items, last)) = frames.pop() else { return };
    items.push(last);
    let mut items: Vec<String> = items.into_iter().map(|item| item.trim().to_owned()).collect();
    items.retain(|item| !item.is_empty());
    if kind == '[' {
        items.sort();
    } else {
        items.retain(|item| !item.starts_with("about: ") && !item.starts_with("index: "));
    }
    let text = format!("{kind}{}", items.join(","));
    match frames.last_mut() {
        Some((_, _, current)) => current.push_str(&text),
        None => frames.push((kind, Vec::new(), text)),
    }
}

/// The rest of a text in quotes, with the last one.
fn quoted(letters: &mut std::str::Chars<'_>) -> String {
    let mut text = String::new();
    // Ends: each round takes a letter.
    while let Some(letter) = letters.next() {
        text.push(letter);
        match letter {
            '"' => break,
            '\\' => text.extend(letters.next()),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::content;

    #[test]
    fn the_order_of_lists_and_the_place_do_not_count() {
        let one = r#"Group { about: About { place: Place { source: 1 } }, id: Id("a[,\"b"), rules: [X(1), Y { index: 3, to: "]" }] }"#;
        let other = r#"Group { about: About { place: Place { source: 2 } }, id: Id("a[,\"b"), rules: [Y { index: 4, to: "]" }, X(1)] }"#;
        assert_eq!(content(one), content(other));
        assert_ne!(content(one), content(&other.replace("X(1)", "X(2)")));
        assert_ne!(content(one), content(&other.replace("a[", "b[")));
    }
}
