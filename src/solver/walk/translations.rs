//! Translations: internet gateways rewrite one address to one, NAT gateways many to one and back.

use super::{Next, Walk, Way};
use crate::network::{
    AssumptionIndex, EdgeId, EntryKind, ExplanationCode, LocationKind, NatIndex, PublicOwner, Translation,
    VpcIndex, ZoneIndex,
};
use crate::packet::{AddressSet, Family, protocol, range_of};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{
    CHOSEN_PORTS, Flow, GroupLoss, Groups, Mark, NONE, NatState, Translator, nat_state, source_ports,
};
use crate::solver::reply::with_client_ports;

impl Walk<'_, '_> {
    pub(super) fn translate(&mut self, flow: &mut Flow, translation: Translation) -> Next {
        match translation {
            Translation::SourceToPublic(vpc) => self.source_to_public(flow, vpc),
            Translation::DestinationToPrivate(vpc) => self.destination_to_private(flow, vpc),
            Translation::SourceNat(nat) => self.source_nat(flow, nat, Translator::Gateway(nat)),
            Translation::ClientToInterface(nat, interface) => {
                let next = self.source_nat(flow, nat, Translator::Clients(nat));
                // CVPN-2: its groups are those of the interface, which rules may name.
                flow.sender = interface.0;
                flow.groups = Groups::Kept;
                next
            }
        }
    }

    /// IGW-2, IGW-3: each private address has its own public one, or none.
    fn source_to_public(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        if flow.source.family() == Family::V6 {
            // IGW-6.
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return Next::Go;
        }
        let addresses = &self.network.vpcs[vpc.index()].public_addresses;
        let public = flow.source.single().and_then(|private| {
            let position = addresses.binary_search_by_key(&(private as u32), |(private, _)| *private).ok()?;
            Some(addresses[position].1)
        });
        match public {
            Some(public) => {
                flow.source = AddressSet::point(Family::V4, public as u128);
                flow.source_linked = false;
                flow.groups = Groups::Lost(GroupLoss::Translated);
                self.tell_here(flow, Decision::Translate, RuleUse::None);
                Next::Go
            }
            // A NAT gateway that does not work would have had a public address too.
            None if flow.blocked > 0 && flow.marks.iter().any(|mark| matches!(mark, Mark::Nat(_))) => {
                Next::Go
            }
            None => match self.public_gap(flow) {
                Some(gap) => self.unknown(flow, gap),
                None => self.drop_all(flow, ExplanationCode::IgwPublicIpAssociationForEgress, RuleUse::None),
            },
        }
    }

    /// What keeps it open whether the last to send in its own name has a public address.
    fn public_gap(&self, flow: &Flow) -> Option<AssumptionIndex> {
        let last = flow.marks.iter().rev().find_map(nat_state);
        match last?.by {
            Translator::Gateway(nat) | Translator::Clients(nat) => {
                self.network.nat_gateways[nat.index()].outside
            }
            Translator::Appliance(..) => None,
        }
    }

    fn destination_to_private(&mut self, flow: &mut Flow, vpc: VpcIndex) -> Next {
        if flow.destination.family() == Family::V6 {
            self.tell_here(flow, Decision::Pass, RuleUse::None);
            return Next::Go;
        }
        let owner = flow.destination.single().and_then(|public| self.network.public_owner(public as u32));
        match owner {
            Some(PublicOwner::Private(owner, private)) if owner == vpc => {
                flow.destination = AddressSet::point(Family::V4, private as u128);
                flow.destination_linked = false;
                self.tell_here(flow, Decision::Translate, RuleUse::None);
                Next::Go
            }
            Some(PublicOwner::Nat(nat)) => {
                self.tell_here(flow, Decision::Pass, RuleUse::None);
                Next::Move(self.network.nat_gateways[nat.index()].way_back)
            }
            Some(PublicOwner::Private(..) | PublicOwner::Unassociated(_) | PublicOwner::Absent(_)) | None => {
                self.drop_all(flow, ExplanationCode::IgwPrivateIpAssociationForIngress, RuleUse::None)
            }
        }
    }

    /// NAT-2: the source becomes the gateway's, and with it the zone and subnet that the packets leave from.
    fn source_nat(&mut self, flow: &mut Flow, nat: NatIndex, by: Translator) -> Next {
        let network = self.network;
        let row = &network.nat_gateways[nat.index()];
        if flow.destination.family() == Family::V6 && !self.from_nat64(flow) {
            return self.drop_all(flow, ExplanationCode::ProtocolRestriction, RuleUse::None);
        }
        let suitable = |zone: &Option<ZoneIndex>| zone.is_none_or(|zone| zone.0 == flow.zone);
        let address = row.addresses.iter().find(|it| suitable(&it.zone)).or(row.addresses.first());
        let address = address.map(|it| it.address as u128).or_else(|| {
            // A gateway that is gone would have had an address of its subnet.
            let subnet = row.subnet.filter(|_| flow.blocked > 0)?;
            let block = network.subnets[subnet.index()].cidrs.iter().find(|net| net.addr().is_ipv4())?;
            Some(range_of(*block).0 + 4)
        });
        let Some(address) = address else {
            return self.drop_all(flow, ExplanationCode::BadState, RuleUse::None);
        };
        let client = std::mem::replace(&mut flow.source, AddressSet::point(Family::V4, address));
        let was_linked = std::mem::replace(&mut flow.source_linked, false);
        let ports = source_ports(self.network, self.workspace, CHOSEN_PORTS);
        let ports = std::mem::replace(&mut flow.ports, ports);
        flow.marks.push(Mark::Nat(Box::new(NatState { by, address, client, was_linked, ports })));
        flow.groups = Groups::Lost(GroupLoss::Translated);
        flow.sender = NONE;
        flow.entry = EntryKind::Inside;
        flow.vpc = row.vpc.0;
        if let Some(subnet) = row.subnet {
            self.stand(flow, subnet);
        }
        self.tell_here(flow, Decision::Translate, RuleUse::None);
        Next::Go
    }

    /// NAT-9: `64:ff9b::/96` holds the IPv4 address in its last 32 bits. ICMP is translated to another protocol, which
    /// is not modelled: only TCP and UDP go on.
    fn from_nat64(&mut self, flow: &mut Flow) -> bool {
        let inside = flow.destination.intersection(&self.network.nat64);
        let Some(address) = inside.single().filter(|_| inside == flow.destination) else { return false };
        let tcp = self.workspace.protocol(protocol::TCP);
        let udp = self.workspace.protocol(protocol::UDP);
        let carried = self.workspace.union(tcp, udp);
        let passing = self.workspace.intersection(flow.transport, carried);
        if passing.is_empty() {
            return false;
        }
        self.lose_ports(flow, passing, ExplanationCode::ProtocolRestriction, RuleUse::None);
        flow.transport = passing;
        flow.destination = AddressSet::point(Family::V4, address & u128::from(u32::MAX));
        flow.destination_linked = false;
        true
    }

    /// NAT-3, M-3, M-7: only what answers a conversation of the gateway gets through; each protocol of which any
    /// answer comes back goes on with the client's own ports.
    pub(super) fn nat_return(&mut self, flow: &mut Flow, nat: NatIndex, edge: EdgeId) -> Next {
        let network = self.network;
        // CVPN-5: the same of the translation of clients.
        let code = match network.location(flow.at).kind == LocationKind::ClientVpn {
            true => ExplanationCode::ClientVpnNoState,
            false => ExplanationCode::NatGatewayNoState,
        };
        let Way::Back(conversation) = self.way else {
            return self.drop_all(flow, code, RuleUse::None);
        };
        let is_it = |by: Translator| by == Translator::Gateway(nat) || by == Translator::Clients(nat);
        let Some(known) = conversation.translated(is_it, &flow.destination) else {
            return self.drop_all(flow, ExplanationCode::NatGatewayNoState, RuleUse::None);
        };
        let before = conversation.ports_before_translation(known);
        let NatState { client, was_linked, ports, .. } = known.clone();
        let is_nat64 = client.family() != flow.destination.family();
        flow.destination = client;
        flow.destination_linked = was_linked;
        if is_nat64 {
            // The answer's source becomes the address that the client asked for.
            flow.source = flow.asked_destination.clone();
            flow.source_linked = false;
        }
        let transport = with_client_ports(self.workspace, flow.transport, before);
        flow.transport = self.workspace.intersection(transport, ports);
        let row = &network.nat_gateways[nat.index()];
        flow.vpc = row.vpc.0;
        flow.entry = EntryKind::Inside;
        if let Some(subnet) = row.subnet {
            self.stand(flow, subnet);
        }
        self.tell_here(flow, Decision::Translate, RuleUse::None);
        self.along(edge)
    }
}
