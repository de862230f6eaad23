//! Transit gateways: in, from table to table, and out (section 16).

use netpath::model::{
    AttachmentKind, AttachmentState, AvailabilityZone, ResourceKind, Subnet, Support,
    TransitGatewayAttachment, TransitGatewayAttachmentId, TransitGatewayId, TransitGatewayRouteTableId,
    TransitGatewayVpcAttachment, Vpc,
};

use super::Packet;
use super::filters::Direction;
use super::walk::{Arrival, Crossing, Origin, Step, Walk, dropped, unknown};

impl<'m> Walk<'_, 'm> {
    /// Section 16.1: from a subnet into a transit gateway.
    pub fn enter_transit_gateway(
        &mut self,
        vpc: &'m Vpc,
        subnet: &'m Subnet,
        id: &TransitGatewayId,
        packet: Packet,
    ) -> Step<Arrival> {
        self.hop()?;
        let attachment = self.attachment_of(vpc, id)?;
        self.takes_ipv6(attachment, packet)?;
        // TGW-2, M-2: the sender's zone must have an attachment subnet.
        let Some(door) = self.subnet_in_zone_of(attachment, subnet)? else {
            return dropped(format!("{} has no subnet in the zone of {} (TGW-2)", attachment.id, subnet.id));
        };
        // ACL-8, ACL-9, M-1: the attachment subnet's inbound entries, also when it is the sender's own.
        self.network_acl(door, Direction::Inbound, &packet)?;
        // AWS picks zones by flow, so a packet that comes again goes round for ever.
        let transit = (attachment.id.clone(), packet);
        if self.transits.contains(&transit) {
            return dropped("the packet goes round in a loop");
        }
        self.transits.push(transit);
        self.say(|| format!("{id} takes it from {}", attachment.id));
        self.inside_transit_gateway(id, &attachment.id, Some((attachment, subnet)), packet)
    }

    /// Section 16.2: from table to table, until an attachment of a VPC.
    ///
    /// Of what came from a VPC, the attachment and the sender's subnet are known.
    pub fn inside_transit_gateway(
        &mut self,
        gateway: &TransitGatewayId,
        came_by: &TransitGatewayAttachmentId,
        sender: Option<(&'m TransitGatewayVpcAttachment, &'m Subnet)>,
        packet: Packet,
    ) -> Step<Arrival> {
        self.hop()?;
        if let Some(gateway) = self.model.transit_gateways.get(gateway) {
            self.is_available(&gateway.state, gateway.id.as_str())?;
        }
        self.translates_nothing(gateway, came_by)?;
        let table = self.association(gateway, came_by)?;
        let leaves_by = self.row(gateway, &table, packet.destination)?;
        self.say(|| format!("{table} sends {} to {leaves_by}", packet.destination));
        self.translates_nothing(gateway, &leaves_by)?;
        let general = self.general(gateway, &leaves_by);
        if let Some(general) = general {
            self.is_available(&general.state, general.id.as_str())?;
        }
        let is_vpc = self.model.transit_gateway_vpc_attachments.get(&leaves_by).is_some();
        let is_peering = self.model.transit_gateway_peerings.get(&leaves_by).is_some();
        match general.map(|it| &it.kind) {
            Some(AttachmentKind::Vpc) => self.leave_transit_gateway(&leaves_by, sender, packet),
            None if is_vpc => self.leave_transit_gateway(&leaves_by, sender, packet),
            Some(AttachmentKind::Peering | AttachmentKind::TransitGatewayPeering) => {
                self.cross_gateways(gateway, &leaves_by, sender, packet)
            }
            None if is_peering => self.cross_gateways(gateway, &leaves_by, sender, packet),
            None => unknown(format!("{leaves_by} is not in the snapshot")),
            Some(
                AttachmentKind::Vpn
                | AttachmentKind::VpnConcentrator
                | AttachmentKind::DirectConnectGateway
                | AttachmentKind::Connect,
            ) => self.leave_by_attachment(gateway, &leaves_by, packet),
            Some(AttachmentKind::NetworkFunction) => {
                self.by_firewall_of_gateway(&leaves_by, packet)?;
                // TGW-18: back in by the same attachment.
                self.inside_transit_gateway(gateway, &leaves_by, sender, packet)
            }
            Some(AttachmentKind::ClientVpn | AttachmentKind::Unknown(_)) => {
                unknown(format!("what is behind {leaves_by} is not modelled (TGW-17)"))
            }
        }
    }

    /// TGW-16: on at the other transit gateway.
    fn cross_gateways(
        &mut self,
        gateway: &TransitGatewayId,
        by: &TransitGatewayAttachmentId,
        sender: Option<(&'m TransitGatewayVpcAttachment, &'m Subnet)>,
        packet: Packet,
    ) -> Step<Arrival> {
        let Some(peering) = self.model.transit_gateway_peerings.get(by) else {
            return unknown(format!("the peering {by} is not in the snapshot"));
        };
        self.is_available(&peering.state, by.as_str())?;
        let other = match (&peering.requester, &peering.accepter) {
            (Some(near), Some(far)) if near == gateway => far,
            (Some(far), Some(near)) if near == gateway => far,
            _ => return unknown(format!("the sides of {by} are not in the snapshot")),
        };
        // TGW-24.
        self.crossings.push(Crossing::TransitGatewayPeering);
        self.inside_transit_gateway(other, by, sender, packet)
    }

    /// Section 16.3: out of a transit gateway, into a VPC.
    fn leave_transit_gateway(
        &mut self,
        by: &TransitGatewayAttachmentId,
        sender: Option<(&'m TransitGatewayVpcAttachment, &'m Subnet)>,
        packet: Packet,
    ) -> Step<Arrival> {
        let Some(attachment) = self.model.transit_gateway_vpc_attachments.get(by) else {
            return unknown(format!("the subnets of {by} are not in the snapshot"));
        };
        self.is_available(&attachment.state, by.as_str())?;
        self.takes_ipv6(attachment, packet)?;
        let vpc = self.vpc(&attachment.vpc)?;
        let gateway = self.model.transit_gateways.get(&attachment.transit_gateway);
        // SG-18: off on the gateway, on on the attachments, unless said otherwise.
        let supports_references = gateway.is_some_and(|it| it.group_referencing == Some(Support::Enable))
            && sender.is_some_and(|(entered, _)| entered.group_referencing != Some(Support::Disable))
            && attachment.group_referencing != Some(Support::Disable);
        self.crossings.push(Crossing::TransitGateway { supports_references });
        self.is_from_transit = true;
        // TGW-10, TGW-11, M-2: the sender's zone if it is attached, else any; any in appliance mode.
        let same = match attachment.appliance_mode {
            Some(Support::Enable) => None,
            Some(Support::Disable | Support::Unknown(_)) | None => match sender {
                Some((_, subnet)) => self.subnet_in_zone_of(attachment, subnet)?,
                None => None,
            },
        };
        let door = match same {
            Some(door) => door,
            None if attachment.subnets.is_empty() => {
                return unknown(format!("the subnets of {by} are not in the snapshot"));
            }
            None => {
                let number = self.door_of(attachment);
                self.subnet(&attachment.subnets[number])?
            }
        };
        self.say(|| format!("{by} puts it into {}", door.id));
        // SG-18: not in this zone.
        let is_without = |subnet: &Subnet| subnet.zone.id.as_deref() == Some("use1-az3");
        if is_without(door) || sender.is_some_and(|(_, subnet)| is_without(subnet)) {
            self.crossings.push(Crossing::TransitGateway { supports_references: false });
        }
        // TGW-9: routed by the attachment subnet's table; M-1: past its outbound entries.
        self.leave_subnet(vpc, door, packet, Origin::Outside)
    }

    /// TGW-11: in appliance mode a flow keeps its door, both ways; else each packet may have another.
    fn door_of(&mut self, attachment: &TransitGatewayVpcAttachment) -> usize {
        if attachment.appliance_mode != Some(Support::Enable) {
            return self.choices.pick(attachment.subnets.len());
        }
        if let Some(kept) = self.kept_doors.get(&attachment.id) {
            return *kept;
        }
        let number = self.choices.pick(attachment.subnets.len());
        self.kept_doors.insert(attachment.id.clone(), number);
        number
    }

    /// What the general list says of an attachment; the two sides of a peering have one id.
    pub fn general(
        &self,
        gateway: &TransitGatewayId,
        attachment: &TransitGatewayAttachmentId,
    ) -> Option<&'m TransitGatewayAttachment> {
        let mut attachments = self.model.transit_gateway_attachments.iter();
        attachments.find(|it| it.id == *attachment && it.transit_gateway == *gateway)
    }

    /// The attachment of a VPC to a transit gateway: TGW-1.
    fn attachment_of(&self, vpc: &Vpc, gateway: &TransitGatewayId) -> Step<&'m TransitGatewayVpcAttachment> {
        let attachments = self.model.transit_gateway_vpc_attachments.iter();
        let mut ours = attachments.filter(|it| it.vpc == vpc.id && it.transit_gateway == *gateway);
        let is_available =
            |it: &&TransitGatewayVpcAttachment| matches!(it.state, None | Some(AttachmentState::Available));
        if let Some(attachment) = ours.clone().find(is_available) {
            if let Some(general) = self.general(gateway, &attachment.id) {
                self.is_available(&general.state, general.id.as_str())?;
            }
            return Ok(attachment);
        }
        if let Some(attachment) = ours.next() {
            self.is_available(&attachment.state, attachment.id.as_str())?;
        }
        match self.holds(ResourceKind::TransitGatewayVpcAttachment, vpc) {
            true => dropped(format!("{} is not attached to {gateway} (TGW-1)", vpc.id)),
            false => unknown(format!("the attachments of {} are not in the snapshot", vpc.id)),
        }
    }

    /// TGW-23.
    pub fn is_available(&self, state: &Option<AttachmentState>, id: &str) -> Step {
        match state {
            None | Some(AttachmentState::Available) => Ok(()),
            Some(AttachmentState::Unknown(word)) => self.suppose_or_drop(format!("{id} works while {word}")),
            Some(
                AttachmentState::Initiating
                | AttachmentState::InitiatingRequest
                | AttachmentState::PendingAcceptance
                | AttachmentState::RollingBack
                | AttachmentState::Pending
                | AttachmentState::Modifying
                | AttachmentState::Deleting
                | AttachmentState::Deleted
                | AttachmentState::Failed
                | AttachmentState::Rejected
                | AttachmentState::Rejecting
                | AttachmentState::Failing,
            ) => dropped(format!("{id} is not available (TGW-23)")),
        }
    }

    /// TGW-5.
    fn takes_ipv6(&self, attachment: &TransitGatewayVpcAttachment, packet: Packet) -> Step {
        if packet.destination.is_ipv4() {
            return Ok(());
        }
        match attachment.ipv6 {
            Some(Support::Enable) => Ok(()),
            Some(Support::Disable) => dropped(format!("{} has no IPv6 (TGW-5)", attachment.id)),
            Some(Support::Unknown(_)) | None => self.suppose_or_drop(format!("{} takes IPv6", attachment.id)),
        }
    }

    /// TGW-21.
    fn translates_nothing(
        &self,
        gateway: &TransitGatewayId,
        attachment: &TransitGatewayAttachmentId,
    ) -> Step {
        let general = self.general(gateway, attachment);
        match general.and_then(|it| it.nat.as_ref()) {
            None | Some(Support::Disable) => Ok(()),
            Some(Support::Enable | Support::Unknown(_)) => {
                unknown(format!("{attachment} translates addresses (TGW-21)"))
            }
        }
    }

    /// The attachment subnet in the zone of another subnet. JS-8: zones are told apart by their ids.
    fn subnet_in_zone_of(
        &self,
        attachment: &TransitGatewayVpcAttachment,
        other: &Subnet,
    ) -> Step<Option<&'m Subnet>> {
        for id in &attachment.subnets {
            let subnet = self.subnet(id)?;
            let is_same = match (self.zone_id(subnet), self.zone_id(other)) {
                (Some(left), Some(right)) if left == right => true,
                // TGW-19: a zone at the edge counts as its parent, which may not be in the snapshot.
                (Some(_), Some(_)) if self.has_unseen_parent(other) => {
                    self.choices.suppose(format!("{id} and {} are in one zone", other.id))
                }
                (Some(_), Some(_)) => false,
                _ if subnet.about.account == other.about.account
                    && subnet.zone.name.is_some()
                    && other.zone.name.is_some() =>
                {
                    subnet.zone.name == other.zone.name
                }
                _ => self.choices.suppose(format!("{id} and {} are in one zone", other.id)),
            };
            if is_same {
                return Ok(Some(subnet));
            }
        }
        Ok(None)
    }

    /// The id of a subnet's zone, by its name where it does not say. A local zone counts as its parent (TGW-19,
    /// EDGE-4).
    pub fn zone_id(&self, subnet: &'m Subnet) -> Option<&'m str> {
        let row = self.model.availability_zones.iter().find(|it| match (&subnet.zone.id, &it.zone.id) {
            (Some(left), Some(right)) => left == right,
            (None, _) | (_, None) => {
                it.zone.name.is_some()
                    && it.zone.name == subnet.zone.name
                    && it.about.account == subnet.about.account
            }
        });
        let parent = row.and_then(|it| it.parent.as_ref()).and_then(|it| it.id.as_deref());
        parent.or(subnet.zone.id.as_deref()).or_else(|| row?.zone.id.as_deref())
    }

    /// Whether a subnet is in a zone at the edge and no call says whose (SN-7).
    fn has_unseen_parent(&self, subnet: &Subnet) -> bool {
        let is_row = |it: &&AvailabilityZone| {
            it.zone.id.is_some() && it.zone.id == subnet.zone.id
                || it.zone.name.is_some() && it.zone.name == subnet.zone.name
        };
        let is_told = self.model.availability_zones.iter().filter(is_row).any(|it| it.parent.is_some());
        // `eu-west-1-lon-1a`, and not `eu-west-1a`.
        let words = subnet.zone.name.as_deref().unwrap_or_default().split('-').count();
        let (account, region) = (subnet.about.account.as_ref(), subnet.about.region.as_ref());
        let is_asked = self.model.coverage.holds(ResourceKind::AvailabilityZone, account, region);
        words > 3 && !is_told && !is_asked
    }

    /// TGW-6: the table that an attachment's packets use.
    pub fn association(
        &self,
        gateway: &TransitGatewayId,
        attachment: &TransitGatewayAttachmentId,
    ) -> Step<TransitGatewayRouteTableId> {
        let general = self.general(gateway, attachment);
        if general.is_some_and(|it| it.has_policy_table) {
            return unknown(format!("{attachment} uses a policy table (TGW-8h)"));
        }
        if let Some(table) = general.and_then(|it| it.route_table.clone()) {
            return Ok(table);
        }
        for associations in self.model.transit_gateway_associations.iter() {
            let table = self.model.transit_gateway_route_tables.get(&associations.id);
            let is_of_gateway = table.is_none_or(|it| it.transit_gateway == *gateway);
            if is_of_gateway && associations.associations.iter().any(|it| it.attachment == *attachment) {
                return Ok(associations.id.clone());
            }
        }
        // JS-7: only the transit gateway's owner sees associations.
        let about = self.model.transit_gateways.get(gateway).map(|it| &it.about);
        let is_listed = about.is_some_and(|it| {
            let (account, region) = (it.account.as_ref(), it.region.as_ref());
            self.model.coverage.holds(ResourceKind::TransitGatewayAssociations, account, region)
        });
        match is_listed || general.is_some_and(|it| it.about.seen_by_owner) {
            true => dropped(format!("{attachment} is associated with no table (TGW-6)")),
            false => unknown(format!("the table of {attachment} is not in the snapshot (JS-7)")),
        }
    }
}
