//! A resource of the model by kind and row, and what a person wants to know to tell it from others.
//!
//! [`rows`] is the only place that goes from the text of an id to rows: collections are sorted by id, so an id and a
//! beginning of one are both found by binary search, without a table.

use std::ops::Range;

use super::error::Candidate;
use crate::model::{About, Collection, Model, Resource as Type, ResourceKind};
use crate::network::Component;

/// A resource of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    /// Its kind.
    pub kind: ResourceKind,
    /// Its row in the model's collection of that kind.
    pub position: u32,
}

/// How the text of an id is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// It is the id.
    Exact,
    /// The id begins so.
    Prefix,
}

impl Resource {
    /// What answers call it.
    pub fn component(self) -> Component {
        Component::Resource(self.kind, self.position)
    }

    fn row(self) -> usize {
        self.position as usize
    }

    /// Its id.
    pub fn id(self, model: &Model) -> &str {
        self.kind.id_text(model, self.row()).expect("a resource stands for a row of the model")
    }

    /// Its place, owner and tags.
    pub fn about(self, model: &Model) -> &About {
        self.kind.about(model, self.row()).expect("a resource stands for a row of the model")
    }

    /// The VPC that it is a part of or attached to, where there is one.
    pub fn vpc(self, model: &Model) -> Option<&str> {
        let row = self.row();
        let (vpc, subnet) = self.kind.vpc_and_subnet(model, row);
        let by_subnet = || Some(model.subnets.get(&subnet?.into())?.vpc.as_str());
        if self.kind != ResourceKind::Instance {
            return vpc.or_else(by_subnet);
        }
        let first = model.instances[row].interfaces.first();
        let by_interface = first.and_then(|id| model.network_interfaces.get(id)).map(|it| it.vpc.as_str());
        by_interface.or_else(by_subnet)
    }

    /// What tells it from others.
    pub(super) fn candidate(self, model: &Model) -> Candidate {
        let about = self.about(model);
        let group = (self.kind == ResourceKind::SecurityGroup)
            .then(|| model.security_groups[self.row()].name.as_str());
        let name = about.name().or(group);
        let service =
            (self.kind == ResourceKind::ManagedService).then(|| &model.managed_services[self.row()]);
        let id = service.and_then(|it| it.arn.as_deref()).unwrap_or(self.id(model));
        Candidate {
            id: id.to_owned(),
            kind: service.map_or(words(self.kind).0, |it| it.family.words()),
            prefix: service.map(|it| it.family.prefix()).or(super::word::prefix_of(self.kind)),
            name: name.map(str::to_owned),
            vpc: self.vpc(model).map(ToString::to_string),
            account: about.account.as_ref().map(ToString::to_string),
        }
    }
}

/// What a kind is called: bare, and with its article. Parts of other resources have no name of their own.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each kind")]
pub(super) fn words(kind: ResourceKind) -> (&'static str, &'static str) {
    match kind {
        ResourceKind::Vpc => ("VPC", "a VPC"),
        ResourceKind::Subnet => ("subnet", "a subnet"),
        ResourceKind::RouteTable => ("route table", "a route table"),
        ResourceKind::NetworkInterface => ("network interface", "a network interface"),
        ResourceKind::Instance => ("instance", "an instance"),
        ResourceKind::SecurityGroup => ("security group", "a security group"),
        ResourceKind::SecurityGroupRule => ("security group rule", "a rule of a security group"),
        ResourceKind::SecurityGroupVpcAssociation => {
            ("security group association", "an association of a group")
        }
        ResourceKind::NetworkAcl => ("network ACL", "a network ACL"),
        ResourceKind::PrefixList | ResourceKind::PrefixListEntries => ("prefix list", "a prefix list"),
        ResourceKind::InternetGateway => ("internet gateway", "an internet gateway"),
        ResourceKind::EgressOnlyInternetGateway => {
            ("egress-only internet gateway", "an egress-only internet gateway")
        }
        ResourceKind::NatGateway => ("NAT gateway", "a NAT gateway"),
        ResourceKind::ElasticAddress => ("elastic address", "an elastic address"),
        ResourceKind::ByoipCidr => ("address block", "an address block"),
        ResourceKind::InstanceConnectEndpoint => {
            ("Instance Connect Endpoint", "an Instance Connect Endpoint")
        }
        ResourceKind::VpcEncryptionControl => ("encryption control", "an encryption control"),
        ResourceKind::VpcOrigin => ("VPC origin", "a VPC origin of CloudFront"),
        ResourceKind::VerifiedAccessEndpoint => ("Verified Access endpoint", "a Verified Access endpoint"),
        ResourceKind::CoreNetworkAttachment => ("core network attachment", "an attachment of a core network"),
        ResourceKind::CoreNetworkRoutes => ("core network routes", "the routes of a core network"),
        ResourceKind::ServiceNetworkVpcAssociation => {
            ("service network association", "an association with a service network")
        }
        ResourceKind::AcceleratorEndpointGroup => ("endpoint group", "an endpoint group of an accelerator"),
        ResourceKind::EndpointService | ResourceKind::EndpointConnection => {
            ("endpoint service", "an endpoint service")
        }
        ResourceKind::LoadBalancer | ResourceKind::LoadBalancerAttributes => {
            ("load balancer", "a load balancer")
        }
        ResourceKind::ClassicLoadBalancer => ("Classic Load Balancer", "a Classic Load Balancer"),
        ResourceKind::Firewall => ("firewall", "a firewall"),
        ResourceKind::FirewallPolicy => ("firewall policy", "a firewall policy"),
        ResourceKind::FirewallRuleGroup => ("firewall rule group", "a rule group of a firewall"),
        ResourceKind::Listener | ResourceKind::ListenerRule => ("listener", "a listener"),
        ResourceKind::TargetGroup | ResourceKind::TargetGroupAttributes | ResourceKind::TargetHealth => {
            ("target group", "a target group")
        }
        ResourceKind::VpcPeeringConnection => ("peering connection", "a peering connection"),
        ResourceKind::TransitGateway => ("transit gateway", "a transit gateway"),
        ResourceKind::TransitGatewayAttachment
        | ResourceKind::TransitGatewayVpcAttachment
        | ResourceKind::TransitGatewayPeeringAttachment => {
            ("transit gateway attachment", "a transit gateway attachment")
        }
        ResourceKind::TransitGatewayRouteTable
        | ResourceKind::TransitGatewayRoutes
        | ResourceKind::TransitGatewayAssociations
        | ResourceKind::TransitGatewayPropagations
        | ResourceKind::TransitGatewayPrefixListReferences => {
            ("transit gateway route table", "a transit gateway route table")
        }
        ResourceKind::VpnGateway => ("virtual private gateway", "a virtual private gateway"),
        ResourceKind::VpnConnection => ("VPN connection", "a VPN connection"),
        ResourceKind::CustomerGateway => ("customer gateway", "a customer gateway"),
        ResourceKind::DirectConnectGateway => ("Direct Connect gateway", "a Direct Connect gateway"),
        ResourceKind::DirectConnectGatewayAssociation => {
            ("Direct Connect association", "a Direct Connect association")
        }
        ResourceKind::DirectConnectGatewayAttachment => {
            ("Direct Connect attachment", "a Direct Connect attachment")
        }
        ResourceKind::VirtualInterface => ("virtual interface", "a virtual interface"),
        ResourceKind::TransitGatewayConnect => ("Connect attachment", "a Connect attachment"),
        ResourceKind::TransitGatewayConnectPeer => ("Connect peer", "a Connect peer"),
        ResourceKind::ClientVpnEndpoint => ("Client VPN endpoint", "a Client VPN endpoint"),
        ResourceKind::ClientVpnTargetNetwork => ("Client VPN association", "a Client VPN association"),
        ResourceKind::ClientVpnRoute => ("Client VPN route", "a Client VPN route"),
        ResourceKind::ClientVpnAuthorizationRule => {
            ("Client VPN authorization rule", "a Client VPN authorization rule")
        }
        ResourceKind::VpcEndpoint => ("VPC endpoint", "a VPC endpoint"),
        ResourceKind::BlockPublicAccessOptions => ("Block Public Access options", "an account's option"),
        ResourceKind::BlockPublicAccessExclusion => {
            ("Block Public Access exclusion", "a Block Public Access exclusion")
        }
        ResourceKind::AvailabilityZone => ("availability zone", "an availability zone"),
        ResourceKind::ManagedService => ("service", "a service"),
        ResourceKind::VpcDnsAttributes => ("VPC", "a VPC"),
        ResourceKind::HostedZone => ("hosted zone", "a hosted zone"),
        ResourceKind::ResolverRule => ("resolver rule", "a rule of the resolver"),
        ResourceKind::Unmodelled => ("resource", "a resource"),
    }
}

/// The rows of a kind whose id is, or begins with, a text. Kinds that are parts of others have none.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each kind")]
pub(super) fn rows(model: &Model, kind: ResourceKind, text: &str, how: Match) -> Range<usize> {
    match kind {
        ResourceKind::Vpc => of(&model.vpcs, text, how),
        ResourceKind::Subnet => of(&model.subnets, text, how),
        ResourceKind::RouteTable => of(&model.route_tables, text, how),
        ResourceKind::NetworkInterface => of(&model.network_interfaces, text, how),
        ResourceKind::Instance => of(&model.instances, text, how),
        ResourceKind::SecurityGroup => of(&model.security_groups, text, how),
        ResourceKind::NetworkAcl => of(&model.network_acls, text, how),
        ResourceKind::PrefixList => of(&model.prefix_lists, text, how),
        ResourceKind::InternetGateway => of(&model.internet_gateways, text, how),
        ResourceKind::EgressOnlyInternetGateway => of(&model.egress_only_gateways, text, how),
        ResourceKind::NatGateway => of(&model.nat_gateways, text, how),
        ResourceKind::VpcPeeringConnection => of(&model.peering_connections, text, how),
        ResourceKind::TransitGateway => of(&model.transit_gateways, text, how),
        ResourceKind::TransitGatewayAttachment => {
            // The key is the id, a slash, and the transit gateway's id: one attachment may have two rows.
            match how {
                Match::Exact => of(&model.transit_gateway_attachments, &format!("{text}/"), Match::Prefix),
                Match::Prefix => of(&model.transit_gateway_attachments, text, how),
            }
        }
        ResourceKind::TransitGatewayVpcAttachment => of(&model.transit_gateway_vpc_attachments, text, how),
        ResourceKind::TransitGatewayPeeringAttachment => of(&model.transit_gateway_peerings, text, how),
        ResourceKind::TransitGatewayRouteTable => of(&model.transit_gateway_route_tables, text, how),
        ResourceKind::VpnGateway => of(&model.vpn_gateways, text, how),
        ResourceKind::VpnConnection => of(&model.vpn_connections, text, how),
        ResourceKind::CustomerGateway => of(&model.customer_gateways, text, how),
        ResourceKind::DirectConnectGateway => of(&model.direct_connect_gateways, text, how),
        ResourceKind::VirtualInterface => of(&model.virtual_interfaces, text, how),
        ResourceKind::TransitGatewayConnectPeer => of(&model.transit_gateway_connect_peers, text, how),
        ResourceKind::ClientVpnEndpoint => of(&model.client_vpn_endpoints, text, how),
        ResourceKind::VpcEndpoint => of(&model.vpc_endpoints, text, how),
        ResourceKind::EndpointService => of(&model.endpoint_services, text, how),
        ResourceKind::LoadBalancer => of(&model.load_balancers, text, how),
        ResourceKind::TargetGroup => of(&model.target_groups, text, how),
        ResourceKind::Listener => of(&model.listeners, text, how),
        ResourceKind::VpcOrigin => of(&model.vpc_origins, text, how),
        ResourceKind::VerifiedAccessEndpoint => of(&model.verified_access_endpoints, text, how),
        ResourceKind::CoreNetworkAttachment => of(&model.core_network_attachments, text, how),
        ResourceKind::ServiceNetworkVpcAssociation => of(&model.service_network_vpc_associations, text, how),
        ResourceKind::InstanceConnectEndpoint => of(&model.instance_connect_endpoints, text, how),
        ResourceKind::Firewall => of(&model.firewalls, text, how),
        ResourceKind::FirewallPolicy => of(&model.firewall_policies, text, how),
        ResourceKind::FirewallRuleGroup => of(&model.firewall_rule_groups, text, how),
        // Elastic addresses are named by their address.
        ResourceKind::ElasticAddress
        | ResourceKind::ByoipCidr
        | ResourceKind::VpcEncryptionControl
        | ResourceKind::CoreNetworkRoutes
        | ResourceKind::AcceleratorEndpointGroup
        | ResourceKind::DirectConnectGatewayAssociation
        | ResourceKind::DirectConnectGatewayAttachment
        | ResourceKind::TransitGatewayConnect
        | ResourceKind::ClientVpnTargetNetwork
        | ResourceKind::ClientVpnRoute
        | ResourceKind::ClientVpnAuthorizationRule
        | ResourceKind::LoadBalancerAttributes
        | ResourceKind::ListenerRule
        | ResourceKind::TargetGroupAttributes
        | ResourceKind::TargetHealth
        | ResourceKind::EndpointConnection
        | ResourceKind::ClassicLoadBalancer
        | ResourceKind::SecurityGroupRule
        | ResourceKind::SecurityGroupVpcAssociation
        | ResourceKind::PrefixListEntries
        | ResourceKind::TransitGatewayRoutes
        | ResourceKind::TransitGatewayAssociations
        | ResourceKind::TransitGatewayPropagations
        | ResourceKind::TransitGatewayPrefixListReferences
        | ResourceKind::BlockPublicAccessOptions
        | ResourceKind::BlockPublicAccessExclusion
        | ResourceKind::AvailabilityZone
        | ResourceKind::ManagedService
        | ResourceKind::VpcDnsAttributes
        | ResourceKind::HostedZone
        | ResourceKind::ResolverRule
        | ResourceKind::Unmodelled => 0..0,
    }
}

fn of<T: Type + Sync>(collection: &Collection<T>, text: &str, how: Match) -> Range<usize>
where
    T::Id: for<'t> From<&'t str>,
{
    let id = T::Id::from(text);
    let first = collection.lower_bound(&id);
    let rest = collection.iter().skip(first);
    let count = match how {
        Match::Exact => rest.take_while(|it| *it.id() == id).count(),
        Match::Prefix => rest.take_while(|it| it.id().to_string().starts_with(text)).count(),
    };
    first..first + count
}
