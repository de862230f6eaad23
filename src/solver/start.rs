//! How the packets of a pair begin: where they stand, from which address to which, or why none is ever sent.

use super::flow::{Flow, GroupLoss, Groups, NONE};
use super::pair::Solver;
use super::question::{Destination, Pair, Source};
use crate::network::{AssumptionIndex, EntryKind, ExplanationCode, Guard, InterfaceIndex, Network, Step};
use crate::packet::{AddressSet, Family, TransportSet};

/// Whether a pair can be asked, and how its packets begin.
#[derive(Debug, Clone)]
pub(super) enum Start {
    /// Its packets begin so.
    Flow(Box<Flow>),
    /// The two ends have no address of this family in common.
    NoFamily,
    /// Nothing is ever sent, for this reason.
    Blocked(ExplanationCode),
    /// Nothing is known of who has the source's address.
    Unknown(AssumptionIndex),
    /// The destination has no public address; were it delivered, its packets would begin so.
    NotPublic(Box<Flow>),
}

impl Solver<'_> {
    /// How the packets of a pair begin.
    pub(super) fn start(&self, pair: &Pair<'_>, asked: TransportSet) -> Start {
        let network = self.network;
        let Some(source) = source_of(network, pair) else { return Start::NoFamily };
        if matches!(pair.source, Source::Nobody(_)) {
            return match nobody_gap(network, &source) {
                Some(gap) => Start::Unknown(gap),
                None => Start::Blocked(ExplanationCode::NoInterfaceOwnsAddress),
            };
        }
        let Some((destination, is_public)) = destination_of(network, pair) else { return Start::NoFamily };
        let flow = match pair.source {
            Source::Interface(interface, _) => {
                let row = &network.interfaces[interface.index()];
                let flow = Flow::new(row.out, source, destination, asked);
                Flow { sender: interface.0, vpc: row.vpc.0, ..flow }
            }
            Source::Clients(row) => {
                let at = network.clients[*row as usize].location;
                let groups = Groups::Lost(GroupLoss::Translated);
                Flow { groups, ..Flow::new(at, source, destination, asked) }
            }
            Source::OnPremises(_) => {
                let flow = Flow::new(network.on_premises_location, source, destination, asked);
                let groups = Groups::Lost(GroupLoss::Translated);
                Flow { entry: EntryKind::VpnGateway, groups, ..flow }
            }
            Source::Outside(_) | Source::Nobody(_) => {
                let flow = Flow::new(network.internet_location, source, destination, asked);
                let groups = Groups::Lost(GroupLoss::Translated);
                Flow { entry: EntryKind::InternetGateway, groups, ..flow }
            }
        };
        if is_public { Start::Flow(Box::new(flow)) } else { Start::NotPublic(Box::new(flow)) }
    }
}

/// What keeps it open who has addresses of a VPC: not all of its interfaces are in the snapshot.
fn nobody_gap(network: &Network, set: &AddressSet) -> Option<AssumptionIndex> {
    let holds = |net: &ipnet::IpNet| {
        Family::of(net.addr()) == set.family() && !set.intersection(&AddressSet::block(*net)).is_empty()
    };
    let mut around = network.vpcs.iter().filter(|vpc| vpc.cidrs.iter().any(holds));
    around.find_map(|vpc| vpc.interfaces_gap)
}

/// The addresses that a pair's packets come from, where they are of the family.
fn source_of(network: &Network, pair: &Pair<'_>) -> Option<AddressSet> {
    match pair.source {
        Source::Interface(interface, named) => {
            let own = own_address(network, *interface, *named, pair.family)?;
            Some(AddressSet::point(pair.family, own))
        }
        Source::Clients(row) => {
            let pool = AddressSet::block(network.clients[*row as usize].pool);
            (pool.family() == pair.family).then_some(pool)
        }
        Source::Outside(set) | Source::OnPremises(set) | Source::Nobody(set) => {
            (set.family() == pair.family).then(|| set.clone())
        }
    }
}

/// The addresses that a pair's packets are for, where they are of the family; and whether the sender can name them.
fn destination_of(network: &Network, pair: &Pair<'_>) -> Option<(AddressSet, bool)> {
    let family = pair.family;
    match pair.destination {
        Destination::Interface(interface, named) => {
            let own = own_address(network, *interface, *named, family)?;
            let is_outside = matches!(pair.source, Source::Outside(_));
            let public =
                if is_outside { public_address(network, *interface, family, own) } else { Some(own) };
            Some((AddressSet::point(family, public.unwrap_or(own)), public.is_some()))
        }
        Destination::Addresses(set) | Destination::OnPremises(set) => {
            (set.family() == family).then(|| (set.clone(), true))
        }
    }
}

/// An interface's address of a family: the one that was named, or the primary one.
fn own_address(
    network: &Network,
    interface: InterfaceIndex,
    named: Option<u128>,
    family: Family,
) -> Option<u128> {
    let row = &network.interfaces[interface.index()];
    if let Some(named) = named {
        let owner = network.vpcs[row.vpc.index()].interfaces.at(family, named);
        let fits = family == Family::V6 || named <= u128::from(u32::MAX);
        return (fits && owner == interface.0).then_some(named);
    }
    row.primary(family)
}

/// What the internet knows an address by.
fn public_address(network: &Network, interface: InterfaceIndex, family: Family, own: u128) -> Option<u128> {
    match family {
        Family::V4 => {
            let row = &network.interfaces[interface.index()];
            let addresses = &network.vpcs[row.vpc.index()].public_addresses;
            let position = addresses.binary_search_by_key(&(own as u32), |(private, _)| *private).ok()?;
            Some(u128::from(addresses[position].1))
        }
        // IGW-6, VPC-5.
        Family::V6 => {
            let vpc = network.interfaces[interface.index()].vpc;
            (network.public_ipv6.at(Family::V6, own) == vpc.0).then_some(own)
        }
    }
}

/// M-8: whether the two ends are of one host, which talks to itself.
pub(super) fn is_host_local(network: &Network, pair: &Pair<'_>, flow: &Flow) -> bool {
    let Source::Interface(source, _) = pair.source else { return false };
    let row = &network.interfaces[source.index()];
    let target = match pair.destination {
        Destination::Interface(interface, _) => Some(interface.0),
        Destination::Addresses(_) | Destination::OnPremises(_) => flow
            .destination
            .single()
            .map(|address| network.vpcs[row.vpc.index()].interfaces.at(flow.destination.family(), address)),
    };
    let Some(target) = target.filter(|it| (*it as usize) < network.interfaces.len()) else { return false };
    let is_of_host = || {
        let other = &network.interfaces[target as usize];
        other.host != NONE && other.host == row.host && other.vpc == row.vpc
    };
    if target != source.0 && !is_of_host() {
        return false;
    }
    // ENI-8: what is stopped or not in use does not talk to itself either, nor what begins nothing (NAT-3, IEP-3).
    let is_mute = |step: &Step| matches!(step, Step::Guard(Guard::Never(_) | Guard::RepliesOnly(_)));
    !network.steps_of(row.out).iter().any(is_mute)
}
