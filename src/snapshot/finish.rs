//! What the files together say of single resources: Regions out of zones, owners out of VPCs, interfaces out of
//! instances and groups out of rules where their own answers are missing.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::drafts::Drafts;
use super::scope::region_of_zone;
use super::warnings::{Problem, Warning};
use crate::model::{
    About, AccountId, Coverage, ManagedService, ManagedServiceId, NetworkInterface, Region, Resource,
    ResourceKind, SecurityGroup, SecurityGroupId, SecurityGroupPermission, SecurityGroupRule, SubnetId, Tags,
    VpcId, described,
};

/// Completes the drafts.
pub(super) fn complete(
    parts: &mut Vec<Drafts>,
    interfaces: Vec<NetworkInterface>,
    coverage: &Coverage,
    warnings: &mut Vec<Warning>,
) {
    let mut derived = Drafts::default();
    take_interfaces(&mut derived, interfaces, coverage, warnings);
    build_groups(&mut derived, parts, coverage, warnings);
    name_services(&mut derived, parts, coverage);
    parts.push(derived);
    let homes = Homes::new(parts);
    parts.par_iter_mut().for_each(|drafts| {
        homes.settle(drafts);
        drafts.sort();
    });
}

fn say(warnings: &mut Vec<Warning>, problem: Problem) {
    warnings.push(Warning { file: None, place: None, problem });
}

/// Interfaces of instances, where no answer of their own covers them.
fn take_interfaces(
    derived: &mut Drafts,
    mut interfaces: Vec<NetworkInterface>,
    coverage: &Coverage,
    warnings: &mut Vec<Warning>,
) {
    interfaces.retain(|it| is_uncovered(coverage, ResourceKind::NetworkInterface, &it.about));
    if !interfaces.is_empty() {
        say(warnings, Problem::InterfacesFromInstances(interfaces.len()));
        derived.network_interfaces = interfaces;
    }
}

fn is_uncovered(coverage: &Coverage, kind: ResourceKind, about: &About) -> bool {
    !coverage.has_answer(kind, about.account.as_ref(), about.region.as_ref())
}

/// Groups out of their flat rules, where no answer of their own covers them.
fn build_groups(derived: &mut Drafts, parts: &[Drafts], coverage: &Coverage, warnings: &mut Vec<Warning>) {
    let rules = parts.iter().flat_map(|drafts| &drafts.security_group_rules);
    let mut rules: Vec<&SecurityGroupRule> =
        rules.filter(|it| is_uncovered(coverage, ResourceKind::SecurityGroup, &it.about)).collect();
    rules.sort_by(|left, right| (&left.group, &left.id).cmp(&(&right.group, &right.id)));
    rules.dedup_by(|left, right| left.id == right.id);
    let groups: Vec<SecurityGroup> =
        rules.chunk_by(|left, right| left.group == right.group).map(group_of).collect();
    if !groups.is_empty() {
        say(warnings, Problem::GroupsFromRules(groups.len()));
        derived.security_groups = groups;
    }
}

/// Services out of the descriptions of their interfaces, where no answer of their own covers them.
fn name_services(derived: &mut Drafts, parts: &[Drafts], coverage: &Coverage) {
    let service_of = |interface: &NetworkInterface| {
        let (family, name) = described(interface)?;
        let About { account, region, .. } = &interface.about;
        let mut lists = ManagedService::calls_of(family);
        let is_covered =
            lists.any(|(key, _)| coverage.has_service_list(key, account.as_ref(), region.as_ref()));
        let name = name.filter(|_| !is_covered)?;
        Some(ManagedService::of_interface(interface, family, name))
    };
    let of_parts = parts.par_iter().flat_map_iter(|it| it.network_interfaces.iter().filter_map(service_of));
    let mut found: Vec<ManagedService> = of_parts.collect();
    found.extend(derived.network_interfaces.iter().filter_map(service_of));
    let mut services: BTreeMap<ManagedServiceId, ManagedService> = BTreeMap::new();
    for service in found {
        match services.entry(service.id.clone()) {
            Entry::Vacant(free) => drop(free.insert(service)),
            Entry::Occupied(mut known) => known.get_mut().merge(service),
        }
    }
    derived.managed_services = services.into_values().collect();
}

fn group_of(rules: &[&SecurityGroupRule]) -> SecurityGroup {
    let permissions = |is_outbound: bool| {
        let rules = rules.iter().filter(|rule| rule.is_outbound == is_outbound);
        rules
            .map(|rule| SecurityGroupPermission { ports: rule.ports, peers: [rule.peer.clone()].into() })
            .collect()
    };
    let first = rules[0];
    let about = About { tags: Tags::default(), ..first.about.clone() };
    SecurityGroup {
        about,
        id: SecurityGroupId(first.group.0.clone()),
        name: compact_str::CompactString::default(),
        vpc: None,
        inbound: permissions(false),
        outbound: permissions(true),
    }
}

/// Where VPCs and subnets are, and whose they are.
#[derive(Default)]
struct Homes {
    regions: FxHashMap<VpcId, Region>,
    owners: FxHashMap<VpcId, AccountId>,
    vpcs: FxHashMap<SubnetId, VpcId>,
}

impl Homes {
    fn new(parts: &mut [Drafts]) -> Homes {
        let mut homes = Homes::default();
        for subnet in parts.iter_mut().flat_map(|drafts| &mut drafts.subnets) {
            // The content comes before the path, and the zone's name is content.
            subnet.about.region =
                subnet.zone.name.as_deref().and_then(region_of_zone).or(subnet.about.region.take());
            if let Some(region) = &subnet.about.region {
                homes.regions.insert(subnet.vpc.clone(), region.clone());
            }
            homes.vpcs.insert(subnet.id.clone(), subnet.vpc.clone());
        }
        for vpc in parts.iter_mut().flat_map(|drafts| &mut drafts.vpcs) {
            vpc.about.region = homes.regions.get(&vpc.id).cloned().or(vpc.about.region.take());
            if let Some(region) = &vpc.about.region {
                homes.regions.insert(vpc.id.clone(), region.clone());
            }
            if let Some(owner) = &vpc.about.account {
                homes.owners.insert(vpc.id.clone(), owner.clone());
            }
        }
        homes
    }

    fn complete(&self, about: &mut About, vpc: Option<&VpcId>) {
        let Some(vpc) = vpc else { return };
        if let Some(region) = self.regions.get(vpc).filter(|region| about.region.as_ref() != Some(*region)) {
            about.region = Some(region.clone());
        }
        if about.account.is_none() {
            about.account = self.owners.get(vpc).cloned();
        }
    }

    fn settle(&self, drafts: &mut Drafts) {
        for it in &mut drafts.subnets {
            self.complete(&mut it.about, Some(&it.vpc));
        }
        for it in &mut drafts.route_tables {
            self.complete(&mut it.about, Some(&it.vpc));
        }
        for it in &mut drafts.network_acls {
            self.complete(&mut it.about, Some(&it.vpc));
        }
        for it in &mut drafts.network_interfaces {
            self.complete(&mut it.about, Some(&it.vpc));
        }
        for it in &mut drafts.security_groups {
            self.complete(&mut it.about, it.vpc.as_ref());
        }
        for it in &mut drafts.nat_gateways {
            let vpc = it.vpc.as_ref().or_else(|| self.vpcs.get(it.subnet.as_ref()?));
            self.complete(&mut it.about, vpc);
        }
        for it in &mut drafts.vpc_endpoints {
            self.complete(&mut it.about, Some(&it.vpc));
        }
        for it in &mut drafts.transit_gateway_vpc_attachments {
            self.complete(&mut it.about, Some(&it.vpc));
        }
        for it in &mut drafts.instances {
            self.complete(&mut it.about, it.subnet.as_ref().and_then(|subnet| self.vpcs.get(subnet)));
        }
        for it in &mut drafts.managed_services {
            let vpc = it.vpc.clone();
            self.complete(&mut it.about, vpc.as_ref());
        }
        for it in &mut drafts.internet_gateways {
            self.complete(&mut it.about, it.attachments.first().map(|attachment| &attachment.vpc));
        }
        for it in &mut drafts.egress_only_gateways {
            self.complete(&mut it.about, it.attachments.first().map(|attachment| &attachment.vpc));
        }
    }
}
