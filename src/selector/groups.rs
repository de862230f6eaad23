//! Resources that stand for interfaces: a group for its members, a subnet for what is in it.

use super::ends::Meaning;
use super::error::SelectorError;
use super::index::Index;
use super::resource::{Resource, words};
use crate::model::{EndpointKind, InterfaceKind, Model, NatGateway, ResourceKind, VpcEndpoint};
use crate::network::{GroupIndex, InterfaceIndex};
use crate::packet::Family;

/// What a resource means as an end.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each kind")]
pub(super) fn meaning_of(
    index: &Index<'_>,
    text: &str,
    resource: Resource,
) -> Result<Meaning, SelectorError> {
    let (model, network) = (index.model, index.network);
    let row = resource.position as usize;
    let hosts = |interfaces: Vec<InterfaceIndex>, cause: &str| match interfaces.is_empty() {
        true => Err(SelectorError::Empty { text: text.to_owned(), cause: cause.to_owned() }),
        false => Ok(Meaning::Hosts(interfaces)),
    };
    match resource.kind {
        ResourceKind::NetworkInterface => Ok(Meaning::Hosts(vec![InterfaceIndex(resource.position)])),
        ResourceKind::Instance => {
            hosts(instance(index, row), "the snapshot has no interface of the instance")
        }
        ResourceKind::Subnet => {
            let id = &model.subnets[row].id;
            hosts(all_where(index, |it| it.subnet == *id), "the subnet is empty")
        }
        ResourceKind::Vpc => {
            let id = &model.vpcs[row].id;
            hosts(all_where(index, |it| it.vpc == *id), "the VPC is empty")
        }
        ResourceKind::SecurityGroup => {
            let members = network.members(GroupIndex(resource.position));
            hosts(members.iter().copied().map(InterfaceIndex).collect(), "the security group has no members")
        }
        ResourceKind::NatGateway => nat_gateway(index, text, &model.nat_gateways[row]),
        ResourceKind::VpcEndpoint => endpoint(index, text, &model.vpc_endpoints[row], row),
        ResourceKind::ClientVpnEndpoint => clients(index, text, resource, None),
        ResourceKind::InternetGateway => Ok(Meaning::Internet),
        ResourceKind::ElasticAddress => Ok(Meaning::Address(model.elastic_addresses[row].public.into())),
        ResourceKind::InstanceConnectEndpoint => {
            let listed = model.instance_connect_endpoints[row].interfaces.iter();
            let own = listed.filter_map(|id| index.interface(id.as_str())).collect();
            hosts(own, "the snapshot has no interface of the endpoint")
        }
        ResourceKind::PrefixList => prefix_list(model, text, row),
        ResourceKind::LoadBalancer | ResourceKind::ClassicLoadBalancer => {
            let own = network.fronts.iter().filter(|(component, _)| *component == resource.component());
            hosts(
                own.map(|(_, interface)| *interface).collect(),
                "the snapshot has no interface of the load balancer",
            )
        }
        ResourceKind::ManagedService => super::owners::meaning(index, text, &[resource]),
        ResourceKind::Unmodelled => {
            let what = format!("one of `{}`", model.unmodelled[row].key);
            Err(SelectorError::NotModelled { text: text.to_owned(), what })
        }
        ResourceKind::RouteTable
        | ResourceKind::SecurityGroupRule
        | ResourceKind::SecurityGroupVpcAssociation
        | ResourceKind::NetworkAcl
        | ResourceKind::PrefixListEntries
        | ResourceKind::EgressOnlyInternetGateway
        | ResourceKind::ByoipCidr
        | ResourceKind::VpcEncryptionControl
        | ResourceKind::AcceleratorEndpointGroup
        | ResourceKind::VpcOrigin
        | ResourceKind::VerifiedAccessEndpoint
        | ResourceKind::CoreNetworkAttachment
        | ResourceKind::CoreNetworkRoutes
        | ResourceKind::ServiceNetworkVpcAssociation
        | ResourceKind::VpnGateway
        | ResourceKind::VpnConnection
        | ResourceKind::CustomerGateway
        | ResourceKind::DirectConnectGateway
        | ResourceKind::DirectConnectGatewayAssociation
        | ResourceKind::DirectConnectGatewayAttachment
        | ResourceKind::VirtualInterface
        | ResourceKind::TransitGatewayConnect
        | ResourceKind::TransitGatewayConnectPeer
        | ResourceKind::ClientVpnTargetNetwork
        | ResourceKind::ClientVpnRoute
        | ResourceKind::ClientVpnAuthorizationRule
        | ResourceKind::LoadBalancerAttributes
        | ResourceKind::Listener
        | ResourceKind::ListenerRule
        | ResourceKind::TargetGroup
        | ResourceKind::TargetGroupAttributes
        | ResourceKind::TargetHealth
        | ResourceKind::Firewall
        | ResourceKind::FirewallPolicy
        | ResourceKind::FirewallRuleGroup
        | ResourceKind::EndpointService
        | ResourceKind::EndpointConnection
        | ResourceKind::VpcPeeringConnection
        | ResourceKind::TransitGateway
        | ResourceKind::TransitGatewayAttachment
        | ResourceKind::TransitGatewayVpcAttachment
        | ResourceKind::TransitGatewayPeeringAttachment
        | ResourceKind::TransitGatewayRouteTable
        | ResourceKind::TransitGatewayRoutes
        | ResourceKind::TransitGatewayAssociations
        | ResourceKind::TransitGatewayPropagations
        | ResourceKind::TransitGatewayPrefixListReferences
        | ResourceKind::BlockPublicAccessOptions
        | ResourceKind::BlockPublicAccessExclusion
        | ResourceKind::VpcDnsAttributes
        | ResourceKind::HostedZone
        | ResourceKind::ResolverRule
        | ResourceKind::AvailabilityZone => {
            Err(SelectorError::NotAnEnd { text: text.to_owned(), what: words(resource.kind).1 })
        }
    }
}

/// Whether something can send or be sent to at an interface: gateways' own are only ways.
pub(super) fn is_host(index: &Index<'_>, interface: InterfaceIndex) -> bool {
    index.model.network_interfaces.get_row(interface.index()).is_some_and(|it| is_host_kind(&it.kind))
}

fn is_host_kind(kind: &InterfaceKind) -> bool {
    !matches!(kind, InterfaceKind::NatGateway | InterfaceKind::TransitGateway)
}

fn all_where(
    index: &Index<'_>,
    condition: impl Fn(&crate::model::NetworkInterface) -> bool,
) -> Vec<InterfaceIndex> {
    let rows = (0..).zip(index.model.network_interfaces.iter());
    let chosen = rows.filter(|(_, it)| is_host_kind(&it.kind) && condition(it));
    chosen.map(|(row, _)| InterfaceIndex(row)).collect()
}

/// The primary interface; all of them with all addresses is for the caller to say, who asks for each.
fn instance(index: &Index<'_>, row: usize) -> Vec<InterfaceIndex> {
    let instance = &index.model.instances[row];
    let attached = index.interfaces_of(&instance.id);
    if !attached.is_empty() {
        return attached[..1].to_vec();
    }
    let listed = instance.interfaces.iter();
    listed.filter_map(|id| index.interface(id.as_str())).take(1).collect()
}

/// The clients of an endpoint, of one group of users where it is named.
pub(super) fn clients(
    index: &Index<'_>,
    text: &str,
    endpoint: Resource,
    group: Option<&str>,
) -> Result<Meaning, SelectorError> {
    let rows = (0..).zip(&index.network.clients);
    let mut own = rows.filter(|(_, it)| it.component == endpoint.component());
    match own.find(|(_, it)| it.group.as_deref() == group) {
        Some((row, _)) => Ok(Meaning::Clients(row)),
        None => {
            let cause = match group {
                Some(group) => format!("no authorization rule of the endpoint names the group `{group}`"),
                None => {
                    "the endpoint has no pool of addresses (those of IPv6 clients are in no answer of AWS)"
                        .to_owned()
                }
            };
            Err(SelectorError::Empty { text: text.to_owned(), cause })
        }
    }
}

/// The blocks of its entries.
fn prefix_list(model: &Model, text: &str, row: usize) -> Result<Meaning, SelectorError> {
    let list = &model.prefix_lists[row];
    let listed = model.prefix_list_entries.get(&list.id).map(|it| it.cidrs.clone());
    match listed.or_else(|| list.cidrs.clone()) {
        Some(cidrs) if cidrs.is_empty() => {
            let cause = "the prefix list has no entries".to_owned();
            Err(SelectorError::Empty { text: text.to_owned(), cause })
        }
        Some(cidrs) => Ok(Meaning::Blocks(cidrs)),
        None => {
            let needs = format!("`aws ec2 get-managed-prefix-list-entries --prefix-list-id {}`", list.id);
            Err(SelectorError::NoServiceAddresses { text: text.to_owned(), needs })
        }
    }
}

/// The interfaces of its primary addresses, or the public addresses of one that shows no others.
fn nat_gateway(index: &Index<'_>, text: &str, gateway: &NatGateway) -> Result<Meaning, SelectorError> {
    let network = index.network;
    let in_use = gateway.addresses.iter().filter(|it| it.is_in_use);
    let has_primary = gateway.addresses.iter().any(|it| it.is_primary == Some(true));
    let chosen: Vec<_> = in_use.filter(|it| !has_primary || it.is_primary == Some(true)).collect();
    let vpc = gateway.vpc.as_ref().and_then(|id| network.vpcs.iter().find(|it| it.id == *id));
    let interface = |private: std::net::Ipv4Addr| {
        let owner = vpc?.interfaces.at(Family::V4, u128::from(u32::from(private)));
        (owner != u32::MAX).then_some(InterfaceIndex(owner))
    };
    let hosts: Vec<InterfaceIndex> = chosen.iter().filter_map(|it| interface(it.private?)).collect();
    if !hosts.is_empty() {
        return Ok(Meaning::Hosts(hosts));
    }
    match chosen.iter().find_map(|it| it.public) {
        Some(public) => Ok(Meaning::Address(public.into())),
        None => {
            let cause = "the NAT gateway has no address in use".to_owned();
            Err(SelectorError::Empty { text: text.to_owned(), cause })
        }
    }
}

fn endpoint(
    index: &Index<'_>,
    text: &str,
    endpoint: &VpcEndpoint,
    row: usize,
) -> Result<Meaning, SelectorError> {
    if endpoint.kind == EndpointKind::Gateway {
        return Ok(Meaning::GatewayEndpoint(row));
    }
    let known = endpoint.interfaces.iter().filter_map(|id| index.interface(id.as_str()));
    let interfaces: Vec<InterfaceIndex> = known.collect();
    if interfaces.is_empty() {
        let cause = "the snapshot has no interface of the endpoint".to_owned();
        return Err(SelectorError::Empty { text: text.to_owned(), cause });
    }
    Ok(Meaning::Hosts(interfaces))
}

/// Everything with a tag: instances and interfaces, else what is in the subnets, VPCs and groups that have it.
pub(super) fn tagged(
    index: &Index<'_>,
    text: &str,
    key: &str,
    value: Option<&str>,
) -> Result<Meaning, SelectorError> {
    let has_tag = |resource: &Resource| resource.about(index.model).tags.has(key, value);
    let of_kinds = |kinds: &[ResourceKind]| -> Vec<Resource> {
        let rows = kinds.iter().flat_map(|kind| {
            let count = kind.count(index.model) as u32;
            (0..count).map(|position| Resource { kind: *kind, position })
        });
        rows.filter(has_tag).collect()
    };
    let hosts = [ResourceKind::Instance, ResourceKind::NetworkInterface];
    let groups = [ResourceKind::Subnet, ResourceKind::Vpc, ResourceKind::SecurityGroup];
    let mut chosen = of_kinds(&hosts);
    if chosen.is_empty() {
        chosen = of_kinds(&groups);
    }
    if chosen.is_empty() {
        return Err(super::unknown(index, text));
    }
    let mut interfaces = Vec::new();
    for resource in chosen {
        // One that stands for nothing is no fault where others do.
        if let Ok(Meaning::Hosts(more)) = meaning_of(index, text, resource) {
            interfaces.extend(more);
        }
    }
    interfaces.sort_unstable();
    interfaces.dedup();
    if interfaces.is_empty() {
        let cause = "nothing with the tag has an interface in the snapshot".to_owned();
        return Err(SelectorError::Empty { text: text.to_owned(), cause });
    }
    Ok(Meaning::Hosts(interfaces))
}
