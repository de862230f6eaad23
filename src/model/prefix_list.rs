//! Prefix lists and their entries (`PL`), managed ones and the older answer that has entries in place.

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr, present};
use super::{About, ElementError, PrefixListId, Reading, Resource, ResourceKind, Tags};

/// A prefix list.
#[derive(Debug, Clone)]
pub struct PrefixList {
    /// Place, owner, tags.
    pub about: About,
    /// `pl-…`
    pub id: PrefixListId,
    /// Its name: `com.amazonaws.eu-west-1.s3` for AWS's own.
    pub name: CompactString,
    /// The entries, where the answer has them in place (PL-3).
    pub cidrs: Option<Vec<IpNet>>,
    /// `IPv4` or `IPv6`: a list has one family (PL-4).
    pub is_ipv6: Option<bool>,
}

/// The entries of a prefix list, from a call of their own (PL-1).
#[derive(Debug, Clone)]
pub struct PrefixListEntries {
    /// Place, owner, tags.
    pub about: About,
    /// The list.
    pub id: PrefixListId,
    /// Its entries.
    pub cidrs: Vec<IpNet>,
}

/// The element of `PrefixLists`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    prefix_list_id: Option<CompactString>,
    prefix_list_name: Option<CompactString>,
    prefix_list_arn: Option<CompactString>,
    cidrs: Option<Vec<CompactString>>,
    address_family: Option<CompactString>,
    owner_id: Option<CompactString>,
    tags: Option<Tags>,
}

/// `{"PrefixListId": …, "Entries": […]}`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EntriesWire {
    prefix_list_id: Option<CompactString>,
    entries: Option<Vec<EntryWire>>,
}

/// `Entries[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EntryWire {
    cidr: Option<CompactString>,
}

impl Resource for PrefixList {
    type Wire = Wire;
    type Id = PrefixListId;
    const KIND: ResourceKind = ResourceKind::PrefixList;
    const WORD: &'static str = "prefix-list";
    const IS_JOINED: bool = true;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<PrefixList, ElementError> {
        let cidrs = wire
            .cidrs
            .map(|texts| texts.iter().map(|text| cidr("Cidrs", text)).collect::<Result<Vec<IpNet>, _>>())
            .transpose()?;
        // AWS's own lists name `AWS` as their owner, which is no account.
        let owner = wire.owner_id.filter(|owner| !owner.eq_ignore_ascii_case("AWS"));
        let mut about = reading.about(owner, wire.prefix_list_arn.as_deref(), wire.tags);
        about.account = about.account.filter(|account| account.as_str() != "aws");
        Ok(PrefixList {
            about,
            id: PrefixListId(wire.prefix_list_id.or_missing("PrefixListId")?),
            name: wire.prefix_list_name.unwrap_or_default(),
            cidrs,
            is_ipv6: present(wire.address_family).map(|family| family.eq_ignore_ascii_case("IPv6")),
        })
    }

    fn id(&self) -> &PrefixListId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: PrefixList) {
        // The two calls describe AWS's own lists both; only the older one has the entries.
        self.cidrs = self.cidrs.take().or(other.cidrs);
        self.is_ipv6 = self.is_ipv6.or(other.is_ipv6);
    }

    fn own_name(&self) -> Option<&str> {
        Some(&self.name)
    }
}

impl Resource for PrefixListEntries {
    type Wire = EntriesWire;
    type Id = PrefixListId;
    const KIND: ResourceKind = ResourceKind::PrefixListEntries;
    const WORD: &'static str = "prefix-list-entries";
    const IS_JOINED: bool = true;

    fn convert(wire: EntriesWire, reading: &mut Reading) -> Result<PrefixListEntries, ElementError> {
        let id = present(wire.prefix_list_id).or_else(|| reading.parent.clone());
        let entries = wire.entries.unwrap_or_default().into_iter().filter_map(|it| present(it.cidr));
        Ok(PrefixListEntries {
            about: reading.about(None, None, None),
            id: PrefixListId(id.or_missing("PrefixListId")?),
            cidrs: entries.map(|text| cidr("Entries[].Cidr", &text)).collect::<Result<Vec<IpNet>, _>>()?,
        })
    }

    fn id(&self) -> &PrefixListId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: PrefixListEntries) {
        self.cidrs.extend(other.cidrs);
        self.cidrs.sort();
        self.cidrs.dedup();
    }
}
