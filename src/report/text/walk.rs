//! Paths as walks: one line a hop, with what decided.

use super::page::{Page, Tone, width_of};
use super::set::header_text;
use super::tone;
use crate::network::{ExplanationCode, Network};
use crate::report::sentence::with_name;
use crate::report::traffic::addresses_text;
use crate::report::view::{ComponentView, Header, Note, PathView, Report, RuleView};
use crate::solver::Verdict;

/// A column is not made wider than this for one long name.
const WIDEST: usize = 44;

/// The paths of a pair: all if wanted, else one of each verdict.
pub(super) fn walks(report: &Report<'_>, pair: usize, page: &mut Page) {
    let mut told: Vec<Verdict> = Vec::new();
    let mut left_out = 0;
    let paths = report.paths.iter().filter(|it| it.pair == pair);
    let has_several = paths.clone().count() > 1;
    for path in paths {
        if told.contains(&path.judged) && !page.style.verbose {
            left_out += 1;
            continue;
        }
        told.push(path.judged);
        if has_several {
            page.gap();
            let number = format!("way {} of those that AWS may choose:", told.len());
            page.line(0, &[(Tone::Strong, &number), (tone(path.judged), path.verdict)]);
        }
        walk(report, path, page);
    }
    if left_out > 0 {
        let ways = if left_out == 1 { "way" } else { "ways" };
        page.gap();
        page.line(0, &[(Tone::Faint, &format!("and {left_out} more {ways} alike (--verbose tells all)"))]);
    }
}

fn walk(report: &Report<'_>, path: &PathView<'_>, page: &mut Page) {
    let network = report.context.network;
    let is_unknown = report.answer.pairs.get(path.pair).is_some_and(|it| it.verdict == Verdict::Unknown);
    let is_real = matches!(path.judged, Verdict::Reachable | Verdict::Partial | Verdict::ForwardOnly);
    let there = match (is_real, is_unknown) {
        (true, _) => "the way there",
        (false, true) => "the way, as far as it is known",
        (false, false) => "the way that it would take",
    };
    leg(network, there, &path.forward_path_components, page);
    let back = &path.return_path_components;
    // The reply to what does not arrive is told where something stands in its way too.
    if is_real || page.style.verbose || back.iter().any(|it| it.decision == "drop") {
        let title = match path.judged {
            Verdict::Reachable => "the reply",
            Verdict::Partial | Verdict::ForwardOnly => "the reply, as far as it gets",
            Verdict::Blocked | Verdict::Unknown => "the reply that there would be",
        };
        leg(network, title, back, page);
    }
}

fn leg(network: &Network, title: &str, components: &[ComponentView<'_>], page: &mut Page) {
    let Some(first) = components.first() else { return };
    let header = first.outbound_header.as_ref().map(|it| header_text(network, it)).unwrap_or_default();
    page.title(&format!("{title}:"), &header);
    let kinds: Vec<&str> = components.iter().map(|it| kind_words(it.kind)).collect();
    let names: Vec<String> = components.iter().map(name_of).collect();
    let kind_width = kinds.iter().map(|it| width_of(it)).max().unwrap_or(0);
    let name_width = names.iter().map(|it| width_of(it)).filter(|it| *it <= WIDEST).max().unwrap_or(0);
    let mut is_lost = false;
    for ((component, kind), name) in components.iter().zip(kinds).zip(&names) {
        let (sign, tone) = match (component.decision, is_lost) {
            ("drop", _) if component.code.is_some_and(is_unknown) => ("?", Tone::Unsure),
            ("drop", _) => ("✗", Tone::Bad),
            (_, true) => ("·", Tone::Faint),
            ("translate", false) => ("↔", Tone::Good),
            (_, false) => ("✓", Tone::Good),
        };
        let plain = if is_lost { Tone::Faint } else { Tone::Plain };
        is_lost |= component.decision == "drop";
        let detail = detail(network, component);
        let code = component.code.unwrap_or_default();
        page.row(
            2,
            &[((tone, sign), 0), ((plain, kind), kind_width), ((plain, name), name_width)],
            &[(plain, &detail), (Tone::Bad, code)],
        );
        if page.style.verbose {
            places(component, page);
        }
    }
}

fn places(component: &ComponentView<'_>, page: &mut Page) {
    let Some(by) = component.by.as_deref() else { return };
    for rule in std::iter::once(by).chain(&by.also) {
        if let Some(place) = &rule.place {
            page.line(6, &[(Tone::Faint, &rule.rule), (Tone::Faint, "at"), (Tone::Faint, place)]);
        }
    }
}

/// Whether a code says that nobody can tell.
fn is_unknown(code: &str) -> bool {
    let unknown = [
        ExplanationCode::UnknownResource,
        ExplanationCode::UnsupportedComponent,
        ExplanationCode::TgwRtbRoutesAreUnknown,
    ];
    unknown.iter().any(|it| it.as_text() == code)
}

/// Id and name; of the internet nothing, which its kind says.
fn name_of(component: &ComponentView<'_>) -> String {
    match component.kind {
        "internet" | "on-premises" => String::new(),
        _ => with_name(component.id, component.name),
    }
}

/// What is done there, and by what.
fn detail(network: &Network, component: &ComponentView<'_>) -> String {
    if let (Some(before), Some(after)) = (&component.inbound_header, &component.outbound_header) {
        return changes(network, before, after);
    }
    if let Some(by) = &component.by {
        return rule_text(by);
    }
    match component.note {
        Note::Stateful => "stateful: the conversation is known".to_owned(),
        Note::ReturnToSender => "back to the NAT gateway that asked, whatever the routes".to_owned(),
        Note::NoRoute => "no route".to_owned(),
        Note::None => match (component.kind, component.subnet) {
            ("network-interface", Some(subnet)) => format!("in {subnet}"),
            _ => String::new(),
        },
    }
}

/// A rule behind its component: `inbound 0: allow tcp 443 from 0.0.0.0/0`; of a route, its words say all.
pub(in crate::report) fn rule_text(by: &RuleView<'_>) -> String {
    let number = by.rule.split_once(' ').map_or("", |(_, rest)| rest);
    let is_route = by.words.contains(" -> ");
    let mut text = if is_route { by.words.clone() } else { format!("{number}: {}", by.words) };
    match by.also.as_slice() {
        [] => {}
        [one] => {
            let number = one.rule.split_once(' ').map_or("", |(_, rest)| rest);
            text.push_str(&format!(", and {number}: {}", one.words));
        }
        several => text.push_str(&format!(", and {} more rules", several.len())),
    }
    text
}

fn changes(network: &Network, before: &Header, after: &Header) -> String {
    let mut parts = Vec::new();
    let mut note = |end: &str, one: &crate::report::Addresses, other: &crate::report::Addresses| {
        if one != other {
            let (one, other) = (addresses_text(network, &one.0), addresses_text(network, &other.0));
            parts.push(format!("{end} {one} becomes {other}"));
        }
    };
    note("source", &before.source_addresses, &after.source_addresses);
    note("destination", &before.destination_addresses, &after.destination_addresses);
    if before.source_ports != after.source_ports && !after.source_ports.is_empty() {
        parts.push(format!("source ports become {}", after.source_ports));
    }
    if before.destination_ports != after.destination_ports && !after.destination_ports.is_empty() {
        parts.push(format!("ports become {}", after.destination_ports));
    }
    parts.join(", ")
}

/// A kind as people say it.
pub(super) fn kind_words(kind: &str) -> &str {
    match kind {
        "network-interface" => "interface",
        "security-group" => "security group",
        "network-acl" => "network ACL",
        "route-table" => "route table",
        "internet-gateway" => "internet gateway",
        "egress-only-internet-gateway" => "egress-only gateway",
        "nat-gateway" => "NAT gateway",
        "elastic-ip" => "elastic address",
        "vpc-peering-connection" => "peering connection",
        "transit-gateway" => "transit gateway",
        "transit-gateway-attachment"
        | "transit-gateway-vpc-attachment"
        | "transit-gateway-peering-attachment" => "TGW attachment",
        "transit-gateway-route-table" => "TGW route table",
        "core-network-attachment" => "WAN attachment",
        "core-network-routes" => "WAN routes",
        "service-network-vpc-association" => "VPC Lattice",
        "load-balancer" | "classic-load-balancer" => "load balancer",
        "target-group" => "target group",
        "vpn-gateway" => "VPN gateway",
        "vpn-connection" => "VPN connection",
        "dx-gateway-association" => "Direct Connect",
        "dxvif" => "virtual interface",
        "client-vpn-endpoint" => "Client VPN",
        "client-vpn-target-network" => "Client VPN subnet",
        "on-premises" => "on premises",
        "vpc-endpoint" => "endpoint",
        "vpc" => "VPC",
        "not-modelled" => "not modelled",
        other => other,
    }
}
