//! The ways between interfaces, without the interfaces: from a subnet to all others at once.
//!
//! The ordinary walk is run on boxes, from where packets have left an interface to where they are about to meet one. What
//! lies behind a transit gateway's table is the same for everybody who gets there from one zone, so a way is two parts:
//! from a subnet to the table, once a subnet, and from the table into a VPC, once a VPC and zone. A part that leans on
//! anything (a fact that is missing, an assumption, a middlebox, a choice that makes a difference) is no plain function of
//! the two ends, and whoever uses it asks the ordinary solver instead. A NAT gateway behind a table is plain enough: who
//! gets its packets sees one address, whoever sent them, and its answers come in two parts ([`Via`]).

use crate::network::{
    EntryKind, InterfaceIndex, LocationId, LocationKind, NatIndex, Network, Step, SubnetIndex, VpcIndex,
};
use crate::packet::{AddressSet, Family, TransportSet, range_of};
use crate::solver::flow::{Conversation, End, Flow, GroupLoss, Groups, Mark, NatState, Translator};
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
    /// Who sends the packets from somewhere on the way on.
    pub via: Option<Via>,
    /// Whether the way is no plain function of the ends: it was translated otherwise, passed on or inspected.
    pub is_odd: bool,
}

/// A NAT gateway, and which of its addresses it sends from: whoever gets the packets knows no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Via {
    pub nat: NatIndex,
    pub address: u128,
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
    pub groups: Kept,
    /// Whether they came over a transit gateway, where the sender's own rules that name groups do not count (SG-18).
    pub by_transit: bool,
}

/// Whether a sender's groups still count where packets arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kept {
    Yes,
    No,
    /// As AWS chooses: between zones (TGW-9).
    ByChoice,
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

impl Stretches {
    /// Takes in another choice; false where it makes a difference that is more than whether groups count.
    fn leaves_to_choice(&mut self, other: &Stretches) -> bool {
        if self.list.len() != other.list.len() {
            return false;
        }
        self.list.iter_mut().zip(&other.list).all(|(own, other)| {
            if let (Stop::Vpc(_, carried), Stop::Vpc(_, chosen)) = (&mut own.to, &other.to)
                && carried.groups != chosen.groups
            {
                carried.groups = Kept::ByChoice;
                let to = own.to.with(Kept::No);
                return Stretch { to, ..own.clone() }
                    == Stretch { to: other.to.with(Kept::No), ..other.clone() };
            }
            own == other
        })
    }
}

impl Stop {
    /// The same, had that become of the groups.
    fn with(self, groups: Kept) -> Stop {
        match self {
            Stop::Vpc(vpc, carried) => Stop::Vpc(vpc, Carried { groups, ..carried }),
            Stop::Table(hub) => Stop::Table(hub),
        }
    }
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
    stretches(
        solver,
        &Flow { vpc: row.vpc.0, ..flow },
        Sought { halts_at_tables: true, ..Sought::way(is_back) },
    )
}

/// Answers that have come back to a NAT gateway, on to those who asked.
pub(super) fn from_gateway(solver: &mut Solver<'_>, via: Via, to: &AddressSet) -> Stretches {
    let network = solver.network();
    let client = to.clone();
    let state = NatState {
        by: Translator::Gateway(via.nat),
        address: via.address,
        client,
        was_linked: true,
        ports: TransportSet::ALL,
    };
    let marks = [Mark::Nat(Box::new(state))];
    let conversation = Conversation { marks: &marks, origin: End::Internet, client_ports: &[(0, u16::MAX)] };
    let at = network.nat_gateways[via.nat.index()].way_back;
    let flow = Flow::new(at, AddressSet::all(to.family()), to.clone(), TransportSet::ALL);
    let own = AddressSet::point(to.family(), via.address);
    let flow = Flow { destination: own, destination_linked: false, ..flow };
    stretches(solver, &flow, Sought { answers: Some(conversation), halts_at_tables: true })
}

/// Whether what gets to an address of a NAT gateway is the gateway's, and nothing else looks at it before.
pub(super) fn is_gateways_own(network: &Network, via: Via, interface: u32) -> bool {
    let way_back = network.nat_gateways[via.nat.index()].way_back;
    let inward = network.interfaces[interface as usize].inward;
    inward == way_back || *network.steps_of(inward) == [Step::GoOn(way_back)]
}

/// From the table of a transit gateway to some destinations, by the tables of others where they lead there.
pub(super) fn from_table(solver: &mut Solver<'_>, hub: Hub, to: &AddressSet, is_back: bool) -> Stretches {
    let everybody = AddressSet::all(to.family());
    stretches(solver, &hub.flow(everybody, to.clone(), TransportSet::ALL), Sought::way(is_back))
}

/// The VPCs that packets get to from the table of a transit gateway, whatever is chosen; none where nobody can tell.
pub(super) fn reach(solver: &mut Solver<'_>, hub: Hub, to: &AddressSet) -> Option<Vec<VpcIndex>> {
    let mut reached = Vec::new();
    let flow = hub.flow(AddressSet::all(to.family()), to.clone(), TransportSet::ALL);
    let (mut number, mut most, mut met) = (0, 1, None);
    while number < most {
        let mut choices = Choices::each(number);
        let run = one_run(solver, &flow, &Sought::way(false), &mut choices);
        most = most.max(choices.most());
        number += 1;
        // A choice that another one leads to has been had in one way only.
        if run.is_odd || *met.get_or_insert(choices.count()) != choices.count() {
            return None;
        }
        for stretch in run.list {
            match stretch.to {
                Stop::Vpc(vpc, _) => reached.push(vpc),
                Stop::Table(_) => return None,
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

/// Which part of a way is asked for.
struct Sought<'c> {
    /// What is answered, where it is answers that go it.
    answers: Option<Conversation<'c>>,
    halts_at_tables: bool,
}

impl Sought<'_> {
    /// The way to an interface of packets that begin, or answer something that left no marks.
    fn way(is_back: bool) -> Sought<'static> {
        let conversation = Conversation { marks: &[], origin: End::Internet, client_ports: &[] };
        Sought { answers: is_back.then_some(conversation), halts_at_tables: false }
    }
}

/// Walks a box to where its packets are about to meet an interface, or the next table where it is asked for.
fn stretches(solver: &mut Solver<'_>, flow: &Flow, sought: Sought<'_>) -> Stretches {
    let mut choices = Choices::default();
    let mut found = one_run(solver, flow, &sought, &mut choices);
    let mut runs = 1;
    // Ends: the odometer of choices is finite, and cut off.
    while choices.advance() {
        let run = one_run(solver, flow, &sought, &mut choices);
        runs += 1;
        found.is_odd |= run.is_odd || !found.leaves_to_choice(&run) || runs > MOST_RUNS;
        if found.is_odd {
            break;
        }
    }
    found
}

fn one_run(solver: &mut Solver<'_>, flow: &Flow, sought: &Sought<'_>, choices: &mut Choices) -> Stretches {
    let way = sought.answers.as_ref().map_or(Way::There, Way::Back);
    let network = solver.network();
    let mut walk = solver.walk(choices, way, Reading::Certain);
    walk.halted = Some(Vec::new());
    walk.halts_at_tables = sought.halts_at_tables;
    walk.run(flow.clone());
    let halted = walk.halted.take().unwrap_or_default();
    let is_odd = !(walk.gaps.is_empty() && walk.assumed.is_empty()) || walk.asks_groups;
    let mut found = Stretches { is_odd, ..Stretches::default() };
    for flow in halted {
        let via = via(network, &flow);
        // A firewall that asks for source ports leaves some of them.
        let is_plain = flow.source_linked && flow.destination_linked && flow.ports == TransportSet::ALL;
        let is_plain = is_plain && flow.marks.iter().all(|it| matches!(it, Mark::Peering { .. }));
        let mut is_odd = !is_plain && via.is_none();
        let keeps_groups = flow.groups == Groups::Kept;
        if InterfaceIndex::at(flow.at).is_some() {
            // By AWS's wiring or an appliance's, not by its address: what else it may be for nobody looks up here.
            found.is_odd = true;
            continue;
        }
        let to = if network.location(flow.at).kind == LocationKind::TransitRouteTable {
            // What a peering connection left behind a table would forget.
            is_odd |= !flow.marks.is_empty();
            Stop::Table(Hub { at: flow.at, zone: flow.zone, entry: flow.entry, keeps_groups })
        } else {
            let by_transit = flow.entry == EntryKind::Transit;
            let groups = if keeps_groups { Kept::Yes } else { Kept::No };
            Stop::Vpc(VpcIndex(flow.vpc), Carried { groups, by_transit })
        };
        // What was asked, whatever the packets carry since.
        let Flow { asked_source, asked_destination, transport, .. } = flow;
        let alike = found.list.iter_mut().find(|it| {
            (it.transport, it.to, it.via, it.is_odd) == (transport, to, via, is_odd)
                && it.sources == asked_source
        });
        // What differs in its destinations only is one, so that ways that carry the same are the same.
        match alike {
            Some(known) => known.destinations = known.destinations.union(&asked_destination),
            None => found.list.push(Stretch {
                sources: asked_source,
                destinations: asked_destination,
                transport,
                to,
                via,
                is_odd,
            }),
        }
    }
    found
        .list
        .sort_by(|one, other| (&one.sources, &one.destinations).cmp(&(&other.sources, &other.destinations)));
    found
}

/// The NAT gateway that packets have been through, where it is all that befell them: one between two attachments of a
/// transit gateway, so that no rule that names a group counts behind it (SG-14, SG-18).
fn via(network: &Network, flow: &Flow) -> Option<Via> {
    let [Mark::Nat(state)] = flow.marks.as_slice() else { return None };
    let Translator::Gateway(nat) = state.by else { return None };
    let is_only = flow.destination_linked && state.was_linked && flow.source.single() == Some(state.address);
    let has_all_ports = flow.ports == TransportSet::ALL && state.ports == TransportSet::ALL;
    let is_over_transit = flow.entry == EntryKind::Transit && flow.groups != Groups::Kept;
    let is_before_table = network.location(flow.at).kind == LocationKind::TransitRouteTable;
    let is_plain = is_only && has_all_ports && is_over_transit && !is_before_table;
    (is_plain && network.middleboxes.is_empty()).then_some(Via { nat, address: state.address })
}
