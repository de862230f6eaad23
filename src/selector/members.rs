//! Everything that a selector stands for, where a question is about many ends at once.

use ipnet::IpNet;

use super::ends::{Meaning, meaning};
use super::error::SelectorError;
use super::index::Index;
use crate::model::AccountId;
use crate::network::InterfaceIndex;
use crate::packet::{AddressSet, Family, bits, range_of};
use crate::solver::Source;

/// Where packets may begin or end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// At these interfaces.
    Interfaces(Vec<InterfaceIndex>),
    /// Outside of all VPCs of the snapshot; never none.
    Outside(Vec<Source>),
}

/// What a selector stands for: besides what a question knows, `account:ID`, and a private block for the interfaces in it.
pub fn members(index: &Index<'_>, text: &str) -> Result<Members, SelectorError> {
    let text = text.trim();
    if let Some(account) = text.strip_prefix("account:") {
        return of_account(index, text, account);
    }
    let network = index.network;
    let empty = |cause: &str| SelectorError::Empty { text: text.to_owned(), cause: cause.to_owned() };
    let outside = |sources: Vec<Source>, cause: &str| match sources.is_empty() {
        true => Err(empty(cause)),
        false => Ok(Members::Outside(sources)),
    };
    match meaning(index, text)? {
        Meaning::Hosts(interfaces) | Meaning::Services(_, interfaces) => Ok(Members::Interfaces(interfaces)),
        Meaning::Internet => {
            let sources = Family::BOTH.map(|family| Source::Outside(network.internet(family).clone()));
            Ok(Members::Outside(sources.into()))
        }
        Meaning::Clients(row) => Ok(Members::Outside(vec![Source::Clients(row)])),
        Meaning::OnPremises(block) => {
            let sets = match block {
                Some(block) => vec![AddressSet::block(block)],
                None => Family::BOTH.map(|family| network.on_premises(family).clone()).into(),
            };
            let sources = sets.into_iter().filter(|it| !it.is_empty()).map(Source::OnPremises).collect();
            outside(
                sources,
                "the snapshot says of no address that it is on premises; name a block, `onprem:10.0.0.0/8`",
            )
        }
        Meaning::Address(address) => {
            let owners = index.owners(Family::of(address), bits(address));
            match owners.is_empty() {
                false => Ok(Members::Interfaces(owners.to_vec())),
                true => Ok(Members::Outside(vec![Source::Outside(AddressSet::one(address))])),
            }
        }
        Meaning::Blocks(blocks) => of_blocks(index, text, &blocks),
        Meaning::Service(_) | Meaning::Name(_) | Meaning::GatewayEndpoint(_) => {
            Err(SelectorError::NotAnEnd { text: text.to_owned(), what: "a name or service" })
        }
    }
}

/// A private block is the interfaces in it, a public one that nobody has an address of is hosts outside.
fn of_blocks(index: &Index<'_>, text: &str, blocks: &[IpNet]) -> Result<Members, SelectorError> {
    let network = index.network;
    let holds = |family: Family, address: u128| {
        blocks.iter().any(|net| {
            let (low, high) = range_of(*net);
            Family::of(net.addr()) == family && low <= address && address <= high
        })
    };
    let rows = (0..).map(InterfaceIndex).zip(&network.interfaces);
    let inside = rows.filter(|(_, row)| {
        Family::BOTH.into_iter().any(|family| row.primary(family).is_some_and(|it| holds(family, it)))
    });
    let inside: Vec<InterfaceIndex> = inside.map(|(index, _)| index).collect();
    if !inside.is_empty() {
        return Ok(Members::Interfaces(inside));
    }
    let sets = blocks.iter().map(|net| AddressSet::block(*net));
    let public = sets.map(|it| it.intersection(network.internet(it.family())));
    let sources: Vec<Source> = public.filter(|it| !it.is_empty()).map(Source::Outside).collect();
    if sources.is_empty() {
        let cause = "no interface has an address in it, and it is not public".to_owned();
        return Err(SelectorError::Empty { text: text.to_owned(), cause });
    }
    Ok(Members::Outside(sources))
}

fn of_account(index: &Index<'_>, text: &str, account: &str) -> Result<Members, SelectorError> {
    let account = AccountId::from(account);
    let own = (0..).map(InterfaceIndex).zip(index.model.network_interfaces.iter());
    let own = own.filter(|(_, it)| it.about.account.as_ref() == Some(&account));
    let own: Vec<InterfaceIndex> = own.map(|(index, _)| index).collect();
    if own.is_empty() {
        let cause = "the snapshot has no interface of the account".to_owned();
        return Err(SelectorError::Empty { text: text.to_owned(), cause });
    }
    Ok(Members::Interfaces(own))
}
