//! The DNS attributes of VPCs (`DNS`, IEP-5): `describe-vpc-attribute`, which is asked once for each of them.

use compact_str::CompactString;
use serde::Deserialize;

use super::about::Absent;
use super::{About, ElementError, Reading, Resource, ResourceKind, VpcId};

/// What a VPC's DNS does, as far as somebody asked.
#[derive(Debug, Clone)]
pub struct VpcDnsAttributes {
    /// Place and owner.
    pub about: About,
    /// The VPC.
    pub id: VpcId,
    /// Whether the resolver at the VPC's base plus two answers.
    pub support: Option<bool>,
    /// Whether public host names exist; private names need it too.
    pub hostnames: Option<bool>,
}

/// One answer, as the reader wraps it: a list with the one value.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    vpc_id: Option<CompactString>,
    enable_dns_support: Option<Vec<ValueWire>>,
    enable_dns_hostnames: Option<Vec<ValueWire>>,
}

/// `EnableDnsSupport`, `EnableDnsHostnames`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ValueWire {
    value: Option<bool>,
}

impl Resource for VpcDnsAttributes {
    type Wire = Wire;
    type Id = VpcId;
    const KIND: ResourceKind = ResourceKind::VpcDnsAttributes;
    const WORD: &'static str = "vpc-dns-attributes";
    const IS_JOINED: bool = true;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<VpcDnsAttributes, ElementError> {
        let value = |values: Option<Vec<ValueWire>>| values?.into_iter().find_map(|it| it.value);
        let id = wire.vpc_id.or_else(|| reading.parent.clone());
        Ok(VpcDnsAttributes {
            about: reading.about(None, None, None),
            id: VpcId(id.or_missing("VpcId")?),
            support: value(wire.enable_dns_support),
            hostnames: value(wire.enable_dns_hostnames),
        })
    }

    fn id(&self) -> &VpcId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn merge(&mut self, other: VpcDnsAttributes) {
        self.support = self.support.or(other.support);
        self.hostnames = self.hostnames.or(other.hostnames);
    }
}
