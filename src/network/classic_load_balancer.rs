//! Classic Load Balancers: listener port in, instance port out (LB-19, ACL-10).

use super::ExplanationCode;
use super::compiler::{Compiler, Stage};
use super::load_balancer::{Found, Relay, add, choice};
use super::location::{
    AssumptionIndex, Component, InterfaceIndex, LocationId, LocationKind, Origin, PeerSide, Step,
    SubnetIndex, ZoneIndex,
};
use super::rows::{RelayChoice, RelayCodes, RelayPort, RelayTo};
use super::target_group::{carried, primary_interface};
use crate::model::{
    AssumptionCode, ClassicListener, ClassicLoadBalancer, LoadBalancerId, PortMatch, ResourceKind,
};
use crate::packet::{Family, protocol};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}

/// Why one does not take or send something.
const CODES: RelayCodes = RelayCodes {
    takes_none: ExplanationCode::ElbListenersMismatch,
    takes_others: ExplanationCode::ElbListenerPortRestriction,
    target_protocol: ExplanationCode::TargetPortRestriction,
    target_port: ExplanationCode::TargetPortRestriction,
};

/// The relay of an interface that is described as one of a Classic Load Balancer.
pub(super) fn relay(compiler: &mut Compiler<'_>, position: usize) -> Found {
    let model = compiler.model;
    let interface = &model.network_interfaces[position];
    let name = interface.description.strip_prefix("ELB ").unwrap_or_default();
    let is_own =
        |it: &ClassicLoadBalancer| it.name == name && it.vpc.as_ref().is_none_or(|vpc| *vpc == interface.vpc);
    let Some(row) = model.classic_load_balancers.iter().position(is_own) else {
        let (account, region) = (interface.about.account.as_ref(), interface.about.region.as_ref());
        let place = Some(interface.about.place);
        return Found::Unknown(compiler.absent(
            ResourceKind::ClassicLoadBalancer,
            name,
            account,
            region,
            place,
        ));
    };
    let balancer = &model.classic_load_balancers[row];
    let interface = InterfaceIndex(position as u32);
    let component = Compiler::resource(ResourceKind::ClassicLoadBalancer, row);
    compiler.fronts.push((component, interface));
    let mut ports = Vec::new();
    for (number, listener) in balancer.listeners.iter().enumerate() {
        let takes = PortMatch::Ports { protocol: protocol::TCP, from: listener.port, to: listener.port };
        let origin = Origin::ClassicListener { balancer: row as u32, listener: number as u16 };
        let choices = choices(compiler, balancer, component, interface, listener);
        ports.push(RelayPort {
            component,
            origin,
            takes: compiler.transport(takes),
            choices,
            alike: Box::default(),
        });
    }
    let relay = Relay {
        component,
        interface,
        sender: interface,
        through: None,
        ports,
        codes: CODES,
        assumed: None,
        guard: None,
    };
    Found::Relay(add(compiler, relay))
}

fn choices(
    compiler: &mut Compiler<'_>,
    balancer: &ClassicLoadBalancer,
    component: Component,
    interface: InterfaceIndex,
    listener: &ClassicListener,
) -> Vec<RelayChoice> {
    let row = compiler.interfaces[interface.index()].clone();
    let zone = compiler.subnets[row.subnet.index()].zone;
    let model = compiler.model;
    let attributes = model.load_balancer_attributes.get(&LoadBalancerId(balancer.name.clone()));
    let crosses = attributes.and_then(|it| it.cross_zone);
    let place = Some(balancer.about.place);
    let mut choices = Vec::new();
    let enabled = enabled_zones(compiler, balancer);
    let mut is_installed = false;
    for instance in &balancer.instances {
        let found = primary_interface(compiler, instance.as_str());
        let target = found.and_then(|it| Some((it, model.network_interfaces[it].addresses.first()?.private)));
        let Some((target, address)) = target else {
            let kind = ResourceKind::NetworkInterface;
            let gap = compiler.absent(kind, instance.as_str(), None, None, place);
            is_installed = true;
            choices.push(choice(RelayTo::Unknown(gap), component));
            continue;
        };
        let subnet = compiler.interfaces[target].subnet;
        // LB-9.
        if !enabled.is_empty() && !enabled.contains(&compiler.subnets[subnet.index()].zone) {
            continue;
        }
        is_installed = true;
        let is_near = compiler.subnets[subnet.index()].zone == zone;
        let to = match crosses {
            // LB-8: which way is the default depends on how it was made.
            None if !is_near => RelayTo::Unknown(cross_zone_gap(compiler, balancer)),
            Some(false) if !is_near => continue,
            Some(_) | None => RelayTo::Address {
                family: Family::V4,
                address: u128::from(u32::from(address)),
                transport: carried(compiler, protocol::TCP, listener.instance_port),
                checked: carried(compiler, protocol::TCP, listener.instance_port),
                preserves: false,
                first: if subnet == row.subnet { own_subnet(compiler, interface) } else { row.out },
            },
        };
        choices.push(choice(to, component));
    }
    if choices.is_empty() {
        let code = if balancer.instances.is_empty() {
            ExplanationCode::ElbListenersMismatch
        } else if !is_installed {
            ExplanationCode::ElbInstalledAzRestriction
        } else {
            ExplanationCode::ElbNotCrosszone
        };
        choices.push(choice(RelayTo::Lost(code), component));
    }
    choices
}

/// The zones of its subnets, where the snapshot has them all.
fn enabled_zones(compiler: &Compiler<'_>, balancer: &ClassicLoadBalancer) -> Vec<ZoneIndex> {
    let subnets = balancer.subnets.iter().map(|id| compiler.subnet_ids.get(id));
    let zone = |subnet: Option<&SubnetIndex>| {
        let row = &compiler.subnets[subnet?.index()];
        row.gap.is_none().then_some(row.zone)
    };
    subnets.map(zone).collect::<Option<Vec<ZoneIndex>>>().unwrap_or_default()
}

fn cross_zone_gap(compiler: &mut Compiler<'_>, balancer: &ClassicLoadBalancer) -> AssumptionIndex {
    let needs = Some("elb describe-load-balancer-attributes");
    let place = Some(balancer.about.place);
    compiler.assumption(AssumptionCode::MissingData, &balancer.name, needs, place)
}

/// ACL-10: the ACL's outbound entries judge packets for instances of its own subnet too.
fn own_subnet(compiler: &mut Compiler<'_>, interface: InterfaceIndex) -> LocationId {
    let row = compiler.interfaces[interface.index()].clone();
    let acl = compiler.subnets[row.subnet.index()].acl[1];
    let location = compiler.add_location(LocationKind::RelayOut, row.component);
    let step =
        Step::Acl { filter: acl, peer: PeerSide::Destination, subnet: row.subnet, judges_own_subnet: true };
    compiler.set_steps(location, &[step, Step::GoOn(row.out)]);
    location
}
