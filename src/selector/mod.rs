//! Selectors: a person's words for ends and traffic become a [`Query`].
//!
//! An end is named by id, name, tag, address or kind (`command-line`, names of things); several endpoints may stand
//! behind one name. Ids are asked for first, whatever they look like, since some snapshots have ids of their own
//! making. What cannot be asked about is a [`SelectorError`] that says what to do.

mod word;
mod resource;
mod named;
mod groups;
mod services;
mod owners;
mod aws_names;
mod dns;
mod names;
mod home;
mod back_doors;
mod members;
mod ends;
mod between;
mod traffic;
mod index;
mod error;

pub use between::components;
pub use error::{Candidate, SelectorError};
pub use home::{Cluster, Home, home};
pub use index::Index;
pub use members::{Members, members};
pub use resource::Resource;
pub use traffic::{parse_source_ports, parse_traffic};

use crate::model::ResourceKind;
use crate::network::Network;
use crate::packet::{Family, Interval, protocol};
use crate::solver::{Destination, Query, Source, Traffic};

/// A question in a person's words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arguments<'t> {
    /// Where packets begin.
    pub source: &'t str,
    /// Where they are for.
    pub destination: &'t str,
    /// Which packets: `tcp/443`.
    pub traffic: &'t str,
    /// The client's ports; unset they are the unprivileged ones.
    pub source_ports: Option<&'t str>,
    /// Restricts the question to one family.
    pub family: Option<Family>,
    /// Whether replies are not asked for.
    pub is_one_way: bool,
    /// Whether interfaces and instances are all of their addresses, not only the primary ones.
    pub all_addresses: bool,
    /// Whether each pair of several ends is explained.
    pub all_paths: bool,
}

/// The query that a person's words mean.
pub fn resolve(index: &Index<'_>, arguments: &Arguments<'_>) -> Result<Query, SelectorError> {
    let intervals = parse_traffic(arguments.traffic)?;
    let source_ports = parse_source_ports(arguments.source_ports)?;
    let (source, destination) = (arguments.source, arguments.destination);
    let ends::Ends { sources, destinations, narrowings, remarks } =
        ends::both(index, (source, destination), arguments)?;
    let asked = match arguments.family {
        Some(family) => vec![family],
        None => Family::BOTH.to_vec(),
    };
    let shares = |family: &Family| {
        sources.iter().any(|it| source_speaks(index.network, it, *family))
            && destinations.iter().any(|it| destination_speaks(index.network, it, *family))
    };
    let shared: Vec<Family> = asked.into_iter().filter(shares).collect();
    if shared.is_empty() {
        return Err(SelectorError::NoFamily {
            source_text: source.to_owned(),
            destination_text: destination.to_owned(),
            family: match arguments.family {
                None => "address family",
                Some(Family::V4) => "IPv4",
                Some(Family::V6) => "IPv6",
            },
        });
    }
    // Who restricts the family asks for that very packet, odd as it is.
    if let Some(stranger) = stranger(&intervals, &shared).filter(|_| arguments.family.is_none()) {
        return Err(SelectorError::OtherFamily {
            source_text: source.to_owned(),
            destination_text: destination.to_owned(),
            text: arguments.traffic.trim().to_owned(),
            family: stranger,
        });
    }
    Ok(Query {
        sources,
        destinations,
        traffic: Traffic { intervals, source_ports },
        family: arguments.family,
        is_one_way: arguments.is_one_way,
        via: Vec::new(),
        avoid: Vec::new(),
        all_paths: arguments.all_paths,
        narrowings,
        remarks,
    })
}

/// The family that traffic is of when it is of one only, and none of the question's: ICMP is IPv4's, ICMPv6 is IPv6's.
fn stranger(intervals: &[Interval], families: &[Family]) -> Option<Family> {
    let is_all = |number: u8| {
        let block = u32::from(number);
        intervals.iter().all(|(low, high)| (low >> 16, high >> 16) == (block, block))
    };
    let own = match (is_all(protocol::ICMP), is_all(protocol::ICMPV6)) {
        (true, false) => Family::V4,
        (false, true) => Family::V6,
        (false, false) | (true, true) => return None,
    };
    (!families.contains(&own)).then_some(own)
}

/// The one resource that a selector names, for what is shown and not asked about.
pub fn find(index: &Index<'_>, text: &str) -> Result<Resource, SelectorError> {
    let text = text.trim();
    let exact = index.by_id(text, named::NAMEABLE);
    if let [first, ..] = exact.as_slice() {
        return Ok(*first);
    }
    let unknown = || unknown(index, text);
    let found = match word::read(text)? {
        word::Word::Name(name) => named::named(index, text, name, named::NAMEABLE)?,
        word::Word::OfKind(kinds, name) => named::named(index, text, name, kinds)?,
        word::Word::Managed(family, name) => owners::named(index, text, family, name)?,
        word::Word::Address(address) => {
            let kind = ResourceKind::NetworkInterface;
            let owners = index.owners(Family::of(address), crate::packet::bits(address));
            let known = owners.into_iter().filter(|it| it.index() < index.model.network_interfaces.len());
            known.map(|it| Resource { kind, position: it.0 }).collect()
        }
        word::Word::Internet
        | word::Word::OnPremises(_)
        | word::Word::Block(_)
        | word::Word::Service(_)
        | word::Word::Tag(..) => return Err(unknown()),
    };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(unknown()),
        several => Err(ambiguous(index, text, several)),
    }
}

/// Nothing has a name, as far as the snapshot goes: calls that would name such things may be missing from it.
fn unknown(index: &Index<'_>, text: &str) -> SelectorError {
    let is_whole = |kind: ResourceKind| index.model.coverage.holds(kind, None, None);
    let kinds = word::kinds_meant(text).iter().filter(|kind| !is_whole(**kind));
    let lacks = match text.split_once(':').and_then(|(prefix, _)| word::managed(prefix)) {
        Some(family) => owners::lacking(index.model, family),
        None => kinds.map(|kind| kind.call()).collect(),
    };
    SelectorError::Unknown { text: text.to_owned(), lacks }
}

fn ambiguous(index: &Index<'_>, text: &str, found: &[Resource]) -> SelectorError {
    let mut candidates: Vec<Candidate> = found.iter().map(|it| it.candidate(index.model)).collect();
    candidates.sort();
    SelectorError::Ambiguous { text: text.to_owned(), candidates }
}

fn source_speaks(network: &Network, source: &Source, family: Family) -> bool {
    match source {
        Source::Interface(interface, named) => interface_speaks(network, interface.index(), *named, family),
        Source::Clients(row) => Family::of(network.clients[*row as usize].pool.addr()) == family,
        Source::Outside(set) | Source::OnPremises(set) | Source::Nobody(set) => set.family() == family,
    }
}

fn destination_speaks(network: &Network, destination: &Destination, family: Family) -> bool {
    match destination {
        Destination::Interface(interface, named) => {
            interface_speaks(network, interface.index(), *named, family)
        }
        Destination::Addresses(set) | Destination::OnPremises(set) => set.family() == family,
    }
}

fn interface_speaks(network: &Network, row: usize, named: Option<u128>, family: Family) -> bool {
    let row = &network.interfaces[row];
    match (named, family) {
        (Some(named), Family::V4) => named <= u128::from(u32::MAX),
        (Some(named), Family::V6) => named > u128::from(u32::MAX),
        (None, Family::V4 | Family::V6) => row.primary(family).is_some(),
    }
}
