//! The compiled network: model → graph of locations, steps, filters and route functions.
//!
//! [`compile`] runs once for a snapshot and cannot fail: what the model lacks becomes an [`Assumption`] on the step that
//! needs it. Each resource of the model has a twin file here that writes the locations and steps of its own and nobody
//! else's. The order: rows (dense numbers for what is looked up often), filters, locations, steps. The solver reads the
//! result and knows nothing of AWS.
//!
//! The graph is a petgraph graph, so that questions about its shape (what lies beyond, what cuts off) are graph
//! algorithms; a packet's way through it is a walk along the edges that steps choose.

mod code;
mod location;
mod graph;
mod filter;
mod rows;
mod relations;
mod lookups;
mod compiler;
mod alike;
mod address_plan;
mod directory;
mod vpc;
mod subnet;
mod route_table;
mod network_interface;
mod appliance;
mod instance;
mod security_group;
mod security_group_rule;
mod security_group_association;
mod network_acl;
mod prefix_list;
mod internet_gateway;
mod egress_only_internet_gateway;
mod nat_gateway;
mod elastic_address;
mod byoip_cidr;
mod instance_connect_endpoint;
mod vpc_encryption_control;
mod accelerator_endpoint_group;
mod vpc_origin;
mod verified_access_endpoint;
mod core_network_attachment;
mod core_network_routes;
mod service_network_vpc_association;
mod vpc_peering_connection;
mod transit_gateway;
mod transit_gateway_attachment;
mod transit_gateway_route_table;
mod vpn_gateway;
mod vpn_connection;
mod customer_gateway;
mod on_premises;
mod direct_connect_gateway;
mod transit_gateway_connect;
mod client_vpn;
mod vpc_endpoint;
mod endpoint_service;
mod endpoint_connection;
mod gateway_load_balancer_endpoint;
mod gateway_load_balancer;
mod inspection;
mod firewall;
mod firewall_policy;
mod firewall_rule_group;
mod load_balancer;
mod load_balancer_attributes;
mod listener;
mod listener_rule;
mod target_group;
mod target_group_attributes;
mod target_health;
mod classic_load_balancer;
mod block_public_access;
mod availability_zone;
mod managed_service;
mod vpc_dns_attributes;
mod hosted_zone;
mod resolver_rule;
mod unmodelled;
mod ranges;

use smallvec::SmallVec;

pub use code::ExplanationCode;
pub use filter::{Filter, FilterId, Judge, Rule, RulePeer, group_filter};
pub use graph::{Graph, Way};
pub use inspection::{FirewallRow, InspectionAction, InspectionRule, InspectionSide};
pub use location::{
    AddressSetIndex, AssumptionIndex, Barrier, Component, Edge, EdgeId, Entry, EntryKind, EntryMask,
    FirewallIndex, GroupIndex, GroupSetIndex, Guard, Hop, HopIndex, InterfaceIndex, Location, LocationId,
    LocationKind, MiddleboxIndex, NatIndex, Origin, PeerSide, RelayIndex, RouteMapIndex, ServiceIndex, Step,
    Steps, SubnetIndex, Translation, VpcIndex, ZoneIndex, ZoneTableIndex,
};
pub use lookups::{Lookups, Owned};
pub use ranges::{Claimant, RangeClaim, RangeHolder, Ranges, ranges};
pub use rows::{
    CarriedRow, ClientRow, ExitRow, GroupRow, GroupRules, InterfaceRow, LinkLocal, Manner, MiddleboxRow,
    NatAddress, NatRow, OneWay, PublicAccess, PublicOwner, RelayChoice, RelayCodes, RelayPort, RelayRow,
    RelayTo, ServiceRow, StandIn, SubnetRow, VpcRow, Walked,
};

use std::borrow::Cow;

use crate::model::{Assumption, Model, Shelf};
use crate::packet::{AddressMap, AddressSet, Family, TransportSets};

/// The compiled form of a model.
#[derive(Debug)]
pub struct Network {
    /// Locations and the ways between them.
    pub graph: Graph,
    /// The steps of all locations, one location's after the other's.
    pub steps: Shelf<Step>,
    /// The transport sets of all filters.
    pub transport: TransportSets,
    /// The filters of network ACLs.
    pub acl_filters: Shelf<Filter>,
    /// Route functions: destination → hop.
    pub route_maps: Shelf<AddressMap<HopIndex>>,
    /// The hops that they name.
    pub hops: Shelf<Hop>,
    /// The alternatives of hops that are one of several.
    pub alternatives: Shelf<Hop>,
    /// Sets of addresses that guards test.
    pub address_sets: Shelf<AddressMap<bool>>,
    /// Zones with an edge each.
    pub zone_tables: Shelf<Vec<(ZoneIndex, Option<EdgeId>)>>,
    /// Names of zones.
    pub zones: Shelf<String>,
    /// The zone whose attachments serve a zone that can have none (TGW-19), by zone.
    pub zone_parents: Shelf<Option<ZoneIndex>>,
    /// What steps lean on.
    pub assumptions: Shelf<Assumption>,
    /// VPCs.
    pub vpcs: Shelf<VpcRow>,
    /// Subnets.
    pub subnets: Shelf<SubnetRow>,
    /// Interfaces.
    pub interfaces: Shelf<InterfaceRow>,
    /// What sets some interfaces apart.
    pub manners: Shelf<Manner>,
    /// NAT gateways.
    pub nat_gateways: Shelf<NatRow>,
    /// Clients of Client VPN endpoints.
    pub clients: Shelf<ClientRow>,
    /// Interfaces that hand packets on to others.
    pub relays: Shelf<RelayRow>,
    /// What routes send packets through.
    pub middleboxes: Shelf<MiddleboxRow>,
    /// Firewalls that some route leads to.
    pub firewalls: Shelf<FirewallRow>,
    /// The interfaces of what is asked for by another name than theirs, in order.
    pub fronts: Shelf<(Component, InterfaceIndex)>,
    /// The interfaces of each host that has several, by its number.
    pub hosts: Shelf<Vec<InterfaceIndex>>,
    /// The managed services that interfaces are known to be of, as rows of the model, by interface.
    pub owners: Shelf<(InterfaceIndex, u32)>,
    /// Services that packets can arrive at.
    pub services: Shelf<ServiceRow>,
    /// Security groups.
    pub groups: Shelf<GroupRow>,
    /// The interfaces that have them, one group's after the other's; see [`Network::members`].
    pub group_members: Shelf<u32>,
    /// Distinct sets of groups, as rows of `groups`, ascending.
    pub group_sets: Shelf<Box<[GroupIndex]>>,
    /// The rules of groups, by row.
    pub group_rules: Shelf<GroupRules>,
    /// The entries of ACLs, by the model's row.
    pub acl_rules: Shelf<GroupRules>,
    /// The entries of prefix lists that rules name.
    pub lists: Shelf<Vec<ipnet::IpNet>>,
    /// Who owns a public IPv4 address, sorted by address.
    pub public_owners: Shelf<(u32, PublicOwner)>,
    /// Where packets could go on from a location whose routes say nothing, for would-be paths.
    pub would_be: Shelf<(LocationId, std::sync::Arc<[LocationId]>)>,
    /// The VPC that a way out of another VPC or of a transit gateway leads into.
    pub leads_to: Shelf<(LocationId, VpcIndex)>,
    /// The routes that each route function was made of, with where they send.
    pub route_entries: Shelf<Vec<(ipnet::IpNet, HopIndex)>>,
    /// The prefix of IPv4 addresses in IPv6 (NAT-9).
    pub nat64: AddressSet,
    /// Which VPC holds an IPv6 address that the internet could reach; `u32::MAX` for none.
    pub public_ipv6: AddressMap<u32>,
    /// What is done with link-local and reserved destinations.
    pub link_local: AddressMap<LinkLocal>,
    /// Public addresses that nothing in the snapshot owns, IPv4 and IPv6.
    pub internet: Shelf<AddressSet>,
    /// Public addresses that the internet does not find.
    pub not_advertised: AddressSetIndex,
    /// What keeps it unknown whether an interface has a public address that nobody seems to have.
    pub unseen_interfaces: Option<AssumptionIndex>,
    /// What is said where equals are so many that not all of their assignments are walked.
    pub too_many_choices: AssumptionIndex,
    /// IPv4 addresses that no host on the internet has and that one of a VPC may have.
    pub private_ipv4: AddressSet,
    /// The location that stands for the internet.
    pub internet_location: LocationId,
    /// Where packets from on premises stand, before a link is chosen.
    pub on_premises_location: LocationId,
    /// Whether there is any link to on premises.
    pub has_links: bool,
    /// What the snapshot says to be on premises, IPv4 and IPv6.
    pub on_premises: [AddressSet; 2],
    /// What people look things up by.
    pub lookups: Lookups,
}

impl Network {
    /// The interfaces that have a group, ascending.
    pub fn members(&self, group: GroupIndex) -> Cow<'_, [u32]> {
        let Some(row) = self.groups.get(group.index()) else { return Cow::Borrowed(&[]) };
        self.group_members.slice(row.members.start as usize..row.members.end as usize)
    }

    /// The location with a number.
    pub fn location(&self, id: LocationId) -> Location {
        let Some((interface, is_inward)) = InterfaceIndex::at(id) else { return *self.graph.location(id) };
        let kind = if is_inward { LocationKind::InterfaceIn } else { LocationKind::InterfaceOut };
        let component = self.interfaces[interface.index()].component;
        Location { kind, component, first_step: 0, step_count: 0 }
    }

    /// The steps of a location.
    pub fn steps_of(&self, id: LocationId) -> Steps<'_> {
        match InterfaceIndex::at(id) {
            Some((interface, false)) => Steps::Made(self.outward(interface)),
            Some((interface, true)) => Steps::Made(self.inward(interface)),
            None => {
                let location = self.graph.location(id);
                let first = location.first_step as usize;
                match self.steps.slice(first..first + location.step_count as usize) {
                    Cow::Borrowed(steps) => Steps::Listed(steps),
                    Cow::Owned(steps) => Steps::Made(steps.into()),
                }
            }
        }
    }

    fn outward(&self, interface: InterfaceIndex) -> SmallVec<[Step; 6]> {
        let row = &self.interfaces[interface.index()];
        let mut steps = SmallVec::new();
        if let Some(manner) = self.manners.get(row.manner as usize) {
            steps.extend_from_slice(&manner.outward);
        }
        steps.push(Step::Services(row.vpc));
        steps.extend(self.group_step(interface, true));
        steps.push(Step::GoOn(self.subnets[row.subnet.index()].out));
        steps
    }

    fn inward(&self, interface: InterfaceIndex) -> SmallVec<[Step; 6]> {
        let row = &self.interfaces[interface.index()];
        let mut steps = SmallVec::new();
        steps.extend(self.group_step(interface, false));
        match self.manners.get(row.manner as usize) {
            Some(manner) => steps.extend_from_slice(&manner.inward),
            None => steps.push(Step::ArriveInterface(interface)),
        }
        steps
    }

    /// ENI-5, LB-4: no groups, no filtering.
    fn group_step(&self, interface: InterfaceIndex, is_outbound: bool) -> Option<Step> {
        let set = self.interfaces[interface.index()].groups;
        if self.group_sets[set.index()].is_empty() {
            return None;
        }
        let filter = FilterId::SecurityGroups { set, is_outbound };
        let peer = if is_outbound { PeerSide::Destination } else { PeerSide::Source };
        Some(Step::SecurityGroups { filter, peer, interface })
    }

    /// Makes everything that people look things up by, for who stores it.
    pub fn look_everything_up(&self, model: &Model) {
        self.lookups.names(model);
        self.lookups.group_names(model);
        self.lookups.hosts(model);
        self.lookups.owned(self, Family::V4);
    }

    /// What a filter was compiled from.
    pub fn judge(&self, filter: FilterId) -> Judge {
        match filter {
            FilterId::Acl(index) => self.acl_filters[index as usize].judge.clone(),
            FilterId::SecurityGroups { set, is_outbound } => {
                Judge::SecurityGroups { groups: self.group_sets[set.index()].clone(), is_outbound }
            }
        }
    }

    /// The firewall whose rules packets meet at a location.
    pub fn firewall_at(&self, location: LocationId) -> Option<&FirewallRow> {
        let steps = self.steps_of(location);
        let firewall =
            steps.iter().find_map(|step| if let Step::Inspect(it) = step { Some(*it) } else { None });
        firewall.map(|firewall| &self.firewalls[firewall.index()])
    }

    /// What is said of a firewall's rule of which nobody can tell whether it matches.
    pub fn inspection_gap(&self, location: LocationId, origin: Origin) -> Option<AssumptionIndex> {
        let firewall = self.firewall_at(location)?;
        let mut rules = firewall.stateless.iter().chain(&firewall.stateful);
        rules.find(|rule| rule.origin == origin).and_then(|rule| rule.gap)
    }

    /// Where an edge leads.
    #[inline]
    pub fn end_of(&self, edge: EdgeId) -> LocationId {
        self.graph.end_of(edge)
    }

    /// Who owns a public IPv4 address.
    pub fn public_owner(&self, address: u32) -> Option<PublicOwner> {
        self.public_owners.value(&address).copied()
    }

    /// The interfaces of something that is asked for by another name than theirs.
    pub fn fronts_of(&self, component: Component) -> impl Iterator<Item = InterfaceIndex> + '_ {
        let first = self.fronts.partition_point(|it| it.0 < component);
        self.fronts.iter().skip(first).take_while(move |it| it.0 == component).map(|it| it.1)
    }

    /// The managed services that an interface is of, as rows of the model; several fit where groups and subnets are
    /// all there is to tell by.
    pub fn owners_of(&self, interface: InterfaceIndex) -> impl Iterator<Item = u32> + '_ {
        let first = self.owners.partition_point(|it| it.0 < interface);
        self.owners.iter().skip(first).take_while(move |it| it.0 == interface).map(|it| it.1)
    }

    /// Whether a service is the resolver of a VPC that has it off.
    pub fn is_silent(&self, vpc: VpcIndex, service: ServiceIndex) -> bool {
        let is_resolver = |net: &ipnet::IpNet| address_plan::RESOLVERS.contains(net);
        self.vpcs[vpc.index()].is_resolver_off
            && self.services[service.index()].addresses.iter().any(is_resolver)
    }

    /// Addresses of a family that the snapshot says to be on premises.
    pub fn on_premises(&self, family: Family) -> &AddressSet {
        match family {
            Family::V4 => &self.on_premises[0],
            Family::V6 => &self.on_premises[1],
        }
    }

    /// Public addresses of a family that nothing in the snapshot owns.
    pub fn internet(&self, family: Family) -> &AddressSet {
        match family {
            Family::V4 => &self.internet[0],
            Family::V6 => &self.internet[1],
        }
    }
}

/// Compiles a model. O(n log n) in the number of rules and addresses.
pub fn compile(model: &Model) -> Network {
    let mut network = compiler::Compiler::new(model).run();
    alike::note(&mut network);
    network
}
