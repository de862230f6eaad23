//! Availability zones: subnets look their ids up (JS-8).

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
