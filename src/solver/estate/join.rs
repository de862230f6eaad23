//! Two VPCs: what the groups of their interfaces leave of the ways between them.
//!
//! The groups of a receiver say what they admit by the sender's address, whatever the sender's groups are, and the other
//! way round: so receivers with the same runs over the senders' addresses are one, and senders likewise, and the two are
//! put together once for each pair of such bundles. Rules that name groups concern few pairs, which are taken out and
//! done by themselves (`engine` 5.9, 5.10).

use rustc_hash::FxHashMap;

use super::bits::Bits;
use super::plan::{GETS, Kind, Plan, SENDS};
use super::trunk::Kept;
use super::ways::Passage;
use crate::network::{AssumptionIndex, FilterId, VpcIndex};
use crate::packet::{AddressMap, Family, TransportSet};
use crate::solver::pair::Solver;

/// What passes groups and ways: sources × destinations, what gets there, and what of the answers gets back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joined {
    pub sources: Bits,
    pub destinations: Bits,
    pub forward: TransportSet,
    pub back: TransportSet,
    pub assumed: Vec<AssumptionIndex>,
}

/// A value for each run of the other side's addresses.
type Runs = Vec<(TransportSet, Bits)>;

/// Two VPCs that are being put together.
pub(super) struct Join<'j, 's, 'n> {
    pub solver: &'s mut Solver<'n>,
    pub family: Family,
    pub near: (VpcIndex, &'j Plan),
    pub far: (VpcIndex, &'j Plan),
    pub asked: TransportSet,
    /// What each kind of senders may send, and each kind of receivers admits, by the other side's addresses.
    runs: [Vec<Option<Runs>>; 2],
    /// How many pairs of bundles were put together.
    pub pairs: u64,
}

/// Kinds that are treated alike.
struct Bundle {
    members: Bits,
    runs: Runs,
    assumed: Vec<AssumptionIndex>,
    /// Whom the runs do not hold for, since rules name their groups.
    except: Option<Bits>,
}

impl<'j, 's, 'n> Join<'j, 's, 'n> {
    pub fn new(
        solver: &'s mut Solver<'n>,
        family: Family,
        near: (VpcIndex, &'j Plan),
        far: (VpcIndex, &'j Plan),
        asked: TransportSet,
    ) -> Join<'j, 's, 'n> {
        let runs = [vec![None; near.1.kinds[SENDS].len()], vec![None; far.1.kinds[GETS].len()]];
        Join { solver, family, near, far, asked, runs, pairs: 0 }
    }

    /// What a box lets pass between all kinds; `back` is what of the answers gets back in it.
    pub fn boxed(&mut self, it: &Passage, back: TransportSet, into: &mut Vec<Joined>) {
        let transport = self.solver.workspace.intersection(it.transport, self.asked);
        if transport.is_empty() {
            return;
        }
        let named = self.named(it);
        let senders = self.bundles(SENDS, &it.sources, &[]);
        let receivers = self.bundles(GETS, &it.destinations, &named);
        for receiver in &receivers {
            for sender in &senders {
                let members = match &receiver.except {
                    Some(except) => sender.members.without(except),
                    None => sender.members.clone(),
                };
                if !members.is_empty() {
                    let sender = (&members, sender);
                    self.pair(it, (transport, back), sender, receiver, into);
                }
            }
        }
        for ((sender, receiver), (admitted, sent)) in named {
            let (kind, other) = (&self.near.1.kinds[SENDS][sender], &self.far.1.kinds[GETS][receiver]);
            let out = self.widened(SENDS, sender, sent);
            let inward = self.widened(GETS, receiver, admitted);
            let bundle = |kind: &Kind, runs| Bundle {
                members: kind.members.clone(),
                runs,
                assumed: kind.assumed.clone(),
                except: None,
            };
            let (sender, receiver) = (bundle(kind, out), bundle(other, inward));
            self.pair(it, (transport, back), (&sender.members, &sender), &receiver, into);
        }
    }

    /// What two bundles leave of a box.
    fn pair(
        &mut self,
        it: &Passage,
        (transport, back): (TransportSet, TransportSet),
        (members, sender): (&Bits, &Bundle),
        receiver: &Bundle,
        into: &mut Vec<Joined>,
    ) {
        self.pairs += 1;
        for (admitted, sources) in &receiver.runs {
            let first = self.solver.workspace.intersection(transport, *admitted);
            if first.is_empty() {
                continue;
            }
            let sources = sources.and(members).and(&it.sources);
            if sources.is_empty() {
                continue;
            }
            for (sent, destinations) in &sender.runs {
                let forward = self.solver.workspace.intersection(first, *sent);
                if forward.is_empty() {
                    continue;
                }
                let destinations = destinations.and(&receiver.members).and(&it.destinations);
                if !destinations.is_empty() {
                    let assumed = both(&sender.assumed, &receiver.assumed);
                    into.push(Joined { sources: sources.clone(), destinations, forward, back, assumed });
                }
            }
        }
    }

    /// Kinds with the same runs, together.
    fn bundles(
        &mut self,
        way: usize,
        within: &Bits,
        named: &[((usize, usize), (TransportSet, TransportSet))],
    ) -> Vec<Bundle> {
        let plan = if way == SENDS { self.near.1 } else { self.far.1 };
        let mut except: FxHashMap<usize, Bits> = FxHashMap::default();
        for ((sender, receiver), _) in named {
            let senders = &self.near.1.kinds[SENDS][*sender].members;
            match except.get_mut(receiver) {
                Some(known) => known.take_in(senders),
                None => {
                    except.insert(*receiver, senders.clone());
                }
            }
        }
        let mut bundles: Vec<Bundle> = Vec::new();
        let mut known: FxHashMap<(Runs, Vec<AssumptionIndex>, Option<Bits>), usize> = FxHashMap::default();
        for (number, kind) in plan.kinds[way].iter().enumerate() {
            if !kind.members.meets(within) {
                continue;
            }
            let key = (self.runs(way, number), kind.assumed.clone(), except.remove(&number));
            match known.get(&key) {
                Some(position) => bundles[*position].members.take_in(&kind.members),
                None => {
                    known.insert(key.clone(), bundles.len());
                    let (runs, assumed, except) = key;
                    bundles.push(Bundle { members: kind.members.clone(), runs, assumed, except });
                }
            }
        }
        bundles
    }

    /// What the groups of a kind let the other side's addresses do; nothing is left out but what is nothing.
    fn runs(&mut self, way: usize, number: usize) -> Runs {
        if let Some(known) = &self.runs[way][number] {
            return known.clone();
        }
        let (kind, other) = match way {
            SENDS => (&self.near.1.kinds[SENDS][number], self.far.1),
            _ => (&self.far.1.kinds[GETS][number], self.near.1),
        };
        let is_free = self.solver.network().group_sets[kind.groups.index()].is_empty();
        let mut runs = if is_free {
            vec![(TransportSet::ALL, Bits::all(other.members.len()))]
        } else {
            let filter = FilterId::SecurityGroups { set: kind.groups, is_outbound: way == SENDS };
            let filter = self.solver.filter(filter);
            spread(&filter.certain, self.family, other)
        };
        for (value, _) in &mut runs {
            *value = self.solver.workspace.intersection(*value, kind.takes);
        }
        runs.retain(|(value, _)| !value.is_empty());
        self.runs[way][number] = Some(runs.clone());
        runs
    }

    /// The same where a rule that names a group admits more.
    fn widened(&mut self, way: usize, number: usize, more: TransportSet) -> Runs {
        let runs = self.runs(way, number);
        if more.is_empty() {
            return runs;
        }
        let (kind, other) = match way {
            SENDS => (&self.near.1.kinds[SENDS][number], self.far.1),
            _ => (&self.far.1.kinds[GETS][number], self.near.1),
        };
        let more = self.solver.workspace.intersection(more, kind.takes);
        let mut rest = Bits::all(other.members.len());
        let mut widened = Vec::with_capacity(runs.len() + 1);
        for (value, members) in runs {
            rest = rest.without(&members);
            widened.push((self.solver.workspace.union(value, more), members));
        }
        if !(rest.is_empty() || more.is_empty()) {
            widened.push((more, rest));
        }
        widened
    }

    /// The pairs of kinds of which one names a group of the other, with what that admits (SG-13): the receiver's rules
    /// while the sender's groups count, the sender's in its own VPC and those that are peered with it.
    fn named(&mut self, it: &Passage) -> Vec<((usize, usize), (TransportSet, TransportSet))> {
        let mut named: FxHashMap<(usize, usize), (TransportSet, TransportSet)> = FxHashMap::default();
        let network = self.solver.network();
        let nothing = (TransportSet::EMPTY, TransportSet::EMPTY);
        let (near, far) = (self.near, self.far);
        if it.carried.groups == Kept::Yes {
            for (receiver, kind) in far.1.kinds[GETS].iter().enumerate() {
                if !kind.asks_groups(network, it.carried) {
                    continue;
                }
                let id = FilterId::SecurityGroups { set: kind.groups, is_outbound: false };
                let filter = self.solver.filter(id);
                for (group, admitted) in &filter.references {
                    for sender in near.1.by_group[SENDS].get(group).into_iter().flatten() {
                        let entry = named.entry((*sender as usize, receiver)).or_insert(nothing);
                        entry.0 = self.solver.workspace.union(entry.0, *admitted);
                    }
                }
            }
        }
        let peers = &network.vpcs[near.0.index()].group_peers;
        if !it.carried.by_transit && (near.0 == far.0 || peers.contains(&far.0)) {
            for (sender, kind) in near.1.kinds[SENDS].iter().enumerate() {
                if network.group_sets[kind.groups.index()].is_empty() {
                    continue;
                }
                let id = FilterId::SecurityGroups { set: kind.groups, is_outbound: true };
                let filter = self.solver.filter(id);
                for (group, sent) in &filter.references {
                    for receiver in far.1.by_group[GETS].get(group).into_iter().flatten() {
                        let entry = named.entry((sender, *receiver as usize)).or_insert(nothing);
                        entry.1 = self.solver.workspace.union(entry.1, *sent);
                    }
                }
            }
        }
        let mut named: Vec<_> = named.into_iter().collect();
        named.sort_unstable_by_key(|it| it.0);
        named
    }
}

/// The values of a map over the addresses of a VPC's interfaces.
fn spread(map: &AddressMap<TransportSet>, family: Family, plan: &Plan) -> Runs {
    let mut runs: Runs = Vec::new();
    let mut at = 0;
    // Ends: each round leaves a piece of the map behind.
    while let Some(address) = plan.addresses.get(at) {
        let (value, end) = map.run_at(family, *address);
        let next = match plan.addresses.last() {
            Some(last) if *last <= end => plan.addresses.len(),
            Some(_) | None => at + plan.addresses[at..].partition_point(|it| *it <= end),
        };
        match runs.iter_mut().find(|(known, _)| *known == value) {
            Some((_, members)) => members.add_range(at, next),
            None => {
                let mut members = Bits::none(plan.members.len());
                members.add_range(at, next);
                runs.push((value, members));
            }
        }
        at = next;
    }
    runs
}

fn both(one: &[AssumptionIndex], two: &[AssumptionIndex]) -> Vec<AssumptionIndex> {
    let mut all = [one, two].concat();
    all.sort_unstable();
    all.dedup();
    all
}
