//! Inspection: the rules that packets meet behind an endpoint, as a walk reads them.
//!
//! Rules look at both addresses and both ports at once, so they stay a list here; a walk makes a diagram of those that
//! concern the packets at hand ([`crate::packet::Diagrams`]). A rule that looks further than a header may match or not:
//! it carries what is said of that.

use super::location::{AssumptionIndex, Component, Origin};
use crate::packet::{Family, Packets};

/// A firewall, as packets meet it.
#[derive(Debug, Clone)]
pub struct FirewallRow {
    /// What an answer names.
    pub component: Component,
    /// What each packet meets by itself, the default last (NFW-2, NFW-7).
    pub stateless: Vec<InspectionRule>,
    /// What conversations meet that the former hand on, the default last (NFW-4, NFW-5).
    pub stateful: Vec<InspectionRule>,
    /// What is said of TCP connections whose beginning it has not seen, where they are not simply dropped.
    pub midstream: Option<AssumptionIndex>,
    /// What is said of other answers to packets that it has not seen.
    pub unseen: AssumptionIndex,
    /// What is said of a sender's rule that names a group beyond it (SG-15).
    pub references_gap: AssumptionIndex,
    /// What is said of rules that are too many to be followed.
    pub too_many: AssumptionIndex,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct InspectionRule {
    /// Its place.
    pub origin: Origin,
    /// The packets that it is for, IPv4 and IPv6; none where it is for none of the family.
    pub packets: [Option<Packets>; 2],
    /// What it does.
    pub action: InspectionAction,
    /// What is said of a rule of which nobody can tell whether it matches.
    pub gap: Option<AssumptionIndex>,
    /// Whose packets it is for.
    pub side: InspectionSide,
    /// Flags of TCP that must be set, and those that are looked at; any one of the pairs (NFW-3).
    pub flags: Box<[(u8, u8)]>,
}

impl InspectionRule {
    /// The packets of a family.
    pub fn of(&self, family: Family) -> Option<&Packets> {
        match family {
            Family::V4 => self.packets[0].as_ref(),
            Family::V6 => self.packets[1].as_ref(),
        }
    }
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectionAction {
    /// The packet passes; of a conversation, all that follows too.
    Pass,
    /// It passes because nothing speaks against it; what follows is judged again.
    PassByDefault,
    /// It passes, and its answer does not.
    PassUnanswered,
    /// It is dropped.
    Drop,
    /// The stateful rules have their say.
    Inspect,
}

/// Whose packets a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectionSide {
    /// Anybody's.
    Both,
    /// Those of whoever began the conversation.
    Client,
    /// The answers.
    Server,
}
