//! Routes of core networks of Cloud WAN: one table for each segment, and for each network function group, in each Region
//! (`CWAN`).

use compact_str::{CompactString, format_compact};
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{cidr, present};
use super::words::words;
use super::{
    About, CoreNetworkAttachmentId, CoreNetworkRoutesId, ElementError, PrefixListId, Reading, Resource,
    ResourceKind,
};

words! {
    /// The state of a route.
    CoreNetworkRouteState {
        Active = "ACTIVE",
        Blackhole = "BLACKHOLE",
    }
}

/// The routes of a segment or network function group in a Region.
#[derive(Debug, Clone)]
pub struct CoreNetworkRoutes {
    /// Place and owner.
    pub about: About,
    /// Core network, segment or group, and Region; the ARN of a table where those are not said.
    pub id: CoreNetworkRoutesId,
    /// `core-network-…`
    pub core_network: Option<CompactString>,
    /// The segment or network function group.
    pub table: Option<CompactString>,
    /// The Region.
    pub edge: Option<CompactString>,
    /// The routes.
    pub routes: Vec<CoreNetworkRoute>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoreNetworkRoute {
    /// Its index in the answer.
    pub index: u32,
    /// What it is for.
    pub cidr: IpNet,
    /// The list that it is an entry of.
    pub prefix_list: Option<PrefixListId>,
    /// The attachments that it leads to; none for those that lead elsewhere.
    pub attachments: Vec<Option<CoreNetworkAttachmentId>>,
    /// Its state.
    pub state: Option<CoreNetworkRouteState>,
    /// Whether somebody wrote it (CWAN-2).
    pub is_static: bool,
}

/// The answer of `get-network-routes`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    route_table_arn: Option<CompactString>,
    core_network_segment_edge: Option<TableWire>,
    core_network_network_function_group: Option<TableWire>,
    network_routes: Option<Vec<RouteWire>>,
}

/// `CoreNetworkSegmentEdge`, `CoreNetworkNetworkFunctionGroup`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TableWire {
    core_network_id: Option<CompactString>,
    segment_name: Option<CompactString>,
    network_function_group_name: Option<CompactString>,
    edge_location: Option<CompactString>,
}

/// `NetworkRoutes[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RouteWire {
    destination_cidr_block: Option<CompactString>,
    destinations: Option<Vec<DestinationWire>>,
    prefix_list_id: Option<CompactString>,
    state: Option<CompactString>,
    #[serde(rename = "Type")]
    kind: Option<CompactString>,
}

/// `Destinations[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DestinationWire {
    core_network_attachment_id: Option<CompactString>,
}

impl Resource for CoreNetworkRoutes {
    type Wire = Wire;
    type Id = CoreNetworkRoutesId;
    const KIND: ResourceKind = ResourceKind::CoreNetworkRoutes;
    const WORD: &'static str = "core-network-routes";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<CoreNetworkRoutes, ElementError> {
        let arn = present(wire.route_table_arn);
        let table = wire.core_network_segment_edge.or(wire.core_network_network_function_group);
        let table = table.unwrap_or_default();
        let core_network = present(table.core_network_id);
        let name = present(table.segment_name).or(present(table.network_function_group_name));
        let edge = present(table.edge_location);
        let id = match (&core_network, &name, &edge) {
            (Some(core_network), Some(name), Some(edge)) => format_compact!("{core_network}/{name}/{edge}"),
            _ => arn.clone().ok_or(ElementError::Missing("CoreNetworkSegmentEdge"))?,
        };
        let mut routes = Vec::new();
        for (index, wire) in (0..).zip(wire.network_routes.unwrap_or_default()) {
            let Some(block) = present(wire.destination_cidr_block) else { continue };
            let destinations = wire.destinations.unwrap_or_default().into_iter();
            routes.push(CoreNetworkRoute {
                index,
                cidr: cidr("NetworkRoutes[].DestinationCidrBlock", &block)?,
                prefix_list: present(wire.prefix_list_id).map(PrefixListId),
                attachments: destinations
                    .map(|it| present(it.core_network_attachment_id).map(CoreNetworkAttachmentId))
                    .collect(),
                state: reading.word(wire.state),
                is_static: wire.kind.is_some_and(|it| it.eq_ignore_ascii_case("static")),
            });
        }
        Ok(CoreNetworkRoutes {
            about: reading.about(None, arn.as_deref(), None),
            id: CoreNetworkRoutesId(id),
            core_network,
            table: name,
            edge,
            routes,
        })
    }

    fn id(&self) -> &CoreNetworkRoutesId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
