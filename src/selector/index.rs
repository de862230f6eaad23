//! Looking things up: by id, by name, by address. One a snapshot, shared by threads.
//!
//! Nothing is prepared for one question: ids are found by binary search in the model. What more questions need is made
//! when the first of them needs it ([`crate::network::Lookups`]), or by [`Index::prepare`] (interfaces by id).

use std::sync::OnceLock;

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::resource::{Match, Resource, rows};
use super::word::kind_names;
use crate::model::{InstanceId, Model, ResourceKind, dns_name};
use crate::network::{InterfaceIndex, Network, VpcIndex};
use crate::packet::Family;

/// How much like a name a word must be to be taken for a slip of the finger.
const LEAST_LIKENESS: f64 = 0.82;
/// How many suggestions a person wants to read.
const MOST_SUGGESTIONS: usize = 3;

type Found = SmallVec<[Resource; 1]>;

/// What is looked up in a snapshot.
#[derive(Debug)]
pub struct Index<'a> {
    /// The resources.
    pub model: &'a Model,
    /// The network that they make.
    pub network: &'a Network,
    interfaces: Option<FxHashMap<&'a str, u32>>,
    /// Names of load balancers, target groups and managed services, which are not their tags.
    names: OnceLock<FxHashMap<&'a str, Found>>,
    dns_names: OnceLock<FxHashMap<CompactString, Found>>,
}

impl<'a> Index<'a> {
    /// An index of a snapshot.
    pub fn new(model: &'a Model, network: &'a Network) -> Index<'a> {
        Index { model, network, interfaces: None, names: OnceLock::new(), dns_names: OnceLock::new() }
    }

    /// The same, ready for many questions about interfaces.
    #[must_use]
    pub fn prepare(mut self) -> Index<'a> {
        let interfaces = self.model.network_interfaces.iter().zip(0..);
        self.interfaces = Some(interfaces.map(|(it, row)| (it.id.as_str(), row)).collect());
        self
    }

    /// The interface with an id.
    pub(super) fn interface(&self, text: &str) -> Option<InterfaceIndex> {
        match &self.interfaces {
            Some(interfaces) => interfaces.get(text).map(|row| InterfaceIndex(*row)),
            None => {
                let found = rows(self.model, ResourceKind::NetworkInterface, text, Match::Exact);
                (!found.is_empty()).then_some(InterfaceIndex(found.start as u32))
            }
        }
    }

    /// The resources of some kinds with an id. An attachment is one thing, in however many lists it stands.
    pub(super) fn by_id(&self, text: &str, kinds: &[ResourceKind]) -> Found {
        self.matching(text, kinds, Match::Exact)
    }

    /// The resources of some kinds whose id begins with a text that says more than the kind.
    pub(super) fn by_beginning(&self, text: &str, kinds: &[ResourceKind]) -> Found {
        let is_long = text.split_once('-').is_some_and(|(_, rest)| !rest.is_empty());
        if is_long { self.matching(text, kinds, Match::Prefix) } else { Found::new() }
    }

    fn matching(&self, text: &str, kinds: &[ResourceKind], how: Match) -> Found {
        let mut found = Found::new();
        for kind in kinds {
            let rows = rows(self.model, *kind, text, how);
            found.extend(rows.map(|row| Resource { kind: *kind, position: row as u32 }));
        }
        if kinds.contains(&ResourceKind::Unmodelled) {
            let rows = (0..).zip(self.model.unmodelled.iter());
            let rows = rows.filter(|(_, it)| match how {
                Match::Exact => it.resource == text,
                Match::Prefix => it.resource.starts_with(text),
            });
            let kind = ResourceKind::Unmodelled;
            found.extend(rows.map(|(position, _)| Resource { kind, position }));
        }
        found
    }

    /// The resources of some kinds with a `Name` tag, or with a name of their own.
    pub(super) fn by_name(&self, text: &str, kinds: &[ResourceKind]) -> Found {
        let tagged = self.network.lookups.names(self.model).values(text);
        let mut found: Found = tagged.map(|(kind, row)| Resource { kind: *kind, position: *row }).collect();
        let names = self.names.get_or_init(|| {
            let mut names: FxHashMap<&'a str, Found> = FxHashMap::default();
            for (resource, name) in own_names(self.model).chain(super::owners::names(self.model)) {
                names.entry(name).or_default().push(resource);
            }
            names
        });
        for resource in names.get(text).into_iter().flatten() {
            if !found.contains(resource) {
                found.push(*resource);
            }
        }
        found.retain(|it| kinds.contains(&it.kind));
        found
    }

    /// The load balancer or managed service that DNS knows by a name.
    pub(super) fn by_dns_name(&self, name: &str) -> Option<Resource> {
        let names = self.dns_names.get_or_init(|| {
            let mut names: FxHashMap<CompactString, Found> = FxHashMap::default();
            let all = dns_names(self.model).chain(super::owners::dns_names(self.model));
            for (resource, name) in all {
                let known = names.entry(dns_name(name)).or_default();
                if !known.contains(&resource) {
                    known.push(resource);
                }
            }
            names
        });
        match names.get(&dns_name(name))?.as_slice() {
            [one] => Some(*one),
            [] | [_, _, ..] => None,
        }
    }

    /// The security groups with a group name, which is not their `Name` tag.
    pub(super) fn by_group_name(&self, text: &str) -> Found {
        let kind = ResourceKind::SecurityGroup;
        let rows = self.network.lookups.group_names(self.model).values(text);
        rows.map(|row| Resource { kind, position: *row }).collect()
    }

    /// The interfaces that own an address, in whatever VPC.
    pub(super) fn owners(&self, family: Family, bits: u128) -> Vec<InterfaceIndex> {
        self.owned_between(family, bits, bits).into_iter().map(|(interface, _)| interface).collect()
    }

    /// The owned addresses between two, with their owners. Of a delegated IPv6 prefix, the first address counts.
    pub(super) fn owned_between(&self, family: Family, low: u128, high: u128) -> Vec<(InterfaceIndex, u128)> {
        let owned = self.network.lookups.owned(self.network, family);
        let first = owned.ranges.partition_point(|it| it.0 < low.saturating_sub(owned.longest));
        let near = owned.ranges.iter().skip(first).take_while(|it| it.0 <= high);
        let inside = near.filter(|(_, (last, _))| *last >= low);
        inside.map(|(start, (_, interface))| (*interface, (*start).max(low))).collect()
    }

    /// The interfaces of an instance, the primary one first.
    pub(super) fn interfaces_of(&self, instance: &InstanceId) -> &[InterfaceIndex] {
        let hosts = self.network.lookups.hosts(self.model);
        hosts.value(instance).map_or(&[], |interfaces| interfaces)
    }

    /// The VPCs whose blocks hold an address.
    pub(super) fn vpcs_around(&self, address: std::net::IpAddr) -> Vec<VpcIndex> {
        let rows = (0..).zip(&self.network.vpcs);
        let around = rows.filter(|(_, vpc)| vpc.cidrs.iter().any(|net| net.contains(&address)));
        around.map(|(row, _)| VpcIndex(row)).collect()
    }

    /// Names that are much like a word that nothing has, the likest first.
    pub fn similar(&self, text: &str) -> Vec<String> {
        let mut likely: Vec<(u32, String)> = Vec::new();
        let (prefix, wanted) = match text.split_once(':') {
            Some((prefix, rest)) if kind_names().any(|it| it == prefix) => (&text[..=prefix.len()], rest),
            Some(_) | None => ("", text),
        };
        let consider = |known: &str| {
            let likeness = strsim::jaro_winkler(&wanted.to_lowercase(), &known.to_lowercase());
            if likeness >= LEAST_LIKENESS {
                // Thousandths, so that the order does not hang on the last bit of a float.
                likely.push((1000 - (likeness * 1000.0) as u32, format!("{prefix}{known}")));
            }
        };
        match text.split_once(':').and_then(|(prefix, _)| super::word::managed(prefix)) {
            Some(family) => super::owners::names_of(self.model, family).for_each(consider),
            None => self.each_name(consider),
        }
        if let Some((written, rest)) = text.split_once(':') {
            let near = kind_names().filter(|it| strsim::damerau_levenshtein(it, written) == 1);
            likely.extend(near.map(|kind| (0, format!("{kind}:{rest}"))));
        }
        likely.sort();
        likely.dedup();
        likely.into_iter().take(MOST_SUGGESTIONS).map(|(_, name)| name).collect()
    }
}

impl Index<'_> {
    /// Every name and id that a person may have meant.
    fn each_name(&self, mut consider: impl FnMut(&str)) {
        consider("internet");
        for kind in super::named::NAMEABLE {
            for position in 0..kind.count(self.model) as u32 {
                let resource = Resource { kind: *kind, position };
                consider(resource.id(self.model));
                if let Some(name) = resource.about(self.model).name() {
                    consider(name);
                }
            }
        }
        self.model.security_groups.iter().for_each(|it| consider(&it.name));
    }
}

/// Load balancers by their names, and by the names that resolve to their addresses; target groups, firewalls with their
/// parts and Direct Connect gateways by theirs.
fn own_names(model: &Model) -> impl Iterator<Item = (Resource, &str)> {
    let resource = |kind, position| Resource { kind, position };
    let balancers = (0..).zip(model.load_balancers.iter());
    let classic = (0..).zip(model.classic_load_balancers.iter());
    let balancers = balancers.flat_map(move |(row, it)| {
        let own = resource(ResourceKind::LoadBalancer, row);
        [(own, it.name.as_str()), (own, it.dns_name.as_str())]
    });
    let classic = classic.flat_map(move |(row, it)| {
        let own = resource(ResourceKind::ClassicLoadBalancer, row);
        [(own, it.name.as_str()), (own, it.dns_name.as_str())]
    });
    let groups = (0..).zip(model.target_groups.iter());
    let groups = groups.map(move |(row, it)| (resource(ResourceKind::TargetGroup, row), it.name.as_str()));
    let firewalls = (0..).zip(model.firewalls.iter());
    let firewalls = firewalls.map(move |(row, it)| (resource(ResourceKind::Firewall, row), it.name.as_str()));
    let policies = (0..).zip(model.firewall_policies.iter());
    let policies =
        policies.map(move |(row, it)| (resource(ResourceKind::FirewallPolicy, row), it.name.as_str()));
    let rules = (0..).zip(model.firewall_rule_groups.iter());
    let rules =
        rules.map(move |(row, it)| (resource(ResourceKind::FirewallRuleGroup, row), it.name.as_str()));
    let gateways = (0..).zip(model.direct_connect_gateways.iter());
    let gateways =
        gateways.map(move |(row, it)| (resource(ResourceKind::DirectConnectGateway, row), it.name.as_str()));
    let others = firewalls.chain(policies).chain(rules).chain(gateways);
    balancers.chain(classic).chain(groups).chain(others).filter(|(_, name)| !name.is_empty())
}

/// The names that resolve to the addresses of load balancers.
fn dns_names(model: &Model) -> impl Iterator<Item = (Resource, &str)> {
    let balancers = (0..).zip(model.load_balancers.iter());
    let balancers = balancers.map(|(position, it)| {
        (Resource { kind: ResourceKind::LoadBalancer, position }, it.dns_name.as_str())
    });
    let classic = (0..).zip(model.classic_load_balancers.iter());
    let classic = classic.map(|(position, it)| {
        (Resource { kind: ResourceKind::ClassicLoadBalancer, position }, it.dns_name.as_str())
    });
    balancers.chain(classic).filter(|(_, name)| !name.is_empty())
}
