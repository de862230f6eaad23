//! Flows between interfaces: what each network answers for every pair with a dirty end, and what differs.
//!
//! Answers come as blocks, sources by destinations. Blocks with the same sides are compared as they are; the others are
//! taken apart into pairs. Not good at changes that concern a whole estate: each pair is a question of its own.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Context;
use super::change::Version;
use super::delta::Told;
use super::dirty::Bits;
use super::ends::Joints;
use super::outside::question;
use crate::packet::Family;
use crate::solver::{Destination, Solver, Source, Verdict, decide};

/// The answers that were met, each once.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub list: Vec<Told>,
    numbers: BTreeMap<Told, u32>,
}

impl Answers {
    fn number(&mut self, told: Told) -> u32 {
        if let Some(number) = self.numbers.get(&told) {
            return *number;
        }
        let number = self.list.len() as u32;
        self.list.push(told.clone());
        self.numbers.insert(told, number);
        number
    }
}

/// Classes that answer each other in the same way, in both networks: an index into [`Answers::list`] each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Block {
    pub family: Family,
    pub sources: Vec<u32>,
    pub destinations: Vec<u32>,
    pub old: u32,
    pub new: u32,
}

/// What there is between interfaces.
#[derive(Debug)]
pub(super) struct Inside {
    pub answers: Answers,
    /// Where the answers differ.
    pub changed: Vec<Block>,
    /// Where they are the same and something passes.
    pub same: Vec<Block>,
    /// How many pairs of classes were looked at.
    pub asked: usize,
}

/// The sides of a block.
type Sides = (Family, Vec<u32>, Vec<u32>);

/// Compares. O(blocks log blocks), and the pairs of classes of those blocks whose sides differ.
pub(super) fn compare(context: &Context<'_>, joints: &Joints) -> Inside {
    let mut answers = Answers::default();
    // Nothing passes, where no row says otherwise.
    answers.number(Told::blocked());
    let mut blocks: [FxHashMap<Sides, u32>; 2] = [FxHashMap::default(), FxHashMap::default()];
    for version in Version::BOTH {
        for (sides, told) in ask(context, joints, version) {
            let number = answers.number(told);
            blocks[version as usize].insert(sides, number);
        }
    }
    let mut inside = Inside { answers, changed: Vec::new(), same: Vec::new(), asked: 0 };
    let [old, mut by_sides] = blocks;
    inside.asked = old.keys().chain(by_sides.keys()).map(|it| it.1.len() * it.2.len()).sum();
    let mut old: Vec<(Sides, u32)> = old.into_iter().collect();
    old.sort_unstable();
    let mut rest: [Vec<(Sides, u32)>; 2] = [Vec::new(), Vec::new()];
    for (sides, number) in old {
        match by_sides.remove(&sides) {
            Some(other) => inside.push(sides, number, other),
            None => rest[0].push((sides, number)),
        }
    }
    rest[1] = by_sides.into_iter().collect();
    rest[1].sort_unstable();
    inside.take_apart(joints, rest);
    inside.changed.sort();
    inside.same.sort();
    inside
}

impl Inside {
    fn push(&mut self, (family, sources, destinations): Sides, old: u32, new: u32) {
        let block = Block { family, sources, destinations, old, new };
        if old == new { self.same.push(block) } else { self.changed.push(block) }
    }

    /// Blocks whose sides are not those of a block of the other network, pair by pair.
    fn take_apart(&mut self, joints: &Joints, rest: [Vec<(Sides, u32)>; 2]) {
        let mut pairs: [Vec<(Family, u32, u32, u32)>; 2] = [Vec::new(), Vec::new()];
        for (version, blocks) in rest.into_iter().enumerate() {
            for ((family, sources, destinations), number) in blocks {
                for destination in &destinations {
                    for source in &sources {
                        // Nothing sends to itself.
                        if source != destination || joints.members(*source).len() > 1 {
                            pairs[version].push((family, *destination, *source, number));
                        }
                    }
                }
            }
            pairs[version].sort_unstable();
            pairs[version].dedup();
        }
        let [old, new] = pairs;
        let mut found: BTreeMap<(Family, u32, u32, u32), Vec<u32>> = BTreeMap::new();
        let (mut left, mut right) = (old.iter().peekable(), new.iter().peekable());
        // Ends: each round takes a pair from one side or both.
        loop {
            let key = |it: &(Family, u32, u32, u32)| (it.0, it.1, it.2);
            let (one, other) = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(one), Some(other)) if key(one) == key(other) => (left.next(), right.next()),
                (Some(one), Some(other)) if key(one) > key(other) => (None, right.next()),
                (Some(_), _) => (left.next(), None),
                (None, Some(_)) => (None, right.next()),
            };
            let Some((family, destination, source, _)) = one.or(other) else { break };
            let number = |it: Option<&(Family, u32, u32, u32)>| it.map_or(0, |it| it.3);
            found.entry((*family, *destination, number(one), number(other))).or_default().push(*source);
        }
        for ((family, destination, old, new), sources) in found {
            self.push((family, sources, vec![destination]), old, new);
        }
    }
}

/// The answers of a network for every pair that is asked about: what dirty ends get, and what dirty ends send to others.
fn ask(context: &Context<'_>, joints: &Joints, version: Version) -> Vec<(Sides, Told)> {
    let network = context.network(version);
    let count = joints.class_count() as u32;
    let is_receiver = |class: u32| joints.bits(class).holds(Bits::INBOUND);
    let senders: Vec<u32> = (0..count).filter(|class| joints.bits(*class).holds(Bits::OUTBOUND)).collect();
    let everybody: Vec<u32> = (0..count).collect();
    let receivers = everybody.par_iter().filter(|class| joints.is_chosen(**class)[1]);
    let found = receivers.map_init(
        || Solver::new(network),
        |solver, destination| {
            let sources = if is_receiver(*destination) { &everybody } else { &senders };
            let sources = sources.iter().filter(|source| joints.is_chosen(**source)[0]);
            let answers = sources.flat_map(|source| {
                Family::BOTH.map(|family| {
                    let told = one(context, joints, solver, version, (*source, *destination), family)?;
                    Some(((family, vec![*source], vec![*destination]), told))
                })
            });
            answers.flatten().collect::<Vec<_>>()
        },
    );
    found.flatten_iter().collect()
}

/// The answer for two interfaces; none where nothing passes.
fn one(
    context: &Context<'_>,
    joints: &Joints,
    solver: &mut Solver<'_>,
    version: Version,
    (source, destination): (u32, u32),
    family: Family,
) -> Option<Told> {
    if source == destination {
        return None;
    }
    let sender = joints.representative(source, version)?;
    let receiver = joints.representative(destination, version)?;
    let speaks = |it: crate::network::InterfaceIndex| {
        context.network(version).interfaces[it.index()].primary(family).is_some()
    };
    if !speaks(sender) || !speaks(receiver) {
        return None;
    }
    let ends = (Source::Interface(sender, None), Destination::Interface(receiver, None));
    let answer = decide(solver, &question(context, ends.0, ends.1, family));
    let pair = answer.pairs.first().filter(|it| it.verdict != Verdict::Blocked)?;
    Some(Told::of(pair))
}
