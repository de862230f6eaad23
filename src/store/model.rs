//! How the types of the model are stored: a row for each.

use std::net::IpAddr;

use super::codec::{Bytes, Stored, Torn, boxed, choices, put_text, records};
use crate::model::{
    About, AcceleratorEndpointGroup, AcceleratorEndpointGroupId, AccountId, Assumption, AssumptionCode,
    AvailabilityZone, AvailabilityZoneKey, BlockPublicAccessExclusion, BlockPublicAccessExclusionId,
    BlockPublicAccessOptions, BlockPublicAccessOptionsId, ByoipCidr, ByoipCidrId, CidrAssociation,
    ClassicListener, ClassicLoadBalancer, ClassicLoadBalancerId, ClientVpnAuthorizationRule,
    ClientVpnEndpoint, ClientVpnEndpointId, ClientVpnPartId, ClientVpnRoute, ClientVpnTargetNetwork,
    CoreNetworkAttachment, CoreNetworkAttachmentId, CoreNetworkRoute, CoreNetworkRoutes, CoreNetworkRoutesId,
    CustomerGateway, CustomerGatewayId, DirectConnectAssociationId, DirectConnectAttachmentId,
    DirectConnectGateway, DirectConnectGatewayAssociation, DirectConnectGatewayAttachment,
    DirectConnectGatewayId, DnsRecord, EgressOnlyInternetGateway, EgressOnlyInternetGatewayId,
    ElasticAddress, ElasticAddressId, EndpointConnection, EndpointConnectionId, EndpointService,
    EndpointServiceId, Firewall, FirewallEndpoint, FirewallId, FirewallPolicy, FirewallPolicyId,
    FirewallRuleGroup, FirewallRuleGroupId, FirewallRules, GatewayAttachment, HostedZone, HostedZoneId,
    Instance, InstanceConnectEndpoint, InstanceConnectEndpointId, InstanceId, InterfaceAddress,
    InterfaceAttachment, InternetGateway, InternetGatewayId, Ipv6CidrAssociation, Listener, ListenerAction,
    ListenerId, ListenerRule, ListenerRuleId, LoadBalancer, LoadBalancerAttributes, LoadBalancerId,
    LoadBalancerZone, ManagedService, ManagedServiceId, NatGateway, NatGatewayAddress, NatGatewayId,
    NetworkAcl, NetworkAclEntry, NetworkAclId, NetworkInterface, NetworkInterfaceId, Pattern, Peer,
    PeerGroup, PeeringSide, Place, PortMatch, PrefixList, PrefixListEntries, PrefixListId, Region,
    ResolverRule, ResolverRuleId, ResourceKind, Route, RouteDestination, RouteTable, RouteTableAssociation,
    RouteTableId, RouteTarget, RuleForm, RuleGroupReference, RuleHeader, RuleSide, Scope, SecurityGroup,
    SecurityGroupId, SecurityGroupPermission, SecurityGroupRule, SecurityGroupRuleId,
    SecurityGroupVpcAssociation, SecurityGroupVpcAssociationId, ServiceFamily, ServiceNetworkVpcAssociation,
    ServiceNetworkVpcAssociationId, StatefulRule, StatelessMatch, StatelessRule, Subnet, SubnetId, Tags,
    Target, TargetGroup, TargetGroupAttributes, TargetGroupId, TargetHealth, TransitGateway,
    TransitGatewayAssociation, TransitGatewayAssociations, TransitGatewayAttachment,
    TransitGatewayAttachmentId, TransitGatewayAttachmentKey, TransitGatewayConnect,
    TransitGatewayConnectPeer, TransitGatewayConnectPeerId, TransitGatewayId,
    TransitGatewayPeeringAttachment, TransitGatewayPrefixListReference, TransitGatewayPrefixListReferences,
    TransitGatewayPropagations, TransitGatewayRoute, TransitGatewayRouteTable, TransitGatewayRouteTableId,
    TransitGatewayRoutes, TransitGatewayVpcAttachment, Unmodelled, UnmodelledId, VerifiedAccessEndpoint,
    VerifiedAccessEndpointId, VirtualInterface, VirtualInterfaceId, Vpc, VpcDnsAttributes,
    VpcEncryptionControl, VpcEncryptionControlId, VpcEndpoint, VpcEndpointId, VpcId, VpcOrigin, VpcOriginId,
    VpcPeeringConnection, VpcPeeringConnectionId, VpnConnection, VpnConnectionId, VpnGateway, VpnGatewayId,
    VpnRoute, VpnTunnel, Zone,
};

macro_rules! ids {
    ($($Id:ident),* $(,)?) => { $(
        impl Stored for $Id {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }
            fn take(from: &mut Bytes<'_>) -> Result<$Id, Torn> {
                Stored::take(from).map($Id)
            }
        }
    )* };
}

ids! {
    VpcId, SubnetId, RouteTableId, NetworkInterfaceId, InstanceId, SecurityGroupId, SecurityGroupRuleId,
    NetworkAclId, PrefixListId, InternetGatewayId, EgressOnlyInternetGatewayId, NatGatewayId,
    ElasticAddressId, ByoipCidrId, InstanceConnectEndpointId, VpcEncryptionControlId,
    AcceleratorEndpointGroupId, VpcOriginId, VerifiedAccessEndpointId, CoreNetworkAttachmentId,
    CoreNetworkRoutesId, ServiceNetworkVpcAssociationId, VpcPeeringConnectionId, TransitGatewayId,
    TransitGatewayAttachmentId, TransitGatewayAttachmentKey, TransitGatewayRouteTableId, VpnGatewayId,
    VpnConnectionId, CustomerGatewayId, DirectConnectGatewayId, DirectConnectAssociationId,
    DirectConnectAttachmentId, VirtualInterfaceId, TransitGatewayConnectPeerId, ClientVpnEndpointId,
    ClientVpnPartId, VpcEndpointId, EndpointServiceId, EndpointConnectionId, LoadBalancerId, ListenerId,
    ListenerRuleId, TargetGroupId, ClassicLoadBalancerId, FirewallId, FirewallPolicyId, FirewallRuleGroupId,
    BlockPublicAccessOptionsId, BlockPublicAccessExclusionId, SecurityGroupVpcAssociationId,
    AvailabilityZoneKey, HostedZoneId, ResolverRuleId, ManagedServiceId, UnmodelledId, AccountId, Region,
}

records! {
    Place { source, key, index, inner }
    About { place, account, region, tags, seen_by_owner }
    Scope { account, region }
    AcceleratorEndpointGroup { about, id, endpoints }
    AvailabilityZone { about, id, zone, parent }
    BlockPublicAccessOptions { about, id, mode }
    BlockPublicAccessExclusion { about, id, resource, mode, state }
    ByoipCidr { about, id, cidr, state }
    ClassicLoadBalancer { about, id, name, dns_name, is_internet_facing, vpc, subnets, listeners, instances }
    ClassicListener { protocol, port, instance_port }
    ClientVpnEndpoint { about, id, pool, state, vpc, groups, has_transit_gateway }
    ClientVpnTargetNetwork { about, id, endpoint, subnet, groups, state }
    ClientVpnRoute { about, id, endpoint, cidr, subnet, attachment, state }
    ClientVpnAuthorizationRule { about, id, endpoint, cidr, group, state }
    CoreNetworkAttachment {
        about, id, core_network, kind, state, resource, segment, function_group, edge, subnets, has_ipv6,
        appliance_mode, group_referencing,
    }
    CoreNetworkRoutes { about, id, core_network, table, edge, routes }
    CoreNetworkRoute { index, cidr, prefix_list, attachments, state, is_static }
    Assumption { code, about, needs, place }
    CustomerGateway { about, id, address, state }
    DirectConnectGateway { about, id, name, state }
    DirectConnectGatewayAssociation { about, id, gateway, associated, state, allowed_prefixes }
    DirectConnectGatewayAttachment { about, id, gateway, interface, state }
    VirtualInterface { about, id, kind, state, gateway, vpn_gateway, sessions, connection, device, location }
    EgressOnlyInternetGateway { about, id, attachments }
    ElasticAddress { about, id, public, interface, private }
    EndpointConnection { about, id, service, endpoint, consumer, state }
    EndpointService {
        about, id, name, state, wants_acceptance, zones, network_load_balancers, gateway_load_balancers,
    }
    Firewall { about, id, name, vpc, policy, attachment, endpoints, translates }
    FirewallEndpoint { zone, endpoint, subnet }
    FirewallPolicy {
        about, id, name, stateless_groups, stateless_default, stateful_groups, order, stateful_defaults,
        stream_exception, home_net,
    }
    RuleGroupReference { id, priority, only_alerts }
    FirewallRuleGroup { about, id, name, rules, address_sets, port_sets, references }
    StatelessRule { index, priority, action, matches }
    StatelessMatch { sources, destinations, source_ports, destination_ports, protocols, flags }
    HostedZone { about, id, name, is_private, vpcs, records }
    DnsRecord { name, kind, values, is_alias }
    Instance { about, id, state, subnet, interfaces }
    InstanceConnectEndpoint { about, id, vpc, state, preserves_client, interfaces }
    GatewayAttachment { vpc, state }
    InternetGateway { about, id, attachments }
    Listener { about, id, load_balancer, port, protocol, actions }
    ListenerAction { kind, target_groups }
    ListenerRule { about, id, listener, is_default, priority, decides_by_source, sources, actions }
    LoadBalancer {
        about, id, name, dns_name, is_internet_facing, kind, state, vpc, zones, judges_private_link,
    }
    LoadBalancerZone { zone, subnet, addresses }
    LoadBalancerAttributes { about, id, cross_zone }
    ManagedService {
        about, id, family, name, label, arn, part_of, members, dns_names, port, is_public, is_private, vpc,
        subnets, zones, groups, interfaces, addresses,
    }
    NatGateway {
        about, id, vpc, subnet, state, connectivity, availability, expands, route_table, addresses,
        has_appliance,
    }
    NatGatewayAddress { private, public, interface, zone, is_primary, is_in_use }
    NetworkAcl { about, id, vpc, is_default, subnets, inbound, outbound }
    NetworkAclEntry { number, action, cidr, protocol, index }
    NetworkInterface {
        about, id, vpc, subnet, kind, description, requester_managed, source_destination_check,
        deny_all_igw_traffic, in_use, groups, addresses, ipv6_addresses, ipv4_prefixes, ipv6_prefixes,
        attachment,
    }
    InterfaceAddress { private, public, is_carrier_or_customer }
    InterfaceAttachment { instance, device_index, is_attached }
    PrefixList { about, id, name, cidrs, is_ipv6 }
    PrefixListEntries { about, id, cidrs }
    ResolverRule { about, id, domain, kind, targets, endpoint, vpcs }
    RouteTable { about, id, vpc, associations, routes, propagating }
    Route { destination, target, state, origin }
    SecurityGroup { about, id, name, vpc, inbound, outbound }
    SecurityGroupPermission { ports, peers }
    PeerGroup { id, account, vpc, peering_connection }
    SecurityGroupVpcAssociation { about, id, group, vpc }
    SecurityGroupRule { about, id, group, is_outbound, ports, peer }
    ServiceNetworkVpcAssociation { about, id, network, network_name, vpc, state, groups }
    Subnet { about, id, vpc, cidr, ipv6_cidrs, zone, internet_gateway_block_mode, maps_public_address }
    Zone { name, id }
    StatefulRule { index, action, header, text, sid, beyond, side }
    RuleHeader { protocol, source, source_ports, is_both, destination, destination_ports }
    TargetGroup { about, id, name, kind, protocol, port, health_check_port, vpc, is_ipv6 }
    TargetGroupAttributes { about, id, preserves_client, cross_zone }
    TargetHealth { about, id, targets }
    Target { id, port, zone, state }
    TransitGateway { about, id, state, group_referencing, accepts_unseen }
    TransitGatewayAttachment {
        about, key, id, transit_gateway, kind, resource, resource_owner, state, route_table, has_policy_table,
        nat,
    }
    TransitGatewayVpcAttachment {
        about, id, transit_gateway, vpc, subnets, state, appliance_mode, ipv6, group_referencing,
    }
    TransitGatewayPeeringAttachment {
        about, id, requester, requester_region, accepter, accepter_region, state,
    }
    TransitGatewayConnect { about, id, transport, state }
    TransitGatewayConnectPeer { about, id, attachment, state, sessions }
    TransitGatewayRouteTable { about, id, transit_gateway, state }
    TransitGatewayRoutes { about, id, routes, is_truncated, is_static_only }
    TransitGatewayRoute { cidr, prefix_list, attachments, kind, state, index }
    TransitGatewayAssociations { about, id, associations }
    TransitGatewayAssociation { attachment }
    TransitGatewayPropagations { about, id, attachments }
    TransitGatewayPrefixListReferences { about, id, references }
    TransitGatewayPrefixListReference { prefix_list, attachment, is_blackhole, is_available, index }
    Unmodelled { about, id, key, resource, members }
    VerifiedAccessEndpoint { about, id, endpoint, status }
    Vpc {
        about, id, state, primary_cidr, cidrs, ipv6_cidrs, internet_gateway_block_mode, encryption_enforced,
        is_default,
    }
    CidrAssociation { cidr, state }
    Ipv6CidrAssociation { cidr, state, is_private }
    VpcDnsAttributes { about, id, support, hostnames }
    VpcEncryptionControl { about, id, vpc, mode, is_gone }
    VpcEndpoint {
        about, id, vpc, kind, state, service_name, route_tables, subnets, interfaces, groups, has_private_dns,
        dns_names, has_policy,
    }
    VpcOrigin { about, id, endpoint, status }
    VpcPeeringConnection { about, id, status, requester, accepter }
    PeeringSide { vpc, account, region, cidrs }
    VpnConnection {
        about, id, vpn_gateway, transit_gateway, customer_gateway, state, is_static_only, is_ipv6,
        customer_selector, aws_selector, routes, tunnels,
    }
    VpnRoute { cidr, state }
    VpnTunnel { status, accepted_routes, since }
    VpnGateway { about, id, attachments, state }
}

choices! {
    AssumptionCode {
        MissingData, DanglingReference, NotModelled, UnknownWord, Truncated,
        BlockPublicAccessAssumedOff, CrossZoneAssumedOff, PreserveClientIpAssumedOn,
        PreserveClientIpAssumedOff, GatewayAssumedAttached, DefaultAssumed, RouteTie,
        PolicyNotEvaluated, OtherWayIn, MtuStepDown, HostLocal, HostRoutingAssumed,
        InstanceAssumedRunning, LocalRoutesAssumed, ApplianceForwards, ApplianceTranslates,
        PathThroughGatewayLoadBalancerNotChecked, ApplianceSeesOneWay, BlockNarrowed,
        OwnerAmbiguous, ServicePort, DnsResolves, DnsResolvesPublic,
        OnPremisesAssumed, BgpRoutesNotVisible, AnnouncementAssumed, TunnelsAtOneMoment,
        DirectConnectAssumedAbsent, TunnelsAssumedUp, ClientVpnAddressAssumed,
        EncryptionEnforced, TooManyChoices, FirewallRuleOptions, FirewallRuleGroupType,
        FirewallMidstream,
    }
    FirewallRules { Stateless(a), Stateful(a, b), Domains(a), Unseen }
    RuleForm { List, Text }
    ServiceFamily {
        Rds, ElastiCache, OpenSearch, Efs, Lambda, Ecs, Eks, Msk,
        Redshift, Dms, Resolver,
    }
    RouteTableAssociation { Main, Subnet(a), Gateway(a) }
    RouteDestination { Cidr(a), PrefixList(a) }
    RouteTarget {
        Local, Gateway(a), NatGateway(a), NetworkInterface(a), Instance(a),
        PeeringConnection(a), TransitGateway(a), EgressOnlyInternetGateway(a),
        CarrierGateway(a), LocalGateway(a), CoreNetwork(a), Unknown,
    }
    PortMatch { All, Protocol(a), Ports { protocol, from, to }, Icmp { protocol, kind, code } }
    Peer { Cidr(a), PrefixList(a), Group(a) }
    RuleSide { ToServer, ToClient }
}

boxed!(PeerGroup, Pattern<IpAddr>, Pattern<u16>);

impl Stored for Tags {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self.text(), out);
    }
    fn take(from: &mut Bytes<'_>) -> Result<Tags, Torn> {
        Stored::take(from).map(Tags::of_text)
    }
}

impl Stored for ResourceKind {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self as u8);
    }
    fn take(from: &mut Bytes<'_>) -> Result<ResourceKind, Torn> {
        ResourceKind::ALL.get(usize::from(from.byte()?)).copied().ok_or(Torn)
    }
}

macro_rules! patterns {
    ($($Part:ty),*) => { $(
        impl Stored for Pattern<$Part> {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    Pattern::Any => out.push(0),
                    Pattern::Range(low, high) => {
                        out.push(1);
                        (*low, *high).put(out);
                    }
                    Pattern::Not(inner) => {
                        out.push(2);
                        inner.put(out);
                    }
                    Pattern::Each(all) => {
                        out.push(3);
                        all.put(out);
                    }
                    Pattern::Variable(name) => {
                        out.push(4);
                        name.put(out);
                    }
                }
            }
            fn take(from: &mut Bytes<'_>) -> Result<Self, Torn> {
                from.deeper(|from| match from.byte()? {
                    0 => Ok(Pattern::Any),
                    1 => Ok(Pattern::Range(Stored::take(from)?, Stored::take(from)?)),
                    2 => Stored::take(from).map(Pattern::Not),
                    3 => Stored::take(from).map(Pattern::Each),
                    4 => Stored::take(from).map(Pattern::Variable),
                    _ => Err(Torn),
                })
            }
        }
    )* };
}

patterns!(IpAddr, u16);
