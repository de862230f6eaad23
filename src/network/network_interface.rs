//! Interfaces: who owns an address, and what passes in and out (ENI, SG-25, IEP-2, IEP-3).

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use rayon::prelude::*;

use super::ExplanationCode;
use super::compiler::{Compiler, Stage};
use super::location::{AssumptionIndex, Guard, InterfaceIndex, Step};
use super::rows::{InterfaceRow, Manner};
use crate::model::{
    About, AssumptionCode, InstanceId, InstanceState, InterfaceKind, NetworkInterface, ResourceKind,
};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows => super::directory::rows(compiler),
        Stage::Filters => super::directory::owners_of_addresses(compiler),
        Stage::Locations => {
            for position in peculiar(compiler) {
                let manner = manner(compiler, position);
                compiler.interfaces[position].manner = compiler.manners.len() as u32;
                compiler.manners.push(manner);
            }
        }
    }
}

/// ENI-1: the addresses that an interface owns.
pub(super) fn owned(interface: &NetworkInterface) -> impl Iterator<Item = IpNet> + '_ {
    let host_v4 = |address| IpNet::V4(Ipv4Net::new_assert(address, 32));
    let host_v6 = |address| IpNet::V6(Ipv6Net::new_assert(address, 128));
    let v4 = interface.addresses.iter().map(move |it| host_v4(it.private));
    let v6 = interface.ipv6_addresses.iter().map(move |it| host_v6(*it));
    let prefixes_v4 = interface.ipv4_prefixes.iter().map(|net| IpNet::V4(*net));
    let prefixes_v6 = interface.ipv6_prefixes.iter().map(|net| IpNet::V6(*net));
    v4.chain(v6).chain(prefixes_v4).chain(prefixes_v6)
}

/// Interfaces that are not simply those of a running host, which nearly all are.
fn peculiar(compiler: &Compiler<'_>) -> Vec<usize> {
    let is_plain = |interface: &NetworkInterface, row: &InterfaceRow| {
        state_of(compiler, interface) == State::Working
            && compiler.vpcs[row.vpc.index()].state_guard.is_none()
            && role(interface) == Role::Host
    };
    let interfaces = compiler.model.network_interfaces.par_iter().zip(&compiler.interfaces).enumerate();
    interfaces
        .filter(|(_, (interface, row))| !is_plain(interface, row))
        .map(|(position, _)| position)
        .collect()
}

/// What sets an interface apart.
fn manner(compiler: &mut Compiler<'_>, position: usize) -> Manner {
    let interface = &compiler.model.network_interfaces[position];
    let vpc_guard = compiler.vpcs[compiler.interfaces[position].vpc.index()].state_guard;
    let state = state_guard(compiler, interface);
    let role = role(interface);
    let mut outward: Vec<Step> = state.into_iter().collect();
    outward.extend(vpc_guard);
    if matches!(role, Role::Balancer | Role::GatewayBalancer) {
        outward.extend(super::load_balancer::initiation(compiler, position, Some(interface.about.place)));
    }
    if role == Role::ConnectEndpoint {
        outward.extend(super::instance_connect_endpoint::initiation(compiler, interface));
    }
    outward.extend(initiation_guard(compiler, interface, role));
    let mut inward: Vec<Step> = state.into_iter().collect();
    inward.extend(reception(compiler, interface, role, InterfaceIndex(position as u32)));
    Manner { outward, inward, is_of_endpoint: role == Role::Endpoint }
}

/// Whether an interface carries packets (ENI-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State<'a> {
    /// It does.
    Working,
    /// It does, as far as anybody knows: no call describes its instance.
    Assumed,
    /// It does not.
    Resting,
    /// The snapshot uses a word that nobody knows.
    Odd(&'a str),
}

/// ENI-8: only what is in use, on a running instance, carries packets.
fn state_of<'a>(compiler: &Compiler<'a>, interface: &NetworkInterface) -> State<'a> {
    let attachment = interface.attachment.as_ref();
    let is_attached = attachment.and_then(|it| it.is_attached);
    if interface.in_use == Some(false) || is_attached == Some(false) {
        return State::Resting;
    }
    let instance = attachment.and_then(|it| it.instance.as_ref());
    match instance.and_then(|instance| compiler.relations.resting_state(instance)) {
        None if instance.is_some_and(|it| is_undescribed(compiler, interface, it)) => State::Assumed,
        None | Some(InstanceState::Running) => State::Working,
        Some(InstanceState::Unknown(word)) => State::Odd(word),
        Some(
            InstanceState::Pending
            | InstanceState::ShuttingDown
            | InstanceState::Terminated
            | InstanceState::Stopping
            | InstanceState::Stopped,
        ) => State::Resting,
    }
}

/// Whether the snapshot lacks an instance because it lacks the call, or a part of its answer. Where the answer is whole,
/// what it leaves out is AWS's own, and runs.
fn is_undescribed(compiler: &Compiler<'_>, interface: &NetworkInterface, instance: &InstanceId) -> bool {
    let About { account, region, .. } = &interface.about;
    let is_held = compiler.model.coverage.holds(ResourceKind::Instance, account.as_ref(), region.as_ref());
    !is_held && compiler.model.instances.get(instance).is_none()
}

pub(super) fn state_guard(compiler: &mut Compiler<'_>, interface: &NetworkInterface) -> Option<Step> {
    match state_of(compiler, interface) {
        State::Working => None,
        State::Assumed => {
            let instance = interface.attachment.as_ref().and_then(|it| it.instance.as_ref());
            let (code, call) = (AssumptionCode::InstanceAssumedRunning, ResourceKind::Instance.call());
            let about = instance.map_or("the instance", |it| it.as_str());
            Some(Step::Guard(Guard::Assume(compiler.assumption(code, about, Some(call), None))))
        }
        State::Resting => Some(Step::Guard(Guard::Never(ExplanationCode::BadState))),
        State::Odd(word) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, None);
            Some(Step::Guard(Guard::Unknown(gap)))
        }
    }
}

/// What kind of thing an interface serves, as far as packets care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It sends and receives for itself.
    Host,
    /// A NAT gateway.
    Nat,
    /// A transit gateway's attachment, which nothing is addressed to.
    Attachment,
    /// An interface endpoint.
    Endpoint,
    /// A function, which nobody can connect to (`aws-semantics` 30).
    Function,
    /// A load balancer.
    Balancer,
    /// A Gateway Load Balancer, which sends to its targets and takes nothing (GWLB-5).
    GatewayBalancer,
    /// A tunnel's end, which nobody can connect to (BD-1).
    ConnectEndpoint,
    /// A Client VPN endpoint's, which sends what its clients send.
    ClientVpn,
    /// A thing that hands packets on in ways that are not modelled.
    NotModelled,
}

fn role(interface: &NetworkInterface) -> Role {
    match interface.kind {
        InterfaceKind::NatGateway => Role::Nat,
        InterfaceKind::TransitGateway => Role::Attachment,
        InterfaceKind::VpcEndpoint => Role::Endpoint,
        InterfaceKind::Lambda => Role::Function,
        InterfaceKind::InstanceConnectEndpoint => Role::ConnectEndpoint,
        InterfaceKind::LoadBalancer | InterfaceKind::NetworkLoadBalancer => Role::Balancer,
        InterfaceKind::GatewayLoadBalancer => Role::GatewayBalancer,
        InterfaceKind::GatewayLoadBalancerEndpoint | InterfaceKind::GlobalAccelerator => Role::NotModelled,
        InterfaceKind::Interface
        | InterfaceKind::Efa
        | InterfaceKind::Trunk
        | InterfaceKind::Branch
        | InterfaceKind::ApiGateway
        | InterfaceKind::QuickSight
        | InterfaceKind::IotRules
        | InterfaceKind::ElasticFileSystem
        | InterfaceKind::ElasticVmwareService
        | InterfaceKind::CodestarConnections
        | InterfaceKind::Unknown(_) => by_description(interface),
    }
}

/// ENI-7, LB-2: application and classic load balancers show only in the description; so does the kind where an answer
/// is from before there were kinds.
fn by_description(interface: &NetworkInterface) -> Role {
    let description = &*interface.description;
    if interface.attachment.as_ref().is_some_and(|it| it.instance.is_some()) {
        return Role::Host;
    }
    match description {
        _ if description.starts_with("ELB gwy/") => Role::GatewayBalancer,
        _ if description.starts_with("ELB ") => Role::Balancer,
        _ if description.starts_with("Interface for NAT Gateway ") => Role::Nat,
        _ if description.starts_with("Network Interface for Transit Gateway Attachment ")
            || description.starts_with("Network interface for Transit Gateway Attachment ") =>
        {
            Role::Attachment
        }
        _ if description.starts_with("VPC Endpoint Interface ") => Role::Endpoint,
        _ if description.starts_with("AWS Lambda VPC ENI") => Role::Function,
        _ if super::client_vpn::is_door(interface) => Role::ClientVpn,
        // Also what resolver endpoints (DNS-2, DNS-3; those for delegation are the same, DNS-4) and resource gateways
        // (LAT-4) have: they send and receive in their own name, under their groups.
        _ => Role::Host,
    }
}

/// Whether an interface is one that a host sends and receives by.
pub(super) fn is_host(interface: &NetworkInterface) -> bool {
    role(interface) == Role::Host
}

/// Whether an interface is a load balancer's.
pub(super) fn is_balancer(interface: &NetworkInterface) -> bool {
    matches!(role(interface), Role::Balancer | Role::GatewayBalancer)
}

/// What may begin a conversation.
fn initiation_guard(compiler: &mut Compiler<'_>, interface: &NetworkInterface, role: Role) -> Option<Step> {
    match role {
        Role::Host
        | Role::Function
        | Role::Balancer
        | Role::GatewayBalancer
        | Role::ConnectEndpoint
        | Role::ClientVpn => None,
        Role::Nat | Role::Attachment => {
            Some(Step::Guard(Guard::RepliesOnly(ExplanationCode::NoPossibleDestination)))
        }
        // IEP-3.
        Role::Endpoint => Some(Step::Guard(Guard::RepliesOnly(ExplanationCode::VpceIntraVpcTraffic))),
        // What comes out of the endpoint of an appliance is anybody's.
        Role::NotModelled if interface.kind == InterfaceKind::GatewayLoadBalancerEndpoint => {
            Some(Step::Guard(Guard::Unknown(not_modelled(compiler, interface))))
        }
        Role::NotModelled => Some(Step::Guard(Guard::Maybe(not_modelled(compiler, interface)))),
    }
}

/// What becomes of a packet that got past the groups.
fn reception(
    compiler: &mut Compiler<'_>,
    interface: &NetworkInterface,
    role: Role,
    index: InterfaceIndex,
) -> Vec<Step> {
    let arrive = Step::ArriveInterface(index);
    match role {
        Role::Host => vec![arrive],
        Role::Nat => super::nat_gateway::reception(compiler, interface, index),
        Role::ClientVpn => super::client_vpn::reception(compiler, index),
        Role::Balancer => {
            super::load_balancer::reception(compiler, index.index(), Some(interface.about.place))
        }
        Role::Attachment => vec![Step::Guard(Guard::Never(ExplanationCode::NoPossibleDestination))],
        Role::Function | Role::ConnectEndpoint | Role::GatewayBalancer => {
            vec![Step::Guard(Guard::RepliesOnly(ExplanationCode::NoPossibleDestination)), arrive]
        }
        Role::Endpoint => super::vpc_endpoint::reception(compiler, interface, index),
        // GWLB-2: packets get to the endpoint of an appliance by routes, never by its address.
        Role::NotModelled if interface.kind == InterfaceKind::GatewayLoadBalancerEndpoint => {
            vec![Step::Guard(Guard::Never(ExplanationCode::NoPossibleDestination))]
        }
        Role::NotModelled => vec![Step::Guard(Guard::Unknown(not_modelled(compiler, interface))), arrive],
    }
}

fn not_modelled(compiler: &mut Compiler<'_>, interface: &NetworkInterface) -> AssumptionIndex {
    let about = format!("{} ({})", interface.id, interface.description);
    compiler.assumption(AssumptionCode::NotModelled, &about, None, Some(interface.about.place))
}
