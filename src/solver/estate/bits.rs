//! Sets of the interfaces of one VPC, as bits: two words hold a usual VPC, and an operation is a few instructions.

use smallvec::SmallVec;

/// A set of positions in a list whose length everybody knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Bits(SmallVec<[u64; 4]>);

impl Bits {
    /// No position of a list.
    pub fn none(length: usize) -> Bits {
        Bits(SmallVec::from_elem(0, length.div_ceil(64)))
    }

    /// Every position of a list.
    pub fn all(length: usize) -> Bits {
        let mut bits = Bits::none(length);
        bits.add_range(0, length);
        bits
    }

    /// Adds the positions from one to just before another.
    pub fn add_range(&mut self, from: usize, to: usize) {
        let mut at = from;
        // Ends: each round fills up a word.
        while at < to {
            let end = to.min((at / 64 + 1) * 64);
            let ones = if end - at == 64 { u64::MAX } else { ((1u64 << (end - at)) - 1) << (at % 64) };
            self.0[at / 64] |= ones;
            at = end;
        }
    }

    /// Adds one position.
    pub fn add(&mut self, position: usize) {
        self.0[position / 64] |= 1 << (position % 64);
    }

    /// Whether a position is in it.
    pub fn has(&self, position: usize) -> bool {
        self.0[position / 64] >> (position % 64) & 1 == 1
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Whether something is in both.
    pub fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(one, two)| one & two != 0)
    }

    /// What is in both.
    pub fn and(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(one, two)| one & two).collect())
    }

    /// What is in the first and not in the second.
    pub fn without(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(one, two)| one & !two).collect())
    }

    /// Takes in what is in another.
    pub fn take_in(&mut self, other: &Bits) {
        for (own, new) in self.0.iter_mut().zip(&other.0) {
            *own |= new;
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The positions, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(index * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn ranges_and_positions_agree() {
        for (from, to) in [(0, 0), (0, 64), (3, 130), (63, 65), (129, 130)] {
            let mut bits = Bits::none(130);
            bits.add_range(from, to);
            assert_eq!(bits.iter().collect::<Vec<_>>(), (from..to).collect::<Vec<_>>());
            assert_eq!(bits.count(), to - from);
            assert_eq!(Bits::all(130).without(&bits).count(), 130 - (to - from));
        }
    }
}
