//! Explanations: a blocker with its sentence, the rules that were considered, and what would help.

use super::Context;
use super::case::{Case, assumption_text, call, without_references};
use super::component::{at_rows, endpoint_of, instance_of};
use super::name;
use super::packets::header;
use super::rule::{Met, RuleSource, place_text, rule};
use super::traffic::Match;
use super::view::{AssumptionView, Considered, ExplanationView, PathView, Related};
use super::{remedy, sentence, wording};
use crate::model::{Assumption, AssumptionCode, Peer, PortMatch, ResourceKind};
use crate::network::{Component, ExplanationCode, GroupIndex, InterfaceIndex};
use crate::packet::{Family, Interval};
use crate::solver::{Blocker, Direction, Narrowing, NearMiss, PairAnswer, StepDown};

/// The view of a blocker.
pub(super) fn explanation<'a>(
    context: Context<'a>,
    pair: &'a PairAnswer,
    blocker: &'a Blocker,
    paths: &[PathView<'a>],
) -> ExplanationView<'a> {
    let case = Case { context, pair, blocker, paths };
    let mut component = at_rows(context, blocker.component, (blocker.vpc, blocker.subnet));
    component.decision = "drop";
    component.code = Some(blocker.code.as_text());
    if let Some(met) = case.met() {
        // Packets that are about to enter a subnet still stand outside it; the path knows better.
        component.vpc = component.vpc.or(met.vpc);
        component.subnet = met.subnet;
    }
    if component.id == name::ABSENT
        && let Some(id) = case.absent_id()
    {
        component.id = id;
    }
    let by = blocker.by.and_then(|origin| {
        rule(context, Met { origin, at: blocker.component, destination: &blocker.destination })
    });
    // What decided did not help, but that has been said.
    let misses = blocker.considered.iter().filter(|miss| Some(miss.origin) != blocker.by);
    let considered = misses.filter_map(|miss| considered(case, *miss)).collect();
    ExplanationView {
        code: blocker.code.as_text(),
        direction: direction_text(blocker.direction),
        words: sentence::sentence(case, &component, by.as_ref()),
        missing: remedy::remedies(case, &component, by.as_ref()),
        component,
        by,
        related: related(case),
        header: header(&blocker.source, &blocker.destination, &blocker.transport, &case.source_ports()),
        considered,
        needs: case.gap().and_then(call),
        is_later: blocker.is_later,
        case: blocker.code,
        rule: blocker.rule,
        pairs: Vec::new(),
        way: blocker.direction,
    }
}

pub(super) fn direction_text(direction: Direction) -> &'static str {
    match direction {
        Direction::Forward => "forward",
        Direction::Return => "return",
    }
}

/// What else has a part in it; of an interface in a bad state also its instance, and what switches public access off.
fn related<'a>(case: Case<'_, 'a>) -> Vec<Related<'a>> {
    let blocker = case.blocker;
    let mut components: Vec<Component> = Vec::new();
    let mut add = |component: Component| {
        if component != blocker.component && !components.contains(&component) {
            components.push(component);
        }
    };
    blocker.related.iter().for_each(|it| add(*it));
    if blocker.code == ExplanationCode::BadState {
        instance_of(case.context, blocker.component).into_iter().for_each(&mut add);
    }
    if matches!(blocker.code, ExplanationCode::BadState | ExplanationCode::VpceServiceNotInstalledInAz) {
        endpoint_of(case.context, blocker.component).into_iter().for_each(&mut add);
    }
    if blocker.code == ExplanationCode::VpcBlockPublicAccessEnabled {
        block_public_access(case).into_iter().for_each(&mut add);
    }
    if blocker.code == ExplanationCode::SgReferencingSupport {
        components = components.into_iter().flat_map(|it| without_references(case.context, it)).collect();
        components.sort();
        components.dedup();
    }
    let view = |component: Component| {
        let named = name::named(case.context, component);
        Related { id: named.id, kind: named.kind, name: named.name, state: named.state }
    };
    components.into_iter().map(view).filter(|it| it.id != name::ABSENT).collect()
}

/// The setting that holds for the subnet that packets stood in.
fn block_public_access(case: Case<'_, '_>) -> Option<Component> {
    let model = &case.context.snapshot.model;
    let vpc = case.vpc()?;
    let about = model.vpcs.get(&crate::model::VpcId::from(vpc)).map(|vpc| &vpc.about);
    let is_for = |it: &crate::model::BlockPublicAccessOptions| {
        about.is_none_or(|about| {
            (it.about.account.is_none() || about.account.is_none() || it.about.account == about.account)
                && (it.about.region.is_none() || about.region.is_none() || it.about.region == about.region)
        })
    };
    let position = model.block_public_access_options.iter().position(is_for)?;
    Some(Component::Resource(ResourceKind::BlockPublicAccessOptions, position as u32))
}

/// A rule that did not help, and why not.
fn considered<'a>(case: Case<'_, 'a>, miss: NearMiss) -> Option<Considered<'a>> {
    let blocker = case.blocker;
    let met = Met { origin: miss.origin, at: blocker.component, destination: &blocker.destination };
    let view = rule(case.context, met)?;
    let mut differs: Vec<&'static str> = Vec::new();
    let mut reasons: Vec<String> = Vec::new();
    let is_outbound = case.is_outbound();
    if !miss.admits {
        reasons.push("it denies".to_owned());
    }
    if !miss.matches_transport
        && let Some(ports) = ports_of(&view.source)
    {
        differs.push(field_of(ports, &case.blocker.transport));
        reasons.push(format!("it is for {}, not {}", Match(ports), case.traffic()));
    }
    // Where membership is lost on the way, the code says so.
    let is_member = matches!(&view.source, RuleSource::Group { peer: Peer::Group(group), .. }
        if blocker.code == ExplanationCode::EniSgRulesMismatch && case.has_group(&group.id));
    if !miss.matches_peer && !is_member {
        differs.push(match (&view.source, is_outbound) {
            (RuleSource::Group { peer: Peer::Group(_), .. }, _) => "group",
            (_, true) => "destination-address",
            (_, false) => "source-address",
        });
        reasons.push(peer_reason(case, &view.source));
    }
    if reasons.is_empty() {
        let is_entry = matches!(view.source, RuleSource::Entry { .. });
        let reason = if is_entry {
            "an entry with a lower number decides first"
        } else {
            "it matches other packets of those that were asked about"
        };
        reasons.push(reason.to_owned());
    }
    Some(Considered {
        rule: view.rule,
        words: view.words,
        id: view.id,
        place: view.place,
        differs,
        why: reasons.join("; "),
        source: view.source,
        admits: miss.admits,
    })
}

fn ports_of(source: &RuleSource<'_>) -> Option<PortMatch> {
    match source {
        RuleSource::Group { permission, .. } => Some(permission.ports),
        RuleSource::Entry { entry, .. } => Some(entry.protocol),
        RuleSource::Route { .. }
        | RuleSource::Local { .. }
        | RuleSource::Transit { .. }
        | RuleSource::Propagation { .. }
        | RuleSource::Listener { .. }
        | RuleSource::ClassicListener { .. }
        | RuleSource::Stateless { .. }
        | RuleSource::Stateful { .. }
        | RuleSource::Vpn
        | RuleSource::CoreNetwork { .. }
        | RuleSource::Firewall
        | RuleSource::List { .. } => None,
    }
}

/// Whether protocol or port differ.
fn field_of(ports: PortMatch, transport: &[Interval]) -> &'static str {
    let number = match ports {
        PortMatch::All => return "protocol",
        PortMatch::Protocol(number) => number,
        PortMatch::Ports { protocol, .. } | PortMatch::Icmp { protocol, .. } => protocol,
    };
    let has_protocol = !super::traffic::of_protocol(transport, number).is_empty();
    match (has_protocol, ports) {
        (false, _) => "protocol",
        (true, PortMatch::Icmp { .. }) => "icmp-type",
        (true, PortMatch::All | PortMatch::Protocol(_) | PortMatch::Ports { .. }) => "destination-port",
    }
}

fn peer_reason(case: Case<'_, '_>, source: &RuleSource<'_>) -> String {
    let end = if case.is_outbound() { "destination" } else { "source" };
    let peer = case.peer_text();
    match source {
        RuleSource::Group { peer: Peer::Group(reference), .. } => {
            let known = |group: &GroupIndex| case.context.network.groups[group.index()].id.as_str();
            let names: Vec<&str> = case.peer_groups().iter().map(known).collect();
            if case.has_group(&reference.id) {
                format!("it names {}, which the {end} has, but not where the packets arrive", reference.id)
            } else if names.is_empty() {
                format!("it names {}; the {end} is {peer}", reference.id)
            } else {
                format!("it names {}; the {end} has {}", reference.id, names.join(", "))
            }
        }
        RuleSource::Group { peer: Peer::PrefixList(list), .. } => {
            format!("it is for a {end} in {list}, not {peer}")
        }
        RuleSource::Group { peer: Peer::Cidr(net), .. } => {
            format!("it is for a {end} in {net}, not {peer}")
        }
        RuleSource::Entry { entry, .. } => format!("it is for a {end} in {}, not {peer}", entry.cidr),
        RuleSource::Route { .. }
        | RuleSource::Local { .. }
        | RuleSource::Transit { .. }
        | RuleSource::Propagation { .. }
        | RuleSource::Listener { .. }
        | RuleSource::ClassicListener { .. }
        | RuleSource::Stateless { .. }
        | RuleSource::Stateful { .. }
        | RuleSource::Vpn
        | RuleSource::CoreNetwork { .. }
        | RuleSource::Firewall
        | RuleSource::List { .. } => format!("the {end} is {peer}"),
    }
}

/// The view of an assumption.
pub(super) fn assumption<'a>(context: Context<'a>, assumption: &'a Assumption) -> AssumptionView<'a> {
    AssumptionView {
        code: wording::assumption_code(assumption.code),
        about: &assumption.about,
        words: format!("{}{}", assumption_text(assumption), not_answered(context, assumption)),
        needs: call(assumption),
        place: assumption.place.map(|place| place_text(context, place, format_args!(""))),
        makes_unknown: assumption.code.makes_unknown(),
    }
}

/// Why the call that would settle an assumption is not in a snapshot that was collected.
fn not_answered(context: Context<'_>, assumption: &Assumption) -> String {
    let found = context.snapshot.not_answered.iter().find(|it| Some(it.call.as_str()) == assumption.needs);
    match found {
        Some(it) if it.is_denied => format!("; the collector needs `{}` ({})", it.permission, it.code),
        Some(it) => format!("; the collector got no answer ({})", it.code),
        None => String::new(),
    }
}

/// The assumption that packets between two addresses of one host never leave it (M-8).
pub(super) fn host_local(interface: &str) -> AssumptionView<'_> {
    let code = AssumptionCode::HostLocal;
    AssumptionView {
        code: wording::assumption_code(code),
        about: interface,
        words: format!("{interface} {}", wording::assumption(code)),
        needs: None,
        place: None,
        makes_unknown: false,
    }
}

/// Where packets are too big, and what keeps their sender from hearing of it.
pub(super) fn step_down<'a>(context: Context<'a>, found: &StepDown) -> AssumptionView<'a> {
    let place = name::named(context, found.at);
    let acl = name::named(context, Component::Resource(ResourceKind::NetworkAcl, found.acl));
    let message = match found.family {
        Family::V4 => "ICMP type 3 code 4 (fragmentation needed)",
        Family::V6 => "ICMPv6 type 2 (packet too big)",
    };
    let (sender, way) = match found.direction {
        Direction::Forward => ("sender's", ""),
        Direction::Return => ("receiver's", " of the reply"),
    };
    let admits = if found.hears_some { "admits only from some addresses" } else { "does not admit" };
    AssumptionView {
        code: wording::assumption_code(AssumptionCode::MtuStepDown),
        about: place.id,
        words: format!(
            "{} carries packets{way} of up to {} bytes, where hosts send up to {}; that a bigger one was dropped is said \
             by {message}, which {}, the network ACL of the {sender} subnet, {admits}: full packets may vanish",
            place.id, found.to, found.from, acl.id
        ),
        needs: None,
        place: None,
        makes_unknown: false,
    }
}

/// How many interfaces of a block are named.
const MOST_NAMED: usize = 3;

/// What a block that was asked about stands for.
pub(super) fn narrowing<'a>(context: Context<'a>, narrowing: &'a Narrowing) -> AssumptionView<'a> {
    let code = AssumptionCode::BlockNarrowed;
    let Narrowing { text, interfaces, has_public } = narrowing;
    let named = interfaces.iter().take(MOST_NAMED);
    let component = |it: &InterfaceIndex| context.network.interfaces[it.index()].component;
    let mut names: Vec<&str> = named.map(|it| name::named(context, component(it)).id).collect();
    let more = interfaces.len().saturating_sub(MOST_NAMED);
    let rest = format!("{more} more");
    if more > 0 {
        names.push(&rest);
    }
    let public = if *has_public { ", and public addresses for themselves" } else { "" };
    AssumptionView {
        code: wording::assumption_code(code),
        about: text,
        words: format!(
            "{text} {} ({}){public}; nobody in the snapshot has the rest",
            wording::assumption(code),
            names.join(", ")
        ),
        needs: None,
        place: None,
        makes_unknown: false,
    }
}
