//! Two VPCs: what the groups of their interfaces leave of the ways between them.
//!
//! The groups of a receiver say what they admit by the sender's address, whatever the sender's groups are, and the other
//! way round: so receivers with the same runs over the senders' addresses are one, and senders likewise, and the two are
//! put together once for each pair of such bundles. Rules that name groups concern few pairs, which are taken out and
//! done by themselves (`engine` 5.9, 5.10).

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use super::back::Back;
use super::bits::Bits;
use super::groups::{Groups, Rules};
use super::plan::{GETS, Kind, Plan, SENDS};
use super::trunk::{Carried, Kept, Via};
use super::ways::Passage;
use crate::network::{AssumptionIndex, VpcIndex};
use crate::packet::{AddressMap, Family, TransportSet};
use crate::solver::pair::Solver;

/// What passes groups and ways: sources × destinations, what gets there, and what of the answers gets back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joined {
    pub sources: Bits,
    pub destinations: Bits,
    pub forward: TransportSet,
    pub back: Back,
    pub assumed: Vec<AssumptionIndex>,
}

/// A value for each run of the other side's addresses.
type Runs = Vec<(TransportSet, Bits)>;

/// A kind of senders and one of receivers, with what the receivers' and the senders' rules that name groups add.
type NamedPair = ((usize, usize), (TransportSet, TransportSet));
type Named = Vec<NamedPair>;

/// Two VPCs that are being put together.
pub(super) struct Join<'j, 's, 'n> {
    pub solver: &'s mut Solver<'n>,
    pub family: Family,
    pub near: (VpcIndex, &'j Plan),
    pub far: (VpcIndex, &'j Plan),
    pub asked: TransportSet,
    /// The groups of the senders and of the receivers.
    rules: [Arc<Rules<'n>>; 2],
    senders: Option<Arc<Vec<Bundle>>>,
    /// The receivers, by what packets have with them.
    receivers: Vec<(Carried, Arc<Receivers>)>,
    /// How many pairs of bundles were put together.
    pub pairs: u64,
}

/// Receivers, and the pairs that rules which name groups concern.
struct Receivers {
    bundles: Vec<Bundle>,
    named: Named,
}

/// Kinds that are treated alike.
#[derive(PartialEq, Eq, Hash)]
struct Bundle {
    runs: Runs,
    assumed: Vec<AssumptionIndex>,
    /// Whom the runs do not hold for, since rules name their groups.
    except: Option<Bits>,
    members: Bits,
}

/// What a side's groups leave of a box: some of the side, with some of the other one.
struct Part<'b> {
    own: Bits,
    others: Bits,
    value: TransportSet,
    assumed: &'b [AssumptionIndex],
}

impl<'j, 's, 'n> Join<'j, 's, 'n> {
    pub fn new(
        solver: &'s mut Solver<'n>,
        groups: &mut Groups<'n>,
        family: Family,
        near: (VpcIndex, &'j Plan),
        far: (VpcIndex, &'j Plan),
        asked: TransportSet,
    ) -> Join<'j, 's, 'n> {
        let rules = [groups.rules(solver, near, SENDS), groups.rules(solver, far, GETS)];
        Join { solver, family, near, far, asked, rules, senders: None, receivers: Vec::new(), pairs: 0 }
    }

    /// What a box lets pass between all kinds; `back` is what of the answers gets back in it.
    pub fn boxed(&mut self, it: &Passage, back: Back, into: &mut Vec<Joined>) {
        let transport = self.solver.workspace.intersection(it.transport, self.asked);
        if transport.is_empty() {
            return;
        }
        let senders = self.senders();
        let senders = self.parts(&senders, transport, (&it.sources, &it.destinations));
        if let Some(via) = it.via {
            let receivers = self.bundles_to(via, &it.destinations);
            let receivers = self.parts(&receivers, transport, (&it.destinations, &it.sources));
            return self.product(back, &senders, &receivers, into);
        }
        let known = self.receivers(it.carried);
        let receivers = self.parts(&known.bundles, transport, (&it.destinations, &it.sources));
        self.product(back, &senders, &receivers, into);
        for ((sender, receiver), (admitted, sent)) in &known.named {
            let (kind, other) = (&self.near.1.kinds[SENDS][*sender], &self.far.1.kinds[GETS][*receiver]);
            if !(kind.members.meets(&it.sources) && other.members.meets(&it.destinations)) {
                continue;
            }
            let sender = [self.widened(SENDS, *sender, *sent)];
            let receiver = [self.widened(GETS, *receiver, *admitted)];
            let senders = self.parts(&sender, transport, (&it.sources, &it.destinations));
            let within = (&it.destinations, &it.sources.and(&kind.members));
            let receivers = self.parts(&receiver, transport, within);
            self.product(back, &senders, &receivers, into);
        }
    }

    /// What both sides leave.
    fn product(&mut self, back: Back, senders: &[Part<'_>], receivers: &[Part<'_>], into: &mut Vec<Joined>) {
        self.pairs += (senders.len() * receivers.len()) as u64;
        for receiver in receivers {
            for sender in senders {
                if !(sender.own.meets(&receiver.others) && receiver.own.meets(&sender.others)) {
                    continue;
                }
                let forward = self.solver.workspace.intersection(receiver.value, sender.value);
                if forward.is_empty() {
                    continue;
                }
                into.push(Joined {
                    sources: sender.own.and(&receiver.others),
                    destinations: receiver.own.and(&sender.others),
                    forward,
                    back,
                    assumed: both(sender.assumed, receiver.assumed),
                });
            }
        }
    }

    /// What bundles of a side leave of a box.
    fn parts<'b>(
        &mut self,
        bundles: &'b [Bundle],
        transport: TransportSet,
        (own, others): (&Bits, &Bits),
    ) -> Vec<Part<'b>> {
        let mut parts: Vec<Part<'b>> = Vec::new();
        for bundle in bundles {
            if !bundle.members.meets(own) {
                continue;
            }
            let members = bundle.members.and(own);
            for (value, whom) in &bundle.runs {
                let value = self.solver.workspace.intersection(transport, *value);
                if value.is_empty() || !whom.meets(others) {
                    continue;
                }
                let mut whom = whom.and(others);
                if let Some(except) = &bundle.except {
                    whom = whom.without(except);
                }
                let is_alike = |it: &&mut Part<'_>| {
                    it.value == value && it.assumed == bundle.assumed && it.others == whom
                };
                match parts.iter_mut().find(is_alike) {
                    Some(known) => known.own.take_in(&members),
                    None => {
                        let (own, assumed) = (members.clone(), &bundle.assumed[..]);
                        parts.push(Part { own, others: whom, value, assumed });
                    }
                }
            }
        }
        parts
    }

    fn senders(&mut self) -> Arc<Vec<Bundle>> {
        if let Some(known) = &self.senders {
            return Arc::clone(known);
        }
        let senders = Arc::new(self.bundles(SENDS, &[]));
        self.senders = Some(Arc::clone(&senders));
        senders
    }

    fn receivers(&mut self, carried: Carried) -> Arc<Receivers> {
        if let Some((_, known)) = self.receivers.iter().find(|it| it.0 == carried) {
            return Arc::clone(known);
        }
        let named = self.named(carried);
        let receivers = Arc::new(Receivers { bundles: self.bundles(GETS, &named), named });
        self.receivers.push((carried, Arc::clone(&receivers)));
        receivers
    }

    /// Kinds with the same runs, together. Those whose runs are nothing are left out.
    fn bundles(&mut self, way: usize, named: &[NamedPair]) -> Vec<Bundle> {
        let plan = self.plans(way).0;
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
        let mut known: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        for (number, kind) in plan.kinds[way].iter().enumerate() {
            let runs = self.runs(way, number, kind);
            if runs.is_empty() {
                continue;
            }
            let except = except.remove(&number);
            let mut hasher = FxHasher::default();
            (&runs, &kind.assumed, &except).hash(&mut hasher);
            let alike = known.entry(hasher.finish()).or_default();
            let is_alike = |it: &Bundle| it.runs == runs && it.assumed == kind.assumed && it.except == except;
            match alike.iter().find(|it| is_alike(&bundles[**it])) {
                Some(position) => bundles[*position].members.take_in(&kind.members),
                None => {
                    alike.push(bundles.len());
                    let (assumed, members) = (kind.assumed.clone(), kind.members.clone());
                    bundles.push(Bundle { runs, assumed, except, members });
                }
            }
        }
        bundles
    }

    /// Kinds of receivers that admit the same from a NAT gateway, whoever sends by it.
    fn bundles_to(&mut self, via: Via, within: &Bits) -> Vec<Bundle> {
        let (near, far) = (self.near.1, self.far.1);
        let rules = Arc::clone(&self.rules[GETS]);
        let mut bundles: Vec<Bundle> = Vec::new();
        for (number, kind) in far.kinds[GETS].iter().enumerate().filter(|it| it.1.members.meets(within)) {
            let mut admitted = kind.takes;
            if let Some(filter) = rules.filter(number) {
                let inward = filter.certain.at(self.family, via.address);
                admitted = self.solver.workspace.intersection(admitted, inward);
            }
            if admitted.is_empty() {
                continue;
            }
            let is_alike = |it: &&mut Bundle| it.runs[0].0 == admitted && it.assumed == kind.assumed;
            match bundles.iter_mut().find(is_alike) {
                Some(known) => known.members.take_in(&kind.members),
                None => bundles.push(Bundle {
                    members: kind.members.clone(),
                    runs: vec![(admitted, Bits::all(near.members.len()))],
                    assumed: kind.assumed.clone(),
                    except: None,
                }),
            }
        }
        bundles
    }

    /// A side's plan, and the other side's.
    fn plans(&self, way: usize) -> (&'j Plan, &'j Plan) {
        if way == SENDS { (self.near.1, self.far.1) } else { (self.far.1, self.near.1) }
    }

    /// What the groups of a kind let the other side's addresses do; nothing is left out but what is nothing.
    fn runs(&mut self, way: usize, number: usize, kind: &Kind) -> Runs {
        let other = self.plans(way).1;
        let mut runs = match self.rules[way].filter(number) {
            None => vec![(TransportSet::ALL, Bits::all(other.members.len()))],
            Some(filter) => spread(&filter.certain, self.family, other),
        };
        for (value, _) in &mut runs {
            *value = self.solver.workspace.intersection(*value, kind.takes);
        }
        runs.retain(|(value, _)| !value.is_empty());
        runs
    }

    /// A kind alone, where a rule that names a group admits more.
    fn widened(&mut self, way: usize, number: usize, more: TransportSet) -> Bundle {
        let (plan, other) = self.plans(way);
        let kind = &plan.kinds[way][number];
        let mut runs = self.runs(way, number, kind);
        let more = self.solver.workspace.intersection(more, kind.takes);
        if !more.is_empty() {
            let mut rest = Bits::all(other.members.len());
            for (value, members) in &mut runs {
                rest = rest.without(members);
                *value = self.solver.workspace.union(*value, more);
            }
            runs.extend((!rest.is_empty()).then_some((more, rest)));
        }
        let (members, assumed) = (kind.members.clone(), kind.assumed.clone());
        Bundle { runs, assumed, except: None, members }
    }

    /// The pairs of kinds of which one names a group of the other, with what that admits (SG-13): the receiver's rules
    /// while the sender's groups count, the sender's in its own VPC and those that are peered with it.
    fn named(&mut self, carried: Carried) -> Named {
        let mut named: FxHashMap<(usize, usize), (TransportSet, TransportSet)> = FxHashMap::default();
        let network = self.solver.network();
        let nothing = (TransportSet::EMPTY, TransportSet::EMPTY);
        let (near, far) = (self.near, self.far);
        if carried.groups == Kept::Yes {
            for (receiver, group, admitted) in self.rules[GETS].naming(near.0) {
                if !far.1.kinds[GETS][receiver].asks_groups(network, carried) {
                    continue;
                }
                for sender in near.1.by_group[SENDS].get(&group).into_iter().flatten() {
                    let entry = named.entry((*sender as usize, receiver)).or_insert(nothing);
                    entry.0 = self.solver.workspace.union(entry.0, admitted);
                }
            }
        }
        let peers = &network.vpcs[near.0.index()].group_peers;
        if !carried.by_transit && (near.0 == far.0 || peers.contains(&far.0)) {
            for (sender, group, sent) in self.rules[SENDS].naming(far.0) {
                for receiver in far.1.by_group[GETS].get(&group).into_iter().flatten() {
                    let entry = named.entry((sender, *receiver as usize)).or_insert(nothing);
                    entry.1 = self.solver.workspace.union(entry.1, sent);
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
