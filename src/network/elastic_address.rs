//! Elastic addresses: those that stand for nothing reach nothing (EIP-1); the others are the interfaces' (EIP-3).

use super::compiler::{Compiler, Stage};
use super::rows::PublicOwner;

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Rows {
        return;
    }
    for (position, address) in compiler.model.elastic_addresses.iter().enumerate() {
        if address.interface.is_none() && address.private.is_none() {
            let owner = PublicOwner::Unassociated(position as u32);
            super::address_plan::own_public(compiler, u32::from(address.public), owner);
        }
    }
}
