//! Where a thing is: what names of services are made of.

use super::ends::{Meaning, meaning};
use super::error::SelectorError;
use super::index::Index;
use crate::model::ServiceFamily;

/// The Region, account and clusters around a thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home {
    /// Its Region.
    pub region: Option<String>,
    /// Its account.
    pub account: Option<String>,
    /// The Kubernetes clusters of its VPC.
    pub clusters: Vec<Cluster>,
}

/// A Kubernetes cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// What its API is asked for by: the name that DNS knows, where that is known.
    pub selector: String,
}

/// Where the first interface of a thing is.
pub fn home(index: &Index<'_>, text: &str) -> Result<Home, SelectorError> {
    let first = match meaning(index, text)? {
        Meaning::Hosts(interfaces) | Meaning::Services(_, interfaces) => interfaces.first().copied(),
        Meaning::Address(address) => {
            let owners = index.owners(crate::packet::Family::of(address), crate::packet::bits(address));
            owners.first().copied()
        }
        Meaning::Internet
        | Meaning::OnPremises(_)
        | Meaning::Clients(_)
        | Meaning::Blocks(_)
        | Meaning::Service(_)
        | Meaning::Name(_)
        | Meaning::GatewayEndpoint(_) => None,
    };
    let model = index.model;
    let Some(interface) = first.and_then(|it| model.network_interfaces.get_row(it.index())) else {
        let cause = "name an interface, an instance or a managed service".to_owned();
        return Err(SelectorError::Empty { text: text.to_owned(), cause });
    };
    let services = model.managed_services.iter().filter(|it| it.family == ServiceFamily::Eks);
    let near = services.filter(|it| it.vpc.as_ref().is_none_or(|vpc| *vpc == interface.vpc));
    let clusters = near.map(|it| Cluster {
        name: it.name.to_string(),
        selector: it.dns_names.first().map_or_else(|| format!("eks:{}", it.name), ToString::to_string),
    });
    Ok(Home {
        region: interface.about.region.as_ref().map(ToString::to_string),
        account: interface.about.account.as_ref().map(ToString::to_string),
        clusters: clusters.collect(),
    })
}
