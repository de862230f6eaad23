//! Resources as they come from the files, one list a type and file, before they are joined into the model.
//!
//! The macro is the one place beside `model` that lists all types: a resource that is missing here does not compile.
//! A big snapshot spends its time on memory, so nothing moves twice: lists are sorted by the thread that read them,
//! while they are in its cache, and the model keeps them as they are.

use std::sync::{Mutex, PoisonError};

use super::contradictions::{self, Contradiction, Origins};
use crate::model::{About, Collection, Coverage, Model, Resource, rank};

/// A resource that has its list among the drafts.
pub(super) trait Drafted: Resource + std::fmt::Debug + Send + Sync {
    /// Its list.
    fn list(drafts: &mut Drafts) -> &mut Vec<Self>;
}

macro_rules! drafts {
    ($($Type:ident $field:ident;)*) => {
        /// What a file gave, one list a type.
        #[derive(Debug, Default)]
        pub(super) struct Drafts { $(pub(super) $field: Vec<crate::model::$Type>,)* }

        $(impl Drafted for crate::model::$Type {
            fn list(drafts: &mut Drafts) -> &mut Vec<crate::model::$Type> {
                &mut drafts.$field
            }
        })*

        impl Drafts {
            /// Sorts each list.
            pub(super) fn sort(&mut self) {
                $(self.$field.sort_unstable_by(|left, right| rank(left).cmp(&rank(right)));)*
            }

            /// Gives the file another number.
            pub(super) fn renumber(&mut self, number: u32) {
                $(for item in &mut self.$field { item.about.place.source = number; })*
            }

            /// Counts the elements of a list from another number on.
            pub(super) fn shift(&mut self, key: u16, before: u32) {
                $(for item in self.$field.iter_mut().filter(|item| item.about.place.key == key) {
                    item.about.place.index += before;
                })*
            }

            /// Calls a function with what is said of each resource.
            pub(super) fn each_about(&self, mut call: impl FnMut(&About)) {
                $(for item in &self.$field { call(&item.about); })*
            }

            /// The model of sorted drafts, and the copies in them that say different things.
            pub(super) fn into_model(
                mut parts: Vec<Drafts>,
                coverage: Coverage,
                origins: &Origins,
            ) -> (Model, Vec<Contradiction>) {
                let mut model = Model { coverage, ..Model::default() };
                let contradictions = Mutex::new(Vec::new());
                let found = &contradictions;
                rayon::scope(|scope| {
                    $(
                        let lists = parts.iter_mut().map(|part| std::mem::take(&mut part.$field)).collect();
                        let collection = &mut model.$field;
                        scope.spawn(move |_| {
                            let (items, mut new) = merged(lists, origins);
                            *collection = items;
                            found.lock().unwrap_or_else(PoisonError::into_inner).append(&mut new);
                        });
                    )*
                });
                (model, contradictions.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
        }

        /// Names every field of the model: one without drafts does not compile.
        #[allow(dead_code)]
        fn has_all_fields(model: Model) {
            let Model { $($field: _,)* coverage: _ } = model;
        }
    };
}

/// One collection of sorted lists, and the copies that were left out of it.
fn merged<T: Drafted>(lists: Vec<Vec<T>>, origins: &Origins) -> (Collection<T>, Vec<Contradiction>) {
    let lists = lists.into_iter().filter(|list| !list.is_empty()).collect();
    match Collection::of_lists(lists) {
        Ok(collection) => (collection, Vec::new()),
        Err(mut items) => {
            items.sort_by(|left, right| rank(left).cmp(&rank(right)));
            let found = contradictions::settle(&mut items, origins);
            (Collection::new(items), found)
        }
    }
}

drafts! {
    Vpc vpcs;
    Subnet subnets;
    RouteTable route_tables;
    NetworkInterface network_interfaces;
    Instance instances;
    SecurityGroup security_groups;
    SecurityGroupRule security_group_rules;
    SecurityGroupVpcAssociation security_group_associations;
    NetworkAcl network_acls;
    PrefixList prefix_lists;
    PrefixListEntries prefix_list_entries;
    InternetGateway internet_gateways;
    EgressOnlyInternetGateway egress_only_gateways;
    NatGateway nat_gateways;
    ElasticAddress elastic_addresses;
    VpcPeeringConnection peering_connections;
    TransitGateway transit_gateways;
    TransitGatewayAttachment transit_gateway_attachments;
    TransitGatewayVpcAttachment transit_gateway_vpc_attachments;
    TransitGatewayPeeringAttachment transit_gateway_peerings;
    TransitGatewayRouteTable transit_gateway_route_tables;
    TransitGatewayRoutes transit_gateway_routes;
    TransitGatewayAssociations transit_gateway_associations;
    TransitGatewayPropagations transit_gateway_propagations;
    TransitGatewayPrefixListReferences transit_gateway_prefix_list_references;
    VpnGateway vpn_gateways;
    VpnConnection vpn_connections;
    CustomerGateway customer_gateways;
    DirectConnectGateway direct_connect_gateways;
    DirectConnectGatewayAssociation direct_connect_associations;
    DirectConnectGatewayAttachment direct_connect_attachments;
    VirtualInterface virtual_interfaces;
    TransitGatewayConnect transit_gateway_connects;
    TransitGatewayConnectPeer transit_gateway_connect_peers;
    ClientVpnEndpoint client_vpn_endpoints;
    ClientVpnTargetNetwork client_vpn_target_networks;
    ClientVpnRoute client_vpn_routes;
    ClientVpnAuthorizationRule client_vpn_authorization_rules;
    VpcEndpoint vpc_endpoints;
    EndpointService endpoint_services;
    EndpointConnection endpoint_connections;
    LoadBalancer load_balancers;
    LoadBalancerAttributes load_balancer_attributes;
    Listener listeners;
    ListenerRule listener_rules;
    TargetGroup target_groups;
    TargetGroupAttributes target_group_attributes;
    TargetHealth target_health;
    ClassicLoadBalancer classic_load_balancers;
    Firewall firewalls;
    FirewallPolicy firewall_policies;
    FirewallRuleGroup firewall_rule_groups;
    BlockPublicAccessOptions block_public_access_options;
    BlockPublicAccessExclusion block_public_access_exclusions;
    AvailabilityZone availability_zones;
    ByoipCidr byoip_cidrs;
    InstanceConnectEndpoint instance_connect_endpoints;
    VpcEncryptionControl encryption_controls;
    AcceleratorEndpointGroup accelerator_endpoint_groups;
    VpcOrigin vpc_origins;
    VerifiedAccessEndpoint verified_access_endpoints;
    CoreNetworkAttachment core_network_attachments;
    CoreNetworkRoutes core_network_routes;
    ServiceNetworkVpcAssociation service_network_vpc_associations;
    ManagedService managed_services;
    VpcDnsAttributes vpc_dns_attributes;
    HostedZone hosted_zones;
    ResolverRule resolver_rules;
    Unmodelled unmodelled;
}

/// Runs an expression with the type that a kind stands for.
macro_rules! of_kind {
    ($kind:expr, $T:ident => $body:expr) => {
        of_kind!(@arms $kind, $T => $body;
            Vpc, Subnet, RouteTable, NetworkInterface, Instance, SecurityGroup, SecurityGroupRule,
            SecurityGroupVpcAssociation, NetworkAcl, PrefixList, PrefixListEntries, InternetGateway,
            EgressOnlyInternetGateway, NatGateway, ElasticAddress, VpcPeeringConnection, TransitGateway,
            TransitGatewayAttachment, TransitGatewayVpcAttachment, TransitGatewayPeeringAttachment,
            TransitGatewayRouteTable, TransitGatewayRoutes, TransitGatewayAssociations,
            TransitGatewayPropagations, TransitGatewayPrefixListReferences, VpnGateway, VpnConnection, CustomerGateway, DirectConnectGateway, DirectConnectGatewayAssociation, DirectConnectGatewayAttachment, VirtualInterface, TransitGatewayConnect, TransitGatewayConnectPeer, ClientVpnEndpoint, ClientVpnTargetNetwork, ClientVpnRoute, ClientVpnAuthorizationRule,
            VpcEndpoint, EndpointService, EndpointConnection, LoadBalancer,
            LoadBalancerAttributes, Listener, ListenerRule, TargetGroup, TargetGroupAttributes, TargetHealth,
            ClassicLoadBalancer, Firewall, FirewallPolicy, FirewallRuleGroup,
            BlockPublicAccessOptions, BlockPublicAccessExclusion, AvailabilityZone, ByoipCidr,
            InstanceConnectEndpoint, VpcEncryptionControl, AcceleratorEndpointGroup,
            VpcOrigin, VerifiedAccessEndpoint, CoreNetworkAttachment, CoreNetworkRoutes,
            ServiceNetworkVpcAssociation,
            ManagedService, VpcDnsAttributes, HostedZone, ResolverRule, Unmodelled)
    };
    (@arms $kind:expr, $T:ident => $body:expr; $($Type:ident),*) => {
        match $kind {
            $(crate::model::ResourceKind::$Type => {
                type $T = crate::model::$Type;
                $body
            })*
        }
    };
}
pub(super) use of_kind;
