//! Which NAT gateways subnets leave by, through whatever lies between, and whether those work.

use rustc_hash::FxHashMap;

use super::Context;
use super::trace::{End, Way};
use crate::model::ResourceKind;
use crate::network::{Component, ExplanationCode, LocationKind, Origin, SubnetIndex, VpcIndex, ZoneIndex};
use crate::packet::Family;

/// Subnets of a VPC that leave alike: one route table, one zone.
#[derive(Debug, Clone)]
pub struct NatUse {
    /// Their VPC.
    pub vpc: VpcIndex,
    /// Their zone.
    pub zone: ZoneIndex,
    /// The subnets.
    pub subnets: Vec<SubnetIndex>,
    /// The NAT gateways that their packets for the internet come to.
    pub gateways: Vec<Gateway>,
    /// Whether nobody can tell where some of their packets go.
    pub is_unknown: bool,
}

/// A NAT gateway that packets for the internet come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// The gateway.
    pub component: Component,
    /// The VPC that it is in.
    pub vpc: VpcIndex,
    /// Its zone; absent when it serves every zone.
    pub zone: Option<ZoneIndex>,
    /// Why nothing gets out by it, when nothing does.
    pub fault: Option<ExplanationCode>,
    /// The route that the subnet's own table sends by.
    pub route: Option<Origin>,
    /// What lies between subnet and gateway.
    pub through: Option<Component>,
}

/// Who leaves by NAT gateways.
pub fn uses(context: &Context<'_>) -> Vec<NatUse> {
    let mut classes: FxHashMap<_, usize> = FxHashMap::default();
    let mut uses: Vec<NatUse> = Vec::new();
    for (index, row, subnet) in context.subnets() {
        if subnet.cidr.is_none() {
            continue;
        }
        let class = *classes.entry((row.vpc, row.route_table, row.zone)).or_insert_with(|| {
            let (gateways, is_unknown) = gateways(context, index);
            uses.push(NatUse { vpc: row.vpc, zone: row.zone, subnets: Vec::new(), gateways, is_unknown });
            uses.len() - 1
        });
        uses[class].subnets.push(index);
    }
    uses.retain(|it| !it.gateways.is_empty());
    uses
}

fn gateways(context: &Context<'_>, subnet: SubnetIndex) -> (Vec<Gateway>, bool) {
    let mut found: Vec<Gateway> = Vec::new();
    let mut is_unknown = false;
    for way in context.ways(subnet, context.outside(Family::V4)) {
        is_unknown |= matches!(way.end, End::Unknown(_));
        let Some(gateway) = gateway_of(context, &way) else { continue };
        match found.iter_mut().find(|it| it.component == gateway.component) {
            // What gets some packets out works.
            Some(known) if gateway.fault.is_none() => known.fault = None,
            Some(_) => {}
            None => found.push(gateway),
        }
    }
    (found, is_unknown)
}

fn gateway_of(context: &Context<'_>, way: &Way) -> Option<Gateway> {
    let stop = way.stop(LocationKind::NatGateway)?;
    let row = context.network.nat_gateways.iter().find(|it| it.component == stop.component);
    let zone = row.and_then(|it| it.subnet).map(|it| context.network.subnets[it.index()].zone);
    let is_public = row.is_some_and(|row| {
        let known = &context.network.vpcs[row.vpc.index()].public_addresses;
        row.addresses.iter().any(|own| known.iter().any(|it| it.0 == own.address))
    });
    let fault = match way.end {
        End::Dropped(code) => Some(code),
        // NAT-7: a private gateway, or one without an elastic address, is let out by no internet gateway.
        End::Internet if !is_public => Some(ExplanationCode::IgwPublicIpAssociationForEgress),
        End::Internet | End::Vpc(_) | End::OnPremises | End::Clients | End::Service(_) | End::Unknown(_) => {
            None
        }
    };
    let between = way.stops.iter().find(|it| {
        matches!(it.component, Component::Resource(ResourceKind::TransitGateway, _))
            || matches!(it.kind, LocationKind::TransitIn | LocationKind::Forwarder)
    });
    Some(Gateway {
        component: stop.component,
        vpc: row.map_or(stop.vpc, |it| it.vpc),
        zone,
        fault,
        route: way.first_route(),
        through: between.map(|it| it.component),
    })
}

/// Whether a NAT gateway stands in a zone, or in the zone that a Local Zone belongs to.
pub fn serves(context: &Context<'_>, gateway: Option<ZoneIndex>, zone: ZoneIndex) -> bool {
    let parent = context.network.zone_parents.get(zone.index()).copied().flatten();
    gateway.is_none_or(|it| it == zone || Some(it) == parent)
}
