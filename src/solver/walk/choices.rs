//! Choices among equals: each way that AWS could pick is walked in a run of its own.

use crate::network::LocationId;

/// Choices among equals, numbered in the order in which walks meet them; one assignment a run.
#[derive(Debug, Default)]
pub(in crate::solver) struct Choices {
    taken: Vec<Taken>,
    /// What is chosen where nothing was chosen yet, as far as there are so many.
    first: u16,
}

/// Where a choice is met: on the way back or there, at which location, and which of the choices there.
pub(in crate::solver) type ChoiceKey = (bool, LocationId, u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Taken {
    key: ChoiceKey,
    choice: u16,
    count: u16,
    /// Whether it is settled and only not in the snapshot; AWS picks the others.
    is_fact: bool,
}

impl Choices {
    pub(super) fn choose(&mut self, key: ChoiceKey, count: u16) -> u16 {
        self.take(key, count, false)
    }

    /// The same for what is settled somewhere and not in the snapshot.
    pub(super) fn suppose(&mut self, key: ChoiceKey, count: u16) -> u16 {
        self.take(key, count, true)
    }

    fn take(&mut self, key: ChoiceKey, count: u16, is_fact: bool) -> u16 {
        match self.taken.iter().find(|it| it.key == key) {
            Some(taken) => taken.choice,
            None => {
                let choice = self.first % count.max(1);
                self.taken.push(Taken { key, choice, count, is_fact });
                choice
            }
        }
    }

    /// The one of each that has a number: not an assignment of an odometer, but each single alternative once.
    pub fn each(number: u16) -> Choices {
        Choices { taken: Vec::new(), first: number }
    }

    /// How many alternatives the choice with the most of those that were met has.
    pub fn most(&self) -> u16 {
        self.taken.iter().map(|it| it.count).max().unwrap_or(1)
    }

    /// How many have been met.
    pub fn count(&self) -> usize {
        self.taken.len()
    }

    /// The next assignment, which differs in the last choice alone; false when all have been had. Ends: like an odometer.
    pub fn advance(&mut self) -> bool {
        while let Some(last) = self.taken.last_mut() {
            if last.choice + 1 < last.count {
                last.choice += 1;
                return true;
            }
            self.taken.pop();
        }
        false
    }

    /// What was supposed in this run.
    pub fn supposed(&self) -> Vec<(ChoiceKey, u16)> {
        self.taken.iter().filter(|it| it.is_fact).map(|it| (it.key, it.choice)).collect()
    }
}
