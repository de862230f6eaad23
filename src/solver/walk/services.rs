//! Services at addresses of their own, which are reached whatever the rules, and addresses that are never routed.

use super::loss::narrow;
use super::{Next, Walk};
use crate::network::{Component, ExplanationCode, LinkLocal, PeerSide, ServiceIndex, VpcIndex};
use crate::packet::{AddressSet, Family, TransportSet};
use crate::solver::answer::RuleUse;
use crate::solver::flow::{End, Flow};

impl Walk<'_, '_> {
    /// LL, DNS-1: some destinations are served whatever the rules, others are never routed.
    pub(super) fn services(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        // What an appliance passes on is not its own question to a service.
        if self.is_back() || flow.is_passed_on() {
            return Next::Go;
        }
        let network = self.network;
        let family = flow.destination.family();
        if let Some(address) = flow.destination.single() {
            let is_resolver =
                family == Family::V4 && network.vpcs[vpc.index()].resolvers.contains(&(address as u32));
            let vpc_row = &network.vpcs[vpc.index()];
            // Of several blocks, only the VPC says which is the primary one.
            if let (true, Some(gap)) = (is_resolver && vpc_row.resolvers.len() > 1, vpc_row.gap) {
                return self.unknown(flow, gap);
            }
            let place = if is_resolver {
                let resolver = u128::from(u32::from(std::net::Ipv4Addr::new(169, 254, 169, 253)));
                network.link_local.at(Family::V4, resolver)
            } else {
                network.link_local.at(family, address)
            };
            return self.link_local(flow, place, vpc);
        }
        let parts = network.link_local.split(&flow.destination);
        if let [(_, LinkLocal::Ordinary)] = parts.as_slice() {
            return Next::Go;
        }
        let mut ordinary = AddressSet::empty(family);
        for (part, place) in parts {
            if place == LinkLocal::Ordinary {
                ordinary = part;
                continue;
            }
            let mut other = flow.clone();
            narrow(&mut other, PeerSide::Destination, part);
            self.link_local(&mut other, place, vpc);
        }
        if ordinary.is_empty() {
            return Next::Ended;
        }
        narrow(flow, PeerSide::Destination, ordinary);
        Next::Go
    }

    fn link_local(&mut self, flow: &mut Flow, place: LinkLocal, vpc: VpcIndex) -> Next {
        match place {
            LinkLocal::Ordinary => Next::Go,
            LinkLocal::Service(service, _) if self.network.is_silent(vpc, service) => {
                let component = Component::Service(service);
                self.drop_by(flow, ExplanationCode::DnsNotReachable, component, RuleUse::None);
                Next::Ended
            }
            LinkLocal::Service(service, answered) => self.service(flow, service, answered),
            LinkLocal::NotRoutable => {
                self.drop(flow, ExplanationCode::AddressNotRoutable, RuleUse::None);
                Next::Ended
            }
        }
    }

    /// LL-1 … LL-4: a service answers its own ports and no others.
    fn service(&mut self, flow: &mut Flow, service: ServiceIndex, answered: TransportSet) -> Next {
        let refused = self.workspace.difference(flow.transport, answered);
        if !refused.is_empty() {
            let mut rest = flow.clone();
            rest.transport = refused;
            let component = Component::Service(service);
            self.drop_by(&rest, ExplanationCode::ProtocolRestriction, component, RuleUse::None);
        }
        flow.transport = self.workspace.intersection(flow.transport, answered);
        if !flow.transport.is_empty() {
            self.arrive(flow, End::Service(service));
        }
        Next::Ended
    }
}
