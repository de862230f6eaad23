//! Firewalls: what their rules let pass of a flow, each way.
//!
//! Rules read both addresses and both ports at once, so what passes of a box is no box. The rules that concern the flow
//! make a diagram; its cells are boxes again, and each goes on as a flow of its own. Each packet meets the stateless
//! rules by itself (NFW-7); the stateful ones know the conversations that they let begin (NFW-6), at the endpoint where
//! they began and nowhere else (NFW-10).

use super::loss::narrow;
use super::{Next, Reading, Walk, Way};
use crate::network::{
    AssumptionIndex, ExplanationCode, FirewallIndex, FirewallRow, InspectionAction, InspectionRule,
    InspectionSide, Origin, PeerSide,
};
use crate::packet::{AddressSet, Cell, Diagram, Diagrams, Interval, Packets, TransportSet, protocol};
use crate::solver::answer::{Decision, RuleUse};
use crate::solver::flow::{
    Answers, Arrival, End, Flow, GroupLoss, Groups, Mark, beside_ports, port_intervals,
};

/// Nodes of a diagram of one flow's rules; more than that, and the answer is unknown.
const MOST_NODES: usize = 1 << 16;

/// The flags of the packet that begins a TCP connection, of the one that answers it, and of all that follow.
const BEGINS: u8 = 0b0000_0010;
const ANSWERS: u8 = 0b0001_0010;
const FOLLOWS: u8 = 0b0001_0000;

/// What becomes of some packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Judged {
    end: Ended,
    /// What decided; left out where nobody asks.
    origin: Option<Origin>,
}

/// Whose rules they are; the stateless engine's with the flags that TCP packets have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Stateless,
    Stateful,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// They pass, and the stateful rules know nothing of it.
    Passed,
    /// They pass, and this becomes of the answers.
    Known(Answers),
    /// The stateful rules have their say.
    HandedOn,
    Dropped(ExplanationCode),
}

/// What the rules of one reading come to.
struct Judging<'r> {
    diagrams: Diagrams,
    /// What the numbers of the diagram stand for, from one on.
    judged: Vec<Judged>,
    reading: Reading,
    flow: &'r Flow,
    transport: &'r [Interval],
    is_back: bool,
    tells: bool,
    /// What is said of rules that may match.
    gaps: Vec<AssumptionIndex>,
}

impl Walk<'_, '_> {
    /// What a firewall lets pass.
    pub(super) fn inspect(&mut self, flow: &mut Flow, firewall: FirewallIndex) -> Next {
        let network = self.network;
        let row = &network.firewalls[firewall.index()];
        if let next @ (Next::Move(_) | Next::Ended) = self.without_references(flow, row.references_gap) {
            return next;
        }
        self.tell_here(flow, Decision::Pass, RuleUse::None);
        if flow.groups == Groups::Kept {
            // SG-15.
            flow.groups = Groups::Lost(GroupLoss::Middlebox);
        }
        let asked = self.boxes(flow);
        let transport = self.workspace.intervals(flow.transport).to_vec();
        let judge = |reading: Reading| {
            let mut judging = Judging {
                diagrams: Diagrams::new(flow.destination.family(), MOST_NODES),
                judged: Vec::new(),
                reading,
                flow,
                transport: &transport,
                is_back: self.is_back(),
                tells: self.story.is_some(),
                gaps: Vec::new(),
            };
            let diagram = judging.all(row, &asked, self.known(flow), &self.way);
            (judging, diagram)
        };
        let (mut judging, diagram) = judge(self.reading);
        if !judging.gaps.is_empty() {
            let other = match self.reading {
                Reading::Certain => Reading::Possible,
                Reading::Possible => Reading::Certain,
            };
            let (mut other, others) = judge(other);
            let differs = judging.what_passes(diagram) != other.what_passes(others);
            if differs {
                let gaps = std::mem::take(&mut judging.gaps);
                gaps.into_iter().for_each(|gap| self.gap(gap));
            }
        }
        if judging.diagrams.is_full() {
            return self.unknown(flow, row.too_many);
        }
        let cells = judging.diagrams.cells(diagram);
        let judged = judging.judged;
        self.part(flow, row, &cells, &judged)
    }

    /// The flow as boxes of one set of source ports each.
    fn boxes(&self, flow: &Flow) -> Vec<Packets> {
        let transport = self.workspace.intervals(flow.transport);
        if flow.ports == TransportSet::ALL {
            return vec![Packets { transport: Some(transport.to_vec()), ..Packets::default() }];
        }
        let ports = self.workspace.intervals(flow.ports);
        let mut boxes = Vec::new();
        let mut others = transport.to_vec();
        for number in [protocol::TCP, protocol::UDP] {
            let block = (u32::from(number) << 16, u32::from(number) << 16 | 0xffff);
            let inside = within(transport, block);
            others = others.iter().flat_map(|interval| outside(*interval, block)).collect();
            let short = |(low, high): Interval| (low as u16, high as u16);
            let source_ports: Vec<(u16, u16)> = within(ports, block).into_iter().map(short).collect();
            if !inside.is_empty() && !source_ports.is_empty() {
                let source_ports = Some(source_ports);
                boxes.push(Packets { transport: Some(inside), source_ports, ..Packets::default() });
            }
        }
        if !others.is_empty() {
            boxes.push(Packets { transport: Some(others), ..Packets::default() });
        }
        boxes
    }

    /// What the firewall at hand knows of the conversation.
    fn known(&self, flow: &Flow) -> Option<Answers> {
        match self.way {
            Way::There => None,
            Way::Back(conversation) => conversation.inspected_at(flow.at),
        }
    }

    /// Each cell goes its way: the first that passes as the flow at hand, the others by themselves.
    fn part(&mut self, flow: &mut Flow, row: &FirewallRow, cells: &[Cell], judged: &[Judged]) -> Next {
        let mut passing: Option<Flow> = None;
        for cell in cells {
            let Some(mut part) = self.cut(flow, &cell.packets) else { continue };
            let Judged { end, origin } = judged[cell.value as usize - 1];
            let rule = origin.map_or(RuleUse::None, RuleUse::Firewall);
            part.resume = self.number + 1;
            match end {
                Ended::Dropped(code) => {
                    if self.drop_by(&part, code, row.component, rule) {
                        self.tell(&mut part, Decision::Drop(code), row.component, rule);
                        part.blocked += 1;
                        // What would pass here would be known here.
                        part.marks.push(Mark::Inspected { at: flow.at, answers: Answers::WouldPass });
                        self.pending.push(part);
                    }
                    continue;
                }
                Ended::Known(answers) => part.marks.push(Mark::Inspected { at: flow.at, answers }),
                Ended::Passed | Ended::HandedOn => {}
            }
            self.tell(&mut part, Decision::Pass, row.component, rule);
            match passing {
                None => passing = Some(part),
                Some(_) => self.pending.push(part),
            }
        }
        match passing {
            Some(part) => {
                *flow = Flow { resume: 0, ..part };
                Next::Go
            }
            None => Next::Ended,
        }
    }

    /// The part of a flow that is in a cell.
    fn cut(&mut self, flow: &Flow, packets: &Packets) -> Option<Flow> {
        let mut part = flow.clone();
        for (side, set) in
            [(PeerSide::Source, &packets.source), (PeerSide::Destination, &packets.destination)]
        {
            let Some(set) = set else { continue };
            let whole = Self::peer_set(&part, side);
            let both = whole.intersection(set);
            if both.is_empty() {
                return None;
            }
            narrow(&mut part, side, both);
        }
        if let Some(transport) = &packets.transport {
            let transport = self.workspace.of(transport);
            part.transport = self.workspace.intersection(part.transport, transport);
        }
        if let Some(ports) = &packets.source_ports {
            let mut intervals = beside_ports();
            intervals.extend(port_intervals(protocol::TCP, ports));
            intervals.extend(port_intervals(protocol::UDP, ports));
            let ports = self.workspace.of(&intervals);
            part.ports = self.workspace.intersection(part.ports, ports);
        }
        (!part.transport.is_empty()).then_some(part)
    }

    /// NFW-10: a connection of which a firewall sees one direction only does not come about. Other protocols do not
    /// notice.
    pub(super) fn half_seen(&mut self, flow: &mut Flow, end: End) -> bool {
        let Way::Back(conversation) = self.way else { return true };
        if end != conversation.origin {
            return true;
        }
        let missed = conversation.inspected_elsewhere(&flow.marks);
        for at in missed {
            let Some(firewall) = self.network.firewall_at(at) else { continue };
            let tcp = self.workspace.protocol(protocol::TCP);
            let lost = self.workspace.intersection(flow.transport, tcp);
            if lost.is_empty() {
                continue;
            }
            if let Some(gap) = firewall.midstream {
                self.gap(gap);
                if self.reading == Reading::Possible {
                    continue;
                }
            }
            let code = ExplanationCode::FirewallAsymmetricRouting;
            let mut rest = flow.clone();
            rest.transport = lost;
            if self.drop_by(&rest, code, firewall.component, RuleUse::None) {
                self.tell(&mut rest, Decision::Drop(code), firewall.component, RuleUse::None);
                rest.blocked += 1;
                self.arrivals.push(Arrival { flow: rest, end });
            }
            flow.transport = self.workspace.difference(flow.transport, tcp);
            if flow.transport.is_empty() {
                return false;
            }
        }
        true
    }
}

impl Judging<'_> {
    /// What becomes of the flow: stateless rules first, then where they say so the stateful ones.
    fn all(
        &mut self,
        row: &FirewallRow,
        asked: &[Packets],
        known: Option<Answers>,
        way: &Way<'_>,
    ) -> Diagram {
        let asked: Vec<(Packets, u32)> = asked.iter().map(|packets| (packets.clone(), 1)).collect();
        let asked = self.diagrams.first_match(&asked);
        let first = if matches!(way, Way::Back(_)) { ANSWERS } else { BEGINS };
        let mut stateless = self.list(&row.stateless, Engine::Stateless, first, asked);
        if row.stateless.iter().any(|rule| !rule.flags.is_empty()) {
            // What drops the packets that follow drops the connection.
            let following = self.list(&row.stateless, Engine::Stateless, FOLLOWS, asked);
            let dropped = self.only(following, |end| matches!(end, Ended::Dropped(_)));
            let lost = self.diagrams.within(following, dropped);
            stateless = self.diagrams.or_else(lost, stateless);
        }
        let handed_on = self.only(stateless, |end| end == Ended::HandedOn);
        if handed_on == Diagram::NOTHING {
            return stateless;
        }
        let stateful = self.stateful(row, handed_on, known);
        let decided = self.diagrams.without(stateless, handed_on);
        self.diagrams.or_else(stateful, decided)
    }

    fn stateful(&mut self, row: &FirewallRow, asked: Diagram, known: Option<Answers>) -> Diagram {
        let default = row.stateful.last().map(|rule| rule.origin);
        let end = match (self.is_back, known) {
            (true, None) => return self.unseen(row, asked),
            (false, _) | (true, Some(Answers::AreJudged)) => None,
            (true, Some(Answers::Pass | Answers::WouldPass)) => Some(Ended::Known(Answers::Pass)),
            (true, Some(Answers::AreDropped)) => {
                Some(Ended::Dropped(ExplanationCode::FirewallRulesRestriction))
            }
        };
        match end {
            Some(end) => {
                let origin = default.filter(|_| matches!(end, Ended::Dropped(_)));
                let number = self.number(Judged { end, origin });
                let whole = Diagram::constant(number);
                self.diagrams.within(whole, asked)
            }
            None => self.list(&row.stateful, Engine::Stateful, 0, asked),
        }
    }

    /// NFW-10: answers to what the firewall has not seen. TCP is dropped; of the rest nobody documents whether it is
    /// taken for a conversation of its own.
    fn unseen(&mut self, row: &FirewallRow, asked: Diagram) -> Diagram {
        let code = ExplanationCode::FirewallAsymmetricRouting;
        let tcp = u32::from(protocol::TCP) << 16;
        let tcp = Packets { transport: Some(vec![(tcp, tcp | 0xffff)]), ..Packets::default() };
        let number = self.number(Judged { end: Ended::Dropped(code), origin: None });
        let tcp = self.diagrams.of(&tcp, number);
        let tcp = self.diagrams.within(tcp, asked);
        let rest = if row.midstream.is_some() { asked } else { self.diagrams.without(asked, tcp) };
        if rest == Diagram::NOTHING {
            return tcp;
        }
        self.gaps.push(row.unseen);
        let rest = match self.reading {
            Reading::Certain => self.diagrams.within(Diagram::constant(number), rest),
            Reading::Possible => self.list(&row.stateful, Engine::Stateful, 0, rest),
        };
        self.diagrams.or_else(rest, tcp)
    }

    /// What the first rule that matches says, for the packets that are asked about.
    fn list(&mut self, rules: &[InspectionRule], engine: Engine, flags: u8, asked: Diagram) -> Diagram {
        let mut matching: Vec<(Packets, u32)> = Vec::new();
        for rule in rules {
            let Some(packets) = self.clipped(rule, flags) else { continue };
            if let Some(gap) = rule.gap {
                if !self.gaps.contains(&gap) {
                    self.gaps.push(gap);
                }
                // What nobody can tell drops in one reading and passes in the other.
                let is_drop = rule.action == InspectionAction::Drop;
                if is_drop != (self.reading == Reading::Certain) {
                    continue;
                }
            }
            let number = self.number(Judged { end: ended(rule.action, engine), origin: Some(rule.origin) });
            let is_last = packets == Packets::default();
            matching.push((packets, number));
            if is_last {
                break;
            }
        }
        let diagram = self.diagrams.first_match(&matching);
        self.diagrams.within(diagram, asked)
    }

    /// The packets of a rule, without the axes on which it holds for the whole flow; none where it is for other ones.
    fn clipped(&self, rule: &InspectionRule, flags: u8) -> Option<Packets> {
        let is_of_side = match rule.side {
            InspectionSide::Both => true,
            InspectionSide::Client => !self.is_back,
            InspectionSide::Server => self.is_back,
        };
        let has_flags =
            rule.flags.is_empty() || rule.flags.iter().any(|(wanted, mask)| flags & mask == wanted & mask);
        if !is_of_side || !has_flags {
            return None;
        }
        let flow = self.flow;
        let packets = rule.of(flow.destination.family())?;
        Some(Packets {
            source: clip(packets.source.as_ref(), &flow.source)?,
            destination: clip(packets.destination.as_ref(), &flow.destination)?,
            transport: match &packets.transport {
                None => None,
                Some(wanted) => {
                    let mut both = self.transport.iter().map(|part| within(wanted, *part));
                    let is_whole = both.clone().zip(self.transport).all(|(both, part)| both == [*part]);
                    if both.all(|both| both.is_empty()) {
                        return None;
                    }
                    (!is_whole).then(|| wanted.clone())
                }
            },
            source_ports: packets.source_ports.clone(),
        })
    }

    fn number(&mut self, judged: Judged) -> u32 {
        let judged = Judged { origin: judged.origin.filter(|_| self.tells), ..judged };
        let known = self.judged.iter().position(|it| *it == judged);
        let position = known.unwrap_or_else(|| {
            self.judged.push(judged);
            self.judged.len() - 1
        });
        position as u32 + 1
    }

    /// The packets that end in some way.
    fn only(&mut self, diagram: Diagram, is_wanted: impl Fn(Ended) -> bool) -> Diagram {
        let wanted: Vec<bool> = self.judged.iter().map(|judged| is_wanted(judged.end)).collect();
        self.diagrams.relabelled(diagram, &mut |value| {
            u32::from(value > 0 && wanted.get(value as usize - 1) == Some(&true))
        })
    }

    /// What passes, and what becomes of the answers, in a form that does not depend on the rules.
    fn what_passes(&mut self, diagram: Diagram) -> Vec<Cell> {
        let ends: Vec<u32> = self.judged.iter().map(|judged| place_of(judged.end)).collect();
        let passing = self.diagrams.relabelled(diagram, &mut |value| {
            if value == 0 { 0 } else { ends[value as usize - 1] }
        });
        self.diagrams.cells(passing)
    }
}

/// A number for each end, nought for a drop.
fn place_of(end: Ended) -> u32 {
    match end {
        Ended::Dropped(_) => 0,
        Ended::Passed => 1,
        Ended::Known(Answers::Pass | Answers::WouldPass) => 2,
        Ended::Known(Answers::AreJudged) => 3,
        Ended::Known(Answers::AreDropped) => 4,
        Ended::HandedOn => 5,
    }
}

fn ended(action: InspectionAction, engine: Engine) -> Ended {
    match action {
        InspectionAction::Pass if engine == Engine::Stateless => Ended::Passed,
        InspectionAction::Pass => Ended::Known(Answers::Pass),
        InspectionAction::PassByDefault => Ended::Known(Answers::AreJudged),
        InspectionAction::PassUnanswered => Ended::Known(Answers::AreDropped),
        InspectionAction::Drop => Ended::Dropped(ExplanationCode::FirewallRulesRestriction),
        InspectionAction::Inspect => Ended::HandedOn,
    }
}

/// A rule's addresses: none needed where they hold all of the flow's, no rule where they hold none.
fn clip(wanted: Option<&AddressSet>, flow: &AddressSet) -> Option<Option<AddressSet>> {
    let Some(wanted) = wanted else { return Some(None) };
    if flow.is_within(wanted) {
        return Some(None);
    }
    match flow.single() {
        Some(_) => None,
        None => (!flow.intersection(wanted).is_empty()).then(|| Some(wanted.clone())),
    }
}

/// The parts of sorted intervals that are in another.
fn within(intervals: &[Interval], block: Interval) -> Vec<Interval> {
    let parts = intervals.iter().map(|(low, high)| ((*low).max(block.0), (*high).min(block.1)));
    parts.filter(|(low, high)| low <= high).collect()
}

/// The parts of an interval that are not in another.
fn outside(interval: Interval, block: Interval) -> impl Iterator<Item = Interval> {
    let below = block.0.checked_sub(1).map(|last| (interval.0, interval.1.min(last)));
    let above = (interval.0.max(block.1.saturating_add(1)), interval.1);
    below.into_iter().chain([above]).filter(|(low, high)| low <= high)
}
