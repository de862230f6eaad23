//! Address plans as tables: who overlaps with whom, what is free, where the next block fits.

mod text;

use std::io::{self, Write};

use serde::Serialize;

use super::json::inert;
use super::rule::{Met, rule};
use super::sentence::with_name;
use super::view::SnapshotView;
use super::{Context, name};
use crate::network::{Claimant, Component, Network, RangeClaim, RangeHolder, Ranges, SubnetIndex};
use crate::packet::{AddressSet, Family};
use crate::snapshot::Snapshot;
use crate::solver::Query;
use crate::solver::cidr::{self, Grade, Holder, Search, Taken};

pub use text::{Shown, write_text};

/// The address plan of a snapshot.
#[derive(Debug, Serialize)]
pub struct Plan<'a> {
    /// The version of this form.
    pub schema: u32,
    /// Blocks that several have, the most serious first.
    pub overlaps: Vec<OverlapView<'a>>,
    /// What is free in each VPC.
    pub vpcs: Vec<SpaceView>,
    /// What was answered from.
    pub snapshot: SnapshotView<'a>,
}

/// A block that several have.
#[derive(Debug, Serialize)]
pub struct OverlapView<'a> {
    /// Whether they could ever meet.
    pub grade: &'static str,
    /// Whether they can as things stand.
    pub can_meet: bool,
    /// The addresses that they share.
    pub block: String,
    /// What joins them.
    pub by: Option<String>,
    /// Who has it.
    pub holders: Vec<HolderView<'a>>,
    #[serde(skip)]
    judged: Grade,
}

/// Who has a block.
#[derive(Debug, Serialize)]
pub struct HolderView<'a> {
    /// `vpc`, `subnet`, `on-premises`, `client-vpn`, `route`, `container-bridge`.
    pub kind: &'static str,
    /// The VPC's or subnet's id, or what a rule is called by.
    pub id: String,
    /// Its `Name` tag.
    pub name: Option<&'a str>,
    /// Its account.
    pub account: Option<&'a str>,
    /// Its own block.
    pub block: String,
    /// What says so, where that is a route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Where that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// What is free in a VPC, of one family. Addresses of IPv6 are not counted: nobody runs out of those.
#[derive(Debug, Serialize)]
pub struct SpaceView {
    /// The VPC.
    pub id: String,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// `ipv4` or `ipv6`.
    pub family: &'static str,
    /// Its blocks.
    pub blocks: Vec<String>,
    /// How many addresses they hold.
    pub addresses: Option<u64>,
    /// How many of them no subnet has.
    pub unused_addresses: Option<u64>,
    /// The same as blocks, the widest first.
    pub unused_blocks: Vec<String>,
    /// Its subnets.
    pub subnets: Vec<RoomView>,
}

/// What is free in a subnet.
#[derive(Debug, Serialize)]
pub struct RoomView {
    /// The subnet.
    pub id: String,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// The block.
    pub block: String,
    /// Addresses that AWS keeps.
    pub reserved: Option<u64>,
    /// Addresses of interfaces, delegated prefixes included.
    pub used: Option<u64>,
    /// What is left.
    pub free: Option<u64>,
    /// Whether the snapshot may lack interfaces, so that less is free.
    pub is_at_most: bool,
}

/// The next free block.
#[derive(Debug, Serialize)]
pub struct NextView<'a> {
    /// The version of this form.
    pub schema: u32,
    /// The size that was asked for: `/24`.
    pub size: String,
    /// Where it was looked for.
    pub within: Vec<String>,
    /// The VPC, where room for a subnet of it was looked for.
    pub vpc: Option<String>,
    /// The block; absent where there is no room.
    pub block: Option<String>,
    /// How many such blocks are free, as text: there may be more than a number holds.
    pub count: String,
    /// Wider blocks around it that routes lead to.
    pub summaries: Vec<HolderView<'a>>,
    /// What is in the way there.
    pub taken: Vec<HolderView<'a>>,
    /// What was answered from.
    pub snapshot: SnapshotView<'a>,
}

impl Plan<'_> {
    /// Leaves only some VPCs, and what overlaps with them.
    pub fn keep(&mut self, vpcs: &[&str]) {
        self.vpcs.retain(|it| vpcs.contains(&it.id.as_str()));
        self.overlaps.retain(|it| it.holders.iter().any(|it| vpcs.contains(&it.id.as_str())));
    }
}

/// What names are looked up in.
struct Names<'a> {
    network: &'a Network,
    snapshot: &'a Snapshot,
    ranges: &'a Ranges,
    query: Query,
}

impl<'a> Names<'a> {
    fn new(network: &'a Network, snapshot: &'a Snapshot, ranges: &'a Ranges) -> Names<'a> {
        let query = Query::default();
        Names { network, snapshot, ranges, query }
    }

    fn context(&self) -> Context<'_> {
        Context { query: &self.query, network: self.network, snapshot: self.snapshot }
    }

    fn component(&self, component: Component) -> String {
        let named = name::named(self.context(), component);
        with_name(named.id, named.name)
    }

    fn tag(&self, holder: &RangeHolder) -> Option<&'a str> {
        self.snapshot.model.vpcs.get(&holder.id).and_then(|it| it.about.name())
    }

    fn vpc(&self, number: u32, block: String) -> HolderView<'a> {
        let holder = &self.ranges.holders[number as usize];
        HolderView {
            kind: "vpc",
            id: holder.id.to_string(),
            name: self.tag(holder),
            account: holder.account.as_ref().map(|it| it.as_str()),
            block,
            words: None,
            place: None,
        }
    }

    fn subnet(&self, subnet: SubnetIndex, block: String) -> HolderView<'a> {
        let row = &self.network.subnets[subnet.index()];
        let known = self.snapshot.model.subnets.get(&row.id);
        HolderView {
            kind: "subnet",
            id: row.id.to_string(),
            name: known.and_then(|it| it.about.name()),
            account: known.and_then(|it| it.about.account.as_ref()).map(|it| it.as_str()),
            block,
            words: None,
            place: None,
        }
    }

    fn claim(&self, claim: RangeClaim) -> HolderView<'a> {
        let bare = |kind, id| HolderView {
            kind,
            id,
            name: None,
            account: None,
            block: claim.block.to_string(),
            words: None,
            place: None,
        };
        let (kind, origin) = match claim.by {
            Claimant::OnPremises(origin) => ("on-premises", origin),
            Claimant::Route(origin) => ("route", origin),
            Claimant::Clients(endpoint, _) => return bare("client-vpn", self.component(endpoint)),
        };
        let destination = AddressSet::block(claim.block);
        let met = Met { origin, at: Component::OnPremises, destination: &destination };
        match rule(self.context(), met) {
            Some(view) => HolderView { words: Some(view.words), place: view.place, ..bare(kind, view.rule) },
            None => bare(kind, kind.to_owned()),
        }
    }

    fn taken(&self, by: Taken, block: String) -> HolderView<'a> {
        match by {
            Taken::Vpc(number) => self.vpc(number, block),
            Taken::Subnet(subnet) => self.subnet(subnet, block),
            Taken::Claim(claim) => self.claim(claim),
            Taken::Bridge => HolderView {
                kind: "container-bridge",
                id: "docker0".to_owned(),
                name: None,
                account: None,
                block,
                words: Some("the bridge of containers on a host, unless it was moved".to_owned()),
                place: None,
            },
        }
    }
}

impl<'a> Plan<'a> {
    /// The plan of a snapshot.
    pub fn new(network: &'a Network, snapshot: &'a Snapshot, ranges: &'a Ranges) -> Plan<'a> {
        let names = Names::new(network, snapshot, ranges);
        let overlaps = cidr::overlaps(ranges).into_iter().map(|it| OverlapView {
            grade: it.grade.as_text(),
            can_meet: it.grade.can_meet(),
            block: it.block.to_string(),
            by: it.by.map(|by| names.component(by)),
            holders: it
                .holders
                .iter()
                .map(|holder| match holder {
                    Holder::Vpc(number, block) => names.vpc(*number, block.to_string()),
                    Holder::Other(claim) => names.claim(*claim),
                })
                .collect(),
            judged: it.grade,
        });
        let vpcs = cidr::spaces(network).into_iter().map(|it| space(&names, &it));
        Plan {
            schema: 1,
            overlaps: overlaps.collect(),
            vpcs: vpcs.collect(),
            snapshot: SnapshotView::of(snapshot),
        }
    }
}

fn space(names: &Names<'_>, space: &cidr::Space) -> SpaceView {
    let count = |number: u128| (space.family == Family::V4).then_some(number as u64);
    let row = &names.network.vpcs[space.vpc.index()];
    let texts = |blocks: &[ipnet::IpNet]| blocks.iter().map(ToString::to_string).collect();
    let subnets = space.subnets.iter().map(|room| {
        let view = names.subnet(room.subnet, room.block.to_string());
        RoomView {
            id: view.id,
            name: view.name.map(str::to_owned),
            block: view.block,
            reserved: count(room.reserved),
            used: count(room.used),
            free: count(room.free),
            is_at_most: room.is_at_most,
        }
    });
    SpaceView {
        id: row.id.to_string(),
        name: names.tag(&names.ranges.holders[space.vpc.index()]).map(str::to_owned),
        family: super::family_text(space.family),
        blocks: texts(&space.blocks),
        addresses: count(space.addresses),
        unused_addresses: count(space.unused_count()),
        unused_blocks: texts(&space.unused),
        subnets: subnets.collect(),
    }
}

impl<'a> NextView<'a> {
    /// What came of looking for a block.
    pub fn new(
        prefix_length: u8,
        search: &Search,
        network: &'a Network,
        snapshot: &'a Snapshot,
        ranges: &'a Ranges,
    ) -> NextView<'a> {
        let names = Names::new(network, snapshot, ranges);
        let inside = search.inside.map(|it| names.vpc(it, String::new()));
        NextView {
            schema: 1,
            size: format!("/{prefix_length}"),
            within: search.within.iter().map(ToString::to_string).collect(),
            vpc: inside.map(|it| with_name(&it.id, it.name)),
            block: search.found.map(|it| it.to_string()),
            count: search.count.to_string(),
            summaries: search.summaries.iter().map(|it| names.claim(*it)).collect(),
            taken: search.obstacles.iter().map(|it| names.taken(it.by, it.block.to_string())).collect(),
            snapshot: SnapshotView::of(snapshot),
        }
    }
}

/// Prints a plan for programs.
pub fn write_json(view: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let text = inert(serde_json::to_string_pretty(view)?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}
