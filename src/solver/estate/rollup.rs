//! The relation between labels: tags, VPCs, groups, or whatever else interfaces are put together by.

use std::collections::{BTreeMap, BTreeSet};

use super::Estate;
use super::cell::join;
use super::relation::{Row, Scope, Side, relation};
use crate::network::{AssumptionIndex, InterfaceIndex, Network};
use crate::packet::{Family, Interval};
use crate::solver::answer::Verdict;

/// Which labels interfaces have; any number each.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Labels {
    /// Labels by interface, in the interfaces' order.
    pub fn of_each(each: impl IntoIterator<Item = impl IntoIterator<Item = u32>>) -> Labels {
        let mut labels = Labels { starts: vec![0], items: Vec::new() };
        for own in each {
            labels.items.extend(own);
            labels.starts.push(labels.items.len() as u32);
        }
        labels
    }

    /// The labels of an interface.
    pub fn of(&self, interface: InterfaceIndex) -> &[u32] {
        &self.items[self.starts[interface.index()] as usize..self.starts[interface.index() + 1] as usize]
    }

    /// How many interfaces of each label speak each family.
    pub fn sizes(&self, network: &Network) -> BTreeMap<u32, [u64; 2]> {
        let mut sizes: BTreeMap<u32, [u64; 2]> = BTreeMap::new();
        for (row, interface) in (0..).zip(&network.interfaces) {
            for label in self.of(InterfaceIndex(row)) {
                let size = sizes.entry(*label).or_default();
                for (family, size) in Family::BOTH.into_iter().zip(size) {
                    *size += u64::from(interface.primary(family).is_some());
                }
            }
        }
        sizes
    }
}

/// What passes between two labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    /// Pairs of interfaces, and families, by verdict: reachable, partial, forward-only, blocked (never any), unknown.
    pub pairs: [u64; 5],
    /// What passes there and back between some pair or other.
    pub passes: Vec<Interval>,
    /// What gets there between some pair or other, and no answer back.
    pub one_way: Vec<Interval>,
    /// What unknown answers lack, and others lean on.
    pub assumptions: BTreeSet<AssumptionIndex>,
}

impl Sum {
    /// How many pairs have a verdict.
    pub fn pairs_of(&self, verdict: Verdict) -> u64 {
        self.pairs[verdict as usize]
    }

    fn take_in(&mut self, other: Sum) {
        for (own, new) in self.pairs.iter_mut().zip(other.pairs) {
            *own += new;
        }
        join(&mut self.passes, &other.passes);
        join(&mut self.one_way, &other.one_way);
        self.assumptions.extend(other.assumptions);
    }
}

type Sums = BTreeMap<(u32, u32), Sum>;

/// The relation between labels. Pairs that nothing passes between are in no sum.
pub fn rollup(estate: &Estate<'_>, scope: &Scope, labels: &Labels) -> Sums {
    let mut sums = Sums::new();
    let whole = of_whole_vpcs(estate.network, labels);
    let labels = (labels, &whole[..]);
    relation(
        estate,
        scope,
        Sums::new,
        |sums, row| add(sums, row, labels),
        |new| {
            for (key, sum) in new {
                sums.entry(key).or_default().take_in(sum);
            }
            true
        },
    );
    sums
}

/// The label of each VPC all of whose interfaces have that one and no other: counting them is quick.
fn of_whole_vpcs(network: &Network, labels: &Labels) -> Vec<Option<u32>> {
    let mut seen: Vec<Option<&[u32]>> = vec![None; network.vpcs.len()];
    for (row, interface) in (0..).zip(&network.interfaces) {
        let own = labels.of(InterfaceIndex(row));
        let known = seen[interface.vpc.index()].get_or_insert(own);
        if *known != own {
            *known = &[];
        }
    }
    let only = |own: &[u32]| if let [label] = own { Some(*label) } else { None };
    seen.into_iter().map(|own| own.and_then(only)).collect()
}

fn add(sums: &mut Sums, row: &Row<'_>, (labels, whole): (&Labels, &[Option<u32>])) {
    let count = |side: Side<'_>| match whole[side.vpc().index()] {
        Some(label) => vec![(label, side.len() as u64)],
        None => counts(side, labels),
    };
    let (left, right) = (count(row.sources), count(row.destinations));
    // An interface is not asked about itself.
    let mut selves: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for interface in row.selves() {
        let own = labels.of(interface);
        for (one, other) in own.iter().flat_map(|one| own.iter().map(move |other| (*one, *other))) {
            *selves.entry((one, other)).or_default() += 1;
        }
    }
    let forward = row.cell.forward();
    for (source, senders) in &left {
        for (destination, receivers) in &right {
            let key = (*source, *destination);
            let pairs = senders * receivers - selves.get(&key).copied().unwrap_or_default();
            if pairs == 0 {
                continue;
            }
            let sum = sums.entry(key).or_default();
            sum.pairs[row.cell.verdict as usize] += pairs;
            match row.cell.verdict {
                Verdict::Reachable | Verdict::Partial | Verdict::Unknown => join(&mut sum.passes, &forward),
                Verdict::ForwardOnly => join(&mut sum.one_way, &forward),
                Verdict::Blocked => {}
            }
            sum.assumptions.extend(&row.cell.assumptions);
        }
    }
}

/// How many of a side have each label.
fn counts(side: Side<'_>, labels: &Labels) -> Vec<(u32, u64)> {
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    for label in side.interfaces().flat_map(|it| labels.of(it)) {
        *counts.entry(*label).or_default() += 1;
    }
    counts.into_iter().collect()
}
