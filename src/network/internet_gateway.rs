//! Internet gateways: 1:1 translation and its conditions (IGW-1 … IGW-10, GRT-1).

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{
    Component, Entry, Guard, LocationId, LocationKind, Origin, Step, Translation, VpcIndex,
};
use super::rows::NOBODY;
use crate::model::{
    AssumptionCode, GatewayAttachment, InternetGatewayId, Place, ResourceKind, RouteState, RouteTarget,
};
use crate::packet::Family;

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Locations {
        return;
    }
    for vpc in 0..compiler.vpcs.len() {
        attach(compiler, VpcIndex(vpc as u32));
    }
}

/// The gateway that is attached to a VPC, by the gateway's own word; one that may be, where nobody knows the word.
fn attached(compiler: &Compiler<'_>, vpc: VpcIndex) -> Option<usize> {
    let id = &compiler.vpcs[vpc.index()].id;
    let find = |serves: fn(&GatewayAttachment) -> bool| {
        let mut positions = compiler.relations.internet_gateways(id).iter().copied();
        positions.find(|position| {
            let attachments = &compiler.model.internet_gateways[*position].attachments;
            attachments.iter().any(|attachment| attachment.vpc == *id && serves(attachment))
        })
    };
    find(GatewayAttachment::is_in_force).or_else(|| find(|it| it.odd_word().is_some()))
}

/// JS-4: what keeps it open whether a gateway is attached to a VPC.
pub(super) fn doubt(
    compiler: &mut Compiler<'_>,
    attachments: &[GatewayAttachment],
    vpc: VpcIndex,
    place: Place,
) -> Option<Step> {
    let id = &compiler.vpcs[vpc.index()].id;
    let mut own = attachments.iter().filter(|it| it.vpc == *id);
    if own.clone().any(GatewayAttachment::is_in_force) {
        return None;
    }
    let word = own.find_map(GatewayAttachment::odd_word)?.to_owned();
    let gap = compiler.assumption(AssumptionCode::UnknownWord, &word, None, Some(place));
    Some(Step::Guard(Guard::Unknown(gap)))
}

/// The same of an internet gateway.
fn doubt_at(compiler: &mut Compiler<'_>, position: usize, vpc: VpcIndex) -> Option<Step> {
    let gateway = &compiler.model.internet_gateways[position];
    doubt(compiler, &gateway.attachments, vpc, gateway.about.place)
}

/// What keeps it open which IPv6 blocks of a VPC are public ones: the snapshot does not have the VPC (VPC-5).
pub(super) fn ipv6_doubt(compiler: &Compiler<'_>, vpc: VpcIndex) -> Option<Step> {
    let gap = compiler.vpcs[vpc.index()].gap?;
    Some(Step::Guard(Guard::UnknownFor(Family::V6, gap)))
}

/// Whether packets from the internet come into a VPC, and by which gateway. Where the gateways are not in the
/// snapshot, an active route to one says that it is attached.
fn attach(compiler: &mut Compiler<'_>, vpc: VpcIndex) {
    let id = compiler.vpcs[vpc.index()].id.clone();
    let named: Vec<(String, bool)> = compiler
        .relations
        .route_tables(&id)
        .iter()
        .flat_map(|table| &compiler.model.route_tables[*table].routes)
        .filter_map(|route| {
            let RouteTarget::Gateway(gateway) = &route.target else { return None };
            let is_active = route.state == RouteState::Active;
            gateway.starts_with("igw-").then(|| (gateway.to_string(), is_active))
        })
        .collect();
    if let Some(position) = attached(compiler, vpc) {
        let gateway = compiler.model.internet_gateways[position].id.to_string();
        let component = Compiler::resource(ResourceKind::InternetGateway, position);
        let doubt = doubt_at(compiler, position, vpc);
        let inward = inward(compiler, vpc, component, &gateway, doubt);
        compiler.vpcs[vpc.index()].internet_gateway = Some(inward);
        let outward = outward(compiler, vpc, &gateway, true);
        super::vpc::add_exit(compiler, vpc, outward);
        return;
    }
    let region = compiler.vpcs[vpc.index()].region.clone();
    let account = compiler.model.vpcs.get(&id).and_then(|it| it.about.account.clone());
    let kind = ResourceKind::InternetGateway;
    let is_held = compiler.model.coverage.holds(kind, account.as_ref(), region.as_ref());
    let component_of = |gateway: &str| {
        let position = compiler.model.internet_gateways.position(&InternetGatewayId::from(gateway));
        Component::Resource(kind, position.map_or(NOBODY, |position| position as u32))
    };
    if let Some((gateway, _)) = named.first() {
        compiler.vpcs[vpc.index()].detached_gateway = component_of(gateway);
    } else if let Some(position) = compiler.relations.internet_gateways(&id).first().copied() {
        compiler.vpcs[vpc.index()].detached_gateway = Compiler::resource(kind, position);
    }
    if is_held {
        return;
    }
    match named.iter().find(|(_, is_active)| *is_active) {
        Some((gateway, _)) => {
            let assumption =
                compiler.assumption(AssumptionCode::GatewayAssumedAttached, gateway, Some(kind.call()), None);
            let component = component_of(gateway);
            let assumed = Step::Guard(Guard::Assume(assumption));
            let inward = inward(compiler, vpc, component, gateway, Some(assumed));
            compiler.vpcs[vpc.index()].internet_gateway = Some(inward);
        }
        None => {
            let gap = compiler.assumption(AssumptionCode::MissingData, id.as_str(), Some(kind.call()), None);
            compiler.vpcs[vpc.index()].gateway_gap = Some(gap);
        }
    }
}

/// The location of packets that a route sends to an internet gateway.
pub(super) fn outward(compiler: &mut Compiler<'_>, vpc: VpcIndex, id: &str, is_active: bool) -> LocationId {
    let position = compiler.model.internet_gateways.position(&InternetGatewayId::from(id));
    let component =
        Component::Resource(ResourceKind::InternetGateway, position.map_or(NOBODY, |it| it as u32));
    let key = PlaceKey::InternetGatewayOut(vpc);
    let is_attached = attached(compiler, vpc);
    let (is_attached, assumption) = match position {
        Some(position) => (is_attached == Some(position), None),
        None => {
            let gap = compiler.absent(ResourceKind::InternetGateway, id, None, None, None);
            let is_missing = compiler.assumptions[gap.index()].code == AssumptionCode::MissingData;
            match (is_active, is_missing) {
                // IGW-10: the route says that the gateway is gone.
                (false, _) => (false, None),
                (true, false) => return compiler.unknown_location(gap, component),
                (true, true) => {
                    let call = Some(ResourceKind::InternetGateway.call());
                    let code = AssumptionCode::GatewayAssumedAttached;
                    (true, Some(compiler.assumption(code, id, call, None)))
                }
            }
        }
    };
    if is_attached && let Some(location) = compiler.places.get(&key) {
        return *location;
    }
    let location = compiler.add_location(LocationKind::InternetGatewayOut, component);
    let mut steps = Vec::new();
    if is_attached {
        compiler.places.insert(key, location);
    } else {
        steps.push(Step::Guard(Guard::Never(ExplanationCode::BadStateAttachment)));
    }
    steps.extend(position.filter(|_| is_attached).and_then(|it| doubt_at(compiler, it, vpc)));
    steps.extend(assumption.map(|it| Step::Guard(Guard::Assume(it))));
    steps.extend(ipv6_doubt(compiler, vpc));
    let sources = public_sources(compiler, vpc);
    let internet = compiler.internet_location;
    let edge = compiler.add_edge(location, internet, Origin::Wiring);
    let well_known = compiler.well_known;
    steps.extend([
        Step::Guard(Guard::PublicAccessOut(false)),
        // IGW-5.
        Step::Guard(Guard::DestinationNotIn(
            well_known.rfc1918,
            ExplanationCode::IgwDestinationAddressNotInRfc1918Egress,
        )),
        Step::Guard(Guard::DestinationNotIn(
            well_known.rfc6598,
            ExplanationCode::IgwDestinationAddressNotInRfc6598Egress,
        )),
        // IGW-6, VPC-5: IPv6 keeps its address, which must be a public one of this VPC.
        Step::Guard(Guard::SourceIn(sources, ExplanationCode::IgwPublicIpAssociationForEgress)),
        Step::Translate(Translation::SourceToPublic(vpc)),
        Step::Enter(Entry::Outward(location)),
        Step::Follow(edge),
    ]);
    compiler.set_steps(location, &steps);
    location
}

/// Every IPv4 address, which the translation judges, and the VPC's public IPv6 blocks.
pub(super) fn public_sources(compiler: &mut Compiler<'_>, vpc: VpcIndex) -> super::AddressSetIndex {
    let mut blocks = crate::packet::AddressSet::all(Family::V4).blocks();
    let row = &compiler.vpcs[vpc.index()];
    match compiler.model.vpcs.get(&row.id) {
        Some(vpc) => blocks.extend(super::vpc::public_ipv6_cidrs(vpc)),
        // Which of them are public is not known; see `ipv6_doubt`.
        None => blocks.extend(row.cidrs.iter().copied().filter(|net| super::address_plan::is_global(*net))),
    }
    compiler.address_set(&blocks)
}

/// The location of packets that come from the internet for a VPC.
fn inward(
    compiler: &mut Compiler<'_>,
    vpc: VpcIndex,
    component: Component,
    id: &str,
    condition: Option<Step>,
) -> LocationId {
    let key = PlaceKey::InternetGatewayIn(vpc);
    let location = compiler.add_location(LocationKind::InternetGatewayIn, component);
    compiler.places.insert(key, location);
    let internet = compiler.internet_location;
    compiler.add_edge(internet, location, Origin::Wiring);
    let denied = denied_addresses(compiler, vpc);
    let denied = compiler.address_set(&denied);
    // GRT-1: a table that is associated with the gateway sees packets after translation.
    let next = match super::route_table::of_gateway(compiler, id, vpc) {
        Some(table) => table,
        None => compiler.vpcs[vpc.index()].router,
    };
    let edge = compiler.add_edge(location, next, Origin::Wiring);
    let well_known = compiler.well_known;
    let own = compiler.vpcs[vpc.index()].cidr_set;
    let not_advertised = compiler.not_advertised;
    // What is dropped for certain comes before what nobody knows.
    let mut steps = vec![
        Step::Guard(Guard::SourceNotIn(
            well_known.rfc1918,
            ExplanationCode::IgwSourceAddressNotInRfc1918Ingress,
        )),
        Step::Guard(Guard::SourceNotIn(
            well_known.rfc6598,
            ExplanationCode::IgwSourceAddressNotInRfc6598Ingress,
        )),
        // EIP-4.
        Step::Guard(Guard::DestinationNotIn(not_advertised, ExplanationCode::BadState)),
    ];
    steps.extend(condition.into_iter().chain(ipv6_doubt(compiler, vpc)));
    steps.extend([
        Step::Translate(Translation::DestinationToPrivate(vpc)),
        Step::Guard(Guard::SourceNotIn(own, ExplanationCode::GatewayRejectsSpoofedTraffic)),
        Step::Guard(Guard::PublicAccessIn(vpc)),
        Step::Guard(Guard::DestinationNotIn(denied, ExplanationCode::EniDeniesInternet)),
        Step::Enter(Entry::InternetGateway),
        Step::Follow(edge),
    ]);
    compiler.set_steps(location, &steps);
    location
}

/// IGW-7: addresses of interfaces that take nothing from the internet; those of interface endpoints (IEP-12) and of
/// internal load balancers (LB-17) with IPv6 say so themselves.
fn denied_addresses(compiler: &Compiler<'_>, vpc: VpcIndex) -> Vec<ipnet::IpNet> {
    let positions = compiler.denying.get(&vpc).map_or(&[][..], Vec::as_slice);
    positions
        .iter()
        .flat_map(|position| super::network_interface::owned(&compiler.model.network_interfaces[*position]))
        .collect()
}
