//! Appliances: interfaces that routes send packets to which are not theirs (ENI-3, ENI-9, GRT-3, GRT-4, GRT-7, SG-15).

use std::net::IpAddr;

use netpath::model::{InterfaceKind, NetworkInterface, RouteTarget, Subnet, Vpc};

use super::addresses::{owns, within};
use super::block_public_access::Began;
use super::filters::Direction;
use super::nat::Translation;
use super::walk::{Arrival, Crossing, Origin, Step, Stop, Walk, dropped, unknown};
use super::{Packet, Transport};

/// Where the table of an interface's subnet would send.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Lead {
    Nowhere,
    Near,
    To(RouteTarget),
    NotKnown,
}

impl<'m> Walk<'_, 'm> {
    /// The interface that a route names by its instance.
    pub fn first_interface_of(&self, instance: &str) -> Option<&'m NetworkInterface> {
        self.model.network_interfaces.iter().find(|it| {
            let attachment = it.attachment.as_ref();
            attachment.is_some_and(|it| {
                it.device_index.is_none_or(|index| index == 0)
                    && it.instance.as_ref().is_some_and(|it| it.as_str() == instance)
            })
        })
    }

    /// A gateway's table sends to an interface.
    pub fn redirect(
        &mut self,
        vpc: &'m Vpc,
        interface: &'m NetworkInterface,
        packet: Packet,
    ) -> Step<Arrival> {
        self.carries(interface)?;
        if owns(interface, packet.destination) {
            return self.deliver(vpc, None, packet);
        }
        // GRT-3.
        if interface.addresses.iter().all(|it| it.public.is_none()) {
            return dropped(format!("{} has no public address (GRT-3)", interface.id));
        }
        // GRT-4: a reply that is redirected must belong to what went out that way.
        let host = host(interface);
        if self.is_reply && self.passed_there.iter().all(|(known, _)| *known != host) {
            return dropped(format!("{} has not seen what it is a reply to (GRT-4)", interface.id));
        }
        // BPA-5.
        if !self.is_reply {
            self.block_public_access(vpc, Some(self.subnet(&interface.subnet)?), Began::Outside)?;
        }
        self.hand_over(vpc, None, interface, packet)
    }

    /// A route to an interface: RT-15, ENI-3.
    pub fn forward_by(
        &mut self,
        vpc: &'m Vpc,
        from: Option<&'m Subnet>,
        interface: Option<&'m NetworkInterface>,
        id: &str,
        packet: Packet,
    ) -> Step<Arrival> {
        let Some(interface) = interface else { return unknown(format!("{id} is not in the snapshot")) };
        self.carries(interface)?;
        if owns(interface, packet.destination) {
            return self.deliver(vpc, from, packet);
        }
        self.hand_over(vpc, from, interface, packet)
    }

    /// What must let a packet pass that is handed to an interface without being for it; then it is its host's.
    fn hand_over(
        &mut self,
        vpc: &'m Vpc,
        from: Option<&'m Subnet>,
        interface: &'m NetworkInterface,
        packet: Packet,
    ) -> Step<Arrival> {
        self.hop()?;
        if interface.source_destination_check {
            return dropped(format!("{} only takes what is for itself (ENI-3)", interface.id));
        }
        if from.is_none_or(|from| interface.subnet != from.id) {
            self.network_acl(self.subnet(&interface.subnet)?, Direction::Inbound, &packet)?;
        }
        self.groups_of_appliance(interface, Direction::Inbound, packet)?;
        if interface.kind != InterfaceKind::Interface || interface.requester_managed {
            return unknown(format!("{} is none that a host forwards by", interface.id));
        }
        let siblings = self.interfaces_of(interface);
        if siblings.iter().any(|it| owns(it, packet.destination)) {
            return unknown(format!("whether {} takes it for another interface", interface.id));
        }
        self.say(|| format!("{} gives it to its host", interface.id));
        self.goes_through(host(interface), from.is_none())?;
        self.pass_on(vpc, interface, packet)
    }

    /// What is so of everything that packets go through: it wants to see both ways, and groups are not known beyond.
    pub fn goes_through(&mut self, name: String, by_gateway: bool) -> Step {
        if self.is_reply && self.passed_there.iter().all(|(known, _)| *known != name) {
            self.suppose_or_drop(format!("{name} passes on what it has seen one way of"))?;
        }
        if !self.is_reply && self.receiver_must_be_in.is_some() {
            self.suppose_or_drop(format!("the sender's rules name groups beyond {name}"))?;
        }
        self.passed.push((name, by_gateway));
        // SG-15.
        self.crossings.push(Crossing::Appliance);
        Ok(())
    }

    /// SG-2: a reply passes where the request passed the other way; else the rules decide.
    fn groups_of_appliance(
        &mut self,
        interface: &'m NetworkInterface,
        way: Direction,
        packet: Packet,
    ) -> Step {
        if self.is_reply {
            let other = match way {
                Direction::Inbound => Direction::Outbound,
                Direction::Outbound => Direction::Inbound,
            };
            if self.tracked.contains(&(interface.id.clone(), other)) {
                return Ok(());
            }
        }
        // What the packet's sender may, was asked there.
        let asked_there = self.receiver_must_be_in.take();
        let judged = self.groups(interface, way, &packet);
        let wanted = std::mem::replace(&mut self.receiver_must_be_in, asked_there);
        judged?;
        if let Some(wanted) = wanted {
            // SG-13: it names groups, and whoever has the address is in one of them or not.
            let is_member = self.model.network_interfaces.iter().any(|it| {
                self.is_near(&interface.vpc, &it.vpc)
                    && owns(it, packet.destination)
                    && wanted.iter().any(|id| it.groups.contains(id))
            });
            if !is_member {
                let is_missing = wanted.iter().any(|id| self.model.security_groups.get(id).is_none());
                match is_missing {
                    true => self.suppose_or_drop(format!("{} is in a missing group", packet.destination))?,
                    false => return dropped(format!("{} names other groups (SG-13)", interface.id)),
                }
            }
        }
        if !self.is_reply {
            self.tracked.push((interface.id.clone(), way));
        }
        Ok(())
    }

    /// All interfaces of a host in one VPC.
    fn interfaces_of(&self, interface: &'m NetworkInterface) -> Vec<&'m NetworkInterface> {
        let instance = |it: &NetworkInterface| it.attachment.as_ref().and_then(|it| it.instance.clone());
        let is_sibling = |other: &&NetworkInterface| {
            other.id == interface.id
                || (other.vpc == interface.vpc
                    && instance(interface).is_some()
                    && instance(other) == instance(interface))
        };
        self.model.network_interfaces.iter().filter(is_sibling).collect()
    }

    /// ENI-9: out again, by the interface whose subnet the destination is in, else by one whose table knows a way.
    fn pass_on(&mut self, vpc: &'m Vpc, interface: &'m NetworkInterface, packet: Packet) -> Step<Arrival> {
        let mut exits = Vec::new();
        for exit in self.interfaces_of(interface) {
            exits.push((exit, self.lead(vpc, exit, packet)?));
        }
        let all = exits.clone();
        let has_near = exits.iter().any(|(_, lead)| *lead == Lead::Near);
        exits.retain(|(_, lead)| if has_near { *lead == Lead::Near } else { *lead != Lead::Nowhere });
        if exits.is_empty() {
            exits = all;
        }
        while exits.len() > 1 {
            let (exit, _) = &exits[0];
            if self.choices.suppose(format!("{} is where {} leaves", exit.id, packet.destination)) {
                exits.truncate(1);
            } else {
                exits.remove(0);
            }
        }
        let (exit, lead) = exits.remove(0);
        self.leave_appliance(vpc, exit, lead, packet)
    }

    fn lead(&mut self, vpc: &'m Vpc, exit: &'m NetworkInterface, packet: Packet) -> Step<Lead> {
        let subnet = self.subnet(&exit.subnet)?;
        if within(&subnet.associated_cidrs(), packet.destination) {
            return Ok(Lead::Near);
        }
        let table = self.table_of_subnet(vpc, subnet)?;
        Ok(match self.route(vpc, table, packet.destination) {
            Err(Stop::Dropped(_)) => Lead::Nowhere,
            Err(Stop::Unknown(_)) => Lead::NotKnown,
            Ok(target) => {
                let back = match &target {
                    RouteTarget::NetworkInterface(id) => {
                        self.model.network_interfaces.iter().find(|it| it.id.as_str() == id)
                    }
                    RouteTarget::Instance(id) => self.first_interface_of(id),
                    RouteTarget::Local
                    | RouteTarget::Gateway(_)
                    | RouteTarget::NatGateway(_)
                    | RouteTarget::PeeringConnection(_)
                    | RouteTarget::TransitGateway(_)
                    | RouteTarget::EgressOnlyInternetGateway(_)
                    | RouteTarget::CarrierGateway(_)
                    | RouteTarget::LocalGateway(_)
                    | RouteTarget::CoreNetwork(_)
                    | RouteTarget::Unknown => None,
                };
                let is_itself = back.is_some_and(|it| host(it) == host(exit) && it.vpc == exit.vpc);
                if is_itself { Lead::Nowhere } else { Lead::To(target) }
            }
        })
    }

    fn leave_appliance(
        &mut self,
        vpc: &'m Vpc,
        exit: &'m NetworkInterface,
        lead: Lead,
        packet: Packet,
    ) -> Step<Arrival> {
        let mut packet = packet;
        let to_internet = matches!(&lead, Lead::To(RouteTarget::Gateway(id)) if id.starts_with("igw-"));
        let own = exit.addresses.first().filter(|it| it.public.is_some() && !it.is_carrier_or_customer);
        if let (IpAddr::V4(source), Some(own), true) = (packet.source, own, to_internet)
            && self.public_of(vpc, source).is_none()
        {
            // A NAT instance: the gateway would drop anything else (IGW-3).
            let transport = match packet.transport {
                Transport::Ports { protocol, destination, .. } => {
                    Transport::Ports { protocol, source: self.some_port(), destination }
                }
                Transport::Icmp { protocol: 1, .. } => packet.transport,
                Transport::Icmp { .. } | Transport::Other { .. } => {
                    self.suppose_or_drop(format!("{} translates {packet}", exit.id))?;
                    packet.transport
                }
            };
            let after = Packet { source: IpAddr::V4(own.private), transport, ..packet };
            self.say(|| format!("{} makes it {after}", exit.id));
            let interface = exit.id.clone();
            self.translations.push(Translation::Appliance { interface, before: packet, after });
            self.sender = None;
            packet = after;
        } else if exit.source_destination_check && !owns(exit, packet.source) {
            return dropped(format!("{} does not have {} (ENI-3)", exit.id, packet.source));
        }
        self.carries(exit)?;
        self.encryption(vpc)?;
        self.groups_of_appliance(exit, Direction::Outbound, packet)?;
        if let Lead::To(target) = lead {
            self.known_target = Some(target);
        }
        self.leave_subnet(vpc, self.subnet(&exit.subnet)?, packet, Origin::Inside)
    }

    /// What an interface's host sent in its own name and a packet is the reply to.
    pub fn translated_by(&self, interface: &NetworkInterface, packet: Packet) -> Option<Packet> {
        if !self.is_reply {
            return None;
        }
        self.translations.iter().rev().find_map(|it| match it {
            Translation::Appliance { interface: by, before, after } => {
                (*by == interface.id && after.reply() == Some(packet)).then_some(*before)
            }
            Translation::NatGateway { .. } | Translation::EgressOnly { .. } | Translation::Client { .. } => {
                None
            }
        })
    }

    /// To whoever the appliance sent it for.
    pub fn give_back(
        &mut self,
        interface: &'m NetworkInterface,
        before: Packet,
        packet: Packet,
    ) -> Step<Arrival> {
        self.hop()?;
        let Some(reply) = before.reply() else { return dropped(format!("{packet} answers nothing")) };
        self.say(|| format!("{} gives back {reply}", interface.id));
        self.passed.push((host(interface), false));
        let vpc = self.vpc(&interface.vpc)?;
        self.pass_on(vpc, interface, reply)
    }

    /// Whether the reply came by everything that the request went through.
    pub fn came_by_all_appliances(&self) -> Step {
        for (host, by_gateway) in &self.passed_there {
            if self.passed.iter().any(|(known, _)| known == host) {
                continue;
            }
            if *by_gateway {
                return dropped(format!("the reply passes {host} by (GRT-4)"));
            }
            self.suppose_or_drop(format!("{host} passes on what it has seen one way of"))?;
        }
        Ok(())
    }
}

/// The instance of an interface, or the interface itself.
fn host(interface: &NetworkInterface) -> String {
    let instance = interface.attachment.as_ref().and_then(|it| it.instance.as_ref());
    instance.map_or_else(|| interface.id.to_string(), |it| format!("{it} in {}", interface.vpc))
}
