//! Address ranges with a meaning of their own: private, link-local, public.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{Ipv4Addr, Ipv6Addr};

use super::compiler::Compiler;
use super::rows::{LinkLocal, NOBODY, PublicOwner, ServiceRow};
use crate::model::{ResourceKind, Route, RouteTarget};
use crate::packet::{AddressMap, AddressSet, Family, TransportSet, protocol};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

const fn v6(first: u16, second: u16, last: u16, length: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, last), length))
}

/// Private IPv4 addresses.
pub(super) const RFC1918: &[IpNet] = &[v4(10, 0, 0, 0, 8), v4(172, 16, 0, 0, 12), v4(192, 168, 0, 0, 16)];
/// Shared address space of carriers.
pub(super) const RFC6598: &[IpNet] = &[v4(100, 64, 0, 0, 10)];
/// Global unicast IPv6 addresses.
const GLOBAL_UNICAST: IpNet = v6(0x2000, 0, 0, 3);
/// The prefix of IPv4 addresses in IPv6 (NAT-9).
pub(super) const NAT64: IpNet = v6(0x64, 0xff9b, 0, 96);
/// IPv4 addresses that are never a host on the internet, besides private ones.
const NOT_HOSTS: &[IpNet] =
    &[v4(0, 0, 0, 0, 8), v4(127, 0, 0, 0, 8), v4(169, 254, 0, 0, 16), v4(224, 0, 0, 0, 3)];

/// Protocols with a port each.
type Answered = &'static [(u8, u16)];
const HTTP: Answered = &[(protocol::TCP, 80)];
const DNS: Answered = &[(protocol::TCP, 53), (protocol::UDP, 53)];
const NTP: Answered = &[(protocol::UDP, 123)];

/// Services at link-local addresses that nothing filters (LL-1 … LL-4), and what they answer.
const LINK_LOCAL_SERVICES: &[(IpNet, &str, Answered)] = &[
    (v4(169, 254, 169, 254, 32), "instance metadata service", HTTP),
    (v4(169, 254, 169, 253, 32), "Amazon DNS", DNS),
    (v4(169, 254, 169, 123, 32), "Amazon Time Sync Service", NTP),
    (v4(169, 254, 170, 2, 32), "ECS task metadata", HTTP),
    (v6(0xfd00, 0xec2, 0x254, 128), "instance metadata service", HTTP),
    (v6(0xfd00, 0xec2, 0x253, 128), "Amazon DNS", DNS),
    (v6(0xfd00, 0xec2, 0x123, 128), "Amazon Time Sync Service", NTP),
];

/// Private IPv4 addresses, those of carriers included.
pub(super) fn private_ipv4() -> AddressSet {
    set_of(Family::V4, &[RFC1918, RFC6598].concat())
}

/// The addresses of a family in some blocks.
fn set_of(family: Family, nets: &[IpNet]) -> AddressSet {
    let of_family = nets.iter().filter(|net| Family::of(net.addr()) == family);
    AddressSet::of(family, of_family.map(|net| crate::packet::range_of(*net)))
}

/// Where hosts and tasks ask who they are: nobody else's packets get there (LL-1, LL-4).
pub(super) const OF_HOSTS: [IpNet; 3] =
    [v4(169, 254, 169, 254, 32), v4(169, 254, 170, 2, 32), v6(0xfd00, 0xec2, 0x254, 128)];

/// The resolver's own addresses, the same in every VPC (DNS-1).
pub(super) const RESOLVERS: [IpNet; 2] = [v4(169, 254, 169, 253, 32), v6(0xfd00, 0xec2, 0x253, 128)];

/// Where services of VPC Lattice are, for which there are routes (LAT-1, LL-5).
pub(super) const LATTICE: [IpNet; 2] =
    [v4(169, 254, 171, 0, 24), IpNet::V6(Ipv6Net::new_assert(LATTICE_V6, 64))];
const LATTICE_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0x80, 0, 0, 0, 0, 0);

/// Destinations that are not routed like others.
pub(super) fn link_local(compiler: &mut Compiler<'_>) -> AddressMap<LinkLocal> {
    let mut entries: Vec<(IpNet, LinkLocal)> = Vec::new();
    // RT-14, LL-6, LL-7: reserved, multicast and broadcast addresses.
    let dropped = [
        v4(169, 254, 0, 0, 16),
        v4(224, 0, 0, 0, 3),
        v6(0xfd00, 0xec2, 0, 32),
        v6(0xff00, 0, 0, 8),
        v6(0xfe80, 0, 0, 10),
    ];
    entries.extend(dropped.map(|net| (net, LinkLocal::NotRoutable)));
    let routes = compiler.model.route_tables.iter().flat_map(|it| &it.routes);
    let leads_to_lattice = |route: &Route| match &route.target {
        RouteTarget::Gateway(id) => super::service_network_vpc_association::is_target(id),
        RouteTarget::Local
        | RouteTarget::NatGateway(_)
        | RouteTarget::NetworkInterface(_)
        | RouteTarget::Instance(_)
        | RouteTarget::PeeringConnection(_)
        | RouteTarget::TransitGateway(_)
        | RouteTarget::EgressOnlyInternetGateway(_)
        | RouteTarget::CarrierGateway(_)
        | RouteTarget::LocalGateway(_)
        | RouteTarget::CoreNetwork(_)
        | RouteTarget::Unknown => false,
    };
    if has_unseen_tables(compiler) || routes.into_iter().any(leads_to_lattice) {
        entries.extend(LATTICE.map(|net| (net, LinkLocal::Ordinary)));
    }
    for (net, name, answered) in LINK_LOCAL_SERVICES {
        let mut transport = TransportSet::EMPTY;
        for (number, port) in *answered {
            let one = compiler.workspace.ports(*number, *port, *port);
            transport = compiler.workspace.union(transport, one);
        }
        let service = compiler.service(ServiceRow {
            name: (*name).to_owned(),
            component: None,
            way_back: None,
            addresses: vec![*net],
            assumption: None,
        });
        entries.push((*net, LinkLocal::Service(service, transport)));
    }
    AddressMap::sweep(&entries, |_, covering| covering.last().map_or(LinkLocal::Ordinary, |last| **last))
}

/// Whether some VPC's tables are not in the snapshot: any of them may have a route for what is link-local elsewhere.
fn has_unseen_tables(compiler: &Compiler<'_>) -> bool {
    let coverage = &compiler.model.coverage;
    compiler.model.vpcs.iter().any(|it| {
        let (account, region) = (it.about.account.as_ref(), it.about.region.as_ref());
        !coverage.holds(ResourceKind::RouteTable, account, region)
    })
}

/// Which VPC holds an IPv6 address that the internet could reach (IGW-6, VPC-5).
pub(super) fn public_ipv6(compiler: &Compiler<'_>) -> AddressMap<u32> {
    let mut entries: Vec<(IpNet, u32)> = Vec::new();
    for vpc in compiler.model.vpcs.iter() {
        let Some(index) = compiler.vpc_ids.get(&vpc.id) else { continue };
        let public = super::vpc::public_ipv6_cidrs(vpc);
        entries.extend(public.map(|net| (net, index.0)));
    }
    // Of a VPC that the snapshot does not have, any block may be public: the gateway says that it is not known.
    for (index, vpc) in (0..).zip(&compiler.vpcs).filter(|(_, vpc)| vpc.gap.is_some()) {
        entries.extend(vpc.cidrs.iter().filter(|net| is_global(**net)).map(|net| (*net, index)));
    }
    AddressMap::sweep(&entries, |_, covering| covering.last().map_or(NOBODY, |last| **last))
}

/// Public addresses that nothing in the snapshot owns.
pub(super) fn internet(compiler: &Compiler<'_>, family: Family) -> AddressSet {
    match family {
        Family::V4 => {
            let not_public = set_of(family, &[RFC1918, RFC6598, NOT_HOSTS].concat());
            let owned = AddressSet::of(
                family,
                compiler
                    .public_owners
                    .keys()
                    .map(|address| (*address as u128, *address as u128))
                    .collect::<std::collections::BTreeSet<_>>(),
            );
            not_public.union(&owned).complement()
        }
        Family::V6 => {
            let blocks: Vec<IpNet> = compiler.vpcs.iter().flat_map(|vpc| vpc.cidrs.iter().copied()).collect();
            set_of(family, &[GLOBAL_UNICAST]).difference(&set_of(family, &blocks))
        }
    }
}

/// Whether an IPv6 block is of global unicast addresses.
pub(super) fn is_global(net: IpNet) -> bool {
    GLOBAL_UNICAST.contains(&net)
}

/// Registers the owner of a public IPv4 address; who comes first stays, except that a private address replaces an
/// elastic address that stands for nothing (EIP-3).
pub(super) fn own_public(compiler: &mut Compiler<'_>, public: u32, owner: PublicOwner) {
    let entry = compiler.public_owners.entry(public).or_insert(owner);
    if matches!(entry, PublicOwner::Unassociated(_) | PublicOwner::Absent(_)) {
        *entry = owner;
    }
}
