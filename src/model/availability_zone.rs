//! Availability zones: which name means which place for an account (JS-8).

use compact_str::{CompactString, format_compact};
use serde::Deserialize;

use super::about::{Absent, present};
use super::{About, AvailabilityZoneKey, ElementError, Reading, Resource, ResourceKind, Zone};

/// A zone as an account sees it.
#[derive(Debug, Clone)]
pub struct AvailabilityZone {
    /// Place, whose answer.
    pub about: About,
    /// Account and name.
    pub id: AvailabilityZoneKey,
    /// Its name and id.
    pub zone: Zone,
    /// The zone that a local or wavelength zone belongs to (SN-7).
    pub parent: Option<Zone>,
}

/// The element of `AvailabilityZones`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    zone_name: Option<CompactString>,
    zone_id: Option<CompactString>,
    region_name: Option<CompactString>,
    parent_zone_name: Option<CompactString>,
    parent_zone_id: Option<CompactString>,
}

impl Resource for AvailabilityZone {
    type Wire = Wire;
    type Id = AvailabilityZoneKey;
    const KIND: ResourceKind = ResourceKind::AvailabilityZone;
    const WORD: &'static str = "availability-zone";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<AvailabilityZone, ElementError> {
        let name = wire.zone_name.or_missing("ZoneName")?;
        let mut about = reading.about(None, None, None);
        about.region = present(wire.region_name).map(super::Region).or(about.region);
        let account = about.account.as_ref().map_or("*", |account| account.as_str());
        let parent = Some(Zone { name: present(wire.parent_zone_name), id: present(wire.parent_zone_id) });
        Ok(AvailabilityZone {
            id: AvailabilityZoneKey(format_compact!("{account}/{name}")),
            about,
            zone: Zone { name: Some(name), id: present(wire.zone_id) },
            parent: parent.filter(|it| it.name.is_some() || it.id.is_some()),
        })
    }

    fn id(&self) -> &AvailabilityZoneKey {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
