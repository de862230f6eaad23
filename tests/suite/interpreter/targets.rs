//! Targets of load balancers: who may be chosen, and whose address it sees (LB-5 … LB-12, LB-21).

use std::net::IpAddr;

use netpath::model::{
    BalancedProtocol, HealthState, InstanceId, LoadBalancer, LoadBalancerKind, NetworkInterface, Target,
    TargetGroup, TargetGroupId, TargetKind, Vpc, Zone,
};

use super::addresses::{owns, within};
use super::balancers::{Choice, Node};
use super::walk::Walk;

impl<'m> Walk<'_, 'm> {
    /// LB-8 … LB-12: the targets that a node sends to.
    pub fn choices_of_group(&self, node: Node<'m>, id: &TargetGroupId, protocol: u8) -> Vec<Choice> {
        let Some(group) = self.model.target_groups.get(id) else {
            return vec![Choice::Unknown(format!("{id} is not in the snapshot"))];
        };
        // LB-21.
        if group.kind == Some(TargetKind::Lambda) {
            return vec![Choice::Itself];
        }
        // LB-20: what the targets do not speak does not get to them.
        let speaks = match &group.protocol {
            None | Some(BalancedProtocol::Unknown(_)) => true,
            Some(spoken) => super::balancers::carries(Some(spoken), protocol),
        };
        if !speaks {
            return vec![Choice::Lost("the targets speak another protocol (LB-20)")];
        }
        let Some(health) = self.model.target_health.get(id) else {
            return vec![Choice::Unknown(format!("the targets of {id} are not in the snapshot"))];
        };
        let gets_none = |it: &&Target| matches!(it.state, Some(HealthState::Unused | HealthState::Draining));
        let mut targets: Vec<&Target> = health.targets.iter().filter(|it| !gets_none(it)).collect();
        if targets.is_empty() {
            return vec![Choice::Lost("no target in use (M-4)")];
        }
        targets.retain(|it| self.is_in_reach(node, group, it));
        if targets.is_empty() {
            return vec![Choice::Lost("no target in the zone (LB-8)")];
        }
        // LB-12.
        let is_ill = |it: &&Target| matches!(it.state, Some(HealthState::Unhealthy | HealthState::Initial));
        if targets.iter().any(|it| !is_ill(it)) {
            targets.retain(|it| !is_ill(it));
        }
        targets.into_iter().flat_map(|it| self.choices_of_target(node, group, it, protocol)).collect()
    }

    fn is_in_reach(&self, node: Node<'m>, group: &TargetGroup, target: &Target) -> bool {
        let Some(zone) = self.zone_of_target(node, target) else { return true };
        let said = self.model.target_group_attributes.get(&group.id).and_then(|it| it.cross_zone);
        // LB-3, LB-8.
        let by_balancer = || {
            let attributes = self.model.load_balancer_attributes.get(&node.balancer.id);
            node.balancer.kind == Some(LoadBalancerKind::Application)
                || attributes.and_then(|it| it.cross_zone).unwrap_or(false)
        };
        if !said.unwrap_or_else(by_balancer) {
            return Some(&zone) == self.zone_of_interface(node.interface).as_ref();
        }
        // LB-9.
        let enabled: Vec<Option<String>> =
            node.balancer.zones.iter().map(|it| self.zone_known(&it.zone, node.balancer)).collect();
        enabled.is_empty() || enabled.contains(&Some(zone))
    }

    /// JS-8: zones by their ids.
    fn zone_known(&self, zone: &Zone, balancer: &LoadBalancer) -> Option<String> {
        let by_name = || {
            let mut zones = self.model.availability_zones.iter();
            let is_same = |it: &&netpath::model::AvailabilityZone| {
                it.zone.name == zone.name && it.about.account == balancer.about.account
            };
            zones.find(is_same).and_then(|it| it.zone.id.clone())
        };
        // A name that nobody has an id for is a zone of its own.
        zone.id.clone().or_else(by_name).or_else(|| zone.name.clone()).map(|it| it.to_string())
    }

    pub fn zone_of_interface(&self, interface: &NetworkInterface) -> Option<String> {
        let subnet = self.model.subnets.get(&interface.subnet)?;
        subnet.zone.id.as_ref().map(ToString::to_string)
    }

    fn zone_of_target(&self, node: Node<'m>, target: &Target) -> Option<String> {
        match &target.zone {
            Some(name) if name == "all" => None,
            Some(name) => self.zone_known(&Zone { name: Some(name.clone()), id: None }, node.balancer),
            None => {
                let interface = match target.id.parse::<IpAddr>() {
                    Ok(address) => self
                        .model
                        .network_interfaces
                        .iter()
                        .find(|it| it.vpc == node.interface.vpc && owns(it, address)),
                    Err(_) => self.primary_of(&target.id),
                };
                self.zone_of_interface(interface?)
            }
        }
    }

    /// LB-10.
    pub fn primary_of(&self, instance: &str) -> Option<&'m NetworkInterface> {
        let instance = InstanceId::from(instance);
        let index = |it: &&NetworkInterface| {
            it.attachment.as_ref().and_then(|attachment| attachment.device_index).unwrap_or(0)
        };
        let is_own = |it: &&NetworkInterface| {
            it.attachment.as_ref().is_some_and(|attachment| attachment.instance.as_ref() == Some(&instance))
        };
        self.model.network_interfaces.iter().filter(is_own).min_by_key(index)
    }

    fn choices_of_target(
        &self,
        node: Node<'m>,
        group: &TargetGroup,
        target: &Target,
        protocol: u8,
    ) -> Vec<Choice> {
        // LB-11.
        let Some(port) = target.port.or(group.port) else {
            return vec![Choice::Unknown(format!("the port of {}", target.id))];
        };
        let addresses = self.addresses_of(group, target);
        if addresses.is_empty() {
            return vec![Choice::Unknown(format!("{} is not in the snapshot", target.id))];
        }
        let is_preserved = self.is_preserved(node, group, protocol);
        let checked = group.health_check_port.unwrap_or(port);
        let choice = |address| match is_preserved && !self.is_around(&node.interface.vpc, address) {
            // LB-6: nobody says what becomes of the client's address farther away.
            true => Choice::Unknown(format!("whose address {address} sees")),
            false => Choice::Target { address, port, checked, is_preserved },
        };
        addresses.into_iter().map(choice).collect()
    }

    fn addresses_of(&self, group: &TargetGroup, target: &Target) -> Vec<IpAddr> {
        if group.kind == Some(TargetKind::Alb) {
            let path = target.id.split_once(":loadbalancer/").map(|(_, path)| format!("ELB {path}"));
            let nodes = self.model.network_interfaces.iter();
            let nodes = nodes.filter(|it| path.as_deref() == Some(&*it.description));
            return nodes.filter_map(|it| it.addresses.first()).map(|it| it.private.into()).collect();
        }
        if let Ok(address) = target.id.parse() {
            return vec![address];
        }
        let Some(interface) = self.primary_of(&target.id) else { return Vec::new() };
        let address = match group.is_ipv6 {
            true => interface.ipv6_addresses.first().map(|it| IpAddr::V6(*it)),
            false => interface.addresses.first().map(|it| IpAddr::V4(it.private)),
        };
        address.into_iter().collect()
    }

    /// LB-5, LB-7; LB-6: never over PrivateLink.
    fn is_preserved(&self, node: Node<'m>, group: &TargetGroup, protocol: u8) -> bool {
        if node.balancer.kind == Some(LoadBalancerKind::Application) || node.is_by_endpoint {
            return false;
        }
        let is_stream = matches!(group.protocol, None | Some(BalancedProtocol::Tcp | BalancedProtocol::Tls));
        let cannot_be_off = group.kind == Some(TargetKind::Alb)
            || protocol == 17
            || group.protocol == Some(BalancedProtocol::TcpUdp);
        let said = self.model.target_group_attributes.get(&group.id).and_then(|it| it.preserves_client);
        cannot_be_off || said.unwrap_or(!(is_stream && group.kind == Some(TargetKind::Ip)))
    }

    /// LB-6: in the VPC, or in one that is peered with it in the same Region.
    fn is_around(&self, vpc: &netpath::model::VpcId, address: IpAddr) -> bool {
        let holds = |vpc: &Vpc| within(&vpc.associated_cidrs(), address);
        let own = self.model.vpcs.get(vpc).is_some_and(holds);
        own || self.model.peering_connections.iter().any(|it| {
            let sides = [&it.requester, &it.accepter];
            let regions: Vec<_> = sides
                .iter()
                .filter_map(|side| {
                    let known = side.vpc.as_ref().and_then(|id| self.model.vpcs.get(id));
                    side.region.clone().or_else(|| known.and_then(|it| it.about.region.clone()))
                })
                .collect();
            let is_one_region = regions.len() < 2 || regions[0] == regions[1];
            let has_own = sides.iter().any(|side| side.vpc.as_ref() == Some(vpc));
            let holds_other = sides.iter().any(|side| {
                let other = side.vpc.as_ref().filter(|id| *id != vpc);
                other.and_then(|id| self.model.vpcs.get(id)).is_some_and(holds)
            });
            it.status == Some(netpath::model::PeeringStatus::Active)
                && is_one_region
                && has_own
                && holds_other
        })
    }
}
