//! Load balancers: where they stand, what they listen on, who is behind.

use super::{Cell, Document, Source, filters};
use crate::model::words::Word;
use crate::model::{
    About, Listener, ListenerAction, LoadBalancerId, NetworkInterface, ResourceKind, SecurityGroupId,
    SubnetId, TargetGroupId,
};
use crate::network::Component;

const NODES: &[&str] = &["interface", "zone", "subnet", "addresses", "public"];

/// A word that the snapshot may lack.
fn word(word: Option<&impl Word>) -> Cell {
    word.map_or(Cell::Absent, |it| Cell::text(it.as_text()))
}

/// What a switch is set to, or what AWS does where the snapshot does not say.
fn switch(said: Option<bool>, otherwise: &str) -> Cell {
    said.map_or(Cell::text(otherwise), Cell::Flag)
}

pub(super) fn load_balancer(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let balancer = &model.load_balancers[row];
    document.fact("called", Cell::text(balancer.name.as_str()));
    document.fact("type", word(balancer.kind.as_ref()));
    document.fact("state", word(balancer.state.as_ref()));
    document.fact("dns_name", Cell::text(balancer.dns_name.as_str()));
    let vpc = balancer.vpc.as_ref();
    let vpc = vpc.map(|id| Cell::named(id, model.vpcs.get(id).map(|it| &it.about)));
    document.fact("vpc", vpc.unwrap_or(Cell::Absent));
    let attributes = model.load_balancer_attributes.get(&balancer.id);
    let otherwise = if attributes.is_some() { "AWS's default" } else { super::UNKNOWN };
    document.fact("cross_zone", switch(attributes.and_then(|it| it.cross_zone), otherwise));
    let own = Component::Resource(ResourceKind::LoadBalancer, row as u32);
    let interfaces = interfaces(source, own);
    nodes(document, source, &interfaces);
    let listeners = model.listeners.iter().filter(|it| it.load_balancer.as_ref() == Some(&balancer.id));
    let rows = listeners.map(|it| {
        let does = Cell::List(it.actions.iter().flat_map(|action| does(source, action)).collect());
        vec![
            word(it.protocol.as_ref()),
            Cell::maybe(it.port),
            does,
            Cell::count(rules_of(source, it).count()),
        ]
    });
    document.table("listeners", "listeners", &["protocol", "port", "default", "rules"], rows.collect());
    groups(document, source, &interfaces);
}

pub(super) fn classic(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let balancer = &model.classic_load_balancers[row];
    document.fact("called", Cell::text(balancer.name.as_str()));
    document.fact("dns_name", Cell::text(balancer.dns_name.as_str()));
    let vpc = balancer.vpc.as_ref();
    let vpc = vpc.map(|id| Cell::named(id, model.vpcs.get(id).map(|it| &it.about)));
    document.fact("vpc", vpc.unwrap_or(Cell::Absent));
    let attributes = model.load_balancer_attributes.get(&LoadBalancerId(balancer.name.clone()));
    document.fact("cross_zone", switch(attributes.and_then(|it| it.cross_zone), super::UNKNOWN));
    let instances = balancer.instances.iter();
    let instances = instances.map(|id| Cell::named(id, model.instances.get(id).map(|it| &it.about)));
    document.fact("instances", Cell::List(instances.collect()));
    let own = Component::Resource(ResourceKind::ClassicLoadBalancer, row as u32);
    let interfaces = interfaces(source, own);
    nodes(document, source, &interfaces);
    let listeners = balancer.listeners.iter();
    let rows = listeners
        .map(|it| vec![word(it.protocol.as_ref()), Cell::shown(&it.port), Cell::shown(&it.instance_port)]);
    document.table("listeners", "listeners", &["protocol", "port", "instance_port"], rows.collect());
    groups(document, source, &interfaces);
}

/// The interfaces that take packets for a load balancer.
fn interfaces<'a>(source: Source<'a>, own: Component) -> Vec<&'a NetworkInterface> {
    let fronts = source.network.fronts.iter().filter(|(component, _)| *component == own);
    fronts.filter_map(|(_, interface)| source.model.network_interfaces.get_row(interface.index())).collect()
}

fn nodes(document: &mut Document, source: Source<'_>, interfaces: &[&NetworkInterface]) {
    let model = source.model;
    let zone = |subnet: &SubnetId| {
        let zone = model.subnets.get(subnet).map(|it| &it.zone);
        Cell::maybe(zone.and_then(|it| it.name.as_ref().or(it.id.as_ref())))
    };
    let rows = interfaces.iter().map(|it| {
        let own = it.addresses.iter().map(|it| it.private.to_string());
        let own = own.chain(it.ipv6_addresses.iter().map(ToString::to_string));
        let subnet = Cell::named(&it.subnet, model.subnets.get(&it.subnet).map(|it| &it.about));
        let public = Cell::list(it.addresses.iter().filter_map(|it| it.public));
        vec![Cell::shown(&it.id), zone(&it.subnet), subnet, Cell::list(own), public]
    });
    document.table("interfaces", "interfaces", NODES, rows.collect());
}

fn groups(document: &mut Document, source: Source<'_>, interfaces: &[&NetworkInterface]) {
    let mut groups: Vec<SecurityGroupId> = interfaces.iter().flat_map(|it| it.groups.clone()).collect();
    groups.sort();
    groups.dedup();
    filters::rules(document, source, &groups);
}

/// What an action does, in a word or as the groups that it forwards to.
fn does(source: Source<'_>, action: &ListenerAction) -> Vec<Cell> {
    let groups = action.target_groups.iter().map(|id| target_group_cell(source, id));
    let groups: Vec<Cell> = groups.collect();
    if groups.is_empty() { vec![word(action.kind.as_ref())] } else { groups }
}

fn target_group_cell(source: Source<'_>, id: &TargetGroupId) -> Cell {
    let group = source.model.target_groups.get(id);
    group.map_or(Cell::shown(id), |it| Cell::text(it.name.as_str()))
}

fn rules_of<'a>(
    source: Source<'a>,
    listener: &'a Listener,
) -> impl Iterator<Item = &'a crate::model::ListenerRule> {
    source.model.listener_rules.iter().filter(|it| it.listener == listener.id && !it.is_default)
}

pub(super) fn listener(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let listener = &model.listeners[row];
    let balancer = listener.load_balancer.as_ref();
    let about = balancer.and_then(|id| model.load_balancers.get(id)).map(|it| &it.about);
    document.fact("load_balancer", balancer.map_or(Cell::Absent, |id| Cell::named(id, about)));
    document.fact("protocol", word(listener.protocol.as_ref()));
    document.fact("port", Cell::maybe(listener.port));
    let default = listener.actions.iter().flat_map(|action| does(source, action));
    document.fact("default", Cell::List(default.collect()));
    let mut rules: Vec<_> = rules_of(source, listener).collect();
    rules.sort_by_key(|it| it.priority);
    let rows = rules.into_iter().map(|rule| {
        let sources = Cell::list(rule.sources.iter().flatten());
        let then = Cell::List(rule.actions.iter().flat_map(|action| does(source, action)).collect());
        vec![Cell::shown(&rule.priority), sources, Cell::Flag(!rule.decides_by_source), then]
    });
    let columns = &["priority", "sources", "other_conditions", "action"];
    document.table("rules", "rules, before the default", columns, rows.collect());
}

pub(super) fn target_group(document: &mut Document, source: Source<'_>, row: usize) {
    let model = source.model;
    let group = &model.target_groups[row];
    document.fact("called", Cell::text(group.name.as_str()));
    document.fact("type", word(group.kind.as_ref()));
    document.fact("protocol", word(group.protocol.as_ref()));
    document.fact("port", Cell::maybe(group.port));
    document.fact(
        "health_check_port",
        group.health_check_port.map_or(Cell::text("traffic-port"), |it| Cell::shown(&it)),
    );
    let vpc = group.vpc.as_ref();
    let vpc = vpc.map(|id| Cell::named(id, model.vpcs.get(id).map(|it| &it.about)));
    document.fact("vpc", vpc.unwrap_or(Cell::Absent));
    let attributes = model.target_group_attributes.get(&group.id);
    let otherwise = if attributes.is_some() { "AWS's default" } else { super::UNKNOWN };
    document
        .fact("preserves_client_address", switch(attributes.and_then(|it| it.preserves_client), otherwise));
    let otherwise = if attributes.is_some() { "as the load balancer" } else { super::UNKNOWN };
    document.fact("cross_zone", switch(attributes.and_then(|it| it.cross_zone), otherwise));
    let forwards = |actions: &[ListenerAction]| actions.iter().any(|it| it.target_groups.contains(&group.id));
    let is_user =
        |it: &&Listener| forwards(&it.actions) || rules_of(source, it).any(|rule| forwards(&rule.actions));
    let users = model.listeners.iter().filter(is_user);
    document.fact("listeners", Cell::list(users.map(|it| &it.id)));
    let health = model.target_health.get(&group.id);
    let title = if health.is_some() { "targets".to_owned() } else { format!("targets ({})", super::UNKNOWN) };
    let about = |id: &str| -> Option<&About> { model.instances.get(&id.into()).map(|it| &it.about) };
    let rows = health.into_iter().flat_map(|it| &it.targets).map(|it| {
        let port = Cell::maybe(it.port.or(group.port));
        vec![Cell::named(&it.id, about(&it.id)), port, Cell::maybe(it.zone.as_ref()), word(it.state.as_ref())]
    });
    document.table("targets", title, &["target", "port", "zone", "health"], rows.collect());
}
