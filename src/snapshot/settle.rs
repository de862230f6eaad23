//! What is done with the entries of a document that stand as text: lists element by element, answers that do not
//! name their parent, keys that several calls share, tokens, keys that nobody knows.

use std::borrow::Cow;

use compact_str::CompactString;
use serde_json::value::RawValue;

use super::drafts::{Drafted, of_kind};
use super::keys::{self, Meaning, Whole};
use super::shared::{self, Clues};
use super::syntax::{self, Top};
use super::taker::Taker;
use super::warnings::Problem;
use crate::model::{
    HostedZone, LoadBalancerAttributes, ManagedService, Place, PrefixListEntries, Resource, ResourceKind,
    TargetGroupAttributes, TargetHealth, TransitGatewayAssociations, TransitGatewayPropagations,
    TransitGatewayRoutes, Unmodelled, VpcDnsAttributes,
};

/// An object's entries, in order.
pub(super) type Entries<'t> = [(Cow<'t, str>, &'t RawValue)];

/// The entries of an object, or those of them that were not read while streaming.
pub(super) fn object(taker: &mut Taker<'_>, entries: &Entries<'_>) {
    taker.part.keys += entries.len();
    let (mut asides, mut unknown) = (0, 0);
    for (name, raw) in entries {
        let elements = syntax::elements(raw);
        let (key, meaning) = match keys::look_up(name) {
            Some((key, Meaning::Shared)) => (key, decided(taker, entries, name, elements.as_deref())),
            Some((key, meaning)) => (key, Some(meaning)),
            None => (keys::BARE, None),
        };
        match meaning {
            Some(meaning) => {
                asides += usize::from(meaning == Meaning::Aside);
                entry(taker, entries, key, meaning, elements);
            }
            None if key != keys::BARE && syntax::is_absent(raw) => {
                taker.part.is_recognised = true;
                taker.warn(None, Problem::AmbiguousEmpty(name.to_string()));
                *taker.part.ambiguous_empty.entry(name.to_string()).or_default() += 1;
            }
            None => {
                unknown += 1;
                *taker.part.unknown_keys.entry(name.to_string()).or_default() += 1;
            }
        }
    }
    // Some of these keys are common words: a template has `Rules` too.
    taker.part.is_recognised |= asides > 0 && unknown == 0;
    tokens(taker, entries);
}

/// A list without a key, or an element that stands alone.
pub(super) fn bare(taker: &mut Taker<'_>, elements: Vec<&RawValue>) {
    // `--query 'Reservations[].Instances'` leaves lists inside the list.
    let is_nested = elements.first().is_some_and(|first| first.get().starts_with('['));
    let elements = if is_nested {
        elements.into_iter().flat_map(|list| syntax::elements(list).unwrap_or_default()).collect()
    } else {
        elements
    };
    let members = elements.iter().find(|it| !syntax::is_absent(it)).map(|it| syntax::members(it));
    let key = match &members {
        Some(members) => shared::key_of_object(members).or_else(|| shared::key_of_element(members)),
        None => shared::key_by_name(&taker.file.hints),
    };
    match key.and_then(keys::look_up) {
        Some((_, Meaning::Shared)) => {
            let entries: &Entries<'_> = &[];
            let key = key.unwrap_or_default();
            let meaning = decided(taker, entries, key, Some(&elements));
            entry(taker, entries, keys::BARE, meaning.unwrap_or(Meaning::Aside), Some(elements));
        }
        // An answer that is one resource stands alone and is one of a kind.
        Some((key, meaning @ Meaning::Answer(_))) => entry(taker, &[], key, meaning, Some(elements)),
        Some((_, meaning)) => entry(taker, &[], keys::BARE, meaning, Some(elements)),
        None if members.is_none() => {
            taker.part.is_recognised = true;
            taker.warn(None, Problem::AmbiguousEmpty("[]".to_owned()));
            *taker.part.ambiguous_empty.entry("[]".to_owned()).or_default() += 1;
        }
        None => *taker.part.unknown_keys.entry("[]".to_owned()).or_default() += 1,
    }
}

fn decided(
    taker: &Taker<'_>,
    entries: &Entries<'_>,
    name: &str,
    elements: Option<&[&RawValue]>,
) -> Option<Meaning> {
    let beside: Vec<&str> = entries.iter().map(|(name, _)| name.as_ref()).collect();
    let members = elements?.first().map(|first| syntax::members(first)).unwrap_or_default();
    shared::decide(name, &Clues { beside: &beside, members: &members, hints: &taker.file.hints })
}

fn entry(
    taker: &mut Taker<'_>,
    entries: &Entries<'_>,
    key: u16,
    meaning: Meaning,
    elements: Option<Vec<&RawValue>>,
) {
    taker.part.is_recognised |= !matches!(meaning, Meaning::Aside | Meaning::Beside | Meaning::Token);
    taker.part.elements += elements.as_ref().map_or(0, Vec::len);
    match (meaning, elements) {
        (Meaning::Aside, elements) => {
            let count = elements.map_or(1, |elements| elements.len());
            *taker.part.unmodelled.entry(keys::name(key).to_owned()).or_default() += count;
        }
        (Meaning::Shared | Meaning::Beside | Meaning::Token, _) => {}
        (_, None) => taker.bad(kind_of(meaning), taker.place(key, 0, 0), "no list stands there".to_owned()),
        (Meaning::List(kind) | Meaning::Answer(kind), Some(elements)) => {
            of_kind!(kind, T => list::<T>(taker, key, &elements))
        }
        (Meaning::Reservations, Some(elements)) => reservations(taker, key, &elements),
        (Meaning::Instances, Some(elements)) => instances(taker, key, &elements),
        (Meaning::StaticRoutes, Some(elements)) => static_routes(taker, key, &elements),
        (Meaning::Wrapped(kind, inside), Some(elements)) => {
            of_kind!(kind, T => wrapped::<T>(taker, key, inside, &elements));
        }
        (Meaning::Whole(answer), Some(elements)) => whole(taker, entries, key, answer, &elements),
        (Meaning::Managed, Some(elements)) => managed(taker, key, &elements),
        (Meaning::Unmodelled, Some(elements)) => unmodelled(taker, key, &elements),
    }
}

fn kind_of(meaning: Meaning) -> ResourceKind {
    match meaning {
        Meaning::List(kind) | Meaning::Answer(kind) | Meaning::Wrapped(kind, _) => kind,
        Meaning::Whole(whole) => whole.kind(),
        Meaning::Reservations | Meaning::Instances => ResourceKind::Instance,
        Meaning::StaticRoutes => ResourceKind::TransitGatewayRoutes,
        Meaning::Managed => ResourceKind::ManagedService,
        Meaning::Shared | Meaning::Unmodelled | Meaning::Aside | Meaning::Beside | Meaning::Token => {
            ResourceKind::Unmodelled
        }
    }
}

/// An answer that was cut off is cut off for every call in the same document.
fn tokens(taker: &mut Taker<'_>, entries: &Entries<'_>) {
    let is_token = |name: &str| matches!(keys::look_up(name), Some((_, Meaning::Token)));
    let token = entries.iter().find(|(name, raw)| is_token(name) && !syntax::is_absent(raw));
    let token = token.and_then(|(name, _)| keys::look_up(name)).map(|(key, _)| keys::name(key));
    taker.document_ends(token);
}

/// A list of resources.
fn list<T: Drafted>(taker: &mut Taker<'_>, key: u16, elements: &[&RawValue]) {
    let before = T::list(&mut taker.part.drafts).len();
    for (index, element) in elements.iter().enumerate() {
        taker.take_raw::<T>(taker.place(key, index, 0), element);
    }
    list_ends::<T>(taker, key, before);
}

/// Notes the call that a list answers.
pub(super) fn list_ends<T: Drafted>(taker: &mut Taker<'_>, key: u16, before: usize) {
    taker.part.is_recognised = true;
    // The model keeps the list as it is.
    T::list(&mut taker.part.drafts).shrink_to_fit();
    // `describe-prefix-lists` shows AWS's own lists only, with their entries in place: it does not answer
    // whether a list exists. The two calls share the key.
    let lists = &taker.part.drafts.prefix_lists;
    let is_of_aws = lists.len() > before && lists.iter().skip(before).all(|list| list.cidrs.is_some());
    let says_of_one = keys::SAYING_OF_ONE.contains(&keys::name(key));
    if !says_of_one && (T::KIND != ResourceKind::PrefixList || !is_of_aws) {
        taker.call(T::KIND);
    }
}

/// `Reservations[].Instances[]`.
fn reservations(taker: &mut Taker<'_>, key: u16, elements: &[&RawValue]) {
    for (index, reservation) in elements.iter().enumerate() {
        let Top::Object(members) = syntax::top(reservation) else {
            if !syntax::is_absent(reservation) {
                taker.bad(ResourceKind::Instance, taker.place(key, index, 0), "not an object".to_owned());
            }
            continue;
        };
        let member = |wanted: &str| members.iter().rfind(|(name, _)| name == wanted).map(|(_, raw)| *raw);
        let instances = taker.part.drafts.instances.len();
        let interfaces = taker.part.instance_interfaces.len();
        let inside = member("Instances").map_or(Some(Vec::new()), syntax::elements);
        if inside.is_none() {
            taker.bad(ResourceKind::Instance, taker.place(key, index, 0), "no list stands there".to_owned());
        }
        for (inner, instance) in inside.unwrap_or_default().into_iter().enumerate() {
            taker.take_instance(taker.place(key, index, inner), instance);
        }
        if let Some(owner) = member("OwnerId").and_then(syntax::text) {
            taker.own_instances(instances, &owner);
            taker.own_interfaces(interfaces, &owner);
        }
    }
    taker.call(ResourceKind::Instance);
}

/// Objects that hold a list of resources each.
fn wrapped<T: Drafted>(taker: &mut Taker<'_>, key: u16, member: &str, elements: &[&RawValue]) {
    for (index, element) in elements.iter().enumerate() {
        let Top::Object(members) = syntax::top(element) else {
            taker.bad(T::KIND, taker.place(key, index, 0), "not an object".to_owned());
            continue;
        };
        let inside = members.iter().rfind(|(name, _)| name == member).map(|(_, raw)| *raw);
        let Some(inside) = inside.map_or(Some(Vec::new()), syntax::elements) else {
            taker.bad(T::KIND, taker.place(key, index, 0), "no list stands there".to_owned());
            continue;
        };
        for (inner, resource) in inside.into_iter().enumerate() {
            taker.take_raw::<T>(taker.place(key, index, inner), resource);
        }
    }
    taker.call(T::KIND);
}

/// Instances without their reservations.
fn instances(taker: &mut Taker<'_>, key: u16, elements: &[&RawValue]) {
    for (index, instance) in elements.iter().enumerate() {
        taker.take_instance(taker.place(key, index, 0), instance);
    }
    taker.call(ResourceKind::Instance);
}

/// Wrapped routes of which only the static ones were asked for.
fn static_routes(taker: &mut Taker<'_>, key: u16, elements: &[&RawValue]) {
    let before = taker.part.drafts.transit_gateway_routes.len();
    list::<TransitGatewayRoutes>(taker, key, elements);
    for routes in taker.part.drafts.transit_gateway_routes.iter_mut().skip(before) {
        routes.is_static_only = true;
    }
}

/// Services that the key tells the shape of.
fn managed(taker: &mut Taker<'_>, key: u16, elements: &[&RawValue]) {
    taker.set_parent(Some(CompactString::from(keys::name(key))));
    for (index, element) in elements.iter().enumerate() {
        taker.take_raw::<ManagedService>(taker.place(key, index, 0), element);
    }
    taker.set_parent(None);
    taker.part.service_lists.push(keys::name(key));
    taker.call(ResourceKind::ManagedService);
}

/// Things that are kept by id only.
fn unmodelled(taker: &mut Taker<'_>, key: u16, elements: &[&RawValue]) {
    *taker.part.unmodelled.entry(keys::name(key).to_owned()).or_default() += elements.len();
    taker.set_parent(Some(CompactString::from(keys::name(key))));
    for (index, element) in elements.iter().enumerate() {
        taker.take_raw::<Unmodelled>(taker.place(key, index, 0), element);
    }
    taker.set_parent(None);
    taker.part.service_lists.push(keys::name(key));
}

/// A list that is one resource together with the id beside it or in the path.
fn whole(taker: &mut Taker<'_>, entries: &Entries<'_>, key: u16, answer: Whole, elements: &[&RawValue]) {
    let (member, prefix) = answer.parent();
    let beside = entries.iter().find(|(name, _)| name == member).and_then(|(_, raw)| syntax::text(raw));
    let parent = beside.map(CompactString::from).or_else(|| {
        let hints = &taker.file.hints;
        let is_of_arn = prefix.ends_with('/');
        taker.part.parent_from_path = if is_of_arn { hints.arn(prefix) } else { hints.id(prefix) };
        taker.part.parent_from_path.clone()
    });
    if answer == Whole::ZonesOfVpc {
        return zones_of_vpc(taker, key, parent.as_deref(), elements);
    }
    taker.set_parent(parent);
    taker.call(answer.kind());
    let place = taker.place(key, 0, 0);
    match answer {
        // Had above.
        Whole::ZonesOfVpc => {}
        Whole::Routes => {
            let more =
                |(name, raw): &(_, &RawValue)| *name == "AdditionalRoutesAvailable" && raw.get() == "true";
            routes(taker, place, elements, entries.iter().any(more));
        }
        Whole::Associations => {
            joined::<TransitGatewayAssociations>(taker, place, "Associations", elements, "");
        }
        Whole::Propagations => {
            let name = "TransitGatewayRouteTablePropagations";
            joined::<TransitGatewayPropagations>(taker, place, name, elements, "");
        }
        Whole::Entries => {
            joined::<PrefixListEntries>(taker, place, "Entries", elements, "");
        }
        Whole::TargetHealth => {
            joined::<TargetHealth>(taker, place, "TargetHealthDescriptions", elements, "");
        }
        Whole::TargetGroupAttributes => {
            joined::<TargetGroupAttributes>(taker, place, "Attributes", elements, "");
        }
        Whole::LoadBalancerAttributes => {
            joined::<LoadBalancerAttributes>(taker, place, "Attributes", elements, "");
        }
        Whole::DnsSupport => {
            joined::<VpcDnsAttributes>(taker, place, "EnableDnsSupport", elements, "");
        }
        Whole::DnsHostnames => {
            joined::<VpcDnsAttributes>(taker, place, "EnableDnsHostnames", elements, "");
        }
        Whole::ZoneVpcs => {
            joined::<HostedZone>(taker, place, "VPCs", elements, &zone_beside(entries));
        }
        Whole::ZoneRecords => {
            joined::<HostedZone>(taker, place, "ResourceRecordSets", elements, "");
        }
        Whole::ClassicAttributes => {
            if let [element] = elements {
                taker.take_raw::<LoadBalancerAttributes>(place, element);
            }
        }
    }
    taker.set_parent(None);
}

/// The private zones of one VPC, which the answer does not name. It is no list of all zones: others may have more.
fn zones_of_vpc(taker: &mut Taker<'_>, key: u16, vpc: Option<&str>, elements: &[&RawValue]) {
    let vpcs =
        vpc.map(|vpc| format!(",\"VPCs\":[{{\"VPCId\":{}}}]", serde_json::json!(vpc))).unwrap_or_default();
    for (index, element) in elements.iter().enumerate() {
        let place = taker.place(key, index, 0);
        let inside = element.get().trim().strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        let Some(inside) = inside.filter(|it| !it.trim().is_empty()) else {
            taker.bad(ResourceKind::HostedZone, place, "not an object".to_owned());
            continue;
        };
        let document = format!("{{{inside},\"Config\":{{\"PrivateZone\":true}}{vpcs}}}");
        match serde_json::from_str::<<HostedZone as Resource>::Wire>(&document) {
            Ok(wire) => taker.take::<HostedZone>(place, wire),
            Err(cause) => taker.bad(ResourceKind::HostedZone, place, cause.to_string()),
        }
    }
}

/// The members of the zone that `get-hosted-zone` prints beside its VPCs.
fn zone_beside(entries: &Entries<'_>) -> String {
    let zone = entries.iter().find(|(name, _)| name == "HostedZone").map(|(_, raw)| raw.get().trim());
    let inside = zone.and_then(|text| text.strip_prefix('{')?.strip_suffix('}')).unwrap_or_default();
    if inside.trim().is_empty() { String::new() } else { format!(",{inside}") }
}

/// Routes keep the index that they have in the file, whatever was left out before them.
fn routes(taker: &mut Taker<'_>, place: Place, elements: &[&RawValue], more: bool) {
    let tail = if more { ",\"AdditionalRoutesAvailable\":true" } else { "" };
    let before = taker.part.drafts.transit_gateway_routes.len();
    let kept = joined::<TransitGatewayRoutes>(taker, place, "Routes", elements, tail);
    for routes in taker.part.drafts.transit_gateway_routes.iter_mut().skip(before) {
        for (route, index) in routes.routes.iter_mut().zip(&kept) {
            route.index = *index as u32;
        }
    }
}

/// The resource that a list is, without the elements that cannot be read; the indexes of the others.
fn joined<T: Drafted>(
    taker: &mut Taker<'_>,
    place: Place,
    name: &str,
    elements: &[&RawValue],
    tail: &str,
) -> Vec<usize> {
    let document = |kept: &[usize]| {
        let texts: Vec<&str> = kept.iter().map(|index| elements[*index].get()).collect();
        format!("{{\"{name}\":[{}]{tail}}}", texts.join(","))
    };
    let mut kept: Vec<usize> = (0..elements.len()).collect();
    if taker.probe::<T>(&document(&kept)).is_err() {
        kept.retain(|index| match taker.probe::<T>(&document(&[*index])) {
            Ok(()) => true,
            Err(cause) => {
                taker.bad(T::KIND, place, format!("element {index}: {cause}"));
                false
            }
        });
    }
    if let Ok(wire) = serde_json::from_str::<T::Wire>(&document(&kept)) {
        taker.take::<T>(place, wire);
    }
    kept
}
