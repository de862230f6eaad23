//! Load balancers: their interfaces, what they listen on, and who stands behind.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::Context;
use crate::model::{
    LoadBalancer, LoadBalancerState, ResourceKind, SubnetId, TargetGroup, TargetGroupId, TargetHealth,
};
use crate::network::{Component, InterfaceIndex, SubnetIndex, VpcIndex};

/// A load balancer that works.
pub struct Balancer<'a> {
    /// What an answer names.
    pub component: Component,
    /// As the snapshot has it.
    pub found: &'a LoadBalancer,
    /// Its interfaces, ascending.
    pub interfaces: Vec<InterfaceIndex>,
    /// The target groups that its listeners and their rules send to.
    pub groups: BTreeSet<&'a TargetGroupId>,
    /// The TCP and UDP ports that it listens on.
    pub ports: BTreeSet<u16>,
}

impl Balancer<'_> {
    /// Its VPC.
    pub fn vpc(&self, context: &Context<'_>) -> Option<VpcIndex> {
        self.interfaces.first().map(|it| context.network.interfaces[it.index()].vpc)
    }
}

/// The Application and Network Load Balancers.
pub fn balancers<'a>(context: &Context<'a>) -> Vec<Balancer<'a>> {
    let model = context.model;
    let mut found: Vec<Balancer<'a>> = Vec::new();
    let mut by_id: FxHashMap<&str, usize> = FxHashMap::default();
    for (row, balancer) in model.load_balancers.iter().enumerate() {
        if matches!(balancer.state, Some(LoadBalancerState::Failed)) {
            continue;
        }
        let component = Component::Resource(ResourceKind::LoadBalancer, row as u32);
        let mut interfaces: Vec<InterfaceIndex> = context.network.fronts_of(component).collect();
        interfaces.sort_unstable();
        by_id.insert(balancer.id.as_str(), found.len());
        found.push(Balancer {
            component,
            found: balancer,
            interfaces,
            groups: BTreeSet::new(),
            ports: BTreeSet::new(),
        });
    }
    let mut of_listener: FxHashMap<&str, usize> = FxHashMap::default();
    for listener in &model.listeners {
        let Some(id) = listener.load_balancer.as_ref() else { continue };
        let Some(position) = by_id.get(id.as_str()) else { continue };
        of_listener.insert(listener.id.as_str(), *position);
        let balancer = &mut found[*position];
        balancer.ports.extend(listener.port);
        balancer.groups.extend(listener.actions.iter().flat_map(|it| &it.target_groups));
    }
    for rule in &model.listener_rules {
        if let Some(position) = of_listener.get(rule.listener.as_str()) {
            found[*position].groups.extend(rule.actions.iter().flat_map(|it| &it.target_groups));
        }
    }
    found
}

/// A target group and what is registered with it.
pub fn group<'a>(
    context: &Context<'a>,
    id: &TargetGroupId,
) -> Option<(Component, &'a TargetGroup, Option<&'a TargetHealth>)> {
    let row = context.model.target_groups.position(id)?;
    let group = context.model.target_groups.get_row(row)?;
    let component = Component::Resource(ResourceKind::TargetGroup, row as u32);
    Some((component, group, context.model.target_health.get(id)))
}

/// The rows of subnets by id.
pub fn subnet_rows<'a>(context: &Context<'a>) -> FxHashMap<&'a str, SubnetIndex> {
    context.subnets().map(|it| (it.2.id.as_str(), it.0)).collect()
}

/// The rows of some subnets.
pub fn rows_of(rows: &FxHashMap<&str, SubnetIndex>, ids: &[SubnetId]) -> Vec<SubnetIndex> {
    ids.iter().filter_map(|it| rows.get(it.as_str()).copied()).collect()
}
