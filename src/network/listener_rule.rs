//! Rules of listeners: whose packets they are for (LB-15).

use ipnet::IpNet;

use super::compiler::{Compiler, Stage};
use crate::packet::{AddressMap, AddressSet, Family};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}

/// Clients by address, of both families.
#[derive(Clone, PartialEq)]
pub(super) struct Sources(pub [AddressSet; 2]);

impl Sources {
    pub fn all() -> Sources {
        Sources(Family::BOTH.map(AddressSet::all))
    }

    pub fn of(blocks: &[IpNet]) -> Sources {
        let map = AddressMap::of_blocks(blocks);
        Sources(Family::BOTH.map(|family| map.set(family)))
    }

    pub fn within(&self, other: &Sources) -> Sources {
        Sources([0, 1].map(|family| self.0[family].intersection(&other.0[family])))
    }

    pub fn without(&self, other: &Sources) -> Sources {
        Sources([0, 1].map(|family| self.0[family].difference(&other.0[family])))
    }
}
