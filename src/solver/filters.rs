//! The filters that a solver has met: those of security groups are compiled when a packet first comes to them.

use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::network::{Filter, FilterId, Network, group_filter};
use crate::packet::Workspace;

/// Filters of security groups, in the words of one workspace.
#[derive(Debug, Default)]
pub(super) struct Filters {
    made: FxHashMap<FilterId, Arc<Filter>>,
}

/// A filter to look at.
pub(super) enum FilterRef<'n> {
    /// The network has it.
    Listed(&'n Filter),
    /// A solver made it.
    Made(Arc<Filter>),
}

impl Deref for FilterRef<'_> {
    type Target = Filter;
    fn deref(&self) -> &Filter {
        match self {
            FilterRef::Listed(filter) => filter,
            FilterRef::Made(filter) => filter,
        }
    }
}

impl Filters {
    /// The filter with a number. O(1) from the second time on.
    pub(super) fn get<'n>(
        &mut self,
        network: &'n Network,
        workspace: &mut Workspace<'_>,
        id: FilterId,
    ) -> FilterRef<'n> {
        match id {
            FilterId::Acl(index) => FilterRef::Listed(&network.acl_filters[index as usize]),
            FilterId::SecurityGroups { set, is_outbound } => {
                let make = || Arc::new(group_filter(network, workspace, set, is_outbound));
                FilterRef::Made(self.made.entry(id).or_insert_with(make).clone())
            }
        }
    }

    /// Forgets them, as the workspace forgot its sets.
    pub(super) fn clear(&mut self) {
        self.made.clear();
    }
}
