//! Groups that serve another VPC (SG-16): an interface says which groups it has, wherever they were made.

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
