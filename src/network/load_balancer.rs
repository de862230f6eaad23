//! Application and Network Load Balancers: who takes packets, by which listener, and who stands behind (LB, M-4, M-5).
//!
//! Each interface of a load balancer is a relay: it takes packets by its listeners and hands each on to one of the
//! targets that it may choose from. The other files about load balancers only say what this one reads.

use std::net::IpAddr;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::compiler::{Compiler, Stage};
use super::location::{
    AssumptionIndex, Component, Guard, InterfaceIndex, LocationKind, PeerSide, RelayIndex, Step, ZoneIndex,
};
use super::rows::{RelayChoice, RelayCodes, RelayPort, RelayRow, RelayTo};
use super::{ExplanationCode, network_interface};
use crate::model::{
    AssumptionCode, LoadBalancer, LoadBalancerKind, LoadBalancerState, NetworkInterface, Place, ResourceKind,
};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows | Stage::Locations => {}
        Stage::Filters => relays(compiler),
    }
}

/// Why Application and Network Load Balancers do not take or send something.
const CODES: RelayCodes = RelayCodes {
    takes_none: ExplanationCode::Elbv2ListenersMismatch,
    takes_others: ExplanationCode::Elbv2ListenerPortRestriction,
    target_protocol: ExplanationCode::TargetPortRestriction,
    target_port: ExplanationCode::TargetPortRestriction,
};

/// What an interface of a load balancer is known to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    /// The interface of a relay.
    Relay(RelayIndex),
    /// Nobody can tell what it does.
    Unknown(AssumptionIndex),
}

/// One row for each interface of a load balancer that the snapshot has.
fn relays(compiler: &mut Compiler<'_>) {
    let model = compiler.model;
    let owners = Owners::new(compiler);
    let interfaces = model.network_interfaces.par_iter().enumerate();
    let fronts: Vec<(usize, &NetworkInterface)> =
        interfaces.filter(|(_, interface)| network_interface::is_balancer(interface)).collect();
    for (position, interface) in fronts {
        let found = match owners.of(interface) {
            Some(row) if compiler.model.load_balancers[row].kind == Some(LoadBalancerKind::Gateway) => {
                super::gateway_load_balancer::relay(compiler, row, position)
            }
            Some(row) => of_load_balancer(compiler, row, position),
            None if is_classic(interface) => super::classic_load_balancer::relay(compiler, position),
            None => {
                let account = interface.about.account.as_ref();
                let region = interface.about.region.as_ref();
                let about = format!("{} ({})", interface.id, interface.description);
                let place = Some(interface.about.place);
                Found::Unknown(compiler.absent(ResourceKind::LoadBalancer, &about, account, region, place))
            }
        };
        // LB-8, LB-9: whom it sends to depends on its zone, which its subnet says.
        let subnet = compiler.interfaces[position].subnet;
        let found = compiler.subnets[subnet.index()].gap.map_or(found, Found::Unknown);
        compiler.balancers.insert(position, found);
    }
}

/// ENI-7: `ELB NAME`, without the kind that others have.
fn is_classic(interface: &NetworkInterface) -> bool {
    interface.description.strip_prefix("ELB ").is_some_and(|it| !it.contains('/'))
}

/// Which load balancer an interface belongs to.
struct Owners<'a> {
    /// `ELB net/NAME/NUMBER`, as the ARN ends (LB-2).
    by_description: FxHashMap<String, usize>,
    by_address: FxHashMap<(Option<&'a str>, IpAddr), usize>,
}

impl<'a> Owners<'a> {
    fn new(compiler: &Compiler<'a>) -> Owners<'a> {
        let mut owners = Owners { by_description: FxHashMap::default(), by_address: FxHashMap::default() };
        for (row, balancer) in compiler.model.load_balancers.iter().enumerate() {
            if let Some((_, name)) = balancer.id.as_str().split_once(":loadbalancer/") {
                owners.by_description.insert(format!("ELB {name}"), row);
            }
            for zone in &balancer.zones {
                let subnet = zone.subnet.as_ref().map(|it| it.as_str());
                for address in &zone.addresses {
                    owners.by_address.insert((subnet, *address), row);
                }
            }
        }
        owners
    }

    fn of(&self, interface: &NetworkInterface) -> Option<usize> {
        let described = self.by_description.get(&*interface.description).copied();
        described.or_else(|| {
            let v4 = interface.addresses.iter().flat_map(|it| [Some(it.private), it.public]).flatten();
            let v6 = interface.ipv6_addresses.iter().map(|it| IpAddr::V6(*it));
            let subnet = Some(interface.subnet.as_str());
            let mut own = v4.map(IpAddr::V4).chain(v6);
            own.find_map(|address| self.by_address.get(&(subnet, address)).copied())
        })
    }
}

/// Where a relay stands, while its ports are worked out.
pub(super) struct Node<'a> {
    pub balancer: &'a LoadBalancer,
    pub is_network: bool,
    pub interface: InterfaceIndex,
    pub zone: ZoneIndex,
    /// Whether it sends to targets of other zones where the group does not say.
    pub crosses_zones: bool,
    /// The zones that it is enabled in.
    pub enabled: Vec<ZoneIndex>,
    /// Whether it acts for an endpoint, where no client is preserved (LB-6).
    pub is_for_endpoint: bool,
    /// What is taken for granted about zones.
    assumed: Option<AssumptionIndex>,
}

fn of_load_balancer(compiler: &mut Compiler<'_>, row: usize, position: usize) -> Found {
    let model = compiler.model;
    let balancer = &model.load_balancers[row];
    let component = Compiler::resource(ResourceKind::LoadBalancer, row);
    compiler.fronts.push((component, InterfaceIndex(position as u32)));
    let (account, region) = (balancer.about.account.clone(), balancer.about.region.clone());
    let (account, region) = (account.as_ref(), region.as_ref());
    let place = Some(balancer.about.place);
    if !model.coverage.holds(ResourceKind::Listener, account, region) {
        let gap = compiler.absent(ResourceKind::Listener, balancer.id.as_str(), account, region, place);
        return Found::Unknown(gap);
    }
    let node = node(compiler, balancer, position);
    let interface = node.interface;
    let relay = relay(compiler, row, &node, interface);
    Found::Relay(add(compiler, relay))
}

/// IEP-7: what an endpoint's interface takes is handed on as if the load balancer's own had taken it.
pub(super) fn behind_endpoint(
    compiler: &mut Compiler<'_>,
    row: usize,
    (interface, front): (InterfaceIndex, InterfaceIndex),
    through: Component,
) -> RelayIndex {
    let balancer = &compiler.model.load_balancers[row];
    let node = Node { is_for_endpoint: true, ..node(compiler, balancer, interface.index()) };
    let relay = Relay { through: Some(through), ..relay(compiler, row, &node, front) };
    add(compiler, relay)
}

/// What a node does with what an interface takes, its own or an endpoint's.
fn relay(compiler: &mut Compiler<'_>, row: usize, node: &Node<'_>, interface: InterfaceIndex) -> Relay {
    let model = compiler.model;
    let balancer = &model.load_balancers[row];
    let mut ports = Vec::new();
    for (row, listener) in model.listeners.iter().enumerate() {
        if listener.load_balancer.as_ref() == Some(&balancer.id) {
            ports.extend(super::listener::ports(compiler, node, row, listener));
        }
    }
    let guard = match &balancer.state {
        None | Some(LoadBalancerState::Active | LoadBalancerState::ActiveImpaired) => None,
        // LB-20.
        Some(LoadBalancerState::Provisioning | LoadBalancerState::Failed) => {
            Some(Guard::Never(ExplanationCode::BadState))
        }
        Some(LoadBalancerState::Unknown(word)) => {
            let place = Some(balancer.about.place);
            Some(Guard::Unknown(compiler.assumption(AssumptionCode::UnknownWord, word, None, place)))
        }
    };
    Relay {
        component: Compiler::resource(ResourceKind::LoadBalancer, row),
        interface,
        sender: node.interface,
        through: None,
        ports,
        codes: CODES,
        assumed: node.assumed,
        guard,
    }
}

/// What a relay is made of.
pub(super) struct Relay {
    pub component: Component,
    pub interface: InterfaceIndex,
    pub sender: InterfaceIndex,
    pub through: Option<Component>,
    pub ports: Vec<RelayPort>,
    pub codes: RelayCodes,
    pub assumed: Option<AssumptionIndex>,
    pub guard: Option<Guard>,
}

/// Adds a relay, with the location where answers come back that carry the client's address (LB-13, M-4): they meet
/// the ACL of its subnet, and go on from there as the relay's own.
pub(super) fn add(compiler: &mut Compiler<'_>, relay: Relay) -> RelayIndex {
    let index = RelayIndex(compiler.relays.len() as u32);
    let row = &compiler.interfaces[relay.sender.index()];
    let (subnet, component) = (row.subnet, row.component);
    let acl = compiler.subnets[subnet.index()].acl[0];
    let way_back = compiler.add_location(LocationKind::RelayReturn, component);
    let filter = Step::Acl { filter: acl, peer: PeerSide::Source, subnet, judges_own_subnet: false };
    compiler.set_steps(way_back, &[filter, Step::Relay(index)]);
    let keeps = |it: &RelayChoice| matches!(it.to, RelayTo::Address { preserves: true, .. });
    // LB-6.
    let transit_gap = relay.ports.iter().flat_map(|it| &it.choices).any(keeps).then(|| {
        let position = relay.sender.index();
        let about = format!(
            "client addresses through a transit gateway to {}",
            compiler.model.network_interfaces[position].id
        );
        compiler.assumption(AssumptionCode::NotModelled, &about, None, None)
    });
    let most = relay.ports.iter().map(|it| it.choices.len()).max().unwrap_or(0);
    compiler.relays.push(RelayRow {
        component: relay.component,
        interface: relay.interface,
        sender: relay.sender,
        through: relay.through,
        ports: relay.ports,
        codes: relay.codes,
        way_back,
        most_choices: most as u16,
        fewest_choices: most as u16,
        assumed: relay.assumed,
        transit_gap,
        guard: relay.guard,
    });
    index
}

pub(super) fn node<'a>(compiler: &mut Compiler<'_>, balancer: &'a LoadBalancer, position: usize) -> Node<'a> {
    let interface = InterfaceIndex(position as u32);
    let subnet = compiler.interfaces[position].subnet;
    let zone = compiler.subnets[subnet.index()].zone;
    let account = balancer.about.account.as_ref();
    let enabled = balancer.zones.iter().map(|it| compiler.zone(&it.zone, account)).collect();
    let is_network = balancer.kind != Some(LoadBalancerKind::Application);
    let attributes = compiler.model.load_balancer_attributes.get(&balancer.id);
    let said = attributes.and_then(|it| it.cross_zone);
    // LB-3, LB-8.
    let crosses_zones = !is_network || said.unwrap_or(false);
    let assumed = (is_network && attributes.is_none() && balancer.zones.len() > 1).then(|| {
        let needs = Some(ResourceKind::LoadBalancerAttributes.call());
        let place = Some(balancer.about.place);
        compiler.assumption(AssumptionCode::CrossZoneAssumedOff, balancer.id.as_str(), needs, place)
    });
    let is_for_endpoint = false;
    Node { balancer, is_network, interface, zone, crosses_zones, enabled, is_for_endpoint, assumed }
}

/// A choice that anybody may be given.
pub(super) fn choice(to: RelayTo, component: Component) -> RelayChoice {
    RelayChoice { component, sources: None, to, assumed: None }
}

/// What becomes of a packet that got past the groups of an interface of a load balancer.
pub(super) fn reception(compiler: &mut Compiler<'_>, position: usize, place: Option<Place>) -> Vec<Step> {
    match found(compiler, position, place) {
        Found::Relay(relay) => {
            let guard = compiler.relays[relay.index()].guard.map(Step::Guard);
            guard.into_iter().chain([Step::Relay(relay)]).collect()
        }
        Found::Unknown(gap) => vec![Step::Guard(Guard::Unknown(gap))],
    }
}

/// What it may begin: conversations with its targets, on the port of the traffic or of the health check; while it is not
/// active, none (LB-20).
pub(super) fn initiation(compiler: &mut Compiler<'_>, position: usize, place: Option<Place>) -> Vec<Step> {
    match found(compiler, position, place) {
        Found::Relay(relay) => {
            let guard = compiler.relays[relay.index()].guard.map(Step::Guard);
            guard.into_iter().chain([Step::OwnTargets(relay)]).collect()
        }
        Found::Unknown(gap) => vec![Step::Guard(Guard::Maybe(gap))],
    }
}

fn found(compiler: &mut Compiler<'_>, position: usize, place: Option<Place>) -> Found {
    match compiler.balancers.get(&position) {
        Some(found) => *found,
        None => {
            let interface = &compiler.model.network_interfaces[position];
            let about = format!("{} ({})", interface.id, interface.description);
            Found::Unknown(compiler.assumption(AssumptionCode::NotModelled, &about, None, place))
        }
    }
}
