//! The compiler: what all twins share while a network is made.

use compact_str::CompactString;
use ipnet::IpNet;
use petgraph::graph::DiGraph;
use rustc_hash::{FxHashMap, FxHashSet};

use super::filter::{Filter, FilterId, Judge};
use super::location::{
    AddressSetIndex, AssumptionIndex, Component, Edge, EdgeId, GroupIndex, GroupSetIndex, Hop, HopIndex,
    InterfaceIndex, Location, LocationId, LocationKind, MiddleboxIndex, NatIndex, Origin, RouteMapIndex,
    ServiceIndex, Step, SubnetIndex, VpcIndex, ZoneIndex, ZoneTableIndex,
};
use super::relations::Relations;
use super::rows::{
    GroupRow, GroupRules, InterfaceRow, Manner, MiddleboxRow, NOBODY, NatRow, PublicOwner, RelayRow,
    ServiceRow, SubnetRow, VpcRow,
};
use super::{Lookups, Network, address_plan};
use crate::model::{
    AccountId, Assumption, AssumptionCode, Model, Place, PortMatch, PrefixListId, Region, ResourceKind,
    SecurityGroupId, Shelf, SubnetId, VpcId, Zone,
};
use crate::packet::{AddressMap, AddressSet, Family, TransportSet, Workspace};

/// Addresses that guards test and that belong to no VPC.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WellKnownSets {
    pub rfc1918: AddressSetIndex,
    pub rfc6598: AddressSetIndex,
    /// Every IPv4 address.
    pub ipv4: AddressSetIndex,
    /// Every IPv6 address.
    pub ipv6: AddressSetIndex,
    /// Every address.
    pub both_families: AddressSetIndex,
}

/// The ids of zones by the names that accounts have for them.
type ZoneNames<'a> = FxHashMap<&'a CompactString, Vec<(Option<&'a AccountId>, &'a CompactString)>>;

/// A network in the making.
pub(super) struct Compiler<'a> {
    pub model: &'a Model,
    pub relations: std::sync::Arc<Relations<'a>>,
    pub graph: DiGraph<Location, Edge, u32>,
    pub steps: Vec<Step>,
    pub workspace: Workspace<'static>,
    /// What rules' protocols and ports came to; few are distinct.
    pub transports: FxHashMap<PortMatch, TransportSet>,
    pub acl_filters: Vec<Filter>,
    filter_ids: FxHashMap<Judge, FilterId>,
    pub route_maps: Vec<AddressMap<HopIndex>>,
    pub hops: Vec<Hop>,
    pub alternatives: Vec<Hop>,
    pub address_sets: Vec<AddressMap<bool>>,
    pub zone_tables: Vec<Vec<(ZoneIndex, Option<EdgeId>)>>,
    pub zones: Vec<String>,
    zone_ids: FxHashMap<String, ZoneIndex>,
    zone_names: Option<ZoneNames<'a>>,
    /// VPCs in which a route may stand in the place of the local one.
    pub detours: Option<FxHashSet<&'a VpcId>>,
    pub assumptions: Vec<Assumption>,
    assumption_ids: FxHashMap<Assumption, AssumptionIndex>,
    pub vpcs: Vec<VpcRow>,
    pub vpc_ids: FxHashMap<VpcId, VpcIndex>,
    pub subnets: Vec<SubnetRow>,
    pub subnet_ids: FxHashMap<SubnetId, SubnetIndex>,
    pub interfaces: Vec<InterfaceRow>,
    pub manners: Vec<Manner>,
    pub nat_gateways: Vec<NatRow>,
    /// The row of each NAT gateway of the model, where it has one.
    pub nat_row: Vec<Option<NatIndex>>,
    /// Addresses of NAT gateways that no interface of the snapshot has yet.
    pub extra_nats: Vec<(VpcIndex, u32, NatIndex)>,
    /// Addresses of interfaces that stand in for such.
    pub extra_addresses: Vec<(VpcIndex, u32, InterfaceIndex)>,
    pub relays: Vec<RelayRow>,
    pub middleboxes: Vec<MiddleboxRow>,
    /// Middleboxes by the position of their first interface.
    pub appliances: FxHashMap<usize, MiddleboxIndex>,
    /// See [`Network::hosts`].
    pub hosts: Vec<Vec<InterfaceIndex>>,
    /// Firewalls that some route leads to.
    pub firewalls: Vec<super::FirewallRow>,
    /// What the interfaces of load balancers are, by their rows.
    pub balancers: FxHashMap<usize, super::load_balancer::Found>,
    /// See [`Network::fronts`].
    pub fronts: Vec<(Component, InterfaceIndex)>,
    /// See [`Network::owners`].
    pub owners: Vec<(InterfaceIndex, u32)>,
    pub services: Vec<ServiceRow>,
    pub groups: Vec<GroupRow>,
    pub group_members: Vec<u32>,
    pub group_ids: FxHashMap<SecurityGroupId, GroupIndex>,
    pub group_sets: Vec<Box<[GroupIndex]>>,
    pub group_set_ids: FxHashMap<Box<[GroupIndex]>, GroupSetIndex>,
    pub group_rules: Vec<GroupRules>,
    pub acl_rules: Vec<GroupRules>,
    pub lists: Vec<Vec<IpNet>>,
    pub list_ids: FxHashMap<PrefixListId, u32>,
    pub public_owners: FxHashMap<u32, PublicOwner>,
    /// See [`Network::would_be`].
    pub would_be: FxHashMap<LocationId, std::sync::Arc<[LocationId]>>,
    /// See [`Network::leads_to`].
    pub leads_to: FxHashMap<LocationId, VpcIndex>,
    /// See [`Network::route_entries`].
    pub route_entries: Vec<Vec<(IpNet, HopIndex)>>,
    pub internet_location: LocationId,
    pub well_known: WellKnownSets,
    /// Public addresses that the internet does not find.
    pub not_advertised: AddressSetIndex,
    /// The zone whose attachments serve a zone that can have none (TGW-19), by zone.
    pub zone_parents: Vec<Option<ZoneIndex>>,
    /// Interfaces that take nothing from the internet, by VPC.
    pub denying: FxHashMap<VpcIndex, Vec<usize>>,
    /// NAT gateways' rows, by VPC.
    pub nats_of_vpc: FxHashMap<VpcIndex, Vec<NatIndex>>,
    /// The locations of route tables, with their VPCs.
    pub route_table_vpcs: Vec<(LocationId, VpcIndex)>,
    /// Locations of transit gateways' tables and of attachments without one, with their gateways.
    pub transit_locations: Vec<(LocationId, crate::model::TransitGatewayId)>,
    /// See [`Network::clients`].
    pub clients: Vec<super::rows::ClientRow>,
    /// The interfaces of Client VPN endpoints, once they were looked for.
    pub client_doors: Option<Vec<super::client_vpn::Door>>,
    /// Where answers to clients go on, by the interface that they come to.
    pub client_returns: FxHashMap<u32, LocationId>,
    /// Whether there may be links to on premises that the snapshot lacks.
    pub may_have_links: bool,
    /// The links to on premises, and what each carries from there.
    pub links: Vec<super::on_premises::Carried>,
    /// Which route table serves whom, once it was asked.
    pub tables_by_use: Option<std::sync::Arc<super::route_table::TablesByUse<'a>>>,
    /// Locations of things that are made when something first leads there.
    pub places: FxHashMap<PlaceKey, LocationId>,
}

/// What a location that is made on demand stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum PlaceKey {
    RouteTable(usize),
    InternetGatewayOut(VpcIndex),
    InternetGatewayIn(VpcIndex),
    EgressOnly(VpcIndex),
    Nat(usize),
    Peering(usize, VpcIndex),
    Transit(usize, VpcIndex),
    TransitTable(usize),
    AttachmentOut(usize),
    Endpoint(usize),
    Forwarder(usize, bool),
    /// A virtual private gateway and a VPC, outward or inward.
    VpnGateway(usize, VpcIndex, bool),
    /// What a virtual private gateway knows.
    VpnGatewayRoutes(usize),
    /// An association of a Client VPN endpoint.
    ClientVpn(usize),
    /// A link, outward or inward.
    Link(super::on_premises::Link, bool),
    /// An attachment of a core network, from its VPC.
    CoreNetworkIn(usize),
    /// The same from the core network.
    CoreNetworkOut(usize),
    /// The routes of a segment of a core network.
    CoreNetworkTable(usize),
    /// An association with a service network.
    ServiceNetwork(usize),
    Unknown(AssumptionIndex, Component),
}

impl<'a> Compiler<'a> {
    #[expect(clippy::too_many_lines, reason = "a line for each table that the twins fill")]
    pub(super) fn new(model: &'a Model) -> Compiler<'a> {
        let mut graph = DiGraph::default();
        let internet_location = graph.add_node(Location {
            kind: LocationKind::Internet,
            component: Component::Internet,
            first_step: 0,
            step_count: 1,
        });
        let mut compiler = Compiler {
            model,
            relations: std::sync::Arc::new(Relations::new(model)),
            graph,
            steps: vec![Step::OnInternet],
            workspace: Workspace::default(),
            transports: FxHashMap::default(),
            acl_filters: Vec::new(),
            filter_ids: FxHashMap::default(),
            route_maps: Vec::new(),
            hops: Vec::new(),
            alternatives: Vec::new(),
            address_sets: Vec::new(),
            zone_tables: Vec::new(),
            zones: Vec::new(),
            zone_ids: FxHashMap::default(),
            zone_names: None,
            detours: None,
            assumptions: Vec::new(),
            assumption_ids: FxHashMap::default(),
            vpcs: Vec::new(),
            vpc_ids: FxHashMap::default(),
            subnets: Vec::new(),
            subnet_ids: FxHashMap::default(),
            interfaces: Vec::new(),
            nat_gateways: Vec::new(),
            nat_row: Vec::new(),
            extra_nats: Vec::new(),
            extra_addresses: Vec::new(),
            relays: Vec::new(),
            middleboxes: Vec::new(),
            appliances: FxHashMap::default(),
            hosts: Vec::new(),
            firewalls: Vec::new(),
            balancers: FxHashMap::default(),
            fronts: Vec::new(),
            owners: Vec::new(),
            services: Vec::new(),
            groups: Vec::new(),
            group_members: Vec::new(),
            group_ids: FxHashMap::default(),
            group_sets: Vec::new(),
            group_set_ids: FxHashMap::default(),
            group_rules: Vec::new(),
            acl_rules: Vec::new(),
            lists: Vec::new(),
            list_ids: FxHashMap::default(),
            public_owners: FxHashMap::default(),
            would_be: FxHashMap::default(),
            leads_to: FxHashMap::default(),
            route_entries: Vec::new(),
            internet_location,
            well_known: WellKnownSets::default(),
            denying: FxHashMap::default(),
            manners: Vec::new(),
            nats_of_vpc: FxHashMap::default(),
            route_table_vpcs: Vec::new(),
            transit_locations: Vec::new(),
            clients: Vec::new(),
            client_doors: None,
            client_returns: FxHashMap::default(),
            may_have_links: false,
            links: Vec::new(),
            tables_by_use: None,
            not_advertised: AddressSetIndex::default(),
            zone_parents: Vec::new(),
            places: FxHashMap::default(),
        };
        compiler.well_known = WellKnownSets {
            rfc1918: compiler.address_set(address_plan::RFC1918),
            rfc6598: compiler.address_set(address_plan::RFC6598),
            ipv4: compiler.set_of_families(&[Family::V4]),
            ipv6: compiler.set_of_families(&[Family::V6]),
            both_families: compiler.set_of_families(&Family::BOTH),
        };
        compiler
    }

    /// Rows first, then filters, then locations and steps; every kind of resource has its turn in each.
    #[expect(clippy::too_many_lines, reason = "a line for each table of the network")]
    pub(super) fn run(mut self) -> Network {
        for stage in [Stage::Rows, Stage::Filters, Stage::Locations] {
            for kind in ResourceKind::ALL {
                self.turn(*kind, stage);
            }
        }
        let on_premises_location = super::on_premises::location(&mut self);
        let on_premises = super::on_premises::known(&self);
        super::transit_gateway_route_table::note_would_be(&mut self);
        super::route_table::note_would_be(&mut self);
        let mut public_owners: Vec<(u32, PublicOwner)> =
            self.public_owners.iter().map(|(address, owner)| (*address, *owner)).collect();
        public_owners.sort_unstable_by_key(|(address, _)| *address);
        self.fronts.sort_unstable();
        let unseen_interfaces = self.unseen_interfaces();
        let too_many_choices = self.assumption(AssumptionCode::TooManyChoices, "the way", None, None);
        let link_local = address_plan::link_local(&mut self);
        let public_ipv6 = address_plan::public_ipv6(&self);
        let internet = Family::BOTH.map(|family| address_plan::internet(&self, family)).to_vec();
        Network {
            graph: self.graph.into(),
            steps: self.steps.into(),
            transport: self.workspace.into_sets(),
            acl_filters: self.acl_filters.into(),
            route_maps: self.route_maps.into(),
            hops: self.hops.into(),
            alternatives: self.alternatives.into(),
            address_sets: self.address_sets.into(),
            zone_tables: self.zone_tables.into(),
            zones: self.zones.into(),
            zone_parents: self.zone_parents.into(),
            assumptions: self.assumptions.into(),
            vpcs: self.vpcs.into(),
            subnets: self.subnets.into(),
            interfaces: self.interfaces.into(),
            manners: self.manners.into(),
            nat_gateways: self.nat_gateways.into(),
            clients: self.clients.into(),
            relays: self.relays.into(),
            middleboxes: self.middleboxes.into(),
            firewalls: self.firewalls.into(),
            fronts: self.fronts.into(),
            hosts: self.hosts.into(),
            owners: self.owners.into(),
            services: self.services.into(),
            groups: self.groups.into(),
            group_members: self.group_members.into(),
            group_sets: self.group_sets.into(),
            group_rules: self.group_rules.into(),
            acl_rules: self.acl_rules.into(),
            lists: self.lists.into(),
            public_owners: public_owners.into(),
            would_be: by_location(self.would_be),
            leads_to: by_location(self.leads_to),
            route_entries: self.route_entries.into(),
            nat64: AddressSet::block(address_plan::NAT64),
            public_ipv6,
            link_local,
            internet: internet.into(),
            not_advertised: self.not_advertised,
            unseen_interfaces,
            too_many_choices,
            private_ipv4: address_plan::private_ipv4(),
            internet_location: self.internet_location,
            on_premises_location,
            has_links: !self.links.is_empty() || self.may_have_links,
            on_premises,
            lookups: Lookups::default(),
        }
    }

    /// JS-9: an address that no interface of the snapshot has may be that of one which nobody asked for.
    fn unseen_interfaces(&mut self) -> Option<AssumptionIndex> {
        let kind = ResourceKind::NetworkInterface;
        if !self.model.coverage.holds_any(kind) && self.model.network_interfaces.is_empty() {
            return Some(self.assumption(AssumptionCode::MissingData, "the estate", Some(kind.call()), None));
        }
        self.vpcs.iter().find_map(|vpc| vpc.interfaces_gap)
    }

    /// One kind's turn. No wildcard: a resource without its twin does not compile.
    #[expect(clippy::too_many_lines, reason = "a table: an arm for each kind")]
    fn turn(&mut self, kind: ResourceKind, stage: Stage) {
        match kind {
            ResourceKind::Vpc => super::vpc::compile(self, stage),
            ResourceKind::Subnet => super::subnet::compile(self, stage),
            ResourceKind::RouteTable => super::route_table::compile(self, stage),
            ResourceKind::NetworkInterface => super::network_interface::compile(self, stage),
            ResourceKind::Instance => super::instance::compile(self, stage),
            ResourceKind::SecurityGroup => super::security_group::compile(self, stage),
            ResourceKind::SecurityGroupRule => super::security_group_rule::compile(self, stage),
            ResourceKind::SecurityGroupVpcAssociation => {
                super::security_group_association::compile(self, stage)
            }
            ResourceKind::NetworkAcl => super::network_acl::compile(self, stage),
            ResourceKind::PrefixList | ResourceKind::PrefixListEntries => {
                super::prefix_list::compile(self, stage)
            }
            ResourceKind::InternetGateway => super::internet_gateway::compile(self, stage),
            ResourceKind::EgressOnlyInternetGateway => {
                super::egress_only_internet_gateway::compile(self, stage)
            }
            ResourceKind::NatGateway => super::nat_gateway::compile(self, stage),
            ResourceKind::ElasticAddress => super::elastic_address::compile(self, stage),
            ResourceKind::ByoipCidr => super::byoip_cidr::compile(self, stage),
            ResourceKind::InstanceConnectEndpoint => super::instance_connect_endpoint::compile(self, stage),
            ResourceKind::VpcEncryptionControl => super::vpc_encryption_control::compile(self, stage),
            ResourceKind::AcceleratorEndpointGroup => super::accelerator_endpoint_group::compile(self, stage),
            ResourceKind::VpcOrigin => super::vpc_origin::compile(self, stage),
            ResourceKind::VerifiedAccessEndpoint => super::verified_access_endpoint::compile(self, stage),
            ResourceKind::CoreNetworkAttachment => super::core_network_attachment::compile(self, stage),
            ResourceKind::CoreNetworkRoutes => super::core_network_routes::compile(self, stage),
            ResourceKind::ServiceNetworkVpcAssociation => {
                super::service_network_vpc_association::compile(self, stage);
            }
            ResourceKind::VpcPeeringConnection => super::vpc_peering_connection::compile(self, stage),
            ResourceKind::TransitGateway => super::transit_gateway::compile(self, stage),
            ResourceKind::TransitGatewayAttachment
            | ResourceKind::TransitGatewayVpcAttachment
            | ResourceKind::TransitGatewayPeeringAttachment => {
                super::transit_gateway_attachment::compile(self, stage);
            }
            ResourceKind::TransitGatewayRouteTable
            | ResourceKind::TransitGatewayRoutes
            | ResourceKind::TransitGatewayAssociations
            | ResourceKind::TransitGatewayPropagations
            | ResourceKind::TransitGatewayPrefixListReferences => {
                super::transit_gateway_route_table::compile(self, stage);
            }
            ResourceKind::VpnGateway => super::vpn_gateway::compile(self, stage),
            ResourceKind::VpnConnection => super::vpn_connection::compile(self, stage),
            ResourceKind::CustomerGateway => super::customer_gateway::compile(self, stage),
            ResourceKind::DirectConnectGateway
            | ResourceKind::DirectConnectGatewayAssociation
            | ResourceKind::DirectConnectGatewayAttachment
            | ResourceKind::VirtualInterface => super::direct_connect_gateway::compile(self, stage),
            ResourceKind::TransitGatewayConnect | ResourceKind::TransitGatewayConnectPeer => {
                super::transit_gateway_connect::compile(self, stage);
            }
            ResourceKind::ClientVpnEndpoint
            | ResourceKind::ClientVpnTargetNetwork
            | ResourceKind::ClientVpnRoute
            | ResourceKind::ClientVpnAuthorizationRule => super::client_vpn::compile(self, stage),
            ResourceKind::VpcEndpoint => super::vpc_endpoint::compile(self, stage),
            ResourceKind::EndpointService => super::endpoint_service::compile(self, stage),
            ResourceKind::EndpointConnection => super::endpoint_connection::compile(self, stage),
            ResourceKind::LoadBalancer => super::load_balancer::compile(self, stage),
            ResourceKind::LoadBalancerAttributes => super::load_balancer_attributes::compile(self, stage),
            ResourceKind::Listener => super::listener::compile(self, stage),
            ResourceKind::ListenerRule => super::listener_rule::compile(self, stage),
            ResourceKind::TargetGroup => super::target_group::compile(self, stage),
            ResourceKind::TargetGroupAttributes => super::target_group_attributes::compile(self, stage),
            ResourceKind::TargetHealth => super::target_health::compile(self, stage),
            ResourceKind::Firewall | ResourceKind::FirewallPolicy | ResourceKind::FirewallRuleGroup => {
                super::firewall::compile(self, stage)
            }
            ResourceKind::ClassicLoadBalancer => super::classic_load_balancer::compile(self, stage),
            ResourceKind::BlockPublicAccessOptions => super::block_public_access::compile(self, stage),
            // They count where the options do.
            ResourceKind::BlockPublicAccessExclusion => {}
            ResourceKind::AvailabilityZone => super::availability_zone::compile(self, stage),
            ResourceKind::ManagedService => super::managed_service::compile(self, stage),
            ResourceKind::VpcDnsAttributes => super::vpc_dns_attributes::compile(self, stage),
            ResourceKind::HostedZone => super::hosted_zone::compile(self, stage),
            ResourceKind::ResolverRule => super::resolver_rule::compile(self, stage),
            ResourceKind::Unmodelled => super::unmodelled::compile(self, stage),
        }
    }

    /// A location without steps yet.
    pub(super) fn add_location(&mut self, kind: LocationKind, component: Component) -> LocationId {
        self.graph.add_node(Location { kind, component, first_step: 0, step_count: 0 })
    }

    /// Gives a location its steps.
    pub(super) fn set_steps(&mut self, location: LocationId, steps: &[Step]) {
        let first_step = self.steps.len() as u32;
        self.steps.extend_from_slice(steps);
        let location = &mut self.graph[location];
        location.first_step = first_step;
        location.step_count = steps.len() as u16;
    }

    /// A way from one location to another.
    pub(super) fn add_edge(&mut self, from: LocationId, to: LocationId, origin: Origin) -> EdgeId {
        self.graph.add_edge(from, to, Edge { origin })
    }

    /// The number of an assumption.
    pub(super) fn assumption(
        &mut self,
        code: AssumptionCode,
        about: &str,
        needs: Option<&'static str>,
        place: Option<Place>,
    ) -> AssumptionIndex {
        let assumption = Assumption { code, about: about.to_owned(), needs, place };
        if let Some(index) = self.assumption_ids.get(&assumption) {
            return *index;
        }
        let index = AssumptionIndex(self.assumptions.len() as u32);
        self.assumptions.push(assumption.clone());
        self.assumption_ids.insert(assumption, index);
        index
    }

    /// What is said of something that is referred to and not in the snapshot (JS-9): the call lacks it, or is lacking.
    pub(super) fn absent(
        &mut self,
        kind: ResourceKind,
        about: &str,
        account: Option<&AccountId>,
        region: Option<&Region>,
        place: Option<Place>,
    ) -> AssumptionIndex {
        let is_held = self.model.coverage.holds(kind, account, region);
        let code = if is_held { AssumptionCode::DanglingReference } else { AssumptionCode::MissingData };
        self.assumption(code, about, Some(kind.call()), place)
    }

    /// A location where nobody can tell what happens.
    pub(super) fn unknown_location(
        &mut self,
        assumption: AssumptionIndex,
        component: Component,
    ) -> LocationId {
        let key = PlaceKey::Unknown(assumption, component);
        if let Some(location) = self.places.get(&key) {
            return *location;
        }
        let location = self.add_location(LocationKind::Unknown, component);
        self.set_steps(location, &[Step::Guard(super::Guard::Unknown(assumption))]);
        self.places.insert(key, location);
        location
    }

    /// Where packets go that a route of a VPC sends to something that is not in the snapshot: nobody can tell.
    pub(super) fn absent_target(
        &mut self,
        kind: ResourceKind,
        id: &str,
        vpc: VpcIndex,
        place: Option<Place>,
    ) -> LocationId {
        let region = self.vpcs[vpc.index()].region.clone();
        let gap = self.absent(kind, id, None, region.as_ref(), place);
        self.unknown_location(gap, Component::Resource(kind, NOBODY))
    }

    /// The number of a set of addresses.
    pub(super) fn address_set(&mut self, blocks: &[IpNet]) -> AddressSetIndex {
        self.address_sets.push(AddressMap::of_blocks(blocks));
        AddressSetIndex(self.address_sets.len() as u32 - 1)
    }

    /// The number of a table of zones.
    pub(super) fn zone_table(&mut self, mut zones: Vec<(ZoneIndex, Option<EdgeId>)>) -> ZoneTableIndex {
        zones.sort_by_key(|(zone, _)| *zone);
        self.zone_tables.push(zones);
        ZoneTableIndex(self.zone_tables.len() as u32 - 1)
    }

    /// The number of a hop.
    pub(super) fn hop(&mut self, hop: Hop) -> HopIndex {
        self.hops.push(hop);
        HopIndex(self.hops.len() as u32 - 1)
    }

    /// The number of a route function.
    pub(super) fn route_map(
        &mut self,
        map: AddressMap<HopIndex>,
        entries: Vec<(IpNet, HopIndex)>,
    ) -> RouteMapIndex {
        self.route_entries.push(entries);
        self.route_maps.push(map);
        RouteMapIndex(self.route_maps.len() as u32 - 1)
    }

    /// The number of a zone. Ids tell zones apart (JS-8); a name counts within its account.
    /// JS-8: the id that an account's name for a zone stands for: what the zones say of themselves, else a subnet in one.
    fn zone_id(&mut self, name: &CompactString, account: Option<&AccountId>) -> Option<CompactString> {
        let model = self.model;
        let names = self.zone_names.get_or_insert_with(|| {
            let zones = model.availability_zones.iter().map(|it| (&it.zone, &it.about));
            let all = zones.chain(model.subnets.iter().map(|it| (&it.zone, &it.about)));
            let mut names: ZoneNames<'_> = FxHashMap::default();
            for (zone, about) in all {
                if let (Some(name), Some(id)) = (&zone.name, &zone.id) {
                    let known = names.entry(name).or_default();
                    if known.iter().all(|(account, _)| *account != about.account.as_ref()) {
                        known.push((about.account.as_ref(), id));
                    }
                }
            }
            names
        });
        let known = names.get(name)?;
        let is_same = |of: Option<&AccountId>| of.is_none() || account.is_none() || of == account;
        known.iter().find(|(of, _)| is_same(*of)).map(|(_, id)| (*id).clone())
    }

    pub(super) fn zone(&mut self, zone: &Zone, account: Option<&AccountId>) -> ZoneIndex {
        let known_id = zone.id.clone().or_else(|| self.zone_id(zone.name.as_ref()?, account));
        let text = match known_id {
            Some(id) => id.to_string(),
            None => {
                let account = account.map_or("", |account| account.as_str());
                format!("{}@{account}", zone.name.as_deref().unwrap_or("?"))
            }
        };
        if let Some(index) = self.zone_ids.get(&text) {
            return *index;
        }
        let index = ZoneIndex(self.zones.len() as u32);
        self.zones.push(text.trim_end_matches('@').to_owned());
        self.zone_ids.insert(text, index);
        // EDGE-4: what a Local Zone lacks, its subnets have by the zone that it belongs to.
        let parent = self
            .model
            .availability_zones
            .iter()
            .find(|it| {
                it.zone.id.is_some() && it.zone.id == zone.id
                    || it.zone.name.is_some() && it.zone.name == zone.name
            })
            .and_then(|it| it.parent.clone());
        let parent = parent.map(|parent| self.zone(&parent, account));
        self.zone_parents.resize(self.zones.len(), None);
        self.zone_parents[index.index()] = parent;
        index
    }

    /// The number of an ACL's filter, made when it is first met.
    pub(super) fn filter(&mut self, judge: Judge, make: impl FnOnce(&mut Self) -> Filter) -> FilterId {
        if let Some(id) = self.filter_ids.get(&judge) {
            return *id;
        }
        let filter = make(self);
        self.acl_filters.push(filter);
        let id = FilterId::Acl(self.acl_filters.len() as u32 - 1);
        self.filter_ids.insert(judge, id);
        id
    }

    /// The number of a service.
    pub(super) fn service(&mut self, service: ServiceRow) -> ServiceIndex {
        self.services.push(service);
        ServiceIndex(self.services.len() as u32 - 1)
    }

    /// The component of a resource of the model.
    pub(super) fn resource(kind: ResourceKind, position: usize) -> Component {
        Component::Resource(kind, position as u32)
    }

    /// What passes of a rule's protocol and ports.
    pub(super) fn transport(&mut self, ports: PortMatch) -> TransportSet {
        if let Some(known) = self.transports.get(&ports) {
            return *known;
        }
        let set = match ports {
            PortMatch::All => TransportSet::ALL,
            PortMatch::Protocol(protocol) => self.workspace.protocol(protocol),
            PortMatch::Ports { protocol, from, to } => self.workspace.ports(protocol, from, to),
            PortMatch::Icmp { protocol, kind, code } => {
                let (low, high) = code.map_or((0, 255), |code| (code, code));
                let kind = u16::from(kind) << 8;
                self.workspace.ports(protocol, kind | u16::from(low), kind | u16::from(high))
            }
        };
        self.transports.insert(ports, set);
        set
    }

    /// The subnet of a VPC that holds an address.
    pub(super) fn subnet_at(&self, vpc: VpcIndex, address: u32) -> Option<SubnetIndex> {
        let subnet = self.vpcs[vpc.index()].subnets.at(Family::V4, address as u128);
        (subnet != NOBODY).then_some(SubnetIndex(subnet))
    }

    /// Every address of some families, as a set that guards test.
    fn set_of_families(&mut self, families: &[Family]) -> AddressSetIndex {
        let blocks: Vec<IpNet> =
            families.iter().flat_map(|family| AddressSet::all(*family).blocks()).collect();
        self.address_set(&blocks)
    }
}

/// A table by location, in order.
fn by_location<T>(table: FxHashMap<LocationId, T>) -> Shelf<(LocationId, T)> {
    let mut rows: Vec<(LocationId, T)> = table.into_iter().collect();
    rows.sort_unstable_by_key(|(location, _)| *location);
    rows.into()
}

/// When a twin has its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Rows that others look up.
    Rows,
    /// Filters, sets and address plans; every row is there.
    Filters,
    /// Locations and steps; every filter is there.
    Locations,
}
