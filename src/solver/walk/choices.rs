//! Choices among equals: each way that AWS could pick is walked in a run of its own.

use crate::network::LocationId;

/// Choices among equals, numbered in the order in which walks meet them; one assignment a run.
#[derive(Debug, Default)]
pub(in crate::solver) struct Choices {
    taken: Vec<((bool, LocationId, u32), u16, u16)>,
}

impl Choices {
    pub(super) fn choose(&mut self, key: (bool, LocationId, u32), count: u16) -> u16 {
        match self.taken.iter().find(|(known, ..)| *known == key) {
            Some((_, choice, _)) => *choice,
            None => {
                self.taken.push((key, 0, count));
                0
            }
        }
    }

    /// How many have been met.
    pub fn count(&self) -> usize {
        self.taken.len()
    }

    /// The next assignment, which differs in the last choice alone; false when all have been had. Ends: like an odometer.
    pub fn advance(&mut self) -> bool {
        while let Some((_, choice, count)) = self.taken.last_mut() {
            if *choice + 1 < *count {
                *choice += 1;
                return true;
            }
            self.taken.pop();
        }
        false
    }
}
