//! Encryption controls: whether a VPC drops what is not encrypted (ENC).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::Absent;
use super::words::words;
use super::{About, ElementError, Reading, Resource, ResourceKind, Tags, VpcEncryptionControlId, VpcId};

words! {
    /// What a control does with packets that are not encrypted.
    EncryptionMode {
        /// It counts them.
        Monitor = "monitor",
        /// It drops them.
        Enforce = "enforce",
    }
}

/// A VPC's control.
#[derive(Debug, Clone)]
pub struct VpcEncryptionControl {
    /// Place, owner, tags.
    pub about: About,
    /// `vpcec-…`
    pub id: VpcEncryptionControlId,
    /// The VPC.
    pub vpc: VpcId,
    /// What it does.
    pub mode: Option<EncryptionMode>,
    /// Whether it is gone, or is going.
    pub is_gone: bool,
}

/// The element of `VpcEncryptionControls`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    vpc_encryption_control_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    mode: Option<CompactString>,
    state: Option<CompactString>,
    tags: Option<Tags>,
}

impl Resource for VpcEncryptionControl {
    type Wire = Wire;
    type Id = VpcEncryptionControlId;
    const KIND: ResourceKind = ResourceKind::VpcEncryptionControl;
    const WORD: &'static str = "vpc-encryption-control";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<VpcEncryptionControl, ElementError> {
        Ok(VpcEncryptionControl {
            about: reading.about(None, None, wire.tags),
            id: VpcEncryptionControlId(wire.vpc_encryption_control_id.or_missing("VpcEncryptionControlId")?),
            vpc: VpcId(wire.vpc_id.or_missing("VpcId")?),
            mode: reading.word(wire.mode),
            is_gone: wire.state.is_some_and(|state| state == "deleted" || state == "deleting"),
        })
    }

    fn id(&self) -> &VpcEncryptionControlId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.mode.as_ref())
    }
}
