//! NAT gateways, both ways (section 9).

use std::net::{IpAddr, Ipv4Addr};

use netpath::model::{
    AvailabilityMode, ClientVpnEndpointId, InternetGatewayId, NatGateway, NatGatewayId, NatGatewayState,
    NetworkInterfaceId, ResourceKind, RouteTarget, Subnet, Vpc,
};

use super::addresses::{embedded_ipv4, is_on_the_internet};
use super::block_public_access::Began;
use super::filters::Direction;
use super::walk::{Arrival, Origin, Step, Walk, dropped, unknown};
use super::{Packet, Transport};

/// What a stateful gateway remembers of a packet that it let out.
#[derive(Debug, Clone)]
pub enum Translation {
    /// NAT-2.
    NatGateway { nat: NatGatewayId, before: Packet, after: Packet },
    /// An appliance in its own name, by one of its interfaces.
    Appliance { interface: NetworkInterfaceId, before: Packet, after: Packet },
    /// EIG-1.
    EgressOnly { packet: Packet },
    /// CVPN-2.
    Client { interface: NetworkInterfaceId, endpoint: ClientVpnEndpointId, before: Packet, after: Packet },
}

impl<'m> Walk<'_, 'm> {
    /// Whether a NAT gateway sends the packet in its own name.
    pub fn nat_gateway_sent(&self, packet: Packet) -> bool {
        self.translations.iter().any(|it| match it {
            Translation::NatGateway { after, .. } => *after == packet,
            Translation::Appliance { .. } | Translation::EgressOnly { .. } | Translation::Client { .. } => {
                false
            }
        })
    }

    /// Section 9: a packet whose route names a NAT gateway.
    pub fn translate(&mut self, vpc: &'m Vpc, from: &'m Subnet, id: &str, packet: Packet) -> Step<Arrival> {
        let Some(nat) = self.model.nat_gateways.get(&NatGatewayId::from(id)) else {
            return unknown(format!("{id} is not in the snapshot"));
        };
        // NAT-5: what comes from outside, redirected by a gateway's table, is not served.
        if self.is_from_internet {
            return dropped(format!("{id} serves what is sent in its VPC (NAT-5)"));
        }
        // NAT-11, RT-13.
        match &nat.state {
            None | Some(NatGatewayState::Available) => {}
            Some(NatGatewayState::Unknown(word)) => {
                self.suppose_or_drop(format!("{id} works while {word}"))?;
            }
            Some(
                NatGatewayState::Pending
                | NatGatewayState::Failed
                | NatGatewayState::Deleting
                | NatGatewayState::Deleted,
            ) => return dropped(format!("{id} is not available (NAT-11)")),
        }
        // NAT-12.
        if self.vpc_of_nat_gateway(nat).is_some_and(|it| it != vpc.id) {
            return dropped(format!("{id} is not in {} (NAT-12)", vpc.id));
        }
        // M-3: a reply for which it has no state.
        if self.is_reply {
            return dropped(format!("{id} knows nothing of this flow (M-3)"));
        }
        takes(nat, packet)?;
        if nat.has_appliance {
            return unknown(format!("an appliance stands in the way of {id} (NAT-15)"));
        }
        let already = |it: &Translation| match it {
            Translation::NatGateway { nat: other, .. } => *other == nat.id,
            Translation::Appliance { .. } | Translation::EgressOnly { .. } | Translation::Client { .. } => {
                false
            }
        };
        if self.translations.iter().any(already) {
            return dropped(format!("{id} sends to itself"));
        }
        match nat.availability {
            AvailabilityMode::Zonal => self.translate_in_subnet(vpc, from, nat, packet),
            AvailabilityMode::Regional => self.translate_regionally(vpc, from, nat, packet),
            AvailabilityMode::Unknown(ref word) => unknown(format!("{id} is {word}")),
        }
    }

    fn translate_in_subnet(
        &mut self,
        vpc: &'m Vpc,
        from: &'m Subnet,
        nat: &'m NatGateway,
        packet: Packet,
    ) -> Step<Arrival> {
        let Some(subnet) = &nat.subnet else { return unknown(format!("{} has no subnet", nat.id)) };
        let subnet = self.subnet(subnet)?;
        // NAT-4: its subnet's network ACL, when the packet comes from another subnet.
        if subnet.id != from.id {
            self.network_acl(subnet, Direction::Inbound, &packet)?;
        }
        let usable: Vec<Ipv4Addr> =
            nat.addresses.iter().filter(|it| it.is_in_use).filter_map(|it| it.private).collect();
        if usable.is_empty() && !nat.addresses.is_empty() {
            return dropped(format!("no address of {} is in use", nat.id));
        }
        if usable.is_empty() {
            return unknown(format!("the addresses of {} are not in the snapshot", nat.id));
        }
        let address = usable[self.choices.pick(usable.len())];
        let after = self.translated(nat, packet, address)?;
        // NAT-6: its own subnet's table.
        self.leave_subnet(vpc, subnet, after, Origin::Inside)
    }

    /// NAT-10: no subnet, a table of its own, public addresses.
    fn translate_regionally(
        &mut self,
        vpc: &'m Vpc,
        from: &'m Subnet,
        nat: &'m NatGateway,
        packet: Packet,
    ) -> Step<Arrival> {
        let usable: Vec<Ipv4Addr> =
            nat.addresses.iter().filter(|it| it.is_in_use).filter_map(|it| it.public).collect();
        if usable.is_empty() && !nat.addresses.is_empty() {
            return dropped(format!("no address of {} is in use", nat.id));
        }
        if usable.is_empty() {
            return unknown(format!("the addresses of {} are not in the snapshot", nat.id));
        }
        // It serves every zone, unless it is told to stay where it is.
        let mut zones = nat.addresses.iter().filter_map(|it| it.zone.id.as_deref());
        if !nat.expands && !zones.any(|zone| Some(zone) == self.zone_id(from)) {
            return dropped(format!("{} does not serve the zone of {} (NAT-10)", nat.id, from.id));
        }
        let address = usable[self.choices.pick(usable.len())];
        let after = self.translated(nat, packet, address)?;
        let Some(table) = nat.route_table.as_ref().and_then(|id| self.model.route_tables.get(id)) else {
            return unknown(format!("the route table of {} is not in the snapshot", nat.id));
        };
        let RouteTarget::Gateway(gateway) = self.route(vpc, Some(table), after.destination)? else {
            return unknown(format!("{} sends elsewhere than to the internet (NAT-10)", nat.id));
        };
        if !gateway.starts_with("igw-") {
            return unknown(format!("{} sends to {gateway} (NAT-10)", nat.id));
        }
        let it = self.model.internet_gateways.get(&InternetGatewayId(gateway.clone()));
        let attachments = it.map(|it| it.attachments.as_slice());
        self.is_attached(attachments, ResourceKind::InternetGateway, vpc, &gateway)?;
        if matches!(after.destination, IpAddr::V4(destination) if !is_on_the_internet(destination)) {
            return dropped(format!("{gateway} does not take {} (IGW-5)", after.destination));
        }
        self.block_public_access(vpc, None, Began::InsideByGateway)?;
        self.be_on_the_internet(after)
    }

    /// NAT-1, NAT-2, NAT-9: the packet in the gateway's name, which the gateway remembers.
    fn translated(&mut self, nat: &NatGateway, packet: Packet, address: Ipv4Addr) -> Step<Packet> {
        let destination = takes(nat, packet)?;
        let transport = match packet.transport {
            Transport::Ports { protocol, destination, .. } => {
                Transport::Ports { protocol, source: self.some_port(), destination }
            }
            Transport::Icmp { .. } | Transport::Other { .. } => packet.transport,
        };
        let after = Packet { source: IpAddr::V4(address), destination: IpAddr::V4(destination), transport };
        self.say(|| format!("{} makes it {after}", nat.id));
        self.translations.push(Translation::NatGateway { nat: nat.id.clone(), before: packet, after });
        // SG-15: the sender's membership is lost.
        self.sender = None;
        self.is_from_transit = false;
        Ok(after)
    }

    /// A port of the choice of whoever sends in its own name.
    pub fn some_port(&self) -> u16 {
        let ports = &self.interpreter.translated_ports;
        ports[self.choices.pick(ports.len())]
    }

    /// A packet for an address of a NAT gateway: given back to whom it is for, or nobody's (NAT-3, M-7).
    pub fn arrive_at_nat_gateway(
        &mut self,
        vpc: &'m Vpc,
        nat: &'m NatGateway,
        from: Option<&Subnet>,
        packet: Packet,
    ) -> Step<Arrival> {
        self.hop()?;
        let subnet = nat.subnet.as_ref().filter(|_| nat.availability != AvailabilityMode::Regional);
        if let Some(subnet) = subnet {
            let subnet = self.subnet(subnet)?;
            if from.is_none_or(|from| from.id != subnet.id) {
                self.network_acl(subnet, Direction::Inbound, &packet)?;
            }
        }
        let original = self.translations.iter().find_map(|it| match it {
            Translation::NatGateway { nat: other, before, after } => {
                (*other == nat.id && after.reply() == Some(packet)).then_some(*before)
            }
            Translation::Appliance { .. } | Translation::EgressOnly { .. } | Translation::Client { .. } => {
                None
            }
        });
        let Some(original) = original.filter(|_| self.is_reply) else {
            return dropped(format!("{} lets nobody in (NAT-3, M-7)", nat.id));
        };
        let Some(packet) = original.reply() else { return dropped("it has no reply") };
        self.say(|| format!("{} gives back {packet}", nat.id));
        self.is_from_internet = false;
        match subnet {
            // NAT-13: by its subnet's table.
            Some(subnet) => {
                let subnet = self.subnet(subnet)?;
                self.leave_subnet(vpc, subnet, packet, Origin::Outside)
            }
            None => {
                let table = nat.route_table.as_ref().and_then(|id| self.model.route_tables.get(id));
                let target = self.route(vpc, table, packet.destination)?;
                if target == RouteTarget::Local {
                    return self.deliver(vpc, None, packet);
                }
                if matches!(&target, RouteTarget::Gateway(id) if id.starts_with("igw-")) {
                    return dropped(format!("{} gives back by {target:?} (IGW-3)", nat.id));
                }
                unknown(format!("{} gives back by {target:?} (NAT-10)", nat.id))
            }
        }
    }
}

/// NAT-1, NAT-9: whether a NAT gateway translates the packet, and for which destination.
fn takes(nat: &NatGateway, packet: Packet) -> Step<Ipv4Addr> {
    let (destination, is_ipv6) = match packet.destination {
        IpAddr::V4(destination) => (destination, false),
        IpAddr::V6(destination) => match embedded_ipv4(destination) {
            Some(destination) => (destination, true),
            None => return dropped(format!("{} takes no IPv6 but 64:ff9b::/96 (NAT-9)", nat.id)),
        },
    };
    match packet.transport {
        Transport::Ports { .. } => Ok(destination),
        Transport::Icmp { protocol: 1, .. } if !is_ipv6 => Ok(destination),
        Transport::Icmp { .. } | Transport::Other { .. } => {
            dropped(format!("{} takes TCP, UDP and ICMP only (NAT-1)", nat.id))
        }
    }
}
