//! Names that DNS knows, as destinations: what they stand for where the question begins.

use std::net::IpAddr;

use super::dns::{self, Answer, Resolved};
use super::ends::{End, Meaning, set_of};
use super::error::SelectorError;
use super::groups::meaning_of;
use super::index::Index;
use super::resource::Resource;
use super::services;
use crate::model::{EndpointKind, VpcId};
use crate::network::{InterfaceIndex, VpcIndex};
use crate::packet::{AddressSet, Family};
use crate::solver::{Destination, Remark};

/// Where packets for a name go.
pub(super) fn destinations(
    end: &End<'_, '_, '_>,
    name: &str,
    other: &End<'_, '_, '_>,
) -> Result<Vec<Destination>, SelectorError> {
    let index = end.index;
    match resolved(index, name, other)?.answer {
        Answer::Addresses(addresses) => {
            Ok(addresses.into_iter().map(|it| Destination::Addresses(AddressSet::one(it))).collect())
        }
        Answer::Interfaces(interfaces) if interfaces.is_empty() => {
            let cause = "the snapshot has no interface of the endpoint".to_owned();
            Err(SelectorError::Empty { text: end.text.to_owned(), cause })
        }
        Answer::Interfaces(interfaces) => {
            Ok(interfaces.into_iter().map(|it| Destination::Interface(it, None)).collect())
        }
        Answer::Thing(thing) => {
            let meaning = meaning_of(index, end.text, thing)?;
            let end = End { index, text: end.text, meaning, all_addresses: end.all_addresses };
            end.as_destination(other)
        }
        Answer::Public => public(index, end.text, name, other),
        Answer::None(cause, help) => Err(SelectorError::Unresolved { cause, help }),
    }
}

/// A destination that is a name, as what has the name where the question begins; and what is to be said of it.
pub(super) fn settled<'i, 'm, 't>(
    destination: End<'i, 'm, 't>,
    source: &End<'_, '_, '_>,
) -> Result<(End<'i, 'm, 't>, Option<Remark>), SelectorError> {
    let Meaning::Name(name) = &destination.meaning else { return Ok((destination, None)) };
    let (index, name) = (destination.index, name.clone());
    let vpcs = source.vpcs();
    let Resolved { answer, source, takes_zones_for_none } = resolved(index, &name, source)?;
    let from = vpcs.first().map(|it| &index.network.vpcs[it.index()].id);
    let addresses = addresses(index, &answer, from);
    let remark = Remark::Name { text: name, source, addresses, takes_zones_for_none };
    let meaning = match answer {
        Answer::Thing(thing) => meaning_of(index, destination.text, thing)?,
        Answer::Addresses(_) | Answer::Interfaces(_) | Answer::Public | Answer::None(..) => {
            return Ok((destination, Some(remark)));
        }
    };
    Ok((End { meaning, ..destination }, Some(remark)))
}

/// Whether a name is one that DNS knows things by, rather than a person's.
pub(super) fn is_of_dns(index: &Index<'_>, found: &[Resource], name: &str) -> bool {
    dns::is_name(name) && index.by_dns_name(name).is_some_and(|thing| found == [thing])
}

fn addresses(index: &Index<'_>, answer: &Answer, vpc: Option<&VpcId>) -> Vec<IpAddr> {
    let network = index.network;
    let private = |interface: InterfaceIndex| {
        let row = &network.interfaces[interface.index()];
        Some(crate::packet::ip(Family::V4, row.primary(Family::V4)?))
    };
    match answer {
        Answer::Addresses(addresses) => addresses.clone(),
        Answer::Interfaces(interfaces) => interfaces.iter().filter_map(|it| private(*it)).collect(),
        Answer::Thing(thing) if dns::is_public(index.model, *thing, vpc) => {
            dns::public_addresses(index, *thing)
        }
        Answer::Thing(thing) => network.fronts_of(thing.component()).filter_map(private).collect(),
        Answer::Public | Answer::None(..) => Vec::new(),
    }
}

/// One answer for all VPCs that the question begins in.
fn resolved(index: &Index<'_>, name: &str, other: &End<'_, '_, '_>) -> Result<Resolved, SelectorError> {
    let mut vpcs: Vec<Option<&VpcId>> =
        other.vpcs().iter().map(|it| Some(&index.network.vpcs[it.index()].id)).collect();
    if vpcs.is_empty() {
        vpcs.push(None);
    }
    let mut answers: Vec<Resolved> = vpcs.into_iter().map(|vpc| dns::resolve(index, vpc, name)).collect();
    let first = answers.remove(0);
    if answers.iter().any(|it| it.answer != first.answer) {
        let cause = format!("`{name}` stands for different things in the VPCs of `{}`", other.text);
        let help = Some("ask from one of them".to_owned());
        return Err(SelectorError::Unresolved { cause, help });
    }
    Ok(first)
}

/// A public address that nobody knows: one of the service's where it publishes them, else any that no other service has.
fn public(
    index: &Index<'_>,
    text: &str,
    name: &str,
    other: &End<'_, '_, '_>,
) -> Result<Vec<Destination>, SelectorError> {
    if let Some(service) = listed_service(name) {
        match services::by_name(index, text, service, &other.vpcs()) {
            // Without a gateway endpoint nothing tells its addresses from others.
            Err(SelectorError::NoServiceAddresses { .. }) if !has_gateway(index, service, &other.vpcs()) => {}
            found => return found,
        }
    }
    let lists = index.model.prefix_lists.iter().filter(|it| it.name.starts_with("com.amazonaws."));
    let entries = lists.filter_map(|list| {
        let listed = index.model.prefix_list_entries.get(&list.id).map(|it| &it.cidrs);
        listed.or(list.cidrs.as_ref())
    });
    let others: Vec<ipnet::IpNet> = entries.flatten().copied().collect();
    // Services of AWS have IPv4 names, and others for both families.
    let is_v4_only = name.ends_with(".amazonaws.com") && !name.contains("dualstack");
    let families = if is_v4_only { &[Family::V4][..] } else { &Family::BOTH[..] };
    let sets =
        families.iter().map(|family| index.network.internet(*family).difference(&set_of(&others, *family)));
    Ok(sets.map(Destination::Addresses).collect())
}

/// Whether a VPC has a gateway endpoint for a service.
fn has_gateway(index: &Index<'_>, service: &str, vpcs: &[VpcIndex]) -> bool {
    index.model.vpc_endpoints.iter().any(|it| {
        it.kind == EndpointKind::Gateway
            && it.service_name.rsplit('.').next() == Some(service)
            && vpcs.iter().any(|vpc| index.network.vpcs[vpc.index()].id == it.vpc)
    })
}

/// The services whose addresses AWS publishes as prefix lists, by a name of theirs.
fn listed_service(name: &str) -> Option<&'static str> {
    let rest = name.strip_suffix(".amazonaws.com")?;
    let has = |service: &str| rest.split('.').any(|label| label == service);
    ["s3", "dynamodb"].into_iter().find(|service| has(service))
}
