//! One sentence for a blocker: what dropped which packets, with the names and states of the case.

use super::case::Case;
use super::name::{self, Named};
use super::view::{ComponentView, RuleView};
use crate::model::ResourceKind;
use crate::network::{Component, ExplanationCode, Judge};
use crate::solver::{Direction, RuleUse};

/// The sentence: lower case, no full stop.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each code")]
pub(super) fn sentence(
    case: Case<'_, '_>,
    component: &ComponentView<'_>,
    by: Option<&RuleView<'_>>,
) -> String {
    let id = short(component);
    let (source, destination) = (case.source(), case.destination());
    match case.blocker.code {
        ExplanationCode::NoRouteToDestination => format!("{id} has no route for {destination}"),
        ExplanationCode::BadStateRoute | ExplanationCode::TgwRtbBadStateRoute => match by {
            Some(by) => format!("{id} sends {destination} nowhere: {}", by.words),
            None => format!("{id} sends {destination} nowhere"),
        },
        ExplanationCode::BadState => bad_state(case, component),
        ExplanationCode::BadStateAttachment => bad_attachment(case, component),
        ExplanationCode::MoreSpecificRoute => match by {
            Some(by) => format!("{id} sends {destination} elsewhere: {} wins over a wider route", by.words),
            None => format!("{id} sends {destination} elsewhere by a more specific route"),
        },
        ExplanationCode::VpcLocalRouteCidrRestriction => match by {
            Some(by) => format!(
                "{id} keeps {destination} in its own VPC: {} wins over the route to where it was meant for",
                by.words
            ),
            None => format!("{id} keeps {destination} in its own VPC"),
        },
        ExplanationCode::HigherPriorityRoute | ExplanationCode::TgwRtbHigherPriorityRoute => match by {
            Some(by) => format!(
                "{id} sends {destination} elsewhere: {} wins over another route for the same block",
                by.words
            ),
            None => format!("{id} sends {destination} elsewhere by a route with a higher priority"),
        },
        ExplanationCode::TgwRtbMoreSpecificRoute => match by {
            Some(by) => format!("{id} sends {destination} elsewhere: {} wins over a wider route", by.words),
            None => format!("{id} sends {destination} elsewhere by a more specific route"),
        },
        ExplanationCode::BadStateVpn | ExplanationCode::TgwBadStateVpn => bad_vpn(case, component),
        ExplanationCode::BadStateDirectConnect => {
            format!("no virtual interface of {id} is available with a BGP session that is up")
        }
        ExplanationCode::VgwPrivateIpAssociationForEgress => {
            format!("{id} takes only what begins in its own VPC, and {source} does not")
        }
        ExplanationCode::VgwPrivateIpAssociationForIngress => {
            format!("{id} leads to private addresses of its own VPC only, and {destination} is none")
        }
        ExplanationCode::VgwNoRoute => {
            format!("{id} knows no network on premises that has {destination}")
        }
        ExplanationCode::VpnSelectorMismatch => {
            format!("the selectors of {id} are not for packets from {source} to {destination}")
        }
        ExplanationCode::VpnFamilyMismatch => format!("the tunnels of {id} do not carry {destination}"),
        ExplanationCode::NoLinkFromOnPremises => {
            "the snapshot has no link to on premises: no VPN, Direct Connect or Connect".to_owned()
        }
        ExplanationCode::DxPrefixNotAllowed => {
            format!("{destination} is not announced over {id}: its allowed prefixes leave it out")
        }
        ExplanationCode::ClientVpnNoRoute => format!("{id} has no route for {destination}"),
        ExplanationCode::ClientVpnNotAuthorized => match by {
            Some(by) => format!("{id} lets only some users go to {destination}: {}", by.words),
            None => format!("no authorization rule of {id} lets anybody go to {destination}"),
        },
        ExplanationCode::ClientVpnNoState => {
            format!("{id} translates its clients: nothing reaches them that they did not ask for")
        }
        ExplanationCode::IngressRtbNoPublicIp => match by {
            Some(by) => {
                format!("{id} sends {destination} by {}, to an interface without a public address", by.words)
            }
            None => format!("{id} has no public address, so no gateway's route table can send to it"),
        },
        ExplanationCode::IngressRtbTrafficRedirection => match by {
            Some(by) => format!(
                "{id} hands the packets on by {}, to one that has not seen the conversation",
                by.words
            ),
            None => format!(
                "a gateway's route table sends one direction by {id}, and the other does not come by it"
            ),
        },
        ExplanationCode::EniSgRulesMismatch => filter_sentence(case, "no rule of", "allows"),
        ExplanationCode::SgHasNoRules => {
            let direction = if case.is_outbound() { "outbound" } else { "inbound" };
            let labels: Vec<String> = judges(case).into_iter().map(label_of).collect();
            let verb = if labels.len() > 1 { "have" } else { "has" };
            format!("{} {verb} no {direction} rule, so nothing passes", labels.join(", "))
        }
        ExplanationCode::SgReferencesNotPreserved => {
            format!("{id} names a group that {source} is in, but the way there does not preserve it")
        }
        ExplanationCode::SgReferencingSupport => {
            let losing: Vec<String> = losing(case);
            format!(
                "{id} names a group that {source} is in, but security group referencing is off on {}",
                if losing.is_empty() { "the transit gateway".to_owned() } else { losing.join(" and ") }
            )
        }
        ExplanationCode::EniAddressRestriction => format!(
            "{id} is an interface of the same host and sends nothing from {source}, which is not its own address"
        ),
        ExplanationCode::EniSourceDestCheckRestriction => {
            format!("{id} has its source/destination check on and drops {destination}, which is not its own")
        }
        ExplanationCode::SubnetAclRestriction | ExplanationCode::ElbAclRestriction => {
            acl_sentence(case, component, by)
        }
        ExplanationCode::IgwPublicIpAssociationForEgress => {
            format!("{source} has no public address, so {id} drops what it sends")
        }
        ExplanationCode::IgwPrivateIpAssociationForIngress => {
            format!("{destination} has no public address that {id} knows")
        }
        ExplanationCode::IgwDestinationAddressNotInRfc1918Egress
        | ExplanationCode::IgwDestinationAddressNotInRfc6598Egress => {
            format!("{id} sends nothing to {destination}, which is no public address")
        }
        ExplanationCode::IgwSourceAddressNotInRfc1918Ingress
        | ExplanationCode::IgwSourceAddressNotInRfc6598Ingress => {
            format!("{id} takes nothing from {source}, which is no public address")
        }
        ExplanationCode::GatewayRejectsSpoofedTraffic => {
            format!("{id} drops packets from outside that claim to be from {source}, an address of the VPC")
        }
        ExplanationCode::VpcBlockPublicAccessEnabled => block_public_access(case, component),
        ExplanationCode::NgwRequiresSourceInVpc => {
            format!(
                "{id} takes nothing that comes over a peering connection or from outside, as {source} does"
            )
        }
        ExplanationCode::RegionalNgwRouteAzRestriction => {
            format!("{id} does not serve the availability zone that {source} is in")
        }
        ExplanationCode::PcxRequiresAddressInVpcCidr => {
            format!("{id} carries packets between its two VPCs only, not from {source} to {destination}")
        }
        ExplanationCode::TgwAttachMissingTgwRtbAssociation => {
            format!("{id} is associated with no transit gateway route table")
        }
        ExplanationCode::TgwRouteAzRestriction => {
            format!("{id} is not attached in the availability zone that {source} is in")
        }
        ExplanationCode::TgwAttachVpcAzRestriction => format!(
            "{id} has appliance mode off, so what {source} answers stays in its own zone and meets another endpoint \
             of the firewall than the request"
        ),
        ExplanationCode::TgwRtbNoRouteToTgwAttachment => format!("{id} has no route for {destination}"),
        ExplanationCode::TgwRtbRoutesAreUnknown => format!("the snapshot does not have the routes of {id}"),
        ExplanationCode::VpceGatewayEgressSourceAddressRestriction => {
            format!("{id} serves its own VPC only, and {source} comes from elsewhere")
        }
        ExplanationCode::VpceGatewayProtocolRestriction => {
            format!("{id} carries TCP and ICMP echo, not {}", case.traffic())
        }
        ExplanationCode::VpceServiceNotInstalledInAz => {
            format!("the service that {id} leads to has nothing in its availability zone")
        }
        ExplanationCode::VpceIntraVpcTraffic => format!("{id} belongs to an endpoint, which begins nothing"),
        ExplanationCode::ProtocolRestriction => format!("{id} does not carry {}", case.traffic()),
        ExplanationCode::ComponentFilterRestriction => component_filter(case, component),
        ExplanationCode::NoPossibleDestination => {
            format!("{id} neither begins nor takes {} of this kind", case.traffic())
        }
        ExplanationCode::UnknownResource => unknown(case, component, "is not in the snapshot"),
        ExplanationCode::UnsupportedComponent => unknown(case, component, "is not modelled"),
        ExplanationCode::UnassociatedComponent => format!("{id} is not associated with anything"),
        ExplanationCode::NoInterfaceOwnsAddress => {
            let address = if case.blocker.destination.is_empty() { source } else { destination };
            format!("no interface has the address {address}")
        }
        ExplanationCode::DnsNotReachable => {
            let vpc = case.context.network.vpcs.get(case.blocker.vpc as usize);
            match vpc.filter(|it| it.is_resolver_off) {
                Some(vpc) => format!("enableDnsSupport is off in {}, whose resolver answers nobody", vpc.id),
                None => format!(
                    "{destination} is the resolver of a VPC, which answers only what is sent inside that VPC"
                ),
            }
        }
        ExplanationCode::FirewallRulesRestriction => match (by, case.gap()) {
            (Some(by), Some(_)) => format!(
                "{id} may drop {} from {source} to {destination}: {} looks further than headers",
                case.traffic(),
                by.rule
            ),
            (None, Some(gap)) => super::case::assumption_text(gap),
            (Some(by), None) => format!(
                "{id} drops {} from {source} to {destination} by {}: {}",
                case.traffic(),
                by.rule,
                by.words
            ),
            (None, None) => format!("{id} drops {} from {source} to {destination}", case.traffic()),
        },
        ExplanationCode::FirewallAsymmetricRouting => format!(
            "{id} does not see both directions at one endpoint, so {} from {source} to {destination} gets nowhere",
            case.traffic()
        ),
        ExplanationCode::NatGatewayNoState => {
            format!("{id} lets in only what answers a conversation that it carries, and this is none")
        }
        ExplanationCode::EgressOnlyNoState => {
            format!("{id} lets in only what answers a conversation from inside, and this is none")
        }
        ExplanationCode::ReplyMisdelivered => {
            let who = if case.blocker.direction == Direction::Return { "the reply" } else { "the packet" };
            format!("{who} for {destination} ends at {id}, which has that address too")
        }
        ExplanationCode::RoutingLoop => {
            format!("packets for {destination} come back to {id} again and again")
        }
        ExplanationCode::TgwIpv6Unsupported => format!("{id} has IPv6 support off"),
        ExplanationCode::AddressNotRoutable => format!("{destination} is not routed in a VPC"),
        ExplanationCode::EniDeniesInternet => {
            format!("{destination} is of an interface that takes nothing from the internet")
        }
        ExplanationCode::Elbv2ListenersMismatch | ExplanationCode::ElbListenersMismatch => {
            format!("no listener of {id} takes {}", case.traffic())
        }
        ExplanationCode::Elbv2ListenerPortRestriction | ExplanationCode::ElbListenerPortRestriction => {
            format!("{id} answers at the ports of its listeners only, not to {}", case.traffic())
        }
        ExplanationCode::Elbv2ListenerRequiresTgAccept => {
            format!("{id} takes no {} from {source}", case.traffic())
        }
        ExplanationCode::Elbv2ListenerHasNoTg => match by {
            Some(by) => format!("{id} has no target in use: {}", by.words),
            None => format!("{id} has no target in use"),
        },
        ExplanationCode::Elbv2NoTargetsInAz => {
            format!("{id} has no target in the zone, and the load balancer does not send into others")
        }
        ExplanationCode::Elbv2SourceAddressPreservation => {
            format!("{id} hands on with the client's address {source}; the target would let its own in")
        }
        ExplanationCode::NlbHairpin => {
            format!(
                "{id} keeps client addresses, so nothing comes of it when {source} itself is chosen as target"
            )
        }
        ExplanationCode::ElbInstalledAzRestriction => {
            format!("{id} is not enabled in the zone of any of its instances")
        }
        ExplanationCode::ElbNotCrosszone => {
            format!("{id} has no instance in the zone and does not send into others")
        }
        ExplanationCode::TargetAddressRestriction => {
            format!("{id} begins conversations with its targets only, and {destination} is none")
        }
        ExplanationCode::TargetPortRestriction => {
            format!("{id} does not send {} to {destination}", case.traffic())
        }
        ExplanationCode::GwlbProtocolRestriction | ExplanationCode::GwlbDestinationPortRestriction => {
            format!("{id} sends its targets GENEVE (udp/6081) and health checks, not {}", case.traffic())
        }
        ExplanationCode::NotAPublicAddress => format!("{destination} is not routed on the internet"),
    }
}

/// Id, with the name where there is one.
pub(super) fn label(component: &ComponentView<'_>) -> String {
    with_name(component.id, component.name)
}

pub(super) fn with_name(id: &str, name: Option<&str>) -> String {
    match name {
        // An ARN ends with the name.
        Some(name) if id.starts_with("arn:") => name.to_owned(),
        Some(name) if name != id => format!("{id} ({name})"),
        Some(_) | None => id.to_owned(),
    }
}

/// The name alone where somebody gave one to tell things apart: the id stands beside every sentence.
fn short(component: &ComponentView<'_>) -> String {
    let is_arn = component.id.starts_with("arn:");
    component.name.filter(|_| component.has_tag || is_arn).unwrap_or(component.id).to_owned()
}

fn label_of(named: Named<'_>) -> String {
    named.name.filter(|_| named.has_tag).unwrap_or(named.id).to_owned()
}

/// The groups that judged, each with its name.
fn judges<'a>(case: Case<'_, 'a>) -> Vec<Named<'a>> {
    let RuleUse::Filter(id, _) = case.blocker.rule else { return Vec::new() };
    match &case.context.network.judge(id) {
        Judge::SecurityGroups { groups, .. } => groups
            .iter()
            .map(|group| name::named(case.context, Component::Resource(ResourceKind::SecurityGroup, group.0)))
            .collect(),
        Judge::Acl { .. } => Vec::new(),
    }
}

fn filter_sentence(case: Case<'_, '_>, before: &str, verb: &str) -> String {
    let labels: Vec<String> = judges(case).into_iter().map(label_of).collect();
    let (direction, word) = if case.is_outbound() { ("outbound", "to") } else { ("inbound", "from") };
    let before = before.replace("rule", &format!("{direction} rule"));
    format!("{before} {} {verb} {} {word} {}", labels.join(", "), case.traffic(), case.peer_text())
}

fn acl_sentence(case: Case<'_, '_>, component: &ComponentView<'_>, by: Option<&RuleView<'_>>) -> String {
    let (direction, word) = if case.is_outbound() { ("outbound", "to") } else { ("inbound", "from") };
    let packets = format!("{} {word} {}", case.traffic(), case.peer_text());
    let id = short(component);
    match by.and_then(|by| by.rule.rsplit(' ').next().map(|number| (number, by))) {
        Some((number, by)) => format!("{direction} entry {number} of {id} drops {packets}: {}", by.words),
        None => format!("no {direction} entry of {id} allows {packets}"),
    }
}

/// Whatever has a state, in words: an interface by its instance.
fn bad_state(case: Case<'_, '_>, component: &ComponentView<'_>) -> String {
    let instance = super::component::instance_of(case.context, case.blocker.component)
        .map(|instance| name::named(case.context, instance));
    if let Some(instance) = instance
        && let Some(state) = instance.state.filter(|state| *state != "running")
    {
        return format!("{} is {state}, so {} carries no packets", label_of(instance), component.id);
    }
    let named = name::named(case.context, case.blocker.component);
    let endpoint = super::component::endpoint_of(case.context, case.blocker.component);
    if let Some(endpoint) = endpoint.map(|it| name::named(case.context, it)) {
        let state = endpoint.state.filter(|it| !it.eq_ignore_ascii_case("available"));
        return match state {
            Some(state) => format!("{} is {state}, so {} takes nothing", label_of(endpoint), component.id),
            None => format!("the service of {} does not work or has not accepted it", label_of(endpoint)),
        };
    }
    match (named.state, component.kind) {
        (Some(state), _) => format!("{} is {state}", short(component)),
        (None, "network-interface") => format!("{} is not in use", short(component)),
        (None, _) => format!("{} does not work", short(component)),
    }
}

/// A VPN connection by its state or by its tunnels', and the device that it ends at.
fn bad_vpn(case: Case<'_, '_>, component: &ComponentView<'_>) -> String {
    let id = short(component);
    let model = &case.context.snapshot.model;
    let connection = match case.blocker.component {
        Component::Resource(ResourceKind::VpnConnection, row) => model.vpn_connections.get_row(row as usize),
        Component::Resource(..) | Component::Internet | Component::OnPremises | Component::Service(_) => None,
    };
    let device = connection.and_then(|it| it.customer_gateway.as_ref());
    let device = device.map_or_else(String::new, |id| format!(" to {id}"));
    match name::named(case.context, case.blocker.component).state {
        Some(state) if state != "available" => format!("{id}{device} is {state}"),
        Some(_) | None => format!("every tunnel of {id}{device} is down"),
    }
}

fn bad_attachment(case: Case<'_, '_>, component: &ComponentView<'_>) -> String {
    let id = short(component);
    let state = name::named(case.context, case.blocker.component).state;
    let vpc = case.vpc();
    match (component.kind, state) {
        ("vpc", _) => format!("no internet gateway is attached to {id}"),
        ("internet-gateway", _) if component.id == name::ABSENT => {
            format!("no internet gateway is attached to {}", vpc.unwrap_or("the VPC"))
        }
        ("transit-gateway-attachment" | "transit-gateway-vpc-attachment", Some(state)) => {
            format!("{id} is {state}")
        }
        (_, Some(state)) if !matches!(state, "attached" | "available") => match vpc {
            Some(vpc) => format!("{id} is {state}, not attached to {vpc}"),
            None => format!("{id} is {state}"),
        },
        _ => match vpc {
            Some(vpc) => format!("{id} is not attached to {vpc}"),
            None => format!("{id} is not attached"),
        },
    }
}

/// The transit gateway and attachments that do not keep groups.
fn losing(case: Case<'_, '_>) -> Vec<String> {
    let related = case.blocker.related.iter();
    let mut labels: Vec<String> = related
        .flat_map(|it| super::case::without_references(case.context, *it))
        .map(|it| name::named(case.context, it))
        .filter(|it| it.kind.starts_with("transit-gateway"))
        .map(label_of)
        .collect();
    labels.sort();
    labels.dedup();
    labels
}

fn block_public_access(case: Case<'_, '_>, component: &ComponentView<'_>) -> String {
    let model = &case.context.snapshot.model;
    let modes = model.block_public_access_options.iter();
    let mode = modes.map(|it| crate::model::words::Word::as_text(&it.mode)).find(|mode| *mode != "off");
    let vpc = case.vpc().unwrap_or("the VPC");
    let way = if component.kind == "egress-only-internet-gateway" {
        "the egress-only gateway"
    } else {
        component.id
    };
    match mode {
        Some(mode) => format!("VPC Block Public Access ({mode}) closes {way} for {vpc}"),
        None => format!("VPC Block Public Access closes {way} for {vpc}"),
    }
}

fn component_filter(case: Case<'_, '_>, component: &ComponentView<'_>) -> String {
    if case.context.query.avoid.contains(&case.blocker.component) {
        format!("the way leads through {}, which is to be avoided", label(component))
    } else {
        format!("the way does not lead through {}", label(component))
    }
}

fn unknown(case: Case<'_, '_>, component: &ComponentView<'_>, otherwise: &str) -> String {
    match case.gap() {
        Some(gap) => super::case::assumption_text(gap),
        None => format!("{} {otherwise}", short(component)),
    }
}
