//! Flows from and to what lies outside of the VPCs: the internet, networks on premises, services, clients of a VPN.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::change::Version;
use super::delta::{Passing, Told};
use super::dirty::Bits;
use super::ends::{Joints, Outside};
use super::{Chosen, Context};
use crate::model::ResourceKind;
use crate::network::{Component, Network};
use crate::packet::{AddressSet, Family, Interval, range_of};
use crate::solver::{Destination, Query, Solver, Source, decide};

/// A class of interfaces and something outside.
#[derive(Debug, Clone)]
pub(super) struct OutsidePair {
    pub place: Place,
    /// Whether packets begin outside.
    pub is_inward: bool,
    pub class: u32,
    pub old: Told,
    pub new: Told,
}

/// What is asked about outside, in both networks.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub outside: Outside,
    pub family: Family,
    /// The addresses that both networks take to be there.
    pub addresses: AddressSet,
}

impl Place {
    /// As a source in one of the networks; services begin nothing.
    pub fn source(&self, version: Version) -> Option<Source> {
        match &self.outside {
            Outside::Internet => Some(Source::Outside(self.addresses.clone())),
            Outside::OnPremises => Some(Source::OnPremises(self.addresses.clone())),
            Outside::Service(_) => None,
            Outside::Clients(rows, _) => rows[version as usize].map(Source::Clients),
        }
    }

    /// As a destination; clients are asked by nobody.
    pub fn destination(&self) -> Option<Destination> {
        match &self.outside {
            Outside::Internet | Outside::Service(_) => Some(Destination::Addresses(self.addresses.clone())),
            Outside::OnPremises => Some(Destination::OnPremises(self.addresses.clone())),
            Outside::Clients(..) => None,
        }
    }
}

/// Asks both networks about every dirty class that what lies outside could be concerned by. In the order of classes.
pub(super) fn compare(context: &Context<'_>, joints: &Joints) -> Vec<OutsidePair> {
    let places = places(context);
    let classes: Vec<u32> =
        (0..joints.class_count() as u32).filter(|it| joints.bits(*it).holds(Bits::OUTSIDE)).collect();
    let solvers = || [Solver::new(context.network(Version::Old)), Solver::new(context.network(Version::New))];
    let found: Vec<Vec<OutsidePair>> = classes
        .par_iter()
        .map_init(solvers, |solvers, class| {
            let all = places.iter().flat_map(|place| [(place, true), (place, false)]);
            all.filter_map(|(place, is_inward)| pair(context, joints, solvers, *class, place, is_inward))
                .collect()
        })
        .collect();
    found.into_iter().flatten().collect()
}

fn pair(
    context: &Context<'_>,
    joints: &Joints,
    solvers: &mut [Solver<'_>; 2],
    class: u32,
    place: &Place,
    is_inward: bool,
) -> Option<OutsidePair> {
    if !is_chosen(context, joints, class, place, is_inward) {
        return None;
    }
    let [old, new] = Version::BOTH.map(|version| {
        let query = query(context, joints, version, class, place, is_inward);
        query.map(|query| told(&mut solvers[version as usize], &query, is_inward))
    });
    if old.is_none() && new.is_none() {
        return None;
    }
    let (old, new) = (old.unwrap_or_else(Told::blocked), new.unwrap_or_else(Told::blocked));
    Some(OutsidePair { place: place.clone(), is_inward, class, old, new })
}

fn is_chosen(context: &Context<'_>, joints: &Joints, class: u32, place: &Place, is_inward: bool) -> bool {
    let [begins, ends] = joints.is_chosen(class);
    let outside = |ends: &Option<[Chosen; 2]>| {
        ends.as_ref().is_none_or(|sides| match &place.outside {
            Outside::Internet | Outside::Service(_) => sides.iter().any(|it| it.internet),
            Outside::OnPremises => sides.iter().any(|it| it.on_premises),
            Outside::Clients(..) => false,
        })
    };
    if is_inward { ends && outside(&context.scope.from) } else { begins && outside(&context.scope.to) }
}

/// The question in one of the networks; none where one of the ends is not there.
pub(super) fn query(
    context: &Context<'_>,
    joints: &Joints,
    version: Version,
    class: u32,
    place: &Place,
    is_inward: bool,
) -> Option<Query> {
    let interface = joints.representative(class, version)?;
    let (source, destination) = match is_inward {
        true => (place.source(version)?, Destination::Interface(interface, None)),
        false => (Source::Interface(interface, None), place.destination()?),
    };
    Some(question(context, source, destination, place.family))
}

/// One source, one destination, one family.
pub(super) fn question(
    context: &Context<'_>,
    source: Source,
    destination: Destination,
    family: Family,
) -> Query {
    Query {
        sources: vec![source],
        destinations: vec![destination],
        traffic: context.scope.traffic.clone(),
        family: Some(family),
        ..Query::default()
    }
}

fn told(solver: &mut Solver<'_>, query: &Query, is_inward: bool) -> Told {
    let answer = decide(solver, query);
    let Some(pair) = answer.pairs.first() else { return Told::blocked() };
    let passing = pair.parts.iter().map(|part| Passing {
        remote: if is_inward { part.source.clone() } else { part.destination.clone() },
        forward: part.forward.clone(),
        back: part.back.clone(),
    });
    Told { verdict: pair.verdict, passing: canonical(passing.collect()) }
}

/// Boxes in an order that depends on what they say.
fn canonical(mut passing: Vec<Passing>) -> Vec<Passing> {
    passing.sort();
    passing
}

/// Whatever lies outside, as far as both networks take it to be there.
pub(super) fn places(context: &Context<'_>) -> Vec<Place> {
    let networks = Version::BOTH.map(|version| context.network(version));
    let mut places: Vec<Place> = Vec::new();
    for family in Family::BOTH {
        let services = services(&networks, family);
        let [old, new] = networks.map(|network| network.internet(family));
        let both = old.intersection(new);
        let mut internet = both.clone();
        for (name, addresses) in services {
            let public = addresses.intersection(&both);
            internet = internet.difference(&public);
            if !public.is_empty() {
                places.push(Place { outside: Outside::Service(name), family, addresses: public });
            }
        }
        places.push(Place { outside: Outside::Internet, family, addresses: internet });
        let [old, new] = networks.map(|network| network.on_premises(family));
        let known = old.union(new);
        if !known.is_empty() {
            places.push(Place { outside: Outside::OnPremises, family, addresses: known });
        }
    }
    places.extend(clients(context));
    places
}

/// The services that a gateway endpoint of either network leads to, by name.
fn services(networks: &[&Network; 2], family: Family) -> BTreeMap<String, AddressSet> {
    let mut found: BTreeMap<String, AddressSet> = BTreeMap::new();
    for service in networks.iter().flat_map(|network| &network.services) {
        let is_endpoint =
            matches!(service.component, Some(Component::Resource(ResourceKind::VpcEndpoint, _)));
        if !is_endpoint {
            continue;
        }
        let of_family = service.addresses.iter().filter(|net| Family::of(net.addr()) == family);
        let addresses = AddressSet::of(family, of_family.map(|net| range_of(*net)));
        let known = found.entry(service.name.clone()).or_insert_with(|| AddressSet::empty(family));
        *known = known.union(&addresses);
    }
    found
}

fn clients(context: &Context<'_>) -> Vec<Place> {
    let [old, new] = context.sides;
    let aligned = &context.alignment.of(ResourceKind::ClientVpnEndpoint).to_old;
    let mut rows: BTreeMap<(u32, Option<&str>, Family), ([Option<u32>; 2], AddressSet)> = BTreeMap::new();
    for (version, network) in [old.network, new.network].into_iter().enumerate() {
        for (number, row) in (0..).zip(&network.clients) {
            let Component::Resource(_, endpoint) = row.component else { continue };
            let known = |endpoint: u32| aligned.get(endpoint as usize).copied().filter(|it| *it != u32::MAX);
            // One that is new has a number that no old one has.
            let key = if version == 0 { Some(endpoint) } else { known(endpoint) };
            let key = key.unwrap_or(u32::MAX - endpoint);
            let family = Family::of(row.pool.addr());
            let entry = rows
                .entry((key, row.group.as_deref(), family))
                .or_insert_with(|| ([None, None], AddressSet::empty(family)));
            entry.0[version] = Some(number);
            entry.1 = entry.1.union(&AddressSet::block(row.pool));
        }
    }
    let place = |((_, group, family), (rows, addresses)): ((u32, Option<&str>, Family), _)| Place {
        outside: Outside::Clients(rows, group.map(Into::into)),
        family,
        addresses,
    };
    rows.into_iter().map(place).collect()
}

/// Everything, as ports.
pub(super) const ALL: &[Interval] = &[(0, (1 << 24) - 1)];
