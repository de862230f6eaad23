//! What is recognised and not modelled: a path into it is unknown (JS-4).

use super::compiler::{Compiler, Stage};
use super::location::{Component, LocationId};
use crate::model::{AssumptionCode, Place, ResourceKind};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}

/// The location of something that is not modelled.
pub(super) fn location(compiler: &mut Compiler<'_>, id: &str, place: Option<Place>) -> LocationId {
    let position = compiler.model.unmodelled.iter().position(|it| it.resource == id);
    let position = position.map_or(u32::MAX, |position| position as u32);
    let gap = compiler.assumption(AssumptionCode::NotModelled, id, None, place);
    compiler.unknown_location(gap, Component::Resource(ResourceKind::Unmodelled, position))
}
