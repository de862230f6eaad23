//! One thread's share: the rows of what leaves a VPC, for one destination VPC after the other.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::back::{Answers, Back};
use super::bits::Bits;
use super::cell::{Cell, passed};
use super::groups::Groups;
use super::join::{Join, Joined};
use super::plan::{GETS, Plan, SENDS};
use super::relation::{Effort, Members, Row, Scope, Side};
use super::trunk::{Kept, Via};
use super::ways::{Boxes, Map, Passage, Ways, disjoint, outside};
use super::{ClassIndex, Estate, single};
use crate::network::{AssumptionIndex, FilterId, InterfaceIndex, VpcIndex};
use crate::packet::{Family, TransportSet, range_of};
use crate::solver::answer::Verdict;
use crate::solver::pair::Solver;

/// What passes by what gets there, what of the answers gets back, and what that leans on.
type CellKey = (TransportSet, Back, Vec<AssumptionIndex>);

/// What is to be known of a VPC's interfaces, whoever the others are.
struct Traits {
    /// Those that are asked one by one, as senders and as receivers.
    odd: [Bits; 2],
    /// Those that begin something, and those that take something.
    able: [Bits; 2],
    /// Those whose outbound rules name groups.
    naming: Bits,
}

/// The ways of answers, by who sent what they answer.
#[derive(Default)]
struct WaysBack {
    direct: Answers,
    by: Vec<(Via, Answers)>,
}

impl WaysBack {
    fn of(&self, via: Option<Via>) -> &Answers {
        self.by.iter().find(|known| Some(known.0) == via).map_or(&self.direct, |known| &known.1)
    }
}

/// What a thread keeps between pieces of work.
pub(super) struct Worker<'e> {
    estate: &'e Estate<'e>,
    scope: &'e Scope,
    members: &'e Members,
    /// For what is put together here: what it makes is never forgotten.
    solver: Solver<'e>,
    /// For pairs that are asked for one by one.
    single: Solver<'e>,
    ways: [Ways; 2],
    groups: [Groups<'e>; 2],
    cells: FxHashMap<CellKey, Arc<Cell>>,
    traits: FxHashMap<(VpcIndex, Family), Arc<Traits>>,
    asked: TransportSet,
    /// Among which VPCs it is.
    around: u32,
    /// What was done so far.
    pub effort: Effort,
}

impl<'e> Worker<'e> {
    pub fn new(estate: &'e Estate<'e>, scope: &'e Scope, members: &'e Members) -> Worker<'e> {
        let mut solver = Solver::new(estate.network);
        let asked = solver.workspace.of(&scope.traffic.intervals);
        Worker {
            estate,
            scope,
            members,
            solver,
            single: Solver::new(estate.network),
            ways: [Ways::default(), Ways::default()],
            groups: [Groups::default(), Groups::default()],
            cells: FxHashMap::default(),
            traits: FxHashMap::default(),
            asked,
            around: u32::MAX,
            effort: Effort::default(),
        }
    }

    /// The rows of everything that leaves a VPC. What is known of VPCs is forgotten where no way leads to those that were
    /// asked about before.
    pub fn rows_from(&mut self, around: u32, vpc: VpcIndex, visit: &mut dyn FnMut(&Row<'_>)) {
        if self.around != around {
            let fresh = Worker::new(self.estate, self.scope, self.members);
            *self = Worker { around, effort: self.effort, ..fresh };
        }
        for family in single::families(self.scope) {
            let map = self.estate.map(family);
            let near = map.plan(vpc);
            let senders = self.members.of(SENDS, vpc, near);
            if senders.is_empty() {
                continue;
            }
            let ways = &mut self.ways[usize::from(family == Family::V6)];
            ways.aim(self.estate.network, map, self.members);
            let mut reached = ways.reach(&mut self.solver, map, vpc, &senders);
            let has_strangers = |to: &&VpcIndex| {
                let plan = map.plan(**to);
                plan.strangers.meets(&self.members.of(GETS, **to, plan))
            };
            reached.extend(map.strange.iter().filter(has_strangers));
            reached.sort_unstable();
            reached.dedup();
            for to in reached {
                let far = map.plan(to);
                let receivers = self.members.of(GETS, to, far);
                if !receivers.is_empty() {
                    self.between(map, (vpc, to), (&senders, &receivers), visit);
                }
            }
        }
    }

    /// The rows of two VPCs.
    fn between(
        &mut self,
        map: &Map,
        (from, to): (VpcIndex, VpcIndex),
        (senders, receivers): (&Bits, &Bits),
        visit: &mut dyn FnMut(&Row<'_>),
    ) {
        self.effort.vpc_pairs += 1;
        let ways = &mut self.ways[usize::from(map.family == Family::V6)];
        let there = ways.boxes(&mut self.solver, map, (from, to), false);
        let is_blocked = there.list.is_empty() && there.odd.is_empty();
        let (near, far) = (map.plan(from), map.plan(to));
        if is_blocked && !near.odd[SENDS].meets(senders) && !far.strangers.meets(receivers) {
            return;
        }
        self.effort.translated_pairs += u64::from(there.list.iter().any(|it| it.via.is_some()));
        let back = self.ways_back(map, (from, to), &there);
        let odd = self.odd(map, (from, to), &there, &back, (senders, receivers));
        let boxes = self.answered(there.list, &back, &odd, (senders, receivers));
        let mut joined: Vec<Joined> = Vec::new();
        let groups = &mut self.groups[usize::from(map.family == Family::V6)];
        let mut join = Join::new(&mut self.solver, groups, map.family, (from, near), (to, far), self.asked);
        for (it, back) in &boxes {
            join.boxed(it, *back, &mut joined);
        }
        self.effort.bundle_pairs += join.pairs;
        for it in merged(joined) {
            let key = (it.forward, it.back, it.assumed);
            let cell = self.cell(key);
            visit(&Row {
                family: map.family,
                sources: Side::of_bits(from, &near.members, &it.sources),
                destinations: Side::of_bits(to, &far.members, &it.destinations),
                cell: &cell,
            });
        }
        for rectangle in &odd {
            self.one_by_one(map, (from, to), rectangle, visit);
        }
    }

    /// The ways of the answers to what got there; none where nobody asks for answers.
    fn ways_back(&mut self, map: &Map, (from, to): (VpcIndex, VpcIndex), there: &Boxes) -> WaysBack {
        let mut back = WaysBack::default();
        if self.scope.is_one_way {
            return back;
        }
        let ways = &mut self.ways[usize::from(map.family == Family::V6)];
        for it in &there.list {
            if let (Some(via), None) = (it.via, back.by.iter().find(|known| Some(known.0) == it.via)) {
                back.by.push((via, ways.answers_by(&mut self.solver, map, (from, to), via)));
            }
        }
        if there.list.iter().any(|it| it.via.is_none()) || !self.estate.network.middleboxes.is_empty() {
            back.direct = Answers::of_boxes(ways.boxes(&mut self.solver, map, (to, from), true));
        }
        back
    }

    /// The pairs that are asked for one by one, as rectangles that have none in common.
    fn odd(
        &mut self,
        map: &Map,
        (from, to): (VpcIndex, VpcIndex),
        there: &Boxes,
        back: &WaysBack,
        (senders, receivers): (&Bits, &Bits),
    ) -> Vec<(Bits, Bits)> {
        let (near, far) = (map.plan(from), map.plan(to));
        let (of_near, of_far) = (self.traits(map, from), self.traits(map, to));
        let mut odd: Vec<(Bits, Bits)> = Vec::new();
        // Whose packets go in ways of their own, and whose address is not simply their own.
        odd.push((near.odd[SENDS].clone(), receivers.clone()));
        odd.push((Bits::all(near.members.len()), far.strangers.clone()));
        let mut odd_senders = of_near.odd[SENDS].clone();
        if !of_near.naming.is_empty() && self.has_twins(map, from, to) {
            odd_senders.take_in(&of_near.naming);
        }
        let able_receivers = of_far.able[GETS].and(receivers);
        // All others are met by the ways between the VPCs, or not at all; but where hosts pass packets on, who knows.
        if !self.estate.network.middleboxes.is_empty() {
            odd.push((odd_senders.clone(), receivers.clone()));
            odd.push((Bits::all(near.members.len()), of_far.odd[GETS].clone()));
            let back = back.of(None).odd.iter();
            odd.extend(back.map(|(asking, answering)| (asking.clone(), answering.and(&able_receivers))));
        }
        for it in &there.list {
            odd.push((it.sources.and(&odd_senders), it.destinations.clone()));
            odd.push((it.sources.clone(), it.destinations.and(&of_far.odd[GETS])));
            if it.carried.groups == Kept::ByChoice {
                odd.extend(self.named_by_receivers(near, far, it));
            }
            // SG-15: beyond a firewall, rules of the sender that name groups are anybody's guess.
            let has_firewalls = !self.estate.network.firewalls.is_empty();
            if has_firewalls && it.carried.groups == Kept::No && !it.carried.by_transit {
                odd.push((it.sources.and(&of_near.naming), it.destinations.clone()));
            }
            let takes = it.destinations.and(&able_receivers);
            let back = back.of(it.via).odd.iter();
            odd.extend(back.map(|(asking, answering)| (asking.and(&it.sources), answering.and(&takes))));
        }
        // Who begins nothing is blocked, whatever else there is. Who takes nothing is, where packets are known to get there.
        let able_senders = of_near.able[SENDS].and(senders);
        odd.extend(there.odd.iter().cloned());
        if from == to {
            odd.extend(near.hosts.iter().map(|it| (it.clone(), it.clone())));
        }
        let odd = odd
            .into_iter()
            .map(|(sources, destinations)| (sources.and(&able_senders), destinations.and(receivers)));
        disjoint(odd.filter(|it| !(it.0.is_empty() || it.1.is_empty())).collect())
    }

    /// The pairs of a box of which the receiver's rules name a group of the sender.
    fn named_by_receivers(&mut self, near: &Plan, far: &Plan, it: &Passage) -> Vec<(Bits, Bits)> {
        let mut named = Vec::new();
        for kind in far.kinds[GETS].iter().filter(|kind| kind.members.meets(&it.destinations)) {
            if !kind.asks_groups(self.estate.network, it.carried) {
                continue;
            }
            let id = FilterId::SecurityGroups { set: kind.groups, is_outbound: false };
            let filter = self.solver.filter(id);
            let groups = filter.references.iter().filter_map(|(group, _)| near.by_group[SENDS].get(group));
            let receivers = kind.members.and(&it.destinations);
            for sender in groups.flatten() {
                let senders = near.kinds[SENDS][*sender as usize].members.and(&it.sources);
                named.push((senders, receivers.clone()));
            }
        }
        named
    }

    /// What is to be known of a VPC's interfaces.
    fn traits(&mut self, map: &Map, vpc: VpcIndex) -> Arc<Traits> {
        if let Some(known) = self.traits.get(&(vpc, map.family)) {
            return Arc::clone(known);
        }
        let plan = map.plan(vpc);
        let mut traits =
            Traits { odd: plan.odd.clone(), able: plan.odd.clone(), naming: Bits::none(plan.members.len()) };
        for way in [SENDS, GETS] {
            for kind in &plan.kinds[way] {
                traits.able[way].take_in(&kind.members);
                if self.estate.network.group_sets[kind.groups.index()].is_empty() {
                    continue;
                }
                let id = FilterId::SecurityGroups { set: kind.groups, is_outbound: way == SENDS };
                let filter = self.solver.filter(id);
                // Groups that the snapshot lacks, or that others name.
                if filter.possible.is_some() || !filter.absent.0.is_empty() {
                    traits.odd[way].take_in(&kind.members);
                }
                if way == SENDS && !filter.references.is_empty() {
                    traits.naming.take_in(&kind.members);
                }
            }
        }
        let traits = Arc::new(traits);
        self.traits.insert((vpc, map.family), Arc::clone(&traits));
        traits
    }

    /// Whether an address of a VPC may also be one in another VPC whose groups count for a sender (SG-13).
    fn has_twins(&self, map: &Map, from: VpcIndex, to: VpcIndex) -> bool {
        let rows = &self.estate.network.vpcs;
        let blocks = |vpc: VpcIndex| {
            let nets = rows[vpc.index()].cidrs.iter().filter(|it| Family::of(it.addr()) == map.family);
            nets.map(|it| range_of(*it))
        };
        let near = std::iter::once(&from).chain(&rows[from.index()].group_peers);
        near.filter(|it| **it != to).any(|other| {
            let meets = |(low, high): (u128, u128)| blocks(to).any(|it| it.0 <= high && low <= it.1);
            blocks(*other).any(meets)
        })
    }

    /// Boxes with what of the answers gets back in each, where neither is odd.
    fn answered(
        &mut self,
        there: Vec<Passage>,
        back: &WaysBack,
        odd: &[(Bits, Bits)],
        (senders, receivers): (&Bits, &Bits),
    ) -> Vec<(Passage, Back)> {
        let mut answered = Vec::new();
        for it in there {
            let whole = (it.sources.and(senders), it.destinations.and(receivers));
            let mut left = vec![whole];
            for rectangle in odd {
                left = left.into_iter().flat_map(|part| outside(part, rectangle)).collect();
            }
            let part =
                |(sources, destinations): (Bits, Bits)| Passage { sources, destinations, ..it.clone() };
            for (asking, answering, back) in &back.of(it.via).list {
                let both = left.iter().map(|one| (one.0.and(asking), one.1.and(answering)));
                let both = both.filter(|one| !(one.0.is_empty() || one.1.is_empty()));
                answered.extend(both.map(|one| (part(one), *back)));
                let home = (asking.clone(), answering.clone());
                left = left.into_iter().flat_map(|one| outside(one, &home)).collect();
            }
            let lost = left.into_iter().filter(|one| !(one.0.is_empty() || one.1.is_empty()));
            answered.extend(lost.map(|one| (part(one), Back::NOTHING)));
        }
        answered
    }

    /// The same as the ordinary solver says of one pair (`pair`): what gets there, and which answers get back.
    fn cell(&mut self, key: CellKey) -> Arc<Cell> {
        if let Some(known) = self.cells.get(&key) {
            return Arc::clone(known);
        }
        let (forward, back, assumed) = &key;
        let (forward, back) = (*forward, *back);
        let ports = &self.scope.traffic.source_ports;
        let (answers, unanswered) = self.solver.answers(forward, ports);
        let mut parts: Vec<(TransportSet, TransportSet)> = Vec::new();
        let mut is_whole = forward == self.asked;
        if self.scope.is_one_way {
            parts.push((forward, answers));
        } else {
            if !unanswered.is_empty() {
                parts.push((unanswered, TransportSet::ALL));
            }
            let (returned, are_all_back) = back.returned(&mut self.solver, forward, ports);
            is_whole &= are_all_back;
            if !returned.is_empty() {
                let passing = self.solver.answered(forward, returned, unanswered);
                parts.extend((!passing.is_empty()).then_some((passing, returned)));
            }
        }
        let verdict = match (parts.is_empty(), is_whole) {
            (true, _) => Verdict::ForwardOnly,
            (false, true) => Verdict::Reachable,
            (false, false) => Verdict::Partial,
        };
        if verdict == Verdict::ForwardOnly {
            parts.push((forward, TransportSet::EMPTY));
        }
        let passed = passed(parts.into_iter(), &mut self.solver.workspace);
        let cell = Arc::new(Cell { verdict, passed, assumptions: assumed.clone() });
        self.cells.insert(key, Arc::clone(&cell));
        cell
    }

    /// Pairs that the ordinary solver is asked for, one of each pair of classes.
    fn one_by_one(
        &mut self,
        map: &Map,
        (from, to): (VpcIndex, VpcIndex),
        (sources, destinations): &(Bits, Bits),
        visit: &mut dyn FnMut(&Row<'_>),
    ) {
        let classes = self.estate.classes();
        let by_class = |plan: &Plan, chosen: &Bits| {
            let mut rows: Vec<(ClassIndex, u32)> = chosen
                .iter()
                .map(|position| plan.members[position])
                .map(|row| (classes.of(InterfaceIndex(row)), row))
                .collect();
            rows.sort_unstable();
            let groups = rows.chunk_by(|one, other| one.0 == other.0);
            groups.map(|it| it.iter().map(|it| it.1).collect::<Vec<u32>>()).collect::<Vec<_>>()
        };
        let receivers = by_class(map.plan(to), destinations);
        for senders in by_class(map.plan(from), sources) {
            for receivers in &receivers {
                let Some((sender, receiver)) = single::two(&senders, receivers) else { continue };
                self.effort.single_pairs += 1;
                let cell = single::cell(&mut self.single, self.scope, map.family, sender, receiver);
                let Some(cell) = cell else { continue };
                visit(&Row {
                    family: map.family,
                    sources: Side::of_rows(from, &senders),
                    destinations: Side::of_rows(to, receivers),
                    cell: &cell,
                });
            }
        }
    }
}

/// Rows that differ on one side only become one.
fn merged(rows: Vec<Joined>) -> Vec<Joined> {
    if rows.len() < 2 {
        return rows;
    }
    let mut by_right: FxHashMap<(TransportSet, Back, Vec<AssumptionIndex>, Bits), usize> =
        FxHashMap::default();
    let mut half: Vec<Joined> = Vec::new();
    for row in rows {
        let key = (row.forward, row.back, row.assumed.clone(), row.destinations.clone());
        match by_right.get(&key) {
            Some(position) => half[*position].sources.take_in(&row.sources),
            None => {
                by_right.insert(key, half.len());
                half.push(row);
            }
        }
    }
    let mut by_left: FxHashMap<(TransportSet, Back, Vec<AssumptionIndex>, Bits), usize> =
        FxHashMap::default();
    let mut whole: Vec<Joined> = Vec::new();
    for row in half {
        let key = (row.forward, row.back, row.assumed.clone(), row.sources.clone());
        match by_left.get(&key) {
            Some(position) => whole[*position].destinations.take_in(&row.destinations),
            None => {
                by_left.insert(key, whole.len());
                whole.push(row);
            }
        }
    }
    whole
}
