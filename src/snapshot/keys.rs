//! The table of top-level keys: which call prints a key, and what is done with what stands under it.
//!
//! An answer is recognised by its keys alone. Where several calls share one (`Routes`, `Associations`, `Entries`),
//! `shared.rs` decides by the members of the element and of the parent. A key that is not here is counted, and
//! its content stays unread.

use crate::model::{ManagedService, ResourceKind, Unmodelled};

/// What stands under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A list of resources, or one of them as an object.
    List(ResourceKind),
    /// `Reservations[].Instances[]`.
    Reservations,
    /// Instances without their reservations.
    Instances,
    /// Wrapped routes of transit gateways, of which only the static ones were asked for.
    StaticRoutes,
    /// Lists of resources, each in an object with its parent.
    Wrapped(ResourceKind, &'static str),
    /// One resource is the list and the id of its parent, which stands beside it or in the path.
    Whole(Whole),
    /// The key by which the answer is known that is one resource as a whole, or a list of such answers.
    Answer(ResourceKind),
    /// Several calls print this key.
    Shared,
    /// Services with interfaces in a VPC, each call with a shape of its own.
    Managed,
    /// Recognised, not modelled, kept by id.
    Unmodelled,
    /// Recognised: parts of something not modelled, or nothing that moves packets. Not kept.
    Aside,
    /// A member that stands beside the list: a parent's id, a count.
    Beside,
    /// What is left of an answer that was cut off.
    Token,
}

/// An answer that does not name its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// `Routes` of `search-transit-gateway-routes`.
    Routes,
    /// `Associations` of `get-transit-gateway-route-table-associations`.
    Associations,
    /// `TransitGatewayRouteTablePropagations`.
    Propagations,
    /// `Entries` of `get-managed-prefix-list-entries`.
    Entries,
    /// `TargetHealthDescriptions`.
    TargetHealth,
    /// `Attributes` of `describe-target-group-attributes`.
    TargetGroupAttributes,
    /// `Attributes` of `describe-load-balancer-attributes`.
    LoadBalancerAttributes,
    /// `LoadBalancerAttributes` of `elb describe-load-balancer-attributes`.
    ClassicAttributes,
    /// `EnableDnsSupport` of `describe-vpc-attribute`.
    DnsSupport,
    /// `EnableDnsHostnames` of `describe-vpc-attribute`.
    DnsHostnames,
    /// `VPCs` of `route53 get-hosted-zone`.
    ZoneVpcs,
    /// `ResourceRecordSets` of `route53 list-resource-record-sets`.
    ZoneRecords,
    /// `HostedZoneSummaries` of `route53 list-hosted-zones-by-vpc`.
    ZonesOfVpc,
}

impl Whole {
    /// The kind of resource that it is.
    pub(super) fn kind(self) -> ResourceKind {
        match self {
            Whole::Routes => ResourceKind::TransitGatewayRoutes,
            Whole::Associations => ResourceKind::TransitGatewayAssociations,
            Whole::Propagations => ResourceKind::TransitGatewayPropagations,
            Whole::Entries => ResourceKind::PrefixListEntries,
            Whole::TargetHealth => ResourceKind::TargetHealth,
            Whole::TargetGroupAttributes => ResourceKind::TargetGroupAttributes,
            Whole::LoadBalancerAttributes | Whole::ClassicAttributes => ResourceKind::LoadBalancerAttributes,
            Whole::DnsSupport | Whole::DnsHostnames => ResourceKind::VpcDnsAttributes,
            Whole::ZoneVpcs | Whole::ZoneRecords | Whole::ZonesOfVpc => ResourceKind::HostedZone,
        }
    }

    /// The member that names the parent, and how the parent's id begins.
    pub(super) fn parent(self) -> (&'static str, &'static str) {
        match self {
            Whole::Routes | Whole::Associations | Whole::Propagations => {
                ("TransitGatewayRouteTableId", "tgw-rtb-")
            }
            Whole::Entries => ("PrefixListId", "pl-"),
            Whole::TargetHealth | Whole::TargetGroupAttributes => ("TargetGroupArn", "targetgroup/"),
            Whole::LoadBalancerAttributes => ("LoadBalancerArn", "loadbalancer/"),
            Whole::ClassicAttributes => ("LoadBalancerName", "loadbalancer/"),
            Whole::DnsSupport | Whole::DnsHostnames | Whole::ZonesOfVpc => ("VpcId", "vpc-"),
            Whole::ZoneVpcs | Whole::ZoneRecords => ("HostedZoneId", "Z"),
        }
    }
}

use Meaning::{Aside, Beside, Instances, List, Reservations, Shared, StaticRoutes, Token};
use ResourceKind as Kind;

/// Keys of answers about one resource, which do not say that there is no other.
pub(super) const SAYING_OF_ONE: &[&str] = &["VpcAttachment", "VpcOrigin"];

/// Keys of resources that are modelled, in the spelling of the aws-cli and in that of np-guard's collector; and
/// the keys whose content is no resource. Those of [`Unmodelled::KEYS`] and of managed services join them in [`look_up`].
const TABLE: &[(&str, Meaning)] = &[
    ("", Aside),
    ("Vpcs", List(Kind::Vpc)),
    ("vpcs", List(Kind::Vpc)),
    ("Subnets", List(Kind::Subnet)),
    ("subnets", List(Kind::Subnet)),
    ("RouteTables", List(Kind::RouteTable)),
    ("route_tables", List(Kind::RouteTable)),
    ("NetworkInterfaces", List(Kind::NetworkInterface)),
    ("network_interfaces", List(Kind::NetworkInterface)),
    ("Reservations", Reservations),
    ("reservations", Reservations),
    ("Instances", Instances),
    ("instances", Instances),
    ("SecurityGroups", List(Kind::SecurityGroup)),
    ("security_groups", List(Kind::SecurityGroup)),
    ("SecurityGroupRules", List(Kind::SecurityGroupRule)),
    ("security_group_rules", List(Kind::SecurityGroupRule)),
    ("SecurityGroupVpcAssociations", List(Kind::SecurityGroupVpcAssociation)),
    ("NetworkAcls", List(Kind::NetworkAcl)),
    ("network_acls", List(Kind::NetworkAcl)),
    ("PrefixLists", List(Kind::PrefixList)),
    ("prefix_lists", List(Kind::PrefixList)),
    ("InternetGateways", List(Kind::InternetGateway)),
    ("internet_gateways", List(Kind::InternetGateway)),
    ("EgressOnlyInternetGateways", List(Kind::EgressOnlyInternetGateway)),
    ("egress_only_internet_gateways", List(Kind::EgressOnlyInternetGateway)),
    ("NatGateways", List(Kind::NatGateway)),
    ("nat_gateways", List(Kind::NatGateway)),
    ("Addresses", List(Kind::ElasticAddress)),
    ("addresses", List(Kind::ElasticAddress)),
    ("VpcPeeringConnections", List(Kind::VpcPeeringConnection)),
    ("vpc_peering_connections", List(Kind::VpcPeeringConnection)),
    ("TransitGateways", List(Kind::TransitGateway)),
    ("transit_gateways", List(Kind::TransitGateway)),
    ("TransitGatewayAttachments", List(Kind::TransitGatewayAttachment)),
    ("transit_gateway_attachments", List(Kind::TransitGatewayAttachment)),
    ("TransitGatewayVpcAttachments", List(Kind::TransitGatewayVpcAttachment)),
    ("transit_gateway_vpc_attachments", List(Kind::TransitGatewayVpcAttachment)),
    ("TransitGatewayPeeringAttachments", List(Kind::TransitGatewayPeeringAttachment)),
    ("transit_gateway_peering_attachments", List(Kind::TransitGatewayPeeringAttachment)),
    ("TransitGatewayRouteTables", List(Kind::TransitGatewayRouteTable)),
    ("transit_gateway_route_tables", List(Kind::TransitGatewayRouteTable)),
    ("TransitGatewayPrefixListReferences", List(Kind::TransitGatewayPrefixListReferences)),
    ("VpnGateways", List(Kind::VpnGateway)),
    ("VpnConnections", List(Kind::VpnConnection)),
    ("CustomerGateways", List(Kind::CustomerGateway)),
    ("directConnectGateways", List(Kind::DirectConnectGateway)),
    ("directConnectGatewayAssociations", List(Kind::DirectConnectGatewayAssociation)),
    ("directConnectGatewayAttachments", List(Kind::DirectConnectGatewayAttachment)),
    ("virtualInterfaces", List(Kind::VirtualInterface)),
    ("TransitGatewayConnects", List(Kind::TransitGatewayConnect)),
    ("TransitGatewayConnectPeers", List(Kind::TransitGatewayConnectPeer)),
    ("ClientVpnEndpoints", List(Kind::ClientVpnEndpoint)),
    ("ClientVpnTargetNetworks", List(Kind::ClientVpnTargetNetwork)),
    ("AuthorizationRules", List(Kind::ClientVpnAuthorizationRule)),
    ("VpcEndpoints", List(Kind::VpcEndpoint)),
    ("vpc_endpoints", List(Kind::VpcEndpoint)),
    ("ServiceConfigurations", List(Kind::EndpointService)),
    ("VpcEndpointConnections", List(Kind::EndpointConnection)),
    ("LoadBalancers", List(Kind::LoadBalancer)),
    // Global Accelerator has listeners too.
    ("Listeners", Shared),
    ("LoadBalancerDescriptions", List(Kind::ClassicLoadBalancer)),
    ("TargetGroups", List(Kind::TargetGroup)),
    ("TargetHealthDescriptions", Meaning::Whole(Whole::TargetHealth)),
    ("TargetGroupAttributes", List(Kind::TargetGroupAttributes)),
    ("VpcBlockPublicAccessOptions", List(Kind::BlockPublicAccessOptions)),
    ("VpcBlockPublicAccessExclusions", List(Kind::BlockPublicAccessExclusion)),
    ("Firewall", Meaning::Answer(Kind::Firewall)),
    ("FirewallPolicyResponse", Meaning::Answer(Kind::FirewallPolicy)),
    ("RuleGroupResponse", Meaning::Answer(Kind::FirewallRuleGroup)),
    ("Firewalls", Shared),
    ("FirewallPolicies", Shared),
    ("RuleGroups", Shared),
    ("FirewallStatus", Beside),
    ("FirewallPolicy", Beside),
    ("RuleGroup", Beside),
    ("AvailabilityZones", List(Kind::AvailabilityZone)),
    ("ByoipCidrs", List(Kind::ByoipCidr)),
    ("InstanceConnectEndpoints", List(Kind::InstanceConnectEndpoint)),
    ("VpcEncryptionControls", List(Kind::VpcEncryptionControl)),
    ("EndpointGroups", List(Kind::AcceleratorEndpointGroup)),
    ("VpcOriginList", Meaning::Wrapped(Kind::VpcOrigin, "Items")),
    ("VpcOrigin", List(Kind::VpcOrigin)),
    ("VerifiedAccessEndpoints", List(Kind::VerifiedAccessEndpoint)),
    ("Attachments", List(Kind::CoreNetworkAttachment)),
    ("VpcAttachment", List(Kind::CoreNetworkAttachment)),
    ("NetworkRoutes", Meaning::Answer(Kind::CoreNetworkRoutes)),
    ("RouteTableArn", Beside),
    ("RouteTableType", Beside),
    ("RouteTableTimestamp", Beside),
    ("CoreNetworkSegmentEdge", Beside),
    ("CoreNetworkNetworkFunctionGroup", Beside),
    ("items", Shared),
    ("availability_zones", List(Kind::AvailabilityZone)),
    // Batfish's way to keep answers with the table that was asked about.
    ("TransitGatewayPropagations", List(Kind::TransitGatewayPropagations)),
    ("TransitGatewayAssociations", List(Kind::TransitGatewayAssociations)),
    ("TransitGatewayStaticRoutes", StaticRoutes),
    ("TransitGatewayRoutes", List(Kind::TransitGatewayRoutes)),
    ("PrefixListEntries", List(Kind::PrefixListEntries)),
    ("LoadBalancerListeners", Meaning::Wrapped(Kind::Listener, "Listeners")),
    ("LoadBalancerTargetHealth", List(Kind::TargetHealth)),
    ("TransitGatewayRouteTablePropagations", Meaning::Whole(Whole::Propagations)),
    ("Routes", Shared),
    ("Associations", Shared),
    ("Entries", Shared),
    ("Rules", Shared),
    ("Attributes", Shared),
    ("LoadBalancerAttributes", Shared),
    ("TransitGatewayRouteTableId", Beside),
    ("PrefixListId", Beside),
    ("AdditionalRoutesAvailable", Beside),
    ("AreRoutesPersisted", Beside),
    ("LoadBalancerArn", Beside),
    ("LoadBalancerName", Beside),
    ("ListenerArn", Beside),
    ("TargetGroupArn", Beside),
    ("ClientVpnEndpointId", Beside),
    ("AcceleratorArn", Beside),
    ("RouteServerId", Beside),
    ("LocalGatewayRouteTableId", Beside),
    ("TransitGatewayAttachmentId", Beside),
    ("ServiceId", Beside),
    ("VpcId", Beside),
    ("UpdateToken", Beside),
    ("ResponseMetadata", Beside),
    ("NextToken", Token),
    ("nextToken", Token),
    ("NextMarker", Token),
    ("Marker", Token),
    ("AllowedPrincipals", Aside),
    ("ClusterSubnetGroups", Aside),
    ("CoreNetwork", Aside),
    ("CoreNetworkPolicy", Aside),
    ("DBSubnetGroups", Aside),
    ("DhcpOptions", Aside),
    ("DomainNames", Aside),
    ("EnableDnsHostnames", Meaning::Whole(Whole::DnsHostnames)),
    ("EnableDnsSupport", Meaning::Whole(Whole::DnsSupport)),
    ("HostedZones", List(Kind::HostedZone)),
    ("HostedZone", Beside),
    ("VPCs", Meaning::Whole(Whole::ZoneVpcs)),
    ("HostedZoneSummaries", Meaning::Whole(Whole::ZonesOfVpc)),
    ("ResourceRecordSets", Meaning::Whole(Whole::ZoneRecords)),
    ("ResolverRules", List(Kind::ResolverRule)),
    ("ResolverRuleAssociations", List(Kind::ResolverRule)),
    ("HostedZoneId", Beside),
    ("DelegationSet", Aside),
    ("IpAddresses", Aside),
    ("ResolverEndpointId", Beside),
    ("IsTruncated", Beside),
    ("MaxItems", Beside),
    ("MaxResults", Beside),
    ("NextRecordName", Token),
    ("CacheSubnetGroups", Aside),
    ("failures", Beside),
    ("GlobalNetworks", Aside),
    ("Images", Aside),
    ("KeyPairs", Aside),
    ("NatGatewayRules", Aside),
    ("NetworkInsightsAccessScopeAnalyses", Aside),
    ("NetworkInsightsAccessScopeContent", Aside),
    ("NetworkInsightsAnalyses", Aside),
    ("NetworkInsightsPaths", Aside),
    ("Regions", Aside),
    ("SecurityGroupReferenceSet", Aside),
    ("ServiceDetails", Aside),
    ("ServiceNames", Aside),
    ("Snapshots", Aside),
    ("StaleSecurityGroupSet", Aside),
    ("TagDescriptions", Aside),
    ("Tags", Aside),
    ("TransitGatewayRegistrations", Aside),
    ("Volumes", Aside),
    ("VpcEndpointAssociation", Aside),
    ("VpcEndpointAssociationStatus", Beside),
    ("VpcEndpointAssociations", Aside),
    // Lists that a collector asks on with, and what VPC Lattice calls everything.
    ("clusterArns", Aside),
    ("clusters", Aside),
    ("resourceShares", Aside),
    ("serviceArns", Aside),
    ("taskArns", Aside),
];

/// The key of a list that stands at the top of its file, as `--query 'Vpcs[]'` leaves it.
pub(super) const BARE: u16 = 0;

/// A key's number, which [`name`] turns back into its text, and what stands under it.
pub(super) fn look_up(key: &str) -> Option<(u16, Meaning)> {
    if let Some(position) = TABLE.iter().position(|(name, _)| *name == key).filter(|_| !key.is_empty()) {
        return Some((position as u16, TABLE[position].1));
    }
    if let Some(position) = Unmodelled::KEYS.iter().position(|(name, _)| *name == key) {
        return Some(((TABLE.len() + position) as u16, Meaning::Unmodelled));
    }
    let position = ManagedService::calls().position(|(name, _)| name == key)?;
    Some(((TABLE.len() + Unmodelled::KEYS.len() + position) as u16, Meaning::Managed))
}

/// The text of a key.
pub(super) fn name(key: u16) -> &'static str {
    all_slots().nth(usize::from(key)).unwrap_or_default()
}

/// What stands under a key, by its number.
pub(super) fn meaning(key: u16) -> Meaning {
    let key = usize::from(key);
    let beyond =
        if key < TABLE.len() + Unmodelled::KEYS.len() { Meaning::Unmodelled } else { Meaning::Managed };
    TABLE.get(key).map_or(beyond, |(_, meaning)| *meaning)
}

/// Every key.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    all_slots().filter(|name| !name.is_empty())
}

/// The texts of all numbers, in order.
fn all_slots() -> impl Iterator<Item = &'static str> {
    let modelled = TABLE.iter().map(|(name, _)| *name);
    let unmodelled = Unmodelled::KEYS.iter().map(|(name, _)| *name);
    modelled.chain(unmodelled).chain(ManagedService::calls().map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_once_in_the_table() {
        let mut names: Vec<&str> = all_slots().collect();
        names.sort_unstable();
        let repeats: Vec<&[&str]> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(repeats.is_empty(), "{repeats:?}");
    }

    #[test]
    fn every_modelled_kind_has_its_key_in_the_table() {
        for kind in ResourceKind::ALL.iter().filter(|kind| **kind != ResourceKind::Unmodelled) {
            let (key, _) = look_up(kind.key()).unwrap_or_else(|| panic!("no key {}", kind.key()));
            assert_eq!(name(key), kind.key());
        }
    }
}
