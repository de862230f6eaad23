//! On the internet: a public address may belong to a VPC of the snapshot, whose gateway then is next.

use super::loss::narrow;
use super::{Next, Walk, Way};
use crate::model::ResourceKind;
use crate::network::{
    AssumptionIndex, Component, Entry, EntryKind, ExplanationCode, PeerSide, PublicOwner, VpcIndex,
};
use crate::packet::{AddressSet, Family};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{End, Flow, NONE};

impl Walk<'_, '_> {
    /// Whose address it is: the internet gateway of the owner's VPC is next, also when the packets came from another
    /// (IGW-9, as measured), or they are out.
    pub(super) fn on_internet(&mut self, flow: &mut Flow) -> Next {
        let network = self.network;
        let family = flow.destination.family();
        if let Some(address) = flow.destination.single() {
            return self.one_on_internet(flow, family, address);
        }
        if flow.destination.is_within(network.internet(family)) {
            self.arrive(flow, End::Internet);
            return Next::Ended;
        }
        let mut owned: Vec<(u128, u128)> = Vec::new();
        match family {
            Family::V4 => {
                let owners = &network.public_owners;
                for (low, high) in flow.destination.ranges() {
                    let first = owners.partition_point(|(address, _)| (*address as u128) < *low);
                    let inside =
                        owners.iter().skip(first).take_while(|(address, _)| *address as u128 <= *high);
                    owned.extend(inside.map(|(address, _)| (*address as u128, *address as u128)));
                }
            }
            Family::V6 => {
                let parts = network.public_ipv6.split(&flow.destination).into_iter();
                for (part, _) in parts.filter(|(_, vpc)| *vpc != NONE) {
                    owned.extend(part.ranges());
                }
            }
        }
        for (low, high) in &owned {
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, AddressSet::of(family, [(*low, *high)]));
            if let Next::Move(to) = self.one_on_internet(&mut other, family, *low) {
                other.at = to;
                self.pending.push(other);
            }
        }
        let public = flow.destination.intersection(network.internet(family));
        let rest = flow.destination.difference(&public).difference(&AddressSet::of(family, owned));
        if !rest.is_empty() {
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, rest);
            self.drop(&other, ExplanationCode::NotAPublicAddress, RuleUse::None);
        }
        if !public.is_empty() {
            narrow(flow, PeerSide::Destination, public);
            self.arrive(flow, End::Internet);
        }
        Next::Ended
    }

    fn one_on_internet(&mut self, flow: &mut Flow, family: Family, address: u128) -> Next {
        let network = self.network;
        let vpc = match family {
            Family::V4 => match network.public_owner(address as u32) {
                Some(PublicOwner::Private(vpc, _)) => Some(vpc),
                Some(PublicOwner::Nat(nat)) => Some(network.nat_gateways[nat.index()].vpc),
                Some(PublicOwner::Absent(gap)) => return self.unknown_from_public(flow, gap),
                Some(PublicOwner::Unassociated(position)) => {
                    let component = Component::Resource(ResourceKind::ElasticAddress, position);
                    let code = ExplanationCode::UnassociatedComponent;
                    self.drop_by(flow, code, component, RuleUse::None);
                    return Next::Ended;
                }
                None => None,
            },
            Family::V6 => {
                let vpc = network.public_ipv6.at(Family::V6, address);
                (vpc != NONE).then_some(VpcIndex(vpc))
            }
        };
        match vpc {
            Some(vpc) => self.into_vpc(flow, vpc),
            None if network.internet(family).holds(address) => {
                // From the internet to an address that nobody has, unless an interface has it that nobody asked for. No
                // gateway would let a private source in to any (IGW-5).
                let is_asked_outside = flow.hops == 1 && matches!(self.way, Way::There);
                if let (Some(gap), Family::V4, true) = (network.unseen_interfaces, family, is_asked_outside)
                    && !flow.source.is_within(&network.private_ipv4)
                {
                    return self.unknown_from_public(flow, gap);
                }
                self.arrive(flow, End::Internet);
                Next::Ended
            }
            None if flow.blocked > 0 => self.home(flow),
            None => {
                self.drop(flow, ExplanationCode::NotAPublicAddress, RuleUse::None);
                Next::Ended
            }
        }
    }

    /// Nobody can tell what stands behind an address; but no gateway lets a private source in (IGW-5).
    fn unknown_from_public(&mut self, flow: &mut Flow, gap: AssumptionIndex) -> Next {
        if flow.source.family() == Family::V4 {
            let public = flow.source.difference(&self.network.private_ipv4);
            let code = ExplanationCode::IgwSourceAddressNotInRfc1918Ingress;
            let next = self.keep(flow, PeerSide::Source, public, code, RuleUse::None);
            if let Next::Move(_) | Next::Ended = next {
                return next;
            }
        }
        self.unknown(flow, gap)
    }

    /// The answer to a would-be conversation that left without a public address: as if it had one.
    fn home(&mut self, flow: &mut Flow) -> Next {
        let (true, Some(intended)) = (self.is_back(), self.intended) else { return Next::Ended };
        let vpc = self.network.interfaces[intended.index()].vpc;
        flow.entry = EntryKind::InternetGateway;
        flow.vpc = vpc.0;
        flow.subnet = NONE;
        Next::Move(self.network.vpcs[vpc.index()].router)
    }

    fn into_vpc(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        let network = self.network;
        let row = &network.vpcs[vpc.index()];
        // EIG-1: an answer comes back by the gateway that the conversation left by.
        if let (Way::Back(conversation), Some(gateway)) = (self.way, row.egress_only_gateway)
            && flow.destination.family() == Family::V6
            && conversation.went_out_by(gateway)
        {
            flow.at = gateway;
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            flow.entry = EntryKind::Inside;
            flow.subnet = NONE;
            return Next::Move(row.router);
        }
        if let Some(gateway) = row.internet_gateway {
            return Next::Move(gateway);
        }
        // EIP-4: what is not advertised nobody finds, whatever gateway there is.
        let is_silent = |address| {
            network.address_sets[network.not_advertised.index()].at(flow.destination.family(), address)
        };
        if flow.destination.single().is_some_and(is_silent) {
            self.drop_by(flow, ExplanationCode::BadState, row.detached_gateway, RuleUse::None);
            return Next::Ended;
        }
        if let Some(gap) = row.gateway_gap {
            return self.unknown_from_public(flow, gap);
        }
        // EIG-4, IGW-10.
        let (code, component) = match (flow.destination.family(), row.egress_only_gateway) {
            (Family::V6, Some(gateway)) => {
                (ExplanationCode::EgressOnlyNoState, network.location(gateway).component)
            }
            (Family::V4 | Family::V6, _) => (ExplanationCode::BadStateAttachment, row.detached_gateway),
        };
        if !self.drop_by(flow, code, component, RuleUse::None) {
            return Next::Ended;
        }
        self.tell(flow, Decision::Drop(code), component, RuleUse::None);
        flow.blocked += 1;
        // As if the gateway were attached.
        if let Family::V4 = flow.destination.family() {
            let owner = flow.destination.single().and_then(|it| network.public_owner(it as u32));
            let Some(PublicOwner::Private(_, private)) = owner else { return Next::Ended };
            flow.destination = AddressSet::point(Family::V4, private as u128);
            flow.destination_linked = false;
        }
        self.public_access_in(flow, vpc);
        self.enter(flow, Entry::InternetGateway);
        Next::Move(row.router)
    }
}
