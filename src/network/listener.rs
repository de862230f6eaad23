//! Listeners: the ports of a relay, which `load_balancer.rs` writes.

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
