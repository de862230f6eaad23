//! Which answers get back, of what got from one VPC to another.
//!
//! What a NAT gateway sent is answered in two parts: to the gateway's address, whoever asked, and from there to whoever
//! asked, whoever answers but for network ACLs (NAT-2, NAT-3). So the first is known once for a gateway and the VPC that
//! answers, the second once for a gateway and the VPC that asked.

use std::sync::Arc;

use super::bits::Bits;
use super::plan::Plan;
use super::trunk::{self, Stop, Stretches, Via};
use super::ways::{Boxes, Map, Ways};
use crate::network::VpcIndex;
use crate::packet::{AddressSet, Family, TransportSet};
use crate::solver::flow::CHOSEN_PORTS;
use crate::solver::pair::Solver;
use crate::solver::reply::with_client_ports;

/// What ways back carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Back {
    /// To whoever sent what is answered.
    pub first: TransportSet,
    /// Where a NAT gateway sent it: from the gateway on.
    pub second: Option<TransportSet>,
}

impl Back {
    /// No answers.
    pub const NOTHING: Back = Back { first: TransportSet::EMPTY, second: None };

    /// Of the answers to what arrived, those that get back to who asked, and whether that is all of them.
    pub fn returned(
        self,
        solver: &mut Solver<'_>,
        forward: TransportSet,
        client_ports: &[(u16, u16)],
    ) -> (TransportSet, bool) {
        let Some(second) = self.second else {
            let sent = solver.answers(forward, client_ports).0;
            let returned = solver.workspace.intersection(sent, self.first);
            return (returned, returned == sent);
        };
        // NAT-2: the gateway chooses ports of its own, and puts the client's back.
        let sent = solver.answers(forward, CHOSEN_PORTS).0;
        let met = solver.workspace.intersection(sent, self.first);
        let translated = with_client_ports(&mut solver.workspace, met, client_ports);
        let returned = solver.workspace.intersection(translated, second);
        (returned, met == sent && returned == translated)
    }
}

/// Which answers get back between two VPCs: by who asked and who answers. Both disjoint.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    pub list: Vec<(Bits, Bits, Back)>,
    pub odd: Vec<(Bits, Bits)>,
}

/// The ways of a VPC's answers to a NAT gateway.
#[derive(Debug, Default)]
pub(super) struct Towards {
    list: Vec<(Bits, TransportSet)>,
    odd: Vec<Bits>,
}

/// The ways of answers from a NAT gateway to those who asked, by who answers: all unless said.
#[derive(Debug, Default)]
pub(super) struct Onward {
    list: Vec<(Option<AddressSet>, Bits, TransportSet)>,
    odd: Vec<(Option<AddressSet>, Bits)>,
}

impl Answers {
    /// Those that nobody translates.
    pub fn of_boxes(back: Boxes) -> Answers {
        let whole = |transport| Back { first: transport, second: None };
        let list = back.list.into_iter().map(|it| (it.destinations, it.sources, whole(it.transport)));
        let odd = back.odd.into_iter().map(|(answering, asking)| (asking, answering));
        Answers { list: list.collect(), odd: odd.collect() }
    }
}

impl Ways {
    /// Which answers get back over a NAT gateway to one VPC from another.
    pub fn answers_by(
        &mut self,
        solver: &mut Solver<'_>,
        map: &Map,
        (from, to): (VpcIndex, VpcIndex),
        via: Via,
    ) -> Answers {
        let (towards, onward) = (self.towards(solver, map, via, to), self.onward(solver, map, via, from));
        let (near, far) = (map.plan(from), map.plan(to));
        let all = || Bits::all(near.members.len());
        let answering = |set: &Option<AddressSet>| match set {
            Some(set) => far.within(set),
            None => Bits::all(far.members.len()),
        };
        let mut answers = Answers::default();
        answers.odd.extend(towards.odd.iter().map(|it| (all(), it.clone())));
        answers.odd.extend(onward.odd.iter().map(|(set, asking)| (asking.clone(), answering(set))));
        for (set, asking, second) in &onward.list {
            for (able, first) in &towards.list {
                let answering = match set {
                    Some(set) => able.and(&far.within(set)),
                    None => able.clone(),
                };
                if !answering.is_empty() {
                    let back = Back { first: *first, second: Some(*second) };
                    answers.list.push((asking.clone(), answering, back));
                }
            }
        }
        answers
    }

    fn towards(&mut self, solver: &mut Solver<'_>, map: &Map, via: Via, from: VpcIndex) -> Arc<Towards> {
        if let Some(known) = self.towards.get(&(via, from)) {
            return Arc::clone(known);
        }
        let at = solver.network().nat_gateways[via.nat.index()].vpc;
        let mut towards = Towards::default();
        match position(solver, map.plan(at), map.family, via) {
            Some(position) if at != from => {
                let boxes = self.boxes(solver, map, (from, at), true);
                let is_it = |destinations: &Bits| destinations.has(position);
                let list = boxes.list.into_iter().filter(|it| is_it(&it.destinations));
                towards.list.extend(list.map(|it| (it.sources, it.transport)));
                let odd = boxes.odd.into_iter().filter(|it| is_it(&it.1));
                towards.odd.extend(odd.map(|it| it.0));
            }
            Some(_) | None => towards.odd.push(Bits::all(map.plan(from).members.len())),
        }
        let towards = Arc::new(towards);
        self.towards.insert((via, from), Arc::clone(&towards));
        towards
    }

    fn onward(&mut self, solver: &mut Solver<'_>, map: &Map, via: Via, to: VpcIndex) -> Arc<Onward> {
        if let Some(known) = self.onward.get(&(via, to)) {
            return Arc::clone(known);
        }
        let plan = map.plan(to);
        let departures = self.departures(solver, map, via);
        let mut onward = Onward::default();
        if departures.is_odd || solver.network().nat_gateways[via.nat.index()].vpc == to {
            onward.odd.push((None, Bits::all(plan.members.len())));
        }
        for stretch in &departures.list {
            let asking = plan.within(&stretch.destinations);
            if asking.is_empty() {
                continue;
            }
            let sources = (stretch.sources != AddressSet::all(map.family)).then(|| stretch.sources.clone());
            match stretch.to {
                _ if stretch.is_odd || stretch.via.is_some() => onward.odd.push((sources, asking)),
                Stop::Vpc(arrived, _) if arrived == to => {
                    onward.list.push((sources, asking, stretch.transport));
                }
                Stop::Vpc(wrong, _) if map.plan(wrong).is_murky => onward.odd.push((sources, asking)),
                Stop::Vpc(..) => {}
                Stop::Table(hub) => {
                    let entrances = self.entrances(solver, map, hub, to, true);
                    if entrances.is_odd {
                        onward.odd.push((sources, asking));
                        continue;
                    }
                    for it in &entrances.list {
                        let asking = asking.and(&it.destinations);
                        let sources = both(&sources, &it.sources);
                        let transport = solver.workspace.intersection(stretch.transport, it.transport);
                        match it.is_odd || it.via.is_some() {
                            _ if asking.is_empty() => {}
                            true => onward.odd.push((sources, asking)),
                            false => onward.list.push((sources, asking, transport)),
                        }
                    }
                }
            }
        }
        let onward = Arc::new(onward);
        self.onward.insert((via, to), Arc::clone(&onward));
        onward
    }

    fn departures(&mut self, solver: &mut Solver<'_>, map: &Map, via: Via) -> Arc<Stretches> {
        let asking = self.goal(map, true);
        let departures = self.departures.entry(via);
        Arc::clone(departures.or_insert_with(|| Arc::new(trunk::from_gateway(solver, via, &asking))))
    }
}

/// Where the gateway's own interface stands among those of its VPC, if it is one that answers simply come back to.
fn position(solver: &Solver<'_>, plan: &Plan, family: Family, via: Via) -> Option<usize> {
    if family == Family::V6 {
        return None;
    }
    // The gateway has a row of its own beside its interface's; packets find one of the two.
    let first = plan.addresses.partition_point(|it| *it < via.address);
    let end = plan.addresses.partition_point(|it| *it <= via.address);
    let mut found = (first..end).filter(|it| !plan.strangers.has(*it));
    found.find(|it| trunk::is_gateways_own(solver.network(), via, plan.members[*it]))
}

/// What is in both; all unless said.
fn both(one: &Option<AddressSet>, other: &Option<AddressSet>) -> Option<AddressSet> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.intersection(other)),
        (Some(set), None) | (None, Some(set)) => Some(set.clone()),
        (None, None) => None,
    }
}
