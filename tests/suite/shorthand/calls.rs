//! The calls that a snapshot holds, and the key under which an element stands.

use Shape::{Elements, Instances, Options, Parents, Sometimes};

/// How the elements of a call make files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One list, there even when it is empty.
    Elements,
    /// `Reservations[].Instances[]`.
    Instances,
    /// One object an account and Region.
    Options,
    /// A file for each parent, with the parent's id beside AWS's members.
    Parents,
    /// One list, only written when something is in it.
    Sometimes,
}

/// One AWS call.
#[derive(Debug)]
pub struct Call {
    /// `describe`, `get` or `search`.
    pub verb: &'static str,
    /// The rest of its name: `route-tables`.
    pub name: &'static str,
    /// The top-level key of the answer; of `Parents`, the member that holds the list.
    pub key: &'static str,
    /// How its elements make files.
    pub shape: Shape,
}

const fn call(verb: &'static str, name: &'static str, key: &'static str, shape: Shape) -> Call {
    Call { verb, name, key, shape }
}

/// All of them. `set` looks an id up from the top.
#[rustfmt::skip]
pub const CALLS: &[Call] = &[
    call("describe", "vpcs", "Vpcs", Elements),
    call("describe", "subnets", "Subnets", Elements),
    call("describe", "route-tables", "RouteTables", Elements),
    call("describe", "network-acls", "NetworkAcls", Elements),
    call("describe", "security-groups", "SecurityGroups", Elements),
    call("describe", "security-group-vpc-associations", "SecurityGroupVpcAssociations", Elements),
    call("describe", "network-interfaces", "NetworkInterfaces", Elements),
    call("describe", "instances", "Reservations", Instances),
    call("describe", "addresses", "Addresses", Elements),
    call("describe", "byoip-cidrs", "ByoipCidrs", Elements),
    call("describe", "availability-zones", "AvailabilityZones", Elements),
    call("describe", "internet-gateways", "InternetGateways", Elements),
    call("describe", "egress-only-internet-gateways", "EgressOnlyInternetGateways", Elements),
    call("describe", "nat-gateways", "NatGateways", Elements),
    call("describe", "managed-prefix-lists", "PrefixLists", Elements),
    call("get", "managed-prefix-list-entries", "Entries", Parents),
    call("describe", "prefix-lists", "PrefixLists", Sometimes),
    call("describe", "vpc-peering-connections", "VpcPeeringConnections", Elements),
    call("describe", "vpc-endpoints", "VpcEndpoints", Elements),
    call("describe", "vpc-block-public-access-options", "VpcBlockPublicAccessOptions", Options),
    call("describe", "vpc-block-public-access-exclusions", "VpcBlockPublicAccessExclusions", Elements),
    call("describe", "transit-gateways", "TransitGateways", Elements),
    call("describe", "transit-gateway-attachments", "TransitGatewayAttachments", Elements),
    call("describe", "transit-gateway-vpc-attachments", "TransitGatewayVpcAttachments", Elements),
    call("describe", "transit-gateway-peering-attachments", "TransitGatewayPeeringAttachments", Elements),
    call("describe", "transit-gateway-connects", "TransitGatewayConnects", Elements),
    call("describe", "transit-gateway-connect-peers", "TransitGatewayConnectPeers", Elements),
    call("describe", "transit-gateway-policy-tables", "TransitGatewayPolicyTables", Elements),
    call("describe", "transit-gateway-route-tables", "TransitGatewayRouteTables", Elements),
    call("search", "transit-gateway-routes", "Routes", Parents),
    call("get", "transit-gateway-route-table-associations", "Associations", Parents),
    call("get", "transit-gateway-route-table-propagations", "TransitGatewayRouteTablePropagations", Parents),
    call("get", "transit-gateway-prefix-list-references", "TransitGatewayPrefixListReferences", Parents),
    call("get", "transit-gateway-attachment-nat-configuration", "NatGatewayRules", Parents),
    call("describe", "vpn-gateways", "VpnGateways", Elements),
    call("describe", "vpn-connections", "VpnConnections", Elements),
    call("describe", "customer-gateways", "CustomerGateways", Elements),
    call("describe", "carrier-gateways", "CarrierGateways", Elements),
    call("describe", "local-gateways", "LocalGateways", Elements),
    call("describe", "direct-connect-gateways", "directConnectGateways", Elements),
    call("describe", "direct-connect-gateway-associations", "directConnectGatewayAssociations", Elements),
    call("describe", "direct-connect-gateway-attachments", "directConnectGatewayAttachments", Elements),
    call("describe", "virtual-interfaces", "virtualInterfaces", Elements),
    call("describe", "client-vpn-endpoints", "ClientVpnEndpoints", Elements),
    call("describe", "client-vpn-target-networks", "ClientVpnTargetNetworks", Elements),
    call("describe", "client-vpn-routes", "Routes", Elements),
    call("describe", "client-vpn-authorization-rules", "AuthorizationRules", Elements),
    call("describe", "instance-connect-endpoints", "InstanceConnectEndpoints", Elements),
    call("describe", "vpc-encryption-controls", "VpcEncryptionControls", Elements),
    call("list", "endpoint-groups", "EndpointGroups", Sometimes),
    call("list", "vpc-origins", "VpcOriginList", Sometimes),
    call("describe", "verified-access-endpoints", "VerifiedAccessEndpoints", Sometimes),
    call("list", "attachments", "Attachments", Sometimes),
    call("get", "vpc-attachment", "VpcAttachment", Sometimes),
    call("get", "network-routes", "NetworkRoutes", Parents),
    call("list", "service-network-vpc-associations", "items", Sometimes),
    call("describe", "vpc-endpoint-service-configurations", "ServiceConfigurations", Sometimes),
    call("describe", "vpc-endpoint-connections", "VpcEndpointConnections", Sometimes),
    call("describe", "load-balancers", "LoadBalancers", Elements),
    call("describe", "classic-load-balancers", "LoadBalancerDescriptions", Elements),
    call("describe", "load-balancer-attributes", "Attributes", Parents),
    call("describe", "firewall", "Firewall", Parents),
    call("describe", "firewall-policy", "FirewallPolicyResponse", Parents),
    call("describe", "rule-group", "RuleGroupResponse", Parents),
    call("describe", "listeners", "Listeners", Elements),
    call("describe", "rules", "Rules", Elements),
    call("describe", "target-groups", "TargetGroups", Elements),
    call("describe", "target-group-attributes", "Attributes", Parents),
    call("describe", "target-health", "TargetHealthDescriptions", Parents),
    call("describe", "flow-logs", "FlowLogs", Elements),
    call("describe", "launch-template-versions", "LaunchTemplateVersions", Sometimes),
    call("describe", "auto-scaling-groups", "AutoScalingGroups", Sometimes),
    call("describe", "db-instances", "DBInstances", Sometimes),
    call("describe", "db-clusters", "DBClusters", Sometimes),
    call("describe", "cache-clusters", "CacheClusters", Sometimes),
    call("describe", "replication-groups", "ReplicationGroups", Sometimes),
    call("describe", "domains", "DomainStatusList", Sometimes),
    call("describe", "file-systems", "FileSystems", Sometimes),
    call("describe", "mount-targets", "MountTargets", Sometimes),
    call("list", "functions", "Functions", Sometimes),
    call("describe", "tasks", "tasks", Sometimes),
    call("describe", "services", "services", Sometimes),
    call("describe", "eks-cluster", "cluster", Sometimes),
    call("list", "kafka-clusters", "ClusterInfoList", Sometimes),
    call("describe", "redshift-clusters", "Clusters", Sometimes),
    call("list", "resolver-endpoints", "ResolverEndpoints", Sometimes),
    call("describe", "vpc-attribute", "EnableDnsSupport", Parents),
    call("list", "hosted-zones", "HostedZones", Sometimes),
    call("list", "hosted-zones-by-vpc", "HostedZoneSummaries", Parents),
    call("get", "hosted-zone", "VPCs", Parents),
    call("list", "resource-record-sets", "ResourceRecordSets", Parents),
    call("list", "resolver-rules", "ResolverRules", Sometimes),
    call("list", "resolver-rule-associations", "ResolverRuleAssociations", Sometimes),
];

/// The row of a call.
pub fn find(name: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.name == name)
}
