//! What would let packets pass: the smallest change that the case shows, else what usually helps.

use super::case::{Case, next_hop};
use super::name;
use super::traffic::{is_everything, is_internet};
use super::view::{ComponentView, Remedy, RuleView};
use super::wording;
use crate::model::ResourceKind;
use crate::network::{Component, ExplanationCode, GroupIndex, Judge};
use crate::packet::{AddressSet, bits};
use crate::solver::{Direction, RuleUse};

/// More blocks than this in a rule are not written out.
const MOST_BLOCKS: usize = 4;

/// Any one of these would do.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each code")]
pub(super) fn remedies<'a>(
    case: Case<'_, 'a>,
    component: &ComponentView<'a>,
    by: Option<&RuleView<'a>>,
) -> Vec<Remedy<'a>> {
    match case.blocker.code {
        ExplanationCode::EniSgRulesMismatch | ExplanationCode::SgHasNoRules => group_rules(case),
        ExplanationCode::SgReferencesNotPreserved | ExplanationCode::SgReferencingSupport => {
            let mut remedies = vec![usual(case, component)];
            remedies.extend(group_rules(case).into_iter().take(1));
            remedies
        }
        ExplanationCode::SubnetAclRestriction | ExplanationCode::ElbAclRestriction => {
            vec![entry(case, component, by)]
        }
        ExplanationCode::NoRouteToDestination => {
            let propagation = propagation(case, component);
            std::iter::once(route(case, component)).chain(propagation).collect()
        }
        ExplanationCode::TgwRtbNoRouteToTgwAttachment => {
            let mut remedy = route(case, component);
            if case.blocker.direction == Direction::Forward || next_hop(case).is_some() {
                remedy.words.push_str(", or a propagation that has it");
            }
            vec![remedy]
        }
        ExplanationCode::UnknownResource
        | ExplanationCode::TgwRtbRoutesAreUnknown
        | ExplanationCode::UnsupportedComponent => match case.gap().and_then(super::case::call) {
            Some(call) => {
                vec![Remedy { component: None, words: format!("the answer of `{call}` in the snapshot") }]
            }
            None => vec![usual(case, component)],
        },
        ExplanationCode::DnsNotReachable => {
            let vpc = case.context.network.vpcs.get(case.blocker.vpc as usize);
            let off = vpc
                .filter(|it| it.is_resolver_off)
                .map(|it| format!("turn enableDnsSupport on in {}", it.id));
            let usual = usual(case, component);
            vec![Remedy { component: None, words: off.unwrap_or(usual.words) }]
        }
        ExplanationCode::NoInterfaceOwnsAddress => match asked_address(case) {
            Some(words) => vec![Remedy { component: None, words }],
            None => vec![usual(case, component)],
        },
        ExplanationCode::BadStateAttachment if component.kind == "internet-gateway" => {
            let words = match case.vpc() {
                Some(vpc) => format!("attach an internet gateway to {vpc}"),
                None => "attach an internet gateway".to_owned(),
            };
            vec![Remedy { words, ..usual(case, component) }]
        }
        ExplanationCode::BadState => {
            match super::component::instance_of(case.context, case.blocker.component) {
                Some(instance) => {
                    let id = name::named(case.context, instance).id;
                    vec![Remedy { component: Some(id), words: format!("start {id}") }]
                }
                None => vec![acceptance(case).unwrap_or_else(|| usual(case, component))],
            }
        }
        ExplanationCode::MoreSpecificRoute
        | ExplanationCode::HigherPriorityRoute
        | ExplanationCode::TgwRtbHigherPriorityRoute
        | ExplanationCode::TgwRtbMoreSpecificRoute => match by {
            Some(by) => {
                vec![Remedy { words: format!("remove or narrow {}", by.words), ..usual(case, component) }]
            }
            None => vec![usual(case, component)],
        },
        ExplanationCode::BadStateRoute
        | ExplanationCode::BadStateAttachment
        | ExplanationCode::VpcLocalRouteCidrRestriction
        | ExplanationCode::IngressRtbNoPublicIp
        | ExplanationCode::IngressRtbTrafficRedirection
        | ExplanationCode::EniAddressRestriction
        | ExplanationCode::EniSourceDestCheckRestriction
        | ExplanationCode::IgwPublicIpAssociationForEgress
        | ExplanationCode::IgwPrivateIpAssociationForIngress
        | ExplanationCode::IgwDestinationAddressNotInRfc1918Egress
        | ExplanationCode::IgwDestinationAddressNotInRfc6598Egress
        | ExplanationCode::IgwSourceAddressNotInRfc1918Ingress
        | ExplanationCode::IgwSourceAddressNotInRfc6598Ingress
        | ExplanationCode::GatewayRejectsSpoofedTraffic
        | ExplanationCode::VpcBlockPublicAccessEnabled
        | ExplanationCode::NgwRequiresSourceInVpc
        | ExplanationCode::RegionalNgwRouteAzRestriction
        | ExplanationCode::PcxRequiresAddressInVpcCidr
        | ExplanationCode::TgwAttachMissingTgwRtbAssociation
        | ExplanationCode::TgwRouteAzRestriction
        | ExplanationCode::TgwAttachVpcAzRestriction
        | ExplanationCode::TgwRtbBadStateRoute
        | ExplanationCode::VpceGatewayEgressSourceAddressRestriction
        | ExplanationCode::VpceGatewayProtocolRestriction
        | ExplanationCode::VpceIntraVpcTraffic
        | ExplanationCode::VpceServiceNotInstalledInAz
        | ExplanationCode::ProtocolRestriction
        | ExplanationCode::ComponentFilterRestriction
        | ExplanationCode::NoPossibleDestination
        | ExplanationCode::UnassociatedComponent
        | ExplanationCode::FirewallRulesRestriction
        | ExplanationCode::FirewallAsymmetricRouting
        | ExplanationCode::NatGatewayNoState
        | ExplanationCode::EgressOnlyNoState
        | ExplanationCode::BadStateVpn
        | ExplanationCode::TgwBadStateVpn
        | ExplanationCode::BadStateDirectConnect
        | ExplanationCode::VgwPrivateIpAssociationForEgress
        | ExplanationCode::VgwPrivateIpAssociationForIngress
        | ExplanationCode::VgwNoRoute
        | ExplanationCode::VpnSelectorMismatch
        | ExplanationCode::VpnFamilyMismatch
        | ExplanationCode::NoLinkFromOnPremises
        | ExplanationCode::DxPrefixNotAllowed
        | ExplanationCode::ClientVpnNoRoute
        | ExplanationCode::ClientVpnNotAuthorized
        | ExplanationCode::ClientVpnNoState
        | ExplanationCode::ReplyMisdelivered
        | ExplanationCode::RoutingLoop
        | ExplanationCode::TgwIpv6Unsupported
        | ExplanationCode::AddressNotRoutable
        | ExplanationCode::EniDeniesInternet
        | ExplanationCode::Elbv2ListenersMismatch
        | ExplanationCode::Elbv2ListenerPortRestriction
        | ExplanationCode::Elbv2ListenerRequiresTgAccept
        | ExplanationCode::ElbListenerPortRestriction
        | ExplanationCode::GwlbProtocolRestriction
        | ExplanationCode::GwlbDestinationPortRestriction
        | ExplanationCode::Elbv2ListenerHasNoTg
        | ExplanationCode::Elbv2NoTargetsInAz
        | ExplanationCode::Elbv2SourceAddressPreservation
        | ExplanationCode::NlbHairpin
        | ExplanationCode::ElbListenersMismatch
        | ExplanationCode::ElbNotCrosszone
        | ExplanationCode::ElbInstalledAzRestriction
        | ExplanationCode::TargetAddressRestriction
        | ExplanationCode::TargetPortRestriction
        | ExplanationCode::NotAPublicAddress => vec![usual(case, component)],
    }
}

/// IEP-8: of an endpoint that waits, the other side's yes.
fn acceptance<'a>(case: Case<'_, 'a>) -> Option<Remedy<'a>> {
    let endpoint = super::component::endpoint_of(case.context, case.blocker.component)?;
    let endpoint = name::named(case.context, endpoint);
    let is_waiting = endpoint.state.is_some_and(|it| it.eq_ignore_ascii_case("pendingAcceptance"));
    let words = format!("accept {} where its service is offered", endpoint.id);
    is_waiting.then_some(Remedy { component: Some(endpoint.id), words })
}

fn usual<'a>(case: Case<'_, 'a>, component: &ComponentView<'a>) -> Remedy<'a> {
    let id = (component.id != name::ABSENT).then_some(component.id);
    Remedy { component: id, words: wording::fix(case.blocker.code).to_owned() }
}

/// The traffic as a rule has it: `tcp 22`, `all`.
fn rule_traffic(case: Case<'_, '_>) -> String {
    let traffic = case.traffic();
    let is_long = traffic.contains("except") || traffic.contains('…');
    if is_everything(&case.blocker.transport) || is_long { "all".to_owned() } else { traffic }
}

fn direction(case: Case<'_, '_>) -> (&'static str, &'static str) {
    if case.is_outbound() { ("outbound", "to") } else { ("inbound", "from") }
}

fn peer<'a>(case: Case<'_, 'a>) -> &'a AddressSet {
    if case.is_outbound() { &case.blocker.destination } else { &case.blocker.source }
}

/// The other end in a rule: its blocks, or words where there are many.
fn blocks(case: Case<'_, '_>) -> String {
    let set = peer(case);
    if is_internet(case.context.network, set) {
        return match set.family() {
            crate::packet::Family::V4 => "0.0.0.0/0, or the part of it that needs it".to_owned(),
            crate::packet::Family::V6 => "::/0, or the part of it that needs it".to_owned(),
        };
    }
    let blocks = set.blocks();
    if blocks.is_empty() || blocks.len() > MOST_BLOCKS {
        return "the addresses that need it".to_owned();
    }
    blocks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A rule in the first of the groups that judged, by address and, where the other end has groups of its own, by group.
fn group_rules<'a>(case: Case<'_, 'a>) -> Vec<Remedy<'a>> {
    let RuleUse::Filter(id, _) = case.blocker.rule else { return Vec::new() };
    let Judge::SecurityGroups { groups, .. } = &case.context.network.judge(id) else {
        return Vec::new();
    };
    let Some(first) = groups.first() else { return Vec::new() };
    let named = |group: &GroupIndex| {
        name::named(case.context, Component::Resource(ResourceKind::SecurityGroup, group.0)).id
    };
    let group = named(first);
    let (direction, word) = direction(case);
    let traffic = rule_traffic(case);
    let rule = |peer: &str| Remedy {
        component: Some(group),
        words: format!("a rule in {group}: allow {direction} {traffic} {word} {peer}"),
    };
    let mut remedies = vec![rule(&blocks(case))];
    let is_by_group =
        matches!(case.blocker.code, ExplanationCode::EniSgRulesMismatch | ExplanationCode::SgHasNoRules);
    if let Some(other) = case.peer_groups().first().filter(|_| is_by_group && keeps_groups(case)) {
        remedies.push(rule(named(other)));
    }
    remedies
}

/// Whether both ends are in one VPC, where rules that name groups always work.
fn keeps_groups(case: Case<'_, '_>) -> bool {
    let network = case.context.network;
    let set = peer(case);
    let owner = |address: u128| {
        network.vpcs.get(case.blocker.vpc as usize).map(|vpc| vpc.interfaces.at(set.family(), address))
    };
    set.single().and_then(owner).is_some_and(|owner| owner != u32::MAX)
}

/// An entry that comes before the one that denied.
fn entry<'a>(case: Case<'_, 'a>, component: &ComponentView<'a>, by: Option<&RuleView<'a>>) -> Remedy<'a> {
    let (direction, word) = direction(case);
    let before = match by.and_then(|by| by.rule.rsplit(' ').next()) {
        Some(number) => format!(" before {number}"),
        None => String::new(),
    };
    let id = component.id;
    let words =
        format!("an entry in {id}{before}: allow {direction} {} {word} {}", rule_traffic(case), blocks(case));
    Remedy { component: Some(id), words }
}

/// A route, and where a would-be way goes on.
fn route<'a>(case: Case<'_, 'a>, component: &ComponentView<'a>) -> Remedy<'a> {
    let set = &case.blocker.destination;
    let network = case.context.network;
    let text = super::traffic::addresses_text(network, set);
    // Also for the internet without what has a route of its own.
    let destination = match set.family() {
        _ if !text.starts_with("the internet") => text,
        crate::packet::Family::V4 => "0.0.0.0/0".to_owned(),
        crate::packet::Family::V6 => "::/0".to_owned(),
    };
    let to = match next_hop(case).filter(|it| it.id != name::ABSENT) {
        Some(next) => format!(" to {}", super::sentence::label(next)),
        None => String::new(),
    };
    let id = component.id;
    Remedy { component: Some(id), words: format!("a route in {id} for {destination}{to}") }
}

/// VPN-3: what a virtual private gateway knows gets into a table by itself where propagation is on.
fn propagation<'a>(case: Case<'_, 'a>, component: &ComponentView<'a>) -> Option<Remedy<'a>> {
    let next = next_hop(case).filter(|it| it.kind == "vpn-gateway" && it.id != name::ABSENT)?;
    let words = format!("propagation of {} into {}", super::sentence::label(next), component.id);
    Some(Remedy { component: Some(component.id), words })
}

/// For an address in a VPC, the subnet that it would be in.
fn asked_address(case: Case<'_, '_>) -> Option<String> {
    let set =
        if case.blocker.destination.is_empty() { &case.blocker.source } else { &case.blocker.destination };
    let address = crate::packet::ip(set.family(), set.single()?);
    let vpc = case.context.network.vpcs.get(case.blocker.vpc as usize)?;
    let row = vpc.subnets.at(set.family(), bits(address));
    let subnet = name::subnet_id(case.context, row)?;
    Some(format!("an interface in {subnet} with the address {address}"))
}
