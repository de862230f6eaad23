//! Route tables of transit gateways, and the four answers that say what is in one (`TGW`).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::words::words;
use super::{
    About, AttachmentState, ElementError, PrefixListId, Reading, Resource, ResourceKind, Tags,
    TransitGatewayAttachmentId, TransitGatewayId, TransitGatewayRouteTableId,
};

words! {
    /// Who made a route (TGW-8f).
    TransitGatewayRouteKind { Static = "static", Propagated = "propagated", System = "system", }
}

words! {
    /// Whether a route works; a blackhole matches and drops (TGW-8a).
    TransitGatewayRouteState {
        Active = "active",
        Blackhole = "blackhole",
        Pending = "pending",
        Deleting = "deleting",
        Deleted = "deleted",
    }
}

/// A route table of a transit gateway.
#[derive(Debug, Clone)]
pub struct TransitGatewayRouteTable {
    /// Place, owner, tags.
    pub about: About,
    /// `tgw-rtb-…`
    pub id: TransitGatewayRouteTableId,
    /// The transit gateway.
    pub transit_gateway: TransitGatewayId,
    /// Its state.
    pub state: Option<AttachmentState>,
}

/// The routes of a table, as far as they were asked for.
#[derive(Debug, Clone)]
pub struct TransitGatewayRoutes {
    /// Place, owner, tags.
    pub about: About,
    /// The table.
    pub id: TransitGatewayRouteTableId,
    /// The routes; only preferred ones are ever listed (TGW-8).
    pub routes: Vec<TransitGatewayRoute>,
    /// Whether the table has more than the answer shows (JS-6).
    pub is_truncated: bool,
    /// Whether only static routes were asked for, so that propagated ones must be derived.
    pub is_static_only: bool,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitGatewayRoute {
    /// What it is for.
    pub cidr: IpNet,
    /// The list that it comes from, if any.
    pub prefix_list: Option<PrefixListId>,
    /// Where it sends: several where equal paths exist (TGW-8b).
    pub attachments: Vec<TransitGatewayAttachmentId>,
    /// Who made it.
    pub kind: TransitGatewayRouteKind,
    /// Whether it works.
    pub state: TransitGatewayRouteState,
    /// Its index in `Routes`.
    pub index: u32,
}

/// The attachments that use a table.
#[derive(Debug, Clone)]
pub struct TransitGatewayAssociations {
    /// Place, owner, tags.
    pub about: About,
    /// The table.
    pub id: TransitGatewayRouteTableId,
    /// Those in force.
    pub associations: Vec<TransitGatewayAssociation>,
}

/// One attachment that uses a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitGatewayAssociation {
    /// The attachment.
    pub attachment: TransitGatewayAttachmentId,
}

/// The attachments that propagate their routes into a table.
#[derive(Debug, Clone)]
pub struct TransitGatewayPropagations {
    /// Place, owner, tags.
    pub about: About,
    /// The table.
    pub id: TransitGatewayRouteTableId,
    /// Those enabled.
    pub attachments: Vec<TransitGatewayAttachmentId>,
}

/// The prefix lists that a table refers to.
#[derive(Debug, Clone)]
pub struct TransitGatewayPrefixListReferences {
    /// Place, owner, tags.
    pub about: About,
    /// The table.
    pub id: TransitGatewayRouteTableId,
    /// The references.
    pub references: Vec<TransitGatewayPrefixListReference>,
}

/// One prefix list in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitGatewayPrefixListReference {
    /// The list.
    pub prefix_list: PrefixListId,
    /// Where it sends; absent for a blackhole.
    pub attachment: Option<TransitGatewayAttachmentId>,
    /// Whether it drops (TGW-8g).
    pub is_blackhole: bool,
    /// Whether it is in force.
    pub is_available: bool,
    /// Its index in the list.
    pub index: u32,
}

/// The element of `TransitGatewayRouteTables`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    transit_gateway_route_table_id: Option<CompactString>,
    transit_gateway_id: Option<CompactString>,
    state: Option<CompactString>,
    tags: Option<Tags>,
}

/// `{"TransitGatewayRouteTableId": …, "Routes": […], "AdditionalRoutesAvailable": …}`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RoutesWire {
    transit_gateway_route_table_id: Option<CompactString>,
    routes: Option<Vec<RouteWire>>,
    additional_routes_available: Option<bool>,
    /// Set by the reader for lists that are known to hold static routes only.
    #[serde(skip)]
    pub is_static_only: bool,
}

/// `Routes[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RouteWire {
    destination_cidr_block: Option<CompactString>,
    prefix_list_id: Option<CompactString>,
    transit_gateway_attachments: Option<Vec<AttachmentWire>>,
    #[serde(rename = "Type")]
    kind: Option<CompactString>,
    state: Option<CompactString>,
}

/// An element that names an attachment.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AttachmentWire {
    transit_gateway_attachment_id: Option<CompactString>,
    state: Option<CompactString>,
}

/// `{"TransitGatewayRouteTableId": …, "Associations": […]}`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AssociationsWire {
    transit_gateway_route_table_id: Option<CompactString>,
    associations: Option<Vec<AttachmentWire>>,
}

/// `{"TransitGatewayRouteTableId": …, "TransitGatewayRouteTablePropagations": […]}`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PropagationsWire {
    transit_gateway_route_table_id: Option<CompactString>,
    transit_gateway_route_table_propagations: Option<Vec<AttachmentWire>>,
}

/// `{"TransitGatewayPrefixListReferences": […]}`; each element names its table.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReferencesWire {
    transit_gateway_route_table_id: Option<CompactString>,
    prefix_list_id: Option<CompactString>,
    state: Option<CompactString>,
    blackhole: Option<bool>,
    transit_gateway_attachment: Option<AttachmentWire>,
}

fn attachment_ids(wires: Option<Vec<AttachmentWire>>, in_force: &[&str]) -> Vec<TransitGatewayAttachmentId> {
    let wires = wires.unwrap_or_default().into_iter();
    wires
        .filter(|it| {
            let state = it.state.as_ref().filter(|state| !state.is_empty());
            state.is_none_or(|state| in_force.iter().any(|word| state.eq_ignore_ascii_case(word)))
        })
        .filter_map(|it| present(it.transit_gateway_attachment_id))
        .map(TransitGatewayAttachmentId)
        .collect()
}

fn table_id(
    id: Option<CompactString>,
    reading: &Reading,
) -> Result<TransitGatewayRouteTableId, ElementError> {
    let id = present(id).or_else(|| reading.parent.clone());
    Ok(TransitGatewayRouteTableId(id.or_missing("TransitGatewayRouteTableId")?))
}

impl Resource for TransitGatewayRouteTable {
    type Wire = Wire;
    type Id = TransitGatewayRouteTableId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayRouteTable;
    const WORD: &'static str = "transit-gateway-route-table";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<TransitGatewayRouteTable, ElementError> {
        Ok(TransitGatewayRouteTable {
            about: reading.about(None, None, wire.tags),
            id: table_id(wire.transit_gateway_route_table_id, reading)?,
            transit_gateway: TransitGatewayId(wire.transit_gateway_id.or_missing("TransitGatewayId")?),
            state: reading.word(wire.state),
        })
    }

    fn id(&self) -> &TransitGatewayRouteTableId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}

impl Resource for TransitGatewayRoutes {
    type Wire = RoutesWire;
    type Id = TransitGatewayRouteTableId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayRoutes;
    const WORD: &'static str = "transit-gateway-routes";
    const IS_JOINED: bool = true;

    fn convert(wire: RoutesWire, reading: &mut Reading) -> Result<TransitGatewayRoutes, ElementError> {
        let mut routes = Vec::new();
        for (index, route) in wire.routes.unwrap_or_default().into_iter().enumerate() {
            let text = route.destination_cidr_block.or_missing("Routes[].DestinationCidrBlock")?;
            routes.push(TransitGatewayRoute {
                cidr: cidr("Routes[].DestinationCidrBlock", &text)?,
                prefix_list: present(route.prefix_list_id).map(PrefixListId),
                attachments: attachment_ids(route.transit_gateway_attachments, &[]),
                kind: reading.word(route.kind).unwrap_or(TransitGatewayRouteKind::Static),
                state: reading.word(route.state).unwrap_or(TransitGatewayRouteState::Active),
                index: index as u32,
            });
        }
        Ok(TransitGatewayRoutes {
            about: reading.about(None, None, None),
            id: table_id(wire.transit_gateway_route_table_id, reading)?,
            routes,
            is_truncated: wire.additional_routes_available.unwrap_or(false),
            is_static_only: wire.is_static_only,
        })
    }

    fn id(&self) -> &TransitGatewayRouteTableId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: TransitGatewayRoutes) {
        let known = self.routes.len();
        for route in other.routes {
            let is_new = self.routes[..known].iter().all(|it| it.cidr != route.cidr || it.kind != route.kind);
            if is_new {
                self.routes.push(route);
            }
        }
        self.is_truncated &= other.is_truncated;
        self.is_static_only &= other.is_static_only;
    }
}

impl Resource for TransitGatewayAssociations {
    type Wire = AssociationsWire;
    type Id = TransitGatewayRouteTableId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayAssociations;
    const WORD: &'static str = "transit-gateway-associations";
    const IS_JOINED: bool = true;

    fn convert(
        wire: AssociationsWire,
        reading: &mut Reading,
    ) -> Result<TransitGatewayAssociations, ElementError> {
        let attachments = attachment_ids(wire.associations, &["associated"]).into_iter();
        Ok(TransitGatewayAssociations {
            about: reading.about(None, None, None),
            id: table_id(wire.transit_gateway_route_table_id, reading)?,
            associations: attachments.map(|attachment| TransitGatewayAssociation { attachment }).collect(),
        })
    }

    fn id(&self) -> &TransitGatewayRouteTableId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: TransitGatewayAssociations) {
        self.associations.extend(other.associations);
        self.associations.sort_by(|left, right| left.attachment.cmp(&right.attachment));
        self.associations.dedup();
    }
}

impl Resource for TransitGatewayPropagations {
    type Wire = PropagationsWire;
    type Id = TransitGatewayRouteTableId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayPropagations;
    const WORD: &'static str = "transit-gateway-propagations";
    const IS_JOINED: bool = true;

    fn convert(
        wire: PropagationsWire,
        reading: &mut Reading,
    ) -> Result<TransitGatewayPropagations, ElementError> {
        Ok(TransitGatewayPropagations {
            about: reading.about(None, None, None),
            id: table_id(wire.transit_gateway_route_table_id, reading)?,
            attachments: attachment_ids(wire.transit_gateway_route_table_propagations, &["enabled"]),
        })
    }

    fn id(&self) -> &TransitGatewayRouteTableId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: TransitGatewayPropagations) {
        self.attachments.extend(other.attachments);
        self.attachments.sort();
        self.attachments.dedup();
    }
}

impl Resource for TransitGatewayPrefixListReferences {
    type Wire = ReferencesWire;
    type Id = TransitGatewayRouteTableId;
    const KIND: ResourceKind = ResourceKind::TransitGatewayPrefixListReferences;
    const WORD: &'static str = "transit-gateway-prefix-list-references";
    const IS_JOINED: bool = true;

    fn convert(
        wire: ReferencesWire,
        reading: &mut Reading,
    ) -> Result<TransitGatewayPrefixListReferences, ElementError> {
        let reference = TransitGatewayPrefixListReference {
            prefix_list: PrefixListId(wire.prefix_list_id.or_missing("PrefixListId")?),
            attachment: wire
                .transit_gateway_attachment
                .and_then(|it| present(it.transit_gateway_attachment_id))
                .map(TransitGatewayAttachmentId),
            is_blackhole: wire.blackhole.unwrap_or(false),
            is_available: present(wire.state).is_none_or(|it| it.eq_ignore_ascii_case("available")),
            index: reading.place.index,
        };
        Ok(TransitGatewayPrefixListReferences {
            about: reading.about(None, None, None),
            id: table_id(wire.transit_gateway_route_table_id, reading)?,
            references: vec![reference],
        })
    }

    fn id(&self) -> &TransitGatewayRouteTableId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: TransitGatewayPrefixListReferences) {
        for reference in other.references {
            if self.references.iter().all(|it| it.prefix_list != reference.prefix_list) {
                self.references.push(reference);
            }
        }
    }
}
