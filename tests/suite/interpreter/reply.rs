//! The way back (section 35): the swapped packet, with groups skipped, translations undone, and every network
//! ACL and table asked anew.

use super::walk::{Arrival, Step, Walk, dropped};
use super::{End, Outcome, Packet, Start};

impl<'m> Walk<'_, 'm> {
    /// What becomes of the reply to a packet that arrived.
    pub fn round_trip(&mut self, start: &Start, sent: Packet, arrival: &Arrival) -> Outcome {
        self.turn_round();
        let (Some(expected), Some(reply)) = (sent.reply(), arrival.packet.reply()) else {
            // Nothing answers; the packet is judged by its way there.
            return Outcome::Delivered(arrival.end.clone());
        };
        self.say(|| format!("the reply is {reply}"));
        match self.walk_back(&arrival.end, reply) {
            Err(stop) => Outcome::from(stop),
            Ok(back) => match self.is_the_answer(start, &back, expected) {
                Ok(()) => Outcome::Delivered(back.end),
                Err(stop) => Outcome::from(stop),
            },
        }
    }

    fn walk_back(&mut self, from: &End, reply: Packet) -> Step<Arrival> {
        match from {
            // LL-2: a client's question went in the name of an interface, which hands the answer on.
            End::LinkLocal(_) if let Some(door) = self.door_of_client() => self.to_client(door, reply),
            // M-8, LL-1 … LL-4: nothing stands between.
            End::SameHost | End::LinkLocal(_) | End::Clients(_) => {
                Ok(Arrival { end: End::SameHost, packet: reply })
            }
            End::Interface(id) => {
                let interface = self.model.network_interfaces.get(id);
                let interface = interface.expect("the packet was received by this interface");
                self.send(interface, reply)
            }
            End::Internet => self.enter_from_internet(reply),
            End::OnPremises(link) => self.enter_by(link, reply),
            End::ServiceNetwork(vpc) => {
                let vpc = self.vpc(vpc)?;
                self.deliver(vpc, None, reply)
            }
            End::GatewayEndpoint(id) => {
                let endpoint = self.model.vpc_endpoints.get(id);
                let vpc = self.vpc(&endpoint.expect("the packet was taken by this endpoint").vpc)?;
                self.deliver(vpc, None, reply)
            }
        }
    }

    /// The sender gets it, and it is what the sender waits for.
    fn is_the_answer(&self, start: &Start, back: &Arrival, expected: Packet) -> Step {
        let is_there = match (start, &back.end) {
            (_, End::SameHost) => true,
            (Start::Interface(id), End::Interface(at)) => id == at,
            (Start::Internet, End::Internet) | (Start::OnPremises, End::OnPremises(_)) => true,
            (Start::Clients(asking, _), End::Clients(answered)) => asking == answered,
            (Start::Interface(_) | Start::Internet | Start::OnPremises | Start::Clients(..), _) => false,
        };
        if !is_there {
            return dropped(format!("the reply goes astray to {:?} (PCX-5)", back.end));
        }
        match back.packet == expected {
            true => {
                self.came_by_all_appliances()?;
                self.both_ways_seen(expected)
            }
            false => dropped(format!("the sender does not know {}", back.packet)),
        }
    }
}
