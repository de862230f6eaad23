//! Instances: only their state matters to packets, and the interface asks for it (ENI-8).

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
