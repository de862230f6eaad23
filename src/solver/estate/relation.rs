//! The relation: who reaches whom, on what, over a whole estate.
//!
//! It is streamed. [`relation`] hands rows to a visitor, which keeps what it wants of them; work is cut up by the VPC that
//! packets begin in, done by all cores, and handed on in an order that depends on the snapshot alone. A row says the same
//! of every interface on its left and every one on its right: never of an interface and itself, nor of a pair that another
//! row of the family has. Pairs that no row has are blocked.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::bits::Bits;
use super::plan::{GETS, Plan, SENDS};
use super::worker::Worker;
use super::{Cell, Estate};
use crate::network::{InterfaceIndex, Network, VpcIndex};
use crate::packet::Family;
use crate::solver::question::Traffic;

/// How many VPCs are done before what they gave is handed on.
const VPCS_AT_ONCE: usize = 64;

/// Which part of the relation is asked about. A NAT gateway that shows no interface is where its row is named.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Interfaces that packets begin at, as rows; all without.
    pub from: Option<Vec<u32>>,
    /// Interfaces that packets are for, as rows; all without.
    pub to: Option<Vec<u32>>,
    /// Which packets; verdicts are about these.
    pub traffic: Traffic,
    /// One family only.
    pub family: Option<Family>,
    /// Whether replies are not asked for.
    pub is_one_way: bool,
}

impl Scope {
    /// The families that are asked about.
    pub fn families(&self) -> Vec<Family> {
        super::single::families(self).collect()
    }
}

/// Interfaces on one side of a row, all of one VPC. Never none.
#[derive(Debug, Clone, Copy)]
pub struct Side<'r> {
    vpc: VpcIndex,
    list: List<'r>,
}

#[derive(Debug, Clone, Copy)]
enum List<'r> {
    Rows(&'r [u32]),
    /// Of the members of a VPC, those in a set.
    Bits(&'r [u32], &'r Bits),
}

impl<'r> Side<'r> {
    pub(super) fn of_rows(vpc: VpcIndex, rows: &'r [u32]) -> Side<'r> {
        Side { vpc, list: List::Rows(rows) }
    }

    pub(super) fn of_bits(vpc: VpcIndex, members: &'r [u32], chosen: &'r Bits) -> Side<'r> {
        Side { vpc, list: List::Bits(members, chosen) }
    }

    /// Their VPC.
    pub fn vpc(self) -> VpcIndex {
        self.vpc
    }

    /// How many there are.
    pub fn len(self) -> usize {
        match self.list {
            List::Rows(rows) => rows.len(),
            List::Bits(_, chosen) => chosen.count(),
        }
    }

    /// Whether there are none; never.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The interfaces, each once.
    pub fn interfaces(self) -> impl Iterator<Item = InterfaceIndex> + use<'r> {
        let (rows, bits) = match self.list {
            List::Rows(rows) => (rows, None),
            List::Bits(members, chosen) => (&[][..], Some((members, chosen))),
        };
        let chosen = bits.into_iter().flat_map(|(members, chosen)| chosen.iter().map(|it| members[it]));
        rows.iter().copied().chain(chosen).map(InterfaceIndex)
    }
}

/// Everything on the left reaches everything on the right, but for an interface that is on both sides and itself.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    /// The family of the packets.
    pub family: Family,
    /// Who sends.
    pub sources: Side<'r>,
    /// Who gets it.
    pub destinations: Side<'r>,
    /// What passes.
    pub cell: &'r Cell,
}

impl Row<'_> {
    /// How many pairs of interfaces the row speaks of.
    pub fn pairs(&self) -> u64 {
        let all = self.sources.len() as u64 * self.destinations.len() as u64;
        all - self.selves().len() as u64
    }

    /// The interfaces that are on both sides.
    pub fn selves(&self) -> Vec<InterfaceIndex> {
        if self.sources.vpc != self.destinations.vpc {
            return Vec::new();
        }
        if let (List::Bits(members, one), List::Bits(_, other)) = (self.sources.list, self.destinations.list)
        {
            return one.and(other).iter().map(|it| InterfaceIndex(members[it])).collect();
        }
        let mut left: Vec<InterfaceIndex> = self.sources.interfaces().collect();
        left.sort_unstable();
        self.destinations.interfaces().filter(|it| left.binary_search(it).is_ok()).collect()
    }
}

/// How much there was to do; the same whatever the threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Pairs of VPCs, and families, that were put together.
    pub vpc_pairs: u64,
    /// Of these, those where a NAT gateway sends in its own name on the way.
    pub translated_pairs: u64,
    /// Pairs of bundles of groups that were.
    pub bundle_pairs: u64,
    /// Pairs of interfaces that the ordinary solver was asked for.
    pub single_pairs: u64,
}

/// Visits every row of a part of the relation. Each VPC that packets begin in has an accumulator of its own, which `take`
/// gets when the VPC is done, neighbours after each other; when it says no, nothing more is done.
pub fn relation<T: Send>(
    estate: &Estate<'_>,
    scope: &Scope,
    begin: impl Fn() -> T + Sync,
    visit: impl Fn(&mut T, &Row<'_>) + Sync,
    mut take: impl FnMut(T) -> bool,
) -> Effort {
    let members = Members::new(estate.network, scope);
    let vpcs = members.senders(estate, &scope.families());
    // What a worker has learned serves the next VPC too, so that workers are lent, one to a thread at a time.
    let idle: Mutex<Vec<Worker<'_>>> = Mutex::new(Vec::new());
    for vpcs in vpcs.chunks(VPCS_AT_ONCE) {
        let one = |(around, vpc): &(u32, VpcIndex)| {
            let lent = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut worker = lent.unwrap_or_else(|| Worker::new(estate, scope, &members));
            let mut sum = begin();
            worker.rows_from(*around, *vpc, &mut |row| visit(&mut sum, row));
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
            sum
        };
        let done: Vec<T> = vpcs.par_iter().map(one).collect();
        if !done.into_iter().all(&mut take) {
            break;
        }
    }
    let workers = idle.into_inner().unwrap_or_else(PoisonError::into_inner);
    workers.iter().fold(Effort::default(), |sum, worker| Effort {
        vpc_pairs: sum.vpc_pairs + worker.effort.vpc_pairs,
        translated_pairs: sum.translated_pairs + worker.effort.translated_pairs,
        bundle_pairs: sum.bundle_pairs + worker.effort.bundle_pairs,
        single_pairs: sum.single_pairs + worker.effort.single_pairs,
    })
}

/// The interfaces that are asked about.
#[derive(Debug)]
pub(super) struct Members {
    chosen: [Option<Chosen>; 2],
}

/// Some interfaces, by VPC.
#[derive(Debug)]
struct Chosen {
    is_chosen: Vec<bool>,
    vpcs: Vec<VpcIndex>,
}

impl Members {
    pub fn new(network: &Network, scope: &Scope) -> Members {
        let chosen = |rows: &Option<Vec<u32>>| {
            rows.as_ref().map(|rows| {
                let mut is_chosen = vec![false; network.interfaces.len()];
                rows.iter().for_each(|row| is_chosen[*row as usize] = true);
                let mut vpcs: Vec<VpcIndex> =
                    rows.iter().map(|row| network.interfaces[*row as usize].vpc).collect();
                vpcs.sort_unstable();
                vpcs.dedup();
                Chosen { is_chosen, vpcs }
            })
        };
        Members { chosen: [chosen(&scope.from), chosen(&scope.to)] }
    }

    /// The VPCs that packets may begin in, neighbours after each other.
    fn senders(&self, estate: &Estate<'_>, families: &[Family]) -> Vec<(u32, VpcIndex)> {
        let neighbours = estate.neighbours();
        let mut vpcs: Vec<(u32, VpcIndex)> = neighbours.vpcs.clone();
        vpcs.retain(|(_, vpc)| self.has(SENDS, *vpc));
        // Who asks what gets to a few need not look at those that no way joins with them.
        if let (Some(to), true) = (&self.chosen[GETS], neighbours.is_certain) {
            let near: Vec<u32> = to.vpcs.iter().map(|vpc| neighbours.around(*vpc)).collect();
            let speaks = |vpc: VpcIndex| !estate.map(Family::V6).plan(vpc).members.is_empty();
            let is_asked = families.contains(&Family::V6) && to.vpcs.iter().any(|vpc| speaks(*vpc));
            let is_dual = |vpc: VpcIndex| is_asked && speaks(vpc);
            vpcs.retain(|(around, vpc)| near.contains(around) || is_dual(*vpc));
        }
        vpcs
    }

    /// The VPCs of those that are asked about; none where all are.
    pub fn vpcs(&self, way: usize) -> Option<&[VpcIndex]> {
        self.chosen[way].as_ref().map(|it| &it.vpcs[..])
    }

    /// Whether any of a VPC is asked about.
    pub fn has(&self, way: usize, vpc: VpcIndex) -> bool {
        self.chosen[way].as_ref().is_none_or(|it| it.vpcs.binary_search(&vpc).is_ok())
    }

    /// Whether an interface is asked about.
    pub fn holds(&self, way: usize, row: u32) -> bool {
        self.chosen[way].as_ref().is_none_or(|it| it.is_chosen[row as usize])
    }

    /// Those of a VPC, by their position in its plan.
    pub fn of(&self, way: usize, vpc: VpcIndex, plan: &Plan) -> Bits {
        match &self.chosen[way] {
            None => plan.listed.clone(),
            Some(_) if !self.has(way, vpc) => Bits::none(plan.members.len()),
            Some(chosen) => {
                let mut bits = Bits::none(plan.members.len());
                for (position, row) in plan.members.iter().enumerate() {
                    if chosen.is_chosen[*row as usize] {
                        bits.add(position);
                    }
                }
                bits
            }
        }
    }
}
