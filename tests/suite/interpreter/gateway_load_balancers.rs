//! What stands behind the endpoints of Gateway Load Balancers (section 22).

use std::net::IpAddr;

use netpath::model::{LoadBalancer, LoadBalancerState, NetworkInterface, ResourceKind, Subnet, VpcEndpoint};

use super::balancers::{Choice, Node};
use super::filters::Direction;
use super::walk::{Step, Walk, dropped};
use super::{Packet, Transport};

impl<'m> Walk<'_, 'm> {
    /// GWLB-4: appliances give back what they get, if it gets to them.
    pub fn behind_endpoint(&mut self, endpoint: &'m VpcEndpoint, subnet: &'m Subnet) -> Step {
        self.gets_to_an_appliance(endpoint, subnet)?;
        if self.keeps_client() {
            self.suppose_or_drop(format!("a client's address is kept through {} (GWLB-8)", endpoint.id))?;
        }
        self.goes_through(endpoint.id.to_string(), false)
    }

    /// The provider's side, as far as the snapshot has it.
    fn gets_to_an_appliance(&mut self, endpoint: &'m VpcEndpoint, subnet: &'m Subnet) -> Step {
        let services = self.model.endpoint_services.iter();
        let Some(service) = services.clone().find(|it| it.name == endpoint.service_name) else {
            return Ok(());
        };
        self.service_works(service, endpoint)?;
        let zone = subnet.zone.id.as_ref();
        let offered: Vec<_> = service.zones.iter().filter_map(|it| it.id.as_ref()).collect();
        if !offered.is_empty() && !zone.is_some_and(|zone| offered.contains(&zone)) {
            return dropped(format!("{} is not in the zone (IEP-6)", service.id));
        }
        let mut nodes: Vec<(&'m NetworkInterface, &'m LoadBalancer)> = Vec::new();
        for id in &service.gateway_load_balancers {
            let Some(balancer) = self.model.load_balancers.get(id) else { return Ok(()) };
            let is_own = |it: &&NetworkInterface| {
                let path = it.description.strip_prefix("ELB ");
                path.is_some_and(|path| balancer.id.as_str().ends_with(&format!(":loadbalancer/{path}")))
            };
            let is_there = |it: &&NetworkInterface| {
                self.model.subnets.get(&it.subnet).and_then(|it| it.zone.id.as_ref()) == zone
            };
            let own: Vec<_> = self.model.network_interfaces.iter().filter(is_own).filter(is_there).collect();
            let is_enabled = balancer.zones.iter().any(|it| {
                let subnet = it.subnet.as_ref().and_then(|id| self.model.subnets.get(id));
                subnet.is_some_and(|subnet| subnet.zone.id.as_ref() == zone)
            });
            if own.is_empty() && is_enabled {
                return Ok(());
            }
            nodes.extend(own.into_iter().map(|it| (it, balancer)));
        }
        match nodes.as_slice() {
            [] if service.gateway_load_balancers.is_empty() => Ok(()),
            [] => dropped(format!("{} is not in the zone (IEP-6)", service.id)),
            [(interface, balancer)] => {
                let node = Node { interface, balancer, is_by_endpoint: false };
                self.is_carried(endpoint, node)
            }
            _ => Ok(()),
        }
    }

    /// GWLB-5: inside of GENEVE to a target, and back.
    fn is_carried(&mut self, endpoint: &VpcEndpoint, node: Node<'m>) -> Step {
        match &node.balancer.state {
            None | Some(LoadBalancerState::Active | LoadBalancerState::ActiveImpaired) => {}
            Some(LoadBalancerState::Unknown(word)) => {
                self.suppose_or_drop(format!("{} works while {word}", node.balancer.id))?;
            }
            Some(LoadBalancerState::Provisioning | LoadBalancerState::Failed) => {
                return dropped(format!("{} is not active (LB-20)", node.balancer.id));
            }
        }
        let vpc = self.vpc(&node.interface.vpc)?;
        if !self.holds(ResourceKind::Listener, vpc) {
            return Ok(());
        }
        let listeners = self.model.listeners.iter();
        let own = listeners.filter(|it| it.load_balancer.as_ref() == Some(&node.balancer.id));
        let groups: Vec<_> = own.flat_map(|it| &it.actions).flat_map(|it| &it.target_groups).collect();
        let choices: Vec<Choice> =
            groups.into_iter().flat_map(|group| self.choices_of_group(node, group, 17)).collect();
        if choices.is_empty() {
            return dropped(format!("{} sends to nobody", node.balancer.id));
        }
        let kept = self.kept_targets.get(endpoint.id.as_str()).copied();
        let number = kept.unwrap_or_else(|| self.choices.pick(choices.len()));
        self.kept_targets.insert(endpoint.id.to_string(), number);
        match &choices[number] {
            Choice::Itself => Ok(()),
            Choice::Lost(why) => dropped(*why),
            Choice::Unknown(what) => self.suppose_or_drop(what.clone()),
            Choice::Target { address, port, .. } => self.there_and_back_again(node, *address, *port),
        }
    }

    fn there_and_back_again(&mut self, node: Node<'m>, address: IpAddr, port: u16) -> Step {
        let Some(target) = self.interface_at(&node.interface.vpc, address) else {
            return self.suppose_or_drop(format!("the way to {address} is open"));
        };
        let own = node.interface.addresses.first().map(|it| IpAddr::V4(it.private));
        let Some(own) = own.filter(|_| address.is_ipv4()) else { return Ok(()) };
        let transport = Transport::Ports { protocol: 17, source: 60000, destination: port };
        let there = Packet { source: own, destination: address, transport };
        let back = Packet { source: address, destination: own, transport };
        let (near, far) = (self.subnet(&node.interface.subnet)?, self.subnet(&target.subnet)?);
        if near.id != far.id {
            self.network_acl(near, Direction::Outbound, &there)?;
            self.network_acl(far, Direction::Inbound, &there)?;
        }
        self.carries(target)?;
        let sender = self.sender.replace(node.interface);
        let crossings = std::mem::take(&mut self.crossings);
        let judged = self.groups(target, Direction::Inbound, &there);
        self.sender = sender;
        self.crossings = crossings;
        judged?;
        if near.id != far.id {
            self.network_acl(far, Direction::Outbound, &back)?;
            self.network_acl(near, Direction::Inbound, &back)?;
        }
        Ok(())
    }
}
