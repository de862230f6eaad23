//! The walk: interprets the steps of locations on flows until every packet has ended or been dropped.
//!
//! One interpreter serves all walks. A plain walk stops where something drops. A lenient walk, which explanations use,
//! notes the drop and goes on with the dropped packets as if the control were open, so that later blockers show too.
//! Each walk ends: a location moves a packet on or ends it, and a packet that has been through more locations than any
//! real path has is in a loop.

mod choices;
mod story;
mod loss;
mod unknown;
mod guards;
mod public_access;
mod filters;
mod references;
mod translations;
mod crossings;
mod relays;
mod middleboxes;
mod inspection;
mod carriers;
mod services;
mod routing;
mod delivery;
mod internet;
mod would_be;

pub(super) use choices::{ChoiceKey, Choices};
pub(super) use story::{Drop, Story};

use smallvec::SmallVec;

use super::answer::RuleUse;
use super::filters::Filters;
use super::flow::{Arrival, Conversation, End, Flow};
use crate::network::{
    AssumptionIndex, EdgeId, ExplanationCode, InterfaceIndex, LocationId, LocationKind, Network, Step,
};
use crate::packet::Workspace;

/// No real path is longer: the longest that AWS allows (two NAT gateways and a chain of transit gateways) has some sixty.
const LONGEST_PATH: u16 = 128;

/// Which way the packets go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way<'c> {
    /// They begin a conversation.
    There,
    /// They answer.
    Back(&'c Conversation<'c>),
}

/// How what is missing from the snapshot is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// It lets nothing pass: what passes then certainly passes.
    Certain,
    /// It lets everything pass: what passes then possibly passes.
    Possible,
}

/// One walk and what it found.
pub(super) struct Walk<'w, 'n> {
    pub network: &'n Network,
    pub workspace: &'w mut Workspace<'n>,
    pub filters: &'w mut Filters,
    pub choices: &'w mut Choices,
    pub way: Way<'w>,
    pub reading: Reading,
    /// The interface that the packets are meant for, when they are meant for one.
    pub intended: Option<InterfaceIndex>,
    /// Whether the question says itself that an end is on premises: what is announced from there by BGP is taken for
    /// granted then.
    pub is_on_premises_asked: bool,
    /// Whether choices that answer alike are walked all the same.
    pub walks_each: bool,
    pub arrivals: Vec<Arrival>,
    /// Whether anything was dropped.
    pub has_lost: bool,
    /// What would have to be known.
    pub gaps: SmallVec<[AssumptionIndex; 2]>,
    /// What the answer leans on all the same.
    pub assumed: SmallVec<[AssumptionIndex; 2]>,
    /// The story, where it is recorded.
    pub story: Option<Story>,
    /// Where packets are stopped that are about to meet an interface, where somebody wants the way between interfaces
    /// only.
    pub halted: Option<Vec<Flow>>,
    /// Whether rules of something on the way between interfaces ask for the groups of the sender, whoever that is.
    pub asks_groups: bool,
    /// Whether they are stopped before a transit gateway's table, too.
    pub halts_at_tables: bool,
    pending: Vec<Flow>,
    /// The number of the step that is being taken.
    number: u16,
}

/// What becomes of the flow at hand after a step.
enum Next {
    Go,
    Move(LocationId),
    Ended,
}

impl<'w, 'n> Walk<'w, 'n> {
    pub fn new(
        network: &'n Network,
        workspace: &'w mut Workspace<'n>,
        filters: &'w mut Filters,
        choices: &'w mut Choices,
        way: Way<'w>,
        reading: Reading,
    ) -> Walk<'w, 'n> {
        Walk {
            network,
            workspace,
            filters,
            choices,
            way,
            reading,
            intended: None,
            is_on_premises_asked: false,
            walks_each: false,
            arrivals: Vec::new(),
            has_lost: false,
            gaps: SmallVec::new(),
            assumed: SmallVec::new(),
            story: None,
            halted: None,
            asks_groups: false,
            halts_at_tables: false,
            pending: Vec::new(),
            number: 0,
        }
    }

    /// Follows a flow, and all that it splits into, to the end.
    pub fn run(&mut self, flow: Flow) {
        self.follow(flow);
        while let Some(flow) = self.pending.pop() {
            self.follow(flow);
        }
    }

    fn follow(&mut self, mut flow: Flow) {
        let network = self.network;
        'locations: loop {
            if flow.hops > LONGEST_PATH {
                self.drop(&flow, ExplanationCode::RoutingLoop, RuleUse::None);
                return;
            }
            if flow.hops > 0 && self.halts(&flow) {
                return;
            }
            flow.hops += 1;
            let at = flow.at;
            let first = usize::from(std::mem::take(&mut flow.resume));
            for (number, step) in network.steps_of(at).iter().enumerate().skip(first) {
                self.number = number as u16;
                match self.step(&mut flow, step, number as u32) {
                    Next::Go => {}
                    Next::Move(to) => {
                        flow.at = to;
                        continue 'locations;
                    }
                    Next::Ended => return,
                }
            }
            // No step moved the packets on: a would-be flow went past a guard that nothing lies behind.
            self.would_be(&flow);
            return;
        }
    }

    fn step(&mut self, flow: &mut Flow, step: &Step, number: u32) -> Next {
        match step {
            Step::Guard(guard) => self.guard(flow, guard),
            Step::SecurityGroups { filter, peer, interface } => {
                self.security_groups(flow, *filter, *peer, *interface)
            }
            Step::Acl { filter, peer, subnet, judges_own_subnet } => {
                if !judges_own_subnet && flow.subnet == subnet.0 {
                    return Next::Go;
                }
                self.acl(flow, *filter, *peer)
            }
            Step::Translate(translation) => self.translate(flow, *translation),
            Step::Enter(entry) => self.enter(flow, *entry),
            Step::Stand(subnet) => {
                self.stand(flow, *subnet);
                Next::Go
            }
            Step::Services(vpc) => self.services(flow, *vpc),
            Step::SameSubnet(subnet, edge) => match self.to_relay(flow, Some(*subnet)) {
                Some(next) => next,
                None => self.same_subnet(flow, *subnet, *edge),
            },
            Step::For(set, to) => self.for_set(flow, *set, *to),
            Step::Follow(edge) => self.along(*edge),
            Step::GoOn(to) => Next::Move(*to),
            Step::Route(map) => match self.to_relay(flow, None) {
                Some(next) => next,
                None => self.route(flow, *map, number),
            },
            Step::ToSubnet(vpc) => self.to_subnet(flow, *vpc),
            Step::ToInterface(vpc) => self.to_interface(flow, *vpc),
            Step::OwnZone(table, code) => self.own_zone(flow, *table, *code),
            Step::AnyZone(table, chosen_anew) => self.any_zone(flow, *table, *chosen_anew, number),
            Step::OnInternet => self.on_internet(flow),
            Step::ArriveInterface(interface) => self.at_interface(flow, *interface),
            Step::ArriveService(service) => {
                if let Some(assumption) = self.network.services[service.index()].assumption {
                    self.assume(assumption);
                }
                self.arrive(flow, End::Service(*service));
                Next::Ended
            }
            Step::NatReturn(nat, edge) => self.nat_return(flow, *nat, *edge),
            Step::Relay(relay) => self.relay(flow, *relay),
            Step::OwnTargets(relay) => self.own_targets(flow, *relay),
            Step::Through(middlebox, by_gateway) => self.through(flow, *middlebox, *by_gateway),
            Step::OverLink(map) => self.over_link(flow, *map, number),
            Step::ArriveClients => {
                self.arrive(flow, End::Clients);
                Next::Ended
            }
            Step::ArriveOnPremises(back) => {
                self.arrive_on_premises(flow, *back);
                Next::Ended
            }
            Step::Inspect(firewall) => self.inspect(flow, *firewall),
        }
    }

    /// Whether packets are stopped here: before a transit gateway's table, or at an interface that a step led to
    /// without asking whose address it is.
    fn halts(&mut self, flow: &Flow) -> bool {
        let Some(halted) = &mut self.halted else { return false };
        let kind = self.network.location(flow.at).kind;
        let is_end = kind == LocationKind::InterfaceIn
            || (self.halts_at_tables && kind == LocationKind::TransitRouteTable);
        if is_end {
            halted.push(flow.clone());
        }
        is_end
    }

    fn along(&self, edge: EdgeId) -> Next {
        Next::Move(self.network.end_of(edge))
    }

    fn is_back(&self) -> bool {
        matches!(self.way, Way::Back(_))
    }
}
