//! Core networks of Cloud WAN and service networks of VPC Lattice (sections 27 and 28).

use netpath::model::{
    CoreNetworkAttachment, CoreNetworkAttachmentKind, CoreNetworkAttachmentState, CoreNetworkRouteState,
    NetworkInterface, NetworkInterfaceId, ResourceKind, RouteTarget, SecurityGroupId,
    ServiceNetworkAssociationState, Subnet, SubnetId, TransitGatewayAttachmentId, Vpc, VpcId,
};

use super::filters::Direction;
use super::walk::{Arrival, Crossing, Origin, Step, Walk, dropped, unknown};
use super::{End, Packet, Transport};

impl<'m> Walk<'_, 'm> {
    /// CWAN-1, CWAN-4: in by the attachment's subnet in the sender's zone.
    pub fn enter_core_network(
        &mut self,
        vpc: &'m Vpc,
        subnet: &'m Subnet,
        arn: &str,
        packet: Packet,
    ) -> Step<Arrival> {
        self.hop()?;
        let core = arn.rsplit('/').next();
        let resource = format!("vpc/{}", vpc.id);
        let is_gone = |it: &CoreNetworkAttachment| {
            matches!(
                it.state,
                Some(CoreNetworkAttachmentState::Rejected | CoreNetworkAttachmentState::Failed)
            )
        };
        let own = self.model.core_network_attachments.iter().find(|it| {
            it.core_network.as_deref() == core
                && it.resource.as_deref().is_some_and(|arn| arn.ends_with(&resource))
                && !is_gone(it)
        });
        let Some(attachment) = own else {
            let owner = vpc.about.account.as_ref();
            let is_listed = self.model.coverage.holds(ResourceKind::CoreNetworkAttachment, owner, None);
            return match is_listed {
                true => dropped(format!("{} is not attached to {arn} (CWAN-1)", vpc.id)),
                false => unknown(format!("the attachments of {arn} are not in the snapshot")),
            };
        };
        self.carries_for(attachment, packet)?;
        let doors = self.doors_of(attachment)?;
        let Some(door) = doors.into_iter().find(|it| self.zone_id(it) == self.zone_id(subnet)) else {
            return dropped(format!("{} has no subnet in the zone of {} (CWAN-4)", attachment.id, subnet.id));
        };
        self.network_acl(door, Direction::Inbound, &packet)?;
        self.say(|| format!("{arn} takes it from {}", attachment.id));
        self.inside_core_network(attachment, subnet, packet)
    }

    /// CWAN-2, CWAN-3, CWAN-5: by the routes of the segment.
    fn inside_core_network(
        &mut self,
        attachment: &'m CoreNetworkAttachment,
        subnet: &'m Subnet,
        packet: Packet,
    ) -> Step<Arrival> {
        let Some(table) = attachment.segment.as_ref().or(attachment.function_group.as_ref()) else {
            return dropped(format!("{} is in no segment (CWAN-3)", attachment.id));
        };
        let is_table = |it: &&netpath::model::CoreNetworkRoutes| {
            it.core_network == attachment.core_network
                && it.edge == attachment.edge
                && it.table.as_ref() == Some(table)
        };
        let Some(list) = self.model.core_network_routes.iter().find(is_table) else {
            return unknown(format!("the routes of {table} are not in the snapshot (CWAN-5)"));
        };
        let holding = list.routes.iter().filter(|it| it.cidr.contains(&packet.destination));
        let Some(route) = holding.max_by_key(|it| (it.cidr.prefix_len(), it.is_static)) else {
            return dropped(format!("{table} has no route for {}", packet.destination));
        };
        match &route.state {
            Some(CoreNetworkRouteState::Blackhole) => {
                return dropped(format!("{} is a blackhole", route.cidr));
            }
            Some(CoreNetworkRouteState::Unknown(word)) => {
                return unknown(format!("what {word} means for {}", route.cidr));
            }
            Some(CoreNetworkRouteState::Active) | None => {}
        }
        if route.attachments.is_empty() {
            return dropped(format!("{} leads nowhere", route.cidr));
        }
        let number = self.choices.pick(route.attachments.len());
        let found = route.attachments[number].as_ref();
        let Some(id) = found else { return unknown(format!("where {} leads", route.cidr)) };
        let Some(other) = self.model.core_network_attachments.iter().find(|it| it.id == *id) else {
            return unknown(format!("{id} is not in the snapshot"));
        };
        self.say(|| format!("{table} sends {} to {id}", packet.destination));
        self.leave_core_network(other, subnet, packet)
    }

    fn leave_core_network(
        &mut self,
        attachment: &'m CoreNetworkAttachment,
        subnet: &'m Subnet,
        packet: Packet,
    ) -> Step<Arrival> {
        self.carries_for(attachment, packet)?;
        let is_vpc = matches!(attachment.kind, None | Some(CoreNetworkAttachmentKind::Vpc));
        let resource = attachment.resource.as_deref().and_then(|it| it.rsplit_once("vpc/"));
        let Some((_, id)) = resource.filter(|_| is_vpc) else {
            return unknown(format!("what is behind {} is not modelled", attachment.id));
        };
        let doors = self.doors_of(attachment)?;
        let vpc = self.vpc(&VpcId::from(id))?;
        self.crossings.push(Crossing::TransitGateway { supports_references: false });
        self.is_from_transit = true;
        let keeps = attachment.appliance_mode != Some(true);
        let same = doors.iter().position(|it| keeps && self.zone_id(it) == self.zone_id(subnet));
        let kept = TransitGatewayAttachmentId::from(attachment.id.as_str());
        let number = match (same, self.kept_doors.get(&kept)) {
            (Some(number), _) => number,
            (None, Some(number)) if !keeps => *number,
            (None, _) => self.choices.pick(doors.len()),
        };
        self.kept_doors.insert(kept, number);
        self.leave_subnet(vpc, doors[number], packet, Origin::Outside)
    }

    fn doors_of(&self, attachment: &CoreNetworkAttachment) -> Step<Vec<&'m Subnet>> {
        let Some(subnets) = &attachment.subnets else {
            return unknown(format!("the subnets of {} are not in the snapshot", attachment.id));
        };
        subnets.iter().map(|id: &SubnetId| self.subnet(id)).collect()
    }

    fn carries_for(&self, attachment: &CoreNetworkAttachment, packet: Packet) -> Step {
        match &attachment.state {
            None
            | Some(
                CoreNetworkAttachmentState::Available
                | CoreNetworkAttachmentState::Updating
                | CoreNetworkAttachmentState::PendingNetworkUpdate,
            ) => {}
            Some(CoreNetworkAttachmentState::Unknown(word)) => {
                self.suppose_or_drop(format!("{} works while {word}", attachment.id))?;
            }
            Some(
                CoreNetworkAttachmentState::PendingTagAcceptance
                | CoreNetworkAttachmentState::PendingAcceptance
                | CoreNetworkAttachmentState::Creating
                | CoreNetworkAttachmentState::Rejected
                | CoreNetworkAttachmentState::Failed
                | CoreNetworkAttachmentState::Deleting,
            ) => return dropped(format!("{} is not available (CWAN-1)", attachment.id)),
        }
        if packet.destination.is_ipv6() && attachment.has_ipv6 != Some(true) {
            return dropped(format!("{} has no IPv6", attachment.id));
        }
        Ok(())
    }

    /// Whether some route leads to VPC Lattice (LAT-1).
    pub fn has_lattice(&self) -> bool {
        let mut routes = self.model.route_tables.iter().flat_map(|it| &it.routes);
        routes.any(|it| matches!(&it.target, RouteTarget::Gateway(id) if is_lattice(id)))
    }

    /// LAT-1, LAT-3, LAT-6: to the services of the network that the VPC is associated with.
    pub fn enter_service_network(&mut self, vpc: &'m Vpc, packet: Packet, origin: Origin) -> Step<Arrival> {
        let all = self.model.service_network_vpc_associations.iter();
        let Some(association) = all.into_iter().find(|it| it.vpc.as_ref() == Some(&vpc.id)) else {
            return match self.holds(ResourceKind::ServiceNetworkVpcAssociation, vpc) {
                true => dropped(format!("{} is associated with no service network", vpc.id)),
                false => unknown(format!("the associations of {} are not in the snapshot", vpc.id)),
            };
        };
        match &association.state {
            None
            | Some(
                ServiceNetworkAssociationState::Active
                | ServiceNetworkAssociationState::UpdateInProgress
                | ServiceNetworkAssociationState::UpdateFailed
                | ServiceNetworkAssociationState::DeleteFailed,
            ) => {}
            Some(ServiceNetworkAssociationState::Unknown(word)) => {
                self.suppose_or_drop(format!("{} works while {word}", association.id))?;
            }
            Some(
                ServiceNetworkAssociationState::CreateInProgress
                | ServiceNetworkAssociationState::CreateFailed
                | ServiceNetworkAssociationState::DeleteInProgress,
            ) => return dropped(format!("{} is not active", association.id)),
        }
        if origin == Origin::Outside {
            return dropped(format!("{} serves its own VPC only (LAT-3)", association.id));
        }
        if !matches!(packet.transport, Transport::Ports { protocol: 6, .. }) {
            return dropped(format!("{} takes TCP only", association.id));
        }
        match &association.groups {
            None => self.suppose_or_drop(format!("the groups of {} admit it", association.id))?,
            Some(groups) => self.groups_admit(vpc, groups, &packet)?,
        }
        self.arrive(End::ServiceNetwork(vpc.id.clone()), packet)
    }

    /// As if the association had an interface.
    fn groups_admit(&mut self, vpc: &'m Vpc, groups: &[SecurityGroupId], packet: &Packet) -> Step {
        let Some(any) = self.model.network_interfaces.iter().find(|it| it.vpc == vpc.id) else {
            return Ok(());
        };
        let id = NetworkInterfaceId::from("the association");
        let interface = NetworkInterface { id, groups: groups.into(), ..any.clone() };
        // One for each packet that gets here: the walk wants what lives as long as the model.
        self.groups(Box::leak(Box::new(interface)), Direction::Inbound, packet)
    }
}

/// The target of a route to VPC Lattice.
pub fn is_lattice(id: &str) -> bool {
    id.eq_ignore_ascii_case("VpcLattice")
}
