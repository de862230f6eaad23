//! AWS resources, typed and inert: what a snapshot says, before anybody asks what it means.
//!
//! One file a resource type, each with the type, its wire shape (what `aws … describe-*` prints) and the
//! conversion. The `resources!` table below lists them all: it makes the [`Model`], the ids, and
//! [`ResourceKind`], over which `network` matches without a wildcard, so that a resource without its twin
//! there does not compile. Nothing here knows how packets move.

pub mod about;
mod shelf;
mod collection;
mod tags;
pub mod words;
pub mod coverage;
pub mod vpc;
pub mod subnet;
pub mod route_table;
pub mod network_interface;
pub mod instance;
pub mod security_group;
pub mod security_group_rule;
pub mod security_group_association;
pub mod network_acl;
pub mod prefix_list;
pub mod internet_gateway;
pub mod egress_only_internet_gateway;
pub mod nat_gateway;
pub mod elastic_address;
pub mod byoip_cidr;
pub mod instance_connect_endpoint;
pub mod vpc_encryption_control;
pub mod accelerator_endpoint_group;
pub mod vpc_origin;
pub mod verified_access_endpoint;
pub mod core_network_attachment;
pub mod core_network_routes;
pub mod service_network_vpc_association;
pub mod vpc_peering_connection;
pub mod transit_gateway;
pub mod transit_gateway_attachment;
pub mod transit_gateway_route_table;
pub mod vpn_gateway;
pub mod vpn_connection;
pub mod customer_gateway;
pub mod direct_connect_gateway;
pub mod transit_gateway_connect;
pub mod client_vpn;
pub mod vpc_endpoint;
mod endpoint_service;
mod endpoint_connection;
pub mod load_balancer;
pub mod load_balancer_attributes;
pub mod listener;
pub mod listener_rule;
pub mod target_group;
pub mod target_group_attributes;
pub mod target_health;
pub mod classic_load_balancer;
pub mod firewall;
pub mod firewall_policy;
pub mod firewall_rule_group;
pub mod suricata;
pub mod block_public_access;
pub mod availability_zone;
pub mod managed_service;
pub mod vpc_dns_attributes;
pub mod hosted_zone;
pub mod resolver_rule;
pub mod unmodelled;

use compact_str::CompactString;
use serde::Deserialize;

pub use about::{About, Absent, ElementError, Place, Reading, Scope, cidr};
pub use accelerator_endpoint_group::AcceleratorEndpointGroup;
pub use availability_zone::AvailabilityZone;
pub use block_public_access::{
    BlockMode, BlockPublicAccessExclusion, BlockPublicAccessOptions, ExclusionMode, ExclusionState,
};
pub use byoip_cidr::{ByoipCidr, ByoipState};
pub use classic_load_balancer::{ClassicListener, ClassicLoadBalancer};
pub use client_vpn::{
    ClientVpnAssociationState, ClientVpnAuthorizationRule, ClientVpnEndpoint, ClientVpnRoute,
    ClientVpnRuleState, ClientVpnState, ClientVpnTargetNetwork,
};
pub(crate) use collection::rank;
pub use collection::{Collection, Iter};
pub use core_network_attachment::{
    CoreNetworkAttachment, CoreNetworkAttachmentKind, CoreNetworkAttachmentState,
};
pub use core_network_routes::{CoreNetworkRoute, CoreNetworkRouteState, CoreNetworkRoutes};
pub use coverage::{Assumption, AssumptionCode, Coverage};
pub use customer_gateway::CustomerGateway;
pub use direct_connect_gateway::{
    AssociationState, BgpStatus, DirectConnectGateway, DirectConnectGatewayAssociation,
    DirectConnectGatewayAttachment, DirectConnectState, InterfaceAttachmentState, VirtualInterface,
    VirtualInterfaceKind, VirtualInterfaceState,
};
pub use egress_only_internet_gateway::EgressOnlyInternetGateway;
pub use elastic_address::ElasticAddress;
pub use endpoint_connection::EndpointConnection;
pub use endpoint_service::{EndpointService, EndpointServiceState};
pub use firewall::{Firewall, FirewallEndpoint};
pub use firewall_policy::{
    FirewallPolicy, RuleGroupReference, RuleOrder, StatefulDefault, StatelessAction, StreamException,
};
pub use firewall_rule_group::{
    DomainListKind, FirewallRuleGroup, FirewallRules, RuleForm, StatelessMatch, StatelessRule, address_set,
    port_set,
};
pub use hosted_zone::{DnsRecord, HostedZone, dns_name};
pub use instance::{Instance, InstanceState};
pub use instance_connect_endpoint::{ConnectEndpointState, InstanceConnectEndpoint};
pub use internet_gateway::{GatewayAttachment, GatewayAttachmentState, InternetGateway};
pub use listener::{ActionKind, BalancedProtocol, Listener, ListenerAction};
pub use listener_rule::ListenerRule;
pub use load_balancer::{LoadBalancer, LoadBalancerKind, LoadBalancerState, LoadBalancerZone};
pub use load_balancer_attributes::LoadBalancerAttributes;
pub use managed_service::{ManagedService, ServiceFamily, described};
pub use nat_gateway::{AvailabilityMode, ConnectivityType, NatGateway, NatGatewayAddress, NatGatewayState};
pub use network_acl::{AclAction, AclProtocol, NetworkAcl, NetworkAclEntry};
pub use network_interface::{InterfaceAddress, InterfaceAttachment, InterfaceKind, NetworkInterface};
pub use prefix_list::{PrefixList, PrefixListEntries};
pub use resolver_rule::ResolverRule;
pub use route_table::{
    Route, RouteDestination, RouteOrigin, RouteState, RouteTable, RouteTableAssociation, RouteTarget,
};
pub use security_group::{Peer, PeerGroup, PortMatch, SecurityGroup, SecurityGroupPermission};
pub use security_group_association::SecurityGroupVpcAssociation;
pub use security_group_rule::SecurityGroupRule;
pub use service_network_vpc_association::{ServiceNetworkAssociationState, ServiceNetworkVpcAssociation};
pub use shelf::{Rows, Shelf};
pub use subnet::{Subnet, Zone};
pub use suricata::{Pattern, RuleHeader, RuleSide, StatefulAction, StatefulRule};
pub use tags::Tags;
pub use target_group::{TargetGroup, TargetKind};
pub use target_group_attributes::TargetGroupAttributes;
pub use target_health::{HealthState, Target, TargetHealth};
pub use transit_gateway::{Support, TransitGateway};
pub use transit_gateway_attachment::{
    AttachmentKind, AttachmentState, TransitGatewayAttachment, TransitGatewayPeeringAttachment,
    TransitGatewayVpcAttachment,
};
pub use transit_gateway_connect::{TransitGatewayConnect, TransitGatewayConnectPeer};
pub use transit_gateway_route_table::{
    TransitGatewayAssociation, TransitGatewayAssociations, TransitGatewayPrefixListReference,
    TransitGatewayPrefixListReferences, TransitGatewayPropagations, TransitGatewayRoute,
    TransitGatewayRouteKind, TransitGatewayRouteState, TransitGatewayRouteTable, TransitGatewayRoutes,
};
pub use unmodelled::Unmodelled;
pub use verified_access_endpoint::VerifiedAccessEndpoint;
pub use vpc::{BlockState, CidrAssociation, Ipv6CidrAssociation, Vpc, VpcState};
pub use vpc_dns_attributes::VpcDnsAttributes;
pub use vpc_encryption_control::{EncryptionMode, VpcEncryptionControl};
pub use vpc_endpoint::{EndpointKind, EndpointState, VpcEndpoint};
pub use vpc_origin::VpcOrigin;
pub use vpc_peering_connection::{PeeringSide, PeeringStatus, VpcPeeringConnection};
pub use vpn_connection::{TunnelStatus, VpnConnection, VpnRoute, VpnRouteState, VpnTunnel};
pub use vpn_gateway::{VpnGateway, VpnState};

/// A resource of a snapshot: its wire shape and how that becomes the typed thing.
pub trait Resource: Sized {
    /// The element as the aws-cli prints it; every member optional.
    type Wire: for<'de> Deserialize<'de> + Default;
    /// The id that other resources use to refer to this one.
    type Id: Ord + Clone + std::fmt::Display + AsRef<str>;
    /// Its row in the `resources!` table.
    const KIND: ResourceKind;
    /// What it is, as programs read it: AWS's own word, as in ARNs.
    const WORD: &'static str;
    /// Whether several answers tell of one of them, each a part.
    const IS_JOINED: bool = false;
    /// The typed resource, or why the element cannot be one.
    fn convert(wire: Self::Wire, reading: &mut Reading) -> Result<Self, ElementError>;
    /// Its id.
    fn id(&self) -> &Self::Id;
    /// Its id as AWS prints it, where that differs from what the collection is sorted by.
    fn id_text(&self) -> &str {
        self.id().as_ref()
    }
    /// Place, owner, tags.
    fn about(&self) -> &About;
    /// A name that it has beside its tag.
    fn own_name(&self) -> Option<&str> {
        None
    }
    /// The VPC and subnet that it is in or attached to.
    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (None, None)
    }
    /// Its state or that of its attachment, in AWS's word.
    fn state_word(&self) -> Option<&str> {
        None
    }
    /// Takes in a second element with the same id. The owner's view is preferred (SHR-5): the reader
    /// passes that one first; parts that come in pages are joined.
    fn merge(&mut self, _other: Self) {}
}

macro_rules! id_types {
    ($($(#[$doc:meta])* $Id:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(transparent)]
        pub struct $Id(pub CompactString);

        impl $Id {
            /// The id as AWS writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $Id {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsRef<str> for $Id {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $Id {
            fn from(text: &str) -> $Id {
                $Id(CompactString::from(text))
            }
        }
    )* };
}

id_types! {
    /// `vpc-…`
    VpcId,
    /// `subnet-…`
    SubnetId,
    /// `rtb-…`
    RouteTableId,
    /// `eni-…`
    NetworkInterfaceId,
    /// `i-…`
    InstanceId,
    /// `sg-…`
    SecurityGroupId,
    /// `sgr-…`
    SecurityGroupRuleId,
    /// `acl-…`
    NetworkAclId,
    /// `pl-…`
    PrefixListId,
    /// `igw-…`
    InternetGatewayId,
    /// `eigw-…`
    EgressOnlyInternetGatewayId,
    /// `nat-…`
    NatGatewayId,
    /// The public address of an elastic address, which every such address has.
    ElasticAddressId,
    /// A range that an account brought along.
    ByoipCidrId,
    /// `eice-…`
    InstanceConnectEndpointId,
    /// `vpcec-…`
    VpcEncryptionControlId,
    /// The ARN of an endpoint group of an accelerator.
    AcceleratorEndpointGroupId,
    /// `vo_…`, a VPC origin of CloudFront.
    VpcOriginId,
    /// `vae-…`
    VerifiedAccessEndpointId,
    /// `attachment-…` of a core network.
    CoreNetworkAttachmentId,
    /// A core network, a segment or function group of it, and a Region.
    CoreNetworkRoutesId,
    /// `snva-…`
    ServiceNetworkVpcAssociationId,
    /// `pcx-…`
    VpcPeeringConnectionId,
    /// `tgw-…`
    TransitGatewayId,
    /// `tgw-attach-…`
    TransitGatewayAttachmentId,
    /// An attachment and its transit gateway.
    TransitGatewayAttachmentKey,
    /// `tgw-rtb-…`
    TransitGatewayRouteTableId,
    /// `vgw-…`
    VpnGatewayId,
    /// `vpn-…`
    VpnConnectionId,
    /// `cgw-…`
    CustomerGatewayId,
    /// The UUID of a Direct Connect gateway.
    DirectConnectGatewayId,
    /// The UUID of an association of a Direct Connect gateway.
    DirectConnectAssociationId,
    /// A Direct Connect gateway and a virtual interface.
    DirectConnectAttachmentId,
    /// `dxvif-…`
    VirtualInterfaceId,
    /// `tgw-connect-peer-…`
    TransitGatewayConnectPeerId,
    /// `cvpn-endpoint-…`
    ClientVpnEndpointId,
    /// A route, rule or association of a Client VPN endpoint.
    ClientVpnPartId,
    /// `vpce-…`
    VpcEndpointId,
    /// `vpce-svc-…`
    EndpointServiceId,
    /// A service and an endpoint for it.
    EndpointConnectionId,
    /// The ARN of a load balancer, or the name of a classic one.
    LoadBalancerId,
    /// The ARN of a listener.
    ListenerId,
    /// The ARN of a rule of a listener.
    ListenerRuleId,
    /// The ARN of a target group.
    TargetGroupId,
    /// Account, Region and name of a Classic Load Balancer.
    ClassicLoadBalancerId,
    /// The ARN of a firewall.
    FirewallId,
    /// The ARN of a firewall's policy.
    FirewallPolicyId,
    /// The ARN of a firewall's rule group.
    FirewallRuleGroupId,
    /// An account's options in a Region.
    BlockPublicAccessOptionsId,
    /// `vpcbpa-exclude-…`
    BlockPublicAccessExclusionId,
    /// A group and the VPC that it serves.
    SecurityGroupVpcAssociationId,
    /// A zone's name in an account.
    AvailabilityZoneKey,
    /// `Z…`, a hosted zone.
    HostedZoneId,
    /// `rslvr-rr-…`
    ResolverRuleId,
    /// Family, account, Region and name of a managed service.
    ManagedServiceId,
    /// A key and id of something recognised and not modelled.
    UnmodelledId,
    /// Twelve digits.
    AccountId,
    /// `eu-west-1`
    Region,
}

macro_rules! resources {
    ($($Type:ident $field:ident $key:literal $call:literal;)*) => {
        /// Every resource of a snapshot, by id.
        #[derive(Debug, Clone, Default)]
        pub struct Model {
            $(#[doc = concat!("`", $key, "`, from `aws ", $call, "`.")] pub $field: Collection<$Type>,)*
            /// Which calls the snapshot holds, for whom.
            pub coverage: Coverage,
        }

        /// A row of the `resources!` table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ResourceKind {
            $(#[doc = concat!("`aws ", $call, "`")] $Type,)*
        }

        impl ResourceKind {
            /// Every row, in the table's order.
            pub const ALL: &'static [ResourceKind] = &[$(ResourceKind::$Type,)*];

            /// The top-level key of the call's answer.
            pub fn key(self) -> &'static str {
                match self { $(ResourceKind::$Type => $key,)* }
            }

            /// The aws-cli call that supplies it.
            pub fn call(self) -> &'static str {
                match self { $(ResourceKind::$Type => $call,)* }
            }

            /// The type's name.
            pub fn name(self) -> &'static str {
                match self { $(ResourceKind::$Type => stringify!($Type),)* }
            }

            /// What they are, as programs read it.
            pub fn word(self) -> &'static str {
                match self { $(ResourceKind::$Type => <$Type as Resource>::WORD,)* }
            }

            /// Whether several answers tell of one of them, each a part.
            pub fn is_joined(self) -> bool {
                match self { $(ResourceKind::$Type => <$Type as Resource>::IS_JOINED,)* }
            }

            /// A name that one of them has beside its tag.
            pub fn own_name(self, model: &Model, row: usize) -> Option<&str> {
                match self { $(ResourceKind::$Type => model.$field.get_row(row).and_then(Resource::own_name),)* }
            }

            /// The VPC and subnet that one of them is in or attached to.
            pub fn vpc_and_subnet(self, model: &Model, row: usize) -> (Option<&str>, Option<&str>) {
                match self {
                    $(ResourceKind::$Type => {
                        model.$field.get_row(row).map(Resource::vpc_and_subnet).unwrap_or_default()
                    })*
                }
            }

            /// The state of one of them or of its attachment, in AWS's word.
            pub fn state_word(self, model: &Model, row: usize) -> Option<&str> {
                match self { $(ResourceKind::$Type => model.$field.get_row(row).and_then(Resource::state_word),)* }
            }

            /// How many of them a model holds.
            pub fn count(self, model: &Model) -> usize {
                match self { $(ResourceKind::$Type => model.$field.len(),)* }
            }

            /// The id of one of them, as AWS prints it.
            pub fn id_text(self, model: &Model, row: usize) -> Option<&str> {
                match self { $(ResourceKind::$Type => model.$field.get_row(row).map(Resource::id_text),)* }
            }

            /// Place, owner and tags of one of them.
            pub fn about(self, model: &Model, row: usize) -> Option<&About> {
                match self { $(ResourceKind::$Type => model.$field.get_row(row).map(Resource::about),)* }
            }

            /// Writes what one of them says: its debug text, without its place in a file and its tags. Two texts are
            /// equal exactly when the resources say the same, since the text has every member.
            pub fn write_content(self, model: &Model, row: usize, out: &mut String) {
                use std::fmt::Write as _;
                // Writing to a string does not fail.
                let _ = match self {
                    $(ResourceKind::$Type => model.$field.get_row(row).map(|it| write!(out, "{it:?}")),)*
                };
            }
        }
    };
}

resources! {
    Vpc                                vpcs                         "Vpcs"                               "ec2 describe-vpcs";
    Subnet                             subnets                      "Subnets"                            "ec2 describe-subnets";
    RouteTable                         route_tables                 "RouteTables"                        "ec2 describe-route-tables";
    NetworkInterface                   network_interfaces           "NetworkInterfaces"                  "ec2 describe-network-interfaces";
    Instance                           instances                    "Reservations"                       "ec2 describe-instances";
    SecurityGroup                      security_groups              "SecurityGroups"                     "ec2 describe-security-groups";
    SecurityGroupRule                  security_group_rules         "SecurityGroupRules"                 "ec2 describe-security-group-rules";
    SecurityGroupVpcAssociation        security_group_associations  "SecurityGroupVpcAssociations"       "ec2 describe-security-group-vpc-associations";
    NetworkAcl                         network_acls                 "NetworkAcls"                        "ec2 describe-network-acls";
    PrefixList                         prefix_lists                 "PrefixLists"                        "ec2 describe-managed-prefix-lists";
    PrefixListEntries                  prefix_list_entries          "Entries"                            "ec2 get-managed-prefix-list-entries";
    InternetGateway                    internet_gateways            "InternetGateways"                   "ec2 describe-internet-gateways";
    EgressOnlyInternetGateway          egress_only_gateways         "EgressOnlyInternetGateways"         "ec2 describe-egress-only-internet-gateways";
    NatGateway                         nat_gateways                 "NatGateways"                        "ec2 describe-nat-gateways";
    ElasticAddress                     elastic_addresses            "Addresses"                          "ec2 describe-addresses";
    ByoipCidr                          byoip_cidrs                  "ByoipCidrs"                         "ec2 describe-byoip-cidrs";
    InstanceConnectEndpoint            instance_connect_endpoints   "InstanceConnectEndpoints"           "ec2 describe-instance-connect-endpoints";
    VpcEncryptionControl               encryption_controls          "VpcEncryptionControls"              "ec2 describe-vpc-encryption-controls";
    AcceleratorEndpointGroup           accelerator_endpoint_groups  "EndpointGroups"                     "globalaccelerator list-endpoint-groups";
    VpcOrigin                          vpc_origins                  "VpcOriginList"                      "cloudfront list-vpc-origins";
    VerifiedAccessEndpoint             verified_access_endpoints    "VerifiedAccessEndpoints"            "ec2 describe-verified-access-endpoints";
    CoreNetworkAttachment              core_network_attachments     "Attachments"                        "networkmanager list-attachments";
    CoreNetworkRoutes                  core_network_routes          "NetworkRoutes"                      "networkmanager get-network-routes";
    ServiceNetworkVpcAssociation       service_network_vpc_associations "items"                          "vpc-lattice list-service-network-vpc-associations";
    VpcPeeringConnection               peering_connections          "VpcPeeringConnections"              "ec2 describe-vpc-peering-connections";
    TransitGateway                     transit_gateways             "TransitGateways"                    "ec2 describe-transit-gateways";
    TransitGatewayAttachment           transit_gateway_attachments  "TransitGatewayAttachments"          "ec2 describe-transit-gateway-attachments";
    TransitGatewayVpcAttachment        transit_gateway_vpc_attachments "TransitGatewayVpcAttachments"    "ec2 describe-transit-gateway-vpc-attachments";
    TransitGatewayPeeringAttachment    transit_gateway_peerings     "TransitGatewayPeeringAttachments"   "ec2 describe-transit-gateway-peering-attachments";
    TransitGatewayRouteTable           transit_gateway_route_tables "TransitGatewayRouteTables"          "ec2 describe-transit-gateway-route-tables";
    TransitGatewayRoutes               transit_gateway_routes       "Routes"                             "ec2 search-transit-gateway-routes";
    TransitGatewayAssociations         transit_gateway_associations "Associations"                       "ec2 get-transit-gateway-route-table-associations";
    TransitGatewayPropagations         transit_gateway_propagations "TransitGatewayRouteTablePropagations" "ec2 get-transit-gateway-route-table-propagations";
    TransitGatewayPrefixListReferences transit_gateway_prefix_list_references "TransitGatewayPrefixListReferences" "ec2 get-transit-gateway-prefix-list-references";
    VpnGateway                         vpn_gateways                 "VpnGateways"                        "ec2 describe-vpn-gateways";
    VpnConnection                      vpn_connections              "VpnConnections"                     "ec2 describe-vpn-connections";
    CustomerGateway                    customer_gateways            "CustomerGateways"                   "ec2 describe-customer-gateways";
    DirectConnectGateway               direct_connect_gateways      "directConnectGateways"              "directconnect describe-direct-connect-gateways";
    DirectConnectGatewayAssociation    direct_connect_associations  "directConnectGatewayAssociations"   "directconnect describe-direct-connect-gateway-associations";
    DirectConnectGatewayAttachment     direct_connect_attachments   "directConnectGatewayAttachments"    "directconnect describe-direct-connect-gateway-attachments";
    VirtualInterface                   virtual_interfaces           "virtualInterfaces"                  "directconnect describe-virtual-interfaces";
    TransitGatewayConnect              transit_gateway_connects     "TransitGatewayConnects"             "ec2 describe-transit-gateway-connects";
    TransitGatewayConnectPeer          transit_gateway_connect_peers "TransitGatewayConnectPeers"        "ec2 describe-transit-gateway-connect-peers";
    ClientVpnEndpoint                  client_vpn_endpoints         "ClientVpnEndpoints"                 "ec2 describe-client-vpn-endpoints";
    ClientVpnTargetNetwork             client_vpn_target_networks   "ClientVpnTargetNetworks"            "ec2 describe-client-vpn-target-networks";
    ClientVpnRoute                     client_vpn_routes            "Routes"                             "ec2 describe-client-vpn-routes";
    ClientVpnAuthorizationRule         client_vpn_authorization_rules "AuthorizationRules"               "ec2 describe-client-vpn-authorization-rules";
    VpcEndpoint                        vpc_endpoints                "VpcEndpoints"                       "ec2 describe-vpc-endpoints";
    EndpointService                    endpoint_services            "ServiceConfigurations"              "ec2 describe-vpc-endpoint-service-configurations";
    EndpointConnection                 endpoint_connections         "VpcEndpointConnections"             "ec2 describe-vpc-endpoint-connections";
    LoadBalancer                       load_balancers               "LoadBalancers"                      "elbv2 describe-load-balancers";
    LoadBalancerAttributes             load_balancer_attributes     "LoadBalancerAttributes"             "elbv2 describe-load-balancer-attributes";
    Listener                           listeners                    "Listeners"                          "elbv2 describe-listeners";
    ListenerRule                       listener_rules               "Rules"                              "elbv2 describe-rules";
    TargetGroup                        target_groups                "TargetGroups"                       "elbv2 describe-target-groups";
    TargetGroupAttributes              target_group_attributes      "TargetGroupAttributes"              "elbv2 describe-target-group-attributes";
    TargetHealth                       target_health                "TargetHealthDescriptions"           "elbv2 describe-target-health";
    ClassicLoadBalancer                classic_load_balancers       "LoadBalancerDescriptions"           "elb describe-load-balancers";
    Firewall                           firewalls                    "Firewall"                           "network-firewall describe-firewall";
    FirewallPolicy                     firewall_policies            "FirewallPolicyResponse"             "network-firewall describe-firewall-policy";
    FirewallRuleGroup                  firewall_rule_groups         "RuleGroupResponse"                  "network-firewall describe-rule-group";
    BlockPublicAccessOptions           block_public_access_options  "VpcBlockPublicAccessOptions"        "ec2 describe-vpc-block-public-access-options";
    BlockPublicAccessExclusion         block_public_access_exclusions "VpcBlockPublicAccessExclusions"   "ec2 describe-vpc-block-public-access-exclusions";
    AvailabilityZone                   availability_zones           "AvailabilityZones"                  "ec2 describe-availability-zones";
    ManagedService                     managed_services             "DBInstances"                        "rds describe-db-instances";
    VpcDnsAttributes                   vpc_dns_attributes           "EnableDnsSupport"                   "ec2 describe-vpc-attribute";
    HostedZone                         hosted_zones                 "HostedZones"                        "route53 list-hosted-zones";
    ResolverRule                       resolver_rules               "ResolverRules"                      "route53resolver list-resolver-rules";
    Unmodelled                         unmodelled                   "…"                                  "…";
}
