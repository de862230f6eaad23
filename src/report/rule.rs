//! Rules, entries and routes: from the number that the solver gives to short text, words, id and place.

use std::fmt::{self, Write as _};

use ipnet::IpNet;

use super::Context;
use super::firewall_rule;
use super::name::{self, ABSENT};
use super::traffic::Match;
use super::view::RuleView;
use crate::model::words::Word;
use crate::model::{
    ClassicListener, CoreNetworkRouteState, FirewallRuleGroup, Listener, NetworkAclEntry, Peer, Place, Route,
    RouteDestination, RouteOrigin, RouteState, RouteTarget, SecurityGroup, SecurityGroupPermission,
    SecurityGroupRuleId, StatefulRule, StatelessRule, TransitGatewayPrefixListReference, TransitGatewayRoute,
    TransitGatewayRouteKind, TransitGatewayRouteState,
};
use crate::network::{Component, Origin};
use crate::packet::{AddressSet, range_of};

/// The element of the model that a rule is, for formats that print its members.
#[derive(Debug, Clone, Copy)]
pub(super) enum RuleSource<'a> {
    /// A peer of a permission of a security group.
    Group { is_outbound: bool, permission: &'a SecurityGroupPermission, peer: &'a Peer },
    /// An entry of an ACL.
    Entry { is_outbound: bool, entry: &'a NetworkAclEntry },
    /// A route of a route table.
    Route { route: &'a Route },
    /// The local route of a block, which every table has (VPC-3).
    Local { cidr: Option<IpNet> },
    /// A listed route of a transit gateway's table.
    Transit { route: &'a TransitGatewayRoute },
    /// A block that a VPC's attachment propagates.
    Propagation { attachment: &'a str, cidr: Option<IpNet> },
    /// A static route of a VPN connection; a rule or route of a Client VPN endpoint.
    Vpn,
    /// A listener of an Application or Network Load Balancer.
    Listener { listener: &'a Listener },
    /// A listener of a Classic Load Balancer.
    ClassicListener { listener: &'a ClassicListener },
    /// A rule of the stateless engine of a firewall.
    Stateless { group: &'a FirewallRuleGroup, rule: &'a StatelessRule },
    /// A rule of the stateful engine of a firewall.
    Stateful { group: &'a FirewallRuleGroup, rule: &'a StatefulRule },
    /// A rule group as a whole or a default of a firewall.
    Firewall,
    /// A route of a core network.
    CoreNetwork { attachment: Option<&'a str> },
    /// A prefix list in a transit gateway's table.
    List { reference: &'a TransitGatewayPrefixListReference },
}

/// Which rule it is, where it was met, and the destinations that it was met by: of routes that stand for several
/// blocks, those say which.
#[derive(Clone, Copy)]
pub(super) struct Met<'s> {
    pub origin: Origin,
    pub at: Component,
    pub destination: &'s AddressSet,
}

/// A rule's view; absent for what no rule decided.
pub(super) fn rule<'a>(context: Context<'a>, met: Met<'_>) -> Option<RuleView<'a>> {
    match met.origin {
        Origin::Wiring => None,
        Origin::SecurityGroupRule { group, is_outbound, permission, peer } => {
            group_rule(context, group, is_outbound, permission, peer)
        }
        Origin::AclEntry { acl, is_outbound, entry } => acl_entry(context, acl, is_outbound, entry),
        Origin::Route { table, route } => table_route(context, table, route),
        Origin::ImplicitLocal { vpc } => Some(implicit_local(context, vpc, met)),
        Origin::TransitRoute { list, route } => transit_route(context, list, route),
        Origin::TransitPropagation { list, attachment } => propagation(context, list, attachment, met),
        Origin::VpnRoute { connection, route } => vpn_route(context, connection, route),
        Origin::ClientVpnRule { rule } => client_vpn_rule(context, rule),
        Origin::ClientVpnRoute { route } => client_vpn_route(context, route),
        Origin::Listener { listener } => listener_rule(context, listener),
        Origin::ClassicListener { balancer, listener } => classic_listener(context, balancer, listener),
        Origin::CoreNetworkRoute { list, route } => core_network_route(context, list, route),
        Origin::TransitPrefixList { list, reference } => transit_list(context, list, reference),
        Origin::FirewallStateless { group, rule } => firewall_rule::stateless(context, group, rule),
        Origin::FirewallStateful { group, rule } => firewall_rule::stateful(context, group, rule),
        Origin::FirewallGroup { group } => firewall_rule::group(context, group),
        Origin::FirewallDefault { policy, is_stateful } => {
            firewall_rule::default(context, policy, is_stateful)
        }
    }
}

/// Several rules that decided together: the first, with the others beside it.
pub(super) fn together<'a>(rules: impl IntoIterator<Item = RuleView<'a>>) -> Option<RuleView<'a>> {
    let mut rules = rules.into_iter();
    let mut first = rules.next()?;
    for rule in rules {
        if rule.rule != first.rule && first.also.iter().all(|known| known.rule != rule.rule) {
            first.also.push(rule);
        }
    }
    Some(first)
}

fn direction(is_outbound: bool) -> &'static str {
    if is_outbound { "outbound" } else { "inbound" }
}

/// `FILE: ELEMENT`, with what of the element it is.
pub(super) fn place_text(context: Context<'_>, place: Place, inside: fmt::Arguments<'_>) -> String {
    let located = context.snapshot.locate(place);
    let mut text = String::with_capacity(located.file.len() + located.element.len() + 32);
    text.push_str(located.file);
    text.push_str(": ");
    text.push_str(&located.element);
    // Writing to a string does not fail.
    let _ = text.write_fmt(inside);
    text
}

fn group_rule<'a>(
    context: Context<'a>,
    group: u32,
    is_outbound: bool,
    permission: u16,
    peer: u16,
) -> Option<RuleView<'a>> {
    let group = context.snapshot.model.security_groups.get_row(group as usize)?;
    let permissions = if is_outbound { &group.outbound } else { &group.inbound };
    let found = permissions.get(usize::from(permission))?;
    let peer = found.peers.get(usize::from(peer))?;
    let word = if is_outbound { "to" } else { "from" };
    let list = if is_outbound { "IpPermissionsEgress" } else { "IpPermissions" };
    Some(RuleView {
        rule: format!("{} {} {permission}", group.id, direction(is_outbound)),
        words: format!("allow {} {word} {}", Match(found.ports), PeerText(context, peer)),
        id: flat_rule(context, group, is_outbound, found, peer).map(|id| id.as_str()),
        place: Some(place_text(context, group.about.place, format_args!(".{list}[{permission}]"))),
        also: Vec::new(),
        source: RuleSource::Group { is_outbound, permission: found, peer },
    })
}

/// The other end of a rule: a block, a list with its name, a group with its owner.
struct PeerText<'a>(Context<'a>, &'a Peer);

impl fmt::Display for PeerText<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Peer::Cidr(net) => write!(out, "{net}"),
            Peer::PrefixList(id) => {
                let list = self.0.snapshot.model.prefix_lists.get(id);
                match list.filter(|list| !list.name.is_empty()) {
                    Some(list) => write!(out, "{id} ({})", list.name),
                    None => write!(out, "{id}"),
                }
            }
            Peer::Group(group) => match (&group.account, &group.peering_connection) {
                (Some(account), Some(_)) => write!(out, "{} of account {account}", group.id),
                _ => write!(out, "{}", group.id),
            },
        }
    }
}

/// The id that the flat list of rules gives to a rule, where the snapshot has that list.
fn flat_rule<'a>(
    context: Context<'a>,
    group: &SecurityGroup,
    is_outbound: bool,
    permission: &SecurityGroupPermission,
    peer: &Peer,
) -> Option<&'a SecurityGroupRuleId> {
    let is_same_peer = |other: &Peer| match (peer, other) {
        (Peer::Group(one), Peer::Group(two)) => one.id == two.id,
        (one, two) => one == two,
    };
    let rules = context.snapshot.model.security_group_rules.iter();
    rules
        .filter(|rule| rule.group == group.id && rule.is_outbound == is_outbound)
        .find(|rule| rule.ports == permission.ports && is_same_peer(&rule.peer))
        .map(|rule| &rule.id)
}

fn acl_entry<'a>(context: Context<'a>, acl: u32, is_outbound: bool, entry: u16) -> Option<RuleView<'a>> {
    let acl = context.snapshot.model.network_acls.get_row(acl as usize)?;
    let entries = if is_outbound { &acl.outbound } else { &acl.inbound };
    let entry = entries.get(usize::from(entry))?;
    let word = if is_outbound { "to" } else { "from" };
    Some(RuleView {
        rule: format!("{} {} {}", acl.id, direction(is_outbound), entry.number),
        words: format!("{} {} {word} {}", entry.action.as_text(), Match(entry.protocol), entry.cidr),
        id: None,
        place: Some(place_text(context, acl.about.place, format_args!(".Entries[{}]", entry.index))),
        also: Vec::new(),
        source: RuleSource::Entry { is_outbound, entry },
    })
}

fn table_route<'a>(context: Context<'a>, table: u32, route: u16) -> Option<RuleView<'a>> {
    let table = context.snapshot.model.route_tables.get_row(table as usize)?;
    let found = table.routes.get(usize::from(route))?;
    let destination: &dyn fmt::Display = match &found.destination {
        RouteDestination::Cidr(net) => net,
        RouteDestination::PrefixList(id) => id,
    };
    let mut words = format!("{destination} -> {}", target_text(&found.target));
    note_route(found, &mut words);
    Some(RuleView {
        rule: format!("{} {destination}", table.id),
        words,
        id: None,
        place: Some(place_text(context, table.about.place, format_args!(".Routes[{route}]"))),
        also: Vec::new(),
        source: RuleSource::Route { route: found },
    })
}

/// A route's target as AWS names it.
pub(super) fn target_text(target: &RouteTarget) -> &str {
    let is_local = matches!(target, RouteTarget::Local);
    let otherwise = if is_local { "local" } else { "a target of an unknown kind" };
    target.id().map_or(otherwise, |id| id)
}

fn note_route(route: &Route, words: &mut String) {
    if route.state != RouteState::Active {
        let _ = write!(words, " ({})", route.state.as_text());
    }
    match route.origin {
        RouteOrigin::Propagated => words.push_str(" (propagated)"),
        RouteOrigin::Advertised => words.push_str(" (advertised)"),
        RouteOrigin::Table | RouteOrigin::Static | RouteOrigin::Unknown(_) => {}
    }
}

/// The block of some that holds the first address of a set.
fn block_of(blocks: &[IpNet], destination: &AddressSet) -> Option<IpNet> {
    let address = destination.first()?;
    let holds = |net: &&IpNet| {
        let (low, high) = range_of(**net);
        crate::packet::Family::of(net.addr()) == destination.family() && (low..=high).contains(&address)
    };
    blocks.iter().find(holds).copied()
}

fn implicit_local<'a>(context: Context<'a>, vpc: u32, met: Met<'_>) -> RuleView<'a> {
    let cidr = context.network.vpcs.get(vpc as usize).and_then(|row| block_of(&row.cidrs, met.destination));
    let at = name::named(context, met.at);
    let block = cidr.map_or_else(|| "local".to_owned(), |net| net.to_string());
    RuleView {
        rule: format!("{} {block}", at.id),
        words: format!("{block} -> local (in every table of the VPC)"),
        id: None,
        place: None,
        also: Vec::new(),
        source: RuleSource::Local { cidr },
    }
}

fn transit_route<'a>(context: Context<'a>, list: u32, route: u16) -> Option<RuleView<'a>> {
    let list = context.snapshot.model.transit_gateway_routes.get_row(list as usize)?;
    let route = list.routes.get(usize::from(route))?;
    let destination = route.prefix_list.as_ref().map_or_else(|| route.cidr.to_string(), |id| id.to_string());
    let inside = format!("Routes[{}]", route.index);
    let place = place_text(context, list.about.place, format_args!(""));
    // An answer that is one table as a whole is its key already.
    let place = match place.strip_suffix("Routes") {
        Some(rest) => format!("{rest}{inside}"),
        None => format!("{place}.{inside}"),
    };
    Some(RuleView {
        rule: format!("{} {destination}", list.id),
        words: format!("{destination} -> {}{}", attachments_text(route), transit_note(route)),
        id: None,
        place: Some(place),
        also: Vec::new(),
        source: RuleSource::Transit { route },
    })
}

fn attachments_text(route: &TransitGatewayRoute) -> String {
    match route.attachments.as_slice() {
        [] => "nowhere".to_owned(),
        several => several.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(" or "),
    }
}

fn transit_note(route: &TransitGatewayRoute) -> String {
    let mut note = String::new();
    if route.state != TransitGatewayRouteState::Active {
        note.push_str(&format!(" ({})", route.state.as_text()));
    }
    if route.kind == TransitGatewayRouteKind::Propagated {
        note.push_str(" (propagated)");
    }
    note
}

fn propagation<'a>(context: Context<'a>, list: u32, attachment: u32, met: Met<'_>) -> Option<RuleView<'a>> {
    let model = &context.snapshot.model;
    let list = model.transit_gateway_propagations.get_row(list as usize)?;
    let attachment = model.transit_gateway_vpc_attachments.get_row(attachment as usize)?;
    let blocks = model.vpcs.get(&attachment.vpc).map(|vpc| vpc.associated_cidrs()).unwrap_or_default();
    let cidr = block_of(&blocks, met.destination);
    let block = cidr.map_or_else(|| attachment.vpc.to_string(), |net| net.to_string());
    Some(RuleView {
        rule: format!("{} {block}", list.id),
        words: format!("{block} -> {} (propagated)", attachment.id),
        id: None,
        place: Some(place_text(context, list.about.place, format_args!(""))),
        also: Vec::new(),
        source: RuleSource::Propagation { attachment: attachment.id.as_str(), cidr },
    })
}

fn transit_list<'a>(context: Context<'a>, list: u32, reference: u16) -> Option<RuleView<'a>> {
    let list = context.snapshot.model.transit_gateway_prefix_list_references.get_row(list as usize)?;
    let reference = list.references.get(usize::from(reference))?;
    let target = match &reference.attachment {
        Some(attachment) if !reference.is_blackhole => attachment.to_string(),
        Some(_) | None => "nowhere (blackhole)".to_owned(),
    };
    Some(RuleView {
        rule: format!("{} {}", list.id, reference.prefix_list),
        words: format!("{} -> {target}", reference.prefix_list),
        id: None,
        place: Some(place_text(context, list.about.place, format_args!(""))),
        also: Vec::new(),
        source: RuleSource::List { reference },
    })
}

fn core_network_route(context: Context<'_>, list: u32, route: u16) -> Option<RuleView<'_>> {
    let list = context.snapshot.model.core_network_routes.get_row(list as usize)?;
    let route = list.routes.get(usize::from(route))?;
    let attachments: Vec<&str> = route.attachments.iter().flatten().map(|it| it.as_str()).collect();
    let target =
        if attachments.is_empty() { "nowhere that is told".to_owned() } else { attachments.join(" or ") };
    let state = route.state.as_ref().filter(|it| **it != CoreNetworkRouteState::Active);
    let state = state.map(|it| format!(" ({})", it.as_text().to_ascii_lowercase())).unwrap_or_default();
    Some(RuleView {
        rule: format!("{} {}", list.table.as_deref().unwrap_or(list.id.as_str()), route.cidr),
        words: format!("{} -> {target}{state}", route.cidr),
        id: None,
        place: Some(place_text(context, list.about.place, format_args!("[{}]", route.index))),
        also: Vec::new(),
        source: RuleSource::CoreNetwork { attachment: attachments.first().copied() },
    })
}

fn vpn_route(context: Context<'_>, connection: u32, route: u16) -> Option<RuleView<'_>> {
    let connection = context.snapshot.model.vpn_connections.get_row(connection as usize)?;
    let found = connection.routes.get(usize::from(route))?;
    Some(RuleView {
        rule: format!("{} {}", connection.id, found.cidr),
        words: format!("{} -> {} (static)", found.cidr, connection.id),
        id: None,
        place: Some(place_text(context, connection.about.place, format_args!(".Routes[{route}]"))),
        also: Vec::new(),
        source: RuleSource::Vpn,
    })
}

fn client_vpn_rule(context: Context<'_>, rule: u32) -> Option<RuleView<'_>> {
    let rule = context.snapshot.model.client_vpn_authorization_rules.get_row(rule as usize)?;
    let who = rule.group.as_ref().map_or_else(|| "everybody".to_owned(), |group| format!("group {group}"));
    Some(RuleView {
        rule: format!("{} {}", rule.endpoint, rule.cidr),
        words: format!("{who} may go to {}", rule.cidr),
        id: None,
        place: Some(place_text(context, rule.about.place, format_args!(""))),
        also: Vec::new(),
        source: RuleSource::Vpn,
    })
}

fn client_vpn_route(context: Context<'_>, route: u32) -> Option<RuleView<'_>> {
    let route = context.snapshot.model.client_vpn_routes.get_row(route as usize)?;
    let subnet = route.subnet.as_ref().map_or("a transit gateway", |it| it.as_str());
    Some(RuleView {
        rule: format!("{} {}", route.endpoint, route.cidr),
        words: format!("{} -> {subnet}", route.cidr),
        id: None,
        place: Some(place_text(context, route.about.place, format_args!(""))),
        also: Vec::new(),
        source: RuleSource::Vpn,
    })
}

/// A listener, with the groups that it sends to.
fn listener_rule(context: Context<'_>, listener: u32) -> Option<RuleView<'_>> {
    let model = &context.snapshot.model;
    let listener = model.listeners.get_row(listener as usize)?;
    let balancer = listener.load_balancer.as_ref()?;
    let balancer = model.load_balancers.get(balancer).map_or("load balancer", |it| it.name.as_str());
    let protocol = listener.protocol.as_ref().map_or("TCP", Word::as_text);
    let port = listener.port.unwrap_or_default();
    let ids = listener.actions.iter().flat_map(|it| &it.target_groups);
    let groups: Vec<&str> =
        ids.map(|id| model.target_groups.get(id).map_or(id.as_str(), |it| it.name.as_str())).collect();
    let groups = if groups.is_empty() { "no target group".to_owned() } else { groups.join(" or ") };
    Some(RuleView {
        rule: format!("{balancer} {}/{port}", protocol.to_ascii_lowercase()),
        words: format!("{protocol} {port} -> {groups}"),
        id: Some(listener.id.as_str()),
        place: Some(place_text(context, listener.about.place, format_args!(""))),
        also: Vec::new(),
        source: RuleSource::Listener { listener },
    })
}

fn classic_listener(context: Context<'_>, balancer: u32, listener: u16) -> Option<RuleView<'_>> {
    let balancer = context.snapshot.model.classic_load_balancers.get_row(balancer as usize)?;
    let found = balancer.listeners.get(usize::from(listener))?;
    let protocol = found.protocol.as_ref().map_or("TCP", Word::as_text);
    let inside = format_args!(".ListenerDescriptions[{listener}]");
    Some(RuleView {
        rule: format!("{} {}/{}", balancer.name, protocol.to_ascii_lowercase(), found.port),
        words: format!("{protocol} {} -> instances, port {}", found.port, found.instance_port),
        id: None,
        place: Some(place_text(context, balancer.about.place, inside)),
        also: Vec::new(),
        source: RuleSource::ClassicListener { listener: found },
    })
}

impl<'a> RuleSource<'a> {
    /// Where a route sends, as far as it names a thing.
    pub fn target(&self) -> Option<&'a str> {
        match self {
            RuleSource::Route { route } => route.target.id().map(|id| id.as_str()),
            RuleSource::Transit { route } => route.attachments.first().map(|it| it.as_str()),
            RuleSource::Propagation { attachment, .. } => Some(attachment),
            RuleSource::CoreNetwork { attachment } => *attachment,
            RuleSource::List { reference } => reference.attachment.as_ref().map(|it| it.as_str()),
            RuleSource::Group { .. }
            | RuleSource::Entry { .. }
            | RuleSource::Listener { .. }
            | RuleSource::ClassicListener { .. }
            | RuleSource::Stateless { .. }
            | RuleSource::Stateful { .. }
            | RuleSource::Vpn
            | RuleSource::Firewall
            | RuleSource::Local { .. } => None,
        }
    }
}

/// Whether an id says what it is of.
pub(super) fn is_id(text: &str) -> bool {
    text != ABSENT && text.contains('-') && !text.contains(' ')
}
