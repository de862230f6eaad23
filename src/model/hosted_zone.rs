//! Hosted zones of Route 53 with their records and VPCs (`DNS`), which four calls tell of.

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::{About, ElementError, HostedZoneId, Reading, Resource, ResourceKind, VpcId};

/// A hosted zone, as far as the calls about it are there.
#[derive(Debug, Clone)]
pub struct HostedZone {
    /// Place and owner.
    pub about: About,
    /// `Z…`
    pub id: HostedZoneId,
    /// `example.internal`, in small letters and without the dot at its end; absent where only records are there.
    pub name: Option<CompactString>,
    /// Whether it is for VPCs only.
    pub is_private: Option<bool>,
    /// The VPCs that it is associated with, where somebody asked.
    pub vpcs: Option<Vec<VpcId>>,
    /// Its records, where somebody asked.
    pub records: Option<Vec<DnsRecord>>,
}

/// The records of one name and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// `db.example.internal`, `*.example.internal`; small letters, no dot at the end.
    pub name: CompactString,
    /// `A`, `AAAA`, `CNAME`, …
    pub kind: CompactString,
    /// The values, or the name that an alias stands for.
    pub values: Vec<CompactString>,
    /// Whether the value is another name of AWS's.
    pub is_alias: bool,
}

/// An element of `HostedZones`, or an answer that tells of one zone, as the reader wraps it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    id: Option<CompactString>,
    hosted_zone_id: Option<CompactString>,
    name: Option<CompactString>,
    config: Option<ConfigWire>,
    #[serde(rename = "VPCs")]
    vpcs: Option<Vec<VpcWire>>,
    resource_record_sets: Option<Vec<RecordWire>>,
}

/// `Config`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ConfigWire {
    private_zone: Option<bool>,
}

/// `VPCs[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct VpcWire {
    #[serde(rename = "VPCId")]
    id: Option<CompactString>,
}

/// `ResourceRecordSets[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RecordWire {
    name: Option<CompactString>,
    #[serde(rename = "Type")]
    kind: Option<CompactString>,
    resource_records: Option<Vec<ValueWire>>,
    alias_target: Option<AliasWire>,
}

/// `ResourceRecords[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ValueWire {
    value: Option<CompactString>,
}

/// `AliasTarget`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AliasWire {
    #[serde(rename = "DNSName")]
    name: Option<CompactString>,
}

/// A name as names are compared: small letters, no dot at the end, `*` for the way that Route 53 writes it.
pub fn dns_name(text: &str) -> CompactString {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    CompactString::from(name.replace("\\052", "*"))
}

impl RecordWire {
    fn convert(self) -> Option<DnsRecord> {
        let alias = self.alias_target.and_then(|it| present(it.name));
        let listed = self.resource_records.unwrap_or_default().into_iter();
        let values = listed.filter_map(|it| present(it.value));
        Some(DnsRecord {
            name: dns_name(&present(self.name)?),
            kind: present(self.kind)?,
            is_alias: alias.is_some(),
            values: alias.map_or_else(|| values.collect(), |name| vec![dns_name(&name)]),
        })
    }
}

impl Resource for HostedZone {
    type Wire = Wire;
    type Id = HostedZoneId;
    const KIND: ResourceKind = ResourceKind::HostedZone;
    const WORD: &'static str = "hosted-zone";
    const IS_JOINED: bool = true;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<HostedZone, ElementError> {
        let id =
            wire.id.or(wire.hosted_zone_id).or_else(|| reading.parent.clone()).or_missing("HostedZoneId")?;
        let records = wire.resource_record_sets;
        let vpcs = wire.vpcs;
        Ok(HostedZone {
            about: reading.about(None, None, None),
            // `/hostedzone/Z…`
            id: HostedZoneId(id.rsplit('/').next().unwrap_or(&id).into()),
            name: present(wire.name).map(|it| dns_name(&it)),
            is_private: wire.config.and_then(|it| it.private_zone),
            vpcs: vpcs.map(|it| it.into_iter().filter_map(|it| present(it.id)).map(VpcId).collect()),
            records: records.map(|it| it.into_iter().filter_map(RecordWire::convert).collect()),
        })
    }

    fn id(&self) -> &HostedZoneId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    /// What several calls tell of one zone; records come in pages.
    fn merge(&mut self, other: HostedZone) {
        self.name = self.name.take().or(other.name);
        self.is_private = self.is_private.or(other.is_private);
        self.vpcs = joined(self.vpcs.take(), other.vpcs);
        self.records = joined(self.records.take(), other.records);
    }

    fn own_name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

fn joined<T: PartialEq>(one: Option<Vec<T>>, other: Option<Vec<T>>) -> Option<Vec<T>> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            for item in other {
                if !one.contains(&item) {
                    one.push(item);
                }
            }
            Some(one)
        }
        (one, other) => one.or(other),
    }
}
