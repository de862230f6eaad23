//! NAT gateways: zonal, private and regional (NAT-1 … NAT-16, M-3, M-7).

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::filter::FilterId;
use super::location::{
    Component, EntryKind, EntryMask, Guard, InterfaceIndex, LocationId, LocationKind, NatIndex, Origin,
    PeerSide, Step, Translation, VpcIndex,
};
use super::rows::{InterfaceRow, NOBODY, NatAddress, NatRow, PublicOwner};
use crate::model::{
    AssumptionCode, AvailabilityMode, ConnectivityType, NatGateway, NatGatewayId, NatGatewayState,
    NetworkInterface, Place, ResourceKind, RouteTableId,
};
use crate::packet::{TransportSet, protocol};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows => {
            for position in 0..compiler.model.nat_gateways.len() {
                row(compiler, position);
            }
        }
        Stage::Filters => {}
        Stage::Locations => {
            for position in 0..compiler.model.nat_gateways.len() {
                if compiler.nat_row[position].is_some() {
                    location(compiler, position);
                }
            }
        }
    }
}

/// A row for each gateway that has a place: one that is gone has neither subnet nor addresses.
fn row(compiler: &mut Compiler<'_>, position: usize) {
    let gateway = &compiler.model.nat_gateways[position];
    let subnet = gateway.subnet.as_ref().and_then(|id| compiler.subnet_ids.get(id).copied());
    let vpc = gateway
        .vpc
        .as_ref()
        .and_then(|id| compiler.vpc_ids.get(id).copied())
        .or_else(|| subnet.map(|subnet| compiler.subnets[subnet.index()].vpc));
    let Some(vpc) = vpc else {
        compiler.nat_row.push(None);
        return;
    };
    let index = NatIndex(compiler.nat_gateways.len() as u32);
    compiler.nat_row.push(Some(index));
    let component = Compiler::resource(ResourceKind::NatGateway, position);
    let way_back = compiler.add_location(LocationKind::NatGatewayReturn, component);
    let is_gone = matches!(gateway.state, Some(NatGatewayState::Deleted | NatGatewayState::Failed));
    let mut addresses = Vec::new();
    for address in gateway.addresses.iter().filter(|it| it.is_in_use) {
        let zone = (gateway.availability == AvailabilityMode::Regional)
            .then(|| compiler.zone(&address.zone, gateway.about.account.as_ref()));
        let public = address.public.map(u32::from);
        match (address.private.map(u32::from), public) {
            (Some(private), public) => {
                addresses.push(NatAddress { address: private, zone });
                // M-10: the addresses of a gateway that is gone are nobody's.
                if is_gone {
                    continue;
                }
                compiler.extra_nats.push((vpc, private, index));
                if let Some(public) = public.filter(|_| gateway.connectivity == ConnectivityType::Public) {
                    super::vpc::associate(compiler, vpc, private, public);
                }
            }
            // NAT-10: a regional gateway may show public addresses only. The packet then leaves with one of those.
            (None, Some(public)) if !is_gone => {
                addresses.push(NatAddress { address: public, zone });
                compiler.vpcs[vpc.index()].public_addresses.push((public, public));
                super::address_plan::own_public(compiler, public, PublicOwner::Nat(index));
            }
            (None, Some(_) | None) => {}
        }
    }
    compiler.nats_of_vpc.entry(vpc).or_default().push(index);
    let has_private = gateway.addresses.iter().any(|it| it.private.is_some());
    let elsewhere = (!has_private).then(|| {
        let about = format!("{} elsewhere than to the internet", gateway.id);
        compiler.assumption(AssumptionCode::NotModelled, &about, None, Some(gateway.about.place))
    });
    compiler.nat_gateways.push(NatRow {
        component,
        vpc,
        subnet,
        addresses,
        way_back,
        elsewhere,
        outside: None,
    });
}

/// Gives the addresses of gateways whose interfaces the snapshot lacks a row each, so that packets find them.
pub(super) fn stand_in_interfaces(compiler: &mut Compiler<'_>) {
    for (vpc, address, nat) in std::mem::take(&mut compiler.extra_nats) {
        let row = compiler.nat_gateways[nat.index()].clone();
        let Some(subnet) = row.subnet.or_else(|| compiler.subnet_at(vpc, address)) else { continue };
        let interface = InterfaceIndex(compiler.interfaces.len() as u32);
        let groups = super::security_group::set(compiler, &[]);
        compiler.interfaces.push(InterfaceRow {
            component: row.component,
            subnet,
            vpc,
            groups,
            host: NOBODY,
            checks_source: true,
            out: row.way_back,
            inward: row.way_back,
            manner: NOBODY,
            primary_v4: Some(address),
            primary_v6: None,
        });
        compiler.extra_addresses.push((vpc, address, interface));
    }
}

/// The location of packets that a route sends to a NAT gateway.
pub(super) fn by_route(
    compiler: &mut Compiler<'_>,
    id: &str,
    vpc: VpcIndex,
    place: Option<Place>,
) -> LocationId {
    let kind = ResourceKind::NatGateway;
    let position = compiler.model.nat_gateways.position(&NatGatewayId::from(id));
    match position {
        Some(position) if compiler.nat_row[position].is_some() => location(compiler, position),
        Some(position) => {
            // A gateway that is gone and has no place any more: it drops.
            let component = Compiler::resource(kind, position);
            let location = compiler.add_location(LocationKind::NatGateway, component);
            compiler.set_steps(location, &[Step::Guard(Guard::Never(ExplanationCode::BadState))]);
            location
        }
        None => compiler.absent_target(kind, id, vpc, place),
    }
}

fn location(compiler: &mut Compiler<'_>, position: usize) -> LocationId {
    if let Some(location) = compiler.places.get(&PlaceKey::Nat(position)) {
        return *location;
    }
    let gateway = &compiler.model.nat_gateways[position];
    let component = Compiler::resource(ResourceKind::NatGateway, position);
    let location = compiler.add_location(LocationKind::NatGateway, component);
    compiler.places.insert(PlaceKey::Nat(position), location);
    let Some(index) = compiler.nat_row[position] else { return location };
    let row = compiler.nat_gateways[index.index()].clone();
    super::vpc::add_exit(compiler, row.vpc, location);

    let mut steps = Vec::new();
    // NAT-4: the ACL of its subnet, both ways; a sender in that subnet never leaves it.
    if let Some(subnet) = row.subnet {
        let filter: FilterId = compiler.subnets[subnet.index()].acl[0];
        steps.push(Step::Acl { filter, peer: PeerSide::Source, subnet, judges_own_subnet: false });
    }
    steps.extend(state_guard(compiler, gateway));
    steps.extend(protocol_guards(compiler));
    // NAT-5, NAT-12: from its own VPC, or through a transit gateway; never over a peering connection.
    let ways = EntryMask::of(&[EntryKind::Inside, EntryKind::Transit]);
    steps.push(Step::Guard(Guard::EnteredBy(ways, ExplanationCode::NgwRequiresSourceInVpc)));
    // M-3: an answer that a route sends here belongs to no conversation of the gateway.
    steps.push(Step::Guard(Guard::NoReplies(ExplanationCode::NatGatewayNoState)));
    if gateway.has_appliance {
        let gap = appliance_gap(compiler, gateway);
        steps.push(Step::Guard(Guard::Unknown(gap)));
    }
    let next = match gateway.availability {
        AvailabilityMode::Regional => {
            // A gateway that expands serves a new zone from another one until it is there.
            let zones = row.addresses.iter().filter_map(|it| it.zone).map(|zone| (zone, None)).collect();
            let zones = compiler.zone_table(zones);
            if !gateway.expands {
                let restriction = ExplanationCode::RegionalNgwRouteAzRestriction;
                steps.push(Step::Guard(Guard::ZoneIn(zones, restriction)));
            }
            regional_table(compiler, gateway, row.vpc)
        }
        AvailabilityMode::Zonal | AvailabilityMode::Unknown(_) => match row.subnet {
            // NAT-6: its own subnet's table is next.
            Some(subnet) => compiler.subnets[subnet.index()].out,
            None => {
                let id = gateway.subnet.as_ref().map_or("", |it| it.as_str()).to_owned();
                let gap = compiler.absent(ResourceKind::Subnet, &id, None, None, Some(gateway.about.place));
                compiler.unknown_location(gap, component)
            }
        },
    };
    let edge = compiler.add_edge(location, next, Origin::Wiring);
    steps.extend([Step::Translate(Translation::SourceNat(index)), Step::Follow(edge)]);
    compiler.set_steps(location, &steps);

    // What comes back is given its own address again and goes on from the gateway's subnet, or for a regional
    // gateway inside the VPC.
    let onward =
        row.subnet.map_or(compiler.vpcs[row.vpc.index()].router, |it| compiler.subnets[it.index()].out);
    let back = compiler.add_edge(row.way_back, onward, Origin::Wiring);
    compiler.set_steps(row.way_back, &[Step::NatReturn(index, back)]);
    location
}

/// NAT-11: only an available gateway works.
fn state_guard(compiler: &mut Compiler<'_>, gateway: &NatGateway) -> Option<Step> {
    let mut odd = |word: &str| {
        let place = Some(gateway.about.place);
        let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
        Some(Step::Guard(Guard::Unknown(gap)))
    };
    // JS-4: what a gateway of an unheard-of kind does with packets nobody knows.
    if let ConnectivityType::Unknown(word) = &gateway.connectivity {
        return odd(word);
    }
    if let AvailabilityMode::Unknown(word) = &gateway.availability {
        return odd(word);
    }
    match &gateway.state {
        None | Some(NatGatewayState::Available) => None,
        Some(NatGatewayState::Unknown(word)) => odd(word),
        Some(
            NatGatewayState::Pending
            | NatGatewayState::Failed
            | NatGatewayState::Deleting
            | NatGatewayState::Deleted,
        ) => Some(Step::Guard(Guard::Never(ExplanationCode::BadState))),
    }
}

/// NAT-1: TCP, UDP and ICMP.
fn protocol_guards(compiler: &mut Compiler<'_>) -> Vec<Step> {
    let mut carried = TransportSet::EMPTY;
    for number in [protocol::TCP, protocol::UDP, protocol::ICMP] {
        let set = compiler.workspace.protocol(number);
        carried = compiler.workspace.union(carried, set);
    }
    vec![Step::Guard(Guard::Protocols(carried, ExplanationCode::ProtocolRestriction))]
}

fn appliance_gap(compiler: &mut Compiler<'_>, gateway: &NatGateway) -> super::AssumptionIndex {
    let about = format!("the appliance attached to {}", gateway.id);
    compiler.assumption(AssumptionCode::NotModelled, &about, None, Some(gateway.about.place))
}

/// NAT-10: a regional gateway has a route table of its own.
fn regional_table(compiler: &mut Compiler<'_>, gateway: &NatGateway, vpc: VpcIndex) -> LocationId {
    let id = gateway.route_table.clone().unwrap_or_else(|| RouteTableId::from("its route table"));
    match compiler.model.route_tables.position(&id) {
        Some(position) => super::route_table::of_table(compiler, position, vpc),
        None => {
            let place = Some(gateway.about.place);
            let gap = compiler.absent(ResourceKind::RouteTable, id.as_str(), None, None, place);
            compiler.unknown_location(gap, Component::Resource(ResourceKind::RouteTable, NOBODY))
        }
    }
}

/// What becomes of a packet for an interface of a NAT gateway: answers go back, all else dies (NAT-3, M-7).
pub(super) fn reception(
    compiler: &mut Compiler<'_>,
    interface: &NetworkInterface,
    index: InterfaceIndex,
) -> Vec<Step> {
    let row = compiler.interfaces[index.index()].clone();
    let owns = |address: &crate::model::NatGatewayAddress| {
        address.interface.as_ref() == Some(&interface.id)
            || interface.addresses.iter().any(|it| Some(it.private) == address.private)
    };
    let in_vpc = compiler.nats_of_vpc.get(&row.vpc).map_or(&[][..], Vec::as_slice);
    let found =
        in_vpc.iter().map(|nat| nat.index()).find(|nat| match compiler.nat_gateways[*nat].component {
            Component::Resource(_, position) => {
                compiler.model.nat_gateways[position as usize].addresses.iter().any(owns)
            }
            Component::Internet | Component::OnPremises | Component::Service(_) => false,
        });
    match found {
        Some(nat) => {
            let way_back = compiler.nat_gateways[nat].way_back;
            vec![Step::GoOn(way_back)]
        }
        None => vec![Step::Guard(Guard::Never(ExplanationCode::NatGatewayNoState))],
    }
}
