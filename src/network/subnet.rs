//! Subnets: what surrounds interfaces (RT-1, RT-2, ACL-1, ACL-7).

use std::collections::BTreeMap;

use ipnet::IpNet;
use rayon::prelude::*;

use super::compiler::{Compiler, Stage};
use super::filter::FilterId;
use super::location::{Component, Guard, LocationKind, Origin, PeerSide, Step, SubnetIndex, VpcIndex};
use super::rows::{PublicAccess, SubnetRow};
use crate::model::{NetworkInterface, ResourceKind, SubnetId, Zone};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows => rows(compiler),
        Stage::Filters => {}
        Stage::Locations => {
            for index in 0..compiler.subnets.len() {
                locations(compiler, SubnetIndex(index as u32));
            }
        }
    }
}

/// One row for each subnet, also for those that interfaces only refer to: those know their interfaces' addresses.
fn rows(compiler: &mut Compiler<'_>) {
    let model = compiler.model;
    for subnet in model.subnets.iter() {
        let Some(vpc) = compiler.vpc_ids.get(&subnet.vpc).copied() else { continue };
        let zone = compiler.zone(&subnet.zone, subnet.about.account.as_ref());
        add(compiler, &subnet.id, vpc, zone, subnet.associated_cidrs());
    }
    let mut orphans: BTreeMap<&SubnetId, (VpcIndex, Vec<IpNet>)> = BTreeMap::new();
    let relations = std::sync::Arc::clone(&compiler.relations);
    let is_orphan = |it: &&NetworkInterface| relations.subnet(&it.subnet).is_none();
    let without: Vec<&NetworkInterface> = model.network_interfaces.par_iter().filter(is_orphan).collect();
    for interface in without {
        let Some(vpc) = compiler.vpc_ids.get(&interface.vpc).copied() else { continue };
        let known = orphans.entry(&interface.subnet).or_insert_with(|| (vpc, Vec::new()));
        known.1.extend(super::network_interface::owned(interface));
    }
    for (id, (vpc, cidrs)) in orphans {
        let zone = compiler.zone(&Zone { name: Some(id.0.clone()), id: None }, None);
        add(compiler, id, vpc, zone, cidrs);
    }
}

fn add(compiler: &mut Compiler<'_>, id: &SubnetId, vpc: VpcIndex, zone: super::ZoneIndex, cidrs: Vec<IpNet>) {
    let index = SubnetIndex(compiler.subnets.len() as u32);
    let position = compiler.model.subnets.position(id).map_or(u32::MAX, |position| position as u32);
    let component = Component::Resource(ResourceKind::Subnet, position);
    let out = compiler.add_location(LocationKind::SubnetOut, component);
    let inward = compiler.add_location(LocationKind::SubnetIn, component);
    let inside = compiler.add_location(LocationKind::SubnetInside, component);
    let gap =
        (position == u32::MAX).then(|| compiler.absent(ResourceKind::Subnet, id.as_str(), None, None, None));
    compiler.subnets.push(SubnetRow {
        id: id.clone(),
        gap,
        component,
        vpc,
        zone,
        cidrs,
        out,
        inward,
        inside,
        route_table: None,
        acl: [FilterId::Acl(0); 2],
        public_access: PublicAccess::Open,
        public_access_gap: None,
    });
    compiler.subnet_ids.insert(id.clone(), index);
}

fn locations(compiler: &mut Compiler<'_>, index: SubnetIndex) {
    let SubnetRow { vpc, out, inward, inside, acl, gap, .. } = compiler.subnets[index.index()];
    let router = compiler.vpcs[vpc.index()].router;
    compiler.add_edge(router, inward, Origin::Wiring);
    let to_inside = compiler.add_edge(out, inside, Origin::Wiring);
    let table = super::route_table::of_subnet(compiler, index);
    compiler.subnets[index.index()].route_table = Some(table);
    let to_table = compiler.add_edge(out, table, Origin::Wiring);
    // RT-2, ACL-7: inside the subnet neither table nor ACL is consulted.
    let guards = super::vpc::guards(compiler, vpc);
    let mut outward = vec![Step::Stand(index)];
    outward.extend(guards);
    outward.extend(gap.map(|gap| Step::Guard(Guard::Unknown(gap))));
    outward.extend([
        Step::SameSubnet(index, to_inside),
        Step::Acl { filter: acl[1], peer: PeerSide::Destination, subnet: index, judges_own_subnet: true },
        Step::Follow(to_table),
    ]);
    compiler.set_steps(out, &outward);
    compiler.set_steps(inside, &[Step::ToInterface(vpc)]);
    compiler.set_steps(
        inward,
        &[
            Step::Acl { filter: acl[0], peer: PeerSide::Source, subnet: index, judges_own_subnet: true },
            Step::ToInterface(vpc),
        ],
    );
}
