//! What the pictures of a topology are made from: the model's resources by the VPC that they are in, gathered once.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::tier::{WayOut, WaysOut};
use crate::model::{About, Model, ResourceKind, VpcId};
use crate::network::{Component, InterfaceIndex, Network};
use crate::snapshot::Snapshot;

/// The resources of a snapshot, ordered for drawing.
pub(super) struct Estate<'a> {
    pub snapshot: &'a Snapshot,
    pub model: &'a Model,
    pub network: &'a Network,
    /// By account, Region, first block and id.
    pub vpcs: Vec<VpcFacts<'a>>,
    /// Interfaces in those.
    pub interface_count: usize,
    /// Whether everything is shown.
    pub is_whole: bool,
}

/// A VPC with what is in it.
pub(super) struct VpcFacts<'a> {
    pub id: &'a VpcId,
    /// Its row in the model; absent where the snapshot only refers to it.
    pub row: Option<usize>,
    pub about: Option<&'a About>,
    pub account: &'a str,
    pub region: &'a str,
    pub cidrs: Vec<String>,
    pub subnets: Vec<SubnetFacts<'a>>,
    pub host_count: usize,
    pub nat_gateways: Vec<usize>,
    pub endpoints: Vec<usize>,
    pub internet_gateways: Vec<usize>,
    pub egress_only_gateways: Vec<usize>,
    pub vpn_gateways: Vec<usize>,
    pub attachments: Vec<usize>,
    pub peerings: Vec<usize>,
}

/// A subnet with who is in it.
pub(super) struct SubnetFacts<'a> {
    pub row: &'a crate::network::SubnetRow,
    pub id: &'a str,
    pub about: Option<&'a About>,
    pub cidrs: Vec<String>,
    /// The zone that all accounts call the same.
    pub zone: &'a str,
    /// The account's own name for it.
    pub zone_name: &'a str,
    pub way_out: WayOut,
    /// Rows of the model.
    pub interfaces: Vec<u32>,
}

/// What is printed where the snapshot does not say whose something is.
const NOBODY: &str = "";

impl<'a> Estate<'a> {
    /// Sorts everything by VPC.
    pub(super) fn gather(snapshot: &'a Snapshot, network: &'a Network, options: &Options) -> Estate<'a> {
        let model = &snapshot.model;
        let mut vpcs: Vec<VpcFacts<'a>> = network.vpcs.iter().map(|row| vpc(model, row)).collect();
        subnets(model, network, options, &mut vpcs);
        let position: BTreeMap<&VpcId, usize> =
            network.vpcs.iter().enumerate().map(|(at, it)| (&it.id, at)).collect();
        gateways(model, &position, &mut vpcs);
        let all = vpcs.len();
        let is_named = |it: &VpcFacts<'_>| it.row.is_some_and(|row| options.vpcs.contains(&row));
        vpcs.retain(|it| options.vpcs.is_empty() || is_named(it));
        if let Some((key, value)) = &options.tag {
            let has = |about: Option<&About>| about.is_some_and(|it| it.tags.has(key, value.as_deref()));
            for vpc in &mut vpcs {
                let is_all = has(vpc.about);
                vpc.subnets.retain(|it| is_all || has(it.about) || !it.interfaces.is_empty());
            }
            vpcs.retain(|it| has(it.about) || !it.subnets.is_empty());
        }
        vpcs.sort_by(|one, other| one.order().cmp(&other.order()));
        let interface_count = vpcs.iter().map(|it| it.host_count).sum();
        let is_whole = vpcs.len() == all && options.tag.is_none() && !options.only_violations;
        Estate { snapshot, model, network, vpcs, interface_count, is_whole }
    }

    /// How many pairs of account and Region there are.
    pub(super) fn place_count(&self) -> usize {
        let places: BTreeSet<(&str, &str)> = self.vpcs.iter().map(|it| (it.account, it.region)).collect();
        places.len()
    }
}

impl<'a> VpcFacts<'a> {
    fn order(&self) -> (&'a str, &'a str, bool, Option<ipnet::IpNet>, &'a VpcId) {
        let first = self.cidrs.first().and_then(|it| it.parse().ok());
        (self.account, self.region, self.row.is_none(), first, self.id)
    }

    /// Its name, or its id where it has none.
    pub(super) fn name(&self) -> &'a str {
        self.about.and_then(About::name).unwrap_or(self.id.as_str())
    }
}

impl SubnetFacts<'_> {
    /// Its name, or its id where it has none.
    pub(super) fn name(&self) -> &str {
        self.about.and_then(About::name).unwrap_or(self.id)
    }
}

fn vpc<'a>(model: &'a Model, row: &'a crate::network::VpcRow) -> VpcFacts<'a> {
    let position = model.vpcs.position(&row.id);
    let about = position.map(|at| &model.vpcs[at].about);
    VpcFacts {
        id: &row.id,
        row: position,
        about,
        account: about.and_then(|it| it.account.as_ref()).map_or(NOBODY, |it| it.as_str()),
        region: row.region.as_ref().map_or(NOBODY, |it| it.as_str()),
        cidrs: row.cidrs.iter().map(ToString::to_string).collect(),
        subnets: Vec::new(),
        host_count: 0,
        nat_gateways: Vec::new(),
        endpoints: Vec::new(),
        internet_gateways: Vec::new(),
        egress_only_gateways: Vec::new(),
        vpn_gateways: Vec::new(),
        attachments: Vec::new(),
        peerings: Vec::new(),
    }
}

/// Subnets and the interfaces in them, in the network's order, which is the ids'.
fn subnets<'a>(model: &'a Model, network: &'a Network, options: &Options, vpcs: &mut [VpcFacts<'a>]) {
    let mut interfaces: Vec<Vec<u32>> = vec![Vec::new(); network.subnets.len()];
    let wanted = |row: u32| {
        options.tag.as_ref().is_none_or(|(key, value)| {
            let interface = &model.network_interfaces[row as usize];
            let instance = interface.attachment.as_ref().and_then(|it| it.instance.as_ref());
            let instance = instance.and_then(|it| model.instances.get(it));
            interface.about.tags.has(key, value.as_deref())
                || instance.is_some_and(|it| it.about.tags.has(key, value.as_deref()))
                || model
                    .subnets
                    .get(&interface.subnet)
                    .is_some_and(|it| it.about.tags.has(key, value.as_deref()))
                || model.vpcs.get(&interface.vpc).is_some_and(|it| it.about.tags.has(key, value.as_deref()))
        })
    };
    for row in 0..model.network_interfaces.len() as u32 {
        let known = &network.interfaces[InterfaceIndex(row).index()];
        if wanted(row) {
            interfaces[known.subnet.index()].push(row);
        }
    }
    let mut ways = WaysOut::new(network);
    for (row, interfaces) in network.subnets.iter().zip(interfaces) {
        let resource = match row.component {
            Component::Resource(ResourceKind::Subnet, at) => model.subnets.get_row(at as usize),
            Component::Resource(..) | Component::Internet | Component::Service(_) | Component::OnPremises => {
                None
            }
        };
        let cidrs =
            if resource.is_some() { row.cidrs.iter().map(ToString::to_string).collect() } else { Vec::new() };
        let zone = network.zones.get(row.zone.index()).map_or(NOBODY, String::as_str);
        let vpc = &mut vpcs[row.vpc.index()];
        vpc.host_count += interfaces.len();
        vpc.subnets.push(SubnetFacts {
            row,
            id: row.id.as_str(),
            about: resource.map(|it| &it.about),
            cidrs,
            zone,
            zone_name: resource.and_then(|it| it.zone.name.as_deref()).unwrap_or(zone),
            way_out: ways.of(row),
            interfaces,
        });
    }
}

/// What stands on the edges of VPCs.
fn gateways(model: &Model, position: &BTreeMap<&VpcId, usize>, vpcs: &mut [VpcFacts<'_>]) {
    let find = |id: &VpcId| position.get(id).copied();
    for (row, it) in model.nat_gateways.iter().enumerate() {
        let subnet = it.subnet.as_ref().and_then(|id| model.subnets.get(id));
        if let Some(at) = it.vpc.as_ref().or(subnet.map(|it| &it.vpc)).and_then(find) {
            vpcs[at].nat_gateways.push(row);
        }
    }
    for (row, it) in model.vpc_endpoints.iter().enumerate() {
        if let Some(at) = find(&it.vpc) {
            vpcs[at].endpoints.push(row);
        }
    }
    for (row, it) in model.internet_gateways.iter().enumerate() {
        for at in it.attachments.iter().filter_map(|it| find(&it.vpc)) {
            vpcs[at].internet_gateways.push(row);
        }
    }
    for (row, it) in model.egress_only_gateways.iter().enumerate() {
        for at in it.attachments.iter().filter_map(|it| find(&it.vpc)) {
            vpcs[at].egress_only_gateways.push(row);
        }
    }
    for (row, it) in model.vpn_gateways.iter().enumerate() {
        for at in it.attachments.iter().filter_map(|it| find(&it.vpc)) {
            vpcs[at].vpn_gateways.push(row);
        }
    }
    for (row, it) in model.transit_gateway_vpc_attachments.iter().enumerate() {
        if let Some(at) = find(&it.vpc) {
            vpcs[at].attachments.push(row);
        }
    }
    for (row, it) in model.peering_connections.iter().enumerate() {
        let sides = [&it.requester, &it.accepter];
        let ends: BTreeSet<usize> =
            sides.into_iter().filter_map(|it| it.vpc.as_ref()).filter_map(find).collect();
        for at in ends {
            vpcs[at].peerings.push(row);
        }
    }
}
