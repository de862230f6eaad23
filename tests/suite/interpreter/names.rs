//! What a name stands for in a VPC (section 29, IEP-5): the resolver's rules, private zones, endpoints' names, and names
//! that AWS makes of addresses.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use netpath::model::{DnsRecord, HostedZone, Model, VpcEndpoint, VpcId};

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// These addresses.
    Addresses(BTreeSet<IpAddr>),
    /// A public address that the snapshot does not have.
    Public,
    /// There is no answer, or it is not in the snapshot.
    Nothing,
}

/// One that answers for a domain.
enum Claimant<'m> {
    Rule { forwards: bool },
    Zone(&'m HostedZone),
    MaybeZone,
    Endpoint(&'m VpcEndpoint),
    AddressNames,
}

/// How often one name may stand for another.
const STEPS: usize = 9;

/// What somebody in a VPC is told when asking for a name.
pub fn meaning(model: &Model, vpc: &VpcId, name: &str) -> Meaning {
    let mut name = name.to_owned();
    for _ in 0..STEPS {
        match answer(model, vpc, &name) {
            Ok(meaning) => return meaning,
            Err(other) => name = other,
        }
    }
    Meaning::Nothing
}

/// An answer, or the name to ask for next.
fn answer(model: &Model, vpc: &VpcId, name: &str) -> Result<Meaning, String> {
    let attributes = model.vpc_dns_attributes.get(vpc);
    let supports = attributes.and_then(|it| it.support) != Some(false);
    let is_private = supports && attributes.and_then(|it| it.hostnames) != Some(false);
    let mut claims: Vec<(usize, u8, Claimant<'_>)> = Vec::new();
    for rule in model.resolver_rules.iter().filter(|it| supports && it.vpcs.contains(vpc)) {
        let Some(domain) = rule.domain.as_deref().filter(|it| holds(it, name)) else { continue };
        let forwards = rule.kind.as_deref() == Some("FORWARD");
        claims.push((labels(domain).len(), 4, Claimant::Rule { forwards }));
    }
    for zone in model.hosted_zones.iter().filter(|_| is_private) {
        let Some(domain) = zone.name.as_deref().filter(|it| holds(it, name)) else { continue };
        let length = labels(domain).len();
        match &zone.vpcs {
            Some(vpcs) if vpcs.contains(vpc) => claims.push((length, 3, Claimant::Zone(zone))),
            None if zone.is_private == Some(true) => claims.push((length, 2, Claimant::MaybeZone)),
            Some(_) | None => {}
        }
    }
    let endpoints =
        model.vpc_endpoints.iter().filter(|it| is_private && it.vpc == *vpc && it.has_private_dns);
    for endpoint in endpoints {
        for zone in zones_of(endpoint).iter().filter(|it| it.as_str() == name || below(it, name)) {
            claims.push((labels(zone).len(), 1, Claimant::Endpoint(endpoint)));
        }
    }
    if is_private && made_of_address(name).is_some() {
        claims.push((labels(name).len() - 1, 0, Claimant::AddressNames));
    }
    // A rule that says "as usual" leaves everything to the others.
    let rule = claims.iter().filter(|it| it.1 == 4).max_by_key(|it| it.0);
    let is_left = matches!(rule, Some((_, _, Claimant::Rule { forwards: false })));
    claims.retain(|it| it.1 != 4 || !is_left);
    claims.sort_by_key(|it| (it.0, it.1));
    match claims.pop() {
        Some((_, _, Claimant::Rule { .. } | Claimant::MaybeZone)) => Ok(Meaning::Nothing),
        Some((_, _, Claimant::Zone(zone))) => in_zone(zone, name),
        Some((_, _, Claimant::Endpoint(endpoint))) => {
            let interfaces = endpoint.interfaces.iter().filter_map(|id| model.network_interfaces.get(id));
            let addresses = interfaces.flat_map(|it| &it.addresses).map(|it| it.private.into());
            Ok(Meaning::Addresses(addresses.collect()))
        }
        Some((_, _, Claimant::AddressNames)) | None => Ok(of_the_world(model, vpc, name)),
    }
}

fn of_the_world(model: &Model, vpc: &VpcId, name: &str) -> Meaning {
    match made_of_address(name) {
        Some((true, address)) => return one(address),
        Some((false, address)) => {
            let hostnames = model.vpc_dns_attributes.get(vpc).and_then(|it| it.hostnames) != Some(false);
            let own = model.network_interfaces.iter().filter(|it| it.vpc == *vpc && hostnames);
            let mut own = own.flat_map(|it| &it.addresses);
            return one(own.find(|it| it.public == Some(address)).map_or(address, |it| it.private));
        }
        None => {}
    }
    match holds("internal", name) {
        true => Meaning::Nothing,
        false => Meaning::Public,
    }
}

fn one(address: Ipv4Addr) -> Meaning {
    Meaning::Addresses([address.into()].into())
}

/// The labels of a domain, from its end.
fn labels(domain: &str) -> Vec<&str> {
    domain.split('.').rev().filter(|it| !it.is_empty()).collect()
}

fn holds(domain: &str, name: &str) -> bool {
    labels(name).starts_with(&labels(domain))
}

fn below(domain: &str, name: &str) -> bool {
    holds(domain, name) && domain != name
}

/// The domains for which an endpoint with private DNS has a zone; below some of them too.
fn zones_of(endpoint: &VpcEndpoint) -> Vec<String> {
    let words: Vec<&str> = endpoint.service_name.split('.').collect();
    let ["com", "amazonaws", region, service @ ..] = words.as_slice() else { return Vec::new() };
    let mut service = service.to_vec();
    service.reverse();
    vec![format!("{}.{region}.amazonaws.com", service.join("."))]
}

/// Whether a name is made of a private address, and the address.
fn made_of_address(name: &str) -> Option<(bool, Ipv4Addr)> {
    let (host, domain) = name.split_once('.')?;
    let address = |text: &str| text.split('-').collect::<Vec<_>>().join(".").parse().ok();
    match (host.strip_prefix("ip-"), host.strip_prefix("ec2-")) {
        (Some(text), _) if domain.ends_with("compute.internal") => Some((true, address(text)?)),
        (_, Some(text)) if domain.ends_with("compute.amazonaws.com") => Some((false, address(text)?)),
        _ => None,
    }
}

fn in_zone(zone: &HostedZone, name: &str) -> Result<Meaning, String> {
    let Some(records) = &zone.records else { return Ok(Meaning::Nothing) };
    let exact: Vec<&DnsRecord> = records.iter().filter(|it| it.name == name).collect();
    let stars = records.iter().filter(|it| it.name.strip_prefix("*.").is_some_and(|it| below(it, name)));
    let deepest = stars.clone().map(|it| labels(&it.name).len()).max();
    let own = match exact.is_empty() {
        true => stars.filter(|it| Some(labels(&it.name).len()) == deepest).collect(),
        false => exact,
    };
    if let Some(other) = own.iter().find(|it| it.kind == "CNAME" || it.is_alias) {
        return other
            .values
            .first()
            .map_or(Ok(Meaning::Nothing), |it| Err(it.trim_end_matches('.').to_lowercase()));
    }
    let values = own.iter().filter(|it| it.kind == "A").flat_map(|it| &it.values);
    let addresses: BTreeSet<IpAddr> = values.filter_map(|it| it.parse().ok()).collect();
    Ok(if addresses.is_empty() { Meaning::Nothing } else { Meaning::Addresses(addresses) })
}
