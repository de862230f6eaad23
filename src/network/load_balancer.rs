//! Application and Network Load Balancers: who takes packets, by which listener, and who stands behind (LB, M-4, M-5).
//!
//! Each interface of a load balancer is a relay: it takes packets by its listeners and hands each on to one of the
//! targets that it may choose from. The other files about load balancers only say what this one reads.

use std::net::IpAddr;

use ipnet::IpNet;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::compiler::{Compiler, Stage};
use super::location::{
    AssumptionIndex, Component, Guard, InterfaceIndex, LocationKind, Origin, PeerSide, RelayIndex, Step,
    ZoneIndex,
};
use super::rows::{NOBODY, RelayChoice, RelayPort, RelayRow, RelayTo};
use super::{ExplanationCode, network_interface};
use crate::model::{
    ActionKind, AssumptionCode, BalancedProtocol, Listener, ListenerAction, ListenerRule, LoadBalancer,
    LoadBalancerKind, LoadBalancerState, NetworkInterface, Place, PortMatch, ResourceKind,
};
use crate::packet::{AddressMap, AddressSet, Family, protocol};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows | Stage::Locations => {}
        Stage::Filters => relays(compiler),
    }
}

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
        let found = match owners.of(compiler, interface) {
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

    fn of(&self, compiler: &Compiler<'a>, interface: &NetworkInterface) -> Option<usize> {
        let described = self.by_description.get(&*interface.description).copied();
        let row = described.or_else(|| {
            let v4 = interface.addresses.iter().flat_map(|it| [Some(it.private), it.public]).flatten();
            let v6 = interface.ipv6_addresses.iter().map(|it| IpAddr::V6(*it));
            let subnet = Some(interface.subnet.as_str());
            let mut own = v4.map(IpAddr::V4).chain(v6);
            own.find_map(|address| self.by_address.get(&(subnet, address)).copied())
        })?;
        let kind = compiler.model.load_balancers[row].kind.as_ref();
        (kind != Some(&LoadBalancerKind::Gateway)).then_some(row)
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
            ports.extend(listener_ports(compiler, node, row, listener));
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
        mismatch: ExplanationCode::Elbv2ListenersMismatch,
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
    pub mismatch: ExplanationCode,
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
        mismatch: relay.mismatch,
        way_back,
        most_choices: most as u16,
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

/// LB-20: the protocols underneath.
fn carriers(protocol: Option<&BalancedProtocol>) -> &'static [u8] {
    match protocol {
        Some(
            BalancedProtocol::Tcp
            | BalancedProtocol::Tls
            | BalancedProtocol::Ssl
            | BalancedProtocol::Http
            | BalancedProtocol::Https,
        )
        | None => &[protocol::TCP],
        Some(BalancedProtocol::Udp | BalancedProtocol::Quic | BalancedProtocol::Geneve) => &[protocol::UDP],
        Some(BalancedProtocol::TcpUdp | BalancedProtocol::TcpQuic) => &[protocol::TCP, protocol::UDP],
        Some(BalancedProtocol::Unknown(_)) => &[],
    }
}

/// What a listener does, once for each protocol that carries it.
fn listener_ports(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    row: usize,
    listener: &Listener,
) -> Vec<RelayPort> {
    let Some(port) = listener.port else { return Vec::new() };
    let component = Compiler::resource(ResourceKind::Listener, row);
    let origin = Origin::Listener { listener: row as u32 };
    let mut ports = Vec::new();
    for number in carriers(listener.protocol.as_ref()) {
        let takes = PortMatch::Ports { protocol: *number, from: port, to: port };
        let choices = listener_choices(compiler, node, listener, *number);
        ports.push(RelayPort { component, origin, takes: compiler.transport(takes), choices });
    }
    ports
}

/// LB-15: any rule may fire whose sources fit, unless an earlier one takes all that comes from them.
fn listener_choices(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    listener: &Listener,
    number: u8,
) -> Vec<RelayChoice> {
    let model = compiler.model;
    let mut choices = Vec::new();
    let mut left = Sources::all();
    if !node.is_network {
        let (account, region) = (listener.about.account.as_ref(), listener.about.region.as_ref());
        if !model.coverage.holds(ResourceKind::ListenerRule, account, region) {
            let place = Some(listener.about.place);
            let id = listener.id.as_str();
            let gap = compiler.absent(ResourceKind::ListenerRule, id, account, region, place);
            let absent = Component::Resource(ResourceKind::Listener, NOBODY);
            choices.push(choice(RelayTo::Unknown(gap), absent));
        }
        let own = model.listener_rules.iter().filter(|it| it.listener == listener.id && !it.is_default);
        let mut rules: Vec<&ListenerRule> = own.collect();
        rules.sort_by_key(|it| it.priority);
        for rule in rules {
            let mut sources = left.clone();
            for condition in &rule.sources {
                sources = sources.within(&Sources::of(condition));
            }
            choices.extend(of_actions(compiler, node, &rule.actions, number, &sources));
            if rule.decides_by_source {
                left = left.without(&sources);
            }
        }
    }
    choices.extend(of_actions(compiler, node, &listener.actions, number, &left));
    choices
}

/// Clients by address, of both families.
#[derive(Clone, PartialEq)]
struct Sources([AddressSet; 2]);

impl Sources {
    fn all() -> Sources {
        Sources(Family::BOTH.map(AddressSet::all))
    }

    fn of(blocks: &[IpNet]) -> Sources {
        let map = AddressMap::of_blocks(blocks);
        Sources(Family::BOTH.map(|family| map.set(family)))
    }

    fn within(&self, other: &Sources) -> Sources {
        Sources([0, 1].map(|family| self.0[family].intersection(&other.0[family])))
    }

    fn without(&self, other: &Sources) -> Sources {
        Sources([0, 1].map(|family| self.0[family].difference(&other.0[family])))
    }
}

/// What actions may lead to, for some clients.
fn of_actions(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    actions: &[ListenerAction],
    number: u8,
    sources: &Sources,
) -> Vec<RelayChoice> {
    if sources.0.iter().all(AddressSet::is_empty) {
        return Vec::new();
    }
    let set = (*sources != Sources::all()).then(|| {
        let blocks: Vec<IpNet> = sources.0.iter().flat_map(AddressSet::blocks).collect();
        compiler.address_set(&blocks)
    });
    let mut choices = Vec::new();
    for action in forwarding(actions) {
        choices.extend(action_choices(compiler, node, action, number, set));
    }
    choices
}

/// What is done in the end: who authenticates comes before it.
fn forwarding(actions: &[ListenerAction]) -> impl Iterator<Item = &ListenerAction> {
    let is_before = |it: &&ListenerAction| {
        matches!(
            it.kind,
            Some(ActionKind::AuthenticateOidc | ActionKind::AuthenticateCognito | ActionKind::JwtValidation)
        )
    };
    let has_others = actions.iter().any(|it| !is_before(&it));
    actions.iter().filter(move |it| !has_others || !is_before(it))
}

fn action_choices(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    action: &ListenerAction,
    number: u8,
    sources: Option<super::AddressSetIndex>,
) -> Vec<RelayChoice> {
    let own = Compiler::resource(ResourceKind::NetworkInterface, node.interface.index());
    let mut choices = match &action.kind {
        None | Some(ActionKind::Forward) => {
            let groups = action.target_groups.iter();
            groups.flat_map(|group| super::target_group::choices(compiler, node, group, number)).collect()
        }
        // LB-14: the load balancer answers by itself.
        Some(
            ActionKind::Redirect
            | ActionKind::FixedResponse
            | ActionKind::AuthenticateOidc
            | ActionKind::AuthenticateCognito
            | ActionKind::JwtValidation,
        ) => vec![choice(RelayTo::Itself, own)],
        Some(ActionKind::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, None);
            vec![choice(RelayTo::Unknown(gap), own)]
        }
    };
    for choice in &mut choices {
        choice.sources = sources;
    }
    choices
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

/// What it may begin: conversations with its targets, on the port of the traffic or of the health check.
pub(super) fn initiation(compiler: &mut Compiler<'_>, position: usize, place: Option<Place>) -> Step {
    match found(compiler, position, place) {
        Found::Relay(relay) => Step::OwnTargets(relay),
        Found::Unknown(gap) => Step::Guard(Guard::Maybe(gap)),
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
