//! Components as views: a thing that packets meet, with its names, its VPC and its subnet, and what belongs to it.

use super::Context;
use super::name::{self, ABSENT};
use super::view::{ComponentView, Note};
use crate::model::{ResourceKind, RouteTarget};
use crate::network::{Component, LinkLocal, LocationKind, PublicOwner, ServiceIndex, Step};
use crate::packet::{AddressSet, Family};
use crate::solver::{Event, RuleUse};

/// A component with its names, and the VPC and subnet that packets stood in.
pub(super) fn at_rows<'a>(
    context: Context<'a>,
    component: Component,
    (vpc, subnet): (u32, u32),
) -> ComponentView<'a> {
    let named = name::named(context, component);
    let is_of_subnet = matches!(
        component,
        Component::Resource(
            ResourceKind::NetworkAcl
                | ResourceKind::RouteTable
                | ResourceKind::SecurityGroup
                | ResourceKind::Subnet,
            _
        )
    );
    let subnet = named.subnet.or_else(|| if is_of_subnet { name::subnet_id(context, subnet) } else { None });
    let is_inside = matches!(component, Component::Resource(..));
    let vpc = named.vpc.or_else(|| if is_inside { name::vpc_id(context, vpc) } else { None });
    ComponentView {
        id: named.id,
        kind: named.kind,
        name: named.name,
        account: named.account,
        region: named.region,
        vpc,
        subnet,
        decision: "pass",
        code: None,
        by: None,
        inbound_header: None,
        outbound_header: None,
        component,
        place: None,
        note: Note::None,
        has_tag: named.has_tag,
    }
}

/// A component with its names, where packets met it.
pub(super) fn component_view<'a>(
    context: Context<'a>,
    component: Component,
    event: &Event,
    target: Option<&'a str>,
) -> ComponentView<'a> {
    let mut view = at_rows(context, component, (event.vpc, subnet_of(context, event)));
    view.place = Some((event.location, event.kind));
    if view.id == ABSENT
        && let Some(id) = target.or_else(|| absent_gateway(context, component, &event.destination))
    {
        view.id = id;
    }
    view
}

/// The subnet whose controls an event is about: packets that are about to enter one still count as being elsewhere.
fn subnet_of(context: Context<'_>, event: &Event) -> u32 {
    let network = context.network;
    if let RuleUse::Filter(wanted, _) = event.rule {
        let acl = network.steps_of(event.location).iter().find_map(|step| {
            let Step::Acl { filter, subnet, .. } = step else { return None };
            (*filter == wanted).then_some(subnet.0)
        });
        if let Some(subnet) = acl {
            return subnet;
        }
    }
    match network.location(event.location).component {
        Component::Resource(ResourceKind::NetworkInterface, row) => {
            network.interfaces.get(row as usize).map_or(event.subnet, |row| row.subnet.0)
        }
        Component::Resource(..) | Component::Internet | Component::OnPremises | Component::Service(_) => {
            event.subnet
        }
    }
}

/// The internet gateway that the VPC of a public address should have, by the word of its routes.
pub(super) fn absent_gateway<'a>(
    context: Context<'a>,
    component: Component,
    destination: &AddressSet,
) -> Option<&'a str> {
    let Component::Resource(ResourceKind::InternetGateway, _) = component else { return None };
    let vpc = owning_vpc(context, destination)?;
    let tables = context.snapshot.model.route_tables.iter().filter(|table| table.vpc.as_str() == vpc);
    tables.flat_map(|table| &table.routes).find_map(|route| {
        let RouteTarget::Gateway(id) = &route.target else { return None };
        id.starts_with("igw-").then_some(id.as_str())
    })
}

/// The VPC that a public address stands for an address of, or that an address is in.
pub(super) fn owning_vpc<'a>(context: Context<'a>, destination: &AddressSet) -> Option<&'a str> {
    let address = destination.first()?;
    match destination.family() {
        Family::V4 => match context.network.public_owner(address as u32)? {
            PublicOwner::Private(vpc, _) => name::vpc_id(context, vpc.0),
            PublicOwner::Nat(_) | PublicOwner::Unassociated(_) | PublicOwner::Absent(_) => None,
        },
        Family::V6 => name::vpc_id(context, context.network.public_ipv6.at(Family::V6, address)),
    }
}

/// The instance that an interface is attached to, when the snapshot has it.
pub(super) fn instance_of(context: Context<'_>, component: Component) -> Option<Component> {
    let Component::Resource(ResourceKind::NetworkInterface, position) = component else { return None };
    let model = &context.snapshot.model;
    let interface = model.network_interfaces.get_row(position as usize)?;
    let instance = interface.attachment.as_ref()?.instance.as_ref()?;
    let position = model.instances.position(instance)?;
    Some(Component::Resource(ResourceKind::Instance, position as u32))
}

/// The endpoint that an interface belongs to, when the snapshot has it.
pub(super) fn endpoint_of(context: Context<'_>, component: Component) -> Option<Component> {
    let Component::Resource(ResourceKind::NetworkInterface, position) = component else { return None };
    let model = &context.snapshot.model;
    let interface = model.network_interfaces.get_row(position as usize)?;
    let position = model.vpc_endpoints.iter().position(|it| it.interfaces.contains(&interface.id))?;
    Some(Component::Resource(ResourceKind::VpcEndpoint, position as u32))
}

/// The service that packets end at.
pub(super) fn service_at(context: Context<'_>, event: &Event) -> Option<ServiceIndex> {
    let network = context.network;
    if event.kind == LocationKind::GatewayEndpoint {
        let found = network.services.iter().position(|it| it.component == Some(event.component))?;
        return Some(ServiceIndex(found as u32));
    }
    let address = event.destination.first()?;
    let family = event.destination.family();
    let resolver = network
        .vpcs
        .get(event.vpc as usize)
        .is_some_and(|vpc| family == Family::V4 && vpc.resolvers.iter().any(|it| u128::from(*it) == address));
    let address =
        if resolver { u128::from(u32::from(std::net::Ipv4Addr::new(169, 254, 169, 253))) } else { address };
    match network.link_local.at(family, address) {
        LinkLocal::Service(service, _) => Some(service),
        LinkLocal::Ordinary | LinkLocal::NotRoutable => None,
    }
}
