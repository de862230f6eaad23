//! The forward walk: out of an interface, through its subnet's table, into an interface (section 1).

use std::collections::BTreeMap;
use std::net::IpAddr;

use netpath::model::{
    Instance, InstanceState, InterfaceKind, Model, NetworkInterface, NetworkInterfaceId, ResourceKind,
    RouteTarget, SecurityGroupId, Subnet, SubnetId, TransitGatewayAttachmentId, TransitGatewayId, Vpc,
    VpcEndpointId, VpcId, VpcPeeringConnectionId, VpcState,
};

use super::addresses::{owns, within};
use super::balancers::{Balanced, is_load_balancer};
use super::choices::Choices;
use super::clients::is_door;
use super::filters::Direction;
use super::firewalls::Memory;
use super::nat::Translation;
use super::{End, Fate, Interpreter, Outcome, Packet, Start, Transport};

/// Why a walk does not arrive.
#[derive(Debug, Clone)]
pub enum Stop {
    Dropped(String),
    Unknown(String),
}

/// A step of a walk: it goes on, or it stops.
pub type Step<T = ()> = Result<T, Stop>;

/// The packet is dropped.
pub fn dropped<T>(why: impl Into<String>) -> Step<T> {
    Err(Stop::Dropped(why.into()))
}

/// What becomes of the packet is not known.
pub fn unknown<T>(why: impl Into<String>) -> Step<T> {
    Err(Stop::Unknown(why.into()))
}

/// Where a packet arrived, and its header as it is there.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub end: End,
    pub packet: Packet,
}

/// How a packet came into the subnet that it now leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An interface of the VPC sent it, or a NAT gateway of the VPC in its own name.
    Inside,
    /// It came in from elsewhere: through a transit gateway's attachment, or as a reply that a NAT gateway
    /// gives back.
    Outside,
}

/// Something between two VPCs that a reference to a group may hold across.
#[derive(Debug, Clone)]
pub enum Crossing {
    /// SG-17; whether both sides are known to be of one Region.
    Peering { is_one_region: Option<bool> },
    /// SG-18; whether the gateway and both attachments support references.
    TransitGateway { supports_references: bool },
    /// TGW-24.
    TransitGatewayPeering,
    /// SG-15.
    Appliance,
}

/// One packet on its way, with what must be remembered of it.
pub struct Walk<'w, 'm> {
    pub model: &'m Model,
    pub interpreter: &'w Interpreter<'m>,
    pub choices: &'w Choices,
    /// Lines of the story, when one is told.
    pub story: Option<Vec<String>>,
    /// Whether it is the reply that walks: groups do not look at it (SG-2).
    pub is_reply: bool,
    /// The interface that sent the packet, while its source address is still its own: SG-13 … SG-15.
    pub sender: Option<&'m NetworkInterface>,
    /// What lies between the sender and here.
    pub crossings: Vec<Crossing>,
    /// Groups of which the receiver must be a member, since the sender's rules admit nothing else (SG-13).
    pub receiver_must_be_in: Option<Vec<SecurityGroupId>>,
    /// Whether somebody in one of them has the address that the packet was sent to.
    pub is_for_a_member: bool,
    /// Whether somebody who is not in the snapshot may.
    pub may_be_for_a_member: bool,
    /// Whether the question itself says that an end is on premises.
    pub is_on_premises_asked: bool,
    /// Whether the packet came in through an internet gateway.
    pub is_from_internet: bool,
    /// What firewalls remember of the way there, by endpoint.
    pub inspections: Vec<(VpcEndpointId, Memory)>,
    /// The endpoints whose stateful rules have met the reply.
    pub inspected_replies: Vec<VpcEndpointId>,
    /// What NAT gateways and egress-only gateways remember.
    pub translations: Vec<Translation>,
    /// The peering connection that a NAT gateway sent over, which its reply takes back (NAT-8).
    pub return_to_sender: Option<VpcPeeringConnectionId>,
    /// The appliances that the packet went through, and whether a gateway's table sent it there.
    pub passed: Vec<(String, bool)>,
    /// The same of the way there, for the reply.
    pub passed_there: Vec<(String, bool)>,
    /// Appliances' interfaces whose groups passed the packet, and which way: SG-2.
    pub tracked: Vec<(NetworkInterfaceId, Direction)>,
    /// Where the table of the next subnet sends, when that was found out before.
    pub known_target: Option<RouteTarget>,
    /// The targets that Gateway Load Balancers keep a flow to, by endpoint.
    pub kept_targets: BTreeMap<String, usize>,
    /// The attachment subnets that transit gateways keep a flow to: TGW-11.
    pub kept_doors: BTreeMap<TransitGatewayAttachmentId, usize>,
    /// Whether the packet came out of a transit gateway.
    pub is_from_transit: bool,
    /// What load balancers carry on with targets; on the way back, what they still wait for.
    pub balanced: Vec<Balanced<'m>>,
    /// By which attachments the packet went into transit gateways, and as what.
    pub transits: Vec<(TransitGatewayAttachmentId, Packet)>,
    hops: u32,
}

impl<'w, 'm> Walk<'w, 'm> {
    pub fn new(interpreter: &'w Interpreter<'m>, choices: &'w Choices) -> Walk<'w, 'm> {
        Walk {
            model: interpreter.model,
            interpreter,
            choices,
            story: None,
            is_reply: false,
            sender: None,
            crossings: Vec::new(),
            receiver_must_be_in: None,
            is_for_a_member: false,
            may_be_for_a_member: false,
            is_on_premises_asked: false,
            is_from_internet: false,
            inspections: Vec::new(),
            inspected_replies: Vec::new(),
            translations: Vec::new(),
            return_to_sender: None,
            passed: Vec::new(),
            passed_there: Vec::new(),
            tracked: Vec::new(),
            known_target: None,
            kept_targets: BTreeMap::new(),
            kept_doors: BTreeMap::new(),
            is_from_transit: false,
            balanced: Vec::new(),
            transits: Vec::new(),
            hops: 0,
        }
    }

    /// The packet, then its reply.
    pub fn there_and_back(&mut self, start: &Start, packet: Packet) -> Fate {
        let forward = self.forward(start, packet);
        let round_trip = match &forward {
            Ok(arrival) => self.round_trip(start, packet, arrival),
            Err(stop) => Outcome::from(stop.clone()),
        };
        let forward = forward.map_or_else(Outcome::from, |arrival| Outcome::Delivered(arrival.end));
        Fate { forward, round_trip }
    }

    fn forward(&mut self, start: &Start, packet: Packet) -> Step<Arrival> {
        match start {
            Start::Internet => self.enter_from_internet(packet),
            Start::OnPremises => {
                self.is_on_premises_asked = true;
                self.enter_from_on_premises(packet)
            }
            Start::Clients(endpoint, group) => self.enter_from_client(endpoint, group.as_deref(), packet),
            Start::Interface(id) => match self.model.network_interfaces.get(id) {
                Some(interface) => self.send(interface, packet),
                None => unknown(format!("{id} is not in the snapshot")),
            },
        }
    }

    /// A line of the story.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(line());
        }
    }

    /// Counts hops, so that a loop ends.
    pub fn hop(&mut self) -> Step {
        self.hops += 1;
        if self.hops > 32 { dropped("the packet goes round in a loop") } else { Ok(()) }
    }

    /// Forgets the way there, and keeps what gateways remember of it.
    pub fn turn_round(&mut self) {
        self.is_reply = true;
        self.sender = None;
        self.crossings.clear();
        self.receiver_must_be_in = None;
        self.is_from_internet = false;
        self.is_from_transit = false;
        self.transits.clear();
        self.passed_there = std::mem::take(&mut self.passed);
        self.hops = 0;
    }

    pub fn vpc(&self, id: &VpcId) -> Step<&'m Vpc> {
        self.model.vpcs.get(id).map_or_else(|| unknown(format!("{id} is not in the snapshot")), Ok)
    }

    pub fn subnet(&self, id: &SubnetId) -> Step<&'m Subnet> {
        self.model.subnets.get(id).map_or_else(|| unknown(format!("{id} is not in the snapshot")), Ok)
    }

    /// Section 1.1: out of an interface.
    pub fn send(&mut self, interface: &'m NetworkInterface, packet: Packet) -> Step<Arrival> {
        self.say(|| format!("{} sends {packet}", interface.id));
        self.carries(interface)?;
        // IEP-3, NAT-3: interfaces of the network itself begin nothing.
        let is_of_the_network = matches!(
            interface.kind,
            InterfaceKind::VpcEndpoint | InterfaceKind::NatGateway | InterfaceKind::TransitGateway
        );
        if interface.kind == InterfaceKind::GatewayLoadBalancerEndpoint {
            return unknown(format!("{} is of a kind that is not modelled", interface.id));
        }
        if !self.is_reply && (is_of_the_network || self.endpoint_of(interface).is_some()) {
            return dropped(format!("{} never begins (IEP-3, NAT-3)", interface.id));
        }
        if !self.is_reply {
            self.begins_at_edge(interface, packet)?;
        }
        if interface.source_destination_check && !owns(interface, packet.source) {
            return dropped(format!("{} does not have {} (ENI-3)", interface.id, packet.source));
        }
        if !self.is_reply && is_load_balancer(interface) {
            self.balancer_is_active(interface)?;
        }
        // M-8: between two addresses of one host the packet never leaves it.
        if self.is_same_host(interface, packet.destination) {
            return Ok(Arrival { end: End::SameHost, packet });
        }
        if !self.is_reply && is_load_balancer(interface) {
            self.begins_with_targets(interface, &packet)?;
        }
        let vpc = self.vpc(&interface.vpc)?;
        // LL-7: no multicast, no broadcast.
        if packet.destination.is_multicast() || packet.destination == IpAddr::from([255, 255, 255, 255]) {
            return dropped("no multicast and no broadcast in a VPC (LL-7)");
        }
        if let Some((service, answered)) = link_local(vpc, packet.destination, self.has_lattice())? {
            let attributes = self.model.vpc_dns_attributes.get(&vpc.id);
            if service == "the resolver" && attributes.is_some_and(|it| it.support == Some(false)) {
                return dropped(format!("enableDnsSupport is off in {} (DNS-1)", vpc.id));
            }
            if service == "the metadata service" && self.door_of_client().is_some() {
                return dropped(format!(
                    "{service} answers hosts and tasks, not what is sent for a client (LL-1, LL-4)"
                ));
            }
            let is_answered = answered.iter().any(|(number, port)| match packet.transport {
                Transport::Ports { protocol, destination, .. } => protocol == *number && destination == *port,
                Transport::Icmp { .. } | Transport::Other { .. } => false,
            });
            if !is_answered {
                return dropped(format!("{service} does not answer {packet} (LL-1 … LL-4)"));
            }
            // LL-1 … LL-4, SG-23, ACL-13: not filtered.
            return Ok(Arrival { end: End::LinkLocal(service), packet });
        }
        self.encryption(vpc)?;
        // SG-13: whose address it has; also a reply meets the groups of appliances.
        self.sender = owns(interface, packet.source).then_some(interface);
        if !self.is_reply {
            self.groups(interface, Direction::Outbound, &packet)?;
        }
        let subnet = self.subnet(&interface.subnet)?;
        self.leave_subnet(vpc, subnet, packet, Origin::Inside)
    }

    /// Section 1.1, steps 3 to 6: a packet that stands in a subnet and is not for whoever holds it.
    pub fn leave_subnet(
        &mut self,
        vpc: &'m Vpc,
        subnet: &'m Subnet,
        packet: Packet,
        origin: Origin,
    ) -> Step<Arrival> {
        let known = self.known_target.take();
        self.hop()?;
        self.encryption(vpc)?;
        if self.awaits_preserved() {
            return self.preserved_back(subnet, packet);
        }
        // RT-2, ACL-7: inside a subnet there is no route table and no network ACL.
        if within(&subnet.associated_cidrs(), packet.destination) {
            return self.deliver(vpc, Some(subnet), packet);
        }
        self.network_acl(subnet, Direction::Outbound, &packet)?;
        self.known_target = known;
        self.by_table(vpc, subnet, packet, origin)
    }

    /// By the subnet's table.
    pub fn by_table(
        &mut self,
        vpc: &'m Vpc,
        subnet: &'m Subnet,
        packet: Packet,
        origin: Origin,
    ) -> Step<Arrival> {
        let known = self.known_target.take();
        if self.is_reply {
            // NAT-8: the reply to a NAT gateway goes back over the peering whatever the table says.
            if let Some(connection) = self.return_to_sender.take() {
                return self.cross_peering(vpc, &connection, packet, Origin::Inside);
            }
        }
        let table = self.table_of_subnet(vpc, subnet)?;
        let target = match known {
            Some(target) => target,
            None => self.route(vpc, table, packet.destination)?,
        };
        self.say(|| {
            let table = table.map_or("the missing table", |table| table.id.as_str());
            format!("{} by {table}: {} -> {target:?}", subnet.id, packet.destination)
        });
        self.follow(&target, vpc, subnet, packet, origin)
    }

    /// Section 5.3: what a route's target does.
    fn follow(
        &mut self,
        target: &RouteTarget,
        vpc: &'m Vpc,
        subnet: &'m Subnet,
        packet: Packet,
        origin: Origin,
    ) -> Step<Arrival> {
        match target {
            RouteTarget::Local => self.deliver(vpc, Some(subnet), packet),
            RouteTarget::Gateway(id) if id.starts_with("igw-") => {
                self.leave_by_internet_gateway(vpc, Some(subnet), id, packet)
            }
            RouteTarget::Gateway(id) if id.starts_with("vpce-") => self.endpoint(vpc, id, packet, origin),
            RouteTarget::Gateway(id) if id.starts_with("vgw-") => self.leave_by_vpn_gateway(vpc, id, packet),
            RouteTarget::NatGateway(id) => self.translate(vpc, subnet, id, packet),
            RouteTarget::PeeringConnection(id) => {
                self.cross_peering(vpc, &VpcPeeringConnectionId(id.clone()), packet, origin)
            }
            RouteTarget::TransitGateway(id) => {
                self.enter_transit_gateway(vpc, subnet, &TransitGatewayId(id.clone()), packet)
            }
            RouteTarget::EgressOnlyInternetGateway(id) => {
                self.leave_by_egress_only_gateway(vpc, subnet, id, packet)
            }
            RouteTarget::NetworkInterface(id) => {
                let interface = self.model.network_interfaces.iter().find(|it| it.id.as_str() == id);
                self.forward_by(vpc, Some(subnet), interface, id, packet)
            }
            RouteTarget::Instance(id) => {
                let interface = self.first_interface_of(id);
                self.forward_by(vpc, Some(subnet), interface, id, packet)
            }
            RouteTarget::CoreNetwork(arn) => self.enter_core_network(vpc, subnet, arn, packet),
            RouteTarget::Gateway(id) if super::wide::is_lattice(id) => {
                self.enter_service_network(vpc, packet, origin)
            }
            // Whatever else may stand there (JS-4).
            RouteTarget::Gateway(id) | RouteTarget::CarrierGateway(id) | RouteTarget::LocalGateway(id) => {
                unknown(format!("{id} is not modelled"))
            }
            RouteTarget::Unknown => unknown("a route's target is of a kind that nobody knows (JS-4)"),
        }
    }

    /// Section 1.2, steps 3 and 4: into the subnet of whoever has the address in this VPC.
    pub fn deliver(&mut self, vpc: &'m Vpc, from: Option<&Subnet>, packet: Packet) -> Step<Arrival> {
        self.encryption(vpc)?;
        if let Some(nat) = self.nat_gateway_at(&vpc.id, packet.destination) {
            return self.arrive_at_nat_gateway(vpc, nat, from, packet);
        }
        let Some(interface) = self.interface_at(&vpc.id, packet.destination) else {
            return self.nobody_at(vpc, packet.destination);
        };
        let subnet = self.subnet(&interface.subnet)?;
        // ACL-7, M-1: nothing is filtered between two ends in one subnet.
        if from.is_none_or(|from| from.id != subnet.id) {
            self.network_acl(subnet, Direction::Inbound, &packet)?;
        }
        self.receive(interface, packet)
    }

    /// Section 1.2, steps 5 and 6.
    fn receive(&mut self, interface: &'m NetworkInterface, packet: Packet) -> Step<Arrival> {
        self.say(|| format!("{} gets {packet}", interface.id));
        self.carries(interface)?;
        // M-7, TGW-3, GWLB-2: interfaces of the network itself answer nothing.
        if matches!(
            interface.kind,
            InterfaceKind::NatGateway
                | InterfaceKind::TransitGateway
                | InterfaceKind::GatewayLoadBalancerEndpoint
        ) {
            return dropped(format!("nobody listens at {} (M-7)", interface.id));
        }
        // CVPN-5: behind a Client VPN endpoint's interface are clients, who take answers only.
        if is_door(interface) {
            return self.to_client(interface, packet);
        }
        if self.is_from_internet && interface.deny_all_igw_traffic {
            return dropped(format!("{} takes nothing from the internet (IGW-7)", interface.id));
        }
        if !self.is_reply {
            self.groups(interface, Direction::Inbound, &packet)?;
            self.receiver_is_referenced(interface)?;
            self.endpoint_takes(interface, packet)?;
            // A function begins conversations only; nobody can connect to it.
            if interface.kind == InterfaceKind::Lambda {
                return dropped(format!("{} is a function's and takes nothing", interface.id));
            }
            self.ends_at_edge(interface)?;
        }
        if is_load_balancer(interface) {
            return self.balance(interface, packet);
        }
        if !self.is_reply
            && let Some(arrival) = self.through_endpoint(interface, packet)
        {
            return arrival;
        }
        if let Some(before) = self.translated_by(interface, packet) {
            return self.give_back(interface, before, packet);
        }
        Ok(Arrival { end: End::Interface(interface.id.clone()), packet })
    }

    /// An end that is no interface and so is no member of any group (SG-14).
    pub fn arrive(&self, end: End, packet: Packet) -> Step<Arrival> {
        // SG-18: over a transit gateway a sender's rules that name groups do not count.
        let is_direct = self.transits.is_empty();
        match self.receiver_must_be_in {
            Some(_) if is_direct && self.may_be_for_a_member => {
                self.suppose_or_drop("who has the address is in the group".to_owned())?;
                Ok(Arrival { end, packet })
            }
            Some(_) if !is_direct || !self.is_for_a_member => {
                dropped("the sender's rules admit members of groups only (SG-13, SG-14)")
            }
            Some(_) | None => Ok(Arrival { end, packet }),
        }
    }

    /// ENI-8: in use, attached, and its instance runs.
    pub fn carries(&self, interface: &NetworkInterface) -> Step {
        let id = &interface.id;
        let vpc = self.vpc(&interface.vpc)?;
        match &vpc.state {
            None | Some(VpcState::Available) => {}
            Some(VpcState::Pending) => return dropped(format!("{} is not available (VPC-7)", vpc.id)),
            Some(VpcState::Unknown(word)) => {
                self.suppose_or_drop(format!("{} works while {word}", vpc.id))?
            }
        }
        if interface.in_use == Some(false) {
            return dropped(format!("{id} is not in use (ENI-8)"));
        }
        let Some(attachment) = &interface.attachment else { return Ok(()) };
        if attachment.is_attached == Some(false) {
            return dropped(format!("{id} is not attached (ENI-8)"));
        }
        let Some(instance) = &attachment.instance else { return Ok(()) };
        let state = self.model.instances.get(instance).map(|instance: &Instance| &instance.state);
        match state {
            Some(Some(InstanceState::Running)) => Ok(()),
            Some(Some(
                InstanceState::Pending
                | InstanceState::ShuttingDown
                | InstanceState::Terminated
                | InstanceState::Stopping
                | InstanceState::Stopped,
            )) => dropped(format!("{instance} does not run (ENI-8)")),
            // Without the call, what an interface in use is attached to is taken to run; the answer says so.
            None => Ok(()),
            Some(None | Some(InstanceState::Unknown(_))) => self.suppose_or_drop(format!("{instance} runs")),
        }
    }

    /// A fact that the snapshot lacks and on which the packet's life hangs.
    pub fn suppose_or_drop(&self, fact: String) -> Step {
        if self.choices.suppose(fact.clone()) { Ok(()) } else { dropped(format!("not so: {fact}")) }
    }

    /// M-8: an address of the interface itself, or of another interface of its instance.
    fn is_same_host(&self, interface: &NetworkInterface, address: IpAddr) -> bool {
        let instance = |it: &NetworkInterface| it.attachment.as_ref().and_then(|it| it.instance.clone());
        let host = instance(interface);
        owns(interface, address)
            || self.model.network_interfaces.iter().any(|other| {
                other.vpc == interface.vpc
                    && host.is_some()
                    && instance(other) == host
                    && owns(other, address)
                    && self.carries(other).is_ok()
            })
    }

    /// Whether the snapshot has the whole answer to a call for the owner of a VPC.
    pub fn holds(&self, kind: ResourceKind, vpc: &Vpc) -> bool {
        self.model.coverage.holds(kind, vpc.about.account.as_ref(), vpc.about.region.as_ref())
    }
}

/// Section 34.
fn link_local(
    vpc: &Vpc,
    address: IpAddr,
    has_lattice: bool,
) -> Step<Option<(&'static str, &'static [(u8, u16)])>> {
    let http = ("the metadata service", &[(6, 80)][..]);
    let dns = ("the resolver", &[(6, 53), (17, 53)][..]);
    let ntp = ("the time service", &[(17, 123)][..]);
    let resolver = match vpc.primary_cidr {
        // DNS-1, LL-2: the VPC's base plus two.
        Some(ipnet::IpNet::V4(cidr)) => {
            u32::from(cidr.network()).checked_add(2).map(|it| IpAddr::V4(it.into()))
        }
        Some(ipnet::IpNet::V6(_)) | None => None,
    };
    if Some(address) == resolver {
        return Ok(Some(dns));
    }
    match address.to_string().as_str() {
        "169.254.169.254" | "fd00:ec2::254" => return Ok(Some(http)),
        "169.254.169.253" | "fd00:ec2::253" => return Ok(Some(dns)),
        "169.254.169.123" | "fd00:ec2::123" => return Ok(Some(ntp)),
        "169.254.170.2" => return Ok(Some(http)),
        _ => {}
    }
    let reserved = |text: &str| {
        text.parse::<ipnet::IpNet>().expect("a CIDR of the semantics document").contains(&address)
    };
    // LL-5.
    if has_lattice && (reserved("169.254.171.0/24") || reserved("fd00:ec2:80::/64")) {
        return Ok(None);
    }
    // RT-14, LL-6.
    if reserved("169.254.168.0/22") || reserved("fd00:ec2::/32") {
        return dropped(format!("no route forwards {address} (RT-14)"));
    }
    Ok(None)
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Outcome {
        match stop {
            Stop::Dropped(why) => Outcome::Dropped(why),
            Stop::Unknown(why) => Outcome::Unknown(why),
        }
    }
}
