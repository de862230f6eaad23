//! Questions about the whole estate: who reaches whom on what, and what an origin such as the internet gets into.
//!
//! [`Estate`] knows which interfaces answer alike ([`classes`]); [`relation`] streams who reaches whom between groups of
//! them, exact in ports and answers; [`exposure`] says for an origin what gets in where, and what stops the rest. All of
//! it says what the ordinary solver says of each pair, and asks it where the way is no plain function of the two ends.

mod relation;
mod cell;
mod worker;
mod plan;
mod bits;
mod ways;
mod trunk;
mod back;
mod groups;
mod join;
mod single;
mod classes;
mod neighbours;
mod exposure;
mod rollup;
mod alike;
mod spread;

pub use alike::alike;
pub use cell::{Cell, Passed};
pub use classes::{ClassIndex, Classes};
pub use exposure::{Exposed, Exposure, exposure, internet};
pub use relation::{Effort, Row, Scope, Side, relation};
pub use rollup::{Labels, Sum, rollup};
pub use spread::{Reached, Spread, spread};

use std::sync::OnceLock;

use neighbours::Neighbours;
use ways::Map;

use crate::model::ResourceKind;
use crate::network::{Component, Network};
use crate::packet::Family;

/// A network, ready for questions about all of it.
#[derive(Debug)]
pub struct Estate<'n> {
    /// The network.
    pub network: &'n Network,
    classes: OnceLock<Classes>,
    maps: [OnceLock<Map>; 2],
    neighbours: OnceLock<Neighbours>,
}

impl<'n> Estate<'n> {
    /// Makes a network ready; what a question needs is worked out when the first one needs it.
    pub fn new(network: &'n Network) -> Estate<'n> {
        let maps = [OnceLock::new(), OnceLock::new()];
        Estate { network, classes: OnceLock::new(), maps, neighbours: OnceLock::new() }
    }

    /// Which of the interfaces answer alike. O(n log n) in interfaces, rules and routes the first time.
    pub fn classes(&self) -> &Classes {
        self.classes.get_or_init(|| Classes::new(self.network))
    }

    /// Which VPCs some way joins.
    fn neighbours(&self) -> &Neighbours {
        self.neighbours.get_or_init(|| Neighbours::new(self.network))
    }

    /// Where everybody is. O(n log n) in interfaces the first time.
    fn map(&self, family: Family) -> &Map {
        self.maps[usize::from(family == Family::V6)].get_or_init(|| Map::new(self.network, family))
    }
}

/// Whether a row is an interface of the snapshot; NAT gateways that show none have a row too.
fn is_listed(network: &Network, row: u32) -> bool {
    let component = network.interfaces[row as usize].component;
    matches!(component, Component::Resource(ResourceKind::NetworkInterface, _))
}
