//! Target groups: whom a load balancer may choose, and whose address they see (LB-5 … LB-12, LB-21, M-4, M-5).

use std::net::IpAddr;

use super::ExplanationCode;
use super::compiler::{Compiler, Stage};
use super::load_balancer::{Node, choice};
use super::location::{AssumptionIndex, Component, ZoneIndex};
use super::rows::{NOBODY, RelayChoice, RelayTo};
use crate::model::{
    AssumptionCode, BalancedProtocol, HealthState, InstanceId, PortMatch, ResourceKind, Target, TargetGroup,
    TargetGroupId, TargetKind, Zone,
};
use crate::packet::{Family, bits, protocol};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}

/// The targets of a group that a node may choose from.
pub(super) fn choices(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    id: &TargetGroupId,
    number: u8,
) -> Vec<RelayChoice> {
    let model = compiler.model;
    let (account, region) = (node.balancer.about.account.as_ref(), node.balancer.about.region.as_ref());
    let place = Some(node.balancer.about.place);
    let Some(row) = model.target_groups.position(id) else {
        let gap = compiler.absent(ResourceKind::TargetGroup, id.as_str(), account, region, place);
        return vec![choice(RelayTo::Unknown(gap), Component::Resource(ResourceKind::TargetGroup, NOBODY))];
    };
    let group = &model.target_groups[row];
    let component = Compiler::resource(ResourceKind::TargetGroup, row);
    // LB-21.
    if group.kind == Some(TargetKind::Lambda) {
        return vec![choice(RelayTo::Itself, component)];
    }
    let spoken = super::listener::carriers(group.protocol.as_ref());
    if group.protocol.is_some() && !spoken.is_empty() && !spoken.contains(&number) {
        return vec![choice(RelayTo::Lost(ExplanationCode::Elbv2ListenerRequiresTgAccept), component)];
    }
    let Some(health) = model.target_health.get(id) else {
        // The call is made once for each group: one that is there for another says nothing of this.
        let needs = Some(ResourceKind::TargetHealth.call());
        let gap = compiler.assumption(AssumptionCode::MissingData, id.as_str(), needs, place);
        return vec![choice(RelayTo::Unknown(gap), component)];
    };
    let registered: Vec<&Target> = health.targets.iter().filter(|it| is_served(it)).collect();
    if registered.is_empty() {
        return vec![choice(RelayTo::Lost(ExplanationCode::Elbv2ListenerHasNoTg), component)];
    }
    let count = registered.len();
    let near: Vec<&Target> = registered.into_iter().filter(|it| is_near(compiler, node, group, it)).collect();
    let assumed = (near.len() < count).then(|| zones_assumed(compiler, node, group)).flatten();
    if near.is_empty() {
        let lost = choice(RelayTo::Lost(ExplanationCode::Elbv2NoTargetsInAz), component);
        return vec![RelayChoice { assumed, ..lost }];
    }
    let mut sender = Sender::of(compiler, node, group, number);
    sender.assumed = sender.assumed.or(assumed);
    chosen(near)
        .into_iter()
        .flat_map(|it| sender.choices(compiler, node, group, it, number, component))
        .collect()
}

/// LB-8: a group may send to every zone although its load balancer does not.
fn zones_assumed(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    group: &TargetGroup,
) -> Option<AssumptionIndex> {
    let is_said = compiler.model.target_group_attributes.get(&group.id).is_some();
    if is_said || node.crosses_zones || !node.is_network {
        return None;
    }
    let needs = Some(ResourceKind::TargetGroupAttributes.call());
    let place = Some(group.about.place);
    Some(compiler.assumption(AssumptionCode::CrossZoneAssumedOff, group.id.as_str(), needs, place))
}

/// M-4: what is unused never gets traffic; what is being taken out gets no new conversation.
fn is_served(target: &Target) -> bool {
    match &target.state {
        Some(HealthState::Unused | HealthState::Draining) => false,
        Some(
            HealthState::Healthy
            | HealthState::Unhealthy
            | HealthState::Initial
            | HealthState::Unavailable
            | HealthState::Unknown(_),
        )
        | None => true,
    }
}

/// LB-12, M-4: the healthy ones; if none is, all.
fn chosen(targets: Vec<&Target>) -> Vec<&Target> {
    let is_well = |it: &&Target| match &it.state {
        Some(HealthState::Healthy | HealthState::Unavailable | HealthState::Unknown(_)) | None => true,
        Some(HealthState::Unhealthy | HealthState::Initial | HealthState::Draining | HealthState::Unused) => {
            false
        }
    };
    let healthy: Vec<&Target> = targets.iter().copied().filter(is_well).collect();
    if healthy.is_empty() { targets } else { healthy }
}

/// LB-8, LB-9, M-5: in a zone that the load balancer is enabled in, and in the node's own where it does not cross.
fn is_near(compiler: &mut Compiler<'_>, node: &Node<'_>, group: &TargetGroup, target: &Target) -> bool {
    let attributes = compiler.model.target_group_attributes.get(&group.id);
    let crosses = attributes.and_then(|it| it.cross_zone).unwrap_or(node.crosses_zones);
    let Some(zone) = zone_of(compiler, node, target) else { return true };
    if crosses { node.enabled.is_empty() || node.enabled.contains(&zone) } else { zone == node.zone }
}

/// The zone that a target counts to; none for those that count to all (LB-10), or where nobody says.
fn zone_of(compiler: &mut Compiler<'_>, node: &Node<'_>, target: &Target) -> Option<ZoneIndex> {
    if let Some(name) = &target.zone {
        if name.eq_ignore_ascii_case("all") {
            return None;
        }
        let zone = Zone { name: Some(name.clone()), id: None };
        return Some(compiler.zone(&zone, node.balancer.about.account.as_ref()));
    }
    let interface = match target.id.parse::<IpAddr>() {
        Ok(address) => {
            let vpc = compiler.interfaces[node.interface.index()].vpc;
            let owner = compiler.vpcs[vpc.index()].interfaces.at(Family::of(address), bits(address));
            (owner != NOBODY).then_some(owner as usize)
        }
        Err(_) => primary_interface(compiler, &target.id),
    };
    let subnet = compiler.interfaces[interface?].subnet;
    Some(compiler.subnets[subnet.index()].zone)
}

/// LB-10: the primary interface of an instance.
pub(super) fn primary_interface(compiler: &Compiler<'_>, instance: &str) -> Option<usize> {
    let instance = InstanceId::from(instance);
    let attached = compiler.relations.interfaces_of(&instance);
    let index = |row: &&usize| {
        let attachment = compiler.model.network_interfaces[**row].attachment.as_ref();
        attachment.and_then(|it| it.device_index).unwrap_or(0)
    };
    attached.iter().min_by_key(index).copied()
}

/// Whose address targets see.
struct Sender {
    preserves: bool,
    assumed: Option<AssumptionIndex>,
}

impl Sender {
    /// LB-5, LB-7; over PrivateLink it is the load balancer's always (LB-6).
    fn of(compiler: &mut Compiler<'_>, node: &Node<'_>, group: &TargetGroup, number: u8) -> Sender {
        if !node.is_network || node.is_for_endpoint {
            return Sender { preserves: false, assumed: None };
        }
        if group.kind == Some(TargetKind::Alb) {
            return Sender { preserves: true, assumed: None };
        }
        let is_stream = matches!(group.protocol, Some(BalancedProtocol::Tcp | BalancedProtocol::Tls) | None);
        let by_default = !(group.kind == Some(TargetKind::Ip) && is_stream);
        // It cannot be turned off for UDP and TCP_UDP.
        if number == protocol::UDP || group.protocol == Some(BalancedProtocol::TcpUdp) {
            return Sender { preserves: true, assumed: None };
        }
        let attributes = compiler.model.target_group_attributes.get(&group.id);
        let said = attributes.and_then(|it| it.preserves_client);
        let assumed = attributes.is_none().then(|| {
            let code = if by_default {
                AssumptionCode::PreserveClientIpAssumedOn
            } else {
                AssumptionCode::PreserveClientIpAssumedOff
            };
            let needs = Some(ResourceKind::TargetGroupAttributes.call());
            compiler.assumption(code, group.id.as_str(), needs, Some(group.about.place))
        });
        Sender { preserves: said.unwrap_or(by_default), assumed }
    }

    /// Where packets for a target go on.
    fn choices(
        &self,
        compiler: &mut Compiler<'_>,
        node: &Node<'_>,
        group: &TargetGroup,
        target: &Target,
        number: u8,
        component: Component,
    ) -> Vec<RelayChoice> {
        let place = Some(group.about.place);
        // LB-11.
        let Some(port) = target.port.or(group.port) else {
            let gap = compiler.assumption(AssumptionCode::MissingData, &target.id, None, place);
            return vec![choice(RelayTo::Unknown(gap), component)];
        };
        let addresses: Vec<IpAddr> = match &group.kind {
            Some(TargetKind::Alb) => nodes_of(compiler, &target.id),
            Some(TargetKind::Instance | TargetKind::Ip | TargetKind::Lambda | TargetKind::Unknown(_))
            | None => target_address(compiler, group, target).into_iter().collect(),
        };
        if addresses.is_empty() {
            let is_balancer = group.kind == Some(TargetKind::Alb);
            let kind = if is_balancer { ResourceKind::LoadBalancer } else { ResourceKind::NetworkInterface };
            let gap = compiler.absent(kind, &target.id, None, None, place);
            return vec![choice(RelayTo::Unknown(gap), component)];
        }
        let first = compiler.interfaces[node.interface.index()].out;
        let health = group.health_check_port;
        let to = |compiler: &mut Compiler<'_>, address| {
            let to = RelayTo::Address {
                family: Family::of(address),
                address: bits(address),
                transport: carried(compiler, number, port),
                checked: carried(compiler, protocol::TCP, health.unwrap_or(port)),
                preserves: self.preserves,
                first,
            };
            let to = self.beyond(compiler, node, group, address).map_or(to, RelayTo::Unknown);
            RelayChoice { component, sources: None, to, assumed: self.assumed }
        };
        addresses.into_iter().map(|address| to(compiler, address)).collect()
    }

    /// LB-6: a client's address is preserved towards targets in the same VPC or one that is peered with it in the same
    /// Region. What becomes of it elsewhere is not said.
    fn beyond(
        &self,
        compiler: &mut Compiler<'_>,
        node: &Node<'_>,
        group: &TargetGroup,
        address: IpAddr,
    ) -> Option<AssumptionIndex> {
        let vpc = compiler.interfaces[node.interface.index()].vpc;
        let row = &compiler.vpcs[vpc.index()];
        let holds = |vpc: &super::VpcIndex| {
            let cidrs = &compiler.vpcs[vpc.index()].cidrs;
            cidrs.iter().any(|net| net.contains(&address))
        };
        if !self.preserves || holds(&vpc) || row.group_peers.iter().any(holds) {
            return None;
        }
        let about = format!("client addresses towards {address} of {}", group.name);
        Some(compiler.assumption(AssumptionCode::NotModelled, &about, None, Some(group.about.place)))
    }
}

/// A port of a protocol, as a set.
pub(super) fn carried(compiler: &mut Compiler<'_>, number: u8, port: u16) -> crate::packet::TransportSet {
    compiler.transport(PortMatch::Ports { protocol: number, from: port, to: port })
}

fn target_address(compiler: &Compiler<'_>, group: &TargetGroup, target: &Target) -> Option<IpAddr> {
    if let Ok(address) = target.id.parse() {
        return Some(address);
    }
    let interface = primary_interface(compiler, &target.id)?;
    let interface = &compiler.model.network_interfaces[interface];
    if group.is_ipv6 {
        interface.ipv6_addresses.first().map(|it| IpAddr::V6(*it))
    } else {
        interface.addresses.first().map(|it| IpAddr::V4(it.private))
    }
}

/// The addresses of a load balancer that stands behind another.
fn nodes_of(compiler: &Compiler<'_>, arn: &str) -> Vec<IpAddr> {
    let Some((_, name)) = arn.split_once(":loadbalancer/") else { return Vec::new() };
    let description = format!("ELB {name}");
    let interfaces = compiler.model.network_interfaces.iter();
    let own = interfaces.filter(|it| *it.description == *description);
    own.filter_map(|it| it.addresses.first()).map(|it| IpAddr::V4(it.private)).collect()
}
