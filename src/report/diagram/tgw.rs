//! The view `tgw`: each transit gateway with its attachments, the route table that each uses, and where that leads.

use std::collections::{BTreeMap, BTreeSet};

use super::legend;
use super::picture::{Hand, Inside, Line, Net, NetKind, Paint, Picture, Port, Shape, Side};
use crate::model::words::Word;
use crate::model::{
    About, AttachmentState, Model, TransitGatewayAttachmentId, TransitGatewayRoute, TransitGatewayRouteKind,
    TransitGatewayRouteState, TransitGatewayRouteTable,
};

/// More routes of a table than this are counted.
const MOST_ROUTES: usize = 14;
/// More routes are not told to whoever points at a table.
const MOST_TOLD: usize = 100;
/// More attachments of a table than this are one box.
const MOST_ATTACHMENTS: usize = 60;

/// An attachment, whatever is attached.
struct Attachment<'a> {
    id: &'a str,
    name: String,
    kind: String,
    state: Option<&'a AttachmentState>,
    hover: String,
}

/// The transit gateways of a snapshot.
pub fn tgw(model: &Model) -> Picture {
    let mut nets: Vec<Net> = Vec::new();
    let ids: BTreeSet<&str> = model
        .transit_gateways
        .iter()
        .map(|it| it.id.as_str())
        .chain(model.transit_gateway_vpc_attachments.iter().map(|it| it.transit_gateway.as_str()))
        .collect();
    let mut gateways: Vec<Shape> = ids.iter().map(|id| gateway(model, id, &mut nets)).collect();
    let title = match gateways.len() {
        0 => "no transit gateway".to_owned(),
        1 => "1 transit gateway".to_owned(),
        count => format!("{count} transit gateways"),
    };
    let mut root = Shape::new("netpath", Paint::Canvas, "");
    root.lines = vec![Line { text: title.clone(), hand: Hand::Title }];
    gateways.extend(legend::of(&gateways));
    root.inside = Inside::Packed(gateways);
    let description = format!(
        "{title}. A line joins an attachment to the route table that judges what it sends; a table lists where it sends \
         packets on to."
    );
    Picture { title, description, root, nets }
}

fn named(about: &About, id: &str) -> String {
    about.name().unwrap_or(id).to_owned()
}

/// The attachments of a gateway, by id.
fn attachments<'a>(model: &'a Model, gateway: &str) -> BTreeMap<&'a str, Attachment<'a>> {
    let mut found: BTreeMap<&str, Attachment<'_>> = BTreeMap::new();
    for it in model.transit_gateway_attachments.iter().filter(|it| it.transit_gateway.as_str() == gateway) {
        let resource = it.resource.as_deref().unwrap_or_default();
        let vpc = model.vpcs.get(&resource.into());
        let name = vpc.map_or_else(
            || named(&it.about, if resource.is_empty() { it.id.as_str() } else { resource }),
            |it| named(&it.about, it.id.as_str()),
        );
        let kind = it.kind.as_text().to_owned();
        let hover = format!("{} {} {resource}", it.id, it.about.name().unwrap_or_default());
        found.insert(
            it.id.as_str(),
            Attachment { id: it.id.as_str(), name, kind, state: it.state.as_ref(), hover },
        );
    }
    for it in model.transit_gateway_vpc_attachments.iter().filter(|it| it.transit_gateway.as_str() == gateway)
    {
        let vpc = model.vpcs.get(&it.vpc);
        let cidrs: Vec<String> =
            vpc.map(|it| it.associated_cidrs()).unwrap_or_default().iter().map(ToString::to_string).collect();
        let name = vpc.map_or_else(|| it.vpc.to_string(), |vpc| named(&vpc.about, vpc.id.as_str()));
        let kind = format!("vpc {}", cidrs.join(", "));
        let hover =
            format!("{} {} in {} zones", it.id, it.about.name().unwrap_or_default(), it.subnets.len());
        found.insert(
            it.id.as_str(),
            Attachment { id: it.id.as_str(), name, kind, state: it.state.as_ref(), hover },
        );
    }
    found
}

fn gateway(model: &Model, id: &str, nets: &mut Vec<Net>) -> Shape {
    let known = model.transit_gateways.get(&id.into());
    let name = known.map_or_else(|| id.to_owned(), |it| named(&it.about, id));
    let attachments = attachments(model, id);
    let tables = model.transit_gateway_route_tables.iter().filter(|it| it.transit_gateway.as_str() == id);
    let tables: Vec<&TransitGatewayRouteTable> = tables.collect();
    let mut boxes = Vec::new();
    let mut table_boxes = Vec::new();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for table in tables {
        let own = associated(model, table);
        let mut own: Vec<&Attachment<'_>> =
            own.iter().filter_map(|it| attachments.get(it.as_str())).collect();
        own.sort_by_key(|it| (&it.name, it.id));
        used.extend(own.iter().map(|it| it.id));
        let net = nets.len();
        let hover = format!("route table {}", named(&table.about, table.id.as_str()));
        nets.push(Net {
            key: table.id.to_string(),
            kind: NetKind::Transit,
            hover,
            is_broken: false,
            mark: None,
        });
        boxes.extend(attached(&own, net, table));
        let mut shape = self::table(model, &attachments, table);
        shape.ports = vec![Port { net, side: Side::Top }];
        table_boxes.push(shape);
    }
    let loose = attachments.values().filter(|it| !used.contains(it.id));
    boxes.extend(loose.map(|it| {
        let mut shape = card(it);
        shape = shape.says("no route table that the snapshot knows");
        shape
    }));
    boxes.extend(table_boxes);
    let shape = Shape::new(id, Paint::Region, format!("transit gateway {name}"));
    let shape = if name == id { shape } else { shape.says(id) };
    shape.holding(Inside::Packed(boxes))
}

/// The attachments whose packets a table judges.
fn associated<'a>(
    model: &'a Model,
    table: &TransitGatewayRouteTable,
) -> BTreeSet<&'a TransitGatewayAttachmentId> {
    let lists = model.transit_gateway_associations.iter().filter(|it| it.id == table.id);
    let listed = lists.flat_map(|it| &it.associations).map(|it| &it.attachment);
    let said =
        model.transit_gateway_attachments.iter().filter(|it| it.route_table.as_ref() == Some(&table.id));
    listed.chain(said.map(|it| &it.id)).collect()
}

fn card(attachment: &Attachment<'_>) -> Shape {
    let mut shape = Shape::new(attachment.id, Paint::Gateway, attachment.name.as_str())
        .says(attachment.kind.as_str())
        .tells(attachment.hover.as_str());
    let state = attachment.state.filter(|it| **it != AttachmentState::Available);
    shape.problem = state.map(|it| it.as_text().to_owned());
    shape
}

/// The attachments that use a table, in a box of their own.
fn attached(own: &[&Attachment<'_>], net: usize, table: &TransitGatewayRouteTable) -> Option<Shape> {
    if own.is_empty() {
        return None;
    }
    let count = if own.len() == 1 {
        "1 attachment uses".to_owned()
    } else {
        format!("{} attachments use", own.len())
    };
    let name = format!("{count} {}", named(&table.about, table.id.as_str()));
    let shape = Shape::new(format!("{}/attachments", table.id), Paint::Region, name);
    let shape = Shape { ports: vec![Port { net, side: Side::Bottom }], ..shape };
    if own.len() <= MOST_ATTACHMENTS {
        return Some(shape.holding(Inside::Packed(own.iter().map(|it| card(it)).collect())));
    }
    let names: Vec<&str> = own.iter().map(|it| it.name.as_str()).collect();
    let few = names.iter().take(3).copied().collect::<Vec<&str>>().join(", ");
    Some(shape.says(format!("{few} …")).tells(names.join("\n")))
}

fn is_propagated(route: &TransitGatewayRoute) -> bool {
    route.kind == TransitGatewayRouteKind::Propagated
}

/// Where a table leads. What somebody wrote says more than what follows from who is attached, which is counted where it is
/// much.
fn route_lines(
    routes: &[&TransitGatewayRoute],
    words: impl Fn(&TransitGatewayRoute) -> String,
) -> Vec<String> {
    let (learned, written): (Vec<&TransitGatewayRoute>, Vec<&TransitGatewayRoute>) =
        routes.iter().partition(|it| is_propagated(it));
    if routes.len() <= MOST_ROUTES {
        return written.into_iter().chain(learned).map(words).collect();
    }
    let mut lines: Vec<String> = written.iter().take(MOST_ROUTES).map(|it| words(it)).collect();
    if written.len() > MOST_ROUTES {
        lines.push(format!("and {} more static routes", written.len() - MOST_ROUTES));
    }
    if !learned.is_empty() {
        let to: BTreeSet<&str> =
            learned.iter().flat_map(|it| &it.attachments).map(TransitGatewayAttachmentId::as_str).collect();
        lines.push(format!("{} propagated routes to {} attachments", learned.len(), to.len()));
    }
    lines
}

fn table(
    model: &Model,
    attachments: &BTreeMap<&str, Attachment<'_>>,
    table: &TransitGatewayRouteTable,
) -> Shape {
    let id = table.id.as_str();
    let mut shape = Shape::new(id, Paint::Hub, format!("route table {}", named(&table.about, id))).tells(id);
    let lists = model.transit_gateway_routes.iter().filter(|it| it.id == table.id);
    let routes: Vec<&TransitGatewayRoute> = lists.flat_map(|it| &it.routes).collect();
    let name = |id: &TransitGatewayAttachmentId| {
        attachments.get(id.as_str()).map_or_else(|| id.to_string(), |it| it.name.clone())
    };
    let words = |route: &TransitGatewayRoute| {
        let targets: Vec<String> = route.attachments.iter().map(name).collect();
        let is_blackhole = route.state == TransitGatewayRouteState::Blackhole;
        let kind = if is_propagated(route) { " (propagated)" } else { "" };
        let target = if is_blackhole { "blackhole".to_owned() } else { targets.join(", ") };
        format!("{} → {target}{kind}", route.cidr)
    };
    shape = route_lines(&routes, words).into_iter().fold(shape, Shape::says);
    let all: Vec<String> = routes.iter().take(MOST_TOLD).map(|it| words(it)).collect();
    shape = shape.tells(all.join("\n"));
    let propagated = model.transit_gateway_propagations.iter().filter(|it| it.id == table.id);
    let propagated: Vec<String> = propagated.flat_map(|it| &it.attachments).map(name).collect();
    if routes.is_empty() && !propagated.is_empty() {
        shape = shape.says(format!("routes propagated by {}", propagated.join(", ")));
    } else if routes.is_empty() {
        shape = shape.says("no routes in the snapshot");
    }
    shape
}
