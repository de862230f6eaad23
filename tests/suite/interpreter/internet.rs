//! Between a VPC and the internet: internet gateways, egress-only ones, and the gateway's route table
//! (sections 6 to 8).

use std::net::{IpAddr, Ipv4Addr};

use netpath::model::{
    AvailabilityMode, BlockState, ByoipState, EgressOnlyInternetGatewayId, GatewayAttachment,
    InternetGateway, InternetGatewayId, NetworkInterface, ResourceKind, RouteState, RouteTableAssociation,
    RouteTarget, Subnet, Vpc, VpcEndpointId,
};

use super::addresses::{PublicAddress, has_public_ipv6, is_global_ipv6, is_on_the_internet, owns, within};
use super::block_public_access::Began;
use super::nat::Translation;
use super::walk::{Arrival, Origin, Step, Walk, dropped, unknown};
use super::{End, Packet};

/// Where a gateway's table sends elsewhere than to whom packets are for.
enum Redirect<'m> {
    Appliance(&'m NetworkInterface),
    Endpoint(String),
}

impl<'m> Walk<'_, 'm> {
    /// Section 7, outbound.
    pub fn leave_by_internet_gateway(
        &mut self,
        vpc: &'m Vpc,
        subnet: Option<&'m Subnet>,
        id: &str,
        packet: Packet,
    ) -> Step<Arrival> {
        let gateway = self.model.internet_gateways.get(&InternetGatewayId::from(id));
        self.is_attached(
            gateway.map(|it| it.attachments.as_slice()),
            ResourceKind::InternetGateway,
            vpc,
            id,
        )?;
        let is_nat = self.nat_gateway_sent(packet);
        let sent = packet;
        let packet = match (packet.source, packet.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                // IGW-5.
                if !is_on_the_internet(destination) {
                    return dropped(format!("{id} does not take {destination} (IGW-5)"));
                }
                // IGW-2, IGW-3: the public address of this very private address. IGW-8, TGW-14: what only passes
                // through the VPC has none here.
                let Some(public) = self.public_of(vpc, source) else {
                    return dropped(format!("{source} has no public address (IGW-3)"));
                };
                Packet { source: IpAddr::V4(public), ..packet }
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                // IGW-6, VPC-5.
                if !has_public_ipv6(vpc, source) {
                    return dropped(format!("{source} is not public (VPC-5)"));
                }
                if !is_global_ipv6(destination) {
                    return dropped(format!("{destination} is not on the internet (IGW-6)"));
                }
                packet
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => {
                return dropped("a packet has one address family");
            }
        };
        let began = match (self.is_reply, is_nat) {
            (true, _) => Began::Outside,
            (false, false) => Began::Inside,
            (false, true) => Began::InsideByGateway,
        };
        self.block_public_access(vpc, subnet, began)?;
        // BPA-5: the sender's subnet, where the packet left the VPC by another one.
        let home = self.interface_at(&vpc.id, sent.source).and_then(|it| self.model.subnets.get(&it.subnet));
        if let (Some(home), false) = (home, self.is_reply) {
            self.block_public_access(vpc, Some(home), began)?;
        }
        self.say(|| format!("{id} lets out {packet}"));
        self.be_on_the_internet(packet)
    }

    /// Section 8, outbound.
    pub fn leave_by_egress_only_gateway(
        &mut self,
        vpc: &'m Vpc,
        subnet: &'m Subnet,
        id: &str,
        packet: Packet,
    ) -> Step<Arrival> {
        let gateway = self.model.egress_only_gateways.get(&EgressOnlyInternetGatewayId::from(id));
        let attachments = gateway.map(|it| it.attachments.as_slice());
        self.is_attached(attachments, ResourceKind::EgressOnlyInternetGateway, vpc, id)?;
        let (IpAddr::V6(source), IpAddr::V6(destination)) = (packet.source, packet.destination) else {
            return dropped(format!("{id} is for IPv6 (EIG-1)"));
        };
        if !has_public_ipv6(vpc, source) || !is_global_ipv6(destination) {
            return dropped(format!("{id} needs public addresses (EIG-3)"));
        }
        // EIG-5.
        if self.passed.iter().any(|(by, _)| by.starts_with("vpce-")) {
            return dropped(format!("{id} drops what a Gateway Load Balancer gave back (EIG-5)"));
        }
        // EIG-4, M-3: a reply to what came in another way is no answer to anything that it let out.
        if self.is_reply {
            return dropped(format!("{id} knows nothing of this flow (EIG-4)"));
        }
        self.block_public_access(vpc, Some(subnet), Began::InsideByGateway)?;
        self.translations.push(Translation::EgressOnly { packet });
        self.be_on_the_internet(packet)
    }

    /// A packet between gateways: for somebody in the snapshot (IGW-9), or for somebody else.
    pub fn be_on_the_internet(&mut self, packet: Packet) -> Step<Arrival> {
        // SG-14: whoever gets it sees an address from the internet.
        self.sender = None;
        self.is_from_transit = false;
        let is_ours = match packet.destination {
            IpAddr::V4(address) => self.public_address(address).is_some(),
            IpAddr::V6(address) => self.model.vpcs.iter().any(|vpc| {
                let mut blocks = vpc
                    .ipv6_cidrs
                    .iter()
                    .filter(|it| matches!(it.state, None | Some(BlockState::Associated)));
                blocks.any(|it| it.cidr.contains(&address))
            }),
        };
        match is_ours {
            true => self.enter_from_internet(packet),
            false => self.arrive(End::Internet, packet),
        }
    }

    /// Section 7, inbound.
    pub fn enter_from_internet(&mut self, packet: Packet) -> Step<Arrival> {
        self.hop()?;
        self.say(|| format!("the internet has {packet}"));
        // EIP-4: nobody finds a range that is not advertised.
        let brought = self.model.byoip_cidrs.iter().find(|it| it.cidr.contains(&packet.destination));
        match brought.map(|it| &it.state) {
            None | Some(None | Some(ByoipState::Advertised)) => {}
            Some(Some(ByoipState::Unknown(word))) => {
                self.suppose_or_drop(format!("a range that is {word} is advertised"))?;
            }
            Some(Some(state)) => return dropped(format!("{} is {state:?} (EIP-4)", packet.destination)),
        }
        match (packet.source, packet.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                // IGW-5.
                if !is_on_the_internet(source) {
                    return dropped(format!("{source} does not come from the internet (IGW-5)"));
                }
                self.enter_by_ipv4(destination, packet)
            }
            (IpAddr::V6(source), IpAddr::V6(_)) => {
                if !is_global_ipv6(source) {
                    return dropped(format!("{source} does not come from the internet (IGW-6)"));
                }
                self.enter_by_ipv6(packet)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => {
                dropped("a packet has one address family")
            }
        }
    }

    fn enter_by_ipv4(&mut self, destination: Ipv4Addr, packet: Packet) -> Step<Arrival> {
        match self.public_address(destination) {
            // JS-9: nobody asked for the interface that may have it.
            None if !self.is_reply && is_on_the_internet(destination) && self.lacks_interfaces() => {
                unknown(format!("{destination} may belong to an interface that is not in the snapshot"))
            }
            // IGW-4.
            None => dropped(format!("{destination} is no public address of the snapshot (IGW-4)")),
            Some(PublicAddress::Idle) => dropped(format!("{destination} stands for nothing (EIP-1)")),
            Some(PublicAddress::Elsewhere) => unknown(format!("{destination} belongs to something unseen")),
            Some(PublicAddress::Interface(interface, private)) => {
                let vpc = self.vpc(&interface.vpc)?;
                let subnet = self.subnet(&interface.subnet)?;
                let inside = Packet { destination: IpAddr::V4(private), ..packet };
                match self.enter_vpc(vpc, Some(subnet), Began::Inside, packet, inside.destination)? {
                    Some(appliance) => self.go_by(vpc, appliance, inside),
                    None => self.deliver(vpc, None, inside),
                }
            }
            Some(PublicAddress::NatGateway(nat, address)) => {
                let Some(vpc) = self.vpc_of_nat_gateway(nat) else {
                    return unknown(format!("the VPC of {} is not in the snapshot", nat.id));
                };
                let vpc = self.vpc(&vpc)?;
                let subnet = nat.subnet.as_ref().and_then(|id| self.model.subnets.get(id));
                // A regional gateway has no private address to translate to (NAT-10).
                let private = address.private.filter(|_| nat.availability != AvailabilityMode::Regional);
                let inside = IpAddr::V4(private.unwrap_or(destination));
                let inside = Packet { destination: inside, ..packet };
                match self.enter_vpc(vpc, subnet, Began::InsideByGateway, packet, inside.destination)? {
                    Some(appliance) => self.go_by(vpc, appliance, inside),
                    None => self.arrive_at_nat_gateway(vpc, nat, None, inside),
                }
            }
        }
    }

    fn lacks_interfaces(&self) -> bool {
        let kind = ResourceKind::NetworkInterface;
        let interfaces = &self.model.network_interfaces;
        let is_unasked = !self.model.coverage.holds_any(kind) && interfaces.is_empty();
        is_unasked || self.model.vpcs.iter().any(|vpc| !self.holds(kind, vpc))
    }

    fn enter_by_ipv6(&mut self, packet: Packet) -> Step<Arrival> {
        let IpAddr::V6(destination) = packet.destination else { return dropped("not IPv6") };
        let owner = self.model.network_interfaces.iter().find(|interface| {
            let vpc = self.model.vpcs.get(&interface.vpc);
            owns(interface, packet.destination) && vpc.is_some_and(|vpc| has_public_ipv6(vpc, destination))
        });
        let Some(interface) = owner else {
            let vpc = self.model.vpcs.iter().find(|vpc| has_public_ipv6(vpc, destination));
            return match vpc {
                Some(vpc) => self.nobody_at(vpc, packet.destination),
                None => dropped(format!("{destination} is no public address of the snapshot (IGW-6)")),
            };
        };
        let vpc = self.vpc(&interface.vpc)?;
        let subnet = self.subnet(&interface.subnet)?;
        let is_let_out = |it: &Translation| match it {
            Translation::EgressOnly { packet: out } => out.reply() == Some(packet),
            Translation::NatGateway { .. } | Translation::Appliance { .. } | Translation::Client { .. } => {
                false
            }
        };
        // EIG-1: the answer to what an egress-only gateway let out.
        if self.is_reply && self.translations.iter().any(is_let_out) {
            self.block_public_access(vpc, Some(subnet), Began::InsideByGateway)?;
            return self.deliver(vpc, None, packet);
        }
        match self.enter_vpc(vpc, Some(subnet), Began::Inside, packet, packet.destination)? {
            Some(appliance) => self.go_by(vpc, appliance, packet),
            None => self.deliver(vpc, None, packet),
        }
    }

    /// Through the VPC's internet gateway, Block Public Access and the gateway's route table (GRT-1).
    fn enter_vpc(
        &mut self,
        vpc: &'m Vpc,
        subnet: Option<&'m Subnet>,
        reply_to: Began,
        packet: Packet,
        destination: IpAddr,
    ) -> Step<Option<Redirect<'m>>> {
        // `GATEWAY_REJECTS_SPOOFED_TRAFFIC`: nothing from outside has an address of the VPC.
        if within(&vpc.associated_cidrs(), packet.source) {
            return dropped(format!("{} is an address of {} itself", packet.source, vpc.id));
        }
        self.encryption(vpc)?;
        let gateway = self.internet_gateway_of(vpc)?;
        self.block_public_access(vpc, subnet, if self.is_reply { reply_to } else { Began::Outside })?;
        self.is_from_internet = true;
        // IGW-7: at the gateway already, whatever stands behind it.
        if let Some(interface) = self.interface_at(&vpc.id, destination)
            && interface.deny_all_igw_traffic
        {
            return dropped(format!("{} takes nothing from the internet (IGW-7)", interface.id));
        }
        // NAT-10: a regional gateway has no address in the VPC that a route could be for.
        if !within(&vpc.associated_cidrs(), destination) {
            return Ok(None);
        }
        let is_associated = |it: &RouteTableAssociation| match it {
            RouteTableAssociation::Gateway(id) => match gateway {
                Some(gateway) => gateway.id.as_str() == id,
                None => id.starts_with("igw-"),
            },
            RouteTableAssociation::Main | RouteTableAssociation::Subnet(_) => false,
        };
        let mut tables = self.model.route_tables.iter().filter(|it| it.vpc == vpc.id);
        let Some(table) = tables.find(|it| it.associations.iter().any(is_associated)) else {
            return Ok(None);
        };
        let target = self.route(vpc, Some(table), destination)?;
        if target == RouteTarget::Local {
            return Ok(None);
        }
        let interface = match &target {
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
        if let Some(interface) = interface {
            return Ok(Some(Redirect::Appliance(interface)));
        }
        if let RouteTarget::Gateway(id) = &target
            && id.starts_with("vpce-")
        {
            return Ok(Some(Redirect::Endpoint(id.to_string())));
        }
        if self.is_reply {
            return dropped(format!("{} redirects a reply to {target:?} (GRT-4)", table.id));
        }
        unknown(format!("{} redirects to {target:?}, which is not modelled (GRT-2)", table.id))
    }

    fn go_by(&mut self, vpc: &'m Vpc, redirect: Redirect<'m>, packet: Packet) -> Step<Arrival> {
        match redirect {
            Redirect::Appliance(interface) => self.redirect(vpc, interface, packet),
            Redirect::Endpoint(id) => {
                // BPA-5.
                let endpoint = self.model.vpc_endpoints.get(&VpcEndpointId::from(id.as_str()));
                let subnet = endpoint.and_then(|it| self.model.subnets.get(it.subnets.first()?));
                if let (Some(subnet), false) = (subnet, self.is_reply) {
                    self.block_public_access(vpc, Some(subnet), Began::Outside)?;
                }
                self.endpoint(vpc, &id, packet, Origin::Outside)
            }
        }
    }

    /// RT-13, IGW-10: a gateway that an active route names.
    pub fn is_attached(
        &self,
        attachments: Option<&[GatewayAttachment]>,
        kind: ResourceKind,
        vpc: &Vpc,
        id: &str,
    ) -> Step {
        match attachments {
            Some(attachments) if attachments.iter().any(|it| it.vpc == vpc.id && it.is_in_force()) => Ok(()),
            Some(attachments) if attachments.iter().any(|it| it.vpc == vpc.id && it.odd_word().is_some()) => {
                unknown(format!("nobody knows the state of {id} (JS-4)"))
            }
            Some(_) => dropped(format!("{id} is not attached to {} (IGW-10)", vpc.id)),
            None if self.holds(kind, vpc) => self.suppose_or_drop(format!("{id} exists and is attached")),
            // An active route names it, and the call is not there to say otherwise.
            None => Ok(()),
        }
    }

    /// The internet gateway of a VPC; absent when there is one that the snapshot does not list.
    fn internet_gateway_of(&self, vpc: &Vpc) -> Step<Option<&'m InternetGateway>> {
        let is_in =
            |it: &&InternetGateway| it.attachments.iter().any(|it| it.vpc == vpc.id && it.is_in_force());
        if let Some(gateway) = self.model.internet_gateways.iter().find(is_in) {
            return Ok(Some(gateway));
        }
        let all = self.model.internet_gateways.iter().flat_map(|it| &it.attachments);
        if all.into_iter().any(|it| it.vpc == vpc.id && it.odd_word().is_some()) {
            return unknown(format!("nobody knows the state of the gateway of {} (JS-4)", vpc.id));
        }
        if self.holds(ResourceKind::InternetGateway, vpc) {
            return dropped(format!("{} has no internet gateway (IGW-10)", vpc.id));
        }
        let routes = self.model.route_tables.iter().filter(|it| it.vpc == vpc.id).flat_map(|it| &it.routes);
        let mut routes = routes.filter(|it| it.state == RouteState::Active);
        let names_one =
            routes.any(|route| matches!(&route.target, RouteTarget::Gateway(id) if id.starts_with("igw-")));
        if !names_one {
            self.suppose_or_drop(format!("{} has an internet gateway", vpc.id))?;
        }
        Ok(None)
    }

    /// The public address of a private one: an interface's, or a NAT gateway's (IGW-3, NAT-2).
    pub fn public_of(&self, vpc: &Vpc, private: Ipv4Addr) -> Option<Ipv4Addr> {
        let interface = self.interface_at(&vpc.id, IpAddr::V4(private));
        let association = interface.and_then(|it| it.addresses.iter().find(|it| it.private == private));
        let public = association.filter(|it| !it.is_carrier_or_customer).and_then(|it| it.public);
        public.or_else(|| {
            let nat = self.nat_gateway_at(&vpc.id, IpAddr::V4(private))?;
            nat.addresses.iter().find(|it| it.private == Some(private))?.public
        })
    }
}
