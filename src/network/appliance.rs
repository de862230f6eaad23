//! Appliances: interfaces that routes send packets to which are not theirs (ENI-3, ENI-9, RT-15, GRT-3, GRT-4, GRT-7).
//!
//! AWS hands such packets over if the interface does not check destinations, and takes from it what has a source that
//! is not its own; that is all that its answers say. What lies between is software: it is taken to pass packets on, by
//! the only interface that could be meant where it has several, and in its own name where packets for the internet
//! could not leave otherwise. Answers say so. Not good at telling what the software is: where its kind decides, the
//! answer is unknown.

use ipnet::IpNet;

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey};
use super::filter::FilterId;
use super::location::{
    AssumptionIndex, Component, Guard, InterfaceIndex, LocationId, LocationKind, MiddleboxIndex, PeerSide,
    Step,
};
use super::network_interface::{is_host, owned, state_guard};
use super::rows::{ExitRow, MiddleboxRow, NOBODY, OneWay, StandIn};
use crate::model::{AssumptionCode, NetworkInterfaceId, Place, ResourceKind};

/// The location of packets that a route sends to an interface.
pub(super) fn by_route(
    compiler: &mut Compiler<'_>,
    id: &str,
    by_internet_gateway: bool,
    place: Option<Place>,
) -> LocationId {
    match compiler.model.network_interfaces.position(&NetworkInterfaceId::from(id)) {
        Some(position) => location(compiler, position, by_internet_gateway),
        None => {
            let gap = compiler.absent(ResourceKind::NetworkInterface, id, None, None, place);
            compiler.unknown_location(gap, Component::Resource(ResourceKind::NetworkInterface, NOBODY))
        }
    }
}

/// The location of packets that a route sends to an instance without naming an interface: to its first one.
pub(super) fn by_instance(
    compiler: &mut Compiler<'_>,
    id: &str,
    by_internet_gateway: bool,
    place: Option<Place>,
) -> LocationId {
    let is_first = |interface: &crate::model::NetworkInterface| {
        let attachment = interface.attachment.as_ref();
        attachment.is_some_and(|it| {
            it.device_index.is_none_or(|index| index == 0)
                && it.instance.as_ref().is_some_and(|instance| instance.as_str() == id)
        })
    };
    match compiler.model.network_interfaces.iter().position(is_first) {
        Some(position) => location(compiler, position, by_internet_gateway),
        None => {
            let gap = compiler.absent(ResourceKind::NetworkInterface, id, None, None, place);
            compiler.unknown_location(gap, Component::Resource(ResourceKind::Instance, NOBODY))
        }
    }
}

/// ENI-3: with the check on, an interface drops what is not its own; with the check off, its host has it.
fn location(compiler: &mut Compiler<'_>, position: usize, by_internet_gateway: bool) -> LocationId {
    let key = PlaceKey::Forwarder(position, by_internet_gateway);
    if let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let interface = &compiler.model.network_interfaces[position];
    let row = compiler.interfaces[position].clone();
    let location = compiler.add_location(LocationKind::Forwarder, row.component);
    compiler.places.insert(key, location);
    let acl = compiler.subnets[row.subnet.index()].acl[0];
    let own: Vec<IpNet> = owned(interface).collect();
    let own = compiler.address_set(&own);
    // What comes in by a gateway's table has not been in the VPC yet (VPC-7, ENC-2).
    let mut steps = if by_internet_gateway { super::vpc::guards(compiler, row.vpc) } else { Vec::new() };
    steps.extend([
        Step::Acl { filter: acl, peer: PeerSide::Source, subnet: row.subnet, judges_own_subnet: false },
        // What is for the interface itself needs no forwarding.
        Step::For(own, row.inward),
    ]);
    let middlebox = is_host(interface).then(|| middlebox(compiler, position));
    if by_internet_gateway {
        steps.push(Step::Guard(Guard::PublicAccessAt(row.subnet)));
        // GRT-4: an answer that is redirected here must belong to a conversation that came this way.
        let code = ExplanationCode::IngressRtbTrafficRedirection;
        steps.push(Step::Guard(match middlebox {
            Some(middlebox) => Guard::RepliesSeenBy(middlebox, code),
            None => Guard::NoReplies(code),
        }));
        // GRT-3.
        if interface.addresses.iter().all(|it| it.public.is_none()) {
            steps.push(Step::Guard(Guard::Never(ExplanationCode::IngressRtbNoPublicIp)));
        }
    }
    steps.extend(state_guard(compiler, interface));
    if !interface.groups.is_empty() {
        let filter = FilterId::SecurityGroups { set: row.groups, is_outbound: false };
        let interface = InterfaceIndex(position as u32);
        steps.push(Step::SecurityGroups { filter, peer: PeerSide::Source, interface });
    }
    if interface.source_destination_check {
        steps.push(Step::Guard(Guard::Never(ExplanationCode::EniSourceDestCheckRestriction)));
    }
    match middlebox {
        Some(middlebox) => {
            steps.extend(for_siblings(compiler, middlebox, position));
            steps.push(Step::Through(middlebox, by_internet_gateway));
        }
        None => {
            let about = format!("{}, an interface of AWS's own as a route's target", interface.id);
            steps.push(Step::Guard(Guard::Unknown(not_modelled(compiler, &about, interface.about.place))));
        }
    }
    compiler.set_steps(location, &steps);
    location
}

fn not_modelled(compiler: &mut Compiler<'_>, about: &str, place: Place) -> AssumptionIndex {
    compiler.assumption(AssumptionCode::NotModelled, about, None, Some(place))
}

/// Whether a host takes at one interface what is for another of its own is up to its system.
fn for_siblings(compiler: &mut Compiler<'_>, middlebox: MiddleboxIndex, position: usize) -> Option<Step> {
    let row = &compiler.middleboxes[middlebox.index()];
    let gap = row.routing_gap;
    let siblings = row.exits.iter().map(|exit| exit.interface.index()).filter(|it| *it != position);
    let interfaces = &compiler.model.network_interfaces;
    let blocks: Vec<IpNet> = siblings.flat_map(|sibling| owned(&interfaces[sibling])).collect();
    if blocks.is_empty() {
        return None;
    }
    let component = compiler.interfaces[position].component;
    let set = compiler.address_set(&blocks);
    Some(Step::For(set, compiler.unknown_location(gap, component)))
}

/// The host of an interface: all of its interfaces in one VPC are one middlebox.
fn middlebox(compiler: &mut Compiler<'_>, position: usize) -> MiddleboxIndex {
    let positions = interfaces_of_host(compiler, position);
    let first = positions.first().copied().unwrap_or(position);
    if let Some(known) = compiler.appliances.get(&first) {
        return *known;
    }
    let interface = &compiler.model.network_interfaces[first];
    let (id, place) = (interface.id.as_str(), interface.about.place);
    let host = interface.attachment.as_ref().and_then(|it| it.instance.as_ref()).map_or(id, |it| it.as_str());
    let mut say = |code, about: &str| compiler.assumption(code, about, None, Some(place));
    let name = if positions.len() > 1 { host } else { id };
    let row = MiddleboxRow {
        component: Component::Resource(ResourceKind::NetworkInterface, first as u32),
        assumed: Some(say(AssumptionCode::ApplianceForwards, name)),
        one_way: OneWay::Unknown(say(AssumptionCode::ApplianceSeesOneWay, name)),
        references_gap: say(AssumptionCode::NotModelled, &format!("a rule that names a group beyond {name}")),
        preservation_gap: None,
        routing_assumed: say(AssumptionCode::HostRoutingAssumed, host),
        routing_gap: say(AssumptionCode::NotModelled, &format!("which interface {host} sends by")),
        carried: None,
        exits: positions.iter().map(|position| exit(compiler, *position)).collect(),
    };
    let index = MiddleboxIndex(compiler.middleboxes.len() as u32);
    compiler.middleboxes.push(row);
    compiler.appliances.insert(first, index);
    index
}

fn exit(compiler: &mut Compiler<'_>, position: usize) -> ExitRow {
    let interface = &compiler.model.network_interfaces[position];
    let place = interface.about.place;
    let address = interface.addresses.first().filter(|it| it.public.is_some() && !it.is_carrier_or_customer);
    let id = interface.id.as_str();
    ExitRow {
        interface: InterfaceIndex(position as u32),
        checks_source: interface.source_destination_check,
        stand_in: address.map(|it| StandIn {
            address: u32::from(it.private),
            assumed: compiler.assumption(AssumptionCode::ApplianceTranslates, id, None, Some(place)),
            others_gap: not_modelled(compiler, &format!("{id} as a NAT of protocols without ports"), place),
        }),
    }
}

/// The interfaces of an interface's host that are in its VPC, the host's first one first; itself where it is alone.
fn interfaces_of_host(compiler: &Compiler<'_>, position: usize) -> Vec<usize> {
    let row = &compiler.interfaces[position];
    let (host, vpc) = (row.host, row.vpc);
    if host == NOBODY {
        return vec![position];
    }
    let all = compiler.hosts[host as usize].iter().map(|it| it.index());
    let mut near: Vec<usize> = all.filter(|it| compiler.interfaces[*it].vpc == vpc).collect();
    let device = |position: usize| {
        compiler.model.network_interfaces[position].attachment.as_ref().and_then(|it| it.device_index)
    };
    near.sort_by_key(|position| (device(*position).unwrap_or(u32::MAX), *position));
    near
}
