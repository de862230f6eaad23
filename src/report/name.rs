//! Names: what an answer's numbers stand for in the model.

use super::Context;
use crate::model::words::Word;
use crate::model::{About, Model, ResourceKind};
use crate::network::{Component, InterfaceIndex};

/// What is printed where the snapshot does not have the thing itself.
pub(super) const ABSENT: &str = "(not in the snapshot)";

/// A component with its names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub id: &'a str,
    pub kind: &'static str,
    pub name: Option<&'a str>,
    /// Whether somebody gave it that name in a tag, to be told apart by.
    pub has_tag: bool,
    pub account: Option<&'a str>,
    pub region: Option<&'a str>,
    pub vpc: Option<&'a str>,
    pub subnet: Option<&'a str>,
    pub state: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn only(id: &'a str, kind: &'static str) -> Named<'a> {
        Named {
            id,
            kind,
            name: None,
            has_tag: false,
            account: None,
            region: None,
            vpc: None,
            subnet: None,
            state: None,
        }
    }

    fn new(id: &'a str, kind: ResourceKind, about: &'a About) -> Named<'a> {
        Named {
            name: about.name(),
            has_tag: about.name().is_some(),
            account: about.account.as_ref().map(|it| it.as_str()),
            region: about.region.as_ref().map(|it| it.as_str()),
            ..Named::only(id, kind_text(kind))
        }
    }

    fn called(self, name: &'a str) -> Named<'a> {
        let other = (!name.is_empty() && name != self.id).then_some(name);
        Named { name: self.name.or(other), ..self }
    }

    /// Whether the snapshot has the thing itself.
    pub fn is_absent(&self) -> bool {
        self.id == ABSENT
    }
}

/// The kind as programs read it: AWS's own words, as in ARNs.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each kind")]
pub(super) fn kind_text(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Vpc => "vpc",
        ResourceKind::Subnet => "subnet",
        ResourceKind::RouteTable => "route-table",
        ResourceKind::NetworkInterface => "network-interface",
        ResourceKind::Instance => "instance",
        ResourceKind::SecurityGroup => "security-group",
        ResourceKind::SecurityGroupRule => "security-group-rule",
        ResourceKind::SecurityGroupVpcAssociation => "security-group-vpc-association",
        ResourceKind::NetworkAcl => "network-acl",
        ResourceKind::PrefixList => "prefix-list",
        ResourceKind::PrefixListEntries => "prefix-list-entries",
        ResourceKind::InternetGateway => "internet-gateway",
        ResourceKind::EgressOnlyInternetGateway => "egress-only-internet-gateway",
        ResourceKind::NatGateway => "nat-gateway",
        ResourceKind::ElasticAddress => "elastic-ip",
        ResourceKind::VpcPeeringConnection => "vpc-peering-connection",
        ResourceKind::TransitGateway => "transit-gateway",
        ResourceKind::TransitGatewayAttachment => "transit-gateway-attachment",
        ResourceKind::TransitGatewayVpcAttachment => "transit-gateway-vpc-attachment",
        ResourceKind::TransitGatewayPeeringAttachment => "transit-gateway-peering-attachment",
        ResourceKind::TransitGatewayRouteTable => "transit-gateway-route-table",
        ResourceKind::TransitGatewayRoutes => "transit-gateway-routes",
        ResourceKind::TransitGatewayAssociations => "transit-gateway-associations",
        ResourceKind::TransitGatewayPropagations => "transit-gateway-propagations",
        ResourceKind::TransitGatewayPrefixListReferences => "transit-gateway-prefix-list-references",
        ResourceKind::VpnGateway => "vpn-gateway",
        ResourceKind::VpnConnection => "vpn-connection",
        ResourceKind::CustomerGateway => "customer-gateway",
        ResourceKind::DirectConnectGateway => "dx-gateway",
        ResourceKind::DirectConnectGatewayAssociation => "dx-gateway-association",
        ResourceKind::DirectConnectGatewayAttachment => "dx-gateway-attachment",
        ResourceKind::VirtualInterface => "dxvif",
        ResourceKind::TransitGatewayConnect => "transit-gateway-connect",
        ResourceKind::TransitGatewayConnectPeer => "transit-gateway-connect-peer",
        ResourceKind::ClientVpnEndpoint => "client-vpn-endpoint",
        ResourceKind::ClientVpnTargetNetwork => "client-vpn-target-network",
        ResourceKind::ClientVpnRoute => "client-vpn-route",
        ResourceKind::ClientVpnAuthorizationRule => "client-vpn-authorization-rule",
        ResourceKind::VpcEndpoint => "vpc-endpoint",
        ResourceKind::BlockPublicAccessOptions => "vpc-block-public-access-options",
        ResourceKind::BlockPublicAccessExclusion => "vpc-block-public-access-exclusion",
        ResourceKind::AvailabilityZone => "availability-zone",
        ResourceKind::ByoipCidr => "byoip-cidr",
        ResourceKind::InstanceConnectEndpoint => "instance-connect-endpoint",
        ResourceKind::VpcEncryptionControl => "vpc-encryption-control",
        ResourceKind::AcceleratorEndpointGroup => "accelerator-endpoint-group",
        ResourceKind::VpcOrigin => "vpc-origin",
        ResourceKind::VerifiedAccessEndpoint => "verified-access-endpoint",
        ResourceKind::CoreNetworkAttachment => "core-network-attachment",
        ResourceKind::CoreNetworkRoutes => "core-network-routes",
        ResourceKind::ServiceNetworkVpcAssociation => "service-network-vpc-association",
        ResourceKind::LoadBalancer => "load-balancer",
        ResourceKind::LoadBalancerAttributes => "load-balancer-attributes",
        ResourceKind::Listener => "listener",
        ResourceKind::ListenerRule => "listener-rule",
        ResourceKind::TargetGroup => "target-group",
        ResourceKind::TargetGroupAttributes => "target-group-attributes",
        ResourceKind::TargetHealth => "target-health",
        ResourceKind::EndpointService => "vpc-endpoint-service",
        ResourceKind::EndpointConnection => "vpc-endpoint-connection",
        ResourceKind::ClassicLoadBalancer => "classic-load-balancer",
        ResourceKind::ManagedService => "managed-service",
        ResourceKind::VpcDnsAttributes => "vpc-dns-attributes",
        ResourceKind::HostedZone => "hosted-zone",
        ResourceKind::ResolverRule => "resolver-rule",
        ResourceKind::Firewall => "firewall",
        ResourceKind::FirewallPolicy => "firewall-policy",
        ResourceKind::FirewallRuleGroup => "firewall-rule-group",
        ResourceKind::Unmodelled => "not-modelled",
    }
}

/// The names of a component. What is referred to and not in the snapshot has its kind only, unless the network knows
/// its id.
pub(super) fn named<'a>(context: Context<'a>, component: Component) -> Named<'a> {
    match component {
        Component::Internet => Named::only("internet", "internet"),
        Component::OnPremises => Named::only("on-premises", "on-premises"),
        Component::Service(service) => {
            Named::only(&context.network.services[service.index()].name, "service")
        }
        Component::Resource(kind, position) => {
            resource(context, kind, position as usize).unwrap_or_else(|| absent(context, kind, position))
        }
    }
}

/// What the network knows of things that the snapshot lacks.
fn absent<'a>(context: Context<'a>, kind: ResourceKind, position: u32) -> Named<'a> {
    let position = position as usize;
    let id = if kind == ResourceKind::Vpc {
        context.network.vpcs.get(position).map(|row| row.id.as_str())
    } else if kind == ResourceKind::SecurityGroup {
        context.network.groups.get(position).map(|row| row.id.as_str())
    } else {
        None
    };
    let named = Named::only(id.unwrap_or(ABSENT), kind_text(kind));
    let vpc = context.network.vpcs.get(position).filter(|_| kind == ResourceKind::Vpc);
    let region = vpc.and_then(|row| row.region.as_ref());
    Named { region: region.map(|it| it.as_str()), ..named }
}

fn resource<'a>(context: Context<'a>, kind: ResourceKind, position: usize) -> Option<Named<'a>> {
    let model = &context.snapshot.model;
    let named = Named::new(kind.id_text(model, position)?, kind, kind.about(model, position)?);
    let (vpc, subnet) = place(model, kind, position);
    let named = Named { vpc, subnet, state: state(model, kind, position), ..named };
    // Some have a name of their own beside the tag.
    Some(if kind == ResourceKind::SecurityGroup {
        named.called(&model.security_groups[position].name)
    } else if kind == ResourceKind::LoadBalancer {
        named.called(&model.load_balancers[position].name)
    } else if kind == ResourceKind::TargetGroup {
        named.called(&model.target_groups[position].name)
    } else if kind == ResourceKind::Firewall {
        named.called(&model.firewalls[position].name)
    } else if kind == ResourceKind::PrefixList {
        named.called(&model.prefix_lists[position].name)
    } else if kind == ResourceKind::HostedZone {
        named.called(model.hosted_zones[position].name.as_deref().unwrap_or_default())
    } else if kind == ResourceKind::NetworkInterface {
        owner_label(context, position).map_or(named, |label| named.called(label))
    } else {
        named
    })
}

/// What an interface without a name of its own is of: `RDS orders`; of several that fit, what they have in common.
fn owner_label(context: Context<'_>, interface: usize) -> Option<&str> {
    let services = &context.snapshot.model.managed_services;
    let mut owners =
        context.network.owners_of(InterfaceIndex(interface as u32)).map(|row| &services[row as usize]);
    let first = owners.next()?;
    let is_same = owners.all(|it| it.label == first.label);
    Some(if is_same { &first.label } else { first.family.words() })
}

/// The VPC and subnet that a resource is in or attached to.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each kind")]
fn place(model: &Model, kind: ResourceKind, row: usize) -> (Option<&str>, Option<&str>) {
    match kind {
        ResourceKind::Vpc => (Some(model.vpcs[row].id.as_str()), None),
        ResourceKind::Subnet => {
            let it = &model.subnets[row];
            (Some(it.vpc.as_str()), Some(it.id.as_str()))
        }
        ResourceKind::RouteTable => (Some(model.route_tables[row].vpc.as_str()), None),
        ResourceKind::NetworkInterface => {
            let it = &model.network_interfaces[row];
            (Some(it.vpc.as_str()), Some(it.subnet.as_str()))
        }
        ResourceKind::Instance => (None, model.instances[row].subnet.as_ref().map(|it| it.as_str())),
        ResourceKind::SecurityGroup => (model.security_groups[row].vpc.as_ref().map(|it| it.as_str()), None),
        ResourceKind::SecurityGroupVpcAssociation => {
            (Some(model.security_group_associations[row].vpc.as_str()), None)
        }
        ResourceKind::NetworkAcl => (Some(model.network_acls[row].vpc.as_str()), None),
        ResourceKind::InternetGateway => {
            (model.internet_gateways[row].attachments.first().map(|it| it.vpc.as_str()), None)
        }
        ResourceKind::EgressOnlyInternetGateway => {
            (model.egress_only_gateways[row].attachments.first().map(|it| it.vpc.as_str()), None)
        }
        ResourceKind::NatGateway => {
            let it = &model.nat_gateways[row];
            (it.vpc.as_ref().map(|it| it.as_str()), it.subnet.as_ref().map(|it| it.as_str()))
        }
        ResourceKind::TransitGatewayAttachment => {
            let resource = model.transit_gateway_attachments[row].resource.as_deref();
            (resource.filter(|it| it.starts_with("vpc-")), None)
        }
        ResourceKind::TransitGatewayVpcAttachment => {
            (Some(model.transit_gateway_vpc_attachments[row].vpc.as_str()), None)
        }
        ResourceKind::VpnGateway => {
            (model.vpn_gateways[row].attachments.first().map(|it| it.vpc.as_str()), None)
        }
        ResourceKind::ClientVpnEndpoint => {
            (model.client_vpn_endpoints[row].vpc.as_ref().map(|it| it.as_str()), None)
        }
        ResourceKind::ClientVpnTargetNetwork => {
            (None, Some(model.client_vpn_target_networks[row].subnet.as_str()))
        }
        ResourceKind::VpcEndpoint => (Some(model.vpc_endpoints[row].vpc.as_str()), None),
        ResourceKind::LoadBalancer => (model.load_balancers[row].vpc.as_ref().map(|it| it.as_str()), None),
        ResourceKind::ClassicLoadBalancer => {
            (model.classic_load_balancers[row].vpc.as_ref().map(|it| it.as_str()), None)
        }
        ResourceKind::ManagedService => {
            (model.managed_services[row].vpc.as_ref().map(|it| it.as_str()), None)
        }
        ResourceKind::Firewall => (model.firewalls[row].vpc.as_ref().map(|it| it.as_str()), None),
        ResourceKind::CoreNetworkAttachment => (model.core_network_attachments[row].vpc(), None),
        ResourceKind::ServiceNetworkVpcAssociation => {
            (model.service_network_vpc_associations[row].vpc.as_ref().map(|it| it.as_str()), None)
        }
        ResourceKind::SecurityGroupRule
        | ResourceKind::FirewallPolicy
        | ResourceKind::FirewallRuleGroup
        | ResourceKind::PrefixList
        | ResourceKind::PrefixListEntries
        | ResourceKind::ElasticAddress
        | ResourceKind::ByoipCidr
        | ResourceKind::InstanceConnectEndpoint
        | ResourceKind::VpcEncryptionControl
        | ResourceKind::AcceleratorEndpointGroup
        | ResourceKind::VpcOrigin
        | ResourceKind::VerifiedAccessEndpoint
        | ResourceKind::CoreNetworkRoutes
        | ResourceKind::VpnConnection
        | ResourceKind::CustomerGateway
        | ResourceKind::DirectConnectGateway
        | ResourceKind::DirectConnectGatewayAssociation
        | ResourceKind::DirectConnectGatewayAttachment
        | ResourceKind::VirtualInterface
        | ResourceKind::TransitGatewayConnect
        | ResourceKind::TransitGatewayConnectPeer
        | ResourceKind::ClientVpnRoute
        | ResourceKind::ClientVpnAuthorizationRule
        | ResourceKind::LoadBalancerAttributes
        | ResourceKind::Listener
        | ResourceKind::ListenerRule
        | ResourceKind::TargetGroup
        | ResourceKind::TargetGroupAttributes
        | ResourceKind::TargetHealth
        | ResourceKind::EndpointService
        | ResourceKind::EndpointConnection
        | ResourceKind::VpcPeeringConnection
        | ResourceKind::TransitGateway
        | ResourceKind::TransitGatewayPeeringAttachment
        | ResourceKind::TransitGatewayRouteTable
        | ResourceKind::TransitGatewayRoutes
        | ResourceKind::TransitGatewayAssociations
        | ResourceKind::TransitGatewayPropagations
        | ResourceKind::TransitGatewayPrefixListReferences
        | ResourceKind::BlockPublicAccessOptions
        | ResourceKind::BlockPublicAccessExclusion
        | ResourceKind::AvailabilityZone
        | ResourceKind::VpcDnsAttributes
        | ResourceKind::HostedZone
        | ResourceKind::ResolverRule
        | ResourceKind::Unmodelled => (None, None),
    }
}

/// The state of a resource or of its attachment, in AWS's word.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each kind")]
fn state(model: &Model, kind: ResourceKind, row: usize) -> Option<&str> {
    fn text(word: Option<&impl Word>) -> Option<&str> {
        word.map(Word::as_text)
    }
    match kind {
        ResourceKind::Vpc => text(model.vpcs[row].state.as_ref()),
        ResourceKind::Instance => text(model.instances[row].state.as_ref()),
        ResourceKind::CoreNetworkAttachment => text(model.core_network_attachments[row].state.as_ref()),
        ResourceKind::ServiceNetworkVpcAssociation => {
            text(model.service_network_vpc_associations[row].state.as_ref())
        }
        ResourceKind::VpcOrigin => model.vpc_origins[row].status.as_deref(),
        ResourceKind::VerifiedAccessEndpoint => model.verified_access_endpoints[row].status.as_deref(),
        ResourceKind::InternetGateway => {
            text(model.internet_gateways[row].attachments.first()?.state.as_ref())
        }
        ResourceKind::EgressOnlyInternetGateway => {
            text(model.egress_only_gateways[row].attachments.first()?.state.as_ref())
        }
        ResourceKind::NatGateway => text(model.nat_gateways[row].state.as_ref()),
        ResourceKind::ByoipCidr => text(model.byoip_cidrs[row].state.as_ref()),
        ResourceKind::InstanceConnectEndpoint => text(model.instance_connect_endpoints[row].state.as_ref()),
        ResourceKind::VpcEncryptionControl => text(model.encryption_controls[row].mode.as_ref()),
        ResourceKind::VpcPeeringConnection => text(model.peering_connections[row].status.as_ref()),
        ResourceKind::TransitGateway => text(model.transit_gateways[row].state.as_ref()),
        ResourceKind::TransitGatewayAttachment => text(model.transit_gateway_attachments[row].state.as_ref()),
        ResourceKind::TransitGatewayVpcAttachment => {
            text(model.transit_gateway_vpc_attachments[row].state.as_ref())
        }
        ResourceKind::TransitGatewayPeeringAttachment => {
            text(model.transit_gateway_peerings[row].state.as_ref())
        }
        ResourceKind::TransitGatewayRouteTable => {
            text(model.transit_gateway_route_tables[row].state.as_ref())
        }
        ResourceKind::VpnGateway => {
            let gateway = &model.vpn_gateways[row];
            let attachment = gateway.attachments.first().and_then(|it| it.state.as_ref());
            text(attachment).or_else(|| text(gateway.state.as_ref()))
        }
        ResourceKind::VpnConnection => text(model.vpn_connections[row].state.as_ref()),
        ResourceKind::CustomerGateway => text(model.customer_gateways[row].state.as_ref()),
        ResourceKind::DirectConnectGateway => text(model.direct_connect_gateways[row].state.as_ref()),
        ResourceKind::DirectConnectGatewayAssociation => {
            text(model.direct_connect_associations[row].state.as_ref())
        }
        ResourceKind::DirectConnectGatewayAttachment => {
            text(model.direct_connect_attachments[row].state.as_ref())
        }
        ResourceKind::VirtualInterface => text(model.virtual_interfaces[row].state.as_ref()),
        ResourceKind::TransitGatewayConnect => text(model.transit_gateway_connects[row].state.as_ref()),
        ResourceKind::TransitGatewayConnectPeer => {
            text(model.transit_gateway_connect_peers[row].state.as_ref())
        }
        ResourceKind::ClientVpnEndpoint => text(model.client_vpn_endpoints[row].state.as_ref()),
        ResourceKind::ClientVpnTargetNetwork => text(model.client_vpn_target_networks[row].state.as_ref()),
        ResourceKind::ClientVpnRoute => text(model.client_vpn_routes[row].state.as_ref()),
        ResourceKind::ClientVpnAuthorizationRule => {
            text(model.client_vpn_authorization_rules[row].state.as_ref())
        }
        ResourceKind::VpcEndpoint => text(model.vpc_endpoints[row].state.as_ref()),
        ResourceKind::EndpointService => text(model.endpoint_services[row].state.as_ref()),
        ResourceKind::EndpointConnection => text(model.endpoint_connections[row].state.as_ref()),
        ResourceKind::LoadBalancer => text(model.load_balancers[row].state.as_ref()),
        ResourceKind::BlockPublicAccessOptions => text(Some(&model.block_public_access_options[row].mode)),
        ResourceKind::BlockPublicAccessExclusion => {
            text(model.block_public_access_exclusions[row].state.as_ref())
        }
        ResourceKind::Subnet
        | ResourceKind::LoadBalancerAttributes
        | ResourceKind::Listener
        | ResourceKind::ListenerRule
        | ResourceKind::TargetGroup
        | ResourceKind::TargetGroupAttributes
        | ResourceKind::TargetHealth
        | ResourceKind::ClassicLoadBalancer
        | ResourceKind::Firewall
        | ResourceKind::FirewallPolicy
        | ResourceKind::FirewallRuleGroup
        | ResourceKind::RouteTable
        | ResourceKind::NetworkInterface
        | ResourceKind::SecurityGroup
        | ResourceKind::SecurityGroupRule
        | ResourceKind::SecurityGroupVpcAssociation
        | ResourceKind::NetworkAcl
        | ResourceKind::PrefixList
        | ResourceKind::PrefixListEntries
        | ResourceKind::ElasticAddress
        | ResourceKind::TransitGatewayRoutes
        | ResourceKind::TransitGatewayAssociations
        | ResourceKind::TransitGatewayPropagations
        | ResourceKind::TransitGatewayPrefixListReferences
        | ResourceKind::AvailabilityZone
        | ResourceKind::AcceleratorEndpointGroup
        | ResourceKind::CoreNetworkRoutes
        | ResourceKind::ManagedService
        | ResourceKind::VpcDnsAttributes
        | ResourceKind::HostedZone
        | ResourceKind::ResolverRule
        | ResourceKind::Unmodelled => None,
    }
}

/// The id of a subnet's row, when the snapshot has it.
pub(super) fn subnet_id<'a>(context: Context<'a>, row: u32) -> Option<&'a str> {
    let row = context.network.subnets.get(row as usize)?;
    let named = named(context, row.component);
    (!named.is_absent()).then_some(named.id)
}

/// The id of a VPC's row.
pub(super) fn vpc_id<'a>(context: Context<'a>, row: u32) -> Option<&'a str> {
    context.network.vpcs.get(row as usize).map(|row| row.id.as_str())
}
