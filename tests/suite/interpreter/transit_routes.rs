//! Route tables of transit gateways (section 16.2).

use std::net::IpAddr;

use netpath::model::{
    AttachmentKind, AttachmentState, ResourceKind, TransitGatewayAttachmentId, TransitGatewayId,
    TransitGatewayRouteKind, TransitGatewayRouteState, TransitGatewayRouteTableId,
};

use super::walk::{Step, Walk, dropped, unknown};

/// A row of a transit gateway's table that holds the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    length: u8,
    /// TGW-7: static, prefix list, then what is propagated, by what propagates it.
    rank: u8,
    /// Where it sends; nowhere for a blackhole.
    attachments: Vec<TransitGatewayAttachmentId>,
    is_known: bool,
}

impl Walk<'_, '_> {
    /// TGW-7, TGW-8: the attachment to which a table sends a destination.
    pub fn row(
        &self,
        gateway: &TransitGatewayId,
        table: &TransitGatewayRouteTableId,
        destination: IpAddr,
    ) -> Step<TransitGatewayAttachmentId> {
        let Some(routes) = self.model.transit_gateway_routes.get(table) else {
            return self.any_row(gateway, table, destination);
        };
        if routes.is_truncated {
            return unknown(format!("{table} has more routes than the snapshot (JS-6)"));
        }
        let mut rows = Vec::new();
        for route in routes.routes.iter().filter(|it| it.cidr.contains(&destination)) {
            let rank = match (&route.kind, &route.prefix_list) {
                (_, Some(_)) => 1,
                (TransitGatewayRouteKind::Propagated, None) => {
                    self.rank_of(gateway, route.attachments.first())
                }
                (
                    TransitGatewayRouteKind::Static
                    | TransitGatewayRouteKind::System
                    | TransitGatewayRouteKind::Unknown(_),
                    None,
                ) => 0,
            };
            let (attachments, is_known) = match &route.state {
                TransitGatewayRouteState::Active => {
                    let is_plain = matches!(
                        route.kind,
                        TransitGatewayRouteKind::Static | TransitGatewayRouteKind::Propagated
                    );
                    (route.attachments.clone(), is_plain && !route.attachments.is_empty())
                }
                // TGW-8a.
                TransitGatewayRouteState::Blackhole => (Vec::new(), true),
                TransitGatewayRouteState::Pending
                | TransitGatewayRouteState::Deleting
                | TransitGatewayRouteState::Deleted => continue,
                TransitGatewayRouteState::Unknown(_) => (Vec::new(), false),
            };
            rows.push(Row { length: route.cidr.prefix_len(), rank, attachments, is_known });
        }
        self.referenced_rows(table, destination, &mut rows);
        self.propagated_rows(table, destination, &mut rows)?;
        let Some(longest) = rows.iter().map(|it| it.length).max() else {
            return dropped(format!("{table} has no route for {destination}"));
        };
        rows.retain(|it| it.length == longest);
        let first = rows.iter().map(|it| it.rank).min();
        rows.retain(|it| Some(it.rank) == first);
        rows.dedup();
        let row = &rows[self.choices.pick(rows.len())];
        if !row.is_known {
            return unknown(format!("a route of {table} is not understood"));
        }
        if row.attachments.is_empty() {
            return dropped(format!("{table} has a blackhole for {destination} (TGW-8a)"));
        }
        // TGW-8b: equal paths.
        Ok(row.attachments[self.choices.pick(row.attachments.len())].clone())
    }

    /// TGW-7: VPCs, Direct Connect gateways, Connect, VPN, VPN concentrators, Client VPN, peerings.
    fn rank_of(&self, gateway: &TransitGatewayId, by: Option<&TransitGatewayAttachmentId>) -> u8 {
        const ORDER: [AttachmentKind; 6] = [
            AttachmentKind::Vpc,
            AttachmentKind::DirectConnectGateway,
            AttachmentKind::Connect,
            AttachmentKind::Vpn,
            AttachmentKind::VpnConcentrator,
            AttachmentKind::ClientVpn,
        ];
        let Some(attachment) = by.and_then(|id| self.general(gateway, id)) else { return 2 };
        2 + ORDER.iter().position(|it| *it == attachment.kind).unwrap_or(ORDER.len()) as u8
    }

    /// JS-7: where a table's routes are not in the snapshot, any attachment is possible, and none.
    fn any_row(
        &self,
        gateway: &TransitGatewayId,
        table: &TransitGatewayRouteTableId,
        destination: IpAddr,
    ) -> Step<TransitGatewayAttachmentId> {
        let ours = self.model.transit_gateway_attachments.iter().filter(|it| it.transit_gateway == *gateway);
        for attachment in ours {
            if self.choices.suppose(format!("{table} sends {destination} to {}", attachment.id)) {
                return Ok(attachment.id.clone());
            }
        }
        let about = self.model.transit_gateways.get(gateway).map(|it| &it.about);
        let is_complete = about.is_some_and(|it| {
            let (account, region) = (it.account.as_ref(), it.region.as_ref());
            self.model.coverage.holds(ResourceKind::TransitGatewayAttachment, account, region)
        });
        match is_complete {
            true => dropped(format!("{table} may have no route for {destination}")),
            false => unknown(format!("the routes of {table} are not in the snapshot")),
        }
    }

    /// TGW-8g: prefix lists, where the list of routes does not show their entries.
    fn referenced_rows(&self, table: &TransitGatewayRouteTableId, destination: IpAddr, rows: &mut Vec<Row>) {
        let Some(references) = self.model.transit_gateway_prefix_list_references.get(table) else { return };
        let routes = self.model.transit_gateway_routes.get(table);
        for reference in references.references.iter().filter(|it| it.is_available) {
            let is_listed = routes.is_some_and(|it| {
                it.routes.iter().any(|route| route.prefix_list.as_ref() == Some(&reference.prefix_list))
            });
            if is_listed {
                continue;
            }
            let attachments: Vec<_> = if reference.is_blackhole {
                Vec::new()
            } else {
                reference.attachment.iter().cloned().collect()
            };
            let is_known = reference.is_blackhole || !attachments.is_empty();
            let row = |length| Row { length, rank: 1, attachments: attachments.clone(), is_known };
            match self.entries(&reference.prefix_list, destination) {
                Some(entries) => {
                    let holding = entries.iter().filter(|it| it.contains(&destination));
                    rows.extend(holding.map(|it| row(it.prefix_len())));
                }
                // PL-6.
                None => {
                    let fact = format!("{} decides for {destination}", reference.prefix_list);
                    if self.choices.suppose(fact) {
                        rows.push(row(255));
                    }
                }
            }
        }
    }

    /// TGW-8d: what VPC attachments propagate, where the list of routes does not show it.
    fn propagated_rows(
        &self,
        table: &TransitGatewayRouteTableId,
        destination: IpAddr,
        rows: &mut Vec<Row>,
    ) -> Step {
        let Some(routes) = self.model.transit_gateway_routes.get(table) else { return Ok(()) };
        let hidden = |what: String| match self.choices.suppose(what.clone()) {
            true => unknown(what),
            false => Ok(()),
        };
        let Some(propagations) = self.model.transit_gateway_propagations.get(table) else {
            let is_held = self.model.coverage.holds_any(ResourceKind::TransitGatewayPropagations);
            return match routes.is_static_only && !is_held {
                true => hidden(format!("something propagates {destination} into {table}")),
                false => Ok(()),
            };
        };
        for id in &propagations.attachments {
            let attachment = self.model.transit_gateway_vpc_attachments.get(id);
            let vpc = attachment.and_then(|it| self.model.vpcs.get(&it.vpc));
            let (Some(attachment), Some(vpc)) = (attachment, vpc) else {
                if routes.is_static_only {
                    hidden(format!("{id} propagates {destination} into {table}"))?;
                }
                continue;
            };
            if !matches!(attachment.state, None | Some(AttachmentState::Available)) {
                continue;
            }
            for cidr in vpc.associated_cidrs().iter().filter(|it| it.contains(&destination)) {
                // TGW-8: what is listed for the same block is what is preferred.
                if routes.routes.iter().all(|route| route.cidr != *cidr) {
                    let length = cidr.prefix_len();
                    rows.push(Row { length, rank: 2, attachments: vec![id.clone()], is_known: true });
                }
            }
        }
        Ok(())
    }
}
