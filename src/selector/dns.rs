//! Names that DNS knows: what one stands for from a VPC, or from outside (`DNS`).
//!
//! The resolver of a VPC looks at the most specific of four things: rules that hand a domain to somebody else, private
//! hosted zones of the VPC, private names of its interface endpoints, names that AWS makes of addresses; of equals, a rule
//! comes before a zone, and a zone before what AWS made. What none of them knows is asked of the world, which here are the names of things in the snapshot. The rest
//! has a public address that no snapshot holds.

use std::net::{IpAddr, Ipv4Addr};

use super::aws_names::{address_in, domain_of_address, is_below_star, is_inside, private_zone};
use super::index::Index;
use super::resource::Resource;
use crate::model::{
    DnsRecord, HostedZone, ManagedService, Model, ResolverRule, ResourceKind, ServiceFamily, VpcEndpoint,
    VpcId, dns_name,
};
use crate::network::{InterfaceIndex, PublicOwner};
use crate::solver::{NameSource, PublicCause};

/// How many names may stand for each other in a row, as in resolvers.
const MOST_ALIASES: usize = 9;

/// Ends of names that nobody outside knows.
const INSIDE_ONLY: &[&str] =
    &["internal", "local", "localdomain", "lan", "corp", "home", "private", "intranet"];

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// These addresses.
    Addresses(Vec<IpAddr>),
    /// These interfaces.
    Interfaces(Vec<InterfaceIndex>),
    /// Something that has the name.
    Thing(Resource),
    /// A public address that the snapshot does not hold.
    Public,
    /// No answer, and why, with what to do about it.
    None(String, Option<String>),
}

/// An answer, who gave it, and what was taken for granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    pub answer: Answer,
    pub source: NameSource,
    /// Whether the VPC's attributes were taken to be on, or zones to be none.
    pub takes_zones_for_none: bool,
}

/// Whether a text can be a name that DNS knows: labels with dots between them, the last of them no number.
pub(super) fn is_name(text: &str) -> bool {
    let labels: Vec<&str> = text.trim_end_matches('.').split('.').collect();
    let is_label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_')
    };
    let has_letters = |label: &&&str| label.bytes().any(|it| it.is_ascii_alphabetic());
    labels.len() > 1 && labels.iter().all(is_label) && labels.last().filter(has_letters).is_some()
}

/// What a name stands for, asked from a VPC or from outside.
pub(super) fn resolve(index: &Index<'_>, vpc: Option<&VpcId>, text: &str) -> Resolved {
    let model = index.model;
    let mut name = dns_name(text);
    let mut source = NameSource::World;
    let mut takes_zones_for_none = false;
    // Ends: no name is followed further than so often.
    for _ in 0..MOST_ALIASES {
        let inside = vpc.map(|vpc| View::new(model, vpc));
        let (step, found) = inside.map_or_else(|| outside(index, &name), |view| view.ask(index, &name));
        takes_zones_for_none |=
            !model.coverage.holds_any(ResourceKind::HostedZone) && found == NameSource::World;
        // Who gave the first answer is what a person wants to know, unless it only led to the world.
        if source == NameSource::World || matches!(found, NameSource::Public { .. }) {
            source = found;
        }
        match step {
            Step::Alias(other) => name = other,
            Step::Found(answer) => {
                return Resolved { answer, source, takes_zones_for_none };
            }
        }
    }
    let cause = format!("`{text}` stands for one name after the other without end");
    Resolved { answer: Answer::None(cause, None), source, takes_zones_for_none }
}

/// One answer of a resolver.
enum Step {
    Alias(compact_str::CompactString),
    Found(Answer),
}

/// Who answers for a name in a VPC.
enum Owner<'a> {
    /// A rule that hands it on.
    Rule(&'a ResolverRule),
    /// A private hosted zone, by its row.
    Zone(usize, &'a HostedZone),
    /// A private hosted zone that may be the VPC's.
    Unseen(&'a HostedZone),
    /// An endpoint, by its row.
    Endpoint(usize, &'a VpcEndpoint),
    /// AWS, which makes names of addresses.
    Addresses,
}

/// What the resolver of a VPC knows.
struct View<'a> {
    model: &'a Model,
    vpc: &'a VpcId,
    has_support: bool,
    has_hostnames: bool,
}

impl<'a> View<'a> {
    /// IEP-5: attributes that nobody asked about are taken to be on, as private names need them to be made.
    fn new(model: &'a Model, vpc: &'a VpcId) -> View<'a> {
        let attributes = model.vpc_dns_attributes.get(vpc);
        View {
            model,
            vpc,
            has_support: attributes.and_then(|it| it.support).unwrap_or(true),
            has_hostnames: attributes.and_then(|it| it.hostnames).unwrap_or(true),
        }
    }

    fn ask(&self, index: &Index<'_>, name: &str) -> (Step, NameSource) {
        match self.owner(name) {
            Some(Owner::Rule(rule)) => return (Step::Found(forwarded(name, rule)), NameSource::World),
            Some(Owner::Unseen(zone)) => return (self.unseen_zone(zone), NameSource::World),
            Some(Owner::Zone(row, zone)) => {
                return (in_zone(zone, name), NameSource::Zone(resource(ResourceKind::HostedZone, row)));
            }
            Some(Owner::Endpoint(row, endpoint)) => {
                let source = NameSource::Endpoint(resource(ResourceKind::VpcEndpoint, row));
                return (Step::Found(Answer::Interfaces(interfaces_of(index, endpoint))), source);
            }
            Some(Owner::Addresses) | None => {}
        }
        if let Some(step) = self.cluster(name) {
            return (step, NameSource::World);
        }
        if let Some(step) = self.own_name(index, name) {
            return (step, NameSource::World);
        }
        let (step, source) = outside(index, name);
        match (&step, source) {
            (Step::Found(Answer::Public), source) if !self.sees_endpoints() => (self.unseen(name), source),
            (Step::Found(Answer::Public), _) => (step, self.why_public(name)),
            // What has a public name is asked for there, by whoever is inside too.
            (Step::Found(Answer::Thing(thing)), source) if is_public(self.model, *thing, Some(self.vpc)) => {
                let addresses = public_addresses(index, *thing);
                let is_known = !addresses.is_empty();
                (if is_known { Step::Found(Answer::Addresses(addresses)) } else { step }, source)
            }
            (_, source) => (step, source),
        }
    }

    /// Who answers for a name: whose domain is the most specific; of equals, a rule before a zone before what AWS made.
    fn owner(&self, name: &str) -> Option<Owner<'a>> {
        let has_private_names = self.has_support && self.has_hostnames;
        let length = |text: Option<&compact_str::CompactString>| text.map_or(0, |it| it.len());
        let rule = self.rule(name).filter(|_| self.has_support);
        let rule = rule.map(|it| (length(it.domain.as_ref()), 4, Owner::Rule(it)));
        let zone = self.zone(name).map(|(row, it)| (length(it.name.as_ref()), 3, Owner::Zone(row, it)));
        let unseen = self.zone_that_may_be(name);
        let unseen = unseen.map(|it| (length(it.name.as_ref()), 2, Owner::Unseen(it)));
        let endpoint = self.endpoint(name).map(|(row, it, length)| (length, 1, Owner::Endpoint(row, it)));
        let addresses = domain_of_address(name).map(|domain| (domain.len(), 0, Owner::Addresses));
        let private = [zone, unseen, endpoint, addresses].into_iter().flatten();
        let claims = private.filter(|_| has_private_names).chain(rule);
        claims.max_by_key(|(length, rank, _)| (*length, *rank)).map(|(.., owner)| owner)
    }

    /// Whether all endpoints of the VPC are in the snapshot.
    fn sees_endpoints(&self) -> bool {
        let about = self.model.vpcs.get(self.vpc).map(|it| &it.about);
        let (account, region) = about.map_or((None, None), |it| (it.account.as_ref(), it.region.as_ref()));
        self.model.coverage.holds(ResourceKind::VpcEndpoint, account, region)
    }

    /// A name that an endpoint which nobody asked for may have.
    fn unseen(&self, name: &str) -> Step {
        let cause = format!("whether an endpoint of {} has `{name}` is not in the snapshot", self.vpc);
        Step::Found(Answer::None(cause, Some("add `aws ec2 describe-vpc-endpoints`".to_owned())))
    }

    /// The rule with the most specific domain that a name is in.
    fn rule(&self, name: &str) -> Option<&'a ResolverRule> {
        let rules = self.model.resolver_rules.iter().filter(|it| it.vpcs.contains(self.vpc));
        let fitting = rules.filter(|it| it.domain.as_ref().is_some_and(|domain| is_inside(name, domain)));
        let best = fitting.max_by_key(|it| (it.domain.as_ref().map_or(0, |domain| domain.len()), &it.id))?;
        best.kind.as_ref().is_some_and(|kind| kind.eq_ignore_ascii_case("FORWARD")).then_some(best)
    }

    /// The private zone with the most specific name that a name is in.
    fn zone(&self, name: &str) -> Option<(usize, &'a HostedZone)> {
        let is_own = |zone: &HostedZone| zone.vpcs.as_ref().is_some_and(|it| it.contains(self.vpc));
        let zones = self.model.hosted_zones.iter().enumerate().filter(|(_, it)| is_own(it));
        let fitting = zones.filter(|(_, it)| it.name.as_ref().is_some_and(|zone| is_inside(name, zone)));
        fitting.max_by_key(|(_, it)| (it.name.as_ref().map_or(0, |name| name.len()), &it.id))
    }

    /// The most specific zone that may be the VPC's: nobody asked which VPCs have it.
    fn zone_that_may_be(&self, name: &str) -> Option<&'a HostedZone> {
        let may_be_own = |it: &&HostedZone| it.vpcs.is_none() && it.is_private == Some(true);
        let zones = self.model.hosted_zones.iter().filter(may_be_own);
        let fitting = zones.filter(|it| it.name.as_ref().is_some_and(|zone| is_inside(name, zone)));
        fitting.max_by_key(|it| (it.name.as_ref().map_or(0, |name| name.len()), &it.id))
    }

    fn unseen_zone(&self, zone: &HostedZone) -> Step {
        let called = zone.name.as_deref().unwrap_or_default();
        let cause = format!(
            "whether {} has the hosted zone {} (`{called}`) is not in the snapshot",
            self.vpc, zone.id
        );
        let help = format!("add `aws route53 get-hosted-zone --id {}`", zone.id);
        Step::Found(Answer::None(cause, Some(help)))
    }

    /// The endpoint of the VPC that has a private name, and how long the name is of the zone that AWS makes for it.
    fn endpoint(&self, name: &str) -> Option<(usize, &'a VpcEndpoint, usize)> {
        let own = self.model.vpc_endpoints.iter().enumerate().filter(|(_, it)| it.vpc == *self.vpc);
        let with_names = own.filter(|(_, it)| it.has_private_dns);
        let fitting = with_names.filter_map(|(row, it)| Some((row, it, private_zone(it, name)?)));
        fitting.min_by_key(|(row, _, length)| (std::cmp::Reverse(*length), *row))
    }

    /// A cluster's API has private addresses in its VPC where that is on, and needs both attributes for it.
    fn cluster(&self, name: &str) -> Option<Step> {
        let mut clusters = self.model.managed_services.iter().enumerate();
        let is_it = |it: &ManagedService| {
            it.family == ServiceFamily::Eks && it.dns_names.iter().any(|known| dns_name(known) == name)
        };
        let (row, cluster) = clusters.find(|(_, it)| is_it(it))?;
        let is_own = cluster.vpc.as_ref() == Some(self.vpc) && cluster.is_private == Some(true);
        let thing = Resource { kind: ResourceKind::ManagedService, position: row as u32 };
        (is_own && self.has_support && self.has_hostnames).then_some(Step::Found(Answer::Thing(thing)))
    }

    /// Names that AWS makes of addresses.
    fn own_name(&self, index: &Index<'_>, name: &str) -> Option<Step> {
        if let Some(address) = address_in(name, "ip-").filter(|_| name.ends_with(".internal")) {
            return Some(Step::Found(Answer::Addresses(vec![address.into()])));
        }
        let public = address_in(name, "ec2-").filter(|_| name.ends_with(".amazonaws.com"))?;
        // The name of a public address stands for the private one in the VPC itself.
        let owner = index.network.public_owner(u32::from(public)).filter(|_| self.has_hostnames);
        let address = match owner {
            Some(PublicOwner::Private(vpc, private)) if index.network.vpcs[vpc.index()].id == *self.vpc => {
                Ipv4Addr::from(private)
            }
            Some(_) | None => public,
        };
        Some(Step::Found(Answer::Addresses(vec![address.into()])))
    }

    /// Why a name is a public one although the VPC has an endpoint for it.
    fn why_public(&self, name: &str) -> NameSource {
        let mut own = self.model.vpc_endpoints.iter().enumerate().filter(|(_, it)| it.vpc == *self.vpc);
        let endpoint = own.find(|(_, it)| !it.interfaces.is_empty() && private_zone(it, name).is_some());
        let cause = match endpoint {
            None => PublicCause::NoEndpoint,
            Some(_) if !self.has_support => PublicCause::NoDnsSupport,
            Some(_) if !self.has_hostnames => PublicCause::NoDnsHostnames,
            Some(_) => PublicCause::NoPrivateDns,
        };
        let endpoint = endpoint.map(|(row, _)| resource(ResourceKind::VpcEndpoint, row));
        NameSource::Public { endpoint, cause }
    }
}

fn resource(kind: ResourceKind, row: usize) -> crate::network::Component {
    crate::network::Component::Resource(kind, row as u32)
}

/// What a zone says of a name; what it does not have does not exist.
fn in_zone(zone: &HostedZone, name: &str) -> Step {
    let called = zone.name.as_deref().unwrap_or_default();
    let Some(records) = &zone.records else {
        let cause =
            format!("the records of the hosted zone {} (`{called}`) are not in the snapshot", zone.id);
        let call = "`aws route53 list-resource-record-sets`, with `\"HostedZoneId\"` beside the list";
        return Step::Found(Answer::None(cause, Some(format!("add {call}"))));
    };
    let own: Vec<&DnsRecord> = records.iter().filter(|it| it.name == name).collect();
    let own = if own.is_empty() { by_star(records, name) } else { own };
    let of_kind = |kinds: &[&str]| -> Vec<&str> {
        let fitting = own.iter().filter(|it| kinds.contains(&it.kind.as_str()));
        fitting.flat_map(|it| it.values.iter().map(|it| it.as_str())).collect()
    };
    let is_alias = |it: &&&DnsRecord| it.is_alias || it.kind == "CNAME";
    if let Some(alias) = own.iter().find(is_alias).and_then(|it| it.values.first()) {
        return Step::Alias(dns_name(alias));
    }
    let addresses: Vec<IpAddr> = of_kind(&["A", "AAAA"]).iter().filter_map(|it| it.parse().ok()).collect();
    if addresses.is_empty() {
        let cause = format!("the hosted zone {} (`{called}`) has no address for `{name}`", zone.id);
        let help = "a private zone answers for its whole domain: add a record, or take the zone from the VPC";
        return Step::Found(Answer::None(cause, Some(help.to_owned())));
    }
    Step::Found(Answer::Addresses(addresses))
}

/// The records of the longest name with a star that a name is below.
fn by_star<'r>(records: &'r [DnsRecord], name: &str) -> Vec<&'r DnsRecord> {
    let fits = |it: &&DnsRecord| {
        it.name.strip_prefix("*.").is_some_and(|rest| name != rest && is_inside(name, rest))
    };
    let longest = records.iter().filter(fits).map(|it| it.name.len()).max();
    records.iter().filter(fits).filter(|it| Some(it.name.len()) == longest).collect()
}

fn forwarded(name: &str, rule: &ResolverRule) -> Answer {
    let targets: Vec<String> = rule.targets.iter().map(ToString::to_string).collect();
    let endpoint = rule.endpoint.as_deref().unwrap_or("its endpoint");
    let cause = format!(
        "{} hands `{name}` from {endpoint} to {}, whose answers are not in the snapshot",
        rule.id,
        targets.join(" or ")
    );
    Answer::None(
        cause,
        Some(format!(
            "look the name up, and ask about the address; whether the question itself gets there: `netpath query resolver:{endpoint} {} udp/53`",
            targets.first().map_or("…", |it| it.as_str())
        )),
    )
}

/// Whether the name of a thing stands for its public addresses, asked from a VPC or from outside. A database has both, and
/// its own VPC gets the private one.
pub(super) fn is_public(model: &Model, thing: Resource, vpc: Option<&VpcId>) -> bool {
    let row = thing.position as usize;
    if thing.kind == ResourceKind::LoadBalancer {
        model.load_balancers[row].is_internet_facing
    } else if thing.kind == ResourceKind::ClassicLoadBalancer {
        model.classic_load_balancers[row].is_internet_facing
    } else if thing.kind == ResourceKind::ManagedService {
        let service = &model.managed_services[row];
        service.is_public == Some(true) && (vpc.is_none() || service.vpc.as_ref() != vpc)
    } else {
        false
    }
}

/// The public addresses of a thing's interfaces.
pub(super) fn public_addresses(index: &Index<'_>, thing: Resource) -> Vec<IpAddr> {
    let interfaces = index.network.fronts_of(thing.component());
    let listed = interfaces.filter_map(|it| index.model.network_interfaces.get_row(it.index()));
    let public = listed.flat_map(|it| it.addresses.iter().filter_map(|it| it.public));
    public.map(IpAddr::V4).collect()
}

/// What the world knows.
fn outside(index: &Index<'_>, name: &str) -> (Step, NameSource) {
    let model = index.model;
    let plain = name.strip_prefix("dualstack.").unwrap_or(name);
    if let Some(thing) = index.by_dns_name(plain) {
        return (Step::Found(Answer::Thing(thing)), NameSource::World);
    }
    // The names of an endpoint itself are public, and stand for private addresses.
    let mut endpoints = model.vpc_endpoints.iter().enumerate();
    if let Some((row, endpoint)) = endpoints.find(|(_, it)| {
        it.dns_names
            .iter()
            .any(|known| known.contains(".vpce.") && (known == name || is_below_star(known, name)))
    }) {
        let source = NameSource::Endpoint(resource(ResourceKind::VpcEndpoint, row));
        return (Step::Found(Answer::Interfaces(interfaces_of(index, endpoint))), source);
    }
    let public = |zone: &HostedZone| {
        zone.is_private == Some(false)
            && zone.records.is_some()
            && zone.name.as_ref().is_some_and(|it| is_inside(name, it))
    };
    let zones = model.hosted_zones.iter().enumerate().filter(|(_, it)| public(it));
    if let Some((row, zone)) = zones.max_by_key(|(_, it)| it.name.as_ref().map_or(0, |it| it.len())) {
        return (in_zone(zone, name), NameSource::Zone(resource(ResourceKind::HostedZone, row)));
    }
    if let Some(address) = address_in(name, "ec2-").filter(|_| name.ends_with(".amazonaws.com")) {
        return (Step::Found(Answer::Addresses(vec![address.into()])), NameSource::World);
    }
    if INSIDE_ONLY.iter().any(|it| is_inside(name, it)) {
        return (Step::Found(unknown_inside(model, name)), NameSource::World);
    }
    if let Some(call) = call_of_name(model, name) {
        let cause = format!("what `{name}` stands for is not in the snapshot");
        return (Step::Found(Answer::None(cause, Some(format!("add `aws {call}`")))), NameSource::World);
    }
    let source = NameSource::Public { endpoint: None, cause: PublicCause::NoEndpoint };
    (Step::Found(Answer::Public), source)
}

/// The call that would say whose a name is which AWS makes for a thing, where the snapshot lacks it.
fn call_of_name(model: &Model, name: &str) -> Option<&'static str> {
    let has = |key: &str| model.coverage.has_service_list(key, None, None);
    let balancers = model.coverage.holds_any(ResourceKind::LoadBalancer);
    let calls = [
        (".rds.amazonaws.com", has("DBInstances"), "rds describe-db-instances"),
        (".eks.amazonaws.com", has("cluster"), "eks describe-cluster"),
        (".cache.amazonaws.com", has("CacheClusters"), "elasticache describe-cache-clusters"),
        (".elb.amazonaws.com", balancers, "elbv2 describe-load-balancers"),
    ];
    let is_of_balancer = name.contains(".elb.") && name.ends_with(".amazonaws.com");
    calls
        .into_iter()
        .find(|(end, is_held, call)| {
            !is_held && (name.ends_with(end) || is_of_balancer && call.starts_with("elbv2"))
        })
        .map(|(_, _, call)| call)
}

fn unknown_inside(model: &Model, name: &str) -> Answer {
    let cause = format!("no hosted zone of the VPC has `{name}`");
    let calls = "`aws route53 list-hosted-zones`, `get-hosted-zone` and `list-resource-record-sets` of each";
    let is_held = model.coverage.holds_any(ResourceKind::HostedZone);
    let cause = if is_held { cause } else { format!("{cause}, as far as the snapshot goes") };
    Answer::None(cause, (!is_held).then(|| format!("add {calls}")))
}

fn interfaces_of(index: &Index<'_>, endpoint: &VpcEndpoint) -> Vec<InterfaceIndex> {
    endpoint.interfaces.iter().filter_map(|id| index.interface(id.as_str())).collect()
}
