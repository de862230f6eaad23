//! Listeners: the ports of a relay, and what each may do with a packet (LB-14, LB-15, LB-20).

use ipnet::IpNet;

use super::compiler::{Compiler, Stage};
use super::listener_rule::Sources;
use super::load_balancer::{Node, choice};
use super::location::{AddressSetIndex, Component, Origin};
use super::rows::{NOBODY, RelayChoice, RelayPort, RelayTo};
use crate::model::{
    ActionKind, AssumptionCode, BalancedProtocol, Listener, ListenerAction, ListenerRule, PortMatch,
    ResourceKind,
};
use crate::packet::{AddressSet, protocol};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}

/// LB-20: the protocols underneath.
pub(super) fn carriers(protocol: Option<&BalancedProtocol>) -> &'static [u8] {
    match protocol {
        Some(
            BalancedProtocol::Tcp
            | BalancedProtocol::Tls
            | BalancedProtocol::Ssl
            | BalancedProtocol::Http
            | BalancedProtocol::Https,
        )
        | None => &[protocol::TCP],
        Some(BalancedProtocol::Udp | BalancedProtocol::Quic | BalancedProtocol::Geneve) => &[protocol::UDP],
        Some(BalancedProtocol::TcpUdp | BalancedProtocol::TcpQuic) => &[protocol::TCP, protocol::UDP],
        Some(BalancedProtocol::Unknown(_)) => &[],
    }
}

/// What a listener does, once for each protocol that carries it.
pub(super) fn ports(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    row: usize,
    listener: &Listener,
) -> Vec<RelayPort> {
    let Some(port) = listener.port else { return Vec::new() };
    let component = Compiler::resource(ResourceKind::Listener, row);
    let origin = Origin::Listener { listener: row as u32 };
    let mut ports = Vec::new();
    for number in carriers(listener.protocol.as_ref()) {
        let takes = PortMatch::Ports { protocol: *number, from: port, to: port };
        let choices = choices_of(compiler, node, listener, *number);
        ports.push(RelayPort {
            component,
            origin,
            takes: compiler.transport(takes),
            choices,
            alike: Box::default(),
        });
    }
    ports
}

/// LB-15: any rule may fire whose sources fit, unless an earlier one takes all that comes from them.
fn choices_of(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    listener: &Listener,
    number: u8,
) -> Vec<RelayChoice> {
    let model = compiler.model;
    let mut choices = Vec::new();
    let mut left = Sources::all();
    if !node.is_network {
        let (account, region) = (listener.about.account.as_ref(), listener.about.region.as_ref());
        if !model.coverage.holds(ResourceKind::ListenerRule, account, region) {
            let place = Some(listener.about.place);
            let id = listener.id.as_str();
            let gap = compiler.absent(ResourceKind::ListenerRule, id, account, region, place);
            let absent = Component::Resource(ResourceKind::Listener, NOBODY);
            choices.push(choice(RelayTo::Unknown(gap), absent));
        }
        let own = model.listener_rules.iter().filter(|it| it.listener == listener.id && !it.is_default);
        let mut rules: Vec<&ListenerRule> = own.collect();
        rules.sort_by_key(|it| it.priority);
        for rule in rules {
            let mut sources = left.clone();
            for condition in &rule.sources {
                sources = sources.within(&Sources::of(condition));
            }
            choices.extend(of_actions(compiler, node, &rule.actions, number, &sources));
            if rule.decides_by_source {
                left = left.without(&sources);
            }
        }
    }
    choices.extend(of_actions(compiler, node, &listener.actions, number, &left));
    choices
}

/// What actions may lead to, for some clients.
fn of_actions(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    actions: &[ListenerAction],
    number: u8,
    sources: &Sources,
) -> Vec<RelayChoice> {
    if sources.0.iter().all(AddressSet::is_empty) {
        return Vec::new();
    }
    let set = (*sources != Sources::all()).then(|| {
        let blocks: Vec<IpNet> = sources.0.iter().flat_map(AddressSet::blocks).collect();
        compiler.address_set(&blocks)
    });
    let mut choices = Vec::new();
    for action in forwarding(actions) {
        choices.extend(action_choices(compiler, node, action, number, set));
    }
    choices
}

/// What is done in the end: who authenticates comes before it.
fn forwarding(actions: &[ListenerAction]) -> impl Iterator<Item = &ListenerAction> {
    let is_before = |it: &&ListenerAction| {
        matches!(
            it.kind,
            Some(ActionKind::AuthenticateOidc | ActionKind::AuthenticateCognito | ActionKind::JwtValidation)
        )
    };
    let has_others = actions.iter().any(|it| !is_before(&it));
    actions.iter().filter(move |it| !has_others || !is_before(it))
}

fn action_choices(
    compiler: &mut Compiler<'_>,
    node: &Node<'_>,
    action: &ListenerAction,
    number: u8,
    sources: Option<AddressSetIndex>,
) -> Vec<RelayChoice> {
    let own = Compiler::resource(ResourceKind::NetworkInterface, node.interface.index());
    let mut choices = match &action.kind {
        None | Some(ActionKind::Forward) => {
            let groups = action.target_groups.iter();
            groups.flat_map(|group| super::target_group::choices(compiler, node, group, number)).collect()
        }
        // LB-14: the load balancer answers by itself.
        Some(
            ActionKind::Redirect
            | ActionKind::FixedResponse
            | ActionKind::AuthenticateOidc
            | ActionKind::AuthenticateCognito
            | ActionKind::JwtValidation,
        ) => vec![choice(RelayTo::Itself, own)],
        Some(ActionKind::Unknown(word)) => {
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, None);
            vec![choice(RelayTo::Unknown(gap), own)]
        }
    };
    for choice in &mut choices {
        choice.sources = sources;
    }
    choices
}
