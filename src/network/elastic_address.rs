//! Elastic addresses: those that stand for nothing reach nothing (EIP-1); the others are the interfaces' (EIP-3).

use super::compiler::{Compiler, Stage};
use super::rows::PublicOwner;
use crate::model::ResourceKind;

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Rows {
        return;
    }
    for (position, address) in compiler.model.elastic_addresses.iter().enumerate() {
        let owner = match &address.interface {
            None if address.private.is_none() => PublicOwner::Unassociated(position as u32),
            Some(interface) if compiler.model.network_interfaces.get(interface).is_none() => {
                let kind = ResourceKind::NetworkInterface;
                let place = Some(address.about.place);
                PublicOwner::Absent(compiler.absent(kind, interface.as_str(), None, None, place))
            }
            None | Some(_) => continue,
        };
        super::address_plan::own_public(compiler, u32::from(address.public), owner);
    }
}
