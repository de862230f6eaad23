//! Clients of Client VPN endpoints (section 19): two gates, then an interface that sends in their place.

use ipnet::IpNet;

use netpath::model::{
    ClientVpnAssociationState, ClientVpnEndpoint, ClientVpnEndpointId, ClientVpnRuleState, ClientVpnState,
    ClientVpnTargetNetwork, NetworkInterface, ResourceKind,
};

use super::addresses::owns;
use super::nat::Translation;
use super::walk::{Arrival, Step, Walk, dropped, unknown};
use super::{End, Packet, Transport};

impl<'m> Walk<'_, 'm> {
    /// CVPN-1: what a client sends, who is in a group where the question says so.
    pub fn enter_from_client(
        &mut self,
        id: &ClientVpnEndpointId,
        group: Option<&str>,
        packet: Packet,
    ) -> Step<Arrival> {
        let Some(endpoint) = self.model.client_vpn_endpoints.get(id) else {
            return unknown(format!("{id} is not in the snapshot"));
        };
        match &endpoint.state {
            None | Some(ClientVpnState::Available) => {}
            Some(ClientVpnState::Unknown(word)) => {
                self.suppose_or_drop(format!("{id} serves clients while {word}"))?;
            }
            Some(ClientVpnState::PendingAssociate | ClientVpnState::Deleting | ClientVpnState::Deleted) => {
                return dropped(format!("{id} serves nobody"));
            }
        }
        if endpoint.has_transit_gateway {
            return unknown(format!("{id} ends at a transit gateway (CVPN-4)"));
        }
        self.is_whole(endpoint)?;
        self.is_authorized(endpoint, group, packet)?;
        let network = self.target_network(endpoint, packet)?;
        match &network.state {
            None | Some(ClientVpnAssociationState::Associated) => {}
            Some(ClientVpnAssociationState::Unknown(word)) => {
                self.suppose_or_drop(format!("{} works while {word}", network.id))?;
            }
            Some(
                ClientVpnAssociationState::Associating
                | ClientVpnAssociationState::AssociationFailed
                | ClientVpnAssociationState::Disassociating
                | ClientVpnAssociationState::Disassociated,
            ) => return dropped(format!("{} is not associated", network.id)),
        }
        self.send_for_client(endpoint, network, packet)
    }

    /// JS-9: the three calls that say what the endpoint does.
    fn is_whole(&self, endpoint: &ClientVpnEndpoint) -> Step {
        let kinds = [
            ResourceKind::ClientVpnTargetNetwork,
            ResourceKind::ClientVpnRoute,
            ResourceKind::ClientVpnAuthorizationRule,
        ];
        let region = endpoint.about.region.as_ref();
        match kinds.into_iter().find(|kind| !self.model.coverage.holds(*kind, None, region)) {
            Some(kind) => unknown(format!("{} is not in the snapshot", kind.call())),
            None => Ok(()),
        }
    }

    /// CVPN-1, CVPN-6: the rules for the longest block decide; one of them has to be for everybody or for the group.
    fn is_authorized(&self, endpoint: &ClientVpnEndpoint, group: Option<&str>, packet: Packet) -> Step {
        let rules = self.model.client_vpn_authorization_rules.iter();
        let of_it = rules.filter(|it| it.endpoint == endpoint.id && is_active(it.state.as_ref()));
        let deciding = longest(of_it.map(|it| (it.cidr, it)), packet);
        if deciding.is_empty() {
            return dropped(format!("no rule of {} is for {} (CVPN-1)", endpoint.id, packet.destination));
        }
        let admits = |named: &Option<_>| match (named, group) {
            (None, _) => true,
            (Some(named), Some(group)) => *named == group,
            (Some(_), None) => false,
        };
        if deciding.iter().any(|rule| admits(&rule.group)) {
            return Ok(());
        }
        // A client is in one of the groups that rules name, or in none.
        match group.is_none() && self.choices.pick(2) == 0 {
            true => Ok(()),
            false => dropped(format!("no rule of {} is for this client (CVPN-6)", endpoint.id)),
        }
    }

    /// CVPN-1: the route for the longest block; which of several subnets a client came in by is not said.
    fn target_network(
        &self,
        endpoint: &ClientVpnEndpoint,
        packet: Packet,
    ) -> Step<&'m ClientVpnTargetNetwork> {
        let routes = self.model.client_vpn_routes.iter();
        let of_it = routes.filter(|it| it.endpoint == endpoint.id && is_active(it.state.as_ref()));
        let leading = longest(of_it.map(|it| (it.cidr, it)), packet);
        if leading.is_empty() {
            return dropped(format!("{} has no route for {} (CVPN-1)", endpoint.id, packet.destination));
        }
        let route = leading[self.choices.pick(leading.len())];
        let mut networks = self.model.client_vpn_target_networks.iter();
        let network =
            networks.find(|it| it.endpoint == endpoint.id && Some(&it.subnet) == route.subnet.as_ref());
        network.map_or_else(|| unknown(format!("{} leads to something unseen", route.id)), Ok)
    }

    /// CVPN-2: in the name of an interface of the endpoint in the subnet.
    fn send_for_client(
        &mut self,
        endpoint: &ClientVpnEndpoint,
        network: &ClientVpnTargetNetwork,
        packet: Packet,
    ) -> Step<Arrival> {
        let doors = self.doors(network);
        if doors.is_empty() {
            return unknown(format!("no interface of {} is in {}", endpoint.id, network.subnet));
        }
        let door = doors[self.choices.pick(doors.len())];
        let Some(address) = door.addresses.first().map(|it| it.private) else {
            return unknown(format!("{} has no address", door.id));
        };
        self.encryption(self.vpc(&door.vpc)?)?;
        if owns(door, packet.destination) {
            return dropped(format!("{} takes nothing unasked (CVPN-5)", door.id));
        }
        if packet.destination.is_ipv6() {
            return dropped(format!("{} translates IPv4", endpoint.id));
        }
        let transport = match packet.transport {
            Transport::Ports { protocol, destination, .. } => {
                Transport::Ports { protocol, source: self.some_port(), destination }
            }
            Transport::Icmp { .. } | Transport::Other { .. } => packet.transport,
        };
        let after = Packet { source: address.into(), transport, ..packet };
        let (interface, endpoint) = (door.id.clone(), endpoint.id.clone());
        self.translations.push(Translation::Client { interface, endpoint, before: packet, after });
        self.send(door, after)
    }

    /// The interfaces of an association: those that name the endpoint, else all of the kind in the subnet.
    fn doors(&self, network: &ClientVpnTargetNetwork) -> Vec<&'m NetworkInterface> {
        let interfaces = self.model.network_interfaces.iter();
        let all: Vec<_> = interfaces.filter(|it| it.subnet == network.subnet && is_door(it)).collect();
        let names = |it: &&&NetworkInterface| it.description.contains(network.endpoint.as_str());
        let named: Vec<_> = all.iter().filter(names).copied().collect();
        if named.is_empty() { all } else { named }
    }

    /// The interface that sent for a client, where one did.
    pub fn door_of_client(&self) -> Option<&'m NetworkInterface> {
        let id = self.translations.iter().find_map(|it| match it {
            Translation::Client { interface, .. } => Some(interface),
            Translation::NatGateway { .. }
            | Translation::Appliance { .. }
            | Translation::EgressOnly { .. } => None,
        });
        self.model.network_interfaces.get(id?)
    }

    /// CVPN-5: an answer goes back to the client whose packet it answers, and nothing else does.
    pub fn to_client(&self, interface: &NetworkInterface, packet: Packet) -> Step<Arrival> {
        let asked = self.translations.iter().find_map(|it| match it {
            Translation::Client { interface: by, endpoint, before, after } => {
                (*by == interface.id && after.reply() == Some(packet)).then_some((endpoint, before))
            }
            Translation::NatGateway { .. }
            | Translation::Appliance { .. }
            | Translation::EgressOnly { .. } => None,
        });
        match asked.filter(|_| self.is_reply).and_then(|(endpoint, before)| Some((endpoint, before.reply()?)))
        {
            Some((endpoint, packet)) => Ok(Arrival { end: End::Clients(endpoint.clone()), packet }),
            None => dropped(format!("{} takes nothing unasked (CVPN-5)", interface.id)),
        }
    }
}

/// Whether an interface is a Client VPN endpoint's.
pub fn is_door(interface: &NetworkInterface) -> bool {
    interface.description.starts_with("ClientVPN Endpoint")
}

fn is_active(state: Option<&ClientVpnRuleState>) -> bool {
    match state {
        None | Some(ClientVpnRuleState::Active | ClientVpnRuleState::Unknown(_)) => true,
        Some(
            ClientVpnRuleState::Creating
            | ClientVpnRuleState::Authorizing
            | ClientVpnRuleState::Failed
            | ClientVpnRuleState::Revoking
            | ClientVpnRuleState::Deleting,
        ) => false,
    }
}

/// What stands for the longest of the blocks that hold the destination.
fn longest<T>(all: impl Iterator<Item = (IpNet, T)>, packet: Packet) -> Vec<T> {
    let mut holding: Vec<(IpNet, T)> = all.filter(|(net, _)| net.contains(&packet.destination)).collect();
    let length = holding.iter().map(|(net, _)| net.prefix_len()).max();
    holding.retain(|(net, _)| Some(net.prefix_len()) == length);
    holding.into_iter().map(|(_, it)| it).collect()
}
