//! Names: what an answer's numbers stand for in the model.

use super::Context;
use crate::model::{About, ResourceKind};
use crate::network::{Component, InterfaceIndex};

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

    fn called(self, name: &'a str) -> Named<'a> {
        let other = (!name.is_empty() && name != self.id).then_some(name);
        Named { name: self.name.or(other), ..self }
    }

    /// Whether the snapshot has the thing itself.
    pub fn is_absent(&self) -> bool {
        self.id == ABSENT
    }
}

/// The kind as programs read it: AWS's own words, as in ARNs.
pub(super) fn kind_text(kind: ResourceKind) -> &'static str {
    kind.word()
}

/// The names of a component. What is referred to and not in the snapshot has its kind only, unless the network knows
/// its id.
pub(super) fn named<'a>(context: Context<'a>, component: Component) -> Named<'a> {
    match component {
        Component::Internet => Named::only("internet", "internet"),
        Component::OnPremises => Named::only("on-premises", "on-premises"),
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
    let id = if kind == ResourceKind::Vpc {
        context.network.vpcs.get(position).map(|row| row.id.as_str())
    } else if kind == ResourceKind::SecurityGroup {
        context.network.groups.get(position).map(|row| row.id.as_str())
    } else {
        None
    };
    let named = Named::only(id.unwrap_or(ABSENT), kind_text(kind));
    let vpc = context.network.vpcs.get(position).filter(|_| kind == ResourceKind::Vpc);
    let region = vpc.and_then(|row| row.region.as_ref());
    Named { region: region.map(|it| it.as_str()), ..named }
}

fn resource<'a>(context: Context<'a>, kind: ResourceKind, position: usize) -> Option<Named<'a>> {
    let model = &context.snapshot.model;
    let named = Named::new(kind.id_text(model, position)?, kind, kind.about(model, position)?);
    let (vpc, subnet) = kind.vpc_and_subnet(model, position);
    let named = Named { vpc, subnet, state: kind.state_word(model, position), ..named };
    // Some have a name of their own beside the tag.
    let label = match kind == ResourceKind::NetworkInterface {
        true => owner_label(context, position),
        false => kind.own_name(model, position),
    };
    Some(label.map_or(named, |label| named.called(label)))
}

/// What an interface without a name of its own is of: `RDS orders`; of several that fit, what they have in common.
fn owner_label(context: Context<'_>, interface: usize) -> Option<&str> {
    let services = &context.snapshot.model.managed_services;
    let mut owners =
        context.network.owners_of(InterfaceIndex(interface as u32)).map(|row| &services[row as usize]);
    let first = owners.next()?;
    let is_same = owners.all(|it| it.label == first.label);
    Some(if is_same { &first.label } else { first.family.words() })
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
