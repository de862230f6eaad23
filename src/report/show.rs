//! `netpath show`: one resource with what follows from the others, as a document of facts and tables.
//!
//! Each kind fills a [`Document`] in the files below; [`write_text`] and [`write_json`] print any of them. A fact is a
//! member of the JSON object, a table a list of objects. What the snapshot lacks is said, not left out.

mod hosts;
mod filters;
mod routes;
mod gateways;
mod balancers;
mod transit;
mod services;
mod links;
mod firewalls;
mod wide;

use std::io::{self, Write};

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

pub(in crate::report) use filters::ports as ports_text;

use super::name::kind_text;
use super::text::Style;
use super::text::page::clean;
use crate::model::{About, Model, ResourceKind};
use crate::network::Network;
use crate::snapshot::Snapshot;

/// What is printed for something that the snapshot does not say.
const UNKNOWN: &str = "not in the snapshot";
/// Rows of a table that text shows unless asked for more.
const MOST_ROWS: usize = 40;

/// A resource, ready to print.
#[derive(Debug, Default)]
pub struct Document {
    facts: Vec<(&'static str, Cell)>,
    tables: Vec<Table>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    /// The snapshot has none.
    Absent,
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<Cell>),
    /// A resource with its `Name` tag.
    Named(String, Option<String>),
}

/// Rows with the same members.
#[derive(Debug)]
struct Table {
    key: &'static str,
    /// What stands over it in text, and says where it comes from.
    title: String,
    columns: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
}

/// Where a document's facts come from.
#[derive(Clone, Copy)]
struct Source<'a> {
    model: &'a Model,
    network: &'a Network,
}

/// The document of a resource, by kind and row.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each kind")]
pub fn document(snapshot: &Snapshot, network: &Network, kind: ResourceKind, row: usize) -> Document {
    let model = &snapshot.model;
    let source = Source { model, network };
    let mut document = Document::default();
    document.fact("schema", Cell::Number(1));
    document.fact("kind", Cell::text(kind_text(kind)));
    if let (Some(id), Some(about)) = (kind.id_text(model, row), kind.about(model, row)) {
        head(&mut document, snapshot, id, about);
    }
    match kind {
        ResourceKind::NetworkInterface => hosts::interface(&mut document, source, row),
        ResourceKind::Instance => hosts::instance(&mut document, source, row),
        ResourceKind::Subnet => hosts::subnet(&mut document, source, row),
        ResourceKind::Vpc => hosts::vpc(&mut document, source, row),
        ResourceKind::SecurityGroup => filters::security_group(&mut document, source, row),
        ResourceKind::NetworkAcl => filters::network_acl(&mut document, source, row),
        ResourceKind::PrefixList => filters::prefix_list(&mut document, source, row),
        ResourceKind::RouteTable => routes::route_table(&mut document, source, row),
        ResourceKind::InternetGateway => gateways::internet_gateway(&mut document, source, row),
        ResourceKind::EgressOnlyInternetGateway => gateways::egress_only(&mut document, source, row),
        ResourceKind::NatGateway => gateways::nat_gateway(&mut document, source, row),
        ResourceKind::ElasticAddress => gateways::elastic_address(&mut document, source, row),
        ResourceKind::VpcPeeringConnection => gateways::peering(&mut document, source, row),
        ResourceKind::VpcEndpoint => gateways::endpoint(&mut document, source, row),
        ResourceKind::EndpointService => gateways::endpoint_service(&mut document, source, row),
        ResourceKind::LoadBalancer => balancers::load_balancer(&mut document, source, row),
        ResourceKind::ClassicLoadBalancer => balancers::classic(&mut document, source, row),
        ResourceKind::Listener => balancers::listener(&mut document, source, row),
        ResourceKind::TargetGroup => balancers::target_group(&mut document, source, row),
        ResourceKind::TransitGateway => transit::gateway(&mut document, source, row),
        ResourceKind::TransitGatewayRouteTable => transit::route_table(&mut document, source, row),
        ResourceKind::TransitGatewayAttachment => {
            transit::attachment(&mut document, source, &model.transit_gateway_attachments[row].id)
        }
        ResourceKind::TransitGatewayVpcAttachment => {
            transit::attachment(&mut document, source, &model.transit_gateway_vpc_attachments[row].id)
        }
        ResourceKind::TransitGatewayPeeringAttachment => {
            transit::attachment(&mut document, source, &model.transit_gateway_peerings[row].id)
        }
        ResourceKind::ManagedService => services::managed(&mut document, source, row),
        ResourceKind::VpnGateway => links::vpn_gateway(&mut document, source, row),
        ResourceKind::VpnConnection => links::vpn_connection(&mut document, source, row),
        ResourceKind::CustomerGateway => links::customer_gateway(&mut document, source, row),
        ResourceKind::DirectConnectGateway => links::direct_connect_gateway(&mut document, source, row),
        ResourceKind::VirtualInterface => links::virtual_interface(&mut document, source, row),
        ResourceKind::ClientVpnEndpoint => links::client_vpn(&mut document, source, row),
        ResourceKind::Firewall => firewalls::firewall(&mut document, source, row),
        ResourceKind::FirewallPolicy => firewalls::policy(&mut document, source, row),
        ResourceKind::FirewallRuleGroup => firewalls::rule_group(&mut document, source, row),
        ResourceKind::CoreNetworkAttachment => wide::attachment(&mut document, source, row),
        ResourceKind::ServiceNetworkVpcAssociation => wide::service_network(&mut document, source, row),
        ResourceKind::InstanceConnectEndpoint => wide::connect_endpoint(&mut document, source, row),
        ResourceKind::VpcOrigin => {
            let it = &model.vpc_origins[row];
            wide::way_in(&mut document, it.endpoint.as_deref(), it.status.as_deref());
        }
        ResourceKind::VerifiedAccessEndpoint => {
            let it = &model.verified_access_endpoints[row];
            wide::way_in(&mut document, it.endpoint.as_deref(), it.status.as_deref());
        }
        ResourceKind::Unmodelled => {
            document.fact("key", Cell::shown(&model.unmodelled[row].key));
            document.fact(
                "note",
                Cell::text("recognised and not modelled: what it does with packets is unknown"),
            );
        }
        // Parts of other resources have no id or name of their own to be asked for by.
        ResourceKind::SecurityGroupRule
        | ResourceKind::SecurityGroupVpcAssociation
        | ResourceKind::PrefixListEntries
        | ResourceKind::ByoipCidr
        | ResourceKind::VpcEncryptionControl
        | ResourceKind::AcceleratorEndpointGroup
        | ResourceKind::CoreNetworkRoutes
        | ResourceKind::DirectConnectGatewayAssociation
        | ResourceKind::DirectConnectGatewayAttachment
        | ResourceKind::TransitGatewayConnect
        | ResourceKind::TransitGatewayConnectPeer
        | ResourceKind::ClientVpnTargetNetwork
        | ResourceKind::ClientVpnRoute
        | ResourceKind::ClientVpnAuthorizationRule
        | ResourceKind::LoadBalancerAttributes
        | ResourceKind::ListenerRule
        | ResourceKind::TargetGroupAttributes
        | ResourceKind::TargetHealth
        | ResourceKind::EndpointConnection
        | ResourceKind::TransitGatewayRoutes
        | ResourceKind::TransitGatewayAssociations
        | ResourceKind::TransitGatewayPropagations
        | ResourceKind::TransitGatewayPrefixListReferences
        | ResourceKind::BlockPublicAccessOptions
        | ResourceKind::BlockPublicAccessExclusion
        | ResourceKind::VpcDnsAttributes
        | ResourceKind::HostedZone
        | ResourceKind::ResolverRule
        | ResourceKind::AvailabilityZone => {}
    }
    document
}

/// What is said of every resource.
fn head(document: &mut Document, snapshot: &Snapshot, id: &str, about: &About) {
    document.fact("id", Cell::text(id));
    document.fact("name", about.name().map_or(Cell::Absent, Cell::text));
    document.fact("account", about.account.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_str())));
    document.fact("region", about.region.as_ref().map_or(Cell::Absent, |it| Cell::text(it.as_str())));
    let place = snapshot.locate(about.place);
    document.fact("place", Cell::Text(format!("{} {}", place.file, place.element)));
}

impl Cell {
    fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    fn shown(value: &impl ToString) -> Cell {
        Cell::Text(value.to_string())
    }

    fn maybe(value: Option<impl ToString>) -> Cell {
        value.map_or(Cell::Absent, |it| Cell::Text(it.to_string()))
    }

    fn list<T: ToString>(values: impl IntoIterator<Item = T>) -> Cell {
        Cell::List(values.into_iter().map(|it| Cell::Text(it.to_string())).collect())
    }

    fn count(count: usize) -> Cell {
        Cell::Number(count as u64)
    }

    fn named(id: &impl ToString, about: Option<&About>) -> Cell {
        Cell::Named(id.to_string(), about.and_then(About::name).map(str::to_owned))
    }

    fn as_text(&self) -> String {
        match self {
            Cell::Absent => "-".to_owned(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Flag(true) => "yes".to_owned(),
            Cell::Flag(false) => "no".to_owned(),
            Cell::List(cells) if cells.is_empty() => "-".to_owned(),
            Cell::List(cells) => cells.iter().map(Cell::as_text).collect::<Vec<_>>().join(", "),
            Cell::Named(id, Some(name)) if id != name => format!("{id} \"{name}\""),
            Cell::Named(id, _) => id.clone(),
        }
    }
}

impl Document {
    fn fact(&mut self, key: &'static str, value: Cell) {
        self.facts.push((key, value));
    }

    fn table(
        &mut self,
        key: &'static str,
        title: impl Into<String>,
        columns: &'static [&'static str],
        rows: Vec<Vec<Cell>>,
    ) {
        self.tables.push(Table { key, title: title.into(), columns, rows });
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in &self.facts {
            map.serialize_entry(key, value)?;
        }
        for table in &self.tables {
            map.serialize_entry(table.key, table)?;
        }
        map.end()
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for row in &self.rows {
            list.serialize_element(&Row { columns: self.columns, cells: row })?;
        }
        list.end()
    }
}

struct Row<'t> {
    columns: &'static [&'static str],
    cells: &'t [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns.iter().zip(self.cells))
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Absent => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Number(number) => serializer.serialize_u64(*number),
            Cell::Flag(flag) => serializer.serialize_bool(*flag),
            Cell::List(cells) => serializer.collect_seq(cells),
            Cell::Named(id, name) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("id", id)?;
                map.serialize_entry("name", name)?;
                map.end()
            }
        }
    }
}

/// Prints it for programs.
pub fn write_json(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

/// Prints it for people.
pub fn write_text(document: &Document, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let (bold, dim, reset) = if style.color { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let fact = |key: &str| document.facts.iter().find(|(known, _)| *known == key).map(|(_, value)| value);
    let text = |key: &str| fact(key).map(Cell::as_text).unwrap_or_default();
    let name = match fact("name") {
        Some(Cell::Text(name)) if *name != text("id") => format!(" \"{}\"", clean(name)),
        Some(_) | None => String::new(),
    };
    writeln!(out, "{bold}{} {}{name}{reset}", text("kind").replace('-', " "), clean(&text("id")))?;
    let shown = document.facts.iter().filter(|(key, _)| !["schema", "kind", "id", "name"].contains(key));
    let shown: Vec<&(&str, Cell)> = shown.collect();
    let width = shown.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    for (key, value) in shown {
        writeln!(out, "  {dim}{:width$}{reset}  {}", key.replace('_', " "), clean(&value.as_text()))?;
    }
    for table in &document.tables {
        writeln!(out, "\n{bold}{}{reset}", table.title)?;
        write_rows(table, out, style)?;
    }
    Ok(())
}

fn write_rows(table: &Table, out: &mut dyn Write, style: Style) -> io::Result<()> {
    if table.rows.is_empty() {
        return writeln!(out, "  none");
    }
    let most = if style.verbose { usize::MAX } else { MOST_ROWS };
    let cells: Vec<Vec<String>> = table
        .rows
        .iter()
        .take(most)
        .map(|row| row.iter().map(|it| clean(&it.as_text()).into_owned()).collect())
        .collect();
    let width = |column: usize| {
        let longest = cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        longest.max(table.columns[column].len())
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    let (dim, reset) = if style.color { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
    let line = |row: Vec<&str>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let header: Vec<String> = table.columns.iter().map(|it| it.replace('_', " ")).collect();
    writeln!(out, "  {dim}{}{reset}", line(header.iter().map(String::as_str).collect()))?;
    for row in &cells {
        writeln!(out, "  {}", line(row.iter().map(String::as_str).collect()))?;
    }
    if table.rows.len() > cells.len() {
        writeln!(out, "  … and {} more, listed by `-v`", table.rows.len() - cells.len())?;
    }
    Ok(())
}
