//! Who owns an address, and what kind of address it is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use netpath::model::{
    BlockState, NatGateway, NatGatewayAddress, NatGatewayState, NetworkInterface, ResourceKind, Vpc, VpcId,
};

use super::walk::{Step, Walk, dropped, unknown};

/// ENI-1: primary and secondary addresses, IPv6 addresses, delegated prefixes.
pub fn owns(interface: &NetworkInterface, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            interface.addresses.iter().any(|it| it.private == address)
                || interface.ipv4_prefixes.iter().any(|it| it.contains(&address))
        }
        IpAddr::V6(address) => {
            interface.ipv6_addresses.contains(&address)
                || interface.ipv6_prefixes.iter().any(|it| it.contains(&address))
        }
    }
}

/// Whether the very address is the interface's, not a block around it.
fn has(interface: &NetworkInterface, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => interface.addresses.iter().any(|it| it.private == address),
        IpAddr::V6(address) => interface.ipv6_addresses.contains(&address),
    }
}

/// Whether one of the blocks holds the address.
pub fn within(cidrs: &[IpNet], address: IpAddr) -> bool {
    cidrs.iter().any(|cidr| cidr.contains(&address))
}

/// IGW-5: RFC 1918 and RFC 6598.
pub fn is_private_ipv4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private() || (first == 100 && (64..128).contains(&second))
}

/// LL-7 and what else no host on the internet has.
pub fn is_on_the_internet(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    let is_special = first == 0 || address.is_loopback() || address.is_link_local() || first >= 224;
    !is_special && !is_private_ipv4(address)
}

/// IGW-6: global unicast addresses, `2000::/3`.
pub fn is_global_ipv6(address: Ipv6Addr) -> bool {
    address.octets()[0] >> 5 == 1
}

/// NAT-9: the IPv4 address inside `64:ff9b::/96`.
pub fn embedded_ipv4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let prefix = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
    (octets[..12] == prefix).then(|| Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15]))
}

/// VPC-4, VPC-5: whether the address is in an IPv6 block of the VPC that may use an internet gateway.
pub fn has_public_ipv6(vpc: &Vpc, address: Ipv6Addr) -> bool {
    let blocks = vpc.ipv6_cidrs.iter().filter(|it| matches!(it.state, None | Some(BlockState::Associated)));
    is_global_ipv6(address) && blocks.filter(|it| !it.is_private).any(|it| it.cidr.contains(&address))
}

/// A public IPv4 address of the snapshot, and what it stands for.
pub enum PublicAddress<'m> {
    /// A private address of an interface (ENI-2).
    Interface(&'m NetworkInterface, Ipv4Addr),
    /// An address of a NAT gateway.
    NatGateway(&'m NatGateway, &'m NatGatewayAddress),
    /// An elastic address that stands for nothing (EIP-1).
    Idle,
    /// A carrier's or customer's address (EDGE-1, EDGE-2), or one of an interface that is not in the snapshot.
    Elsewhere,
}

impl<'m> Walk<'_, 'm> {
    /// The interface of a VPC that has a private address. VPC-8: addresses mean something inside one VPC only.
    pub fn interface_at(&self, vpc: &VpcId, address: IpAddr) -> Option<&'m NetworkInterface> {
        let owners = self.model.network_interfaces.iter().filter(|it| it.vpc == *vpc && owns(it, address));
        // Whoever has the very address comes before whoever has a block around it.
        owners.min_by_key(|it| !has(it, address))
    }

    /// Nobody has the address, or the snapshot does not list the interfaces.
    pub fn nobody_at<T>(&self, vpc: &Vpc, address: IpAddr) -> Step<T> {
        let (account, region) = (vpc.about.account.as_ref(), vpc.about.region.as_ref());
        if self.model.coverage.holds(ResourceKind::NetworkInterface, account, region) {
            dropped(format!("no interface of {} has {address}", vpc.id))
        } else {
            unknown(format!("the interfaces of {} are not in the snapshot", vpc.id))
        }
    }

    /// NAT gateways whose addresses are still theirs: M-10 leaves out those that are gone.
    fn nat_gateways(&self) -> impl Iterator<Item = &'m NatGateway> {
        self.model
            .nat_gateways
            .iter()
            .filter(|it| !matches!(it.state, Some(NatGatewayState::Deleted | NatGatewayState::Failed)))
    }

    /// The NAT gateway of a VPC that has a private address.
    pub fn nat_gateway_at(&self, vpc: &VpcId, address: IpAddr) -> Option<&'m NatGateway> {
        let IpAddr::V4(address) = address else { return None };
        self.nat_gateways().find(|nat| {
            self.vpc_of_nat_gateway(nat).as_ref() == Some(vpc)
                && nat.addresses.iter().any(|it| it.private == Some(address))
        })
    }

    /// The VPC of a NAT gateway, which its subnet tells where it does not say itself.
    pub fn vpc_of_nat_gateway(&self, nat: &NatGateway) -> Option<VpcId> {
        let by_subnet = || self.model.subnets.get(nat.subnet.as_ref()?).map(|subnet| subnet.vpc.clone());
        nat.vpc.clone().or_else(by_subnet)
    }

    /// What a public IPv4 address stands for in the snapshot. EIP-3: interfaces are the authority.
    pub fn public_address(&self, address: Ipv4Addr) -> Option<PublicAddress<'m>> {
        for nat in self.nat_gateways() {
            if let Some(entry) = nat.addresses.iter().find(|it| it.public == Some(address)) {
                return Some(PublicAddress::NatGateway(nat, entry));
            }
        }
        for interface in self.model.network_interfaces.iter() {
            if let Some(entry) = interface.addresses.iter().find(|it| it.public == Some(address)) {
                return Some(match entry.is_carrier_or_customer {
                    true => PublicAddress::Elsewhere,
                    false => PublicAddress::Interface(interface, entry.private),
                });
            }
        }
        let elastic = self.model.elastic_addresses.iter().find(|it| it.public == address)?;
        let interface = elastic.interface.as_ref();
        let is_missing = interface.is_some_and(|id| self.model.network_interfaces.get(id).is_none());
        Some(if is_missing { PublicAddress::Elsewhere } else { PublicAddress::Idle })
    }
}
