//! Names: what an answer's numbers stand for in the model.

use super::Context;
use crate::model::words::Word;
use crate::model::{About, ResourceKind};
use crate::network::Component;

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

    fn within(self, vpc: Option<&'a str>, subnet: Option<&'a str>) -> Named<'a> {
        Named { vpc, subnet, ..self }
    }

    fn called(self, name: &'a str) -> Named<'a> {
        let other = (!name.is_empty() && name != self.id).then_some(name);
        Named { name: self.name.or(other), ..self }
    }

    fn at(self, state: Option<&'a impl Word>) -> Named<'a> {
        Named { state: state.map(Word::as_text), ..self }
    }

    /// Whether the snapshot has the thing itself.
    pub fn is_absent(&self) -> bool {
        self.id == ABSENT
    }
}

/// The kind as programs read it: AWS's own words, as in ARNs.
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
        ResourceKind::VpcEndpoint => "vpc-endpoint",
        ResourceKind::BlockPublicAccessOptions => "vpc-block-public-access-options",
        ResourceKind::BlockPublicAccessExclusion => "vpc-block-public-access-exclusion",
        ResourceKind::AvailabilityZone => "availability-zone",
        ResourceKind::ByoipCidr => "byoip-cidr",
        ResourceKind::Unmodelled => "not-modelled",
    }
}

/// The names of a component. What is referred to and not in the snapshot has its kind only, unless the network knows
/// its id.
pub(super) fn named<'a>(context: Context<'a>, component: Component) -> Named<'a> {
    match component {
        Component::Internet => Named::only("internet", "internet"),
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
    let id = match kind {
        ResourceKind::Vpc => context.network.vpcs.get(position).map(|row| row.id.as_str()),
        ResourceKind::SecurityGroup => context.network.groups.get(position).map(|row| row.id.as_str()),
        ResourceKind::Subnet
        | ResourceKind::RouteTable
        | ResourceKind::NetworkInterface
        | ResourceKind::Instance
        | ResourceKind::SecurityGroupRule
        | ResourceKind::SecurityGroupVpcAssociation
        | ResourceKind::NetworkAcl
        | ResourceKind::PrefixList
        | ResourceKind::PrefixListEntries
        | ResourceKind::InternetGateway
        | ResourceKind::EgressOnlyInternetGateway
        | ResourceKind::NatGateway
        | ResourceKind::ElasticAddress
        | ResourceKind::VpcPeeringConnection
        | ResourceKind::TransitGateway
        | ResourceKind::TransitGatewayAttachment
        | ResourceKind::TransitGatewayVpcAttachment
        | ResourceKind::TransitGatewayPeeringAttachment
        | ResourceKind::TransitGatewayRouteTable
        | ResourceKind::TransitGatewayRoutes
        | ResourceKind::TransitGatewayAssociations
        | ResourceKind::TransitGatewayPropagations
        | ResourceKind::TransitGatewayPrefixListReferences
        | ResourceKind::VpcEndpoint
        | ResourceKind::BlockPublicAccessOptions
        | ResourceKind::BlockPublicAccessExclusion
        | ResourceKind::AvailabilityZone
        | ResourceKind::ByoipCidr
        | ResourceKind::Unmodelled => None,
    };
    let named = Named::only(id.unwrap_or(ABSENT), kind_text(kind));
    let vpc = context.network.vpcs.get(position).filter(|_| kind == ResourceKind::Vpc);
    let region = vpc.and_then(|row| row.region.as_ref());
    Named { region: region.map(|it| it.as_str()), ..named }
}

fn resource<'a>(context: Context<'a>, kind: ResourceKind, position: usize) -> Option<Named<'a>> {
    let model = &context.snapshot.model;
    Some(match kind {
        ResourceKind::Vpc => {
            let it = model.vpcs[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
                .within(Some(it.id.as_str()), None)
                .at(it.state.as_ref())
        }
        ResourceKind::Subnet => {
            let it = model.subnets[..].get(position)?;
            let id = it.id.as_str();
            Named::new(id, kind, &it.about).within(Some(it.vpc.as_str()), Some(id))
        }
        ResourceKind::RouteTable => {
            let it = model.route_tables[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).within(Some(it.vpc.as_str()), None)
        }
        ResourceKind::NetworkInterface => {
            let it = model.network_interfaces[..].get(position)?;
            let named = Named::new(it.id.as_str(), kind, &it.about);
            named.within(Some(it.vpc.as_str()), Some(it.subnet.as_str()))
        }
        ResourceKind::Instance => {
            let it = model.instances[..].get(position)?;
            let subnet = it.subnet.as_ref().map(|it| it.as_str());
            Named::new(it.id.as_str(), kind, &it.about).within(None, subnet).at(it.state.as_ref())
        }
        ResourceKind::SecurityGroup => {
            let it = model.security_groups[..].get(position)?;
            let vpc = it.vpc.as_ref().map(|it| it.as_str());
            Named::new(it.id.as_str(), kind, &it.about).within(vpc, None).called(&it.name)
        }
        ResourceKind::SecurityGroupRule => {
            let it = model.security_group_rules[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
        }
        ResourceKind::SecurityGroupVpcAssociation => {
            let it = model.security_group_associations[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).within(Some(it.vpc.as_str()), None)
        }
        ResourceKind::NetworkAcl => {
            let it = model.network_acls[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).within(Some(it.vpc.as_str()), None)
        }
        ResourceKind::PrefixList => {
            let it = model.prefix_lists[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).called(&it.name)
        }
        ResourceKind::PrefixListEntries => {
            let it = model.prefix_list_entries[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
        }
        ResourceKind::InternetGateway => {
            let it = model.internet_gateways[..].get(position)?;
            let attachment = it.attachments.first();
            let named = Named::new(it.id.as_str(), kind, &it.about);
            let vpc = attachment.map(|it| it.vpc.as_str());
            named.within(vpc, None).at(attachment.and_then(|it| it.state.as_ref()))
        }
        ResourceKind::EgressOnlyInternetGateway => {
            let it = model.egress_only_gateways[..].get(position)?;
            let attachment = it.attachments.first();
            let named = Named::new(it.id.as_str(), kind, &it.about);
            let vpc = attachment.map(|it| it.vpc.as_str());
            named.within(vpc, None).at(attachment.and_then(|it| it.state.as_ref()))
        }
        ResourceKind::NatGateway => {
            let it = model.nat_gateways[..].get(position)?;
            let (vpc, subnet) = (it.vpc.as_ref(), it.subnet.as_ref());
            let named = Named::new(it.id.as_str(), kind, &it.about).at(it.state.as_ref());
            named.within(vpc.map(|it| it.as_str()), subnet.map(|it| it.as_str()))
        }
        ResourceKind::ElasticAddress => {
            let it = model.elastic_addresses[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
        }
        ResourceKind::VpcPeeringConnection => {
            let it = model.peering_connections[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).at(it.status.as_ref())
        }
        ResourceKind::TransitGateway => {
            let it = model.transit_gateways[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).at(it.state.as_ref())
        }
        ResourceKind::TransitGatewayAttachment => {
            let it = model.transit_gateway_attachments[..].get(position)?;
            let vpc = it.resource.as_deref().filter(|it| it.starts_with("vpc-"));
            Named::new(it.id.as_str(), kind, &it.about).within(vpc, None).at(it.state.as_ref())
        }
        ResourceKind::TransitGatewayVpcAttachment => {
            let it = model.transit_gateway_vpc_attachments[..].get(position)?;
            let named = Named::new(it.id.as_str(), kind, &it.about).at(it.state.as_ref());
            named.within(Some(it.vpc.as_str()), None)
        }
        ResourceKind::TransitGatewayPeeringAttachment => {
            let it = model.transit_gateway_peerings[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).at(it.state.as_ref())
        }
        ResourceKind::TransitGatewayRouteTable => {
            let it = model.transit_gateway_route_tables[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).at(it.state.as_ref())
        }
        ResourceKind::TransitGatewayRoutes => {
            let it = model.transit_gateway_routes[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
        }
        ResourceKind::TransitGatewayAssociations => {
            let it = model.transit_gateway_associations[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
        }
        ResourceKind::TransitGatewayPropagations => {
            let it = model.transit_gateway_propagations[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
        }
        ResourceKind::TransitGatewayPrefixListReferences => {
            let it = model.transit_gateway_prefix_list_references[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
        }
        ResourceKind::VpcEndpoint => {
            let it = model.vpc_endpoints[..].get(position)?;
            let named = Named::new(it.id.as_str(), kind, &it.about).within(Some(it.vpc.as_str()), None);
            named.at(it.state.as_ref())
        }
        ResourceKind::BlockPublicAccessOptions => {
            let it = model.block_public_access_options[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).at(Some(&it.mode))
        }
        ResourceKind::BlockPublicAccessExclusion => {
            let it = model.block_public_access_exclusions[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).at(it.state.as_ref())
        }
        ResourceKind::AvailabilityZone => {
            let it = model.availability_zones[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about)
        }
        ResourceKind::ByoipCidr => {
            let it = model.byoip_cidrs[..].get(position)?;
            Named::new(it.id.as_str(), kind, &it.about).at(it.state.as_ref())
        }
        ResourceKind::Unmodelled => {
            let it = model.unmodelled[..].get(position)?;
            Named::new(&it.resource, kind, &it.about)
        }
    })
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
