//! VPCs: address plans and delivery inside (VPC-1 … VPC-5, PCX-9).

use std::collections::BTreeSet;

use ipnet::IpNet;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::ExplanationCode;
use super::address_plan::is_global;
use super::compiler::{Compiler, Stage};
use super::location::{AddressSetIndex, Component, Guard, LocationId, LocationKind, Step, VpcIndex};
use super::rows::{NOBODY, PublicOwner, VpcRow};
use crate::model::{
    AssumptionCode, BlockState, ResourceKind, RouteDestination, RouteTarget, Vpc, VpcId, VpcState,
};
use crate::packet::AddressMap;

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows => rows(compiler),
        Stage::Filters => plans(compiler),
        Stage::Locations => {
            for index in 0..compiler.vpcs.len() {
                let vpc = VpcIndex(index as u32);
                let router = compiler.vpcs[index].router;
                let mut steps = guards(compiler, vpc);
                steps.push(Step::ToSubnet(vpc));
                compiler.set_steps(router, &steps);
            }
        }
    }
}

/// VPC-7: nothing is sent in a VPC that is not there yet.
fn state_guard(compiler: &mut Compiler<'_>, vpc: VpcIndex) -> Option<Step> {
    let resource = compiler.model.vpcs.get_row(vpc.index())?;
    match &resource.state {
        None | Some(VpcState::Available) => None,
        Some(VpcState::Pending) => Some(Step::Guard(Guard::Never(ExplanationCode::BadState))),
        Some(VpcState::Unknown(word)) => {
            let place = Some(resource.about.place);
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            Some(Step::Guard(Guard::Unknown(gap)))
        }
    }
}

/// JS-4: whether a block is the VPC's is open while nobody knows the word for its state.
fn block_guard(compiler: &mut Compiler<'_>, vpc: VpcIndex) -> Option<Step> {
    let resource = compiler.model.vpcs.get_row(vpc.index())?;
    let states = resource.cidrs.iter().map(|it| &it.state);
    let mut states = states.chain(resource.ipv6_cidrs.iter().map(|it| &it.state));
    let word = states.find_map(|state| match state {
        Some(BlockState::Unknown(word)) => Some(word),
        None
        | Some(
            BlockState::Associated
            | BlockState::Associating
            | BlockState::Disassociating
            | BlockState::Disassociated
            | BlockState::Failing
            | BlockState::Failed,
        ) => None,
    })?;
    let place = Some(resource.about.place);
    let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
    Some(Step::Guard(Guard::Unknown(gap)))
}

/// What holds for all packets of a VPC.
pub(super) fn guards(compiler: &mut Compiler<'_>, vpc: VpcIndex) -> Vec<Step> {
    let mut guards: Vec<Step> = compiler.vpcs[vpc.index()].state_guard.into_iter().collect();
    guards.extend(block_guard(compiler, vpc));
    let enforcing = compiler.model.vpcs.get_row(vpc.index()).filter(|it| it.encryption_enforced);
    let own =
        enforcing.map(|it| super::vpc_encryption_control::enforced(compiler, vpc, Some(it.about.place)));
    let gap = compiler.vpcs[vpc.index()].encryption_gap.or(own);
    guards.extend(gap.map(|gap| Step::Guard(Guard::Unknown(gap))));
    guards
}

/// VPC-4, VPC-5: IPv6 blocks that the internet could reach.
pub(super) fn public_ipv6_cidrs(vpc: &Vpc) -> impl Iterator<Item = IpNet> + '_ {
    vpc.ipv6_cidrs
        .iter()
        .filter(|it| matches!(it.state, None | Some(BlockState::Associated)) && !it.is_private)
        .map(|it| IpNet::V6(it.cidr))
        .filter(|net| is_global(*net))
}

/// One row for each VPC, those of the model first and in its order; also for those that others only refer to: delivery there is known as far as subnets and
/// interfaces are.
fn rows(compiler: &mut Compiler<'_>) {
    let model = compiler.model;
    let known: FxHashSet<&VpcId> = model.vpcs.iter().map(|it| &it.id).collect();
    let is_new = |id: &&VpcId| !known.contains(id);
    let in_interfaces = model.network_interfaces.par_iter().map(|it| &it.vpc).filter(is_new);
    let in_interfaces: Vec<&VpcId> = in_interfaces.collect();
    let in_others = model.subnets.iter().map(|it| &it.vpc).chain(model.route_tables.iter().map(|it| &it.vpc));
    let mentioned: BTreeSet<&VpcId> = in_others.filter(is_new).chain(in_interfaces).collect();
    for vpc in model.vpcs.iter() {
        add(compiler, &vpc.id, vpc.associated_cidrs(), vpc.about.region.clone());
    }
    for id in mentioned {
        // The blocks of a VPC that the snapshot lacks show in its local routes, parts of them in its subnets.
        let relations = std::sync::Arc::clone(&compiler.relations);
        let subnets = || relations.subnets(id).iter().map(|position| &model.subnets[*position]);
        let tables = relations.route_tables(id).iter().map(|position| &model.route_tables[*position]);
        let local = tables.flat_map(|it| &it.routes);
        let mut cidrs: Vec<IpNet> = local
            .filter_map(|route| match (&route.target, &route.destination) {
                (RouteTarget::Local, RouteDestination::Cidr(net)) => Some(*net),
                _ => None,
            })
            .collect();
        if cidrs.is_empty() {
            cidrs.extend(subnets().flat_map(|it| it.associated_cidrs()));
        }
        cidrs.sort();
        cidrs.dedup();
        let region = subnets().next().and_then(|it| it.about.region.clone());
        add(compiler, id, cidrs, region);
    }
}

fn add(compiler: &mut Compiler<'_>, id: &VpcId, cidrs: Vec<IpNet>, region: Option<crate::model::Region>) {
    let index = VpcIndex(compiler.vpcs.len() as u32);
    let component = Component::Resource(ResourceKind::Vpc, index.0);
    let router = compiler.add_location(LocationKind::Router, component);
    let account = compiler.model.vpcs.get(id).and_then(|it| it.about.account.as_ref());
    let kind = ResourceKind::NetworkInterface;
    let is_held = compiler.model.coverage.holds(kind, account, region.as_ref());
    let interfaces_gap = (!is_held)
        .then(|| compiler.assumption(AssumptionCode::MissingData, id.as_str(), Some(kind.call()), None));
    let is_absent = compiler.model.vpcs.get(id).is_none();
    let gap = is_absent.then(|| compiler.absent(ResourceKind::Vpc, id.as_str(), None, region.as_ref(), None));
    compiler.vpcs.push(VpcRow {
        id: id.clone(),
        component,
        region,
        cidrs,
        cidr_set: AddressSetIndex(0),
        gap,
        subnets: AddressMap::constant(NOBODY),
        interfaces: AddressMap::constant(NOBODY),
        public_addresses: Vec::new(),
        resolvers: Vec::new(),
        is_resolver_off: false,
        router,
        internet_gateway: None,
        detached_gateway: component,
        gateway_gap: None,
        egress_only_gateway: None,
        exits: Vec::new(),
        interfaces_gap,
        group_peers: Vec::new(),
        encryption_gap: None,
        state_guard: None,
    });
    compiler.vpc_ids.insert(id.clone(), index);
}

/// Address → subnet and public address → private address; interfaces add themselves.
fn plans(compiler: &mut Compiler<'_>) {
    let mut subnet_entries: Vec<Vec<(IpNet, u32)>> = vec![Vec::new(); compiler.vpcs.len()];
    for (index, subnet) in compiler.subnets.iter().enumerate() {
        let entries = &mut subnet_entries[subnet.vpc.index()];
        entries.extend(subnet.cidrs.iter().map(|net| (*net, index as u32)));
    }
    for (index, entries) in subnet_entries.into_iter().enumerate() {
        let cidrs = compiler.vpcs[index].cidrs.clone();
        let cidr_set = compiler.address_set(&cidrs);
        let row = &mut compiler.vpcs[index];
        row.cidr_set = cidr_set;
        row.subnets = AddressMap::sweep(&entries, |_, covering| covering.last().map_or(NOBODY, |it| **it));
        let own = compiler.model.vpcs.get(&row.id);
        // Of several blocks, it is the primary one whose base counts.
        let primary = own.and_then(|it| it.primary_cidr);
        row.resolvers = cidrs
            .iter()
            .filter(|net| primary.is_none_or(|primary| primary == **net))
            .filter_map(|net| match net {
                IpNet::V4(net) => Some(u32::from(net.network()).wrapping_add(2)),
                IpNet::V6(_) => None,
            })
            .collect();
        let attributes = compiler.model.vpc_dns_attributes.get(&row.id);
        row.is_resolver_off = attributes.is_some_and(|it| it.support == Some(false));
    }
    for index in 0..compiler.vpcs.len() {
        compiler.vpcs[index].state_guard = state_guard(compiler, VpcIndex(index as u32));
    }
    for (index, row) in compiler.vpcs.iter_mut().enumerate() {
        row.public_addresses.sort_unstable();
        row.public_addresses.dedup();
        debug_assert!(index < NOBODY as usize);
    }
}

/// Notes that a public address stands for a private one of the VPC.
pub(super) fn associate(compiler: &mut Compiler<'_>, vpc: VpcIndex, private: u32, public: u32) {
    compiler.vpcs[vpc.index()].public_addresses.push((private, public));
    super::address_plan::own_public(compiler, public, PublicOwner::Private(vpc, private));
}

/// Notes that packets could leave the VPC by a location if a route said so.
pub(super) fn add_exit(compiler: &mut Compiler<'_>, vpc: VpcIndex, exit: LocationId) {
    let exits = &mut compiler.vpcs[vpc.index()].exits;
    if !exits.contains(&exit) {
        exits.push(exit);
    }
}
