//! Who names whom: the references of the model turned round, so that no twin scans a whole list for each of its own.
//! With a million interfaces a scan for each VPC takes a minute.
//!
//! Positions stand in the model's order, so that the first of several is the one a scan would have found.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{
    InstanceId, InstanceState, Model, NetworkInterfaceId, SubnetId, TransitGatewayAttachmentId,
    TransitGatewayId, VpcEndpointId, VpcId,
};

/// Positions in the model's collections, by what the resources there refer to.
#[derive(Debug, Default)]
pub(super) struct Relations<'a> {
    route_tables: FxHashMap<&'a VpcId, Vec<usize>>,
    subnets: FxHashMap<&'a VpcId, Vec<usize>>,
    known_subnets: FxHashMap<&'a SubnetId, usize>,
    internet_gateways: FxHashMap<&'a VpcId, Vec<usize>>,
    attachments_of_vpc: FxHashMap<&'a VpcId, Vec<usize>>,
    attachments_of_gateway: FxHashMap<&'a TransitGatewayId, Vec<usize>>,
    associations: FxHashMap<&'a TransitGatewayAttachmentId, Vec<usize>>,
    /// Interfaces of the instances that something sends to.
    interfaces_of: FxHashMap<&'a InstanceId, Vec<usize>>,
    endpoints: FxHashMap<&'a NetworkInterfaceId, usize>,
    /// Firewalls by their endpoints.
    firewalls: FxHashMap<&'a VpcEndpointId, usize>,
    /// Those that are not simply running, which few are.
    resting: FxHashMap<&'a InstanceId, &'a InstanceState>,
}

impl<'a> Relations<'a> {
    /// One pass over each collection.
    pub(super) fn new(model: &'a Model) -> Relations<'a> {
        let mut relations = Relations::default();
        for (position, table) in model.route_tables.iter().enumerate() {
            relations.route_tables.entry(&table.vpc).or_default().push(position);
        }
        for (position, subnet) in model.subnets.iter().enumerate() {
            relations.subnets.entry(&subnet.vpc).or_default().push(position);
            relations.known_subnets.insert(&subnet.id, position);
        }
        for (position, gateway) in model.internet_gateways.iter().enumerate() {
            for attachment in &gateway.attachments {
                push_once(relations.internet_gateways.entry(&attachment.vpc).or_default(), position);
            }
        }
        for (position, attachment) in model.transit_gateway_vpc_attachments.iter().enumerate() {
            relations.attachments_of_vpc.entry(&attachment.vpc).or_default().push(position);
            relations.attachments_of_gateway.entry(&attachment.transit_gateway).or_default().push(position);
        }
        for (position, list) in model.transit_gateway_associations.iter().enumerate() {
            for association in &list.associations {
                push_once(relations.associations.entry(&association.attachment).or_default(), position);
            }
        }
        for (position, endpoint) in model.vpc_endpoints.iter().enumerate() {
            for interface in &endpoint.interfaces {
                relations.endpoints.entry(interface).or_insert(position);
            }
        }
        for (position, firewall) in model.firewalls.iter().enumerate() {
            for endpoint in &firewall.endpoints {
                relations.firewalls.entry(&endpoint.endpoint).or_insert(position);
            }
        }
        let registered = model.target_health.iter().flat_map(|it| &it.targets).map(|it| it.id.as_str());
        let classic = model.classic_load_balancers.iter().flat_map(|it| &it.instances).map(|it| it.as_str());
        let targets: FxHashSet<&str> = registered.chain(classic).collect();
        if !targets.is_empty() {
            for (position, interface) in model.network_interfaces.iter().enumerate() {
                let instance = interface.attachment.as_ref().and_then(|it| it.instance.as_ref());
                if let Some(instance) = instance.filter(|it| targets.contains(it.as_str())) {
                    relations.interfaces_of.entry(instance).or_default().push(position);
                }
            }
        }
        let states = model.instances.iter().filter_map(|it| Some((&it.id, it.state.as_ref()?)));
        relations.resting = states.filter(|(_, state)| **state != InstanceState::Running).collect();
        relations
    }

    /// The firewall that stands behind an endpoint.
    pub(super) fn firewall(&self, endpoint: &VpcEndpointId) -> Option<usize> {
        self.firewalls.get(endpoint).copied()
    }

    /// The route tables of a VPC.
    pub(super) fn route_tables(&self, vpc: &VpcId) -> &[usize] {
        self.route_tables.get(vpc).map_or(&[], Vec::as_slice)
    }

    /// The subnets of a VPC.
    pub(super) fn subnets(&self, vpc: &VpcId) -> &[usize] {
        self.subnets.get(vpc).map_or(&[], Vec::as_slice)
    }

    /// The position of a subnet.
    pub(super) fn subnet(&self, id: &SubnetId) -> Option<usize> {
        self.known_subnets.get(id).copied()
    }

    /// Internet gateways with an attachment to a VPC, in force or not.
    pub(super) fn internet_gateways(&self, vpc: &VpcId) -> &[usize] {
        self.internet_gateways.get(vpc).map_or(&[], Vec::as_slice)
    }

    /// The attachments of a VPC to transit gateways.
    pub(super) fn attachments_of_vpc(&self, vpc: &VpcId) -> &[usize] {
        self.attachments_of_vpc.get(vpc).map_or(&[], Vec::as_slice)
    }

    /// The VPC attachments of a transit gateway.
    pub(super) fn attachments_of_gateway(&self, gateway: &TransitGatewayId) -> &[usize] {
        self.attachments_of_gateway.get(gateway).map_or(&[], Vec::as_slice)
    }

    /// The lists of associations that hold an attachment.
    pub(super) fn associations(&self, attachment: &TransitGatewayAttachmentId) -> &[usize] {
        self.associations.get(attachment).map_or(&[], Vec::as_slice)
    }

    /// The endpoint that an interface belongs to.
    pub(super) fn endpoint(&self, interface: &NetworkInterfaceId) -> Option<usize> {
        self.endpoints.get(interface).copied()
    }

    /// The interfaces of an instance that something sends to.
    pub(super) fn interfaces_of(&self, instance: &InstanceId) -> &[usize] {
        self.interfaces_of.get(instance).map_or(&[], Vec::as_slice)
    }

    /// The state of an instance, when the snapshot says one other than running.
    pub(super) fn resting_state(&self, id: &InstanceId) -> Option<&'a InstanceState> {
        self.resting.get(id).copied()
    }
}

fn push_once(positions: &mut Vec<usize>, position: usize) {
    if positions.last() != Some(&position) {
        positions.push(position);
    }
}
