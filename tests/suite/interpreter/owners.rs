//! Whose interfaces are whose (section 30): one service, and every interface looked at.

use std::collections::BTreeSet;

use netpath::model::{
    InterfaceKind, ManagedService, Model, NetworkInterface, SecurityGroupId, ServiceFamily,
};

/// The interfaces of everything that a name stands for: the services with the name, else the parts of what has it.
pub fn interfaces_of(model: &Model, family: ServiceFamily, name: &str) -> BTreeSet<String> {
    let of_family = || model.managed_services.iter().filter(move |it| it.family == family);
    let mut meant: Vec<&ManagedService> = of_family().filter(|it| it.name == name).collect();
    if meant.is_empty() {
        meant = of_family().filter(|it| it.part_of.as_deref() == Some(name)).collect();
    }
    let mut found = BTreeSet::new();
    for service in meant {
        found.extend(own(model, service));
        let is_part = |it: &&ManagedService| {
            it.part_of.as_deref() == Some(service.name.as_str()) || service.members.contains(&it.name)
        };
        found.extend(of_family().filter(is_part).flat_map(|part| own(model, part)));
    }
    found
}

fn own(model: &Model, service: &ManagedService) -> BTreeSet<String> {
    let all = || model.network_interfaces.iter();
    let ids = |list: Vec<&NetworkInterface>| list.into_iter().map(|it| it.id.to_string()).collect();
    // What a service says itself goes before what interfaces say.
    let has_address = |it: &NetworkInterface| {
        service.vpc.as_ref() == Some(&it.vpc)
            && service.addresses.iter().any(|address| super::addresses::owns(it, *address))
    };
    let said: Vec<_> = all().filter(|it| service.interfaces.contains(&it.id) || has_address(it)).collect();
    if !said.is_empty() {
        return ids(said);
    }
    let is_alike = |it: &NetworkInterface| {
        let zone = model.subnets.get(&it.subnet).and_then(|subnet| subnet.zone.name.clone());
        set(&service.groups) == set(&it.groups)
            && !service.groups.is_empty()
            && service.vpc.as_ref().is_none_or(|vpc| *vpc == it.vpc)
            && (service.subnets.is_empty() || service.subnets.contains(&it.subnet))
            && (service.zones.is_empty() || zone.is_none_or(|zone| service.zones.contains(&zone)))
    };
    match service.family {
        // Functions share what has their groups and subnets, whoever's name stands there.
        ServiceFamily::Lambda if !service.groups.is_empty() => {
            ids(all().filter(|it| is_functions(it) && is_alike(it)).collect())
        }
        ServiceFamily::Rds => {
            let is_of_rds =
                |it: &&NetworkInterface| is_nobodys(it) && *it.description == *"RDSNetworkInterface";
            ids(all().filter(is_of_rds).filter(|it| is_alike(it)).collect())
        }
        ServiceFamily::ElastiCache => {
            let text = format!("ElastiCache {}", service.name);
            ids(all().filter(|it| is_nobodys(it) && *it.description == *text).collect())
        }
        ServiceFamily::Lambda
        | ServiceFamily::OpenSearch
        | ServiceFamily::Efs
        | ServiceFamily::Ecs
        | ServiceFamily::Eks
        | ServiceFamily::Msk
        | ServiceFamily::Redshift
        | ServiceFamily::Dms
        | ServiceFamily::Resolver => BTreeSet::new(),
    }
}

/// Whether no instance has it: what people write about their own interfaces says nothing.
fn is_nobodys(interface: &NetworkInterface) -> bool {
    interface.attachment.as_ref().is_none_or(|it| it.instance.is_none())
}

fn is_functions(interface: &NetworkInterface) -> bool {
    is_nobodys(interface)
        && matches!(interface.kind, InterfaceKind::Lambda | InterfaceKind::Interface)
        && interface.description.starts_with("AWS Lambda VPC ENI")
}

fn set(groups: &[SecurityGroupId]) -> BTreeSet<&str> {
    groups.iter().map(|it| it.as_str()).collect()
}
