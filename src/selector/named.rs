//! Names: an id before a `Name` tag before a name inside a named VPC before the beginning of an id.

use smallvec::SmallVec;

use super::error::SelectorError;
use super::index::Index;
use super::resource::Resource;
use crate::model::ResourceKind;

/// Kinds that have ids or names of their own.
pub(super) const NAMEABLE: &[ResourceKind] = &[
    ResourceKind::NetworkInterface,
    ResourceKind::Instance,
    ResourceKind::Subnet,
    ResourceKind::Vpc,
    ResourceKind::SecurityGroup,
    ResourceKind::InternetGateway,
    ResourceKind::NatGateway,
    ResourceKind::VpcEndpoint,
    ResourceKind::TransitGateway,
    ResourceKind::TransitGatewayAttachment,
    ResourceKind::TransitGatewayVpcAttachment,
    ResourceKind::TransitGatewayPeeringAttachment,
    ResourceKind::TransitGatewayRouteTable,
    ResourceKind::VpcPeeringConnection,
    ResourceKind::VpnGateway,
    ResourceKind::VpnConnection,
    ResourceKind::CustomerGateway,
    ResourceKind::DirectConnectGateway,
    ResourceKind::VirtualInterface,
    ResourceKind::TransitGatewayConnectPeer,
    ResourceKind::ClientVpnEndpoint,
    ResourceKind::RouteTable,
    ResourceKind::NetworkAcl,
    ResourceKind::PrefixList,
    ResourceKind::EgressOnlyInternetGateway,
    ResourceKind::ElasticAddress,
    ResourceKind::LoadBalancer,
    ResourceKind::ClassicLoadBalancer,
    ResourceKind::TargetGroup,
    ResourceKind::EndpointService,
    ResourceKind::Listener,
    ResourceKind::InstanceConnectEndpoint,
    ResourceKind::Firewall,
    ResourceKind::FirewallPolicy,
    ResourceKind::FirewallRuleGroup,
    ResourceKind::CoreNetworkAttachment,
    ResourceKind::ServiceNetworkVpcAssociation,
    ResourceKind::VpcOrigin,
    ResourceKind::VerifiedAccessEndpoint,
    ResourceKind::ManagedService,
    ResourceKind::Unmodelled,
];

/// Everything of some kinds that a name may mean; never nothing.
pub(super) fn named(
    index: &Index<'_>,
    whole: &str,
    name: &str,
    kinds: &[ResourceKind],
) -> Result<SmallVec<[Resource; 1]>, SelectorError> {
    let unknown = || super::unknown(index, whole);
    if name.is_empty() {
        return Err(unknown());
    }
    let mut found = index.by_id(name, kinds);
    if found.is_empty() {
        found = index.by_name(name, kinds);
    }
    if let Some((vpc, rest)) = name.split_once('/').filter(|_| found.is_empty()) {
        found = inside(index, whole, vpc, rest, kinds)?;
    }
    if found.is_empty() && kinds.contains(&ResourceKind::SecurityGroup) {
        found = index.by_group_name(name);
    }
    if found.is_empty() {
        found = index.by_beginning(name, kinds);
    }
    drop_repeats(index, &mut found);
    if found.is_empty() { Err(unknown()) } else { Ok(found) }
}

/// `vpc-name/name`. Several VPCs of that name are searched all.
fn inside(
    index: &Index<'_>,
    whole: &str,
    vpc: &str,
    name: &str,
    kinds: &[ResourceKind],
) -> Result<SmallVec<[Resource; 1]>, SelectorError> {
    if name.is_empty() || name.contains('/') {
        return Ok(SmallVec::new());
    }
    let Ok(vpcs) = named(index, whole, vpc, &[ResourceKind::Vpc]) else { return Ok(SmallVec::new()) };
    let model = index.model;
    let mut found = named(index, whole, name, kinds)?;
    found.retain(|it| {
        let vpc = it.vpc(model);
        vpcs.iter().any(|known| vpc == known.vpc(model))
    });
    Ok(found)
}

/// An attachment stands in up to three lists: the general one comes first, and is enough. An instance and an interface
/// of its own with the same name are the instance.
fn drop_repeats(index: &Index<'_>, found: &mut SmallVec<[Resource; 1]>) {
    if found.len() < 2 {
        return;
    }
    let model = index.model;
    let all = found.clone();
    let mut seen: Vec<&str> = Vec::new();
    found.retain(|it| {
        let is_attachment = matches!(
            it.kind,
            ResourceKind::TransitGatewayAttachment
                | ResourceKind::TransitGatewayVpcAttachment
                | ResourceKind::TransitGatewayPeeringAttachment
        );
        if is_attachment {
            let id = it.id(model);
            let is_new = !seen.contains(&id);
            seen.push(id);
            return is_new;
        }
        let owner = match it.kind == ResourceKind::NetworkInterface {
            true => model.network_interfaces[it.position as usize].attachment.as_ref(),
            false => None,
        };
        let instance = owner.and_then(|it| it.instance.as_ref());
        let is_that = |other: &Resource| {
            other.kind == ResourceKind::Instance
                && Some(&model.instances[other.position as usize].id) == instance
        };
        instance.is_none() || !all.iter().any(is_that)
    });
}
