//! The flat form of security group rules: it gives names to rules that the groups have anyway.

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
