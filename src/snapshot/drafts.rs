//! Resources as they come from the files, one list a type, before they are sorted and joined into the model.
//!
//! The macro is the one place beside `model` that lists all types: a resource that is missing here does not compile.

use rayon::prelude::*;

use crate::model::{About, Collection, Coverage, Model, Resource};

/// A resource that has its list among the drafts.
pub(super) trait Drafted: Resource + Send + Sync {
    /// Its list.
    fn list(drafts: &mut Drafts) -> &mut Vec<Self>;
}

macro_rules! drafts {
    ($($Type:ident $field:ident;)*) => {
        /// What was read, one list a type.
        #[derive(Debug, Default)]
        pub(super) struct Drafts { $(pub(super) $field: Vec<crate::model::$Type>,)* }

        $(impl Drafted for crate::model::$Type {
            fn list(drafts: &mut Drafts) -> &mut Vec<crate::model::$Type> {
                &mut drafts.$field
            }
        })*

        impl Drafts {
            /// All lists, file after file.
            pub(super) fn join(parts: Vec<Drafts>) -> Drafts {
                $(let mut $field = Vec::with_capacity(parts.iter().map(|part| part.$field.len()).sum());)*
                for part in parts {
                    $($field.extend(part.$field);)*
                }
                Drafts { $($field,)* }
            }

            /// Gives the files other numbers.
            pub(super) fn renumber(&mut self, number: u32) {
                $(for item in &mut self.$field { item.about.place.source = number; })*
            }

            /// Calls a function with what is said of each resource.
            pub(super) fn each_about(&self, mut call: impl FnMut(&About)) {
                $(for item in &self.$field { call(&item.about); })*
            }

            /// Sorts and joins.
            pub(super) fn into_model(self, coverage: Coverage) -> Model {
                Model { $($field: collection(self.$field),)* coverage }
            }
        }
    };
}

/// Sorted here, where it can be done by several threads, so that the model finds one long run.
fn collection<T: Drafted>(mut items: Vec<T>) -> Collection<T> {
    if items.len() > 4096 {
        items.par_sort_by(|left, right| left.id().cmp(right.id()));
    }
    Collection::new(items)
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
    VpcEndpoint vpc_endpoints;
    BlockPublicAccessOptions block_public_access_options;
    BlockPublicAccessExclusion block_public_access_exclusions;
    AvailabilityZone availability_zones;
    ByoipCidr byoip_cidrs;
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
            TransitGatewayPropagations, TransitGatewayPrefixListReferences, VpcEndpoint,
            BlockPublicAccessOptions, BlockPublicAccessExclusion, AvailabilityZone, ByoipCidr, Unmodelled)
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
