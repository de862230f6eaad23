//! What holds data: databases and their like, and whatever is declared sensitive.

use std::collections::{BTreeMap, BTreeSet};

use super::settings::Pattern;
use super::{Context, Tier, tiers};
use crate::model::{ManagedService, ServiceFamily};
use crate::network::{Component, FilterId, InterfaceIndex, Judge, RulePeer};
use crate::packet::{AddressSet, Family, Interval};

/// A data store, with the interfaces that are known to be its.
pub struct DataStore<'a> {
    /// As the snapshot has it.
    pub service: &'a ManagedService,
    /// What an answer names.
    pub component: Component,
    /// Its interfaces, ascending.
    pub interfaces: Vec<InterfaceIndex>,
}

/// Whether services of a family hold data that is asked for by the network.
fn holds_data(family: ServiceFamily) -> bool {
    match family {
        ServiceFamily::Rds
        | ServiceFamily::ElastiCache
        | ServiceFamily::OpenSearch
        | ServiceFamily::Efs
        | ServiceFamily::Msk
        | ServiceFamily::Redshift => true,
        ServiceFamily::Lambda
        | ServiceFamily::Ecs
        | ServiceFamily::Eks
        | ServiceFamily::Dms
        | ServiceFamily::Resolver => false,
    }
}

/// The data stores of the snapshot.
pub fn data_stores<'a>(context: &Context<'a>) -> Vec<DataStore<'a>> {
    let mut owned: BTreeMap<u32, Vec<InterfaceIndex>> = BTreeMap::new();
    for (interface, row) in &context.network.owners {
        owned.entry(*row).or_default().push(*interface);
    }
    let services = context.model.managed_services.iter().enumerate();
    services
        .filter(|(_, it)| holds_data(it.family))
        .map(|(row, service)| DataStore {
            service,
            component: Component::Resource(crate::model::ResourceKind::ManagedService, row as u32),
            interfaces: owned.remove(&(row as u32)).unwrap_or_default(),
        })
        .collect()
}

/// The interfaces that hold what must not get out, ascending: what `sensitive` in `netpath.toml` names, else data stores
/// and hosts of subnets that are declared isolated.
pub fn sensitive(context: &Context<'_>) -> BTreeSet<InterfaceIndex> {
    let mut found = BTreeSet::new();
    if let Some(patterns) = &context.settings.sensitive {
        for (index, _, subnet) in context.subnets() {
            let of_subnet = patterns.iter().any(|it| it.fits(subnet.id.as_str(), &subnet.about));
            let own = context.interfaces_of(index).filter(|it| context.is_host(*it));
            let meant = own.filter(|it| of_subnet || is_meant(context, *it, patterns));
            found.extend(meant);
        }
        return found;
    }
    for (index, _, subnet) in context.subnets() {
        if matches!(tiers::declared(context, subnet), Some((Tier::Isolated, _))) {
            let hosts = context.interfaces_of(index).filter(|it| context.is_host(*it));
            found.extend(hosts);
        }
    }
    for store in data_stores(context) {
        found.extend(store.interfaces);
    }
    found
}

fn is_meant(context: &Context<'_>, interface: InterfaceIndex, patterns: &[Pattern]) -> bool {
    context
        .interface(interface)
        .is_some_and(|it| patterns.iter().any(|by| by.fits(it.id.as_str(), &it.about)))
}

/// One interface of each set that no rule tells apart: by subnet, groups and manner.
pub fn classes(context: &Context<'_>, all: impl Iterator<Item = InterfaceIndex>) -> Vec<Vec<InterfaceIndex>> {
    let mut classes: BTreeMap<_, Vec<InterfaceIndex>> = BTreeMap::new();
    for interface in all {
        let row = &context.network.interfaces[interface.index()];
        classes.entry((row.subnet, row.groups, row.manner)).or_default().push(interface);
    }
    classes.into_values().collect()
}

/// The addresses whose packets an ACL admits for all of some traffic, by its entries in their order.
pub fn admitted(
    context: &Context<'_>,
    filter: FilterId,
    wanted: Interval,
    family: Family,
) -> Option<AddressSet> {
    let FilterId::Acl(index) = filter else { return None };
    let Judge::Acl { acl: Some(acl), is_outbound } = context.network.acl_filters[index as usize].judge else {
        return None;
    };
    let network = context.network;
    let mut left = AddressSet::all(family);
    let mut admitted = AddressSet::empty(family);
    for entry in network.acl_rules.get(acl as usize)?.direction(is_outbound) {
        let RulePeer::Cidr(block) = &entry.peer else { return None };
        let covers = |it: &Interval| it.0 <= wanted.0 && wanted.1 <= it.1;
        if Family::of(block.addr()) != family
            || !network.transport.intervals(entry.transport).iter().any(covers)
        {
            continue;
        }
        let taken = left.intersection(&AddressSet::block(*block));
        if entry.admits {
            admitted = admitted.union(&taken);
        }
        left = left.difference(&taken);
    }
    Some(admitted)
}
