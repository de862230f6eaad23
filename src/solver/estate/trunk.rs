//! The ways between interfaces, without the interfaces: from a subnet to all others at once.
//!
//! The ordinary walk is run on boxes, from where packets have left an interface to where they are about to meet one. What
//! lies behind a transit gateway's table is the same for everybody who gets there from one zone, so a way is two parts:
//! from a subnet to the table, once a subnet, and from the table into a VPC, once a VPC and zone. A part that leans on
//! anything (a fact that is missing, an assumption, a translation, a middlebox, a choice that makes a difference) is no
//! plain function of the two ends, and whoever uses it asks the ordinary solver instead.

use crate::network::{EntryKind, LocationId, LocationKind, SubnetIndex, VpcIndex};
use crate::packet::{AddressSet, Family, TransportSet, range_of};
use crate::solver::flow::{Conversation, End, Flow, GroupLoss, Groups, Mark};
use crate::solver::pair::Solver;
use crate::solver::walk::{Choices, Reading, Way};

/// How many assignments of choices are compared.
const MOST_RUNS: usize = 64;

/// Packets on a part of their way: sources × destinations × transport set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch {
    pub sources: AddressSet,
    pub destinations: AddressSet,
    pub transport: TransportSet,
    pub to: Stop,
    /// Whether the way is no plain function of the ends: it was translated, passed on or inspected.
    pub is_odd: bool,
}

/// Where a part of a way ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Stop {
    /// Before the interfaces of a VPC.
    Vpc(VpcIndex, Carried),
    /// Before the table of a transit gateway.
    Table(Hub),
}

/// What packets have with them that groups ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Carried {
    /// Whether the sender's groups count.
    pub keeps_groups: bool,
    /// Whether they came over a transit gateway, where the sender's own rules that name groups do not count (SG-18).
    pub by_transit: bool,
}

/// How packets stand before the table of a transit gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Hub {
    pub at: LocationId,
    zone: u32,
    entry: EntryKind,
    keeps_groups: bool,
}

/// What is known of the ways from somewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Stretches {
    pub list: Vec<Stretch>,
    /// Whether the ways of all of them are no plain function of the ends: something is missing or assumed, or choices make
    /// a difference.
    pub is_odd: bool,
}

/// From a subnet to some destinations.
pub(super) fn from_subnet(
    solver: &mut Solver<'_>,
    subnet: SubnetIndex,
    to: &AddressSet,
    is_back: bool,
) -> Stretches {
    let row = &solver.network().subnets[subnet.index()];
    let nets = row.cidrs.iter().filter(|net| Family::of(net.addr()) == to.family());
    let sources = AddressSet::of(to.family(), nets.map(|net| range_of(*net)));
    let flow = Flow::new(row.out, sources, to.clone(), TransportSet::ALL);
    stretches(solver, &Flow { vpc: row.vpc.0, ..flow }, is_back)
}

/// From the table of a transit gateway to some destinations.
pub(super) fn from_table(solver: &mut Solver<'_>, hub: Hub, to: &AddressSet, is_back: bool) -> Stretches {
    let everybody = AddressSet::all(to.family());
    let mut found = stretches(solver, &hub.flow(everybody, to.clone(), TransportSet::ALL), is_back);
    let mut rounds = 0;
    // Ends: from one gateway's table to another's is followed so often; what goes on is left to the solver.
    while let Some(position) = found.list.iter().position(|it| matches!(it.to, Stop::Table(_))) {
        let middle = found.list.swap_remove(position);
        let Stop::Table(next) = middle.to else { break };
        rounds += 1;
        if rounds > MOST_RUNS || next == hub {
            found.is_odd = true;
            break;
        }
        let flow = next.flow(middle.sources, middle.destinations, middle.transport);
        let beyond = stretches(solver, &flow, is_back);
        found.is_odd |= beyond.is_odd;
        let list = beyond.list.into_iter();
        found.list.extend(list.map(|it| Stretch { is_odd: it.is_odd || middle.is_odd, ..it }));
    }
    found
}

/// The VPCs that packets get to from the table of a transit gateway, whatever is chosen; none where nobody can tell.
pub(super) fn reach(solver: &mut Solver<'_>, hub: Hub, to: &AddressSet) -> Option<Vec<VpcIndex>> {
    let mut reached = Vec::new();
    let mut hubs = vec![(hub, to.clone())];
    let mut seen = vec![hub];
    // Ends: no table is gone on from twice.
    while let Some((hub, to)) = hubs.pop() {
        let flow = hub.flow(AddressSet::all(to.family()), to, TransportSet::ALL);
        let (mut number, mut most, mut met) = (0, 1, None);
        while number < most {
            let mut choices = Choices::each(number);
            let run = one_run(solver, &flow, false, &mut choices);
            most = most.max(choices.most());
            number += 1;
            // A choice that another one leads to has been had in one way only.
            if run.is_odd || *met.get_or_insert(choices.count()) != choices.count() {
                return None;
            }
            for stretch in run.list {
                match stretch.to {
                    Stop::Vpc(vpc, _) => reached.push(vpc),
                    Stop::Table(next) if seen.contains(&next) => {}
                    Stop::Table(next) => {
                        seen.push(next);
                        hubs.push((next, flow.destination.clone()));
                    }
                }
            }
        }
    }
    reached.sort_unstable();
    reached.dedup();
    Some(reached)
}

impl Hub {
    /// Packets that stand so.
    fn flow(self, sources: AddressSet, destinations: AddressSet, transport: TransportSet) -> Flow {
        let groups = if self.keeps_groups { Groups::Kept } else { Groups::Lost(GroupLoss::Transit) };
        let flow = Flow::new(self.at, sources, destinations, transport);
        Flow { zone: self.zone, entry: self.entry, groups, ..flow }
    }
}

/// Walks a box to where its packets are about to meet an interface, or the next table.
fn stretches(solver: &mut Solver<'_>, flow: &Flow, is_back: bool) -> Stretches {
    let mut choices = Choices::default();
    let mut found = one_run(solver, flow, is_back, &mut choices);
    let mut runs = 1;
    // Ends: the odometer of choices is finite, and cut off.
    while choices.advance() {
        let run = one_run(solver, flow, is_back, &mut choices);
        runs += 1;
        found.is_odd |= run.is_odd || found.list != run.list || runs > MOST_RUNS;
        if found.is_odd {
            break;
        }
    }
    found
}

fn one_run(solver: &mut Solver<'_>, flow: &Flow, is_back: bool, choices: &mut Choices) -> Stretches {
    let conversation =
        Conversation { marks: smallvec::SmallVec::new(), origin: End::Internet, client_ports: Vec::new() };
    let way = if is_back { Way::Back(&conversation) } else { Way::There };
    let network = solver.network();
    let mut walk = solver.walk(choices, way, Reading::Certain);
    walk.halted = Some(Vec::new());
    walk.run(flow.clone());
    let halted = walk.halted.take().unwrap_or_default();
    let mut found =
        Stretches { is_odd: !(walk.gaps.is_empty() && walk.assumed.is_empty()), ..Stretches::default() };
    for flow in halted {
        let is_plain = flow.source_linked && flow.destination_linked;
        let mut is_odd = !(is_plain && flow.marks.iter().all(|it| matches!(it, Mark::Peering { .. })));
        let keeps_groups = flow.groups == Groups::Kept;
        let to = if network.location(flow.at).kind == LocationKind::TransitRouteTable {
            // What a peering connection left behind a table would forget.
            is_odd |= !flow.marks.is_empty();
            Stop::Table(Hub { at: flow.at, zone: flow.zone, entry: flow.entry, keeps_groups })
        } else {
            let by_transit = flow.entry == EntryKind::Transit;
            Stop::Vpc(VpcIndex(flow.vpc), Carried { keeps_groups, by_transit })
        };
        // What was asked, whatever the packets carry since.
        let Flow { asked_source, asked_destination, transport, .. } = flow;
        let alike = found.list.iter_mut().find(|it| {
            (it.transport, it.to, it.is_odd) == (transport, to, is_odd) && it.sources == asked_source
        });
        // What differs in its destinations only is one, so that ways that carry the same are the same.
        match alike {
            Some(known) => known.destinations = known.destinations.union(&asked_destination),
            None => found.list.push(Stretch {
                sources: asked_source,
                destinations: asked_destination,
                transport,
                to,
                is_odd,
            }),
        }
    }
    found
        .list
        .sort_by(|one, other| (&one.sources, &one.destinations).cmp(&(&other.sources, &other.destinations)));
    found
}
