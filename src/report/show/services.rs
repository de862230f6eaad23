//! Managed services: what they say of themselves, and the interfaces that are theirs.

use super::{Cell, Document, Source};
use crate::model::ResourceKind;
use crate::network::Component;

const INTERFACES: &[&str] = &["id", "subnet", "zone", "addresses", "public"];

pub(super) fn managed(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let service = &model.managed_services[row];
    document.fact("service", Cell::text(service.family.words()));
    document.fact("arn", Cell::maybe(service.arn.as_ref()));
    document.fact("part_of", Cell::maybe(service.part_of.as_ref()));
    document.fact("members", Cell::list(service.members.iter()));
    document.fact("dns_names", Cell::list(service.dns_names.iter()));
    document.fact("port", service.port.map_or(Cell::Absent, |it| Cell::Number(u64::from(it))));
    document.fact("publicly_accessible", service.is_public.map_or(Cell::Absent, Cell::Flag));
    let vpc = service.vpc.as_ref();
    document
        .fact("vpc", vpc.map_or(Cell::Absent, |id| Cell::named(id, model.vpcs.get(id).map(|it| &it.about))));
    let subnets = service.subnets.iter();
    let subnets = subnets.map(|id| Cell::named(id, model.subnets.get(id).map(|it| &it.about)));
    document.fact("subnets", Cell::List(subnets.collect()));
    document.fact("zones", Cell::list(service.zones.iter()));
    let groups = service.groups.iter();
    let groups = groups.map(|id| Cell::named(id, model.security_groups.get(id).map(|it| &it.about)));
    document.fact("security_groups", Cell::List(groups.collect()));
    let own = Component::Resource(ResourceKind::ManagedService, row as u32);
    let rows = source.network.fronts_of(own).filter_map(|interface| {
        let it = model.network_interfaces.get_row(interface.index())?;
        let subnet = model.subnets.get(&it.subnet);
        Some(vec![
            Cell::named(&it.id, Some(&it.about)),
            Cell::named(&it.subnet, subnet.map(|it| &it.about)),
            Cell::maybe(subnet.and_then(|it| it.zone.name.as_ref())),
            Cell::list(it.addresses.iter().map(|it| it.private)),
            Cell::list(it.addresses.iter().filter_map(|it| it.public)),
        ])
    });
    document.table("interfaces", "interfaces", INTERFACES, rows.collect());
}
