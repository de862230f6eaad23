//! Segments that are declared separate: whose members they are, and by which ways they reach each other.

use std::collections::BTreeMap;

use super::Context;
use super::finding::{Claim, Witness};
use super::trace::{End, Way};
use crate::network::{InterfaceIndex, LocationKind, SubnetIndex, VpcIndex};
use crate::packet::{AddressSet, Family};
use crate::solver::{Destination, Source, Traffic};

/// A way from a VPC of one segment into a VPC of another.
pub struct Crossing {
    /// Where packets begin.
    pub from: VpcIndex,
    /// Where they end.
    pub to: VpcIndex,
    /// The segments, by their place in the settings.
    pub segments: (usize, usize),
    /// The way.
    pub way: Way,
    /// A subnet that has it.
    pub subnet: SubnetIndex,
}

impl Crossing {
    /// Whether it goes through a transit gateway's table, and nothing but that joins the two.
    pub fn is_by_transit(&self) -> bool {
        self.way.stop(LocationKind::TransitRouteTable).is_some()
    }

    /// A packet that gets there, from a host of the subnet to one of the other VPC.
    pub fn witness(&self, context: &Context<'_>) -> Option<Witness> {
        let pieces = context.network.vpcs[self.to.index()].interfaces.split(&self.way.destinations);
        let owners = pieces.into_iter().map(|it| it.1).filter(|it| *it != u32::MAX).map(InterfaceIndex);
        let hosts: Vec<InterfaceIndex> = owners.filter(|it| context.is_host(*it)).take(4).collect();
        hosts.into_iter().find_map(|host| {
            context.witness_from(self.subnet, |interface| {
                Witness::new(
                    Source::Interface(interface, None),
                    Destination::Interface(host, None),
                    Traffic::default(),
                    Family::V4,
                    Claim::Arrives,
                )
            })
        })
    }
}

/// The segment of each VPC that is in one.
pub fn members(context: &Context<'_>) -> BTreeMap<VpcIndex, usize> {
    let mut members = BTreeMap::new();
    for (index, row) in context.network.vpcs.iter().enumerate() {
        let Some(vpc) = context.model.vpcs.get(&row.id) else { continue };
        let segments = context.settings.segments.iter();
        let own =
            segments.clone().position(|it| it.members.iter().any(|it| it.fits(vpc.id.as_str(), &vpc.about)));
        members.extend(own.map(|it| (VpcIndex(index as u32), it)));
    }
    members
}

/// Every way between segments, one for each pair of VPCs and kind of way.
pub fn crossings(context: &Context<'_>) -> Vec<Crossing> {
    let members = members(context);
    let mut found: Vec<Crossing> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    if members.is_empty() {
        return found;
    }
    for (index, row, subnet) in context.subnets() {
        let Some(own) = members.get(&row.vpc).copied() else { continue };
        if subnet.cidr.is_none() || !seen.insert((row.vpc, row.route_table, row.zone)) {
            continue;
        }
        for way in context.ways(index, &AddressSet::all(Family::V4)) {
            let End::Vpc(to) = way.end else { continue };
            let Some(other) = members.get(&to).copied().filter(|it| *it != own) else { continue };
            let crossing = Crossing { from: row.vpc, to, segments: (own, other), way, subnet: index };
            let is_known = found.iter().any(|it| {
                (it.from, it.to, it.is_by_transit()) == (crossing.from, crossing.to, crossing.is_by_transit())
            });
            if !is_known {
                found.push(crossing);
            }
        }
    }
    found
}
