//! The inside of a VPC as a picture has it: zones, tiers, and what flows between its rows.

use super::picture::{Paint, Shape, Tier};

/// A VPC's inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zones {
    /// The zones' names.
    pub columns: Vec<String>,
    /// Tiers, from the outside in.
    pub bands: Vec<Band>,
    /// What stands on the upper edge.
    pub above: Vec<Shape>,
    /// What stands on the lower edge.
    pub below: Vec<Shape>,
    /// Who talks to whom.
    pub flows: Vec<Flow>,
}

/// The subnets of a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// The tier.
    pub tier: Tier,
    /// Rows of cells, one for each column; subnets of one purpose share a row.
    pub rows: Vec<Vec<Vec<Shape>>>,
}

/// What some hosts send to others. One of its ends is a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Where it comes from.
    pub from: Tip,
    /// Where it goes to.
    pub to: Tip,
    /// How it is painted, where it is something that changed.
    pub paint: Option<Paint>,
    /// Who, to whom.
    pub ends: String,
    /// What, and how often.
    pub traffic: String,
    /// All of it.
    pub hover: Vec<String>,
}

/// An end of what flows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tip {
    /// The internet.
    Internet,
    /// A row, over all bands.
    Row(usize),
    /// Another VPC, or what lies outside, by its name.
    Elsewhere(String),
}

impl Flow {
    /// The row that it is told beside: the one that it goes to, else the one that it comes from.
    pub fn home(&self) -> Option<usize> {
        match (&self.to, &self.from) {
            (Tip::Row(row), _) | (_, Tip::Row(row)) => Some(*row),
            (_, _) => None,
        }
    }
}

impl Zones {
    /// Who talks to whom as a card, for formats that cannot keep arrows off labels; none where nobody is drawn who talks.
    pub fn talk(&self, key: &str) -> Option<Shape> {
        let lines = self.flows.iter().map(|it| format!("{}: {}", it.ends, it.traffic));
        let is_comparison = self.flows.iter().any(|it| it.paint.is_some());
        let name = if is_comparison { "what differs" } else { "who talks to whom" };
        let card = Shape::new(format!("{key}/talk"), Paint::Absent, name);
        (!self.flows.is_empty()).then(|| lines.fold(card, Shape::says))
    }
}
