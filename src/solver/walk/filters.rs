//! Filters: security groups and network ACLs, which drop by the other end's address and the port.
//!
//! A filter is a map from that address to what may pass. One address is one look-up; a set is split into the pieces
//! where the map has one value, each of which is a flow of its own from here on.

use smallvec::SmallVec;

use super::loss::narrow;
use super::{Next, Reading, Walk, Way};
use crate::network::{ExplanationCode, Filter, FilterId, InterfaceIndex, LocationKind, PeerSide};
use crate::packet::{AddressSet, Family, TransportSet};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{Flow, Groups, Mark};

impl Walk<'_, '_> {
    pub(super) fn acl(&mut self, flow: &mut Flow, filter: FilterId, peer: PeerSide) -> Next {
        self.filter(flow, filter, peer, None)
    }

    pub(super) fn security_groups(
        &mut self,
        flow: &mut Flow,
        filter: FilterId,
        peer: PeerSide,
        interface: InterfaceIndex,
    ) -> Next {
        if let Way::Back(conversation) = self.way
            && conversation.tracks(interface, peer)
            && self.is_known_at(flow, interface, conversation)
        {
            // SG-2.
            self.tell_here(flow, Decision::Pass, RuleUse::Stateful(filter));
            return Next::Go;
        }
        flow.marks.push(Mark::Tracked(interface, peer));
        if self.halted.is_some() && flow.groups == Groups::Kept && peer == PeerSide::Source {
            let references = &self.filters.get(self.network, self.workspace, filter).references;
            self.asks_groups |= !references.is_empty();
        }
        self.filter(flow, filter, peer, Some(interface))
    }

    /// Splits the flow by what the filter lets the peer do; each part goes on by itself.
    fn filter(
        &mut self,
        flow: &mut Flow,
        id: FilterId,
        peer: PeerSide,
        interface: Option<InterfaceIndex>,
    ) -> Next {
        let filter = &*self.filters.get(self.network, self.workspace, id);
        let code = match interface {
            Some(_) => ExplanationCode::EniSgRulesMismatch,
            None if self.network.location(flow.at).kind == LocationKind::RelayOut => {
                ExplanationCode::ElbAclRestriction
            }
            None => ExplanationCode::SubnetAclRestriction,
        };
        let rule = RuleUse::Filter(id, peer);
        let map = match (self.reading, &filter.possible) {
            (Reading::Possible, Some(possible)) => possible,
            (Reading::Certain | Reading::Possible, _) => &filter.certain,
        };
        let addresses = Self::peer_set(flow, peer);
        let family = addresses.family();
        if let Some(address) = addresses.single() {
            let mut admitted = map.at(family, address);
            if let Some(interface) = interface {
                admitted = self.with_references(flow, filter, peer, interface, address, admitted);
                if peer == PeerSide::Destination && !filter.absent.0.is_empty() {
                    let mut parts = smallvec::smallvec![(addresses.clone(), admitted)];
                    self.split_absent(flow, filter, interface, &mut parts);
                    admitted = parts[0].1;
                }
            }
            self.note_gap(filter, flow, admitted, family, address);
            return self.narrow_transport(flow, admitted, code, rule);
        }
        let mut parts = map.split(addresses);
        if let (Some(interface), PeerSide::Destination) = (interface, peer) {
            self.split_references(filter, interface, &mut parts);
            self.split_absent(flow, filter, interface, &mut parts);
        }
        if filter.possible.is_some() {
            for gap in &filter.gaps {
                self.gap(*gap);
            }
        }
        self.each_part(flow, peer, parts, code, rule)
    }

    /// SG-18: over a transit gateway, outbound rules that name a group do not count, also where the group is one of a VPC
    /// that is peered as well.
    pub(super) fn forget_references(&mut self, flow: &mut Flow) -> Next {
        let Some(sender) = self.network.interfaces.get(flow.sender as usize).filter(|_| !self.is_back())
        else {
            return Next::Go;
        };
        let id = FilterId::SecurityGroups { set: sender.groups, is_outbound: true };
        let filter = &*self.filters.get(self.network, self.workspace, id);
        if filter.references.is_empty() && filter.absent.0.is_empty() {
            return Next::Go;
        }
        let map = match (self.reading, &filter.possible) {
            (Reading::Possible, Some(possible)) => possible,
            (Reading::Certain | Reading::Possible, _) => &filter.certain,
        };
        let peer = PeerSide::Destination;
        let (code, rule) = (ExplanationCode::SgReferencesNotPreserved, RuleUse::Filter(id, peer));
        match flow.destination.single() {
            Some(address) => {
                let admitted = map.at(flow.destination.family(), address);
                self.narrow_transport(flow, admitted, code, rule)
            }
            None => self.each_part(flow, peer, map.split(&flow.destination), code, rule),
        }
    }

    /// In a certain reading, what might pass too is noted.
    fn note_gap(
        &mut self,
        filter: &Filter,
        flow: &Flow,
        admitted: TransportSet,
        family: Family,
        address: u128,
    ) {
        let Some(possible) = &filter.possible else { return };
        let more = self.workspace.union(possible.at(family, address), admitted);
        let more = self.workspace.intersection(flow.transport, more);
        let passing = self.workspace.intersection(flow.transport, admitted);
        if more != passing || self.reading == Reading::Possible {
            for gap in &filter.gaps {
                self.gap(*gap);
            }
        }
    }

    /// The first part that passes goes on as the flow at hand, the others by themselves from the same location: what
    /// the steps before did to them is idempotent.
    fn each_part(
        &mut self,
        flow: &mut Flow,
        peer: PeerSide,
        parts: SmallVec<[(AddressSet, TransportSet); 1]>,
        code: ExplanationCode,
        rule: RuleUse,
    ) -> Next {
        let mut passing: Vec<(AddressSet, TransportSet)> = Vec::new();
        let mut dropped: Vec<AddressSet> = Vec::new();
        for (part, admitted) in parts {
            let transport = self.workspace.intersection(flow.transport, admitted);
            if transport.is_empty() {
                dropped.push(part);
            } else {
                match passing.iter_mut().find(|(_, known)| *known == transport) {
                    Some((known, _)) => *known = known.union(&part),
                    None => passing.push((part, transport)),
                }
            }
        }
        if passing.is_empty() {
            return self.drop_all(flow, code, rule);
        }
        if !dropped.is_empty() {
            let all = |family| dropped.iter().fold(AddressSet::empty(family), |sum, part| sum.union(part));
            self.lose(flow, code, rule, |_, rest| {
                let dropped = all(Self::peer_set(rest, peer).family());
                narrow(rest, peer, dropped);
            });
        }
        for (part, transport) in passing.iter().skip(1) {
            let mut other = flow.clone();
            narrow(&mut other, peer, part.clone());
            self.lose_ports(&other, *transport, code, rule);
            other.transport = *transport;
            self.pending.push(other);
        }
        let (part, transport) = passing.swap_remove(0);
        narrow(flow, peer, part);
        self.lose_ports(flow, transport, code, rule);
        flow.transport = transport;
        self.tell_rule(flow, rule);
        Next::Go
    }

    pub(super) fn peer_set(flow: &Flow, peer: PeerSide) -> &AddressSet {
        match peer {
            PeerSide::Source => &flow.source,
            PeerSide::Destination => &flow.destination,
        }
    }
}
