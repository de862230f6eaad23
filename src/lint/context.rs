//! What lints look at: the model, the network, the settings, and what several of them ask for, worked out once.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::finding::{Claim, Witness};
use super::nat_use::{NatUse, uses};
use super::references::{Refused, refused};
use super::world::{World, world};
use super::{Settings, Tier, tiers, trace};
use crate::model::{About, AccountId, Model, Region, ResourceKind, Subnet, Vpc};
use crate::network::{
    Component, InterfaceIndex, LocationId, Network, Step, SubnetIndex, SubnetRow, VpcIndex, ZoneIndex,
};
use crate::packet::{AddressSet, Family, protocol};
use crate::solver::{
    Answer, Destination, Query, Solver, Source, Traffic, Verdict, decide, solve_blockers, solve_with,
};

/// What lints look at.
pub struct Context<'a> {
    /// What the snapshot says.
    pub model: &'a Model,
    /// What that means for packets.
    pub network: &'a Network,
    /// What a person declares.
    pub settings: &'a Settings,
    /// Solvers that nobody uses at the moment: they keep the filters that they have compiled.
    solvers: Mutex<Vec<Solver<'a>>>,
    by_subnet: OnceLock<BySubnet>,
    by_vpc: OnceLock<Vec<Vec<SubnetIndex>>>,
    outside: OnceLock<[AddressSet; 2]>,
    tiers: OnceLock<Vec<Tier>>,
    zones: OnceLock<Vec<Option<&'a str>>>,
    world: OnceLock<World>,
    references: OnceLock<Vec<Refused>>,
    nat_uses: OnceLock<Vec<NatUse>>,
}

/// Interfaces by subnet, one subnet's after the other's.
struct BySubnet {
    starts: Vec<u32>,
    interfaces: Vec<u32>,
}

impl<'a> Context<'a> {
    /// Looks at a model and its network.
    pub fn new(model: &'a Model, network: &'a Network, settings: &'a Settings) -> Context<'a> {
        Context {
            model,
            network,
            settings,
            solvers: Mutex::default(),
            by_subnet: OnceLock::new(),
            by_vpc: OnceLock::new(),
            outside: OnceLock::new(),
            tiers: OnceLock::new(),
            zones: OnceLock::new(),
            world: OnceLock::new(),
            references: OnceLock::new(),
            nat_uses: OnceLock::new(),
        }
    }

    /// Answers a question, without its story.
    pub fn decide(&self, query: &Query) -> Answer {
        let taken = self.solvers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut solver = taken.unwrap_or_else(|| Solver::new(self.network));
        let answer = decide(&mut solver, query);
        self.solvers.lock().unwrap_or_else(PoisonError::into_inner).push(solver);
        answer
    }

    /// Answers a question with what stands in the way of packets.
    pub fn blockers(&self, query: &Query) -> Answer {
        let taken = self.solvers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut solver = taken.unwrap_or_else(|| Solver::new(self.network));
        let answer = solve_blockers(&mut solver, query);
        self.solvers.lock().unwrap_or_else(PoisonError::into_inner).push(solver);
        answer
    }

    /// Answers a question with its ways and everything that is told of them.
    pub fn explained(&self, query: &Query) -> Answer {
        let taken = self.solvers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut solver = taken.unwrap_or_else(|| Solver::new(self.network));
        let answer = solve_with(&mut solver, query);
        self.solvers.lock().unwrap_or_else(PoisonError::into_inner).push(solver);
        answer
    }

    /// A witness, if the solver says what it is to show.
    pub fn confirmed(&self, witness: Witness) -> Option<Witness> {
        witness.claim.holds(self.decide(&witness.query).verdict).then_some(witness)
    }

    /// What the solver says of a witness's question.
    pub fn verdict(&self, witness: &Witness) -> Verdict {
        self.decide(&witness.query).verdict
    }

    /// The interfaces of a subnet that are hosts' or services', ascending.
    pub fn interfaces_of(&self, subnet: SubnetIndex) -> impl Iterator<Item = InterfaceIndex> + '_ {
        let table = self.by_subnet.get_or_init(|| by_subnet(self.network));
        let range = table.starts[subnet.index()] as usize..table.starts[subnet.index() + 1] as usize;
        table.interfaces[range].iter().map(|it| InterfaceIndex(*it))
    }

    /// A subnet as the snapshot has it; absent for one that is only referred to.
    pub fn subnet(&self, row: &SubnetRow) -> Option<&'a Subnet> {
        match row.component {
            Component::Resource(ResourceKind::Subnet, position) => {
                self.model.subnets.get_row(position as usize)
            }
            Component::Resource(..) | Component::Internet | Component::Service(_) | Component::OnPremises => {
                None
            }
        }
    }

    /// The subnets that the snapshot has.
    pub fn subnets(&self) -> impl Iterator<Item = (SubnetIndex, &'a SubnetRow, &'a Subnet)> + '_ {
        let rows = self.network.subnets.iter().enumerate();
        rows.filter_map(|(index, row)| Some((SubnetIndex(index as u32), row, self.subnet(row)?)))
    }

    /// The subnets of a VPC that the snapshot has.
    pub fn subnets_of(
        &self,
        vpc: VpcIndex,
    ) -> impl Iterator<Item = (SubnetIndex, &'a SubnetRow, &'a Subnet)> + '_ {
        let table = self.by_vpc.get_or_init(|| {
            let mut table = vec![Vec::new(); self.network.vpcs.len()];
            for (index, row, _) in self.subnets() {
                table[row.vpc.index()].push(index);
            }
            table
        });
        table[vpc.index()].iter().filter_map(|index| {
            let row = &self.network.subnets[index.index()];
            Some((*index, row, self.subnet(row)?))
        })
    }

    /// A VPC as the snapshot has it.
    pub fn vpc(&self, index: VpcIndex) -> Option<&'a Vpc> {
        self.model.vpcs.get(&self.network.vpcs[index.index()].id)
    }

    /// A zone's name; its id where accounts call it differently (JS-8).
    pub fn zone(&self, zone: ZoneIndex) -> &'a str {
        let names = self.zones.get_or_init(|| {
            let mut names: Vec<Option<&'a str>> = vec![None; self.network.zones.len()];
            for (_, row, subnet) in self.subnets() {
                let (Some(own), Some(slot)) = (&subnet.zone.name, names.get_mut(row.zone.index())) else {
                    continue;
                };
                match slot {
                    Some(known) if *known != own.as_str() => {
                        *slot = Some(&self.network.zones[row.zone.index()])
                    }
                    Some(_) => {}
                    None => *slot = Some(own.as_str()),
                }
            }
            names
        });
        let id = self.network.zones.get(zone.index()).map_or("", String::as_str);
        names.get(zone.index()).copied().flatten().unwrap_or(id)
    }

    /// What every subnet can reach and be reached by, by its routes.
    pub fn tier(&self, subnet: SubnetIndex) -> Tier {
        self.tiers.get_or_init(|| tiers::effective(self))[subnet.index()]
    }

    /// The row of the route table that stands at a location.
    pub fn table_at(&self, location: Option<LocationId>) -> Option<u32> {
        match self.network.location(location?).component {
            Component::Resource(ResourceKind::RouteTable, row) => {
                self.model.route_tables.get_row(row as usize).map(|_| row)
            }
            Component::Resource(..) | Component::Internet | Component::Service(_) | Component::OnPremises => {
                None
            }
        }
    }

    /// What the internet reaches.
    pub fn world(&self) -> &World {
        self.world.get_or_init(|| world(self))
    }

    /// Who leaves by NAT gateways.
    pub fn nat_uses(&self) -> &[NatUse] {
        self.nat_uses.get_or_init(|| uses(self))
    }

    /// The rules that name groups whose members are refused.
    pub fn references(&self) -> &[Refused] {
        self.references.get_or_init(|| refused(self))
    }

    /// Whether the snapshot holds the answers to some calls for the account and Region of each VPC, by row.
    pub fn covered(&self, needs: &[ResourceKind]) -> Vec<bool> {
        let mut known: Vec<((Option<&AccountId>, Option<&Region>), bool)> = Vec::new();
        let vpcs = self.network.vpcs.iter();
        vpcs.map(|row| {
            let Some(vpc) = self.model.vpcs.get(&row.id) else { return false };
            let scope = (vpc.about.account.as_ref(), vpc.about.region.as_ref());
            if let Some((_, holds)) = known.iter().find(|it| it.0 == scope) {
                return *holds;
            }
            let holds = needs.iter().all(|kind| self.model.coverage.holds(*kind, scope.0, scope.1));
            known.push((scope, holds));
            holds
        })
        .collect()
    }

    /// Where packets from a subnet to some addresses can end, by routes alone.
    pub fn ways(&self, subnet: SubnetIndex, destinations: &AddressSet) -> trace::Ways<'a> {
        trace::ways(self.network, subnet, destinations)
    }

    /// The internet for traces: as coarse as it has to be for an estate that owns very many public addresses.
    pub fn outside(&self, family: Family) -> &AddressSet {
        let both =
            self.outside.get_or_init(|| Family::BOTH.map(|it| self.network.internet(it).cover(MOST_RANGES)));
        match family {
            Family::V4 => &both[0],
            Family::V6 => &both[1],
        }
    }

    /// All public addresses of a family that nothing in the snapshot owns.
    pub fn internet(&self, family: Family) -> &'a AddressSet {
        self.network.internet(family)
    }

    /// Whether an interface gets to the internet over HTTPS.
    pub fn https_out(&self, interface: InterfaceIndex, claim: Claim) -> Witness {
        Witness::new(
            Source::Interface(interface, None),
            Destination::Addresses(self.internet(Family::V4).clone()),
            Traffic::ports(protocol::TCP, 443, 443),
            Family::V4,
            claim,
        )
    }

    /// An interface of a subnet from which a question is answered as a witness claims.
    pub fn witness_from(
        &self,
        subnet: SubnetIndex,
        make: impl Fn(InterfaceIndex) -> Witness,
    ) -> Option<Witness> {
        // Interfaces with the same groups in one subnet send alike: a few tell enough.
        let mut tried = Vec::new();
        for interface in self.interfaces_of(subnet).take(MOST_LOOKED_AT) {
            let groups = self.network.interfaces[interface.index()].groups;
            if tried.contains(&groups) || !self.is_host(interface) {
                continue;
            }
            if tried.len() == MOST_TRIED {
                break;
            }
            tried.push(groups);
            if let Some(witness) = self.confirmed(make(interface)) {
                return Some(witness);
            }
        }
        None
    }

    /// An interface of a subnet whose packets for some addresses do what is claimed.
    pub fn sent(&self, subnet: SubnetIndex, destinations: &AddressSet, claim: Claim) -> Option<Witness> {
        let family = destinations.family();
        self.witness_from(subnet, |interface| {
            let source = Source::Interface(interface, None);
            let destination = Destination::Addresses(destinations.clone());
            Witness::new(source, destination, Traffic::default(), family, claim)
        })
    }

    /// The same where packets are dropped, whichever of the addresses they are for: as a rule one of them tells.
    pub fn dropped(&self, subnet: SubnetIndex, destinations: &AddressSet) -> Option<Witness> {
        let first = destinations.first()?;
        let one = AddressSet::of(destinations.family(), [(first, first)]);
        self.sent(subnet, &one, Claim::Blocked).or_else(|| self.sent(subnet, destinations, Claim::Blocked))
    }

    /// Whether an interface begins conversations of its own: those of NAT gateways, endpoints and attachments do not.
    pub fn is_host(&self, interface: InterfaceIndex) -> bool {
        use crate::model::InterfaceKind;
        let Some(found) = self.interface(interface) else { return false };
        match found.kind {
            InterfaceKind::NatGateway
            | InterfaceKind::VpcEndpoint
            | InterfaceKind::GatewayLoadBalancerEndpoint
            | InterfaceKind::TransitGateway
            | InterfaceKind::NetworkLoadBalancer
            | InterfaceKind::GatewayLoadBalancer
            | InterfaceKind::InstanceConnectEndpoint => false,
            InterfaceKind::Interface
            | InterfaceKind::Efa
            | InterfaceKind::Trunk
            | InterfaceKind::Branch
            | InterfaceKind::LoadBalancer
            | InterfaceKind::Lambda
            | InterfaceKind::GlobalAccelerator
            | InterfaceKind::ApiGateway
            | InterfaceKind::QuickSight
            | InterfaceKind::IotRules
            | InterfaceKind::ElasticFileSystem
            | InterfaceKind::ElasticVmwareService
            | InterfaceKind::CodestarConnections
            | InterfaceKind::Unknown(_) => true,
        }
    }

    /// An interface as the snapshot has it; absent for what stands in for one.
    pub fn interface(&self, interface: InterfaceIndex) -> Option<&'a crate::model::NetworkInterface> {
        match self.network.interfaces[interface.index()].component {
            Component::Resource(ResourceKind::NetworkInterface, row) => {
                self.model.network_interfaces.get_row(row as usize)
            }
            Component::Resource(..) | Component::Internet | Component::Service(_) | Component::OnPremises => {
                None
            }
        }
    }

    /// Place, owner and tags of a resource.
    pub fn about(&self, component: Component) -> Option<&'a About> {
        match component {
            Component::Resource(kind, row) => kind.about(self.model, row as usize),
            Component::Internet | Component::Service(_) | Component::OnPremises => None,
        }
    }

    /// The id of a resource, or of nothing.
    pub fn id(&self, component: Component) -> &'a str {
        match component {
            Component::Resource(kind, row) => kind.id_text(self.model, row as usize).unwrap_or_default(),
            Component::Internet => "internet",
            Component::OnPremises => "on-premises",
            Component::Service(index) => &self.network.services[index.index()].name,
        }
    }

    /// Whether anything at a location drops everything.
    pub fn is_dead(&self, location: LocationId) -> bool {
        let steps = self.network.steps_of(location);
        steps.iter().any(|step| matches!(step, Step::Guard(crate::network::Guard::Never(_))))
    }

    /// Whether a question's answer is as claimed.
    pub fn holds(&self, witness: &Witness) -> bool {
        witness.claim.holds(self.verdict(witness))
    }

    /// A witness of an arrival, as one is wanted most of all.
    pub fn arrives(
        &self,
        source: Source,
        destination: Destination,
        traffic: Traffic,
        family: Family,
    ) -> Option<Witness> {
        self.confirmed(Witness::new(source, destination, traffic, family, Claim::Arrives))
    }
}

/// How many ranges of addresses a trace takes along.
const MOST_RANGES: usize = 64;
/// How many interfaces of a subnet are looked at for a witness.
const MOST_LOOKED_AT: usize = 512;
/// How many of them are asked about.
const MOST_TRIED: usize = 8;

fn by_subnet(network: &Network) -> BySubnet {
    let mut starts = vec![0u32; network.subnets.len() + 1];
    for row in &network.interfaces {
        starts[row.subnet.index() + 1] += 1;
    }
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut next = starts.clone();
    let mut interfaces = vec![0u32; network.interfaces.len()];
    for (index, row) in network.interfaces.iter().enumerate() {
        let slot = &mut next[row.subnet.index()];
        interfaces[*slot as usize] = index as u32;
        *slot += 1;
    }
    BySubnet { starts, interfaces }
}
