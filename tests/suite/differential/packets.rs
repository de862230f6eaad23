//! Random packets, most of them at an edge of something that the model says.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use netpath::model::{
    ClientVpnAuthorizationRule, ClientVpnRuleState, InterfaceKind, Model, NetworkInterface, Peer, PortMatch,
    RouteDestination, VpcId,
};

use super::random::Random;
use super::topologies::PORTS;
use crate::interpreter::{Packet, Start, Transport, is_door};

/// What a model makes interesting.
#[derive(Debug)]
pub struct Interesting {
    /// Ordinary interfaces, then those of gateways and endpoints, with VPC and addresses.
    interfaces: [Vec<Sender>; 2],
    /// Addresses of interfaces, NAT gateways and public ones.
    owned: Vec<IpAddr>,
    publics: Vec<IpAddr>,
    /// First and last addresses of blocks, and their neighbours.
    edges: Vec<IpAddr>,
    /// Addresses of entries of prefix lists, which routes may disagree about.
    listed: Vec<IpAddr>,
    ports: Vec<u16>,
    /// Whether something leads to on premises.
    has_links: bool,
    /// Clients of endpoints all of whose interfaces are seen, each with the VPC that they come into.
    clients: Vec<(Start, VpcId)>,
    /// Blocks of VPCs: nobody on the internet has an address of theirs.
    inside: Vec<IpNet>,
}

#[derive(Debug)]
struct Sender {
    start: Start,
    vpc: VpcId,
    addresses: Vec<IpAddr>,
}

const OUTSIDE: &[&str] = &["8.8.8.8", "203.0.113.7", "203.0.113.8", "52.216.0.1", "3.5.0.1", "52.94.0.9"];
const OUTSIDE_IPV6: &[&str] = &["2600::1", "2001:4860:4860::8888", "2600:1f00::5"];
/// Addresses on premises, in the blocks that random networks have there.
const ON_PREMISES: &[&str] =
    &["192.168.240.5", "192.168.240.9", "192.168.241.5", "172.20.0.9", "2001:db8:f0::5"];
const ODD: &[&str] = &[
    "169.254.169.254",
    "169.254.169.253",
    "169.254.169.123",
    "169.254.170.2",
    "169.254.168.9",
    "10.0.0.2",
    "10.1.0.2",
    "198.51.100.9",
    "fd00:ec2::253",
    "fd00:ec2::1",
    "64:ff9b::808:808",
    "64:ff9b::a00:4",
    "64:ff9b::c633:640b",
];

impl Interesting {
    pub fn new(model: &Model) -> Interesting {
        let mut owned = BTreeSet::new();
        let mut publics = BTreeSet::new();
        let mut interfaces = [Vec::new(), Vec::new()];
        for interface in model.network_interfaces.iter() {
            let addresses = addresses_of(interface);
            owned.extend(addresses.iter().copied());
            publics.extend(interface.addresses.iter().filter_map(|it| it.public).map(IpAddr::V4));
            publics.extend(addresses.iter().filter(|it| it.is_ipv6()));
            let start = Start::Interface(interface.id.clone());
            // What a Client VPN endpoint's interface sends is its clients'.
            if is_door(interface) {
                continue;
            }
            let kind = usize::from(interface.kind != InterfaceKind::Interface);
            interfaces[kind].push(Sender { start, vpc: interface.vpc.clone(), addresses });
        }
        for address in model.nat_gateways.iter().flat_map(|it| &it.addresses) {
            owned.extend(address.private.map(IpAddr::V4));
            publics.extend(address.public.map(IpAddr::V4));
        }
        publics.extend(model.elastic_addresses.iter().map(|it| IpAddr::V4(it.public)));
        Interesting {
            interfaces,
            owned: owned.into_iter().collect(),
            publics: publics.into_iter().collect(),
            edges: edges(&blocks(model)),
            listed: model
                .prefix_list_entries
                .iter()
                .flat_map(|it| &it.cidrs)
                .map(|it| it.network())
                .collect(),
            ports: ports(model),
            has_links: !model.vpn_connections.is_empty() || !model.direct_connect_associations.is_empty(),
            clients: clients(model),
            inside: model.vpcs.iter().flat_map(|it| it.associated_cidrs()).collect(),
        }
    }

    /// A start, its address, and a destination of the same family.
    pub fn pair(&self, random: &mut Random) -> Option<(Start, IpAddr, IpAddr)> {
        if !self.clients.is_empty() && random.chance(35) {
            let (start, vpc) = random.pick(&self.clients);
            let like = Sender { start: start.clone(), vpc: vpc.clone(), addresses: Vec::new() };
            let source: IpAddr = "10.99.0.7".parse().expect("an address");
            return (0..8).find_map(|_| {
                let destination = self.seen_from_inside(random, &like);
                destination.is_ipv4().then(|| (start.clone(), source, destination))
            });
        }
        if random.chance(75) {
            let [ordinary, others] = &self.interfaces;
            let list = if random.chance(97) { ordinary } else { others };
            let sender = random.any(list)?;
            let first = sender.addresses.first();
            let source = *if random.chance(55) { first } else { random.any(&sender.addresses) }?;
            return (0..8).find_map(|_| {
                let destination = self.seen_from_inside(random, sender);
                let is_own = sender.addresses.contains(&destination) && random.chance(95);
                let fits = destination.is_ipv4() == source.is_ipv4() && !is_own;
                fits.then(|| (sender.start.clone(), source, destination))
            });
        }
        if self.has_links && random.chance(45) {
            let source: IpAddr = random.pick(ON_PREMISES).parse().expect("an address");
            return (0..8).find_map(|_| {
                let list = if random.chance(90) { &self.owned } else { &self.edges };
                let destination = random.any(list).copied().unwrap_or_else(|| outside(random));
                (destination.is_ipv4() == source.is_ipv4()).then_some((
                    Start::OnPremises,
                    source,
                    destination,
                ))
            });
        }
        let text = if random.chance(25) { *random.pick(OUTSIDE_IPV6) } else { *random.pick(OUTSIDE) };
        let source = match random.any(&self.edges) {
            Some(edge) if random.chance(15) && self.is_outside(*edge) => *edge,
            _ => text.parse().expect("an address"),
        };
        (0..8).find_map(|_| {
            let destination = self.seen_from_outside(random);
            (destination.is_ipv4() == source.is_ipv4()).then_some((Start::Internet, source, destination))
        })
    }

    fn is_outside(&self, address: IpAddr) -> bool {
        let is_routed = match address {
            // Nobody sends from an address of one link (IGW-5).
            IpAddr::V4(address) => !address.is_link_local(),
            // No host on the internet has another than a global unicast address.
            IpAddr::V6(address) => address.octets()[0] >> 5 == 1,
        };
        is_routed && !self.publics.contains(&address) && !self.inside.iter().any(|it| it.contains(&address))
    }

    fn seen_from_inside(&self, random: &mut Random, sender: &Sender) -> IpAddr {
        let neighbours: Vec<IpAddr> = self.interfaces[0]
            .iter()
            .filter(|it| it.vpc == sender.vpc)
            .flat_map(|it| it.addresses.iter().copied())
            .collect();
        let list = match random.below(100) {
            0..=34 if self.has_links && random.chance(40) => {
                return random.pick(ON_PREMISES).parse().expect("an address");
            }
            0..=34 => &neighbours,
            35..=56 => &self.owned,
            57..=68 => &self.publics,
            69..=74 => &self.listed,
            75..=91 => return outside(random),
            92..=96 => &self.edges,
            _ => return random.pick(ODD).parse().expect("an address"),
        };
        random.any(list).copied().unwrap_or_else(|| outside(random))
    }

    fn seen_from_outside(&self, random: &mut Random) -> IpAddr {
        let list = match random.below(100) {
            0..=89 => &self.publics,
            90..=94 => &self.owned,
            95..=97 => &self.edges,
            _ => return outside(random),
        };
        random.any(list).copied().unwrap_or_else(|| outside(random))
    }

    /// The rest of the header.
    pub fn transport(&self, random: &mut Random, is_ipv6: bool) -> Transport {
        let source = if random.chance(70) { *random.pick(PORTS) } else { self.port(random) };
        match random.below(100) {
            0..=57 => Transport::Ports { protocol: 6, source, destination: self.port(random) },
            58..=71 => Transport::Ports { protocol: 17, source, destination: self.port(random) },
            72..=89 => {
                let is_usual = random.chance(92);
                let protocol = if is_ipv6 == is_usual { 58 } else { 1 };
                let kinds: &[u8] =
                    if protocol == 1 { &[8, 8, 8, 0, 3, 13, 17] } else { &[128, 128, 129, 1, 135] };
                Transport::Icmp { protocol, kind: *random.pick(kinds), code: *random.pick(&[0, 0, 0, 1, 4]) }
            }
            _ => Transport::Other { protocol: *random.pick(&[47, 50, 0, 2, 132, 255]) },
        }
    }

    fn port(&self, random: &mut Random) -> u16 {
        let port = *random.any(&self.ports).unwrap_or(&443);
        match random.below(4) {
            0 => port.saturating_add(1),
            1 => port.saturating_sub(1),
            _ => port,
        }
    }

    /// A packet of a pair.
    pub fn packet(&self, random: &mut Random, source: IpAddr, destination: IpAddr) -> Packet {
        Packet { source, destination, transport: self.transport(random, source.is_ipv6()) }
    }
}

fn outside(random: &mut Random) -> IpAddr {
    let text = if random.chance(30) { random.pick(OUTSIDE_IPV6) } else { random.pick(OUTSIDE) };
    text.parse().expect("an address")
}

/// An interface's addresses, with the first and the last of each delegated prefix.
fn addresses_of(interface: &NetworkInterface) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = interface.addresses.iter().map(|it| IpAddr::V4(it.private)).collect();
    addresses.extend(interface.ipv6_addresses.iter().map(|it| IpAddr::V6(*it)));
    addresses
        .extend(interface.ipv4_prefixes.iter().flat_map(|it| [it.network(), it.broadcast()]).map(IpAddr::V4));
    addresses.extend(interface.ipv6_prefixes.iter().map(|it| IpAddr::V6(it.network())));
    addresses
}

/// Clients of whom no group is known, and those of each group that a rule in force names.
pub fn clients(model: &Model) -> Vec<(Start, VpcId)> {
    let mut clients = Vec::new();
    for endpoint in model.client_vpn_endpoints.iter() {
        let networks = model.client_vpn_target_networks.iter().filter(|it| it.endpoint == endpoint.id);
        let mut doors = networks.map(|network| {
            model.network_interfaces.iter().find(|it| it.subnet == network.subnet && is_door(it))
        });
        let Some(Some(first)) = doors.next() else { continue };
        if doors.any(|it| it.is_none()) || endpoint.pool.is_none() {
            continue;
        }
        let is_own = |it: &&ClientVpnAuthorizationRule| {
            it.endpoint == endpoint.id && matches!(it.state, None | Some(ClientVpnRuleState::Active))
        };
        let rules = model.client_vpn_authorization_rules.iter().filter(is_own);
        let groups: BTreeSet<Option<String>> =
            rules.map(|it| it.group.as_ref().map(ToString::to_string)).chain([None]).collect();
        let start = |group| (Start::Clients(endpoint.id.clone(), group), first.vpc.clone());
        clients.extend(groups.into_iter().map(start));
    }
    clients
}

fn blocks(model: &Model) -> BTreeSet<IpNet> {
    let mut blocks: BTreeSet<IpNet> = model.vpcs.iter().flat_map(|it| it.associated_cidrs()).collect();
    blocks.extend(model.subnets.iter().flat_map(|it| it.associated_cidrs()));
    let routes = model.route_tables.iter().flat_map(|it| &it.routes);
    blocks.extend(routes.filter_map(|it| match &it.destination {
        RouteDestination::Cidr(cidr) => Some(*cidr),
        RouteDestination::PrefixList(_) => None,
    }));
    let groups = model.security_groups.iter();
    let peers = groups.flat_map(|it| it.inbound.iter().chain(&it.outbound)).flat_map(|it| &it.peers);
    blocks.extend(peers.filter_map(|it| match it {
        Peer::Cidr(cidr) => Some(*cidr),
        Peer::PrefixList(_) | Peer::Group(_) => None,
    }));
    blocks.extend(
        model.network_acls.iter().flat_map(|it| it.inbound.iter().chain(&it.outbound)).map(|it| it.cidr),
    );
    blocks.extend(model.prefix_list_entries.iter().flat_map(|it| it.cidrs.iter().copied()));
    blocks
}

fn edges(blocks: &BTreeSet<IpNet>) -> Vec<IpAddr> {
    let mut edges = BTreeSet::new();
    for block in blocks.iter().filter(|it| it.prefix_len() > 0) {
        match block {
            IpNet::V4(net) => {
                let (first, last) = (u32::from(net.network()), u32::from(net.broadcast()));
                let numbers = [first.wrapping_sub(1), first, first + 1, last, last.wrapping_add(1)];
                edges.extend(numbers.map(|it| IpAddr::V4(Ipv4Addr::from(it))));
            }
            IpNet::V6(net) => {
                let (first, last) = (u128::from(net.network()), u128::from(net.broadcast()));
                let numbers = [first.wrapping_sub(1), first, first + 1, last, last.wrapping_add(1)];
                edges.extend(numbers.map(|it| IpAddr::V6(Ipv6Addr::from(it))));
            }
        }
    }
    edges.into_iter().collect()
}

/// Every port at which a rule begins or ends.
fn ports(model: &Model) -> Vec<u16> {
    let groups = model.security_groups.iter().flat_map(|it| it.inbound.iter().chain(&it.outbound));
    let entries = model.network_acls.iter().flat_map(|it| it.inbound.iter().chain(&it.outbound));
    let matches = groups.map(|it| it.ports).chain(entries.map(|it| it.protocol));
    let mut ports: BTreeSet<u16> = [443].into();
    for it in matches {
        if let PortMatch::Ports { from, to, .. } = it {
            ports.extend([from, to]);
        }
    }
    ports.into_iter().collect()
}
