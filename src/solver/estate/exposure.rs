//! What an origin gets into: for each group of interfaces the exact packets, their way in, or what stops them.
//!
//! Rules that look open and let nothing in are told apart from those that are closed: [`Exposed::open`] is what the groups
//! of the interface would admit from the origin, wherever its packets come by.

use rayon::prelude::*;

use super::Estate;
use super::classes::ClassIndex;
use super::plan::GETS;
use super::relation::{Members, Scope, Side};
use crate::network::{Component, FilterId, GroupSetIndex, InterfaceIndex, LocationKind, Network};
use crate::packet::{Family, Interval, TransportSet};
use crate::solver::answer::{Decision, PairAnswer, Verdict, without_story};
use crate::solver::explain::{Detail, explain};
use crate::solver::pair::Solver;
use crate::solver::question::{Destination, Pair, Query, Source};

/// How many classes a piece of work has.
const CLASSES_A_PIECE: usize = 256;
/// How many pieces of work are done before what they gave is handed on.
const PIECES_AT_ONCE: usize = 64;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// Who may get in.
    pub origins: Vec<Source>,
    /// Where, on what; `from` is not looked at.
    pub scope: Scope,
    /// Whether blockers are worked out also where no group admits anything from the origin.
    pub explains_closed: bool,
}

/// What an origin gets into.
#[derive(Debug, Clone, Copy)]
pub struct Exposed<'r> {
    /// Which of the origins.
    pub origin: usize,
    /// The interfaces; the answer is the first one's, and the others' in all but their addresses.
    pub interfaces: Side<'r>,
    /// What gets in, by which way, or which blockers there are. Ways and blockers are worked out where something gets in
    /// or the groups look open.
    pub answer: &'r PairAnswer,
    /// What the groups would admit from the origin; nothing where there are none.
    pub open: &'r [Interval],
}

impl Exposed<'_> {
    /// The gateway or link that the packets come in by, where they do or would if nothing stopped them.
    pub fn way_in(&self) -> Option<Component> {
        let events = self.answer.paths.iter().flat_map(|path| &path.forward);
        let is_door = |kind: LocationKind| {
            matches!(
                kind,
                LocationKind::InternetGatewayIn
                    | LocationKind::VpnGatewayIn
                    | LocationKind::LinkIn
                    | LocationKind::ClientVpn
                    | LocationKind::AttachmentIn
                    | LocationKind::Peering
            )
        };
        let mut doors = events.filter(|it| is_door(it.kind) && !matches!(it.decision, Decision::Drop(_)));
        doors.next().map(|it| it.component)
    }
}

/// Visits every class of interfaces with what each origin gets in. Accumulators are as in [`super::relation`].
pub fn exposure<T: Send>(
    estate: &Estate<'_>,
    asked: &Exposure,
    begin: impl Fn() -> T + Sync,
    visit: impl Fn(&mut T, &Exposed<'_>) + Sync,
    mut take: impl FnMut(T) -> bool,
) {
    let members = Members::new(estate.network, &asked.scope);
    let classes: Vec<ClassIndex> = estate.classes().iter().collect();
    let pieces: Vec<&[ClassIndex]> = classes.chunks(CLASSES_A_PIECE).collect();
    let queries: Vec<Query> = asked.origins.iter().map(|origin| query(origin, &asked.scope)).collect();
    for pieces in pieces.chunks(PIECES_AT_ONCE) {
        let one = |solver: &mut Solver<'_>, piece: &&[ClassIndex]| {
            let mut sum = begin();
            let mut known = vec![Vec::new(); queries.len()];
            for class in *piece {
                let receivers = estate.classes().members(*class).iter().copied();
                let receivers: Vec<u32> = receivers
                    .filter(|row| members.holds(GETS, *row) && super::is_listed(estate.network, *row))
                    .collect();
                for (origin, query) in queries.iter().enumerate() {
                    let known = &mut known[origin];
                    each(solver, asked, query, origin, &receivers, known, &mut |it| visit(&mut sum, it));
                }
            }
            sum
        };
        let done: Vec<T> = pieces
            .par_iter()
            .map_init(|| Solver::new(estate.network), |solver, it| one(solver, it))
            .collect();
        for sum in done {
            if !take(sum) {
                return;
            }
        }
    }
}

fn query(origin: &Source, scope: &Scope) -> Query {
    Query {
        sources: vec![origin.clone()],
        destinations: Vec::new(),
        traffic: scope.traffic.clone(),
        family: scope.family,
        is_one_way: scope.is_one_way,
        ..Query::default()
    }
}

/// What one origin gets into, of interfaces that answer alike.
fn each(
    solver: &mut Solver<'_>,
    asked: &Exposure,
    query: &Query,
    origin: usize,
    receivers: &[u32],
    known: &mut Vec<((GroupSetIndex, Family), Vec<Interval>)>,
    visit: &mut dyn FnMut(&Exposed<'_>),
) {
    let source = &query.sources[0];
    let is_other = |row: &&u32| !matches!(source, Source::Interface(own, _) if own.0 == **row);
    let Some(receiver) = receivers.iter().find(is_other).map(|row| InterfaceIndex(*row)) else { return };
    let destination = Destination::Interface(receiver, None);
    for family in super::single::families(&asked.scope) {
        let pair = Pair { source, destination: &destination, family };
        let Some(outcome) = solver.outcome(&pair, &query.traffic, query.is_one_way) else { continue };
        let set = solver.network().interfaces[receiver.index()].groups;
        let open = match known.iter().find(|it| it.0 == (set, family)) {
            Some((_, open)) if !matches!(source, Source::Interface(..)) => open.clone(),
            Some(_) | None => open_to(solver, &pair, &asked.scope, receiver),
        };
        *known = vec![((set, family), open.clone())];
        let mut answer = without_story(solver, (origin, 0), &pair, &outcome);
        let is_told = asked.explains_closed || outcome.verdict != Verdict::Blocked || !open.is_empty();
        let hidden = if asked.explains_closed { None } else { solver.hidden(&pair, &query.traffic) };
        if let (true, Some(blocker)) = (is_told, hidden) {
            // That it has no public address is enough to say of it: the most usual reason, and a quick one.
            answer.blockers.push(blocker);
            answer.is_explained = true;
        } else if is_told {
            let is_in = outcome.verdict != Verdict::Blocked;
            let detail = if is_in { Detail::Everything } else { Detail::Blockers };
            explain(solver, query, &pair, &outcome, &mut answer, detail);
        }
        let vpc = solver.network().interfaces[receiver.index()].vpc;
        let interfaces = Side::of_rows(vpc, receivers);
        visit(&Exposed { origin, interfaces, answer: &answer, open: &open });
    }
}

/// What the groups of an interface admit from an origin.
fn open_to(
    solver: &mut Solver<'_>,
    pair: &Pair<'_>,
    scope: &Scope,
    receiver: InterfaceIndex,
) -> Vec<Interval> {
    let network: &Network = solver.network();
    let asked = solver.workspace.of(&scope.traffic.intervals);
    let set = network.interfaces[receiver.index()].groups;
    if network.group_sets[set.index()].is_empty() {
        // No rules, none that look open.
        return Vec::new();
    }
    let filter = solver.filter(FilterId::SecurityGroups { set, is_outbound: false });
    let sources = match pair.source {
        Source::Interface(interface, _) => network.interfaces[interface.index()]
            .primary(pair.family)
            .map(|address| crate::packet::AddressSet::point(pair.family, address)),
        Source::Outside(set) | Source::OnPremises(set) | Source::Nobody(set) => Some(set.clone()),
        Source::Clients(row) => Some(crate::packet::AddressSet::block(network.clients[*row as usize].pool)),
    };
    let Some(sources) = sources.filter(|it| it.family() == pair.family) else { return Vec::new() };
    let mut open = TransportSet::EMPTY;
    // Of an origin with thousands of holes nothing is cut out: that it meets a piece is enough.
    let ranges = sources.ranges();
    for (low, high, admitted) in filter.certain.pieces(pair.family).filter(|it| !it.2.is_empty()) {
        let next = ranges.get(ranges.partition_point(|it| it.1 < low));
        if next.is_some_and(|(first, _)| *first <= high) {
            open = solver.workspace.union(open, admitted);
        }
    }
    if let Source::Interface(interface, _) = pair.source {
        let groups = &network.group_sets[network.interfaces[interface.index()].groups.index()];
        for (group, admitted) in &filter.references {
            if groups.contains(group) {
                open = solver.workspace.union(open, *admitted);
            }
        }
    }
    let open = solver.workspace.intersection(open, asked);
    solver.workspace.intervals(open).to_vec()
}

/// The whole internet, as an origin.
pub fn internet(network: &Network) -> Vec<Source> {
    Family::BOTH.into_iter().map(|family| Source::Outside(network.internet(family).clone())).collect()
}
