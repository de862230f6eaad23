//! Load balancers, and endpoints that lead to them (sections 21 and 23): which listener takes a packet, what each of
//! its targets sees, and the way back through the load balancer.

use std::net::IpAddr;

use netpath::model::{
    ActionKind, BalancedProtocol, ClassicLoadBalancer, EndpointConnectionId, EndpointService,
    EndpointServiceState, EndpointState, InterfaceKind, Listener, ListenerAction, LoadBalancer,
    LoadBalancerId, LoadBalancerKind, LoadBalancerState, NetworkInterface, ResourceKind, VpcEndpoint,
};

use super::addresses::within;
use super::filters::Direction;
use super::walk::{Arrival, Origin, Step, Walk, dropped, unknown};
use super::{End, Packet, Transport};

/// A conversation that a load balancer carries on with a target.
#[derive(Debug, Clone)]
pub struct Balanced<'m> {
    /// The interface that sent to the target.
    node: &'m NetworkInterface,
    /// The interface that the client sent to: the same, or an endpoint's.
    front: &'m NetworkInterface,
    asked: Packet,
    sent: Packet,
    is_preserved: bool,
}

/// What a listener may do with a packet.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// The load balancer answers by itself.
    Itself,
    Lost(&'static str),
    Unknown(String),
    Target {
        address: IpAddr,
        port: u16,
        checked: u16,
        is_preserved: bool,
    },
}

/// Whom an interface takes packets for.
enum Owner<'m> {
    Balancer(&'m LoadBalancer),
    Classic(&'m ClassicLoadBalancer),
}

/// A load balancer's interface and how it was come by.
#[derive(Clone, Copy)]
pub struct Node<'m> {
    pub interface: &'m NetworkInterface,
    pub balancer: &'m LoadBalancer,
    pub is_by_endpoint: bool,
}

/// LB-2: load balancers' interfaces, of which Application and Classic ones are told by their description.
pub fn is_load_balancer(interface: &NetworkInterface) -> bool {
    let is_by_kind = matches!(
        interface.kind,
        InterfaceKind::LoadBalancer | InterfaceKind::NetworkLoadBalancer | InterfaceKind::GatewayLoadBalancer
    );
    is_by_kind || (interface.requester_managed && interface.description.starts_with("ELB "))
}

/// LB-20: whether a listener's protocol runs over one.
pub fn carries(listener: Option<&BalancedProtocol>, number: u8) -> bool {
    match listener {
        Some(BalancedProtocol::Udp | BalancedProtocol::Quic | BalancedProtocol::Geneve) => number == 17,
        Some(BalancedProtocol::TcpUdp | BalancedProtocol::TcpQuic) => number == 6 || number == 17,
        Some(BalancedProtocol::Unknown(_)) => false,
        Some(
            BalancedProtocol::Tcp
            | BalancedProtocol::Tls
            | BalancedProtocol::Ssl
            | BalancedProtocol::Http
            | BalancedProtocol::Https,
        )
        | None => number == 6,
    }
}

impl<'m> Walk<'_, 'm> {
    fn owner(&self, interface: &NetworkInterface) -> Option<Owner<'m>> {
        let path = interface.description.strip_prefix("ELB ")?;
        let is_own = |it: &&LoadBalancer| it.id.as_str().ends_with(&format!(":loadbalancer/{path}"));
        if let Some(balancer) = self.model.load_balancers.iter().find(is_own) {
            return Some(Owner::Balancer(balancer));
        }
        let is_own = |it: &&ClassicLoadBalancer| {
            it.name == path && it.vpc.as_ref().is_none_or(|vpc| *vpc == interface.vpc)
        };
        self.model.classic_load_balancers.iter().find(is_own).map(Owner::Classic)
    }

    /// A packet that got to an interface of a load balancer.
    pub fn balance(&mut self, interface: &'m NetworkInterface, packet: Packet) -> Step<Arrival> {
        if self.is_reply {
            return self.back_at(interface, packet);
        }
        match self.owner(interface) {
            _ if interface.kind == InterfaceKind::GatewayLoadBalancer => dropped(format!(
                "nobody sends to {}, which carries what endpoints get (GWLB-5)",
                interface.id
            )),
            None => unknown(format!("the load balancer of {} is not in the snapshot", interface.id)),
            Some(Owner::Balancer(balancer)) => {
                let node = Node { interface, balancer, is_by_endpoint: false };
                self.by_listener(node, interface, packet)
            }
            Some(Owner::Classic(balancer)) => self.by_classic(interface, balancer, packet),
        }
    }

    /// LB-20: what is not active begins nothing either.
    pub fn balancer_is_active(&self, interface: &NetworkInterface) -> Step {
        let Some(Owner::Balancer(balancer)) = self.owner(interface) else { return Ok(()) };
        let (account, region) = (balancer.about.account.as_ref(), balancer.about.region.as_ref());
        match self.model.coverage.holds(ResourceKind::Listener, account, region) {
            true => self.is_active(balancer),
            false => Ok(()),
        }
    }

    /// LB-20.
    fn is_active(&self, balancer: &LoadBalancer) -> Step {
        match &balancer.state {
            None | Some(LoadBalancerState::Active | LoadBalancerState::ActiveImpaired) => Ok(()),
            Some(LoadBalancerState::Provisioning | LoadBalancerState::Failed) => {
                dropped(format!("{} is not active (LB-20)", balancer.name))
            }
            Some(LoadBalancerState::Unknown(word)) => {
                self.suppose_or_drop(format!("{} works while {word}", balancer.name))
            }
        }
    }

    fn by_listener(&mut self, node: Node<'m>, front: &'m NetworkInterface, packet: Packet) -> Step<Arrival> {
        let balancer = node.balancer;
        let holds = |kind, about: &netpath::model::About| {
            self.model.coverage.holds(kind, about.account.as_ref(), about.region.as_ref())
        };
        if !holds(ResourceKind::Listener, &balancer.about) {
            return unknown(format!("the listeners of {} are not in the snapshot", balancer.name));
        }
        self.is_active(balancer)?;
        let Transport::Ports { protocol, destination, .. } = packet.transport else {
            return dropped(format!("{} takes TCP and UDP only (M-5)", balancer.name));
        };
        let takes = |it: &&Listener| {
            it.load_balancer.as_ref() == Some(&balancer.id)
                && it.port == Some(destination)
                && carries(it.protocol.as_ref(), protocol)
        };
        let Some(listener) = self.model.listeners.iter().find(takes) else {
            return dropped(format!("no listener of {} takes {packet} (M-5)", balancer.name));
        };
        let choices = self.choices_of(node, listener, Some(packet.source), protocol);
        self.choose(node.interface, front, &choices, packet)
    }

    /// LB-15: rules in their order, as far as sources tell; then the default.
    fn choices_of(
        &self,
        node: Node<'m>,
        listener: &'m Listener,
        client: Option<IpAddr>,
        protocol: u8,
    ) -> Vec<Choice> {
        let mut choices = Vec::new();
        if node.balancer.kind == Some(LoadBalancerKind::Application) {
            let (account, region) = (listener.about.account.as_ref(), listener.about.region.as_ref());
            if !self.model.coverage.holds(ResourceKind::ListenerRule, account, region) {
                choices.push(Choice::Unknown(format!("the rules of {} are missing", listener.id)));
            }
            let mut rules: Vec<_> = self
                .model
                .listener_rules
                .iter()
                .filter(|it| it.listener == listener.id && !it.is_default)
                .collect();
            rules.sort_by_key(|rule| rule.priority);
            for rule in rules {
                let is_for = |blocks: &Vec<ipnet::IpNet>| client.is_none_or(|client| within(blocks, client));
                if !rule.sources.iter().all(is_for) {
                    continue;
                }
                choices.extend(self.choices_of_actions(node, &rule.actions, protocol));
                if rule.decides_by_source && client.is_some() {
                    return choices;
                }
            }
        }
        choices.extend(self.choices_of_actions(node, &listener.actions, protocol));
        choices
    }

    fn choices_of_actions(&self, node: Node<'m>, actions: &[ListenerAction], protocol: u8) -> Vec<Choice> {
        let is_login = |it: &ListenerAction| {
            matches!(
                it.kind,
                Some(
                    ActionKind::AuthenticateOidc
                        | ActionKind::AuthenticateCognito
                        | ActionKind::JwtValidation
                )
            )
        };
        let only_logins = actions.iter().all(is_login);
        let mut choices = Vec::new();
        for action in actions.iter().filter(|it| only_logins || !is_login(it)) {
            match &action.kind {
                None | Some(ActionKind::Forward) => {
                    for group in &action.target_groups {
                        choices.extend(self.choices_of_group(node, group, protocol));
                    }
                }
                // LB-14.
                Some(
                    ActionKind::Redirect
                    | ActionKind::FixedResponse
                    | ActionKind::AuthenticateOidc
                    | ActionKind::AuthenticateCognito
                    | ActionKind::JwtValidation,
                ) => choices.push(Choice::Itself),
                Some(ActionKind::Unknown(word)) => choices.push(Choice::Unknown(format!("what {word} does"))),
            }
        }
        choices
    }

    fn choose(
        &mut self,
        node: &'m NetworkInterface,
        front: &'m NetworkInterface,
        choices: &[Choice],
        packet: Packet,
    ) -> Step<Arrival> {
        if choices.is_empty() {
            return dropped(format!("nothing stands behind {} (LB-9)", node.id));
        }
        match &choices[self.choices.pick(choices.len())] {
            Choice::Itself => Ok(Arrival { end: End::Interface(front.id.clone()), packet }),
            Choice::Lost(why) => dropped(format!("{}: {why}", node.id)),
            Choice::Unknown(what) => unknown(format!("{}: {what}", node.id)),
            Choice::Target { address, port, is_preserved, .. } => {
                let is_preserved = *is_preserved && packet.source.is_ipv4() == address.is_ipv4();
                self.hand_on(node, front, packet, (*address, *port), is_preserved)
            }
        }
    }

    /// The second conversation: from the load balancer to the target (LB-5, LB-13, LB-16).
    fn hand_on(
        &mut self,
        node: &'m NetworkInterface,
        front: &'m NetworkInterface,
        packet: Packet,
        (address, port): (IpAddr, u16),
        is_preserved: bool,
    ) -> Step<Arrival> {
        if is_preserved && packet.source == address {
            return dropped(format!("{address} is its own target (M-4)"));
        }
        if is_preserved && self.is_from_transit {
            return unknown("whose address targets see of what comes through a transit gateway (LB-6)");
        }
        let own = match address {
            IpAddr::V4(_) => node.addresses.first().map(|it| IpAddr::V4(it.private)),
            IpAddr::V6(_) => node.ipv6_addresses.first().map(|it| IpAddr::V6(*it)),
        };
        let Some(own) = own else { return dropped(format!("{} has no address like {address}", node.id)) };
        let Transport::Ports { protocol, source, .. } = packet.transport else {
            return dropped("load balancers carry TCP and UDP");
        };
        let ports = &self.interpreter.translated_ports;
        let source = if is_preserved { source } else { ports[self.choices.pick(ports.len())] };
        let sent = Packet {
            source: if is_preserved { packet.source } else { own },
            destination: address,
            transport: Transport::Ports { protocol, source, destination: port },
        };
        self.balanced.push(Balanced { node, front, asked: packet, sent, is_preserved });
        self.say(|| format!("{} sends {sent}", node.id));
        self.sender = Some(node);
        self.crossings.clear();
        self.receiver_must_be_in = None;
        self.is_from_internet = false;
        self.is_from_transit = false;
        self.transits.clear();
        self.carries(node)?;
        let vpc = self.vpc(&node.vpc)?;
        self.encryption(vpc)?;
        self.groups(node, Direction::Outbound, &sent)?;
        let subnet = self.subnet(&node.subnet)?;
        // ACL-10: a Classic Load Balancer's, also to its own subnet.
        if matches!(self.owner(node), Some(Owner::Classic(_))) && within(&subnet.associated_cidrs(), address)
        {
            self.network_acl(subnet, Direction::Outbound, &sent)?;
        }
        self.leave_subnet(vpc, subnet, sent, Origin::Inside)
    }

    /// LB-13, M-4: an answer that carries the client's address goes to the load balancer, whatever the table says.
    pub fn awaits_preserved(&self) -> bool {
        self.is_reply && self.balanced.last().is_some_and(|it| it.is_preserved)
    }

    /// Whether a load balancer sent a request in its client's name.
    pub fn keeps_client(&self) -> bool {
        !self.is_reply && self.balanced.last().is_some_and(|it| it.is_preserved)
    }

    /// Such an answer, which has left the target's interface.
    pub fn preserved_back(&mut self, from: &'m netpath::model::Subnet, packet: Packet) -> Step<Arrival> {
        let Some(state) = self.balanced.last().cloned() else { return dropped("nobody carries the packet") };
        if from.id != state.node.subnet {
            self.network_acl(from, Direction::Outbound, &packet)?;
            let subnet = self.subnet(&state.node.subnet)?;
            self.network_acl(subnet, Direction::Inbound, &packet)?;
        }
        self.back_at(state.node, packet)
    }

    /// An answer that has come to an interface of a load balancer.
    fn back_at(&mut self, interface: &'m NetworkInterface, packet: Packet) -> Step<Arrival> {
        let Some(state) = self.balanced.pop() else {
            // What it asked by itself.
            return Ok(Arrival { end: End::Interface(interface.id.clone()), packet });
        };
        if state.node.id != interface.id || state.sent.reply() != Some(packet) {
            return dropped(format!("{} does not know {packet} (PCX-5)", interface.id));
        }
        let Some(answer) = state.asked.reply() else { return dropped("nothing answers") };
        self.say(|| format!("{} hands back {answer}", state.front.id));
        let vpc = self.vpc(&state.front.vpc)?;
        let subnet = self.subnet(&state.front.subnet)?;
        self.leave_subnet(vpc, subnet, answer, Origin::Inside)
    }

    /// LB-11: what a load balancer begins is for its targets, on their port or that of the health check.
    pub fn begins_with_targets(&mut self, interface: &'m NetworkInterface, packet: &Packet) -> Step {
        let mut targets = Vec::new();
        match self.owner(interface) {
            None => return self.suppose_or_drop(format!("{} begins something", interface.id)),
            Some(Owner::Classic(balancer)) => {
                for listener in &balancer.listeners {
                    let choices = self.choices_of_classic(interface, balancer, listener.instance_port);
                    targets.extend(choices.into_iter().map(|it| (it, 6)));
                }
            }
            Some(Owner::Balancer(balancer)) => {
                let (account, region) = (balancer.about.account.as_ref(), balancer.about.region.as_ref());
                if !self.model.coverage.holds(ResourceKind::Listener, account, region) {
                    return self.suppose_or_drop(format!("{} begins something", interface.id));
                }
                let node = Node { interface, balancer, is_by_endpoint: false };
                // GWLB-5: that of a Gateway Load Balancer takes everything and has no port.
                let is_gateway = balancer.kind == Some(LoadBalancerKind::Gateway);
                let own = |it: &&Listener| {
                    it.load_balancer.as_ref() == Some(&balancer.id) && (is_gateway || it.port.is_some())
                };
                if is_gateway && !self.model.listeners.iter().any(|it| own(&it)) {
                    return self.suppose_or_drop(format!("{} begins something", interface.id));
                }
                for listener in self.model.listeners.iter().filter(own) {
                    for number in [6, 17].into_iter().filter(|it| carries(listener.protocol.as_ref(), *it)) {
                        let choices = self.choices_of(node, listener, None, number);
                        targets.extend(choices.into_iter().map(|it| (it, number)));
                    }
                }
            }
        }
        let is_for = |(choice, number): &(Choice, u8)| match (choice, packet.transport) {
            (
                Choice::Target { address, port, checked, .. },
                Transport::Ports { protocol, destination, .. },
            ) => {
                *address == packet.destination
                    && ((protocol == *number && destination == *port)
                        || (protocol == 6 && destination == *checked))
            }
            (Choice::Target { .. }, Transport::Icmp { .. } | Transport::Other { .. })
            | (Choice::Itself | Choice::Lost(_) | Choice::Unknown(_), _) => false,
        };
        let is_unseen = |(choice, _): &(Choice, u8)| matches!(choice, Choice::Unknown(_));
        match targets.iter().any(is_for) {
            true => Ok(()),
            false if targets.iter().any(is_unseen) => {
                self.suppose_or_drop(format!("{} has a target at {}", interface.id, packet.destination))
            }
            false => dropped(format!("{} begins with its targets only (LB-11)", interface.id)),
        }
    }

    fn by_classic(
        &mut self,
        interface: &'m NetworkInterface,
        balancer: &'m ClassicLoadBalancer,
        packet: Packet,
    ) -> Step<Arrival> {
        let port = match packet.transport {
            Transport::Ports { protocol: 6, destination, .. } => destination,
            Transport::Ports { .. } | Transport::Icmp { .. } | Transport::Other { .. } => {
                return dropped(format!("{} takes TCP only (LB-19)", balancer.name));
            }
        };
        let Some(listener) = balancer.listeners.iter().find(|it| it.port == port) else {
            return dropped(format!("no listener of {} takes {packet} (LB-19)", balancer.name));
        };
        let choices = self.choices_of_classic(interface, balancer, listener.instance_port);
        self.choose(interface, interface, &choices, packet)
    }

    fn choices_of_classic(
        &self,
        interface: &NetworkInterface,
        balancer: &ClassicLoadBalancer,
        port: u16,
    ) -> Vec<Choice> {
        let attributes = self.model.load_balancer_attributes.get(&LoadBalancerId(balancer.name.clone()));
        let crosses = attributes.and_then(|it| it.cross_zone);
        let zones: Option<Vec<_>> = balancer
            .subnets
            .iter()
            .map(|id| self.model.subnets.get(id).map(|it| it.zone.id.clone()))
            .collect();
        let mut choices = Vec::new();
        for instance in &balancer.instances {
            let found = self.primary_of(instance.as_str());
            let Some((target, address)) = found.and_then(|it| Some((it, it.addresses.first()?.private)))
            else {
                choices.push(Choice::Unknown(format!("{instance} is not in the snapshot")));
                continue;
            };
            let zone = self.model.subnets.get(&target.subnet).and_then(|it| it.zone.id.clone());
            // LB-9.
            if zones.as_ref().is_some_and(|zones| !zones.is_empty() && !zones.contains(&zone)) {
                continue;
            }
            let is_here = self.zone_of_interface(target) == self.zone_of_interface(interface);
            // LB-8.
            match crosses {
                None if !is_here => choices.push(Choice::Unknown("whether it crosses zones".to_owned())),
                Some(false) if !is_here => {}
                Some(_) | None => choices.push(Choice::Target {
                    address: address.into(),
                    port,
                    checked: port,
                    is_preserved: false,
                }),
            }
        }
        choices
    }

    /// IEP-6, IEP-7: an endpoint for somebody's service that the snapshot has; none for others.
    pub fn through_endpoint(
        &mut self,
        interface: &'m NetworkInterface,
        packet: Packet,
    ) -> Option<Step<Arrival>> {
        let endpoint = self.endpoint_of(interface)?;
        let service = self.model.endpoint_services.iter().find(|it| it.name == endpoint.service_name)?;
        Some(self.through_service(interface, endpoint, service, packet))
    }

    /// IEP-8: the service works, and its owner has accepted the endpoint.
    pub fn service_works(&self, service: &EndpointService, endpoint: &VpcEndpoint) -> Step {
        match &service.state {
            None | Some(EndpointServiceState::Available) => {}
            Some(EndpointServiceState::Unknown(word)) => {
                self.suppose_or_drop(format!("{} works while {word}", service.id))?;
            }
            Some(
                EndpointServiceState::Pending
                | EndpointServiceState::Deleting
                | EndpointServiceState::Deleted
                | EndpointServiceState::Failed,
            ) => return dropped(format!("{} is not available (IEP-8)", service.id)),
        }
        let id = EndpointConnectionId::from(&*format!("{}/{}", service.id, endpoint.id));
        let connection = self.model.endpoint_connections.get(&id);
        let is_accepted = |state: &EndpointState| *state == EndpointState::Available;
        if connection.and_then(|it| it.state.as_ref()).is_some_and(|state| !is_accepted(state)) {
            return dropped(format!("{} is not accepted (IEP-8)", endpoint.id));
        }
        Ok(())
    }

    fn through_service(
        &mut self,
        interface: &'m NetworkInterface,
        endpoint: &VpcEndpoint,
        service: &'m EndpointService,
        packet: Packet,
    ) -> Step<Arrival> {
        self.service_works(service, endpoint)?;
        let zone = self.zone_of_interface(interface);
        let offered: Vec<String> =
            service.zones.iter().filter_map(|it| it.id.as_ref()).map(ToString::to_string).collect();
        // From another Region, AWS picks a zone.
        let regions = (&endpoint.about.region, &service.about.region);
        let is_elsewhere = matches!(regions, (Some(here), Some(there)) if here != there);
        let is_here = zone.as_ref().is_some_and(|zone| offered.contains(zone));
        if !is_elsewhere && !offered.is_empty() && !is_here {
            return dropped(format!("{} is not in the zone (IEP-6)", service.id));
        }
        let mut nodes = Vec::new();
        for id in &service.network_load_balancers {
            let Some(balancer) = self.model.load_balancers.get(id) else {
                return unknown(format!("{id} is not in the snapshot"));
            };
            let own = self.model.network_interfaces.iter().filter(|it| match self.owner(it) {
                Some(Owner::Balancer(owner)) => owner.id == balancer.id,
                Some(Owner::Classic(_)) | None => false,
            });
            let takes = |it: &&NetworkInterface| is_elsewhere || self.zone_of_interface(it) == zone;
            nodes.extend(own.filter(takes).map(|it| (it, balancer)));
        }
        match nodes.as_slice() {
            [] if is_elsewhere => {
                unknown(format!("the interfaces of {} are not in the snapshot", service.id))
            }
            [] => dropped(format!("{} is not in the zone (IEP-6)", service.id)),
            [(node, balancer)] => {
                // IEP-7: groups of the client are not known there.
                self.sender = None;
                if balancer.judges_private_link != Some(false) {
                    self.groups(node, Direction::Inbound, &packet)?;
                }
                let node = Node { interface: node, balancer, is_by_endpoint: true };
                self.by_listener(node, interface, packet)
            }
            _ => unknown(format!("which load balancer {} uses", service.id)),
        }
    }
}
