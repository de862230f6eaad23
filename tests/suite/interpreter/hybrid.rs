//! Links to on premises: VPN, Direct Connect, Connect (sections 16.4, 17 and 18).

use std::net::IpAddr;

use netpath::model::{
    AssociationState, AttachmentKind, AttachmentState, BgpStatus, DirectConnectGatewayAssociation,
    GatewayAttachment, ResourceKind, RouteDestination, RouteOrigin, RouteState, RouteTableAssociation,
    RouteTarget, TransitGatewayAttachment, TransitGatewayAttachmentId, TransitGatewayId,
    TransitGatewayRouteState, TunnelStatus, VirtualInterface, VirtualInterfaceKind, VirtualInterfaceState,
    Vpc, VpnConnection, VpnGateway, VpnGatewayId, VpnRouteState, VpnState,
};

use super::addresses::within;
use super::walk::{Arrival, Step, Stop, Walk, dropped, unknown};
use super::{End, Packet};

/// One link to on premises.
#[derive(Clone, Copy)]
enum Link<'m> {
    Vpn(&'m VpnConnection),
    Direct(&'m DirectConnectGatewayAssociation),
    Interface(&'m VirtualInterface),
    Connect(&'m TransitGatewayAttachment),
    /// What an attachment of a transit gateway leads to, where the snapshot lacks it.
    Unseen(&'m TransitGatewayAttachment),
}

impl Link<'_> {
    fn id(&self) -> &str {
        match self {
            Link::Vpn(it) => it.id.as_str(),
            Link::Direct(it) => it.id.as_str(),
            Link::Interface(it) => it.id.as_str(),
            Link::Connect(it) | Link::Unseen(it) => it.id.as_str(),
        }
    }
}

/// VPN-6.
fn is_up(connection: &VpnConnection) -> bool {
    let is_there = matches!(connection.state, None | Some(VpnState::Available | VpnState::Modifying));
    let tunnels = &connection.tunnels;
    is_there && (tunnels.is_empty() || tunnels.iter().any(|it| it.status != Some(TunnelStatus::Down)))
}

/// What a tunnel is for, with the addresses on AWS's side and on the other one.
fn by_tunnel(connection: &VpnConnection, ours: IpAddr, theirs: IpAddr) -> Step {
    if connection.is_ipv6 == ours.is_ipv4() {
        return dropped(format!("{} is for the other family (VPN-7)", connection.id));
    }
    let fits =
        |selector: &Option<ipnet::IpNet>, address| selector.as_ref().is_none_or(|net| net.contains(&address));
    match fits(&connection.aws_selector, ours) && fits(&connection.customer_selector, theirs) {
        true => Ok(()),
        false => dropped(format!("{} is not for {ours} and {theirs} (VPN-13)", connection.id)),
    }
}

/// DX-7.
fn carries(interface: &VirtualInterface) -> bool {
    let is_there = matches!(
        interface.state,
        None | Some(VirtualInterfaceState::Available | VirtualInterfaceState::Unknown(_))
    );
    is_there && (interface.sessions.is_empty() || interface.sessions.iter().any(|it| *it != BgpStatus::Down))
}

impl<'m> Walk<'_, 'm> {
    /// Every link of the snapshot.
    fn all_links(&self) -> Vec<Link<'m>> {
        let model = self.model;
        let mut links: Vec<Link<'m>> = Vec::new();
        for gateway in model.vpn_gateways.iter() {
            links.extend(self.links_of(gateway));
        }
        for attachment in model.transit_gateway_attachments.iter() {
            links.extend(self.link_of(attachment));
        }
        links
    }

    fn links_of(&self, gateway: &VpnGateway) -> Vec<Link<'m>> {
        let model = self.model;
        let connections = model.vpn_connections.iter().filter(|it| {
            it.vpn_gateway.as_ref() == Some(&gateway.id)
                && !matches!(it.state, Some(VpnState::Deleted | VpnState::Deleting))
        });
        let associations = model.direct_connect_associations.iter().filter(|it| {
            it.associated == gateway.id.as_str() && it.state != Some(AssociationState::Disassociated)
        });
        let interfaces = model.virtual_interfaces.iter().filter(|it| {
            it.vpn_gateway.as_ref() == Some(&gateway.id)
                && it.kind != Some(VirtualInterfaceKind::Public)
                && it.state != Some(VirtualInterfaceState::Deleted)
        });
        let direct = associations.map(Link::Direct).chain(interfaces.map(Link::Interface));
        connections.map(Link::Vpn).chain(direct).collect()
    }

    fn link_of(&self, attachment: &'m TransitGatewayAttachment) -> Option<Link<'m>> {
        let resource = attachment.resource.as_deref().unwrap_or_default();
        match attachment.kind {
            AttachmentKind::Vpn | AttachmentKind::VpnConcentrator => {
                let mut connections = self.model.vpn_connections.iter();
                let own = connections.find(|it| it.id.as_str() == resource);
                Some(own.map_or(Link::Unseen(attachment), Link::Vpn))
            }
            AttachmentKind::DirectConnectGateway => {
                let associations = self.model.direct_connect_associations.iter();
                let mut own = associations.filter(|it| it.associated == attachment.transit_gateway.as_str());
                let own = own.find(|it| it.gateway.as_str() == resource);
                Some(own.map_or(Link::Unseen(attachment), Link::Direct))
            }
            AttachmentKind::Connect => Some(Link::Connect(attachment)),
            AttachmentKind::Vpc
            | AttachmentKind::Peering
            | AttachmentKind::TransitGatewayPeering
            | AttachmentKind::NetworkFunction
            | AttachmentKind::ClientVpn
            | AttachmentKind::Unknown(_) => None,
        }
    }

    /// The interfaces that a Direct Connect gateway has.
    fn lines_of(&self, association: &DirectConnectGatewayAssociation) -> Vec<&'m VirtualInterface> {
        let attached = |it: &VirtualInterface| {
            let mut attachments = self.model.direct_connect_attachments.iter();
            attachments.any(|at| at.gateway == association.gateway && at.interface == it.id)
        };
        let own = |it: &&VirtualInterface| it.gateway.as_ref() == Some(&association.gateway) || attached(it);
        self.model.virtual_interfaces.iter().filter(own).collect()
    }

    /// Whether packets pass at all.
    fn works(&self, link: Link<'m>) -> bool {
        match link {
            Link::Vpn(connection) => is_up(connection),
            Link::Interface(interface) => carries(interface),
            Link::Direct(association) => {
                let is_associated = !matches!(
                    association.state,
                    Some(
                        AssociationState::Associating
                            | AssociationState::Disassociating
                            | AssociationState::Disassociated
                    )
                );
                is_associated && self.lines_of(association).into_iter().any(carries)
            }
            Link::Connect(attachment) => {
                let mut peers = self.model.transit_gateway_connect_peers.iter();
                peers.any(|it| {
                    it.attachment == attachment.id
                        && matches!(it.state, None | Some(AttachmentState::Available))
                        && (it.sessions.is_empty() || it.sessions.iter().any(|it| *it != BgpStatus::Down))
                })
            }
            // It may.
            Link::Unseen(_) => true,
        }
    }

    /// What packets meet on a link.
    fn pass(&self, link: Link<'m>, packet: Packet, is_outward: bool) -> Step {
        if let Link::Vpn(VpnConnection { state: Some(VpnState::Unknown(word)), id, .. }) = link {
            self.suppose_or_drop(format!("{id} works while {word}"))?;
        } else if !self.works(link) {
            return dropped(format!("{} does not work (VPN-6, DX-7)", link.id()));
        }
        let (ours, theirs) = match is_outward {
            true => (packet.source, packet.destination),
            false => (packet.destination, packet.source),
        };
        match link {
            Link::Vpn(connection) => by_tunnel(connection, ours, theirs)?,
            Link::Direct(association) if !is_outward => {
                // DX-1, DX-2: what is not announced is not sent for.
                let Some(allowed) = &association.allowed_prefixes else {
                    return unknown(format!("the prefixes of {} are not in the snapshot", association.id));
                };
                let id = VpnGatewayId::from(association.associated.as_str());
                let announced: Vec<ipnet::IpNet> = match self.model.vpn_gateways.get(&id) {
                    Some(gateway) => {
                        let vpc = self.vpc_of_gateway(gateway);
                        let blocks = vpc.map(Vpc::associated_cidrs).unwrap_or_default();
                        blocks.into_iter().filter(|net| allowed.iter().any(|it| it.contains(net))).collect()
                    }
                    None => allowed.clone(),
                };
                if !within(&announced, ours) {
                    return dropped(format!("{} does not announce {ours} (DX-1)", association.id));
                }
            }
            // DX-3.
            Link::Direct(association) if self.is_another_associations(association, theirs) => {
                return unknown(format!("{} to another VPC behind the same gateway", association.id));
            }
            Link::Direct(_) | Link::Interface(_) => {}
            Link::Unseen(attachment) => {
                return unknown(format!("what {} leads to is not in the snapshot", attachment.id));
            }
            Link::Connect(attachment) => {
                let Some(connect) = self.model.transit_gateway_connects.get(&attachment.id) else {
                    return unknown(format!("{} is not described", attachment.id));
                };
                let transport = self
                    .model
                    .transit_gateway_attachments
                    .iter()
                    .find(|it| Some(&it.id) == connect.transport.as_ref());
                if let Some(transport) = transport {
                    self.is_available(&transport.state, transport.id.as_str())?;
                }
            }
        }
        Ok(())
    }

    /// Whether an address is in a VPC that another association of a Direct Connect gateway leads to.
    fn is_another_associations(&self, own: &DirectConnectGatewayAssociation, address: IpAddr) -> bool {
        let model = self.model;
        let others = model.direct_connect_associations.iter().filter(|it| {
            it.id != own.id && it.gateway == own.gateway && it.state != Some(AssociationState::Disassociated)
        });
        others.into_iter().any(|it| {
            let allowed = it.allowed_prefixes.as_deref().unwrap_or_default();
            let id = VpnGatewayId::from(it.associated.as_str());
            if let Some(gateway) = model.vpn_gateways.get(&id) {
                let blocks = self.vpc_of_gateway(gateway).map(Vpc::associated_cidrs).unwrap_or_default();
                let mut announced = blocks.iter().filter(|net| allowed.iter().any(|it| it.contains(*net)));
                return announced.any(|net| net.contains(&address));
            }
            let mut attachments = model.transit_gateway_vpc_attachments.iter();
            within(allowed, address)
                && attachments.any(|at| {
                    let is_gone = matches!(
                        at.state,
                        Some(AttachmentState::Deleted | AttachmentState::Failed | AttachmentState::Rejected)
                    );
                    let vpc = model.vpcs.get(&at.vpc).filter(|_| !is_gone);
                    at.transit_gateway.as_str() == it.associated
                        && vpc.is_some_and(|vpc| within(&vpc.associated_cidrs(), address))
                })
        })
    }

    /// The VPC that a gateway is attached to.
    fn vpc_of_gateway(&self, gateway: &VpnGateway) -> Option<&'m Vpc> {
        let attachment = gateway.attachments.iter().find(|it| it.is_in_force())?;
        self.model.vpcs.get(&attachment.vpc)
    }

    /// Section 17, outbound.
    pub fn leave_by_vpn_gateway(&mut self, vpc: &'m Vpc, id: &str, packet: Packet) -> Step<Arrival> {
        self.hop()?;
        let Some(gateway) = self.model.vpn_gateways.get(&VpnGatewayId::from(id)) else {
            return unknown(format!("{id} is not in the snapshot"));
        };
        self.is_usable(gateway, vpc)?;
        // VPN-8, VPN-9.
        if !within(&vpc.associated_cidrs(), packet.source) {
            return dropped(format!("{id} takes only what begins in {} (VPN-9)", vpc.id));
        }
        self.to_network_behind(gateway, vpc, packet)
    }

    fn is_usable(&self, gateway: &VpnGateway, vpc: &Vpc) -> Step {
        let id = &gateway.id;
        match &gateway.state {
            None | Some(VpnState::Available | VpnState::Modifying) => {}
            Some(VpnState::Unknown(word)) => self.suppose_or_drop(format!("{id} works while {word}"))?,
            Some(VpnState::Pending | VpnState::Deleting | VpnState::Deleted) => {
                return dropped(format!("{id} is not available"));
            }
        }
        let is_ours = |it: &&GatewayAttachment| it.vpc == vpc.id;
        match gateway.attachments.iter().find(is_ours) {
            Some(attachment) if attachment.is_in_force() => Ok(()),
            Some(attachment) if attachment.odd_word().is_some() => {
                self.suppose_or_drop(format!("{id} is attached to {}", vpc.id))
            }
            Some(_) | None => dropped(format!("{id} is not attached to {} (VPN-1)", vpc.id)),
        }
    }

    /// What a gateway is known to announce that holds an address: length, rank and links.
    fn announced(&self, gateway: &VpnGateway, vpc: &Vpc, packet: Packet) -> Vec<(u8, u8, Vec<Link<'m>>)> {
        let mut known = Vec::new();
        let mut written: Vec<ipnet::IpNet> = Vec::new();
        for link in self.links_of(gateway) {
            let Link::Vpn(connection) = link else { continue };
            for route in &connection.routes {
                if matches!(route.state, Some(VpnRouteState::Deleting | VpnRouteState::Deleted)) {
                    continue;
                }
                written.push(route.cidr);
                if route.cidr.contains(&packet.destination) {
                    known.push((route.cidr.prefix_len(), 1, vec![link]));
                }
            }
        }
        let learning = self.learning(gateway);
        // RT-5: Direct Connect, then static, then what a VPN learnt.
        let rank = if learning.iter().any(|it| !matches!(it, Link::Vpn(_))) { 0 } else { 2 };
        for table in self.model.route_tables.iter().filter(|it| it.vpc == vpc.id) {
            for route in &table.routes {
                let RouteDestination::Cidr(net) = &route.destination else { continue };
                let is_shown = route.origin == RouteOrigin::Propagated
                    && route.state == RouteState::Active
                    && matches!(&route.target, RouteTarget::Gateway(id) if *id == gateway.id.as_str());
                if is_shown && net.contains(&packet.destination) && !written.contains(net) {
                    known.push((net.prefix_len(), rank, learning.clone()));
                }
            }
        }
        known
    }

    /// Where routes come from that nobody wrote: links that speak BGP and work, else those that would.
    fn learning(&self, gateway: &VpnGateway) -> Vec<Link<'m>> {
        let speaks = |it: &Link<'m>| !matches!(it, Link::Vpn(connection) if connection.is_static_only);
        let links: Vec<Link<'m>> = self.links_of(gateway).into_iter().filter(speaks).collect();
        let has_learnt = |it: &Link<'m>| match it {
            Link::Vpn(connection) => {
                connection.tunnels.is_empty()
                    || connection.tunnels.iter().any(|it| it.accepted_routes != Some(0))
            }
            Link::Direct(_) | Link::Interface(_) | Link::Connect(_) | Link::Unseen(_) => true,
        };
        let working: Vec<Link<'m>> =
            links.iter().copied().filter(|it| self.works(*it) && has_learnt(it)).collect();
        match working.is_empty() {
            true => links.into_iter().filter(|it| !self.works(*it)).collect(),
            false => working,
        }
    }

    /// VPN-2 … VPN-4: to the network behind the gateway that has the address.
    fn to_network_behind(&mut self, gateway: &'m VpnGateway, vpc: &'m Vpc, packet: Packet) -> Step<Arrival> {
        let mut known = self.announced(gateway, vpc, packet);
        let works = |links: &[Link<'m>]| links.iter().any(|it| self.works(*it));
        if known.iter().any(|(_, _, links)| works(links)) {
            known.retain(|(_, _, links)| works(links));
        }
        let longest = known.iter().map(|(length, ..)| *length).max();
        known.retain(|(length, ..)| Some(*length) == longest);
        let first = known.iter().map(|(_, rank, _)| *rank).min();
        known.retain(|(_, rank, _)| Some(*rank) == first);
        if known.is_empty() {
            return self.to_network_unseen(gateway, vpc, packet);
        }
        let (_, _, links) = known.swap_remove(self.choices.pick(known.len()));
        let may_be_member = self.is_for_a_member || self.may_be_for_a_member;
        if links.is_empty() && self.receiver_must_be_in.is_some() && !may_be_member {
            return dropped(format!("nobody behind {} is in a group (SG-13, SG-14)", gateway.id));
        }
        if links.is_empty() {
            return unknown(format!("who announces {} to {} is not seen", packet.destination, gateway.id));
        }
        self.leave_by(links[self.choices.pick(links.len())], packet)
    }

    /// VPN-3: a network that nothing shows.
    fn to_network_unseen(&mut self, gateway: &'m VpnGateway, vpc: &'m Vpc, packet: Packet) -> Step<Arrival> {
        let nowhere = format!("{} knows nothing of {} (VPN-2)", gateway.id, packet.destination);
        let tables = self.model.route_tables.iter().filter(|it| it.vpc == vpc.id);
        let shows: Vec<_> =
            tables.filter(|it| it.propagating.iter().any(|id| id == gateway.id.as_str())).collect();
        let writes = |table: &netpath::model::RouteTable, net: &ipnet::IpNet| {
            table.routes.iter().any(|it| {
                it.origin != RouteOrigin::Propagated && it.destination == RouteDestination::Cidr(*net)
            })
        };
        if let Some((one, others)) = shows.split_first() {
            // A written route stands in the place of a propagated one for the same block.
            let is_covered = one.routes.iter().any(|route| match &route.destination {
                RouteDestination::Cidr(net) => {
                    route.origin != RouteOrigin::Propagated
                        && net.contains(&packet.destination)
                        && others.iter().all(|table| writes(table, net))
                }
                RouteDestination::PrefixList(_) => false,
            });
            if !is_covered {
                return dropped(nowhere);
            }
        }
        let region = gateway.about.region.as_ref();
        if !self.model.coverage.holds(ResourceKind::VpnConnection, None, region) {
            return unknown(format!("the connections of {} are not in the snapshot", gateway.id));
        }
        let mut learning = self.learning(gateway);
        learning.retain(|it| packet.source.is_ipv4() || !matches!(it, Link::Vpn(_)));
        let Some(first) = learning.first() else { return dropped(nowhere) };
        if self.works(*first) && !self.is_on_premises_asked {
            return unknown(format!("what {} learns is not visible (VPN-3)", gateway.id));
        }
        self.leave_by(learning[self.choices.pick(learning.len())], packet)
    }

    fn leave_by(&mut self, link: Link<'m>, packet: Packet) -> Step<Arrival> {
        self.pass(link, packet, true)?;
        self.say(|| format!("{} carries out {packet}", link.id()));
        self.arrive(End::OnPremises(link.id().to_owned()), packet)
    }

    /// TGW-17: out of a transit gateway by an attachment that is a link.
    pub fn leave_by_attachment(
        &mut self,
        gateway: &TransitGatewayId,
        id: &TransitGatewayAttachmentId,
        packet: Packet,
    ) -> Step<Arrival> {
        match self.general(gateway, id).and_then(|it| self.link_of(it)) {
            Some(link) => self.leave_by(link, packet),
            None => unknown(format!("what is behind {id} is not in the snapshot")),
        }
    }

    /// From on premises by whichever link carries it: working ones that lead there, else any that shows why not.
    pub fn enter_from_on_premises(&mut self, packet: Packet) -> Step<Arrival> {
        let links = self.all_links();
        let leading: Vec<Link<'m>> = links.iter().copied().filter(|it| self.leads_to(*it, packet)).collect();
        let working = |links: &[Link<'m>]| -> Vec<Link<'m>> {
            links.iter().copied().filter(|it| self.works(*it)).collect()
        };
        if self.has_unseen_link() {
            let known = working(&leading);
            let chosen = known.get(self.choices.pick(known.len() + 1)).copied();
            return match chosen {
                Some(link) => self.enter(link, packet),
                None => unknown("a connection ends at a transit gateway without attachments to be seen"),
            };
        }
        // What no call shows may lead there, where nothing else does.
        let kinds = [
            ResourceKind::VpnConnection,
            ResourceKind::VpnGateway,
            ResourceKind::TransitGatewayAttachment,
            ResourceKind::DirectConnectGatewayAssociation,
            ResourceKind::VirtualInterface,
        ];
        let missing = kinds.into_iter().find(|kind| !self.model.coverage.holds_any(*kind));
        if let Some(kind) = missing.filter(|_| working(&leading).is_empty()) {
            return unknown(format!("links that {} would show", kind.call()));
        }
        let tiers = [working(&leading), leading, working(&links), links];
        let Some(tier) = tiers.into_iter().find(|it| !it.is_empty()) else {
            return dropped("there is no link to on premises");
        };
        let link = tier[self.choices.pick(tier.len())];
        self.enter(link, packet)
    }

    /// Whether a connection may lead anywhere, because no call shows the attachments of transit gateways.
    fn has_unseen_link(&self) -> bool {
        let is_seen = self.model.coverage.holds_any(ResourceKind::TransitGatewayAttachment);
        let mut connections = self.model.vpn_connections.iter();
        !is_seen && connections.any(|it| it.transit_gateway.is_some() && self.works(Link::Vpn(it)))
    }

    /// A reply comes back by the link that asked.
    pub fn enter_by(&mut self, id: &str, packet: Packet) -> Step<Arrival> {
        let link = self.all_links().into_iter().find(|it| it.id() == id);
        match link {
            Some(link) => self.enter(link, packet),
            None => unknown(format!("{id} has no other end")),
        }
    }

    /// The attachment that a link is.
    fn attachment_of_link(&self, link: Link<'m>) -> Option<&'m TransitGatewayAttachment> {
        let mut attachments = self.model.transit_gateway_attachments.iter();
        attachments.find(|it| self.link_of(it).is_some_and(|other| other.id() == link.id()))
    }

    fn gateway_of_link(&self, link: Link<'m>) -> Option<&'m VpnGateway> {
        let id = match link {
            Link::Vpn(connection) => connection.vpn_gateway.clone()?,
            Link::Direct(association) => VpnGatewayId::from(association.associated.as_str()),
            Link::Interface(interface) => interface.vpn_gateway.clone()?,
            Link::Connect(_) | Link::Unseen(_) => return None,
        };
        self.model.vpn_gateways.get(&id)
    }

    /// Whether a link leads to a destination: its VPC has it, or the table of its attachment knows it.
    fn leads_to(&self, link: Link<'m>, packet: Packet) -> bool {
        if let Some(gateway) = self.gateway_of_link(link) {
            let vpc = self.vpc_of_gateway(gateway);
            return vpc.is_some_and(|vpc| within(&vpc.associated_cidrs(), packet.destination));
        }
        let Some(attachment) = self.attachment_of_link(link) else { return false };
        let table = match self.association(&attachment.transit_gateway, &attachment.id) {
            Ok(table) => table,
            // What is not known may lead there.
            Err(stop) => return matches!(stop, Stop::Unknown(_)),
        };
        let leads_on = |ids: &[TransitGatewayAttachmentId]| {
            !ids.is_empty() && (ids.len() > 1 || ids[0] != attachment.id)
        };
        let routes = self.model.transit_gateway_routes.get(&table).map(|it| it.routes.as_slice());
        let listed = routes.unwrap_or_default().iter().any(|route| {
            route.cidr.contains(&packet.destination)
                && route.state == TransitGatewayRouteState::Active
                && leads_on(&route.attachments)
        });
        let propagations = self.model.transit_gateway_propagations.get(&table);
        let derived = propagations.is_some_and(|list| {
            list.attachments.iter().any(|id| {
                let vpc = self.model.transit_gateway_vpc_attachments.get(id);
                let vpc = vpc.and_then(|it| self.model.vpcs.get(&it.vpc));
                vpc.is_some_and(|vpc| {
                    let listed =
                        |net: &ipnet::IpNet| routes.unwrap_or_default().iter().any(|it| it.cidr == *net);
                    let blocks = vpc.associated_cidrs();
                    blocks.iter().any(|net| net.contains(&packet.destination) && !listed(net))
                })
            })
        });
        listed || derived
    }

    fn enter(&mut self, link: Link<'m>, packet: Packet) -> Step<Arrival> {
        self.hop()?;
        self.pass(link, packet, false)?;
        self.say(|| format!("{} carries in {packet}", link.id()));
        if let Some(gateway) = self.gateway_of_link(link) {
            return self.enter_by_vpn_gateway(gateway, packet);
        }
        let Some(attachment) = self.attachment_of_link(link) else {
            return unknown(format!("the other end of {} is not in the snapshot", link.id()));
        };
        self.is_available(&attachment.state, attachment.id.as_str())?;
        let transit = (attachment.id.clone(), packet);
        if self.transits.contains(&transit) {
            return dropped("the packet goes round in a loop");
        }
        self.transits.push(transit);
        self.inside_transit_gateway(&attachment.transit_gateway, &attachment.id, None, packet)
    }

    /// Section 17, inbound.
    fn enter_by_vpn_gateway(&mut self, gateway: &'m VpnGateway, packet: Packet) -> Step<Arrival> {
        let attached = gateway.attachments.iter().find(|it| it.is_in_force() || it.odd_word().is_some());
        let Some(vpc) = attached.and_then(|it| self.model.vpcs.get(&it.vpc)) else {
            return dropped(format!("{} is not attached (VPN-1)", gateway.id));
        };
        self.is_usable(gateway, vpc)?;
        if !within(&vpc.associated_cidrs(), packet.destination) {
            // VPN-10: to another network behind the same gateway. VPN-8: nowhere else.
            return match self.announced(gateway, vpc, packet).is_empty() {
                true => dropped(format!("{} does not lead to {} (VPN-8)", gateway.id, packet.destination)),
                false => self.to_network_behind(gateway, vpc, packet),
            };
        }
        // VPN-12, GRT-1.
        let is_ours = |it: &RouteTableAssociation| matches!(it, RouteTableAssociation::Gateway(id) if *id == gateway.id.as_str());
        let table = self.model.route_tables.iter().find(|it| it.associations.iter().any(is_ours));
        let Some(table) = table else { return self.deliver(vpc, None, packet) };
        match self.route(vpc, Some(table), packet.destination)? {
            RouteTarget::NetworkInterface(id) => {
                let interface = self.model.network_interfaces.iter().find(|it| it.id.as_str() == id);
                self.forward_by(vpc, None, interface, &id, packet)
            }
            RouteTarget::Local => self.deliver(vpc, None, packet),
            RouteTarget::Gateway(_)
            | RouteTarget::NatGateway(_)
            | RouteTarget::Instance(_)
            | RouteTarget::PeeringConnection(_)
            | RouteTarget::TransitGateway(_)
            | RouteTarget::EgressOnlyInternetGateway(_)
            | RouteTarget::CarrierGateway(_)
            | RouteTarget::LocalGateway(_)
            | RouteTarget::CoreNetwork(_)
            | RouteTarget::Unknown => unknown(format!("{} hands packets to something else", table.id)),
        }
    }
}
