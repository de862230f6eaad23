//! Guards: what drops packets without looking at their ports, by a state, an address set, a zone or the way they came.

use super::{Next, Walk, Way};
use crate::network::{AddressSetIndex, EntryKind, ExplanationCode, Guard, PeerSide};
use crate::packet::{AddressSet, TransportSet};
use crate::solver::answer::RuleUse;
use crate::solver::flow::{Flow, Mark};

impl Walk<'_, '_> {
    pub(super) fn guard(&mut self, flow: &mut Flow, guard: &Guard) -> Next {
        match guard {
            Guard::Never(code) => self.drop_all(flow, *code, RuleUse::None),
            Guard::Unknown(assumption) => self.unknown(flow, *assumption),
            Guard::UnknownFor(family, assumption) if flow.destination.family() == *family => {
                self.unknown(flow, *assumption)
            }
            Guard::UnknownFor(..) => Next::Go,
            Guard::Maybe(assumption) => self.maybe(flow, *assumption),
            Guard::Assume(assumption) => {
                self.assume(*assumption);
                Next::Go
            }
            Guard::SourceIn(set, code) => self.within(flow, PeerSide::Source, *set, true, *code),
            Guard::SourceNotIn(set, code) => self.within(flow, PeerSide::Source, *set, false, *code),
            Guard::DestinationIn(set, code) => self.within(flow, PeerSide::Destination, *set, true, *code),
            Guard::DestinationNotIn(set, code) => {
                self.within(flow, PeerSide::Destination, *set, false, *code)
            }
            Guard::Protocols(carried, code) => self.protocols(flow, *carried, *code),
            Guard::ZoneIn(table, code) => {
                let zones = &self.network.zone_tables[table.index()];
                if zones.iter().any(|(zone, _)| zone.0 == flow.zone) {
                    return Next::Go;
                }
                self.drop_all(flow, *code, RuleUse::None)
            }
            Guard::EnteredBy(mask, code) => {
                if mask.holds(flow.entry) {
                    return Next::Go;
                }
                self.drop_all(flow, *code, RuleUse::None)
            }
            Guard::NoReplies(code) => {
                if !self.is_back() {
                    return Next::Go;
                }
                self.drop_all(flow, *code, RuleUse::None)
            }
            Guard::RepliesSeenBy(middlebox, code) => match self.way {
                Way::Back(conversation) if !conversation.went_through(*middlebox) => {
                    self.drop_all(flow, *code, RuleUse::None)
                }
                Way::There | Way::Back(_) => Next::Go,
            },
            Guard::RepliesOnly(code) => {
                if self.is_back() {
                    return Next::Go;
                }
                self.drop_all(flow, *code, RuleUse::None)
            }
            Guard::PublicAccessOut(is_outward_only) => self.public_access_out(flow, *is_outward_only),
            Guard::NoneGivenBack(code) => self.none_given_back(flow, *code),
            Guard::PublicAccessAt(subnet) => match self.way {
                Way::Back(conversation) if conversation.crossed_internet() => Next::Go,
                Way::There | Way::Back(_) if flow.entry != EntryKind::InternetGateway => Next::Go,
                Way::There | Way::Back(_) => self.public_access_of(flow, subnet.0, false),
            },
            Guard::PublicAccessIn(vpc) => self.public_access_in(flow, *vpc),
        }
    }

    /// EIG-5: nothing passes that something gave back to the way it stands in.
    fn none_given_back(&mut self, flow: &mut Flow, code: ExplanationCode) -> Next {
        let gives_back = |mark: &Mark| match mark {
            Mark::Through(middlebox, _) => self.network.middleboxes[middlebox.index()].exits.is_empty(),
            Mark::Nat(_)
            | Mark::Relay(_)
            | Mark::Tracked(..)
            | Mark::Outward(_)
            | Mark::Inbound
            | Mark::Peering { .. }
            | Mark::Inspected { .. } => false,
        };
        if flow.marks.iter().any(gives_back) {
            return self.drop_all(flow, code, RuleUse::None);
        }
        Next::Go
    }

    fn within(
        &mut self,
        flow: &mut Flow,
        side: PeerSide,
        set: AddressSetIndex,
        wanted: bool,
        code: ExplanationCode,
    ) -> Next {
        let map = &self.network.address_sets[set.index()];
        let addresses = match side {
            PeerSide::Source => &flow.source,
            PeerSide::Destination => &flow.destination,
        };
        if let Some(address) = addresses.single() {
            return if map.at(addresses.family(), address) == wanted {
                Next::Go
            } else {
                self.drop_all(flow, code, RuleUse::None)
            };
        }
        let kept = map.split(addresses).into_iter().find(|(_, inside)| *inside == wanted);
        let kept = kept.map_or_else(|| AddressSet::empty(addresses.family()), |(part, _)| part);
        self.keep(flow, side, kept, code, RuleUse::None)
    }

    fn protocols(&mut self, flow: &mut Flow, carried: TransportSet, code: ExplanationCode) -> Next {
        if self.is_back() {
            return Next::Go;
        }
        // NAT64 carries ICMP too, translated; what becomes of its types is not modelled and left out here.
        self.narrow_transport(flow, carried, code, RuleUse::None)
    }
}
