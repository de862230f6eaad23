//! Connections to endpoint services: `endpoint_service.rs` asks them.

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
