//! The ways between two VPCs: which of their interfaces packets get between, groups aside, and which answers get back.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::back::{Onward, Towards};
use super::bits::Bits;
use super::plan::{GETS, Plan, SENDS};
use super::relation::Members;
use super::trunk::{self, Carried, Hub, Stop, Stretch, Stretches, Via};
use crate::network::{Network, VpcIndex};
use crate::packet::{AddressSet, Family, TransportSet, range_of};
use crate::solver::pair::Solver;

/// All VPCs, as packets of a family see them.
#[derive(Debug)]
pub(super) struct Map {
    pub family: Family,
    pub plans: Vec<Plan>,
    /// The blocks of each VPC's subnets that somebody lives in.
    blocks: Vec<AddressSet>,
    /// All of them together.
    everywhere: AddressSet,
    /// VPCs that anybody may get to by no way that shows here.
    pub strange: Vec<VpcIndex>,
}

impl Map {
    pub fn new(network: &Network, family: Family) -> Map {
        let plans = super::plan::plans(network, family);
        let block = |plan: &Plan| {
            let subnets = plan.subnets.iter().map(|(subnet, _)| &network.subnets[subnet.index()]);
            let nets = subnets.flat_map(|it| &it.cidrs).filter(|net| Family::of(net.addr()) == family);
            AddressSet::of(family, nets.map(|net| range_of(*net)))
        };
        let blocks: Vec<AddressSet> = plans.iter().map(block).collect();
        // Whole blocks of VPCs: fewer ranges, and nobody lives in the rest.
        let lived = network.vpcs.iter().zip(&plans).filter(|(_, plan)| !plan.members.is_empty());
        let nets = lived.flat_map(|(vpc, _)| &vpc.cidrs).filter(|net| Family::of(net.addr()) == family);
        let ranges = blocks.iter().flat_map(|it| it.ranges().iter().copied());
        let everywhere = AddressSet::of(family, ranges.chain(nets.map(|net| range_of(*net))));
        let numbered = (0..).map(VpcIndex).zip(&plans);
        let strange = numbered.filter(|(_, plan)| !plan.strangers.is_empty()).map(|(vpc, _)| vpc).collect();
        Map { family, plans, blocks, everywhere, strange }
    }

    pub fn plan(&self, vpc: VpcIndex) -> &Plan {
        &self.plans[vpc.index()]
    }

    /// The blocks of some VPCs.
    fn blocks_of(&self, vpcs: impl Iterator<Item = VpcIndex>) -> AddressSet {
        AddressSet::of(self.family, vpcs.flat_map(|vpc| self.blocks[vpc.index()].ranges().iter().copied()))
    }
}

/// Everything on the left gets to everything on the right, groups aside: a box of packets, by members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    pub sources: Bits,
    pub destinations: Bits,
    pub transport: TransportSet,
    pub carried: Carried,
    /// Who sends it from somewhere on the way on.
    pub via: Option<Via>,
}

/// What gets from one VPC to another, groups aside; and the pairs that are no plain function of the ends. Both disjoint.
#[derive(Debug, Clone, Default)]
pub(super) struct Boxes {
    pub list: Vec<Passage>,
    pub odd: Vec<(Bits, Bits)>,
}

/// A way from subnets, by members instead of addresses.
#[derive(Debug)]
struct Leg {
    sources: Bits,
    destinations: AddressSet,
    transport: TransportSet,
    to: Stop,
    is_odd: bool,
}

/// The ways from all subnets of a VPC.
#[derive(Debug)]
struct Legs {
    list: Vec<Leg>,
    /// Who is in a subnet whose ways are no plain function of the ends.
    odd: Bits,
}

/// A way from a table into a VPC.
#[derive(Debug)]
pub(super) struct Entrance {
    /// All unless said.
    pub sources: Option<AddressSet>,
    pub destinations: Bits,
    pub transport: TransportSet,
    carried: Carried,
    pub via: Option<Via>,
    pub is_odd: bool,
}

#[derive(Debug)]
pub(super) struct Entrances {
    pub list: Vec<Entrance>,
    pub is_odd: bool,
}

/// Where packets from a table get to.
#[derive(Debug)]
struct Reach {
    vpcs: Vec<VpcIndex>,
    /// Whether nobody can tell.
    is_open: bool,
}

/// Ways that are known already; of one solver and one family.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// Where packets are looked after that begin, and that answer: ways to nobody who is asked about are not gone.
    pub(super) goals: Option<[AddressSet; 2]>,
    legs: FxHashMap<(VpcIndex, bool, bool), Arc<Legs>>,
    entrances: FxHashMap<(Hub, VpcIndex, bool), Arc<Entrances>>,
    reaches: FxHashMap<Hub, Arc<Reach>>,
    pub(super) towards: FxHashMap<(Via, VpcIndex), Arc<Towards>>,
    pub(super) onward: FxHashMap<(Via, VpcIndex), Arc<Onward>>,
    pub(super) departures: FxHashMap<Via, Arc<Stretches>>,
}

impl Ways {
    /// Settles who is asked about, before anything else is done with it.
    pub fn aim(&mut self, network: &Network, map: &Map, members: &Members) {
        self.goals.get_or_insert_with(|| {
            let there = members.vpcs(GETS).map(|vpcs| map.blocks_of(vpcs.iter().copied()));
            // Answers to what a NAT gateway sent come back to the gateway first.
            let gateways = || network.nat_gateways.iter().map(|it| it.vpc);
            let back = members.vpcs(SENDS).map(|vpcs| map.blocks_of(vpcs.iter().copied().chain(gateways())));
            [there, back].map(|set| set.unwrap_or_else(|| map.everywhere.clone()))
        });
    }

    /// Where packets are looked after.
    pub(super) fn goal(&self, map: &Map, is_back: bool) -> AddressSet {
        let goals = self.goals.as_ref().map(|goals| &goals[usize::from(is_back)]);
        goals.unwrap_or(&map.everywhere).clone()
    }

    /// The VPCs that some senders in a VPC may get to, but for strangers.
    pub fn reach(
        &mut self,
        solver: &mut Solver<'_>,
        map: &Map,
        vpc: VpcIndex,
        senders: &Bits,
    ) -> Vec<VpcIndex> {
        let plan = map.plan(vpc);
        let everything = || (0..map.plans.len() as u32).map(VpcIndex).collect();
        if plan.adrift.meets(senders) {
            return everything();
        }
        let legs = self.legs(solver, map, vpc, false, false);
        let mut reached = vec![vpc];
        if !legs.odd.is_empty() {
            return everything();
        }
        for leg in &legs.list {
            match leg.to {
                Stop::Vpc(to, _) if map.plan(to).is_murky => return everything(),
                Stop::Vpc(to, _) => reached.push(to),
                Stop::Table(hub) => {
                    let reach = self.reach_of(solver, map, hub);
                    if reach.is_open {
                        return everything();
                    }
                    reached.extend_from_slice(&reach.vpcs);
                }
            }
        }
        reached.sort_unstable();
        reached.dedup();
        reached
    }

    fn reach_of(&mut self, solver: &mut Solver<'_>, map: &Map, hub: Hub) -> Arc<Reach> {
        if let Some(known) = self.reaches.get(&hub) {
            return Arc::clone(known);
        }
        let vpcs = trunk::reach(solver, hub, &self.goal(map, false));
        let is_open = vpcs.as_ref().is_none_or(|vpcs| vpcs.iter().any(|it| map.plan(*it).is_murky));
        let reach = Reach { vpcs: vpcs.unwrap_or_default(), is_open };
        let reach = Arc::new(reach);
        self.reaches.insert(hub, Arc::clone(&reach));
        reach
    }

    /// What gets from one VPC to another, groups aside.
    pub fn boxes(
        &mut self,
        solver: &mut Solver<'_>,
        map: &Map,
        (from, to): (VpcIndex, VpcIndex),
        is_back: bool,
    ) -> Boxes {
        let (near, far) = (map.plan(from), map.plan(to));
        let is_own = from == to;
        let legs = self.legs(solver, map, from, is_own, is_back);
        let mut boxes = Boxes::default();
        if !legs.odd.is_empty() {
            boxes.odd.push((legs.odd.clone(), Bits::all(far.members.len())));
        }
        for leg in &legs.list {
            if far.is_clear_of(&leg.destinations) {
                continue;
            }
            let destinations = far.within(&leg.destinations);
            if destinations.is_empty() {
                continue;
            }
            match leg.to {
                _ if leg.is_odd => boxes.odd.push((leg.sources.clone(), destinations)),
                Stop::Vpc(arrived, carried) if arrived == to => {
                    let (sources, transport) = (leg.sources.clone(), leg.transport);
                    boxes.list.push(Passage { sources, destinations, transport, carried, via: None });
                }
                Stop::Vpc(wrong, _) if map.plan(wrong).is_murky => {
                    boxes.odd.push((leg.sources.clone(), destinations));
                }
                // Whoever has the address there gets it, and is not who was meant.
                Stop::Vpc(..) => {}
                Stop::Table(hub) => {
                    let entrances = self.entrances(solver, map, hub, to, is_back);
                    enter(solver, &mut boxes, near, leg, &destinations, &entrances);
                }
            }
        }
        boxes.odd = disjoint(boxes.odd);
        for odd in &boxes.odd {
            boxes.list = boxes.list.into_iter().flat_map(|it| cut(it, odd)).collect();
        }
        merge(&mut boxes.list);
        boxes
    }

    /// The ways from the subnets of a VPC: to its own interfaces, or to everybody's.
    fn legs(
        &mut self,
        solver: &mut Solver<'_>,
        map: &Map,
        vpc: VpcIndex,
        is_own: bool,
        is_back: bool,
    ) -> Arc<Legs> {
        if let Some(known) = self.legs.get(&(vpc, is_own, is_back)) {
            return Arc::clone(known);
        }
        let plan = map.plan(vpc);
        let to = if is_own { map.blocks[vpc.index()].clone() } else { self.goal(map, is_back) };
        let mut legs = Legs { list: Vec::new(), odd: Bits::none(plan.members.len()) };
        for (subnet, members) in &plan.subnets {
            let stretches = trunk::from_subnet(solver, *subnet, &to, is_back);
            if stretches.is_odd {
                legs.odd.take_in(members);
                continue;
            }
            for it in stretches.list {
                let sources = plan.within(&it.sources).and(members);
                if sources.is_empty() {
                    continue;
                }
                // Who translates before any table is left to the ordinary solver.
                let is_odd = it.is_odd || it.via.is_some();
                let is_alike = |known: &&mut Leg| {
                    (known.transport, known.to, known.is_odd) == (it.transport, it.to, is_odd)
                        && known.destinations == it.destinations
                };
                match legs.list.iter_mut().find(is_alike) {
                    Some(known) => known.sources.take_in(&sources),
                    None => {
                        let Stretch { destinations, transport, to, .. } = it;
                        legs.list.push(Leg { sources, destinations, transport, to, is_odd });
                    }
                }
            }
        }
        let legs = Arc::new(legs);
        self.legs.insert((vpc, is_own, is_back), Arc::clone(&legs));
        legs
    }

    pub(super) fn entrances(
        &mut self,
        solver: &mut Solver<'_>,
        map: &Map,
        hub: Hub,
        to: VpcIndex,
        is_back: bool,
    ) -> Arc<Entrances> {
        if let Some(known) = self.entrances.get(&(hub, to, is_back)) {
            return Arc::clone(known);
        }
        let plan = map.plan(to);
        let stretches = trunk::from_table(solver, hub, &map.blocks[to.index()], is_back);
        let mut entrances = Entrances { list: Vec::new(), is_odd: stretches.is_odd };
        for it in &stretches.list {
            let Stop::Vpc(arrived, carried) = it.to else { continue };
            let is_wrong = arrived != to;
            if is_wrong && !map.plan(arrived).is_murky {
                continue;
            }
            let is_everybody = it.sources == AddressSet::all(map.family);
            entrances.list.push(Entrance {
                sources: (!is_everybody).then(|| it.sources.clone()),
                destinations: plan.within(&it.destinations),
                transport: it.transport,
                carried,
                via: it.via,
                is_odd: it.is_odd || is_wrong,
            });
        }
        let entrances = Arc::new(entrances);
        self.entrances.insert((hub, to, is_back), Arc::clone(&entrances));
        entrances
    }
}

/// What comes to a table by a leg goes on by its entrances.
fn enter(
    solver: &mut Solver<'_>,
    boxes: &mut Boxes,
    near: &Plan,
    leg: &Leg,
    destinations: &Bits,
    entrances: &Entrances,
) {
    if entrances.is_odd {
        boxes.odd.push((leg.sources.clone(), destinations.clone()));
        return;
    }
    for entrance in &entrances.list {
        let destinations = destinations.and(&entrance.destinations);
        let sources = match &entrance.sources {
            Some(set) => leg.sources.and(&near.within(set)),
            None => leg.sources.clone(),
        };
        if destinations.is_empty() || sources.is_empty() {
            continue;
        }
        if entrance.is_odd {
            boxes.odd.push((sources, destinations));
            continue;
        }
        let transport = solver.workspace.intersection(leg.transport, entrance.transport);
        if !transport.is_empty() {
            let (carried, via) = (entrance.carried, entrance.via);
            boxes.list.push(Passage { sources, destinations, transport, carried, via });
        }
    }
}

/// What of a box is not in a rectangle.
fn cut(whole: Passage, (sources, destinations): &(Bits, Bits)) -> Vec<Passage> {
    if !(whole.sources.meets(sources) && whole.destinations.meets(destinations)) {
        return vec![whole];
    }
    let beside = Passage { sources: whole.sources.without(sources), ..whole.clone() };
    let above = Passage {
        sources: whole.sources.and(sources),
        destinations: whole.destinations.without(destinations),
        ..whole
    };
    let parts = [beside, above].into_iter();
    parts.filter(|it| !(it.sources.is_empty() || it.destinations.is_empty())).collect()
}

/// The same pairs in rectangles that have none in common.
pub(super) fn disjoint(rectangles: Vec<(Bits, Bits)>) -> Vec<(Bits, Bits)> {
    let mut found: Vec<(Bits, Bits)> = Vec::new();
    for rectangle in rectangles {
        let mut parts = vec![rectangle];
        for known in &found {
            parts = parts.into_iter().flat_map(|it| outside(it, known)).collect();
        }
        for (sources, destinations) in parts {
            match found.iter_mut().find(|known| known.1 == destinations) {
                Some(known) => known.0.take_in(&sources),
                None => found.push((sources, destinations)),
            }
        }
    }
    found
}

/// What of a rectangle is not in another.
pub(super) fn outside(whole: (Bits, Bits), other: &(Bits, Bits)) -> Vec<(Bits, Bits)> {
    if !(whole.0.meets(&other.0) && whole.1.meets(&other.1)) {
        return vec![whole];
    }
    let beside = (whole.0.without(&other.0), whole.1.clone());
    let above = (whole.0.and(&other.0), whole.1.without(&other.1));
    [beside, above].into_iter().filter(|it| !(it.0.is_empty() || it.1.is_empty())).collect()
}

/// Boxes that differ on one side only become one.
fn merge(boxes: &mut Vec<Passage>) {
    let mut merged: Vec<Passage> = Vec::with_capacity(boxes.len());
    for it in boxes.drain(..) {
        let is_alike = |known: &&mut Passage| {
            (known.transport, known.carried, known.via) == (it.transport, it.carried, it.via)
                && known.destinations == it.destinations
        };
        match merged.iter_mut().find(is_alike) {
            Some(known) => known.sources.take_in(&it.sources),
            None => merged.push(it),
        }
    }
    for it in merged {
        let is_alike = |known: &&mut Passage| {
            (known.transport, known.carried, known.via) == (it.transport, it.carried, it.via)
                && known.sources == it.sources
        };
        match boxes.iter_mut().find(is_alike) {
            Some(known) => known.destinations.take_in(&it.destinations),
            None => boxes.push(it),
        }
    }
}
