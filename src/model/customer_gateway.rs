//! Customer gateways: the devices on premises that VPN connections end at (`VPN`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::vpn_gateway::VpnState;
use super::{About, CustomerGatewayId, ElementError, Reading, Resource, ResourceKind, Tags};

/// A customer gateway. It moves no packets here: what its device does is outside of the snapshot (VPN-11).
#[derive(Debug, Clone)]
pub struct CustomerGateway {
    /// Place, owner, tags.
    pub about: About,
    /// `cgw-…`
    pub id: CustomerGatewayId,
    /// The device's address, as it is written.
    pub address: Option<CompactString>,
    /// Its state.
    pub state: Option<VpnState>,
}

/// The element of `CustomerGateways`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    customer_gateway_id: Option<CompactString>,
    ip_address: Option<CompactString>,
    state: Option<CompactString>,
    tags: Option<Tags>,
}

impl Resource for CustomerGateway {
    type Wire = Wire;
    type Id = CustomerGatewayId;
    const KIND: ResourceKind = ResourceKind::CustomerGateway;
    const WORD: &'static str = "customer-gateway";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<CustomerGateway, ElementError> {
        Ok(CustomerGateway {
            about: reading.about(None, None, wire.tags),
            id: CustomerGatewayId(wire.customer_gateway_id.or_missing("CustomerGatewayId")?),
            address: present(wire.ip_address),
            state: reading.word(wire.state),
        })
    }

    fn id(&self) -> &CustomerGatewayId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
