//! Prefix lists: entries wherever a rule or route names one (PL-1, PL-3, PL-6).

use ipnet::IpNet;

use super::compiler::{Compiler, Stage};
use super::location::AssumptionIndex;
use crate::model::{PrefixListId, ResourceKind};
use crate::packet::Family;

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Lists are looked up by those who name them.
}

/// The row of a list's entries, or what is said of their absence (PL-6): unknown, not empty.
pub(super) fn entries(compiler: &mut Compiler<'_>, id: &PrefixListId) -> Result<u32, AssumptionIndex> {
    if let Some(list) = compiler.list_ids.get(id) {
        return Ok(*list);
    }
    let listed = compiler.model.prefix_list_entries.get(id).map(|it| it.cidrs.clone());
    let in_place = || compiler.model.prefix_lists.get(id).and_then(|it| it.cidrs.clone());
    let cidrs: Option<Vec<IpNet>> = listed.or_else(in_place);
    match cidrs {
        Some(cidrs) => {
            let list = compiler.lists.len() as u32;
            compiler.lists.push(cidrs);
            compiler.list_ids.insert(id.clone(), list);
            Ok(list)
        }
        None => {
            let place = compiler.model.prefix_lists.get(id).map(|it| it.about.place);
            Err(compiler.absent(ResourceKind::PrefixListEntries, id.as_str(), None, None, place))
        }
    }
}

/// The family of a list, when the snapshot says it (PL-4).
pub(super) fn family(compiler: &Compiler<'_>, id: &PrefixListId) -> Option<Family> {
    let is_ipv6 = compiler.model.prefix_lists.get(id)?.is_ipv6?;
    Some(if is_ipv6 { Family::V6 } else { Family::V4 })
}
