//! Managed services: which interfaces are theirs (`SVC`). To packets they are interfaces like others.
//!
//! Some services name their interfaces or addresses. Of others the description of an interface has the name. Databases
//! and functions show only as what has their groups, in their subnets and zones: several of them may fit one interface,
//! and a function shares its interfaces with every other of the same groups and subnets.

use std::net::IpAddr;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::compiler::{Compiler, Stage};
use super::location::InterfaceIndex;
use super::rows::NOBODY;
use crate::model::{
    About, Collection, ManagedService, NetworkInterface, ResourceKind, SecurityGroupId, ServiceFamily,
    described,
};
use crate::packet::{Family, bits};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows | Stage::Locations => {}
        Stage::Filters if compiler.model.managed_services.is_empty() => {}
        Stage::Filters => find_interfaces(compiler),
    }
}

/// Notes the interfaces of each service: its own, and those of its parts.
fn find_interfaces(compiler: &mut Compiler<'_>) {
    let services = &compiler.model.managed_services;
    let signs = Signs::new(compiler);
    let shared: &Compiler<'_> = compiler;
    let own: Vec<Vec<u32>> = services.par_iter().map(|service| signs.of(shared, service)).collect();
    let parts = parts(services);
    for (row, service) in services.iter().enumerate() {
        let component = Compiler::resource(ResourceKind::ManagedService, row);
        let of_parts = parts[row].iter().flat_map(|part| &own[*part]);
        let mut all: Vec<u32> = own[row].iter().chain(of_parts).copied().collect();
        all.sort_unstable();
        all.dedup();
        compiler.fronts.extend(all.into_iter().map(|it| (component, InterfaceIndex(it))));
        // A whole is not named where its part is.
        let is_named = |interface: &&u32| !parts[row].iter().any(|part| own[*part].contains(interface));
        let named = own[row].iter().filter(is_named);
        compiler.owners.extend(named.map(|it| (InterfaceIndex(*it), row as u32)));
        debug_assert!(!service.name.is_empty(), "a service without a name is not read");
    }
    compiler.owners.sort_unstable();
}

/// The parts of each service: what it lists, and what says that it is a part of it.
fn parts(services: &Collection<ManagedService>) -> Vec<Vec<usize>> {
    let mut rows: FxHashMap<(ServiceFamily, &str), Vec<usize>> = FxHashMap::default();
    for (row, service) in services.iter().enumerate() {
        rows.entry((service.family, &service.name)).or_default().push(row);
    }
    let near = |one: usize, name: &str| -> Vec<usize> {
        let found = rows.get(&(services[one].family, name)).into_iter().flatten().copied();
        found
            .filter(|other| *other != one && is_near(&services[one].about, &services[*other].about))
            .collect()
    };
    let mut parts: Vec<Vec<usize>> = services
        .iter()
        .enumerate()
        .map(|(row, it)| it.members.iter().flat_map(|name| near(row, name)).collect())
        .collect();
    for (row, service) in services.iter().enumerate() {
        for whole in service.part_of.iter().flat_map(|name| near(row, name)) {
            parts[whole].push(row);
        }
    }
    parts
}

/// Whether two things may be of one account and Region, as far as both say.
fn is_near(one: &About, other: &About) -> bool {
    (one.account.is_none() || other.account.is_none() || one.account == other.account)
        && (one.region.is_none() || other.region.is_none() || one.region == other.region)
}

/// What the descriptions of interfaces say that some service asks for.
struct Signs<'a> {
    by_name: FxHashMap<(ServiceFamily, &'a str), Vec<u32>>,
    /// Those that may be several services', by their groups in order.
    by_groups: FxHashMap<(ServiceFamily, Groups<'a>), Vec<u32>>,
}

/// The groups of an interface or a service, in order and each once.
type Groups<'a> = SmallVec<[&'a SecurityGroupId; 4]>;

impl<'a> Signs<'a> {
    fn new(compiler: &Compiler<'a>) -> Signs<'a> {
        let services = &compiler.model.managed_services;
        let names = services.iter().map(|it| ((it.family, it.name.as_str()), Vec::new()));
        let groups = services.iter().map(|it| ((it.family, in_order(&it.groups)), Vec::new()));
        let mut signs = Signs { by_name: names.collect(), by_groups: groups.collect() };
        let interfaces = compiler.model.network_interfaces.par_iter().enumerate();
        let signed = interfaces.filter_map(|(row, interface)| Some((row as u32, signs.sign(interface)?)));
        let signed: Vec<(u32, Sign<'_>)> = signed.collect();
        for (row, sign) in signed {
            if let Some(rows) = sign.name.and_then(|name| signs.by_name.get_mut(&name)) {
                rows.push(row);
            }
            if let Some(rows) = sign.groups.and_then(|groups| signs.by_groups.get_mut(&groups)) {
                rows.push(row);
            }
        }
        signs
    }

    /// What an interface says, where some service asks for it.
    fn sign(&self, interface: &'a NetworkInterface) -> Option<Sign<'a>> {
        let (family, name) = described(interface)?;
        // What has its name in the description is nobody else's, but for functions, which share.
        let is_shared = name.is_none() || family == ServiceFamily::Lambda;
        let name = name.map(|name| (family, name)).filter(|it| self.by_name.contains_key(it));
        let groups = is_shared.then(|| (family, in_order(&interface.groups)));
        let groups = groups.filter(|it| self.by_groups.contains_key(it));
        (name.is_some() || groups.is_some()).then_some(Sign { name, groups })
    }

    /// The interfaces that are a service's own.
    fn of(&self, compiler: &Compiler<'a>, service: &'a ManagedService) -> Vec<u32> {
        let model = compiler.model;
        let named = service.interfaces.iter().filter_map(|id| model.network_interfaces.position(id));
        let mut found: Vec<u32> = named.map(|it| it as u32).collect();
        found.extend(service.addresses.iter().filter_map(|it| at_address(compiler, service, *it)));
        if !found.is_empty() {
            return found;
        }
        // Functions share interfaces, and the name is that of the first.
        let shares = service.family == ServiceFamily::Lambda && !service.groups.is_empty();
        if !shares {
            let described = self.by_name.get(&(service.family, service.name.as_str())).into_iter().flatten();
            let interface = |row: &u32| &model.network_interfaces[*row as usize];
            found.extend(described.filter(|it| is_near(&service.about, &interface(it).about)));
        }
        let is_nameless =
            matches!(service.family, ServiceFamily::Rds | ServiceFamily::Dms | ServiceFamily::Redshift);
        if found.is_empty() && (shares || is_nameless) {
            found = self.alike(compiler, service);
        }
        found
    }

    /// Interfaces of the family with the service's groups, in its subnets and zones.
    fn alike(&self, compiler: &Compiler<'a>, service: &'a ManagedService) -> Vec<u32> {
        let interfaces = &compiler.model.network_interfaces;
        let fits = |interface: &NetworkInterface| {
            let zone = compiler.model.subnets.get(&interface.subnet).and_then(|it| it.zone.name.as_ref());
            is_near(&service.about, &interface.about)
                && service.vpc.as_ref().is_none_or(|vpc| *vpc == interface.vpc)
                && (service.subnets.is_empty() || service.subnets.contains(&interface.subnet))
                && (service.zones.is_empty() || zone.is_none_or(|zone| service.zones.contains(zone)))
        };
        let groups = in_order(&service.groups);
        if groups.is_empty() {
            return Vec::new();
        }
        let alike = self.by_groups.get(&(service.family, groups)).into_iter().flatten().copied();
        alike.filter(|row| fits(&interfaces[*row as usize])).collect()
    }
}

/// What the description of an interface says.
struct Sign<'a> {
    name: Option<(ServiceFamily, &'a str)>,
    groups: Option<(ServiceFamily, Groups<'a>)>,
}

fn in_order(groups: &[SecurityGroupId]) -> Groups<'_> {
    let mut groups: Groups<'_> = groups.iter().collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// The interface with a private address in the service's VPC.
fn at_address(compiler: &Compiler<'_>, service: &ManagedService, address: IpAddr) -> Option<u32> {
    let vpc = compiler.vpc_ids.get(service.vpc.as_ref()?)?;
    let owner = compiler.vpcs[vpc.index()].interfaces.at(Family::of(address), bits(address));
    (owner != NOBODY && (owner as usize) < compiler.model.network_interfaces.len()).then_some(owner)
}
