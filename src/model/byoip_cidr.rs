//! Address ranges that an account brought along (EIP-4).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr};
use super::words::words;
use super::{About, ByoipCidrId, ElementError, Reading, Resource, ResourceKind};

words! {
    /// The state of a range; only an advertised one is found by the internet.
    ByoipState {
        Advertised = "advertised",
        PendingAdvertising = "pending-advertising",
        PendingWithdrawal = "pending-withdrawal",
        Provisioned = "provisioned",
        PendingProvision = "pending-provision",
        ProvisionedNotPubliclyAdvertisable = "provisioned-not-publicly-advertisable",
        Deprovisioned = "deprovisioned",
        PendingDeprovision = "pending-deprovision",
        FailedProvision = "failed-provision",
        FailedDeprovision = "failed-deprovision",
    }
}

/// A range.
#[derive(Debug, Clone)]
pub struct ByoipCidr {
    /// Place, owner.
    pub about: About,
    /// The range as text.
    pub id: ByoipCidrId,
    /// The range.
    pub cidr: IpNet,
    /// Its state.
    pub state: Option<ByoipState>,
}

/// The element of `ByoipCidrs`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    cidr: Option<CompactString>,
    state: Option<CompactString>,
}

impl Resource for ByoipCidr {
    type Wire = Wire;
    type Id = ByoipCidrId;
    const KIND: ResourceKind = ResourceKind::ByoipCidr;
    const WORD: &'static str = "byoip-cidr";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<ByoipCidr, ElementError> {
        let text = wire.cidr.or_missing("Cidr")?;
        Ok(ByoipCidr {
            about: reading.about(None, None, None),
            cidr: cidr("Cidr", &text)?,
            id: ByoipCidrId(text),
            state: reading.word(wire.state),
        })
    }

    fn id(&self) -> &ByoipCidrId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
