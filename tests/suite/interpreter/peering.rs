//! VPC peering connections (section 15).

use netpath::model::{PeeringSide, PeeringStatus, Vpc, VpcPeeringConnectionId};

use super::Packet;
use super::addresses::within;
use super::walk::{Arrival, Crossing, Origin, Step, Walk, dropped, unknown};

impl<'m> Walk<'_, 'm> {
    /// Section 15.
    pub fn cross_peering(
        &mut self,
        vpc: &'m Vpc,
        id: &VpcPeeringConnectionId,
        packet: Packet,
        origin: Origin,
    ) -> Step<Arrival> {
        self.hop()?;
        let Some(connection) = self.model.peering_connections.get(id) else {
            return unknown(format!("{id} is not in the snapshot"));
        };
        // PCX-1, RT-13.
        match &connection.status {
            Some(PeeringStatus::Active) => {}
            None | Some(PeeringStatus::Unknown(_)) => self.suppose_or_drop(format!("{id} is active"))?,
            Some(
                PeeringStatus::InitiatingRequest
                | PeeringStatus::PendingAcceptance
                | PeeringStatus::Provisioning
                | PeeringStatus::Deleting
                | PeeringStatus::Deleted
                | PeeringStatus::Rejected
                | PeeringStatus::Failed
                | PeeringStatus::Expired,
            ) => return dropped(format!("{id} is not active (PCX-1)")),
        }
        let (near, far) = match &connection.requester.vpc {
            Some(it) if *it == vpc.id => (&connection.requester, &connection.accepter),
            _ if connection.accepter.vpc.as_ref() == Some(&vpc.id) => {
                (&connection.accepter, &connection.requester)
            }
            _ => return dropped(format!("{id} does not belong to {}", vpc.id)),
        };
        // PCX-2, TGW-15: from an address of this VPC.
        if origin == Origin::Outside || !within(&vpc.associated_cidrs(), packet.source) {
            return dropped(format!("{id} takes only what begins in {} (PCX-2)", vpc.id));
        }
        let far_vpc = far.vpc.as_ref().and_then(|id| self.model.vpcs.get(id));
        let far_cidrs = far_vpc.map_or_else(|| far.cidrs.clone(), Vpc::associated_cidrs);
        // PCX-2, PCX-3: for an address of the other one.
        if !far_cidrs.is_empty() && !within(&far_cidrs, packet.destination) {
            return dropped(format!("{} is not behind {id} (PCX-2)", packet.destination));
        }
        let Some(far_vpc) = far_vpc else {
            return unknown(format!("the VPC behind {id} is not in the snapshot"));
        };
        let region = |side: &PeeringSide, vpc: &Vpc| side.region.clone().or_else(|| vpc.about.region.clone());
        let is_one_region = match (region(near, vpc), region(far, far_vpc)) {
            (Some(near), Some(far)) => Some(near == far),
            (None, _) | (_, None) => None,
        };
        self.crossings.push(Crossing::Peering { is_one_region });
        self.is_from_transit = false;
        // NAT-8.
        if self.nat_gateway_sent(packet) && !self.is_reply {
            self.return_to_sender = Some(id.clone());
        }
        self.say(|| format!("{id} carries it to {}", far_vpc.id));
        // PCX-9: no table is asked on arrival.
        self.deliver(far_vpc, None, packet)
    }
}
