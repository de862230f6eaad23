//! Services of AWS: their addresses are the entries of the prefix lists that AWS names after them (PL-3, GEP-1).

use ipnet::IpNet;

use super::ends::set_of;
use super::error::SelectorError;
use super::index::Index;
use crate::model::{EndpointKind, Model, PrefixList, Region};
use crate::network::VpcIndex;
use crate::packet::Family;
use crate::solver::Destination;

/// `svc:s3` from some VPCs: the service of their Regions, behind an interface endpoint of theirs where the service has
/// no addresses of its own.
pub(super) fn by_name(
    index: &Index<'_>,
    text: &str,
    name: &str,
    vpcs: &[VpcIndex],
) -> Result<Vec<Destination>, SelectorError> {
    let model = index.model;
    let regions: Vec<&Region> =
        vpcs.iter().filter_map(|vpc| index.network.vpcs[vpc.index()].region.as_ref()).collect();
    let lists: Vec<&PrefixList> = model.prefix_lists.iter().filter(|it| serves(it, name)).collect();
    let near: Vec<&PrefixList> = lists
        .iter()
        .filter(|list| regions.iter().any(|region| list.name.contains(&format!(".{region}."))))
        .copied()
        .collect();
    let lists = if near.is_empty() { lists } else { near };
    let endpoints = behind_interfaces(index, name, vpcs);
    if lists.is_empty() && !endpoints.is_empty() {
        return Ok(endpoints);
    }
    destinations(model, text, &lists)
}

/// The addresses of a gateway endpoint's service.
pub(super) fn behind_endpoint(
    index: &Index<'_>,
    text: &str,
    row: usize,
) -> Result<Vec<Destination>, SelectorError> {
    let endpoint = &index.model.vpc_endpoints[row];
    let lists: Vec<&PrefixList> =
        index.model.prefix_lists.iter().filter(|it| it.name == endpoint.service_name).collect();
    destinations(index.model, text, &lists)
}

/// Whether AWS names a list after a service: `com.amazonaws.REGION.NAME`, for IPv6 `com.amazonaws.REGION.ipv6.NAME`.
fn serves(list: &PrefixList, name: &str) -> bool {
    let rest = list.name.strip_prefix("com.amazonaws.").and_then(|rest| rest.split_once('.'));
    rest.is_some_and(|(_, service)| {
        service.strip_prefix("ipv6.").unwrap_or(service).eq_ignore_ascii_case(name)
    })
}

fn behind_interfaces(index: &Index<'_>, name: &str, vpcs: &[VpcIndex]) -> Vec<Destination> {
    let is_asked = |service: &str| service.rsplit('.').next().is_some_and(|it| it.eq_ignore_ascii_case(name));
    let endpoints = index.model.vpc_endpoints.iter().filter(|it| {
        it.kind == EndpointKind::Interface
            && is_asked(&it.service_name)
            && vpcs.iter().any(|vpc| index.network.vpcs[vpc.index()].id == it.vpc)
    });
    let interfaces = endpoints.flat_map(|it| &it.interfaces).filter_map(|id| index.interface(id.as_str()));
    interfaces.map(|interface| Destination::Interface(interface, None)).collect()
}

fn destinations(model: &Model, text: &str, lists: &[&PrefixList]) -> Result<Vec<Destination>, SelectorError> {
    let missing = |needs: String| SelectorError::NoServiceAddresses { text: text.to_owned(), needs };
    if lists.is_empty() {
        let calls = "`aws ec2 describe-managed-prefix-lists` and `aws ec2 get-managed-prefix-list-entries`";
        return Err(missing(calls.to_owned()));
    }
    let mut blocks: Vec<IpNet> = Vec::new();
    for list in lists {
        let listed = model.prefix_list_entries.get(&list.id).map(|it| &it.cidrs);
        let Some(cidrs) = listed.or(list.cidrs.as_ref()) else {
            let id = &list.id;
            return Err(missing(format!("`aws ec2 get-managed-prefix-list-entries --prefix-list-id {id}`")));
        };
        blocks.extend(cidrs);
    }
    let sets = Family::BOTH.map(|family| set_of(&blocks, family));
    Ok(sets.into_iter().filter(|set| !set.is_empty()).map(Destination::Addresses).collect())
}
