//! What joins VPCs: the internet, transit gateways, peering connections, what is on premises.

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{Estate, VpcFacts};
use crate::model::words::Word;
use crate::model::{AttachmentState, Model, PeeringSide, PeeringStatus, TunnelStatus, VpnConnection};
use crate::report::diagram::picture::{Member, Net, NetKind, Paint, Port, Shape, Side};

/// More peering connections than this are counted, not drawn.
const MOST_PEERINGS: usize = 40;
/// More of a kind on one edge are one.
const MOST_CHIPS: usize = 3;

/// The nets of a picture, by what they are of.
#[derive(Default)]
pub(super) struct Joints<'a> {
    pub nets: Vec<Net>,
    pub internet: Option<usize>,
    pub premises: Option<usize>,
    pub transit: BTreeMap<&'a str, usize>,
    /// By row of the model.
    pub peerings: BTreeMap<usize, usize>,
    /// By row of the model.
    pub hub_peerings: BTreeMap<usize, usize>,
}

impl<'a> Joints<'a> {
    pub(super) fn of(estate: &Estate<'a>) -> Joints<'a> {
        let mut joints = Joints::default();
        if estate
            .vpcs
            .iter()
            .any(|it| !it.internet_gateways.is_empty() || !it.egress_only_gateways.is_empty())
        {
            joints.internet =
                Some(joints.add("internet", NetKind::Internet, "the internet".to_owned(), false));
        }
        joints.transit_gateways(estate);
        joints.peering_connections(estate);
        let model = estate.model;
        let is_linked = |id: &str| {
            model.vpn_connections.iter().any(|it| it.vpn_gateway.as_ref().is_some_and(|it| it.as_str() == id))
        };
        let by_vpc = estate.vpcs.iter().flat_map(|it| &it.vpn_gateways);
        let has_gateway = by_vpc.map(|row| &model.vpn_gateways[*row].id).any(|it| is_linked(it.as_str()));
        let has_hub = model.transit_gateway_attachments.iter().any(|it| it.kind.is_link());
        if has_gateway || (has_hub && !joints.transit.is_empty()) {
            let hover = "VPN or Direct Connect".to_owned();
            joints.premises = Some(joints.add("on-premises", NetKind::OnPremises, hover, false));
        }
        joints
    }

    fn add(&mut self, key: &str, kind: NetKind, hover: String, is_broken: bool) -> usize {
        self.nets.push(Net { key: key.to_owned(), kind, hover, is_broken, mark: None });
        self.nets.len() - 1
    }

    fn transit_gateways(&mut self, estate: &Estate<'a>) {
        let model = estate.model;
        let attached = estate.vpcs.iter().flat_map(|it| &it.attachments);
        let attached =
            attached.map(|row| model.transit_gateway_vpc_attachments[*row].transit_gateway.as_str());
        let own = model.transit_gateways.iter().filter(|_| estate.is_whole).map(|it| it.id.as_str());
        let all: BTreeSet<&'a str> = attached.chain(own).collect();
        for id in all {
            let name = model.transit_gateways.get(&id.into()).and_then(|it| it.about.name());
            let net =
                self.add(id, NetKind::Transit, format!("transit gateway {}", name.unwrap_or(id)), false);
            self.transit.insert(id, net);
        }
        for (row, it) in model.transit_gateway_peerings.iter().enumerate() {
            let ends = [&it.requester, &it.accepter].map(|it| it.as_ref().map(|it| it.as_str()));
            if ends.iter().flatten().any(|it| self.transit.contains_key(it)) {
                let is_broken = !matches!(it.state, None | Some(AttachmentState::Available));
                let hover = format!("peering of transit gateways {}", it.id);
                let net = self.add(it.id.as_str(), NetKind::Transit, hover, is_broken);
                self.hub_peerings.insert(row, net);
            }
        }
    }

    fn peering_connections(&mut self, estate: &Estate<'a>) {
        let rows: BTreeSet<usize> = estate.vpcs.iter().flat_map(|it| it.peerings.iter().copied()).collect();
        if rows.len() > MOST_PEERINGS {
            return;
        }
        for row in rows {
            let it = &estate.model.peering_connections[row];
            let status = it.status.as_ref().map_or("state unknown", Word::as_text);
            let hover = format!("peering connection {}, {status}", it.about.name().unwrap_or(it.id.as_str()));
            let is_broken = !matches!(it.status, None | Some(PeeringStatus::Active));
            let net = self.add(it.id.as_str(), NetKind::Peering, hover, is_broken);
            self.peerings.insert(row, net);
        }
    }

    fn port(net: Option<usize>, side: Side) -> Vec<Port> {
        net.map(|net| Port { net, side }).into_iter().collect()
    }

    /// What stands on a VPC's upper edge.
    pub(super) fn above(&self, estate: &Estate<'_>, vpc: &VpcFacts<'_>) -> Vec<Shape> {
        let model = estate.model;
        let internet = vpc.internet_gateways.iter().map(|row| {
            let it = &model.internet_gateways[*row];
            let own = it.attachments.iter().find(|it| it.vpc == *vpc.id);
            let name = it.about.name().unwrap_or(it.id.as_str());
            let mut shape = Shape::new(it.id.as_str(), Paint::Gateway, name)
                .says("internet gateway")
                .tells(it.id.as_str());
            shape.problem = own.filter(|it| !it.is_in_force()).map(|_| "not attached".to_owned());
            shape
        });
        let egress = vpc.egress_only_gateways.iter().map(|row| {
            let it = &model.egress_only_gateways[*row];
            let name = it.about.name().unwrap_or(it.id.as_str());
            Shape::new(it.id.as_str(), Paint::Gateway, name).says("egress-only, IPv6").tells(it.id.as_str())
        });
        let all = internet.chain(egress);
        all.map(|it| Shape { ports: Joints::port(self.internet, Side::Top), ..it }).collect()
    }

    /// What stands on a VPC's lower edge.
    pub(super) fn below(&self, estate: &Estate<'_>, vpc: &VpcFacts<'_>) -> Vec<Shape> {
        let model = estate.model;
        let mut shapes = Vec::new();
        let attachments = vpc.attachments.iter().map(|row| {
            let it = &model.transit_gateway_vpc_attachments[*row];
            let gateway = model.transit_gateways.get(&it.transit_gateway);
            let name = gateway.and_then(|it| it.about.name()).unwrap_or(it.transit_gateway.as_str());
            let mut shape = Shape::new(it.id.as_str(), Paint::Gateway, name)
                .says("transit gateway attachment")
                .tells(format!("{} {}", it.id, it.about.name().unwrap_or_default()));
            let state = it.state.as_ref().filter(|it| **it != AttachmentState::Available);
            shape.problem = state.map(|it| it.as_text().to_owned());
            let net = self.transit.get(it.transit_gateway.as_str()).copied();
            Shape { ports: Joints::port(net, Side::Bottom), ..shape }
        });
        shapes.extend(few(attachments.collect(), vpc, "transit gateway attachments"));
        let peerings = vpc.peerings.iter().map(|row| self.peering(estate, vpc, *row));
        shapes.extend(few(peerings.collect(), vpc, "peering connections"));
        shapes.extend(vpc.vpn_gateways.iter().map(|row| {
            let it = &model.vpn_gateways[*row];
            let name = it.about.name().unwrap_or(it.id.as_str());
            let mut shape = Shape::new(it.id.as_str(), Paint::Gateway, name).says("virtual private gateway");
            shape.problem = tunnels_down(model, |link| link.vpn_gateway.as_ref() == Some(&it.id));
            Shape { ports: Joints::port(self.premises, Side::Bottom), ..shape.tells(it.id.as_str()) }
        }));
        let endpoints = vpc.endpoints.iter().map(|row| &model.vpc_endpoints[*row]);
        let endpoints = endpoints.filter(|it| it.interfaces.is_empty()).map(|it| {
            let name = super::hosts::service(&it.service_name);
            let shape = Shape::new(it.id.as_str(), Paint::Gateway, name).says("gateway endpoint");
            shape.tells(format!("{} {}", it.id, it.service_name))
        });
        shapes.extend(few(endpoints.collect(), vpc, "gateway endpoints"));
        shapes
    }

    fn peering(&self, estate: &Estate<'_>, vpc: &VpcFacts<'_>, row: usize) -> Shape {
        let it = &estate.model.peering_connections[row];
        let is_requester = it.requester.vpc.as_ref() == Some(vpc.id);
        let other: &PeeringSide = if is_requester { &it.accepter } else { &it.requester };
        let found = other.vpc.as_ref().and_then(|id| estate.model.vpcs.get(id));
        let id = other.vpc.as_ref().map_or("a VPC", |it| it.as_str());
        let name = found.and_then(|it| it.about.name()).unwrap_or(id);
        let cidrs: Vec<String> = other.cidrs.iter().map(ToString::to_string).collect();
        let mut shape = Shape::new(it.id.as_str(), Paint::Gateway, it.about.name().unwrap_or(it.id.as_str()))
            .says(format!("peering with {name}"))
            .says(if found.is_none() { cidrs.join(", ") } else { String::new() })
            .tells(format!("{} to {id} {}", it.id, cidrs.join(", ")));
        let status = it.status.as_ref().filter(|it| **it != PeeringStatus::Active);
        shape.problem = status.map(|it| it.as_text().to_owned());
        Shape { ports: Joints::port(self.peerings.get(&row).copied(), Side::Bottom), ..shape }
    }

    /// The ends that a VPC has which is drawn as one card.
    pub(super) fn ports_of(&self, estate: &Estate<'_>, vpcs: &[&VpcFacts<'_>]) -> Vec<Port> {
        let mut ports: BTreeSet<Port> = BTreeSet::new();
        for vpc in vpcs {
            if !vpc.internet_gateways.is_empty() || !vpc.egress_only_gateways.is_empty() {
                ports.extend(Joints::port(self.internet, Side::Top));
            }
            if !vpc.vpn_gateways.is_empty() {
                ports.extend(Joints::port(self.premises, Side::Bottom));
            }
            for row in &vpc.attachments {
                let gateway = &estate.model.transit_gateway_vpc_attachments[*row].transit_gateway;
                ports.extend(Joints::port(self.transit.get(gateway.as_str()).copied(), Side::Bottom));
            }
            for row in &vpc.peerings {
                ports.extend(Joints::port(self.peerings.get(row).copied(), Side::Bottom));
            }
        }
        ports.into_iter().collect()
    }

    /// The transit gateways of an account and Region.
    pub(super) fn hubs(&self, estate: &Estate<'_>, account: &str, region: &str) -> Vec<Shape> {
        let model = estate.model;
        let is_here = |about: &crate::model::About| {
            about.account.as_ref().map_or("", |it| it.as_str()) == account
                && about.region.as_ref().map_or("", |it| it.as_str()) == region
        };
        let known = self.transit.keys().filter_map(|id| model.transit_gateways.get(&(*id).into()));
        known.filter(|it| is_here(&it.about)).map(|it| self.hub(estate, it.id.as_str())).collect()
    }

    /// The box of a transit gateway.
    pub(super) fn hub(&self, estate: &Estate<'_>, id: &str) -> Shape {
        let model = estate.model;
        let gateway = model.transit_gateways.get(&id.into());
        let name = gateway.and_then(|it| it.about.name()).unwrap_or(id);
        let tables =
            model.transit_gateway_route_tables.iter().filter(|it| it.transit_gateway.as_str() == id).count();
        let own = model.transit_gateway_vpc_attachments.iter().filter(|it| it.transit_gateway.as_str() == id);
        let attached = own.count();
        let counts = [(attached, "VPC", "VPCs"), (tables, "route table", "route tables")];
        let mut shape = Shape::new(id, Paint::Hub, name)
            .says(if gateway.is_some() { "transit gateway" } else { "transit gateway, not in the snapshot" })
            .says(counted(&counts))
            .tells(id);
        let is_own = |link: &VpnConnection| link.transit_gateway.as_ref().is_some_and(|it| it.as_str() == id);
        shape.problem = tunnels_down(model, is_own);
        shape.ports = Joints::port(self.transit.get(id).copied(), Side::Top);
        for (row, net) in &self.hub_peerings {
            let it = &model.transit_gateway_peerings[*row];
            if [&it.requester, &it.accepter].iter().any(|it| it.as_ref().is_some_and(|it| it.as_str() == id))
            {
                shape.ports.extend(Joints::port(Some(*net), Side::Bottom));
            }
        }
        let mut attachments =
            model.transit_gateway_attachments.iter().filter(|it| it.transit_gateway.as_str() == id);
        if attachments.any(|it| it.kind.is_link()) {
            shape.ports.extend(Joints::port(self.premises, Side::Bottom));
        }
        shape
    }
}

/// A VPN connection of some gateway whose tunnels are all down.
fn tunnels_down(model: &Model, is_own: impl Fn(&VpnConnection) -> bool) -> Option<String> {
    let is_down = |it: &&VpnConnection| {
        !it.tunnels.is_empty() && it.tunnels.iter().all(|it| it.status == Some(TunnelStatus::Down))
    };
    let link = model.vpn_connections.iter().filter(|it| is_own(it)).find(is_down)?;
    Some(format!("all tunnels of {} are down", link.about.name().unwrap_or(link.id.as_str())))
}

/// Counts in words; what there is none of is left out.
pub(super) fn counted(counts: &[(usize, &str, &str)]) -> String {
    let some = counts.iter().filter(|(count, _, _)| *count > 0);
    let words = some.map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }));
    words.collect::<Vec<String>>().join(" · ")
}

/// A few boxes, or one for all of them.
fn few(shapes: Vec<Shape>, vpc: &VpcFacts<'_>, what: &str) -> Vec<Shape> {
    if shapes.len() <= MOST_CHIPS {
        return shapes;
    }
    let mut one =
        Shape::new(format!("{}/{what}", vpc.id), Paint::Gateway, format!("{} {what}", shapes.len()));
    for shape in shapes {
        one.hover.push(shape.lines.iter().map(|it| it.text.as_str()).collect::<Vec<&str>>().join(" "));
        one.problem = one.problem.or(shape.problem);
        let name = shape.lines.first().map(|it| it.text.clone()).unwrap_or_default();
        one.members.push(Member { id: shape.key, name });
        one.ports.extend(shape.ports);
    }
    vec![one]
}
