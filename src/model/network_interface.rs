//! Network interfaces (`ENI`).

use std::net::{Ipv4Addr, Ipv6Addr};

use compact_str::CompactString;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::about::{Absent, address, cidr, present};
use super::words::words;
use super::{
    About, ElementError, InstanceId, NetworkInterfaceId, Reading, Resource, ResourceKind, SecurityGroupId,
    SubnetId, Tags, VpcId,
};

/// A network interface: addresses, groups, and whose it is.
#[derive(Debug, Clone)]
pub struct NetworkInterface {
    /// Place, owner, tags.
    pub about: About,
    /// `eni-…`
    pub id: NetworkInterfaceId,
    /// The VPC that it is a part of.
    pub vpc: VpcId,
    /// Its subnet.
    pub subnet: SubnetId,
    /// What kind of thing it serves (ENI-6).
    pub kind: InterfaceKind,
    /// Free text that often names the owner (ENI-7).
    pub description: Box<str>,
    /// Whether a service of AWS manages it.
    pub requester_managed: bool,
    /// Whether it may only send and receive for its own addresses (ENI-3).
    pub source_destination_check: bool,
    /// Whether packets from the internet are dropped (IGW-7).
    pub deny_all_igw_traffic: bool,
    /// Whether its status says that it is in use; absent when the answer has none (ENI-8).
    pub in_use: Option<bool>,
    /// Its security groups; none means no filtering (ENI-5).
    pub groups: Box<[SecurityGroupId]>,
    /// IPv4 addresses, the primary one first.
    pub addresses: Box<[InterfaceAddress]>,
    /// IPv6 addresses, in the order of the file.
    pub ipv6_addresses: Box<[Ipv6Addr]>,
    /// Delegated IPv4 prefixes.
    pub ipv4_prefixes: Box<[Ipv4Net]>,
    /// Delegated IPv6 prefixes.
    pub ipv6_prefixes: Box<[Ipv6Net]>,
    /// What it is attached to.
    pub attachment: Option<InterfaceAttachment>,
}

/// A private IPv4 address and the public one that stands for it outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterfaceAddress {
    /// The private address.
    pub private: Ipv4Addr,
    /// The public address of this very private address (ENI-2, IGW-3).
    pub public: Option<Ipv4Addr>,
    /// Whether the association is with a carrier's or customer's address, which no internet gateway translates.
    pub is_carrier_or_customer: bool,
}

/// What an interface is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceAttachment {
    /// The instance, when it is one of this account.
    pub instance: Option<InstanceId>,
    /// Which of the instance's interfaces it is; 0 is the primary one.
    pub device_index: Option<u32>,
    /// Whether the attachment is in force; absent when not said.
    pub is_attached: Option<bool>,
}

words! {
    /// What kind of thing an interface serves (ENI-6); the set is open.
    InterfaceKind {
        Interface = "interface",
        Efa = "efa" | "efa-only",
        Trunk = "trunk",
        Branch = "branch",
        /// The model and real answers write it differently (JS-3).
        NatGateway = "nat_gateway" | "natGateway",
        LoadBalancer = "load_balancer",
        NetworkLoadBalancer = "network_load_balancer",
        GatewayLoadBalancer = "gateway_load_balancer",
        GatewayLoadBalancerEndpoint = "gateway_load_balancer_endpoint",
        VpcEndpoint = "vpc_endpoint",
        TransitGateway = "transit_gateway",
        Lambda = "lambda",
        GlobalAccelerator = "global_accelerator_managed",
        ApiGateway = "api_gateway_managed",
        QuickSight = "quicksight",
        IotRules = "iot_rules_managed",
        ElasticFileSystem = "efs",
        InstanceConnectEndpoint = "ec2_instance_connect_endpoint",
        ElasticVmwareService = "evs",
        CodestarConnections = "aws_codestar_connections_managed",
    }
}

/// The element of `NetworkInterfaces`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    network_interface_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    subnet_id: Option<CompactString>,
    interface_type: Option<CompactString>,
    description: Option<Box<str>>,
    requester_managed: Option<bool>,
    source_dest_check: Option<bool>,
    deny_all_igw_traffic: Option<bool>,
    status: Option<CompactString>,
    groups: Option<Vec<GroupWire>>,
    private_ip_address: Option<CompactString>,
    private_ip_addresses: Option<Vec<AddressWire>>,
    association: Option<AssociationWire>,
    ipv6_addresses: Option<Vec<Ipv6AddressWire>>,
    ipv4_prefixes: Option<Vec<Ipv4PrefixWire>>,
    ipv6_prefixes: Option<Vec<Ipv6PrefixWire>>,
    attachment: Option<AttachmentWire>,
    owner_id: Option<CompactString>,
    tag_set: Option<Tags>,
    /// The same under the name that every other resource has; some collectors print both.
    tags: Option<Tags>,
}

/// `Groups[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct GroupWire {
    pub(super) group_id: Option<CompactString>,
}

/// `PrivateIpAddresses[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AddressWire {
    primary: Option<bool>,
    private_ip_address: Option<CompactString>,
    association: Option<AssociationWire>,
}

/// `Association`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AssociationWire {
    public_ip: Option<CompactString>,
    carrier_ip: Option<CompactString>,
    customer_owned_ip: Option<CompactString>,
}

/// `Ipv6Addresses[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipv6AddressWire {
    ipv6_address: Option<CompactString>,
}

/// `Ipv4Prefixes[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipv4PrefixWire {
    ipv4_prefix: Option<CompactString>,
}

/// `Ipv6Prefixes[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipv6PrefixWire {
    ipv6_prefix: Option<CompactString>,
}

/// `Attachment`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AttachmentWire {
    instance_id: Option<CompactString>,
    device_index: Option<u32>,
    status: Option<CompactString>,
}

impl AddressWire {
    fn convert(self) -> Result<Option<(bool, InterfaceAddress)>, ElementError> {
        let Some(private) = present(self.private_ip_address) else { return Ok(None) };
        let private = address("PrivateIpAddress", &private)?;
        Ok(Some((self.primary.unwrap_or(false), associated(private, self.association)?)))
    }
}

fn associated(private: Ipv4Addr, wire: Option<AssociationWire>) -> Result<InterfaceAddress, ElementError> {
    let wire = wire.unwrap_or_default();
    let public = present(wire.public_ip).map(|text| address("PublicIp", &text)).transpose()?;
    let is_carrier_or_customer =
        present(wire.carrier_ip).is_some() || present(wire.customer_owned_ip).is_some();
    Ok(InterfaceAddress { private, public, is_carrier_or_customer })
}

impl Wire {
    /// ENI-1, primary address first. Older answers and some collectors have only the single member.
    fn addresses(&mut self) -> Result<Box<[InterfaceAddress]>, ElementError> {
        // Read also where the list says it again: what cannot be read there is told, not passed over.
        let single = present(self.private_ip_address.take());
        let single: Option<Ipv4Addr> = single.map(|text| address("PrivateIpAddress", &text)).transpose()?;
        let mut addresses = Vec::new();
        for wire in self.private_ip_addresses.take().unwrap_or_default() {
            addresses.extend(wire.convert()?);
        }
        if let (true, Some(private)) = (addresses.is_empty(), single) {
            addresses.push((true, associated(private, self.association.take())?));
        }
        addresses.sort_by_key(|(primary, _)| !primary);
        Ok(addresses.into_iter().map(|(_, address)| address).collect())
    }

    fn ipv4_prefixes(&mut self) -> Result<Box<[Ipv4Net]>, ElementError> {
        let wires = self.ipv4_prefixes.take().unwrap_or_default();
        let texts = wires.into_iter().filter_map(|wire| present(wire.ipv4_prefix));
        texts
            .map(|text| match cidr("Ipv4Prefix", &text)? {
                IpNet::V4(net) => Ok(net),
                IpNet::V6(_) => Err(wrong_family("Ipv4Prefix", &text)),
            })
            .collect()
    }

    fn ipv6_prefixes(&mut self) -> Result<Box<[Ipv6Net]>, ElementError> {
        let wires = self.ipv6_prefixes.take().unwrap_or_default();
        let texts = wires.into_iter().filter_map(|wire| present(wire.ipv6_prefix));
        texts
            .map(|text| match cidr("Ipv6Prefix", &text)? {
                IpNet::V6(net) => Ok(net),
                IpNet::V4(_) => Err(wrong_family("Ipv6Prefix", &text)),
            })
            .collect()
    }
}

fn wrong_family(member: &'static str, text: &str) -> ElementError {
    ElementError::Malformed { member, text: text.into(), expected: "a CIDR of that family" }
}

impl Resource for NetworkInterface {
    type Wire = Wire;
    type Id = NetworkInterfaceId;
    const KIND: ResourceKind = ResourceKind::NetworkInterface;
    const WORD: &'static str = "network-interface";

    fn convert(mut wire: Wire, reading: &mut Reading) -> Result<NetworkInterface, ElementError> {
        let addresses = wire.addresses()?;
        let ipv4_prefixes = wire.ipv4_prefixes()?;
        let ipv6_prefixes = wire.ipv6_prefixes()?;
        let ipv6_addresses = wire.ipv6_addresses.unwrap_or_default().into_iter();
        let ipv6_addresses = ipv6_addresses
            .filter_map(|it| present(it.ipv6_address))
            .map(|text| address("Ipv6Address", &text))
            .collect::<Result<Box<[Ipv6Addr]>, ElementError>>()?;
        let tags = wire.tag_set.filter(|tags| !tags.is_empty()).or(wire.tags);
        let groups = wire.groups.unwrap_or_default().into_iter();
        let status = |text: CompactString, word: &str| text.eq_ignore_ascii_case(word);
        Ok(NetworkInterface {
            about: reading.about(wire.owner_id, None, tags),
            id: NetworkInterfaceId(wire.network_interface_id.or_missing("NetworkInterfaceId")?),
            vpc: VpcId(wire.vpc_id.or_missing("VpcId")?),
            subnet: SubnetId(wire.subnet_id.or_missing("SubnetId")?),
            kind: reading.word(wire.interface_type).unwrap_or(InterfaceKind::Interface),
            description: wire.description.unwrap_or_default(),
            requester_managed: wire.requester_managed.unwrap_or(false),
            source_destination_check: wire.source_dest_check.unwrap_or(true),
            deny_all_igw_traffic: wire.deny_all_igw_traffic.unwrap_or(false),
            in_use: present(wire.status).map(|text| status(text, "in-use")),
            groups: groups.filter_map(|it| present(it.group_id)).map(SecurityGroupId).collect(),
            addresses,
            ipv6_addresses,
            ipv4_prefixes,
            ipv6_prefixes,
            attachment: wire.attachment.map(|it| InterfaceAttachment {
                instance: present(it.instance_id).map(InstanceId),
                device_index: it.device_index,
                is_attached: present(it.status).map(|text| status(text, "attached")),
            }),
        })
    }

    fn id(&self) -> &NetworkInterfaceId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (Some(self.vpc.as_str()), Some(self.subnet.as_str()))
    }
}
