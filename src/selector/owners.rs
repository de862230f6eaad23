//! Managed services as ends: by name, by ARN, by the name of what they are a part of (`SVC`).

use smallvec::SmallVec;

use super::ends::Meaning;
use super::error::SelectorError;
use super::index::Index;
use super::resource::Resource;
use crate::model::{About, InterfaceKind, ManagedService, Model, ResourceKind, ServiceFamily};
use crate::network::{Component, InterfaceIndex};
use crate::solver::Remark;

const KIND: ResourceKind = ResourceKind::ManagedService;

/// The names of services: their own, their ARNs, the names that DNS has for them.
pub(super) fn names(model: &Model) -> impl Iterator<Item = (Resource, &str)> {
    (0..).zip(model.managed_services.iter()).flat_map(|(position, service)| {
        let resource = Resource { kind: KIND, position };
        let own = std::iter::once(service.name.as_str()).chain(service.arn.as_deref());
        // The name of a cluster's API stands for different things inside and outside.
        let is_plain = service.family != ServiceFamily::Eks;
        own.chain(service.dns_names.iter().filter(move |_| is_plain).map(|it| it.as_str()))
            .map(move |name| (resource, name))
    })
}

/// The names that DNS has for services, but for those of clusters, which stand for different things inside and outside.
pub(super) fn dns_names(model: &Model) -> impl Iterator<Item = (Resource, &str)> {
    let services = (0..).zip(model.managed_services.iter());
    let plain = services.filter(|(_, it)| it.family != ServiceFamily::Eks);
    plain.flat_map(|(position, service)| {
        let resource = Resource { kind: KIND, position };
        service.dns_names.iter().map(move |name| (resource, name.as_str()))
    })
}

/// The names that services of a family are asked for by.
pub(super) fn names_of(model: &Model, family: ServiceFamily) -> impl Iterator<Item = &str> {
    let services = model.managed_services.iter().filter(move |it| it.family == family);
    services.flat_map(|it| {
        let all = [Some(it.name.as_str()), it.about.name(), it.part_of.as_deref()];
        all.into_iter().flatten()
    })
}

/// The services of a family with a name, else the parts of what has it; never nothing.
pub(super) fn named(
    index: &Index<'_>,
    whole: &str,
    family: ServiceFamily,
    name: &str,
) -> Result<SmallVec<[Resource; 1]>, SelectorError> {
    let services = &index.model.managed_services;
    let of_family = |it: &Resource| services[it.position as usize].family == family;
    let mut found = index.by_name(name, &[KIND]);
    found.retain(|it| of_family(it));
    if found.is_empty() {
        let rows = (0..).zip(services.iter());
        let parts = rows.filter(|(_, it)| it.family == family && it.part_of.as_deref() == Some(name));
        found = parts.map(|(position, _)| Resource { kind: KIND, position }).collect();
    }
    if found.is_empty() { Err(super::unknown(index, whole)) } else { Ok(found) }
}

/// The nodes or pods of a Kubernetes cluster, by the tags that it gives them: `eks:prod/nodes`, `eks:prod/pods`. A node is
/// its primary interface, and pods are those with an interface of their own.
pub(super) fn of_cluster(
    index: &Index<'_>,
    text: &str,
    family: ServiceFamily,
    name: &str,
) -> Result<Option<Meaning>, SelectorError> {
    let Some((cluster, part)) = name.split_once('/').filter(|_| family == ServiceFamily::Eks) else {
        return Ok(None);
    };
    let model = index.model;
    let owned = format!("kubernetes.io/cluster/{cluster}");
    let is_of_cluster = |about: &About| {
        about.tags.has(&owned, None)
            || ["eks:cluster-name", "aws:eks:cluster-name", "cluster.k8s.amazonaws.com/name"]
                .iter()
                .any(|key| about.tags.has(key, Some(cluster)))
    };
    let found: Vec<InterfaceIndex> = match part {
        "nodes" => {
            let nodes = model.instances.iter().filter(|it| is_of_cluster(&it.about));
            nodes.filter_map(|it| index.interfaces_of(&it.id).first().copied()).collect()
        }
        "pods" => {
            let rows = (0..).zip(model.network_interfaces.iter());
            let pods = rows.filter(|(_, it)| it.kind == InterfaceKind::Branch && is_of_cluster(&it.about));
            pods.map(|(row, _)| InterfaceIndex(row)).collect()
        }
        _ => return Err(super::unknown(index, text)),
    };
    if found.is_empty() {
        let cause = format!("nothing in the snapshot has the tags of the {part} of `{cluster}`");
        return Err(SelectorError::Empty { text: text.to_owned(), cause });
    }
    Ok(Some(Meaning::Hosts(found)))
}

/// What services mean as an end: all their interfaces. Several are one thing's parts, or ambiguous.
pub(super) fn meaning(index: &Index<'_>, text: &str, found: &[Resource]) -> Result<Meaning, SelectorError> {
    let service = |it: &Resource| &index.model.managed_services[it.position as usize];
    let is_one = found.windows(2).all(|pair| {
        let (one, other) = (service(&pair[0]), service(&pair[1]));
        one.part_of.is_some()
            && (&one.part_of, &one.about.account, &one.about.region)
                == (&other.part_of, &other.about.account, &other.about.region)
    });
    if !is_one {
        return Err(super::ambiguous(index, text, found));
    }
    let interfaces = interfaces(index, found);
    match found.first() {
        Some(first) if interfaces.is_empty() => {
            let cause = cause_of_none(service(first));
            Err(SelectorError::Empty { text: text.to_owned(), cause })
        }
        Some(_) | None => Ok(Meaning::Services(found.iter().map(|it| it.position).collect(), interfaces)),
    }
}

fn cause_of_none(service: &ManagedService) -> String {
    let label = &service.label;
    match service.family {
        ServiceFamily::Lambda if service.vpc.is_none() && service.subnets.is_empty() => {
            format!("{label} is in no VPC")
        }
        ServiceFamily::Rds
        | ServiceFamily::ElastiCache
        | ServiceFamily::OpenSearch
        | ServiceFamily::Efs
        | ServiceFamily::Lambda
        | ServiceFamily::Ecs
        | ServiceFamily::Eks
        | ServiceFamily::Msk
        | ServiceFamily::Redshift
        | ServiceFamily::Dms
        | ServiceFamily::Resolver => {
            format!("the snapshot has none that is known to be of {label}")
        }
    }
}

/// The interfaces of services, in the order of the model.
pub(super) fn interfaces(index: &Index<'_>, found: &[Resource]) -> Vec<InterfaceIndex> {
    let fronts = found.iter().flat_map(|it| index.network.fronts_of(it.component()));
    let mut interfaces: Vec<InterfaceIndex> = fronts.collect();
    interfaces.sort_unstable();
    interfaces.dedup();
    interfaces
}

/// The calls that name services of a family and whose answers the snapshot lacks.
pub(super) fn lacking(model: &Model, family: ServiceFamily) -> Vec<&'static str> {
    let calls = ManagedService::calls_of(family);
    calls.filter(|(key, _)| !model.coverage.has_service_list(key, None, None)).map(|(_, call)| call).collect()
}

/// What fits the interfaces of a service as well as the service.
pub(super) fn remarks(index: &Index<'_>, meaning: &Meaning) -> Vec<Remark> {
    let Meaning::Services(rows, interfaces) = meaning else { return Vec::new() };
    let services = &index.model.managed_services;
    let component = |row: u32| Resource { kind: KIND, position: row }.component();
    let mut remarks = Vec::new();
    for row in rows {
        // Functions with the same groups and subnets do share interfaces.
        if services[*row as usize].family == ServiceFamily::Lambda {
            continue;
        }
        let owners = interfaces.iter().flat_map(|it| index.network.owners_of(*it).collect::<Vec<_>>());
        let owners: Vec<u32> = owners.collect();
        if !owners.contains(row) {
            continue;
        }
        let mut others: Vec<Component> =
            owners.into_iter().filter(|other| other != row).map(component).collect();
        others.sort_unstable();
        others.dedup();
        if !others.is_empty() {
            remarks.push(Remark::Shared { thing: component(*row), others });
        }
    }
    remarks
}

/// The port that a service takes requests at, where everything was asked about.
pub(super) fn ports(meaning: &Meaning, model: &Model, traffic: &str) -> Vec<Remark> {
    let Meaning::Services(rows, _) = meaning else { return Vec::new() };
    if !traffic.trim().eq_ignore_ascii_case("all") {
        return Vec::new();
    }
    let port = |row: &u32| {
        let port = model.managed_services[*row as usize].port?;
        Some(Remark::Port { thing: Resource { kind: KIND, position: *row }.component(), port })
    };
    rows.iter().find_map(port).into_iter().collect()
}

/// Services whose names stand for a public address outside.
pub(super) fn public_names(model: &Model, meaning: &Meaning) -> Vec<Remark> {
    let Meaning::Services(rows, interfaces) = meaning else { return Vec::new() };
    let public = rows.iter().filter(|row| {
        let service = &model.managed_services[**row as usize];
        service.family != ServiceFamily::Eks && service.is_public == Some(true)
    });
    let remark = |row: &u32| Remark::PublicName {
        thing: Resource { kind: KIND, position: *row }.component(),
        interfaces: interfaces.clone(),
    };
    public.map(remark).collect()
}
