//! Endpoints of VPCs: which services they are for, and where clients of a VPC stand.

use std::collections::BTreeMap;

use super::Context;
use super::overlaps::vpc_rows;
use crate::model::{EndpointKind, EndpointState, ResourceKind, VpcEndpoint};
use crate::network::{Component, InterfaceIndex, SubnetIndex, VpcIndex, ZoneIndex};

/// An endpoint that works, with its VPC.
#[derive(Clone, Copy)]
pub struct Endpoint<'a> {
    /// What an answer names.
    pub component: Component,
    /// As the snapshot has it.
    pub found: &'a VpcEndpoint,
    /// Its VPC.
    pub vpc: VpcIndex,
}

/// The endpoints that work, of a kind or of all.
pub fn endpoints<'a>(context: &Context<'a>, kind: &EndpointKind) -> Vec<Endpoint<'a>> {
    let rows = vpc_rows(context.network);
    let all = context.model.vpc_endpoints.iter().enumerate();
    all.filter(|(_, it)| it.kind == *kind && matches!(it.state, None | Some(EndpointState::Available)))
        .filter_map(|(row, found)| {
            let vpc = *rows.get(found.vpc.as_str())?;
            Some(Endpoint {
                component: Component::Resource(ResourceKind::VpcEndpoint, row as u32),
                found,
                vpc,
            })
        })
        .collect()
}

/// The service of AWS that a name ends in: `s3` of `com.amazonaws.eu-west-1.s3`, `ecr.dkr` of its like.
pub fn service_of(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("com.amazonaws.").or_else(|| name.strip_prefix("cn.com.amazonaws."))?;
    let (region, service) = rest.split_once('.')?;
    region.contains('-').then_some(service)
}

/// Hosts of VPCs, by VPC and zone.
pub fn clients(context: &Context<'_>) -> BTreeMap<VpcIndex, BTreeMap<ZoneIndex, Vec<SubnetIndex>>> {
    let mut clients: BTreeMap<VpcIndex, BTreeMap<ZoneIndex, Vec<SubnetIndex>>> = BTreeMap::new();
    for (index, row, _) in context.subnets() {
        if context.interfaces_of(index).any(|it| context.is_host(it)) {
            clients.entry(row.vpc).or_default().entry(row.zone).or_default().push(index);
        }
    }
    clients
}

/// The rows of an endpoint's interfaces.
pub fn interfaces(context: &Context<'_>, endpoint: &VpcEndpoint) -> Vec<InterfaceIndex> {
    let own = endpoint.interfaces.iter();
    own.filter_map(|id| context.model.network_interfaces.position(id))
        .map(|it| InterfaceIndex(it as u32))
        .collect()
}
