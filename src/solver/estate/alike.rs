//! Interfaces that answer alike in fact: who reaches the same on the same, and is reached by the same on the same.
//!
//! Each interface gets a number that stands for all that the relation says of it, made of what it has to do with each
//! other one; numbers are added up row by row, so that the relation is streamed once. 128 bits of them make it safe to take
//! equal numbers for equal answers: among a million interfaces the chance of a mistake is less than one in 10²⁵.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::relation::{Row, Scope, relation};
use super::rollup::Labels;
use super::{Cell, Estate};
use crate::network::InterfaceIndex;
use crate::packet::Family;

/// A number for everybody that an interface sends to, and one for everybody that it gets packets from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Print {
    sends: [u64; 2],
    gets: [u64; 2],
}

/// Labels of interfaces that answer alike, numbered by their first interface; those that nothing reaches and that reach
/// nothing are alike too.
pub fn alike(estate: &Estate<'_>, scope: &Scope) -> Labels {
    let mut prints = vec![Print::default(); estate.network.interfaces.len()];
    relation(estate, scope, FxHashMap::<u32, Print>::default, print, |new| {
        #[allow(clippy::iter_over_hash_type, reason = "sums do not mind the order")]
        for (row, print) in new {
            let known = &mut prints[row as usize];
            add(&mut known.sends, print.sends);
            add(&mut known.gets, print.gets);
        }
        true
    });
    let mut numbers: FxHashMap<Print, u32> = FxHashMap::default();
    let label = |(row, print): (u32, Print)| {
        let next = numbers.len() as u32;
        super::is_listed(estate.network, row).then(|| *numbers.entry(print).or_insert(next))
    };
    Labels::of_each((0..).zip(prints).map(label))
}

fn print(prints: &mut FxHashMap<u32, Print>, row: &Row<'_>) {
    let total = |interfaces: &mut dyn Iterator<Item = InterfaceIndex>| {
        interfaces.fold([0, 0], |mut sum, it| {
            add(&mut sum, [mixed(u64::from(it.0), 1), mixed(u64::from(it.0), 2)]);
            sum
        })
    };
    let factor = cell_number(row.cell, row.family);
    let times = |sum: [u64; 2]| [sum[0].wrapping_mul(factor[0]), sum[1].wrapping_mul(factor[1])];
    let receivers = times(total(&mut row.destinations.interfaces()));
    let senders = times(total(&mut row.sources.interfaces()));
    for sender in row.sources.interfaces() {
        add(&mut prints.entry(sender.0).or_default().sends, receivers);
    }
    for receiver in row.destinations.interfaces() {
        add(&mut prints.entry(receiver.0).or_default().gets, senders);
    }
}

fn add(sum: &mut [u64; 2], new: [u64; 2]) {
    for (own, new) in sum.iter_mut().zip(new) {
        *own = own.wrapping_add(new);
    }
}

/// Odd numbers, so that no bits are lost.
fn cell_number(cell: &Cell, family: Family) -> [u64; 2] {
    let mut hasher = FxHasher::default();
    (cell, family).hash(&mut hasher);
    let number = hasher.finish();
    [mixed(number, 3) | 1, mixed(number, 4) | 1]
}

/// splitmix64's last steps (Steele, Lea, Flood, OOPSLA 2014).
fn mixed(number: u64, salt: u64) -> u64 {
    let number = number.wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
