//! VPC Block Public Access: one setting an account and Region, and its exclusions (`BPA`).

use compact_str::{CompactString, format_compact};
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{
    About, BlockPublicAccessExclusionId, BlockPublicAccessOptionsId, ElementError, Reading, Resource,
    ResourceKind, Tags,
};

words! {
    /// What is blocked (BPA-2).
    BlockMode {
        Off = "off",
        Bidirectional = "block-bidirectional",
        Ingress = "block-ingress",
    }
}

words! {
    /// What an exclusion lets through (BPA-3).
    ExclusionMode { Bidirectional = "allow-bidirectional", Egress = "allow-egress", }
}

words! {
    /// The state of an exclusion (BPA-4).
    ExclusionState {
        CreateComplete = "create-complete",
        UpdateComplete = "update-complete",
        CreateInProgress = "create-in-progress",
        UpdateInProgress = "update-in-progress",
        CreateFailed = "create-failed",
        UpdateFailed = "update-failed",
        DeleteInProgress = "delete-in-progress",
        DeleteComplete = "delete-complete",
        DisableInProgress = "disable-in-progress",
        DisableComplete = "disable-complete",
    }
}

/// The setting of an account and Region (BPA-1).
#[derive(Debug, Clone)]
pub struct BlockPublicAccessOptions {
    /// Place, owner.
    pub about: About,
    /// Account and Region, as far as they are known.
    pub id: BlockPublicAccessOptionsId,
    /// What is blocked.
    pub mode: BlockMode,
}

/// An exclusion of a VPC or subnet.
#[derive(Debug, Clone)]
pub struct BlockPublicAccessExclusion {
    /// Place, owner, tags.
    pub about: About,
    /// `vpcbpa-exclude-…`
    pub id: BlockPublicAccessExclusionId,
    /// `vpc-…` or `subnet-…`, the end of `ResourceArn`.
    pub resource: CompactString,
    /// What it lets through.
    pub mode: ExclusionMode,
    /// Its state.
    pub state: Option<ExclusionState>,
}

impl BlockPublicAccessExclusion {
    /// The word that nobody knows, when its state or mode is one and decides (JS-4).
    pub fn odd_word(&self) -> Option<&str> {
        match (&self.state, &self.mode) {
            (Some(ExclusionState::Unknown(word)), _) => Some(word),
            (_, ExclusionMode::Unknown(word)) if self.is_in_force() => Some(word),
            (_, ExclusionMode::Unknown(_) | ExclusionMode::Bidirectional | ExclusionMode::Egress) => None,
        }
    }

    /// BPA-4: whether it counts.
    pub fn is_in_force(&self) -> bool {
        matches!(self.state, None | Some(ExclusionState::CreateComplete | ExclusionState::UpdateComplete))
    }
}

/// The object `VpcBlockPublicAccessOptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OptionsWire {
    aws_account_id: Option<CompactString>,
    aws_region: Option<CompactString>,
    internet_gateway_block_mode: Option<CompactString>,
}

/// The element of `VpcBlockPublicAccessExclusions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ExclusionWire {
    exclusion_id: Option<CompactString>,
    resource_arn: Option<CompactString>,
    internet_gateway_exclusion_mode: Option<CompactString>,
    state: Option<CompactString>,
    tags: Option<Tags>,
}

impl Resource for BlockPublicAccessOptions {
    type Wire = OptionsWire;
    type Id = BlockPublicAccessOptionsId;
    const KIND: ResourceKind = ResourceKind::BlockPublicAccessOptions;
    const WORD: &'static str = "vpc-block-public-access-options";

    fn convert(wire: OptionsWire, reading: &mut Reading) -> Result<BlockPublicAccessOptions, ElementError> {
        let mut about = reading.about(wire.aws_account_id, None, None);
        about.region = present(wire.aws_region).map(super::Region).or(about.region);
        let part = |text: Option<&str>| text.unwrap_or("*").to_owned();
        let account = part(about.account.as_ref().map(|it| it.as_str()));
        let region = part(about.region.as_ref().map(|it| it.as_str()));
        Ok(BlockPublicAccessOptions {
            id: BlockPublicAccessOptionsId(format_compact!("{account}/{region}")),
            about,
            mode: reading
                .word(wire.internet_gateway_block_mode)
                .ok_or(ElementError::Missing("InternetGatewayBlockMode"))?,
        })
    }

    fn id(&self) -> &BlockPublicAccessOptionsId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(Some(&self.mode))
    }
}

impl Resource for BlockPublicAccessExclusion {
    type Wire = ExclusionWire;
    type Id = BlockPublicAccessExclusionId;
    const KIND: ResourceKind = ResourceKind::BlockPublicAccessExclusion;
    const WORD: &'static str = "vpc-block-public-access-exclusion";

    fn convert(
        wire: ExclusionWire,
        reading: &mut Reading,
    ) -> Result<BlockPublicAccessExclusion, ElementError> {
        let arn = wire.resource_arn.or_missing("ResourceArn")?;
        let mode = wire.internet_gateway_exclusion_mode.or_missing("InternetGatewayExclusionMode")?;
        Ok(BlockPublicAccessExclusion {
            about: reading.about(None, Some(&arn), wire.tags),
            id: BlockPublicAccessExclusionId(wire.exclusion_id.or_missing("ExclusionId")?),
            resource: CompactString::from(arn.rsplit('/').next().unwrap_or(&arn)),
            mode: reading.word(Some(mode)).ok_or(ElementError::Missing("InternetGatewayExclusionMode"))?,
            state: reading.word(wire.state),
        })
    }

    fn id(&self) -> &BlockPublicAccessExclusionId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
