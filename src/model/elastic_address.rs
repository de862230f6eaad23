//! Elastic addresses (`EIP`): a cross-check of what interfaces say (EIP-3).

use std::net::Ipv4Addr;

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, address, present};
use super::{
    About, ElasticAddressId, ElementError, NetworkInterfaceId, Reading, Resource, ResourceKind, Tags,
};

/// An elastic address.
#[derive(Debug, Clone)]
pub struct ElasticAddress {
    /// Place, owner, tags.
    pub about: About,
    /// The public address as text.
    pub id: ElasticAddressId,
    /// The public address.
    pub public: Ipv4Addr,
    /// The interface that it stands for, if any (EIP-1).
    pub interface: Option<NetworkInterfaceId>,
    /// The private address that it stands for, if any.
    pub private: Option<Ipv4Addr>,
}

/// The element of `Addresses`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    public_ip: Option<CompactString>,
    carrier_ip: Option<CompactString>,
    network_interface_id: Option<CompactString>,
    network_interface_owner_id: Option<CompactString>,
    private_ip_address: Option<CompactString>,
    tags: Option<Tags>,
}

impl Resource for ElasticAddress {
    type Wire = Wire;
    type Id = ElasticAddressId;
    const KIND: ResourceKind = ResourceKind::ElasticAddress;
    const WORD: &'static str = "elastic-ip";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<ElasticAddress, ElementError> {
        let text = present(wire.public_ip).or(present(wire.carrier_ip)).or_missing("PublicIp")?;
        Ok(ElasticAddress {
            about: reading.about(wire.network_interface_owner_id, None, wire.tags),
            public: address("PublicIp", &text)?,
            id: ElasticAddressId(text),
            interface: present(wire.network_interface_id).map(NetworkInterfaceId),
            private: present(wire.private_ip_address)
                .map(|text| address("PrivateIpAddress", &text))
                .transpose()?,
        })
    }

    fn id(&self) -> &ElasticAddressId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
