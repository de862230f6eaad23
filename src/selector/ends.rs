//! Ends: what a selector means, and what it becomes as a source or a destination (`command-line`, ends).
//!
//! A meaning does not depend on the other end, with two exceptions that are settled when both are known: an address
//! that several VPCs have is the one of the other end's VPC, and a service is that of the source's Region.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Arguments;
use super::error::SelectorError;
use super::groups::meaning_of;
use super::index::Index;
use super::named::named;
use super::resource::{Resource, words};
use super::word::{self, Word};
use super::{back_doors, dns, names, owners, services};
use crate::model::ResourceKind;
use crate::network::{InterfaceIndex, PublicOwner, VpcIndex};
use crate::packet::{AddressSet, Family, bits, ip, range_of};
use crate::solver::{Destination, Narrowing, Remark, Source};

/// What a selector means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// These interfaces.
    Hosts(Vec<InterfaceIndex>),
    /// These interfaces, of these managed services, by their rows.
    Services(Vec<u32>, Vec<InterfaceIndex>),
    /// The internet.
    Internet,
    /// Networks on premises: these blocks, or all that are known.
    OnPremises(Option<IpNet>),
    /// Clients of a Client VPN endpoint, by their row.
    Clients(u32),
    /// One address.
    Address(IpAddr),
    /// Blocks of addresses.
    Blocks(Vec<IpNet>),
    /// `svc:NAME`
    Service(String),
    /// A name that DNS knows.
    Name(String),
    /// A gateway endpoint, by its row.
    GatewayEndpoint(usize),
}

/// One end of a question, with the person's word for messages.
pub(super) struct End<'i, 'm, 't> {
    pub(super) index: &'i Index<'m>,
    pub(super) text: &'t str,
    pub(super) meaning: Meaning,
    pub(super) all_addresses: bool,
}

/// What a question is about.
pub(super) struct Ends {
    pub sources: Vec<Source>,
    pub destinations: Vec<Destination>,
    pub narrowings: Vec<Narrowing>,
    pub remarks: Vec<Remark>,
}

/// Sources and destinations of a question, which of its blocks stand for less than they say, and what is to be said of
/// them besides.
pub(super) fn both(
    index: &Index<'_>,
    (source, destination): (&str, &str),
    arguments: &Arguments<'_>,
) -> Result<Ends, SelectorError> {
    let all_addresses = arguments.all_addresses;
    let end = |text| Ok(End { index, text, meaning: meaning(index, text)?, all_addresses });
    let (source, destination) = (end(source)?, end(destination)?);
    let (destination, named) = names::settled(destination, &source)?;
    let sources = source.as_source(&destination)?;
    let destinations = destination.as_destination(&source)?;
    let mut narrowings = Vec::new();
    if matches!(source.meaning, Meaning::Blocks(_)) {
        let owner = |source: &Source| match source {
            Source::Interface(interface, _) => Some(*interface),
            Source::Outside(_) | Source::OnPremises(_) | Source::Clients(_) | Source::Nobody(_) => None,
        };
        narrowings.extend(narrowing(source.text, sources.iter().map(owner)));
    }
    if matches!(destination.meaning, Meaning::Blocks(_)) {
        let owner = |destination: &Destination| match destination {
            Destination::Interface(interface, _) => Some(*interface),
            Destination::Addresses(_) | Destination::OnPremises(_) => None,
        };
        narrowings.extend(narrowing(destination.text, destinations.iter().map(owner)));
    }
    let mut remarks = owners::remarks(index, &source.meaning);
    remarks.extend(owners::remarks(index, &destination.meaning));
    remarks.extend(owners::ports(&destination.meaning, index.model, arguments.traffic));
    if sources.iter().any(|it| matches!(it, Source::Outside(_))) {
        remarks.extend(owners::public_names(index.model, &destination.meaning));
        remarks.extend(back_doors::remarks(index, &destinations));
    }
    remarks.extend(named);
    remarks.dedup();
    Ok(Ends { sources, destinations, narrowings, remarks })
}

/// What becomes of a block some of whose parts are interfaces.
fn narrowing(text: &str, owners: impl Iterator<Item = Option<InterfaceIndex>>) -> Option<Narrowing> {
    let owners: Vec<Option<InterfaceIndex>> = owners.collect();
    let mut interfaces: Vec<InterfaceIndex> = owners.iter().flatten().copied().collect();
    interfaces.dedup();
    let has_public = owners.contains(&None);
    let is_narrower = !interfaces.is_empty();
    is_narrower.then(|| Narrowing { text: text.trim().to_owned(), interfaces, has_public })
}

/// What a selector means, whatever the other end.
pub(super) fn meaning(index: &Index<'_>, text: &str) -> Result<Meaning, SelectorError> {
    let text = text.trim();
    if let Some(interface) = index.interface(text) {
        return Ok(Meaning::Hosts(vec![interface]));
    }
    // What no id looks like needs no look at all kinds of them.
    if text == "internet" {
        return Ok(Meaning::Internet);
    }
    if let Ok(address) = text.parse() {
        return Ok(Meaning::Address(address));
    }
    if let [one] = index.by_id(text, super::named::NAMEABLE).as_slice() {
        return meaning_of(index, text, *one);
    }
    // `cvpn-endpoint-…/GROUP`: the clients in a group of users.
    if let Some((endpoint, group)) = text.split_once('/')
        && let [one] = index.by_id(endpoint, &[ResourceKind::ClientVpnEndpoint]).as_slice()
    {
        return super::groups::clients(index, text, *one, Some(group));
    }
    match word::read(text)? {
        Word::Internet => Ok(Meaning::Internet),
        Word::OnPremises(block) => Ok(Meaning::OnPremises(block)),
        Word::Address(address) => Ok(Meaning::Address(address)),
        Word::Block(block) => Ok(Meaning::Blocks(vec![block])),
        Word::Service(name) => Ok(Meaning::Service(name.to_owned())),
        Word::Tag(key, value) => super::groups::tagged(index, text, key, value),
        Word::OfKind(kinds, name) => one_of(index, text, &named(index, text, name, kinds)?),
        Word::Managed(family, name) => match owners::of_cluster(index, text, family, name)? {
            Some(meaning) => Ok(meaning),
            None => owners::meaning(index, text, &owners::named(index, text, family, name)?),
        },
        Word::Name(name) => match named(index, text, name, super::named::NAMEABLE) {
            Ok(found) if names::is_of_dns(index, &found, name) => Ok(Meaning::Name(name.to_owned())),
            Ok(found) => one_of(index, text, &found),
            // What nothing here is called may be a name that DNS knows.
            Err(SelectorError::Unknown { .. }) if dns::is_name(name) => Ok(Meaning::Name(name.to_owned())),
            Err(error) => Err(error),
        },
    }
}

/// The one thing of several with a name that packets can begin or end at.
fn one_of(index: &Index<'_>, text: &str, found: &[Resource]) -> Result<Meaning, SelectorError> {
    let (ends, others): (Vec<Resource>, Vec<Resource>) = found.iter().partition(|it| can_be_end(it.kind));
    match (ends.as_slice(), others.as_slice()) {
        ([one], _) => meaning_of(index, text, *one),
        ([], [first, ..]) if first.kind == ResourceKind::Unmodelled => {
            let what = format!("one of `{}`", index.model.unmodelled[first.position as usize].key);
            Err(SelectorError::NotModelled { text: text.to_owned(), what })
        }
        ([], [first, ..]) => {
            Err(SelectorError::NotAnEnd { text: text.to_owned(), what: words(first.kind).1 })
        }
        ([], []) => Err(super::unknown(index, text)),
        (several, _) => Err(super::ambiguous(index, text, several)),
    }
}

fn can_be_end(kind: ResourceKind) -> bool {
    matches!(
        kind,
        ResourceKind::NetworkInterface
            | ResourceKind::Instance
            | ResourceKind::Subnet
            | ResourceKind::Vpc
            | ResourceKind::SecurityGroup
            | ResourceKind::InternetGateway
            | ResourceKind::NatGateway
            | ResourceKind::VpcEndpoint
            | ResourceKind::PrefixList
            | ResourceKind::LoadBalancer
            | ResourceKind::ClassicLoadBalancer
            | ResourceKind::ElasticAddress
            | ResourceKind::InstanceConnectEndpoint
            | ResourceKind::ClientVpnEndpoint
            | ResourceKind::ManagedService
    )
}

impl End<'_, '_, '_> {
    fn as_source(&self, other: &End<'_, '_, '_>) -> Result<Vec<Source>, SelectorError> {
        let network = self.index.network;
        match &self.meaning {
            Meaning::Hosts(interfaces) | Meaning::Services(_, interfaces) => {
                let mut sources = Vec::with_capacity(interfaces.len());
                self.each_address(interfaces, |interface, named| {
                    sources.push(Source::Interface(interface, named));
                });
                Ok(sources)
            }
            Meaning::Internet => {
                Ok(Family::BOTH.map(|family| Source::Outside(network.internet(family).clone())).into())
            }
            Meaning::Clients(row) => Ok(vec![Source::Clients(*row)]),
            Meaning::OnPremises(block) => {
                Ok(self.on_premises(*block)?.into_iter().map(Source::OnPremises).collect())
            }
            Meaning::Address(address) => Ok(vec![self.address_as_source(*address, other)?]),
            Meaning::Blocks(blocks) => Ok(self.blocks_as_sources(blocks)),
            Meaning::Name(name) => {
                // Who sends has the name, wherever it is asked for.
                let thing = self.index.by_dns_name(name);
                let thing = thing.ok_or_else(|| super::unknown(self.index, self.text))?;
                let meaning = meaning_of(self.index, self.text, thing)?;
                End { index: self.index, text: self.text, meaning, all_addresses: self.all_addresses }
                    .as_source(other)
            }
            Meaning::Service(_) | Meaning::GatewayEndpoint(_) => {
                Err(SelectorError::ServiceAsSource { text: self.text.to_owned() })
            }
        }
    }

    pub(super) fn as_destination(&self, other: &End<'_, '_, '_>) -> Result<Vec<Destination>, SelectorError> {
        let network = self.index.network;
        match &self.meaning {
            Meaning::Hosts(interfaces) | Meaning::Services(_, interfaces) => {
                let mut destinations = Vec::with_capacity(interfaces.len());
                self.each_address(interfaces, |interface, named| {
                    destinations.push(Destination::Interface(interface, named));
                });
                Ok(destinations)
            }
            Meaning::Internet => {
                let all = Family::BOTH.map(|family| network.internet(family).clone());
                Ok(all.map(Destination::Addresses).into())
            }
            Meaning::Clients(row) => {
                let pool = AddressSet::block(network.clients[*row as usize].pool);
                Ok(vec![Destination::Addresses(pool)])
            }
            Meaning::OnPremises(block) => {
                Ok(self.on_premises(*block)?.into_iter().map(Destination::OnPremises).collect())
            }
            Meaning::Address(address) => Ok(vec![Destination::Addresses(AddressSet::one(*address))]),
            Meaning::Blocks(blocks) => Ok(self.blocks_as_destinations(blocks, other)),
            Meaning::Name(name) => names::destinations(self, name, other),
            Meaning::Service(name) => services::by_name(self.index, self.text, name, &other.vpcs()),
            Meaning::GatewayEndpoint(row) => services::behind_endpoint(self.index, self.text, *row),
        }
    }

    /// Each interface with its primary addresses, or with each of its own.
    fn each_address(
        &self,
        interfaces: &[InterfaceIndex],
        mut take: impl FnMut(InterfaceIndex, Option<u128>),
    ) {
        for interface in interfaces {
            let listed = self.index.model.network_interfaces.get_row(interface.index());
            match listed.filter(|_| self.all_addresses) {
                Some(listed) => {
                    let v4 = listed.addresses.iter().map(|it| bits(it.private.into()));
                    let v6 = listed.ipv6_addresses.iter().map(|it| bits((*it).into()));
                    v4.chain(v6).for_each(|address| take(*interface, Some(address)));
                }
                None => take(*interface, None),
            }
        }
    }

    /// Whoever has the address: of several in overlapping VPCs the one in a VPC of the other end.
    fn address_as_source(&self, address: IpAddr, other: &End<'_, '_, '_>) -> Result<Source, SelectorError> {
        let network = self.index.network;
        let (family, point) = (Family::of(address), bits(address));
        let mut owners: Vec<(InterfaceIndex, u128)> =
            self.index.owners(family, point).into_iter().map(|it| (it, point)).collect();
        let public = if family == Family::V4 { network.public_owner(point as u32) } else { None };
        if let Some(PublicOwner::Private(vpc, private)) = public {
            let private = u128::from(private);
            let owner = network.vpcs[vpc.index()].interfaces.at(Family::V4, private);
            if owner != u32::MAX {
                owners.push((InterfaceIndex(owner), private));
            }
        }
        if owners.len() > 1 {
            let near = other.vpcs();
            let vpc = |interface: InterfaceIndex| network.interfaces[interface.index()].vpc;
            if owners.iter().any(|(it, _)| near.contains(&vpc(*it))) {
                owners.retain(|(it, _)| near.contains(&vpc(*it)));
            }
        }
        match owners.as_slice() {
            [(interface, own)] => Ok(Source::Interface(*interface, Some(*own))),
            [] if public.is_none() && network.internet(family).holds(point) => {
                Ok(Source::Outside(AddressSet::one(address)))
            }
            [] if self.is_beyond(&AddressSet::one(address)) => {
                Ok(Source::OnPremises(AddressSet::one(address)))
            }
            [] => Ok(Source::Nobody(AddressSet::one(address))),
            several => Err(self.ambiguous_owners(several)),
        }
    }

    /// The addresses of `onprem` and `onprem:BLOCK`, by family.
    fn on_premises(&self, block: Option<IpNet>) -> Result<Vec<AddressSet>, SelectorError> {
        let network = self.index.network;
        let sets = match block {
            Some(block) => vec![AddressSet::block(block)],
            None => Family::BOTH.map(|family| network.on_premises(family).clone()).into(),
        };
        let sets: Vec<AddressSet> = sets.into_iter().filter(|set| !set.is_empty()).collect();
        if sets.is_empty() {
            return Err(SelectorError::NothingOnPremises { text: self.text.to_owned() });
        }
        Ok(sets)
    }

    /// Whether addresses that nobody in the snapshot has can only be on premises: there are links, no VPC has a block
    /// around them, and the internet does not route them.
    fn is_beyond(&self, set: &AddressSet) -> bool {
        let network = self.index.network;
        let is_apart = |net: &IpNet| {
            Family::of(net.addr()) != set.family() || set.intersection(&AddressSet::block(*net)).is_empty()
        };
        let is_private = set.family() == Family::V4 && set.is_within(&network.private_ipv4);
        network.has_links && is_private && network.vpcs.iter().all(|vpc| vpc.cidrs.iter().all(is_apart))
    }

    fn ambiguous_owners(&self, owners: &[(InterfaceIndex, u128)]) -> SelectorError {
        let kind = ResourceKind::NetworkInterface;
        let known = owners.iter().filter(|(it, _)| it.index() < self.index.model.network_interfaces.len());
        let resources: Vec<Resource> = known.map(|(it, _)| Resource { kind, position: it.0 }).collect();
        super::ambiguous(self.index, self.text, &resources)
    }

    /// Who is inside, and what of it is outside.
    fn blocks_as_sources(&self, blocks: &[IpNet]) -> Vec<Source> {
        let mut sources: Vec<Source> = Vec::new();
        let inside = self.owned(blocks);
        sources.extend(inside.iter().map(|(interface, own)| Source::Interface(*interface, Some(*own))));
        for family in Family::BOTH {
            let asked = set_of(blocks, family);
            let outside = asked.intersection(self.index.network.internet(family));
            if !outside.is_empty() {
                sources.push(Source::Outside(outside));
            } else if inside.is_empty() && !asked.is_empty() {
                let is_beyond = self.is_beyond(&asked);
                sources.push(if is_beyond { Source::OnPremises(asked) } else { Source::Nobody(asked) });
            }
        }
        sources
    }

    /// A private block stands for the interfaces in it, a public one for its addresses as they are, and the whole line
    /// of a family for the internet: nobody who writes `0.0.0.0/0` means AWS's own link-local addresses.
    fn blocks_as_destinations(&self, blocks: &[IpNet], other: &End<'_, '_, '_>) -> Vec<Destination> {
        let network = self.index.network;
        let mut destinations = Vec::new();
        for family in Family::BOTH {
            let asked = set_of(blocks, family);
            if asked.is_empty() {
                continue;
            }
            if asked == AddressSet::all(family) {
                destinations.push(Destination::Addresses(network.internet(family).clone()));
                continue;
            }
            let is_private = asked.intersection(network.internet(family)).is_empty();
            let of_family: Vec<IpNet> =
                blocks.iter().filter(|it| Family::of(it.addr()) == family).copied().collect();
            let inside = if is_private { self.owned_near(&of_family, other) } else { Vec::new() };
            if inside.is_empty() {
                destinations.push(Destination::Addresses(asked));
            } else {
                destinations.extend(self.each_once(family, &inside));
            }
        }
        destinations
    }

    /// An address that several VPCs have is the packet's header and no more: where it leads is for the routes to say.
    fn each_once(&self, family: Family, inside: &[(InterfaceIndex, u128)]) -> Vec<Destination> {
        let mut addresses: Vec<u128> = inside.iter().map(|(_, address)| *address).collect();
        addresses.sort_unstable();
        let count = |address: u128| {
            let first = addresses.partition_point(|it| *it < address);
            addresses[first..].iter().take_while(|it| **it == address).count()
        };
        let mut told = BTreeSet::new();
        let mut destinations = Vec::new();
        for (interface, address) in inside {
            if count(*address) == 1 {
                destinations.push(Destination::Interface(*interface, Some(*address)));
            } else if told.insert(*address) {
                destinations.push(Destination::Addresses(AddressSet::one(ip(family, *address))));
            }
        }
        destinations
    }

    /// The owned addresses in some blocks: those of the other end's VPCs when there are any.
    fn owned_near(&self, blocks: &[IpNet], other: &End<'_, '_, '_>) -> Vec<(InterfaceIndex, u128)> {
        let network = self.index.network;
        let owned = self.owned(blocks);
        let near = other.vpcs();
        let is_near = |it: &(InterfaceIndex, u128)| near.contains(&network.interfaces[it.0.index()].vpc);
        if owned.iter().any(is_near) { owned.into_iter().filter(is_near).collect() } else { owned }
    }

    /// The owned addresses in some blocks.
    fn owned(&self, blocks: &[IpNet]) -> Vec<(InterfaceIndex, u128)> {
        let mut owned = BTreeSet::new();
        for block in blocks {
            let (low, high) = range_of(*block);
            let inside = self.index.owned_between(Family::of(block.addr()), low, high);
            owned.extend(inside.into_iter().filter(|(it, _)| super::groups::is_host(self.index, *it)));
        }
        owned.into_iter().collect()
    }

    /// The VPCs that an end lies in.
    pub(super) fn vpcs(&self) -> Vec<VpcIndex> {
        let network = self.index.network;
        let of = |interfaces: &[InterfaceIndex]| -> Vec<VpcIndex> {
            let mut vpcs: Vec<VpcIndex> =
                interfaces.iter().map(|it| network.interfaces[it.index()].vpc).collect();
            vpcs.sort_unstable();
            vpcs.dedup();
            vpcs
        };
        match &self.meaning {
            Meaning::Hosts(interfaces) | Meaning::Services(_, interfaces) => of(interfaces),
            Meaning::Address(address) => {
                let owners = self.index.owners(Family::of(*address), bits(*address));
                if owners.is_empty() { self.index.vpcs_around(*address) } else { of(&owners) }
            }
            Meaning::Blocks(blocks) => {
                let owned: Vec<InterfaceIndex> = self.owned(blocks).into_iter().map(|(it, _)| it).collect();
                of(&owned)
            }
            Meaning::Internet
            | Meaning::OnPremises(_)
            | Meaning::Clients(_)
            | Meaning::Service(_)
            | Meaning::Name(_)
            | Meaning::GatewayEndpoint(_) => Vec::new(),
        }
    }
}

/// The addresses of a family in some blocks.
pub(super) fn set_of(blocks: &[IpNet], family: Family) -> AddressSet {
    let of_family = blocks.iter().filter(|it| Family::of(it.addr()) == family);
    AddressSet::of(family, of_family.map(|it| range_of(*it)))
}
