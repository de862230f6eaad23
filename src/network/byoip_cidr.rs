//! Ranges that an account brought along: the internet finds those that are advertised (EIP-4).

use ipnet::IpNet;

use super::compiler::{Compiler, Stage};
use crate::model::ByoipState;

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Filters {
        return;
    }
    let silent: Vec<IpNet> = compiler
        .model
        .byoip_cidrs
        .iter()
        .filter(|it| !matches!(it.state, None | Some(ByoipState::Advertised | ByoipState::Unknown(_))))
        .map(|it| it.cidr)
        .collect();
    compiler.not_advertised = compiler.address_set(&silent);
}
