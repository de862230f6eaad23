//! The exact packet set, and headers, in words.

use super::page::{Page, Tone};
use crate::network::Network;
use crate::packet::AddressSet;
use crate::report::traffic::{addresses_text, is_internet};
use crate::report::view::{Header, Packets, Report};
use crate::report::{Addresses, Ports};
use crate::solver::Verdict;

/// More blocks than this are counted, unless everything is wanted.
const MOST_BLOCKS: usize = 12;

/// What passes.
pub(super) fn packets(report: &Report<'_>, page: &mut Page) {
    let title = match report.judged {
        Verdict::ForwardOnly => "packets that get there",
        Verdict::Unknown => "packets that certainly pass",
        Verdict::Reachable | Verdict::Partial | Verdict::Blocked => "packets",
    };
    if report.packets.is_empty() {
        if report.judged != Verdict::Unknown {
            page.title(title, "none");
        }
        return;
    }
    page.title(title, "");
    let network = report.context.network;
    let protocols: Vec<String> = report.packets.iter().map(protocol).collect();
    let width = protocols.iter().map(|it| it.chars().count()).filter(|it| *it <= 32).max().unwrap_or(0);
    for (entry, protocol) in report.packets.iter().zip(&protocols) {
        let source = set_text(network, &entry.source_addresses, page.style.verbose);
        let destination = set_text(network, &entry.destination_addresses, page.style.verbose);
        let from = match entry.source_ports.is_empty() {
            true => String::new(),
            false => format!("({})", ports_text(&entry.source_ports)),
        };
        page.row(
            2,
            &[((Tone::Strong, protocol), width)],
            &[(Tone::Plain, &source), (Tone::Faint, &from), (Tone::Plain, "->"), (Tone::Plain, &destination)],
        );
    }
}

fn protocol(entry: &Packets) -> String {
    match &*entry.protocol {
        "all" => "all protocols".to_owned(),
        number if number.starts_with(|it: char| it.is_ascii_digit()) => match number.contains('-') {
            true => format!("protocols {number}"),
            false => format!("protocol {number}"),
        },
        name if !entry.destination_ports.is_empty() => format!("{name} {}", entry.destination_ports),
        name => format!("{name} {}", entry.icmp_types.texts().join(",")),
    }
}

fn ports_text(ports: &Ports) -> String {
    let is_one = matches!(ports.0.as_slice(), [(low, high)] if low == high);
    format!("{} {ports}", if is_one { "port" } else { "ports" })
}

/// Addresses without loss where that is short: the internet, the internet but for a few blocks, or the blocks.
fn set_text(network: &Network, addresses: &Addresses, wants_all: bool) -> String {
    let set = &addresses.0;
    if set.single().is_some() || is_internet(network, set) {
        return addresses_text(network, set);
    }
    let blocks = set.blocks();
    if !wants_all && blocks.len() > MOST_BLOCKS {
        let internet = network.internet(set.family());
        let left_out = internet.difference(set);
        let extra = set.difference(internet);
        if extra.is_empty() && left_out.blocks().len() <= MOST_BLOCKS {
            return format!("the internet except {}", list(&left_out));
        }
        return format!("{} blocks, of which the first is {} (--verbose lists all)", blocks.len(), blocks[0]);
    }
    list(set)
}

fn list(set: &AddressSet) -> String {
    set.blocks().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A header on one line: `10.0.1.10 -> 10.0.2.10, tcp 5432`.
pub(super) fn header_text(network: &Network, header: &Header) -> String {
    let traffic = match &*header.protocol {
        "all" => "all traffic".to_owned(),
        name if !header.destination_ports.is_empty() && !name.contains('+') => {
            format!("{name} {}", header.destination_ports)
        }
        name if name.matches('+').count() > 2 => "several protocols".to_owned(),
        name => name.replace('+', ", "),
    };
    let source = addresses_text(network, &header.source_addresses.0);
    let destination = addresses_text(network, &header.destination_addresses.0);
    format!("{source} -> {destination}, {traffic}")
}
