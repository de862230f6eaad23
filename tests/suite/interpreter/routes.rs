//! Route tables of subnets and gateways: which one, and which route (section 5).

use std::net::IpAddr;

use netpath::model::{
    EndpointKind, ResourceKind, Route, RouteDestination, RouteOrigin, RouteState, RouteTable,
    RouteTableAssociation, RouteTarget, Subnet, Vpc,
};

use super::addresses::is_private_ipv4;
use super::walk::{Step, Walk, dropped, unknown};

/// A route that holds the destination.
#[derive(Clone, Copy)]
struct Candidate<'m> {
    length: u8,
    rank: Rank,
    /// The route; absent for the local route that every table has (VPC-3).
    route: Option<&'m Route>,
}

/// RT-5: what wins among equal destinations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Static,
    PrefixList,
    Propagated,
}

impl Candidate<'_> {
    fn is_local(&self) -> bool {
        self.route.is_none_or(|route| route.target == RouteTarget::Local)
    }

    fn is_advertised(&self) -> bool {
        self.route.is_some_and(|route| route.origin == RouteOrigin::Advertised)
    }
}

impl<'m> Walk<'_, 'm> {
    /// RT-1: the table that is associated with the subnet, else the VPC's main one.
    pub fn table_of_subnet(&self, vpc: &Vpc, subnet: &Subnet) -> Step<Option<&'m RouteTable>> {
        let association = RouteTableAssociation::Subnet(subnet.id.clone());
        let explicit = self.model.route_tables.iter().find(|it| it.associations.contains(&association));
        if explicit.is_some() {
            return Ok(explicit);
        }
        if !self.holds(ResourceKind::RouteTable, vpc) {
            // RT-1b: the explicit one may be among those that are missing.
            return Ok(None);
        }
        let is_main =
            |it: &&RouteTable| it.vpc == vpc.id && it.associations.contains(&RouteTableAssociation::Main);
        Ok(self.model.route_tables.iter().find(is_main))
    }

    /// The target that a table has for a destination, without looking at the target's own state.
    pub fn route(&self, vpc: &Vpc, table: Option<&'m RouteTable>, destination: IpAddr) -> Step<RouteTarget> {
        let is_inside = vpc.associated_cidrs().iter().any(|cidr| cidr.contains(&destination));
        let Some(table) = table else {
            // Local routes are certain where nothing can stand in their place; the rest of a missing table is unknown
            // (RT-1b).
            return match is_inside && !self.has_detours(vpc) {
                true => Ok(RouteTarget::Local),
                false => unknown(format!("a route table of {} is not in the snapshot (RT-1b)", vpc.id)),
            };
        };
        let mut candidates = self.candidates(vpc, table, destination);
        if candidates.iter().any(Candidate::is_local) {
            // RT-8: local beats what is propagated, even when that is more specific.
            candidates.retain(|it| it.rank != Rank::Propagated);
        }
        let place = format!("{} for {destination}", table.id);
        let mut winner = self.winner(&place, candidates)?;
        if !winner.is_some_and(|it| it.is_local()) {
            let missing = self.unread(table, destination);
            if !missing.is_empty() {
                winner = self.winner(&place, missing)?;
            }
        }
        let Some(winner) = winner else {
            return dropped(format!("{} has no route for {destination} (RT-16)", table.id));
        };
        let Some(route) = winner.route else { return Ok(RouteTarget::Local) };
        match &route.state {
            RouteState::Active => Ok(route.target.clone()),
            // RT-11: it matches, and drops.
            RouteState::Blackhole => dropped(format!("{} has a blackhole for {destination}", table.id)),
            RouteState::Filtered => dropped("a filtered route is no route"),
            RouteState::Unknown(word) => unknown(format!("a route of {} is {word}", table.id)),
        }
    }

    /// RT-9, RT-10: whether the VPC has something that a route may send its own traffic to.
    fn has_detours(&self, vpc: &Vpc) -> bool {
        let kinds = [ResourceKind::NetworkInterface, ResourceKind::NatGateway, ResourceKind::VpcEndpoint];
        let mut endpoints = self.model.vpc_endpoints.iter();
        kinds.into_iter().any(|kind| !self.holds(kind, vpc))
            || self.model.network_interfaces.iter().any(|it| it.vpc == vpc.id && !it.source_destination_check)
            || self.model.nat_gateways.iter().any(|it| it.vpc.as_ref() == Some(&vpc.id))
            || endpoints.any(|it| it.vpc == vpc.id && it.kind == EndpointKind::GatewayLoadBalancer)
    }

    fn candidates(&self, vpc: &Vpc, table: &'m RouteTable, destination: IpAddr) -> Vec<Candidate<'m>> {
        let mut candidates = Vec::new();
        for route in &table.routes {
            // RT-12: not installed.
            if route.state == RouteState::Filtered {
                continue;
            }
            let rank = match route.origin {
                RouteOrigin::Propagated => Rank::Propagated,
                RouteOrigin::Table
                | RouteOrigin::Static
                | RouteOrigin::Advertised
                | RouteOrigin::Unknown(_) => Rank::Static,
            };
            match &route.destination {
                RouteDestination::Cidr(cidr) if cidr.contains(&destination) => {
                    candidates.push(Candidate { length: cidr.prefix_len(), rank, route: Some(route) });
                }
                RouteDestination::Cidr(_) => {}
                // RT-6: each entry by itself.
                RouteDestination::PrefixList(id) => {
                    let rank = Rank::PrefixList;
                    let entries = self.entries(id, destination).unwrap_or_default();
                    let holding = entries.iter().filter(|it| it.contains(&destination));
                    candidates.extend(holding.map(|it| Candidate {
                        length: it.prefix_len(),
                        rank,
                        route: Some(route),
                    }));
                }
            }
        }
        for cidr in vpc.associated_cidrs().iter().filter(|it| it.contains(&destination)) {
            // VPC-3: each block has its local route, unless its target was replaced (RT-10).
            let is_written = table.routes.iter().any(|route| {
                route.destination == RouteDestination::Cidr(*cidr) && route.origin != RouteOrigin::Propagated
            });
            if !is_written {
                candidates.push(Candidate { length: cidr.prefix_len(), rank: Rank::Static, route: None });
            }
        }
        candidates
    }

    /// PL-6: a list without its entries may hold the destination, and then as specifically as can be. It is not
    /// held against a local route, which is certain whatever else is missing.
    fn unread(&self, table: &'m RouteTable, destination: IpAddr) -> Vec<Candidate<'m>> {
        let is_unread = |route: &&Route| match &route.destination {
            RouteDestination::PrefixList(id) => {
                // A service that a gateway endpoint leads to has public addresses (GEP-1).
                let is_service = matches!(&route.target, RouteTarget::Gateway(id) if id.starts_with("vpce-"));
                let is_private = matches!(destination, IpAddr::V4(it) if is_private_ipv4(it));
                route.state != RouteState::Filtered
                    && !(is_service && is_private)
                    && self.entries(id, destination).is_none()
                    && self.choices.suppose(format!("{id} decides for {destination}"))
            }
            RouteDestination::Cidr(_) => false,
        };
        let routes = table.routes.iter().filter(is_unread);
        routes.map(|route| Candidate { length: 255, rank: Rank::PrefixList, route: Some(route) }).collect()
    }

    /// RT-4 and RT-5. A prefix list's entry inside the VPC counts like any longer prefix (section 39 knows no
    /// document on it).
    fn winner(&self, place: &str, mut candidates: Vec<Candidate<'m>>) -> Step<Option<Candidate<'m>>> {
        let has_local = candidates.iter().any(Candidate::is_local);
        let Some(longest) = candidates.iter().map(|it| it.length).max() else { return Ok(None) };
        candidates.retain(|it| it.length == longest);
        if candidates.iter().any(Candidate::is_advertised) && (candidates.len() > 1 || has_local) {
            return unknown("where a route server's route stands among others is not known (RT-18)");
        }
        let first = candidates.iter().map(|it| it.rank).min();
        candidates.retain(|it| Some(it.rank) == first);
        // Equal routes to one target are one.
        let mut different: Vec<Candidate<'m>> = Vec::new();
        for candidate in candidates {
            let says = |it: &Candidate<'m>| it.route.map(|route| (route.target.clone(), route.state.clone()));
            if different.iter().all(|it| says(it) != says(&candidate)) {
                different.push(candidate);
            }
        }
        // RT-7: AWS picks, and then keeps what it picked.
        Ok(Some(different[self.choices.pick_once(place.to_owned(), different.len())]))
    }
}
