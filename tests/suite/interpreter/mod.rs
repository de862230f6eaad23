//! A second opinion: what AWS does with one concrete packet and with its reply, read straight from the model.
//!
//! Plain and slow: one packet, hop by hop, every list scanned from its beginning, nothing compiled and
//! nothing shared with `network` and `solver`. Written from the rules of the semantics document alone, whose
//! ids (`RT-4`) stand at the lines that encode them. Where AWS picks, or the snapshot lacks a fact, every way
//! is tried ([`choices`]), and the opinion is the set of what can happen.
//!
//! Not modelled, and so *unknown*: Client VPN endpoints at transit gateways or without an interface,
//! 1:1 NAT of transit gateways.

mod packet;
mod choices;
mod walk;
mod routes;
mod filters;
mod addresses;
mod internet;
mod block_public_access;
mod nat;
mod edges;
mod endpoints;
mod firewalls;
mod balancers;
mod targets;
mod peering;
mod transit;
mod transit_routes;
mod hybrid;
mod reply;
mod appliances;
mod gateway_load_balancers;
mod wide;
mod clients;
mod owners;
mod names;

use std::fmt;

use netpath::model::{ClientVpnEndpointId, Model, NetworkInterfaceId, PortMatch, VpcEndpointId};

pub use clients::is_door;
pub use names::{Meaning, meaning};
pub use owners::interfaces_of;
pub use packet::{Packet, Transport};

/// Where a packet starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Start {
    /// At an interface, with one of its addresses as the source.
    Interface(NetworkInterfaceId),
    /// At the source address, which is a host on the internet.
    Internet,
    /// At the source address, which is a host on premises.
    OnPremises,
    /// At the source address, which a client of an endpoint has; in which group the client is, where that is known.
    Clients(ClientVpnEndpointId, Option<String>),
}

/// Where a packet ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// It is received by an interface.
    Interface(NetworkInterfaceId),
    /// It never left its host (M-8).
    SameHost,
    /// It is on the internet, for an address that nothing in the snapshot owns.
    Internet,
    /// It left by a link to on premises, which this is the id of.
    OnPremises(String),
    /// It is with the service behind a gateway endpoint.
    GatewayEndpoint(VpcEndpointId),
    /// It is with the services that a VPC reaches by VPC Lattice.
    ServiceNetwork(netpath::model::VpcId),
    /// It is with a service of AWS that every VPC has (`LL`).
    LinkLocal(&'static str),
    /// It is with the client of an endpoint that it answers.
    Clients(ClientVpnEndpointId),
}

/// What became of a packet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It arrived.
    Delivered(End),
    /// It is dropped, and this is why.
    Dropped(String),
    /// It comes to something that is not modelled or not in the snapshot.
    Unknown(String),
}

/// What became of a packet and of the reply to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fate {
    /// The packet.
    pub forward: Outcome,
    /// The reply: delivered when it reaches the sender with the addresses that the sender expects. What is
    /// delivered and has no reply counts as answered; what is not delivered is not answered.
    pub round_trip: Outcome,
}

/// All fates over everything that is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Delivered, whatever AWS picks and the missing facts are.
    Always,
    /// Dropped, whatever AWS picks and the missing facts are.
    Never,
    /// Depends on what AWS picks.
    Sometimes,
    /// Depends on a fact that the snapshot lacks, or on something not modelled.
    Unknown,
}

/// The set of what can happen.
#[derive(Debug, Clone)]
pub struct Opinion {
    /// Every way; none when there were too many to try.
    pub fates: Vec<choices::Run<Fate>>,
}

impl Opinion {
    /// Whether the packet arrives.
    pub fn forward(&self) -> Verdict {
        self.verdict(|fate| &fate.forward)
    }

    /// Whether the packet arrives and the reply comes back.
    pub fn round_trip(&self) -> Verdict {
        self.verdict(|fate| &fate.round_trip)
    }

    fn verdict(&self, outcome: impl Fn(&Fate) -> &Outcome) -> Verdict {
        let all = |is: fn(&Outcome) -> bool| self.fates.iter().all(|run| is(outcome(&run.result)));
        let any = |is: fn(&Outcome) -> bool| self.fates.iter().any(|run| is(outcome(&run.result)));
        if self.fates.is_empty() || any(|it| matches!(it, Outcome::Unknown(_))) {
            Verdict::Unknown
        } else if all(|it| matches!(it, Outcome::Delivered(_))) {
            Verdict::Always
        } else if all(|it| matches!(it, Outcome::Dropped(_))) {
            Verdict::Never
        } else if self.fates.iter().any(|run| run.supposed) {
            Verdict::Unknown
        } else {
            Verdict::Sometimes
        }
    }
}

/// A model ready to be asked.
#[derive(Debug)]
pub struct Interpreter<'m> {
    model: &'m Model,
    /// The source ports that a NAT gateway may pick, one for each stretch in which every network ACL treats
    /// them alike.
    translated_ports: Vec<u16>,
}

impl<'m> Interpreter<'m> {
    /// Looks at a model.
    pub fn new(model: &'m Model) -> Interpreter<'m> {
        let entries = model.network_acls.iter().flat_map(|acl| acl.inbound.iter().chain(&acl.outbound));
        let edges = entries.filter_map(|entry| match entry.protocol {
            PortMatch::Ports { from, to, .. } => Some([Some(from), to.checked_add(1)]),
            PortMatch::All | PortMatch::Protocol(_) | PortMatch::Icmp { .. } => None,
        });
        // NAT-2: source ports are 1024 to 65535.
        let mut translated_ports: Vec<u16> = edges.flatten().flatten().collect();
        translated_ports.extend(
            firewalls::ports(model)
                .into_iter()
                .flat_map(|(from, to)| [Some(from), to.checked_add(1)])
                .flatten(),
        );
        translated_ports.retain(|port| *port > 1024);
        translated_ports.push(1024);
        translated_ports.sort_unstable();
        translated_ports.dedup();
        Interpreter { model, translated_ports }
    }

    /// Everything that can become of a packet and its reply.
    pub fn ask(&self, start: &Start, packet: Packet) -> Opinion {
        let fates = choices::explore(|choices| {
            let mut walk = walk::Walk::new(self, choices);
            walk.there_and_back(start, packet)
        });
        Opinion { fates: fates.unwrap_or_default() }
    }

    /// The same, told hop by hop.
    pub fn tell(&self, start: &Start, packet: Packet) -> Vec<String> {
        let told = choices::explore(|choices| {
            let mut walk = walk::Walk::new(self, choices);
            walk.story = Some(Vec::new());
            let fate = walk.there_and_back(start, packet);
            let mut lines = walk.story.take().unwrap_or_default();
            lines.extend(choices.supposed());
            lines.push(format!("=> {}; round trip {}", fate.forward, fate.round_trip));
            lines.join("\n")
        });
        let told = told.into_iter().flatten().map(|run| run.result);
        let mut stories: Vec<String> = told.collect();
        stories.dedup();
        stories
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Delivered(End::Interface(id)) => write!(formatter, "delivered to {id}"),
            Outcome::Delivered(End::SameHost) => write!(formatter, "delivered inside the host"),
            Outcome::Delivered(End::Internet) => write!(formatter, "delivered to the internet"),
            Outcome::Delivered(End::OnPremises(id)) => write!(formatter, "delivered over {id}"),
            Outcome::Delivered(End::GatewayEndpoint(id)) => write!(formatter, "delivered to {id}"),
            Outcome::Delivered(End::ServiceNetwork(id)) => write!(formatter, "delivered to services of {id}"),
            Outcome::Delivered(End::LinkLocal(name)) => write!(formatter, "delivered to {name}"),
            Outcome::Delivered(End::Clients(id)) => write!(formatter, "delivered to a client of {id}"),
            Outcome::Dropped(why) => write!(formatter, "dropped: {why}"),
            Outcome::Unknown(why) => write!(formatter, "unknown: {why}"),
        }
    }
}
