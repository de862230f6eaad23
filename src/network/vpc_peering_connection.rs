//! VPC peering connections: between two VPCs and no further (PCX-1 … PCX-9, SG-17).

use ipnet::IpNet;

use super::ExplanationCode;
use super::compiler::{Compiler, PlaceKey, Stage};
use super::location::{Entry, EntryKind, EntryMask, Guard, LocationId, LocationKind, Origin, Step, VpcIndex};
use crate::model::{
    AssumptionCode, PeeringSide, PeeringStatus, Place, ResourceKind, VpcPeeringConnection,
    VpcPeeringConnectionId,
};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows => {}
        Stage::Filters => {
            for connection in compiler.model.peering_connections.iter() {
                note_group_peers(compiler, connection);
            }
        }
        Stage::Locations => {
            for position in 0..compiler.model.peering_connections.len() {
                let connection = &compiler.model.peering_connections[position];
                for side in [&connection.requester, &connection.accepter] {
                    let vpc = side.vpc.as_ref().and_then(|id| compiler.vpc_ids.get(id).copied());
                    if let Some(vpc) = vpc
                        && is_live(connection)
                    {
                        let location = from(compiler, position, vpc);
                        super::vpc::add_exit(compiler, vpc, location);
                    }
                }
            }
        }
    }
}

/// Whether it is or may become a connection: a deleted one is no way anywhere.
fn is_live(connection: &VpcPeeringConnection) -> bool {
    !matches!(
        connection.status,
        Some(
            PeeringStatus::Deleted | PeeringStatus::Rejected | PeeringStatus::Failed | PeeringStatus::Expired
        )
    )
}

fn is_active(connection: &VpcPeeringConnection) -> bool {
    matches!(connection.status, None | Some(PeeringStatus::Active))
}

/// SG-17: groups are known to each other in the same Region only. A side that does not name its Region is taken to be
/// in its own VPC's.
fn keeps_groups(compiler: &Compiler<'_>, connection: &VpcPeeringConnection) -> bool {
    let region = |side: &PeeringSide| {
        let row = side.vpc.as_ref().and_then(|id| compiler.vpc_ids.get(id));
        side.region.clone().or_else(|| row.and_then(|row| compiler.vpcs[row.index()].region.clone()))
    };
    match (region(&connection.requester), region(&connection.accepter)) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => true,
    }
}

fn note_group_peers(compiler: &mut Compiler<'_>, connection: &VpcPeeringConnection) {
    let row = |side: &PeeringSide| side.vpc.as_ref().and_then(|id| compiler.vpc_ids.get(id).copied());
    let (Some(one), Some(other)) = (row(&connection.requester), row(&connection.accepter)) else { return };
    if is_active(connection) && keeps_groups(compiler, connection) {
        compiler.vpcs[one.index()].group_peers.push(other);
        compiler.vpcs[other.index()].group_peers.push(one);
    }
}

/// The location of packets that a route sends into a peering connection.
pub(super) fn by_route(
    compiler: &mut Compiler<'_>,
    id: &str,
    vpc: VpcIndex,
    place: Option<Place>,
) -> LocationId {
    let kind = ResourceKind::VpcPeeringConnection;
    match compiler.model.peering_connections.position(&VpcPeeringConnectionId::from(id)) {
        Some(position) => from(compiler, position, vpc),
        None => compiler.absent_target(kind, id, vpc, place),
    }
}

/// The connection as seen from one of its VPCs.
fn from(compiler: &mut Compiler<'_>, position: usize, vpc: VpcIndex) -> LocationId {
    if let Some(location) = compiler.places.get(&PlaceKey::Peering(position, vpc)) {
        return *location;
    }
    let connection = &compiler.model.peering_connections[position];
    let component = Compiler::resource(ResourceKind::VpcPeeringConnection, position);
    let location = compiler.add_location(LocationKind::Peering, component);
    compiler.places.insert(PlaceKey::Peering(position, vpc), location);
    let own_id = compiler.vpcs[vpc.index()].id.clone();
    let is_requester = connection.requester.vpc.as_ref() == Some(&own_id);
    let far = if is_requester { &connection.accepter } else { &connection.requester };
    let near = if is_requester { &connection.requester } else { &connection.accepter };
    let far_vpc = far.vpc.as_ref().and_then(|id| compiler.vpc_ids.get(id).copied());

    let mut steps = Vec::new();
    if let Some(PeeringStatus::Unknown(word)) = &connection.status {
        let place = Some(connection.about.place);
        let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
        steps.push(Step::Guard(Guard::Unknown(gap)));
    } else if !is_active(connection) || near.vpc.as_ref() != Some(&own_id) {
        // PCX-1.
        steps.push(Step::Guard(Guard::Never(ExplanationCode::BadState)));
    }
    // PCX-2: from an address of this VPC, to an address of the other.
    let near_set = compiler.vpcs[vpc.index()].cidr_set;
    steps.push(Step::Guard(Guard::SourceIn(near_set, ExplanationCode::PcxRequiresAddressInVpcCidr)));
    // TGW-15: what came out of a transit gateway does not begin here, whatever its source.
    let ways = EntryMask::of(&[
        EntryKind::Inside,
        EntryKind::Peering,
        EntryKind::InternetGateway,
        EntryKind::VpnGateway,
    ]);
    steps.push(Step::Guard(Guard::EnteredBy(ways, ExplanationCode::PcxRequiresAddressInVpcCidr)));
    let far_cidrs: Vec<IpNet> =
        far_vpc.map_or_else(|| far.cidrs.clone(), |row| compiler.vpcs[row.index()].cidrs.clone());
    if !far_cidrs.is_empty() {
        let far_set = compiler.address_set(&far_cidrs);
        steps.push(Step::Guard(Guard::DestinationIn(far_set, ExplanationCode::PcxRequiresAddressInVpcCidr)));
    }
    match far_vpc {
        Some(far_vpc) if far_vpc != vpc => {
            compiler.leads_to.insert(location, far_vpc);
            let way_back = from(compiler, position, far_vpc);
            // NFW-11: no table can send it by an endpoint before it is delivered.
            let router = compiler.vpcs[far_vpc.index()].router;
            let edge = compiler.add_edge(location, router, Origin::Wiring);
            let keeps_groups = keeps_groups(compiler, connection);
            steps.push(Step::Enter(Entry::Peering { keeps_groups, way_back, vpc: far_vpc }));
            steps.push(Step::Follow(edge));
        }
        Some(_) | None => {
            let id = far.vpc.as_ref().map_or("the other VPC", |id| id.as_str()).to_owned();
            let (account, region) = (far.account.clone(), far.region.clone());
            let place = Some(connection.about.place);
            let gap = compiler.absent(ResourceKind::Vpc, &id, account.as_ref(), region.as_ref(), place);
            steps.push(Step::Guard(Guard::Unknown(gap)));
        }
    }
    compiler.set_steps(location, &steps);
    location
}
