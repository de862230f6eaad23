//! Encryption controls: VPCs that drop what is not encrypted (ENC-1, ENC-2).

use super::compiler::{Compiler, Stage};
use super::location::VpcIndex;
use crate::model::{AssumptionCode, EncryptionMode};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Filters {
        return;
    }
    for control in compiler.model.encryption_controls.iter().filter(|it| !it.is_gone) {
        let Some(vpc) = compiler.vpc_ids.get(&control.vpc).copied() else { continue };
        let place = Some(control.about.place);
        let gap = match &control.mode {
            None | Some(EncryptionMode::Monitor) => continue,
            Some(EncryptionMode::Enforce) => enforced(compiler, vpc, place),
            Some(EncryptionMode::Unknown(word)) => {
                compiler.assumption(AssumptionCode::UnknownWord, word, None, place)
            }
        };
        compiler.vpcs[vpc.index()].encryption_gap.get_or_insert(gap);
    }
}

/// ENC-2, ENC-3: what is not encrypted is dropped, and what is encrypted the snapshot does not say.
pub(super) fn enforced(
    compiler: &mut Compiler<'_>,
    vpc: VpcIndex,
    place: Option<crate::model::Place>,
) -> super::AssumptionIndex {
    let id = compiler.vpcs[vpc.index()].id.clone();
    compiler.assumption(AssumptionCode::EncryptionEnforced, id.as_str(), None, place)
}
