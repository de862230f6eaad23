//! Names as AWS makes them: of services, of endpoints, of addresses.

use std::net::Ipv4Addr;

use crate::model::VpcEndpoint;

/// Whether a name is a domain's or below it; every name is in the empty one.
pub(super) fn is_inside(name: &str, domain: &str) -> bool {
    domain.is_empty() || name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// How long the zone is that has a name because an endpoint does, with or without a star.
pub(super) fn private_zone(endpoint: &VpcEndpoint, name: &str) -> Option<usize> {
    let zone = |known: &str| match known.strip_prefix("*.") {
        Some(rest) => (name != rest && is_inside(name, rest)).then_some(rest.len()),
        None => (name == known).then_some(known.len()),
    };
    let listed = endpoint.dns_names.iter().filter(|it| !it.contains(".vpce.")).filter_map(|it| zone(it));
    let usual = usual_names(&endpoint.service_name);
    // A service may be asked for by its own name too.
    let own = zone(&endpoint.service_name);
    listed.chain(usual.iter().filter_map(|it| zone(it))).chain(own).max()
}

/// The names that a service of AWS has: `com.amazonaws.REGION.ecr.api` is `api.ecr.REGION.amazonaws.com`.
fn usual_names(service: &str) -> Vec<String> {
    let Some((region, service)) = service.strip_prefix("com.amazonaws.").and_then(|it| it.split_once('.'))
    else {
        return Vec::new();
    };
    let turned: Vec<&str> = service.split('.').rev().collect();
    let own = format!("{}.{region}.amazonaws.com", turned.join("."));
    match service {
        // Buckets and registries stand before the service.
        "s3" | "ecr.dkr" | "execute-api" => vec![format!("*.{own}"), own],
        _ => vec![own],
    }
}

pub(super) fn is_below_star(known: &str, name: &str) -> bool {
    known.strip_prefix("*.").is_some_and(|rest| name != rest && is_inside(name, rest))
}

/// The domain of a name that AWS makes of an address. A rule for a wider domain leaves it alone (Route 53 Developer Guide,
/// "Domain names that VPC Resolver creates autodefined system rules for").
pub(super) fn domain_of_address(name: &str) -> Option<&str> {
    let (_, domain) = name.split_once('.')?;
    let is_regional = |end: &str| domain.strip_suffix(end).is_some_and(|region| region.ends_with('.'));
    let is_made = ["ec2.internal", "compute-1.internal", "compute-1.amazonaws.com"].contains(&domain)
        || is_regional("compute.internal")
        || is_regional("compute.amazonaws.com");
    let has_address = address_in(name, "ip-").or(address_in(name, "ec2-")).is_some();
    (has_address && is_made).then_some(domain)
}

/// `10.0.1.10` of `ip-10-0-1-10.eu-west-1.compute.internal`.
pub(super) fn address_in(name: &str, prefix: &str) -> Option<Ipv4Addr> {
    let label = name.split('.').next()?.strip_prefix(prefix)?;
    label.replace('-', ".").parse().ok()
}
